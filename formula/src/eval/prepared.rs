//! Functions with arguments that are whole columns, of which an index is made once per evaluation and not once per
//! record: exchange rates.
//!
//! Law: the same as if the index were made for each record. Tests: `spec/merchant.md`, FX.

use super::{
    CALC, Context,
    arrays::Lifted,
    vector::{Cell, Range, Vector},
};
use crate::plan::Node;
use std::sync::Arc;

/// Asked with the cells of the other arguments, which are single.
pub(crate) type Ask = Box<dyn Fn(&[Cell]) -> Cell>;

#[derive(Clone, Copy)]
pub(crate) struct Prepared {
    /// Places of the columns.
    pub(crate) columns: &'static [usize],
    /// From the columns; one that is left out is absent.
    pub(crate) make: fn(&[Option<Arc<Range>>]) -> Ask,
}

pub(crate) fn call<'a>(
    context: &mut Context<'a>,
    prepared: Prepared,
    args: &[Node<'a>],
) -> Vector<'a> {
    let vectors: Vec<Vector> = args.iter().map(|arg| context.eval(arg)).collect();
    let n_columns = prepared.columns.len();
    let columns = prepared.columns.iter().map(|at| vectors.get(*at).cloned());
    let missing = Vector::Const(Cell::Blank);
    let columns: Vec<Vector> = columns
        .map(|found| found.unwrap_or(missing.clone()))
        .collect();
    let of_record = vectors.into_iter().enumerate();
    let of_record = of_record.filter(|(at, _)| !prepared.columns.contains(at));
    let of_record: Vec<Vector> = of_record.map(|(_, vector)| vector).collect();
    let n_read: usize = columns.iter().map(Vector::n_range).sum();
    if !context.fuel.burn(n_read) {
        return Vector::Const(CALC);
    }
    let ranges = |cells: &[Cell]| -> Vec<Option<Arc<Range>>> { cells.iter().map(range).collect() };
    if columns.iter().all(Vector::is_const) {
        let cells: Vec<Cell> = columns.iter().map(|column| column.get(0)).collect();
        if let Some(stuck) = cells.iter().find(|cell| cell.is_stuck()) {
            return Vector::Const(stuck.clone());
        }
        let ask = (prepared.make)(&ranges(&cells));
        return context.lifted(&of_record, 1, |cells| unless_stuck(cells, &ask));
    }
    let all: Vec<Vector> = columns.into_iter().chain(of_record).collect();
    context.per_record(&all, |cells| {
        let (columns, cells) = cells.split_at(n_columns);
        let n_read = columns
            .iter()
            .filter_map(range)
            .map(|range| range.cells.len());
        match context.fuel.burn(n_read.sum()) {
            true => unless_stuck(columns, |_| {
                let ask = (prepared.make)(&ranges(columns));
                match Lifted::of(cells.iter()) {
                    None => unless_stuck(cells, &ask),
                    Some(shape) => shape.map(cells, |cells| unless_stuck(cells, &ask)),
                }
            }),
            false => CALC,
        }
    })
}

/// A single cell is a column of one.
fn range(cell: &Cell) -> Option<Arc<Range>> {
    match cell {
        Cell::Blank => None,
        Cell::Array(range) => Some(range.clone()),
        single => Some(Arc::new(Range::new(1, vec![single.clone()]))),
    }
}

fn unless_stuck(cells: &[Cell], ask: impl Fn(&[Cell]) -> Cell) -> Cell {
    match cells.iter().find(|cell| cell.is_stuck()) {
        Some(stuck) => stuck.clone(),
        None => ask(cells),
    }
}
