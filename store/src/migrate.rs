//! The tables of the file and the version it says it has.

use crate::error::OpenBaseError;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// "SuaP": SQLite's application id of our files.
pub const APPLICATION_ID: i32 = 0x5375_6150;
/// The format that this release writes; it reads every one from 1 on.
pub const FORMAT: u32 = 3;

const TABLES: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE log (
  revision INTEGER PRIMARY KEY, actor TEXT NOT NULL, at_ms INTEGER NOT NULL, client_id TEXT,
  label TEXT NOT NULL, grouped TEXT, undoes INTEGER, packed INTEGER NOT NULL, body BLOB NOT NULL,
  checksum INTEGER NOT NULL
);
CREATE UNIQUE INDEX log_client_id ON log (client_id) WHERE client_id IS NOT NULL;
CREATE TABLE part (
  id INTEGER PRIMARY KEY, packed INTEGER NOT NULL, body BLOB NOT NULL, checksum INTEGER NOT NULL,
  logged INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE call (
  key BLOB PRIMARY KEY, call TEXT NOT NULL, batch TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
  n_attempts INTEGER NOT NULL DEFAULT 0, checksum INTEGER NOT NULL, sending TEXT
) WITHOUT ROWID;
CREATE INDEX call_status ON call (status);
CREATE TABLE answer (
  key BLOB PRIMARY KEY, text TEXT NOT NULL, provenance TEXT NOT NULL, checksum INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, at_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cost_micros INTEGER NOT NULL,
  currency TEXT NOT NULL, unknown_outcome INTEGER NOT NULL, batch TEXT NOT NULL DEFAULT '',
  took_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX attempt_key ON attempt (key);
CREATE INDEX attempt_batch ON attempt (batch);
CREATE INDEX call_batch ON call (batch);
CREATE TABLE batch (
  id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL, checksum INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE blob (digest TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE blob_chunk (digest TEXT NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (digest, n)) WITHOUT ROWID;
";

/// What format 3 adds: who asked for a batch, what it was to cost, what is on its way for it.
const OF_3: &str = "
ALTER TABLE call ADD COLUMN sending TEXT;
ALTER TABLE attempt ADD COLUMN batch TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN took_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attempt_batch ON attempt (batch);
CREATE INDEX call_batch ON call (batch);
CREATE TABLE batch (
  id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL, checksum INTEGER NOT NULL
) WITHOUT ROWID;
";

/// A connection that can write. Where the file can't be opened for writing, SQLite would open it for reading without
/// saying so, and every write from then on would be refused.
pub fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        let refused = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
        let told = "the file could not be opened for writing".to_string();
        return Err(rusqlite::Error::SqliteFailure(refused, Some(told)));
    }
    tune(&connection)?;
    Ok(connection)
}

/// Connection settings that every handle uses: nothing is acknowledged before it is on disk.
fn tune(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(std::time::Duration::from_millis(
        crate::limits::BUSY_TIMEOUT_MS,
    ))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    tune_sync(connection)?;
    connection.pragma_update(None, "wal_autocheckpoint", crate::limits::WAL_PAGES)?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// A commit is on disk when it returns.
pub fn tune_sync(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "synchronous", "FULL")
}

/// A connection that can't change the file, not even by folding the write-ahead log into it when it closes.
pub fn connect_to_read(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_millis(
        crate::limits::BUSY_TIMEOUT_MS,
    ))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

pub fn create(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch(&format!("BEGIN; {TABLES} COMMIT;"))?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", FORMAT)
}

/// Brings a file of an older format up to this one, whole or not at all.
pub fn upgrade(connection: &Connection) -> Result<(), rusqlite::Error> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found >= FORMAT {
        return Ok(());
    }
    let of_2 = match found {
        1 => "ALTER TABLE part ADD COLUMN logged INTEGER NOT NULL DEFAULT 0;",
        _ => "",
    };
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {of_2} {OF_3} PRAGMA user_version = {FORMAT}; COMMIT;"
    ))
}

/// Refuses files that are not ours or newer than this release.
pub fn check(connection: &Connection, path: &Path) -> Result<(), OpenBaseError> {
    let not_ours = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => OpenBaseError::NotABase(path.into()),
        _ => OpenBaseError::Sqlite(error),
    };
    let id: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(not_ours)?;
    if id != APPLICATION_ID {
        return Err(OpenBaseError::NotABase(path.into()));
    }
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > FORMAT || found == 0 {
        return Err(OpenBaseError::Newer {
            found,
            known: FORMAT,
        });
    }
    Ok(())
}
