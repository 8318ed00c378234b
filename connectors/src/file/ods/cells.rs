//! The rows of one OpenDocument table as a stream.
//!
//! Function: [`stream`]. Law: a cell is what its value type says; the shown text counts only where it says
//! more, as leading zeros do. Memory holds one row. Tests: `connectors/tests/ods.rs`.

use super::{
    broken,
    outline::{CURRENCIES, FIRST_CURRENCY, PERCENT, PERCENT_DECIMALS, is_hidden, repeated},
};
use crate::file::{
    limits::{SHEET_COLUMNS, SHEET_ROWS},
    manifest::Note,
    sheet::{Cell, FinishedSheet, NumberFormat, Row, SheetFacts, SheetReading, StageRun},
    stage_error::{StageError, StageErrorCode},
    stored::{date_cell, number_at, number_cell},
    xlsx::xml,
};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use std::io::BufRead;
use table::{raw::RawCell, value::CellError};

/// Cells that a file may make of few by repeating them.
const REPEATED_CELLS: u64 = 10_000_000;

/// What is left of them.
pub struct Budget(u64);

impl Default for Budget {
    fn default() -> Budget {
        Budget(REPEATED_CELLS)
    }
}

/// The cell being read.
#[derive(Default)]
struct Open {
    column: u32,
    repeated: u32,
    kind: String,
    value: String,
    currency: String,
    has_formula: bool,
    text: String,
    n_paragraphs: u32,
}

struct Cells<'a, 'b> {
    sheet: SheetReading<'a, 'b>,
    row: Row,
    row_repeated: u32,
    next_row: u32,
    next_column: u32,
    open: Option<Open>,
    in_paragraph: bool,
    /// Inside something of a cell that is not its text: a comment, a drawing, a table.
    aside: u32,
    n_hidden_rows: u64,
}

