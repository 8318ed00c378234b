//! One sheet while it is read: rows stream in, the header is found, batches and a manifest come out.
//!
//! Main types: [`SheetReading`], [`Row`], [`SheetFacts`]. In: rows in ascending order, from any format;
//! out: batch files and a [`FinishedSheet`]. Law: memory is bounded by one batch, whatever the sheet's size;
//! a row is taken out only when the manifest says so. Tests: `connectors/tests/staging.rs`.

mod columns;
mod formats;
mod header;
mod header_words;
mod merges;
mod notebook;
mod outside;
mod totals;
mod words;

pub use formats::{FormatKind, NumberFormat};
pub use header::Header;
pub use merges::{Merges, Region, read_cell};
pub use notebook::NoteBook;
pub use totals::reason_to_drop;
pub use words::{WordColumn, WordTable, may_drop};

use super::{
    RowPlaces,
    formula_map::Tally,
    limits::{
        BATCH_CELLS, BATCH_ROWS, DROPPED_ROWS, HEADER_SEARCH_ROWS, SAMPLE_CHARS, SAMPLE_ROWS,
        StageLimits,
    },
    manifest::{DroppedRow, SampleCell, SampleKind, SheetManifest},
    stage_error::{StageError, StageErrorCode},
};
use columns::Columns;
use outside::Outside;
use std::{collections::BTreeMap, path::Path, sync::Arc};
use table::{raw::RawCell, value::Attachment};

/// One cell of a row that holds something.
#[derive(Debug, Clone)]
pub struct Cell {
    /// From 0.
    pub column: u32,
    pub value: RawCell,
    /// Place in [`SheetFacts::formats`].
    pub format: u32,
}

/// A formula of a row: equal classes mean equal relative forms.
#[derive(Debug, Clone)]
pub struct RowFormula {
    pub column: u32,
    pub class: u64,
    /// The text, as it stands at `origin` (row from 1, column from 0).
    pub text: Arc<str>,
    pub origin: (u32, u32),
    /// True for SUM, SUBTOTAL or AGGREGATE over several rows.
    pub is_total: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Row {
    /// From 1.
    pub number: u32,
    /// Ascending columns.
    pub cells: Vec<Cell>,
    pub formulas: Vec<RowFormula>,
}

impl Row {
    /// Cells by ascending column; of several in one place the first counts.
    pub fn put_in_order(&mut self) {
        if !self.cells.is_sorted_by(|a, b| a.column < b.column) {
            self.cells.sort_by_key(|cell| cell.column);
            self.cells.dedup_by_key(|cell| cell.column);
        }
    }
}

/// What is known of a sheet before its rows.
#[derive(Debug, Default)]
pub struct SheetFacts {
    pub name: String,
    pub hidden: bool,
    /// First row (from 1) of an Excel table or a filter: surely the header.
    pub header_hint: Option<u32>,
    /// Rows frozen at the top; often title and header.
    pub frozen_rows: u32,
    pub merges: Merges,
    /// By row (from 1): column (from 0) and picture.
    pub pictures: BTreeMap<u32, Vec<(u32, Attachment)>>,
    pub widths_px: Vec<(u32, u32, u32)>,
    pub hidden_columns: Vec<(u32, u32)>,
    /// Drop-down lists: where, and the choices.
    pub choices: Vec<(Region, Vec<String>)>,
    pub formats: Arc<[NumberFormat]>,
}

/// A read sheet; formulas are mapped once all sheets are read.
#[derive(Debug)]
pub struct FinishedSheet {
    pub manifest: SheetManifest,
    /// By source column (from 0).
    pub tallies: BTreeMap<u32, Tally>,
    /// By source column (from 0): place in the manifest's columns.
    pub places: BTreeMap<u32, usize>,
}

/// What all sheets of one staging run share.
#[derive(Debug)]
pub struct StageRun<'a> {
    pub into: &'a Path,
    pub limits: &'a StageLimits,
    pub n_cells: u64,
    pub n_sheets: usize,
}

