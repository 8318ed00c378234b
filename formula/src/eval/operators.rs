//! Kernels of the operators, with Excel's order of types, 15-digit comparison and near-zero rule.

use super::{
    coded::{Coded, Dictionary},
    vector::{Cell, Collector, Numbers, Vector},
};
use crate::{check::coerce, limits::RESULT_CHARS, syntax::ast::Op};
use std::{borrow::Cow, cmp::Ordering, sync::Arc};
use table::value::CellError;

/// Distinct pairs of cells that are worth a table of their results.
const PAIRS: usize = 65_536;

pub(crate) fn binary<'a>(op: Op, left: &Vector<'a>, right: &Vector<'a>, n: usize) -> Vector<'a> {
    if left.is_const() && right.is_const() {
        return Vector::Const(binary_cell(op, &left.get(0), &right.get(0)));
    }
    if let Some(coded) = by_codes(op, left, right, n) {
        return Vector::Coded(coded);
    }
    let slow = |at: usize| binary_cell(op, &left.get(at), &right.get(at));
    match (op.level(), numeric(left), numeric(right)) {
        (0, Some(a), Some(b)) if a.is_plain && b.is_plain => {
            Vector::Coded(compared(op, &a, &b, n, slow))
        }
        (2.., Some(a), Some(b)) => Vector::Numbers(computed(op, &a, &b, n, slow)),
        _ => (0..n).map(slow).collect::<Collector>().finish(),
    }
}

/// The same, in the memory of `left` where it is a result in between: fresh memory costs more than the arithmetic.
pub(crate) fn binary_into<'a>(
    op: Op,
    left: Vector<'a>,
    right: &Vector<'a>,
    n: usize,
) -> Vector<'a> {
    let (2.., Vector::Numbers(numbers), Some(b)) = (op.level(), &left, numeric(right)) else {
        return binary(op, &left, right, n);
    };
    let is_ours = matches!(numbers.values, Cow::Owned(_)) && numbers.values.len() == n;
    if op == Op::Power || !is_ours || !numbers.rest.is_empty() || !b.stuck.is_empty() {
        return binary(op, &left, right, n);
    }
    match left {
        Vector::Numbers(Numbers { values, .. }) => {
            Vector::Numbers(computed_into(op, values.into_owned(), &b.values))
        }
        other => other,
    }
}

/// So many numbers are looked at before they take the place of what they were made of.
const BLOCK: usize = 512;

fn computed_into<'a>(op: Op, mut values: Vec<f64>, b: &Values) -> Numbers<'a> {
    let (mut made, mut rest) = ([0.0; BLOCK], Vec::new());
    let mut from = 0;
    for block in values.chunks_mut(BLOCK) {
        let made = &mut made[..block.len()];
        match b {
            Values::One(b) => apply(op, block, std::iter::repeat(b), made),
            Values::Many(b) => apply(op, block, b[from..].iter(), made),
        }
        match made.iter().fold(true, |all, x| all & x.is_finite()) {
            true => block.copy_from_slice(made),
            false => {
                for (at, a) in block.iter_mut().enumerate() {
                    let b = Cell::Number(b.at(from + at));
                    match binary_cell(op, &Cell::Number(*a), &b) {
                        Cell::Number(x) => *a = x,
                        cell => {
                            *a = 0.0;
                            rest.push(((from + at) as u32, cell));
                        }
                    }
                }
            }
        }
        from += block.len();
    }
    Numbers {
        values: values.into(),
        blank: None,
        rest,
    }
}

/// In place; false where a result is not finite.
pub(super) fn apply_block<'b>(op: Op, a: &mut [f64], b: impl Iterator<Item = &'b f64>) -> bool {
    let pairs = a.iter_mut().zip(b);
    match op {
        Op::Add => pairs.for_each(|(a, b)| *a = snap(*a, *a + b)),
        Op::Subtract => pairs.for_each(|(a, b)| *a = snap(*a, *a - b)),
        Op::Multiply => pairs.for_each(|(a, b)| *a *= b),
        _ => pairs.for_each(|(a, b)| *a /= b),
    }
    a.iter().fold(true, |all, x| all & x.is_finite())
}

