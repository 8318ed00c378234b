//! Texts made alike for comparing: letters whatever their case and width, Chinese whatever its script.
//!
//! Main functions: [`plain`] (case and width), [`loose`] (traditional characters too). Law: folding twice changes
//! nothing more. Tests: below.

use std::sync::LazyLock;

/// Pairs of a traditional character and its simplified form.
const PAIRS: &str = include_str!("../../data/simplified.txt");
/// The characters that [`PAIRS`] speaks of: the block of Chinese characters and its first extension.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0xFAFF;

/// The simplified form of each character from [`FIRST`] to [`LAST`]; 0: the character itself.
static SIMPLIFIED: LazyLock<Box<[u16]>> = LazyLock::new(|| {
    let mut forms = vec![0; (LAST - FIRST + 1) as usize];
    for line in PAIRS.lines().filter(|line| !line.starts_with('#')) {
        let mut characters = line.chars();
        while let (Some(from), Some(to)) = (characters.next(), characters.next()) {
            let place = (from as u32).checked_sub(FIRST);
            if let (Some(place), Ok(to)) = (place, u16::try_from(to as u32))
                && let Some(form) = forms.get_mut(place as usize)
            {
                *form = to;
            }
        }
    }
    forms.into_boxed_slice()
});

/// Lower case and half width.
pub(crate) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Most texts here: Chinese characters among digits and small letters, which are as they should be.
    let is_plain =
        |c: char| matches!(c, '\u{4E00}'..='\u{9FFF}' | '0'..='9' | 'a'..='z' | ' '..='/');
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    text.chars()
        .map(narrow)
        .flat_map(char::to_lowercase)
        .collect()
}

/// As [`plain`], traditional characters as simplified ones.
pub(crate) fn loose(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let narrowed = text.chars().map(|c| narrow(simplified(c)));
    narrowed.flat_map(char::to_lowercase).collect()
}

/// The simplified form of a traditional character; others as they are.
pub(crate) fn simplified(c: char) -> char {
    let place = (c as u32).wrapping_sub(FIRST) as usize;
    match SIMPLIFIED.get(place) {
        Some(0) | None => c,
        Some(form) => char::from_u32(u32::from(*form)).unwrap_or(c),
    }
}

/// The half-width form of a full-width letter, digit, sign or space.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_script_fold() {
        for (text, folded) in [
            ("ＡＢｃ１２３", "abc123"),
            ("保溫杯 500ML", "保温杯 500ml"),
            ("義烏國際商貿城", "义乌国际商贸城"),
            ("塑膠收納盒（大）", "塑胶收纳盒(大)"),
            ("头发", "头发"),
            ("頭髮", "头发"),
            ("發貨", "发货"),
            ("", ""),
        ] {
            assert_eq!(loose(text), folded);
            assert_eq!(loose(&loose(text)), folded);
        }
        assert_eq!(plain("保溫杯Ａ"), "保溫杯a");
    }
}
