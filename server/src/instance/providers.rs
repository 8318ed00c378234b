//! The configured AI providers: `providers.json` in the data folder, keys sealed.
//!
//! Law: a key leaves this module only for a request to its own provider; it is never listed, and it is
//! dropped when the provider's host changes, so that it cannot be sent elsewhere by an edit.

use super::folder::write_whole;
use crate::error::ApiError;
use connectors::{
    model::{
        openai::normal_base_url,
        profile::{Preset, ProviderProfile, preset},
    },
    secret::{Sealed, Secret, Vault},
};
use jobs::ProviderSet;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The name under which the built-in model without any AI is known.
pub const OFFLINE_TRIAL: &str = "offline-trial";
const NAME_CHARS: usize = 60;
/// Words that the addresses of the API use.
const RESERVED_NAMES: [&str; 3] = [OFFLINE_TRIAL, "default", "presets"];

/// One provider as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProviderRecord {
    #[serde(flatten)]
    pub profile: ProviderProfile,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Sealed>,
    /// The last characters of the key, for recognition.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_tail: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Settings {
    #[serde(default)]
    default: Option<String>,
    #[serde(default)]
    providers: Vec<ProviderRecord>,
}

/// What a person enters for a provider.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderInput {
    /// Key of a preset (`GET /providers/presets`); `custom` for any compatible address.
    pub preset: String,
    /// Absent: the preset's.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Absent: the preset's first.
    #[serde(default)]
    pub model: Option<String>,
    /// Absent: the one that is kept stays; empty: it is removed.
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default)]
    pub image_model: Option<String>,
    /// Requests per minute; 0: no limit known.
    #[serde(default)]
    pub rpm: Option<u32>,
    /// Questions at a time, at most; 0: not known.
    #[serde(default)]
    pub max_parallel: Option<u32>,
    /// Per million tokens.
    #[serde(default)]
    pub price_in: Option<f64>,
    #[serde(default)]
    pub price_out: Option<f64>,
    /// ISO 4217.
    #[serde(default)]
    pub currency: Option<String>,
}

pub struct Providers {
    path: PathBuf,
    vault: Vault,
    settings: Mutex<Settings>,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenProvidersError {
    #[error(transparent)]
    Secret(#[from] connectors::secret::SecretError),
    #[error("the provider settings {} cannot be read: {cause}", path.display())]
    Read { path: PathBuf, cause: String },
}

impl Providers {
    pub fn open(
        path: PathBuf,
        key_file: &std::path::Path,
    ) -> Result<Providers, OpenProvidersError> {
        let vault = Vault::open(key_file)?;
        let settings = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|cause| cause.to_string()),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
            Err(cause) => Err(cause.to_string()),
        };
        match settings {
            Ok(settings) => Ok(Providers {
                path,
                vault,
                settings: Mutex::new(settings),
            }),
            Err(cause) => Err(OpenProvidersError::Read { path, cause }),
        }
    }

    pub fn list(&self) -> Vec<ProviderRecord> {
        self.settings.lock().providers.clone()
    }

    pub fn find(&self, name: &str) -> Option<ProviderRecord> {
        let settings = self.settings.lock();
        settings
            .providers
            .iter()
            .find(|record| record.profile.name == name)
            .cloned()
    }

    /// The name of the model that AI fields without one use.
    pub fn default_name(&self) -> String {
        let settings = self.settings.lock();
        settings
            .default
            .clone()
            .unwrap_or_else(|| OFFLINE_TRIAL.to_string())
    }

    /// The key of a provider, for a request to it; empty where it has none.
    pub fn key_of(&self, record: &ProviderRecord) -> Result<Secret, ApiError> {
        match &record.key {
            None => Ok(Secret::default()),
            Some(sealed) => self
                .vault
                .unseal(sealed, &purpose(&record.profile.name))
                .map_err(|_| key_unreadable(&record.profile.name)),
        }
    }

    /// Adds or changes a provider; the first one becomes the default.
    pub fn put(&self, name: &str, input: &ProviderInput) -> Result<ProviderRecord, ApiError> {
        let preset = check(name, input)?;
        let profile = profile_of(name, preset, input)?;
        let mut settings = self.settings.lock();
        let before = settings
            .providers
            .iter()
            .find(|record| record.profile.name == name);
        let (key, key_tail) = match &input.key {
            Some(text) if text.trim().is_empty() => (None, String::new()),
            Some(text) => {
                let secret = Secret::new(text.trim());
                let sealed = self
                    .vault
                    .seal(&secret, &purpose(name))
                    .map_err(|cause| ApiError::internal("seal a key", cause))?;
                (Some(sealed), secret.tail())
            }
            None => match before {
                Some(before) if before.key.is_some() && moved(before, &profile) => {
                    return Err(key_needed_again());
                }
                Some(before) => (before.key.clone(), before.key_tail.clone()),
                None => (None, String::new()),
            },
        };
        let record = ProviderRecord {
            profile,
            key,
            key_tail,
        };
        let mut next = settings.clone();
        next.providers.retain(|other| other.profile.name != name);
        next.providers.push(record.clone());
        if next.default.is_none() {
            next.default = Some(name.to_string());
        }
        self.save(&next)?;
        *settings = next;
        Ok(record)
    }

