//! What a caller is told when something cannot be done: `{code, message, hint, at}` in the caller's language.
//!
//! Handlers return [`ApiError`]; the answer is written by [`speak`], a layer that knows the request's
//! language. Law: every error leaves with a stable code and never with a path of the machine or a cause
//! chain, which go to the log. Tests: here and `tests/route/errors.rs`.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// The two languages of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Locale {
    #[default]
    #[serde(rename = "zh-CN")]
    Zh,
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// The first language of a list like `en-GB,zh;q=0.8` that the product speaks; Chinese where none is.
    pub fn from_list(list: &str) -> Locale {
        list.split(',')
            .find_map(|item| {
                let tag = item.split(';').next().unwrap_or_default().trim();
                let tag = tag.to_ascii_lowercase();
                match tag.split('-').next() {
                    Some("zh") => Some(Locale::Zh),
                    Some("en") => Some(Locale::En),
                    _ => None,
                }
            })
            .unwrap_or_default()
    }

    pub fn of(headers: &HeaderMap) -> Locale {
        headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .map_or(Locale::Zh, Locale::from_list)
    }
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Locale {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &S,
    ) -> Result<Locale, Self::Rejection> {
        Ok(Locale::of(&parts.headers))
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl Words {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Words {
        Words {
            zh: zh.into(),
            en: en.into(),
        }
    }

    pub fn said(&self, locale: Locale) -> &str {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// A refused or failed request.
#[derive(Debug, Clone)]
pub struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: Words,
    pub hint: Option<Words>,
    /// Where: a field, record, sheet or parameter.
    pub at: Option<String>,
}

impl ApiError {
    pub fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> ApiError {
        ApiError {
            status,
            code,
            message: Words::new(zh, en),
            hint: None,
            at: None,
        }
    }

    pub fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> ApiError {
        self.hint = Some(Words::new(zh, en));
        self
    }

    pub fn at(mut self, at: impl Into<String>) -> ApiError {
        self.at = Some(at.into());
        self
    }

    pub fn bad_request(
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, code, zh, en)
    }

    /// `what` is named in both languages: (`"表格"`, `"table"`).
    pub fn not_found(code: &'static str, what: (&str, &str), id: &str) -> ApiError {
        let id: String = id.chars().take(80).collect();
        ApiError::new(
            StatusCode::NOT_FOUND,
            code,
            format!("找不到{}“{id}”,可能已被删除。", what.0),
            format!("There is no {} “{id}”; it may have been deleted.", what.1),
        )
        .at(id)
    }

    /// Something broke inside; the cause goes to the log, not to the caller.
    pub fn internal(act: &str, cause: impl std::fmt::Display) -> ApiError {
        tracing::error!(act, %cause, "request failed");
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "服务器内部出错,您的数据没有受影响。",
            "Something went wrong inside the server. Your data is not affected.",
        )
        .hint(
            "请再试一次;如果一直出现,请把服务器日志发给我们。",
            "Please try again; if it keeps happening, send us the server's log.",
        )
    }

    /// A file operation that failed; a full disk is said as such.
    pub fn io(act: &str, cause: &std::io::Error) -> ApiError {
        if matches!(
            cause.kind(),
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
        ) {
            return ApiError::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk_full",
                "磁盘已满,没有保存。",
                "The disk is full; nothing was saved.",
            )
            .hint(
                "请先清理磁盘空间,然后再试。",
                "Free some disk space, then try again.",
            );
        }
        match cause.raw_os_error() {
            Some(_) => ApiError::disk(act, cause),
            None => ApiError::internal(act, cause),
        }
    }

    /// The disk could not be read or written; the cause goes to the log.
    pub fn disk(act: &str, cause: impl std::fmt::Display) -> ApiError {
        tracing::error!(act, %cause, "the disk failed");
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "disk_error",
            "读写磁盘时出错,没有保存。",
            "The disk could not be read or written; nothing was saved.",
        )
        .hint(
            "请检查磁盘,然后再试;如果一直出现,请换一块磁盘并用备份恢复。",
            "Check the disk, then try again; if it keeps happening, replace the disk and restore a backup.",
        )
    }

    /// Of a reader's complaint about a property that it does not know, which is most often a misspelt one.
    pub fn unknown_property(complaint: &str) -> Option<ApiError> {
        let (_, after) = complaint.split_once("unknown field `")?;
        let (name, after) = after.split_once('`')?;
        let name: String = name.chars().take(80).collect();
        let error = ApiError::bad_request(
            "unknown_property",
            format!("请求里有不认识的属性“{name}”,服务器没有执行。"),
            format!("The request has a property “{name}” that is not known; nothing was done."),
        );
        // Of `…, expected one of `a`, `b` at line 1 column 2`.
        let known: Vec<&str> = after.split('`').skip(1).step_by(2).collect();
        let error = match known.is_empty() {
            true => error,
            false => error.hint(
                format!("这里可以用的属性:{}。", known.join("、")),
                format!("Known here: {}.", known.join(", ")),
            ),
        };
        Some(error.at(name))
    }

    /// As it stands on the wire, in one language.
    pub fn body(&self, locale: Locale) -> crate::wire::ErrorBody {
        crate::wire::ErrorBody {
            code: self.code.to_string(),
            message: self.message.said(locale).to_string(),
            hint: self.hint.as_ref().map(|hint| hint.said(locale).to_string()),
            at: self.at.clone(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Body::empty()).into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Writes the body of an [`ApiError`] in the caller's language.
pub async fn speak(request: Request, next: Next) -> Response {
    let locale = Locale::of(request.headers());
    let response = next.run(request).await;
    let Some(error) = response.extensions().get::<Arc<ApiError>>().cloned() else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut spoken = (parts.status, axum::Json(error.body(locale))).into_response();
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE {
            spoken.headers_mut().insert(name, value.clone());
        }
    }
    spoken.headers_mut().insert(
        header::CACHE_CONTROL,
        axum::http::HeaderValue::from_static("no-store"),
    );
    spoken
}

/// What a panic in a handler becomes: the request fails, the process stays.
pub fn panicked(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| cause.downcast_ref::<&str>().map(|text| text.to_string()))
        .unwrap_or_default();
    ApiError::internal("handle a request (panic)", cause).into_response()
}

