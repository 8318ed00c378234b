//! Pictures that float over a sheet: which cell each belongs to.
//!
//! Function: [`anchored_pictures`]. Law: the cell under the centre owns the picture, the top row of a merged
//! region for all of it; groups are opened, linked pictures are not fetched. Tests: `connectors/tests/staging.rs`.

use super::{Anchored, Axis, Corner, Grid, PictureStore};
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
    place: Anchored,
    /// Relationship id and name.
    pictures: Vec<(String, String)>,
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
        let (row, column) = grid.owner(&anchor.place);
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
            "ext" if self.shape == 0 => self.anchor.place.size = (pixels("cx"), pixels("cy")),
            "pos" => self.anchor.place.position = (pixels("x"), pixels("y")),
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
            "from" => self.anchor.place.from = Some(self.corner),
            "to" => self.anchor.place.to = Some(self.corner),
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
