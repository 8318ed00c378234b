//! Staging of files in tests, and what was read as text, for comparing at a glance.
#![allow(clippy::unwrap_used, dead_code)]

use connectors::file::{Manifest, SheetManifest, StageLimits, Staged, stage};
use std::{fs, path::Path};
use table::raw::{RawCell, RawColumn};

pub fn stage_bytes(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Manifest) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::write(&input, bytes).unwrap();
    let into = folder.path().join("staged");
    let manifest = stage(&input, name, &into, &StageLimits::default()).unwrap();
    (folder, manifest)
}

/// Cells as text, for comparing at a glance.
pub fn texts(folder: &Path, sheet: usize) -> Vec<String> {
    let show = |cell: &RawCell| match cell {
        RawCell::Blank => String::new(),
        RawCell::Number { value, shown } => shown
            .as_deref()
            .map_or_else(|| value.to_string(), str::to_string),
        RawCell::Date { value, has_time } => {
            let text = table::field::date::date_time_text(*value);
            if *has_time { text } else { text[..10].into() }
        }
        RawCell::Text(text) => format!("'{text}"),
        RawCell::Bool(flag) => flag.to_string(),
        RawCell::Error(error) => error.code().into(),
        RawCell::Pictures(files) => format!("<{}>", files.len()),
    };
    let staged = Staged::open(&folder.join("staged")).unwrap();
    let mut lines = Vec::new();
    for batch in staged.batches(sheet) {
        let batch = batch.unwrap();
        let columns: Vec<Vec<RawCell>> = batch
            .columns
            .into_iter()
            .map(RawColumn::into_cells)
            .collect();
        for at in 0..columns.first().map_or(0, Vec::len) {
            let cells: Vec<String> = columns.iter().map(|column| show(&column[at])).collect();
            lines.push(cells.join("|"));
        }
    }
    lines
}

pub fn names(sheet: &SheetManifest) -> Vec<&str> {
    sheet
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect()
}

pub fn types(sheet: &SheetManifest) -> Vec<&str> {
    sheet
        .columns
        .iter()
        .map(|column| column.proposal.field_type.key())
        .collect()
}

pub fn codes(sheet: &SheetManifest) -> Vec<&str> {
    sheet.notes.iter().map(|note| note.code.as_str()).collect()
}
