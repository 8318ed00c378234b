//! The records of a table by group and order; equal ones in the order of their creation.
//!
//! Main type: [`Order`]. Law: removed records have no place in it; neither have those whose group or order is an
//! error, which they show instead.

use super::columns::{FIRST_TEXT, Found, Keys, Part, Ranks};
use crate::eval::{kept::Spread, keys::in_order, vector::Cell};
use foldhash::fast::FixedState;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::{Mutex, PoisonError},
};

/// Records of groups that one thread takes at a time.
const BATCH: usize = 16_384;

pub(crate) struct Order {
    /// Records of all segments, removed ones included.
    n: usize,
    /// Places, group after group.
    places: Vec<u32>,
    groups: Vec<Range<usize>>,
    stuck: HashMap<u32, Cell, FixedState>,
}

impl Order {
    /// Of `n` records, those at `live` places.
    pub(crate) fn new(
        mut live: Vec<u32>,
        n: usize,
        groups: Keys,
        orders: Vec<Vec<Part>>,
        spread: Spread,
    ) -> Order {
        let mut stuck = groups.stuck;
        let orders: Vec<Vec<u64>> = orders
            .into_iter()
            .map(|parts| ranks(parts, &mut stuck))
            .collect();
        let of_record = groups.of_record.first();
        let group = |place: u32| match of_record.and_then(|all| all.get(place as usize)) {
            Some(group) => *group as usize,
            None => 0,
        };
        live.retain(|place| !stuck.contains_key(place));
        let mut ends = vec![0usize; groups.bound];
        live.iter().for_each(|place| ends[group(*place)] += 1);
        let mut end = 0;
        let mut ranges = Vec::new();
        for count in &mut ends {
            let start = end;
            end += *count;
            *count = start;
            if start < end {
                ranges.push(start..end);
            }
        }
        let mut places = vec![0u32; live.len()];
        for place in live {
            let next = &mut ends[group(place)];
            places[*next] = place;
            *next += 1;
        }
        let mut order = Order {
            n,
            places,
            groups: ranges,
            stuck,
        };
        order.sort(&orders, spread);
        order
    }

    fn sort(&mut self, orders: &[Vec<u64>], spread: Spread) {
        if orders.is_empty() {
            return;
        }
        let rank = |order: &Vec<u64>, place: u32| order.get(place as usize).copied();
        let compare = |a: &u32, b: &u32| {
            let mut orders = orders.iter().map(|o| rank(o, *a).cmp(&rank(o, *b)));
            let found = orders.find(|found| found.is_ne());
            found.unwrap_or_else(|| a.cmp(b))
        };
        let batches = batches(&self.groups);
        let mut rest: &mut [u32] = &mut self.places;
        let mut parts = Vec::with_capacity(batches.len());
        for batch in batches {
            let n: usize = self.groups[batch.clone()].iter().map(Range::len).sum();
            let (part, more) = std::mem::take(&mut rest).split_at_mut(n);
            parts.push(Mutex::new((part, &self.groups[batch])));
            rest = more;
        }
        in_order(spread, parts.len(), |at| {
            let mut part = parts[at].lock().unwrap_or_else(PoisonError::into_inner);
            let (places, groups) = &mut *part;
            let from = groups.first().map_or(0, |group| group.start);
            for group in groups.iter() {
                places[group.start - from..group.end - from].sort_unstable_by(compare);
            }
        });
    }

    /// What `run` gives the records of each group, which it gets in their order.
    pub(crate) fn each_group(
        &self,
        spread: Spread,
        run: impl Fn(&[u32], &mut Vec<Cell>) + Sync,
    ) -> Found {
        let batches = batches(&self.groups);
        let made = in_order(spread, batches.len(), |at| {
            let mut cells = Vec::new();
            for group in &self.groups[batches[at].clone()] {
                run(&self.places[group.clone()], &mut cells);
                cells.resize(
                    group.end - self.groups[batches[at].start].start,
                    Cell::Blank,
                );
            }
            cells
        });
        let mut found = Found::blank(self.n);
        let places = self.places.iter();
        places
            .zip(made.into_iter().flatten())
            .for_each(|(place, cell)| found.put(*place, cell));
        for (place, cell) in &self.stuck {
            found.put(*place, cell.clone());
        }
        found
    }
}

/// Groups that follow each other and are computed together.
fn batches(groups: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in 1..=groups.len() {
        if at == groups.len() || groups[at].end - groups[start].start > BATCH {
            out.push(start..at);
            start = at;
        }
    }
    out
}

/// The ranks of all records by one order.
fn ranks(parts: Vec<Part>, stuck: &mut HashMap<u32, Cell, FixedState>) -> Vec<u64> {
    let parts: Vec<Ranks> = parts
        .into_iter()
        .filter_map(|part| match part {
            Part::Orders(ranks) => Some(ranks),
            _ => None,
        })
        .collect();
    let texts = parts.iter().flat_map(|part| &part.texts);
    let distinct: BTreeSet<String> = texts.map(|(_, text)| text.to_lowercase()).collect();
    let of_text: BTreeMap<String, u64> = distinct.into_iter().zip(FIRST_TEXT..).collect();
    let mut out = Vec::new();
    for part in parts {
        let from = out.len();
        out.extend(part.ranks);
        for (at, text) in part.texts {
            let rank = of_text.get(&text.to_lowercase());
            out[from + at as usize] = rank.copied().unwrap_or(FIRST_TEXT);
        }
        let cells = part.stuck.into_iter();
        stuck.extend(cells.map(|(at, cell)| (from as u32 + at, cell)));
    }
    out
}
