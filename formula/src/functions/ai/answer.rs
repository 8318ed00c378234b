//! A stored answer to a cell: typed where the call says what it must be.
//!
//! Law: an answer that does not fit is shown as the text it is; a field that wants something else shows a misfit.

use super::inputs::listing_part;
use crate::{check::coerce::text, eval::vector::Cell};
use serde_json::Value;
use std::sync::Arc;
use table::{
    ai::AiCall,
    expects::{Expects, SEVERITIES, json_of},
    field::FieldType,
    value::{CellError, CellState, CellValue},
};

/// What the cell shows of the answer.
pub(super) fn cell(call: &AiCall, part: &str, answer: &Arc<str>) -> Cell {
    let as_it_is = || Cell::Text(answer.clone());
    match &call.expects {
        Expects::Text
        | Expects::OneOf { .. }
        | Expects::SomeOf { .. }
        | Expects::Picture { .. } => as_it_is(),
        Expects::Number => match answer.parse::<f64>() {
            Ok(value) => Cell::finite(value),
            Err(_) => as_it_is(),
        },
        Expects::Date { .. } => match FieldType::DateTime.parse(answer) {
            CellState::Value(CellValue::Date(day)) => Cell::Number(day),
            _ => as_it_is(),
        },
        Expects::YesNo => match &**answer {
            "TRUE" => Cell::Bool(true),
            "FALSE" => Cell::Bool(false),
            _ => as_it_is(),
        },
        Expects::Parts { .. } => match (part, json_of(answer)) {
            ("", _) => as_it_is(),
            (part, Some(found)) => member(&found, part).unwrap_or(Cell::Error(CellError::Na)),
            (_, None) => as_it_is(),
        },
        Expects::Findings => reviewed(part, answer),
    }
}

fn reviewed(part: &str, answer: &Arc<str>) -> Cell {
    let found = json_of(answer);
    let Some(found) = found
        .as_ref()
        .and_then(|found| found["findings"].as_array())
    else {
        return Cell::Text(answer.clone());
    };
    let of = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let named = |severity: &str| match severity {
        "high" => "严重",
        "medium" => "一般",
        _ => "轻微",
    };
    match part {
        "count" => return Cell::Number(found.len() as f64),
        "severity" => {
            let worst = SEVERITIES
                .iter()
                .find(|known| found.iter().any(|item| item["severity"] == **known));
            return Cell::Text(worst.map_or("没有问题", |worst| named(worst)).into());
        }
        _ => {}
    }
    if found.is_empty() {
        return Cell::Text("没有发现问题".into());
    }
    let line = |item: &Value| {
        let advice = match of(item, "advice") {
            advice if advice.is_empty() => String::new(),
            advice => format!("（{advice}）"),
        };
        format!(
            "{}：{}{advice}",
            named(&of(item, "severity")),
            of(item, "problem")
        )
    };
    Cell::Text(found.iter().map(line).collect::<Vec<_>>().join("\n").into())
}

/// A member as a text; lists of bullets line by line, of keywords with commas.
fn member(found: &Value, name: &str) -> Option<Cell> {
    let value = found.get(name)?;
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    Some(Cell::Text(match value {
        Value::Array(items) => {
            let between = if name == "keywords" { ", " } else { "\n" };
            items
                .iter()
                .map(words)
                .collect::<Vec<_>>()
                .join(between)
                .into()
        }
        Value::Number(number) => return number.as_f64().map(Cell::finite),
        Value::Bool(flag) => return Some(Cell::Bool(*flag)),
        other => words(other).into(),
    }))
}

/// `AI.PART`
pub(super) fn part(cells: &[Cell]) -> Cell {
    let (Ok(answer), Ok(name)) = (text(&cells[0]), text(&cells[1])) else {
        return Cell::Error(CellError::Value);
    };
    if answer.is_empty() {
        return Cell::Blank;
    }
    let Some(found) = json_of(&answer) else {
        return Cell::Error(CellError::Na);
    };
    let meant = listing_part(&name).filter(|meant| !meant.is_empty());
    let code = super::inputs::language_code(&name);
    [&*name, meant.unwrap_or_default(), code]
        .into_iter()
        .find_map(|name| member(&found, name))
        .unwrap_or(Cell::Error(CellError::Na))
}
