//! Where rows stand in a sorted view: keys that compare fast, made for many rows at once, or for two.
//!
//! Main type: [`Sorting`]. Law: [`Sorting::compare`] orders two rows as [`Sorting::first`] orders many; rows with
//! equal keys keep the order of creation. Tests: `engine/src/query/order.rs`.

use super::{chunks::Row, text_order};
use crate::command::shown_type;
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
        let of_segment = |(segment, offsets): (usize, &Vec<u32>)| {
            let mut keyed: Vec<([Key; N], Row)> = offsets
                .iter()
                .map(|at| ([BLANK; N], (segment as u32, *at)))
                .collect();
            for (place, (level, ranks)) in self.0.iter().zip(ranks).enumerate() {
                let cells = data.segments[segment].column(level.column);
                level.put_keys(cells, ranks, &mut keyed, |keys| &mut keys[place]);
            }
            keep_first(&mut keyed, n);
            keyed
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

    fn key(&self, state: &CellState, ranks: &Ranks) -> Key {
        match self.place(state) {
            Place::Key(key) => key,
            Place::Text(class, text) => Key {
                class,
                place: ranks.of(&text),
            },
        }
    }

    /// The keys of some rows of one segment; plain values without going through cell states.
    fn put_keys<const N: usize>(
        &self,
        cells: Option<&Arc<Column>>,
        ranks: &Ranks,
        keyed: &mut [([Key; N], Row)],
        slot: impl Fn(&mut [Key; N]) -> &mut Key,
    ) {
        let turned = |key: Key| match self.is_descending {
            true => Key {
                class: key.class,
                place: !key.place,
            },
            false => key,
        };
        let blank = turned(self.key(&CellState::BLANK, ranks));
        let Some(cells) = cells else {
            keyed.iter_mut().for_each(|(keys, _)| *slot(keys) = blank);
            return;
        };
        let is_date = cells.kind() == table::column::ColumnKind::Date;
        let by_code: Option<Vec<u64>> = match cells.values() {
            Values::Options(sets) => {
                let sets = sets.sets().iter();
                Some(sets.map(|ids| list_place(ids, &self.options)).collect())
            }
            Values::Text(texts) => Some(ranks.of_codes(texts)),
            _ => None,
        };
        for (keys, (_, at)) in keyed {
            let at = *at as usize;
            let place = match cells.values() {
                _ if !cells.valid().get(at) => {
                    let has_side = cells.side().contains_key(&(at as u32));
                    *slot(keys) = match has_side {
                        true => turned(self.key(&cells.get(at), ranks)),
                        false => blank,
                    };
                    continue;
                }
                Values::Number(numbers) if is_date => self.day_place(numbers[at]),
                Values::Number(numbers) => ordered_bits(numbers[at]),
                Values::Options(sets) if !sets.get(at).is_empty() => by_code
                    .as_ref()
                    .map_or(0, |places| places[sets.codes()[at] as usize]),
                Values::Text(texts) if !texts.get(at).is_empty() => by_code
                    .as_ref()
                    .map_or(0, |places| places[texts.codes()[at] as usize]),
                _ => {
                    *slot(keys) = turned(self.key(&cells.get(at), ranks));
                    continue;
                }
            };
            *slot(keys) = turned(Key { class: 0, place });
        }
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
