//! Lines and curves through given points, over one or several lists of x: LINEST, LOGEST, TREND, GROWTH.
//!
//! Main types: [`Points`], [`Fit`]. Law: lists that do not fit together are `#REF!`, what is no number is `#VALUE!`; an
//! x that the others already say gets the factor 0, as in Excel. Tests: `spec/least-squares.md`.

use super::{
    matrix::as_range,
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce::truth,
    eval::{
        VALUE,
        vector::{Cell, Range},
    },
};
use table::{sum::Sum, value::CellError};

const NUM: Cell = Cell::Error(CellError::Num);
const NA: Cell = Cell::Error(CellError::Na);
const REF: Cell = Cell::Error(CellError::Ref);
/// Lists of x in one call: work grows with their square.
const VARIABLES: usize = 64;
/// A list of x whose own part is smaller than this, by the list itself and by its distances from the mean, says
/// nothing new.
const OWN_OF_LIST: f64 = 1e-14;
const OWN_OF_DISTANCES: f64 = 1e-12;
/// What is left of the squares after an exact fit is noise of the last digits.
const EXACT: f64 = 1e-29;

const fn of(doc: [&'static str; 5], kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, (1, 4), Gives::List, Kernel::Array(kernel))
}

/// Looked up by name in the registry. The known y come first, as in Excel.
pub(crate) const FAMILY: &[Function] = &[
    of(
        [
            "LINEST",
            "LINEST(y, [x], [有截距], [要统计])",
            "最小二乘直线的系数",
            "The factors of the line through the points",
            "LINEST({1,9,5,7},{0,4,2,3})",
        ],
        |a| settle(factors(a, false)),
    ),
    of(
        [
            "LOGEST",
            "LOGEST(y, [x], [有系数], [要统计])",
            "指数曲线的系数",
            "The factors of the exponential curve through the points",
            "LOGEST({3,6,12,24},{1,2,3,4})",
        ],
        |a| settle(factors(a, true)),
    ),
    of(
        [
            "TREND",
            "TREND(y, [x], [新 x], [有截距])",
            "按直线推算",
            "The values on the line through the points",
            "TREND({1,9,5,7},{0,4,2,3},{5,6})",
        ],
        |a| settle(forecast(a, false)),
    ),
    of(
        [
            "GROWTH",
            "GROWTH(y, [x], [新 x], [有系数])",
            "按指数曲线推算",
            "The values on the exponential curve through the points",
            "GROWTH({3,6,12,24},{1,2,3,4},{5,6})",
        ],
        |a| settle(forecast(a, true)),
    ),
];

fn settle(answer: Result<Cell, Cell>) -> Cell {
    answer.unwrap_or_else(|stuck| stuck)
}

/// How the lists of x lie.
#[derive(Clone, Copy, PartialEq)]
enum Lists {
    /// One list, in any shape.
    One,
    Columns,
    Rows,
}

struct Points {
    y: Vec<f64>,
    x: Vec<Vec<f64>>,
    lists: Lists,
}

/// The argument, where it is given.
fn given(args: &[Cell], at: usize) -> Option<&Cell> {
    args.get(at).filter(|cell| **cell != Cell::Blank)
}

fn choice(args: &[Cell], at: usize, default: bool) -> Result<bool, Cell> {
    given(args, at).map_or(Ok(default), truth)
}

fn numbers(range: &Range) -> Result<Vec<f64>, Cell> {
    let number = |cell: &Cell| match cell {
        Cell::Number(x) => Ok(*x),
        stuck if stuck.is_stuck() => Err(stuck.clone()),
        _ => Err(VALUE),
    };
    range.cells().iter().map(number).collect()
}

/// The lists of x in `range`.
fn split(range: &Range, lists: Lists) -> Result<Vec<Vec<f64>>, Cell> {
    let all = numbers(range)?;
    let width = range.width();
    Ok(match lists {
        Lists::One => vec![all],
        Lists::Rows => all.chunks(width).map(<[f64]>::to_vec).collect(),
        Lists::Columns => (0..width)
            .map(|column| all.iter().skip(column).step_by(width).copied().collect())
            .collect(),
    })
}

impl Points {
    fn read(args: &[Cell], is_curve: bool) -> Result<Points, Cell> {
        let shape = as_range(&args[0]);
        let mut y = numbers(&shape)?;
        if is_curve {
            if y.iter().any(|y| *y <= 0.0) {
                return Err(NUM);
            }
            y.iter_mut().for_each(|y| *y = y.ln());
        }
        let Some(x) = given(args, 1) else {
            let x = vec![counted(y.len())];
            return Ok(Points {
                y,
                x,
                lists: Lists::One,
            });
        };
        let x = as_range(x);
        let numbers = numbers(&x)?;
        let lists = match (shape.width(), shape.height()) {
            shape if shape == (x.width(), x.height()) => Lists::One,
            (1, n) if n == x.height() => Lists::Columns,
            (n, 1) if n == x.width() => Lists::Rows,
            _ => return Err(REF),
        };
        if numbers.len() / y.len() > VARIABLES {
            return Err(VALUE);
        }
        let x = split(&x, lists)?;
        Ok(Points { y, x, lists })
    }
}

/// The x that stand where none are given.
fn counted(n: usize) -> Vec<f64> {
    (1..=n).map(|at| at as f64).collect()
}

/// The best factors and what is needed to judge them.
struct Fit {
    /// By list of x; 0 where the others already say it.
    factors: Vec<f64>,
    intercept: f64,
    /// By list of x, in parts of the error of y.
    errors: Vec<f64>,
    intercept_error: f64,
    degrees: f64,
    explained: f64,
    unexplained: f64,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Takes out of `rest` what it has of a direction; how much that was.
fn take_out(rest: &mut [f64], direction: &[f64]) -> f64 {
    let part = dot(rest, direction);
    (rest.iter_mut().zip(direction)).for_each(|(rest, direction)| *rest -= part * direction);
    part
}

/// The mean, which is taken off.
fn centred(values: &mut [f64]) -> f64 {
    let mean = Sum::of(values).value() / values.len() as f64;
    values.iter_mut().for_each(|x| *x -= mean);
    mean
}

/// The lists of x as directions at right angles to each other (Gram and Schmidt, twice, which keeps the digits).
#[derive(Default)]
struct Directions {
    units: Vec<Vec<f64>>,
    /// By direction: which list of x it came from.
    from: Vec<usize>,
    /// By direction: its list of x in parts of the directions up to this one.
    parts: Vec<Vec<f64>>,
    /// By list of x.
    means: Vec<f64>,
}

impl Directions {
    fn of(lists: &[Vec<f64>], has_intercept: bool) -> Directions {
        let mut found = Directions::default();
        for (at, list) in lists.iter().enumerate() {
            let mut rest = list.clone();
            let size = dot(&rest, &rest).sqrt();
            let mean = if has_intercept {
                centred(&mut rest)
            } else {
                0.0
            };
            found.means.push(mean);
            let distances = dot(&rest, &rest).sqrt();
            let mut parts = vec![0.0; found.units.len()];
            for _ in 0..2 {
                for (part, unit) in parts.iter_mut().zip(&found.units) {
                    *part += take_out(&mut rest, unit);
                }
            }
            let own = dot(&rest, &rest).sqrt();
            if own > size * OWN_OF_LIST && own > distances * OWN_OF_DISTANCES {
                rest.iter_mut().for_each(|x| *x /= own);
                parts.push(own);
                found.units.push(rest);
                found.parts.push(parts);
                found.from.push(at);
            }
        }
        found
    }

    /// Factors of the lists of x that give these parts of the directions.
    fn solve(&self, mut parts: Vec<f64>) -> Vec<f64> {
        for at in (0..parts.len()).rev() {
            parts[at] /= self.parts[at][at];
            let factor = parts[at];
            for (before, part) in parts[..at].iter_mut().zip(&self.parts[at]) {
                *before -= factor * part;
            }
        }
        parts
    }
}

impl Fit {
    fn of(points: &Points, has_intercept: bool) -> Fit {
        let n = points.y.len() as f64;
        let directions = Directions::of(&points.x, has_intercept);
        let mut rest = points.y.clone();
        let mean = if has_intercept {
            centred(&mut rest)
        } else {
            0.0
        };
        let total = dot(&rest, &rest);
        let mut found = vec![0.0; directions.units.len()];
        for _ in 0..2 {
            for (part, unit) in found.iter_mut().zip(&directions.units) {
                *part += take_out(&mut rest, unit);
            }
        }
        let unexplained = match dot(&rest, &rest) {
            noise if noise <= total * EXACT => 0.0,
            rest => rest,
        };
        let explained = dot(&found, &found);
        let n_used = found.len();
        let mut factors = vec![0.0; points.x.len()];
        let mut squares = factors.clone();
        let mut of_means = 0.0;
        for (at, factor) in directions.from.iter().zip(directions.solve(found)) {
            factors[*at] = factor;
        }
        for at in 0..n_used {
            let mut unit = vec![0.0; n_used];
            unit[at] = 1.0;
            let column = directions.solve(unit);
            let mut of_mean = 0.0;
            for (from, part) in directions.from.iter().zip(&column) {
                squares[*from] += part * part;
                of_mean += part * directions.means[*from];
            }
            of_means += of_mean * of_mean;
        }
        Fit {
            intercept: mean - dot(&factors, &directions.means),
            factors,
            errors: squares.into_iter().map(f64::sqrt).collect(),
            intercept_error: (1.0 / n + of_means).sqrt(),
            degrees: n - n_used as f64 - f64::from(u8::from(has_intercept)),
            explained,
            unexplained,
        }
    }

    /// Excel's five rows; `#N/A` where nothing stands.
    fn statistics(&self, shown: &[f64], has_intercept: bool) -> Cell {
        let width = shown.len();
        let judged = self.degrees > 0.0;
        let error = match judged {
            true => (self.unexplained / self.degrees).sqrt(),
            false => 0.0,
        };
        let mut cells: Vec<Cell> = shown.iter().map(|x| Cell::finite(*x)).collect();
        cells.extend((self.errors.iter().rev()).map(|part| Cell::finite(part * error)));
        cells.push(match has_intercept {
            true => Cell::finite(self.intercept_error * error),
            false => NA,
        });
        let total = self.explained + self.unexplained;
        let n_used = self.errors.iter().filter(|error| **error > 0.0).count() as f64;
        let f = match judged && self.unexplained > 0.0 && n_used > 0.0 {
            true => Cell::finite(self.explained / n_used / (self.unexplained / self.degrees)),
            false => NUM,
        };
        let r_squared = match total > 0.0 {
            true => self.explained / total,
            false => 1.0,
        };
        let rows = [
            [Cell::finite(r_squared), Cell::finite(error)],
            [f, Cell::finite(self.degrees.max(0.0))],
            [Cell::finite(self.explained), Cell::finite(self.unexplained)],
        ];
        for row in rows {
            cells.extend(row);
            cells.extend(std::iter::repeat_n(NA, width - 2));
        }
        Cell::array(width, cells)
    }
}

/// The factor of the last list of x stands first, as in Excel.
fn factors(args: &[Cell], is_curve: bool) -> Result<Cell, Cell> {
    let points = Points::read(args, is_curve)?;
    let has_intercept = choice(args, 2, true)?;
    let has_statistics = choice(args, 3, false)?;
    let fit = Fit::of(&points, has_intercept);
    let mut shown: Vec<f64> = fit.factors.iter().rev().copied().collect();
    shown.push(fit.intercept);
    if is_curve {
        shown.iter_mut().for_each(|x| *x = x.exp());
    }
    Ok(match has_statistics {
        true => fit.statistics(&shown, has_intercept),
        false => Cell::array(shown.len(), shown.into_iter().map(Cell::finite).collect()),
    })
}

fn forecast(args: &[Cell], is_curve: bool) -> Result<Cell, Cell> {
    let points = Points::read(args, is_curve)?;
    let has_intercept = choice(args, 3, true)?;
    let fit = Fit::of(&points, has_intercept);
    let (lists, width) = match (given(args, 2), given(args, 1)) {
        (Some(x), _) | (None, Some(x)) => {
            let x = as_range(x);
            let lists = split(&x, points.lists)?;
            let width = match points.lists {
                Lists::Columns => 1,
                Lists::One | Lists::Rows => x.width(),
            };
            (lists, width)
        }
        (None, None) => (vec![counted(points.y.len())], as_range(&args[0]).width()),
    };
    if lists.len() != fit.factors.len() {
        return Err(REF);
    }
    let at = |place: usize| {
        let parts = fit.factors.iter().zip(&lists);
        let y = fit.intercept + parts.map(|(factor, x)| factor * x[place]).sum::<f64>();
        Cell::finite(if is_curve { y.exp() } else { y })
    };
    Ok(Cell::array(width, (0..lists[0].len()).map(at).collect()))
}
