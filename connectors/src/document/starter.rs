//! A first template made from a table, for people to change in Excel or WPS instead of beginning with an empty sheet.
//!
//! Function: [`workbook`]. Law: every placeholder in it means something; filled at once it gives a usable document.
//! Tests: `connectors/tests/document.rs`.

use super::{Per, TemplateError, binding::written};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use table::{
    field::{Field, FieldType},
    id::TableId,
    schema::{Schema, Table},
};

/// Columns of the lines and fields above them.
const COLUMNS: usize = 7;
const HEADS: usize = 8;

fn broken(error: XlsxError) -> TemplateError {
    TemplateError::Damaged(error.to_string())
}

/// The bytes of a template for records of a table.
pub fn workbook(schema: &Schema, table: TableId, per: Per) -> Result<Vec<u8>, TemplateError> {
    let table = schema.table(table).ok_or(TemplateError::NotAWorkbook)?;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    lay_out(sheet, schema, table, per).map_err(broken)?;
    book.save_to_buffer().map_err(broken)
}

fn lay_out(
    sheet: &mut Worksheet,
    schema: &Schema,
    table: &Table,
    per: Per,
) -> Result<(), XlsxError> {
    let title = Format::new()
        .set_bold()
        .set_font_size(18)
        .set_align(FormatAlign::Center);
    let plain = Format::new().set_align(FormatAlign::VerticalCenter);
    sheet
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true);
    sheet.set_footer("&C&P / &N");
    for col in 0..COLUMNS as u16 {
        sheet.set_column_width(col, 14)?;
    }
    sheet.merge_range(0, 0, 0, COLUMNS as u16 - 1, &table.name, &title)?;
    sheet.set_row_height(0, 32)?;
    let (own, list) = match per {
        Per::Selection => (Vec::new(), Some((Vec::new(), table))),
        Per::Record => {
            let many = |field: &&Field| field.link().is_some_and(|link| !link.single);
            let list = table.live_fields().find(many).and_then(|field| {
                let linked = schema.table(field.link()?.table)?;
                Some((vec![field.name.clone()], linked))
            });
            (
                table.live_fields().filter(|field| !many(field)).collect(),
                list,
            )
        }
    };
    let mut row = 1;
    for pair in own
        .iter()
        .filter(|field| is_shown(field))
        .take(HEADS)
        .collect::<Vec<_>>()
        .chunks(2)
    {
        for (field, col) in pair.iter().zip([0u16, 4]) {
            let value = written(std::slice::from_ref(&field.name));
            sheet.write_with_format(row, col, format!("{}：", field.name), &plain)?;
            sheet.merge_range(row, col + 1, row, col + 2, &value, &plain)?;
        }
        row += 1;
    }
    match list {
        Some((before, linked)) => lines(sheet, row + 1, &before, linked),
        None => Ok(()),
    }
}

fn is_shown(field: &Field) -> bool {
    !field.field_type.is_given() && !matches!(field.field_type, FieldType::Button { .. })
}

fn lines(
    sheet: &mut Worksheet,
    row: u32,
    before: &[String],
    linked: &Table,
) -> Result<(), XlsxError> {
    let base = Format::new()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap();
    let head = base
        .clone()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_background_color(0x00DC_E6F1);
    let number = base.clone().set_align(FormatAlign::Right);
    let fields: Vec<&Field> = linked
        .live_fields()
        .filter(|field| is_shown(field))
        .take(COLUMNS - 1)
        .collect();
    sheet.write_with_format(row, 0, "序号 No.", &head)?;
    sheet.write_with_format(
        row + 1,
        0,
        "{{序号}}",
        &base.clone().set_align(FormatAlign::Center),
    )?;
    sheet.write_with_format(row + 2, 0, "合计", &head)?;
    let has_pictures = fields
        .iter()
        .any(|field| matches!(field.field_type, FieldType::Attachment));
    sheet.set_row_height(row + 1, if has_pictures { 60 } else { 24 })?;
    for (col, field) in (1u16..).zip(fields) {
        let mut path = before.to_vec();
        path.push(field.name.clone());
        sheet.write_with_format(row, col, &field.name, &head)?;
        sheet.write_with_format(row + 1, col, written(&path), &base)?;
        let adds_up = matches!(field.field_type, FieldType::Number { .. });
        if adds_up {
            let name = super::reference::cell_name(u32::from(col) + 1, row + 2);
            sheet.write_formula_with_format(
                row + 2,
                col,
                format!("=SUM({name})").as_str(),
                &number,
            )?;
        } else {
            sheet.write_with_format(row + 2, col, "", &base)?;
        }
    }
    Ok(())
}
