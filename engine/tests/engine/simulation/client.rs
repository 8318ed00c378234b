//! One simulated client: what it sees, what it still has to send, what it was told.

use engine::*;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use table::{
    id::{ActorId, FieldId, RecordId, Revision, TableId},
    schema::Schema,
};

type Shown = BTreeMap<RecordId, BTreeMap<FieldId, String>>;

/// What a client shows of a base, kept up by patches as a browser keeps it.
#[derive(Default, PartialEq, Debug, Clone)]
pub struct Replica {
    pub tables: BTreeMap<TableId, Shown>,
    /// Names of tables and fields, in their order.
    pub names: Vec<String>,
}

pub struct Client {
    pub actor: ActorId,
    pub online: bool,
    /// Submissions that were not answered for certain.
    pub outbox: VecDeque<Submission>,
    pub replica: Replica,
    /// Per table, what the last fetch showed.
    fetched: BTreeMap<TableId, Revision>,
    feed: Arc<Mutex<VecDeque<Arc<Patch>>>>,
    subscription: Option<Subscription>,
    n_sent: u64,
}

fn names_of(schema: &Schema) -> Vec<String> {
    let of_table = |table: &table::schema::Table| {
        let fields: Vec<&str> = table
            .live_fields()
            .map(|field| field.name.as_str())
            .collect();
        format!("{}: {}", table.name, fields.join(" "))
    };
    schema.live_tables().map(of_table).collect()
}

/// All rows of a table, as a window shows them.
fn fetch(handle: &BaseHandle, table: TableId) -> Option<(Revision, Shown)> {
    let query = WindowQuery {
        table,
        view: None,
        find: None,
        from: 0,
        n_rows: engine::limits::WINDOW_ROWS,
        fields: None,
        filter: None,
        sorts: None,
    };
    let window = handle.window(&query).ok()?;
    assert_eq!(
        window.n_total as usize,
        window.records.len(),
        "too many rows"
    );
    let mut shown = Shown::new();
    for (at, record) in window.records.iter().enumerate() {
        let row = window.columns.iter().map(|(field, cells)| {
            let links = window.links.get(field).map(|links| &links[at]);
            (*field, format!("{:?} {links:?}", cells.get(at)))
        });
        shown.insert(*record, row.collect());
    }
    Some((window.revision, shown))
}

impl Replica {
    /// Everything, as a client that has just come sees it.
    pub fn of(handle: &BaseHandle) -> Replica {
        let schema = handle.snapshot().schema.clone();
        let tables = schema.live_tables().filter_map(|table| {
            let (_, shown) = fetch(handle, table.id)?;
            Some((table.id, shown))
        });
        Replica {
            tables: tables.collect(),
            names: names_of(&schema),
        }
    }
}

impl Replica {
    /// The first difference, for people.
    pub fn differs(&self, other: &Replica) -> Option<String> {
        if self.names != other.names {
            return Some(format!("{:?}, not {:?}", other.names, self.names));
        }
        for (table, rows) in &self.tables {
            let none = Shown::new();
            let there = other.tables.get(table).unwrap_or(&none);
            let (mine, theirs): (Vec<_>, Vec<_>) = (rows.keys().collect(), there.keys().collect());
            if mine != theirs {
                return Some(format!("{table} has {theirs:?}, not {mine:?}"));
            }
            for (record, row) in rows {
                for (field, cell) in row {
                    let found = there.get(record).and_then(|row| row.get(field));
                    if found != Some(cell) {
                        return Some(format!(
                            "{table} {record} {field} is {found:?}, not {cell:?}"
                        ));
                    }
                }
            }
        }
        None
    }
}

impl Client {
    pub fn new(n: usize) -> Client {
        Client {
            actor: ActorId(format!("user:c{n}")),
            online: false,
            outbox: VecDeque::new(),
            replica: Replica::default(),
            fetched: BTreeMap::new(),
            feed: Arc::default(),
            subscription: None,
            n_sent: 0,
        }
    }

    /// A submission of its own, with an id that no other has.
    pub fn submission(&mut self, command: Command) -> Submission {
        self.n_sent += 1;
        Submission {
            actor: self.actor.clone(),
            client_id: Some(format!("{}-{}", self.actor, self.n_sent)),
            group: None,
            command,
        }
    }

    pub fn come(&mut self, handle: &BaseHandle) {
        let feed: Arc<Mutex<VecDeque<Arc<Patch>>>> = Arc::default();
        let kept = feed.clone();
        let listen = move |patch: &Arc<Patch>| kept.lock().push_back(patch.clone());
        self.subscription = Some(handle.subscribe(Box::new(listen)));
        self.feed = feed;
        self.online = true;
        self.refetch(handle);
    }

    pub fn go(&mut self) {
        self.subscription = None;
        self.feed.lock().clear();
        self.online = false;
    }

    fn refetch(&mut self, handle: &BaseHandle) {
        let schema = handle.snapshot().schema.clone();
        self.replica.names = names_of(&schema);
        self.replica.tables.clear();
        self.fetched.clear();
        for table in schema.live_tables() {
            self.refetch_table(handle, table.id);
        }
    }

    fn refetch_table(&mut self, handle: &BaseHandle, table: TableId) {
        match fetch(handle, table) {
            Some((revision, shown)) => {
                self.fetched.insert(table, revision);
                self.replica.tables.insert(table, shown);
            }
            None => drop(self.replica.tables.remove(&table)),
        }
    }

    /// Takes in what has come, as a browser does: cells from patches, everything else is fetched again.
    pub fn take_in(&mut self, handle: &BaseHandle) {
        loop {
            let Some(patch) = self.feed.lock().pop_front() else {
                return;
            };
            if patch.resync || patch.schema.is_some() {
                self.refetch(handle);
                continue;
            }
            let appended = patch.appended.iter().map(|(table, _)| *table);
            let moved = patch.order_changed.iter().copied();
            for table in appended.chain(moved) {
                if self.is_news(table, &patch) {
                    self.refetch_table(handle, table);
                }
            }
            for (table, records) in &patch.removed {
                if let Some(shown) = self.replica.tables.get_mut(table) {
                    let is_old = self
                        .fetched
                        .get(table)
                        .is_some_and(|at| *at > patch.revision);
                    shown.retain(|record, _| is_old || !records.contains(record));
                }
            }
            for part in &patch.cells {
                if self.is_news(part.table, &patch) {
                    self.set(part);
                }
            }
        }
    }

    /// What was fetched is as new as its revision; a patch of that revision may still say more.
    fn is_news(&self, table: TableId, patch: &Patch) -> bool {
        let fetched = self.fetched.get(&table);
        fetched.is_none_or(|fetched| patch.revision >= *fetched)
    }

    fn set(&mut self, part: &PatchColumn) {
        let Some(shown) = self.replica.tables.get_mut(&part.table) else {
            return;
        };
        for (at, record) in part.records.iter().enumerate() {
            if let Some(row) = shown.get_mut(record) {
                let links = part.links.as_ref().map(|links| &links[at]);
                row.insert(part.field, format!("{:?} {links:?}", part.cells.get(at)));
            }
        }
    }
}
