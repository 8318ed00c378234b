//! Angles, logarithms, hyperbolic functions. Law: outside its domain a function is `#NUM!`, at a pole `#DIV/0!`, as in
//! Excel. Tests: `spec/trigonometry.md`.

use super::registry::{Function, Gives, Kernel, function};
use crate::{check::coerce::number, eval::vector::Cell};
use std::f64::consts::PI;
use table::value::CellError;

/// Excel computes no sines of larger angles.
const ANGLE: f64 = 134_217_728.0;

const NUM: Cell = Cell::Error(CellError::Num);
const DIV0: Cell = Cell::Error(CellError::Div0);

/// Name, what it does in Chinese and English, example, kernel: a function of one number.
type Line = (&'static str, [&'static str; 4], fn(&[Cell]) -> Cell);

const fn line((name, [signature, zh, en, example], kernel): Line) -> Function {
    function(
        [name, signature, zh, en, example],
        (1, 1),
        Gives::Number,
        Kernel::Strict(kernel),
    )
}

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[
    function(
        ["PI", "PI()", "圆周率", "The number pi", "PI()"],
        (0, 0),
        Gives::Number,
        Kernel::Strict(|_| Cell::Number(PI)),
    ),
    line((
        "SIN",
        ["SIN(弧度)", "正弦", "The sine", "SIN(PI()/2)"],
        |a| angle(a, f64::sin),
    )),
    line((
        "COS",
        ["COS(弧度)", "余弦", "The cosine", "COS(0)"],
        |a| angle(a, f64::cos),
    )),
    line((
        "TAN",
        ["TAN(弧度)", "正切", "The tangent", "TAN(PI()/4)"],
        |a| angle(a, f64::tan),
    )),
    line((
        "COT",
        ["COT(弧度)", "余切", "The cotangent", "COT(1)"],
        |a| over(a, |x| x.cos() / x.sin()),
    )),
    line((
        "SEC",
        ["SEC(弧度)", "正割", "The secant", "SEC(0)"],
        |a| angle(a, |x| 1.0 / x.cos()),
    )),
    line((
        "CSC",
        ["CSC(弧度)", "余割", "The cosecant", "CSC(1)"],
        |a| over(a, |x| 1.0 / x.sin()),
    )),
    line((
        "ASIN",
        ["ASIN(数)", "反正弦", "The inverse sine", "ASIN(1)"],
        |a| real(a, f64::asin),
    )),
    line((
        "ACOS",
        ["ACOS(数)", "反余弦", "The inverse cosine", "ACOS(0)"],
        |a| real(a, f64::acos),
    )),
    line((
        "ATAN",
        ["ATAN(数)", "反正切", "The inverse tangent", "ATAN(1)"],
        |a| real(a, f64::atan),
    )),
    line((
        "ACOT",
        ["ACOT(数)", "反余切", "The inverse cotangent", "ACOT(1)"],
        |a| real(a, inverse_cotangent),
    )),
    function(
        [
            "ATAN2",
            "ATAN2(横坐标, 纵坐标)",
            "点的方向（弧度）",
            "The direction of a point, in radians",
            "ATAN2(1,1)",
        ],
        (2, 2),
        Gives::Number,
        Kernel::Strict(|a| match (number(&a[0]), number(&a[1])) {
            (Ok(0.0), Ok(0.0)) => DIV0,
            (Ok(x), Ok(y)) => Cell::finite(y.atan2(x)),
            (Err(stuck), _) | (_, Err(stuck)) => stuck,
        }),
    ),
    line((
        "SINH",
        ["SINH(数)", "双曲正弦", "The hyperbolic sine", "SINH(1)"],
        |a| real(a, f64::sinh),
    )),
    line((
        "COSH",
        ["COSH(数)", "双曲余弦", "The hyperbolic cosine", "COSH(1)"],
        |a| real(a, f64::cosh),
    )),
    line((
        "TANH",
        ["TANH(数)", "双曲正切", "The hyperbolic tangent", "TANH(1)"],
        |a| real(a, f64::tanh),
    )),
    line((
        "COTH",
        [
            "COTH(数)",
            "双曲余切",
            "The hyperbolic cotangent",
            "COTH(1)",
        ],
        |a| pole(a, |x| 1.0 / x.tanh()),
    )),
    line((
        "SECH",
        ["SECH(数)", "双曲正割", "The hyperbolic secant", "SECH(1)"],
        |a| real(a, |x| 1.0 / x.cosh()),
    )),
    line((
        "CSCH",
        ["CSCH(数)", "双曲余割", "The hyperbolic cosecant", "CSCH(1)"],
        |a| pole(a, |x| 1.0 / x.sinh()),
    )),
    line((
        "ASINH",
        [
            "ASINH(数)",
            "反双曲正弦",
            "The inverse hyperbolic sine",
            "ASINH(1)",
        ],
        |a| real(a, f64::asinh),
    )),
    line((
        "ACOSH",
        [
            "ACOSH(数)",
            "反双曲余弦",
            "The inverse hyperbolic cosine",
            "ACOSH(10)",
        ],
        // The standard one loses digits near 1.
        |a| real(a, libm::acosh),
    )),
    line((
        "ATANH",
        [
            "ATANH(数)",
            "反双曲正切",
            "The inverse hyperbolic tangent",
            "ATANH(0.5)",
        ],
        |a| real(a, f64::atanh),
    )),
    line((
        "ACOTH",
        [
            "ACOTH(数)",
            "反双曲余切",
            "The inverse hyperbolic cotangent",
            "ACOTH(6)",
        ],
        |a| real(a, inverse_hyperbolic_cotangent),
    )),
    line((
        "DEGREES",
        [
            "DEGREES(弧度)",
            "弧度变度",
            "Radians to degrees",
            "DEGREES(PI())",
        ],
        |a| real(a, |x| x * 180.0 / PI),
    )),
    line((
        "RADIANS",
        [
            "RADIANS(度)",
            "度变弧度",
            "Degrees to radians",
            "RADIANS(180)",
        ],
        |a| real(a, |x| x * PI / 180.0),
    )),
    line((
        "EXP",
        ["EXP(数)", "e 的几次方", "A power of e", "EXP(1)"],
        |a| real(a, f64::exp),
    )),
    line((
        "LN",
        ["LN(数)", "自然对数", "The natural logarithm", "LN(10)"],
        |a| logarithm(a, f64::ln),
    )),
    line((
        "LOG10",
        [
            "LOG10(数)",
            "以 10 为底的对数",
            "The logarithm of base 10",
            "LOG10(1000)",
        ],
        |a| logarithm(a, f64::log10),
    )),
    function(
        [
            "LOG",
            "LOG(数, [底])",
            "对数，底默认 10",
            "A logarithm, of base 10 unless told",
            "LOG(8,2)",
        ],
        (1, 2),
        Gives::Number,
        Kernel::Strict(log),
    ),
    line((
        "SQRTPI",
        [
            "SQRTPI(数)",
            "数乘圆周率的平方根",
            "The square root of pi times a number",
            "SQRTPI(2)",
        ],
        |a| real(a, |x| (x * PI).sqrt()),
    )),
];

