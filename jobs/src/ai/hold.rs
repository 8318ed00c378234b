//! What holds calls back: the mark on disk before they go out, limits on money, batches that stand still.
//!
//! The other half of [`super::runner`]. Laws: nothing goes out unmarked; a batch at a limit is paused with its reason,
//! and what waits of it is in the queue again. Tests: `jobs/tests/runner.rs`.

use super::{budget::Payer, estimate, lane::Work, runner::Runner};
use engine::{Sending, TakenCall};
use std::collections::BTreeSet;
use table::ai::{AiCall, CallKey};

/// For whom a call is paid.
pub(super) fn payer(taken: &TakenCall) -> Payer<'_> {
    Payer {
        batch: &taken.batch,
        actor: &taken.actor,
        field: taken.field,
    }
}

impl Runner {
    /// Marks calls as on their way; where that is impossible they are in line again, for the next look.
    pub(super) async fn mark(&self, taken: &[TakenCall]) -> bool {
        let at_ms = (self.now_ms)();
        let sendings: Vec<Sending> = taken
            .iter()
            .filter_map(|one| self.sending(&one.call, at_ms))
            .collect();
        if sendings.is_empty() {
            return true;
        }
        let source = self.source.clone();
        let marked = tokio::task::spawn_blocking(move || source.sending(sendings)).await;
        if marked.unwrap_or(false) {
            return true;
        }
        self.put_back(taken.iter().map(|one| one.call.key).collect())
            .await;
        false
    }

    /// What a call likely costs, told before it goes out.
    fn sending(&self, call: &AiCall, at_ms: i64) -> Option<Sending> {
        let provider = self.providers.find(&call.model)?;
        let tokens_in = match provider.offline_trial {
            true => 0,
            false => estimate::prompt_tokens(call),
        };
        Some(Sending {
            key: call.key,
            provider: provider.name.clone(),
            model: provider.model.clone(),
            at_ms,
            tokens_in,
            cost_micros: provider.prices.cost_micros(tokens_in, 0, 0),
            currency: provider.prices.currency.clone(),
        })
    }

    async fn put_back(&self, keys: Vec<CallKey>) {
        let source = self.source.clone();
        let _ = tokio::task::spawn_blocking(move || source.give_back(&keys)).await;
    }

    /// The batch stands still: what waits goes back to the queue, what is in flight ends.
    pub(super) async fn pause(&mut self, batch: &str, code: &'static str, also: Option<Work>) {
        let (source, name) = (self.source.clone(), batch.to_owned());
        let _ = tokio::task::spawn_blocking(move || source.pause(&name, code)).await;
        let batches = BTreeSet::from([batch.to_owned()]);
        let lanes = self.lanes.values_mut();
        let works = lanes.flat_map(|lane| lane.take_batches(&batches));
        let keys: Vec<CallKey> = works.chain(also).map(|work| work.taken.call.key).collect();
        {
            let mut asked = self.asked.lock();
            for key in &keys {
                asked.remove(key);
            }
        }
        self.put_back(keys).await;
    }

    pub(super) fn limit_reached(&self, taken: &TakenCall) -> Option<&'static str> {
        self.budgets.reached(payer(taken), (self.now_ms)())
    }
}
