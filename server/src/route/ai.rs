//! AI fields: what a run would cost, and where an answer came from.

use super::tables::parse_id;
use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::{OFFLINE_TRIAL, OpenBase},
    wire::{ErrorBody, Json, Path},
};
use axum::extract::State;
use engine::command::AiScope;
use serde::{Deserialize, Serialize};
use table::{
    ai::{Answer, CallKey},
    id::{FieldId, RecordId, TableId},
};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EstimateRequest {
    #[schema(value_type = String)]
    pub table: TableId,
    #[schema(value_type = String)]
    pub field: FieldId,
    /// `empty`, `stale`, `failed`, `all` or `{"records":["r1"]}`.
    #[schema(value_type = AiScopeDoc)]
    pub scope: AiScope,
}

/// Which records of an AI field are asked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AiScope)]
#[expect(dead_code, reason = "documents the shape of engine::command::AiScope")]
pub enum AiScopeDoc {
    Empty,
    Stale,
    Failed,
    All,
    Records(Vec<String>),
}

#[derive(Serialize, ToSchema)]
pub struct EstimateView {
    /// Records in scope that are not locked.
    pub n_records: u64,
    /// Of these, served by stored answers, at no cost.
    pub n_cached: u64,
    /// In scope but edited by hand: they stay.
    pub n_locked: u64,
    /// Questions that would be asked.
    pub n_calls: u64,
    pub tokens_low: u64,
    pub tokens_high: u64,
    /// In `currency`.
    pub cost_low: f64,
    pub cost_high: f64,
    pub currency: String,
    /// Name of the provider that would be asked.
    pub model: String,
    /// No AI: glossary and sentence patterns only.
    pub offline_trial: bool,
}

/// What running an AI field would ask for and cost.
#[utoipa::path(post, path = "/bases/{base}/ai/estimate", tag = "ai", params(("base" = String, Path)),
    request_body = EstimateRequest,
    responses((status = 200, body = EstimateView), (status = 404, body = ErrorBody)))]
pub async fn estimate(
    State(app): State<App>,
    Path(base): Path<String>,
    Json(asked): Json<EstimateRequest>,
) -> Result<Json<EstimateView>, ApiError> {
    let base = app.base(&base).await?;
    off_loop(move || {
        let found = base
            .handle
            .queue()
            .estimate(asked.table, asked.field, &asked.scope)?;
        let tokens = jobs::ai::estimate::range(found.n_calls, found.chars_in, found.chars_data);
        let model = match found.model.is_empty() {
            true => app.models.default_name(),
            false => found.model,
        };
        let provider = app.models.find(&model);
        let cost = |tokens_in: u64, tokens_out: u64| {
            let micros = provider.as_ref().map_or(0, |known| {
                known.prices.cost_micros(tokens_in, tokens_out, 0)
            });
            micros as f64 / 1e6
        };
        let is_trial = model == OFFLINE_TRIAL;
        Ok(Json(EstimateView {
            n_records: found.n_records,
            n_cached: found.n_cached,
            n_locked: found.n_locked,
            n_calls: found.n_calls,
            tokens_low: if is_trial {
                0
            } else {
                tokens.in_low + tokens.out_low
            },
            tokens_high: if is_trial {
                0
            } else {
                tokens.in_high + tokens.out_high
            },
            cost_low: cost(tokens.in_low, tokens.out_low),
            cost_high: cost(tokens.in_high, tokens.out_high),
            currency: provider
                .as_ref()
                .map_or_else(|| "CNY".into(), |known| known.prices.currency.clone()),
            model,
            offline_trial: is_trial,
        }))
    })
    .await?
}

/// A stored answer and where it came from.
#[derive(Serialize, ToSchema)]
pub struct AnswerView {
    pub key: String,
    pub text: String,
    pub provenance: ProvenanceView,
}

#[derive(Serialize, ToSchema)]
pub struct ProvenanceView {
    pub provider: String,
    pub model: String,
    pub prompt_version: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// In `currency`.
    pub cost: f64,
    pub currency: String,
    /// Made by the built-in offline trial, without any AI.
    pub offline_trial: bool,
    /// Calls that were made for it, failed ones included.
    pub n_attempts: u32,
}

fn view(answer: Answer) -> AnswerView {
    let from = answer.provenance;
    AnswerView {
        key: answer.key.to_string(),
        text: answer.text,
        provenance: ProvenanceView {
            provider: from.provider,
            model: from.model,
            prompt_version: from.prompt_version,
            at_ms: from.at_ms,
            tokens_in: from.tokens_in,
            tokens_out: from.tokens_out,
            cost: from.cost_micros as f64 / 1e6,
            currency: from.currency,
            offline_trial: from.offline_trial,
            n_attempts: from.n_attempts,
        },
    }
}

/// One stored answer.
#[utoipa::path(get, path = "/bases/{base}/ai/answers/{key}", tag = "ai",
    params(("base" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = AnswerView), (status = 404, body = ErrorBody)))]
pub async fn answer(
    State(app): State<App>,
    Path((base, key)): Path<(String, String)>,
) -> Result<Json<AnswerView>, ApiError> {
    let base = app.base(&base).await?;
    let missing = || ApiError::not_found("no_answer", ("回答", "answer"), &key);
    let parsed = CallKey::from_hex(&key).ok_or_else(missing)?;
    let found = off_loop(move || base.answer(&parsed)).await??;
    Ok(Json(view(found.ok_or_else(missing)?)))
}

/// Where the answers of one AI cell came from, in the order of the formula.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/records/{record}/fields/{field}/provenance", tag = "ai",
    params(("base" = String, Path), ("table" = String, Path), ("record" = String, Path), ("field" = String, Path)),
    responses((status = 200, body = Vec<AnswerView>), (status = 404, body = ErrorBody)))]
pub async fn provenance(
    State(app): State<App>,
    Path((base, table, record, field)): Path<(String, String, String, String)>,
) -> Result<Json<Vec<AnswerView>>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    let id: RecordId = parse_id(&record, ("记录", "record"))?;
    let field: FieldId = parse_id(&field, ("字段", "field"))?;
    off_loop(move || {
        let mut answers = Vec::new();
        for key in keys(&base, table, id, field)? {
            answers.extend(base.answer(&key)?.map(view));
        }
        Ok(Json(answers))
    })
    .await?
}

/// The calls that a cell shows.
fn keys(
    base: &OpenBase,
    table: TableId,
    record: RecordId,
    field: FieldId,
) -> Result<Vec<CallKey>, ApiError> {
    let snapshot = base.handle.snapshot();
    let column = snapshot
        .schema
        .table(table)
        .and_then(|table| table.field(field))
        .map(|field| field.column)
        .ok_or_else(|| ApiError::not_found("no_field", ("字段", "field"), &field.to_string()))?;
    let place = snapshot.data(table).and_then(|data| {
        let (segment, at) = data.find(record)?;
        Some((data.segments.get(segment)?.clone(), at))
    });
    let (segment, at) = place
        .ok_or_else(|| ApiError::not_found("no_record", ("记录", "record"), &record.to_string()))?;
    let note = segment.column(column).and_then(|column| column.note(at));
    Ok(note.map(|note| note.keys.clone()).unwrap_or_default())
}
