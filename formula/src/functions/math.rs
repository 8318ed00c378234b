//! Sums, rounding, powers.

use super::registry::{Function, Gives, Kernel, function};
use crate::{
    check::coerce::{fifteen, number},
    eval::{Item, vector::Cell},
};
use table::{sum::Sum, value::CellError};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Aggregate, Lenient, Strict};
    let n = Gives::Number;
    let same = Gives::Argument(0);
    &[
        function(
            ["SUM", "SUM(数, …)", "求和", "The sum", "SUM(1,2,3)"],
            (1, 255),
            same,
            Aggregate(|i| with(i, |v| Cell::finite(Sum::of(v).value()))),
        ),
        function(
            [
                "PERCENTOF",
                "PERCENTOF(部分, 全部)",
                "部分之和占全部之和的比例",
                "What part of a sum another sum is",
                "PERCENTOF({1,2},{1,2,3})",
            ],
            (2, 2),
            Gives::Number,
            Aggregate(percent_of),
        ),
        function(
            [
                "AVERAGE",
                "AVERAGE(数, …)",
                "平均值",
                "The mean",
                "AVERAGE(1,2,3)",
            ],
            (1, 255),
            same,
            Aggregate(|i| with(i, |v| divide(Sum::of(v).value(), v.len() as f64))),
        ),
        function(
            ["MIN", "MIN(数, …)", "最小值", "The smallest", "MIN(3,1,2)"],
            (1, 255),
            same,
            Aggregate(|i| {
                with(i, |v| {
                    Cell::Number(v.iter().copied().reduce(f64::min).unwrap_or(0.0))
                })
            }),
        ),
        function(
            ["MAX", "MAX(数, …)", "最大值", "The largest", "MAX(3,1,2)"],
            (1, 255),
            same,
            Aggregate(|i| {
                with(i, |v| {
                    Cell::Number(v.iter().copied().reduce(f64::max).unwrap_or(0.0))
                })
            }),
        ),
        function(
            [
                "PRODUCT",
                "PRODUCT(数, …)",
                "乘积",
                "The product",
                "PRODUCT(2,3)",
            ],
            (1, 255),
            n,
            Aggregate(|i| {
                with(i, |v| {
                    Cell::finite(if v.is_empty() {
                        0.0
                    } else {
                        v.iter().product()
                    })
                })
            }),
        ),
        function(
            [
                "COUNT",
                "COUNT(值, …)",
                "数字的个数",
                "How many are numbers",
                "COUNT(1,\"a\",2)",
            ],
            (1, 255),
            n,
            Aggregate(|i| {
                count(i, |c, lone| {
                    matches!(c, Cell::Number(_)) || lone && number(c).is_ok() && *c != Cell::Blank
                })
            }),
        ),
        function(
            [
                "COUNTA",
                "COUNTA(值, …)",
                "非空的个数",
                "How many are not blank",
                "COUNTA(1,\"a\")",
            ],
            (1, 255),
            n,
            Aggregate(|i| count(i, |c, _| *c != Cell::Blank)),
        ),
        function(
            [
                "COUNTBLANK",
                "COUNTBLANK(列)",
                "空的个数",
                "How many are blank",
                "COUNTBLANK({1,\"\"})",
            ],
            (1, 1),
            n,
            Aggregate(|i| {
                count(i, |c, _| {
                    *c == Cell::Blank || matches!(c, Cell::Text(t) if t.is_empty())
                })
            }),
        ),
        function(
            [
                "ROUND",
                "ROUND(数, 位数)",
                "四舍五入",
                "Rounds half away from zero",
                "ROUND(1.005,2)",
            ],
            (2, 2),
            same,
            Lenient(|a| two(a, |x, d| Cell::finite(round(x, d, Mode::Half)))),
        ),
        function(
            [
                "ROUNDUP",
                "ROUNDUP(数, 位数)",
                "向远离零的方向舍入",
                "Rounds away from zero",
                "ROUNDUP(1.21,1)",
            ],
            (2, 2),
            same,
            Lenient(|a| two(a, |x, d| Cell::finite(round(x, d, Mode::Up)))),
        ),
        function(
            [
                "ROUNDDOWN",
                "ROUNDDOWN(数, 位数)",
                "向零的方向舍入",
                "Rounds towards zero",
                "ROUNDDOWN(1.29,1)",
            ],
            (2, 2),
            same,
            Lenient(|a| two(a, |x, d| Cell::finite(round(x, d, Mode::Down)))),
        ),
        function(
            [
                "INT",
                "INT(数)",
                "向下取整",
                "The next lower whole number",
                "INT(-1.5)",
            ],
            (1, 1),
            n,
            Strict(|a| one(a, |x| Cell::Number(fifteen(x).floor()))),
        ),
        function(
            ["ABS", "ABS(数)", "绝对值", "Without its sign", "ABS(-2)"],
            (1, 1),
            same,
            Strict(|a| one(a, |x| Cell::Number(x.abs()))),
        ),
        function(
            ["SIGN", "SIGN(数)", "正负号", "1, 0 or -1", "SIGN(-2)"],
            (1, 1),
            n,
            Strict(|a| one(a, |x| Cell::Number(if x == 0.0 { 0.0 } else { x.signum() }))),
        ),
        function(
            ["SQRT", "SQRT(数)", "平方根", "The square root", "SQRT(9)"],
            (1, 1),
            n,
            Strict(|a| one(a, |x| Cell::finite(x.sqrt()))),
        ),
        function(
            ["POWER", "POWER(数, 次)", "乘方", "A power", "POWER(2,10)"],
            (2, 2),
            n,
            Strict(|a| {
                crate::eval::operators::binary_cell(crate::syntax::ast::Op::Power, &a[0], &a[1])
            }),
        ),
        function(
            [
                "MOD",
                "MOD(数, 除数)",
                "余数，符号同除数",
                "The remainder, with the divisor's sign",
                "MOD(-3,2)",
            ],
            (2, 2),
            n,
            Lenient(|a| {
                two(a, |x, d| match d == 0.0 {
                    true => Cell::Error(CellError::Div0),
                    false => Cell::finite(x - d * (x / d).floor()),
                })
            }),
        ),
        function(
            [
                "CEILING",
                "CEILING(数, 倍数)",
                "向上舍入到倍数",
                "Up to a multiple",
                "CEILING(2.5,1)",
            ],
            (2, 2),
            same,
            Lenient(|a| two(a, |x, m| multiple(x, m, f64::ceil))),
        ),
        function(
            [
                "FLOOR",
                "FLOOR(数, 倍数)",
                "向下舍入到倍数",
                "Down to a multiple",
                "FLOOR(2.5,1)",
            ],
            (2, 2),
            same,
            Lenient(|a| {
                two(a, |x, m| match m == 0.0 && x != 0.0 {
                    true => Cell::Error(CellError::Div0),
                    false => multiple(x, m, f64::floor),
                })
            }),
        ),
    ]
};

