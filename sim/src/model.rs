//! A model that answers every chat completion with the text it was sent, after a delay, and counts the calls.

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Calls by the user message asked.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<HashMap<String, u32>>>);

impl Calls {
    pub fn count(&self, question: &str) -> u32 {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls
            .iter()
            .filter(|(asked, _)| asked.contains(question))
            .map(|(_, n)| *n)
            .sum()
    }

    pub fn total(&self) -> u32 {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .sum()
    }
}

/// Serves on a free loopback port until the runtime ends.
pub async fn start(delay: Duration) -> std::io::Result<(SocketAddr, Calls)> {
    let calls = Calls::default();
    let app = Router::new()
        .route("/v1/chat/completions", post(answer))
        .with_state((calls.clone(), delay));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok((address, calls))
}

async fn answer(
    State((calls, delay)): State<(Calls, Duration)>,
    Json(body): Json<Value>,
) -> Json<Value> {
    let question = body["messages"]
        .as_array()
        .and_then(|messages| messages.last());
    let question = question
        .and_then(|message| message["content"].as_str())
        .unwrap_or_default()
        .to_string();
    *calls
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(question.clone())
        .or_default() += 1;
    tokio::time::sleep(delay).await;
    // Latin letters only, and different for different questions: a plausible English translation.
    let digits: String = question.chars().filter(char::is_ascii_digit).collect();
    Json(json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": format!("Item {digits}")}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55}
    }))
}
