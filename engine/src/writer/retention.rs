//! Forgetting history that is older than its owner wants, and what lies in the trash with it.
//!
//! [`forget_old`] runs on a thread of its own (or the caller's): it reads what the kept log speaks of, and asks the
//! writer for one small step after the other, so that edits go on between two of them. Law: what the kept history can
//! take back stays; purging is durable before it is seen, for later ops count on it. Tests:
//! `engine/tests/engine/retention.rs`.

use super::{Event, state::Writer};
use crate::{
    error::CommandError,
    limits::{FORGET_EVERY_MS, PURGE_SEGMENTS, RETENTION_LEAST_DAYS},
};
use std::sync::{
    Arc,
    mpsc::{SyncSender, sync_channel},
};
use store::{Needs, ReadLogError, Reader};
use table::id::Revision;

const DAY_MS: i64 = 86_400_000;

/// Whether, and since when, old history is being forgotten.
#[derive(Debug, Default)]
pub(crate) struct Retention {
    /// When it was last begun, by the writer's clock; `None`: look at the next tick.
    begun_ms: Option<i64>,
}

/// `None` where the writer is gone.
pub(super) fn ask<T>(
    events: &SyncSender<Event>,
    make: impl FnOnce(SyncSender<T>) -> Event,
) -> Option<T> {
    let (sender, answer) = sync_channel(1);
    events.send(make(sender)).ok()?;
    answer.recv().ok()
}

/// Forgets what is older than the setting says, if it says anything; blocks until that is done.
pub(crate) fn forget_old(
    events: &dyn Fn() -> Option<Arc<SyncSender<Event>>>,
    reader: &Reader,
    now_ms: i64,
) -> Result<(), ReadLogError> {
    let Some(days) = reader.retention_days()? else {
        return Ok(());
    };
    let until = reader.last_before(now_ms - i64::from(days) * DAY_MS)?;
    let until = until.max(reader.forgotten_to()?);
    if until == Revision(0) {
        return Ok(());
    }
    let mut needs = Some(Box::new(reader.needs_after(until)?));
    loop {
        let Some(events) = events() else {
            return Ok(());
        };
        match ask(&events, |answer| Event::Forget { until, answer }) {
            Some(true) => {}
            Some(false) => break,
            None => return Ok(()),
        }
    }
    while let Some(left) = needs.take() {
        let Some(events) = events() else {
            return Ok(());
        };
        let purge = |answer| Event::Purge {
            needs: left,
            answer,
        };
        needs = ask(&events, purge).flatten();
    }
    Ok(())
}

impl Writer {
    /// Durable when it returns; what is too old goes soon.
    pub fn set_retention(&mut self, days: Option<u32>) -> Result<(), CommandError> {
        if let Some(days) = days.filter(|days| *days < RETENTION_LEAST_DAYS) {
            return Err(CommandError::retention_too_short(
                days,
                RETENTION_LEAST_DAYS,
            ));
        }
        let Some(store) = &mut self.store else {
            return Err(CommandError::read_only(&self.read_only_reason()));
        };
        if let Err(error) = store.set_retention(days) {
            tracing::error!(%error, "how long history is kept could not be written");
            let reason = error.trouble().into();
            self.fall_read_only(&reason);
            return Err(CommandError::read_only(&reason));
        }
        self.retention = Retention::default();
        Ok(())
    }

    /// Now and then, on a thread of its own.
    pub fn forget_if_due(&mut self) {
        let now_ms = (self.shared.options.clock)().now_ms;
        let is_due = |begun: i64| !(begun..begun + FORGET_EVERY_MS).contains(&now_ms);
        if !self.retention.begun_ms.is_none_or(is_due) {
            return;
        }
        self.retention.begun_ms = Some(now_ms);
        let events = self.shared.events.lock().clone();
        let reader = self.shared.reader.read().clone();
        let started = std::thread::Builder::new()
            .name("forget".into())
            .spawn(move || {
                if let Err(error) = forget_old(&|| events.upgrade(), &reader, now_ms) {
                    tracing::warn!(%error, "old history could not be forgotten");
                }
            });
        if let Err(error) = started {
            tracing::warn!(%error, "old history is not forgotten: no thread");
        }
    }

    /// One slice of the log; `false` where there is nothing more to do now.
    pub fn forget(&mut self, until: Revision) -> bool {
        let is_covered = |store: &store::Base| store.checkpoint_revision() >= until;
        if self.store.as_ref().is_some_and(|store| !is_covered(store)) {
            self.checkpoint();
        }
        let Some(store) = self.store.as_mut().filter(|store| is_covered(store)) else {
            return false;
        };
        match store.forget(until) {
            Ok(more) => {
                self.undo.forget(until);
                more
            }
            Err(error) => {
                tracing::error!(%error, "old history could not be forgotten");
                self.fall_read_only(&error.trouble().into());
                false
            }
        }
    }

    /// A part of the trash that no history speaks of any more; gives the needs back while there is more.
    pub fn purge(&mut self, mut needs: Box<Needs>) -> Option<Box<Needs>> {
        // A computation over the records as they are must find them in their places; and a checkpoint waits for it.
        if self.filling.is_some() || !self.to_fill.is_empty() {
            return None;
        }
        let store = self.store.as_mut()?;
        if let Err(error) = store.release_parts(&mut needs) {
            tracing::error!(%error, "parts of forgotten history could not be released");
            self.fall_read_only(&error.trouble().into());
            return None;
        }
        let purged = needs.needed.purged(&self.snapshot, PURGE_SEGMENTS);
        let is_more = purged.is_some();
        if let Some(purged) = purged {
            self.snapshot = Arc::new(purged);
        }
        // Not seen before it is there: an op of later must never meet what a replay would bring back.
        self.checkpoint();
        if self.is_read_only() {
            return None;
        }
        if is_more {
            let graph = self.graph_of(&self.snapshot.schema.clone());
            *self.shared.graph.write() = graph;
            *self.shared.snapshot.write() = self.snapshot.clone();
        }
        is_more.then_some(needs)
    }
}
