//! A provider that misbehaves in every known way, on a real socket, and what we make of it.
#![allow(clippy::unwrap_used)]

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::post,
};
use connectors::{
    model::{
        Ask, AskError, ModelClient, Reply,
        ask_error::NetworkCause,
        openai::{OpenAiClient, OpenAiOptions},
        probe::test_provider,
        profile::{ProviderProfile, TokenLimit, preset},
    },
    secret::Secret,
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const GOOD: &str = r#"{"id":"c1","object":"chat.completion","created":1,"model":"m-2026","choices":[{"index":0,"message":{"role":"assistant","content":"claw clip"},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":8}}}"#;

#[derive(Default)]
struct Seen {
    n: AtomicUsize,
    last: Mutex<Option<(HeaderMap, Value)>>,
}

/// Pieces of a body; `None` means: nothing more, and no end.
fn pieces(pieces: Vec<Option<&'static str>>) -> Body {
    Body::from_stream(stream::iter(pieces).then(|piece| async move {
        match piece {
            Some(text) => Ok::<_, Infallible>(Bytes::from_static(text.as_bytes())),
            None => std::future::pending().await,
        }
    }))
}

/// One blank each 20 ms, for ever.
fn slow_blanks() -> Body {
    let ticks = tokio::time::interval(Duration::from_millis(20));
    Body::from_stream(stream::unfold(ticks, |mut ticks| async move {
        ticks.tick().await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"\n")), ticks))
    }))
}

