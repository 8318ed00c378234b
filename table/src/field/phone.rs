//! Phone numbers: texts, kept as people write them.
//!
//! Law: digits are never grouped, shortened or given a country; only full-width signs become half-width, so that
//! `１３８` and `138` are found alike. What is surely no number of a phone is a misfit.

use super::date;
use crate::value::{CellState, CellValue};

/// Digits of the shortest number (110) and of the longest (`00`, country code and fifteen of ITU E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 3..=17;
/// What stands before an extension.
const EXTENSION: [&str; 4] = ["转", "ext.", "ext", "#"];

pub(super) fn parse(input: &str) -> Option<CellState> {
    let folded: String = input.chars().map(half_width).collect();
    let text = folded.trim();
    is_phone(text).then(|| CellValue::text(text).into())
}

fn half_width(sign: char) -> char {
    match sign {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        _ => sign,
    }
}

fn is_phone(text: &str) -> bool {
    let lower = text.to_lowercase();
    let (number, extension) = EXTENSION
        .iter()
        .find_map(|mark| lower.split_once(mark))
        .map_or((lower.as_str(), None), |(number, rest)| {
            (number, Some(rest.trim()))
        });
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let rest = number.trim();
    let rest = rest.strip_prefix('+').unwrap_or(rest);
    let is_plain = rest
        .chars()
        .all(|sign| sign.is_ascii_digit() || matches!(sign, ' ' | '-' | '.' | '(' | ')'));
    is_plain
        && DIGITS.contains(&digits)
        && extension.is_none_or(|extension| {
            (1..=6).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_digit())
        })
        && !is_amount_or_day(rest)
}

/// `1.5` and `2025-10-30` have the signs of a phone number, but are none.
fn is_amount_or_day(text: &str) -> bool {
    let is_bare = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_fraction = text.starts_with('-')
        || text.matches('.').count() == 1
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
    !is_bare && (is_fraction || date::read(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        column::{Column, ColumnKind},
        field::{FieldType, convert},
    };

    #[test]
    fn numbers_are_kept_as_written() {
        for (typed, kept) in [
            ("13800138000", "13800138000"),
            (" 138 0013 8000 ", "138 0013 8000"),
            ("１３８００１３８０００", "13800138000"),
            ("＋８６　138-0013-8000", "+86 138-0013-8000"),
            ("(0579) 8523-1234", "(0579) 8523-1234"),
            ("（0579）85231234转801", "(0579)85231234转801"),
            ("0579-85231234 ext. 12", "0579-85231234 ext. 12"),
            ("0012025550123", "0012025550123"),
            ("202.555.0123", "202.555.0123"),
            ("110", "110"),
        ] {
            let state = FieldType::Phone.parse(typed);
            assert_eq!(state, CellValue::text(kept).into(), "{typed}");
            assert_eq!(FieldType::Phone.display(&state), kept);
        }
        assert_eq!(FieldType::Phone.parse("  "), CellState::BLANK);
    }

    #[test]
    fn what_is_no_phone_is_kept_as_typed() {
        for typed in [
            "微信同号",
            "12",
            "12.50",
            "-13800138000",
            "2025-10-30",
            "123456789012345678",
            "0579-85231234转",
            "13800138000/13900139000",
            "138+00138000",
        ] {
            let state = FieldType::Phone.parse(typed);
            assert_eq!(state, CellState::Misfit(typed.into()), "{typed}");
        }
    }

    #[test]
    fn texts_become_phones_and_turn_back() {
        let texts = ["13800138000", "微信", ""].map(|text| CellValue::text(text).into());
        let cells = Column::from_states(ColumnKind::Text, texts);
        let phones = convert(&cells, &FieldType::Text, &FieldType::Phone);
        assert_eq!(phones.get(0), CellValue::text("13800138000").into());
        assert_eq!(phones.get(1), CellState::Misfit("微信".into()));
        assert!(phones.get(2).is_blank());
        let back = convert(&phones, &FieldType::Phone, &FieldType::Text);
        assert_eq!(back.get(0), CellValue::text("13800138000").into());
        assert_eq!(back.get(1), CellValue::text("微信").into());
        let number = FieldType::Number {
            decimals: None,
            thousands: true,
            unit: String::new(),
        };
        let amounts = [13_800_138_000.0, 1.5].map(|value| CellValue::Number(value).into());
        let amounts = Column::from_states(ColumnKind::Number, amounts);
        let phones = convert(&amounts, &number, &FieldType::Phone);
        assert_eq!(phones.get(0), CellValue::text("13800138000").into());
        assert_eq!(phones.get(1), CellState::Misfit("1.5".into()));
    }
}
