//! Undo and redo: the inverted ops of a step as a new transaction, unless someone else changed the same since.

use super::{Draft, Kept, World, fields, given, links, tables, views};
use crate::{ai::is_waiting, error::CommandError, limits::KEPT_SHOWN, undo::Step};
use table::{
    column::{Column, ColumnKind},
    field::Field,
    id::{ColumnId, FieldId, RecordId, TableId},
    op::Op,
    value::CellState,
};

pub(crate) fn newest(draft: &mut Draft, world: &World, redo: bool) -> Result<(), CommandError> {
    let step = world
        .undo
        .newest(world.actor, redo)
        .ok_or_else(|| match redo {
            false => CommandError::new(
                "nothing_to_undo",
                "没有可以撤销的操作。",
                "There is nothing to undo.",
            ),
            true => CommandError::new(
                "nothing_to_redo",
                "没有可以重做的操作。",
                "There is nothing to redo.",
            ),
        })?;
    draft.label = if redo { "redo" } else { "undo" };
    take_back(draft, world, step)
}

pub(crate) fn group(draft: &mut Draft, world: &World, group: &str) -> Result<(), CommandError> {
    let step = world.undo.group(group).ok_or_else(|| {
        CommandError::new(
            "nothing_to_undo",
            "这一批操作已撤销，或时间太久不能撤销。",
            "This was undone already, or it is too long ago.",
        )
        .at(group)
    })?;
    draft.label = "undo";
    take_back(draft, world, step)
}

pub(super) fn too_long_ago() -> CommandError {
    CommandError::new(
        "nothing_to_undo",
        "这步操作的记录已被清理，不能撤销。",
        "The log of this step has been cleared; it can't be undone.",
    )
}

pub(super) fn take_back(draft: &mut Draft, world: &World, step: &Step) -> Result<(), CommandError> {
    draft.undoes = step.revisions.last().copied();
    let mut transactions = Vec::new();
    for revision in step.revisions.iter().rev() {
        let transaction = world
            .reader
            .transaction(*revision)
            .map_err(|error| CommandError::log_unread(&error))?;
        let Some(transaction) = transaction else {
            return Err(too_long_ago());
        };
        transaction.ops.iter().for_each(|op| look_ahead(draft, op));
        transactions.push(transaction);
    }
    for transaction in transactions {
        for op in transaction.inverted_ops() {
            match apply_checked(draft, op) {
                Err(error) if draft.keeps_later && is_gone(&error) => draft.result.n_kept += 1,
                done => done?,
            }
        }
    }
    Ok(())
}

/// What an op would change is there no more, not even in the trash.
fn is_gone(error: &CommandError) -> bool {
    matches!(
        error.code,
        "no_table" | "no_field" | "no_record" | "no_view"
    )
}

/// What was changed since is a refusal, or stays and is told.
fn changed_since(
    draft: &mut Draft,
    kept: Kept,
    [zh, en]: [String; 2],
    at: impl ToString,
) -> Result<(), CommandError> {
    if !draft.keeps_later {
        return Err(conflict(zh, en, at));
    }
    draft.result.n_kept += 1;
    if draft.result.kept.len() < KEPT_SHOWN {
        draft.result.kept.push(kept);
    }
    Ok(())
}

/// A table, field, view or name that was changed since.
fn kept(table: Option<TableId>, field: Option<FieldId>, name: &str) -> Kept {
    Kept {
        table,
        field,
        record: None,
        name: name.to_owned(),
        then: CellState::BLANK,
        now: CellState::BLANK,
    }
}

/// What the step did as a whole, for what its parts alone would look like.
fn look_ahead(draft: &mut Draft, op: &Op) {
    match op {
        Op::AlterField { before, after, .. } => {
            let columns = [before, after].map(|field| [field.column, field.edited_column().0]);
            draft.retyped.extend(columns.into_iter().flatten());
        }
        Op::AddTable { table } => {
            draft.made.insert(table.id);
        }
        Op::RestoreTable { table } => {
            draft.made.insert(*table);
        }
        _ => {}
    }
}

fn conflict(what_zh: String, what_en: String, at: impl ToString) -> CommandError {
    CommandError::new(
        "undo_conflict",
        format!("不能撤销：{what_zh}后来又被修改过。"),
        format!("It can't be undone: {what_en} has been changed since."),
    )
    .hint(
        "请手动改回需要的内容。",
        "Change it back by hand where you need to.",
    )
    .at(at)
}

