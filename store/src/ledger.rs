//! What AI calls cost: one line per attempt, one row per batch.
//!
//! Main types: [`Attempt`] (a line as written), [`LedgerLine`] (as read), [`BatchRecord`], [`Spent`]. Law: a line is
//! never changed or removed. A call that was on its way when the process died gets a line of unknown outcome with
//! what it has likely cost, as it was told before it was sent ([`Sending`]). Tests: `store/tests/ledger.rs`.

use crate::{
    call_queue::{checksum, hex, to_json},
    damage::Damage,
};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use table::{
    ai::CallKey,
    id::{FieldId, TableId},
};

/// One network attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub key: CallKey,
    pub batch: String,
    pub provider: String,
    pub model: String,
    pub at_ms: i64,
    pub took_ms: u64,
    /// `ok` or a stable error code.
    pub outcome: String,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost_micros: u64,
    pub currency: String,
    /// The provider may have charged for it, nobody knows; `cost_micros` is what it likely was.
    pub unknown_outcome: bool,
}

/// What is known of a call before it goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    #[serde(skip, default = "no_key")]
    pub key: CallKey,
    pub provider: String,
    pub model: String,
    pub at_ms: i64,
    /// Likely tokens of the question.
    pub tokens_in: u64,
    /// What they likely cost.
    pub cost_micros: u64,
    pub currency: String,
}

fn no_key() -> CallKey {
    CallKey([0; 16])
}

/// What a person was told before a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchEstimate {
    pub n_calls: u64,
    pub tokens_low: u64,
    pub tokens_high: u64,
    pub cost_low_micros: u64,
    pub cost_high_micros: u64,
    pub currency: String,
}

/// One click on “run”.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BatchRecord {
    pub batch: String,
    /// Who clicked.
    pub actor: String,
    #[serde(default)]
    pub table: Option<TableId>,
    #[serde(default)]
    pub field: Option<FieldId>,
    pub at_ms: i64,
    #[serde(default)]
    pub n_records: u64,
    #[serde(default)]
    pub n_cached: u64,
    #[serde(default)]
    pub n_locked: u64,
    #[serde(default)]
    pub estimate: Option<BatchEstimate>,
    /// The most that it may cost, in millionths.
    #[serde(default)]
    pub cap_micros: Option<u64>,
    /// Why it stands still.
    #[serde(default)]
    pub paused: Option<String>,
    #[serde(default)]
    pub cancelled: bool,
}

/// A batch with what became of its calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredBatch {
    pub record: BatchRecord,
    pub n_open: u64,
    pub n_answered: u64,
    pub n_failed: u64,
    /// The reason of one failed call.
    pub reason: Option<String>,
    /// Failed calls by reason.
    pub failures: Vec<(String, u64)>,
    pub spent: Spent,
}

/// Sums over lines of the ledger in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Spent {
    pub n_attempts: u64,
    pub n_unknown: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Likely cost of unknown outcomes included.
    pub cost_micros: u64,
    pub currency: String,
}

/// Lines wanted, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerQuery {
    pub batch: Option<String>,
    pub field: Option<FieldId>,
    pub key: Option<CallKey>,
    /// Lines older than this id.
    pub before: Option<i64>,
    pub from_ms: Option<i64>,
    pub limit: u32,
}

/// A line as read.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerLine {
    pub id: i64,
    pub attempt: Attempt,
    pub actor: String,
    pub table: Option<TableId>,
    pub field: Option<FieldId>,
}

pub(crate) fn record_attempt(
    connection: &Connection,
    attempt: &Attempt,
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "INSERT INTO attempt (key, provider, model, at_ms, outcome, tokens_in, tokens_out, cost_micros, currency,
             unknown_outcome, batch, took_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
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
            attempt.batch,
            attempt.took_ms as i64,
        ])?;
    if attempt.outcome == "ok" {
        // Its answer is about to be stored; a crash in between has nothing to wonder about.
        connection
            .prepare_cached("UPDATE call SET sending = '' WHERE key = ?1")?
            .execute(params![attempt.key.0])?;
    }
    Ok(())
}

pub(crate) fn mark_sending(
    connection: &Connection,
    sending: &Sending,
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("UPDATE call SET sending = ?2 WHERE key = ?1")?
        .execute(params![sending.key.0, to_json(sending)?])?;
    Ok(())
}

