//! `/bases/{base}/history` and below: who changed what, the newest first, per base, table, step, record and cell; what
//! lies in the trash.

mod change;
pub mod record;
pub mod step;
pub mod trash;

use super::tables::parse_id;
use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::OpenBase,
    limits::HISTORY_ROWS,
    wire::{ErrorBody, Json, Path, Query},
};
use axum::extract::State;
use engine::history::TakenBack;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use table::{
    id::{Revision, TableId},
    op::{Op, Transaction},
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
    /// Only what touched this table.
    pub table: Option<String>,
    /// Only what this actor did.
    pub actor: Option<String>,
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
    /// Tables that it touched.
    pub tables: Vec<String>,
    /// It did something that does not stand taken back already.
    pub can_take_back: bool,
    /// The transaction that took it, or its group, back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_back_by: Option<u64>,
}

impl HistoryRow {
    /// Adds what another part of the same step did.
    fn count(&mut self, other: &HistoryRow) {
        self.n_cells += other.n_cells;
        self.n_records += other.n_records;
        self.n_schema += other.n_schema;
        let fresh = other
            .tables
            .iter()
            .filter(|table| !self.tables.contains(table));
        let fresh: Vec<String> = fresh.cloned().collect();
        self.tables.extend(fresh);
    }
}

/// The table that an op is about.
fn table_of(op: &Op) -> Option<TableId> {
    match op {
        Op::RenameBase { .. } => None,
        Op::AddTable { table } => Some(table.id),
        Op::RemoveTable { table }
        | Op::RestoreTable { table }
        | Op::RelabelTable { table, .. }
        | Op::MoveTable { table, .. }
        | Op::AddField { table, .. }
        | Op::RemoveField { table, .. }
        | Op::RestoreField { table, .. }
        | Op::AlterField { table, .. }
        | Op::MoveField { table, .. }
        | Op::AddView { table, .. }
        | Op::RemoveView { table, .. }
        | Op::RestoreView { table, .. }
        | Op::AlterView { table, .. }
        | Op::AppendRecords { table, .. }
        | Op::RemoveRecords { table, .. }
        | Op::RestoreRecords { table, .. }
        | Op::SetCells { table, .. } => Some(*table),
    }
}

/// Says of each row whether it stands taken back.
fn taken_back(base: &OpenBase, rows: &mut [&mut HistoryRow]) -> Result<(), ApiError> {
    let Some(first) = rows.iter().map(|row| row.revision).min() else {
        return Ok(());
    };
    let known = TakenBack::read(&base.handle.reader(), Revision(first));
    let known = known.map_err(|cause| ApiError::internal("read the history", cause))?;
    for row in rows {
        let by = known.of(Revision(row.revision), row.group.as_deref());
        row.taken_back_by = by.map(|revision| revision.0);
        let n = row.n_cells + row.n_records + row.n_schema;
        row.can_take_back = by.is_none() && n > 0;
    }
    Ok(())
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
        tables: Vec::new(),
        can_take_back: false,
        taken_back_by: None,
    };
    let tables: BTreeSet<TableId> = transaction.ops.iter().filter_map(table_of).collect();
    row.tables = tables.iter().map(TableId::to_string).collect();
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

/// Transactions older than `before`, the newest first, until `take` has enough. To the very first one: a history that
/// ends early without a word is worse than one that takes a moment (about 5 µs for each transaction).
fn walk(
    base: &OpenBase,
    before: Option<u64>,
    mut take: impl FnMut(Transaction) -> bool,
) -> Result<(), ApiError> {
    let newest = base.handle.snapshot().revision.0 + 1;
    let mut until = before.unwrap_or(newest).min(newest);
    while until > 1 {
        let from = until.saturating_sub(PAGE as u64).max(1);
        let page = base.transactions(Revision(from), (until - from) as usize)?;
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
    let table = params.table.as_deref();
    let table: Option<TableId> = table
        .map(|table| parse_id(table, ("表格", "table")))
        .transpose()?;
    off_loop(move || {
        let mut rows = Vec::new();
        walk(&base, params.before, |transaction| {
            let is_on = |table| transaction.ops.iter().any(|op| table_of(op) == Some(table));
            let is_by = |actor: &String| transaction.actor.0 == *actor;
            if table.is_none_or(is_on) && params.actor.as_ref().is_none_or(is_by) {
                rows.push(row(&transaction));
            }
            rows.len() < n
        })?;
        let mut shown: Vec<&mut HistoryRow> = rows.iter_mut().collect();
        taken_back(&base, &mut shown)?;
        Ok(Json(rows))
    })
    .await?
}
