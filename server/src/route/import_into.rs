//! `/imports/{job}/into…`: a previewed file is mapped to, and compared with, tables that are there. `/bases/{base}/
//! import-mappings`: the mappings that a base keeps.

use super::blobs::disposition;
use crate::{
    app::{App, off_loop},
    error::{ApiError, Locale},
    instance::{ImportJob, OpenBase, mappings},
    limits::COMPARED_LINES,
    wire::{
        ErrorBody, Json, Path, Query,
        import_into::{
            ComparisonView, ImportLines, ImportProblem, MappingView, ProposalView, TableFitView,
        },
    },
};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jobs::{
    JobError,
    import::{
        ImportError,
        into::{
            IntoPlan,
            compare::compare,
            lines::Comparison,
            propose::{propose, rank},
        },
    },
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use table::id::TableId;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TargetParams {
    /// Absent: the base that the import is meant for, or the one that a sheet to be filled in came from.
    #[serde(default)]
    pub base: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct IntoTargets {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_name: Option<String>,
    /// By place in the manifest's sheets: the tables of the base, the likeliest first.
    pub sheets: Vec<Vec<TableFitView>>,
}

/// The tables that the sheets of a file may be for.
#[utoipa::path(get, path = "/imports/{job}/into", tag = "imports",
    params(("job" = String, Path), TargetParams),
    responses((status = 200, body = IntoTargets), (status = 404, body = ErrorBody)))]
pub async fn targets(
    State(app): State<App>,
    Path(job): Path<String>,
    Query(params): Query<TargetParams>,
) -> Result<Json<IntoTargets>, ApiError> {
    let import = app.imports.find(&job)?;
    let none = IntoTargets {
        base: None,
        base_name: None,
        sheets: Vec::new(),
    };
    let Some(manifest) = import.manifest() else {
        return Ok(Json(none));
    };
    let base = match params.base.or_else(|| import.wanted_base.clone()) {
        Some(base) => app.base(&base).await?,
        None => {
            let own = manifest.sheets.iter().find_map(|sheet| sheet.own.as_ref());
            let Some(own) = own else {
                return Ok(Json(none));
            };
            match app.base(&own.base).await {
                Ok(base) => base,
                // Of another machine, or deleted since.
                Err(_) => return Ok(Json(none)),
            }
        }
    };
    off_loop(move || {
        let saved = mappings::list(&base)?;
        let snapshot = base.handle.snapshot();
        let sheets = manifest.sheets.iter();
        let sheets = sheets.map(|sheet| rank(&snapshot, sheet, &base.id.0, &saved));
        let sheets = sheets.map(|fits| fits.into_iter().map(Into::into).collect());
        Ok(Json(IntoTargets {
            base: Some(base.id.0.clone()),
            base_name: Some(snapshot.schema.name.clone()),
            sheets: sheets.collect(),
        }))
    })
    .await?
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeRequest {
    pub base: String,
    /// Place in the manifest's sheets.
    pub sheet: usize,
    #[schema(value_type = String)]
    pub table: TableId,
    /// As if no mapping were kept.
    #[serde(default)]
    pub fresh: bool,
}

/// A plan for a sheet and a table, all of which may be changed.
#[utoipa::path(post, path = "/imports/{job}/into/propose", tag = "imports", params(("job" = String, Path)),
    request_body = ProposeRequest,
    responses((status = 200, body = ProposalView), (status = 409, body = ErrorBody)))]
