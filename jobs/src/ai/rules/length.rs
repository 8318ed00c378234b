//! Lengths in characters, bytes and words.
//!
//! [`count`] counts, [`check`] compares. A character is what a person points at as far as code points tell:
//! combining marks count, as the marketplaces count them. Words are runs of letters and digits between spaces;
//! where a script has no spaces each Chinese character, kana or Thai letter group counts by characters.

use super::Broken;
use connectors::model::language::is_cjk;
use table::rule::LengthUnit;

/// The length of a text; blanks around it do not count.
pub fn count(text: &str, unit: LengthUnit) -> usize {
    let text = text.trim();
    match unit {
        LengthUnit::Characters => text.chars().count(),
        LengthUnit::Bytes => text.len(),
        LengthUnit::GbkBytes => text
            .chars()
            .map(|letter| 1 + usize::from(!letter.is_ascii()))
            .sum(),
        LengthUnit::Words => text.split_whitespace().map(words_in).sum(),
    }
}

/// A piece without blanks: one word, and one more for each Chinese character or kana.
fn words_in(piece: &str) -> usize {
    let is_single = |letter: char| is_cjk(letter) || matches!(letter, '\u{3040}'..='\u{30FF}');
    let n_single = piece.chars().filter(|letter| is_single(*letter)).count();
    let runs = piece.split(is_single);
    n_single
        + runs
            .filter(|run| run.chars().any(char::is_alphanumeric))
            .count()
}

pub(super) fn check(
    answer: &str,
    unit: LengthUnit,
    min: Option<u32>,
    max: Option<u32>,
) -> Option<Broken> {
    let found = count(answer, unit);
    let (too_long, too_short, name) = match unit {
        LengthUnit::Characters => (
            "rule_length_max_characters",
            "rule_length_min_characters",
            "characters",
        ),
        LengthUnit::Bytes => ("rule_length_max_bytes", "rule_length_min_bytes", "bytes"),
        LengthUnit::GbkBytes => (
            "rule_length_max_gbk_bytes",
            "rule_length_min_gbk_bytes",
            "bytes of GBK",
        ),
        LengthUnit::Words => ("rule_length_max_words", "rule_length_min_words", "words"),
    };
    let broken = |code, limit: u32, what: &str| {
        Broken::new(
            code,
            [("found", found.to_string()), ("limit", limit.to_string())],
            format!("Your last answer has {found} {name}; it must have {what} {limit}."),
        )
    };
    match (min, max) {
        (_, Some(max)) if found > max as usize => Some(broken(too_long, max, "at most")),
        (Some(min), _) if found < min as usize => Some(broken(too_short, min, "at least")),
        _ => None,
    }
}
