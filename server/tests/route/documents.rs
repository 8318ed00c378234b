//! `/bases/{base}/documents`: templates kept with the base, filled, printed; what is wrong with one is told.

use crate::world::World;
use serde_json::{Value, json};
use std::io::{Cursor, Read};

const QUOTATION: &[u8] = include_bytes!("../../../sample-sheets/documents/报价单.xlsx");
const LABELS: &[u8] = include_bytes!("../../../sample-sheets/documents/标签.xlsx");

/// A base with the tables that the samples speak of; its id and the tables' by name.
async fn shop(world: &World) -> (String, Value) {
    let base = world.base("门店").await;
    let table =
        |name: &str, fields: Value| json!({"kind": "create_table", "name": name, "fields": fields});
    let text = |name: &str| json!({"name": name, "type": "text"});
    let number = |name: &str| json!({"name": name, "type": "number"});
    let goods = json!([
        text("名称"), text("货号"), text("英文名"), {"name": "条码", "type": "barcode"},
        {"name": "单价", "type": "currency", "code": "CNY", "decimals": 2}, {"name": "图片", "type": "attachment"}
    ]);
    let customers = json!([text("名称"), text("联系人"), text("电话"), text("地址")]);
    world.command(&base, table("商品", goods)).await;
    world.command(&base, table("客户", customers)).await;
    let link = |name: &str, to: &str, single: bool| json!({"name": name, "type": "link", "table": to, "single": single});
    let lines = json!([
        text("行"),
        link("商品", "t1", true),
        number("数量"),
        number("单价")
    ]);
    world.command(&base, table("明细", lines)).await;
    let orders = json!([
        text("单号"), {"name": "日期", "type": "date"}, link("客户", "t2", true), link("明细", "t3", false),
        {"name": "合计", "type": "currency", "code": "CNY", "decimals": 2}, text("备注")
    ]);
    world.command(&base, table("订单", orders)).await;
    let view = world.get(&format!("/bases/{base}")).await.json();
    let field = |table: usize, name: &str| {
        let fields = view["tables"][table]["fields"].as_array().unwrap();
        let found = fields.iter().find(|field| field["name"] == name);
        found.unwrap()["id"].as_str().unwrap().to_string()
    };
    let records = |table: usize, rows: Vec<Vec<(&str, Value)>>| {
        let rows = rows.into_iter().map(|row| {
            let cells = row
                .into_iter()
                .map(|(name, value)| (field(table, name), value));
            json!({"cells": cells.collect::<serde_json::Map<_, _>>()})
        });
        let rows: Vec<Value> = rows.collect();
        json!({"kind": "create_records", "table": format!("t{}", table + 1), "records": rows})
    };
    let goods = vec![
        vec![
            ("名称", json!("锆石戒指")),
            ("货号", json!("00123")),
            ("条码", json!("4006381333931")),
            ("单价", json!(1.25)),
        ],
        vec![
            ("名称", json!("流苏耳环")),
            ("货号", json!("ER-88")),
            ("单价", json!(18.8)),
        ],
    ];
    world.command(&base, records(0, goods)).await;
    world
        .command(&base, records(1, vec![vec![("名称", json!("顺达贸易行"))]]))
        .await;
    let lines = vec![
        vec![
            ("商品", json!(["r1"])),
            ("数量", json!(120)),
            ("单价", json!(1.25)),
        ],
        vec![
            ("商品", json!(["r2"])),
            ("数量", json!(36)),
            ("单价", json!(18.8)),
        ],
    ];
    world.command(&base, records(2, lines)).await;
    let orders = vec![
        vec![
            ("单号", json!("XS/001")),
            ("客户", json!(["r1"])),
            ("明细", json!(["r1", "r2"])),
            ("合计", json!(826.8)),
        ],
        vec![("单号", json!("XS/001"))],
    ];
    world.command(&base, records(3, orders)).await;
    (base, view)
}

async fn upload(world: &World, base: &str, bytes: &[u8]) -> String {
    let answer = world
        .post_bytes(&format!("/uploads?name=a.xlsx&base={base}"), bytes.to_vec())
        .await;
    answer.json()["digest"].as_str().unwrap().to_string()
}

