//! `/imports/{job}/into…`, `/bases/{base}/import-mappings`, `/bases/{base}/fill-ins`: rows for a table that is there,
//! seen before they are applied; a mapping that is kept; the round trip of a sheet that somebody fills in.

use super::world::World;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn wait(world: &World, path: &str, busy: &[&str]) -> Value {
    let began = Instant::now();
    loop {
        let job = world.get(path).await.json();
        if !busy.contains(&job["state"].as_str().unwrap_or_default()) {
            return job;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{job}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A read file that waits; gives its job.
async fn previewed(world: &World, name: &str, bytes: Vec<u8>, base: Option<&str>) -> String {
    let upload = world
        .post_bytes(&format!("/uploads?name={name}"), bytes)
        .await;
    let mut body = json!({"upload": upload.json()["upload"]});
    if let Some(base) = base {
        body["base"] = json!(base);
    }
    let made = world.post("/imports", body).await.json();
    let job = made["job"].as_str().unwrap().to_string();
    let staged = wait(world, &format!("/imports/{job}"), &["staging"]).await;
    assert_eq!(staged["state"], "previewed", "{staged}");
    job
}

async fn shop(world: &World) -> (String, Value) {
    let base = world.base("店").await;
    let fields = json!([
        {"name": "货号", "type": "text"},
        {"name": "品名", "type": "text"},
        {"name": "数量", "type": "number"},
    ]);
    let made = world
        .command(
            &base,
            json!({"kind": "create_table", "name": "库存", "fields": fields}),
        )
        .await;
    let id = |at: usize| made["fields"][at].as_str().unwrap().to_string();
    let record =
        |cells: [Value; 3]| json!({"cells": {id(0): cells[0], id(1): cells[1], id(2): cells[2]}});
    let records = [
        record([json!("A-1"), json!("发夹"), json!(10)]),
        record([json!("A-2"), json!("发圈"), json!(20)]),
        record([json!("A-3"), json!("戒指"), json!(30)]),
    ];
    world
        .command(
            &base,
            json!({"kind": "create_records", "table": made["tables"][0], "records": records}),
        )
        .await;
    (base, made)
}

/// The cells of the table, row by row, as texts.
async fn rows(world: &World, base: &str, table: &Value) -> Vec<String> {
    let table = table.as_str().unwrap();
    let window = world
        .get(&format!("/bases/{base}/tables/{table}/window?n=100"))
        .await;
    let window = window.json();
    let columns = window["columns"].as_object().unwrap();
    let n = window["records"].as_array().unwrap().len();
    let cell = |column: &Value, at: usize| match &column[at] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other
            .as_f64()
            .map_or_else(|| other.to_string(), |number| number.to_string()),
    };
    let row = |at: usize| {
        columns
            .values()
            .map(|column| cell(column, at))
            .collect::<Vec<_>>()
            .join("|")
    };
    (0..n).map(row).collect()
}

#[tokio::test]
async fn a_file_is_compared_confirmed_undone_and_its_mapping_kept() {
    let world = World::new();
    let (base, made) = shop(&world).await;
    let table = &made["tables"][0];
    let before = rows(&world, &base, table).await;
    let file = "款号,品名,库存量\nA-1,发夹,11\nA-9,手链,9\nA-2,,缺货\n";
    let job = previewed(&world, "x.csv", file.into(), Some(&base)).await;
    let targets = world.get(&format!("/imports/{job}/into")).await.json();
    assert_eq!(
        (&targets["base"], &targets["base_name"]),
        (&json!(base), &json!("店"))
    );
    assert_eq!(targets["sheets"][0][0]["is_proposed"], true, "{targets}");

    let asked = json!({"base": base, "sheet": 0, "table": table});
    let proposal = world
        .post(&format!("/imports/{job}/into/propose"), asked.clone())
        .await
        .json();
    let mut plan = proposal["plan"].clone();
    assert_eq!(
        (&plan["mode"], &plan["keys"][0]),
        (&json!("both"), &made["fields"][0]),
        "{proposal}"
    );
    let columns = plan["columns"].as_array_mut().unwrap();
    columns.push(json!({"column": 2, "to": {"kind": "field", "field": made["fields"][2]}}));
    let compare = format!("/imports/{job}/into/compare");
    let asked_told = json!({"base": base, "sheet": 0, "plan": plan});
    let told = world.post(&compare, asked_told.clone()).await.json();
    for (key, n) in [
        ("n_added", 1),
        ("n_changed", 1),
        ("n_unchanged", 1),
        ("n_missing", 1),
        ("n_misfits", 1),
    ] {
        assert_eq!(told[key], n, "{key} {told}");
    }
    let lines = world
        .get(&format!("/imports/{job}/into/0/lines?kind=changed"))
        .await
        .json();
    let cell = json!({"name": "数量", "old": "10", "new": "11", "is_misfit": false});
    assert_eq!(
        (&lines["lines"][0]["row"], &lines["lines"][0]["cells"]),
        (&json!(2), &json!([cell]))
    );
    let report = world
        .get(&format!("/imports/{job}/into/0/report"))
        .await
        .text();
    assert!(
        report.contains("\"4\",\"C\",\"数量\",\"缺货\",\"is no number"),
        "{report}"
    );

    // Somebody edits meanwhile: nothing is applied, and the import waits to be looked at again.
    let edit = |value: i64| json!({"kind": "set_cells", "table": table, "edits": [{"record": "r1", "field": made["fields"][2], "value": value}]});
    world.command(&base, edit(99)).await;
    let confirm = format!("/imports/{job}/confirm");
    let choice = |seen: &Value| json!({"base": base, "sheets": [{"sheet": 0, "into": plan, "seen": seen, "save": true}]});
    world.post(&confirm, choice(&told["seen"])).await.json();
    let path = format!("/imports/{job}");
    let refused = wait(&world, &path, &["importing"]).await;
    assert_eq!(
        (&refused["state"], &refused["error"]["code"]),
        (&json!("previewed"), &json!("import_changed"))
    );
    assert_eq!(rows(&world, &base, table).await[0], "A-1|发夹|99");
    world.command(&base, edit(10)).await;

    let told = world.post(&compare, asked_told).await.json();
    world.post(&confirm, choice(&told["seen"])).await.json();
    let done = wait(&world, &path, &["importing"]).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["report"]["into"][0]["n_changed"], 1);
    assert_eq!(done["tables"], json!([table]));
    let after = rows(&world, &base, table).await;
    assert_eq!(
        after,
        ["A-1|发夹|11", "A-2|发圈|20", "A-3|戒指|30", "A-9|手链|9"]
    );
    world.command(&base, json!({"kind": "undo"})).await;
    assert_eq!(rows(&world, &base, table).await, before);

    // The same columns again, in another order: the kept mapping.
    let file = "品名,库存量,款号\n发夹,1,A-1\n";
    let job = previewed(&world, "y.csv", file.into(), Some(&base)).await;
    let propose = format!("/imports/{job}/into/propose");
    let again = world.post(&propose, asked.clone()).await.json();
    assert_eq!(
        again["plan"]["columns"].as_array().unwrap().len(),
        3,
        "{again}"
    );
    assert_eq!(again["why"], json!(["saved", "saved", "saved"]));
    let mut anew = asked;
    anew["fresh"] = json!(true);
    let fresh = world.post(&propose, anew).await.json();
    assert_eq!(
        fresh["plan"]["columns"].as_array().unwrap().len(),
        2,
        "{fresh}"
    );
    let kept = world
        .get(&format!("/bases/{base}/import-mappings"))
        .await
        .json();
    assert_eq!(kept[0]["headers"], json!(["款号", "品名", "库存量"]));
    let path = format!(
        "/bases/{base}/import-mappings/{}",
        kept[0]["id"].as_str().unwrap()
    );
    assert_eq!(world.delete(&path).await.status, 204);
    assert_eq!(world.delete(&path).await.error(404), "no_mapping");
}

#[tokio::test]
async fn what_can_not_be_is_refused_in_words() {
    let world = World::new();
    let (base, made) = shop(&world).await;
    let job = previewed(&world, "x.csv", "货号,数量\nA-1,1\n".into(), Some(&base)).await;
    let compare = format!("/imports/{job}/into/compare");
    let plan = json!({"table": made["tables"][0], "mode": "update", "columns": [
        {"column": 1, "to": {"kind": "field", "field": made["fields"][2]}}]});
    let asked = |plan: &Value| json!({"base": base, "sheet": 0, "plan": plan});
    assert_eq!(
        world.post(&compare, asked(&plan)).await.error(400),
        "import_no_key"
    );
    let mut far = plan.clone();
    far["columns"][0]["column"] = json!(7);
    assert_eq!(
        world.post(&compare, asked(&far)).await.error(400),
        "import_mapping"
    );
    let lines = format!("/imports/{job}/into/0/lines?kind=changed");
    assert_eq!(world.get(&lines).await.error(404), "no_comparison");
    let confirm = json!({"base_name": "新", "sheets": [{"sheet": 0, "into": plan}]});
    let confirm = world
        .post(&format!("/imports/{job}/confirm"), confirm)
        .await;
    assert_eq!(confirm.error(400), "import_mapping");
    let fill = json!({"table": made["tables"][0], "fill": []});
    assert_eq!(
        world
            .post(&format!("/bases/{base}/fill-ins"), fill)
            .await
            .error(400),
        "fill_in_fields"
    );
}

#[tokio::test]
async fn a_sheet_that_was_filled_in_finds_its_records() {
    let world = World::new();
    let (base, made) = shop(&world).await;
    let asked = json!({"table": made["tables"][0], "fill": [made["fields"][2]], "may_add": true});
    let begun = world
        .post(&format!("/bases/{base}/fill-ins"), asked)
        .await
        .json();
    let path = format!("/exports/{}", begun["job"].as_str().unwrap());
    let job = wait(&world, &path, &["running"]).await;
    assert_eq!(
        (&job["state"], &job["file_name"]),
        (&json!("done"), &json!("库存 待填.xlsx"))
    );
    let file = world.get(&format!("{path}/file")).await;
    // Dropped on the start page: it says itself where it belongs.
    let job = previewed(&world, "back.xlsx", file.bytes.to_vec(), None).await;
    let targets = world.get(&format!("/imports/{job}/into")).await.json();
    assert_eq!(targets["base"], json!(base), "{targets}");
    assert_eq!(targets["sheets"][0][0]["is_own"], true);
    let asked = json!({"base": base, "sheet": 0, "table": made["tables"][0]});
    let proposal = world
        .post(&format!("/imports/{job}/into/propose"), asked)
        .await
        .json();
    let plan = &proposal["plan"];
    assert_eq!(
        (&plan["by_record"], &plan["mode"]),
        (&json!(true), &json!("both"))
    );
    let kinds: Vec<&Value> = plan["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| &column["to"]["kind"])
        .collect();
    assert_eq!(kinds, ["check", "check", "field"]);
    let asked = json!({"base": base, "sheet": 0, "plan": plan});
    let told = world
        .post(&format!("/imports/{job}/into/compare"), asked)
        .await
        .json();
    assert_eq!(
        (
            &told["n_unchanged"],
            &told["n_changed"],
            &told["n_problems"]
        ),
        (&json!(3), &json!(0), &json!(0))
    );
}
