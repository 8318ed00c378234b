//! What a published transaction changed, for everyone who watches the base.
//!
//! Main type: [`Patch`]. Law: a patch is made only from a snapshot that is already durable.

use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use table::{
    column::Column,
    field::link::Linked,
    id::{ActorId, FieldId, RecordId, Revision, TableId},
    schema::Schema,
};

/// The difference that one transaction (or a finished recompute) made visible.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    pub revision: Revision,
    pub actor: ActorId,
    /// Of the submission; its sender takes the patch as the acknowledgement.
    pub client_id: Option<String>,
    /// Stable key of what was done, e.g. `set_cells`; `recompute`, `ai_progress`, `reload` are no transactions.
    pub label: String,
    /// The whole schema where anything of it changed.
    pub schema: Option<Arc<Schema>>,
    /// Edited and computed cells (with AI notes) of records that were there before.
    pub cells: Vec<PatchColumn>,
    pub appended: Vec<(TableId, u64)>,
    pub removed: Vec<(TableId, Vec<RecordId>)>,
    /// Records computed per formula field.
    pub recomputed: BTreeMap<FieldId, u64>,
    /// Tables whose windows must be fetched again: records came or went, a view's order may have changed,
    /// or more cells changed than a patch carries.
    pub order_changed: Vec<TableId>,
    /// Everything must be fetched again (after a repair).
    pub resync: bool,
    /// What `actor` can undo now.
    pub undo: UndoState,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PatchColumn {
    pub table: TableId,
    pub field: FieldId,
    pub records: Vec<RecordId>,
    /// One cell per record.
    pub cells: Column,
    /// Of a link field: the linked records of each record.
    pub links: Option<Vec<Vec<Linked>>>,
}

/// What an actor can undo and redo; labels are the stable keys of [`Patch::label`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct UndoState {
    pub can_undo: bool,
    pub can_redo: bool,
    pub undo_label: Option<String>,
    pub redo_label: Option<String>,
}
