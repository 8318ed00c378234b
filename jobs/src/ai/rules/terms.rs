//! Words that must or must not occur, characters that must not, and words that occur too often.
//!
//! Law: letters of any case are equal and full-width forms equal their plain ones; in scripts with blanks a
//! word is a whole word (“sale” is not in “wholesale”), in others it is any run of the characters.

use super::Broken;
use connectors::model::language::is_cjk;

/// Lower case, without full-width forms, each run of blanks one blank.
pub(super) fn folded(text: &str) -> String {
    let plain = |letter: char| match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
        '’' | '‘' => '\'',
        '‐' | '‑' => '-',
        letter if letter.is_whitespace() => ' ',
        letter => letter,
    };
    // Soft hyphens and zero-width characters hide words from people, too.
    let unseen = |letter: &char| {
        matches!(
            letter,
            '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}'
        )
    };
    let text: String = text.chars().filter(|c| !unseen(c)).map(plain).collect();
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ").to_lowercase()
}

/// Where `word` stands as a whole; both folded.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    let bounds = |letter: Option<char>| letter.is_some_and(|c| c.is_alphanumeric() && !unspaced(c));
    let starts = bounds(word.chars().next());
    let ends = bounds(word.chars().next_back());
    text.match_indices(word).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !(starts && bounds(before) || ends && bounds(after))
    })
}

/// Of a script that writes no blanks between words.
fn unspaced(letter: char) -> bool {
    is_cjk(letter)
        || matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{E00}'..='\u{E7F}' | '\u{AC00}'..='\u{D7A3}')
}

pub(super) fn contains(answer: &str, words: &[String]) -> Option<Broken> {
    let text = folded(answer);
    let missing = words
        .iter()
        .find(|word| !word.trim().is_empty() && !has_word(&text, &folded(word)))?;
    Some(Broken::new(
        "rule_contains",
        [("word", missing.clone())],
        format!("Your last answer lacks “{missing}”; it must be in it exactly so."),
    ))
}

pub(super) fn contains_field(answer: &str, text: Option<&str>) -> Option<Broken> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => {
            // What a cell says is data: it is not repeated outside the fences.
            let broken = contains(answer, &[text.to_owned()])?;
            let request = "Your last answer lacks a text of the data that the rules name; it must be in it exactly so.";
            Some(Broken {
                request: request.into(),
                ..broken
            })
        }
        None => Some(Broken::new(
            "rule_field_missing",
            [],
            "The answer cannot be checked: the field that it must contain is blank.",
        )),
    }
}

pub(super) fn excludes(answer: &str, words: &[String]) -> Option<Broken> {
    let text = folded(answer);
    let found = words.iter().find(|word| has_word(&text, &folded(word)))?;
    Some(Broken::new(
        "rule_excludes",
        [("word", found.clone())],
        format!("Your last answer has the forbidden word “{found}”. Leave it out."),
    ))
}

pub(super) fn excludes_characters(answer: &str, characters: &str) -> Option<Broken> {
    let forbidden = |letter: &char| !letter.is_whitespace() && characters.contains(*letter);
    // A full-width form of a forbidden character is forbidden, too.
    let plain = |letter: char| match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
        letter => letter,
    };
    let found = answer
        .chars()
        .find(|letter| forbidden(letter) || forbidden(&plain(*letter)))?;
    Some(Broken::new(
        "rule_character",
        [("character", found.to_string())],
        format!("Your last answer has the forbidden character “{found}”. Leave it out."),
    ))
}

/// Articles, prepositions and conjunctions, which may occur as often as they are needed.
const FREE: &[&str] = &[
    "a", "an", "the", "and", "or", "but", "nor", "for", "of", "in", "on", "at", "to", "by", "with",
    "from", "as", "into", "over", "under", "per", "via", "up", "off",
];

pub(super) fn repeats(answer: &str, max: u32) -> Option<Broken> {
    let text = folded(answer);
    let mut counts: Vec<(&str, u32)> = Vec::new();
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '\'';
    for word in text.split(|letter| !is_part(letter)) {
        let word = word.trim_matches('\'');
        if word.is_empty() || FREE.contains(&word) || word.chars().all(|c| c.is_ascii_digit()) {
            continue;
        }
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, n)) => *n += 1,
            None => counts.push((word, 1)),
        }
    }
    let (word, found) = counts.into_iter().find(|(_, n)| *n > max)?;
    Some(Broken::new(
        "rule_word_repeat",
        [
            ("word", word.to_owned()),
            ("found", found.to_string()),
            ("limit", max.to_string()),
        ],
        format!("In your last answer “{word}” occurs {found} times; use it at most {max} times."),
    ))
}
