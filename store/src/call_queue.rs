//! The durable queue of AI calls, their answers, and the ledger of every attempt.
//!
//! Law: a call is durable before the network sees it; a call with a stored answer is never queued again.

use rusqlite::{Connection, params};
use std::{collections::HashMap, sync::Arc};
use table::ai::{AiCall, Answer, CallKey, Provenance};

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

pub(crate) fn enqueue(connection: &Connection, queued: &QueuedCall) -> Result<(), rusqlite::Error> {
    let call = serde_json::to_string(&queued.call).unwrap_or_default();
    // A call that is queued or running keeps its place; one that failed or was cancelled is asked again.
    connection
        .prepare_cached(
            "INSERT INTO call (key, call, batch, status) VALUES (?1, ?2, ?3, 'queued')
             ON CONFLICT (key) DO UPDATE SET batch = excluded.batch, status = 'queued', reason = NULL
             WHERE status IN ('failed', 'cancelled')",
        )?
        .execute(params![queued.call.key.0, call, queued.batch])?;
    Ok(())
}

pub(crate) fn answer(connection: &Connection, answer: &Answer) -> Result<(), rusqlite::Error> {
    let provenance = serde_json::to_string(&answer.provenance).unwrap_or_default();
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO answer (key, text, provenance) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![answer.key.0, answer.text, provenance])?;
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

/// All calls that are not answered, in the order of their keys.
pub(crate) fn open_calls(connection: &Connection) -> Result<Vec<StoredCall>, rusqlite::Error> {
    let mut select = connection.prepare(
        "SELECT call, batch, status, reason, n_attempts FROM call WHERE status <> 'answered'",
    )?;
    let rows = select.query_map([], |row| {
        let call: String = row.get(0)?;
        let status: String = row.get(2)?;
        Ok((
            call,
            row.get::<_, String>(1)?,
            CallStatus::from_columns(&status, row.get(3)?),
            row.get::<_, u32>(4)?,
        ))
    })?;
    let mut calls = Vec::new();
    for row in rows {
        let (call, batch, status, n_attempts) = row?;
        // A call that cannot be read can always be derived again from the snapshot.
        if let Ok(call) = serde_json::from_str(&call) {
            calls.push(StoredCall {
                call,
                batch,
                status,
                n_attempts,
            });
        }
    }
    Ok(calls)
}

fn key_of(bytes: Vec<u8>) -> Option<CallKey> {
    bytes.try_into().ok().map(CallKey)
}

pub(crate) fn answers(
    connection: &Connection,
) -> Result<HashMap<CallKey, Arc<str>>, rusqlite::Error> {
    let mut select = connection.prepare("SELECT key, text FROM answer")?;
    let rows = select.query_map([], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut answers = HashMap::new();
    for row in rows {
        let (key, text) = row?;
        if let Some(key) = key_of(key) {
            answers.insert(key, text.into());
        }
    }
    Ok(answers)
}

pub(crate) fn find_answer(
    connection: &Connection,
    key: &CallKey,
) -> Result<Option<Answer>, rusqlite::Error> {
    let mut select =
        connection.prepare_cached("SELECT text, provenance FROM answer WHERE key = ?1")?;
    let mut rows = select.query(params![key.0])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let provenance: String = row.get(1)?;
    let provenance = serde_json::from_str::<Provenance>(&provenance).ok();
    let text: String = row.get(0)?;
    Ok(provenance.map(|provenance| Answer {
        key: *key,
        text,
        provenance,
    }))
}
