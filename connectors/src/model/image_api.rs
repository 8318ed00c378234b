//! How a provider makes pictures, as data: where to send what, whether the answer is the picture or a task to ask
//! about, and where in its JSON things stand.
//!
//! [`ImageApi`] is part of a provider's profile. Law: paths, members and states of a provider are written here or in
//! `presets.json`, never in code. Tests: `connectors/tests/image_modes.rs`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// See the module. `{model}`, `{prompt}`, `{size}`, `{reference}` and `{task}` are filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageApi {
    /// Added to the base address; with a leading `/` to its origin.
    #[serde(default = "usual_path")]
    pub submit: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The request's JSON. A member whose text is empty after filling in is left out.
    #[serde(default = "usual_body")]
    pub body: Value,
    /// Between width and height: `x` or `*`.
    #[serde(default = "usual_between")]
    pub between: String,
    /// JSON pointers to the picture: base64 or an address; the first that is there counts.
    #[serde(default = "usual_result")]
    pub result: Vec<String>,
    /// Absent: the answer is the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskApi>,
}

/// A picture that is asked about until it is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskApi {
    /// JSON pointer to the task's name in the first answer.
    pub id: String,
    pub poll: String,
    /// JSON pointer to the state.
    pub state: String,
    pub done: Vec<String>,
    pub failed: Vec<String>,
    /// The provider has forgotten the task.
    #[serde(default)]
    pub expired: Vec<String>,
    /// JSON pointer to the reason of a failure.
    #[serde(default)]
    pub reason: String,
    #[serde(default = "usual_poll_ms")]
    pub poll_ms: u64,
    /// From the submission on.
    #[serde(default = "usual_wait_ms")]
    pub wait_ms: u64,
}

fn usual_path() -> String {
    "images/generations".into()
}

fn usual_body() -> Value {
    json!({"model": "{model}", "prompt": "{prompt}", "size": "{size}", "n": 1})
}

fn usual_between() -> String {
    "x".into()
}

fn usual_result() -> Vec<String> {
    [
        "/data/0/b64_json",
        "/data/0/url",
        "/images/0/url",
        "/images/0/b64_json",
    ]
    .map(String::from)
    .into()
}

fn usual_poll_ms() -> u64 {
    3_000
}

fn usual_wait_ms() -> u64 {
    300_000
}

impl Default for ImageApi {
    fn default() -> ImageApi {
        ImageApi {
            submit: usual_path(),
            headers: BTreeMap::new(),
            body: usual_body(),
            between: usual_between(),
            result: usual_result(),
            task: None,
        }
    }
}

impl ImageApi {
    pub fn request(&self, model: &str, prompt: &str, size: &str, reference: &str) -> Value {
        let size = size.replace('x', &self.between);
        let words = [
            ("{model}", model),
            ("{prompt}", prompt),
            ("{size}", &size),
            ("{reference}", reference),
        ];
        filled(&self.body, &words).unwrap_or(Value::Null)
    }

    /// True where a reference picture has a place in the request.
    pub fn takes_reference(&self) -> bool {
        self.body.to_string().contains("{reference}")
    }
}

/// `None` where nothing is left of a member that had something to fill in.
fn filled(body: &Value, words: &[(&str, &str)]) -> Option<Value> {
    match body {
        Value::String(text) => match words.iter().find(|(place, _)| place == text) {
            Some((_, "")) => None,
            Some((_, word)) => Some(Value::from(*word)),
            None => Some(body.clone()),
        },
        Value::Array(items) => {
            let kept: Vec<Value> = items
                .iter()
                .filter_map(|item| filled(item, words))
                .collect();
            (!kept.is_empty() || items.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(members) => {
            let kept = members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), filled(value, words)?)));
            let kept: Map<String, Value> = kept.collect();
            (!kept.is_empty() || members.is_empty()).then_some(Value::Object(kept))
        }
        other => Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_filled_in_and_empty_members_left_out() {
        let api = ImageApi::default();
        assert_eq!(
            api.request("m", "a \"cup\"", "", ""),
            json!({"model": "m", "prompt": "a \"cup\"", "n": 1})
        );
        let api = ImageApi {
            between: "*".into(),
            body: json!({"model": "{model}", "input": {"prompt": "{prompt}", "images": ["{reference}"]}, "parameters": {"size": "{size}"}}),
            ..ImageApi::default()
        };
        assert!(api.takes_reference());
        assert_eq!(
            api.request("m", "{size}", "1024x768", ""),
            json!({"model": "m", "input": {"prompt": "{size}"}, "parameters": {"size": "1024*768"}})
        );
    }
}
