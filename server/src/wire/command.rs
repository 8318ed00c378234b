//! Commands as JSON: the shape is [`engine::command::Command`] with cells as wire JSON; cells are read by the
//! type of their field.
//!
//! A text is taken as typed (the field's type reads it); the wire's own value shapes are taken as values.
//! Law: what cannot be a cell is refused with its place; what merely does not fit the field becomes a misfit.

use crate::{
    error::{ApiError, Locale},
    instance::is_digest,
};
use engine::command::{CellInput, Command, Receipt};
use serde_json::Value as JsonValue;
use std::sync::Arc;
use table::{
    column::ColumnKind,
    field::{FieldType, SelectOption},
    id::{OptionId, RecordId},
    schema::Schema,
    value::{Attachment, CellState, CellValue},
};
use utoipa::ToSchema;

/// A command as it comes over the wire.
pub type WireCommand = Command<JsonValue>;

/// Reads every cell of a command by its field in `schema`.
pub fn decode(command: WireCommand, schema: &Schema) -> Result<Command, ApiError> {
    command.try_map_cells(|table, field, cell| {
        let field_type = schema
            .table(table)
            .and_then(|table| table.field(field))
            .map(|field| &field.field_type);
        // Cells of fields that do not exist are refused by the engine, with a better message.
        let Some(field_type) = field_type else {
            return Ok(CellInput::Clear);
        };
        read_cell(cell, field_type).ok_or_else(|| {
            ApiError::bad_request(
                "bad_cell",
                "单元格的内容格式不对,没有保存。",
                "A cell's content has the wrong shape; nothing was saved.",
            )
            .at(field.to_string())
        })
    })
}

/// One cell; `None` for a shape that is no cell of any type.
pub fn read_cell(cell: JsonValue, field_type: &FieldType) -> Option<CellInput> {
    let field_type = match field_type {
        FieldType::Formula(spec) => &spec.result,
        other => other,
    };
    let value = |value: CellValue| Some(CellInput::Value(value.into()));
    match cell {
        JsonValue::Null => Some(CellInput::Clear),
        JsonValue::Bool(flag) => match field_type {
            FieldType::Checkbox => value(CellValue::Bool(flag)),
            _ => Some(CellInput::Text(if flag { "TRUE" } else { "FALSE" }.into())),
        },
        JsonValue::Number(number) => {
            let number = number.as_f64().filter(|number| number.is_finite())?;
            match field_type {
                // A mark has to be on its scale.
                FieldType::Rating { .. } => Some(CellInput::Text(number.to_string())),
                other if other.kind() == ColumnKind::Number => value(CellValue::Number(number)),
                _ => Some(CellInput::Text(number.to_string())),
            }
        }
        JsonValue::String(text) => Some(match option_of(&text, field_type) {
            Some(option) => CellInput::Value(CellValue::Options(Arc::from([option])).into()),
            None => CellInput::Text(text),
        }),
        JsonValue::Array(items) => read_list(items, field_type),
        JsonValue::Object(mut object) => match object.remove("misfit") {
            Some(JsonValue::String(text)) => Some(CellInput::Value(CellState::Misfit(text.into()))),
            _ => None,
        },
    }
}

fn option_of(text: &str, field_type: &FieldType) -> Option<OptionId> {
    let options = field_type.options()?;
    let id = text.parse::<OptionId>().ok()?;
    // An option that is named like an id is meant by its name.
    let named = options.iter().any(|option| option.name == text);
    (!named && has_option(options, id)).then_some(id)
}

fn has_option(options: &[SelectOption], id: OptionId) -> bool {
    options.iter().any(|option| option.id == id)
}

fn read_list(items: Vec<JsonValue>, field_type: &FieldType) -> Option<CellInput> {
    if items.is_empty() {
        return Some(CellInput::Clear);
    }
    if let FieldType::Attachment = field_type {
        let files: Option<Vec<Attachment>> = items.into_iter().map(read_attachment).collect();
        return Some(CellInput::Value(
            CellValue::Attachments(Arc::from(files?)).into(),
        ));
    }
    if let FieldType::Link(_) = field_type
        && let Some(records) = items.iter().map(record_of).collect::<Option<Vec<_>>>()
    {
        return Some(CellInput::Value(CellValue::Links(records.into()).into()));
    }
    let texts: Option<Vec<&str>> = items.iter().map(JsonValue::as_str).collect();
    let texts = texts?;
    let ids: Option<Vec<OptionId>> = texts
        .iter()
        .map(|text| option_of(text, field_type))
        .collect();
    Some(match ids {
        Some(ids) => CellInput::Value(CellValue::Options(Arc::from(ids)).into()),
        // Names, or names among ids: as typed, the field reads them.
        None => {
            let named: Vec<&str> = texts
                .iter()
                .map(|text| name_of_option(text, field_type).unwrap_or(text))
                .collect();
            CellInput::Text(named.join(","))
        }
    })
}

/// `"r1"`, or what a window shows of a linked record.
fn record_of(item: &JsonValue) -> Option<RecordId> {
    let id = item.as_str().or_else(|| item.get("id")?.as_str())?;
    id.parse().ok()
}

