//! The functions, one file per family: name, signature, kernel, doc and example side by side.
//!
//! Law: a function has Excel's name, arguments, result and errors. Tests: `spec/*.md`, where each
//! function has cases, and the examples, run by `tests/language.rs`.

pub(crate) mod ai;
pub(crate) mod date;
pub(crate) mod format;
pub(crate) mod logical;
pub(crate) mod lookup;
pub(crate) mod math;
pub(crate) mod registry;
pub(crate) mod text;

use std::sync::OnceLock;

/// What people read about a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct FunctionDoc {
    pub name: &'static str,
    pub signature: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// A formula; where it holds no reference, it runs as a test.
    pub example: &'static str,
}

/// All functions, for help and docs.
pub fn all() -> &'static [FunctionDoc] {
    static DOCS: OnceLock<Vec<FunctionDoc>> = OnceLock::new();
    DOCS.get_or_init(|| {
        registry::all()
            .iter()
            .map(|function| function.doc)
            .collect()
    })
}
