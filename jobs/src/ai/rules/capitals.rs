//! Capital letters: Title Case, sentences, nothing in capitals only.
//!
//! Law: words with digits (model numbers) and the short abbreviations of the trade are as they are.

use super::Broken;
use table::rule::CaseStyle;

/// Words that stay small in titles.
const SMALL: &[&str] = &[
    "a", "an", "the", "and", "or", "but", "nor", "for", "so", "yet", "of", "in", "on", "at", "to",
    "by", "with", "from", "as", "into", "over", "per", "via", "up", "off", "vs", "x",
    // Units stand behind numbers.
    "mm", "cm", "m", "km", "in", "ft", "g", "kg", "mg", "oz", "lb", "lbs", "ml", "l", "w", "v",
    "mah", "hz", "pc", "pcs", "pack",
];
/// Letters that an abbreviation may have.
const ABBREVIATION: usize = 4;
/// Longer ones of the trade.
const KNOWN: &[&str] = &[
    "HDMI", "RGBW", "BPA", "SMETA", "CMYK", "NYLON66", "PETG", "UPF", "WIFI", "OLED", "QLED",
];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, '-' | '/' | '–' | '—' | '+' | '&')
    })
    .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
    .filter(|word| word.chars().any(char::is_alphabetic))
    .filter(|word| !word.chars().any(|letter| letter.is_ascii_digit()))
}

fn is_capitals(word: &str) -> bool {
    word.chars().filter(|letter| letter.is_alphabetic()).count() > 1
        && word.chars().all(|letter| !letter.is_lowercase())
        && word.chars().any(char::is_uppercase)
}

/// A word that is in capitals and may not be.
fn shouted(word: &str) -> bool {
    is_capitals(word)
        && !KNOWN.contains(&word)
        && word.chars().filter(|letter| letter.is_alphabetic()).count() > ABBREVIATION
}

fn starts_small(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_lowercase)
}

pub(super) fn check(answer: &str, style: CaseStyle) -> Option<Broken> {
    let all: Vec<&str> = words(answer.trim()).collect();
    // Two or more short words that are all in capitals are no abbreviations ("BUY NOW", "HOT SALE").
    let runs = all
        .windows(3)
        .find(|three| three.iter().all(|word| is_capitals(word)));
    let whole = all.len() > 1 && all.iter().all(|word| is_capitals(word));
    let loud = all.iter().find(|word| shouted(word)).copied();
    let loud = loud
        .or(runs.map(|three| three[0]))
        .or(whole.then(|| all[0]));
    let broken = |code, word: &str, request: &str| {
        Some(Broken::new(
            code,
            [("text", word.to_owned())],
            format!("In your last answer “{word}” is wrong: {request}"),
        ))
    };
    if let Some(word) = loud {
        return broken(
            "rule_all_caps",
            word,
            "do not write words in capital letters only.",
        );
    }
    match style {
        CaseStyle::NoAllCaps => None,
        CaseStyle::Title => {
            let is_last = |at: usize| at + 1 == all.len();
            let wrong = all.iter().enumerate().find(|(at, word)| {
                let is_small =
                    SMALL.contains(word) && *at > 0 && (!is_last(*at) || word.len() <= 3);
                starts_small(word) && !is_small
            });
            let (_, word) = wrong?;
            broken(
                "rule_title_case",
                word,
                "begin every important word with a capital letter.",
            )
        }
        CaseStyle::Sentence => {
            let first = all.first()?;
            if starts_small(first) {
                return broken("rule_sentence_case", first, "begin with a capital letter.");
            }
            let rest: Vec<&&str> = all[1..]
                .iter()
                .filter(|word| word.len() > 3 && !is_capitals(word))
                .collect();
            let is_title = rest.len() >= 3 && rest.iter().all(|word| !starts_small(word));
            if is_title {
                return broken(
                    "rule_sentence_case",
                    rest[0],
                    "write a sentence, not a title: small letters within it.",
                );
            }
            None
        }
    }
}
