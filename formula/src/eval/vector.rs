//! What kernels run over: one cell for all records, plain numbers, codes into few distinct cells, or cells in any
//! state. Law: however a vector is held, [`Vector::get`] gives the same cells. Tests: `a_column_is_its_records` in
//! `tests/properties.rs`, which compares whole columns with single records.

use super::coded::Coded;
use crate::check::coerce;
use std::{borrow::Cow, sync::Arc};
use table::{mask::Mask, value::CellError};

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
    /// Several cells in one: what FILTER or `[数量]*{1,2}` gives. Never empty, never an array of arrays.
    Array(Arc<Range>),
}

/// One value per record.
#[derive(Debug, Clone)]
pub(crate) enum Vector<'a> {
    Const(Cell),
    Numbers(Numbers<'a>),
    Coded(Coded<'a>),
    Cells(Vec<Cell>),
    /// A whole column or array constant: the same for every record.
    Range(Arc<Range>),
}

/// Mostly numbers.
#[derive(Debug, Clone)]
pub(crate) struct Numbers<'a> {
    /// 0 where the cell is no number, so that arithmetic takes a blank for what it is.
    pub(crate) values: Cow<'a, [f64]>,
    /// True where the cell is blank.
    pub(crate) blank: Option<Mask>,
    /// Cells that are neither, by position, ascending.
    pub(crate) rest: Vec<(u32, Cell)>,
}

/// A whole column, an array constant or a computed array, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    pub(crate) width: usize,
    pub(crate) cells: Vec<Cell>,
}

impl Range {
    /// `cells` row by row; at least one, a whole number of rows.
    pub(crate) fn new(width: usize, cells: Vec<Cell>) -> Range {
        debug_assert!(width > 0 && !cells.is_empty() && cells.len().is_multiple_of(width));
        Range { width, cells }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// Row by row.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(crate) fn height(&self) -> usize {
        self.cells.len() / self.width.max(1)
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> &Cell {
        &self.cells[row * self.width + column]
    }

    pub(crate) fn rows(&self) -> std::slice::Chunks<'_, Cell> {
        self.cells.chunks(self.width.max(1))
    }
}

impl Cell {
    /// An array of these cells, row by row; of one cell: that cell; of none: `#CALC!`, as in Excel.
    #[allow(dead_code)]
    pub(crate) fn array(width: usize, cells: Vec<Cell>) -> Cell {
        match cells.len() {
            0 => Cell::Error(CellError::Calc),
            1 => cells.into_iter().next().unwrap_or(Cell::Blank),
            _ => Cell::Array(Arc::new(Range::new(width, cells))),
        }
    }

    /// As it is written in a formula; `blank` and `pending` where it cannot be.
    pub fn shown(&self) -> String {
        match self {
            Cell::Blank => "blank".into(),
            Cell::Number(x) => coerce::general(*x),
            Cell::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            Cell::Bool(b) => if *b { "TRUE" } else { "FALSE" }.into(),
            Cell::Error(error) => error.code().into(),
            Cell::Pending => "pending".into(),
            Cell::Array(range) => {
                let row = |row: &[Cell]| row.iter().map(Cell::shown).collect::<Vec<_>>().join(",");
                let rows: Vec<String> = range.rows().map(row).collect();
                format!("{{{}}}", rows.join(";"))
            }
        }
    }

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

impl<'a> Numbers<'a> {
    pub(crate) fn of(values: impl Into<Cow<'a, [f64]>>) -> Numbers<'a> {
        Numbers {
            values: values.into(),
            blank: None,
            rest: Vec::new(),
        }
    }

    pub(crate) fn get(&self, at: usize) -> Cell {
        if self.blank.as_ref().is_some_and(|blank| blank.get(at)) {
            return Cell::Blank;
        }
        match self.rest.binary_search_by_key(&(at as u32), |(at, _)| *at) {
            Ok(found) => self.rest[found].1.clone(),
            Err(_) => Cell::Number(self.values[at]),
        }
    }
}

impl Vector<'_> {
    pub(crate) fn get(&self, at: usize) -> Cell {
        match self {
            Vector::Const(cell) => cell.clone(),
            Vector::Numbers(numbers) => numbers.get(at),
            Vector::Coded(coded) => coded.get(at),
            Vector::Cells(v) => v[at].clone(),
            Vector::Range(range) => match &range.cells[..] {
                [] => Cell::Blank,
                [cell] => cell.clone(),
                _ => Cell::Array(range.clone()),
            },
        }
    }

