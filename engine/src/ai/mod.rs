//! AI fields inside the writer: which cells wait for which calls, and what becomes of a cell when it is run,
//! answered, or its inputs change. Nothing here calls a model.
//!
//! Main types: [`AnswerBook`], [`Waiting`]; `decide` is the pure state machine of one cell, `fill` applies it
//! to records, `scope` finds the records of a run. Law: a call whose answer is stored is never queued again.

pub(crate) mod decide;
mod files;
pub(crate) mod fill;
pub(crate) mod scope;
pub(crate) mod typed;

use parking_lot::RwLock;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use table::{
    ai::{AiNote, AiState, Answer, CallKey},
    id::{FieldId, RecordId, TableId},
};

/// How the batches of fields begin that ask by themselves.
pub(crate) const AUTO_BATCH: &str = "auto:";

/// One AI cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub table: TableId,
    pub field: FieldId,
    pub record: RecordId,
}

/// All stored answers by key; shared with readers (estimates).
#[derive(Clone, Default)]
pub(crate) struct AnswerBook(Arc<RwLock<store::Answers>>);

impl AnswerBook {
    pub fn insert(&self, answer: &Answer) {
        let mut book = self.0.write();
        book.texts.insert(answer.key, answer.text.as_str().into());
        if let Some(review) = &answer.provenance.review {
            book.reviews.insert(answer.key, review.as_str().into());
        }
    }

    pub fn replace(&self, answers: store::Answers) {
        *self.0.write() = answers;
    }

    pub fn has(&self, key: &CallKey) -> bool {
        self.0.read().texts.contains_key(key)
    }

    /// The rule that one of the answers breaks.
    pub fn review(&self, keys: &[CallKey]) -> Option<Arc<str>> {
        let book = self.0.read();
        if book.reviews.is_empty() {
            return None;
        }
        keys.iter().find_map(|key| book.reviews.get(key)).cloned()
    }
}

impl crate::language::Answers for AnswerBook {
    fn answer(&self, key: &CallKey) -> Option<Arc<str>> {
        self.0.read().texts.get(key).cloned()
    }
}

/// Cells whose note says queued or running, with the batch that asked, and by the keys they wait for.
/// Follows the notes of committed snapshots.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    cells: BTreeMap<Cell, Wait>,
    by_key: HashMap<CallKey, BTreeSet<Cell>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wait {
    pub batch: String,
    pub keys: Vec<CallKey>,
}

/// True where the note says that an answer is to come.
pub(crate) fn is_waiting(note: Option<&Arc<AiNote>>) -> bool {
    note.is_some_and(|note| matches!(note.state, AiState::Queued | AiState::Running))
}

impl Waiting {
    /// The cell waits (again) for the keys of its note, or no longer.
    pub fn follow(&mut self, cell: Cell, note: Option<&Arc<AiNote>>, batch: Option<&String>) {
        let old = self.cells.remove(&cell);
        for key in old.iter().flat_map(|wait| &wait.keys) {
            if let Some(cells) = self.by_key.get_mut(key) {
                cells.remove(&cell);
                if cells.is_empty() {
                    self.by_key.remove(key);
                }
            }
        }
        let Some(note) = note.filter(|_| is_waiting(note)) else {
            return;
        };
        for key in &note.keys {
            self.by_key.entry(*key).or_default().insert(cell);
        }
        let batch = batch
            .cloned()
            .or(old.map(|wait| wait.batch))
            .unwrap_or_default();
        self.cells.insert(
            cell,
            Wait {
                batch,
                keys: note.keys.clone(),
            },
        );
    }

    pub fn cells_of(&self, key: &CallKey) -> impl Iterator<Item = Cell> + '_ {
        self.by_key.get(key).into_iter().flatten().copied()
    }

    /// What the cell waits for; empty where it does not wait.
    pub fn keys_of(&self, cell: &Cell) -> &[CallKey] {
        self.cells.get(cell).map_or(&[], |wait| &wait.keys)
    }

    pub fn has_key(&self, key: &CallKey) -> bool {
        self.by_key.contains_key(key)
    }

    pub fn batch_of(&self, cell: &Cell) -> Option<&str> {
        self.cells.get(cell).map(|wait| wait.batch.as_str())
    }

    pub fn cells_in(&self, batch: &str) -> impl Iterator<Item = (Cell, &Wait)> {
        self.cells
            .iter()
            .filter(move |(_, wait)| wait.batch == batch)
            .map(|(cell, wait)| (*cell, wait))
    }

    pub fn cells(&self) -> impl Iterator<Item = (Cell, &Wait)> {
        self.cells.iter().map(|(cell, wait)| (*cell, wait))
    }
}
