//! Reading: windows of views, aggregates, retype and AI estimates. Never touches the writer.
//!
//! Main types: [`WindowQuery`] → [`Window`]. Law: a query reads one snapshot only. Tests: `tests/query.rs`.

pub(crate) mod aggregate;
mod chunks;
pub(crate) mod condition;
mod filter;
pub(crate) mod find;
mod fold;
mod follow;
pub(crate) mod group;
mod needle;
pub(crate) mod order;
mod sort;
mod tally;
mod text_order;
pub(crate) mod window;

pub use find::{FindQuery, FindStart, Found, Hit};
pub use group::{GroupRow, Groups};
use serde::Serialize;
use std::collections::BTreeMap;
use table::{
    column::Column,
    field::link::Linked,
    id::{FieldId, RecordId, Revision, TableId, ViewId},
    value::CellState,
    view::{Aggregate, Filter, Sort},
};

/// Asks for rows `from .. from + n_rows` of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowQuery {
    pub table: TableId,
    /// Absent: all live records in the order of creation.
    pub view: Option<ViewId>,
    /// Only records that show this text in a field that the view does not hide; see [`find`].
    pub find: Option<String>,
    pub from: u64,
    /// At most [`crate::limits::WINDOW_ROWS`].
    pub n_rows: u32,
    /// Absent: all live fields.
    pub fields: Option<Vec<FieldId>>,
    /// In place of the view's filter, for tries without saving.
    pub filter: Option<Filter>,
    /// In place of the view's sorts.
    pub sorts: Option<Vec<Sort>>,
}

/// Rows of a view at one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    pub revision: Revision,
    /// Rows of the whole view.
    pub n_total: u64,
    pub from: u64,
    pub records: Vec<RecordId>,
    /// One cell (with AI note) per record.
    pub columns: Vec<(FieldId, Column)>,
    /// Per link field the linked records of each record.
    pub links: BTreeMap<FieldId, Vec<Vec<Linked>>>,
}

/// A footer value; `value` is a number, or a date for the minimum and maximum of dates.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateValue {
    pub field: FieldId,
    pub aggregate: Aggregate,
    pub value: CellState,
}

/// What a change of type would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetypePreview {
    /// Live records with a value.
    pub n_values: u64,
    /// Of these, how many would become misfits (kept as typed).
    pub n_misfits: u64,
    /// The first few, as shown now.
    pub samples: Vec<String>,
}

/// What running an AI field would ask for. Money is the caller's business: the engine knows no prices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AiEstimate {
    /// Records in scope that are not locked.
    pub n_records: u64,
    /// Of these, how many stored answers serve entirely.
    pub n_cached: u64,
    /// Records in scope that are locked and stay as they are.
    pub n_locked: u64,
    /// Distinct calls to be made.
    pub n_calls: u64,
    /// Characters of all prompts of these calls.
    pub chars_in: u64,
    /// Characters of the data parts alone, a measure for the length of the answers.
    pub chars_data: u64,
    /// Name of the model that would be asked.
    pub model: String,
}
