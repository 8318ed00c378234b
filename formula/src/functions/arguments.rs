//! Arguments of a call by place: what is left out, what Excel's older functions refuse.
//!
//! Main types: [`Given`], [`Answer`]. Law: the first argument that cannot be read decides the error. Tests:
//! `spec/finance.md`, `spec/securities.md`, `spec/working-days.md`.

use super::date_text::day_of;
use crate::{
    check::coerce,
    eval::{VALUE, vector::Cell},
    limits::ARRAY_CELLS,
};
use table::{field::date::LAST_DAY, value::CellError};

/// A number, or the cell that stands in its place.
pub(crate) type Answer = Result<f64, Cell>;

pub(crate) const NUM: Cell = Cell::Error(CellError::Num);
pub(crate) const DIV0: Cell = Cell::Error(CellError::Div0);

/// The arguments of one call.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a>(pub(crate) &'a [Cell]);

impl Given<'_> {
    pub(crate) fn number(&self, at: usize) -> Answer {
        coerce::number(self.0.get(at).unwrap_or(&Cell::Blank))
    }

    /// `default` where the call has no such argument; one between commas is 0, as in Excel.
    pub(crate) fn number_or(&self, at: usize, default: f64) -> Answer {
        self.0.get(at).map_or(Ok(default), coerce::number)
    }

    /// As the functions of Excel's former Analysis ToolPak read a number: booleans are `#VALUE!`.
    pub(crate) fn amount(&self, at: usize) -> Answer {
        match self.0.get(at) {
            Some(Cell::Bool(_)) => Err(VALUE),
            _ => self.number(at),
        }
    }

    pub(crate) fn amount_or(&self, at: usize, default: f64) -> Answer {
        match self.0.get(at) {
            None => Ok(default),
            Some(_) => self.amount(at),
        }
    }

    /// The number of a day, without the time; booleans are `#VALUE!`.
    pub(crate) fn day(&self, at: usize) -> Answer {
        match self.0.get(at) {
            Some(Cell::Bool(_)) => Err(VALUE),
            _ => self.any_day(at),
        }
    }

    /// The number of a day, without the time.
    pub(crate) fn any_day(&self, at: usize) -> Answer {
        in_days(day_of(self.0.get(at).unwrap_or(&Cell::Blank))?.floor())
    }

    pub(crate) fn truth_or(&self, at: usize, default: bool) -> Result<bool, Cell> {
        self.0.get(at).map_or(Ok(default), coerce::truth)
    }
}

/// Day numbers that functions compute with.
pub(crate) fn in_days(day: f64) -> Answer {
    require((0.0..LAST_DAY + 1.0).contains(&day))?;
    Ok(day)
}

/// `#NUM!` where an argument is outside what the function is defined for.
pub(crate) fn require(holds: bool) -> Result<(), Cell> {
    if holds { Ok(()) } else { Err(NUM) }
}

/// What the kernel answers.
pub(crate) fn settle(answer: Answer) -> Cell {
    answer.map_or_else(|stuck| stuck, Cell::finite)
}

/// The numbers of an array or of a single cell; texts, booleans and blanks in an array are passed over.
pub(crate) fn numbers(cell: &Cell) -> Result<Vec<f64>, Cell> {
    let Cell::Array(range) = cell else {
        return coerce::number(cell).map(|x| vec![x]);
    };
    let mut out = Vec::with_capacity(range.cells().len());
    for cell in range.cells() {
        match cell {
            Cell::Number(x) => out.push(*x),
            stuck if stuck.is_stuck() => return Err(stuck.clone()),
            _ => {}
        }
    }
    Ok(out)
}

/// A kernel whose first `n` arguments are single cells: it is asked once per cell of the arrays among them, of which one
/// row or one column is repeated. Errors among the arguments pass on.
pub(crate) fn each_single(args: &[Cell], n: usize, kernel: fn(&[Cell]) -> Cell) -> Cell {
    match unstuck(args) {
        Err(stuck) => stuck,
        Ok(()) => each_where(args, |at| at < n, kernel),
    }
}

/// As [`each_single`], for arguments at any place; errors among these pass on. Of an answer that is an array its first
/// cell stays, as in Excel: `SEQUENCE({2,3})` is `{1,1}`.
pub(crate) fn each_where(
    args: &[Cell],
    is_single: impl Fn(usize) -> bool,
    kernel: fn(&[Cell]) -> Cell,
) -> Cell {
    let places: Vec<usize> = (0..args.len()).filter(|at| is_single(*at)).collect();
    let arrays = places.iter().filter_map(|at| match &args[*at] {
        Cell::Array(range) => Some((range.width(), range.height())),
        _ => None,
    });
    let Some((width, height)) = arrays.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1))) else {
        let stuck = places.iter().find(|at| args[**at].is_stuck());
        return stuck.map_or_else(|| kernel(args), |at| args[*at].clone());
    };
    if width.saturating_mul(height) > ARRAY_CELLS {
        return Cell::Error(CellError::Calc);
    }
    let mut single = args.to_vec();
    let answers = (0..width * height).map(|place| {
        let (row, column) = (place / width, place % width);
        for at in &places {
            if let Cell::Array(range) = &args[*at] {
                let row = if range.height() == 1 { 0 } else { row };
                let column = if range.width() == 1 { 0 } else { column };
                single[*at] = match row < range.height() && column < range.width() {
                    true => range.at(row, column).clone(),
                    false => Cell::Error(CellError::Na),
                };
            }
        }
        let stuck = places.iter().find(|at| single[**at].is_stuck());
        match stuck.map_or_else(|| kernel(&single), |at| single[*at].clone()) {
            Cell::Array(range) => range.cells()[0].clone(),
            cell => cell,
        }
    });
    Cell::array(width, answers.collect())
}

/// The first error among the arguments themselves, for kernels that take arrays.
pub(crate) fn unstuck(args: &[Cell]) -> Result<(), Cell> {
    match args.iter().find(|cell| cell.is_stuck()) {
        Some(stuck) => Err(stuck.clone()),
        None => Ok(()),
    }
}
