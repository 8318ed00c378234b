//! Distributions of measures: normal, Student, chi-square, F, gamma, beta, exponential, Weibull.

use super::{chosen, of, value};
use crate::functions::{
    registry::Function,
    special::{
        beta_below, f_above, f_below, gamma_above, gamma_below, inverse, ln_gamma, normal_below,
        normal_density, normal_inverse, student_below, student_two_tails,
    },
};
use std::f64::consts::PI;

/// Looked up by name in the registry.
pub(crate) const CONTINUOUS: &[Function] = &[
    of(
        [
            "NORM.DIST",
            "NORM.DIST(数, 平均, 标准差, 累积)",
            "正态分布",
            "The normal distribution",
            "NORM.DIST(42,40,1.5,TRUE)",
        ],
        (4, 4),
        |a| chosen(a, normal),
    ),
    of(
        [
            "NORMDIST",
            "NORMDIST(数, 平均, 标准差, 累积)",
            "正态分布",
            "The normal distribution",
            "NORMDIST(42,40,1.5,TRUE)",
        ],
        (4, 4),
        |a| chosen(a, normal),
    ),
    of(
        [
            "NORM.INV",
            "NORM.INV(概率, 平均, 标准差)",
            "正态分布的反函数",
            "The inverse of the normal distribution",
            "NORM.INV(0.9,40,1.5)",
        ],
        (3, 3),
        |a| value(a, normal_inv),
    ),
    of(
        [
            "NORMINV",
            "NORMINV(概率, 平均, 标准差)",
            "正态分布的反函数",
            "The inverse of the normal distribution",
            "NORMINV(0.9,40,1.5)",
        ],
        (3, 3),
        |a| value(a, normal_inv),
    ),
    of(
        [
            "NORM.S.DIST",
            "NORM.S.DIST(数, 累积)",
            "标准正态分布",
            "The standard normal distribution",
            "NORM.S.DIST(1,TRUE)",
        ],
        (2, 2),
        |a| {
            chosen(a, |[z], all| {
                Some(if all {
                    normal_below(z)
                } else {
                    normal_density(z)
                })
            })
        },
    ),
    of(
        [
            "NORMSDIST",
            "NORMSDIST(数)",
            "标准正态分布",
            "The standard normal distribution",
            "NORMSDIST(1)",
        ],
        (1, 1),
        |a| value(a, |[z]| Some(normal_below(z))),
    ),
    of(
        [
            "NORM.S.INV",
            "NORM.S.INV(概率)",
            "标准正态分布的反函数",
            "The inverse of the standard normal distribution",
            "NORM.S.INV(0.9)",
        ],
        (1, 1),
        |a| value(a, |[p]| normal_inv([p, 0.0, 1.0])),
    ),
    of(
        [
            "NORMSINV",
            "NORMSINV(概率)",
            "标准正态分布的反函数",
            "The inverse of the standard normal distribution",
            "NORMSINV(0.9)",
        ],
        (1, 1),
        |a| value(a, |[p]| normal_inv([p, 0.0, 1.0])),
    ),
    of(
        [
            "PHI",
            "PHI(数)",
            "标准正态密度",
            "The density of the standard normal distribution",
            "PHI(0.75)",
        ],
        (1, 1),
        |a| value(a, |[z]| Some(normal_density(z))),
    ),
    of(
        [
            "GAUSS",
            "GAUSS(数)",
            "标准正态分布减 0.5",
            "The standard normal distribution less a half",
            "GAUSS(2)",
        ],
        (1, 1),
        |a| value(a, |[z]| Some(normal_below(z) - 0.5)),
    ),
    of(
        [
            "STANDARDIZE",
            "STANDARDIZE(数, 平均, 标准差)",
            "化成标准分",
            "How many standard deviations from the mean",
            "STANDARDIZE(42,40,1.5)",
        ],
        (3, 3),
        |a| value(a, |[x, mean, sd]| (sd > 0.0).then(|| (x - mean) / sd)),
    ),
    of(
        [
            "LOGNORM.DIST",
            "LOGNORM.DIST(数, 平均, 标准差, 累积)",
            "对数正态分布",
            "The log-normal distribution",
            "LOGNORM.DIST(4,3.5,1.2,TRUE)",
        ],
        (4, 4),
        |a| chosen(a, lognormal),
    ),
    of(
        [
            "LOGNORMDIST",
            "LOGNORMDIST(数, 平均, 标准差)",
            "对数正态分布",
            "The log-normal distribution",
            "LOGNORMDIST(4,3.5,1.2)",
        ],
        (3, 3),
        |a| chosen(a, lognormal),
    ),
    of(
        [
            "LOGNORM.INV",
            "LOGNORM.INV(概率, 平均, 标准差)",
            "对数正态分布的反函数",
            "The inverse of the log-normal distribution",
            "LOGNORM.INV(0.04,3.5,1.2)",
        ],
        (3, 3),
        |a| value(a, |x| normal_inv(x).map(f64::exp)),
    ),
    of(
        [
            "LOGINV",
            "LOGINV(概率, 平均, 标准差)",
            "对数正态分布的反函数",
            "The inverse of the log-normal distribution",
            "LOGINV(0.04,3.5,1.2)",
        ],
        (3, 3),
        |a| value(a, |x| normal_inv(x).map(f64::exp)),
    ),
    of(
        [
            "T.DIST",
            "T.DIST(数, 自由度, 累积)",
            "t 分布",
            "Student's distribution",
            "T.DIST(1.2,10,TRUE)",
        ],
        (3, 3),
        |a| chosen(a, student),
    ),
    of(
        [
            "T.DIST.RT",
            "T.DIST.RT(数, 自由度)",
            "t 分布右尾",
            "The right tail of Student's distribution",
            "T.DIST.RT(1.96,60)",
        ],
        (2, 2),
        |a| {
            value(a, |[t, degrees]| {
                whole(degrees, 1.0).map(|degrees| student_below(-t, degrees))
            })
        },
    ),
    of(
        [
            "T.DIST.2T",
            "T.DIST.2T(数, 自由度)",
            "t 分布双尾",
            "Both tails of Student's distribution",
            "T.DIST.2T(1.96,60)",
        ],
        (2, 2),
        |a| value(a, |[t, degrees]| tails(t, degrees, 2.0)),
    ),
    of(
        [
            "TDIST",
            "TDIST(数, 自由度, 尾数)",
            "t 分布的尾部",
            "One or two tails of Student's distribution",
            "TDIST(1.96,60,2)",
        ],
        (3, 3),
        |a| value(a, |[t, degrees, n]| tails(t, degrees, n.trunc())),
    ),
    of(
        [
            "T.INV",
            "T.INV(概率, 自由度)",
            "t 分布的反函数",
            "The inverse of Student's distribution",
            "T.INV(0.75,2)",
        ],
        (2, 2),
        |a| value(a, |[p, degrees]| student_inv(p, degrees)),
    ),
    of(
        [
            "T.INV.2T",
            "T.INV.2T(概率, 自由度)",
            "t 分布双尾的反函数",
            "The inverse of both tails of Student's distribution",
            "T.INV.2T(0.05,60)",
        ],
        (2, 2),
        |a| value(a, |[p, degrees]| two_tails(p, degrees)),
    ),
    of(
        [
            "TINV",
            "TINV(概率, 自由度)",
            "t 分布双尾的反函数",
            "The inverse of both tails of Student's distribution",
            "TINV(0.05,60)",
        ],
        (2, 2),
        |a| value(a, |[p, degrees]| two_tails(p, degrees)),
    ),
    of(
        [
            "CHISQ.DIST",
            "CHISQ.DIST(数, 自由度, 累积)",
            "卡方分布",
            "The chi-square distribution",
            "CHISQ.DIST(0.5,1,TRUE)",
        ],
        (3, 3),
        |a| chosen(a, chi_square),
    ),
    of(
        [
            "CHISQ.DIST.RT",
            "CHISQ.DIST.RT(数, 自由度)",
            "卡方分布右尾",
            "The right tail of the chi-square distribution",
            "CHISQ.DIST.RT(18.307,10)",
        ],
        (2, 2),
        |a| value(a, chi_square_right),
    ),
    of(
        [
            "CHIDIST",
            "CHIDIST(数, 自由度)",
            "卡方分布右尾",
            "The right tail of the chi-square distribution",
            "CHIDIST(18.307,10)",
        ],
        (2, 2),
        |a| value(a, chi_square_right),
    ),
    of(
        [
            "CHISQ.INV",
            "CHISQ.INV(概率, 自由度)",
            "卡方分布的反函数",
            "The inverse of the chi-square distribution",
            "CHISQ.INV(0.93,1)",
        ],
        (2, 2),
        |a| {
            value(a, |[p, degrees]| {
                gamma_inv([p, whole(degrees, 1.0)? / 2.0, 2.0])
            })
        },
    ),
    of(
        [
            "CHISQ.INV.RT",
            "CHISQ.INV.RT(概率, 自由度)",
            "卡方分布右尾的反函数",
            "The inverse of the right tail of the chi-square distribution",
            "CHISQ.INV.RT(0.05,10)",
        ],
        (2, 2),
        |a| value(a, chi_square_right_inv),
    ),
    of(
        [
            "CHIINV",
            "CHIINV(概率, 自由度)",
            "卡方分布右尾的反函数",
            "The inverse of the right tail of the chi-square distribution",
            "CHIINV(0.05,10)",
        ],
        (2, 2),
        |a| value(a, chi_square_right_inv),
    ),
    of(
        [
            "F.DIST",
            "F.DIST(数, 自由度1, 自由度2, 累积)",
            "F 分布",
            "The F distribution",
            "F.DIST(15.2,6,4,TRUE)",
        ],
        (4, 4),
        |a| chosen(a, f_dist),
    ),
    of(
        [
            "F.DIST.RT",
            "F.DIST.RT(数, 自由度1, 自由度2)",
            "F 分布右尾",
            "The right tail of the F distribution",
            "F.DIST.RT(15.2,6,4)",
        ],
        (3, 3),
        |a| value(a, f_right),
    ),
    of(
        [
            "FDIST",
            "FDIST(数, 自由度1, 自由度2)",
            "F 分布右尾",
            "The right tail of the F distribution",
            "FDIST(15.2,6,4)",
        ],
        (3, 3),
        |a| value(a, f_right),
    ),
    of(
        [
            "F.INV",
            "F.INV(概率, 自由度1, 自由度2)",
            "F 分布的反函数",
            "The inverse of the F distribution",
            "F.INV(0.01,6,4)",
        ],
        (3, 3),
        |a| value(a, f_inv),
    ),
    of(
        [
            "F.INV.RT",
            "F.INV.RT(概率, 自由度1, 自由度2)",
            "F 分布右尾的反函数",
            "The inverse of the right tail of the F distribution",
            "F.INV.RT(0.01,6,4)",
        ],
        (3, 3),
        |a| value(a, f_right_inv),
    ),
    of(
        [
            "FINV",
            "FINV(概率, 自由度1, 自由度2)",
            "F 分布右尾的反函数",
            "The inverse of the right tail of the F distribution",
            "FINV(0.01,6,4)",
        ],
        (3, 3),
        |a| value(a, f_right_inv),
    ),
    of(
        [
            "GAMMA",
            "GAMMA(数)",
            "伽马函数",
            "The gamma function",
            "GAMMA(2.5)",
        ],
        (1, 1),
        |a| {
            value(a, |[x]| {
                (x > 0.0 || x.fract() != 0.0).then(|| libm::tgamma(x))
            })
        },
    ),
    of(
        [
            "GAMMALN",
            "GAMMALN(数)",
            "伽马函数的自然对数",
            "The natural logarithm of the gamma function",
            "GAMMALN(4)",
        ],
        (1, 1),
        |a| value(a, |[x]| (x > 0.0).then(|| ln_gamma(x))),
    ),
    of(
        [
            "GAMMALN.PRECISE",
            "GAMMALN.PRECISE(数)",
            "伽马函数的自然对数",
            "The natural logarithm of the gamma function",
            "GAMMALN.PRECISE(4.5)",
        ],
        (1, 1),
        |a| value(a, |[x]| (x > 0.0).then(|| ln_gamma(x))),
    ),
    of(
        [
            "GAMMA.DIST",
            "GAMMA.DIST(数, 形状, 尺度, 累积)",
            "伽马分布",
            "The gamma distribution",
            "GAMMA.DIST(10,9,2,TRUE)",
        ],
        (4, 4),
        |a| chosen(a, gamma),
    ),
    of(
        [
            "GAMMADIST",
            "GAMMADIST(数, 形状, 尺度, 累积)",
            "伽马分布",
            "The gamma distribution",
            "GAMMADIST(10,9,2,TRUE)",
        ],
        (4, 4),
        |a| chosen(a, gamma),
    ),
    of(
        [
            "GAMMA.INV",
            "GAMMA.INV(概率, 形状, 尺度)",
            "伽马分布的反函数",
            "The inverse of the gamma distribution",
            "GAMMA.INV(0.068094,9,2)",
        ],
        (3, 3),
        |a| value(a, gamma_inv),
    ),
    of(
        [
            "GAMMAINV",
            "GAMMAINV(概率, 形状, 尺度)",
            "伽马分布的反函数",
            "The inverse of the gamma distribution",
            "GAMMAINV(0.068094,9,2)",
        ],
        (3, 3),
        |a| value(a, gamma_inv),
    ),
    of(
        [
            "BETA.DIST",
            "BETA.DIST(数, 甲, 乙, 累积, [下限], [上限])",
            "贝塔分布",
            "The beta distribution",
            "BETA.DIST(2,8,10,TRUE,1,3)",
        ],
        (4, 6),
        beta_dist,
    ),
    of(
        [
            "BETADIST",
            "BETADIST(数, 甲, 乙, [下限], [上限])",
            "贝塔分布",
            "The beta distribution",
            "BETADIST(2,8,10,1,3)",
        ],
        (3, 5),
        |a| value(a, |x| beta(x, true)),
    ),
    of(
        [
            "BETA.INV",
            "BETA.INV(概率, 甲, 乙, [下限], [上限])",
            "贝塔分布的反函数",
            "The inverse of the beta distribution",
            "BETA.INV(0.685470581,8,10,1,3)",
        ],
        (3, 5),
        |a| value(a, beta_inv),
    ),
    of(
        [
            "BETAINV",
            "BETAINV(概率, 甲, 乙, [下限], [上限])",
            "贝塔分布的反函数",
            "The inverse of the beta distribution",
            "BETAINV(0.685470581,8,10,1,3)",
        ],
        (3, 5),
        |a| value(a, beta_inv),
    ),
    of(
        [
            "EXPON.DIST",
            "EXPON.DIST(数, 参数, 累积)",
            "指数分布",
            "The exponential distribution",
            "EXPON.DIST(0.2,10,TRUE)",
        ],
        (3, 3),
        |a| chosen(a, exponential),
    ),
    of(
        [
            "EXPONDIST",
            "EXPONDIST(数, 参数, 累积)",
            "指数分布",
            "The exponential distribution",
            "EXPONDIST(0.2,10,TRUE)",
        ],
        (3, 3),
        |a| chosen(a, exponential),
    ),
    of(
        [
            "WEIBULL.DIST",
            "WEIBULL.DIST(数, 形状, 尺度, 累积)",
            "韦布尔分布",
            "The Weibull distribution",
            "WEIBULL.DIST(105,20,100,TRUE)",
        ],
        (4, 4),
        |a| chosen(a, weibull),
    ),
    of(
        [
            "WEIBULL",
            "WEIBULL(数, 形状, 尺度, 累积)",
            "韦布尔分布",
            "The Weibull distribution",
            "WEIBULL(105,20,100,TRUE)",
        ],
        (4, 4),
        |a| chosen(a, weibull),
    ),
    of(
        [
            "FISHER",
            "FISHER(数)",
            "费希尔变换",
            "The Fisher transformation",
            "FISHER(0.75)",
        ],
        (1, 1),
        |a| value(a, |[x]| (x.abs() < 1.0).then(|| x.atanh())),
    ),
    of(
        [
            "FISHERINV",
            "FISHERINV(数)",
            "费希尔变换的反函数",
            "The inverse of the Fisher transformation",
            "FISHERINV(0.972955)",
        ],
        (1, 1),
        |a| value(a, |[x]| Some(x.tanh())),
    ),
    of(
        [
            "ERF",
            "ERF(下限, [上限])",
            "误差函数",
            "The error function",
            "ERF(0.745)",
        ],
        (1, 2),
        |a| {
            value(a, |[x, y]| {
                Some(if y.is_nan() {
                    libm::erf(x)
                } else {
                    libm::erf(y) - libm::erf(x)
                })
            })
        },
    ),
    of(
        [
            "ERF.PRECISE",
            "ERF.PRECISE(数)",
            "误差函数",
            "The error function",
            "ERF.PRECISE(0.745)",
        ],
        (1, 1),
        |a| value(a, |[x]| Some(libm::erf(x))),
    ),
    of(
        [
            "ERFC",
            "ERFC(数)",
            "补余误差函数",
            "The complementary error function",
            "ERFC(1)",
        ],
        (1, 1),
        |a| value(a, |[x]| Some(libm::erfc(x))),
    ),
    of(
        [
            "ERFC.PRECISE",
            "ERFC.PRECISE(数)",
            "补余误差函数",
            "The complementary error function",
            "ERFC.PRECISE(1)",
        ],
        (1, 1),
        |a| value(a, |[x]| Some(libm::erfc(x))),
    ),
];

