//! Distinct texts by code, shared by the text columns that say them.
//!
//! Law: what a code means never changes; a dictionary that others may have is only replaced, never added to.

use super::KeptAs;
use foldhash::fast::FixedState;
use std::{
    hash::BuildHasher,
    sync::{Arc, OnceLock},
};

/// Dictionaries below this many texts are not worth sharing.
const SHARED_FROM: usize = 256;
/// Texts up to which a shared dictionary grows.
const SHARED_TEXTS: usize = 131_072;
/// How often a shared dictionary is made again with more texts: each time is a copy of it.
const JOINS: u8 = 8;

/// Texts by code; in one that was built in bulk, code 0 is the empty text.
#[derive(Debug, Default)]
pub struct Dictionary {
    ends: Vec<u32>,
    bytes: String,
    /// No text stands twice; known of dictionaries that were built in bulk.
    is_distinct: bool,
    /// How many dictionaries it was joined from.
    n_joined: u8,
    index: OnceLock<Index>,
    is_shared: OnceLock<()>,
    kept_as: OnceLock<KeptAs>,
}

/// A copy is another dictionary, to be added to: it is shared with nobody and kept nowhere.
impl Clone for Dictionary {
    fn clone(&self) -> Dictionary {
        Dictionary {
            ends: self.ends.clone(),
            bytes: self.bytes.clone(),
            is_distinct: self.is_distinct,
            n_joined: self.n_joined,
            ..Dictionary::default()
        }
    }
}

/// Codes by text: open addressing, each place the upper half of the text's hash and a code plus one, 0 where it is free.
/// The hash tells most other texts without a look at them.
#[derive(Debug)]
struct Index(Vec<u64>);

/// The lower half of a place.
const CODE: u64 = u32::MAX as u64;

// A fixed hasher: nothing depends on its order, and this crate has no randomness.
fn hash(text: &str) -> u64 {
    FixedState::default().hash_one(text)
}

fn place_of(hash: u64, code: u32) -> u64 {
    (hash & !CODE) | (u64::from(code) + 1)
}

impl Index {
    fn of(dictionary: &Dictionary) -> Index {
        let mut index = Index(vec![0; (2 * dictionary.len() + 1).next_power_of_two()]);
        for code in 0..dictionary.len() as u32 {
            let text = dictionary.get(code);
            let hash = hash(text);
            if let Err(free) = index.search(dictionary, text, hash) {
                index.0[free] = place_of(hash, code);
            }
        }
        index
    }

    /// The code, or the free place where it would be put.
    fn search(&self, dictionary: &Dictionary, text: &str, hash: u64) -> Result<u32, usize> {
        let last = self.0.len() - 1;
        let mut at = (hash >> 32) as usize & last;
        loop {
            let place = self.0[at];
            let Some(code) = ((place & CODE) as u32).checked_sub(1) else {
                return Err(at);
            };
            if (place ^ hash) & !CODE == 0 && dictionary.get(code) == text {
                return Ok(code);
            }
            at = (at + 1) & last;
        }
    }

    fn find(&self, dictionary: &Dictionary, text: &str) -> Option<u32> {
        self.search(dictionary, text, hash(text)).ok()
    }

    /// Four times as large.
    fn grown(&self) -> Index {
        let mut places = vec![0; 4 * self.0.len()];
        let last = places.len() - 1;
        for place in self.0.iter().filter(|place| **place != 0) {
            let mut at = (place >> 32) as usize & last;
            while places[at] != 0 {
                at = (at + 1) & last;
            }
            places[at] = *place;
        }
        Index(places)
    }
}

/// Texts one after the other into codes and a dictionary in which each stands once; code 0 is the empty text.
#[derive(Debug)]
pub struct DictionaryBuilder {
    dictionary: Dictionary,
    index: Index,
}

impl Default for DictionaryBuilder {
    fn default() -> DictionaryBuilder {
        let mut dictionary = Dictionary::distinct();
        dictionary.push("");
        DictionaryBuilder {
            index: Index(vec![0; 64]),
            dictionary,
        }
    }
}

