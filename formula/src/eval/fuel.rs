//! How much one evaluation may compute, in cells: one for each record that a node of the plan is computed for, one
//! for each cell of a column that is read through; and how many bytes of text it may make. The charge depends on the plan and the cells alone, never on time.
//!
//! Law: an evaluation that runs out gives `#CALC!` for all of its records, so that no `IFERROR` makes a value of half
//! of the work. Tests: `tests/language.rs`.

use super::{CALC, vector::Cell};
use crate::limits::EVAL_TEXT_BYTES;

/// What is left; nothing once a charge could not be paid.
#[derive(Debug)]
pub(crate) struct Fuel {
    cells: std::cell::Cell<Option<u64>>,
    /// Of texts that may still be made.
    bytes: std::cell::Cell<u64>,
}

impl Fuel {
    pub(crate) fn new(cells: u64) -> Fuel {
        Fuel {
            cells: std::cell::Cell::new(Some(cells)),
            bytes: std::cell::Cell::new(EVAL_TEXT_BYTES),
        }
    }

    /// False where the charge cannot be paid: from then on nothing is computed any more.
    #[must_use]
    pub(crate) fn burn(&self, cells: usize) -> bool {
        let left = self
            .cells
            .get()
            .and_then(|left| left.checked_sub(cells as u64));
        self.cells.set(left);
        left.is_some()
    }

    /// A cell that was made; `#CALC!` where its text is more than may be kept in memory.
    pub(crate) fn kept(&self, cell: Cell) -> Cell {
        let Cell::Text(text) = &cell else {
            return cell;
        };
        match self.keep(text.len()) {
            true => cell,
            false => CALC,
        }
    }

    /// The texts of cells that were made.
    pub(crate) fn keep_all(&self, cells: &[Cell]) -> bool {
        let bytes = cells.iter().map(|cell| match cell {
            Cell::Text(text) => text.len(),
            _ => 0,
        });
        self.keep(bytes.sum())
    }

    fn keep(&self, bytes: usize) -> bool {
        match self.bytes.get().checked_sub(bytes as u64) {
            Some(left) => {
                self.bytes.set(left);
                !self.is_out()
            }
            None => self.burn(usize::MAX),
        }
    }

    /// How much of what there was at first is burnt; all of it where it ran out.
    pub(crate) fn burnt(&self, first: u64) -> usize {
        let burnt = first - self.cells.get().unwrap_or(0).min(first);
        usize::try_from(burnt).unwrap_or(usize::MAX)
    }

    pub(crate) fn is_out(&self) -> bool {
        self.cells.get().is_none()
    }
}
