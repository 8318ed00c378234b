//! Raw cells: what a file or clipboard holds, before any field type is decided.
//!
//! Connectors make them, [`crate::infer`] proposes field types from them.

use crate::value::CellError;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq)]
pub enum RawCell {
    Blank,
    /// A stored number; `shown` is its text under the cell's number format where that differs in a way
    /// that matters (leading zeros, currency signs, percent).
    Number {
        value: f64,
        shown: Option<Arc<str>>,
    },
    /// A stored date: Excel 1900 day number, already corrected for the 1904 system.
    Date {
        value: f64,
        has_time: bool,
    },
    Bool(bool),
    Text(Arc<str>),
    Error(CellError),
    /// Pictures of this cell: digests of staged files.
    Pictures(Arc<[crate::value::Attachment]>),
}

/// A run of rows, column-wise; all columns equally long.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawBatch {
    pub columns: Vec<Vec<RawCell>>,
}

impl RawCell {
    pub fn is_blank(&self) -> bool {
        match self {
            RawCell::Blank => true,
            // Ends at the first character that is none; `trim` would look at both ends.
            RawCell::Text(text) => text.chars().all(char::is_whitespace),
            _ => false,
        }
    }
}
