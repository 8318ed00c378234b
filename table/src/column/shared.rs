//! A column that snapshots share, and that may still be on disk: its cells are loaded on first touch.
//!
//! [`SharedColumn`] is what segments and appending ops hold; [`ColumnSource`] stands for whoever keeps the
//! cells elsewhere. Law: the cells behind a shared column never change; a changed column
//! ([`SharedColumn::make_mut`], [`SharedColumn::with_cells`]) is a new one, which is kept nowhere yet. A few edited
//! cells stand beside the column that they were made to, until somebody wants all cells: an edit copies no segment.
//! Tests: below, `store/tests/parts.rs`.

use super::{Column, ColumnKind, Side};
use crate::{
    ai::AiNote,
    limits::EDITS_BESIDE,
    mask::Mask,
    value::{CellError, CellState},
};
use std::{
    collections::BTreeMap,
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

/// Keeps the cells of one column elsewhere.
pub trait ColumnSource: Send + Sync {
    /// The cells, or `None` where they can't be read; the source itself takes care that somebody hears of
    /// that. It must not wait for other columns: it is called while one is being loaded.
    fn load(&self) -> Option<Column>;
}

/// Where something is kept: which keeper, and the keeper's own number for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeptAs {
    /// Tells keepers apart: numbers of one mean nothing to another.
    pub keeper: u64,
    pub number: i64,
}

/// What is known of a column without its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnFacts {
    pub kind: ColumnKind,
    pub len: usize,
    /// Some cell may have an AI note.
    pub may_have_notes: bool,
    /// Some cell may be an error, a misfit or pending.
    pub may_have_side: bool,
}

/// A column behind an `Arc`, loaded on first touch. Cheap to clone.
#[derive(Clone)]
pub struct SharedColumn(Arc<Slot>);

struct Slot {
    known: ColumnFacts,
    cells: OnceLock<Arc<Column>>,
    source: Option<Arc<dyn ColumnSource>>,
    kept_as: OnceLock<KeptAs>,
    /// What the cells are made from when they are wanted; nothing once they are there.
    edited: Mutex<Option<Edited>>,
}

/// A column and the few cells in which another one differs from it.
#[derive(Clone)]
struct Edited {
    /// Never one with edits beside it.
    base: SharedColumn,
    cells: BTreeMap<u32, (CellState, Option<Arc<AiNote>>)>,
}

impl Edited {
    fn joined(&self) -> Column {
        let mut column = (**self.base.cells()).clone();
        for (at, (state, note)) in &self.cells {
            column.set(*at as usize, state.clone());
            column.set_note(*at as usize, note.clone());
        }
        column
    }
}

impl SharedColumn {
    /// A column whose cells `source` loads when they are wanted.
    pub fn unloaded(
        known: ColumnFacts,
        kept_as: KeptAs,
        source: Arc<dyn ColumnSource>,
    ) -> SharedColumn {
        SharedColumn(Arc::new(Slot {
            known,
            cells: OnceLock::new(),
            source: Some(source),
            kept_as: OnceLock::from(kept_as),
            edited: Mutex::default(),
        }))
    }

    /// Known without loading.
    pub fn kind(&self) -> ColumnKind {
        self.0.known.kind
    }

