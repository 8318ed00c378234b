//! What Excel's VALUE takes for a number, beyond [`text_number`]: fractions (`1 1/2`), times with words (`9 PM`, `下午2:30`),
//! dates with the names of months (`5-Jan-2026`) or written month first (`1/5/2026`).
//!
//! Law: what would need today's date (`5-Jul`, `1/2`) is no number here: a formula has no clock but NOW and TODAY.
//! Tests: `spec/text.md`.

use crate::check::coerce::text_number;
use table::field::{date::day_number, number::half_width};

/// The number that a text shows.
pub(crate) fn read(shown: &str) -> Option<f64> {
    let found = text_number(shown).filter(|_| !shown.trim_start().starts_with("(-"));
    if found.is_some() {
        return found;
    }
    let starts_blank = shown.starts_with(char::is_whitespace);
    let shown = half_width(shown);
    let shown = shown.trim();
    if !may_begin(shown) {
        return None;
    }
    percent_first(shown)
        .or_else(|| fraction(shown))
        .or_else(|| currency_in_brackets(shown))
        .or_else(|| moment(shown).filter(|_| !starts_blank))
}

/// Most texts are words.
fn may_begin(shown: &str) -> bool {
    match shown.chars().next() {
        Some(c) if c.is_ascii_alphabetic() => {
            let month = |name: &str| {
                let start = shown.get(..3);
                start.is_some_and(|start| name[..3].eq_ignore_ascii_case(start))
            };
            let lower = shown.get(..2).map(str::to_ascii_lowercase);
            MONTHS.iter().any(|name| month(name)) || matches!(lower.as_deref(), Some("am" | "pm"))
        }
        Some(c) => c.is_ascii_digit() || "+-.(%$¥￥€£上下".contains(c),
        None => false,
    }
}

/// `%5`.
fn percent_first(shown: &str) -> Option<f64> {
    let rest = shown.strip_prefix('%')?.trim_start();
    let plain = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    match rest.chars().all(plain) {
        true => Some(text_number(rest)? / 100.0),
        false => None,
    }
}

/// `$(5)`.
fn currency_in_brackets(shown: &str) -> Option<f64> {
    let rest = shown.strip_prefix(['$', '¥', '￥', '€', '£'])?.trim_start();
    rest.starts_with('(').then(|| text_number(rest)).flatten()
}

/// `1 1/2`, `-0 3/8`, `(2 1/4)`.
fn fraction(shown: &str) -> Option<f64> {
    if let Some(inner) = shown.strip_prefix('(').and_then(|s| s.strip_suffix(')')) {
        return match inner.starts_with(['+', '-', '(']) {
            true => None,
            false => fraction(inner).map(|x| -x),
        };
    }
    let (negative, rest) = match shown.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, shown.strip_prefix('+').unwrap_or(shown)),
    };
    let (whole, parts) = rest.split_once(' ')?;
    let (above, below) = parts.trim().split_once('/')?;
    let whole = digits(whole, 15)?;
    let (above, below) = (digits(above.trim(), 5)?, digits(below.trim(), 5)?);
    if below == 0.0 {
        return None;
    }
    let size = whole + above / below;
    Some(if negative { -size } else { size })
}

/// Nothing but digits, so many at most.
fn digits(shown: &str, n_most: usize) -> Option<f64> {
    let fits = (1..=n_most).contains(&shown.len()) && shown.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| shown.parse().ok()).flatten()
}

