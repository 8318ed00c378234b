//! The formula language as the engine uses it: the one place that names the crate `formula`.

pub use formula::Text2;
pub(crate) use formula::{
    Answers, Diagnostic, EvalCache, EvalInput, Formula, Kept, Relation, Scope, Severity, analyze,
    source_to_text,
};
