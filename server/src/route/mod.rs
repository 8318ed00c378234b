//! One file per resource; this file is the list of them.

mod bases;
mod commands;
mod health;
mod providers;
mod socket;
mod tables;
mod templates;

use crate::app::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Every route below `/api/v1`.
pub fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(bases::list, bases::create))
        .routes(routes!(bases::read, bases::rename, bases::delete))
        .routes(routes!(commands::submit))
        .routes(routes!(tables::window))
        .routes(routes!(tables::record))
        .routes(routes!(tables::aggregates))
        .routes(routes!(providers::list))
        .routes(routes!(providers::list_presets))
        .routes(routes!(providers::set_default))
        .routes(routes!(providers::put, providers::delete))
        .routes(routes!(providers::test))
        .routes(routes!(templates::list))
        .route("/bases/{base}/socket", axum::routing::get(socket::connect))
}
