//! How alike two names are: of a column in a file and of a field.
//!
//! Function: [`likeness`]. Law: pure, the same for both orders. Tests: here.

use super::synonyms;
use pinyin::ToPinyin;
use serde::Serialize;

/// Why two names mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// As it stood in the last import that was kept.
    Saved,
    /// A file of our own says so.
    Own,
    Exact,
    /// But for case, width, spaces and punctuation.
    Written,
    Synonym,
    Pinyin,
    Similar,
}

/// Letters and digits of a name: narrow, small, nothing else.
pub fn folded(name: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    let kept = name.chars().map(narrow).filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// Without what stands in brackets: `单价(元)` is a price, too.
fn unbracketed(name: &str) -> String {
    let mut depth = 0u32;
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    folded(&out)
}

/// Chinese as it sounds, and by its first letters; nothing where there is none.
fn sounds(folded: &str) -> Option<(String, String)> {
    let (mut whole, mut first, mut any) = (String::new(), String::new(), false);
    for c in folded.chars() {
        match c.to_pinyin() {
            Some(sound) => {
                whole.push_str(sound.plain());
                first.push_str(sound.first_letter());
                any = true;
            }
            None => {
                whole.push(c);
                first.push(c);
            }
        }
    }
    any.then_some((whole, first))
}

fn sound_alike(a: &str, b: &str) -> bool {
    let says = |chinese: &str, latin: &str| {
        let Some((whole, first)) = sounds(chinese) else {
            return false;
        };
        latin.is_ascii() && (whole == latin || first == latin && latin.len() > 1)
    };
    says(a, b) || says(b, a)
}

/// Shared pairs of letters, 0 to 1.
fn dice(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let chars: Vec<char> = text.chars().collect();
        chars.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let (one, mut other) = (pairs(a), pairs(b));
    let n = one.len() + other.len();
    if n == 0 {
        return 0.0;
    }
    let mut shared = 0;
    for pair in &one {
        if let Some(at) = other.iter().position(|known| known == pair) {
            other.swap_remove(at);
            shared += 1;
        }
    }
    2.0 * f64::from(shared) / n as f64
}

/// From 0 to 1, with the reason; `None` where nothing speaks for it.
pub fn likeness(a: &str, b: &str) -> Option<(f64, Why)> {
    if a == b {
        return Some((1.0, Why::Exact));
    }
    let (fa, fb) = (folded(a), folded(b));
    if fa.is_empty() || fb.is_empty() {
        return None;
    }
    if fa == fb {
        return Some((0.97, Why::Written));
    }
    let (ua, ub) = (unbracketed(a), unbracketed(b));
    if !ua.is_empty() && ua == ub {
        return Some((0.93, Why::Written));
    }
    let group =
        |folded: &str, bare: &str| synonyms::group(folded).or_else(|| synonyms::group(bare));
    let (ga, gb) = (group(&fa, &ua), group(&fb, &ub));
    if ga.is_some() && ga == gb {
        return Some((0.85, Why::Synonym));
    }
    if sound_alike(&fa, &fb) {
        return Some((0.8, Why::Pinyin));
    }
    // Two that are known to mean different things are not alike, however they are written.
    if ga.is_some() && gb.is_some() {
        return None;
    }
    let (short, long) = if fa.chars().count() <= fb.chars().count() {
        (&fa, &fb)
    } else {
        (&fb, &fa)
    };
    let share = short.chars().count() as f64 / long.chars().count() as f64;
    if long.contains(short.as_str()) && short.chars().count() >= 2 {
        return Some((0.5 + 0.25 * share, Why::Similar));
    }
    let dice = dice(&fa, &fb);
    (dice >= 0.5).then_some((0.3 + 0.4 * dice, Why::Similar))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_that_mean_the_same() {
        let why = |a: &str, b: &str| {
            let one = likeness(a, b).map(|(_, why)| why);
            assert_eq!(one, likeness(b, a).map(|(_, why)| why), "{a} {b}");
            one
        };
        assert_eq!(why("货号", "货号"), Some(Why::Exact));
        assert_eq!(why("货 号：", "货号"), Some(Why::Written));
        assert_eq!(why("ＳＫＵ", "sku"), Some(Why::Written));
        assert_eq!(why("单价（元）", "单价"), Some(Why::Written));
        assert_eq!(why("款号", "货号"), Some(Why::Synonym));
        assert_eq!(why("Unit Price", "单价"), Some(Why::Synonym));
        assert_eq!(why("Unit Price (USD)", "单价"), Some(Why::Synonym));
        assert_eq!(why("chanpinxilie", "产品系列"), Some(Why::Pinyin));
        assert_eq!(why("cpxl", "产品系列"), Some(Why::Pinyin));
        assert_eq!(why("库位", "主库位"), Some(Why::Similar));
        assert_eq!(why("单价", "数量"), None);
        assert_eq!(why("进价", "单价"), None, "a cost is no price");
        assert_eq!(why("", "货号"), None);
    }

    #[test]
    fn better_reasons_count_more() {
        let score = |a: &str, b: &str| likeness(a, b).unwrap().0;
        let falling = [
            score("单价", "单价"),
            score("单 价", "单价"),
            score("单价(元)", "单价"),
            score("售价", "单价"),
            score("danjia", "单价"),
            score("含税单价表", "税单价"),
        ];
        assert!(falling.is_sorted_by(|a, b| a > b), "{falling:?}");
    }
}
