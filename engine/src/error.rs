//! What can go wrong at the engine's door, with stable codes and texts for people.
//!
//! Main types: [`CommandError`] (a command was refused; nothing was changed) and [`OpenError`].
//! Law: each code stands in one place, with a simple Chinese and an English text.

use serde::Serialize;

/// One text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text2 {
    pub zh: String,
    pub en: String,
}

impl Text2 {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text2 {
        Text2 {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// A refused command: nothing of it was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code}: {}", message.en)]
pub struct CommandError {
    /// Stable, e.g. `no_table`, `name_taken`, `formula_error`, `read_only`; the web translates by it.
    pub code: &'static str,
    pub message: Text2,
    /// What to do about it.
    pub hint: Option<Text2>,
    /// What it is about: an id, a name or a span such as `4..7`.
    pub at: Option<String>,
}

/// A base could not be created or opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the file of the base could not be used: {0}")]
    Store(String),
    #[error("the writer of the base could not be started: {0}")]
    Thread(#[source] std::io::Error),
    #[error("the log of the base does not fit its checkpoint: {0}")]
    Log(String),
}

impl CommandError {
    pub(crate) fn new(
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> CommandError {
        CommandError {
            code,
            message: Text2::new(zh, en),
            hint: None,
            at: None,
        }
    }

    pub(crate) fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> CommandError {
        self.hint = Some(Text2::new(zh, en));
        self
    }

    pub(crate) fn at(mut self, at: impl ToString) -> CommandError {
        self.at = Some(at.to_string());
        self
    }
}
