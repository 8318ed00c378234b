//! Securities without coupons: sold at a discount, paid with interest at maturity, treasury bills, accrued interest.
//!
//! Tests: `spec/securities.md`.

use super::coupons::{Coupons, Frequency};
use crate::{
    eval::vector::Cell,
    functions::{
        arguments::{Answer, DIV0, Given, require},
        day_count::{
            Basis, Date, days_30_both, days_between, days_in_year, months_later, years_between,
        },
    },
};

/// Two amounts of a security and the part of a year it runs.
struct Held {
    first: f64,
    second: f64,
    years: f64,
}

impl Held {
    /// Settlement, maturity, two amounts above 0, basis.
    fn read(given: Given) -> Result<Held, Cell> {
        let (settlement, maturity) = (given.day(0)?, given.day(1)?);
        let (first, second) = (given.amount(2)?, given.amount(3)?);
        let basis = Basis::of(given.amount_or(4, 0.0)?)?;
        require(settlement < maturity && first > 0.0 && second > 0.0)?;
        let years = years_between(settlement, maturity, basis);
        Ok(Held {
            first,
            second,
            years,
        })
    }
}

pub(super) fn disc(given: Given) -> Answer {
    let Held {
        first: price,
        second: redemption,
        years,
    } = Held::read(given)?;
    Ok((1.0 - price / redemption) / years)
}

/// INTRATE and YIELDDISC: what is gained, by what was paid.
pub(super) fn gain(given: Given) -> Answer {
    let Held {
        first: paid,
        second: redemption,
        years,
    } = Held::read(given)?;
    Ok((redemption - paid) / paid / years)
}

pub(super) fn received(given: Given) -> Answer {
    let Held {
        first: investment,
        second: discount,
        years,
    } = Held::read(given)?;
    require(discount * years < 1.0)?;
    Ok(investment / (1.0 - discount * years))
}

pub(super) fn price_disc(given: Given) -> Answer {
    let Held {
        first: discount,
        second: redemption,
        years,
    } = Held::read(given)?;
    Ok(redemption * (1.0 - discount * years))
}

/// A security that pays its interest at maturity.
struct AtMaturity {
    rate: f64,
    /// Price or yield.
    given: f64,
    /// Years from the issue to the maturity and to the settlement, and from there to the maturity.
    whole: f64,
    held: f64,
    left: f64,
}

impl AtMaturity {
    fn read(given: Given) -> Result<AtMaturity, Cell> {
        let (settlement, maturity, issue) = (given.day(0)?, given.day(1)?, given.day(2)?);
        let (rate, price_or_yield) = (given.amount(3)?, given.amount(4)?);
        let basis = Basis::of(given.amount_or(5, 0.0)?)?;
        require(settlement < maturity && issue <= settlement && rate >= 0.0)?;
        // One year for all three: that of issue and settlement.
        let year = days_in_year(issue, settlement, basis);
        let (whole, held) = (
            days_between(issue, maturity, basis),
            days_between(issue, settlement, basis),
        );
        Ok(AtMaturity {
            rate,
            given: price_or_yield,
            whole: whole / year,
            held: held / year,
            left: (whole - held) / year,
        })
    }
}

pub(super) fn price_mat(given: Given) -> Answer {
    let bond = AtMaturity::read(given)?;
    require(bond.given >= 0.0)?;
    Ok(100.0
        * ((1.0 + bond.whole * bond.rate) / (1.0 + bond.left * bond.given) - bond.held * bond.rate))
}

pub(super) fn yield_mat(given: Given) -> Answer {
    let bond = AtMaturity::read(given)?;
    require(bond.given > 0.0)?;
    let paid = bond.given / 100.0 + bond.held * bond.rate;
    Ok((1.0 + bond.whole * bond.rate - paid) / paid / bond.left)
}

/// Days of a treasury bill, and its discount or price.
fn bill(given: Given) -> Result<(f64, f64), Cell> {
    let (settlement, maturity, amount) = (given.day(0)?, given.day(1)?, given.amount(2)?);
    require(
        settlement <= maturity && maturity <= months_later(settlement, 12, false)? && amount > 0.0,
    )?;
    Ok((maturity - settlement, amount))
}