/// The texts of a workbook's first sheet.
fn sheet(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name("xl/worksheets/sheet1.xml")
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[tokio::test]
async fn a_template_is_kept_filled_and_printed() {
    let world = World::new();
    let (base, _) = shop(&world).await;
    let digest = upload(&world, &base, QUOTATION).await;
    let path = format!("/bases/{base}/documents");
    let asked =
        json!({"name": "报价单", "table": "t4", "digest": digest, "file_name": "报价单.xlsx"});
    let made = world.post(&path, asked).await.json();
    assert_eq!(
        (
            made["problems"].as_array().unwrap().len(),
            made["per"].as_str()
        ),
        (0, Some("record"))
    );
    assert!(made["n_cells"].as_u64().unwrap() > 10, "{made}");
    let id = made["id"].as_str().unwrap().to_string();

    let one = world
        .post(&format!("{path}/{id}/fill"), json!({"records": ["r1"]}))
        .await;
    assert_eq!(one.status, 200, "{}", one.text());
    let name = one.headers["content-disposition"].to_str().unwrap();
    assert!(
        name.ends_with("%E6%8A%A5%E4%BB%B7%E5%8D%95-XS_001.xlsx"),
        "{name}"
    );
    let text = sheet(&one.bytes);
    assert!(
        text.contains("顺达贸易行") && text.contains("流苏耳环") && text.contains("SUM(G7:G8)"),
        "{text}"
    );

    let several = world
        .post(
            &format!("{path}/{id}/fill"),
            json!({"records": ["r1", "r2", "r1", "r9"]}),
        )
        .await;
    let zip = zip::ZipArchive::new(Cursor::new(several.bytes)).unwrap();
    assert_eq!(zip.len(), 2);

    let page = world
        .post(
            &format!("{path}/{id}/print"),
            json!({"records": ["r1", "r2"]}),
        )
        .await
        .json();
    let html = page["html"].as_str().unwrap();
    assert!(html.contains("¥826.80") && html.matches("class=\"sheet").count() == 2);

    // A renamed field shows at once, with the name that it has now.
    let view = world.get(&format!("/bases/{base}")).await.json();
    let fields = view["tables"][1]["fields"].as_array().unwrap();
    let phone = fields.iter().find(|field| field["name"] == "电话").unwrap()["id"].clone();
    let rename = json!({"kind": "update_field", "table": "t2", "field": phone, "name": "电话号"});
    world.command(&base, rename).await;
    let world = world.restart().await;
    let all = world.get(&path).await.json();
    let problem = &all[0]["problems"][0];
    assert_eq!(problem["cell"], "A4");
    assert_eq!(problem["suggestion"], "{{客户.电话号}}");
    let refused = world
        .post(&format!("{path}/{id}/fill"), json!({"records": ["r1"]}))
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["code"], "bad_placeholders");
    assert_eq!(refused.json()["at"], "报价单!A4");

    assert_eq!(world.delete(&format!("{path}/{id}")).await.status, 204);
    assert_eq!(world.get(&path).await.json(), json!([]));
    assert_eq!(world.delete(&format!("{path}/{id}")).await.status, 404);
}

#[tokio::test]
async fn labels_are_made_of_a_selection() {
    let world = World::new();
    let (base, _) = shop(&world).await;
    let digest = upload(&world, &base, LABELS).await;
    let path = format!("/bases/{base}/documents");
    let asked = json!({"name": "标签", "table": "t1", "per": "selection", "digest": digest, "file_name": "标签.xlsx"});
    let id = world.post(&path, asked).await.json()["id"]
        .as_str()
        .unwrap()
        .to_string();
    let filled = world
        .post(
            &format!("{path}/{id}/fill"),
            json!({"records": ["r1", "r2"]}),
        )
        .await;
    let text = sheet(&filled.bytes);
    assert!(
        text.contains("锆石戒指") && text.contains("流苏耳环"),
        "{text}"
    );
    let renamed = world
        .put(&format!("{path}/{id}"), json!({"name": "价签"}))
        .await
        .json();
    assert_eq!(
        (renamed["name"].as_str(), renamed["per"].as_str()),
        (Some("价签"), Some("selection"))
    );
}

#[tokio::test]
async fn what_can_t_be_done_is_told() {
    let world = World::new();
    let (base, _) = shop(&world).await;
    let path = format!("/bases/{base}/documents");
    let digest = upload(&world, &base, b"no workbook").await;
    let asked = |digest: &str, table: &str| json!({"name": "x", "table": table, "digest": digest, "file_name": "x.xlsx"});
    for (body, status, code) in [
        (asked(&digest, "t4"), 422, "template_no_workbook"),
        (asked(&digest, "t9"), 404, "no_table"),
        (asked(&"0".repeat(64), "t4"), 404, "no_blob"),
        (json!({"name": " ", "table": "t4"}), 400, "bad_request"),
        (json!({"nome": "x"}), 400, "unknown_property"),
    ] {
        let answer = world.post(&path, body).await;
        assert_eq!(
            (
                answer.status.as_u16(),
                answer.json()["code"].as_str().unwrap()
            ),
            (status, code)
        );
    }
    let starter = world.get(&format!("{path}/starter?table=t4")).await;
    assert!(sheet(&starter.bytes).contains("sheetData"));
    let digest = upload(&world, &base, &starter.bytes).await;
    let made = world.post(&path, asked(&digest, "t4")).await.json();
    assert_eq!(made["problems"], json!([]));
    let id = made["id"].as_str().unwrap();
    let none = world
        .post(&format!("{path}/{id}/fill"), json!({"records": ["r77"]}))
        .await;
    assert_eq!(
        (none.status.as_u16(), none.json()["code"].as_str()),
        (400, Some("no_records"))
    );
}