impl DictionaryBuilder {
    /// The code of the text, which is new if it is the number of texts before.
    pub fn code(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if self.dictionary.len() * 2 > self.index.0.len() {
            self.index = self.index.grown();
        }
        let hash = hash(text);
        match self.index.search(&self.dictionary, text, hash) {
            Ok(code) => code,
            Err(free) => {
                let code = self.dictionary.len() as u32;
                self.index.0[free] = place_of(hash, code);
                self.dictionary.push(text);
                code
            }
        }
    }

    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub fn finish(self) -> Dictionary {
        self.dictionary
    }
}

/// Own codes as codes of a shared dictionary and a tail.
pub(super) struct Joined {
    pub codes: Vec<u32>,
    pub base: Arc<Dictionary>,
    pub tail: Dictionary,
}

impl Dictionary {
    /// Empty; whoever adds to it adds no text twice.
    pub(super) fn distinct() -> Dictionary {
        Dictionary {
            is_distinct: true,
            ..Dictionary::default()
        }
    }

    /// From the end of each text within the joined texts; `None` where that can't be.
    pub fn from_parts(ends: Vec<u32>, bytes: String, is_distinct: bool) -> Option<Dictionary> {
        let mut start = 0;
        for &end in &ends {
            if end < start || !bytes.is_char_boundary(end as usize) {
                return None;
            }
            start = end;
        }
        (start as usize == bytes.len()).then(|| Dictionary {
            ends,
            bytes,
            is_distinct,
            ..Dictionary::default()
        })
    }

    /// Adds a text without looking whether it is there, and gives its code.
    pub fn add(&mut self, text: &str) -> u32 {
        self.is_distinct = false;
        self.push(text);
        (self.len() - 1) as u32
    }

