//! Changing a field: its name, its words, its type. A new type gets a new column with converted cells; the
//! old column stays where it is, so that undo brings back exactly what was there.

use super::{Draft, NewFieldType, compile, fields, given, links, names};
use crate::{
    error::CommandError,
    limits::{NEW_OPTIONS, PREVIEW_SAMPLES},
    query::RetypePreview,
};
use std::collections::BTreeMap;
use table::{
    column::Column,
    field::{
        Field, FieldType, LinkSpec,
        convert::convert,
        select::{options_from, split_names},
    },
    id::{ColumnId, FieldId, OptionId, TableId},
    op::Op,
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

pub(crate) fn update(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
    name: Option<&str>,
    description: Option<&str>,
    field_type: Option<&NewFieldType>,
) -> Result<(), CommandError> {
    let before = draft.field(table, field)?.clone();
    let mut after = before.clone();
    if let Some(name) = name {
        let others = draft
            .table(table)?
            .live_fields()
            .filter(|other| other.id != field);
        after.name = names::unique(name, others.map(|other| other.name.as_str()))?;
    }
    if let Some(text) = description {
        after.description = text.trim().to_owned();
    }
    if let Some(new) = field_type {
        let mut to = compile::field_type(draft.schema(), table, Some(field), new)?;
        complete_options(&draft.snapshot, table, &before, &mut to);
        after.field_type = to;
        after = given::keep_count(&before, after);
    }
    draft.result.fields.push(field);
    if after == before {
        return Ok(());
    }
    if same_cells(&before.field_type, &after.field_type) {
        let (after, mirror) = fields::with_mirror(draft, table, after)?;
        draft.push(Op::AlterField {
            table,
            before,
            after,
        })?;
        fields::add_mirror(draft, mirror)?;
        return links::rebuild_mirror(draft, field);
    }
    after.column = ColumnId(draft.schema().next.column);
    let (after, mirror) = fields::with_mirror(draft, table, after)?;
    let (from, to, column) = (before.clone(), after.field_type.clone(), after.column);
    draft.push(Op::AlterField {
        table,
        before,
        after,
    })?;
    fields::add_mirror(draft, mirror)?;
    if let FieldType::Link(link) = &to {
        write_links(draft, table, &from, link)?;
        return links::rebuild_mirror(draft, field);
    }
    // Moments and makers come from the writer, whatever stood there.
    let is_computed = matches!(to, FieldType::Formula(_));
    if is_computed || to.is_given() && !matches!(to, FieldType::AutoNumber { .. }) {
        return Ok(());
    }
    write_converted(draft, table, &from, &to, column)
}

/// One `SetCells` per segment; removed records are converted too, they may come back.
fn write_converted(
    draft: &mut Draft,
    table: TableId,
    from: &Field,
    to: &FieldType,
    column: ColumnId,
) -> Result<(), CommandError> {
    let data = draft.data(table)?.clone();
    for segment in &data.segments {
        let Some(old) = segment.column(from.column) else {
            continue;
        };
        let converted = convert(old, shown_type(&from.field_type), to);
        let filled: Vec<usize> = (0..converted.len())
            .filter(|&at| !converted.get(at).is_blank())
            .collect();
        if filled.is_empty() {
            continue;
        }
        draft.result.n_cells += filled.len() as u64;
        draft.result.n_misfits += filled
            .iter()
            .filter(|&&at| matches!(converted.get(at), CellState::Misfit(_)))
            .count() as u64;
        let mut after = converted.gather(&filled);
        let notes: Vec<u32> = after.notes().keys().copied().collect();
        for at in notes {
            after.set_note(at as usize, None);
        }
        draft.push(Op::SetCells {
            table,
            column,
            records: filled.iter().map(|&at| segment.ids()[at]).collect(),
            before: Column::blank(after.kind(), filled.len()),
            after,
        })?;
    }
    Ok(())
}

/// As [`write_converted`], into a column of linked records.
fn write_links(
    draft: &mut Draft,
    table: TableId,
    from: &Field,
    to: &LinkSpec,
) -> Result<(), CommandError> {
    let data = draft.data(table)?.clone();
    let names = links::Names::of(&draft.snapshot, to.table);
    for segment in &data.segments {
        let Some(old) = segment.column(from.column) else {
            continue;
        };
        let ids = from.link().and_then(|link| segment.column(link.ids));
        let converted = links::converted(old, ids.map(|ids| &**ids), from, to, &names);
        let filled: Vec<usize> = (0..converted.len())
            .filter(|&at| !converted.get(at).is_blank())
            .collect();
        if filled.is_empty() {
            continue;
        }
        draft.result.n_cells += filled.len() as u64;
        draft.result.n_misfits += converted.side().len() as u64;
        draft.push(Op::SetCells {
            table,
            column: to.ids,
            records: filled.iter().map(|&at| segment.ids()[at]).collect(),
            before: Column::blank(converted.kind(), filled.len()),
            after: converted.gather(&filled),
        })?;
    }
    Ok(())
}

/// A formula's cells are those of its result type.
pub(crate) fn shown_type(field_type: &FieldType) -> &FieldType {
    match field_type {
        FieldType::Formula(spec) => &spec.result,
        plain => plain,
    }
}

/// True where the cells of `from` are valid cells of `to` as they stand.
fn same_cells(from: &FieldType, to: &FieldType) -> bool {
    use FieldType as T;
    match (from, to) {
        (T::Select { options: a }, T::Select { options: b })
        | (T::MultiSelect { options: a }, T::MultiSelect { options: b })
        | (T::Person { options: a }, T::Person { options: b }) => {
            a.iter().all(|old| b.iter().any(|new| new.id == old.id))
        }
        (T::Formula(a), T::Formula(b)) => {
            a.ai.is_some() == b.ai.is_some() && a.result.kind() == b.result.kind()
        }
        (T::Rating { max: a }, T::Rating { max: b }) => a == b,
        // One record at most is less than many.
        (T::Link(a), T::Link(b)) => a.ids == b.ids,
        _ => std::mem::discriminant(from) == std::mem::discriminant(to),
    }
}

/// A select without options takes those of the old select, or the distinct texts of the field.
fn complete_options(snapshot: &Snapshot, table: TableId, from: &Field, to: &mut FieldType) {
    let many = to.holds_many();
    let Some(options) = to.options_mut() else {
        return;
    };
    if !options.is_empty() {
        return;
    }
    if let Some(old) = from.field_type.options() {
        *options = old.to_vec();
        return;
    }
    let Some(data) = snapshot.data(table) else {
        return;
    };
    let shown = shown_type(&from.field_type);
    // By order of first appearance.
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for (_, segment, at) in data.live_records() {
        let Some(cells) = data.segments[segment].column(from.column) else {
            continue;
        };
        let state = cells.get(at);
        if state.is_blank() {
            continue;
        }
        let text = shown.display(&state);
        let names = if many {
            split_names(&text)
        } else {
            vec![text.trim()]
        };
        for name in names {
            if found.len() >= NEW_OPTIONS {
                break;
            }
            if !name.is_empty() && !found.contains_key(name) {
                found.insert(name.to_owned(), found.len());
            }
        }
    }
    let mut names: Vec<(String, usize)> = found.into_iter().collect();
    names.sort_by_key(|(_, at)| *at);
    *options = options_from(names.iter().map(|(name, _)| name.as_str()));
    // Numbers that the field used before, as another select, stay with those options.
    let first = snapshot.schema.next_option(from.id) - 1;
    for option in options {
        option.id = OptionId(option.id.0.saturating_add(first));
    }
}

/// What the change would do to the live cells.
pub(crate) fn preview(
    snapshot: &Snapshot,
    table: TableId,
    field: FieldId,
    to: &FieldType,
) -> Result<RetypePreview, CommandError> {
    let from = super::draft::field_of(snapshot, table, field)?;
    let mut to = to.clone();
    complete_options(snapshot, table, from, &mut to);
    let mut preview = RetypePreview {
        n_values: 0,
        n_misfits: 0,
        samples: Vec::new(),
    };
    let shown = shown_type(&from.field_type);
    let names = to.link().map(|link| links::Names::of(snapshot, link.table));
    let data = snapshot
        .data(table)
        .ok_or_else(|| CommandError::no_table(table))?;
    for segment in &data.segments {
        let Some(old) = segment.column(from.column) else {
            continue;
        };
        let ids = from.link().and_then(|link| segment.column(link.ids));
        let converted = match (&to, &names) {
            (FieldType::Link(link), Some(names)) => {
                links::converted(old, ids.map(|ids| &**ids), from, link, names)
            }
            _ => convert(old, shown, &to),
        };
        for at in segment.live().ones() {
            match converted.get(at) {
                CellState::Misfit(text) => {
                    preview.n_misfits += 1;
                    if preview.samples.len() < PREVIEW_SAMPLES {
                        preview.samples.push(text.to_string());
                    }
                }
                CellState::Value(CellValue::Blank) => continue,
                _ => {}
            }
            preview.n_values += 1;
        }
    }
    Ok(preview)
}
