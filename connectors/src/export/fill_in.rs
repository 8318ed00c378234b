//! A sheet for somebody else to fill in, e.g. a supplier: some columns may be written, all others are locked.
//!
//! Function: [`write`]. In: [`FillIn`]; out: a workbook with a line of instructions, drop-downs for choices, checks for
//! numbers and dates, and a hidden column with the ids of the records, by which an import finds them again whatever
//! was sorted, deleted or added meanwhile. The protection has no password: it guards against slips, not against people.
//! Tests: `connectors/tests/fill_in.rs`.

use super::{
    Export, ExportError, ExportReport, ExportTable, Resolved, cells, names, pictures::Pictures,
    resolve,
};
use crate::own_types::{self, FillInSheet, OwnColumn, OwnSheet};
use rust_xlsxwriter::{
    DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign,
    FormatBorder, Formula, ProtectionOptions, Workbook, Worksheet, XlsxError,
};
use std::path::Path;
use table::{
    column::Column,
    field::{Field, FieldType},
    id::{FieldId, RecordId},
    value::{CellState, CellValue},
};

/// Rows below the last record in which more may be written.
const FREE_ROWS: u32 = 200;
/// Records of one such sheet: it is written whole in memory.
const MOST_RECORDS: usize = 100_000;
/// Characters of the list of records that goes with the file.
const RECORDS_CHARS: usize = 20_000;
/// Pixels of a row with pictures.
const PICTURE_ROW_PX: u32 = 80;
/// The line of instructions, then the header.
const HEADER_ROW: u32 = 1;
const FIRST_ROW: u32 = 2;
const CHOICES: &str = "_选项";

/// What to write besides the one table of the export.
pub struct FillIn<'a> {
    pub base: &'a str,
    /// The fields that may be written.
    pub fill: &'a [FieldId],
    /// Rows may be added below.
    pub may_add: bool,
}

/// Writes the first table of the export.
pub fn write(
    export: &Export<'_>,
    fill_in: &FillIn<'_>,
    to: &Path,
) -> Result<ExportReport, ExportError> {
    let table = export
        .tables
        .first()
        .ok_or(ExportError::OneTable { format: "fill-in" })?;
    let resolved = resolve(export.snapshot, table)?;
    let n_records = resolved.rows.len() as u64;
    if resolved.rows.len() > MOST_RECORDS {
        return Err(ExportError::TooManyRecords { n_records });
    }
    let mut workbook = Workbook::new();
    let mut report = ExportReport {
        n_records,
        ..ExportReport::default()
    };
    let name = names::sheet_names(&export.snapshot.schema, &[table.table])
        .remove(&table.table)
        .unwrap_or_default();
    let sheet = workbook.add_worksheet();
    sheet.set_name(&name).map_err(failed)?;
    let mut writer = Writer::new(export, table, &resolved, fill_in, &mut report);
    let choices = writer.write(sheet)?;
    let own = writer.own(name, !choices.is_empty());
    if !choices.is_empty() {
        write_choices(&mut workbook, &choices).map_err(failed)?;
    }
    let mut properties = DocProperties::new();
    for (name, text) in own_types::to_properties(vec![own]) {
        properties = properties.set_custom_property(name, text);
    }
    workbook.set_properties(&properties);
    workbook.save(to).map_err(failed)?;
    std::fs::File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(|source| ExportError::Disk {
            path: to.into(),
            source,
        })?;
    Ok(report)
}

fn failed(error: XlsxError) -> ExportError {
    ExportError::Workbook(error.to_string())
}

/// True for fields that another program can be asked to fill in.
pub fn can_be_filled(field: &Field) -> bool {
    field.is_editable() && !field.is_ai() && !matches!(field.field_type, FieldType::Attachment)
}

struct FillColumn<'a> {
    field: &'a Field,
    header: String,
    is_open: bool,
    format: Format,
    /// Of cells below the last record.
    free: Format,
}

