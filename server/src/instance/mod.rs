//! One running instance over one data folder: its lock, its bases, its settings, its jobs.
//!
//! [`Instance`] is the state that every route gets. Law: nothing is written before [`FolderLock`] is held.

mod bases;
mod clock;
mod folder;
mod index;
mod lock;
mod open_base;
mod providers;

pub use bases::Bases;
pub use clock::local_clock;
pub use folder::{DataFolder, is_base_id, is_digest, random_id, write_whole};
pub use index::{Index, IndexEntry, Stamp};
pub use lock::{FolderLock, Holder, LockError};
pub use open_base::{OpenBase, Surroundings};
pub use providers::{
    OFFLINE_TRIAL, OpenProvidersError, ProviderInput, ProviderRecord, Providers, asked_in_vain,
    no_provider,
};

use crate::error::ApiError;
use engine::handle::EngineOptions;
use parking_lot::Mutex;
use std::{path::Path, sync::Arc};

pub struct Instance {
    pub folder: DataFolder,
    pub bases: Bases,
    pub providers: Arc<Providers>,
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

impl Instance {
    /// Takes the folder's lock, makes its folders and clears leftovers of an earlier process.
    pub fn start(data: &Path) -> Result<Arc<Instance>, StartError> {
        let lock = FolderLock::take(data)?;
        let folder = DataFolder::new(data);
        folder
            .prepare()
            .map_err(|cause| StartError::Prepare(data.to_path_buf(), cause))?;
        let providers = Arc::new(Providers::open(folder.providers(), &folder.secret_key())?);
        let named = providers.clone();
        let around = Surroundings {
            engine: EngineOptions {
                clock: Arc::new(local_clock),
                default_model: Arc::new(move || named.default_name()),
            },
        };
        Ok(Arc::new(Instance {
            bases: Bases::new(folder.clone(), around),
            folder,
            providers,
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
        self.providers.put(name, input)
    }

    pub fn delete_provider(&self, name: &str) -> Result<(), ApiError> {
        self.providers.delete(name)
    }

    pub fn set_default_provider(&self, name: &str) -> Result<(), ApiError> {
        self.providers.set_default(name)
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
