//! Columns made into parts beside the writer, so that a checkpoint has little left to do.
//!
//! Main types: [`Packer`], which works on any thread, and [`Packed`], which the writer puts into the file in a moment
//! ([`Base::put_packed`]). Law: a packed part that no checkpoint comes to name is removed by a later one; whatever names a
//! part is written after it, so a part is durable when its name is. Tests: `store/tests/pack.rs`.

use crate::{
    base::Base,
    codec::{v1::bytes::Writer, v2},
    error::AppendError,
    fault::Step,
    limits::PACKED_BYTES,
    parts::{ColumnPart, Part, Parts, WrittenColumns, pack},
};
use std::sync::Arc;
use table::{
    column::{Column, Dictionary, SharedColumn, Values},
    snapshot::Snapshot,
};

/// Packs for one opened file.
#[derive(Clone)]
pub struct Packer(Parts);

/// Parts that are in no file yet.
#[derive(Default)]
pub struct Packed {
    parts: Vec<(i64, Part)>,
    written: WrittenColumns,
}

impl Packed {
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn n_bytes(&self) -> usize {
        self.parts.iter().map(|(_, part)| part.body.len()).sum()
    }
}

impl Packer {
    /// Some of the columns of a snapshot that are in the file nowhere; empty once all are. To be called again after what
    /// it gave was put into the file.
    pub fn pack(&self, snapshot: &Snapshot) -> Packed {
        let mut packed = Packed::default();
        let segments = snapshot.tables.values().flat_map(|data| &data.segments);
        for cells in segments.flat_map(|segment| segment.columns().values()) {
            if self.0.column_part(cells).is_some() || self.0.own(cells.kept_as()).is_some() {
                continue;
            }
            self.pack_one(cells, &mut packed);
            if packed.n_bytes() >= PACKED_BYTES {
                break;
            }
        }
        packed
    }

    fn pack_one(&self, cells: &SharedColumn, packed: &mut Packed) {
        let words = self.words(cells, packed);
        let part = pack(cells, words);
        let known = ColumnPart {
            number: self.0.next_number(),
            checksum: part.checksum,
            words,
            kind: cells.kind(),
            may_have_notes: cells.may_have_notes(),
            may_have_side: cells.may_have_side(),
        };
        packed.written.columns.push((cells.clone(), known));
        packed.parts.push((known.number, part));
    }

    /// The part of a column's shared dictionary, packed too if it is not there yet.
    fn words(&self, cells: &Column, packed: &mut Packed) -> Option<i64> {
        let Values::Text(texts) = cells.values() else {
            return None;
        };
        let words: &Arc<Dictionary> = texts.base();
        if !words.is_shared() {
            return None;
        }
        let mut known = packed.written.dictionaries.iter();
        let known = known.find(|(known, _)| Arc::ptr_eq(known, words));
        let known = known.map(|(_, number)| *number);
        if let Some(number) = known.or_else(|| self.0.own(words.kept_as())) {
            return Some(number);
        }
        let mut to = Writer::default();
        v2::column::encode_dictionary(words, &mut to);
        let number = self.0.next_number();
        packed.parts.push((number, Part::new(to.out)));
        packed.written.dictionaries.push((words.clone(), number));
        Some(number)
    }
}

impl Base {
    pub fn packer(&self) -> Packer {
        Packer(self.parts().clone())
    }

    /// A checkpoint of the same snapshot then only has to name the parts; what it makes durable makes them durable.
    pub fn put_packed(&mut self, packed: Packed) -> Result<(), AppendError> {
        let parts = self.parts().clone();
        let fault = self.fault().clone();
        self.write_ahead(|connection, chain| {
            fault.pass(Step::CheckpointSegment)?;
            for (number, part) in &packed.parts {
                parts.put_as(connection, *number, part, false)?;
            }
            Ok(chain)
        })?;
        parts.keep(packed.written);
        Ok(())
    }

    /// Removes some of the parts that nothing names; `false` once there are none.
    pub fn sweep(&mut self) -> Result<bool, AppendError> {
        let (parts, used) = (self.parts().clone(), self.used_parts().clone());
        let mut more = false;
        self.write_ahead(|connection, chain| {
            more = parts.remove_unused(connection, &used, crate::limits::SWEPT_PARTS)?;
            Ok(chain)
        })?;
        Ok(more)
    }
}
