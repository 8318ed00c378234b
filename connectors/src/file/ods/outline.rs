//! The first pass over an OpenDocument spreadsheet: all that must be known before the rows.
//!
//! Function: [`read`]. Types: [`Outline`], [`SheetOutline`]. Tests: `connectors/tests/ods.rs`.

use super::broken;
use crate::file::{
    limits::{MERGES, PICTURE_BYTES, PICTURES, SHEET_COLUMNS, SHEET_ROWS},
    package_extras::{Anchored, Axis, Corner, Grid},
    sheet::{Merges, NumberFormat, Region, SheetFacts},
    stage_error::StageError,
    xlsx::xml,
};
use base64::Engine;
use quick_xml::events::{BytesStart, Event};
use std::{collections::HashMap, io::BufRead};
use table::value::Attachment;

/// Places in the formats of a sheet.
pub const PERCENT: u32 = 1;
pub const PERCENT_DECIMALS: u32 = 2;
pub const FIRST_CURRENCY: u32 = 3;
/// Currencies that are told apart; they stand behind the other formats.
pub const CURRENCIES: [(&str, &str); 6] = [
    ("CNY", "[$¥]#,##0.00"),
    ("USD", "[$$]#,##0.00"),
    ("EUR", "[$€]#,##0.00"),
    ("GBP", "[$£]#,##0.00"),
    ("HKD", "[$HK$]#,##0.00"),
    ("JPY", "[$JPY]#,##0"),
];

#[derive(Default)]
pub struct Outline {
    pub sheets: Vec<SheetOutline>,
    pub formats: Vec<NumberFormat>,
}

#[derive(Default)]
pub struct SheetOutline {
    pub facts: SheetFacts,
    pub frames: Vec<Frame>,
}

/// A picture and the cell that owns it.
pub struct Frame {
    /// Row from 1, column from 0.
    place: (u32, u32),
    anchored: Anchored,
    pub name: String,
    pub sources: Vec<Source>,
}

pub enum Source {
    Part(String),
    Bytes(Vec<u8>),
}

impl SheetOutline {
    pub fn put(&mut self, frame: &Frame, picture: Attachment) {
        let (row, column) = frame.place;
        let row = self.facts.pictures.entry(row).or_default();
        row.push((column, picture));
    }
}

/// Sizes of named styles, in pixels, and whether a table of the style is hidden.
#[derive(Default)]
struct Styles {
    open: String,
    widths: HashMap<String, f64>,
    heights: HashMap<String, f64>,
    hidden: HashMap<String, bool>,
}

#[derive(Default)]
struct Reading {
    done: Outline,
    styles: Styles,
    /// The open table, and tables within cells of it.
    sheet: Option<SheetOutline>,
    depth: u32,
    merges: Vec<Region>,
    column: u32,
    row: u32,
    heights: Vec<(u32, u32, f64)>,
    next_column: u32,
    row_repeated: u32,
    cell: Option<u32>,
    frame: Option<Frame>,
    has_object: bool,
    packed: Option<String>,
}

pub fn read(source: impl BufRead) -> Result<Outline, StageError> {
    let mut reading = Reading::default();
    let currencies = CURRENCIES.map(|(_, code)| NumberFormat::new(164, Some(code)));
    reading.done.formats = [0, 9, 10].map(|id| NumberFormat::new(id, None)).to_vec();
    reading.done.formats.extend(currencies);
    let mut reader = xml::fragment_reader(source);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Eof => return Ok(reading.done),
            Event::Start(element) => reading.start(&element),
            Event::End(element) => reading.end(element.local_name().as_ref()),
            event => {
                if let Some(packed) = &mut reading.packed
                    && (packed.len() as u64) < 2 * PICTURE_BYTES
                {
                    xml::add_text(packed, &event);
                }
            }
        }
    }
}

