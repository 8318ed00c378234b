//! Raw cells into a typed column: what fits becomes a value, the rest a misfit with the text as it was.

use crate::{
    column::{Column, ColumnKind, Side, TextValues, Values},
    field::{FieldType, date, decimal, number},
    mask::Mask,
    raw::{RawCell, RawColumn},
    value::{CellState, CellValue},
};
use std::{borrow::Cow, collections::BTreeMap};

/// The cells under a field type.
pub fn build_column(cells: &[RawCell], to: &FieldType) -> Column {
    match to.kind() {
        ColumnKind::Text => build_text(cells, to),
        kind => Column::from_states(kind, cells.iter().map(|cell| cell_state(cell, to))),
    }
}

/// As [`build_column`], each distinct text of a column of texts looked at once.
pub fn build_raw(column: &RawColumn, to: &FieldType) -> Column {
    match column {
        RawColumn::Cells(cells) => build_column(cells, to),
        RawColumn::Words(texts) if to.kind() == ColumnKind::Text => build_words(texts, to),
        RawColumn::Words(texts) => {
            let state = |code: u32| match texts.text(code) {
                "" => CellState::BLANK,
                text => cell_state(&RawCell::Text(text.into()), to),
            };
            let distinct = (0..texts.n_codes() as u32).map(state);
            let distinct = Column::from_states(to.kind(), distinct);
            distinct.spread(texts.codes())
        }
    }
}

/// Text columns keep the dictionary where no text is shown otherwise than it was written.
fn build_words(texts: &TextValues, to: &FieldType) -> Column {
    let is_long = matches!(to, FieldType::LongText);
    let shown = |text: &'_ str| {
        if is_long {
            text.len()
        } else {
            text.trim().len()
        }
    };
    let n_codes = texts.n_codes() as u32;
    let as_written = (0..n_codes).all(|code| shown(texts.text(code)) == texts.text(code).len());
    let values = match as_written {
        true => texts.clone(),
        false => TextValues::from_texts(texts.iter().map(str::trim)),
    };
    let is_filled: Vec<bool> = (0..values.n_codes() as u32)
        .map(|code| !values.text(code).is_empty())
        .collect();
    let valid: Mask = values
        .codes()
        .iter()
        .map(|code| is_filled[*code as usize])
        .collect();
    let len = texts.len();
    let (none, no_notes) = (BTreeMap::new(), BTreeMap::new());
    Column::from_parts(
        ColumnKind::Text,
        Values::Text(values),
        valid,
        none,
        no_notes,
    )
    .unwrap_or_else(|| Column::blank(ColumnKind::Text, len))
}

/// Texts go through the dictionary builder at once, so that a million equal words are stored once.
fn build_text(cells: &[RawCell], to: &FieldType) -> Column {
    let mut texts: Vec<Cow<'_, str>> = cells.iter().map(|cell| shown_text(cell, to)).collect();
    let side = if to.is_narrow() {
        read_narrow(&mut texts, to)
    } else {
        BTreeMap::new()
    };
    let valid: Mask = texts.iter().map(|text| !text.is_empty()).collect();
    let values = Values::Text(TextValues::from_texts(texts.iter().map(AsRef::as_ref)));
    Column::from_parts(ColumnKind::Text, values, valid, side, BTreeMap::new())
        .unwrap_or_else(|| Column::blank(ColumnKind::Text, cells.len()))
}

/// Texts as the type reads them; those that do not fit are taken out and given back as misfits.
fn read_narrow(texts: &mut [Cow<'_, str>], to: &FieldType) -> BTreeMap<u32, Side> {
    let mut side = BTreeMap::new();
    for (at, text) in texts.iter_mut().enumerate() {
        match to.parse(text) {
            CellState::Misfit(kept) => {
                *text = Cow::Borrowed("");
                side.insert(at as u32, Side::Misfit(kept));
            }
            CellState::Value(CellValue::Text(read)) if *read != **text => {
                *text = Cow::Owned(read.to_string());
            }
            _ => {}
        }
    }
    side
}

fn shown_text<'a>(cell: &'a RawCell, to: &FieldType) -> Cow<'a, str> {
    match cell {
        RawCell::Blank => Cow::Borrowed(""),
        RawCell::Text(text) if matches!(to, FieldType::LongText) => Cow::Borrowed(text),
        RawCell::Text(text) => Cow::Borrowed(text.trim()),
        other => Cow::Owned(raw_text(other)),
    }
}

