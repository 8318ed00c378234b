//! Texts, long texts, links to pages and checkboxes.

use crate::value::{CellState, CellValue};

pub(super) fn parse_text(input: &str, one_line: bool) -> CellState {
    if one_line && input.contains(['\n', '\r']) {
        // A pasted cell with line breaks stays whole: the break is the user's.
        return CellValue::text(input.trim_end_matches(['\n', '\r'])).into();
    }
    CellValue::text(input).into()
}

/// 是/否, √/×, TRUE/FALSE, 1/0, yes/no.
pub fn read_checkbox(input: &str) -> Option<bool> {
    match input.trim().to_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "是" | "对" | "√" | "✓" | "✔" | "☑" => Some(true),
        "false" | "0" | "no" | "n" | "否" | "错" | "×" | "✗" | "✘" | "☐" => Some(false),
        _ => None,
    }
}

/// True for `http://…`, `https://…` and `www.…`.
pub fn is_url(text: &str) -> bool {
    let text = text.trim();
    let rest = ["http://", "https://", "www."].iter().find_map(|prefix| {
        text.get(..prefix.len())
            .filter(|head| head.eq_ignore_ascii_case(prefix))
            .map(|_| &text[prefix.len()..])
    });
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}
