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
    column::{Column, ColumnKind},
    id::{ActorId, ColumnId, RecordId, Revision, TableId},
    mask::Mask,
    op::{Op, Transaction, apply},
    schema::{Schema, Table},
    snapshot::Snapshot,
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
    for (column, pieces) in then.cells {
        restore_cells(draft, table, column, pieces)?;
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

/// Cells as they were before one op.
type Piece = (Vec<RecordId>, Column);

/// What a table was like, as far as it differs from now.
struct Then {
    table: TableId,
    /// Only this table; its schema goes back with every op.
    scratch: Snapshot,
    /// What the ops since replaced, newest first; a cell may stand in several pieces.
    cells: BTreeMap<ColumnId, Vec<Piece>>,
    n_cells: usize,
    /// How many there were when they were last merged.
    n_merged: usize,
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
            n_merged: 0,
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

    fn note_cells(
        &mut self,
        column: ColumnId,
        records: &[RecordId],
        before: &Column,
    ) -> Result<(), CommandError> {
        let pieces = self.cells.entry(column).or_default();
        pieces.push((records.to_vec(), before.clone()));
        self.n_cells += records.len();
        // A cell that was changed often is held once.
        if self.n_cells > self.n_merged + CELLS_PER_RESTORE / 2 {
            let columns = self.cells.values_mut();
            columns.for_each(|pieces| *pieces = vec![merged(std::mem::take(pieces))]);
            self.n_cells = self
                .cells
                .values()
                .flatten()
                .map(|piece| piece.0.len())
                .sum();
            self.n_merged = self.n_cells;
        }
        if self.n_merged > CELLS_PER_RESTORE {
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
    // Ids are given in order, and the newest stand first.
    let new = then.made.last().map(|(first, _)| *first);
    let is_new = |record: &RecordId| new.is_some_and(|first| *record >= first);
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

/// All cells of some pieces of a column, each once, by record: the oldest state is the one that counts, and it comes last.
fn merged(pieces: Vec<Piece>) -> Piece {
    let kind = pieces
        .first()
        .map_or(ColumnKind::Text, |(_, before)| before.kind());
    let highest = pieces.iter().flat_map(|(records, _)| records).max();
    let mut seen = Mask::new(highest.map_or(0, |record| record.0 as usize + 1), false);
    let (mut records, mut all) = (Vec::new(), Column::new(kind));
    for (of_piece, before) in pieces.into_iter().rev() {
        let mut is_first = |at: &usize| {
            let record = of_piece[*at].0 as usize;
            let is_first = !seen.get(record);
            seen.set(record, true);
            is_first
        };
        let first: Vec<usize> = (0..of_piece.len()).filter(&mut is_first).collect();
        records.extend(first.iter().map(|at| of_piece[*at]));
        match first.len() == of_piece.len() {
            true => all.extend(&before),
            false => all.extend(&before.gather(&first)),
        }
    }
    if records.is_sorted() {
        return (records, all);
    }
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_unstable_by_key(|at| records[*at]);
    let all = all.gather(&order);
    (order.into_iter().map(|at| records[at]).collect(), all)
}

fn restore_cells(
    draft: &mut Draft,
    table: TableId,
    column: ColumnId,
    pieces: Vec<Piece>,
) -> Result<(), CommandError> {
    let owner = draft.table(table)?;
    // The cells of a type that the field does not have now show nowhere, and are there when it has it again.
    let field = owner.field_of_column(column);
    if field.is_none_or(|field| field.field_type.is_given()) {
        return Ok(());
    }
    let (mut records, mut after) = merged(pieces);
    let data = draft.data(table)?.clone();
    let there = (0..records.len()).filter(|at| data.find(records[*at]).is_some());
    let there: Vec<usize> = there.collect();
    if there.len() < records.len() {
        after = after.gather(&there);
        records = there.into_iter().map(|at| records[at]).collect();
    }
    settled(&mut after);
    draft.result.n_cells += draft.set_cells(table, column, &records, &after)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use table::value::CellValue;

    #[test]
    fn of_a_cell_that_was_changed_often_the_oldest_state_counts() {
        let piece = |cells: &[(u64, f64)]| {
            let records = cells.iter().map(|cell| RecordId(cell.0)).collect();
            let states = cells.iter().map(|cell| CellValue::Number(cell.1).into());
            (records, Column::from_states(ColumnKind::Number, states))
        };
        let newest_first = vec![
            piece(&[(1, 30.0), (9, 31.0)]),
            piece(&[(4, 20.0), (1, 21.0), (2, 22.0)]),
            piece(&[(4, 10.0)]),
        ];
        let all = piece(&[(1, 21.0), (2, 22.0), (4, 10.0), (9, 31.0)]);
        assert_eq!(merged(newest_first), all);
        let mut first = vec![piece(&[(4, 20.0), (1, 21.0)]), piece(&[(4, 10.0)])];
        first = vec![merged(first)];
        first.push(piece(&[(1, 1.0), (7, 2.0)]));
        assert_eq!(merged(first), piece(&[(1, 1.0), (4, 10.0), (7, 2.0)]));
    }
}
