//! The columns of a sheet while it is read: one batch in memory, statistics, and the final layout.
//!
//! Type: [`Columns`]. Law: values and pictures of one file column are kept apart until the end, when it is
//! known whether the column is a picture column. Tests: `connectors/tests/staging.rs`.

use super::{Cell, NoteBook, NumberFormat, SheetFacts, WordTable, column_letters};
use crate::file::{
    batch_file,
    limits::{BATCH_CELLS, BATCH_ROWS, BATCH_TEXT_BYTES, COLUMNS},
    manifest::{ColumnManifest, Note},
    stage_error::StageError,
    staged,
};
use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    thread::JoinHandle,
};
use table::{
    field::{FieldType, select::options_from},
    infer::{ColumnStats, FieldProposal, Reason},
    limits::TEXT_CELL_BYTES,
    raw::RawCell,
    value::Attachment,
};

/// Batch key of the values of a file column.
pub fn value_key(column: u32) -> u32 {
    column * 2
}

/// Batch key of the pictures of a file column.
pub fn picture_key(column: u32) -> u32 {
    column * 2 + 1
}

#[derive(Debug)]
struct ColumnState {
    stats: ColumnStats,
    cells: Vec<RawCell>,
    /// The emptied buffer of the batch before, for the next one.
    spare: Vec<RawCell>,
    name: String,
    n_filled: u64,
    /// Numbers by format.
    formats: BTreeMap<u32, u64>,
}

/// The columns as the manifest lists them, and where each file column's values went.
#[derive(Debug)]
pub struct Layout {
    pub columns: Vec<ColumnManifest>,
    pub places: BTreeMap<u32, usize>,
}

#[derive(Debug)]
pub struct Columns {
    folder: PathBuf,
    sheet: usize,
    states: BTreeMap<u32, ColumnState>,
    n_rows: u64,
    /// Rows and bytes of text of the batch in memory.
    n_batch_rows: usize,
    n_batch_text: usize,
    n_batches: u32,
    n_left_out: u64,
    /// The batch that is being written while the next one is read.
    under_way: Option<JoinHandle<std::io::Result<Vec<Work>>>>,
}

/// A column's part of a batch: its statistics go along and come back.
#[derive(Debug)]
struct Work {
    key: u32,
    stats: ColumnStats,
    cells: Vec<RawCell>,
}

impl Columns {
    pub fn new(folder: &Path, sheet: usize) -> Columns {
        Columns {
            folder: folder.into(),
            sheet,
            states: BTreeMap::new(),
            n_rows: 0,
            n_batch_rows: 0,
            n_batch_text: 0,
            n_batches: 0,
            n_left_out: 0,
            under_way: None,
        }
    }

    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    pub fn n_batches(&self) -> u32 {
        self.n_batches
    }

    pub fn n_columns(&self) -> usize {
        self.states.len()
    }

    pub fn is_empty(&self) -> bool {
        self.n_rows == 0 && self.states.len() < 2
    }

    pub fn has_pictures(&self, column: u32) -> bool {
        self.states.contains_key(&picture_key(column))
    }

    /// Makes a column with a header, even if no cell follows.
    pub fn name(&mut self, column: u32, name: &str) {
        if self.states.len() < COLUMNS {
            self.states
                .insert(value_key(column), ColumnState::new(name));
        }
    }

    pub fn add_row(
        &mut self,
        cells: Vec<Cell>,
        pictures: BTreeMap<u32, Vec<Attachment>>,
        notes: &mut NoteBook,
    ) -> Result<(), StageError> {
        let at = self.n_batch_rows;
        for mut cell in cells {
            if let RawCell::Text(text) = &mut cell.value {
                if text.len() > TEXT_CELL_BYTES {
                    *text = cut(text).into();
                    notes.add(text_cut());
                }
                self.n_batch_text += text.len();
            }
            let Some(state) = self.state(value_key(cell.column), notes) else {
                continue;
            };
            if matches!(cell.value, RawCell::Number { .. }) {
                *state.formats.entry(cell.format).or_default() += 1;
            }
            state.put(at, cell.value);
        }
        for (column, files) in pictures {
            if let Some(state) = self.state(picture_key(column), notes) {
                state.put(at, RawCell::Pictures(files.into()));
            }
        }
        self.n_rows += 1;
        self.n_batch_rows += 1;
        let full = self.n_batch_rows >= BATCH_ROWS
            || self.n_batch_rows * self.states.len() >= BATCH_CELLS
            || self.n_batch_text >= BATCH_TEXT_BYTES;
        if full { self.flush() } else { Ok(()) }
    }

