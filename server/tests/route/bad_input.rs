//! What goes wrong outside: a wrong key, a provider that answers garbage, formulas made to break the engine.

use super::world::World;
use axum::{Router, http::StatusCode, routing::post};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

const RECORDS: usize = 200;

/// A provider that always answers this; its address and how often it was asked.
async fn provider(status: StatusCode, body: &'static str) -> (String, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = asked.clone();
    let answer = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        async move { (status, [("content-type", "application/json")], body) }
    };
    let app = Router::new().route("/v1/chat/completions", post(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, asked)
}

/// Runs an AI field over [`RECORDS`] records; the notes of its cells once it is over, and the batch.
async fn run(world: &World, url: &str) -> (Value, Value) {
    let settings =
        json!({"preset": "custom", "base_url": url, "model": "m", "key": "sk-wrong-key-0000"});
    let put = world.put("/providers/p", settings).await;
    assert_eq!(put.status, 200, "{}", put.text());
    world.put("/providers/default", json!({"name": "p"})).await;
    let base = world.base("店").await;
    let made = world
        .command(&base, json!({"kind": "create_table", "name": "商品", "fields": [{"name": "品名", "type": "text"}]}))
        .await;
    let (table, name) = (
        made["tables"][0].as_str().unwrap(),
        made["fields"][0].as_str().unwrap(),
    );
    let records: Vec<Value> = (0..RECORDS)
        .map(|n| json!({"cells": {name: format!("货{n}")}}))
        .collect();
    world
        .command(
            &base,
            json!({"kind": "create_records", "table": table, "records": records}),
        )
        .await;
    let field =
        json!({"name": "英文", "type": "formula", "formula": "AI.TRANSLATE([品名],\"en\")"});
    let made = world
        .command(
            &base,
            json!({"kind": "create_field", "table": table, "field": field}),
        )
        .await;
    let field = made["fields"][0].as_str().unwrap().to_string();
    world
        .command(&base, json!({"kind": "run_ai", "table": table, "field": field, "scope": "empty", "batch": "b1"}))
        .await;
    let began = Instant::now();
    loop {
        let jobs = world.get("/jobs").await.json();
        let jobs = jobs.as_array().unwrap().clone();
        let batch = jobs.into_iter().find(|job| job["id"] == "ai-b1");
        let path = format!("/bases/{base}/tables/{table}/window?n={RECORDS}");
        let window = world.get(&path).await.json();
        if let Some(batch) =
            batch.filter(|batch| batch["state"] != "running" && batch["state"] != "queued")
        {
            return (window["notes"][&field].clone(), batch);
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{window}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn all_failed(notes: &Value, reason: &str) {
    let notes = notes.as_object().unwrap();
    assert_eq!(notes.len(), RECORDS);
    for note in notes.values() {
        assert_eq!(
            (&note["state"], &note["reason"]),
            (&json!("failed"), &json!(reason))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_stops_the_batch_at_once() {
    let world = World::new();
    let body = r#"{"error":{"code":"invalid_api_key","message":"Incorrect API key provided"}}"#;
    let (url, asked) = provider(StatusCode::UNAUTHORIZED, body).await;
    let (notes, batch) = run(&world, &url).await;
    all_failed(&notes, "wrong_key");
    assert_eq!(asked.load(Ordering::Relaxed), 1, "one refusal is enough");
    assert_eq!(
        (&batch["done"], &batch["of"]),
        (&json!(RECORDS), &json!(RECORDS)),
        "{batch}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_from_a_provider_becomes_no_value() {
    let world = World::new();
    let (url, asked) = provider(StatusCode::OK, "<html>not json").await;
    let (notes, _) = run(&world, &url).await;
    all_failed(&notes, "garbage");
    let n_asked = asked.load(Ordering::Relaxed) as usize;
    assert!(
        n_asked < RECORDS,
        "given up, not asked to the end: {n_asked}"
    );
}

#[tokio::test]
async fn formulas_made_to_break_the_engine_are_refused() {
    let world = World::new();
    let base = world.base("店").await;
    let formula =
        |name: &str, text: &str| json!({"name": name, "type": "formula", "formula": text});
    let made = world
        .command(&base, json!({"kind": "create_table", "name": "商品", "fields": [{"name": "a", "type": "number"}]}))
        .await;
    let table = &made["tables"][0];
    let create =
        |field: Value| json!({"command": {"kind": "create_field", "table": table, "field": field}});
    let path = format!("/bases/{base}/commands");
    let made = world
        .post(&path, create(formula("b", "[a]+1")))
        .await
        .json();
    let b = &made["result"]["fields"][0];
    world.post(&path, create(formula("c", "[b]+1"))).await;
    let change = |text: &str| json!({"command": {"kind": "update_field", "table": table, "field": b, "field_type": {"type": "formula", "formula": text}}});
    let nested = format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000));
    for (body, code, said) in [
        (change("[c]+1"), "formula_cycle", "reads itself"),
        (change("[b]"), "formula_cycle", "reads itself"),
        (
            create(formula("d", &"(".repeat(100_000))),
            "formula_error",
            "the limit is 65536",
        ),
        (create(formula("d", &nested)), "formula_error", "deep"),
        (
            create(formula("d", "[没有]")),
            "formula_error",
            "has no field",
        ),
        (create(formula("d", "")), "formula_error", "is empty"),
    ] {
        let answer = world.post(&path, body).await;
        assert_eq!(answer.error(422), code);
        let message = answer.json()["message"].to_string();
        assert!(message.contains(said), "{message}");
    }
    let view = world.get(&format!("/bases/{base}")).await.json();
    assert_eq!(view["tables"][0]["fields"].as_array().unwrap().len(), 3);
}
