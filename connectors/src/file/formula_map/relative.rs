//! Formulas seen from their own cell: `=B3*C3` in row 3 and `=B4*C4` in row 4 are the same.
//!
//! Function: [`class`]. In: a formula and its place; out: a number. Tests: at the end of this file.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Equal for formulas that differ only by being filled down or sideways.
pub fn class(formula: &str, row: u32, column: u32) -> u64 {
    let mut hasher = DefaultHasher::new();
    let bytes = formula.as_bytes();
    let mut at = 0;
    let mut after_word = false;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'"' || byte == b'\'' {
            let end = quoted_end(bytes, at);
            bytes[at..end].hash(&mut hasher);
            at = end;
            after_word = true;
            continue;
        }
        if !after_word && let Some(reference) = reference(&bytes[at..]) {
            reference.hash_from(row, column, &mut hasher);
            at += reference.length;
            after_word = true;
            continue;
        }
        byte.to_ascii_uppercase().hash(&mut hasher);
        after_word = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || byte >= 0x80;
        at += 1;
    }
    hasher.finish()
}

fn quoted_end(bytes: &[u8], from: usize) -> usize {
    let quote = bytes[from];
    bytes[from + 1..]
        .iter()
        .position(|byte| *byte == quote)
        .map_or(bytes.len(), |length| from + length + 2)
}

/// A cell or a whole column or row of a formula.
struct Reference {
    length: usize,
    column: Option<(u32, bool)>,
    row: Option<(u32, bool)>,
}

impl Reference {
    fn hash_from(&self, row: u32, column: u32, hasher: &mut DefaultHasher) {
        0xffu8.hash(hasher);
        let place = |own: u32, part: Option<(u32, bool)>| {
            part.map(|(at, fixed)| {
                (
                    fixed,
                    if fixed {
                        i64::from(at)
                    } else {
                        i64::from(at) - i64::from(own)
                    },
                )
            })
        };
        place(row, self.row).hash(hasher);
        place(column, self.column).hash(hasher);
    }
}

/// `$B$3`, or `B` as a part of `B:B`, or `3` as a part of `3:3`.
fn reference(bytes: &[u8]) -> Option<Reference> {
    let mut at = 0;
    let dollar = |at: &mut usize| {
        let found = bytes.get(*at) == Some(&b'$');
        *at += usize::from(found);
        found
    };
    let column_fixed = dollar(&mut at);
    let letters = bytes[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let column = bytes[at..at + letters]
        .iter()
        .take(4)
        .fold(0u32, |sum, byte| {
            sum * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1
        });
    at += letters;
    let row_fixed = if letters > 0 {
        dollar(&mut at)
    } else {
        column_fixed
    };
    let digits = bytes[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let row = bytes[at..at + digits]
        .iter()
        .take(8)
        .fold(0u32, |sum, byte| sum * 10 + u32::from(byte - b'0'));
    at += digits;
    let ends = !matches!(bytes.get(at), Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'(' | b'!') || *byte >= 0x80);
    let is_cell = (1..=3).contains(&letters) && (1..=7).contains(&digits);
    (ends && is_cell).then(|| Reference {
        length: at,
        column: Some((column - 1, column_fixed)),
        row: Some((row, row_fixed)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_formulas_are_one_class() {
        for (first, second, same) in [
            (("B3*C3", 3), ("B4*C4", 4), true),
            (("b3*C3", 3), ("B4*C4", 4), true),
            (("B3*C3", 3), ("B4*C5", 4), false),
            (("B3*$H$1", 3), ("B4*$H$1", 4), true),
            (("B3*H1", 3), ("B4*H1", 4), false),
            (("SUM(C$3:C3)", 3), ("SUM(C$3:C4)", 4), true),
            (("B3&\"B3\"", 3), ("B4&\"B3\"", 4), true),
            (("B3&\"B3\"", 3), ("B4&\"B4\"", 4), false),
            (("LOG10(B3)", 3), ("LOG10(B4)", 4), true),
            (
                ("VLOOKUP(A3,价目表!$A:$C,3,0)", 3),
                ("VLOOKUP(A4,价目表!$A:$C,3,0)", 4),
                true,
            ),
            (("'B3'!A3", 3), ("'B3'!A4", 4), true),
        ] {
            assert_eq!(
                class(first.0, first.1, 5) == class(second.0, second.1, 5),
                same,
                "{first:?} {second:?}"
            );
        }
    }
}
