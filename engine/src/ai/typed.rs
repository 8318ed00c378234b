//! An answer in the type of its field: names become options, texts become numbers and dates.
//!
//! Law: pure; what does not fit stays the misfit that it is, an answer never becomes a formula. Tests:
//! `tests/engine/ai_kinds.rs`.

use crate::recompute::Node;
use table::{
    field::FieldType,
    id::OptionId,
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

/// How the results of an AI field are stored.
pub(crate) fn result_of<'a>(snapshot: &'a Snapshot, node: &Node) -> Option<&'a FieldType> {
    let (_, field) = snapshot.schema.field(node.field)?;
    Some(&*field.formula()?.result)
}

/// A text that the formula gave, as the field reads it.
pub(crate) fn typed(result: Option<&FieldType>, cell: CellState) -> CellState {
    let (Some(result), CellState::Misfit(text)) = (result, &cell) else {
        return cell;
    };
    if let (true, Some(options)) = (result.holds_many(), result.options()) {
        // One name per line, so that names may have commas in them.
        let named = |name: &str| options.iter().find(|option| option.name == name);
        let found: Option<Vec<OptionId>> = text
            .lines()
            .map(|line| named(line.trim()).map(|option| option.id))
            .collect();
        if let Some(found) = found.filter(|found| !found.is_empty()) {
            return CellValue::Options(found.into()).into();
        }
    }
    result.parse(text)
}
