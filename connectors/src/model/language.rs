//! Languages as people name them in AI fields, and the script that they are written in.
//!
//! [`Language::named`] reads a name or code; [`is_cjk`] tells Chinese characters. Law: an unknown name is a
//! language all the same, taken to be written without Chinese characters. Tests: at the end of this file.

/// A target language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Chinese,
    Japanese,
    Korean,
    English,
    /// Any other one.
    Other,
}

impl Language {
    /// From `英语`, `English`, `en-US`, …
    pub fn named(name: &str) -> Language {
        let name = name.trim().to_lowercase();
        let starts = |signs: &[&str]| {
            signs
                .iter()
                .any(|sign| match sign.is_ascii() && sign.len() == 2 {
                    // A code: alone, or with a region.
                    true => name
                        .strip_prefix(sign)
                        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic())),
                    false => name.contains(sign),
                })
        };
        if starts(&[
            "zh", "中文", "汉语", "chinese", "简体", "繁体", "粤语", "mandarin",
        ]) {
            Language::Chinese
        } else if starts(&["ja", "jp", "日语", "日文", "日本", "japanese"]) {
            Language::Japanese
        } else if starts(&["ko", "kr", "韩语", "韩文", "korean"]) {
            Language::Korean
        } else if starts(&["en", "英语", "英文", "english"]) {
            Language::English
        } else {
            Language::Other
        }
    }

    /// True where Chinese characters belong to the script.
    pub fn writes_cjk(self) -> bool {
        matches!(
            self,
            Language::Chinese | Language::Japanese | Language::Korean
        )
    }
}

/// True for Chinese characters; punctuation, kana and hangul are none.
pub fn is_cjk(letter: char) -> bool {
    matches!(letter,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_are_read() {
        let cases = [
            ("英语", Language::English),
            ("English", Language::English),
            (" EN-us ", Language::English),
            ("en", Language::English),
            ("简体中文", Language::Chinese),
            ("zh-CN", Language::Chinese),
            ("日文", Language::Japanese),
            ("ja_JP", Language::Japanese),
            ("Korean", Language::Korean),
            ("西班牙语", Language::Other),
            ("Bengali", Language::Other),
            ("Javanese", Language::Other),
            ("", Language::Other),
        ];
        for (name, expected) in cases {
            assert_eq!(Language::named(name), expected, "{name}");
        }
    }

    #[test]
    fn only_chinese_characters_count() {
        let text = "A鲨1，。カ한㐀";
        assert_eq!(
            text.chars()
                .filter(|letter| is_cjk(*letter))
                .collect::<String>(),
            "鲨㐀"
        );
    }
}
