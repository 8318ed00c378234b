//! Where rows stand in a sorted view: keys that compare fast, made for many rows at once, or for two.
//!
//! Main type: [`Sorting`]. Law: [`Sorting::compare`] orders two rows as [`Sorting::first`] orders many; rows with
//! equal keys keep the order of creation. Tests: `engine/src/query/order.rs`.

use super::{chunks::Row, text_order};
use crate::command::shown_type;
use parking_lot::Mutex;
use rayon::prelude::*;
use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
    sync::Arc,
};
use table::{
    column::{Column, Dictionary, Values},
    field::FieldType,
    id::{ColumnId, OptionId},
    schema::Table,
    snapshot::TableData,
    value::{CellState, CellValue},
    view::{DateSpan, Sort},
};

/// Options of one cell that take part in an order.
pub(crate) const LISTED_OPTIONS: usize = 5;
/// Ticked boxes: above the ranks of texts, so that mixed columns have one order.
const TICKED: u64 = 1 << 62;

/// Values of the field's kind first, then what is only text (misfits, errors), then pending, then blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    class: u8,
    place: u64,
}

const BLANK: Key = Key { class: 3, place: 0 };
/// Rows looked at between two looks at the limit; as many first rows at most are worth one.
const LIMITED_ROWS: usize = 4_096;

/// Where one cell stands; a text before it has a rank among others.
enum Place<'a> {
    Key(Key),
    Text(u8, std::borrow::Cow<'a, str>),
}

/// One sort of a view, made ready.
struct Level {
    column: ColumnId,
    field_type: FieldType,
    options: HashMap<OptionId, u64>,
    by: Option<DateSpan>,
    is_descending: bool,
}

/// All sorts of a view, made ready for one table.
pub(crate) struct Sorting(Vec<Level>);

impl Sorting {
    /// Sorts by fields that are gone are left out.
    pub fn new(sorts: &[Sort], table: &Table) -> Sorting {
        let level = |sort: &Sort| {
            let field = table.field(sort.field)?;
            let field_type = shown_type(&field.field_type).clone();
            let options = field_type.options().unwrap_or_default().iter().zip(0..);
            Some(Level {
                column: field.column,
                options: options.map(|(option, at)| (option.id, at)).collect(),
                field_type,
                by: sort.by,
                is_descending: sort.descending,
            })
        };
        Sorting(sorts.iter().filter_map(level).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn columns(&self) -> impl Iterator<Item = ColumnId> + '_ {
        self.0.iter().map(|level| level.column)
    }

    /// The order of two rows, each in the records given with it.
    pub fn compare(&self, a: (&TableData, Row), b: (&TableData, Row)) -> Ordering {
        self.0
            .iter()
            .map(|level| level.compare(a, b))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| a.1.cmp(&b.1))
    }

    /// The first `n` rows in their order. `rows`: per segment, ascending offsets.
    pub fn first(&self, data: &TableData, rows: &[Vec<u32>], n: usize) -> Vec<Row> {
        let ranks: Vec<Ranks> = self
            .0
            .iter()
            .map(|level| Ranks::new(level, data, rows))
            .collect();
        match self.0.len() {
            1 => self.first_by::<1>(data, rows, n, &ranks),
            2 => self.first_by::<2>(data, rows, n, &ranks),
            3 => self.first_by::<3>(data, rows, n, &ranks),
            _ => {
                let mut all: Vec<Row> = by_segment(rows).collect();
                all.par_sort_unstable_by(|a, b| self.compare((data, *a), (data, *b)));
                all.truncate(n);
                all
            }
        }
    }

    fn first_by<const N: usize>(
        &self,
        data: &TableData,
        rows: &[Vec<u32>],
        n: usize,
        ranks: &[Ranks],
    ) -> Vec<Row> {
        let limit = Limit::default();
        let of_segment = |(segment, offsets): (usize, &Vec<u32>)| {
            let readers: [KeyReader; N] = std::array::from_fn(|at| {
                let cells = data.segments[segment].column(self.0[at].column);
                KeyReader::new(&self.0[at], &ranks[at], cells.map(|cells| &**cells))
            });
            first_of_segment(&readers, segment as u32, offsets, n, &limit)
        };
        let parts: Vec<Vec<([Key; N], Row)>> =
            rows.par_iter().enumerate().map(of_segment).collect();
        let mut all: Vec<([Key; N], Row)> = parts.into_iter().flatten().collect();
        keep_first(&mut all, n);
        all.par_sort_unstable();
        all.into_iter().map(|(_, row)| row).collect()
    }
}

