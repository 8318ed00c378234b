//! `/bases/{base}/tables/{table}/…`: windows, single records, footer values.

use crate::{
    app::{App, off_loop},
    error::ApiError,
    limits::{WINDOW_ROWS, WINDOW_ROWS_DEFAULT},
    wire::{
        ErrorBody, Path, Query,
        cell::{CellStyle, write_cell},
        window::{RecordView, WindowView, write_record, write_window},
    },
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use engine::query::WindowQuery;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, str::FromStr};
use table::{
    id::{FieldId, RecordId, TableId, ViewId},
    view::{Filter, Sort},
};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WindowParams {
    /// Absent: all records in the order of creation.
    pub view: Option<String>,
    #[serde(default)]
    pub from: u64,
    /// Rows, at most 2000.
    pub n: Option<u32>,
    /// Field ids with commas between; absent: all.
    pub fields: Option<String>,
    /// Only records that show this text.
    pub find: Option<String>,
    /// JSON of a filter in place of the view's, for a try without saving.
    pub filter: Option<String>,
    /// JSON of sorts in place of the view's.
    pub sorts: Option<String>,
}

/// An id in an address; a malformed one is simply not there.
pub fn parse_id<T: FromStr>(text: &str, what: (&str, &str)) -> Result<T, ApiError> {
    text.parse()
        .map_err(|_| ApiError::not_found("no_such_id", what, text))
}

fn parse_json<T: DeserializeOwned>(name: &str, text: Option<&str>) -> Result<Option<T>, ApiError> {
    text.map(serde_json::from_str).transpose().map_err(|cause| {
        ApiError::bad_request(
            "bad_query",
            "网址里的参数不对。",
            "A parameter of the address is wrong.",
        )
        .at(format!("{name}: {cause}"))
    })
}

impl WindowParams {
    fn query(self, table: TableId) -> Result<WindowQuery, ApiError> {
        let fields = self.fields.as_deref().map(|list| {
            list.split(',')
                .filter(|id| !id.is_empty())
                .map(|id| parse_id::<FieldId>(id, ("字段", "field")))
                .collect::<Result<Vec<_>, _>>()
        });
        Ok(WindowQuery {
            table,
            view: view_id(self.view.as_deref())?,
            find: self.find.filter(|text| !text.is_empty()),
            from: self.from,
            n_rows: self.n.unwrap_or(WINDOW_ROWS_DEFAULT).min(WINDOW_ROWS),
            fields: fields.transpose()?,
            filter: parse_json::<Filter>("filter", self.filter.as_deref())?,
            sorts: parse_json::<Vec<Sort>>("sorts", self.sorts.as_deref())?,
        })
    }
}

fn view_id(text: Option<&str>) -> Result<Option<ViewId>, ApiError> {
    text.filter(|id| !id.is_empty())
        .map(|id| parse_id(id, ("视图", "view")))
        .transpose()
}

fn json_bytes(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// Rows of a view, column by column.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/window", tag = "records",
    params(("base" = String, Path), ("table" = String, Path), WindowParams),
    responses((status = 200, body = WindowView), (status = 404, body = ErrorBody)))]
pub async fn window(
    State(app): State<App>,
    Path((base, table)): Path<(String, String)>,
    Query(params): Query<WindowParams>,
) -> Result<Response, ApiError> {
    let base = app.base(&base).await?;
    let query = params.query(parse_id(&table, ("表格", "table"))?)?;
    off_loop(move || {
        let window = base.handle.window(&query)?;
        let schema = base.handle.snapshot().schema.clone();
        Ok(json_bytes(write_window(&window, query.table, &schema)))
    })
    .await?
}

/// One record with all its fields.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/records/{record}", tag = "records",
    params(("base" = String, Path), ("table" = String, Path), ("record" = String, Path)),
    responses((status = 200, body = RecordView), (status = 404, body = ErrorBody)))]
pub async fn record(
    State(app): State<App>,
    Path((base, table, record)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    let id: RecordId = parse_id(&record, ("记录", "record"))?;
    let snapshot = base.handle.snapshot();
    let written = write_record(&snapshot, table, id)
        .ok_or_else(|| ApiError::not_found("no_record", ("记录", "record"), &record))?;
    Ok(json_bytes(written))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AggregateParams {
    pub view: Option<String>,
}

/// A footer value: a number, a date, or an error.
#[derive(Serialize, ToSchema)]
pub struct AggregateView {
    /// `sum`, `average`, `min`, `max`, `count`, `filled`, `blank`, `distinct`
    pub aggregate: String,
    #[schema(value_type = crate::wire::window::CellDoc)]
    pub value: serde_json::Value,
}

/// The footer values of a view, by field.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/aggregates", tag = "records",
    params(("base" = String, Path), ("table" = String, Path), AggregateParams),
    responses((status = 200, body = BTreeMap<String, AggregateView>), (status = 404, body = ErrorBody)))]
pub async fn aggregates(
    State(app): State<App>,
    Path((base, table)): Path<(String, String)>,
    Query(params): Query<AggregateParams>,
) -> Result<crate::wire::Json<BTreeMap<String, AggregateView>>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    let view = view_id(params.view.as_deref())?;
    off_loop(move || {
        let values = base.handle.aggregates(table, view)?;
        let snapshot = base.handle.snapshot();
        let shown = values.into_iter().filter_map(|item| {
            let (_, field) = snapshot.schema.field(item.field)?;
            let mut cell = Vec::new();
            write_cell(&mut cell, &item.value, CellStyle::of(&field.field_type));
            let view = AggregateView {
                aggregate: crate::wire::schema::name_of(&item.aggregate),
                value: serde_json::from_slice(&cell).ok()?,
            };
            Some((item.field.to_string(), view))
        });
        Ok(crate::wire::Json(shown.collect()))
    })
    .await?
}
