//! The language of an answer: its script, leftovers of Chinese, and words that belong to another language.
//!
//! [`check`] looks at scripts first, which is certain, then at words: those that only one language has
//! (`language_words`). Law: words that the inputs have in the same letters (brands, materials) and short
//! abbreviations belong to every language. A mixed answer is a broken one. Measured in `docs/ai-rules.md`.

use super::{Asked, Broken, language_words};
use connectors::model::language::is_cjk;
use std::collections::BTreeSet;

/// A language that answers are checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    Chinese,
    English,
    Spanish,
    French,
    German,
    Portuguese,
    Indonesian,
    Vietnamese,
    Russian,
    Arabic,
    Thai,
    Japanese,
    Korean,
}

const NAMES: &[(Tongue, &str, &[&str])] = &[
    (
        Tongue::Chinese,
        "zh",
        &[
            "中文",
            "汉语",
            "简体中文",
            "繁体中文",
            "chinese",
            "zh-cn",
            "zh-tw",
        ],
    ),
    (
        Tongue::English,
        "en",
        &["英语", "英文", "english", "en-us", "en-gb"],
    ),
    (
        Tongue::Spanish,
        "es",
        &[
            "西班牙语",
            "西班牙文",
            "spanish",
            "español",
            "es-mx",
            "es-es",
        ],
    ),
    (
        Tongue::French,
        "fr",
        &["法语", "法文", "french", "français", "fr-fr"],
    ),
    (
        Tongue::German,
        "de",
        &["德语", "德文", "german", "deutsch", "de-de"],
    ),
    (
        Tongue::Portuguese,
        "pt",
        &[
            "葡萄牙语",
            "葡萄牙文",
            "portuguese",
            "português",
            "pt-br",
            "pt-pt",
        ],
    ),
    (
        Tongue::Indonesian,
        "id",
        &[
            "印尼语",
            "印度尼西亚语",
            "indonesian",
            "bahasa indonesia",
            "id-id",
        ],
    ),
    (
        Tongue::Vietnamese,
        "vi",
        &["越南语", "越南文", "vietnamese", "tiếng việt", "vi-vn"],
    ),
    (
        Tongue::Russian,
        "ru",
        &["俄语", "俄文", "russian", "русский", "ru-ru"],
    ),
    (
        Tongue::Arabic,
        "ar",
        &["阿拉伯语", "阿拉伯文", "arabic", "العربية"],
    ),
    (Tongue::Thai, "th", &["泰语", "泰文", "thai", "ไทย"]),
    (
        Tongue::Japanese,
        "ja",
        &["日语", "日文", "日本语", "japanese", "日本語", "ja-jp"],
    ),
    (
        Tongue::Korean,
        "ko",
        &["韩语", "韩文", "korean", "한국어", "ko-kr"],
    ),
];

impl Tongue {
    /// From a name or a code in Chinese or English; absent for an unknown one.
    pub fn named(name: &str) -> Option<Tongue> {
        let name = name.trim().to_lowercase();
        NAMES
            .iter()
            .find(|(_, code, names)| *code == name || names.contains(&name.as_str()))
            .map(|(tongue, _, _)| *tongue)
    }

    pub fn code(self) -> &'static str {
        NAMES
            .iter()
            .find(|(tongue, _, _)| *tongue == self)
            .map_or("", |(_, code, _)| code)
    }

    fn script(self) -> Script {
        match self {
            Tongue::Chinese => Script::Han,
            Tongue::Russian => Script::Cyrillic,
            Tongue::Arabic => Script::Arabic,
            Tongue::Thai => Script::Thai,
            Tongue::Japanese => Script::Kana,
            Tongue::Korean => Script::Hangul,
            _ => Script::Latin,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Thai,
    Han,
    Kana,
    Hangul,
    Other,
}

fn script(letter: char) -> Option<Script> {
    match letter {
        letter if !letter.is_alphabetic() => None,
        'µ' | 'μ' | 'Ω' | 'ø' | 'Ø' | 'º' | 'ª' => None,
        'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => {
            Some(Script::Latin)
        }
        '\u{400}'..='\u{52F}' => Some(Script::Cyrillic),
        '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' => Some(Script::Arabic),
        '\u{E00}'..='\u{E7F}' => Some(Script::Thai),
        'ー' | '々' | '〆' => None,
        '\u{3040}'..='\u{30FF}' | '\u{FF66}'..='\u{FF9F}' => Some(Script::Kana),
        '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7A3}' => {
            Some(Script::Hangul)
        }
        letter if is_cjk(letter) => Some(Script::Han),
        _ => Some(Script::Other),
    }
}