/// Segment and offset of all rows.
fn by_segment(rows: &[Vec<u32>]) -> impl Iterator<Item = Row> + '_ {
    let segments = (0u32..).zip(rows);
    segments.flat_map(|(segment, offsets)| offsets.iter().map(move |at| (segment, *at)))
}

fn keep_first<T: Ord>(items: &mut Vec<T>, n: usize) {
    if items.len() > n && n > 0 {
        items.select_nth_unstable(n - 1);
        items.truncate(n);
    }
}

impl Level {
    fn compare(&self, a: (&TableData, Row), b: (&TableData, Row)) -> Ordering {
        let state = |(data, (segment, at)): (&TableData, Row)| {
            let cells = data.segments[segment as usize].column(self.column);
            cells.map_or(CellState::BLANK, |cells| cells.get(at as usize))
        };
        let (a, b) = (state(a), state(b));
        let (a, b) = (self.place(&a), self.place(&b));
        let turned = |order: Ordering| match self.is_descending {
            true => order.reverse(),
            false => order,
        };
        match (a, b) {
            (Place::Key(a), Place::Key(b)) => {
                a.class.cmp(&b.class).then(turned(a.place.cmp(&b.place)))
            }
            (Place::Text(a_class, a), Place::Text(b_class, b)) => {
                let texts = || turned(text_order::compare(&a, &b));
                a_class.cmp(&b_class).then_with(texts)
            }
            // Ranks of texts are smaller than any other place.
            (Place::Text(class, _), Place::Key(key)) => {
                class.cmp(&key.class).then(turned(Ordering::Less))
            }
            (Place::Key(key), Place::Text(class, _)) => {
                key.class.cmp(&class).then(turned(Ordering::Greater))
            }
        }
    }

    fn place<'a>(&self, state: &'a CellState) -> Place<'a> {
        let key = |class, place| Place::Key(Key { class, place });
        match state {
            // An unticked box and an empty one are the same to a person.
            state if state.is_blank() && self.field_type == FieldType::Checkbox => key(0, TICKED),
            state if state.is_blank() => Place::Key(BLANK),
            CellState::Pending => key(2, 0),
            CellState::Value(CellValue::Date(x)) => key(0, self.day_place(*x)),
            CellState::Value(CellValue::Number(x)) => key(0, ordered_bits(*x)),
            CellState::Value(CellValue::Bool(flag)) => key(0, TICKED | u64::from(*flag)),
            CellState::Value(CellValue::Options(ids)) => key(0, list_place(ids, &self.options)),
            CellState::Value(CellValue::Text(text)) => Place::Text(0, (&**text).into()),
            other => Place::Text(1, self.field_type.display(other).into()),
        }
    }

    fn day_place(&self, x: f64) -> u64 {
        ordered_bits(self.by.map_or(x, |span| span.start(x)))
    }

    fn turned(&self, key: Key) -> Key {
        match self.is_descending {
            true => Key {
                class: key.class,
                place: !key.place,
            },
            false => key,
        }
    }

    fn key(&self, state: &CellState, ranks: &Ranks) -> Key {
        match self.place(state) {
            Place::Key(key) => key,
            Place::Text(class, text) => Key {
                class,
                place: ranks.of(&text),
            },
        }
    }
}

/// A key that no row among the first ones exceeds, as far as is known; segments looked at side by side share it.
#[derive(Default)]
struct Limit(Mutex<Option<Key>>);

impl Limit {
    fn known(&self) -> Option<Key> {
        *self.0.lock()
    }

    fn lower(&self, to: Key) {
        let mut known = self.0.lock();
        *known = Some(known.map_or(to, |known| known.min(to)));
    }
}

