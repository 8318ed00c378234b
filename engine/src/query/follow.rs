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
    if after.len() < before.len() {
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

fn differing_cells(a: &Column, b: &Column, len: usize, rows: &mut BTreeSet<u32>) -> Option<()> {
    let is_alike: Box<dyn Fn(usize) -> bool> = match (a.values(), b.values()) {
        (Values::Number(x), Values::Number(y)) => Box::new(|at| x[at].to_bits() == y[at].to_bits()),
        (Values::Bool(x), Values::Bool(y)) => Box::new(|at| x[at] == y[at]),
        (Values::Text(x), Values::Text(y)) if Arc::ptr_eq(x.base(), y.base()) => {
            // An edited tail goes on after the old one, so equal codes are equal texts.
            Box::new(|at| x.codes()[at] == y.codes()[at])
        }
        (Values::Text(x), Values::Text(y)) => Box::new(|at| x.get(at) == y.get(at)),
        (Values::Options(x), Values::Options(y)) => Box::new(|at| x.get(at) == y.get(at)),
        _ => Box::new(|at| a.get(at) == b.get(at)),
    };
    for at in 0..len {
        let is_same = a.valid().get(at) == b.valid().get(at)
            && (!a.valid().get(at) || is_alike(at))
            && (a.side().is_empty() && b.side().is_empty()
                || a.side().get(&(at as u32)) == b.side().get(&(at as u32)));
        if !is_same {
            rows.insert(at as u32);
            if rows.len() > FOLLOWED_ROWS {
                return None;
            }
        }
    }
    Some(())
}
