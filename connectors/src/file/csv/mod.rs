//! Text files: CSV, TSV and other separated values in whatever encoding they come.
//!
//! Function: [`read`]. In: a file; out: rows to a [`SheetReading`], and once its header is known whole columns that
//! several threads made. Law: memory is bounded by some batches; every cell stays text, types are proposed from the
//! whole column; the order is the file's. Tests: `connectors/tests/staging.rs`.

mod chunks;
mod columns;
mod delimiter;
mod encoding;
mod utf8;

use super::{
    limits::BATCH_ROWS,
    manifest::Note,
    sheet::{Cell, FinishedSheet, Header, Row, SheetFacts, SheetReading, StageRun, WordTable},
    stage_error::{StageError, StageErrorCode},
    words::Words,
};
use chunks::{Chunk, Chunks};
use delimiter::Delimiter;
pub(super) use encoding::{DecodingReader, Detected, detect};
use std::{
    fs::File,
    io::Read,
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};
use table::raw::RawCell;
pub(super) use utf8::is_utf8;

/// Bytes of decoded text from which the separator is told.
const HEAD_BYTES: u64 = 128 << 10;

#[derive(Debug)]
pub struct TextFile {
    pub format: &'static str,
    pub encoding: &'static str,
    pub sheets: Vec<FinishedSheet>,
    pub notes: Vec<Note>,
}

pub fn read(input: &Path, file_name: &str, run: &mut StageRun) -> Result<TextFile, StageError> {
    let detected = encoding::detect(&mut File::open(input)?, || utf8::is_utf8(input))?;
    let delimiter = delimiter::detect(&decoded_head(input, &detected)?);
    let facts = SheetFacts {
        name: sheet_name(file_name),
        ..SheetFacts::default()
    };
    let sheets = rows(input, &detected, &delimiter, SheetReading::new(run, facts))?;
    Ok(TextFile {
        format: delimiter.format(),
        encoding: detected.encoding.name(),
        sheets,
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

/// Records that are read one by one, to find the header and a sample.
const FIRST_RECORDS: u64 = 4_096;
/// Bytes from which on a piece has fewer records.
const CHUNK_BYTES: usize = 32 << 20;
/// Threads that cut records into cells.
const WORKERS: usize = 8;

fn rows(
    input: &Path,
    detected: &Detected,
    delimiter: &Delimiter,
    mut sheet: SheetReading,
) -> Result<Vec<FinishedSheet>, StageError> {
    let reader = DecodingReader::new(File::open(input)?, detected);
    let mut chunks = Chunks::new(reader, delimiter.byte, CHUNK_BYTES);
    let mut words = Words::default();
    while let Some(chunk) = chunks.next(FIRST_RECORDS)? {
        row_by_row(&chunk, delimiter, &mut words, &mut sheet)?;
        if let Some(header) = sheet.header_found() {
            side_by_side(chunks, delimiter, &header, &mut words, &mut sheet)?;
            break;
        }
    }
    sheet.finish()
}

fn record_reader<'a>(delimiter: &Delimiter, bytes: &'a [u8]) -> ::csv::Reader<&'a [u8]> {
    ::csv::ReaderBuilder::new()
        .delimiter(delimiter.byte)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(bytes)
}

fn row_by_row(
    chunk: &Chunk,
    delimiter: &Delimiter,
    words: &mut Words,
    sheet: &mut SheetReading,
) -> Result<(), StageError> {
    let mut reader = record_reader(delimiter, &chunk.bytes);
    let mut record = ::csv::StringRecord::new();
    let mut number = chunk.first_record;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => number += 1,
            Ok(false) => return Ok(()),
            Err(error) => return Err(StageErrorCode::NotText.because(error)),
        }
        if number == 1 && delimiter.has_sep_line {
            continue;
        }
        sheet.row(Row {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            cells: cells(&record, delimiter, words),
            formulas: Vec::new(),
        })?;
    }
}

/// A piece, and where what becomes of it is awaited.
type Job = (Chunk, SyncSender<Done>);
type Done = (Chunk, Result<Option<WordTable>, StageError>);

