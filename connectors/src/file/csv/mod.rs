//! Text files: CSV, TSV and other separated values in whatever encoding they come.
//!
//! Function: [`read`]. In: a file; out: rows to a [`SheetReading`]. Law: memory is bounded by one batch;
//! every cell stays text, types are proposed from the whole column. Tests: `connectors/tests/staging.rs`.

mod delimiter;
mod encoding;

use super::{
    manifest::Note,
    sheet::{Cell, FinishedSheet, Row, SheetFacts, SheetReading, StageRun},
    stage_error::{StageError, StageErrorCode},
    words::Words,
};
use delimiter::Delimiter;
use encoding::{DecodingReader, Detected};
use std::{fs::File, io::Read, path::Path};
use table::raw::RawCell;

/// Bytes of decoded text from which the separator is told.
const HEAD_BYTES: u64 = 128 << 10;

#[derive(Debug)]
pub struct TextFile {
    pub format: &'static str,
    pub encoding: &'static str,
    pub sheet: Option<FinishedSheet>,
    pub notes: Vec<Note>,
}

pub fn read(input: &Path, file_name: &str, run: &mut StageRun) -> Result<TextFile, StageError> {
    let detected = encoding::detect(&mut File::open(input)?)?;
    let delimiter = delimiter::detect(&decoded_head(input, &detected)?);
    let facts = SheetFacts {
        name: sheet_name(file_name),
        ..SheetFacts::default()
    };
    let sheet = rows(input, &detected, &delimiter, SheetReading::new(run, facts))?;
    Ok(TextFile {
        format: delimiter.format(),
        encoding: detected.encoding.name(),
        sheet,
        notes: detected.notes(),
    })
}

/// The first part of the text; the bound may cut a character, which is dropped.
fn decoded_head(input: &Path, detected: &Detected) -> Result<String, StageError> {
    let mut bytes = Vec::new();
    DecodingReader::new(File::open(input)?, detected)
        .take(HEAD_BYTES)
        .read_to_end(&mut bytes)?;
    let end = match std::str::from_utf8(&bytes) {
        Ok(_) => bytes.len(),
        Err(error) => error.valid_up_to(),
    };
    bytes.truncate(end);
    String::from_utf8(bytes).map_err(|error| StageErrorCode::NotText.because(error))
}

fn rows(
    input: &Path,
    detected: &Detected,
    delimiter: &Delimiter,
    mut sheet: SheetReading,
) -> Result<Option<FinishedSheet>, StageError> {
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(delimiter.byte)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 18)
        .from_reader(DecodingReader::new(File::open(input)?, detected));
    let mut record = ::csv::StringRecord::new();
    let mut words = Words::default();
    let mut number = 0u32;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(StageErrorCode::NotText.because(error)),
        }
        number = number.saturating_add(1);
        if number == 1 && delimiter.has_sep_line {
            continue;
        }
        sheet.row(Row {
            number,
            cells: cells(&record, delimiter, &mut words),
            formulas: Vec::new(),
        })?;
    }
    sheet.finish()
}

fn cells(record: &::csv::StringRecord, delimiter: &Delimiter, words: &mut Words) -> Vec<Cell> {
    let cell = |(column, text): (usize, &str)| Cell {
        column: column as u32,
        value: if text.is_empty() {
            RawCell::Blank
        } else {
            RawCell::Text(words.shared(unguarded(text)))
        },
        format: 0,
    };
    match record.get(0) {
        Some(line) if delimiter.wide_comma && record.len() == 1 => {
            line.split('，').enumerate().map(cell).collect()
        }
        _ => record.iter().enumerate().map(cell).collect(),
    }
}

/// Takes away what exporters put before texts so that a spreadsheet does not compute them: `'=1+1`, `="00123"`.
fn unguarded(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('\'')
        && rest.starts_with(['=', '+', '-', '@', '\t', '\r'])
    {
        return rest;
    }
    text.strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| !inner.contains('"'))
        .unwrap_or(text)
}

fn sheet_name(file_name: &str) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let stem = stem.trim();
    if stem.is_empty() {
        "表格".into()
    } else {
        stem.chars().take(100).collect()
    }
}
