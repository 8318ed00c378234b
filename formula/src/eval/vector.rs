//! What kernels run over: one cell for all records, plain numbers, or cells in any state.

use std::sync::Arc;
use table::value::CellError;

/// A value inside an evaluation. Dates are numbers, as in Excel.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Blank,
    Number(f64),
    Text(Arc<str>),
    Bool(bool),
    Error(CellError),
    /// Waits for an AI answer.
    Pending,
}

/// One value per record.
#[derive(Debug, Clone)]
pub(crate) enum Vector {
    Const(Cell),
    Numbers(Vec<f64>),
    Cells(Vec<Cell>),
    /// A whole column or array constant: the same for every record.
    Range(Arc<Range>),
}

/// A whole column or array constant, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    pub(crate) width: usize,
    pub(crate) cells: Vec<Cell>,
}

impl Cell {
    /// An error or a pending cell: what every strict kernel passes on.
    pub(crate) fn is_stuck(&self) -> bool {
        matches!(self, Cell::Error(_) | Cell::Pending)
    }

    /// A result as Excel lets it be: no infinities.
    pub(crate) fn finite(x: f64) -> Cell {
        match x.is_finite() {
            true => Cell::Number(x),
            false => Cell::Error(CellError::Num),
        }
    }
}

impl Vector {
    pub(crate) fn get(&self, at: usize) -> Cell {
        match self {
            Vector::Const(cell) => cell.clone(),
            Vector::Numbers(v) => Cell::Number(v[at]),
            Vector::Cells(v) => v[at].clone(),
            Vector::Range(range) if range.cells.len() == 1 => range.cells[0].clone(),
            Vector::Range(_) => Cell::Error(CellError::Value),
        }
    }

    /// Cells of a whole column that a kernel reads through.
    pub(crate) fn n_range(&self) -> usize {
        match self {
            Vector::Range(range) => range.cells.len(),
            _ => 0,
        }
    }

    /// The same for every record.
    pub(crate) fn is_const(&self) -> bool {
        matches!(self, Vector::Const(_) | Vector::Range(_))
    }
}