/// Cut to a whole number that is large enough, and not beyond Excel's limit.
fn whole(x: f64, least: f64) -> Option<f64> {
    let x = x.trunc();
    (least..1e10 + 1.0).contains(&x).then_some(x)
}

fn normal([x, mean, sd]: [f64; 3], all: bool) -> Option<f64> {
    let z = (x - mean) / sd;
    (sd > 0.0).then(|| {
        if all {
            normal_below(z)
        } else {
            normal_density(z) / sd
        }
    })
}

fn normal_inv([p, mean, sd]: [f64; 3]) -> Option<f64> {
    (p > 0.0 && p < 1.0 && sd > 0.0).then(|| mean + sd * normal_inverse(p))
}

fn lognormal([x, mean, sd]: [f64; 3], all: bool) -> Option<f64> {
    if x <= 0.0 || sd <= 0.0 {
        return None;
    }
    let z = (x.ln() - mean) / sd;
    Some(if all {
        normal_below(z)
    } else {
        normal_density(z) / (x * sd)
    })
}

fn student([t, degrees]: [f64; 2], all: bool) -> Option<f64> {
    let n = whole(degrees, 1.0)?;
    if all {
        return Some(student_below(t, n));
    }
    let front = ln_gamma((n + 1.0) / 2.0) - ln_gamma(n / 2.0) - 0.5 * (n * PI).ln();
    Some((front - (n + 1.0) / 2.0 * (t * t / n).ln_1p()).exp())
}

