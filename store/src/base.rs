//! The writer's handle: open and recover, append, checkpoint, close.

use crate::{
    Damage, Reader, backup,
    call_queue::{self, Answers, CallStatus, QueuedCall, StoredCall},
    checkpoint::{self, Look, Written},
    create,
    error::{
        AppendError, BackupError, CheckpointError, CloseError, CreateBaseError, OpenBaseError,
        ReadLogError,
    },
    fault::{Fault, Step},
    history,
    ledger::{self, Attempt, BatchRecord, Sending, StoredBatch},
    limits::{CHECKED_BYTES, KEPT_BATCHES},
    log::{self, BrokenRow},
    migrate,
    parts::{Parts, WrittenColumns},
    retention, verify,
};
use rusqlite::Connection;
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};
use table::{
    ai::{Answer, CallKey},
    id::{BaseId, Revision},
    op::{Touched, Transaction, apply_all},
    snapshot::Snapshot,
};

/// Transactions replayed at a time.
const PAGE: usize = 512;

/// The one writer of a base file; the file is locked while it lives.
pub struct Base {
    connection: Connection,
    reader: Reader,
    path: PathBuf,
    /// Holds the lock.
    _lock: File,
    chain: u64,
    parts: Parts,
    written: Written,
    poisoned: bool,
    fault: Fault,
}

/// What one transaction adds to the file, all or nothing.
#[derive(Debug, Clone)]
pub struct Entry {
    pub transaction: Arc<Transaction>,
    pub queued: Vec<QueuedCall>,
    pub answers: Vec<Answer>,
    pub calls_settled: Vec<(CallKey, CallStatus)>,
    /// Batches begun or changed.
    pub batches: Vec<BatchRecord>,
}

/// The state found on opening.
pub struct Recovered {
    /// Checkpoint and log; derived cells of touched records may be stale, their columns may be absent.
    pub snapshot: Snapshot,
    /// What each transaction after the checkpoint touched.
    pub touched: Vec<Touched>,
    pub answers: Answers,
    /// Calls without an answer.
    pub calls: Vec<StoredCall>,
    /// The newest batches, newest first.
    pub batches: Vec<StoredBatch>,
    pub damage: Vec<Damage>,
    /// A row of the log is damaged: the base can be read, never written.
    pub broken: Option<BrokenLog>,
    /// Cells are damaged that the log has only by reference: they are shown as damaged, and the base can be
    /// read, never written.
    pub is_lost: bool,
    /// Every part and row of the log has been looked at; otherwise [`Reader::check`] is to be called in time.
    pub is_checked: bool,
}

/// What a damaged row of the log means for the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenLog {
    /// The first damaged transaction.
    pub revision: Revision,
    /// A checkpoint holds what came after it too: the state is the newest one, only history is lost. Otherwise
    /// the state is the one before the damage.
    pub complete: bool,
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".lock");
    path.with_file_name(name)
}

fn lock(path: &Path) -> Result<File, OpenBaseError> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock_path(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenBaseError::AlreadyOpen(path.into())),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

impl Base {
    /// A new file; fails if there is one. It is there whole or not at all: until it is, it has another name
    /// ([`crate::create`]), and what a crash leaves of that is nobody's.
    pub fn create(
        path: &Path,
        id: &BaseId,
        name: &str,
    ) -> Result<(Base, Snapshot), CreateBaseError> {
        if path.exists() {
            return Err(CreateBaseError::Exists(path.into()));
        }
        let held = lock(path)?;
        let made =
            create::write(path, id, name).and_then(|()| Base::open_held(path, Look::Needed, held));
        if made.is_err() {
            create::remove(path);
            // Without a base there is nothing to lock.
            let _ = std::fs::remove_file(lock_path(path));
        }
        let (base, recovered) = made?;
        Ok((base, recovered.snapshot))
    }

    /// Opens, checks and replays. Nothing is written before what is replayed was found whole; a base with a
    /// damaged log is opened for reading only, and its file stays as it is. Of a large file the columns and what
    /// the checkpoint stands for are looked at later: [`Reader::check`].
    pub fn open(path: &Path) -> Result<(Base, Recovered), OpenBaseError> {
        Base::open_looking(path, Look::Needed)
    }

    /// As [`Base::open`], with every part and the whole log checked first, however large.
    pub fn open_checked(path: &Path) -> Result<(Base, Recovered), OpenBaseError> {
        Base::open_looking(path, Look::All)
    }

