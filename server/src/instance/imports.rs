//! Imports under way: staged by a child process, shown for confirmation, then written into a base.
//!
//! Law: what a job staged is deleted when the job is over, however it ends.

use super::{Bases, DataFolder, OpenBase, Upload, unfinished::Unfinished};
use crate::error::ApiError;
use axum::http::StatusCode;
use connectors::{
    file::{
        Manifest, StageError, StageErrorCode, StageLimits, Staged,
        stage_child::{self, StageOrder},
    },
    model::Text2,
};
use jobs::{
    JobBoard, JobError, JobKind, JobState, Ticket,
    import::{
        ConfirmImport, ImportError, ImportReport, import,
        into::lines::Comparison,
        take_back,
        target::{BaseTarget, PutBlob},
    },
};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use table::id::ActorId;

/// One import.
pub struct ImportJob {
    pub id: String,
    folder: PathBuf,
    /// Held until the job is over: it pays for the disk room that the file takes.
    upload: Mutex<Option<Arc<Upload>>>,
    /// The upload of a workbook that could not be opened without (the right) password.
    locked: Mutex<Option<Arc<Upload>>>,
    /// The base that was asked for before the preview.
    pub wanted_base: Option<String>,
    manifest: Mutex<Option<Arc<Manifest>>>,
    /// The right to report, while the job waits for a person.
    waiting: Mutex<Option<Ticket>>,
    report: Mutex<Option<ImportReport>>,
    /// What a person looked at, by sheet.
    comparisons: Mutex<HashMap<usize, Arc<Comparison>>>,
    /// Why the last confirmation was not carried out, though it may be repeated.
    refused: Mutex<Option<JobError>>,
}

pub struct Imports {
    board: JobBoard,
    seed: String,
    folder: DataFolder,
    bases: Arc<Bases>,
    /// The program that `stage` is run with: this one.
    program: PathBuf,
    all: Mutex<HashMap<String, Arc<ImportJob>>>,
}

/// Where a confirmed import goes.
pub enum Destination {
    Base(String),
    /// A new base of this name.
    New(String),
}

impl ImportJob {
    pub fn manifest(&self) -> Option<Arc<Manifest>> {
        self.manifest.lock().clone()
    }

    pub fn report(&self) -> Option<ImportReport> {
        self.report.lock().clone()
    }

    pub fn refused(&self) -> Option<JobError> {
        self.refused.lock().clone()
    }

    /// What was read, while it waits for a person.
    pub fn staged(&self) -> Result<Staged, ApiError> {
        if self.waiting.lock().is_none() {
            return Err(not_waiting());
        }
        Staged::open(&self.folder)
            .map_err(|cause| ApiError::internal("read a staged import", cause))
    }

    pub fn keep_comparison(&self, sheet: usize, comparison: Arc<Comparison>) {
        self.comparisons.lock().insert(sheet, comparison);
    }

    pub fn comparison(&self, sheet: usize) -> Option<Arc<Comparison>> {
        self.comparisons.lock().get(&sheet).cloned()
    }

    /// Waits for a person again.
    fn wait_again(&self, ticket: Ticket, why: JobError) {
        *self.refused.lock() = Some(why);
        ticket.state(JobState::Previewed);
        *self.waiting.lock() = Some(ticket);
    }

    /// Where a staged picture is.
    pub fn picture(&self, digest: &str) -> Option<PathBuf> {
        let staged = Staged::open(&self.folder).ok()?;
        let path = staged.picture(digest);
        path.is_file().then_some(path)
    }

    fn clean(&self) {
        self.upload.lock().take();
        if let Err(cause) = std::fs::remove_dir_all(&self.folder)
            && cause.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%cause, "a staged import could not be deleted");
        }
    }
}

impl Imports {
    pub fn new(
        board: JobBoard,
        seed: &str,
        folder: DataFolder,
        bases: Arc<Bases>,
        program: PathBuf,
    ) -> Imports {
        Imports {
            board,
            seed: seed.to_string(),
            folder,
            bases,
            program,
            all: Mutex::default(),
        }
    }

    pub fn find(&self, id: &str) -> Result<Arc<ImportJob>, ApiError> {
        let found = self.all.lock().get(id).cloned();
        found.ok_or_else(|| ApiError::not_found("no_job", ("任务", "job"), id))
    }

    /// Begins to stage an uploaded file.
    pub fn begin(&self, upload: Arc<Upload>, wanted_base: Option<String>) -> Arc<ImportJob> {
        self.begin_with(upload, wanted_base, None)
    }

    /// Begins anew with the password of a workbook that was not opened without it.
    pub fn unlock(&self, id: &str, password: String) -> Result<Arc<ImportJob>, ApiError> {
        let job = self.find(id)?;
        let upload = job.locked.lock().take().ok_or_else(|| {
            ApiError::new(
                StatusCode::CONFLICT,
                "not_locked",
                "这个导入不在等密码。请重新选择文件。",
                "This import does not wait for a password. Choose the file again.",
            )
        })?;
        Ok(self.begin_with(upload, job.wanted_base.clone(), Some(password)))
    }

