//! XML Spreadsheet 2003: what older programs and many ERP systems write as "xls".
//!
//! Function: [`read`]. The file is read twice: merged cells, columns and styles first, then rows as a stream.
//! Law: a cell is what its `Type` says. Tests: `connectors/tests/markup.rs`.

use super::broken;
use crate::file::{
    limits::{MERGES, SHEET_COLUMNS, SHEET_ROWS, SHEETS},
    sheet::{
        Cell, FormatKind, Merges, NumberFormat, Region, Row, SheetFacts, SheetReading, StageRun,
    },
    stage::Found,
    stage_error::StageError,
    stored::{date_cell, number_at, number_cell},
    xlsx::xml,
};
use quick_xml::events::{BytesStart, Event};
use std::{collections::HashMap, io::BufRead};
use table::{raw::RawCell, value::CellError};

pub fn read<R: BufRead>(
    open: impl Fn() -> Result<R, StageError>,
    run: &mut StageRun,
) -> Result<Found, StageError> {
    let outline = outline(open()?)?;
    let mut found = Found {
        format: "xml",
        encoding: None,
        sheets: Vec::new(),
        notes: Vec::new(),
    };
    let mut sheets = outline.sheets.into_iter();
    let mut reader = xml::fragment_reader(open()?);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Eof => return Ok(found),
            Event::Start(element) if element.local_name().as_ref() == "Worksheet" => {
                let Some(mut facts) = sheets.next() else {
                    return Ok(found);
                };
                facts.formats = outline.formats.clone().into();
                let mut cells = Cells {
                    sheet: SheetReading::new(run, facts),
                    styles: &outline.styles,
                    formats: &outline.formats,
                    place: Place::default(),
                    row: Row::default(),
                    open: Open::default(),
                };
                cells.stream(&mut reader)?;
                found.sheets.extend(cells.sheet.finish()?);
            }
            _ => {}
        }
    }
}

/// What is known before the rows.
#[derive(Default)]
struct Outline {
    sheets: Vec<SheetFacts>,
    merges: Vec<Region>,
    /// Style id to place in the formats.
    styles: HashMap<String, u32>,
    formats: Vec<NumberFormat>,
    style: Option<String>,
    place: Place,
    word: &'static str,
    in_cells: bool,
    next_column: u32,
}

fn outline(source: impl BufRead) -> Result<Outline, StageError> {
    let mut outline = Outline {
        formats: vec![NumberFormat::new(0, None)],
        ..Outline::default()
    };
    let mut reader = xml::fragment_reader(source);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Eof => return Ok(outline),
            Event::Start(element) => outline.start(&element),
            Event::End(element) => outline.end(element.local_name().as_ref()),
            Event::Text(text) if !outline.word.is_empty() => outline.text(text.trim()),
            _ => {}
        }
    }
}

impl Outline {
    fn start(&mut self, element: &BytesStart) {
        match element.local_name().as_ref() {
            "Style" => self.style = xml::attribute(element, "ID"),
            "NumberFormat" => {
                let code = xml::attribute(element, "Format");
                if let (Some(id), Some(code)) = (self.style.clone(), code) {
                    self.styles.insert(id, self.formats.len() as u32);
                    self.formats
                        .push(NumberFormat::new(164, Some(named(&code))));
                }
            }
            "Worksheet" => {
                self.place = Place::default();
                self.next_column = 0;
                self.sheets.push(SheetFacts {
                    name: xml::attribute(element, "Name").unwrap_or_default(),
                    ..SheetFacts::default()
                });
            }
            "Table" => self.in_cells = true,
            "Column" if self.in_cells => self.column(element),
            "Row" if self.in_cells => self.place.start_row(element),
            "Cell" if self.in_cells => self.cell(element),
            "Visible" => self.word = "Visible",
            "SplitHorizontal" => self.word = "SplitHorizontal",
            _ => {}
        }
    }

    fn column(&mut self, element: &BytesStart) {
        let first = index(element).unwrap_or(self.next_column);
        let span = xml::number(element, "Span").unwrap_or(0.0).max(0.0) as u32;
        let last = first.saturating_add(span);
        self.next_column = last.saturating_add(1);
        let Some(facts) = self.sheets.last_mut() else {
            return;
        };
        if facts.widths_px.len() >= SHEET_COLUMNS as usize {
            return;
        }
        if let Some(points) = xml::number(element, "Width") {
            let pixels = (points * 96.0 / 72.0).clamp(0.0, 4000.0) as u32;
            facts.widths_px.push((first, last, pixels));
        }
        if xml::is_true(element, "Hidden") {
            facts.hidden_columns.push((first, last));
        }
    }

