//! Questions over the OpenAI chat protocol, which nearly all providers speak with an accent.
//!
//! [`OpenAiClient`] uses async-openai with JSON values in place of its typed answers, beneath a service of
//! ours ([`SendOnce`]). The crate by itself sends up to four times, sleeps as long as a provider says, waits
//! for ever on a stalled answer and loses the status of every error that is not shaped like OpenAI's;
//! `SendOnce` sends once, limits every phase and the size, and hands on either valid JSON or an
//! [`AskError`]. Tests: `connectors/tests/model_faults.rs`.

use super::{
    Ask, AskError, ModelClient, Reply,
    answer_body::read_reply,
    ask_error::NetworkCause,
    draw::ImageClient,
    error_body::{Dialect, classify, shortened},
    image_api::ImageApi,
    profile::{Structured, TokenLimit},
};
use crate::{http, secret::Secret};
use async_openai::{
    Client, config::OpenAIConfig, error::OpenAIError, middleware::HttpRequestFactory,
};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use table::expects::Expects;

/// Limits of a question, with their reasons.
pub mod limits {
    use std::time::Duration;
    /// Without streaming the first byte comes when the model has finished thinking.
    pub const FIRST_BYTE: Duration = Duration::from_secs(150);
    /// Between two pieces of the answer; keep-alive blanks count as pieces.
    pub const IDLE_GAP: Duration = Duration::from_secs(60);
    /// From sending to the last byte. DeepSeek keeps a waiting request alive for many minutes.
    pub const TOTAL: Duration = Duration::from_secs(300);
    pub const BODY_BYTES: usize = 4 << 20;
    /// Answer length where nobody says otherwise.
    pub const MAX_TOKENS: u32 = 2048;
    /// Longer waits are cut: a wrong header must not stop a job for a day.
    pub const RETRY_AFTER_MAX_MS: u64 = 120_000;
    /// Of a provider's own words kept in errors.
    pub const DETAIL_CHARS: usize = 300;
}

/// Whom to ask, and how they want to be asked.
#[derive(Debug, Clone)]
pub struct OpenAiOptions {
    /// As typed; see [`normal_base_url`].
    pub base_url: String,
    pub key: Secret,
    pub model: String,
    pub token_limit: TokenLimit,
    /// Some models refuse any temperature but their own.
    pub send_temperature: bool,
    /// Further members of the request, such as a provider's switch for thinking.
    pub extra: Map<String, Value>,
    /// How answers in a form are asked for, to begin with.
    pub structured: Structured,
    /// Who makes pictures, and how.
    pub image: Option<(String, ImageApi)>,
    pub first_byte: Duration,
    pub idle_gap: Duration,
}

impl OpenAiOptions {
    pub fn new(
        base_url: impl Into<String>,
        key: Secret,
        model: impl Into<String>,
    ) -> OpenAiOptions {
        OpenAiOptions {
            base_url: base_url.into(),
            key,
            model: model.into(),
            token_limit: TokenLimit::MaxTokens,
            send_temperature: true,
            extra: Map::new(),
            structured: Structured::Text,
            image: None,
            first_byte: limits::FIRST_BYTE,
            idle_gap: limits::IDLE_GAP,
        }
    }
}

/// A client for one model at one provider. Cheap to clone.
#[derive(Clone)]
pub struct OpenAiClient {
    client: Client<OpenAIConfig>,
    model: String,
    token_limit: TokenLimit,
    send_temperature: bool,
    extra: Map<String, Value>,
    /// Goes down one step whenever the provider refuses the form.
    structured: Arc<AtomicU8>,
    image: Option<ImageClient>,
}