fn apply<'b>(op: Op, a: &[f64], b: impl Iterator<Item = &'b f64>, made: &mut [f64]) {
    let pairs = made.iter_mut().zip(a.iter().zip(b));
    match op {
        Op::Add => pairs.for_each(|(made, (a, b))| *made = snap(*a, a + b)),
        Op::Subtract => pairs.for_each(|(made, (a, b))| *made = snap(*a, a - b)),
        Op::Multiply => pairs.for_each(|(made, (a, b))| *made = a * b),
        _ => pairs.for_each(|(made, (a, b))| *made = a / b),
    }
}

/// A vector as arithmetic sees it.
struct Numeric<'a> {
    values: Values<'a>,
    /// Records in which it is no number that arithmetic takes.
    stuck: Vec<u32>,
    /// Every other cell is a number or, where that is the same, a blank.
    is_plain: bool,
}

enum Values<'a> {
    One(f64),
    Many(Cow<'a, [f64]>),
}

impl Values<'_> {
    fn at(&self, at: usize) -> f64 {
        match self {
            Values::One(x) => *x,
            Values::Many(v) => v[at],
        }
    }
}

fn numeric<'a>(vector: &'a Vector) -> Option<Numeric<'a>> {
    match vector {
        Vector::Const(cell) => coerce::number(cell).ok().map(|x| Numeric {
            values: Values::One(x),
            stuck: Vec::new(),
            is_plain: matches!(cell, Cell::Number(_)),
        }),
        Vector::Numbers(numbers) => Some(Numeric {
            values: Values::Many(Cow::Borrowed(&numbers.values)),
            stuck: numbers.rest.iter().map(|(at, _)| *at).collect(),
            is_plain: true,
        }),
        Vector::Coded(coded) => {
            let known = coded.each(Some(0.0), |seen| coerce::number(&seen.to_cell()).ok());
            let mut stuck = Vec::new();
            let values = coded.codes.iter().enumerate().map(|(at, code)| {
                known[*code as usize].unwrap_or_else(|| {
                    stuck.push(at as u32);
                    0.0
                })
            });
            let values: Vec<f64> = values.collect();
            Some(Numeric {
                values: Values::Many(values.into()),
                stuck,
                is_plain: false,
            })
        }
        _ => None,
    }
}

/// Runs `row` over all records, with the two sides as slices or constants so that it becomes a plain loop.
fn zipped<T>(a: &Numeric, b: &Numeric, n: usize, row: impl Fn(f64, f64) -> T + Copy) -> Vec<T> {
    match (&a.values, &b.values) {
        (Values::Many(a), Values::Many(b)) => {
            a.iter().zip(&**b).map(|(a, b)| row(*a, *b)).collect()
        }
        (Values::Many(a), Values::One(b)) => a.iter().map(|a| row(*a, *b)).collect(),
        (Values::One(a), Values::Many(b)) => b.iter().map(|b| row(*a, *b)).collect(),
        _ => (0..n)
            .map(|at| row(a.values.at(at), b.values.at(at)))
            .collect(),
    }
}

fn computed<'a>(
    op: Op,
    a: &Numeric,
    b: &Numeric,
    n: usize,
    slow: impl Fn(usize) -> Cell,
) -> Numbers<'a> {
    let mut values = match op {
        Op::Add => zipped(a, b, n, |a, b| snap(a, a + b)),
        Op::Subtract => zipped(a, b, n, |a, b| snap(a, a - b)),
        Op::Multiply => zipped(a, b, n, |a, b| a * b),
        Op::Divide => zipped(a, b, n, |a, b| a / b),
        _ => zipped(a, b, n, |a, b| match a == 0.0 && b == 0.0 {
            true => f64::NAN,
            false => a.powf(b),
        }),
    };
    // One look at the whole first: almost always all is well, and without a way out it is a plain loop.
    let all_finite = values.iter().fold(true, |all, x| all & x.is_finite());
    let mut again: Vec<u32> = match all_finite {
        true => Vec::new(),
        false => (0..n as u32)
            .filter(|at| !values[*at as usize].is_finite())
            .collect(),
    };
    if !a.stuck.is_empty() || !b.stuck.is_empty() {
        again.extend(a.stuck.iter().chain(&b.stuck));
        again.sort_unstable();
        again.dedup();
    }
    let mut rest = Vec::new();
    for at in again {
        match slow(at as usize) {
            Cell::Number(x) => values[at as usize] = x,
            cell => {
                values[at as usize] = 0.0;
                rest.push((at, cell));
            }
        }
    }
    Numbers {
        values: values.into(),
        blank: None,
        rest,
    }
}