fn tails(t: f64, degrees: f64, n: f64) -> Option<f64> {
    let degrees = whole(degrees, 1.0)?;
    (t >= 0.0 && (n == 1.0 || n == 2.0)).then(|| n * student_below(-t, degrees))
}

fn student_inv(p: f64, degrees: f64) -> Option<f64> {
    let degrees = whole(degrees, 1.0)?;
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let size = student_two_tails(2.0 * p.min(1.0 - p), degrees);
    Some(if p < 0.5 { -size } else { size })
}

fn two_tails(p: f64, degrees: f64) -> Option<f64> {
    let degrees = whole(degrees, 1.0)?;
    (p > 0.0 && p <= 1.0).then(|| student_two_tails(p, degrees))
}

fn chi_square([x, degrees]: [f64; 2], all: bool) -> Option<f64> {
    gamma([x, whole(degrees, 1.0)? / 2.0, 2.0], all)
}

fn chi_square_right([x, degrees]: [f64; 2]) -> Option<f64> {
    let degrees = whole(degrees, 1.0)?;
    (x >= 0.0).then(|| gamma_above(degrees / 2.0, x / 2.0))
}

fn chi_square_right_inv([p, degrees]: [f64; 2]) -> Option<f64> {
    let a = whole(degrees, 1.0)? / 2.0;
    match p > 0.0 && p <= 1.0 {
        true if p == 1.0 => Some(0.0),
        true => Some(2.0 * inverse(-p, 0.0, a.max(1.0), |x| -gamma_above(a, x))),
        false => None,
    }
}

