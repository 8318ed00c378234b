//! Excel's number formats, for TEXT: `#,##0.00`, `# ?/?`, `yyyy年m月d日`, `0;(0);"-"`. In: a cell and a format. Out: [`text`].
//!
//! A format is read (by [`reader`]) into up to four [`Section`]s of [`Part`]s, of which one is chosen by the value and
//! written by [`number`], [`fraction`] or [`day`]. Law: what Excel refuses is refused (`None`), never written wrongly.
//! Tests: `spec/text-formats.md`.

mod day;
mod fraction;
mod number;
mod numerals;
mod plain;
mod reader;

use super::text_value;
use crate::{check::coerce::general, eval::vector::Cell};
use numerals::Numerals;
use std::{cell::RefCell, rc::Rc, sync::Arc};

/// A format and its sections; `None` where it cannot be read.
type Kept = Option<(Arc<str>, Option<Rc<[Section]>>)>;

thread_local! {
    /// The format read last: most formulas have one.
    static KEPT: RefCell<Kept> = const { RefCell::new(None) };
}

fn sections(format: &Arc<str>) -> Option<Rc<[Section]>> {
    KEPT.with_borrow_mut(|kept| {
        if kept.as_ref().is_none_or(|(of, _)| of != format) {
            *kept = Some((format.clone(), reader::read(format).map(Rc::from)));
        }
        kept.as_ref().and_then(|(_, sections)| sections.clone())
    })
}

/// The cell in a format; `None` where the format cannot be used for it.
pub(crate) fn text(cell: &Cell, format: &Arc<str>) -> Option<String> {
    let sections = sections(format)?;
    match cell {
        Cell::Bool(value) => Some(if *value { "TRUE" } else { "FALSE" }.into()),
        Cell::Number(value) => written(&sections, *value),
        Cell::Blank => written(&sections, 0.0),
        Cell::Text(shown) => {
            let only_text = matches!(&sections[..], [one] if one.takes_text());
            match text_value::read(shown).filter(|_| !only_text) {
                Some(value) => written(&sections, value),
                None => Some(write_text(&sections, shown)),
            }
        }
        Cell::Error(_) | Cell::Pending | Cell::Array(_) => None,
    }
}

/// Numbers one after the other in a format, each handed on as a text; `None` where it cannot be used for one of them.
pub(crate) fn texts(
    values: &[f64],
    format: &Arc<str>,
    mut each: impl FnMut(&str) -> Option<()>,
) -> Option<()> {
    let sections = sections(format)?;
    let mut shown = String::with_capacity(64);
    for value in values {
        shown.clear();
        write(&sections, *value, &mut shown)?;
        each(&shown)?;
    }
    Some(())
}

/// A whole number in Chinese numerals: 1 as it is said, 2 as on invoices, 3 digit by digit.
pub(crate) fn in_numerals(value: f64, kind: u8) -> Option<String> {
    let shown = general(value);
    match kind {
        3 => Some(Numerals::read("1")?.digits(&shown)),
        kind => Some(Numerals::read(&kind.to_string())?.spelled(&shown)),
    }
}

/// Whether more than zeros were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Something,
    Nothing,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Comma,
    Percent,
    /// `E+` or `E-`; true where a plus sign is written.
    Exponent(bool),
    Literal(char),
    /// A bare `/`: between digits the line of a fraction.
    Slash,
    General,
    /// `@`.
    Text,
    /// `y m d h s a` and how many of them; `n` stands for minutes.
    Date(char, usize),
    /// `[h]`, `[m]`, `[s]`: not cut to a day.
    Elapsed(char, usize),
    /// Digits of a second.
    Fraction(usize),
    /// What stands for morning and afternoon.
    Half(&'static str, &'static str),
}

