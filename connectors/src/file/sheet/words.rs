//! Rows of a text file as columns of words, made side by side and taken in order.
//!
//! Types: [`WordTable`], [`WordColumn`]. Law: taking in word tables leaves the same batches, statistics and layout as
//! the same rows one by one. Tests: `connectors/tests/staging.rs`.

use super::{Header, Row, totals};
use crate::file::{RowPlaces, batch_file};
use table::{column::DictionaryBuilder, infer::ColumnStats};

/// One column of a [`WordTable`].
#[derive(Debug)]
pub struct WordColumn {
    words: DictionaryBuilder,
    /// Codes of the rows so far; blank rows at the end may be missing.
    codes: Vec<u32>,
    /// How many rows say each word.
    counts: Vec<u64>,
    pub(super) stats: ColumnStats,
    /// As a batch file has it.
    pub(super) bytes: Vec<u8>,
}

impl Default for WordColumn {
    fn default() -> WordColumn {
        WordColumn {
            words: DictionaryBuilder::default(),
            codes: Vec::new(),
            counts: vec![0],
            stats: ColumnStats::new(""),
            bytes: Vec::new(),
        }
    }
}

impl WordColumn {
    pub fn code(&mut self, text: &str) -> u32 {
        self.words.code(text)
    }

    pub(super) fn n_filled(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// Some rows; those that are no records are apart.
#[derive(Debug, Default)]
pub struct WordTable {
    pub columns: Vec<WordColumn>,
    pub dropped: Vec<(Row, &'static str)>,
    pub n_rows: usize,
    pub n_cells: u64,
    pub places: RowPlaces,
}

impl WordTable {
    /// The next row, which stands in this row of the file, by columns and codes.
    pub fn add(&mut self, row: u64, codes: &[(usize, u32)]) {
        self.places.push(self.n_rows as u64, row);
        for (column, code) in codes {
            let column = &mut self.columns[*column];
            column.codes.resize(self.n_rows, 0);
            column.codes.push(*code);
            let code = *code as usize;
            if column.counts.len() <= code {
                column.counts.resize(code + 1, 0);
            }
            column.counts[code] += 1;
        }
        self.n_rows += 1;
        self.n_cells += codes.len() as u64;
    }

    /// Counts and packs; what is left to do needs the order of the file.
    pub fn finish(&mut self) {
        for (at, column) in self.columns.iter_mut().enumerate() {
            let words = column.words.dictionary();
            for (code, n) in (0..).zip(&column.counts) {
                column.stats.add_times(words.get(code), *n);
            }
            let n_filled = column.n_filled();
            column.stats.add_blanks(self.n_rows as u64 - n_filled);
            let key = super::columns::value_key(at as u32);
            column.bytes = batch_file::encode_words(key, words, &column.codes, self.n_rows);
        }
    }
}

/// A row whose first text is this one may be no record: then it is to be looked at as a whole.
pub fn may_drop(first: &str, column: u32, header: &Header) -> bool {
    let repeats = header
        .names
        .get(&column)
        .is_some_and(|name| name == first.trim());
    repeats || totals::may_be_label(first)
}
