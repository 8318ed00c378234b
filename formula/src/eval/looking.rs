//! XLOOKUP, XMATCH, VLOOKUP, HLOOKUP, LOOKUP, MATCH and INDEX over arrays of any kind. Exact matches in columns of one
//! table go another way (`by_key`), with the same results.
//!
//! Main type: [`Looking`]. Law: what is known of an array is made once for all records, however many ask. Tests:
//! `spec/lookup.md`, `spec/aggregates-and-lookup.md`.

use super::{
    CALC, Context, VALUE,
    arrays::Lifted,
    lookup::Lookup,
    search::{Known, Line, Order, Way},
    vector::{Cell, Collector, Range, Vector},
};
use crate::{
    check::coerce::{number, truth},
    functions::regex,
    plan::Node,
};
use std::{cell::RefCell, sync::Arc};
use table::value::CellError;

const NA: Cell = Cell::Error(CellError::Na);
const REF: Cell = Cell::Error(CellError::Ref);
/// Characters of a text that VLOOKUP, HLOOKUP and MATCH look for exactly.
pub(crate) const WANTED_CHARS: usize = 255;

type Answer = Result<Cell, Cell>;

struct Looking<'a, 'c> {
    context: &'c Context<'a>,
    lookup: Lookup,
    /// The array that is searched is the same for all records.
    is_same: bool,
    /// The line that was searched last.
    last: RefCell<Option<Arc<Known>>>,
}

impl Lookup {
    /// Which arguments are single cells: arrays there are asked about cell by cell.
    fn is_single(self, at: usize) -> bool {
        match self {
            Lookup::XLookup => matches!(at, 0 | 4 | 5),
            Lookup::Match | Lookup::XMatch => matches!(at, 0 | 2 | 3),
            Lookup::VLookup | Lookup::HLookup => matches!(at, 0 | 2 | 3),
            Lookup::Lookup => at == 0,
            Lookup::Index => at > 0,
            _ => false,
        }
    }
}

