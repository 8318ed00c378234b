//! `GET /templates`: what a new base can begin with.

use crate::{error::Locale, template, wire::Json};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct TemplateView {
    pub key: String,
    /// In the caller's language.
    pub title: String,
    pub description: String,
    pub n_tables: u64,
}

/// The templates for `POST /bases`.
#[utoipa::path(get, path = "/templates", tag = "bases", responses((status = 200, body = Vec<TemplateView>)))]
pub async fn list(locale: Locale) -> Json<Vec<TemplateView>> {
    let view = |template: &template::Template| TemplateView {
        key: template.key.clone(),
        title: template.title.said(locale).to_string(),
        description: template.description.said(locale).to_string(),
        n_tables: template.tables.len() as u64,
    };
    Json(template::all().iter().map(view).collect())
}
