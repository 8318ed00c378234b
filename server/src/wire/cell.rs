//! Cells as JSON, written column-wise straight into a byte buffer.
//!
//! Blank is `null`; numbers are numbers; dates are ISO texts; what is no value is an object with one of
//! `error`, `misfit`, `pending`. The shapes are docs/design/002-wire.md; tests are here.

use serde_json::ser::{CompactFormatter, Formatter};
use table::{
    ai::AiNote,
    column::{Column, ColumnKind, Values},
    field::{FieldType, link::Linked},
    value::{Attachment, CellState, CellValue},
};

/// How the dates of a column are shown: by the field, because day numbers do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    Day,
    DayTime,
    /// A time only where there is one (formula results whose type is not known).
    AsNeeded,
}

/// How a field's cells look on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellStyle {
    pub dates: Dates,
    /// One option instead of a list.
    pub is_single_select: bool,
}

impl CellStyle {
    pub fn of(field_type: &FieldType) -> CellStyle {
        match field_type {
            FieldType::Formula(spec) => CellStyle::of(&spec.result),
            other => CellStyle {
                dates: match other {
                    FieldType::Date => Dates::Day,
                    other if other.has_time() => Dates::DayTime,
                    _ => Dates::AsNeeded,
                },
                is_single_select: matches!(other, FieldType::Select { .. }),
            },
        }
    }
}

/// Writes `[cell,cell,…]`.
pub fn write_cells(to: &mut Vec<u8>, column: &Column, style: CellStyle) {
    to.push(b'[');
    for at in 0..column.len() {
        if at > 0 {
            to.push(b',');
        }
        write_cell_at(to, column, at, style);
    }
    to.push(b']');
}

/// Writes the cells of a link field: `[{"id":"r1","text":"…"}]` where records are linked, else the cell as it is.
pub fn write_linked_cells(
    to: &mut Vec<u8>,
    column: &Column,
    links: &[Vec<Linked>],
    style: CellStyle,
) {
    to.push(b'[');
    for at in 0..column.len() {
        if at > 0 {
            to.push(b',');
        }
        match links.get(at).filter(|linked| !linked.is_empty()) {
            Some(linked) => write_linked(to, linked),
            None => write_cell_at(to, column, at, style),
        }
    }
    to.push(b']');
}

/// Writes the linked records of one cell.
pub fn write_linked(to: &mut Vec<u8>, linked: &[Linked]) {
    write_list(to, linked, |to, one| {
        to.extend_from_slice(format!("{{\"id\":\"{}\",\"text\":", one.record).as_bytes());
        write_text(to, &one.text);
        to.push(b'}');
    });
}

/// Writes one cell of a column; numbers and texts without making a value of them first.
fn write_cell_at(to: &mut Vec<u8>, column: &Column, at: usize, style: CellStyle) {
    if column.valid().get(at) {
        match (column.values(), column.kind()) {
            (Values::Number(numbers), ColumnKind::Number) => return write_number(to, numbers[at]),
            (Values::Number(days), _) => return write_date(to, days[at], style.dates),
            (Values::Text(texts), _) => return write_text(to, texts.get(at)),
            _ => {}
        }
    }
    write_cell(to, &column.get(at), style);
}

/// Writes one cell.
pub fn write_cell(to: &mut Vec<u8>, cell: &CellState, style: CellStyle) {
    match cell {
        CellState::Value(value) => write_value(to, value, style),
        CellState::Pending => to.extend_from_slice(b"{\"pending\":true}"),
        CellState::Error(error) => {
            to.extend_from_slice(b"{\"error\":");
            write_text(to, error.code());
            to.push(b'}');
        }
        CellState::Misfit(text) => {
            to.extend_from_slice(b"{\"misfit\":");
            write_text(to, text);
            to.push(b'}');
        }
    }
}

