//! What AI calls have cost, and limits on it: per batch, field, person, day and base.
//!
//! [`Budgets`] is shared by the runner and whoever sets limits; [`Limits`] is kept with the base, as its note
//! [`Limits::NOTE`]. A batch at a limit is paused, never failed, and goes on once the limit is raised. A day is the last
//! 24 hours, so it needs no time zone. Money is in millionths of the currency of the provider that was asked. Law: what
//! is spent goes over a limit by the questions in flight at most. Tests: at the end of this file, `jobs/tests/runner.rs`.

use super::reason;
use engine::SpentInHour;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use table::id::FieldId;

const HOUR_MS: i64 = 3_600_000;
const DAY_HOURS: i64 = 24;

/// The owner's limits; absent ones do not limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// A batch that may cost more is to be confirmed once more.
    pub confirm_micros: Option<u64>,
    /// What one click may cost.
    pub batch_micros: Option<u64>,
    /// What a field may cost, in all.
    pub field_micros: Option<u64>,
    /// What a person may spend within a day.
    pub person_micros: Option<u64>,
    /// What all may spend within a day.
    pub day_micros: Option<u64>,
    /// What the base may cost, in all.
    pub base_micros: Option<u64>,
}

impl Limits {
    pub const NOTE: &str = "ai_limits";

    /// An unreadable note sets no limits.
    pub fn from_note(note: Option<&[u8]>) -> Limits {
        let read = note.and_then(|note| serde_json::from_slice(note).ok());
        read.unwrap_or_default()
    }
}

/// For whom a call is paid.
#[derive(Debug, Clone, Copy)]
pub struct Payer<'a> {
    pub batch: &'a str,
    pub actor: &'a str,
    pub field: Option<FieldId>,
}

#[derive(Debug, Default)]
struct Book {
    limits: Limits,
    caps: BTreeMap<String, u64>,
    by_batch: BTreeMap<String, u64>,
    by_field: BTreeMap<FieldId, u64>,
    in_all: u64,
    /// By hour since 1970 and person; older hours are forgotten.
    by_hour: BTreeMap<i64, BTreeMap<String, u64>>,
}

impl Book {
    fn add(&mut self, payer: Payer, hour: i64, micros: u64) {
        let own = |sum: &mut u64| *sum = sum.saturating_add(micros);
        own(self.by_batch.entry(payer.batch.to_owned()).or_default());
        if let Some(field) = payer.field {
            own(self.by_field.entry(field).or_default());
        }
        own(&mut self.in_all);
        let people = self.by_hour.entry(hour).or_default();
        own(people.entry(payer.actor.to_owned()).or_default());
        while self
            .by_hour
            .first_key_value()
            .is_some_and(|(first, _)| *first < hour - 2 * DAY_HOURS)
        {
            self.by_hour.pop_first();
        }
    }

