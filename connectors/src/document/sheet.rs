//! A workbook as rows of cells that can be filled, with everything around them as it is.
//!
//! Types: [`Book`], [`Sheet`], [`Row`], [`Cell`], [`Run`]. Law: a cell keeps its element; only what is filled is made
//! anew. Formulas that share one text get their own, so that rows can move. Tests: `connectors/tests/document.rs`.

use super::{
    error::TemplateError,
    package::Package,
    reference::{Corner, Found, Range, cell_name, parse_cell, parse_range, rewrite},
    xml::{Element, Node, Part},
};
use std::collections::HashMap;

pub struct Book {
    pub package: Package,
    /// The workbook's part.
    pub part: String,
    pub sheets: Vec<Sheet>,
    /// By number.
    pub shared: Vec<Vec<Run>>,
}

pub struct Sheet {
    pub name: String,
    pub part: String,
    /// Without its rows.
    pub xml: Part,
    pub rows: Vec<Row>,
    pub is_hidden: bool,
}

#[derive(Debug, Clone)]
pub struct Row {
    /// From 1.
    pub number: u32,
    /// Without its cells.
    pub element: Element,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
pub struct Cell {
    /// From 1.
    pub col: u32,
    pub element: Element,
}

/// A piece of text with its own look.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// `rPr`; absent: the cell's own.
    pub properties: Option<Element>,
    pub text: String,
}

impl Book {
    pub fn read(bytes: &[u8]) -> Result<Book, TemplateError> {
        let package = Package::read(bytes)?;
        let part = package
            .related("", "officeDocument")?
            .filter(|part| package.part(part).is_some())
            .ok_or(TemplateError::NotAWorkbook)?;
        let workbook = package.xml(&part)?.root;
        if workbook.local() != "workbook" {
            return Err(TemplateError::NotAWorkbook);
        }
        let shared = match package.related(&part, "sharedStrings")? {
            Some(strings) => {
                let root = package.xml(&strings)?.root;
                root.elements().map(runs).collect()
            }
            None => Vec::new(),
        };
        let relations = package.relations(&part)?;
        let mut sheets = Vec::new();
        let listed = workbook.child("sheets").map(Element::elements);
        for sheet in listed.into_iter().flatten() {
            let id = sheet.any_attribute("id").unwrap_or_default();
            let relation = relations
                .iter()
                .find(|one| one.id == id && one.kind == "worksheet");
            let Some(relation) = relation else { continue };
            let name = sheet.attribute("name").unwrap_or_default();
            let xml = package.xml(&relation.target)?;
            let mut read = Sheet::read(name, &relation.target, xml);
            read.is_hidden = sheet
                .attribute("state")
                .is_some_and(|state| state != "visible");
            sheets.push(read);
        }
        if sheets.is_empty() {
            return Err(TemplateError::NotAWorkbook);
        }
        Ok(Book {
            package,
            part,
            sheets,
            shared,
        })
    }

    /// What a cell says, piece by piece; empty for anything but texts.
    pub fn texts<'a>(&'a self, cell: &'a Element) -> Vec<Run> {
        match cell.attribute("t") {
            Some("s") => {
                let index = cell.child("v").map(Element::text);
                let index: Option<usize> = index.and_then(|text| text.trim().parse().ok());
                let found = index.and_then(|index| self.shared.get(index));
                found.cloned().unwrap_or_default()
            }
            Some("inlineStr") => cell.child("is").map(runs).unwrap_or_default(),
            Some("str") if cell.child("f").is_none() => {
                let text = cell.child("v").map(Element::text).unwrap_or_default();
                vec![Run {
                    properties: None,
                    text,
                }]
            }
            _ => Vec::new(),
        }
    }
}

/// The pieces of `<si>` or `<is>`.
fn runs(element: &Element) -> Vec<Run> {
    let text = |element: &Element| element.child("t").map(Element::text).unwrap_or_default();
    let mut found = Vec::new();
    for child in element.elements() {
        match child.local() {
            "t" => found.push(Run {
                properties: None,
                text: child.text(),
            }),
            "r" => found.push(Run {
                properties: child.child("rPr").cloned(),
                text: text(child),
            }),
            _ => {}
        }
    }
    found
}

