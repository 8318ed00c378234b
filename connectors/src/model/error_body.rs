//! From a refused request to an [`AskError`]: status, headers and body in every shape that providers use.
//!
//! Seen in the wild: OpenAI's `{"error":{…}}`, flat `{"code","message"}` with text or integer codes,
//! `{"detail":…}`, a bare JSON string, plain text, an HTML page. Law: the status is never lost, and an
//! unknown shape still gives a sensible class. Tests: at the end of this file.

use super::{AskError, openai::limits};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;
use std::time::SystemTime;

/// What a provider said about a failure, whatever the shape.
#[derive(Debug, Default, PartialEq)]
pub struct Complaint {
    /// Lower case; business codes as digits.
    pub code: String,
    pub kind: String,
    pub message: String,
}

/// Providers whose error codes mean something else than elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    #[default]
    Usual,
    /// Alibaba Cloud says `insufficient_quota` where the tokens of this minute are used up; an empty account
    /// is `Arrearage`, an empty free allowance says so.
    DashScope,
}

impl Dialect {
    /// By the host of the address.
    pub fn of(base_url: &str) -> Dialect {
        let host = reqwest::Url::parse(base_url).ok();
        let host = host
            .as_ref()
            .and_then(|url| url.host_str())
            .unwrap_or_default();
        match host.ends_with(".aliyuncs.com") {
            true => Dialect::DashScope,
            false => Dialect::Usual,
        }
    }

    /// The complaint without the words that mislead here.
    fn translated(self, status: u16, said: Complaint) -> Complaint {
        let message = said.message.to_lowercase();
        let is_free = message.contains("free");
        if self == Dialect::DashScope
            && status == 429
            && !is_free
            && said.code == "insufficient_quota"
        {
            return Complaint {
                code: "throttling".into(),
                kind: String::new(),
                message: "the tokens of this minute are used up".into(),
            };
        }
        if self == Dialect::DashScope && is_free && message.contains("quota exceeded") {
            return Complaint {
                code: "insufficient_balance".into(),
                ..said
            };
        }
        said
    }
}

/// The error that an answer with this status, these headers and this body means.
pub fn classify(status: u16, headers: &HeaderMap, body: &[u8], dialect: Dialect) -> AskError {
    let said = dialect.translated(status, complaint(body));
    classify_complaint(status, retry_after_ms(headers, SystemTime::now()), &said)
}

/// Reads a complaint out of any body.
pub fn complaint(body: &[u8]) -> Complaint {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => complaint_of(&value),
        Err(_) => Complaint {
            message: plain_text(&String::from_utf8_lossy(body)),
            ..Complaint::default()
        },
    }
}

/// Reads a complaint out of a JSON body.
pub fn complaint_of(body: &Value) -> Complaint {
    let inner = match body {
        Value::Array(items) => items.first().unwrap_or(body),
        other => other,
    };
    let inner = match inner.get("error") {
        Some(error) if !error.is_null() => error,
        _ => inner,
    };
    if let Some(object) = inner.as_object() {
        let message = ["message", "detail", "msg", "error_msg", "title"]
            .iter()
            .find_map(|key| object.get(*key).filter(|value| !value.is_null()))
            .map(short_json)
            .unwrap_or_else(|| short_json(inner));
        return Complaint {
            code: object
                .get("code")
                .map(short_json)
                .unwrap_or_default()
                .to_lowercase(),
            kind: object
                .get("type")
                .map(short_json)
                .unwrap_or_default()
                .to_lowercase(),
            message,
        };
    }
    Complaint {
        message: short_json(inner),
        ..Complaint::default()
    }
}

fn short_json(value: &Value) -> String {
    match value {
        Value::String(text) => shortened(text),
        Value::Null => String::new(),
        other => shortened(&other.to_string()),
    }
}

/// One line, at most [`limits::DETAIL_CHARS`] characters.
pub fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(limits::DETAIL_CHARS) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// The words of an HTML page or a plain text.
fn plain_text(body: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for letter in body.chars().take(limits::DETAIL_CHARS * 20) {
        match letter {
            '<' => {
                in_tag = true;
                text.push(' ');
            }
            '>' if in_tag => in_tag = false,
            _ if !in_tag => text.push(letter),
            _ => {}
        }
    }
    shortened(&text)
}

