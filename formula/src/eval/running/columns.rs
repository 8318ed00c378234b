//! Arguments of all records: numbers side by side, keys and orders as numbers. Each segment is read by itself
//! ([`Part`]); the parts are then put one after the other. A record's place is its number among all of the table,
//! removed ones included.

use crate::eval::{
    VALUE,
    coded::Seen,
    key_table::{self, Match},
    vector::{Cell, Collector, Vector},
};
use foldhash::fast::FixedState;
use std::{collections::HashMap, sync::Arc};

/// What an argument is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Value,
    Group,
    Order,
    /// The number of a document, by which another record is found.
    Document,
    /// Not of a record at all.
    Word,
}

/// One argument in one segment.
pub(crate) enum Part {
    Values(Values),
    Keys(LocalKeys),
    Orders(Ranks),
    Nothing,
}

/// A number is NaN where the cell is none; what it is then stands in `odd`, unless it is blank.
#[derive(Default)]
pub(crate) struct Values {
    numbers: Vec<f64>,
    odd: Vec<(u32, Cell)>,
}

#[derive(Default)]
pub(crate) struct LocalKeys {
    /// Of each record, which of the keys.
    of_record: Vec<u32>,
    keys: Vec<Vec<u8>>,
    stuck: Vec<(u32, Cell)>,
}

/// Where a record stands by one order; numbers, then texts, then truth values, then blanks.
#[derive(Default)]
pub(crate) struct Ranks {
    pub(crate) ranks: Vec<u64>,
    /// Texts, whose rank is known only when all are.
    pub(crate) texts: Vec<(u32, Arc<str>)>,
    pub(crate) stuck: Vec<(u32, Cell)>,
}

pub(crate) const FIRST_TEXT: u64 = 0xFFF8_0000_0000_0000;
const FIRST_BOOL: u64 = 0xFFFC_0000_0000_0000;
const BLANK: u64 = u64::MAX;

impl Role {
    pub(crate) fn read(self, vector: &Vector, n: usize) -> Part {
        match self {
            Role::Value => Part::Values(Values::read(vector, n)),
            Role::Group | Role::Document => Part::Keys(LocalKeys::read(vector, n)),
            Role::Order => Part::Orders(Ranks::read(vector, n)),
            Role::Word => Part::Nothing,
        }
    }
}

impl Values {
    fn read(vector: &Vector, n: usize) -> Values {
        let mut out = Values::default();
        match vector {
            Vector::Numbers(numbers) => {
                out.numbers = numbers.values.to_vec();
                let blanks = numbers.blank.iter().flat_map(|blank| blank.ones());
                blanks.for_each(|at| out.numbers[at] = f64::NAN);
                for (at, cell) in &numbers.rest {
                    out.numbers[*at as usize] = f64::NAN;
                    out.odd.push((*at, single(cell.clone())));
                }
            }
            other => (0..n).for_each(|at| match other.get(at) {
                Cell::Number(x) => out.numbers.push(x),
                Cell::Blank => out.numbers.push(f64::NAN),
                cell => {
                    out.numbers.push(f64::NAN);
                    out.odd.push((at as u32, single(cell)));
                }
            }),
        }
        out
    }
}

/// There is room for one cell only.
fn single(cell: Cell) -> Cell {
    match cell {
        Cell::Array(_) => VALUE,
        cell => cell,
    }
}

impl LocalKeys {
    fn read(vector: &Vector, n: usize) -> LocalKeys {
        let mut out = LocalKeys::default();
        let mut known: HashMap<Vec<u8>, u32, FixedState> = HashMap::default();
        let mut number = |seen: &Seen, keys: &mut Vec<Vec<u8>>| {
            let mut key = Vec::new();
            // A blank and an empty text are the same key.
            key_table::encode(seen, Match::Exact, &mut key);
            *known.entry(key).or_insert_with_key(|key| {
                keys.push(key.clone());
                (keys.len() - 1) as u32
            })
        };
        if let Vector::Coded(coded) = vector
            && !coded.is_sparse()
        {
            let of_code = coded.each(None, |seen| match seen {
                Seen::Cell(cell) if is_stuck(cell) => None,
                seen => Some(number(&seen, &mut out.keys)),
            });
            for at in 0..n {
                let code = of_code[coded.codes[at] as usize];
                if code.is_none() {
                    out.stuck.push((at as u32, single(coded.get(at))));
                }
                out.of_record.push(code.unwrap_or(0));
            }
            return out;
        }
        for at in 0..n {
            let cell = vector.get(at);
            out.of_record.push(match is_stuck(&cell) {
                true => {
                    out.stuck.push((at as u32, single(cell)));
                    0
                }
                false => number(&Seen::Cell(&cell), &mut out.keys),
            });
        }
        out
    }
}

