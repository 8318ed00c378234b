//! What can fail, named after the act.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum CreateBaseError {
    #[error("{0} exists already")]
    Exists(PathBuf),
    #[error(transparent)]
    Open(#[from] OpenBaseError),
}

#[derive(Debug, thiserror::Error)]
pub enum OpenBaseError {
    #[error("{0} is open in another process or handle")]
    AlreadyOpen(PathBuf),
    #[error("{0} does not exist")]
    NotFound(PathBuf),
    #[error("{0} is no Suanpan base")]
    NotABase(PathBuf),
    #[error(
        "the base was written by a newer Suanpan (format {found}, this one reads up to {known}): please update"
    )]
    Newer { found: u32, known: u32 },
    #[error("disk: {0}")]
    Disk(#[from] std::io::Error),
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the base is damaged beyond what its log can repair: {0}")]
    Damaged(String),
}

#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("the disk is full")]
    DiskFull,
    #[error(
        "an earlier write failed; the base takes no writes until it is opened again and verified"
    )]
    Poisoned,
    #[error("disk: {0}")]
    Disk(rusqlite::Error),
}

impl From<rusqlite::Error> for AppendError {
    fn from(error: rusqlite::Error) -> AppendError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => AppendError::DiskFull,
            _ => AppendError::Disk(error),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("an earlier write failed; no checkpoint until the base is opened again")]
    Poisoned,
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("disk: {0}")]
    Disk(#[from] std::io::Error),
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum ReadLogError {
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the stored answer of call {0} is damaged")]
    DamagedAnswer(table::ai::CallKey),
    #[error("transaction {revision} is damaged: {what}")]
    Damaged { revision: u64, what: String },
}

#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("there is no blob {0}")]
    NotFound(String),
    #[error("blob {0} is damaged: its bytes do not match its digest")]
    Damaged(String),
    #[error("the file is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: u64 },
    #[error("the disk is full")]
    DiskFull,
    #[error("the file could not be read: {0}")]
    Source(std::io::Error),
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for BlobError {
    fn from(error: rusqlite::Error) -> BlobError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => BlobError::DiskFull,
            _ => BlobError::Sqlite(error),
        }
    }
}
