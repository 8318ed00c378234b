//! What samples say: confidence, tests, probabilities of listed values.

use super::{DIV0, NA, NUM, of, value};
use crate::{
    check::coerce::number,
    eval::vector::Cell,
    functions::{
        matrix::as_range,
        registry::{Function, Gives, Kernel, function},
        special::{
            f_above, f_below, gamma_above, normal_below, normal_inverse, student_below,
            student_two_tails,
        },
    },
};

/// Looked up by name in the registry.
pub(crate) const SAMPLES: &[Function] = &[
    of(
        [
            "CONFIDENCE.NORM",
            "CONFIDENCE.NORM(显著水平, 标准差, 样本数)",
            "平均值的置信区间（正态）",
            "The confidence interval of a mean, by the normal distribution",
            "CONFIDENCE.NORM(0.05,2.5,50)",
        ],
        (3, 3),
        |a| value(a, confidence),
    ),
    of(
        [
            "CONFIDENCE",
            "CONFIDENCE(显著水平, 标准差, 样本数)",
            "平均值的置信区间（正态）",
            "The confidence interval of a mean, by the normal distribution",
            "CONFIDENCE(0.05,2.5,50)",
        ],
        (3, 3),
        |a| value(a, confidence),
    ),
    of(
        [
            "CONFIDENCE.T",
            "CONFIDENCE.T(显著水平, 标准差, 样本数)",
            "平均值的置信区间（t 分布）",
            "The confidence interval of a mean, by Student's distribution",
            "CONFIDENCE.T(0.05,1,50)",
        ],
        (3, 3),
        confidence_t,
    ),
    array(
        [
            "CHISQ.TEST",
            "CHISQ.TEST(实际, 期望)",
            "卡方检验",
            "The chi-square test",
            "CHISQ.TEST({58,35;11,25;10,23},{45.35,47.65;17.56,18.44;16.09,16.91})",
        ],
        (2, 2),
        chi_square_test,
    ),
    array(
        [
            "CHITEST",
            "CHITEST(实际, 期望)",
            "卡方检验",
            "The chi-square test",
            "CHITEST({58,35;11,25;10,23},{45.35,47.65;17.56,18.44;16.09,16.91})",
        ],
        (2, 2),
        chi_square_test,
    ),
    array(
        [
            "F.TEST",
            "F.TEST(甲, 乙)",
            "方差是否相同的检验",
            "Tests whether two variances are equal",
            "F.TEST({6,7,9,15,21},{20,28,31,38,40})",
        ],
        (2, 2),
        f_test,
    ),
    array(
        [
            "FTEST",
            "FTEST(甲, 乙)",
            "方差是否相同的检验",
            "Tests whether two variances are equal",
            "FTEST({6,7,9,15,21},{20,28,31,38,40})",
        ],
        (2, 2),
        f_test,
    ),
    array(
        [
            "T.TEST",
            "T.TEST(甲, 乙, 尾数, 类型)",
            "平均值是否相同的检验",
            "Tests whether two means are equal",
            "T.TEST({3,4,5,8,9,1,2,4,5},{6,19,3,2,14,4,5,17,1},2,1)",
        ],
        (4, 4),
        t_test,
    ),
    array(
        [
            "TTEST",
            "TTEST(甲, 乙, 尾数, 类型)",
            "平均值是否相同的检验",
            "Tests whether two means are equal",
            "TTEST({3,4,5,8,9,1,2,4,5},{6,19,3,2,14,4,5,17,1},2,1)",
        ],
        (4, 4),
        t_test,
    ),
    array(
        [
            "Z.TEST",
            "Z.TEST(数组, 数, [标准差])",
            "平均值是否大于某数的检验",
            "Tests whether the mean is greater",
            "Z.TEST({3,6,7,8,6,5,4,2,1,9},4)",
        ],
        (2, 3),
        z_test,
    ),
    array(
        [
            "ZTEST",
            "ZTEST(数组, 数, [标准差])",
            "平均值是否大于某数的检验",
            "Tests whether the mean is greater",
            "ZTEST({3,6,7,8,6,5,4,2,1,9},4)",
        ],
        (2, 3),
        z_test,
    ),
    array(
        [
            "PROB",
            "PROB(值, 概率, 下限, [上限])",
            "值落在一段里的概率",
            "The probability of values between two bounds",
            "PROB({0,1,2,3},{0.2,0.3,0.1,0.4},1,3)",
        ],
        (3, 4),
        prob,
    ),
];

