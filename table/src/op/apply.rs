//! Applying ops to a snapshot: copy-on-write, all or nothing.

use super::{Op, Transaction};
use crate::{
    column::{Column, SharedColumn},
    id::{ColumnId, FieldId, RecordId, TableId},
    limits::{OWN_SEGMENT_RECORDS, SEGMENT_RECORDS},
    mask::Mask,
    schema::{Schema, Table},
    segment::Segment,
    snapshot::{Snapshot, TableData},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Why a transaction does not fit a snapshot. Commands are validated first, so a user never sees one
/// of these unless an op log is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    #[error("table {0} does not exist")]
    NoTable(TableId),
    #[error("field {0} does not exist")]
    NoField(FieldId),
    #[error("record {0} does not exist")]
    NoRecord(RecordId),
    #[error("a view of table {0} does not exist")]
    NoView(TableId),
    #[error("the id of a new table, field or view is in use: {0}")]
    IdInUse(String),
    #[error("the cells of column {0} do not match the records")]
    Shape(ColumnId),
    #[error("records of table {0} must be appended in ascending order")]
    Order(TableId),
}

/// What a transaction changed, for recompute and patches.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Touched {
    /// Tables, fields or views changed.
    pub schema: bool,
    /// Per table: columns with the records whose cells changed.
    pub cells: BTreeMap<(TableId, ColumnId), BTreeSet<RecordId>>,
    /// Per table: ranges `first .. first + n` of new records.
    pub appended: BTreeMap<TableId, Vec<(RecordId, u64)>>,
    /// Per table: records removed or restored.
    pub liveness: BTreeMap<TableId, BTreeSet<RecordId>>,
    /// Fields added, restored or altered: their cells are all to be computed or shown anew.
    pub fields: BTreeSet<FieldId>,
}

/// The snapshot after the transaction, and what it changed; the given snapshot is untouched.
pub fn apply(
    snapshot: &Snapshot,
    transaction: &Transaction,
) -> Result<(Snapshot, Touched), ApplyError> {
    let mut next = snapshot.clone();
    let touched = apply_in_place(&mut next, transaction)?;
    Ok((next, touched))
}

/// Many transactions in a row: each column that they change is copied once, not once per transaction. Gives the snapshot
/// after those that fit, what each changed, and why the next one does not fit, if one does not.
pub fn apply_all(
    snapshot: &Snapshot,
    transactions: &[Transaction],
) -> (Snapshot, Vec<Touched>, Option<ApplyError>) {
    let mut next = snapshot.clone();
    let mut touched = Vec::with_capacity(transactions.len());
    for (n, transaction) in transactions.iter().enumerate() {
        match apply_in_place(&mut next, transaction) {
            Ok(one) => touched.push(one),
            Err(error) => {
                // Half of it may be there: once more, without it.
                let (whole, touched, _) = apply_all(snapshot, &transactions[..n]);
                return (whole, touched, Some(error));
            }
        }
    }
    (next, touched, None)
}

/// After an error the snapshot is neither the old nor the new one.
fn apply_in_place(next: &mut Snapshot, transaction: &Transaction) -> Result<Touched, ApplyError> {
    let mut touched = Touched::default();
    for op in &transaction.ops {
        apply_op(next, op, &mut touched)?;
    }
    next.revision = transaction.revision;
    Ok(touched)
}

fn apply_op(next: &mut Snapshot, op: &Op, touched: &mut Touched) -> Result<(), ApplyError> {
    match op {
        Op::AppendRecords {
            table,
            first,
            n_records,
            columns,
        } => {
            append(data_mut(next, *table)?, *table, *first, *n_records, columns)?;
            touched
                .appended
                .entry(*table)
                .or_default()
                .push((*first, *n_records));
            Ok(())
        }
        Op::RemoveRecords { table, records } => set_live(next, *table, records, false, touched),
        Op::RestoreRecords { table, records } => set_live(next, *table, records, true, touched),
        Op::SetCells {
            table,
            column,
            records,
            after,
            ..
        } => {
            set_cells(data_mut(next, *table)?, *column, records, after)?;
            touched
                .cells
                .entry((*table, *column))
                .or_default()
                .extend(records);
            Ok(())
        }
        _ => {
            touched.schema = true;
            if let Op::AddTable { table } = op {
                next.tables.insert(table.id, Arc::default());
            }
            apply_schema(Arc::make_mut(&mut next.schema), op, touched)
        }
    }
}

