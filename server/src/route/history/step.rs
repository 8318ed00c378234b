//! One step of the history: what it changed, and what taking it back, or going back to it, would do.

use super::{
    HistoryRow,
    change::{ChangeView, Place, field_by_id, field_of},
    row, taken_back,
};
use crate::{
    app::{App, off_loop},
    auth::Client,
    error::ApiError,
    instance::OpenBase,
    limits::HISTORY_CHANGES,
    route::tables::parse_id,
    wire::{ErrorBody, Json, Path, Query},
};
use axum::extract::State;
use engine::command::{Command, Preview};
use serde::{Deserialize, Serialize};
use table::{
    id::{Revision, TableId},
    op::{Op, Transaction},
    snapshot::Snapshot,
};
use utoipa::{IntoParams, ToSchema};

/// A step: one transaction, or all of its group.
#[derive(Serialize, ToSchema)]
pub struct StepView {
    /// Of the newest part, counts of all parts together.
    pub row: HistoryRow,
    /// The first 200.
    pub changes: Vec<ChangeView>,
    pub n_changes: u64,
    pub records_added: u64,
    pub records_removed: u64,
    pub records_restored: u64,
    pub schema: Vec<SchemaChange>,
}

/// A change of a table, field or view.
#[derive(Serialize, ToSchema)]
pub struct SchemaChange {
    /// `base_renamed`; `table_`, `field_`, `view_` and `added`, `removed`, `restored`, `changed` or `moved`.
    pub what: String,
    pub table: String,
    pub table_name: String,
    /// As it was called before.
    pub name: String,
    /// As it is called after it, where that is another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renamed: Option<String>,
}

/// What taking back, or going back, would do.
#[derive(Serialize, ToSchema)]
pub struct TakeBackPreview {
    pub n_cells: u64,
    pub n_records_removed: u64,
    pub n_records_restored: u64,
    /// Changes of tables, fields and views.
    pub n_schema: u64,
    /// Changed since; it would be left as it is.
    pub n_conflicts: u64,
    /// The first 50: `before` is what the step had left, `after` what is there now.
    pub conflicts: Vec<ChangeView>,
}

fn no_step(revision: u64) -> ApiError {
    ApiError::not_found(
        "no_step",
        ("历史记录", "step of the history"),
        &revision.to_string(),
    )
}

/// What a step changed.
#[utoipa::path(get, path = "/bases/{base}/history/{revision}", tag = "history",
    params(("base" = String, Path), ("revision" = u64, Path)),
    responses((status = 200, body = StepView), (status = 404, body = ErrorBody)))]
pub async fn read(
    State(app): State<App>,
    Path((base, revision)): Path<(String, u64)>,
) -> Result<Json<StepView>, ApiError> {
    let base = app.base(&base).await?;
    off_loop(move || {
        let of_one = base.transactions(Revision(revision), 1)?;
        let one = of_one.into_iter().next().ok_or_else(|| no_step(revision))?;
        let revisions = match &one.group {
            Some(group) => base.handle.reader().group_revisions(group),
            None => Ok(vec![one.revision]),
        };
        let revisions = revisions.map_err(|cause| ApiError::internal("read the history", cause))?;
        let snapshot = base.handle.snapshot();
        let mut step = Step::default();
        let mut newest = row(&one);
        for part in revisions {
            for transaction in base.transactions(part, 1)? {
                if part != one.revision {
                    newest.count(&row(&transaction));
                }
                step.note(&transaction, &snapshot);
            }
        }
        taken_back(&base, &mut [&mut newest])?;
        Ok(Json(step.view(newest)))
    })
    .await?
}

#[derive(Default)]
struct Step {
    changes: Vec<ChangeView>,
    n_changes: u64,
    added: u64,
    removed: u64,
    restored: u64,
    schema: Vec<SchemaChange>,
}

impl Step {
    fn view(self, row: HistoryRow) -> StepView {
        StepView {
            row,
            changes: self.changes,
            n_changes: self.n_changes,
            records_added: self.added,
            records_removed: self.removed,
            records_restored: self.restored,
            schema: self.schema,
        }
    }

    fn note(&mut self, transaction: &Transaction, snapshot: &Snapshot) {
        for op in &transaction.ops {
            match op {
                Op::AppendRecords { n_records, .. } => self.added += n_records,
                Op::RemoveRecords { records, .. } => self.removed += records.len() as u64,
                Op::RestoreRecords { records, .. } => self.restored += records.len() as u64,
                Op::SetCells { .. } => self.note_cells(op, snapshot),
                other => self.schema.push(schema_change(other, snapshot)),
            }
        }
    }

    fn note_cells(&mut self, op: &Op, snapshot: &Snapshot) {
        let Op::SetCells {
            table,
            column,
            records,
            before,
            after,
        } = op
        else {
            return;
        };
        let field = field_of(snapshot, *table, *column);
        // Who changed a record, and when, follows from the change itself.
        if field.is_some_and(|field| field.field_type.is_given()) {
            return;
        }
        self.n_changes += records.len() as u64;
        let left = HISTORY_CHANGES.saturating_sub(self.changes.len());
        for (at, record) in records.iter().enumerate().take(left) {
            let place = Place {
                table: *table,
                record: *record,
            };
            let states = [&before.get(at), &after.get(at)];
            self.changes
                .push(ChangeView::new(snapshot, place, field, states));
        }
    }
}