impl std::fmt::Debug for OpenAiClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenAiClient")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl OpenAiClient {
    /// Fails on an address or key that cannot be sent at all; sends nothing.
    pub fn new(options: &OpenAiOptions) -> Result<OpenAiClient, AskError> {
        let base_url = normal_base_url(&options.base_url)?;
        let key = options.key.expose().trim();
        // async-openai would panic on such a key.
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AskError::WrongKey {
                detail: "the key contains blanks or characters that no key has".into(),
            });
        }
        let http = http::api_client().map_err(|error| AskError::Network {
            cause: NetworkCause::Connect,
            detail: shortened(&error.to_string()),
        })?;
        let image = options
            .image
            .clone()
            .filter(|(model, _)| !model.trim().is_empty());
        let image = image.map(|(model, api)| {
            let model = model.trim().to_owned();
            ImageClient::new(base_url.clone(), options.key.clone(), model, api)
        });
        let dialect = Dialect::of(&base_url);
        // Everything is set, so that nothing of it comes from environment variables.
        let config = OpenAIConfig::new()
            .with_api_base(base_url)
            .with_api_key(key)
            .with_org_id("")
            .with_project_id("");
        let service = SendOnce {
            http: http.clone(),
            dialect,
            first_byte: options.first_byte,
            idle_gap: options.idle_gap,
        };
        Ok(OpenAiClient {
            client: Client::build(http, config).with_http_service(service),
            model: options.model.trim().to_owned(),
            token_limit: options.token_limit,
            send_temperature: options.send_temperature,
            extra: options.extra.clone(),
            structured: Arc::new(AtomicU8::new(options.structured as u8)),
            image: image.transpose()?,
        })
    }

    /// How the form of an answer is asked for now; plain where the answer has no form.
    fn form(&self, expects: &Expects) -> (Structured, Option<Value>) {
        let known = Structured::from_step(self.structured.load(Ordering::Relaxed));
        match expects.schema() {
            None => (Structured::Text, None),
            Some(schema) => match known {
                Structured::Text => (Structured::Text, None),
                Structured::JsonObject => (known, Some(json!({"type": "json_object"}))),
                Structured::JsonSchema => {
                    let named = json!({"name": "answer", "strict": true, "schema": schema});
                    (
                        known,
                        Some(json!({"type": "json_schema", "json_schema": named})),
                    )
                }
            },
        }
    }

    fn request(&self, ask: &Ask, form: Option<Value>) -> Value {
        let mut messages = Vec::new();
        if !ask.system.is_empty() {
            messages.push(json!({"role": "system", "content": ask.system}));
        }
        messages.push(json!({"role": "user", "content": content(ask)}));
        let mut request = json!({"model": self.model, "messages": messages, "stream": false});
        if let Some(name) = self.token_limit.parameter() {
            request[name] = json!(ask.max_tokens);
        }
        if let Some(form) = form {
            request["response_format"] = form;
        }
        if let Some(temperature) = ask.temperature.filter(|_| self.send_temperature) {
            request["temperature"] = json!(temperature);
        }
        for (name, value) in &self.extra {
            request[name.as_str()] = value.clone();
        }
        request
    }
}

impl ModelClient for OpenAiClient {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Reply, AskError>> {
        Box::pin(async move {
            let (step, form) = self.form(&ask.expects);
            let request = self.request(&ask, form);
            let chat = self.client.chat();
            let answer = tokio::time::timeout(ask.timeout, chat.create_byot::<_, Value>(request));
            match answer.await {
                Err(_) => Err(AskError::Timeout {
                    limit_ms: ask.timeout.as_millis() as u64,
                }),
                Ok(Err(error)) => Err(self.stepped_down(step, ask_error(error))),
                Ok(Ok(body)) => read_reply(&body),
            }
        })
    }

    fn draw(&self, ask: Ask) -> BoxFuture<'_, Result<(Vec<u8>, String), AskError>> {
        Box::pin(async move {
            let image = self.image.as_ref().ok_or(AskError::NoImageModel)?;
            let size = match &ask.expects {
                Expects::Picture { size, .. } => size.clone(),
                _ => String::new(),
            };
            Ok((image.draw(&ask, &size).await?, image.model.clone()))
        })
    }
}

