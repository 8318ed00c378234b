//! Bringing a base up: recovered state, computed columns that are missing or old, cells that wait for answers.

use super::{
    Event,
    retention::Retention,
    state::{Receipts, Shared, Writer},
};
use crate::{
    ai::{AnswerBook, Cell, Waiting, decide::Why, fill::fill, is_waiting},
    command::Draft,
    error::OpenError,
    handle::EngineOptions,
    limits::WAITING_EVENTS,
    query::{find::FindCache, order::OrderCache},
    queue::Queue,
    recompute::{Changed, Graph, Node, run::run_changed},
    trouble::FileTrouble,
    undo::UndoBook,
};
use parking_lot::{Mutex, RwLock};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
};
use store::{Base, CallStatus, Entry, Recovered};
use table::{
    ai::CallKey,
    id::{ActorId, BaseId, Revision},
    op::{Touched, Transaction},
    snapshot::Snapshot,
};

/// An opened file with what it held.
pub(crate) struct Recovery {
    store: Base,
    recovered: Recovered,
}

/// What a handle holds of a running writer.
pub(crate) struct Running {
    pub shared: Arc<Shared>,
    pub events: Arc<SyncSender<Event>>,
    pub thread: JoinHandle<()>,
}

impl Recovery {
    pub fn read(path: &Path) -> Result<Recovery, OpenError> {
        Recovery::of(Base::open(path))
    }

    /// With everything in the file looked at first.
    pub fn read_checked(path: &Path) -> Result<Recovery, OpenError> {
        Recovery::of(Base::open_checked(path))
    }

    fn of(opened: Result<(Base, Recovered), store::OpenBaseError>) -> Result<Recovery, OpenError> {
        let (store, recovered) =
            opened.map_err(|error| OpenError::store(error.trouble(), error))?;
        Ok(Recovery { store, recovered })
    }

    /// Refuses a file that must not be written any more.
    pub fn whole(self) -> Result<Recovery, OpenError> {
        match self.trouble() {
            None => Ok(self),
            Some(trouble) => Err(OpenError::Store {
                detail: trouble.message.en.clone(),
                trouble: Box::new(trouble),
            }),
        }
    }

    pub fn is_whole(&self) -> bool {
        self.trouble().is_none()
    }

    fn trouble(&self) -> Option<FileTrouble> {
        let Recovered {
            snapshot, damage, ..
        } = &self.recovered;
        let shown = snapshot.revision;
        match self.recovered.broken {
            Some(broken) => Some(FileTrouble::log_damaged(broken, shown)),
            None if self.recovered.is_lost => {
                let tables = damage.iter().filter(|damage| !damage.repaired);
                let tables = tables.filter_map(|damage| snapshot.schema.any_table(damage.table?));
                Some(FileTrouble::cells_damaged(
                    tables.map(|table| table.name.as_str()).collect(),
                ))
            }
            None => None,
        }
    }

    /// Only a write shows that writing is possible again: an empty transaction, kept in the history.
    pub fn proven(mut self, now_ms: i64) -> Result<Recovery, OpenError> {
        let revision = Revision(self.recovered.snapshot.revision.0 + 1);
        let transaction = Transaction {
            revision,
            actor: ActorId("job:engine".into()),
            at_ms: now_ms,
            client_id: None,
            label: "recovered".into(),
            group: None,
            undoes: None,
            ops: Vec::new(),
        };
        let entry = Entry {
            transaction: Arc::new(transaction),
            queued: Vec::new(),
            answers: Vec::new(),
            calls_settled: Vec::new(),
            batches: Vec::new(),
        };
        self.store
            .append(&[entry])
            .map_err(|error| OpenError::store(error.trouble(), error))?;
        self.recovered.snapshot.revision = revision;
        Ok(self)
    }
}

pub(crate) fn create(
    path: &Path,
    id: &BaseId,
    name: &str,
    options: EngineOptions,
) -> Result<Running, OpenError> {
    let (store, snapshot) =
        Base::create(path, id, name).map_err(|error| OpenError::store(error.trouble(), error))?;
    let recovered = Recovered {
        snapshot,
        touched: Vec::new(),
        answers: store::Answers::default(),
        batches: Vec::new(),
        calls: Vec::new(),
        damage: Vec::new(),
        broken: None,
        is_lost: false,
        is_checked: true,
    };
    start(path, Recovery { store, recovered }, options)
}

pub(crate) fn open(path: &Path, options: EngineOptions) -> Result<Running, OpenError> {
    start(path, Recovery::read(path)?, options)
}