/// The first `n` rows of a segment, in any order. Rows that can't be among the first of all are passed by.
fn first_of_segment<const N: usize>(
    readers: &[KeyReader; N],
    segment: u32,
    offsets: &[u32],
    n: usize,
    limit: &Limit,
) -> Vec<([Key; N], Row)> {
    let whole = |first: Key, at: u32| {
        let mut keys = [first; N];
        for (key, reader) in keys.iter_mut().zip(readers).skip(1) {
            *key = reader.key(at as usize);
        }
        (keys, (segment, at))
    };
    let Some((first, _)) = readers.split_first() else {
        return Vec::new();
    };
    let is_all = n >= offsets.len();
    let mut kept = Vec::with_capacity(if is_all { offsets.len() } else { 0 });
    for block in offsets.chunks(LIMITED_ROWS) {
        match limit.known() {
            Some(limit) => kept.extend(block.iter().filter_map(|at| {
                let key = first.key(*at as usize);
                (key <= limit).then(|| whole(key, *at))
            })),
            None => kept.extend(block.iter().map(|at| whole(first.key(*at as usize), *at))),
        }
        if n <= LIMITED_ROWS && kept.len() >= 2 * n {
            keep_first(&mut kept, n);
            if let Some(last) = kept.iter().map(|(keys, _)| keys[0]).max() {
                limit.lower(last);
            }
        }
    }
    keep_first(&mut kept, n);
    kept
}

/// The keys of one segment's rows; plain values without going through cell states.
struct KeyReader<'a> {
    level: &'a Level,
    ranks: &'a Ranks,
    cells: Option<&'a Column>,
    blank: Key,
    by_code: Vec<u64>,
    is_date: bool,
}

