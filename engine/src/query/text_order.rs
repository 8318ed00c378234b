//! The order of texts: digits by their number, letters whatever their case or width, Chinese by pinyin.
//!
//! Main type: [`Key`], made once per distinct text. Law: keys compare as bytes; Latin stands before Chinese.

use super::fold::narrow;
use pinyin::ToPinyin;
use std::cmp::Ordering;

/// Where a text stands: its units, then a zero and its tones, which only break ties.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(Box<[u8]>);

/// Before a syllable: greater than every byte of UTF-8.
const SYLLABLE: u8 = 0xF8;
/// After a syllable: smaller than every letter, so that `li` stands before `lin`.
const END: u8 = 0x01;

impl Key {
    pub fn new(text: &str) -> Key {
        let (mut units, mut tones) = (Vec::with_capacity(text.len()), Vec::new());
        let mut rest = text.chars().map(narrow).peekable();
        let mut number = Vec::new();
        while let Some(c) = rest.next() {
            if c.is_ascii_digit() {
                number.clear();
                number.push(c as u8);
                while let Some(next) = rest.next_if(char::is_ascii_digit) {
                    number.push(next as u8);
                }
                push_number(&mut units, &number);
            } else if let Some(sound) = c.to_pinyin() {
                units.push(SYLLABLE);
                units.extend_from_slice(sound.plain().as_bytes());
                units.push(END);
                tones.extend(sound.with_tone_num_end().bytes().last());
            } else {
                let mut bytes = [0; 4];
                for lower in c.to_lowercase() {
                    units.extend_from_slice(lower.encode_utf8(&mut bytes).as_bytes());
                }
            }
        }
        if !tones.is_empty() {
            units.push(0);
            units.append(&mut tones);
        }
        Key(units.into_boxed_slice())
    }
}

/// More digits, leading zeros aside, are a greater number.
fn push_number(units: &mut Vec<u8>, digits: &[u8]) {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = &digits[zeros..];
    units.push(b'0');
    match u8::try_from(digits.len()) {
        Ok(n) if n < u8::MAX => units.push(n),
        _ => {
            units.push(u8::MAX);
            units.extend_from_slice(&(digits.len() as u64).to_be_bytes());
        }
    }
    units.extend_from_slice(digits);
}

/// The order of two keys; texts with equal keys are told apart by code point.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    Key::new(a).cmp(&Key::new(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_as_people_expect() {
        let cases: [&[&str]; 6] = [
            &["", "A02", "a2", "A2b", "A10", "b"],
            &["第9行", "第10行"],
            &["A1", "ａ２", "A3", "Ａ１０"],
            &["100", "Zebra", "安全帽", "保温杯", "水杯", "雨伞", "中国"],
            &["李安", "里昂", "李明", "林"],
            &["妈", "麻", "马", "骂"],
        ];
        for expected in cases {
            let mut texts = expected.to_vec();
            texts.reverse();
            texts.sort_by(|a, b| compare(a, b));
            assert_eq!(texts, expected);
        }
    }

    #[test]
    fn long_numbers_keep_their_order() {
        let (short, long) = ("9".repeat(254), format!("1{}", "0".repeat(300)));
        assert_eq!(compare(&short, &long), Ordering::Less);
        assert_eq!(compare("0099", "100"), Ordering::Less);
    }
}
