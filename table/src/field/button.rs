//! Buttons: what a press in a record does. Their cells are always blank.
//!
//! Law: a press that changes a cell is carried out by the writer, so that two presses count twice; opening a page is
//! the reader's.

use crate::id::FieldId;
use serde::{Deserialize, Serialize};

/// The value that stands for the moment of the press in a date.
pub const NOW: &str = "{now}";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum ButtonAction {
    /// Opens a page; `[#f3]` in the address is the record's cell as shown, escaped.
    OpenUrl { url: String },
    /// Sets a field as if the text were typed; [`NOW`] is the moment of the press.
    SetValue { field: FieldId, value: String },
    /// Adds to a number; a blank one counts as 0.
    Increment { field: FieldId, by: f64 },
}

impl ButtonAction {
    /// The field that a press changes.
    pub fn target(&self) -> Option<FieldId> {
        match self {
            ButtonAction::OpenUrl { .. } => None,
            ButtonAction::SetValue { field, .. } | ButtonAction::Increment { field, .. } => {
                Some(*field)
            }
        }
    }
}
