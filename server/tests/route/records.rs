//! `/bases/{base}/commands`, windows, single records, footer values.

use super::world::World;
use serde_json::{Value, json};
use store::fault::{Fault, FaultKind};

pub struct Shop {
    pub world: World,
    pub base: String,
    pub table: String,
    pub fields: Vec<String>,
    pub records: Vec<String>,
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|item| item.as_str().unwrap().to_string())
        .collect()
}

pub async fn shop() -> Shop {
    let world = World::new();
    let base = world.base("店").await;
    let made = world
        .command(&base, json!({"kind": "create_table", "name": "商品", "fields": [
            {"name": "品名", "type": "text"},
            {"name": "单价", "type": "currency", "code": "CNY", "decimals": 2},
            {"name": "日期", "type": "date"},
            {"name": "现货", "type": "checkbox"},
            {"name": "类目", "type": "select", "options": [{"id": "o0", "name": "饰品", "color": 1}]},
        ]}))
        .await;
    let (table, fields) = (texts(&made["tables"])[0].clone(), texts(&made["fields"]));
    let f = |at: usize| fields[at].clone();
    let made = world
        .command(&base, json!({"kind": "create_records", "table": table, "records": [
            {"cells": {f(0): "鲨鱼夹", f(1): 19.2, f(2): "2026-11-20", f(3): true, f(4): "饰品"}},
            {"cells": {f(0): "发圈", f(1): "9.60", f(2): "没有日期"}},
            {"cells": {}},
        ]}))
        .await;
    let records = texts(&made["records"]);
    Shop {
        world,
        base,
        table,
        fields,
        records,
    }
}

