//! Everything that the writer hears: one closed list.

use super::checkpoint::Piece;
use crate::{
    command::{Command, Preview, Submission},
    error::CommandError,
    handle::{BaseStatus, Then},
    patch::UndoState,
    queue::{Attempt, BatchChange, TakenCall},
    recompute::background::Filled,
};
use std::{path::PathBuf, sync::mpsc::SyncSender};
use table::{
    ai::CallKey,
    id::{ActorId, Revision},
};

pub(crate) enum Event {
    Submit {
        submission: Submission,
        then: Then,
    },
    DryRun {
        actor: ActorId,
        command: Box<Command>,
        answer: SyncSender<Result<Preview, CommandError>>,
    },
    Calls(CallEvent),
    Attempt(Attempt),
    /// The file was found damaged while it was open.
    Damaged,
    /// A background computation is done.
    Filled(Filled),
    UndoState {
        actor: ActorId,
        answer: SyncSender<UndoState>,
    },
    /// A piece of the checkpoint that is being packed; answers whether to go on.
    Checkpoint {
        id: u64,
        piece: Piece,
        answer: SyncSender<bool>,
    },
    SetRetention {
        days: Option<u32>,
        answer: SyncSender<Result<(), CommandError>>,
    },
    /// One slice of the log up to a revision; answers whether there is more.
    Forget {
        until: Revision,
        answer: SyncSender<bool>,
    },
    /// Some of what no history speaks of any more; the needs come back while there is more.
    Purge {
        needs: Box<store::Needs>,
        answer: SyncSender<Option<Box<store::Needs>>>,
    },
    Recover {
        answer: SyncSender<BaseStatus>,
    },
    Backup {
        to: PathBuf,
        answer: SyncSender<Result<(), CommandError>>,
    },
    Verify {
        answer: SyncSender<Vec<store::Damage>>,
    },
    /// For tests.
    Inject {
        fault: store::fault::Fault,
        answer: SyncSender<()>,
    },
    Close {
        closed: SyncSender<()>,
    },
}

/// What jobs tell of AI calls.
pub(crate) enum CallEvent {
    /// Up to `n` calls, marked running on disk.
    Take {
        n: usize,
        answer: SyncSender<Vec<TakenCall>>,
    },
    /// Calls that go out now, marked on disk with what is known of them; answers whether they may.
    Sending {
        sendings: Vec<store::Sending>,
        answer: SyncSender<bool>,
    },
    /// Reserved calls that were not sent.
    Unsent(Vec<CallKey>),
    /// Pauses a batch (with a reason) or lets it go on, perhaps with another cap.
    Batch {
        batch: String,
        change: BatchChange,
        answer: SyncSender<Result<(), CommandError>>,
    },
}
