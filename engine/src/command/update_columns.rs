//! Cells of many records, column by column, as an import into an existing table has them.
//!
//! Function: [`update`]. Law: a cell is changed only while it holds what the sender saw, so that nobody's edit between a
//! comparison and its application is lost; one that does not is a refusal of the whole command. Tests:
//! `engine/tests/engine/update_columns.rs`.

use super::{
    ColumnEdit, Draft,
    cells::expect_count,
    links,
    records::{n_misfits, options_known},
};
use crate::error::CommandError;
use std::{collections::BTreeSet, sync::Arc};
use table::{
    ai::{AiNote, AiState},
    column::{Column, ColumnKind},
    field::Field,
    id::{RecordId, TableId},
};

pub(crate) fn update(
    draft: &mut Draft,
    table: TableId,
    edits: &[ColumnEdit],
) -> Result<(), CommandError> {
    expect_count(edits.iter().map(|edit| edit.records.len()).sum())?;
    let records: BTreeSet<RecordId> = edits
        .iter()
        .flat_map(|edit| &edit.records)
        .copied()
        .collect();
    let records: Vec<RecordId> = records.into_iter().collect();
    draft.expect_live(table, &records)?;
    for edit in edits {
        let field = draft.field(table, edit.field)?.clone();
        let after = checked(draft, table, &field, edit)?;
        draft.result.n_misfits += n_misfits(&after);
        let column = field.edited_column().0;
        draft.result.n_cells += draft.set_cells(table, column, &edit.records, &after)?;
    }
    draft.result.n_records += records.len() as u64;
    Ok(())
}

/// The new cells as the field keeps them.
fn checked(
    draft: &Draft,
    table: TableId,
    field: &Field,
    edit: &ColumnEdit,
) -> Result<Column, CommandError> {
    let (kind, n) = (field.field_type.kind(), edit.records.len());
    let distinct: BTreeSet<&RecordId> = edit.records.iter().collect();
    let fits = |column: &Column| column.kind() == kind && column.len() == n;
    if !field.is_editable() {
        return Err(CommandError::field_not_editable(&field.name));
    }
    if !fits(&edit.after) || !fits(&edit.seen) || distinct.len() != n {
        return Err(CommandError::wrong_kind(&field.name));
    }
    if let Some(known) = field.field_type.options()
        && kind == ColumnKind::Options
        && !options_known(&edit.after, known)
    {
        return Err(CommandError::wrong_kind(&field.name));
    }
    let now = draft
        .data(table)?
        .gather(field.column, kind, &edit.records)?;
    if (0..n).any(|at| now.get(at) != edit.seen.get(at)) {
        return Err(CommandError::cell_changed(&field.name));
    }
    if let Some(link) = field.link() {
        // A file has names.
        let names = links::Names::of(&draft.snapshot, link.table);
        return Ok(links::converted(&edit.after, None, field, link, &names));
    }
    let mut after = Column::clone(&edit.after);
    if field.is_ai() {
        let locked = Arc::new(AiNote {
            state: AiState::Locked,
            keys: Vec::new(),
            reason: None,
            by: None,
        });
        for at in 0..n {
            let is_set = !after.get(at).is_blank();
            after.set_note(at, is_set.then(|| locked.clone()));
        }
    }
    Ok(after)
}
