//! Repeated texts shared while a file is read: less memory, fewer copies.
//!
//! Type: [`Words`]. Law: it only shares; what it has forgotten is made anew. Tests: at the end of this file.

use foldhash::fast::FixedState;
use std::{hash::BuildHasher, sync::Arc};

/// Texts of a moment ago: most columns repeat theirs, and a shared text costs no memory and no copy.
pub(super) struct Words {
    recent: Vec<Option<Arc<str>>>,
    hasher: FixedState,
}

/// A power of two.
const RECENT_WORDS: usize = 8192;
/// Longer texts seldom repeat.
const WORD_BYTES: usize = 64;

impl Default for Words {
    fn default() -> Words {
        Words {
            recent: vec![None; RECENT_WORDS],
            hasher: FixedState::default(),
        }
    }
}

impl Words {
    pub(super) fn shared(&mut self, text: &str) -> Arc<str> {
        if text.len() > WORD_BYTES {
            return text.into();
        }
        let at = self.hasher.hash_one(text) as usize & (RECENT_WORDS - 1);
        match &self.recent[at] {
            Some(known) if **known == *text => known.clone(),
            _ => {
                let new: Arc<str> = text.into();
                self.recent[at] = Some(new.clone());
                new
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_and_all_come_back_whole() {
        let mut words = Words::default();
        let first = words.shared("已付款");
        assert!(Arc::ptr_eq(&first, &words.shared("已付款")));
        // More than it remembers.
        for n in 0..3 * RECENT_WORDS {
            let text = n.to_string();
            assert_eq!(*words.shared(&text), *text);
        }
        let long = "长".repeat(WORD_BYTES);
        assert_eq!(*words.shared(&long), *long);
    }
}