#[derive(Debug, Default)]
struct Section {
    parts: Vec<Part>,
    condition: Option<Condition>,
    numerals: Option<Numerals>,
    /// `[$-804]`: names of months and weekdays in Chinese.
    in_chinese: bool,
    /// `[$-F800]` and `[$-F400]`: the long date or the time in the way of the country.
    system: Option<System>,
    /// Where a fraction stands among the parts.
    fraction: Option<fraction::Shape>,
    /// Where it is one of the simple formats.
    plain: Option<plain::Plain>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum System {
    Date,
    Time,
}

/// `[>=100]`.
#[derive(Debug)]
struct Condition {
    sign: Sign,
    limit: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sign {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

impl Condition {
    fn holds(&self, value: f64) -> bool {
        match self.sign {
            Sign::Less => value < self.limit,
            Sign::LessEqual => value <= self.limit,
            Sign::Greater => value > self.limit,
            Sign::GreaterEqual => value >= self.limit,
            Sign::Equal => value == self.limit,
            Sign::NotEqual => value != self.limit,
        }
    }

    /// Only numbers below zero pass.
    fn is_negative(&self) -> bool {
        match self.sign {
            Sign::Less => self.limit <= 0.0,
            Sign::LessEqual | Sign::Equal => self.limit < 0.0,
            _ => false,
        }
    }

    /// All numbers above zero pass.
    fn takes_positive(&self) -> bool {
        matches!(self.sign, Sign::Greater | Sign::GreaterEqual) && self.limit <= 0.0
    }
}

impl Section {
    fn takes_text(&self) -> bool {
        self.parts.contains(&Part::Text)
    }

    fn is_date(&self) -> bool {
        let date =
            |part: &Part| matches!(part, Part::Date(..) | Part::Elapsed(..) | Part::Half(..));
        self.parts.iter().any(date)
    }

    fn has_digits(&self) -> bool {
        let digit = |part: &Part| matches!(part, Part::Digit(_));
        self.parts.iter().any(digit)
    }

    /// The value without its sign where the section says the sign itself.
    fn write(&self, value: f64, out: &mut String) -> Option<()> {
        let plain = self.plain.as_ref();
        if plain.is_none() && self.is_date() {
            out.push_str(&day::write(self, value)?);
            return Some(());
        }
        let start = out.len();
        if value < 0.0 {
            out.push('-');
        }
        let size = value.abs();
        if plain.is_some_and(|plain| plain.write(size, out).is_some()) {
            return Some(());
        }
        if let Some(shape) = &self.fraction {
            return shape.write(self, size, out);
        }
        // What rounds to 0 has no sign.
        if number::write(self, size, out)? == Shown::Nothing && value < 0.0 {
            out.remove(start);
        }
        Some(())
    }
}

fn written(sections: &[Section], value: f64) -> Option<String> {
    let mut out = String::with_capacity(24);
    write(sections, value, &mut out)?;
    Some(out)
}

fn write(sections: &[Section], value: f64, out: &mut String) -> Option<()> {
    if let [only] = sections
        && only.plain.is_some()
        && only.condition.is_none()
    {
        return only.write(value, out);
    }
    let texts_last = sections.len() == 4 || sections.last()?.takes_text();
    let numbers = &sections[..sections.len() - usize::from(texts_last)];
    if numbers.iter().any(|section| section.condition.is_some()) {
        return write_by_condition(numbers, value, out);
    }
    match numbers {
        [] => out.push_str(&general(value)),
        [one] => one.write(value, out)?,
        [_, negative, ..] if value < 0.0 => negative.write(-value, out)?,
        [_, _, zero] if value == 0.0 => zero.write(value, out)?,
        [positive, ..] => positive.write(value, out)?,
    }
    Some(())
}

/// The first section whose condition holds. A second one without a condition takes what is negative if a third one
/// takes the rest; a lone one leaves the rest to General. A section for negative numbers only says the sign itself.
fn write_by_condition(sections: &[Section], value: f64, out: &mut String) -> Option<()> {
    let last = sections.len() - 1;
    let fits = |(at, section): &(usize, &Section)| match &section.condition {
        Some(condition) => condition.holds(value),
        None => *at == last || (*at == 0 && value > 0.0) || (*at == 1 && value < 0.0),
    };
    let Some((at, section)) = sections.iter().enumerate().find(fits) else {
        out.push_str(&general(value));
        return (last == 0).then_some(());
    };
    let before = sections[..at].iter().filter_map(|s| s.condition.as_ref());
    let says_sign = match &section.condition {
        Some(condition) => condition.is_negative(),
        None if at == 1 && at < last => true,
        None => before.into_iter().any(Condition::takes_positive),
    };
    section.write(if says_sign { value.abs() } else { value }, out)
}

fn write_text(sections: &[Section], shown: &str) -> String {
    let section = match sections {
        [_, _, _, fourth] => Some(fourth),
        _ => sections.last().filter(|section| section.takes_text()),
    };
    let Some(section) = section else {
        return shown.to_owned();
    };
    let mut out = String::new();
    for part in &section.parts {
        match part {
            Part::Text | Part::General => out.push_str(shown),
            Part::Literal(c) => out.push(*c),
            Part::Slash => out.push('/'),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever stands in a format, it is written or refused.
        #[test]
        fn no_format_panics(
            format in "[0#?.,%/Ee+\\-;@_*!\\\\\"$ \\[\\]ymdhsagb<>=1-9算DBNum红色:()]{0,16}",
            value in prop_oneof![-1e6..1e6f64, -1e18..1e18f64, -1.0..1.0f64],
        ) {
            let format = Arc::from(format.as_str());
            drop(text(&Cell::Number(value), &format));
            drop(text(&Cell::Text(Arc::from("文")), &format));
        }
    }
}