    fn begin_with(
        &self,
        upload: Arc<Upload>,
        wanted_base: Option<String>,
        password: Option<String>,
    ) -> Arc<ImportJob> {
        let ticket = self.board.add(
            &self.seed,
            JobKind::Import,
            wanted_base.clone(),
            &upload.name,
            JobState::Staging,
        );
        let job = Arc::new(ImportJob {
            id: ticket.id().to_string(),
            folder: self.folder.jobs().join(ticket.id()),
            upload: Mutex::new(Some(upload.clone())),
            locked: Mutex::default(),
            wanted_base,
            manifest: Mutex::default(),
            waiting: Mutex::default(),
            report: Mutex::default(),
            comparisons: Mutex::default(),
            refused: Mutex::default(),
        });
        let mut all = self.all.lock();
        // What the board has forgotten is forgotten here too.
        all.retain(|id, _| self.board.find(id).is_some());
        all.insert(job.id.clone(), job.clone());
        drop(all);
        let (program, staged) = (self.program.clone(), job.clone());
        let order = StageOrder {
            limits: StageLimits::default(),
            password,
        };
        tokio::spawn(async move { stage(program, upload, order, staged, ticket).await });
        job
    }

    /// Takes a previewed import to its base; answers at once, the job goes on.
    pub async fn confirm(
        &self,
        id: &str,
        to: Destination,
        confirm: ConfirmImport,
        actor: ActorId,
    ) -> Result<(), ApiError> {
        let job = self.find(id)?;
        let ticket = job.waiting.lock().take().ok_or_else(not_waiting)?;
        let base = match &to {
            Destination::Base(base) => self.bases.get(base).await,
            Destination::New(name) => self.bases.create(name).await,
        };
        let base = match base {
            Ok(base) => base,
            Err(cause) => {
                // Nothing happened yet: it goes on waiting.
                *job.waiting.lock() = Some(ticket);
                return Err(cause);
            }
        };
        ticket.base(&base.id.0);
        job.refused.lock().take();
        ticket.state(JobState::Running);
        let is_new = matches!(to, Destination::New(_));
        let bases = self.bases.clone();
        tokio::task::spawn_blocking(move || {
            let outcome = run(&job, &base, &confirm, &actor, ticket);
            if matches!(outcome, Outcome::Waits) {
                return;
            }
            job.clean();
            if matches!(outcome, Outcome::Failed) && is_new {
                let id = base.id.0.clone();
                drop(base);
                let delete = async move {
                    if let Err(cause) = bases.delete(&id).await {
                        tracing::warn!(code = cause.code, "an empty base could not be deleted");
                    }
                };
                tokio::spawn(delete);
            }
        });
        Ok(())
    }
}

fn not_waiting() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "not_previewed",
        "这个导入现在不能确认(还没读完,或者已经开始、结束)。",
        "This import cannot be confirmed now: it is still being read, or has begun, or is over.",
    )
}

/// How a confirmed import ended.
enum Outcome {
    Done,
    /// Nothing of it is in the base.
    Failed,
    /// As failed, but a person may look again and confirm once more.
    Waits,
}

fn run(
    job: &ImportJob,
    base: &Arc<OpenBase>,
    confirm: &ConfirmImport,
    actor: &ActorId,
    ticket: Ticket,
) -> Outcome {
    let source = match Staged::open(&job.folder) {
        Ok(source) => source,
        Err(cause) => {
            tracing::error!(%cause, "a staged import cannot be read");
            ticket.fail(ImportError::Staged(cause.to_string()).job_error());
            return Outcome::Failed;
        }
    };
    let keeper = base.clone();
    let put_blob: PutBlob =
        Arc::new(move |from| keeper.put_blob(from).map_err(|cause| cause.message.en));
    let target = BaseTarget {
        handle: base.handle.clone(),
        put_blob,
    };
    let group = format!("import-{}", job.id);
    let note = match Unfinished::begin(base.handle.reader().path(), &group, actor) {
        Ok(note) => note,
        Err(cause) => {
            ticket.fail(disk_failure(&cause));
            return Outcome::Failed;
        }
    };
    let done = import(&target, &source, confirm, actor, &group, &ticket);
    let is_over = !matches!(done, Err(ImportError::NotTakenBack { .. }));
    let ended = match is_over {
        true => note.end(),
        false => Ok(()),
    };
    match (done, ended) {
        (Ok(_), Err(cause)) => {
            ticket.fail(not_ended(&target, actor, &group, &note, &cause));
            Outcome::Failed
        }
        (Ok(report), Ok(())) => {
            let said = said_of(&report);
            *job.report.lock() = Some(report);
            ticket.finish(Some(said));
            Outcome::Done
        }
        (Err(ImportError::Cancelled), _) => {
            ticket.cancelled();
            Outcome::Failed
        }
        // Nothing of it is there: the person looks at the comparison again.
        (Err(cause @ ImportError::Changed), Ok(())) => {
            job.wait_again(ticket, cause.job_error());
            Outcome::Waits
        }
        (Err(cause), _) => {
            tracing::warn!(%cause, "an import failed");
            ticket.fail(cause.job_error());
            Outcome::Failed
        }
    }
}

