//! Vectors as codes into distinct cells: a kernel runs once per distinct cell, not once per record.
//!
//! Main types: [`Coded`], and [`Dictionary`], whose parts are the texts of a stored column (borrowed) or cells that a
//! kernel made. Two codes may stand for equal cells.

use super::vector::Cell;
use std::{borrow::Cow, sync::Arc};
use table::column::TextValues;

#[derive(Debug, Clone)]
pub(crate) struct Coded<'a> {
    /// All below the number of cells in the dictionary.
    pub(crate) codes: Cow<'a, [u32]>,
    pub(crate) cells: Dictionary<'a>,
}

/// Cells by code; parts follow each other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionary<'a> {
    parts: Vec<(u32, Part<'a>)>,
    len: u32,
}

#[derive(Debug, Clone)]
enum Part<'a> {
    Texts(&'a TextValues),
    Cells(Arc<[Cell]>),
    /// Texts that a kernel made.
    Made(Arc<TextValues>),
}

/// A cell, or a text that is not one yet.
pub(crate) enum Seen<'a> {
    Text(&'a str),
    Cell(&'a Cell),
}

impl<'a> Dictionary<'a> {
    pub(crate) fn of_cells(cells: Vec<Cell>) -> Dictionary<'a> {
        let mut dictionary = Dictionary::default();
        dictionary.add_cells(cells);
        dictionary
    }

    pub(crate) fn of_texts(texts: &'a TextValues) -> Dictionary<'a> {
        Dictionary {
            len: texts.n_codes() as u32,
            parts: vec![(0, Part::Texts(texts))],
        }
    }

    /// The codes of the texts are those of the vector.
    pub(crate) fn made(texts: Arc<TextValues>) -> Dictionary<'a> {
        Dictionary {
            len: texts.n_codes() as u32,
            parts: vec![(0, Part::Made(texts))],
        }
    }

    /// Where all cells are texts that a kernel made.
    pub(crate) fn all_made(&self) -> Option<&Arc<TextValues>> {
        match &self.parts[..] {
            [(_, Part::Made(texts))] => Some(texts),
            _ => None,
        }
    }

    pub(crate) fn shared(cells: Arc<[Cell]>) -> Dictionary<'a> {
        Dictionary {
            len: cells.len() as u32,
            parts: vec![(0, Part::Cells(cells))],
        }
    }

    /// Returns the code of the first one.
    pub(crate) fn add_cells(&mut self, cells: Vec<Cell>) -> u32 {
        let start = self.len;
        self.len += cells.len() as u32;
        self.parts.push((start, Part::Cells(cells.into())));
        start
    }

    /// Returns by how much the codes of the other one grow.
    pub(crate) fn join(&mut self, other: &Dictionary<'a>) -> u32 {
        let start = self.len;
        let parts = other.parts.iter();
        self.parts
            .extend(parts.map(|(from, part)| (from + start, part.clone())));
        self.len += other.len;
        start
    }

    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) fn holds_arrays(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|(_, part)| match part {
            Part::Texts(_) | Part::Made(_) => false,
            Part::Cells(cells) => cells.iter().any(|cell| matches!(cell, Cell::Array(_))),
        })
    }

    pub(crate) fn see(&self, code: u32) -> Seen<'_> {
        let part = self.parts.partition_point(|(start, _)| *start <= code) - 1;
        let (start, part) = &self.parts[part];
        match part {
            Part::Texts(texts) => Seen::Text(texts.text(code - start)),
            Part::Cells(cells) => Seen::Cell(&cells[(code - start) as usize]),
            Part::Made(texts) => Seen::Text(texts.text(code - start)),
        }
    }

    pub(crate) fn cell(&self, code: u32) -> Cell {
        match self.see(code) {
            Seen::Text(text) => Cell::Text(Arc::from(text)),
            Seen::Cell(cell) => cell.clone(),
        }
    }
}

impl<'a> Coded<'a> {
    /// FALSE and TRUE have the codes 0 and 1; `rest` are the codes from 2.
    pub(crate) fn bools(codes: Vec<u32>, rest: Vec<Cell>) -> Coded<'a> {
        let mut cells = vec![Cell::Bool(false), Cell::Bool(true)];
        cells.extend(rest);
        Coded {
            codes: codes.into(),
            cells: Dictionary::of_cells(cells),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    pub(crate) fn get(&self, at: usize) -> Cell {
        self.cells.cell(self.codes[at])
    }

    /// Which codes occur.
    pub(crate) fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.cells.len()];
        for code in &*self.codes {
            used[*code as usize] = true;
        }
        used
    }

    /// What a kernel makes of each distinct cell; `otherwise` for codes that do not occur.
    pub(crate) fn each<T: Clone>(&self, otherwise: T, mut kernel: impl FnMut(Seen) -> T) -> Vec<T> {
        let used = self.used();
        let mut out = vec![otherwise; used.len()];
        for (code, used) in used.into_iter().enumerate() {
            if used {
                out[code] = kernel(self.cells.see(code as u32));
            }
        }
        out
    }

    /// As many distinct cells as records, or nearly: then codes are no help.
    pub(crate) fn is_sparse(&self) -> bool {
        self.cells.len() > self.codes.len() / 2 + 64
    }

    pub(crate) fn map(&self, mut kernel: impl FnMut(Cell) -> Cell) -> Coded<'a> {
        let cells = self.each(Cell::Blank, |seen| kernel(seen.to_cell()));
        Coded {
            codes: self.codes.clone(),
            cells: Dictionary::of_cells(cells),
        }
    }
}

impl Seen<'_> {
    pub(crate) fn to_cell(&self) -> Cell {
        match self {
            Seen::Text(text) => Cell::Text(Arc::from(*text)),
            Seen::Cell(cell) => (*cell).clone(),
        }
    }
}
