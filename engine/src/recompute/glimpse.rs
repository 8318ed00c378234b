//! A look at rows whose formula cells are still being filled in the background: computed on the spot, for a window.
//!
//! Law: nothing here is kept or published; the cells are those that the background will bring.

use super::{
    Graph, Rows,
    run::{Env, compute},
};
use std::collections::BTreeSet;
use table::{
    column::Column,
    id::{FieldId, RecordId, TableId},
    snapshot::Snapshot,
};

/// Replaces the cells of fields that are being filled. What depends on cells of other tables that are being filled
/// stays as it is.
pub(crate) fn glimpse(
    snapshot: &Snapshot,
    graph: &Graph,
    env: Env,
    table: TableId,
    records: &[RecordId],
    columns: &mut [(FieldId, Column)],
) {
    let is_shown = |field: FieldId| columns.iter().any(|(shown, _)| *shown == field);
    let Some(data) = snapshot.data(table) else {
        return;
    };
    if records.is_empty() || !env.filling.iter().any(|field| is_shown(*field)) {
        return;
    }
    let rows = Rows::from_records(data, records);
    let mut seen = snapshot.clone();
    let mut unknown: BTreeSet<FieldId> = env.filling.clone();
    let mut known: BTreeSet<FieldId> = BTreeSet::new();
    let nodes = graph.nodes.iter().filter(|node| node.table == table);
    for node in nodes.filter(|node| env.filling.contains(&node.field)) {
        let others = node.others.values().flatten();
        let reads_old = others.chain(&node.own).any(|read| {
            // Its own records were computed here; the rest of a column was not.
            let is_own =
                node.own.contains(read) && !node.others.values().any(|of| of.contains(read));
            unknown.contains(read) && !(is_own && known.contains(read))
        });
        if !reads_old {
            compute(&mut seen, node, &rows, env);
            known.insert(node.field);
        }
    }
    unknown.retain(|field| !known.contains(field));
    for (field, cells) in columns {
        let column = seen.schema.field(*field).map(|(_, field)| field.column);
        if let (Some(column), true) = (column, known.contains(field))
            && let Some(data) = seen.data(table)
            && let Ok(fresh) = data.gather(column, cells.kind(), records)
        {
            *cells = fresh;
        }
    }
}