/// Calls that were on their way when the process died have an unknown outcome: told in the ledger, queued again.
pub(crate) fn recover(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(
        "BEGIN;
         INSERT INTO attempt (key, provider, model, at_ms, outcome, tokens_in, tokens_out, cost_micros, currency,
             unknown_outcome, batch)
           SELECT key, coalesce(sending ->> 'provider', ''), coalesce(sending ->> 'model', ''),
             coalesce(sending ->> 'at_ms', 0), 'unknown', coalesce(sending ->> 'tokens_in', 0), 0,
             coalesce(sending ->> 'cost_micros', 0), coalesce(sending ->> 'currency', ''), 1, batch
           FROM call WHERE status = 'running' AND coalesce(sending, 'null') <> '';
         UPDATE call SET status = 'queued', sending = NULL WHERE status = 'running';
         COMMIT;",
    )
}

pub(crate) fn put_batch(
    connection: &Connection,
    record: &BatchRecord,
) -> Result<(), rusqlite::Error> {
    let body = to_json(record)?;
    let sum = checksum(record.batch.as_bytes(), &[&body]);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO batch (id, at_ms, body, checksum) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![record.batch, record.at_ms, body, sum])?;
    Ok(())
}

/// The newest batches, newest first; a damaged row is told and left out.
pub(crate) fn batches(
    connection: &Connection,
    limit: u32,
    damage: &mut Vec<Damage>,
) -> Result<Vec<StoredBatch>, rusqlite::Error> {
    if !has_batches(connection)? {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare_cached(
        "SELECT id, CAST(body AS BLOB), checksum FROM batch ORDER BY at_ms DESC, id LIMIT ?1",
    )?;
    let mut rows = select.query(params![limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, body, sum): (String, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let record = std::str::from_utf8(&body)
            .ok()
            .filter(|body| checksum(id.as_bytes(), &[body]) == sum)
            .and_then(|body| serde_json::from_str::<BatchRecord>(body).ok());
        match record {
            Some(record) => found.push(stored(connection, record)?),
            None => damage.push(Damage::new("batch_checksum", hex(id.as_bytes()))),
        }
    }
    Ok(found)
}

/// A base that was made by an older release and can only be read has no such table.
fn has_batches(connection: &Connection) -> Result<bool, rusqlite::Error> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(version >= 3)
}

fn stored(connection: &Connection, record: BatchRecord) -> Result<StoredBatch, rusqlite::Error> {
    let mut stored = StoredBatch::default();
    let mut count = connection.prepare_cached(
        "SELECT status, coalesce(reason, ''), count(*) FROM call WHERE batch = ?1 GROUP BY 1, 2 ORDER BY 3 DESC",
    )?;
    let mut rows = count.query(params![record.batch])?;
    while let Some(row) = rows.next()? {
        let (status, reason, n): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match status.as_str() {
            "answered" => stored.n_answered += n as u64,
            "failed" => {
                stored.n_failed += n as u64;
                stored.failures.push((reason, n as u64));
            }
            "cancelled" => {}
            _ => stored.n_open += n as u64,
        }
    }
    stored.reason = stored.failures.first().map(|(reason, _)| reason.clone());
    let sums = spent(connection, "batch = ?1", &[&record.batch])?;
    stored.spent = sums.into_iter().next().unwrap_or_default();
    stored.record = record;
    Ok(stored)
}

/// Sums by currency, the largest first.
fn spent(
    connection: &Connection,
    condition: &'static str,
    params: &[&dyn rusqlite::ToSql],
) -> Result<Vec<Spent>, rusqlite::Error> {
    let mut select = connection
        .prepare_cached(&[SPENT, condition, " GROUP BY currency ORDER BY 5 DESC"].concat())?;
    select
        .query_map(params, |row| {
            Ok(Spent {
                n_attempts: row.get::<_, i64>(0)? as u64,
                n_unknown: row.get::<_, i64>(1)? as u64,
                tokens_in: row.get::<_, i64>(2)? as u64,
                tokens_out: row.get::<_, i64>(3)? as u64,
                cost_micros: row.get::<_, i64>(4)? as u64,
                currency: row.get(5)?,
            })
        })?
        .collect()
}

const SPENT: &str = "SELECT count(*), coalesce(sum(unknown_outcome), 0), coalesce(sum(tokens_in), 0), \
    coalesce(sum(tokens_out), 0), coalesce(sum(cost_micros), 0), currency FROM attempt WHERE ";

/// All of the ledger, by currency.
pub(crate) fn spent_in_all(connection: &Connection) -> Result<Vec<Spent>, rusqlite::Error> {
    spent(connection, "1", &[])
}

/// What was spent by batch, currency and hour (since 1970), for budgets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpentInHour {
    pub batch: String,
    pub actor: String,
    pub field: Option<FieldId>,
    pub hour: i64,
    pub currency: String,
    pub cost_micros: u64,
}