impl Sheet {
    fn read(name: &str, part: &str, mut xml: Part) -> Sheet {
        let mut rows = Vec::new();
        let mut row = 0;
        if let Some(data) = xml.root.child_mut("sheetData") {
            for node in std::mem::take(&mut data.children) {
                let Node::Element(element) = node else {
                    continue;
                };
                row = element
                    .number("r")
                    .map_or(row + 1, |number| number as u32)
                    .max(1);
                rows.push(read_row(row, element));
            }
        }
        let mut sheet = Sheet {
            name: name.into(),
            part: part.into(),
            xml,
            rows,
            is_hidden: false,
        };
        sheet.unshare();
        sheet
    }

    /// Gives cells that share a formula one of their own.
    fn unshare(&mut self) {
        let mut masters: HashMap<String, (u32, u32, String)> = HashMap::new();
        for row in &self.rows {
            for cell in &row.cells {
                if let Some(f) = cell.element.child("f")
                    && let Some(index) = f.attribute("si")
                    && !f.text().is_empty()
                {
                    masters.insert(index.into(), (cell.col, row.number, f.text()));
                }
            }
        }
        for row in &mut self.rows {
            for cell in &mut row.cells {
                let (col, number) = (cell.col, row.number);
                let Some(f) = cell.element.child_mut("f") else {
                    continue;
                };
                if f.attribute("t") != Some("shared") {
                    continue;
                }
                let master = f.attribute("si").and_then(|index| masters.get(index));
                if let Some((from_col, from_row, text)) = master {
                    let by = (
                        i64::from(col) - i64::from(*from_col),
                        i64::from(number) - i64::from(*from_row),
                    );
                    f.set_text(shifted(text, by));
                }
                for name in ["t", "si", "ref"] {
                    f.remove(name);
                }
            }
        }
    }

    pub fn merges(&self) -> Vec<Range> {
        let all = self.xml.root.child("mergeCells").map(Element::elements);
        all.into_iter()
            .flatten()
            .filter_map(|merge| parse_range(merge.attribute("ref")?))
            .collect()
    }

    /// Puts the rows back; the part's bytes.
    pub fn bytes(&mut self) -> Vec<u8> {
        let rows = self.rows.iter().map(|row| {
            let mut element = row.element.clone();
            let cells = row
                .cells
                .iter()
                .map(|cell| Node::Element(cell.element.clone()));
            element.children = cells.collect();
            Node::Element(element)
        });
        let rows: Vec<Node> = rows.collect();
        if let Some(data) = self.xml.root.child_mut("sheetData") {
            data.children = rows;
        }
        self.xml.bytes()
    }
}

fn read_row(number: u32, mut element: Element) -> Row {
    let mut col = 0;
    let mut cells = Vec::new();
    for node in std::mem::take(&mut element.children) {
        let Node::Element(cell) = node else { continue };
        let named = cell.attribute("r").and_then(parse_cell);
        col = named.map_or(col + 1, |(col, _)| col);
        cells.push(Cell { col, element: cell });
    }
    Row {
        number,
        element,
        cells,
    }
}

impl Row {
    /// The row at another number.
    pub fn renumber(&mut self, number: u32) {
        self.number = number;
        self.element.set("r", number);
        for cell in &mut self.cells {
            cell.element.set("r", cell_name(cell.col, number));
        }
    }
}

/// A formula as it reads some columns and rows further.
fn shifted(formula: &str, (cols, rows): (i64, i64)) -> String {
    let moved = |corner: Corner| {
        let by = |at: u32, by: i64, fixed: bool| match fixed {
            true => at,
            false => u32::try_from(i64::from(at) + by).unwrap_or(1).max(1),
        };
        let to = Corner {
            col: by(corner.col, cols, corner.fixed_col),
            row: by(corner.row, rows, corner.fixed_row),
            ..corner
        };
        to.name()
    };
    rewrite(formula, &mut |found: &Found| {
        let last = found.last.map(|last| format!(":{}", moved(last)));
        Some(format!(
            "{}{}{}",
            found.before,
            moved(found.first),
            last.unwrap_or_default()
        ))
    })
}
