//! Cutting a window out of a view's order.

use super::{
    Window, WindowQuery, condition,
    order::{Order, OrderCache, OrderKey},
};
use crate::{
    ai::is_waiting, command::table_of, error::CommandError, limits::WINDOW_ROWS, queue::Queue,
};
use std::sync::Arc;
use table::{
    ai::{AiNote, AiState},
    column::Column,
    field::{Field, link::linked},
    id::{RecordId, TableId, ViewId},
    snapshot::{Snapshot, TableData},
    view::{Filter, Sort},
};

/// A view with what replaces parts of it.
pub(crate) struct Asked<'a> {
    pub table: TableId,
    pub view: Option<ViewId>,
    pub find: &'a str,
    pub filter: Option<&'a Filter>,
    pub sorts: Option<&'a Vec<Sort>>,
    /// What periods such as “this month” are seen from.
    pub now_day: f64,
}

impl Asked<'_> {
    /// A view as it is.
    pub fn view(table: TableId, view: Option<ViewId>, now_day: f64) -> Asked<'static> {
        Asked {
            table,
            view,
            find: "",
            filter: None,
            sorts: None,
            now_day,
        }
    }
}

/// The order of a view and the records it was made of.
pub(crate) fn order_of(
    snapshot: &Snapshot,
    cache: &OrderCache,
    asked: &Asked,
) -> Result<(Order, Arc<TableData>), CommandError> {
    let Asked {
        table,
        view,
        find,
        filter,
        sorts,
        now_day,
    } = *asked;
    let owner = table_of(snapshot, table)?;
    let data = snapshot
        .data(table)
        .ok_or_else(|| CommandError::no_table(table))?;
    let view = match view {
        None => None,
        Some(id) => Some(owner.view(id).ok_or_else(|| CommandError::no_view(id))?),
    };
    let mut key = OrderKey {
        find: find.trim().to_lowercase(),
        ..OrderKey::default()
    };
    if let Some(view) = view {
        key.filter = view.filter.clone();
        key.sorts = view.groups.iter().chain(&view.sorts).cloned().collect();
        if !key.find.is_empty() {
            let hidden = view.fields.iter().filter(|shown| shown.hidden);
            key.unseen = hidden.map(|shown| shown.field).collect();
        }
    }
    if let Some(filter) = filter {
        key.filter = filter.clone();
    }
    if let Some(sorts) = sorts {
        key.sorts.clone_from(sorts);
    }
    key.filter = condition::resolve(&key.filter, owner, now_day);
    Ok((cache.order(owner, data, &key), data.clone()))
}

pub(crate) fn window(
    snapshot: &Snapshot,
    cache: &OrderCache,
    queue: &Queue,
    query: &WindowQuery,
    now_day: f64,
) -> Result<Window, CommandError> {
    let find = query.find.as_deref().unwrap_or_default();
    let asked = Asked {
        table: query.table,
        view: query.view,
        find,
        filter: query.filter.as_ref(),
        sorts: query.sorts.as_ref(),
        now_day,
    };
    let (order, data) = order_of(snapshot, cache, &asked)?;
    let owner = table_of(snapshot, query.table)?;
    let rows = order.rows(&data, query.from, u64::from(query.n_rows.min(WINDOW_ROWS)));
    cache.complete_soon(&order);
    let fields: Vec<&Field> = match &query.fields {
        None => owner.live_fields().collect(),
        Some(wanted) => wanted
            .iter()
            .filter_map(|field| owner.field(*field))
            .collect(),
    };
    let links = fields.iter().filter_map(|field| {
        let link = field.link()?;
        let of_row = |(segment, at): &(usize, usize)| {
            let ids = data.segments[*segment].column(link.ids);
            linked(snapshot, link, ids.map(|ids| &**ids), *at)
        };
        Some((field.id, rows.iter().map(of_row).collect()))
    });
    let links = links.collect();
    let columns = fields
        .into_iter()
        .map(|field| (field.id, cut(&data, &rows, field, queue)));
    Ok(Window {
        revision: snapshot.revision,
        n_total: order.n_rows(),
        from: query.from,
        columns: columns.collect(),
        links,
        records: rows
            .iter()
            .map(|(segment, at)| data.segments[*segment].ids()[*at])
            .collect(),
    })
}

fn cut(data: &TableData, rows: &[(usize, usize)], field: &Field, queue: &Queue) -> Column {
    let mut out = Column::blank(field.field_type.kind(), rows.len());
    for (position, (segment, at)) in rows.iter().enumerate() {
        if let Some(cells) = data.segments[*segment].column(field.column) {
            out.copy_cell(position, cells, *at);
        }
    }
    if field.is_ai() {
        show_running(&mut out, queue);
    }
    out
}

/// “Running” is not logged per cell: it is a queued cell whose call is in flight now.
pub(crate) fn show_running(cells: &mut Column, queue: &Queue) {
    let running: Vec<(u32, Arc<AiNote>)> = cells
        .notes()
        .iter()
        .filter(|(_, note)| {
            is_waiting(Some(note)) && note.keys.iter().any(|key| queue.is_running(key))
        })
        .map(|(at, note)| {
            (
                *at,
                Arc::new(AiNote {
                    state: AiState::Running,
                    ..(**note).clone()
                }),
            )
        })
        .collect();
    for (at, note) in running {
        cells.set_note(at as usize, Some(note));
    }
}

/// All records of a view in its order.
pub(crate) fn records(order: &Order, data: &TableData) -> Vec<RecordId> {
    let rows = order.rows(data, 0, order.n_rows());
    rows.into_iter()
        .map(|(segment, at)| data.segments[segment].ids()[at])
        .collect()
}
