//! Pinyin of Chinese texts: PINYIN, PINYIN.INITIALS. Readings of single characters come from the `pinyin` crate; which
//! reading a word has, from [`words`]. Tests: `spec/merchant.md`.

mod words;

use crate::{
    check::coerce::{text, truth},
    eval::{VALUE, vector::Cell},
    functions::registry::{Function, Gives, Kernel, function},
    limits::RESULT_CHARS,
};
use pinyin::{Pinyin, ToPinyin, ToPinyinMulti};
use std::sync::Arc;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[
    function(
        [
            "PINYIN",
            "PINYIN(文本, [分隔], [声调], [是人名])",
            "汉字的拼音；分隔默认空格；声调：\"none\"（默认，ü 写成 v）、\"marks\"（yì wū）、\"numbers\"（yi4 wu1）；人名按姓氏读音",
            "The pinyin of a text, apart by a space or another separator; tones \"none\" (ü is v), \"marks\" or \"numbers\"; TRUE where it is a person's name",
            "PINYIN(\"义乌小商品\")",
        ],
        (1, 4),
        Gives::Text,
        Kernel::Strict(in_pinyin),
    ),
    function(
        [
            "PINYIN.INITIALS",
            "PINYIN.INITIALS(文本, [是人名])",
            "拼音首字母，字母和数字照写",
            "The first letters of the pinyin, in capitals; letters and digits stay",
            "PINYIN.INITIALS(\"义乌小商品\")",
        ],
        (1, 2),
        Gives::Text,
        Kernel::Strict(initials),
    ),
];

#[derive(Clone, Copy, PartialEq)]
enum Style {
    None,
    Marks,
    Numbers,
}

fn style(word: &str) -> Option<Style> {
    Some(match word.trim().to_lowercase().as_str() {
        "" | "none" | "无" => Style::None,
        "marks" | "声调" => Style::Marks,
        "numbers" | "数字" => Style::Numbers,
        _ => return None,
    })
}

/// A part of a text.
enum Part {
    Syllable(Pinyin),
    /// A letter or digit.
    Letter(char),
    Other(char),
}

/// The characters with the readings that their words and names give them.
fn parts(text: &str, is_name: bool) -> Vec<Part> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::with_capacity(chars.len());
    while let Some(first) = chars.get(out.len()) {
        let rest = &chars[out.len()..];
        let known = words::surname(rest, is_name && out.is_empty()).or_else(|| words::word(rest));
        if let Some(readings) = known {
            for reading in readings.split(' ') {
                let Some(c) = rest.get(out.len() + rest.len() - chars.len()) else {
                    break;
                };
                let reading = Some(reading).filter(|reading| *reading != "_");
                out.push(part(*c, reading.or_else(|| words::usual(*c))));
            }
            continue;
        }
        out.push(part(*first, words::usual(*first)));
    }
    out
}

/// `reading` is one with its tone as a number behind it, if it is not the usual one.
fn part(c: char, reading: Option<&str>) -> Part {
    let wanted = reading.and_then(|reading| {
        let readings = c.to_pinyin_multi()?;
        let mut readings = readings.into_iter();
        readings.find(|known| known.with_tone_num_end() == reading)
    });
    match wanted.or_else(|| c.to_pinyin()) {
        Some(sound) => Part::Syllable(sound),
        None if c.is_alphanumeric() => Part::Letter(c),
        None => Part::Other(c),
    }
}

fn shown(sound: Pinyin, style: Style) -> String {
    match style {
        Style::Marks => sound.with_tone().to_owned(),
        Style::None => sound.plain().replace('ü', "v"),
        Style::Numbers => sound.with_tone_num_end().replace('ü', "v"),
    }
}

/// An argument as a text, or what it is where it is left out.
fn word(args: &[Cell], at: usize, otherwise: &str) -> Result<Arc<str>, Cell> {
    match args.get(at) {
        None | Some(Cell::Blank) => Ok(Arc::from(otherwise)),
        Some(cell) => text(cell),
    }
}

fn flag(args: &[Cell], at: usize) -> Result<bool, Cell> {
    args.get(at).map_or(Ok(false), truth)
}

fn bounded(out: String) -> Cell {
    match out.chars().count() > RESULT_CHARS {
        true => VALUE,
        false => Cell::Text(Arc::from(out)),
    }
}

fn in_pinyin(args: &[Cell]) -> Cell {
    let made = || {
        let between = word(args, 1, " ")?;
        // A separator of nothing is written "".
        let style = style(&word(args, 2, "")?).ok_or(VALUE)?;
        let mut out = String::new();
        let mut before: Option<bool> = None;
        for part in parts(&text(&args[0])?, flag(args, 3)?) {
            let (is_syllable, shown) = match part {
                Part::Syllable(sound) => (Some(true), shown(sound, style)),
                Part::Letter(c) => (Some(false), c.to_string()),
                Part::Other(c) => (None, c.to_string()),
            };
            // Letters of a word stay together.
            if let (Some(before), Some(is_syllable)) = (before, is_syllable)
                && (before || is_syllable)
            {
                out += &between;
            }
            out += &shown;
            before = is_syllable;
            if out.len() > 8 * RESULT_CHARS {
                return Err(VALUE);
            }
        }
        Ok(out)
    };
    made().map_or_else(|stuck| stuck, bounded)
}

fn initials(args: &[Cell]) -> Cell {
    let made = || {
        let parts = parts(&text(&args[0])?, flag(args, 1)?).into_iter();
        let letters = parts.filter_map(|part| match part {
            Part::Syllable(sound) => sound.plain().chars().next(),
            Part::Letter(c) => Some(c),
            Part::Other(_) => None,
        });
        Ok(letters.flat_map(char::to_uppercase).collect())
    };
    made().map_or_else(|stuck| stuck, bounded)
}
