//! Whether an AI function's answer is the formula's value as it is: then the answer is asked for in the field's type.
//!
//! Law: where any AI function stands inside another computation, all answers are plain texts. Tests: `tests/ai_kinds.rs`.

use crate::{
    functions::registry::{self, Kernel},
    syntax::ast::{Expr, Kind},
};

/// See the module.
pub(crate) fn answers_as_it_is(expr: &Expr) -> bool {
    asks(expr) && is_tail(expr)
}

fn is_ai(name: &str) -> bool {
    registry::find(name).is_some_and(|function| matches!(function.kernel, Kernel::Ai(_)))
}

fn asks(expr: &Expr) -> bool {
    let here = matches!(&expr.kind, Kind::Call { name, .. } if is_ai(name));
    here || expr.children().into_iter().any(asks)
}

fn is_tail(expr: &Expr) -> bool {
    if !asks(expr) {
        return true;
    }
    let Kind::Call { name, args, .. } = &expr.ungrouped().kind else {
        return false;
    };
    let is_condition = |at: usize| match name.as_str() {
        "IF" => at == 0,
        "IFS" => at.is_multiple_of(2),
        _ => false,
    };
    match name.as_str() {
        "IF" | "IFS" | "IFERROR" | "IFNA" => {
            args.iter()
                .enumerate()
                .all(|(at, arg)| match is_condition(at) {
                    true => !asks(arg),
                    false => is_tail(arg),
                })
        }
        name => is_ai(name) && !args.iter().any(asks),
    }
}
