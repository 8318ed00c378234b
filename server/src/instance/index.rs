//! What the start page shows of each base, kept so that listing need not open every base.
//!
//! Law: an entry counts only while the base's files are exactly as they were when it was written
//! ([`Stamp`]); after an unclean end the base is opened and looked at instead.

use super::folder::write_whole;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Sizes and times of a base's file and its write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub size_bytes: u64,
    /// Milliseconds since 1970 of the newest change.
    pub changed_ms: i64,
}

/// What is known of one base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexEntry {
    pub stamp: Stamp,
    pub name: String,
    pub n_tables: u64,
    pub n_records: u64,
}

pub struct Index {
    path: PathBuf,
    entries: Mutex<BTreeMap<String, IndexEntry>>,
}

impl Stamp {
    /// `None` if there is no such file.
    pub fn of(base: &Path) -> Option<Stamp> {
        let mut log = base.as_os_str().to_owned();
        log.push("-wal");
        let (size, changed) = look(base)?;
        let (log_size, log_changed) = look(Path::new(&log)).unwrap_or((0, 0));
        Some(Stamp {
            size_bytes: size + log_size,
            changed_ms: changed.max(log_changed),
        })
    }
}

fn look(path: &Path) -> Option<(u64, i64)> {
    let meta = std::fs::metadata(path).ok()?;
    let since = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((meta.len(), i64::try_from(since.as_millis()).ok()?))
}

impl Index {
    /// An unreadable index is an empty one: it can always be made again.
    pub fn read(path: PathBuf) -> Index {
        let entries = std::fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Index {
            path,
            entries: Mutex::new(entries),
        }
    }

    pub fn get(&self, id: &str, stamp: Stamp) -> Option<IndexEntry> {
        let entries = self.entries.lock();
        let entry = entries.get(id)?;
        (entry.stamp == stamp).then(|| entry.clone())
    }

    pub fn put(&self, id: &str, entry: IndexEntry) {
        let mut entries = self.entries.lock();
        if entries.get(id) == Some(&entry) {
            return;
        }
        entries.insert(id.to_string(), entry);
        self.save(&entries);
    }

    pub fn forget(&self, id: &str) {
        let mut entries = self.entries.lock();
        if entries.remove(id).is_some() {
            self.save(&entries);
        }
    }

    fn save(&self, entries: &BTreeMap<String, IndexEntry>) {
        let Ok(bytes) = serde_json::to_vec(entries) else {
            return;
        };
        if let Err(cause) = write_whole(&self.path, &bytes) {
            tracing::warn!(%cause, "the list of bases could not be kept; it will be made again");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_entry_dies_with_a_change_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().join("b.base");
        std::fs::write(&base, b"one").unwrap();
        let stamp = Stamp::of(&base).unwrap();
        let index = Index::read(dir.path().join("index.json"));
        let entry = IndexEntry {
            stamp,
            name: "货".into(),
            n_tables: 1,
            n_records: 2,
        };
        index.put("b", entry.clone());
        let again = Index::read(dir.path().join("index.json"));
        assert_eq!(again.get("b", stamp), Some(entry));
        std::fs::write(dir.path().join("b.base-wal"), b"more").unwrap();
        assert_eq!(again.get("b", Stamp::of(&base).unwrap()), None);
        assert_eq!(Stamp::of(&dir.path().join("none")), None);
    }
}
