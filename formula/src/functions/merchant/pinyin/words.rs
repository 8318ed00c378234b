//! Which reading a character has in a word, in a name, or usually in a shop. Our own list (`words.txt`): the words of
//! goods, trade and places where the commonest reading of a character is not the right one.
//!
//! Law: every reading is one that the character has. Tests: here.

use std::{collections::HashMap, sync::OnceLock};

/// Word and readings; `_` for the usual one.
const WORDS: &str = include_str!("words.txt");

/// Characters whose usual reading among goods is not the first one of the `pinyin` crate.
const USUAL: [(char, &str); 22] = [
    ('长', "chang2"),
    ('调', "tiao2"),
    ('干', "gan1"),
    ('似', "si4"),
    ('钻', "zuan4"),
    ('倒', "dao4"),
    ('靓', "liang4"),
    ('曾', "zeng1"),
    ('切', "qie1"),
    ('茄', "qie2"),
    ('囤', "tun2"),
    ('伽', "jia1"),
    ('蛤', "ge2"),
    ('嚼', "jiao2"),
    ('呱', "gua1"),
    ('泊', "bo2"),
    ('椎', "zhui1"),
    ('卜', "bu3"),
    ('脊', "ji3"),
    ('爪', "zhua3"),
    ('遛', "liu4"),
    ('俩', "lia3"),
];

/// Surnames that are read in their own way.
const SURNAMES: [(&str, &str); 37] = [
    ("尉迟", "yu4 chi2"),
    ("万俟", "mo4 qi2"),
    ("澹台", "tan2 tai2"),
    ("长孙", "zhang3 sun1"),
    ("令狐", "ling2 hu2"),
    ("单于", "chan2 yu2"),
    ("皇甫", "huang2 fu3"),
    ("单", "shan4"),
    ("仇", "qiu2"),
    ("曾", "zeng1"),
    ("查", "zha1"),
    ("朴", "piao2"),
    ("区", "ou1"),
    ("盖", "ge3"),
    ("任", "ren2"),
    ("华", "hua4"),
    ("翟", "zhai2"),
    ("缪", "miao4"),
    ("纪", "ji3"),
    ("解", "xie4"),
    ("覃", "qin2"),
    ("冼", "xian3"),
    ("洗", "xian3"),
    ("乐", "yue4"),
    ("员", "yun4"),
    ("种", "chong2"),
    ("秘", "bi4"),
    ("折", "she2"),
    ("那", "na1"),
    ("过", "guo1"),
    ("葛", "ge3"),
    ("召", "shao4"),
    ("郇", "xun2"),
    ("宁", "ning4"),
    ("逄", "pang2"),
    ("乜", "nie4"),
    ("繁", "po2"),
];

/// After these a surname is one wherever it stands.
const TITLES: [&str; 14] = [
    "先生",
    "女士",
    "小姐",
    "老板",
    "经理",
    "总经理",
    "老师",
    "师傅",
    "主任",
    "医生",
    "律师",
    "大哥",
    "太太",
    "阿姨",
];

type Words = HashMap<char, Vec<(Vec<char>, &'static str)>>;

/// Words by their first character, long ones first.
fn words() -> &'static Words {
    static BY_FIRST: OnceLock<Words> = OnceLock::new();
    BY_FIRST.get_or_init(|| {
        let mut out = Words::new();
        let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
        for (word, readings) in lines.filter_map(|line| line.split_once(' ')) {
            let chars: Vec<char> = word.chars().collect();
            if let Some(first) = chars.first() {
                out.entry(*first).or_default().push((chars, readings));
            }
        }
        for words in out.values_mut() {
            words.sort_by_key(|(chars, _)| std::cmp::Reverse(chars.len()));
        }
        out
    })
}

/// The readings of the longest known word that a text starts with.
pub(super) fn word(text: &[char]) -> Option<&'static str> {
    let words = words().get(text.first()?)?;
    let found = words.iter().find(|(word, _)| text.starts_with(word));
    found.map(|(_, readings)| *readings)
}

/// The readings of a surname that a text starts with: where it is a name, or a title follows.
pub(super) fn surname(text: &[char], is_name: bool) -> Option<&'static str> {
    let starts = |text: &[char], with: &str| {
        let n = with.chars().count();
        text.len() >= n && with.chars().eq(text[..n].iter().copied())
    };
    let (name, readings) = SURNAMES.iter().find(|(name, _)| starts(text, name))?;
    let rest = &text[name.chars().count()..];
    let has_title = TITLES.iter().any(|title| starts(rest, title));
    (is_name || has_title).then_some(*readings)
}

pub(super) fn usual(c: char) -> Option<&'static str> {
    let found = USUAL.iter().find(|(known, _)| *known == c);
    found.map(|(_, reading)| *reading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pinyin::ToPinyinMulti;

    #[test]
    fn every_reading_is_one_that_its_character_has() {
        let words = words().values().flatten();
        let words = words.map(|(chars, readings)| (chars.clone(), *readings));
        let names = SURNAMES
            .iter()
            .map(|(name, r)| (name.chars().collect(), *r));
        let usual = USUAL.iter().map(|(c, reading)| (vec![*c], *reading));
        let mut wrong = Vec::new();
        for (chars, readings) in words.chain(names).chain(usual) {
            let readings: Vec<&str> = readings.split(' ').collect();
            if chars.len() != readings.len() {
                wrong.push(format!("{chars:?} {readings:?}"));
            }
            for (c, reading) in chars.iter().zip(readings) {
                let known = c.to_pinyin_multi().into_iter().flatten();
                let mut known = known.map(|sound| sound.with_tone_num_end());
                if reading != "_" && !known.any(|sound| sound == reading) {
                    wrong.push(format!("{c} {reading}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
