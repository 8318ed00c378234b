//! The web page: the bundle that is embedded in the binary.
//!
//! Files under `/assets/` carry a hash in their name and never change; every other path without a dot is a
//! place inside the page, which `index.html` serves.

use crate::error::ApiError;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

/// What our page may load: its own files, nothing from elsewhere.
pub const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; \
    style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The handler of every address that is no API route.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return nothing_here(path);
    }
    let name = match path.trim_start_matches('/') {
        "" => "index.html",
        name => name,
    };
    match webui::asset(name) {
        Some(asset) => file(name, &asset, request.headers()),
        None if name.contains('.') => nothing_here(path),
        None => match webui::asset("index.html") {
            Some(page) => file("index.html", &page, request.headers()),
            None => nothing_here(path),
        },
    }
}

fn nothing_here(path: &str) -> Response {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "no_such_address",
        "没有这个地址。",
        "There is nothing at this address.",
    )
    .at(path.chars().take(200).collect::<String>())
    .into_response()
}

fn file(name: &str, asset: &webui::Asset, asked: &HeaderMap) -> Response {
    let accepts = |header: header::HeaderName, what: &str| {
        asked
            .get_all(header)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| {
                value
                    .split(',')
                    .any(|item| item.trim().split(';').next() == Some(what))
            })
    };
    let brotli = asset
        .brotli
        .as_ref()
        .filter(|_| accepts(header::ACCEPT_ENCODING, "br"));
    let tag = format!(
        "\"{}{}\"",
        asset.hash,
        if brotli.is_some() { "-br" } else { "" }
    );
    let caching = match name.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if accepts(header::IF_NONE_MATCH, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    if let Ok(mime) = HeaderValue::from_str(asset.mime) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    let bytes = match brotli {
        Some(brotli) => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            brotli
        }
        None => &asset.bytes,
    };
    (headers, bytes.to_vec()).into_response()
}