impl<'a> KeyReader<'a> {
    fn new(level: &'a Level, ranks: &'a Ranks, cells: Option<&'a Column>) -> KeyReader<'a> {
        let by_code = match cells.map(Column::values) {
            Some(Values::Options(sets)) => {
                let sets = sets.sets().iter();
                sets.map(|ids| list_place(ids, &level.options)).collect()
            }
            Some(Values::Text(texts)) => ranks.of_codes(texts),
            _ => Vec::new(),
        };
        KeyReader {
            level,
            ranks,
            cells,
            blank: level.turned(level.key(&CellState::BLANK, ranks)),
            by_code,
            is_date: cells.is_some_and(|cells| cells.kind() == table::column::ColumnKind::Date),
        }
    }

    #[inline]
    fn key(&self, at: usize) -> Key {
        let Some(cells) = self.cells else {
            return self.blank;
        };
        if !cells.valid().get(at) {
            return match cells.side().contains_key(&(at as u32)) {
                true => self.slow(cells, at),
                false => self.blank,
            };
        }
        let place = match cells.values() {
            Values::Number(numbers) if self.is_date => self.level.day_place(numbers[at]),
            Values::Number(numbers) => ordered_bits(numbers[at]),
            Values::Options(sets) if !sets.get(at).is_empty() => {
                self.by_code[sets.codes()[at] as usize]
            }
            Values::Text(texts) if !texts.get(at).is_empty() => {
                self.by_code[texts.codes()[at] as usize]
            }
            _ => return self.slow(cells, at),
        };
        self.level.turned(Key { class: 0, place })
    }

    fn slow(&self, cells: &Column, at: usize) -> Key {
        self.level
            .turned(self.level.key(&cells.get(at), self.ranks))
    }
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

/// Places of the distinct texts of some rows in the text order.
struct Ranks {
    by_text: HashMap<String, u64>,
    /// By dictionary, for those that several segments share: the place of each code.
    by_dictionary: Vec<(Arc<Dictionary>, Vec<u64>)>,
}

impl Ranks {
    fn new(level: &Level, data: &TableData, rows: &[Vec<u32>]) -> Ranks {
        let of_segment = |(segment, offsets): (usize, &Vec<u32>)| {
            let mut distinct: HashSet<String> = HashSet::new();
            let Some(cells) = data.segments[segment].column(level.column) else {
                return distinct;
            };
            // Numbers need no rank.
            if cells.numbers().is_some() && cells.side().is_empty() {
                return distinct;
            }
            let mut seen = vec![false; cells.texts().map_or(0, |texts| texts.n_codes())];
            for at in offsets {
                let at = *at as usize;
                if let Some(texts) = cells.texts()
                    && cells.valid().get(at)
                {
                    let code = texts.codes()[at];
                    if !std::mem::replace(&mut seen[code as usize], true) {
                        distinct.insert(texts.text(code).to_owned());
                    }
                } else if (cells.texts().is_none() && cells.numbers().is_none())
                    || cells.side().contains_key(&(at as u32))
                {
                    let state = cells.get(at);
                    if let Place::Text(_, text) = level.place(&state) {
                        distinct.insert(text.into_owned());
                    }
                }
            }
            distinct
        };
        let join = |mut a: HashSet<String>, mut b: HashSet<String>| {
            if a.len() < b.len() {
                std::mem::swap(&mut a, &mut b);
            }
            a.extend(b);
            a
        };
        let distinct = rows
            .par_iter()
            .enumerate()
            .map(of_segment)
            .reduce(HashSet::new, join);
        let mut sorted: Vec<(text_order::Key, String)> = distinct
            .into_par_iter()
            .map(|text| (text_order::Key::new(&text), text))
            .collect();
        sorted.par_sort_unstable();
        let by_text = sorted.into_iter().map(|(_, text)| text).zip(0..).collect();
        let mut ranks = Ranks {
            by_text,
            by_dictionary: Vec::new(),
        };
        ranks.know_shared(level, data);
        ranks
    }

    fn know_shared(&mut self, level: &Level, data: &TableData) {
        for segment in &data.segments {
            let cells = segment.column(level.column);
            let Some(texts) = cells.and_then(|cells| cells.texts()) else {
                continue;
            };
            let base = texts.base();
            let is_known = |known: &(Arc<Dictionary>, Vec<u64>)| Arc::ptr_eq(&known.0, base);
            if base.is_shared() && !self.by_dictionary.iter().any(is_known) {
                let places = (0..base.len() as u32).into_par_iter();
                let places = places.map(|code| self.of(base.get(code))).collect();
                self.by_dictionary.push((base.clone(), places));
            }
        }
    }

    fn of(&self, text: &str) -> u64 {
        let rank = self.by_text.get(text).copied();
        // Texts of other rows; nobody asks for their place.
        rank.unwrap_or(u64::MAX >> 12)
    }

    fn of_codes(&self, texts: &table::column::TextValues) -> Vec<u64> {
        let base = texts.base();
        let known = self.by_dictionary.iter();
        let known = known.filter(|known| Arc::ptr_eq(&known.0, base));
        let (mut places, from) = match known.map(|known| &known.1).next() {
            Some(places) => (places.clone(), base.len() as u32),
            None => (Vec::new(), 0),
        };
        places.extend((from..texts.n_codes() as u32).map(|code| self.of(texts.text(code))));
        places
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use table::{fixture, id::TableId};

    /// Many rows with few values, blanks and misfits among them, in more than one block.
    fn shop() -> table::snapshot::Snapshot {
        let mut text = String::from("| 名:text | 数:number | 日:date |\n|---|---|---|\n");
        let mut dice = 7u32;
        for _ in 0..LIMITED_ROWS * 3 {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = match dice >> 28 {
                0 => String::new(),
                1 => "缺".into(),
                n => (i64::from(n) * 3 % 11 - 4).to_string(),
            };
            let day = dice >> 20 & 15;
            text.push_str(&format!(
                "| 货{} | {number} | 2026-11-{:02} |\n",
                dice >> 9 & 7,
                1 + day
            ));
        }
        fixture::from_markdown(&text).unwrap()
    }

    #[test]
    fn the_first_rows_are_those_that_all_rows_in_order_begin_with() {
        let shop = shop();
        let table = &shop.schema.tables[0];
        let data = shop.data(TableId(1)).unwrap();
        let rows: Vec<Vec<u32>> = data
            .segments
            .iter()
            .map(|segment| (0..segment.len() as u32).filter(|at| at % 5 != 2).collect())
            .collect();
        let field = |at: usize, descending| Sort {
            field: table.fields[at].id,
            descending,
            by: None,
        };
        for sorts in [
            vec![field(1, true)],
            vec![field(1, false)],
            vec![field(2, true), field(1, false)],
            vec![field(0, true), field(2, false), field(1, true)],
        ] {
            let sorting = Sorting::new(&sorts, table);
            let all = sorting.first(data, &rows, usize::MAX);
            assert!(all.is_sorted_by(|a, b| sorting.compare((data, *a), (data, *b)).is_lt()));
            for n in [1, 2, 100, 512, LIMITED_ROWS + 1] {
                assert_eq!(sorting.first(data, &rows, n), all[..n], "{n} of {sorts:?}");
            }
        }
    }
}
