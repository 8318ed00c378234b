//! `/backup`, `/bases/{base}/backup`, `/restore`, `/bases/{base}/check`

use super::exports::send_file;
use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::{RestoredBase, back_up, restore as take_in},
    limits::UPLOADS_TOTAL_BYTES,
    wire::{ErrorBody, Json, Path},
};
use axum::{body::Body, extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

/// One base as a file; made while it is in use.
#[utoipa::path(post, path = "/bases/{base}/backup", tag = "backup", params(("base" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 404, body = ErrorBody)))]
pub async fn one(State(app): State<App>, Path(base): Path<String>) -> Result<Response, ApiError> {
    let base = app.base(&base).await?;
    let folder = app.folder.clone();
    let name = format!("{}.suanpan.zip", base.handle.snapshot().schema.name);
    let made = off_loop(move || back_up(&folder, &[base])).await??;
    // The file is open by the time its name goes; the system keeps it until the last byte is sent.
    send_file(made.path(), &name).await
}

/// All bases as one file; made while they are in use.
#[utoipa::path(post, path = "/backup", tag = "backup",
    responses((status = 200, body = Vec<u8>, content_type = "application/zip")))]
pub async fn all(State(app): State<App>) -> Result<Response, ApiError> {
    let mut bases = Vec::new();
    for id in app.bases.ids()? {
        bases.push(app.base(&id.0).await?);
    }
    let folder = app.folder.clone();
    let made = off_loop(move || back_up(&folder, &bases)).await??;
    send_file(made.path(), "suanpan-backup.zip").await
}

#[derive(Serialize, ToSchema)]
pub struct Restored {
    pub bases: Vec<RestoredBase>,
}

/// Takes the bases of a backup in, under new ids where theirs are taken; never overwrites one.
#[utoipa::path(post, path = "/restore", tag = "backup",
    request_body(content = Vec<u8>, content_type = "application/zip"),
    responses((status = 200, body = Restored), (status = 400, body = ErrorBody)))]
pub async fn restore(State(app): State<App>, body: Body) -> Result<Json<Restored>, ApiError> {
    let received = app
        .uploads
        .receive(
            &app.folder.uploads(),
            "backup",
            body.into_data_stream(),
            UPLOADS_TOTAL_BYTES,
        )
        .await?;
    let restored = off_loop(move || take_in(&app.folder, &app.bases, &received.path)).await??;
    Ok(Json(Restored { bases: restored }))
}

#[derive(Serialize, ToSchema)]
pub struct CheckResult {
    /// Empty where all is well.
    pub damage: Vec<DamageView>,
}

#[derive(Serialize, ToSchema)]
pub struct DamageView {
    pub place: String,
    pub what: String,
}

/// Verifies every checksum of a base.
#[utoipa::path(post, path = "/bases/{base}/check", tag = "backup", params(("base" = String, Path)),
    responses((status = 200, body = CheckResult), (status = 404, body = ErrorBody)))]
pub async fn check(
    State(app): State<App>,
    Path(base): Path<String>,
) -> Result<Json<CheckResult>, ApiError> {
    let base = app.base(&base).await?;
    let found = off_loop(move || base.damage()).await?;
    let damage = found
        .into_iter()
        .map(|(place, what)| DamageView { place, what });
    Ok(Json(CheckResult {
        damage: damage.collect(),
    }))
}
