//! Which row of the file each record was, so that a report can name it.
//!
//! Type: [`RowPlaces`], runs of neighbouring rows: most sheets have one. Law: it never names a wrong row; what it does
//! not know it does not say. In a text file a row is a record: empty lines are none. Tests: here.

use super::limits::ROW_RUNS;
use serde::{Deserialize, Serialize};

/// Runs, ascending: from this record (from 0) on, records stand in this row (from 1) and those after it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowPlaces {
    runs: Vec<(u64, u64)>,
    /// Records from this one on are unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<u64>,
}

impl RowPlaces {
    /// The next record stands in this row.
    pub fn push(&mut self, record: u64, row: u64) {
        if self.end.is_some() {
            return;
        }
        let follows = self
            .runs
            .last()
            .is_some_and(|(first, at)| row.checked_sub(*at) == Some(record - first));
        match follows {
            true => {}
            false if self.runs.len() < ROW_RUNS => self.runs.push((record, row)),
            false => self.end = Some(record),
        }
    }

    /// What was counted from 0 elsewhere follows after `n_before` records.
    pub fn extend(&mut self, n_before: u64, other: &RowPlaces) {
        for (record, row) in &other.runs {
            self.push(n_before + record, *row);
        }
        if self.end.is_none() {
            self.end = other.end.map(|end| n_before + end);
        }
    }

    /// The row of a record.
    pub fn row_of(&self, record: u64) -> Option<u64> {
        if self.end.is_some_and(|end| record >= end) {
            return None;
        }
        let after = self.runs.partition_point(|(first, _)| *first <= record);
        let (first, row) = self.runs.get(after.checked_sub(1)?)?;
        Some(row + (record - first))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_are_told_or_not_at_all() {
        let mut places = RowPlaces::default();
        let rows = [3, 4, 5, 8, 9, 20];
        for (at, row) in (0..).zip(rows) {
            places.push(at, row);
        }
        assert_eq!(places.runs.len(), 3);
        let mut more = RowPlaces::default();
        more.push(0, 21);
        more.push(1, 30);
        places.extend(6, &more);
        assert_eq!(places.runs.len(), 4, "the first follows the last run");
        for (at, row) in (0..).zip([3, 4, 5, 8, 9, 20, 21, 30]) {
            assert_eq!(places.row_of(at), Some(row));
        }
        assert_eq!(RowPlaces::default().row_of(0), None);
        let mut torn = RowPlaces::default();
        for at in 0..ROW_RUNS as u64 + 5 {
            torn.push(at, 2 * at + 1);
        }
        assert_eq!(
            torn.row_of(ROW_RUNS as u64 - 1),
            Some(2 * ROW_RUNS as u64 - 1)
        );
        assert_eq!(torn.row_of(ROW_RUNS as u64), None);
    }
}
