//! Logging a group of candidates with one sync, then publishing: books, queue, snapshot, patches, answers.

use super::state::Writer;
use crate::{
    ai::{Cell, is_waiting},
    command::{Draft, Receipt, Settled, Submission},
    error::CommandError,
    handle::Then,
    queue::CallEnd,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};
use store::{BatchRecord, CallStatus, Entry, LogLine, QueuedCall};
use table::{
    ai::CallKey,
    id::ActorId,
    op::{Op, Transaction},
    snapshot::Snapshot,
};

/// A command that is ready to be logged.
pub(crate) struct Prepared {
    pub draft: Draft,
    pub transaction: Arc<Transaction>,
    pub snapshot: Arc<Snapshot>,
    /// There is something to log; else it changes nothing and only has to be answered.
    pub logged: bool,
    pub then: Option<Then>,
}

/// Candidates that build on each other and share one sync.
#[derive(Default)]
pub(crate) struct Group(Vec<Prepared>);

impl Group {
    pub fn push(&mut self, prepared: Prepared) {
        self.0.push(prepared);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The newest private snapshot.
    pub fn candidate(&self) -> Option<&Arc<Snapshot>> {
        self.0.last().map(|prepared| &prepared.snapshot)
    }

    pub fn has_client_id(&self, submission: &Submission) -> bool {
        submission.client_id.is_some()
            && self
                .0
                .iter()
                .any(|prepared| prepared.transaction.client_id == submission.client_id)
    }
}

impl Writer {
    pub fn commit(&mut self, group: Group) {
        if group.0.is_empty() {
            return;
        }
        let entries: Vec<Entry> = group
            .0
            .iter()
            .filter(|prepared| prepared.logged)
            .map(entry)
            .collect();
        if !entries.is_empty() {
            self.shared.n_commits.fetch_add(1, Ordering::Relaxed);
            let appended = match &mut self.store {
                Some(store) => store.append(&entries).map_err(|error| {
                    tracing::error!(%error, "the log could not be written");
                    error.trouble().into()
                }),
                None => Err(self.read_only_reason()),
            };
            if let Err(reason) = appended {
                self.fall_read_only(&reason);
                for then in group.0.into_iter().filter_map(|prepared| prepared.then) {
                    then(Err(CommandError::read_only(&reason)));
                }
                return;
            }
        }
        self.publish(group);
    }

    fn publish(&mut self, group: Group) {
        let Some(newest) = group.candidate().cloned() else {
            return;
        };
        let mut orphans = BTreeSet::new();
        for prepared in &group.0 {
            orphans.extend(self.follow(prepared));
        }
        self.snapshot = newest.clone();
        let graph = self.graph_of(&newest.schema);
        *self.shared.graph.write() = graph;
        // First, so that nobody sees cells that are still to be filled without knowing it.
        self.start_filling();
        *self.shared.snapshot.write() = newest;
        // Only now: until the cells are there, windows compute what they show; whoever hears of them finds it done.
        if self.filling.is_none() {
            *self.shared.progress.write() = None;
        }
        for prepared in group.0 {
            let receipt = Receipt {
                revision: prepared.transaction.revision,
                result: prepared.draft.result.clone(),
                repeated: false,
            };
            self.shared.tell(self.patch_of(&prepared));
            if let Some(id) = prepared.transaction.client_id.clone() {
                self.receipts.insert(id, receipt.clone());
            }
            if let Some(then) = prepared.then {
                then(Ok(receipt));
            }
        }
        self.cancel_orphans(orphans);
    }

    /// Brings books and queue up to a transaction that is durable; returns keys that nobody waits for now.
    fn follow(&mut self, prepared: &Prepared) -> BTreeSet<CallKey> {
        let (draft, transaction) = (&prepared.draft, &prepared.transaction);
        let now_ms = transaction.at_ms;
        let left = self.follow_cells(prepared);
        for (key, settled) in &draft.settled {
            let end = match settled {
                Settled::Answered => CallEnd::Answered,
                Settled::Failed(reason) => CallEnd::Failed(reason.clone()),
                Settled::Cancelled => CallEnd::Cancelled,
            };
            self.shared.queue.close_call(key, end);
        }
        if let Some(run) = &draft.run {
            let queue = &self.shared.queue;
            queue.describe(&run.batch, run.table, run.field, now_ms);
            queue.count_cached(&run.batch, draft.result.n_cached);
            queue.follow_batch(&run.record(&transaction.actor, now_ms, draft.result.n_cached));
        }
        let mut described = BTreeSet::new();
        for (cell, batch) in &draft.batches {
            if described.insert((batch, cell.field)) {
                self.shared
                    .queue
                    .describe(batch, cell.table, cell.field, now_ms);
            }
        }
        let queued = draft
            .queued
            .iter()
            .map(|(call, batch)| (call.clone(), batch.clone(), 0));
        self.shared.queue.add(queued, now_ms);
        if prepared.logged {
            self.undo.note(&LogLine::from(&**transaction));
            self.n_transactions += 1;
            self.n_cells += n_cells(transaction);
        }
        self.to_fill.extend(&draft.deferred);
        if let Some(filling) = &mut self.filling {
            for ((table, column), rows) in &draft.derived.cells {
                let owner = prepared.snapshot.schema.any_table(*table);
                let field = owner.and_then(|owner| owner.field_of_column(*column));
                if field.is_some_and(|field| filling.fields.contains(&field.id)) {
                    filling.since.add(*table, *column, rows);
                }
            }
        }
        left
    }

