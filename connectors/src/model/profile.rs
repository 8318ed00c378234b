//! What is known of providers, as data: presets to start from, settings that people change, prices.
//!
//! [`presets`] reads `presets.json`; [`ProviderProfile`] is one configured provider without its key. Law: a
//! price is only ever a proposal with the month it was true; people may change it, and money is reckoned in
//! millionths of the currency. Tests: at the end of this file.

use super::{
    AskError, Text2,
    image_api::ImageApi,
    openai::{OpenAiClient, OpenAiOptions},
};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// How a provider calls the upper bound of the answer's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenLimit {
    #[default]
    MaxTokens,
    MaxCompletionTokens,
    /// It takes none.
    None,
}

impl TokenLimit {
    /// The member of the request.
    pub fn parameter(self) -> Option<&'static str> {
        match self {
            TokenLimit::MaxTokens => Some("max_tokens"),
            TokenLimit::MaxCompletionTokens => Some("max_completion_tokens"),
            TokenLimit::None => None,
        }
    }
}

/// How an answer in a form is asked for: from the strictest a provider takes down to words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Structured {
    Text = 0,
    #[default]
    JsonObject = 1,
    JsonSchema = 2,
}

impl Structured {
    pub(super) fn from_step(step: u8) -> Structured {
        match step {
            0 => Structured::Text,
            1 => Structured::JsonObject,
            _ => Structured::JsonSchema,
        }
    }
}

/// A model that a preset proposes; prices per million tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelPreset {
    pub name: String,
    pub price_in: f64,
    pub price_out: f64,
    /// For the part of the input that the provider has in its cache; absent: as `price_in`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cached: Option<f64>,
}

/// A provider as people find it in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    pub key: String,
    pub name: Text2,
    pub base_url: String,
    /// The first is the default.
    pub models: Vec<ModelPreset>,
    /// ISO 4217.
    pub currency: String,
    /// The month of the prices; people should compare them with the provider's page.
    pub prices_of: String,
    pub token_limit: TokenLimit,
    /// Requests per minute of a new account; 0: no limit known.
    pub rpm: u32,
    /// Questions that may be open at a time; 0: the runner finds out.
    #[serde(default)]
    pub max_parallel: u32,
    pub needs_key: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_model: Option<String>,
    /// How it makes pictures; absent: as OpenAI does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageApi>,
    /// Of one picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_image: Option<f64>,
    #[serde(default)]
    pub structured: Structured,
    /// Where keys are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_url: Option<String>,
    /// Further members of each request.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
    pub hint: Text2,
}

/// One configured provider. The key is kept apart, sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderProfile {
    /// What people call it; AI fields refer to it.
    pub name: String,
    /// Key of the preset it came from.
    pub preset: String,
    pub base_url: String,
    pub model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_model: Option<String>,
    /// How it makes pictures; absent: as its preset says, else as OpenAI does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageApi>,
    /// Absent: as its preset says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structured: Option<Structured>,
    #[serde(default)]
    pub token_limit: TokenLimit,
    #[serde(default = "yes")]
    pub send_temperature: bool,
    #[serde(default)]
    pub rpm: u32,
    #[serde(default)]
    pub max_parallel: u32,
    #[serde(default)]
    pub prices: Prices,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

fn yes() -> bool {
    true
}

/// Prices per million tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Prices {
    pub currency: String,
    pub price_in: f64,
    pub price_out: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cached: Option<f64>,
    /// Of one picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_image: Option<f64>,
}

impl Prices {
    /// Millionths of the currency for one picture.
    pub fn image_micros(&self) -> u64 {
        (self.price_image.unwrap_or(0.0) * 1e6).ceil().max(0.0) as u64
    }

    /// Millionths of the currency. One million tokens at 1.00 cost 1 000 000 millionths, so the price is
    /// also the cost of one token in millionths. Rounded up: an account never shows less than was spent.
    pub fn cost_micros(&self, tokens_in: u64, tokens_out: u64, tokens_cached: u64) -> u64 {
        let tokens_cached = tokens_cached.min(tokens_in);
        let fresh = (tokens_in - tokens_cached) as f64 * self.price_in;
        let cached = tokens_cached as f64 * self.price_cached.unwrap_or(self.price_in);
        let cost = fresh + cached + tokens_out as f64 * self.price_out;
        // Float noise must not add a millionth.
        (cost - 1e-6).ceil().max(0.0) as u64
    }
}

/// All presets, in the order of the list.
pub fn presets() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        // The file is part of the program; a test reads it, so it cannot fail here.
        serde_json::from_str(include_str!("presets.json")).unwrap_or_default()
    });
    &PRESETS
}

