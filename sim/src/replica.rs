//! What one client shows: windows of every table, kept up from patches as the web keeps its own.
//!
//! Main type: [`Replica`]. The rules are those of `web/src/sync/window-cache.ts`: a patch that is not newer than a
//! window is passed over, records that come, go or move make the window stale, and a stale window is fetched again.
//! Law under test: whoever follows the patches shows what the server holds. Tests: `sim/tests/people.rs`.

use engine::{BaseHandle, Patch, WindowQuery, limits::WINDOW_ROWS};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use table::{
    column::Column,
    field::link::Linked,
    id::{FieldId, RecordId, Revision, TableId, ViewId},
    schema::Schema,
};

/// A table, by itself or through a view.
pub type Place = (TableId, Option<ViewId>);

/// All rows of a place, as they were fetched and patched since.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub revision: Revision,
    pub records: Vec<RecordId>,
    pub columns: BTreeMap<FieldId, Column>,
    pub links: BTreeMap<FieldId, Vec<Vec<Linked>>>,
    rows: HashMap<RecordId, usize>,
}

impl Shown {
    /// All rows in order; nothing where table or view are gone.
    pub fn fetch(handle: &BaseHandle, (table, view): Place) -> Option<Shown> {
        let mut all: Option<Shown> = None;
        loop {
            let window = handle
                .window(&WindowQuery {
                    table,
                    view,
                    find: None,
                    from: all.as_ref().map_or(0, |all| all.records.len() as u64),
                    n_rows: WINDOW_ROWS,
                    fields: None,
                    filter: None,
                    sorts: None,
                })
                .ok()?;
            let n_total = window.n_total;
            let is_last = window.records.is_empty();
            match &mut all {
                Some(all) if all.revision == window.revision => all.join(window),
                // Something was written between two windows: from the top.
                Some(_) => {
                    all = None;
                    continue;
                }
                None => {
                    all = Some(Shown {
                        revision: window.revision,
                        records: window.records,
                        columns: window.columns.into_iter().collect(),
                        links: window.links,
                        rows: HashMap::new(),
                    });
                }
            }
            let shown = all.as_mut()?;
            if is_last || shown.records.len() as u64 >= n_total {
                let rows = shown.records.iter().enumerate();
                shown.rows = rows.map(|(row, record)| (*record, row)).collect();
                return all;
            }
        }
    }

    fn join(&mut self, window: engine::Window) {
        self.records.extend(window.records);
        for (field, cells) in window.columns {
            if let Some(held) = self.columns.get_mut(&field) {
                held.extend(&cells);
            }
        }
        for (field, links) in window.links {
            self.links.entry(field).or_default().extend(links);
        }
    }

    fn patch(&mut self, table: TableId, patch: &Patch) {
        for part in patch.cells.iter().filter(|part| part.table == table) {
            for (at, record) in part.records.iter().enumerate() {
                let Some(row) = self.rows.get(record).copied() else {
                    continue;
                };
                if let Some(column) = self.columns.get_mut(&part.field) {
                    // Of another kind only until the window is fetched again, which the same patch asks for.
                    if column.kind() == part.cells.kind() {
                        column.copy_cell(row, &part.cells, at);
                    }
                }
                if let (Some(links), Some(held)) = (&part.links, self.links.get_mut(&part.field)) {
                    held[row].clone_from(&links[at]);
                }
            }
        }
    }

    /// The first difference to another, in words.
    pub fn differs(&self, other: &Shown) -> Option<String> {
        if self.records != other.records {
            return Some(format!(
                "records {:?} instead of {:?}",
                self.records, other.records
            ));
        }
        let fields = |shown: &Shown| shown.columns.keys().copied().collect::<Vec<_>>();
        if fields(self) != fields(other) {
            return Some(format!("fields {:?} / {:?}", fields(self), fields(other)));
        }
        for (field, column) in &self.columns {
            let others = &other.columns[field];
            for row in 0..column.len() {
                let (mine, theirs) = (column.get(row), others.get(row));
                // NaN and the like never stand in a cell, so equality of debug texts is equality.
                if format!("{mine:?}") != format!("{theirs:?}") {
                    let record = self.records[row];
                    return Some(format!("{record} {field}: {mine:?} instead of {theirs:?}"));
                }
            }
        }
        (self.links != other.links).then(|| "linked records".to_owned())
    }
}

/// Everything that one client shows.
#[derive(Default)]
pub struct Replica {
    pub schema: Arc<Schema>,
    schema_revision: Revision,
    /// `None`: stale, to be fetched.
    pub places: BTreeMap<Place, Option<Arc<Shown>>>,
}

/// What several clients fetch while nothing is written.
pub type Fetched = HashMap<Place, Option<Arc<Shown>>>;

impl Replica {
    /// One message of the server.
    pub fn take(&mut self, patch: &Patch, handle: &BaseHandle) {
        if patch.resync {
            self.reload(handle);
            return;
        }
        if let Some(schema) = &patch.schema
            && patch.revision >= self.schema_revision
        {
            let before = std::mem::replace(&mut self.schema, schema.clone());
            self.schema_revision = patch.revision;
            self.look_at_schema(&before);
        }
        for ((table, _), held) in &mut self.places {
            let is_moved = patch.order_changed.contains(table)
                || patch.appended.iter().any(|(one, n)| one == table && *n > 0)
                || patch.removed.iter().any(|(one, _)| one == table);
            let is_newer = held
                .as_ref()
                .is_none_or(|shown| shown.revision < patch.revision);
            if is_moved {
                *held = None;
            } else if let Some(shown) = held.as_mut().filter(|_| is_newer)
                && patch.cells.iter().any(|part| part.table == *table)
            {
                Arc::make_mut(shown).patch(*table, patch);
            }
        }
    }

    /// Everything anew, as after a time without connection.
    pub fn reload(&mut self, handle: &BaseHandle) {
        let snapshot = handle.snapshot();
        self.schema = snapshot.schema.clone();
        self.schema_revision = snapshot.revision;
        self.places.clear();
        self.look_at_schema(&Schema::default());
    }

    /// Places that are gone, new ones, and those whose fields are others or are filtered, sorted or grouped otherwise.
    fn look_at_schema(&mut self, before: &Schema) {
        let mut places = BTreeMap::new();
        for table in self.schema.live_tables() {
            let views = table.live_views().map(|view| Some(view.id));
            for view in std::iter::once(None).chain(views) {
                let held = self.places.remove(&(table.id, view)).flatten();
                let order = |schema: &Schema| {
                    let view = schema.table(table.id)?.view(view?)?;
                    Some((view.filter.clone(), view.sorts.clone(), view.groups.clone()))
                };
                let is_same_order = order(&self.schema) == order(before);
                let held = held.filter(|shown| {
                    if !is_same_order {
                        return false;
                    }
                    let live = table.live_fields();
                    let n_held = live.filter(|field| shown.columns.contains_key(&field.id));
                    n_held.count() == shown.columns.len()
                        && shown.columns.len() == table.live_fields().count()
                });
                places.insert((table.id, view), held);
            }
        }
        self.places = places;
    }

    /// Fetches what is stale.
    pub fn settle(&mut self, handle: &BaseHandle, fetched: &mut Fetched) {
        for (place, held) in &mut self.places {
            if held.is_none() {
                let fetch = || Shown::fetch(handle, *place).map(Arc::new);
                held.clone_from(fetched.entry(*place).or_insert_with(fetch));
            }
        }
    }
}