    fn open_looking(path: &Path, look: Look) -> Result<(Base, Recovered), OpenBaseError> {
        if !path.exists() {
            return Err(OpenBaseError::NotFound(path.into()));
        }
        let held = lock(path)?;
        Base::open_held(path, look, held)
    }

    fn open_held(path: &Path, look: Look, held: File) -> Result<(Base, Recovered), OpenBaseError> {
        let looking = migrate::connect_to_read(path)?;
        migrate::check(&looking, path)?;
        let mut damage = Vec::new();
        let look = match path.metadata()?.len() <= CHECKED_BYTES {
            true => Look::All,
            false => look,
        };
        let (mut found, parts) = state(&looking, path, look, &mut damage)?;
        let from = match look {
            Look::All => Revision(1),
            Look::Needed => found.written.revision,
        };
        if let Some(row) = log::broken_rows(&looking, from, 1)?.pop() {
            found.stop(row, &mut damage);
        }
        let chain = log::checksum_before(&looking, Revision(u64::MAX >> 1));
        let answers = call_queue::answers(&looking, &mut damage)?;
        let is_readable_only = found.broken.is_some() || found.is_lost;
        let (connection, reader, chain) = match is_readable_only {
            true => {
                let reader = Reader::open_to_read(path, parts.clone())?;
                (looking, reader, chain.unwrap_or(0))
            }
            false => {
                drop(looking);
                let connection = migrate::connect(path)?;
                migrate::upgrade(&connection)?;
                ledger::recover(&connection)?;
                (connection, Reader::open(path, parts.clone())?, chain?)
            }
        };
        let calls = call_queue::open_calls(&connection, &mut damage)?;
        let batches = ledger::batches(&connection, KEPT_BATCHES, &mut damage)?;
        let base = Base {
            connection,
            reader,
            path: path.into(),
            _lock: held,
            chain,
            parts,
            written: found.written,
            poisoned: is_readable_only,
            fault: Fault::default(),
        };
        Ok((
            base,
            Recovered {
                snapshot: found.snapshot,
                touched: found.touched,
                answers,
                calls,
                batches,
                damage,
                broken: found.broken,
                is_lost: found.is_lost,
                is_checked: look == Look::All,
            },
        ))
    }

    /// For tests: the steps of writing from now on follow the plan.
    pub fn inject(&mut self, fault: Fault) {
        self.fault = fault;
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// One SQLite transaction, one fsync. After an error the outcome is unknown (the rows may be there), so
    /// the base refuses writes until it is opened again.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), AppendError> {
        let (fault, parts) = (self.fault.clone(), self.parts.clone());
        let mut written = WrittenColumns::default();
        self.write(|connection, chain| {
            let mut chain = chain;
            for entry in entries {
                fault.pass(Step::WriteEntry)?;
                chain = log::append(connection, &parts, chain, &entry.transaction, &mut written)?;
                entry
                    .queued
                    .iter()
                    .try_for_each(|queued| call_queue::enqueue(connection, queued))?;
                entry
                    .answers
                    .iter()
                    .try_for_each(|answer| call_queue::answer(connection, answer))?;
                for (key, status) in &entry.calls_settled {
                    call_queue::set_status(connection, key, status)?;
                }
                entry
                    .batches
                    .iter()
                    .try_for_each(|batch| ledger::put_batch(connection, batch))?;
            }
            Ok(chain)
        })?;
        self.parts.keep(written);
        Ok(())
    }

    /// Durable before the network sees the calls.
    pub fn mark_running(&mut self, keys: &[CallKey]) -> Result<(), AppendError> {
        self.write(|connection, chain| {
            keys.iter()
                .try_for_each(|key| call_queue::mark_running(connection, key))?;
            Ok(chain)
        })
    }

    /// What is known of calls that go out now, as durable as [`Base::mark_running`].
    pub fn mark_sending(&mut self, sendings: &[Sending]) -> Result<(), AppendError> {
        self.write(|connection, chain| {
            for sending in sendings {
                call_queue::mark_running(connection, &sending.key)?;
                ledger::mark_sending(connection, sending)?;
            }
            Ok(chain)
        })
    }

    /// Calls that go back in line without having been sent.
    pub fn mark_unsent(&mut self, keys: &[CallKey]) -> Result<(), AppendError> {
        self.write(|connection, chain| {
            keys.iter()
                .try_for_each(|key| call_queue::mark_unsent(connection, key))?;
            Ok(chain)
        })
    }

