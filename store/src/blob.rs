//! Blobs: files by the blake3 digest of their bytes, in chunks, checked whenever they are read.

use crate::{
    error::BlobError,
    limits::{BLOB_BYTES, BLOB_CHUNK_BYTES},
};
use rusqlite::{Connection, OptionalExtension, params};
use std::io::Read;

/// A stored blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobId {
    /// 64 hex digits.
    pub digest: String,
    pub size_bytes: u64,
}

/// Stores the bytes unless they are there already; durable when it returns.
pub(crate) fn put(connection: &mut Connection, from: &mut dyn Read) -> Result<BlobId, BlobError> {
    let mut chunks = Vec::new();
    let mut hash = blake3::Hasher::new();
    let mut size_bytes = 0u64;
    loop {
        let mut chunk = Vec::new();
        let mut part = Read::take(&mut *from, BLOB_CHUNK_BYTES as u64);
        part.read_to_end(&mut chunk).map_err(BlobError::Source)?;
        if chunk.is_empty() {
            break;
        }
        size_bytes += chunk.len() as u64;
        if size_bytes > BLOB_BYTES {
            return Err(BlobError::TooLarge {
                limit_bytes: BLOB_BYTES,
            });
        }
        hash.update(&chunk);
        chunks.push(chunk);
    }
    let digest = hash.finalize().to_hex().to_string();
    let id = BlobId { digest, size_bytes };
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let known: Option<i64> = transaction
        .query_row(
            "SELECT size_bytes FROM blob WHERE digest = ?1",
            [&id.digest],
            |row| row.get(0),
        )
        .optional()?;
    if known.is_none() {
        transaction.execute(
            "INSERT INTO blob VALUES (?1, ?2)",
            params![id.digest, size_bytes as i64],
        )?;
        let mut insert =
            transaction.prepare_cached("INSERT INTO blob_chunk VALUES (?1, ?2, ?3)")?;
        for (n, chunk) in chunks.iter().enumerate() {
            insert.execute(params![id.digest, n as i64, chunk])?;
        }
    }
    transaction.commit()?;
    Ok(id)
}

/// The whole blob, its digest checked.
pub(crate) fn get(connection: &Connection, digest: &str) -> Result<Vec<u8>, BlobError> {
    let size: Option<i64> = connection
        .query_row(
            "SELECT size_bytes FROM blob WHERE digest = ?1",
            [digest],
            |row| row.get(0),
        )
        .optional()?;
    if size.is_none() {
        return Err(BlobError::NotFound(digest.into()));
    }
    let mut select =
        connection.prepare_cached("SELECT bytes FROM blob_chunk WHERE digest = ?1 ORDER BY n")?;
    let mut bytes = Vec::new();
    for chunk in select.query_map([digest], |row| row.get::<_, Vec<u8>>(0))? {
        bytes.extend(chunk?);
    }
    if blake3::hash(&bytes).to_hex().as_str() != digest {
        return Err(BlobError::Damaged(digest.into()));
    }
    Ok(bytes)
}

/// Digests whose bytes do not match.
pub(crate) fn verify(
    connection: &Connection,
    damage: &mut Vec<crate::Damage>,
) -> Result<(), rusqlite::Error> {
    let mut select = connection.prepare("SELECT digest FROM blob")?;
    let digests: Result<Vec<String>, rusqlite::Error> =
        select.query_map([], |row| row.get(0))?.collect();
    for digest in digests? {
        if get(connection, &digest).is_err() {
            damage.push(crate::Damage::new("blob_checksum", digest));
        }
    }
    Ok(())
}
