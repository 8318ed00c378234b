//! From a chat completion's JSON to a [`Reply`], tolerant of what providers leave out or add, strict about
//! what makes an answer: text is there, it is finished, and nobody says "error".
//!
//! Tests: at the end of this file.

use super::{
    AskError, Reply,
    error_body::{classify_complaint, complaint_of, shortened},
};
use serde_json::Value;

/// Reads the answer out of a body with a success status.
pub fn read_reply(body: &Value) -> Result<Reply, AskError> {
    let has_error = body.get("error").is_some_and(|error| !error.is_null());
    let has_choices = body.get("choices").is_some_and(Value::is_array);
    let is_flat_error = !has_choices && body.get("message").is_some() && body.get("code").is_some();
    if has_error || is_flat_error {
        return Err(classify_complaint(200, None, &complaint_of(body)));
    }
    let choice = body
        .get("choices")
        .and_then(|choices| choices.get(0))
        .ok_or_else(|| garbage(body, "no choices"))?;
    let usage = body.get("usage").unwrap_or(&Value::Null);
    let tokens_in = count(usage, &["prompt_tokens", "input_tokens"]);
    let tokens_out = count(usage, &["completion_tokens", "output_tokens"]);
    let message = choice.get("message").unwrap_or(&Value::Null);
    let finish_reason = choice
        .get("finish_reason")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    check_finished(&finish_reason, body, tokens_in, tokens_out)?;
    let text = content(message);
    if text.trim().is_empty() {
        if let Some(refusal) = message.get("refusal").and_then(Value::as_str) {
            return Err(AskError::ContentFiltered {
                detail: shortened(refusal),
            });
        }
        return Err(garbage(body, "empty content"));
    }
    let text =
        without_thinking(&text).ok_or_else(|| garbage(body, "thinking without an answer"))?;
    Ok(Reply {
        text: text.to_owned(),
        tokens_in,
        tokens_out,
        tokens_cached: tokens_cached(usage),
        model: body
            .get("model")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        finish_reason,
    })
}

fn check_finished(
    finish_reason: &str,
    body: &Value,
    tokens_in: u64,
    tokens_out: u64,
) -> Result<(), AskError> {
    match finish_reason {
        // Without it nobody knows whether the text is whole.
        "" => Err(garbage(body, "no finish_reason")),
        "length" | "max_tokens" => Err(AskError::Truncated {
            tokens_in,
            tokens_out,
        }),
        "content_filter" | "sensitive" => Err(AskError::ContentFiltered {
            detail: format!("finish_reason {finish_reason}"),
        }),
        "insufficient_system_resource" | "network_error" => Err(AskError::Overloaded {
            retry_after_ms: None,
            detail: format!("finish_reason {finish_reason}"),
        }),
        _ => Ok(()),
    }
}

fn garbage(body: &Value, what: &str) -> AskError {
    AskError::Garbage {
        detail: shortened(&format!("{what}: {body}")),
    }
}

/// Text, or the text parts of a list of parts.
fn content(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str()))
            .collect(),
        _ => String::new(),
    }
}

/// The text after a leading `<think>…</think>` block; none if nothing follows. Some chat templates swallow
/// the opening tag, so a lone closing tag counts as well.
fn without_thinking(text: &str) -> Option<&str> {
    let text = text.trim();
    let answer = match text.find("</think>") {
        Some(at) if text.starts_with("<think>") || !text[..at].contains("<think>") => {
            text[at + "</think>".len()..].trim()
        }
        None if text.starts_with("<think>") => "",
        _ => text,
    };
    (!answer.is_empty()).then_some(answer)
}

/// The first of the named numbers; some send floats.
fn count(usage: &Value, names: &[&str]) -> u64 {
    names
        .iter()
        .find_map(|name| usage.get(*name)?.as_f64())
        .filter(|n| n.is_finite() && *n > 0.0)
        .map_or(0, |n| n as u64)
}

