//! Working days with weekends and holidays, weeks of a year, parts of years.
//!
//! Main type: [`Calendar`]. Law: days are counted, never walked, so that a million days cost no more than ten. Tests:
//! `spec/working-days.md`.

mod china;

use super::{
    arguments::{Answer, Given, NUM, each_single, in_days, require, settle},
    date_text::day_of,
    day_count::{Basis, days_360_eu, days_360_us, years_between},
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce,
    eval::{VALUE, vector::Cell},
};
use table::field::date::{LAST_DAY, civil, day_number};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Array, Strict};
    let (n, date) = (Gives::Number, Gives::Date);
    &[
        function(
            [
                "WORKDAY",
                "WORKDAY(开始, 天数, [节假日])",
                "几个工作日以后的日期（周六周日不算）",
                "The date some working days later; Saturdays and Sundays are none",
                "WORKDAY(DATE(2008,10,1),151)",
            ],
            (2, 3),
            date,
            Array(|a| {
                each_single(a, 2, |a| {
                    settle(workday(a, Week::SATURDAY_SUNDAY, a.get(2)))
                })
            }),
        ),
        function(
            [
                "WORKDAY.INTL",
                "WORKDAY.INTL(开始, 天数, [周末], [节假日])",
                "几个工作日以后的日期，周末可以自己定：1 是周六周日，11 是只有周日，或写成 \"0000011\"",
                "The date some working days later, with weekends by number or as a text like \"0000011\"",
                "WORKDAY.INTL(DATE(2012,1,1),90,11)",
            ],
            (2, 4),
            date,
            Array(|a| each_single(a, 3, |a| settle(workday_intl(a)))),
        ),
        function(
            [
                "NETWORKDAYS",
                "NETWORKDAYS(开始, 结束, [节假日])",
                "两天之间有几个工作日，头尾都算（周六周日不算）",
                "Working days between two dates, both included; Saturdays and Sundays are none",
                "NETWORKDAYS(DATE(2012,10,1),DATE(2013,3,1))",
            ],
            (2, 3),
            n,
            Array(|a| {
                each_single(a, 2, |a| {
                    settle(network_days(a, Week::SATURDAY_SUNDAY, a.get(2)))
                })
            }),
        ),
        function(
            [
                "NETWORKDAYS.INTL",
                "NETWORKDAYS.INTL(开始, 结束, [周末], [节假日])",
                "两天之间有几个工作日，周末可以自己定：1 是周六周日，11 是只有周日，或写成 \"0000011\"",
                "Working days between two dates, with weekends by number or as a text like \"0000011\"",
                "NETWORKDAYS.INTL(DATE(2006,1,1),DATE(2006,1,31))",
            ],
            (2, 4),
            n,
            Array(|a| each_single(a, 3, |a| settle(network_days_intl(a)))),
        ),
        function(
            [
                "WORKDAY.CN",
                "WORKDAY.CN(开始, 天数)",
                "按国务院放假安排（调休上班也算），几个工作日以后的日期；只知道 2015 到 2026 年，以外是 #N/A",
                "The date some working days later by China's holidays and make-up working days; known for 2015 to 2026, #N/A outside",
                "WORKDAY.CN(DATE(2026,9,30),1)",
            ],
            (2, 2),
            date,
            Strict(|a| settle(workday_cn(Given(a)))),
        ),
        function(
            [
                "NETWORKDAYS.CN",
                "NETWORKDAYS.CN(开始, 结束)",
                "按国务院放假安排（调休上班也算），两天之间有几个工作日，头尾都算；只知道 2015 到 2026 年，以外是 #N/A",
                "Working days between two dates by China's holidays and make-up working days; known for 2015 to 2026, #N/A outside",
                "NETWORKDAYS.CN(DATE(2026,10,1),DATE(2026,10,31))",
            ],
            (2, 2),
            n,
            Strict(|a| settle(network_days_cn(Given(a)))),
        ),
        function(
            [
                "WEEKNUM",
                "WEEKNUM(日期, [从星期几开始])",
                "一年里的第几周",
                "The week of the year",
                "WEEKNUM(DATE(2012,3,9))",
            ],
            (1, 2),
            n,
            Strict(|a| settle(week_number(Given(a)))),
        ),
        function(
            [
                "ISOWEEKNUM",
                "ISOWEEKNUM(日期)",
                "一年里的第几周（国际标准：从星期一开始）",
                "The week of the year by ISO 8601",
                "ISOWEEKNUM(DATE(2012,3,9))",
            ],
            (1, 1),
            n,
            Strict(|a| settle(Given(a).any_day(0).map(iso_week))),
        ),
        function(
            [
                "DAYS360",
                "DAYS360(开始, 结束, [欧洲算法])",
                "每月按 30 天算的天数",
                "Days between two dates in years of 360 days",
                "DAYS360(DATE(2011,1,30),DATE(2011,2,1))",
            ],
            (2, 3),
            n,
            Strict(|a| settle(days_360(Given(a)))),
        ),
        function(
            [
                "YEARFRAC",
                "YEARFRAC(开始, 结束, [日算法])",
                "两天之间是几分之几年",
                "The part of a year between two dates",
                "YEARFRAC(DATE(2012,1,1),DATE(2012,7,30))",
            ],
            (2, 3),
            n,
            Strict(|a| settle(year_fraction(Given(a)))),
        ),
    ]
};