    pub(super) fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u32);
        self.index.take();
    }

    /// The text of a code below [`Dictionary::len`].
    pub fn get(&self, code: u32) -> &str {
        let start = match code.checked_sub(1) {
            Some(before) => self.ends[before as usize] as usize,
            None => 0,
        };
        &self.bytes[start..self.ends[code as usize] as usize]
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn is_distinct(&self) -> bool {
        self.is_distinct
    }

    /// Where each text ends in [`Dictionary::bytes`].
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// All texts, one after the other.
    pub fn bytes(&self) -> &str {
        &self.bytes
    }

    /// A code of the text. The first question costs a pass over all texts.
    pub fn code_of(&self, text: &str) -> Option<u32> {
        let index = self.index.get_or_init(|| Index::of(self));
        index.find(self, text)
    }

    /// Columns of other segments say their texts with it, too.
    pub fn is_shared(&self) -> bool {
        self.is_shared.get().is_some()
    }

    /// For whoever reads a shared one from where it is kept.
    pub fn set_shared(&self) {
        let _ = self.is_shared.set(());
    }

    pub fn kept_as(&self) -> Option<KeptAs> {
        self.kept_as.get().copied()
    }

    /// For the keeper. The first one who says so stays.
    pub fn set_kept_as(&self, kept_as: KeptAs) {
        let _ = self.kept_as.set(kept_as);
    }

    /// The own texts said with `with`, or with one that has both's; `None` where too few stand in `with`.
    pub(super) fn joined(&self, with: &Arc<Dictionary>) -> Option<Joined> {
        if self.len() < SHARED_FROM || with.len() < SHARED_FROM || !with.is_distinct {
            return None;
        }
        let built;
        let index = match with.index.get() {
            Some(index) => index,
            None => {
                built = Index::of(with);
                &built
            }
        };
        let mut codes = Vec::with_capacity(self.len());
        let mut missing = Dictionary::distinct();
        for code in 0..self.len() as u32 {
            let text = self.get(code);
            codes.push(index.find(with, text).unwrap_or_else(|| {
                missing.push(text);
                (with.len() + missing.len() - 1) as u32
            }));
            if 2 * missing.len() > self.len() {
                return None;
            }
        }
        let may_grow = with.n_joined < JOINS && with.len() + missing.len() <= SHARED_TEXTS;
        if 100 * missing.len() > self.len() && may_grow && self.is_distinct {
            let base = Arc::new(with.with(&missing));
            base.set_shared();
            let tail = Dictionary::default();
            return Some(Joined { codes, base, tail });
        }
        let base = with.clone();
        base.set_shared();
        let _ = base.index.get_or_init(|| Index::of(with));
        (4 * missing.len() <= self.len()).then_some(Joined {
            codes,
            base,
            tail: missing,
        })
    }

    fn with(&self, more: &Dictionary) -> Dictionary {
        let mut joined = self.clone();
        let start = joined.bytes.len() as u32;
        joined.bytes.push_str(&more.bytes);
        joined.ends.extend(more.ends.iter().map(|end| end + start));
        joined.n_joined += 1;
        joined
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::TextValues;
    use super::*;

    fn column(texts: impl IntoIterator<Item = usize>) -> TextValues {
        let texts: Vec<String> = texts.into_iter().map(|n| format!("货号{n}")).collect();
        TextValues::from_texts(texts.iter().map(String::as_str))
    }

    /// A segment that draws from `n` words.
    fn drawn(segment: u64, n: u64) -> TextValues {
        let draw = |at: u64| (FixedState::default().hash_one((segment, at)) % n) as usize;
        column((0..60_000).map(draw))
    }

    #[test]
    fn segments_that_say_the_same_words_share_them() {
        let mut segments = vec![drawn(0, 40_000)];
        for segment in 1..12 {
            let plain = drawn(segment as u64, 40_000);
            let with = &segments[segment - 1];
            let shared = plain.sharing_dictionary(with).unwrap_or(plain.clone());
            assert_eq!(shared, plain, "sharing changes no text");
            segments.push(shared);
        }
        let [.., before, last] = &segments[..] else {
            panic!()
        };
        assert!(Arc::ptr_eq(before.base(), last.base()));
        assert!(last.base().is_shared());
        assert!(last.n_codes() <= 40_001, "{}", last.n_codes());
    }

    #[test]
    fn words_of_ones_own_are_not_shared() {
        let first = column(0..5_000);
        for other in [
            column(5_000..10_000),
            column((5_000..9_000).cycle().take(60_000)),
            column(0..20),
        ] {
            assert!(other.sharing_dictionary(&first).is_none());
        }
    }

    #[test]
    fn a_builder_gives_each_text_one_code() {
        let mut builder = DictionaryBuilder::default();
        let texts: Vec<String> = (0..20_000).map(|n| format!("{}", n % 7_000)).collect();
        let codes: Vec<u32> = texts.iter().map(|text| builder.code(text)).collect();
        assert_eq!(builder.code(""), 0);
        let dictionary = builder.finish();
        assert_eq!(dictionary.len(), 7_001);
        assert!(
            codes
                .iter()
                .zip(&texts)
                .all(|(code, text)| dictionary.get(*code) == text)
        );
    }

    #[test]
    fn a_dictionary_of_impossible_parts_is_none() {
        let new =
            |ends: &[u32], bytes: &str| Dictionary::from_parts(ends.into(), bytes.into(), true);
        assert_eq!(new(&[0, 3, 6], "甲乙").unwrap().get(2), "乙");
        assert_eq!(new(&[0, 3], "甲").unwrap().code_of("甲"), Some(1));
        assert_eq!(new(&[0, 3], "甲").unwrap().code_of("乙"), None);
        for (ends, bytes) in [
            (&[1, 3][..], "甲"),
            (&[3, 0], "甲"),
            (&[0], "甲"),
            (&[9], "甲"),
            (&[], "甲"),
        ] {
            assert!(new(ends, bytes).is_none(), "{ends:?}");
        }
        assert!(new(&[], "").is_some());
    }
}