const BALANCE_CODES: &[&str] = &[
    "insufficient_quota",
    "insufficient_balance",
    "insufficientbalance",
    "billing_hard_limit_reached",
    "exceeded_current_quota_error",
    "arrearage",
    "accountoverdueerror",
    "allocationquota.freetieronly",
    "1113",
    "30001",
];
const BALANCE_WORDS: &[&str] = &[
    "insufficient balance",
    "insufficient_quota",
    "insufficient quota",
    "exceeded your current quota",
    "account is in arrears",
    "overdue",
    "余额不足",
    "余额已用尽",
    "欠费",
];
const KEY_CODES: &[&str] = &[
    "invalid_api_key",
    "invalidapikey",
    "invalid_authentication_error",
    "authentication_error",
    "authenticationerror",
    "1000",
    "1001",
    "1002",
    "1003",
    "1004",
    "1110",
    "1111",
    "1112",
];
const KEY_WORDS: &[&str] = &[
    "invalid api key",
    "incorrect api key",
    "api key is invalid",
    "invalid token",
    "api key not valid",
    "invalid authentication",
    "密钥无效",
    "令牌",
];
const MODEL_CODES: &[&str] = &[
    "model_not_found",
    "modelnotfound",
    "model_not_exist",
    "invalidendpointormodel.notfound",
    "accessdenied.unpurchased",
    "1211",
    "20012",
];
const MODEL_WORDS: &[&str] = &[
    "model not exist",
    "model does not exist",
    "model not found",
    "no such model",
    "unknown model",
    "invalid model",
    "模型不存在",
    "not found, try pulling it",
];
const CONTEXT_CODES: &[&str] = &[
    "context_length_exceeded",
    "exceed_context_size_error",
    "string_above_max_length",
    "1261",
];
const CONTEXT_WORDS: &[&str] = &[
    "maximum context length",
    "context length",
    "context size",
    "context window",
    "contextwindowexceeded",
    "range of input length",
    "input is too long",
    "prompt is too long",
    "too many tokens",
];
const FILTER_CODES: &[&str] = &[
    "content_filter",
    "content_policy_violation",
    "data_inspection_failed",
    "datainspectionfailed",
    "sensitivecontentdetected",
    "1301",
];
const FILTER_WORDS: &[&str] = &[
    "inappropriate content",
    "content exists risk",
    "content management policy",
    "considered high risk",
    "敏感",
    "不安全",
];
const LOAD_WORDS: &[&str] = &[
    "overloaded",
    "system is too busy",
    "engine_overloaded",
    "server is busy",
    "too busy",
];
const RATE_WORDS: &[&str] = &[
    "throttling",
    "rate_limit",
    "rate limit",
    "too many requests",
];

/// The table of signs, most telling first: what the code says, then the status, then the words.
pub fn classify_complaint(status: u16, retry_after_ms: Option<u64>, said: &Complaint) -> AskError {
    let status = own_status(status, said);
    let detail = if said.message.is_empty() {
        format!("HTTP {status}")
    } else {
        format!("HTTP {status}: {}", said.message)
    };
    let words = format!("{} {} {}", said.code, said.kind, said.message).to_lowercase();
    let is_code =
        |codes: &[&str]| codes.contains(&said.code.as_str()) || codes.contains(&said.kind.as_str());
    let says = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
    let is_refusal = (400..500).contains(&status) || status < 300;

    if status == 402 || is_code(BALANCE_CODES) || (is_refusal && says(BALANCE_WORDS)) {
        return AskError::BalanceExhausted { detail };
    }
    if is_refusal && (is_code(FILTER_CODES) || says(FILTER_WORDS)) {
        return AskError::ContentFiltered { detail };
    }
    if is_code(CONTEXT_CODES)
        || status == 413
        || (status != 429 && is_refusal && says(CONTEXT_WORDS))
    {
        return AskError::ContextTooLong { detail };
    }
    if is_refusal && (is_code(MODEL_CODES) || (status != 429 && says_model_missing(status, &words)))
    {
        return AskError::ModelNotFound { detail };
    }
    if status == 401 || (status != 429 && is_refusal && (is_code(KEY_CODES) || says(KEY_WORDS))) {
        return AskError::WrongKey { detail };
    }
    if matches!(status, 503 | 529) || (status >= 400 && says(LOAD_WORDS)) {
        return AskError::Overloaded {
            retry_after_ms,
            detail,
        };
    }
    if status == 429 || (is_refusal && says(RATE_WORDS)) {
        return AskError::RateLimited {
            retry_after_ms,
            detail,
        };
    }
    match status {
        403 => AskError::WrongKey { detail },
        300..400 | 404 | 405 | 410 => AskError::NotFound { detail },
        408 => AskError::Overloaded {
            retry_after_ms,
            detail,
        },
        400..500 => AskError::BadRequest { detail },
        _ => AskError::ServerError { status, detail },
    }
}