fn percent_of(items: &[Item]) -> Cell {
    let sum = |at: usize| with(&items[at..=at], |v| Cell::finite(Sum::of(v).value()));
    match (sum(0), sum(1)) {
        (Cell::Number(_), Cell::Number(0.0)) => Cell::Error(CellError::Div0),
        (Cell::Number(part), Cell::Number(all)) => Cell::finite(part / all),
        (stuck, _) if stuck.is_stuck() => stuck,
        (_, stuck) => stuck,
    }
}

fn one(args: &[Cell], f: fn(f64) -> Cell) -> Cell {
    number(&args[0]).map_or_else(|stuck| stuck, f)
}

fn two(args: &[Cell], f: fn(f64, f64) -> Cell) -> Cell {
    match (number(&args[0]), number(&args[1])) {
        (Ok(x), Ok(y)) => f(x, y),
        (Err(stuck), _) | (_, Err(stuck)) => stuck,
    }
}

fn divide(sum: f64, n: f64) -> Cell {
    match n == 0.0 {
        true => Cell::Error(CellError::Div0),
        false => Cell::finite(sum / n),
    }
}

fn multiple(x: f64, m: f64, snap: fn(f64) -> f64) -> Cell {
    match () {
        () if m == 0.0 || x == 0.0 => Cell::Number(0.0),
        () if x > 0.0 && m < 0.0 => Cell::Error(CellError::Num),
        () => Cell::finite(fifteen(snap(fifteen(x / m)) * m)),
    }
}

