//! The op log: one row per transaction, each checksum chained over the one before.
//!
//! A row's checksum is xxh3-64 over the previous row's checksum and the packed body, so a lost, swapped or
//! altered row shows. Bodies above a few KiB are compressed.

use crate::{
    Damage,
    codec::v1::{bytes::DecodeError, op},
    limits::{COMPRESSED_FROM_BYTES, PART_FROM_RECORDS, UNPACKED_BYTES},
    parts::{ColumnPart, Parts, WrittenColumns},
    retention,
};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use rusqlite::{Connection, params};
use std::io::{Read, Write};
use table::{
    column::SharedColumn,
    id::Revision,
    op::{Op, Transaction},
};
use xxhash_rust::xxh3::Xxh3;

/// How a payload is stored.
pub(crate) const PLAIN: u8 = 0;
pub(crate) const DEFLATED: u8 = 1;

/// The payload and how it is packed.
pub(crate) fn pack(bytes: Vec<u8>) -> (u8, Vec<u8>) {
    if bytes.len() < COMPRESSED_FROM_BYTES {
        return (PLAIN, bytes);
    }
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    let packed = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    match packed {
        Ok(packed) if packed.len() < bytes.len() => (DEFLATED, packed),
        _ => (PLAIN, bytes),
    }
}

pub(crate) fn unpack(packed: u8, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    match packed {
        PLAIN => Ok(bytes),
        DEFLATED => {
            let mut out = Vec::new();
            let mut decoder = DeflateDecoder::new(&bytes[..]).take(UNPACKED_BYTES + 1);
            decoder
                .read_to_end(&mut out)
                .map_err(|error| error.to_string())?;
            if out.len() as u64 > UNPACKED_BYTES {
                return Err("a payload unpacks to more than its limit".into());
            }
            Ok(out)
        }
        other => Err(format!("no such packing: {other}")),
    }
}

pub(crate) fn checksum(previous: u64, packed: u8, body: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&previous.to_le_bytes());
    hash.update(&[packed]);
    hash.update(body);
    hash.digest()
}

/// One stored row.
pub(crate) struct Row {
    pub revision: u64,
    pub packed: u8,
    pub body: Vec<u8>,
    pub checksum: u64,
}

impl Row {
    pub(crate) fn transaction(self, parts: &Parts) -> Result<Transaction, String> {
        let bytes = unpack(self.packed, self.body)?;
        op::decode_with(&bytes, Some(parts)).map_err(|error: DecodeError| error.to_string())
    }
}

/// Whether a stored body holds no change; a damaged one is found when it is read.
pub(crate) fn is_empty(packed: u8, body: Vec<u8>) -> bool {
    let bytes = unpack(packed, body);
    bytes.is_ok_and(|bytes| op::has_no_ops(&bytes))
}

/// The cells of a large append, as parts; small ones stand in the row.
fn put_parts(
    connection: &Connection,
    parts: &Parts,
    op: &Op,
    written: &mut WrittenColumns,
) -> Result<Option<Vec<ColumnPart>>, rusqlite::Error> {
    match op {
        Op::AppendRecords {
            n_records, columns, ..
        } if *n_records >= PART_FROM_RECORDS => {
            let cells: Vec<&SharedColumn> = columns.values().collect();
            let put = parts.put_columns(connection, &cells, true, written)?;
            Ok(Some(put))
        }
        _ => Ok(None),
    }
}

/// Appends within the caller's SQLite transaction; gives the new end of the chain.
pub(crate) fn append(
    connection: &Connection,
    parts: &Parts,
    previous: u64,
    transaction: &Transaction,
    written: &mut WrittenColumns,
) -> Result<u64, rusqlite::Error> {
    let ops = transaction.ops.iter();
    let kept: Result<Vec<Option<Vec<ColumnPart>>>, _> = ops
        .map(|op| put_parts(connection, parts, op, written))
        .collect();
    let (packed, body) = pack(op::encode_with(transaction, &kept?));
    let sum = checksum(previous, packed, &body);
    let mut insert = connection.prepare_cached(
        "INSERT INTO log (revision, actor, at_ms, client_id, label, grouped, undoes, packed, body, checksum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    insert.execute(params![
        transaction.revision.0 as i64,
        transaction.actor.0,
        transaction.at_ms,
        transaction.client_id,
        transaction.label,
        transaction.group,
        transaction.undoes.map(|revision| revision.0 as i64),
        packed,
        body,
        sum as i64,
    ])?;
    Ok(sum)
}