pub(super) fn check(answer: &str, wanted: &str, asked: Asked) -> Option<Broken> {
    let wanted = match wanted.trim() {
        "" => "English",
        wanted => wanted,
    };
    let Some(tongue) = Tongue::named(wanted) else {
        return Some(broken("rule_language_unknown", wanted, ""));
    };
    let known = latin_words_of(asked);
    foreign_script(answer, tongue, wanted, &known)
        .or_else(|| punctuation(answer, tongue))
        .or_else(|| no_text(answer, tongue, wanted))
        .or_else(|| simplified(answer, tongue, wanted, asked))
        .or_else(|| foreign_words(answer, tongue, wanted, &known))
}

fn broken(code: &'static str, language: &str, text: &str) -> Broken {
    Broken::new(
        code,
        [("language", language.to_owned()), ("text", text.to_owned())],
        format!(
            "Your last answer must be in {language} from beginning to end; “{text}” is not. Write all of it in {language}."
        ),
    )
}

/// Words in Latin letters that the inputs have, in lower case.
fn latin_words_of(asked: Asked) -> BTreeSet<String> {
    let words = asked
        .texts()
        .flat_map(|text| words(text).collect::<Vec<_>>());
    let latin = words.filter(|word| {
        word.chars()
            .all(|letter| script(letter) == Some(Script::Latin))
    });
    latin.map(str::to_lowercase).collect()
}

/// Runs of letters of one kind.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| script(letter).is_some() && !is_cjk(letter) || is_mark(letter);
    text.split(move |letter: char| !is_part(letter))
        .filter(|word| !word.is_empty())
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{652}' | '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}')
}

fn foreign_script(
    answer: &str,
    tongue: Tongue,
    wanted: &str,
    known: &BTreeSet<String>,
) -> Option<Broken> {
    let own = tongue.script();
    let belongs = |found: Script| {
        found == own || found == Script::Latin || own == Script::Kana && found == Script::Han
    };
    let mut run = String::new();
    for letter in answer.chars() {
        match script(letter) {
            Some(found) if !belongs(found) => run.push(letter),
            _ if !run.is_empty() => break,
            _ => {}
        }
    }
    if !run.is_empty() {
        return Some(broken("rule_language_script", wanted, &run));
    }
    if own == Script::Latin {
        return None;
    }
    // In other scripts a Latin word is a leftover, unless it is a brand, an abbreviation or part of a number.
    let stray = words(answer).find(|word| {
        word.chars()
            .all(|letter| script(letter) == Some(Script::Latin))
            && word.chars().count() > 2
            && !is_abbreviation(word)
            && !known.contains(&word.to_lowercase())
            && !language_words::EVERYWHERE.contains(&word.to_lowercase().as_str())
    });
    stray.map(|word| broken("rule_language_script", wanted, word))
}

fn is_abbreviation(word: &str) -> bool {
    word.chars().count() <= 5 && word.chars().all(char::is_uppercase)
}

/// Marks of Chinese writing, and full-width letters and digits.
fn punctuation(answer: &str, tongue: Tongue) -> Option<Broken> {
    let is_left = |letter: &char| match tongue {
        Tongue::Chinese => false,
        Tongue::Japanese => matches!(letter, '，' | '；' | '＂'),
        Tongue::Korean => matches!(
            letter,
            '，' | '。' | '、' | '；' | '：' | '（' | '）' | '【' | '】' | '\u{FF10}'..='\u{FF5E}'
        ),
        _ => {
            matches!(letter, '、' | '。' | '〈'..='】' | '〔'..='〟' | '\u{FF01}'..='\u{FF5E}' | '￥' | '\u{3000}')
        }
    };
    let found: String = answer.chars().filter(is_left).take(5).collect();
    (!found.is_empty()).then(|| {
        Broken::new(
            "rule_language_punctuation",
            [("text", found.clone())],
            format!("Your last answer has Chinese punctuation or full-width characters ({found}). Use the plain ones."),
        )
    })
}

