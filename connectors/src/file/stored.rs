//! Numbers as spreadsheets store them: what one means under its number format.
//!
//! Functions: [`number_cell`], [`number_at`], [`date_cell`]. Law: a number is a date, a code or a length of time only by its
//! format; more than fifteen digits are told, since the file has lost them. Tests: at the end of this file.

use super::{
    manifest::Note,
    sheet::{FormatKind, NumberFormat, SheetReading},
};
use table::{
    field::{FieldType, date, decimal},
    raw::RawCell,
    value::CellValue,
};

/// The number of a cell (row from 1, column from 0); a note is made where digits are lost.
pub fn number_at(
    sheet: &mut SheetReading,
    (row, column): (u32, u32),
    value: f64,
    format: Option<&NumberFormat>,
    is_1904: bool,
) -> RawCell {
    let raw = number_cell(value, format, is_1904);
    if let RawCell::Text(text) = &raw
        && value.abs() >= LONG_NUMBER
    {
        let text = text.clone();
        sheet
            .notes()
            .add_at("digits_lost", row, column, || digits_lost(&text));
    }
    raw
}

/// `2014-03-21T10:20:30.5`, with or without a time; any year of the grid's calendar. A time of the day zero is a
/// time alone.
pub fn date_cell(text: &str) -> Option<RawCell> {
    let (day, time) = text.trim().split_once('T').unwrap_or((text.trim(), ""));
    let mut parts = day.splitn(3, '-');
    let mut next = || parts.next()?.parse::<i64>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let mut seconds = 0.0;
    for (part, unit) in time
        .trim_end_matches('Z')
        .split(':')
        .zip([3600.0, 60.0, 1.0])
    {
        if !part.is_empty() {
            seconds += part.parse::<f64>().ok()? * unit;
        }
    }
    let day = date::day_number(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    if !(0.0..86_400.0).contains(&seconds) {
        return None;
    }
    if day <= 1.0 {
        let format = NumberFormat::new(21, None);
        return Some(number_cell(seconds / 86_400.0, Some(&format), false));
    }
    let value = day + seconds / 86_400.0;
    (day <= date::LAST_DAY).then_some(RawCell::Date {
        value,
        has_time: value.fract() != 0.0,
    })
}

/// Sixteen digits: what is longer has lost digits in the file already.
const LONG_NUMBER: f64 = 1e15;

pub fn digits_lost(text: &str) -> Note {
    Note::warning(
        "digits_lost",
        format!("“{text}”超过 15 位，Excel 只能保存前 15 位，后面的数字可能已经不对。请核对。"),
        format!(
            "\"{text}\" has more than 15 digits; Excel keeps only 15, so the last ones may be wrong. Please check."
        ),
    )
}

/// In days: what computing leaves beside a whole day.
const HALF_SECOND: f64 = 0.5 / 86_400.0;

/// A stored number under its format: number, date, time of day, or a code with leading zeros.
pub fn number_cell(value: f64, format: Option<&NumberFormat>, is_1904: bool) -> RawCell {
    let plain = RawCell::Number { value, shown: None };
    let kind = format.map_or(&FormatKind::General, |format| &format.kind);
    let shown = || format.and_then(|format| format.show(value));
    match kind {
        FormatKind::Date { .. } => {
            let day = if is_1904 {
                value + 1462.0
            } else if (1.0..60.0).contains(&value) {
                value + 1.0
            } else {
                value
            };
            if !(0.0..=date::LAST_DAY + 1.0).contains(&day) {
                return plain;
            }
            moment(day)
        }
        FormatKind::Duration => RawCell::Text(duration_text(value, shown()).into()),
        FormatKind::Time => RawCell::Text(duration_text(value, shown()).into()),
        FormatKind::LeadingZeros if value.fract() == 0.0 => match shown() {
            Some(text) if text.starts_with(|c: char| c.is_ascii_digit()) => RawCell::Number {
                value,
                shown: Some(text.into()),
            },
            Some(text) => RawCell::Text(text.into()),
            None => plain,
        },
        _ if value.abs() >= LONG_NUMBER && value.fract() == 0.0 && value.abs() < 1e20 => {
            RawCell::Text(format!("{value:.0}").into())
        }
        FormatKind::Text => RawCell::Text(decimal::general(value).into()),
        _ => plain,
    }
}

/// A day with its time of day, also where the format hides it: what is not shown is still data.
fn moment(value: f64) -> RawCell {
    let whole = value.round();
    match (value - whole).abs() < HALF_SECOND {
        true => RawCell::Date {
            value: whole,
            has_time: false,
        },
        false => RawCell::Date {
            value,
            has_time: true,
        },
    }
}

/// As the file shows it, unless seconds are hidden: a length of time is taken whole.
fn duration_text(days: f64, shown: Option<String>) -> String {
    let field = FieldType::Duration { seconds: true };
    let seconds = decimal::round(days * 86_400.0, 3);
    let exact = CellValue::Number(seconds).into();
    match shown {
        Some(text) if field.parse(&text) == exact => text,
        _ => field.edit_text(&exact),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_keep_their_hours_whatever_the_format_shows() {
        for (code, value, expected) in [
            ("mm:ss", 0.5631388888888889, "13:30:55.2"),
            ("h:mm", 0.5, "12:00"),
            ("h:mm", 0.5001, "12:00:08.64"),
            ("h:mm:ss", -0.104166666666667, "-2:30"),
            ("[h]:mm", 1.5, "36:00"),
        ] {
            let format = NumberFormat::new(164, Some(code));
            let cell = number_cell(value, Some(&format), false);
            assert_eq!(cell, RawCell::Text(expected.into()), "{code} {value}");
        }
    }

    #[test]
    fn a_time_that_the_format_hides_is_kept() {
        for (code, value, expected, has_time) in [
            ("yyyy-m-d", 42_536.512_9, 42_536.512_9, true),
            ("yyyy-m-d h:mm", 42_536.25, 42_536.25, true),
            ("yyyy-m-d h:mm", 42_536.0, 42_536.0, false),
            ("yyyy-m-d", 42_535.999_999_99, 42_536.0, false),
        ] {
            let cell = number_cell(value, Some(&NumberFormat::new(164, Some(code))), false);
            let value = expected;
            assert_eq!(cell, RawCell::Date { value, has_time }, "{code} {value}");
        }
    }

    #[test]
    fn dates_are_read_in_every_year() {
        let date = |value, has_time| Some(RawCell::Date { value, has_time });
        assert_eq!(date_cell("2014-03-21"), date(41_719.0, false));
        assert_eq!(date_cell("2014-03-21T12:00:00.000"), date(41_719.5, true));
        assert_eq!(date_cell("9999-12-31T00:00:00"), date(2_958_465.0, false));
        assert_eq!(
            date_cell("1899-12-31T10:20:00.000"),
            Some(RawCell::Text("10:20:00".into()))
        );
        for text in ["", "2014", "2014-13-01", "2014-03-21T99:00", "2014-03-x"] {
            assert_eq!(date_cell(text), None, "{text}");
        }
    }
}
