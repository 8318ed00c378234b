//! Formats that most people use (`0`, `0.00`, `#,##0.00`, `¥0.00`, `0%`): written straight away, without laying digits
//! onto placeholders one by one.
//!
//! Law: what is written is what [`super::number`] writes; what is not plain, or needs care with its last digit, is left
//! to it (`None`). Tests: below, `spec/text-formats.md`.

use super::{Part, Section};

/// More digits than a number of this size has.
const LARGEST: f64 = 1e15;
const TENS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// A section of literals, `#…0…`, `.0…#…` and literals.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plain {
    before: String,
    after: String,
    n_percent: i32,
    /// Digits that are always written before the point.
    least_whole: usize,
    has_thousands: bool,
    has_point: bool,
    /// Digits behind the point: always written, and at most.
    least_places: usize,
    most_places: usize,
}

impl Plain {
    pub(super) fn of(section: &Section) -> Option<Plain> {
        if section.numerals.is_some() || section.fraction.is_some() || section.is_date() {
            return None;
        }
        let parts = &section.parts;
        let is_number = |part: &Part| matches!(part, Part::Digit(_) | Part::Comma | Part::Point);
        let from = parts.iter().position(is_number)?;
        let to = parts.iter().rposition(is_number)? + 1;
        let mut plain = Plain::default();
        plain.n_percent = literals(&parts[..from], &mut plain.before)?
            + literals(&parts[to..], &mut plain.after)?;
        let number = &parts[from..to];
        let point = number.iter().position(|part| *part == Part::Point);
        let (whole, places) = number.split_at(point.unwrap_or(number.len()));
        plain.has_point = point.is_some();
        plain.read_whole(whole)?;
        plain.read_places(places.get(1..).unwrap_or_default())?;
        Some(plain)
    }

    fn read_whole(&mut self, parts: &[Part]) -> Option<()> {
        // A comma at either end is no separator.
        if matches!(parts, [Part::Comma, ..] | [.., Part::Comma]) {
            return None;
        }
        for part in parts {
            match part {
                Part::Digit('0') => self.least_whole += 1,
                Part::Digit('#') if self.least_whole == 0 => {}
                Part::Comma => self.has_thousands = true,
                _ => return None,
            }
        }
        (!parts.is_empty()).then_some(())
    }

    fn read_places(&mut self, parts: &[Part]) -> Option<()> {
        for part in parts {
            match part {
                Part::Digit('0') if self.least_places == self.most_places => self.least_places += 1,
                Part::Digit('#') => {}
                _ => return None,
            }
            self.most_places += 1;
        }
        (self.most_places < TENS.len()).then_some(())
    }

    /// A number that is not negative.
    pub(super) fn write(&self, size: f64, out: &mut String) -> Option<()> {
        let size = match self.n_percent {
            0 => size,
            n_percent => size * 100f64.powi(n_percent),
        };
        let scaled = size * TENS[self.most_places];
        if scaled >= LARGEST {
            return None;
        }
        // Near a half the digits that a person sees decide, not the float.
        let (below, doubt) = (scaled as u64, scaled * 2e-14 + 1e-9);
        let above_half = scaled - below as f64 - 0.5;
        if above_half.abs() <= doubt || doubt > 0.4 {
            return None;
        }
        // Exact: less than 2^53.
        let digits = below + u64::from(above_half > 0.0);
        // A negative number would lose its sign.
        if digits == 0 && size > 0.0 {
            return None;
        }
        let tens = TENS[self.most_places] as u64;
        out.push_str(&self.before);
        self.write_whole(digits / tens, out);
        if self.has_point {
            out.push('.');
        }
        self.write_places(digits % tens, out);
        out.push_str(&self.after);
        Some(())
    }

    fn write_whole(&self, whole: u64, out: &mut String) {
        let (mut rest, mut n) = (whole, 0);
        let mut shown = [0u8; 192];
        let mut at = shown.len();
        while (rest > 0 || n < self.least_whole) && at > 1 {
            if self.has_thousands && n > 0 && n % 3 == 0 {
                at -= 1;
                shown[at] = b',';
            }
            at -= 1;
            shown[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            n += 1;
        }
        out.push_str(std::str::from_utf8(&shown[at..]).unwrap_or_default());
    }

    fn write_places(&self, places: u64, out: &mut String) {
        let (mut rest, mut shown) = (places, [b'0'; TENS.len()]);
        for digit in shown[..self.most_places].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let mut n = self.most_places;
        while n > self.least_places && shown[n - 1] == b'0' {
            n -= 1;
        }
        out.push_str(std::str::from_utf8(&shown[..n]).unwrap_or_default());
    }
}

/// How many percent signs there are; `None` where something else than literals stands.
fn literals(parts: &[Part], out: &mut String) -> Option<i32> {
    let mut n_percent = 0;
    for part in parts {
        match part {
            Part::Literal(c) => out.push(*c),
            Part::Percent => {
                n_percent += 1;
                out.push('%');
            }
            Part::Slash => out.push('/'),
            _ => return None,
        }
    }
    Some(n_percent)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{number, reader};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_short_way_writes_what_the_long_one_does(
            format in "[¥$a]{0,2}#{0,2},?#{0,3}0{0,4}(\\.0{0,3}#{0,2})?[%元]{0,2}",
            cents in 0u64..100_000_000_000,
            size in prop_oneof![0.0f64..1e13, 0.0f64..2.0, Just(0.0)],
        ) {
            for section in reader::read(&format).unwrap_or_default() {
                let Some(plain) = &section.plain else { continue };
                for size in [size, cents as f64 / 1e4, cents as f64 / 1e3 + 5e-4, cents as f64] {
                    let (mut short, mut long) = (String::new(), String::new());
                    if plain.write(size, &mut short).is_some() {
                        number::write(&section, size, &mut long).unwrap();
                        prop_assert_eq!(&short, &long, "{} of {}", format, size);
                    }
                }
            }
        }

        #[test]
        fn common_formats_are_plain(format in "(0|0\\.00|#,##0|#,##0\\.00|¥0\\.0#|0%|0\\.00%|000000|[$]#,##0\\.00)") {
            prop_assert!(reader::read(&format).unwrap()[0].plain.is_some(), "{}", format);
        }
    }
}