fn degrees_of(first: f64, second: f64) -> Option<(f64, f64)> {
    Some((whole(first, 1.0)?, whole(second, 1.0)?))
}

fn f_dist([x, first, second]: [f64; 3], all: bool) -> Option<f64> {
    let (a, b) = degrees_of(first, second)?;
    if x < 0.0 {
        return None;
    }
    if all {
        return Some(f_below(x, a, b));
    }
    if x == 0.0 {
        return match a {
            1.0 => None,
            2.0 => Some(1.0),
            _ => Some(0.0),
        };
    }
    let front = ln_gamma((a + b) / 2.0) - ln_gamma(a / 2.0) - ln_gamma(b / 2.0);
    let rest =
        a / 2.0 * (a / b).ln() + (a / 2.0 - 1.0) * x.ln() - (a + b) / 2.0 * (a * x / b).ln_1p();
    Some((front + rest).exp())
}

fn f_right([x, first, second]: [f64; 3]) -> Option<f64> {
    let (a, b) = degrees_of(first, second)?;
    (x >= 0.0).then(|| f_above(x, a, b))
}

fn f_inv([p, first, second]: [f64; 3]) -> Option<f64> {
    let (a, b) = degrees_of(first, second)?;
    ((0.0..1.0).contains(&p)).then(|| {
        if p == 0.0 {
            0.0
        } else {
            inverse(p, 0.0, 1.0, |x| f_below(x, a, b))
        }
    })
}

