//! A long list of rows in chunks that versions share: putting one row in or taking one out copies one chunk.
//!
//! Type: [`Chunks`]. Law: it is the list that a plain vector would be; a place is found by halving, a window is cut
//! without looking at what is before it. Tests: at the end of this file.

use std::{cmp::Ordering, sync::Arc};

/// Segment and offset of a record.
pub(crate) type Row = (u32, u32);

/// Rows of a chunk when it is made; it is cut in two at twice as many.
const CHUNK_ROWS: usize = 4_096;

#[derive(Debug, Clone, Default)]
pub(crate) struct Chunks {
    chunks: Vec<Arc<Vec<Row>>>,
    /// Rows up to and including each chunk.
    ends: Vec<u64>,
}

impl Chunks {
    pub fn of(rows: &[Row]) -> Chunks {
        let mut sum = 0;
        let chunks = rows.chunks(CHUNK_ROWS);
        Chunks {
            ends: chunks
                .clone()
                .map(|chunk| {
                    sum += chunk.len() as u64;
                    sum
                })
                .collect(),
            chunks: chunks.map(|chunk| Arc::new(chunk.to_vec())).collect(),
        }
    }

    pub fn len(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Rows `from .. to`; both at most the length.
    pub fn rows(&self, from: u64, to: u64) -> Vec<Row> {
        let mut out = Vec::with_capacity(to.saturating_sub(from) as usize);
        let mut chunk = self.ends.partition_point(|end| *end <= from);
        let mut skip = from - self.before(chunk);
        while (out.len() as u64) < to.saturating_sub(from) && chunk < self.chunks.len() {
            let left = (to - from) as usize - out.len();
            let rows = &self.chunks[chunk][skip as usize..];
            out.extend_from_slice(&rows[..rows.len().min(left)]);
            skip = 0;
            chunk += 1;
        }
        out
    }

    fn before(&self, chunk: usize) -> u64 {
        chunk.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// Chunk and place of the first row that is not before, as `order` tells of each row.
    fn place(&self, order: &impl Fn(Row) -> Ordering) -> (usize, usize) {
        let last_is_before = |chunk: &Arc<Vec<Row>>| {
            let last = chunk.last();
            last.is_none_or(|row| order(*row) == Ordering::Less)
        };
        let chunk = self.chunks.partition_point(last_is_before);
        let place = self.chunks.get(chunk).map_or(0, |rows| {
            rows.partition_point(|row| order(*row) == Ordering::Less)
        });
        (chunk, place)
    }

    /// Takes a row out; false, with nothing changed, where it does not stand where it should.
    pub fn remove(&mut self, row: Row, order: &impl Fn(Row) -> Ordering) -> bool {
        let (chunk, place) = self.place(order);
        let is_there = |rows: &Arc<Vec<Row>>| rows.get(place) == Some(&row);
        if !self.chunks.get(chunk).is_some_and(is_there) {
            return false;
        }
        Arc::make_mut(&mut self.chunks[chunk]).remove(place);
        if self.chunks[chunk].is_empty() {
            self.chunks.remove(chunk);
            self.ends.remove(chunk);
        }
        self.ends[chunk..].iter_mut().for_each(|end| *end -= 1);
        true
    }

    /// Puts a row before the first one that is not before it.
    pub fn insert(&mut self, row: Row, order: &impl Fn(Row) -> Ordering) {
        let (mut chunk, mut place) = self.place(order);
        if chunk == self.chunks.len() {
            match chunk.checked_sub(1) {
                // Behind all others.
                Some(last) => (chunk, place) = (last, self.chunks[last].len()),
                None => {
                    self.chunks.push(Arc::default());
                    self.ends.push(0);
                }
            }
        }
        Arc::make_mut(&mut self.chunks[chunk]).insert(place, row);
        self.ends[chunk..].iter_mut().for_each(|end| *end += 1);
        if self.chunks[chunk].len() >= 2 * CHUNK_ROWS {
            let rest = Arc::make_mut(&mut self.chunks[chunk]).split_off(CHUNK_ROWS);
            let end = self.before(chunk) + CHUNK_ROWS as u64;
            self.ends.insert(chunk, end);
            self.chunks.insert(chunk + 1, Arc::new(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn check(chunks: &Chunks, plain: &[Row]) {
        assert_eq!(chunks.len(), plain.len() as u64);
        assert_eq!(chunks.rows(0, chunks.len()), plain);
        let (from, to) = (plain.len() / 3, plain.len() / 3 + plain.len() / 2);
        assert_eq!(chunks.rows(from as u64, to as u64), &plain[from..to]);
    }

    #[test]
    fn many_rows_in_any_order() {
        let mut chunks = Chunks::default();
        let mut plain: Vec<Row> = Vec::new();
        let rows: Vec<Row> = (0..30_000u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) % 97, n))
            .collect();
        for row in &rows {
            chunks.insert(*row, &|other: Row| other.cmp(row));
            let place = plain.partition_point(|other| other < row);
            plain.insert(place, *row);
        }
        check(&chunks, &plain);
        for row in rows.iter().step_by(3) {
            assert!(chunks.remove(*row, &|other: Row| other.cmp(row)));
            assert!(!chunks.remove(*row, &|other: Row| other.cmp(row)));
            plain.retain(|other| other != row);
        }
        check(&chunks, &plain);
        for row in plain.clone() {
            assert!(chunks.remove(row, &|other: Row| other.cmp(&row)));
        }
        check(&chunks, &[]);
        chunks.insert((1, 1), &|other: Row| other.cmp(&(1, 1)));
        check(&chunks, &[(1, 1)]);
    }

    proptest! {
        #[test]
        fn versions_do_not_disturb_each_other(start in 0usize..9_000, steps in prop::collection::vec((any::<bool>(), 0u32..20_000), 0..60)) {
            let mut plain: Vec<Row> = (0..start as u32).map(|n| (0, 2 * n)).collect();
            let mut chunks = Chunks::of(&plain);
            for (is_in, n) in steps {
                let (row, kept, kept_plain) = ((0, n), chunks.clone(), plain.clone());
                match plain.binary_search(&row) {
                    Ok(at) if !is_in => {
                        plain.remove(at);
                        prop_assert!(chunks.remove(row, &|other: Row| other.cmp(&row)));
                    }
                    Err(at) if is_in => {
                        plain.insert(at, row);
                        chunks.insert(row, &|other: Row| other.cmp(&row));
                    }
                    _ => {}
                }
                check(&kept, &kept_plain);
                check(&chunks, &plain);
            }
        }
    }
}
