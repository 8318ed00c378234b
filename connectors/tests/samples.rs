//! Every sample workbook is staged and compared with its expected reading in `sample-sheets/expected`.
#![allow(clippy::unwrap_used)]

use connectors::file::{StageLimits, Staged, stage};
use serde_json::Value;
use std::{fs, path::PathBuf};
use table::{
    field::{FieldType, date},
    id::OptionId,
    infer::build_raw,
    raw::{RawCell, RawColumn},
    value::{CellState, CellValue},
};

fn samples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../sample-sheets")
}

/// A cell as the expectations write it: numbers, flags, text, ISO dates, option names, how many pictures,
/// and what did not fit as it was typed.
fn plain(state: &CellState, field_type: &FieldType) -> Value {
    match state {
        CellState::Value(CellValue::Number(number)) => (*number).into(),
        CellState::Value(CellValue::Text(text)) => text.to_string().into(),
        CellState::Value(CellValue::Bool(flag)) => (*flag).into(),
        CellState::Value(CellValue::Date(at)) => date::date_time_text(*at)[..10].into(),
        CellState::Value(CellValue::Options(ids)) => option_names(ids, field_type).into(),
        CellState::Value(CellValue::Attachments(files)) => files.len().into(),
        CellState::Misfit(text) => text.to_string().into(),
        _ => Value::Null,
    }
}

fn option_names(ids: &[OptionId], field_type: &FieldType) -> String {
    let options = match field_type {
        FieldType::Select { options } | FieldType::MultiSelect { options } => options.as_slice(),
        _ => &[],
    };
    let name = |id: &OptionId| {
        let option = options.iter().find(|option| option.id == *id);
        option.map_or("?", |option| option.name.as_str())
    };
    ids.iter().map(name).collect::<Vec<_>>().join(",")
}

fn same(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        // No picture is a blank cell.
        (None, Some(0.0)) => found.is_null(),
        _ => found == expected,
    }
}

/// The proposed type with ids given to its options, as the engine does.
fn with_ids(field_type: &FieldType) -> FieldType {
    let mut field_type = field_type.clone();
    if let FieldType::Select { options } | FieldType::MultiSelect { options } = &mut field_type {
        for (at, option) in options.iter_mut().enumerate() {
            option.id = OptionId(at as u32 + 1);
        }
    }
    field_type
}

