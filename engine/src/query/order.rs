//! The rows of a view: which records, in which order. Kept per view until the view changes.
//!
//! Main types: [`Order`], [`OrderCache`]. Without filter, sort and find an order is only live counts per
//! segment, so a window anywhere costs the same at every table size. Law: a kept order that follows edits is the one
//! that would be computed from nothing; what a window needs first is computed first.

use super::{
    chunks::{Chunks, Row},
    filter::Ready,
    find::Finder,
    follow,
    sort::Sorting,
};
use crate::limits::{CACHED_ORDERS, HEAD_ROWS};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};
use table::{
    id::{FieldId, TableId},
    schema::Table,
    segment::Segment,
    snapshot::TableData,
    view::{Filter, Sort},
};

/// What an order depends on besides the records.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct OrderKey {
    pub filter: Filter,
    /// Groups first, then sorts.
    pub sorts: Vec<Sort>,
    pub find: String,
    /// Fields that the view hides: a text is not looked for there. Empty where none is.
    pub unseen: Vec<FieldId>,
}

#[derive(Clone)]
pub(crate) enum Order {
    /// Live records in the order of creation: live counts up to and including each segment.
    Natural(Arc<Vec<u64>>),
    Listed(Arc<Listed>),
}

/// Rows that pass, in their order: the first ones at once, all of them when somebody asks.
pub(crate) struct Listed {
    n_rows: u64,
    head: OnceLock<Vec<Row>>,
    all: OnceLock<Chunks>,
    /// Per segment, the offsets of the rows; kept until all are in order.
    passing: Mutex<Option<Arc<Vec<Vec<u32>>>>>,
    /// What they come from.
    table: Arc<Table>,
    data: Arc<TableData>,
    key: OrderKey,
}

impl Listed {
    fn offsets(&self) -> Arc<Vec<Vec<u32>>> {
        let known = self.passing.lock().clone();
        known.unwrap_or_else(|| Arc::new(passing(&self.table, &self.data, &self.key)))
    }

    fn head(&self) -> &[Row] {
        self.head.get_or_init(|| {
            let sorting = Sorting::new(&self.key.sorts, &self.table);
            in_order(&sorting, &self.data, &self.offsets(), HEAD_ROWS)
        })
    }

    fn all(&self) -> &Chunks {
        self.all.get_or_init(|| {
            let sorting = Sorting::new(&self.key.sorts, &self.table);
            let rows = in_order(&sorting, &self.data, &self.offsets(), usize::MAX);
            *self.passing.lock() = None;
            Chunks::of(&rows)
        })
    }

    /// Few rows are put in order all at once.
    fn is_long(&self) -> bool {
        self.n_rows > HEAD_ROWS as u64
    }
}

impl Order {
    pub fn n_rows(&self) -> u64 {
        match self {
            Order::Natural(ends) => ends.last().copied().unwrap_or(0),
            Order::Listed(rows) => rows.n_rows,
        }
    }

