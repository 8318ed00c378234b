//! The live connection over a real socket: acknowledgement, other windows, refusals, resync.
#![allow(clippy::unwrap_used)]

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use server::{
    app,
    auth::Hosts,
    instance::{Instance, StartOptions},
    limits::SESSION_PATCHES,
};
use std::time::Duration;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

struct Shop {
    instance: app::App,
    address: String,
    base: String,
    table: String,
    price: String,
    amount: String,
    record: String,
    _folder: tempfile::TempDir,
}

struct Window {
    socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
}

async fn shop() -> Shop {
    let folder = tempfile::tempdir().unwrap();
    let instance = Instance::start(StartOptions {
        data: folder.path().to_path_buf(),
        runs_ai: true,
        program: None,
    })
    .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = app::router(instance.clone(), Hosts::Local);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let base = instance.bases.create("店").await.unwrap().id.to_string();
    let mut shop = Shop {
        instance,
        address,
        base,
        table: String::new(),
        price: String::new(),
        amount: String::new(),
        record: String::new(),
        _folder: folder,
    };
    let mut window = shop.open("setup").await;
    let fields = json!([{"name": "单价", "type": "number"}, {"name": "数量", "type": "number"}]);
    window
        .submit(
            "s1",
            json!({"kind": "create_table", "name": "商品", "fields": fields}),
        )
        .await;
    window.until("patch", |m| m["client_id"] == "s1").await;
    let snapshot = shop
        .instance
        .base(&shop.base)
        .await
        .unwrap()
        .handle
        .snapshot();
    let table = snapshot.schema.table_named("商品").unwrap();
    shop.table = table.id.to_string();
    shop.price = table.fields[0].id.to_string();
    let n = table.fields[1].id.to_string();
    let field = json!({"name": "金额", "type": "formula", "formula": "[单价]*[数量]"});
    window
        .submit(
            "s2",
            json!({"kind": "create_field", "table": shop.table, "field": field}),
        )
        .await;
    window.until("patch", |m| m["client_id"] == "s2").await;
    let cells = json!({&shop.price: 3, n: 10});
    window
        .submit(
            "s3",
            json!({"kind": "create_records", "table": shop.table, "records": [{"cells": cells}]}),
        )
        .await;
    window.until("patch", |m| m["client_id"] == "s3").await;
    let snapshot = shop
        .instance
        .base(&shop.base)
        .await
        .unwrap()
        .handle
        .snapshot();
    let table = snapshot.schema.table_named("商品").unwrap();
    shop.amount = table.field_named("金额").unwrap().id.to_string();
    let data = snapshot.data(table.id).unwrap();
    shop.record = data.live_records().next().unwrap().0.to_string();
    shop
}

impl Shop {
    async fn open(&self, client: &str) -> Window {
        let url = format!("ws://{}/api/v1/bases/{}/socket", self.address, self.base);
        let (socket, _) = connect_async(url).await.unwrap();
        let mut window = Window { socket };
        window
            .send(json!({"type": "hello", "client": client, "locale": "en"}))
            .await;
        window.until("welcome", |_| true).await;
        if !self.table.is_empty() {
            window
                .send(json!({"type": "watch", "table": self.table, "from": 0, "n": 100}))
                .await;
            // The pong says that the watch has been read.
            window.send(json!({"type": "ping"})).await;
            window.until("pong", |_| true).await;
        }
        window
    }

    async fn ask(&self, route: &str) -> Value {
        let url = format!("http://{}/api/v1/bases/{}{route}", self.address, self.base);
        let answer = reqwest::get(url).await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    async fn window(&self, from: u64, n: u32) -> Value {
        self.ask(&format!("/tables/{}/window?from={from}&n={n}", self.table))
            .await
    }

    /// The first record's cells as columns of one.
    async fn first_row(&self) -> Value {
        self.window(0, 1).await["columns"].clone()
    }

    /// The table as the API shows it.
    async fn view(&self) -> Value {
        let base = self.ask("").await;
        let tables = base["tables"].as_array().unwrap();
        tables
            .iter()
            .find(|one| one["id"] == self.table.as_str())
            .unwrap()
            .clone()
    }

    fn set_price(&self, value: Value) -> Value {
        let edit = json!({"record": self.record, "field": self.price, "value": value});
        json!({"kind": "set_cells", "table": self.table, "edits": [edit]})
    }
}

impl Window {
    /// Tells which rows are shown; returns when the server knows.
    async fn watch(&mut self, table: &str, from: u64, n: u32) {
        self.send(json!({"type": "watch", "table": table, "from": from, "n": n}))
            .await;
        self.send(json!({"type": "ping"})).await;
        self.until("pong", |_| true).await;
    }

