//! Stored columns to vectors.

use super::{
    Context,
    coded::{Coded, Dictionary},
    vector::{Cell, Numbers, Vector},
};
use std::{borrow::Cow, sync::Arc};
use table::{
    column::{Column, Side, Values},
    field::Field,
    mask::Mask,
    value::{CellState, CellValue},
};

/// So few cells are read one by one.
const ONE_BY_ONE: usize = 16;

/// The cells of a field in the records under evaluation. Misfits count as blank; a chosen option is its name.
pub(crate) fn own<'a>(context: &Context<'a>, field: &Field) -> Vector<'a> {
    let Some(column) = context.segment.shared_column(field.column) else {
        return Vector::Const(Cell::Blank);
    };
    match &context.offsets {
        None => whole(column.cells(), field),
        // A few edits stand beside a column until all of it is wanted.
        Some(offsets) if offsets.len() <= ONE_BY_ONE => {
            let cells = offsets.iter().map(|at| cell(field, column.cell(*at).0));
            Vector::Cells(cells.collect())
        }
        Some(offsets) => some(column.cells(), field, offsets),
    }
}

/// All cells of a column.
pub(crate) fn whole<'a>(column: &'a Column, field: &Field) -> Vector<'a> {
    let valid = column.valid();
    match column.values() {
        Values::Number(values) => Vector::Numbers(numbers(values, column)),
        Values::Text(texts) => {
            let codes = Cow::Borrowed(texts.codes());
            Vector::Coded(with_side(codes, Dictionary::of_texts(texts), column))
        }
        Values::Options(options) => {
            let names = options.sets().iter().map(|set| {
                let state = CellState::Value(CellValue::Options(set.clone()));
                cell(field, state)
            });
            let names = Dictionary::of_cells(names.collect());
            Vector::Coded(with_side(Cow::Borrowed(options.codes()), names, column))
        }
        Values::Bool(values) => {
            let codes: Vec<u32> = values.iter().map(|value| u32::from(*value)).collect();
            let bools = Dictionary::of_cells(vec![Cell::Bool(false), Cell::Bool(true)]);
            Vector::Coded(with_side(codes.into(), bools, column))
        }
        _ => Vector::Cells(
            (0..valid.len())
                .map(|at| cell(field, column.get(at)))
                .collect(),
        ),
    }
}

fn some<'a>(column: &'a Column, field: &Field, offsets: &[usize]) -> Vector<'a> {
    match column.numbers() {
        Some(values) if column.valid().all() => {
            let values: Vec<f64> = offsets
                .iter()
                .map(|at| values.get(*at).copied().unwrap_or(0.0))
                .collect();
            Vector::Numbers(Numbers::of(values))
        }
        _ => Vector::Cells(
            offsets
                .iter()
                .map(|at| cell(field, column.get(*at)))
                .collect(),
        ),
    }
}

/// Positions below `len` where the bit is off.
pub(crate) fn zeros(mask: &Mask, len: usize) -> impl Iterator<Item = usize> + '_ {
    let words = mask.words().iter().copied();
    words.enumerate().flat_map(move |(at, word)| {
        let mut rest = !word;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            let position = at * 64 + bit;
            if rest == 0 || position >= len {
                return None;
            }
            rest &= rest - 1;
            Some(position)
        })
    })
}

fn numbers<'a>(values: &'a [f64], column: &Column) -> Numbers<'a> {
    let valid = column.valid();
    if valid.all() {
        return Numbers::of(values);
    }
    let mut values = values.to_vec();
    let words = valid.words().iter().map(|word| !word).collect();
    let mut blank = Mask::from_words(words, values.len());
    for at in zeros(valid, values.len()) {
        values[at] = 0.0;
    }
    let mut rest = Vec::new();
    for (at, side) in column.side() {
        if let Some(cell) = stuck(side) {
            blank.set(*at as usize, false);
            rest.push((*at, cell));
        }
    }
    Numbers {
        values: values.into(),
        blank: Some(blank),
        rest,
    }
}

/// Blank and stuck cells get codes after those of the values.
fn with_side<'a>(codes: Cow<'a, [u32]>, mut cells: Dictionary<'a>, column: &Column) -> Coded<'a> {
    let valid = column.valid();
    if valid.all() {
        return Coded { codes, cells };
    }
    let mut codes = codes.into_owned();
    let first = cells.len() as u32;
    for at in zeros(valid, codes.len()) {
        codes[at] = first;
    }
    let mut rest = vec![Cell::Blank];
    for (at, side) in column.side() {
        if let Some(cell) = stuck(side) {
            let known = rest.iter().position(|known| *known == cell);
            let code = known.unwrap_or_else(|| {
                rest.push(cell);
                rest.len() - 1
            });
            codes[*at as usize] = first + code as u32;
        }
    }
    cells.add_cells(rest);
    Coded {
        codes: codes.into(),
        cells,
    }
}

fn stuck(side: &Side) -> Option<Cell> {
    match side {
        Side::Error(error) => Some(Cell::Error(*error)),
        Side::Pending => Some(Cell::Pending),
        Side::Misfit(_) => None,
    }
}

pub(crate) fn cell(field: &Field, state: CellState) -> Cell {
    match state {
        CellState::Value(CellValue::Blank) | CellState::Misfit(_) => Cell::Blank,
        CellState::Value(CellValue::Number(x) | CellValue::Date(x)) => Cell::Number(x),
        CellState::Value(CellValue::Bool(b)) => Cell::Bool(b),
        CellState::Value(CellValue::Text(text)) => Cell::Text(text),
        CellState::Error(error) => Cell::Error(error),
        CellState::Pending => Cell::Pending,
        other => Cell::Text(Arc::from(field.field_type.display(&other))),
    }
}
