//! Imports that are under way, noted beside the base: one that a crash cut off is taken back when the base is opened.
//!
//! Law: a note is there, on disk, from before an import's first change until after its last, so what is acknowledged
//! has none. `bases/<id>.base+<group>` holds the actor. Tests: `sim/tests/disk_faults.rs`, and below.

use super::folder::write_whole;
use engine::BaseHandle;
use jobs::import::{NOTHING_TO_UNDO, undo_group};
use std::{
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
};
use table::id::ActorId;

/// Between the name of a base's file and the group of the import.
pub const SIGN: char = '+';

/// The note of one import.
pub struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// Durable when it returns.
    pub fn begin(base: &Path, group: &str, actor: &ActorId) -> std::io::Result<Unfinished> {
        let mut path = base.as_os_str().to_owned();
        path.push(format!("{SIGN}{group}"));
        let path = PathBuf::from(path);
        write_whole(&path, actor.0.as_bytes())?;
        Ok(Unfinished { path })
    }

    /// The import is whole, or nothing of it is there; durable when it returns.
    pub fn end(&self) -> std::io::Result<()> {
        match std::fs::remove_file(&self.path) {
            // Of an end that failed after this.
            Err(cause) if cause.kind() == ErrorKind::NotFound => {}
            done => done?,
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

/// Takes back what imports left half-done in the base when the process ended.
pub fn take_back(base: &Path, handle: &BaseHandle) {
    let folder = base.parent().unwrap_or(Path::new("."));
    let start = format!(
        "{}{SIGN}",
        base.file_name().unwrap_or_default().to_string_lossy()
    );
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(group) = name.strip_prefix(&start) else {
            continue;
        };
        let note = Unfinished { path: entry.path() };
        let actor = std::fs::read_to_string(&note.path).unwrap_or_default();
        let done = match handle.submit(undo_group(&ActorId(actor), group)) {
            Err(error) if error.code != NOTHING_TO_UNDO => Err(error.code.to_string()),
            _ => note.end().map_err(|cause| cause.to_string()),
        };
        if let Err(cause) = done {
            tracing::warn!(
                group,
                cause,
                "an import that was cut off could not be taken back yet"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use engine::{Clock, Command, EngineOptions, Submission};
    use std::sync::Arc;
    use table::id::BaseId;

    fn make(handle: &BaseHandle, name: &str, group: Option<&str>) {
        let command = Command::CreateTable {
            name: name.into(),
            description: String::new(),
            fields: vec![],
            auto_name: false,
        };
        let submission = Submission {
            actor: ActorId("user:a".into()),
            client_id: None,
            group: group.map(Into::into),
            command,
        };
        handle.submit(submission).unwrap();
    }

    #[test]
    fn only_the_noted_import_is_taken_back_and_only_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.base");
        let options = EngineOptions {
            checkpoint_every: 1_000,
            clock: Arc::new(|| Clock {
                now_ms: 1_700_000_000_000,
                now_day: 45_000.5,
            }),
            default_model: Arc::new(|| "offline-trial".into()),
        };
        let handle = BaseHandle::create(&path, BaseId("b".into()), "店", options).unwrap();
        let actor = ActorId("user:a".into());
        let names = || -> Vec<String> {
            let snapshot = handle.snapshot();
            let tables = snapshot.schema.live_tables();
            tables.map(|table| table.name.clone()).collect()
        };
        make(&handle, "手工", None);
        make(&handle, "完成", Some("import-1"));
        Unfinished::begin(&path, "import-2", &actor).unwrap();
        make(&handle, "中断", Some("import-2"));
        take_back(&path, &handle);
        assert_eq!(names(), ["手工", "完成"]);
        let revision = handle.snapshot().revision;
        // One that had done nothing yet leaves only its note.
        Unfinished::begin(&path, "import-3", &actor).unwrap();
        take_back(&path, &handle);
        take_back(&path, &handle);
        assert_eq!(handle.snapshot().revision, revision);
        let left = std::fs::read_dir(folder.path()).unwrap().flatten();
        assert!(
            left.into_iter()
                .all(|entry| !entry.file_name().to_string_lossy().contains(SIGN))
        );
    }
}
