//! The cells of one sheet as a stream of rows, values converted by type and number format.
//!
//! Function: [`stream`]. Law: a cell is text or number by what the file says, never by its looks; memory
//! holds one row. Tests: `connectors/tests/staging.rs`.

use super::{package::corrupt, xml};
use crate::file::{
    formula_map,
    limits::{FORMULA_CHARS, SHEET_COLUMNS, SHEET_ROWS},
    manifest::Note,
    sheet::{Cell, NumberFormat, Row, RowFormula, SheetReading, read_cell},
    stage_error::StageError,
    stored::number_at,
};
use quick_xml::events::{BytesStart, Event};
use std::{collections::HashMap, io::BufRead, sync::Arc};
use table::{
    field::date,
    raw::RawCell,
    value::{Attachment, CellError},
};

/// What the cells of all sheets refer to.
#[derive(Debug, Default)]
pub struct Lookups {
    pub strings: Vec<Arc<str>>,
    pub formats: Arc<[NumberFormat]>,
    pub is_1904: bool,
    /// Pictures in cells: by `vm` (from 1) and by the id of DISPIMG.
    pub rich_values: HashMap<u32, Attachment>,
    pub wps_pictures: HashMap<String, Attachment>,
}

/// The cell being read.
#[derive(Default)]
struct Open {
    column: u32,
    kind: Kind,
    style: u32,
    vm: u32,
    value: String,
    formula: String,
    shared: Option<u32>,
    has_formula: bool,
    is_array: bool,
    is_inline: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Text,
    Bool,
    Error,
    Date,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    None,
    Value,
    Formula,
}

struct Cells<'s, 'a, 'b> {
    lookups: &'s Lookups,
    sheet: &'s mut SheetReading<'a, 'b>,
    row: Row,
    open: Open,
    part: Part,
    in_guide: bool,
    /// Shared formulas: the first cell's text, place and class.
    shared: HashMap<u32, RowFormula>,
    n_hidden_rows: u64,
}

/// Reads the sheet's XML to its last row.
pub fn stream(
    source: impl BufRead,
    lookups: &Lookups,
    sheet: &mut SheetReading,
) -> Result<(), StageError> {
    let mut reader = xml::fragment_reader(source);
    let mut buffer = Vec::new();
    let mut cells = Cells {
        lookups,
        sheet,
        row: Row::default(),
        open: Open::default(),
        part: Part::None,
        in_guide: false,
        shared: HashMap::new(),
        n_hidden_rows: 0,
    };
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(corrupt)? {
            Event::Eof => break,
            Event::Start(element) => cells.start(&element),
            Event::End(element) => match element.local_name().as_ref() {
                "c" => cells.end_cell(),
                "row" => cells.end_row()?,
                "v" | "t" | "f" => cells.part = Part::None,
                "rPh" => cells.in_guide = false,
                "sheetData" => break,
                _ => {}
            },
            event => match cells.part {
                Part::Value => xml::add_text(&mut cells.open.value, &event),
                Part::Formula => xml::add_text(&mut cells.open.formula, &event),
                Part::None => {}
            },
        }
    }
    let n = cells.n_hidden_rows;
    if n > 0 {
        cells.sheet.notes().add(Note::info(
            "hidden_rows",
            format!("原表有 {n} 行是隐藏的，也一起导入了。"),
            format!("{n} row(s) are hidden in the file; they are imported too."),
        ));
    }
    Ok(())
}

