//! The writer's handle: open and recover, append, checkpoint, close.

use crate::{
    Damage, Reader, backup, blob,
    call_queue::{self, Attempt, CallStatus, QueuedCall, StoredCall},
    checkpoint::{self, Written},
    error::{
        AppendError, BackupError, CheckpointError, CloseError, CreateBaseError, OpenBaseError,
    },
    fault::{Fault, Step},
    history, log, migrate,
};
use rusqlite::Connection;
use std::{
    collections::HashMap,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};
use table::{
    ai::{Answer, CallKey},
    id::{BaseId, Revision},
    op::{Touched, Transaction, apply},
    snapshot::Snapshot,
};

/// The one writer of a base file; the file is locked while it lives.
pub struct Base {
    connection: Connection,
    reader: Reader,
    path: PathBuf,
    /// Holds the lock.
    _lock: File,
    chain: u64,
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
}

/// The state found on opening.
pub struct Recovered {
    /// Checkpoint and log; derived cells of touched records may be stale, their columns may be absent.
    pub snapshot: Snapshot,
    /// What each transaction after the checkpoint touched.
    pub touched: Vec<Touched>,
    pub answers: HashMap<CallKey, Arc<str>>,
    /// Calls without an answer.
    pub calls: Vec<StoredCall>,
    pub damage: Vec<Damage>,
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
    /// A new file; fails if there is one.
    pub fn create(
        path: &Path,
        id: &BaseId,
        name: &str,
    ) -> Result<(Base, Snapshot), CreateBaseError> {
        if path.exists() {
            return Err(CreateBaseError::Exists(path.into()));
        }
        let held = lock(path)?;
        let mut snapshot = Snapshot::default();
        Arc::make_mut(&mut snapshot.schema).name = name.to_string();
        let made = (|| -> Result<Base, OpenBaseError> {
            let mut connection = Connection::open(path)?;
            migrate::tune(&connection)?;
            migrate::create(&connection)?;
            let mut put = connection.prepare("INSERT INTO meta VALUES (?1, ?2)")?;
            put.execute(rusqlite::params!["id", id.0.as_bytes()])?;
            put.execute(rusqlite::params!["name", name.as_bytes()])?;
            drop(put);
            let mut written = Written::default();
            checkpoint::write(&mut connection, &mut written, &snapshot, &Fault::default())?;
            if let Some(folder) = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
            {
                File::open(folder)?.sync_all()?;
            }
            let reader = Reader::open(path)?;
            Ok(Base {
                connection,
                reader,
                path: path.into(),
                _lock: held,
                chain: 0,
                written,
                poisoned: false,
                fault: Fault::default(),
            })
        })();
        Ok((made?, snapshot))
    }

