//! Where AI calls come from and answers go to: the durable queue of a base, behind a trait so that tests
//! need no base.
//!
//! [`CallSource`] is implemented for [`engine::QueueHandle`]; the fake is [`fake::FakeSource`]. Law: all of
//! it may block on the disk, so the runner calls it from blocking threads only.

use engine::{Attempt, BatchChange, BatchState, QueueHandle, Sending, SpentInHour, TakenCall};
use table::ai::{Answer, CallKey};

/// Answers could not be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// E.g. a full disk; they are kept and tried again.
    #[error("answers cannot be stored now: {0}")]
    NotNow(String),
    /// The base was closed; nobody can store them any more.
    #[error("the base of the answers is closed")]
    Closed,
}

pub trait CallSource: Send + Sync + 'static {
    /// Up to `n` calls out of the line; none may be sent before [`CallSource::sending`] said yes.
    fn take(&self, n: usize) -> Vec<TakenCall>;
    /// Marks calls as on their way, durably, with what they likely cost; false where that is impossible now.
    fn sending(&self, sendings: Vec<Sending>) -> bool;
    /// The calls of the batch wait until somebody says so; `code` says why.
    fn pause(&self, batch: &str, code: &str);
    /// What the ledger says was spent before.
    fn spent(&self) -> Vec<SpentInHour>;
    /// Back to the queue, not asked.
    fn give_back(&self, keys: &[CallKey]);
    fn settle(
        &self,
        answers: Vec<Answer>,
        failures: Vec<(CallKey, String)>,
    ) -> Result<(), SettleError>;
    fn record_attempt(&self, attempt: Attempt);
    /// `listener` runs whenever calls were queued.
    fn on_queued(&self, listener: Box<dyn Fn() + Send + Sync>);
    /// Batches that somebody cancelled.
    fn cancelled(&self) -> Vec<String>;
    /// The bytes of an attachment.
    fn blob(&self, digest: &str) -> Option<Vec<u8>>;
    /// Stores a picture; gives its digest.
    fn put_blob(&self, bytes: &[u8]) -> Result<String, String>;
}

impl CallSource for QueueHandle {
    fn take(&self, n: usize) -> Vec<TakenCall> {
        QueueHandle::reserve(self, n)
    }

    fn sending(&self, sendings: Vec<Sending>) -> bool {
        QueueHandle::sending(self, sendings)
    }

    fn pause(&self, batch: &str, code: &str) {
        if let Err(error) = self.change_batch(batch, BatchChange::Pause(code.to_owned())) {
            tracing::warn!(%error, batch, "a batch could not be paused");
        }
    }

    fn spent(&self) -> Vec<SpentInHour> {
        QueueHandle::spent(self)
    }

    fn give_back(&self, keys: &[CallKey]) {
        self.unsent(keys.to_vec());
    }

    fn settle(
        &self,
        answers: Vec<Answer>,
        failures: Vec<(CallKey, String)>,
    ) -> Result<(), SettleError> {
        match QueueHandle::settle(self, answers, failures) {
            Ok(_) => Ok(()),
            Err(error) if error.code == "closed" => Err(SettleError::Closed),
            Err(error) => Err(SettleError::NotNow(error.to_string())),
        }
    }

    fn record_attempt(&self, attempt: Attempt) {
        QueueHandle::record_attempt(self, attempt);
    }

    fn on_queued(&self, listener: Box<dyn Fn() + Send + Sync>) {
        QueueHandle::on_queued(self, listener);
    }

    fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        QueueHandle::blob(self, digest)
    }

    fn put_blob(&self, bytes: &[u8]) -> Result<String, String> {
        QueueHandle::put_blob(self, bytes).map_err(|error| error.to_string())
    }

    fn cancelled(&self) -> Vec<String> {
        let mut batches = self.batches();
        batches.retain(|batch| batch.state == BatchState::Cancelled);
        batches.into_iter().map(|batch| batch.batch).collect()
    }
}

/// The fake queue, for tests of this crate and of those who use it.
pub mod fake {
    use super::{
        Answer, Attempt, CallKey, CallSource, Sending, SettleError, SpentInHour, TakenCall,
    };
    use parking_lot::Mutex;
    use std::{
        collections::{BTreeMap, VecDeque},
        sync::Arc,
    };
    use table::ai::{AiCall, AiKind};

    #[derive(Default)]
    struct State {
        queue: VecDeque<TakenCall>,
        taken: BTreeMap<CallKey, TakenCall>,
        answers: BTreeMap<CallKey, Answer>,
        failures: BTreeMap<CallKey, String>,
        attempts: Vec<Attempt>,
        blobs: BTreeMap<String, Vec<u8>>,
        cancelled: Vec<String>,
        paused: BTreeMap<String, String>,
        held: Vec<TakenCall>,
        sent: Vec<Sending>,
        commits: Vec<(usize, usize)>,
        refuse_commits: u32,
        is_closed: bool,
        listeners: Vec<Arc<dyn Fn() + Send + Sync>>,
        on_settled: Option<Box<dyn Fn(usize) + Send + Sync>>,
    }

    /// A queue in memory.
    #[derive(Default)]
    pub struct FakeSource(Mutex<State>);

    /// A key from a number, for readable tests.
    pub fn key(n: u32) -> CallKey {
        let mut bytes = [0; 16];
        bytes[12..].copy_from_slice(&n.to_be_bytes());
        CallKey(bytes)
    }

