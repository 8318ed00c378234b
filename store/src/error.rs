//! What can fail, named after the act; and what kind of trouble is behind it, for those who tell a person.

use std::path::PathBuf;

/// What a failed act on a file comes down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    DiskFull,
    /// Another program or handle holds the file.
    InUse,
    /// Writing there is not allowed.
    NotAllowed,
    Missing,
    /// No file of ours.
    Foreign,
    /// Written by a newer release.
    Newer,
    Damaged,
    /// The disk failed, or something that SQLite has no better name for.
    Disk,
}

impl Trouble {
    fn of_sqlite(error: &rusqlite::Error) -> Trouble {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => Trouble::DiskFull,
            Some(Code::DatabaseBusy | Code::DatabaseLocked | Code::FileLockingProtocolFailed) => {
                Trouble::InUse
            }
            Some(Code::ReadOnly | Code::PermissionDenied) => Trouble::NotAllowed,
            Some(Code::DatabaseCorrupt) => Trouble::Damaged,
            Some(Code::NotADatabase) => Trouble::Foreign,
            _ => Trouble::Disk,
        }
    }

    fn of_io(error: &std::io::Error) -> Trouble {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Trouble::DiskFull,
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => Trouble::NotAllowed,
            Kind::NotFound => Trouble::Missing,
            _ => Trouble::Disk,
        }
    }
}

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
    #[error("{0}: its last checkpoint is damaged, and the history that could mend it was not kept")]
    Damaged(PathBuf),
    #[error("disk: {0}")]
    Disk(#[from] std::io::Error),
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("the disk is full")]
    DiskFull,
    #[error(
        "an earlier write failed; the base takes no writes until it is opened again and verified"
    )]
    Poisoned,
    #[error("cells in the file are damaged; nothing is written over them")]
    Damaged,
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
    #[error("the base is open for reading only")]
    ReadOnly,
    #[error("the file could not be read: {0}")]
    Source(std::io::Error),
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for BlobError {
    fn from(error: rusqlite::Error) -> BlobError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => BlobError::DiskFull,
            Some(rusqlite::ErrorCode::ReadOnly) => BlobError::ReadOnly,
            _ => BlobError::Sqlite(error),
        }
    }
}

impl OpenBaseError {
    pub fn trouble(&self) -> Trouble {
        match self {
            OpenBaseError::AlreadyOpen(_) => Trouble::InUse,
            OpenBaseError::NotFound(_) => Trouble::Missing,
            OpenBaseError::NotABase(_) => Trouble::Foreign,
            OpenBaseError::Newer { .. } => Trouble::Newer,
            OpenBaseError::Damaged(_) => Trouble::Damaged,
            OpenBaseError::Disk(error) => Trouble::of_io(error),
            OpenBaseError::Sqlite(error) => Trouble::of_sqlite(error),
        }
    }
}

impl CreateBaseError {
    pub fn trouble(&self) -> Trouble {
        match self {
            CreateBaseError::Exists(_) => Trouble::InUse,
            CreateBaseError::Open(error) => error.trouble(),
        }
    }
}

impl AppendError {
    pub fn trouble(&self) -> Trouble {
        match self {
            AppendError::DiskFull => Trouble::DiskFull,
            AppendError::Poisoned => Trouble::Disk,
            AppendError::Damaged => Trouble::Damaged,
            AppendError::Disk(error) => Trouble::of_sqlite(error),
        }
    }
}

impl CheckpointError {
    pub fn trouble(&self) -> Trouble {
        match self {
            CheckpointError::Poisoned => Trouble::Disk,
            CheckpointError::Sqlite(error) => Trouble::of_sqlite(error),
        }
    }
}

impl BackupError {
    pub fn trouble(&self) -> Trouble {
        match self {
            BackupError::Disk(error) => Trouble::of_io(error),
            BackupError::Sqlite(error) => Trouble::of_sqlite(error),
        }
    }
}

impl ReadLogError {
    pub fn trouble(&self) -> Trouble {
        match self {
            ReadLogError::Sqlite(error) => Trouble::of_sqlite(error),
            ReadLogError::DamagedAnswer(_) | ReadLogError::Damaged { .. } => Trouble::Damaged,
        }
    }
}