pub fn preset(key: &str) -> Option<&'static Preset> {
    presets().iter().find(|preset| preset.key == key)
}

impl ProviderProfile {
    /// A profile with everything that the preset knows; an empty model means its first one.
    pub fn from_preset(name: &str, preset: &Preset, model: &str) -> ProviderProfile {
        let known = preset.models.iter().find(|known| known.name == model);
        let known = match model {
            "" => preset.models.first(),
            _ => known,
        };
        let model = known.map_or(model, |known| &known.name);
        ProviderProfile {
            name: name.to_owned(),
            preset: preset.key.clone(),
            base_url: preset.base_url.clone(),
            model: model.to_owned(),
            image_model: preset.image_model.clone(),
            image: None,
            structured: None,
            token_limit: preset.token_limit,
            send_temperature: true,
            rpm: preset.rpm,
            max_parallel: preset.max_parallel,
            prices: Prices {
                currency: preset.currency.clone(),
                price_in: known.map_or(0.0, |known| known.price_in),
                price_out: known.map_or(0.0, |known| known.price_out),
                price_cached: known.and_then(|known| known.price_cached),
                price_image: preset.price_image,
            },
            extra: preset.extra.clone(),
        }
    }

    pub fn options(&self, key: Secret) -> OpenAiOptions {
        let preset = preset(&self.preset);
        let image = self.image_model.clone().map(|model| {
            let api = self.image.clone().or_else(|| preset?.image.clone());
            (model, api.unwrap_or_default())
        });
        let structured = self.structured.or_else(|| Some(preset?.structured));
        OpenAiOptions {
            structured: structured.unwrap_or_default(),
            image,
            token_limit: self.token_limit,
            send_temperature: self.send_temperature,
            extra: self.extra.clone(),
            ..OpenAiOptions::new(&self.base_url, key, &self.model)
        }
    }

    /// A client that asks this provider.
    pub fn client(&self, key: Secret) -> Result<OpenAiClient, AskError> {
        OpenAiClient::new(&self.options(key))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::openai::normal_base_url;

    #[test]
    fn the_presets_are_complete_and_usable() {
        let all: Vec<Preset> = serde_json::from_str(include_str!("presets.json")).unwrap();
        let keys: Vec<&str> = all.iter().map(|preset| preset.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "qwen",
                "deepseek",
                "moonshot",
                "zhipu",
                "volcengine",
                "siliconflow",
                "openai",
                "ollama",
                "custom"
            ]
        );
        for preset in &all {
            assert!(
                !preset.hint.zh.is_empty() && !preset.hint.en.is_empty(),
                "{}",
                preset.key
            );
            assert_eq!(preset.currency.len(), 3, "{}", preset.key);
            if preset.key != "custom" {
                assert_eq!(normal_base_url(&preset.base_url).unwrap(), preset.base_url);
                assert!(!preset.models.is_empty(), "{}", preset.key);
            }
            if preset.needs_key {
                assert!(preset.key_url.is_some(), "{}", preset.key);
            }
        }
        assert_eq!(presets().len(), all.len());
    }

    #[test]
    fn a_profile_takes_model_and_prices_from_the_preset() {
        let profile = ProviderProfile::from_preset("我的", preset("deepseek").unwrap(), "");
        assert_eq!(
            (profile.model.as_str(), profile.prices.price_in),
            ("deepseek-chat", 2.0)
        );
        let own = ProviderProfile::from_preset("我的", preset("custom").unwrap(), "my-model");
        assert_eq!((own.model.as_str(), own.prices.price_in), ("my-model", 0.0));
        let text = serde_json::to_string(&profile).unwrap();
        assert_eq!(
            serde_json::from_str::<ProviderProfile>(&text).unwrap(),
            profile
        );
    }

    #[test]
    fn costs_are_rounded_up_and_cached_input_is_cheaper() {
        let prices = Prices {
            currency: "CNY".into(),
            price_in: 2.0,
            price_out: 8.0,
            price_cached: Some(0.2),
            price_image: Some(0.25),
        };
        assert_eq!(prices.image_micros(), 250_000);
        assert_eq!(prices.cost_micros(1_000_000, 0, 0), 2_000_000);
        assert_eq!(prices.cost_micros(100, 10, 0), 280);
        assert_eq!(prices.cost_micros(100, 10, 50), 190);
        assert_eq!(prices.cost_micros(1, 0, 1), 1);
        assert_eq!(prices.cost_micros(10, 0, 99), 2);
        assert_eq!(Prices::default().cost_micros(100, 100, 0), 0);
    }
}
