//! One record's history, or one cell's, the newest first.

use super::{
    HistoryRow,
    change::{ChangeView, Place, field_of},
    row, taken_back, walk,
};
use crate::{
    app::{App, off_loop},
    error::ApiError,
    instance::OpenBase,
    limits::{HISTORY_RETYPES, HISTORY_ROWS},
    route::tables::parse_id,
    wire::{ErrorBody, Json, Path, Query},
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use table::{
    id::{ColumnId, FieldId, RecordId, TableId},
    op::{Op, Transaction},
    snapshot::Snapshot,
};
use utoipa::{IntoParams, ToSchema};

/// Labels of transactions that may give a field another column.
const RETYPES: [&str; 5] = [
    "update_field",
    "undo",
    "redo",
    "take_back",
    "restore_table_to",
];

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordHistoryParams {
    /// Only transactions older than this revision.
    pub before: Option<u64>,
    /// Rows, at most 200.
    pub n: Option<usize>,
    /// Only what changed this field, whatever its type was then.
    pub field: Option<String>,
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

/// What happened to one record, the newest first.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/records/{record}/history", tag = "history",
    params(("base" = String, Path), ("table" = String, Path), ("record" = String, Path), RecordHistoryParams),
    responses((status = 200, body = Vec<RecordHistoryRow>), (status = 404, body = ErrorBody)))]
pub async fn of_record(
    State(app): State<App>,
    Path((base, table, record)): Path<(String, String, String)>,
    Query(params): Query<RecordHistoryParams>,
) -> Result<Json<Vec<RecordHistoryRow>>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    let record: RecordId = parse_id(&record, ("记录", "record"))?;
    let field = params.field.as_deref();
    let field: Option<FieldId> = field
        .map(|field| parse_id(field, ("字段", "field")))
        .transpose()?;
    let n = params.n.unwrap_or(50).clamp(1, HISTORY_ROWS);
    off_loop(move || {
        let snapshot = base.handle.snapshot();
        let mut looked_at = Looked::new(Place { table, record }, field, &snapshot);
        looked_at.learn_columns(&base)?;
        let mut rows = Vec::new();
        walk(&base, params.before, |transaction| {
            let seen = looked_at.touches(&transaction, &snapshot);
            let is_first = matches!(&seen, Some((what, _)) if *what == "created");
            rows.extend(seen.map(|(what, changes)| RecordHistoryRow {
                transaction: row(&transaction),
                what: what.to_string(),
                changes,
            }));
            rows.len() < n && !is_first
        })?;
        let mut shown: Vec<&mut HistoryRow> =
            rows.iter_mut().map(|row| &mut row.transaction).collect();
        taken_back(&base, &mut shown)?;
        Ok(Json(rows))
    })
    .await?
}

/// What is looked at: a record, or the columns that one field had in the course of time.
struct Looked {
    place: Place,
    field: Option<FieldId>,
    columns: BTreeSet<ColumnId>,
}

impl Looked {
    fn new(place: Place, field: Option<FieldId>, snapshot: &Snapshot) -> Looked {
        let owner = snapshot.schema.any_table(place.table);
        let now = owner.and_then(|owner| owner.any_field(field?));
        let columns = now.map(|field| [field.column, field.edited_column().0]);
        Looked {
            place,
            field,
            columns: columns.into_iter().flatten().collect(),
        }
    }

    /// The columns that the field had before its type was changed: a page may begin before the change.
    fn learn_columns(&mut self, base: &OpenBase) -> Result<(), ApiError> {
        if self.field.is_none() {
            return Ok(());
        }
        let changes = base
            .handle
            .reader()
            .labelled(&RETYPES, i64::MIN, HISTORY_RETYPES);
        for revision in changes.map_err(|cause| ApiError::internal("read the history", cause))? {
            for transaction in base.transactions(revision, 1)? {
                transaction.ops.iter().for_each(|op| self.learn(op));
            }
        }
        Ok(())
    }

    fn learn(&mut self, op: &Op) {
        if let Op::AlterField { before, after, .. } = op
            && Some(before.id) == self.field
        {
            let columns = [before, after].map(|field| [field.column, field.edited_column().0]);
            self.columns.extend(columns.into_iter().flatten());
        }
    }

    /// What a transaction did to it. They come the newest first, so that an older column is known before its cells.
    fn touches(
        &mut self,
        transaction: &Transaction,
        snapshot: &Snapshot,
    ) -> Option<(&'static str, Vec<ChangeView>)> {
        let Place { table, record } = self.place;
        let mut what = None;
        let mut changes = Vec::new();
        for op in transaction.ops.iter().rev() {
            match op {
                Op::AlterField { .. } => self.learn(op),
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
                    let field = field_of(snapshot, table, *column);
                    let is_given = field.is_some_and(|field| field.field_type.is_given());
                    let is_other = self.field.is_some() && !self.columns.contains(column);
                    if is_given || is_other {
                        continue;
                    }
                    what = what.or(Some("edited"));
                    let states = [&before.get(at), &after.get(at)];
                    changes.push(ChangeView::new(snapshot, self.place, field, states));
                }
                _ => {}
            }
        }
        changes.reverse();
        what.map(|what| (what, changes))
    }
}
