//! A template filled: rows repeated, placeholders replaced, formulas moved, pictures put in.
//!
//! Function: [`fill`]. Law: only cells with placeholders and formulas are made anew; every other part of the workbook is
//! written back as it was, but for what names rows below repeated ones. Tests: `connectors/tests/document.rs`.

use super::{
    Filled, Note, Request, around, barcode, calc,
    drawing::{self, Geometry, Placed},
    error::TemplateError,
    limits::{PICTURES_PER_CELL, SHEET_ROWS},
    pictures::Pictures,
    plan::{CellPlan, PlannedBlock, SheetPlan},
    reference::{Range, cell_name},
    rows::{Block, Home, RowMap, moved},
    sheet::{Book, Cell, Row, Run, Sheet},
    styles::Styles,
    values::{Data, Line, Shown, Value},
    xml::{Element, Node},
};
use std::collections::HashMap;

/// Characters of one cell.
const CELL_CHARS: usize = 32_767;

struct Filler<'a> {
    data: Data<'a>,
    maps: HashMap<String, RowMap>,
    styles: Styles,
    notes: Vec<Note>,
}

/// Pictures wait until all rows have their place.
struct Waiting {
    cell: (u32, u32),
    what: Value,
}

/// A copy of a row: its new number, the block's copy, and the records in it.
struct Place<'a> {
    row: u32,
    copy: Option<(Block, u32)>,
    /// Of the first, second, … record of the copy; absent where there is none any more.
    lines: &'a dyn Fn(u32) -> Option<Line>,
}

pub fn fill(
    mut book: Book,
    plans: &[SheetPlan],
    request: &Request<'_>,
) -> Result<Filled, TemplateError> {
    let data = Data {
        snapshot: request.snapshot,
        table: request.table,
        records: request.records,
        now: request.now,
    };
    let mut maps = HashMap::new();
    let mut lines = Vec::new();
    for (sheet, plan) in book.sheets.iter().zip(plans) {
        let of_blocks: Vec<Vec<Line>> = plan
            .blocks
            .iter()
            .map(|block| data.lines(&block.source))
            .collect();
        maps.insert(
            sheet.name.to_lowercase(),
            row_map(sheet, &plan.blocks, &of_blocks)?,
        );
        lines.push(of_blocks);
    }
    let styles = Styles::read(&book.package, &book.part)?;
    let mut filler = Filler {
        data,
        maps,
        styles,
        notes: Vec::new(),
    };
    let mut pictures = Pictures::new(request.blobs);
    for index in 0..book.sheets.len() {
        let waiting = filler.sheet(&mut book, index, &plans[index], &lines[index]);
        let placed = placed(&mut book, index, waiting, &filler.maps, &mut pictures);
        let Book {
            package, sheets, ..
        } = &mut book;
        let sheet = &mut sheets[index];
        let map = filler
            .maps
            .get(&sheet.name.to_lowercase())
            .cloned()
            .unwrap_or_default();
        if !map.is_still() {
            around::move_related(package, sheet, &map, &filler.maps)?;
        }
        around::move_sheet(sheet, &map, &filler.maps);
        drawing::place(package, sheet, placed)?;
    }
    around::move_workbook(&mut book, &filler.maps)?;
    filler.styles.write(&mut book.package);
    filler.notes.extend(pictures.notes());
    filler.notes.extend(calc::compute(&mut book, request.now));
    let Book {
        mut package,
        sheets,
        ..
    } = book;
    for mut sheet in sheets {
        let bytes = sheet.bytes();
        package.put(&sheet.part, bytes);
    }
    Ok(Filled {
        bytes: package.bytes()?,
        notes: filler.notes,
    })
}

fn row_map(
    sheet: &Sheet,
    blocks: &[PlannedBlock],
    lines: &[Vec<Line>],
) -> Result<RowMap, TemplateError> {
    let made = blocks.iter().zip(lines).map(|(block, lines)| Block {
        first: block.first,
        last: block.last,
        copies: lines.len().div_ceil(block.nth as usize).max(1) as u32,
    });
    let map = RowMap {
        blocks: made.collect(),
    };
    let last = sheet.rows.last().map_or(1, |row| row.number);
    let added: u64 = map
        .blocks
        .iter()
        .map(|block| u64::from(block.copies - 1) * u64::from(block.height()))
        .sum();
    let n_rows = u64::from(last) + added;
    match n_rows > SHEET_ROWS {
        true => Err(TemplateError::TooManyRows {
            sheet: sheet.name.clone(),
            n_rows,
        }),
        false => Ok(map),
    }
}

