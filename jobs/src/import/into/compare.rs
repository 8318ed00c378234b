//! What a plan would do to a table, found without doing it.
//!
//! Functions: [`compare`], which tells a person, and [`prepare`] with [`Prepared::diff`], which the application uses, so
//! that both see the same. The file is read in pieces, twice: for the keys, and for the cells; what is held meanwhile is
//! one piece, the keys and a few bytes per row. Tests: `jobs/tests/import_into.rs`.

use super::{
    Blanks, IntoPlan, Misfits,
    fates::{Fate, Fates, LeftOut, Matcher, repeated_keys},
    lines::{CellLine, Comparison, Line, NewOptions, ProblemCode, ProblemLine, keep},
    slots::{Slot, SlotTarget, Slots, is_same},
};
use crate::{
    import::{ImportError, target::ImportSource},
    limits::CELLS_PER_LINE,
};
use connectors::{
    export::fill_in::runs_of,
    file::{OwnTable, SheetManifest},
};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::{collections::BTreeMap, sync::Arc};
use table::{
    column::Column,
    field::link::primary,
    id::RecordId,
    raw::{RawBatch, RawColumn},
    snapshot::{Snapshot, TableData},
    value::CellState,
};

/// A plan with everything that it needs to know of the file and the table.
pub(super) struct Prepared<'a> {
    pub plan: &'a IntoPlan,
    pub snapshot: Arc<Snapshot>,
    pub data: Arc<TableData>,
    pub slots: Slots,
    pub fates: Fates,
}

/// What happens to the cells of one slot in one batch; the lists are equally long.
pub(super) struct SlotDiff {
    /// Rows of the batch.
    pub rows: Vec<u32>,
    pub records: Vec<RecordId>,
    pub seen: Column,
    pub after: Column,
    /// Row of the batch, what stands there, whether it is written all the same.
    misfits: Vec<(u32, String, bool)>,
    /// Row of the batch and what stands there, where a locked cell holds something else.
    locked: Vec<(u32, String)>,
}

/// Reads the keys of the file. `should_stop` is asked between pieces.
pub(super) fn prepare<'a>(
    snapshot: Arc<Snapshot>,
    source: &dyn ImportSource,
    sheet: usize,
    plan: &'a IntoPlan,
    should_stop: &dyn Fn() -> bool,
) -> Result<Prepared<'a>, ImportError> {
    let known = source.manifest().sheets.get(sheet);
    let known = known.ok_or(ImportError::Mapping)?;
    let mut slots = Slots::of(&snapshot, plan, known.columns.len())?;
    let records_column = known.own.as_ref().map(|own| own.records_column);
    let mut matcher = Matcher::new(&snapshot, plan, &slots, records_column)?;
    for batch in source.batches(sheet) {
        let batch = batch.map_err(ImportError::Staged)?;
        if should_stop() {
            return Err(ImportError::Cancelled);
        }
        if plan.add_options {
            slots.learn_options(&batch);
        }
        matcher.take(&batch, &slots)?;
    }
    let data = snapshot.data(plan.table).ok_or(ImportError::Mapping)?;
    Ok(Prepared {
        plan,
        data: data.clone(),
        snapshot,
        slots,
        fates: matcher.finish(),
    })
}

