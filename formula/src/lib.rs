//! The formula language: Excel's meaning over fields, evaluated a column at a time. Pure: no IO, clock or randomness.
//!
//! ```text
//! text ─ syntax ─▶ Ast ─ check ─▶ bound Ast + type + diagnostics ─ plan ─▶ Plan ─ eval ─▶ Column + AiCalls
//!         ▲  lexer, parser, printer   scope, infer, coerce           reads, lowering    vectors, kernels, cache
//! stored source (`[#f3]*[#f4]`) ─┘
//! ```
//!
//! Law: bad input is not an error. [`analyze`] gives diagnostics, [`Formula::eval`] gives error cells; nothing panics.
//! Tests: `spec/*.md` by `tests/spec.rs`, properties in `tests/properties.rs`, and beside the modules.

pub mod check;
mod door;
pub mod eval;
mod excel;
pub mod functions;
pub mod limits;
mod plan;
mod steps;
pub mod syntax;

pub use check::diagnostic::{Diagnostic, Fix, Severity, Text2};
pub use check::scope::Scope;
pub use door::{Analysis, Formula, Reads, analyze, source_to_text};
pub use eval::vector::{Cell, Range};
pub use eval::{Answers, EvalCache, EvalInput, Evaluated, Kept, Reached, Spread};
pub use excel::{ExcelNames, ExcelTable};
pub use plan::relations::Relation;
pub use steps::Step;
pub use syntax::lexer::{Token, TokenKind};
pub use syntax::span::Span;