impl Cells<'_, '_, '_> {
    fn start(&mut self, element: &BytesStart) {
        match element.local_name().as_ref() {
            "row" => {
                let number = xml::number(element, "r")
                    .map_or(self.row.number.saturating_add(1), |n| n as u32);
                self.n_hidden_rows += u64::from(xml::is_true(element, "hidden"));
                self.row = Row {
                    number,
                    ..Row::default()
                };
                self.open.column = u32::MAX;
            }
            "c" => self.start_cell(element),
            // A text of its own wins over what another program left beside it.
            "is" => {
                self.open.is_inline = true;
                self.open.value.clear();
            }
            "v" if !self.open.is_inline => self.part = Part::Value,
            "t" if !self.in_guide => self.part = Part::Value,
            "rPh" => self.in_guide = true,
            "f" => {
                self.part = Part::Formula;
                self.open.has_formula = true;
                match xml::attribute(element, "t").as_deref() {
                    Some("shared") => {
                        self.open.shared = xml::number(element, "si").map(|si| si as u32)
                    }
                    Some("array" | "dataTable") => self.open.is_array = true,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn start_cell(&mut self, element: &BytesStart) {
        let next = self.open.column.wrapping_add(1);
        let mut value = std::mem::take(&mut self.open.value);
        let mut formula = std::mem::take(&mut self.open.formula);
        value.clear();
        formula.clear();
        let mut open = Open {
            column: next,
            value,
            formula,
            ..Open::default()
        };
        for attribute in element.attributes().with_checks(false).flatten() {
            let text = attribute.value.as_ref();
            match attribute.key.as_ref() {
                "r" => {
                    let place = read_cell(text);
                    open.column = place.map_or(u32::MAX - 1, |(_, column)| column);
                }
                "s" => open.style = text.parse().unwrap_or(0),
                "vm" => open.vm = text.parse().unwrap_or(0),
                "t" => {
                    open.kind = match text {
                        "s" => Kind::Shared,
                        "str" | "inlineStr" => Kind::Text,
                        "b" => Kind::Bool,
                        "e" => Kind::Error,
                        "d" => Kind::Date,
                        _ => Kind::Number,
                    };
                }
                _ => {}
            }
        }
        self.open = open;
    }

    fn end_cell(&mut self) {
        self.part = Part::None;
        if self.open.column >= SHEET_COLUMNS || !(1..=SHEET_ROWS).contains(&self.row.number) {
            self.sheet.notes().add(Note::warning(
                "outside_grid",
                "文件里有超出表格范围的单元格，没有导入。",
                "The file has cells outside the grid of a sheet; they are left out.",
            ));
            return;
        }
        if self.take_picture() {
            return;
        }
        if self.open.has_formula {
            self.take_formula();
        }
        let value = self.value();
        if !value.is_blank() {
            self.row.cells.push(Cell {
                column: self.open.column,
                value,
                format: self.open.style,
            });
        }
    }

    fn end_row(&mut self) -> Result<(), StageError> {
        let mut row = std::mem::take(&mut self.row);
        self.row.number = row.number;
        if row.cells.is_empty() {
            return Ok(());
        }
        row.put_in_order();
        self.sheet.row(row)
    }

    /// True if the cell is a picture and nothing else.
    fn take_picture(&mut self) -> bool {
        let (row, column) = (self.row.number, self.open.column);
        let rich = Some(self.open.vm)
            .filter(|vm| *vm > 0)
            .and_then(|vm| self.lookups.rich_values.get(&vm));
        let picture = rich.or_else(|| {
            let text = if self.open.formula.is_empty() {
                &self.open.value
            } else {
                &self.open.formula
            };
            self.lookups.wps_pictures.get(wps_picture_id(text)?)
        });
        if let Some(picture) = picture {
            self.sheet.add_picture(row, column, picture.clone());
            return true;
        }
        // A picture whose bytes are not in the file is no error of the sheet.
        if wps_picture_id(&self.open.value).is_some() {
            self.sheet
                .notes()
                .add_at("picture_missing", row, column, || {
                    Note::warning(
                        "picture_missing",
                        "这个单元格是图片，但文件里没有图片内容。",
                        "This cell is a picture, but the picture is not in the file.",
                    )
                });
            return true;
        }
        false
    }

    fn take_formula(&mut self) {
        let (row, column) = (self.row.number, self.open.column);
        if self.open.is_array || self.open.formula.len() > FORMULA_CHARS {
            return;
        }
        let known = self.open.shared.filter(|_| self.open.formula.is_empty());
        let formula = match known {
            Some(si) => self.shared.get(&si).cloned(),
            None => Some(RowFormula {
                column,
                class: formula_map::class(&self.open.formula, row, column),
                text: self.open.formula.as_str().into(),
                origin: (row, column),
                is_total: formula_map::is_total(&self.open.formula),
            }),
        };
        let Some(formula) = formula else { return };
        if let (Some(si), None) = (self.open.shared, known) {
            self.shared.insert(si, formula.clone());
        }
        self.row.formulas.push(RowFormula { column, ..formula });
    }

    fn value(&mut self) -> RawCell {
        let text = self.open.value.as_str();
        match self.open.kind {
            Kind::Shared => {
                let at = text.trim().parse::<usize>().ok();
                let string = at.and_then(|at| self.lookups.strings.get(at));
                string.map_or(RawCell::Blank, |text| RawCell::Text(text.clone()))
            }
            Kind::Text => RawCell::Text(xml::unescape_x(text).as_ref().into()),
            Kind::Bool => RawCell::Bool(matches!(text.trim(), "1" | "true")),
            Kind::Error => match CellError::from_code(text.trim()) {
                Some(error) => RawCell::Error(error),
                None => RawCell::Text(text.into()),
            },
            Kind::Date => match date::read(&text.replace('T', " ").replace('Z', "")) {
                Some(value) => RawCell::Date {
                    value,
                    has_time: value.fract() != 0.0,
                },
                None => RawCell::Text(text.into()),
            },
            Kind::Number => match text.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => self.number(value),
                _ if text.trim().is_empty() => RawCell::Blank,
                _ => RawCell::Text(text.into()),
            },
        }
    }

    fn number(&mut self, value: f64) -> RawCell {
        let format = self.lookups.formats.get(self.open.style as usize);
        let place = (self.row.number, self.open.column);
        number_at(self.sheet, place, value, format, self.lookups.is_1904)
    }
}

/// The id in `=DISPIMG("ID_…",1)`, as WPS writes it, with or without prefix.
pub fn wps_picture_id(text: &str) -> Option<&str> {
    // Asked of every cell: most have no bracket at all.
    memchr::memchr(b'(', text.as_bytes())?;
    let at = text.find("DISPIMG(").or_else(|| text.find("dispimg("))?;
    let before = text[..at].trim_start_matches(['=', '@']);
    if !before.is_empty() && !before.eq_ignore_ascii_case("_xlfn.") {
        return None;
    }
    let rest = text[at + 8..].trim_start().strip_prefix('"')?;
    rest.split('"').next()
}
