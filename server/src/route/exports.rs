//! `/bases/{base}/exports`, `/exports/{job}`: a base or a table as a file.

use super::blobs::disposition;
use crate::{
    app::App,
    error::{ApiError, Locale},
    wire::{
        ErrorBody, Json, Path,
        job::{ProgressView, error_body},
    },
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use connectors::export::fill_in::can_be_filled;
use jobs::{
    export::{ExportFormat, ExportRequest},
    fill_in::FillInRequest,
};
use serde::{Deserialize, Serialize};
use table::id::{FieldId, TableId, ViewId};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// `xlsx`, `csv` or `parquet`
    #[schema(value_type = String)]
    pub format: ExportFormat,
    /// Absent: all tables, which only a workbook can hold.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub table: Option<TableId>,
    /// Its fields, records and order; absent: everything.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub view: Option<ViewId>,
    /// Of CSV: `utf-8` (default) or `gb18030`.
    #[serde(default)]
    pub encoding: Option<String>,
}

/// Begins to write a file of the base's present state.
#[utoipa::path(post, path = "/bases/{base}/exports", tag = "exports", params(("base" = String, Path)),
    request_body = NewExport,
    responses((status = 200, body = super::imports::JobMade), (status = 404, body = ErrorBody)))]
pub async fn begin(
    State(app): State<App>,
    Path(base): Path<String>,
    Json(asked): Json<NewExport>,
) -> Result<Json<super::imports::JobMade>, ApiError> {
    let base = app.base(&base).await?;
    let request = ExportRequest {
        format: asked.format,
        table: asked.table,
        view: asked.view,
        encoding: asked.encoding,
    };
    let job = app.exports.begin(base, request).id.clone();
    Ok(Json(super::imports::JobMade { job }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFillIn {
    #[schema(value_type = String)]
    pub table: TableId,
    /// Its fields, records and order; absent: everything.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub view: Option<ViewId>,
    /// The fields that may be written; all others are locked.
    #[schema(value_type = Vec<String>)]
    pub fill: Vec<FieldId>,
    /// Rows may be added below.
    #[serde(default)]
    pub may_add: bool,
}

/// Begins to write a sheet for somebody else to fill in, e.g. a supplier.
#[utoipa::path(post, path = "/bases/{base}/fill-ins", tag = "exports", params(("base" = String, Path)),
    request_body = NewFillIn,
    responses((status = 200, body = super::imports::JobMade), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn begin_fill_in(
    State(app): State<App>,
    Path(base): Path<String>,
    Json(asked): Json<NewFillIn>,
) -> Result<Json<super::imports::JobMade>, ApiError> {
    let base = app.base(&base).await?;
    let snapshot = base.handle.snapshot();
    let table = snapshot.schema.table(asked.table);
    let table = table.ok_or_else(|| {
        ApiError::not_found("no_table", ("表格", "table"), &asked.table.to_string())
    })?;
    let mut fields = asked.fill.iter().map(|field| table.field(*field));
    if asked.fill.is_empty() || !fields.all(|field| field.is_some_and(can_be_filled)) {
        return Err(ApiError::bad_request(
            "fill_in_fields",
            "请选择要对方填写的列；公式、图片和系统填写的列不能选。",
            "Choose the columns to be filled in; formulas, pictures and columns that are filled by the system can't be.",
        ));
    }
    let request = FillInRequest {
        base: base.id.0.clone(),
        table: asked.table,
        view: asked.view,
        fill: asked.fill,
        may_add: asked.may_add,
    };
    let job = app.exports.begin_fill_in(base, request).id.clone();
    Ok(Json(super::imports::JobMade { job }))
}

#[derive(Serialize, ToSchema)]
pub struct ExportView {
    pub job: String,
    /// The name of the file.
    pub file_name: String,
    /// `running`, `done`, `failed`, `cancelled`
    pub state: String,
    pub progress: ProgressView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ExportReportDoc>)]
    pub report: Option<serde_json::Value>,
}

/// What a person should know about the written file.
#[derive(Serialize, ToSchema)]
#[schema(as = ExportReport)]
pub struct ExportReportDoc {
    pub n_records: u64,
    pub n_pictures: u64,
    /// Formula fields written as live formulas, by name.
    pub live_formulas: Vec<String>,
    /// Formula fields written as values, by name.
    pub value_formulas: Vec<String>,
    pub notes: Vec<ExportNoteDoc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ExportNote)]
pub struct ExportNoteDoc {
    pub code: String,
    pub at: String,
}

/// How far an export is.
#[utoipa::path(get, path = "/exports/{job}", tag = "exports", params(("job" = String, Path)),
    responses((status = 200, body = ExportView), (status = 404, body = ErrorBody)))]
pub async fn read(
    State(app): State<App>,
    Path(job): Path<String>,
    locale: Locale,
) -> Result<Json<ExportView>, ApiError> {
    let export = app.exports.find(&job)?;
    let row = app
        .board
        .find(&job)
        .ok_or_else(|| ApiError::not_found("no_job", ("任务", "job"), &job))?;
    Ok(Json(ExportView {
        job,
        file_name: export.file_name.clone(),
        state: crate::wire::schema::name_of(&row.state),
        progress: ProgressView {
            done: row.done,
            of: row.of,
        },
        error: row.error.map(|error| error_body(error, locale)),
        report: export
            .report()
            .and_then(|report| serde_json::to_value(report).ok()),
    }))
}

/// The finished file, as a download.
#[utoipa::path(get, path = "/exports/{job}/file", tag = "exports", params(("job" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = ErrorBody)))]
pub async fn file(State(app): State<App>, Path(job): Path<String>) -> Result<Response, ApiError> {
    let export = app.exports.find(&job)?;
    let missing = || ApiError::not_found("no_file", ("导出的文件", "exported file"), &job);
    let path = export.file().ok_or_else(missing)?;
    send_file(&path, &export.file_name).await
}

/// Streams a file from disk as a download.
pub async fn send_file(path: &std::path::Path, name: &str) -> Result<Response, ApiError> {
    let failed = |cause: std::io::Error| ApiError::io("send a file", &cause);
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let n_bytes = file.metadata().await.map_err(failed)?.len();
    let mime = match name.rsplit('.').next() {
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("csv") => "text/csv",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CONTENT_DISPOSITION, disposition(false, Some(name)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(n_bytes));
    let body = Body::from_stream(tokio_util::io::ReaderStream::new(file));
    Ok((headers, body).into_response())
}