impl Filler<'_> {
    fn sheet(
        &mut self,
        book: &mut Book,
        index: usize,
        plan: &SheetPlan,
        lines: &[Vec<Line>],
    ) -> Vec<Waiting> {
        let rows = std::mem::take(&mut book.sheets[index].rows);
        let name = book.sheets[index].name.clone();
        let map = self
            .maps
            .get(&name.to_lowercase())
            .cloned()
            .unwrap_or_default();
        let root = self.data.records.first().map(|root| Line {
            root: *root,
            record: None,
            number: 1,
        });
        let (mut out, mut waiting) = (Vec::with_capacity(rows.len()), Vec::new());
        let mut at = 0;
        while at < rows.len() {
            let number = rows[at].number;
            let Some(n) = map.blocks.iter().position(|block| block.holds(number)) else {
                let place = Place {
                    row: map.first(number),
                    copy: None,
                    lines: &|_| root,
                };
                out.push(self.row(&rows[at], plan, &name, &place, &mut waiting));
                at += 1;
                continue;
            };
            let block = map.blocks[n];
            let n_rows = rows[at..]
                .iter()
                .take_while(|row| block.holds(row.number))
                .count();
            let per_copy = plan.blocks[n].nth as usize;
            for k in 0..block.copies {
                let of_copy = |nth: u32| {
                    lines[n]
                        .get(k as usize * per_copy + nth as usize - 1)
                        .copied()
                };
                for row in &rows[at..at + n_rows] {
                    let place = Place {
                        row: map.copy(block, k, row.number),
                        copy: Some((block, k)),
                        lines: &of_copy,
                    };
                    out.push(self.row(row, plan, &name, &place, &mut waiting));
                }
            }
            at += n_rows;
        }
        book.sheets[index].rows = out;
        waiting
    }

    fn row(
        &mut self,
        row: &Row,
        plan: &SheetPlan,
        sheet: &str,
        place: &Place,
        waiting: &mut Vec<Waiting>,
    ) -> Row {
        let mut made = row.clone();
        let mut grows = false;
        for cell in &mut made.cells {
            let at = (row.number, cell.col);
            if let Some(f) = cell.element.child_mut("f") {
                let home = Home {
                    sheet,
                    copy: place.copy,
                };
                let text = moved(&f.text(), home, &self.maps);
                f.set_text(text);
                if let Some(range) = f.attribute("ref").and_then(super::reference::parse_range) {
                    let by = place.row - row.number;
                    let range = Range {
                        first_row: range.first_row + by,
                        last_row: range.last_row + by,
                        ..range
                    };
                    f.set("ref", range.name());
                }
            } else if let Some(plan) = plan.cells.get(&at) {
                let style = cell.element.number("s").unwrap_or_default() as usize;
                grows |= self.styles.wraps(style);
                self.cell(cell, plan, place, waiting);
            }
        }
        // A program that opens the document finds the height that the text needs now.
        if grows && !made.element.is_true("customHeight") {
            made.element.remove("ht");
        }
        made.renumber(place.row);
        made
    }

    fn cell(
        &mut self,
        cell: &mut Cell,
        plan: &CellPlan,
        place: &Place,
        waiting: &mut Vec<Waiting>,
    ) {
        let shown: Vec<Shown> = plan
            .places
            .iter()
            .map(|(_, binding)| match (place.lines)(binding.nth) {
                Some(line) => self.data.shown(binding, &line),
                None => Shown::blank(),
            })
            .collect();
        let whole: usize = plan.runs.iter().map(|run| run.text.trim().len()).sum();
        let element = &mut cell.element;
        element.children.clear();
        element.remove("t");
        let alone = match (plan.places.as_slice(), shown.as_slice()) {
            ([(range, _)], [only]) if range.len() == whole => Some(only),
            _ => None,
        };
        // Pictures among words stand over the cell all the same; the words stay.
        for (shown, _) in shown.iter().zip(&plan.places) {
            if matches!(shown.value, Value::Pictures(_) | Value::Barcode(..)) {
                waiting.push(Waiting {
                    cell: (cell.col, place.row),
                    what: shown.value.clone(),
                });
            }
        }
        match alone.map(|shown| &shown.value) {
            Some(Value::Blank | Value::Pictures(_) | Value::Barcode(..)) => {}
            Some(Value::Number(value)) => {
                if let Some(format) = alone.and_then(|shown| shown.format.as_deref()) {
                    let style = element.number("s").unwrap_or_default() as usize;
                    let style = self.styles.with_format(style, format);
                    element.set("s", style);
                }
                set_value(element, None, &value.to_string());
            }
            Some(Value::Bool(flag)) => set_value(element, Some("b"), if *flag { "1" } else { "0" }),
            Some(Value::Text(_)) | None => {
                let texts: Vec<String> = shown.iter().map(text_of).collect();
                let runs = replaced(plan, &texts);
                // Spaces between values that are not there.
                if runs.iter().any(|run| !run.text.trim().is_empty()) {
                    set_text(element, runs);
                }
            }
        }
    }
}

