//! Tables out: workbooks, CSV and Parquet.
//!
//! [`Export`] says which tables, fields and records; [`xlsx`], [`csv`] and [`parquet`] write it. Pure over a
//! snapshot: pictures come through [`Blobs`]. Law: what a reader sees in the file is what the grid shows;
//! nothing that does not fit the format is dropped without a line in the [`ExportReport`].
//! Tests: `connectors/tests/export.rs` (read back by independent readers in `./test`).

mod cells;
pub mod csv;
pub mod fill_in;
mod names;
pub mod parquet;
mod pictures;
pub mod xlsx;

pub use names::{WorkbookTable, column_reference, sheet_names, table_names, workbook_tables};

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use table::{
    field::Field,
    id::{FieldId, RecordId, TableId},
    segment::Segment,
    snapshot::{Snapshot, TableData},
};

/// Bytes of attachments by digest.
pub trait Blobs: Sync {
    /// `None` where the blob is missing or damaged.
    fn bytes(&self, digest: &str) -> Option<Vec<u8>>;
}

/// What to write.
pub struct Export<'a> {
    pub snapshot: &'a Snapshot,
    pub tables: Vec<ExportTable>,
    pub blobs: &'a dyn Blobs,
    /// Checked between rows; true stops the export.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Told the records written so far.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

pub struct ExportTable {
    pub table: TableId,
    /// In the order of the file.
    pub fields: Vec<FieldId>,
    /// `None`: all live records in their order.
    pub records: Option<Vec<RecordId>>,
    /// Excel formulas (with `=`, structured references in the full form) of formula fields that Excel can
    /// compute; other formula fields are written as values.
    pub formulas: BTreeMap<FieldId, String>,
    /// Pixels, where the view sets them.
    pub widths_px: BTreeMap<FieldId, u32>,
    /// Fields left of the frozen border.
    pub frozen_fields: u32,
}

/// What a person should know about the written file.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct ExportReport {
    pub n_records: u64,
    pub n_pictures: u64,
    /// Formula fields written as live formulas, by name.
    pub live_formulas: Vec<String>,
    /// Formula fields written as values, by name.
    pub value_formulas: Vec<String>,
    /// Texts cut to Excel's 32,767 characters, pictures that could not be read, …
    pub notes: Vec<ExportNote>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExportNote {
    pub code: &'static str,
    /// `sheet!cell` or a name.
    pub at: String,
}

/// Writing a file failed; nothing is left behind at the target.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("{path}: {source}")]
    Disk {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the sheet would have {n_records} records; Excel has room for 1,048,575")]
    TooManyRecords { n_records: u64 },
    #[error("the sheet would have {n_fields} fields; Excel has room for 16,384")]
    TooManyFields { n_fields: usize },
    #[error("the workbook could not be written: {0}")]
    Workbook(String),
    #[error("the export was cancelled")]
    Cancelled,
    #[error("table {0} is not there any more")]
    NoTable(TableId),
    #[error("a {format} file holds one table")]
    OneTable { format: &'static str },
}

impl ExportError {
    /// The stable code that the web translates.
    pub fn code(&self) -> &'static str {
        match self {
            ExportError::Disk { .. } => "export_disk",
            ExportError::TooManyRecords { .. } => "export_too_many_records",
            ExportError::TooManyFields { .. } => "export_too_many_fields",
            ExportError::Workbook(_) => "export_workbook",
            ExportError::Cancelled => "cancelled",
            ExportError::NoTable(_) => "no_table",
            ExportError::OneTable { .. } => "export_one_table",
        }
    }
}

/// A table resolved against the snapshot.
pub(crate) struct Resolved<'a> {
    pub data: Arc<TableData>,
    pub fields: Vec<&'a Field>,
    /// Segment and offset of each record, in the order of the file.
    pub rows: Vec<(u32, u32)>,
}

pub(crate) fn resolve<'a>(
    snapshot: &'a Snapshot,
    table: &ExportTable,
) -> Result<Resolved<'a>, ExportError> {
    let missing = || ExportError::NoTable(table.table);
    let schema = snapshot.schema.table(table.table).ok_or_else(missing)?;
    let data = snapshot.data(table.table).ok_or_else(missing)?.clone();
    let fields = table
        .fields
        .iter()
        .filter_map(|id| schema.field(*id))
        .collect();
    let rows = match &table.records {
        None => data
            .live_records()
            .map(|(_, segment, at)| (segment as u32, at as u32))
            .collect(),
        Some(records) => records
            .iter()
            .filter_map(|record| data.find(*record))
            .filter(|(segment, at)| data.segments[*segment].live().get(*at))
            .map(|(segment, at)| (segment as u32, at as u32))
            .collect(),
    };
    Ok(Resolved { data, fields, rows })
}

impl Resolved<'_> {
    pub(crate) fn segment(&self, row: (u32, u32)) -> &Arc<Segment> {
        &self.data.segments[row.0 as usize]
    }
}
