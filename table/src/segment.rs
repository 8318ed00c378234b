//! An immutable run of up to [`crate::limits::SEGMENT_RECORDS`] records, shared between snapshots.
//!
//! Writers clone a segment (a map of `Arc`s) and replace the columns they change; readers keep the old one.
//! Record ids ascend within a segment and from segment to segment. Columns may still be on disk; they are
//! loaded on first touch.

use crate::{
    column::{Column, KeptAs, SharedColumn, Side},
    id::{ColumnId, RecordId},
    mask::Mask,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

/// A run of records. Every column has exactly `len()` cells; an absent column is all blank.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    ids: Arc<Vec<RecordId>>,
    live: Arc<Mask>,
    /// Where these ids and this mask are kept; shared by the segments that have them.
    records_kept_as: Arc<OnceLock<KeptAs>>,
    columns: BTreeMap<ColumnId, SharedColumn>,
}

impl PartialEq for Segment {
    fn eq(&self, other: &Segment) -> bool {
        (&self.ids, &self.live, &self.columns) == (&other.ids, &other.live, &other.columns)
    }
}

impl Segment {
    /// Ids must ascend; `live` must be as long as `ids`.
    pub fn new(
        ids: Vec<RecordId>,
        live: Mask,
        columns: BTreeMap<ColumnId, SharedColumn>,
    ) -> Segment {
        debug_assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        debug_assert!(columns.values().all(|column| column.len() == ids.len()));
        Segment {
            ids: Arc::new(ids),
            live: Arc::new(live),
            records_kept_as: Arc::default(),
            columns,
        }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub fn ids(&self) -> &[RecordId] {
        &self.ids
    }

    /// True where the record is not removed.
    pub fn live(&self) -> &Mask {
        &self.live
    }

    /// The cells, loaded if they were not.
    pub fn column(&self, column: ColumnId) -> Option<&Arc<Column>> {
        self.columns.get(&column).map(SharedColumn::cells)
    }

    /// The column as it is shared, loaded or not.
    pub fn shared_column(&self, column: ColumnId) -> Option<&SharedColumn> {
        self.columns.get(&column)
    }

    /// Live records whose cell of a column keeps an input that does not fit; reads no column that can't have one.
    pub fn n_misfits(&self, column: ColumnId) -> u64 {
        let cells = self.columns.get(&column);
        cells
            .filter(|cells| cells.may_have_side())
            .map_or(0, |cells| {
                let misfits = cells.side().iter().filter(|(at, side)| {
                    matches!(side, Side::Misfit(_)) && self.live.get(**at as usize)
                });
                misfits.count() as u64
            })
    }

    pub fn columns(&self) -> &BTreeMap<ColumnId, SharedColumn> {
        &self.columns
    }

    /// True where this segment holds the records of the other one first, in their places.
    pub fn begins_with(&self, other: &Segment) -> bool {
        Arc::ptr_eq(&self.ids, &other.ids) || self.ids.starts_with(&other.ids)
    }

    /// Offset of a record within this segment, removed ones included.
    pub fn find(&self, record: RecordId) -> Option<usize> {
        self.ids.binary_search(&record).ok()
    }

    /// Where ids and live mask are kept, if they are.
    pub fn records_kept_as(&self) -> Option<KeptAs> {
        self.records_kept_as.get().copied()
    }

    /// For the keeper: ids and live mask are there now. The first one who says so stays.
    pub fn set_records_kept_as(&self, kept_as: KeptAs) {
        // Being kept in one place is enough: that somebody was faster is no failure.
        let _ = self.records_kept_as.set(kept_as);
    }

    pub fn set_column(&mut self, column: ColumnId, cells: impl Into<SharedColumn>) {
        let cells = cells.into();
        debug_assert_eq!(cells.len(), self.len());
        self.columns.insert(column, cells);
    }

    pub fn drop_column(&mut self, column: ColumnId) {
        self.columns.remove(&column);
    }

    /// Puts cells, those of `from` in its order, at some places of a column, made blank if it is absent or of
    /// another kind.
    pub fn set_cells(&mut self, column: ColumnId, places: &[usize], from: &Column) {
        let len = self.len();
        let old = self.columns.get(&column);
        let new = match old.filter(|old| old.kind() == from.kind()) {
            Some(old) => old.with_cells(places, from),
            None => SharedColumn::from(Column::blank(from.kind(), len)).with_cells(places, from),
        };
        self.columns.insert(column, new);
    }

    /// A private copy of a column to change, made blank of `kind` if it is absent.
    pub fn column_mut(&mut self, column: ColumnId, kind: crate::column::ColumnKind) -> &mut Column {
        let len = self.len();
        let blank = || Column::blank(kind, len).into();
        self.columns.entry(column).or_insert_with(blank).make_mut()
    }

    pub fn set_live(&mut self, at: usize, live: bool) {
        Arc::make_mut(&mut self.live).set(at, live);
        self.records_kept_as = Arc::default();
    }

    /// Appends records; columns absent on either side are filled with blanks. An empty segment takes the
    /// columns as they are, without a copy.
    pub fn append(
        &mut self,
        ids: Vec<RecordId>,
        live: &Mask,
        columns: &BTreeMap<ColumnId, SharedColumn>,
    ) {
        let old = self.len();
        match old {
            0 => self.ids = Arc::new(ids),
            _ => Arc::make_mut(&mut self.ids).extend(ids),
        }
        Arc::make_mut(&mut self.live).extend(live);
        self.records_kept_as = Arc::default();
        for (id, cells) in columns {
            if old == 0 {
                self.columns.insert(*id, cells.clone());
                continue;
            }
            let blank = || Column::blank(cells.kind(), old).into();
            let target = self.columns.entry(*id).or_insert_with(blank);
            target.make_mut().extend(cells);
        }
        let len = self.len();
        for column in self.columns.values_mut() {
            if column.len() < len {
                column.make_mut().extend_blank(len);
            }
        }
    }
}
