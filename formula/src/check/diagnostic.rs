//! What is wrong with a formula, where, and what to do, in the shop owner's words.

use crate::syntax::span::Span;
use serde::{Deserialize, Serialize};

pub use table::bilingual::Text2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The formula cannot be used.
    Error,
    /// The formula works, but probably not as meant.
    Warning,
}

/// A finding about a formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable, e.g. `unknown_field`.
    pub code: &'static str,
    pub severity: Severity,
    /// Characters of the text that was analysed.
    pub span: Span,
    pub message: Text2,
    pub hint: Option<Text2>,
    /// What would mend it.
    pub fix: Option<Fix>,
}

/// A replacement of a part of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Characters; empty where something is put in.
    pub span: Span,
    pub text: String,
}

impl Diagnostic {
    pub fn error(
        code: &'static str,
        span: Span,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            span,
            message: Text2::new(zh, en),
            hint: None,
            fix: None,
        }
    }

    pub fn warning(
        code: &'static str,
        span: Span,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, span, zh, en)
        }
    }

    #[must_use]
    pub fn with_hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Diagnostic {
        self.hint = Some(Text2::new(zh, en));
        self
    }

    #[must_use]
    pub fn with_fix(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fix = Some(Fix {
            span,
            text: text.into(),
        });
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
