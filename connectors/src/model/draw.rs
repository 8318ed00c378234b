//! Pictures from a provider: one submission, then the picture, its address, or a task that is asked about.
//!
//! Law: what costs money is sent once; only questions about a task are repeated. An address in an answer is fetched
//! at once, without the key, within limits, and only where the internet is or the provider itself.
//! Tests: `connectors/tests/image_modes.rs`.

use super::{
    Ask, AskError,
    ask_error::{NetworkCause, TaskEnd},
    error_body::{Dialect, classify, shortened},
    image_api::{ImageApi, TaskApi},
    openai::{limits::BODY_BYTES, network_error},
    picture::{self, limits::RECEIVED_BYTES},
};
use crate::{
    http::{self, FetchError},
    secret::Secret,
};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Base64 is a third longer than its bytes, and there is JSON around it.
const ANSWER_BYTES: usize = RECEIVED_BYTES * 3 / 2;
/// Questions about a task that may fail in a row.
const POLL_FAILURES: u32 = 5;

/// Somebody who makes pictures.
#[derive(Clone)]
pub struct ImageClient {
    http: reqwest::Client,
    dialect: Dialect,
    base_url: String,
    key: Secret,
    pub model: String,
    api: ImageApi,
}

impl ImageClient {
    pub(super) fn new(
        base_url: String,
        key: Secret,
        model: String,
        api: ImageApi,
    ) -> Result<ImageClient, AskError> {
        Ok(ImageClient {
            http: http::api_client().map_err(|error| AskError::Network {
                cause: NetworkCause::Connect,
                detail: shortened(&error.to_string()),
            })?,
            dialect: Dialect::of(&base_url),
            base_url,
            key,
            model,
            api,
        })
    }

    /// The bytes of a picture, not yet checked.
    pub async fn draw(&self, ask: &Ask, size: &str) -> Result<Vec<u8>, AskError> {
        let reference = ask.pictures.first().map_or("", String::as_str);
        if !reference.is_empty() && !self.api.takes_reference() {
            return Err(AskError::BadRequest {
                detail: "this provider's picture requests take no reference picture".into(),
            });
        }
        let body = self.api.request(&self.model, &ask.user, size, reference);
        let mut request = self.http.post(self.address(&self.api.submit)?).json(&body);
        for (name, value) in &self.api.headers {
            request = request.header(name, value);
        }
        let started = Instant::now();
        let answer = tokio::time::timeout(ask.timeout, self.send(request));
        let answer = answer.await.map_err(|_| AskError::Timeout {
            limit_ms: ask.timeout.as_millis() as u64,
        })??;
        let answer = match &self.api.task {
            Some(task) => self.wait(task, &answer, started).await?,
            None => answer,
        };
        self.picture(&answer).await
    }

    fn address(&self, path: &str) -> Result<reqwest::Url, AskError> {
        let bad = |detail: String| AskError::BadAddress { detail };
        let base = reqwest::Url::parse(&format!("{}/", self.base_url.trim_end_matches('/')))
            .map_err(|error| bad(error.to_string()))?;
        base.join(path).map_err(|error| bad(error.to_string()))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Value, AskError> {
        let request = match self.key.expose().trim() {
            "" => request,
            key => request.bearer_auth(key),
        };
        let mut response = request
            .send()
            .await
            .map_err(|error| network_error(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        let most = if status.is_success() {
            ANSWER_BYTES
        } else {
            BODY_BYTES
        };
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| network_error(&error))?
        {
            if body.len() + piece.len() > most {
                return Err(AskError::Garbage {
                    detail: format!("more than {most} bytes"),
                });
            }
            body.extend_from_slice(&piece);
        }
        if !status.is_success() {
            return Err(classify(status.as_u16(), &headers, &body, self.dialect));
        }
        let answer: Value = serde_json::from_slice(&body).map_err(|error| AskError::Garbage {
            detail: shortened(&format!(
                "no JSON ({error}): {}",
                String::from_utf8_lossy(&body)
            )),
        })?;
        // An error that comes as a success, or in place of the one picture.
        let complaint = answer
            .get("error")
            .or_else(|| answer.pointer("/data/0/error"));
        match complaint.filter(|error| !error.is_null()) {
            Some(_) => Err(classify(200, &headers, &body, self.dialect)),
            None => Ok(answer),
        }
    }

    async fn wait(
        &self,
        task: &TaskApi,
        first: &Value,
        started: Instant,
    ) -> Result<Value, AskError> {
        let id = first.pointer(&task.id).map(plain).filter(|id| is_name(id));
        let id = id.ok_or_else(|| AskError::Garbage {
            detail: shortened(&format!("no task: {first}")),
        })?;
        let address = self.address(&task.poll.replace("{task}", &id))?;
        let end = |end: TaskEnd, detail: String| AskError::ImageTask { end, detail };
        let mut n_failures = 0;
        loop {
            sleep(Duration::from_millis(task.poll_ms)).await;
            if started.elapsed() > Duration::from_millis(task.wait_ms) {
                return Err(end(TaskEnd::Endless, format!("task {id}")));
            }
            let answer = match self.send(self.http.get(address.clone())).await {
                Ok(answer) => answer,
                Err(AskError::NotFound { detail }) => return Err(end(TaskEnd::Expired, detail)),
                // The task goes on; only the question about it failed.
                Err(error) => {
                    n_failures += 1;
                    if n_failures >= POLL_FAILURES {
                        return Err(error);
                    }
                    continue;
                }
            };
            n_failures = 0;
            let state = answer.pointer(&task.state).map(plain).unwrap_or_default();
            let is = |states: &[String]| {
                states
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(&state))
            };
            if is(&task.done) {
                return Ok(answer);
            }
            if is(&task.failed) || is(&task.expired) {
                let reason = answer.pointer(&task.reason).map(plain);
                let kind = if is(&task.failed) {
                    TaskEnd::Failed
                } else {
                    TaskEnd::Expired
                };
                return Err(end(kind, shortened(&reason.unwrap_or(state))));
            }
        }
    }

    async fn picture(&self, answer: &Value) -> Result<Vec<u8>, AskError> {
        let found = self
            .api
            .result
            .iter()
            .find_map(|place| answer.pointer(place)?.as_str());
        let found = found.ok_or_else(|| AskError::Garbage {
            detail: shortened(&format!("no picture: {answer}")),
        })?;
        if !found.starts_with("http://") && !found.starts_with("https://") {
            return picture::of_base64(found);
        }
        let own = reqwest::Url::parse(&self.base_url).ok();
        let own = own.as_ref().and_then(|url| url.host_str());
        http::fetch(found, own, RECEIVED_BYTES)
            .await
            .map_err(|error| match error {
                FetchError::Network(error) => network_error(&error),
                FetchError::Status(403 | 404 | 410) => AskError::ImageTask {
                    end: TaskEnd::Expired,
                    detail: "the picture's address is no longer valid".into(),
                },
                FetchError::TimedOut { limit_ms } => AskError::Timeout { limit_ms },
                other => AskError::BadPicture {
                    detail: other.to_string(),
                },
            })
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// It becomes part of an address.
fn is_name(id: &str) -> bool {
    let is_letter =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':');
    !id.is_empty()
        && id.len() <= 200
        && id != "null"
        && !id.contains("..")
        && id.chars().all(is_letter)
}