    /// A batch that was counted and packed elsewhere; it follows the rows so far.
    pub fn add_words(&mut self, table: WordTable, notes: &mut NoteBook) -> Result<(), StageError> {
        self.write_rest()?;
        if table.n_rows == 0 {
            return Ok(());
        }
        let n_before = self.n_rows;
        let (mut n_columns, mut bytes) = (0, Vec::new());
        for (column, words) in (0u32..).zip(table.columns) {
            let n_filled = words.n_filled();
            if n_filled == 0 {
                continue;
            }
            let Some(state) = self.state(value_key(column), notes) else {
                continue;
            };
            state.stats.add_blanks(n_before - state.stats.n_rows());
            state.stats.merge(&words.stats);
            state.n_filled += n_filled;
            n_columns += 1;
            bytes.extend(words.bytes);
        }
        let mut batch = batch_file::encode_head(table.n_rows, n_columns);
        batch.extend(bytes);
        let name = staged::batch_name(self.sheet, self.n_batches);
        std::fs::write(self.folder.join(name), batch)?;
        self.n_batches += 1;
        self.n_rows += table.n_rows as u64;
        Ok(())
    }

    fn state(&mut self, key: u32, notes: &mut NoteBook) -> Option<&mut ColumnState> {
        if self.states.len() >= COLUMNS && !self.states.contains_key(&key) {
            self.n_left_out += 1;
            if self.n_left_out == 1 {
                notes.add(Note::warning(
                    "too_many_columns",
                    format!("列太多，只导入前 {COLUMNS} 列，其余的没有导入。"),
                    format!("Too many columns: the first {COLUMNS} are imported, the others are left out."),
                ));
            }
            return None;
        }
        Some(
            self.states
                .entry(key)
                .or_insert_with(|| ColumnState::new("")),
        )
    }

    /// Hands the batch in memory to a thread that counts and writes it on all cores, column by column.
    fn flush(&mut self) -> Result<(), StageError> {
        self.settle()?;
        let n_rows = self.n_batch_rows;
        if n_rows == 0 {
            return Ok(());
        }
        let n_before = self.n_rows - n_rows as u64;
        let take = |(key, state): (&u32, &mut ColumnState)| Work {
            key: *key,
            stats: std::mem::replace(&mut state.stats, ColumnStats::new("")),
            cells: std::mem::replace(&mut state.cells, std::mem::take(&mut state.spare)),
        };
        let work: Vec<Work> = self.states.iter_mut().map(take).collect();
        let path = self
            .folder
            .join(staged::batch_name(self.sheet, self.n_batches));
        let writer =
            std::thread::Builder::new().spawn(move || write(work, n_before, n_rows, &path));
        self.under_way = Some(writer?);
        self.n_batches += 1;
        self.n_batch_rows = 0;
        self.n_batch_text = 0;
        Ok(())
    }

