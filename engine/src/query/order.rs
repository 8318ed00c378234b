//! The rows of a view: which records, in which order. Kept per view until the table or the view changes.
//!
//! Main types: [`Order`], [`OrderCache`]. Without filter, sort and find an order is only live counts per
//! segment, so a window anywhere costs the same at every table size.

use super::{filter::Ready, find::Finder, text_order};
use crate::{command::shown_type, limits::CACHED_ORDERS};
use parking_lot::Mutex;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use table::{
    field::FieldType,
    id::{ColumnId, FieldId, OptionId, TableId},
    schema::Table,
    snapshot::TableData,
    value::{CellState, CellValue},
    view::{DateSpan, Filter, Sort},
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

#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// Live records in the order of creation: live counts up to and including each segment.
    Natural(Arc<Vec<u64>>),
    /// Segment and offset per row.
    Listed(Arc<Vec<(u32, u32)>>),
}

impl Order {
    pub fn n_rows(&self) -> u64 {
        match self {
            Order::Natural(ends) => ends.last().copied().unwrap_or(0),
            Order::Listed(rows) => rows.len() as u64,
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
            Order::Listed(rows) => rows[from as usize..to as usize]
                .iter()
                .map(|(segment, at)| (*segment as usize, *at as usize))
                .collect(),
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
pub(crate) fn build(table: &Table, data: &TableData, key: &OrderKey) -> Order {
    let filter = Ready::new(&key.filter, table);
    let sorts: Vec<&Sort> = key
        .sorts
        .iter()
        .filter(|sort| table.field(sort.field).is_some())
        .collect();
    let find = key.find.trim();
    if filter.lets_all() && sorts.is_empty() && find.is_empty() {
        let mut sum = 0;
        let ends = data.segments.iter().map(|segment| {
            sum += segment.live().count() as u64;
            sum
        });
        return Order::Natural(Arc::new(ends.collect()));
    }
    let seen = table.live_fields();
    let seen = seen.filter(|field| !key.unseen.contains(&field.id));
    let finder = Finder::new(find, seen, data);
    let mut rows: Vec<(u32, u32)> = Vec::new();
    for (index, segment) in data.segments.iter().enumerate() {
        let passed = (!filter.lets_all()).then(|| filter.mask(segment));
        let found = finder.as_ref().map(|finder| finder.mask(segment));
        let hits = segment.live().ones().filter(|at| {
            passed.as_ref().is_none_or(|mask| mask.get(*at))
                && found.as_ref().is_none_or(|mask| mask.get(*at))
        });
        rows.extend(hits.map(|at| (index as u32, at as u32)));
    }
    if !sorts.is_empty() {
        sort(&mut rows, table, data, &sorts);
    }
    Order::Listed(Arc::new(rows))
}

/// By each sort in turn, then by the order of creation; blanks last in either direction.
fn sort(rows: &mut Vec<(u32, u32)>, table: &Table, data: &TableData, sorts: &[&Sort]) {
    let keys: Vec<Vec<Key>> = sorts
        .iter()
        .filter_map(|sort| {
            let field = table.field(sort.field)?;
            let shown = shown_type(&field.field_type);
            let keys = sort_keys(rows, data, field.column, shown, sort.by);
            Some(
                keys.into_iter()
                    .map(|key| if sort.descending { key.reversed() } else { key })
                    .collect(),
            )
        })
        .collect();
    let mut places: Vec<u32> = (0..rows.len() as u32).collect();
    places.sort_unstable_by(|a, b| {
        keys.iter()
            .map(|key| key[*a as usize].cmp(&key[*b as usize]))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| a.cmp(b))
    });
    *rows = places
        .into_iter()
        .map(|place| rows[place as usize])
        .collect();
}

/// Options of one cell that take part in an order.
pub(crate) const LISTED_OPTIONS: usize = 5;

/// Values of the field's kind first, then what is only text (misfits, errors), then pending, then blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    class: u8,
    place: u64,
}

impl Key {
    fn reversed(self) -> Key {
        Key {
            class: self.class,
            place: !self.place,
        }
    }
}

fn sort_keys(
    rows: &[(u32, u32)],
    data: &TableData,
    column: ColumnId,
    field_type: &FieldType,
    by: Option<DateSpan>,
) -> Vec<Key> {
    let ranks = TextRanks::new(rows, data, column, field_type);
    let options: HashMap<OptionId, u64> = field_type
        .options()
        .unwrap_or_default()
        .iter()
        .enumerate()
        .map(|(at, option)| (option.id, at as u64))
        .collect();
    let key = |(segment, at): &(u32, u32)| {
        let state = data.segments[*segment as usize]
            .column(column)
            .map_or(CellState::BLANK, |cells| cells.get(*at as usize));
        let (class, place) = match &state {
            // An unticked box and an empty one are the same to a person.
            state if state.is_blank() && *field_type == FieldType::Checkbox => (0, 0),
            state if state.is_blank() => (3, 0),
            CellState::Pending => (2, 0),
            CellState::Value(CellValue::Date(x)) => {
                (0, ordered_bits(by.map_or(*x, |span| span.start(*x))))
            }
            CellState::Value(CellValue::Number(x)) => (0, ordered_bits(*x)),
            CellState::Value(CellValue::Bool(flag)) => (0, u64::from(*flag)),
            CellState::Value(CellValue::Options(ids)) => (0, list_place(ids, &options)),
            CellState::Value(CellValue::Text(text)) => (0, ranks.rank(text)),
            other => (1, ranks.rank(&field_type.display(other))),
        };
        Key { class, place }
    };
    rows.iter().map(key).collect()
}

/// The first options of a list decide, one after the other: twelve bits each, 0 where the list has ended.
fn list_place(ids: &[OptionId], places: &HashMap<OptionId, u64>) -> u64 {
    let mut bits = 0;
    for at in 0..LISTED_OPTIONS {
        let place = ids.get(at).map(|id| places.get(id).copied());
        let place = place.map_or(0, |place| {
            place.map_or(0xFFF, |place| (place + 1).min(0xFFE))
        });
        bits = bits << 12 | place;
    }
    bits
}

/// Bits of a number in an order that unsigned integers keep; -0 equals 0.
fn ordered_bits(x: f64) -> u64 {
    let bits = (if x == 0.0 { 0.0 } else { x }).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

/// Places of the distinct texts of a column in the text order.
struct TextRanks(HashMap<String, u64>);

impl TextRanks {
    fn new(
        rows: &[(u32, u32)],
        data: &TableData,
        column: ColumnId,
        field_type: &FieldType,
    ) -> TextRanks {
        let mut distinct: HashSet<String> = HashSet::new();
        for (segment, at) in rows {
            let Some(cells) = data.segments[*segment as usize].column(column) else {
                continue;
            };
            let at = *at as usize;
            if let Some(texts) = cells.texts()
                && cells.valid().get(at)
            {
                let text = texts.get(at);
                if !distinct.contains(text) {
                    distinct.insert(text.to_owned());
                }
                continue;
            }
            match cells.get(at) {
                CellState::Value(
                    CellValue::Number(_)
                    | CellValue::Date(_)
                    | CellValue::Bool(_)
                    | CellValue::Options(_),
                ) => {}
                state if state.is_blank() => {}
                state => drop(distinct.insert(match &state {
                    CellState::Value(CellValue::Text(text)) => text.to_string(),
                    other => field_type.display(other),
                })),
            }
        }
        let keyed = distinct
            .into_iter()
            .map(|text| (text_order::Key::new(&text), text));
        let mut sorted: Vec<(text_order::Key, String)> = keyed.collect();
        sorted.sort_unstable();
        TextRanks(sorted.into_iter().map(|(_, text)| text).zip(0..).collect())
    }

    fn rank(&self, text: &str) -> u64 {
        self.0.get(text).copied().unwrap_or(u64::MAX >> 1)
    }
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
}

impl OrderCache {
    /// The kept order if nothing changed, else a new one.
    pub fn order(&self, table: &Table, data: &Arc<TableData>, key: &OrderKey) -> Order {
        let fits = |kept: &Kept| {
            kept.table == table.id
                && Arc::ptr_eq(&kept.data, data)
                && kept.key == *key
                && kept.fields == table.fields
        };
        if let Some(kept) = self.0.lock().iter().find(|kept| fits(kept)) {
            return kept.order.clone();
        }
        let order = build(table, data, key);
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
        });
        order
    }
}
