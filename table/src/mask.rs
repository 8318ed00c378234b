//! A growable bit mask: which cells hold a value, which records are live.

use serde::{Deserialize, Serialize};

/// Bits by position; positions beyond the length read as false.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mask {
    words: Vec<u64>,
    len: usize,
}

impl Mask {
    pub fn new(len: usize, value: bool) -> Mask {
        let mut mask = Mask {
            words: vec![if value { u64::MAX } else { 0 }; len.div_ceil(64)],
            len,
        };
        mask.clear_tail();
        mask
    }

    /// From words as [`Mask::words`] gives them; bits beyond `len` are cleared.
    pub fn from_words(mut words: Vec<u64>, len: usize) -> Mask {
        words.resize(len.div_ceil(64), 0);
        let mut mask = Mask { words, len };
        mask.clear_tail();
        mask
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn words(&self) -> &[u64] {
        &self.words
    }

    pub fn get(&self, at: usize) -> bool {
        at < self.len && self.words[at / 64] >> (at % 64) & 1 == 1
    }

    /// Sets one bit; a position beyond the length is ignored.
    pub fn set(&mut self, at: usize, value: bool) {
        if at >= self.len {
            return;
        }
        let bit = 1u64 << (at % 64);
        if value {
            self.words[at / 64] |= bit;
        } else {
            self.words[at / 64] &= !bit;
        }
    }

    pub fn push(&mut self, value: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        self.len += 1;
        self.set(self.len - 1, value);
    }

    /// Grows with false bits to `len`; a shorter length is ignored.
    pub fn grow(&mut self, len: usize) {
        if len > self.len {
            self.words.resize(len.div_ceil(64), 0);
            self.len = len;
        }
    }

    pub fn extend(&mut self, other: &Mask) {
        let shift = self.len % 64;
        if shift == 0 {
            self.words.extend_from_slice(&other.words);
        } else {
            self.words.reserve(other.words.len());
            for word in &other.words {
                if let Some(last) = self.words.last_mut() {
                    *last |= word << shift;
                }
                self.words.push(word >> (64 - shift));
            }
        }
        self.len += other.len;
        self.words.truncate(self.len.div_ceil(64));
    }

    pub fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// True if some bit is true.
    pub fn any(&self) -> bool {
        self.words.iter().any(|word| *word != 0)
    }

    /// Adds the true bits of another mask; grows where that one is longer.
    pub fn union(&mut self, other: &Mask) {
        self.grow(other.len);
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    pub fn all(&self) -> bool {
        self.count() == self.len
    }

    /// Positions of the true bits, ascending.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    fn clear_tail(&mut self) {
        let used = self.len % 64;
        if used > 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1u64 << used) - 1;
        }
    }
}

impl FromIterator<bool> for Mask {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Mask {
        let mut mask = Mask::default();
        let (mut word, mut at) = (0, 0);
        for bit in bits {
            word |= u64::from(bit) << at;
            at += 1;
            if at == 64 {
                mask.words.push(word);
                (word, at) = (0, 0);
            }
        }
        mask.len = mask.words.len() * 64 + at;
        if at > 0 {
            mask.words.push(word);
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_has_the_bits_of_both_at_the_longer_length() {
        for (a, b) in [(3, 200), (200, 3), (0, 70), (64, 64), (0, 0)] {
            let one: Mask = (0..a).map(|at| at % 3 == 0).collect();
            let other: Mask = (0..b).map(|at| at % 5 == 1).collect();
            let mut both = one.clone();
            both.union(&other);
            let want: Mask = (0..a.max(b))
                .map(|at| one.get(at) || other.get(at))
                .collect();
            assert_eq!(both, want, "{a} {b}");
            assert_eq!(both.any(), both.count() > 0);
        }
    }

    #[test]
    fn masks_of_any_length_are_joined_bit_by_bit() {
        for (a, b) in [
            (0, 5),
            (64, 64),
            (1, 63),
            (63, 70),
            (130, 1),
            (65, 0),
            (10, 200),
        ] {
            let bits = |n: usize, by: usize| (0..n).map(move |at| at % by == 0);
            let mut joined: Mask = bits(a, 3).collect();
            joined.extend(&bits(b, 5).collect());
            let expected: Vec<bool> = bits(a, 3).chain(bits(b, 5)).collect();
            assert_eq!(joined.len(), a + b);
            assert_eq!(joined.words().len(), (a + b).div_ceil(64));
            let found: Vec<bool> = (0..a + b).map(|at| joined.get(at)).collect();
            assert_eq!(found, expected, "{a} and {b}");
            joined.grow(a + b + 70);
            assert_eq!(joined.count(), expected.iter().filter(|bit| **bit).count());
        }
    }

    #[test]
    fn ones_and_count_agree_across_word_borders() {
        let mask: Mask = (0..200).map(|at| at % 7 == 0).collect();
        let ones: Vec<usize> = mask.ones().collect();
        assert_eq!(ones, (0..200).filter(|at| at % 7 == 0).collect::<Vec<_>>());
        assert_eq!(mask.count(), ones.len());
        assert!(!mask.get(10_000));
        assert!(Mask::new(65, true).all());
        assert_eq!(Mask::new(65, true).words()[1], 1);
    }
}
