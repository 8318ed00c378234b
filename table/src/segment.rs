//! An immutable run of up to [`crate::limits::SEGMENT_RECORDS`] records, shared between snapshots.
//!
//! Writers clone a segment (a map of `Arc`s) and replace the columns they change; readers keep the old one.
//! Record ids ascend within a segment and from segment to segment.

use crate::{
    column::Column,
    id::{ColumnId, RecordId},
    mask::Mask,
};
use std::{collections::BTreeMap, sync::Arc};

/// A run of records. Every column has exactly `len()` cells; an absent column is all blank.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Segment {
    ids: Arc<Vec<RecordId>>,
    live: Arc<Mask>,
    columns: BTreeMap<ColumnId, Arc<Column>>,
}

impl Segment {
    /// Ids must ascend; `live` must be as long as `ids`.
    pub fn new(
        ids: Vec<RecordId>,
        live: Mask,
        columns: BTreeMap<ColumnId, Arc<Column>>,
    ) -> Segment {
        debug_assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        debug_assert!(columns.values().all(|column| column.len() == ids.len()));
        Segment {
            ids: Arc::new(ids),
            live: Arc::new(live),
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

    pub fn column(&self, column: ColumnId) -> Option<&Arc<Column>> {
        self.columns.get(&column)
    }

    pub fn columns(&self) -> &BTreeMap<ColumnId, Arc<Column>> {
        &self.columns
    }

    /// Offset of a record within this segment, removed ones included.
    pub fn find(&self, record: RecordId) -> Option<usize> {
        self.ids.binary_search(&record).ok()
    }

    pub fn set_column(&mut self, column: ColumnId, cells: Column) {
        debug_assert_eq!(cells.len(), self.len());
        self.columns.insert(column, Arc::new(cells));
    }

    pub fn set_shared_column(&mut self, column: ColumnId, cells: Arc<Column>) {
        debug_assert_eq!(cells.len(), self.len());
        self.columns.insert(column, cells);
    }

    pub fn drop_column(&mut self, column: ColumnId) {
        self.columns.remove(&column);
    }

    /// A private copy of a column to change, made blank of `kind` if it is absent.
    pub fn column_mut(&mut self, column: ColumnId, kind: crate::column::ColumnKind) -> &mut Column {
        let len = self.len();
        Arc::make_mut(
            self.columns
                .entry(column)
                .or_insert_with(|| Arc::new(Column::blank(kind, len))),
        )
    }

    pub fn set_live(&mut self, at: usize, live: bool) {
        Arc::make_mut(&mut self.live).set(at, live);
    }

    /// Appends records; columns absent on either side are filled with blanks.
    pub fn append(&mut self, ids: &[RecordId], live: &Mask, columns: &BTreeMap<ColumnId, Column>) {
        let old = self.len();
        Arc::make_mut(&mut self.ids).extend_from_slice(ids);
        Arc::make_mut(&mut self.live).extend(live);
        for (id, cells) in columns {
            let target = self
                .columns
                .entry(*id)
                .or_insert_with(|| Arc::new(Column::blank(cells.kind(), old)));
            Arc::make_mut(target).extend(cells);
        }
        let len = self.len();
        for column in self.columns.values_mut() {
            if column.len() < len {
                Arc::make_mut(column).extend_blank(len);
            }
        }
    }
}
