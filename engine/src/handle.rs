//! The only public door of a base: submit commands, read snapshots and windows, watch patches.
//!
//! Main types: [`BaseHandle`] (cheap to clone, usable from any thread) and [`QueueHandle`]. The writer behind
//! them runs on its own thread.

use crate::{
    ai::scope,
    command::{self, AiPlan, AiScope, Command, Preview, Receipt, Submission, TriedCell, table_of},
    error::{CommandError, OpenError},
    patch::{Patch, UndoState},
    query::{
        AggregateValue, AiEstimate, FindQuery, Found, Groups, RetypePreview, Window, WindowQuery,
        aggregate, find, group,
        window::{self, Asked},
    },
    queue::{Attempt, BatchChange, BatchStatus, Queue, TakenCall},
    recompute::glimpse::glimpse,
    trouble::FileTrouble,
    writer::{self, CallEvent, Event, Running, Shared},
};
use parking_lot::Mutex;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc, Weak,
        atomic::Ordering,
        mpsc::{SendError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};
use table::{
    ai::{AiCall, Answer, CallKey},
    field::{Field, FieldType},
    id::{ActorId, BaseId, FieldId, RecordId, TableId, ViewId},
    snapshot::Snapshot,
};

/// The time as the caller sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// Milliseconds since 1970, UTC.
    pub now_ms: i64,
    /// Excel 1900 day number of the local date and time.
    pub now_day: f64,
}

/// What the engine needs from its surroundings.
#[derive(Clone)]
pub struct EngineOptions {
    pub clock: Arc<dyn Fn() -> Clock + Send + Sync>,
    /// Name of the model that AI fields without a model of their own use.
    pub default_model: Arc<dyn Fn() -> String + Send + Sync>,
    /// Transactions after which a checkpoint is written: [`crate::limits::CHECKPOINT_TRANSACTIONS`], or fewer in tests.
    pub checkpoint_every: u64,
}

/// Whether the base takes edits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BaseStatus {
    Ok,
    /// Reading and export go on; it leaves this state by itself once the cause is gone.
    ReadOnly {
        reason: FileTrouble,
    },
    /// Computed fields are being filled in the background.
    Recomputing {
        done: u64,
        of: u64,
    },
}

/// Calls `submit_then` answers; runs on the writer's thread, so it must be quick.
pub type Then = Box<dyn FnOnce(Result<Receipt, CommandError>) + Send>;
/// Hears each patch in order, on the writer's thread, so it must be quick and must not submit.
pub type Listener = Box<dyn Fn(&Arc<Patch>) + Send + Sync>;

/// One open base. When the last clone is dropped the writer ends by itself; [`BaseHandle::close`] waits for it.
#[derive(Clone)]
pub struct BaseHandle {
    shared: Arc<Shared>,
    events: Arc<SyncSender<Event>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// Ends the subscription when dropped.
pub struct Subscription {
    id: u64,
    shared: Weak<Shared>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.listeners.lock().retain(|(id, _)| *id != self.id);
        }
    }
}

impl BaseHandle {
    fn of(running: Running) -> BaseHandle {
        BaseHandle {
            shared: running.shared,
            events: running.events,
            thread: Arc::new(Mutex::new(Some(running.thread))),
        }
    }

    /// A new base in a new file.
    pub fn create(
        path: &Path,
        id: BaseId,
        name: &str,
        options: EngineOptions,
    ) -> Result<BaseHandle, OpenError> {
        writer::create(path, &id, name, options).map(BaseHandle::of)
    }

    /// Opens a base: recovers it from checkpoint and log, computes what is missing.
    pub fn open(path: &Path, options: EngineOptions) -> Result<BaseHandle, OpenError> {
        writer::open(path, options).map(BaseHandle::of)
    }

    /// Blocks until the command is durable (or refused).
    pub fn submit(&self, submission: Submission) -> Result<Receipt, CommandError> {
        let (answer, answered) = sync_channel(1);
        let then: Then = Box::new(move |result| drop(answer.send(result)));
        self.submit_then(submission, then);
        answered
            .recv()
            .unwrap_or_else(|_| Err(CommandError::closed()))
    }

