//! Ops and transactions. Schema parts are JSON inside, cells are columns.

use super::{
    bytes::{DecodeError, Reader, Writer},
    column,
};
use crate::parts::{ColumnPart, Parts, Place};
use std::collections::BTreeMap;
use table::{
    column::SharedColumn,
    id::{ActorId, ColumnId, FieldId, RecordId, Revision, TableId, ViewId},
    op::{Op, Transaction},
};

pub fn encode_transaction(transaction: &Transaction) -> Vec<u8> {
    encode_with(transaction, &[])
}

/// `kept`: per op, the parts in which the columns of an append are kept; where there are none they are written
/// along.
pub(crate) fn encode_with(transaction: &Transaction, kept: &[Option<Vec<ColumnPart>>]) -> Vec<u8> {
    let mut to = Writer::default();
    to.u64(transaction.revision.0);
    to.text(&transaction.actor.0);
    to.i64(transaction.at_ms);
    to.optional_text(transaction.client_id.as_deref());
    to.text(&transaction.label);
    to.optional_text(transaction.group.as_deref());
    // 0 is no revision of a transaction.
    to.u64(transaction.undoes.map_or(0, |revision| revision.0));
    to.u32(transaction.ops.len() as u32);
    for (at, op) in transaction.ops.iter().enumerate() {
        match (op, kept.get(at).and_then(Option::as_deref)) {
            (
                Op::AppendRecords {
                    table,
                    first,
                    n_records,
                    columns,
                },
                Some(parts),
            ) => {
                to.u8(APPEND_BY_PARTS);
                to.u32(table.0);
                to.u64(first.0);
                to.u64(*n_records);
                encode_parts(columns.keys().zip(parts), &mut to);
            }
            _ => encode_op(op, &mut to),
        }
    }
    to.out
}

/// Tag of an append whose columns are parts; since format 2.
const APPEND_BY_PARTS: u8 = 6;

fn encode_parts<'a>(
    columns: impl ExactSizeIterator<Item = (&'a ColumnId, &'a ColumnPart)>,
    to: &mut Writer,
) {
    to.u32(columns.len() as u32);
    for (id, part) in columns {
        to.u32(id.0);
        to.i64(part.number);
        to.u64(part.checksum);
        // 0 is no part.
        to.i64(part.words.unwrap_or(0));
        to.u8(column::kind_code(part.kind));
        to.u8(u8::from(part.may_have_notes) | u8::from(part.may_have_side) << 1);
    }
}

fn decode_part(from: &mut Reader<'_>) -> Result<ColumnPart, DecodeError> {
    let (number, checksum, words) = (from.i64()?, from.u64()?, from.i64()?);
    let Some(kind) = column::kind_of(from.u8()?) else {
        return from.fail("no such kind of column");
    };
    let flags = from.u8()?;
    Ok(ColumnPart {
        number,
        checksum,
        words: Some(words).filter(|words| *words != 0),
        kind,
        may_have_notes: flags & 1 != 0,
        may_have_side: flags & 2 != 0,
    })
}

fn decode_append_by_parts(
    table: TableId,
    revision: Revision,
    from: &mut Reader<'_>,
    parts: Option<&Parts>,
) -> Result<Op, DecodeError> {
    let (first, n_records) = (RecordId(from.u64()?), from.u64()?);
    let Some(parts) = parts else {
        return from.fail("the parts of an append are not at hand");
    };
    if n_records > RECORDS_PER_OP || first.0.checked_add(n_records).is_none() {
        return from.fail("too many records in one op");
    }
    let mut columns = BTreeMap::new();
    for _ in 0..from.count(30)? {
        let id = ColumnId(from.u32()?);
        let part = decode_part(from)?;
        let at = format!("transaction {} {id}", revision.0);
        let place = Place { table, at };
        columns.insert(id, parts.column(part, n_records as usize, place));
    }
    Ok(Op::AppendRecords {
        table,
        first,
        n_records,
        columns,
    })
}

pub fn decode_transaction(bytes: &[u8]) -> Result<Transaction, DecodeError> {
    decode_with(bytes, None)
}

/// `parts`: where the columns of large appends are read from, once they are wanted.
pub(crate) fn decode_with(bytes: &[u8], parts: Option<&Parts>) -> Result<Transaction, DecodeError> {
    let mut from = Reader::new(bytes);
    let mut transaction = decode_head(&mut from)?;
    for _ in 0..from.count(1)? {
        let op = decode_op(&mut from, transaction.revision, parts)?;
        transaction.ops.push(op);
    }
    from.end()?;
    Ok(transaction)
}

