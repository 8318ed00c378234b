//! Dates and times written as texts: what Excel reads, in English and in Chinese, beyond what date fields read.
//!
//! In: a text. Out: [`Moment`]. Law: what a date field reads means the same here; where month and day could be taken for
//! each other (`3/4/2025`), the month comes first, as in Excel. A date without a year would need the clock: it is none.
//! Tests: `spec/dates.md`.

use super::arguments::Answer;
use crate::{
    check::coerce,
    eval::{VALUE, vector::Cell},
};
use table::field::{
    date::{self, day_number},
    number::half_width,
};

/// Characters of a text that may be a date.
const LONGEST: usize = 64;
/// As in Excel, years of two digits from here on are in the last century.
const LAST_CENTURY: i64 = 30;
const DAY_SECONDS: f64 = 86_400.0;

/// What a text tells: a day, a time of day, or both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub(crate) day: Option<f64>,
    /// Days; 24 hours and more are possible.
    pub(crate) time: Option<f64>,
}

/// A cell as a day number, with its time: a number, or a text that shows one or a date.
pub(crate) fn day_of(cell: &Cell) -> Answer {
    match (coerce::number(cell), cell) {
        (Err(_), Cell::Text(text)) => {
            let moment = read(text).ok_or(VALUE)?;
            Ok(moment.day.unwrap_or(0.0) + moment.time.unwrap_or(0.0))
        }
        (found, _) => found,
    }
}

pub(crate) fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return None;
    }
    let text = plain(&without_weekday(&half_width(text)));
    let text = text.trim();
    if let Some(time) = read_time(text) {
        return Some(Moment {
            day: None,
            time: Some(time),
        });
    }
    if let Some(day) = read_day(text) {
        return Some(Moment {
            day: Some(day),
            time: None,
        });
    }
    let cuts = text.match_indices(|c: char| c.is_whitespace() || c == 'T');
    cuts.into_iter().find_map(|(at, sign)| {
        let (day, time) = (text[..at].trim_end(), text[at + sign.len()..].trim_start());
        let time = Some(read_time(time)?);
        let day = Some(read_day(day)?);
        Some(Moment { day, time })
    })
}

/// `2026年11月22日星期日` names the day of the week too.
fn without_weekday(text: &str) -> String {
    let named = ["星期", "周"].iter().find_map(|word| text.split_once(word));
    let Some((before, after)) = named else {
        return text.to_owned();
    };
    let mut after = after.chars();
    match after.next() {
        Some(day) if "一二三四五六日天".contains(day) => {
            format!("{before} {}", after.as_str())
        }
        _ => text.to_owned(),
    }
}

/// Chinese numerals as digits, the characters of dates and times as the signs that part them.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut numeral = String::new();
    for c in text.chars() {
        if "〇零一二三四五六七八九十".contains(c) {
            numeral.push(c);
            continue;
        }
        out += &digits(&std::mem::take(&mut numeral));
        match c {
            '年' | '月' => out.push('/'),
            '日' | '号' => out.push(' '),
            '时' | '点' | '分' => out.push(':'),
            '秒' => {}
            '\u{3000}' | '，' => out.push(' '),
            c => out.push(c),
        }
    }
    out += &digits(&numeral);
    let morning = out.contains("上午") || out.contains("早上");
    let evening = out.contains("下午") || out.contains("晚上");
    for word in ["上午", "下午", "早上", "晚上"] {
        out = out.replace(word, " ");
    }
    let end = out.trim_end().trim_end_matches([':', '/']).len();
    // 3时 and 2026年11月 end in a sign that parts nothing.
    let stub = out[..end].len() < out.trim_end().len();
    let hour_only = stub && out.trim_end().ends_with(':') && !out[..end].contains(':');
    out.truncate(end);
    if hour_only {
        out.push_str(":00");
    }
    match (morning, evening) {
        (true, false) => out + " AM",
        (false, true) => out + " PM",
        _ => out,
    }
}

/// `二〇二六` is 2026, `二十二` is 22.
fn digits(numeral: &str) -> String {
    let digit = |c: char| {
        "〇一二三四五六七八九"
            .chars()
            .position(|known| known == c || c == '零' && known == '〇')
    };
    let all: Option<Vec<usize>> = numeral.chars().filter(|c| *c != '十').map(digit).collect();
    let (Some(values), Some(at)) = (all.as_ref(), numeral.find('十')) else {
        return all
            .unwrap_or_default()
            .iter()
            .map(|value| value.to_string())
            .collect();
    };
    let tens = if at == 0 {
        1
    } else {
        values.first().copied().unwrap_or(1)
    };
    let ones = if numeral.ends_with('十') {
        0
    } else {
        values.last().copied().unwrap_or(0)
    };
    (tens * 10 + ones).to_string()
}

