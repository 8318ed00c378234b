//! `/bases/{base}/history` and one record's history: who changed what, the newest first.

use super::tables::parse_id;
use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::OpenBase,
    limits::{HISTORY_ROWS, HISTORY_SCAN},
    wire::{
        ErrorBody, Json, Path, Query,
        cell::{CellStyle, write_cell},
        window::{CellDoc, PLAIN},
    },
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use table::{
    id::{RecordId, Revision, TableId},
    op::{Op, Transaction},
    schema::Schema,
};
use utoipa::{IntoParams, ToSchema};

/// Transactions read from the log at a time.
const PAGE: usize = 200;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryParams {
    /// Only transactions older than this revision.
    pub before: Option<u64>,
    /// Rows, at most 200.
    pub n: Option<usize>,
}

/// One transaction.
#[derive(Serialize, ToSchema)]
pub struct HistoryRow {
    pub revision: u64,
    pub actor: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Stable key of what was done, e.g. `set_cells`.
    pub label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The revision that it took back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    pub n_cells: u64,
    /// Records made, removed or restored.
    pub n_records: u64,
    /// Changes of tables, fields and views.
    pub n_schema: u64,
}

fn row(transaction: &Transaction) -> HistoryRow {
    let mut row = HistoryRow {
        revision: transaction.revision.0,
        actor: transaction.actor.to_string(),
        at_ms: transaction.at_ms,
        label: transaction.label.clone(),
        group: transaction.group.clone(),
        undoes: transaction.undoes.map(|revision| revision.0),
        n_cells: 0,
        n_records: 0,
        n_schema: 0,
    };
    for op in &transaction.ops {
        match op {
            Op::SetCells { records, .. } => row.n_cells += records.len() as u64,
            Op::AppendRecords { n_records, .. } => row.n_records += n_records,
            Op::RemoveRecords { records, .. } | Op::RestoreRecords { records, .. } => {
                row.n_records += records.len() as u64;
            }
            _ => row.n_schema += 1,
        }
    }
    row
}

/// Transactions older than `before`, the newest first, until `take` has enough or `scan` were read.
fn walk(
    base: &OpenBase,
    before: Option<u64>,
    scan: usize,
    mut take: impl FnMut(Transaction) -> bool,
) -> Result<(), ApiError> {
    let newest = base.handle.snapshot().revision.0 + 1;
    let mut until = before.unwrap_or(newest).min(newest);
    let mut n_read = 0;
    while until > 1 && n_read < scan {
        let from = until.saturating_sub(PAGE as u64).max(1);
        let page = base.transactions(Revision(from), (until - from) as usize)?;
        n_read += page.len().max(1);
        for transaction in page.into_iter().rev() {
            if transaction.revision.0 < until && !take(transaction) {
                return Ok(());
            }
        }
        until = from;
    }
    Ok(())
}

/// What was done in a base, the newest first.
#[utoipa::path(get, path = "/bases/{base}/history", tag = "history",
    params(("base" = String, Path), HistoryParams),
    responses((status = 200, body = Vec<HistoryRow>), (status = 404, body = ErrorBody)))]
pub async fn of_base(
    State(app): State<App>,
    Path(base): Path<String>,
    Query(params): Query<HistoryParams>,
) -> Result<Json<Vec<HistoryRow>>, ApiError> {
    let base = app.base(&base).await?;
    let n = params.n.unwrap_or(50).clamp(1, HISTORY_ROWS);
    off_loop(move || {
        let mut rows = Vec::new();
        walk(&base, params.before, usize::MAX, |transaction| {
            rows.push(row(&transaction));
            rows.len() < n
        })?;
        Ok(Json(rows))
    })
    .await?
}

/// One transaction that touched a record.
#[derive(Serialize, ToSchema)]
pub struct RecordHistoryRow {
    #[serde(flatten)]
    pub transaction: HistoryRow,
    /// `created`, `edited`, `removed` or `restored`.
    pub what: String,
    pub changes: Vec<ChangeView>,
}

/// One cell before and after.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    /// Id of the field; it may be gone by now.
    pub field: String,
    pub name: String,
    #[schema(value_type = CellDoc)]
    pub before: serde_json::Value,
    #[schema(value_type = CellDoc)]
    pub after: serde_json::Value,
}

/// What happened to one record, the newest first.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/records/{record}/history", tag = "history",
    params(("base" = String, Path), ("table" = String, Path), ("record" = String, Path), HistoryParams),
    responses((status = 200, body = Vec<RecordHistoryRow>), (status = 404, body = ErrorBody)))]
pub async fn of_record(
    State(app): State<App>,
    Path((base, table, record)): Path<(String, String, String)>,
    Query(params): Query<HistoryParams>,
) -> Result<Json<Vec<RecordHistoryRow>>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    let record: RecordId = parse_id(&record, ("记录", "record"))?;
    let n = params.n.unwrap_or(50).clamp(1, HISTORY_ROWS);
    off_loop(move || {
        let snapshot = base.handle.snapshot();
        let mut rows = Vec::new();
        walk(&base, params.before, HISTORY_SCAN, |transaction| {
            let seen = touches(&transaction, table, record, &snapshot.schema);
            let is_first = matches!(&seen, Some((what, _)) if *what == "created");
            rows.extend(seen.map(|(what, changes)| RecordHistoryRow {
                transaction: row(&transaction),
                what: what.to_string(),
                changes,
            }));
            rows.len() < n && !is_first
        })?;
        Ok(Json(rows))
    })
    .await?
}

/// What a transaction did to a record.
fn touches(
    transaction: &Transaction,
    table: TableId,
    record: RecordId,
    schema: &Schema,
) -> Option<(&'static str, Vec<ChangeView>)> {
    let mut what = None;
    let mut changes = Vec::new();
    for op in &transaction.ops {
        match op {
            Op::AppendRecords {
                table: of,
                first,
                n_records,
                ..
            } if *of == table && (first.0..first.0 + n_records).contains(&record.0) => {
                what = Some("created");
            }
            Op::RemoveRecords { table: of, records }
                if *of == table && records.contains(&record) =>
            {
                what = Some("removed");
            }
            Op::RestoreRecords { table: of, records }
                if *of == table && records.contains(&record) =>
            {
                what = Some("restored");
            }
            Op::SetCells {
                table: of,
                column,
                records,
                before,
                after,
            } if *of == table => {
                let Some(at) = records.iter().position(|id| *id == record) else {
                    continue;
                };
                what = what.or(Some("edited"));
                let field = schema
                    .any_table(table)
                    .and_then(|table| table.field_of_column(*column));
                let style = field.map_or(PLAIN, |field| CellStyle::of(&field.field_type));
                let json = |column: &table::column::Column| {
                    let mut cell = Vec::new();
                    write_cell(&mut cell, &column.get(at), style);
                    serde_json::from_slice(&cell).unwrap_or_default()
                };
                changes.push(ChangeView {
                    field: field.map(|field| field.id.to_string()).unwrap_or_default(),
                    name: field.map(|field| field.name.clone()).unwrap_or_default(),
                    before: json(before),
                    after: json(after),
                });
            }
            _ => {}
        }
    }
    what.map(|what| (what, changes))
}