fn write_value(to: &mut Vec<u8>, value: &CellValue, style: CellStyle) {
    match value {
        CellValue::Blank => to.extend_from_slice(b"null"),
        CellValue::Number(number) => write_number(to, *number),
        CellValue::Text(text) => write_text(to, text),
        CellValue::Bool(true) => to.extend_from_slice(b"true"),
        CellValue::Bool(false) => to.extend_from_slice(b"false"),
        CellValue::Date(day) => write_date(to, *day, style.dates),
        CellValue::Options(options) => match (options.first(), style.is_single_select) {
            (Some(option), true) => write_text(to, &option.to_string()),
            _ => write_list(to, options, |to, option| {
                write_text(to, &option.to_string())
            }),
        },
        CellValue::Attachments(items) => write_list(to, items, write_attachment),
        CellValue::Links(records) => {
            write_list(to, records, |to, record| {
                write_text(to, &record.to_string())
            });
        }
    }
}

fn write_list<T>(to: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    to.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            to.push(b',');
        }
        write(to, item);
    }
    to.push(b']');
}

fn write_attachment(to: &mut Vec<u8>, item: &Attachment) {
    // Writing a derived struct into a Vec cannot fail.
    let _ = serde_json::to_writer(&mut *to, item);
}

/// A JSON number; what JSON cannot say is `#NUM!`.
pub fn write_number(to: &mut Vec<u8>, number: f64) {
    if !number.is_finite() {
        to.extend_from_slice(b"{\"error\":\"#NUM!\"}");
        return;
    }
    let wrote = match number == number.trunc() && number.abs() < 9_007_199_254_740_992.0 {
        // Whole numbers without the `.0` that a float formatter adds.
        true => CompactFormatter.write_i64(&mut *to, number as i64),
        false => CompactFormatter.write_f64(&mut *to, number),
    };
    // Writing into a Vec cannot fail.
    let _ = wrote;
}

/// A JSON string.
pub fn write_text(to: &mut Vec<u8>, text: &str) {
    // Writing into a Vec cannot fail.
    let _ = serde_json::to_writer(&mut *to, text);
}

fn write_date(to: &mut Vec<u8>, day: f64, dates: Dates) {
    match iso_date(day, dates) {
        Some(text) => write_text(to, &text),
        None => to.extend_from_slice(b"{\"error\":\"#NUM!\"}"),
    }
}

/// An Excel 1900 day number as `2026-11-22` or `2026-11-22T09:30:00`; `None` outside the years 1–9999.
pub fn iso_date(day: f64, dates: Dates) -> Option<String> {
    let seconds = (day * 86_400.0).round();
    if !seconds.is_finite() || seconds.abs() > 3e11 {
        return None;
    }
    let (whole, rest) = (
        (seconds / 86_400.0).floor(),
        seconds.rem_euclid(86_400.0) as u32,
    );
    let julian = whole as i32 - 25_569 + 2_440_588;
    let date = time::Date::from_julian_day(julian).ok()?;
    if !(1..=9999).contains(&date.year()) {
        return None;
    }
    let (year, month, day) = date.to_calendar_date();
    let has_time = match dates {
        Dates::Day => false,
        Dates::DayTime => true,
        Dates::AsNeeded => rest != 0,
    };
    let mut text = format!("{year:04}-{:02}-{day:02}", u8::from(month));
    if has_time {
        text.push_str(&format!(
            "T{:02}:{:02}:{:02}",
            rest / 3600,
            rest / 60 % 60,
            rest % 60
        ));
    }
    Some(text)
}

/// Writes the AI notes of a column as `{"0":{"state","reason"}}`, by position; false where it has none.
pub fn write_notes(to: &mut Vec<u8>, column: &Column) -> bool {
    if column.notes().is_empty() {
        return false;
    }
    to.push(b'{');
    for (at, (position, note)) in column.notes().iter().enumerate() {
        if at > 0 {
            to.push(b',');
        }
        to.extend_from_slice(format!("\"{position}\":").as_bytes());
        write_note(to, note);
    }
    to.push(b'}');
    true
}

