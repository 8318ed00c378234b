//! The durable queue of AI calls as the jobs see it.
//!
//! Main type: [`QueueHandle`]. Law: a call is marked running on disk before anyone may carry it out.

use crate::limits::KEPT_BATCHES;
use parking_lot::{Condvar, Mutex};
use serde::Serialize;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use table::{
    ai::{AiCall, CallKey},
    id::{FieldId, TableId},
};

/// A call to carry out now.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenCall {
    pub call: Arc<AiCall>,
    pub batch: String,
    /// Attempts before this one, over restarts; above 0 after a crash in flight.
    pub n_attempts: u32,
}

/// One attempt at a call, for the ledger: written whatever came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub key: CallKey,
    pub batch: String,
    pub provider: String,
    pub model: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub took_ms: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Millionths of `currency`.
    pub cost_micros: u64,
    pub currency: String,
    /// `ok`, or a stable reason code.
    pub outcome: String,
}

/// Progress of one click on “run”.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchStatus {
    pub batch: String,
    pub table: Option<TableId>,
    pub field: Option<FieldId>,
    pub state: BatchState,
    /// Distinct calls.
    pub n_total: u64,
    pub n_done: u64,
    pub n_failed: u64,
    /// Cells that stored answers filled at once, without a call.
    pub n_cached: u64,
    pub n_running: u64,
    /// Why the last failed call failed: a stable code.
    pub reason: Option<String>,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Millionths of `currency`.
    pub cost_micros: u64,
    pub currency: String,
    /// Milliseconds since 1970; 0 where it began before the last start.
    pub started_ms: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    Running,
    Done,
    /// Every call failed.
    Failed,
    Cancelled,
}

/// Calls that are open (queued or running) and the progress of their batches. Only the writer adds and
/// removes; jobs take. Follows what is durable, never a draft.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    listeners: Mutex<Vec<Box<dyn Fn() + Send + Sync>>>,
}

#[derive(Default)]
struct State {
    open: HashMap<CallKey, Open>,
    ready: VecDeque<CallKey>,
    batches: Vec<BatchStatus>,
    closed: bool,
    /// The base is read-only: nothing can be marked running, so nothing is handed out.
    paused: bool,
}

struct Open {
    call: Arc<AiCall>,
    batch: String,
    running: bool,
    n_attempts: u32,
}

impl Queue {
    pub fn is_open(&self, key: &CallKey) -> bool {
        self.state.lock().open.contains_key(key)
    }

    pub fn is_queued(&self, key: &CallKey) -> bool {
        self.state
            .lock()
            .open
            .get(key)
            .is_some_and(|open| !open.running)
    }

    pub fn is_running(&self, key: &CallKey) -> bool {
        self.state
            .lock()
            .open
            .get(key)
            .is_some_and(|open| open.running)
    }

    /// Calls of a batch that are not in flight.
    pub fn queued_in(&self, batch: &str) -> Vec<CallKey> {
        let state = self.state.lock();
        let of_batch = state
            .open
            .iter()
            .filter(|(_, open)| open.batch == batch && !open.running);
        of_batch.map(|(key, _)| *key).collect()
    }

    /// New calls that are durable now.
    pub fn add(&self, calls: impl IntoIterator<Item = (Arc<AiCall>, String, u32)>, now_ms: i64) {
        let mut any = false;
        {
            let mut state = self.state.lock();
            for (call, batch, n_attempts) in calls {
                let key = call.key;
                if state.open.contains_key(&key) {
                    continue;
                }
                any = true;
                state.batch(&batch, now_ms).n_total += 1;
                state.open.insert(
                    key,
                    Open {
                        call,
                        batch,
                        running: false,
                        n_attempts,
                    },
                );
                state.ready.push_back(key);
            }
        }
        if any {
            self.announce();
        }
    }

    fn announce(&self) {
        self.arrived.notify_all();
        for listener in self.listeners.lock().iter() {
            listener();
        }
    }

    /// The field that a batch is about, for the job panel.
    pub fn describe(&self, batch: &str, table: TableId, field: FieldId, now_ms: i64) {
        let mut state = self.state.lock();
        let status = state.batch(batch, now_ms);
        (status.table, status.field) = (Some(table), Some(field));
    }

    /// Cells of a batch that stored answers filled: a batch of nothing else is there too, and is done.
    pub fn count_cached(&self, batch: &str, n: u64) {
        self.state.lock().batch(batch, 0).n_cached += n;
    }

