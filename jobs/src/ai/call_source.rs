//! Where AI calls come from and answers go to: the durable queue of a base, behind a trait so that tests
//! need no base.
//!
//! [`CallSource`] is implemented for [`engine::QueueHandle`]; the fake is [`fake::FakeSource`]. Law: all of
//! it may block on the disk, so the runner calls it from blocking threads only.

use engine::{Attempt, BatchState, QueueHandle, TakenCall};
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
    /// Up to `n` calls, durably marked as running.
    fn take(&self, n: usize) -> Vec<TakenCall>;
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
        QueueHandle::take(self, n)
    }

    fn give_back(&self, keys: &[CallKey]) {
        QueueHandle::give_back(self, keys);
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
    use super::{Answer, Attempt, CallKey, CallSource, SettleError, TakenCall};
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
            let n = n.min(state.queue.len());
            let taken: Vec<TakenCall> = state.queue.drain(..n).collect();
            for one in &taken {
                state.taken.insert(one.call.key, one.clone());
            }
            taken
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
