//! Depreciation of what a business owns.
//!
//! Law: the amounts of all periods together never take a value below what remains at the end. Tests: `spec/finance.md`.

use super::{
    arguments::{Answer, DIV0, Given, require, settle},
    day_count::{Basis, Date, days_between, days_in_year},
    registry::{Function, Gives, Kernel, function},
};
use crate::{check::coerce::fifteen, eval::vector::Cell};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict;
    let n = Gives::Number;
    &[
        function(
            [
                "SLN",
                "SLN(原值, 残值, 年限)",
                "直线法折旧",
                "Straight-line depreciation of a period",
                "SLN(30000,7500,10)",
            ],
            (3, 3),
            n,
            Strict(|a| settle(straight(Given(a)))),
        ),
        function(
            [
                "SYD",
                "SYD(原值, 残值, 年限, 第几期)",
                "年数总和法折旧",
                "Depreciation by the sum of years' digits",
                "SYD(30000,7500,10,1)",
            ],
            (4, 4),
            n,
            Strict(|a| settle(sum_of_years(Given(a)))),
        ),
        function(
            [
                "DB",
                "DB(原值, 残值, 年限, 第几期, [首年月数])",
                "固定余额递减法折旧",
                "Depreciation by a fixed rate of the declining balance",
                "DB(1000000,100000,6,1,7)",
            ],
            (4, 5),
            n,
            Strict(|a| settle(fixed_rate(Given(a)))),
        ),
        function(
            [
                "DDB",
                "DDB(原值, 残值, 年限, 第几期, [倍数])",
                "双倍余额递减法折旧",
                "Depreciation by the double-declining balance",
                "DDB(2400,300,10,1,2)",
            ],
            (4, 5),
            n,
            Strict(|a| settle(double_declining(Given(a)))),
        ),
        function(
            [
                "VDB",
                "VDB(原值, 残值, 年限, 从, 到, [倍数], [不转直线])",
                "余额递减法在一段时间里的折旧",
                "Declining-balance depreciation between two points in time",
                "VDB(2400,300,10,0,1)",
            ],
            (5, 7),
            n,
            Strict(|a| settle(variable(Given(a)))),
        ),
        function(
            [
                "AMORLINC",
                "AMORLINC(原值, 购入日, 首期结束日, 残值, 第几期, 折旧率, [日算法])",
                "法国会计的直线折旧",
                "Linear depreciation of French accounting",
                "AMORLINC(2400,39679,39813,300,1,0.15,1)",
            ],
            (6, 7),
            n,
            Strict(|a| settle(french(Given(a)).map(|f| f.linear()))),
        ),
        function(
            [
                "AMORDEGRC",
                "AMORDEGRC(原值, 购入日, 首期结束日, 残值, 第几期, 折旧率, [日算法])",
                "法国会计的递减折旧",
                "Degressive depreciation of French accounting",
                "AMORDEGRC(2400,39679,39813,300,1,0.15,1)",
            ],
            (6, 7),
            n,
            Strict(|a| settle(french(Given(a)).and_then(|f| f.degressive()))),
        ),
    ]
};

/// Periods that VDB goes through one by one.
const MOST_PERIODS: f64 = 100_000.0;

fn straight(given: Given) -> Answer {
    let (cost, salvage, life) = (given.number(0)?, given.number(1)?, given.number(2)?);
    if life == 0.0 {
        return Err(DIV0);
    }
    Ok((cost - salvage) / life)
}

fn sum_of_years(given: Given) -> Answer {
    let (cost, salvage) = (given.number(0)?, given.number(1)?);
    let (life, period) = (given.number(2)?, given.number(3)?);
    require(life > 0.0 && period > 0.0 && period <= life && salvage >= 0.0)?;
    Ok((cost - salvage) * (life - period + 1.0) * 2.0 / (life * (life + 1.0)))
}