/// Every difference between a sheet and its expectation, in words.
fn differences(staged: &Staged, at: usize, expected: &Value) -> Vec<String> {
    let sheet = &staged.manifest().sheets[at];
    let mut found = Vec::new();
    let mut check = |what: String, is: Value, should: &Value| {
        if !same(&is, should) {
            found.push(format!("{} {what}: {is}, expected {should}", sheet.name));
        }
    };
    check("name".into(), sheet.name.as_str().into(), &expected["name"]);
    check(
        "title lines".into(),
        sheet.title_lines.len().into(),
        &expected["title_lines"],
    );
    check(
        "header row".into(),
        sheet.header_row.into(),
        &expected["header_row"],
    );
    let column = |name: &str| sheet.columns.iter().find(|column| column.name == name);
    for (name, should) in expected["types"].as_object().unwrap() {
        let is = column(name).map(|column| column.proposal.field_type.key());
        check(format!("type of {name}"), is.into(), should);
    }
    let formulas: Value = sheet
        .columns
        .iter()
        .filter_map(|column| {
            let formula = column.formula.as_ref()?;
            Some((column.name.clone(), Value::from(formula.text.as_str())))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    check("formulas".into(), formulas, &expected["formulas"]);
    for (name, should) in expected["options"].as_object().into_iter().flatten() {
        let is = column(name).map_or(vec![], |column| match &column.proposal.field_type {
            FieldType::Select { options } => options.iter().map(|o| o.name.clone()).collect(),
            _ => vec![],
        });
        check(format!("options of {name}"), is.into(), should);
    }
    let markers = expected["dropped"].as_array().unwrap();
    check(
        "dropped rows".into(),
        sheet.dropped_rows.len().into(),
        &markers.len().into(),
    );
    for (row, marker) in sheet.dropped_rows.iter().zip(markers) {
        let has = row.cells.iter().any(|cell| marker == &cell.text);
        check(format!("dropped row {}", row.row), has.into(), &true.into());
    }
    let rows = expected["rows"].as_array().unwrap();
    check("rows".into(), sheet.n_rows.into(), &rows.len().into());
    let types: Vec<FieldType> = sheet
        .columns
        .iter()
        .map(|column| with_ids(&column.proposal.field_type))
        .collect();
    let mut first = 0;
    for batch in staged.batches(at) {
        let batch = batch.unwrap();
        let n_rows = batch.columns.first().map_or(0, RawColumn::len);
        for (place, (cells, field_type)) in batch.columns.iter().zip(&types).enumerate() {
            let built = build_raw(cells, field_type);
            let name = &sheet.columns[place].name;
            for row in 0..n_rows {
                let Some(expected) = rows.get(first + row) else {
                    continue;
                };
                let is = plain(&built.get(row), field_type);
                let should = expected.get(name).unwrap_or(&Value::Null);
                check(format!("row {} {name}", first + row), is, should);
            }
        }
        first += n_rows;
    }
    for name in rows.iter().flat_map(|row| row.as_object().unwrap().keys()) {
        if column(name).is_none() {
            check(format!("column {name}"), Value::Null, &"there".into());
        }
    }
    found
}

fn staged(file_name: &str) -> (tempfile::TempDir, Staged) {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("staged");
    let limits = StageLimits::default();
    stage(&samples().join(file_name), file_name, &into, &limits).unwrap();
    let staged = Staged::open(&into).unwrap();
    (folder, staged)
}

#[test]
fn every_sample_reads_as_expected() {
    let mut differing = Vec::new();
    let mut n_files = 0;
    for entry in fs::read_dir(samples().join("expected")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        let file_name = expected["file"].as_str().unwrap();
        let (_folder, staged) = staged(file_name);
        let sheets = expected["sheets"].as_array().unwrap();
        assert_eq!(staged.manifest().sheets.len(), sheets.len(), "{file_name}");
        for (at, sheet) in sheets.iter().enumerate() {
            let found = differences(&staged, at, sheet);
            differing.extend(found.iter().map(|line| format!("{file_name}: {line}")));
        }
        n_files += 1;
    }
    assert!(n_files >= 6, "{n_files} samples");
    assert!(differing.is_empty(), "\n{}", differing.join("\n"));
}

#[test]
fn the_jewellery_quotation_keeps_pictures_of_all_three_kinds() {
    let (_folder, staged) = staged("饰品报价单.xlsx");
    let sheet = &staged.manifest().sheets[0];
    let place = |name: &str| sheet.columns.iter().position(|column| column.name == name);
    let batch = staged.batches(0).next().unwrap().unwrap();
    // Floating over the cell, in the cell as Excel 365 does it, and `DISPIMG` of WPS.
    for name in ["图片", "细节图", "实拍"] {
        let cells = batch.columns[place(name).unwrap()].clone().into_cells();
        let pictures = cells.iter().filter_map(|cell| match cell {
            RawCell::Pictures(files) => Some(files),
            _ => None,
        });
        let mut n_pictures = 0;
        for file in pictures.flat_map(|files| files.iter()) {
            let bytes = fs::read(staged.picture(&file.digest)).unwrap();
            assert_eq!(bytes.len() as u64, file.size_bytes, "{name}");
            assert!(
                bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8"),
                "{name}"
            );
            n_pictures += 1;
        }
        assert!(n_pictures >= 3, "{name}: {n_pictures}");
    }
    let amount = &sheet.columns[place("金额").unwrap()];
    let formula = amount.formula.as_ref().unwrap();
    assert_eq!(
        (formula.text.as_str(), formula.n_exceptions),
        ("[单价]*[数量]", 0)
    );
    assert_eq!(formula.why_not, None);
    assert_eq!(sheet.dropped_rows[0].reason, "total");
}