fn real(cells: &[Cell], f: fn(f64) -> f64) -> Cell {
    match number(&cells[0]) {
        Ok(x) => Cell::finite(f(x)),
        Err(stuck) => stuck,
    }
}

fn angle(cells: &[Cell], f: fn(f64) -> f64) -> Cell {
    match number(&cells[0]) {
        Ok(x) if x.abs() >= ANGLE => NUM,
        Ok(x) => Cell::finite(f(x)),
        Err(stuck) => stuck,
    }
}

/// Infinite at zero.
fn over(cells: &[Cell], f: fn(f64) -> f64) -> Cell {
    match number(&cells[0]) {
        Ok(0.0) => DIV0,
        _ => angle(cells, f),
    }
}

fn pole(cells: &[Cell], f: fn(f64) -> f64) -> Cell {
    match number(&cells[0]) {
        Ok(0.0) => DIV0,
        _ => real(cells, f),
    }
}

/// Between 0 and pi. By the reciprocal: half of pi less an inverse tangent near it has few digits.
fn inverse_cotangent(x: f64) -> f64 {
    let angle = if x == 0.0 { PI / 2.0 } else { (1.0 / x).atan() };
    if x < 0.0 { PI + angle } else { angle }
}

/// Keeps its digits near 1 and for large numbers.
fn inverse_hyperbolic_cotangent(x: f64) -> f64 {
    if x.abs() > 1.0 {
        (0.5 * (2.0 / (x.abs() - 1.0)).ln_1p()).copysign(x)
    } else {
        f64::NAN
    }
}

fn logarithm(cells: &[Cell], f: fn(f64) -> f64) -> Cell {
    match number(&cells[0]) {
        Ok(x) if x <= 0.0 => NUM,
        _ => real(cells, f),
    }
}

fn log(cells: &[Cell]) -> Cell {
    let base = match cells.get(1) {
        Some(base) => number(base),
        None => Ok(10.0),
    };
    match (number(&cells[0]), base) {
        (Err(stuck), _) | (_, Err(stuck)) => stuck,
        (Ok(x), Ok(base)) if x <= 0.0 || base <= 0.0 => NUM,
        (Ok(_), Ok(1.0)) => DIV0,
        (Ok(x), Ok(base)) => Cell::finite(match base {
            10.0 => x.log10(),
            2.0 => x.log2(),
            _ => x.ln() / base.ln(),
        }),
    }
}
