//! One running instance over one data folder: its lock, its bases, its settings, its jobs.
//!
//! [`Instance`] is the state that every route gets. Law: nothing is written before [`FolderLock`] is held.

mod backup;
mod bases;
mod clock;
pub mod documents;
mod excel;
mod exports;
mod folder;
mod imports;
mod index;
mod lock;
pub mod mappings;
mod open_base;
mod providers;
mod thumbs;
mod unfinished;
mod uploads;

pub use backup::{RestoredBase, back_up, restore};
pub use bases::Bases;
pub use clock::local_clock;
pub use exports::{ExportJob, Exports};
pub use folder::{DataFolder, is_base_id, is_digest, random_id, write_whole};
pub use imports::{Destination, ImportJob, Imports, read_picture};
pub use index::{Index, IndexEntry, Stamp};
pub use lock::{FolderLock, Holder, LockError};
pub use open_base::{OpenBase, Surroundings};
pub use providers::{
    OFFLINE_TRIAL, OpenProvidersError, ProviderInput, ProviderRecord, Providers, no_provider,
};
pub use thumbs::{SIDES, Thumbs, look_at, thumb_type};
pub use uploads::{Upload, Uploads, clean_name};

use crate::error::ApiError;
use engine::handle::EngineOptions;
use jobs::{JobBoard, ProviderSet};
use parking_lot::Mutex;
use std::{path::PathBuf, sync::Arc};

pub struct Instance {
    pub folder: DataFolder,
    pub bases: Arc<Bases>,
    pub board: JobBoard,
    pub imports: Imports,
    pub exports: Exports,
    pub documents: documents::Documents,
    pub providers: Arc<Providers>,
    /// The same providers, ready to be asked.
    pub models: Arc<ProviderSet>,
    pub uploads: Uploads,
    pub thumbs: Thumbs,
    lock: Mutex<FolderLock>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Providers(#[from] OpenProvidersError),
    #[error("the data folder {0} could not be prepared: {1}")]
    Prepare(std::path::PathBuf, #[source] std::io::Error),
}

/// Environment variable, for tests: transactions after which a base writes a checkpoint.
pub const CHECKPOINT_EVERY: &str = "SUANPAN_CHECKPOINT_EVERY";

fn checkpoint_every() -> u64 {
    let text = std::env::var(CHECKPOINT_EVERY).ok();
    let every = text.and_then(|text| text.parse().ok());
    every
        .filter(|every| *every > 0)
        .unwrap_or(engine::limits::CHECKPOINT_TRANSACTIONS)
}

/// How an instance is started.
#[derive(Debug, Clone)]
pub struct StartOptions {
    /// The data folder.
    pub data: PathBuf,
    /// Carries queued AI calls out; a command that only reads or imports leaves them queued.
    pub runs_ai: bool,
    /// The program whose `stage` command reads strangers' files; absent: this one.
    pub program: Option<PathBuf>,
}

impl Instance {
    /// Takes the folder's lock, makes its folders and clears leftovers of an earlier process. Within a
    /// tokio runtime.
    pub fn start(options: StartOptions) -> Result<Arc<Instance>, StartError> {
        let StartOptions {
            data,
            runs_ai,
            program,
        } = options;
        let lock = FolderLock::take(&data)?;
        let folder = DataFolder::new(&data);
        let unprepared = |cause| StartError::Prepare(data.clone(), cause);
        folder.prepare().map_err(unprepared)?;
        let program = match program {
            Some(program) => program,
            None => std::env::current_exe().map_err(unprepared)?,
        };
        let providers = Arc::new(Providers::open(folder.providers(), &folder.secret_key())?);
        let models = Arc::new(ProviderSet::new());
        providers.fill(&models);
        let (named, jobs) = (models.clone(), Surroundings::job_channel());
        let around = Surroundings {
            models: runs_ai.then(|| models.clone()),
            jobs: jobs.clone(),
            engine: EngineOptions {
                checkpoint_every: checkpoint_every(),
                clock: Arc::new(local_clock),
                default_model: Arc::new(move || named.default_name()),
            },
        };
        let board = JobBoard::new();
        // Nobody listening is no failure.
        board.subscribe(Box::new(move |row| drop(jobs.send(row.clone()))));
        let bases = Arc::new(Bases::new(folder.clone(), around));
        let seed = random_id(6);
        Ok(Arc::new(Instance {
            imports: Imports::new(board.clone(), &seed, folder.clone(), bases.clone(), program),
            exports: Exports::new(board.clone(), &seed, folder.clone()),
            uploads: Uploads::default(),
            documents: documents::Documents::default(),
            thumbs: Thumbs::new(folder.thumbs()),
            bases,
            board,
            folder,
            providers,
            models,
            lock: Mutex::new(lock),
        }))
    }

    /// Tells other processes where this one answers.
    pub fn announce(&self, url: &str) -> std::io::Result<()> {
        self.lock.lock().announce(Some(url))
    }

    /// Adds or changes a provider.
    pub fn put_provider(
        &self,
        name: &str,
        input: &ProviderInput,
    ) -> Result<ProviderRecord, ApiError> {
        let record = self.providers.put(name, input)?;
        self.providers.fill(&self.models);
        Ok(record)
    }

    pub fn delete_provider(&self, name: &str) -> Result<(), ApiError> {
        self.providers.delete(name)?;
        self.models.remove(name);
        self.providers.fill(&self.models);
        Ok(())
    }

    pub fn set_default_provider(&self, name: &str) -> Result<(), ApiError> {
        self.providers.set_default(name)?;
        self.providers.fill(&self.models);
        Ok(())
    }

    pub async fn base(&self, id: &str) -> Result<Arc<OpenBase>, ApiError> {
        self.bases.get(id).await
    }

    /// Ends the live connections, so that the server can stop.
    pub fn end_sessions(&self) {
        self.bases.end_sessions();
    }

    /// Ends everything in order; blocking.
    pub fn close(&self) {
        self.bases.close_all();
    }
}
