//! Barcodes: texts with every digit, leading zeros included; a wrong check digit is flagged.
//!
//! Law: the text is never altered. Digits of the length of an EAN-8, UPC-A, EAN-13 or ITF-14 whose last one does not
//! check are a misfit, so that a typing error shows before goods are sent; any other text (Code 128, a shop's own
//! code) is taken as it is.

use crate::value::{CellState, CellValue};

pub(super) fn parse(input: &str) -> Option<CellState> {
    let text = input.trim();
    (checks(text) != Some(false)).then(|| CellValue::text(text).into())
}

/// Whether the check digit of a GS1 number is right; `None` where the text is no GS1 number.
pub fn checks(text: &str) -> Option<bool> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || !matches!(text.len(), 8 | 12 | 13 | 14) {
        return None;
    }
    // From the right: the check digit once, then three times and once in turn, make a multiple of ten.
    let sum: u32 = text
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| u32::from(byte - b'0') * if at % 2 == 1 { 3 } else { 1 })
        .sum();
    Some(sum.is_multiple_of(10))
}

#[cfg(test)]
mod tests {
    use crate::{
        field::FieldType,
        value::{CellState, CellValue},
    };

    #[test]
    fn codes_are_kept_and_wrong_check_digits_flagged() {
        for (typed, fits) in [
            ("4006381333931", true),
            ("6901234567892", true),
            ("0012345678905", true),
            ("036000291452", true),
            ("96385074", true),
            ("16901234567899", true),
            ("4006381333932", false),
            ("036000291453", false),
            ("96385075", false),
            ("16901234567892", false),
            // No GS1 number: a shop's own code.
            ("00123", true),
            ("CK-2026-001", true),
            ("69012345678", true),
            ("690123456789X", true),
        ] {
            let state = FieldType::Barcode.parse(&format!(" {typed} "));
            let want = match fits {
                true => CellValue::text(typed).into(),
                false => CellState::Misfit(format!(" {typed} ").into()),
            };
            assert_eq!(state, want, "{typed}");
            assert_eq!(FieldType::Barcode.display(&state).trim(), typed);
        }
    }
}
