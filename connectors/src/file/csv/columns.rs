//! A piece of a text file as columns of words: each distinct text of a column is kept and looked at once.
//!
//! Function: [`columns`]. In: a [`Chunk`]; out: a [`WordTable`], or none where the piece holds something rare that the
//! way row by row tells a person about. Tests: `connectors/tests/staging.rs`.

use super::{Delimiter, cells, chunks::Chunk, each_field, record_reader};
use crate::file::{
    limits::COLUMNS,
    sheet::{Header, Row, WordColumn, WordTable, may_drop, reason_to_drop},
    stage_error::{StageError, StageErrorCode},
    words::Words,
};
use table::limits::TEXT_CELL_BYTES;

/// `None`: a text or a row is too long.
pub fn columns(
    chunk: &Chunk,
    delimiter: &Delimiter,
    header: &Header,
) -> Result<Option<WordTable>, StageError> {
    let mut reader = record_reader(delimiter, &chunk.bytes[..]);
    let mut record = ::csv::StringRecord::new();
    let mut table = WordTable::default();
    let mut number = chunk.first_record;
    // Of one row: which columns have a text, and its code.
    let mut codes: Vec<(usize, u32)> = Vec::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => number += 1,
            Ok(false) => return Ok(Some(table)),
            Err(error) => return Err(StageErrorCode::NotText.because(error)),
        }
        // Before its texts count as the columns' words.
        if is_doubtful(&record, delimiter, header) {
            let row = whole_row(&record, delimiter, number);
            if let Some(reason) = reason_to_drop(&row, header) {
                table.dropped.push((row, reason));
                continue;
            }
        }
        codes.clear();
        let mut is_rare = false;
        each_field(&record, delimiter, |column, text| {
            if is_blank(text) {
                return true;
            }
            is_rare = column >= COLUMNS || text.len() > TEXT_CELL_BYTES;
            if is_rare {
                return false;
            }
            while table.columns.len() <= column {
                table.columns.push(WordColumn::default());
            }
            codes.push((column, table.columns[column].code(text)));
            true
        });
        if is_rare {
            return Ok(None);
        }
        if codes.is_empty() {
            continue;
        }
        table.add(number, &codes);
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// The first text of the record is one of a total or of a repeated header.
fn is_doubtful(record: &::csv::StringRecord, delimiter: &Delimiter, header: &Header) -> bool {
    let mut is_doubtful = false;
    each_field(record, delimiter, |column, text| {
        let is_first = !is_blank(text);
        is_doubtful = is_first && may_drop(text, column as u32, header);
        !is_first
    });
    is_doubtful
}

fn whole_row(record: &::csv::StringRecord, delimiter: &Delimiter, number: u64) -> Row {
    let mut cells = cells(record, delimiter, &mut Words::default());
    cells.retain(|cell| !cell.value.is_blank());
    Row {
        number: u32::try_from(number).unwrap_or(u32::MAX),
        cells,
        formulas: Vec::new(),
    }
}
