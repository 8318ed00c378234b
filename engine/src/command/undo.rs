//! Undo and redo: the inverted ops of a step as a new transaction, unless someone else changed the same since.

use super::{Draft, World, fields, given, links, tables};
use crate::{ai::is_waiting, error::CommandError, undo::Step};
use table::{
    column::{Column, ColumnKind},
    field::Field,
    id::{ColumnId, RecordId, TableId},
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

fn take_back(draft: &mut Draft, world: &World, step: &Step) -> Result<(), CommandError> {
    draft.undoes = step.revisions.last().copied();
    for revision in step.revisions.iter().rev() {
        let transaction = world
            .reader
            .transaction(*revision)
            .map_err(|error| CommandError::log_unread(&error))?;
        let Some(transaction) = transaction else {
            return Err(CommandError::new(
                "nothing_to_undo",
                "这步操作的记录已被清理，不能撤销。",
                "The log of this step has been cleared; it can't be undone.",
            ));
        };
        for op in transaction.inverted_ops() {
            apply_checked(draft, op)?;
        }
    }
    Ok(())
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
            match owner.and_then(|owner| owner.field(field)) {
                Some(_) => draft.push(Op::RemoveField { table, field }),
                None => Ok(()),
            }
        }
        Op::RestoreField { table, field } => {
            draft.push(Op::RestoreField { table, field })?;
            fields::rename_if_taken(draft, table, field)
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
                _ => Err(conflict(
                    format!("表“{}”", before.name),
                    format!("the table “{}”", before.name),
                    table,
                )),
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
                _ => Err(conflict(
                    format!("视图“{}”", before.name),
                    format!("the view “{}”", before.name),
                    before.id,
                )),
            }
        }
        Op::RenameBase { before, .. } if draft.schema().name != before => {
            Err(conflict("名称".into(), "the name".into(), before))
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
        return Err(conflict(
            format!("字段“{}”", before.name),
            format!("the field “{}”", before.name),
            before.id,
        ));
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
    mut after: Column,
) -> Result<(), CommandError> {
    let owner = draft.schema().any_table(table);
    let field = owner
        .and_then(|owner| owner.field_of_column(column))
        .cloned();
    let is_ai = field.as_ref().is_some_and(table::field::Field::is_ai);
    // What the writer gave stays given; an undo is stamped as the change that it is.
    if field
        .as_ref()
        .is_some_and(|field| field.field_type.is_given())
    {
        return Ok(());
    }
    let current = draft.data(table)?.gather(column, before.kind(), records)?;
    if before.kind() == ColumnKind::Links {
        let states = (0..records.len())
            .map(|at| links::undone(&current.get(at), &before.get(at), &after.get(at)));
        let after = Column::from_states(ColumnKind::Links, states);
        draft.result.n_cells += draft.set_cells(table, column, records, &after)?;
        return Ok(());
    }
    for (at, record) in records.iter().enumerate() {
        let machine = is_ai
            && current
                .note(at)
                .is_none_or(|note| note.state != table::ai::AiState::Locked);
        if current.get(at) != before.get(at) && !machine {
            let name = field
                .as_ref()
                .map(|field| field.name.clone())
                .unwrap_or_default();
            return Err(conflict(
                format!("第 {} 号记录的“{name}”", record.0),
                format!("“{name}” of record {}", record.0),
                format!("{record}/{name}"),
            ));
        }
        // What the cell waited for then is not on its way now.
        if is_waiting(after.note(at)) {
            after.set_note(at, None);
            if after.get(at) == CellState::Pending {
                after.set(at, CellState::BLANK);
            }
        }
    }
    draft.result.n_cells += draft.set_cells(table, column, records, &after)?;
    Ok(())
}
