//! History: what was done, taking it back, going back to a moment, the trash, how long it is kept.

use super::records::{Shop, shop};
use serde_json::{Value, json};

impl Shop {
    async fn ask(&self, path: &str) -> Value {
        let answer = self.world.get(&format!("/bases/{}{path}", self.base)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn set(&self, record: usize, field: usize, value: Value) {
        let edits =
            json!([{"record": self.records[record], "field": self.fields[field], "value": value}]);
        let command = json!({"kind": "set_cells", "table": self.table, "edits": edits});
        self.world.command(&self.base, command).await;
    }

    async fn newest(&self) -> u64 {
        self.ask("/history?n=1").await[0]["revision"]
            .as_u64()
            .unwrap()
    }
}

#[tokio::test]
async fn history_shows_both_sides_of_an_edit_and_undo_takes_it_back() {
    let shop = shop().await;
    let edit = json!([{"record": shop.records[0], "field": shop.fields[1], "value": 20}]);
    shop.world
        .command(
            &shop.base,
            json!({"kind": "set_cells", "table": shop.table, "edits": edit}),
        )
        .await;
    let path = format!(
        "/bases/{}/tables/{}/records/{}/history",
        shop.base, shop.table, shop.records[0]
    );
    let rows = shop.world.get(&path).await.json();
    assert_eq!(rows[0]["what"], "edited");
    assert_eq!(rows[0]["actor"], "user:local/api");
    let change = &rows[0]["changes"][0];
    assert_eq!(
        (&change["name"], &change["before"], &change["after"]),
        (&json!("单价"), &json!(19.2), &json!(20))
    );
    assert_eq!(rows[1]["what"], "created");
    assert_eq!(rows.as_array().unwrap().len(), 2);
    shop.world
        .command(&shop.base, json!({"kind": "undo"}))
        .await;
    assert_eq!(
        shop.window("n=1").await["columns"][&shop.fields[1]],
        json!([19.2])
    );
    let all = shop
        .world
        .get(&format!("/bases/{}/history?n=2", shop.base))
        .await
        .json();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(all[0]["undoes"], all[1]["revision"]);
    let older = format!("/bases/{}/history?before={}", shop.base, all[1]["revision"]);
    let older = shop.world.get(&older).await.json();
    assert!(older[0]["revision"].as_u64() < all[1]["revision"].as_u64());
}

#[tokio::test]
async fn a_step_shows_what_it_changed_and_what_taking_it_back_would_do() {
    let shop = shop().await;
    let edits = json!([
        {"record": shop.records[0], "field": shop.fields[1], "value": 20},
        {"record": shop.records[1], "field": shop.fields[1], "value": 30},
    ]);
    let command = json!({"kind": "set_cells", "table": shop.table, "edits": edits});
    shop.world.command(&shop.base, command).await;
    let step = shop.newest().await;
    let seen = shop.ask(&format!("/history/{step}")).await;
    assert_eq!(seen["n_changes"], 2);
    let first = &seen["changes"][0];
    assert_eq!(
        [
            &first["record_title"],
            &first["name"],
            &first["before_text"],
            &first["after_text"]
        ],
        ["鲨鱼夹", "单价", "¥19.20", "¥20.00"]
    );
    assert_eq!(seen["row"]["can_take_back"], true);
    shop.set(1, 1, json!(31)).await;
    let preview = shop.ask(&format!("/history/{step}/preview")).await;
    assert_eq!(
        (&preview["n_cells"], &preview["n_conflicts"]),
        (&json!(1), &json!(1))
    );
    let conflict = &preview["conflicts"][0];
    assert_eq!(
        [
            &conflict["record_title"],
            &conflict["before_text"],
            &conflict["after_text"]
        ],
        ["发圈", "¥30.00", "¥31.00"]
    );
    let refused = json!({"command": {"kind": "take_back", "revision": step}});
    let refused = shop
        .world
        .post(&format!("/bases/{}/commands", shop.base), refused)
        .await;
    assert_eq!(refused.json()["code"], "undo_conflict");
    let done = json!({"kind": "take_back", "revision": step, "keep_later": true});
    let done = shop.world.command(&shop.base, done).await;
    assert_eq!((&done["n_cells"], &done["n_kept"]), (&json!(1), &json!(1)));
    let cells = shop.window("n=2").await["columns"][&shop.fields[1]].clone();
    assert_eq!(cells, json!([19.2, 31]));
    let taken = shop.ask(&format!("/history/{step}")).await;
    assert_eq!(taken["row"]["can_take_back"], false);
    assert_eq!(taken["row"]["taken_back_by"], shop.newest().await);
    let missing = shop
        .world
        .get(&format!("/bases/{}/history/999", shop.base))
        .await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn history_is_asked_for_by_table_person_record_and_cell() {
    let shop = shop().await;
    shop.set(0, 1, json!(20)).await;
    shop.set(0, 0, json!("大鲨鱼夹")).await;
    let other =
        json!({"kind": "create_table", "name": "别的", "fields": [{"name": "名", "type": "text"}]});
    shop.world.command(&shop.base, other).await;
    let change = json!({"kind": "update_field", "table": shop.table, "field": shop.fields[1],
        "field_type": {"type": "text"}});
    shop.world.command(&shop.base, change).await;
    shop.set(0, 1, json!("二十一")).await;
    let of_table = shop.ask(&format!("/history?table={}", shop.table)).await;
    let all = shop.ask("/history").await;
    let n = |rows: &Value| rows.as_array().unwrap().len();
    assert_eq!(n(&of_table) + 1, n(&all));
    assert_eq!(n(&shop.ask("/history?actor=user:local/api").await), n(&all));
    assert_eq!(n(&shop.ask("/history?actor=user:local/else").await), 0);
    let record = format!("/tables/{}/records/{}/history", shop.table, shop.records[0]);
    let of_cell = shop
        .ask(&format!("{record}?field={}", shop.fields[1]))
        .await;
    let edits: Vec<&Value> = of_cell.as_array().unwrap().iter().collect();
    let shown: Vec<Value> = edits
        .iter()
        .flat_map(|row| row["changes"].as_array().unwrap().clone())
        .map(|change| change["after_text"].clone())
        .collect();
    // The newest first; the price of before the change of type counts too.
    assert_eq!(shown.first(), Some(&json!("二十一")));
    assert!(shown.contains(&json!("20")), "{shown:?}");
    assert!(!shown.contains(&json!("大鲨鱼夹")));
    assert_eq!(edits.last().unwrap()["what"], "created");
    // A page that begins before the change of type knows the column of then.
    let retyped = of_cell
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["revision"].as_u64().unwrap());
    let oldest = retyped.clone().nth(1).unwrap();
    let before = oldest.max(retyped.min().unwrap() + 2);
    let page = shop
        .ask(&format!(
            "{record}?field={}&before={before}",
            shop.fields[1]
        ))
        .await;
    let texts: Vec<&Value> = page
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row["changes"].as_array().unwrap())
        .map(|change| &change["after_text"])
        .collect();
    assert!(texts.contains(&&json!("20")), "{texts:?}");
}

#[tokio::test]
async fn the_trash_lists_what_was_removed_until_it_comes_back() {
    let shop = shop().await;
    assert_eq!(shop.ask("/trash").await, json!([]));
    let records = json!([shop.records[0], shop.records[1]]);
    for command in [
        json!({"kind": "delete_records", "table": shop.table, "records": records}),
        json!({"kind": "delete_field", "table": shop.table, "field": shop.fields[2]}),
        json!({"kind": "create_view", "table": shop.table, "name": "看"}),
    ] {
        shop.world.command(&shop.base, command).await;
    }
    let view = shop
        .world
        .get(&format!("/bases/{}", shop.base))
        .await
        .json();
    let view = view["tables"][0]["views"][1]["id"].clone();
    let delete = json!({"kind": "delete_view", "table": shop.table, "view": view});
    shop.world.command(&shop.base, delete).await;
    let trash = shop.ask("/trash").await;
    let kinds: Vec<&str> = trash
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["view", "field", "records"]);
    assert_eq!(
        (&trash[2]["n_records"], &trash[2]["name"]),
        (&json!(2), &json!("鲨鱼夹"))
    );
    assert_eq!(
        (&trash[1]["name"], &trash[1]["table_name"]),
        (&json!("日期"), &json!("商品"))
    );
    let days = trash[0]["gone_at_ms"].as_i64().unwrap() - trash[0]["at_ms"].as_i64().unwrap();
    assert_eq!(days, 30 * 86_400_000);
    for command in [
        json!({"kind": "restore_view", "table": shop.table, "view": view}),
        json!({"kind": "restore_field", "table": shop.table, "field": shop.fields[2]}),
        json!({"kind": "restore_records", "table": shop.table, "records": [shop.records[0]]}),
    ] {
        shop.world.command(&shop.base, command).await;
    }
    let trash = shop.ask("/trash").await;
    assert_eq!(trash.as_array().unwrap().len(), 1);
    assert_eq!(
        (&trash[0]["n_records"], &trash[0]["name"]),
        (&json!(1), &json!("发圈"))
    );
    shop.world
        .command(
            &shop.base,
            json!({"kind": "delete_table", "table": shop.table}),
        )
        .await;
    let trash = shop.ask("/trash").await;
    assert_eq!(
        trash.as_array().unwrap().len(),
        1,
        "its records come back with it"
    );
    assert_eq!(
        (&trash[0]["kind"], &trash[0]["n_records"]),
        (&json!("table"), &json!(2))
    );
}

