//! Pictures that float over a sheet: which cell each belongs to.
//!
//! Function: [`anchored_pictures`]. Law: the cell under the centre owns the picture, the top row of a merged
//! region for all of it; groups are opened, linked pictures are not fetched. Tests: `connectors/tests/staging.rs`.

use super::PictureStore;
use crate::file::{
    sheet::Merges,
    stage_error::StageError,
    xlsx::{
        COLUMN_PX, Frame, ROW_PX,
        package::{Package, corrupt, for_each_event},
        xml,
    },
};
use quick_xml::events::{BytesStart, Event};
use std::{
    collections::{BTreeMap, HashMap},
    io::BufReader,
};
use table::value::Attachment;

const EMU_PER_PX: f64 = 9525.0;

#[derive(Debug, Default, Clone)]
struct Anchor {
    from: Option<Corner>,
    to: Option<Corner>,
    /// Size and, for absolute anchors, position, in pixels.
    size: (f64, f64),
    position: (f64, f64),
    /// Relationship id and name.
    pictures: Vec<(String, String)>,
}

/// Column and row from 0, offsets in pixels.
#[derive(Debug, Default, Clone, Copy)]
struct Corner {
    column: f64,
    row: f64,
    dx: f64,
    dy: f64,
}

/// By row (from 1): column (from 0) and picture.
pub type ByRow = BTreeMap<u32, Vec<(u32, Attachment)>>;

pub fn anchored_pictures(
    package: &mut Package,
    sheet: &str,
    frame: &Frame,
    merges: &Merges,
    store: &mut PictureStore,
) -> Result<ByRow, StageError> {
    let mut pictures = ByRow::new();
    let Some(id) = &frame.drawing else {
        return Ok(pictures);
    };
    let relations = package.relations(sheet)?;
    let Some(part) = relations
        .into_iter()
        .find(|relation| &relation.id == id && !relation.outside)
    else {
        return Ok(pictures);
    };
    let Some(bytes) = package.read(&part.target)? else {
        return Ok(pictures);
    };
    let anchors = anchors(&bytes)?;
    if anchors.is_empty() {
        return Ok(pictures);
    }
    let media: HashMap<String, String> = package
        .relations(&part.target)?
        .into_iter()
        .filter(|relation| relation.kind == "image" && !relation.outside)
        .map(|relation| (relation.id, relation.target))
        .collect();
    let grid = Grid {
        rows: Axis::new(row_heights(package, sheet)?, frame.row_px.unwrap_or(ROW_PX)),
        columns: Axis::new(column_widths(frame), COLUMN_PX),
    };
    for anchor in anchors {
        let (row, column) = grid.owner(&anchor);
        let (row, column) = match merges.region_of(row + 1, column) {
            Some(region) => (region.first_row, region.first_column),
            None => (row + 1, column),
        };
        for (id, name) in &anchor.pictures {
            let Some(part) = media.get(id) else { continue };
            if let Some(picture) = store.take(package, part, name)? {
                pictures.entry(row).or_default().push((column, picture));
            }
        }
    }
    Ok(pictures)
}

fn anchors(bytes: &[u8]) -> Result<Vec<Anchor>, StageError> {
    let mut reading = Reading::default();
    for_each_event(bytes, |event| match event {
        Event::Start(element) => reading.start(element),
        Event::End(element) => reading.end(element.local_name().as_ref()),
        Event::Text(text) => reading.text(text),
        _ => {}
    })?;
    Ok(reading.anchors)
}

#[derive(Default)]
struct Reading {
    anchors: Vec<Anchor>,
    anchor: Anchor,
    corner: Corner,
    number: String,
    name: String,
    /// Inside `mc:Fallback`, which repeats its `mc:Choice`.
    fallback: u32,
    /// Inside a picture or a group: `ext` and `off` there are the shape's own.
    shape: u32,
}

impl Reading {
    fn start(&mut self, element: &BytesStart) {
        let pixels = |name: &str| xml::number(element, name).unwrap_or(0.0) / EMU_PER_PX;
        match element.local_name().as_ref() {
            "Fallback" => self.fallback += 1,
            "twoCellAnchor" | "oneCellAnchor" | "absoluteAnchor" => self.anchor = Anchor::default(),
            "from" | "to" => self.corner = Corner::default(),
            "pic" | "grpSp" | "sp" | "graphicFrame" | "cxnSp" => self.shape += 1,
            "ext" if self.shape == 0 => self.anchor.size = (pixels("cx"), pixels("cy")),
            "pos" => self.anchor.position = (pixels("x"), pixels("y")),
            "cNvPr" => {
                let text = xml::attribute(element, "descr").filter(|text| !text.trim().is_empty());
                self.name = text
                    .or_else(|| xml::attribute(element, "name"))
                    .unwrap_or_default();
            }
            "blip" if self.fallback == 0 => {
                if let Some(id) = xml::attribute(element, "embed") {
                    self.anchor
                        .pictures
                        .push((id, std::mem::take(&mut self.name)));
                }
            }
            _ => {}
        }
        self.number.clear();
    }

    fn text(&mut self, text: &str) {
        if self.number.len() < 32 {
            self.number.push_str(text.trim());
        }
    }