impl Shop {
    pub async fn window(&self, query: &str) -> Value {
        let path = format!("/bases/{}/tables/{}/window?{query}", self.base, self.table);
        let answer = self.world.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

#[tokio::test]
async fn cells_keep_their_shapes_in_windows_and_records() {
    let shop = shop().await;
    let window = shop.window("n=10").await;
    assert_eq!(window["n_total"], 3);
    assert_eq!(texts(&window["records"]), shop.records);
    let column = |at: usize| window["columns"][&shop.fields[at]].clone();
    assert_eq!(column(0), json!(["鲨鱼夹", "发圈", null]));
    assert_eq!(column(1), json!([19.2, 9.6, null]));
    assert_eq!(
        column(2),
        json!(["2026-11-20", {"misfit": "没有日期"}, null])
    );
    assert_eq!(column(3), json!([true, null, null]));
    assert_eq!(column(4), json!(["o1", null, null]));
    let one = shop
        .window(&format!("from=1&n=1&fields={}", shop.fields[0]))
        .await;
    assert_eq!(one["columns"], json!({&shop.fields[0]: ["发圈"]}));
    let found = shop.window("find=鲨鱼").await;
    assert_eq!(texts(&found["records"]), [shop.records[0].clone()]);
    let path = format!(
        "/bases/{}/tables/{}/records/{}",
        shop.base, shop.table, shop.records[0]
    );
    let record = shop.world.get(&path).await.json();
    assert_eq!(record["cells"][&shop.fields[1]], 19.2);
    let base = shop
        .world
        .get(&format!("/bases/{}", shop.base))
        .await
        .json();
    assert_eq!(base["tables"][0]["fields"][2]["n_misfits"], 1);
}

#[tokio::test]
async fn refusals_name_what_is_not_there() {
    let shop = shop().await;
    let base = format!("/bases/{}", shop.base);
    for (path, code) in [
        ("/tables/t99/window".to_string(), "no_table"),
        (format!("/tables/{}/window?view=v99", shop.table), "no_view"),
        (
            format!("/tables/{}/window?fields=x", shop.table),
            "no_such_id",
        ),
        (format!("/tables/{}/records/r99", shop.table), "no_record"),
    ] {
        assert_eq!(
            shop.world.get(&format!("{base}{path}")).await.error(404),
            code,
            "{path}"
        );
    }
    let path = format!("{base}/tables/{}/window?sorts=x", shop.table);
    assert_eq!(shop.world.get(&path).await.error(400), "bad_query");
    let commands = format!("{base}/commands");
    let post = |command: Value| shop.world.post(&commands, json!({"command": command}));
    assert_eq!(
        post(json!({"kind": "nonsense"})).await.error(400),
        "bad_request"
    );
    let edit =
        json!([{"record": shop.records[0], "field": shop.fields[1], "value": {"pending": true}}]);
    let set = json!({"kind": "set_cells", "table": shop.table, "edits": edit});
    assert_eq!(post(set).await.error(400), "bad_cell");
    let taken = json!({"kind": "create_table", "name": "商品"});
    assert_eq!(post(taken).await.error(409), "name_taken");
    assert_eq!(
        shop.window("n=1").await["columns"][&shop.fields[1]],
        json!([19.2])
    );
}

#[tokio::test]
async fn a_repeated_command_is_answered_not_applied() {
    let shop = shop().await;
    let commands = format!("/bases/{}/commands", shop.base);
    let body = json!({"client_id": "c-1", "command": {"kind": "create_records", "table": shop.table, "records": [{}]}});
    let first = shop.world.post(&commands, body.clone()).await.json();
    let second = shop.world.post(&commands, body).await.json();
    assert_eq!(
        (&first["repeated"], &second["repeated"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(first["revision"], second["revision"]);
    assert_eq!(shop.window("n=1").await["n_total"], 4);
}

/// The disk reports an error for each step of saving; only after the last the edit is on disk all the same. Sent again
/// until it is taken, by itself or after a restart, it is applied exactly once.
#[tokio::test]
async fn a_command_answered_by_an_error_is_applied_once_when_it_is_sent_again() {
    for (step, is_durable) in [(1, false), (2, false), (3, false), (4, true)] {
        let mut shop = shop().await;
        let commands = format!("/bases/{}/commands", shop.base);
        let add = json!({"kind": "add_to_cells", "table": shop.table, "records": [shop.records[0]],
                         "field": shop.fields[1], "by": 1});
        let body = json!({"client_id": "c-1", "command": add});
        let fault = Fault::at_step(step, FaultKind::Io);
        shop.world.inject(&shop.base, fault.clone()).await;
        let unclear = shop.world.post(&commands, body.clone()).await;
        assert_eq!(unclear.error(503), "read_only", "step {step}");
        assert!(fault.was_met(), "step {step}");
        let price = |window: &Value| window["columns"][&shop.fields[1]][0].clone();
        assert_eq!(price(&shop.window("n=1").await), json!(19.2), "step {step}");
        shop.world = shop.world.restart().await;
        let again = shop.world.post(&commands, body.clone()).await.json();
        assert_eq!(again["repeated"], is_durable, "step {step}: {again}");
        let price = |window: &Value| window["columns"][&shop.fields[1]][0].clone();
        assert_eq!(price(&shop.window("n=1").await), json!(20.2), "step {step}");
        let third = shop.world.post(&commands, body).await.json();
        assert_eq!(
            (&third["repeated"], &third["revision"]),
            (&json!(true), &again["revision"])
        );
        assert_eq!(price(&shop.window("n=1").await), json!(20.2), "step {step}");
    }
}

#[tokio::test]
async fn a_change_of_type_can_be_tried_without_doing_it() {
    let shop = shop().await;
    let change = json!({"kind": "update_field", "table": shop.table, "field": shop.fields[0],
        "field_type": {"type": "number"}});
    let body = json!({"command": change, "dry_run": true});
    let answer = shop
        .world
        .post(&format!("/bases/{}/commands", shop.base), body)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["retype"]["n_misfits"], 2);
    assert_eq!(
        shop.window("n=1").await["columns"][&shop.fields[0]],
        json!(["鲨鱼夹"])
    );
}

#[tokio::test]
async fn groups_and_hits_of_a_view() {
    let shop = shop().await;
    let path = format!("/bases/{}", shop.base);
    let view = shop.world.get(&path).await.json()["tables"][0]["views"][0].clone();
    let id = view["id"].as_str().unwrap().to_owned();
    let mut grouped = view;
    grouped["groups"] = json!([{"field": shop.fields[2], "descending": false, "by": "month"}]);
    grouped["fields"] = json!([{"field": shop.fields[1], "hidden": false, "footer": "median"}]);
    let update = json!({"kind": "update_view", "table": shop.table, "view": grouped});
    shop.world.command(&shop.base, update).await;
    let table = format!("{path}/tables/{}", shop.table);
    let kept = shop.world.get(&path).await.json()["tables"][0]["views"][0].clone();
    assert_eq!(
        kept["groups"],
        json!([{"field": shop.fields[2], "descending": false, "by": "month"}])
    );
    let groups = shop
        .world
        .get(&format!("{table}/groups?view={id}"))
        .await
        .json();
    assert_eq!(groups["fields"], json!([shop.fields[2]]));
    let median = |at: usize| groups["groups"][at]["aggregates"][&shop.fields[1]]["value"].clone();
    let places: Vec<(Value, Value, Value, Value)> = (0..3)
        .map(|at| {
            let group = &groups["groups"][at];
            (
                group["from"].clone(),
                group["n_rows"].clone(),
                group["value"].clone(),
                median(at),
            )
        })
        .collect();
    assert_eq!(
        json!(places),
        json!([
            [0, 1, "2026-11-01", 19.2],
            [1, 1, {"misfit": "没有日期"}, 9.6],
            [2, 1, null, null]
        ])
    );
    let found = |query: &str| {
        let path = format!("{table}/find?view={id}&{query}");
        let world = &shop.world;
        async move { world.get(&path).await.json() }
    };
    let hits = found("text=syj").await;
    assert_eq!(
        (&hits["n_hits"], &hits["n_records"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        hits["hits"],
        json!([{"row": 0, "record": shop.records[0], "field": shop.fields[0]}])
    );
    let next = found("text=9.&row=1&n=1").await;
    assert_eq!((&next["n_hits"], &next["first"]), (&json!(2), &json!(1)));
    assert_eq!(next["hits"][0]["record"], json!(shop.records[1]));
    let nothing = shop
        .world
        .get(&format!("{table}/find?view=v99&text=a"))
        .await;
    assert_eq!(
        (nothing.status, nothing.json()["code"].clone()),
        (404.try_into().unwrap(), json!("no_view"))
    );
}
