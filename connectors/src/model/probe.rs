//! The "test" button of a provider: a one-word chat, and if it fails, the likely mendings.
//!
//! [`test_provider`] gives a [`ProbeReport`] with lines for people and, where another setting works, the
//! proposed profile. Law: at most [`MAX_QUESTIONS`] questions, each of a few tokens; nothing is changed by
//! itself. Tests: `connectors/tests/model_faults.rs`.

use super::{
    Ask, AskError, ModelClient, Reply, Text2,
    profile::{ProviderProfile, TokenLimit},
};
use crate::secret::Secret;
use serde::Serialize;
use std::time::{Duration, Instant};

/// Of one test.
pub const MAX_QUESTIONS: usize = 5;
const TIMEOUT: Duration = Duration::from_secs(40);

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbeLine {
    pub ok: bool,
    pub text: Text2,
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbeReport {
    /// The provider answers, with the given settings or with the proposed ones.
    pub ok: bool,
    /// Of the failure, as in [`super::ask_error::CODES`].
    pub code: Option<&'static str>,
    /// What the provider said about it.
    pub detail: Option<String>,
    /// Of the answer.
    pub latency_ms: u64,
    /// As the provider calls it.
    pub model: String,
    pub lines: Vec<ProbeLine>,
    /// Settings that work where the given ones do not.
    pub proposed: Option<ProviderProfile>,
}

/// Asks the provider for one word.
pub async fn test_provider(profile: &ProviderProfile, key: Secret) -> ProbeReport {
    let mut tried = profile.clone();
    let mut report = ProbeReport {
        ok: false,
        code: None,
        detail: None,
        latency_ms: 0,
        model: String::new(),
        lines: Vec::new(),
        proposed: None,
    };
    for _ in 0..MAX_QUESTIONS {
        let started = Instant::now();
        match one_word(&tried, key.clone()).await {
            Ok(reply) => {
                report.latency_ms = started.elapsed().as_millis() as u64;
                answered(&mut report, &reply);
                report.proposed = (tried != *profile).then_some(tried);
                return report;
            }
            Err(error) => {
                let mending = mended(&tried, &error);
                // The first failure is about what the person typed; later ones are about our tries.
                if report.code.is_none() {
                    report.code = Some(error.code());
                    report.detail = Some(error.to_string());
                }
                let Some((next, line)) = mending else {
                    break;
                };
                report.lines.push(line);
                tried = next;
            }
        }
    }
    failed(&mut report);
    report
}

async fn one_word(profile: &ProviderProfile, key: Secret) -> Result<Reply, AskError> {
    let client = profile.client(key)?;
    let ask = Ask {
        max_tokens: 256,
        temperature: Some(0.2),
        timeout: TIMEOUT,
        ..Ask::new(
            "You are a connection test.",
            "Reply with the single word: ok",
        )
    };
    match client.ask(ask).await {
        // A model that thinks aloud fills any small limit; it answers, and that was the question.
        Err(AskError::Truncated {
            tokens_in,
            tokens_out,
        }) => Ok(Reply {
            text: String::new(),
            tokens_in,
            tokens_out,
            tokens_cached: 0,
            model: profile.model.clone(),
            finish_reason: "length".into(),
        }),
        other => other,
    }
}

fn answered(report: &mut ProbeReport, reply: &Reply) {
    report.ok = true;
    report.code = None;
    report.detail = None;
    report.model.clone_from(&reply.model);
    let ms = report.latency_ms;
    report.lines.push(ProbeLine {
        ok: true,
        text: Text2::new(
            format!("连接成功，用时 {ms} 毫秒。"),
            format!("Connected; the answer took {ms} ms."),
        ),
    });
    if reply.tokens_in == 0 && reply.tokens_out == 0 {
        report.lines.push(ProbeLine {
            ok: true,
            text: Text2::new(
                "服务商没有返回用量，费用按字数估算。",
                "The provider does not report usage; costs are estimated from the length of the texts.",
            ),
        });
    }
}

fn failed(report: &mut ProbeReport) {
    // Lines of tries that led nowhere would only confuse.
    report.lines.clear();
    if let Some(code) = report.code {
        report.lines.push(ProbeLine {
            ok: false,
            text: super::ask_error::words(code),
        });
    }
}

/// The settings to try next, if the error suggests any.
fn mended(profile: &ProviderProfile, error: &AskError) -> Option<(ProviderProfile, ProbeLine)> {
    let mut next = profile.clone();
    let text = match error {
        AskError::NotFound { .. } if !ends_with_version(&profile.base_url) => {
            next.base_url = format!("{}/v1", profile.base_url.trim().trim_end_matches('/'));
            Text2::new(
                format!("地址末尾少了 /v1，改成 {} 就可以用。", next.base_url),
                format!("The address lacks /v1 at its end; {} works.", next.base_url),
            )
        }
        AskError::BadRequest { detail } => {
            let words = detail.to_lowercase();
            if words.contains("temperature") && profile.send_temperature {
                next.send_temperature = false;
                Text2::new(
                    "这个模型不接受“温度”设置，已改为不发送。",
                    "This model does not accept a temperature; it is left out.",
                )
            } else if let Some((limit, name)) = other_limit(profile.token_limit, &words) {
                next.token_limit = limit;
                Text2::new(
                    format!("这个模型的长度上限参数应为 {name}，已改。"),
                    format!("This model's length limit is called {name}; changed."),
                )
            } else if !profile.extra.is_empty() {
                next.extra.clear();
                Text2::new(
                    "这个模型不支持“思考开关”等附加设置，已去掉。",
                    "This model does not support the additional settings (such as the thinking switch); they are left out.",
                )
            } else {
                return None;
            }
        }
        _ => return None,
    };
    Some((next, ProbeLine { ok: true, text }))
}

fn other_limit(limit: TokenLimit, words: &str) -> Option<(TokenLimit, &'static str)> {
    match limit {
        TokenLimit::MaxTokens
            if words.contains("max_tokens") || words.contains("max_completion_tokens") =>
        {
            Some((TokenLimit::MaxCompletionTokens, "max_completion_tokens"))
        }
        TokenLimit::MaxCompletionTokens if words.contains("max_completion_tokens") => {
            Some((TokenLimit::MaxTokens, "max_tokens"))
        }
        _ => None,
    }
}

/// `/v1`, `/v3`, `/v4`, `/v1beta`…
fn ends_with_version(base_url: &str) -> bool {
    let last = base_url
        .trim()
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let mut letters = last.chars();
    letters.next() == Some('v') && letters.next().is_some_and(|letter| letter.is_ascii_digit())
}