fn start(path: &Path, recovery: Recovery, options: EngineOptions) -> Result<Running, OpenError> {
    let snapshot = Arc::new(Snapshot::default());
    let graph = Arc::new(Graph::build(&snapshot.schema));
    let (sender, receiver) = sync_channel(WAITING_EVENTS);
    let events = Arc::new(sender);
    let shared = Arc::new(Shared {
        snapshot: RwLock::new(snapshot.clone()),
        graph: RwLock::new(graph.clone()),
        reader: RwLock::new(recovery.store.reader()),
        read_only: RwLock::new(None),
        progress: RwLock::new(None),
        listeners: Mutex::new(Vec::new()),
        answers: AnswerBook::default(),
        queue: Queue::default(),
        orders: OrderCache::default(),
        kept: Arc::default(),
        finds: FindCache::default(),
        is_packing: AtomicBool::new(false),
        n_commits: AtomicU64::new(0),
        events: Mutex::new(Arc::downgrade(&events)),
        options,
    });
    let mut writer = Writer {
        path: path.to_owned(),
        store: None,
        damaged: None,
        day: (shared.options.clock)().now_day.floor(),
        shared: shared.clone(),
        snapshot,
        graph,
        waiting: Waiting::default(),
        undo: UndoBook::default(),
        undo_loaded: false,
        receipts: Receipts::default(),
        filling: None,
        to_fill: BTreeSet::new(),
        next_filling: 0,
        owes_checkpoint: false,
        n_transactions: 0,
        n_cells: 0,
        packing: None,
        next_packing: 0,
        retention: Retention::default(),
    };
    writer.take_over(recovery);
    let thread = std::thread::Builder::new()
        .name("writer".into())
        .spawn(move || writer.run(&receiver))
        .map_err(OpenError::Thread)?;
    Ok(Running {
        shared,
        events,
        thread,
    })
}

impl Writer {
    /// Takes everything from an opened file; what was in memory before counts no more.
    pub fn take_over(&mut self, recovery: Recovery) {
        let trouble = recovery.trouble();
        let Recovery { store, recovered } = recovery;
        for damage in &recovered.damage {
            tracing::warn!(?damage, "damage was found while the base was opened");
        }
        *self.shared.reader.write() = store.reader();
        if !recovered.is_checked {
            self.check_in_background(store.reader());
        }
        match trouble {
            None => self.store = Some(store),
            Some(trouble) => {
                tracing::error!(
                    reason = trouble.message.en,
                    "the base is open for reading only"
                );
                self.damaged = Some(store);
                self.shared.queue.pause(true);
                *self.shared.read_only.write() = Some(trouble);
            }
        }
        self.shared.answers.replace(recovered.answers);
        self.undo = UndoBook::default();
        self.undo_loaded = false;
        self.receipts = Receipts::default();
        self.filling = None;
        *self.shared.progress.write() = None;
        let snapshot = Arc::new(recovered.snapshot);
        self.snapshot = snapshot.clone();
        let graph = self.graph_of(&snapshot.schema);
        *self.shared.graph.write() = graph.clone();
        // A long log is folded into a checkpoint soon, whoever wrote it.
        self.n_transactions = recovered.touched.len() as u64;
        self.take_over_calls(recovered.calls, recovered.batches);
        self.compute_missing(&graph, &recovered.touched);
        // Seen only now: what was replayed has totals of before.
        *self.shared.snapshot.write() = self.snapshot.clone();
        if !self.is_read_only() {
            self.ask_again(&graph);
        }
    }

    /// A large file is open before all of it has been looked at; whatever is damaged is heard of soon.
    fn check_in_background(&self, reader: store::Reader) {
        let events = self.shared.events.lock().clone();
        let checked = std::thread::Builder::new()
            .name("check".into())
            .spawn(move || {
                if let Err(error) = reader.check() {
                    tracing::warn!(%error, "the base could not be checked");
                }
                let events = events.upgrade().filter(|_| !reader.damage().is_empty());
                if let Some(events) = events {
                    // A writer that is gone needs no news.
                    let _ = events.send(Event::Damaged);
                }
            });
        if let Err(error) = checked {
            tracing::warn!(%error, "the base is not checked: no thread");
        }
    }

