//! Starter templates: data files of `sample-sheets/templates` turned into commands.
//!
//! A template is `{key, title, description, tables:[{key, name, fields:[{key, name, type, …}], rows:[[…]]}]}`;
//! a row has one cell per field that is no formula, in order. Unknown members are refused, so that a typing
//! mistake in a data file cannot pass silently. Tests: here and `tests/route/templates.rs`.

use crate::{
    error::{ApiError, Locale},
    wire::command::read_cell,
};
use engine::{
    command::{Command, NewField, NewFieldType, NewFormula, Receipt, RecordInput, Submission},
    handle::BaseHandle,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::LazyLock};
use table::{
    field::FieldType,
    id::{ActorId, FieldId, TableId},
};

const FILES: [&str; 3] = [
    include_str!("../../sample-sheets/templates/inventory.json"),
    include_str!("../../sample-sheets/templates/crm.json"),
    include_str!("../../sample-sheets/templates/demo.json"),
];
/// Key of the sample base that `--demo` adds.
pub const DEMO: &str = "demo";

/// A text in both languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub key: String,
    pub title: Text,
    pub description: Text,
    pub tables: Vec<TemplateTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateTable {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub fields: Vec<TemplateField>,
    #[serde(default)]
    pub rows: Vec<Vec<Value>>,
}

/// `type` and its settings stand beside `key` and `name`.
#[derive(Debug, Deserialize)]
pub struct TemplateField {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

impl Text {
    pub fn said(&self, locale: Locale) -> &str {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// All templates.
pub fn all() -> &'static [Template] {
    static ALL: LazyLock<Vec<Template>> = LazyLock::new(|| {
        // The files are part of the program and a test reads every one, so none is lost here.
        FILES
            .iter()
            .filter_map(|text| serde_json::from_str(text).ok())
            .collect()
    });
    &ALL
}

pub fn find(key: &str) -> Result<&'static Template, ApiError> {
    all()
        .iter()
        .find(|template| template.key == key)
        .ok_or_else(|| ApiError::not_found("no_template", ("模板", "template"), key))
}

/// The settings of a field as the engine takes them.
fn field_type(settings: &Map<String, Value>) -> Result<NewFieldType, String> {
    const KNOWN: [&str; 8] = [
        "type",
        "options",
        "code",
        "decimals",
        "thousands",
        "unit",
        "formula",
        "result",
    ];
    if let Some(key) = settings.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("unknown member “{key}”"));
    }
    let text = |key: &str| settings.get(key).and_then(Value::as_str);
    if text("type") == Some("formula") {
        let result = settings.get("result").and_then(Value::as_object);
        return Ok(NewFieldType::Formula(NewFormula {
            tag: Default::default(),
            formula: text("formula").ok_or("a formula is missing")?.to_string(),
            result: result.map(plain_type).transpose()?,
            ai: None,
        }));
    }
    plain_type(settings).map(NewFieldType::Plain)
}

fn plain_type(settings: &Map<String, Value>) -> Result<FieldType, String> {
    let mut settings = settings.clone();
    if let Some(Value::Array(names)) = settings.get_mut("options") {
        for (at, name) in names.iter_mut().enumerate() {
            // `o0`: the engine gives the options their ids.
            *name = serde_json::json!({"id": "o0", "name": name.take(), "color": at % 12});
        }
    }
    serde_json::from_value(Value::Object(settings)).map_err(|cause| cause.to_string())
}

/// Writes a template into an empty base.
pub struct Loader<'a> {
    pub handle: &'a BaseHandle,
    pub actor: ActorId,
    pub group: String,
}

/// A formula field that waits until what it reads is there.
struct Waiting {
    table: TableId,
    at: usize,
    field: NewField,
}