struct Writer<'a, 'b> {
    export: &'a Export<'a>,
    table: &'a ExportTable,
    resolved: &'a Resolved<'a>,
    fill_in: &'a FillIn<'a>,
    columns: Vec<FillColumn<'a>>,
    records_header: String,
    pictures: Pictures<'a>,
    report: &'b mut ExportReport,
}

impl<'a, 'b> Writer<'a, 'b> {
    fn new(
        export: &'a Export<'a>,
        table: &'a ExportTable,
        resolved: &'a Resolved<'a>,
        fill_in: &'a FillIn<'a>,
        report: &'b mut ExportReport,
    ) -> Writer<'a, 'b> {
        let fields = resolved.fields.iter();
        let titles = fields.map(|field| field.name.as_str());
        let mut headers = names::headers(std::iter::once("记录号").chain(titles));
        let records_header = headers.remove(0);
        let columns = resolved.fields.iter().zip(headers);
        let columns = columns.map(|(field, header)| {
            let is_open = can_be_filled(field) && fill_in.fill.contains(&field.id);
            let format = cells::format_of(&field.field_type);
            let open = format
                .clone()
                .set_unlocked()
                .set_background_color(0xFF_F7E0)
                .set_border(FormatBorder::Thin)
                .set_border_color(0xE6_D9A8);
            // What a new row needs besides, e.g. its number: everything a person may type.
            let free = match (is_open, can_be_filled(field)) {
                (true, _) => open.clone(),
                (false, true) => format.clone().set_unlocked(),
                _ => format.clone(),
            };
            FillColumn {
                field,
                header,
                is_open,
                format: match is_open {
                    true => open,
                    false => format.set_font_color(0x59_5959),
                },
                free,
            }
        });
        Writer {
            columns: columns.collect(),
            pictures: Pictures::new(export.blobs),
            export,
            table,
            resolved,
            fill_in,
            records_header,
            report,
        }
    }

    /// The choices that need a sheet of their own.
    fn write(&mut self, sheet: &mut Worksheet) -> Result<Vec<Vec<String>>, ExportError> {
        self.lay_out(sheet).map_err(failed)?;
        for (n, row) in self.resolved.rows.iter().enumerate() {
            if n % 512 == 0 {
                if (self.export.cancelled)() {
                    return Err(ExportError::Cancelled);
                }
                (self.export.progress)(n as u64);
            }
            self.write_row(sheet, FIRST_ROW + n as u32, *row)
                .map_err(failed)?;
        }
        let last = (FIRST_ROW + self.resolved.rows.len() as u32).saturating_sub(1);
        let mut end = last.max(FIRST_ROW);
        if self.fill_in.may_add {
            end = last + FREE_ROWS;
            for row in last + 1..=end {
                for (at, column) in self.columns.iter().enumerate() {
                    sheet
                        .write_blank(row, at as u16 + 1, &column.free)
                        .map_err(failed)?;
                }
            }
        }
        sheet
            .autofilter(HEADER_ROW, 0, end, self.columns.len() as u16)
            .map_err(failed)?;
        let choices = self.add_checks(sheet, end).map_err(failed)?;
        protect(sheet);
        Ok(choices)
    }

    fn lay_out(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let open: Vec<&str> = self
            .columns
            .iter()
            .filter(|column| column.is_open)
            .map(|column| column.header.as_str())
            .collect();
        let hint = Format::new().set_font_color(0x7A_5A00);
        let text = format!(
            "请填写黄色的列：{}。其余的列已锁定；填好后把文件发回即可。 Please fill in the yellow columns only.",
            open.join("、")
        );
        sheet.write_string_with_format(0, 1, text, &hint)?;
        let header = Format::new()
            .set_bold()
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(0xEE_EEEE);
        let open_header = header.clone().set_background_color(0xFF_E699);
        sheet.write_string_with_format(HEADER_ROW, 0, &self.records_header, &header)?;
        sheet.set_column_hidden(0)?;
        for (at, column) in self.columns.iter().enumerate() {
            let at = at as u16 + 1;
            let width = self.table.widths_px.get(&column.field.id).copied();
            let width =
                width.unwrap_or_else(|| cells::width_px(&column.field.field_type, &column.header));
            sheet.set_column_width_pixels(at, width)?;
            let format = if column.is_open {
                &open_header
            } else {
                &header
            };
            sheet.write_string_with_format(HEADER_ROW, at, &column.header, format)?;
        }
        sheet.set_freeze_panes(FIRST_ROW, 2)?;
        sheet
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_paper_size(9);
        sheet.set_repeat_rows(0, HEADER_ROW)?;
        Ok(())
    }