    /// Waits for the batch under way.
    fn settle(&mut self) -> Result<(), StageError> {
        let Some(writer) = self.under_way.take() else {
            return Ok(());
        };
        let work = match writer.join() {
            Ok(written) => written?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        for Work { key, stats, cells } in work {
            if let Some(state) = self.states.get_mut(&key) {
                state.stats = stats;
                state.spare = cells;
            }
        }
        Ok(())
    }

    /// Writes what is left; all batches are on disk afterwards.
    pub fn write_rest(&mut self) -> Result<(), StageError> {
        self.flush()?;
        self.settle()
    }

    /// Names, proposals and order of all columns.
    pub fn finish(&mut self, facts: &SheetFacts, notes: &mut NoteBook) -> Layout {
        let mut layout = Layout {
            columns: Vec::new(),
            places: BTreeMap::new(),
        };
        let mut taken = HashSet::new();
        let file_columns: Vec<u32> = {
            let mut list: Vec<u32> = self.states.keys().map(|key| key / 2).collect();
            list.dedup();
            list
        };
        for column in file_columns {
            let values = self.states.get(&value_key(column));
            let pictures = self
                .states
                .get(&picture_key(column))
                .filter(|state| state.n_filled > 0);
            let name = values.map_or("", |state| state.name.as_str());
            let has_values = values.is_some_and(|state| state.n_filled > 0);
            if let Some(state) = pictures.filter(|_| !has_values) {
                let name = if name.is_empty() { "图片" } else { name };
                let name = unique(name, layout.columns.len(), &mut taken);
                layout.places.insert(column, layout.columns.len());
                layout
                    .columns
                    .push(self.column(column, picture_key(column), name, state, facts));
                continue;
            }
            let Some(values) = values else { continue };
            let own_name = unique(name, layout.columns.len(), &mut taken);
            layout.places.insert(column, layout.columns.len());
            layout.columns.push(self.column(
                column,
                value_key(column),
                own_name.clone(),
                values,
                facts,
            ));
            if let Some(state) = pictures {
                let name = unique(&format!("{own_name}图片"), layout.columns.len(), &mut taken);
                notes.add(Note::info(
                    "pictures_apart",
                    format!("“{own_name}”列里既有文字又有图片，图片放在新列“{name}”。"),
                    format!("Column \"{own_name}\" holds texts and pictures; the pictures are in a new column \"{name}\"."),
                ));
                layout
                    .columns
                    .push(self.column(column, picture_key(column), name, state, facts));
            }
        }
        layout
    }

    fn column(
        &self,
        column: u32,
        key: u32,
        name: String,
        state: &ColumnState,
        facts: &SheetFacts,
    ) -> ColumnManifest {
        let mut proposal = state.stats_to(self.n_rows).propose();
        if key == value_key(column) {
            by_number_format(&mut proposal, state, &facts.formats);
            by_choices(&mut proposal, column, facts);
        }
        let within = |first: u32, last: u32| (first..=last).contains(&column);
        ColumnManifest {
            name,
            source_column: column_letters(column),
            key,
            proposal,
            formula: None,
            hidden: facts
                .hidden_columns
                .iter()
                .any(|(first, last)| within(*first, *last)),
            width_px: facts
                .widths_px
                .iter()
                .find(|(first, last, _)| within(*first, *last))
                .map(|(_, _, width)| *width),
        }
    }
}

impl ColumnState {
    fn new(name: &str) -> ColumnState {
        ColumnState {
            stats: ColumnStats::new(name),
            cells: Vec::new(),
            spare: Vec::new(),
            name: name.into(),
            n_filled: 0,
            formats: BTreeMap::new(),
        }
    }

    fn put(&mut self, at: usize, value: RawCell) {
        if self.cells.len() <= at {
            self.cells.resize(at, RawCell::Blank);
            self.cells.push(value);
            self.n_filled += 1;
        }
    }