    /// The values of these records, in this order; a record may stand there twice.
    pub(crate) fn gathered(&self, rows: impl Iterator<Item = usize>) -> Self {
        match self {
            Vector::Coded(coded) => Vector::Coded(Coded {
                codes: rows.map(|row| coded.codes[row]).collect::<Vec<_>>().into(),
                cells: coded.cells.clone(),
            }),
            Vector::Numbers(numbers) if numbers.rest.is_empty() && numbers.blank.is_none() => {
                let values: Vec<f64> = rows.map(|row| numbers.values[row]).collect();
                Vector::Numbers(Numbers::of(values))
            }
            Vector::Numbers(_) | Vector::Cells(_) => rows
                .map(|row| self.get(row))
                .collect::<Collector>()
                .finish(),
            same => same.clone(),
        }
    }

    /// For `n` records, of which only `rows` have a cell in this vector.
    pub(crate) fn scattered(self, rows: impl Iterator<Item = usize>, n: usize) -> Self {
        match self {
            Vector::Numbers(numbers) => {
                let mut values = vec![0.0; n];
                let mut blank = numbers.blank.is_some().then(|| Mask::new(n, false));
                let mut rest = numbers.rest.into_iter().peekable();
                let mut moved = Vec::with_capacity(rest.len());
                for (from, to) in rows.enumerate() {
                    values[to] = numbers.values[from];
                    if let (Some(from_blank), Some(blank)) = (&numbers.blank, &mut blank) {
                        blank.set(to, from_blank.get(from));
                    }
                    if let Some((_, cell)) = rest.next_if(|(at, _)| *at as usize == from) {
                        moved.push((to as u32, cell));
                    }
                }
                moved.sort_unstable_by_key(|(at, _)| *at);
                Vector::Numbers(Numbers {
                    values: values.into(),
                    blank,
                    rest: moved,
                })
            }
            Vector::Coded(coded) => {
                let mut codes = vec![0; n];
                rows.zip(&*coded.codes)
                    .for_each(|(to, code)| codes[to] = *code);
                Vector::Coded(Coded {
                    codes: codes.into(),
                    cells: coded.cells,
                })
            }
            Vector::Cells(cells) => {
                let mut out = vec![Cell::Blank; n];
                rows.zip(cells).for_each(|(to, cell)| out[to] = cell);
                Vector::Cells(out)
            }
            same => same,
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

/// Cells in the order in which kernels make them: numbers stay numbers for as long as it goes.
#[derive(Default)]
pub(crate) struct Collector {
    values: Vec<f64>,
    blank: Vec<u32>,
    rest: Vec<(u32, Cell)>,
    cells: Option<Vec<Cell>>,
}

impl Collector {
    pub(crate) fn with_capacity(n: usize) -> Collector {
        Collector {
            values: Vec::with_capacity(n),
            ..Collector::default()
        }
    }

    pub(crate) fn push(&mut self, cell: Cell) {
        if let Some(cells) = &mut self.cells {
            cells.push(cell);
            return;
        }
        let at = self.values.len() as u32;
        match cell {
            Cell::Number(x) => self.values.push(x),
            Cell::Blank => {
                self.values.push(0.0);
                self.blank.push(at);
            }
            // Where most cells are no numbers, a list of exceptions is no help.
            cell if self.rest.len() > 64 + self.values.len() / 8 => {
                let taken = std::mem::take(self);
                let n = taken.values.len();
                let capacity = taken.values.capacity();
                let numbers = taken.numbers();
                let mut cells = Vec::with_capacity(capacity);
                cells.extend((0..n).map(|at| numbers.get(at)));
                cells.push(cell);
                self.cells = Some(cells);
            }
            cell => {
                self.values.push(0.0);
                self.rest.push((at, cell));
            }
        }
    }

    fn numbers(self) -> Numbers<'static> {
        let blank = (!self.blank.is_empty()).then(|| {
            let mut mask = Mask::new(self.values.len(), false);
            self.blank
                .iter()
                .for_each(|at| mask.set(*at as usize, true));
            mask
        });
        Numbers {
            values: self.values.into(),
            blank,
            rest: self.rest,
        }
    }

    pub(crate) fn finish<'a>(self) -> Vector<'a> {
        match self.cells {
            Some(cells) => Vector::Cells(cells),
            None => Vector::Numbers(self.numbers()),
        }
    }
}

impl FromIterator<Cell> for Collector {
    fn from_iter<I: IntoIterator<Item = Cell>>(cells: I) -> Collector {
        let cells = cells.into_iter();
        let mut out = Collector::with_capacity(cells.size_hint().0);
        cells.for_each(|cell| out.push(cell));
        out
    }
}