/// Which days of a week are worked on, from Monday on.
#[derive(Clone, Copy)]
struct Week([bool; 7]);

impl Week {
    const SATURDAY_SUNDAY: Week = Week([true, true, true, true, true, false, false]);

    /// Excel's numbers: 1 to 7 are two days, 11 to 17 are one; or seven digits of which 1 is a day off.
    fn read(cell: Option<&Cell>) -> Result<Week, Cell> {
        let number = match cell {
            None | Some(Cell::Blank) => return Ok(Week::SATURDAY_SUNDAY),
            Some(Cell::Text(text)) => return Week::read_digits(text),
            Some(Cell::Bool(_)) => return Err(VALUE),
            Some(other) => coerce::number(other)?.trunc(),
        };
        let mut works = [true; 7];
        match number as i64 {
            first @ 1..=7 => {
                works[(first as usize + 4) % 7] = false;
                works[(first as usize + 5) % 7] = false;
            }
            only @ 11..=17 => works[(only as usize - 5) % 7] = false,
            _ => return Err(NUM),
        }
        Ok(Week(works))
    }

    fn read_digits(text: &str) -> Result<Week, Cell> {
        let mut works = [true; 7];
        if text.len() != 7 {
            return Err(VALUE);
        }
        for (works, digit) in works.iter_mut().zip(text.bytes()) {
            *works = match digit {
                b'0' => true,
                b'1' => false,
                _ => return Err(VALUE),
            };
        }
        Ok(Week(works))
    }

    fn works_on(self, day: i64) -> bool {
        self.0[monday_is_0(day)]
    }

    /// Working days from day 0 up to this one.
    fn up_to(self, day: i64) -> i64 {
        let in_week = self.0.iter().filter(|works| **works).count() as i64;
        let weeks = (day + 1).div_euclid(7);
        let rest = (weeks * 7..=day).filter(|day| self.works_on(*day)).count();
        weeks * in_week + rest as i64
    }
}

fn monday_is_0(day: i64) -> usize {
    // Day 2 of the day numbers is a Monday: 1900-01-01.
    (day - 2).rem_euclid(7) as usize
}

/// Working days of a week without holidays.
struct Calendar {
    week: Week,
    /// Ascending, without those on weekends.
    holidays: Vec<i64>,
}

impl Calendar {
    fn new(week: Week, holidays: Option<&Cell>) -> Result<Calendar, Cell> {
        let cells = match holidays {
            None => &[],
            Some(Cell::Array(range)) => range.cells(),
            Some(single) => std::slice::from_ref(single),
        };
        let mut days = Vec::new();
        for cell in cells {
            let day = match cell {
                Cell::Blank => continue,
                Cell::Bool(_) => return Err(VALUE),
                other => in_days(day_of(other)?.floor())? as i64,
            };
            if week.works_on(day) {
                days.push(day);
            }
        }
        days.sort_unstable();
        days.dedup();
        Ok(Calendar {
            week,
            holidays: days,
        })
    }

