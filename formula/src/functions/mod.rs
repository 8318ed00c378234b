//! The functions, one file per family: name, signature, kernel, doc and example side by side.
//!
//! Law: a function has Excel's name, arguments, result and errors. Tests: `spec/*.md`, where each
//! function has cases, and the examples, run by `tests/language.rs`.

pub(crate) mod ai;
pub(crate) mod annuity;
pub(crate) mod arguments;
pub(crate) mod bessel;
pub(crate) mod bits;
pub(crate) mod cash_flow;
pub(crate) mod complex;
pub(crate) mod convert;
pub(crate) mod database;
pub(crate) mod date;
pub(crate) mod date_text;
pub(crate) mod day_count;
pub(crate) mod depreciation;
pub(crate) mod describe;
pub(crate) mod distributions;
pub(crate) mod format;
pub(crate) mod information;
pub(crate) mod integers;
pub(crate) mod lambda;
pub(crate) mod least_squares;
pub(crate) mod logical;
pub(crate) mod lookup;
pub(crate) mod math;
pub(crate) mod matrix;
pub(crate) mod merchant;
pub(crate) mod places;
pub(crate) mod random;
pub(crate) mod regex;
mod regex_dialect;
pub(crate) mod registry;
pub(crate) mod regression;
pub(crate) mod rounding;
pub(crate) mod securities;
pub(crate) mod shape;
pub(crate) mod sorting;
mod special;
pub(crate) mod text;
pub(crate) mod text_bytes;
pub(crate) mod text_codes;
pub(crate) mod text_numbers;
pub(crate) mod text_parts;
pub(crate) mod text_value;
pub(crate) mod trigonometry;
pub(crate) mod workday;

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
