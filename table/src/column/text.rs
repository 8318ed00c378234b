//! Texts of one column as dictionary codes: each distinct text of a batch is stored once.
//!
//! The base dictionary is built in bulk and shared between snapshots, and between segments that say the same
//! words ([`TextValues::sharing_dictionary`]); `tail` takes single edits, so that an edit copies the codes and a
//! short tail but not the base.

use super::dictionary::Dictionary;
use crate::limits::TEXT_TAIL_ENTRIES;
use foldhash::fast::FixedState;
use std::{collections::HashMap, sync::Arc};

const UNSEEN: u32 = u32::MAX;

/// A vector of texts. Two equal codes are equal texts; two different codes may be equal texts too.
#[derive(Debug, Clone, Default)]
pub struct TextValues {
    codes: Vec<u32>,
    base: Arc<Dictionary>,
    tail: Arc<Dictionary>,
}

// A fixed hasher: the order of codes never depends on it, and this crate has no randomness.
type Index<'a> = HashMap<&'a str, u32, FixedState>;

impl TextValues {
    /// Built in bulk, each distinct text stored once.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> TextValues {
        let mut index: Index<'a> = HashMap::default();
        let mut dictionary = Dictionary::distinct();
        dictionary.push("");
        index.insert("", 0);
        let codes = texts
            .into_iter()
            .map(|text| {
                *index.entry(text).or_insert_with(|| {
                    dictionary.push(text);
                    (dictionary.len() - 1) as u32
                })
            })
            .collect();
        TextValues {
            codes,
            base: Arc::new(dictionary),
            tail: Arc::default(),
        }
    }

    /// From codes into a dictionary and a tail that goes on after it; `None` if a code is out of range.
    pub fn from_dictionary(
        codes: Vec<u32>,
        base: Arc<Dictionary>,
        tail: Dictionary,
    ) -> Option<TextValues> {
        let n_codes = base.len() + tail.len();
        let fits = codes.iter().all(|&code| (code as usize) < n_codes);
        fits.then(|| TextValues {
            codes,
            base,
            tail: Arc::new(tail),
        })
    }

    /// From codes into a list of texts; `None` if a code is out of range.
    pub fn from_codes(codes: Vec<u32>, distinct: &[&str]) -> Option<TextValues> {
        if codes.iter().any(|&code| code as usize >= distinct.len()) {
            return None;
        }
        let mut dictionary = Dictionary::default();
        for text in distinct {
            dictionary.push(text);
        }
        Some(TextValues {
            codes,
            base: Arc::new(dictionary),
            tail: Arc::default(),
        })
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    pub fn get(&self, at: usize) -> &str {
        self.text(self.codes[at])
    }

    /// One code per cell, for kernels that test each distinct text once.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The dictionary of the codes below its length. Columns of one table often have the same one.
    pub fn base(&self) -> &Arc<Dictionary> {
        &self.base
    }

    /// The dictionary of the codes from the length of the base on.
    pub fn tail(&self) -> &Dictionary {
        &self.tail
    }

    /// All codes are below this.
    pub fn n_codes(&self) -> usize {
        self.base.len() + self.tail.len()
    }

    /// The text of a code below [`TextValues::n_codes`].
    pub fn text(&self, code: u32) -> &str {
        let code = code as usize;
        match code < self.base.len() {
            true => self.base.get(code as u32),
            false if self.n_codes() == 0 => "",
            false => self.tail.get((code - self.base.len()) as u32),
        }
    }

    pub fn set(&mut self, at: usize, text: &str) {
        let tail = Arc::make_mut(&mut self.tail);
        tail.push(text);
        self.codes[at] = (self.base.len() + tail.len() - 1) as u32;
        self.tidy();
    }

    /// Grows with empty texts.
    pub fn resize(&mut self, len: usize) {
        if len > self.codes.len() && self.n_codes() == 0 {
            Arc::make_mut(&mut self.base).push("");
        }
        if len < self.codes.len() || !self.base.is_empty() && self.base.get(0).is_empty() {
            self.codes.resize(len, 0);
            return;
        }
        if len > self.codes.len() {
            let tail = Arc::make_mut(&mut self.tail);
            tail.push("");
            let code = (self.base.len() + tail.len() - 1) as u32;
            self.codes.resize(len, code);
        }
    }

    pub fn extend(&mut self, other: &TextValues) {
        if self.codes.is_empty() && self.n_codes() == 0 {
            *self = other.clone();
            return;
        }
        let is_same = Arc::ptr_eq(&self.base, &other.base);
        let mut new_codes = vec![UNSEEN; other.n_codes()];
        let tail = Arc::make_mut(&mut self.tail);
        self.codes.reserve(other.codes.len());
        for &code in &other.codes {
            let new = &mut new_codes[code as usize];
            if *new == UNSEEN {
                let text = other.text(code);
                *new = match is_same && (code as usize) < self.base.len() {
                    true => code,
                    false => self.base.code_of(text).unwrap_or_else(|| {
                        tail.push(text);
                        (self.base.len() + tail.len() - 1) as u32
                    }),
                };
            }
            self.codes.push(*new);
        }
        self.tidy();
    }

    fn tidy(&mut self) {
        if self.tail.len() > TEXT_TAIL_ENTRIES.max(self.base.len() / 4) {
            self.compact();
        }
    }

    /// Says the same texts with the dictionary of another segment's column, where most of them stand in it:
    /// a table then has its words once, and not once per segment.
    ///
    /// `None` where they stay as they are.
    pub fn sharing_dictionary(&self, with: &TextValues) -> Option<TextValues> {
        if Arc::ptr_eq(&self.base, &with.base) {
            return None;
        }
        if !self.tail.is_empty() {
            let mut own = self.clone();
            own.compact();
            return own.sharing_dictionary(with).or(Some(own));
        }
        // Where nearly every cell has a text of its own, the next segment's texts are new ones, too.
        if self.base.len() > self.codes.len() / 8 * 7 {
            return None;
        }
        let joined = self.base.joined(&with.base)?;
        let codes = self.codes.iter().map(|&code| joined.codes[code as usize]);
        Some(TextValues {
            codes: codes.collect(),
            base: joined.base,
            tail: Arc::new(joined.tail),
        })
    }

    /// Rebuilds the base so that each used text is stored once.
    pub fn compact(&mut self) {
        let is_distinct = self.base.is_distinct() && self.tail.is_empty();
        let mut index: Index = HashMap::default();
        let mut new_codes = vec![UNSEEN; self.n_codes()];
        let mut dictionary = Dictionary::distinct();
        dictionary.push("");
        let mut codes = Vec::with_capacity(self.codes.len());
        // Each code is looked up once; where no text has two codes, without hashing.
        for &code in &self.codes {
            if new_codes[code as usize] == UNSEEN {
                let text = self.text(code);
                let next = dictionary.len() as u32;
                let new = match text {
                    "" => 0,
                    _ if is_distinct => next,
                    _ => *index.entry(text).or_insert(next),
                };
                if new == next {
                    dictionary.push(text);
                }
                new_codes[code as usize] = new;
            }
            codes.push(new_codes[code as usize]);
        }
        *self = TextValues {
            codes,
            base: Arc::new(dictionary),
            tail: Arc::default(),
        };
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().map(|&code| self.text(code))
    }
}

