//! Arithmetic of plain number columns, block by block: `[数量]*[单价]*(1-[折扣])` without columns in between, whose fresh
//! memory would cost more than the arithmetic.
//!
//! Law: what is made is what the operators make one after the other. Where anything is no plain number or a result is
//! not finite, nothing is made and they are asked. Tests: `tests/language.rs`, `tests/properties.rs`.

use super::{
    Context, load, operators,
    vector::{Cell, Numbers, Vector},
};
use crate::{plan::Node, syntax::ast::Op};
use std::borrow::Cow;

/// Records at a time; three such blocks fit into the fastest cache.
const BLOCK: usize = 1_024;
/// Fewer records are not worth it.
const FROM: usize = 4 * BLOCK;
/// Blocks that wait at a time.
const DEPTH: usize = 6;

enum Term<'a> {
    One(f64),
    Column(Cow<'a, [f64]>),
    Chain(Box<Term<'a>>, Vec<(Op, Term<'a>)>),
}

/// `None` where the operators are to be asked.
pub(super) fn chain<'a>(context: &mut Context<'a>, node: &Node<'a>) -> Option<Vector<'a>> {
    if context.len() < FROM || n_operators(node, 0)? < 2 {
        return None;
    }
    let term = term(context, node)?;
    let n_terms = n_terms(&term);
    let (mut values, mut block) = (Vec::with_capacity(context.len()), [0.0; BLOCK]);
    for from in (0..context.len()).step_by(BLOCK) {
        let block = &mut block[..BLOCK.min(context.len() - from)];
        if !compute(&term, from, block) {
            return None;
        }
        values.extend_from_slice(block);
    }
    if !context.fuel.burn(n_terms * context.len()) {
        return None;
    }
    Some(Vector::Numbers(Numbers {
        values: values.into(),
        blank: None,
        rest: Vec::new(),
    }))
}

/// How many there are; `None` where anything else than arithmetic of fields and numbers stands.
fn n_operators(node: &Node, depth: usize) -> Option<usize> {
    match node {
        _ if depth > DEPTH => None,
        Node::Own(_) | Node::Const(Cell::Number(_)) => Some(0),
        Node::Chain(first, rest) => {
            let mut n = n_operators(first, depth + 1)? + rest.len();
            for (op, next) in rest {
                let is_plain = matches!(op, Op::Add | Op::Subtract | Op::Multiply | Op::Divide);
                n += n_operators(next, depth + 1).filter(|_| is_plain)?;
            }
            Some(n)
        }
        _ => None,
    }
}

fn term<'a>(context: &mut Context<'a>, node: &Node<'a>) -> Option<Term<'a>> {
    match node {
        Node::Const(Cell::Number(x)) => Some(Term::One(*x)),
        Node::Own(field) => match load::own(context, field) {
            Vector::Numbers(numbers) if numbers.rest.is_empty() => {
                Some(Term::Column(numbers.values))
            }
            _ => None,
        },
        Node::Chain(first, rest) => {
            let first = Box::new(term(context, first)?);
            let rest = rest
                .iter()
                .map(|(op, next)| Some((*op, term(context, next)?)));
            Some(Term::Chain(first, rest.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

fn n_terms(term: &Term) -> usize {
    match term {
        Term::One(_) => 0,
        Term::Column(_) => 1,
        Term::Chain(first, rest) => {
            let rest = rest.iter().map(|(_, next)| 1 + n_terms(next));
            n_terms(first) + rest.sum::<usize>()
        }
    }
}

/// False where a result is not finite.
fn compute(term: &Term, from: usize, out: &mut [f64]) -> bool {
    match term {
        Term::One(x) => out.fill(*x),
        Term::Column(values) => out.copy_from_slice(&values[from..from + out.len()]),
        Term::Chain(first, rest) => {
            if !compute(first, from, out) {
                return false;
            }
            for (op, next) in rest {
                let is_finite = match next {
                    Term::One(x) => operators::apply_block(*op, out, std::iter::repeat(x)),
                    Term::Column(values) => {
                        operators::apply_block(*op, out, values[from..from + out.len()].iter())
                    }
                    Term::Chain(..) => {
                        let mut side = [0.0; BLOCK];
                        let side = &mut side[..out.len()];
                        compute(next, from, side) && operators::apply_block(*op, out, side.iter())
                    }
                };
                if !is_finite {
                    return false;
                }
            }
        }
    }
    true
}
