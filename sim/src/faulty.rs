//! A model server that misbehaves in every known way: `/b/<how>/v1/chat/completions`, and `mixed` in one of twenty
//! questions. It counts calls per question, answers given, and tokens as tokenizers of this kind do.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::post,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What the server itself has seen.
#[derive(Debug, Default)]
struct Seen {
    /// Calls by behaviour and user message.
    calls: HashMap<(String, String), u32>,
    n_calls: u64,
    n_good: u64,
    tokens_good: u64,
}

#[derive(Debug, Clone, Default)]
pub struct Counter(Arc<Mutex<Seen>>);

impl Counter {
    fn with<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn n_calls(&self) -> u64 {
        self.with(|seen| seen.n_calls)
    }

    /// Calls that were answered well, and the tokens of these.
    pub fn good(&self) -> (u64, u64) {
        self.with(|seen| (seen.n_good, seen.tokens_good))
    }

    pub fn calls_of(&self, how: &str) -> u32 {
        let of = |seen: &mut Seen| {
            let own = seen.calls.iter().filter(|((name, _), _)| name == how);
            own.map(|(_, n)| *n).sum()
        };
        self.with(of)
    }

    /// Calls whose question holds the text.
    pub fn calls_about(&self, text: &str) -> u32 {
        let of = |seen: &mut Seen| {
            let own = seen
                .calls
                .iter()
                .filter(|((_, asked), _)| asked.contains(text));
            own.map(|(_, n)| *n).sum()
        };
        self.with(of)
    }
}

/// Serves on a free loopback port until the runtime ends.
pub async fn start(delay: Duration) -> std::io::Result<(SocketAddr, Counter)> {
    let counter = Counter::default();
    let app = Router::new()
        .route("/b/{how}/v1/chat/completions", post(answer))
        .with_state((counter.clone(), delay));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok((address, counter))
}

/// Pieces of words, characters that are often one token with the next, groups of digits, marks.
pub fn count_tokens(text: &str) -> u64 {
    let (mut n, mut word, mut digits, mut merged) = (0, 0, 0, false);
    for letter in text.chars() {
        let is_wide = (0x2e80..=0x9fff).contains(&(letter as u32)) || (letter as u32) > 0xff00;
        match letter {
            _ if is_wide => {
                merged = !merged && (letter as u32).is_multiple_of(2);
                n += u64::from(!merged);
            }
            _ if letter.is_alphabetic() => {
                n += u64::from(word % 6 == 0);
                word += 1;
                continue;
            }
            _ if letter.is_ascii_digit() => {
                n += u64::from(digits % 3 == 0);
                digits += 1;
                word = 0;
                continue;
            }
            ' ' => {}
            _ => n += 1,
        }
        (word, digits) = (0, 0);
    }
    n
}

fn messages(body: &Value) -> (String, String) {
    let text = |message: &Value| message["content"].as_str().unwrap_or_default().to_string();
    let all = body["messages"].as_array().cloned().unwrap_or_default();
    let whole = all.iter().map(text).collect::<Vec<_>>().join("\n");
    (whole, all.last().map(text).unwrap_or_default())
}

fn good(counter: &Counter, body: &Value) -> Value {
    let (whole, question) = messages(body);
    let digits: String = question.chars().filter(char::is_ascii_digit).collect();
    let content = format!("Insulated cup, large, blue, item {digits}");
    let (tokens_in, tokens_out) = (count_tokens(&whole) + 8, count_tokens(&content));
    counter.with(|seen| {
        seen.n_good += 1;
        seen.tokens_good += tokens_in + tokens_out;
    });
    json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": body["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}
    })
}

fn reply(status: u16, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response
}

fn error(status: u16, body: &Value) -> Response {
    reply(status, body.to_string())
}

fn with_choice(choice: &Value) -> Response {
    let body = json!({"choices": [choice], "usage": {"prompt_tokens": 30, "completion_tokens": 5}});
    reply(200, body.to_string())
}

async fn answer(
    State((counter, delay)): State<(Counter, Duration)>,
    Path(how): Path<String>,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (_, question) = messages(&body);
    let n_before = counter.with(|seen| {
        seen.n_calls += 1;
        let calls = seen.calls.entry((how.clone(), question.clone()));
        let n = calls.or_default();
        *n += 1;
        *n - 1
    });
    tokio::time::sleep(delay).await;
    let well = || reply(200, good(&counter, &body).to_string());
    if how == "mixed" {
        let sum: u32 = question.bytes().map(u32::from).sum();
        // One question in twenty meets a fault, the first time it is asked.
        return match (n_before, sum % 20) {
            (0, 7) => passing(&counter, &body, question.len()),
            _ => well(),
        };
    }
    misbehave(&how, n_before, well)
}

