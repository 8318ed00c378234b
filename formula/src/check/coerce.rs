//! Excel's coercions between cell values: `"5"+1` is 6, `TRUE+1` is 2, blank is 0 or "" by context.

use crate::eval::vector::Cell;
use std::sync::Arc;
use table::value::CellError;

/// As a number, where arithmetic needs one.
pub(crate) fn number(cell: &Cell) -> Result<f64, Cell> {
    match cell {
        Cell::Number(x) => Ok(*x),
        Cell::Blank => Ok(0.0),
        Cell::Bool(b) => Ok(f64::from(u8::from(*b))),
        Cell::Text(text) => text_number(text).ok_or(Cell::Error(CellError::Value)),
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
        stuck => Err(stuck.clone()),
    }
}

/// A number that a text shows: blanks around it, thousands commas, a percent sign, an ISO date.
pub(crate) fn text_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let (body, scale) = match text.strip_suffix('%') {
        Some(body) => (body.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let plain: String = body.chars().filter(|c| *c != ',').collect();
    let numeric = plain
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if numeric && plain.bytes().any(|b| b.is_ascii_digit()) {
        return plain
            .parse::<f64>()
            .ok()
            .filter(|x| x.is_finite())
            .map(|x| x / scale);
    }
    crate::functions::date::parse_date(text)
}

/// Excel's General format: at most 15 significant digits.
pub(crate) fn general(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let scientific = format!("{x:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-10..15).contains(&exponent) {
        let places = (14 - exponent).max(0) as usize;
        let fixed = format!("{x:.places$}");
        return match fixed.contains('.') {
            true => fixed.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => fixed,
        };
    }
    let mantissa = match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.'),
        false => mantissa,
    };
    format!(
        "{mantissa}E{}{:02}",
        if exponent < 0 { '-' } else { '+' },
        exponent.abs()
    )
}

/// The value of the 15 significant digits that Excel compares and rounds by.
pub(crate) fn fifteen(x: f64) -> f64 {
    format!("{x:.14e}").parse().unwrap_or(x)
}
