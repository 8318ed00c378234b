//! What can go wrong with a question, as a closed list with stable codes and words for shop owners.
//!
//! [`AskError`] is made by [`super::openai`]; [`AskError::class`] decides what the job runner does.
//! Tests: at the end of this file, and `connectors/tests/model_faults.rs`.

use super::Text2;

/// Why a question has no answer. `detail` is what the provider said, shortened; it is for the log and the
/// hover, never for decisions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("the provider refuses the key: {detail}")]
    WrongKey { detail: String },
    #[error("the account at the provider has no balance: {detail}")]
    BalanceExhausted { detail: String },
    #[error("too many requests: {detail}")]
    RateLimited {
        /// As asked by the provider, capped at [`super::openai::limits::RETRY_AFTER_MAX_MS`].
        retry_after_ms: Option<u64>,
        detail: String,
    },
    #[error("the provider rejects the request: {detail}")]
    BadRequest { detail: String },
    #[error("the address is not usable: {detail}")]
    BadAddress { detail: String },
    #[error("nothing answers at this path: {detail}")]
    NotFound { detail: String },
    #[error("the provider does not know the model: {detail}")]
    ModelNotFound { detail: String },
    #[error("the text is too long for the model: {detail}")]
    ContextTooLong { detail: String },
    #[error("the provider's content filter stopped the answer: {detail}")]
    ContentFiltered { detail: String },
    #[error("the provider failed with status {status}: {detail}")]
    ServerError { status: u16, detail: String },
    #[error("the provider is overloaded: {detail}")]
    Overloaded {
        retry_after_ms: Option<u64>,
        detail: String,
    },
    #[error("no complete answer within {limit_ms} ms")]
    Timeout { limit_ms: u64 },
    #[error("the answer stopped arriving for {limit_ms} ms")]
    Stalled { limit_ms: u64 },
    #[error("the answer was cut off at the length limit")]
    Truncated {
        /// Counted by the provider, and charged.
        tokens_in: u64,
        tokens_out: u64,
    },
    #[error("the reply is no answer: {detail}")]
    Garbage { detail: String },
    /// The same question is asked again in a simpler form.
    #[error("the provider does not take the form of answer that was asked for: {detail}")]
    FormatRefused { detail: String },
    #[error("no model for pictures is configured")]
    NoImageModel,
    #[error("the picture's task ended without a picture ({end:?}): {detail}")]
    ImageTask { end: TaskEnd, detail: String },
    #[error("what was sent is no usable picture: {detail}")]
    BadPicture { detail: String },
    #[error("the provider cannot be reached ({cause}): {detail}")]
    Network { cause: NetworkCause, detail: String },
}

/// How a picture's task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskEnd {
    Failed,
    /// The task or its picture is no longer there.
    Expired,
    Endless,
}

/// Where the way to the provider ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkCause {
    /// The name has no address.
    Dns,
    /// Nobody listens there, or a firewall is in between.
    Connect,
    /// The connection broke off.
    Broken,
}

impl std::fmt::Display for NetworkCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NetworkCause::Dns => "name not found",
            NetworkCause::Connect => "connection refused",
            NetworkCause::Broken => "connection broken",
        })
    }
}

/// What the job runner does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskClass {
    /// Ask again after a growing pause, a few times.
    Retry,
    /// The provider wants fewer requests: slow down for everybody, then ask again.
    Wait,
    /// No question to this provider can succeed: stop all of them.
    PauseAll,
    /// This question cannot succeed; others can.
    FailRow,
}

