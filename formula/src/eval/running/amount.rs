//! Quantities and amounts as whole numbers: quantities and prices in millionths, amounts in hundredths. Everything is
//! rounded half away from zero, once, where it becomes an amount.

use crate::check::coerce::fifteen;

/// Quantities and prices per unit, in millionths, stay below this.
const MOST_MILLIONTHS: f64 = 1e15;
/// Amounts, in hundredths, stay below this.
const MOST_HUNDREDTHS: f64 = 1e14;
/// What an amount may come to in a computation, so that sums of some never overflow.
const MOST: i128 = 1_000_000_000_000_000_000_000_000_000_000;
/// So far from a half, the digits that nobody sees cannot decide.
const CLEAR: f64 = 1e-4;

/// `None`: too large.
pub(crate) fn millionths(x: f64) -> Option<i128> {
    whole(x, 1e6, MOST_MILLIONTHS)
}

pub(crate) fn hundredths(x: f64) -> Option<i128> {
    whole(x, 1e2, MOST_HUNDREDTHS)
}

/// As ROUND does: by the 15 digits that people see.
fn whole(x: f64, scale: f64, most: f64) -> Option<i128> {
    let exact = x.abs() * scale;
    let is_clear = (exact.fract() - 0.5).abs() > CLEAR;
    let scaled = if is_clear { exact } else { fifteen(exact) };
    let whole = scaled.round() as i128;
    (scaled < most).then_some(if x < 0.0 { -whole } else { whole })
}

/// Rounded half away from zero; 0 over 0 is 0.
pub(crate) fn divided(x: i128, by: i128) -> i128 {
    if by == 0 {
        return 0;
    }
    let (size, by_size) = (x.unsigned_abs(), by.unsigned_abs());
    let whole = (size / by_size + u128::from(size % by_size >= by_size.div_ceil(2))) as i128;
    let whole = match (x < 0) == (by < 0) {
        true => whole,
        false => -whole,
    };
    whole.clamp(-MOST, MOST)
}

/// What so many cost at a price per unit, both in millionths.
pub(crate) fn at_price(quantity: i128, price: i128) -> i128 {
    divided(quantity.saturating_mul(price), 10_000_000_000)
}

/// What a part costs of what the whole costs.
pub(crate) fn share(quantity: i128, (amount, of): (i128, i128)) -> i128 {
    divided(quantity.saturating_mul(amount), of)
}

/// Price per unit in millionths.
pub(crate) fn price((amount, of): (i128, i128)) -> i128 {
    divided(amount.saturating_mul(10_000_000_000), of)
}

/// Whether an amount is none that anybody books.
pub(crate) fn is_wild(amount: i128) -> bool {
    amount.unsigned_abs() > MOST_HUNDREDTHS as u128 * 100_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (x, expected) in [(1.005, 101), (2.675, 268), (-1.005, -101), (1.715, 172)] {
            assert_eq!(hundredths(x), Some(expected), "{x}");
        }
        for (x, by, expected) in [
            (5, 2, 3),
            (-5, 2, -3),
            (5, -2, -3),
            (4, 3, 1),
            (7, 0, 0),
            (3, 7, 0),
            (4, 7, 1),
        ] {
            assert_eq!(divided(x, by), expected, "{x}/{by}");
        }
        assert_eq!(at_price(50_000_000, 4_100_000), 20_500);
        assert_eq!(price((160_500, 450_000_000)), 3_566_667);
        assert_eq!(hundredths(1e13), None);
        assert_eq!(millionths(f64::INFINITY), None);
    }
}
