//! Dates and date-times: day numbers of Excel's 1900 system, read in the notations that shops use.
//!
//! Day 25569 is 1970-01-01. Excel's own error (a 29 February 1900) is not kept: before 1900-03-01 our
//! numbers are one more than Excel's, so that every number is one real day.

use crate::value::{CellState, CellValue};

/// The first and last day that can be entered: 0001-01-01 and 9999-12-31.
pub const FIRST_DAY: f64 = -693_593.0;
pub const LAST_DAY: f64 = 2_958_465.0;

/// The day number of a date of the Gregorian calendar; `None` if there is no such date.
pub fn day_number(year: i64, month: u32, day: u32) -> Option<f64> {
    if !(1..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || day == 0
        || day > days_in_month(year, month)
    {
        return None;
    }
    // Howard Hinnant's days_from_civil.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let shifted = i64::from((month + 9) % 12);
    let doy = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    Some((era * 146_097 + doe - 719_468 + 25_569) as f64)
}

/// Year, month and day of a day number; the time of day is ignored.
pub fn civil(day: f64) -> (i64, u32, u32) {
    let z = day.floor() as i64 - 25_569 + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Hours, minutes and seconds of the fraction, rounded to the second.
pub fn clock(day: f64) -> (u32, u32, u32) {
    let seconds = ((day - day.floor()) * 86_400.0).round() as u32 % 86_400;
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Rounds to whole seconds, so that 23:59:59.7 does not show yesterday's date with today's time.
pub fn to_seconds(day: f64) -> f64 {
    (day * 86_400.0).round() / 86_400.0
}

pub fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// `2026-11-22`.
pub fn date_text(day: f64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-11-22 09:30`, with seconds where they are not zero.
pub fn date_time_text(day: f64) -> String {
    let day = to_seconds(day);
    let (hour, minute, second) = clock(day);
    let date = date_text(day);
    match second {
        0 => format!("{date} {hour:02}:{minute:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    }
}

pub(super) fn parse(input: &str, keep_time: bool) -> Option<CellState> {
    let day = read(input)?;
    let day = if keep_time { day } else { day.floor() };
    Some(CellValue::Date(day).into())
}

/// A date, with or without a time: `2025-10-30`, `2025/10/30`, `2025.10.30`, `20251030`, `2025年10月30日`,
/// `25.10.30`, `30/10/2025` (only where the day can be told), each with an optional `14:30[:05]`.
pub fn read(input: &str) -> Option<f64> {
    let input = input.trim();
    // Every notation begins with a digit; most texts do not, and need no closer look.
    if !input.starts_with(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c)) {
        return None;
    }
    let text = super::number::half_width(input);
    let (date, time) = split_time(&text);
    let day = read_date(date)?;
    let fraction = match time {
        Some(time) => read_time(time)?,
        None => 0.0,
    };
    Some(day + fraction)
}

fn split_time(text: &str) -> (&str, Option<&str>) {
    let cut = text.find(['T', ' ']).filter(|_| text.contains(':'));
    match cut {
        Some(at) => (text[..at].trim(), Some(text[at + 1..].trim())),
        None => (text, None),
    }
}

fn read_date(text: &str) -> Option<f64> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return plausible(
            text[..4].parse().ok()?,
            text[4..6].parse().ok()?,
            text[6..].parse().ok()?,
        );
    }
    let chinese = text.contains('年');
    let text = text.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = text
        .split(['-', '/', '.', '年', '月'])
        .map(str::trim)
        .collect();
    let [a, b, c] = parts[..] else { return None };
    let digits = |part: &str| {
        !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if ![a, b, c].into_iter().all(digits) {
        return None;
    }
    let (x, y, z): (i64, i64, i64) = (a.parse().ok()?, b.parse().ok()?, c.parse().ok()?);
    if a.len() == 4 {
        return plausible(x, y as u32, z as u32);
    }
    if c.len() == 4 {
        // Day and month can only be told apart where one of them is above 12.
        return match (x > 12, y > 12) {
            (true, false) => plausible(z, y as u32, x as u32),
            (false, true) => plausible(z, x as u32, y as u32),
            _ if x == y => plausible(z, x as u32, y as u32),
            _ => None,
        };
    }
    (a.len() == 2 && (chinese || text.contains(['.', '-', '/'])))
        .then(|| plausible(2000 + x, y as u32, z as u32))?
}

fn plausible(year: i64, month: u32, day: u32) -> Option<f64> {
    if !(1900..=2199).contains(&year) {
        return None;
    }
    day_number(year, month, day)
}

fn read_time(text: &str) -> Option<f64> {
    let text = text.trim_end_matches('Z');
    let mut parts = text.split(':');
    let hour: f64 = parts.next()?.parse().ok()?;
    let minute: f64 = parts.next()?.parse().ok()?;
    let second: f64 = parts.next().map_or(Some(0.0), |part| part.parse().ok())?;
    let fits = hour < 24.0 && minute < 60.0 && second < 60.0 && parts.next().is_none();
    fits.then_some((hour * 3600.0 + minute * 60.0 + second) / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_notations_of_the_trade() {
        let day = day_number(2025, 10, 30).map(date_text);
        assert_eq!(day.as_deref(), Some("2025-10-30"));
        for text in [
            "2025-10-30",
            "2025/10/30",
            "2025.10.30",
            "20251030",
            "2025年10月30日",
            "25.10.30",
            "30/10/2025",
            "10/30/2025",
            "２０２５-10-30",
            "2025-10-30 00:00",
            "2025年10月30号",
        ] {
            assert_eq!(
                read(text).map(date_text).as_deref(),
                Some("2025-10-30"),
                "{text}"
            );
        }
        for text in [
            "",
            "10月30日",
            "2025-13-01",
            "2025-02-29",
            "03/04/2025",
            "1234",
            "99999999",
            "abc",
            "1-2",
            "3.5",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(
            read("2026-11-22T09:30:05").map(date_time_text).as_deref(),
            Some("2026-11-22 09:30:05")
        );
    }

    #[test]
    fn day_numbers_agree_with_excel_from_march_1900() {
        assert_eq!(day_number(1900, 3, 1), Some(61.0));
        assert_eq!(day_number(1970, 1, 1), Some(25_569.0));
        assert_eq!(day_number(2026, 11, 22), Some(46_348.0));
        assert_eq!(day_number(1, 1, 1), Some(FIRST_DAY));
        assert_eq!(day_number(9999, 12, 31), Some(LAST_DAY));
        for day in [FIRST_DAY, -1.0, 0.0, 60.0, 25_568.0, 46_348.0, LAST_DAY] {
            let (y, m, d) = civil(day);
            assert_eq!(day_number(y, m, d), Some(day));
        }
    }
}
