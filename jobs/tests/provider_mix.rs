//! The runner against a provider on a real socket that fails now and then: every row ends, nothing is paid
//! twice, and the ledger equals what the provider counted.
#![allow(clippy::unwrap_used)]

use axum::{Router, body::Body, extract::State, response::Response, routing::post};
use connectors::{
    model::{
        openai::{OpenAiClient, OpenAiOptions},
        profile::Prices,
    },
    secret::Secret,
};
use jobs::{
    AiRunner, Provider, ProviderSet,
    ai::call_source::fake::{FakeSource, call},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Questions by text.
type Counts = Arc<Mutex<BTreeMap<String, u32>>>;

/// The first question about every 10th row is treated badly, each time in another way.
async fn answer(State(counts): State<Counts>, body: String) -> Response {
    let request: Value = serde_json::from_str(&body).unwrap();
    let text = request["messages"][1]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    let n = {
        let mut counts = counts.lock().unwrap();
        let n = counts.entry(text.clone()).or_default();
        *n += 1;
        *n
    };
    let row: u32 = text.rsplit(' ').next().unwrap().parse().unwrap();
    let respond = |status: u16, body: String| {
        Response::builder()
            .status(status)
            .body(Body::from(body))
            .unwrap()
    };
    if n == 1 && row % 10 == 7 {
        return match row / 10 % 6 {
            0 => respond(500, "<html>oops</html>".into()),
            1 => respond(429, r#"{"code":429,"message":"slow"}"#.into()),
            2 => respond(200, r#"{"choices":[{"mess"#.into()),
            3 => respond(200, r#"{"error":{"message":"upstream"}}"#.into()),
            4 => std::future::pending().await,
            _ => respond(400, r#"{"error":{"message":"Content Exists Risk"}}"#.into()),
        };
    }
    let answer = json!({"choices": [{"message": {"content": format!("{text} ok")}, "finish_reason": "stop"}],
                        "usage": {"prompt_tokens": 10, "completion_tokens": 2}});
    respond(200, answer.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_with_a_tenth_of_faults_answers_everything_it_can() {
    let counts = Counts::default();
    let app = Router::new()
        .route("/v1/chat/completions", post(answer))
        .with_state(counts.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let options = OpenAiOptions {
        first_byte: Duration::from_millis(300),
        ..OpenAiOptions::new(base_url, Secret::new("k"), "m")
    };
    let prices = Prices {
        currency: "CNY".into(),
        price_in: 1.0,
        price_out: 5.0,
        price_cached: None,
        price_image: None,
    };
    let providers = Arc::new(ProviderSet::new());
    providers.put(Provider::new(
        "p",
        "m",
        Arc::new(OpenAiClient::new(&options).unwrap()),
        prices,
    ));
    let source = Arc::new(FakeSource::default());
    let (settled, mut hear) = tokio::sync::mpsc::unbounded_channel();
    source.on_settled(Box::new(move |n| {
        let _ = settled.send(n);
    }));
    const ROWS: u32 = 60 * 5;
    source.queue("b", (0..ROWS).map(|n| call(n, "p", &format!("row {n}"))));
    let runner = AiRunner::start(source.clone(), providers, Arc::new(|| 0));
    let all = async {
        let mut n = 0;
        while n < ROWS as usize {
            n += hear.recv().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(120), all)
        .await
        .expect("the job ends");
    runner.stop().await;

    let (answers, failures) = (source.answers(), source.failures());
    assert_eq!((answers.len(), failures.len()), (295, 5), "{failures:?}");
    assert!(
        failures.values().all(|reason| reason == "content_filtered"),
        "{failures:?}"
    );
    let counts = counts.lock().unwrap();
    let asked: u32 = counts.values().sum();
    assert_eq!(
        source.attempts().len() as u32,
        asked,
        "the ledger is what the provider counted"
    );
    assert_eq!(
        asked,
        ROWS + 25,
        "each passing fault costs one more question"
    );
    assert!(counts.values().all(|n| *n <= 2));
    let paid: u64 = source
        .attempts()
        .iter()
        .filter(|attempt| !attempt.unknown_outcome)
        .map(|attempt| attempt.cost_micros)
        .sum();
    assert_eq!(paid, 295 * 20);
    // What may have been charged is counted by its likely cost, and told as unknown.
    let attempts = source.attempts();
    let unknown = attempts.iter().filter(|attempt| attempt.unknown_outcome);
    assert!(unknown.clone().count() > 0 && unknown.clone().all(|attempt| attempt.cost_micros > 0));
    assert!(answers.values().all(|answer| answer.text.ends_with(" ok")));
}
