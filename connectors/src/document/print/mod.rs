//! A workbook as a page for the browser's print: the sheet that is in front, as it would come out of Excel.
//!
//! Functions: [`page`], [`pages`]. In: the bytes of (filled) workbooks; out: one HTML text without scripts or addresses, pictures
//! within it. Law: every text is escaped; the page's size, margins, titles, breaks and footers are the sheet's own.
//! Not drawn: charts, conditional formats, text boxes. Tests: `connectors/tests/document.rs`.

mod look;
mod paper;

use super::{
    TemplateError,
    calc::{Value, stored},
    drawing::{EMU, Geometry},
    limits::PRINT_ROWS,
    reference::Range,
    sheet::{Book, Cell, Run, Sheet},
    xml::Element,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use look::Looks;
use paper::Paper;
use quick_xml::escape::escape;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write,
};

/// The page of a workbook's sheet in front.
pub fn page(bytes: &[u8]) -> Result<String, TemplateError> {
    pages(&[bytes.to_vec()])
}

/// Several workbooks one after another, each on a new page; the paper is the first one's.
pub fn pages(books: &[Vec<u8>]) -> Result<String, TemplateError> {
    let mut css = CSS.to_string();
    let (mut title, mut body) = (String::new(), String::new());
    for (n, bytes) in books.iter().enumerate() {
        let one = one(bytes, n)?;
        if n == 0 {
            css.push_str(&one.page_css);
            title = one.title;
        }
        css.push_str(&one.css);
        body.push_str(&one.body);
    }
    Ok(format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{}</title><style>{css}</style></head><body>{body}</body></html>",
        escape(title.as_str())
    ))
}

struct One {
    title: String,
    page_css: String,
    css: String,
    body: String,
}

/// A workbook as the `n`-th of the page.
fn one(bytes: &[u8], n: usize) -> Result<One, TemplateError> {
    let book = Book::read(bytes)?;
    let workbook = book.package.xml(&book.part)?.root;
    let views = workbook
        .child("bookViews")
        .and_then(|views| views.elements().next());
    let front = views.and_then(|view| view.number("activeTab"));
    let shown = |index: &usize| {
        let sheet = book.sheets.get(*index);
        sheet.is_some_and(|sheet| !sheet.is_hidden)
    };
    let index = Some(front.unwrap_or(0.0) as usize)
        .filter(shown)
        .or_else(|| (0..book.sheets.len()).find(shown))
        .unwrap_or_default();
    let sheet = book.sheets.get(index).ok_or(TemplateError::NotAWorkbook)?;
    let area = paper::area(&workbook, index).or_else(|| used(sheet));
    let area = area.unwrap_or(Range {
        first_col: 1,
        first_row: 1,
        last_col: 1,
        last_row: 1,
    });
    let area = Range {
        last_row: area.last_row.min(area.first_row.saturating_add(PRINT_ROWS)),
        ..area
    };
    let drawn = Drawn {
        geometry: Geometry::of(sheet),
        looks: Looks::read(&book)?,
        area,
        book: &book,
        sheet,
    };
    let (width, _) = drawn.geometry.size_px(area);
    let paper = Paper::of(&sheet.xml.root, width);
    let titles = paper::title_rows(&workbook, index);
    let mut used_looks = BTreeSet::new();
    let table = drawn.table(titles, &mut used_looks)?;
    let mut css = paper.sheet_css(n);
    for look in used_looks {
        let _ = write!(css, ".d{n} .s{look}{{{}}}", drawn.looks.css(look));
    }
    Ok(One {
        title: sheet.name.clone(),
        page_css: paper.page_css(),
        css,
        body: format!("<div class=\"sheet d{n}\" style=\"width:{width:.0}px\">{table}</div>"),
    })
}

const CSS: &str = "*{box-sizing:border-box}html{-webkit-print-color-adjust:exact;print-color-adjust:exact}\
body{margin:0;background:#fff;color:#000}.sheet{position:relative}.sheet+.sheet{break-before:page}\
table{border-collapse:collapse;table-layout:fixed;width:100%}\
td{position:relative;padding:0 2px;line-height:1.15;white-space:nowrap;overflow:hidden;vertical-align:bottom}\
td.over{overflow:visible}td.num{text-align:right}td.mid{text-align:center}\
tr{break-inside:avoid}img{position:absolute;object-fit:fill}\
@media screen{body{padding:24px;width:max-content;min-width:100%}}";

/// The smallest rectangle from A1 that holds every cell that says something or has a look.
fn used(sheet: &Sheet) -> Option<Range> {
    let cells = sheet.rows.iter().flat_map(|row| {
        row.cells
            .iter()
            .filter(|cell| cell.element.elements().next().is_some())
            .map(|cell| (cell.col, row.number))
    });
    let merges = sheet
        .merges()
        .into_iter()
        .map(|merge| (merge.last_col, merge.last_row));
    cells.chain(merges).fold(None, |range, (col, row)| {
        let (last_col, last_row) =
            range.map_or((1, 1), |range: Range| (range.last_col, range.last_row));
        Some(Range {
            first_col: 1,
            first_row: 1,
            last_col: last_col.max(col),
            last_row: last_row.max(row),
        })
    })
}