    fn end(&mut self, name: &str) {
        let number = || self.number.parse::<f64>().unwrap_or(0.0).clamp(-1e12, 1e12);
        match name {
            "Fallback" => self.fallback = self.fallback.saturating_sub(1),
            "pic" | "grpSp" | "sp" | "graphicFrame" | "cxnSp" => {
                self.shape = self.shape.saturating_sub(1)
            }
            "col" => self.corner.column = number(),
            "row" => self.corner.row = number(),
            "colOff" => self.corner.dx = number() / EMU_PER_PX,
            "rowOff" => self.corner.dy = number() / EMU_PER_PX,
            "from" => self.anchor.from = Some(self.corner),
            "to" => self.anchor.to = Some(self.corner),
            "twoCellAnchor" | "oneCellAnchor" | "absoluteAnchor" => {
                let anchor = std::mem::take(&mut self.anchor);
                if !anchor.pictures.is_empty() {
                    self.anchors.push(anchor);
                }
            }
            _ => {}
        }
    }
}

/// Where rows or columns begin, in pixels; only those of an own size are listed.
struct Axis {
    /// First place (from 0), its beginning, places until the next entry have `size`.
    own: Vec<(u32, u32, f64)>,
    usual: f64,
}

impl Axis {
    /// `own`: first and last place and size, ascending.
    fn new(mut own: Vec<(u32, u32, f64)>, usual: f64) -> Axis {
        own.sort_by_key(|(first, _, _)| *first);
        Axis {
            own,
            usual: usual.max(1.0),
        }
    }

    fn pixels_at(&self, place: f64) -> f64 {
        let mut pixels = place * self.usual;
        for (first, last, size) in self
            .own
            .iter()
            .take_while(|(first, _, _)| f64::from(*first) < place)
        {
            let n = (place - f64::from(*first)).min(f64::from(last.saturating_sub(*first)) + 1.0);
            pixels += n * (size - self.usual);
        }
        pixels
    }

    fn place_at(&self, pixels: f64) -> u32 {
        let mut at = 0.0;
        let mut next = 0u32;
        for (first, last, size) in &self.own {
            let gap = f64::from(first.saturating_sub(next)) * self.usual;
            if at + gap > pixels {
                break;
            }
            at += gap;
            let n = f64::from(last.saturating_sub(*first)) + 1.0;
            if at + n * size > pixels && *size > 0.0 {
                return first + ((pixels - at) / size) as u32;
            }
            at += n * size;
            next = last.saturating_add(1);
        }
        next.saturating_add(((pixels - at).max(0.0) / self.usual) as u32)
    }
}

struct Grid {
    rows: Axis,
    columns: Axis,
}

impl Grid {
    /// Row and column (from 0) under the centre.
    fn owner(&self, anchor: &Anchor) -> (u32, u32) {
        let Some(from) = anchor.from else {
            let x = anchor.position.0 + anchor.size.0 / 2.0;
            let y = anchor.position.1 + anchor.size.1 / 2.0;
            return (self.rows.place_at(y), self.columns.place_at(x));
        };
        let row = match anchor.to {
            // Hidden rows squeeze a picture to nothing: its own corner is all there is.
            Some(to) if to.row <= from.row => from.row as u32,
            to => {
                let top = self.rows.pixels_at(from.row) + from.dy;
                let bottom = to.map_or(top + anchor.size.1, |to| {
                    self.rows.pixels_at(to.row) + to.dy
                });
                self.rows.place_at((top + bottom) / 2.0)
            }
        };
        let column = match anchor.to {
            Some(to) if to.column <= from.column => from.column as u32,
            to => {
                let left = self.columns.pixels_at(from.column) + from.dx;
                let right = to.map_or(left + anchor.size.0, |to| {
                    self.columns.pixels_at(to.column) + to.dx
                });
                self.columns.place_at((left + right) / 2.0)
            }
        };
        (row, column)
    }
}

fn column_widths(frame: &Frame) -> Vec<(u32, u32, f64)> {
    let hidden = |column: u32| {
        frame
            .hidden_columns
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&column))
    };
    frame
        .widths_px
        .iter()
        .map(|(first, last, width)| {
            (
                *first,
                *last,
                if hidden(*first) {
                    0.0
                } else {
                    f64::from(*width)
                },
            )
        })
        .collect()
}

/// Rows (from 0) with an own height; the cells are passed over.
fn row_heights(package: &mut Package, sheet: &str) -> Result<Vec<(u32, u32, f64)>, StageError> {
    let mut heights = Vec::new();
    let mut reader =
        xml::fragment_reader(BufReader::with_capacity(1 << 16, package.stream(sheet)?));
    let mut buffer = Vec::new();
    let mut next = 1u32;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(corrupt)? {
            Event::Eof => return Ok(heights),
            Event::Start(element) if element.local_name().as_ref() == "row" => {
                let row = xml::number(&element, "r")
                    .map_or(next, |row| row as u32)
                    .max(1);
                next = row.saturating_add(1);
                let height = if xml::is_true(&element, "hidden") {
                    Some(0.0)
                } else {
                    xml::number(&element, "ht").map(|points| points * 96.0 / 72.0)
                };
                heights.extend(height.map(|height| (row - 1, row - 1, height.clamp(0.0, 4000.0))));
            }
            _ => {}
        }
    }
}