/// A date, a time, or both with a blank between.
fn moment(shown: &str) -> Option<f64> {
    if let Some(found) = date(shown).or_else(|| time(shown)) {
        return Some(found);
    }
    shown.match_indices(' ').find_map(|(at, _)| {
        let (day, clock) = (shown[..at].trim(), shown[at + 1..].trim());
        let day = date(day).or_else(|| text_number(day).filter(|_| day.contains(['-', '/', '年'])));
        Some(day? + time(clock)?)
    })
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_named(shown: &str) -> Option<u32> {
    let lower = shown.to_ascii_lowercase();
    let fits = |name: &&str| **name == *lower || (lower.len() == 3 && name.starts_with(&lower));
    let at = MONTHS.iter().position(fits)?;
    Some(at as u32 + 1)
}

/// Two digits as in Excel: up to 29 this century, from 30 on the last one.
fn year(shown: &str) -> Option<i64> {
    let value = digits(shown, 4)? as i64;
    match shown.len() {
        4 => (1900..=9999).contains(&value).then_some(value),
        1 | 2 => Some(value + if value < 30 { 2000 } else { 1900 }),
        _ => None,
    }
}

fn date(shown: &str) -> Option<f64> {
    let shown = shown.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = shown
        .split(['-', '/', '年', '月', ' ', ','])
        .filter(|part| !part.is_empty())
        .collect();
    let number = |part: &str| digits(part, 2).map(|x| x as u32);
    match parts[..] {
        // Year and month, of which the first day is meant.
        [a, b] if a.len() == 4 && !shown.contains(',') => {
            let month = number(b).or_else(|| month_named(b))?;
            day_number(year(a)?, month, 1)
        }
        [a, b] => match (month_named(a), b.len()) {
            (Some(month), 4) => day_number(year(b)?, month, 1),
            _ => None,
        },
        [a, b, c] if a.len() == 4 => {
            let month = number(b).or_else(|| month_named(b))?;
            day_number(year(a)?, month, number(c)?)
        }
        [a, b, c] => match (month_named(a), month_named(b)) {
            (Some(month), _) => day_number(year(c)?, month, number(b)?),
            (_, Some(month)) => day_number(year(c)?, month, number(a)?),
            _ if shown.contains([' ', ',', '年', '月']) => None,
            // Month first, as in the examples of Excel's documentation.
            _ => day_number(year(c)?, number(a)?, number(b)?),
        },
        _ => None,
    }
}

/// `9 PM`, `9:30:15.5`, `下午2:30`, `14时05分09秒`; `1:30.5` is minutes and seconds.
fn time(shown: &str) -> Option<f64> {
    let upper = shown.to_ascii_uppercase();
    let halves = [("上午", 0.0), ("下午", 12.0), ("AM", 0.0), ("PM", 12.0)];
    let (mut body, mut noon) = (upper.as_str(), None);
    for (word, hours) in halves {
        let cut = body.strip_prefix(word).or_else(|| body.strip_suffix(word));
        if let Some(rest) = cut {
            (body, noon) = (rest.trim(), Some(hours));
            break;
        }
    }
    let colons = body.replace(['时', '分'], ":");
    let chinese = colons != body;
    let colons = match chinese {
        true => colons.trim_end_matches(['秒', ':']),
        false => colons.as_str(),
    };
    let parts: Vec<&str> = colons.split(':').map(str::trim).collect();
    let seconds = |part: &str| match part.split_once('.') {
        None => digits(part, 2),
        Some((whole, rest)) => {
            let fraction = digits(rest, 9)? / 10f64.powi(rest.len() as i32);
            Some(digits(whole, 2)? + fraction)
        }
    };
    let (hour, minute, second) = match parts[..] {
        [hour] if noon.is_some() || chinese => (digits(hour, 2)?, 0.0, 0.0),
        [minute, second] if second.contains('.') && noon.is_none() => {
            (0.0, digits(minute, 4)?, seconds(second)?)
        }
        [hour, minute] => (digits(hour, 4)?, digits(minute, 2)?, 0.0),
        [hour, minute, second] => (digits(hour, 4)?, digits(minute, 2)?, seconds(second)?),
        _ => return None,
    };
    let hour = match noon {
        Some(_) if hour > 12.0 => return None,
        Some(noon) => hour % 12.0 + noon,
        None => hour,
    };
    let fits = second < 60.0 && (minute < 60.0 || hour == 0.0);
    fits.then_some((hour * 3600.0 + minute * 60.0 + second) / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_read_is_a_number(shown in "[0-9.,:/+()% $¥￥年月日时分秒上下午APMJanec-]{0,14}") {
            if let Some(found) = read(&shown) {
                prop_assert!(found.is_finite(), "{shown}");
            }
        }
    }
}
