//! The exclusive lock of a data folder: two processes never write one folder.
//!
//! `suanpan.lock` is locked for as long as the process lives (the system lets go of it at any death) and
//! holds, as JSON, who has it: `{pid, url}`; `url` is there while a server answers.

use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Who holds a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    /// Where its API answers; absent for a command that works on the folder directly.
    pub url: Option<String>,
}

/// Held: dropping it lets go.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another process uses the folder {folder}")]
    Held {
        folder: PathBuf,
        holder: Option<Holder>,
    },
    #[error("the folder {folder} cannot be written: {cause}")]
    Unwritable {
        folder: PathBuf,
        cause: std::io::Error,
    },
}

impl FolderLock {
    /// Creates the folder if it is absent and takes its lock, or says who has it.
    pub fn take(folder: &Path) -> Result<FolderLock, LockError> {
        let unwritable = |cause| LockError::Unwritable {
            folder: folder.to_path_buf(),
            cause,
        };
        std::fs::create_dir_all(folder).map_err(unwritable)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join("suanpan.lock"))
            .map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => {
                let mut lock = FolderLock { file };
                lock.announce(None).map_err(unwritable)?;
                Ok(lock)
            }
            Err(TryLockError::WouldBlock) => Err(LockError::Held {
                folder: folder.to_path_buf(),
                holder: read_holder(file),
            }),
            Err(TryLockError::Error(cause)) => Err(unwritable(cause)),
        }
    }

    /// Writes where the API answers, for the commands.
    pub fn announce(&mut self, url: Option<&str>) -> std::io::Result<()> {
        let holder = Holder {
            pid: std::process::id(),
            url: url.map(str::to_string),
        };
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        serde_json::to_writer(&mut self.file, &holder)?;
        self.file.flush()
    }
}

fn read_holder(mut file: File) -> Option<Holder> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_second_taker_learns_who_has_it_and_a_dropped_lock_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let mut lock = FolderLock::take(folder.path()).unwrap();
        lock.announce(Some("http://127.0.0.1:8080")).unwrap();
        match FolderLock::take(folder.path()) {
            Err(LockError::Held { holder, .. }) => assert_eq!(
                holder,
                Some(Holder {
                    pid: std::process::id(),
                    url: Some("http://127.0.0.1:8080".into())
                })
            ),
            other => panic!("{other:?}"),
        }
        drop(lock);
        FolderLock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_unwritable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, b"x").unwrap();
        assert!(matches!(
            FolderLock::take(&path),
            Err(LockError::Unwritable { .. })
        ));
    }
}
