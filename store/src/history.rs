//! Reading the log back: transactions by revision, and whether a client's submission is known.

use crate::{error::ReadLogError, log, parts::Parts};
use rusqlite::{Connection, OptionalExtension};
use table::{
    id::{ActorId, Revision},
    op::Transaction,
};

/// Up to `limit` transactions from a revision on, each checked against its place in the chain.
pub(crate) fn transactions(
    connection: &Connection,
    parts: &Parts,
    from: Revision,
    limit: usize,
) -> Result<Vec<Transaction>, ReadLogError> {
    let mut previous = log::checksum_before(connection, from)?;
    let mut transactions = Vec::new();
    for row in log::rows(connection, from, limit)? {
        let revision = row.revision;
        let damaged = |what: &str| ReadLogError::Damaged {
            revision,
            what: what.into(),
        };
        if log::checksum(previous, row.packed, &row.body) != row.checksum {
            return Err(damaged("its checksum does not match"));
        }
        previous = row.checksum;
        transactions.push(row.transaction(parts).map_err(|what| damaged(&what))?);
    }
    Ok(transactions)
}

/// What a transaction was, without what it changed: an import's changes are as large as its file.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    pub revision: Revision,
    pub actor: ActorId,
    pub label: String,
    pub group: Option<String>,
    pub undoes: Option<Revision>,
    /// It changed nothing; there is nothing to take back.
    pub is_empty: bool,
}

/// Packed bytes below which a transaction may be an empty one.
const EMPTY_BYTES: i64 = 1024;

impl From<&Transaction> for LogLine {
    fn from(transaction: &Transaction) -> LogLine {
        LogLine {
            revision: transaction.revision,
            actor: transaction.actor.clone(),
            label: transaction.label.clone(),
            group: transaction.group.clone(),
            undoes: transaction.undoes,
            is_empty: transaction.ops.is_empty(),
        }
    }
}

/// Up to `limit` lines from a revision on.
pub(crate) fn lines(
    connection: &Connection,
    from: Revision,
    limit: usize,
) -> Result<Vec<LogLine>, ReadLogError> {
    let mut select = connection.prepare_cached(
        "SELECT revision, actor, label, grouped, undoes, packed, CASE WHEN length(body) < ?3 THEN body END
         FROM log WHERE revision >= ?1 ORDER BY revision LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map((from.0 as i64, limit, EMPTY_BYTES), |row| {
        let small: Option<Vec<u8>> = row.get(6)?;
        let packed = row.get(5)?;
        Ok(LogLine {
            revision: Revision(row.get::<_, i64>(0)? as u64),
            actor: ActorId(row.get(1)?),
            label: row.get(2)?,
            group: row.get(3)?,
            undoes: row
                .get::<_, Option<i64>>(4)?
                .map(|undoes| Revision(undoes as u64)),
            is_empty: small.is_some_and(|body| log::is_empty(packed, body)),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A transaction that takes another one back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undoing {
    pub revision: Revision,
    pub undoes: Revision,
    /// Of what it takes back.
    pub group: Option<String>,
}

/// Those after a revision, the newest first.
pub(crate) fn undoings_after(
    connection: &Connection,
    after: Revision,
) -> Result<Vec<Undoing>, ReadLogError> {
    let mut select = connection.prepare_cached(
        "SELECT taker.revision, taker.undoes, taken.grouped
         FROM log taker LEFT JOIN log taken ON taken.revision = taker.undoes
         WHERE taker.revision > ?1 AND taker.undoes IS NOT NULL ORDER BY taker.revision DESC",
    )?;
    let rows = select.query_map([after.0 as i64], |row| {
        Ok(Undoing {
            revision: Revision(row.get::<_, i64>(0)? as u64),
            undoes: Revision(row.get::<_, i64>(1)? as u64),
            group: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The transactions of a group, ascending.
pub(crate) fn group_revisions(
    connection: &Connection,
    group: &str,
) -> Result<Vec<Revision>, ReadLogError> {
    let mut select = connection.prepare_cached(
        "SELECT revision FROM log WHERE grouped = ?1 AND undoes IS NULL ORDER BY revision",
    )?;
    let rows = select.query_map([group], |row| Ok(Revision(row.get::<_, i64>(0)? as u64)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Transactions of these labels that are as young as `since_ms`, the newest first, at most `limit`.
pub(crate) fn labelled(
    connection: &Connection,
    labels: &[&str],
    since_ms: i64,
    limit: usize,
) -> Result<Vec<Revision>, ReadLogError> {
    let mut select = connection.prepare_cached(
        "SELECT revision FROM log WHERE at_ms >= ?1 AND label IN (SELECT value FROM json_each(?2))
         ORDER BY revision DESC LIMIT ?3",
    )?;
    let labels = serde_json::json!(labels).to_string();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map((since_ms, labels, limit), |row| {
        Ok(Revision(row.get::<_, i64>(0)? as u64))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn find_client_id(
    connection: &Connection,
    id: &str,
) -> Result<Option<Revision>, ReadLogError> {
    let found: Option<i64> = connection
        .query_row(
            "SELECT revision FROM log WHERE client_id = ?1",
            [id],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.map(|revision| Revision(revision as u64)))
}
