//! A formula taken apart: what each part of it gives for one record, as the editor shows it step by step.

use crate::{
    check::infer::infer,
    eval::{self, EvalInput, vector::Cell},
    syntax::{
        ast::{Expr, Kind},
        span::Span,
    },
};
use table::field::FieldType;

/// Parts that are shown of one formula.
const STEPS: usize = 100;

/// A part of the formula and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Characters of the text that was analysed.
    pub span: Span,
    /// Parts that it is inside of.
    pub depth: usize,
    pub value: Cell,
    /// How the value is shown; absent: as what it is.
    pub kind: Option<FieldType>,
}

/// Outer parts before inner ones. Parts that stand for themselves (constants) and bodies of lambdas are left out.
pub(crate) fn steps(expr: &Expr, input: &EvalInput) -> Vec<Step> {
    let mut out = Vec::new();
    part(expr, 0, &mut Vec::new(), input, &mut out);
    out
}

fn part<'e>(
    expr: &'e Expr,
    depth: usize,
    around: &mut Vec<&'e [Expr]>,
    input: &EvalInput,
    out: &mut Vec<Step>,
) {
    if out.len() >= STEPS {
        return;
    }
    let depth = match &expr.kind {
        Kind::Group(_) | Kind::Note { .. } => depth,
        Kind::Number(_) | Kind::Text(_) | Kind::Bool(_) | Kind::Error(_) | Kind::Missing => return,
        Kind::Call { name, .. } if name == "LAMBDA" => return,
        _ => {
            out.push(Step {
                span: expr.span,
                depth,
                value: value(expr, around, input),
                kind: infer(expr, &input.snapshot.schema),
            });
            depth + 1
        }
    };
    match &expr.kind {
        Kind::Call { name, args, .. } if name == "LET" && args.len() % 2 == 1 => {
            let n_around = around.len();
            for pair in args.chunks(2) {
                match pair {
                    [_, value] => {
                        part(value, depth, around, input, out);
                        around.push(pair);
                    }
                    body => body
                        .iter()
                        .for_each(|body| part(body, depth, around, input, out)),
                }
            }
            around.truncate(n_around);
        }
        // The called lambda is no value, nor is a link without its field.
        Kind::Apply(_, args) => {
            args.iter()
                .for_each(|arg| part(arg, depth, around, input, out));
        }
        Kind::Dot(..) => {}
        _ => {
            let children = expr.children().into_iter();
            children.for_each(|child| part(child, depth, around, input, out));
        }
    }
}

/// With the names that LET gave around it.
fn value(expr: &Expr, around: &[&[Expr]], input: &EvalInput) -> Cell {
    let whole = match around {
        [] => expr.clone(),
        pairs => {
            let mut args: Vec<Expr> = pairs.iter().flat_map(|pair| pair.iter().cloned()).collect();
            args.push(expr.clone());
            let kind = Kind::Call {
                name: "LET".into(),
                name_span: expr.span,
                args,
            };
            Expr::new(kind, expr.span)
        }
    };
    // What is shared is known by the whole formula, not by its parts.
    eval::alone(&whole, input)
        .into_iter()
        .next()
        .unwrap_or(Cell::Blank)
}