impl Reading {
    fn start(&mut self, element: &BytesStart) {
        match element.local_name().as_ref() {
            "style" => self.styles.open = xml::attribute(element, "name").unwrap_or_default(),
            "table-column-properties" => {
                let width = size(element, "column-width");
                self.styles.keep(width, |styles| &mut styles.widths);
            }
            "table-row-properties" => {
                let height = size(element, "row-height");
                self.styles.keep(height, |styles| &mut styles.heights);
            }
            "table-properties" => {
                let hidden = xml::attribute(element, "display").as_deref() == Some("false");
                let name = self.styles.open.clone();
                self.styles.hidden.insert(name, hidden);
            }
            "table" => self.start_table(element),
            "table-column" => self.columns(element),
            "table-row" => {
                self.row_repeated = repeated(element, "number-rows-repeated", SHEET_ROWS);
                self.start_row(element);
            }
            "table-cell" | "covered-table-cell" => self.start_cell(element),
            "frame" => self.start_frame(element),
            "object" | "object-ole" => self.has_object = true,
            "image" => {
                let part = xml::attribute(element, "href").filter(|part| !part.is_empty());
                if let (Some(frame), Some(part)) = (&mut self.frame, part) {
                    frame.sources.push(Source::Part(part));
                }
            }
            "binary-data" if self.frame.is_some() => self.packed = Some(String::new()),
            _ => {}
        }
    }

    fn start_table(&mut self, element: &BytesStart) {
        self.depth += 1;
        if self.depth > 1 {
            return;
        }
        let style = xml::attribute(element, "style-name").unwrap_or_default();
        let facts = SheetFacts {
            name: xml::attribute(element, "name").unwrap_or_default(),
            hidden: self.styles.hidden.get(&style).copied().unwrap_or(false),
            ..SheetFacts::default()
        };
        self.sheet = Some(SheetOutline {
            facts,
            frames: Vec::new(),
        });
        (self.column, self.row) = (0, 0);
    }

    fn columns(&mut self, element: &BytesStart) {
        let n = repeated(element, "number-columns-repeated", SHEET_COLUMNS);
        let (first, last) = (self.column, self.column.saturating_add(n - 1));
        self.column = last.saturating_add(1);
        let Some(sheet) = self.sheet.as_mut().filter(|_| first < SHEET_COLUMNS) else {
            return;
        };
        let style = xml::attribute(element, "style-name").unwrap_or_default();
        if let Some(width) = self.styles.widths.get(&style) {
            sheet.facts.widths_px.push((first, last, *width as u32));
        }
        if is_hidden(element) {
            sheet.facts.hidden_columns.push((first, last));
        }
    }

    fn start_row(&mut self, element: &BytesStart) {
        self.next_column = 0;
        let style = xml::attribute(element, "style-name").unwrap_or_default();
        let height = match is_hidden(element) {
            true => Some(0.0),
            false => self.styles.heights.get(&style).copied(),
        };
        if let Some(height) = height
            && self.row < SHEET_ROWS
        {
            let last = self.row.saturating_add(self.row_repeated - 1);
            self.heights.push((self.row, last, height));
        }
    }

    fn start_cell(&mut self, element: &BytesStart) {
        let n = repeated(element, "number-columns-repeated", SHEET_COLUMNS);
        let column = self.next_column;
        self.next_column = column.saturating_add(n);
        self.cell = Some(column);
        let across = repeated(element, "number-columns-spanned", SHEET_COLUMNS);
        let down = repeated(element, "number-rows-spanned", SHEET_ROWS);
        if (across > 1 || down > 1) && self.merges.len() < MERGES && column < SHEET_COLUMNS {
            self.merges.push(Region {
                first_row: self.row.saturating_add(1),
                last_row: self.row.saturating_add(down),
                first_column: column,
                last_column: column.saturating_add(across - 1),
            });
        }
    }

