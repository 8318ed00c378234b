//! How far back the log goes: history older than the owner wants is forgotten, a slice at a time.
//!
//! Main types: [`Start`], [`Needs`]. Law: only what a checkpoint holds is forgotten; the chain of checksums goes on from
//! [`Start`]; a part goes only when neither the checkpoint nor a row that is left names it. What is forgotten can't
//! mend a damaged checkpoint any more. Tests: `store/tests/retention.rs`.

use crate::{base::Base, error::AppendError, history, log, parts::Parts};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashSet;
use table::{
    id::Revision,
    op::{Op, Transaction},
    purge::Needed,
};

/// Rows of the log read or forgotten at a time.
const SLICE_ROWS: u64 = 1_000;

/// Where the log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Start {
    /// The last transaction that was forgotten; 0 where all are there.
    pub after: Revision,
    /// Its checksum, on which the next one's stands.
    pub chain: u64,
}

impl Start {
    fn bytes(self) -> Vec<u8> {
        let mut bytes = self.after.0.to_le_bytes().to_vec();
        bytes.extend(self.chain.to_le_bytes());
        bytes.extend(log::checksum(0, log::PLAIN, &bytes).to_le_bytes());
        bytes
    }

    fn of(bytes: &[u8]) -> Option<Start> {
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 8)?;
            Some(u64::from_le_bytes(bytes.try_into().ok()?))
        };
        let start = Start {
            after: Revision(number(0)?),
            chain: number(8)?,
        };
        (start.bytes() == bytes).then_some(start)
    }
}

fn meta(connection: &Connection, key: &str) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    let mut select = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    select.query_row([key], |row| row.get(0)).optional()
}

fn put_meta(connection: &Connection, key: &str, value: &[u8]) -> Result<(), rusqlite::Error> {
    let mut put =
        connection.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?;
    put.execute(params![key, value]).map(drop)
}

/// A start that can't be read counts as none: then the first transaction is missing, and that is said.
pub(crate) fn start(connection: &Connection) -> Result<Start, rusqlite::Error> {
    let kept = meta(connection, "log_start")?;
    Ok(kept.and_then(|bytes| Start::of(&bytes)).unwrap_or_default())
}

/// Days that history is kept; `None`: for ever, also where the setting can't be read.
pub(crate) fn days(connection: &Connection) -> Result<Option<u32>, rusqlite::Error> {
    let kept = meta(connection, "retention_days")?;
    let text = kept.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.and_then(|text| text.parse().ok()))
}

/// The last transaction before the first one that is as young as `at_ms`.
pub(crate) fn last_before(
    connection: &Connection,
    at_ms: i64,
) -> Result<Revision, rusqlite::Error> {
    let first: Option<i64> = connection.query_row(
        "SELECT min(revision) FROM log WHERE at_ms >= ?1",
        [at_ms],
        |row| row.get(0),
    )?;
    let last = match first {
        Some(first) => first - 1,
        None => connection.query_row("SELECT coalesce(max(revision), 0) FROM log", [], |row| {
            row.get(0)
        })?,
    };
    Ok(Revision(last.max(0) as u64))
}

/// What the rows of the log after a revision speak of.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// The newest row that was read for it.
    pub read_to: Revision,
    pub needed: Needed,
    parts: HashSet<i64>,
}

impl Needs {
    fn note(&mut self, transaction: &Transaction, parts: &Parts) {
        for op in &transaction.ops {
            self.needed.note(op);
            let Op::AppendRecords { columns, .. } = op else {
                continue;
            };
            let named = columns
                .values()
                .filter_map(|cells| parts.column_part(cells));
            for part in named {
                self.parts.insert(part.number);
                self.parts.extend(part.words);
            }
        }
        self.read_to = self.read_to.max(transaction.revision);
    }

    /// The rows after those that were read so far, up to the end; one slice, `false` once there are no more.
    pub(crate) fn read_on(
        &mut self,
        connection: &Connection,
        parts: &Parts,
    ) -> Result<bool, crate::ReadLogError> {
        let next = Revision(self.read_to.0 + 1);
        let page = history::transactions(connection, parts, next, SLICE_ROWS as usize)?;
        for transaction in &page {
            self.note(transaction, parts);
        }
        Ok(!page.is_empty())
    }

    /// Nothing read yet; what comes after `until` counts.
    pub(crate) fn after(until: Revision) -> Needs {
        Needs {
            read_to: until,
            ..Needs::default()
        }
    }
}

/// Forgets one slice of the rows up to `until`; `false` where there was none.
fn forget(connection: &Connection, until: Revision) -> Result<bool, rusqlite::Error> {
    let start = start(connection)?;
    let to = until.0.min(start.after.0 + SLICE_ROWS);
    if to <= start.after.0 {
        return Ok(false);
    }
    let mut select = connection.prepare_cached("SELECT checksum FROM log WHERE revision = ?1")?;
    let Some(chain) = select
        .query_row([to as i64], |row| row.get::<_, i64>(0))
        .optional()?
    else {
        return Ok(false);
    };
    connection.execute("DELETE FROM log WHERE revision <= ?1", [to as i64])?;
    let start = Start {
        after: Revision(to),
        chain: chain as u64,
    };
    put_meta(connection, "log_start", &start.bytes())?;
    Ok(true)
}

/// Parts that only forgotten rows named are the checkpoints' again, which remove what they do not use.
fn release(connection: &Connection, named: &HashSet<i64>) -> Result<(), rusqlite::Error> {
    let mut select = connection.prepare_cached("SELECT id FROM part WHERE logged = 1")?;
    let logged: Result<Vec<i64>, _> = select.query_map([], |row| row.get(0))?.collect();
    let mut update = connection.prepare_cached("UPDATE part SET logged = 0 WHERE id = ?1")?;
    for number in logged?.iter().filter(|number| !named.contains(number)) {
        update.execute([number])?;
    }
    Ok(())
}

impl Base {
    /// Keeps history this many days from now on; `None`: for ever. Durable when it returns.
    pub fn set_retention(&mut self, days: Option<u32>) -> Result<(), AppendError> {
        self.write(|connection, chain| {
            match days {
                Some(days) => put_meta(connection, "retention_days", days.to_string().as_bytes())?,
                None => {
                    connection.execute("DELETE FROM meta WHERE key = 'retention_days'", [])?;
                }
            }
            Ok(chain)
        })
    }

    /// Forgets a slice of the transactions up to `until`, as far as the last checkpoint holds them; `false` once there
    /// is nothing left to forget.
    pub fn forget(&mut self, until: Revision) -> Result<bool, AppendError> {
        let until = until.min(self.checkpoint_revision());
        let mut more = false;
        self.write(|connection, chain| {
            more = forget(connection, until)?;
            Ok(chain)
        })?;
        Ok(more)
    }

    /// After forgetting: the next checkpoint removes the parts that nothing names any more. `needs` is of the rows that
    /// are left; those that came since it was read are read now.
    pub fn release_parts(&mut self, needs: &mut Needs) -> Result<(), AppendError> {
        let parts = self.parts().clone();
        let mut unread = false;
        self.write(|connection, chain| {
            // A row that can't be read may name anything: then all parts stay.
            loop {
                match needs.read_on(connection, &parts) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(_) => {
                        unread = true;
                        return Ok(chain);
                    }
                }
            }
            release(connection, &needs.parts)?;
            Ok(chain)
        })?;
        if unread {
            tracing::warn!("a row of the log can't be read: no part of it is removed");
        }
        Ok(())
    }
}
