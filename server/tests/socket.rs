//! The live connection over a real socket: acknowledgement, other windows, refusals, resync.
#![allow(clippy::unwrap_used)]

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use server::{
    app,
    auth::Hosts,
    instance::{Instance, StartOptions},
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

    fn set_price(&self, value: Value) -> Value {
        let edit = json!({"record": self.record, "field": self.price, "value": value});
        json!({"kind": "set_cells", "table": self.table, "edits": [edit]})
    }
}

impl Window {
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
        let seek = async {
            loop {
                let message = self.socket.next().await.unwrap().unwrap();
                let Message::Text(text) = message else {
                    continue;
                };
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == kind && is_it(&message) {
                    return message;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), seek)
            .await
            .unwrap_or_else(|_| panic!("no {kind}"))
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
    drop(two);
    one.until("presence", |m| !m.to_string().contains("\"two\""))
        .await;
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
