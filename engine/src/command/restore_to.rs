//! A table as it was right after a transaction: the log is walked back from its newest end, and what differs becomes
//! one transaction.
//!
//! Main type: [`Then`], what the log says about that moment. Law: afterwards the table shows what it showed then;
//! computed cells are computed anew, and what the writer itself gives (who changed a record, and when) is a change
//! like any other. Tests: `tests/engine/history.rs`.

use super::{
    Draft, World, fields,
    given::{keep_count, same_but_count},
    tables,
    undo::{settled, too_long_ago},
    views,
};
use crate::{error::CommandError, limits::CELLS_PER_RESTORE};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use table::{
    ai::AiNote,
    column::{Column, ColumnKind},
    id::{ActorId, ColumnId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    schema::{Schema, Table},
    snapshot::Snapshot,
    value::CellState,
};

/// Transactions read at a time.
const PAGE: u64 = 128;

pub(crate) fn restore(
    draft: &mut Draft,
    world: &World,
    table: TableId,
    revision: Revision,
) -> Result<(), CommandError> {
    let now = draft.schema().any_table(table);
    let now = now.ok_or_else(|| CommandError::no_table(table))?.clone();
    let mut then = Then::of(now);
    then.walk(world, draft.before.revision, revision)?;
    let shown = then.table()?.clone();
    if shown.removed {
        return Err(no_such_moment(revision));
    }
    restore_schema(draft, &shown)?;
    restore_records(draft, table, &then)?;
    for (column, cells) in &then.cells {
        restore_cells(draft, table, *column, cells)?;
    }
    Ok(())
}

fn no_such_moment(revision: Revision) -> CommandError {
    CommandError::new(
        "no_such_moment",
        "那个时候还没有这张表，或者它在回收站里。",
        "The table did not exist at that moment, or was in the trash.",
    )
    .hint("请选择另一个时间。", "Choose another moment.")
    .at(revision.0)
}

/// One cell as it was.
type Was = (CellState, Option<Arc<AiNote>>);

/// What a table was like, as far as it differs from now.
struct Then {
    table: TableId,
    /// Only this table; its schema goes back with every op.
    scratch: Snapshot,
    cells: BTreeMap<ColumnId, (ColumnKind, BTreeMap<RecordId, Was>)>,
    n_cells: usize,
    /// Live or removed then.
    live: BTreeMap<RecordId, bool>,
    /// Ids that were given since: first and how many.
    made: Vec<(RecordId, u64)>,
}

impl Then {
    fn of(table: Table) -> Then {
        let id = table.id;
        let schema = Schema {
            tables: vec![table],
            ..Schema::default()
        };
        Then {
            table: id,
            scratch: Snapshot {
                schema: Arc::new(schema),
                tables: [(id, Arc::default())].into(),
                ..Snapshot::default()
            },
            cells: BTreeMap::new(),
            n_cells: 0,
            live: BTreeMap::new(),
            made: Vec::new(),
        }
    }

    fn table(&self) -> Result<&Table, CommandError> {
        let table = self.scratch.schema.any_table(self.table);
        table.ok_or_else(|| CommandError::no_table(self.table))
    }

    /// From the newest transaction back to the one after `until`.
    fn walk(
        &mut self,
        world: &World,
        newest: Revision,
        until: Revision,
    ) -> Result<(), CommandError> {
        let unread = |error| CommandError::log_unread(&error);
        let forgotten = world.reader.forgotten_to().map_err(unread)?;
        if until < forgotten || until > newest {
            return Err(too_long_ago());
        }
        let mut end = newest.0 + 1;
        while end > until.0 + 1 {
            let from = end.saturating_sub(PAGE).max(until.0 + 1);
            let page = world
                .reader
                .transactions(Revision(from), (end - from) as usize);
            for transaction in page.map_err(unread)?.iter().rev() {
                for op in transaction.ops.iter().rev() {
                    self.go_back(op, until)?;
                }
            }
            end = from;
        }
        Ok(())
    }

    fn go_back(&mut self, op: &Op, until: Revision) -> Result<(), CommandError> {
        match op {
            Op::SetCells {
                table,
                column,
                records,
                before,
                ..
            } if *table == self.table => self.note_cells(*column, records, before),
            Op::AppendRecords {
                table,
                first,
                n_records,
                ..
            } if *table == self.table => {
                self.made.push((*first, *n_records));
                Ok(())
            }
            Op::RemoveRecords { table, records } if *table == self.table => {
                self.live
                    .extend(records.iter().map(|record| (*record, true)));
                Ok(())
            }
            Op::RestoreRecords { table, records } if *table == self.table => {
                self.live
                    .extend(records.iter().map(|record| (*record, false)));
                Ok(())
            }
            Op::AddTable { table } if table.id == self.table => Err(no_such_moment(until)),
            Op::SetCells { .. }
            | Op::AppendRecords { .. }
            | Op::RemoveRecords { .. }
            | Op::RestoreRecords { .. }
            | Op::AddTable { .. }
            | Op::RenameBase { .. }
            | Op::MoveTable { .. } => Ok(()),
            schema_op => self.schema_back(schema_op),
        }
    }

    fn schema_back(&mut self, op: &Op) -> Result<(), CommandError> {
        let is_own = match op {
            Op::RemoveTable { table }
            | Op::RestoreTable { table }
            | Op::RelabelTable { table, .. }
            | Op::AddField { table, .. }
            | Op::RemoveField { table, .. }
            | Op::RestoreField { table, .. }
            | Op::AlterField { table, .. }
            | Op::MoveField { table, .. }
            | Op::AddView { table, .. }
            | Op::RemoveView { table, .. }
            | Op::RestoreView { table, .. }
            | Op::AlterView { table, .. } => *table == self.table,
            _ => false,
        };
        if !is_own {
            return Ok(());
        }
        let back = Transaction {
            revision: Revision(0),
            actor: ActorId(String::new()),
            at_ms: 0,
            client_id: None,
            label: String::new(),
            group: None,
            undoes: None,
            ops: vec![op.invert()],
        };
        self.scratch = apply(&self.scratch, &back)?.0;
        Ok(())
    }

    /// The oldest state of a cell is the one that counts, and it comes last.
    fn note_cells(
        &mut self,
        column: ColumnId,
        records: &[RecordId],
        before: &Column,
    ) -> Result<(), CommandError> {
        let entry = self.cells.entry(column);
        let (_, cells) = entry.or_insert_with(|| (before.kind(), BTreeMap::new()));
        for (at, record) in records.iter().enumerate() {
            let was = (before.get(at), before.note(at).cloned());
            self.n_cells += usize::from(cells.insert(*record, was).is_none());
        }
        if self.n_cells > CELLS_PER_RESTORE {
            return Err(CommandError::too_large(
                "个单元格",
                "cells",
                self.n_cells as u64,
                CELLS_PER_RESTORE as u64,
            ));
        }
        Ok(())
    }
}

/// Label, fields with their order, views: as they were.
fn restore_schema(draft: &mut Draft, then: &Table) -> Result<(), CommandError> {
    tables::restore(draft, then.id)?;
    let before = draft.table(then.id)?.label();
    let after = then.label();
    if before != after {
        draft.push(Op::RelabelTable {
            table: then.id,
            before,
            after: after.clone(),
        })?;
        tables::rename_if_taken(draft, then.id, after)?;
    }
    restore_fields(draft, then)?;
    restore_views(draft, then)
}

fn restore_fields(draft: &mut Draft, then: &Table) -> Result<(), CommandError> {
    let table = then.id;
    // What comes back first: a table is never without a field.
    for field in then.fields.iter().filter(|field| !field.removed) {
        fields::restore(draft, table, field.id)?;
    }
    for field in then.fields.iter().filter(|field| field.removed) {
        if draft.table(table)?.field(field.id).is_some() {
            draft.push(Op::RemoveField {
                table,
                field: field.id,
            })?;
        }
    }
    for field in then.fields.iter().filter(|field| !field.removed) {
        let before = draft.field(table, field.id)?.clone();
        if !same_but_count(&before, field) {
            let after = keep_count(&before, field.clone());
            draft.push(Op::AlterField {
                table,
                before,
                after,
            })?;
        }
    }
    for (to, field) in then.fields.iter().enumerate() {
        let now = &draft.table(table)?.fields;
        let from = now.iter().position(|other| other.id == field.id);
        if let Some(from) = from.filter(|from| *from != to) {
            draft.push(Op::MoveField {
                table,
                field: field.id,
                from: from as u32,
                to: to as u32,
            })?;
        }
    }
    Ok(())
}

fn restore_views(draft: &mut Draft, then: &Table) -> Result<(), CommandError> {
    let table = then.id;
    for view in then.views.iter().filter(|view| !view.removed) {
        views::restore(draft, table, view.id)?;
        let before = draft.table(table)?.view(view.id).cloned();
        if let Some(before) = before.filter(|before| before != view) {
            let after = view.clone();
            draft.push(Op::AlterView {
                table,
                before,
                after,
            })?;
        }
    }
    for view in then.views.iter().filter(|view| view.removed) {
        if draft.table(table)?.view(view.id).is_some() {
            draft.push(Op::RemoveView {
                table,
                view: view.id,
            })?;
        }
    }
    Ok(())
}

/// Records made since go to the trash; removed ones come back, and those that came back go again.
fn restore_records(draft: &mut Draft, table: TableId, then: &Then) -> Result<(), CommandError> {
    let data = draft.data(table)?.clone();
    let mut removed: BTreeSet<RecordId> = BTreeSet::new();
    for (first, n) in &then.made {
        let ids = (first.0..first.0 + n).map(RecordId);
        removed.extend(ids.filter(|record| data.is_live(*record)));
    }
    let is_new = |record: &RecordId| {
        let mut made = then.made.iter();
        made.any(|(first, n)| (first.0..first.0 + n).contains(&record.0))
    };
    let old = || then.live.iter().filter(|(record, _)| !is_new(record));
    let gone = old().filter(|(record, live)| !**live && data.is_live(**record));
    removed.extend(gone.map(|(record, _)| *record));
    let back = old().filter(|(record, live)| {
        **live && !data.is_live(**record) && data.find(**record).is_some()
    });
    let back: Vec<RecordId> = back.map(|(record, _)| *record).collect();
    draft.result.n_records += (back.len() + removed.len()) as u64;
    if !removed.is_empty() {
        let records = removed.into_iter().collect();
        draft.push(Op::RemoveRecords { table, records })?;
    }
    if !back.is_empty() {
        let records = back;
        draft.push(Op::RestoreRecords { table, records })?;
    }
    Ok(())
}

fn restore_cells(
    draft: &mut Draft,
    table: TableId,
    column: ColumnId,
    (kind, cells): &(ColumnKind, BTreeMap<RecordId, Was>),
) -> Result<(), CommandError> {
    let owner = draft.table(table)?;
    // The cells of a type that the field does not have now show nowhere, and are there when it has it again.
    let field = owner.field_of_column(column);
    if field.is_none_or(|field| field.field_type.is_given()) {
        return Ok(());
    }
    let data = draft.data(table)?.clone();
    let there = |record: &&RecordId| data.find(**record).is_some();
    let records: Vec<RecordId> = cells.keys().filter(there).copied().collect();
    let mut after = Column::new(*kind);
    for (at, record) in records.iter().enumerate() {
        if let Some((state, note)) = cells.get(record) {
            after.push(state.clone());
            after.set_note(at, note.clone());
        }
    }
    settled(&mut after);
    draft.result.n_cells += draft.set_cells(table, column, &records, &after)?;
    Ok(())
}
