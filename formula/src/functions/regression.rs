//! Relations between two lists of numbers: slope, correlation, forecast.
//!
//! Law: pairs of which one is no number are left out; lists of different lengths are `#N/A`. Tests:
//! `spec/regression.md`.

use super::{
    distributions::pairs,
    registry::{Function, Gives, Kernel, function},
};
use crate::{check::coerce::number, eval::vector::Cell};
use table::value::CellError;

const DIV0: Cell = Cell::Error(CellError::Div0);

const fn of(doc: [&'static str; 5], kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, (2, 2), Gives::Number, Kernel::Array(kernel))
}

/// Looked up by name in the registry. The known y come first, as in Excel.
pub(crate) const FAMILY: &[Function] = &[
    of(
        [
            "CORREL",
            "CORREL(甲, 乙)",
            "相关系数",
            "The correlation",
            "CORREL({3,2,4,5,6},{9,7,12,15,17})",
        ],
        |a| over(a, correlation),
    ),
    of(
        [
            "PEARSON",
            "PEARSON(甲, 乙)",
            "相关系数",
            "The correlation",
            "PEARSON({9,7,5,3,1},{10,6,1,5,3})",
        ],
        |a| over(a, correlation),
    ),
    of(
        [
            "RSQ",
            "RSQ(y, x)",
            "相关系数的平方",
            "The square of the correlation",
            "RSQ({2,3,9,1,8,7,5},{6,5,11,7,5,4,4})",
        ],
        |a| over(a, |s| correlation(s).map(|r| r * r)),
    ),
    of(
        [
            "SLOPE",
            "SLOPE(y, x)",
            "回归直线的斜率",
            "The slope of the regression line",
            "SLOPE({2,3,9,1,8,7,5},{6,5,11,7,5,4,4})",
        ],
        |a| over(a, slope),
    ),
    of(
        [
            "INTERCEPT",
            "INTERCEPT(y, x)",
            "回归直线的截距",
            "Where the regression line begins",
            "INTERCEPT({2,3,9,1,8},{6,5,11,7,5})",
        ],
        |a| over(a, |s| slope(s).map(|slope| s.mean_y - slope * s.mean_x)),
    ),
    of(
        [
            "STEYX",
            "STEYX(y, x)",
            "回归的标准误差",
            "The standard error of the regression",
            "STEYX({2,3,9,1,8,7,5},{6,5,11,7,5,4,4})",
        ],
        |a| {
            over(a, |s| {
                (s.n > 2.0 && s.xx > 0.0)
                    .then(|| ((s.yy - s.xy * s.xy / s.xx) / (s.n - 2.0)).max(0.0).sqrt())
            })
        },
    ),
    of(
        [
            "COVAR",
            "COVAR(甲, 乙)",
            "协方差（总体）",
            "The covariance of all",
            "COVAR({3,2,4,5,6},{9,7,12,15,17})",
        ],
        |a| over(a, |s| (s.n > 0.0).then(|| s.xy / s.n)),
    ),
    of(
        [
            "COVARIANCE.P",
            "COVARIANCE.P(甲, 乙)",
            "协方差（总体）",
            "The covariance of all",
            "COVARIANCE.P({3,2,4,5,6},{9,7,12,15,17})",
        ],
        |a| over(a, |s| (s.n > 0.0).then(|| s.xy / s.n)),
    ),
    of(
        [
            "COVARIANCE.S",
            "COVARIANCE.S(甲, 乙)",
            "协方差（样本）",
            "The covariance of a sample",
            "COVARIANCE.S({2,4,8},{5,11,12})",
        ],
        |a| over(a, |s| (s.n > 1.0).then(|| s.xy / (s.n - 1.0))),
    ),
    forecast_of([
        "FORECAST",
        "FORECAST(x, 已知 y, 已知 x)",
        "按回归直线预测",
        "The value on the regression line",
        "FORECAST(30,{6,7,9,15,21},{20,28,31,38,40})",
    ]),
    forecast_of([
        "FORECAST.LINEAR",
        "FORECAST.LINEAR(x, 已知 y, 已知 x)",
        "按回归直线预测",
        "The value on the regression line",
        "FORECAST.LINEAR(30,{6,7,9,15,21},{20,28,31,38,40})",
    ]),
];

const fn forecast_of(doc: [&'static str; 5]) -> Function {
    function(doc, (3, 3), Gives::Number, Kernel::Array(forecast))
}

/// Sums about the means.
struct Sums {
    n: f64,
    mean_x: f64,
    mean_y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

fn sums(y: &Cell, x: &Cell) -> Result<Sums, Cell> {
    let pairs = pairs(y, x)?;
    let n = pairs.len() as f64;
    let mean_y = pairs.iter().map(|(y, _)| y).sum::<f64>() / n;
    let mean_x = pairs.iter().map(|(_, x)| x).sum::<f64>() / n;
    let about = |f: fn(f64, f64) -> f64| {
        pairs
            .iter()
            .map(|(y, x)| f(y - mean_y, x - mean_x))
            .sum::<f64>()
    };
    Ok(Sums {
        n,
        mean_x,
        mean_y,
        xx: about(|_, x| x * x),
        yy: about(|y, _| y * y),
        xy: about(|y, x| y * x),
    })
}

fn over(args: &[Cell], f: impl FnOnce(&Sums) -> Option<f64>) -> Cell {
    match sums(&args[0], &args[1]) {
        Ok(sums) => f(&sums).map_or(DIV0, Cell::finite),
        Err(stuck) => stuck,
    }
}

fn correlation(sums: &Sums) -> Option<f64> {
    let product = sums.xx * sums.yy;
    (product > 0.0).then(|| (sums.xy / product.sqrt()).clamp(-1.0, 1.0))
}

fn slope(sums: &Sums) -> Option<f64> {
    (sums.xx > 0.0).then(|| sums.xy / sums.xx)
}

fn forecast(args: &[Cell]) -> Cell {
    let one = |x: &Cell| match (number(x), sums(&args[1], &args[2])) {
        (Ok(x), Ok(sums)) => match slope(&sums) {
            Some(slope) => Cell::finite(sums.mean_y + slope * (x - sums.mean_x)),
            None => DIV0,
        },
        (Err(stuck), _) | (_, Err(stuck)) => stuck,
    };
    match &args[0] {
        Cell::Array(range) => Cell::array(range.width(), range.cells().iter().map(one).collect()),
        x => one(x),
    }
}
