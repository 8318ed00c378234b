//! One open base with everything that belongs to it while it is open: writer, hub, AI runner.

use super::{bases::unusable, unfinished};
use crate::{
    error::{ApiError, too_large},
    ws::Hub,
};
use axum::http::StatusCode;
use engine::handle::{BaseHandle, EngineOptions, Subscription};
use engine::{BlobError, LedgerLine, LedgerQuery, PastCalls, ReadLogError, Spent};
use jobs::{AiRunner, JobRow, ProviderSet, ai::budget::Limits, board::batch_row};
use parking_lot::Mutex;
use std::{io::Read, path::Path, sync::Arc};
use table::{
    ai::{AiCall, Answer, CallKey},
    id::{BaseId, FieldId, Revision},
    op::Transaction,
};
use tokio::sync::broadcast;

/// Rows of the job panel that a slow session may miss.
const JOB_ROWS: usize = 64;

/// What every base of an instance is opened with.
#[derive(Clone)]
pub struct Surroundings {
    pub engine: EngineOptions,
    /// Who answers queued AI calls; absent: they stay queued.
    pub models: Option<Arc<ProviderSet>>,
    pub jobs: broadcast::Sender<JobRow>,
}

impl Surroundings {
    /// A channel for [`Surroundings::jobs`].
    pub fn job_channel() -> broadcast::Sender<JobRow> {
        broadcast::Sender::new(JOB_ROWS)
    }
}

pub struct OpenBase {
    pub id: BaseId,
    pub handle: BaseHandle,
    pub hub: Arc<Hub>,
    /// Changes of jobs of all bases.
    pub jobs: broadcast::Sender<JobRow>,
    /// Feeds the hub; ends when the base is closed.
    subscription: Mutex<Option<Subscription>>,
    runner: Mutex<Option<AiRunner>>,
}

impl OpenBase {
    pub fn open(id: BaseId, path: &Path, around: &Surroundings) -> Result<Arc<OpenBase>, ApiError> {
        let handle =
            BaseHandle::open(path, around.engine.clone()).map_err(|cause| unusable(&id, &cause))?;
        unfinished::take_back(path, &handle);
        Ok(OpenBase::start(id, handle, around))
    }

    pub fn create(
        id: BaseId,
        path: &Path,
        name: &str,
        around: &Surroundings,
    ) -> Result<Arc<OpenBase>, ApiError> {
        let handle = BaseHandle::create(path, id.clone(), name, around.engine.clone())
            .map_err(|cause| unusable(&id, &cause))?;
        Ok(OpenBase::start(id, handle, around))
    }

    fn start(id: BaseId, handle: BaseHandle, around: &Surroundings) -> Arc<OpenBase> {
        let hub = Arc::new(Hub::default());
        let feed = hub.clone();
        let subscription = handle.subscribe(Box::new(move |patch| feed.publish(patch)));
        let runner = around.models.clone().map(|models| {
            let clock = around.engine.clock.clone();
            let runner = AiRunner::start(
                Arc::new(handle.queue()),
                models,
                Arc::new(move || clock().now_ms),
            );
            runner.budgets().set_limits(stored_limits(&handle));
            runner
        });
        Arc::new(OpenBase {
            id,
            handle,
            hub,
            jobs: around.jobs.clone(),
            runner: Mutex::new(runner),
            subscription: Mutex::new(Some(subscription)),
        })
    }

    /// The AI batches of this base as lines of the job panel.
    pub fn batch_rows(&self) -> Vec<JobRow> {
        let schema = self.handle.snapshot().schema.clone();
        let batches = self.handle.queue().batches();
        batches
            .iter()
            .map(|batch| {
                let field = batch.field.and_then(|field| schema.field(field));
                let label = field.map_or("AI", |(_, field)| field.name.as_str());
                batch_row(&self.id.0, label, batch)
            })
            .collect()
    }

    /// The owner's limits on what AI may cost.
    pub fn ai_limits(&self) -> Limits {
        match &*self.runner.lock() {
            Some(runner) => runner.budgets().limits(),
            None => stored_limits(&self.handle),
        }
    }

    pub fn set_ai_limits(&self, limits: Limits) -> Result<(), ApiError> {
        let note = serde_json::to_vec(&limits)
            .map_err(|cause| ApiError::internal("keep limits", cause))?;
        self.handle
            .reader()
            .put_note(Limits::NOTE, &note)
            .map_err(|cause| ApiError::internal("keep limits", cause))?;
        if let Some(runner) = &*self.runner.lock() {
            runner.budgets().set_limits(limits);
        }
        Ok(())
    }

