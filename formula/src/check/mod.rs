//! Binds names to ids and proposes the result's type. In: [`crate::syntax::ast::Expr`], [`scope::Scope`].
//! Out: the same tree with ids, a field type, diagnostics with spans and a hint in zh and en.
//!
//! Law: a formula without error diagnostics can be planned. Tests: `spec/diagnostics.md`, and beside the modules.

pub mod coerce;
pub mod diagnostic;
pub mod infer;
pub mod scope;
pub(crate) mod tail;
pub(crate) mod warn;