impl AskError {
    /// Stable, for the wire, stored notes and translations.
    pub fn code(&self) -> &'static str {
        match self {
            AskError::WrongKey { .. } => "wrong_key",
            AskError::BalanceExhausted { .. } => "balance_exhausted",
            AskError::RateLimited { .. } => "rate_limited",
            AskError::BadRequest { .. } => "bad_request",
            AskError::BadAddress { .. } => "bad_address",
            AskError::NotFound { .. } => "address_not_found",
            AskError::ModelNotFound { .. } => "model_not_found",
            AskError::ContextTooLong { .. } => "context_too_long",
            AskError::ContentFiltered { .. } => "content_filtered",
            AskError::ServerError { .. } => "server_error",
            AskError::Overloaded { .. } => "overloaded",
            AskError::Timeout { .. } => "timeout",
            AskError::Stalled { .. } => "stalled",
            AskError::Truncated { .. } => "truncated",
            AskError::Garbage { .. } => "garbage",
            AskError::FormatRefused { .. } => "format_refused",
            AskError::NoImageModel => "no_image_model",
            AskError::ImageTask { end, .. } => match end {
                TaskEnd::Failed => "image_failed",
                TaskEnd::Expired => "image_expired",
                TaskEnd::Endless => "image_endless",
            },
            AskError::BadPicture { .. } => "bad_picture",
            AskError::Network { .. } => "network",
        }
    }

    pub fn class(&self) -> AskClass {
        match self {
            AskError::WrongKey { .. }
            | AskError::BalanceExhausted { .. }
            | AskError::BadAddress { .. }
            | AskError::NotFound { .. }
            | AskError::ModelNotFound { .. }
            | AskError::NoImageModel => AskClass::PauseAll,
            AskError::RateLimited { .. } | AskError::Overloaded { .. } => AskClass::Wait,
            AskError::ServerError { .. }
            | AskError::Timeout { .. }
            | AskError::Stalled { .. }
            | AskError::Garbage { .. }
            | AskError::FormatRefused { .. }
            | AskError::Network { .. } => AskClass::Retry,
            AskError::BadRequest { .. }
            | AskError::ContextTooLong { .. }
            | AskError::ContentFiltered { .. }
            | AskError::ImageTask { .. }
            | AskError::BadPicture { .. }
            | AskError::Truncated { .. } => AskClass::FailRow,
        }
    }

    /// How long the provider asked to wait.
    pub fn retry_after_ms(&self) -> Option<u64> {
        match self {
            AskError::RateLimited { retry_after_ms, .. }
            | AskError::Overloaded { retry_after_ms, .. } => *retry_after_ms,
            _ => None,
        }
    }

    /// True where the provider may have done (and charged for) the work although no answer arrived.
    pub fn maybe_charged(&self) -> bool {
        matches!(
            self,
            AskError::ServerError { .. }
                | AskError::Timeout { .. }
                | AskError::Stalled { .. }
                | AskError::Truncated { .. }
                | AskError::Garbage { .. }
                | AskError::ContentFiltered { .. }
                | AskError::ImageTask { .. }
                | AskError::BadPicture { .. }
                | AskError::Network {
                    cause: NetworkCause::Broken,
                    ..
                }
        )
    }

    /// What happened and what to do, for a shop owner.
    pub fn message(&self) -> Text2 {
        words(self.code())
    }
}

/// Every code that an AI cell or a provider test can show, for translations and help.
pub const CODES: &[&str] = &[
    "wrong_key",
    "balance_exhausted",
    "rate_limited",
    "bad_request",
    "bad_address",
    "address_not_found",
    "model_not_found",
    "context_too_long",
    "content_filtered",
    "server_error",
    "overloaded",
    "timeout",
    "stalled",
    "truncated",
    "garbage",
    "network",
    "format_refused",
    "no_image_model",
    "image_failed",
    "image_expired",
    "image_endless",
    "bad_picture",
];

/// The words of a code; an unknown code gets a general sentence.
pub fn words(code: &str) -> Text2 {
    match WORDS.iter().find(|(known, ..)| *known == code) {
        Some((_, zh, en)) => Text2::new(*zh, *en),
        None => Text2::new(
            "这一行没有成功，请重新运行。",
            "This row did not succeed. Run it again.",
        ),
    }
}

