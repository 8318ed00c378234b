//! `/providers`

use super::world::World;
use serde_json::json;

#[tokio::test]
async fn a_key_goes_in_and_never_comes_out() {
    let world = World::new();
    let fresh = world.get("/providers").await.json();
    assert_eq!(fresh["default"], "offline-trial");
    assert_eq!(fresh["providers"][0]["offline_trial"], true);
    let put = world
        .put(
            "/providers/%E5%8D%83%E9%97%AE",
            json!({"preset": "qwen", "key": "sk-verysecret-123456"}),
        )
        .await;
    assert_eq!(put.status, 200, "{}", put.text());
    let world = world.restart().await;
    let listed = world.get("/providers").await;
    assert!(!listed.text().contains("verysecret"));
    let listed = listed.json();
    assert_eq!(listed["default"], "千问");
    assert_eq!(listed["providers"][1]["has_key"], true);
    assert_eq!(listed["providers"][1]["key_tail"], "3456");
    assert_eq!(listed["providers"][1]["model"], "qwen-plus");
    let chosen = world
        .put("/providers/default", json!({"name": "offline-trial"}))
        .await;
    assert_eq!(chosen.status, 204);
    assert_eq!(
        world.get("/providers").await.json()["default"],
        "offline-trial"
    );
    assert_eq!(
        world.delete("/providers/%E5%8D%83%E9%97%AE").await.status,
        204
    );
    assert_eq!(
        world
            .delete("/providers/%E5%8D%83%E9%97%AE")
            .await
            .error(404),
        "no_provider"
    );
}

#[tokio::test]
async fn bad_settings_are_refused() {
    let world = World::new();
    for (name, body, status, code) in [
        ("default2", json!({"preset": "none"}), 404, "no_preset"),
        ("offline-trial", json!({"preset": "qwen"}), 400, "bad_name"),
        ("presets", json!({"preset": "qwen"}), 405, "wrong_method"),
        (
            "a",
            json!({"preset": "qwen", "price_in": -1.0}),
            400,
            "bad_price",
        ),
        (
            "a",
            json!({"preset": "qwen", "base_url": "dashscope"}),
            422,
            "bad_address",
        ),
    ] {
        let answer = world.put(&format!("/providers/{name}"), body.clone()).await;
        assert_eq!(answer.error(status), code, "{body}");
    }
    assert_eq!(
        world
            .post("/providers/none/test", json!({}))
            .await
            .error(404),
        "no_provider"
    );
}

#[tokio::test]
async fn presets_name_the_usual_providers() {
    let world = World::new();
    let presets = world.get("/providers/presets").await.json();
    let keys: Vec<&str> = presets
        .as_array()
        .unwrap()
        .iter()
        .map(|preset| preset["key"].as_str().unwrap())
        .collect();
    for key in [
        "qwen",
        "deepseek",
        "moonshot",
        "zhipu",
        "volcengine",
        "siliconflow",
        "openai",
        "ollama",
    ] {
        assert!(keys.contains(&key), "{keys:?}");
    }
}