impl From<axum::extract::rejection::JsonRejection> for ApiError {
    fn from(cause: axum::extract::rejection::JsonRejection) -> ApiError {
        let status = cause.status();
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            return too_large(crate::limits::JSON_BODY_BYTES as u64);
        }
        let text = cause.body_text();
        ApiError::unknown_property(&text).unwrap_or_else(|| {
            ApiError::bad_request(
                "bad_request",
                "请求的内容不对,服务器没有执行。",
                "The request could not be read; nothing was done.",
            )
            .at(text)
        })
    }
}

impl From<axum::extract::rejection::QueryRejection> for ApiError {
    fn from(cause: axum::extract::rejection::QueryRejection) -> ApiError {
        ApiError::bad_request(
            "bad_query",
            "网址里的参数不对。",
            "A parameter of the address is wrong.",
        )
        .at(cause.body_text())
    }
}

impl From<axum::extract::rejection::PathRejection> for ApiError {
    fn from(cause: axum::extract::rejection::PathRejection) -> ApiError {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "no_such_address",
            "没有这个地址。",
            "There is nothing at this address.",
        )
        .at(cause.body_text())
    }
}

impl From<engine::error::Text2> for Words {
    fn from(text: engine::error::Text2) -> Words {
        Words {
            zh: text.zh,
            en: text.en,
        }
    }
}

/// A command that the engine refused; the status follows the code.
impl From<engine::error::CommandError> for ApiError {
    fn from(cause: engine::error::CommandError) -> ApiError {
        let status = match cause.code {
            code if code.starts_with("no_") => StatusCode::NOT_FOUND,
            "name_taken" | "cell_changed" => StatusCode::CONFLICT,
            "not_allowed" => StatusCode::FORBIDDEN,
            "read_only" | "closed" | "not_ready" => StatusCode::SERVICE_UNAVAILABLE,
            "disk_full" => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        ApiError {
            status,
            code: cause.code,
            message: cause.message.into(),
            hint: cause.hint.map(Words::from),
            at: cause.at,
        }
    }
}

/// A body or file above its limit.
pub fn too_large(limit_bytes: u64) -> ApiError {
    let mb = limit_bytes >> 20;
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("内容太大,最多 {mb} MB。"),
        format!("Too large: the limit is {mb} MB."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_we_speak_wins() {
        for (list, want) in [
            ("", Locale::Zh),
            ("en-GB,en;q=0.9", Locale::En),
            ("fr,zh-TW;q=0.8,en", Locale::Zh),
            ("EN", Locale::En),
            ("fr", Locale::Zh),
        ] {
            assert_eq!(Locale::from_list(list), want, "{list}");
        }
    }
}