#[tokio::test]
async fn a_table_goes_back_to_a_moment_after_a_look_at_what_that_does() {
    let shop = shop().await;
    let then = shop.window("n=3").await["columns"].clone();
    let moment = shop.newest().await;
    shop.set(0, 1, json!(20)).await;
    let delete =
        json!({"kind": "delete_records", "table": shop.table, "records": [shop.records[2]]});
    shop.world.command(&shop.base, delete).await;
    let path = format!("/tables/{}/restore_preview?revision={moment}", shop.table);
    let preview = shop.ask(&path).await;
    assert_eq!(
        [
            &preview["n_cells"],
            &preview["n_records_restored"],
            &preview["n_records_removed"],
            &preview["n_conflicts"]
        ],
        [&json!(1), &json!(1), &json!(0), &json!(0)]
    );
    let restore = json!({"kind": "restore_table_to", "table": shop.table, "revision": moment});
    shop.world.command(&shop.base, restore).await;
    assert_eq!(shop.window("n=3").await["columns"], then);
    let early = shop
        .world
        .get(&format!(
            "/bases/{}/tables/{}/restore_preview?revision=0",
            shop.base, shop.table
        ))
        .await;
    assert_eq!(
        (early.status.as_u16(), &early.json()["code"]),
        (404, &json!("no_such_moment"))
    );
}

#[tokio::test]
async fn how_long_history_is_kept_is_a_setting_with_a_least() {
    let shop = shop().await;
    let path = format!("/bases/{}/retention", shop.base);
    let kept = async |shop: &Shop| shop.world.get(&path).await.json();
    assert_eq!(kept(&shop).await, json!({"days": null}));
    let answer = shop.world.put(&path, json!({"days": 90})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = shop.world.put(&path, json!({"days": 7})).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["code"], "retention_too_short");
    assert_eq!(kept(&shop).await, json!({"days": 90}));
    let answer = shop.world.put(&path, json!({"day": 90})).await;
    assert_eq!(answer.status, 400);
    shop.world.put(&path, json!({"days": null})).await;
    assert_eq!(kept(&shop).await, json!({"days": null}));
}
