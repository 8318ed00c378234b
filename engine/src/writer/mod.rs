//! The writer's thread: the only place that makes a snapshot.
//!
//! `event` is everything it hears, `state` what it owns, `prepare` turns a submission into a candidate,
//! `commit` logs a group of candidates at once and publishes them, `patch` says what changed, `open` brings a
//! base up, `checkpoint` writes what changed beside edits, `upkeep` does what time brings: background results, leaving the read-only state; `retention`
//! forgets old history.
//!
//! Law: durable before visible. If the log fails, the candidates are dropped and the base is read-only until
//! it has been opened again and found whole.

mod calls;
mod checkpoint;
mod commit;
mod event;
mod open;
mod patch;
mod prepare;
mod retention;
mod state;
mod upkeep;

pub(crate) use event::{CallEvent, Event};
pub(crate) use open::{Running, create, open};
pub(crate) use retention::forget_old;
pub(crate) use state::Shared;

use crate::limits::{COMMANDS_PER_COMMIT, RECOVER_EVERY_MS, TICK_MS};
use commit::Group;
use state::Writer;
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

impl Writer {
    /// Runs until the base is closed or every handle is gone.
    pub fn run(mut self, events: &Receiver<Event>) {
        let mut ticked = Instant::now();
        loop {
            let patience = Duration::from_millis(if self.is_read_only() {
                RECOVER_EVERY_MS
            } else {
                TICK_MS
            });
            // By the clock, not by quiet: people who keep trying to save must not keep the base read-only.
            if ticked.elapsed() >= patience {
                self.tick();
                ticked = Instant::now();
            }
            match events.recv_timeout(patience.saturating_sub(ticked.elapsed())) {
                Ok(first) => {
                    if let Some(closed) = self.take_in(first, events) {
                        self.end();
                        // Nobody waits for the answer if the handle is gone.
                        let _ = closed.send(());
                        return;
                    }
                    self.checkpoint_if_due();
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.end();
                    return;
                }
            }
        }
    }

    /// Drains what has arrived, so that many submissions share one fsync.
    fn take_in(
        &mut self,
        first: Event,
        events: &Receiver<Event>,
    ) -> Option<std::sync::mpsc::SyncSender<()>> {
        let mut group = Group::default();
        let mut next = Some(first);
        // Lines for the ledger do not break a group up; they follow it.
        let mut attempts = Vec::new();
        while let Some(event) = next {
            match event {
                Event::Submit { submission, then } => {
                    if submission.command.needs_commit_before() || group.has_client_id(&submission)
                    {
                        self.commit(std::mem::take(&mut group));
                    }
                    self.prepare(submission, then, &mut group);
                }
                Event::Attempt(attempt) => attempts.push(attempt),
                Event::Close { closed } => {
                    self.commit(group);
                    self.record_attempts(attempts);
                    return Some(closed);
                }
                other => {
                    self.commit(std::mem::take(&mut group));
                    self.hear(other);
                }
            }
            next = match group.len() + attempts.len() < COMMANDS_PER_COMMIT {
                true => events.try_recv().ok(),
                false => None,
            };
        }
        self.commit(group);
        self.record_attempts(attempts);
        None
    }
}
