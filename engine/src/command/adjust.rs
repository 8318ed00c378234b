//! Edits that depend on what is there: adding to a count, and setting a cell only while it holds what was seen.
//!
//! Both are worked out here, in the writer, so nothing can come between the look and the write.
//! Tests: `engine/tests/engine/edits.rs`.

use super::{CellInput, Draft, cells, press::increased};
use crate::error::CommandError;
use std::collections::BTreeSet;
use table::{
    column::ColumnKind,
    id::{FieldId, RecordId, TableId},
    value::{CellState, CellValue},
};

/// Adds `by` to one field of live records; a record named twice counts once. All or nothing.
pub(crate) fn add(
    draft: &mut Draft,
    table: TableId,
    records: &[RecordId],
    field: FieldId,
    by: f64,
) -> Result<(), CommandError> {
    cells::expect_count(records.len())?;
    let records: Vec<RecordId> = records
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    draft.expect_live(table, &records)?;
    let target = draft.field(table, field)?.clone();
    if target.field_type.kind() != ColumnKind::Number || !by.is_finite() {
        return Err(CommandError::wrong_kind(&target.name));
    }
    let data = draft.data(table)?;
    let mut inputs = Vec::with_capacity(records.len());
    for record in &records {
        let after = increased(data.cell(target.edited_column().0, *record), by, &target)?;
        inputs.push(CellInput::Value(CellValue::Number(after).into()));
    }
    let inputs: Vec<&CellInput> = inputs.iter().collect();
    cells::write(draft, table, field, &records, &inputs, false)
}

/// Sets a cell that still holds `expected`, both read by the field's type.
pub(crate) fn compare_and_set(
    draft: &mut Draft,
    table: TableId,
    record: RecordId,
    field: FieldId,
    expected: &CellInput,
    value: &CellInput,
) -> Result<(), CommandError> {
    draft.expect_live(table, &[record])?;
    let target = draft.field(table, field)?.clone();
    let expected = cells::read(&draft.snapshot, &target, &[expected])?.get(0);
    let current = draft
        .data(table)?
        .cell(target.edited_column().0, record)
        .unwrap_or(CellState::BLANK);
    if current != expected {
        return Err(CommandError::cell_changed(&target.name));
    }
    cells::write(draft, table, field, &[record], &[value], false)
}
