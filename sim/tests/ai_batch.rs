//! AI batches against a provider that misbehaves, with the real server: every fault has its cell state, its words and
//! its line in the ledger; a batch through faults and `kill -9` ends with one answer or a named failure per record, and
//! the ledger agrees with the provider's own count. `SUANPAN_AI_ROWS` (600; the whole is 10000) and `SUANPAN_SEED`
//! change a run.

#![allow(clippy::unwrap_used)]

use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use sim::{
    faulty::{self, Counter},
    process::Server,
};
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    time::{Duration, Instant},
};

const KILLS: u64 = 5;
const PARALLEL: u64 = 32;

struct Place {
    base: String,
    table: String,
    name: String,
}

async fn command(server: &Server, base: &str, command: Value) -> Value {
    let path = format!("/bases/{base}/commands");
    let body = json!({ "command": command });
    server.ask(Method::POST, &path, Some(&body)).await.unwrap()
}

async fn provider(server: &Server, model: SocketAddr, how: &str) {
    let settings = json!({ "preset": "custom", "base_url": format!("http://{model}/b/{how}/v1"), "model": "m", "key": "k",
                           "price_in": 2.0, "price_out": 8.0, "currency": "CNY" });
    let path = format!("/providers/{how}");
    server
        .ask(Method::PUT, &path, Some(&settings))
        .await
        .unwrap();
}

async fn table(server: &Server, n: usize) -> Place {
    let base = server
        .ask(Method::POST, "/bases", Some(&json!({ "name": "店" })))
        .await
        .unwrap();
    let base = base["id"].as_str().unwrap().to_string();
    let fields = json!([{ "name": "品名", "type": "text" }]);
    let made = command(
        server,
        &base,
        json!({ "kind": "create_table", "name": "商品", "fields": fields }),
    )
    .await;
    let table = made["result"]["tables"][0].as_str().unwrap().to_string();
    let name = made["result"]["fields"][0].as_str().unwrap().to_string();
    let records: Vec<Value> = (0..n)
        .map(|n| json!({ "cells": { &name: format!("加厚不锈钢保温杯 大号 蓝色 货号{n:05}") } }))
        .collect();
    command(
        server,
        &base,
        json!({ "kind": "create_records", "table": table, "records": records }),
    )
    .await;
    Place { base, table, name }
}

/// An AI field that asks the provider of that name.
async fn field(server: &Server, place: &Place, model: &str) -> String {
    let field = json!({ "name": model, "type": "formula", "formula": "AI.TRANSLATE([品名],\"英语\")",
                        "ai": { "model": model, "policy": "manual" } });
    let made = command(
        server,
        &place.base,
        json!({ "kind": "create_field", "table": place.table, "field": field }),
    )
    .await;
    made["result"]["fields"][0].as_str().unwrap().to_string()
}

async fn get(server: &Server, place: &Place, rest: &str) -> Value {
    let path = format!("/bases/{}{rest}", place.base);
    server.ask(Method::GET, &path, None).await.unwrap()
}

async fn batch(server: &Server, place: &Place, id: &str) -> Value {
    let batches = get(server, place, "/ai/batches").await;
    let found = batches
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == id);
    found.cloned().unwrap_or_default()
}

