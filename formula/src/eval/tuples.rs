//! Several keys as one: the records that have the same key in each of several columns have the same number here.
//!
//! Main type: [`Tuples`], kept and brought up to date as [`KeyIndex`] is, from the numbers of whose keys it is made.

use super::{key_table::NO_KEY, keys::KeyIndex};
use foldhash::fast::FixedState;
use std::{collections::HashMap, sync::Arc};

/// Of each record of a segment.
type Numbers = Arc<Vec<u32>>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Tuples {
    /// The number of what came before and of the next key, to the number of both.
    levels: Vec<HashMap<u64, u32, FixedState>>,
    /// What each segment was made from, and its numbers.
    segments: Vec<(Vec<Numbers>, Numbers)>,
}

fn joined(before: u32, next: u32) -> u64 {
    u64::from(before) << 32 | u64::from(next)
}

impl Tuples {
    /// Brings it up to the keys, which are up to date already.
    pub(crate) fn refreshed(self: Arc<Tuples>, keys: &[Arc<KeyIndex>]) -> Arc<Tuples> {
        let n = keys.iter().map(|keys| keys.segments.len()).min();
        let parts_of = |segment: usize| -> Vec<Numbers> {
            let parts = keys.iter().map(|keys| &keys.segments[segment].numbers);
            parts.cloned().collect()
        };
        let is_known = |segment: usize| {
            self.segments.get(segment).is_some_and(|(known, _)| {
                let parts = keys.iter().map(|keys| &keys.segments[segment].numbers);
                known.iter().zip(parts).all(|(a, b)| Arc::ptr_eq(a, b))
            })
        };
        let n = n.unwrap_or(0);
        let stale: Vec<usize> = (0..n).filter(|at| !is_known(*at)).collect();
        if stale.is_empty() && self.segments.len() == n {
            return self;
        }
        let mut tuples = self;
        let changed = Arc::make_mut(&mut tuples);
        changed.levels.resize_with(keys.len() - 1, HashMap::default);
        changed.segments.truncate(n);
        for segment in stale {
            let parts = parts_of(segment);
            let numbers = Arc::new(changed.number(&parts));
            match changed.segments.get_mut(segment) {
                Some(known) => *known = (parts, numbers),
                None => changed.segments.push((parts, numbers)),
            }
        }
        tuples
    }

    fn number(&mut self, parts: &[Numbers]) -> Vec<u32> {
        let mut numbers = parts[0].to_vec();
        for (level, part) in self.levels.iter_mut().zip(&parts[1..]) {
            for (number, next) in numbers.iter_mut().zip(&**part) {
                *number = match (*number, *next) {
                    (NO_KEY, _) | (_, NO_KEY) => NO_KEY,
                    (before, next) => {
                        let new = level.len() as u32;
                        *level.entry(joined(before, next)).or_insert(new)
                    }
                };
            }
        }
        numbers
    }

    /// [`NO_KEY`] where no record has or had these keys together.
    pub(crate) fn find(&self, keys: impl IntoIterator<Item = u32>) -> u32 {
        let mut keys = keys.into_iter();
        let first = keys.next().unwrap_or(NO_KEY);
        keys.zip(&self.levels).fold(first, |before, (next, level)| {
            level.get(&joined(before, next)).copied().unwrap_or(NO_KEY)
        })
    }

    /// Of each record, by segment.
    pub(crate) fn numbers(&self) -> Vec<Numbers> {
        let segments = self.segments.iter();
        segments.map(|(_, numbers)| numbers.clone()).collect()
    }

    /// All numbers are below this.
    pub(crate) fn bound(&self) -> usize {
        self.levels.last().map_or(0, HashMap::len)
    }
}
