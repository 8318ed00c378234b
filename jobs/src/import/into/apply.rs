//! A confirmed plan becomes commands of the import's group: fields and options first, then cells and records in pieces,
//! what is missing last.
//!
//! Law: what is done is what [`super::compare`] tells; cells are changed only while they hold what was compared. Tests:
//! `jobs/tests/import_into.rs`.

use super::{
    ConfirmInto, IntoMode,
    compare::{Prepared, SlotDiff, compare, prepare},
    fates::Fate,
    slots::{SlotTarget, Slots},
};
use crate::{
    import::{ImportError, Importer, IntoReport},
    limits::CELLS_PER_UPDATE,
};
use engine::{ColumnEdit, Command, CommandError, NewField, NewFieldType};
use std::collections::BTreeSet;
use table::{
    column::{Column, SharedColumn},
    field::SelectOption,
    id::{FieldId, OptionId, RecordId, TableId},
    raw::{RawBatch, RawCell, RawColumn},
    value::Attachment,
};

/// Records that go to the trash at a time.
const REMOVED_AT_ONCE: usize = 100_000;
/// The engine's word for a cell that holds something else by now.
const CELL_CHANGED: &str = "cell_changed";

impl Importer<'_> {
    /// One sheet into its table.
    pub(in crate::import) fn apply_to_table(
        &mut self,
        wanted: &ConfirmInto,
    ) -> Result<(), ImportError> {
        let (source, ticket) = (self.source, self.ticket);
        let (sheet, plan) = (wanted.sheet, &wanted.plan);
        let should_stop = || ticket.is_cancelled();
        let snapshot = self.target.snapshot();
        let known = source.manifest().sheets.get(sheet);
        let known = known.ok_or(ImportError::Mapping)?;
        let told = compare(snapshot.clone(), source, sheet, plan, &should_stop)?;
        if wanted.seen.as_ref().is_some_and(|seen| *seen != told.seen) {
            return Err(ImportError::Changed);
        }
        let before = prepare(snapshot, source, sheet, plan, &should_stop)?;
        // Before the first change, so that whatever comes now is taken back.
        self.report.tables.push(plan.table);
        let fields = self.make_fields(plan.table, &before.slots)?;
        let slots = self.as_made(&before.slots, &fields)?;
        let mut first = 0;
        for batch in source.batches(sheet) {
            let batch = batch.map_err(ImportError::Staged)?;
            let n_rows = batch.columns.first().map_or(0, RawColumn::len);
            self.store_pictures(&pictures(&batch, &slots))?;
            let built = slots.build(&batch)?;
            self.change_cells(&before, &slots, &fields, first, &built)?;
            self.add_records(&before, &slots, &fields, first, n_rows, &built)?;
            first += n_rows;
            self.n_done += n_rows as u64;
            self.ticket.progress(self.n_done, self.n_all);
        }
        let mut n_removed = 0;
        if plan.remove_missing && plan.mode != IntoMode::Add {
            let missing = before.missing(known.own.as_ref());
            n_removed = missing.len() as u64;
            self.remove(plan.table, missing)?;
        }
        self.report.n_records += told.n_added + told.n_changed;
        self.report.into.push(IntoReport {
            table: plan.table,
            n_added: told.n_added,
            n_changed: told.n_changed,
            n_removed,
            n_left_out: told.n_left_out,
        });
        Ok(())
    }

    /// New fields and options; the field of each slot, none where nobody may write.
    fn make_fields(
        &mut self,
        table: TableId,
        slots: &Slots,
    ) -> Result<Vec<Option<FieldId>>, ImportError> {
        let mut fields = Vec::new();
        for slot in &slots.0 {
            let field = match &slot.target {
                // New records have these cells all the same.
                SlotTarget::Check(field) => field.is_editable().then_some(field.id),
                SlotTarget::New => {
                    let made = self.submit(Command::CreateField {
                        table,
                        field: NewField {
                            name: slot.name.clone(),
                            description: String::new(),
                            field_type: NewFieldType::Plain(slot.field_type.clone()),
                        },
                        at: None,
                    })?;
                    made.fields.first().copied()
                }
                SlotTarget::Field(field) => {
                    if !slot.new_options.is_empty() {
                        self.add_options(table, slot, field)?;
                    }
                    Some(field.id)
                }
            };
            fields.push(field);
        }
        Ok(fields)
    }

    fn add_options(
        &self,
        table: TableId,
        slot: &super::slots::Slot,
        field: &table::field::Field,
    ) -> Result<(), ImportError> {
        let mut field_type = field.field_type.clone();
        if let Some(options) = field_type.options_mut() {
            for name in &slot.new_options {
                options.push(SelectOption {
                    id: OptionId::default(),
                    name: name.clone(),
                    color: (options.len() % 12) as u8,
                });
            }
        }
        self.submit(Command::UpdateField {
            table,
            field: field.id,
            name: None,
            description: None,
            field_type: Some(NewFieldType::Plain(field_type)),
        })?;
        Ok(())
    }

    /// The slots with the types as they were made: their options have ids now.
    fn as_made(&self, slots: &Slots, fields: &[Option<FieldId>]) -> Result<Slots, ImportError> {
        let snapshot = self.target.snapshot();
        let mut slots = slots.clone();
        for (slot, field) in slots.0.iter_mut().zip(fields) {
            let Some(field) = field else { continue };
            let (_, made) = snapshot.schema.field(*field).ok_or(ImportError::Changed)?;
            if made.formula().is_none() {
                slot.field_type = made.field_type.clone();
            }
            slot.target = match &slot.target {
                SlotTarget::Field(_) => SlotTarget::Field(made.clone()),
                other => other.clone(),
            };
        }
        Ok(slots)
    }

    fn change_cells(
        &self,
        before: &Prepared<'_>,
        slots: &Slots,
        fields: &[Option<FieldId>],
        first: usize,
        built: &[Column],
    ) -> Result<(), ImportError> {
        let diffs = before.diff_with(slots, first, built);
        let mut columns: Vec<ColumnEdit> = Vec::new();
        let mut n_cells = 0;
        for (field, diff) in fields.iter().zip(diffs) {
            let Some(field) = *field else { continue };
            for edit in pieces(field, diff) {
                if n_cells + edit.records.len() > CELLS_PER_UPDATE && !columns.is_empty() {
                    self.update(before.plan.table, std::mem::take(&mut columns))?;
                    n_cells = 0;
                }
                n_cells += edit.records.len();
                columns.push(edit);
            }
        }
        match columns.is_empty() {
            true => Ok(()),
            false => self.update(before.plan.table, columns),
        }
    }

    fn update(&self, table: TableId, columns: Vec<ColumnEdit>) -> Result<(), ImportError> {
        let done = self.submit(Command::UpdateColumns { table, columns });
        match done {
            Err(ImportError::Command(error)) if is_changed(&error) => Err(ImportError::Changed),
            done => done.map(|_| ()),
        }
    }

    fn add_records(
        &self,
        before: &Prepared<'_>,
        slots: &Slots,
        fields: &[Option<FieldId>],
        first: usize,
        n_rows: usize,
        built: &[Column],
    ) -> Result<(), ImportError> {
        let fates = &before.fates.rows[first..first + n_rows];
        let rows = fates
            .iter()
            .enumerate()
            .filter(|(_, fate)| **fate == Fate::Add);
        let rows: Vec<usize> = rows.map(|(at, _)| at).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let whole = rows.len() == n_rows;
        let given = fields.iter().zip(built).zip(&slots.0);
        let columns = given.filter_map(|((field, column), _)| {
            let cells: SharedColumn = match whole {
                true => column.clone().into(),
                false => column.gather(&rows).into(),
            };
            Some(((*field)?, cells))
        });
        self.submit(Command::AppendColumns {
            table: before.plan.table,
            n_records: rows.len() as u64,
            columns: columns.collect(),
        })?;
        Ok(())
    }

    fn remove(&self, table: TableId, records: Vec<RecordId>) -> Result<(), ImportError> {
        for records in records.chunks(REMOVED_AT_ONCE) {
            self.submit(Command::DeleteRecords {
                table,
                records: records.to_vec(),
            })?;
        }
        Ok(())
    }
}

