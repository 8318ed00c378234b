//! Option sets of one column as codes: each distinct set is stored once, so that a million cells of a select
//! field are four bytes each and copying a segment's column copies numbers.

use crate::id::OptionId;
use foldhash::fast::FixedState;
use std::{collections::HashMap, sync::Arc};

/// Sets that are looked through for an equal one before a new code is given.
const SEARCHED: usize = 64;
/// Sets from which on equal ones are brought together.
const COMPACT_FROM: usize = 4096;

/// A vector of option sets. Two equal codes are equal sets; two different codes may be equal sets too.
#[derive(Debug, Clone, Default)]
pub struct OptionValues {
    codes: Vec<u32>,
    /// Code 0, where there is any, is the empty set.
    sets: Arc<Vec<Arc<[OptionId]>>>,
    compact_from: usize,
}

impl OptionValues {
    /// From codes into a list of sets, which begins with the empty one; `None` if that does not fit.
    pub fn from_codes(codes: Vec<u32>, sets: Vec<Arc<[OptionId]>>) -> Option<OptionValues> {
        let begins = sets.first().map_or(codes.is_empty(), |set| set.is_empty());
        let fits = begins && codes.iter().all(|&code| (code as usize) < sets.len());
        fits.then(|| OptionValues {
            codes,
            compact_from: 2 * sets.len(),
            sets: Arc::new(sets),
        })
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    pub fn get(&self, at: usize) -> &Arc<[OptionId]> {
        &self.sets[self.codes[at] as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<[OptionId]>> {
        self.codes.iter().map(|&code| &self.sets[code as usize])
    }

    /// One code per cell, for kernels that test each distinct set once.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The sets by their codes.
    pub fn sets(&self) -> &[Arc<[OptionId]>] {
        &self.sets
    }

    pub fn set(&mut self, at: usize, set: Arc<[OptionId]>) {
        self.codes[at] = self.code_of(set);
        self.tidy();
    }

    /// Grows with empty sets, or cuts.
    pub fn resize(&mut self, len: usize) {
        if self.sets.is_empty() {
            Arc::make_mut(&mut self.sets).push(Arc::from([]));
        }
        self.codes.resize(len, 0);
    }

    pub fn extend(&mut self, other: &OptionValues) {
        if self.codes.is_empty() {
            *self = other.clone();
            return;
        }
        let new_codes: Vec<u32> = other
            .sets
            .iter()
            .map(|set| self.code_of(set.clone()))
            .collect();
        let codes = other.codes.iter().map(|&code| new_codes[code as usize]);
        self.codes.extend(codes);
        self.tidy();
    }

    fn code_of(&mut self, set: Arc<[OptionId]>) -> u32 {
        if self.sets.is_empty() {
            Arc::make_mut(&mut self.sets).push(Arc::from([]));
        }
        if set.is_empty() {
            return 0;
        }
        let known = self.sets.iter().take(SEARCHED);
        if let Some(code) = known.into_iter().position(|known| *known == set) {
            return code as u32;
        }
        let sets = Arc::make_mut(&mut self.sets);
        sets.push(set);
        (sets.len() - 1) as u32
    }

    fn tidy(&mut self) {
        if self.sets.len() > self.compact_from.max(COMPACT_FROM) {
            self.compact();
            self.compact_from = 2 * self.sets.len();
        }
    }

    /// Keeps each used set once.
    fn compact(&mut self) {
        const UNSEEN: u32 = u32::MAX;
        let mut index: HashMap<&[OptionId], u32, FixedState> = HashMap::default();
        let mut sets: Vec<Arc<[OptionId]>> = vec![Arc::from([])];
        index.insert(&[], 0);
        let mut new_codes = vec![UNSEEN; self.sets.len()];
        let mut codes = Vec::with_capacity(self.codes.len());
        for &code in &self.codes {
            let new = &mut new_codes[code as usize];
            if *new == UNSEEN {
                let set = &self.sets[code as usize];
                *new = *index.entry(&set[..]).or_insert_with(|| {
                    sets.push(set.clone());
                    (sets.len() - 1) as u32
                });
            }
            codes.push(*new);
        }
        self.codes = codes;
        self.sets = Arc::new(sets);
    }
}

impl FromIterator<Arc<[OptionId]>> for OptionValues {
    fn from_iter<I: IntoIterator<Item = Arc<[OptionId]>>>(sets: I) -> OptionValues {
        let mut values = OptionValues::default();
        for set in sets {
            let code = values.code_of(set);
            values.codes.push(code);
            values.tidy();
        }
        values
    }
}

impl PartialEq for OptionValues {
    fn eq(&self, other: &OptionValues) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(ids: &[u32]) -> Arc<[OptionId]> {
        ids.iter().map(|id| OptionId(*id)).collect()
    }

    #[test]
    fn many_sets_are_kept_once_each() {
        let mut values = OptionValues::default();
        values.resize(3);
        for round in 0..20_000u32 {
            values.set(1, set(&[round, 7]));
        }
        assert!(values.sets().len() <= 2 * COMPACT_FROM);
        assert_eq!(**values.get(1), *set(&[19_999, 7]));
        assert!(values.get(0).is_empty() && values.get(2).is_empty());
        let few: OptionValues = (0..50_000u32).map(|at| set(&[at % 30])).collect();
        assert_eq!(few.sets().len(), 31);
    }

    proptest! {
        /// As a plain vector of sets would.
        #[test]
        fn it_is_a_vector_of_sets(
            steps in prop::collection::vec((0usize..3, 0usize..40, prop::collection::vec(0u32..200, 0..3)), 0..300),
        ) {
            let (mut values, mut plain) = (OptionValues::default(), Vec::new());
            for (act, at, ids) in steps {
                match act {
                    0 => {
                        values.resize(at);
                        plain.resize(at, set(&[]));
                    }
                    1 if at < plain.len() => {
                        values.set(at, set(&ids));
                        plain[at] = set(&ids);
                    }
                    _ => {
                        let more: OptionValues = ids.iter().map(|id| set(&[*id])).collect();
                        values.extend(&more);
                        plain.extend(ids.iter().map(|id| set(&[*id])));
                    }
                }
            }
            prop_assert_eq!(values.iter().cloned().collect::<Vec<_>>(), plain);
        }
    }
}
