//! `/providers`: which AI models may be asked. A key goes in and never comes out.

use crate::{
    app::{App, off_loop},
    error::{ApiError, Locale},
    instance::{OFFLINE_TRIAL, ProviderInput, ProviderRecord, no_provider},
    wire::{ErrorBody, Json, Path},
};
use axum::{extract::State, http::StatusCode};
use connectors::model::{probe::test_provider, profile::presets};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct ProvidersView {
    /// Name of the model that AI fields without one use.
    pub default: String,
    /// The built-in offline trial is always the first.
    pub providers: Vec<ProviderView>,
}

#[derive(Serialize, ToSchema)]
pub struct ProviderView {
    pub name: String,
    pub preset: String,
    pub base_url: String,
    pub model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_model: Option<String>,
    pub has_key: bool,
    /// The last characters of the key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key_tail: String,
    pub rpm: u32,
    /// Questions at a time, at most; 0: not known.
    pub max_parallel: u32,
    /// Per million tokens.
    pub price_in: f64,
    pub price_out: f64,
    pub currency: String,
    /// The built-in model that uses no AI: glossary and sentence patterns only.
    pub offline_trial: bool,
}

impl ProviderView {
    fn new(record: ProviderRecord) -> ProviderView {
        let profile = record.profile;
        ProviderView {
            name: profile.name,
            preset: profile.preset,
            base_url: profile.base_url,
            model: profile.model,
            image_model: profile.image_model,
            has_key: record.key.is_some(),
            key_tail: record.key_tail,
            rpm: profile.rpm,
            max_parallel: profile.max_parallel,
            price_in: profile.prices.price_in,
            price_out: profile.prices.price_out,
            currency: profile.prices.currency,
            offline_trial: false,
        }
    }

    fn offline_trial() -> ProviderView {
        ProviderView {
            name: OFFLINE_TRIAL.into(),
            preset: OFFLINE_TRIAL.into(),
            base_url: String::new(),
            model: OFFLINE_TRIAL.into(),
            image_model: None,
            has_key: false,
            key_tail: String::new(),
            rpm: 0,
            max_parallel: 0,
            price_in: 0.0,
            price_out: 0.0,
            currency: "CNY".into(),
            offline_trial: true,
        }
    }
}

/// The configured providers.
#[utoipa::path(get, path = "/providers", tag = "providers", responses((status = 200, body = ProvidersView)))]
pub async fn list(State(app): State<App>) -> Json<ProvidersView> {
    let mut providers = vec![ProviderView::offline_trial()];
    providers.extend(app.providers.list().into_iter().map(ProviderView::new));
    Json(ProvidersView {
        default: app.providers.default_name(),
        providers,
    })
}

/// Adds or changes a provider; the first one becomes the default.
#[utoipa::path(put, path = "/providers/{name}", tag = "providers", params(("name" = String, Path)),
    request_body = ProviderInput,
    responses((status = 200, body = ProviderView), (status = 400, body = ErrorBody)))]
pub async fn put(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(input): Json<ProviderInput>,
) -> Result<Json<ProviderView>, ApiError> {
    let record = off_loop(move || app.put_provider(&name, &input)).await??;
    Ok(Json(ProviderView::new(record)))
}

#[utoipa::path(delete, path = "/providers/{name}", tag = "providers", params(("name" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn delete(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    off_loop(move || app.delete_provider(&name)).await??;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultProvider {
    pub name: String,
}

/// Chooses the model that AI fields without one use; `offline-trial` for none.
#[utoipa::path(put, path = "/providers/default", tag = "providers", request_body = DefaultProvider,
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn set_default(
    State(app): State<App>,
    Json(choice): Json<DefaultProvider>,
) -> Result<StatusCode, ApiError> {
    off_loop(move || app.set_default_provider(&choice.name)).await??;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct TestResult {
    pub ok: bool,
    /// Stable code of the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the provider said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    pub took_ms: u64,
    /// As named by the provider.
    pub model: String,
    /// What was found, in the caller's language.
    pub lines: Vec<TestLine>,
    /// An address or model that works where the given one does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<TestProposal>,
}

#[derive(Serialize, ToSchema)]
pub struct TestLine {
    pub ok: bool,
    pub text: String,
}

#[derive(Serialize, ToSchema)]
pub struct TestProposal {
    pub base_url: String,
    pub model: String,
}

/// Asks the provider one word and says what is wrong if it does not answer.
#[utoipa::path(post, path = "/providers/{name}/test", tag = "providers", params(("name" = String, Path)),
    responses((status = 200, body = TestResult), (status = 404, body = ErrorBody)))]
pub async fn test(
    State(app): State<App>,
    Path(name): Path<String>,
    locale: Locale,
) -> Result<Json<TestResult>, ApiError> {
    if name == OFFLINE_TRIAL {
        return Ok(Json(TestResult {
            ok: true,
            code: None,
            detail: None,
            took_ms: 0,
            model: name,
            lines: Vec::new(),
            proposed: None,
        }));
    }
    let record = app
        .providers
        .find(&name)
        .ok_or_else(|| no_provider(&name))?;
    let key = app.providers.key_of(&record)?;
    let report = test_provider(&record.profile, key).await;
    let lines = report.lines.into_iter().map(|line| TestLine {
        ok: line.ok,
        text: said(line.text, locale),
    });
    Ok(Json(TestResult {
        ok: report.ok,
        code: report.code.map(str::to_string),
        detail: report.detail,
        took_ms: report.latency_ms,
        model: report.model,
        lines: lines.collect(),
        proposed: report.proposed.map(|profile| TestProposal {
            base_url: profile.base_url,
            model: profile.model,
        }),
    }))
}

fn said(text: connectors::model::Text2, locale: Locale) -> String {
    match locale {
        Locale::Zh => text.zh,
        Locale::En => text.en,
    }
}

#[derive(Serialize, ToSchema)]
pub struct PresetView {
    pub key: String,
    pub name: String,
    pub base_url: String,
    pub models: Vec<PresetModelView>,
    pub currency: String,
    /// The month of the prices.
    pub prices_of: String,
    pub rpm: u32,
    pub needs_key: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_model: Option<String>,
    /// Where keys are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_url: Option<String>,
    pub hint: String,
}

#[derive(Serialize, ToSchema)]
pub struct PresetModelView {
    pub name: String,
    /// Per million tokens.
    pub price_in: f64,
    pub price_out: f64,
}

/// Known providers, to begin with.
#[utoipa::path(get, path = "/providers/presets", tag = "providers",
    responses((status = 200, body = Vec<PresetView>)))]
pub async fn list_presets(locale: Locale) -> Json<Vec<PresetView>> {
    let view = |preset: &connectors::model::profile::Preset| PresetView {
        key: preset.key.clone(),
        name: said(preset.name.clone(), locale),
        base_url: preset.base_url.clone(),
        models: preset
            .models
            .iter()
            .map(|model| PresetModelView {
                name: model.name.clone(),
                price_in: model.price_in,
                price_out: model.price_out,
            })
            .collect(),
        currency: preset.currency.clone(),
        prices_of: preset.prices_of.clone(),
        rpm: preset.rpm,
        needs_key: preset.needs_key,
        image_model: preset.image_model.clone(),
        key_url: preset.key_url.clone(),
        hint: said(preset.hint.clone(), locale),
    };
    Json(presets().iter().map(view).collect())
}
