//! What one cell can hold, and the states a cell can be in.
//!
//! Dates are day numbers of Excel's 1900 system (25569 = 1970-01-01, the fraction is the time of day),
//! so that date arithmetic in formulas is plain arithmetic, as in Excel.

use crate::id::{OptionId, RecordId};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// A file kept in the base's blob store, addressed by its content.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attachment {
    /// blake3 of the bytes, 64 hex digits.
    pub digest: Arc<str>,
    pub name: Arc<str>,
    /// Media type, e.g. `image/png`.
    pub mime: Arc<str>,
    pub size_bytes: u64,
    /// Pixels; 0 where it is no picture.
    pub width_px: u32,
    pub height_px: u32,
}

/// A value; which variants occur in a column is fixed by its [`crate::column::ColumnKind`].
#[derive(Debug, Clone, PartialEq)]
pub enum CellValue {
    Blank,
    Number(f64),
    Text(Arc<str>),
    Bool(bool),
    /// Excel 1900 day number.
    Date(f64),
    /// Chosen options; exactly one for a single select.
    Options(Arc<[OptionId]>),
    Attachments(Arc<[Attachment]>),
    Links(Arc<[RecordId]>),
}

impl CellValue {
    pub fn text(text: impl AsRef<str>) -> CellValue {
        CellValue::Text(Arc::from(text.as_ref()))
    }

    pub fn is_blank(&self) -> bool {
        match self {
            CellValue::Blank => true,
            CellValue::Text(text) => text.is_empty(),
            CellValue::Options(items) => items.is_empty(),
            CellValue::Attachments(items) => items.is_empty(),
            CellValue::Links(items) => items.is_empty(),
            _ => false,
        }
    }
}

/// Excel's error values, what a formula gives where it can give no value; and one of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellError {
    Div0,
    Na,
    Value,
    Ref,
    Name,
    Num,
    Null,
    Spill,
    Calc,
    /// Not Excel's: the cell's bytes in the file are damaged, its value is not known.
    Damaged,
}

impl CellError {
    /// Excel's own.
    pub const ALL: [CellError; 9] = [
        CellError::Div0,
        CellError::Na,
        CellError::Value,
        CellError::Ref,
        CellError::Name,
        CellError::Num,
        CellError::Null,
        CellError::Spill,
        CellError::Calc,
    ];

    /// The text Excel shows.
    pub fn code(self) -> &'static str {
        match self {
            CellError::Div0 => "#DIV/0!",
            CellError::Na => "#N/A",
            CellError::Value => "#VALUE!",
            CellError::Ref => "#REF!",
            CellError::Name => "#NAME?",
            CellError::Num => "#NUM!",
            CellError::Null => "#NULL!",
            CellError::Spill => "#SPILL!",
            CellError::Calc => "#CALC!",
            CellError::Damaged => "#DAMAGED!",
        }
    }

    pub fn from_code(code: &str) -> Option<CellError> {
        CellError::ALL
            .into_iter()
            .find(|error| error.code().eq_ignore_ascii_case(code))
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The state of one cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellState {
    /// A value that fits the field, or blank.
    Value(CellValue),
    /// A formula that failed.
    Error(CellError),
    /// A formula that waits for an AI answer.
    Pending,
    /// Input that does not fit the field's type, kept as it was typed; counts as blank in formulas.
    Misfit(Arc<str>),
}

impl CellState {
    pub const BLANK: CellState = CellState::Value(CellValue::Blank);

    pub fn is_blank(&self) -> bool {
        matches!(self, CellState::Value(value) if value.is_blank())
    }
}

impl From<CellValue> for CellState {
    fn from(value: CellValue) -> CellState {
        CellState::Value(value)
    }
}
