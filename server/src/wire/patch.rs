//! Patches as socket messages, cut down to what one session shows.

use super::cell::{CellStyle, write_cells, write_linked_cells, write_notes, write_text};
use super::window::PLAIN;
use crate::limits::PATCH_CELLS;
use engine::patch::{Patch, PatchColumn, UndoState};
use std::collections::{BTreeMap, HashSet};
use table::{
    id::{RecordId, TableId},
    schema::Schema,
};

/// What a session shows, as far as patches are concerned.
pub struct Watched<'a> {
    pub table: Option<TableId>,
    /// The records in its window, asked for only when a patch is too large to send whole.
    pub records: &'a dyn Fn() -> HashSet<RecordId>,
}

/// Who receives a patch.
pub struct Receiver<'a> {
    /// True where the patch is this session's own doing (its actor), so that undo state concerns it.
    pub is_actor: bool,
    /// True where `client_id` is one of this session's own commands.
    pub is_sender: bool,
    pub watched: Watched<'a>,
}

/// The message `{"type":"patch",…}`.
pub fn write_patch(patch: &Patch, schema: &Schema, to_whom: &Receiver<'_>) -> String {
    let mut order_changed: Vec<TableId> = patch.order_changed.clone();
    let mut to = Vec::with_capacity(512);
    to.extend_from_slice(
        format!("{{\"type\":\"patch\",\"revision\":{}", patch.revision.0).as_bytes(),
    );
    text_field(&mut to, "actor", &patch.actor.0);
    if let Some(client_id) = patch.client_id.as_deref().filter(|_| to_whom.is_sender) {
        text_field(&mut to, "client_id", client_id);
    }
    text_field(&mut to, "label", &patch.label);
    to.extend_from_slice(format!(",\"schema_changed\":{}", patch.schema.is_some()).as_bytes());
    write_columns(&mut to, patch, schema, &to_whom.watched, &mut order_changed);
    let appended: BTreeMap<String, u64> = patch
        .appended
        .iter()
        .map(|(table, n)| (table.to_string(), *n))
        .collect();
    json_field(&mut to, "appended", &appended);
    let removed: BTreeMap<String, Vec<RecordId>> = patch
        .removed
        .iter()
        .filter(|(table, _)| Some(*table) == to_whom.watched.table)
        .map(|(table, records)| {
            let cut = records.iter().take(PATCH_CELLS).copied().collect();
            (table.to_string(), cut)
        })
        .collect();
    for (table, _) in patch
        .removed
        .iter()
        .filter(|(_, records)| records.len() > PATCH_CELLS)
    {
        order_changed.push(*table);
    }
    json_field(&mut to, "removed", &removed);
    // What is not sent is told: the client may have asked for a table whose watch is still on its way.
    let touched = patch.cells.iter().map(|part| part.table);
    let touched = touched.chain(patch.removed.iter().map(|(table, _)| *table));
    order_changed.extend(touched.filter(|table| Some(*table) != to_whom.watched.table));
    order_changed.sort_unstable();
    order_changed.dedup();
    json_field(&mut to, "order_changed", &order_changed);
    if !patch.recomputed.is_empty() {
        json_field(&mut to, "recomputed", &patch.recomputed);
    }
    if to_whom.is_actor {
        json_field(&mut to, "undo", &undo_json(&patch.undo));
    }
    to.push(b'}');
    // Every writer above writes UTF-8.
    String::from_utf8(to).unwrap_or_default()
}

/// `{can_undo, can_redo, undo_label, redo_label}` without absent labels.
pub fn undo_json(undo: &UndoState) -> super::schema::UndoView {
    super::schema::UndoView {
        can_undo: undo.can_undo,
        can_redo: undo.can_redo,
        undo_label: undo.undo_label.clone(),
        redo_label: undo.redo_label.clone(),
    }
}

fn write_columns(
    to: &mut Vec<u8>,
    patch: &Patch,
    schema: &Schema,
    watched: &Watched<'_>,
    order_changed: &mut Vec<TableId>,
) {
    let seen: Vec<&PatchColumn> = patch
        .cells
        .iter()
        .filter(|part| Some(part.table) == watched.table)
        .collect();
    let n_cells: usize = seen.iter().map(|part| part.records.len()).sum();
    let cut = (n_cells > PATCH_CELLS).then(|| (watched.records)());
    if cut.is_some() {
        order_changed.extend(watched.table);
    }
    to.extend_from_slice(b",\"cells\":[");
    let mut is_first = true;
    for part in seen {
        let kept = match &cut {
            None => None,
            Some(shown) => {
                let positions: Vec<usize> = (0..part.records.len())
                    .filter(|at| shown.contains(&part.records[*at]))
                    .collect();
                if positions.is_empty() {
                    continue;
                }
                Some(PatchColumn {
                    table: part.table,
                    field: part.field,
                    records: positions.iter().map(|at| part.records[*at]).collect(),
                    cells: part.cells.gather(&positions),
                    links: part
                        .links
                        .as_ref()
                        .map(|links| positions.iter().map(|at| links[*at].clone()).collect()),
                })
            }
        };
        if !is_first {
            to.push(b',');
        }
        is_first = false;
        write_column(to, kept.as_ref().unwrap_or(part), schema);
    }
    to.push(b']');
}

fn write_column(to: &mut Vec<u8>, part: &PatchColumn, schema: &Schema) {
    let style = schema
        .any_table(part.table)
        .and_then(|table| table.any_field(part.field))
        .map_or(PLAIN, |field| CellStyle::of(&field.field_type));
    to.extend_from_slice(
        format!(
            "{{\"table\":\"{}\",\"field\":\"{}\"",
            part.table, part.field
        )
        .as_bytes(),
    );
    json_field(to, "records", &part.records);
    to.extend_from_slice(b",\"cells\":");
    match &part.links {
        Some(links) => write_linked_cells(to, &part.cells, links, style),
        None => write_cells(to, &part.cells, style),
    }
    if !part.cells.notes().is_empty() {
        to.extend_from_slice(b",\"notes\":");
        write_notes(to, &part.cells);
    }
    to.push(b'}');
}

fn text_field(to: &mut Vec<u8>, name: &str, text: &str) {
    to.extend_from_slice(format!(",\"{name}\":").as_bytes());
    write_text(to, text);
}

fn json_field(to: &mut Vec<u8>, name: &str, value: &impl serde::Serialize) {
    to.extend_from_slice(format!(",\"{name}\":").as_bytes());
    // Plain maps and lists into a Vec cannot fail.
    let _ = serde_json::to_writer(to, value);
}