fn is_stuck(cell: &Cell) -> bool {
    matches!(cell, Cell::Error(_) | Cell::Pending | Cell::Array(_))
}

/// Greater numbers have greater ranks.
fn rank(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    match bits >> 63 {
        0 => bits | 1 << 63,
        _ => !bits,
    }
}

impl Ranks {
    fn read(vector: &Vector, n: usize) -> Ranks {
        let mut out = Ranks {
            ranks: Vec::with_capacity(n),
            ..Ranks::default()
        };
        if let Vector::Numbers(numbers) = vector
            && numbers.blank.is_none()
            && numbers.rest.is_empty()
        {
            out.ranks.extend(numbers.values.iter().map(|x| rank(*x)));
            return out;
        }
        for at in 0..n {
            let rank = match vector.get(at) {
                Cell::Number(x) => rank(x),
                Cell::Blank => BLANK,
                Cell::Bool(b) => FIRST_BOOL + u64::from(b),
                Cell::Text(text) if text.is_empty() => BLANK,
                Cell::Text(text) => {
                    out.texts.push((at as u32, text));
                    FIRST_TEXT
                }
                stuck => {
                    out.stuck.push((at as u32, single(stuck)));
                    BLANK
                }
            };
            out.ranks.push(rank);
        }
        out
    }
}

/// Numbers of all records.
#[derive(Default)]
pub(crate) struct Flat {
    numbers: Vec<f64>,
    odd: HashMap<u32, Cell, FixedState>,
}

impl Flat {
    pub(crate) fn of(parts: Vec<Part>) -> Flat {
        let mut out = Flat::default();
        for part in parts {
            if let Part::Values(values) = part {
                let from = out.numbers.len() as u32;
                out.numbers.extend(values.numbers);
                let odd = values.odd.into_iter();
                out.odd.extend(odd.map(|(at, cell)| (from + at, cell)));
            }
        }
        out
    }

    pub(crate) fn get(&self, place: u32) -> Cell {
        match self.numbers.get(place as usize) {
            Some(x) if !x.is_nan() => Cell::Number(*x),
            _ => self.odd.get(&place).cloned().unwrap_or(Cell::Blank),
        }
    }
}

/// Keys of all records in some arguments, all numbered together.
#[derive(Default)]
pub(crate) struct Keys {
    /// By argument: of each record, the number of its key.
    pub(crate) of_record: Vec<Vec<u32>>,
    /// All numbers are below this.
    pub(crate) bound: usize,
    /// The number of blanks.
    pub(crate) blank: Option<u32>,
    pub(crate) stuck: HashMap<u32, Cell, FixedState>,
}

impl Keys {
    pub(crate) fn of(args: Vec<Vec<Part>>) -> Keys {
        let mut out = Keys::default();
        let mut known: HashMap<Vec<u8>, u32, FixedState> = HashMap::default();
        for parts in args {
            let mut of_record: Vec<u32> = Vec::new();
            for part in parts {
                let Part::Keys(keys) = part else { continue };
                let from = of_record.len() as u32;
                let numbers = keys.keys.into_iter().map(|key| {
                    let next = known.len() as u32;
                    *known.entry(key).or_insert(next)
                });
                let numbers: Vec<u32> = numbers.collect();
                let local = keys.of_record.iter();
                of_record.extend(local.map(|key| numbers.get(*key as usize).unwrap_or(&0)));
                let stuck = keys.stuck.into_iter();
                out.stuck.extend(stuck.map(|(at, cell)| (from + at, cell)));
            }
            out.of_record.push(of_record);
        }
        out.bound = known.len().max(1);
        out.blank = known.get(&Vec::new()).copied();
        out
    }
}

/// What each record gets: as [`Values`], by place.
pub(crate) struct Found {
    pub(crate) numbers: Vec<f64>,
    pub(crate) odd: HashMap<u32, Cell, FixedState>,
}

impl Found {
    pub(crate) fn blank(n: usize) -> Found {
        Found {
            numbers: vec![f64::NAN; n],
            odd: HashMap::default(),
        }
    }

    pub(crate) fn put(&mut self, place: u32, cell: Cell) {
        match cell {
            Cell::Number(x) => self.numbers[place as usize] = x,
            Cell::Blank => {}
            other => drop(self.odd.insert(place, other)),
        }
    }

    pub(crate) fn by_segment(mut self, lens: &[usize]) -> Vec<Vector<'static>> {
        let mut from = 0;
        let segments = lens.iter().map(|len| {
            let numbers = &self.numbers[from..from + len];
            let cells = (from..).zip(numbers).map(|(place, x)| match x.is_nan() {
                false => Cell::Number(*x),
                true => self.odd.remove(&(place as u32)).unwrap_or(Cell::Blank),
            });
            let vector = cells.collect::<Collector>().finish();
            from += len;
            vector
        });
        segments.collect()
    }
}