    /// Lines of the ledger, newest first.
    pub fn ledger(&self, query: &LedgerQuery) -> Result<Vec<LedgerLine>, ApiError> {
        let lines = self.handle.reader().ledger(query);
        lines.map_err(|cause| ApiError::internal("read the ledger", cause))
    }

    /// Its sums by currency.
    pub fn spent(&self) -> Result<Vec<Spent>, ApiError> {
        let sums = self.handle.reader().spent();
        sums.map_err(|cause| ApiError::internal("read the ledger", cause))
    }

    /// What answered calls of a field took lately.
    pub fn past_calls(&self, field: FieldId, provider: &str) -> Result<PastCalls, ApiError> {
        let past = self.handle.reader().past_calls(field, provider);
        past.map_err(|cause| ApiError::internal("read the ledger", cause))
    }

    /// The question of a key.
    pub fn call(&self, key: &CallKey) -> Result<Option<AiCall>, ApiError> {
        let call = self.handle.reader().call(key);
        call.map_err(|cause| ApiError::internal("read a question", cause))
    }

    /// Bytes of an attachment.
    pub fn blob(&self, digest: &str) -> Result<Vec<u8>, ApiError> {
        self.handle
            .reader()
            .blob(digest)
            .map_err(|cause| match cause {
                BlobError::NotFound(_) => {
                    ApiError::not_found("no_blob", ("附件", "attachment"), digest)
                }
                BlobError::Damaged(_) => damaged_blob(digest),
                other => ApiError::internal("read an attachment", other),
            })
    }

    /// Keeps the bytes of an attachment; their digest.
    pub fn put_blob(&self, from: &mut dyn Read) -> Result<String, ApiError> {
        match self.handle.reader().put_blob(from) {
            Ok(blob) => Ok(blob.digest),
            Err(BlobError::DiskFull) => {
                let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
                Err(ApiError::io("keep an attachment", &full))
            }
            Err(BlobError::ReadOnly) => Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "read_only",
                "这个表库现在只能查看和导出，不能添加附件。",
                "This base can only be read and exported now; attachments can't be added.",
            )),
            Err(BlobError::TooLarge { limit_bytes }) => Err(too_large(limit_bytes)),
            Err(BlobError::Sqlite(cause)) => Err(ApiError::disk("keep an attachment", cause)),
            Err(cause) => Err(ApiError::internal("keep an attachment", cause)),
        }
    }

    /// Up to `limit` transactions from a revision on, ascending; damaged ones are left out.
    pub fn transactions(&self, from: Revision, limit: usize) -> Result<Vec<Transaction>, ApiError> {
        let reader = self.handle.reader();
        let end = from.0.saturating_add(limit as u64);
        let (mut next, mut until) = (from.0, end);
        let mut whole = Vec::new();
        while next < end {
            match reader.transactions(Revision(next), (until - next) as usize) {
                Ok(page) => {
                    whole.extend(page.into_iter().filter(|one| one.revision.0 < end));
                    (next, until) = (until, end);
                }
                // First what comes before it, then what comes after it.
                Err(ReadLogError::Damaged { revision, .. }) if revision > next => until = revision,
                Err(ReadLogError::Damaged { revision, .. }) => (next, until) = (revision + 1, end),
                Err(cause) => return Err(ApiError::internal("read the history", cause)),
            }
        }
        Ok(whole)
    }

    /// A stored AI answer.
    pub fn answer(&self, key: &CallKey) -> Result<Option<Answer>, ApiError> {
        let read = self.handle.reader().answer(key);
        read.map_err(|cause| ApiError::internal("read an answer", cause))
    }

    /// Writes a copy of the base's file, while it is in use.
    pub fn back_up(&self, to: &Path) -> Result<(), ApiError> {
        Ok(self.handle.backup(to)?)
    }

    /// Checks every checksum: place and finding of each damage.
    pub fn damage(&self) -> Vec<(String, String)> {
        let found = self.handle.verify();
        found.into_iter().map(|item| (item.at, item.what)).collect()
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

fn damaged_blob(digest: &str) -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "blob_damaged",
        "这个附件的文件已损坏,不能显示。",
        "The file of this attachment is damaged and cannot be shown.",
    )
    .at(digest)
}

fn stored_limits(handle: &BaseHandle) -> Limits {
    let note = handle.reader().note(Limits::NOTE).ok().flatten();
    Limits::from_note(note.as_deref())
}
