//! The durable queue of AI calls, their answers, and the ledger of every attempt.
//!
//! Law: a call is durable before the network sees it; a call with a stored answer is never queued again.

use crate::{damage::Damage, error::ReadLogError};
use rusqlite::{Connection, params};
use std::{collections::HashMap, sync::Arc};
use table::ai::{AiCall, Answer, CallKey, Provenance};
use xxhash_rust::xxh3::Xxh3;

/// A call asked for by a transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct QueuedCall {
    pub call: AiCall,
    pub batch: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallStatus {
    Queued,
    Running,
    Answered,
    Failed { reason: String },
    Cancelled,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StoredCall {
    pub call: AiCall,
    pub batch: String,
    pub status: CallStatus,
    /// Times it was marked running.
    pub n_attempts: u32,
}

/// One line of the ledger: one network attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub key: CallKey,
    pub provider: String,
    pub model: String,
    pub at_ms: i64,
    /// `ok` or a stable error code.
    pub outcome: String,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost_micros: u64,
    pub currency: String,
    /// The provider may have charged for it, nobody knows.
    pub unknown_outcome: bool,
}

impl CallStatus {
    fn columns(&self) -> (&'static str, Option<&str>) {
        match self {
            CallStatus::Queued => ("queued", None),
            CallStatus::Running => ("running", None),
            CallStatus::Answered => ("answered", None),
            CallStatus::Failed { reason } => ("failed", Some(reason)),
            CallStatus::Cancelled => ("cancelled", None),
        }
    }

    fn from_columns(status: &str, reason: Option<String>) -> CallStatus {
        match status {
            "running" => CallStatus::Running,
            "answered" => CallStatus::Answered,
            "failed" => CallStatus::Failed {
                reason: reason.unwrap_or_default(),
            },
            "cancelled" => CallStatus::Cancelled,
            _ => CallStatus::Queued,
        }
    }
}

/// xxh3-64 over the key and the texts beside it, each with its length.
fn checksum(key: &[u8], texts: &[&str]) -> i64 {
    let mut hash = Xxh3::new();
    hash.update(key);
    for text in texts {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.digest() as i64
}

fn to_json(value: &impl serde::Serialize) -> Result<String, rusqlite::Error> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

pub(crate) fn enqueue(connection: &Connection, queued: &QueuedCall) -> Result<(), rusqlite::Error> {
    let call = to_json(&queued.call)?;
    let sum = checksum(&queued.call.key.0, &[&call]);
    // A call that is queued or running keeps its place; one that failed or was cancelled is asked again.
    connection
        .prepare_cached(
            "INSERT INTO call (key, call, batch, status, checksum) VALUES (?1, ?2, ?3, 'queued', ?4)
             ON CONFLICT (key) DO UPDATE SET batch = excluded.batch, status = 'queued', reason = NULL
             WHERE status IN ('failed', 'cancelled')",
        )?
        .execute(params![queued.call.key.0, call, queued.batch, sum])?;
    Ok(())
}

pub(crate) fn answer(connection: &Connection, answer: &Answer) -> Result<(), rusqlite::Error> {
    let provenance = to_json(&answer.provenance)?;
    let sum = checksum(&answer.key.0, &[&answer.text, &provenance]);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO answer (key, text, provenance, checksum) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![answer.key.0, answer.text, provenance, sum])?;
    set_status(connection, &answer.key, &CallStatus::Answered)
}

pub(crate) fn set_status(
    connection: &Connection,
    key: &CallKey,
    status: &CallStatus,
) -> Result<(), rusqlite::Error> {
    let (status, reason) = status.columns();
    connection
        .prepare_cached("UPDATE call SET status = ?2, reason = ?3 WHERE key = ?1")?
        .execute(params![key.0, status, reason])?;
    Ok(())
}

pub(crate) fn mark_running(connection: &Connection, key: &CallKey) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "UPDATE call SET status = 'running', n_attempts = n_attempts + 1 WHERE key = ?1",
        )?
        .execute(params![key.0])?;
    Ok(())
}

pub(crate) fn record_attempt(
    connection: &Connection,
    attempt: &Attempt,
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "INSERT INTO attempt (key, provider, model, at_ms, outcome, tokens_in, tokens_out, cost_micros, currency,
             unknown_outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            attempt.key.0,
            attempt.provider,
            attempt.model,
            attempt.at_ms,
            attempt.outcome,
            attempt.tokens_in as i64,
            attempt.tokens_out as i64,
            attempt.cost_micros as i64,
            attempt.currency,
            attempt.unknown_outcome,
        ])?;
    Ok(())
}

