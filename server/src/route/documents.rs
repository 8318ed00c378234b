//! `/bases/{base}/documents`: templates of quotations, delivery notes, labels; filled, and as a page to print.

use super::blobs::disposition;
use crate::{
    app::{App, off_loop},
    error::{ApiError, Locale},
    instance::{
        OpenBase,
        documents::{self, DocumentInput, DocumentTemplate, Made},
    },
    wire::{ErrorBody, Json, Path, Query},
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use connectors::{
    document::{Per, starter},
    model::Text2,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use table::id::{RecordId, TableId};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentRequest {
    #[serde(default)]
    pub name: Option<String>,
    /// Whose records fill it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub table: Option<TableId>,
    /// `record`: one document per record; `selection`: one for all chosen records.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub per: Option<Per>,
    /// The workbook, uploaded with `POST /uploads?base=`.
    #[serde(default)]
    pub digest: Option<String>,
    #[serde(default)]
    pub file_name: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct DocumentView {
    pub id: String,
    pub name: String,
    pub table: String,
    /// `record` or `selection`
    pub per: String,
    pub digest: String,
    pub file_name: String,
    /// Cells with placeholders; 0 while there are problems.
    pub n_cells: usize,
    /// What must be mended before it can be filled.
    pub problems: Vec<DocumentProblem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
}

/// A placeholder that means nothing.
#[derive(Serialize, ToSchema)]
pub struct DocumentProblem {
    pub code: String,
    pub sheet: String,
    pub cell: String,
    pub placeholder: String,
    pub message: String,
    pub hint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

fn said(text: &Text2, locale: Locale) -> String {
    match locale {
        Locale::Zh => text.zh.clone(),
        Locale::En => text.en.clone(),
    }
}

fn view(base: &OpenBase, document: DocumentTemplate, locale: Locale) -> DocumentView {
    let checked = documents::check(base, &document);
    let problems = checked.problems.into_iter().map(|problem| DocumentProblem {
        code: problem.code.into(),
        message: said(&problem.message, locale),
        hint: said(&problem.hint, locale),
        sheet: problem.sheet,
        cell: problem.cell,
        placeholder: problem.placeholder,
        suggestion: problem.suggestion,
    });
    DocumentView {
        n_cells: checked.n_cells,
        problems: problems.collect(),
        error: checked.broken.map(|broken| broken.body(locale)),
        id: document.id,
        name: document.name,
        table: document.table.to_string(),
        per: match document.per {
            Per::Record => "record".into(),
            Per::Selection => "selection".into(),
        },
        digest: document.digest,
        file_name: document.file_name,
    }
}

/// The templates of a base, each with what is wrong with it now.
#[utoipa::path(get, path = "/bases/{base}/documents", tag = "documents", params(("base" = String, Path)),
    responses((status = 200, body = Vec<DocumentView>), (status = 404, body = ErrorBody)))]
pub async fn list(
    State(app): State<App>,
    Path(base): Path<String>,
    locale: Locale,
) -> Result<Json<Vec<DocumentView>>, ApiError> {
    let base = app.base(&base).await?;
    let all = off_loop(move || {
        let all = documents::list(&base)?;
        Ok::<_, ApiError>(
            all.into_iter()
                .map(|one| view(&base, one, locale))
                .collect(),
        )
    });
    Ok(Json(all.await??))
}

async fn put(
    app: App,
    base: String,
    id: Option<String>,
    request: DocumentRequest,
    locale: Locale,
) -> Result<Json<DocumentView>, ApiError> {
    let base = app.base(&base).await?;
    let made = off_loop(move || {
        let input = DocumentInput {
            name: request.name,
            table: request.table,
            per: request.per,
            digest: request.digest,
            file_name: request.file_name,
        };
        let made = app.documents.put(&base, id.as_deref(), input)?;
        Ok::<_, ApiError>(view(&base, made, locale))
    });
    Ok(Json(made.await??))
}

/// Adds a template.
#[utoipa::path(post, path = "/bases/{base}/documents", tag = "documents", params(("base" = String, Path)),
    request_body = DocumentRequest,
    responses((status = 200, body = DocumentView), (status = 422, body = ErrorBody)))]
pub async fn create(
    State(app): State<App>,
    Path(base): Path<String>,
    locale: Locale,
    Json(request): Json<DocumentRequest>,
) -> Result<Json<DocumentView>, ApiError> {
    put(app, base, None, request, locale).await
}

