//! Notes: small texts that a base carries beside its tables, by name, e.g. the list of its document templates.
//!
//! They are rows of `meta`, so every release reads the file. Law: a note is replaced whole or not at all, durable when
//! [`put`] returns, and a damaged one counts as absent. Tests: `store/tests/notes.rs`.

use crate::{error::BlobError, limits::NOTE_BYTES, log};
use rusqlite::{Connection, OptionalExtension, params};

const PREFIX: &str = "note:";

/// What a note says; `None` where there is none, or where its bytes are damaged.
pub(crate) fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    let mut select = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    let stored: Option<Vec<u8>> = select
        .query_row([format!("{PREFIX}{name}")], |row| row.get(0))
        .optional()?;
    Ok(stored.and_then(|stored| {
        let (checksum, bytes) = stored.split_at_checked(8)?;
        let checksum = u64::from_le_bytes(checksum.try_into().ok()?);
        (log::checksum(0, log::PLAIN, bytes) == checksum).then(|| bytes.to_vec())
    }))
}

pub(crate) fn put(connection: &Connection, name: &str, bytes: &[u8]) -> Result<(), BlobError> {
    if bytes.len() > NOTE_BYTES {
        return Err(BlobError::TooLarge {
            limit_bytes: NOTE_BYTES as u64,
        });
    }
    let mut stored = log::checksum(0, log::PLAIN, bytes).to_le_bytes().to_vec();
    stored.extend(bytes);
    let mut insert =
        connection.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?;
    insert.execute(params![format!("{PREFIX}{name}"), stored])?;
    Ok(())
}
