//! Bonds whose first or last coupon period is longer or shorter than the others.
//!
//! Law: a yield is the yield at which the price function gives the price. Tests: `spec/securities.md`.

use super::{
    bond::falling_zero,
    coupons::{Coupons, Frequency},
};
use crate::{
    eval::vector::Cell,
    functions::{
        arguments::{Answer, Given, require},
        day_count::{Basis, Date, days_30_both, days_between, months_later},
    },
};

fn days(start: f64, end: f64, basis: Basis) -> f64 {
    days_between(start, end, basis).max(0.0)
}

/// A bond with an odd first period.
struct OddFirst {
    settlement: f64,
    maturity: f64,
    issue: f64,
    first: f64,
    rate: f64,
    redemption: f64,
    frequency: Frequency,
    basis: Basis,
    /// Days of the coupon period around the settlement.
    length: f64,
}

impl OddFirst {
    fn read(given: Given) -> Result<(OddFirst, f64), Cell> {
        let (settlement, maturity) = (given.day(0)?, given.day(1)?);
        let (issue, first) = (given.day(2)?, given.day(3)?);
        let (rate, price_or_yield, redemption) =
            (given.amount(4)?, given.amount(5)?, given.amount(6)?);
        let frequency = Frequency::of(given.amount(7)?)?;
        let basis = Basis::of(given.amount_or(8, 0.0)?)?;
        require(issue < settlement && settlement < first && first < maturity)?;
        require(rate >= 0.0 && redemption > 0.0)?;
        let length = Coupons::around(settlement, first, frequency, basis)?.length();
        let bond = OddFirst {
            settlement,
            maturity,
            issue,
            first,
            rate,
            redemption,
            frequency,
            basis,
            length,
        };
        Ok((bond, price_or_yield))
    }

    fn days(&self, start: f64, end: f64) -> f64 {
        days(start, end, self.basis)
    }

    fn price(&self, yield_per_year: f64) -> Answer {
        let per_year = self.frequency.per_year;
        let growth = 1.0 + yield_per_year / per_year;
        match self.days(self.issue, self.first) < self.length {
            true => self.price_of_short(growth),
            false => self.price_of_long(growth),
        }
    }

    fn price_of_short(&self, growth: f64) -> Answer {
        let coupon = 100.0 * self.rate / self.frequency.per_year;
        let n = Coupons::around(self.settlement, self.maturity, self.frequency, self.basis)?.n;
        let left = self.days(self.settlement, self.first) / self.length;
        let first = coupon * self.days(self.issue, self.first) / self.length * growth.powf(-left);
        let rest = (2..=n as u32).map(|at| coupon * growth.powf(1.0 - f64::from(at) - left));
        let accrued = coupon * self.days(self.issue, self.settlement) / self.length;
        Ok(self.redemption * growth.powf(1.0 - n - left) + first + rest.sum::<f64>() - accrued)
    }

    fn price_of_long(&self, growth: f64) -> Answer {
        let coupon = 100.0 * self.rate / self.frequency.per_year;
        let (whole, accrued) = self.periods()?;
        let around = Coupons::around(self.settlement, self.first, self.frequency, self.basis)?;
        let left = match self.basis {
            Basis::Actual360 | Basis::Actual365 => self.days(self.settlement, around.next),
            _ => self.length - around.accrued(),
        } / self.length;
        let waits = self.n_between()? + left;
        let n = Coupons::around(self.first, self.maturity, self.frequency, self.basis)?.n;
        let rest = (1..=n as u32).map(|at| coupon * growth.powf(-f64::from(at) - waits));
        let paid = self.redemption * growth.powf(-waits - n) + coupon * whole * growth.powf(-waits);
        Ok(paid + rest.sum::<f64>() - coupon * accrued)
    }

    /// The first period in coupon periods: all of it, and what is over at the settlement.
    fn periods(&self) -> Result<(f64, f64), Cell> {
        let n = Coupons::around(self.issue, self.first, self.frequency, self.basis)?.n as i64;
        let (mut whole, mut accrued) = (0.0, 0.0);
        for at in (1..=n).rev() {
            let back = n - at;
            let late = months_later(self.first, -back * self.frequency.months, false)?;
            let early = months_later(self.first, -(back + 1) * self.frequency.months, false)?;
            let length = match self.basis {
                Basis::Actual => self.days(early, late),
                _ => self.length,
            };
            let held = if at > 1 {
                length
            } else {
                self.days(self.issue, late)
            };
            whole += held / length;
            accrued += self.days(self.issue.max(early), self.settlement.min(late)) / length;
        }
        Ok((whole, accrued))
    }

