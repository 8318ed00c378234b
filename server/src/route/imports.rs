//! `/imports`: a file is staged, previewed, confirmed, imported.

use crate::{
    app::{App, off_loop},
    auth::Client,
    error::{ApiError, Locale},
    instance::{Destination, ImportJob, is_digest, mappings},
    wire::{
        ErrorBody, Json, Path, Query,
        job::{ProgressView, error_body, import_state},
        manifest::ManifestDoc,
    },
};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use connectors::file::{Manifest, SheetManifest};
use jobs::import::{
    ConfirmColumn, ConfirmImport, ConfirmSheet, IntoReport,
    into::{ConfirmInto, IntoPlan},
};
use serde::{Deserialize, Serialize};
use table::field::FieldType;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// From `POST /uploads`.
    pub upload: String,
    /// The base it is meant for, if that is known already.
    #[serde(default)]
    pub base: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct JobMade {
    pub job: String,
}

/// Begins to read an uploaded file.
#[utoipa::path(post, path = "/imports", tag = "imports", request_body = NewImport,
    responses((status = 200, body = JobMade), (status = 404, body = ErrorBody)))]
pub async fn begin(
    State(app): State<App>,
    Json(new): Json<NewImport>,
) -> Result<Json<JobMade>, ApiError> {
    if let Some(base) = &new.base {
        app.base(base).await?;
    }
    let upload = app.uploads.take(&new.upload)?;
    let job = app.imports.begin(upload, new.base).id.clone();
    Ok(Json(JobMade { job }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unlock {
    /// That the workbook is opened with; kept nowhere.
    pub password: String,
}

/// Begins anew where an import failed with `password_needed` or `wrong_password`.
#[utoipa::path(post, path = "/imports/{job}/unlock", tag = "imports", request_body = Unlock,
    params(("job" = String, Path)),
    responses((status = 200, body = JobMade), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn unlock(
    State(app): State<App>,
    Path(job): Path<String>,
    Json(unlock): Json<Unlock>,
) -> Result<Json<JobMade>, ApiError> {
    let job = app.imports.unlock(&job, unlock.password)?.id.clone();
    Ok(Json(JobMade { job }))
}

#[derive(Serialize, ToSchema)]
pub struct ImportView {
    pub job: String,
    /// The file's name.
    pub label: String,
    /// `staging`, `previewed`, `importing`, `done`, `failed`, `cancelled`
    pub state: String,
    pub progress: ProgressView,
    /// From `previewed` on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ManifestDoc>)]
    pub manifest: Option<serde_json::Value>,
    /// While `previewed`: why the last confirmation was not carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The tables that were made or changed.
    pub tables: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<ImportReportView>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportReportView {
    pub n_records: u64,
    pub n_pictures: u64,
    /// Formula fields that give what the file says, by name.
    pub formulas: Vec<String>,
    #[schema(value_type = Vec<crate::wire::manifest::NoteDoc>)]
    pub notes: serde_json::Value,
    /// What was done to tables that were there.
    pub into: Vec<IntoReportView>,
}

#[derive(Serialize, ToSchema)]
pub struct IntoReportView {
    pub table: String,
    pub n_added: u64,
    pub n_changed: u64,
    pub n_removed: u64,
    pub n_left_out: u64,
}

impl From<IntoReport> for IntoReportView {
    fn from(report: IntoReport) -> IntoReportView {
        IntoReportView {
            table: report.table.to_string(),
            n_added: report.n_added,
            n_changed: report.n_changed,
            n_removed: report.n_removed,
            n_left_out: report.n_left_out,
        }
    }
}

/// How far an import is; with the preview once the file is read.
#[utoipa::path(get, path = "/imports/{job}", tag = "imports", params(("job" = String, Path)),
    responses((status = 200, body = ImportView), (status = 404, body = ErrorBody)))]
pub async fn read(
    State(app): State<App>,
    Path(job): Path<String>,
    locale: Locale,
) -> Result<Json<ImportView>, ApiError> {
    let import = app.imports.find(&job)?;
    // The row before the job's own parts: a state is never ahead of what it promises.
    let row = app
        .board
        .find(&job)
        .ok_or_else(|| ApiError::not_found("no_job", ("任务", "job"), &job))?;
    let report = import.report();
    let manifest = import.manifest();
    let json = |value: serde_json::Result<serde_json::Value>| value.unwrap_or_default();
    Ok(Json(ImportView {
        job,
        label: row.label,
        state: import_state(row.state),
        progress: ProgressView {
            done: row.done,
            of: row.of,
        },
        manifest: manifest.map(|manifest| json(serde_json::to_value(manifest.as_ref()))),
        error: row
            .error
            .or_else(|| import.refused())
            .map(|error| error_body(error, locale)),
        base: row.base,
        tables: report
            .iter()
            .flat_map(|report| report.tables.iter().map(ToString::to_string))
            .collect(),
        report: report.map(|report| ImportReportView {
            n_records: report.n_records,
            n_pictures: report.n_pictures,
            formulas: report.formulas,
            notes: json(serde_json::to_value(report.notes)),
            into: report.into.into_iter().map(Into::into).collect(),
        }),
    }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PictureParams {
    /// Longer side in pixels: 64, 256 or 1024.
    pub thumb: Option<u32>,
}

/// A picture of the preview, always as a thumbnail.
#[utoipa::path(get, path = "/imports/{job}/pictures/{digest}", tag = "imports",
    params(("job" = String, Path), ("digest" = String, Path), PictureParams),
    responses((status = 200, body = Vec<u8>, content_type = "image/png"), (status = 404, body = ErrorBody)))]
pub async fn picture(
    State(app): State<App>,
    Path((job, digest)): Path<(String, String)>,
    Query(params): Query<PictureParams>,
) -> Result<Response, ApiError> {
    let missing = || ApiError::not_found("no_picture", ("图片", "picture"), &digest);
    if !is_digest(&digest) {
        return Err(missing());
    }
    let import = app.imports.find(&job)?;
    let path = import.picture(&digest).ok_or_else(missing)?;
    let side = params
        .thumb
        .filter(|side| crate::instance::SIDES.contains(side))
        .unwrap_or(256);
    let small = app
        .thumbs
        .get(&digest, side, move || crate::instance::read_picture(&path))
        .await?;
    let mime = HeaderValue::from_static(crate::instance::thumb_type(&small));
    Ok(([(header::CONTENT_TYPE, mime)], small).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// An existing base; else a new one named `base_name`.
    #[serde(default)]
    pub base: Option<String>,
    #[serde(default)]
    pub base_name: Option<String>,
    pub sheets: Vec<SheetChoice>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetChoice {
    /// Place in the manifest's sheets.
    pub sheet: usize,
    /// Into a table that is there, instead of a new one.
    #[serde(default)]
    #[schema(value_type = Option<crate::wire::import_into::IntoPlanDoc>)]
    pub into: Option<IntoPlan>,
    /// `seen` of the comparison that the person looked at; absent: whatever there is to do.
    #[serde(default)]
    pub seen: Option<String>,
    /// Keeps the mapping with the base, for the next file with these columns.
    #[serde(default)]
    pub save: bool,
    /// Absent: the sheet's name.
    #[serde(default)]
    pub table_name: Option<String>,
    /// Columns that are not named here are imported as proposed.
    #[serde(default)]
    pub columns: Vec<ColumnChoice>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnChoice {
    /// Place in the sheet's columns.
    pub column: usize,
    #[serde(default)]
    pub name: Option<String>,
    /// `{"type":"number",…}`; absent: as proposed.
    #[serde(default)]
    #[schema(value_type = Option<crate::wire::schema::FieldTypeView>)]
    pub field_type: Option<FieldType>,
    /// Over field names; absent: as proposed; empty: values instead of a formula.
    #[serde(default)]
    pub formula: Option<String>,
    #[serde(default)]
    pub skip: bool,
}

/// Imports what was previewed.
#[utoipa::path(post, path = "/imports/{job}/confirm", tag = "imports", params(("job" = String, Path)),
    request_body = Confirm, responses((status = 200, body = JobMade), (status = 409, body = ErrorBody)))]
pub async fn confirm(
    State(app): State<App>,
    Path(job): Path<String>,
    client: Client,
    Json(confirmed): Json<Confirm>,
) -> Result<Json<JobMade>, ApiError> {
    let import = app.imports.find(&job)?;
    let manifest = import.manifest();
    let to = destination(&confirmed, &import, manifest.as_deref());
    let kept = kept_mappings(&confirmed.sheets, manifest.as_deref());
    let chosen = choices(confirmed.sheets, manifest.as_deref())?;
    let base = match &to {
        Destination::Base(base) => Some(base.clone()),
        Destination::New(_) if chosen.into.is_empty() => None,
        // A new base has no table to go into.
        Destination::New(_) => return Err(bad_sheets("base".into())),
    };
    app.imports
        .confirm(&job, to, chosen, client.actor())
        .await?;
    if let Some(base) = base.filter(|_| !kept.is_empty()) {
        let base = app.base(&base).await?;
        let keep = move || {
            let mut kept = kept.iter();
            kept.try_for_each(|(sheet, plan)| mappings::put(&base, sheet, plan))
        };
        // The import goes on either way; a mapping that is not kept is found anew the next time.
        if let Err(cause) = off_loop(keep).await? {
            tracing::warn!(code = cause.code, "a mapping could not be kept");
        }
    }
    Ok(Json(JobMade { job }))
}

/// The plans that are to be kept, with their sheets.
fn kept_mappings(
    choices: &[SheetChoice],
    manifest: Option<&Manifest>,
) -> Vec<(SheetManifest, IntoPlan)> {
    let wanted = choices.iter().filter(|choice| choice.save);
    let kept = wanted.filter_map(|choice| {
        let sheet = manifest?.sheets.get(choice.sheet)?;
        Some((sheet.clone(), choice.into.clone()?))
    });
    kept.collect()
}

fn destination(
    confirmed: &Confirm,
    import: &ImportJob,
    manifest: Option<&Manifest>,
) -> Destination {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    if let Some(base) = given(&confirmed.base) {
        return Destination::Base(base);
    }
    match (given(&confirmed.base_name), &import.wanted_base) {
        (Some(name), _) => Destination::New(name),
        (None, Some(base)) => Destination::Base(base.clone()),
        (None, None) => {
            let name = manifest.map_or("", |manifest| manifest.file_name.as_str());
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            Destination::New(stem.to_string())
        }
    }
}

fn choices(
    sheets: Vec<SheetChoice>,
    manifest: Option<&Manifest>,
) -> Result<ConfirmImport, ApiError> {
    let known = manifest.map_or(&[][..], |manifest| &manifest.sheets);
    if sheets.is_empty() {
        return Err(bad_sheets("sheets".into()));
    }
    let mut chosen = ConfirmImport::default();
    for choice in sheets {
        let sheet = known
            .get(choice.sheet)
            .ok_or_else(|| bad_sheets(format!("sheets {}", choice.sheet)))?;
        if let Some(plan) = choice.into {
            chosen.into.push(ConfirmInto {
                sheet: choice.sheet,
                plan,
                seen: choice.seen,
            });
            continue;
        }
        let columns = choice.columns.into_iter().map(|column| ConfirmColumn {
            column: column.column,
            name: column.name,
            field_type: column.field_type,
            formula: column.formula,
            skip: column.skip,
        });
        chosen.sheets.push(ConfirmSheet {
            sheet: choice.sheet,
            table_name: choice.table_name.unwrap_or_else(|| sheet.name.clone()),
            columns: columns.collect(),
        });
    }
    Ok(chosen)
}

fn bad_sheets(at: String) -> ApiError {
    ApiError::bad_request(
        "import_mapping",
        "确认的工作表和文件对不上,请重新导入。",
        "The confirmed sheets do not match the file. Import it again.",
    )
    .at(at)
}
