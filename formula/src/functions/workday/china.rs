//! China's public holidays and make-up working days (调休), 2015 to 2026.
//!
//! Source: 国务院办公厅关于2015年 … 2026年部分节假日安排的通知, one a year, and the three notices that changed a year later:
//! 2015-09-03 (抗战胜利70周年纪念日), 2019-05-01 (劳动节调整) and 2020-01-26 (延长春节假期). All are published on www.gov.cn.
//!
//! Law: outside the years of the table the answer is `#N/A`, never a count that only knows weekends. A new notice is one
//! more [`Year`]. Tests: below, and `spec/working-days.md`.

use super::{first_with, monday_is_0};
use crate::{
    eval::vector::Cell,
    functions::arguments::{Answer, in_days},
};
use std::sync::OnceLock;
use table::{field::date::day_number, value::CellError};

const UNKNOWN: Cell = Cell::Error(CellError::Na);

/// Month and day.
type Day = (u32, u32);

/// What the notices of a year say, but for plain weekends.
struct Year {
    year: i64,
    /// Days off, from and to.
    off: &'static [(Day, Day)],
    /// Saturdays and Sundays on which people work.
    work: &'static [Day],
}

const YEARS: &[Year] = &[
    Year {
        year: 2015,
        off: &[
            ((1, 1), (1, 3)),
            ((2, 18), (2, 24)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 3)),
            ((6, 20), (6, 22)),
            ((9, 3), (9, 5)),
            ((9, 26), (9, 27)),
            ((10, 1), (10, 7)),
        ],
        work: &[(1, 4), (2, 15), (2, 28), (9, 6), (10, 10)],
    },
    Year {
        year: 2016,
        off: &[
            ((1, 1), (1, 3)),
            ((2, 7), (2, 13)),
            ((4, 2), (4, 4)),
            ((4, 30), (5, 2)),
            ((6, 9), (6, 11)),
            ((9, 15), (9, 17)),
            ((10, 1), (10, 7)),
        ],
        work: &[(2, 6), (2, 14), (6, 12), (9, 18), (10, 8), (10, 9)],
    },
    Year {
        year: 2017,
        off: &[
            ((1, 1), (1, 2)),
            ((1, 27), (2, 2)),
            ((4, 2), (4, 4)),
            ((4, 29), (5, 1)),
            ((5, 28), (5, 30)),
            ((10, 1), (10, 8)),
        ],
        work: &[(1, 22), (2, 4), (4, 1), (5, 27), (9, 30)],
    },
    Year {
        year: 2018,
        off: &[
            ((1, 1), (1, 1)),
            ((2, 15), (2, 21)),
            ((4, 5), (4, 7)),
            ((4, 29), (5, 1)),
            ((6, 16), (6, 18)),
            ((9, 22), (9, 24)),
            ((10, 1), (10, 7)),
            ((12, 30), (12, 31)),
        ],
        work: &[
            (2, 11),
            (2, 24),
            (4, 8),
            (4, 28),
            (9, 29),
            (9, 30),
            (12, 29),
        ],
    },
    Year {
        year: 2019,
        off: &[
            ((1, 1), (1, 1)),
            ((2, 4), (2, 10)),
            ((4, 5), (4, 7)),
            ((5, 1), (5, 4)),
            ((6, 7), (6, 9)),
            ((9, 13), (9, 15)),
            ((10, 1), (10, 7)),
        ],
        work: &[(2, 2), (2, 3), (4, 28), (5, 5), (9, 29), (10, 12)],
    },
    Year {
        year: 2020,
        off: &[
            ((1, 1), (1, 1)),
            ((1, 24), (2, 2)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 25), (6, 27)),
            ((10, 1), (10, 8)),
        ],
        work: &[(1, 19), (4, 26), (5, 9), (6, 28), (9, 27), (10, 10)],
    },
    Year {
        year: 2021,
        off: &[
            ((1, 1), (1, 3)),
            ((2, 11), (2, 17)),
            ((4, 3), (4, 5)),
            ((5, 1), (5, 5)),
            ((6, 12), (6, 14)),
            ((9, 19), (9, 21)),
            ((10, 1), (10, 7)),
        ],
        work: &[(2, 7), (2, 20), (4, 25), (5, 8), (9, 18), (9, 26), (10, 9)],
    },
    Year {
        year: 2022,
        off: &[
            ((1, 1), (1, 3)),
            ((1, 31), (2, 6)),
            ((4, 3), (4, 5)),
            ((4, 30), (5, 4)),
            ((6, 3), (6, 5)),
            ((9, 10), (9, 12)),
            ((10, 1), (10, 7)),
            ((12, 31), (12, 31)),
        ],
        work: &[(1, 29), (1, 30), (4, 2), (4, 24), (5, 7), (10, 8), (10, 9)],
    },
    Year {
        year: 2023,
        off: &[
            ((1, 1), (1, 2)),
            ((1, 21), (1, 27)),
            ((4, 5), (4, 5)),
            ((4, 29), (5, 3)),
            ((6, 22), (6, 24)),
            ((9, 29), (10, 6)),
            ((12, 30), (12, 31)),
        ],
        work: &[(1, 28), (1, 29), (4, 23), (5, 6), (6, 25), (10, 7), (10, 8)],
    },
    Year {
        year: 2024,
        off: &[
            ((1, 1), (1, 1)),
            ((2, 10), (2, 17)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 8), (6, 10)),
            ((9, 15), (9, 17)),
            ((10, 1), (10, 7)),
        ],
        work: &[
            (2, 4),
            (2, 18),
            (4, 7),
            (4, 28),
            (5, 11),
            (9, 14),
            (9, 29),
            (10, 12),
        ],
    },
    Year {
        year: 2025,
        off: &[
            ((1, 1), (1, 1)),
            ((1, 28), (2, 4)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((5, 31), (6, 2)),
            ((10, 1), (10, 8)),
        ],
        work: &[(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
    },
    Year {
        year: 2026,
        off: &[
            ((1, 1), (1, 3)),
            ((2, 15), (2, 23)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 19), (6, 21)),
            ((9, 25), (9, 27)),
            ((10, 1), (10, 7)),
        ],
        work: &[(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
    },
];

/// All days of the years in the table.
struct Known {
    first: i64,
    /// Working days before each day, and before the day after the last.
    before: Vec<i64>,
}

impl Known {
    fn get() -> &'static Known {
        static KNOWN: OnceLock<Known> = OnceLock::new();
        KNOWN.get_or_init(Known::build)
    }

    fn build() -> Known {
        let (from, to) = match YEARS {
            [first, .., last] => (first.year, last.year),
            _ => (1, 0),
        };
        let first = number(from, (1, 1));
        let n = (number(to, (12, 31)) - first + 1).max(0);
        let mut works: Vec<bool> = (first..first + n).map(|day| monday_is_0(day) < 5).collect();
        for year in YEARS {
            for (start, end) in year.off {
                let days = number(year.year, *start)..=number(year.year, *end);
                days.for_each(|day| works[(day - first) as usize] = false);
            }
            for day in year.work {
                works[(number(year.year, *day) - first) as usize] = true;
            }
        }
        let mut before = vec![0];
        for works in works {
            before.push(before.last().copied().unwrap_or(0) + i64::from(works));
        }
        Known { first, before }
    }

    fn last(&self) -> i64 {
        self.first + self.before.len() as i64 - 2
    }

    fn knows(&self, day: i64) -> bool {
        (self.first..=self.last()).contains(&day)
    }

    /// Up to a day of these years, or the day before the first.
    fn up_to(&self, day: i64) -> i64 {
        self.before[(day + 1 - self.first) as usize]
    }
}

fn number(year: i64, (month, day): Day) -> i64 {
    day_number(year, month, day).unwrap_or(0.0) as i64
}

/// Working days between two days, both included; below 0 where they stand in the other order.
pub(super) fn between(start: i64, end: i64) -> Answer {
    let known = Known::get();
    if !known.knows(start) || !known.knows(end) {
        return Err(UNKNOWN);
    }
    let count = |from: i64, to: i64| (known.up_to(to) - known.up_to(from - 1)) as f64;
    Ok(match start <= end {
        true => count(start, end),
        false => -count(end, start),
    })
}

/// The day that is some working days after (or before) another.
pub(super) fn later(start: i64, days: i64) -> Answer {
    let known = Known::get();
    if !known.knows(start) {
        return Err(UNKNOWN);
    }
    let wanted = match days {
        0 => return in_days(start as f64),
        1.. => known.up_to(start) + days,
        _ => known.up_to(start - 1) + days + 1,
    };
    if wanted < 1 {
        return Err(UNKNOWN);
    }
    first_with(known.first, known.last(), wanted, |day| known.up_to(day)).ok_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::day_count::is_leap;

    /// Make-up days give back what bridges take: a year has its weekdays less the holidays of the law.
    #[test]
    fn every_year_has_the_working_days_of_the_law() {
        for year in YEARS {
            let (start, end) = (number(year.year, (1, 1)), number(year.year, (12, 31)));
            let weekdays = (start..=end).filter(|day| monday_is_0(*day) < 5).count() as f64;
            let holidays = match year.year {
                // The day of victory on a Thursday, once.
                2015 => 12.0,
                // Two days more of Spring Festival in the epidemic.
                2020 => 13.0,
                // One of New Year 2023 was 2022-12-31, a Saturday; the other a Monday.
                2025.. => 13.0,
                _ => 11.0,
            };
            assert_eq!(
                between(start, end),
                Ok(weekdays - holidays),
                "{}",
                year.year
            );
            assert_eq!(end - start + 1, if is_leap(year.year) { 366 } else { 365 });
        }
    }

    #[test]
    fn make_up_days_are_weekends_and_the_years_follow_each_other() {
        for (year, next) in YEARS.iter().zip(&YEARS[1..]) {
            assert_eq!(year.year + 1, next.year);
        }
        for year in YEARS {
            for day in year.work {
                assert!(
                    monday_is_0(number(year.year, *day)) >= 5,
                    "{} {day:?}",
                    year.year
                );
            }
        }
    }
}