fn fixed_rate(given: Given) -> Answer {
    let (cost, salvage) = (given.number(0)?, given.number(1)?);
    let (life, period) = (given.number(2)?, given.number(3)?);
    let month = given.number_or(4, 12.0)?.trunc();
    require(cost >= 0.0 && salvage >= 0.0 && life > 0.0 && period > 0.0)?;
    require((1.0..=12.0).contains(&month))?;
    let last = if month == 12.0 { life } else { life + 1.0 };
    require(period <= last)?;
    if cost == 0.0 {
        return Ok(0.0);
    }
    // Excel rounds the rate to three places.
    let rate = ((1.0 - (salvage / cost).powf(1.0 / life)) * 1000.0).round() / 1000.0;
    let first = cost * rate * month / 12.0;
    let period = period.trunc().max(1.0);
    if period == 1.0 {
        return Ok(first);
    }
    let whole_year = (cost - first) * (1.0 - rate).powf(period - 2.0) * rate;
    Ok(match period > life {
        true => whole_year * (12.0 - month) / 12.0,
        false => whole_year,
    })
}

fn double_declining(given: Given) -> Answer {
    let (cost, salvage) = (given.number(0)?, given.number(1)?);
    let (life, period) = (given.number(2)?, given.number(3)?);
    let factor = given.number_or(4, 2.0)?;
    require(cost >= 0.0 && salvage >= 0.0 && factor > 0.0)?;
    require(life > 0.0 && period > 0.0 && period <= life)?;
    // What lies before the end of the first period is the first period.
    Ok(declining(cost, salvage, life, period.max(1.0), factor))
}

fn declining(cost: f64, salvage: f64, life: f64, period: f64, factor: f64) -> f64 {
    let rate = (factor / life).min(1.0);
    let before = match rate == 1.0 {
        true if period == 1.0 => cost,
        true => 0.0,
        false => cost * (1.0 - rate).powf(period - 1.0),
    };
    let after = cost * (1.0 - rate).powf(period);
    (before - after.max(salvage)).max(0.0)
}

fn variable(given: Given) -> Answer {
    let (cost, salvage, life) = (given.number(0)?, given.number(1)?, given.number(2)?);
    let (start, end) = (given.number(3)?, given.number(4)?);
    let factor = match given.0.get(5) {
        None | Some(Cell::Blank) => 2.0,
        Some(_) => given.number(5)?,
    };
    let stays = given.truth_or(6, false)?;
    require(cost >= 0.0 && salvage >= 0.0 && factor >= 0.0)?;
    require(start >= 0.0 && end >= start && end <= life && life > 0.0)?;
    require(end <= MOST_PERIODS)?;
    let asset = Asset {
        salvage,
        life,
        factor,
    };
    Ok(match stays {
        true => asset.without_switch(cost, start, end),
        false => asset.with_switch(cost, start, end),
    })
}

struct Asset {
    salvage: f64,
    life: f64,
    factor: f64,
}

impl Asset {
    fn without_switch(&self, cost: f64, start: f64, end: f64) -> f64 {
        let mut sum = 0.0;
        let (first, last) = (start.floor() as u32, end.ceil() as u32);
        for period in first + 1..=last {
            let to = f64::from(period);
            let share = end.min(to) - start.max(to - 1.0);
            sum += share * declining(cost, self.salvage, self.life, to, self.factor);
        }
        sum
    }

    /// From the period on where a straight line takes more than the declining balance, the straight line.
    fn with_switch(&self, cost: f64, start: f64, end: f64) -> f64 {
        let (whole_start, whole_end) = (start.floor(), end.ceil());
        let from = |point: f64| cost - self.in_periods(cost, self.life, point);
        let mut parts = 0.0;
        if start > whole_start {
            let left = from(whole_start);
            parts += (start - whole_start) * self.in_periods(left, self.life - whole_start, 1.0);
        }
        if end < whole_end {
            let before = whole_end - 1.0;
            parts += (whole_end - end) * self.in_periods(from(before), self.life - before, 1.0);
        }
        let left = from(whole_start);
        self.in_periods(left, self.life - whole_start, whole_end - whole_start) - parts
    }