impl OpenAiClient {
    /// A refused form is not asked for again; the question itself is, one step simpler.
    fn stepped_down(&self, step: Structured, error: AskError) -> AskError {
        let said = match &error {
            AskError::BadRequest { detail } | AskError::ServerError { detail, .. } => {
                detail.to_lowercase()
            }
            _ => return error,
        };
        let is_form = [
            "response_format",
            "json_schema",
            "json_object",
            "schema",
            "grammar",
        ]
        .iter()
        .any(|word| said.contains(word));
        if step == Structured::Text || !is_form {
            return error;
        }
        let (from, to) = (step as u8, step as u8 - 1);
        // Questions that were under way together step down once.
        let _ = self
            .structured
            .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
        AskError::FormatRefused { detail: said }
    }
}

/// A text, or a text with its pictures.
fn content(ask: &Ask) -> Value {
    if ask.pictures.is_empty() {
        return json!(ask.user);
    }
    let mut parts = vec![json!({"type": "text", "text": ask.user})];
    let picture = |uri: &String| json!({"type": "image_url", "image_url": {"url": uri}});
    parts.extend(ask.pictures.iter().map(picture));
    Value::Array(parts)
}

/// Our own error travels through async-openai in a box.
fn ask_error(error: OpenAIError) -> AskError {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast::<AskError>() {
            Ok(own) => *own,
            Err(other) => AskError::Garbage {
                detail: shortened(&other.to_string()),
            },
        },
        OpenAIError::Reqwest(error) => network_error(&error),
        other => AskError::BadRequest {
            detail: shortened(&other.to_string()),
        },
    }
}

pub(super) fn network_error(error: &reqwest::Error) -> AskError {
    let cause = if error.is_dns() {
        NetworkCause::Dns
    } else if error.is_connect() {
        NetworkCause::Connect
    } else {
        NetworkCause::Broken
    };
    // The innermost source says what happened; the outer ones repeat the address.
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    AskError::Network {
        cause,
        detail: shortened(&innermost.to_string()),
    }
}

/// The service beneath async-openai: one request, every phase limited.
#[derive(Clone)]
struct SendOnce {
    http: reqwest::Client,
    dialect: Dialect,
    first_byte: Duration,
    idle_gap: Duration,
}

impl tower::Service<HttpRequestFactory> for SendOnce {
    type Response = reqwest::Response;
    type Error = tower::BoxError;
    type Future = BoxFuture<'static, Result<reqwest::Response, tower::BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), tower::BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let request = request
                .build()
                .await
                .map_err(|error| AskError::BadRequest {
                    detail: shortened(&error.to_string()),
                })?;
            Ok(service.send(request).await?)
        })
    }
}