    /// Of one person, or of all.
    fn within_a_day(&self, hour: i64, actor: Option<&str>) -> u64 {
        let hours = self.by_hour.range(hour - DAY_HOURS + 1..);
        hours
            .flat_map(|(_, people)| people)
            .filter(|(person, _)| actor.is_none_or(|actor| *person == actor))
            .map(|(_, micros)| micros)
            .sum()
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Budgets(Mutex<Book>);

impl Budgets {
    pub fn set_limits(&self, limits: Limits) {
        self.0.lock().limits = limits;
    }

    pub fn limits(&self) -> Limits {
        self.0.lock().limits
    }

    /// What one batch may cost, whatever the owner's limit for batches is.
    pub fn set_cap(&self, batch: &str, cap_micros: u64) {
        self.0.lock().caps.insert(batch.to_owned(), cap_micros);
    }

    /// What the ledger says was spent before.
    pub fn load(&self, spent: &[SpentInHour]) {
        let mut book = self.0.lock();
        for one in spent {
            let payer = Payer {
                batch: &one.batch,
                actor: &one.actor,
                field: one.field,
            };
            book.add(payer, one.hour, one.cost_micros);
        }
    }

    pub fn spend(&self, payer: Payer, now_ms: i64, micros: u64) {
        if micros > 0 {
            self.0.lock().add(payer, now_ms / HOUR_MS, micros);
        }
    }

    pub fn spent_micros(&self, batch: &str) -> u64 {
        self.0.lock().by_batch.get(batch).copied().unwrap_or(0)
    }

    /// The code of the limit that is reached, if one is.
    pub fn reached(&self, payer: Payer, now_ms: i64) -> Option<&'static str> {
        let book = self.0.lock();
        let hour = now_ms / HOUR_MS;
        let is_over = |limit: Option<u64>, spent: &dyn Fn() -> u64| {
            limit.is_some_and(|limit| spent() >= limit)
        };
        let batch = || book.by_batch.get(payer.batch).copied().unwrap_or(0);
        let cap = book.caps.get(payer.batch).copied();
        if is_over(cap.or(book.limits.batch_micros), &batch) {
            return Some(reason::BUDGET_REACHED);
        }
        let field = || {
            let spent = payer.field.and_then(|field| book.by_field.get(&field));
            spent.copied().unwrap_or(0)
        };
        if is_over(book.limits.field_micros, &field) {
            return Some(reason::BUDGET_OF_FIELD);
        }
        if is_over(book.limits.person_micros, &|| {
            book.within_a_day(hour, Some(payer.actor))
        }) {
            return Some(reason::BUDGET_OF_PERSON);
        }
        if is_over(book.limits.day_micros, &|| book.within_a_day(hour, None)) {
            return Some(reason::BUDGET_OF_DAY);
        }
        is_over(book.limits.base_micros, &|| book.in_all).then_some(reason::BUDGET_OF_BASE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_700_000_000_000;

    fn payer<'a>(batch: &'a str, actor: &'a str, field: u32) -> Payer<'a> {
        Payer {
            batch,
            actor,
            field: Some(FieldId(field)),
        }
    }

    #[test]
    fn a_cap_concerns_its_batch_only_and_can_be_raised() {
        let budgets = Budgets::default();
        budgets.set_cap("a", 100);
        budgets.spend(payer("a", "x", 1), NOON, 99);
        budgets.spend(payer("b", "x", 1), NOON, 5_000);
        assert_eq!(budgets.reached(payer("a", "x", 1), NOON), None);
        assert_eq!(budgets.reached(payer("b", "x", 1), NOON), None);
        budgets.spend(payer("a", "x", 1), NOON, 1);
        assert_eq!(
            budgets.reached(payer("a", "x", 1), NOON),
            Some("budget_reached")
        );
        assert_eq!(budgets.spent_micros("b"), 5_000);
        budgets.set_cap("a", 200);
        assert_eq!(budgets.reached(payer("a", "x", 1), NOON), None);
    }

    #[test]
    fn each_limit_has_its_own_sum_and_its_own_word() {
        let cases = [
            (
                Limits {
                    batch_micros: Some(10),
                    ..Limits::default()
                },
                ("a", "x", 1),
                Some("budget_reached"),
            ),
            (
                Limits {
                    batch_micros: Some(10),
                    ..Limits::default()
                },
                ("b", "x", 1),
                None,
            ),
            (
                Limits {
                    field_micros: Some(10),
                    ..Limits::default()
                },
                ("b", "y", 1),
                Some("budget_field"),
            ),
            (
                Limits {
                    field_micros: Some(10),
                    ..Limits::default()
                },
                ("b", "y", 2),
                None,
            ),
            (
                Limits {
                    person_micros: Some(10),
                    ..Limits::default()
                },
                ("b", "x", 2),
                Some("budget_person"),
            ),
            (
                Limits {
                    person_micros: Some(10),
                    ..Limits::default()
                },
                ("b", "y", 2),
                None,
            ),
            (
                Limits {
                    day_micros: Some(10),
                    ..Limits::default()
                },
                ("b", "y", 2),
                Some("budget_day"),
            ),
            (
                Limits {
                    base_micros: Some(10),
                    ..Limits::default()
                },
                ("b", "y", 2),
                Some("budget_base"),
            ),
            (
                Limits {
                    base_micros: Some(11),
                    ..Limits::default()
                },
                ("b", "y", 2),
                None,
            ),
        ];
        for (limits, (batch, actor, field), expected) in cases {
            let budgets = Budgets::default();
            budgets.set_limits(limits);
            budgets.spend(payer("a", "x", 1), NOON, 10);
            let found = budgets.reached(payer(batch, actor, field), NOON);
            assert_eq!(found, expected, "{limits:?} {batch} {actor} {field}");
        }
    }

    #[test]
    fn a_day_passes_and_a_restart_forgets_nothing() {
        let budgets = Budgets::default();
        budgets.set_limits(Limits {
            day_micros: Some(10),
            ..Limits::default()
        });
        budgets.load(&[SpentInHour {
            batch: "a".into(),
            actor: "x".into(),
            field: None,
            hour: NOON / HOUR_MS,
            currency: "CNY".into(),
            cost_micros: 10,
        }]);
        let me = payer("b", "x", 1);
        assert_eq!(budgets.reached(me, NOON), Some("budget_day"));
        assert_eq!(budgets.reached(me, NOON + 23 * HOUR_MS), Some("budget_day"));
        assert_eq!(budgets.reached(me, NOON + 24 * HOUR_MS), None);
    }
}
