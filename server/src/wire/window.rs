//! Windows and single records as JSON, serialised straight from columns.

use super::cell::{
    CellStyle, write_cell, write_cells, write_linked, write_linked_cells, write_notes, write_text,
};
use engine::query::Window;
use table::{
    field::link::linked,
    id::{RecordId, TableId},
    schema::Schema,
    snapshot::Snapshot,
    value::CellState,
};
use utoipa::ToSchema;

/// `Window {revision, n_total, from, records, columns, notes}`; the columns are in field order.
pub fn write_window(window: &Window, table: TableId, schema: &Schema) -> Vec<u8> {
    let n_cells = window.records.len() * window.columns.len();
    let mut to = Vec::with_capacity(256 + window.records.len() * 10 + n_cells * 16);
    to.extend_from_slice(
        format!(
            "{{\"revision\":{},\"n_total\":{},\"from\":{},\"records\":[",
            window.revision.0, window.n_total, window.from
        )
        .as_bytes(),
    );
    for (at, record) in window.records.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        to.extend_from_slice(format!("{comma}\"{record}\"").as_bytes());
    }
    to.extend_from_slice(b"],\"columns\":{");
    let table = schema.any_table(table);
    for (at, (field, column)) in window.columns.iter().enumerate() {
        let style = table
            .and_then(|table| table.any_field(*field))
            .map_or(PLAIN, |field| CellStyle::of(&field.field_type));
        if at > 0 {
            to.push(b',');
        }
        write_text(&mut to, &field.to_string());
        to.push(b':');
        match window.links.get(field) {
            Some(links) => write_linked_cells(&mut to, column, links, style),
            None => write_cells(&mut to, column, style),
        }
    }
    to.extend_from_slice(b"},\"notes\":{");
    let mut is_first = true;
    for (field, column) in window.columns.iter().filter(|(_, c)| !c.notes().is_empty()) {
        if !is_first {
            to.push(b',');
        }
        is_first = false;
        write_text(&mut to, &field.to_string());
        to.push(b':');
        write_notes(&mut to, column);
    }
    to.extend_from_slice(b"}}");
    to
}

/// For a field that went away between reading and writing.
pub const PLAIN: CellStyle = CellStyle {
    dates: super::cell::Dates::AsNeeded,
    is_single_select: false,
};

/// The shape of a window, for the API document; [`write_window`] writes it.
#[derive(ToSchema, serde::Serialize)]
#[schema(as = Window)]
pub struct WindowView {
    pub revision: u64,
    /// Rows of the whole view.
    pub n_total: u64,
    pub from: u64,
    /// Record ids by row.
    pub records: Vec<String>,
    /// Per field id one cell per row: `null`, number, text, boolean, list, or an object with one of
    /// `error`, `misfit`, `pending`.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<CellDoc>>)]
    pub columns: serde_json::Value,
    /// Per field id the AI notes by row.
    #[schema(value_type = std::collections::BTreeMap<String, std::collections::BTreeMap<String, NoteView>>)]
    pub notes: serde_json::Value,
}

/// A cell; see docs/design/002-wire.md.
#[derive(ToSchema, serde::Serialize)]
#[serde(untagged)]
#[schema(as = Cell)]
pub enum CellDoc {
    Number(f64),
    Bool(bool),
    Text(String),
    Options(Vec<String>),
    Attachments(Vec<AttachmentView>),
    Links(Vec<LinkedView>),
    Error { error: String },
    Misfit { misfit: String },
    Pending { pending: bool },
    Blank(Option<()>),
}

#[derive(ToSchema, serde::Serialize)]
#[schema(as = Linked)]
pub struct LinkedView {
    /// `r1`
    pub id: String,
    /// What the record is called: its first field as shown.
    pub text: String,
}

#[derive(ToSchema, serde::Serialize)]
#[schema(as = Attachment)]
pub struct AttachmentView {
    /// blake3, 64 hex digits.
    pub digest: String,
    pub name: String,
    pub mime: String,
    pub size_bytes: u64,
    /// 0 where it is no picture.
    pub width_px: u32,
    pub height_px: u32,
}

/// The note beside an AI cell.
#[derive(ToSchema, serde::Serialize)]
#[schema(as = AiNote)]
pub struct NoteView {
    /// `queued`, `running`, `ok`, `needs_review`, `failed`, `stale`, `locked`, `skipped`
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<String>>,
    /// Stable code of a failure or broken rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `{id, revision, cells:{"f2":cell}, notes:{"f9":note}}`; `None` if there is no such live record.
pub fn write_record(snapshot: &Snapshot, table: TableId, record: RecordId) -> Option<Vec<u8>> {
    let definition = snapshot.schema.table(table)?;
    let data = snapshot.data(table)?;
    let (segment, at) = data.find(record)?;
    let segment = data.segments.get(segment)?;
    if !segment.live().get(at) {
        return None;
    }
    let mut cells = Vec::new();
    let mut notes = serde_json::Map::new();
    for field in definition.live_fields() {
        let column = segment.column(field.column);
        let state = column.map_or(CellState::BLANK, |column| column.get(at));
        if !cells.is_empty() {
            cells.push(b',');
        }
        write_text(&mut cells, &field.id.to_string());
        cells.push(b':');
        let links = field.link().map(|link| {
            let ids = segment.column(link.ids);
            linked(snapshot, link, ids.map(|ids| &**ids), at)
        });
        match links.filter(|links| !links.is_empty()) {
            Some(links) => write_linked(&mut cells, &links),
            None => write_cell(&mut cells, &state, CellStyle::of(&field.field_type)),
        }
        if let Some(note) = column.and_then(|column| column.note(at)) {
            let note = serde_json::to_value(note.as_ref()).unwrap_or_default();
            notes.insert(field.id.to_string(), note);
        }
    }
    let mut to = format!("{{\"id\":\"{record}\",\"revision\":{}", snapshot.revision.0).into_bytes();
    to.extend_from_slice(b",\"cells\":{");
    to.append(&mut cells);
    to.extend_from_slice(b"},\"notes\":");
    to.extend_from_slice(serde_json::Value::Object(notes).to_string().as_bytes());
    to.push(b'}');
    Some(to)
}

/// The shape of a record, for the API document; [`write_record`] writes it.
#[derive(ToSchema, serde::Serialize)]
#[schema(as = Record)]
pub struct RecordView {
    /// `r1`
    pub id: String,
    pub revision: u64,
    #[schema(value_type = std::collections::BTreeMap<String, CellDoc>)]
    pub cells: serde_json::Value,
    #[schema(value_type = std::collections::BTreeMap<String, NoteView>)]
    pub notes: serde_json::Value,
}
