//! Exported workbooks hold live formulas: read back by an independent reader, and recalculated by LibreOffice
//! where it is installed.

use super::world::World;
use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

async fn table(world: &World, base: &str, name: &str, fields: Value, rows: Value) -> Value {
    let command = json!({"kind": "create_table", "name": name, "fields": fields});
    let made = world.command(base, command).await;
    let ids = made["fields"].as_array().unwrap();
    let records: Vec<Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let cells = ids.iter().zip(row.as_array().unwrap());
            let cells: serde_json::Map<_, _> = cells
                .map(|(id, cell)| (id.as_str().unwrap().to_string(), cell.clone()))
                .collect();
            json!({"cells": cells})
        })
        .collect();
    let command = json!({"kind": "create_records", "table": made["tables"][0], "records": records});
    world.command(base, command).await;
    made["tables"][0].clone()
}

/// 商品 and 销售 with own-field, lookup, sum and AI formulas; what each column is in the workbook.
async fn shop(world: &World) -> String {
    let base = world.base("店").await;
    let goods = json!([{"name": "货号", "type": "text"}, {"name": "单价", "type": "number"}]);
    let rows = json!([["A-1", 2.5], ["A-2", 10], ["A-3", 7]]);
    let goods = table(world, &base, "商品", goods, rows).await;
    let sales = json!([{"name": "货号", "type": "text"}, {"name": "数量", "type": "number"}]);
    let rows = json!([["A-1", 4], ["A-2", 3], ["B-9", 1], ["A-1", 6]]);
    let sales = table(world, &base, "销售", sales, rows).await;
    for (table, name, formula) in [
        (&sales, "单价", "XLOOKUP([货号],商品[货号],商品[单价],0)"),
        (&sales, "金额", "[单价]*[数量]"),
        (&sales, "英文", "AI.TRANSLATE([货号],\"en\")"),
        (&goods, "售出", "SUMIFS(销售[数量],销售[货号],[货号])"),
        (&goods, "编号", "IFS([单价]>5,\"贵\",TRUE,\"nan\")"),
    ] {
        let field = json!({"name": name, "type": "formula", "formula": formula});
        let command = json!({"kind": "create_field", "table": table, "field": field});
        world.command(&base, command).await;
    }
    base
}

async fn exported(world: &World, base: &str, request: Value, to: &Path) -> Value {
    let made = world.post(&format!("/bases/{base}/exports"), request).await;
    let path = format!("/exports/{}", made.json()["job"].as_str().unwrap());
    let began = Instant::now();
    let job = loop {
        let job = world.get(&path).await.json();
        if job["state"] != "running" {
            break job;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{job}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(job["state"], "done", "{job}");
    let file = world.get(&format!("{path}/file")).await;
    std::fs::write(to, &file.bytes).unwrap();
    job["report"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn formulas_stay_live_in_a_workbook() {
    let world = World::new();
    let base = shop(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.xlsx");
    let report = exported(&world, &base, json!({"format": "xlsx"}), &path).await;
    assert_eq!(
        report["live_formulas"],
        json!(["售出", "编号", "单价", "金额"])
    );
    assert_eq!(report["value_formulas"], json!(["英文"]));
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let formulas = book.worksheet_formula("销售").unwrap();
    let at = |row, col| formulas.get_value((row, col)).unwrap().as_str();
    assert_eq!(
        at(1, 2),
        "IFERROR(INDEX(商品[单价],MATCH(销售[[#This Row],[货号]],商品[货号],0)),0)"
    );
    assert_eq!(
        at(4, 3),
        "销售[[#This Row],[单价]]*销售[[#This Row],[数量]]"
    );
    let values = book.worksheet_range("销售").unwrap();
    let amounts: Vec<&Data> = (1..5)
        .map(|row| values.get_value((row, 3)).unwrap())
        .collect();
    assert_eq!(amounts, [10.0, 30.0, 0.0, 15.0].map(Data::Float).each_ref());
    let goods = book.worksheet_formula("商品").unwrap();
    let sold = goods.get_value((1, 2)).unwrap();
    assert_eq!(
        sold,
        "SUMIFS(销售[数量],销售[货号],商品[[#This Row],[货号]])"
    );
    assert!(goods.get_value((1, 3)).unwrap().starts_with("_xlfn.IFS("));
    if let Some(sheets) = recalculated(&path) {
        let text = |at: usize| sheets[at].lines().skip(1).collect::<Vec<_>>();
        assert_eq!(text(0), ["A-1,2.5,10,nan", "A-2,10,3,贵", "A-3,7,0,贵"]);
        let sales: Vec<String> = text(1)
            .iter()
            .map(|line| line.trim_end_matches(',').to_string())
            .collect();
        assert_eq!(
            sales,
            ["A-1,4,2.5,10", "A-2,3,10,30", "B-9,1,0,0", "A-1,6,2.5,15"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_alone_keeps_only_the_formulas_it_can_compute() {
    let world = World::new();
    let base = shop(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let view = world.get(&format!("/bases/{base}")).await.json();
    let request = json!({"format": "xlsx", "table": view["tables"][1]["id"]});
    let report = exported(&world, &base, request, &folder.path().join("one.xlsx")).await;
    assert_eq!(report["live_formulas"], json!(["金额"]));
    assert_eq!(report["value_formulas"], json!(["单价", "英文"]));
}

/// The sheets as CSV after LibreOffice computed everything anew; `None` where it is not installed.
fn recalculated(path: &Path) -> Option<Vec<String>> {
    const ALWAYS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"#;
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("profile");
    std::fs::create_dir_all(profile.join("user")).unwrap();
    std::fs::write(profile.join("user/registrymodifications.xcu"), ALWAYS).unwrap();
    let out = folder.path().join("out");
    let done = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .args(["--headless", "--convert-to"])
        .arg("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1")
        .arg("--outdir")
        .args([&out, path])
        .env("HOME", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !done.ok()?.success() {
        return None;
    }
    let sheet = |name: &str| std::fs::read_to_string(out.join(format!("out-{name}.csv"))).unwrap();
    Some(vec![sheet("商品"), sheet("销售")])
}
