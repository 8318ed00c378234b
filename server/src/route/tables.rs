//! `/bases/{base}/tables/{table}/…`: windows, single records, footer values, groups, hits.

use crate::{
    app::{App, off_loop},
    error::ApiError,
    limits::{HITS_DEFAULT, WINDOW_ROWS, WINDOW_ROWS_DEFAULT},
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
use engine::{
    AggregateValue,
    query::{FindQuery, FindStart, WindowQuery},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, str::FromStr};
use table::{
    id::{FieldId, RecordId, TableId, ViewId},
    schema::Schema,
    value::CellState,
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
    /// `sum`, `average`, `min`, `max`, `count`, `filled`, `blank`, `distinct`, `median`
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
        Ok(crate::wire::Json(shown_values(values, &snapshot.schema)))
    })
    .await?
}

fn shown_values(values: Vec<AggregateValue>, schema: &Schema) -> BTreeMap<String, AggregateView> {
    let shown = values.into_iter().filter_map(|item| {
        let view = AggregateView {
            aggregate: crate::wire::schema::name_of(&item.aggregate),
            value: shown_value(&item.value, item.field, schema)?,
        };
        Some((item.field.to_string(), view))
    });
    shown.collect()
}

fn shown_value(value: &CellState, field: FieldId, schema: &Schema) -> Option<serde_json::Value> {
    let (_, field) = schema.field(field)?;
    let mut cell = Vec::new();
    write_cell(&mut cell, value, CellStyle::of(&field.field_type));
    serde_json::from_slice(&cell).ok()
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroupParams {
    pub view: String,
}

/// The groups of a view, each before the groups within it.
#[derive(Serialize, ToSchema)]
pub struct GroupsView {
    pub revision: u64,
    /// Fields grouped by, outermost first.
    pub fields: Vec<String>,
    pub groups: Vec<GroupView>,
    /// There are more; the rows after these groups stand without a head.
    pub is_cut: bool,
}

#[derive(Serialize, ToSchema)]
pub struct GroupView {
    /// 0: grouped by the first field.
    pub depth: usize,
    /// The first row of the view in this group.
    pub from: u64,
    pub n_rows: u64,
    /// What the rows have in common; of dates the first day of the span.
    #[schema(value_type = crate::wire::window::CellDoc)]
    pub value: serde_json::Value,
    /// Footer values of this group, by field.
    pub aggregates: BTreeMap<String, AggregateView>,
}

/// The groups of a view with their footer values.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/groups", tag = "records",
    params(("base" = String, Path), ("table" = String, Path), GroupParams),
    responses((status = 200, body = GroupsView), (status = 404, body = ErrorBody)))]
pub async fn groups(
    State(app): State<App>,
    Path((base, table)): Path<(String, String)>,
    Query(params): Query<GroupParams>,
) -> Result<crate::wire::Json<GroupsView>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&table, ("表格", "table"))?;
    let view: ViewId = parse_id(&params.view, ("视图", "view"))?;
    off_loop(move || {
        let found = base.handle.groups(table, view)?;
        let snapshot = base.handle.snapshot();
        let schema = &snapshot.schema;
        let groups = found.groups.into_iter().map(|group| GroupView {
            depth: group.depth,
            from: group.from,
            n_rows: group.n_rows,
            value: shown_value(&group.value, found.fields[group.depth], schema).unwrap_or_default(),
            aggregates: shown_values(group.aggregates, schema),
        });
        Ok(crate::wire::Json(GroupsView {
            revision: found.revision.0,
            groups: groups.collect(),
            fields: found.fields.iter().map(ToString::to_string).collect(),
            is_cut: found.is_cut,
        }))
    })
    .await?
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindParams {
    pub view: Option<String>,
    /// What is looked for; pinyin and its first letters find Chinese.
    pub text: String,
    /// Hits from this one on, counted from 0.
    pub hit: Option<u64>,
    /// Hits from this row of the view on; if there are none, from the first one.
    pub row: Option<u64>,
    /// Hits listed, 100 if absent.
    pub n: Option<u32>,
}

/// Where a view shows a text.
#[derive(Serialize, ToSchema)]
pub struct FoundView {
    pub revision: u64,
    /// Cells with the text.
    pub n_hits: u64,
    /// Records with such a cell.
    pub n_records: u64,
    /// There are more; the rest was not counted.
    pub is_cut: bool,
    /// The number of the first hit listed.
    pub first: u64,
    pub hits: Vec<HitView>,
}

#[derive(Serialize, ToSchema)]
pub struct HitView {
    /// In the order of the view, from 0.
    pub row: u64,
    pub record: String,
    pub field: String,
}

/// Cells of a view that hold a text, row by row.
#[utoipa::path(get, path = "/bases/{base}/tables/{table}/find", tag = "records",
    params(("base" = String, Path), ("table" = String, Path), FindParams),
    responses((status = 200, body = FoundView), (status = 404, body = ErrorBody)))]
pub async fn find(
    State(app): State<App>,
    Path((base, table)): Path<(String, String)>,
    Query(params): Query<FindParams>,
) -> Result<crate::wire::Json<FoundView>, ApiError> {
    let base = app.base(&base).await?;
    let query = FindQuery {
        table: parse_id(&table, ("表格", "table"))?,
        view: view_id(params.view.as_deref())?,
        text: params.text,
        start: match (params.hit, params.row) {
            (None, Some(row)) => FindStart::Row(row),
            (hit, _) => FindStart::Hit(hit.unwrap_or(0)),
        },
        n_hits: params.n.unwrap_or(HITS_DEFAULT),
    };
    off_loop(move || {
        let found = base.handle.find(&query)?;
        let hits = found.hits.into_iter().map(|hit| HitView {
            row: hit.row,
            record: hit.record.to_string(),
            field: hit.field.to_string(),
        });
        Ok(crate::wire::Json(FoundView {
            revision: found.revision.0,
            n_hits: found.n_hits,
            n_records: found.n_records,
            is_cut: found.is_cut,
            first: found.first,
            hits: hits.collect(),
        }))
    })
    .await?
}