fn respond(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: impl Into<Body>,
) -> Response {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

const LIMITED: &str =
    r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#;

async fn misbehave(
    State(seen): State<Arc<Seen>>,
    Path(how): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    seen.n.fetch_add(1, Ordering::SeqCst);
    let request: Value = serde_json::from_str(&body).unwrap();
    *seen.last.lock().unwrap() = Some((headers, request.clone()));
    match how.as_str() {
        "good" => respond(200, &[("content-type", "application/json")], GOOD),
        "429" => respond(429, &[], LIMITED),
        "429-seconds" => respond(429, &[("retry-after", "7")], LIMITED),
        "429-day" => respond(429, &[("retry-after", "86400")], LIMITED),
        "429-date" => respond(
            429,
            &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")],
            LIMITED,
        ),
        "429-flat" => respond(429, &[], r#"{"code":429,"message":"RPM","data":null}"#),
        "429-balance" => respond(
            429,
            &[],
            r#"{"error":{"code":"1113","message":"余额不足"}}"#,
        ),
        "402" => respond(402, &[], r#"{"error":{"message":"Insufficient Balance"}}"#),
        "401-flat" => respond(
            401,
            &[],
            r#"{"code":"InvalidApiKey","message":"Invalid API-key","request_id":"r"}"#,
        ),
        "401-string" => respond(401, &[], r#""Invalid token""#),
        "404-model" => respond(
            404,
            &[],
            r#"{"error":{"message":"The model `m` does not exist","code":"model_not_found"}}"#,
        ),
        "404-path" => respond(404, &[], r#"{"detail":"Not Found"}"#),
        "redirect" => respond(308, &[("location", "http://127.0.0.1:1/steal")], ""),
        "500-html" => respond(
            500,
            &[("content-type", "text/html")],
            "<html><title>Internal Server Error</title></html>",
        ),
        "502-empty" => respond(502, &[], ""),
        "503-after" => respond(
            503,
            &[("retry-after", "3")],
            r#"{"error":{"message":"busy"}}"#,
        ),
        "200-error" => respond(200, &[], r#"{"error":{"message":"upstream","code":500}}"#),
        "200-null-choices" => respond(200, &[], r#"{"choices":null}"#),
        "garbage" => respond(200, &[], "hello, I am a web page"),
        "html-200" => respond(
            200,
            &[("content-type", "text/html")],
            "<!doctype html><title>Login</title>",
        ),
        "truncated-json" => respond(200, &[], &GOOD[..90]),
        "broken-off" => respond(
            200,
            &[("content-length", "5000")],
            pieces(vec![Some(&GOOD[..90])]),
        ),
        "stall" => respond(200, &[], pieces(vec![Some(&GOOD[..90]), None])),
        "silent" => std::future::pending().await,
        "blanks-then-answer" => respond(
            200,
            &[],
            pieces(vec![Some("\n"), Some("\r\n \n"), Some(GOOD), Some("\n")]),
        ),
        "blanks-only" => respond(200, &[], pieces(vec![Some("\n"), Some("\n")])),
        "slow-bytes" => respond(200, &[], slow_blanks()),
        "missing-fields" => respond(
            200,
            &[],
            r#"{"choices":[{"message":{"content":"claw clip"},"finish_reason":"stop"}]}"#,
        ),
        "unknown-fields" => respond(
            200,
            &[],
            r#"{"service_tier":"on_demand","timings":{"x":1},"choices":[{"finish_reason":"stop","message":{"role":"","content":"claw clip","reasoning_content":"hm"}}],"usage":{}}"#,
        ),
        "integer-code" => respond(
            400,
            &[],
            r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
        ),
        "length" => respond(
            200,
            &[],
            r#"{"choices":[{"message":{"content":"cut"},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":9}}"#,
        ),
        "no-finish" => respond(200, &[], r#"{"choices":[{"message":{"content":"half"}}]}"#),
        "filtered" => respond(
            200,
            &[],
            r#"{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}"#,
        ),
        "filtered-400" => respond(400, &[], r#"{"error":{"message":"Content Exists Risk"}}"#),
        "huge" => respond(200, &[], "x".repeat(5 << 20)),
        "new-limit-name" if request.get("max_tokens").is_some() => respond(
            400,
            &[],
            r#"{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.","code":"unsupported_parameter"}}"#,
        ),
        "no-temperature" if request.get("temperature").is_some() => respond(
            400,
            &[],
            r#"{"error":{"message":"invalid temperature: only 1 is allowed for this model"}}"#,
        ),
        "new-limit-name" | "no-temperature" => respond(200, &[], GOOD),
        other => respond(418, &[], other.to_owned()),
    }
}

/// Serves until the test's runtime ends; gives the root address.
async fn serve() -> (String, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let app = Router::new()
        .route("/{how}/chat/completions", post(misbehave))
        .route(
            "/{how}/v1/chat/completions",
            post(async |Path(_): Path<String>| respond(200, &[], GOOD)),
        )
        .with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (root, seen)
}

async fn ask(root: &str, how: &str) -> Result<Reply, AskError> {
    let client = OpenAiClient::new(&OpenAiOptions {
        first_byte: Duration::from_millis(400),
        idle_gap: Duration::from_millis(300),
        ..OpenAiOptions::new(format!("{root}/{how}"), Secret::new("sk-test"), "m")
    })
    .unwrap();
    let mut ask = Ask::new("Translate.", "鲨鱼夹");
    ask.timeout = Duration::from_millis(1_200);
    client.ask(ask).await
}

#[tokio::test]
async fn every_misbehaviour_has_its_error_and_costs_one_request() {
    let (root, seen) = serve().await;
    let cases = [
        ("429", "rate_limited"),
        ("429-seconds", "rate_limited"),
        ("429-day", "rate_limited"),
        ("429-date", "rate_limited"),
        ("429-flat", "rate_limited"),
        ("429-balance", "balance_exhausted"),
        ("402", "balance_exhausted"),
        ("401-flat", "wrong_key"),
        ("401-string", "wrong_key"),
        ("404-model", "model_not_found"),
        ("404-path", "address_not_found"),
        ("redirect", "address_not_found"),
        ("500-html", "server_error"),
        ("502-empty", "server_error"),
        ("503-after", "overloaded"),
        ("200-error", "server_error"),
        ("200-null-choices", "garbage"),
        ("garbage", "garbage"),
        ("html-200", "garbage"),
        ("truncated-json", "garbage"),
        ("broken-off", "network"),
        ("stall", "stalled"),
        ("silent", "timeout"),
        ("blanks-only", "garbage"),
        ("slow-bytes", "timeout"),
        ("integer-code", "context_too_long"),
        ("length", "truncated"),
        ("no-finish", "garbage"),
        ("filtered", "content_filtered"),
        ("filtered-400", "content_filtered"),
        ("huge", "garbage"),
    ];
    for (at, (how, expected)) in cases.iter().enumerate() {
        let error = ask(&root, how).await.unwrap_err();
        assert_eq!(error.code(), *expected, "{how}: {error}");
        assert_eq!(
            seen.n.load(Ordering::SeqCst),
            at + 1,
            "{how} was sent more than once"
        );
    }
}

#[tokio::test]
async fn answers_with_an_accent_are_understood() {
    let (root, _) = serve().await;
    for how in [
        "good",
        "blanks-then-answer",
        "missing-fields",
        "unknown-fields",
    ] {
        assert_eq!(ask(&root, how).await.unwrap().text, "claw clip", "{how}");
    }
    let reply = ask(&root, "good").await.unwrap();
    assert_eq!(
        (reply.tokens_in, reply.tokens_out, reply.tokens_cached),
        (12, 3, 8)
    );
    assert_eq!(reply.model, "m-2026");
}

#[tokio::test]
async fn waits_and_costs_are_kept() {
    let (root, _) = serve().await;
    let cases = [
        ("429", None),
        ("429-seconds", Some(7_000)),
        ("429-day", Some(120_000)),
        ("429-date", Some(0)),
        ("503-after", Some(3_000)),
    ];
    for (how, expected) in cases {
        assert_eq!(
            ask(&root, how).await.unwrap_err().retry_after_ms(),
            expected,
            "{how}"
        );
    }
    assert_eq!(
        ask(&root, "length").await,
        Err(AskError::Truncated {
            tokens_in: 5,
            tokens_out: 9
        })
    );
    let AskError::ServerError { status, detail } = ask(&root, "500-html").await.unwrap_err() else {
        panic!("another error");
    };
    assert_eq!(
        (status, detail.as_str()),
        (500, "HTTP 500: Internal Server Error")
    );
}

#[tokio::test]
async fn the_request_carries_key_and_texts_and_no_more() {
    let (root, seen) = serve().await;
    ask(&root, "good").await.unwrap();
    let (headers, request) = seen.last.lock().unwrap().take().unwrap();
    assert_eq!(headers["authorization"], "Bearer sk-test");
    assert!(!headers.contains_key("openai-organization"));
    assert_eq!(
        request["messages"][0],
        json!({"role": "system", "content": "Translate."})
    );
    assert_eq!(
        request["messages"][1],
        json!({"role": "user", "content": "鲨鱼夹"})
    );
    assert_eq!(request["stream"], json!(false));
}

#[tokio::test]
async fn an_unreachable_provider_is_named_as_such() {
    let refused = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let error = ask(&refused, "x").await.unwrap_err();
    assert!(
        matches!(
            error,
            AskError::Network {
                cause: NetworkCause::Connect,
                ..
            }
        ),
        "{error}"
    );
}

fn profile(root: &str, how: &str) -> ProviderProfile {
    let mut profile = ProviderProfile::from_preset("p", preset("custom").unwrap(), "m");
    profile.base_url = format!("{root}/{how}");
    profile
}

#[tokio::test]
async fn the_test_button_finds_what_is_wrong_and_what_would_work() {
    let (root, _) = serve().await;
    let test = async |how: &str| test_provider(&profile(&root, how), Secret::new("k")).await;

    let good = test("good").await;
    assert!(good.ok && good.proposed.is_none(), "{good:?}");
    assert_eq!(good.model, "m-2026");

    let limit = test("new-limit-name").await;
    assert!(limit.ok, "{limit:?}");
    assert_eq!(
        limit.proposed.unwrap().token_limit,
        TokenLimit::MaxCompletionTokens
    );

    let temperature = test("no-temperature").await;
    assert!(temperature.ok, "{temperature:?}");
    assert!(!temperature.proposed.unwrap().send_temperature);

    let path = test("404-path").await;
    assert!(path.ok, "{path:?}");
    assert_eq!(
        path.proposed.unwrap().base_url,
        format!("{root}/404-path/v1")
    );

    let failures = [
        ("401-flat", "wrong_key"),
        ("404-model", "model_not_found"),
        ("402", "balance_exhausted"),
        ("garbage", "garbage"),
    ];
    for (how, code) in failures {
        let report = test(how).await;
        assert_eq!((report.ok, report.code), (false, Some(code)), "{report:?}");
        assert_eq!(report.lines.len(), 1, "{report:?}");
    }
    let mut wrong = profile(&root, "good");
    wrong.base_url = "dashscope".into();
    assert_eq!(
        test_provider(&wrong, Secret::new("k")).await.code,
        Some("bad_address")
    );
}