impl PartialEq for TextValues {
    fn eq(&self, other: &TextValues) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_go_to_the_tail_and_survive_compaction() {
        let mut texts = TextValues::from_texts(["甲", "乙", "甲", ""]);
        assert_eq!(texts.n_codes(), 3);
        texts.set(1, "丙");
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["甲", "丙", "甲", ""]);
        for round in 0..10_000 {
            texts.set(3, &round.to_string());
        }
        assert_eq!(texts.get(3), "9999");
        assert!(texts.n_codes() < 2 * TEXT_TAIL_ENTRIES);
        let mut of_bulk = TextValues::from_texts(["甲", "乙", "", "甲", "丙"]);
        of_bulk.compact();
        assert_eq!(
            (of_bulk.codes(), of_bulk.n_codes()),
            (&[1, 2, 0, 1, 3][..], 4)
        );
        let mut doubled =
            TextValues::from_codes(vec![2, 0, 1, 2], &["甲", "", "甲"]).unwrap_or_default();
        doubled.compact();
        assert_eq!((doubled.codes(), doubled.n_codes()), (&[1, 1, 0, 1][..], 2));
        let mut joined = TextValues::from_texts(["甲", "乙"]);
        let (own, other) = (joined.clone(), TextValues::from_texts(["乙", "丁", "丁"]));
        joined.extend(&other);
        joined.extend(&own);
        let (words, n) = (["甲", "乙", "乙", "丁", "丁", "甲", "乙"], own.base().len());
        assert_eq!(joined.iter().collect::<Vec<_>>(), words);
        assert_eq!((n, joined.n_codes()), (3, 4), "known words get no new code");
        let mut grown = TextValues::default();
        grown.resize(2);
        grown.extend(&texts);
        grown.resize(8);
        assert_eq!(
            grown.iter().collect::<Vec<_>>(),
            ["", "", "甲", "丙", "甲", "9999", "", ""]
        );
    }
}