impl Prepared<'_> {
    /// What happens to each slot's cells of records that are there; `first` is the batch's first row in the file.
    pub fn diff(&self, first: usize, built: &[Column]) -> Vec<SlotDiff> {
        self.diff_with(&self.slots, first, built)
    }

    /// As [`Prepared::diff`], with slots whose options have their ids by now.
    pub fn diff_with(&self, slots: &Slots, first: usize, built: &[Column]) -> Vec<SlotDiff> {
        let slots = slots.0.par_iter().zip(built);
        slots
            .map(|(slot, column)| self.diff_slot(slot, first, column))
            .collect()
    }

    fn diff_slot(&self, slot: &Slot, first: usize, built: &Column) -> SlotDiff {
        let (mut rows, mut records) = (Vec::new(), Vec::new());
        let (mut seen, mut after) = (Vec::new(), Vec::new());
        let (mut misfits, mut locked) = (Vec::new(), Vec::new());
        let column = slot.field().map(|field| field.column);
        let segments = self.data.segments.iter();
        let cells: Vec<Option<&Arc<Column>>> = segments
            .map(|segment| column.and_then(|column| segment.column(column)))
            .collect();
        let fates = self.fates.rows.get(first..).unwrap_or_default();
        // What tells a record stays as the table writes it.
        let field = slot.field().map(|field| field.id);
        let is_key =
            !self.plan.by_record && field.is_some_and(|field| self.plan.keys.contains(&field));
        for (at, fate) in fates.iter().enumerate().take(built.len()) {
            let Fate::Change(place) = fate else {
                // What a new record keeps as it was typed is told, too.
                if *fate == Fate::Add
                    && let CellState::Misfit(text) = built.get(at)
                {
                    misfits.push((at as u32, text.to_string(), true));
                }
                continue;
            };
            if is_key {
                continue;
            }
            let place = self.fates.records[*place as usize];
            let new = built.get(at);
            if new.is_blank() && self.plan.blanks == Blanks::Keep {
                continue;
            }
            let old = cells[place.segment as usize];
            let old = old.map_or(CellState::BLANK, |old| old.get(place.at as usize));
            if is_same(slot, &old, &new) {
                continue;
            }
            if !slot.is_written() {
                locked.push((at as u32, slot.shown(&new)));
                continue;
            }
            if let CellState::Misfit(text) = &new {
                let is_written = self.plan.misfits == Misfits::Write;
                misfits.push((at as u32, text.to_string(), is_written));
                if !is_written {
                    continue;
                }
            }
            rows.push(at as u32);
            records.push(place.record);
            seen.push(old);
            after.push(new);
        }
        SlotDiff {
            rows,
            records,
            seen: Column::from_states(built.kind(), seen),
            after: Column::from_states(built.kind(), after),
            misfits,
            locked,
        }
    }

    /// The records that are not in the file; of a file to be filled in only those that were written into it.
    pub fn missing(&self, own: Option<&OwnTable>) -> Vec<RecordId> {
        if self.plan.mode == super::IntoMode::Add {
            return Vec::new();
        }
        let written = match own {
            Some(own) if self.plan.by_record => match &own.records {
                Some(ranges) => Some(runs_of(ranges)),
                None => return Vec::new(),
            },
            _ => None,
        };
        let was_written = |record: RecordId| {
            written.as_ref().is_none_or(|runs| {
                let after = runs.partition_point(|(first, _)| *first <= record.0);
                after > 0 && record.0 <= runs[after - 1].1
            })
        };
        let records = self.fates.records.iter().zip(&self.fates.is_met);
        records
            .filter(|(place, is_met)| !**is_met && was_written(place.record))
            .map(|(place, _)| place.record)
            .collect()
    }

    /// What a record is called: its first field, and its keys where they are others.
    fn label(&self, record: RecordId) -> String {
        let schema = &self.snapshot.schema;
        let first = primary(schema, self.plan.table).map(|field| field.id);
        let table = schema.table(self.plan.table);
        let keys = self.plan.keys.iter().filter(|key| Some(**key) != first);
        let fields = first.iter().chain(keys);
        let texts = fields.filter_map(|field| {
            let field = table?.field(*field)?;
            let text = field
                .field_type
                .display(&self.data.cell(field.column, record)?);
            (!text.is_empty()).then_some(text)
        });
        texts.collect::<Vec<_>>().join(" · ")
    }
}

/// Compares without doing anything.
pub fn compare(
    snapshot: Arc<Snapshot>,
    source: &dyn ImportSource,
    sheet: usize,
    plan: &IntoPlan,
    should_stop: &dyn Fn() -> bool,
) -> Result<Comparison, ImportError> {
    let prepared = prepare(snapshot, source, sheet, plan, should_stop)?;
    let known = &source.manifest().sheets[sheet];
    let mut teller = Teller::new(&prepared, known);
    let mut first = 0;
    for batch in source.batches(sheet) {
        let batch = batch.map_err(ImportError::Staged)?;
        if should_stop() {
            return Err(ImportError::Cancelled);
        }
        let n_rows = batch.columns.first().map_or(0, RawColumn::len);
        let built = prepared.slots.build(&batch)?;
        let diffs = prepared.diff(first, &built);
        teller.tell(&batch, first, n_rows, &built, &diffs);
        first += n_rows;
    }
    Ok(teller.finish())
}

/// Turns what happens into counts, lines and the digest of it all.
struct Teller<'a, 'b> {
    prepared: &'a Prepared<'b>,
    sheet: &'a SheetManifest,
    told: Comparison,
    digest: blake3::Hasher,
}

impl<'a, 'b> Teller<'a, 'b> {
    fn new(prepared: &'a Prepared<'b>, sheet: &'a SheetManifest) -> Teller<'a, 'b> {
        let slots = &prepared.slots.0;
        let new_options = slots.iter().filter(|slot| !slot.new_options.is_empty());
        let new_options = new_options.map(|slot| NewOptions {
            field: slot.name.clone(),
            names: slot.new_options.clone(),
        });
        let new_fields = slots
            .iter()
            .filter(|slot| matches!(slot.target, SlotTarget::New));
        let told = Comparison {
            new_options: new_options.collect(),
            new_fields: new_fields.map(|slot| slot.name.clone()).collect(),
            ..Comparison::default()
        };
        Teller {
            prepared,
            sheet,
            told,
            digest: blake3::Hasher::new(),
        }
    }

