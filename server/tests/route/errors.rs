//! Every refusal is `{code, message, hint, at}` in the caller's language.

use super::world::{World, request};
use axum::{body::Body, http::Request};
use serde_json::json;

#[tokio::test]
async fn unknown_addresses_and_malformed_requests() {
    let world = World::new();
    assert_eq!(world.get("/nothing").await.error(404), "no_such_address");
    assert_eq!(world.get("/bases/none").await.error(404), "no_base");
    assert_eq!(
        world.get("/bases/..%2F..%2Fetc").await.error(404),
        "no_base"
    );
    assert_eq!(
        world.post("/bases", json!({})).await.error(400),
        "bad_request"
    );
    assert_eq!(
        world.post("/bases", json!({"name": "  "})).await.error(400),
        "bad_name"
    );
    let broken = Request::post("/api/v1/bases")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(Body::from("{"))
        .unwrap();
    assert_eq!(world.send(broken).await.error(400), "bad_request");
    let huge = json!({"name": "x".repeat(17 << 20)});
    assert_eq!(world.post("/bases", huge).await.error(413), "too_large");
}

#[tokio::test]
async fn errors_speak_the_callers_language() {
    let world = World::new();
    let english = world.get("/bases/none").await.json();
    assert!(
        english["message"]
            .as_str()
            .unwrap()
            .starts_with("There is no base")
    );
    let mut chinese = request("GET", "/bases/none", None);
    chinese.headers_mut().insert(
        "accept-language",
        "zh-CN,zh;q=0.9,en;q=0.8".parse().unwrap(),
    );
    let chinese = world.send(chinese).await;
    assert!(
        chinese.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("找不到表库")
    );
    assert_eq!(chinese.headers["cache-control"], "no-store");
    assert_eq!(chinese.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn pages_may_load_nothing_from_elsewhere() {
    let world = World::new();
    let health = world.get("/health").await;
    assert_eq!(health.json()["status"], "ok");
    let policy = health.headers["content-security-policy"]
        .to_str()
        .unwrap()
        .to_string();
    for part in [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
}

/// A misspelt property would otherwise do something else than its sender meant, silently.
#[tokio::test]
async fn unknown_properties_are_refused_by_name() {
    let world = World::new();
    let base = world.base("店").await;
    let made = world
        .command(
            &base,
            json!({"kind": "create_table", "name": "商品", "fields": [{"name": "品名", "type": "text"}]}),
        )
        .await;
    let (table, field) = (&made["tables"][0], &made["fields"][0]);
    let commands = format!("/bases/{base}/commands");
    let rename = json!({"kind": "rename_base", "name": "x"});
    let edit = json!({"record": "r1", "field": field, "value": "x", "valeu": "y"});
    for (path, body, unknown) in [
        (
            commands.as_str(),
            json!({"command": {"kind": "set_cells", "table": table, "edits": [edit]}}),
            "valeu",
        ),
        (
            commands.as_str(),
            json!({"command": {"kind": "rename_base", "name": "x", "tabel": 1}}),
            "tabel",
        ),
        (
            commands.as_str(),
            json!({"command": rename, "dryrun": true}),
            "dryrun",
        ),
        ("/bases", json!({"name": "x", "templat": "crm"}), "templat"),
        (
            &format!("/bases/{base}/exports"),
            json!({"format": "csv", "tabel": table}),
            "tabel",
        ),
        (
            &format!("/bases/{base}/ai/estimate"),
            json!({"table": table, "field": field, "scope": "all", "scopes": 1}),
            "scopes",
        ),
        ("/imports", json!({"upload": "x", "bsae": "y"}), "bsae"),
    ] {
        let answer = world.post(path, body.clone()).await;
        assert_eq!(answer.error(400), "unknown_property", "{body}");
        let told = answer.json();
        assert_eq!(told["at"], unknown);
        assert!(
            told["message"].as_str().unwrap().contains(unknown),
            "{told}"
        );
    }
    let view = world.get(&format!("/bases/{base}")).await.json();
    assert_eq!(view["name"], "店", "nothing was done");
    // What the API shows of a view and a field can be sent back.
    let shown = &view["tables"][0];
    for command in [
        json!({"kind": "update_view", "table": table, "view": shown["views"][0]}),
        json!({"kind": "update_field", "table": table, "field": field, "field_type": shown["fields"][0]}),
    ] {
        world.command(&base, command).await;
    }
}