    /// As [`BaseHandle::submit`], but `then` gets the answer on the writer's thread. Blocks only while
    /// [`crate::limits::WAITING_EVENTS`] submissions are waiting already.
    pub fn submit_then(&self, submission: Submission, then: Then) {
        if let Err(SendError(Event::Submit { then, .. })) =
            self.events.send(Event::Submit { submission, then })
        {
            then(Err(CommandError::closed()));
        }
    }

    /// As [`BaseHandle::submit_then`], but never blocks: gives both back while too many submissions are waiting.
    pub fn try_submit_then(
        &self,
        submission: Submission,
        then: Then,
    ) -> Option<(Submission, Then)> {
        match self.events.try_send(Event::Submit { submission, then }) {
            Err(TrySendError::Full(Event::Submit { submission, then })) => Some((submission, then)),
            Err(TrySendError::Disconnected(Event::Submit { then, .. })) => {
                then(Err(CommandError::closed()));
                None
            }
            _ => None,
        }
    }

    /// Carries a command out on a private snapshot: what it would do, without doing it.
    pub fn dry_run(&self, actor: &ActorId, command: &Command) -> Result<Preview, CommandError> {
        if command.is_of_log() {
            return self.shared.previewed(actor, command);
        }
        let (actor, command) = (actor.clone(), Box::new(command.clone()));
        self.ask(|answer| Event::DryRun {
            actor,
            command,
            answer,
        })
        .unwrap_or_else(|| Err(CommandError::closed()))
    }

    fn ask<T>(&self, event: impl FnOnce(SyncSender<T>) -> Event) -> Option<T> {
        let (answer, answered) = sync_channel(1);
        self.events.send(event(answer)).ok()?;
        answered.recv().ok()
    }

