//! Sheets to be filled in by somebody else, e.g. a supplier, written from a table or a view.
//!
//! Function: [`fill_in`]. As [`crate::export`], the file stands under its name only when it is complete. Tests:
//! `connectors/tests/fill_in.rs`, `server/tests/route/import_into.rs`.

use crate::{board::Ticket, export::part_path};
use connectors::export::{
    Blobs, Export, ExportError, ExportReport, ExportTable,
    fill_in::{FillIn, write},
};
use std::{collections::BTreeMap, path::Path};
use table::{
    id::{FieldId, RecordId, TableId, ViewId},
    snapshot::Snapshot,
};

/// What a person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FillInRequest {
    pub base: String,
    pub table: TableId,
    /// Its fields, records and order; absent: everything.
    pub view: Option<ViewId>,
    /// The fields that may be written; all others are locked.
    pub fill: Vec<FieldId>,
    /// Rows may be added below.
    pub may_add: bool,
}

/// Records of a view in its order.
pub type ViewRecords<'a> = dyn Fn(TableId, ViewId) -> Option<Vec<RecordId>> + Sync + 'a;

/// Writes the file; blocks until it is complete.
pub fn fill_in(
    snapshot: &Snapshot,
    request: &FillInRequest,
    blobs: &dyn Blobs,
    view_records: &ViewRecords<'_>,
    to: &Path,
    ticket: &Ticket,
) -> Result<ExportReport, ExportError> {
    let missing = || ExportError::NoTable(request.table);
    let table = snapshot.schema.table(request.table).ok_or_else(missing)?;
    let view = request.view.and_then(|view| table.view(view));
    let setting = |field: FieldId| view?.fields.iter().find(|known| known.field == field);
    let fields = table.live_fields().map(|field| field.id);
    let fields: Vec<FieldId> = fields
        .filter(|field| {
            let is_hidden = setting(*field).is_some_and(|known| known.hidden);
            !is_hidden || request.fill.contains(field)
        })
        .collect();
    let records = match view {
        Some(view) => Some(view_records(request.table, view.id).ok_or_else(missing)?),
        None => None,
    };
    let n_all = records.as_ref().map_or_else(
        || snapshot.data(request.table).map_or(0, |data| data.n_live),
        |records| records.len() as u64,
    );
    let widths = fields
        .iter()
        .filter_map(|field| Some((*field, setting(*field)?.width_px?)));
    let export = Export {
        snapshot,
        tables: vec![ExportTable {
            table: request.table,
            widths_px: widths.collect(),
            fields,
            records,
            formulas: BTreeMap::new(),
            frozen_fields: 1,
        }],
        blobs,
        cancelled: &|| ticket.is_cancelled(),
        progress: &|done| ticket.progress(done, n_all),
    };
    let asked = FillIn {
        base: &request.base,
        fill: &request.fill,
        may_add: request.may_add,
    };
    let part = part_path(to);
    let written = write(&export, &asked, &part).and_then(|report| {
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
