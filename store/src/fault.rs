//! Faults made on purpose, for tests: the n-th named step of writing fails as a disk would.
//!
//! A [`Fault`] counts the steps that a [`crate::Base`] passes and fails one of them. Steps after a commit stand for the
//! worst case of all: the bytes are on disk and the caller is told that they are not. Without a plan a step
//! costs one comparison. [`SLOW_SYNC_MS`] makes the disk slow instead, for measurements. Law under test: acknowledged ⊆ recovered ⊆ attempted. Tests: `store/tests/faults.rs`.

use rusqlite::ffi;
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How the disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Writing or syncing gives an I/O error.
    Io,
    /// No space is left.
    DiskFull,
}

/// The steps of writing, in the order in which they are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    WriteBegin,
    WriteEntry,
    WriteCommit,
    /// Committed and synced, but the answer is lost.
    WriteSynced,
    CheckpointBegin,
    CheckpointSegment,
    CheckpointManifest,
    CheckpointCommit,
    /// Committed and synced, but the answer is lost.
    CheckpointSynced,
    BackupCopy,
    BackupSync,
    BackupRename,
}

/// Environment variable: milliseconds that every sync of a commit takes longer, at most 1,000.
pub const SLOW_SYNC_MS: &str = "SUANPAN_SLOW_SYNC_MS";

/// As the environment says; no more than a second, so that nothing seems to hang.
fn slow_sync() -> Option<Duration> {
    static SLOW: OnceLock<Option<Duration>> = OnceLock::new();
    *SLOW.get_or_init(|| {
        let text = std::env::var(SLOW_SYNC_MS).ok()?;
        let ms: u64 = text.parse().ok().filter(|ms| *ms > 0)?;
        Some(Duration::from_millis(ms.min(1_000)))
    })
}

/// Waits; parking may end early.
fn take_time(time: Duration) {
    let end = Instant::now() + time;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(left);
    }
}

/// A plan: which step fails, and how. The default never fails. Clones share their count.
#[derive(Debug, Clone, Default)]
pub struct Fault {
    plan: Option<Arc<Plan>>,
}

#[derive(Debug)]
struct Plan {
    /// Counted from 1.
    at: u64,
    kind: FaultKind,
    n_passed: AtomicU64,
}

impl Fault {
    /// The `at`-th step from now on fails, counted from 1; those before and after succeed.
    pub fn at_step(at: u64, kind: FaultKind) -> Fault {
        let n_passed = AtomicU64::new(0);
        Fault {
            plan: Some(Arc::new(Plan { at, kind, n_passed })),
        }
    }

    /// True once the step has failed; a loop over n ends with the first run in which it has not.
    pub fn was_met(&self) -> bool {
        self.plan
            .as_ref()
            .is_some_and(|plan| plan.n_passed.load(Ordering::SeqCst) >= plan.at)
    }

    pub(crate) fn pass(&self, step: Step) -> Result<(), rusqlite::Error> {
        if matches!(step, Step::WriteCommit | Step::CheckpointCommit)
            && let Some(slow) = slow_sync()
        {
            take_time(slow);
        }
        let Some(plan) = &self.plan else {
            return Ok(());
        };
        if plan.n_passed.fetch_add(1, Ordering::SeqCst) + 1 != plan.at {
            return Ok(());
        }
        let code = match plan.kind {
            FaultKind::Io => ffi::SQLITE_IOERR_FSYNC,
            FaultKind::DiskFull => ffi::SQLITE_FULL,
        };
        Err(rusqlite::Error::SqliteFailure(
            ffi::Error::new(code),
            Some(format!("a fault made on purpose at {step:?}")),
        ))
    }
}
