//! `kill -9` at random moments of edits and of an AI batch: nothing acknowledged is lost, the batch goes on,
//! no stored answer is asked for twice. `SUANPAN_ROUNDS` (50) and `SUANPAN_SEED` change a run.

#![allow(clippy::unwrap_used)]

use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use sim::process::{Server, call};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const WRITERS: usize = 4;
const AI_RECORDS: usize = 1_500;
/// The runner's highest concurrency: at most so many calls are in flight when the process dies.
const IN_FLIGHT: u32 = 32;

fn rounds() -> u32 {
    std::env::var("SUANPAN_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(50)
}

struct Place {
    base: String,
    table: String,
    number: String,
    ai: String,
    records: Vec<String>,
}

async fn command(server: &Server, base: &str, command: Value) -> Value {
    let path = format!("/bases/{base}/commands");
    server
        .ask(Method::POST, &path, Some(&json!({ "command": command })))
        .await
        .unwrap()
}

async fn set_up(server: &Server, model: std::net::SocketAddr) -> Place {
    let provider = json!({ "preset": "custom", "base_url": format!("http://{model}/v1"), "model": "scripted", "key": "k" });
    server
        .ask(Method::PUT, "/providers/scripted", Some(&provider))
        .await
        .unwrap();
    server
        .ask(
            Method::PUT,
            "/providers/default",
            Some(&json!({ "name": "scripted" })),
        )
        .await
        .unwrap();
    let base = server
        .ask(Method::POST, "/bases", Some(&json!({ "name": "崩溃" })))
        .await
        .unwrap();
    let base = base["id"].as_str().unwrap().to_string();
    let fields = json!([{ "name": "品名", "type": "text" }, { "name": "数量", "type": "number" }]);
    let made = command(
        server,
        &base,
        json!({ "kind": "create_table", "name": "商品", "fields": fields }),
    )
    .await;
    let table = made["result"]["tables"][0].as_str().unwrap().to_string();
    let view = server
        .ask(Method::GET, &format!("/bases/{base}"), None)
        .await
        .unwrap();
    let fields = &view["tables"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| t["id"] == table.as_str())
        .unwrap()["fields"];
    let id = |name: &str| {
        let field = fields
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["name"] == name)
            .unwrap();
        field["id"].as_str().unwrap().to_string()
    };
    let (name, number) = (id("品名"), id("数量"));
    let records: Vec<Value> = (0..AI_RECORDS)
        .map(|n| json!({ "cells": { &name: format!("货品{n:04}") } }))
        .collect();
    let made = command(
        server,
        &base,
        json!({ "kind": "create_records", "table": table, "records": records }),
    )
    .await;
    let records = made["result"]["records"].as_array().unwrap();
    let records: Vec<String> = records
        .iter()
        .map(|id| id.as_str().unwrap().to_string())
        .collect();
    let field =
        json!({ "name": "英文名", "type": "formula", "formula": "AI.TRANSLATE([品名],\"英语\")" });
    let made = command(
        server,
        &base,
        json!({ "kind": "create_field", "table": table, "field": field }),
    )
    .await;
    let ai = made["result"]["fields"][0].as_str().unwrap().to_string();
    Place {
        base,
        table,
        number,
        ai,
        records,
    }
}

/// Per writer: the last value acknowledged and the last one attempted.
type Progress = Arc<Mutex<HashMap<usize, (u64, u64)>>>;

fn spawn_writer(
    server: &Server,
    place: &Place,
    writer: usize,
    progress: Progress,
) -> tokio::task::JoinHandle<()> {
    let (client, url) = server.caller();
    let path = format!("/bases/{}/commands", place.base);
    let (table, record, number) = (
        place.table.clone(),
        place.records[writer].clone(),
        place.number.clone(),
    );
    tokio::spawn(async move {
        loop {
            let value = {
                let mut all = progress.lock().unwrap();
                let entry = all.entry(writer).or_default();
                entry.1 += 1;
                entry.1
            };
            let edit = json!({ "record": record, "field": number, "value": value });
            let body = json!({ "client_id": format!("w{writer}-{value}"),
                               "command": { "kind": "set_cells", "table": table, "edits": [edit] } });
            match call(&client, &url, Method::POST, &path, Some(&body)).await {
                Ok(_) => progress.lock().unwrap().entry(writer).or_default().0 = value,
                Err(_) => return,
            }
        }
    })
}

async fn window(server: &Server, place: &Place, n: usize) -> Value {
    let path = format!(
        "/bases/{}/tables/{}/window?from=0&n={n}",
        place.base, place.table
    );
    server.ask(Method::GET, &path, None).await.unwrap()
}

/// Positions of records whose AI cell is answered.
fn answered(window: &Value, ai: &str) -> Vec<usize> {
    let cells = window["columns"][ai].as_array().unwrap();
    let text = |cell: &Value| cell.as_str().is_some_and(|text| text.starts_with("Item "));
    (0..cells.len()).filter(|at| text(&cells[*at])).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_no_answer_is_asked_twice() {
    let seed = sim::seed();
    println!("SUANPAN_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let (model, calls) = sim::model::start(Duration::from_millis(30)).await.unwrap();
    let mut server = Server::start(folder.path()).await.unwrap();
    let place = set_up(&server, model).await;
    let run = json!({ "kind": "run_ai", "table": place.table, "field": place.ai, "scope": "empty", "batch": "b1" });
    command(&server, &place.base, run).await;
    let progress: Progress = Arc::default();
    let mut asked_when_stored: HashMap<usize, u32> = HashMap::new();
    let kills = rounds();
    for round in 0..kills {
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| spawn_writer(&server, &place, n, progress.clone()))
            .collect();
        tokio::time::sleep(Duration::from_millis(random.random_range(5..250))).await;
        server.kill();
        for writer in writers {
            let _ = writer.await;
        }
        server = Server::start(folder.path()).await.unwrap();
        let seen = window(&server, &place, AI_RECORDS).await;
        for (writer, (acknowledged, attempted)) in progress.lock().unwrap().iter() {
            let value = seen["columns"][&place.number][*writer]
                .as_u64()
                .unwrap_or(0);
            assert!(
                (*acknowledged..=*attempted).contains(&value),
                "seed {seed} round {round} writer {writer}: acknowledged {acknowledged}, attempted {attempted}, found {value}"
            );
        }
        for at in answered(&seen, &place.ai) {
            asked_when_stored
                .entry(at)
                .or_insert_with(|| calls.count(&format!("货品{at:04}")));
        }
    }
    let begun = Instant::now();
    loop {
        let seen = window(&server, &place, AI_RECORDS).await;
        if answered(&seen, &place.ai).len() == AI_RECORDS {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "seed {seed}: the batch does not go on"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for (at, n) in &asked_when_stored {
        let now = calls.count(&format!("货品{at:04}"));
        assert_eq!(
            now, *n,
            "seed {seed}: record {at} had an answer and was asked again"
        );
    }
    let most = AI_RECORDS as u32 + kills * IN_FLIGHT;
    assert!(
        calls.total() <= most,
        "seed {seed}: {} calls, at most {most} explained",
        calls.total()
    );
    println!(
        "{} records, {kills} kills, {} calls, {} of them after a crash",
        AI_RECORDS,
        calls.total(),
        calls.total() - AI_RECORDS as u32
    );
}
