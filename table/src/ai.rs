//! What a cell of an AI field knows about its answer. The answers themselves, with provenance, are the store's.

use crate::expects::Expects;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Identity of an AI call: a hash over prompt version, model, parameters and resolved inputs.
/// Equal keys never need a second call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallKey(pub [u8; 16]);

impl fmt::Display for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl CallKey {
    /// The inverse of `Display`.
    pub fn from_hex(text: &str) -> Option<CallKey> {
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        let mut key = [0u8; 16];
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
        }
        Some(CallKey(key))
    }
}

impl Serialize for CallKey {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CallKey {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        CallKey::from_hex(&text)
            .ok_or_else(|| serde::de::Error::custom("a call key has 32 hex digits"))
    }
}

/// The states of an AI cell; no note at all means: empty, never asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AiState {
    /// Asked for, waiting in the durable queue.
    Queued,
    /// A call is in flight.
    Running,
    /// Answered.
    Ok,
    /// Answered, but a rule was broken or a person must look.
    NeedsReview,
    /// Gave up; `reason` says why.
    Failed,
    /// Answered for inputs that have changed since.
    Stale,
    /// Edited by hand; never overwritten. Its keys, if any, are those of an answer that is offered beside it.
    Locked,
    /// Left out of the batch by a condition.
    Skipped,
}

/// The note beside an AI cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiNote {
    pub state: AiState,
    /// Keys of the calls whose answers the cell shows (or waits for), in the order of the formula.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<CallKey>,
    /// Stable code of a failure or broken rule, e.g. `provider_auth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
    /// Who said that the answer is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Arc<str>>,
}

/// What an AI function asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AiKind {
    Translate,
    Copy,
    ImagePrompt,
    /// Into several languages at once.
    TranslateMany,
    /// Title, bullets, description and keywords at once.
    Listing,
    Classify,
    Extract,
    Summarize,
    Review,
    Ask,
    Reply,
    /// Makes a picture.
    Image,
}

/// A picture that goes with a question; the bytes are in the base's blobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallPicture {
    pub digest: Arc<str>,
    pub mime: Arc<str>,
}

/// An AI effect asked for by a formula. Pure data: rendered by `formula`, stored with the ops that caused
/// it, carried out by `jobs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AiCall {
    pub key: CallKey,
    pub kind: AiKind,
    /// As in [`crate::field::AiSettings::model`].
    pub model: String,
    /// Version of the prompt's fixed part, e.g. `translate/1`.
    pub prompt_version: String,
    /// The fixed part, first because providers give a discount on constant prefixes.
    pub system: String,
    /// The record's data, fenced as data.
    pub user: String,
    /// Resolved inputs by name (`text`, `language`, `facts`, …), for the offline model and for provenance.
    pub inputs: std::collections::BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<CallPicture>,
    /// What the answer must be.
    #[serde(default, skip_serializing_if = "Expects::is_text")]
    pub expects: Expects,
}

/// Where an answer came from; kept with the answer for ever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    pub provider: String,
    pub model: String,
    pub prompt_version: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Millionths of `currency`.
    pub cost_micros: u64,
    pub currency: String,
    /// Made by the built-in offline trial model, without any AI.
    #[serde(default)]
    pub offline_trial: bool,
    /// Calls that were made for it, failed ones included.
    pub n_attempts: u32,
    /// Rules that earlier attempts at it broke, by their stable codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<String>,
    /// The rule that it still breaks: a person must look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
}

/// The stored result of a call; equal keys share it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub key: CallKey,
    pub text: String,
    pub provenance: Provenance,
}