pub async fn propose_plan(
    State(app): State<App>,
    Path(job): Path<String>,
    Json(asked): Json<ProposeRequest>,
) -> Result<Json<ProposalView>, ApiError> {
    let import = app.imports.find(&job)?;
    let base = app.base(&asked.base).await?;
    off_loop(move || {
        let staged = import.staged()?;
        let saved = match asked.fresh {
            true => Vec::new(),
            false => mappings::list(&base)?,
        };
        let sheet = staged.manifest().sheets.get(asked.sheet);
        let sheet = sheet.ok_or_else(|| refused(&ImportError::Mapping))?;
        let saved = saved
            .iter()
            .find(|kept| kept.table == asked.table && kept.fits(sheet));
        let snapshot = base.handle.snapshot();
        let proposal = propose(
            &snapshot,
            &staged,
            asked.sheet,
            asked.table,
            &base.id.0,
            saved,
        );
        proposal
            .map(|proposal| Json(proposal.into()))
            .map_err(|cause| refused(&cause))
    })
    .await?
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareRequest {
    pub base: String,
    /// Place in the manifest's sheets.
    pub sheet: usize,
    #[schema(value_type = crate::wire::import_into::IntoPlanDoc)]
    pub plan: IntoPlan,
}

/// What a plan would do; nothing is done.
#[utoipa::path(post, path = "/imports/{job}/into/compare", tag = "imports", params(("job" = String, Path)),
    request_body = CompareRequest,
    responses((status = 200, body = ComparisonView), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn compare_plan(
    State(app): State<App>,
    Path(job): Path<String>,
    Json(asked): Json<CompareRequest>,
) -> Result<Json<ComparisonView>, ApiError> {
    let import = app.imports.find(&job)?;
    let base = app.base(&asked.base).await?;
    off_loop(move || {
        let told = compared(&import, &base, &asked)?;
        let view = ComparisonView::from(&told);
        import.keep_comparison(asked.sheet, Arc::new(told));
        Ok(Json(view))
    })
    .await?
}

fn compared(
    import: &ImportJob,
    base: &OpenBase,
    asked: &CompareRequest,
) -> Result<Comparison, ApiError> {
    let staged = import.staged()?;
    let snapshot = base.handle.snapshot();
    let told = compare(snapshot, &staged, asked.sheet, &asked.plan, &|| false);
    told.map_err(|cause| refused(&cause))
}

fn refused(cause: &ImportError) -> ApiError {
    let JobError { message, .. } = cause.job_error();
    let code = match cause {
        ImportError::NameTaken(_) => "name_taken",
        ImportError::NoKey => "import_no_key",
        ImportError::Mapping => "import_mapping",
        other => return ApiError::internal("compare an import", other),
    };
    ApiError::new(StatusCode::BAD_REQUEST, code, message.zh, message.en)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinesParams {
    /// `added`, `changed`, `missing`, `problems`
    pub kind: String,
    #[serde(default)]
    pub from: usize,
    /// At most 500.
    #[serde(default)]
    pub n: Option<usize>,
}

/// Lines of the last comparison of a sheet.
#[utoipa::path(get, path = "/imports/{job}/into/{sheet}/lines", tag = "imports",
    params(("job" = String, Path), ("sheet" = usize, Path), LinesParams),
    responses((status = 200, body = ImportLines), (status = 404, body = ErrorBody)))]
pub async fn lines(
    State(app): State<App>,
    Path((job, sheet)): Path<(String, usize)>,
    Query(params): Query<LinesParams>,
    locale: Locale,
) -> Result<Json<ImportLines>, ApiError> {
    let told = comparison(&app, &job, sheet)?;
    let n = params.n.unwrap_or(COMPARED_LINES).min(COMPARED_LINES);
    let lines = match params.kind.as_str() {
        "added" => &told.added[..],
        "changed" => &told.changed[..],
        "missing" => &told.missing[..],
        _ => &[],
    };
    let problems = match params.kind.as_str() {
        "problems" => &told.problems[..],
        _ => &[],
    };
    let problems = problems.iter().skip(params.from).take(n);
    let lines = lines.iter().skip(params.from).take(n);
    Ok(Json(ImportLines {
        lines: lines.map(Into::into).collect(),
        problems: problems
            .map(|line| ImportProblem::of(line, locale))
            .collect(),
    }))
}

fn comparison(app: &App, job: &str, sheet: usize) -> Result<Arc<Comparison>, ApiError> {
    let import = app.imports.find(job)?;
    let told = import.comparison(sheet);
    told.ok_or_else(|| {
        ApiError::not_found("no_comparison", ("对比", "comparison"), &sheet.to_string())
    })
}

/// What is not done as it stands in the file, row by row, as CSV to be mended in a spreadsheet.
#[utoipa::path(get, path = "/imports/{job}/into/{sheet}/report", tag = "imports",
    params(("job" = String, Path), ("sheet" = usize, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 404, body = ErrorBody)))]
pub async fn report(
    State(app): State<App>,
    Path((job, sheet)): Path<(String, usize)>,
    locale: Locale,
) -> Result<Response, ApiError> {
    let told = comparison(&app, &job, sheet)?;
    let head = match locale {
        Locale::Zh => ["行", "列", "字段", "内容", "原因"],
        Locale::En => ["Row", "Column", "Field", "Value", "Why"],
    };
    // A byte-order mark, without which spreadsheets read Chinese as something else.
    let mut text = String::from("\u{feff}");
    push_record(&mut text, head.map(String::from));
    for line in &told.problems {
        let problem = ImportProblem::of(line, locale);
        let row = problem.row.map_or_else(String::new, |row| row.to_string());
        let column = problem.column.unwrap_or_default();
        push_record(
            &mut text,
            [row, column, problem.name, problem.value, problem.message],
        );
    }
    let name = match locale {
        Locale::Zh => "没有导入的内容.csv",
        Locale::En => "not-imported.csv",
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CONTENT_DISPOSITION, disposition(false, Some(name))),
    ];
    Ok((headers, text).into_response())
}

fn push_record(text: &mut String, cells: [String; 5]) {
    let cells = cells.map(|cell| {
        // A text that begins like a formula is none in a file that a spreadsheet opens.
        let guard = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let cell = if guard { format!("'{cell}") } else { cell };
        format!("\"{}\"", cell.replace('"', "\"\""))
    });
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// The mappings that a base keeps.
#[utoipa::path(get, path = "/bases/{base}/import-mappings", tag = "imports", params(("base" = String, Path)),
    responses((status = 200, body = Vec<MappingView>), (status = 404, body = ErrorBody)))]
pub async fn list_mappings(
    State(app): State<App>,
    Path(base): Path<String>,
) -> Result<Json<Vec<MappingView>>, ApiError> {
    let base = app.base(&base).await?;
    let kept = off_loop(move || mappings::list(&base)).await??;
    Ok(Json(kept.into_iter().map(Into::into).collect()))
}

/// Forgets a mapping.
#[utoipa::path(delete, path = "/bases/{base}/import-mappings/{mapping}", tag = "imports",
    params(("base" = String, Path), ("mapping" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn remove_mapping(
    State(app): State<App>,
    Path((base, mapping)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let base = app.base(&base).await?;
    off_loop(move || mappings::remove(&base, &mapping)).await??;
    Ok(StatusCode::NO_CONTENT)
}
