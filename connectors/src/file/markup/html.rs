//! Tables of web pages, as many systems export them under the name "xls".
//!
//! Function: [`read`]. Every table that holds no other table is a sheet. Law: cells are texts unless the page
//! says what number stands behind one; pictures come only from the page itself. Tests: `connectors/tests/markup.rs`.

use super::html_tokens::{Token, Tokens, attribute, unescape};
use crate::file::{
    limits::{COLUMNS, MERGES, PICTURE_BYTES, SHEET_ROWS, SHEETS},
    manifest::Note,
    package_extras::PictureStore,
    sheet::{
        Cell, FinishedSheet, Merges, NumberFormat, Region, Row, SheetFacts, SheetReading, StageRun,
    },
    stage::Found,
    stage_error::{StageError, StageErrorCode},
    stored::number_at,
};
use base64::Engine;
use std::{collections::BTreeMap, path::Path};
use table::{
    field::date,
    raw::RawCell,
    value::{Attachment, CellError},
};

/// Tables within tables.
const DEPTH: usize = 64;
const PERCENT: u32 = 1;

pub fn read(text: &str, file_name: &str, run: &mut StageRun) -> Result<Found, StageError> {
    let mut page = Page {
        store: PictureStore::new(run.into),
        open: Vec::new(),
        done: Vec::new(),
        n_linked: 0,
    };
    for token in Tokens::new(text) {
        page.token(token)?;
    }
    while !page.open.is_empty() {
        page.end_table();
    }
    let mut notes = page.notes();
    let done: Vec<Grid> = page.done.into_iter().filter(Grid::holds_cells).collect();
    if done.is_empty() {
        return Err(StageErrorCode::NotATable.because("a page without a table"));
    }
    let stem = Path::new(file_name).file_stem().unwrap_or_default();
    let names = names(text, &done, &stem.to_string_lossy());
    let mut sheets = Vec::new();
    for (grid, name) in done.into_iter().zip(names).take(SHEETS) {
        sheets.extend(grid.finish(name, run)?);
    }
    notes.extend(page.store.into_notes());
    Ok(Found {
        format: "html",
        encoding: None,
        sheets,
        notes,
    })
}

/// Sheet names as Excel hides them in a comment, if there is one for each; else captions and numbers.
fn names(text: &str, grids: &[Grid], stem: &str) -> Vec<String> {
    let told: Vec<String> = text
        .split("<x:Name>")
        .skip(1)
        .filter_map(|rest| rest.split_once("</x:Name>"))
        .map(|(name, _)| unescape(name.trim()).into_owned())
        .collect();
    if told.len() == grids.len() {
        return told;
    }
    let name = |(at, grid): (usize, &Grid)| match (grid.caption.as_str(), at) {
        ("", 0) => stem.to_string(),
        ("", at) => format!("{stem} {}", at + 1),
        (caption, _) => caption.to_string(),
    };
    grids.iter().enumerate().map(name).collect()
}

struct Page {
    store: PictureStore,
    /// Open tables, the innermost last.
    open: Vec<Grid>,
    done: Vec<Grid>,
    n_linked: u64,
}

/// One table while it is read.
#[derive(Default)]
struct Grid {
    rows: Vec<Row>,
    row: Option<Row>,
    cell: Option<Open>,
    merges: Vec<Region>,
    pictures: BTreeMap<u32, Vec<(u32, Attachment)>>,
    /// Columns that a cell of an earlier row reaches down into, with the last such row.
    taken: BTreeMap<u32, u32>,
    caption: String,
    in_caption: bool,
    n_rows: u32,
    /// Behind the last cell of this row, filled or blank.
    next_column: u32,
    holds_table: bool,
}

/// The cell being read.
#[derive(Default)]
struct Open {
    column: u32,
    text: String,
    number: Option<f64>,
    flag: Option<bool>,
    is_error: bool,
}