    fn cell(&mut self, element: &BytesStart) {
        let (row, column) = self.place.start_cell(element);
        let more = |name: &str| xml::number(element, name).unwrap_or(0.0).max(0.0) as u32;
        let (across, down) = (more("MergeAcross"), more("MergeDown"));
        if across + down > 0 && self.merges.len() < MERGES {
            self.merges.push(Region {
                first_row: row,
                last_row: row.saturating_add(down).min(SHEET_ROWS),
                first_column: column,
                last_column: column.saturating_add(across).min(SHEET_COLUMNS),
            });
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "Style" => self.style = None,
            "Table" => self.in_cells = false,
            "Visible" | "SplitHorizontal" => self.word = "",
            "Worksheet" => {
                if let Some(facts) = self.sheets.last_mut() {
                    facts.merges = Merges::new(std::mem::take(&mut self.merges));
                }
                // Sheets beyond the bound have no facts, and so are not read.
                self.sheets.truncate(SHEETS);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let Some(facts) = self.sheets.last_mut() else {
            return;
        };
        match self.word {
            "Visible" => facts.hidden = text.ends_with("Hidden"),
            _ => facts.frozen_rows = text.parse().unwrap_or(0),
        }
    }
}

/// Codes of the formats that have names.
fn named(format: &str) -> &str {
    match format {
        "General Number" => "General",
        "General Date" => "yyyy-mm-dd h:mm",
        "Long Date" | "Medium Date" | "Short Date" => "yyyy-mm-dd",
        "Long Time" => "h:mm:ss",
        "Medium Time" | "Short Time" => "h:mm",
        "Currency" => "\"¥\"#,##0.00",
        "Euro Currency" => "[$€]#,##0.00",
        "Fixed" => "0.00",
        "Standard" => "#,##0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        other => other,
    }
}

/// `Index`, from 1 in the file, from 0 here.
fn index(element: &BytesStart) -> Option<u32> {
    xml::number(element, "Index").map(|index| (index as u32).saturating_sub(1))
}

/// Where the stream stands; rows and cells may leave out any that are blank.
#[derive(Default)]
struct Place {
    next_row: u32,
    row: u32,
    next_column: u32,
}

impl Place {
    fn start_row(&mut self, element: &BytesStart) {
        self.row = index(element).unwrap_or(self.next_row);
        let span = xml::number(element, "Span").unwrap_or(0.0).max(0.0) as u32;
        self.next_row = self.row.saturating_add(1).saturating_add(span);
        self.next_column = 0;
    }

    /// Row from 1, column from 0.
    fn start_cell(&mut self, element: &BytesStart) -> (u32, u32) {
        let column = index(element).unwrap_or(self.next_column);
        let across = xml::number(element, "MergeAcross").unwrap_or(0.0).max(0.0) as u32;
        self.next_column = column.saturating_add(1).saturating_add(across);
        (self.row.saturating_add(1), column)
    }
}

/// The cell being read.
#[derive(Default)]
struct Open {
    place: (u32, u32),
    style: u32,
    kind: String,
    text: String,
    in_data: bool,
    /// A comment holds `Data` too.
    in_comment: bool,
}

struct Cells<'s, 'a, 'b> {
    sheet: SheetReading<'a, 'b>,
    styles: &'s HashMap<String, u32>,
    formats: &'s [NumberFormat],
    place: Place,
    row: Row,
    open: Open,
}

impl Cells<'_, '_, '_> {
    /// Until the worksheet ends.
    fn stream<R: BufRead>(&mut self, reader: &mut quick_xml::Reader<R>) -> Result<(), StageError> {
        let mut buffer = Vec::new();
        let mut in_cells = false;
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(broken)? {
                Event::Eof => return Ok(()),
                Event::Start(element) => match element.local_name().as_ref() {
                    "Table" => in_cells = true,
                    name if in_cells => self.start(name, &element),
                    _ => {}
                },
                Event::End(element) => match element.local_name().as_ref() {
                    "Worksheet" => return Ok(()),
                    "Table" => in_cells = false,
                    "Row" if in_cells => self.end_row()?,
                    "Cell" if in_cells => self.end_cell(),
                    "Data" => self.open.in_data = false,
                    "Comment" => self.open.in_comment = false,
                    _ => {}
                },
                event if self.open.in_data => xml::add_text(&mut self.open.text, &event),
                _ => {}
            }
        }
    }

    fn start(&mut self, name: &str, element: &BytesStart) {
        match name {
            "Row" => {
                self.place.start_row(element);
                self.row = Row {
                    number: self.place.row.saturating_add(1),
                    ..Row::default()
                };
            }
            "Cell" => {
                let style = xml::attribute(element, "StyleID");
                let style = style.and_then(|style| self.styles.get(&style));
                self.open = Open {
                    place: self.place.start_cell(element),
                    style: style.copied().unwrap_or(0),
                    ..Open::default()
                };
            }
            "Comment" => self.open.in_comment = true,
            "Data" if !self.open.in_comment => {
                self.open.kind = xml::attribute(element, "Type").unwrap_or_default();
                self.open.in_data = true;
            }
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        let open = std::mem::take(&mut self.open);
        let (row, column) = open.place;
        if open.kind.is_empty() || column >= SHEET_COLUMNS || row > SHEET_ROWS {
            return;
        }
        let format = self.formats.get(open.style as usize);
        let value = match open.kind.as_str() {
            "Number" => match open.text.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => {
                    number_at(&mut self.sheet, open.place, value, format, false)
                }
                _ => RawCell::Text(open.text.into()),
            },
            "DateTime" => date(&open.text, format),
            "Boolean" => RawCell::Bool(matches!(open.text.trim(), "1" | "True" | "true")),
            "Error" => match CellError::from_code(open.text.trim()) {
                Some(error) => RawCell::Error(error),
                None => RawCell::Text(open.text.into()),
            },
            _ => RawCell::Text(open.text.into()),
        };
        if !value.is_blank() {
            self.row.cells.push(Cell {
                column,
                value,
                format: open.style,
            });
        }
    }

    fn end_row(&mut self) -> Result<(), StageError> {
        let mut row = std::mem::take(&mut self.row);
        row.put_in_order();
        self.sheet.row(row)
    }
}

/// A date, unless the format shows a length of time: those are written as days after 1899-12-31.
fn date(text: &str, format: Option<&NumberFormat>) -> RawCell {
    let cell = date_cell(text);
    match (cell, format.map(|format| &format.kind)) {
        (Some(RawCell::Date { value, .. }), Some(FormatKind::Duration | FormatKind::Time)) => {
            let days = if value < 61.0 { value - 1.0 } else { value };
            number_cell(days, format, false)
        }
        (Some(cell), _) => cell,
        (None, _) => RawCell::Text(text.into()),
    }
}
