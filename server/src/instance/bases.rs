//! The bases of a data folder: opened when first asked for, kept open, moved to the trash when deleted.
//!
//! Law: a base is open at most once, and never while its files are moved.

use super::{
    DataFolder, Index, IndexEntry, Stamp, is_base_id,
    open_base::{OpenBase, Surroundings},
    random_id,
};
use crate::{
    error::ApiError,
    limits::BASE_NAME_CHARS,
    template::{Loader, Template},
    wire::schema::BaseRow,
};
use axum::http::StatusCode;
use parking_lot::Mutex;
use std::{collections::HashMap, path::Path, sync::Arc};
use table::id::{ActorId, BaseId};
use tokio::sync::OnceCell;

/// What a base id stands for at the moment.
#[derive(Clone)]
enum Slot {
    /// Open, or being opened.
    Cell(Arc<OnceCell<Arc<OpenBase>>>),
    /// Its files are being moved.
    Closed,
}

pub struct Bases {
    folder: DataFolder,
    index: Index,
    around: Surroundings,
    slots: Mutex<HashMap<BaseId, Slot>>,
}

impl Bases {
    pub fn new(folder: DataFolder, around: Surroundings) -> Bases {
        Bases {
            index: Index::read(folder.index()),
            folder,
            around,
            slots: Mutex::default(),
        }
    }

    /// The base with this id, opened if it is not open yet.
    pub async fn get(&self, id: &str) -> Result<Arc<OpenBase>, ApiError> {
        let base = self.known(id)?;
        let slot = self
            .slots
            .lock()
            .entry(base.clone())
            .or_insert_with(|| Slot::Cell(Arc::default()))
            .clone();
        let Slot::Cell(cell) = slot else {
            return Err(no_base(id));
        };
        let path = self.folder.base(&base);
        let around = self.around.clone();
        cell.get_or_try_init(|| async move {
            crate::app::off_loop(move || OpenBase::open(base, &path, &around)).await?
        })
        .await
        .cloned()
    }

    /// The id if such a base's file exists.
    fn known(&self, id: &str) -> Result<BaseId, ApiError> {
        if !is_base_id(id) {
            return Err(no_base(id));
        }
        let base = BaseId(id.to_string());
        match self.folder.base(&base).is_file() {
            true => Ok(base),
            false => Err(no_base(id)),
        }
    }

    /// Makes an empty base.
    pub async fn create(&self, name: &str) -> Result<Arc<OpenBase>, ApiError> {
        let name = name.trim().to_string();
        if name.is_empty() || name.chars().count() > BASE_NAME_CHARS {
            return Err(ApiError::bad_request(
                "bad_name",
                format!("名称不能为空,最多 {BASE_NAME_CHARS} 个字。"),
                format!("A name is needed, of at most {BASE_NAME_CHARS} characters."),
            )
            .at("name"));
        }
        let id = self.fresh_id();
        let path = self.folder.base(&id);
        let around = self.around.clone();
        let made = {
            let id = id.clone();
            crate::app::off_loop(move || OpenBase::create(id, &path, &name, &around)).await??
        };
        let cell = OnceCell::new_with(Some(made.clone()));
        self.slots.lock().insert(id, Slot::Cell(Arc::new(cell)));
        Ok(made)
    }

    /// Makes a base and writes a template into it; nothing is left of it if that fails.
    pub async fn create_from(
        &self,
        name: &str,
        template: &'static Template,
        actor: ActorId,
    ) -> Result<Arc<OpenBase>, ApiError> {
        let base = self.create(name).await?;
        let made = base.clone();
        let loaded = crate::app::off_loop(move || {
            let loader = Loader {
                handle: &made.handle,
                actor,
                group: format!("template-{}", template.key),
            };
            loader.load(template)
        })
        .await?;
        if let Err(cause) = loaded {
            self.delete(&base.id.0).await?;
            return Err(cause);
        }
        Ok(base)
    }

    fn fresh_id(&self) -> BaseId {
        loop {
            let id = BaseId(random_id(10));
            if !self.folder.base(&id).exists() {
                return id;
            }
        }
    }

    /// Takes a file in as a base, under its own id if that is free and under a new one otherwise.
    pub fn adopt(&self, file: &Path, id: &str) -> Result<BaseId, ApiError> {
        let wanted = BaseId(id.to_string());
        let id = match is_base_id(id) && !self.folder.base(&wanted).exists() {
            true => wanted,
            false => self.fresh_id(),
        };
        std::fs::rename(file, self.folder.base(&id))
            .and_then(|()| std::fs::File::open(self.folder.bases())?.sync_all())
            .map_err(|cause| ApiError::io("take a base in", &cause))?;
        self.slots.lock().remove(&id);
        Ok(id)
    }

    /// Closes a base and moves its files to the trash folder.
    pub async fn delete(&self, id: &str) -> Result<(), ApiError> {
        let base = self.known(id)?;
        // Opening it first makes sure that nobody else is half-way through opening it; a damaged base
        // that cannot be opened can be deleted all the same.
        let open = self.get(id).await.ok();
        self.slots.lock().insert(base.clone(), Slot::Closed);
        let (from, trash) = (self.folder.base(&base), self.folder.trash());
        let moved = crate::app::off_loop(move || {
            if let Some(open) = open {
                open.close();
            }
            move_files(&from, &trash, &base)
        })
        .await?;
        if let Err(cause) = moved {
            // It stays, and can be opened again.
            self.slots.lock().remove(&BaseId(id.to_string()));
            return Err(ApiError::io("move a base to the trash", &cause));
        }
        self.index.forget(id);
        Ok(())
    }

