//! SUM, AVERAGE, MIN, MAX, COUNT… of a whole column, kept by segment: an edit has one segment looked at again.

use super::{
    kept::Spread,
    keys::{in_order, same},
    load,
    vector::{Cell, Vector},
};
use std::sync::Arc;
use table::{
    column::Column, field::Field, mask::Mask, segment::Segment, sum::Sum, value::CellError,
};

#[derive(Debug, Clone, Default)]
pub(crate) struct Whole {
    segments: Vec<(Option<Arc<Column>>, Mask, Part)>,
}

/// Of one segment, or of all.
#[derive(Debug, Clone)]
struct Part {
    sum: Sum,
    least: f64,
    greatest: f64,
    n_numbers: u64,
    n_cells: u64,
    n_blank: u64,
    /// Blank, or a text without a character.
    n_empty: u64,
    stuck: Option<Cell>,
    pending: bool,
}

impl Default for Part {
    fn default() -> Part {
        Part {
            sum: Sum::default(),
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            n_numbers: 0,
            n_cells: 0,
            n_blank: 0,
            n_empty: 0,
            stuck: None,
            pending: false,
        }
    }
}

impl Part {
    #[inline]
    fn number(&mut self, x: f64) {
        self.sum.add(x);
        self.least = self.least.min(x);
        self.greatest = self.greatest.max(x);
        self.n_numbers += 1;
    }

    fn cell(&mut self, cell: &Cell) {
        match cell {
            Cell::Number(x) => self.number(*x),
            Cell::Blank => {
                self.n_blank += 1;
                self.n_empty += 1;
            }
            Cell::Text(text) => self.n_empty += u64::from(text.is_empty()),
            Cell::Bool(_) => {}
            stuck => {
                self.pending |= *stuck == Cell::Pending;
                self.stuck.get_or_insert_with(|| stuck.clone());
            }
        }
    }

    fn join(&mut self, other: &Part) {
        self.sum.join(&other.sum);
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.n_numbers += other.n_numbers;
        self.n_cells += other.n_cells;
        self.n_blank += other.n_blank;
        self.n_empty += other.n_empty;
        self.pending |= other.pending;
        if self.stuck.is_none() {
            self.stuck.clone_from(&other.stuck);
        }
    }

    fn of(segment: &Segment, field: &Field) -> Part {
        let live = segment.live();
        let mut part = Part {
            n_cells: live.count() as u64,
            ..Part::default()
        };
        let Some(column) = segment.column(field.column) else {
            (part.n_blank, part.n_empty) = (part.n_cells, part.n_cells);
            return part;
        };
        if let Some(values) = column.numbers()
            && column.valid().all()
            && live.all()
        {
            part.sum.add_all(values);
            part.least = values.iter().copied().fold(part.least, f64::min);
            part.greatest = values.iter().copied().fold(part.greatest, f64::max);
            part.n_numbers = values.len() as u64;
            return part;
        }
        match load::whole(column, field) {
            // What is no number counts, but what it is does not matter.
            Vector::Coded(coded) => {
                let cells = coded.each(Cell::Bool(false), |seen| seen.to_cell());
                live.ones()
                    .for_each(|at| part.cell(&cells[coded.codes[at] as usize]));
            }
            other => live.ones().for_each(|at| part.cell(&other.get(at))),
        }
        part
    }
}

impl Whole {
    /// Brings it up to the segments of a snapshot.
    pub(crate) fn refreshed(
        self: Arc<Whole>,
        segments: &[Arc<Segment>],
        field: &Field,
        spread: Spread,
    ) -> Arc<Whole> {
        let is_known = |at: usize| {
            let known = self.segments.get(at);
            known.is_some_and(|(column, live, _)| {
                same(column.as_ref(), segments[at].column(field.column))
                    && live == segments[at].live()
            })
        };
        let stale: Vec<usize> = (0..segments.len()).filter(|at| !is_known(*at)).collect();
        if stale.is_empty() && self.segments.len() == segments.len() {
            return self;
        }
        let parts = in_order(spread, stale.len(), |at| {
            Part::of(&segments[stale[at]], field)
        });
        let mut whole = self;
        let changed = Arc::make_mut(&mut whole);
        changed.segments.truncate(segments.len());
        for (at, part) in stale.into_iter().zip(parts) {
            let column = segments[at].column(field.column).cloned();
            let made = (column, segments[at].live().clone(), part);
            match changed.segments.get_mut(at) {
                Some(known) => *known = made,
                None => changed.segments.push(made),
            }
        }
        whole
    }

    /// True for functions whose value of one whole column is known here.
    pub(crate) fn knows(function: &str) -> bool {
        let known = [
            "SUM",
            "AVERAGE",
            "MIN",
            "MAX",
            "COUNT",
            "COUNTA",
            "COUNTBLANK",
        ];
        known.contains(&function)
    }

    /// The value of a function of one whole column; `None` if it is not one of those known here.
    pub(crate) fn value(&self, function: &str) -> Option<Cell> {
        let mut all = Part::default();
        self.segments.iter().for_each(|(_, _, part)| all.join(part));
        let count = |n: u64| match all.pending {
            true => Cell::Pending,
            false => Cell::Number(n as f64),
        };
        let measured = |value: Cell| all.stuck.clone().unwrap_or(value);
        let or_zero = |x: f64| Cell::Number(if all.n_numbers == 0 { 0.0 } else { x });
        Some(match function {
            "SUM" => measured(Cell::finite(all.sum.value())),
            "AVERAGE" => measured(match all.n_numbers {
                0 => Cell::Error(CellError::Div0),
                n => Cell::finite(all.sum.mean(n)),
            }),
            "MIN" => measured(or_zero(all.least)),
            "MAX" => measured(or_zero(all.greatest)),
            "COUNT" => count(all.n_numbers),
            "COUNTA" => count(all.n_cells - all.n_blank),
            "COUNTBLANK" => count(all.n_empty),
            _ => return None,
        })
    }

    pub(crate) fn n_cells(&self) -> usize {
        let cells = self.segments.iter().map(|(_, _, part)| part.n_cells);
        cells.sum::<u64>() as usize
    }
}
