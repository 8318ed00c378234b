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

/// Per type: the field, what is typed, what the cell then is; and a filter with the records (from 1) that it keeps.
#[tokio::test(flavor = "multi_thread")]
async fn each_type_reads_filters_computes_and_exports() {
    let cases = [
        (
            json!({"type": "email"}),
            json!(["Maria@b.example", "li＠q.example", "没有"]),
            json!(["Maria@b.example", "li@q.example", {"misfit": "没有"}]),
            ("contains", "q.ex", vec![2]),
            "LEN([x])",
            json!([15, 12, 0]),
            ["Maria@b.example,15", "没有,0"],
        ),
        (
            json!({"type": "barcode"}),
            json!(["0012345678905", "4006381333932", "CK-7"]),
            json!(["0012345678905", {"misfit": "4006381333932"}, "CK-7"]),
            ("is_misfit", "", vec![2]),
            "LEFT([x],2)",
            json!(["00", null, "CK"]),
            ["0012345678905,00", "4006381333932,"],
        ),
        (
            json!({"type": "rating", "max": 5}),
            json!([4, "★★", "6"]),
            json!([4, 2, {"misfit": "6"}]),
            ("greater_or_equal", "3", vec![1]),
            "[x]+1",
            json!([5, 3, 1]),
            ["4,5", "6,1"],
        ),
        (
            json!({"type": "progress"}),
            json!([0.25, "80%", "5"]),
            json!([0.25, 0.8, 0.05]),
            ("less", "50%", vec![1, 3]),
            "[x]*200",
            json!([50, 160, 10]),
            ["25%,50", "80%,160"],
        ),
        (
            json!({"type": "duration", "seconds": false}),
            json!([90, "1:30", "2小时"]),
            json!([90, 5400, 7200]),
            ("greater", "1:00", vec![2, 3]),
            "[x]/3600",
            json!([0.025, 1.5, 2]),
            ["0:01:30,0:00:00.025", "2:00,0:00:02"],
        ),
    ];
    let world = World::new();
    let base = world.base("类型").await;
    for (field_type, typed, cells, (operator, value, kept), formula, results, lines) in cases {
        let key = field_type["type"].clone();
        let mut field = field_type;
        field["name"] = json!("x");
        let made = world
            .command(
                &base,
                json!({"kind": "create_table", "name": key, "fields": [
                    field, {"name": "y", "type": "formula", "formula": formula}]}),
            )
            .await;
        let table = made["tables"][0].as_str().unwrap().to_owned();
        let (x, y) = (
            made["fields"][0].as_str().unwrap(),
            made["fields"][1].as_str().unwrap(),
        );
        let records: Vec<Value> = typed
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| json!({"cells": {x: cell}}))
            .collect();
        let made = world
            .command(
                &base,
                json!({"kind": "create_records", "table": table, "records": records}),
            )
            .await;
        assert_eq!(column(&world, &base, &table, x).await, cells, "{key}");
        assert_eq!(column(&world, &base, &table, y).await, results, "{key}");
        let view = world.get(&format!("/bases/{base}")).await.json();
        let view = view["tables"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == table.as_str())
            .unwrap()["views"][0]
            .clone();
        let mut filtered = view;
        filtered["filter"] = json!({"any": false, "groups": [], "conditions": [
            {"field": x, "operator": operator, "value": value}]});
        world
            .command(
                &base,
                json!({"kind": "update_view", "table": table, "view": filtered}),
            )
            .await;
        let path = format!(
            "/bases/{base}/tables/{table}/window?n=10&view={}",
            filtered["id"].as_str().unwrap()
        );
        let shown = world.get(&path).await.json()["records"].clone();
        let want: Vec<Value> = kept
            .iter()
            .map(|at: &usize| made["records"][at - 1].clone())
            .collect();
        assert_eq!(shown, json!(want), "{key}");
        let csv = export_csv(&world, &base, &table).await;
        for line in lines {
            assert!(csv.contains(line), "{key}: {line} in {csv}");
        }
        let rows: Vec<Value> = typed
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| json!([cell]))
            .collect();
        let paste = json!({"kind": "paste_cells", "table": table, "records": [], "fields": [x],
            "rows": rows, "append": 3});
        world.command(&base, paste).await;
        let all = column(&world, &base, &table, x).await;
        assert_eq!(
            all.as_array().unwrap()[3..],
            cells.as_array().unwrap()[..],
            "{key}"
        );
    }
}

