//! Exports: tables or a view of a base become a file.
//!
//! [`export`] writes the file under its final name only when it is complete. Law: the file shows one
//! snapshot, whatever is edited meanwhile. Tests: `jobs/tests/export.rs`.

use crate::board::{JobError, Ticket};
use connectors::{
    export::{
        Blobs, Export, ExportError, ExportReport, ExportTable, WorkbookTable, csv, parquet,
        workbook_tables, xlsx,
    },
    model::Text2,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use table::{
    id::{FieldId, RecordId, TableId, ViewId},
    snapshot::Snapshot,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    Xlsx,
    Csv,
    Parquet,
}

/// What a person asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequest {
    pub format: ExportFormat,
    /// Absent: all tables, which only a workbook can hold.
    #[serde(default)]
    pub table: Option<TableId>,
    /// Its fields, records and order; absent: everything.
    #[serde(default)]
    pub view: Option<ViewId>,
    /// Of CSV: `gb18030`; anything else is UTF-8.
    #[serde(default)]
    pub encoding: Option<String>,
}

/// A field's formula in a workbook with these tables.
pub type ExcelFormula<'a> =
    dyn Fn(TableId, FieldId, &BTreeMap<TableId, WorkbookTable>) -> Option<String> + Sync + 'a;

/// What an export needs to know from the base beyond its snapshot.
pub struct ExportSources<'a> {
    pub blobs: &'a dyn Blobs,
    /// Records of a view in its order.
    pub view_records: &'a (dyn Fn(TableId, ViewId) -> Option<Vec<RecordId>> + Sync),
    /// A formula field's formula as Excel writes it, where Excel can compute it.
    pub excel_formula: &'a ExcelFormula<'a>,
}

/// Writes the file; blocks until it is complete. Nothing is left behind at `to` when it fails.
pub fn export(
    snapshot: &Snapshot,
    request: &ExportRequest,
    sources: &ExportSources<'_>,
    to: &Path,
    ticket: &Ticket,
) -> Result<ExportReport, ExportError> {
    let tables = match request.table {
        Some(table) => vec![table],
        None => snapshot
            .schema
            .live_tables()
            .map(|table| table.id)
            .collect(),
    };
    let n_all = tables
        .iter()
        .filter_map(|table| snapshot.data(*table))
        .map(|data| data.n_live)
        .sum();
    let tables = tables
        .into_iter()
        .map(|table| export_table(snapshot, table, request, sources));
    let mut tables = tables.collect::<Result<Vec<_>, _>>()?;
    if request.format == ExportFormat::Xlsx {
        let names = workbook_tables(snapshot, &tables)?;
        for table in &mut tables {
            let live = |field: &FieldId| {
                Some((
                    *field,
                    (sources.excel_formula)(table.table, *field, &names)?,
                ))
            };
            table.formulas = table.fields.iter().filter_map(live).collect();
        }
    }
    let export = Export {
        snapshot,
        tables,
        blobs: sources.blobs,
        cancelled: &|| ticket.is_cancelled(),
        progress: &|done| ticket.progress(done, n_all),
    };
    let part = part_path(to);
    let written = write(&export, request, &part).and_then(|report| {
        let disk = |source| ExportError::Disk {
            path: to.into(),
            source,
        };
        std::fs::rename(&part, to).map_err(disk)?;
        Ok(report)
    });
    if written.is_err() {
        // Not there either way is what matters; a second failure would say nothing new.
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// Beside the target, so that the rename stays within one file system.
pub(crate) fn part_path(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    to.with_file_name(name)
}

fn write(
    export: &Export<'_>,
    request: &ExportRequest,
    to: &Path,
) -> Result<ExportReport, ExportError> {
    match request.format {
        ExportFormat::Xlsx => xlsx::write(export, to),
        ExportFormat::Parquet => parquet::write(export, to),
        ExportFormat::Csv => {
            let encoding = request.encoding.as_deref().unwrap_or_default();
            let is_gb = encoding.to_lowercase().starts_with("gb");
            let encoding = if is_gb {
                csv::Encoding::Gb18030
            } else {
                csv::Encoding::Utf8
            };
            csv::write(export, to, encoding)
        }
    }
}

fn export_table(
    snapshot: &Snapshot,
    table: TableId,
    request: &ExportRequest,
    sources: &ExportSources<'_>,
) -> Result<ExportTable, ExportError> {
    let schema = snapshot
        .schema
        .table(table)
        .ok_or(ExportError::NoTable(table))?;
    // A view belongs to one table; for others of the same request it means nothing.
    let view = request
        .view
        .filter(|_| request.table.is_some())
        .and_then(|view| schema.view(view));
    let setting = |field: FieldId| {
        view.and_then(|view| view.fields.iter().find(|known| known.field == field))
    };
    let fields: Vec<FieldId> = schema
        .live_fields()
        .map(|field| field.id)
        .filter(|field| !setting(*field).is_some_and(|known| known.hidden))
        .collect();
    let records = match view {
        Some(view) => {
            Some((sources.view_records)(table, view.id).ok_or(ExportError::NoTable(table))?)
        }
        None => None,
    };
    let widths_px = fields
        .iter()
        .filter_map(|field| Some((*field, setting(*field)?.width_px?)))
        .collect();
    Ok(ExportTable {
        table,
        fields,
        records,
        formulas: BTreeMap::new(),
        widths_px,
        frozen_fields: view.map_or(0, |view| view.frozen_fields),
    })
}

/// The failure for the job panel.
pub fn job_error(error: &ExportError) -> JobError {
    let message = match error {
        ExportError::Disk { .. } => Text2::new(
            "文件写不下来，请检查磁盘空间后重新导出。",
            "The file could not be written. Check the disk's free space and export again.",
        ),
        ExportError::TooManyRecords { .. } => Text2::new(
            "行数超过 Excel 的上限（1,048,575 行），请改用 CSV 或 Parquet，或先筛选。",
            "There are more rows than Excel holds (1,048,575). Use CSV or Parquet, or filter first.",
        ),
        ExportError::TooManyFields { .. } => Text2::new(
            "列数超过 Excel 的上限（16,384 列），请先隐藏一些列。",
            "There are more fields than Excel holds (16,384). Hide some first.",
        ),
        ExportError::Workbook(_) => Text2::new(
            "生成 Excel 文件时出错，请重试；不行就先导出 CSV。",
            "The workbook could not be made. Try again, or export CSV.",
        ),
        ExportError::Cancelled => Text2::new("导出已取消。", "The export was cancelled."),
        ExportError::NoTable(_) => Text2::new(
            "这个表或视图已经不在了，请刷新后重试。",
            "The table or view is no longer there. Reload and try again.",
        ),
        ExportError::OneTable { .. } => Text2::new(
            "CSV 和 Parquet 文件只能放一个表，请选择一个表再导出。",
            "CSV and Parquet hold one table. Choose one.",
        ),
    };
    JobError {
        code: error.code().to_owned(),
        message,
        at: None,
    }
}
