//! The normal distribution and its logarithmic kin.

use super::{chosen, of, value};
use crate::functions::{
    registry::Function,
    special::{normal_below, normal_density, normal_inverse},
};

/// Looked up by name in the registry.
pub(crate) const NORMAL: &[Function] = &[
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
];

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
