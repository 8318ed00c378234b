//! `/uploads`, `/imports`, `/exports`, `/bases/{base}/blobs`, `/backup`, `/restore`, `/bases/{base}/check`.

use super::world::{Answer, World};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SHEET: &str = "货号,品名,单价\n001,鲨鱼夹,19.20\n002,发圈,9.60\n";

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

async fn preview(world: &World, name: &str, bytes: Vec<u8>) -> Value {
    let upload = world
        .post_bytes(&format!("/uploads?name={name}"), bytes)
        .await;
    assert_eq!(upload.status, 200, "{}", upload.text());
    let made = world
        .post("/imports", json!({"upload": upload.json()["upload"]}))
        .await;
    let job = made.json()["job"].as_str().unwrap().to_string();
    wait(world, &format!("/imports/{job}"), &["staging"]).await
}

async fn import(world: &World, base_name: &str) -> Value {
    let staged = preview(world, "goods.csv", SHEET.into()).await;
    assert_eq!(staged["state"], "previewed", "{staged}");
    let path = format!("/imports/{}", staged["job"].as_str().unwrap());
    let confirm = json!({"base_name": base_name, "sheets": [{"sheet": 0, "table_name": "商品"}]});
    let confirmed = world
        .post(&format!("{path}/confirm"), confirm.clone())
        .await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    let done = wait(world, &path, &["previewed", "importing"]).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(
        world
            .post(&format!("{path}/confirm"), confirm)
            .await
            .error(409),
        "not_previewed"
    );
    done
}

