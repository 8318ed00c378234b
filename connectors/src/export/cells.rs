//! How each field type looks in a workbook: number formats and widths.

use rust_xlsxwriter::{Format, FormatAlign};
use table::field::{FieldType, date, number};

/// Excel cannot hold dates before this day as dates (its 1900 leap-year error lies before).
pub(super) const FIRST_EXCEL_DAY: f64 = 61.0;
pub(super) const LAST_EXCEL_DAY: f64 = date::LAST_DAY;
/// Characters (UTF-16 units) that a cell holds; Excel specifications and limits.
pub(super) const CELL_CHARS: usize = 32_767;

pub(super) fn format_of(field_type: &FieldType) -> Format {
    let format = Format::new().set_align(FormatAlign::VerticalCenter);
    match field_type {
        FieldType::Text
        | FieldType::Url
        | FieldType::Phone
        | FieldType::Email
        | FieldType::Barcode
        | FieldType::Select { .. }
        | FieldType::MultiSelect { .. }
        | FieldType::Person { .. }
        | FieldType::AutoNumber { .. }
        | FieldType::Link(_)
        | FieldType::CreatedBy
        | FieldType::ModifiedBy => format.set_num_format("@"),
        FieldType::LongText => format.set_num_format("@").set_text_wrap(),
        FieldType::Number {
            decimals,
            thousands,
            unit,
        } => {
            let digits = match (decimals, thousands) {
                (None, false) => "General".to_string(),
                (None, true) => "#,##0.##########".to_string(),
                (Some(places), thousands) => places_format(*places, *thousands),
            };
            format.set_num_format(if unit.is_empty() {
                digits
            } else {
                format!("{digits}\"{}\"", quoted(unit))
            })
        }
        FieldType::Currency { code, decimals } => {
            let sign = quoted(&number::currency_sign(code));
            let digits = places_format(*decimals, true);
            format.set_num_format(format!("\"{sign}\"{digits};-\"{sign}\"{digits}"))
        }
        FieldType::Percent { decimals } | FieldType::Progress { decimals } => {
            format.set_num_format(format!("{}%", places_format(*decimals, false)))
        }
        FieldType::Rating { .. } => format.set_num_format("0"),
        FieldType::Duration { seconds: false } => format.set_num_format("[h]:mm"),
        FieldType::Duration { seconds: true } => format.set_num_format("[h]:mm:ss"),
        FieldType::Date => format
            .set_num_format("yyyy-mm-dd")
            .set_align(FormatAlign::Left),
        FieldType::DateTime | FieldType::CreatedTime | FieldType::ModifiedTime => format
            .set_num_format("yyyy-mm-dd hh:mm")
            .set_align(FormatAlign::Left),
        FieldType::Checkbox => format.set_align(FormatAlign::Center),
        FieldType::Attachment | FieldType::Button { .. } => format,
        FieldType::Formula(spec) => format_of(&spec.result),
    }
}

/// A stored number as the workbook holds it: Excel's durations are days.
pub(super) fn number_of(field_type: &FieldType, value: f64) -> f64 {
    match field_type {
        FieldType::Duration { .. } => value / 86_400.0,
        FieldType::Formula(spec) => number_of(&spec.result, value),
        _ => value,
    }
}

fn places_format(places: u8, thousands: bool) -> String {
    let whole = if thousands { "#,##0" } else { "0" };
    match places {
        0 => whole.to_string(),
        n => format!("{whole}.{}", "0".repeat(n.into())),
    }
}

fn quoted(text: &str) -> String {
    text.replace('"', "")
}

/// Pixels where the view sets none: by type and header, a hanzi counting twice.
pub(super) fn width_px(field_type: &FieldType, header: &str) -> u32 {
    let title: u32 = header
        .chars()
        .map(|c| if c.is_ascii() { 8 } else { 15 })
        .sum::<u32>()
        + 28;
    let usual = match field_type {
        FieldType::LongText => 280,
        FieldType::Text | FieldType::Url | FieldType::Email => 150,
        FieldType::Phone | FieldType::Barcode => 128,
        FieldType::Date => 92,
        FieldType::DateTime | FieldType::CreatedTime | FieldType::ModifiedTime => 132,
        FieldType::Checkbox => 64,
        FieldType::Attachment => 96,
        FieldType::Formula(spec) => return width_px(&spec.result, header),
        _ => 104,
    };
    title.max(usual).min(400)
}
