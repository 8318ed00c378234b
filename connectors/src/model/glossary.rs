//! The trade glossary, Chinese to English, and word-by-word translation with it.
//!
//! [`Glossary::shipped`] is the data file of this folder; [`Glossary::translate`] takes the longest term at
//! each place and keeps what it does not know. Law: deterministic, and numbers are never changed.
//! Tests: at the end of this file.

use super::language::is_cjk;
use serde::Deserialize;
use std::{collections::HashMap, sync::LazyLock};

#[derive(Debug, Deserialize)]
struct File {
    terms: Vec<Term>,
    units: Vec<Unit>,
}

#[derive(Debug, Deserialize)]
struct Term {
    zh: String,
    en: String,
}

/// A measure word, translated only behind a number.
#[derive(Debug, Deserialize)]
struct Unit {
    zh: String,
    one: String,
    many: String,
}

/// Terms by their Chinese text.
#[derive(Debug, Default)]
pub struct Glossary {
    terms: HashMap<String, String>,
    units: HashMap<String, (String, String)>,
    longest: usize,
}

/// A piece of a translation.
#[derive(Debug, PartialEq)]
enum Piece {
    Word(String),
    /// Kept as it was.
    Foreign(String),
    Mark(char),
    Space,
}

impl Glossary {
    /// The glossary that comes with the product.
    pub fn shipped() -> &'static Glossary {
        static SHIPPED: LazyLock<Glossary> = LazyLock::new(|| {
            // The file is part of the program and read by a test, so it cannot fail here.
            Glossary::from_json(include_str!("glossary.zh-en.json")).unwrap_or_default()
        });
        &SHIPPED
    }

    pub fn from_json(text: &str) -> Result<Glossary, serde_json::Error> {
        let file: File = serde_json::from_str(text)?;
        let mut glossary = Glossary::default();
        for term in file.terms {
            glossary.longest = glossary.longest.max(term.zh.chars().count());
            glossary.terms.insert(term.zh, term.en);
        }
        for unit in file.units {
            glossary.longest = glossary.longest.max(unit.zh.chars().count());
            glossary.units.insert(unit.zh, (unit.one, unit.many));
        }
        Ok(glossary)
    }

    /// Each line by itself; unknown words stay in Chinese.
    pub fn translate(&self, text: &str) -> String {
        let lines: Vec<String> = text.lines().map(|line| self.line(line)).collect();
        lines.join("\n")
    }

    /// The exact translation of a term.
    pub fn term(&self, zh: &str) -> Option<&str> {
        self.terms.get(zh.trim()).map(String::as_str)
    }

    fn line(&self, line: &str) -> String {
        let letters: Vec<char> = line.chars().collect();
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < letters.len() {
            at += self.piece(&letters, at, &mut pieces);
        }
        joined(&pieces)
    }

    /// Adds the piece that begins at `at`; gives its length in characters.
    fn piece(&self, letters: &[char], at: usize, pieces: &mut Vec<Piece>) -> usize {
        let letter = letters[at];
        let after_number = at > 0 && letters[at - 1].is_ascii_digit();
        for n in (1..=self.longest.min(letters.len() - at)).rev() {
            let key: String = letters[at..at + n].iter().collect();
            if after_number && let Some((one, many)) = self.units.get(&key) {
                let is_one = matches!(pieces.last(), Some(Piece::Foreign(text)) if text == "1");
                pieces.push(Piece::Word(if is_one { one.clone() } else { many.clone() }));
                return n;
            }
            if let Some(en) = self
                .terms
                .get(&key)
                .filter(|_| is_cjk(letter) || key.chars().any(is_cjk))
            {
                if !en.is_empty() {
                    pieces.push(Piece::Word(en.clone()));
                }
                return n;
            }
        }
        if letter.is_whitespace() {
            pieces.push(Piece::Space);
        } else if let Some(mark) = latin_mark(letter) {
            pieces.push(Piece::Mark(mark));
        } else {
            match pieces.last_mut() {
                Some(Piece::Foreign(text)) if text.ends_with(is_cjk) == is_cjk(letter) => {
                    text.push(letter)
                }
                _ => pieces.push(Piece::Foreign(letter.to_string())),
            }
        }
        1
    }
}

fn latin_mark(letter: char) -> Option<char> {
    Some(match letter {
        '，' | '、' => ',',
        '。' => '.',
        '：' => ':',
        '；' => ';',
        '！' => '!',
        '？' => '?',
        '（' => '(',
        '）' => ')',
        '【' => '[',
        '】' => ']',
        _ => return None,
    })
}

/// Words with spaces between them; marks stick to the word before, brackets to the one after.
fn joined(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Space => {
                if !text.is_empty() && !text.ends_with(' ') {
                    text.push(' ');
                }
            }
            Piece::Mark(mark) => {
                if matches!(mark, '(' | '[') {
                    if !text.is_empty() && !text.ends_with(' ') {
                        text.push(' ');
                    }
                } else {
                    text.truncate(text.trim_end().len());
                }
                text.push(*mark);
            }
            Piece::Word(word) | Piece::Foreign(word) => {
                let is_glued = text.is_empty()
                    || text.ends_with([' ', '(', '[', '-', '/', '*', '+', '#', '.'])
                    || word.starts_with([
                        '-', '/', '*', '+', ',', '.', ':', ';', ')', ']', '%', '&', '\'', '"',
                    ]);
                if !is_glued {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_shipped_glossary_is_large_and_has_no_doubtful_entry() {
        let file: File = serde_json::from_str(include_str!("glossary.zh-en.json")).unwrap();
        assert!(file.terms.len() > 500, "{}", file.terms.len());
        let mut seen = std::collections::BTreeSet::new();
        for term in &file.terms {
            assert!(seen.insert(&term.zh), "{} stands twice", term.zh);
            assert!(term.zh.chars().any(is_cjk), "{}", term.zh);
            assert!(!term.en.chars().any(is_cjk), "{}", term.en);
        }
        assert_eq!(Glossary::shipped().terms.len(), file.terms.len());
    }

    #[test]
    fn the_longest_term_wins_and_the_unknown_stays() {
        let cases = [
            ("玫瑰金鲨鱼夹", "rose gold claw clip"),
            ("大号 鲨鱼夹", "large claw clip"),
            ("不锈钢保温杯500ml", "stainless steel thermos bottle 500ml"),
            ("珍珠耳环，金色", "pearl earrings, gold"),
            ("12个", "12 pcs"),
            ("1双", "1 pair"),
            ("3件套", "3-piece set"),
            ("鲨鱼夹（红色）", "claw clip (red)"),
            ("饕餮手链", "饕餮 bracelet"),
            ("ABC-123", "ABC-123"),
            ("11cm*5cm", "11cm*5cm"),
            ("OPP袋", "OPP bag"),
            ("可爱的毛绒玩具", "cute plush toy"),
            ("第一行：红色\n第二行", "第一行: red\n第二行"),
            ("", ""),
        ];
        for (zh, en) in cases {
            assert_eq!(Glossary::shipped().translate(zh), en, "{zh}");
        }
    }

    #[test]
    fn traps_of_the_trade_are_avoided() {
        let glossary = Glossary::shipped();
        for (zh, en) in [
            ("打", "dozen"),
            ("现货", "in stock"),
            ("丝印", "screen printing"),
            ("一手货源", "factory direct"),
            ("罗", "gross"),
        ] {
            assert_eq!(glossary.term(zh), Some(en), "{zh}");
        }
    }
}