/// The rest of the file: one thread reads pieces, several make columns of them, this one takes them in order.
fn side_by_side(
    mut chunks: Chunks<impl Read + Send>,
    delimiter: &Delimiter,
    header: &Header,
    words: &mut Words,
    sheet: &mut SheetReading,
) -> Result<(), StageError> {
    let n_workers = std::thread::available_parallelism().map_or(1, usize::from);
    let n_workers = n_workers.clamp(1, WORKERS);
    let records = sheet.batch_rows().min(BATCH_ROWS) as u64;
    std::thread::scope(|scope| {
        let (jobs, to_do) = sync_channel::<Job>(n_workers);
        let (order, in_order) = sync_channel::<Receiver<Done>>(n_workers);
        let to_do = std::sync::Arc::new(std::sync::Mutex::new(to_do));
        for _ in 0..n_workers {
            let to_do = to_do.clone();
            std::thread::Builder::new()
                .spawn_scoped(scope, move || {
                    work(&to_do, delimiter, header);
                })
                .map_err(no_thread)?;
        }
        drop(to_do);
        let reading = std::thread::Builder::new()
            .spawn_scoped(scope, move || {
                while let Some(chunk) = chunks.next(records)? {
                    let (done, awaited) = sync_channel(1);
                    // Nobody takes it where another piece has failed: that failure is told.
                    if order.send(awaited).is_err() || jobs.send((chunk, done)).is_err() {
                        break;
                    }
                }
                Ok::<(), StageError>(())
            })
            .map_err(no_thread)?;
        for awaited in in_order {
            let Ok((chunk, made)) = awaited.recv() else {
                // Its worker panicked; the panic goes on when the scope ends.
                break;
            };
            match made? {
                Some(table) => sheet.take_words(table)?,
                None => row_by_row(&chunk, delimiter, words, sheet)?,
            }
        }
        match reading.join() {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Threads get their stacks from the same memory.
fn no_thread(error: std::io::Error) -> StageError {
    StageErrorCode::TooLargeForMemory.because(error)
}

fn work(to_do: &std::sync::Mutex<Receiver<Job>>, delimiter: &Delimiter, header: &Header) {
    loop {
        let next = match to_do.lock() {
            Ok(jobs) => jobs.recv(),
            // Another worker panicked, which ends all.
            Err(_) => return,
        };
        let Ok((chunk, done)) = next else {
            return;
        };
        let made = columns::columns(&chunk, delimiter, header).map(|made| {
            made.map(|mut made| {
                made.finish();
                made
            })
        });
        // Nobody waits for it where an earlier piece has failed.
        let _ = done.send((chunk, made));
    }
}

/// Column and text of the fields that are not empty, until `take` says that it has seen enough.
fn each_field(
    record: &::csv::StringRecord,
    delimiter: &Delimiter,
    mut take: impl FnMut(usize, &str) -> bool,
) {
    let mut field =
        |(column, text): (usize, &str)| text.is_empty() || take(column, unguarded(text));
    match record.get(0) {
        Some(line) if delimiter.wide_comma && record.len() == 1 => {
            line.split('，').enumerate().all(&mut field);
        }
        _ => {
            record.iter().enumerate().all(field);
        }
    }
}

fn cells(record: &::csv::StringRecord, delimiter: &Delimiter, words: &mut Words) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(record.len());
    each_field(record, delimiter, |column, text| {
        cells.push(Cell {
            column: column as u32,
            value: RawCell::Text(words.shared(text)),
            format: 0,
        });
        true
    });
    cells
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::file::{batch_file, limits::StageLimits, manifest::SheetManifest};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use table::raw::RawColumn;

    const COMMA: Delimiter = Delimiter {
        byte: b',',
        has_sep_line: false,
        wide_comma: false,
    };

    type Cells = BTreeMap<u32, Vec<RawCell>>;

    /// The manifest and all cells by batch key; `per_chunk` 0: row by row.
    fn read_text(text: &str, per_chunk: u64) -> (SheetManifest, Cells) {
        let folder = tempfile::tempdir().unwrap();
        let limits = StageLimits::default();
        let mut run = StageRun {
            into: folder.path(),
            limits: &limits,
            n_cells: 0,
            n_sheets: 0,
        };
        let mut sheet = SheetReading::new(&mut run, SheetFacts::default());
        let mut chunks = Chunks::new(text.as_bytes(), b',', CHUNK_BYTES);
        let mut words = Words::default();
        while let Some(chunk) = chunks
            .next(if per_chunk == 0 { 10_000 } else { 50 })
            .unwrap()
        {
            row_by_row(&chunk, &COMMA, &mut words, &mut sheet).unwrap();
            let header = sheet.header_found().filter(|_| per_chunk > 0);
            if let Some(header) = header {
                while let Some(chunk) = chunks.next(per_chunk).unwrap() {
                    match columns::columns(&chunk, &COMMA, &header).unwrap() {
                        Some(mut words) => {
                            words.finish();
                            sheet.take_words(words).unwrap();
                        }
                        None => row_by_row(&chunk, &COMMA, &mut words, &mut sheet).unwrap(),
                    }
                }
            }
        }
        let mut manifest = sheet.finish().unwrap().remove(0).manifest;
        let mut cells = Cells::new();
        let mut n_before = 0;
        for at in 0..manifest.n_batches {
            let path = folder.path().join(crate::file::staged::batch_name(0, at));
            let batch = batch_file::decode(&std::fs::read(path).unwrap()).unwrap();
            for (key, column) in batch.columns {
                let cells = cells.entry(key).or_default();
                cells.resize(n_before, RawCell::Blank);
                cells.extend(RawColumn::into_cells(column));
            }
            n_before += batch.n_rows;
        }
        cells
            .values_mut()
            .for_each(|cells| cells.resize(n_before, RawCell::Blank));
        assert_eq!(n_before as u64, manifest.n_rows);
        manifest.n_batches = 0;
        (manifest, cells)
    }

    fn field() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[0-9]{1,4}",
            3 => "[甲乙丙]{1,2}",
            2 => Just(String::new()),
            1 => prop::sample::select(vec![
                " ", "合计", "小计：", "Total", "货号", "数量", "00123", "2025-10-30", "12.50", "￥3", "95%",
                "=\"007\"", "'=1+1", "\"多行\n字\"", "\"a\"\"b\"", "13800138000", "x@y.cn",
            ]).prop_map(String::from),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        /// Side by side or row by row: the same sheet.
        #[test]
        fn pieces_make_the_same_sheet(
            rows in prop::collection::vec(prop::collection::vec(field(), 1..6), 60..400),
            per_chunk in 1u64..90,
        ) {
            let mut text = String::from("货号,数量,单价,日期\n");
            for row in rows {
                text.push_str(&row.join(","));
                text.push('\n');
            }
            let whole = read_text(&text, 0);
            let pieces = read_text(&text, per_chunk);
            prop_assert!(pieces.1 == whole.1, "other cells");
            let told = |manifest: &SheetManifest| serde_json::to_string_pretty(manifest).unwrap();
            prop_assert!(told(&pieces.0) == told(&whole.0), "another manifest");
        }
    }

    #[test]
    fn several_threads_keep_the_order_and_say_what_is_rare() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut text = String::from("货号,数量\n");
        for row in 0..200_000 {
            match row {
                150_000 => text.push_str("合计,9\n"),
                190_000 => text.push_str(&format!("长{},1\n", "文".repeat(400_000))),
                _ => text.push_str(&format!("A{row:06},{}\n", row % 90)),
            }
        }
        std::fs::write(&path, &text).unwrap();
        let limits = StageLimits::default();
        let into = folder.path().join("staged");
        let manifest = crate::file::stage(&path, "a.csv", &into, &limits).unwrap();
        let sheet = &manifest.sheets[0];
        assert_eq!((sheet.n_rows, sheet.n_dropped_rows), (199_999, 1));
        assert_eq!(sheet.dropped_rows[0].row, 150_002);
        assert!(
            sheet.notes.iter().any(|note| note.code == "text_cut"),
            "{:?}",
            sheet.notes
        );
        let staged = crate::file::Staged::open(&into).unwrap();
        let batches = staged
            .batches(0)
            .map(|batch| batch.unwrap().columns[0].clone().into_cells());
        let cells: Vec<RawCell> = batches.flatten().collect();
        let expected = (0..200_000).filter(|row| *row != 150_000);
        for (cell, row) in cells.iter().zip(expected) {
            let RawCell::Text(text) = cell else { panic!() };
            assert!(row == 190_000 || **text == *format!("A{row:06}"), "{row}");
        }
    }
}
