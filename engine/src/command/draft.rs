//! A command on its way: the private snapshot it builds, the ops that will be logged, what it touched.
//!
//! Main types: [`Draft`], and [`World`], what commands may look at besides the snapshot.
//! Law: ops enter only through [`Draft::push`], which applies them at once, so ops and snapshot never part.

use super::CommandResult;
use crate::{
    ai::{AnswerBook, Cell, Waiting},
    error::CommandError,
    handle::Clock,
    limits::LOGGED_BYTES,
    queue::Queue,
    undo::UndoBook,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use table::{
    ai::{AiCall, Answer, CallKey},
    field::Field,
    id::{ActorId, ColumnId, FieldId, RecordId, Revision, TableId},
    op::{Op, Touched, Transaction, apply},
    schema::{Schema, Table},
    snapshot::{Snapshot, TableData},
};

/// What a command may look at besides the snapshot.
pub(crate) struct World<'a> {
    pub now: Clock,
    pub model: &'a str,
    pub actor: &'a ActorId,
    pub answers: &'a AnswerBook,
    pub waiting: &'a Waiting,
    pub queue: &'a Queue,
    pub kept: &'a Arc<crate::language::Kept>,
    /// Fields that are being computed in the background.
    pub filling: &'a BTreeSet<FieldId>,
    pub undo: &'a UndoBook,
    pub reader: &'a store::Reader,
}

impl World<'_> {
    /// What evaluations may look at.
    pub fn env(&self) -> crate::recompute::run::Env<'_> {
        crate::recompute::run::Env {
            now_day: self.now.now_day,
            model: self.model,
            answers: self.answers,
            queue: self.queue,
            kept: self.kept,
            filling: self.filling,
            waiting: self.waiting,
        }
    }
}

/// How a call left the queue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Settled {
    Answered,
    Failed(String),
    Cancelled,
}

/// A click on “run”.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub batch: String,
    pub table: TableId,
    pub field: FieldId,
    pub n_records: u64,
    pub n_locked: u64,
    pub estimate: Option<store::BatchEstimate>,
    pub cap_micros: Option<u64>,
}

impl Run {
    /// As it stands in the file.
    pub fn record(&self, actor: &ActorId, at_ms: i64, n_cached: u64) -> store::BatchRecord {
        store::BatchRecord {
            batch: self.batch.clone(),
            actor: actor.0.clone(),
            table: Some(self.table),
            field: Some(self.field),
            at_ms,
            n_records: self.n_records,
            n_cached,
            n_locked: self.n_locked,
            estimate: self.estimate.clone(),
            cap_micros: self.cap_micros,
            paused: None,
            cancelled: false,
        }
    }
}

/// A command on its way.
pub(crate) struct Draft {
    /// Of the state before the command.
    pub before: Arc<Snapshot>,
    /// After the ops so far.
    pub snapshot: Snapshot,
    pub ops: Vec<Op>,
    pub touched: Touched,
    pub result: CommandResult,
    /// When and by whom; absent for what the engine does by itself.
    pub stamp: Option<super::Stamp>,
    /// What a command of the history finds changed since stays as it is, instead of being a refusal.
    pub keeps_later: bool,
    /// Columns that fields get or lose by what is taken back.
    pub retyped: BTreeSet<ColumnId>,
    /// Tables that what is taken back made: they go as a whole.
    pub made: BTreeSet<TableId>,
    pub label: &'static str,
    pub group: Option<String>,
    pub undoes: Option<Revision>,
    /// New calls with their batch; keys are distinct.
    pub queued: Vec<(Arc<AiCall>, String)>,
    pub answers: Vec<Answer>,
    pub settled: Vec<(CallKey, Settled)>,
    /// The batch that this command started, whether or not anything has to be asked.
    pub run: Option<Run>,
    /// Batch of the cells that this command made wait.
    pub batches: HashMap<Cell, String>,
    /// Records computed per formula field.
    pub recomputed: BTreeMap<FieldId, u64>,
    /// Computed columns with the records that changed, for the patch.
    pub derived: crate::recompute::Changed,
    /// Fields whose computation goes to the background.
    pub deferred: Vec<FieldId>,
}

impl Draft {
    pub fn new(before: Arc<Snapshot>, label: &'static str, group: Option<String>) -> Draft {
        Draft {
            snapshot: (*before).clone(),
            before,
            ops: Vec::new(),
            touched: Touched::default(),
            result: CommandResult::default(),
            stamp: None,
            keeps_later: false,
            retyped: BTreeSet::new(),
            made: BTreeSet::new(),
            label,
            group,
            undoes: None,
            queued: Vec::new(),
            answers: Vec::new(),
            settled: Vec::new(),
            run: None,
            batches: HashMap::new(),
            recomputed: BTreeMap::new(),
            derived: crate::recompute::Changed::default(),
            deferred: Vec::new(),
        }
    }

