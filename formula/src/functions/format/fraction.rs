//! A number as a fraction: `# ?/?`, `??/??`, `# ?/8`.
//!
//! Law: the fraction is the one that Excel shows, which is the last convergent of the number's continued fraction whose
//! denominator has room (Aberth, A method for exact computation with rational numbers), not always the nearest one.

use super::{
    Part, Section,
    number::{write_literal, write_whole},
};
use std::ops::Range;
use table::field::decimal;

/// Digits of a denominator that are looked for.
const DIGITS: usize = 7;
/// What is left of a number is nothing from here on.
const NOTHING: f64 = 0.000_000_05;

/// Where the pieces of a fraction stand among the parts.
#[derive(Debug)]
pub(super) struct Shape {
    /// Up to the numerator, with a placeholder for the whole number among them.
    has_whole: bool,
    above: Range<usize>,
    below: Range<usize>,
    /// A denominator that is written as a number.
    fixed: Option<f64>,
}

impl Shape {
    pub(super) fn of(parts: &[Part]) -> Option<Shape> {
        let slash = parts.iter().position(|part| *part == Part::Slash)?;
        let is_digit = |part: &&Part| matches!(part, Part::Digit(_));
        let is_blank = |part: &&Part| **part == Part::Literal(' ');
        let before = parts[..slash].iter().rev();
        let end = slash - before.clone().take_while(is_blank).count();
        let n_above = parts[..end].iter().rev().take_while(is_digit).count();
        let start = slash + 1 + parts[slash + 1..].iter().take_while(is_blank).count();
        let (n_below, fixed) = match parts.get(start)? {
            Part::Digit(_) => (parts[start..].iter().take_while(is_digit).count(), None),
            _ => {
                let number: String = parts[start..].iter().map_while(figure).collect();
                (number.len(), Some(number.parse().ok()?))
            }
        };
        let above = end - n_above..end;
        (n_above > 0 && n_below > 0).then(|| Shape {
            has_whole: parts[..above.start].iter().any(|part| is_digit(&part)),
            above,
            below: start..start + n_below,
            fixed,
        })
    }

    /// A number that is not negative.
    pub(super) fn write(&self, section: &Section, size: f64, out: &mut String) -> Option<()> {
        let parts = &section.parts;
        let n_percent = parts.iter().filter(|part| **part == Part::Percent).count();
        let size = size * 100f64.powi(n_percent as i32);
        let (above, below) = match self.fixed {
            Some(below) => ((size * below).round(), below),
            None => {
                let n_digits = self.below.len().min(DIGITS);
                convergent(size, 10f64.powi(n_digits as i32) - 1.0)
            }
        };
        let whole = match self.has_whole {
            true => (above / below).floor(),
            false => 0.0,
        };
        let above = above - whole * below;
        if !above.is_finite() {
            return None;
        }
        let from = out.len();
        let before = &parts[..self.above.start];
        match before.iter().position(|p| matches!(p, Part::Digit(_))) {
            None => literals(before, out),
            Some(first) => {
                let last = before.iter().rposition(|p| matches!(p, Part::Digit(_)))? + 1;
                let shown = match whole == 0.0 && above != 0.0 {
                    true => String::new(),
                    false => decimal::fixed(whole, 0),
                };
                literals(&before[..first], out);
                write_whole(&before[first..last], &shown, out);
                if above != 0.0 || self.keeps_room(parts) {
                    literals(&before[last..], out);
                }
            }
        }
        self.write_ratio(parts, above, below, out);
        literals(&parts[self.below.end..], out);
        if let Some(numerals) = &section.numerals {
            let shown = numerals.digits(&out[from..]);
            out.truncate(from);
            out.push_str(&shown);
        }
        Some(())
    }

    /// `#` leaves no room for a fraction that is not there.
    fn keeps_room(&self, parts: &[Part]) -> bool {
        let mut ratio = parts[self.above.start..self.below.end].iter();
        ratio.any(|part| matches!(part, Part::Digit('?' | '0')))
    }

    /// Where there is nothing beside the whole number, only the room is kept.
    fn write_ratio(&self, parts: &[Part], above: f64, below: f64, out: &mut String) {
        let (upper, line, lower) = (
            &parts[self.above.clone()],
            &parts[self.above.end..self.below.start],
            &parts[self.below.clone()],
        );
        let keeps_zero = |parts: &[Part]| parts.contains(&Part::Digit('0'));
        if above == 0.0 && self.has_whole && !keeps_zero(upper) {
            let n_room = match self.keeps_room(parts) {
                true => self.below.end - self.above.start,
                false => 0,
            };
            out.extend(std::iter::repeat_n(' ', n_room));
            return;
        }
        write_whole(upper, &decimal::fixed(above, 0), out);
        literals(line, out);
        if self.fixed.is_some() {
            out.extend(lower.iter().filter_map(figure));
            return;
        }
        let shown = decimal::fixed(below, 0);
        if keeps_zero(lower) {
            write_whole(lower, &shown, out);
            return;
        }
        out.push_str(&shown);
        let n_room = lower.iter().filter(|p| **p == Part::Digit('?')).count();
        let n_room = n_room.saturating_sub(shown.len());
        out.extend(std::iter::repeat_n(' ', n_room));
    }
}

fn literals(parts: &[Part], out: &mut String) {
    parts.iter().for_each(|part| write_literal(part, out));
}

/// A figure of a denominator that is written as a number.
fn figure(part: &Part) -> Option<char> {
    match part {
        Part::Literal(c) if c.is_ascii_digit() => Some(*c),
        Part::Digit('0') => Some('0'),
        _ => None,
    }
}

/// The last convergent with a denominator of at most `most`.
fn convergent(size: f64, most: f64) -> (f64, f64) {
    let (mut before, mut last) = ((0.0, 1.0), (1.0, 0.0));
    let mut rest = size;
    loop {
        let whole = rest.floor();
        let next = (whole * last.0 + before.0, whole * last.1 + before.1);
        if next.1 > most {
            return last;
        }
        (before, last) = (last, next);
        if rest - whole < NOTHING || next.1 >= most {
            return last;
        }
        rest = 1.0 / (rest - whole);
    }
}
