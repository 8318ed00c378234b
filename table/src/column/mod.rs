//! A field's stored vector over the records of one segment or batch.
//!
//! Typed values beside a null mask; everything rare (formula errors, pending cells, misfits, AI notes)
//! lives in sparse side maps, so that the common case stays a plain vector that kernels run over.
//! Law: a cell is in exactly one state: in the side map, valid in the mask, or blank.

mod dictionary;
mod options;
mod shared;
mod size;
mod text;

pub use dictionary::{Dictionary, DictionaryBuilder};
pub use options::OptionValues;
pub use shared::{ColumnFacts, ColumnSource, KeptAs, SharedColumn};
pub use text::TextValues;

use crate::{
    ai::AiNote,
    id::RecordId,
    mask::Mask,
    value::{Attachment, CellError, CellState, CellValue},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// What a column's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    Number,
    Date,
    Bool,
    Text,
    /// Options of a select field: none, one or many per cell.
    Options,
    Attachments,
    Links,
    /// Formula results whose type differs from record to record.
    Mixed,
}

/// The vector itself. Cells whose mask bit is off hold an arbitrary filler.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers and dates.
    Number(Vec<f64>),
    Bool(Vec<bool>),
    Text(TextValues),
    Options(OptionValues),
    Attachments(Vec<Arc<[Attachment]>>),
    Links(Vec<Arc<[RecordId]>>),
    Mixed(Vec<CellValue>),
}

/// The rare states of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    Error(CellError),
    Pending,
    Misfit(Arc<str>),
}

#[derive(Debug, Clone)]
pub struct Column {
    kind: ColumnKind,
    values: Values,
    valid: Mask,
    side: BTreeMap<u32, Side>,
    notes: BTreeMap<u32, Arc<AiNote>>,
}

impl Column {
    pub fn new(kind: ColumnKind) -> Column {
        let values = match kind {
            ColumnKind::Number | ColumnKind::Date => Values::Number(Vec::new()),
            ColumnKind::Bool => Values::Bool(Vec::new()),
            ColumnKind::Text => Values::Text(TextValues::default()),
            ColumnKind::Options => Values::Options(OptionValues::default()),
            ColumnKind::Attachments => Values::Attachments(Vec::new()),
            ColumnKind::Links => Values::Links(Vec::new()),
            ColumnKind::Mixed => Values::Mixed(Vec::new()),
        };
        Column {
            kind,
            values,
            valid: Mask::default(),
            side: BTreeMap::new(),
            notes: BTreeMap::new(),
        }
    }

    /// `len` blank cells.
    pub fn blank(kind: ColumnKind, len: usize) -> Column {
        let mut column = Column::new(kind);
        column.extend_blank(len);
        column
    }

    /// From ready-made parts, for kernels and codecs. `values`, `valid` must have equal lengths and the
    /// variant must be the one of `kind`; `None` otherwise.
    pub fn from_parts(
        kind: ColumnKind,
        values: Values,
        valid: Mask,
        side: BTreeMap<u32, Side>,
        notes: BTreeMap<u32, Arc<AiNote>>,
    ) -> Option<Column> {
        let (fits, len) = match (&values, kind) {
            (Values::Number(v), ColumnKind::Number | ColumnKind::Date) => (true, v.len()),
            (Values::Bool(v), ColumnKind::Bool) => (true, v.len()),
            (Values::Text(v), ColumnKind::Text) => (true, v.len()),
            (Values::Options(v), ColumnKind::Options) => (true, v.len()),
            (Values::Attachments(v), ColumnKind::Attachments) => (true, v.len()),
            (Values::Links(v), ColumnKind::Links) => (true, v.len()),
            (Values::Mixed(v), ColumnKind::Mixed) => (true, v.len()),
            _ => (false, 0),
        };
        let in_range = |keys: Option<&u32>| keys.is_none_or(|&last| (last as usize) < len);
        let ok = fits
            && valid.len() == len
            && in_range(side.keys().next_back())
            && in_range(notes.keys().next_back());
        ok.then(|| {
            let mut column = Column {
                kind,
                values,
                valid,
                side,
                notes,
            };
            let sides: Vec<u32> = column.side.keys().copied().collect();
            for at in sides {
                column.valid.set(at as usize, false);
            }
            column
        })
    }

    pub fn from_states(kind: ColumnKind, states: impl IntoIterator<Item = CellState>) -> Column {
        let mut column = Column::new(kind);
        for state in states {
            column.push(state);
        }
        column
    }

    pub fn kind(&self) -> ColumnKind {
        self.kind
    }