    /// Queue and waiting cells. Calls in flight when the last run ended are queued again, attempts counted.
    fn take_over_calls(&mut self, calls: Vec<store::StoredCall>, known: Vec<store::StoredBatch>) {
        self.shared.queue.clear();
        self.shared.queue.restore(known);
        let mut batches: HashMap<CallKey, String> = HashMap::new();
        let mut open = Vec::new();
        for stored in calls {
            batches.insert(stored.call.key, stored.batch.clone());
            if matches!(stored.status, CallStatus::Queued | CallStatus::Running) {
                open.push((Arc::new(stored.call), stored.batch, stored.n_attempts));
            }
        }
        self.waiting = Waiting::default();
        let graph = self.graph.clone();
        for node in graph.nodes.iter().filter(|node| node.ai.is_some()) {
            let Some(data) = self.snapshot.data(node.table).cloned() else {
                continue;
            };
            for segment in &data.segments {
                let cells = segment.shared_column(node.column);
                let Some(cells) = cells.filter(|cells| cells.may_have_notes()) else {
                    continue;
                };
                for (at, note) in cells
                    .notes()
                    .iter()
                    .filter(|(_, note)| is_waiting(Some(note)))
                {
                    let cell = Cell {
                        table: node.table,
                        field: node.field,
                        record: segment.ids()[*at as usize],
                    };
                    let batch = note.keys.iter().find_map(|key| batches.get(key));
                    if let Some(batch) = batch {
                        self.shared.queue.describe(batch, node.table, node.field, 0);
                    }
                    self.waiting.follow(cell, Some(note), batch);
                }
            }
        }
        self.shared.queue.add(open, 0);
    }

    /// Computed columns that are absent, or old because of what was replayed from the log.
    fn compute_missing(&mut self, graph: &Graph, touched: &[Touched]) {
        let mut changed = Changed {
            is_past_unknown: true,
            ..Changed::default()
        };
        for one in touched {
            changed.merge(&Changed::from_touched(&self.snapshot, one));
        }
        let schema_touched = touched.iter().any(|touched| touched.schema);
        let snapshot = self.snapshot.clone();
        let mut draft = Draft::new(snapshot.clone(), "recompute", None);
        let all = |node: &Node| {
            node.ai.is_none() && (node.volatile || schema_touched || is_missing(node, &snapshot))
        };
        // AI cells are kept by ops: whatever made one stale was logged together with its note.
        let skip = graph
            .nodes
            .iter()
            .filter(|node| node.ai.is_some())
            .map(|node| node.field)
            .collect();
        let done = self.with_world(&ActorId("job:engine".into()), |world| {
            run_changed(
                &mut draft,
                graph,
                world.env(),
                &mut changed,
                &skip,
                |node, _| all(node),
            )
        });
        match done {
            Ok(()) => self.commit_own(draft),
            Err(error) => {
                tracing::error!(%error, "formulas could not be computed while the base was opened")
            }
        }
    }

    /// Cells that wait for calls which are not in the queue (their field was in the trash, or a field they
    /// read had no answer): looked at again.
    fn ask_again(&mut self, graph: &Graph) {
        let lost: Vec<Cell> = self
            .waiting
            .cells()
            .filter(|(_, wait)| wait.keys.iter().all(|key| !self.shared.queue.is_open(key)))
            .map(|(cell, _)| cell)
            .collect();
        if lost.is_empty() {
            return;
        }
        let mut by_field: BTreeMap<_, BTreeMap<usize, BTreeSet<usize>>> = BTreeMap::new();
        for cell in lost {
            let found = self
                .snapshot
                .data(cell.table)
                .and_then(|data| data.find(cell.record));
            if let Some((segment, at)) = found {
                by_field
                    .entry(cell.field)
                    .or_default()
                    .entry(segment)
                    .or_default()
                    .insert(at);
            }
        }
        let mut draft = Draft::new(self.snapshot.clone(), "recompute", None);
        for node in &graph.nodes {
            let Some(hit) = by_field.remove(&node.field) else {
                continue;
            };
            let places = hit
                .into_iter()
                .map(|(segment, at)| (segment, at.into_iter().collect()))
                .collect();
            let done = self.with_world(&ActorId("job:engine".into()), |world| {
                fill(&mut draft, node, &places, world.env(), Why::Run, None)
            });
            if let Err(error) = done {
                tracing::error!(%error, "waiting cells could not be asked for again");
            }
        }
        match self.recompute(&mut draft, &ActorId("job:engine".into())) {
            Ok(()) => self.commit_own(draft),
            Err(error) => tracing::error!(%error, "waiting cells could not be asked for again"),
        }
    }
}

fn is_missing(node: &Node, snapshot: &Snapshot) -> bool {
    snapshot.data(node.table).is_some_and(|data| {
        let lacks = |segment: &Arc<table::segment::Segment>| {
            segment
                .shared_column(node.column)
                .is_none_or(|cells| cells.kind() != node.kind)
        };
        data.segments.iter().any(lacks)
    })
}