pub struct SheetReading<'a, 'b> {
    run: &'a mut StageRun<'b>,
    facts: SheetFacts,
    /// Rows held back until the header is found.
    waiting: Option<Vec<Row>>,
    header: Header,
    columns: Columns,
    tallies: BTreeMap<u32, Tally>,
    notes: NoteBook,
    samples: Vec<BTreeMap<u32, SampleCell>>,
    dropped: Vec<(u64, &'static str, BTreeMap<u32, SampleCell>)>,
    n_dropped: u64,
    places: RowPlaces,
    last_row: u32,
    outside: Outside,
}

impl<'a, 'b> SheetReading<'a, 'b> {
    pub fn new(run: &'a mut StageRun<'b>, facts: SheetFacts) -> SheetReading<'a, 'b> {
        SheetReading {
            columns: Columns::new(run.into, run.n_sheets),
            run,
            waiting: Some(Vec::new()),
            header: Header::default(),
            tallies: BTreeMap::new(),
            notes: NoteBook::new(&facts.name),
            samples: Vec::new(),
            dropped: Vec::new(),
            n_dropped: 0,
            places: RowPlaces::default(),
            last_row: 0,
            outside: Outside::default(),
            facts,
        }
    }

    /// A picture of a cell (row from 1, column from 0) of a row that has not come yet.
    pub fn add_picture(&mut self, row: u32, column: u32, picture: Attachment) {
        self.facts
            .pictures
            .entry(row)
            .or_default()
            .push((column, picture));
    }

    pub fn notes(&mut self) -> &mut NoteBook {
        &mut self.notes
    }

    /// Takes the next row; rows without content are skipped.
    pub fn row(&mut self, mut row: Row) -> Result<(), StageError> {
        row.cells.retain(|cell| !cell.value.is_blank());
        if row.cells.is_empty() && !self.facts.pictures.contains_key(&row.number) {
            return Ok(());
        }
        self.run.n_cells += row.cells.len() as u64;
        if self.run.n_cells > self.run.limits.cells {
            return Err(
                StageErrorCode::TooManyCells.because(format_args!("{} cells", self.run.n_cells))
            );
        }
        // Rows that hold pictures only are not always in the file's list of rows.
        while let Some(number) = self.picture_row_before(row.number) {
            self.hold_or_take(Row {
                number,
                ..Row::default()
            })?;
        }
        self.hold_or_take(row)
    }

    fn picture_row_before(&self, number: u32) -> Option<u32> {
        self.facts
            .pictures
            .range(self.last_row + 1..number.max(self.last_row + 1))
            .next()
            .map(|(row, _)| *row)
    }

    fn hold_or_take(&mut self, row: Row) -> Result<(), StageError> {
        self.last_row = self.last_row.max(row.number);
        match &mut self.waiting {
            Some(waiting) => {
                waiting.push(row);
                if waiting.len() >= HEADER_SEARCH_ROWS {
                    self.find_header(false)?;
                }
                Ok(())
            }
            None => self.take(row),
        }
    }

    fn find_header(&mut self, is_all: bool) -> Result<(), StageError> {
        let Some(waiting) = self.waiting.take() else {
            return Ok(());
        };
        let header = header::find(&waiting, &self.facts);
        // A lone column of names without a record below is no table: its lines are the records.
        let is_data = |row: &Row| row.number > header.last_row && !row.cells.is_empty();
        let is_lone = is_all && header.names.len() < 2 && !waiting.iter().any(is_data);
        self.header = if is_lone { Header::default() } else { header };
        for (column, name) in &self.header.names {
            self.columns.name(*column, name);
        }
        self.outside.is_album = waiting.iter().all(|row| row.cells.is_empty());
        let first_data = self.header.first_data_row;
        for row in waiting {
            if row.number >= first_data {
                self.take(row)?;
            } else {
                let pictures = self.facts.pictures.remove(&row.number);
                self.outside.add(row.number, pictures.unwrap_or_default());
            }
        }
        Ok(())
    }

