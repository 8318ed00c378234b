//! The ordered tables, fields and views of a base. Removed ones stay, flagged, until the trash is emptied.

use crate::{
    field::Field,
    id::{ColumnId, FieldId, TableId, ViewId},
    view::View,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Schema {
    pub name: String,
    pub tables: Vec<Table>,
    /// Next free numbers of the id kinds.
    pub next: NextIds,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextIds {
    pub table: u32,
    pub field: u32,
    pub column: u32,
    pub view: u32,
    /// Per field that has or had options; removed options keep their numbers, for cells, views and clients
    /// may still name them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub option: BTreeMap<FieldId, u32>,
}

impl NextIds {
    /// Counts the options of a field type as used.
    pub(crate) fn use_options(&mut self, field: &Field) {
        if let Some(next) = next_after(field) {
            let kept = self.option.entry(field.id).or_insert(next);
            *kept = next.max(*kept);
        }
    }
}

/// The number after the highest option that the field has now.
fn next_after(field: &Field) -> Option<u32> {
    let options = field.field_type.options()?;
    let highest = options.iter().map(|option| option.id.0).max();
    Some(highest.unwrap_or(0).saturating_add(1))
}

impl Default for NextIds {
    fn default() -> NextIds {
        NextIds {
            table: 1,
            field: 1,
            column: 1,
            view: 1,
            option: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub id: TableId,
    pub name: String,
    /// E.g. the title rows above an imported sheet's header.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// In the order of the grid; the first one is the primary field.
    pub fields: Vec<Field>,
    pub views: Vec<View>,
    #[serde(default)]
    pub removed: bool,
}

/// The parts of a table that one op changes together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableLabel {
    pub name: String,
    #[serde(default)]
    pub description: String,
}

impl Schema {
    /// A table that is not removed.
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.any_table(id).filter(|table| !table.removed)
    }

    pub fn any_table(&self, id: TableId) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    pub fn any_table_mut(&mut self, id: TableId) -> Option<&mut Table> {
        self.tables.iter_mut().find(|table| table.id == id)
    }

    /// By name as shown; names are compared exactly.
    pub fn table_named(&self, name: &str) -> Option<&Table> {
        self.live_tables().find(|table| table.name == name)
    }

    pub fn live_tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().filter(|table| !table.removed)
    }

    /// The lowest option number that the field never had.
    pub fn next_option(&self, field: FieldId) -> u32 {
        let kept = self.next.option.get(&field).copied().unwrap_or(1);
        let mut fields = self.tables.iter().flat_map(|table| &table.fields);
        let found = fields.find(|other| other.id == field);
        // Checkpoints from before options were counted know the present ones only.
        found.and_then(next_after).unwrap_or(1).max(kept)
    }

    /// The table that owns a field, both not removed.
    pub fn field(&self, id: FieldId) -> Option<(&Table, &Field)> {
        self.live_tables()
            .find_map(|table| table.field(id).map(|field| (table, field)))
    }
}

impl Table {
    pub fn label(&self) -> TableLabel {
        TableLabel {
            name: self.name.clone(),
            description: self.description.clone(),
        }
    }

    /// A field that is not removed.
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.any_field(id).filter(|field| !field.removed)
    }

    pub fn any_field(&self, id: FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    pub fn any_field_mut(&mut self, id: FieldId) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.id == id)
    }

    pub fn field_named(&self, name: &str) -> Option<&Field> {
        self.live_fields().find(|field| field.name == name)
    }

    pub fn live_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.removed)
    }

    /// The field that a column is of, be it what it shows or the records that it links.
    pub fn field_of_column(&self, column: ColumnId) -> Option<&Field> {
        let holds = |field: &&Field| {
            field.column == column || field.link().is_some_and(|link| link.ids == column)
        };
        self.fields.iter().find(holds)
    }

    pub fn view(&self, id: ViewId) -> Option<&View> {
        self.views
            .iter()
            .find(|view| view.id == id && !view.removed)
    }

    pub fn view_mut(&mut self, id: ViewId) -> Option<&mut View> {
        self.views.iter_mut().find(|view| view.id == id)
    }

    pub fn live_views(&self) -> impl Iterator<Item = &View> {
        self.views.iter().filter(|view| !view.removed)
    }
}