pub(crate) fn spent_by_hour(connection: &Connection) -> Result<Vec<SpentInHour>, rusqlite::Error> {
    if !has_batches(connection)? {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare(
        "SELECT attempt.batch, batch.body ->> 'actor', batch.body ->> 'field', attempt.at_ms / 3600000, currency,
           sum(cost_micros)
         FROM attempt LEFT JOIN batch ON batch.id = attempt.batch
         WHERE cost_micros > 0 GROUP BY 1, 4, 5",
    )?;
    let rows = select.query_map([], |row| {
        Ok(SpentInHour {
            batch: row.get(0)?,
            actor: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            field: read_id(row.get::<_, Option<String>>(2)?),
            hour: row.get(3)?,
            currency: row.get(4)?,
            cost_micros: row.get::<_, i64>(5)? as u64,
        })
    })?;
    rows.collect()
}

fn read_id<T: serde::de::DeserializeOwned>(text: Option<String>) -> Option<T> {
    let text = text?;
    let bare = serde_json::from_str(&text).ok();
    bare.or_else(|| serde_json::from_value(serde_json::Value::String(text)).ok())
}

/// What answered calls of a field took lately, as a measure for the next ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PastCalls {
    pub n: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub took_ms: u64,
}

pub(crate) fn past_calls(
    connection: &Connection,
    field: FieldId,
    model: &str,
) -> Result<PastCalls, rusqlite::Error> {
    if !has_batches(connection)? {
        return Ok(PastCalls::default());
    }
    let mut select = connection.prepare_cached(
        "SELECT count(*), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(took_ms), 0) FROM (
           SELECT tokens_in, tokens_out, took_ms FROM attempt JOIN batch ON batch.id = attempt.batch
           WHERE outcome = 'ok' AND batch.body ->> 'field' = ?1 AND provider = ?2
           ORDER BY attempt.id DESC LIMIT 500)",
    )?;
    select.query_row(params![field.to_string(), model], |row| {
        Ok(PastCalls {
            n: row.get::<_, i64>(0)? as u64,
            tokens_in: row.get::<_, i64>(1)? as u64,
            tokens_out: row.get::<_, i64>(2)? as u64,
            took_ms: row.get::<_, i64>(3)? as u64,
        })
    })
}

/// Lines, newest first.
pub(crate) fn lines(
    connection: &Connection,
    query: &LedgerQuery,
) -> Result<Vec<LedgerLine>, rusqlite::Error> {
    if !has_batches(connection)? {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare_cached(
        "SELECT attempt.id, key, provider, model, attempt.at_ms, outcome, tokens_in, tokens_out, cost_micros, currency,
           unknown_outcome, attempt.batch, took_ms, batch.body ->> 'actor', batch.body ->> 'table',
           batch.body ->> 'field'
         FROM attempt LEFT JOIN batch ON batch.id = attempt.batch
         WHERE (?1 IS NULL OR attempt.batch = ?1) AND (?2 IS NULL OR batch.body ->> 'field' = ?2)
           AND (?3 IS NULL OR key = ?3) AND (?4 IS NULL OR attempt.id < ?4) AND (?5 IS NULL OR attempt.at_ms >= ?5)
         ORDER BY attempt.id DESC LIMIT ?6",
    )?;
    let field = query.field.map(|field| field.to_string());
    let key = query.key.map(|key| key.0.to_vec());
    let found = params![
        query.batch,
        field,
        key,
        query.before,
        query.from_ms,
        query.limit
    ];
    let rows = select.query_map(found, |row| {
        let key: Vec<u8> = row.get(1)?;
        Ok(LedgerLine {
            id: row.get(0)?,
            attempt: Attempt {
                key: CallKey(key.try_into().unwrap_or([0; 16])),
                provider: row.get(2)?,
                model: row.get(3)?,
                at_ms: row.get(4)?,
                outcome: row.get(5)?,
                tokens_in: row.get::<_, i64>(6)? as u64,
                tokens_out: row.get::<_, i64>(7)? as u64,
                cost_micros: row.get::<_, i64>(8)? as u64,
                currency: row.get(9)?,
                unknown_outcome: row.get(10)?,
                batch: row.get(11)?,
                took_ms: row.get::<_, i64>(12)? as u64,
            },
            actor: row.get::<_, Option<String>>(13)?.unwrap_or_default(),
            table: read_id(row.get::<_, Option<String>>(14)?),
            field: read_id(row.get::<_, Option<String>>(15)?),
        })
    })?;
    rows.collect()
}