/// Rows from a revision on, in order.
pub(crate) fn rows(
    connection: &Connection,
    from: Revision,
    limit: usize,
) -> Result<Vec<Row>, rusqlite::Error> {
    let mut select = connection.prepare_cached(
        "SELECT revision, packed, body, checksum FROM log WHERE revision >= ?1 ORDER BY revision LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map(params![from.0 as i64, limit], |row| {
        Ok(Row {
            revision: row.get::<_, i64>(0)? as u64,
            packed: row.get(1)?,
            body: row.get(2)?,
            checksum: row.get::<_, i64>(3)? as u64,
        })
    })?;
    rows.collect()
}

/// The checksum of the row before `revision`, be it forgotten; 0 where there is none.
pub(crate) fn checksum_before(
    connection: &Connection,
    revision: Revision,
) -> Result<u64, rusqlite::Error> {
    let mut select = connection.prepare_cached(
        "SELECT checksum FROM log WHERE revision < ?1 ORDER BY revision DESC LIMIT 1",
    )?;
    let mut rows = select.query(params![revision.0 as i64])?;
    match rows.next()? {
        Some(row) => Ok(row.get::<_, i64>(0)? as u64),
        None => Ok(retention::start(connection)?.chain),
    }
}

/// A row that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BrokenRow {
    pub revision: Revision,
    pub what: String,
}

impl BrokenRow {
    pub(crate) fn damage(&self) -> Damage {
        let (revision, what) = (self.revision.0, &self.what);
        Damage::new("log_checksum", format!("transaction {revision}: {what}"))
    }
}

/// The first rows from a revision on, at most `limit`, that do not fit their place in the chain or can't be read as rows.
pub(crate) fn broken_rows(
    connection: &Connection,
    from: Revision,
    limit: usize,
) -> Result<Vec<BrokenRow>, rusqlite::Error> {
    let mut select = connection.prepare(
        "SELECT revision, packed, body, checksum FROM log WHERE revision >= ?1 ORDER BY revision",
    )?;
    let from = from.max(Revision(retention::start(connection)?.after.0 + 1));
    let mut rows = select.query([from.0 as i64])?;
    let mut broken = Vec::new();
    // After a broken row its stored or its true checksum goes on, as its body or its checksum was hit.
    let mut previous = [checksum_before(connection, from)?; 2];
    let mut last = from.0.saturating_sub(1);
    while broken.len() < limit {
        let mut tell = |what: &str| {
            broken.push(BrokenRow {
                revision: Revision(last + 1),
                what: what.into(),
            });
        };
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) if is_damage(&error) => {
                tell("it can't be read");
                break;
            }
            Err(error) => return Err(error),
        };
        let (Ok(revision), Ok(packed), Ok(Ok(body)), Ok(stored)) = (
            row.get::<_, i64>(0).map(|revision| revision as u64),
            row.get::<_, u8>(1),
            row.get_ref(2).map(|body| body.as_blob()),
            row.get::<_, i64>(3).map(|sum| sum as u64),
        ) else {
            tell("it can't be read");
            break;
        };
        let sums = previous.map(|previous| checksum(previous, packed, body));
        if revision != last + 1 {
            tell("it is missing");
        } else if !sums.contains(&stored) {
            tell("its checksum does not match");
        }
        previous = match sums.contains(&stored) {
            true => [stored; 2],
            false => [stored, sums[0]],
        };
        last = revision;
    }
    Ok(broken)
}

/// True where the bytes are wrong, and not the disk or the moment.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(code) => matches!(code, Code::DatabaseCorrupt | Code::NotADatabase),
        // A value of another type than the one that was written.
        None => true,
    }
}
