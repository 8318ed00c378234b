//! Commands on whole records, and the columns of an import.

use super::{CellInput, Draft, RecordInput, cells, given, links};
use crate::{
    error::CommandError,
    limits::{RECORDS_PER_APPEND, RECORDS_PER_COMMAND, SHARED_FROM_RECORDS},
};
use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use table::{
    column::{Column, ColumnKind, SharedColumn},
    id::{ColumnId, FieldId, RecordId, TableId},
    op::Op,
    value::CellState,
};

fn expect_count(n: usize) -> Result<(), CommandError> {
    match n > RECORDS_PER_COMMAND {
        true => Err(CommandError::too_large(
            "条记录",
            "records",
            n as u64,
            RECORDS_PER_COMMAND as u64,
        )),
        false => Ok(()),
    }
}

pub(crate) fn create(
    draft: &mut Draft,
    table: TableId,
    records: &[RecordInput],
) -> Result<(), CommandError> {
    expect_count(records.len())?;
    cells::expect_count(records.iter().map(|record| record.cells.len()).sum())?;
    draft.table(table)?;
    if records.is_empty() {
        return Ok(());
    }
    let mut columns: BTreeMap<ColumnId, SharedColumn> = BTreeMap::new();
    let used: BTreeSet<FieldId> = records
        .iter()
        .flat_map(|record| record.cells.keys().copied())
        .collect();
    for field in used {
        let field = draft.field(table, field)?.clone();
        let inputs: Vec<&CellInput> = records
            .iter()
            .map(|record| record.cells.get(&field.id).unwrap_or(&CellInput::Clear))
            .collect();
        let column = cells::read(&draft.snapshot, &field, &inputs)?;
        draft.result.n_misfits += n_misfits(&column);
        columns.insert(field.edited_column().0, column.into());
    }
    let first = append(draft, table, records.len() as u64, columns)?;
    let ids = first.0..first.0 + records.len() as u64;
    draft.result.records.extend(ids.map(RecordId));
    Ok(())
}

/// Columns as an import has them. Formula fields other than AI ones are computed, not given.
pub(crate) fn append_columns(
    draft: &mut Draft,
    table: TableId,
    n_records: u64,
    given: &[(FieldId, SharedColumn)],
) -> Result<(), CommandError> {
    if n_records > RECORDS_PER_APPEND {
        return Err(CommandError::too_large(
            "条记录",
            "records",
            n_records,
            RECORDS_PER_APPEND,
        ));
    }
    draft.table(table)?;
    let mut columns = BTreeMap::new();
    for (id, column) in given {
        let field = draft.field(table, *id)?.clone();
        // What was given elsewhere, in a file of ours, stays as it is.
        if !field.is_editable() && !field.field_type.is_given() {
            return Err(CommandError::field_not_editable(&field.name));
        }
        if column.kind() != field.field_type.kind() || column.len() as u64 != n_records {
            return Err(CommandError::wrong_kind(&field.name));
        }
        let (name, known) = (&field.name, field.field_type.options());
        if let Some(known) = known
            && column.kind() == ColumnKind::Options
            && !options_known(column, known)
        {
            return Err(CommandError::wrong_kind(name));
        }
        let column = match field.link() {
            // A file has names.
            Some(link) => {
                let names = links::Names::of(&draft.snapshot, link.table);
                links::converted(column, None, &field, link, &names).into()
            }
            None => column.clone(),
        };
        draft.result.n_misfits += n_misfits(&column);
        columns.insert(field.edited_column().0, column);
    }
    if n_records == 0 {
        return Ok(());
    }
    append(draft, table, n_records, columns)?;
    for (field, column) in given {
        given::count_on(draft, table, *field, column, n_records)?;
    }
    Ok(())
}

pub(super) fn options_known(column: &Column, known: &[table::field::SelectOption]) -> bool {
    let known: BTreeSet<_> = known.iter().map(|option| option.id).collect();
    column.valid().ones().all(|at| match column.get(at) {
        CellState::Value(table::value::CellValue::Options(ids)) => {
            ids.iter().all(|id| known.contains(id))
        }
        _ => true,
    })
}

pub(super) fn n_misfits(column: &Column) -> u64 {
    let sides = column.side().values();
    sides
        .filter(|side| matches!(side, table::column::Side::Misfit(_)))
        .count() as u64
}

/// The words of a table stand in memory and on disk once, not once per batch.
fn share_dictionaries(
    draft: &Draft,
    table: TableId,
    columns: &mut BTreeMap<ColumnId, SharedColumn>,
) -> Result<(), CommandError> {
    if let Some(last) = draft.data(table)?.segments.last() {
        columns.par_iter_mut().for_each(|(id, cells)| {
            let before = last.column(*id);
            let before = before.filter(|_| cells.kind() == ColumnKind::Text);
            if let Some(shared) = before.and_then(|before| cells.sharing_dictionary(before)) {
                *cells = shared.into();
            }
        });
    }
    Ok(())
}

/// New records after the last one; returns the first.
pub(crate) fn append(
    draft: &mut Draft,
    table: TableId,
    n_records: u64,
    mut columns: BTreeMap<ColumnId, SharedColumn>,
) -> Result<RecordId, CommandError> {
    let first = draft.data(table)?.next_record;
    for (id, column) in given::columns_of_new(draft, table, first, n_records) {
        columns.entry(id).or_insert_with(|| column.into());
    }
    // An unticked box is a value, not a blank: new records start unticked without being told so.
    columns.retain(|_, column| column.valid().count() > 0 || !column.side().is_empty());
    if n_records >= SHARED_FROM_RECORDS {
        share_dictionaries(draft, table, &mut columns)?;
    }
    draft.push(Op::AppendRecords {
        table,
        first,
        n_records,
        columns,
    })?;
    draft.result.first_record = Some(first);
    draft.result.n_records += n_records;
    Ok(first)
}

pub(crate) fn delete(
    draft: &mut Draft,
    table: TableId,
    records: &[RecordId],
) -> Result<(), CommandError> {
    change(draft, table, records, false)
}

pub(crate) fn restore(
    draft: &mut Draft,
    table: TableId,
    records: &[RecordId],
) -> Result<(), CommandError> {
    change(draft, table, records, true)
}

/// Records that are already as wanted are left out, so that undo takes back only what happened.
fn change(
    draft: &mut Draft,
    table: TableId,
    records: &[RecordId],
    live: bool,
) -> Result<(), CommandError> {
    expect_count(records.len())?;
    draft.table(table)?;
    let data = draft.data(table)?;
    let mut distinct: Vec<RecordId> = records.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if let Some(unknown) = distinct.iter().find(|record| data.find(**record).is_none()) {
        return Err(CommandError::no_record(unknown));
    }
    distinct.retain(|record| data.is_live(*record) != live);
    if distinct.is_empty() {
        return Ok(());
    }
    draft.result.n_records += distinct.len() as u64;
    draft.result.records.extend(&distinct);
    draft.push(match live {
        true => Op::RestoreRecords {
            table,
            records: distinct,
        },
        false => Op::RemoveRecords {
            table,
            records: distinct,
        },
    })
}