    /// A translation into English of `text`, asked of the model called `model`.
    pub fn call(n: u32, model: &str, text: &str) -> AiCall {
        AiCall {
            key: key(n),
            kind: AiKind::Translate,
            model: model.to_owned(),
            prompt_version: "translate/1".into(),
            system: "Translate.".into(),
            user: text.to_owned(),
            pictures: Vec::new(),
            expects: Default::default(),
            inputs: [("text", text), ("language", "en")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    impl FakeSource {
        pub fn queue(&self, batch: &str, calls: impl IntoIterator<Item = AiCall>) {
            let listeners = {
                let mut state = self.0.lock();
                state.queue.extend(calls.into_iter().map(|call| TakenCall {
                    call: Arc::new(call),
                    batch: batch.to_owned(),
                    n_attempts: 0,
                    actor: "user:test".into(),
                    field: None,
                    cap_micros: None,
                }));
                state.listeners.clone()
            };
            for listener in listeners {
                listener();
            }
        }

        /// What the engine does on `CancelAi`: queued calls leave, taken ones are reported.
        pub fn cancel(&self, batch: &str) {
            let mut state = self.0.lock();
            state.queue.retain(|taken| taken.batch != batch);
            state.cancelled.push(batch.to_owned());
        }

        /// Paused batches with the reason.
        pub fn paused(&self) -> BTreeMap<String, String> {
            self.0.lock().paused.clone()
        }

        /// Lets a paused batch go on.
        pub fn resume(&self, batch: &str) {
            let listeners = {
                let mut state = self.0.lock();
                state.paused.remove(batch);
                let held = std::mem::take(&mut state.held);
                state.queue.extend(held);
                state.listeners.clone()
            };
            for listener in listeners {
                listener();
            }
        }

        /// What was marked as on its way.
        pub fn sent(&self) -> Vec<Sending> {
            self.0.lock().sent.clone()
        }

        /// Told the number of calls of each commit.
        pub fn on_settled(&self, listener: Box<dyn Fn(usize) + Send + Sync>) {
            self.0.lock().on_settled = Some(listener);
        }

        /// Refuses the next commits, as a base with a full disk does.
        pub fn refuse_commits(&self, n: u32) {
            self.0.lock().refuse_commits = n;
        }

        /// From now on nothing is stored, as with a closed base.
        pub fn close(&self) {
            self.0.lock().is_closed = true;
        }

        pub fn answers(&self) -> BTreeMap<CallKey, Answer> {
            self.0.lock().answers.clone()
        }

        pub fn failures(&self) -> BTreeMap<CallKey, String> {
            self.0.lock().failures.clone()
        }

        pub fn attempts(&self) -> Vec<Attempt> {
            self.0.lock().attempts.clone()
        }

        /// Answers and failures of each commit.
        pub fn commits(&self) -> Vec<(usize, usize)> {
            self.0.lock().commits.clone()
        }

        pub fn n_queued(&self) -> usize {
            self.0.lock().queue.len()
        }

        /// Calls that are neither queued nor settled.
        pub fn n_taken(&self) -> usize {
            self.0.lock().taken.len()
        }
    }

    impl CallSource for FakeSource {
        fn blob(&self, digest: &str) -> Option<Vec<u8>> {
            self.0.lock().blobs.get(digest).cloned()
        }

        fn put_blob(&self, bytes: &[u8]) -> Result<String, String> {
            let digest = blake3::hash(bytes).to_hex().to_string();
            self.0.lock().blobs.insert(digest.clone(), bytes.to_vec());
            Ok(digest)
        }

        fn take(&self, n: usize) -> Vec<TakenCall> {
            let mut state = self.0.lock();
            for taken in std::mem::take(&mut state.queue) {
                match state.paused.contains_key(&taken.batch) {
                    true => state.held.push(taken),
                    false => state.queue.push_back(taken),
                }
            }
            let n = n.min(state.queue.len());
            let taken: Vec<TakenCall> = state.queue.drain(..n).collect();
            for one in &taken {
                state.taken.insert(one.call.key, one.clone());
            }
            taken
        }

        fn sending(&self, sendings: Vec<Sending>) -> bool {
            self.0.lock().sent.extend(sendings);
            true
        }

        fn pause(&self, batch: &str, code: &str) {
            let mut state = self.0.lock();
            state.paused.insert(batch.to_owned(), code.to_owned());
        }

        fn spent(&self) -> Vec<SpentInHour> {
            Vec::new()
        }

        fn give_back(&self, keys: &[CallKey]) {
            let mut state = self.0.lock();
            for key in keys {
                if let Some(taken) = state.taken.remove(key) {
                    state.queue.push_back(taken);
                }
            }
        }

        fn settle(
            &self,
            answers: Vec<Answer>,
            failures: Vec<(CallKey, String)>,
        ) -> Result<(), SettleError> {
            let mut state = self.0.lock();
            if state.is_closed {
                return Err(SettleError::Closed);
            }
            if state.refuse_commits > 0 {
                state.refuse_commits -= 1;
                return Err(SettleError::NotNow("disk full".into()));
            }
            let n_settled = answers.len() + failures.len();
            state.commits.push((answers.len(), failures.len()));
            for answer in answers {
                state.taken.remove(&answer.key);
                state.answers.insert(answer.key, answer);
            }
            for (key, reason) in failures {
                state.taken.remove(&key);
                state.failures.insert(key, reason);
            }
            if let Some(listener) = &state.on_settled {
                listener(n_settled);
            }
            Ok(())
        }

        fn record_attempt(&self, attempt: Attempt) {
            self.0.lock().attempts.push(attempt);
        }

        fn on_queued(&self, listener: Box<dyn Fn() + Send + Sync>) {
            self.0.lock().listeners.push(Arc::from(listener));
        }

        fn cancelled(&self) -> Vec<String> {
            self.0.lock().cancelled.clone()
        }
    }
}
