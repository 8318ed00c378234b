//! Workbooks: one real Excel Table per table, live formulas with cached results, pictures in their cells,
//! drop-downs, number formats, frozen header. Large tables are streamed through a temporary file.
//!
//! Order matters (rust_xlsxwriter 0.102): the Table first, then the cells, else it overwrites them; row
//! heights before the pictures, else they do not fit.

use super::{
    Export, ExportError, ExportNote, ExportReport, ExportTable, Resolved, cells, names,
    pictures::Pictures, resolve,
};
use crate::own_types::{self, OwnColumn, OwnSheet};
use rust_xlsxwriter::{
    DataValidation, DocProperties, Format, FormatAlign, Formula, Table, TableColumn, TableStyle,
    Workbook, Worksheet, XlsxError,
};
use std::path::Path;
use table::{
    column::{Column, ColumnKind},
    field::{Field, FieldType, number},
    value::{Attachment, CellState, CellValue},
};

/// Above this many records a sheet is written row by row through a temporary file.
const STREAMED_RECORDS: usize = 20_000;
/// Of 1 to 9: a tenth larger than the usual 6, and packed in half the time.
const STREAMED_COMPRESSION: u8 = 3;
/// Rows of a sheet less the header (Excel specifications and limits).
const MAX_RECORDS: u64 = 1_048_575;
const MAX_FIELDS: usize = 16_384;
/// Links of one sheet (Excel specifications and limits).
const MAX_LINKS: usize = 65_530;
/// Pixels of a row with pictures, and of one picture within it.
const PICTURE_ROW_PX: u32 = 80;

/// Writes all tables of the export, one sheet each.
pub fn write(export: &Export<'_>, to: &Path) -> Result<ExportReport, ExportError> {
    let ids: Vec<_> = export.tables.iter().map(|table| table.table).collect();
    let sheets = names::sheet_names(&export.snapshot.schema, &ids);
    let tables = names::table_names(&export.snapshot.schema, &ids);
    let mut workbook = Workbook::new();
    if let Some(folder) = to.parent() {
        workbook.set_tempdir(folder).map_err(failed)?;
    }
    let mut report = ExportReport::default();
    let mut pictures = Pictures::new(export.blobs);
    let mut own = Vec::new();
    for table in &export.tables {
        let resolved = resolve(export.snapshot, table)?;
        let n_records = resolved.rows.len() as u64;
        if n_records > MAX_RECORDS {
            return Err(ExportError::TooManyRecords { n_records });
        }
        if resolved.fields.len() > MAX_FIELDS {
            return Err(ExportError::TooManyFields {
                n_fields: resolved.fields.len(),
            });
        }
        let streamed = resolved.rows.len() > STREAMED_RECORDS;
        if streamed {
            workbook.set_zip_compression_level(STREAMED_COMPRESSION);
        }
        let sheet = if streamed {
            workbook
                .add_worksheet_with_constant_memory()
                .map_err(failed)?
        } else {
            workbook.add_worksheet()
        };
        sheet.set_name(&sheets[&table.table]).map_err(failed)?;
        let mut writer = SheetWriter::new(
            export,
            table,
            &resolved,
            &mut pictures,
            &mut report,
            streamed,
        );
        writer.write(sheet, &tables[&table.table])?;
        let told = writer
            .columns
            .iter()
            .filter_map(|column| OwnColumn::new(&column.header, column.field));
        own.push(OwnSheet {
            name: sheets[&table.table].clone(),
            columns: told.collect(),
            fill_in: None,
        });
        report.n_records += n_records;
    }
    let mut properties = DocProperties::new();
    for (name, text) in own_types::to_properties(own) {
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

/// One column of the sheet, everything looked up once.
struct SheetColumn<'a> {
    field: &'a Field,
    header: String,
    format: Format,
    /// With `=`, in structured form.
    formula: Option<&'a str>,
}

struct SheetWriter<'a, 'b, 'p> {
    export: &'a Export<'a>,
    table: &'a ExportTable,
    resolved: &'a Resolved<'a>,
    columns: Vec<SheetColumn<'a>>,
    pictures: &'b mut Pictures<'p>,
    report: &'b mut ExportReport,
    streamed: bool,
    n_links: usize,
}