    /// True if both are one order, computed once.
    pub fn is_same(&self, other: &Order) -> bool {
        match (self, other) {
            (Order::Natural(a), Order::Natural(b)) => Arc::ptr_eq(a, b),
            (Order::Listed(a), Order::Listed(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Segment and offset of rows `from .. from + n`.
    pub fn rows(&self, data: &TableData, from: u64, n: u64) -> Vec<(usize, usize)> {
        let to = from.saturating_add(n).min(self.n_rows());
        if from >= to {
            return Vec::new();
        }
        match self {
            Order::Listed(rows) => {
                let wide = |(segment, at): &Row| (*segment as usize, *at as usize);
                let is_near = rows.is_long() && to <= HEAD_ROWS as u64;
                match is_near && rows.all.get().is_none() {
                    true => rows.head()[from as usize..to as usize]
                        .iter()
                        .map(wide)
                        .collect(),
                    false => rows.all().rows(from, to).iter().map(wide).collect(),
                }
            }
            Order::Natural(ends) => {
                let mut out = Vec::with_capacity((to - from) as usize);
                let mut segment = ends.partition_point(|end| *end <= from);
                let mut skip = from - segment.checked_sub(1).map_or(0, |before| ends[before]);
                while (out.len() as u64) < to - from && segment < data.segments.len() {
                    let left = (to - from) as usize - out.len();
                    let live = data.segments[segment].live();
                    nth_ones(live, skip as usize, left, |at| out.push((segment, at)));
                    skip = 0;
                    segment += 1;
                }
                out
            }
        }
    }

    /// True if every row is in its place.
    fn is_complete(&self) -> bool {
        match self {
            Order::Natural(_) => true,
            Order::Listed(rows) => is_listed(rows),
        }
    }

    /// Per segment, the offsets of the rows, whatever their order.
    pub fn offsets(&self, data: &TableData) -> Arc<Vec<Vec<u32>>> {
        match self {
            Order::Listed(rows) => rows.offsets(),
            Order::Natural(_) => {
                let segments = data.segments.par_iter();
                let offsets =
                    segments.map(|segment| segment.live().ones().map(|at| at as u32).collect());
                Arc::new(offsets.collect())
            }
        }
    }

    /// The order after an edit, if it can be had by moving some rows.
    fn followed(&self, data: &Arc<TableData>) -> Option<Order> {
        let Order::Listed(old) = self else {
            return None;
        };
        if !old.key.find.is_empty() {
            return None;
        }
        let (table, key) = (&old.table, &old.key);
        let (filter, sorting) = (
            Ready::new(&key.filter, table),
            Sorting::new(&key.sorts, table),
        );
        let all = old.all.get()?.clone();
        let all = follow::moved(all, &filter, &sorting, &old.data, data)?;
        Some(Order::Listed(Arc::new(Listed {
            n_rows: all.len(),
            head: OnceLock::new(),
            all: OnceLock::from(all),
            passing: Mutex::new(None),
            table: table.clone(),
            data: data.clone(),
            key: key.clone(),
        })))
    }
}

/// Calls `hit` for up to `n` true bits after the first `skip`, jumping over whole words.
fn nth_ones(mask: &table::mask::Mask, mut skip: usize, n: usize, mut hit: impl FnMut(usize)) {
    let mut left = n;
    for (index, &word) in mask.words().iter().enumerate() {
        let ones = word.count_ones() as usize;
        if skip >= ones {
            skip -= ones;
            continue;
        }
        let mut rest = word;
        while rest != 0 && left > 0 {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            if skip > 0 {
                skip -= 1;
                continue;
            }
            hit(index * 64 + bit);
            left -= 1;
        }
        if left == 0 {
            return;
        }
    }
}

/// Computes an order from nothing.
pub(crate) fn build(table: &Arc<Table>, data: &Arc<TableData>, key: &OrderKey) -> Order {
    let sorting = Sorting::new(&key.sorts, table);
    let lets_all = Ready::new(&key.filter, table).lets_all();
    if lets_all && sorting.is_empty() && key.find.trim().is_empty() {
        let mut sum = 0;
        let ends = data.segments.iter().map(|segment| {
            sum += segment.live().count() as u64;
            sum
        });
        return Order::Natural(Arc::new(ends.collect()));
    }
    let rows = passing(table, data, key);
    let n_rows: usize = rows.iter().map(Vec::len).sum();
    Order::Listed(Arc::new(Listed {
        n_rows: n_rows as u64,
        head: OnceLock::new(),
        all: OnceLock::new(),
        passing: Mutex::new(Some(Arc::new(rows))),
        table: table.clone(),
        data: data.clone(),
        key: key.clone(),
    }))
}

/// Per segment, the offsets of the live records that filter and find let through.
fn passing(table: &Table, data: &TableData, key: &OrderKey) -> Vec<Vec<u32>> {
    let filter = Ready::new(&key.filter, table).for_records(data);
    let seen = table.live_fields();
    let seen = seen.filter(|field| !key.unseen.contains(&field.id));
    let finder = Finder::new(key.find.trim(), seen, data);
    let of_segment = |segment: &Arc<Segment>| {
        let passed = (!filter.lets_all()).then(|| filter.mask(segment));
        let found = finder.as_ref().map(|finder| finder.mask(segment));
        let live = segment.live().words().iter().enumerate();
        let mut offsets = Vec::with_capacity(segment.len() / 4);
        for (at, word) in live {
            let of = |mask: &Option<table::mask::Mask>| {
                mask.as_ref().map_or(u64::MAX, |mask| mask.words()[at])
            };
            let mut rest = word & of(&passed) & of(&found);
            while rest != 0 {
                offsets.push(at as u32 * 64 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
        offsets
    };
    data.segments.par_iter().map(of_segment).collect()
}

/// The first `n` rows, sorted where there is a sort.
fn in_order(sorting: &Sorting, data: &TableData, rows: &[Vec<u32>], n: usize) -> Vec<Row> {
    if !sorting.is_empty() {
        return sorting.first(data, rows, n);
    }
    let segments = (0u32..).zip(rows);
    let all = segments.flat_map(|(segment, offsets)| offsets.iter().map(move |at| (segment, *at)));
    all.take(n).collect()
}

/// Orders of the last few views that were looked at.
#[derive(Default)]
pub(crate) struct OrderCache(Mutex<Vec<Kept>>);

struct Kept {
    table: TableId,
    key: OrderKey,
    /// The very records it was computed from: same address, same order.
    data: Arc<TableData>,
    /// Fields as they were; a changed option list changes an order.
    fields: Vec<table::field::Field>,
    order: Order,
    /// This view at some earlier state, of which all rows are being put in order: later states follow it.
    pending: Option<Arc<Listed>>,
}

impl OrderCache {
    /// The kept order if nothing changed, one that follows it if little did, else a new one.
    pub fn order(&self, table: &Table, data: &Arc<TableData>, key: &OrderKey) -> Order {
        let is_view =
            |kept: &Kept| kept.table == table.id && kept.key == *key && kept.fields == table.fields;
        let known = {
            let kept = self.0.lock();
            let known = kept.iter().find(|kept| is_view(kept));
            known.map(|kept| {
                let is_now = Arc::ptr_eq(&kept.data, data);
                (kept.order.clone(), is_now, kept.pending.clone())
            })
        };
        let (order, pending) = match known {
            Some((order, true, None)) => return order,
            Some((order, true, Some(pending))) if order.is_complete() || !is_listed(&pending) => {
                return order;
            }
            Some((order, is_now, pending)) => {
                let done = pending.clone().filter(is_listed).map(Order::Listed);
                let followed = order.followed(data);
                let followed = followed.or_else(|| done?.followed(data));
                (followed.or_else(|| is_now.then_some(order)), pending)
            }
            None => (None, None),
        };
        let order = order.unwrap_or_else(|| build(&Arc::new(table.clone()), data, key));
        let pending = pending.filter(|pending| !order.is_complete() && !is_listed(pending));
        let mut kept = self.0.lock();
        // Orders of former states of the same view are of no use to anyone.
        kept.retain(|old| old.table != table.id || old.key != *key);
        if kept.len() >= CACHED_ORDERS {
            kept.remove(0);
        }
        kept.push(Kept {
            table: table.id,
            key: key.clone(),
            data: data.clone(),
            fields: table.fields.clone(),
            order: order.clone(),
            pending,
        });
        order
    }

    /// While a person looks at the first rows, the others are put in order.
    pub fn complete_soon(&self, order: &Order) {
        self.complete_with(order, list_elsewhere);
    }

    /// `start` puts all rows in order elsewhere, and tells whether somebody is about it.
    fn complete_with(&self, order: &Order, start: impl FnOnce(&Arc<Listed>) -> bool) {
        let Order::Listed(rows) = order else {
            return;
        };
        let mut kept = self.0.lock();
        let Some(kept) = kept.iter_mut().find(|kept| kept.order.is_same(order)) else {
            return;
        };
        // One thread per view, however fast it changes.
        let at_work = kept.pending.as_ref();
        let is_at_work = at_work.is_some_and(|pending| !is_listed(pending));
        if !is_listed(rows) && !is_at_work && start(rows) {
            kept.pending = Some(rows.clone());
        }
    }
}

fn is_listed(rows: &Arc<Listed>) -> bool {
    rows.all.get().is_some()
}

/// False if there is no thread for it: the first far window does it then.
fn list_elsewhere(rows: &Arc<Listed>) -> bool {
    let rows = rows.clone();
    // Not on a worker of rayon: it would wait for itself.
    let thread = std::thread::Builder::new().name("order".into());
    thread
        .spawn(move || {
            rows.all();
        })
        .is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use table::{
        column::{Column, ColumnKind},
        fixture,
        id::{ActorId, ColumnId, FieldId, OptionId, RecordId, Revision},
        op::{Op, Transaction, apply},
        snapshot::Snapshot,
        value::{CellState, CellValue},
        view::{Condition, Operator},
    };

    const SHOP: &str =
        "| 品名:text | 数量:number | 状态:select(甲/乙/丙) | 日期:date |\n|---|---|---|---|\n";
    const KINDS: [ColumnKind; 4] = [
        ColumnKind::Text,
        ColumnKind::Number,
        ColumnKind::Options,
        ColumnKind::Date,
    ];

    fn cell(column: usize, dice: u32) -> CellState {
        let words = ["保温杯", "杯子", "A2", "a10", "发夹", "", "杯"];
        match (dice % 9, KINDS[column]) {
            (0, _) => CellState::BLANK,
            (1, ColumnKind::Number | ColumnKind::Date) => CellState::Misfit("缺".into()),
            (_, ColumnKind::Number) => CellValue::Number(f64::from(dice % 13) - 4.0).into(),
            (_, ColumnKind::Date) => CellValue::Date(45_000.0 + f64::from(dice % 11)).into(),
            (_, ColumnKind::Options) => CellValue::Options([OptionId(1 + dice % 3)].into()).into(),
            _ => CellValue::text(words[dice as usize % words.len()]).into(),
        }
    }

    fn applied(snapshot: &Snapshot, op: Op) -> Snapshot {
        let transaction = Transaction {
            revision: Revision(snapshot.revision.0 + 1),
            actor: ActorId("user:a".into()),
            at_ms: 0,
            client_id: None,
            label: "test".into(),
            group: None,
            undoes: None,
            ops: vec![op],
        };
        apply(snapshot, &transaction).unwrap().0
    }

    fn append(snapshot: &Snapshot, n: u32, dice: u32) -> Snapshot {
        let mixed = |at: u32, column: usize| {
            dice.wrapping_add(at)
                .wrapping_mul(2_654_435_761)
                .rotate_left(7 + column as u32)
                >> 3
        };
        let columns = (0..4usize).map(|column| {
            let cells = (0..n).map(|at| cell(column, mixed(at, column)));
            (
                ColumnId(column as u32 + 1),
                Column::from_states(KINDS[column], cells).into(),
            )
        });
        applied(
            snapshot,
            Op::AppendRecords {
                table: TableId(1),
                first: snapshot.data(TableId(1)).unwrap().next_record,
                n_records: n.into(),
                columns: columns.collect::<BTreeMap<_, _>>(),
            },
        )
    }

    fn set(snapshot: &Snapshot, record: u64, column: usize, dice: u32) -> Snapshot {
        let id = ColumnId(column as u32 + 1);
        let records = vec![RecordId(record)];
        let data = snapshot.data(TableId(1)).unwrap();
        let before = data.gather(id, KINDS[column], &records).unwrap();
        let after = Column::from_states(KINDS[column], [cell(column, dice)]);
        applied(
            snapshot,
            Op::SetCells {
                table: TableId(1),
                column: id,
                records,
                before,
                after,
            },
        )
    }

    fn all_rows(order: &Order, data: &TableData) -> Vec<(usize, usize)> {
        order.rows(data, 0, order.n_rows())
    }

    fn keys(at: u32) -> OrderKey {
        let sort = |field: u32, descending| Sort {
            field: FieldId(field),
            descending,
            by: None,
        };
        let condition = |field: u32, operator, value: &str| Condition {
            field: FieldId(field),
            operator,
            value: value.into(),
        };
        let filter = |conditions| Filter {
            any: false,
            conditions,
            groups: Vec::new(),
        };
        let (filter, sorts) = match at % 5 {
            0 => (Filter::default(), vec![sort(1, false)]),
            1 => (
                filter(vec![condition(2, Operator::Greater, "0")]),
                vec![sort(4, true), sort(1, true)],
            ),
            2 => (
                filter(vec![condition(1, Operator::Contains, "杯")]),
                Vec::new(),
            ),
            3 => (
                filter(vec![condition(3, Operator::IsNot, "甲")]),
                vec![sort(2, false), sort(3, true)],
            ),
            _ => (
                Filter::default(),
                vec![sort(3, true), sort(2, true), sort(4, false), sort(1, false)],
            ),
        };
        OrderKey {
            filter,
            sorts,
            ..OrderKey::default()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// After any edits the kept order is the one that would be made anew, and so is its head.
        #[test]
        fn a_kept_order_follows_edits(
            which in 0u32..5,
            n in 1u32..300,
            steps in prop::collection::vec((0u8..6, any::<u32>(), any::<u32>()), 1..25),
        ) {
            let mut snapshot = append(&fixture::from_markdown(SHOP).unwrap(), n, n);
            let cache = OrderCache::default();
            let key = keys(which);
            for (act, dice, more) in steps {
                let record = 1 + u64::from(dice) % (snapshot.data(TableId(1)).unwrap().next_record.0 - 1);
                snapshot = match act {
                    0 => append(&snapshot, 1 + dice % 5, more),
                    1 => applied(&snapshot, Op::RemoveRecords { table: TableId(1), records: vec![RecordId(record)] }),
                    2 => applied(&snapshot, Op::RestoreRecords { table: TableId(1), records: vec![RecordId(record)] }),
                    _ => set(&snapshot, record, more as usize % 4, dice),
                };
                let table = snapshot.schema.table(TableId(1)).unwrap();
                let data = snapshot.data(TableId(1)).unwrap();
                let kept = cache.order(table, data, &key);
                let anew = build(&Arc::new(table.clone()), data, &key);
                prop_assert_eq!(kept.n_rows(), anew.n_rows());
                prop_assert_eq!(all_rows(&kept, data), all_rows(&anew, data));
            }
        }
    }

    #[test]
    fn the_first_rows_are_those_of_the_whole_order() {
        let snapshot = append(&fixture::from_markdown(SHOP).unwrap(), 9_000, 5);
        let (table, data) = (
            snapshot.schema.table(TableId(1)).unwrap(),
            snapshot.data(TableId(1)).unwrap(),
        );
        for which in 0..5 {
            let order = build(&Arc::new(table.clone()), data, &keys(which));
            let head = order.rows(data, 0, 500);
            let near = order.rows(data, HEAD_ROWS as u64 - 9, 8);
            let Order::Listed(listed) = &order else {
                panic!()
            };
            assert!(listed.all.get().is_none(), "the head is enough");
            let all = all_rows(&order, data);
            assert_eq!(head, all[..500]);
            assert_eq!(near, all[HEAD_ROWS - 9..HEAD_ROWS - 1]);
            let edited = set(&snapshot, 77, 0, 4);
            let edited = set(&edited, 8_900, 1, 3);
            let after = edited.data(TableId(1)).unwrap();
            let followed = order.followed(after).unwrap();
            let anew = build(&Arc::new(table.clone()), after, &keys(which));
            assert_eq!(all_rows(&followed, after), all_rows(&anew, after));
        }
    }

    #[test]
    fn one_thread_per_view_however_fast_it_changes() {
        let mut snapshot = append(&fixture::from_markdown(SHOP).unwrap(), 9_000, 5);
        let (cache, key) = (OrderCache::default(), keys(1));
        let started: Mutex<Vec<Arc<Listed>>> = Mutex::default();
        let look = |snapshot: &Snapshot| {
            let table = snapshot.schema.table(TableId(1)).unwrap();
            let data = snapshot.data(TableId(1)).unwrap();
            let start = |rows: &Arc<Listed>| {
                started.lock().push(rows.clone());
                true
            };
            let order = cache.order(table, data, &key);
            let anew = build(&Arc::new(table.clone()), data, &key);
            assert_eq!(order.rows(data, 0, 200), anew.rows(data, 0, 200));
            cache.complete_with(&order, start);
            (order, anew)
        };
        assert!(!look(&snapshot).0.is_complete());
        for dice in 0..20 {
            snapshot = set(&snapshot, 40 * u64::from(dice) + 3, 3, dice);
            assert!(!look(&snapshot).0.is_complete());
        }
        assert_eq!(started.lock().len(), 1, "the first one is at work");
        started.lock()[0].all();
        // Nothing changed since: what was in order at the start is brought up to date.
        let (order, anew) = look(&snapshot);
        assert!(order.is_complete());
        let data = snapshot.data(TableId(1)).unwrap();
        assert_eq!(all_rows(&order, data), all_rows(&anew, data));
        snapshot = set(&snapshot, 5, 3, 7);
        assert!(look(&snapshot).0.is_complete());
        assert_eq!(started.lock().len(), 1);
    }

    #[test]
    fn a_view_of_one_ai_state_follows_it() {
        use table::ai::{AiNote, AiState};
        let snapshot = append(&fixture::from_markdown(SHOP).unwrap(), 50, 5);
        let mut key = keys(2);
        key.filter.conditions[0].operator = Operator::AiState;
        key.filter.conditions[0].value = "locked".into();
        let (cache, table) = (
            OrderCache::default(),
            snapshot.schema.table(TableId(1)).unwrap(),
        );
        let data = snapshot.data(TableId(1)).unwrap();
        assert_eq!(cache.order(table, data, &key).n_rows(), 0);
        let mut locked = (**data).clone();
        let cells =
            Arc::make_mut(&mut locked.segments[0]).column_mut(ColumnId(1), ColumnKind::Text);
        let note = AiNote {
            state: AiState::Locked,
            keys: Vec::new(),
            reason: None,
            by: None,
        };
        cells.set_note(7, Some(Arc::new(note)));
        assert_eq!(cache.order(table, &Arc::new(locked), &key).n_rows(), 1);
    }
}
