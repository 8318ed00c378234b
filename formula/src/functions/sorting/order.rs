//! Excel's order of cells: numbers, texts, FALSE, TRUE, errors by their ERROR.TYPE; blanks come last whichever way it goes.
//!
//! Texts stand as in Excel's Chinese edition: signs, digits, letters whatever their case, other scripts, then Chinese by
//! pinyin and tone; a hyphen or an apostrophe counts only where nothing else differs. Main type: [`Rank`]. Law: two texts
//! have the same rank exactly where `=` takes them for equal. Tests: `spec/array-functions.md`.

use crate::{eval::vector::Cell, functions::information};
use pinyin::ToPinyin;
use std::cmp::Ordering;

/// Where a cell stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rank {
    Number(f64),
    Text(Box<[u8]>),
    Bool(bool),
    /// By Excel's number of it.
    Error(u8),
    Blank,
}

/// Signs in their order, before digits.
const SIGNS: &str = " _,;:!?.\"()[]{}@*/\\&#%`^+<=>|~$";
/// First bytes of the kinds of characters.
const SIGN: u8 = 2;
const DIGIT: u8 = 3;
const LETTER: u8 = 4;
const OTHER: u8 = 5;
const SYLLABLE: u8 = 6;
/// Below everything that a character begins with.
const END: u8 = 1;

impl Rank {
    pub(crate) fn new(cell: &Cell) -> Rank {
        match cell {
            Cell::Number(x) => Rank::Number(*x + 0.0),
            Cell::Text(text) => Rank::Text(text_rank(text)),
            Cell::Bool(b) => Rank::Bool(*b),
            Cell::Blank => Rank::Blank,
            Cell::Error(error) => Rank::Error(information::error_number(*error)),
            Cell::Pending | Cell::Array(_) => Rank::Error(u8::MAX),
        }
    }

    pub(crate) fn kind(&self) -> u8 {
        match self {
            Rank::Number(_) => 0,
            Rank::Text(_) => 1,
            Rank::Bool(_) => 2,
            Rank::Error(_) => 3,
            Rank::Blank => 4,
        }
    }

    /// The same bytes for cells of the same rank.
    pub(crate) fn key(&self) -> Vec<u8> {
        let mut out = vec![self.kind()];
        match self {
            Rank::Number(x) => out.extend(x.to_bits().to_be_bytes()),
            Rank::Text(text) => out.extend(&**text),
            Rank::Bool(b) => out.push(u8::from(*b)),
            Rank::Error(number) => out.push(*number),
            Rank::Blank => {}
        }
        out
    }

    /// Ascending.
    pub(crate) fn compare(&self, other: &Rank) -> Ordering {
        match (self, other) {
            (Rank::Number(x), Rank::Number(y)) => x.total_cmp(y),
            (Rank::Text(x), Rank::Text(y)) => x.cmp(y),
            (Rank::Bool(x), Rank::Bool(y)) => x.cmp(y),
            (Rank::Error(x), Rank::Error(y)) => x.cmp(y),
            _ => self.kind().cmp(&other.kind()),
        }
    }

    /// Ascending or descending, blanks last.
    pub(crate) fn compare_by(&self, other: &Rank, descending: bool) -> Ordering {
        let order = self.compare(other);
        match descending && *self != Rank::Blank && *other != Rank::Blank {
            true => order.reverse(),
            false => order,
        }
    }
}

fn text_rank(text: &str) -> Box<[u8]> {
    let mut out = Vec::with_capacity(text.len() * 2 + 2);
    let lower = text.to_lowercase();
    for c in lower.chars() {
        match c {
            '-' | '\'' => {}
            '0'..='9' => out.extend([DIGIT, c as u8]),
            'a'..='z' => out.extend([LETTER, c as u8]),
            _ if c.is_ascii() => {
                let place = SIGNS.find(c).map_or(c as u8, |at| at as u8 + 0x80);
                out.extend([SIGN, place]);
            }
            _ => spoken(c, &mut out),
        }
    }
    // What decides last: a text with a hyphen stands behind the one without.
    out.push(END);
    out.extend(lower.bytes().map(|byte| match byte {
        b'-' | b'\'' => u8::MAX,
        other => other,
    }));
    out.into_boxed_slice()
}

fn spoken(c: char, out: &mut Vec<u8>) {
    let code = u32::from(c).to_be_bytes();
    match c.to_pinyin() {
        Some(sound) => {
            out.push(SYLLABLE);
            out.extend_from_slice(sound.plain().as_bytes());
            out.push(END);
            out.extend(sound.with_tone_num_end().bytes().last());
        }
        None => out.push(OTHER),
    }
    out.extend(code);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn texts_stand_as_in_excel() {
        let texts = [
            "", " a", "#1", "1", "10", "2", "a", "coop", "co-op", "coop1", "z", "Я", "阿", "碗",
            "张", "赵",
        ];
        let ranks: Vec<Rank> = texts
            .iter()
            .map(|text| Rank::new(&Cell::Text(Arc::from(*text))))
            .collect();
        for (pair, names) in ranks.windows(2).zip(texts.windows(2)) {
            assert!(pair[0].compare(&pair[1]).is_lt(), "{names:?}");
        }
    }
}
