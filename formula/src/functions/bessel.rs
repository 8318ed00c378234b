//! Bessel functions of whole orders.
//!
//! Law: the order is cut to a whole number; a negative one, and zero or less for BESSELK and BESSELY, is `#NUM!`. J and I
//! come from Miller's backward recurrence, Y from Neumann's series, K from its integral. Tests: `spec/bessel.md`.

use super::{
    arguments::{Answer, Given, NUM, require, settle},
    registry::{Function, Gives, Kernel, function},
};
use crate::eval::vector::Cell;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

/// Orders that are computed, and the numbers up to which the recurrence is used.
const MOST: f64 = 20_000.0;
/// Below, the first term is the value.
const TINY: f64 = 1e-8;
const EULER: f64 = 0.577_215_664_901_532_9;
const HUGE: f64 = 1e250;

/// Name, signature, what it does in Chinese and English, example.
type Doc = [&'static str; 5];

const fn line(doc: Doc, kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, (2, 2), Gives::Number, Kernel::Strict(kernel))
}

/// Looked up by name in the registry.
#[rustfmt::skip]
pub(crate) const FAMILY: &[Function] = &[
    line(["BESSELI", "BESSELI(数, 阶)", "修正贝塞尔函数 I", "The modified Bessel function I", "BESSELI(1.5,1)"], |a| at(a, false, of_i)),
    line(["BESSELJ", "BESSELJ(数, 阶)", "贝塞尔函数 J", "The Bessel function J", "BESSELJ(1.9,2)"], |a| at(a, false, of_j)),
    line(["BESSELK", "BESSELK(数, 阶)", "修正贝塞尔函数 K", "The modified Bessel function K", "BESSELK(1.5,1)"], |a| at(a, true, of_k)),
    line(["BESSELY", "BESSELY(数, 阶)", "贝塞尔函数 Y", "The Bessel function Y", "BESSELY(2.5,1)"], |a| at(a, true, of_y)),
];

/// Of the number without its sign, which an odd order gives back.
fn at(args: &[Cell], is_positive: bool, of: fn(f64, usize) -> Answer) -> Cell {
    let given = Given(args);
    settle(given.amount(0).and_then(|x| {
        let order = given.amount(1)?.trunc();
        require((0.0..=MOST).contains(&order) && (x > 0.0 || !is_positive))?;
        let value = of(x.abs(), order as usize)?;
        Ok(match x < 0.0 && order % 2.0 == 1.0 {
            true => -value,
            false => value,
        })
    }))
}

/// `(x/2)^n / n!`
fn first_term(x: f64, n: usize) -> f64 {
    let mut term = 1.0;
    for k in 1..=n {
        term *= x / 2.0 / k as f64;
        if term == 0.0 {
            break;
        }
    }
    term
}

/// The values of all orders from 0 to beyond `n`, up to a factor; `sign` is -1 for J, 1 for I.
fn ladder(x: f64, n: usize, sign: f64) -> Vec<f64> {
    let top = x.max(n as f64);
    let length = (top + 15.0 * top.cbrt() + 40.0) as usize;
    let mut values = vec![0.0; length + 2];
    values[length] = 1e-250;
    for k in (0..length).rev() {
        let value = 2.0 * (k + 1) as f64 / x * values[k + 1] + sign * values[k + 2];
        values[k] = value;
        if value.abs() > HUGE {
            for larger in &mut values[k..] {
                *larger /= HUGE;
            }
        }
    }
    values
}

/// J of all orders: these with even order make 1.
fn all_j(x: f64, n: usize) -> Vec<f64> {
    let mut values = ladder(x, n, -1.0);
    let even: f64 = values.iter().skip(2).step_by(2).sum();
    let whole = values[0] + 2.0 * even;
    values.iter_mut().for_each(|value| *value /= whole);
    values
}