fn compared<'a>(
    op: Op,
    a: &Numeric,
    b: &Numeric,
    n: usize,
    slow: impl Fn(usize) -> Cell,
) -> Coded<'a> {
    let [less, equal, greater] = [Ordering::Less, Ordering::Equal, Ordering::Greater]
        .map(|order| u32::from(compare_by(op, order) == Cell::Bool(true)));
    let mut codes = zipped(a, b, n, |a, b| match order(a, b) {
        Ordering::Less => less,
        Ordering::Equal => equal,
        Ordering::Greater => greater,
    });
    let mut rest: Vec<Cell> = Vec::new();
    for at in a.stuck.iter().chain(&b.stuck) {
        codes[*at as usize] = match slow(*at as usize) {
            Cell::Bool(value) => u32::from(value),
            cell => {
                let known = rest.iter().position(|known| *known == cell);
                let at = known.unwrap_or_else(|| {
                    rest.push(cell);
                    rest.len() - 1
                });
                at as u32 + 2
            }
        };
    }
    Coded::bools(codes, rest)
}

/// Once per distinct cell, or per pair of them.
fn by_codes<'a>(op: Op, left: &Vector<'a>, right: &Vector<'a>, n: usize) -> Option<Coded<'a>> {
    match (left, right) {
        (Vector::Coded(coded), one) if one.is_const() && !coded.is_sparse() => {
            let one = one.get(0);
            Some(coded.map(|cell| binary_cell(op, &cell, &one)))
        }
        (one, Vector::Coded(coded)) if one.is_const() && !coded.is_sparse() => {
            let one = one.get(0);
            Some(coded.map(|cell| binary_cell(op, &one, &cell)))
        }
        (Vector::Coded(a), Vector::Coded(b)) => {
            let n_pairs = a.cells.len().saturating_mul(b.cells.len());
            if n_pairs > PAIRS.min(n / 2 + 64) {
                return None;
            }
            let width = b.cells.len() as u32;
            let codes = a.codes.iter().zip(&*b.codes);
            let codes: Vec<u32> = codes.map(|(a, b)| a * width + b).collect();
            let mut used = vec![false; n_pairs];
            codes.iter().for_each(|code| used[*code as usize] = true);
            let pairs = used.into_iter().enumerate().map(|(pair, used)| {
                let (a_code, b_code) = (pair as u32 / width, pair as u32 % width);
                match used {
                    true => binary_cell(op, &a.cells.cell(a_code), &b.cells.cell(b_code)),
                    false => Cell::Blank,
                }
            });
            Some(Coded {
                cells: Dictionary::of_cells(pairs.collect()),
                codes: codes.into(),
            })
        }
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
            (Ok(a), Ok(b)) => joined(&a, &b),
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

/// At most [`RESULT_CHARS`], as a cell of Excel.
fn joined(a: &str, b: &str) -> Cell {
    if a.len() + b.len() > RESULT_CHARS && a.chars().count() + b.chars().count() > RESULT_CHARS {
        return Cell::Error(CellError::Value);
    }
    let mut both = String::with_capacity(a.len() + b.len());
    both.push_str(a);
    both.push_str(b);
    Cell::Text(Arc::from(both))
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
            order(x, y)
        }
    }
}

/// By the 15 digits that people see.
#[inline]
fn order(x: f64, y: f64) -> Ordering {
    let near = (x - y).abs() <= x.abs() * 1e-14;
    match x == y || (near && coerce::fifteen(x) == coerce::fifteen(y)) {
        true => Ordering::Equal,
        false => x.total_cmp(&y),
    }
}
