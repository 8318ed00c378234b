//! `/bases/{base}/retention`: how long the history of a base is kept.

use crate::{
    app::{App, off_loop},
    error::ApiError,
    wire::{ErrorBody, Json, Path},
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long history is kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// At least 30. Absent or null: for ever. What is older is forgotten for good, together with what has been in the
    /// trash since then.
    #[serde(default)]
    pub days: Option<u32>,
}

/// How long history is kept.
#[utoipa::path(get, path = "/bases/{base}/retention", tag = "history", params(("base" = String, Path)),
    responses((status = 200, body = Retention), (status = 404, body = ErrorBody)))]
pub async fn read(
    State(app): State<App>,
    Path(base): Path<String>,
) -> Result<Json<Retention>, ApiError> {
    let base = app.base(&base).await?;
    let days = off_loop(move || base.handle.retention()).await??;
    Ok(Json(Retention { days }))
}

/// Keeps history this long from now on.
#[utoipa::path(put, path = "/bases/{base}/retention", tag = "history", params(("base" = String, Path)),
    request_body = Retention,
    responses((status = 200, body = Retention), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change(
    State(app): State<App>,
    Path(base): Path<String>,
    Json(retention): Json<Retention>,
) -> Result<Json<Retention>, ApiError> {
    let base = app.base(&base).await?;
    let days = retention.days;
    off_loop(move || base.handle.set_retention(days)).await??;
    Ok(Json(retention))
}