    /// The ids of all bases, in order.
    pub fn ids(&self) -> Result<Vec<BaseId>, ApiError> {
        let listed = std::fs::read_dir(self.folder.bases())
            .map_err(|cause| ApiError::io("list the bases", &cause))?;
        let mut ids: Vec<BaseId> = listed
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| Some(BaseId(name.strip_suffix(".base")?.to_string())))
            .filter(|id| is_base_id(&id.0))
            .collect();
        ids.sort();
        Ok(ids)
    }

    /// One line per base, the newest change first. A base that cannot be opened is listed with its damage.
    pub async fn list(&self) -> Result<Vec<BaseRow>, ApiError> {
        let mut rows = Vec::new();
        for id in self.ids()? {
            let Some(stamp) = Stamp::of(&self.folder.base(&id)) else {
                continue;
            };
            rows.push(self.row(&id.0, stamp).await);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.updated_ms));
        Ok(rows)
    }

    async fn row(&self, id: &str, stamp: Stamp) -> BaseRow {
        let is_open = match self.slots.lock().get(&BaseId(id.to_string())) {
            Some(Slot::Cell(cell)) => cell.get().cloned(),
            _ => None,
        };
        let entry = match (&is_open, self.index.get(id, stamp)) {
            (Some(open), _) => Ok(entry_of(open, stamp)),
            (None, Some(entry)) => Ok(entry),
            (None, None) => self.get(id).await.map(|open| entry_of(&open, stamp)),
        };
        let mut row = BaseRow {
            id: id.to_string(),
            name: id.to_string(),
            n_tables: 0,
            n_records: 0,
            updated_ms: stamp.changed_ms,
            size_bytes: stamp.size_bytes,
            damage: None,
        };
        match entry {
            Ok(entry) => {
                row.name = entry.name;
                row.n_tables = entry.n_tables;
                row.n_records = entry.n_records;
            }
            Err(cause) => row.damage = Some(cause.code.to_string()),
        }
        row
    }

    /// The bases that are open now.
    pub fn open_ones(&self) -> Vec<Arc<OpenBase>> {
        let slots = self.slots.lock();
        let open = slots.values().filter_map(|slot| match slot {
            Slot::Cell(cell) => cell.get().cloned(),
            Slot::Closed => None,
        });
        open.collect()
    }

    /// Ends the live connections of every open base.
    pub fn end_sessions(&self) {
        for slot in self.slots.lock().values() {
            if let Slot::Cell(cell) = slot
                && let Some(open) = cell.get()
            {
                open.hub.close();
            }
        }
    }

    /// Closes every open base, with a checkpoint each; afterwards none can be opened.
    pub fn close_all(&self) {
        let ids: Vec<BaseId> = self.slots.lock().keys().cloned().collect();
        for id in ids {
            let slot = self.slots.lock().insert(id.clone(), Slot::Closed);
            let Some(Slot::Cell(cell)) = slot else {
                continue;
            };
            let Some(open) = cell.get().cloned() else {
                continue;
            };
            let mut entry = entry_of(
                &open,
                Stamp {
                    size_bytes: 0,
                    changed_ms: 0,
                },
            );
            open.close();
            if let Some(stamp) = Stamp::of(&self.folder.base(&id)) {
                entry.stamp = stamp;
                self.index.put(&id.0, entry);
            }
        }
    }
}

fn entry_of(open: &OpenBase, stamp: Stamp) -> IndexEntry {
    let snapshot = open.handle.snapshot();
    let count =
        |table: &table::schema::Table| snapshot.data(table.id).map_or(0, |data| data.n_live);
    IndexEntry {
        stamp,
        name: snapshot.schema.name.clone(),
        n_tables: snapshot.schema.live_tables().count() as u64,
        n_records: snapshot.schema.live_tables().map(count).sum(),
    }
}

/// All or nothing: the base first, so that it is never there without its log; what belongs to a base that is gone
/// is swept at the next start.
fn move_files(from: &Path, trash: &Path, base: &BaseId) -> std::io::Result<()> {
    let to = trash.join(format!("{base}-{}.base", random_id(6)));
    let with = |path: &Path, suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        std::path::PathBuf::from(name)
    };
    std::fs::rename(from, &to)?;
    let log = with(from, "-wal");
    if log.exists()
        && let Err(cause) = std::fs::rename(&log, with(&to, "-wal"))
    {
        std::fs::rename(&to, from)?;
        return Err(cause);
    }
    // The index of the log is made anew when it is needed, and nobody holds the lock any more.
    for leftover in ["-shm", ".lock"] {
        let _ = std::fs::remove_file(with(from, leftover));
    }
    Ok(())
}

fn no_base(id: &str) -> ApiError {
    ApiError::not_found("no_base", ("表库", "base"), id)
}

/// A base whose file cannot be used.
pub fn unusable(id: &BaseId, cause: &engine::error::OpenError) -> ApiError {
    tracing::error!(base = %id, %cause, "a base could not be opened");
    let why = cause.trouble();
    let status = match why.code {
        "disk_full" => StatusCode::INSUFFICIENT_STORAGE,
        "file_in_use" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    // Two shades of one thing for those who only ask whether the file is sound.
    let code = match why.code {
        "not_a_base" => "base_damaged",
        code => code,
    };
    ApiError::new(
        status,
        code,
        format!("这个表库打不开：{}。其他表库不受影响。", why.message.zh),
        format!(
            "This base cannot be opened: {}. Other bases are not affected.",
            why.message.en
        ),
    )
    .hint(why.hint.zh, why.hint.en)
    .at(id.to_string())
}
