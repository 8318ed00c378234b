//! Merged regions: found by row, filled down over data rows.
//!
//! Types: [`Region`], [`Merges`]. Law: a merge never makes a row, it only fills cells of rows that hold
//! something else. Tests: `connectors/tests/staging.rs`.

use super::{Cell, NoteBook, Row};
use crate::file::manifest::Note;
use std::collections::BTreeMap;
use table::value::Attachment;

/// A rectangle; rows from 1, columns from 0, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    pub first_row: u32,
    pub last_row: u32,
    pub first_column: u32,
    pub last_column: u32,
}

impl Region {
    /// Reads `A1:C3` or `A1`, with or without `$`.
    pub fn read(text: &str) -> Option<Region> {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (first_row, first_column) = read_cell(first)?;
        let (last_row, last_column) = read_cell(last)?;
        (first_row <= last_row && first_column <= last_column).then_some(Region {
            first_row,
            last_row,
            first_column,
            last_column,
        })
    }

    pub fn has(&self, row: u32, column: u32) -> bool {
        (self.first_row..=self.last_row).contains(&row)
            && (self.first_column..=self.last_column).contains(&column)
    }
}

/// `C3` as row 3, column 2; `None` outside the grid of Excel.
pub fn read_cell(text: &str) -> Option<(u32, u32)> {
    let mut column = 0u32;
    let mut row = 0u32;
    let mut in_row = false;
    for byte in text.bytes() {
        match byte {
            b'$' => {}
            b'0'..=b'9' => {
                in_row = true;
                row = row.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
            }
            _ if in_row => return None,
            b'a'..=b'z' | b'A'..=b'Z' => {
                let letter = u32::from(byte.to_ascii_uppercase() - b'A') + 1;
                column = column.checked_mul(26)?.checked_add(letter)?;
            }
            _ => return None,
        }
    }
    let fits = (1..=crate::file::limits::SHEET_ROWS).contains(&row)
        && (1..=crate::file::limits::SHEET_COLUMNS).contains(&column);
    fits.then(|| (row, column - 1))
}

#[derive(Debug, Default)]
pub struct Merges {
    /// By first row, then column.
    regions: Vec<Region>,
    next: usize,
    /// Regions over several rows that the rows now read run through, by first column.
    open: BTreeMap<u32, Open>,
}

#[derive(Debug)]
struct Open {
    region: Region,
    anchor: Option<Cell>,
    pictures: Vec<Attachment>,
}

impl Merges {
    pub fn new(mut regions: Vec<Region>) -> Merges {
        regions.sort_by_key(|region| (region.first_row, region.first_column));
        Merges {
            regions,
            ..Merges::default()
        }
    }

    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// Regions that begin in these rows.
    pub fn beginning_in(
        &self,
        rows: std::ops::RangeInclusive<u32>,
    ) -> impl Iterator<Item = &Region> {
        let from = self
            .regions
            .partition_point(|region| region.first_row < *rows.start());
        self.regions[from..]
            .iter()
            .take_while(move |region| rows.contains(&region.first_row))
    }

    /// Writes the top cell of each open region into this row, or opens the regions that begin here.
    pub fn fill_down(&mut self, row: &mut Row, notes: &mut NoteBook) {
        if self.regions.is_empty() {
            return;
        }
        self.open
            .retain(|_, open| open.region.last_row >= row.number);
        while let Some(region) = self.regions.get(self.next)
            && region.first_row <= row.number
        {
            self.next += 1;
            if region.last_row > row.number
                || region.first_row < region.last_row && region.first_row == row.number
            {
                let anchor = (region.first_row == row.number)
                    .then(|| {
                        row.cells
                            .iter()
                            .find(|cell| cell.column == region.first_column)
                            .cloned()
                    })
                    .flatten();
                self.open.insert(
                    region.first_column,
                    Open {
                        region: *region,
                        anchor,
                        pictures: Vec::new(),
                    },
                );
            }
        }
        for open in self.open.values() {
            let Some(anchor) = &open.anchor else { continue };
            if open.region.first_row == row.number {
                continue;
            }
            let at = row
                .cells
                .partition_point(|cell| cell.column < anchor.column);
            if row
                .cells
                .get(at)
                .is_some_and(|cell| cell.column == anchor.column)
            {
                continue;
            }
            row.cells.insert(at, anchor.clone());
            let region = open.region;
            notes.add_at(
                "merged_filled_down",
                region.first_row,
                region.first_column,
                || {
                    Note::info(
                        "merged_filled_down",
                        format!(
                            "第 {}–{} 行的合并单元格已把内容填到每一行。",
                            region.first_row, region.last_row
                        ),
                        format!(
                            "The merged cell of rows {}–{} was filled into each row.",
                            region.first_row, region.last_row
                        ),
                    )
                },
            );
        }
    }

    /// The same for pictures; call after [`Merges::fill_down`] of the row.
    pub fn fill_pictures_down(&mut self, row: u32, pictures: &mut BTreeMap<u32, Vec<Attachment>>) {
        for open in self.open.values_mut() {
            let column = open.region.first_column;
            if open.region.first_row == row {
                open.pictures = pictures.get(&column).cloned().unwrap_or_default();
            } else if !open.pictures.is_empty() {
                pictures
                    .entry(column)
                    .or_insert_with(|| open.pictures.clone());
            }
        }
    }

    /// The region that a cell lies in.
    pub fn region_of(&self, row: u32, column: u32) -> Option<Region> {
        let end = self
            .regions
            .partition_point(|region| region.first_row <= row);
        self.regions[..end]
            .iter()
            .rev()
            .take(10_000)
            .find(|region| region.has(row, column))
            .copied()
    }
}