/// A transaction that changes nothing.
pub(crate) fn has_no_ops(bytes: &[u8]) -> bool {
    let mut from = Reader::new(bytes);
    decode_head(&mut from).is_ok() && from.u32() == Ok(0) && from.end().is_ok()
}

fn decode_head(from: &mut Reader<'_>) -> Result<Transaction, DecodeError> {
    Ok(Transaction {
        revision: Revision(from.u64()?),
        actor: ActorId(from.text()?.into()),
        at_ms: from.i64()?,
        client_id: from.optional_text()?,
        label: from.text()?.into(),
        group: from.optional_text()?,
        undoes: Some(from.u64()?)
            .filter(|revision| *revision > 0)
            .map(Revision),
        ops: Vec::new(),
    })
}

fn encode_op(op: &Op, to: &mut Writer) {
    match op {
        Op::RenameBase { before, after } => {
            to.u8(1);
            to.text(before);
            to.text(after);
        }
        Op::AppendRecords {
            table,
            first,
            n_records,
            columns,
        } => {
            to.u8(2);
            to.u32(table.0);
            to.u64(first.0);
            to.u64(*n_records);
            to.u32(columns.len() as u32);
            for (id, cells) in columns {
                to.u32(id.0);
                column::encode(cells, to);
            }
        }
        Op::SetCells {
            table,
            column: id,
            records,
            before,
            after,
        } => {
            to.u8(3);
            to.u32(table.0);
            to.u32(id.0);
            encode_records(records, to);
            column::encode(before, to);
            column::encode(after, to);
        }
        Op::RemoveRecords { table, records } => {
            to.u8(4);
            to.u32(table.0);
            encode_records(records, to);
        }
        Op::RestoreRecords { table, records } => {
            to.u8(5);
            to.u32(table.0);
            encode_records(records, to);
        }
        _ => encode_schema_op(op, to),
    }
}

fn encode_schema_op(op: &Op, to: &mut Writer) {
    let mut put = |tag: u8, table: TableId, part: &dyn Fn(&mut Writer)| {
        to.u8(tag);
        to.u32(table.0);
        part(to);
    };
    match op {
        Op::AddTable { table } => put(10, table.id, &|to| to.json(table)),
        Op::RemoveTable { table } => put(11, *table, &|_| ()),
        Op::RestoreTable { table } => put(12, *table, &|_| ()),
        Op::RelabelTable {
            table,
            before,
            after,
        } => put(13, *table, &|to| to.json(&(before, after))),
        Op::MoveTable {
            table,
            from,
            to: target,
        } => put(14, *table, &|to| to.json(&(from, target))),
        Op::AddField { table, field, at } => put(20, *table, &|to| to.json(&(field, at))),
        Op::RemoveField { table, field } => put(21, *table, &|to| to.u32(field.0)),
        Op::RestoreField { table, field } => put(22, *table, &|to| to.u32(field.0)),
        Op::AlterField {
            table,
            before,
            after,
        } => put(23, *table, &|to| to.json(&(before, after))),
        Op::MoveField {
            table,
            field,
            from,
            to: target,
        } => put(24, *table, &|to| to.json(&(field, from, target))),
        Op::AddView { table, view } => put(30, *table, &|to| to.json(view)),
        Op::RemoveView { table, view } => put(31, *table, &|to| to.u32(view.0)),
        Op::RestoreView { table, view } => put(32, *table, &|to| to.u32(view.0)),
        Op::AlterView {
            table,
            before,
            after,
        } => put(33, *table, &|to| to.json(&(before, after))),
        Op::RenameBase { .. }
        | Op::AppendRecords { .. }
        | Op::SetCells { .. }
        | Op::RemoveRecords { .. }
        | Op::RestoreRecords { .. } => {}
    }
}

/// Runs of consecutive ids: an import's million records are one run.
fn encode_records(records: &[RecordId], to: &mut Writer) {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for record in records {
        match runs.last_mut() {
            Some((first, n)) if *first + *n == record.0 => *n += 1,
            _ => runs.push((record.0, 1)),
        }
    }
    to.u32(runs.len() as u32);
    for (first, n) in runs {
        to.u64(first);
        to.u64(n);
    }
}

/// More records in one removal than this are damage, not data: a few garbage bytes must not claim the memory.
const RECORDS_PER_OP: u64 = 1 << 25;

/// Record ids as runs, not yet spread out.
struct Runs {
    runs: Vec<(u64, u64)>,
    n_records: u64,
}

