//! A text that is looked for: as it is written, by pinyin, or by the first letters of the pinyin.
//!
//! Main type: [`Needle`]. Law: what contains the needle whatever case, width and script is a hit; pinyin only adds
//! hits, and only for two letters or more. Every reading of a character counts. Tests: below.

use super::fold;
use pinyin::ToPinyinMulti;

/// Pinyin is read up to this many characters of a needle: places in it are bits of one word.
const PINYIN_CHARS: usize = 63;

/// Made once, asked once per distinct text.
pub(crate) struct Needle {
    folded: String,
    /// The characters without spaces, where pinyin may be meant.
    letters: Option<Vec<char>>,
}

impl Needle {
    /// Nothing for a blank text.
    pub fn new(text: &str) -> Option<Needle> {
        let folded = fold::loose(text.trim());
        if folded.is_empty() {
            return None;
        }
        let letters: Vec<char> = folded.chars().filter(|c| !c.is_whitespace()).collect();
        let n_latin = letters.iter().filter(|c| c.is_ascii_alphabetic()).count();
        let may_be_pinyin = n_latin >= 2 && letters.len() <= PINYIN_CHARS;
        Some(Needle {
            folded,
            letters: may_be_pinyin.then_some(letters),
        })
    }

    pub fn is_in(&self, text: &str) -> bool {
        let folded = fold::loose(text);
        if folded.contains(&self.folded) {
            return true;
        }
        match &self.letters {
            Some(letters) if !folded.is_ascii() => sounds_like(&folded, letters),
            _ => false,
        }
    }

    /// True if no text of these characters can hold the needle as it is written.
    pub fn is_foreign_to(&self, alphabet: &str) -> bool {
        self.folded.chars().any(|c| !alphabet.contains(c))
    }
}

/// Whether characters in a row sound like the letters. Bit `p` of `reached` says that the letters before place `p`
/// are said by the characters just read.
fn sounds_like(text: &str, letters: &[char]) -> bool {
    let all = 1u64 << letters.len();
    let mut reached = 0u64;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        let mut next = 0u64;
        let mut places = reached | 1;
        while places != 0 {
            let place = places.trailing_zeros() as usize;
            places &= places - 1;
            next |= steps(c, &letters[place..]) << place;
        }
        if next & all != 0 {
            return true;
        }
        reached = next;
    }
    false
}

/// How many of the letters one character can say, as bits: itself, its first letter (`zh` too), its whole sound,
/// or as much of it as is typed. There is a letter.
fn steps(c: char, letters: &[char]) -> u64 {
    let mut steps = u64::from(letters[0] == c) << 1;
    for sound in c.to_pinyin_multi().into_iter().flatten() {
        let mut same = 0;
        for (said, letter) in sound.plain().chars().zip(letters) {
            if !is_same(said, *letter) {
                break;
            }
            same += 1;
        }
        let n_said = sound.plain().chars().count();
        let has_h = n_said > 2 && sound.plain().as_bytes()[1] == b'h';
        if same >= 1 {
            steps |= 1 << 1;
        }
        if same >= 2 && has_h {
            steps |= 1 << 2;
        }
        if same == n_said || same == letters.len() {
            steps |= 1 << same;
        }
    }
    steps
}

/// `ü` is typed as `v` or `u`.
fn is_same(said: char, letter: char) -> bool {
    said == letter || (matches!(said, 'ü' | 'v') && matches!(letter, 'v' | 'u' | 'ü'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_are_found_as_people_type_them() {
        for (needle, text, is_hit) in [
            ("bwb", "不锈钢保温杯 500ml", true),
            ("baowenbei", "保温杯", true),
            ("bao wen bei", "保温杯", true),
            ("baowenb", "保温杯", true),
            ("baow", "保温杯", true),
            ("BWB", "保溫杯", true),
            ("b温b", "保温杯", true),
            ("bw杯", "保温杯", true),
            ("zhj", "中号夹子", true),
            ("zhhj", "中号夹子", true),
            ("zhj", "中夹", true),
            ("cq", "重庆小面", true),
            ("zhongliang", "重量", true),
            ("lvse", "绿色", true),
            ("lse", "绿色", true),
            ("yhgg", "银行公告", true),
            ("bb", "保温杯", false),
            ("b", "保温杯", false),
            ("500ML", "保温杯 500ml", true),
            ("５００", "保温杯 500ml", true),
            ("發", "发货", true),
            ("保温", "保溫杯", true),
            ("xyz", "保温杯", false),
            ("cup", "Cup 保温", true),
            ("a b", "a b c", true),
            ("ab", "a b c", false),
            ("", "保温杯", false),
        ] {
            let hit = Needle::new(needle).is_some_and(|needle| needle.is_in(text));
            assert_eq!(hit, is_hit, "{needle:?} in {text:?}");
        }
    }

    #[test]
    fn a_long_needle_is_only_a_text() {
        let long = "b".repeat(200);
        let needle = Needle::new(&long).unwrap();
        assert!(needle.is_in(&long) && !needle.is_in(&"保".repeat(200)));
        let most = Needle::new(&"b".repeat(PINYIN_CHARS)).unwrap();
        assert!(most.is_in(&"保".repeat(PINYIN_CHARS)) && !most.is_in("保"));
    }
}
