//! The functions that distributions are made of: incomplete gamma and beta, the normal distribution, inverses.
//!
//! Law: every loop is bounded; what does not converge is NaN, which a caller shows as `#NUM!`. Tests:
//! `spec/distributions.md`.

use std::f64::consts::{PI, SQRT_2};

/// Terms of a series or steps of a continued fraction.
const STEPS: usize = 20_000;
/// Halvings of an interval: beyond this no double is left between its ends.
const HALVINGS: usize = 1_100;
const TINY: f64 = 1e-300;

pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The part of the gamma distribution of shape `a` below `x`.
pub(crate) fn gamma_below(a: f64, x: f64) -> f64 {
    match () {
        () if x <= 0.0 => 0.0,
        () if x < a + 1.0 => gamma_series(a, x),
        () => 1.0 - gamma_fraction(a, x),
    }
}

pub(crate) fn gamma_above(a: f64, x: f64) -> f64 {
    match () {
        () if x <= 0.0 => 1.0,
        () if x < a + 1.0 => 1.0 - gamma_series(a, x),
        () => gamma_fraction(a, x),
    }
}

fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    for n in 1..n_steps(a.max(x)) {
        term *= x / (a + n as f64);
        sum += term;
        if term.abs() < sum.abs() * 1e-17 {
            break;
        }
    }
    sum * (a * x.ln() - x - ln_gamma(a)).exp()
}

/// Lentz's way through the continued fraction.
fn gamma_fraction(a: f64, x: f64) -> f64 {
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if front == 0.0 {
        return 0.0;
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for n in 1..n_steps(a.max(x)) {
        let an = -(n as f64) * (n as f64 - a);
        b += 2.0;
        d = 1.0 / nonzero(an * d + b);
        c = nonzero(b + an / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    h * front
}

fn nonzero(x: f64) -> f64 {
    if x.abs() < TINY { TINY } else { x }
}

/// The part of the beta distribution below `x`.
pub(crate) fn beta_below(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    let is_below = x < (a + 1.0) / (a + b + 2.0);
    if front == 0.0 {
        return if is_below { 0.0 } else { 1.0 };
    }
    match is_below {
        true => front * beta_fraction(a, b, x) / a,
        false => 1.0 - front * beta_fraction(b, a, 1.0 - x) / b,
    }
}

/// Where the parameters are beyond all digits, more steps bring nothing nearer.
fn n_steps(largest: f64) -> usize {
    if largest > 1e15 { 200 } else { STEPS }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let (mut c, mut d) = (1.0, 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0)));
    let mut h = d;
    for n in 1..n_steps(a.max(b)) {
        let m = n as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    h
}

pub(crate) fn normal_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

pub(crate) fn normal_density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

/// A first guess by a rational function, made exact by Halley's method.
pub(crate) fn normal_inverse(p: f64) -> f64 {
    let tail = p.min(1.0 - p);
    let t = (-2.0 * tail.ln()).sqrt();
    // Abramowitz and Stegun 26.2.23.
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let bottom = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = top / bottom - t;
    for _ in 0..4 {
        let error = normal_below(z) - tail;
        let step = error / normal_density(z);
        z -= step / (1.0 + z * step / 2.0);
    }
    if p < 0.5 { z } else { -z }
}

/// Where a rising function reaches `p`, between `low` and `high`; `high` grows while it is too low.
pub(crate) fn inverse(p: f64, low: f64, high: f64, below: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..1_030 {
        if below(high) >= p || !high.is_finite() {
            break;
        }
        low = high;
        high *= 2.0;
    }
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        match below(middle) < p {
            true => low = middle,
            false => high = middle,
        }
    }
    low + (high - low) / 2.0
}

/// Student's distribution below `t`.
pub(crate) fn student_below(t: f64, degrees: f64) -> f64 {
    let tail = 0.5 * beta_below(degrees / 2.0, 0.5, degrees / (degrees + t * t));
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Where both tails together hold `p`.
pub(crate) fn student_two_tails(p: f64, degrees: f64) -> f64 {
    if p >= 1.0 {
        return 0.0;
    }
    // By the tail, which keeps its digits where it is small.
    inverse(-p, 0.0, 1.0, |t| {
        -beta_below(degrees / 2.0, 0.5, degrees / (degrees + t * t))
    })
}

pub(crate) fn f_below(x: f64, first: f64, second: f64) -> f64 {
    beta_below(first / 2.0, second / 2.0, first * x / (first * x + second))
}

pub(crate) fn f_above(x: f64, first: f64, second: f64) -> f64 {
    beta_below(second / 2.0, first / 2.0, second / (first * x + second))
}