    /// Opens, checks and replays.
    pub fn open(path: &Path) -> Result<(Base, Recovered), OpenBaseError> {
        if !path.exists() {
            return Err(OpenBaseError::NotFound(path.into()));
        }
        let held = lock(path)?;
        let connection = Connection::open(path)?;
        migrate::check(&connection, path)?;
        migrate::tune(&connection)?;
        call_queue::recover(&connection)?;
        let mut damage = Vec::new();
        let checkpoint = checkpoint::read(&connection, &mut damage)?;
        let (snapshot, written, touched) = match checkpoint {
            Some((snapshot, written)) if damage.is_empty() => {
                let (snapshot, touched) = replay(&connection, snapshot, &mut damage)?;
                (snapshot, written, touched)
            }
            // A damaged checkpoint is rebuilt from the log, which is kept from the first transaction on.
            _ => {
                let (snapshot, touched) = replay(&connection, empty(&connection)?, &mut damage)?;
                damage
                    .iter_mut()
                    .filter(|found| found.what != "log_checksum")
                    .for_each(|found| found.repaired = true);
                (snapshot, Written::default(), touched)
            }
        };
        let chain = log::checksum_before(&connection, Revision(u64::MAX >> 1))?;
        let answers = call_queue::answers(&connection, &mut damage)?;
        let calls = call_queue::open_calls(&connection, &mut damage)?;
        let reader = Reader::open(path)?;
        let base = Base {
            connection,
            reader,
            path: path.into(),
            _lock: held,
            chain,
            written,
            poisoned: false,
            fault: Fault::default(),
        };
        Ok((
            base,
            Recovered {
                snapshot,
                touched,
                answers,
                calls,
                damage,
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
        let fault = self.fault.clone();
        self.write(|connection, chain| {
            let mut chain = chain;
            for entry in entries {
                fault.pass(Step::WriteEntry)?;
                chain = log::append(connection, chain, &entry.transaction)?;
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
            }
            Ok(chain)
        })
    }

    /// Durable before the network sees the calls.
    pub fn mark_running(&mut self, keys: &[CallKey]) -> Result<(), AppendError> {
        self.write(|connection, chain| {
            keys.iter()
                .try_for_each(|key| call_queue::mark_running(connection, key))?;
            Ok(chain)
        })
    }

    pub fn record_attempt(&mut self, attempt: &Attempt) -> Result<(), AppendError> {
        self.write(|connection, chain| {
            call_queue::record_attempt(connection, attempt)?;
            Ok(chain)
        })
    }

    fn write(
        &mut self,
        act: impl FnOnce(&Connection, u64) -> Result<u64, rusqlite::Error>,
    ) -> Result<(), AppendError> {
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
        if self.poisoned {
            return Err(CheckpointError::Poisoned);
        }
        let done = checkpoint::write(
            &mut self.connection,
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
        let mut damage = Vec::new();
        let quick: Result<String, _> = self
            .connection
            .query_row("PRAGMA quick_check", [], |row| row.get(0));
        match quick {
            Ok(text) if text == "ok" => {}
            Ok(text) => damage.push(Damage::new("sqlite", text)),
            Err(error) => damage.push(Damage::new("sqlite", error.to_string())),
        }
        checkpoint::verify(&self.connection, &mut damage);
        call_queue::verify(&self.connection, &mut damage);
        let mut next = Revision(0);
        loop {
            match history::transactions(&self.connection, next, 256) {
                Ok(found) => match found.last() {
                    Some(last) => next = Revision(last.revision.0 + 1),
                    None => break,
                },
                Err(error) => {
                    damage.push(Damage::new("log_checksum", error.to_string()));
                    break;
                }
            }
        }
        if let Err(error) = blob::verify(&self.connection, &mut damage) {
            damage.push(Damage::new("sqlite", error.to_string()));
        }
        damage
    }

    /// A consistent copy while in use.
    pub fn backup(&self, to: &Path) -> Result<(), BackupError> {
        backup::write(&self.connection, to, &self.fault)
    }

    pub fn close(self) -> Result<(), CloseError> {
        drop(self.reader);
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

/// The transactions after the snapshot, applied; stops at the first damaged one.
fn replay(
    connection: &Connection,
    start: Snapshot,
    damage: &mut Vec<Damage>,
) -> Result<(Snapshot, Vec<Touched>), OpenBaseError> {
    let mut snapshot = start;
    let mut all = Vec::new();
    loop {
        let found = match history::transactions(connection, Revision(snapshot.revision.0 + 1), 512)
        {
            Ok(found) => found,
            Err(crate::ReadLogError::Sqlite(error)) => return Err(error.into()),
            Err(error) => {
                damage.push(Damage::new("log_checksum", error.to_string()));
                return Err(OpenBaseError::Damaged(error.to_string()));
            }
        };
        if found.is_empty() {
            return Ok((snapshot, all));
        }
        for transaction in found {
            let applied = apply(&snapshot, &transaction)
                .map_err(|error| OpenBaseError::Damaged(error.to_string()))?;
            snapshot = applied.0;
            all.push(applied.1);
        }
    }
}