    /// Lines of the ledger, in one go.
    pub fn record_attempts(&mut self, attempts: &[Attempt]) -> Result<(), AppendError> {
        self.write(|connection, chain| {
            attempts
                .iter()
                .try_for_each(|attempt| ledger::record_attempt(connection, attempt))?;
            Ok(chain)
        })
    }

    pub fn put_batch(&mut self, batch: &BatchRecord) -> Result<(), AppendError> {
        self.write(|connection, chain| {
            ledger::put_batch(connection, batch)?;
            Ok(chain)
        })
    }

    pub(crate) fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Those that the last checkpoint names.
    pub(crate) fn used_parts(&self) -> &std::collections::HashSet<i64> {
        &self.written.used
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// As [`Base::write`], but what is written may be lost by a power cut, as a whole, until the next write that is
    /// durable: the write-ahead log keeps their order.
    pub(crate) fn write_ahead(
        &mut self,
        act: impl FnOnce(&Connection, u64) -> Result<u64, rusqlite::Error>,
    ) -> Result<(), AppendError> {
        let soft = self.connection.pragma_update(None, "synchronous", "NORMAL");
        let done = soft
            .map_err(AppendError::from)
            .and_then(|()| self.write(act));
        if let Err(error) = migrate::tune_sync(&self.connection) {
            self.poisoned = true;
            return Err(error.into());
        }
        done
    }

    pub(crate) fn write(
        &mut self,
        act: impl FnOnce(&Connection, u64) -> Result<u64, rusqlite::Error>,
    ) -> Result<(), AppendError> {
        if self.parts.is_damaged() {
            self.poisoned = true;
            return Err(AppendError::Damaged);
        }
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        let (chain, fault) = (self.chain, &self.fault);
        let done = (|| {
            fault.pass(Step::WriteBegin)?;
            let transaction = self
                .connection
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let chain = act(&transaction, chain)?;
            fault.pass(Step::WriteCommit)?;
            transaction.commit()?;
            fault.pass(Step::WriteSynced)?;
            Ok::<u64, rusqlite::Error>(chain)
        })();
        match done {
            Ok(chain) => {
                self.chain = chain;
                Ok(())
            }
            Err(error) => {
                self.poisoned = true;
                Err(error.into())
            }
        }
    }

    /// Writes what changed since the last checkpoint; the log stays, as history.
    pub fn checkpoint(&mut self, snapshot: &Snapshot) -> Result<(), CheckpointError> {
        // What can't be read must not be written as if it had been damaged from the start.
        if self.poisoned || self.parts.is_damaged() {
            self.poisoned = true;
            return Err(CheckpointError::Poisoned);
        }
        let done = checkpoint::write(
            &mut self.connection,
            &self.parts,
            &mut self.written,
            snapshot,
            &self.fault,
        );
        // It may be on disk all the same. Then `written` names parts that are gone, and the next manifest
        // would point at nothing: only opening again tells which parts there are.
        self.poisoned |= done.is_err();
        Ok(done?)
    }

    /// The revision of the last checkpoint.
    pub fn checkpoint_revision(&self) -> Revision {
        self.written.revision
    }

    /// Every checksum and invariant of the file.
    pub fn verify(&self) -> Vec<Damage> {
        verify::verify(&self.connection, &self.path)
    }

    /// A consistent copy while in use.
    pub fn backup(&self, to: &Path) -> Result<(), BackupError> {
        backup::write(&self.connection, to, &self.fault)
    }

    pub fn close(self) -> Result<(), CloseError> {
        drop(self.reader);
        self.parts.rest();
        self.connection
            .close()
            .map_err(|(_, error)| CloseError::Sqlite(error))
    }
}

/// The state before the first transaction: nothing but the name given at creation.
fn empty(connection: &Connection) -> Result<Snapshot, rusqlite::Error> {
    let name: Vec<u8> =
        connection.query_row("SELECT value FROM meta WHERE key = 'name'", [], |row| {
            row.get(0)
        })?;
    let mut snapshot = Snapshot::default();
    Arc::make_mut(&mut snapshot.schema).name = String::from_utf8_lossy(&name).into_owned();
    Ok(snapshot)
}

/// What checkpoint and log say.
struct Found {
    snapshot: Snapshot,
    written: Written,
    touched: Vec<Touched>,
    broken: Option<BrokenLog>,
    is_lost: bool,
}

impl Found {
    /// Takes note of a damaged row; an earlier one than known so far counts.
    fn stop(&mut self, row: BrokenRow, damage: &mut Vec<Damage>) {
        if self
            .broken
            .is_some_and(|known| known.revision <= row.revision)
        {
            return;
        }
        damage.push(row.damage());
        self.broken = Some(BrokenLog {
            revision: row.revision,
            complete: self.broken.is_none_or(|known| known.complete)
                && self.snapshot.revision >= row.revision,
        });
    }
}

fn state(
    connection: &Connection,
    path: &Path,
    look: Look,
    damage: &mut Vec<Damage>,
) -> Result<(Found, Parts), OpenBaseError> {
    let parts = Parts::open(path, connection)?;
    let checkpoint = checkpoint::read(connection, &parts, look, damage)?;
    let is_whole = damage.is_empty();
    let is_log_whole = retention::start(connection)?.after == Revision(0);
    let (snapshot, written) = match checkpoint {
        Some(found) if is_whole || !is_log_whole => (found.snapshot, found.written),
        None if !is_log_whole => return Err(OpenBaseError::Damaged(path.into())),
        // A damaged checkpoint is rebuilt from the log, where it goes back to the first transaction.
        _ => (empty(connection)?, Written::default()),
    };
    let mut found = Found {
        snapshot,
        written,
        touched: Vec::new(),
        broken: None,
        is_lost: false,
    };
    let stopped = replay(connection, &parts, &mut found)?;
    if parts.is_damaged() && is_whole && look == Look::Needed {
        // Something that replaying needed is damaged: then everything is looked at.
        return state(connection, path, Look::All, damage);
    }
    if !is_whole {
        let lost = unreadable(connection, &parts, &found.snapshot);
        found.is_lost = !lost.is_empty() || !is_log_whole;
        damage.retain(|found| !lost.iter().any(|lost| lost.at == found.at));
        let repaired = stopped.is_none() && is_log_whole;
        damage
            .iter_mut()
            .for_each(|found| found.repaired = repaired);
        damage.extend(lost);
    }
    if let Some(row) = stopped {
        found.stop(row, damage);
    }
    Ok((found, parts))
}

/// Columns of the snapshot that are in the file and can't be read from it.
fn unreadable(connection: &Connection, parts: &Parts, snapshot: &Snapshot) -> Vec<Damage> {
    let mut lost = Vec::new();
    for (table, data) in &snapshot.tables {
        for (n, segment) in data.segments.iter().enumerate() {
            for (id, cells) in segment.columns() {
                let Some(part) = parts.column_part(cells) else {
                    continue;
                };
                let is_whole = Parts::is_whole(connection, part.number, Some(part.checksum))
                    && part
                        .words
                        .is_none_or(|words| Parts::is_whole(connection, words, None));
                if !is_whole {
                    let at = format!("{table} segment {n} {id}");
                    let mut damage = Damage::new("segment_checksum", at);
                    damage.table = Some(*table);
                    lost.push(damage);
                }
            }
        }
    }
    // Cells that replaying changed were read for it; where that failed, they are lost as well.
    lost.extend(parts.damage());
    lost
}

/// Applies the transactions after the snapshot; stops at the first damaged one and gives it.
fn replay(
    connection: &Connection,
    parts: &Parts,
    found: &mut Found,
) -> Result<Option<BrokenRow>, rusqlite::Error> {
    loop {
        let next = Revision(found.snapshot.revision.0 + 1);
        let stop = |revision: Revision, what: String| Ok(Some(BrokenRow { revision, what }));
        // What is whole before a damaged row counts, so rows come one by one once there is one.
        let page = match history::transactions(connection, parts, next, PAGE) {
            Err(_) => history::transactions(connection, parts, next, 1),
            page => page,
        };
        let page = match page {
            Ok(page) => page,
            Err(ReadLogError::Sqlite(error)) if !log::is_damage(&error) => return Err(error),
            Err(ReadLogError::Damaged { what, .. }) => return stop(next, what),
            Err(error) => return stop(next, error.to_string()),
        };
        if page.is_empty() {
            return Ok(None);
        }
        let (snapshot, touched, misfit) = apply_all(&found.snapshot, &page);
        let unfit = page.get(touched.len()).map(|one| one.revision);
        found.snapshot = snapshot;
        found.touched.extend(touched);
        if let (Some(error), Some(revision)) = (misfit, unfit) {
            return stop(revision, error.to_string());
        }
    }
}