    fn take(&mut self, mut row: Row) -> Result<(), StageError> {
        let pictures = self.facts.pictures.remove(&row.number).unwrap_or_default();
        let known = |column: u32| self.columns.has_pictures(column);
        if row.cells.is_empty()
            && !self.outside.is_album
            && !pictures.iter().any(|(column, _)| known(*column))
        {
            self.outside.add(row.number, pictures);
            return Ok(());
        }
        if let Some(reason) = totals::reason_to_drop(&row, &self.header) {
            self.drop_row(&row, reason);
            self.outside.add(row.number, pictures);
            return Ok(());
        }
        self.facts.merges.fill_down(&mut row, &mut self.notes);
        let mut pictures = by_column(pictures);
        self.facts
            .merges
            .fill_pictures_down(row.number, &mut pictures);
        if self.columns.n_rows() >= self.run.limits.rows {
            return Err(StageErrorCode::TooManyCells
                .because(format_args!("{} rows", self.columns.n_rows())));
        }
        for formula in row.formulas {
            self.tallies
                .entry(formula.column)
                .or_default()
                .add(formula, row.number);
        }
        if self.samples.len() < SAMPLE_ROWS {
            self.samples
                .push(sample_row(&row.cells, &pictures, &self.facts.formats));
        }
        self.places
            .push(self.columns.n_rows(), u64::from(row.number));
        self.columns.add_row(row.cells, pictures, &mut self.notes)
    }

    /// The header, once it and the sample are known and nothing else of the sheet has to be taken row by row.
    pub fn header_found(&self) -> Option<Header> {
        let is_plain = self.facts.pictures.is_empty() && self.facts.merges.is_empty();
        let is_ready = self.waiting.is_none() && self.samples.len() >= SAMPLE_ROWS && is_plain;
        is_ready.then(|| self.header.clone())
    }

    /// Rows of one batch of this sheet.
    pub fn batch_rows(&self) -> usize {
        (BATCH_CELLS / self.columns.n_columns().max(1)).clamp(1, BATCH_ROWS)
    }

    /// Takes the next rows, as columns; only after [`SheetReading::header_found`].
    pub fn take_words(&mut self, table: WordTable) -> Result<(), StageError> {
        let dropped = table.dropped.iter();
        let n_cells = dropped.map(|(row, _)| row.cells.len() as u64).sum::<u64>() + table.n_cells;
        self.run.n_cells += n_cells;
        let n_rows = self.columns.n_rows() + table.n_rows as u64;
        let limits = self.run.limits;
        if self.run.n_cells > limits.cells || n_rows > limits.rows {
            let n_cells = self.run.n_cells;
            return Err(StageErrorCode::TooManyCells
                .because(format_args!("{n_cells} cells, {n_rows} rows")));
        }
        for (row, reason) in &table.dropped {
            self.drop_row(row, reason);
        }
        self.places.extend(self.columns.n_rows(), &table.places);
        self.columns.add_words(table, &mut self.notes)
    }

    fn drop_row(&mut self, row: &Row, reason: &'static str) {
        self.n_dropped += 1;
        if self.dropped.len() < DROPPED_ROWS {
            let cells = sample_row(&row.cells, &BTreeMap::new(), &self.facts.formats);
            self.dropped.push((u64::from(row.number), reason, cells));
        }
    }

    /// Ends the sheet: its table, if it holds one, and a table of the pictures that stand outside the rows.
    pub fn finish(mut self) -> Result<Vec<FinishedSheet>, StageError> {
        self.find_header(true)?;
        while let Some(number) = self.picture_row_before(u32::MAX) {
            self.hold_or_take(Row {
                number,
                ..Row::default()
            })?;
        }
        let outside = std::mem::take(&mut self.outside);
        let name = self.facts.name.clone();
        if let Some(note) = outside.note(&name) {
            self.notes.add(note);
        }
        let mut sheets = Vec::new();
        if !self.columns.is_empty() {
            sheets.push(self.finish_table()?);
            self.run.n_sheets += 1;
        }
        sheets.extend(outside.into_sheet(&name, self.run)?);
        Ok(sheets)
    }

