//! Excel's number formats, for TEXT: `#,##0.00`, `yyyy年m月d日`, `0;(0);"-"`. In: a cell and a format. Out: [`text`].
//!
//! A format is read into up to four [`Section`]s of [`Part`]s (here), of which one is chosen by the value and written by
//! [`number`] or [`day`]. Law: what Excel refuses, and fractions (`# ?/?`), are refused (`None`), never written wrongly.
//! Tests: `spec/text-formats.md`.

mod day;
mod number;
mod numerals;

use crate::{
    check::coerce::{general, text_number},
    eval::vector::Cell,
};
use numerals::Numerals;

/// The cell in a format; `None` where the format cannot be used for it.
pub(crate) fn text(cell: &Cell, format: &str) -> Option<String> {
    let sections = read(format)?;
    match cell {
        Cell::Bool(value) => Some(if *value { "TRUE" } else { "FALSE" }.into()),
        Cell::Number(value) => write(&sections, *value),
        Cell::Blank => write(&sections, 0.0),
        Cell::Text(shown) => {
            let only_text = matches!(&sections[..], [one] if one.takes_text());
            match text_number(shown).filter(|_| !only_text) {
                Some(value) => write(&sections, value),
                None => Some(write_text(&sections, shown)),
            }
        }
        Cell::Error(_) | Cell::Pending | Cell::Array(_) => None,
    }
}

/// A whole number in Chinese numerals: 1 as it is said, 2 as on invoices, 3 digit by digit.
pub(crate) fn in_numerals(value: f64, kind: u8) -> Option<String> {
    let shown = general(value);
    match kind {
        3 => Some(Numerals::read("1")?.digits(&shown)),
        kind => Some(Numerals::read(&kind.to_string())?.spelled(&shown)),
    }
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
    /// `[>=100]`.
    condition: Option<(String, f64)>,
    numerals: Option<Numerals>,
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

    fn holds(&self, value: f64) -> Option<bool> {
        let (sign, limit) = self.condition.as_ref()?;
        Some(match sign.as_str() {
            "<" => value < *limit,
            "<=" => value <= *limit,
            ">" => value > *limit,
            ">=" => value >= *limit,
            "=" => value == *limit,
            _ => value != *limit,
        })
    }

    /// The value without its sign where the section says the sign itself.
    fn write(&self, value: f64) -> Option<String> {
        if self.is_date() {
            return day::write(self, value);
        }
        let sign = if value < 0.0 { "-" } else { "" };
        Some(format!("{sign}{}", number::write(self, value.abs())?))
    }
}

fn write(sections: &[Section], value: f64) -> Option<String> {
    let texts_last = sections.len() == 4 || sections.last()?.takes_text();
    let numbers = &sections[..sections.len() - usize::from(texts_last)];
    if numbers.iter().any(|section| section.condition.is_some()) {
        return write_by_condition(numbers, value);
    }
    match numbers {
        [] => Some(general(value)),
        [one] => one.write(value),
        [_, negative, ..] if value < 0.0 => negative.write(-value),
        [_, _, zero] if value == 0.0 => zero.write(value),
        [positive, ..] => positive.write(value),
    }
}

/// The first section whose condition holds. A second one without a condition takes what is negative if a third one
/// takes the rest. Several sections say the sign themselves.
fn write_by_condition(sections: &[Section], value: f64) -> Option<String> {
    let last = sections.len() - 1;
    let fits = |(at, section): &(usize, &Section)| match section.holds(value) {
        Some(holds) => holds,
        None => *at == last || (*at == 0 && value > 0.0) || (*at == 1 && value < 0.0),
    };
    let (_, section) = sections.iter().enumerate().find(fits)?;
    section.write(if last > 0 { value.abs() } else { value })
}

fn write_text(sections: &[Section], shown: &str) -> String {
    let Some(section) = sections.last().filter(|section| section.takes_text()) else {
        return shown.to_owned();
    };
    let mut out = String::new();
    for part in &section.parts {
        match part {
            Part::Text => out.push_str(shown),
            Part::Literal(c) => out.push(*c),
            _ => {}
        }
    }
    out
}

fn read(format: &str) -> Option<Vec<Section>> {
    let chars: Vec<char> = format.chars().collect();
    let mut reader = Reader {
        chars: &chars,
        at: 0,
    };
    let mut sections = vec![reader.section()?];
    while reader.at < chars.len() {
        reader.at += 1;
        sections.push(reader.section()?);
    }
    (sections.len() <= 4).then_some(sections)
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
}

const HALVES: [(&str, &str, &str); 3] = [
    ("am/pm", "AM", "PM"),
    ("上午/下午", "上午", "下午"),
    ("a/p", "A", "P"),
];
const COLORS: [&str; 16] = [
    "black", "blue", "cyan", "green", "magenta", "red", "white", "yellow", "黑色", "蓝色", "青色",
    "绿色", "洋红", "红色", "白色", "黄色",
];