/// What the job panel says of it.
fn said_of(report: &ImportReport) -> Text2 {
    let (n, tables) = (report.n_records, report.tables.len());
    let [into] = &report.into[..] else {
        return Text2::new(
            format!("已导入 {tables} 个表,{n} 行"),
            format!("{n} records in {tables} tables"),
        );
    };
    let (added, changed, removed) = (into.n_added, into.n_changed, into.n_removed);
    Text2::new(
        format!("新增 {added} 行，更新 {changed} 行，移到回收站 {removed} 行"),
        format!("{added} added, {changed} changed, {removed} moved to the trash"),
    )
}

/// Takes back an import whose note can't be removed: the note may be there after a crash, and it would be taken back then.
/// Better now, however long the disk fails.
fn not_ended(
    target: &BaseTarget,
    actor: &ActorId,
    group: &str,
    note: &Unfinished,
    cause: &std::io::Error,
) -> JobError {
    tracing::warn!(%cause, "an import could not be brought to its end");
    match take_back(target, actor, group) {
        Ok(()) => {
            if let Err(cause) = note.end() {
                tracing::warn!(%cause, "the note of an import stays until the base is opened again");
            }
            disk_failure(cause)
        }
        Err(undo) => ImportError::NotTakenBack {
            cause: cause.to_string(),
            undo: Box::new(undo),
        }
        .job_error(),
    }
}

fn disk_failure(cause: &std::io::Error) -> JobError {
    tracing::error!(%cause, "an import could not be noted");
    let code = match cause.kind() {
        std::io::ErrorKind::StorageFull => "disk_full",
        _ => "disk_error",
    };
    JobError {
        code: code.to_string(),
        message: Text2::new(
            "读写磁盘时出错，没有导入。请检查磁盘和剩余空间，然后重新导入。",
            "The disk could not be read or written; nothing was imported. Check it and its free space, then import again.",
        ),
        at: None,
    }
}

/// Reads the file in the child process, then waits for a person, for a cancellation, or for nothing.
async fn stage(
    program: PathBuf,
    upload: Arc<Upload>,
    order: StageOrder,
    job: Arc<ImportJob>,
    ticket: Ticket,
) {
    let cancel = Arc::new(AtomicBool::new(false));
    let (stop, watched) = (cancel.clone(), ticket.token());
    let watcher = tokio::spawn(async move {
        watched.cancelled().await;
        stop.store(true, Ordering::Relaxed);
    });
    let (into, name) = (job.folder.clone(), upload.name.clone());
    let path = upload.path.clone();
    let staged = crate::app::off_loop(move || {
        stage_child::run(&program, &path, &name, &into, &order, &cancel)
    })
    .await;
    watcher.abort();
    match staged {
        Ok(Ok(manifest)) => {
            let token = ticket.token();
            ticket.state(JobState::Previewed);
            *job.manifest.lock() = Some(Arc::new(manifest));
            *job.waiting.lock() = Some(ticket);
            token.cancelled().await;
            if let Some(ticket) = job.waiting.lock().take() {
                ticket.cancelled();
                job.clean();
            }
        }
        Ok(Err(cause)) => {
            match cause.code {
                StageErrorCode::Cancelled => ticket.cancelled(),
                StageErrorCode::PasswordNeeded | StageErrorCode::WrongPassword => {
                    *job.locked.lock() = job.upload.lock().take();
                    ticket.fail(stage_failure(&cause));
                }
                _ => ticket.fail(stage_failure(&cause)),
            }
            job.clean();
        }
        Err(_) => job.clean(),
    }
}

fn stage_failure(cause: &StageError) -> JobError {
    tracing::warn!(code = cause.code.as_str(), detail = %cause.detail, "a file could not be read");
    JobError {
        code: cause.code.as_str().to_string(),
        message: Text2::new(&cause.zh, &cause.en),
        at: None,
    }
}

/// Opens a staged picture for the preview.
pub fn read_picture(path: &Path) -> Result<Vec<u8>, ApiError> {
    std::fs::read(path).map_err(|cause| match cause.kind() {
        // Confirmed or given up meanwhile: a preview that still loads its pictures is no fault of the server.
        std::io::ErrorKind::NotFound => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            ApiError::not_found("no_picture", ("图片", "picture"), &name)
        }
        _ => ApiError::io("read a staged picture", &cause),
    })
}