    pub fn delete(&self, name: &str) -> Result<(), ApiError> {
        let mut settings = self.settings.lock();
        let mut next = settings.clone();
        next.providers.retain(|record| record.profile.name != name);
        if next.providers.len() == settings.providers.len() {
            return Err(no_provider(name));
        }
        if next.default.as_deref() == Some(name) {
            next.default = next
                .providers
                .first()
                .map(|record| record.profile.name.clone());
        }
        self.save(&next)?;
        *settings = next;
        Ok(())
    }

    pub fn set_default(&self, name: &str) -> Result<(), ApiError> {
        let mut settings = self.settings.lock();
        let is_known = name == OFFLINE_TRIAL
            || settings
                .providers
                .iter()
                .any(|record| record.profile.name == name);
        if !is_known {
            return Err(no_provider(name));
        }
        let mut next = settings.clone();
        next.default = Some(name.to_string());
        self.save(&next)?;
        *settings = next;
        Ok(())
    }

    /// Makes the set that is asked equal to the settings. A provider whose key cannot be opened is left
    /// out; its test says why.
    pub fn fill(&self, models: &ProviderSet) {
        for record in self.list() {
            let name = &record.profile.name;
            let put = match self.key_of(&record) {
                Ok(key) => models
                    .put_profile(&record.profile, key)
                    .map_err(|cause| cause.code()),
                Err(cause) => Err(cause.code),
            };
            if let Err(code) = put {
                tracing::warn!(provider = %name, code, "a provider cannot be used");
                models.remove(name);
            }
        }
        models.set_default(self.settings.lock().default.clone());
    }

    fn save(&self, settings: &Settings) -> Result<(), ApiError> {
        let bytes = serde_json::to_vec_pretty(settings)
            .map_err(|cause| ApiError::internal("write the provider settings", cause))?;
        write_whole(&self.path, &bytes)
            .map_err(|cause| ApiError::io("write the provider settings", &cause))
    }
}

fn purpose(name: &str) -> String {
    format!("provider/{name}")
}

fn check(name: &str, input: &ProviderInput) -> Result<&'static Preset, ApiError> {
    let n_chars = name.chars().count();
    if name.trim() != name || n_chars == 0 || n_chars > NAME_CHARS || RESERVED_NAMES.contains(&name)
    {
        return Err(ApiError::bad_request(
            "bad_name",
            format!("名称不能为空,最多 {NAME_CHARS} 个字,也不能用保留词。"),
            format!("A name of 1 to {NAME_CHARS} characters is needed that is not reserved."),
        )
        .at("name"));
    }
    let good = |price: Option<f64>| price.is_none_or(|price| price.is_finite() && price >= 0.0);
    if !good(input.price_in) || !good(input.price_out) {
        return Err(ApiError::bad_request(
            "bad_price",
            "价格必须是不小于 0 的数字。",
            "A price is a number of 0 or more.",
        )
        .at("price_in"));
    }
    preset(&input.preset)
        .ok_or_else(|| ApiError::not_found("no_preset", ("预设", "preset"), &input.preset))
}

fn profile_of(
    name: &str,
    preset: &Preset,
    input: &ProviderInput,
) -> Result<ProviderProfile, ApiError> {
    let model = input.model.as_deref().unwrap_or_default().trim();
    let mut profile = ProviderProfile::from_preset(name, preset, model);
    if let Some(url) = input
        .base_url
        .as_deref()
        .filter(|url| !url.trim().is_empty())
    {
        profile.base_url = url.trim().to_string();
    }
    profile.base_url = normal_base_url(&profile.base_url).map_err(asked_in_vain)?;
    if profile.model.is_empty() {
        return Err(ApiError::bad_request(
            "no_model",
            "请填写模型名称。",
            "Enter the model's name.",
        )
        .at("model"));
    }
    if let Some(image_model) = &input.image_model {
        let name = image_model.trim();
        profile.image_model = (!name.is_empty()).then(|| name.to_string());
    }
    profile.rpm = input.rpm.unwrap_or(profile.rpm);
    profile.max_parallel = input.max_parallel.unwrap_or(profile.max_parallel);
    profile.prices.price_in = input.price_in.unwrap_or(profile.prices.price_in);
    profile.prices.price_out = input.price_out.unwrap_or(profile.prices.price_out);
    if let Some(currency) = &input.currency {
        profile.prices.currency = currency.trim().to_ascii_uppercase();
    }
    Ok(profile)
}