async fn window(world: &World, base: &str, table: &str) -> Value {
    world
        .get(&format!("/bases/{base}/tables/{table}/window?n=10"))
        .await
        .json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_previewed_confirmed_imported_and_undone_in_one_step() {
    let world = World::new();
    let done = import(&world, "进货").await;
    let base = done["base"].as_str().unwrap();
    let table = done["tables"][0].as_str().unwrap();
    let rows = window(&world, base, table).await;
    assert_eq!(rows["n_total"], 2);
    let columns = rows["columns"].as_object().unwrap();
    let all: Vec<&Value> = columns.values().collect();
    assert_eq!(all[0], &json!(["001", "002"]), "leading zeros are kept");
    assert_eq!(all[2], &json!([19.2, 9.6]));
    let jobs = world.get("/jobs").await.json();
    assert_eq!(
        (&jobs[0]["kind"], &jobs[0]["state"]),
        (&json!("import"), &json!("done"))
    );
    world.command(base, json!({"kind": "undo"})).await;
    let view = world.get(&format!("/bases/{base}")).await.json();
    assert_eq!(view["tables"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_files_fail_with_a_clear_code_and_leave_nothing() {
    let world = World::new();
    let failed = preview(&world, "x.xlsx", b"PK\x03\x04 broken".to_vec()).await;
    assert_eq!(failed["state"], "failed");
    assert_eq!(failed["error"]["code"], "corrupt", "{failed}");
    assert_eq!(world.get("/bases").await.json(), json!([]));
    assert_eq!(
        std::fs::read_dir(world.folder.path().join("jobs"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(
        world
            .post("/imports", json!({"upload": "none"}))
            .await
            .error(404),
        "no_upload"
    );
    assert_eq!(world.get("/imports/none").await.error(404), "no_job");
    assert_eq!(
        world
            .post_bytes("/uploads?name=x", Vec::new())
            .await
            .error(400),
        "empty_file"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_preview_frees_its_files() {
    let world = World::new();
    let staged = preview(&world, "goods.csv", SHEET.into()).await;
    let job = staged["job"].as_str().unwrap();
    assert_eq!(
        world
            .post(&format!("/jobs/{job}/cancel"), json!({}))
            .await
            .status,
        204
    );
    let over = wait(&world, &format!("/imports/{job}"), &["previewed"]).await;
    assert_eq!(over["state"], "cancelled");
    assert_eq!(
        world
            .post(&format!("/jobs/{job}/cancel"), json!({}))
            .await
            .error(404),
        "no_job"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_leave_as_files() {
    let world = World::new();
    let done = import(&world, "进货").await;
    let base = done["base"].as_str().unwrap();
    for (format, starts) in [
        ("csv", &b"\xef\xbb\xbf"[..]),
        ("xlsx", b"PK\x03\x04"),
        ("parquet", b"PAR1"),
    ] {
        let asked = json!({"format": format, "table": done["tables"][0]});
        let made = world.post(&format!("/bases/{base}/exports"), asked).await;
        let path = format!("/exports/{}", made.json()["job"].as_str().unwrap());
        let job = wait(&world, &path, &["running"]).await;
        assert_eq!(job["state"], "done", "{job}");
        assert_eq!(job["report"]["n_records"], 2);
        let file = world.get(&format!("{path}/file")).await;
        assert!(file.bytes.starts_with(starts), "{format}");
        let disposition = file.headers["content-disposition"].to_str().unwrap();
        assert!(
            disposition.starts_with("attachment; filename*=UTF-8''%E5%95%86"),
            "{disposition}"
        );
    }
    let made = world
        .post(&format!("/bases/{base}/exports"), json!({"format": "doc"}))
        .await;
    assert_eq!(made.error(400), "bad_request");
}

fn png() -> Vec<u8> {
    let mut to = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(600, 300, image::Rgb([10, 120, 200]))
        .write_to(&mut to, image::ImageFormat::Png)
        .unwrap();
    to.into_inner()
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

#[tokio::test]
async fn attachments_come_back_sandboxed_and_pages_never_as_pages() {
    let world = World::new();
    let base = world.base("图").await;
    let upload = format!("/uploads?base={base}&name=");
    let picture = world
        .post_bytes(&format!("{upload}a.png"), png())
        .await
        .json();
    assert_eq!(
        (&picture["mime"], &picture["width_px"]),
        (&json!("image/png"), &json!(600))
    );
    let blobs = format!("/bases/{base}/blobs");
    let path = format!("{blobs}/{}", picture["digest"].as_str().unwrap());
    let whole = world.get(&path).await;
    assert_eq!(
        (whole.bytes == png(), header(&whole, "content-type")),
        (true, "image/png")
    );
    let small = world.get(&format!("{path}?thumb=64")).await;
    assert_eq!(header(&small, "content-type"), "image/jpeg");
    assert!(header(&small, "cache-control").contains("immutable"));
    let page = b"<html><script>alert(1)</script></html>".to_vec();
    let page = world
        .post_bytes(&format!("{upload}x.html"), page)
        .await
        .json();
    let path = format!("{blobs}/{}", page["digest"].as_str().unwrap());
    let page = world.get(&path).await;
    assert_eq!(header(&page, "content-type"), "application/octet-stream");
    assert!(header(&page, "content-disposition").starts_with("attachment"));
    assert!(header(&page, "content-security-policy").starts_with("sandbox"));
    assert_eq!(header(&page, "x-content-type-options"), "nosniff");
    assert_eq!(
        world.get(&format!("{path}?thumb=64")).await.error(422),
        "no_picture"
    );
    assert_eq!(
        world
            .get(&format!("{blobs}/{}", "0".repeat(64)))
            .await
            .error(404),
        "no_blob"
    );
    assert_eq!(
        world.get(&format!("{blobs}/..%2Fx")).await.error(404),
        "no_blob"
    );
    assert_eq!(
        world.get(&format!("{path}?thumb=65")).await.error(400),
        "bad_query"
    );
}

#[tokio::test]
async fn a_backup_comes_back_beside_the_original() {
    let world = World::new();
    let base = world.base("账本").await;
    world
        .command(&base, json!({"kind": "create_table", "name": "商品", "fields": [{"name": "品名", "type": "text"}]}))
        .await;
    let all = world.post("/backup", json!({})).await;
    assert_eq!((all.status.as_u16(), &all.bytes[..2]), (200, &b"PK"[..]));
    let restored = world.post_bytes("/restore", all.bytes.clone()).await.json();
    let copy = restored["bases"][0]["id"].as_str().unwrap();
    assert_ne!(copy, base);
    let view = world.get(&format!("/bases/{copy}")).await.json();
    assert_eq!(
        (&view["name"], &view["tables"][0]["name"]),
        (&json!("账本"), &json!("商品"))
    );
    let check = world
        .post(&format!("/bases/{copy}/check"), json!({}))
        .await
        .json();
    assert_eq!(check["damage"], json!([]));
    let mut damaged = all.bytes.clone();
    let middle = damaged.len() / 3;
    damaged[middle] ^= 0x20;
    let refused = world.post_bytes("/restore", damaged).await;
    assert!(refused.status.is_client_error(), "{}", refused.text());
    assert_eq!(
        world
            .post_bytes("/restore", b"nonsense".to_vec())
            .await
            .error(400),
        "no_backup"
    );
    assert_eq!(
        world.get("/bases").await.json().as_array().unwrap().len(),
        2
    );
    assert_eq!(
        std::fs::read_dir(world.folder.path().join("tmp"))
            .unwrap()
            .count(),
        0
    );
}

/// A flipped byte in the history of one base: it is shown and exported, takes no edit and is never written; the
/// other bases are as ever; `suanpan check` names the change and ends with 1.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_history_keeps_one_base_from_being_edited_not_from_being_read() {
    let world = World::new();
    let (base, other) = (world.base("坏店").await, world.base("好店").await);
    let fields = json!([{"name": "品名", "type": "text"}]);
    let made = world
        .command(
            &base,
            json!({"kind": "create_table", "name": "商品", "fields": fields}),
        )
        .await;
    let table = made["tables"][0].as_str().unwrap().to_string();
    let field = made["fields"][0].as_str().unwrap().to_string();
    world
        .command(
            &base,
            json!({"kind": "create_records", "table": table, "records": [{"cells": {&field: "从前的名字"}}]}),
        )
        .await;
    let edit = json!({"record": "r1", "field": field, "value": "现在的名字"});
    world
        .command(
            &base,
            json!({"kind": "set_cells", "table": table, "edits": [edit]}),
        )
        .await;
    let folder = world.stop().await;
    let path = folder.path().join(format!("bases/{base}.base"));
    let mut bytes = std::fs::read(&path).unwrap();
    let old = "从前的名字".as_bytes();
    let places: Vec<usize> = (0..bytes.len() - old.len())
        .filter(|&at| bytes[at..].starts_with(old))
        .collect();
    assert_eq!(
        places.len(),
        2,
        "once as it was typed, once as it was replaced"
    );
    places.iter().for_each(|&at| bytes[at] ^= 1);
    std::fs::write(&path, &bytes).unwrap();

    let world = World::over(folder);
    let view = world.get(&format!("/bases/{base}")).await.json();
    assert_eq!(view["status"]["code"], "log_damaged", "{view}");
    let reason = view["status"]["reason"].as_str().unwrap();
    assert!(reason.contains("change 2 in the history"), "{reason}");
    assert_eq!(
        window(&world, &base, &table).await["columns"][&field],
        json!(["现在的名字"])
    );
    let edit = json!({"record": "r1", "field": field, "value": "x"});
    let edit = json!({"command": {"kind": "set_cells", "table": table, "edits": [edit]}});
    let refused = world.post(&format!("/bases/{base}/commands"), edit).await;
    assert_eq!(refused.error(503), "read_only");
    let history = world.get(&format!("/bases/{base}/history")).await;
    assert_eq!(history.status, 200, "{}", history.text());
    let asked = json!({"format": "csv", "table": table});
    let made = world.post(&format!("/bases/{base}/exports"), asked).await;
    let export = format!("/exports/{}", made.json()["job"].as_str().unwrap());
    assert_eq!(wait(&world, &export, &["running"]).await["state"], "done");
    let saved = world
        .post(&format!("/bases/{base}/backup"), json!({}))
        .await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    world
        .command(
            &other,
            json!({"kind": "create_table", "name": "新", "fields": []}),
        )
        .await;
    let sound = world
        .post(&format!("/bases/{other}/check"), json!({}))
        .await;
    assert_eq!(sound.json()["damage"], json!([]));
    let folder = world.stop().await;

    let check = std::process::Command::new(env!("CARGO_BIN_EXE_suanpan"))
        .args(["check", "--json", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(check.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&check.stdout).unwrap();
    let bases = told["bases"].as_array().unwrap();
    let of = |id: &str| &bases.iter().find(|one| one["base"] == id).unwrap()["damage"];
    assert_eq!(*of(&other), json!([]));
    assert!(
        of(&base)[0]["place"]
            .as_str()
            .unwrap()
            .starts_with("transaction 2:"),
        "{told}"
    );
    assert!(
        std::fs::read(&path).unwrap() == bytes,
        "the file was changed"
    );
}
