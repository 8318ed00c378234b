//! Dates: day numbers of Excel's 1900 system.

use super::registry::{Function, Gives, Kernel, function};
use crate::{check::coerce::number, eval::vector::Cell};
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict;
    &[
        function(
            ["TODAY", "TODAY()", "今天", "Today", "TODAY()>0"],
            (0, 0),
            Gives::Date,
            Kernel::Today,
        ),
        function(
            ["NOW", "NOW()", "现在", "Now", "NOW()>0"],
            (0, 0),
            Gives::DateTime,
            Kernel::Now,
        ),
        function(
            [
                "DATE",
                "DATE(年, 月, 日)",
                "由年月日得到日期",
                "A date from its parts",
                "DATE(2026,11,22)",
            ],
            (3, 3),
            Gives::Date,
            Strict(date),
        ),
        function(
            [
                "YEAR",
                "YEAR(日期)",
                "年份",
                "The year",
                "YEAR(DATE(2026,11,22))",
            ],
            (1, 1),
            Gives::Number,
            Strict(|a| part(a, |d| d.0 as f64)),
        ),
        function(
            [
                "MONTH",
                "MONTH(日期)",
                "月份",
                "The month",
                "MONTH(DATE(2026,11,22))",
            ],
            (1, 1),
            Gives::Number,
            Strict(|a| part(a, |d| d.1 as f64)),
        ),
        function(
            [
                "DAY",
                "DAY(日期)",
                "日",
                "The day of the month",
                "DAY(DATE(2026,11,22))",
            ],
            (1, 1),
            Gives::Number,
            Strict(|a| part(a, |d| d.2 as f64)),
        ),
        function(
            [
                "DAYS",
                "DAYS(结束, 开始)",
                "相差天数",
                "Days between",
                "DAYS(DATE(2026,1,2),DATE(2026,1,1))",
            ],
            (2, 2),
            Gives::Number,
            Strict(|a| match (number(&a[0]), number(&a[1])) {
                (Ok(x), Ok(y)) => Cell::Number(x.floor() - y.floor()),
                (Err(e), _) | (_, Err(e)) => e,
            }),
        ),
    ]
};

/// Days since 1970-01-01 of the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Excel's day number; 1900 counts as a leap year, as in Excel.
fn serial(year: i64, month: i64, day: i64) -> f64 {
    let n = days_from_civil(year, month, day) + 25_569;
    (if n < 61 { n - 1 } else { n }) as f64
}

fn civil(serial: f64) -> (i64, i64, i64) {
    let n = serial.floor() as i64;
    match n {
        0 => return (1900, 1, 0),
        60 => return (1900, 2, 29),
        _ => {}
    }
    let z = n - 25_569 + i64::from(n < 60) + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (
        yoe + era * 400 + i64::from(month <= 2),
        month,
        doy - (153 * mp + 2) / 5 + 1,
    )
}

/// `2026-11-22` or `2026/11/22`.
pub(crate) fn parse_date(text: &str) -> Option<f64> {
    let mut parts = text.split(['-', '/']);
    let mut next = |digits: std::ops::RangeInclusive<usize>| {
        let part = parts.next()?;
        (digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<i64>().ok())?
    };
    let (year, month, day) = (next(4..=4)?, next(1..=2)?, next(1..=2)?);
    if parts.next().is_some() || year < 1900 || !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    let number = serial(year, month, day);
    (civil(number) == (year, month, day)).then_some(number)
}

fn date(args: &[Cell]) -> Cell {
    let part = |at: usize| number(&args[at]).map(|x| x.floor().clamp(-1e6, 1e6) as i64);
    let (year, month, day) = match (part(0), part(1), part(2)) {
        (Ok(year), Ok(month), Ok(day)) => (year, month, day),
        (Err(e), ..) | (_, Err(e), _) | (.., Err(e)) => return e,
    };
    let year = if (0..1900).contains(&year) {
        year + 1900
    } else {
        year
    } + (month - 1).div_euclid(12);
    let number = serial(year, (month - 1).rem_euclid(12) + 1, 1) + (day - 1) as f64;
    in_range(number).map_or_else(|e| e, Cell::Number)
}

fn in_range(number: f64) -> Result<f64, Cell> {
    match (0.0..2_958_466.0).contains(&number) {
        true => Ok(number),
        false => Err(Cell::Error(CellError::Num)),
    }
}

fn part(args: &[Cell], f: fn((i64, i64, i64)) -> f64) -> Cell {
    number(&args[0])
        .and_then(in_range)
        .map_or_else(|e| e, |x| Cell::Number(f(civil(x))))
}
