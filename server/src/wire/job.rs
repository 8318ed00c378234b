//! Jobs as JSON: the panel's rows, imports, exports.

use super::ErrorBody;
use crate::error::Locale;
use connectors::model::Text2;
use jobs::{JobError, JobRow, JobState};
use serde::Serialize;
use utoipa::ToSchema;

/// One line of the job panel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    pub id: String,
    /// `import`, `export`, `ai`
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// File or field name.
    pub label: String,
    /// `staging`, `previewed`, `running`, `done`, `failed`, `cancelled`
    pub state: String,
    pub done: u64,
    /// 0 while unknown.
    pub of: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProgressView {
    pub done: u64,
    /// 0 while unknown.
    pub of: u64,
}

impl JobView {
    pub fn new(row: JobRow, locale: Locale) -> JobView {
        JobView {
            id: row.id,
            kind: super::schema::name_of(&row.kind),
            base: row.base,
            label: row.label,
            state: super::schema::name_of(&row.state),
            done: row.done,
            of: row.of,
            message: row.message.map(|text| said(text, locale)),
            error: row.error.map(|error| error_body(error, locale)),
        }
    }
}

pub fn error_body(error: JobError, locale: Locale) -> ErrorBody {
    ErrorBody {
        code: error.code,
        message: said(error.message, locale),
        hint: None,
        at: error.at,
    }
}

/// An import's state on the wire: a running one is `importing`.
pub fn import_state(state: JobState) -> String {
    match state {
        JobState::Running => "importing".into(),
        other => super::schema::name_of(&other),
    }
}

fn said(text: Text2, locale: Locale) -> String {
    match locale {
        Locale::Zh => text.zh,
        Locale::En => text.en,
    }
}
