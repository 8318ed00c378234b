//! Editing cells: reading input by the field's type, new select options, the lock on hand-edited AI cells.

use super::{CellEdit, CellInput, Draft, links};
use crate::{
    error::CommandError,
    limits::{CELLS_PER_COMMAND, NEW_OPTIONS},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use table::{
    ai::{AiNote, AiState},
    column::{Column, ColumnKind},
    field::{Field, FieldType, LinkSpec, SelectOption, select::split_names},
    id::{FieldId, OptionId, RecordId, TableId},
    limits::{OPTIONS_PER_FIELD, TEXT_CELL_BYTES},
    op::Op,
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

pub(crate) fn set(
    draft: &mut Draft,
    table: TableId,
    edits: &[CellEdit],
    add_options: bool,
) -> Result<(), CommandError> {
    expect_count(edits.len())?;
    // The last edit of a cell wins.
    let mut by_field: BTreeMap<FieldId, BTreeMap<RecordId, &CellInput>> = BTreeMap::new();
    for edit in edits {
        by_field
            .entry(edit.field)
            .or_default()
            .insert(edit.record, &edit.value);
    }
    let records: Vec<RecordId> = edits
        .iter()
        .map(|edit| edit.record)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    draft.expect_live(table, &records)?;
    for (field, cells) in by_field {
        let (records, inputs): (Vec<RecordId>, Vec<&CellInput>) = cells.into_iter().unzip();
        write(draft, table, field, &records, &inputs, add_options)?;
    }
    Ok(())
}

pub(crate) fn expect_count(n: usize) -> Result<(), CommandError> {
    match n > CELLS_PER_COMMAND {
        true => Err(CommandError::too_large(
            "个单元格",
            "cells",
            n as u64,
            CELLS_PER_COMMAND as u64,
        )),
        false => Ok(()),
    }
}

/// Sets one field of distinct live records.
pub(crate) fn write(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
    records: &[RecordId],
    inputs: &[&CellInput],
    add_options: bool,
) -> Result<(), CommandError> {
    if add_options {
        add_missing_options(draft, table, field, inputs)?;
    }
    let field = draft.field(table, field)?.clone();
    let cells = read(&draft.snapshot, &field, inputs)?;
    draft.result.n_misfits += cells
        .side()
        .values()
        .filter(|side| matches!(side, table::column::Side::Misfit(_)))
        .count() as u64;
    draft.result.n_cells += draft.set_cells(table, field.edited_column().0, records, &cells)?;
    Ok(())
}

/// One cell per input. Hand-edited AI cells are locked, cleared ones are free again.
pub(crate) fn read(
    snapshot: &Snapshot,
    field: &Field,
    inputs: &[&CellInput],
) -> Result<Column, CommandError> {
    if !field.is_editable() {
        return Err(CommandError::field_not_editable(&field.name));
    }
    if let Some(link) = field.link() {
        return read_links(snapshot, field, link, inputs);
    }
    let mut cells = Column::blank(field.field_type.kind(), inputs.len());
    for (at, input) in inputs.iter().enumerate() {
        let state = read_cell(field, input)?;
        if field.is_ai() && !state.is_blank() {
            let locked = AiNote {
                state: AiState::Locked,
                keys: Vec::new(),
                reason: None,
                by: None,
            };
            cells.set_note(at, Some(Arc::new(locked)));
        }
        cells.set(at, state);
    }
    Ok(cells)
}

/// The records that ids or texts mean.
fn read_links(
    snapshot: &Snapshot,
    field: &Field,
    link: &LinkSpec,
    inputs: &[&CellInput],
) -> Result<Column, CommandError> {
    let has_text = |input: &&&CellInput| matches!(input, CellInput::Text(_));
    let names = inputs
        .iter()
        .find(has_text)
        .map(|_| links::Names::of(snapshot, link.table));
    let mut cells = Column::blank(ColumnKind::Links, inputs.len());
    for (at, input) in inputs.iter().enumerate() {
        let state = match (input, &names) {
            (CellInput::Text(text), Some(names)) => {
                expect_short(field, text)?;
                names.read(link, text)
            }
            (CellInput::Value(CellState::Value(CellValue::Links(records))), _) => {
                links::checked(snapshot, field, link, records)?
            }
            (CellInput::Value(CellState::Misfit(text)), _) => {
                expect_short(field, text)?;
                CellState::Misfit(text.clone())
            }
            (CellInput::Value(state), _) if !state.is_blank() => {
                return Err(CommandError::wrong_kind(&field.name));
            }
            _ => CellState::BLANK,
        };
        cells.set(at, state);
    }
    Ok(cells)
}

fn read_cell(field: &Field, input: &CellInput) -> Result<CellState, CommandError> {
    let state = match input {
        CellInput::Clear => return Ok(CellState::BLANK),
        CellInput::Text(text) => {
            expect_short(field, text)?;
            field.field_type.parse(text)
        }
        CellInput::Value(state) => state.clone(),
    };
    match &state {
        CellState::Misfit(text) => expect_short(field, text)?,
        CellState::Error(_) | CellState::Pending => {
            return Err(CommandError::wrong_kind(&field.name));
        }
        CellState::Value(value) => expect_fit(field, value)?,
    }
    Ok(state)
}

fn expect_short(field: &Field, text: &str) -> Result<(), CommandError> {
    match text.len() > TEXT_CELL_BYTES {
        true => Err(CommandError::too_large(
            "字节的文字（每格）",
            "bytes of text in a cell",
            text.len() as u64,
            TEXT_CELL_BYTES as u64,
        )
        .at(&field.name)),
        false => Ok(()),
    }
}

fn expect_fit(field: &Field, value: &CellValue) -> Result<(), CommandError> {
    let kind = field.field_type.kind();
    let fits = match (value, kind) {
        (CellValue::Blank, _) => true,
        (CellValue::Number(x), ColumnKind::Number) | (CellValue::Date(x), ColumnKind::Date) => {
            x.is_finite()
        }
        (CellValue::Bool(_), ColumnKind::Bool) => true,
        (CellValue::Text(text), ColumnKind::Text) => return expect_short(field, text),
        (CellValue::Options(ids), ColumnKind::Options) => {
            let known = field.field_type.options().unwrap_or_default();
            let single = matches!(field.field_type, FieldType::Select { .. });
            (!single || ids.len() <= 1)
                && ids
                    .iter()
                    .all(|id| known.iter().any(|option| option.id == *id))
        }
        (CellValue::Attachments(_), ColumnKind::Attachments) => true,
        (CellValue::Links(_), ColumnKind::Links) => true,
        (_, ColumnKind::Mixed) => true,
        _ => false,
    };
    match fits {
        true => Ok(()),
        false => Err(CommandError::wrong_kind(&field.name)),
    }
}

/// Unknown names among typed texts become options of the field, in the order of appearance.
fn add_missing_options(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
    inputs: &[&CellInput],
) -> Result<(), CommandError> {
    let before = draft.field(table, field)?.clone();
    let mut next = draft.schema().next_option(field);
    let mut after = before.clone();
    let many = after.field_type.holds_many();
    let Some(options) = after.field_type.options_mut() else {
        return Ok(());
    };
    let mut known: BTreeSet<String> = options.iter().map(|option| option.name.clone()).collect();
    let mut n_new = 0;
    for input in inputs {
        let CellInput::Text(text) = input else {
            continue;
        };
        let names = match many {
            true => split_names(text),
            false => vec![text.trim()],
        };
        for name in names {
            if name.is_empty()
                || known.contains(name)
                || name.chars().count() > table::limits::NAME_CHARS
            {
                continue;
            }
            // Beyond the bound names stay misfits, as without `add_options`.
            if n_new >= NEW_OPTIONS || options.len() >= OPTIONS_PER_FIELD {
                break;
            }
            let color = (options.len() % 12) as u8;
            options.push(SelectOption {
                id: OptionId(next),
                name: name.to_owned(),
                color,
            });
            known.insert(name.to_owned());
            next = next.saturating_add(1);
            n_new += 1;
        }
    }
    match n_new {
        0 => Ok(()),
        _ => draft.push(Op::AlterField {
            table,
            before,
            after,
        }),
    }
}
