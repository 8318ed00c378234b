//! `/bases/{base}/trash`: removed tables, fields, views and records of the last 30 days, the newest first.

use super::change::title;
use crate::{
    app::{App, off_loop},
    error::ApiError,
    limits::{TRASH_DAYS, TRASH_RECORDS, TRASH_STEPS},
    wire::{ErrorBody, Json, Path},
};
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeSet;
use table::{
    id::{FieldId, RecordId, TableId, ViewId},
    op::{Op, Transaction},
    snapshot::Snapshot,
};
use utoipa::ToSchema;

/// Labels of transactions that put something into the trash because somebody wanted it there.
const LABELS: [&str; 6] = [
    "delete_table",
    "delete_field",
    "delete_view",
    "delete_records",
    "take_back",
    "restore_table_to",
];

/// Something in the trash.
#[derive(Serialize, ToSchema)]
pub struct TrashItem {
    /// `table`, `field`, `view` or `records`.
    pub kind: String,
    pub table: String,
    pub table_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// Of the table, field or view; of records what the first one is called.
    pub name: String,
    /// Records in it.
    pub n_records: u64,
    /// The first 1,000 removed records.
    pub records: Vec<String>,
    /// What put it there.
    pub revision: u64,
    pub at_ms: i64,
    pub actor: String,
    /// When it leaves the trash.
    pub gone_at_ms: i64,
}

/// What lies in the trash.
#[utoipa::path(get, path = "/bases/{base}/trash", tag = "history", params(("base" = String, Path)),
    responses((status = 200, body = Vec<TrashItem>), (status = 404, body = ErrorBody)))]
pub async fn list(
    State(app): State<App>,
    Path(base): Path<String>,
) -> Result<Json<Vec<TrashItem>>, ApiError> {
    let base = app.base(&base).await?;
    let now_ms = crate::instance::local_clock().now_ms;
    off_loop(move || {
        let since_ms = now_ms - TRASH_DAYS * DAY_MS;
        let found = base
            .handle
            .reader()
            .labelled(&LABELS, since_ms, TRASH_STEPS);
        let found = found.map_err(|cause| ApiError::internal("read the history", cause))?;
        let snapshot = base.handle.snapshot();
        let mut trash = Trash::new(&snapshot);
        for revision in found {
            for transaction in base.transactions(revision, 1)? {
                trash.note(&transaction);
            }
        }
        Ok(Json(trash.items))
    })
    .await?
}

const DAY_MS: i64 = 86_400_000;

struct Trash<'a> {
    snapshot: &'a Snapshot,
    items: Vec<TrashItem>,
    /// Listed already, by something newer.
    tables: BTreeSet<TableId>,
    fields: BTreeSet<FieldId>,
    views: BTreeSet<ViewId>,
    records: BTreeSet<(TableId, RecordId)>,
}

impl Trash<'_> {
    fn new(snapshot: &Snapshot) -> Trash<'_> {
        Trash {
            snapshot,
            items: Vec::new(),
            tables: BTreeSet::new(),
            fields: BTreeSet::new(),
            views: BTreeSet::new(),
            records: BTreeSet::new(),
        }
    }

    fn note(&mut self, by: &Transaction) {
        for op in by.ops.iter().rev() {
            match op {
                Op::RemoveTable { table } => self.note_table(by, *table),
                Op::RemoveField { table, field } => self.note_field(by, *table, *field),
                Op::RemoveView { table, view } => self.note_view(by, *table, *view),
                Op::RemoveRecords { table, records } => self.note_records(by, *table, records),
                _ => {}
            }
        }
    }

    fn item(&self, by: &Transaction, kind: &str, table: TableId, name: &str) -> TrashItem {
        let owner = self.snapshot.schema.any_table(table);
        TrashItem {
            kind: kind.into(),
            table: table.to_string(),
            table_name: owner.map(|owner| owner.name.clone()).unwrap_or_default(),
            field: None,
            view: None,
            name: name.into(),
            n_records: 0,
            records: Vec::new(),
            revision: by.revision.0,
            at_ms: by.at_ms,
            actor: by.actor.to_string(),
            gone_at_ms: by.at_ms + TRASH_DAYS * DAY_MS,
        }
    }

    fn note_table(&mut self, by: &Transaction, table: TableId) {
        let owner = self.snapshot.schema.any_table(table);
        let Some(owner) = owner.filter(|owner| owner.removed) else {
            return;
        };
        if self.tables.insert(table) {
            let n_records = self.snapshot.data(table).map_or(0, |data| data.n_live);
            self.items.push(TrashItem {
                n_records,
                ..self.item(by, "table", table, &owner.name)
            });
        }
    }

    fn note_field(&mut self, by: &Transaction, table: TableId, field: FieldId) {
        // What a removed table holds comes back with it.
        let owner = self.snapshot.schema.table(table);
        let removed = owner.and_then(|owner| owner.any_field(field));
        let Some(removed) = removed.filter(|field| field.removed) else {
            return;
        };
        if self.fields.insert(field) {
            self.items.push(TrashItem {
                field: Some(field.to_string()),
                ..self.item(by, "field", table, &removed.name)
            });
        }
    }

    fn note_view(&mut self, by: &Transaction, table: TableId, view: ViewId) {
        let owner = self.snapshot.schema.table(table);
        let removed = owner.and_then(|owner| owner.views.iter().find(|other| other.id == view));
        let Some(removed) = removed.filter(|view| view.removed) else {
            return;
        };
        if self.views.insert(view) {
            self.items.push(TrashItem {
                view: Some(view.to_string()),
                ..self.item(by, "view", table, &removed.name)
            });
        }
    }

    fn note_records(&mut self, by: &Transaction, table: TableId, records: &[RecordId]) {
        if self.snapshot.schema.table(table).is_none() {
            return;
        }
        let Some(data) = self.snapshot.data(table) else {
            return;
        };
        let lie_there = records
            .iter()
            .filter(|record| data.find(**record).is_some() && !data.is_live(**record));
        let fresh: Vec<RecordId> = lie_there
            .filter(|record| self.records.insert((table, **record)))
            .copied()
            .collect();
        let Some(first) = fresh.first() else {
            return;
        };
        let shown = fresh.iter().take(TRASH_RECORDS);
        self.items.push(TrashItem {
            n_records: fresh.len() as u64,
            records: shown.map(RecordId::to_string).collect(),
            ..self.item(by, "records", table, &title(self.snapshot, table, *first))
        });
    }
}