    /// A call was answered, given up or cancelled.
    pub fn close_call(&self, key: &CallKey, end: CallEnd, spent: Option<&table::ai::Provenance>) {
        let mut state = self.state.lock();
        let Some(open) = state.open.remove(key) else {
            return;
        };
        let status = state.batch(&open.batch, 0);
        match end {
            CallEnd::Answered => status.n_done += 1,
            CallEnd::Failed(reason) => {
                status.n_failed += 1;
                status.reason = Some(reason);
            }
            CallEnd::Cancelled => {
                status.n_total -= 1;
                status.state = BatchState::Cancelled;
            }
        }
        if let Some(spent) = spent {
            status.tokens_in += spent.tokens_in;
            status.tokens_out += spent.tokens_out;
            status.cost_micros += spent.cost_micros;
            status.currency.clone_from(&spent.currency);
        }
    }

    /// Marks up to `n` ready calls as running, in memory; the writer makes it durable.
    pub fn reserve(&self, n: usize) -> Vec<TakenCall> {
        let mut state = self.state.lock();
        let mut taken = Vec::new();
        while taken.len() < n && !state.closed && !state.paused {
            let Some(key) = state.ready.pop_front() else {
                break;
            };
            // A cancelled call leaves its key behind in the line.
            if let Some(open) = state.open.get_mut(&key)
                && !open.running
            {
                open.running = true;
                taken.push(TakenCall {
                    call: open.call.clone(),
                    batch: open.batch.clone(),
                    n_attempts: open.n_attempts,
                });
                open.n_attempts += 1;
            }
        }
        taken
    }

    /// Reserved calls that are not carried out after all; they come first the next time.
    pub fn give_back(&self, keys: &[CallKey]) {
        {
            let mut state = self.state.lock();
            for key in keys.iter().rev() {
                if let Some(open) = state.open.get_mut(key)
                    && open.running
                {
                    open.running = false;
                    open.n_attempts = open.n_attempts.saturating_sub(1);
                    state.ready.push_front(*key);
                }
            }
        }
        self.announce();
    }

    /// The batch that an open call belongs to.
    pub fn batch_of(&self, key: &CallKey) -> Option<String> {
        let state = self.state.lock();
        state.open.get(key).map(|open| open.batch.clone())
    }

    /// Waits until a call is ready, the time is over or the base is closed; true if calls are ready.
    pub fn wait(&self, timeout_ms: u64) -> bool {
        let mut state = self.state.lock();
        let until = std::time::Instant::now() + std::time::Duration::from_millis(timeout_ms);
        while (state.ready.is_empty() || state.paused) && !state.closed {
            if self.arrived.wait_until(&mut state, until).timed_out() {
                break;
            }
        }
        !state.ready.is_empty() && !state.closed && !state.paused
    }

    pub fn listen(&self, listener: Box<dyn Fn() + Send + Sync>) {
        self.listeners.lock().push(listener);
    }

    pub fn batches(&self) -> Vec<BatchStatus> {
        let state = self.state.lock();
        let mut out = state.batches.clone();
        for status in &mut out {
            let own = || {
                state
                    .open
                    .values()
                    .filter(|open| open.batch == status.batch)
            };
            let n_open = own().count();
            status.n_running = own().filter(|open| open.running).count() as u64;
            if n_open > 0 {
                status.state = BatchState::Running;
            } else if status.state == BatchState::Running {
                status.state = match status.n_failed > 0 && status.n_done == 0 {
                    true => BatchState::Failed,
                    false => BatchState::Done,
                };
            }
        }
        out.reverse();
        out
    }

    /// Whether calls are handed out at all.
    pub fn pause(&self, paused: bool) {
        self.state.lock().paused = paused;
        self.announce();
    }

    /// No more calls are handed out; waiters wake up.
    pub fn close(&self) {
        self.state.lock().closed = true;
        self.announce();
    }

    /// Forgets everything, before it is filled again from the log.
    pub fn clear(&self) {
        let mut state = self.state.lock();
        state.open.clear();
        state.ready.clear();
    }
}

/// How a call left the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallEnd {
    Answered,
    /// With the reason's code.
    Failed(String),
    Cancelled,
}

impl State {
    fn batch(&mut self, batch: &str, now_ms: i64) -> &mut BatchStatus {
        let at = match self.batches.iter().position(|status| status.batch == batch) {
            Some(at) => at,
            None => {
                if self.batches.len() >= KEPT_BATCHES {
                    let open = |batch: &str| self.open.values().any(|open| open.batch == batch);
                    let oldest = self.batches.iter().position(|status| !open(&status.batch));
                    self.batches.remove(oldest.unwrap_or(0));
                }
                self.batches.push(BatchStatus {
                    batch: batch.to_owned(),
                    table: None,
                    field: None,
                    state: BatchState::Running,
                    n_total: 0,
                    n_done: 0,
                    n_failed: 0,
                    n_cached: 0,
                    n_running: 0,
                    reason: None,
                    tokens_in: 0,
                    tokens_out: 0,
                    cost_micros: 0,
                    currency: String::new(),
                    started_ms: now_ms,
                });
                self.batches.len() - 1
            }
        };
        &mut self.batches[at]
    }
}
