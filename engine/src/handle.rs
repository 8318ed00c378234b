//! The only public door of a base: submit commands, read snapshots and windows, watch patches.
//!
//! Main type: [`BaseHandle`] (cheap to clone, usable from any thread). The writer behind it runs on its own thread.

use crate::{
    command::{Command, Receipt, Submission},
    error::{CommandError, OpenError},
    patch::{Patch, UndoState},
    query::{AggregateValue, AiEstimate, RetypePreview, Window, WindowQuery},
    queue::{Attempt, BatchStatus, TakenCall},
};
use serde::Serialize;
use std::{path::Path, sync::Arc};
use table::{
    ai::{Answer, CallKey},
    field::FieldType,
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
}

/// Whether the base takes edits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BaseStatus {
    Ok,
    /// Reading and export go on; it leaves this state by itself once the cause is gone.
    ReadOnly {
        reason: String,
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

/// One open base. The last clone's drop ends the writer; [`BaseHandle::close`] does it in order.
#[derive(Clone)]
pub struct BaseHandle {
    shared: Arc<Shared>,
}

struct Shared {
    snapshot: parking_lot::RwLock<Arc<Snapshot>>,
}

/// Ends the subscription when dropped.
pub struct Subscription {
    _id: u64,
}

/// The queue of AI calls, for jobs.
#[derive(Clone)]
pub struct QueueHandle {
    _handle: BaseHandle,
}

fn not_ready() -> CommandError {
    CommandError::new(
        "not_ready",
        "此功能正在装配。",
        "This is being put together.",
    )
}

impl BaseHandle {
    /// A new base in a new file.
    pub fn create(
        path: &Path,
        _id: BaseId,
        _name: &str,
        _options: EngineOptions,
    ) -> Result<BaseHandle, OpenError> {
        Err(OpenError::Store(path.display().to_string()))
    }

    /// Opens a base: recovers it from checkpoint and log, computes what is missing.
    pub fn open(path: &Path, _options: EngineOptions) -> Result<BaseHandle, OpenError> {
        Err(OpenError::Store(path.display().to_string()))
    }

    /// Blocks until the command is durable (or refused).
    pub fn submit(&self, _submission: Submission) -> Result<Receipt, CommandError> {
        Err(not_ready())
    }

    /// As [`BaseHandle::submit`], but `then` gets the answer on the writer's thread.
    pub fn submit_then(&self, _submission: Submission, then: Then) {
        then(Err(not_ready()));
    }

    /// Validates a command against the present snapshot without applying it.
    pub fn dry_run(&self, _actor: &ActorId, _command: &Command) -> Result<(), CommandError> {
        Err(not_ready())
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.read().clone()
    }

    /// Hears every patch from now on, until the subscription is dropped.
    pub fn subscribe(&self, _listener: Listener) -> Subscription {
        Subscription { _id: 0 }
    }

    pub fn window(&self, _query: &WindowQuery) -> Result<Window, CommandError> {
        Err(not_ready())
    }

    /// The footer values that the view asks for, over the view's records.
    pub fn aggregates(
        &self,
        _table: TableId,
        _view: Option<ViewId>,
    ) -> Result<Vec<AggregateValue>, CommandError> {
        Err(not_ready())
    }

    /// Records of a view in its order, for export; absent view: all live ones.
    pub fn view_records(
        &self,
        _table: TableId,
        _view: Option<ViewId>,
    ) -> Result<Vec<RecordId>, CommandError> {
        Err(not_ready())
    }

    /// Live records whose cell does not fit the field.
    pub fn n_misfits(&self, _table: TableId, _field: FieldId) -> u64 {
        0
    }

    pub fn preview_retype(
        &self,
        _table: TableId,
        _field: FieldId,
        _to: &FieldType,
    ) -> Result<RetypePreview, CommandError> {
        Err(not_ready())
    }

    pub fn undo_state(&self, _actor: &ActorId) -> UndoState {
        UndoState::default()
    }

    pub fn queue(&self) -> QueueHandle {
        QueueHandle {
            _handle: self.clone(),
        }
    }

    pub fn status(&self) -> BaseStatus {
        BaseStatus::Ok
    }

    /// Tries to leave the read-only state now; the writer also tries by itself from time to time.
    pub fn try_recover(&self) -> BaseStatus {
        BaseStatus::Ok
    }

    /// Writes a checkpoint and ends the writer. Clones of the handle answer `closed` from then on.
    pub fn close(self) {}
}

impl QueueHandle {
    /// Up to `n` queued calls, marked running durably before this returns; empty if there are none.
    pub fn take(&self, _n: usize) -> Vec<TakenCall> {
        Vec::new()
    }

    /// Blocks until a call is queued, `timeout_ms` have passed or the base is closed; true if calls are waiting.
    pub fn wait(&self, _timeout_ms: u64) -> bool {
        false
    }

    /// `listener` runs whenever calls were queued; for async runners, which must not block.
    pub fn on_queued(&self, _listener: Box<dyn Fn() + Send + Sync>) {}

    /// Gives taken calls back to the queue, e.g. while a provider is paused.
    pub fn give_back(&self, _keys: &[CallKey]) {}

    /// Stores answers and failures (with stable reason codes) and fills the cells that wait for them.
    pub fn settle(
        &self,
        _answers: Vec<Answer>,
        _failures: Vec<(CallKey, String)>,
    ) -> Result<Receipt, CommandError> {
        Err(not_ready())
    }

    /// A line for the ledger of attempts.
    pub fn record_attempt(&self, _attempt: Attempt) {}

    /// Progress per batch, newest first; finished ones of this run included.
    pub fn batches(&self) -> Vec<BatchStatus> {
        Vec::new()
    }

    /// The same as submitting `CancelAi`.
    pub fn cancel(&self, _actor: &ActorId, _batch: &str) -> Result<Receipt, CommandError> {
        Err(not_ready())
    }

    /// What running the field would ask for.
    pub fn estimate(
        &self,
        _table: TableId,
        _field: FieldId,
        _scope: &crate::command::AiScope,
    ) -> Result<AiEstimate, CommandError> {
        Err(not_ready())
    }
}
