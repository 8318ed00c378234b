//! Which record each row of the file means.
//!
//! Types: [`Fates`], [`Fate`]. Law: a row changes a record only if it means that record and no other, and no other row
//! means it; keys are compared as written first, then without regard to case, width and spaces. Tests:
//! `jobs/tests/import_into.rs`.

use super::{
    IntoMode, IntoPlan, similar,
    slots::{Slot, Slots},
};
use crate::import::ImportError;
use std::collections::{HashMap, HashSet};
use table::{
    column::Column,
    field::Field,
    id::{FieldId, RecordId},
    raw::{RawBatch, RawCell},
    snapshot::{Snapshot, TableData},
};

/// Why a row is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// Another row has the same key.
    TwiceInFile,
    /// Several records have the key.
    TwiceInTable,
    NoKey,
    NotInTable,
    /// The id of a record that is gone.
    RecordGone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Add,
    /// Place among [`Fates::records`].
    Change(u32),
    Left(LeftOut),
}

/// A record and where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub record: RecordId,
    pub segment: u32,
    pub at: u32,
}

pub(super) struct Fates {
    /// By row of the file.
    pub rows: Vec<Fate>,
    /// The live records, in their order.
    pub records: Vec<Place>,
    /// Whether a row means the record, by place among `records`.
    pub is_met: Vec<bool>,
}

/// Between the parts of a key.
const BETWEEN: char = '\u{1f}';

/// What the keys of the table lead to.
enum Met {
    One(u32),
    Several,
}

pub(super) struct Matcher {
    mode: IntoMode,
    keys: Keys,
    records: Vec<Place>,
    rows: Vec<Fate>,
    /// Rows by the record that they mean.
    meant: HashMap<u32, u32>,
    /// Rows that are to be added, by their key without regard to how it is written.
    added: HashMap<String, u32>,
}

enum Keys {
    None,
    /// Place of the column of record ids.
    Records(usize, HashMap<RecordId, u32>),
    Fields {
        slots: Vec<usize>,
        written: HashMap<String, Met>,
        folded: HashMap<String, Met>,
    },
}

impl Matcher {
    pub fn new(
        snapshot: &Snapshot,
        plan: &IntoPlan,
        slots: &Slots,
        records_column: Option<usize>,
    ) -> Result<Matcher, ImportError> {
        let table = snapshot.schema.table(plan.table);
        let table = table.ok_or(ImportError::Mapping)?;
        let data = snapshot.data(plan.table).ok_or(ImportError::Mapping)?;
        let records: Vec<Place> = data
            .live_records()
            .map(|(record, segment, at)| Place {
                record,
                segment: segment as u32,
                at: at as u32,
            })
            .collect();
        let keys = if plan.mode == IntoMode::Add {
            Keys::None
        } else if plan.by_record {
            let places = records.iter().zip(0..);
            let by_id = places.map(|(place, at)| (place.record, at)).collect();
            Keys::Records(records_column.ok_or(ImportError::Mapping)?, by_id)
        } else {
            let slot_of = |key: &FieldId| {
                let is_key = |slot: &Slot| slot.field().is_some_and(|field| field.id == *key);
                slots.0.iter().position(is_key).ok_or(ImportError::NoKey)
            };
            let places: Vec<usize> = plan.keys.iter().map(slot_of).collect::<Result<_, _>>()?;
            if places.is_empty() {
                return Err(ImportError::NoKey);
            }
            let fields: Vec<&Field> = plan
                .keys
                .iter()
                .filter_map(|key| table.field(*key))
                .collect();
            let (written, folded) = keys_of(data, &records, &fields);
            Keys::Fields {
                slots: places,
                written,
                folded,
            }
        };
        Ok(Matcher {
            mode: plan.mode,
            keys,
            records,
            rows: Vec::new(),
            meant: HashMap::new(),
            added: HashMap::new(),
        })
    }