fn f_right_inv([p, first, second]: [f64; 3]) -> Option<f64> {
    let (a, b) = degrees_of(first, second)?;
    match p > 0.0 && p <= 1.0 {
        true if p == 1.0 => Some(0.0),
        true => Some(inverse(-p, 0.0, 1.0, |x| -f_above(x, a, b))),
        false => None,
    }
}

fn gamma([x, shape, scale]: [f64; 3], all: bool) -> Option<f64> {
    if x < 0.0 || shape <= 0.0 || scale <= 0.0 {
        return None;
    }
    if all {
        return Some(gamma_below(shape, x / scale));
    }
    if x == 0.0 {
        return match shape {
            1.0 => Some(1.0 / scale),
            shape if shape > 1.0 => Some(0.0),
            _ => None,
        };
    }
    let z = x / scale;
    Some(((shape - 1.0) * z.ln() - z - ln_gamma(shape)).exp() / scale)
}

fn gamma_inv([p, shape, scale]: [f64; 3]) -> Option<f64> {
    if !(0.0..1.0).contains(&p) || shape <= 0.0 || scale <= 0.0 {
        return None;
    }
    Some(if p == 0.0 {
        0.0
    } else {
        scale * inverse(p, 0.0, shape.max(1.0), |x| gamma_below(shape, x))
    })
}

