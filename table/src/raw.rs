//! Raw cells: what a file or clipboard holds, before any field type is decided.
//!
//! Connectors make them, [`crate::infer`] proposes field types from them.

use crate::{column::TextValues, value::CellError};
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

/// One column of a run of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum RawColumn {
    Cells(Vec<RawCell>),
    /// Texts only, as a text file has them, each distinct one looked at once; code 0 is a blank.
    Words(TextValues),
}

impl From<Vec<RawCell>> for RawColumn {
    fn from(cells: Vec<RawCell>) -> RawColumn {
        RawColumn::Cells(cells)
    }
}

impl RawColumn {
    pub fn len(&self) -> usize {
        match self {
            RawColumn::Cells(cells) => cells.len(),
            RawColumn::Words(texts) => texts.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One by one; equal words share their text.
    pub fn into_cells(self) -> Vec<RawCell> {
        let texts = match self {
            RawColumn::Cells(cells) => return cells,
            RawColumn::Words(texts) => texts,
        };
        let cell = |code: u32| match texts.text(code) {
            "" => RawCell::Blank,
            text => RawCell::Text(text.into()),
        };
        let distinct: Vec<RawCell> = (0..texts.n_codes() as u32).map(cell).collect();
        let cells = texts.codes().iter();
        cells.map(|code| distinct[*code as usize].clone()).collect()
    }
}

/// A run of rows, column-wise; all columns equally long.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawBatch {
    pub columns: Vec<RawColumn>,
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
