//! Rules for AI answers: the presets of marketplaces.

use crate::wire::Json;
use jobs::ai::rules::presets;
use serde::Serialize;
use table::rule::Rule;
use utoipa::ToSchema;

/// What a marketplace asks of one part of a listing.
#[derive(Serialize, ToSchema)]
pub struct RulePresetView {
    pub id: String,
    pub platform: String,
    /// `title`, `bullet`, `description`, `keywords`, …
    pub part: String,
    /// As in the settings of an AI field.
    #[schema(value_type = Vec<Object>)]
    pub rules: Vec<Rule>,
    pub source: String,
    /// When the source was looked at, `YYYY-MM`.
    pub checked: String,
    pub note_zh: String,
    pub note_en: String,
}

/// Rules to begin with, by marketplace; copied into the field and edited there.
#[utoipa::path(get, path = "/ai/rule-presets", tag = "ai",
    responses((status = 200, body = Vec<RulePresetView>)))]
pub async fn rule_presets() -> Json<Vec<RulePresetView>> {
    let view = |preset: &presets::Preset| RulePresetView {
        id: preset.id.clone(),
        platform: preset.platform.clone(),
        part: preset.part.clone(),
        rules: preset.rules.clone(),
        source: preset.source.clone(),
        checked: preset.checked.clone(),
        note_zh: preset.note_zh.clone(),
        note_en: preset.note_en.clone(),
    };
    Json(presets::all().iter().map(view).collect())
}