    /// Known without loading.
    pub fn len(&self) -> usize {
        self.0
            .cells
            .get()
            .map_or(self.0.known.len, |cells| cells.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// False where it is known, without loading, that no cell has an AI note.
    pub fn may_have_notes(&self) -> bool {
        match self.0.cells.get() {
            Some(cells) => !cells.notes().is_empty(),
            None => self.0.known.may_have_notes,
        }
    }

    /// False where it is known, without loading, that every cell is a value or blank.
    pub fn may_have_side(&self) -> bool {
        match self.0.cells.get() {
            Some(cells) => !cells.side().is_empty(),
            None => self.0.known.may_have_side,
        }
    }

    pub fn is_loaded(&self) -> bool {
        self.0.cells.get().is_some()
    }

    /// The cells. What can't be read comes as [`CellError::Damaged`] in every cell.
    pub fn cells(&self) -> &Arc<Column> {
        self.0.cells.get_or_init(|| {
            // Whoever asks for a single cell meanwhile finds no edits and waits for these cells.
            let edited = self.0.edits().take();
            if let Some(edited) = edited {
                return Arc::new(edited.joined());
            }
            let loaded = self.0.source.as_ref().and_then(|source| source.load());
            let ColumnFacts { kind, len, .. } = self.0.known;
            let fits = |cells: &Column| cells.kind() == kind && cells.len() == len;
            let damaged = || Column::damaged(kind, len);
            Arc::new(loaded.filter(fits).unwrap_or_else(damaged))
        })
    }

    /// One cell and its AI note; a few edits beside the column are not put into it for that.
    pub fn cell(&self, at: usize) -> (CellState, Option<Arc<AiNote>>) {
        let of = |cells: &Column| (cells.get(at), cells.note(at).cloned());
        if let Some(cells) = self.0.cells.get() {
            return of(cells);
        }
        let edits = self.0.edits();
        match &*edits {
            Some(edited) => match edited.cells.get(&(at as u32)) {
                Some(cell) => cell.clone(),
                None => of(edited.base.cells()),
            },
            None => {
                drop(edits);
                of(self.cells())
            }
        }
    }

    /// The column with other cells, those of `from` in its order, at some places within it. The cells that stay are
    /// shared with this one while the edits are few.
    pub fn with_cells(&self, places: &[usize], from: &Column) -> SharedColumn {
        let pending = match self.0.cells.get() {
            Some(_) => None,
            None => self.0.edits().clone(),
        };
        let mut edited = pending.unwrap_or_else(|| {
            // Loaded now: who wants all cells later may hold what loading needs.
            self.cells();
            Edited {
                base: self.clone(),
                cells: BTreeMap::new(),
            }
        });
        if edited.cells.len() + places.len() > EDITS_BESIDE || from.kind() != self.kind() {
            let mut whole = edited.joined();
            for (position, at) in places.iter().enumerate() {
                whole.copy_cell(*at, from, position);
            }
            return whole.into();
        }
        let mut known = self.facts();
        known.may_have_notes |= !from.notes().is_empty();
        known.may_have_side |= !from.side().is_empty();
        for (position, at) in places.iter().enumerate().filter(|(_, at)| **at < known.len) {
            let cell = (from.get(position), from.note(position).cloned());
            edited.cells.insert(*at as u32, cell);
        }
        SharedColumn(Arc::new(Slot {
            known,
            cells: OnceLock::new(),
            source: None,
            kept_as: OnceLock::new(),
            edited: Mutex::new(Some(edited)),
        }))
    }

    fn facts(&self) -> ColumnFacts {
        ColumnFacts {
            kind: self.kind(),
            len: self.len(),
            may_have_notes: self.may_have_notes(),
            may_have_side: self.may_have_side(),
        }
    }

    /// Where these very cells are kept, if they are.
    pub fn kept_as(&self) -> Option<KeptAs> {
        self.0.kept_as.get().copied()
    }

    /// For the keeper: the cells are there now. The first one who says so stays.
    pub fn set_kept_as(&self, kept_as: KeptAs) {
        // Being kept in one place is enough: that somebody was faster is no failure.
        let _ = self.0.kept_as.set(kept_as);
    }

    /// The same cells, by identity: what differs by this may still be equal.
    pub fn is_same(&self, other: &SharedColumn) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || matches!((self.0.cells.get(), other.0.cells.get()), (Some(a), Some(b)) if Arc::ptr_eq(a, b))
    }

    /// The cells to change: those of a private copy, unless nobody else has this column.
    pub fn make_mut(&mut self) -> &mut Column {
        let is_plain = |slot: &mut Slot| slot.source.is_none() && slot.cells.get().is_some();
        if !Arc::get_mut(&mut self.0).is_some_and(is_plain) {
            let cells = self.cells().clone();
            self.0 = Arc::new(Slot::of(cells));
        }
        let slot = Arc::get_mut(&mut self.0).map(|slot| {
            slot.kept_as = OnceLock::new();
            slot.cells.get_mut()
        });
        match slot {
            Some(Some(cells)) => Arc::make_mut(cells),
            // Nobody else has the slot, see above, and one without a source has its cells from the start.
            _ => unreachable!("a private slot has its cells"),
        }
    }
}

impl Slot {
    fn edits(&self) -> MutexGuard<'_, Option<Edited>> {
        // Nothing can be half done behind it.
        self.edited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(cells: Arc<Column>) -> Slot {
        Slot {
            known: ColumnFacts {
                kind: cells.kind(),
                len: cells.len(),
                may_have_notes: !cells.notes().is_empty(),
                may_have_side: !cells.side().is_empty(),
            },
            cells: OnceLock::from(cells),
            source: None,
            kept_as: OnceLock::new(),
            edited: Mutex::default(),
        }
    }
}

impl From<Arc<Column>> for SharedColumn {
    fn from(cells: Arc<Column>) -> SharedColumn {
        SharedColumn(Arc::new(Slot::of(cells)))
    }
}

impl From<Column> for SharedColumn {
    fn from(cells: Column) -> SharedColumn {
        Arc::new(cells).into()
    }
}

impl Deref for SharedColumn {
    type Target = Column;