    /// The newest published state.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.read().clone()
    }

    /// Blobs, history and answers of the file; never blocks the writer.
    pub fn reader(&self) -> store::Reader {
        self.shared.reader.read().clone()
    }

    /// Hears every patch from now on, until the subscription is dropped.
    pub fn subscribe(&self, listener: Listener) -> Subscription {
        let mut listeners = self.shared.listeners.lock();
        let id = listeners.last().map_or(1, |(id, _)| id + 1);
        listeners.push((id, Arc::new(listener)));
        Subscription {
            id,
            shared: Arc::downgrade(&self.shared),
        }
    }

    /// The present day number: periods of filters move with it.
    fn now_day(&self) -> f64 {
        (self.shared.options.clock)().now_day
    }

    pub fn window(&self, query: &WindowQuery) -> Result<Window, CommandError> {
        let snapshot = self.snapshot();
        let mut window = window::window(
            &snapshot,
            &self.shared.orders,
            &self.shared.queue,
            query,
            self.now_day(),
        )?;
        let progress = self.shared.progress.read().clone();
        if let Some(progress) = progress {
            let graph = self.shared.graph_of(&snapshot.schema);
            self.shared.with_env(&progress.fields, |env| {
                let (table, columns) = (query.table, &mut window.columns);
                glimpse(&snapshot, &graph, env, table, &window.records, columns);
            });
        }
        Ok(window)
    }

    /// The footer values that the view asks for, over the view's records; none without a view.
    pub fn aggregates(
        &self,
        table: TableId,
        view: Option<ViewId>,
    ) -> Result<Vec<AggregateValue>, CommandError> {
        let snapshot = self.snapshot();
        let owner = table_of(&snapshot, table)?;
        let Some(view) = view else {
            return Ok(Vec::new());
        };
        let seen = owner
            .view(view)
            .ok_or_else(|| CommandError::no_view(view))?;
        let (order, data) = window::order_of(
            &snapshot,
            &self.shared.orders,
            &Asked::view(table, Some(view), self.now_day()),
        )?;
        Ok(aggregate::aggregates(owner, &data, seen, &order))
    }

    /// The groups of a view with the values that its footers name, group by group.
    pub fn groups(&self, table: TableId, view: ViewId) -> Result<Groups, CommandError> {
        let snapshot = self.snapshot();
        let owner = table_of(&snapshot, table)?;
        let seen = owner
            .view(view)
            .ok_or_else(|| CommandError::no_view(view))?;
        let orders = &self.shared.orders;
        let now = self.now_day();
        let (order, data) =
            window::order_of(&snapshot, orders, &Asked::view(table, Some(view), now))?;
        let revision = snapshot.revision;
        Ok(group::groups(revision, owner, &data, seen, &order))
    }

    /// Where a view shows a text: in the fields that it does not hide, in its order.
    pub fn find(&self, query: &FindQuery) -> Result<Found, CommandError> {
        let snapshot = self.snapshot();
        let owner = table_of(&snapshot, query.table)?;
        let orders = &self.shared.orders;
        let now = self.now_day();
        let (order, data) = window::order_of(
            &snapshot,
            orders,
            &Asked::view(query.table, query.view, now),
        )?;
        let view = query.view.and_then(|view| owner.view(view));
        let is_shown = |field: &&Field| {
            let mut settings = view.into_iter().flat_map(|view| &view.fields);
            !settings.any(|known| known.field == field.id && known.hidden)
        };
        let fields: Vec<&Field> = owner.live_fields().filter(is_shown).collect();
        let finds = &self.shared.finds;
        let revision = snapshot.revision;
        Ok(find::find(finds, revision, (&order, &data), &fields, query))
    }

    /// Records of a view in its order, for export; absent view: all live ones.
    pub fn view_records(
        &self,
        table: TableId,
        view: Option<ViewId>,
    ) -> Result<Vec<RecordId>, CommandError> {
        let snapshot = self.snapshot();
        let orders = &self.shared.orders;
        let now = self.now_day();
        let (order, data) = window::order_of(&snapshot, orders, &Asked::view(table, view, now))?;
        Ok(window::records(&order, &data))
    }

    /// What a change of type would do to the cells, nothing changed.
    pub fn preview_retype(
        &self,
        table: TableId,
        field: FieldId,
        to: &FieldType,
    ) -> Result<RetypePreview, CommandError> {
        command::preview(&self.snapshot(), table, field, to)
    }

    /// What the actor can undo and redo, steps from before this start included.
    pub fn undo_state(&self, actor: &ActorId) -> UndoState {
        let actor = actor.clone();
        self.ask(|answer| Event::UndoState { actor, answer })
            .unwrap_or_default()
    }

    pub fn queue(&self) -> QueueHandle {
        QueueHandle {
            handle: self.clone(),
        }
    }

    pub fn status(&self) -> BaseStatus {
        self.shared.status()
    }

    /// Appends to the log since the start, one sync each; many submissions share one.
    pub fn n_commits(&self) -> u64 {
        self.shared.n_commits.load(Ordering::Relaxed)
    }

    /// True while a checkpoint is being written beside edits.
    pub fn is_checkpointing(&self) -> bool {
        self.shared.is_packing.load(Ordering::Acquire)
    }

    /// Days that history is kept; `None`: for ever.
    pub fn retention(&self) -> Result<Option<u32>, CommandError> {
        let days = self.reader().retention_days();
        days.map_err(|error| CommandError::log_unread(&error))
    }

    /// Keeps history this many days from now on (at least [`crate::limits::RETENTION_LEAST_DAYS`]); what is older, and
    /// what lies in the trash since then, is forgotten for good, soon. `None`: nothing is forgotten.
    pub fn set_retention(&self, days: Option<u32>) -> Result<(), CommandError> {
        self.ask(|answer| Event::SetRetention { days, answer })
            .unwrap_or_else(|| Err(CommandError::closed()))
    }

    /// Forgets now what is older than the setting says; the writer also does so by itself. Blocks until it is done.
    pub fn forget_old(&self) -> Result<(), CommandError> {
        let now_ms = (self.shared.options.clock)().now_ms;
        let done = writer::forget_old(&|| Some(self.events.clone()), &self.reader(), now_ms);
        done.map_err(|error| CommandError::log_unread(&error))
    }

    /// Tries to leave the read-only state now; the writer also tries by itself from time to time.
    pub fn try_recover(&self) -> BaseStatus {
        self.ask(|answer| Event::Recover { answer })
            .unwrap_or_else(|| self.status())
    }

    /// Copies the base as it is now to a new file, while it is in use.
    pub fn backup(&self, to: &Path) -> Result<(), CommandError> {
        let to = to.to_owned();
        self.ask(|answer| Event::Backup { to, answer })
            .unwrap_or_else(|| Err(CommandError::closed()))
    }

    /// Checks every checksum of the file; empty where all is well.
    pub fn verify(&self) -> Vec<store::Damage> {
        self.ask(|answer| Event::Verify { answer })
            .unwrap_or_default()
    }

    /// For tests: the steps of writing to the file follow the plan from now on, until the file is opened again.
    pub fn inject(&self, fault: store::fault::Fault) {
        let _ = self.ask(|answer| Event::Inject { fault, answer });
    }

    /// Writes a checkpoint and ends the writer. Clones of the handle answer `closed` from then on.
    pub fn close(self) {
        let _ = self.ask(|closed| Event::Close { closed });
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the writer ended by a panic");
        }
    }
}

