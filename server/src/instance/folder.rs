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
        Ok(())
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

/// Replaces a small file: written beside it, synced, renamed over it, folder synced.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
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
        data.prepare().unwrap();
        assert_eq!(std::fs::read_dir(data.tmp()).unwrap().count(), 0);
        assert_eq!(std::fs::read(data.index()).unwrap(), b"two");
    }
}