/// The optional ends of the interval.
fn ends(low: f64, high: f64) -> Option<(f64, f64)> {
    let low = if low.is_nan() { 0.0 } else { low };
    let high = if high.is_nan() { 1.0 } else { high };
    (low < high).then_some((low, high))
}

fn beta_dist(args: &[crate::eval::vector::Cell]) -> crate::eval::vector::Cell {
    let is_all = match crate::check::coerce::truth(&args[3]) {
        Ok(is_all) => is_all,
        Err(stuck) => return stuck,
    };
    let mut rest = args.to_vec();
    rest.remove(3);
    value(&rest, |x| beta(x, is_all))
}

fn beta([x, a, b, low, high]: [f64; 5], all: bool) -> Option<f64> {
    let (low, high) = ends(low, high)?;
    if a <= 0.0 || b <= 0.0 || !(low..=high).contains(&x) {
        return None;
    }
    let z = (x - low) / (high - low);
    if all {
        return Some(beta_below(a, b, z));
    }
    if (z == 0.0 && a < 1.0) || (z == 1.0 && b < 1.0) {
        return None;
    }
    let power = |base: f64, exponent: f64| {
        if exponent == 0.0 {
            0.0
        } else {
            exponent * base.ln()
        }
    };
    let front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    Some((front + power(z, a - 1.0) + power(1.0 - z, b - 1.0)).exp() / (high - low))
}

fn beta_inv([p, a, b, low, high]: [f64; 5]) -> Option<f64> {
    let (low, high) = ends(low, high)?;
    if a <= 0.0 || b <= 0.0 || !(p > 0.0 && p <= 1.0) {
        return None;
    }
    let z = if p == 1.0 {
        1.0
    } else {
        inverse(p, 0.0, 1.0, |x| beta_below(a, b, x))
    };
    Some(low + z * (high - low))
}

fn exponential([x, rate]: [f64; 2], all: bool) -> Option<f64> {
    (x >= 0.0 && rate > 0.0).then(|| {
        if all {
            -(-rate * x).exp_m1()
        } else {
            rate * (-rate * x).exp()
        }
    })
}

fn weibull([x, shape, scale]: [f64; 3], all: bool) -> Option<f64> {
    if x < 0.0 || shape <= 0.0 || scale <= 0.0 {
        return None;
    }
    let z = (x / scale).powf(shape);
    Some(match all {
        true => -(-z).exp_m1(),
        false => shape / scale * (x / scale).powf(shape - 1.0) * (-z).exp(),
    })
}
