//! The configured providers, by the names that AI fields use.
//!
//! [`ProviderSet`] maps a name to a [`Provider`]; the built-in `offline-trial` is always there. Law: changing
//! a provider's settings gives it a fresh gate, so a mended key is tried at once. Tests: at the end of this file.

use super::gate::Gate;
use connectors::{
    model::{
        AskError, ModelClient,
        offline_trial::{self, OfflineTrial},
        profile::{Prices, ProviderProfile},
    },
    secret::Secret,
};
use parking_lot::{Mutex, RwLock};
use std::{collections::BTreeMap, sync::Arc};

/// Somebody who can be asked.
pub struct Provider {
    pub name: String,
    /// As sent to the provider.
    pub model: String,
    pub client: Arc<dyn ModelClient>,
    pub prices: Prices,
    /// No AI, only glossary and patterns.
    pub offline_trial: bool,
    pub(crate) gate: Mutex<Gate>,
}

impl Provider {
    pub fn new(name: &str, model: &str, client: Arc<dyn ModelClient>, prices: Prices) -> Provider {
        Provider {
            name: name.to_owned(),
            model: model.to_owned(),
            client,
            prices,
            offline_trial: false,
            gate: Mutex::new(Gate::new(0, 0)),
        }
    }

    /// Requests per minute (absent: not known) and questions at a time, as they are set.
    pub fn limits(&self) -> (Option<f64>, u32) {
        let gate = self.gate.lock();
        (gate.per_minute(), gate.max_parallel())
    }

    /// Requests per minute and questions at a time; 0 where nothing is known.
    pub fn with_limits(mut self, rpm: u32, max_parallel: u32) -> Provider {
        self.gate = Mutex::new(Gate::new(rpm, max_parallel));
        self
    }

    fn offline_trial() -> Provider {
        Provider {
            offline_trial: true,
            ..Provider::new(
                offline_trial::NAME,
                offline_trial::NAME,
                Arc::new(OfflineTrial),
                Prices {
                    currency: "CNY".into(),
                    ..Prices::default()
                },
            )
        }
    }
}

/// See the module. Cheap to share.
pub struct ProviderSet {
    by_name: RwLock<BTreeMap<String, Arc<Provider>>>,
    default: RwLock<Option<String>>,
}

impl Default for ProviderSet {
    fn default() -> ProviderSet {
        let trial = Provider::offline_trial();
        ProviderSet {
            by_name: RwLock::new([(trial.name.clone(), Arc::new(trial))].into()),
            default: RwLock::new(None),
        }
    }
}

impl ProviderSet {
    pub fn new() -> ProviderSet {
        ProviderSet::default()
    }

    pub fn put(&self, provider: Provider) {
        self.by_name
            .write()
            .insert(provider.name.clone(), Arc::new(provider));
    }

    /// Adds or replaces a provider from its settings; fails on an unusable address or key.
    pub fn put_profile(&self, profile: &ProviderProfile, key: Secret) -> Result<(), AskError> {
        let client = Arc::new(profile.client(key)?);
        let provider = Provider::new(
            &profile.name,
            &profile.model,
            client,
            profile.prices.clone(),
        );
        self.put(provider.with_limits(profile.rpm, profile.max_parallel));
        Ok(())
    }

    /// The offline trial stays.
    pub fn remove(&self, name: &str) {
        if name != offline_trial::NAME {
            self.by_name.write().remove(name);
        }
    }

    /// The provider for fields that name none; absent: the offline trial.
    pub fn set_default(&self, name: Option<String>) {
        *self.default.write() = name;
    }

    /// The name that [`engine::EngineOptions::default_model`] wants.
    pub fn default_name(&self) -> String {
        let by_name = self.by_name.read();
        self.default
            .read()
            .clone()
            .filter(|name| by_name.contains_key(name))
            .unwrap_or_else(|| offline_trial::NAME.to_owned())
    }

    /// By name; an empty one means the default.
    pub fn find(&self, name: &str) -> Option<Arc<Provider>> {
        if name.is_empty() {
            let name = self.default_name();
            return self.by_name.read().get(&name).cloned();
        }
        self.by_name.read().get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use connectors::model::{profile::preset, scripted::ScriptedModel};

    #[test]
    fn without_a_provider_the_offline_trial_answers() {
        let set = ProviderSet::new();
        assert_eq!(set.default_name(), "offline-trial");
        assert!(set.find("").unwrap().offline_trial);
        assert!(set.find("qwen").is_none());
        set.set_default(Some("qwen".into()));
        assert_eq!(
            set.default_name(),
            "offline-trial",
            "a default that is not there is none"
        );
        set.put(Provider::new(
            "qwen",
            "m",
            Arc::new(ScriptedModel::new()),
            Prices::default(),
        ));
        assert_eq!(set.find("").unwrap().name, "qwen");
        set.remove("qwen");
        set.remove("offline-trial");
        assert_eq!(set.find("").unwrap().name, "offline-trial");
    }

    #[test]
    fn settings_become_a_provider_or_a_clear_error() {
        let set = ProviderSet::new();
        let mut profile = ProviderProfile::from_preset("我的", preset("qwen").unwrap(), "");
        set.put_profile(&profile, Secret::new("sk-1")).unwrap();
        assert_eq!(set.find("我的").unwrap().model, "qwen-plus");
        profile.base_url = "dashscope".into();
        assert_eq!(
            set.put_profile(&profile, Secret::new("sk-1"))
                .unwrap_err()
                .code(),
            "bad_address"
        );
    }
}
