//! `POST /uploads`: a file for an import, or (with `base`) an attachment for a cell.

use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::{OpenBase, Upload, look_at},
    limits::{ATTACHMENT_BYTES, UPLOAD_BYTES},
    wire::{ErrorBody, Json, Query, window::AttachmentView},
};
use axum::{body::Body, extract::State};
use serde::{Deserialize, Serialize};
use std::io::{Read, Seek};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadParams {
    /// The file's name, for people.
    pub name: String,
    /// Put it into this base as an attachment.
    pub base: Option<String>,
}

/// An uploaded file that waits to be imported.
#[derive(Serialize, ToSchema)]
pub struct UploadMade {
    pub upload: String,
}

/// One of the two, by the `base` parameter.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum UploadAnswer {
    Import(UploadMade),
    Attachment(AttachmentView),
}

/// Takes a file, streamed to disk.
#[utoipa::path(post, path = "/uploads", tag = "imports", params(UploadParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = UploadAnswer), (status = 413, body = ErrorBody)))]
pub async fn upload(
    State(app): State<App>,
    Query(params): Query<UploadParams>,
    body: Body,
) -> Result<Json<UploadAnswer>, ApiError> {
    let base = match params.base.as_deref().filter(|base| !base.is_empty()) {
        Some(base) => Some(app.base(base).await?),
        None => None,
    };
    let limit_bytes = match base {
        Some(_) => ATTACHMENT_BYTES,
        None => UPLOAD_BYTES,
    };
    let stream = body.into_data_stream();
    let received = app
        .uploads
        .receive(&app.folder.uploads(), &params.name, stream, limit_bytes)
        .await?;
    match base {
        None => {
            let upload = app.uploads.keep(received);
            Ok(Json(UploadAnswer::Import(UploadMade { upload })))
        }
        Some(base) => {
            let attachment = off_loop(move || attach(&base, &received)).await??;
            Ok(Json(UploadAnswer::Attachment(attachment)))
        }
    }
}

/// Puts a received file into the base's blobs.
fn attach(base: &OpenBase, upload: &Upload) -> Result<AttachmentView, ApiError> {
    let failed = |cause: std::io::Error| ApiError::io("read an upload", &cause);
    let mut file = std::fs::File::open(&upload.path).map_err(failed)?;
    let mut head = Vec::new();
    file.by_ref()
        .take(64)
        .read_to_end(&mut head)
        .map_err(failed)?;
    file.rewind().map_err(failed)?;
    let (mime, width_px, height_px) = look_at(&head, &upload.path);
    let digest = base.put_blob(&mut file)?;
    Ok(AttachmentView {
        digest,
        name: upload.name.clone(),
        mime: mime.to_string(),
        size_bytes: upload.size_bytes,
        width_px,
        height_px,
    })
}