/// Answers and failures of one batch.
type Settlement = (Vec<Answer>, Vec<(CallKey, String)>);

/// The queue of AI calls, for jobs.
#[derive(Clone)]
pub struct QueueHandle {
    pub(crate) handle: BaseHandle,
}

impl QueueHandle {
    fn queue(&self) -> &Queue {
        &self.handle.shared.queue
    }

    /// Up to `n` queued calls, marked running durably before this returns; empty if there are none.
    pub fn take(&self, n: usize) -> Vec<TakenCall> {
        self.handle
            .ask(|answer| Event::Calls(CallEvent::Take { n, answer }))
            .unwrap_or_default()
    }

    /// Up to `n` queued calls, in memory only: none may be sent before [`QueueHandle::sending`] said yes.
    pub fn reserve(&self, n: usize) -> Vec<TakenCall> {
        self.queue().reserve(n)
    }

    /// Marks calls as on their way, durably, with what they likely cost; false where that is impossible now.
    pub fn sending(&self, sendings: Vec<store::Sending>) -> bool {
        self.handle
            .ask(|answer| Event::Calls(CallEvent::Sending { sendings, answer }))
            .unwrap_or(false)
    }

    /// What the ledger says was spent, for budgets; empty where it can't be read now.
    pub fn spent(&self) -> Vec<store::SpentInHour> {
        self.handle.reader().spent_by_hour().unwrap_or_default()
    }

    /// Reserved or marked calls that were not sent: they are in line again.
    pub fn unsent(&self, keys: Vec<CallKey>) {
        let _ = self
            .handle
            .events
            .send(Event::Calls(CallEvent::Unsent(keys)));
    }

    /// Pauses a batch or lets it go on; durable when it returns.
    pub fn change_batch(&self, batch: &str, change: BatchChange) -> Result<(), CommandError> {
        let batch = batch.to_owned();
        self.handle
            .ask(|answer| {
                Event::Calls(CallEvent::Batch {
                    batch,
                    change,
                    answer,
                })
            })
            .unwrap_or_else(|| Err(CommandError::closed()))
    }

    /// Blocks until a call is queued, `timeout_ms` have passed or the base is closed; true if calls are waiting.
    pub fn wait(&self, timeout_ms: u64) -> bool {
        self.queue().wait(timeout_ms)
    }

    /// `listener` runs whenever calls were queued; for async runners. It must not block.
    pub fn on_queued(&self, listener: Box<dyn Fn() + Send + Sync>) {
        self.queue().listen(listener);
    }

    /// Gives taken calls back to the queue, e.g. while a provider is paused. They stay marked as running on
    /// disk, which after a crash means no more than “perhaps sent”.
    pub fn give_back(&self, keys: &[CallKey]) {
        self.queue().give_back(keys);
    }

