//! A view's order after an edit: the rows that changed are taken out where they stood and put in where they belong.
//!
//! Function: [`moved`]. Law: what differs between two states of a table is told from the states themselves, so that no
//! change can be forgotten; unchanged columns are told by their identity. Tests: `engine/src/query/order.rs`.

use super::{
    chunks::{Chunks, Row},
    filter::Ready,
    sort::Sorting,
};
use crate::limits::FOLLOWED_ROWS;
use std::{collections::BTreeSet, sync::Arc};
use table::{
    column::{Column, Values},
    id::ColumnId,
    segment::Segment,
    snapshot::TableData,
};

/// The order over the new records; `None` where so much changed that it is better made anew.
pub(super) fn moved(
    mut all: Chunks,
    filter: &Ready,
    sorting: &Sorting,
    old: &TableData,
    new: &TableData,
) -> Option<Chunks> {
    if new.segments.len() < old.segments.len() {
        return None;
    }
    let columns: BTreeSet<ColumnId> = filter.columns().chain(sorting.columns()).collect();
    let mut changed: Vec<Row> = Vec::new();
    for (index, segment) in new.segments.iter().enumerate() {
        let before = old.segments.get(index);
        if before.is_some_and(|before| Arc::ptr_eq(before, segment)) {
            continue;
        }
        let rows = match before {
            Some(before) => differing(before, segment, &columns)?,
            None => (0..segment.len() as u32).collect(),
        };
        changed.extend(rows.into_iter().map(|at| (index as u32, at)));
        if changed.len() > FOLLOWED_ROWS {
            return None;
        }
    }
    let was_in = |row: &Row| {
        old.segments
            .get(row.0 as usize)
            .is_some_and(|segment| passes(filter, segment, row.1))
    };
    for row in changed.iter().filter(|row| was_in(row)) {
        if !all.remove(*row, &|other| sorting.compare((old, other), (old, *row))) {
            return None;
        }
    }
    let is_in = |row: &Row| passes(filter, &new.segments[row.0 as usize], row.1);
    for row in changed.iter().filter(|row| is_in(row)) {
        all.insert(*row, &|other| sorting.compare((new, other), (new, *row)));
    }
    Some(all)
}

fn passes(filter: &Ready, segment: &Segment, at: u32) -> bool {
    segment.live().get(at as usize) && filter.lets(segment, at as usize)
}

/// Offsets at which two states of a segment differ in what matters to the view.
fn differing(
    before: &Segment,
    after: &Segment,
    columns: &BTreeSet<ColumnId>,
) -> Option<BTreeSet<u32>> {
    // Records that were purged leave no place behind.
    if !after.begins_with(before) {
        return None;
    }
    let mut rows: BTreeSet<u32> = (before.len() as u32..after.len() as u32).collect();
    let live = before.live().words().iter().zip(after.live().words());
    for (at, (a, b)) in live.enumerate() {
        let mut rest = a ^ b;
        while rest != 0 {
            rows.insert(at as u32 * 64 + rest.trailing_zeros());
            rest &= rest - 1;
        }
        if rows.len() > FOLLOWED_ROWS {
            return None;
        }
    }
    for column in columns {
        match (before.shared_column(*column), after.shared_column(*column)) {
            (None, None) => {}
            (Some(a), Some(b)) if a.is_same(b) => {}
            (Some(a), Some(b)) if a.kind() == b.kind() => {
                differing_cells(a.cells(), b.cells(), before.len(), &mut rows)?;
            }
            _ => return None,
        }
    }
    Some(rows)
}

/// What a cell shows, and how it stands with the model: filters ask for both.
fn differing_cells(a: &Column, b: &Column, len: usize, rows: &mut BTreeSet<u32>) -> Option<()> {
    let mut differing: Vec<usize> = Vec::new();
    let places = 0..len;
    match (a.values(), b.values()) {
        (Values::Number(x), Values::Number(y)) => {
            differing.extend(places.filter(|at| x[*at].to_bits() != y[*at].to_bits()));
        }
        (Values::Bool(x), Values::Bool(y)) => {
            differing.extend(places.filter(|at| x[*at] != y[*at]));
        }
        (Values::Text(x), Values::Text(y)) if Arc::ptr_eq(x.base(), y.base()) => {
            let (p, q, n_base) = (x.codes(), y.codes(), x.base().len());
            // What single edits said is numbered anew now and then.
            let is_other = |at: &usize| {
                p[*at] != q[*at] || p[*at] as usize >= n_base && x.get(*at) != y.get(*at)
            };
            differing.extend(places.filter(is_other));
        }
        (Values::Text(x), Values::Text(y)) => {
            differing.extend(places.filter(|at| x.get(*at) != y.get(*at)));
        }
        (Values::Options(x), Values::Options(y)) => {
            differing.extend(places.filter(|at| x.get(*at) != y.get(*at)));
        }
        _ => differing.extend(places.filter(|at| a.get(*at) != b.get(*at))),
    }
    let valid = a.valid().words().iter().zip(b.valid().words());
    for (word, (x, y)) in valid.enumerate().filter(|(_, (x, y))| x != y) {
        let bits = (0..64).filter(|bit| (x ^ y) >> bit & 1 == 1);
        differing.extend(bits.map(|bit| word * 64 + bit));
    }
    for (x, y) in [(a, b), (b, a)] {
        let side = x.side().iter();
        let side = side.filter(|(at, side)| y.side().get(*at) != Some(*side));
        differing.extend(side.map(|(at, _)| *at as usize));
        let notes = x.notes().iter();
        let notes = notes.filter(|(at, note)| y.notes().get(*at) != Some(*note));
        differing.extend(notes.map(|(at, _)| *at as usize));
    }
    rows.extend(
        differing
            .iter()
            .filter(|at| **at < len)
            .map(|at| *at as u32),
    );
    (rows.len() <= FOLLOWED_ROWS).then_some(())
}