impl Page {
    fn token(&mut self, token: Token) -> Result<(), StageError> {
        match token {
            Token::Start(name, attributes) => self.start(&name, attributes),
            Token::End(name) => {
                self.end(&name);
                Ok(())
            }
            Token::Text(text) => {
                if let Some(grid) = self.open.last_mut() {
                    grid.text(text);
                }
                Ok(())
            }
        }
    }

    fn start(&mut self, name: &str, attributes: &str) -> Result<(), StageError> {
        if name == "table" {
            if let Some(outer) = self.open.last_mut() {
                outer.holds_table = true;
            }
            if self.open.len() < DEPTH {
                self.open.push(Grid::default());
            }
            return Ok(());
        }
        if name == "img" {
            return self.picture(attributes);
        }
        if let Some(grid) = self.open.last_mut() {
            match name {
                "tr" => grid.start_row(),
                "td" | "th" => grid.start_cell(attributes),
                "caption" => grid.in_caption = true,
                "br" | "p" | "div" | "li" | "h1" | "h2" | "h3" | "h4" => grid.new_line(),
                _ => {}
            }
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        if name == "table" {
            self.end_table();
        } else if let Some(grid) = self.open.last_mut() {
            match name {
                "tr" | "thead" | "tbody" | "tfoot" => grid.end_row(),
                "td" | "th" => grid.end_cell(),
                "caption" => grid.in_caption = false,
                "p" | "div" | "li" => grid.new_line(),
                _ => {}
            }
        }
    }

    fn end_table(&mut self) {
        if let Some(mut grid) = self.open.pop() {
            grid.end_row();
            grid.caption = clean(&grid.caption);
            self.done.push(grid);
        }
    }

    /// A picture that the page carries itself; links are counted, never followed.
    fn picture(&mut self, attributes: &str) -> Result<(), StageError> {
        let Some(grid) = self.open.last_mut() else {
            return Ok(());
        };
        let Some(column) = grid.cell.as_ref().map(|cell| cell.column) else {
            return Ok(());
        };
        let source = attribute(attributes, "src").unwrap_or_default();
        let Some((_, packed)) = source
            .strip_prefix("data:image/")
            .and_then(|rest| rest.split_once("base64,"))
        else {
            self.n_linked += 1;
            return Ok(());
        };
        if packed.len() as u64 > 2 * PICTURE_BYTES {
            return Ok(());
        }
        let packed: String = packed.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed);
        let bytes = bytes.unwrap_or_default();
        let key = format!("page:{}", blake3::hash(&bytes).to_hex());
        let name = attribute(attributes, "alt").unwrap_or_default();
        if let Some(picture) = self.store.take_bytes(&key, bytes, &name)? {
            let row = grid.pictures.entry(grid.n_rows).or_default();
            row.push((column, picture));
        }
        Ok(())
    }

    fn notes(&self) -> Vec<Note> {
        let n = self.n_linked;
        if n == 0 {
            return Vec::new();
        }
        vec![Note::info(
            "pictures_linked",
            format!("有 {n} 张图片只是网址，文件里没有图片内容，没有下载。"),
            format!("{n} picture(s) are only links to other places; they are not fetched."),
        )]
    }
}

impl Grid {
    fn holds_cells(&self) -> bool {
        let is_layout = self.holds_table && self.rows.len() < 2;
        !is_layout
            && (self.rows.iter().any(|row| !row.cells.is_empty()) || !self.pictures.is_empty())
    }

    fn start_row(&mut self) {
        self.end_row();
        self.n_rows = self.n_rows.saturating_add(1);
        self.next_column = 0;
        self.taken.retain(|_, last| *last >= self.n_rows);
        self.row = Some(Row {
            number: self.n_rows,
            ..Row::default()
        });
    }

    fn end_row(&mut self) {
        self.end_cell();
        if let Some(row) = self.row.take()
            && row.number <= SHEET_ROWS
        {
            self.rows.push(row);
        }
    }