    fn write_row(
        &mut self,
        sheet: &mut Worksheet,
        at: u32,
        row: (u32, u32),
    ) -> Result<(), XlsxError> {
        let segment = self.resolved.segment(row).clone();
        let offset = row.1 as usize;
        sheet.write_string(at, 0, segment.ids()[offset].to_string())?;
        let is_picture = |column: &FillColumn| {
            let cells = segment.column(column.field.column);
            matches!(column.field.field_type, FieldType::Attachment)
                && cells.is_some_and(|cells| cells.valid().get(offset))
        };
        if self.columns.iter().any(is_picture) {
            sheet.set_row_height_pixels(at, PICTURE_ROW_PX)?;
        }
        for column in 0..self.columns.len() {
            let cells = segment.column(self.columns[column].field.column).cloned();
            self.write_cell(sheet, at, column, cells.as_deref(), offset)?;
        }
        Ok(())
    }

    fn write_cell(
        &mut self,
        sheet: &mut Worksheet,
        row: u32,
        at: usize,
        cells: Option<&Column>,
        offset: usize,
    ) -> Result<(), XlsxError> {
        let state = cells.map_or(CellState::BLANK, |cells| cells.get(offset));
        let column = &self.columns[at];
        let (field_type, format, col) = (&column.field.field_type, &column.format, at as u16 + 1);
        match &state {
            CellState::Value(CellValue::Blank) | CellState::Pending => {
                sheet.write_blank(row, col, format)?;
            }
            CellState::Value(CellValue::Number(value))
                if *value >= 0.0 || !field_type.is_duration() =>
            {
                let value = cells::number_of(field_type, *value);
                sheet.write_number_with_format(row, col, value, format)?;
            }
            CellState::Value(CellValue::Bool(flag)) => {
                sheet.write_boolean_with_format(row, col, *flag, format)?;
            }
            CellState::Value(CellValue::Date(day))
                if (cells::FIRST_EXCEL_DAY..=cells::LAST_EXCEL_DAY).contains(day) =>
            {
                sheet.write_number_with_format(row, col, *day, format)?;
            }
            CellState::Value(CellValue::Attachments(files)) => {
                let image = files.iter().find_map(|file| self.pictures.image(file));
                match image {
                    Some(image) => {
                        self.report.n_pictures += 1;
                        sheet.insert_image_fit_to_cell_centered(row, col, &image)?;
                    }
                    None => {
                        let text = field_type.display(&state);
                        sheet.write_string_with_format(row, col, text, format)?;
                    }
                }
            }
            state => {
                let mut text = field_type.edit_text(state);
                if text.encode_utf16().count() > cells::CELL_CHARS {
                    text = text.chars().take(cells::CELL_CHARS / 2).collect();
                }
                sheet.write_string_with_format(row, col, text, format)?;
            }
        }
        Ok(())
    }