/// Faults that do not come twice.
fn passing(counter: &Counter, body: &Value, which: usize) -> Response {
    match which % 5 {
        0 => error(500, &json!({"error": {"message": "oops"}})),
        1 => reply(502, "<html><h1>Bad Gateway</h1></html>"),
        2 => reply(200, r#"{"choices":[{"message":{"content":"half"#),
        3 => {
            // The work was done, and then the server failed.
            good(counter, body);
            error(500, &json!({"error": {"message": "after the work"}}))
        }
        _ => reply(200, ""),
    }
}

/// Every behaviour by name; `n_before` calls with the same question came before.
fn misbehave(how: &str, n_before: u32, well: impl Fn() -> Response) -> Response {
    let limited = |body: &Value| {
        let mut response = error(429, body);
        response
            .headers_mut()
            .insert("retry-after", axum::http::HeaderValue::from_static("1"));
        response
    };
    match how {
        "good" | "unknown-fields" => well(),
        "429-then-good" if n_before == 0 => {
            limited(&json!({"error": {"message": "slow down", "code": "rate_limit_exceeded"}}))
        }
        "429-flat-then-good" if n_before == 0 => limited(
            &json!({"code": 50603, "message": "Request was rejected due to rate limiting. RPM limit reached.", "data": null}),
        ),
        "429-bare-then-good" if n_before == 0 => reply(429, "Too Many Requests"),
        "429-balance" => error(
            429,
            &json!({"error": {"code": "1113", "message": "账户余额不足，请充值"}}),
        ),
        "402-balance" => error(402, &json!({"error": {"message": "Insufficient Balance"}})),
        "401" => error(
            401,
            &json!({"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}),
        ),
        "401-text" => reply(401, "\"Invalid token\""),
        "404-model" => error(
            404,
            &json!({"error": {"message": "The model does not exist", "code": "model_not_found"}}),
        ),
        "400" => error(
            400,
            &json!({"error": {"message": "bad parameter", "code": "invalid_request_error"}}),
        ),
        "400-context" => error(
            400,
            &json!({"error": {"message": "maximum context length is 4096 tokens", "code": "context_length_exceeded"}}),
        ),
        "400-filter" => error(
            400,
            &json!({"error": {"message": "content filter", "code": "content_filter"}}),
        ),
        "integer-code" => error(
            400,
            &json!({"error": {"message": "bad", "type": "BadRequestError", "code": 400}}),
        ),
        "500-then-good" if n_before == 0 => error(500, &json!({"error": {"message": "oops"}})),
        "500" => error(500, &json!({"error": {"message": "oops"}})),
        "502-html-then-good" if n_before == 0 => reply(502, "<html><h1>Bad Gateway</h1></html>"),
        "503-then-good" if n_before == 0 => {
            error(503, &json!({"error": {"message": "overloaded"}}))
        }
        "200-error-then-good" if n_before == 0 => error(
            200,
            &json!({"error": {"message": "server busy", "code": 500}}),
        ),
        _ => no_answer(how, n_before, well),
    }
}

/// What comes with status 200 and is none, or is wrapped up.
fn no_answer(how: &str, n_before: u32, well: impl Fn() -> Response) -> Response {
    let said = |content: &str| {
        with_choice(
            &json!({"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}),
        )
    };
    match how {
        "empty-body-then-good" if n_before == 0 => reply(200, ""),
        "blanks-then-good" if n_before == 0 => reply(200, "\n\n\n   \n"),
        "cut-then-good" if n_before == 0 => reply(200, r#"{"choices":[{"message":{"content":"ha"#),
        "html-then-good" if n_before == 0 => reply(200, "<html>login</html>"),
        "no-finish-then-good" if n_before == 0 => {
            with_choice(&json!({"message": {"content": "half an ans"}}))
        }
        "no-choices-then-good" if n_before == 0 => error(200, &json!({"choices": []})),
        "truncated" => {
            with_choice(&json!({"message": {"content": "half"}, "finish_reason": "length"}))
        }
        "filtered" => {
            with_choice(&json!({"message": {"content": ""}, "finish_reason": "content_filter"}))
        }
        "sensitive" => {
            with_choice(&json!({"message": {"content": "x"}, "finish_reason": "sensitive"}))
        }
        "fenced" => said("```\nfenced cup\n```"),
        "thinking" => said("<think>hm</think>thoughtful cup"),
        "quoted" => said("\"quoted cup\""),
        "insufficient-then-good" if n_before == 0 => with_choice(
            &json!({"message": {"content": "x"}, "finish_reason": "insufficient_system_resource"}),
        ),
        _ => well(),
    }
}
