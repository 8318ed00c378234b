//! How days and years are counted in finance: 30/360, actual, and Excel's mixtures of them.
//!
//! Main types: [`Basis`], [`Date`]. Law: [`years_between`] is Excel's YEARFRAC to the last digit, as David A. Wheeler
//! found it out ("YEARFRAC Incompatible across applications", 2008). Tests: `spec/working-days.md`.

use super::arguments::{Answer, NUM};
use crate::eval::vector::Cell;
use table::field::date::{civil, day_number, days_in_month};

/// Excel's number for a way of counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// 0: months of 30 days, the rule of the NASD.
    Us30,
    /// 1
    Actual,
    /// 2
    Actual360,
    /// 3
    Actual365,
    /// 4: months of 30 days, the European rule.
    Eu30,
}

impl Basis {
    pub(crate) fn of(number: f64) -> Result<Basis, Cell> {
        Ok(match number.trunc() as i64 {
            0 => Basis::Us30,
            1 => Basis::Actual,
            2 => Basis::Actual360,
            3 => Basis::Actual365,
            4 => Basis::Eu30,
            _ => return Err(NUM),
        })
    }
}

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

impl Date {
    pub(crate) fn of(number: f64) -> Date {
        let (year, month, day) = civil(number);
        Date {
            year,
            month: i64::from(month),
            day: i64::from(day),
        }
    }

    pub(crate) fn is_month_end(self) -> bool {
        self.day == i64::from(days_in_month(self.year, self.month as u32))
    }

    fn is_february_end(self) -> bool {
        self.month == 2 && self.is_month_end()
    }

    fn in_30_360(self, day: i64) -> i64 {
        self.year * 360 + self.month * 30 + day
    }
}

pub(crate) fn is_leap(year: i64) -> bool {
    days_in_month(year, 2) == 29
}

/// Days of DAYS360 by the method of the NASD, as Excel has it: a February's end counts as a 30th only at the start.
pub(crate) fn days_360_us(start: f64, end: f64) -> f64 {
    let (from, to) = (Date::of(start), Date::of(end));
    let first = match from.day == 31 || from.is_february_end() {
        true => 30,
        false => from.day,
    };
    let last = if to.day == 31 && first >= 30 {
        30
    } else {
        to.day
    };
    (to.in_30_360(last) - from.in_30_360(first)) as f64
}

pub(crate) fn days_360_eu(start: f64, end: f64) -> f64 {
    let (from, to) = (Date::of(start), Date::of(end));
    (to.in_30_360(to.day.min(30)) - from.in_30_360(from.day.min(30))) as f64
}

/// Days between two days of a security.
pub(crate) fn days_between(start: f64, end: f64, basis: Basis) -> f64 {
    match basis {
        Basis::Us30 => days_30_us(Date::of(start), Date::of(end)),
        Basis::Eu30 => days_360_eu(start, end),
        _ => end - start,
    }
}

/// Days of the year that such days are parts of.
pub(crate) fn days_in_year(start: f64, end: f64, basis: Basis) -> f64 {
    match basis {
        Basis::Us30 | Basis::Actual360 | Basis::Eu30 => 360.0,
        Basis::Actual365 => 365.0,
        Basis::Actual => mean_year(start, end),
    }
}

/// The part of a year between two days, whichever comes first.
pub(crate) fn years_between(start: f64, end: f64, basis: Basis) -> f64 {
    let (start, end) = (start.min(end), start.max(end));
    days_between(start, end, basis) / days_in_year(start, end, basis)
}

/// Days between two coupon dates in 30/360: the ends of months count as the 30th on both sides.
pub(crate) fn days_30_both(start: f64, end: f64) -> f64 {
    let of = |date: Date| {
        date.in_30_360(if date.is_february_end() {
            30
        } else {
            date.day.min(30)
        })
    };
    (of(Date::of(end)) - of(Date::of(start))) as f64
}

/// The same day some months later (or earlier), cut to the end of a shorter month; or that month's last day.
pub(crate) fn months_later(day: f64, months: i64, to_end: bool) -> Answer {
    let date = Date::of(day);
    let month = date.year * 12 + date.month - 1 + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) as u32 + 1);
    let last = days_in_month(year, month);
    let day = if to_end {
        last
    } else {
        last.min(date.day as u32)
    };
    day_number(year, month, day).ok_or(NUM)
}

/// 30/360 as YEARFRAC and the securities have it; [`days_360_us`] differs at the ends of February.
fn days_30_us(from: Date, to: Date) -> f64 {
    let (first, last) = match () {
        () if from.day == 31 => (30, to.day.min(30)),
        () if from.day == 30 => (30, to.day.min(30)),
        () if from.is_february_end() && to.is_february_end() => (30, 30),
        () if from.is_february_end() => (30, to.day),
        () => (from.day, to.day),
    };
    (to.in_30_360(last) - from.in_30_360(first)) as f64
}

/// Days of a year where both days are within one, else the mean of all years they touch.
fn mean_year(start: f64, end: f64) -> f64 {
    let (from, to) = (Date::of(start), Date::of(end));
    let within_one = from.year == to.year
        || from.year + 1 == to.year && (from.month, from.day) >= (to.month, to.day);
    if within_one {
        let leap = match from.year == to.year {
            true => is_leap(from.year),
            false => {
                is_leap(from.year) && from.month <= 2
                    || is_leap(to.year) && (to.month, to.day) >= (2, 29)
            }
        };
        return if leap { 366.0 } else { 365.0 };
    }
    let first = day_number(from.year, 1, 1).unwrap_or(start);
    let last = day_number(to.year, 12, 31).unwrap_or(end);
    (last + 1.0 - first) / (to.year - from.year + 1) as f64
}
