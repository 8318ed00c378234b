//! The durable queue of AI calls and their answers; what is paid for them is in [`crate::ledger`].
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
pub(crate) fn checksum(key: &[u8], texts: &[&str]) -> i64 {
    let mut hash = Xxh3::new();
    hash.update(key);
    for text in texts {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.digest() as i64
}

pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String, rusqlite::Error> {
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

/// Back in line without having been sent: after a crash nobody has to wonder about it.
pub(crate) fn mark_unsent(connection: &Connection, key: &CallKey) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "UPDATE call SET status = 'queued', sending = NULL, n_attempts = max(n_attempts - 1, 0)
             WHERE key = ?1 AND status = 'running'",
        )?
        .execute(params![key.0])?;
    Ok(())
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

pub(crate) fn hex(bytes: &[u8]) -> String {
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

/// Stored answers.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub texts: HashMap<CallKey, Arc<str>>,
    /// The rules that answers break which a person must look at.
    pub reviews: HashMap<CallKey, Arc<str>>,
}

/// Most answers break no rule, so most provenances need not be read.
fn review_of(provenance: &str) -> Option<String> {
    provenance.contains("\"review\":").then_some(())?;
    serde_json::from_str::<Provenance>(provenance).ok()?.review
}

/// Every answer whose checksum holds; a damaged one is told and left out, so that it is asked again rather
/// than shown wrong.
pub(crate) fn answers(
    connection: &Connection,
    damage: &mut Vec<Damage>,
) -> Result<Answers, rusqlite::Error> {
    let mut select = connection.prepare(
        "SELECT key, CAST(text AS BLOB), CAST(provenance AS BLOB), checksum FROM answer",
    )?;
    let mut rows = select.query([])?;
    let mut answers = Answers::default();
    while let Some(row) = rows.next()? {
        match read_answer(row)? {
            Some((key, text, provenance)) => {
                if let Some(review) = review_of(&provenance) {
                    answers.reviews.insert(key, review.into());
                }
                answers.texts.insert(key, text.into());
            }
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

/// The question of a key; a damaged one counts as absent.
pub(crate) fn find_call(
    connection: &Connection,
    key: &CallKey,
) -> Result<Option<AiCall>, rusqlite::Error> {
    let mut select = connection
        .prepare_cached("SELECT CAST(call AS BLOB), checksum FROM call WHERE key = ?1")?;
    let mut rows = select.query(params![key.0])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let (call, sum): (Vec<u8>, i64) = (row.get(0)?, row.get(1)?);
    Ok(std::str::from_utf8(&call)
        .ok()
        .filter(|call| checksum(&key.0, &[call]) == sum)
        .and_then(|call| serde_json::from_str(call).ok()))
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