fn write_note(to: &mut Vec<u8>, note: &AiNote) {
    // Writing a derived struct into a Vec cannot fail.
    let _ = serde_json::to_writer(&mut *to, note);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Arc;
    use table::{ai::AiState, id::OptionId, value::CellError};

    fn wire(kind: ColumnKind, field_type: &FieldType, states: Vec<CellState>) -> String {
        let column = Column::from_states(kind, states);
        let mut to = Vec::new();
        write_cells(&mut to, &column, CellStyle::of(field_type));
        let text = String::from_utf8(to).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        text
    }

    fn number() -> FieldType {
        FieldType::Number {
            decimals: None,
            thousands: false,
            unit: String::new(),
        }
    }

    #[test]
    fn numbers_blanks_and_what_is_no_value() {
        let states = vec![
            CellValue::Number(12.5).into(),
            CellValue::Number(3.0).into(),
            CellValue::Number(-0.1).into(),
            CellValue::Number(1e300).into(),
            CellState::BLANK,
            CellState::Error(CellError::Div0),
            CellState::Misfit("a\"b".into()),
            CellState::Pending,
        ];
        assert_eq!(
            wire(ColumnKind::Number, &number(), states),
            r##"[12.5,3,-0.1,1e+300,null,{"error":"#DIV/0!"},{"misfit":"a\"b"},{"pending":true}]"##
        );
        let mut infinite = Vec::new();
        write_number(&mut infinite, f64::INFINITY);
        assert_eq!(infinite, br##"{"error":"#NUM!"}"##);
    }

    #[test]
    fn dates_by_field_type() {
        let days = || {
            vec![
                CellValue::Date(46348.0).into(),
                CellValue::Date(46348.395833333336).into(),
                CellValue::Date(0.0).into(),
            ]
        };
        assert_eq!(
            wire(ColumnKind::Date, &FieldType::Date, days()),
            r#"["2026-11-22","2026-11-22","1899-12-30"]"#
        );
        assert_eq!(
            wire(ColumnKind::Date, &FieldType::DateTime, days()),
            r#"["2026-11-22T00:00:00","2026-11-22T09:30:00","1899-12-30T00:00:00"]"#
        );
        assert_eq!(iso_date(f64::NAN, Dates::Day), None);
        assert_eq!(iso_date(1e9, Dates::Day), None);
    }

    #[test]
    fn options_alone_or_in_a_list() {
        let two: Arc<[OptionId]> = Arc::from([OptionId(1), OptionId(2)]);
        let one: Arc<[OptionId]> = Arc::from([OptionId(3)]);
        let single = FieldType::Select { options: vec![] };
        let multi = FieldType::MultiSelect { options: vec![] };
        assert_eq!(
            wire(
                ColumnKind::Options,
                &single,
                vec![CellValue::Options(one.clone()).into()]
            ),
            r#"["o3"]"#
        );
        assert_eq!(
            wire(
                ColumnKind::Options,
                &multi,
                vec![
                    CellValue::Options(two).into(),
                    CellValue::Options(one).into()
                ]
            ),
            r#"[["o1","o2"],["o3"]]"#
        );
    }

    #[test]
    fn linked_records_with_what_they_are_called() {
        let shown = Column::from_states(
            ColumnKind::Text,
            [
                CellValue::text("杯子, 碗").into(),
                CellState::BLANK,
                CellState::Misfit("锅".into()),
            ],
        );
        let linked = |record: u64, text: &str| Linked {
            record: table::id::RecordId(record),
            text: text.into(),
        };
        let links = [vec![linked(1, "杯子"), linked(7, "碗")], vec![], vec![]];
        let mut to = Vec::new();
        write_linked_cells(&mut to, &shown, &links, CellStyle::of(&FieldType::Text));
        assert_eq!(
            String::from_utf8(to).unwrap(),
            r#"[[{"id":"r1","text":"杯子"},{"id":"r7","text":"碗"}],null,{"misfit":"锅"}]"#
        );
    }

    #[test]
    fn notes_by_position() {
        let mut column = Column::blank(ColumnKind::Text, 3);
        let mut to = Vec::new();
        assert!(!write_notes(&mut to, &column));
        column.set_note(
            2,
            Some(Arc::new(AiNote {
                state: AiState::Failed,
                keys: vec![],
                reason: Some("provider_auth".into()),
                by: None,
            })),
        );
        assert!(write_notes(&mut to, &column));
        assert_eq!(
            String::from_utf8(to).unwrap(),
            r#"{"2":{"state":"failed","reason":"provider_auth"}}"#
        );
    }
}