/// Reads to the end of the table.
pub fn stream<R: BufRead>(
    reader: &mut Reader<R>,
    facts: SheetFacts,
    budget: &mut Budget,
    run: &mut StageRun,
) -> Result<Vec<FinishedSheet>, StageError> {
    let mut cells = Cells {
        sheet: SheetReading::new(run, facts),
        row: Row::default(),
        row_repeated: 1,
        next_row: 1,
        next_column: 0,
        open: None,
        in_paragraph: false,
        aside: 0,
        n_hidden_rows: 0,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Eof => break,
            Event::Start(element) => cells.start(&element),
            Event::End(element) => {
                let is_end = cells.end(element.local_name().as_ref(), budget)?;
                if is_end {
                    break;
                }
            }
            event => {
                if let Some(open) = cells.open.as_mut().filter(|_| cells.in_paragraph) {
                    xml::add_text(&mut open.text, &event);
                }
            }
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
    cells.sheet.finish()
}

fn is_aside(name: &str) -> bool {
    matches!(
        name,
        "annotation" | "frame" | "table" | "shapes" | "g" | "custom-shape" | "tracked-changes"
    )
}

impl Cells<'_, '_> {
    fn start(&mut self, element: &BytesStart) {
        let name = element.local_name();
        let name = name.as_ref();
        if is_aside(name) {
            self.aside += 1;
        }
        if self.aside > 0 {
            return;
        }
        match name {
            "table-row" => {
                self.row_repeated = repeated(element, "number-rows-repeated", SHEET_ROWS);
                self.n_hidden_rows += u64::from(is_hidden(element) && self.row_repeated < 100_000);
                self.row = Row {
                    number: self.next_row,
                    ..Row::default()
                };
                self.next_row = self.next_row.saturating_add(self.row_repeated);
                self.next_column = 0;
            }
            "table-cell" | "covered-table-cell" => self.start_cell(element),
            "p" | "h" => {
                if let Some(open) = &mut self.open {
                    if open.n_paragraphs > 0 {
                        open.text.push('\n');
                    }
                    open.n_paragraphs += 1;
                    self.in_paragraph = true;
                }
            }
            "s" | "tab" | "line-break" => {
                let n = repeated(element, "c", 1000) as usize;
                if let Some(open) = self.open.as_mut().filter(|_| self.in_paragraph) {
                    match name {
                        "s" => open.text.extend(std::iter::repeat_n(' ', n)),
                        "tab" => open.text.push('\t'),
                        _ => open.text.push('\n'),
                    }
                }
            }
            _ => {}
        }
    }

    fn start_cell(&mut self, element: &BytesStart) {
        let repeated = repeated(element, "number-columns-repeated", SHEET_COLUMNS);
        let mut open = Open {
            column: self.next_column,
            repeated,
            ..Open::default()
        };
        self.next_column = self.next_column.saturating_add(repeated);
        let mut is_error = false;
        for attribute in element.attributes().with_checks(false).flatten() {
            let key = attribute.key.local_name();
            let text = || attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            let text = || text().map(|text| text.into_owned()).unwrap_or_default();
            match key.as_ref() {
                "value-type" => {
                    let kind = text();
                    is_error |= kind == "error";
                    if open.kind.is_empty() {
                        open.kind = kind;
                    }
                }
                "value" | "date-value" | "time-value" | "boolean-value" | "string-value" => {
                    open.value = text();
                }
                "currency" => open.currency = text(),
                "formula" => open.has_formula = true,
                _ => {}
            }
        }
        if is_error {
            open.kind = "error".into();
        }
        self.open = Some(open);
    }

    /// True at the end of the table.
    fn end(&mut self, name: &str, budget: &mut Budget) -> Result<bool, StageError> {
        if name == "table" && self.aside == 0 {
            return Ok(true);
        }
        if is_aside(name) {
            self.aside = self.aside.saturating_sub(1);
        }
        if self.aside > 0 {
            return Ok(false);
        }
        match name {
            "p" | "h" => self.in_paragraph = false,
            "table-cell" | "covered-table-cell" => self.end_cell(budget)?,
            "table-row" => self.end_row(budget)?,
            _ => {}
        }
        Ok(false)
    }

    fn end_cell(&mut self, budget: &mut Budget) -> Result<(), StageError> {
        self.in_paragraph = false;
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        if open.column >= SHEET_COLUMNS || self.row.number > SHEET_ROWS {
            return Ok(());
        }
        let (value, format) = self.value(&open);
        if value.is_blank() {
            return Ok(());
        }
        let last = open.column.saturating_add(open.repeated).min(SHEET_COLUMNS);
        budget.spend(u64::from(last - open.column) - 1)?;
        for column in open.column..last {
            self.row.cells.push(Cell {
                column,
                value: value.clone(),
                format,
            });
        }
        Ok(())
    }

    fn end_row(&mut self, budget: &mut Budget) -> Result<(), StageError> {
        let row = std::mem::take(&mut self.row);
        if row.cells.is_empty() || row.number > SHEET_ROWS {
            return Ok(());
        }
        let last = row
            .number
            .saturating_add(self.row_repeated)
            .min(SHEET_ROWS + 1);
        budget.spend(u64::from(last - row.number - 1) * row.cells.len() as u64)?;
        for number in row.number + 1..last {
            let again = Row {
                number: number - 1,
                ..row.clone()
            };
            self.sheet.row(again)?;
        }
        self.sheet.row(Row {
            number: last - 1,
            ..row
        })
    }

    /// The value and the place of its format.
    fn value(&mut self, open: &Open) -> (RawCell, u32) {
        let place = (self.row.number, open.column);
        let shown = open.text.trim();
        let number = open
            .value
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|n| n.is_finite());
        let plain = |value: RawCell| (value, 0);
        match (open.kind.as_str(), number) {
            ("float", Some(value)) if is_code(shown, value) => plain(RawCell::Number {
                value,
                shown: Some(shown.into()),
            }),
            ("float", Some(value)) => plain(number_at(&mut self.sheet, place, value, None, false)),
            ("percentage", Some(value)) => {
                let has_decimals = shown.contains(['.', ',']);
                let format = if has_decimals {
                    PERCENT_DECIMALS
                } else {
                    PERCENT
                };
                (RawCell::Number { value, shown: None }, format)
            }
            ("currency", Some(value)) => {
                let known = CURRENCIES
                    .iter()
                    .position(|(code, _)| *code == open.currency);
                let format = known.map_or(0, |at| FIRST_CURRENCY + at as u32);
                (RawCell::Number { value, shown: None }, format)
            }
            ("boolean", _) => plain(RawCell::Bool(open.value.trim() == "true")),
            ("date", _) => {
                plain(date_cell(&open.value).unwrap_or_else(|| RawCell::Text(shown.into())))
            }
            ("time", _) => {
                let format = NumberFormat::new(46, None);
                let days = duration(&open.value);
                let cell = days.map(|days| number_cell(days, Some(&format), false));
                plain(cell.unwrap_or_else(|| RawCell::Text(shown.into())))
            }
            ("error", _) => plain(RawCell::Error(error(shown))),
            ("string", _) if open.has_formula && is_error(shown) => {
                plain(RawCell::Error(error(shown)))
            }
            _ if open.n_paragraphs == 0 => plain(RawCell::Text(open.value.as_str().into())),
            _ => plain(RawCell::Text(open.text.as_str().into())),
        }
    }
}

impl Budget {
    fn spend(&mut self, n: u64) -> Result<(), StageError> {
        match self.0.checked_sub(n) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(StageErrorCode::TooManyCells.because("repeated cells")),
        }
    }
}

/// Digits with zeros in front, as a code is shown.
fn is_code(shown: &str, value: f64) -> bool {
    shown.len() > 1
        && shown.starts_with('0')
        && shown.bytes().all(|byte| byte.is_ascii_digit())
        && shown.parse() == Ok(value)
}

fn is_error(shown: &str) -> bool {
    CellError::from_code(shown).is_some() || shown.starts_with("Err:")
}

/// LibreOffice has errors of its own, e.g. `Err:502`.
fn error(shown: &str) -> CellError {
    CellError::from_code(shown).unwrap_or(CellError::Value)
}

/// `PT10H10M10.5S` in days.
fn duration(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let rest = rest.strip_prefix('P')?;
    let (days, clock) = rest.split_once('T').unwrap_or((rest, ""));
    let mut total = 0.0;
    for (text, units) in [
        (days, [('D', 86_400.0)].as_slice()),
        (clock, &[('H', 3600.0), ('M', 60.0), ('S', 1.0)]),
    ] {
        let mut rest = text;
        while let Some(end) = rest.find(|c: char| c.is_ascii_alphabetic()) {
            let unit = rest[end..].chars().next()?;
            let (_, seconds) = units.iter().find(|(name, _)| *name == unit)?;
            total += rest[..end].parse::<f64>().ok()? * seconds;
            rest = &rest[end + 1..];
        }
    }
    total.is_finite().then_some(sign * total / 86_400.0)
}