impl Reader<'_> {
    /// Up to `;` or the end.
    fn section(&mut self) -> Option<Section> {
        let mut section = Section::default();
        while let Some(&c) = self.chars.get(self.at).filter(|c| **c != ';') {
            self.part(c, &mut section)?;
        }
        match section.is_date() {
            true => day::settle(&mut section.parts)?,
            false => number::settle(&section.parts)?,
        }
        Some(section)
    }

    fn part(&mut self, c: char, section: &mut Section) -> Option<()> {
        if let Some(part) = self.word() {
            section.parts.push(part);
            return Some(());
        }
        self.at += 1;
        let next = self.chars.get(self.at).copied();
        let part = match c {
            '"' => return self.quoted(section),
            '[' => return self.bracketed(section),
            // Room as wide as the next character; in a text, a blank.
            '_' => {
                self.at += 1;
                Part::Literal(next.map(|_| ' ')?)
            }
            // `!` escapes in Excel's Chinese edition.
            '\\' | '!' => {
                self.at += 1;
                Part::Literal(next?)
            }
            // The next character would fill a cell.
            '*' => {
                self.at += 1;
                return next.map(drop);
            }
            '0' | '#' | '?' => Part::Digit(c),
            '.' => Part::Point,
            ',' => Part::Comma,
            '%' => Part::Percent,
            '@' => Part::Text,
            // Elsewhere than after digits, as in `e-mm-dd`, it is the year.
            'E' | 'e' if section.has_digits() && matches!(next, Some('+' | '-')) => {
                self.at += 1;
                Part::Exponent(next == Some('+'))
            }
            _ => match c.to_ascii_lowercase() {
                letter @ ('y' | 'm' | 'd' | 'h' | 's' | 'a' | 'e') => self.run(letter)?,
                _ => Part::Literal(c),
            },
        };
        section.parts.push(part);
        Some(())
    }

    /// `General` and the halves of a day.
    fn word(&mut self) -> Option<Part> {
        let rest = &self.chars[self.at..];
        let starts = |word: &str| {
            let n = word.chars().count();
            rest.len() >= n
                && word
                    .chars()
                    .zip(rest)
                    .all(|(a, b)| a == b.to_ascii_lowercase())
        };
        let (word, part) = ["general", "g/通用格式"]
            .into_iter()
            .map(|word| (word, Part::General))
            .chain(HALVES.map(|(word, am, pm)| (word, Part::Half(am, pm))))
            .find(|(word, _)| starts(word))?;
        self.at += word.chars().count();
        Some(part)
    }

    /// The same letter several times, of which one is read.
    fn run(&mut self, letter: char) -> Option<Part> {
        let same = |c: &&char| c.to_ascii_lowercase() == letter;
        let n = 1 + self.chars[self.at..].iter().take_while(same).count();
        self.at += n - 1;
        match letter {
            'e' => Some(Part::Date('y', 4)),
            'a' if n < 3 => None,
            _ => Some(Part::Date(letter, n)),
        }
    }

    fn quoted(&mut self, section: &mut Section) -> Option<()> {
        loop {
            let c = *self.chars.get(self.at)?;
            self.at += 1;
            if c == '"' {
                return Some(());
            }
            section.parts.push(Part::Literal(c));
        }
    }

    /// A condition, a colour, a currency or language, elapsed time, Chinese numerals.
    fn bracketed(&mut self, section: &mut Section) -> Option<()> {
        let n = self.chars[self.at..].iter().position(|c| *c == ']')?;
        let inner: String = self.chars[self.at..self.at + n].iter().collect();
        self.at += n + 1;
        let lower = inner.to_lowercase();
        if let Some(rest) = inner.strip_prefix('$') {
            let sign = rest.split('-').next().unwrap_or_default();
            section.parts.extend(sign.chars().map(Part::Literal));
        } else if let Some(letter) = lower.chars().next().filter(|c| "hms".contains(*c))
            && lower.chars().all(|c| c == letter)
        {
            section.parts.push(Part::Elapsed(letter, n));
        } else if lower.starts_with(['<', '>', '=']) {
            let n_sign = lower.chars().take_while(|c| "<>=".contains(*c)).count();
            let (sign, limit) = inner.split_at(n_sign);
            if !["<", "<=", ">", ">=", "=", "<>"].contains(&sign) {
                return None;
            }
            section.condition = Some((sign.into(), limit.trim().parse().ok()?));
        } else if let Some(kind) = lower.strip_prefix("dbnum") {
            section.numerals = Some(Numerals::read(kind)?);
        } else if !COLORS.contains(&lower.as_str())
            && !lower.starts_with("color")
            && !lower.starts_with("颜色")
        {
            return None;
        }
        Some(())
    }
}
