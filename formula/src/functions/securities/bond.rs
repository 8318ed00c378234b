//! Bonds that pay a coupon: price, yield, duration.
//!
//! Law: YIELD is the yield at which PRICE gives the price. Tests: `spec/securities.md`.

use super::coupons::Coupons;
use crate::functions::arguments::{Answer, Given, NUM, require};

/// Per 100 of face value, without the interest that accrued.
fn price_at(coupons: &Coupons, rate: f64, per_year_yield: f64, redemption: f64) -> f64 {
    let per_year = coupons.frequency.per_year;
    let coupon = 100.0 * rate / per_year;
    let growth = 1.0 + per_year_yield / per_year;
    let left = coupons.left();
    let accrued = coupon * (1.0 - left);
    if coupons.n <= 1.0 {
        return (redemption + coupon) / (1.0 + left * per_year_yield / per_year) - accrued;
    }
    let first = growth.powf(-left);
    first * (coupon * discounts(growth, coupons.n) + redemption * growth.powf(1.0 - coupons.n))
        - accrued
}

/// 1 + 1/g + … over n terms.
fn discounts(growth: f64, n: f64) -> f64 {
    match (growth - 1.0).abs() < 1e-4 {
        true => (0..n as u32).rev().fold(0.0, |sum, _| sum / growth + 1.0),
        false => (1.0 - growth.powf(-n)) / (1.0 - 1.0 / growth),
    }
}

pub(super) fn price(given: Given) -> Answer {
    let coupons = Coupons::read(given, 5)?;
    let (rate, per_year, redemption) = (given.amount(2)?, given.amount(3)?, given.amount(4)?);
    require(rate >= 0.0 && per_year >= 0.0 && redemption > 0.0)?;
    Ok(price_at(&coupons, rate, per_year, redemption))
}

pub(super) fn yield_of(given: Given) -> Answer {
    let coupons = Coupons::read(given, 5)?;
    let (rate, price, redemption) = (given.amount(2)?, given.amount(3)?, given.amount(4)?);
    require(rate >= 0.0 && price > 0.0 && redemption > 0.0)?;
    let per_year = coupons.frequency.per_year;
    if coupons.n <= 1.0 {
        let coupon = rate / per_year;
        let paid = price / 100.0 + (1.0 - coupons.left()) * coupon;
        return Ok((redemption / 100.0 + coupon - paid) / paid * per_year / coupons.left());
    }
    falling_zero(
        |guess| price_at(&coupons, rate, guess, redemption) - price,
        -per_year,
        0.05,
    )
}

/// Where a falling function of a yield is 0, to the last digit (or 1e-17).
pub(super) fn falling_zero(f: impl Fn(f64) -> f64, lowest: f64, guess: f64) -> Answer {
    let (mut low, mut high) = (lowest, guess);
    let mut n_wider = 0;
    while f(high) > 0.0 {
        require(n_wider < 60)?;
        (low, high) = (high, high * 2.0 + 1.0);
        n_wider += 1;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high || high - low < 1e-17 {
            return if middle.is_finite() {
                Ok(high)
            } else {
                Err(NUM)
            };
        }
        // Next to the lowest yield the price overflows.
        let value = f(middle);
        match value > 0.0 || value.is_nan() {
            true => low = middle,
            false => high = middle,
        }
    }
}

/// Macaulay's duration in years.
pub(super) fn duration(given: Given, is_modified: bool) -> Answer {
    let coupons = Coupons::read(given, 4)?;
    let (rate, per_year_yield) = (given.amount(2)?, given.amount(3)?);
    require(rate >= 0.0 && per_year_yield >= 0.0)?;
    let per_year = coupons.frequency.per_year;
    let growth = 1.0 + per_year_yield / per_year;
    let coupon = 100.0 * rate / per_year;
    let (mut weighted, mut sum) = (0.0, 0.0);
    for n in 0..coupons.n as u32 {
        let time = f64::from(n) + coupons.left();
        let is_last = f64::from(n) + 1.0 >= coupons.n;
        let paid = if is_last { coupon + 100.0 } else { coupon };
        let now = paid * growth.powf(-time);
        weighted += now * time;
        sum += now;
    }
    let years = weighted / sum / per_year;
    Ok(if is_modified { years / growth } else { years })
}
