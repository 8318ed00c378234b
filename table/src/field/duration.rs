//! Durations: lengths of time, stored as seconds with at most three decimals, so that sums are exact.
//!
//! Read as `1:30` (hours and minutes, as Excel does), `1:30:05`, `1小时30分`, `90min`, `1.5h`, `2天`. A bare number is
//! minutes, or seconds in a field that shows seconds. Law: `parse(edit_text(x))` is x; formulas see seconds.

use super::{decimal, number};
use crate::value::{CellState, CellValue};

/// The longest duration, in seconds: about 31,000 years.
const MOST_SECONDS: f64 = 1e12;

pub(super) fn parse(input: &str, shows_seconds: bool) -> Option<CellState> {
    let seconds = read(input, if shows_seconds { 1.0 } else { 60.0 })?;
    Some(CellValue::Number(seconds).into())
}

/// Seconds; a bare number counts `bare_unit` seconds.
fn read(input: &str, bare_unit: f64) -> Option<f64> {
    let folded = number::half_width(input);
    let text = folded.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest.trim_start()),
        None => (1.0, text),
    };
    let seconds = if rest.contains([':', '：']) {
        clock(rest)?
    } else {
        match number::read(rest) {
            Some(read) if !read.percent && read.currency.is_none() => read.value * bare_unit,
            _ => in_words(rest)?,
        }
    };
    let rounded = to_ms(sign * seconds);
    (rounded.abs() <= MOST_SECONDS).then_some(rounded)
}

fn to_ms(seconds: f64) -> f64 {
    decimal::round(seconds, 3)
}

/// `h:mm`, `h:mm:ss`, `h:mm:ss.fff`.
fn clock(text: &str) -> Option<f64> {
    let mut parts = text.split([':', '：']);
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let seconds = parts.next();
    let whole = |part: &str| -> Option<f64> {
        let is_digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| is_digits)
    };
    let (hours, minutes) = (whole(hours.trim())?, whole(minutes.trim())?);
    let seconds: f64 = match seconds {
        None => 0.0,
        Some(part) => {
            let digits = |byte: u8| byte.is_ascii_digit() || byte == b'.';
            part.parse().ok().filter(|_| part.bytes().all(digits))?
        }
    };
    let fits = minutes < 60.0 && seconds < 60.0 && parts.next().is_none();
    fits.then_some(hours * 3600.0 + minutes * 60.0 + seconds)
}

const UNITS: [(&str, f64); 22] = [
    ("天", 86_400.0),
    ("days", 86_400.0),
    ("day", 86_400.0),
    ("d", 86_400.0),
    ("个小时", 3600.0),
    ("小时", 3600.0),
    ("时", 3600.0),
    ("hours", 3600.0),
    ("hour", 3600.0),
    ("hrs", 3600.0),
    ("hr", 3600.0),
    ("h", 3600.0),
    ("分钟", 60.0),
    ("分", 60.0),
    ("minutes", 60.0),
    ("minute", 60.0),
    ("mins", 60.0),
    ("min", 60.0),
    ("m", 60.0),
    ("秒", 1.0),
    ("sec", 1.0),
    ("s", 1.0),
];

/// `1小时30分`, `2 days 3h`: numbers with units, the larger unit first.
fn in_words(text: &str) -> Option<f64> {
    let lower = text.to_lowercase();
    let (mut rest, mut total, mut last_unit) = (lower.trim(), 0.0, f64::INFINITY);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount: f64 = rest[..end].parse().ok()?;
        let after = rest[end..].trim_start();
        let (name, unit) = UNITS.iter().find(|(name, _)| after.starts_with(name))?;
        let tail = &after[name.len()..];
        if *unit >= last_unit || tail.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        total += amount * unit;
        last_unit = *unit;
        rest = tail.trim_start();
    }
    last_unit.is_finite().then_some(total)
}

/// `36:05` or `36:05:09`; without seconds they are rounded to the minute.
pub(super) fn display(seconds: f64, shows_seconds: bool) -> String {
    match shows_seconds {
        true => text_of(decimal::round(seconds, 0), true),
        false => text_of(decimal::round(seconds / 60.0, 0) * 60.0, false),
    }
}

/// With every digit: seconds and their decimals where they are not zero.
pub(super) fn edit_text(seconds: f64) -> String {
    text_of(seconds, seconds % 60.0 != 0.0)
}

fn text_of(seconds: f64, shows_seconds: bool) -> String {
    let ms = decimal::round(seconds.abs() * 1000.0, 0) as u64;
    let sign = if seconds < 0.0 && ms > 0 { "-" } else { "" };
    let (whole, ms) = (ms / 1000, ms % 1000);
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    if !shows_seconds {
        return format!("{sign}{hours}:{minutes:02}");
    }
    let fraction = match ms {
        0 => String::new(),
        ms => format!(".{ms:03}").trim_end_matches('0').to_string(),
    };
    format!("{sign}{hours}:{minutes:02}:{rest:02}{fraction}")
}

#[cfg(test)]
mod tests {
    use crate::{
        field::FieldType,
        value::{CellState, CellValue},
    };

    const MINUTES: FieldType = FieldType::Duration { seconds: false };
    const SECONDS: FieldType = FieldType::Duration { seconds: true };

    #[test]
    fn lengths_of_time_are_read_exactly() {
        for (typed, seconds, shown, full) in [
            ("1:30", 5400.0, "1:30", "1:30:00"),
            ("36:05:09", 129_909.0, "36:05", "36:05:09"),
            ("0:00:30", 30.0, "0:01", "0:00:30"),
            ("-0:45", -2700.0, "-0:45", "-0:45:00"),
            ("１：３０", 5400.0, "1:30", "1:30:00"),
            ("1小时30分", 5400.0, "1:30", "1:30:00"),
            ("1.5h", 5400.0, "1:30", "1:30:00"),
            ("2天", 172_800.0, "48:00", "48:00:00"),
            ("1 day 2 hours 3 min", 93_780.0, "26:03", "26:03:00"),
            ("45秒", 45.0, "0:01", "0:00:45"),
            ("0:00:01.5", 1.5, "0:00", "0:00:02"),
        ] {
            let state = MINUTES.parse(typed);
            assert_eq!(state, CellValue::Number(seconds).into(), "{typed}");
            assert_eq!(MINUTES.display(&state), shown, "{typed}");
            assert_eq!(SECONDS.display(&state), full, "{typed}");
            for field in [MINUTES, SECONDS] {
                assert_eq!(field.parse(&field.edit_text(&state)), state, "{typed}");
            }
        }
    }

    #[test]
    fn a_bare_number_is_in_the_smallest_unit_shown() {
        assert_eq!(MINUTES.parse("90"), CellValue::Number(5400.0).into());
        assert_eq!(SECONDS.parse("90"), CellValue::Number(90.0).into());
    }

    #[test]
    fn what_is_no_duration_is_kept_as_typed() {
        for typed in [
            "1:75",
            "1:2:3:4",
            "很久",
            "5%",
            "¥3",
            "30分1小时",
            "1hx",
            ":30",
            "1:+5",
            "9e99小时",
        ] {
            assert_eq!(
                MINUTES.parse(typed),
                CellState::Misfit(typed.into()),
                "{typed}"
            );
        }
    }
}
