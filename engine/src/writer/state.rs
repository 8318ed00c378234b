//! What the writer owns, and what it shares with the handles.

use crate::{
    ai::{AnswerBook, Waiting},
    command::Receipt,
    handle::{BaseStatus, EngineOptions, Listener},
    patch::Patch,
    query::{find::FindCache, order::OrderCache},
    queue::Queue,
    recompute::{
        Graph,
        background::{Filling, Progress},
        run::Env,
    },
    trouble::FileTrouble,
    undo::UndoBook,
    writer::{Event, checkpoint::Packing, retention::Retention},
};
use parking_lot::{Mutex, RwLock};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::SyncSender,
    },
};
use table::{id::FieldId, schema::Schema, snapshot::Snapshot};

/// What handles read; only the writer writes it.
pub(crate) struct Shared {
    pub snapshot: RwLock<Arc<Snapshot>>,
    pub graph: RwLock<Arc<Graph>>,
    pub reader: RwLock<store::Reader>,
    pub read_only: RwLock<Option<FileTrouble>>,
    pub progress: RwLock<Option<Arc<Progress>>>,
    pub listeners: Mutex<Vec<(u64, Arc<Listener>)>>,
    pub answers: AnswerBook,
    pub queue: Queue,
    pub orders: OrderCache,
    /// Key indexes and totals that formulas read.
    pub kept: Arc<crate::language::Kept>,
    pub finds: FindCache,
    /// A checkpoint is being written.
    pub is_packing: AtomicBool,
    /// Appends to the log since the start: one sync each.
    pub n_commits: AtomicU64,
    pub options: EngineOptions,
    /// For background threads; empty once every handle is gone.
    pub events: Mutex<std::sync::Weak<SyncSender<Event>>>,
}

impl Shared {
    pub fn status(&self) -> BaseStatus {
        if let Some(reason) = self.read_only.read().clone() {
            return BaseStatus::ReadOnly { reason };
        }
        match &*self.progress.read() {
            Some(progress) => BaseStatus::Recomputing {
                done: progress.done.load(Ordering::Relaxed),
                of: progress.of.load(Ordering::Relaxed),
            },
            None => BaseStatus::Ok,
        }
    }

    /// What evaluations may look at, outside of the writer.
    pub fn with_env<T>(&self, filling: &BTreeSet<FieldId>, act: impl FnOnce(Env) -> T) -> T {
        let model = (self.options.default_model)();
        act(Env {
            now_day: (self.options.clock)().now_day,
            model: &model,
            answers: &self.answers,
            queue: &self.queue,
            waiting: &Waiting::default(),
            kept: &self.kept,
            filling,
        })
    }

    pub fn tell(&self, patch: Patch) {
        let patch = Arc::new(patch);
        // Called without the lock, so that a listener may drop its own subscription.
        let listeners: Vec<Arc<Listener>> = self
            .listeners
            .lock()
            .iter()
            .map(|(_, listener)| listener.clone())
            .collect();
        for listener in listeners {
            listener(&patch);
        }
    }

    /// The formulas of a schema, from the last published one if it is that.
    pub fn graph_of(&self, schema: &Arc<Schema>) -> Arc<Graph> {
        let kept = self.graph.read().clone();
        match kept.is_of(schema) {
            true => kept,
            false => Arc::new(Graph::build(schema)),
        }
    }
}

pub(crate) struct Writer {
    pub path: PathBuf,
    /// Absent after a failed write, until the file is open again, and for good where `damaged` is there.
    pub store: Option<store::Base>,
    /// A file with a damaged log: held and read, never written.
    pub damaged: Option<store::Base>,
    pub shared: Arc<Shared>,
    /// As published.
    pub snapshot: Arc<Snapshot>,
    /// Of the newest candidate's schema.
    pub graph: Arc<Graph>,
    pub waiting: Waiting,
    pub undo: UndoBook,
    /// The log before this start has been read into `undo`.
    pub undo_loaded: bool,
    pub receipts: Receipts,
    pub filling: Option<Filling>,
    /// Fields that the next background computation must do.
    pub to_fill: BTreeSet<FieldId>,
    pub next_filling: u64,
    /// The last checkpoint failed: before edits are taken again, one must be written.
    pub owes_checkpoint: bool,
    /// Since the last checkpoint.
    pub n_transactions: u64,
    pub n_cells: u64,
    /// The checkpoint that is being written.
    pub packing: Option<Packing>,
    pub next_packing: u64,
    pub retention: Retention,
    /// Local day for which TODAY() was last computed.
    pub day: f64,
}

impl Writer {
    pub fn is_read_only(&self) -> bool {
        self.store.is_none()
    }

    pub fn read_only_reason(&self) -> FileTrouble {
        let kept = self.shared.read_only.read().clone();
        kept.unwrap_or_else(|| store::Trouble::Disk.into())
    }

    /// The formulas of a schema, compiled once per schema.
    pub fn graph_of(&mut self, schema: &Arc<Schema>) -> Arc<Graph> {
        if !self.graph.is_of(schema) {
            self.graph = self.shared.graph_of(schema);
        }
        self.graph.clone()
    }
}

/// The last receipts by client id.
#[derive(Default)]
pub(crate) struct Receipts {
    by_client: HashMap<String, Receipt>,
    order: VecDeque<String>,
}

impl Receipts {
    pub fn get(&self, client_id: &str) -> Option<&Receipt> {
        self.by_client.get(client_id)
    }

    pub fn insert(&mut self, client_id: String, receipt: Receipt) {
        if self.order.len() >= crate::limits::RECENT_RECEIPTS
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_client.remove(&oldest);
        }
        self.order.push_back(client_id.clone());
        self.by_client.insert(client_id, receipt);
    }
}
