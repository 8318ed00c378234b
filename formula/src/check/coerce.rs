//! Excel's coercions between cell values: `"5"+1` is 6, `TRUE+1` is 2, blank is 0 or "" by context.

use crate::{eval::vector::Cell, functions::text_value};
use std::sync::Arc;
use table::{
    field::{date, number as amounts},
    value::CellError,
};

/// As a number, where arithmetic needs one.
pub(crate) fn number(cell: &Cell) -> Result<f64, Cell> {
    match cell {
        Cell::Number(x) => Ok(*x),
        Cell::Blank => Ok(0.0),
        Cell::Bool(b) => Ok(f64::from(u8::from(*b))),
        Cell::Text(text) => text_value::read(text).ok_or(Cell::Error(CellError::Value)),
        Cell::Array(_) => Err(Cell::Error(CellError::Value)),
        stuck => Err(stuck.clone()),
    }
}

/// As a condition.
pub(crate) fn truth(cell: &Cell) -> Result<bool, Cell> {
    match cell {
        Cell::Bool(b) => Ok(*b),
        Cell::Number(x) => Ok(*x != 0.0),
        Cell::Blank => Ok(false),
        Cell::Text(t) if t.eq_ignore_ascii_case("TRUE") => Ok(true),
        Cell::Text(t) if t.eq_ignore_ascii_case("FALSE") => Ok(false),
        Cell::Text(_) => Err(Cell::Error(CellError::Value)),
        Cell::Array(_) => Err(Cell::Error(CellError::Value)),
        stuck => Err(stuck.clone()),
    }
}

/// As a text, where `&` and text functions need one.
pub(crate) fn text(cell: &Cell) -> Result<Arc<str>, Cell> {
    match cell {
        Cell::Text(t) => Ok(t.clone()),
        Cell::Blank => Ok(Arc::from("")),
        Cell::Bool(b) => Ok(Arc::from(if *b { "TRUE" } else { "FALSE" })),
        Cell::Number(x) => Ok(Arc::from(general(*x))),
        Cell::Array(_) => Err(Cell::Error(CellError::Value)),
        stuck => Err(stuck.clone()),
    }
}

/// A number that a text shows: an amount with its thousands, percent or currency sign, a time of day, a date.
pub(crate) fn text_number(text: &str) -> Option<f64> {
    let starts_blank = text.starts_with(char::is_whitespace);
    let text = text.trim();
    // Most texts are words.
    let starts = |c: char| {
        c.is_ascii_digit() || "+-.(¥￥$€£".contains(c) || ('\u{ff01}'..='\u{ff5e}').contains(&c)
    };
    if !text.starts_with(starts) {
        return None;
    }
    let number = amount(text);
    // A date or time begins with its first character: " 2026-01-10" is a text to Excel, " 10" a number.
    match starts_blank && number.is_none() {
        true => None,
        false => number
            .or_else(|| time_of_day(text))
            .or_else(|| date::read(text)),
    }
}

/// What Excel takes for a number; 万 and 元, which fields read too, are words to it.
fn amount(text: &str) -> Option<f64> {
    let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.bytes().all(plain) {
        return text.parse::<f64>().ok().filter(|x| x.is_finite());
    }
    let text = amounts::half_width(text);
    let known = |c: char| c.is_ascii_digit() || "+-.,eE%() ¥￥$€£".contains(c);
    match text.chars().all(known) {
        true => amounts::read(&text).map(|found| found.value),
        false => None,
    }
}

/// `9:30`, `9:30:05`, `9:30 PM`; hours above 23 make days.
fn time_of_day(text: &str) -> Option<f64> {
    let upper = amounts::half_width(text).to_ascii_uppercase();
    let (body, noon) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(body), _) => (body.trim_end(), Some(0.0)),
        (_, Some(body)) => (body.trim_end(), Some(12.0)),
        _ => (upper.as_str(), None),
    };
    let parts: Vec<f64> = body
        .split(':')
        .map(|part| match part.len() <= 4 && !part.is_empty() {
            true if part.bytes().all(|b| b.is_ascii_digit()) => part.parse().ok(),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0.0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let hour = match noon {
        Some(_) if hour > 12.0 => return None,
        Some(noon) => hour % 12.0 + noon,
        None => hour,
    };
    (minute < 60.0 && second < 60.0).then_some((hour * 3600.0 + minute * 60.0 + second) / 86_400.0)
}

/// Excel's General format where the width does not matter: at most 15 significant digits, an exponent from 1E+21 on.
pub(crate) fn general(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let scientific = format!("{x:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match exponent {
        -10..15 => {
            let places = (14 - exponent).max(0) as usize;
            let fixed = format!("{x:.places$}");
            match fixed.contains('.') {
                true => fixed.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => fixed,
            }
        }
        15..21 => {
            let zeros = "0".repeat(exponent as usize - 14);
            format!("{}{zeros}", mantissa.replace('.', ""))
        }
        _ => {
            let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}E{sign}{:02}", exponent.abs())
        }
    }
}

/// The value of the 15 significant digits that Excel compares and rounds by.
pub(crate) fn fifteen(x: f64) -> f64 {
    format!("{x:.14e}").parse().unwrap_or(x)
}