    /// Takes the next rows.
    pub fn take(&mut self, batch: &RawBatch, slots: &Slots) -> Result<(), ImportError> {
        let n_rows = batch.columns.first().map_or(0, table::raw::RawColumn::len);
        if matches!(self.keys, Keys::None) {
            self.rows.resize(self.rows.len() + n_rows, Fate::Add);
            return Ok(());
        }
        if let Keys::Records(column, _) = &self.keys {
            let cells = batch.columns.get(*column).ok_or(ImportError::Mapping)?;
            for cell in cells.clone().into_cells() {
                let fate = self.fate_of_id(&cell);
                self.meet(fate);
            }
            return Ok(());
        }
        let mut built = Vec::new();
        if let Keys::Fields { slots: places, .. } = &self.keys {
            for place in places {
                built.push((&slots.0[*place], slots.0[*place].build_of(batch)?));
            }
        }
        for at in 0..n_rows {
            let part = |(slot, column): &(&Slot, Column)| {
                let state = column.get(at);
                match slot.field() {
                    Some(field) if field.link().is_none() => field.field_type.edit_text(&state),
                    _ => slot.shown(&state),
                }
            };
            let key = joined(built.iter().map(part));
            let fate = self.fate_of_key(key);
            self.meet(fate);
        }
        Ok(())
    }

    fn fate_of_key(&mut self, key: Option<String>) -> Fate {
        let (
            Some(key),
            Keys::Fields {
                written, folded, ..
            },
        ) = (key, &self.keys)
        else {
            return Fate::Left(LeftOut::NoKey);
        };
        let loose = fold_key(&key);
        match written.get(&key).or_else(|| folded.get(&loose)) {
            Some(Met::One(place)) => Fate::Change(*place),
            Some(Met::Several) => Fate::Left(LeftOut::TwiceInTable),
            None if self.mode == IntoMode::Update => Fate::Left(LeftOut::NotInTable),
            None => {
                let row = self.rows.len() as u32;
                match self.added.get(&loose) {
                    Some(first) => {
                        self.rows[*first as usize] = Fate::Left(LeftOut::TwiceInFile);
                        Fate::Left(LeftOut::TwiceInFile)
                    }
                    None => {
                        self.added.insert(loose, row);
                        Fate::Add
                    }
                }
            }
        }
    }

    fn fate_of_id(&self, cell: &RawCell) -> Fate {
        let Keys::Records(_, by_id) = &self.keys else {
            return Fate::Left(LeftOut::NoKey);
        };
        let text = match cell {
            RawCell::Text(text) => text.trim(),
            cell if cell.is_blank() => "",
            _ => return Fate::Left(LeftOut::RecordGone),
        };
        match (text, text.parse::<RecordId>()) {
            ("", _) if self.mode == IntoMode::Update => Fate::Left(LeftOut::NotInTable),
            ("", _) => Fate::Add,
            (_, Ok(record)) => match by_id.get(&record) {
                Some(place) => Fate::Change(*place),
                None => Fate::Left(LeftOut::RecordGone),
            },
            _ => Fate::Left(LeftOut::RecordGone),
        }
    }

    /// Two rows that mean one record are both left out.
    fn meet(&mut self, mut fate: Fate) {
        if let Fate::Change(place) = fate {
            let row = self.rows.len() as u32;
            if let Some(first) = self.meant.get(&place) {
                self.rows[*first as usize] = Fate::Left(LeftOut::TwiceInFile);
                fate = Fate::Left(LeftOut::TwiceInFile);
            } else {
                self.meant.insert(place, row);
            }
        }
        self.rows.push(fate);
    }

    pub fn finish(self) -> Fates {
        let mut is_met = vec![false; self.records.len()];
        // Those that stand twice are in the file all the same.
        for place in self.meant.keys() {
            is_met[*place as usize] = true;
        }
        Fates {
            rows: self.rows,
            records: self.records,
            is_met,
        }
    }
}

