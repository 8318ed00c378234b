//! Numbers, currency and percent: read as people write them, shown as the field says.

use super::{FieldType, decimal, duration};
use crate::value::{CellState, CellValue};
use std::borrow::Cow;

/// What a text that is a number looked like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadNumber {
    pub value: f64,
    pub percent: bool,
    /// ISO code told by a currency sign or word.
    pub currency: Option<&'static str>,
    pub thousands: bool,
    pub decimals: u8,
}

/// Full-width digits, signs and letters as their ASCII forms; other characters unchanged.
pub fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let half = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' if c != '￥' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            _ => c,
        })
        .collect();
    Cow::Owned(half)
}

/// Most cells of a file are plain digits or plain words; both are told without a copy.
enum Glance {
    Plain(ReadNumber),
    NoNumber,
    LookCloser,
}

fn glance(text: &str) -> Glance {
    let Some(first) = text.chars().next() else {
        return Glance::NoNumber;
    };
    let may_begin = match first {
        '0'..='9' | '.' | '-' | '+' | '(' | '$' | '¥' | '€' | '£' | '元' => true,
        // First letters of the currency words.
        'r' | 'c' | 'u' | 'e' | 'h' | 'g' | 'R' | 'C' | 'U' | 'E' | 'H' | 'G' => true,
        // Full-width forms, the full-width yen among them.
        '\u{ff01}'..='\u{ffef}' => true,
        _ => false,
    };
    if !may_begin {
        return Glance::NoNumber;
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || digits.len() > 17 || !all_digits(whole) || !all_digits(fraction) {
        return Glance::LookCloser;
    }
    match text.parse() {
        Ok(value) => Glance::Plain(ReadNumber {
            value,
            percent: false,
            currency: None,
            thousands: false,
            decimals: fraction.len().min(15) as u8,
        }),
        Err(_) => Glance::LookCloser,
    }
}

const CURRENCY_SIGNS: [(&str, &str); 14] = [
    ("RMB", "CNY"),
    ("CNY", "CNY"),
    ("USD", "USD"),
    ("EUR", "EUR"),
    ("US$", "USD"),
    ("HK$", "HKD"),
    ("¥", "CNY"),
    ("￥", "CNY"),
    ("元", "CNY"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("GBP", "GBP"),
    ("HKD", "HKD"),
];

/// Reads `1,200`, `￥1,200.50`, `12元`, `(12)`, `-3%`, `１２`, `1.5万`. Leading zeros do not matter here:
/// whether a text is a code is decided by the column.
pub fn read(input: &str) -> Option<ReadNumber> {
    match glance(input.trim()) {
        Glance::Plain(found) => Some(found),
        Glance::NoNumber => None,
        Glance::LookCloser => look_closer(input),
    }
}

fn look_closer(input: &str) -> Option<ReadNumber> {
    let text = half_width(input);
    let mut rest = text.trim().to_string();
    let mut found = ReadNumber {
        value: 0.0,
        percent: false,
        currency: None,
        thousands: false,
        decimals: 0,
    };
    let bracketed = rest.starts_with('(') && rest.ends_with(')') && rest.len() > 2;
    if bracketed {
        rest = rest[1..rest.len() - 1].to_string();
    }
    // Most cells are digits alone; only the others can have a sign, looked for in one upper-case copy.
    let is_plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-' | b'%');
    let upper = match rest.bytes().all(is_plain) {
        true => String::new(),
        false => rest.to_ascii_uppercase(),
    };
    for (sign, code) in CURRENCY_SIGNS {
        if let Some(at) = upper.find(sign)
            && (at == 0 || at + sign.len() == rest.len() || matches!(&rest[..at], "-" | "+"))
        {
            rest.replace_range(at..at + sign.len(), "");
            found.currency = Some(code);
            break;
        }
    }
    let mut scale = 1.0;
    let mut rest = rest.trim();
    for (suffix, factor) in [("%", 0.01), ("万", 1e4), ("亿", 1e8)] {
        if let Some(short) = rest.strip_suffix(suffix) {
            rest = short.trim_end();
            found.percent = suffix == "%";
            scale = factor;
        }
    }
    found.value = plain(rest, &mut found)?;
    if scale == 0.01 {
        found.value = decimal::round(found.value / 100.0, 15);
    } else if scale != 1.0 {
        found.value = decimal::round(found.value * scale, 6);
    }
    if bracketed {
        found.value = -found.value;
    }
    Some(found)
}

fn plain(text: &str, found: &mut ReadNumber) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text).trim_start();
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit())
        || (whole.is_empty() && fraction.is_empty())
    {
        return None;
    }
    let whole = grouped(whole, found)?;
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if digits.is_empty()
            || digits.len() > 3
            || !digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
    }
    found.decimals = fraction.len().min(15) as u8;
    let sign = if text.starts_with('-') { "-" } else { "" };
    let value: f64 = format!("{sign}{whole}.{fraction}0e{}", exponent.unwrap_or("0"))
        .parse()
        .ok()?;
    value.is_finite().then_some(value)
}