#[derive(Clone)]
enum Mode {
    Half,
    Up,
    Down,
}

/// Below this, 15 digits differ from all digits by less than [`CLEAR`].
const CLEAR_BELOW: f64 = 1e9;
const CLEAR: f64 = 1e-6;

/// Rounds the decimal that the user sees (15 digits), so that 1.005 becomes 1.01.
fn round(x: f64, digits: f64, mode: Mode) -> f64 {
    let digits = digits.trunc().clamp(-300.0, 300.0) as i32;
    let scale = 10f64.powi(digits.abs());
    let exact = match digits >= 0 {
        true => x.abs() * scale,
        false => x.abs() / scale,
    };
    // Where it is far from the border, the digits that are not seen cannot decide.
    let part = exact.fract();
    let is_clear = match mode {
        Mode::Half => (part - 0.5).abs() > CLEAR,
        Mode::Up | Mode::Down => part > CLEAR && part < 1.0 - CLEAR,
    };
    let scaled = match is_clear && exact < CLEAR_BELOW {
        true => exact,
        false => fifteen(exact),
    };
    if !scaled.is_finite() {
        return x;
    }
    let whole = match mode {
        Mode::Half => scaled.round(),
        Mode::Up => scaled.ceil(),
        Mode::Down => scaled.floor(),
    };
    let size = match digits >= 0 {
        true => whole / scale,
        false => whole * scale,
    };
    if size == 0.0 { 0.0 } else { size.copysign(x) }
}

/// Numbers of ranges and fields; texts and booleans count only where they stand in the formula itself.
fn with(items: &[Item], f: fn(&[f64]) -> Cell) -> Cell {
    let mut numbers = Vec::new();
    for item in items {
        let (cells, literal) = match item {
            Item::One(cell, literal) => (std::slice::from_ref(cell), *literal),
            Item::Range(range) => (range.cells.as_slice(), false),
        };
        for cell in cells {
            match cell {
                Cell::Number(x) => numbers.push(*x),
                Cell::Blank => {}
                stuck if stuck.is_stuck() => return stuck.clone(),
                other if literal => match number(other) {
                    Ok(x) => numbers.push(x),
                    Err(stuck) => return stuck,
                },
                _ => {}
            }
        }
    }
    f(&numbers)
}

fn count(items: &[Item], test: fn(&Cell, bool) -> bool) -> Cell {
    let mut n = 0.0;
    for item in items {
        let (cells, literal) = match item {
            Item::One(cell, literal) => (std::slice::from_ref(cell), *literal),
            Item::Range(range) => (range.cells.as_slice(), false),
        };
        if cells.contains(&Cell::Pending) {
            return Cell::Pending;
        }
        n += cells.iter().filter(|cell| test(cell, literal)).count() as f64;
    }
    Cell::Number(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The short way gives what the long way through the digits gives.
    #[test]
    fn rounding_far_from_a_border_needs_no_digits() {
        let long = |x: f64, digits: i32, mode: &Mode| {
            let scaled = fifteen(x.abs() * 10f64.powi(digits));
            let whole = match mode {
                Mode::Half => scaled.round(),
                Mode::Up => scaled.ceil(),
                Mode::Down => scaled.floor(),
            };
            whole / 10f64.powi(digits)
        };
        for at in 0..200_000u32 {
            // Prices and their halves, sums of tenths, and numbers without a pattern.
            let x = match at % 3 {
                0 => f64::from(at) / 1000.0,
                1 => f64::from(at) * 0.1 + 0.005,
                _ => (f64::from(at) * 0.618_034).fract() * 1e6,
            };
            for mode in [Mode::Half, Mode::Up, Mode::Down] {
                assert_eq!(round(x, 2.0, mode.clone()), long(x, 2, &mode), "{x}");
            }
        }
    }
}
