//! Auto numbers: a text such as `CK-202611-0042` that the writer gives each record once.
//!
//! [`Pattern`] reads `CK-{yyyyMM}-{0000}`: letters y, M and d in braces are the day of making, zeros the running
//! number with at least so many digits. Law: two numbers of one field are never equal, whatever is undone; the
//! number follows from the record's id, which is never given again.

use super::date;
use crate::id::RecordId;

/// Characters of a pattern.
pub const PATTERN_CHARS: usize = 100;

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Literal(String),
    /// Runs of y, M and d as they stand, signs between them kept.
    Day(String),
    Number {
        digits: usize,
    },
}

/// A pattern taken apart; it has exactly one running number.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Vec<Part>);

impl Pattern {
    /// What is in braces and no day or number stays as it is; without a number, one is added at the end.
    pub fn read(text: &str) -> Pattern {
        let mut parts = Vec::new();
        let mut rest = text;
        let mut has_number = false;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((inner, after)) = after.split_once('}') else {
                break;
            };
            if !before.is_empty() {
                parts.push(Part::Literal(before.into()));
            }
            let is_zeros = (1..=18).contains(&inner.len()) && inner.bytes().all(|b| b == b'0');
            let is_day = inner.contains(['y', 'M', 'd'])
                && inner
                    .chars()
                    .all(|c| matches!(c, 'y' | 'M' | 'd' | '-' | '/' | '.' | '_'));
            parts.push(if is_zeros && !has_number {
                has_number = true;
                Part::Number {
                    digits: inner.len(),
                }
            } else if is_day {
                Part::Day(inner.into())
            } else {
                Part::Literal(format!("{{{inner}}}"))
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.into()));
        }
        if !has_number {
            parts.push(Part::Number { digits: 1 });
        }
        Pattern(parts)
    }

    /// The text of a number that is given on a day (Excel 1900 day number, local).
    pub fn text(&self, number: u64, day: f64) -> String {
        let shown = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            Part::Day(pattern) => day_text(pattern, day),
            Part::Number { digits } => format!("{number:0digits$}"),
        };
        self.0.iter().map(shown).collect()
    }

    /// The running number in a text of this pattern, whatever day it names.
    pub fn number_in(&self, text: &str) -> Option<u64> {
        let at = self
            .0
            .iter()
            .position(|part| matches!(part, Part::Number { .. }))?;
        let (before, after) = (width(&self.0[..at]), width(&self.0[at + 1..]));
        let chars: Vec<char> = text.chars().collect();
        let middle = chars.get(before..chars.len().checked_sub(after)?)?;
        let is_same = |parts: &[Part], chars: &[char]| {
            let mut rest = chars;
            parts.iter().all(|part| {
                let (here, after) =
                    rest.split_at(width(std::slice::from_ref(part)).min(rest.len()));
                rest = after;
                match part {
                    Part::Literal(literal) => here.iter().copied().eq(literal.chars()),
                    _ => true,
                }
            })
        };
        let fits = is_same(&self.0[..at], &chars[..before])
            && is_same(&self.0[at + 1..], &chars[chars.len() - after..])
            && middle.iter().all(char::is_ascii_digit);
        fits.then(|| middle.iter().collect::<String>().parse().ok())?
    }
}

/// Characters of parts whose length is fixed.
fn width(parts: &[Part]) -> usize {
    let of = |part: &Part| match part {
        Part::Literal(text) | Part::Day(text) => text.chars().count(),
        Part::Number { digits } => *digits,
    };
    parts.iter().map(of).sum()
}

/// As many characters as the pattern has: `yyyy` and `yy`, `MM` and `M` (two digits where two stand).
fn day_text(pattern: &str, day: f64) -> String {
    let (year, month, day) = date::civil(day);
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let n = rest.chars().take_while(|c| *c == first).count();
        let value = match first {
            'y' => year.unsigned_abs() as u32,
            'M' => month,
            'd' => day,
            sign => {
                out.extend(std::iter::repeat_n(sign, n));
                rest = &rest[n * sign.len_utf8()..];
                continue;
            }
        };
        let digits = format!("{value:0n$}");
        // A year in two digits; a month is never cut.
        out.push_str(match first {
            'y' => &digits[digits.len() - n..],
            _ => &digits,
        });
        rest = &rest[n..];
    }
    out
}

/// The number of a record that was made after the field began to count at `from`.
pub fn number_of(record: RecordId, from_record: u64, from_number: u64) -> u64 {
    from_number + record.0.saturating_sub(from_record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_write_and_read_numbers() {
        let day = date::day_number(2026, 11, 5).unwrap_or_default();
        for (pattern, number, text) in [
            ("CK-{yyyyMM}-{0000}", 42, "CK-202611-0042"),
            ("CK-{yyyyMM}-{0000}", 12_345, "CK-202611-12345"),
            ("{yy}{MM}{dd}{000}", 7, "261105007"),
            ("{yyyy-MM-dd}/{0}", 7, "2026-11-05/7"),
            ("单{0}号", 3, "单3号"),
            ("A", 3, "A3"),
            ("{x}{00}", 3, "{x}03"),
            ("{", 3, "{3"),
            ("{00}-{00}", 3, "03-{00}"),
            ("", 3, "3"),
        ] {
            let read = Pattern::read(pattern);
            assert_eq!(read.text(number, day), text, "{pattern}");
            assert_eq!(read.number_in(text), Some(number), "{pattern}");
        }
        let pattern = Pattern::read("CK-{yyyyMM}-{0000}");
        for text in ["", "CK-202611-", "RK-202611-0042", "CK-202611-00x2", "CK"] {
            assert_eq!(pattern.number_in(text), None, "{text}");
        }
    }
}