struct Drawn<'a> {
    book: &'a Book,
    sheet: &'a Sheet,
    geometry: Geometry,
    looks: Looks,
    area: Range,
}

/// What merged cells do to the others: spans by first cell, and the cells that they cover.
#[derive(Default)]
struct Merged {
    spans: HashMap<(u32, u32), (u32, u32)>,
    covered: BTreeSet<(u32, u32)>,
}

impl Drawn<'_> {
    fn merged(&self) -> Merged {
        let mut merged = Merged::default();
        for range in self.sheet.merges() {
            let last_row = range.last_row.min(self.area.last_row);
            let last_col = range.last_col.min(self.area.last_col);
            if range.first_row > last_row || range.first_col > last_col {
                continue;
            }
            let span = (
                last_col - range.first_col + 1,
                last_row - range.first_row + 1,
            );
            merged
                .spans
                .insert((range.first_row, range.first_col), span);
            for row in range.first_row..=last_row {
                merged
                    .covered
                    .extend((range.first_col..=last_col).map(|col| (row, col)));
            }
            merged.covered.remove(&(range.first_row, range.first_col));
        }
        merged
    }

    fn table(
        &self,
        titles: Option<(u32, u32)>,
        used: &mut BTreeSet<usize>,
    ) -> Result<String, TemplateError> {
        let merged = self.merged();
        let pictures = self.pictures(&merged)?;
        let rows: BTreeMap<u32, HashMap<u32, &Cell>> = self
            .sheet
            .rows
            .iter()
            .map(|row| {
                (
                    row.number,
                    row.cells.iter().map(|cell| (cell.col, cell)).collect(),
                )
            })
            .collect();
        let breaks = paper::breaks(&self.sheet.xml.root);
        let mut out = String::from("<table><colgroup>");
        for col in self.area.first_col..=self.area.last_col {
            let _ = write!(
                out,
                "<col style=\"width:{:.1}px\">",
                self.geometry.column_px(col)
            );
        }
        out.push_str("</colgroup>");
        // Titles can repeat only where they stand at the top of what is printed.
        let head = titles.filter(|(first, last)| {
            *first <= self.area.first_row
                && *last >= self.area.first_row
                && *last < self.area.last_row
        });
        out.push_str(if head.is_some() { "<thead>" } else { "<tbody>" });
        for row in self.area.first_row..=self.area.last_row {
            let height = self.geometry.row_px(row);
            let is_broken = breaks.contains(&(row.saturating_sub(1)));
            let broken = if is_broken { ";break-before:page" } else { "" };
            if height > 0.0 {
                let _ = write!(out, "<tr style=\"height:{height:.1}px{broken}\">");
                let cells = rows.get(&row);
                for col in self.area.first_col..=self.area.last_col {
                    if !merged.covered.contains(&(row, col)) && self.geometry.column_px(col) > 0.0 {
                        self.cell((row, col), cells, (&merged, &pictures), used, &mut out);
                    }
                }
                out.push_str("</tr>");
            }
            if head.is_some_and(|(_, last)| last == row) {
                out.push_str("</thead><tbody>");
            }
        }
        out.push_str("</tbody></table>");
        Ok(out)
    }

    fn cell(
        &self,
        (row, col): (u32, u32),
        cells: Option<&HashMap<u32, &Cell>>,
        (merged, pictures): (&Merged, &HashMap<(u32, u32), String>),
        used: &mut BTreeSet<usize>,
        out: &mut String,
    ) {
        let picture = pictures.get(&(row, col)).map_or("", String::as_str);
        let cell = cells.and_then(|cells| cells.get(&col));
        out.push_str("<td");
        let span = merged.spans.get(&(row, col));
        if let Some((cols, rows)) = span {
            let _ = write!(out, " colspan=\"{cols}\" rowspan=\"{rows}\"");
        }
        let Some(cell) = cell else {
            let over = if picture.is_empty() {
                ""
            } else {
                " class=over"
            };
            let _ = write!(out, "{over}>{picture}</td>");
            return;
        };
        let look = cell.element.number("s").unwrap_or_default() as usize;
        used.insert(look);
        let value = stored(self.book, &cell.element);
        let kind = match value {
            Value::Number(_) => " num",
            Value::Bool(_) | Value::Error(_) => " mid",
            _ => "",
        };
        let is_free = |col: u32| {
            let next = cells.and_then(|cells| cells.get(&col));
            next.is_none_or(|next| stored(self.book, &next.element) == Value::Blank)
        };
        // As in Excel, a text runs on over the empty cell beside it.
        let over = !picture.is_empty()
            || matches!(value, Value::Text(_)) && span.is_none() && is_free(col + 1);
        let over = if over { " over" } else { "" };
        let _ = write!(out, " class=\"s{look}{kind}{over}\">");
        match value {
            Value::Text(_) => {
                for run in self.book.texts(&cell.element) {
                    self.run(&run, out);
                }
                if cell.element.child("f").is_some() {
                    out.push_str(&lines(&self.text(&value, look)));
                }
            }
            value => out.push_str(&lines(&self.text(&value, look))),
        }
        out.push_str(picture);
        out.push_str("</td>");
    }

    fn text(&self, value: &Value, look: usize) -> String {
        match value {
            Value::Number(number) => self.looks.number(*number, look),
            Value::Text(text) => text.clone(),
            Value::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.into(),
            Value::Error(code) => (*code).into(),
            Value::Blank => String::new(),
        }
    }

    fn run(&self, run: &Run, out: &mut String) {
        match &run.properties {
            None => out.push_str(&lines(&run.text)),
            Some(properties) => {
                let css = self.looks.font_css(properties);
                let _ = write!(
                    out,
                    "<span style=\"{}\">{}</span>",
                    escape(css.as_str()),
                    lines(&run.text)
                );
            }
        }
    }

    /// Pictures by the cell in which they begin: rows grow with their texts, and a picture stays with its row.
    fn pictures(&self, merged: &Merged) -> Result<HashMap<(u32, u32), String>, TemplateError> {
        let mut all: HashMap<(u32, u32), String> = HashMap::new();
        let Some(part) = self.book.package.related(&self.sheet.part, "drawing")? else {
            return Ok(all);
        };
        let Ok(drawing) = self.book.package.xml(&part) else {
            return Ok(all);
        };
        let relations = self.book.package.relations(&part)?;
        for anchor in drawing.root.elements() {
            let blip = anchor.child("pic").and_then(|pic| pic.descendant("blip"));
            let id = blip.and_then(|blip| blip.any_attribute("embed"));
            let relation = relations
                .iter()
                .find(|relation| Some(relation.id.as_str()) == id);
            let bytes = relation.and_then(|relation| self.book.package.part(&relation.target));
            let (Some(bytes), Some(place)) = (bytes, self.place(anchor, merged)) else {
                continue;
            };
            let mime = match image::guess_format(bytes) {
                Ok(image::ImageFormat::Png) => "image/png",
                Ok(image::ImageFormat::Jpeg) => "image/jpeg",
                Ok(image::ImageFormat::Gif) => "image/gif",
                Ok(image::ImageFormat::Bmp) => "image/bmp",
                _ => continue,
            };
            let ((left, top), (width, height)) = (place.corner, place.size);
            let _ = write!(
                all.entry(place.cell).or_default(),
                "<img alt=\"\" style=\"left:{left:.1}px;top:{top:.1}px;width:{width:.1}px;height:{height:.1}px\" \
                 src=\"data:{mime};base64,{}\">",
                STANDARD.encode(bytes)
            );
        }
        Ok(all)
    }

    /// Where a picture stands, if it begins in what is printed.
    fn place(&self, anchor: &Element, merged: &Merged) -> Option<Place> {
        let corner = |name: &str| {
            let corner = anchor.child(name)?;
            let number = |name: &str| corner.child(name)?.text().trim().parse::<f64>().ok();
            let emu = |name: &str| number(name).unwrap_or_default() / EMU as f64;
            let (col, row) = (number("col")? as u32 + 1, number("row")? as u32 + 1);
            Some(((row, col), (emu("colOff"), emu("rowOff"))))
        };
        let ((row, col), (x, y)) = corner("from")?;
        let is_inside = (self.area.first_col..=self.area.last_col).contains(&col)
            && (self.area.first_row..=self.area.last_row).contains(&row);
        if !is_inside {
            return None;
        }
        let between = |(from_row, from_col): (u32, u32), (row, col): (u32, u32)| {
            let x: f64 = (from_col..col)
                .map(|col| self.geometry.column_px(col))
                .sum();
            let y: f64 = (from_row..row).map(|row| self.geometry.row_px(row)).sum();
            (x, y)
        };
        let size = match anchor.child("ext") {
            Some(size) => (
                size.number("cx")? / EMU as f64,
                size.number("cy")? / EMU as f64,
            ),
            None => {
                let (end, (end_x, end_y)) = corner("to")?;
                let (width, height) = between((row, col), end);
                (width + end_x - x, height + end_y - y)
            }
        };
        // Of merged cells only the first one is drawn.
        let cell = merged.first_of((row, col));
        let (more_x, more_y) = between(cell, (row, col));
        (size.0 > 0.0 && size.1 > 0.0).then_some(Place {
            cell,
            corner: (x + more_x, y + more_y),
            size,
        })
    }
}

/// A picture's cell, its distance from the cell's corner and its size, in pixels.
struct Place {
    cell: (u32, u32),
    corner: (f64, f64),
    size: (f64, f64),
}

impl Merged {
    /// The cell that stands for a covered one.
    fn first_of(&self, (row, col): (u32, u32)) -> (u32, u32) {
        let holds = |(first, span): &(&(u32, u32), &(u32, u32))| {
            (first.0..first.0 + span.1).contains(&row) && (first.1..first.1 + span.0).contains(&col)
        };
        let found = self.spans.iter().find(holds);
        found.map_or((row, col), |(first, _)| *first)
    }
}

fn lines(text: &str) -> String {
    escape(text).replace('\n', "<br>").replace("  ", " &#160;")
}
