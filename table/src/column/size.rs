//! How much a column holds.
//!
//! Function: [`Column::n_bytes`]. Law: at least what an op with the column takes in the log, as far as its cells go, so that
//! what would be too large is refused before anything is written. Tests: here.

use super::{Column, Dictionary, Side, TextValues, Values};
use crate::value::CellValue;

/// Of a note's, a link's or a picture's fixed parts.
const FIXED: usize = 64;

impl Column {
    /// Bytes of all cells, about as they stand in memory.
    pub fn n_bytes(&self) -> usize {
        let values = match self.values() {
            Values::Number(all) => 8 * all.len(),
            Values::Bool(all) => all.len(),
            Values::Text(texts) => of_texts(texts),
            Values::Options(_) => 4 * self.len(),
            Values::Attachments(all) => all.iter().map(|files| (1 + files.len()) * FIXED * 2).sum(),
            Values::Links(all) => all.iter().map(|records| 8 + 8 * records.len()).sum(),
            Values::Mixed(all) => all.iter().map(of_value).sum(),
        };
        let side = self.side().values().map(|side| match side {
            Side::Misfit(input) => FIXED + input.len(),
            _ => FIXED,
        });
        let notes = self.notes().values();
        let notes = notes.map(|note| FIXED * (4 + note.keys.len()));
        values + self.len() / 8 + side.sum::<usize>() + notes.sum::<usize>()
    }
}

fn of_texts(texts: &TextValues) -> usize {
    let of = |words: &Dictionary| words.bytes().len() + 4 * words.len();
    4 * texts.len() + of(texts.base()) + of(texts.tail())
}

fn of_value(value: &CellValue) -> usize {
    let more = match value {
        CellValue::Text(text) => text.len(),
        CellValue::Options(all) => 4 * all.len(),
        CellValue::Attachments(all) => 2 * FIXED * all.len(),
        CellValue::Links(all) => 8 * all.len(),
        _ => 0,
    };
    16 + more
}

#[cfg(test)]
mod tests {
    use crate::{
        column::{Column, ColumnKind},
        value::{CellState, CellValue},
    };

    #[test]
    fn a_column_is_as_large_as_what_it_says() {
        let texts = |text: &str, n: usize| {
            let cells = (0..n).map(|at| CellValue::text(format!("{text}{at}")).into());
            Column::from_states(ColumnKind::Text, cells).n_bytes()
        };
        assert!(texts(&"保温杯".repeat(1_000), 100) > 900_000);
        assert!(texts("", 1_000) < 20_000);
        let odd = std::iter::repeat_n(CellState::Misfit("x".repeat(1_000).into()), 100);
        assert!(Column::from_states(ColumnKind::Number, odd).n_bytes() > 100_000);
    }
}
