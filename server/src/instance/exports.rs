//! Exports under way: written to `jobs/<id>/`, fetched once or more, gone at the next start.

use super::{DataFolder, OpenBase};
use crate::error::ApiError;
use connectors::{
    export::{Blobs, ExportError, ExportReport},
    model::Text2,
};
use jobs::{
    JobBoard, JobKind, JobState, Ticket,
    export::{ExportFormat, ExportRequest, ExportSources, export, job_error},
    fill_in::{FillInRequest, fill_in},
};
use parking_lot::Mutex;
use std::{collections::HashMap, path::PathBuf, sync::Arc};

/// One export.
pub struct ExportJob {
    pub id: String,
    /// The name that the download gets.
    pub file_name: String,
    path: PathBuf,
    report: Mutex<Option<ExportReport>>,
}

pub struct Exports {
    board: JobBoard,
    seed: String,
    folder: DataFolder,
    all: Mutex<HashMap<String, Arc<ExportJob>>>,
}

struct BaseBlobs<'a>(&'a OpenBase);

impl Blobs for BaseBlobs<'_> {
    fn bytes(&self, digest: &str) -> Option<Vec<u8>> {
        self.0.blob(digest).ok()
    }
}

impl ExportJob {
    pub fn report(&self) -> Option<ExportReport> {
        self.report.lock().clone()
    }

    /// The finished file.
    pub fn file(&self) -> Option<PathBuf> {
        (self.report.lock().is_some() && self.path.is_file()).then(|| self.path.clone())
    }
}

impl Drop for ExportJob {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Exports {
    pub fn new(board: JobBoard, seed: &str, folder: DataFolder) -> Exports {
        Exports {
            board,
            seed: seed.to_string(),
            folder,
            all: Mutex::default(),
        }
    }

    pub fn find(&self, id: &str) -> Result<Arc<ExportJob>, ApiError> {
        let found = self.all.lock().get(id).cloned();
        found.ok_or_else(|| ApiError::not_found("no_job", ("任务", "job"), id))
    }

    /// Begins to write a file of the base's present state.
    pub fn begin(&self, base: Arc<OpenBase>, request: ExportRequest) -> Arc<ExportJob> {
        let extension = match request.format {
            ExportFormat::Xlsx => "xlsx",
            ExportFormat::Csv => "csv",
            ExportFormat::Parquet => "parquet",
        };
        let snapshot = base.handle.snapshot();
        let table = request.table.and_then(|table| snapshot.schema.table(table));
        let title = table.map_or(&snapshot.schema.name, |table| &table.name);
        let (job, ticket) = self.add(&base, &format!("{title}.{extension}"), extension);
        let writing = job.clone();
        tokio::task::spawn_blocking(move || write(&writing, &base, &request, ticket));
        job
    }

    /// Begins to write a sheet to be filled in.
    pub fn begin_fill_in(&self, base: Arc<OpenBase>, request: FillInRequest) -> Arc<ExportJob> {
        let snapshot = base.handle.snapshot();
        let table = snapshot.schema.table(request.table);
        let title = table.map_or(&snapshot.schema.name, |table| &table.name);
        let (job, ticket) = self.add(&base, &format!("{title} 待填.xlsx"), "xlsx");
        let writing = job.clone();
        tokio::task::spawn_blocking(move || {
            let snapshot = base.handle.snapshot();
            let records = |table, view| base.handle.view_records(table, Some(view)).ok();
            let (blobs, path) = (BaseBlobs(&base), &writing.path);
            let done = fill_in(&snapshot, &request, &blobs, &records, path, &ticket);
            end(&writing, done, ticket);
        });
        job
    }

    /// A new job and the right to report.
    fn add(&self, base: &OpenBase, file_name: &str, extension: &str) -> (Arc<ExportJob>, Ticket) {
        let ticket = self.board.add(
            &self.seed,
            JobKind::Export,
            Some(base.id.to_string()),
            file_name,
            JobState::Running,
        );
        let job = Arc::new(ExportJob {
            id: ticket.id().to_string(),
            path: self
                .folder
                .jobs()
                .join(format!("{}.{extension}", ticket.id())),
            file_name: file_name.to_string(),
            report: Mutex::default(),
        });
        let mut all = self.all.lock();
        all.retain(|id, _| self.board.find(id).is_some());
        all.insert(job.id.clone(), job.clone());
        drop(all);
        (job, ticket)
    }
}

fn write(job: &ExportJob, base: &OpenBase, request: &ExportRequest, ticket: Ticket) {
    let snapshot = base.handle.snapshot();
    let blobs = BaseBlobs(base);
    let sources = ExportSources {
        blobs: &blobs,
        view_records: &|table, view| base.handle.view_records(table, Some(view)).ok(),
        excel_formula: &|table, field, workbook| {
            super::excel::formula_of(&snapshot, table, field, workbook)
        },
    };
    let done = export(&snapshot, request, &sources, &job.path, &ticket);
    end(job, done, ticket);
}

fn end(job: &ExportJob, done: Result<ExportReport, ExportError>, ticket: Ticket) {
    match done {
        Ok(report) => {
            let n = report.n_records;
            *job.report.lock() = Some(report);
            ticket.finish(Some(Text2::new(
                format!("已导出 {n} 行"),
                format!("{n} records"),
            )));
        }
        Err(ExportError::Cancelled) => ticket.cancelled(),
        Err(cause) => {
            tracing::warn!(%cause, "an export failed");
            ticket.fail(job_error(&cause));
        }
    }
}
