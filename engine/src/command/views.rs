//! Commands on views.

use super::{Draft, names};
use crate::error::CommandError;
use table::{
    id::{TableId, ViewId},
    limits::{FILTER_DEPTH, GROUP_FIELDS},
    op::Op,
    view::{Filter, View},
};

pub(crate) fn create(draft: &mut Draft, table: TableId, name: &str) -> Result<(), CommandError> {
    let id = ViewId(draft.schema().next.view);
    let name = names::unique(
        name,
        draft
            .table(table)?
            .live_views()
            .map(|view| view.name.as_str()),
    )?;
    draft.result.views.push(id);
    draft.push(Op::AddView {
        table,
        view: View::grid(id, name),
    })
}

pub(crate) fn update(draft: &mut Draft, table: TableId, view: &View) -> Result<(), CommandError> {
    let owner = draft.table(table)?;
    let before = owner
        .view(view.id)
        .ok_or_else(|| CommandError::no_view(view.id))?
        .clone();
    let others = owner
        .live_views()
        .filter(|other| other.id != view.id)
        .map(|other| other.name.as_str());
    let mut after = view.clone();
    after.name = names::unique(&view.name, others)?;
    after.removed = false;
    if depth(&after.filter) > FILTER_DEPTH {
        return Err(CommandError::too_large(
            "层筛选条件",
            "levels of filter groups",
            depth(&after.filter) as u64,
            FILTER_DEPTH as u64,
        ));
    }
    if after.groups.len() > GROUP_FIELDS {
        return Err(CommandError::too_large(
            "个分组字段",
            "fields to group by",
            after.groups.len() as u64,
            GROUP_FIELDS as u64,
        ));
    }
    let known = |field: table::id::FieldId| owner.any_field(field).is_some();
    let sorts = after
        .sorts
        .iter()
        .chain(&after.groups)
        .map(|sort| sort.field);
    let shown = after.fields.iter().map(|shown| shown.field);
    let mut used: Vec<_> = sorts.chain(shown).collect();
    filter_fields(&after.filter, &mut used);
    if let Some(unknown) = used.into_iter().find(|field| !known(*field)) {
        return Err(CommandError::no_field(unknown));
    }
    match after == before {
        true => Ok(()),
        false => draft.push(Op::AlterView {
            table,
            before,
            after,
        }),
    }
}

pub(crate) fn delete(draft: &mut Draft, table: TableId, view: ViewId) -> Result<(), CommandError> {
    let owner = draft.table(table)?;
    owner
        .view(view)
        .ok_or_else(|| CommandError::no_view(view))?;
    if owner.live_views().count() == 1 {
        return Err(CommandError::last_one("视图", "view"));
    }
    draft.push(Op::RemoveView { table, view })
}

/// A name that was given away meanwhile gets a number.
pub(crate) fn restore(draft: &mut Draft, table: TableId, view: ViewId) -> Result<(), CommandError> {
    let known = draft.table(table)?.views.iter();
    let mut known = known.filter(|known| known.id == view);
    let removed = known.next().ok_or_else(|| CommandError::no_view(view))?;
    if !removed.removed {
        return Ok(());
    }
    draft.push(Op::RestoreView { table, view })?;
    rename_if_taken(draft, table, view)
}

pub(crate) fn rename_if_taken(
    draft: &mut Draft,
    table: TableId,
    view: ViewId,
) -> Result<(), CommandError> {
    let owner = draft.table(table)?;
    let Some(before) = owner.view(view).cloned() else {
        return Ok(());
    };
    let others = owner.live_views().filter(|other| other.id != view);
    let taken: Vec<&str> = others.map(|other| other.name.as_str()).collect();
    let name = names::numbered(&before.name, &taken)?;
    if name == before.name {
        return Ok(());
    }
    let after = View {
        name,
        ..before.clone()
    };
    draft.push(Op::AlterView {
        table,
        before,
        after,
    })
}

fn depth(filter: &Filter) -> usize {
    1 + filter.groups.iter().map(depth).max().unwrap_or(0)
}

/// All fields that a filter looks at.
pub(crate) fn filter_fields(filter: &Filter, into: &mut Vec<table::id::FieldId>) {
    into.extend(filter.conditions.iter().map(|condition| condition.field));
    for group in &filter.groups {
        filter_fields(group, into);
    }
}
