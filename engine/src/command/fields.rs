//! Commands on fields: making, removing, restoring, moving. Types from people become stored types in `compile`.

use super::{Draft, NewField, compile, names, tables::positions};
use crate::error::CommandError;
use table::{
    field::{Field, FieldType, LinkSpec},
    id::{ColumnId, FieldId, TableId},
    limits::FIELDS_PER_TABLE,
    op::Op,
};

/// The fields of a new table: plain ones first, then formulas as soon as what they read is there.
pub(crate) fn create_all(
    draft: &mut Draft,
    table: TableId,
    new: &[NewField],
    auto_name: bool,
) -> Result<(), CommandError> {
    let mut made: Vec<Option<FieldId>> = vec![None; new.len()];
    for (at, field) in new.iter().enumerate() {
        if !compile::is_formula(&field.field_type) {
            made[at] = Some(create_one(draft, table, field, None, auto_name)?);
        }
    }
    loop {
        let mut first_error = None;
        let mut progress = false;
        for (at, field) in new.iter().enumerate() {
            if made[at].is_some() {
                continue;
            }
            match create_one(draft, table, field, None, auto_name) {
                Ok(id) => {
                    made[at] = Some(id);
                    progress = true;
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match first_error {
            None => break,
            Some(error) if !progress => return Err(error),
            Some(_) => {}
        }
    }
    // In the order given, whatever order they were made in.
    for (at, id) in made.iter().enumerate() {
        if let Some(id) = id {
            move_to(draft, table, *id, at as u32)?;
        }
    }
    draft.result.fields = made.into_iter().flatten().collect();
    Ok(())
}

pub(crate) fn create(
    draft: &mut Draft,
    table: TableId,
    new: &NewField,
    at: Option<u32>,
) -> Result<(), CommandError> {
    let id = create_one(draft, table, new, at, false)?;
    draft.result.fields.push(id);
    Ok(())
}

fn create_one(
    draft: &mut Draft,
    table: TableId,
    new: &NewField,
    at: Option<u32>,
    auto_name: bool,
) -> Result<FieldId, CommandError> {
    let owner = draft.table(table)?;
    if owner.fields.len() >= FIELDS_PER_TABLE {
        return Err(CommandError::too_large(
            "个字段",
            "fields",
            owner.fields.len() as u64 + 1,
            FIELDS_PER_TABLE as u64,
        ));
    }
    let taken: Vec<&str> = owner
        .live_fields()
        .map(|field| field.name.as_str())
        .collect();
    let name = match auto_name {
        true => names::numbered(&new.name, &taken)?,
        false => names::unique(&new.name, taken.into_iter())?,
    };
    let place = match at {
        None => owner.fields.len() as u32,
        Some(at) => place_of(owner, at),
    };
    let field_type = compile::field_type(draft.schema(), table, None, &new.field_type)?;
    let next = &draft.schema().next;
    let field = Field {
        id: FieldId(next.field),
        column: ColumnId(next.column),
        name,
        description: new.description.trim().to_owned(),
        field_type,
        removed: false,
    };
    let id = field.id;
    let (field, mirror) = with_mirror(draft, table, field)?;
    draft.push(Op::AddField {
        table,
        field,
        at: place,
    })?;
    add_mirror(draft, mirror)?;
    Ok(id)
}

/// A link field that wants a mirror names it; the mirror is to be added after it. The number of `field` is taken.
pub(crate) fn with_mirror(
    draft: &Draft,
    table: TableId,
    mut field: Field,
) -> Result<(Field, Option<(TableId, Field)>), CommandError> {
    let FieldType::Link(link) = &mut field.field_type else {
        return Ok((field, None));
    };
    let wanted = std::mem::take(&mut link.mirror_name);
    if wanted.is_empty() {
        return Ok((field, None));
    }
    let next = &draft.schema().next;
    let id = FieldId(next.field.max(field.id.0 + 1));
    let column = next.column.max(field.column.0 + 1).max(link.ids.0 + 1);
    let other = draft.table(link.table)?;
    let taken = other.live_fields().map(|field| field.name.as_str());
    let own = (link.table == table).then_some(field.name.as_str());
    let taken: Vec<&str> = taken.chain(own).collect();
    let mirror = Field {
        id,
        column: ColumnId(column),
        name: names::numbered(&wanted, &taken)?,
        description: String::new(),
        field_type: FieldType::Link(LinkSpec {
            table,
            single: false,
            mirror: Some(field.id),
            ids: ColumnId(column + 1),
            mirror_name: String::new(),
        }),
        removed: false,
    };
    let owner = link.table;
    link.mirror = Some(id);
    Ok((field, Some((owner, mirror))))
}

/// At the end of its table.
pub(crate) fn add_mirror(
    draft: &mut Draft,
    mirror: Option<(TableId, Field)>,
) -> Result<(), CommandError> {
    let Some((table, field)) = mirror else {
        return Ok(());
    };
    let n = draft.table(table)?.fields.len();
    if n >= FIELDS_PER_TABLE {
        return Err(CommandError::too_large(
            "个字段",
            "fields",
            n as u64 + 1,
            FIELDS_PER_TABLE as u64,
        ));
    }
    draft.push(Op::AddField {
        table,
        field,
        at: n as u32,
    })
}

/// The position among all fields of the `at`-th live one.
fn place_of(owner: &table::schema::Table, at: u32) -> u32 {
    let live = owner
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !field.removed);
    live.map(|(place, _)| place as u32)
        .nth(at as usize)
        .unwrap_or(owner.fields.len() as u32)
}

pub(crate) fn delete(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
) -> Result<(), CommandError> {
    draft.field(table, field)?;
    if draft.table(table)?.live_fields().count() == 1 {
        return Err(CommandError::last_one("字段", "field"));
    }
    draft.push(Op::RemoveField { table, field })
}

pub(crate) fn restore(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
) -> Result<(), CommandError> {
    let removed = draft
        .table(table)?
        .any_field(field)
        .ok_or_else(|| CommandError::no_field(field))?;
    if !removed.removed {
        return Ok(());
    }
    draft.push(Op::RestoreField { table, field })?;
    rename_if_taken(draft, table, field)
}

/// A name that was given away meanwhile gets a number.
pub(crate) fn rename_if_taken(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
) -> Result<(), CommandError> {
    let Ok(before) = draft.field(table, field).cloned() else {
        return Ok(());
    };
    let taken: Vec<&str> = draft
        .table(table)?
        .live_fields()
        .filter(|other| other.id != field)
        .map(|other| other.name.as_str())
        .collect();
    let name = names::numbered(&before.name, &taken)?;
    if name == before.name {
        return Ok(());
    }
    let after = Field {
        name,
        ..before.clone()
    };
    draft.push(Op::AlterField {
        table,
        before,
        after,
    })
}

pub(crate) fn move_to(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
    to: u32,
) -> Result<(), CommandError> {
    draft.field(table, field)?;
    let flags: Vec<(bool, bool)> = draft
        .table(table)?
        .fields
        .iter()
        .map(|other| (other.id == field, !other.removed))
        .collect();
    match positions(&flags, to) {
        Some((from, to)) if from != to => draft.push(Op::MoveField {
            table,
            field,
            from,
            to,
        }),
        _ => Ok(()),
    }
}
