//! What a committed candidate changed, as a patch.

use super::{commit::Prepared, state::Writer};
use crate::{
    command::{Draft, filter_fields},
    limits::PATCH_CELLS,
    patch::{Patch, PatchColumn},
    query::window::show_running,
    queue::Queue,
    recompute::Rows,
};
use std::collections::{BTreeMap, BTreeSet};
use table::{
    field::{
        LinkSpec,
        link::{Linked, linked},
    },
    id::{ColumnId, FieldId, RecordId, TableId},
    schema::Table,
    snapshot::Snapshot,
};

impl Writer {
    pub fn patch_of(&self, prepared: &Prepared) -> Patch {
        let (draft, snapshot) = (&prepared.draft, &*prepared.snapshot);
        let transaction = &prepared.transaction;
        let mut order_changed: BTreeSet<TableId> = BTreeSet::new();
        let cells = columns(draft, snapshot, &self.shared.queue, &mut order_changed);
        let touched = &draft.touched;
        order_changed.extend(touched.appended.keys().chain(touched.liveness.keys()));
        if touched.schema {
            order_changed.extend(tables_of(&touched.fields, snapshot));
        }
        let removed = touched.liveness.iter().filter_map(|(table, records)| {
            let data = snapshot.data(*table)?;
            let gone: Vec<RecordId> = records
                .iter()
                .filter(|record| !data.is_live(**record))
                .copied()
                .collect();
            (!gone.is_empty() && gone.len() <= PATCH_CELLS).then_some((*table, gone))
        });
        Patch {
            revision: transaction.revision,
            actor: transaction.actor.clone(),
            client_id: transaction.client_id.clone(),
            label: transaction.label.clone(),
            schema: touched.schema.then(|| snapshot.schema.clone()),
            cells,
            appended: touched
                .appended
                .iter()
                .map(|(table, ranges)| (*table, ranges.iter().map(|(_, n)| n).sum()))
                .collect(),
            removed: removed.collect(),
            recomputed: draft.recomputed.clone(),
            order_changed: order_changed.into_iter().collect(),
            resync: false,
            undo: self.undo.state(&transaction.actor),
        }
    }
}

fn tables_of(fields: &BTreeSet<FieldId>, snapshot: &Snapshot) -> Vec<TableId> {
    let holds = |table: &&Table| table.fields.iter().any(|field| fields.contains(&field.id));
    snapshot
        .schema
        .live_tables()
        .filter(holds)
        .map(|table| table.id)
        .collect()
}

/// Changed cells of records that were there before and still are; columns with too many go to `reload`.
fn columns(
    draft: &Draft,
    snapshot: &Snapshot,
    queue: &Queue,
    reload: &mut BTreeSet<TableId>,
) -> Vec<PatchColumn> {
    let mut changed: BTreeMap<(TableId, ColumnId), Rows> = draft.derived.cells.clone();
    for ((table, column), records) in &draft.touched.cells {
        if let Some(data) = snapshot.data(*table) {
            let rows = Rows::from_records(data, records);
            changed.entry((*table, *column)).or_default().union(&rows);
        }
    }
    let changed = by_field(changed, snapshot);
    let mut out = Vec::new();
    for ((table, column), rows) in changed {
        let owner = snapshot.schema.table(table);
        let field = owner
            .and_then(|owner| owner.field_of_column(column))
            .filter(|field| !field.removed);
        let (Some(owner), Some(field), Some(data)) = (owner, field, snapshot.data(table)) else {
            continue;
        };
        if orders_by(owner, field.id) {
            reload.insert(table);
        }
        let Some(mut records) = rows.records(data, PATCH_CELLS) else {
            reload.insert(table);
            continue;
        };
        let first_new = draft
            .touched
            .appended
            .get(&table)
            .and_then(|ranges| ranges.iter().map(|(first, _)| *first).min());
        records.retain(|record| {
            first_new.is_none_or(|first| *record < first) && data.is_live(*record)
        });
        if records.is_empty() {
            continue;
        }
        // Records come from this very snapshot, so they are found; if not, the window says it all.
        match data.gather(column, field.field_type.kind(), &records) {
            Ok(mut cells) => {
                show_running(&mut cells, queue);
                let links = field
                    .link()
                    .map(|link| linked_of(snapshot, table, link, &records));
                out.push(PatchColumn {
                    table,
                    field: field.id,
                    records,
                    cells,
                    links,
                });
            }
            Err(_) => drop(reload.insert(table)),
        }
    }
    out
}

/// Changes of who is linked are changes of what is shown.
fn by_field(
    changed: BTreeMap<(TableId, ColumnId), Rows>,
    snapshot: &Snapshot,
) -> BTreeMap<(TableId, ColumnId), Rows> {
    let mut out: BTreeMap<(TableId, ColumnId), Rows> = BTreeMap::new();
    for ((table, column), rows) in changed {
        let owner = snapshot.schema.any_table(table);
        let field = owner.and_then(|owner| owner.field_of_column(column));
        let shown = field.map_or(column, |field| field.column);
        out.entry((table, shown)).or_default().union(&rows);
    }
    out
}

fn linked_of(
    snapshot: &Snapshot,
    table: TableId,
    link: &LinkSpec,
    records: &[RecordId],
) -> Vec<Vec<Linked>> {
    let of_record = |record: &RecordId| {
        let data = snapshot.data(table)?;
        let (segment, at) = data.find(*record)?;
        let ids = data.segments[segment].column(link.ids);
        Some(linked(snapshot, link, ids.map(|ids| &**ids), at))
    };
    let all = records.iter().map(of_record);
    all.map(Option::unwrap_or_default).collect()
}

/// True if some view filters, sorts or groups by the field.
fn orders_by(table: &Table, field: FieldId) -> bool {
    table.live_views().any(|view| {
        let mut used = Vec::new();
        filter_fields(&view.filter, &mut used);
        used.extend(view.sorts.iter().chain(&view.groups).map(|sort| sort.field));
        used.contains(&field)
    })
}
