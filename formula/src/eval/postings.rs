//! The rows of a column by what stands there, for the operator `=`: texts whatever their case, numbers by the 15 digits that
//! people see; a blank equals "", 0 and FALSE.
//!
//! Main type: [`Postings`], made once per snapshot from the kept index of keys. Tests: `tests/joins.rs`.

use super::{
    coded::Seen,
    key_table::{Match, NO_KEY},
    keys::KeyIndex,
    vector::{Cell, Range},
};
use crate::check::coerce::fifteen;
use std::{borrow::Cow, collections::HashMap, sync::Arc};
use table::segment::Segment;

#[derive(Debug)]
pub(crate) struct Postings {
    keys: Arc<KeyIndex>,
    /// Where the rows of each key begin.
    starts: Vec<u32>,
    rows: Vec<u32>,
    blanks: Vec<u32>,
    /// Where numbers have fractions: the rows by the bits of the number that is seen.
    by_number: Option<HashMap<u64, Vec<u32>>>,
}

fn seen(x: f64) -> f64 {
    match x.fract() == 0.0 && x.abs() < 1e15 {
        true => x + 0.0,
        false => fifteen(x) + 0.0,
    }
}

impl Postings {
    /// `cells` are those of the records that are not removed, in order.
    pub(crate) fn new(keys: Arc<KeyIndex>, segments: &[Arc<Segment>], cells: &Range) -> Postings {
        let numbers = || {
            let pairs = keys.segments.iter().zip(segments);
            pairs.flat_map(|(keys, segment)| {
                let live = segment.live().ones();
                live.map(|at| keys.numbers.get(at).copied().unwrap_or(NO_KEY))
            })
        };
        let mut starts = vec![0u32; keys.bound() + 1];
        let mut blanks = Vec::new();
        for (row, number) in numbers().enumerate() {
            match number {
                NO_KEY => blanks.push(row as u32),
                number => starts[number as usize + 1] += 1,
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; starts.last().map_or(0, |n| *n as usize)];
        for (row, number) in numbers().enumerate() {
            if number != NO_KEY {
                let place = &mut next[number as usize];
                rows[*place as usize] = row as u32;
                *place += 1;
            }
        }
        Postings {
            by_number: by_number(cells),
            starts,
            rows,
            blanks,
            keys,
        }
    }

    fn of(&self, cell: &Cell) -> &[u32] {
        match (cell, &self.by_number) {
            (Cell::Number(x), Some(by_number)) => by_number
                .get(&seen(*x).to_bits())
                .map_or(&[], Vec::as_slice),
            (Cell::Number(x), None) => self.of_key(&Cell::Number(seen(*x))),
            (cell, _) => self.of_key(cell),
        }
    }

    fn of_key(&self, cell: &Cell) -> &[u32] {
        let number = self
            .keys
            .find(&Seen::Cell(cell), Match::Exact, &mut Vec::new());
        if number == NO_KEY {
            return &[];
        }
        let (from, to) = (
            self.starts[number as usize],
            self.starts[number as usize + 1],
        );
        &self.rows[from as usize..to as usize]
    }

    /// Ascending.
    pub(crate) fn rows(&self, wanted: &Cell) -> Cow<'_, [u32]> {
        let empty = |cell: &Cell| match cell {
            Cell::Blank => true,
            Cell::Number(x) => *x == 0.0,
            Cell::Text(text) => text.is_empty(),
            Cell::Bool(b) => !b,
            _ => false,
        };
        let mut parts: Vec<&[u32]> = match wanted {
            Cell::Blank => {
                let all = [
                    Cell::Text(Arc::from("")),
                    Cell::Number(0.0),
                    Cell::Bool(false),
                ];
                all.iter().map(|cell| self.of(cell)).collect()
            }
            cell => {
                return match empty(cell) && !self.blanks.is_empty() {
                    true => Cow::Owned(merged(&[self.of(cell), &self.blanks])),
                    false => Cow::Borrowed(self.of(cell)),
                };
            }
        };
        parts.push(&self.blanks);
        Cow::Owned(merged(&parts))
    }
}

fn merged(parts: &[&[u32]]) -> Vec<u32> {
    let mut all = parts.concat();
    all.sort_unstable();
    all
}

fn by_number(cells: &Range) -> Option<HashMap<u64, Vec<u32>>> {
    let has_fraction =
        |cell: &Cell| matches!(cell, Cell::Number(x) if seen(*x) != *x || x.fract() != 0.0);
    cells.cells.iter().any(has_fraction).then(|| {
        let mut out: HashMap<u64, Vec<u32>> = HashMap::new();
        for (row, cell) in (0..).zip(&cells.cells) {
            if let Cell::Number(x) = cell {
                out.entry(seen(*x).to_bits()).or_default().push(row);
            }
        }
        out
    })
}
