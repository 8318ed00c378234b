//! What time brings: background results, calls taken, the calendar, leaving the read-only state.

use super::{Event, commit::Group, open::Recovery, state::Writer};
use crate::{
    command::{Draft, Preview},
    error::CommandError,
    limits::{PATCH_CELLS, UNDO_LOOKBACK},
    patch::{Patch, PatchColumn, UndoState},
    query::{condition, window::show_running},
    recompute::{
        Changed, Rows,
        background::{self, Filled},
        run::{compute, run_changed},
    },
    trouble::FileTrouble,
    undo::UndoBook,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use store::Trouble;
use table::{
    ai::CallKey,
    id::{ActorId, FieldId, RecordId, Revision, TableId},
};

/// Columns that were computed in the background, over the records that there are now.
fn put_in_place(draft: &mut Draft, filled: Filled) {
    for (table, column, segment, mut cells) in filled.columns {
        let data = draft.snapshot.data(table);
        let current = data.and_then(|data| data.segments.get(segment)).cloned();
        let Some(current) = current else {
            continue;
        };
        if cells.len() < current.len()
            && let Some(newer) = current.column(column)
        {
            // Records that came meanwhile were computed when they came.
            let tail = newer.slice(cells.len(), current.len());
            Arc::make_mut(&mut cells).extend(&tail);
        }
        draft.snapshot.set_derived(table, segment, column, cells);
        draft.derived.add(table, column, &Rows::All);
    }
}

impl Writer {
    pub fn hear(&mut self, event: Event) {
        // A caller that gave up waiting does not need its answer.
        match event {
            Event::Submit { submission, then } => {
                let mut group = Group::default();
                self.prepare(submission, then, &mut group);
                self.commit(group);
            }
            Event::DryRun {
                actor,
                command,
                answer,
            } => {
                let before = self.snapshot.clone();
                let _ = answer.send(
                    self.candidate(&actor, None, &command, before)
                        .map(Preview::of),
                );
            }
            Event::Calls(event) => self.hear_of_calls(event),
            Event::Attempt(attempt) => self.record_attempts(vec![attempt]),
            Event::Damaged => {
                self.fall_read_only(&Trouble::Damaged.into());
                self.try_recover();
            }
            Event::Filled(filled) => self.filled(filled),
            Event::UndoState { actor, answer } => {
                if let Err(error) = self.load_undo() {
                    tracing::warn!(%error, "the log could not be read for undo");
                }
                let _ = answer.send(self.undo.state(&actor));
            }
            Event::Checkpoint { id, piece, answer } => {
                let goes_on = self.take_piece(id, piece);
                let _ = answer.send(goes_on);
            }
            Event::SetRetention { days, answer } => drop(answer.send(self.set_retention(days))),
            Event::Forget { until, answer } => drop(answer.send(self.forget(until))),
            Event::Purge { needs, answer } => drop(answer.send(self.purge(needs))),
            Event::Recover { answer } => {
                self.try_recover();
                let _ = answer.send(self.shared.status());
            }
            Event::Backup { to, answer } => {
                let done = match self.file() {
                    Some(store) => store.backup(&to),
                    None => self.shared.reader.read().backup(&to),
                };
                let _ = answer.send(done.map_err(|error| {
                    tracing::error!(%error, "a backup failed");
                    CommandError::backup_failed(&error.trouble().into())
                }));
            }
            Event::Verify { answer } => {
                let damage = match self.file() {
                    Some(store) => store.verify(),
                    None => self.shared.reader.read().verify(),
                };
                let _ = answer.send(damage);
            }
            Event::Inject { fault, answer } => {
                if let Some(store) = &mut self.store {
                    store.inject(fault);
                }
                let _ = answer.send(());
            }
            Event::Close { closed } => drop(closed.send(())),
        }
    }

    /// The open file, if there is one; else its reader still has what was committed.
    fn file(&self) -> Option<&store::Base> {
        self.store.as_ref().or(self.damaged.as_ref())
    }

    /// Steps from before this start, read once, when somebody asks.
    pub fn load_undo(&mut self) -> Result<(), CommandError> {
        // A base that is never written again has nothing to undo.
        if self.undo_loaded || self.damaged.is_some() {
            return Ok(());
        }
        let reader = self.shared.reader.read().clone();
        let mut from = Revision(self.snapshot.revision.0.saturating_sub(UNDO_LOOKBACK) + 1);
        let mut book = UndoBook::default();
        loop {
            let page = reader
                .lines(from, 1000)
                .map_err(|error| CommandError::log_unread(&error))?;
            let Some(last) = page.last() else {
                break;
            };
            from = Revision(last.revision.0 + 1);
            page.iter().for_each(|line| book.note(line));
        }
        self.undo = book;
        self.undo_loaded = true;
        Ok(())
    }

    /// A patch that is no transaction: cells whose calls are in flight now.
    pub fn tell_running(&self, keys: &[CallKey]) {
        let mut by_field: BTreeMap<(TableId, FieldId), BTreeSet<RecordId>> = BTreeMap::new();
        for cell in keys.iter().flat_map(|key| self.waiting.cells_of(key)) {
            by_field
                .entry((cell.table, cell.field))
                .or_default()
                .insert(cell.record);
        }
        let columns = by_field
            .into_iter()
            .filter_map(|((table, field), records)| {
                let (_, found) = self.snapshot.schema.field(field)?;
                let records: Vec<RecordId> = records.into_iter().take(PATCH_CELLS).collect();
                let data = self.snapshot.data(table)?;
                let mut cells = data
                    .gather(found.column, found.field_type.kind(), &records)
                    .ok()?;
                show_running(&mut cells, &self.shared.queue);
                Some(PatchColumn {
                    table,
                    field,
                    records,
                    cells,
                    links: None,
                })
            });
        let cells: Vec<PatchColumn> = columns.collect();
        if !cells.is_empty() {
            self.shared.tell(Patch {
                cells,
                ..self.notice("ai_progress")
            });
        }
    }

    /// An empty patch at the present revision.
    pub fn notice(&self, label: &str) -> Patch {
        Patch {
            revision: self.snapshot.revision,
            actor: ActorId("job:engine".into()),
            client_id: None,
            label: label.to_owned(),
            schema: None,
            cells: Vec::new(),
            appended: Vec::new(),
            removed: Vec::new(),
            recomputed: BTreeMap::new(),
            order_changed: Vec::new(),
            resync: false,
            undo: UndoState::default(),
        }
    }

    /// Sends waiting fields to a background thread; one that runs is started anew with all of them.
    pub fn start_filling(&mut self) {
        if self.to_fill.is_empty() {
            return;
        }
        let mut fields = std::mem::take(&mut self.to_fill);
        if let Some(old) = self.filling.take() {
            fields.extend(&old.fields);
        }
        let events = self.shared.events.lock().clone();
        let deliver = move |filled: Filled| {
            if let Some(events) = events.upgrade() {
                // A closed base needs no result.
                let _ = events.send(Event::Filled(filled));
            }
        };
        self.next_filling += 1;
        let graph = self.graph_of(&self.snapshot.schema.clone());
        let started = background::start(
            self.next_filling,
            (*self.snapshot).clone(),
            &graph,
            fields,
            (
                (self.shared.options.clock)().now_day,
                (self.shared.options.default_model)(),
                self.shared.answers.clone(),
                self.shared.kept.clone(),
            ),
            deliver,
        );
        match started {
            Ok(filling) => {
                *self.shared.progress.write() = Some(filling.progress.clone());
                self.filling = Some(filling);
                self.shared.tell(self.notice("recomputing"));
            }
            Err(error) => tracing::error!(%error, "no thread for a large computation"),
        }
    }

    /// A background result: put in place, edited records computed again, dependants after it.
    fn filled(&mut self, filled: Filled) {
        if self
            .filling
            .as_ref()
            .is_none_or(|filling| filling.id != filled.id)
        {
            return;
        }
        let Some(mut filling) = self.filling.take() else {
            return;
        };
        let since = std::mem::take(&mut filling.since);
        if since.cells.values().any(|rows| *rows == Rows::All) {
            self.to_fill.extend(&filling.fields);
            self.start_filling();
            return;
        }
        let mut draft = Draft::new(self.snapshot.clone(), "recompute", None);
        put_in_place(&mut draft, filled);
        let graph = self.graph_of(&draft.snapshot.schema.clone());
        let mut changed = Changed::default();
        let done = self.with_world(&ActorId("job:engine".into()), |world| {
            for node in graph
                .nodes
                .iter()
                .filter(|node| filling.fields.contains(&node.field))
            {
                if let Some(rows) = since.cells.get(&(node.table, node.column)) {
                    compute(&mut draft.snapshot, node, rows, world.env());
                }
                let data = draft.snapshot.data(node.table);
                let n = data.map_or(0, |data| Rows::All.count(data));
                draft.recomputed.insert(node.field, n);
                changed.add(node.table, node.column, &Rows::All);
            }
            run_changed(
                &mut draft,
                &graph,
                world.env(),
                &mut changed,
                &filling.fields,
                |_, _| false,
            )
        });
        match done {
            Ok(()) => self.commit_own(draft),
            Err(error) => tracing::error!(%error, "a background result could not be put in place"),
        }
        if self.filling.is_none() {
            *self.shared.progress.write() = None;
        }
    }

    pub fn tick(&mut self) {
        if self.is_read_only() {
            self.try_recover();
            return;
        }
        let now = (self.shared.options.clock)();
        if now.now_day.floor() != self.day {
            self.day = now.now_day.floor();
            self.recompute_all(|node| node.volatile);
            self.tell_of_the_day();
        }
        self.checkpoint_if_due();
        self.forget_if_due();
    }

    /// Views that speak of “this month” show other records on another day.
    fn tell_of_the_day(&self) {
        let tables = self.snapshot.schema.tables.iter();
        let moved = tables.filter(|table| {
            let mut views = table.live_views();
            views.any(|view| condition::moves(&view.filter))
        });
        let order_changed: Vec<TableId> = moved.map(|table| table.id).collect();
        if !order_changed.is_empty() {
            self.shared.tell(Patch {
                order_changed,
                ..self.notice("reload")
            });
        }
    }

    /// Computes whole fields without a command behind it.
    pub fn recompute_all(&mut self, wanted: impl Fn(&crate::recompute::Node) -> bool) {
        let graph = self.graph_of(&self.snapshot.schema.clone());
        if !graph.nodes.iter().any(|node| wanted(node)) {
            return;
        }
        let mut draft = Draft::new(self.snapshot.clone(), "recompute", None);
        let done = self.with_world(&ActorId("job:engine".into()), |world| {
            let mut changed = Changed::default();
            run_changed(
                &mut draft,
                &graph,
                world.env(),
                &mut changed,
                &BTreeSet::new(),
                |node, _| wanted(node),
            )
        });
        match done {
            Ok(()) => self.commit_own(draft),
            Err(error) => tracing::error!(%error, "formulas could not be computed"),
        }
    }

    pub fn end(&mut self) {
        if self.n_transactions > 0 {
            self.checkpoint();
        }
        self.filling = None;
        self.shared.queue.close();
        if let Some(store) = self.store.take()
            && let Err(error) = store.close()
        {
            tracing::warn!(%error, "the base did not close cleanly; the next start recovers it from the log");
        }
    }

    pub fn fall_read_only(&mut self, reason: &FileTrouble) {
        tracing::error!(
            reason = reason.code,
            "the base takes no edits until it can write again"
        );
        // The file must be opened and checked anew before it is trusted.
        self.store = None;
        self.shared.queue.pause(true);
        let before = self.shared.read_only.write().replace(reason.clone());
        self.set_packing(None);
        // An attempt to recover that fails again is no news.
        if before.as_ref() != Some(reason) {
            self.shared.tell(self.notice("read_only"));
        }
    }

    /// Opens the file again; if it is whole and takes a write, edits go on from what it holds.
    pub fn try_recover(&mut self) {
        if !self.is_read_only() || self.damaged.is_some() {
            return;
        }
        let now_ms = (self.shared.options.clock)().now_ms;
        // Damage that showed while the base was open: everything is looked at, and mended from the log where it can be.
        let was_damaged = self.read_only_reason() == Trouble::Damaged.into();
        let opened = match was_damaged {
            true => Recovery::read_checked(&self.path),
            false => Recovery::read(&self.path),
        };
        let opened = match opened {
            Ok(recovery) if was_damaged && !recovery.is_whole() => {
                // For good: what can't be read is shown as damaged from now on, and nothing is written over it.
                self.take_over(recovery);
                return self.tell_again("read_only");
            }
            opened => opened,
        };
        let recovered = opened.and_then(Recovery::whole).and_then(|recovery| {
            // What failed is what has to succeed: an owed checkpoint is the proof, below.
            match self.owes_checkpoint {
                true => Ok(recovery),
                false => recovery.proven(now_ms),
            }
        });
        match recovered {
            Ok(recovery) => self.take_over(recovery),
            Err(error) => {
                tracing::warn!(%error, "the base can't be written to yet");
                *self.shared.read_only.write() = Some(error.trouble());
                return;
            }
        }
        if self.owes_checkpoint {
            self.checkpoint();
        }
        // Taking over writes; where that failed, the base has fallen back already.
        if self.is_read_only() {
            return;
        }
        *self.shared.read_only.write() = None;
        self.shared.queue.pause(false);
        self.tell_again("reload");
    }

    /// Clients fetch everything anew.
    fn tell_again(&self, label: &str) {
        self.shared.tell(Patch {
            resync: true,
            schema: Some(self.snapshot.schema.clone()),
            ..self.notice(label)
        });
    }
}