fn no_text(answer: &str, tongue: Tongue, wanted: &str) -> Option<Broken> {
    let own = tongue.script();
    let scripts: Vec<Script> = answer.chars().filter_map(script).collect();
    if scripts.is_empty() || own == Script::Latin {
        return None;
    }
    let n_own = scripts.iter().filter(|found| **found == own).count();
    let n_han = scripts
        .iter()
        .filter(|found| **found == Script::Han)
        .count();
    // A few Chinese characters alone may well be a Japanese word; eight or more without kana are no Japanese text.
    let fits = match own {
        Script::Kana => n_own > 0 || (1..8).contains(&n_han),
        _ => n_own > 0,
    };
    (!fits).then(|| broken("rule_language_none", wanted, ""))
}

/// Chinese in a Japanese text: characters that Japanese does not write, or two together that stand in the
/// inputs and are no word of both languages.
fn simplified(answer: &str, tongue: Tongue, wanted: &str, asked: Asked) -> Option<Broken> {
    if tongue != Tongue::Japanese {
        return None;
    }
    let found: String = answer
        .chars()
        .filter(|letter| language_words::SIMPLIFIED.contains(*letter))
        .collect();
    if !found.is_empty() {
        return Some(broken("rule_language_script", wanted, &found));
    }
    let letters: Vec<char> = answer.chars().collect();
    let pairs = letters
        .windows(2)
        .filter(|pair| pair.iter().all(|letter| is_cjk(*letter)));
    let mut pairs = pairs.map(|pair| pair.iter().collect::<String>());
    let copied = pairs.find(|pair| {
        !language_words::OF_BOTH.split(' ').any(|word| word == pair)
            && asked.texts().any(|text| text.contains(pair.as_str()))
    });
    copied.map(|pair| broken("rule_language_script", wanted, &pair))
}

/// Words that another language has and the wanted one has not.
fn foreign_words(
    answer: &str,
    tongue: Tongue,
    wanted: &str,
    known: &BTreeSet<String>,
) -> Option<Broken> {
    if tongue.script() != Script::Latin {
        return None;
    }
    let own = language_words::of(tongue);
    let (mut n_own, mut foreign) = (0, Vec::new());
    for word in words(answer) {
        let lower = word.to_lowercase();
        if known.contains(&lower) || language_words::EVERYWHERE.contains(&lower.as_str()) {
            continue;
        }
        if own.contains(&lower.as_str()) {
            n_own += 1;
        } else if language_words::is_of_another(&lower, tongue)
            || has_foreign_letter(&lower, tongue)
        {
            foreign.push(word);
        }
    }
    // One word alone may be a name; in a text without any word of its own it is not.
    let is_mixed = foreign.len() >= 2 || foreign.len() == 1 && (n_own == 0 || !is_name(foreign[0]));
    is_mixed.then(|| broken("rule_language", wanted, &foreign.join(" ")))
}

fn is_name(word: &str) -> bool {
    !word.is_ascii() && word.chars().next().is_some_and(char::is_uppercase)
}

/// A letter that the language does not write.
fn has_foreign_letter(word: &str, tongue: Tongue) -> bool {
    let letters = match tongue {
        Tongue::English => "éèêñïö",
        Tongue::Spanish => "áéíóúñü",
        Tongue::French => "àâäçéèêëîïôöùûüÿœæ",
        Tongue::German => "äöüßé",
        Tongue::Portuguese => "áâãàçéêíóôõúü",
        Tongue::Indonesian => "é",
        _ => return false,
    };
    let is_loan = tongue == Tongue::English
        && matches!(
            word,
            "décor" | "café" | "appliqué" | "piñata" | "crêpe" | "soufflé"
        );
    !is_loan
        && word
            .chars()
            .any(|letter| !letter.is_ascii() && !letters.contains(letter))
        || tongue == Tongue::English && !is_loan && !word.is_ascii()
}
