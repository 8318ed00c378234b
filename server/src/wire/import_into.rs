//! Imports into existing tables as JSON: plans, proposals, comparisons and their lines.
//!
//! The `…Doc` types are the shapes of the API document for what other crates read and write themselves.

use crate::error::Locale;
use jobs::import::into::{
    lines::{CellLine, Comparison, Line, ProblemLine},
    propose::{KeyFit, Proposal, SavedMapping, TableFit},
};
use serde::Serialize;
use utoipa::ToSchema;

/// How a sheet goes into a table.
#[derive(Serialize, ToSchema)]
#[schema(as = IntoPlan)]
pub struct IntoPlanDoc {
    pub table: String,
    /// Columns that are not named here are left out.
    pub columns: Vec<IntoColumnDoc>,
    /// `add`, `update`, `both`
    pub mode: String,
    /// Fields that tell the records apart.
    pub keys: Vec<String>,
    /// By the ids of the records, which a sheet of our own holds.
    pub by_record: bool,
    /// Blank cells of the file: `keep` what is there, or `clear` it.
    pub blanks: String,
    /// Values that do not fit: `leave` the record as it is, or `write` them, marked.
    pub misfits: String,
    pub add_options: bool,
    /// Records that are not in the file go to the trash.
    pub remove_missing: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = IntoColumn)]
pub struct IntoColumnDoc {
    /// Place in the sheet's columns.
    pub column: usize,
    pub to: ColumnTargetDoc,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ColumnTarget)]
pub struct ColumnTargetDoc {
    /// `field`, `new`, `check` (only looked at)
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Of a new field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_type: Option<super::schema::FieldTypeView>,
}

/// A table that a sheet may be for.
#[derive(Serialize, ToSchema)]
pub struct TableFitView {
    pub table: String,
    pub name: String,
    pub n_matched: usize,
    /// The sheet was written from it, to be filled in.
    pub is_own: bool,
    /// A kept mapping has just these columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
    pub is_proposed: bool,
}

