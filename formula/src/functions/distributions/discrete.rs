//! Distributions of counts: binomial, negative binomial, Poisson, hypergeometric.

use super::{chosen, of, value};
use crate::functions::{
    registry::Function,
    special::{beta_below, gamma_above, ln_gamma},
};

/// Terms that are summed one by one.
const TERMS: f64 = 1e6;

/// Looked up by name in the registry.
pub(crate) const DISCRETE: &[Function] = &[
    of(
        [
            "BINOM.DIST",
            "BINOM.DIST(成功次数, 试验次数, 概率, 累积)",
            "二项分布",
            "The binomial distribution",
            "BINOM.DIST(6,10,0.5,FALSE)",
        ],
        (4, 4),
        |a| chosen(a, binomial),
    ),
    of(
        [
            "BINOMDIST",
            "BINOMDIST(成功次数, 试验次数, 概率, 累积)",
            "二项分布",
            "The binomial distribution",
            "BINOMDIST(6,10,0.5,FALSE)",
        ],
        (4, 4),
        |a| chosen(a, binomial),
    ),
    of(
        [
            "BINOM.DIST.RANGE",
            "BINOM.DIST.RANGE(试验次数, 概率, 次数, [到])",
            "二项分布一段的概率",
            "The binomial distribution over a range",
            "BINOM.DIST.RANGE(60,0.75,48)",
        ],
        (3, 4),
        |a| value(a, binomial_range),
    ),
    of(
        [
            "BINOM.INV",
            "BINOM.INV(试验次数, 概率, 目标)",
            "二项分布的反函数",
            "The inverse of the binomial distribution",
            "BINOM.INV(6,0.5,0.75)",
        ],
        (3, 3),
        |a| value(a, binomial_inv),
    ),
    of(
        [
            "CRITBINOM",
            "CRITBINOM(试验次数, 概率, 目标)",
            "二项分布的反函数",
            "The inverse of the binomial distribution",
            "CRITBINOM(6,0.5,0.75)",
        ],
        (3, 3),
        |a| value(a, binomial_inv),
    ),
    of(
        [
            "NEGBINOM.DIST",
            "NEGBINOM.DIST(失败次数, 成功次数, 概率, 累积)",
            "负二项分布",
            "The negative binomial distribution",
            "NEGBINOM.DIST(10,5,0.25,FALSE)",
        ],
        (4, 4),
        |a| chosen(a, negative_binomial),
    ),
    of(
        [
            "NEGBINOMDIST",
            "NEGBINOMDIST(失败次数, 成功次数, 概率)",
            "负二项分布",
            "The negative binomial distribution",
            "NEGBINOMDIST(10,5,0.25)",
        ],
        (3, 3),
        |a| value(a, |x| negative_binomial(x, false)),
    ),
    of(
        [
            "POISSON.DIST",
            "POISSON.DIST(次数, 平均, 累积)",
            "泊松分布",
            "The Poisson distribution",
            "POISSON.DIST(2,5,TRUE)",
        ],
        (3, 3),
        |a| chosen(a, poisson),
    ),
    of(
        [
            "POISSON",
            "POISSON(次数, 平均, 累积)",
            "泊松分布",
            "The Poisson distribution",
            "POISSON(2,5,TRUE)",
        ],
        (3, 3),
        |a| chosen(a, poisson),
    ),
    of(
        [
            "HYPGEOM.DIST",
            "HYPGEOM.DIST(样本成功数, 样本数, 总体成功数, 总数, 累积)",
            "超几何分布",
            "The hypergeometric distribution",
            "HYPGEOM.DIST(1,4,8,20,TRUE)",
        ],
        (5, 5),
        |a| chosen(a, hypergeometric),
    ),
    of(
        [
            "HYPGEOMDIST",
            "HYPGEOMDIST(样本成功数, 样本数, 总体成功数, 总数)",
            "超几何分布",
            "The hypergeometric distribution",
            "HYPGEOMDIST(1,4,8,20)",
        ],
        (4, 4),
        |a| value(a, |x| hypergeometric(x, false)),
    ),
];

