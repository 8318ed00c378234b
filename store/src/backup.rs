//! A consistent copy of the file while it is in use.

use crate::error::BackupError;
use rusqlite::{Connection, backup::Backup};
use std::{fs::File, path::Path, time::Duration};

/// Copies to a temporary name, then renames: the target is there whole or not at all.
pub(crate) fn write(connection: &Connection, to: &Path) -> Result<(), BackupError> {
    let folder = to
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let partial = folder.join(format!(".{name}.part"));
    let _ = std::fs::remove_file(&partial);
    {
        let mut target = Connection::open(&partial)?;
        Backup::new(connection, &mut target)?.run_to_completion(4_096, Duration::ZERO, None)?;
        // A backup is one file: no log beside it.
        target.pragma_update(None, "journal_mode", "DELETE")?;
    }
    File::open(&partial)?.sync_all()?;
    std::fs::rename(&partial, to)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}