/// Pictures say nothing within a text.
fn text_of(shown: &Shown) -> String {
    match shown.value {
        Value::Pictures(_) | Value::Barcode(..) => String::new(),
        _ => shown.text.clone(),
    }
}

fn set_value(cell: &mut Element, kind: Option<&str>, value: &str) {
    if let Some(kind) = kind {
        cell.set("t", kind);
    }
    let v = Element::new(&format!("{}v", cell.prefix())).saying(value);
    cell.children.push(Node::Element(v));
}

/// The pieces with values in place of placeholders; a value has the look of the piece in which its placeholder begins.
fn replaced(plan: &CellPlan, texts: &[String]) -> Vec<Run> {
    let mut out = Vec::new();
    let mut from = 0;
    for run in &plan.runs {
        let to = from + run.text.len();
        let mut text = String::new();
        let mut at = from;
        for ((range, _), value) in plan.places.iter().zip(texts) {
            if range.start < to && range.end > from {
                text.push_str(&run.text[at.max(from) - from..range.start.max(at) - from]);
                if range.start >= from {
                    text.push_str(value);
                }
                at = range.end.min(to).max(at);
            }
        }
        text.push_str(&run.text[at.min(to) - from..]);
        out.push(Run {
            properties: run.properties.clone(),
            text,
        });
        from = to;
    }
    out
}

fn set_text(cell: &mut Element, runs: Vec<Run>) {
    let prefix = cell.prefix().to_string();
    let said = |text: &str| {
        let clean: String = text
            .chars()
            .filter(|c| {
                *c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\n' | '\t')
            })
            .take(CELL_CHARS)
            .collect();
        Element::new(&format!("{prefix}t"))
            .with("xml:space", "preserve")
            .saying(clean)
    };
    let mut is = Element::new(&format!("{prefix}is"));
    match runs.as_slice() {
        [run] if run.properties.is_none() => is = is.holding(said(&run.text)),
        runs => {
            for run in runs.iter().filter(|run| !run.text.is_empty()) {
                let mut piece = Element::new(&format!("{prefix}r"));
                if let Some(properties) = &run.properties {
                    piece = piece.holding(properties.clone());
                }
                is = is.holding(piece.holding(said(&run.text)));
            }
        }
    }
    cell.set("t", "inlineStr");
    cell.children.push(Node::Element(is));
}

/// The pictures with their cells, merged ones whole.
fn placed(
    book: &mut Book,
    index: usize,
    waiting: Vec<Waiting>,
    maps: &HashMap<String, RowMap>,
    pictures: &mut Pictures<'_>,
) -> Vec<Placed> {
    if waiting.is_empty() {
        return Vec::new();
    }
    let sheet = &book.sheets[index];
    let map = maps
        .get(&sheet.name.to_lowercase())
        .cloned()
        .unwrap_or_default();
    let merges: HashMap<(u32, u32), Range> = around::moved_merges(sheet, &map)
        .into_iter()
        .map(|range| ((range.first_col, range.first_row), range))
        .collect();
    let geometry = Geometry::of(sheet);
    let mut all = Vec::new();
    for Waiting {
        cell: (col, row),
        what,
    } in waiting
    {
        let cells = merges.get(&(col, row)).copied().unwrap_or(Range {
            first_col: col,
            first_row: row,
            last_col: col,
            last_row: row,
        });
        let at = format!("{}!{}", sheet.name, cell_name(col, row));
        match what {
            Value::Barcode(code, symbology) => {
                let (width, height) = geometry.size_px(cells);
                let drawn = barcode::png(&code, symbology, width / height.max(1.0));
                if let Some((bytes, size)) = drawn.and_then(|bytes| pictures.own(bytes)) {
                    all.push(Placed {
                        cells,
                        share: (0, 1),
                        bytes,
                        width_px: size.0,
                        height_px: size.1,
                        name: code,
                    });
                }
            }
            Value::Pictures(files) => {
                let shown = &files[..files.len().min(PICTURES_PER_CELL)];
                for (n, file) in shown.iter().enumerate() {
                    if let Some((bytes, size)) = pictures.of(file, &at) {
                        all.push(Placed {
                            cells,
                            share: (n, shown.len()),
                            bytes,
                            width_px: size.0,
                            height_px: size.1,
                            name: file.name.to_string(),
                        });
                    }
                }
            }
            _ => {}
        }
    }
    all
}
