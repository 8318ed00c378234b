//! A second connection for blobs, history and answers; never holds up the writer for more than its own commit.

use crate::{
    Damage, backup,
    blob::{self, BlobId},
    call_queue,
    error::{BackupError, BlobError, OpenBaseError, ReadLogError},
    fault::Fault,
    history::{self, LogLine, Undoing},
    ledger::{self, LedgerLine, LedgerQuery, PastCalls, Spent, SpentInHour, StoredBatch},
    migrate, note,
    parts::Parts,
    retention::{self, Needs},
    verify,
};
use rusqlite::Connection;
use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use table::{
    ai::{AiCall, Answer, CallKey},
    id::{FieldId, Revision},
    op::Transaction,
};

/// Cheap to clone; all clones share one connection.
#[derive(Clone)]
pub struct Reader {
    connection: Arc<Mutex<Connection>>,
    path: Arc<PathBuf>,
    parts: Parts,
    /// Of a base that takes writes.
    is_writing: bool,
}

impl Reader {
    pub(crate) fn open(path: &Path, parts: Parts) -> Result<Reader, OpenBaseError> {
        let connection = migrate::connect(path)?;
        Ok(Reader {
            connection: Arc::new(Mutex::new(connection)),
            path: Arc::new(path.into()),
            parts,
            is_writing: true,
        })
    }

