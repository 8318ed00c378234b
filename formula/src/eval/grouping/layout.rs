//! The cells of the table, row by row.

use super::{
    super::vector::Cell,
    axis::{Axis, Line, LineKind},
};
use std::sync::Arc;

pub(super) struct Table {
    n_row_fields: usize,
    n_column_fields: usize,
    n_values: usize,
    width: usize,
    cells: Vec<Cell>,
}

fn empty() -> Cell {
    Cell::Text(Arc::from(""))
}

impl Table {
    pub(super) fn new(rows: &Axis, columns: &Axis, n_values: usize) -> Table {
        Table {
            n_row_fields: rows.n_fields,
            n_column_fields: columns.n_fields,
            n_values,
            width: 0,
            cells: Vec::new(),
        }
    }

    fn push_row(&mut self, head: Vec<Cell>, body: impl Iterator<Item = Cell>) {
        let from = self.cells.len();
        self.cells.extend(head);
        self.cells.extend(body);
        self.width = self.cells.len() - from;
    }

    /// One row for each field that goes across, and one for the names of several value columns.
    pub(super) fn add_column_heads(&mut self, columns: &[Line], names: Option<&Vec<Cell>>) {
        for field in 0..self.n_column_fields {
            let labels = columns.iter().flat_map(|line| {
                let label = match (line.kind, field) {
                    (LineKind::Subtotal, field) if field >= line.label.len() => empty(),
                    _ => line.label[field].clone(),
                };
                std::iter::repeat_n(label, self.n_values)
            });
            let labels: Vec<Cell> = labels.collect();
            self.push_row(vec![empty(); self.n_row_fields], labels.into_iter());
        }
        if let (Some(names), true) = (names, self.n_values > 1) {
            let names = columns.iter().flat_map(|_| names.iter().cloned());
            let names: Vec<Cell> = names.collect();
            self.push_row(vec![empty(); self.n_row_fields], names.into_iter());
        }
    }

    /// The names of the fields that go down; in a table without columns also those of the values.
    pub(super) fn add_names(
        &mut self,
        rows: &[Cell],
        values: &[Cell],
        n_columns: usize,
        is_pivot: bool,
    ) {
        let body: Vec<Cell> = match is_pivot {
            true => vec![empty(); n_columns * self.n_values],
            false => values.to_vec(),
        };
        self.push_row(rows.to_vec(), body.into_iter());
    }

    pub(super) fn add_row(
        &mut self,
        row: &Line,
        columns: &[Line],
        answer: &impl Fn(usize, usize, usize) -> Cell,
    ) {
        let n_values = self.n_values;
        let body = columns
            .iter()
            .flat_map(|column| (0..n_values).map(|value| answer(row.node, column.node, value)));
        let body: Vec<Cell> = body.collect();
        self.push_row(row.label.clone(), body.into_iter());
    }

    pub(super) fn finish(self) -> Cell {
        Cell::array(self.width.max(1), self.cells)
    }
}