    /// The statistics with the blanks below the column's last cell.
    fn stats_to(&self, n_rows: u64) -> ColumnStats {
        let mut stats = self.stats.clone();
        stats.add_blanks(n_rows - stats.n_rows());
        stats
    }
}

/// Counts and writes a batch; gives the statistics back.
fn write(
    mut work: Vec<Work>,
    n_before: u64,
    n_rows: usize,
    path: &Path,
) -> std::io::Result<Vec<Work>> {
    let n_threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .clamp(1, 8);
    let share = work.len().div_ceil(n_threads).max(1);
    let parts: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let workers: Vec<_> = work
            .chunks_mut(share)
            .map(|chunk| scope.spawn(move || finish_columns(chunk, n_before, n_rows)))
            .collect();
        let joined = workers.into_iter().map(|worker| match worker.join() {
            Ok(bytes) => bytes,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.collect()
    });
    let mut bytes = batch_file::encode_head(n_rows, work.len());
    for part in &parts {
        bytes.extend_from_slice(part);
    }
    std::fs::write(path, bytes)?;
    Ok(work)
}

fn finish_columns(work: &mut [Work], n_before: u64, n_rows: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Work { key, stats, cells } in work {
        stats.add_blanks(n_before - stats.n_rows());
        for cell in cells.iter() {
            stats.add(cell);
        }
        bytes.extend(batch_file::encode_column(*key, cells, n_rows));
        cells.clear();
    }
    bytes
}

/// The number format of most of the numbers says more than their values do.
fn by_number_format(proposal: &mut FieldProposal, state: &ColumnState, formats: &[NumberFormat]) {
    let is_number = matches!(
        proposal.field_type,
        FieldType::Number { .. } | FieldType::Currency { .. } | FieldType::Percent { .. }
    );
    let n_numbers: u64 = state.formats.values().sum();
    let Some((format, n)) = state.formats.iter().max_by_key(|(_, n)| **n) else {
        return;
    };
    if !is_number || *n * 2 < n_numbers {
        return;
    }
    let Some(mut told) = formats
        .get(*format as usize)
        .and_then(NumberFormat::field_type)
    else {
        return;
    };
    // A plain `0.00` does not take back that a column named 单价 is money.
    if let (FieldType::Number { decimals, unit, .. }, FieldType::Currency { code, .. }) =
        (&told, &proposal.field_type)
        && unit.is_empty()
    {
        told = FieldType::Currency {
            code: code.clone(),
            decimals: decimals.unwrap_or(2),
        };
    }
    let before = std::mem::replace(&mut proposal.field_type, told);
    proposal
        .alternatives
        .retain(|other| other.key() != proposal.field_type.key());
    if before.key() != proposal.field_type.key() {
        proposal.alternatives.insert(0, before);
    }
    proposal.reasons.insert(
        0,
        Reason {
            code: "number_format".into(),
            n_cells: *n,
        },
    );
}

/// A drop-down list makes a select, if the column is texts.
fn by_choices(proposal: &mut FieldProposal, column: u32, facts: &SheetFacts) {
    let list = facts.choices.iter().find(|(region, list)| {
        (region.first_column..=region.last_column).contains(&column) && !list.is_empty()
    });
    let Some((_, list)) = list else { return };
    let mut names: Vec<&str> = list.iter().map(String::as_str).collect();
    // Only where the column's own values are few enough to be options too: nothing becomes a misfit.
    let own = match &proposal.field_type {
        FieldType::Select { .. } => Some(&proposal.field_type),
        FieldType::Text => proposal
            .alternatives
            .iter()
            .find(|other| other.key() == "select"),
        _ => None,
    };
    let Some(FieldType::Select { options }) = own.cloned() else {
        return;
    };
    names.extend(options.iter().map(|option| option.name.as_str()));
    let mut seen = HashSet::new();
    names.retain(|name| !name.is_empty() && seen.insert(*name));
    let options = options_from(names);
    proposal.field_type = FieldType::Select { options };
    proposal
        .alternatives
        .retain(|other| other.key() != "select");
    proposal.alternatives.insert(0, FieldType::Text);
    proposal.reasons.insert(
        0,
        Reason {
            code: "drop_down".into(),
            n_cells: list.len() as u64,
        },
    );
}

fn cut(text: &str) -> &str {
    let mut end = TEXT_CELL_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn text_cut() -> Note {
    Note::warning(
        "text_cut",
        "有的单元格文字太长（超过 100 万字节），只保留了前面的部分。",
        "Some cells hold more than a million bytes of text; only the beginning was kept.",
    )
}

/// A name that no other column of the sheet has; blank names tell the place.
fn unique(name: &str, place: usize, taken: &mut HashSet<String>) -> String {
    let limit = table::limits::NAME_CHARS - 8;
    let is_blank = name.chars().all(|c| c.is_control() || c.is_whitespace());
    let base: String = if is_blank {
        format!("列{}", place + 1)
    } else {
        name.chars().take(limit).collect()
    };
    let mut candidate = base.clone();
    let mut n = 2;
    while !taken.insert(candidate.to_lowercase()) {
        candidate = format!("{base} {n}");
        n += 1;
    }
    candidate
}