    fn up_to(&self, day: i64) -> i64 {
        self.week.up_to(day) - self.holidays.partition_point(|holiday| *holiday <= day) as i64
    }

    /// Both days included; below 0 where they stand in the other order.
    fn between(&self, start: i64, end: i64) -> i64 {
        match start <= end {
            true => self.up_to(end) - self.up_to(start - 1),
            false => -self.between(end, start),
        }
    }

    fn later(&self, start: i64, days: i64) -> Answer {
        let wanted = match days {
            0 => return Ok(start as f64),
            1.. => self.up_to(start) + days,
            _ => self.up_to(start - 1) + days + 1,
        };
        require(wanted >= 1)?;
        first_with(0, LAST_DAY as i64, wanted, |day| self.up_to(day)).ok_or(NUM)
    }
}

/// The first day up to which so many working days are counted.
fn first_with(first: i64, last: i64, wanted: i64, up_to: impl Fn(i64) -> i64) -> Option<f64> {
    if up_to(last) < wanted {
        return None;
    }
    let (mut low, mut high) = (first, last);
    while low < high {
        let middle = low + (high - low) / 2;
        match up_to(middle) < wanted {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Some(low as f64)
}

/// A number of days that a calendar can be asked for.
fn n_days(given: Given, at: usize) -> Result<i64, Cell> {
    Ok(given.amount(at)?.trunc().clamp(-1e8, 1e8) as i64)
}

fn workday(args: &[Cell], week: Week, holidays: Option<&Cell>) -> Answer {
    let given = Given(args);
    let (start, days) = (given.day(0)? as i64, n_days(given, 1)?);
    let calendar = Calendar::new(week, holidays)?;
    calendar.later(start, days)
}

fn workday_intl(args: &[Cell]) -> Answer {
    let week = Week::read(args.get(2))?;
    // Where no day is worked on, none can be found.
    if !week.0.contains(&true) {
        return Err(VALUE);
    }
    workday(args, week, args.get(3))
}

fn network_days(args: &[Cell], week: Week, holidays: Option<&Cell>) -> Answer {
    let given = Given(args);
    let (start, end) = (given.day(0)? as i64, given.day(1)? as i64);
    let calendar = Calendar::new(week, holidays)?;
    Ok(calendar.between(start, end) as f64)
}

fn network_days_intl(args: &[Cell]) -> Answer {
    network_days(args, Week::read(args.get(2))?, args.get(3))
}

fn workday_cn(given: Given) -> Answer {
    let (start, days) = (given.day(0)? as i64, n_days(given, 1)?);
    china::later(start, days)
}

fn network_days_cn(given: Given) -> Answer {
    let (start, end) = (given.day(0)? as i64, given.day(1)? as i64);
    china::between(start, end)
}

fn week_number(given: Given) -> Answer {
    let day = given.day(0)?;
    // The day that weeks begin with; Monday is 0.
    let first = match given.amount_or(1, 1.0)?.trunc() as i64 {
        1 | 17 => 6,
        kind @ (2 | 11..=16) => (kind - 2) % 9,
        21 => return Ok(iso_week(day)),
        _ => return Err(NUM),
    };
    let new_year = day_number(civil(day).0, 1, 1).ok_or(NUM)?;
    let shift = (monday_is_0(new_year as i64) as i64 - first).rem_euclid(7);
    Ok(((day - new_year) as i64 + shift).div_euclid(7) as f64 + 1.0)
}

/// A week belongs to the year of its Thursday.
fn iso_week(day: f64) -> f64 {
    let day = day as i64;
    let thursday = (day - monday_is_0(day) as i64 + 3) as f64;
    let new_year = day_number(civil(thursday).0, 1, 1).unwrap_or(thursday);
    ((thursday - new_year) / 7.0).floor() + 1.0
}

fn days_360(given: Given) -> Answer {
    let (start, end) = (given.any_day(0)?, given.any_day(1)?);
    Ok(match given.truth_or(2, false)? {
        true => days_360_eu(start, end),
        false => days_360_us(start, end),
    })
}

fn year_fraction(given: Given) -> Answer {
    let (start, end) = (given.day(0)?, given.day(1)?);
    let basis = Basis::of(given.amount_or(2, 0.0)?)?;
    Ok(years_between(start, end, basis))
}
