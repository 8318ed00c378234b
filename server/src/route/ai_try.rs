//! `/bases/{base}/ai/try`: a few varied records under one or two prompts, side by side, before the whole batch.

use crate::{
    app::{App, off_loop},
    error::ApiError,
    wire::{ErrorBody, Json, Path},
};
use axum::extract::State;
use engine::{AiPlan, AiScope};
use serde::{Deserialize, Serialize};
use table::{
    field::FieldType,
    id::{FieldId, RecordId, TableId},
    value::CellState,
};
use utoipa::ToSchema;

/// Which records and formulas are to be shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryRequest {
    #[schema(value_type = String)]
    pub table: TableId,
    #[schema(value_type = String)]
    pub field: FieldId,
    /// These records; absent: a few varied ones of the scope.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub records: Option<Vec<RecordId>>,
    #[schema(value_type = super::ai::AiScopeDoc)]
    pub scope: AiScope,
    #[serde(default)]
    #[schema(value_type = Option<super::ai::AiPlanDoc>)]
    pub plan: AiPlan,
    /// As typed; an empty one is the field's own.
    pub formulas: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct TryView {
    pub records: Vec<String>,
    /// What the first field shows of each record.
    pub names: Vec<String>,
    /// Per formula, per record.
    pub columns: Vec<Vec<TriedCellView>>,
}

#[derive(Serialize, ToSchema)]
pub struct TriedCellView {
    /// Absent until it is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The question as it is sent.
    pub prompt: String,
    /// Why it has no answer: a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// What records show under each formula, as far as it is answered. To have it answered, send `try_ai`.
#[utoipa::path(post, path = "/bases/{base}/ai/try", tag = "ai", params(("base" = String, Path)),
    request_body = TryRequest,
    responses((status = 200, body = TryView), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn try_formulas(
    State(app): State<App>,
    Path(base): Path<String>,
    Json(asked): Json<TryRequest>,
) -> Result<Json<TryView>, ApiError> {
    let base = app.base(&base).await?;
    off_loop(move || {
        let queue = base.handle.queue();
        let records = match asked.records {
            Some(records) => records,
            None => {
                let sample = asked.plan.sample.or(Some(5));
                let plan = AiPlan {
                    sample,
                    ..asked.plan
                };
                queue.records(asked.table, asked.field, &asked.scope, &plan)?
            }
        };
        let tried = queue.tried(asked.table, asked.field, &records, &asked.formulas)?;
        let columns = tried.into_iter().map(|cells| {
            let views = cells.into_iter().map(|tried| TriedCellView {
                failed: tried.keys.iter().find_map(|key| queue.failure_of(key)),
                text: shown(&tried.cell),
                prompt: tried
                    .prompts
                    .iter()
                    .map(|(system, user)| format!("{system}\n\n{user}"))
                    .collect::<Vec<_>>()
                    .join("\n\n———\n\n"),
            });
            views.collect()
        });
        Ok(Json(TryView {
            columns: columns.collect(),
            names: names(&base.handle.snapshot(), asked.table, &records),
            records: records.iter().map(ToString::to_string).collect(),
        }))
    })
    .await?
}

fn shown(cell: &CellState) -> Option<String> {
    match cell {
        CellState::Pending => None,
        other => Some(FieldType::LongText.display(other)),
    }
}

/// What the first text of each record says.
fn names(
    snapshot: &table::snapshot::Snapshot,
    table: TableId,
    records: &[RecordId],
) -> Vec<String> {
    let first = snapshot
        .schema
        .table(table)
        .and_then(|table| table.live_fields().next().cloned());
    let name = |record: &RecordId| {
        let data = snapshot.data(table)?;
        let (segment, at) = data.find(*record)?;
        let field = first.as_ref()?;
        let cells = data.segments.get(segment)?.column(field.column)?;
        Some(field.field_type.display(&cells.get(at)))
    };
    records
        .iter()
        .map(|record| name(record).unwrap_or_default())
        .collect()
}
