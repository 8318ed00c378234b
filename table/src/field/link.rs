//! Links to records: which table, how many, and what a linked record is called.
//!
//! A link field has two columns. `Field::column` holds what is shown, the names of the linked records as one text:
//! it is computed like a formula, so filters, sorts, groups, exports and formulas read it as any text. `LinkSpec::ids`
//! holds the linked records themselves and is what edits change. Law: ids of removed records stay in their cells and
//! are passed over by everyone who reads them, so that a restored record, table or field has its links again.

use crate::{
    column::Column,
    field::Field,
    id::{ColumnId, FieldId, RecordId, TableId},
    schema::Schema,
    snapshot::{Snapshot, TableData},
    value::{CellState, CellValue},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a link field leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSpec {
    /// The table of the linked records.
    pub table: TableId,
    /// At most one record per cell.
    #[serde(default)]
    pub single: bool,
    /// The field of the other table that shows the same links from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<FieldId>,
    /// Where the linked records are; given by the engine.
    #[serde(default)]
    pub ids: ColumnId,
    /// On input: a field of this name is made in the other table as the mirror. Never stored.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mirror_name: String,
}

/// A linked record with what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub record: RecordId,
    /// Its cell of the first field, as shown; may be empty.
    pub text: String,
}

/// The first field of a table that is not removed: what its records are called by.
pub fn primary(schema: &Schema, table: TableId) -> Option<&Field> {
    schema.table(table)?.live_fields().next()
}

/// The records of a cell of ids, removed ones included.
pub fn ids_of(cell: &CellState) -> Arc<[RecordId]> {
    match cell {
        CellState::Value(CellValue::Links(ids)) => ids.clone(),
        _ => Arc::from([]),
    }
}

/// What a record is called; empty for one that is not there.
pub fn text_of(data: &TableData, primary: &Field, record: RecordId) -> String {
    let cell = data.cell(primary.column, record);
    cell.map_or_else(String::new, |cell| primary.field_type.display(&cell))
}

/// The live linked records of the cell at `at` of a column of ids.
pub fn linked(
    snapshot: &Snapshot,
    spec: &LinkSpec,
    ids: Option<&Column>,
    at: usize,
) -> Vec<Linked> {
    let primary = primary(&snapshot.schema, spec.table);
    let (Some(primary), Some(data), Some(ids)) = (primary, snapshot.data(spec.table), ids) else {
        return Vec::new();
    };
    let records = ids_of(&ids.get(at));
    let live = records.iter().filter(|record| data.is_live(**record));
    live.map(|record| Linked {
        record: *record,
        text: text_of(data, primary, *record),
    })
    .collect()
}
