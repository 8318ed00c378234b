//! A consistent copy of the file while it is in use.

use crate::{
    error::BackupError,
    fault::{Fault, Step},
};
use rusqlite::{Connection, backup::Backup};
use std::{fs::File, path::Path, time::Duration};

/// Copies to a temporary name, then renames: the target is there whole or not at all.
pub(crate) fn write(connection: &Connection, to: &Path, fault: &Fault) -> Result<(), BackupError> {
    let folder = to
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let partial = folder.join(format!(".{name}.part"));
    let _ = std::fs::remove_file(&partial);
    let done = copy(connection, &partial, to, folder, fault);
    if done.is_err() {
        // Half a copy helps nobody; that it may be gone already is no second error.
        let _ = std::fs::remove_file(&partial);
    }
    done
}

fn copy(
    connection: &Connection,
    partial: &Path,
    to: &Path,
    folder: &Path,
    fault: &Fault,
) -> Result<(), BackupError> {
    {
        fault.pass(Step::BackupCopy)?;
        let mut target = Connection::open(partial)?;
        Backup::new(connection, &mut target)?.run_to_completion(4_096, Duration::ZERO, None)?;
        // A backup is one file: no log beside it.
        target.pragma_update(None, "journal_mode", "DELETE")?;
    }
    fault.pass(Step::BackupSync)?;
    File::open(partial)?.sync_all()?;
    fault.pass(Step::BackupRename)?;
    std::fs::rename(partial, to)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}