pub(super) fn bill_equivalent(given: Given) -> Answer {
    let (days, discount) = bill(given)?;
    // Up to half a year by simple interest, then with one coupon in between.
    if days <= 182.0 {
        return Ok(365.0 * discount / (360.0 - discount * days));
    }
    let price = 1.0 - discount * days / 360.0;
    let years = days / if days == 366.0 { 366.0 } else { 365.0 };
    let root = years * years - (2.0 * years - 1.0) * (1.0 - 1.0 / price);
    require(price > 0.0 && root >= 0.0)?;
    Ok(2.0 * (root.sqrt() - years) / (2.0 * years - 1.0))
}

pub(super) fn bill_price(given: Given) -> Answer {
    let (days, discount) = bill(given)?;
    let price = 100.0 * (1.0 - discount * days / 360.0);
    require(price >= 0.0)?;
    Ok(price)
}

pub(super) fn bill_yield(given: Given) -> Answer {
    let (days, price) = bill(given)?;
    Ok((100.0 - price) / price * 360.0 / days)
}

/// Dollars as a whole number and a fraction, `1.02` for 1 2/16.
pub(super) fn dollars(given: Given, to_decimal: bool) -> Answer {
    let (price, fraction) = (given.amount(0)?, given.amount(1)?.trunc());
    require(fraction >= 0.0)?;
    if fraction < 1.0 {
        return Err(DIV0);
    }
    let digits = 10f64.powf(fraction.log10().ceil());
    let whole = price.trunc();
    let ratio = if to_decimal {
        digits / fraction
    } else {
        fraction / digits
    };
    Ok(whole + (price - whole) * ratio)
}

pub(super) fn accrued_at_maturity(given: Given) -> Answer {
    let (issue, settlement) = (given.day(0)?, given.day(1)?);
    let (rate, par) = (given.amount(2)?, given.amount_or(3, 1000.0)?);
    let basis = Basis::of(given.amount_or(4, 0.0)?)?;
    require(issue < settlement && rate > 0.0 && par > 0.0)?;
    Ok(par * rate * years_between(issue, settlement, basis))
}

/// ACCRINT: the parts of coupon periods between issue and settlement.
pub(super) fn accrued(given: Given) -> Answer {
    let (issue, first, settlement) = (given.day(0)?, given.day(1)?, given.day(2)?);
    let (rate, par) = (given.amount(3)?, given.amount(4)?);
    let frequency = Frequency::of(given.amount(5)?)?;
    let basis = Basis::of(given.amount_or(6, 0.0)?)?;
    let from_issue = given.truth_or(7, true)?;
    require(issue < settlement && rate > 0.0 && par > 0.0)?;
    let periods = Accrual {
        issue,
        first,
        settlement,
        frequency,
        basis,
        from_issue,
    };
    Ok(par * rate / frequency.per_year * periods.count()?)
}

struct Accrual {
    issue: f64,
    first: f64,
    settlement: f64,
    frequency: Frequency,
    basis: Basis,
    from_issue: bool,
}

impl Accrual {
    /// The coupon date some periods after the first one.
    fn coupon(&self, n: i64) -> Answer {
        let to_end = Date::of(self.first).is_month_end();
        months_later(self.first, n * self.frequency.months, to_end)
    }

    fn count(&self) -> Answer {
        let mut n = -1;
        if self.settlement > self.first && self.from_issue {
            let (from, to) = (Date::of(self.first), Date::of(self.settlement));
            let apart = (to.year - from.year) * 12 + to.month - from.month;
            n = apart / self.frequency.months + 1;
            while self.coupon(n)? >= self.settlement {
                n -= 1;
            }
        }
        let mut start = self.coupon(n)?;
        let regular = Coupons {
            settlement: self.coupon(-1)?,
            frequency: self.frequency,
            basis: self.basis,
            previous: self.coupon(-1)?,
            next: self.first,
            n: 1.0,
        };
        let days = days_between(start.max(self.issue), self.settlement, self.basis);
        let mut sum = days / regular.length();
        while start > self.issue {
            n -= 1;
            let end = start;
            start = self.coupon(n)?;
            sum += match self.issue <= start {
                true => f64::from(u8::from(self.from_issue)),
                false => days_between(self.issue, end, self.basis) / self.length(start, end),
            };
        }
        Ok(sum)
    }

    /// Days of the period in which the security was issued.
    fn length(&self, start: f64, end: f64) -> f64 {
        match self.basis {
            Basis::Us30 => days_30_both(start, end),
            Basis::Actual365 => 365.0 / self.frequency.per_year,
            Basis::Actual360 => days_between(start, end, Basis::Us30),
            basis => days_between(start, end, basis),
        }
    }
}
