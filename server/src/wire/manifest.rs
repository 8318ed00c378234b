//! The shape of an import's preview, for the API document. The manifest itself is written by
//! `connectors::file::Manifest`; a test keeps these shapes equal to it.

use super::{schema::FieldTypeView, window::AttachmentView};
use serde::Serialize;
use utoipa::ToSchema;

/// What was found in a file.
#[derive(Serialize, ToSchema)]
#[schema(as = Manifest)]
pub struct ManifestDoc {
    pub file_name: String,
    /// `xlsx`, `xls`, `xlsb`, `ods`, `csv`, `tsv` or `text`, by content.
    pub format: String,
    /// Of text files.
    pub encoding: Option<String>,
    pub sheets: Vec<SheetDoc>,
    pub notes: Vec<NoteDoc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ManifestSheet)]
pub struct SheetDoc {
    pub name: String,
    pub hidden: bool,
    /// Lines above the header.
    pub title_lines: Vec<String>,
    /// 1-based; 0 where there is none.
    pub header_row: u64,
    pub n_rows: u64,
    pub n_batches: u32,
    pub columns: Vec<ColumnDoc>,
    /// The first rows, one cell per column.
    pub sample_rows: Vec<Vec<SampleDoc>>,
    /// Total rows that were taken out.
    pub dropped_rows: Vec<DroppedRowDoc>,
    pub n_dropped_rows: u64,
    pub notes: Vec<NoteDoc>,
    /// Where the records stand in the file.
    #[schema(value_type = Object)]
    pub rows: serde_json::Value,
    /// Of a sheet that was written here to be filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnTableDoc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OwnTable)]
pub struct OwnTableDoc {
    pub base: String,
    pub table: String,
    /// Place of the column that holds the ids of the records.
    pub records_column: usize,
    /// Places of the columns that were to be filled in.
    pub fill: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ManifestColumn)]
pub struct ColumnDoc {
    pub name: String,
    /// Letters of the column in the file, e.g. `C`.
    pub source_column: String,
    pub key: u32,
    pub proposal: ProposalDoc,
    pub formula: Option<FormulaDoc>,
    pub hidden: bool,
    pub width_px: Option<u32>,
}

/// The field type that fits a column.
#[derive(Serialize, ToSchema)]
#[schema(as = FieldProposal)]
pub struct ProposalDoc {
    pub field_type: FieldTypeView,
    #[schema(value_type = Vec<Object>)]
    pub reasons: Vec<serde_json::Value>,
    pub n_misfits: u64,
    pub n_blank: u64,
    pub alternatives: Vec<FieldTypeView>,
}

/// One formula filled down the column, over field names.
#[derive(Serialize, ToSchema)]
#[schema(as = ProposedFormula)]
pub struct FormulaDoc {
    /// Empty where it could not be carried over.
    pub text: String,
    pub original: String,
    pub n_rows: u64,
    pub n_exceptions: u64,
    pub checked: bool,
    pub why_not: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SampleCell)]
pub struct SampleDoc {
    pub text: String,
    /// `blank`, `number`, `date`, `bool`, `text`, `error`, `pictures`
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Vec<AttachmentView>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DroppedRow)]
pub struct DroppedRowDoc {
    pub row: u64,
    pub reason: String,
    pub cells: Vec<SampleDoc>,
}

/// Something a person should know about the reading.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportNote)]
pub struct NoteDoc {
    /// Stable.
    pub code: String,
    /// `info` or `warning`
    pub level: String,
    pub zh: String,
    pub en: String,
    /// `sheet!cell` where there is one.
    pub at: Option<String>,
}