/// Applies an inverted op where the base still is as the op left it.
fn apply_checked(draft: &mut Draft, op: Op) -> Result<(), CommandError> {
    match op {
        Op::SetCells {
            table,
            column,
            records,
            before,
            after,
        } => set_cells(draft, table, column, &records, &before, after),
        Op::RemoveRecords { table, records } => flag_records(draft, table, records, false),
        Op::RestoreRecords { table, records } => flag_records(draft, table, records, true),
        Op::RemoveTable { table } => match draft.schema().table(table) {
            Some(_) => draft.push(Op::RemoveTable { table }),
            None => Ok(()),
        },
        Op::RestoreTable { table } => tables::restore(draft, table),
        Op::RemoveField { table, field } => {
            let owner = draft.schema().any_table(table);
            match owner.and_then(|owner| Some((owner.field(field)?, owner.live_fields().count()))) {
                Some((last, 1)) if !draft.made.contains(&table) => {
                    let (name, kept) = (
                        last.name.clone(),
                        kept(Some(table), Some(field), &last.name),
                    );
                    let what = [
                        format!("表里的其他字段（只剩“{name}”）"),
                        format!("the other fields (only “{name}” is left)"),
                    ];
                    changed_since(draft, kept, what, field)
                }
                Some(_) => draft.push(Op::RemoveField { table, field }),
                None => Ok(()),
            }
        }
        // What is as wanted already is no change: the log must not say that it was one.
        Op::RestoreField { table, field } => fields::restore(draft, table, field),
        Op::RestoreView { table, view } => views::restore(draft, table, view),
        Op::RemoveView { table, view } => {
            let owner = draft.schema().any_table(table);
            match owner.and_then(|owner| Some((owner.view(view)?, owner.live_views().count()))) {
                Some((last, 1)) if !draft.made.contains(&table) => {
                    let (name, kept) = (last.name.clone(), kept(Some(table), None, &last.name));
                    let what = [
                        format!("表里的其他视图（只剩“{name}”）"),
                        format!("the other views (only “{name}” is left)"),
                    ];
                    changed_since(draft, kept, what, view)
                }
                Some(_) => draft.push(Op::RemoveView { table, view }),
                None => Ok(()),
            }
        }
        Op::MoveField { .. } | Op::MoveTable { .. } => move_checked(draft, op),
        _ => alter_checked(draft, op),
    }
}

/// Names, types and views: only where they still are as the op left them.
fn alter_checked(draft: &mut Draft, op: Op) -> Result<(), CommandError> {
    match op {
        Op::AlterField {
            table,
            before,
            after,
        } => alter_field(draft, table, before, after),
        Op::RelabelTable {
            table,
            before,
            after,
        } => {
            match draft
                .schema()
                .any_table(table)
                .map(table::schema::Table::label)
            {
                Some(current) if current == before => draft.push(Op::RelabelTable {
                    table,
                    before,
                    after,
                }),
                _ => changed_since(
                    draft,
                    kept(Some(table), None, &before.name),
                    [
                        format!("表“{}”", before.name),
                        format!("the table “{}”", before.name),
                    ],
                    table,
                ),
            }
        }
        Op::AlterView {
            table,
            before,
            after,
        } => {
            let owner = draft.schema().any_table(table);
            match owner.and_then(|owner| owner.view(before.id)) {
                Some(current) if *current == before => draft.push(Op::AlterView {
                    table,
                    before,
                    after,
                }),
                _ => changed_since(
                    draft,
                    kept(Some(table), None, &before.name),
                    [
                        format!("视图“{}”", before.name),
                        format!("the view “{}”", before.name),
                    ],
                    before.id,
                ),
            }
        }
        Op::RenameBase { before, .. } if draft.schema().name != before => {
            let what = ["名称".into(), "the name".into()];
            changed_since(draft, kept(None, None, &before), what, before)
        }
        other => draft.push(other),
    }
}

/// A number field keeps how far it has come.
fn alter_field(
    draft: &mut Draft,
    table: TableId,
    before: Field,
    after: Field,
) -> Result<(), CommandError> {
    let owner = draft.schema().any_table(table);
    let current = owner.and_then(|owner| owner.any_field(before.id));
    let Some(current) = current.filter(|current| given::same_but_count(current, &before)) else {
        let what = [
            format!("字段“{}”", before.name),
            format!("the field “{}”", before.name),
        ];
        let kept = kept(Some(table), Some(before.id), &before.name);
        return changed_since(draft, kept, what, before.id);
    };
    let before = current.clone();
    let after = given::keep_count(&before, after);
    match after == before {
        true => Ok(()),
        false => draft.push(Op::AlterField {
            table,
            before,
            after,
        }),
    }
}

/// From wherever it is now back to its place.
fn move_checked(draft: &mut Draft, op: Op) -> Result<(), CommandError> {
    match op {
        Op::MoveField {
            table, field, to, ..
        } => {
            let owner = draft.schema().any_table(table);
            let from =
                owner.and_then(|owner| owner.fields.iter().position(|other| other.id == field));
            match from {
                Some(from) => draft.push(Op::MoveField {
                    table,
                    field,
                    from: from as u32,
                    to,
                }),
                None => Ok(()),
            }
        }
        Op::MoveTable { table, to, .. } => {
            let from = draft
                .schema()
                .tables
                .iter()
                .position(|other| other.id == table);
            match from {
                Some(from) => draft.push(Op::MoveTable {
                    table,
                    from: from as u32,
                    to,
                }),
                None => Ok(()),
            }
        }
        other => draft.push(other),
    }
}