/// Digits with optional thousands separators, each group after the first of three (or four) digits.
fn grouped(whole: &str, found: &mut ReadNumber) -> Option<String> {
    if !whole.contains(',') {
        return whole
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| whole.to_string());
    }
    let groups: Vec<&str> = whole.split(',').collect();
    let fits = groups.iter().enumerate().all(|(at, group)| {
        group.bytes().all(|byte| byte.is_ascii_digit())
            && if at == 0 {
                (1..=4).contains(&group.len())
            } else {
                group.len() == 3 || group.len() == 4
            }
    });
    found.thousands = true;
    fits.then(|| groups.concat())
}

pub(super) fn parse(field: &FieldType, input: &str) -> Option<CellState> {
    let number = read(input)?;
    // In a percent field `12` means 12 %, as it does in a cell formatted so in Excel.
    let value = match field {
        FieldType::Percent { .. } | FieldType::Progress { .. } if !number.percent => {
            decimal::round(number.value / 100.0, 15)
        }
        _ => number.value,
    };
    Some(CellValue::Number(value).into())
}

pub(super) fn display(field: &FieldType, value: f64) -> String {
    match field {
        FieldType::Number {
            decimals,
            thousands,
            unit,
        } => {
            let text = decimals.map_or_else(
                || decimal::general(value),
                |places| decimal::fixed(value, places),
            );
            let text = if *thousands {
                with_thousands(&text)
            } else {
                text
            };
            format!("{text}{unit}")
        }
        FieldType::Currency { code, decimals } => {
            let text = with_thousands(&decimal::fixed(value, *decimals));
            let sign = currency_sign(code);
            match text.strip_prefix('-') {
                Some(size) => format!("-{sign}{size}"),
                None => format!("{sign}{text}"),
            }
        }
        FieldType::Percent { decimals } | FieldType::Progress { decimals } => {
            format!("{}%", decimal::fixed(value * 100.0, *decimals))
        }
        FieldType::Duration { seconds } => duration::display(value, *seconds),
        _ => decimal::general(value),
    }
}

pub(super) fn edit_text(field: &FieldType, value: f64) -> String {
    match field {
        FieldType::Percent { .. } | FieldType::Progress { .. } => {
            format!("{}%", decimal::general(value * 100.0))
        }
        FieldType::Duration { .. } => duration::edit_text(value),
        _ => exact(value),
    }
}

/// The shortest text that reads back as the same float.
pub fn exact(value: f64) -> String {
    if value != 0.0 && !(1e-7..1e16).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// The sign before amounts of a currency; the code itself where there is no usual sign.
pub fn currency_sign(code: &str) -> String {
    match code {
        "CNY" | "JPY" => "¥".into(),
        "USD" => "$".into(),
        "EUR" => "€".into(),
        "GBP" => "£".into(),
        "HKD" => "HK$".into(),
        other => format!("{other} "),
    }
}

pub fn with_thousands(text: &str) -> String {
    let (sign, rest) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = rest
        .split_once('.')
        .map_or((rest, None), |(whole, part)| (whole, Some(part)));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_string();
    }
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, value) in [
            ("12", 12.0),
            ("1,200", 1200.0),
            ("￥1,200.50", 1200.5),
            ("12元", 12.0),
            ("(12)", -12.0),
            ("-3%", -0.03),
            ("１２．５", 12.5),
            ("1.5万", 15000.0),
            ("$-3", -3.0),
            ("-$3", -3.0),
            ("RMB 8.80", 8.8),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("12,3456", 123456.0),
            ("33%", 0.33),
        ] {
            assert_eq!(read(text).map(|number| number.value), Some(value), "{text}");
        }
        for text in [
            "", "abc", "1-2", "3/4", "1,2", "12kg", "1.2.3", "e3", "--1", "NaN", "inf", "¥",
            "1e9999",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest::proptest! {
        /// The short way says what the long one says.
        #[test]
        fn a_glance_agrees_with_a_closer_look(text in "[0-9.,+() ¥￥元$%万eEUSDRMB０-９ a客-]{0,12}") {
            proptest::prop_assert_eq!(read(&text), look_closer(&text));
        }
    }

    #[test]
    fn shows_as_the_field_says() {
        let money = FieldType::Currency {
            code: "CNY".into(),
            decimals: 2,
        };
        assert_eq!(display(&money, -1234567.891), "-¥1,234,567.89");
        let plain = FieldType::Number {
            decimals: None,
            thousands: true,
            unit: "个".into(),
        };
        assert_eq!(display(&plain, 12345.5), "12,345.5个");
        assert_eq!(
            display(&FieldType::Percent { decimals: 1 }, 0.1234),
            "12.3%"
        );
        assert_eq!(
            edit_text(&FieldType::Percent { decimals: 1 }, 0.1234),
            "12.34%"
        );
    }
}