/// The parts as one text; none where all are blank.
fn joined(parts: impl Iterator<Item = String>) -> Option<String> {
    let mut key = String::new();
    for (at, part) in parts.enumerate() {
        if at > 0 {
            key.push(BETWEEN);
        }
        key.push_str(part.trim());
    }
    key.chars().any(|c| c != BETWEEN).then_some(key)
}

fn fold_key(key: &str) -> String {
    let parts: Vec<String> = key.split(BETWEEN).map(fold_part).collect();
    parts.join("\u{1f}")
}

/// Case, width and spaces do not count; punctuation does, for `A-1` and `A1` may be two goods.
fn fold_part(part: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    };
    let kept = part.chars().filter(|c| !c.is_whitespace()).map(narrow);
    kept.flat_map(char::to_lowercase).collect()
}

type KeyBook = HashMap<String, Met>;

fn keys_of(data: &TableData, records: &[Place], fields: &[&Field]) -> (KeyBook, KeyBook) {
    let (mut written, mut folded) = (KeyBook::new(), KeyBook::new());
    for (at, place) in (0..).zip(records) {
        let segment = &data.segments[place.segment as usize];
        let part = |field: &&Field| {
            let cells = segment.column(field.column);
            let state = cells.map(|cells| cells.get(place.at as usize));
            let state = state.unwrap_or(table::value::CellState::BLANK);
            match field.link() {
                Some(_) => field.field_type.display(&state),
                None => field.field_type.edit_text(&state),
            }
        };
        if let Some(key) = joined(fields.iter().map(part)) {
            note(&mut folded, fold_key(&key), at);
            note(&mut written, key, at);
        }
    }
    (written, folded)
}

fn note(book: &mut KeyBook, key: String, at: u32) {
    book.entry(key)
        .and_modify(|met| *met = Met::Several)
        .or_insert(Met::One(at));
}

/// Keys of the table that stand in several records, with the records.
pub(super) fn repeated_keys(snapshot: &Snapshot, plan: &IntoPlan) -> Vec<(String, Vec<RecordId>)> {
    let (Some(table), Some(data)) = (snapshot.schema.table(plan.table), snapshot.data(plan.table))
    else {
        return Vec::new();
    };
    let fields: Vec<&Field> = plan
        .keys
        .iter()
        .filter_map(|key| table.field(*key))
        .collect();
    let mut first: HashMap<String, RecordId> = HashMap::new();
    let mut repeated: HashMap<String, Vec<RecordId>> = HashMap::new();
    for (record, segment, at) in data.live_records() {
        let part = |field: &&Field| {
            let cells = data.segments[segment].column(field.column);
            let state = cells.map(|cells| cells.get(at));
            state.map_or_else(String::new, |state| field.field_type.edit_text(&state))
        };
        let Some(key) = joined(fields.iter().map(part)) else {
            continue;
        };
        match first.get(&key) {
            Some(known) => repeated
                .entry(key)
                .or_insert_with(|| vec![*known])
                .push(record),
            None => {
                first.insert(key, record);
            }
        }
    }
    let mut repeated: Vec<_> = repeated.into_iter().collect();
    repeated.sort_by_key(|(_, records)| records[0]);
    let shown = repeated.into_iter();
    shown
        .map(|(key, records)| (key.replace(BETWEEN, " · "), records))
        .collect()
}

/// Texts of a key in a column of the file that are unlike, or `None` where two are alike.
pub(super) fn distinct_texts(
    field: &Field,
    column: &Column,
    seen: &mut HashSet<String>,
) -> Option<u64> {
    let mut n_blank = 0;
    for at in 0..column.len() {
        let text = field.field_type.edit_text(&column.get(at));
        match text.trim() {
            "" => n_blank += 1,
            text if !seen.insert(text.to_owned()) => return None,
            _ => {}
        }
    }
    Some(n_blank)
}

/// The name of a key for people.
pub(super) fn is_code_name(name: &str) -> bool {
    super::synonyms::is_code(&similar::folded(name))
}