impl Loader<'_> {
    fn submit(&self, command: Command) -> Result<Receipt, ApiError> {
        let submission = Submission {
            actor: self.actor.clone(),
            client_id: None,
            group: Some(self.group.clone()),
            command,
        };
        Ok(self.handle.submit(submission)?)
    }

    /// Tables with their plain fields and rows first, then the formulas, each as soon as it compiles.
    pub fn load(&self, template: &Template) -> Result<(), ApiError> {
        let mut waiting = Vec::new();
        for table in &template.tables {
            let broken = |cause: String| ApiError::internal("read a template", cause);
            let mut plain = Vec::new();
            let mut formulas = Vec::new();
            for (at, field) in table.fields.iter().enumerate() {
                let new = NewField {
                    name: field.name.clone(),
                    description: field.description.clone(),
                    field_type: field_type(&field.settings).map_err(broken)?,
                };
                match new.field_type {
                    NewFieldType::Formula(_) => formulas.push((at, new)),
                    NewFieldType::Plain(_) => plain.push(new),
                }
            }
            let made = self.submit(Command::CreateTable {
                name: table.name.clone(),
                description: table.description.clone(),
                fields: plain,
                auto_name: false,
            })?;
            let id = *made
                .result
                .tables
                .first()
                .ok_or_else(|| broken("no table was made".into()))?;
            self.load_rows(id, &made.result.fields, &table.rows)?;
            waiting.extend(formulas.into_iter().map(|(at, field)| Waiting {
                table: id,
                at,
                field,
            }));
        }
        self.load_formulas(waiting)
    }

    fn load_rows(
        &self,
        table: TableId,
        fields: &[FieldId],
        rows: &[Vec<Value>],
    ) -> Result<(), ApiError> {
        if rows.is_empty() {
            return Ok(());
        }
        let snapshot = self.handle.snapshot();
        let type_of = |field: FieldId| {
            let (_, field) = snapshot.schema.field(field)?;
            Some(&field.field_type)
        };
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let mut cells = BTreeMap::new();
            for (field, cell) in fields.iter().zip(row).filter(|(_, cell)| !cell.is_null()) {
                let read =
                    type_of(*field).and_then(|field_type| read_cell(cell.clone(), field_type));
                let read =
                    read.ok_or_else(|| ApiError::internal("read a template's cell", cell))?;
                cells.insert(*field, read);
            }
            records.push(RecordInput { cells });
        }
        self.submit(Command::CreateRecords { table, records })?;
        Ok(())
    }

    fn load_formulas(&self, mut waiting: Vec<Waiting>) -> Result<(), ApiError> {
        while !waiting.is_empty() {
            let n_before = waiting.len();
            let mut later = Vec::new();
            let mut refused = None;
            for item in waiting {
                // The fields left of it that wait too come later, and push it to its place.
                let at = item.at - later_left_of(&later, &item);
                let made = self.submit(Command::CreateField {
                    table: item.table,
                    field: item.field.clone(),
                    at: Some(at as u32),
                });
                if let Err(cause) = made {
                    refused = Some(cause);
                    later.push(item);
                }
            }
            if later.len() == n_before {
                return Err(refused
                    .unwrap_or_else(|| ApiError::internal("load a template", "formulas wait")));
            }
            waiting = later;
        }
        Ok(())
    }
}

fn later_left_of(later: &[Waiting], item: &Waiting) -> usize {
    later
        .iter()
        .filter(|other| other.table == item.table && other.at < item.at)
        .count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_template_reads_and_its_rows_fit_its_fields() {
        for text in FILES {
            let template: Template = serde_json::from_str(text).unwrap();
            for table in &template.tables {
                let mut n_plain = 0;
                for field in &table.fields {
                    match field_type(&field.settings) {
                        Ok(NewFieldType::Plain(_)) => n_plain += 1,
                        Ok(NewFieldType::Formula(_)) => {}
                        Err(cause) => panic!("{}.{}: {cause}", table.name, field.name),
                    }
                }
                for row in &table.rows {
                    assert_eq!(row.len(), n_plain, "{}: {row:?}", table.name);
                }
            }
        }
        assert_eq!(all().len(), FILES.len());
    }

    #[test]
    fn unknown_members_are_refused() {
        let bad = serde_json::json!({"type": "number", "decimal": 2});
        assert!(field_type(bad.as_object().unwrap()).is_err());
        let bad = r#"{"key":"a","title":{"zh":"","en":""},"description":{"zh":"","en":""},"tables":[],"x":1}"#;
        assert!(serde_json::from_str::<Template>(bad).is_err());
    }
}
