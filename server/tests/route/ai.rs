//! `/bases/{base}/ai`, provenance, AI batches in `/jobs`: with the offline trial, which needs no provider.

use super::world::World;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_provider_the_offline_trial_answers_and_says_so() {
    let world = World::new();
    let base = world.base("店").await;
    let made = world
        .command(&base, json!({"kind": "create_table", "name": "商品", "fields": [{"name": "品名", "type": "text"}]}))
        .await;
    let (table, name) = (
        made["tables"][0].clone(),
        made["fields"][0].as_str().unwrap().to_string(),
    );
    let made = world
        .command(&base, json!({"kind": "create_records", "table": table, "records": [{"cells": {name: "雨伞"}}]}))
        .await;
    let record = made["records"][0].as_str().unwrap().to_string();
    let field =
        json!({"name": "英文名", "type": "formula", "formula": "AI.TRANSLATE([品名],\"en\")"});
    let made = world
        .command(
            &base,
            json!({"kind": "create_field", "table": table, "field": field}),
        )
        .await;
    let field = made["fields"][0].as_str().unwrap().to_string();
    let asked = json!({"table": table, "field": field, "scope": "empty"});
    let estimate = world
        .post(&format!("/bases/{base}/ai/estimate"), asked)
        .await
        .json();
    assert_eq!(
        (&estimate["n_records"], &estimate["offline_trial"]),
        (&json!(1), &json!(true)),
        "{estimate}"
    );
    assert_eq!(
        (&estimate["cost_high"], &estimate["model"]),
        (&json!(0.0), &json!("offline-trial"))
    );
    world
        .command(&base, json!({"kind": "run_ai", "table": table, "field": field, "scope": "empty", "batch": "b1"}))
        .await;
    let table = table.as_str().unwrap();
    let began = Instant::now();
    let cell = loop {
        let window = world
            .get(&format!("/bases/{base}/tables/{table}/window?n=1"))
            .await
            .json();
        let cell = window["columns"][&field][0].clone();
        if cell.is_string() {
            break cell;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{window}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let path = format!("/bases/{base}/tables/{table}/records/{record}/fields/{field}/provenance");
    let answers = world.get(&path).await.json();
    assert_eq!(answers["answers"][0]["provenance"]["offline_trial"], true);
    assert_eq!(answers["answers"][0]["text"], cell);
    let key = answers["answers"][0]["key"].as_str().unwrap();
    let answer = world
        .get(&format!("/bases/{base}/ai/answers/{key}"))
        .await
        .json();
    assert_eq!(answer["text"], cell);
    assert_eq!(
        world
            .get(&format!("/bases/{base}/ai/answers/zz"))
            .await
            .error(404),
        "no_answer"
    );
    let jobs = world.get("/jobs").await.json();
    let batch = jobs
        .as_array()
        .unwrap()
        .iter()
        .find(|job| job["id"] == "ai-b1");
    assert_eq!(
        batch.map(|job| &job["kind"]),
        Some(&Value::from("ai")),
        "{jobs}"
    );
    assert_eq!(
        world
            .post("/jobs/ai-none/cancel", json!({}))
            .await
            .error(404),
        "no_job"
    );
}

async fn job_over(world: &World, id: &str) -> Value {
    let began = Instant::now();
    loop {
        let jobs = world.get("/jobs").await.json();
        let row = jobs.as_array().unwrap().iter().find(|job| job["id"] == id);
        if let Some(row) = row
            && row["state"] != "running"
        {
            return row.clone();
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{jobs}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The run panel waits for the batch's row: there is one even where every answer was there already, and one whose
/// every call failed says that it failed and why.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_stored_answers_is_done_and_one_of_failures_has_failed() {
    let world = World::new();
    let refusing = axum::Router::new().fallback(async || axum::http::StatusCode::UNAUTHORIZED);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, refusing).await.unwrap() });
    let settings = json!({"preset": "qwen", "base_url": url, "key": "sk-wrong"});
    let put = world.put("/providers/strict", settings).await;
    assert_eq!(put.status, 200, "{}", put.text());
    world
        .put("/providers/default", json!({"name": "offline-trial"}))
        .await;
    let base = world.base("店").await;
    let trial =
        json!({"name": "英文名", "type": "formula", "formula": "AI.TRANSLATE([品名],\"en\")"});
    let refused = json!({"name": "法文名", "type": "formula", "formula": "AI.TRANSLATE([品名],\"fr\")",
        "ai": {"model": "strict", "policy": "manual"}});
    let made = world
        .command(
            &base,
            json!({"kind": "create_table", "name": "商品",
            "fields": [{"name": "品名", "type": "text"}, trial, refused]}),
        )
        .await;
    let (table, fields) = (made["tables"][0].clone(), made["fields"].clone());
    let name = fields[0].as_str().unwrap();
    world
        .command(
            &base,
            json!({"kind": "create_records", "table": table,
            "records": [{"cells": {name: "雨伞"}}, {"cells": {name: "发圈"}}]}),
        )
        .await;
    let run = |field: &Value, scope: &str, batch: &str| {
        json!({"kind": "run_ai", "table": table,
        "field": field, "scope": scope, "batch": batch})
    };
    world.command(&base, run(&fields[1], "empty", "b1")).await;
    assert_eq!(job_over(&world, "ai-b1").await["state"], "done");
    let same =
        json!({"kind": "create_records", "table": table, "records": [{"cells": {name: "雨伞"}}]});
    world.command(&base, same).await;
    for (batch, scope, n) in [("b2", "empty", 1), ("b4", "all", 0)] {
        world.command(&base, run(&fields[1], scope, batch)).await;
        let row = job_over(&world, &format!("ai-{batch}")).await;
        assert_eq!(
            (&row["state"], &row["done"], &row["of"]),
            (&json!("done"), &json!(n), &json!(n)),
            "{row}"
        );
    }
    world.command(&base, run(&fields[2], "empty", "b3")).await;
    let failed = job_over(&world, "ai-b3").await;
    assert_eq!(
        (&failed["state"], &failed["error"]["code"]),
        (&json!("failed"), &json!("wrong_key")),
        "{failed}"
    );
    assert!(
        failed["message"].as_str().unwrap().contains("2 failed"),
        "{failed}"
    );
}
