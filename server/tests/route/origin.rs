//! Other sites' pages change nothing here.

use super::world::{World, request};
use serde_json::json;

#[tokio::test]
async fn a_cross_origin_post_is_refused_and_does_nothing() {
    let world = World::new();
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mut post = request(
            "PUT",
            "/providers/mine",
            Some(json!({"preset": "qwen", "key": "sk-1"})),
        );
        post.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(
            world.send(post).await.error(403),
            "foreign_origin",
            "{value}"
        );
    }
    let listed = world.get("/providers").await.json();
    assert_eq!(listed["providers"].as_array().unwrap().len(), 1);
    let mut own = request("PUT", "/providers/mine", Some(json!({"preset": "qwen"})));
    own.headers_mut()
        .insert("origin", "http://localhost:8080".parse().unwrap());
    own.headers_mut()
        .insert("sec-fetch-site", "same-origin".parse().unwrap());
    assert_eq!(world.send(own).await.status, 200);
}

#[tokio::test]
async fn a_socket_handshake_from_another_site_is_refused() {
    let world = World::new();
    let mut handshake = request("GET", "/bases/none/socket", None);
    for (name, value) in [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("origin", "http://evil.example"),
    ] {
        handshake.headers_mut().insert(name, value.parse().unwrap());
    }
    assert_eq!(world.send(handshake).await.error(403), "foreign_origin");
}

#[tokio::test]
async fn a_rebound_name_is_refused_even_for_reading() {
    let world = World::new();
    let mut read = request("GET", "/providers", None);
    read.headers_mut()
        .insert("host", "evil.example:8080".parse().unwrap());
    assert_eq!(world.send(read).await.error(403), "host_refused");
}
