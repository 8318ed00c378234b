//! What batches have spent, and caps on it.
//!
//! [`Budgets`] is shared by the runner and whoever sets caps. Law: a batch overshoots its cap by the questions
//! in flight at most. Tests: at the end of this file.

use parking_lot::Mutex;
use std::collections::BTreeMap;

#[derive(Debug, Default, Clone, Copy)]
struct Budget {
    cap_micros: Option<u64>,
    spent_micros: u64,
}

/// Batches by id; money in millionths of the provider's currency.
#[derive(Debug, Default)]
pub struct Budgets(Mutex<BTreeMap<String, Budget>>);

impl Budgets {
    pub fn set_cap(&self, batch: &str, cap_micros: u64) {
        self.0
            .lock()
            .entry(batch.to_owned())
            .or_default()
            .cap_micros = Some(cap_micros);
    }

    pub fn spend(&self, batch: &str, micros: u64) {
        let mut budgets = self.0.lock();
        let budget = budgets.entry(batch.to_owned()).or_default();
        budget.spent_micros = budget.spent_micros.saturating_add(micros);
    }

    pub fn spent_micros(&self, batch: &str) -> u64 {
        self.0
            .lock()
            .get(batch)
            .map_or(0, |budget| budget.spent_micros)
    }

    /// True once the cap is reached.
    pub fn is_spent(&self, batch: &str) -> bool {
        self.0.lock().get(batch).is_some_and(|budget| {
            budget
                .cap_micros
                .is_some_and(|cap| budget.spent_micros >= cap)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_concerns_its_batch_only() {
        let budgets = Budgets::default();
        budgets.set_cap("a", 100);
        budgets.spend("a", 99);
        budgets.spend("b", 5_000);
        assert!(!budgets.is_spent("a") && !budgets.is_spent("b"));
        budgets.spend("a", 1);
        assert!(budgets.is_spent("a"));
        assert_eq!(budgets.spent_micros("b"), 5_000);
        budgets.set_cap("a", 200);
        assert!(!budgets.is_spent("a"), "a raised cap lets the batch go on");
    }
}
