//! Arrays where a kernel wants single cells: it is asked once per cell, as in Excel. A side that is one row or one column
//! is repeated; where a side has no cell left, the result is `#N/A`.
//!
//! Main type: [`Lifted`]. Tests: `spec/arrays.md`.

use super::vector::{Cell, Range, Vector};
use std::sync::Arc;
use table::value::CellError;

/// The common shape of the arrays among some arguments.
pub(crate) struct Lifted {
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Lifted {
    /// `None` where there is no array among them.
    pub(crate) fn of<'c>(cells: impl Iterator<Item = &'c Cell>) -> Option<Lifted> {
        let mut shape: Option<Lifted> = None;
        for cell in cells {
            if let Cell::Array(range) = cell {
                let shape = shape.get_or_insert(Lifted {
                    width: 1,
                    height: 1,
                });
                shape.width = shape.width.max(range.width);
                shape.height = shape.height.max(range.height());
            }
        }
        shape
    }

    pub(crate) fn n_cells(&self) -> usize {
        self.width.saturating_mul(self.height)
    }

    /// What a cell is at every place.
    pub(crate) fn fill(&self, cell: &Cell, out: &mut Vec<Cell>) {
        for place in 0..self.n_cells() {
            out.push(match cell {
                Cell::Array(range) => repeated(range, place / self.width, place % self.width),
                single => single.clone(),
            });
        }
    }

    /// The kernel's answers for every place.
    pub(crate) fn map(&self, cells: &[Cell], kernel: impl Fn(&[Cell]) -> Cell) -> Cell {
        let mut single: Vec<Cell> = cells.to_vec();
        let mut out = Vec::with_capacity(self.n_cells());
        for row in 0..self.height {
            for column in 0..self.width {
                for (place, cell) in single.iter_mut().zip(cells) {
                    if let Cell::Array(range) = cell {
                        *place = repeated(range, row, column);
                    }
                }
                out.push(top_left(kernel(&single)));
            }
        }
        Cell::Array(Arc::new(Range::new(self.width, out)))
    }
}

/// The cell of a place, where one row or column stands for all.
fn repeated(range: &Range, row: usize, column: usize) -> Cell {
    let row = if range.height() == 1 { 0 } else { row };
    let column = if range.width == 1 { 0 } else { column };
    match row < range.height() && column < range.width {
        true => range.at(row, column).clone(),
        false => Cell::Error(CellError::Na),
    }
}

/// An array holds single cells only.
pub(crate) fn top_left(cell: Cell) -> Cell {
    match cell {
        Cell::Array(range) => range.cells.first().cloned().unwrap_or(Cell::Blank),
        single => single,
    }
}

impl Vector<'_> {
    /// Whether a cell of it may be an array.
    pub(crate) fn may_hold_arrays(&self) -> bool {
        match self {
            Vector::Range(_) | Vector::Const(Cell::Array(_)) => true,
            Vector::Const(_) => false,
            Vector::Numbers(numbers) => {
                let mut rest = numbers.rest.iter();
                rest.any(|(_, cell)| matches!(cell, Cell::Array(_)))
            }
            Vector::Coded(coded) => coded.cells.holds_arrays(),
            Vector::Cells(cells) => cells.iter().any(|cell| matches!(cell, Cell::Array(_))),
        }
    }
}
