//! What stands around the cells of a sheet: columns, frozen rows, merges, filters, drop-downs, drawings.
//!
//! Function: [`read`]. Law: the cells themselves are skipped as bytes, not parsed. Tests:
//! `connectors/tests/staging.rs`.

use super::{
    package::{corrupt, for_each_event},
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
/// More than an end tag with its prefix has.
const END_TAG_BYTES: usize = 256;

pub fn read(sheet: impl Read) -> Result<Frame, StageError> {
    let (head, tail) = around_cells(sheet)?;
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

/// The bytes before and after the cells. The last end tag counts: a comment or CDATA may hold one.
fn around_cells(mut source: impl Read) -> Result<(Vec<u8>, Vec<u8>), StageError> {
    let mut head = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    let mut rest = loop {
        let n = source.read(&mut chunk).map_err(corrupt)?;
        let from = head.len().saturating_sub(MARK.len());
        head.extend_from_slice(&chunk[..n]);
        if let Some(at) = memchr::memmem::find(&head[from..], MARK) {
            break head.split_off(from + at);
        }
        if n == 0 {
            return Ok((head, Vec::new()));
        }
        if head.len() > HEAD_BYTES {
            return Err(corrupt("no cells in the first part of a sheet"));
        }
    };
    let cut = head.iter().rposition(|byte| *byte == b'<').unwrap_or(0);
    head.truncate(cut);
    // A sheet without cells has no end tag.
    let tag = loop {
        if let Some(end) = rest.iter().position(|byte| *byte == b'>') {
            break end;
        }
        let n = source.read(&mut chunk).map_err(corrupt)?;
        if n == 0 || rest.len() > HEAD_BYTES {
            return Ok((head, Vec::new()));
        }
        rest.extend_from_slice(&chunk[..n]);
    };
    let mut is_after = tag > 0 && rest[tag - 1] == b'/';
    rest.drain(..=tag);
    let mut from = 0;
    loop {
        if let Some(end) = end_of_cells(&rest[from..]) {
            rest.drain(..from + end);
            is_after = true;
        } else if !is_after {
            // Of the cells only what may be the beginning of their end.
            rest.drain(..rest.len().saturating_sub(END_TAG_BYTES));
        }
        if rest.len() as u64 > SMALL_PART_BYTES {
            return Err(StageErrorCode::TooLargeForMemory.because("what follows the cells"));
        }
        from = rest.len().saturating_sub(END_TAG_BYTES);
        let n = source.read(&mut chunk).map_err(corrupt)?;
        if n == 0 {
            return Ok((head, if is_after { rest } else { Vec::new() }));
        }
        rest.extend_from_slice(&chunk[..n]);
    }
}

/// Behind the last end tag of the cells.
fn end_of_cells(bytes: &[u8]) -> Option<usize> {
    let marks = memchr::memmem::rfind_iter(bytes, MARK);
    let mut ends = marks.filter_map(|at| {
        let open = bytes[..at]
            .iter()
            .rev()
            .take(END_TAG_BYTES)
            .position(|byte| *byte == b'<')?;
        // Between them a slash and perhaps a prefix.
        let is_end = open > 0 && bytes[at - open] == b'/';
        let close = bytes[at..].iter().position(|byte| *byte == b'>')?;
        is_end.then_some(at + close + 1)
    });
    ends.next()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Gives so many bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let n = self.1.min(into.len()).min(self.0.len());
            into[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn what_is_around_the_cells_is_kept_wherever_the_pieces_end() {
        let cells = "<row><c t=\"str\"><v>sheetData>/sheetData></v></c></row>".repeat(300);
        for (xml, head, tail) in [
            (
                format!("<w><cols/><sheetData>{cells}</sheetData><drawing/></w>"),
                "<w><cols/>",
                "<drawing/></w>",
            ),
            (
                format!("<x:w><x:sheetData a=\"1\">{cells}</x:sheetData ><x:merge/></x:w>"),
                "<x:w>",
                "<x:merge/></x:w>",
            ),
            (
                "<w><sheetData/><drawing/></w>".into(),
                "<w>",
                "<drawing/></w>",
            ),
            (
                format!("<w><sheetData><!-- </sheetData> -->{cells}</sheetData><d/>"),
                "<w>",
                "<d/>",
            ),
            (format!("<w><sheetData>{cells}"), "<w>", ""),
            ("<w><sheetData".into(), "<w>", ""),
            ("<w>".into(), "<w>", ""),
        ] {
            for n in [1, 7, 64, 1000, 1 << 20] {
                let (before, after) = around_cells(Slow(xml.as_bytes(), n)).unwrap();
                assert_eq!(String::from_utf8_lossy(&before), head, "{n}");
                assert_eq!(String::from_utf8_lossy(&after), tail, "{n}");
            }
        }
    }
}
