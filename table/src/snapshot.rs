//! The state of a base at one revision. Cloning is cheap; segments are shared.

use crate::{
    column::{Column, SharedColumn},
    id::{ColumnId, RecordId, Revision, TableId},
    op::ApplyError,
    schema::Schema,
    segment::Segment,
    value::CellState,
};
use std::{collections::BTreeMap, sync::Arc};

/// Segment index → (offset in the segment, position in the asked list).
pub type Located = BTreeMap<usize, Vec<(usize, usize)>>;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    pub revision: Revision,
    pub schema: Arc<Schema>,
    pub tables: BTreeMap<TableId, Arc<TableData>>,
}

/// The records of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableData {
    pub segments: Vec<Arc<Segment>>,
    pub next_record: RecordId,
    /// Records that are not removed.
    pub n_live: u64,
}

impl Default for TableData {
    fn default() -> TableData {
        TableData {
            segments: Vec::new(),
            next_record: RecordId(1),
            n_live: 0,
        }
    }
}

impl Snapshot {
    pub fn data(&self, table: TableId) -> Option<&Arc<TableData>> {
        self.tables.get(&table)
    }

    /// One cell, for edges that show a single record.
    pub fn cell(&self, table: TableId, column: ColumnId, record: RecordId) -> Option<CellState> {
        self.data(table)?.cell(column, record)
    }

    /// Puts computed cells in place of a segment's column. Derived cells are no ops: they can always be
    /// computed again from the rest of the snapshot.
    pub fn set_derived(
        &mut self,
        table: TableId,
        segment: usize,
        column: ColumnId,
        cells: impl Into<SharedColumn>,
    ) {
        let cells = cells.into();
        if let Some(data) = self.tables.get_mut(&table)
            && let Some(target) = Arc::make_mut(data).segments.get_mut(segment)
            && target.len() == cells.len()
        {
            Arc::make_mut(target).set_column(column, cells);
        }
    }
}

impl TableData {
    /// The segment and offset of a record, removed ones included.
    pub fn find(&self, record: RecordId) -> Option<(usize, usize)> {
        let after = self
            .segments
            .partition_point(|segment| segment.ids().first().is_some_and(|id| *id <= record));
        let segment = after.checked_sub(1)?;
        Some((segment, self.segments[segment].find(record)?))
    }

    /// Live records whose cell of a column keeps an input that does not fit.
    pub fn n_misfits(&self, column: ColumnId) -> u64 {
        let segments = self.segments.iter();
        segments.map(|segment| segment.n_misfits(column)).sum()
    }

    /// Groups records by segment.
    pub fn locate(&self, records: &[RecordId]) -> Result<Located, ApplyError> {
        let mut located = Located::new();
        for (position, record) in records.iter().enumerate() {
            let (segment, at) = self.find(*record).ok_or(ApplyError::NoRecord(*record))?;
            located.entry(segment).or_default().push((at, position));
        }
        Ok(located)
    }

    pub fn cell(&self, column: ColumnId, record: RecordId) -> Option<CellState> {
        let (segment, at) = self.find(record)?;
        Some(
            self.segments[segment]
                .shared_column(column)
                .map_or(CellState::BLANK, |cells| cells.cell(at).0),
        )
    }

    pub fn is_live(&self, record: RecordId) -> bool {
        self.find(record)
            .is_some_and(|(segment, at)| self.segments[segment].live().get(at))
    }

    /// One cell (with AI note) per record, for the `before` of an edit.
    pub fn gather(
        &self,
        column: ColumnId,
        kind: crate::column::ColumnKind,
        records: &[RecordId],
    ) -> Result<Column, ApplyError> {
        let mut cells = Column::blank(kind, records.len());
        for (segment, offsets) in self.locate(records)? {
            let Some(from) = self.segments[segment].shared_column(column) else {
                continue;
            };
            for (at, position) in offsets {
                let (state, note) = from.cell(at);
                cells.set(position, state);
                cells.set_note(position, note);
            }
        }
        Ok(cells)
    }

    /// Live records in the order of creation, with segment and offset.
    pub fn live_records(&self) -> impl Iterator<Item = (RecordId, usize, usize)> + '_ {
        self.segments
            .iter()
            .enumerate()
            .flat_map(|(index, segment)| {
                segment
                    .live()
                    .ones()
                    .map(move |at| (segment.ids()[at], index, at))
            })
    }
}
