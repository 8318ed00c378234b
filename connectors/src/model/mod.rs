//! Language models: one question, one answer, and every way in which it can go wrong.
//!
//! [`ModelClient`] is the trait; [`openai`] speaks to real providers, [`offline_trial`] answers without any
//! AI, [`scripted`] is the fake for tests. [`profile`] holds what is known of providers, as data;
//! [`probe`] tries a provider out. [`AskError`] says what went wrong and what to do about it.
//! Law: one `ask` is at most one request on the network; nobody below this door retries.
//! Tests: `connectors/tests/model_faults.rs` and beside each module.

mod answer_body;
pub mod ask_error;
pub mod draw;
mod error_body;
pub mod glossary;
pub mod image_api;
mod label;
pub mod language;
mod offline_kinds;
pub mod offline_trial;
pub mod openai;
pub mod picture;
pub mod probe;
pub mod profile;
pub mod scripted;

pub use ask_error::{AskClass, AskError};
pub use probe::{ProbeReport, test_provider};

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use table::{ai::AiKind, expects::Expects};

pub use table::bilingual::Text2;

/// One question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The constant part, first because providers give a discount on repeated prefixes.
    pub system: String,
    /// The record's data.
    pub user: String,
    /// Upper bound of the answer, in tokens.
    pub max_tokens: u32,
    /// Absent: the provider's default.
    pub temperature: Option<f32>,
    /// From sending to the last byte.
    pub timeout: Duration,
    /// What kind of work it is; absent for probes.
    pub kind: Option<AiKind>,
    /// Resolved inputs by name, as in [`table::ai::AiCall::inputs`]; only the offline trial reads them.
    pub inputs: BTreeMap<String, String>,
    /// JPEGs as data URIs, made by [`picture::for_asking`].
    pub pictures: Vec<String>,
    /// What the answer must be; providers that can are held to it.
    pub expects: Expects,
}

impl Ask {
    /// A plain question with the limits of [`crate::model::openai::limits`].
    pub fn new(system: impl Into<String>, user: impl Into<String>) -> Ask {
        Ask {
            system: system.into(),
            user: user.into(),
            max_tokens: openai::limits::MAX_TOKENS,
            temperature: None,
            timeout: openai::limits::TOTAL,
            kind: None,
            inputs: BTreeMap::new(),
            pictures: Vec::new(),
            expects: Expects::Text,
        }
    }
}

/// An answer, complete and not empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub text: String,
    /// As counted by the provider; 0 where it does not say.
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// The part of `tokens_in` that the provider had in its cache.
    pub tokens_cached: u64,
    /// As named by the provider, which may be more precise than what was asked for.
    pub model: String,
    pub finish_reason: String,
}

/// Someone who answers questions.
pub trait ModelClient: Send + Sync {
    /// Asks once. Dropping the future cancels the request.
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Reply, AskError>>;

    /// Makes one picture; gives its bytes, not yet checked, and the model that made it.
    fn draw(&self, _ask: Ask) -> BoxFuture<'_, Result<(Vec<u8>, String), AskError>> {
        Box::pin(std::future::ready(Err(AskError::NoImageModel)))
    }
}