    /// Of a file that must not be changed: storing a blob is refused.
    pub(crate) fn open_to_read(path: &Path, parts: Parts) -> Result<Reader, OpenBaseError> {
        Ok(Reader {
            connection: Arc::new(Mutex::new(migrate::connect_to_read(path)?)),
            path: Arc::new(path.into()),
            parts,
            is_writing: false,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves a connection without an open transaction: it is rolled back on unwind.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Stores a file; durable when it returns, so that an op may refer to it.
    pub fn put_blob(&self, from: &mut dyn Read) -> Result<BlobId, BlobError> {
        let mut connection = self.lock();
        let done = blob::put(&mut connection, from);
        if self.is_writing
            && matches!(done, Err(BlobError::ReadOnly))
            && let Ok(again) = migrate::connect(&self.path)
        {
            // SQLite could not open the write-ahead log for writing and took it for reading: the next one can.
            *connection = again;
        }
        done
    }

    pub fn blob(&self, digest: &str) -> Result<Vec<u8>, BlobError> {
        blob::get(&self.lock(), digest)
    }

    /// A note that the base carries; `None` where there is none, or where it is damaged.
    pub fn note(&self, name: &str) -> Result<Option<Vec<u8>>, ReadLogError> {
        Ok(note::get(&self.lock(), name)?)
    }

    /// Replaces a note; durable when it returns.
    pub fn put_note(&self, name: &str, bytes: &[u8]) -> Result<(), BlobError> {
        note::put(&self.lock(), name, bytes)
    }

    pub fn transactions(
        &self,
        from: Revision,
        limit: usize,
    ) -> Result<Vec<Transaction>, ReadLogError> {
        history::transactions(&self.lock(), &self.parts, from, limit)
    }

    /// What was done, without the changes themselves.
    pub fn lines(&self, from: Revision, limit: usize) -> Result<Vec<LogLine>, ReadLogError> {
        history::lines(&self.lock(), from, limit)
    }

    /// What takes back something after a revision, the newest first.
    pub fn undoings_after(&self, after: Revision) -> Result<Vec<Undoing>, ReadLogError> {
        history::undoings_after(&self.lock(), after)
    }

    /// The transactions of a group, ascending; those that take it back are none of it.
    pub fn group_revisions(&self, group: &str) -> Result<Vec<Revision>, ReadLogError> {
        history::group_revisions(&self.lock(), group)
    }

    /// Transactions of these labels that are as young as `since_ms`, the newest first, at most `limit`.
    pub fn labelled(
        &self,
        labels: &[&str],
        since_ms: i64,
        limit: usize,
    ) -> Result<Vec<Revision>, ReadLogError> {
        history::labelled(&self.lock(), labels, since_ms, limit)
    }

    pub fn transaction(&self, revision: Revision) -> Result<Option<Transaction>, ReadLogError> {
        let found = history::transactions(&self.lock(), &self.parts, revision, 1)?;
        Ok(found
            .into_iter()
            .find(|transaction| transaction.revision == revision))
    }

    pub fn answer(&self, key: &CallKey) -> Result<Option<Answer>, ReadLogError> {
        call_queue::find_answer(&self.lock(), key)
    }

    /// The question that was asked for a key, if it ever was.
    pub fn call(&self, key: &CallKey) -> Result<Option<AiCall>, ReadLogError> {
        Ok(call_queue::find_call(&self.lock(), key)?)
    }

    /// What answered calls of a field took lately, asked of the provider of this name.
    pub fn past_calls(&self, field: FieldId, provider: &str) -> Result<PastCalls, ReadLogError> {
        Ok(ledger::past_calls(&self.lock(), field, provider)?)
    }

    /// Lines of the ledger, newest first.
    pub fn ledger(&self, query: &LedgerQuery) -> Result<Vec<LedgerLine>, ReadLogError> {
        Ok(ledger::lines(&self.lock(), query)?)
    }

    /// The newest batches with what became of them.
    pub fn batches(&self, limit: u32) -> Result<Vec<StoredBatch>, ReadLogError> {
        Ok(ledger::batches(&self.lock(), limit, &mut Vec::new())?)
    }

    /// The sums of the whole ledger, by currency.
    pub fn spent(&self) -> Result<Vec<Spent>, ReadLogError> {
        Ok(ledger::spent_in_all(&self.lock())?)
    }

    /// The same by batch and hour.
    pub fn spent_by_hour(&self) -> Result<Vec<SpentInHour>, ReadLogError> {
        Ok(ledger::spent_by_hour(&self.lock())?)
    }

    /// Days that history is kept; `None`: for ever.
    pub fn retention_days(&self) -> Result<Option<u32>, ReadLogError> {
        Ok(retention::days(&self.lock())?)
    }

    /// The newest transaction whose log was forgotten; 0 where all is there.
    pub fn forgotten_to(&self) -> Result<Revision, ReadLogError> {
        Ok(retention::start(&self.lock())?.after)
    }

    /// The last transaction before the first one that is as young as `at_ms`.
    pub fn last_before(&self, at_ms: i64) -> Result<Revision, ReadLogError> {
        Ok(retention::last_before(&self.lock(), at_ms)?)
    }

    /// What the log after a revision speaks of; reads all of it, in slices.
    pub fn needs_after(&self, until: Revision) -> Result<Needs, ReadLogError> {
        let mut needs = Needs::after(until);
        while needs.read_on(&self.lock(), &self.parts)? {}
        Ok(needs)
    }

    /// Every part and row of the log against its checksum, as far as opening left them for later. What is found is
    /// damage from now on ([`Reader::damage`]): the base takes no more writes.
    pub fn check(&self) -> Result<(), ReadLogError> {
        self.parts.check()
    }

    /// What was found damaged since the base was opened.
    pub fn damage(&self) -> Vec<Damage> {
        self.parts.damage()
    }

    /// As [`crate::Base::verify`], where there is no writer.
    pub fn verify(&self) -> Vec<Damage> {
        verify::verify(&self.lock(), &self.path)
    }

    /// As [`crate::Base::backup`], where there is no writer.
    pub fn backup(&self, to: &Path) -> Result<(), BackupError> {
        backup::write(&self.lock(), to, &Fault::default())
    }

    pub fn find_client_id(&self, id: &str) -> Result<Option<Revision>, ReadLogError> {
        history::find_client_id(&self.lock(), id)
    }
}