    /// Stores answers and failures (with stable reason codes) and fills the cells that wait for them. One
    /// transaction per batch, so that each batch can be undone by itself; gives the last receipt.
    pub fn settle(
        &self,
        answers: Vec<Answer>,
        failures: Vec<(CallKey, String)>,
    ) -> Result<Receipt, CommandError> {
        let mut parts: BTreeMap<Option<String>, Settlement> = BTreeMap::new();
        for answer in answers {
            let batch = self.queue().batch_of(&answer.key);
            parts.entry(batch).or_default().0.push(answer);
        }
        for failure in failures {
            let batch = self.queue().batch_of(&failure.0);
            parts.entry(batch).or_default().1.push(failure);
        }
        let mut last =
            self.settle_part(parts.pop_first().map(|(_, part)| part).unwrap_or_default());
        for (_, part) in parts {
            let next = self.settle_part(part);
            last = last.and(next);
        }
        last
    }

    fn settle_part(&self, (answers, failures): Settlement) -> Result<Receipt, CommandError> {
        self.handle.submit(Submission {
            actor: ActorId("job:ai".into()),
            client_id: None,
            group: None,
            command: Command::SettleCalls { answers, failures },
        })
    }

    /// A line for the ledger of attempts.
    pub fn record_attempt(&self, attempt: Attempt) {
        // A closed base has no ledger any more; the answer of the attempt is lost with it.
        let _ = self.handle.events.send(Event::Attempt(attempt));
    }

    /// Progress per batch, newest first; finished ones of this run included.
    pub fn batches(&self) -> Vec<BatchStatus> {
        self.queue().batches()
    }

    /// The same as submitting `CancelAi`.
    pub fn cancel(&self, actor: &ActorId, batch: &str) -> Result<Receipt, CommandError> {
        self.handle.submit(Submission {
            actor: actor.clone(),
            client_id: None,
            group: None,
            command: Command::CancelAi {
                batch: batch.to_owned(),
            },
        })
    }

    /// What running the field would ask for.
    pub fn estimate(
        &self,
        table: TableId,
        field: FieldId,
        scope: &AiScope,
        plan: &AiPlan,
    ) -> Result<AiEstimate, CommandError> {
        let shared = &self.handle.shared;
        let snapshot = self.handle.snapshot();
        let graph = shared.graph_of(&snapshot.schema);
        shared.with_env(&BTreeSet::new(), |env| {
            scope::estimate(&snapshot, &graph, table, field, (scope, plan), env)
        })
    }

    /// The records that a run would ask for; with [`AiPlan::sample`] a few varied ones.
    pub fn records(
        &self,
        table: TableId,
        field: FieldId,
        scope: &AiScope,
        plan: &AiPlan,
    ) -> Result<Vec<RecordId>, CommandError> {
        let shared = &self.handle.shared;
        let snapshot = self.handle.snapshot();
        let graph = shared.graph_of(&snapshot.schema);
        shared.with_env(&BTreeSet::new(), |env| {
            scope::records(&snapshot, &graph, (table, field), scope, plan, env)
        })
    }

    /// What a cell would ask for now.
    pub fn calls_of(
        &self,
        table: TableId,
        field: FieldId,
        record: RecordId,
    ) -> Result<Vec<AiCall>, CommandError> {
        let shared = &self.handle.shared;
        let snapshot = self.handle.snapshot();
        let graph = shared.graph_of(&snapshot.schema);
        shared.with_env(&BTreeSet::new(), |env| {
            scope::calls_of(&snapshot, &graph, (table, field), record, env)
        })
    }

    /// Why a call failed that was asked in this run of the program.
    pub fn failure_of(&self, key: &CallKey) -> Option<String> {
        self.queue().failure_of(key)
    }

    /// What records would show under other formulas, as far as it is answered; an empty one is the field's own.
    pub fn tried(
        &self,
        table: TableId,
        field: FieldId,
        records: &[RecordId],
        formulas: &[String],
    ) -> Result<Vec<Vec<TriedCell>>, CommandError> {
        let shared = &self.handle.shared;
        let snapshot = self.handle.snapshot();
        let graph = shared.graph_of(&snapshot.schema);
        shared.with_env(&BTreeSet::new(), |env| {
            command::show_tried(&snapshot, &graph, (table, field), records, formulas, env)
        })
    }
}
