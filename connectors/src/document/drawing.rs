//! Pictures put over cells: fitted into the cell (or the merged cells), in the middle, sides in proportion.
//!
//! Function: [`place`]. Types: [`Placed`], [`Geometry`]. Law: pictures that the template has stay as they are. Tests:
//! `connectors/tests/document.rs`.

use super::{
    error::TemplateError,
    package::Package,
    reference::Range,
    sheet::Sheet,
    xml::{Element, Node, Part},
};
use std::collections::HashMap;

/// English metric units per pixel at 96 dpi.
pub const EMU: i64 = 9_525;
/// Pixels left free at each side of the cell.
const MARGIN_PX: f64 = 3.0;
const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing";
const MAIN: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A picture for a cell.
pub struct Placed {
    pub cells: Range,
    /// Which of how many side by side.
    pub share: (usize, usize),
    pub bytes: Vec<u8>,
    pub width_px: u32,
    pub height_px: u32,
    pub name: String,
}

/// Sizes of the columns and rows of a sheet, in pixels.
pub struct Geometry {
    columns: Vec<(u32, u32, f64)>,
    rows: HashMap<u32, f64>,
    column_px: f64,
    row_px: f64,
}

impl Geometry {
    pub fn of(sheet: &Sheet) -> Geometry {
        let root = &sheet.xml.root;
        let usual = root.child("sheetFormatPr");
        let number = |name: &str| usual.and_then(|usual| usual.number(name));
        let columns = root.child("cols").map(Element::elements);
        let columns = columns.into_iter().flatten().filter_map(|col| {
            let width = match col.is_true("hidden") {
                true => 0.0,
                false => col.number("width")? * 7.0,
            };
            Some((col.number("min")? as u32, col.number("max")? as u32, width))
        });
        let columns = columns.collect();
        let rows = sheet.rows.iter().filter_map(|row| {
            let height = match row.element.is_true("hidden") {
                true => 0.0,
                false => row.element.number("ht")? * 96.0 / 72.0,
            };
            Some((row.number, height))
        });
        Geometry {
            columns,
            rows: rows.collect(),
            column_px: number("defaultColWidth").map_or(64.0, |width| width * 7.0),
            row_px: number("defaultRowHeight").map_or(20.0, |height| height * 96.0 / 72.0),
        }
    }

    pub fn column_px(&self, col: u32) -> f64 {
        let known = self
            .columns
            .iter()
            .find(|(min, max, _)| (*min..=*max).contains(&col));
        known.map_or(self.column_px, |(_, _, width)| *width)
    }

    pub fn row_px(&self, row: u32) -> f64 {
        self.rows.get(&row).copied().unwrap_or(self.row_px)
    }

    /// Width and height.
    pub fn size_px(&self, cells: Range) -> (f64, f64) {
        let width = (cells.first_col..=cells.last_col).map(|col| self.column_px(col));
        let height = (cells.first_row..=cells.last_row).map(|row| self.row_px(row));
        (width.sum(), height.sum())
    }

    /// The cell in which a distance from the first one ends, and how far into it.
    fn walk(first: u32, mut rest: f64, size: impl Fn(u32) -> f64) -> (u32, f64) {
        let mut at = first;
        while rest >= size(at) && at < first + 500 {
            rest -= size(at);
            at += 1;
        }
        (at, rest)
    }
}

/// Puts pictures over the cells of a sheet.
pub fn place(
    package: &mut Package,
    sheet: &mut Sheet,
    pictures: Vec<Placed>,
) -> Result<(), TemplateError> {
    if pictures.is_empty() {
        return Ok(());
    }
    let geometry = Geometry::of(sheet);
    let part = drawing_of(package, sheet)?;
    let mut drawing = package.xml(&part)?;
    let mut known: HashMap<blake3::Hash, String> = HashMap::new();
    let mut next_id = drawing.root.children.len() * 2 + 1_000;
    for picture in pictures {
        let relation = match known.get(&blake3::hash(&picture.bytes)) {
            Some(relation) => relation.clone(),
            None => {
                let (extension, mime) = kind(&picture.bytes);
                let name = package.free_name("xl/media/document", &format!(".{extension}"));
                let digest = blake3::hash(&picture.bytes);
                package.put(&name, picture.bytes.clone());
                package.declare(None, extension, mime)?;
                let made = package.relate(&part, "image", &name)?;
                known.insert(digest, made.clone());
                made
            }
        };
        next_id += 1;
        let made = anchor(&geometry, &picture, &relation, next_id);
        drawing.root.children.push(Node::Element(made));
    }
    package.put(&part, drawing.bytes());
    Ok(())
}

