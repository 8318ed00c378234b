//! Parquet (zstd is polars' default) for people who take their data to other tools: typed columns, nulls for
//! blanks; misfits and errors go to a second column `<name>_misfit`, so that nothing is lost.

use super::{Export, ExportError, ExportReport, names, resolve};
use polars::prelude::{Column as Series, DataFrame, NamedFrom, ParquetWriter, Series as Values};
use std::{fs::File, path::Path};
use table::{
    column::ColumnKind,
    field::FieldType,
    value::{CellState, CellValue},
};

/// Writes the one table of the export.
pub fn write(export: &Export<'_>, to: &Path) -> Result<ExportReport, ExportError> {
    let [table] = &export.tables[..] else {
        return Err(ExportError::OneTable { format: "Parquet" });
    };
    let resolved = resolve(export.snapshot, table)?;
    let headers = names::headers(resolved.fields.iter().map(|field| field.name.as_str()));
    let mut columns: Vec<Series> = Vec::new();
    for (field, header) in resolved.fields.iter().zip(&headers) {
        if (export.cancelled)() {
            return Err(ExportError::Cancelled);
        }
        let states: Vec<CellState> = resolved
            .rows
            .iter()
            .map(|row| {
                let cells = resolved.segment(*row).column(field.column);
                cells.map_or(CellState::BLANK, |cells| cells.get(row.1 as usize))
            })
            .collect();
        columns.push(values(header, &field.field_type, &states));
        let odd: Vec<Option<String>> = states
            .iter()
            .map(|state| odd_text(&field.field_type, state))
            .collect();
        if odd.iter().any(Option::is_some) {
            columns.push(Values::new(format!("{header}_misfit").as_str().into(), odd).into());
        }
    }
    let polars = |error: polars::prelude::PolarsError| ExportError::Workbook(error.to_string());
    let mut frame = DataFrame::new(resolved.rows.len(), columns).map_err(polars)?;
    let file = File::create(to).map_err(|source| ExportError::Disk {
        path: to.into(),
        source,
    })?;
    ParquetWriter::new(&file)
        .finish(&mut frame)
        .map_err(polars)?;
    file.sync_all().map_err(|source| ExportError::Disk {
        path: to.into(),
        source,
    })?;
    (export.progress)(resolved.rows.len() as u64);
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

fn odd_text(field_type: &FieldType, state: &CellState) -> Option<String> {
    matches!(state, CellState::Misfit(_) | CellState::Error(_)).then(|| field_type.display(state))
}

fn values(header: &str, field_type: &FieldType, states: &[CellState]) -> Series {
    let name = header.into();
    let number = |state: &CellState| match state {
        CellState::Value(CellValue::Number(value) | CellValue::Date(value)) => Some(*value),
        _ => None,
    };
    match field_type.kind() {
        ColumnKind::Number => {
            Values::new(name, states.iter().map(number).collect::<Vec<_>>()).into()
        }
        ColumnKind::Bool => {
            let flag = |state: &CellState| match state {
                CellState::Value(CellValue::Bool(flag)) => Some(*flag),
                _ => None,
            };
            Values::new(name, states.iter().map(flag).collect::<Vec<_>>()).into()
        }
        ColumnKind::Date => dates(
            name,
            field_type,
            &states.iter().map(number).collect::<Vec<_>>(),
        ),
        _ => {
            let text = |state: &CellState| match state {
                CellState::Value(value) if !value.is_blank() => Some(field_type.display(state)),
                _ => None,
            };
            Values::new(name, states.iter().map(text).collect::<Vec<_>>()).into()
        }
    }
}

/// Days since 1970 as `Date`, milliseconds since 1970 (local, without zone) as `Datetime`.
fn dates(
    name: polars::prelude::PlSmallStr,
    field_type: &FieldType,
    days: &[Option<f64>],
) -> Series {
    use polars::prelude::{DataType, TimeUnit};
    const EPOCH: f64 = 25_569.0;
    let made = if field_type.has_time() {
        let ms: Vec<Option<i64>> = days
            .iter()
            .map(|day| day.map(|day| ((day - EPOCH) * 86_400_000.0).round() as i64))
            .collect();
        Values::new(name.clone(), ms).cast(&DataType::Datetime(TimeUnit::Milliseconds, None))
    } else {
        let whole: Vec<Option<i32>> = days
            .iter()
            .map(|day| day.map(|day| (day.floor() - EPOCH) as i32))
            .collect();
        Values::new(name.clone(), whole).cast(&DataType::Date)
    };
    // The casts are from integers and cannot fail; plain numbers are the lossless fallback.
    made.unwrap_or_else(|_| Values::new(name, days.to_vec()))
        .into()
}
