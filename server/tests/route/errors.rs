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