    fn tell(
        &mut self,
        batch: &RawBatch,
        first: usize,
        n_rows: usize,
        built: &[Column],
        diffs: &[SlotDiff],
    ) {
        self.told.n_rows += n_rows as u64;
        let changed = self.tell_changes(first, diffs);
        let fates = &self.prepared.fates.rows[first..first + n_rows];
        for (at, fate) in fates.iter().enumerate() {
            match fate {
                Fate::Add => {
                    self.told.n_added += 1;
                    self.digest.update(&((first + at) as u64).to_le_bytes());
                    let row = self.row(first + at);
                    let (slots, told) = (&self.prepared.slots, &mut self.told);
                    keep(&mut told.added, || added_line(slots, row, built, at));
                }
                Fate::Change(_) if changed.contains_key(&(at as u32)) => self.told.n_changed += 1,
                Fate::Change(_) => self.told.n_unchanged += 1,
                Fate::Left(why) => self.tell_left(batch, first, at, built, *why),
            }
        }
        for line in changed.into_values() {
            keep(&mut self.told.changed, || line);
        }
        self.tell_misfits(first, diffs);
    }

    /// The changed rows of a batch; lines beyond those that are kept stay empty.
    fn tell_changes(&mut self, first: usize, diffs: &[SlotDiff]) -> BTreeMap<u32, Line> {
        let mut lines: BTreeMap<u32, Line> = BTreeMap::new();
        let n_room = crate::limits::KEPT_LINES.saturating_sub(self.told.changed.len());
        for (slot, diff) in self.prepared.slots.0.iter().zip(diffs) {
            self.told.n_cells += diff.rows.len() as u64;
            for (at, row) in diff.rows.iter().enumerate() {
                let (old, new) = (diff.seen.get(at), diff.after.get(at));
                let cell = CellLine {
                    name: slot.name.clone(),
                    old: slot.shown(&old),
                    new: slot.shown(&new),
                    is_misfit: matches!(new, CellState::Misfit(_)),
                };
                self.digest.update(&diff.records[at].0.to_le_bytes());
                for text in [&cell.name, &cell.old, &cell.new] {
                    self.digest.update(text.as_bytes()).update(&[0]);
                }
                let n_lines = lines.len();
                let line = lines.entry(*row).or_insert_with(|| Line {
                    row: self.sheet.rows.row_of((first as u64) + u64::from(*row)),
                    record: Some(diff.records[at]),
                    label: String::new(),
                    cells: Vec::new(),
                });
                if n_lines < n_room {
                    line.cells.push(cell);
                }
            }
        }
        for line in lines.values_mut().take(n_room) {
            if let Some(record) = line.record {
                line.label = self.prepared.label(record);
            }
        }
        lines
    }

    fn tell_left(
        &mut self,
        batch: &RawBatch,
        first: usize,
        at: usize,
        built: &[Column],
        why: LeftOut,
    ) {
        self.told.n_left_out += 1;
        self.told.n_problems += 1;
        let code = match why {
            LeftOut::TwiceInFile => ProblemCode::TwiceInFile,
            LeftOut::TwiceInTable => ProblemCode::TwiceInTable,
            LeftOut::NoKey => ProblemCode::NoKey,
            LeftOut::NotInTable => ProblemCode::NotInTable,
            LeftOut::RecordGone => ProblemCode::RecordGone,
        };
        let row = self.row(first + at);
        let (prepared, sheet) = (self.prepared, self.sheet);
        keep(&mut self.told.problems, || {
            let key = prepared.plan.keys.first();
            let slots = &prepared.slots.0;
            let place = slots.iter().position(|slot| {
                key.is_some() && slot.field().map(|field| field.id).as_ref() == key
            });
            let own = sheet.own.as_ref().filter(|_| prepared.plan.by_record);
            let column = match (own, place) {
                (Some(own), _) => Some(own.records_column),
                (None, place) => place.map(|place| slots[place].column),
            };
            let value = match (own, place) {
                (Some(own), _) => raw_text(batch, own.records_column, at),
                (None, Some(place)) => slots[place].shown(&built[place].get(at)),
                (None, None) => String::new(),
            };
            let known = column.and_then(|column| sheet.columns.get(column));
            ProblemLine {
                row,
                column: known.map(|column| column.source_column.clone()),
                field: key.copied(),
                name: place.map_or_else(
                    || known.map_or_else(String::new, |column| column.name.clone()),
                    |place| slots[place].name.clone(),
                ),
                value,
                code,
                field_type: None,
            }
        });
    }

