//! The durable queue of AI calls as the jobs see it.
//!
//! Main type: [`QueueHandle`]. Law: a call is marked running on disk before anyone may carry it out.

use crate::limits::{KEPT_BATCHES, KEPT_FAILURES};
use parking_lot::{Condvar, Mutex};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};
use store::{BatchEstimate, BatchRecord, StoredBatch};
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
    /// Who asked for the batch, and for which field.
    pub actor: String,
    pub field: Option<FieldId>,
    /// What the batch may cost.
    pub cap_micros: Option<u64>,
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
    /// Nobody knows whether the provider charged; `cost_micros` is what it likely was.
    pub unknown_outcome: bool,
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
    /// Failed calls by reason.
    pub failures: BTreeMap<String, u64>,
    /// Why the batch stands still.
    pub paused: Option<String>,
    /// Who asked for it.
    pub actor: String,
    pub n_records: u64,
    pub n_locked: u64,
    /// What was told before.
    pub estimate: Option<BatchEstimate>,
    pub cap_micros: Option<u64>,
    /// Attempts of unknown outcome; their likely cost is in `cost_micros`.
    pub n_unknown: u64,
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
    /// Its calls wait until somebody says so.
    Paused,
}

/// What becomes of a batch as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchChange {
    /// With a stable reason code.
    Pause(String),
    /// With a new cap; absent: as it was.
    Resume { cap_micros: Option<u64> },
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
    /// Keys of paused batches that had their turn.
    held: HashMap<String, Vec<CallKey>>,
    /// The last calls that failed, with the reason.
    failed: VecDeque<(CallKey, String)>,
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

    /// Who asked for a batch and what was told before; as it stands in the file.
    pub fn follow_batch(&self, record: &BatchRecord) {
        let mut state = self.state.lock();
        state.batch(&record.batch, record.at_ms).follow(record);
    }

    /// Batches as they were when the base was closed or its process died; their open calls are added after this.
    pub fn restore(&self, batches: Vec<StoredBatch>) {
        let mut state = self.state.lock();
        for stored in batches.into_iter().rev() {
            let status = state.batch(&stored.record.batch, stored.record.at_ms);
            status.follow(&stored.record);
            status.n_total = stored.n_answered + stored.n_failed;
            (status.n_done, status.n_failed) = (stored.n_answered, stored.n_failed);
            status.n_cached = stored.record.n_cached;
            status.reason = stored.reason;
            status.failures = stored.failures.into_iter().collect();
            status.tokens_in = stored.spent.tokens_in;
            status.tokens_out = stored.spent.tokens_out;
            status.cost_micros = stored.spent.cost_micros;
            status.n_unknown = stored.spent.n_unknown;
            status.currency = stored.spent.currency;
        }
    }

    /// The batch as it is to stand in the file.
    pub fn record_of(&self, batch: &str) -> Option<BatchRecord> {
        let state = self.state.lock();
        let found = state.batches.iter().find(|status| status.batch == batch);
        found.map(BatchStatus::record)
    }

    /// An attempt stands in the ledger.
    pub fn spend(&self, attempt: &Attempt, is_unknown: bool) {
        if attempt.batch.is_empty() {
            return;
        }
        let mut state = self.state.lock();
        let status = state.batch(&attempt.batch, attempt.at_ms);
        status.tokens_in += attempt.tokens_in;
        status.tokens_out += attempt.tokens_out;
        status.cost_micros += attempt.cost_micros;
        status.n_unknown += u64::from(is_unknown);
        if attempt.cost_micros > 0 || status.currency.is_empty() {
            status.currency.clone_from(&attempt.currency);
        }
    }

    /// A call was answered, given up or cancelled.
    pub fn close_call(&self, key: &CallKey, end: CallEnd) {
        let mut state = self.state.lock();
        let Some(open) = state.open.remove(key) else {
            return;
        };
        let status = state.batch(&open.batch, 0);
        match end {
            CallEnd::Answered => status.n_done += 1,
            CallEnd::Failed(reason) => {
                let told = (*key, reason.clone());
                status.n_failed += 1;
                *status.failures.entry(reason.clone()).or_default() += 1;
                status.reason = Some(reason);
                state.failed.push_back(told);
                if state.failed.len() > KEPT_FAILURES {
                    state.failed.pop_front();
                }
            }
            CallEnd::Cancelled => {
                status.n_total -= 1;
                status.state = BatchState::Cancelled;
            }
        }
    }

    /// Why a call failed lately.
    pub fn failure_of(&self, key: &CallKey) -> Option<String> {
        let state = self.state.lock();
        state
            .failed
            .iter()
            .rev()
            .find(|(failed, _)| failed == key)
            .map(|(_, reason)| reason.clone())
    }

    /// Takes up to `n` ready calls out of the line, in memory; before they are sent the writer makes it durable.
    pub fn reserve(&self, n: usize) -> Vec<TakenCall> {
        let mut state = self.state.lock();
        let mut taken = Vec::new();
        while taken.len() < n && !state.closed && !state.paused {
            let Some(key) = state.ready.pop_front() else {
                break;
            };
            // A cancelled call leaves its key behind in the line.
            let Some(batch) = state
                .open
                .get(&key)
                .filter(|open| !open.running)
                .map(|open| open.batch.clone())
            else {
                continue;
            };
            let status = state.batch(&batch, 0);
            if status.paused.is_some() {
                state.held.entry(batch).or_default().push(key);
                continue;
            }
            let (actor, field) = (status.actor.clone(), status.field);
            let cap_micros = status.cap_micros;
            if let Some(open) = state.open.get_mut(&key) {
                open.running = true;
                taken.push(TakenCall {
                    call: open.call.clone(),
                    batch,
                    n_attempts: open.n_attempts,
                    actor,
                    field,
                    cap_micros,
                });
                open.n_attempts += 1;
            }
        }
        taken
    }

    /// The calls of a batch that had their turn while it was paused come in line again.
    pub fn release(&self, batch: &str) {
        {
            let mut state = self.state.lock();
            let held = state.held.remove(batch).unwrap_or_default();
            state.ready.extend(held);
        }
        self.announce();
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
                status.state = match status.paused {
                    Some(_) => BatchState::Paused,
                    None => BatchState::Running,
                };
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
        state.held.clear();
        state.batches.clear();
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

impl BatchStatus {
    fn follow(&mut self, record: &BatchRecord) {
        (self.table, self.field) = (record.table.or(self.table), record.field.or(self.field));
        self.actor.clone_from(&record.actor);
        (self.n_records, self.n_locked) = (record.n_records, record.n_locked);
        self.estimate.clone_from(&record.estimate);
        self.cap_micros = record.cap_micros;
        self.paused.clone_from(&record.paused);
        if record.cancelled {
            self.state = BatchState::Cancelled;
        }
    }

    fn record(&self) -> BatchRecord {
        BatchRecord {
            batch: self.batch.clone(),
            actor: self.actor.clone(),
            table: self.table,
            field: self.field,
            at_ms: self.started_ms,
            n_records: self.n_records,
            n_cached: self.n_cached,
            n_locked: self.n_locked,
            estimate: self.estimate.clone(),
            cap_micros: self.cap_micros,
            paused: self.paused.clone(),
            cancelled: self.state == BatchState::Cancelled,
        }
    }
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
                    failures: BTreeMap::new(),
                    paused: None,
                    actor: String::new(),
                    n_records: 0,
                    n_locked: 0,
                    estimate: None,
                    cap_micros: None,
                    n_unknown: 0,
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
