//! `/bases/{base}/ai/…`: every attempt at the models and what it cost, batches, and the owner's limits.

use super::ai::money;
use crate::{
    app::{App, off_loop},
    error::{ApiError, Locale},
    wire::{ErrorBody, Json, Path, Query},
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use connectors::model::Text2;
use engine::{BatchChange, BatchState, BatchStatus, LedgerLine, LedgerQuery, Spent};
use jobs::ai::{budget::Limits, reason};
use serde::{Deserialize, Serialize};
use table::id::FieldId;
use utoipa::{IntoParams, ToSchema};

/// Lines of one answer.
const LINES: u32 = 200;
/// Lines of one file.
const EXPORTED_LINES: u32 = 1_000_000;

/// One attempt.
#[derive(Serialize, ToSchema)]
pub struct LineView {
    pub id: i64,
    pub at_ms: i64,
    pub took_ms: u64,
    /// Who asked.
    pub actor: String,
    pub batch: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub key: String,
    pub provider: String,
    pub model: String,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: f64,
    pub currency: String,
    /// `ok`, `unknown` or the code of an error.
    pub outcome: String,
    /// Nobody knows whether it was charged; `cost` is what it likely was.
    pub unknown: bool,
}

impl LineView {
    pub(super) fn new(line: LedgerLine) -> LineView {
        let attempt = line.attempt;
        LineView {
            id: line.id,
            at_ms: attempt.at_ms,
            took_ms: attempt.took_ms,
            actor: line.actor,
            batch: attempt.batch,
            field: line.field.map(|field| field.to_string()),
            key: attempt.key.to_string(),
            provider: attempt.provider,
            model: attempt.model,
            tokens_in: attempt.tokens_in,
            tokens_out: attempt.tokens_out,
            cost: money(attempt.cost_micros),
            currency: attempt.currency,
            outcome: attempt.outcome,
            unknown: attempt.unknown_outcome,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct LedgerAsked {
    batch: Option<String>,
    /// Lines older than this one.
    before: Option<i64>,
    /// Only of this field.
    field: Option<String>,
}

impl LedgerAsked {
    fn query(&self, limit: u32) -> LedgerQuery {
        LedgerQuery {
            batch: self.batch.clone().filter(|batch| !batch.is_empty()),
            field: self
                .field
                .as_deref()
                .and_then(|id| id.parse::<FieldId>().ok()),
            before: self.before,
            limit,
            ..LedgerQuery::default()
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct LedgerView {
    /// Newest first.
    pub lines: Vec<LineView>,
    /// Over the whole base, by currency.
    pub totals: Vec<SpentView>,
}

#[derive(Serialize, ToSchema)]
pub struct SpentView {
    pub n_attempts: u64,
    pub n_unknown: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost: f64,
    pub currency: String,
}

impl From<Spent> for SpentView {
    fn from(spent: Spent) -> SpentView {
        SpentView {
            n_attempts: spent.n_attempts,
            n_unknown: spent.n_unknown,
            tokens_in: spent.tokens_in,
            tokens_out: spent.tokens_out,
            cost: money(spent.cost_micros),
            currency: spent.currency,
        }
    }
}

/// The ledger of AI attempts.
#[utoipa::path(get, path = "/bases/{base}/ai/ledger", tag = "ai", params(("base" = String, Path), LedgerAsked),
    responses((status = 200, body = LedgerView), (status = 404, body = ErrorBody)))]
pub async fn ledger(
    State(app): State<App>,
    Path(base): Path<String>,
    Query(asked): Query<LedgerAsked>,
) -> Result<Json<LedgerView>, ApiError> {
    let base = app.base(&base).await?;
    off_loop(move || {
        let lines = base.ledger(&asked.query(LINES))?;
        let totals = base.spent()?;
        Ok(Json(LedgerView {
            lines: lines.into_iter().map(LineView::new).collect(),
            totals: totals.into_iter().map(SpentView::from).collect(),
        }))
    })
    .await?
}

/// The ledger as a file for spreadsheets.
#[utoipa::path(get, path = "/bases/{base}/ai/ledger.csv", tag = "ai", params(("base" = String, Path), LedgerAsked),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 404, body = ErrorBody)))]
pub async fn ledger_csv(
    State(app): State<App>,
    Path(base): Path<String>,
    Query(asked): Query<LedgerAsked>,
) -> Result<Response, ApiError> {
    let base = app.base(&base).await?;
    let text = off_loop(move || {
        let schema = base.handle.snapshot().schema.clone();
        let lines = base.ledger(&asked.query(EXPORTED_LINES))?;
        Ok::<String, ApiError>(csv(lines, |field| {
            schema.field(field).map(|(_, field)| field.name.clone())
        }))
    })
    .await??;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"ai-ledger.csv\"",
        ),
    ];
    Ok((StatusCode::OK, headers, text).into_response())
}

const TITLES: &str = "time_utc,person,batch,field,provider,model,tokens_in,tokens_out,cost,currency,outcome,unknown,took_ms,key";

/// With a byte order mark, so that spreadsheets read it as UTF-8.
fn csv(lines: Vec<LedgerLine>, name: impl Fn(FieldId) -> Option<String>) -> String {
    let mut text = format!("\u{feff}{TITLES}\r\n");
    for line in lines {
        let field = line.field.and_then(&name).unwrap_or_default();
        let attempt = line.attempt;
        let cells = [
            utc(attempt.at_ms),
            line.actor,
            attempt.batch,
            field,
            attempt.provider,
            attempt.model,
            attempt.tokens_in.to_string(),
            attempt.tokens_out.to_string(),
            format!("{:.6}", money(attempt.cost_micros)),
            attempt.currency,
            attempt.outcome,
            u8::from(attempt.unknown_outcome).to_string(),
            attempt.took_ms.to_string(),
            attempt.key.to_string(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text += &cells.join(",");
        text += "\r\n";
    }
    text
}

/// Never a formula for whoever opens the file.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

fn utc(at_ms: i64) -> String {
    let time = time::OffsetDateTime::from_unix_timestamp(at_ms / 1_000);
    time.map_or_else(
        |_| String::new(),
        |time| {
            format!(
                "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
                time.year(),
                u8::from(time.month()),
                time.day(),
                time.hour(),
                time.minute(),
                time.second()
            )
        },
    )
}

/// One click on “run” and what became of it.
#[derive(Serialize, ToSchema)]
pub struct BatchView {
    pub id: String,
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `running`, `paused`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// Why it stands still, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<Reason>,
    pub n_total: u64,
    pub n_done: u64,
    pub n_failed: u64,
    pub n_running: u64,
    pub n_cached: u64,
    pub n_records: u64,
    pub n_locked: u64,
    /// Failed calls by reason, the most frequent first.
    pub failures: Vec<FailureGroup>,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Likely cost of unknown outcomes included.
    pub cost: f64,
    pub n_unknown: u64,
    pub currency: String,
    /// What was told before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<ToldView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<f64>,
    pub started_ms: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Reason {
    pub code: String,
    pub message: String,
}

#[derive(Serialize, ToSchema)]
pub struct FailureGroup {
    pub code: String,
    pub message: String,
    pub n: u64,
}

#[derive(Serialize, ToSchema)]
pub struct ToldView {
    pub n_calls: u64,
    pub tokens_low: u64,
    pub tokens_high: u64,
    pub cost_low: f64,
    pub cost_high: f64,
    pub currency: String,
}

fn said(text: Text2, locale: Locale) -> String {
    match locale {
        Locale::Zh => text.zh,
        Locale::En => text.en,
    }
}

impl BatchView {
    fn new(batch: BatchStatus, locale: Locale) -> BatchView {
        let mut failures: Vec<FailureGroup> = batch
            .failures
            .iter()
            .map(|(code, n)| FailureGroup {
                code: code.clone(),
                message: said(reason::words(code), locale),
                n: *n,
            })
            .collect();
        failures.sort_by_key(|group| std::cmp::Reverse(group.n));
        BatchView {
            id: batch.batch,
            actor: batch.actor,
            table: batch.table.map(|id| id.to_string()),
            field: batch.field.map(|id| id.to_string()),
            state: match batch.state {
                BatchState::Running => "running",
                BatchState::Paused => "paused",
                BatchState::Done => "done",
                BatchState::Failed => "failed",
                BatchState::Cancelled => "cancelled",
            }
            .into(),
            paused: batch.paused.map(|code| Reason {
                message: said(reason::words(&code), locale),
                code,
            }),
            n_total: batch.n_total,
            n_done: batch.n_done,
            n_failed: batch.n_failed,
            n_running: batch.n_running,
            n_cached: batch.n_cached,
            n_records: batch.n_records,
            n_locked: batch.n_locked,
            failures,
            tokens_in: batch.tokens_in,
            tokens_out: batch.tokens_out,
            cost: money(batch.cost_micros),
            n_unknown: batch.n_unknown,
            currency: batch.currency,
            told: batch.estimate.map(|told| ToldView {
                n_calls: told.n_calls,
                tokens_low: told.tokens_low,
                tokens_high: told.tokens_high,
                cost_low: money(told.cost_low_micros),
                cost_high: money(told.cost_high_micros),
                currency: told.currency,
            }),
            cap: batch.cap_micros.map(money),
            started_ms: batch.started_ms,
        }
    }
}

/// The last batches, newest first.
#[utoipa::path(get, path = "/bases/{base}/ai/batches", tag = "ai", params(("base" = String, Path)),
    responses((status = 200, body = Vec<BatchView>), (status = 404, body = ErrorBody)))]
pub async fn batches(
    State(app): State<App>,
    Path(base): Path<String>,
    locale: Locale,
) -> Result<Json<Vec<BatchView>>, ApiError> {
    let base = app.base(&base).await?;
    let batches = base.handle.queue().batches().into_iter();
    Ok(Json(
        batches.map(|batch| BatchView::new(batch, locale)).collect(),
    ))
}

/// What becomes of a batch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// True: it stands still; false: it goes on.
    pub paused: bool,
    /// What it may cost from now on, in all.
    #[serde(default)]
    pub cap: Option<f64>,
}

/// Pauses a batch or lets it go on.
#[utoipa::path(put, path = "/bases/{base}/ai/batches/{batch}", tag = "ai",
    params(("base" = String, Path), ("batch" = String, Path)), request_body = BatchRequest,
    responses((status = 204), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change_batch(
    State(app): State<App>,
    Path((base, batch)): Path<(String, String)>,
    Json(asked): Json<BatchRequest>,
) -> Result<StatusCode, ApiError> {
    let base = app.base(&base).await?;
    let change = match asked.paused {
        true => BatchChange::Pause(reason::PAUSED_BY_HAND.to_owned()),
        false => BatchChange::Resume {
            cap_micros: asked.cap.map(micros),
        },
    };
    off_loop(move || base.handle.queue().change_batch(&batch, change)).await??;
    Ok(StatusCode::NO_CONTENT)
}

fn micros(amount: f64) -> u64 {
    (amount.max(0.0) * 1e6).round() as u64
}

/// The owner's limits, in the currency of the provider that is asked; absent ones do not limit.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsView {
    /// A batch that may cost more is to be confirmed once more.
    pub confirm_above: Option<f64>,
    /// What one click may cost.
    pub per_batch: Option<f64>,
    /// What a field may cost, in all.
    pub per_field: Option<f64>,
    /// What a person may spend within 24 hours.
    pub per_person: Option<f64>,
    /// What all may spend within 24 hours.
    pub per_day: Option<f64>,
    /// What the base may cost, in all.
    pub per_base: Option<f64>,
}

/// The owner's limits on what AI may cost.
#[utoipa::path(get, path = "/bases/{base}/ai/limits", tag = "ai", params(("base" = String, Path)),
    responses((status = 200, body = LimitsView), (status = 404, body = ErrorBody)))]
pub async fn limits(
    State(app): State<App>,
    Path(base): Path<String>,
) -> Result<Json<LimitsView>, ApiError> {
    let base = app.base(&base).await?;
    let limits = base.ai_limits();
    Ok(Json(LimitsView {
        confirm_above: limits.confirm_micros.map(money),
        per_batch: limits.batch_micros.map(money),
        per_field: limits.field_micros.map(money),
        per_person: limits.person_micros.map(money),
        per_day: limits.day_micros.map(money),
        per_base: limits.base_micros.map(money),
    }))
}

/// Sets the owner's limits.
#[utoipa::path(put, path = "/bases/{base}/ai/limits", tag = "ai", params(("base" = String, Path)),
    request_body = LimitsView,
    responses((status = 204), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn set_limits(
    State(app): State<App>,
    Path(base): Path<String>,
    Json(asked): Json<LimitsView>,
) -> Result<StatusCode, ApiError> {
    let base = app.base(&base).await?;
    let limits = Limits {
        confirm_micros: asked.confirm_above.map(micros),
        batch_micros: asked.per_batch.map(micros),
        field_micros: asked.per_field.map(micros),
        person_micros: asked.per_person.map(micros),
        day_micros: asked.per_day.map(micros),
        base_micros: asked.per_base.map(micros),
    };
    off_loop(move || base.set_ai_limits(limits)).await??;
    Ok(StatusCode::NO_CONTENT)
}