    fn tell_misfits(&mut self, first: usize, diffs: &[SlotDiff]) {
        for (slot, diff) in self.prepared.slots.0.iter().zip(diffs) {
            self.told.n_misfits += diff.misfits.len() as u64;
            self.told.n_locked_changed += diff.locked.len() as u64;
            self.told.n_problems += (diff.misfits.len() + diff.locked.len()) as u64;
            let misfits = diff.misfits.iter().map(|(at, text, is_kept)| {
                let code = if *is_kept {
                    ProblemCode::MisfitKept
                } else {
                    ProblemCode::Misfit
                };
                (*at, text, code)
            });
            let locked = diff.locked.iter();
            let locked = locked.map(|(at, text)| (*at, text, ProblemCode::LockedChanged));
            for (at, text, code) in misfits.chain(locked) {
                let row = self.row(first + at as usize);
                let columns = &self.sheet.columns;
                keep(&mut self.told.problems, || ProblemLine {
                    row,
                    column: columns
                        .get(slot.column)
                        .map(|column| column.source_column.clone()),
                    field: slot.field().map(|field| field.id),
                    name: slot.name.clone(),
                    value: text.clone(),
                    code,
                    field_type: Some(slot.field_type.key()),
                });
            }
        }
    }

    fn row(&self, at: usize) -> Option<u64> {
        self.sheet.rows.row_of(at as u64)
    }

    fn finish(mut self) -> Comparison {
        let missing = self.prepared.missing(self.sheet.own.as_ref());
        self.told.n_missing = missing.len() as u64;
        for record in &missing {
            if self.prepared.plan.remove_missing {
                self.digest.update(&record.0.to_le_bytes());
            }
            keep(&mut self.told.missing, || Line {
                row: None,
                record: Some(*record),
                label: self.prepared.label(*record),
                cells: Vec::new(),
            });
        }
        self.tell_repeated();
        for told in &self.told.new_options {
            self.digest.update(told.field.as_bytes());
            self.digest.update(told.names.join("\n").as_bytes());
        }
        for (at, problem) in self.told.problems.iter().enumerate() {
            self.digest.update(&(at as u64).to_le_bytes());
            self.digest.update(&problem.row.unwrap_or(0).to_le_bytes());
        }
        self.told.seen = self.digest.finalize().to_hex().to_string();
        self.told
    }

    /// Keys that stand in several records of the table: nobody can tell which is meant.
    fn tell_repeated(&mut self) {
        let plan = self.prepared.plan;
        if plan.mode == super::IntoMode::Add || plan.by_record {
            return;
        }
        let repeated = repeated_keys(&self.prepared.snapshot, plan);
        let field = plan.keys.first().copied();
        let table = self.prepared.snapshot.schema.table(plan.table);
        let name = field.and_then(|field| Some(table?.field(field)?.name.clone()));
        for (key, records) in repeated {
            self.told.n_problems += 1;
            keep(&mut self.told.problems, || ProblemLine {
                row: None,
                column: None,
                field,
                name: name.clone().unwrap_or_default(),
                value: format!("{key} ×{}", records.len()),
                code: ProblemCode::TwiceInTable,
                field_type: None,
            });
        }
    }
}

fn added_line(slots: &Slots, row: Option<u64>, built: &[Column], at: usize) -> Line {
    let filled = slots.0.iter().zip(built);
    let filled = filled.map(|(slot, column)| (slot, column.get(at)));
    let cells = filled.filter(|(_, state)| !state.is_blank());
    let cells = cells.take(CELLS_PER_LINE).map(|(slot, state)| CellLine {
        name: slot.name.clone(),
        old: String::new(),
        new: slot.shown(&state),
        is_misfit: matches!(state, CellState::Misfit(_)),
    });
    let cells: Vec<CellLine> = cells.collect();
    Line {
        row,
        record: None,
        label: cells
            .first()
            .map_or_else(String::new, |cell| cell.new.clone()),
        cells,
    }
}

fn raw_text(batch: &RawBatch, column: usize, at: usize) -> String {
    let cell = batch.columns.get(column).and_then(|cells| match cells {
        RawColumn::Cells(cells) => cells.get(at).cloned(),
        RawColumn::Words(texts) => Some(table::raw::RawCell::Text(texts.get(at).into())),
    });
    match cell {
        Some(table::raw::RawCell::Text(text)) => text.to_string(),
        Some(table::raw::RawCell::Number { value, .. }) => table::field::decimal::general(value),
        _ => String::new(),
    }
}
