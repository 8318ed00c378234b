//! AI fields: what a run would cost, and where an answer came from.

use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::{OFFLINE_TRIAL, OpenBase},
    wire::{ErrorBody, Json, Path},
};
use axum::extract::State;
use engine::{AiEstimate, AiPlan, AiScope, PastCalls};
use serde::{Deserialize, Serialize};
use table::{
    ai::{Answer, CallKey},
    id::{FieldId, TableId},
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
    #[serde(default)]
    #[schema(value_type = Option<AiPlanDoc>)]
    pub plan: AiPlan,
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

/// What narrows the scope of a run, as in [`engine::AiPlan`].
#[derive(Serialize, ToSchema)]
#[schema(as = AiPlan)]
pub struct AiPlanDoc {
    /// Only records that this view shows.
    pub view: Option<String>,
    /// Only records of which this formula is true; the others are marked as left out.
    pub only_if: Option<String>,
    /// Only so many of them, as different from each other as possible.
    pub sample: Option<u32>,
    /// Cells edited by hand are asked for too: they keep what they show, the answer is offered beside it.
    pub with_locked: bool,
    /// The most that the batch may cost, in millionths of the provider's currency.
    pub cap_micros: Option<u64>,
    pub estimate: Option<BatchEstimateDoc>,
}

/// What the person was told, kept with the batch.
#[derive(Serialize, ToSchema)]
#[schema(as = BatchEstimate)]
pub struct BatchEstimateDoc {
    pub n_calls: u64,
    pub tokens_low: u64,
    pub tokens_high: u64,
    pub cost_low_micros: u64,
    pub cost_high_micros: u64,
    pub currency: String,
}

#[derive(Serialize, ToSchema)]
pub struct EstimateView {
    /// Records in scope; with `with_locked` those edited by hand are among them.
    pub n_records: u64,
    /// Of these, served by stored answers, at no cost.
    pub n_cached: u64,
    /// In scope but edited by hand: what they show stays.
    pub n_locked: u64,
    /// In scope, but the condition is not true of them.
    pub n_left_out: u64,
    /// Questions that would be asked.
    pub n_calls: u64,
    /// Questions that equal one of these: asked once.
    pub n_repeated: u64,
    /// Questions that another run asks already.
    pub n_waiting: u64,
    pub tokens_low: u64,
    pub tokens_high: u64,
    /// In `currency`.
    pub cost_low: f64,
    pub cost_high: f64,
    pub currency: String,
    /// At the rate that the provider allows, or that it has shown.
    pub seconds: f64,
    /// Earlier answers of the field that the estimate knows of.
    pub n_past: u64,
    /// It may cost more than the owner lets pass without a second look.
    pub needs_confirmation: bool,
    /// What the batch may cost, where the owner has set a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<f64>,
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
        let queue = base.handle.queue();
        let found = queue.estimate(asked.table, asked.field, &asked.scope, &asked.plan)?;
        let model = match found.model.is_empty() {
            true => app.models.default_name(),
            false => found.model.clone(),
        };
        let past = base.past_calls(asked.field, &model)?;
        Ok(Json(priced(&app, &base, &found, &past, model)))
    })
    .await?
}

fn priced(
    app: &App,
    base: &OpenBase,
    found: &AiEstimate,
    past: &PastCalls,
    model: String,
) -> EstimateView {
    let is_trial = model == OFFLINE_TRIAL;
    let provider = app.models.find(&model);
    let tokens = jobs::ai::estimate::range(found, past);
    let cost = |tokens_in: u64, tokens_out: u64| {
        provider.as_ref().map_or(0, |known| {
            known.prices.cost_micros(tokens_in, tokens_out, 0)
        })
    };
    let high = cost(tokens.in_high, tokens.out_high);
    let (per_minute, parallel) = provider.as_ref().map_or((None, 1), |known| known.limits());
    let limits = base.ai_limits();
    let known = |n: u64| if is_trial { 0 } else { n };
    EstimateView {
        n_records: found.n_records,
        n_cached: found.n_cached,
        n_locked: found.n_locked,
        n_left_out: found.n_left_out,
        n_calls: found.n_calls,
        n_repeated: found.n_repeated,
        n_waiting: found.n_waiting,
        tokens_low: known(tokens.in_low + tokens.out_low),
        tokens_high: known(tokens.in_high + tokens.out_high),
        cost_low: money(cost(tokens.in_low, tokens.out_low)),
        cost_high: money(high),
        currency: provider
            .as_ref()
            .map_or_else(|| "CNY".into(), |known| known.prices.currency.clone()),
        seconds: if is_trial {
            0.0
        } else {
            jobs::ai::estimate::seconds(found.n_calls, past, per_minute, parallel)
        },
        n_past: past.n,
        needs_confirmation: limits.confirm_micros.is_some_and(|limit| high > limit),
        cap: limits.batch_micros.map(money),
        model,
        offline_trial: is_trial,
    }
}

/// Millionths as an amount.
pub(super) fn money(micros: u64) -> f64 {
    micros as f64 / 1e6
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
    /// Rules that earlier attempts broke.
    pub broken: Vec<String>,
    /// The rule that it still breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
}

pub(super) fn view(answer: Answer) -> AnswerView {
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
            broken: from.broken,
            review: from.review,
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