impl<'a, 'b, 'p> SheetWriter<'a, 'b, 'p> {
    fn new(
        export: &'a Export<'a>,
        table: &'a ExportTable,
        resolved: &'a Resolved<'a>,
        pictures: &'b mut Pictures<'p>,
        report: &'b mut ExportReport,
        streamed: bool,
    ) -> SheetWriter<'a, 'b, 'p> {
        let headers = names::headers(resolved.fields.iter().map(|field| field.name.as_str()));
        let columns = resolved.fields.iter().zip(headers);
        let columns = columns.map(|(field, header)| SheetColumn {
            field,
            header,
            format: cells::format_of(&field.field_type),
            formula: table.formulas.get(&field.id).map(String::as_str),
        });
        SheetWriter {
            export,
            table,
            resolved,
            columns: columns.collect(),
            pictures,
            report,
            streamed,
            n_links: 0,
        }
    }

    fn write(&mut self, sheet: &mut Worksheet, table_name: &str) -> Result<(), ExportError> {
        self.lay_out(sheet).map_err(failed)?;
        self.add_table(sheet, table_name).map_err(failed)?;
        for (n, row) in self.resolved.rows.iter().enumerate() {
            if n % 512 == 0 {
                if (self.export.cancelled)() {
                    return Err(ExportError::Cancelled);
                }
                (self.export.progress)(self.report.n_records + n as u64);
            }
            self.write_row(sheet, n as u32 + 1, *row).map_err(failed)?;
        }
        self.add_drop_downs(sheet).map_err(failed)?;
        for column in self
            .columns
            .iter()
            .filter(|column| column.field.formula().is_some())
        {
            let list = if column.formula.is_some() {
                &mut self.report.live_formulas
            } else {
                &mut self.report.value_formulas
            };
            list.push(column.header.clone());
        }
        Ok(())
    }

    fn lay_out(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (at, column) in self.columns.iter().enumerate() {
            let width = self.table.widths_px.get(&column.field.id).copied();
            let width =
                width.unwrap_or_else(|| cells::width_px(&column.field.field_type, &column.header));
            sheet.set_column_width_pixels(at as u16, width)?;
            // Cells take their column's format: looking it up for each of them costs more than writing them.
            sheet.set_column_format(at as u16, &column.format)?;
        }
        sheet.set_freeze_panes(
            1,
            self.table.frozen_fields.min(self.columns.len() as u32) as u16,
        )?;
        sheet
            .set_landscape()
            .set_print_fit_to_pages(1, 0)
            .set_paper_size(9);
        sheet.set_repeat_rows(0, 0)?;
        Ok(())
    }

    /// The Table with its header; calculated columns fill new rows by themselves in Excel and WPS.
    fn add_table(&self, sheet: &mut Worksheet, name: &str) -> Result<(), XlsxError> {
        let header = Format::new()
            .set_bold()
            .set_align(FormatAlign::VerticalCenter);
        if self.resolved.rows.is_empty() {
            for (at, column) in self.columns.iter().enumerate() {
                sheet.write_string_with_format(0, at as u16, &column.header, &header)?;
            }
            return Ok(());
        }
        let columns: Vec<TableColumn> = self
            .columns
            .iter()
            .map(|column| {
                let table_column = TableColumn::new()
                    .set_header(&column.header)
                    .set_header_format(&header);
                // In a streamed sheet the Table would write the formula's cells ahead of their rows.
                match column.formula.filter(|_| !self.streamed) {
                    Some(formula) => table_column.set_formula(Formula::new(formula)),
                    None => table_column,
                }
            })
            .collect();
        let table = Table::new()
            .set_name(name)
            .set_columns(&columns)
            .set_style(TableStyle::Light15);
        sheet.add_table(
            0,
            0,
            self.resolved.rows.len() as u32,
            self.columns.len() as u16 - 1,
            &table,
        )?;
        Ok(())
    }

    fn write_row(
        &mut self,
        sheet: &mut Worksheet,
        at: u32,
        row: (u32, u32),
    ) -> Result<(), XlsxError> {
        let segment = self.resolved.segment(row).clone();
        let has_pictures = self.columns.iter().any(|column| {
            let cells = segment.column(column.field.column);
            cells.is_some_and(|cells| {
                cells.kind() == ColumnKind::Attachments && cells.valid().get(row.1 as usize)
            })
        });
        if has_pictures {
            sheet.set_row_height_pixels(at, PICTURE_ROW_PX)?;
        }
        for column in 0..self.columns.len() {
            let cells = segment.column(self.columns[column].field.column).cloned();
            self.write_cell(sheet, at, column, cells.as_deref(), row.1 as usize)?;
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
        let col = at as u16;
        if let Some(formula) = column.formula {
            let result = formula_result(&column.field.field_type, &state);
            sheet.write_formula(row, col, Formula::new(formula).set_result(result))?;
            return Ok(());
        }
        match &state {
            CellState::Value(CellValue::Blank) | CellState::Pending => {}
            CellState::Value(CellValue::Number(value)) => {
                let value = cells::number_of(&column.field.field_type, *value);
                // Excel shows no negative durations; their text is read back.
                if value < 0.0 && column.field.field_type.is_duration() {
                    let text = column.field.field_type.edit_text(&state);
                    sheet.write_string(row, col, text)?;
                } else {
                    sheet.write_number(row, col, value)?;
                }
            }
            CellState::Value(CellValue::Bool(flag)) => {
                sheet.write_boolean(row, col, *flag)?;
            }
            CellState::Value(CellValue::Date(day))
                if (cells::FIRST_EXCEL_DAY..=cells::LAST_EXCEL_DAY).contains(day) =>
            {
                sheet.write_number(row, col, *day)?;
            }
            CellState::Value(CellValue::Attachments(files)) => {
                let files = files.clone();
                self.write_files(sheet, row, col, &files)?;
            }
            CellState::Value(CellValue::Text(text)) if self.is_link(at, text) => {
                self.n_links += 1;
                sheet.write_url_with_text(row, col, text.as_ref(), text.as_ref())?;
            }
            state => {
                let text = column.field.field_type.display(state);
                let text = self.fitting(&text, sheet, row, col);
                sheet.write_string(row, col, text)?;
            }
        }
        Ok(())
    }

    fn is_link(&self, at: usize, text: &str) -> bool {
        let is_web = text.starts_with("http://") || text.starts_with("https://");
        matches!(self.columns[at].field.field_type, FieldType::Url)
            && is_web
            && text.len() < 2_000
            && self.n_links < MAX_LINKS
    }

    /// Excel's cells end at 32,767 UTF-16 units; the rest is cut and said so.
    fn fitting<'t>(
        &mut self,
        text: &'t str,
        sheet: &Worksheet,
        row: u32,
        col: u16,
    ) -> std::borrow::Cow<'t, str> {
        if text.len() <= cells::CELL_CHARS || text.encode_utf16().count() <= cells::CELL_CHARS {
            return text.into();
        }
        let at = format!(
            "{}!{}",
            sheet.name(),
            rust_xlsxwriter::utility::row_col_to_cell(row, col)
        );
        self.report.notes.push(ExportNote {
            code: "text_cut",
            at,
        });
        let mut units = 0;
        let kept = text.chars().take_while(|c| {
            units += c.len_utf16();
            units <= cells::CELL_CHARS
        });
        kept.collect::<String>().into()
    }

    /// Pictures side by side in the cell; other files as their names.
    fn write_files(
        &mut self,
        sheet: &mut Worksheet,
        row: u32,
        col: u16,
        files: &[Attachment],
    ) -> Result<(), XlsxError> {
        let images: Vec<_> = files
            .iter()
            .filter_map(|file| self.pictures.image(file))
            .collect();
        if images.len() < files.len() {
            let names: Vec<&str> = files.iter().map(|file| file.name.as_ref()).collect();
            sheet.write_string(row, col, names.join(", "))?;
            let unreadable = files
                .iter()
                .filter(|file| file.mime.starts_with("image/"))
                .count()
                > images.len();
            if unreadable {
                let at = format!(
                    "{}!{}",
                    sheet.name(),
                    rust_xlsxwriter::utility::row_col_to_cell(row, col)
                );
                self.report.notes.push(ExportNote {
                    code: "picture_unreadable",
                    at,
                });
            }
        }
        self.report.n_pictures += images.len() as u64;
        if let [image] = &images[..] {
            sheet.insert_image_fit_to_cell_centered(row, col, image)?;
            return Ok(());
        }
        let field = &self.columns[usize::from(col)];
        let width = self.table.widths_px.get(&field.field.id).copied();
        let width =
            width.unwrap_or_else(|| cells::width_px(&field.field.field_type, &field.header));
        let each = (f64::from(width) / images.len() as f64).max(8.0);
        for (n, image) in images.into_iter().enumerate() {
            let image = image.set_scale_to_size(each - 4.0, f64::from(PICTURE_ROW_PX) - 4.0, true);
            sheet.insert_image_with_offset(row, col, &image, (n as f64 * each) as u32 + 2, 2)?;
        }
        Ok(())
    }

    /// Drop-downs for select fields; Excel keeps at most 255 characters of an inline list.
    fn add_drop_downs(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (at, column) in self.columns.iter().enumerate() {
            let FieldType::Select { options } = &column.field.field_type else {
                continue;
            };
            let names: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
            let units = names.join(",").encode_utf16().count();
            if names.is_empty() || units > 255 || names.iter().any(|name| name.contains(',')) {
                continue;
            }
            // A list is a suggestion here: a misfit stays what the person typed.
            let list = DataValidation::new()
                .allow_list_strings(&names)?
                .ignore_blank(true)
                .show_error_message(false);
            let last = (self.resolved.rows.len() as u32).max(1);
            sheet.add_data_validation(1, at as u16, last, at as u16, &list)?;
        }
        Ok(())
    }
}

/// The cached result of a formula cell, typed by its text: `12.5`, `TRUE`, `#DIV/0!`, else a string.
fn formula_result(field_type: &FieldType, state: &CellState) -> String {
    match state {
        CellState::Value(CellValue::Number(value) | CellValue::Date(value)) => {
            number::exact(*value)
        }
        CellState::Value(CellValue::Bool(flag)) => if *flag { "TRUE" } else { "FALSE" }.into(),
        CellState::Error(error) => error.code().into(),
        other => {
            let text = field_type.display(other);
            // The writer takes these for numbers, and a workbook with such a number does not open.
            if text.parse::<f64>().is_ok_and(|number| !number.is_finite()) {
                String::new()
            } else {
                text
            }
        }
    }
}