    /// Whole coupon periods between the settlement and the first coupon.
    fn n_between(&self) -> Answer {
        let (first, settled) = (Date::of(self.first), Date::of(self.settlement));
        let to_end = match first.is_month_end() || first.month == 2 || first.day <= 28 {
            true => first.is_month_end(),
            false => settled.is_month_end(),
        };
        let start = months_later(self.settlement, 0, to_end)?;
        let mut n = if self.settlement < start { 1.0 } else { 0.0 };
        let mut at = 1;
        while months_later(start, at * self.frequency.months, to_end)? < self.first {
            n += 1.0;
            at += 1;
        }
        Ok(n)
    }
}

pub(super) fn first_price(given: Given) -> Answer {
    let (bond, yield_per_year) = OddFirst::read(given)?;
    require(yield_per_year >= 0.0)?;
    // Excel asks for it, although its documentation does not: coupon dates lead from the first one to the maturity.
    let to_end = Date::of(bond.maturity).is_month_end();
    let (from, to) = (Date::of(bond.first), Date::of(bond.maturity));
    let apart = (to.year - from.year) * 12 + to.month - from.month;
    require(
        apart % bond.frequency.months == 0
            && months_later(bond.maturity, -apart, to_end)? == bond.first,
    )?;
    bond.price(yield_per_year)
}

pub(super) fn first_yield(given: Given) -> Answer {
    let (bond, price) = OddFirst::read(given)?;
    require(price > 0.0)?;
    let at = |guess: f64| bond.price(guess).unwrap_or(f64::NAN) - price;
    falling_zero(at, -bond.frequency.per_year, 0.05)
}

/// A bond with an odd last period, in coupon periods.
struct OddLast {
    rate: f64,
    /// Price or yield.
    given: f64,
    redemption: f64,
    per_year: f64,
    whole: f64,
    accrued: f64,
    left: f64,
}

impl OddLast {
    fn read(given: Given) -> Result<OddLast, Cell> {
        let (settlement, maturity, last) = (given.day(0)?, given.day(1)?, given.day(2)?);
        let (rate, price_or_yield, redemption) =
            (given.amount(3)?, given.amount(4)?, given.amount(5)?);
        let frequency = Frequency::of(given.amount(6)?)?;
        let basis = Basis::of(given.amount_or(7, 0.0)?)?;
        require(last < settlement && settlement < maturity && rate >= 0.0 && redemption > 0.0)?;
        let whole_days = |start: f64, end: f64| match basis {
            Basis::Us30 => days_30_both(start, end).max(0.0),
            _ => days(start, end, basis),
        };
        let n = Coupons::around(last, maturity, frequency, basis)?.n as i64;
        let (mut whole, mut accrued, mut left) = (0.0, 0.0, 0.0);
        for at in 1..=n {
            let early = months_later(last, (at - 1) * frequency.months, false)?;
            let late = months_later(last, at * frequency.months, false)?;
            let length = whole_days(early, late);
            let held = if at < n {
                length
            } else {
                whole_days(early, maturity)
            };
            whole += held / length;
            accrued += match () {
                () if late < settlement => held,
                () if early < settlement => days(early, settlement, basis),
                () => 0.0,
            } / length;
            left += days(settlement.max(early), maturity.min(late), basis) / length;
        }
        let per_year = frequency.per_year;
        Ok(OddLast {
            rate,
            given: price_or_yield,
            redemption,
            per_year,
            whole,
            accrued,
            left,
        })
    }

    fn coupon(&self) -> f64 {
        100.0 * self.rate / self.per_year
    }
}

pub(super) fn last_price(given: Given) -> Answer {
    let bond = OddLast::read(given)?;
    require(bond.given >= 0.0)?;
    let end = bond.redemption + bond.whole * bond.coupon();
    Ok(end / (1.0 + bond.left * bond.given / bond.per_year) - bond.accrued * bond.coupon())
}

pub(super) fn last_yield(given: Given) -> Answer {
    let bond = OddLast::read(given)?;
    require(bond.given > 0.0)?;
    let end = bond.redemption + bond.whole * bond.coupon();
    let paid = bond.given + bond.accrued * bond.coupon();
    Ok((end - paid) / paid * bond.per_year / bond.left)
}