impl From<TableFit> for TableFitView {
    fn from(fit: TableFit) -> TableFitView {
        TableFitView {
            table: fit.table.to_string(),
            name: fit.name,
            n_matched: fit.n_matched,
            is_own: fit.is_own,
            saved: fit.saved,
            is_proposed: fit.is_proposed,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ProposalView {
    #[schema(value_type = IntoPlanDoc)]
    pub plan: serde_json::Value,
    /// By place in the sheet's columns: `exact`, `written`, `synonym`, `pinyin`, `similar`, `saved`, `own`.
    pub why: Vec<Option<String>>,
    /// Fields that may tell the records apart, the best first.
    pub keys: Vec<KeyFitView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
    /// The sheet holds the ids of the table's records.
    pub has_records: bool,
}

#[derive(Serialize, ToSchema)]
pub struct KeyFitView {
    pub field: String,
    pub name: String,
    pub is_unique_in_table: bool,
    pub is_unique_in_file: bool,
    pub n_both: u64,
}

impl From<KeyFit> for KeyFitView {
    fn from(fit: KeyFit) -> KeyFitView {
        KeyFitView {
            field: fit.field.to_string(),
            name: fit.name,
            is_unique_in_table: fit.is_unique_in_table,
            is_unique_in_file: fit.is_unique_in_file,
            n_both: fit.n_both,
        }
    }
}

impl From<Proposal> for ProposalView {
    fn from(proposal: Proposal) -> ProposalView {
        let why = proposal.why.into_iter();
        ProposalView {
            plan: serde_json::to_value(&proposal.plan).unwrap_or_default(),
            why: why
                .map(|why| why.map(|why| super::schema::name_of(&why)))
                .collect(),
            keys: proposal.keys.into_iter().map(Into::into).collect(),
            saved: proposal.saved,
            has_records: proposal.has_records,
        }
    }
}

/// A kept mapping.
#[derive(Serialize, ToSchema)]
pub struct MappingView {
    pub id: String,
    pub name: String,
    pub table: String,
    /// The columns of the file.
    pub headers: Vec<String>,
    pub used_at_ms: i64,
}

impl From<SavedMapping> for MappingView {
    fn from(kept: SavedMapping) -> MappingView {
        let columns = kept.columns.into_iter();
        MappingView {
            id: kept.id,
            name: kept.name,
            table: kept.table.to_string(),
            headers: columns.map(|column| column.header).collect(),
            used_at_ms: kept.used_at_ms,
        }
    }
}

/// What an import into a table would do.
#[derive(Serialize, ToSchema)]
pub struct ComparisonView {
    /// To be given with the confirmation: just this is done, or nothing.
    pub seen: String,
    pub n_rows: u64,
    pub n_added: u64,
    /// Records that change, and their cells.
    pub n_changed: u64,
    pub n_cells: u64,
    pub n_unchanged: u64,
    /// Records that are not in the file.
    pub n_missing: u64,
    /// Rows that are left out.
    pub n_left_out: u64,
    pub n_misfits: u64,
    pub n_problems: u64,
    /// Cells that were locked and hold something else now.
    pub n_locked_changed: u64,
    pub new_options: Vec<NewOptionsView>,
    pub new_fields: Vec<String>,
    /// Lines of each kind that can be read.
    pub n_kept: KeptLines,
}

#[derive(Serialize, ToSchema)]
pub struct KeptLines {
    pub added: usize,
    pub changed: usize,
    pub missing: usize,
    pub problems: usize,
}

#[derive(Serialize, ToSchema)]
pub struct NewOptionsView {
    pub field: String,
    pub names: Vec<String>,
}

impl From<&Comparison> for ComparisonView {
    fn from(told: &Comparison) -> ComparisonView {
        let new_options = told.new_options.iter().map(|options| NewOptionsView {
            field: options.field.clone(),
            names: options.names.clone(),
        });
        ComparisonView {
            seen: told.seen.clone(),
            n_rows: told.n_rows,
            n_added: told.n_added,
            n_changed: told.n_changed,
            n_cells: told.n_cells,
            n_unchanged: told.n_unchanged,
            n_missing: told.n_missing,
            n_left_out: told.n_left_out,
            n_misfits: told.n_misfits,
            n_problems: told.n_problems,
            n_locked_changed: told.n_locked_changed,
            new_options: new_options.collect(),
            new_fields: told.new_fields.clone(),
            n_kept: KeptLines {
                added: told.added.len(),
                changed: told.changed.len(),
                missing: told.missing.len(),
                problems: told.problems.len(),
            },
        }
    }
}

/// Lines of one kind.
#[derive(Serialize, ToSchema)]
pub struct ImportLines {
    pub lines: Vec<ImportLine>,
    pub problems: Vec<ImportProblem>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportLine {
    /// Row of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    pub label: String,
    pub cells: Vec<ImportCell>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportCell {
    pub name: String,
    pub old: String,
    pub new: String,
    pub is_misfit: bool,
}

#[derive(Serialize, ToSchema)]
pub struct ImportProblem {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Letters of the column in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub name: String,
    pub value: String,
    /// `twice_in_file`, `twice_in_table`, `no_key`, `not_in_table`, `record_gone`, `misfit`, `misfit_kept`,
    /// `locked_changed`
    pub code: String,
    pub message: String,
}

impl From<&Line> for ImportLine {
    fn from(line: &Line) -> ImportLine {
        let cell = |cell: &CellLine| ImportCell {
            name: cell.name.clone(),
            old: cell.old.clone(),
            new: cell.new.clone(),
            is_misfit: cell.is_misfit,
        };
        ImportLine {
            row: line.row,
            record: line.record.map(|record| record.to_string()),
            label: line.label.clone(),
            cells: line.cells.iter().map(cell).collect(),
        }
    }
}

impl ImportProblem {
    pub fn of(line: &ProblemLine, locale: Locale) -> ImportProblem {
        let why = line.why();
        ImportProblem {
            row: line.row,
            column: line.column.clone(),
            name: line.name.clone(),
            value: line.value.clone(),
            code: super::schema::name_of(&line.code),
            message: match locale {
                Locale::Zh => why.zh,
                Locale::En => why.en,
            },
        }
    }
}
