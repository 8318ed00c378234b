//! Kernels of the operators, with Excel's order of types, 15-digit comparison and near-zero rule.

use super::vector::{Cell, Vector};
use crate::{check::coerce, syntax::ast::Op};
use std::{cmp::Ordering, sync::Arc};
use table::value::CellError;

pub(crate) fn binary(op: Op, left: &Vector, right: &Vector, n: usize) -> Vector {
    if left.is_const() && right.is_const() {
        return Vector::Const(binary_cell(op, &left.get(0), &right.get(0)));
    }
    if let (Op::Add | Op::Subtract | Op::Multiply, Some(a), Some(b)) =
        (op, numbers(left), numbers(right))
    {
        let out: Vec<f64> = (0..n)
            .map(|at| arithmetic(op, a.at(at), b.at(at)))
            .collect();
        if out.iter().all(|x| x.is_finite()) {
            return Vector::Numbers(out);
        }
    }
    Vector::Cells(
        (0..n)
            .map(|at| binary_cell(op, &left.get(at), &right.get(at)))
            .collect(),
    )
}

enum Numbers<'a> {
    One(f64),
    Many(&'a [f64]),
}

impl Numbers<'_> {
    fn at(&self, at: usize) -> f64 {
        match self {
            Numbers::One(x) => *x,
            Numbers::Many(v) => v[at],
        }
    }
}

fn numbers(vector: &Vector) -> Option<Numbers<'_>> {
    match vector {
        Vector::Const(Cell::Number(x)) => Some(Numbers::One(*x)),
        Vector::Numbers(v) => Some(Numbers::Many(v)),
        _ => None,
    }
}

fn arithmetic(op: Op, a: f64, b: f64) -> f64 {
    match op {
        Op::Add => snap(a, a + b),
        Op::Subtract => snap(a, a - b),
        Op::Multiply => a * b,
        Op::Divide => a / b,
        _ => a.powf(b),
    }
}

/// Excel takes the result of `+` or `-` for zero where only noise of the binary fractions is left.
fn snap(a: f64, sum: f64) -> f64 {
    match sum != 0.0 && sum.abs() < a.abs() * 3e-15 {
        true => 0.0,
        false => sum,
    }
}

pub(crate) fn binary_cell(op: Op, a: &Cell, b: &Cell) -> Cell {
    if a.is_stuck() {
        return a.clone();
    }
    if b.is_stuck() {
        return b.clone();
    }
    match op.level() {
        0 => compare_by(op, compare(a, b)),
        1 => match (coerce::text(a), coerce::text(b)) {
            (Ok(a), Ok(b)) => Cell::Text(Arc::from(format!("{a}{b}"))),
            (Err(stuck), _) | (_, Err(stuck)) => stuck,
        },
        _ => match (coerce::number(a), coerce::number(b)) {
            (Ok(_), Ok(0.0)) if op == Op::Divide => Cell::Error(CellError::Div0),
            (Ok(0.0), Ok(0.0)) if op == Op::Power => Cell::Error(CellError::Num),
            (Ok(0.0), Ok(y)) if op == Op::Power && y < 0.0 => Cell::Error(CellError::Div0),
            (Ok(x), Ok(y)) => Cell::finite(arithmetic(op, x, y)),
            (Err(stuck), _) | (_, Err(stuck)) => stuck,
        },
    }
}

fn compare_by(op: Op, order: Ordering) -> Cell {
    Cell::Bool(match op {
        Op::Equal => order.is_eq(),
        Op::NotEqual => order.is_ne(),
        Op::Less => order.is_lt(),
        Op::LessEqual => order.is_le(),
        Op::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// Numbers before texts before booleans; a blank is the other side's zero, "" or FALSE.
pub(crate) fn compare(a: &Cell, b: &Cell) -> Ordering {
    let rank = |cell: &Cell| match cell {
        Cell::Text(_) => 1,
        Cell::Bool(_) => 2,
        _ => 0,
    };
    match (a, b) {
        (Cell::Blank, Cell::Text(t)) => "".cmp(t),
        (Cell::Text(t), Cell::Blank) => (**t).cmp(""),
        (Cell::Blank, Cell::Bool(b)) => false.cmp(b),
        (Cell::Bool(b), Cell::Blank) => b.cmp(&false),
        (Cell::Text(x), Cell::Text(y)) => x.to_lowercase().cmp(&y.to_lowercase()),
        (Cell::Bool(x), Cell::Bool(y)) => x.cmp(y),
        _ if rank(a) != rank(b) => rank(a).cmp(&rank(b)),
        _ => {
            let (x, y) = (
                coerce::number(a).unwrap_or(0.0),
                coerce::number(b).unwrap_or(0.0),
            );
            match x == y
                || ((x - y).abs() <= x.abs() * 1e-14 && coerce::fifteen(x) == coerce::fifteen(y))
            {
                true => Ordering::Equal,
                false => x.total_cmp(&y),
            }
        }
    }
}