    fn start_cell(&mut self, attributes: &str) {
        self.end_cell();
        if self.row.is_none() {
            self.start_row();
        }
        let mut column = self.next_column;
        while self.taken.contains_key(&column) {
            column += 1;
        }
        let span = |name: &str, most: u32| {
            let text = attribute(attributes, name).unwrap_or_default();
            let digits: String = text
                .trim()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            digits.parse().unwrap_or(1u32).clamp(1, most)
        };
        let (across, down) = (span("colspan", 1000), span("rowspan", 65_534));
        let last_row = self.n_rows.saturating_add(down - 1);
        if across * down > 1 && self.merges.len() < MERGES {
            self.merges.push(Region {
                first_row: self.n_rows,
                last_row,
                first_column: column,
                last_column: column + across - 1,
            });
        }
        self.next_column = column + across;
        if down > 1 && (column as usize) < 2 * COLUMNS {
            self.taken
                .extend((column..column + across).map(|column| (column, last_row)));
        }
        let number = attribute(attributes, "x:num").or_else(|| attribute(attributes, "sdval"));
        let flag = attribute(attributes, "x:bool");
        self.cell = Some(Open {
            column,
            number: number.and_then(|text| text.trim().parse().ok()),
            flag: flag.map(|flag| flag.eq_ignore_ascii_case("true")),
            is_error: attribute(attributes, "x:err").is_some(),
            text: String::new(),
        });
    }

    fn end_cell(&mut self) {
        let Some(open) = self.cell.take() else { return };
        let Some(row) = &mut self.row else { return };
        let text = clean(&open.text);
        let (value, format) = value(&open, text);
        if !value.is_blank() {
            row.cells.push(Cell {
                column: open.column,
                value,
                format,
            });
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_caption {
            self.caption.push_str(&unescape(text));
        } else if let Some(cell) = &mut self.cell {
            for c in unescape(text).chars() {
                let is_blank = c.is_whitespace();
                let is_more = cell.text.ends_with([' ', '\n']);
                match is_blank {
                    true if is_more => {}
                    true => cell.text.push(' '),
                    false => cell.text.push(c),
                }
            }
        }
    }

    fn new_line(&mut self) {
        if let Some(cell) = &mut self.cell
            && !cell.text.is_empty()
        {
            cell.text.push('\n');
        }
    }

    fn finish(self, name: String, run: &mut StageRun) -> Result<Vec<FinishedSheet>, StageError> {
        let facts = SheetFacts {
            name,
            merges: Merges::new(self.merges),
            pictures: self.pictures,
            formats: vec![NumberFormat::new(0, None), NumberFormat::new(10, None)].into(),
            ..SheetFacts::default()
        };
        let mut sheet = SheetReading::new(run, facts);
        for mut row in self.rows {
            row.put_in_order();
            for cell in &mut row.cells {
                if let RawCell::Number { value, .. } = &cell.value {
                    let place = (row.number, cell.column);
                    cell.value = number_at(&mut sheet, place, *value, None, false);
                }
            }
            sheet.row(row)?;
        }
        sheet.finish()
    }
}

/// What the page says of the cell, and the place of its format.
fn value(open: &Open, text: String) -> (RawCell, u32) {
    if let Some(flag) = open.flag {
        return (RawCell::Bool(flag), 0);
    }
    if open.is_error
        && let Some(error) = CellError::from_code(&text)
    {
        return (RawCell::Error(error), 0);
    }
    let Some(value) = open.number.filter(|value| value.is_finite()) else {
        return (RawCell::Text(text.into()), 0);
    };
    let has_time = value.fract() != 0.0;
    // The number of a date is its day; a code shows more digits than its number has.
    if date::read(&text).is_some_and(|day| day.floor() == value.floor()) {
        return (RawCell::Date { value, has_time }, 0);
    }
    let is_code =
        text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    if is_code || text.contains(':') {
        return (RawCell::Text(text.into()), 0);
    }
    let format = if text.ends_with('%') { PERCENT } else { 0 };
    (RawCell::Number { value, shown: None }, format)
}

/// Lines without blanks around them, none of them empty.
fn clean(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}
