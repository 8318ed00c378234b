//! Text to syntax tree and back. In: what a person typed or the stored source. Out: [`ast::Expr`] and diagnostics.
//!
//! Law: every span lies inside the text (in characters); `parse(print(x))` is `x`; nesting is capped before recursion.
//! Tests: beside the modules and `tests/properties.rs`.

pub mod ast;
pub mod lexer;
pub mod parser;
pub mod pretty;
pub mod printer;
pub mod span;
mod workbook;