/// Some proxies answer 200 and put the true status into the code.
fn own_status(status: u16, said: &Complaint) -> u16 {
    match said.code.parse::<u16>() {
        Ok(code) if status < 300 && (400..600).contains(&code) => code,
        _ => status,
    }
}

fn says_model_missing(status: u16, words: &str) -> bool {
    MODEL_WORDS.iter().any(|sign| words.contains(sign))
        || (words.contains("model")
            && (words.contains("does not exist") || (status == 404 && words.contains("not"))))
}

/// `retry-after-ms`, or `Retry-After` as seconds or as a date; capped.
pub fn retry_after_ms(headers: &HeaderMap, now: SystemTime) -> Option<u64> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    let millis = text("retry-after-ms").and_then(|value| value.parse::<f64>().ok());
    let millis = millis.or_else(|| {
        let value = text(RETRY_AFTER.as_str())?;
        if let Ok(seconds) = value.parse::<f64>() {
            return Some(seconds * 1000.0);
        }
        let at = httpdate::parse_http_date(value).ok()?;
        // A date in the past means: now.
        let wait = at.duration_since(now).unwrap_or_default();
        Some(wait.as_millis() as f64)
    })?;
    if !millis.is_finite() || millis < 0.0 {
        return None;
    }
    Some((millis as u64).min(limits::RETRY_AFTER_MAX_MS))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use reqwest::header::HeaderValue;
    use std::time::Duration;

    /// Status, body, expected code.
    const CASES: &[(u16, &str, &str)] = &[
        (
            401,
            r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            "wrong_key",
        ),
        (
            401,
            r#"{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"x"}"#,
            "wrong_key",
        ),
        (401, r#""Invalid token""#, "wrong_key"),
        (
            400,
            r#"{"code":"InvalidApiKey","message":"no"}"#,
            "wrong_key",
        ),
        (403, r#"{"error":{"message":"forbidden"}}"#, "wrong_key"),
        (
            403,
            r#"{"code":"AccessDenied.Unpurchased","message":"Access to model denied."}"#,
            "model_not_found",
        ),
        (
            402,
            r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#,
            "balance_exhausted",
        ),
        (
            429,
            r#"{"error":{"code":"1113","message":"您的账户已欠费，请充值后重试"}}"#,
            "balance_exhausted",
        ),
        (
            429,
            r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            "balance_exhausted",
        ),
        (
            403,
            r#"{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}"#,
            "balance_exhausted",
        ),
        (
            400,
            r#"{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing."}"#,
            "balance_exhausted",
        ),
        (
            429,
            r#"{"error":{"code":"1302","message":"您当前使用该API的并发数过高"}}"#,
            "rate_limited",
        ),
        (
            429,
            r#"{"code":429,"message":"RPM limit reached"}"#,
            "rate_limited",
        ),
        (429, "", "rate_limited"),
        (
            429,
            r#"{"error":{"type":"engine_overloaded_error","message":"The engine is currently overloaded"}}"#,
            "overloaded",
        ),
        (
            400,
            r#"{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded"}"#,
            "rate_limited",
        ),
        (
            404,
            r#"{"error":{"message":"The model `x` does not exist or you do not have access to it.","code":"model_not_found"}}"#,
            "model_not_found",
        ),
        (
            404,
            r#"{"error":{"message":"model \"qwen\" not found, try pulling it first"}}"#,
            "model_not_found",
        ),
        (
            400,
            r#"{"error":{"message":"Model Not Exist","type":"invalid_request_error"}}"#,
            "model_not_found",
        ),
        (
            400,
            r#"{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}"#,
            "model_not_found",
        ),
        (
            404,
            "<html><head><title>404 Not Found</title></head></html>",
            "address_not_found",
        ),
        (404, r#"{"detail":"Not Found"}"#, "address_not_found"),
        (
            405,
            r#"{"detail":"Method Not Allowed"}"#,
            "address_not_found",
        ),
        (301, "", "address_not_found"),
        (
            400,
            r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
            "context_too_long",
        ),
        (
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens","code":"context_length_exceeded"}}"#,
            "context_too_long",
        ),
        (
            400,
            r#"{"error":{"message":"Range of input length should be [1, 30720]","code":"invalid_parameter_error"}}"#,
            "context_too_long",
        ),
        (
            400,
            r#"{"code":"DataInspectionFailed","message":"Input data may contain inappropriate content."}"#,
            "content_filtered",
        ),
        (
            400,
            r#"{"error":{"message":"Content Exists Risk","type":"invalid_request_error"}}"#,
            "content_filtered",
        ),
        (
            400,
            r#"{"error":{"code":"1301","message":"系统检测到输入或生成内容可能包含不安全或敏感内容"}}"#,
            "content_filtered",
        ),
        (
            400,
            r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","code":"unsupported_parameter"}}"#,
            "bad_request",
        ),
        (
            422,
            r#"{"detail":[{"loc":["body","model"],"msg":"field required"}]}"#,
            "bad_request",
        ),
        (
            500,
            "<html><body><h1>500</h1></body></html>",
            "server_error",
        ),
        (502, "Bad Gateway", "server_error"),
        (
            500,
            r#"{"error":{"code":500,"message":"output does not match the expected peg-native format","type":"server_error"}}"#,
            "server_error",
        ),
        (503, r#"{"error":{"message":"busy"}}"#, "overloaded"),
        (
            200,
            r#"{"error":{"code":429,"message":"slow down"}}"#,
            "rate_limited",
        ),
        (
            200,
            r#"{"error":{"message":"upstream failed"}}"#,
            "server_error",
        ),
        (200, r#"{"error":"余额不足"}"#, "balance_exhausted"),
    ];

    #[test]
    fn every_known_shape_gets_its_code() {
        for (status, body, expected) in CASES {
            let error = classify(*status, &HeaderMap::new(), body.as_bytes(), Dialect::Usual);
            assert_eq!(error.code(), *expected, "{status} {body}: {error}");
        }
    }

    #[test]
    fn a_used_up_minute_at_alibaba_is_no_empty_account() {
        let dialect = Dialect::of("https://dashscope-intl.aliyuncs.com/compatible-mode/v1");
        assert_eq!(
            Dialect::of("https://aliyuncs.com.example.net/v1"),
            Dialect::Usual
        );
        let minute = r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}"#;
        let free = r#"{"error":{"message":"Free allocated quota exceeded.","type":"insufficient_quota","code":"insufficient_quota"}}"#;
        let arrears = r#"{"error":{"message":"Access denied, please make sure your account is in good standing.","code":"Arrearage"}}"#;
        let cases = [
            (429, minute, dialect, "rate_limited"),
            (429, minute, Dialect::Usual, "balance_exhausted"),
            (429, free, dialect, "balance_exhausted"),
            (
                403,
                r#"{"code":"AllocationQuota.FreeTierOnly","message":"The free tier of the model has been exhausted."}"#,
                dialect,
                "balance_exhausted",
            ),
            (400, arrears, dialect, "balance_exhausted"),
        ];
        for (status, body, dialect, expected) in cases {
            let error = classify(status, &HeaderMap::new(), body.as_bytes(), dialect);
            assert_eq!(error.code(), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_detail_keeps_status_and_words_but_no_page() {
        let error = classify(
            502,
            &HeaderMap::new(),
            b"<html><head><title>Bad\nGateway</title></head></html>",
            Dialect::Usual,
        );
        assert_eq!(
            error,
            AskError::ServerError {
                status: 502,
                detail: "HTTP 502: Bad Gateway".into()
            }
        );
        let long = format!(r#"{{"message":"{}"}}"#, "字".repeat(5000));
        let detail = complaint(long.as_bytes()).message;
        assert_eq!(detail.chars().count(), limits::DETAIL_CHARS + 1);
    }

    #[test]
    fn retry_after_is_read_in_all_notations_and_capped() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let cases: &[(&str, &'static str, Option<u64>)] = &[
            ("retry-after", "30", Some(30_000)),
            ("retry-after", "1.5", Some(1_500)),
            ("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT", Some(10_000)),
            ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("retry-after", "86400", Some(limits::RETRY_AFTER_MAX_MS)),
            ("retry-after", "soon", None),
            ("retry-after", "-3", None),
            ("retry-after-ms", "250", Some(250)),
        ];
        for (name, value, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(*name, HeaderValue::from_static(value));
            assert_eq!(retry_after_ms(&headers, now), *expected, "{name}: {value}");
        }
        assert_eq!(retry_after_ms(&HeaderMap::new(), now), None);
    }
}
