//! What stands around the cells of a sheet: columns, frozen rows, merges, filters, drop-downs, drawings.
//!
//! Function: [`read`]. Law: the cells themselves are skipped as bytes, not parsed. Tests:
//! `connectors/tests/staging.rs`.

use super::{
    package::{Package, corrupt, for_each_event},
    xml,
};
use crate::file::{
    limits::{MERGES, SMALL_PART_BYTES},
    sheet::Region,
    stage_error::{StageError, StageErrorCode},
};
use quick_xml::events::{BytesStart, Event};
use std::io::Read;

/// Pixels of a column without a width, and of a row without a height.
pub const COLUMN_PX: f64 = 64.0;
pub const ROW_PX: f64 = 20.0;

#[derive(Debug, Default)]
pub struct Frame {
    /// First and last column (from 0) and pixels.
    pub widths_px: Vec<(u32, u32, u32)>,
    pub hidden_columns: Vec<(u32, u32)>,
    pub row_px: Option<f64>,
    pub frozen_rows: u32,
    pub filter: Option<Region>,
    pub merges: Vec<Region>,
    pub choices: Vec<(Region, Vec<String>)>,
    pub drawing: Option<String>,
    pub tables: Vec<String>,
}

const HEAD_BYTES: usize = 16 << 20;
const MARK: &[u8] = b"sheetData";

pub fn read(package: &mut Package, part: &str) -> Result<Frame, StageError> {
    let (head, tail) = around_cells(package.stream(part)?)?;
    let mut frame = Frame::default();
    let mut list = ListRule::default();
    for piece in [head, tail] {
        for_each_event(&piece, |event| match event {
            Event::Start(element) => {
                frame.take(element);
                list.start(element);
            }
            Event::End(element) => list.end(element.local_name().as_ref(), &mut frame.choices),
            event => list.text(event),
        })?;
    }
    Ok(frame)
}

/// The bytes before and after the cells. The last mark counts: a text may hold the word.
fn around_cells(mut source: impl Read) -> Result<(Vec<u8>, Vec<u8>), StageError> {
    let mut head = Vec::new();
    let mut tail: Vec<u8> = Vec::new();
    let mut in_head = true;
    let mut closed = false;
    let mut chunk = vec![0; 1 << 16];
    loop {
        let n = source.read(&mut chunk).map_err(corrupt)?;
        if n == 0 {
            return Ok((head, if closed { tail } else { Vec::new() }));
        }
        if in_head {
            let from = head.len().saturating_sub(MARK.len());
            head.extend_from_slice(&chunk[..n]);
            let Some(at) = memchr::memmem::find(&head[from..], MARK) else {
                if head.len() > HEAD_BYTES {
                    return Err(corrupt("no cells in the first part of a sheet"));
                }
                continue;
            };
            tail = head.split_off(from + at);
            let cut = head.iter().rposition(|byte| *byte == b'<').unwrap_or(0);
            head.truncate(cut);
            in_head = false;
        } else {
            tail.extend_from_slice(&chunk[..n]);
        }
        if let Some(at) = memchr::memmem::rfind(&tail, MARK) {
            let after = at + MARK.len();
            if let Some(end) = tail[after..].iter().take(64).position(|byte| *byte == b'>') {
                tail.drain(..=after + end);
                closed = true;
                continue;
            }
            tail.drain(..at);
        } else if !closed {
            let keep = tail.len().min(MARK.len());
            tail.drain(..tail.len() - keep);
        }
        if tail.len() as u64 > SMALL_PART_BYTES {
            return Err(StageErrorCode::TooLargeForMemory.because("what follows the cells"));
        }
    }
}

impl Frame {
    fn take(&mut self, element: &BytesStart) {
        let region =
            |name: &str| xml::attribute(element, name).and_then(|text| Region::read(&text));
        match element.local_name().as_ref() {
            "col" => self.take_column(element),
            "sheetFormatPr" => {
                self.row_px =
                    xml::number(element, "defaultRowHeight").map(|points| points * 96.0 / 72.0);
            }
            "pane"
                if xml::attribute(element, "state")
                    .is_some_and(|state| state.starts_with("frozen")) =>
            {
                self.frozen_rows = xml::number(element, "ySplit").unwrap_or(0.0) as u32;
            }
            "autoFilter" => self.filter = region("ref"),
            "mergeCell" if self.merges.len() < MERGES => self.merges.extend(region("ref")),
            "drawing" => self.drawing = xml::attribute(element, "id"),
            "tablePart" => self.tables.extend(xml::attribute(element, "id")),
            _ => {}
        }
    }

    fn take_column(&mut self, element: &BytesStart) {
        let (Some(first), Some(last)) = (xml::number(element, "min"), xml::number(element, "max"))
        else {
            return;
        };
        let (first, last) = (
            (first as u32).saturating_sub(1),
            (last as u32).saturating_sub(1),
        );
        if let Some(characters) = xml::number(element, "width") {
            self.widths_px.push((
                first,
                last,
                (characters * 7.0 + 5.0).clamp(0.0, 4000.0) as u32,
            ));
        }
        if xml::is_true(element, "hidden") {
            self.hidden_columns.push((first, last));
        }
    }
}

/// The data validation being read: a list, its cells and its words.
#[derive(Default)]
struct ListRule {
    is_list: bool,
    cells: String,
    words: String,
    in_words: bool,
    in_cells: bool,
}

impl ListRule {
    fn start(&mut self, element: &BytesStart) {
        match element.local_name().as_ref() {
            "dataValidation" => {
                *self = ListRule {
                    is_list: xml::attribute(element, "type").as_deref() == Some("list"),
                    cells: xml::attribute(element, "sqref").unwrap_or_default(),
                    ..ListRule::default()
                };
            }
            "formula1" => self.in_words = true,
            "sqref" => self.in_cells = true,
            _ => {}
        }
    }

    fn text(&mut self, event: &Event) {
        if self.in_words {
            xml::add_text(&mut self.words, event);
        } else if self.in_cells {
            xml::add_text(&mut self.cells, event);
        }
    }

    fn end(&mut self, name: &str, choices: &mut Vec<(Region, Vec<String>)>) {
        match name {
            "formula1" => self.in_words = false,
            "sqref" => self.in_cells = false,
            "dataValidation" if self.is_list => {
                let words = self.words.trim();
                let inner = words
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'));
                let Some(inner) = inner else { return };
                let list: Vec<String> = inner
                    .split([',', '，'])
                    .map(|word| word.trim().to_string())
                    .collect();
                for cells in self.cells.split_whitespace() {
                    choices.extend(Region::read(cells).map(|region| (region, list.clone())));
                }
            }
            _ => {}
        }
    }
}