async fn wait(world: &World, path: &str, busy: &[&str]) -> Value {
    let began = Instant::now();
    loop {
        let job = world.get(path).await.json();
        if !busy.contains(&job["state"].as_str().unwrap()) {
            return job;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{job}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A table of all types to a workbook and back into another base: the same fields, the same cells.
#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_of_ours_brings_its_types_back() {
    let world = World::new();
    let base = world.base("出").await;
    let option = |name: &str| json!({"id": "o0", "name": name, "color": 3});
    let fields = json!([
        {"name": "品名", "type": "text"},
        {"name": "邮箱", "type": "email"},
        {"name": "条码", "type": "barcode"},
        {"name": "评分", "type": "rating", "max": 7},
        {"name": "进度", "type": "progress", "decimals": 1},
        {"name": "工时", "type": "duration", "seconds": false},
        {"name": "跟单", "type": "person", "options": [option("小王"), option("小李")]},
        {"name": "状态", "type": "select", "options": [option("在售"), option("停售")]},
        {"name": "单价", "type": "currency", "code": "USD", "decimals": 3},
        {"name": "单号", "type": "auto_number", "pattern": "CK-{0000}"},
        {"name": "建", "type": "created_time"},
        {"name": "谁", "type": "created_by"},
        {"name": "成本", "type": "formula", "formula": "[单价]*2"},
    ]);
    let made = world
        .command(
            &base,
            json!({"kind": "create_table", "name": "货", "fields": fields}),
        )
        .await;
    let table = made["tables"][0].as_str().unwrap();
    let field = |at: usize| made["fields"][at].as_str().unwrap();
    let rows = [
        [
            "戒指",
            "a@b.cn",
            "0012345678905",
            "7",
            "12.5%",
            "36:05:09",
            "小王、小李",
            "停售",
            "0.125",
        ],
        [
            "耳钉",
            "没有",
            "4006381333932",
            "9",
            "150%",
            "0:45",
            "",
            "",
            "面议",
        ],
    ];
    let records: Vec<Value> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().enumerate();
            let cells: serde_json::Map<String, Value> = cells
                .map(|(at, text)| (field(at).to_owned(), json!(text)))
                .collect();
            json!({"cells": cells})
        })
        .collect();
    let create = json!({"kind": "create_records", "table": table, "records": records});
    world.command(&base, create).await;

    let asked = json!({"format": "xlsx", "table": table});
    let job = world.post(&format!("/bases/{base}/exports"), asked).await;
    let path = format!("/exports/{}", job.json()["job"].as_str().unwrap());
    assert_eq!(wait(&world, &path, &["running"]).await["state"], "done");
    let bytes = world.get(&format!("{path}/file")).await.bytes.to_vec();
    let upload = world.post_bytes("/uploads?name=out.xlsx", bytes).await;
    let staged = world
        .post("/imports", json!({"upload": upload.json()["upload"]}))
        .await;
    let path = format!("/imports/{}", staged.json()["job"].as_str().unwrap());
    assert_eq!(
        wait(&world, &path, &["staging"]).await["state"],
        "previewed"
    );
    let confirm = json!({"base_name": "进", "sheets": [{"sheet": 0, "table_name": "货"}]});
    world.post(&format!("{path}/confirm"), confirm).await;
    let done = wait(&world, &path, &["previewed", "importing"]).await;
    assert_eq!(done["state"], "done", "{done}");

    let shape = async |base: &str, table: &str| {
        let view = world.get(&format!("/bases/{base}")).await.json();
        let window = world
            .get(&format!("/bases/{base}/tables/{table}/window?n=10"))
            .await
            .json();
        let mut fields = view["tables"][0]["fields"].clone();
        let mut columns = Vec::new();
        for field in fields.as_array_mut().unwrap() {
            columns.push(window["columns"][field["id"].as_str().unwrap()].clone());
            let field = field.as_object_mut().unwrap();
            field.remove("id");
            field.remove("source");
        }
        (fields, columns)
    };
    let (fields, columns) = shape(&base, table).await;
    let (base, table) = (
        done["base"].as_str().unwrap(),
        done["tables"][0].as_str().unwrap(),
    );
    let (fields_again, columns_again) = shape(base, table).await;
    assert_eq!(fields, fields_again);
    assert_eq!(columns, columns_again);
    let number = &columns_again[9];
    assert_eq!(*number, json!(["CK-0001", "CK-0002"]));
    let create = json!({"kind": "create_records", "table": table, "records": [{"cells": {}}]});
    world.command(base, create).await;
    let (_, columns) = shape(base, table).await;
    assert_eq!(columns[9][2], "CK-0003");
}
