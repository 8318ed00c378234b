//! Single and multiple select: cells hold option ids; people type names.

use super::SelectOption;
use crate::{
    id::OptionId,
    value::{CellState, CellValue},
};
use std::sync::Arc;

/// Separators between names in a multi-select's text.
const SEPARATORS: [char; 6] = [',', '，', '、', ';', '；', '\n'];

pub(super) fn parse(options: &[SelectOption], input: &str, many: bool) -> CellState {
    let text = input.trim();
    if text.is_empty() {
        return CellState::BLANK;
    }
    if let Some(option) = named(options, text) {
        return CellValue::Options(Arc::from([option])).into();
    }
    if !many {
        return CellState::Misfit(input.into());
    }
    let names = split_names(text);
    let found: Option<Vec<OptionId>> = names.iter().map(|name| named(options, name)).collect();
    match found {
        // Separators alone name nothing, but they were typed.
        Some(mut ids) if !ids.is_empty() => {
            let mut seen = std::collections::BTreeSet::new();
            ids.retain(|id| seen.insert(*id));
            CellValue::Options(ids.into()).into()
        }
        _ => CellState::Misfit(input.into()),
    }
}

/// The names in a multi-select's text.
pub fn split_names(text: &str) -> Vec<&str> {
    text.split(SEPARATORS)
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect()
}

fn named(options: &[SelectOption], name: &str) -> Option<OptionId> {
    options
        .iter()
        .find(|option| option.name == name)
        .map(|option| option.id)
}

pub(super) fn display(options: &[SelectOption], ids: &[OptionId]) -> String {
    let names: Vec<&str> = ids
        .iter()
        .filter_map(|id| options.iter().find(|option| option.id == *id))
        .map(|option| option.name.as_str())
        .collect();
    names.join(", ")
}

/// Options for names in the order given, with ids from 1 and the twelve tints in turn.
pub fn options_from<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<SelectOption> {
    names
        .into_iter()
        .enumerate()
        .map(|(at, name)| SelectOption {
            id: OptionId(at as u32 + 1),
            name: name.into(),
            color: (at % 12) as u8,
        })
        .collect()
}