/// Changes a template; what is absent stays.
#[utoipa::path(put, path = "/bases/{base}/documents/{document}", tag = "documents",
    params(("base" = String, Path), ("document" = String, Path)), request_body = DocumentRequest,
    responses((status = 200, body = DocumentView), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change(
    State(app): State<App>,
    Path((base, document)): Path<(String, String)>,
    locale: Locale,
    Json(request): Json<DocumentRequest>,
) -> Result<Json<DocumentView>, ApiError> {
    put(app, base, Some(document), request, locale).await
}

/// Removes a template from the list.
#[utoipa::path(delete, path = "/bases/{base}/documents/{document}", tag = "documents",
    params(("base" = String, Path), ("document" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn remove(
    State(app): State<App>,
    Path((base, document)): Path<(String, String)>,
) -> Result<axum::http::StatusCode, ApiError> {
    let base = app.base(&base).await?;
    off_loop(move || app.documents.remove(&base, &document)).await??;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FillRequest {
    #[schema(value_type = Vec<String>)]
    pub records: Vec<RecordId>,
}

async fn found(
    app: &App,
    base: &str,
    document: String,
) -> Result<(Arc<OpenBase>, DocumentTemplate), ApiError> {
    let base = app.base(base).await?;
    off_loop(move || {
        let document = documents::find(&base, &document)?;
        Ok((base, document))
    })
    .await?
}

/// The template filled: one workbook, or a zip of one per record.
#[utoipa::path(post, path = "/bases/{base}/documents/{document}/fill", tag = "documents",
    params(("base" = String, Path), ("document" = String, Path)), request_body = FillRequest,
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 422, body = ErrorBody)))]
pub async fn fill(
    State(app): State<App>,
    Path((base, document)): Path<(String, String)>,
    Json(request): Json<FillRequest>,
) -> Result<Response, ApiError> {
    let (base, document) = found(&app, &base, document).await?;
    let made = off_loop(move || documents::fill(&base, &document, &request.records)).await??;
    Ok(download(made))
}

fn download(made: Made) -> Response {
    let mime = match made.file_name.ends_with(".zip") {
        true => "application/zip",
        false => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(
        header::CONTENT_DISPOSITION,
        disposition(false, Some(&made.file_name)),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (headers, made.bytes).into_response()
}

#[derive(Serialize, ToSchema)]
pub struct PrintView {
    /// A whole page without scripts.
    pub html: String,
    pub notes: Vec<DocumentNote>,
}

/// What to know of a filled document.
#[derive(Serialize, ToSchema)]
pub struct DocumentNote {
    pub code: String,
    /// `sheet!cell`
    pub at: String,
    pub message: String,
}

/// The template filled, as a page for the browser's print.
#[utoipa::path(post, path = "/bases/{base}/documents/{document}/print", tag = "documents",
    params(("base" = String, Path), ("document" = String, Path)), request_body = FillRequest,
    responses((status = 200, body = PrintView), (status = 422, body = ErrorBody)))]
pub async fn print(
    State(app): State<App>,
    Path((base, document)): Path<(String, String)>,
    locale: Locale,
    Json(request): Json<FillRequest>,
) -> Result<Json<PrintView>, ApiError> {
    let (base, document) = found(&app, &base, document).await?;
    let page = off_loop(move || documents::print_page(&base, &document, &request.records));
    let (html, notes) = page.await??;
    let notes = notes.into_iter().map(|note| DocumentNote {
        code: note.code.into(),
        message: said(&note.message, locale),
        at: note.at,
    });
    Ok(Json(PrintView {
        html,
        notes: notes.collect(),
    }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StarterParams {
    #[param(value_type = String)]
    pub table: TableId,
    /// `record` or `selection`
    #[param(value_type = Option<String>)]
    pub per: Option<Per>,
}

/// A first template for a table, to be changed in Excel or WPS.
#[utoipa::path(get, path = "/bases/{base}/documents/starter", tag = "documents",
    params(("base" = String, Path), StarterParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = ErrorBody)))]
pub async fn starter(
    State(app): State<App>,
    Path(base): Path<String>,
    Query(params): Query<StarterParams>,
) -> Result<Response, ApiError> {
    let base = app.base(&base).await?;
    let schema = base.handle.snapshot().schema.clone();
    let missing = || ApiError::not_found("no_table", ("表格", "table"), &params.table.to_string());
    let name = schema.table(params.table).ok_or_else(missing)?.name.clone();
    let per = params.per.unwrap_or_default();
    let bytes = off_loop(move || starter::workbook(&schema, params.table, per)).await?;
    Ok(download(Made {
        file_name: documents::safe_name(&format!("{name}-模板.xlsx")),
        bytes: bytes.map_err(|cause| documents::refused(&cause))?,
    }))
}