    fn finish_table(&mut self) -> Result<FinishedSheet, StageError> {
        self.columns.write_rest()?;
        let layout = self.columns.finish(&self.facts, &mut self.notes);
        let sample = |cells: &BTreeMap<u32, SampleCell>| -> Vec<SampleCell> {
            let has_column = |key: u32| layout.columns.iter().any(|column| column.key == key);
            // The label of a total may stand in a column of pictures.
            let label = |key: u32| {
                let values = columns::value_key(key / 2);
                cells.get(&values).filter(|_| !has_column(values))
            };
            let cell = |key: u32| cells.get(&key).or_else(|| label(key));
            layout
                .columns
                .iter()
                .map(|column| cell(column.key).cloned().unwrap_or_default())
                .collect()
        };
        let dropped_rows = self.dropped.iter().map(|(row, reason, cells)| DroppedRow {
            row: *row,
            reason: (*reason).into(),
            cells: sample(cells),
        });
        let manifest = SheetManifest {
            name: self.facts.name.clone(),
            hidden: self.facts.hidden,
            title_lines: std::mem::take(&mut self.header.title_lines),
            header_row: u64::from(self.header.last_row),
            n_rows: self.columns.n_rows(),
            n_batches: self.columns.n_batches(),
            sample_rows: self.samples.iter().map(sample).collect(),
            dropped_rows: dropped_rows.collect(),
            n_dropped_rows: self.n_dropped,
            notes: self.notes.finish(),
            columns: layout.columns,
            rows: std::mem::take(&mut self.places),
            own: None,
        };
        Ok(FinishedSheet {
            manifest,
            tallies: std::mem::take(&mut self.tallies),
            places: layout.places,
        })
    }
}

fn by_column(pictures: Vec<(u32, Attachment)>) -> BTreeMap<u32, Vec<Attachment>> {
    let mut columns: BTreeMap<u32, Vec<Attachment>> = BTreeMap::new();
    for (column, picture) in pictures {
        columns.entry(column).or_default().push(picture);
    }
    columns
}

fn sample_row(
    cells: &[Cell],
    pictures: &BTreeMap<u32, Vec<Attachment>>,
    formats: &[NumberFormat],
) -> BTreeMap<u32, SampleCell> {
    let mut row = BTreeMap::new();
    for cell in cells {
        row.insert(columns::value_key(cell.column), sample_cell(cell, formats));
    }
    for (column, files) in pictures {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_ref()).collect();
        row.insert(
            columns::picture_key(*column),
            SampleCell {
                text: cut(&names.join(", ")),
                kind: SampleKind::Pictures,
                pictures: files.clone(),
            },
        );
    }
    row
}

fn sample_cell(cell: &Cell, formats: &[NumberFormat]) -> SampleCell {
    use table::field::FieldType;
    let (kind, text) = match &cell.value {
        RawCell::Blank => (SampleKind::Blank, String::new()),
        RawCell::Number { value, shown } => {
            let shown = shown.as_deref().map(str::to_string);
            let format = formats.get(cell.format as usize);
            let text = shown.or_else(|| format.and_then(|format| format.show(*value)));
            (
                SampleKind::Number,
                text.unwrap_or_else(|| table::field::decimal::general(*value)),
            )
        }
        RawCell::Date { value, has_time } => {
            let field = if *has_time {
                FieldType::DateTime
            } else {
                FieldType::Date
            };
            let value = table::value::CellValue::Date(*value).into();
            (SampleKind::Date, field.display(&value))
        }
        RawCell::Bool(flag) => (
            SampleKind::Bool,
            if *flag { "TRUE" } else { "FALSE" }.into(),
        ),
        RawCell::Text(text) => (SampleKind::Text, cut(text)),
        RawCell::Error(error) => (SampleKind::Error, error.code().into()),
        RawCell::Pictures(_) => (SampleKind::Pictures, String::new()),
    };
    SampleCell {
        text,
        kind,
        pictures: Vec::new(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(SAMPLE_CHARS).collect()
}

/// `C` for 2.
pub fn column_letters(column: u32) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|byte| char::from(*byte)).collect()
}
