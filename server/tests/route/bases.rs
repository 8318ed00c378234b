//! `/bases`, `/bases/{base}`, `/templates`

use super::world::World;
use serde_json::json;

#[tokio::test]
async fn a_base_is_made_renamed_listed_and_moved_to_the_trash() {
    let world = World::new();
    let id = world.base("我的店").await;
    let renamed = world
        .patch(&format!("/bases/{id}"), json!({"name": "新店"}))
        .await;
    assert_eq!(renamed.status, 204, "{}", renamed.text());
    let view = world.get(&format!("/bases/{id}")).await.json();
    assert_eq!(view["name"], "新店");
    assert_eq!(view["status"]["state"], "ok");
    let row = world.get("/bases").await.json()[0].clone();
    assert_eq!((&row["id"], &row["name"]), (&json!(id), &json!("新店")));
    assert!(row["size_bytes"].as_u64().unwrap() > 0);
    assert_eq!(world.delete(&format!("/bases/{id}")).await.status, 204);
    assert_eq!(world.get("/bases").await.json(), json!([]));
    assert_eq!(
        world.get(&format!("/bases/{id}")).await.error(404),
        "no_base"
    );
    let trash: Vec<_> = std::fs::read_dir(world.folder.path().join("trash"))
        .unwrap()
        .collect();
    assert!(!trash.is_empty());
}

#[tokio::test]
async fn bases_are_listed_after_a_restart_without_being_opened() {
    let world = World::new();
    let id = world.base("账本").await;
    world
        .command(&id, json!({"kind": "create_table", "name": "商品", "fields": [{"name": "品名", "type": "text"}]}))
        .await;
    let world = world.restart().await;
    let row = world.get("/bases").await.json()[0].clone();
    assert_eq!(
        (&row["name"], &row["n_tables"]),
        (&json!("账本"), &json!(1))
    );
    assert!(row.get("damage").is_none());
}

#[tokio::test]
async fn a_damaged_base_is_named_and_the_others_work() {
    let world = World::new();
    let good = world.base("好").await;
    std::fs::write(
        world.folder.path().join("bases/broken.base"),
        b"this is no base at all",
    )
    .unwrap();
    let rows = world.get("/bases").await.json();
    let broken = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == "broken")
        .unwrap();
    assert_eq!(broken["damage"], "base_damaged");
    assert_eq!(world.get("/bases/broken").await.error(500), "base_damaged");
    assert_eq!(world.get(&format!("/bases/{good}")).await.status, 200);
    assert_eq!(world.delete("/bases/broken").await.status, 204);
}

#[tokio::test]
async fn templates_fill_a_base_and_their_formulas_compute() {
    let world = World::new();
    let listed = world.get("/templates").await.json();
    assert_eq!(listed[0]["title"], "Inventory");
    for key in ["inventory", "crm", "demo"] {
        let made = world
            .post("/bases", json!({"name": key, "template": key}))
            .await;
        assert_eq!(made.status, 201, "{key}: {}", made.text());
        let id = made.json()["id"].as_str().unwrap().to_string();
        let view = world.get(&format!("/bases/{id}")).await.json();
        assert!(!view["tables"].as_array().unwrap().is_empty());
        if key == "inventory" {
            check_stock(&world, &id, &view).await;
        }
    }
    assert_eq!(
        world
            .post("/bases", json!({"name": "x", "template": "none"}))
            .await
            .error(404),
        "no_template"
    );
}

/// 账面库存 of YW-1001 is what its moves add up to.
async fn check_stock(world: &World, base: &str, view: &serde_json::Value) {
    let table = &view["tables"][0];
    assert_eq!(table["name"], "商品");
    let field = |name: &str| {
        let fields = table["fields"].as_array().unwrap();
        let at = fields
            .iter()
            .position(|field| field["name"] == name)
            .unwrap();
        (at, fields[at].clone())
    };
    let (at, on_hand) = field("账面库存");
    assert_eq!(at, 12, "formula fields stand where the template puts them");
    assert!(
        on_hand["formula_text"]
            .as_str()
            .unwrap()
            .starts_with("SUMIFS(")
    );
    let id = on_hand["id"].as_str().unwrap();
    let path = format!(
        "/bases/{base}/tables/{}/window?n=1",
        table["id"].as_str().unwrap()
    );
    let window = world.get(&path).await.json();
    assert_eq!(window["columns"][id], json!([413]), "{window}");
}
