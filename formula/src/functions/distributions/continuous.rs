//! Distributions of measures: Student, chi-square, F, gamma, beta, exponential, Weibull, and the error function.

use super::{
    chosen,
    densities::{
        beta, beta_dist, beta_inv, chi_square, chi_square_right, chi_square_right_inv, exponential,
        f_dist, f_inv, f_right, f_right_inv, gamma, gamma_inv, student, student_inv, tails,
        two_tails, weibull, whole,
    },
    of, value,
};
use crate::functions::{
    registry::Function,
    special::{ln_gamma, student_below},
};

/// Looked up by name in the registry.
pub(crate) const CONTINUOUS: &[Function] = &[
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
