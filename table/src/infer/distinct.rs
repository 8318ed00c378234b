//! The first distinct texts of a column, up to a bound; beyond it only "many" is known.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher};

const KEPT: usize = 128;

#[derive(Debug, Clone, Default)]
pub(super) struct Distinct {
    order: Vec<String>,
    seen: HashSet<String, BuildHasherDefault<DefaultHasher>>,
    many: bool,
}

impl Distinct {
    pub(super) fn add(&mut self, text: &str) {
        if self.many || self.seen.contains(text) {
            return;
        }
        if self.order.len() >= KEPT || text.chars().count() > 60 {
            self.many = true;
            self.order = Vec::new();
            self.seen = HashSet::default();
            return;
        }
        self.order.push(text.into());
        self.seen.insert(text.into());
    }

    /// Takes in the texts of the cells that follow.
    pub(super) fn merge(&mut self, next: &Distinct) {
        for text in &next.order {
            self.add(text);
        }
        if next.many {
            *self = Distinct {
                many: true,
                ..Distinct::default()
            };
        }
    }

    /// All distinct texts in the order of first appearance, if there are at most `limit`.
    pub(super) fn few(&self, limit: usize) -> Option<Vec<&str>> {
        (!self.many && self.order.len() <= limit)
            .then(|| self.order.iter().map(String::as_str).collect())
    }
}
