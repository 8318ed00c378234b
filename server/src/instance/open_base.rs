//! One open base with everything that belongs to it while it is open: writer, hub, AI runner.

use super::bases::unusable;
use crate::{error::ApiError, ws::Hub};
use engine::handle::{BaseHandle, EngineOptions, Subscription};
use jobs::{AiRunner, ProviderSet};
use parking_lot::Mutex;
use std::{path::Path, sync::Arc};
use table::id::BaseId;

/// What every base of an instance is opened with.
#[derive(Clone)]
pub struct Surroundings {
    pub engine: EngineOptions,
    /// Who answers queued AI calls; absent: they stay queued.
    pub models: Option<Arc<ProviderSet>>,
}

pub struct OpenBase {
    pub id: BaseId,
    pub handle: BaseHandle,
    pub hub: Arc<Hub>,
    /// Feeds the hub; ends when the base is closed.
    subscription: Mutex<Option<Subscription>>,
    runner: Mutex<Option<AiRunner>>,
}

impl OpenBase {
    pub fn open(id: BaseId, path: &Path, around: &Surroundings) -> Result<Arc<OpenBase>, ApiError> {
        let handle =
            BaseHandle::open(path, around.engine.clone()).map_err(|cause| unusable(&id, &cause))?;
        Ok(OpenBase::start(id, handle, around))
    }

    pub fn create(
        id: BaseId,
        path: &Path,
        name: &str,
        around: &Surroundings,
    ) -> Result<Arc<OpenBase>, ApiError> {
        let handle = BaseHandle::create(path, id.clone(), name, around.engine.clone())
            .map_err(|cause| ApiError::internal("create a base", cause))?;
        Ok(OpenBase::start(id, handle, around))
    }

    fn start(id: BaseId, handle: BaseHandle, around: &Surroundings) -> Arc<OpenBase> {
        let hub = Arc::new(Hub::default());
        let feed = hub.clone();
        let subscription = handle.subscribe(Box::new(move |patch| feed.publish(patch)));
        let runner = around.models.clone().map(|models| {
            let clock = around.engine.clock.clone();
            AiRunner::start(
                Arc::new(handle.queue()),
                models,
                Arc::new(move || clock().now_ms),
            )
        });
        Arc::new(OpenBase {
            id,
            handle,
            hub,
            runner: Mutex::new(runner),
            subscription: Mutex::new(Some(subscription)),
        })
    }

    /// Ends sessions, AI questions and the writer, in this order; the writer leaves a checkpoint. Blocking,
    /// for a thread beside the runtime's.
    pub fn close(&self) {
        self.hub.close();
        let runner = self.runner.lock().take();
        if let (Some(runner), Ok(runtime)) = (runner, tokio::runtime::Handle::try_current()) {
            runtime.block_on(runner.stop());
        }
        drop(self.subscription.lock().take());
        self.handle.clone().close();
    }
}
