//! The application: every route, the layers around them, the API document.
//!
//! Order of the layers, from outside: security headers, error texts, panics, same-origin check, body limit.

use crate::{
    assets, auth,
    error::{self, ApiError},
    instance::Instance,
    limits, route,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::from_fn,
    middleware::from_fn_with_state,
};
use std::sync::Arc;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};
use utoipa::{OpenApi, openapi::OpenApi as Document};
use utoipa_axum::router::OpenApiRouter;

/// What every handler gets.
pub type App = Arc<Instance>;

#[derive(OpenApi)]
#[openapi(info(
    title = "Suanpan",
    description = "Everything that the web page does goes through this API. Errors are `{code, message, hint, at}` in the language of `Accept-Language`."
))]
struct ApiDocument;

/// The routes under `/api/v1` with their document.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(ApiDocument::openapi()).nest("/api/v1", route::all())
}

/// The API document, as `server/openapi.json` keeps it.
pub fn document() -> Document {
    api().into_openapi()
}

/// The whole server: API, socket, web page.
pub fn router(instance: App, hosts: auth::Hosts) -> Router {
    let (api, document) = api().split_for_parts();
    let document = Arc::new(document);
    let served = move || async move { axum::Json(document.as_ref().clone()) };
    api.route("/api/v1/openapi.json", axum::routing::get(served))
        .method_not_allowed_fallback(wrong_method)
        .fallback(assets::serve)
        .with_state(instance)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES))
        .layer(from_fn_with_state(hosts, auth::same_origin))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(error::speak))
        .layer(header_if_absent(
            header::CONTENT_SECURITY_POLICY,
            assets::PAGE_POLICY,
        ))
        .layer(header_if_absent(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_if_absent(header::REFERRER_POLICY, "same-origin"))
        .layer(header_if_absent(header::X_FRAME_OPTIONS, "DENY"))
}

async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "wrong_method",
        "这个地址不支持这种操作。",
        "This address does not take this kind of request.",
    )
}

fn header_if_absent(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Runs blocking work (disk, the engine) on a thread of its own kind.
pub async fn off_loop<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| ApiError::internal("run blocking work", cause))
}
