//! What all segments of one recompute share: whole columns and their key indexes.

use super::{
    criteria::{Key, exact_key, key},
    load,
    vector::{Cell, Range},
};
use crate::limits::EVAL_FUEL_CELLS;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};
use table::{
    field::Field,
    id::{FieldId, TableId},
    snapshot::Snapshot,
};

pub(crate) type Index = HashMap<Key, Vec<u32>>;

/// Valid for one snapshot.
#[derive(Debug)]
pub struct EvalCache {
    /// What each evaluation that uses this may compute, in cells.
    pub(crate) fuel_cells: u64,
    ranges: Mutex<BTreeMap<(TableId, FieldId), Arc<Range>>>,
    /// By the address of the range (kept alive by `ranges` or the plan) and whether texts stay texts.
    indexes: Mutex<HashMap<(TableId, FieldId, bool), Arc<Index>>>,
}

impl Default for EvalCache {
    fn default() -> EvalCache {
        EvalCache::with_fuel(EVAL_FUEL_CELLS)
    }
}

impl EvalCache {
    /// With another limit than [`EVAL_FUEL_CELLS`] for each evaluation.
    pub fn with_fuel(cells: u64) -> EvalCache {
        EvalCache {
            fuel_cells: cells,
            ranges: Mutex::default(),
            indexes: Mutex::default(),
        }
    }

    pub(crate) fn range(&self, snapshot: &Snapshot, table: TableId, field: &Field) -> Arc<Range> {
        let mut ranges = self.ranges.lock().unwrap_or_else(PoisonError::into_inner);
        ranges
            .entry((table, field.id))
            .or_insert_with(|| {
                let mut cells = Vec::new();
                for segment in snapshot.data(table).iter().flat_map(|data| &data.segments) {
                    let live = segment.live().ones();
                    match segment.column(field.column) {
                        Some(column) => {
                            let column = load::whole(column, field);
                            cells.extend(live.map(|at| column.get(at)));
                        }
                        None => cells.extend(live.map(|_| Cell::Blank)),
                    }
                }
                Arc::new(Range { width: 1, cells })
            })
            .clone()
    }

    pub(crate) fn index(
        &self,
        table: TableId,
        field: FieldId,
        exact: bool,
        range: &Range,
    ) -> Arc<Index> {
        let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        indexes
            .entry((table, field, exact))
            .or_insert_with(|| {
                let mut index = Index::new();
                for (at, cell) in range.cells.iter().enumerate() {
                    let key = if exact { exact_key(cell) } else { key(cell) };
                    if let Some(key) = key {
                        index.entry(key).or_default().push(at as u32);
                    }
                }
                Arc::new(index)
            })
            .clone()
    }
}