/// True where the key would be sent to another host than before.
fn moved(before: &ProviderRecord, after: &ProviderProfile) -> bool {
    let host = |url: &str| -> String {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default().to_string()
    };
    host(&before.profile.base_url) != host(&after.base_url)
}

/// A model's error, in our shape.
fn asked_in_vain(cause: connectors::model::AskError) -> ApiError {
    let words = cause.message();
    ApiError::new(
        axum::http::StatusCode::UNPROCESSABLE_ENTITY,
        cause.code(),
        words.zh,
        words.en,
    )
}

pub fn no_provider(name: &str) -> ApiError {
    ApiError::not_found("no_provider", ("模型服务", "provider"), name)
}

fn key_unreadable(name: &str) -> ApiError {
    ApiError::new(
        axum::http::StatusCode::UNPROCESSABLE_ENTITY,
        "key_unreadable",
        "保存的密钥读不出来(密钥文件可能换过)。",
        "The saved key cannot be read (the key file may have been replaced).",
    )
    .hint("请重新填写密钥。", "Enter the key again.")
    .at(name)
}

fn key_needed_again() -> ApiError {
    ApiError::bad_request(
        "key_needed_again",
        "服务地址换了,请重新填写密钥。",
        "The address has changed; enter the key again.",
    )
    .hint(
        "这样旧密钥不会被发到别的地方。",
        "This way the old key is never sent elsewhere.",
    )
    .at("key")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn open(dir: &std::path::Path) -> Providers {
        Providers::open(dir.join("providers.json"), &dir.join("secret.key")).unwrap()
    }

    fn input(key: Option<&str>, url: Option<&str>) -> ProviderInput {
        ProviderInput {
            preset: "qwen".into(),
            key: key.map(str::to_string),
            base_url: url.map(str::to_string),
            ..ProviderInput::default()
        }
    }

    #[test]
    fn keys_are_sealed_kept_and_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let providers = open(dir.path());
        assert_eq!(providers.default_name(), OFFLINE_TRIAL);
        providers
            .put("我的千问", &input(Some(" sk-verysecret-123456 "), None))
            .unwrap();
        assert_eq!(providers.default_name(), "我的千问");
        let text = std::fs::read_to_string(dir.path().join("providers.json")).unwrap();
        assert!(!text.contains("verysecret"));
        // No key given: the old one stays, over a restart too.
        providers.put("我的千问", &input(None, None)).unwrap();
        let again = open(dir.path());
        let record = again.find("我的千问").unwrap();
        assert_eq!(record.key_tail, "3456");
        assert_eq!(
            again.key_of(&record).unwrap().expose(),
            "sk-verysecret-123456"
        );
        // An empty key removes it.
        again.put("我的千问", &input(Some(""), None)).unwrap();
        assert!(again.find("我的千问").unwrap().key.is_none());
    }

    #[test]
    fn a_key_does_not_follow_to_another_host() {
        let dir = tempfile::tempdir().unwrap();
        let providers = open(dir.path());
        providers.put("a", &input(Some("sk-1"), None)).unwrap();
        let elsewhere = input(None, Some("https://evil.example/v1"));
        assert_eq!(
            providers.put("a", &elsewhere).unwrap_err().code,
            "key_needed_again"
        );
        let known = providers.find("a").unwrap();
        assert!(known.profile.base_url.contains("dashscope"));
        let elsewhere = input(Some("sk-2"), Some("https://other.example/v1"));
        providers.put("a", &elsewhere).unwrap();
    }

    #[test]
    fn the_default_moves_on_when_its_provider_goes() {
        let dir = tempfile::tempdir().unwrap();
        let providers = open(dir.path());
        providers.put("a", &input(None, None)).unwrap();
        providers.put("b", &input(None, None)).unwrap();
        providers.set_default("b").unwrap();
        providers.delete("b").unwrap();
        assert_eq!(providers.default_name(), "a");
        providers.delete("a").unwrap();
        assert_eq!(providers.default_name(), OFFLINE_TRIAL);
        assert_eq!(providers.delete("a").unwrap_err().code, "no_provider");
        assert_eq!(providers.set_default("zz").unwrap_err().code, "no_provider");
        assert_eq!(
            providers
                .put("offline-trial", &input(None, None))
                .unwrap_err()
                .code,
            "bad_name"
        );
    }
}