/// Calls that were running when the process died have an unknown outcome: told in the ledger, queued again.
pub(crate) fn recover(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(
        "BEGIN;
         INSERT INTO attempt (key, provider, model, at_ms, outcome, tokens_in, tokens_out, cost_micros, currency, unknown_outcome)
           SELECT key, '', '', 0, 'unknown', 0, 0, 0, '', 1 FROM call WHERE status = 'running';
         UPDATE call SET status = 'queued' WHERE status = 'running';
         COMMIT;",
    )
}

/// All calls that are not answered, in the order of their keys. A damaged one is told and left out: it can
/// always be derived again from the snapshot.
pub(crate) fn open_calls(
    connection: &Connection,
    damage: &mut Vec<Damage>,
) -> Result<Vec<StoredCall>, rusqlite::Error> {
    let mut select = connection.prepare(
        "SELECT key, CAST(call AS BLOB), CAST(batch AS BLOB), status, reason, n_attempts, checksum FROM call
         WHERE status <> 'answered'",
    )?;
    let mut rows = select.query([])?;
    let mut calls = Vec::new();
    while let Some(row) = rows.next()? {
        let key: Vec<u8> = row.get(0)?;
        let call: Vec<u8> = row.get(1)?;
        let sum: i64 = row.get(6)?;
        let read = std::str::from_utf8(&call)
            .ok()
            .filter(|call| checksum(&key, &[call]) == sum)
            .and_then(|call| serde_json::from_str::<AiCall>(call).ok());
        let Some(call) = read else {
            damage.push(Damage::new("call_checksum", hex(&key)));
            continue;
        };
        let batch: Vec<u8> = row.get(2)?;
        let status: String = row.get(3)?;
        calls.push(StoredCall {
            call,
            batch: String::from_utf8_lossy(&batch).into_owned(),
            status: CallStatus::from_columns(&status, row.get(4)?),
            n_attempts: row.get(5)?,
        });
    }
    Ok(calls)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A row of `answer` as stored: key, text, provenance; `None` if its checksum does not hold.
fn read_answer(
    row: &rusqlite::Row<'_>,
) -> Result<Option<(CallKey, String, String)>, rusqlite::Error> {
    let (key, text, provenance): (Vec<u8>, Vec<u8>, Vec<u8>) =
        (row.get(0)?, row.get(1)?, row.get(2)?);
    let sum: i64 = row.get(3)?;
    let texts = String::from_utf8(text)
        .ok()
        .zip(String::from_utf8(provenance).ok());
    Ok(texts
        .filter(|(text, provenance)| checksum(&key, &[text, provenance]) == sum)
        .and_then(|(text, provenance)| Some((CallKey(key.try_into().ok()?), text, provenance))))
}

/// Every answer whose checksum holds; a damaged one is told and left out, so that it is asked again rather
/// than shown wrong.
pub(crate) fn answers(
    connection: &Connection,
    damage: &mut Vec<Damage>,
) -> Result<HashMap<CallKey, Arc<str>>, rusqlite::Error> {
    let mut select = connection.prepare(
        "SELECT key, CAST(text AS BLOB), CAST(provenance AS BLOB), checksum FROM answer",
    )?;
    let mut rows = select.query([])?;
    let mut answers = HashMap::new();
    while let Some(row) = rows.next()? {
        match read_answer(row)? {
            Some((key, text, _)) => drop(answers.insert(key, text.into())),
            None => damage.push(Damage::new(
                "answer_checksum",
                hex(&row.get::<_, Vec<u8>>(0)?),
            )),
        }
    }
    Ok(answers)
}

pub(crate) fn find_answer(
    connection: &Connection,
    key: &CallKey,
) -> Result<Option<Answer>, ReadLogError> {
    let mut select = connection.prepare_cached(
        "SELECT key, CAST(text AS BLOB), CAST(provenance AS BLOB), checksum FROM answer WHERE key = ?1",
    )?;
    let mut rows = select.query(params![key.0])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let (key, text, provenance) = read_answer(row)?.ok_or(ReadLogError::DamagedAnswer(*key))?;
    let provenance: Provenance =
        serde_json::from_str(&provenance).map_err(|_| ReadLogError::DamagedAnswer(key))?;
    Ok(Some(Answer {
        key,
        text,
        provenance,
    }))
}

/// Every stored answer and open call against its checksum.
pub(crate) fn verify(connection: &Connection, damage: &mut Vec<Damage>) {
    let mut found = Vec::new();
    let read = answers(connection, &mut found)
        .map(|_| ())
        .and_then(|()| open_calls(connection, &mut found).map(|_| ()));
    damage.append(&mut found);
    if let Err(error) = read {
        damage.push(Damage::new("sqlite", error.to_string()));
    }
}