impl SendOnce {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, AskError> {
        let sent = tokio::time::timeout(self.first_byte, self.http.execute(request));
        let response = match sent.await {
            Err(_) => {
                return Err(AskError::Timeout {
                    limit_ms: self.first_byte.as_millis() as u64,
                });
            }
            Ok(Err(error)) => return Err(network_error(&error)),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        let headers = response.headers().clone();
        let body = self.read(response).await;
        if !status.is_success() {
            // A broken body of a refusal is still a refusal.
            return Err(classify(
                status.as_u16(),
                &headers,
                &body.unwrap_or_default(),
                self.dialect,
            ));
        }
        let body = body?;
        let text = body.trim_ascii();
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(text) {
            let shown = String::from_utf8_lossy(&text[..text.len().min(2048)]);
            return Err(AskError::Garbage {
                detail: shortened(&format!("no JSON ({error}): {shown}")),
            });
        }
        Ok(::http::Response::new(text.to_vec()).into())
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, AskError> {
        let mut body = Vec::new();
        loop {
            match tokio::time::timeout(self.idle_gap, response.chunk()).await {
                Err(_) => {
                    return Err(AskError::Stalled {
                        limit_ms: self.idle_gap.as_millis() as u64,
                    });
                }
                Ok(Err(error)) => return Err(network_error(&error)),
                Ok(Ok(None)) => return Ok(body),
                Ok(Ok(Some(piece))) => {
                    // Keep-alive blanks before the answer may go on for minutes; they are not kept.
                    let piece = if body.is_empty() {
                        piece.trim_ascii_start()
                    } else {
                        &piece[..]
                    };
                    if body.len() + piece.len() > limits::BODY_BYTES {
                        return Err(AskError::Garbage {
                            detail: format!("more than {} bytes", limits::BODY_BYTES),
                        });
                    }
                    body.extend_from_slice(piece);
                }
            }
        }
    }
}

/// The address that requests go to, from what a person typed: blanks, a trailing slash and a copied
/// `/chat/completions` are taken off. Whether `/v1` belongs there differs between providers, so it stays as
/// typed.
pub fn normal_base_url(typed: &str) -> Result<String, AskError> {
    let bad = |detail: String| AskError::BadAddress { detail };
    let text = typed.trim().trim_end_matches('/');
    let text = text
        .strip_suffix("/chat/completions")
        .unwrap_or(text)
        .trim_end_matches('/');
    if text.is_empty() {
        return Err(bad("the address is empty".into()));
    }
    let lower = text.to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://") {
        return Err(bad(format!(
            "{} does not start with http:// or https://",
            shortened(text)
        )));
    }
    let url =
        reqwest::Url::parse(text).map_err(|error| bad(format!("{}: {error}", shortened(text))))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad(format!("{} has a ? or # part", shortened(text))));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "the address contains a user name; the key has its own place".into(),
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_as_people_type_them() {
        let cases = [
            ("https://api.deepseek.com", "https://api.deepseek.com"),
            (
                " https://api.deepseek.com/v1/ ",
                "https://api.deepseek.com/v1",
            ),
            (
                "https://api.openai.com/v1/chat/completions",
                "https://api.openai.com/v1",
            ),
            ("HTTP://LocalHost:11434/v1//", "http://localhost:11434/v1"),
            (
                "https://open.bigmodel.cn/api/paas/v4",
                "https://open.bigmodel.cn/api/paas/v4",
            ),
        ];
        for (typed, expected) in cases {
            assert_eq!(normal_base_url(typed).unwrap(), expected);
        }
        for typed in [
            "",
            "  ",
            "api.deepseek.com/v1",
            "localhost:11434/v1",
            "ftp://x/v1",
            "https://",
            "https://x/v1?a=b",
            "https://k:p@x/v1",
        ] {
            assert_eq!(
                normal_base_url(typed).unwrap_err().code(),
                "bad_address",
                "{typed}"
            );
        }
    }

    #[test]
    fn the_request_follows_the_profile() {
        let mut options = OpenAiOptions::new("https://x/v1", Secret::new("sk-1"), "m");
        options.token_limit = TokenLimit::MaxCompletionTokens;
        options.send_temperature = false;
        options.extra.insert("enable_thinking".into(), json!(false));
        let mut ask = Ask::new("sys", "usr");
        ask.max_tokens = 9;
        ask.temperature = Some(0.5);
        assert_eq!(
            OpenAiClient::new(&options).unwrap().request(&ask, None),
            json!({"model": "m", "messages": [{"role": "system", "content": "sys"}, {"role": "user", "content": "usr"}],
                   "stream": false, "max_completion_tokens": 9, "enable_thinking": false})
        );
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_a_wrong_key_and_no_panic() {
        for key in ["sk-一二三", "two words", "line\nbreak"] {
            let options = OpenAiOptions::new("https://x/v1", Secret::new(key), "m");
            assert_eq!(OpenAiClient::new(&options).unwrap_err().code(), "wrong_key");
        }
    }
}
