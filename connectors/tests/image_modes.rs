//! Pictures from providers of all three modes, and answers in a form, against a small loopback server.
#![allow(clippy::unwrap_used)]

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use connectors::{
    model::{
        Ask, AskError, ModelClient,
        openai::OpenAiClient,
        profile::{ProviderProfile, Structured, preset},
    },
    secret::Secret,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use table::expects::Expects;

/// How the server behaves, and what it was asked.
struct Shop {
    how: &'static str,
    root: String,
    seen: Mutex<Vec<(String, Value)>>,
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(8, 6, image::Rgb([9, 90, 200]));
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn url_answer(url: String) -> Response {
    Json(json!({"created": 1, "data": [{"url": url}]})).into_response()
}

async fn answer(State(shop): State<Arc<Shop>>, uri: Uri, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let n_polls = {
        let mut seen = shop.seen.lock().unwrap();
        seen.push((uri.path().to_owned(), asked.clone()));
        seen.iter()
            .filter(|(path, _)| path.contains("/tasks/"))
            .count()
    };
    let root = &shop.root;
    let state = |state: &str| {
        Json(json!({"output": {"task_status": state, "message": "no hands"}})).into_response()
    };
    match (shop.how, uri.path()) {
        (_, "/file.png" | "/sync.png") => ([("content-type", "image/png")], png()).into_response(),
        (_, "/page.png") => ([("content-type", "text/html")], "<html>").into_response(),
        (_, "/gone.png") => StatusCode::FORBIDDEN.into_response(),
        (_, "/moved.png") => (StatusCode::FOUND, [("location", "/file.png")]).into_response(),
        ("b64", "/v1/images/generations") => {
            Json(json!({"data": [{"b64_json": STANDARD.encode(png())}]})).into_response()
        }
        ("refused", "/v1/images/generations") => {
            let error = json!({"error": {"message": "your request was rejected by the safety system", "code": "moderation_blocked"}});
            (StatusCode::BAD_REQUEST, Json(error)).into_response()
        }
        ("part", "/v1/images/generations") => {
            Json(json!({"data": [{"error": {"message": "balance", "code": "insufficient_quota"}}]}))
                .into_response()
        }
        ("empty", "/v1/images/generations") => Json(json!({"data": []})).into_response(),
        ("private", "/v1/images/generations") => {
            url_answer("http://169.254.169.254/latest/meta-data".into())
        }
        ("other port", "/v1/images/generations") => url_answer("http://[::1]:9/a.png".into()),
        ("file", "/v1/images/generations") => url_answer("file:///etc/passwd".into()),
        (how, "/v1/images/generations") => url_answer(format!("{root}/{how}.png")),
        ("no task", "/api/v1/services/aigc/text2image/image-synthesis") => {
            Json(json!({"output": {}})).into_response()
        }
        ("odd task", "/api/v1/services/aigc/text2image/image-synthesis") => {
            Json(json!({"output": {"task_id": "../../secret"}})).into_response()
        }
        (_, "/api/v1/services/aigc/text2image/image-synthesis") => {
            Json(json!({"output": {"task_id": "t-1", "task_status": "PENDING"}})).into_response()
        }
        ("task fails", "/api/v1/tasks/t-1") => state("FAILED"),
        ("task expires", "/api/v1/tasks/t-1") => state("UNKNOWN"),
        ("task is gone", "/api/v1/tasks/t-1") => StatusCode::NOT_FOUND.into_response(),
        ("task never ends", "/api/v1/tasks/t-1") => state("RUNNING"),
        ("task stumbles", "/api/v1/tasks/t-1") if n_polls < 3 => {
            StatusCode::BAD_GATEWAY.into_response()
        }
        (_, "/api/v1/tasks/t-1") if n_polls < 2 => state("RUNNING"),
        (_, "/api/v1/tasks/t-1") => {
            let output = json!({"task_status": "SUCCEEDED", "results": [{"url": format!("{root}/file.png")}]});
            Json(json!({"output": output})).into_response()
        }
        ("no schema", "/v1/chat/completions")
            if asked["response_format"]["type"] == "json_schema" =>
        {
            let error =
                json!({"error": {"message": "response_format json_schema is not supported"}});
            (StatusCode::BAD_REQUEST, Json(error)).into_response()
        }
        ("words only", "/v1/chat/completions") if !asked["response_format"].is_null() => {
            let error = json!({"error": {"message": "'response_format' unavailable"}});
            (StatusCode::BAD_REQUEST, Json(error)).into_response()
        }
        (_, "/v1/chat/completions") => {
            let message = json!({"role": "assistant", "content": "{\"value\": 5}"});
            Json(json!({"choices": [{"message": message, "finish_reason": "stop"}]}))
                .into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A client of a server that behaves so, in the manner of a preset.
async fn client(
    how: &'static str,
    like: &str,
    change: impl FnOnce(&mut ProviderProfile),
) -> (Arc<Shop>, OpenAiClient) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let shop = Arc::new(Shop {
        how,
        root: root.clone(),
        seen: Mutex::default(),
    });
    let app = Router::new().fallback(answer).with_state(shop.clone());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let mut profile = ProviderProfile::from_preset("p", preset(like).unwrap(), "m");
    profile.base_url = format!("{root}/v1");
    if let Some(api) = &mut preset(like).unwrap().image.clone() {
        if let Some(task) = &mut api.task {
            (task.poll_ms, task.wait_ms) = (5, 300);
        }
        profile.image = Some(api.clone());
    }
    change(&mut profile);
    (shop, profile.client(Secret::new("k")).unwrap())
}

fn ask(size: &str) -> Ask {
    Ask {
        expects: Expects::Picture {
            size: size.into(),
            visible_label: false,
        },
        ..Ask::new("", "a cup")
    }
}

async fn drawn(how: &'static str, like: &str) -> Result<Vec<u8>, AskError> {
    let (_, client) = client(how, like, |_| ()).await;
    client.draw(ask("")).await.map(|(bytes, _)| bytes)
}

#[tokio::test]
async fn pictures_come_as_base64_as_an_address_or_by_a_task() {
    assert_eq!(drawn("b64", "openai").await.unwrap(), png());
    assert_eq!(
        drawn("file", "zhipu").await.unwrap_err().code(),
        "bad_picture"
    );
    for (how, like) in [
        ("sync", "zhipu"),
        ("task", "qwen"),
        ("task stumbles", "qwen"),
    ] {
        assert_eq!(drawn(how, like).await.unwrap(), png(), "{how}");
    }
}

#[tokio::test]
async fn an_address_is_fetched_from_the_provider_itself_and_never_from_inside() {
    let (shop, client) = client("ok", "zhipu", |_| ()).await;
    // The server's own pictures stand under its own host.
    assert_eq!(
        client.draw(ask("")).await.unwrap_err().code(),
        "image_expired"
    );
    assert_eq!(shop.seen.lock().unwrap().last().unwrap().0, "/ok.png");
    for (how, code) in [
        ("private", "bad_picture"),
        ("other port", "bad_picture"),
        ("file", "bad_picture"),
        ("page", "bad_picture"),
        ("moved", "bad_picture"),
        ("gone", "image_expired"),
        ("empty", "garbage"),
        ("part", "balance_exhausted"),
    ] {
        assert_eq!(drawn(how, "zhipu").await.unwrap_err().code(), code, "{how}");
    }
    assert!(drawn("refused", "openai").await.is_err());
}

#[tokio::test]
async fn tasks_that_fail_expire_or_never_end_say_so() {
    for (how, code) in [
        ("task fails", "image_failed"),
        ("task expires", "image_expired"),
        ("task is gone", "image_expired"),
        ("task never ends", "image_endless"),
        ("no task", "garbage"),
        ("odd task", "garbage"),
    ] {
        let (shop, client) = client(how, "qwen", |_| ()).await;
        let error = client.draw(ask("")).await.unwrap_err();
        assert_eq!(error.code(), code, "{how}: {error}");
        let seen = shop.seen.lock().unwrap();
        let n_paid = seen
            .iter()
            .filter(|(path, _)| path.contains("synthesis"))
            .count();
        assert_eq!(n_paid, 1, "{how}");
        if how == "task fails" {
            assert!(error.to_string().contains("no hands"), "{error}");
        }
    }
}

#[tokio::test]
async fn requests_are_as_each_provider_wants_them() {
    let (shop, qwen) = client("task", "qwen", |_| ()).await;
    qwen.draw(ask("1024x768")).await.unwrap();
    let (_, first) = shop.seen.lock().unwrap()[0].clone();
    assert_eq!(
        first,
        json!({"model": "qwen-image", "input": {"prompt": "a cup"}, "parameters": {"size": "1024*768", "n": 1}})
    );
    let (shop, openai) = client("b64", "openai", |_| ()).await;
    openai.draw(ask("1024x1024")).await.unwrap();
    let (_, first) = shop.seen.lock().unwrap()[0].clone();
    assert_eq!(
        first,
        json!({"model": "gpt-image-1", "prompt": "a cup", "size": "1024x1024", "n": 1})
    );
    // A reference has a place in the request or is refused, never dropped.
    let with_reference = Ask {
        pictures: vec!["data:image/jpeg;base64,AAAA".into()],
        ..ask("")
    };
    assert_eq!(
        openai
            .draw(with_reference.clone())
            .await
            .unwrap_err()
            .code(),
        "bad_request"
    );
    let (shop, ark) = client("b64", "volcengine", |_| ()).await;
    ark.draw(with_reference).await.unwrap();
    assert_eq!(
        shop.seen.lock().unwrap()[0].1["image"],
        json!(["data:image/jpeg;base64,AAAA"])
    );
    let (_, none) = client("b64", "deepseek", |_| ()).await;
    assert_eq!(
        none.draw(ask("")).await.unwrap_err().code(),
        "no_image_model"
    );
}

#[tokio::test]
async fn a_refused_form_goes_down_the_ladder_one_request_at_a_time() {
    for (how, steps) in [
        ("takes all", vec!["json_schema"]),
        ("no schema", vec!["json_schema", "json_object"]),
        ("words only", vec!["json_schema", "json_object", "-"]),
    ] {
        let (shop, client) = client(how, "custom", |profile| {
            profile.structured = Some(Structured::JsonSchema);
        })
        .await;
        let question = Ask {
            expects: Expects::Number,
            pictures: vec!["data:image/jpeg;base64,AAAA".into()],
            ..Ask::new("JSON", "how many?")
        };
        for (at, _) in steps.iter().enumerate() {
            let found = client.ask(question.clone()).await;
            match at + 1 == steps.len() {
                true => assert_eq!(found.unwrap().text, "{\"value\": 5}", "{how}"),
                false => assert_eq!(found.unwrap_err().code(), "format_refused", "{how}"),
            }
        }
        let seen = shop.seen.lock().unwrap();
        let forms: Vec<&str> = seen
            .iter()
            .map(|(_, asked)| asked["response_format"]["type"].as_str().unwrap_or("-"))
            .collect();
        assert_eq!(forms, steps, "{how}");
        let parts = &seen[0].1["messages"][1]["content"];
        assert_eq!(parts[0], json!({"type": "text", "text": "how many?"}));
        assert_eq!(parts[1]["image_url"]["url"], "data:image/jpeg;base64,AAAA");
        if let Some(schema) = seen[0].1.pointer("/response_format/json_schema") {
            assert_eq!(schema["strict"], true);
            assert_eq!(schema["schema"]["required"], json!(["value"]));
        }
    }
    // Plain texts are asked for plainly.
    let (shop, client) = client("takes all", "openai", |_| ()).await;
    client.ask(Ask::new("", "hello")).await.unwrap();
    assert!(
        shop.seen.lock().unwrap()[0]
            .1
            .get("response_format")
            .is_none()
    );
}
