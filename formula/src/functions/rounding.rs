//! Rounding to multiples, to even and odd numbers; SUBTOTAL and AGGREGATE, which choose another function by number.
//! Tests: `spec/whole-numbers.md`.

use super::registry::{self, Function, Gives, Kernel, function};
use crate::{
    check::coerce::{fifteen, number},
    eval::{
        Item, VALUE,
        vector::{Cell, Range},
    },
};
use std::sync::Arc;
use table::value::CellError;

const NUM: Cell = Cell::Error(CellError::Num);
const DIV0: Cell = Cell::Error(CellError::Div0);

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Aggregate, Lenient};
    let n = Gives::Number;
    let same = Gives::Argument(0);
    &[
        function(
            [
                "TRUNC",
                "TRUNC(数, [位数])",
                "截去小数",
                "Cuts digits off",
                "TRUNC(-8.9)",
            ],
            (1, 2),
            same,
            Lenient(|a| of(a, |[x, digits, _]| cut(x, digits), [0.0, 0.0, 0.0])),
        ),
        function(
            [
                "EVEN",
                "EVEN(数)",
                "舍入到偶数（向远离零的方向）",
                "Away from zero to an even number",
                "EVEN(1.5)",
            ],
            (1, 1),
            n,
            Lenient(|a| of(a, |[x, ..]| Cell::finite(2.0 * away(x / 2.0)), [0.0; 3])),
        ),
        function(
            [
                "ODD",
                "ODD(数)",
                "舍入到奇数（向远离零的方向）",
                "Away from zero to an odd number",
                "ODD(1.5)",
            ],
            (1, 1),
            n,
            Lenient(|a| of(a, |[x, ..]| odd(x), [0.0; 3])),
        ),
        function(
            [
                "MROUND",
                "MROUND(数, 倍数)",
                "舍入到最近的倍数",
                "To the nearest multiple",
                "MROUND(10,3)",
            ],
            (2, 2),
            same,
            Lenient(|a| of_amounts(a, |[x, m, _]| nearest(x, m), [0.0; 3])),
        ),
        function(
            [
                "QUOTIENT",
                "QUOTIENT(数, 除数)",
                "商的整数部分",
                "The whole part of a quotient",
                "QUOTIENT(5,2)",
            ],
            (2, 2),
            n,
            Lenient(|a| {
                of_amounts(
                    a,
                    |[x, d, _]| {
                        if d == 0.0 {
                            DIV0
                        } else {
                            Cell::finite((x / d).trunc())
                        }
                    },
                    [0.0; 3],
                )
            }),
        ),
        function(
            [
                "CEILING.MATH",
                "CEILING.MATH(数, [倍数], [负数远离零])",
                "向上舍入到倍数，负数可选方向",
                "Up to a multiple; the direction of negative numbers can be chosen",
                "CEILING.MATH(-8.1,2)",
            ],
            (1, 3),
            same,
            Lenient(|a| {
                of(
                    a,
                    |[x, m, mode]| match x < 0.0 && mode != 0.0 {
                        true => multiple(x, m, f64::floor),
                        false => multiple(x, m, f64::ceil),
                    },
                    [0.0, 1.0, 0.0],
                )
            }),
        ),
        function(
            [
                "FLOOR.MATH",
                "FLOOR.MATH(数, [倍数], [负数靠近零])",
                "向下舍入到倍数，负数可选方向",
                "Down to a multiple; the direction of negative numbers can be chosen",
                "FLOOR.MATH(-8.1,2)",
            ],
            (1, 3),
            same,
            Lenient(|a| {
                of(
                    a,
                    |[x, m, mode]| match x < 0.0 && mode != 0.0 {
                        true => multiple(x, m, f64::ceil),
                        false => multiple(x, m, f64::floor),
                    },
                    [0.0, 1.0, 0.0],
                )
            }),
        ),
        function(
            [
                "CEILING.PRECISE",
                "CEILING.PRECISE(数, [倍数])",
                "向上舍入到倍数，不看倍数的正负",
                "Up to a multiple, whatever its sign",
                "CEILING.PRECISE(-4.1)",
            ],
            (1, 2),
            same,
            Lenient(|a| of(a, |[x, m, _]| multiple(x, m, f64::ceil), [0.0, 1.0, 0.0])),
        ),
        function(
            [
                "ISO.CEILING",
                "ISO.CEILING(数, [倍数])",
                "向上舍入到倍数，不看倍数的正负",
                "Up to a multiple, whatever its sign",
                "ISO.CEILING(4.3)",
            ],
            (1, 2),
            same,
            Lenient(|a| of(a, |[x, m, _]| multiple(x, m, f64::ceil), [0.0, 1.0, 0.0])),
        ),
        function(
            [
                "FLOOR.PRECISE",
                "FLOOR.PRECISE(数, [倍数])",
                "向下舍入到倍数，不看倍数的正负",
                "Down to a multiple, whatever its sign",
                "FLOOR.PRECISE(-3.2,-1)",
            ],
            (1, 2),
            same,
            Lenient(|a| of(a, |[x, m, _]| multiple(x, m, f64::floor), [0.0, 1.0, 0.0])),
        ),
        function(
            [
                "SUBTOTAL",
                "SUBTOTAL(方式, 数组, …)",
                "按编号汇总：9 求和、1 平均、2 计数、4 最大、5 最小…",
                "Aggregates by number: 9 sum, 1 average, 2 count, 4 max, 5 min …",
                "SUBTOTAL(9,{1,2,3})",
            ],
            (2, 255),
            n,
            Aggregate(subtotal),
        ),
        function(
            [
                "AGGREGATE",
                "AGGREGATE(方式, 选项, 数组, [第几个])",
                "按编号汇总；选项 6 忽略错误值",
                "Aggregates by number; option 6 passes over errors",
                "AGGREGATE(9,6,{1,2,#N/A})",
            ],
            (3, 255),
            n,
            Aggregate(aggregate),
        ),
    ]
};