/// Code, Chinese, English.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "wrong_key",
        "密钥不对或已失效。请到“设置 → AI 模型”重新填写密钥；注意国内站和国际站的密钥不能混用。",
        "The API key is wrong or no longer valid. Enter it again under Settings → AI models; keys of the Chinese and the international site are not interchangeable.",
    ),
    (
        "balance_exhausted",
        "模型账户余额不足，任务已暂停。请到服务商网站充值后再继续。",
        "The account has no balance left, so the job is paused. Top it up on the provider's site, then continue.",
    ),
    (
        "rate_limited",
        "请求太快，服务商让我们慢一点，重试多次仍未成功。请稍后重新运行失败的行。",
        "Too many requests for this account, even after several tries. Run the failed rows again later.",
    ),
    (
        "bad_request",
        "服务商不接受这次请求。请在“设置 → AI 模型”点“测试”，看看哪一项设置不合适。",
        "The provider rejected the request. Press Test under Settings → AI models to see which setting does not fit.",
    ),
    (
        "bad_address",
        "接口地址写得不对。地址应以 https:// 或 http:// 开头，例如 https://api.deepseek.com/v1。",
        "The address is not valid. It must start with https:// or http://, for example https://api.deepseek.com/v1.",
    ),
    (
        "address_not_found",
        "这个接口地址上没有模型服务。请检查地址，常见的是少了或多了 /v1。",
        "There is no model service at this address. Check it; often /v1 is missing or doubled.",
    ),
    (
        "model_not_found",
        "服务商没有这个模型，或您的账户没有开通。请检查模型名称。",
        "The provider does not have this model, or your account may not use it. Check the model's name.",
    ),
    (
        "context_too_long",
        "这一行的内容太长，超过了模型的上限。请缩短内容，或换一个支持更长文本的模型。",
        "This row's text is longer than the model accepts. Shorten it or choose a model with a larger limit.",
    ),
    (
        "content_filtered",
        "服务商的内容审核拦下了这一行。请检查这一行的文字，修改后重新运行。",
        "The provider's content filter stopped this row. Check its text, change it and run again.",
    ),
    (
        "server_error",
        "服务商那边出错了，重试多次仍未成功。请稍后重新运行失败的行。",
        "The provider had an error, even after several tries. Run the failed rows again later.",
    ),
    (
        "overloaded",
        "服务商现在太忙，重试多次仍未成功。请稍后重新运行失败的行。",
        "The provider is overloaded, even after several tries. Run the failed rows again later.",
    ),
    (
        "timeout",
        "等了太久还没有收到完整的回答。请稍后重试，或换一个更快的模型。",
        "No complete answer arrived in time. Try again later or choose a faster model.",
    ),
    (
        "stalled",
        "回答传到一半停住了。请检查网络，稍后重试。",
        "The answer stopped halfway. Check the network and try again.",
    ),
    (
        "truncated",
        "回答太长，被截断了，所以没有采用。请把要求写短一些再运行。",
        "The answer was cut off at the length limit and was not used. Ask for something shorter.",
    ),
    (
        "garbage",
        "服务商返回的内容不是有效的回答。请检查接口地址，或在“设置 → AI 模型”点“测试”。",
        "What the provider sent is not an answer. Check the address or press Test under Settings → AI models.",
    ),
    (
        "network",
        "连不上服务商。请检查网络和接口地址；用 Ollama 的话，请确认它已经启动。",
        "The provider cannot be reached. Check the network and the address; with Ollama, check that it is running.",
    ),
    (
        "format_refused",
        "服务商不支持要求的回答格式，换成简单格式后仍未成功。请重新运行，或换一个模型。",
        "The provider does not support the form of answer that was asked for, even in a simpler form. Run again or choose another model.",
    ),
    (
        "no_image_model",
        "这个服务商没有配置图片模型。请到“设置 → AI 模型”填写图片模型，或换一个服务商。",
        "No model for pictures is configured for this provider. Enter one under Settings → AI models, or choose another provider.",
    ),
    (
        "image_failed",
        "服务商没有画成这张图片。请检查提示词，修改后重新运行。",
        "The provider could not make this picture. Check the prompt, change it and run again.",
    ),
    (
        "image_expired",
        "图片任务或图片地址已过期，没有取到图片。请重新运行这一行。",
        "The picture's task or address has expired before it could be fetched. Run this row again.",
    ),
    (
        "image_endless",
        "图片任务等了太久还没有结束，已放弃；服务商可能已经计费。请稍后重新运行。",
        "The picture's task did not end in time and was given up; the provider may have charged for it. Run again later.",
    ),
    (
        "bad_picture",
        "收到的不是可用的图片：可能太大、格式不对，或地址不允许访问。请换一个图片模型再试。",
        "This is no usable picture: too large, of an unknown format, or at an address that may not be read. Try another model for pictures.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_words() {
        let fallback = words("no such code");
        let mut seen = std::collections::BTreeSet::new();
        assert_eq!(CODES.len(), WORDS.len());
        for code in CODES {
            let text = words(code);
            assert_ne!(text, fallback, "{code}");
            assert!(
                seen.insert(text.zh.clone()),
                "{code} repeats another's words"
            );
            assert!(text.zh.ends_with('。') && text.en.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn only_errors_that_concern_all_rows_pause_all() {
        let detail = String::new();
        assert_eq!(
            AskError::WrongKey {
                detail: detail.clone()
            }
            .class(),
            AskClass::PauseAll
        );
        assert_eq!(
            AskError::BalanceExhausted {
                detail: detail.clone()
            }
            .class(),
            AskClass::PauseAll
        );
        assert_eq!(
            AskError::ContentFiltered {
                detail: detail.clone()
            }
            .class(),
            AskClass::FailRow
        );
        assert_eq!(AskError::Timeout { limit_ms: 1 }.class(), AskClass::Retry);
        assert_eq!(
            AskError::RateLimited {
                retry_after_ms: Some(5),
                detail
            }
            .retry_after_ms(),
            Some(5)
        );
    }
}
