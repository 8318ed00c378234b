//! Ops: the smallest applied, invertible changes; a [`Transaction`] is what one command made of them.
//!
//! Removing is flagging, never forgetting, so every op has an inverse that needs nothing from outside:
//! a removed table, field, view or record comes back with all its cells.

mod apply;

pub use apply::{ApplyError, Touched, apply, apply_all};

use crate::{
    column::{Column, SharedColumn},
    field::Field,
    id::{ActorId, ColumnId, FieldId, RecordId, Revision, TableId, ViewId},
    schema::{Table, TableLabel},
    view::View,
};
use std::{collections::BTreeMap, mem::swap};

#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    RenameBase {
        before: String,
        after: String,
    },
    /// A new table with its fields and views; ids must be unused.
    AddTable {
        table: Table,
    },
    RemoveTable {
        table: TableId,
    },
    RestoreTable {
        table: TableId,
    },
    RelabelTable {
        table: TableId,
        before: TableLabel,
        after: TableLabel,
    },
    MoveTable {
        table: TableId,
        from: u32,
        to: u32,
    },
    AddField {
        table: TableId,
        field: Field,
        at: u32,
    },
    RemoveField {
        table: TableId,
        field: FieldId,
    },
    RestoreField {
        table: TableId,
        field: FieldId,
    },
    /// Name, description, type. A changed type names a new column, whose cells
    /// follow as `SetCells`; the old column stays for undo.
    AlterField {
        table: TableId,
        before: Field,
        after: Field,
    },
    MoveField {
        table: TableId,
        field: FieldId,
        from: u32,
        to: u32,
    },
    AddView {
        table: TableId,
        view: View,
    },
    RemoveView {
        table: TableId,
        view: ViewId,
    },
    RestoreView {
        table: TableId,
        view: ViewId,
    },
    AlterView {
        table: TableId,
        before: View,
        after: View,
    },
    /// New records with ids `first ..`, all columns equally long.
    AppendRecords {
        table: TableId,
        first: RecordId,
        n_records: u64,
        columns: BTreeMap<ColumnId, SharedColumn>,
    },
    RemoveRecords {
        table: TableId,
        records: Vec<RecordId>,
    },
    RestoreRecords {
        table: TableId,
        records: Vec<RecordId>,
    },
    /// Edits of one column: `before` and `after` hold one cell (with its AI note) per record.
    SetCells {
        table: TableId,
        column: ColumnId,
        records: Vec<RecordId>,
        before: Column,
        after: Column,
    },
}

/// The ops of one command: applied, logged, undone together.
#[derive(Debug, Clone, PartialEq)]
pub struct Transaction {
    /// The revision that this transaction makes.
    pub revision: Revision,
    pub actor: ActorId,
    /// Milliseconds since 1970 by the writer's clock; for people, never for order.
    pub at_ms: i64,
    /// The client's idempotency id: a second submission with it is answered, not applied.
    pub client_id: Option<String>,
    /// Stable key of what was done, e.g. `set_cells`, `import`, for the history panel.
    pub label: String,
    /// Transactions of one user action that came in parts (an import, an AI batch) share a group and
    /// are undone together.
    pub group: Option<String>,
    /// Set where this transaction undoes (or redoes) an earlier one.
    pub undoes: Option<Revision>,
    pub ops: Vec<Op>,
}

impl Op {
    /// The op that takes this one back.
    pub fn invert(&self) -> Op {
        let mut op = self.clone();
        match &mut op {
            Op::RenameBase { before, after } => swap(before, after),
            Op::RelabelTable { before, after, .. } => swap(before, after),
            Op::AlterField { before, after, .. } => swap(before, after),
            Op::AlterView { before, after, .. } => swap(before, after),
            Op::SetCells { before, after, .. } => swap(before, after),
            Op::MoveTable { from, to, .. } | Op::MoveField { from, to, .. } => swap(from, to),
            _ => return op.invert_presence(),
        }
        op
    }

    /// Adding, removing and restoring: what is added is later removed, what is removed is later restored.
    fn invert_presence(self) -> Op {
        match self {
            Op::AddTable { table } => Op::RemoveTable { table: table.id },
            Op::RemoveTable { table } => Op::RestoreTable { table },
            Op::RestoreTable { table } => Op::RemoveTable { table },
            Op::AddField { table, field, .. } => Op::RemoveField {
                table,
                field: field.id,
            },
            Op::RemoveField { table, field } => Op::RestoreField { table, field },
            Op::RestoreField { table, field } => Op::RemoveField { table, field },
            Op::AddView { table, view } => Op::RemoveView {
                table,
                view: view.id,
            },
            Op::RemoveView { table, view } => Op::RestoreView { table, view },
            Op::RestoreView { table, view } => Op::RemoveView { table, view },
            Op::AppendRecords {
                table,
                first,
                n_records,
                ..
            } => Op::RemoveRecords {
                table,
                records: (first.0..first.0 + n_records).map(RecordId).collect(),
            },
            Op::RemoveRecords { table, records } => Op::RestoreRecords { table, records },
            Op::RestoreRecords { table, records } => Op::RemoveRecords { table, records },
            other => other,
        }
    }
}

impl Transaction {
    /// The ops that take the whole transaction back, in the order to apply them.
    pub fn inverted_ops(&self) -> Vec<Op> {
        self.ops.iter().rev().map(Op::invert).collect()
    }
}