    fn start_frame(&mut self, element: &BytesStart) {
        let length = |name: &str| size(element, name).unwrap_or(0.0);
        let position = (length("x"), length("y"));
        let from = self.cell.map(|column| Corner {
            column: f64::from(column),
            row: f64::from(self.row),
            dx: position.0,
            dy: position.1,
        });
        self.has_object = false;
        self.frame = Some(Frame {
            place: (1, 0),
            anchored: Anchored {
                from,
                to: None,
                size: (length("width"), length("height")),
                position,
            },
            name: xml::attribute(element, "name").unwrap_or_default(),
            sources: Vec::new(),
        });
    }

    fn end(&mut self, name: &str) {
        match name {
            "table-cell" | "covered-table-cell" => self.cell = None,
            "table-row" => self.row = self.row.saturating_add(self.row_repeated),
            "binary-data" => {
                let packed = self.packed.take().unwrap_or_default();
                let packed: String = packed.split_whitespace().collect();
                let bytes = base64::engine::general_purpose::STANDARD.decode(packed);
                if let (Some(frame), Ok(bytes)) = (&mut self.frame, bytes) {
                    frame.sources.push(Source::Bytes(bytes));
                }
            }
            "frame" => {
                let frame = self.frame.take();
                // The picture of a chart is only its stand-in.
                let frame = frame.filter(|frame| !self.has_object && !frame.sources.is_empty());
                if let (Some(frame), Some(sheet)) = (frame, &mut self.sheet)
                    && sheet.frames.len() < PICTURES
                {
                    sheet.frames.push(frame);
                }
            }
            "table" => self.end_table(),
            _ => {}
        }
    }

    fn end_table(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 {
            return;
        }
        let Some(mut sheet) = self.sheet.take() else {
            return;
        };
        let widths = sheet.facts.widths_px.iter();
        let widths = widths.map(|(first, last, width)| (*first, *last, f64::from(*width)));
        let grid = Grid {
            rows: Axis::new(std::mem::take(&mut self.heights), ROW_PX),
            columns: Axis::new(widths.collect(), COLUMN_PX),
        };
        let merges = Merges::new(std::mem::take(&mut self.merges));
        for frame in &mut sheet.frames {
            let (row, column) = grid.owner(&frame.anchored);
            frame.place = match merges.region_of(row + 1, column) {
                Some(region) => (region.first_row, region.first_column),
                None => (row + 1, column),
            };
        }
        sheet.facts.merges = merges;
        self.done.sheets.push(sheet);
    }
}

impl Styles {
    fn keep(&mut self, size: Option<f64>, map: impl Fn(&mut Styles) -> &mut HashMap<String, f64>) {
        let name = self.open.clone();
        if let Some(size) = size {
            map(self).insert(name, size);
        }
    }
}

/// As LibreOffice draws columns and rows that say nothing.
const COLUMN_PX: f64 = 85.0;
const ROW_PX: f64 = 17.0;

pub fn is_hidden(element: &BytesStart) -> bool {
    xml::attribute(element, "visibility").is_some_and(|word| word != "visible")
}

/// From 1 to `most`.
pub fn repeated(element: &BytesStart, name: &str, most: u32) -> u32 {
    let told = xml::attribute(element, name).and_then(|text| text.trim().parse::<u64>().ok());
    told.unwrap_or(1).clamp(1, u64::from(most)) as u32
}

/// A length such as `2.5cm`, in pixels.
fn size(element: &BytesStart, name: &str) -> Option<f64> {
    let text = xml::attribute(element, name)?;
    let text = text.trim();
    let cut = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(cut);
    let per_inch = match unit {
        "cm" => 2.54,
        "mm" => 25.4,
        "pt" => 72.0,
        "pc" => 6.0,
        "px" => 96.0,
        _ => 1.0,
    };
    let pixels = number.parse::<f64>().ok()? * 96.0 / per_inch;
    Some(pixels.clamp(-1e7, 1e7))
}