fn kind(bytes: &[u8]) -> (&'static str, &'static str) {
    match image::guess_format(bytes) {
        Ok(image::ImageFormat::Jpeg) => ("jpeg", "image/jpeg"),
        Ok(image::ImageFormat::Gif) => ("gif", "image/gif"),
        Ok(image::ImageFormat::Bmp) => ("bmp", "image/bmp"),
        _ => ("png", "image/png"),
    }
}

/// The drawing part of a sheet, made where there is none.
fn drawing_of(package: &mut Package, sheet: &mut Sheet) -> Result<String, TemplateError> {
    if sheet.xml.root.child("drawing").is_some()
        && let Some(part) = package.related(&sheet.part, "drawing")?
    {
        return Ok(part);
    }
    let part = package.free_name("xl/drawings/drawing", ".xml");
    let root = Element::new("xdr:wsDr")
        .with("xmlns:xdr", DRAWING)
        .with("xmlns:a", MAIN);
    package.put(&part, Part::new(root).bytes());
    package.declare(
        Some(&part),
        "",
        "application/vnd.openxmlformats-officedocument.drawing+xml",
    )?;
    let id = package.relate(&sheet.part, "drawing", &part)?;
    let root = &mut sheet.xml.root;
    let made = Element::new(&format!("{}drawing", root.prefix()))
        .with("xmlns:r", RELATION)
        .with("r:id", id);
    let at = root.children.iter().position(|node| match node {
        Node::Element(element) => AFTER_DRAWING.contains(&element.local()),
        _ => false,
    });
    let at = at.unwrap_or(root.children.len());
    root.children.insert(at, Node::Element(made));
    Ok(part)
}

/// What comes after `drawing` in a worksheet.
const AFTER_DRAWING: [&str; 10] = [
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "AlternateContent",
];

fn anchor(geometry: &Geometry, picture: &Placed, relation: &str, id: usize) -> Element {
    let (all_width, height) = geometry.size_px(picture.cells);
    let (index, n) = picture.share;
    let width = all_width / n as f64;
    let free = |size: f64| (size - 2.0 * MARGIN_PX).max(4.0);
    let (w, h) = (
        f64::from(picture.width_px.max(1)),
        f64::from(picture.height_px.max(1)),
    );
    let scale = (free(width) / w).min(free(height) / h);
    let (shown_w, shown_h) = (w * scale, h * scale);
    let left = width * index as f64 + (width - shown_w) / 2.0;
    let top = (height - shown_h) / 2.0;
    let (col, x) = Geometry::walk(picture.cells.first_col, left.max(0.0), |col| {
        geometry.column_px(col)
    });
    let (row, y) = Geometry::walk(picture.cells.first_row, top.max(0.0), |row| {
        geometry.row_px(row)
    });
    let emu = |px: f64| (px * EMU as f64).round() as i64;
    let said = |name: &str, value: i64| Element::new(name).saying(value.to_string());
    let size = |name: &str| {
        Element::new(name)
            .with("cx", emu(shown_w))
            .with("cy", emu(shown_h))
    };
    let from = Element::new("xdr:from")
        .holding(said("xdr:col", i64::from(col) - 1))
        .holding(said("xdr:colOff", emu(x)))
        .holding(said("xdr:row", i64::from(row) - 1))
        .holding(said("xdr:rowOff", emu(y)));
    let names = Element::new("xdr:nvPicPr")
        .holding(
            Element::new("xdr:cNvPr")
                .with("id", id)
                .with("name", format!("Picture {id}"))
                .with("descr", &picture.name),
        )
        .holding(
            Element::new("xdr:cNvPicPr")
                .holding(Element::new("a:picLocks").with("noChangeAspect", 1)),
        );
    let fill = Element::new("xdr:blipFill")
        .holding(
            Element::new("a:blip")
                .with("xmlns:r", RELATION)
                .with("r:embed", relation),
        )
        .holding(Element::new("a:stretch").holding(Element::new("a:fillRect")));
    let frame = Element::new("a:xfrm")
        .holding(Element::new("a:off").with("x", 0).with("y", 0))
        .holding(size("a:ext"));
    let shape = Element::new("xdr:spPr").holding(frame).holding(
        Element::new("a:prstGeom")
            .with("prst", "rect")
            .holding(Element::new("a:avLst")),
    );
    Element::new("xdr:oneCellAnchor")
        .with("xmlns:xdr", DRAWING)
        .with("xmlns:a", MAIN)
        .holding(from)
        .holding(size("xdr:ext"))
        .holding(
            Element::new("xdr:pic")
                .holding(names)
                .holding(fill)
                .holding(shape),
        )
        .holding(Element::new("xdr:clientData"))
}