/// J and Y of order 0 or 1 of a large number, by Hankel's expansion.
fn of_large(x: f64, n: usize) -> (f64, f64) {
    let square = 4.0 * (n * n) as f64;
    let (mut p, mut q, mut term) = (1.0, 0.0, 1.0);
    for k in 1..8_i32 {
        let odd = f64::from(2 * k - 1);
        term *= (square - odd * odd) / (f64::from(k) * 8.0 * x);
        match k % 4 {
            1 => q += term,
            2 => p -= term,
            3 => q -= term,
            _ => p += term,
        }
    }
    let angle = x - n as f64 * FRAC_PI_2 - FRAC_PI_4;
    let size = (2.0 / (PI * x)).sqrt();
    let (sin, cos) = angle.sin_cos();
    (size * (p * cos - q * sin), size * (p * sin + q * cos))
}

/// From orders 0 and 1 upwards.
fn upwards(x: f64, n: usize, sign: f64, first: f64, second: f64) -> f64 {
    let (mut below, mut value) = (first, second);
    if n == 0 {
        return first;
    }
    for k in 1..n {
        (below, value) = (value, 2.0 * k as f64 / x * value + sign * below);
        if !value.is_finite() {
            break;
        }
    }
    value
}

fn of_j(x: f64, n: usize) -> Answer {
    Ok(match () {
        () if x < TINY => first_term(x, n),
        () if x <= MOST => all_j(x, n)[n],
        () => upwards(x, n, -1.0, of_large(x, 0).0, of_large(x, 1).0),
    })
}

fn of_i(x: f64, n: usize) -> Answer {
    if x < TINY {
        return Ok(first_term(x, n));
    }
    // Larger ones are beyond what a number holds.
    require(x < 750.0)?;
    let values = ladder(x, n, 1.0);
    let whole = values[0] + 2.0 * values[1..].iter().sum::<f64>();
    // In two halves: the exponential alone may be too large.
    let half = (x / 2.0).exp();
    Ok(values[n] / whole * half * half)
}

fn of_y(x: f64, n: usize) -> Answer {
    let log = (x / 2.0).ln() + EULER;
    let (first, second) = match () {
        () if x < TINY => (log / FRAC_PI_2, -2.0 / (PI * x)),
        () if x <= MOST => {
            let j = all_j(x, 1);
            let (mut first, mut second) = (0.0, 0.0);
            for k in 1..j.len() / 2 {
                let (order, sign) = (k as f64, if k % 2 == 0 { 1.0 } else { -1.0 });
                first += sign * j[2 * k] / order;
                second += sign * j[2 * k + 1] * (2.0 * order + 1.0) / (order * (order + 1.0));
            }
            (
                (log * j[0] - 2.0 * first) / FRAC_PI_2,
                ((log - 1.0) * j[1] - second - j[0] / x) / FRAC_PI_2,
            )
        }
        () => (of_large(x, 0).1, of_large(x, 1).1),
    };
    match upwards(x, n, -1.0, first, second) {
        value if value.is_finite() => Ok(value),
        _ => Err(NUM),
    }
}

/// The integral over t of `exp(-x cosh t) cosh nt`, whose trapezoidal sums converge quickly.
fn of_k(x: f64, n: usize) -> Answer {
    const STEP: f64 = 0.0625;
    // Where x is large the integrand is narrow.
    let step = STEP / (1.0 + x / 8.0).sqrt();
    let (mut first, mut second) = (0.5, 0.5);
    for k in 1..20_000 {
        let t = f64::from(k) * step;
        // x (cosh t - 1), without cancellation
        let depth = 2.0 * x * (t / 2.0).sinh().powi(2);
        if depth > 745.0 {
            break;
        }
        let weight = (-depth).exp();
        first += weight;
        second += weight * t.cosh();
    }
    let scale = step * (-x).exp();
    let value = upwards(x, n, 1.0, first, second) * scale;
    match value.is_finite() {
        true => Ok(value),
        false => Err(NUM),
    }
}
