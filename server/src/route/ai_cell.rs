//! One AI cell: where its answer came from, what has changed since, what is offered beside it.

use super::{
    ai::{AnswerView, view},
    ai_ledger::LineView,
    tables::parse_id,
};
use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::OpenBase,
    wire::{ErrorBody, Json, Path},
};
use axum::extract::State;
use engine::LedgerQuery;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use table::{
    ai::{AiCall, AiNote, CallKey},
    id::{FieldId, RecordId, TableId},
};
use utoipa::ToSchema;

/// Attempts shown per cell.
const SHOWN_ATTEMPTS: u32 = 20;

/// What a cell of an AI field knows.
#[derive(Serialize, ToSchema)]
pub struct CellProvenance {
    /// The answers that it shows (or that are offered beside it), in the order of the formula.
    pub answers: Vec<AnswerView>,
    /// What was asked, by name.
    pub inputs: BTreeMap<String, String>,
    /// Inputs that are not what they were: what they are now, by name.
    pub changed: Vec<ChangedInput>,
    /// The prompt's fixed part is another one now.
    pub prompt_changed: bool,
    /// Another model would be asked now.
    pub model_changed: bool,
    /// Who said that the answer is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// The answer was there already when the cell asked.
    pub from_cache: bool,
    /// Every attempt at these answers, newest first.
    pub attempts: Vec<LineView>,
}

#[derive(Serialize, ToSchema)]
pub struct ChangedInput {
    pub name: String,
    pub was: String,
    pub now: String,
}

/// Where the answers of one AI cell came from, in the order of the formula.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/records/{record}/fields/{field}/provenance", tag = "ai",
    params(("base" = String, Path), ("table" = String, Path), ("record" = String, Path), ("field" = String, Path)),
    responses((status = 200, body = CellProvenance), (status = 404, body = ErrorBody)))]
pub async fn provenance(
    State(app): State<App>,
    Path((base, table, record, field)): Path<(String, String, String, String)>,
) -> Result<Json<CellProvenance>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    let id: RecordId = parse_id(&record, ("记录", "record"))?;
    let field: FieldId = parse_id(&field, ("字段", "field"))?;
    off_loop(move || {
        let note = note(&base, table, id, field)?;
        let keys = note
            .as_ref()
            .map(|note| note.keys.clone())
            .unwrap_or_default();
        let (mut answers, mut asked, mut attempts) = (Vec::new(), Vec::new(), Vec::new());
        for key in keys {
            answers.extend(base.answer(&key)?.map(view));
            asked.extend(base.call(&key)?);
            attempts.extend(lines_of(&base, key)?);
        }
        let now = base.handle.queue().calls_of(table, field, id)?;
        let approved_by = note.and_then(|note| note.by.as_ref().map(|by| by.to_string()));
        let (changed, prompt_changed, model_changed) = compare(&asked, &now);
        Ok(Json(CellProvenance {
            from_cache: !answers.is_empty() && !of_this_cell(&attempts, field),
            answers,
            inputs: asked.iter().flat_map(|call| call.inputs.clone()).collect(),
            changed,
            prompt_changed,
            model_changed,
            approved_by,
            attempts,
        }))
    })
    .await?
}

/// True if one of the attempts was made for the cell's own field.
fn of_this_cell(attempts: &[LineView], field: FieldId) -> bool {
    let field = field.to_string();
    attempts
        .iter()
        .any(|line| line.field.as_ref() == Some(&field))
}

fn lines_of(base: &OpenBase, key: CallKey) -> Result<Vec<LineView>, ApiError> {
    let lines = base.ledger(&LedgerQuery {
        key: Some(key),
        limit: SHOWN_ATTEMPTS,
        ..LedgerQuery::default()
    })?;
    Ok(lines.into_iter().map(LineView::new).collect())
}

/// What differs between what was asked and what would be asked now.
fn compare(then: &[AiCall], now: &[AiCall]) -> (Vec<ChangedInput>, bool, bool) {
    let mut changed: Vec<ChangedInput> = Vec::new();
    let (mut prompt, mut model) = (false, false);
    for (was, is) in then.iter().zip(now) {
        prompt |= was.prompt_version != is.prompt_version || was.system != is.system;
        model |= was.model != is.model;
        let names = was.inputs.keys().chain(is.inputs.keys());
        for name in names.collect::<std::collections::BTreeSet<_>>() {
            let of = |call: &AiCall| call.inputs.get(name).cloned().unwrap_or_default();
            if of(was) != of(is) {
                changed.push(ChangedInput {
                    name: name.clone(),
                    was: of(was),
                    now: of(is),
                });
            }
        }
    }
    (changed, prompt, model)
}

/// What is noted beside a cell.
fn note(
    base: &OpenBase,
    table: TableId,
    record: RecordId,
    field: FieldId,
) -> Result<Option<Arc<AiNote>>, ApiError> {
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
    Ok(segment
        .column(column)
        .and_then(|column| column.note(at).cloned()))
}

/// How many records of an AI field are in each state.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/fields/{field}/ai-states", tag = "ai",
    params(("base" = String, Path), ("table" = String, Path), ("field" = String, Path)),
    responses((status = 200, body = BTreeMap<String, u64>), (status = 404, body = ErrorBody)))]
pub async fn states(
    State(app): State<App>,
    Path((base, table, field)): Path<(String, String, String)>,
) -> Result<Json<BTreeMap<String, u64>>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    let field: FieldId = parse_id(&field, ("字段", "field"))?;
    off_loop(move || {
        let snapshot = base.handle.snapshot();
        let column = snapshot
            .schema
            .table(table)
            .and_then(|table| table.field(field))
            .map(|field| field.column)
            .ok_or_else(|| {
                ApiError::not_found("no_field", ("字段", "field"), &field.to_string())
            })?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let segments = snapshot.data(table).into_iter();
        for segment in segments.flat_map(|data| &data.segments) {
            let cells = segment.column(column);
            for at in segment.live().ones() {
                let note = cells.as_ref().and_then(|cells| cells.note(at));
                let state = note.map_or_else(
                    || "empty".to_owned(),
                    |note| crate::wire::schema::name_of(&note.state),
                );
                *counts.entry(state).or_default() += 1;
            }
        }
        Ok(Json(counts))
    })
    .await?
}
