//! The data folder's layout, and writing small files so that a power cut leaves the old or the new one.
//!
//! `bases/<id>.base` · `trash/` · `uploads/` · `jobs/` (staged imports, finished exports) · `cache/thumbs/` ·
//! `tmp/` · `providers.json` · `index.json` · `secret.key` · `suanpan.lock`.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};
use table::id::BaseId;

/// Paths of one data folder.
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    pub fn new(root: impl Into<PathBuf>) -> DataFolder {
        DataFolder { root: root.into() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn bases(&self) -> PathBuf {
        self.root.join("bases")
    }

    pub fn base(&self, id: &BaseId) -> PathBuf {
        self.bases().join(format!("{id}.base"))
    }

    pub fn trash(&self) -> PathBuf {
        self.root.join("trash")
    }

    pub fn uploads(&self) -> PathBuf {
        self.root.join("uploads")
    }

    pub fn jobs(&self) -> PathBuf {
        self.root.join("jobs")
    }

    pub fn thumbs(&self) -> PathBuf {
        self.root.join("cache/thumbs")
    }

    pub fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    pub fn providers(&self) -> PathBuf {
        self.root.join("providers.json")
    }

    pub fn index(&self) -> PathBuf {
        self.root.join("index.json")
    }

    pub fn secret_key(&self) -> PathBuf {
        self.root.join("secret.key")
    }

    /// Makes the folders and empties those that hold only what a running process needs.
    pub fn prepare(&self) -> std::io::Result<()> {
        for leftover in [self.uploads(), self.jobs(), self.tmp()] {
            if leftover.exists() {
                std::fs::remove_dir_all(&leftover)?;
            }
            std::fs::create_dir_all(&leftover)?;
        }
        for kept in [self.bases(), self.trash(), self.thumbs()] {
            std::fs::create_dir_all(kept)?;
        }
        sweep(&self.root)?;
        sweep(&self.bases())
    }
}

/// True for what [`BaseId`] may hold; checked before an id from outside becomes part of a path.
pub fn is_base_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// True for a blake3 digest as attachments carry it.
pub fn is_digest(digest: &str) -> bool {
    digest.len() == 64
        && digest
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// A fresh random id of `n` lower-case letters and digits.
pub fn random_id(n: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..n)
        .map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())]))
        .collect()
}

/// Replaces a small file: written beside it, synced, renamed over it, folder synced. One writer at a time; what a
/// crash leaves of the new file goes at the next start.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = folder.join(format!(".{name}.new"));
    let written = (|| {
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    })();
    if written.is_err() {
        // That it may not be there is no second error.
        let _ = std::fs::remove_file(&part);
    }
    written?;
    File::open(folder)?.sync_all()
}

/// Removes what a crash left half-written in a folder: files with a name of their own until they are whole, and
/// those that belong to a base which is not there.
fn sweep(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_unfinished =
            name.starts_with('.') && (name.contains(".new") || name.ends_with(".part"));
        let owner = [".lock", "-wal", "-shm", "-journal"]
            .iter()
            .find_map(|end| name.strip_suffix(end))
            .or_else(|| {
                name.split_once(super::unfinished::SIGN)
                    .map(|(owner, _)| owner)
            })
            .filter(|owner| owner.ends_with(".base"));
        let is_orphan = owner.is_some_and(|owner| !folder.join(owner).exists());
        if is_unfinished || is_orphan {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ids_that_leave_the_folder_are_refused() {
        for bad in ["", "..", "../x", "a/b", "A", "a.b", &"x".repeat(65)] {
            assert!(!is_base_id(bad), "{bad}");
        }
        let id = random_id(12);
        assert!(is_base_id(&id) && id.len() == 12);
        assert!(is_digest(&"0f".repeat(32)) && !is_digest("../../x"));
    }

    #[test]
    fn a_file_is_replaced_whole_and_leftovers_go() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataFolder::new(dir.path());
        data.prepare().unwrap();
        write_whole(&data.index(), b"one").unwrap();
        write_whole(&data.index(), b"two").unwrap();
        assert_eq!(std::fs::read(data.index()).unwrap(), b"two");
        std::fs::write(data.tmp().join("half"), b"x").unwrap();
        let base = data.base(&BaseId("b".into()));
        std::fs::write(&base, b"base").unwrap();
        let stays = data.bases().join("b.base-wal");
        std::fs::write(&stays, b"its log").unwrap();
        let goes = [
            dir.path().join(".index.json.new"),
            data.bases().join(".c.base.new"),
            data.bases().join(".c.base.new-wal"),
            data.bases().join("c.base.lock"),
            data.bases().join("c.base+import-1"),
            data.bases().join("c.base-wal"),
        ];
        goes.iter()
            .for_each(|path| std::fs::write(path, b"x").unwrap());
        data.prepare().unwrap();
        assert_eq!(std::fs::read_dir(data.tmp()).unwrap().count(), 0);
        assert!(base.exists() && stays.exists());
        assert!(goes.iter().all(|path| !path.exists()));
        assert_eq!(std::fs::read(data.index()).unwrap(), b"two");
    }
}
