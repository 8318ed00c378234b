//! What is worth keeping from one recompute to the next: indexes of keys, totals by key, totals of whole columns.
//!
//! Main types: [`Kept`], one per open base, and [`Spread`], by which the caller lends its threads. Law: what is kept
//! is brought up to the snapshot in hand before it is used, by comparing which columns the segments hold; so it does
//! not matter which snapshot it was last used for, or whether that one was ever published.

use super::{
    key_table::Match, keys::KeyIndex, linked::LinkIndex, totals::Measure, totals::Totals,
    tuples::Tuples, whole::Whole,
};
use crate::limits::KEPT_INDEXES;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use table::{
    column::ColumnKind,
    field::{Field, FieldType},
    id::{ColumnId, FieldId, TableId},
};

/// Runs a piece of work for each of `0..n`, on as many threads as the caller has to give.
pub type Spread = fn(usize, &(dyn Fn(usize) + Sync));

/// One after another.
pub(crate) fn alone(n: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..n).for_each(work);
}

/// What is kept, by what it is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Of {
    /// Without a field: all records alike.
    Keys(TableId, Option<FieldId>, Match),
    Totals {
        table: TableId,
        keys: Vec<FieldId>,
        values: Option<FieldId>,
        /// The criterion as it was written.
        filters: Vec<(FieldId, String)>,
        measure: Measure,
    },
    Whole(TableId, FieldId),
    Tuples(TableId, Vec<FieldId>),
    Links(TableId, FieldId),
}

#[derive(Debug, Clone)]
pub(crate) enum Thing {
    Keys(Arc<KeyIndex>),
    Totals(Arc<Totals>),
    Whole(Arc<Whole>),
    Tuples(Arc<Tuples>),
    Links(Arc<LinkIndex>),
}

/// How the fields were to be read: an option that has another name is another key.
pub(crate) type Reading = Vec<(ColumnId, Option<FieldType>)>;

pub(crate) fn reading<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Reading {
    let plain = [
        ColumnKind::Number,
        ColumnKind::Date,
        ColumnKind::Bool,
        ColumnKind::Text,
    ];
    fields
        .into_iter()
        .map(|field| {
            let is_plain = plain.contains(&field.field_type.kind());
            (field.column, (!is_plain).then(|| field.field_type.clone()))
        })
        .collect()
}

/// Lives as long as a base is open.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    things: HashMap<Of, (u64, Reading, Thing)>,
    n_uses: u64,
}

impl Kept {
    /// Takes it away, so that whoever has it can change it without a copy.
    pub(crate) fn take(&self, of: &Of, reading: &Reading) -> Option<Thing> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, known, thing) = shelf.things.remove(of)?;
        (known == *reading).then_some(thing)
    }

    pub(crate) fn put(&self, of: Of, reading: Reading, thing: Thing) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.n_uses += 1;
        let now = shelf.n_uses;
        shelf.things.insert(of, (now, reading, thing));
        if shelf.things.len() > KEPT_INDEXES {
            let oldest = shelf.things.iter().min_by_key(|(_, (used, ..))| *used);
            if let Some(oldest) = oldest.map(|(of, _)| of.clone()) {
                shelf.things.remove(&oldest);
            }
        }
    }
}
