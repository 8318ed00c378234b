//! What all segments of one recompute share: whole columns, and the indexes and totals of [`Kept`], brought up to
//! the snapshot once.

use super::{
    by_key::Found,
    criteria::{Key, key},
    kept::{Kept, Of, Reading, Spread, Thing, alone, reading},
    key_table::Match,
    keys::{KeyIndex, in_order, segments_of},
    linked::LinkIndex,
    load,
    postings::Postings,
    running::Ran,
    search::{Known, Line},
    totals::{Asked, Totals},
    tuples::Tuples,
    vector::{Cell, Range},
    whole::Whole,
};
use crate::limits::EVAL_FUEL_CELLS;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use table::{
    field::Field,
    id::{FieldId, TableId},
    snapshot::Snapshot,
};

/// Keys that one thread looks up at a time.
const FOUND_PART: usize = 8_192;

pub(crate) type Index = HashMap<Key, Vec<u32>>;

type Runs = (u64, u32, Vec<u32>);

/// Filled by whoever asks first; the others wait.
type OnceRan = Arc<OnceLock<Arc<Ran>>>;

/// Valid for one snapshot.
#[derive(Debug)]
pub struct EvalCache {
    /// What each evaluation that uses this may compute, in cells.
    pub(crate) fuel_cells: u64,
    kept: Arc<Kept>,
    spread: Spread,
    /// Only then may other threads be asked: a thread that waits for them takes up other work meanwhile, and must
    /// not meet a lock that it holds itself.
    may_spread: AtomicBool,
    /// Many records will be asked about: worth an index of what is looked for, too.
    is_for_many: AtomicBool,
    /// What a look-up finds for each key of the column that it looks for, by what is asked; for this snapshot alone.
    found: Mutex<HashMap<String, Arc<Found>>>,
    /// What running functions give, by formula, number and groups (none: all); for this snapshot alone.
    ran: Mutex<HashMap<Runs, OnceRan>>,
    things: Mutex<HashMap<Of, Thing>>,
    ranges: Mutex<BTreeMap<(TableId, FieldId), Arc<Range>>>,
    /// Parts of formulas that are the same for all records, with what they cost, by formula and number.
    shared: Mutex<HashMap<(u64, u32), (Cell, usize)>>,
    /// Positions in a range by key.
    indexes: Mutex<HashMap<(TableId, FieldId), Arc<Index>>>,
    /// What is known of lines that are searched. A line holds its array, so that no other has its address.
    lines: Mutex<HashMap<(usize, usize, usize), Arc<Known>>>,
    /// Rows of columns by what stands there.
    postings: Mutex<HashMap<(TableId, FieldId), Arc<Postings>>>,
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
            ..EvalCache::of(&Arc::default(), alone)
        }
    }

    /// With what is kept of a base, and threads of the caller.
    pub fn of(kept: &Arc<Kept>, spread: Spread) -> EvalCache {
        EvalCache {
            fuel_cells: EVAL_FUEL_CELLS,
            kept: kept.clone(),
            spread,
            may_spread: AtomicBool::new(false),
            is_for_many: AtomicBool::new(false),
            found: Mutex::default(),
            ran: Mutex::default(),
            things: Mutex::default(),
            shared: Mutex::default(),
            ranges: Mutex::default(),
            indexes: Mutex::default(),
            lines: Mutex::default(),
            postings: Mutex::default(),
        }
    }

    /// What `act` needs is made by all threads.
    pub(crate) fn spreading(&self, is_for_many: bool, act: impl FnOnce()) {
        self.may_spread.store(true, Ordering::Relaxed);
        self.is_for_many.store(is_for_many, Ordering::Relaxed);
        act();
        self.may_spread.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_for_many(&self) -> bool {
        self.is_for_many.load(Ordering::Relaxed)
    }

    pub(crate) fn spread(&self) -> Spread {
        match self.may_spread.load(Ordering::Relaxed) {
            true => self.spread,
            false => alone,
        }
    }

    pub(crate) fn has_run(&self, of: &Runs) -> bool {
        let ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
        ran.get(of).is_some_and(|one| one.get().is_some())
    }

    /// What a running function gives, made once. What makes it may ask for another one.
    pub(crate) fn ran(&self, of: Runs, make: impl FnOnce() -> Ran) -> Arc<Ran> {
        let mut ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
        let one = ran.entry(of).or_default().clone();
        drop(ran);
        one.get_or_init(|| Arc::new(make())).clone()
    }

    /// `act` may ask the threads; what it asks of each may not.
    pub(crate) fn each_alone<T>(&self, act: impl FnOnce(Spread) -> T) -> T {
        let spread = self.spread();
        let was = self.may_spread.swap(false, Ordering::Relaxed);
        let done = act(spread);
        self.may_spread.store(was, Ordering::Relaxed);
        done
    }

    pub(crate) fn once(&self, of: (u64, u32)) -> Option<(Cell, usize)> {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.get(&of).cloned()
    }

    /// Two threads may have computed it at once: to the same end.
    pub(crate) fn keep_once(&self, of: (u64, u32), known: (Cell, usize)) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.insert(of, known);
    }

    /// What is found for each of `0..n`, made once.
    pub(crate) fn found(
        &self,
        of: String,
        n: usize,
        find: impl Fn(u32) -> Option<Cell> + Sync,
    ) -> Arc<Found> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found
            .entry(of)
            .or_insert_with(|| {
                let n_parts = n.div_ceil(FOUND_PART);
                let parts = in_order(self.spread(), n_parts, |part| {
                    let numbers = part * FOUND_PART..n.min((part + 1) * FOUND_PART);
                    numbers
                        .map(|number| find(number as u32))
                        .collect::<Vec<_>>()
                });
                Arc::new(parts.into_iter().flatten().collect())
            })
            .clone()
    }

    /// Made or brought up to date once; `make` gets what was kept.
    fn thing(
        &self,
        of: Of,
        reading: Reading,
        make: impl FnOnce(Option<Thing>, Spread) -> Thing,
    ) -> Thing {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thing) = things.get(&of) {
            return thing.clone();
        }
        let thing = make(self.kept.take(&of, &reading), self.spread());
        things.insert(of.clone(), thing.clone());
        self.kept.put(of, reading, thing.clone());
        thing
    }

    pub(crate) fn keys(
        &self,
        snapshot: &Snapshot,
        table: TableId,
        field: Option<&Field>,
        by: Match,
    ) -> Arc<KeyIndex> {
        let of = Of::Keys(table, field.map(|field| field.id), by);
        let segments = segments_of(snapshot, table);
        let made = self.thing(of, reading(field), |old, spread| {
            let mut keys = match old {
                Some(Thing::Keys(keys)) => keys,
                _ => Arc::default(),
            };
            if !keys.is_of(segments, field) {
                Arc::make_mut(&mut keys).refresh(segments, field, by, spread);
            }
            Thing::Keys(keys)
        });
        match made {
            Thing::Keys(keys) => keys,
            _ => Arc::default(),
        }
    }

    /// `keys` are those of these columns of the table.
    pub(crate) fn tuples(
        &self,
        table: TableId,
        fields: &[&Field],
        keys: &[Arc<KeyIndex>],
    ) -> Arc<Tuples> {
        let of = Of::Tuples(table, fields.iter().map(|field| field.id).collect());
        let made = self.thing(of, reading(fields.iter().copied()), |old, _| {
            let tuples = match old {
                Some(Thing::Tuples(tuples)) => tuples,
                _ => Arc::default(),
            };
            Thing::Tuples(tuples.refreshed(keys))
        });
        match made {
            Thing::Tuples(tuples) => tuples,
            _ => Arc::default(),
        }
    }

    /// `numbers`: of the keys of each record in these columns, by segment; all are below the second.
    pub(crate) fn totals(
        &self,
        snapshot: &Snapshot,
        (table, keys): (TableId, &[&Field]),
        numbers: (Vec<Arc<Vec<u32>>>, usize),
        asked: &Asked,
    ) -> Arc<Totals> {
        let filters = asked.filters.iter();
        let of = Of::Totals {
            table,
            keys: keys.iter().map(|key| key.id).collect(),
            values: asked.values.map(|field| field.id),
            filters: filters
                .clone()
                .map(|(field, criterion)| (field.id, format!("{criterion:?}")))
                .collect(),
            measure: asked.measure,
        };
        let fields = keys
            .iter()
            .copied()
            .chain(asked.values)
            .chain(filters.map(|(field, _)| *field));
        let segments = segments_of(snapshot, table);
        let made = self.thing(of, reading(fields), |old, spread| {
            let totals = match old {
                Some(Thing::Totals(totals)) => totals,
                _ => Arc::default(),
            };
            Thing::Totals(totals.refreshed(&numbers, segments, asked, spread))
        });
        match made {
            Thing::Totals(totals) => totals,
            _ => Arc::default(),
        }
    }

    pub(crate) fn whole(&self, snapshot: &Snapshot, table: TableId, field: &Field) -> Arc<Whole> {
        let segments = segments_of(snapshot, table);
        let of = Of::Whole(table, field.id);
        let made = self.thing(of, reading([field]), |old, spread| {
            let whole = match old {
                Some(Thing::Whole(whole)) => whole,
                _ => Arc::default(),
            };
            Thing::Whole(whole.refreshed(segments, field, spread))
        });
        match made {
            Thing::Whole(whole) => whole,
            _ => Arc::default(),
        }
    }

    /// Who links which record by a link field; `None` where the field is none.
    pub(crate) fn links(
        &self,
        snapshot: &Snapshot,
        table: TableId,
        field: &Field,
    ) -> Option<Arc<LinkIndex>> {
        let ids = field.link()?.ids;
        let segments = segments_of(snapshot, table);
        let of = Of::Links(table, field.id);
        let made = self.thing(of, vec![(ids, None)], |old, spread| {
            let index = match old {
                Some(Thing::Links(index)) => index,
                _ => Arc::default(),
            };
            Thing::Links(index.refreshed(segments, ids, spread))
        });
        match made {
            Thing::Links(index) => Some(index),
            _ => None,
        }
    }

    pub(crate) fn range(&self, snapshot: &Snapshot, table: TableId, field: &Field) -> Arc<Range> {
        let mut ranges = self.ranges.lock().unwrap_or_else(PoisonError::into_inner);
        ranges
            .entry((table, field.id))
            .or_insert_with(|| {
                let mut cells = Vec::new();
                for segment in segments_of(snapshot, table) {
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

    pub(crate) fn postings(
        &self,
        snapshot: &Snapshot,
        table: TableId,
        field: &Field,
    ) -> Arc<Postings> {
        let cells = self.range(snapshot, table, field);
        let keys = self.keys(snapshot, table, Some(field), Match::Exact);
        let mut postings = self.postings.lock().unwrap_or_else(PoisonError::into_inner);
        postings
            .entry((table, field.id))
            .or_insert_with(|| Arc::new(Postings::new(keys, segments_of(snapshot, table), &cells)))
            .clone()
    }

    pub(crate) fn known(&self, line: Line) -> Arc<Known> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .entry(line.key())
            .or_insert_with(|| Arc::new(Known::new(line)))
            .clone()
    }

    pub(crate) fn index(&self, table: TableId, field: FieldId, range: &Range) -> Arc<Index> {
        let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        indexes
            .entry((table, field))
            .or_insert_with(|| {
                let mut index = Index::new();
                for (at, cell) in range.cells.iter().enumerate() {
                    if let Some(key) = key(cell) {
                        index.entry(key).or_default().push(at as u32);
                    }
                }
                Arc::new(index)
            })
            .clone()
    }
}
