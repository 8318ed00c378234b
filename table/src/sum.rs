//! Sums that a shop owner can check: exact for money, compensated for everything else.
//!
//! Main type: [`Sum`]. Law: while all numbers have at most six decimals and moderate size, the sum is the one of the
//! decimals that people see: ten million times 0.1 is 1,000,000, not 999,999.9998, in whatever order they come.
//! Formulas and footers add with this and nothing else. Tests: here.

/// Whole millionths are told apart from other floats below this size: 9 007 199 254.740992.
const MOST_MILLIONTHS: f64 = 9_007_199_254_740_992.0;
/// Adding and taking it away rounds a number of up to 51 bits to a whole one.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    /// Numbers that are a whole count of millionths.
    millionths: i128,
    /// All others, with what their sum lost in rounding (Neumaier).
    plain: f64,
    lost: f64,
    has_others: bool,
}

impl Sum {
    pub fn of(numbers: &[f64]) -> Sum {
        let mut sum = Sum::default();
        sum.add_all(numbers);
        sum
    }

    /// A sum that is known to be so many millionths.
    pub fn of_millionths(millionths: i64) -> Sum {
        Sum {
            millionths: millionths.into(),
            ..Sum::default()
        }
    }

    pub fn add(&mut self, x: f64) {
        match whole_millionths(x) {
            Some(whole) => self.millionths += i128::from(whole),
            None => self.add_other(x),
        }
    }

    /// As [`Sum::add`] of each, a run at a time: a run of money needs no branch per number.
    pub fn add_all(&mut self, numbers: &[f64]) {
        for run in numbers.chunks(512) {
            // 512 numbers below 2^51 millionths stay below 2^60.
            let (mut whole, mut fits) = (0i64, true);
            for x in run {
                let rounded = (x * 1e6 + ROUNDER) - ROUNDER;
                fits &= rounded / 1e6 == *x && rounded.abs() < 2_251_799_813_685_248.0;
                whole = whole.wrapping_add(rounded as i64);
            }
            if fits {
                self.millionths += i128::from(whole);
            } else {
                run.iter().for_each(|x| self.add(*x));
            }
        }
    }

    /// All that another one has added.
    pub fn join(&mut self, other: &Sum) {
        self.millionths += other.millionths;
        if other.has_others {
            self.add_other(other.plain);
            self.lost += other.lost;
        }
    }

    fn add_other(&mut self, x: f64) {
        let sum = self.plain + x;
        self.lost += match self.plain.abs() >= x.abs() {
            true => (self.plain - sum) + x,
            false => (x - sum) + self.plain,
        };
        self.plain = sum;
        self.has_others = true;
    }

    pub fn value(&self) -> f64 {
        let exact = self.millionths as f64 / 1e6;
        if !self.has_others {
            return exact;
        }
        // An infinity has lost something that is no number.
        if !self.plain.is_finite() {
            return self.plain;
        }
        let mut all = *self;
        all.add_other(exact);
        all.plain + all.lost
    }

    /// The mean, divided after the exact sum.
    pub fn mean(&self, n: u64) -> f64 {
        self.value() / n as f64
    }
}

fn whole_millionths(x: f64) -> Option<i64> {
    let scaled = (x * 1e6).round();
    (scaled.abs() < MOST_MILLIONTHS && scaled / 1e6 == x).then_some(scaled as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::iter::repeat_n;

    fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
        let numbers: Vec<f64> = numbers.into_iter().collect();
        let mut one_by_one = Sum::default();
        numbers.iter().for_each(|x| one_by_one.add(*x));
        let at_once = Sum::of(&numbers).value();
        let single = one_by_one.value();
        assert!(at_once == single || at_once.is_nan() && single.is_nan());
        let (some, more) = numbers.split_at(numbers.len() / 3);
        let mut joined = Sum::of(some);
        joined.join(&Sum::of(more));
        let joined = joined.value();
        let near = (joined - single).abs() <= single.abs() * 1e-15;
        assert!(joined == single || near || joined.is_nan() && single.is_nan());
        at_once
    }

    #[test]
    fn money_adds_up_exactly() {
        assert_eq!(sum(repeat_n(0.1, 10_000_000)), 1_000_000.0);
        // Prices of 0.01 to 99.99, over and over: the sum of the cents, and their mean.
        let cents = |n: u64| (0..n).map(|at| (at * 7919 % 9_999 + 1) as f64 / 100.0);
        let n = 1_000_000;
        let exact: u64 = (0..n).map(|at| at * 7919 % 9_999 + 1).sum();
        assert_eq!(sum(cents(n)), exact as f64 / 100.0);
        assert_eq!(
            Sum::of(&cents(n).collect::<Vec<_>>()).mean(n),
            exact as f64 / 100.0 / n as f64
        );
        assert_eq!(sum([0.1, 0.2, -0.3]), 0.0);
        assert_eq!(sum([]), 0.0);
    }

    #[test]
    fn other_numbers_lose_nothing_that_a_float_can_hold() {
        assert_eq!(sum([1e20, 1.0, -1e20]), 1.0);
        assert_eq!(sum([1e20, 0.1, 0.2, -1e20]), 0.3);
        let thirds = sum(repeat_n(1.0 / 3.0, 3));
        assert!((thirds - 1.0).abs() < 1e-15);
        assert_eq!(sum([9e9, 9e9, 0.000001]), 18_000_000_000.000_001);
        assert_eq!(sum([f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(sum([f64::NAN]).is_nan());
    }
}