/// What is expected of a behaviour: the cell's state, its text or reason, the outcomes in the ledger, oldest first.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("good", "ok", "Insulated", "ok"),
    ("429-then-good", "ok", "Insulated", "rate_limited ok"),
    ("429-flat-then-good", "ok", "Insulated", "rate_limited ok"),
    ("429-bare-then-good", "ok", "Insulated", "rate_limited ok"),
    (
        "429-balance",
        "queued",
        "balance_exhausted",
        "balance_exhausted",
    ),
    (
        "402-balance",
        "queued",
        "balance_exhausted",
        "balance_exhausted",
    ),
    ("401", "failed", "wrong_key", "wrong_key"),
    ("401-text", "failed", "wrong_key", "wrong_key"),
    ("404-model", "failed", "model_not_found", "model_not_found"),
    ("400", "failed", "bad_request", "bad_request"),
    (
        "400-context",
        "failed",
        "context_too_long",
        "context_too_long",
    ),
    (
        "400-filter",
        "failed",
        "content_filtered",
        "content_filtered",
    ),
    ("integer-code", "failed", "bad_request", "bad_request"),
    ("500-then-good", "ok", "Insulated", "server_error ok"),
    (
        "500",
        "failed",
        "server_error",
        "server_error server_error server_error server_error server_error",
    ),
    ("502-html-then-good", "ok", "Insulated", "server_error ok"),
    ("503-then-good", "ok", "Insulated", "overloaded ok"),
    ("200-error-then-good", "ok", "Insulated", "server_error ok"),
    ("empty-body-then-good", "ok", "Insulated", "garbage ok"),
    ("blanks-then-good", "ok", "Insulated", "garbage ok"),
    ("cut-then-good", "ok", "Insulated", "garbage ok"),
    ("html-then-good", "ok", "Insulated", "garbage ok"),
    ("no-finish-then-good", "ok", "Insulated", "garbage ok"),
    ("no-choices-then-good", "ok", "Insulated", "garbage ok"),
    ("truncated", "failed", "truncated", "truncated"),
    ("filtered", "failed", "content_filtered", "content_filtered"),
    (
        "sensitive",
        "failed",
        "content_filtered",
        "content_filtered",
    ),
    ("fenced", "ok", "fenced cup", "ok"),
    ("thinking", "ok", "thoughtful cup", "ok"),
    ("quoted", "ok", "quoted cup", "ok"),
    ("insufficient-then-good", "ok", "Insulated", "overloaded ok"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_has_its_state_its_words_and_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let (model, counter) = faulty::start(Duration::from_millis(5)).await.unwrap();
    let server = Server::start(folder.path()).await.unwrap();
    let place = table(&server, 1).await;
    let mut fields = BTreeMap::new();
    for (how, ..) in FAULTS {
        provider(&server, model, how).await;
        fields.insert(*how, field(&server, &place, how).await);
    }
    for (how, field) in &fields {
        command(&server, &place.base, json!({ "kind": "run_ai", "table": place.table, "field": field, "scope": "empty", "batch": how })).await;
    }
    let begun = Instant::now();
    loop {
        let batches = get(&server, &place, "/ai/batches").await;
        if batches
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["state"] != "running")
        {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{batches}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let window = get(
        &server,
        &place,
        &format!("/tables/{}/window?from=0&n=1", place.table),
    )
    .await;
    let mut wrong = Vec::new();
    for (how, state, told, outcomes) in FAULTS {
        let field = &fields[how];
        let note = &window["notes"][field]["0"];
        let text = window["columns"][field][0].as_str().unwrap_or_default();
        let found_batch = batch(&server, &place, how).await;
        let message = match *state {
            "ok" => text.to_string(),
            "queued" => found_batch["paused"]["code"].to_string(),
            _ => note["reason"].to_string(),
        };
        let words = match *state {
            "queued" => found_batch["paused"]["message"].to_string(),
            "failed" => found_batch["failures"][0]["message"].to_string(),
            _ => "是".into(),
        };
        let ledger = get(&server, &place, &format!("/ai/ledger?batch={how}")).await;
        let lines = ledger["lines"].as_array().unwrap();
        let found: Vec<&str> = lines
            .iter()
            .rev()
            .map(|line| line["outcome"].as_str().unwrap())
            .collect();
        let agrees = note["state"] == *state
            && message.contains(told)
            && !words.is_ascii()
            && found.join(" ") == *outcomes
            && lines.iter().all(|line| {
                line["provider"] == *how && line["field"] == field.as_str() && line["actor"] != ""
            })
            && counter.calls_of(how) as usize == lines.len();
        if !agrees {
            wrong.push(format!(
                "{how}: {note} “{text}” {words} {found:?}, {} calls",
                counter.calls_of(how)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(FAULTS.len(), 31);
}

fn rows() -> usize {
    let given = std::env::var("SUANPAN_AI_ROWS").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(600)
}

/// Text cells of the field, by position.
async fn answers(server: &Server, place: &Place, field: &str, n: usize) -> HashMap<usize, String> {
    let mut found = HashMap::new();
    for from in (0..n).step_by(2_000) {
        let path = format!(
            "/tables/{}/window?from={from}&n=2000&fields={field}",
            place.table
        );
        let window = get(server, place, &path).await;
        let cells = window["columns"][field].as_array().unwrap();
        let texts = cells.iter().enumerate();
        found.extend(texts.filter_map(|(at, cell)| Some((from + at, cell.as_str()?.to_string()))));
    }
    found
}

async fn progress(server: &Server, place: &Place) -> u64 {
    let batch = batch(server, place, "b1").await;
    batch["n_done"].as_u64().unwrap_or(0) + batch["n_failed"].as_u64().unwrap_or(0)
}

/// Kills the server a few times while the batch runs; gives what had been asked when an answer was first seen.
async fn kills(
    mut server: Server,
    folder: &std::path::Path,
    place: &Place,
    field: &str,
    counter: &Counter,
) -> (Server, HashMap<usize, u32>) {
    let seed = sim::seed();
    println!("SUANPAN_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut asked_when_stored = HashMap::new();
    let mut last = 0;
    for _ in 0..KILLS {
        let wait = rows() as u64 / 6 + random.random_range(50..400);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let now = progress(&server, place).await;
        assert!(
            now >= last,
            "seed {seed}: progress went back from {last} to {now}"
        );
        server.kill();
        server = Server::start(folder).await.unwrap();
        last = progress(&server, place).await;
        assert!(
            last >= now,
            "seed {seed}: progress went back from {now} to {last} by a crash"
        );
        for at in answers(&server, place, field, rows()).await.into_keys() {
            asked_when_stored
                .entry(at)
                .or_insert_with(|| counter.calls_about(&format!("货号{at:05}")));
        }
    }
    (server, asked_when_stored)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_through_faults_and_crashes_pays_once_per_record() {
    let folder = tempfile::tempdir().unwrap();
    let n = rows();
    let (model, counter) = faulty::start(Duration::from_millis(40)).await.unwrap();
    let server = Server::start(folder.path()).await.unwrap();
    provider(&server, model, "mixed").await;
    let place = table(&server, n).await;
    assert!(!place.name.is_empty());
    let field = field(&server, &place, "mixed").await;
    let asked = json!({ "table": place.table, "field": field, "scope": "empty" });
    let path = format!("/bases/{}/ai/estimate", place.base);
    let told = server.ask(Method::POST, &path, Some(&asked)).await.unwrap();
    command(&server, &place.base, json!({ "kind": "run_ai", "table": place.table, "field": field, "scope": "empty", "batch": "b1" })).await;
    let (server, asked_when_stored) = kills(server, folder.path(), &place, &field, &counter).await;
    let begun = Instant::now();
    let done = loop {
        let batch = batch(&server, &place, "b1").await;
        if batch["state"] != "running" {
            break batch;
        }
        assert!(begun.elapsed() < Duration::from_secs(600), "{batch}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    // Every record has one answer; nothing that was stored was asked again.
    assert_eq!(answers(&server, &place, &field, n).await.len(), n, "{done}");
    assert_eq!((&done["n_done"], &done["n_failed"]), (&json!(n), &json!(0)));
    for (at, then) in &asked_when_stored {
        let now = counter.calls_about(&format!("货号{at:05}"));
        assert_eq!(now, *then, "record {at} had an answer and was asked again");
    }
    // Calls: one each, the retries of faults, and what was in flight at a crash.
    let n_faults = n as u64 / 10 + 20;
    let most = n as u64 + KILLS * PARALLEL + n_faults;
    assert!(
        counter.n_calls() <= most,
        "{} calls, at most {most} explained",
        counter.n_calls()
    );
    // The ledger holds what the provider counted, or says that it does not know.
    let ledger = get(&server, &place, "/ai/ledger").await;
    let (lines, unknown) = (
        ledger["totals"][0]["n_attempts"].as_u64().unwrap(),
        ledger["totals"][0]["n_unknown"].as_u64().unwrap(),
    );
    let n_calls = counter.n_calls();
    assert!(
        lines - unknown <= n_calls && n_calls <= lines,
        "{} known, {unknown} unknown, {n_calls} counted",
        lines - unknown
    );
    // The estimate against what the answers took.
    let (n_good, tokens_good) = counter.good();
    let actual = tokens_good as f64 / n_good as f64 * n as f64;
    let middle =
        (told["tokens_low"].as_f64().unwrap() + told["tokens_high"].as_f64().unwrap()) / 2.0;
    assert!(
        (middle / actual - 1.0).abs() <= 0.15,
        "told {middle}, took {actual}"
    );
    println!(
        "{n} records, {KILLS} kills, {n_calls} calls (at most {most}), {lines} lines of which {unknown} unknown, {} stored answers asked again 0 times, estimate {:+.1} %",
        asked_when_stored.len(),
        (middle / actual - 1.0) * 100.0
    );
}