fn ln_choose(n: f64, k: f64) -> f64 {
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

/// `k ln p`, where nothing times nothing is nothing.
fn times_ln(k: f64, p: f64) -> f64 {
    if k == 0.0 { 0.0 } else { k * p.ln() }
}

fn binomial_at(k: f64, n: f64, p: f64) -> f64 {
    (ln_choose(n, k) + times_ln(k, p) + times_ln(n - k, 1.0 - p)).exp()
}

/// Up to and with `k`.
fn binomial_below(k: f64, n: f64, p: f64) -> f64 {
    if k >= n {
        1.0
    } else {
        beta_below(n - k, k + 1.0, 1.0 - p)
    }
}

fn binomial([k, n, p]: [f64; 3], all: bool) -> Option<f64> {
    let (k, n) = (k.trunc(), n.trunc());
    if !(0.0..=n).contains(&k) || !(0.0..=1.0).contains(&p) {
        return None;
    }
    Some(if all {
        binomial_below(k, n, p)
    } else {
        binomial_at(k, n, p)
    })
}

fn binomial_range([n, p, from, to]: [f64; 4]) -> Option<f64> {
    let (n, from) = (n.trunc(), from.trunc());
    let to = if to.is_nan() { from } else { to.trunc() };
    if n < 0.0
        || !(0.0..=1.0).contains(&p)
        || !(0.0..=n).contains(&from)
        || !(from..=n).contains(&to)
    {
        return None;
    }
    if from == to {
        return Some(binomial_at(from, n, p));
    }
    let before = if from == 0.0 {
        0.0
    } else {
        binomial_below(from - 1.0, n, p)
    };
    Some(binomial_below(to, n, p) - before)
}

fn binomial_inv([n, p, wanted]: [f64; 3]) -> Option<f64> {
    let n = n.trunc();
    // Excel takes no certainty here, neither as the chance nor as what is wanted.
    let chance = |p: f64| p > 0.0 && p < 1.0;
    if n < 0.0 || !chance(p) || !chance(wanted) {
        return None;
    }
    // The least count that reaches it, between these two.
    let (mut low, mut high) = (-1.0, n);
    while high - low > 1.0 {
        let middle = ((low + high) / 2.0f64).floor();
        // Beyond 2^53 neighbours are further apart than 1.
        if middle <= low || middle >= high {
            break;
        }
        match binomial_below(middle, n, p) >= wanted - 1e-15 {
            true => high = middle,
            false => low = middle,
        }
    }
    Some(high)
}

fn negative_binomial([failures, successes, p]: [f64; 3], all: bool) -> Option<f64> {
    let (failures, successes) = (failures.trunc(), successes.trunc());
    if failures < 0.0 || successes < 1.0 || !(0.0..=1.0).contains(&p) {
        return None;
    }
    // As in Excel, which sums up no certainties.
    if all && (p == 0.0 || p == 1.0) {
        return None;
    }
    Some(match all {
        true => beta_below(successes, failures + 1.0, p),
        false => {
            let ways = ln_choose(failures + successes - 1.0, successes - 1.0);
            (ways + times_ln(successes, p) + times_ln(failures, 1.0 - p)).exp()
        }
    })
}

fn poisson([k, mean]: [f64; 2], all: bool) -> Option<f64> {
    let k = k.trunc();
    if k < 0.0 || mean < 0.0 {
        return None;
    }
    Some(match all {
        true => gamma_above(k + 1.0, mean),
        false => (times_ln(k, mean) - mean - ln_gamma(k + 1.0)).exp(),
    })
}

fn hypergeometric([k, n, successes, all_of]: [f64; 4], cumulative: bool) -> Option<f64> {
    let [k, n, successes, all_of] = [k.trunc(), n.trunc(), successes.trunc(), all_of.trunc()];
    let least = (n - all_of + successes).max(0.0);
    let fits = n >= 0.0 && successes >= 0.0 && n <= all_of && successes <= all_of;
    if !fits || k < 0.0 || k > n.min(successes) || (k < least && !cumulative) {
        return None;
    }
    let at = |k: f64| {
        let ways = ln_choose(successes, k) + ln_choose(all_of - successes, n - k);
        (ways - ln_choose(all_of, n)).exp()
    };
    match cumulative {
        false => Some(at(k)),
        true if k - least > TERMS => None,
        true => Some((least as u64..=k as u64).map(|k| at(k as f64)).sum()),
    }
}