impl Runs {
    fn decode(from: &mut Reader<'_>) -> Result<Runs, DecodeError> {
        let (mut runs, mut n_records) = (Vec::new(), 0u64);
        for _ in 0..from.count(16)? {
            let (first, n) = (from.u64()?, from.u64()?);
            if first.checked_add(n).is_none() {
                return from.fail("a record id is too large");
            }
            n_records = n_records.saturating_add(n);
            if n_records > RECORDS_PER_OP {
                return from.fail("too many records in one op");
            }
            runs.push((first, n));
        }
        Ok(Runs { runs, n_records })
    }

    fn spread(self) -> Vec<RecordId> {
        let ids = self
            .runs
            .into_iter()
            .flat_map(|(first, n)| first..first + n);
        ids.map(RecordId).collect()
    }
}

fn decode_set_cells(table: TableId, from: &mut Reader<'_>) -> Result<Op, DecodeError> {
    let id = ColumnId(from.u32()?);
    let runs = Runs::decode(from)?;
    let (before, after) = (column::decode(from)?, column::decode(from)?);
    if before.len() as u64 != runs.n_records || after.len() as u64 != runs.n_records {
        return from.fail("the cells do not match the records");
    }
    Ok(Op::SetCells {
        table,
        column: id,
        records: runs.spread(),
        before,
        after,
    })
}

fn decode_op(
    from: &mut Reader<'_>,
    revision: Revision,
    parts: Option<&Parts>,
) -> Result<Op, DecodeError> {
    let tag = from.u8()?;
    if tag == 1 {
        return Ok(Op::RenameBase {
            before: from.text()?.into(),
            after: from.text()?.into(),
        });
    }
    let table = TableId(from.u32()?);
    Ok(match tag {
        2 => {
            let (first, n_records) = (RecordId(from.u64()?), from.u64()?);
            let mut columns = BTreeMap::new();
            for _ in 0..from.count(6)? {
                let id = ColumnId(from.u32()?);
                columns.insert(id, column::decode(from)?.into());
            }
            let fits = |cells: &SharedColumn| cells.len() as u64 == n_records;
            if n_records > RECORDS_PER_OP || !columns.values().all(fits) {
                return from.fail("the cells do not match the records");
            }
            Op::AppendRecords {
                table,
                first,
                n_records,
                columns,
            }
        }
        APPEND_BY_PARTS => decode_append_by_parts(table, revision, from, parts)?,
        3 => decode_set_cells(table, from)?,
        4 => Op::RemoveRecords {
            table,
            records: Runs::decode(from)?.spread(),
        },
        5 => Op::RestoreRecords {
            table,
            records: Runs::decode(from)?.spread(),
        },
        _ => return decode_schema_op(tag, table, from),
    })
}

fn decode_schema_op(tag: u8, table: TableId, from: &mut Reader<'_>) -> Result<Op, DecodeError> {
    Ok(match tag {
        10 => Op::AddTable {
            table: from.json()?,
        },
        11 => Op::RemoveTable { table },
        12 => Op::RestoreTable { table },
        13 => {
            let (before, after) = from.json()?;
            Op::RelabelTable {
                table,
                before,
                after,
            }
        }
        14 => {
            let (start, to) = from.json()?;
            Op::MoveTable {
                table,
                from: start,
                to,
            }
        }
        20 => {
            let (field, at) = from.json()?;
            Op::AddField { table, field, at }
        }
        21 => Op::RemoveField {
            table,
            field: FieldId(from.u32()?),
        },
        22 => Op::RestoreField {
            table,
            field: FieldId(from.u32()?),
        },
        23 => {
            let (before, after) = from.json()?;
            Op::AlterField {
                table,
                before,
                after,
            }
        }
        24 => {
            let (field, start, to) = from.json()?;
            Op::MoveField {
                table,
                field,
                from: start,
                to,
            }
        }
        _ => return decode_view_op(tag, table, from),
    })
}

fn decode_view_op(tag: u8, table: TableId, from: &mut Reader<'_>) -> Result<Op, DecodeError> {
    Ok(match tag {
        30 => Op::AddView {
            table,
            view: from.json()?,
        },
        31 => Op::RemoveView {
            table,
            view: ViewId(from.u32()?),
        },
        32 => Op::RestoreView {
            table,
            view: ViewId(from.u32()?),
        },
        33 => {
            let (before, after) = from.json()?;
            Op::AlterView {
                table,
                before,
                after,
            }
        }
        _ => return from.fail("no such op"),
    })
}
