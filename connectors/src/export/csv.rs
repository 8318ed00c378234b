//! CSV: UTF-8 with a byte order mark (Excel and WPS need it) or GB18030, CRLF, RFC 4180 quoting.
//!
//! A text that starts like a formula gets an apostrophe in front (OWASP, "CSV injection"), numbers never.

use super::{Export, ExportError, ExportReport, resolve};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};
use table::{
    field::FieldType,
    value::{CellState, CellValue},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    #[default]
    Utf8,
    Gb18030,
}

/// Writes the one table of the export.
pub fn write(
    export: &Export<'_>,
    to: &Path,
    encoding: Encoding,
) -> Result<ExportReport, ExportError> {
    let disk = |source| ExportError::Disk {
        path: to.into(),
        source,
    };
    let [table] = &export.tables[..] else {
        return Err(ExportError::OneTable { format: "CSV" });
    };
    let resolved = resolve(export.snapshot, table)?;
    let mut out = BufWriter::new(File::create(to).map_err(disk)?);
    if encoding == Encoding::Utf8 {
        out.write_all("\u{feff}".as_bytes()).map_err(disk)?;
    }
    let mut line = String::new();
    for (at, field) in resolved.fields.iter().enumerate() {
        push_cell(&mut line, at, &guarded(&field.name));
    }
    put(&mut out, &mut line, encoding).map_err(disk)?;
    for (n, row) in resolved.rows.iter().enumerate() {
        if n % 1024 == 0 {
            if (export.cancelled)() {
                return Err(ExportError::Cancelled);
            }
            (export.progress)(n as u64);
        }
        let segment = resolved.segment(*row);
        for (at, field) in resolved.fields.iter().enumerate() {
            let state = segment
                .column(field.column)
                .map_or(CellState::BLANK, |cells| cells.get(row.1 as usize));
            push_cell(&mut line, at, &cell_text(&field.field_type, &state));
        }
        put(&mut out, &mut line, encoding).map_err(disk)?;
    }
    let file = out.into_inner().map_err(|error| disk(error.into_error()))?;
    file.sync_all().map_err(disk)?;
    let value_formulas = resolved
        .fields
        .iter()
        .filter(|field| field.formula().is_some())
        .map(|field| field.name.clone());
    Ok(ExportReport {
        n_records: resolved.rows.len() as u64,
        value_formulas: value_formulas.collect(),
        ..Default::default()
    })
}

/// Numbers without signs and separators, so that any program reads them back; other cells as shown.
fn cell_text(field_type: &FieldType, state: &CellState) -> String {
    match state {
        CellState::Value(CellValue::Number(_)) => field_type.edit_text(state),
        CellState::Value(CellValue::Date(_) | CellValue::Bool(_)) => field_type.display(state),
        _ => guarded(&field_type.display(state)),
    }
}

/// An apostrophe before what a spreadsheet program would run as a formula.
fn guarded(text: &str) -> String {
    let risky = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r']);
    let number = table::field::number::read(text).is_some();
    if risky && !number {
        format!("'{text}")
    } else {
        text.to_string()
    }
}

fn push_cell(line: &mut String, at: usize, text: &str) {
    if at > 0 {
        line.push(',');
    }
    if text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(text);
    }
}

fn put(out: &mut impl Write, line: &mut String, encoding: Encoding) -> std::io::Result<()> {
    line.push_str("\r\n");
    match encoding {
        Encoding::Utf8 => out.write_all(line.as_bytes())?,
        Encoding::Gb18030 => out.write_all(&encoding_rs::GB18030.encode(line).0)?,
    }
    line.clear();
    Ok(())
}