/// As [`of`], for functions of the former Analysis ToolPak: booleans are `#VALUE!`.
fn of_amounts(args: &[Cell], f: fn([f64; 3]) -> Cell, values: [f64; 3]) -> Cell {
    match args
        .iter()
        .find(|cell| matches!(cell, Cell::Bool(_)) || cell.is_stuck())
    {
        Some(Cell::Bool(_)) => VALUE,
        _ => of(args, f, values),
    }
}

/// Up to three numbers, with what stands for those left out.
fn of(args: &[Cell], f: fn([f64; 3]) -> Cell, mut values: [f64; 3]) -> Cell {
    for (place, arg) in values.iter_mut().zip(args) {
        // A blank is 0, as in Excel, also where an argument left out would be 1.
        match number(arg) {
            Ok(x) => *place = x,
            Err(stuck) => return stuck,
        }
    }
    f(values)
}

fn cut(x: f64, digits: f64) -> Cell {
    let scale = 10f64.powi(digits.trunc().clamp(-300.0, 300.0) as i32);
    let scaled = fifteen(x * scale);
    match scaled.is_finite() {
        true => Cell::finite(fifteen(scaled.trunc() / scale)),
        false => Cell::Number(x),
    }
}

/// Away from zero to a whole number.
fn away(x: f64) -> f64 {
    let size = fifteen(x.abs()).ceil();
    if size == 0.0 { 0.0 } else { size.copysign(x) }
}

fn odd(x: f64) -> Cell {
    let size = 2.0 * away((x.abs() - 1.0).max(0.0) / 2.0) + 1.0;
    Cell::finite(if x < 0.0 { -size } else { size })
}

fn nearest(x: f64, m: f64) -> Cell {
    match () {
        () if x == 0.0 || m == 0.0 => Cell::Number(0.0),
        () if x.signum() != m.signum() => NUM,
        () => Cell::finite(fifteen(fifteen(x / m).round() * m)),
    }
}

fn multiple(x: f64, m: f64, snap: fn(f64) -> f64) -> Cell {
    match m == 0.0 || x == 0.0 {
        true => Cell::Number(0.0),
        false => Cell::finite(fifteen(snap(fifteen(x / m.abs())) * m.abs()) + 0.0),
    }
}

const BY_NUMBER: [&str; 19] = [
    "AVERAGE",
    "COUNT",
    "COUNTA",
    "MAX",
    "MIN",
    "PRODUCT",
    "STDEV.S",
    "STDEV.P",
    "SUM",
    "VAR.S",
    "VAR.P",
    "MEDIAN",
    "MODE.SNGL",
    "LARGE",
    "SMALL",
    "PERCENTILE.INC",
    "QUARTILE.INC",
    "PERCENTILE.EXC",
    "QUARTILE.EXC",
];
/// From here on a second argument tells which one.
const WITH_PLACE: usize = 14;

fn scalar(item: &Item) -> Result<f64, Cell> {
    match item {
        Item::One(cell, _) => number(cell),
        Item::Range(_) => Err(VALUE),
    }
}

fn call(which: usize, items: &[Item]) -> Cell {
    let name = which.checked_sub(1).and_then(|at| BY_NUMBER.get(at));
    match name
        .and_then(|name| registry::find(name))
        .map(|function| &function.kernel)
    {
        Some(Kernel::Aggregate(kernel)) => kernel(items),
        _ => VALUE,
    }
}

/// Numbers above 100 leave out hidden rows in Excel; a table's whole column has none.
fn subtotal(items: &[Item]) -> Cell {
    let which = match scalar(&items[0]) {
        Ok(which) => which.trunc(),
        Err(stuck) => return stuck,
    };
    let which = if (101.0..112.0).contains(&which) {
        which - 100.0
    } else {
        which
    };
    match (1.0..12.0).contains(&which) {
        true => call(which as usize, &items[1..]),
        false => VALUE,
    }
}

fn aggregate(items: &[Item]) -> Cell {
    let (which, options) = match (scalar(&items[0]), scalar(&items[1])) {
        (Ok(which), Ok(options)) => (which.trunc(), options.trunc()),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    if !(1.0..20.0).contains(&which) || !(0.0..8.0).contains(&options) {
        return VALUE;
    }
    let which = which as usize;
    if which >= WITH_PLACE && items.len() != 4 {
        return VALUE;
    }
    let skips_errors = matches!(options as u8, 2 | 3 | 6 | 7);
    let n_lists = if which >= WITH_PLACE {
        1
    } else {
        items.len() - 2
    };
    let lists = items[2..].iter().take(n_lists).map(|item| match item {
        Item::Range(range) if skips_errors => {
            let kept = range
                .cells()
                .iter()
                .filter(|cell| !matches!(cell, Cell::Error(_)));
            match kept.cloned().collect::<Vec<Cell>>() {
                kept if kept.is_empty() => Item::One(Cell::Blank, false),
                kept => Item::Range(Arc::new(Range::new(1, kept))),
            }
        }
        Item::One(Cell::Error(_), literal) if skips_errors => Item::One(Cell::Blank, *literal),
        Item::Range(range) => Item::Range(range.clone()),
        Item::One(cell, literal) => Item::One(cell.clone(), *literal),
    });
    let mut all: Vec<Item> = lists.collect();
    match items.get(3) {
        Some(Item::One(place, _)) if which >= WITH_PLACE => {
            all.push(Item::One(place.clone(), true));
        }
        // The place is one number.
        _ if which >= WITH_PLACE => return VALUE,
        _ => {}
    }
    call(which, &all)
}
