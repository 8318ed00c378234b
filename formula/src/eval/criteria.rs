//! Criteria of the *IF functions: `">=100"`, `"<>"`, `"=文本*"`, with wildcards `* ? ~`.

use super::{operators::compare, vector::Cell};
use crate::{check::coerce::text_number, syntax::ast::Op};
use std::sync::Arc;
use table::value::CellError;

#[derive(Debug, Clone)]
pub(crate) struct Criterion {
    op: Op,
    value: Cell,
    pattern: Option<Vec<char>>,
    /// Of the value.
    key: Option<Key>,
}

impl Criterion {
    pub(crate) fn new(cell: &Cell) -> Criterion {
        let Cell::Text(text) = cell else {
            let value = match cell {
                Cell::Blank => Cell::Number(0.0),
                other => other.clone(),
            };
            return Criterion {
                op: Op::Equal,
                key: key(&value),
                value,
                pattern: None,
            };
        };
        let operators = [
            (">=", Op::GreaterEqual),
            ("<=", Op::LessEqual),
            ("<>", Op::NotEqual),
            (">", Op::Greater),
            ("<", Op::Less),
            ("=", Op::Equal),
        ];
        let found = operators
            .iter()
            .find_map(|(sign, op)| text.strip_prefix(sign).map(|rest| (*op, rest)));
        let bare = found.is_none();
        let (op, rest) = found.unwrap_or((Op::Equal, text));
        let value = match rest {
            "" if !bare => Cell::Blank,
            _ if rest.eq_ignore_ascii_case("TRUE") => Cell::Bool(true),
            _ if rest.eq_ignore_ascii_case("FALSE") => Cell::Bool(false),
            _ => match error_named(rest) {
                Some(error) => Cell::Error(error),
                None => text_number(rest).map_or_else(|| Cell::Text(Arc::from(rest)), Cell::Number),
            },
        };
        let wild = matches!(op, Op::Equal | Op::NotEqual) && rest.contains(['*', '?', '~']);
        let pattern =
            (wild && matches!(value, Cell::Text(_))).then(|| rest.to_lowercase().chars().collect());
        Criterion {
            op,
            key: key(&value),
            value,
            pattern,
        }
    }

    /// The key of a plain equality, for the index.
    pub(crate) fn key(&self) -> Option<Key> {
        match (self.op, &self.pattern) {
            // What is empty fits no key: blank cells have none.
            (Op::Equal, None) if !is_empty(&self.value) => self.key.clone(),
            _ => None,
        }
    }

    pub(crate) fn matches(&self, cell: &Cell) -> bool {
        match self.op {
            Op::Equal => self.equals(cell),
            // Only `=23` takes the text "23" for the number.
            Op::NotEqual => !self.equals(cell) || is_text_number(&self.value, cell),
            op => {
                let same_type = matches!(
                    (&self.value, cell),
                    (Cell::Number(_), Cell::Number(_))
                        | (Cell::Text(_), Cell::Text(_))
                        | (Cell::Bool(_), Cell::Bool(_))
                );
                let order = || compare(cell, &self.value);
                same_type
                    && match op {
                        Op::Less => order().is_lt(),
                        Op::LessEqual => order().is_le(),
                        Op::Greater => order().is_gt(),
                        _ => order().is_ge(),
                    }
            }
        }
    }

    fn equals(&self, cell: &Cell) -> bool {
        match (&self.pattern, &self.value, cell) {
            (Some(pattern), _, Cell::Text(text)) => {
                wildcard(pattern, &text.to_lowercase().chars().collect::<Vec<_>>())
            }
            (Some(_), ..) => false,
            (None, Cell::Blank, _) => *cell == Cell::Blank,
            (None, Cell::Text(text), Cell::Blank) => text.is_empty(),
            (None, Cell::Error(wanted), Cell::Error(error)) => wanted == error,
            _ => self.key.is_some() && self.key == key(cell),
        }
    }
}

fn is_empty(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) => text.is_empty(),
        other => *other == Cell::Blank,
    }
}

fn is_text_number(wanted: &Cell, cell: &Cell) -> bool {
    matches!((wanted, cell), (Cell::Number(_), Cell::Text(_)))
}

/// `"#N/A"` asks for the error, not for a text.
pub(crate) fn error_named(text: &str) -> Option<CellError> {
    let named = |error: &CellError| error.code().eq_ignore_ascii_case(text);
    text.starts_with('#')
        .then(|| CellError::ALL.into_iter().find(named))
        .flatten()
}

/// What equal cells share: numbers by their bits, texts without case; a text that is a number equals it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    Number(u64),
    Text(String),
    Bool(bool),
}

impl Key {
    pub(crate) fn to_cell(&self) -> Cell {
        match self {
            Key::Number(bits) => Cell::Number(f64::from_bits(*bits)),
            Key::Text(text) => Cell::Text(Arc::from(text.as_str())),
            Key::Bool(value) => Cell::Bool(*value),
        }
    }
}

pub(crate) fn key(cell: &Cell) -> Option<Key> {
    match cell {
        Cell::Text(text) => Some(match text_number(text) {
            Some(x) => Key::Number((x + 0.0).to_bits()),
            None => Key::Text(text.to_lowercase()),
        }),
        other => exact_key(other),
    }
}

/// As [`key`], but texts stay texts: for look-ups.
pub(crate) fn exact_key(cell: &Cell) -> Option<Key> {
    match cell {
        Cell::Number(x) => Some(Key::Number((x + 0.0).to_bits())),
        Cell::Text(text) => Some(Key::Text(text.to_lowercase())),
        Cell::Bool(b) => Some(Key::Bool(*b)),
        _ => None,
    }
}

/// `*` any run, `?` one character, `~` takes the next one as it is. Linear in practice, never exponential.
pub(crate) fn wildcard(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t, mut back) = (0, 0, None);
    while t < text.len() {
        let escaped = pattern.get(p) == Some(&'~') && p + 1 < pattern.len();
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, t));
                p += 1;
            }
            Some('?') => (p, t) = (p + 1, t + 1),
            Some(_) if escaped && pattern[p + 1] == text[t] => (p, t) = (p + 2, t + 1),
            Some(c) if !escaped && *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    (p, t) = (star + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