fn apply_schema(schema: &mut Schema, op: &Op, touched: &mut Touched) -> Result<(), ApplyError> {
    match op {
        Op::RenameBase { after, .. } => schema.name.clone_from(after),
        Op::AddTable { table } => add_table(schema, table)?,
        Op::RemoveTable { table } => table_mut(schema, *table)?.removed = true,
        Op::RestoreTable { table } => {
            let table = table_mut(schema, *table)?;
            table.removed = false;
            touched
                .fields
                .extend(table.fields.iter().map(|field| field.id));
        }
        Op::RelabelTable { table, after, .. } => {
            let table = table_mut(schema, *table)?;
            table.name.clone_from(&after.name);
            table.description.clone_from(&after.description);
        }
        Op::MoveTable { from, to, .. } => shift(&mut schema.tables, *from, *to),
        Op::AddView { table, view } => {
            schema.next.view = schema.next.view.max(view.id.0 + 1);
            table_mut(schema, *table)?.views.push(view.clone());
        }
        Op::RemoveView { table, view } => view_mut(schema, *table, *view)?.removed = true,
        Op::RestoreView { table, view } => view_mut(schema, *table, *view)?.removed = false,
        Op::AlterView { table, after, .. } => *view_mut(schema, *table, after.id)? = after.clone(),
        _ => return apply_field(schema, op, touched),
    }
    Ok(())
}

fn apply_field(schema: &mut Schema, op: &Op, touched: &mut Touched) -> Result<(), ApplyError> {
    match op {
        Op::AddField { table, field, at } => {
            if schema
                .tables
                .iter()
                .any(|table| table.any_field(field.id).is_some())
            {
                return Err(ApplyError::IdInUse(field.id.to_string()));
            }
            schema.next.field = schema.next.field.max(field.id.0 + 1);
            schema.next.column = schema.next.column.max(field.last_column() + 1);
            schema.next.use_options(field);
            let fields = &mut table_mut(schema, *table)?.fields;
            fields.insert((*at as usize).min(fields.len()), field.clone());
            touched.fields.insert(field.id);
        }
        Op::RemoveField { table, field } => {
            field_mut(schema, *table, *field)?.removed = true;
            touched.fields.insert(*field);
        }
        Op::RestoreField { table, field } => {
            field_mut(schema, *table, *field)?.removed = false;
            touched.fields.insert(*field);
        }
        Op::AlterField {
            table,
            before,
            after,
        } => {
            schema.next.column = schema.next.column.max(after.last_column() + 1);
            schema.next.use_options(before);
            schema.next.use_options(after);
            *field_mut(schema, *table, after.id)? = after.clone();
            touched.fields.insert(after.id);
        }
        Op::MoveField {
            table, from, to, ..
        } => shift(&mut table_mut(schema, *table)?.fields, *from, *to),
        _ => {}
    }
    Ok(())
}

fn add_table(schema: &mut Schema, table: &Table) -> Result<(), ApplyError> {
    if schema.any_table(table.id).is_some() {
        return Err(ApplyError::IdInUse(table.id.to_string()));
    }
    let next = &mut schema.next;
    next.table = next.table.max(table.id.0 + 1);
    for field in &table.fields {
        next.field = next.field.max(field.id.0 + 1);
        next.column = next.column.max(field.last_column() + 1);
        next.use_options(field);
    }
    for view in &table.views {
        next.view = next.view.max(view.id.0 + 1);
    }
    schema.tables.push(table.clone());
    Ok(())
}

fn shift<T>(items: &mut Vec<T>, from: u32, to: u32) {
    if (from as usize) < items.len() {
        let item = items.remove(from as usize);
        items.insert((to as usize).min(items.len()), item);
    }
}

