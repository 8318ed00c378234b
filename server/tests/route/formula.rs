//! `/formula/functions`, `/bases/{base}/formula/check`

use super::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn a_formula_is_checked_and_computed_for_a_sample() {
    let world = World::new();
    let base = world.base("店").await;
    let made = world
        .command(
            &base,
            json!({"kind": "create_table", "name": "商品", "fields": [
            {"name": "单价", "type": "number"}, {"name": "数量", "type": "number"}]}),
        )
        .await;
    let (table, price, n) = (
        &made["tables"][0],
        made["fields"][0].as_str().unwrap(),
        made["fields"][1].as_str().unwrap(),
    );
    let made_records = world
        .command(&base, json!({"kind": "create_records", "table": table, "records": [{"cells": {price: 4, n: 2.5}}]}))
        .await;
    let check = async |text: &str| -> Value {
        let asked = json!({"table": table, "text": text, "sample": made_records["records"][0]});
        let answer = world
            .post(&format!("/bases/{base}/formula/check"), asked)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let good = check("[单价]*[数量]").await;
    assert_eq!(good["diagnostics"], json!([]));
    assert_eq!(
        (&good["sample_value"], &good["result_type"]["type"]),
        (&json!(10), &json!("number"))
    );
    assert_eq!(good["reads"], json!([price, n]));
    let bad = check("\"😀\"&[无此字段]").await;
    let found = &bad["diagnostics"][0];
    assert_eq!(found["severity"], "error");
    assert_eq!(found["start"], 5, "UTF-16 positions: {found}");
    assert!(!found["message"].as_str().unwrap().is_empty());
    assert!(bad.get("sample_value").is_none());
    let near = &check("[单加]*2").await["diagnostics"][0];
    assert_eq!(near["fix"], json!({"start": 0, "end": 4, "text": "[单价]"}));
    let asked = json!({"table": table, "text": "LET(额,[单价]*[数量],额+1)", "steps": true,
        "sample": made_records["records"][0]});
    let path = format!("/bases/{base}/formula/check");
    let parts = world.post(&path, asked).await.json();
    let told = |part: &Value| {
        (
            part["start"].clone(),
            part["depth"].clone(),
            part["value"].clone(),
        )
    };
    let told: Vec<_> = parts["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(told)
        .collect();
    let wanted = [
        (0, 0, "11"),
        (6, 1, "10"),
        (6, 2, "4"),
        (11, 2, "2.5"),
        (16, 1, "11"),
        (16, 2, "10"),
    ];
    assert_eq!(
        told,
        wanted.map(|(start, depth, value)| (json!(start), json!(depth), json!(value)))
    );
    let names = world
        .get(&format!("/bases/{base}/formula/names"))
        .await
        .json();
    assert_eq!(names[0]["keys"], "danjia dj shangpin sp");
    let deep = check(&"(".repeat(100_000)).await;
    assert_eq!(deep["diagnostics"][0]["severity"], "error");
    let missing = json!({"table": "t99", "text": "1"});
    assert_eq!(
        world
            .post(&format!("/bases/{base}/formula/check"), missing)
            .await
            .error(404),
        "no_table"
    );
}

#[tokio::test]
async fn functions_are_listed_with_help() {
    let world = World::new();
    let functions = world.get("/formula/functions").await.json();
    let names: Vec<&str> = functions
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["name"].as_str().unwrap())
        .collect();
    for name in ["IF", "ROUND", "SUM", "SUMIFS", "AI.TRANSLATE"] {
        assert!(names.contains(&name), "{name}");
    }
}