/// Somebody was faster.
fn is_changed(error: &CommandError) -> bool {
    error.code == CELL_CHANGED || error.code == "no_record"
}

fn pieces(field: FieldId, diff: SlotDiff) -> Vec<ColumnEdit> {
    let n = diff.records.len();
    let starts = (0..n).step_by(CELLS_PER_UPDATE);
    let piece = |from: usize| {
        let to = n.min(from + CELLS_PER_UPDATE);
        ColumnEdit {
            field,
            records: diff.records[from..to].to_vec(),
            seen: diff.seen.slice(from, to).into(),
            after: diff.after.slice(from, to).into(),
        }
    };
    starts.map(piece).collect()
}

/// The pictures that are written, each once.
fn pictures(batch: &RawBatch, slots: &Slots) -> Vec<Attachment> {
    let mut seen = BTreeSet::new();
    let written = slots.0.iter().filter(|slot| slot.is_written());
    let cells = written.filter_map(|slot| match batch.columns.get(slot.column) {
        Some(RawColumn::Cells(cells)) => Some(cells),
        _ => None,
    });
    let files = cells.flatten().filter_map(|cell| match cell {
        RawCell::Pictures(files) => Some(files.iter()),
        _ => None,
    });
    let distinct = files
        .flatten()
        .filter(|file| seen.insert(file.digest.to_string()));
    distinct.cloned().collect()
}
