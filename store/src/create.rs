//! A new base file: written under another name, whole and synced before it gets its own.
//!
//! Law: whatever fails on the way, and wherever the process ends, there is a base under the name or nothing.
//! Tests: `store/tests/base.rs`, and at every system call `sim/tests/disk_faults.rs`.

use crate::{
    checkpoint::{self, Written},
    error::OpenBaseError,
    fault::Fault,
    migrate,
    parts::Parts,
};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};
use table::{id::BaseId, snapshot::Snapshot};

/// The name until it is whole: hidden, and none that a base has.
fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

/// An empty base at `path`, durable when it returns; on an error nothing is left but what [`remove`] takes away.
pub(crate) fn write(path: &Path, id: &BaseId, name: &str) -> Result<(), OpenBaseError> {
    let new = unfinished(path);
    remove(&new);
    let done = fill(&new, id, name).and_then(|()| {
        std::fs::rename(&new, path)?;
        let folder = path.parent().filter(|one| !one.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(())
    });
    // On success what is left are the files beside it, if any.
    remove(&new);
    done
}

fn fill(new: &Path, id: &BaseId, name: &str) -> Result<(), OpenBaseError> {
    let mut connection = migrate::connect(new)?;
    migrate::create(&connection)?;
    let mut put = connection.prepare("INSERT INTO meta VALUES (?1, ?2)")?;
    put.execute(rusqlite::params!["id", id.0.as_bytes()])?;
    put.execute(rusqlite::params!["name", name.as_bytes()])?;
    drop(put);
    let parts = Parts::open(new, &connection)?;
    let mut snapshot = Snapshot::default();
    Arc::make_mut(&mut snapshot.schema).name = name.to_string();
    let (mut written, fault) = (Written::default(), Fault::default());
    checkpoint::write(&mut connection, &parts, &mut written, &snapshot, &fault)?;
    parts.rest();
    drop(parts);
    // All of it into the one file that is renamed; closing would do it too, but not say when it fails.
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    connection.close().map_err(|(_, error)| error)?;
    if is_busy {
        return Err(std::io::Error::from(std::io::ErrorKind::ResourceBusy).into());
    }
    File::open(new)?.sync_all()?;
    Ok(())
}

/// A file of SQLite with those beside it. That they may not be there is no error.
pub(crate) fn remove(path: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}
