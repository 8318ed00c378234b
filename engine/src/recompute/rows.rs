//! Sets of records of one table, by segment and offset, and which columns changed in which records.

use std::collections::BTreeMap;
use table::{
    id::{ColumnId, RecordId, TableId},
    mask::Mask,
    op::Touched,
    snapshot::{Snapshot, TableData},
};

/// Records of one table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rows {
    All,
    /// By segment; masks may be shorter than the segment.
    Some(BTreeMap<usize, Mask>),
}

impl Default for Rows {
    fn default() -> Rows {
        Rows::Some(BTreeMap::new())
    }
}

impl Rows {
    pub fn from_records<'a>(
        data: &TableData,
        records: impl IntoIterator<Item = &'a RecordId>,
    ) -> Rows {
        let mut rows = Rows::default();
        for record in records {
            if let Some((segment, at)) = data.find(*record) {
                rows.insert(data, segment, at);
            }
        }
        rows
    }

    pub fn insert(&mut self, data: &TableData, segment: usize, at: usize) {
        if let Rows::Some(masks) = self {
            let len = data
                .segments
                .get(segment)
                .map_or(0, |segment| segment.len());
            masks
                .entry(segment)
                .or_insert_with(|| Mask::new(len, false))
                .set(at, true);
        }
    }

    /// Offsets of a segment that is `len` records long.
    pub fn insert_offsets(&mut self, segment: usize, len: usize, offsets: &[usize]) {
        if let (Rows::Some(masks), false) = (self, offsets.is_empty()) {
            let mask = masks
                .entry(segment)
                .or_insert_with(|| Mask::new(len, false));
            offsets.iter().for_each(|at| mask.set(*at, true));
        }
    }

    /// Records `first .. first + n`, contiguous within segments.
    pub fn insert_range(&mut self, data: &TableData, first: RecordId, n: u64) {
        let Some((mut segment, mut at)) = data.find(first) else {
            return;
        };
        let mut left = n as usize;
        while left > 0 && segment < data.segments.len() {
            let take = left.min(data.segments[segment].len() - at);
            for offset in at..at + take {
                self.insert(data, segment, offset);
            }
            left -= take;
            segment += 1;
            at = 0;
        }
    }

    pub fn union(&mut self, other: &Rows) {
        match (&mut *self, other) {
            (Rows::All, _) => {}
            (_, Rows::All) => *self = Rows::All,
            (Rows::Some(mine), Rows::Some(theirs)) => {
                for (segment, mask) in theirs {
                    mine.entry(*segment).or_default().union(mask);
                }
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Rows::All => false,
            Rows::Some(masks) => !masks.values().any(Mask::any),
        }
    }

    /// Records, removed ones included.
    pub fn count(&self, data: &TableData) -> u64 {
        match self {
            Rows::All => data
                .segments
                .iter()
                .map(|segment| segment.len() as u64)
                .sum(),
            Rows::Some(masks) => masks.values().map(|mask| mask.count() as u64).sum(),
        }
    }

    /// Per segment the offsets; `None` for all of the segment.
    pub fn by_segment(&self, data: &TableData) -> Vec<(usize, Option<Vec<usize>>)> {
        match self {
            Rows::All => (0..data.segments.len())
                .map(|segment| (segment, None))
                .collect(),
            Rows::Some(masks) => masks
                .iter()
                .filter(|(segment, mask)| **segment < data.segments.len() && mask.count() > 0)
                .map(|(segment, mask)| {
                    let whole = mask.count() == data.segments[*segment].len();
                    (*segment, (!whole).then(|| mask.ones().collect()))
                })
                .collect(),
        }
    }

    /// The records themselves, up to `limit`; `None` if there are more.
    pub fn records(&self, data: &TableData, limit: usize) -> Option<Vec<RecordId>> {
        if self.count(data) > limit as u64 {
            return None;
        }
        let mut out = Vec::new();
        for (segment, offsets) in self.by_segment(data) {
            let ids = data.segments[segment].ids();
            match offsets {
                None => out.extend_from_slice(ids),
                Some(offsets) => out.extend(offsets.into_iter().map(|at| ids[at])),
            }
        }
        Some(out)
    }
}

/// What changed, as far as formulas can see it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changed {
    /// Cells of these columns, in records that were there before or not.
    pub cells: BTreeMap<(TableId, ColumnId), Rows>,
    /// Records appended or restored: all their formula cells are to be computed.
    pub arrived: BTreeMap<TableId, Rows>,
    /// Records removed.
    pub departed: BTreeMap<TableId, Rows>,
    /// Tables whose set of live records changed.
    pub population: std::collections::BTreeSet<TableId>,
    /// The cells as they were before are not at hand (after a start).
    pub is_past_unknown: bool,
}

impl Changed {
    pub fn from_touched(snapshot: &Snapshot, touched: &Touched) -> Changed {
        let mut changed = Changed::default();
        for ((table, column), records) in &touched.cells {
            if let Some(data) = snapshot.data(*table) {
                changed
                    .cells
                    .insert((*table, *column), Rows::from_records(data, records));
            }
        }
        for (table, ranges) in &touched.appended {
            changed.population.insert(*table);
            if let Some(data) = snapshot.data(*table) {
                let rows = changed.arrived.entry(*table).or_default();
                for (first, n) in ranges {
                    rows.insert_range(data, *first, *n);
                }
            }
        }
        for (table, records) in &touched.liveness {
            changed.population.insert(*table);
            if let Some(data) = snapshot.data(*table) {
                let (live, gone): (Vec<RecordId>, Vec<RecordId>) =
                    records.iter().partition(|record| data.is_live(**record));
                let arrived = changed.arrived.entry(*table).or_default();
                arrived.union(&Rows::from_records(data, &live));
                let departed = changed.departed.entry(*table).or_default();
                departed.union(&Rows::from_records(data, &gone));
            }
        }
        changed
    }

    pub fn add(&mut self, table: TableId, column: ColumnId, rows: &Rows) {
        self.cells.entry((table, column)).or_default().union(rows);
    }

    pub fn merge(&mut self, other: &Changed) {
        for ((table, column), rows) in &other.cells {
            self.add(*table, *column, rows);
        }
        for (table, rows) in &other.arrived {
            self.arrived.entry(*table).or_default().union(rows);
        }
        for (table, rows) in &other.departed {
            self.departed.entry(*table).or_default().union(rows);
        }
        self.population.extend(&other.population);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Arc;
    use table::segment::Segment;

    fn two_segments() -> TableData {
        let segment = |from: u64, n: u64| {
            let ids = (from..from + n).map(RecordId).collect();
            Arc::new(Segment::new(
                ids,
                Mask::new(n as usize, true),
                BTreeMap::new(),
            ))
        };
        TableData {
            segments: vec![segment(1, 3), segment(10, 2)],
            next_record: RecordId(12),
            n_live: 5,
        }
    }

    #[test]
    fn ranges_cross_segments_and_unions_grow() {
        let data = two_segments();
        let mut rows = Rows::from_records(&data, &[RecordId(3), RecordId(99)]);
        assert_eq!(rows.records(&data, 9).unwrap(), [RecordId(3)]);
        let mut other = Rows::default();
        other.insert_range(&data, RecordId(3), 3);
        rows.union(&other);
        assert_eq!(
            rows.records(&data, 9).unwrap(),
            [RecordId(3), RecordId(10), RecordId(11)]
        );
        assert_eq!(rows.by_segment(&data), [(0, Some(vec![2])), (1, None)]);
        assert_eq!(rows.records(&data, 2), None);
        rows.union(&Rows::All);
        assert_eq!(rows.count(&data), 5);
    }
}