fn tokens_cached(usage: &Value) -> u64 {
    let details = usage.get("prompt_tokens_details").unwrap_or(&Value::Null);
    count(details, &["cached_tokens"])
        .max(count(usage, &["prompt_cache_hit_tokens", "cached_tokens"]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn with(choice: Value) -> Value {
        json!({"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3.0}})
    }

    #[test]
    fn whole_answers_are_read_whatever_else_is_missing_or_added() {
        let cases = [
            (
                json!({"choices":[{"message":{"content":"claw clip"},"finish_reason":"stop"}]}),
                "claw clip",
            ),
            (
                with(json!({"message":{"content":" a\n"},"finish_reason":"stop","logprobs":null})),
                "a",
            ),
            (
                with(
                    json!({"message":{"content":[{"type":"text","text":"a"},{"text":"b"}]},"finish_reason":"end_turn"}),
                ),
                "ab",
            ),
            (
                with(
                    json!({"message":{"content":"<think>\nhm\n</think>\n\nyes","reasoning_content":"x"},"finish_reason":"stop"}),
                ),
                "yes",
            ),
            (
                with(json!({"message":{"content":"hm, well</think>yes"},"finish_reason":"stop"})),
                "yes",
            ),
            (
                with(
                    json!({"message":{"content":"write <think> like this"},"finish_reason":"stop"}),
                ),
                "write <think> like this",
            ),
            (
                json!({"error":null,"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{}}),
                "x",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(read_reply(&body).unwrap().text, expected, "{body}");
        }
    }

    #[test]
    fn tokens_are_counted_in_all_notations() {
        let mut body = with(json!({"message":{"content":"a"},"finish_reason":"stop"}));
        let reply = read_reply(&body).unwrap();
        assert_eq!(
            (reply.tokens_in, reply.tokens_out, reply.tokens_cached),
            (7, 3, 0)
        );
        body["usage"]["prompt_tokens_details"] = json!({"cached_tokens": 5});
        assert_eq!(read_reply(&body).unwrap().tokens_cached, 5);
        body["usage"] = json!({"prompt_tokens": 9, "prompt_cache_hit_tokens": 4});
        assert_eq!(read_reply(&body).unwrap().tokens_cached, 4);
    }

    #[test]
    fn what_is_no_whole_answer_is_refused() {
        let cases = [
            (json!({"error":{"message":"x","code":429}}), "rate_limited"),
            (
                json!({"code":"Arrearage","message":"overdue"}),
                "balance_exhausted",
            ),
            (json!({"choices":null}), "garbage"),
            (json!({"choices":[]}), "garbage"),
            (json!({"hello":"world"}), "garbage"),
            (json!([1, 2]), "garbage"),
            (
                with(json!({"message":{"content":"cut"},"finish_reason":"length"})),
                "truncated",
            ),
            (with(json!({"message":{"content":"half"}})), "garbage"),
            (
                with(json!({"message":{"content":"half"},"finish_reason":null})),
                "garbage",
            ),
            (
                with(json!({"message":{"content":"x"},"finish_reason":"content_filter"})),
                "content_filtered",
            ),
            (
                with(json!({"message":{"content":"x"},"finish_reason":"sensitive"})),
                "content_filtered",
            ),
            (
                with(
                    json!({"message":{"content":"x"},"finish_reason":"insufficient_system_resource"}),
                ),
                "overloaded",
            ),
            (
                with(
                    json!({"message":{"content":null,"refusal":"I can't"},"finish_reason":"stop"}),
                ),
                "content_filtered",
            ),
            (
                with(json!({"message":{"content":"  "},"finish_reason":"stop"})),
                "garbage",
            ),
            (
                with(json!({"message":{"content":"<think>only"},"finish_reason":"stop"})),
                "garbage",
            ),
            (
                with(json!({"message":{"content":"<think>a</think>"},"finish_reason":"stop"})),
                "garbage",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(read_reply(&body).unwrap_err().code(), expected, "{body}");
        }
    }

    #[test]
    fn a_cut_answer_says_what_it_cost() {
        let body = with(json!({"message":{"content":"cut"},"finish_reason":"length"}));
        assert_eq!(
            read_reply(&body),
            Err(AskError::Truncated {
                tokens_in: 7,
                tokens_out: 3
            })
        );
    }
}