/// What an op did to tables, fields and views; names of what is there under another name now as the op says them.
fn schema_change(op: &Op, snapshot: &Snapshot) -> SchemaChange {
    let (what, table, name, renamed) = named(op, snapshot);
    let owner = table.and_then(|table| snapshot.schema.any_table(table));
    SchemaChange {
        what: what.into(),
        table: table.map(|table| table.to_string()).unwrap_or_default(),
        table_name: owner.map(|owner| owner.name.clone()).unwrap_or_default(),
        renamed: renamed.filter(|renamed| *renamed != name),
        name,
    }
}

type Named = (&'static str, Option<TableId>, String, Option<String>);

fn named(op: &Op, snapshot: &Snapshot) -> Named {
    let owner = |table: &TableId| snapshot.schema.any_table(*table);
    let table_name =
        |table: &TableId| owner(table).map_or(String::new(), |owner| owner.name.clone());
    let of_table = |what, table: &TableId| (what, Some(*table), table_name(table), None);
    let of_field = |what, table: &TableId, field| {
        let field = field_by_id(snapshot, *table, field);
        let name = field.map_or(String::new(), |field| field.name.clone());
        (what, Some(*table), name, None)
    };
    let of_view = |what, table: &TableId, view| {
        let view = owner(table).and_then(|owner| owner.views.iter().find(|other| other.id == view));
        let name = view.map_or(String::new(), |view| view.name.clone());
        (what, Some(*table), name, None)
    };
    match op {
        Op::RenameBase { before, after } => {
            ("base_renamed", None, before.clone(), Some(after.clone()))
        }
        Op::AddTable { table } => ("table_added", Some(table.id), table.name.clone(), None),
        Op::RemoveTable { table } => of_table("table_removed", table),
        Op::RestoreTable { table } => of_table("table_restored", table),
        Op::MoveTable { table, .. } => of_table("table_moved", table),
        Op::RelabelTable {
            table,
            before,
            after,
        } => (
            "table_changed",
            Some(*table),
            before.name.clone(),
            Some(after.name.clone()),
        ),
        Op::AddField { table, field, .. } => {
            ("field_added", Some(*table), field.name.clone(), None)
        }
        Op::RemoveField { table, field } => of_field("field_removed", table, *field),
        Op::RestoreField { table, field } => of_field("field_restored", table, *field),
        Op::MoveField { table, field, .. } => of_field("field_moved", table, *field),
        Op::AlterField {
            table,
            before,
            after,
        } => (
            "field_changed",
            Some(*table),
            before.name.clone(),
            Some(after.name.clone()),
        ),
        Op::AddView { table, view } => ("view_added", Some(*table), view.name.clone(), None),
        Op::RemoveView { table, view } => of_view("view_removed", table, *view),
        Op::RestoreView { table, view } => of_view("view_restored", table, *view),
        Op::AlterView {
            table,
            before,
            after,
        } => (
            "view_changed",
            Some(*table),
            before.name.clone(),
            Some(after.name.clone()),
        ),
        Op::AppendRecords { table, .. }
        | Op::RemoveRecords { table, .. }
        | Op::RestoreRecords { table, .. }
        | Op::SetCells { table, .. } => of_table("records", table),
    }
}

fn preview_of(
    base: &OpenBase,
    client: &Client,
    command: &Command,
) -> Result<Json<TakeBackPreview>, ApiError> {
    let Preview {
        result,
        n_cells,
        n_removed,
        n_restored,
        n_schema,
    } = base.handle.dry_run(&client.actor(), command)?;
    let snapshot = base.handle.snapshot();
    let conflicts = result.kept.iter().map(|kept| {
        let (table, record) = (kept.table.unwrap_or_default(), kept.record);
        let place = Place {
            table,
            record: record.unwrap_or_default(),
        };
        let field = kept
            .field
            .and_then(|field| field_by_id(&snapshot, table, field));
        let states = [&kept.then, &kept.now];
        let mut view = ChangeView::new(&snapshot, place, field, states);
        view.name.clone_from(&kept.name);
        if record.is_none() {
            view.record.clear();
            view.record_title.clear();
        }
        view
    });
    Ok(Json(TakeBackPreview {
        n_cells,
        n_records_removed: n_removed,
        n_records_restored: n_restored,
        n_schema,
        n_conflicts: result.n_kept,
        conflicts: conflicts.collect(),
    }))
}

/// What taking the step back would do now, leaving what was changed since as it is; nothing is changed.
#[utoipa::path(get, path = "/bases/{base}/history/{revision}/preview", tag = "history",
    params(("base" = String, Path), ("revision" = u64, Path)),
    responses((status = 200, body = TakeBackPreview), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn preview(
    State(app): State<App>,
    Path((base, revision)): Path<(String, u64)>,
    client: Client,
) -> Result<Json<TakeBackPreview>, ApiError> {
    let base = app.base(&base).await?;
    off_loop(move || {
        let command = Command::TakeBack {
            revision,
            keep_later: true,
        };
        preview_of(&base, &client, &command)
    })
    .await?
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RestoreParams {
    /// The transaction after which the table is wanted.
    pub revision: u64,
}

/// What bringing the table back to a moment would do; nothing is changed.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/restore_preview", tag = "history",
    params(("base" = String, Path), ("table" = String, Path), RestoreParams),
    responses((status = 200, body = TakeBackPreview), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn restore_preview(
    State(app): State<App>,
    Path((base, table)): Path<(String, String)>,
    Query(params): Query<RestoreParams>,
    client: Client,
) -> Result<Json<TakeBackPreview>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    off_loop(move || {
        let command = Command::RestoreTableTo {
            table,
            revision: params.revision,
        };
        preview_of(&base, &client, &command)
    })
    .await?
}