fn name_of_option<'a>(text: &str, field_type: &'a FieldType) -> Option<&'a str> {
    let id = option_of(text, field_type)?;
    let options = field_type.options()?;
    let option = options.iter().find(|option| option.id == id)?;
    Some(&option.name)
}

fn read_attachment(item: JsonValue) -> Option<Attachment> {
    let file: Attachment = serde_json::from_value(item).ok()?;
    is_digest(&file.digest).then_some(file)
}

/// A durable command.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct ReceiptView {
    pub revision: u64,
    pub result: ResultView,
    /// The command had been applied before.
    pub repeated: bool,
}

/// What a command made; empty lists and zeros where it made nothing of the kind.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CommandResult)]
pub struct ResultView {
    pub tables: Vec<String>,
    pub fields: Vec<String>,
    pub views: Vec<String>,
    pub records: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_record: Option<String>,
    /// Records made, removed, restored or asked for.
    pub n_records: u64,
    pub n_cells: u64,
    /// Cells whose input did not fit the field.
    pub n_misfits: u64,
    /// AI calls queued or cancelled.
    pub n_calls: u64,
    /// AI cells answered at once from stored answers.
    pub n_cached: u64,
    /// Changed since, and so left as it is by a command of the history.
    pub n_kept: u64,
    /// For people, in the caller's language.
    pub messages: Vec<String>,
}

impl ReceiptView {
    pub fn new(receipt: Receipt, locale: Locale) -> ReceiptView {
        fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
            ids.iter().map(T::to_string).collect()
        }
        let result = receipt.result;
        ReceiptView {
            revision: receipt.revision.0,
            repeated: receipt.repeated,
            result: ResultView {
                tables: texts(&result.tables),
                fields: texts(&result.fields),
                views: texts(&result.views),
                records: texts(&result.records),
                first_record: result.first_record.map(|record| record.to_string()),
                n_records: result.n_records,
                n_cells: result.n_cells,
                n_misfits: result.n_misfits,
                n_calls: result.n_calls,
                n_cached: result.n_cached,
                n_kept: result.n_kept,
                messages: result
                    .messages
                    .into_iter()
                    .map(|text| match locale {
                        Locale::Zh => text.zh,
                        Locale::En => text.en,
                    })
                    .collect(),
            },
        }
    }
}

/// A command, for the API document: `kind` names it, the other members are its own
/// (docs/design/001-doors.md, `Command`).
#[derive(ToSchema, serde::Serialize)]
#[schema(as = Command)]
pub struct CommandDoc {
    /// E.g. `set_cells`, `create_table`, `create_field`, `undo`.
    pub kind: String,
    #[serde(flatten)]
    #[schema(additional_properties = true, value_type = Object)]
    pub members: serde_json::Map<String, JsonValue>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn select(multi: bool) -> FieldType {
        let options = ["红", "o1"]
            .iter()
            .enumerate()
            .map(|(at, name)| SelectOption {
                id: OptionId(at as u32 + 1),
                name: name.to_string(),
                color: 0,
            })
            .collect();
        match multi {
            true => FieldType::MultiSelect { options },
            false => FieldType::Select { options },
        }
    }

    fn number() -> FieldType {
        FieldType::Percent { decimals: 0 }
    }

    fn value(value: CellValue) -> Option<CellInput> {
        Some(CellInput::Value(value.into()))
    }

    #[test]
    fn cells_are_read_by_their_field() {
        let text = |text: &str| Some(CellInput::Text(text.to_string()));
        for (json, field_type, want) in [
            (json!(null), number(), Some(CellInput::Clear)),
            (json!(1.5), number(), value(CellValue::Number(1.5))),
            (json!("1.5"), number(), text("1.5")),
            (json!(1.5), FieldType::Text, text("1.5")),
            (json!(6), FieldType::Rating { max: 5 }, text("6")),
            (
                json!(90.5),
                FieldType::Duration { seconds: false },
                value(CellValue::Number(90.5)),
            ),
            (
                json!(true),
                FieldType::Checkbox,
                value(CellValue::Bool(true)),
            ),
            (
                json!("o2"),
                select(false),
                value(CellValue::Options(Arc::from([OptionId(2)]))),
            ),
            // An option named "o1" wins over the id o1.
            (json!("o1"), select(false), text("o1")),
            (json!("红"), select(false), text("红")),
            (json!("o9"), select(false), text("o9")),
            (
                json!(["o2"]),
                select(true),
                value(CellValue::Options(Arc::from([OptionId(2)]))),
            ),
            (json!(["o2", "红"]), select(true), text("o1,红")),
            (json!([]), select(true), Some(CellInput::Clear)),
            (
                json!({"misfit": "abc"}),
                number(),
                Some(CellInput::Value(CellState::Misfit("abc".into()))),
            ),
            (json!({"pending": true}), number(), None),
            (json!({"error": "#N/A"}), number(), None),
            (json!([1, 2]), FieldType::Text, None),
            (
                json!([{"digest": "../../etc/passwd", "name": "x", "mime": "y", "size_bytes": 1, "width_px": 0, "height_px": 0}]),
                FieldType::Attachment,
                None,
            ),
        ] {
            assert_eq!(read_cell(json.clone(), &field_type), want, "{json}");
        }
    }
}