    /// The next message, whatever it is; `kind` is what is waited for.
    async fn next(&mut self, kind: &str) -> Value {
        let seek = async {
            loop {
                if let Message::Text(text) = self.socket.next().await.unwrap().unwrap() {
                    return serde_json::from_str(&text).unwrap();
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), seek)
            .await
            .unwrap_or_else(|_| panic!("no {kind}"))
    }

    async fn send(&mut self, message: Value) {
        self.socket
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    async fn submit(&mut self, client_id: &str, command: Value) {
        self.send(json!({"type": "command", "client_id": client_id, "command": command}))
            .await;
    }

    /// The next message of a kind that `is_it`; others are passed over.
    async fn until(&mut self, kind: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next(kind).await;
            if message["type"] == kind && is_it(&message) {
                return message;
            }
            // An answer that nobody waits for tells why the other does not come.
            assert!(
                message["type"] != "rejected" || kind == "rejected",
                "{message}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_patch_is_the_acknowledgement_and_other_windows_see_it() {
    let shop = shop().await;
    let (mut one, mut two) = (shop.open("one").await, shop.open("two").await);
    one.submit("a1", shop.set_price(json!(5))).await;
    let own = one.until("patch", |m| m["client_id"] == "a1").await;
    assert_eq!(own["undo"]["can_undo"], true);
    assert_eq!(
        own["recomputed"],
        json!({&shop.amount: 1}),
        "only the edited record"
    );
    let seen = two.until("patch", |m| m["label"] == "set_cells").await;
    assert!(
        seen.get("client_id").is_none() && seen.get("undo").is_none(),
        "{seen}"
    );
    let cells = seen["cells"].as_array().unwrap();
    let cell =
        |field: &str| cells.iter().find(|part| part["field"] == field).unwrap()["cells"].clone();
    assert_eq!(
        (cell(&shop.price), cell(&shop.amount)),
        (json!([5]), json!([50]))
    );
    // Undo is per actor: window two has nothing to take back.
    two.submit("b1", json!({"kind": "undo"})).await;
    let rejected = two.until("rejected", |m| m["client_id"] == "b1").await;
    assert!(!rejected["error"]["code"].as_str().unwrap().is_empty());
    one.submit("a2", json!({"kind": "undo"})).await;
    one.until("patch", |m| m["client_id"] == "a2").await;
    two.until("patch", |m| m["cells"][0]["cells"] == json!([3]))
        .await;
}

/// Its window may be read before the server knows what it watches: what it is not sent, it is told of.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_before_the_watch_is_heard_of() {
    let shop = shop().await;
    let (mut one, mut late) = (shop.open("one").await, shop.open("late").await);
    late.watch("t99", 0, 100).await;
    one.submit("a1", shop.set_price(json!(5))).await;
    let own = one.until("patch", |m| m["client_id"] == "a1").await;
    assert_eq!(own["order_changed"], json!([]));
    let told = late.until("patch", |m| m["label"] == "set_cells").await;
    assert_eq!(
        (&told["cells"], &told["order_changed"]),
        (&json!([]), &json!([shop.table]))
    );
    let delete = json!({"kind": "delete_records", "table": shop.table, "records": [shop.record]});
    one.submit("a2", delete).await;
    let told = late
        .until("patch", |m| m["label"] == "delete_records")
        .await;
    assert_eq!(told["order_changed"], json!([shop.table]));
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_repeated_and_unreadable_commands_are_answered() {
    let shop = shop().await;
    let mut window = shop.open("one").await;
    let missing = json!({"kind": "delete_table", "table": "t99"});
    window.submit("a1", missing).await;
    let rejected = window.until("rejected", |m| m["client_id"] == "a1").await;
    assert_eq!(rejected["error"]["code"], "no_table");
    window
        .send(json!({"type": "command", "client_id": "a2", "command": {"kind": "nonsense"}}))
        .await;
    let rejected = window.until("rejected", |m| m["client_id"] == "a2").await;
    assert_eq!(rejected["error"]["code"], "bad_message");
    window.submit("a3", shop.set_price(json!(7))).await;
    let patch = window.until("patch", |m| m["client_id"] == "a3").await;
    window.submit("a3", shop.set_price(json!(7))).await;
    let again = window
        .until("acknowledged", |m| m["client_id"] == "a3")
        .await;
    assert_eq!(again["revision"], patch["revision"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_see_who_else_is_there() {
    let shop = shop().await;
    let mut one = shop.open("one").await;
    let mut two = shop.open("two").await;
    let place =
        json!({"type": "cursor", "table": shop.table, "record": shop.record, "field": shop.price});
    two.send(place).await;
    let presence = one
        .until("presence", |m| {
            m["sessions"]
                .as_array()
                .unwrap()
                .iter()
                .any(|s| s["cursor"].is_object())
        })
        .await;
    let other = presence["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["client"] == "two")
        .unwrap();
    assert_eq!(other["cursor"]["record"], shop.record.as_str());
    let numbers: Vec<&Value> = presence["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["number"])
        .collect();
    assert!(
        numbers[0] != numbers[1] && other.get("name").is_none(),
        "{presence}"
    );
    // A name comes with a later hello; it is one short line.
    let long = format!(" 仓库\n阿强{}", "长".repeat(40));
    two.send(json!({"type": "hello", "client": "two", "locale": "en", "name": long}))
        .await;
    let named = format!("仓库 阿强{}", "长".repeat(19));
    one.until("presence", |m| {
        m["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|s| s["name"] == named.as_str() && s["cursor"].is_object())
    })
    .await;
    drop(two);
    one.until("presence", |m| !m.to_string().contains("\"two\""))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_set_one_cell_the_last_wins_and_both_see_it() {
    let shop = shop().await;
    let (mut one, mut two) = (shop.open("one").await, shop.open("two").await);
    one.submit("a1", shop.set_price(json!(11))).await;
    two.submit("b1", shop.set_price(json!(22))).await;
    // Each sees both patches in one order; what the later one says is what stays.
    let mut ends = Vec::new();
    for window in [&mut one, &mut two] {
        let mut seen = Vec::new();
        for _ in 0..2 {
            let patch = window.until("patch", |m| m["label"] == "set_cells").await;
            let cells = patch["cells"].as_array().unwrap();
            let price = cells
                .iter()
                .find(|part| part["field"] == shop.price.as_str());
            seen.push((
                patch["revision"].as_u64().unwrap(),
                price.unwrap()["cells"][0].clone(),
            ));
        }
        assert!(seen[0].0 < seen[1].0, "in order: {seen:?}");
        ends.push(seen);
    }
    assert_eq!(ends[0], ends[1]);
    let last = &ends[0][1].1;
    assert_eq!(shop.first_row().await[&shop.price][0], *last);
    let mut both = [&ends[0][0].1, last].map(|cell| cell.as_f64().unwrap() as i64);
    both.sort_unstable();
    assert_eq!(both, [11, 22]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_patch_is_cut_to_what_each_client_shows() {
    let shop = shop().await;
    let mut near = shop.open("near").await;
    let rows: Vec<Value> = (0..4_000)
        .map(|_| json!({"cells": {&shop.price: 1}}))
        .collect();
    let create = json!({"kind": "create_records", "table": shop.table, "records": rows});
    near.submit("a1", create).await;
    near.until("patch", |m| m["client_id"] == "a1").await;
    let records = shop.window(0, 2_000).await["records"]
        .as_array()
        .unwrap()
        .clone();
    let mut all = records.clone();
    for from in [2_000, 4_000] {
        all.extend(
            shop.window(from, 2_000).await["records"]
                .as_array()
                .unwrap()
                .iter()
                .cloned(),
        );
    }
    assert_eq!(all.len(), 4_001);
    // Another client shows ten rows further down.
    let mut far = shop.open("far").await;
    far.watch(&shop.table, 3_000, 10).await;
    let edits: Vec<Value> = all
        .iter()
        .map(|record| json!({"record": record, "field": shop.price, "value": 2}))
        .collect();
    let set = json!({"kind": "set_cells", "table": shop.table, "edits": edits});
    // 4,001 prices and as many amounts: more than is sent whole, less than is not sent at all.
    near.submit("a2", set).await;
    let seen = |patch: &Value| -> Vec<Value> {
        let cells = patch["cells"].as_array().unwrap();
        let price = cells
            .iter()
            .find(|part| part["field"] == shop.price.as_str());
        price.unwrap()["records"].as_array().unwrap().clone()
    };
    let patch = near.until("patch", |m| m["client_id"] == "a2").await;
    assert_eq!(seen(&patch), &records[..100]);
    let patch = far.until("patch", |m| m["label"] == "set_cells").await;
    assert_eq!(seen(&patch), &all[3_000..3_010]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_nothing_is_told_to_fetch_again_and_then_agrees() {
    let shop = shop().await;
    let mut slow = shop.open("slow").await;
    let mut quick = shop.open("quick").await;
    let rows: Vec<Value> = (0..2_000)
        .map(|_| json!({"cells": {&shop.price: 1}}))
        .collect();
    let create = json!({"kind": "create_records", "table": shop.table, "records": rows});
    quick.submit("a0", create).await;
    quick.until("patch", |m| m["client_id"] == "a0").await;
    for window in [&mut slow, &mut quick] {
        window.watch(&shop.table, 0, 2_000).await;
    }
    // Long texts fill what the network buffers between the two; then the queue of the session fills.
    let records = shop.window(0, 500).await["records"]
        .as_array()
        .unwrap()
        .clone();
    let note = json!({"kind": "create_field", "table": shop.table, "field": {"name": "备注", "type": "text"}});
    quick.submit("a00", note).await;
    quick.until("patch", |m| m["client_id"] == "a00").await;
    let view = shop.view().await;
    let field = view["fields"].as_array().unwrap().last().unwrap()["id"].clone();
    let rounds = 3 * SESSION_PATCHES;
    for round in 0..rounds {
        let text = format!("{round}:{}", "货".repeat(100));
        let edits: Vec<Value> = records
            .iter()
            .map(|record| json!({"record": record, "field": field, "value": text}))
            .collect();
        let set = json!({"kind": "set_cells", "table": shop.table, "edits": edits});
        let id = format!("q{round}");
        quick.submit(&id, set).await;
        quick
            .until("patch", |m| m["client_id"] == id.as_str())
            .await;
    }
    // Now it reads: some patches, then the word to fetch again, and not all of the patches.
    let mut n_patches = 0;
    let resync = loop {
        let message = slow.next("resync").await;
        match message["type"].as_str().unwrap() {
            "patch" => n_patches += 1,
            "resync" => break message,
            _ => {}
        }
    };
    assert!(n_patches < rounds, "{n_patches} of {rounds}");
    let window = shop.window(0, 500).await;
    assert!(window["revision"].as_u64() >= resync["revision"].as_u64());
    let expected = format!("{}:{}", rounds - 1, "货".repeat(100));
    let cells = window["columns"][field.as_str().unwrap()]
        .as_array()
        .unwrap();
    assert!(cells.iter().all(|cell| *cell == expected.as_str()));
    // And it hears of what comes after, its own edits included.
    slow.submit("after", shop.set_price(json!(77))).await;
    slow.until("patch", |m| m["client_id"] == "after").await;
    quick.submit("q-last", shop.set_price(json!(78))).await;
    let last = slow.until("patch", |m| m["label"] == "set_cells").await;
    assert!(last["cells"].to_string().contains("78"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_page_gets_no_socket() {
    let shop = shop().await;
    let url = format!("ws://{}/api/v1/bases/{}/socket", shop.address, shop.base);
    let mut request = url.into_client_request().unwrap();
    request
        .headers_mut()
        .insert("origin", "http://evil.example".parse().unwrap());
    assert!(connect_async(request).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_take_stock_away_are_both_counted_and_a_retry_counts_once() {
    let shop = shop().await;
    let (mut one, mut two) = (shop.open("one").await, shop.open("two").await);
    let add = |by: i32| {
        let records = [&shop.record];
        json!({"kind": "add_to_cells", "table": shop.table, "records": records, "field": shop.price, "by": by})
    };
    one.submit("a1", add(7)).await;
    two.submit("b1", add(-2)).await;
    let first = one.until("patch", |m| m["client_id"] == "a1").await;
    two.until("patch", |m| m["client_id"] == "b1").await;
    // The answer was lost with the connection: the same id comes again over another one.
    drop(one);
    let mut one = shop.open("one").await;
    one.submit("a1", add(7)).await;
    let again = one.until("acknowledged", |m| m["client_id"] == "a1").await;
    assert_eq!(again["revision"], first["revision"]);
    let swap = |expected: i32| {
        json!({"kind": "compare_and_set", "table": shop.table, "record": shop.record, "field": shop.price,
               "expected": expected, "value": 100})
    };
    one.submit("a2", swap(3)).await;
    let rejected = one.until("rejected", |m| m["client_id"] == "a2").await;
    assert_eq!(rejected["error"]["code"], "cell_changed");
    // 3 + 7 - 2, each once.
    one.submit("a3", swap(8)).await;
    one.until("patch", |m| m["client_id"] == "a3").await;
}
