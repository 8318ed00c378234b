//! One cell before and after, as history shows it: as JSON for machines and as text for people.

use crate::wire::{
    cell::{CellStyle, write_cell},
    window::{CellDoc, PLAIN},
};
use serde::Serialize;
use table::{
    field::{
        Field,
        link::{ids_of, primary, text_of},
    },
    id::{ColumnId, FieldId, RecordId, TableId},
    snapshot::Snapshot,
    value::CellState,
};
use utoipa::ToSchema;

/// One cell before and after.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    pub table: String,
    pub table_name: String,
    pub record: String,
    /// What the record is called now; empty where it has no name.
    pub record_title: String,
    /// Id of the field; empty where it is gone by now.
    pub field: String,
    pub name: String,
    #[schema(value_type = CellDoc)]
    pub before: serde_json::Value,
    #[schema(value_type = CellDoc)]
    pub after: serde_json::Value,
    /// As the grid shows it.
    pub before_text: String,
    pub after_text: String,
}

/// Where a change was made.
#[derive(Clone, Copy)]
pub struct Place {
    pub table: TableId,
    pub record: RecordId,
}

impl ChangeView {
    pub fn new(
        snapshot: &Snapshot,
        place: Place,
        field: Option<&Field>,
        [before, after]: [&CellState; 2],
    ) -> ChangeView {
        let style = field.map_or(PLAIN, |field| CellStyle::of(&field.field_type));
        let json = |cell: &CellState| {
            let mut to = Vec::new();
            write_cell(&mut to, cell, style);
            serde_json::from_slice(&to).unwrap_or_default()
        };
        let owner = snapshot.schema.any_table(place.table);
        ChangeView {
            table: place.table.to_string(),
            table_name: owner.map(|owner| owner.name.clone()).unwrap_or_default(),
            record: place.record.to_string(),
            record_title: title(snapshot, place.table, place.record),
            field: field.map(|field| field.id.to_string()).unwrap_or_default(),
            name: field.map(|field| field.name.clone()).unwrap_or_default(),
            before: json(before),
            after: json(after),
            before_text: text(snapshot, field, before),
            after_text: text(snapshot, field, after),
        }
    }
}

/// What a record is called: the text of its first field.
pub fn title(snapshot: &Snapshot, table: TableId, record: RecordId) -> String {
    let Some(owner) = snapshot.schema.any_table(table) else {
        return String::new();
    };
    match (owner.live_fields().next(), snapshot.data(table)) {
        (Some(primary), Some(data)) => text_of(data, primary, record),
        _ => String::new(),
    }
}

/// As the grid shows it; linked records by what they are called now.
fn text(snapshot: &Snapshot, field: Option<&Field>, cell: &CellState) -> String {
    let Some(field) = field else {
        return table::field::FieldType::Text.display(cell);
    };
    let linked = ids_of(cell);
    let Some(link) = field.link().filter(|_| !linked.is_empty()) else {
        return field.field_type.display(cell);
    };
    let (Some(primary), Some(data)) = (
        primary(&snapshot.schema, link.table),
        snapshot.data(link.table),
    ) else {
        return String::new();
    };
    let texts = linked.iter().map(|record| text_of(data, primary, *record));
    texts.collect::<Vec<_>>().join("、")
}

/// The field whose cells a column holds, in the trash or not.
pub fn field_of(snapshot: &Snapshot, table: TableId, column: ColumnId) -> Option<&Field> {
    snapshot.schema.any_table(table)?.field_of_column(column)
}

/// The field, in the trash or not.
pub fn field_by_id(snapshot: &Snapshot, table: TableId, field: FieldId) -> Option<&Field> {
    snapshot.schema.any_table(table)?.any_field(field)
}