    /// Which AI cells wait, after the transaction; returns the keys that were left.
    fn follow_cells(&mut self, prepared: &Prepared) -> BTreeSet<CallKey> {
        let schema = &prepared.snapshot.schema;
        let mut left = BTreeSet::new();
        let mut followed: Vec<(Cell, Option<Arc<table::ai::AiNote>>)> = Vec::new();
        for op in &prepared.transaction.ops {
            let Op::SetCells {
                table,
                column,
                records,
                before,
                after,
            } = op
            else {
                continue;
            };
            let field = schema
                .any_table(*table)
                .and_then(|owner| owner.field_of_column(*column));
            let Some(field) = field.filter(|field| field.is_ai()) else {
                continue;
            };
            for (at, record) in records.iter().enumerate() {
                if is_waiting(before.note(at)) || is_waiting(after.note(at)) {
                    let cell = Cell {
                        table: *table,
                        field: field.id,
                        record: *record,
                    };
                    followed.push((cell, after.note(at).cloned()));
                }
            }
        }
        if prepared.draft.touched.schema {
            let gone = self.waiting.cells().filter(|(cell, _)| {
                schema
                    .table(cell.table)
                    .and_then(|table| table.field(cell.field))
                    .is_none_or(|field| !field.is_ai())
            });
            followed.extend(gone.map(|(cell, _)| (cell, None)));
        }
        for (cell, note) in followed {
            let keys: Vec<CallKey> = self.waiting.keys_of(&cell).to_vec();
            self.waiting
                .follow(cell, note.as_ref(), prepared.draft.batches.get(&cell));
            left.extend(keys);
        }
        left.retain(|key| !self.waiting.has_key(key));
        left
    }

    /// Calls that were queued for cells that no longer want them are not paid for.
    fn cancel_orphans(&mut self, mut keys: BTreeSet<CallKey>) {
        keys.retain(|key| !self.waiting.has_key(key) && self.shared.queue.is_queued(key));
        if keys.is_empty() || self.is_read_only() {
            return;
        }
        let mut draft = Draft::new(self.snapshot.clone(), "cancel_calls", None);
        draft.settled = keys
            .into_iter()
            .map(|key| (key, Settled::Cancelled))
            .collect();
        self.commit_own(draft);
    }

    /// Logs and publishes a draft of the engine itself.
    pub fn commit_own(&mut self, draft: Draft) {
        let mut group = Group::default();
        group.push(self.seal(draft, ActorId("job:engine".into()), None, None));
        self.commit(group);
    }
}

fn n_cells(transaction: &Transaction) -> u64 {
    let of = |op: &Op| match op {
        Op::SetCells { records, .. } => records.len() as u64,
        Op::AppendRecords {
            n_records, columns, ..
        } => n_records * (columns.len() as u64 + 1),
        _ => 1,
    };
    transaction.ops.iter().map(of).sum()
}

fn entry(prepared: &Prepared) -> Entry {
    let draft = &prepared.draft;
    let queued = draft.queued.iter().map(|(call, batch)| QueuedCall {
        call: (**call).clone(),
        batch: batch.clone(),
    });
    let settled = draft.settled.iter().map(|(key, settled)| {
        let status = match settled {
            Settled::Answered => CallStatus::Answered,
            Settled::Failed(reason) => CallStatus::Failed {
                reason: reason.clone(),
            },
            Settled::Cancelled => CallStatus::Cancelled,
        };
        (*key, status)
    });
    Entry {
        transaction: prepared.transaction.clone(),
        queued: queued.collect(),
        answers: draft.answers.clone(),
        calls_settled: settled.collect(),
        batches: batches(prepared),
    }
}

/// Rows of the batches that a transaction begins: a click on “run”, or an edit that makes a field ask by itself.
fn batches(prepared: &Prepared) -> Vec<BatchRecord> {
    let (draft, transaction) = (&prepared.draft, &prepared.transaction);
    let at_ms = transaction.at_ms;
    if let Some(run) = &draft.run {
        return vec![run.record(&transaction.actor, at_ms, draft.result.n_cached)];
    }
    let asked: BTreeSet<&String> = draft.queued.iter().map(|(_, batch)| batch).collect();
    let begun = draft
        .batches
        .iter()
        .filter(|(_, batch)| batch.starts_with(crate::ai::AUTO_BATCH) && asked.contains(batch));
    let by_name: std::collections::BTreeMap<_, _> =
        begun.map(|(cell, batch)| (batch, cell)).collect();
    by_name
        .into_iter()
        .map(|(batch, cell)| BatchRecord {
            batch: batch.clone(),
            actor: transaction.actor.0.clone(),
            table: Some(cell.table),
            field: Some(cell.field),
            at_ms,
            ..BatchRecord::default()
        })
        .collect()
}