    /// Over the first `periods` of an asset that is worth `cost` and has `left` to live.
    fn in_periods(&self, cost: f64, left: f64, periods: f64) -> f64 {
        let mut sum = 0.0;
        let mut remaining = cost - self.salvage;
        let mut line = None;
        for period in 1..=periods.ceil() as u32 {
            let straight = remaining / (left - f64::from(period - 1));
            sum += match line {
                Some(straight) => straight,
                None => {
                    let declined = declining(
                        cost,
                        self.salvage,
                        self.life,
                        f64::from(period),
                        self.factor,
                    );
                    if straight > declined {
                        line = Some(straight);
                        straight
                    } else {
                        remaining -= declined;
                        declined
                    }
                }
            };
        }
        sum
    }
}

/// An asset by the rules of French accounting. What Excel's documentation leaves open is as in the library
/// ExcelFinancialFunctions (fsprojects), which was compared with Excel.
struct French {
    cost: f64,
    salvage: f64,
    period: f64,
    rate: f64,
    /// Years from the purchase to the end of the first period.
    first: f64,
}

fn french(given: Given) -> Result<French, Cell> {
    let (cost, bought, first_end) = (given.amount(0)?, given.day(1)?, given.day(2)?);
    let (salvage, period, rate) = (given.amount(3)?, given.amount(4)?.trunc(), given.amount(5)?);
    let basis = Basis::of(given.amount_or(6, 0.0)?)?;
    require(basis != Basis::Actual360 && bought <= first_end)?;
    require(cost > 0.0 && salvage >= 0.0 && salvage <= cost && period >= 0.0 && rate > 0.0)?;
    let first = first_year(bought, first_end, basis);
    Ok(French {
        cost,
        salvage,
        period,
        rate,
        first,
    })
}

/// By the days of the year of purchase; a 29 February counts as the 28th.
fn first_year(bought: f64, first_end: f64, basis: Basis) -> f64 {
    let is_actual = matches!(basis, Basis::Actual | Basis::Actual365);
    let shift = |day: f64| match Date::of(day) {
        Date {
            month: 2, day: 29, ..
        } if is_actual => day - 1.0,
        _ => day,
    };
    days_between(shift(bought), shift(first_end), basis) / days_in_year(bought, bought, basis)
}

impl French {
    /// Years the asset lives, and the depreciation of the first of them.
    fn start(&self, rate: f64) -> (f64, f64) {
        let years = (1.0 / self.rate).ceil();
        let amount = self.cost * rate * self.first;
        let (years, amount) = match amount == 0.0 {
            true => (years, self.cost * rate),
            false => (years + 1.0, amount),
        };
        (years, amount.min(self.cost - self.salvage))
    }

    fn is_over(&self) -> bool {
        self.cost == self.salvage || self.period > (1.0 / self.rate).ceil()
    }

    fn linear(&self) -> f64 {
        let (_, first) = self.start(self.rate);
        let whole = self.cost * self.rate;
        match () {
            () if self.is_over() => 0.0,
            () if self.period == 0.0 => first,
            () => {
                (self.cost - self.salvage - first - (self.period - 1.0) * whole).clamp(0.0, whole)
            }
        }
    }

    /// Excel's coefficients by the years of life; lives below 3 and between 4 and 5 are `#NUM!`.
    fn degressive(&self) -> Answer {
        let life = 1.0 / self.rate;
        require(life > 3.0 && !(4.0..5.0).contains(&life))?;
        let coefficient = match life.ceil() as u64 {
            ..=4 => 1.5,
            5..=6 => 2.0,
            _ => 2.5,
        };
        let mut rate = self.rate * coefficient;
        let (years, first) = self.start(rate);
        let first = fifteen(first).round();
        if self.is_over() {
            return Ok(0.0);
        }
        if self.period == 0.0 {
            return Ok(first);
        }
        let mut left = self.cost - first;
        let mut amount = 0.0;
        for period in 1..=self.period.min(MOST_PERIODS) as u32 {
            // In the last year but one half of the rest, in the last one the rest.
            let is_last_but_one = years - f64::from(period) == 3.0;
            amount = match () {
                () if left < self.salvage => 0.0,
                () if is_last_but_one => left * 0.5,
                () => left * rate,
            };
            if is_last_but_one {
                rate = 1.0;
            }
            left -= amount;
        }
        Ok(fifteen(amount).round())
    }
}
