//! Dates: the day numbers of [`table::field::date`], of which each is one real day. Excel's own differ before
//! 1900-03-01, see `spec/dates.md`.

use super::{
    arguments::{Given, NUM},
    date_text::{self, Moment, day_of},
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce::{number, text},
    eval::{VALUE, vector::Cell},
};
use table::field::date::{LAST_DAY, civil, clock, day_number, days_in_month};

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
            Strict(|a| settle(date(a))),
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
            Strict(|a| part(a, |d| d.0)),
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
            Strict(|a| part(a, |d| i64::from(d.1))),
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
            Strict(|a| part(a, |d| i64::from(d.2))),
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
            Strict(|a| settle(days(a))),
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
            Strict(|a| of_day(a, |t| t.0)),
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
            Strict(|a| of_day(a, |t| t.1)),
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
            Strict(|a| of_day(a, |t| t.2)),
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
            Strict(|a| written(a, |moment| moment.day.unwrap_or(0.0))),
        ),
        function(
            [
                "TIMEVALUE",
                "TIMEVALUE(文本)",
                "文本变时间（一天的几分之几）",
                "A text as a time, as a part of a day",
                "TIMEVALUE(\"2:24 AM\")",
            ],
            (1, 1),
            Gives::Number,
            Strict(|a| written(a, |moment| moment.time.unwrap_or(0.0).rem_euclid(1.0))),
        ),
        function(
            [
                "DATEDIF",
                "DATEDIF(开始, 结束, 单位)",
                "两天之间的整年 Y、整月 M、天数 D；不算整年的月 YM、不算整月的天 MD、不算整年的天 YD",
                "Whole years Y, months M or days D between two dates; YM, MD, YD without whole years or months",
                "DATEDIF(DATE(2026,1,1),DATE(2026,3,1),\"M\")",
            ],
            (3, 3),
            Gives::Number,
            Strict(|a| settle(date_dif(a))),
        ),
    ]
};

fn date(args: &[Cell]) -> Step {
    let part = |at: usize| number(&args[at]).map(|x| x.floor().clamp(-1e6, 1e6) as i64);
    let (year, month, day) = (part(0)?, part(1)?, part(2)?);
    let year = match (0..1900).contains(&year) {
        true => year + 1900,
        false => year,
    };
    let first = first_of(year * 12 + month - 1)?;
    in_range(first + (day - 1) as f64).map(Cell::Number)
}

/// The first day of a month that is counted from January of the year 0.
fn first_of(month: i64) -> Result<f64, Cell> {
    day_number(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1).ok_or(NUM)
}

/// As in Excel, days before 0 cannot be computed with, although a date field may hold them.
fn in_range(number: f64) -> Result<f64, Cell> {
    match (0.0..LAST_DAY + 1.0).contains(&number) {
        true => Ok(number),
        false => Err(NUM),
    }
}

fn part(args: &[Cell], f: fn((i64, u32, u32)) -> i64) -> Cell {
    settle(day(&args[0]).map(|x| Cell::Number(f(civil(x)) as f64)))
}

type Step = Result<Cell, Cell>;

fn settle(step: Step) -> Cell {
    step.unwrap_or_else(|stuck| stuck)
}

fn day(cell: &Cell) -> Result<f64, Cell> {
    day_of(cell).and_then(in_range)
}

fn days(args: &[Cell]) -> Step {
    let (end, start) = (day(&args[0])?, day(&args[1])?);
    Ok(Cell::Number(end.floor() - start.floor()))
}

/// The same day `months` later, cut to the end of a shorter month; or that month's last day.
fn months_later(args: &[Cell], to_end: bool) -> Step {
    let (year, month, day) = civil(Given(args).day(0)?);
    let months = Given(args).amount(1)?.trunc().clamp(-1e6, 1e6) as i64;
    let first = first_of(year * 12 + i64::from(month) - 1 + months)?;
    let (year, month, _) = civil(first);
    let last = days_in_month(year, month);
    let day = if to_end { last } else { day.min(last) };
    in_range(first + f64::from(day - 1)).map(Cell::Number)
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
        _ => return Err(NUM),
    };
    Ok(Cell::Number(
        ((since_saturday - first).rem_euclid(7) + base) as f64,
    ))
}

/// A part of the time of day.
fn of_day(args: &[Cell], part: fn((u32, u32, u32)) -> u32) -> Cell {
    settle(day(&args[0]).map(|x| Cell::Number(f64::from(part(clock(x))))))
}

fn time(args: &[Cell]) -> Step {
    let mut seconds = 0.0;
    for (arg, unit) in args.iter().zip([3600.0, 60.0, 1.0]) {
        let part = number(arg)?.trunc();
        if part > 32_767.0 {
            return Err(NUM);
        }
        seconds += part * unit;
    }
    match seconds < 0.0 {
        true => Err(NUM),
        false => Ok(Cell::Number(seconds % 86_400.0 / 86_400.0)),
    }
}

/// DATEVALUE and TIMEVALUE: only texts are read, numbers are not.
fn written(args: &[Cell], part: fn(Moment) -> f64) -> Cell {
    let found = match &args[0] {
        Cell::Text(text) => date_text::read(text),
        _ => None,
    };
    found.map_or(VALUE, |moment| Cell::Number(part(moment)))
}

fn date_dif(args: &[Cell]) -> Step {
    let (from, to) = (day(&args[0])?.floor(), day(&args[1])?.floor());
    let unit = text(&args[2])?.to_ascii_uppercase();
    if from > to {
        return Err(NUM);
    }
    let ((y1, m1, d1), (y2, m2, d2)) = (civil(from), civil(to));
    let months = (y2 - y1) * 12 + i64::from(m2) - i64::from(m1) - i64::from(d2 < d1);
    let n = match unit.as_str() {
        "Y" => months.div_euclid(12) as f64,
        "M" => months as f64,
        "D" => to - from,
        "YM" => months.rem_euclid(12) as f64,
        // From the start's day of the month, last seen before the end. A day that its month does not have runs into
        // the next month, so the result can be below zero; Excel's is so too, and its manual warns of it.
        "MD" if d2 >= d1 => f64::from(d2 - d1),
        "MD" => to - first_of(y2 * 12 + i64::from(m2) - 2)? - f64::from(d1 - 1),
        // To the end's day of the year, next seen after the start.
        "YD" => {
            let year = y1 + i64::from((m2, d2) < (m1, d1));
            first_of(year * 12 + i64::from(m2) - 1)? + f64::from(d2 - 1) - from
        }
        _ => return Err(NUM),
    };
    Ok(Cell::Number(n))
}
