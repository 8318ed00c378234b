//! Writes outcomes: answers and failures in small groups that share a commit, ledger lines before them.
//!
//! [`Settler`] is a task fed by the runner. Law: an answer leaves only when it is stored; while the base takes
//! nothing (a full disk), the settler keeps trying and the bounded channel makes the questions wait. Only a
//! closed base or the end of the program lets answers go.
//! Tests: `jobs/tests/runner.rs`.

use super::call_source::{CallSource, SettleError};
use crate::limits;
use engine::Attempt;
use parking_lot::Mutex;
use std::{collections::HashSet, sync::Arc};
use table::ai::{Answer, CallKey};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

/// What became of a call, or of one attempt at it.
pub enum Outcome {
    Attempt(Attempt),
    Answer(Answer),
    Failure(CallKey, String),
}

/// See the module.
pub struct Settler {
    source: Arc<dyn CallSource>,
    asked: Arc<Mutex<HashSet<CallKey>>>,
    stop: CancellationToken,
}

#[derive(Default)]
struct Group {
    attempts: Vec<Attempt>,
    answers: Vec<Answer>,
    failures: Vec<(CallKey, String)>,
}

impl Group {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Attempt(attempt) => self.attempts.push(attempt),
            Outcome::Answer(answer) => self.answers.push(answer),
            Outcome::Failure(key, code) => self.failures.push((key, code)),
        }
    }

    fn is_full(&self) -> bool {
        self.answers.len() >= limits::ANSWERS_PER_COMMIT
            || self.failures.len() >= limits::FAILURES_PER_COMMIT
            || self.attempts.len() >= limits::FAILURES_PER_COMMIT
    }
}

impl Settler {
    /// After `stop`, a base that takes nothing gets [`limits::STORES_AT_STOP`] more tries.
    pub fn new(
        source: Arc<dyn CallSource>,
        asked: Arc<Mutex<HashSet<CallKey>>>,
        stop: CancellationToken,
    ) -> Settler {
        Settler {
            source,
            asked,
            stop,
        }
    }

    /// Runs until the other end of the channel is closed and everything is stored.
    pub async fn run(self, mut outcomes: mpsc::Receiver<Outcome>) {
        while let Some(first) = outcomes.recv().await {
            let mut group = Group::default();
            group.add(first);
            let deadline = Instant::now() + limits::COMMIT_DELAY;
            while !group.is_full() {
                match tokio::time::timeout_at(deadline, outcomes.recv()).await {
                    Ok(Some(outcome)) => group.add(outcome),
                    Ok(None) | Err(_) => break,
                }
            }
            self.store(group).await;
        }
    }

    async fn store(&self, group: Group) {
        let Group {
            attempts,
            answers,
            failures,
        } = group;
        let keys: Vec<CallKey> = answers
            .iter()
            .map(|answer| answer.key)
            .chain(failures.iter().map(|(key, _)| *key))
            .collect();
        let source = self.source.clone();
        let recorded = tokio::task::spawn_blocking(move || {
            for attempt in attempts {
                source.record_attempt(attempt);
            }
        });
        if recorded.await.is_err() {
            tracing::error!("the ledger of AI attempts failed");
        }
        if keys.is_empty() {
            return;
        }
        let mut n_left_at_stop = limits::STORES_AT_STOP;
        while n_left_at_stop > 0 {
            let (source, answers, failures) =
                (self.source.clone(), answers.clone(), failures.clone());
            let settled = tokio::task::spawn_blocking(move || source.settle(answers, failures));
            match settled.await {
                Ok(Ok(())) => break,
                Ok(Err(SettleError::Closed)) => {
                    tracing::warn!(
                        n = keys.len(),
                        "the base was closed before its answers came"
                    );
                    break;
                }
                Ok(Err(SettleError::NotNow(reason))) => {
                    tracing::warn!(reason, n = keys.len(), "answers wait to be stored");
                }
                Err(error) => tracing::error!(%error, "storing answers failed"),
            }
            if self.stop.is_cancelled() {
                n_left_at_stop -= 1;
            }
            tokio::time::sleep(limits::STORE_RETRY).await;
        }
        if n_left_at_stop == 0 {
            // The calls are still marked as running on disk, so they are asked again after the next start.
            tracing::error!(n = keys.len(), "answers could not be stored before the end");
        }
        let mut asked = self.asked.lock();
        for key in &keys {
            asked.remove(key);
        }
    }
}
