//! Stored columns to vectors and results back to stored columns.

use super::vector::{Cell, Vector};
use crate::check::coerce;
use std::sync::Arc;
use table::{
    column::{Column, ColumnKind},
    field::Field,
    segment::Segment,
    value::{CellError, CellState, CellValue},
};

/// The cells of a field at `offsets`. Misfits count as blank; a chosen option is its name.
pub(crate) fn column(segment: &Segment, field: &Field, offsets: &[usize]) -> Vector {
    let Some(column) = segment.column(field.column) else {
        return Vector::Const(Cell::Blank);
    };
    if let (Some(numbers), true) = (column.numbers(), column.valid().all()) {
        return Vector::Numbers(
            offsets
                .iter()
                .map(|at| numbers.get(*at).copied().unwrap_or(0.0))
                .collect(),
        );
    }
    Vector::Cells(
        offsets
            .iter()
            .map(|at| cell(field, column.get(*at)))
            .collect(),
    )
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

/// One stored cell per result, in the kind of the field.
pub(crate) fn store(vector: &Vector, n: usize, kind: ColumnKind) -> Column {
    Column::from_states(kind, (0..n).map(|at| state(vector.get(at), kind)))
}

fn state(cell: Cell, kind: ColumnKind) -> CellState {
    let text = |cell: &Cell| coerce::text(cell).unwrap_or_default();
    match (cell, kind) {
        (Cell::Blank, _) => CellState::BLANK,
        (Cell::Error(error), _) => CellState::Error(error),
        (Cell::Pending, _) => CellState::Pending,
        (Cell::Text(t), _) if t.is_empty() => CellState::BLANK,
        (Cell::Number(x), ColumnKind::Number | ColumnKind::Mixed) => CellValue::Number(x).into(),
        (Cell::Number(x), ColumnKind::Date) => CellValue::Date(x).into(),
        (Cell::Bool(b), ColumnKind::Bool | ColumnKind::Mixed) => CellValue::Bool(b).into(),
        (Cell::Bool(b), ColumnKind::Number) => CellValue::Number(f64::from(u8::from(b))).into(),
        (Cell::Number(x), ColumnKind::Bool) => CellValue::Bool(x != 0.0).into(),
        (Cell::Text(t), ColumnKind::Text | ColumnKind::Mixed) => CellValue::Text(t).into(),
        (cell, ColumnKind::Text) => CellValue::Text(text(&cell)).into(),
        (_, ColumnKind::Attachments | ColumnKind::Links) => CellState::Error(CellError::Value),
        (cell, _) => CellState::Misfit(text(&cell)),
    }
}