    pub fn len(&self) -> usize {
        self.valid.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn values(&self) -> &Values {
        &self.values
    }

    /// True where the cell holds a value (neither blank nor in a side state).
    pub fn valid(&self) -> &Mask {
        &self.valid
    }

    pub fn side(&self) -> &BTreeMap<u32, Side> {
        &self.side
    }

    pub fn notes(&self) -> &BTreeMap<u32, Arc<AiNote>> {
        &self.notes
    }

    pub fn note(&self, at: usize) -> Option<&Arc<AiNote>> {
        self.notes.get(&(at as u32))
    }

    pub fn set_note(&mut self, at: usize, note: Option<Arc<AiNote>>) {
        match note {
            Some(note) if at < self.len() => drop(self.notes.insert(at as u32, note)),
            _ => drop(self.notes.remove(&(at as u32))),
        }
    }

    /// The state of the cell at `at`; blank beyond the end.
    pub fn get(&self, at: usize) -> CellState {
        if self.valid.get(at) {
            return CellState::Value(self.value_at(at));
        }
        match self.side.get(&(at as u32)) {
            None => CellState::BLANK,
            Some(Side::Error(error)) => CellState::Error(*error),
            Some(Side::Pending) => CellState::Pending,
            Some(Side::Misfit(text)) => CellState::Misfit(text.clone()),
        }
    }

    fn value_at(&self, at: usize) -> CellValue {
        match &self.values {
            Values::Number(v) if self.kind == ColumnKind::Date => CellValue::Date(v[at]),
            Values::Number(v) => CellValue::Number(v[at]),
            Values::Bool(v) => CellValue::Bool(v[at]),
            Values::Text(v) => CellValue::text(v.get(at)),
            Values::Options(v) => CellValue::Options(v.get(at).clone()),
            Values::Attachments(v) => CellValue::Attachments(v[at].clone()),
            Values::Links(v) => CellValue::Links(v[at].clone()),
            Values::Mixed(v) => v[at].clone(),
        }
    }

    /// Appends one cell. A value of another kind than the column's becomes an error cell (`#VALUE!`),
    /// which only a programming mistake can cause: callers convert first.
    pub fn push(&mut self, state: CellState) {
        let at = self.len();
        self.extend_blank(at + 1);
        self.set(at, state);
    }

    pub fn set(&mut self, at: usize, state: CellState) {
        if at >= self.len() {
            return;
        }
        self.side.remove(&(at as u32));
        self.valid.set(at, false);
        let side = match state {
            CellState::Value(value) if value.is_blank() => return,
            CellState::Value(value) => match self.set_value(at, value) {
                true => {
                    self.valid.set(at, true);
                    return;
                }
                false => Side::Error(CellError::Value),
            },
            CellState::Error(error) => Side::Error(error),
            CellState::Pending => Side::Pending,
            CellState::Misfit(text) => Side::Misfit(text),
        };
        self.side.insert(at as u32, side);
    }

    fn set_value(&mut self, at: usize, value: CellValue) -> bool {
        match (&mut self.values, value) {
            (Values::Number(v), CellValue::Number(x)) if self.kind == ColumnKind::Number => {
                v[at] = x
            }
            (Values::Number(v), CellValue::Date(x)) if self.kind == ColumnKind::Date => v[at] = x,
            (Values::Bool(v), CellValue::Bool(x)) => v[at] = x,
            (Values::Text(v), CellValue::Text(x)) => v.set(at, &x),
            (Values::Options(v), CellValue::Options(x)) => v.set(at, x),
            (Values::Attachments(v), CellValue::Attachments(x)) => v[at] = x,
            (Values::Links(v), CellValue::Links(x)) => v[at] = x,
            (Values::Mixed(v), x) => v[at] = x,
            _ => return false,
        }
        true
    }

    /// Grows with blanks to `len` cells.
    pub fn extend_blank(&mut self, len: usize) {
        match &mut self.values {
            Values::Number(v) => v.resize(len, 0.0),
            Values::Bool(v) => v.resize(len, false),
            Values::Text(v) => v.resize(len),
            Values::Options(v) => v.resize(len),
            Values::Attachments(v) => v.resize_with(len, || Arc::from([])),
            Values::Links(v) => v.resize_with(len, || Arc::from([])),
            Values::Mixed(v) => v.resize(len, CellValue::Blank),
        }
        self.valid.grow(len);
    }

    /// Appends all cells of a column of the same kind (of another kind: as `set` does, cell by cell).
    pub fn extend(&mut self, other: &Column) {
        let base = self.len();
        let same = self.kind == other.kind;
        match (&mut self.values, &other.values) {
            (Values::Number(a), Values::Number(b)) if same => a.extend_from_slice(b),
            (Values::Bool(a), Values::Bool(b)) => a.extend_from_slice(b),
            (Values::Text(a), Values::Text(b)) => a.extend(b),
            (Values::Options(a), Values::Options(b)) => a.extend(b),
            (Values::Attachments(a), Values::Attachments(b)) => a.extend_from_slice(b),
            (Values::Links(a), Values::Links(b)) => a.extend_from_slice(b),
            (Values::Mixed(a), Values::Mixed(b)) => a.extend_from_slice(b),
            _ => {
                for at in 0..other.len() {
                    self.push(other.get(at));
                    self.set_note(base + at, other.note(at).cloned());
                }
                return;
            }
        }
        self.valid.extend(&other.valid);
        self.side.extend(
            other
                .side
                .iter()
                .map(|(at, side)| (at + base as u32, side.clone())),
        );
        self.notes.extend(
            other
                .notes
                .iter()
                .map(|(at, note)| (at + base as u32, note.clone())),
        );
    }

    /// A column of the cells at these places, each of which comes often: values are copied, not looked at.
    pub fn spread(&self, places: &[u32]) -> Column {
        let mut valid = Mask::default();
        let mut side = BTreeMap::new();
        let has_side = !self.side.is_empty();
        for (at, place) in (0u32..).zip(places) {
            valid.push(self.valid.get(*place as usize));
            if has_side && let Some(state) = self.side.get(place) {
                side.insert(at, state.clone());
            }
        }
        let values = match &self.values {
            Values::Number(v) => Values::Number(places.iter().map(|at| v[*at as usize]).collect()),
            Values::Bool(v) => Values::Bool(places.iter().map(|at| v[*at as usize]).collect()),
            Values::Options(v) => {
                let codes = places.iter().map(|at| v.codes()[*at as usize]);
                let sets = v.sets().to_vec();
                let spread = OptionValues::from_codes(codes.collect(), sets);
                Values::Options(spread.unwrap_or_default())
            }
            _ => {
                let places: Vec<usize> = places.iter().map(|at| *at as usize).collect();
                return self.gather(&places);
            }
        };
        Column {
            kind: self.kind,
            values,
            valid,
            side,
            notes: BTreeMap::new(),
        }
    }

    /// Texts only: see [`TextValues::sharing_dictionary`].
    pub fn sharing_dictionary(&self, with: &Column) -> Option<Column> {
        let (Values::Text(own), Values::Text(with)) = (&self.values, &with.values) else {
            return None;
        };
        let values = Values::Text(own.sharing_dictionary(with)?);
        Some(Column {
            values,
            kind: self.kind,
            valid: self.valid.clone(),
            side: self.side.clone(),
            notes: self.notes.clone(),
        })
    }

    /// Copies state and AI note of one cell of another column.
    pub fn copy_cell(&mut self, at: usize, from: &Column, from_at: usize) {
        self.set(at, from.get(from_at));
        self.set_note(at, from.note(from_at).cloned());
    }

    /// The cells at `positions`, in that order.
    pub fn gather(&self, positions: &[usize]) -> Column {
        let mut column = Column::new(self.kind);
        for &at in positions {
            column.push(self.get(at));
            column.set_note(column.len() - 1, self.note(at).cloned());
        }
        column
    }

    /// The cells `from..to`.
    pub fn slice(&self, from: usize, to: usize) -> Column {
        self.gather(&(from..to.min(self.len())).collect::<Vec<_>>())
    }

    /// The numbers and where they are valid, for kernels; `None` for other kinds.
    pub fn numbers(&self) -> Option<&[f64]> {
        match &self.values {
            Values::Number(v) => Some(v),
            _ => None,
        }
    }

    pub fn texts(&self) -> Option<&TextValues> {
        match &self.values {
            Values::Text(v) => Some(v),
            _ => None,
        }
    }
}

/// Equal when every cell's state and note are equal, however stored.
impl PartialEq for Column {
    fn eq(&self, other: &Column) -> bool {
        self.kind == other.kind
            && self.valid == other.valid
            && self.side == other.side
            && self.notes == other.notes
            && self
                .valid
                .ones()
                .all(|at| self.value_at(at) == other.value_at(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_in_one_state() {
        let mut column = Column::new(ColumnKind::Number);
        column.push(CellValue::Number(1.5).into());
        column.push(CellState::Misfit("abc".into()));
        column.push(CellState::Error(CellError::Div0));
        column.push(CellState::Pending);
        column.push(CellState::BLANK);
        assert_eq!(column.get(1), CellState::Misfit("abc".into()));
        column.set(1, CellValue::Number(2.0).into());
        assert_eq!(column.get(1), CellValue::Number(2.0).into());
        assert_eq!(column.side().len(), 2);
        column.set(0, CellState::BLANK);
        assert!(column.get(0).is_blank());
        assert!(column.get(99).is_blank());
    }

    #[test]
    fn gather_and_extend_keep_states_and_notes() {
        let note = Arc::new(AiNote {
            state: crate::ai::AiState::Ok,
            keys: vec![],
            reason: None,
            by: None,
        });
        let mut a = Column::from_states(
            ColumnKind::Text,
            ["x", "", "y"].map(|t| CellValue::text(t).into()),
        );
        a.set_note(2, Some(note.clone()));
        let mut b = Column::from_states(ColumnKind::Text, [CellState::Pending]);
        b.extend(&a);
        assert_eq!(b.get(0), CellState::Pending);
        assert_eq!(b.get(3), CellValue::text("y").into());
        assert_eq!(b.note(3), Some(&note));
        assert_eq!(b.gather(&[3, 0]).get(0), CellValue::text("y").into());
        assert_eq!(b.slice(1, 4), a);
    }
}