    fn deref(&self) -> &Column {
        self.cells()
    }
}

impl PartialEq for SharedColumn {
    fn eq(&self, other: &SharedColumn) -> bool {
        self.is_same(other) || self.cells() == other.cells()
    }
}

impl fmt::Debug for SharedColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.cells.get() {
            Some(cells) => cells.fmt(f),
            None => write!(f, "{:?}, not loaded", self.0.known),
        }
    }
}

impl Column {
    /// Cells that were there and can't be read any more.
    pub fn damaged(kind: ColumnKind, len: usize) -> Column {
        let mut column = Column::blank(kind, len);
        column.side = (0..len as u32)
            .map(|at| (at, Side::Error(CellError::Damaged)))
            .collect::<BTreeMap<_, _>>();
        column.valid = Mask::new(len, false);
        column
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::value::{CellState, CellValue};
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Source {
        asked: Arc<AtomicUsize>,
        cells: Option<Column>,
    }

    impl ColumnSource for Source {
        fn load(&self) -> Option<Column> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.cells.clone()
        }
    }

    const KEPT: KeptAs = KeptAs {
        keeper: 7,
        number: 1,
    };

    fn numbers(values: &[f64]) -> Column {
        let states = values.iter().map(|x| CellValue::Number(*x).into());
        Column::from_states(ColumnKind::Number, states)
    }

    fn lazy(len: usize, cells: Option<Column>) -> (SharedColumn, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let known = ColumnFacts {
            kind: ColumnKind::Number,
            len,
            may_have_notes: true,
            may_have_side: true,
        };
        let source = Arc::new(Source {
            asked: asked.clone(),
            cells,
        });
        let column = SharedColumn::unloaded(known, KEPT, source);
        (column, asked)
    }

    #[test]
    fn cells_are_loaded_once_and_only_when_they_are_wanted() {
        let (column, asked) = lazy(2, Some(numbers(&[1.0, 2.0])));
        let clone = column.clone();
        assert_eq!((column.kind(), column.len()), (ColumnKind::Number, 2));
        assert!(column.may_have_notes() && !column.is_loaded());
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        assert_eq!(clone.get(1), CellValue::Number(2.0).into());
        assert_eq!(column, numbers(&[1.0, 2.0]).into());
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert!(
            !column.may_have_notes() && !column.may_have_side(),
            "loaded, it is known"
        );
        assert!(column.is_same(&clone));
    }

