//! Commands on tables and on the base's name.

use super::{
    Draft, NewField,
    fields::{self},
    names,
};
use crate::error::CommandError;
use table::{
    id::{TableId, ViewId},
    limits::TABLES_PER_BASE,
    op::Op,
    schema::{Table, TableLabel},
    view::View,
};

pub(crate) fn create(
    draft: &mut Draft,
    name: &str,
    description: &str,
    new_fields: &[NewField],
    auto_name: bool,
) -> Result<(), CommandError> {
    let schema = draft.schema();
    if schema.tables.len() >= TABLES_PER_BASE {
        return Err(CommandError::too_large(
            "张表",
            "tables",
            schema.tables.len() as u64 + 1,
            TABLES_PER_BASE as u64,
        ));
    }
    let taken: Vec<&str> = schema
        .live_tables()
        .map(|table| table.name.as_str())
        .collect();
    let name = match auto_name {
        true => names::numbered(name, &taken)?,
        false => names::unique(name, taken.into_iter())?,
    };
    let id = TableId(schema.next.table);
    let view = ViewId(schema.next.view);
    draft.push(Op::AddTable {
        table: Table {
            id,
            name,
            description: description.trim().to_owned(),
            fields: Vec::new(),
            views: vec![View::grid(view, "表格")],
            removed: false,
        },
    })?;
    draft.result.tables.push(id);
    draft.result.views.push(view);
    fields::create_all(draft, id, new_fields, auto_name)
}

pub(crate) fn delete(draft: &mut Draft, table: TableId) -> Result<(), CommandError> {
    draft.table(table)?;
    draft.push(Op::RemoveTable { table })
}

pub(crate) fn restore(draft: &mut Draft, table: TableId) -> Result<(), CommandError> {
    let removed = draft
        .schema()
        .any_table(table)
        .ok_or_else(|| CommandError::no_table(table))?;
    if !removed.removed {
        return Ok(());
    }
    let before = removed.label();
    draft.push(Op::RestoreTable { table })?;
    rename_if_taken(draft, table, before)
}

/// A name that was given away meanwhile gets a number.
pub(crate) fn rename_if_taken(
    draft: &mut Draft,
    table: TableId,
    before: TableLabel,
) -> Result<(), CommandError> {
    let taken: Vec<&str> = draft
        .schema()
        .live_tables()
        .filter(|other| other.id != table)
        .map(|other| other.name.as_str())
        .collect();
    let name = names::numbered(&before.name, &taken)?;
    if name == before.name {
        return Ok(());
    }
    let after = TableLabel {
        name,
        description: before.description.clone(),
    };
    draft.push(Op::RelabelTable {
        table,
        before,
        after,
    })
}

pub(crate) fn rename(
    draft: &mut Draft,
    table: TableId,
    name: &str,
    description: Option<&str>,
) -> Result<(), CommandError> {
    let before = draft.table(table)?.label();
    let others = draft
        .schema()
        .live_tables()
        .filter(|other| other.id != table)
        .map(|other| other.name.as_str());
    let after = TableLabel {
        name: names::unique(name, others)?,
        description: description.map_or(before.description.clone(), |text| text.trim().to_owned()),
    };
    match after == before {
        true => Ok(()),
        false => draft.push(Op::RelabelTable {
            table,
            before,
            after,
        }),
    }
}

/// `to` counts live tables; the op counts all.
pub(crate) fn move_to(draft: &mut Draft, table: TableId, to: u32) -> Result<(), CommandError> {
    draft.table(table)?;
    let all = &draft.schema().tables;
    let flags: Vec<(bool, bool)> = all.iter().map(|t| (t.id == table, !t.removed)).collect();
    match positions(&flags, to) {
        Some((from, to)) if from != to => draft.push(Op::MoveTable { table, from, to }),
        _ => Ok(()),
    }
}

/// From (is it the moved one, is it live) and a place among the live ones to positions among all,
/// both counted as `Op::MoveTable` and `Op::MoveField` do: out first, then in.
pub(crate) fn positions(items: &[(bool, bool)], to: u32) -> Option<(u32, u32)> {
    let from = items.iter().position(|(moved, _)| *moved)?;
    let mut n_live = 0;
    let rest: Vec<bool> = items
        .iter()
        .filter(|(moved, _)| !moved)
        .map(|(_, live)| *live)
        .collect();
    let mut place = rest.len();
    for (at, live) in rest.iter().enumerate() {
        if n_live == to && *live {
            place = at;
            break;
        }
        n_live += u32::from(*live);
    }
    Some((from as u32, place as u32))
}

pub(crate) fn rename_base(draft: &mut Draft, name: &str) -> Result<(), CommandError> {
    let after = names::clean(name)?;
    let before = draft.schema().name.clone();
    match after == before {
        true => Ok(()),
        false => draft.push(Op::RenameBase { before, after }),
    }
}

#[cfg(test)]
mod tests {
    use super::positions;

    #[test]
    fn places_among_live_ones_become_places_among_all() {
        // a, (removed), b, c; move c before b: b is at 2 once c is out.
        let items = [(false, true), (false, false), (false, true), (true, true)];
        assert_eq!(positions(&items, 1), Some((3, 2)));
        assert_eq!(positions(&items, 0), Some((3, 0)));
        assert_eq!(positions(&items, 9), Some((3, 3)));
        assert_eq!(positions(&[(false, true)], 0), None);
    }
}