    /// Drop-downs for choices, and only numbers and dates where they belong. Misfits that are there may stay.
    fn add_checks(&self, sheet: &mut Worksheet, last: u32) -> Result<Vec<Vec<String>>, XlsxError> {
        let mut choices: Vec<Vec<String>> = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            if !column.is_open && !self.fill_in.may_add {
                continue;
            }
            let check = DataValidation::new().ignore_blank(true);
            let check = match &column.field.field_type {
                FieldType::Select { options } if !options.is_empty() => {
                    let names: Vec<String> =
                        options.iter().map(|option| option.name.clone()).collect();
                    let units = names.join(",").encode_utf16().count();
                    let check = if units <= 255 && names.iter().all(|name| !name.contains(',')) {
                        check.allow_list_strings(&names)?
                    } else {
                        let n = names.len();
                        choices.push(names);
                        let letter = rust_xlsxwriter::utility::column_number_to_name(
                            choices.len() as u16 - 1,
                        );
                        let list = format!("='{CHOICES}'!${letter}$1:${letter}${n}");
                        check.allow_list_formula(Formula::new(list))
                    };
                    check.set_error_message("请从下拉列表里选。 Choose from the list.")?
                }
                FieldType::Checkbox => check.allow_list_strings(&["TRUE", "FALSE"])?,
                FieldType::Number { .. } | FieldType::Currency { .. } => check
                    .allow_decimal_number(DataValidationRule::Between(-1e15, 1e15))
                    .set_error_message("这里只能填数字。 A number, please.")?,
                FieldType::Percent { .. } | FieldType::Progress { .. } => check
                    .allow_decimal_number(DataValidationRule::Between(-1e6, 1e6))
                    .set_error_message("这里只能填百分比，如 15%。 A percentage, please.")?,
                FieldType::Date | FieldType::DateTime => check
                    .allow_date(DataValidationRule::GreaterThanOrEqualTo(
                        ExcelDateTime::from_ymd(1950, 1, 1)?,
                    ))
                    .set_error_message("这里只能填日期，如 2026-11-24。 A date, please.")?,
                _ => continue,
            };
            let first = match column.is_open {
                true => FIRST_ROW,
                false => FIRST_ROW + self.resolved.rows.len() as u32,
            };
            if first <= last {
                sheet.add_data_validation(first, at as u16 + 1, last, at as u16 + 1, &check)?;
            }
        }
        Ok(choices)
    }

    fn own(&self, name: String, has_choices: bool) -> OwnSheet {
        let told = self
            .columns
            .iter()
            .filter_map(|column| OwnColumn::new(&column.header, column.field));
        let open = self.columns.iter().filter(|column| column.is_open);
        let ids = self.resolved.rows.iter();
        let ids = ids.map(|row| self.resolved.segment(*row).ids()[row.1 as usize]);
        OwnSheet {
            name,
            columns: told.collect(),
            fill_in: Some(FillInSheet {
                base: self.fill_in.base.to_string(),
                table: self.table.table.to_string(),
                records_header: self.records_header.clone(),
                fill: open.map(|column| column.header.clone()).collect(),
                records: ranges(ids.collect()),
                choices_sheet: has_choices.then(|| CHOICES.to_string()),
            }),
        }
    }
}

/// E.g. `1-40,43`; none where it would be too long.
fn ranges(mut ids: Vec<RecordId>) -> Option<String> {
    ids.sort_unstable();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == id.0 => *last = id.0,
            _ => runs.push((id.0, id.0)),
        }
    }
    let texts = runs.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    let text = texts.collect::<Vec<_>>().join(",");
    (text.len() <= RECORDS_CHARS).then_some(text)
}

/// The ids that [`ranges`] wrote, as runs of first and last.
pub fn runs_of(ranges: &str) -> Vec<(u64, u64)> {
    let run = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
    };
    ranges.split(',').filter_map(run).collect()
}

fn protect(sheet: &mut Worksheet) {
    sheet.protect_with_options(&ProtectionOptions {
        format_columns: true,
        format_rows: true,
        insert_rows: true,
        delete_rows: true,
        sort: true,
        use_autofilter: true,
        ..ProtectionOptions::default()
    });
}

/// The choices of long drop-downs, one column each, on a hidden sheet at the end.
fn write_choices(workbook: &mut Workbook, choices: &[Vec<String>]) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(CHOICES)?.set_hidden(true);
    for (at, names) in choices.iter().enumerate() {
        for (row, name) in names.iter().enumerate() {
            sheet.write_string(row as u32, at as u16, name)?;
        }
    }
    Ok(())
}