/// `9:30`, `9:30:05.5`, `9 PM`; in days.
fn read_time(text: &str) -> Option<f64> {
    let upper = text.to_ascii_uppercase();
    let half = [("AM", 0.0), ("PM", 12.0), ("A", 0.0), ("P", 12.0)];
    let named = half
        .iter()
        .find_map(|(name, hours)| Some((upper.strip_suffix(name)?.trim_end(), *hours)));
    let (body, noon) = match named {
        Some((body, hours)) => (body, Some(hours)),
        None => (upper.as_str(), None),
    };
    let parts: Vec<f64> = body.split(':').map(unsigned).collect::<Option<_>>()?;
    let is_whole = |x: &f64| x.fract() == 0.0;
    let (hour, minute, second) = match parts[..] {
        [hour] if noon.is_some() => (hour, 0.0, 0.0),
        [hour, minute] if is_whole(&minute) => (hour, minute, 0.0),
        [minute, second] => (0.0, minute, second),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let hour = match noon {
        Some(_) if hour > 12.0 => return None,
        Some(noon) => hour % 12.0 + noon,
        None => hour,
    };
    // One of them may be too large, as in Excel: 0:90 is an hour and a half.
    let fits =
        is_whole(&hour) && is_whole(&minute) && (minute < 60.0 || second < 60.0 && hour < 24.0);
    (fits && hour < 10_000.0 && minute < 10_000.0 && second < 60.0)
        .then_some((hour * 3600.0 + minute * 60.0 + second) / DAY_SECONDS)
}

fn unsigned(part: &str) -> Option<f64> {
    let part = part.trim();
    let known = part
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    (known && part.starts_with(|c: char| c.is_ascii_digit())).then(|| part.parse().ok())?
}

/// A number with how many digits it was written, or a month by name.
#[derive(Debug, Clone, Copy)]
enum Part {
    Number(i64, usize),
    Month(i64),
}

fn read_day(text: &str) -> Option<f64> {
    if text.contains(':') {
        return None;
    }
    if let Some(day) = date::read(text) {
        return Some(day);
    }
    let (parts, signs) = split(text)?;
    let slashes = signs.len() + 1 == parts.len()
        && signs.iter().all(|sign| matches!(sign.as_str(), "/" | "-"));
    let (year, month, day) = match parts[..] {
        [
            Part::Number(day, n),
            Part::Month(month),
            Part::Number(year, _),
        ] if n <= 2 => (full_year(parts[2], year)?, month, day),
        [
            Part::Number(year, 4),
            Part::Month(month),
            Part::Number(day, _),
        ] => (year, month, day),
        [
            Part::Month(month),
            Part::Number(day, n),
            Part::Number(year, _),
        ] if n <= 2 => (full_year(parts[2], year)?, month, day),
        [Part::Month(month), Part::Number(year, 4)]
        | [Part::Number(year, 4), Part::Month(month)] => (year, month, 1),
        [
            Part::Number(year, 4),
            Part::Number(month, _),
            Part::Number(day, _),
        ] if slashes => (year, month, day),
        [
            Part::Number(month, _),
            Part::Number(day, _),
            Part::Number(year, _),
        ] if slashes => {
            let year = full_year(parts[2], year)?;
            // A month that cannot be one is the day.
            if month > 12 {
                (year, day, month)
            } else {
                (year, month, day)
            }
        }
        [Part::Number(year, 4), Part::Number(month, _)]
        | [Part::Number(month, _), Part::Number(year, 4)]
            if slashes =>
        {
            (year, month, 1)
        }
        _ => return None,
    };
    let fits =
        (1900..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then(|| day_number(year, month as u32, day as u32))?
}

fn full_year(part: Part, year: i64) -> Option<i64> {
    match part {
        Part::Number(_, 4) => Some(year),
        Part::Number(_, 1 | 2) if year < LAST_CENTURY => Some(2000 + year),
        Part::Number(_, 2) => Some(1900 + year),
        _ => None,
    }
}

/// Numbers and names of months, and the signs between them.
fn split(text: &str) -> Option<(Vec<Part>, Vec<String>)> {
    let (mut parts, mut signs) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let alike = |c: char| match first {
            '0'..='9' => c.is_ascii_digit(),
            'a'..='z' | 'A'..='Z' => c.is_ascii_alphabetic(),
            _ => !c.is_ascii_alphanumeric(),
        };
        let end = rest.find(|c| !alike(c)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        rest = after;
        match first {
            '0'..='9' if token.len() <= 4 => {
                parts.push(Part::Number(token.parse().ok()?, token.len()))
            }
            'a'..='z' | 'A'..='Z' => parts.push(Part::Month(month(token)?)),
            _ => {
                let sign: String = token.chars().filter(|c| !c.is_whitespace()).collect();
                if !matches!(sign.as_str(), "" | "/" | "-" | ",")
                    || parts.is_empty()
                    || rest.is_empty()
                {
                    return None;
                }
                signs.push(sign);
            }
        }
        if parts.len() > 3 {
            return None;
        }
    }
    Some((parts, signs))
}

/// By its English name or the first three letters.
fn month(name: &str) -> Option<i64> {
    const NAMES: [&str; 12] = [
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
    let name = name.to_ascii_lowercase();
    let found = NAMES.iter().position(|known| {
        *known == name || known[..3] == name || name == "sept" && known.starts_with("sept")
    })?;
    Some(found as i64 + 1)
}
