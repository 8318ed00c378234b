//! Kernels of the distributions of measures: the value, `None` outside the domain.

use super::value;
use crate::{
    check::coerce::truth,
    eval::vector::Cell,
    functions::special::{
        beta_below, f_above, f_below, gamma_above, gamma_below, inverse, ln_gamma, student_below,
        student_two_tails,
    },
};
use std::f64::consts::PI;

/// Cut to a whole number that is large enough, and not beyond Excel's limit.
pub(super) fn whole(x: f64, least: f64) -> Option<f64> {
    let x = x.trunc();
    (least..1e10 + 1.0).contains(&x).then_some(x)
}

pub(super) fn student([t, degrees]: [f64; 2], all: bool) -> Option<f64> {
    let n = whole(degrees, 1.0)?;
    if all {
        return Some(student_below(t, n));
    }
    let front = ln_gamma((n + 1.0) / 2.0) - ln_gamma(n / 2.0) - 0.5 * (n * PI).ln();
    Some((front - (n + 1.0) / 2.0 * (t * t / n).ln_1p()).exp())
}

pub(super) fn tails(t: f64, degrees: f64, n: f64) -> Option<f64> {
    let degrees = whole(degrees, 1.0)?;
    (t >= 0.0 && (n == 1.0 || n == 2.0)).then(|| n * student_below(-t, degrees))
}

pub(super) fn student_inv(p: f64, degrees: f64) -> Option<f64> {
    let degrees = whole(degrees, 1.0)?;
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let size = student_two_tails(2.0 * p.min(1.0 - p), degrees);
    Some(if p < 0.5 { -size } else { size })
}

pub(super) fn two_tails(p: f64, degrees: f64) -> Option<f64> {
    let degrees = whole(degrees, 1.0)?;
    (p > 0.0 && p <= 1.0).then(|| student_two_tails(p, degrees))
}

pub(super) fn chi_square([x, degrees]: [f64; 2], all: bool) -> Option<f64> {
    gamma([x, whole(degrees, 1.0)? / 2.0, 2.0], all)
}

pub(super) fn chi_square_right([x, degrees]: [f64; 2]) -> Option<f64> {
    let degrees = whole(degrees, 1.0)?;
    (x >= 0.0).then(|| gamma_above(degrees / 2.0, x / 2.0))
}

pub(super) fn chi_square_right_inv([p, degrees]: [f64; 2]) -> Option<f64> {
    let a = whole(degrees, 1.0)? / 2.0;
    match p > 0.0 && p <= 1.0 {
        true if p == 1.0 => Some(0.0),
        true => Some(2.0 * inverse(-p, 0.0, a.max(1.0), |x| -gamma_above(a, x))),
        false => None,
    }
}

pub(super) fn degrees_of(first: f64, second: f64) -> Option<(f64, f64)> {
    // Excel's limit, told on the page of FDIST.
    let most = |degrees: &f64| *degrees < 1e10;
    Some((
        whole(first, 1.0).filter(most)?,
        whole(second, 1.0).filter(most)?,
    ))
}

pub(super) fn f_dist([x, first, second]: [f64; 3], all: bool) -> Option<f64> {
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

pub(super) fn f_right([x, first, second]: [f64; 3]) -> Option<f64> {
    let (a, b) = degrees_of(first, second)?;
    (x >= 0.0).then(|| f_above(x, a, b))
}

pub(super) fn f_inv([p, first, second]: [f64; 3]) -> Option<f64> {
    let (a, b) = degrees_of(first, second)?;
    ((0.0..1.0).contains(&p)).then(|| {
        if p == 0.0 {
            0.0
        } else {
            inverse(p, 0.0, 1.0, |x| f_below(x, a, b))
        }
    })
}

pub(super) fn f_right_inv([p, first, second]: [f64; 3]) -> Option<f64> {
    let (a, b) = degrees_of(first, second)?;
    match p > 0.0 && p <= 1.0 {
        true if p == 1.0 => Some(0.0),
        true => Some(inverse(-p, 0.0, 1.0, |x| -f_above(x, a, b))),
        false => None,
    }
}

pub(super) fn gamma([x, shape, scale]: [f64; 3], all: bool) -> Option<f64> {
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

pub(super) fn gamma_inv([p, shape, scale]: [f64; 3]) -> Option<f64> {
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
pub(super) fn ends(low: f64, high: f64) -> Option<(f64, f64)> {
    let low = if low.is_nan() { 0.0 } else { low };
    let high = if high.is_nan() { 1.0 } else { high };
    (low < high).then_some((low, high))
}

pub(super) fn beta_dist(args: &[Cell]) -> Cell {
    let is_all = match truth(&args[3]) {
        Ok(is_all) => is_all,
        Err(stuck) => return stuck,
    };
    let mut rest = args.to_vec();
    rest.remove(3);
    value(&rest, |x| beta(x, is_all))
}

pub(super) fn beta([x, a, b, low, high]: [f64; 5], all: bool) -> Option<f64> {
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

pub(super) fn beta_inv([p, a, b, low, high]: [f64; 5]) -> Option<f64> {
    let (low, high) = ends(low, high)?;
    if a <= 0.0 || b <= 0.0 || !(p > 0.0 && p < 1.0) {
        return None;
    }
    let z = inverse(p, 0.0, 1.0, |x| beta_below(a, b, x));
    Some(low + z * (high - low))
}

pub(super) fn exponential([x, rate]: [f64; 2], all: bool) -> Option<f64> {
    (x >= 0.0 && rate > 0.0).then(|| {
        if all {
            -(-rate * x).exp_m1()
        } else {
            rate * (-rate * x).exp()
        }
    })
}

pub(super) fn weibull([x, shape, scale]: [f64; 3], all: bool) -> Option<f64> {
    if x < 0.0 || shape <= 0.0 || scale <= 0.0 {
        return None;
    }
    let z = (x / scale).powf(shape);
    Some(match all {
        true => -(-z).exp_m1(),
        false => shape / scale * (x / scale).powf(shape - 1.0) * (-z).exp(),
    })
}