pub(crate) fn call<'a>(context: &mut Context<'a>, lookup: Lookup, args: &[Node<'a>]) -> Vector<'a> {
    let vectors: Vec<Vector> = args
        .iter()
        .enumerate()
        .map(|(at, node)| match (lookup, at, node) {
            (Lookup::XLookup, 3, Node::Missing) => Vector::Const(NA),
            _ => context.eval(node),
        })
        .collect();
    let is_const = vectors.iter().all(Vector::is_const);
    let searched = if lookup == Lookup::Index { 0 } else { 1 };
    let looking = Looking {
        context,
        lookup,
        is_same: vectors[searched].is_const(),
        last: RefCell::new(None),
    };
    let n_read = vectors[searched].n_range();
    if lookup != Lookup::Index && !context.fuel.burn(n_read) {
        return Vector::Const(CALC);
    }
    let mut cells = vec![Cell::Blank; vectors.len()];
    let mut one = |at: usize| {
        for (cell, vector) in cells.iter_mut().zip(&vectors) {
            *cell = vector.get(at);
        }
        looking.lifted(&cells)
    };
    match is_const {
        true => match one(0) {
            Cell::Array(range) => Vector::Range(range),
            cell => Vector::Const(cell),
        },
        false => (0..context.len()).map(one).collect::<Collector>().finish(),
    }
}

fn grid(cell: &Cell) -> Result<Arc<Range>, Cell> {
    match cell {
        Cell::Array(range) => Ok(range.clone()),
        stuck if stuck.is_stuck() => Err(stuck.clone()),
        single => Ok(Arc::new(Range::new(1, vec![single.clone()]))),
    }
}

/// The default where an argument is left out.
fn or(cells: &[Cell], at: usize, default: f64) -> Result<f64, Cell> {
    match cells.get(at) {
        None | Some(Cell::Blank) => Ok(default),
        Some(cell) => number(cell).map(f64::trunc),
    }
}

pub(crate) fn is_long(wanted: &Cell) -> bool {
    matches!(wanted, Cell::Text(text) if text.chars().nth(WANTED_CHARS).is_some())
}

fn is_wild(wanted: &Cell) -> bool {
    matches!(wanted, Cell::Text(text) if text.contains(['*', '?', '~']))
}

/// The mode of match and the mode of search of XLOOKUP and XMATCH.
fn modes(cells: &[Cell], at: usize) -> Result<(Way, Order), Cell> {
    let way = match or(cells, at, 0.0)? {
        0.0 => Way::Exact,
        -1.0 => Way::Smaller,
        1.0 => Way::Larger,
        2.0 => Way::Wildcards,
        3.0 => Way::Regex,
        _ => return Err(VALUE),
    };
    let order = match or(cells, at + 1, 1.0)? {
        1.0 => Order::First,
        -1.0 => Order::Last,
        2.0 => Order::Ascending,
        -2.0 => Order::Descending,
        _ => return Err(VALUE),
    };
    match (way, order) {
        (Way::Wildcards | Way::Regex, Order::Ascending | Order::Descending) => Err(VALUE),
        both => Ok(both),
    }
}

/// Exactly (with wildcards) or the next smaller one of what ascends.
fn by_type(is_near: bool) -> (Way, Order) {
    match is_near {
        true => (Way::Smaller, Order::Ascending),
        false => (Way::Wildcards, Order::First),
    }
}

impl Looking<'_, '_> {
    /// Once per cell of the arrays that stand for single cells.
    fn lifted(&self, cells: &[Cell]) -> Cell {
        let places: Vec<usize> = (0..cells.len())
            .filter(|at| self.lookup.is_single(*at))
            .collect();
        let single: Vec<Cell> = places.iter().map(|at| cells[*at].clone()).collect();
        let Some(shape) = Lifted::of(single.iter()) else {
            return self.one(cells);
        };
        if !self.context.fuel.burn(shape.n_cells()) {
            return CALC;
        }
        let all = RefCell::new(cells.to_vec());
        shape.map(&single, |single| {
            let mut all = all.borrow_mut();
            for (at, cell) in places.iter().zip(single) {
                all[*at] = cell.clone();
            }
            self.one(&all)
        })
    }

    fn one(&self, cells: &[Cell]) -> Cell {
        if self.lookup != Lookup::Index && cells[0].is_stuck() {
            return cells[0].clone();
        }
        let answer = match self.lookup {
            Lookup::XLookup => self.xlookup(cells),
            Lookup::XMatch => self.xmatch(cells),
            Lookup::Match => self.matched(cells),
            Lookup::VLookup => self.in_table(cells, true),
            Lookup::HLookup => self.in_table(cells, false),
            Lookup::Lookup => self.lookup(cells),
            _ => index(cells),
        };
        answer.unwrap_or_else(|stuck| stuck)
    }

    fn find(&self, line: Line, wanted: &Cell, (way, order): (Way, Order)) -> Result<usize, Cell> {
        if way == Way::Regex {
            return self.find_like(&line, wanted, order);
        }
        // Only XLOOKUP and XMATCH know the blank; among what is sorted the others take it for 0.
        let wanted = match (wanted, order) {
            (Cell::Blank, Order::Ascending | Order::Descending) if !self.is_new() => {
                &Cell::Number(0.0)
            }
            _ => wanted,
        };
        let mut last = self.last.borrow_mut();
        let known = match &*last {
            Some(known) if known.line.key() == line.key() => known.clone(),
            _ => {
                if !self.is_same && !self.context.fuel.burn(line.len) {
                    return Err(CALC);
                }
                let known = match self.is_same {
                    true => self.context.input.cache.known(line),
                    false => Arc::new(Known::new(line)),
                };
                last.insert(known).clone()
            }
        };
        let is_equal = || known.equal(wanted, order);
        // Of equal cells among what is sorted, the new functions take the other end.
        let found = match order {
            Order::Ascending | Order::Descending if self.is_new() => is_equal(),
            _ => None,
        };
        let found = found.or_else(|| known.find(wanted, way, order, |n| self.context.fuel.burn(n)));
        match found {
            None if self.is_new() => known.beside(wanted, way, order).ok_or(NA),
            found => found.ok_or(NA),
        }
    }

    fn is_new(&self) -> bool {
        matches!(self.lookup, Lookup::XLookup | Lookup::XMatch)
    }

    /// The first or last text that fits a regular expression.
    fn find_like(&self, line: &Line, pattern: &Cell, order: Order) -> Result<usize, Cell> {
        if !self.context.fuel.burn(line.len) {
            return Err(CALC);
        }
        let regex = regex::compiled(pattern, None)?;
        let fits = |at: &usize| match line.cell(*at) {
            Cell::Text(text) => regex.is_match(&**text).unwrap_or(false),
            _ => false,
        };
        let found = match order {
            Order::Last => (0..line.len).rev().find(fits),
            _ => (0..line.len).find(fits),
        };
        found.ok_or(NA)
    }

    fn xlookup(&self, cells: &[Cell]) -> Answer {
        let (keys, values) = (grid(&cells[1])?, grid(&cells[2])?);
        let modes = modes(cells, 4)?;
        let line = Line::whole(&keys).ok_or(VALUE)?;
        // A single cell is a column as well as a row.
        let as_column = keys.width == 1 && keys.height() == values.height();
        let as_row = keys.height() == 1 && keys.width == values.width;
        if !as_column && !as_row {
            return Err(VALUE);
        }
        match self.find(line, &cells[0], modes) {
            Ok(at) if as_column => Ok(row(&values, at)),
            Ok(at) => Ok(column(&values, at)),
            Err(NA) => Ok(cells.get(3).cloned().unwrap_or(NA)),
            Err(stuck) => Err(stuck),
        }
    }

    fn xmatch(&self, cells: &[Cell]) -> Answer {
        let modes = modes(cells, 2)?;
        let line = Line::whole(&grid(&cells[1])?).ok_or(VALUE)?;
        let at = self.find(line, &cells[0], modes)?;
        Ok(Cell::Number(at as f64 + 1.0))
    }

    fn matched(&self, cells: &[Cell]) -> Answer {
        let keys = grid(&cells[1])?;
        let by = match cells.get(2) {
            None => 1.0,
            Some(cell) => number(cell)?,
        };
        let line = Line::whole(&keys).ok_or(NA)?;
        // With wildcards the first text that fits, sorted or not.
        if by != 0.0
            && is_wild(&cells[0])
            && let Ok(at) = self.find(line.clone(), &cells[0], (Way::Wildcards, Order::First))
        {
            return Ok(Cell::Number(at as f64 + 1.0));
        }
        let modes = match by {
            0.0 if is_long(&cells[0]) => return Err(VALUE),
            by if by < 0.0 => (Way::Larger, Order::Descending),
            by => by_type(by > 0.0),
        };
        let at = self.find(line, &cells[0], modes)?;
        Ok(Cell::Number(at as f64 + 1.0))
    }

    /// VLOOKUP and HLOOKUP.
    fn in_table(&self, cells: &[Cell], down: bool) -> Answer {
        let range = grid(&cells[1])?;
        let which = number(&cells[2])?.trunc();
        let is_near = cells.get(3).map_or(Ok(true), truth)?;
        let n = if down { range.width } else { range.height() };
        if which < 1.0 || !is_near && is_long(&cells[0]) {
            return Err(VALUE);
        }
        if which > n as f64 {
            return Err(REF);
        }
        let which = which as usize - 1;
        let line = match down {
            true => Line::column(&range, 0),
            false => Line::row(&range, 0),
        };
        let at = self.find(line, &cells[0], by_type(is_near))?;
        Ok(match down {
            true => range.at(at, which).clone(),
            false => range.at(which, at).clone(),
        })
    }

    fn lookup(&self, cells: &[Cell]) -> Answer {
        let keys = grid(&cells[1])?;
        let across = keys.width > keys.height();
        let (line, last) = match across {
            true => (Line::row(&keys, 0), Line::row(&keys, keys.height() - 1)),
            false => (Line::column(&keys, 0), Line::column(&keys, keys.width - 1)),
        };
        let values = match cells.get(2) {
            None => last,
            Some(values) => Line::whole(&grid(values)?).ok_or(NA)?,
        };
        let at = self.find(line, &cells[0], (Way::Smaller, Order::Ascending))?;
        match at < values.len {
            true => Ok(values.cell(at).clone()),
            false => Err(NA),
        }
    }
}

/// All of it.
fn all(range: &Arc<Range>) -> Cell {
    match &range.cells[..] {
        [cell] => cell.clone(),
        _ => Cell::Array(range.clone()),
    }
}

fn row(range: &Arc<Range>, at: usize) -> Cell {
    let start = at * range.width;
    match range.width {
        1 => range.cells[at].clone(),
        width if width == range.cells.len() => all(range),
        width => Cell::array(width, range.cells[start..start + width].to_vec()),
    }
}

fn column(range: &Arc<Range>, at: usize) -> Cell {
    match range.width {
        1 => all(range),
        _ => Cell::array(1, range.rows().map(|row| row[at].clone()).collect()),
    }
}

/// 0, or a place left out, stands for the whole row or column.
fn index(cells: &[Cell]) -> Answer {
    let range = grid(&cells[0])?;
    let (first, second) = (or(cells, 1, 0.0)?, or(cells, 2, 0.0)?);
    let (row_at, column_at) = match cells.len() == 2 && range.height() == 1 {
        true => (0.0, first),
        false => (first, second),
    };
    // An array is one area.
    match or(cells, 3, 1.0)? {
        1.0 => {}
        area if area < 1.0 => return Err(VALUE),
        _ => return Err(REF),
    }
    if row_at < 0.0 || column_at < 0.0 {
        return Err(VALUE);
    }
    if row_at > range.height() as f64 || column_at > range.width as f64 {
        return Err(REF);
    }
    Ok(match (row_at as usize, column_at as usize) {
        (0, 0) => all(&range),
        (0, at) => column(&range, at - 1),
        (at, 0) => row(&range, at - 1),
        (row, column) => range.at(row - 1, column - 1).clone(),
    })
}
