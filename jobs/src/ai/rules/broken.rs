//! A broken rule: what is stored of it, what the model is told, what a person reads.
//!
//! [`Broken`] is stored as `rule_length_max|found=212|limit=200`: a stable code, then facts by name. [`words`]
//! makes a sentence of it in Chinese and English; the web page has the same sentences under the same codes.
//! Tests: at the end of this file.

use connectors::model::Text2;

/// The longest stored reason, in characters.
const REASON_CHARS: usize = 200;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// `rule_…`
    pub code: &'static str,
    pub facts: Vec<(&'static str, String)>,
    /// In English, for the model.
    pub request: String,
}

impl Broken {
    pub fn new(
        code: &'static str,
        facts: impl IntoIterator<Item = (&'static str, String)>,
        request: impl Into<String>,
    ) -> Broken {
        Broken {
            code,
            facts: facts.into_iter().collect(),
            request: request.into(),
        }
    }

    /// As notes and provenance keep it.
    pub fn reason(&self) -> String {
        let mut reason = self.code.to_owned();
        for (name, value) in &self.facts {
            let value: String = value
                .chars()
                .map(|letter| match letter {
                    '|' | '\n' | '\r' => ' ',
                    letter => letter,
                })
                .take(60)
                .collect();
            reason.push_str(&format!("|{name}={value}"));
        }
        reason.chars().take(REASON_CHARS).collect()
    }
}

/// Codes with their sentences; `{found}` stands for a fact.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "rule_length_max_characters",
        "{found} 个字符，上限 {limit}",
        "{found} characters, at most {limit} allowed",
    ),
    (
        "rule_length_min_characters",
        "{found} 个字符，至少 {limit}",
        "{found} characters, at least {limit} wanted",
    ),
    (
        "rule_length_max_bytes",
        "{found} 字节，上限 {limit}",
        "{found} bytes, at most {limit} allowed",
    ),
    (
        "rule_length_min_bytes",
        "{found} 字节，至少 {limit}",
        "{found} bytes, at least {limit} wanted",
    ),
    (
        "rule_length_max_gbk_bytes",
        "{found} 字节（汉字算 2），上限 {limit}",
        "{found} bytes of GBK, at most {limit} allowed",
    ),
    (
        "rule_length_min_gbk_bytes",
        "{found} 字节（汉字算 2），至少 {limit}",
        "{found} bytes of GBK, at least {limit} wanted",
    ),
    (
        "rule_length_max_words",
        "{found} 个词，上限 {limit}",
        "{found} words, at most {limit} allowed",
    ),
    (
        "rule_length_min_words",
        "{found} 个词，至少 {limit}",
        "{found} words, at least {limit} wanted",
    ),
    ("rule_contains", "缺少“{word}”", "“{word}” is missing"),
    (
        "rule_field_missing",
        "规则里的字段没有内容，或公式没有用到它",
        "The rule's field is blank, or the formula does not read it",
    ),
    (
        "rule_excludes",
        "含有禁用词“{word}”",
        "The banned word “{word}” is there",
    ),
    (
        "rule_character",
        "含有不允许的字符“{character}”",
        "The character “{character}” is not allowed",
    ),
    (
        "rule_word_repeat",
        "“{word}”出现 {found} 次，上限 {limit}",
        "“{word}” occurs {found} times, at most {limit} allowed",
    ),
    (
        "rule_pattern",
        "不符合格式 {pattern}",
        "Does not match {pattern}",
    ),
    (
        "rule_pattern_forbidden",
        "出现了不允许的格式 {pattern}",
        "Matches {pattern}, which is not allowed",
    ),
    (
        "rule_pattern_unreadable",
        "规则里的正则表达式 {pattern} 写错了",
        "The rule's regular expression {pattern} cannot be read",
    ),
    (
        "rule_language_script",
        "有不属于{language}的文字：“{text}”",
        "“{text}” is not {language}",
    ),
    (
        "rule_language",
        "看起来不是{language}：“{text}”",
        "This does not read as {language}: “{text}”",
    ),
    (
        "rule_language_none",
        "没有{language}的文字",
        "There is no {language} text",
    ),
    (
        "rule_language_punctuation",
        "留有中文标点或全角字符“{text}”",
        "Chinese punctuation or full-width characters are left: “{text}”",
    ),
    (
        "rule_language_unknown",
        "规则里的语言“{language}”不认识",
        "The rule's language “{language}” is not known",
    ),
    (
        "rule_number",
        "资料里没有“{text}”",
        "“{text}” is not in the data",
    ),
    (
        "rule_option",
        "“{text}”不是可选项",
        "“{text}” is not one of the options",
    ),
    (
        "rule_not_a_number",
        "“{text}”不是一个数",
        "“{text}” is not a number",
    ),
    (
        "rule_range_min",
        "{found} 小于下限 {limit}",
        "{found} is below {limit}",
    ),
    (
        "rule_range_max",
        "{found} 大于上限 {limit}",
        "{found} is above {limit}",
    ),
    (
        "rule_title_case",
        "“{text}”首字母应大写",
        "“{text}” should begin with a capital letter",
    ),
    (
        "rule_sentence_case",
        "“{text}”的大小写不像一句话",
        "“{text}” is not capitalised as a sentence",
    ),
    (
        "rule_all_caps",
        "“{text}”全是大写",
        "“{text}” is in capital letters only",
    ),
];

/// All codes, for those who keep sentences of their own.
pub fn codes() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(code, _, _)| *code)
}

/// The sentence of a stored reason; absent where it is none of a rule.
pub fn words(reason: &str) -> Option<Text2> {
    let mut parts = reason.split('|');
    let code = parts.next()?;
    let (_, zh, en) = WORDS.iter().find(|(known, _, _)| *known == code)?;
    let (mut zh, mut en) = ((*zh).to_owned(), (*en).to_owned());
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let mark = format!("{{{name}}}");
        zh = zh.replace(&mark, value);
        en = en.replace(&mark, value);
    }
    Some(Text2::new(zh, en))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_reason_is_a_sentence_in_both_languages() {
        let broken = Broken::new(
            "rule_length_max_characters",
            [("found", "212".into()), ("limit", "200".into())],
            "Shorter.",
        );
        assert_eq!(
            broken.reason(),
            "rule_length_max_characters|found=212|limit=200"
        );
        let words = words(&broken.reason()).unwrap();
        assert_eq!(words.zh, "212 个字符，上限 200");
        assert_eq!(words.en, "212 characters, at most 200 allowed");
    }

    #[test]
    fn a_fact_cannot_pass_for_another_one() {
        let broken = Broken::new("rule_excludes", [("word", "a|word=b\nc".into())], "");
        assert_eq!(
            words(&broken.reason()).unwrap().zh,
            "含有禁用词“a word=b c”"
        );
        assert_eq!(words("wrong_key"), None);
    }
}