/// Records that someone else removed or restored meanwhile are left as they are.
fn flag_records(
    draft: &mut Draft,
    table: TableId,
    mut records: Vec<RecordId>,
    live: bool,
) -> Result<(), CommandError> {
    let data = draft.data(table)?.clone();
    records.retain(|record| data.is_live(*record) != live);
    draft.result.n_records += records.len() as u64;
    if records.is_empty() {
        return Ok(());
    }
    draft.push(match live {
        true => Op::RestoreRecords { table, records },
        false => Op::RemoveRecords { table, records },
    })
}

fn set_cells(
    draft: &mut Draft,
    table: TableId,
    column: ColumnId,
    records: &[RecordId],
    before: &Column,
    after: Column,
) -> Result<(), CommandError> {
    let owner = draft.schema().any_table(table);
    let field = owner
        .and_then(|owner| owner.field_of_column(column))
        .cloned();
    // What the writer gave stays given; an undo is stamped as the change that it is.
    if field
        .as_ref()
        .is_some_and(|field| field.field_type.is_given())
    {
        return Ok(());
    }
    if field.is_none() && !draft.retyped.contains(&column) {
        return of_another_type(draft, table, records, before);
    }
    let data = draft.data(table)?.clone();
    if before.kind() == ColumnKind::Links {
        let current = data.gather(column, before.kind(), records)?;
        let states = (0..records.len())
            .map(|at| links::undone(&current.get(at), &before.get(at), &after.get(at)));
        let after = Column::from_states(ColumnKind::Links, states);
        draft.result.n_cells += draft.set_cells(table, column, records, &after)?;
        return Ok(());
    }
    let untouched = untouched(
        draft,
        (table, column),
        field.as_ref(),
        records,
        before,
        &after,
    )?;
    let (records, mut after) = match untouched.len() == records.len() {
        true => (records.to_vec(), after),
        false => (
            untouched.iter().map(|at| records[*at]).collect(),
            after.gather(&untouched),
        ),
    };
    settled(&mut after);
    draft.result.n_cells += draft.set_cells(table, column, &records, &after)?;
    Ok(())
}

/// The field has another type by now, and its cells are in another column: to set the old ones would show nothing.
fn of_another_type(
    draft: &mut Draft,
    table: TableId,
    records: &[RecordId],
    before: &Column,
) -> Result<(), CommandError> {
    for (at, record) in records.iter().enumerate() {
        let mut kept = kept(Some(table), None, "");
        kept.record = Some(*record);
        kept.then = before.get(at);
        let what = [
            format!("第 {} 号记录的字段类型", record.0),
            format!("the type of the field in record {}", record.0),
        ];
        changed_since(draft, kept, what, record)?;
    }
    Ok(())
}

/// Positions of the cells that still are as the op left them, or that a model may fill again.
fn untouched(
    draft: &mut Draft,
    (table, column): (TableId, ColumnId),
    field: Option<&Field>,
    records: &[RecordId],
    before: &Column,
    after: &Column,
) -> Result<Vec<usize>, CommandError> {
    let is_ai = field.is_some_and(Field::is_ai);
    let name = field.map(|field| field.name.clone()).unwrap_or_default();
    let data = draft.data(table)?.clone();
    let current = data.gather(column, before.kind(), records)?;
    let mut untouched = Vec::with_capacity(records.len());
    for (at, record) in records.iter().enumerate() {
        let machine = is_ai
            && current
                .note(at)
                .is_none_or(|note| note.state != table::ai::AiState::Locked);
        let now = current.get(at);
        if now == before.get(at) || machine {
            untouched.push(at);
            continue;
        }
        // It says already what it would be set to.
        if now == after.get(at) && draft.keeps_later {
            continue;
        }
        let kept = Kept {
            table: Some(table),
            field: field.map(|field| field.id),
            record: Some(*record),
            name: name.clone(),
            then: before.get(at),
            now,
        };
        let what = [
            format!("第 {} 号记录的“{name}”", record.0),
            format!("“{name}” of record {}", record.0),
        ];
        changed_since(draft, kept, what, format!("{record}/{name}"))?;
    }
    Ok(untouched)
}

/// What a cell waited for then is not on its way now.
pub(super) fn settled(cells: &mut Column) {
    let waiting = cells.notes().iter();
    let waiting = waiting.filter(|(_, note)| is_waiting(Some(note)));
    let waiting: Vec<usize> = waiting.map(|(at, _)| *at as usize).collect();
    for at in waiting {
        cells.set_note(at, None);
        if cells.get(at) == CellState::Pending {
            cells.set(at, CellState::BLANK);
        }
    }
}
