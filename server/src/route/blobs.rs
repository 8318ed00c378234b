//! `GET /bases/{base}/blobs/{digest}`: attachments and their thumbnails.
//!
//! What a stranger uploaded is never shown as a page of ours: only pictures that we know are shown at all,
//! everything else is a download, all under a sandbox policy.

use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::{SIDES, clean_name, is_digest, thumb_type},
    wire::{ErrorBody, Path, Query},
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BlobParams {
    /// Longer side in pixels: 64, 256 or 1024.
    pub thumb: Option<u32>,
    /// The name that a download gets.
    pub name: Option<String>,
}

/// The bytes of an attachment, or a small picture of it.
#[utoipa::path(get, path = "/bases/{base}/blobs/{digest}", tag = "records",
    params(("base" = String, Path), ("digest" = String, Path), BlobParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = ErrorBody)))]
pub async fn blob(
    State(app): State<App>,
    Path((base, digest)): Path<(String, String)>,
    Query(params): Query<BlobParams>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    if !is_digest(&digest) {
        return Err(no_blob(&digest));
    }
    let base = app.base(&base).await?;
    let tag = format!("\"{digest}-{}\"", params.thumb.unwrap_or(0));
    let known = asked.get(header::IF_NONE_MATCH);
    if known.is_some_and(|value| value.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, headers(&tag)).into_response());
    }
    let mut headers = headers(&tag);
    let (bytes, mime, is_shown) = match params.thumb {
        Some(side) if !SIDES.contains(&side) => return Err(bad_side()),
        Some(side) => {
            let (source, wanted) = (base.clone(), digest.clone());
            let small = app
                .thumbs
                .get(&digest, side, move || source.blob(&wanted))
                .await?;
            let mime = thumb_type(&small);
            (small, mime, true)
        }
        None => {
            let wanted = digest.clone();
            let bytes = off_loop(move || base.blob(&wanted)).await??;
            let shown = picture_type(&bytes);
            (
                bytes,
                shown.unwrap_or("application/octet-stream"),
                shown.is_some(),
            )
        }
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(
        header::CONTENT_DISPOSITION,
        disposition(is_shown, params.name.as_deref()),
    );
    Ok((headers, bytes).into_response())
}

fn headers(tag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (
            header::CACHE_CONTROL,
            "private, max-age=31536000, immutable",
        ),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers
}

/// The media type of a picture that browsers show without running anything; never SVG.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    use image::ImageFormat;
    match image::guess_format(bytes).ok()? {
        ImageFormat::Png => Some("image/png"),
        ImageFormat::Jpeg => Some("image/jpeg"),
        ImageFormat::Gif => Some("image/gif"),
        ImageFormat::WebP => Some("image/webp"),
        ImageFormat::Bmp => Some("image/bmp"),
        _ => None,
    }
}

/// `inline` for pictures, a download with the given name for everything else.
pub fn disposition(is_shown: bool, name: Option<&str>) -> HeaderValue {
    let kind = if is_shown { "inline" } else { "attachment" };
    let name = clean_name(name.unwrap_or("file"));
    let text = format!("{kind}; filename*=UTF-8''{}", crate::wire::escaped(&name));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

fn no_blob(digest: &str) -> ApiError {
    ApiError::not_found("no_blob", ("附件", "attachment"), digest)
}

fn bad_side() -> ApiError {
    ApiError::bad_request(
        "bad_query",
        "缩略图只有 64、256、1024 三种大小。",
        "Thumbnails come in 64, 256 and 1024 pixels.",
    )
    .at("thumb")
}