    /// Applies an op to the private snapshot and keeps it for the log.
    pub fn push(&mut self, op: Op) -> Result<(), CommandError> {
        let one = Transaction {
            revision: Revision(self.before.revision.0 + 1),
            actor: ActorId(String::new()),
            at_ms: 0,
            client_id: None,
            label: String::new(),
            group: None,
            undoes: None,
            ops: vec![op],
        };
        let (next, touched) = apply(&self.snapshot, &one)?;
        self.snapshot = next;
        merge(&mut self.touched, touched);
        self.ops.extend(one.ops);
        Ok(())
    }

    /// Refuses what could not be read from the log again.
    pub fn expect_loggable(&self) -> Result<(), CommandError> {
        let of = |op: &Op| match op {
            Op::SetCells {
                records,
                before,
                after,
                ..
            } => 8 * records.len() + before.n_bytes() + after.n_bytes(),
            Op::RemoveRecords { records, .. } | Op::RestoreRecords { records, .. } => {
                8 * records.len()
            }
            // Large ones have a place of their own per column.
            _ => 0,
        };
        let n_bytes: usize = self.ops.iter().map(of).sum();
        match n_bytes > LOGGED_BYTES {
            true => Err(CommandError::too_large(
                " MB 单元格内容",
                "MB of cells",
                (n_bytes >> 20) as u64,
                (LOGGED_BYTES >> 20) as u64,
            )),
            false => Ok(()),
        }
    }

    /// Nothing happened: no ops, no calls, no answers.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
            && self.queued.is_empty()
            && self.answers.is_empty()
            && self.settled.is_empty()
    }

    pub fn schema(&self) -> &Schema {
        &self.snapshot.schema
    }

    pub fn table(&self, table: TableId) -> Result<&Table, CommandError> {
        table_of(&self.snapshot, table)
    }

    pub fn field(&self, table: TableId, field: FieldId) -> Result<&Field, CommandError> {
        field_of(&self.snapshot, table, field)
    }

    pub fn data(&self, table: TableId) -> Result<&Arc<TableData>, CommandError> {
        self.snapshot
            .data(table)
            .ok_or_else(|| CommandError::no_table(table))
    }

    /// Refuses records that are not live.
    pub fn expect_live(&self, table: TableId, records: &[RecordId]) -> Result<(), CommandError> {
        let data = self.data(table)?;
        match records.iter().find(|record| !data.is_live(**record)) {
            Some(record) => Err(CommandError::no_record(record)),
            None => Ok(()),
        }
    }

    /// Sets cells of one column; `after` holds one cell per record. Cells that stay equal are left out.
    pub fn set_cells(
        &mut self,
        table: TableId,
        column: ColumnId,
        records: &[RecordId],
        after: &table::column::Column,
    ) -> Result<u64, CommandError> {
        let before = self.data(table)?.gather(column, after.kind(), records)?;
        let changed: Vec<usize> = (0..records.len())
            .filter(|&at| before.get(at) != after.get(at) || before.note(at) != after.note(at))
            .collect();
        if changed.is_empty() {
            return Ok(0);
        }
        let op = if changed.len() == records.len() {
            Op::SetCells {
                table,
                column,
                records: records.to_vec(),
                before,
                after: after.clone(),
            }
        } else {
            Op::SetCells {
                table,
                column,
                records: changed.iter().map(|&at| records[at]).collect(),
                before: before.gather(&changed),
                after: after.gather(&changed),
            }
        };
        self.push(op)?;
        Ok(changed.len() as u64)
    }
}

/// A live table of a snapshot.
pub(crate) fn table_of(snapshot: &Snapshot, table: TableId) -> Result<&Table, CommandError> {
    snapshot
        .schema
        .table(table)
        .ok_or_else(|| CommandError::no_table(table))
}

/// A live field of a live table.
pub(crate) fn field_of(
    snapshot: &Snapshot,
    table: TableId,
    field: FieldId,
) -> Result<&Field, CommandError> {
    table_of(snapshot, table)?
        .field(field)
        .ok_or_else(|| CommandError::no_field(field))
}

fn merge(into: &mut Touched, from: Touched) {
    into.schema |= from.schema;
    for (key, records) in from.cells {
        into.cells.entry(key).or_default().extend(records);
    }
    for (table, ranges) in from.appended {
        into.appended.entry(table).or_default().extend(ranges);
    }
    for (table, records) in from.liveness {
        into.liveness.entry(table).or_default().extend(records);
    }
    into.fields.extend(from.fields);
}
