//! Imports into a table that is there: rows are added, rows that are known are changed, and a person sees it before.
//!
//! The parts in order: [`propose`] finds which column is which field and which fields tell records apart, a person
//! confirms a [`IntoPlan`], [`compare`] says what would happen, [`apply`] does just that. Law: nothing happens that was
//! not shown — what is doubtful (keys that stand twice, values that do not fit) is told by row and left out, and a table
//! that changed since it was compared is compared again. Tests: `jobs/tests/import_into.rs`.

pub mod apply;
pub mod compare;
mod fates;
pub mod lines;
pub mod propose;
pub mod similar;
mod slots;
mod synonyms;

use serde::{Deserialize, Serialize};
use table::{
    field::FieldType,
    id::{FieldId, TableId},
};

/// How a sheet goes into a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntoPlan {
    pub table: TableId,
    /// Columns that are not named here are left out.
    pub columns: Vec<IntoColumn>,
    #[serde(default)]
    pub mode: IntoMode,
    /// The fields that tell records apart; together they are unlike in every record.
    #[serde(default)]
    pub keys: Vec<FieldId>,
    /// By the ids of the records instead, which a file of our own holds.
    #[serde(default)]
    pub by_record: bool,
    #[serde(default)]
    pub blanks: Blanks,
    #[serde(default)]
    pub misfits: Misfits,
    /// Choices that a select does not know become its options.
    #[serde(default = "yes")]
    pub add_options: bool,
    /// Records that are not in the file go to the trash.
    #[serde(default)]
    pub remove_missing: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntoColumn {
    /// Place in the sheet's columns.
    pub column: usize,
    pub to: ColumnTarget,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ColumnTarget {
    Field {
        field: FieldId,
    },
    /// A new field of the table.
    New {
        name: String,
        field_type: FieldType,
    },
    /// Of records that are there only looked at: somebody may have changed what was locked. New ones have the cell.
    Check {
        field: FieldId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntoMode {
    /// Every row is a new record.
    #[default]
    Add,
    /// Rows of known records change them; others are left out.
    Update,
    /// Both: rows of unknown records are added.
    Both,
}

/// What a blank cell of the file does to a record that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blanks {
    #[default]
    Keep,
    Clear,
}

/// What a value that does not fit its field does to a record that is there. New records keep it as it was typed, marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misfits {
    #[default]
    Leave,
    Write,
}

/// One sheet that goes into a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfirmInto {
    /// Place in the manifest.
    pub sheet: usize,
    pub plan: IntoPlan,
    /// [`lines::Comparison::seen`] of what the person looked at; absent: whatever it is.
    #[serde(default)]
    pub seen: Option<String>,
}
