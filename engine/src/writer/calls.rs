//! The durable side of the queue of AI calls: taking, sending, giving back, pausing, the ledger.
//!
//! Law: a call is marked on disk before anyone may send it, and no line of the ledger is lost but with the base.
//! Tests: `engine/tests/engine/ai.rs`, `engine/tests/engine/ai_plans.rs`.

use super::{event::CallEvent, state::Writer};
use crate::{
    error::CommandError,
    queue::{Attempt, BatchChange, TakenCall},
};
use table::ai::CallKey;

impl Writer {
    pub fn hear_of_calls(&mut self, event: CallEvent) {
        // A caller that gave up waiting does not need its answer.
        match event {
            CallEvent::Take { n, answer } => drop(answer.send(self.take(n))),
            CallEvent::Sending { sendings, answer } => drop(answer.send(self.sending(&sendings))),
            CallEvent::Unsent(keys) => self.unsent(&keys),
            CallEvent::Batch {
                batch,
                change,
                answer,
            } => drop(answer.send(self.change_batch(&batch, change))),
        }
    }

    fn take(&mut self, n: usize) -> Vec<TakenCall> {
        let Some(store) = &mut self.store else {
            return Vec::new();
        };
        let taken = self.shared.queue.reserve(n);
        if taken.is_empty() {
            return taken;
        }
        let keys: Vec<CallKey> = taken.iter().map(|taken| taken.call.key).collect();
        if let Err(error) = store.mark_running(&keys) {
            tracing::error!(%error, "calls could not be marked as running");
            self.shared.queue.give_back(&keys);
            self.fall_read_only(&error.trouble().into());
            return Vec::new();
        }
        self.tell_running(&keys);
        taken
    }

    /// True once the calls are marked: from now on a crash means that nobody knows what became of them.
    fn sending(&mut self, sendings: &[store::Sending]) -> bool {
        let Some(store) = &mut self.store else {
            return false;
        };
        if let Err(error) = store.mark_sending(sendings) {
            tracing::error!(%error, "calls could not be marked as running");
            self.fall_read_only(&error.trouble().into());
            return false;
        }
        let keys: Vec<CallKey> = sendings.iter().map(|sending| sending.key).collect();
        self.tell_running(&keys);
        true
    }

    fn unsent(&mut self, keys: &[CallKey]) {
        if let Some(store) = &mut self.store
            && !keys.is_empty()
            && let Err(error) = store.mark_unsent(keys)
        {
            tracing::error!(%error, "calls could not be marked as not sent");
            self.fall_read_only(&error.trouble().into());
        }
        self.shared.queue.give_back(keys);
    }

    fn change_batch(&mut self, batch: &str, change: BatchChange) -> Result<(), CommandError> {
        if self.is_read_only() {
            return Err(CommandError::read_only(&self.read_only_reason()));
        }
        let mut record = self.shared.queue.record_of(batch).ok_or_else(|| {
            CommandError::new(
                "no_batch",
                "这一批任务已经不在了。",
                "There is no such batch any more.",
            )
        })?;
        match change {
            BatchChange::Pause(reason) => record.paused = Some(reason),
            BatchChange::Resume { cap_micros } => {
                record.paused = None;
                record.cap_micros = cap_micros.or(record.cap_micros);
            }
        }
        if let Some(store) = &mut self.store
            && let Err(error) = store.put_batch(&record)
        {
            tracing::error!(%error, "a batch could not be changed");
            self.fall_read_only(&error.trouble().into());
            return Err(CommandError::read_only(&self.read_only_reason()));
        }
        self.shared.queue.follow_batch(&record);
        if record.paused.is_none() {
            self.shared.queue.release(batch);
        }
        Ok(())
    }

    pub fn record_attempts(&mut self, attempts: Vec<Attempt>) {
        let Some(store) = &mut self.store else {
            return;
        };
        if attempts.is_empty() {
            return;
        }
        let lines: Vec<store::Attempt> = attempts.iter().map(ledger_line).collect();
        if let Err(error) = store.record_attempts(&lines) {
            tracing::error!(%error, "attempts could not be written to the ledger");
            self.fall_read_only(&error.trouble().into());
        }
        for attempt in &attempts {
            self.shared.queue.spend(attempt, attempt.unknown_outcome);
        }
    }
}

fn ledger_line(attempt: &Attempt) -> store::Attempt {
    store::Attempt {
        key: attempt.key,
        batch: attempt.batch.clone(),
        provider: attempt.provider.clone(),
        model: attempt.model.clone(),
        at_ms: attempt.at_ms,
        took_ms: attempt.took_ms,
        outcome: attempt.outcome.clone(),
        tokens_in: attempt.tokens_in,
        tokens_out: attempt.tokens_out,
        cost_micros: attempt.cost_micros,
        currency: attempt.currency.clone(),
        unknown_outcome: attempt.unknown_outcome,
    }
}