    #[test]
    fn a_changed_column_is_another_one_that_is_kept_nowhere() {
        let (column, _) = lazy(2, Some(numbers(&[1.0, 2.0])));
        let mut changed = column.clone();
        changed.make_mut().set(0, CellValue::Number(9.0).into());
        assert_eq!((column.kept_as(), changed.kept_as()), (Some(KEPT), None));
        assert_eq!(column, numbers(&[1.0, 2.0]).into());
        assert_eq!(changed, numbers(&[9.0, 2.0]).into());
        // Once it is private, it is changed where it is; a second owner keeps what it saw.
        changed.set_kept_as(KEPT);
        let at: *const Column = changed.make_mut();
        assert_eq!(
            (at, changed.kept_as()),
            (changed.make_mut() as *const _, None)
        );
        let seen = changed.clone();
        changed.make_mut().push(CellValue::Number(3.0).into());
        assert_eq!((seen.len(), changed.len()), (2, 3));
    }

    #[test]
    fn a_few_edited_cells_stand_beside_the_column_until_all_cells_are_wanted() {
        let (column, asked) = lazy(200, Some(numbers(&[1.0; 200])));
        let note = Arc::new(AiNote {
            state: crate::ai::AiState::Ok,
            keys: vec![],
            reason: None,
            by: None,
        });
        let (mut edited, mut plain) = (column.clone(), numbers(&[1.0; 200]));
        for round in 0..2 * EDITS_BESIDE {
            let at = [round * 7 % 200, (round * 7 + 3) % 200];
            let mut cells = numbers(&[round as f64, 0.5]);
            if round % 3 == 0 {
                cells.set(1, CellState::Misfit("甲".into()));
                cells.set_note(0, Some(note.clone()));
            }
            let before = edited.clone();
            edited = edited.with_cells(&at, &cells);
            assert_eq!(
                before.cell(at[0]),
                (plain.get(at[0]), plain.note(at[0]).cloned())
            );
            (0..2).for_each(|from| plain.copy_cell(at[from], &cells, from));
            assert_eq!(edited.kept_as(), None);
            assert_eq!((edited.kind(), edited.len()), (ColumnKind::Number, 200));
            assert!(edited.may_have_side() || plain.side().is_empty());
            assert!(edited.may_have_notes() || plain.notes().is_empty());
            for at in [at[0], at[1], 199, 200] {
                assert_eq!(edited.cell(at), (plain.get(at), plain.note(at).cloned()));
            }
            // Some are wanted whole on the way: what comes after builds on the whole one.
            if round % 50 == 9 {
                assert!(!edited.is_loaded());
                assert_eq!(**edited.cells(), plain);
            }
            // One that was wanted whole stays as it was.
            if round % 50 == 10 {
                assert_ne!(*before.cells(), *edited.cells());
            }
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert_eq!(**edited.cells(), plain);
        assert_eq!(*column, numbers(&[1.0; 200]));
        let mut own = edited.with_cells(&[5], &numbers(&[9.0]));
        own.make_mut().set(6, CellState::BLANK);
        plain.set(5, CellValue::Number(9.0).into());
        plain.set_note(5, None);
        assert_eq!(edited.cell(6), (plain.get(6), plain.note(6).cloned()));
        plain.set(6, CellState::BLANK);
        assert_eq!(*own, plain);
        // Another kind is put in as into any column: an error says so.
        let texts = Column::from_states(ColumnKind::Text, [CellValue::text("x").into()]);
        let wrong = column.with_cells(&[0], &texts);
        assert_eq!(wrong.cell(0).0, CellState::Error(CellError::Value));
    }

    #[test]
    fn what_can_not_be_read_is_an_error_in_every_cell() {
        for wrong in [
            None,
            Some(numbers(&[1.0])),
            Some(Column::blank(ColumnKind::Date, 3)),
        ] {
            let (column, _) = lazy(3, wrong);
            assert_eq!((column.kind(), column.len()), (ColumnKind::Number, 3));
            for at in 0..3 {
                assert_eq!(column.get(at), CellState::Error(CellError::Damaged));
            }
        }
    }
}