fn table_mut(schema: &mut Schema, table: TableId) -> Result<&mut Table, ApplyError> {
    schema
        .any_table_mut(table)
        .ok_or(ApplyError::NoTable(table))
}

fn field_mut(
    schema: &mut Schema,
    table: TableId,
    field: FieldId,
) -> Result<&mut crate::field::Field, ApplyError> {
    table_mut(schema, table)?
        .any_field_mut(field)
        .ok_or(ApplyError::NoField(field))
}

fn view_mut(
    schema: &mut Schema,
    table: TableId,
    view: crate::id::ViewId,
) -> Result<&mut crate::view::View, ApplyError> {
    table_mut(schema, table)?
        .view_mut(view)
        .ok_or(ApplyError::NoView(table))
}

fn data_mut(next: &mut Snapshot, table: TableId) -> Result<&mut TableData, ApplyError> {
    next.tables
        .get_mut(&table)
        .map(Arc::make_mut)
        .ok_or(ApplyError::NoTable(table))
}

fn append(
    data: &mut TableData,
    table: TableId,
    first: RecordId,
    n_records: u64,
    columns: &BTreeMap<ColumnId, SharedColumn>,
) -> Result<(), ApplyError> {
    if first < data.next_record {
        return Err(ApplyError::Order(table));
    }
    let n = n_records as usize;
    if let Some((id, _)) = columns.iter().find(|(_, column)| column.len() != n) {
        return Err(ApplyError::Shape(*id));
    }
    let mut done = 0;
    while done < n {
        // Many records start a segment of their own, which then has the op's columns as they are.
        let fills = |last: &Arc<Segment>| {
            last.len() >= SEGMENT_RECORDS || !last.is_empty() && n - done >= OWN_SEGMENT_RECORDS
        };
        if data.segments.last().is_none_or(fills) {
            data.segments.push(Arc::default());
        }
        let Some(last) = data.segments.last_mut().map(Arc::make_mut) else {
            break;
        };
        let take = (SEGMENT_RECORDS - last.len()).min(n - done);
        let ids: Vec<RecordId> = (0..take)
            .map(|at| RecordId(first.0 + (done + at) as u64))
            .collect();
        let live = Mask::new(take, true);
        if take == n {
            last.append(ids, &live, columns);
        } else {
            let part = columns
                .iter()
                .map(|(id, cells)| (*id, cells.slice(done, done + take).into()))
                .collect();
            last.append(ids, &live, &part);
        }
        done += take;
    }
    data.next_record = RecordId(first.0 + n_records);
    data.n_live += n_records;
    Ok(())
}

fn set_live(
    next: &mut Snapshot,
    table: TableId,
    records: &[RecordId],
    live: bool,
    touched: &mut Touched,
) -> Result<(), ApplyError> {
    let data = data_mut(next, table)?;
    for (segment, offsets) in data.locate(records)? {
        let segment = Arc::make_mut(&mut data.segments[segment]);
        for (at, _) in offsets {
            if segment.live().get(at) != live {
                segment.set_live(at, live);
                data.n_live = if live {
                    data.n_live + 1
                } else {
                    data.n_live - 1
                };
            }
        }
    }
    touched.liveness.entry(table).or_default().extend(records);
    Ok(())
}

fn set_cells(
    data: &mut TableData,
    column: ColumnId,
    records: &[RecordId],
    after: &Column,
) -> Result<(), ApplyError> {
    if after.len() != records.len() {
        return Err(ApplyError::Shape(column));
    }
    for (segment, offsets) in data.locate(records)? {
        let segment = Arc::make_mut(&mut data.segments[segment]);
        if segment
            .shared_column(column)
            .is_some_and(|old| old.kind() != after.kind())
        {
            return Err(ApplyError::Shape(column));
        }
        let (places, from): (Vec<usize>, Vec<usize>) = offsets.into_iter().unzip();
        let in_order = from.iter().copied().eq(0..after.len());
        match in_order {
            true => segment.set_cells(column, &places, after),
            false => segment.set_cells(column, &places, &after.gather(&from)),
        }
    }
    Ok(())
}
