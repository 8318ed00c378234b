//! What was found in a file: sheets, columns with their proposed fields, samples and notes.
//!
//! Types: [`Manifest`], [`SheetManifest`], [`ColumnManifest`], [`Note`]. Law: it describes and proposes,
//! it decides nothing; whatever was left out or changed while reading stands here as a note.
//! Tests: `connectors/tests/staging.rs`.

use super::RowPlaces;
use serde::{Deserialize, Serialize};
use table::{infer::FieldProposal, value::Attachment};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub file_name: String,
    /// `xlsx`, `xls`, `xlsb`, `ods`, `csv`, `tsv` or `text`, by content, whatever the name says.
    pub format: String,
    /// Of text files: `UTF-8`, `GB18030`, `UTF-16LE`, …
    pub encoding: Option<String>,
    /// Sheets that hold a table, in the order of the file.
    pub sheets: Vec<SheetManifest>,
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetManifest {
    pub name: String,
    /// Hidden in the file.
    pub hidden: bool,
    /// Lines above the header, e.g. the name of the shop.
    pub title_lines: Vec<String>,
    /// 1-based row of the file where the (last row of the) header is; 0 where there is none.
    pub header_row: u64,
    /// Rows in the batches: data rows without header, empty rows and dropped rows.
    pub n_rows: u64,
    pub n_batches: u32,
    pub columns: Vec<ColumnManifest>,
    /// The first rows, one cell per column.
    pub sample_rows: Vec<Vec<SampleCell>>,
    /// Total rows that were taken out; a person may want to see them.
    pub dropped_rows: Vec<DroppedRow>,
    pub n_dropped_rows: u64,
    pub notes: Vec<Note>,
    /// Where the records stand in the file.
    #[serde(default)]
    pub rows: RowPlaces,
    /// Of a sheet that was written by us to be filled in: where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnTable>,
}

/// A sheet that was written to be filled in. All of it is only what the file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTable {
    pub base: String,
    /// E.g. `t1`.
    pub table: String,
    /// Place in the sheet's columns of the one that holds the ids of the records; it is no field.
    pub records_column: usize,
    /// Places of the columns that were to be filled in.
    pub fill: Vec<usize>,
    /// The records that were written, as ranges such as `1-40,43`; absent where they were too many to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnManifest {
    /// Unique in its sheet, never empty.
    pub name: String,
    /// Letters of the column in the file, e.g. `C`.
    pub source_column: String,
    /// The column's name inside the batch files.
    pub key: u32,
    /// The proposed field of the cells as they are; a proposed formula stands beside it.
    pub proposal: FieldProposal,
    pub formula: Option<ProposedFormula>,
    /// Hidden in the file.
    pub hidden: bool,
    pub width_px: Option<u32>,
}

/// One formula filled down the column, written over field names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProposedFormula {
    /// E.g. `[单价]*[数量]`; empty where it could not be carried over.
    pub text: String,
    /// As it stands in the file, from a row in the middle.
    pub original: String,
    /// Rows that have this formula.
    pub n_rows: u64,
    /// Filled rows that have another formula or a typed value.
    pub n_exceptions: u64,
    /// True once the results were compared with the values in the file; staging leaves it false.
    pub checked: bool,
    /// Stable code of the reason why the column arrives as values: `other_rows`, `fixed_cell`,
    /// `other_sheet`, `unreadable`, `not_same_row`, `too_many_exceptions`, `approximate_lookup`.
    pub why_not: Option<String>,
}

/// One cell of the preview.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SampleCell {
    /// As the file shows it, cut to a bounded length.
    pub text: String,
    pub kind: SampleKind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<Attachment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleKind {
    #[default]
    Blank,
    Number,
    Date,
    Bool,
    Text,
    Error,
    Pictures,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DroppedRow {
    /// 1-based row of the file.
    pub row: u64,
    /// `total`.
    pub reason: String,
    pub cells: Vec<SampleCell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteLevel {
    Info,
    Warning,
}

/// Something a person should know about the reading, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Stable, e.g. `digits_lost`.
    pub code: String,
    pub level: NoteLevel,
    pub zh: String,
    pub en: String,
    /// `sheet!cell` where there is one.
    pub at: Option<String>,
}

impl Note {
    pub fn info(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Note {
        Note {
            code: code.into(),
            level: NoteLevel::Info,
            zh: zh.into(),
            en: en.into(),
            at: None,
        }
    }

    pub fn warning(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Note {
        Note {
            level: NoteLevel::Warning,
            ..Note::info(code, zh, en)
        }
    }

    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Note {
        self.at = Some(place.into());
        self
    }
}