/// A raw cell as text, digits kept as shown.
fn raw_text(cell: &RawCell) -> String {
    match cell {
        RawCell::Blank => String::new(),
        RawCell::Number { value, shown } => shown
            .as_deref()
            .map_or_else(|| plain_number(*value), str::to_string),
        RawCell::Date {
            value,
            has_time: false,
        } => date::date_text(*value),
        RawCell::Date {
            value,
            has_time: true,
        } => date::date_time_text(*value),
        RawCell::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.into(),
        RawCell::Text(text) => text.to_string(),
        RawCell::Error(error) => error.code().into(),
        RawCell::Pictures(files) => files
            .iter()
            .map(|file| file.name.as_ref())
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// Never in exponent form where digits can be written out: codes must stay readable.
fn plain_number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e17 {
        format!("{value:.0}")
    } else {
        decimal::general(value)
    }
}

fn cell_state(cell: &RawCell, to: &FieldType) -> CellState {
    match (cell, to) {
        (cell, _) if cell.is_blank() => CellState::BLANK,
        (
            RawCell::Number { value, .. },
            FieldType::Number { .. }
            | FieldType::Currency { .. }
            | FieldType::Percent { .. }
            | FieldType::Progress { .. },
        ) => CellValue::Number(*value).into(),
        (RawCell::Text(text), FieldType::Percent { .. } | FieldType::Progress { .. }) => {
            match number::read(text) {
                // A file's text "0.95" in a percent column is the ratio; only a `%` sign makes it hundredths.
                Some(read) => CellValue::Number(read.value).into(),
                None => CellState::Misfit(text.clone()),
            }
        }
        (RawCell::Date { value, .. }, FieldType::Date) => CellValue::Date(value.floor()).into(),
        (RawCell::Date { value, .. }, FieldType::DateTime) => CellValue::Date(*value).into(),
        (RawCell::Number { value, .. }, FieldType::Date | FieldType::DateTime) => day_state(*value),
        (RawCell::Bool(flag), FieldType::Checkbox) => CellValue::Bool(*flag).into(),
        (RawCell::Pictures(files), FieldType::Attachment) => {
            CellValue::Attachments(files.clone()).into()
        }
        (RawCell::Text(text), _) => to.parse(text),
        (other, _) => to.parse(&raw_text(other)),
    }
}

/// A plain number in a column of dates: a day number, or eight digits such as 20251030.
fn day_state(value: f64) -> CellState {
    let text = plain_number(value);
    if (1.0..=date::LAST_DAY).contains(&value) {
        return CellValue::Date(value).into();
    }
    match date::read(&text) {
        Some(day) if text.len() == 8 => CellValue::Date(day).into(),
        _ => CellState::Misfit(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misfits_keep_the_text() {
        let cells = [
            RawCell::Text("12.5".into()),
            RawCell::Text("缺货".into()),
            RawCell::Number {
                value: 3.0,
                shown: None,
            },
            RawCell::Blank,
        ];
        let number = FieldType::Number {
            decimals: None,
            thousands: false,
            unit: String::new(),
        };
        let column = build_column(&cells, &number);
        assert_eq!(column.get(0), CellValue::Number(12.5).into());
        assert_eq!(column.get(1), CellState::Misfit("缺货".into()));
        assert!(column.get(3).is_blank());
        let codes = ["4006381333931", "4006381333932", ""].map(|code| RawCell::Text(code.into()));
        let codes = build_column(&codes, &FieldType::Barcode);
        assert_eq!(codes.get(0), CellValue::text("4006381333931").into());
        assert_eq!(codes.get(1), CellState::Misfit("4006381333932".into()));
        assert!(codes.get(2).is_blank());
        let dates = build_column(
            &[
                RawCell::Number {
                    value: 45_960.0,
                    shown: None,
                },
                RawCell::Text("2025.10.30".into()),
            ],
            &FieldType::Date,
        );
        assert_eq!(dates.get(0), dates.get(1));
    }
}
