//! One field type through every door: made, edited, pasted, read by a formula, changed and exported.

use super::world::World;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn export_csv(world: &World, base: &str, table: &str) -> String {
    let asked = json!({"format": "csv", "table": table});
    let made = world.post(&format!("/bases/{base}/exports"), asked).await;
    let path = format!("/exports/{}", made.json()["job"].as_str().unwrap());
    let began = Instant::now();
    loop {
        let job = world.get(&path).await.json();
        if job["state"] == "done" {
            break;
        }
        assert_eq!(job["state"], "running", "{job}");
        assert!(began.elapsed() < Duration::from_secs(60), "{job}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let file = world.get(&format!("{path}/file")).await;
    String::from_utf8(file.bytes.to_vec()).unwrap()
}

async fn column(world: &World, base: &str, table: &str, field: &str) -> Value {
    let path = format!("/bases/{base}/tables/{table}/window?n=10");
    world.get(&path).await.json()["columns"][field].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_go_through_every_door() {
    let world = World::new();
    let base = world.base("客户").await;
    let made = world
        .command(
            &base,
            json!({"kind": "create_table", "name": "客户", "fields": [
                {"name": "电话", "type": "phone"},
                {"name": "备用", "type": "text"},
                {"name": "号段", "type": "formula", "formula": "LEFT([电话],3)"},
            ]}),
        )
        .await;
    let table = made["tables"][0].as_str().unwrap();
    let field = |at: usize| made["fields"][at].as_str().unwrap();
    let (phone, text) = (field(0), field(1));
    let records = world
        .command(
            &base,
            json!({"kind": "create_records", "table": table, "records": [
                {"cells": {phone: "１３８００１３８０００", text: "(0579) 8523-1234"}},
                {"cells": {phone: 13900139000_u64, text: "找老板娘"}},
            ]}),
        )
        .await["records"]
        .clone();
    world
        .command(
            &base,
            json!({"kind": "paste_cells", "table": table, "records": [records[1]],
            "fields": [phone], "rows": [["+86 139-0013-9000"], ["微信同号"], [""]], "append": 2}),
        )
        .await;
    assert_eq!(
        column(&world, &base, table, phone).await,
        json!(["13800138000", "+86 139-0013-9000", {"misfit": "微信同号"}, null])
    );
    let starts = column(&world, &base, table, field(2)).await;
    assert_eq!((&starts[0], &starts[1]), (&json!("138"), &json!("+86")));

    let to_phone = json!({"kind": "update_field", "table": table, "field": text,
        "field_type": {"type": "phone"}});
    let tried = world
        .post(
            &format!("/bases/{base}/commands"),
            json!({"command": to_phone, "dry_run": true}),
        )
        .await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    assert_eq!(tried.json()["retype"]["n_misfits"], 1);
    let before = column(&world, &base, table, text).await;
    world.command(&base, to_phone).await;
    assert_eq!(
        column(&world, &base, table, text).await[1],
        json!({"misfit": "找老板娘"})
    );
    let to_text = json!({"kind": "update_field", "table": table, "field": text,
        "field_type": {"type": "text"}});
    world.command(&base, to_text).await;
    assert_eq!(column(&world, &base, table, text).await, before);

    let csv = export_csv(&world, &base, table).await;
    for line in ["13800138000,", "+86 139-0013-9000,", "微信同号,"] {
        assert!(csv.contains(line), "{line} in {csv}");
    }
}
