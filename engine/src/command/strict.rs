//! Fields, field types and views of a command with every property known: a misspelt one is an error, never ignored.
//!
//! The types themselves also stand in files, where a newer release may add properties, and a field type stands
//! flat beside a field's name; so the names are checked here, at the door. Law: what our API shows of a field or
//! view can be sent back as it is. Tests: `engine/tests/engine/edits.rs`.

use super::{NewField, NewFieldType};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;
use table::view::View;

/// Names that an object may hold.
type Names = &'static [&'static str];

const FIELD: Names = &[
    "type",
    "name",
    "description",
    // Settings of types.
    "decimals",
    "thousands",
    "unit",
    "code",
    "options",
    "max",
    "seconds",
    "pattern",
    "from_number",
    "label",
    "action",
    "table",
    "single",
    "mirror",
    "mirror_name",
    "formula",
    "source",
    "result",
    "ai",
    // Shown beside a field, without effect here.
    "id",
    "column",
    "removed",
    "formula_text",
    "n_misfits",
    "is_editable",
];
const OPTION: Names = &["id", "name", "color"];
const ACTION: Names = &["do", "url", "field", "value", "by"];
const AI: Names = &["model", "policy", "rules", "retries"];
const VIEW: Names = &[
    "id",
    "name",
    "kind",
    "filter",
    "sorts",
    "groups",
    "fields",
    "row_height",
    "frozen_fields",
    "removed",
];
const FILTER: Names = &["any", "conditions", "groups"];
const CONDITION: Names = &["field", "operator", "value"];
const SORT: Names = &["field", "descending", "by"];
const VIEW_FIELD: Names = &["field", "hidden", "width_px", "footer"];

pub(super) fn field<'de, D: Deserializer<'de>>(from: D) -> Result<NewField, D::Error> {
    let value = Value::deserialize(from)?;
    check_field(&value)?;
    read(value)
}

pub(super) fn fields<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<NewField>, D::Error> {
    let values = Vec::<Value>::deserialize(from)?;
    values.iter().try_for_each(check_field)?;
    values.into_iter().map(read).collect()
}

pub(super) fn field_type<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<NewFieldType>, D::Error> {
    let value = Option::<Value>::deserialize(from)?;
    value.iter().try_for_each(check_field)?;
    value.map(read).transpose()
}

pub(super) fn view<'de, D: Deserializer<'de>>(from: D) -> Result<View, D::Error> {
    let value = Value::deserialize(from)?;
    expect_known(&value, VIEW)?;
    check_filter(&value["filter"])?;
    each(&value["sorts"], SORT)?;
    each(&value["groups"], SORT)?;
    each(&value["fields"], VIEW_FIELD)?;
    read(value)
}

fn read<T: DeserializeOwned, E: Error>(value: Value) -> Result<T, E> {
    serde_json::from_value(value).map_err(E::custom)
}

fn check_field<E: Error>(value: &Value) -> Result<(), E> {
    // The nesting of a formula's result is one deep where it is valid; the JSON reader bounds it where it is not.
    let mut next = Some(value);
    while let Some(value) = next {
        expect_known(value, FIELD)?;
        each(&value["options"], OPTION)?;
        expect_known(&value["ai"], AI)?;
        expect_known(&value["action"], ACTION)?;
        next = value.get("result");
    }
    Ok(())
}

/// The JSON reader bounds the nesting.
fn check_filter<E: Error>(value: &Value) -> Result<(), E> {
    expect_known(value, FILTER)?;
    each(&value["conditions"], CONDITION)?;
    let groups = value["groups"].as_array();
    groups.into_iter().flatten().try_for_each(check_filter)
}

fn each<E: Error>(list: &Value, known: Names) -> Result<(), E> {
    let items = list.as_array().into_iter().flatten();
    items
        .into_iter()
        .try_for_each(|item| expect_known(item, known))
}

/// What is no object is refused by whoever reads it.
fn expect_known<E: Error>(value: &Value, known: Names) -> Result<(), E> {
    let mut names = value
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys());
    match names.find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(E::unknown_field(unknown, known)),
        None => Ok(()),
    }
}
