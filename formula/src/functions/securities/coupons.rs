//! Coupon dates of a bond: counted back from its maturity.
//!
//! Main type: [`Coupons`]. Law: where the maturity is the last day of a month, all coupon dates are. Tests:
//! `spec/securities.md`.

use crate::{
    eval::vector::Cell,
    functions::{
        arguments::{Answer, Given, NUM, in_days, require},
        day_count::{Basis, Date, days_30_both, days_between, months_later},
    },
};

/// How often a year interest is paid.
#[derive(Clone, Copy)]
pub(super) struct Frequency {
    pub(super) per_year: f64,
    pub(super) months: i64,
}

impl Frequency {
    pub(super) fn of(number: f64) -> Result<Frequency, Cell> {
        let per_year = number.trunc();
        match per_year as i64 {
            months @ (1 | 2 | 4) => Ok(Frequency {
                per_year,
                months: 12 / months,
            }),
            _ => Err(NUM),
        }
    }
}

/// The coupon period that a settlement falls into.
#[derive(Clone, Copy)]
pub(super) struct Coupons {
    pub(super) settlement: f64,
    pub(super) frequency: Frequency,
    pub(super) basis: Basis,
    /// The coupon date on or before the settlement.
    pub(super) previous: f64,
    /// The coupon date after it.
    pub(super) next: f64,
    /// Coupons still to be paid.
    pub(super) n: f64,
}

impl Coupons {
    /// Settlement and maturity are the first two arguments; frequency and basis stand where the function has them.
    pub(super) fn read(given: Given, frequency: usize) -> Result<Coupons, Cell> {
        let (settlement, maturity) = (given.day(0)?, given.day(1)?);
        let basis = Basis::of(given.amount_or(frequency + 1, 0.0)?)?;
        let frequency = Frequency::of(given.amount(frequency)?)?;
        require(settlement < maturity)?;
        Coupons::around(settlement, maturity, frequency, basis)
    }

    /// The period of coupons counted back from `last`, which lies after the settlement.
    pub(super) fn around(
        settlement: f64,
        last: f64,
        frequency: Frequency,
        basis: Basis,
    ) -> Result<Coupons, Cell> {
        let (from, to) = (Date::of(settlement), Date::of(last));
        let to_end = to.is_month_end();
        let coupon = |n: i64| months_later(last, -n * frequency.months, to_end);
        let apart = (to.year - from.year) * 12 + to.month - from.month;
        let mut n = (apart / frequency.months - 1).max(1);
        while coupon(n)? > settlement {
            n += 1;
        }
        Ok(Coupons {
            settlement,
            frequency,
            basis,
            previous: coupon(n)?,
            next: coupon(n - 1)?,
            n: n as f64,
        })
    }

    /// Days of the coupon period.
    pub(super) fn length(&self) -> f64 {
        match self.basis {
            Basis::Actual => self.next - self.previous,
            Basis::Actual365 => 365.0 / self.frequency.per_year,
            _ => 360.0 / self.frequency.per_year,
        }
    }

    /// Days from the beginning of the period to the settlement.
    pub(super) fn accrued(&self) -> f64 {
        days_between(self.previous, self.settlement, self.basis)
    }

    /// Days from the settlement to the next coupon.
    fn until_next(&self) -> f64 {
        match self.basis {
            Basis::Us30 => days_30_both(self.previous, self.next) - self.accrued(),
            basis => days_between(self.settlement, self.next, basis),
        }
    }

    /// The part of the period that is left after the settlement.
    pub(super) fn left(&self) -> f64 {
        (self.length() - self.accrued()) / self.length()
    }
}

/// A kernel of the COUP functions.
pub(super) fn coupon(args: &[Cell], part: fn(&Coupons) -> f64) -> Answer {
    Coupons::read(Given(args), 2).map(|coupons| part(&coupons))
}

pub(super) fn days_before(coupons: &Coupons) -> f64 {
    coupons.accrued()
}

pub(super) fn days_after(coupons: &Coupons) -> f64 {
    coupons.until_next()
}

pub(super) fn previous_date(args: &[Cell]) -> Answer {
    in_days(coupon(args, |coupons| coupons.previous)?)
}
