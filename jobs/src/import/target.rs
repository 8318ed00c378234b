//! What an import needs from the base that it fills and from the folder that it reads.
//!
//! [`ImportTarget`] is a base, [`ImportSource`] a staged folder; tests bring their own. Law: an import changes
//! a base by commands only.

use connectors::file::{Manifest, Staged};
use engine::{BaseHandle, BaseStatus, CommandError, Receipt, Submission};
use std::{
    fs::File,
    io::Read,
    sync::{Arc, mpsc},
    time::Duration,
};
use table::{raw::RawBatch, snapshot::Snapshot};

/// A base being filled. All of it blocks.
pub trait ImportTarget {
    fn submit(&self, submission: Submission) -> Result<Receipt, CommandError>;
    fn snapshot(&self) -> Arc<Snapshot>;
    /// Stores a file's bytes; gives their digest.
    fn put_blob(&self, from: &mut dyn Read) -> Result<String, String>;
    /// Until no computed field is being filled, or `is_cancelled`.
    fn wait_computed(&self, is_cancelled: &dyn Fn() -> bool);
    /// Until the base takes writes again, or a moment.
    fn wait_writable(&self);
}

/// Stores a blob of the base: reads to the end, gives the digest.
pub type PutBlob = Arc<dyn Fn(&mut dyn Read) -> Result<String, String> + Send + Sync>;

/// An open base as a target.
pub struct BaseTarget {
    pub handle: BaseHandle,
    pub put_blob: PutBlob,
}

/// Between looks at the state of a base that is computing; a patch ends the wait earlier.
const LOOK: Duration = Duration::from_millis(500);

impl ImportTarget for BaseTarget {
    fn submit(&self, submission: Submission) -> Result<Receipt, CommandError> {
        self.handle.submit(submission)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.handle.snapshot()
    }

    fn put_blob(&self, from: &mut dyn Read) -> Result<String, String> {
        (self.put_blob)(from)
    }

    fn wait_computed(&self, is_cancelled: &dyn Fn() -> bool) {
        let (told, changes) = mpsc::sync_channel(1);
        let _subscription = self.handle.subscribe(Box::new(move |_| {
            // Full: somebody already has a reason to look.
            let _ = told.try_send(());
        }));
        while matches!(self.handle.status(), BaseStatus::Recomputing { .. }) && !is_cancelled() {
            let _ = changes.recv_timeout(LOOK);
        }
    }

    fn wait_writable(&self) {
        if matches!(self.handle.try_recover(), BaseStatus::ReadOnly { .. }) {
            // Nothing is ever sent: the time passes.
            let (_told, never) = mpsc::sync_channel::<()>(1);
            let _ = never.recv_timeout(LOOK);
        }
    }
}

/// A file that was read and waits to be imported. Batches are read on a thread of their own.
pub trait ImportSource: Sync {
    fn manifest(&self) -> &Manifest;
    fn batches(&self, sheet: usize) -> Box<dyn Iterator<Item = Result<RawBatch, String>> + '_>;
    fn picture(&self, digest: &str) -> std::io::Result<Box<dyn Read>>;
}

impl ImportSource for Staged {
    fn manifest(&self) -> &Manifest {
        Staged::manifest(self)
    }

    fn batches(&self, sheet: usize) -> Box<dyn Iterator<Item = Result<RawBatch, String>> + '_> {
        Box::new(Staged::batches(self, sheet).map(|batch| batch.map_err(|error| error.to_string())))
    }

    fn picture(&self, digest: &str) -> std::io::Result<Box<dyn Read>> {
        Ok(Box::new(File::open(Staged::picture(self, digest))?))
    }
}
