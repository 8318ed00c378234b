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
        function(
            [
                "EDATE",
                "EDATE(日期, 月数)",
                "几个月以后的同一天",
                "The same day some months later",
                "EDATE(DATE(2026,1,31),1)",
            ],
            (2, 2),
            Gives::Date,
            Strict(|a| settle(months_later(a, false))),
        ),
        function(
            [
                "EOMONTH",
                "EOMONTH(日期, 月数)",
                "几个月以后的月底",
                "The last day of the month, some months later",
                "EOMONTH(DATE(2026,1,31),1)",
            ],
            (2, 2),
            Gives::Date,
            Strict(|a| settle(months_later(a, true))),
        ),
        function(
            [
                "WEEKDAY",
                "WEEKDAY(日期, [从哪天算起])",
                "星期几的序号",
                "The number of the day of the week",
                "WEEKDAY(DATE(2026,11,22),2)",
            ],
            (1, 2),
            Gives::Number,
            Strict(|a| settle(weekday(a))),
        ),
        function(
            [
                "HOUR",
                "HOUR(时间)",
                "小时",
                "The hour",
                "HOUR(TIME(9,30,0))",
            ],
            (1, 1),
            Gives::Number,
            Strict(|a| of_day(a, |s| s / 3600)),
        ),
        function(
            [
                "MINUTE",
                "MINUTE(时间)",
                "分钟",
                "The minute",
                "MINUTE(TIME(9,30,0))",
            ],
            (1, 1),
            Gives::Number,
            Strict(|a| of_day(a, |s| s / 60 % 60)),
        ),
        function(
            [
                "SECOND",
                "SECOND(时间)",
                "秒",
                "The second",
                "SECOND(TIME(9,30,5))",
            ],
            (1, 1),
            Gives::Number,
            Strict(|a| of_day(a, |s| s % 60)),
        ),
        function(
            [
                "TIME",
                "TIME(时, 分, 秒)",
                "由时分秒得到时间（一天的几分之几）",
                "A time from its parts, as a part of a day",
                "TIME(12,0,0)",
            ],
            (3, 3),
            Gives::Number,
            Strict(|a| settle(time(a))),
        ),
        function(
            [
                "DATEVALUE",
                "DATEVALUE(文本)",
                "文本变日期",
                "A text as a date",
                "DATEVALUE(\"2026-11-22\")",
            ],
            (1, 1),
            Gives::Date,
            Strict(date_value),
        ),
        function(
            [
                "DATEDIF",
                "DATEDIF(开始, 结束, 单位)",
                "两天之间的整年 Y、整月 M 或天数 D",
                "Whole years, months or days between two dates",
                "DATEDIF(DATE(2026,1,1),DATE(2026,3,1),\"M\")",
            ],
            (3, 3),
            Gives::Number,
            Strict(|a| settle(date_dif(a))),
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

type Step = Result<Cell, Cell>;

fn settle(step: Step) -> Cell {
    step.unwrap_or_else(|stuck| stuck)
}

fn day(cell: &Cell) -> Result<f64, Cell> {
    number(cell).and_then(in_range)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let (next_year, next) = match month {
        12 => (year + 1, 1),
        _ => (year, month + 1),
    };
    (serial(next_year, next, 1) - serial(year, month, 1)) as i64
}

/// The same day `months` later, cut to the end of a shorter month; or that month's last day.
fn months_later(args: &[Cell], to_end: bool) -> Step {
    let (year, month, day) = civil(day(&args[0])?);
    let months = number(&args[1])?.trunc().clamp(-1e6, 1e6) as i64;
    let at = year * 12 + month - 1 + months;
    let (year, month) = (at.div_euclid(12), at.rem_euclid(12) + 1);
    if !(1900..=9999).contains(&year) {
        return Err(Cell::Error(CellError::Num));
    }
    let last = days_in_month(year, month);
    let day = if to_end { last } else { day.min(last) };
    in_range(serial(year, month, day)).map(Cell::Number)
}

fn weekday(args: &[Cell]) -> Step {
    let day = day(&args[0])?.floor() as i64;
    let kind = args.get(1).map(number).transpose()?.unwrap_or(1.0).trunc() as i64;
    // Day 1 of the 1900 system counts as a Sunday: 0 is Saturday here.
    let since_saturday = day.rem_euclid(7);
    let (first, base) = match kind {
        1 | 17 => (1, 1),
        2 | 11 => (2, 1),
        3 => (2, 0),
        12..=16 => (kind - 9, 1),
        _ => return Err(Cell::Error(CellError::Num)),
    };
    Ok(Cell::Number(
        ((since_saturday - first).rem_euclid(7) + base) as f64,
    ))
}

/// A part of the time of day, from its seconds.
fn of_day(args: &[Cell], part: fn(i64) -> i64) -> Cell {
    settle(day(&args[0]).map(|x| {
        let seconds = (x.fract() * 86_400.0).round() as i64 % 86_400;
        Cell::Number(part(seconds) as f64)
    }))
}

fn time(args: &[Cell]) -> Step {
    let mut seconds = 0.0;
    for (arg, unit) in args.iter().zip([3600.0, 60.0, 1.0]) {
        let part = number(arg)?.trunc();
        if part > 32_767.0 {
            return Err(Cell::Error(CellError::Num));
        }
        seconds += part * unit;
    }
    match seconds < 0.0 {
        true => Err(Cell::Error(CellError::Num)),
        false => Ok(Cell::Number(seconds % 86_400.0 / 86_400.0)),
    }
}

fn date_value(args: &[Cell]) -> Cell {
    let found = match &args[0] {
        Cell::Text(text) => parse_date(text.trim()),
        _ => None,
    };
    found.map_or(Cell::Error(CellError::Value), Cell::Number)
}

fn date_dif(args: &[Cell]) -> Step {
    let (from, to) = (day(&args[0])?.floor(), day(&args[1])?.floor());
    let unit = crate::check::coerce::text(&args[2])?.to_ascii_uppercase();
    if from > to {
        return Err(Cell::Error(CellError::Num));
    }
    let ((y1, m1, d1), (y2, m2, d2)) = (civil(from), civil(to));
    let months = (y2 - y1) * 12 + m2 - m1 - i64::from(d2 < d1);
    let n = match unit.as_str() {
        "Y" => months.div_euclid(12),
        "M" => months,
        "D" => (to - from) as i64,
        "YM" => months.rem_euclid(12),
        _ => return Err(Cell::Error(CellError::Num)),
    };
    Ok(Cell::Number(n as f64))
}