const fn array(doc: [&'static str; 5], n: (usize, usize), kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, n, Gives::Number, Kernel::Array(kernel))
}

fn confidence([alpha, sd, n]: [f64; 3]) -> Option<f64> {
    let n = n.trunc();
    (alpha > 0.0 && alpha < 1.0 && sd > 0.0 && n >= 1.0)
        .then(|| -normal_inverse(alpha / 2.0) * sd / n.sqrt())
}

fn confidence_t(args: &[Cell]) -> Cell {
    let is_single = number(&args[2]).is_ok_and(|n| n.trunc() == 1.0);
    match value(args, |[alpha, sd, n]: [f64; 3]| {
        let n = n.trunc();
        (alpha > 0.0 && alpha < 1.0 && sd > 0.0 && n >= 1.0)
            .then(|| student_two_tails(alpha, (n - 1.0).max(1.0)) * sd / n.sqrt())
    }) {
        Cell::Number(_) if is_single => DIV0,
        found => found,
    }
}

/// The numbers of a list; an error passes on.
fn list(cell: &Cell) -> Result<Vec<f64>, Cell> {
    let range = as_range(cell);
    if let Some(stuck) = range.cells().iter().find(|cell| cell.is_stuck()) {
        return Err(stuck.clone());
    }
    let numbers = range.cells().iter().filter_map(|cell| match cell {
        Cell::Number(x) => Some(*x),
        _ => None,
    });
    Ok(numbers.collect())
}

/// Of two lists, the pairs that are both numbers; `#N/A` where they are not equally long.
pub(crate) fn pairs(a: &Cell, b: &Cell) -> Result<Vec<(f64, f64)>, Cell> {
    let (a, b) = (as_range(a), as_range(b));
    let mut cells = a.cells().iter().chain(b.cells());
    if let Some(stuck) = cells.find(|cell| cell.is_stuck()) {
        return Err(stuck.clone());
    }
    if a.cells().len() != b.cells().len() {
        return Err(NA);
    }
    let pairs = a.cells().iter().zip(b.cells());
    let numbers = pairs.filter_map(|pair| match pair {
        (Cell::Number(x), Cell::Number(y)) => Some((*x, *y)),
        _ => None,
    });
    Ok(numbers.collect())
}

/// Number, mean and sum of squared distances from it.
fn moments(values: &[f64]) -> (f64, f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (
        n,
        mean,
        values.iter().map(|x| (x - mean) * (x - mean)).sum(),
    )
}

fn chi_square_test(args: &[Cell]) -> Cell {
    let (rows, columns) = {
        let range = as_range(&args[0]);
        (range.height() as f64, range.width() as f64)
    };
    let pairs = match pairs(&args[0], &args[1]) {
        Ok(pairs) => pairs,
        Err(stuck) => return stuck,
    };
    if rows * columns < 2.0 {
        return NA;
    }
    if pairs.iter().any(|(_, expected)| *expected == 0.0) {
        return DIV0;
    }
    let sum: f64 = pairs
        .iter()
        .map(|(found, expected)| (found - expected).powi(2) / expected)
        .sum();
    let degrees = match rows == 1.0 || columns == 1.0 {
        true => rows * columns - 1.0,
        false => (rows - 1.0) * (columns - 1.0),
    };
    match sum < 0.0 {
        true => NUM,
        false => Cell::finite(gamma_above(degrees / 2.0, sum / 2.0)),
    }
}

fn f_test(args: &[Cell]) -> Cell {
    let (a, b) = match (list(&args[0]), list(&args[1])) {
        (Ok(a), Ok(b)) => (moments(&a), moments(&b)),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    if a.0 < 2.0 || b.0 < 2.0 || a.2 == 0.0 || b.2 == 0.0 {
        return DIV0;
    }
    let (first, second) = (a.0 - 1.0, b.0 - 1.0);
    let ratio = (a.2 / first) / (b.2 / second);
    let tail = f_above(ratio, first, second).min(f_below(ratio, first, second));
    Cell::finite((2.0 * tail).min(1.0))
}

fn t_test(args: &[Cell]) -> Cell {
    let (tails, kind) = match (number(&args[2]), number(&args[3])) {
        (Ok(tails), Ok(kind)) => (tails.trunc(), kind.trunc()),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    if !(1.0..=2.0).contains(&tails) || !(1.0..=3.0).contains(&kind) {
        return NUM;
    }
    let found = match kind {
        1.0 => pairs(&args[0], &args[1]).map(|pairs| paired(&pairs)),
        _ => list(&args[0]).and_then(|a| {
            Ok(unpaired(
                moments(&a),
                moments(&list(&args[1])?),
                kind == 2.0,
            ))
        }),
    };
    match found {
        Ok(Some((t, degrees))) => Cell::finite(tails * student_below(-t.abs(), degrees)),
        Ok(None) => DIV0,
        Err(stuck) => stuck,
    }
}

fn paired(pairs: &[(f64, f64)]) -> Option<(f64, f64)> {
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    let (n, mean, squares) = moments(&differences);
    (n > 1.0 && squares > 0.0).then(|| (mean / (squares / (n - 1.0) / n).sqrt(), n - 1.0))
}

/// Student's t and its degrees of freedom; by Welch where the variances may differ.
fn unpaired(a: (f64, f64, f64), b: (f64, f64, f64), same_variance: bool) -> Option<(f64, f64)> {
    if a.0 < 2.0 || b.0 < 2.0 || a.2 + b.2 == 0.0 {
        return None;
    }
    if same_variance {
        let degrees = a.0 + b.0 - 2.0;
        let error = ((a.2 + b.2) / degrees * (1.0 / a.0 + 1.0 / b.0)).sqrt();
        return Some(((a.1 - b.1) / error, degrees));
    }
    let (x, y) = (a.2 / (a.0 - 1.0) / a.0, b.2 / (b.0 - 1.0) / b.0);
    let degrees = (x + y).powi(2) / (x * x / (a.0 - 1.0) + y * y / (b.0 - 1.0));
    Some(((a.1 - b.1) / (x + y).sqrt(), degrees))
}

fn z_test(args: &[Cell]) -> Cell {
    let sd = match args.get(2) {
        None | Some(Cell::Blank) => Ok(None),
        Some(sd) => number(sd).map(Some),
    };
    let (values, x, sd) = match (list(&args[0]), number(&args[1]), sd) {
        (Ok(values), Ok(x), Ok(sd)) => (values, x, sd),
        (Err(stuck), _, _) | (_, Err(stuck), _) | (_, _, Err(stuck)) => return stuck,
    };
    if values.is_empty() {
        return NA;
    }
    let (n, mean, squares) = moments(&values);
    let sd = match sd {
        Some(sd) if sd <= 0.0 => return NUM,
        Some(sd) => sd,
        None if n < 2.0 => return DIV0,
        None => (squares / (n - 1.0)).sqrt(),
    };
    match sd == 0.0 {
        true => DIV0,
        false => Cell::finite(1.0 - normal_below((mean - x) / (sd / n.sqrt()))),
    }
}

fn prob(args: &[Cell]) -> Cell {
    let low = number(&args[2]);
    let high = args.get(3).map_or(low.clone(), number);
    let (pairs, low, high) = match (pairs(&args[0], &args[1]), low, high) {
        (Ok(pairs), Ok(low), Ok(high)) => (pairs, low, high),
        (Err(stuck), _, _) | (_, Err(stuck), _) | (_, _, Err(stuck)) => return stuck,
    };
    let sum: f64 = pairs.iter().map(|(_, p)| p).sum();
    if pairs.iter().any(|(_, p)| *p <= 0.0 || *p > 1.0) || (sum - 1.0).abs() > 1e-9 {
        return NUM;
    }
    let inside = pairs.iter().filter(|(x, _)| (low..=high).contains(x));
    Cell::finite(inside.map(|(_, p)| p).sum())
}
