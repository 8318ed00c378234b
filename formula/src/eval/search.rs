//! How a cell is found among the cells of a row or column: exactly, the next smaller or larger one, by wildcards; from
//! the front, from the back, or by halving what is sorted.
//!
//! Main types: [`Line`], [`Known`], what is known of its cells, made when it is first needed. Law: cells are found among those of
//! their own kind only (numbers, texts, booleans), as in Excel. Tests: `spec/lookup.md`.

use super::{
    criteria::{Key, exact_key, wildcard},
    vector::{Cell, Range},
};
use crate::functions::sorting::order::Rank;
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

/// What counts as found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Exact,
    /// `*`, `?` and `~` in a text mean more than themselves.
    Wildcards,
    /// The text is a regular expression; such a one is not looked for here.
    Regex,
    /// Equal, else the next smaller one.
    Smaller,
    /// Equal, else the next larger one.
    Larger,
}

/// Which one of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    First,
    Last,
    /// By halving: the cells ascend; of equal ones the last.
    Ascending,
    /// By halving: the cells descend; of equal ones the first.
    Descending,
}

/// A row or column of an array.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) range: Arc<Range>,
    /// Places are `start + at * step`.
    start: usize,
    step: usize,
    pub(crate) len: usize,
}

impl Line {
    /// All cells, if they are one row or one column.
    pub(crate) fn whole(range: &Arc<Range>) -> Option<Line> {
        (range.width == 1 || range.height() == 1).then(|| Line {
            start: 0,
            step: 1,
            len: range.cells.len(),
            range: range.clone(),
        })
    }

    pub(crate) fn column(range: &Arc<Range>, column: usize) -> Line {
        Line {
            start: column,
            step: range.width,
            len: range.height(),
            range: range.clone(),
        }
    }

    pub(crate) fn row(range: &Arc<Range>, row: usize) -> Line {
        Line {
            start: row * range.width,
            step: 1,
            len: range.width,
            range: range.clone(),
        }
    }

    pub(crate) fn cell(&self, at: usize) -> &Cell {
        &self.range.cells[self.start + at * self.step]
    }

    fn cells(&self) -> impl Iterator<Item = &Cell> {
        (0..self.len).map(|at| self.cell(at))
    }

    /// Of the same array at the same places. The array is the same as long as somebody holds it.
    pub(crate) fn key(&self) -> (usize, usize, usize) {
        (Arc::as_ptr(&self.range) as usize, self.start, self.step)
    }
}

/// Numbers, texts, booleans.
const KINDS: usize = 3;

/// Texts in lower case with their places, in the order of their bytes.
type Words = Vec<(String, u32)>;

#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) line: Line,
    /// The first and the last place of each key.
    exact: OnceLock<HashMap<Key, (u32, u32)>>,
    ranks: OnceLock<Vec<Rank>>,
    /// Places by kind, in the order of the line.
    kinds: OnceLock<[Vec<u32>; KINDS]>,
    /// Places by kind, by rank and place.
    sorted: OnceLock<[Vec<u32>; KINDS]>,
    words: OnceLock<Words>,
}

impl Known {
    pub(crate) fn new(line: Line) -> Known {
        Known {
            line,
            exact: OnceLock::new(),
            ranks: OnceLock::new(),
            kinds: OnceLock::new(),
            sorted: OnceLock::new(),
            words: OnceLock::new(),
        }
    }

    /// The place, from 0; `burn` is asked where more than a few cells are looked at, and says whether they may be.
    pub(crate) fn find(
        &self,
        wanted: &Cell,
        way: Way,
        order: Order,
        burn: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let found = match (way, order) {
            (Way::Wildcards, _) if pattern(wanted).is_some() => {
                let pattern = pattern(wanted)?;
                self.like(&pattern, order, burn)
            }
            (Way::Regex, _) => None,
            (_, Order::Ascending | Order::Descending) => self.halving(wanted, way, order),
            (Way::Exact | Way::Wildcards, _) => {
                let (first, last) = *self.exact().get(&exact_key(wanted)?)?;
                Some(if order == Order::Last { last } else { first })
            }
            (Way::Smaller | Way::Larger, _) => self.nearest(wanted, way, order == Order::Last),
        };
        found.map(|place| place as usize)
    }

    fn exact(&self) -> &HashMap<Key, (u32, u32)> {
        self.exact.get_or_init(|| {
            let mut places = HashMap::with_capacity(self.line.len);
            for (at, cell) in self.line.cells().enumerate() {
                if let Some(key) = exact_key(cell) {
                    let at = at as u32;
                    places
                        .entry(key)
                        .and_modify(|(_, last)| *last = at)
                        .or_insert((at, at));
                }
            }
            places
        })
    }

    fn ranks(&self) -> &[Rank] {
        self.ranks
            .get_or_init(|| self.line.cells().map(Rank::new).collect())
    }

    fn kinds(&self) -> &[Vec<u32>; KINDS] {
        self.kinds.get_or_init(|| {
            let mut kinds: [Vec<u32>; KINDS] = Default::default();
            for (at, rank) in self.ranks().iter().enumerate() {
                if let Some(kind) = kinds.get_mut(usize::from(rank.kind())) {
                    kind.push(at as u32);
                }
            }
            kinds
        })
    }

    fn sorted(&self) -> &[Vec<u32>; KINDS] {
        self.sorted.get_or_init(|| {
            let ranks = self.ranks();
            let mut kinds = self.kinds().clone();
            for kind in &mut kinds {
                kind.sort_by(|a, b| ranks[*a as usize].compare(&ranks[*b as usize]));
            }
            kinds
        })
    }

    fn nearest(&self, wanted: &Cell, way: Way, last: bool) -> Option<u32> {
        let wanted = Rank::new(wanted);
        let ranks = self.ranks();
        let places = self.sorted().get(usize::from(wanted.kind()))?;
        let below = |rank: &Rank| {
            places.partition_point(|place| ranks[*place as usize].compare(rank).is_lt())
        };
        let up_to = |rank: &Rank| {
            places.partition_point(|place| ranks[*place as usize].compare(rank).is_le())
        };
        let (from, to) = (below(&wanted), up_to(&wanted));
        let (from, to) = match way {
            _ if from < to => (from, to),
            Way::Smaller => {
                let rank = &ranks[places[from.checked_sub(1)?] as usize];
                (below(rank), from)
            }
            _ => {
                let rank = &ranks[*places.get(from)? as usize];
                (from, up_to(rank))
            }
        };
        Some(places[if last { to - 1 } else { from }])
    }

    /// By halving, the first equal cell of what ascends, the last one of what descends.
    pub(crate) fn equal(&self, wanted: &Cell, order: Order) -> Option<usize> {
        let wanted = Rank::new(wanted);
        let ranks = self.ranks();
        let places = self.kinds().get(usize::from(wanted.kind()))?;
        let compare = |place: &u32| ranks[*place as usize].compare(&wanted);
        let at = match order {
            Order::Descending => places
                .partition_point(|place| compare(place).is_ge())
                .checked_sub(1)?,
            _ => places.partition_point(|place| compare(place).is_lt()),
        };
        let place = places.get(at)?;
        compare(place).is_eq().then_some(*place as usize)
    }

    /// Where nothing of its own kind is found, XLOOKUP and XMATCH take the next one of another kind: numbers are
    /// smaller than texts, and these smaller than booleans.
    pub(crate) fn beside(&self, wanted: &Cell, way: Way, order: Order) -> Option<usize> {
        let kind = usize::from(Rank::new(wanted).kind());
        if *wanted == Cell::Blank || kind >= KINDS {
            return None;
        }
        let (ranks, sorted) = (self.ranks(), self.sorted());
        let rank = |place: &u32| &ranks[*place as usize];
        let has_any = |kind: &Vec<u32>| !kind.is_empty();
        let same = match way {
            Way::Smaller => {
                let places = sorted[..kind].iter().rev().find(|kind| has_any(kind))?;
                let last = rank(places.last()?);
                &places[places.partition_point(|place| rank(place).compare(last).is_lt())..]
            }
            Way::Larger => {
                let places = sorted[kind + 1..].iter().find(|kind| has_any(kind))?;
                let first = rank(places.first()?);
                &places[..places.partition_point(|place| rank(place).compare(first).is_le())]
            }
            Way::Exact | Way::Wildcards | Way::Regex => return None,
        };
        let place = match order {
            Order::Last | Order::Ascending => same.last(),
            Order::First | Order::Descending => same.first(),
        };
        place.map(|place| *place as usize)
    }

    /// As Excel does it: what is not sorted gives what it gives.
    fn halving(&self, wanted: &Cell, way: Way, order: Order) -> Option<u32> {
        let wanted = Rank::new(wanted);
        let ranks = self.ranks();
        let places = self.kinds().get(usize::from(wanted.kind()))?;
        let rank = |at: usize| &ranks[places[at] as usize];
        let is_equal = |at: usize| at < places.len() && rank(at).compare(&wanted).is_eq();
        let at = match order {
            Order::Descending => {
                let at =
                    places.partition_point(|place| ranks[*place as usize].compare(&wanted).is_gt());
                match way {
                    _ if is_equal(at) => at,
                    Way::Larger => at.checked_sub(1)?,
                    Way::Smaller => at,
                    Way::Exact | Way::Wildcards | Way::Regex => return None,
                }
            }
            _ => {
                let at =
                    places.partition_point(|place| ranks[*place as usize].compare(&wanted).is_le());
                match (way, at.checked_sub(1)) {
                    (_, Some(last)) if is_equal(last) => last,
                    (Way::Smaller, last) => last?,
                    (Way::Larger, _) => at,
                    (Way::Exact | Way::Wildcards | Way::Regex, _) => return None,
                }
            }
        };
        places.get(at).copied()
    }

    fn words(&self) -> &Words {
        self.words.get_or_init(|| {
            let cells = self.line.cells().enumerate();
            let words = cells.filter_map(|(at, cell)| match cell {
                Cell::Text(text) => Some((text.to_lowercase(), at as u32)),
                _ => None,
            });
            let mut words: Words = words.collect();
            words.sort_unstable();
            words
        })
    }

    fn like(&self, pattern: &str, order: Order, burn: impl Fn(usize) -> bool) -> Option<u32> {
        let words = self.words();
        let start = pattern.split(['*', '?', '~']).next().unwrap_or("");
        let from = words.partition_point(|(word, _)| word.as_str() < start);
        let same = words[from..].partition_point(|(word, _)| word.starts_with(start));
        if !burn(same) {
            return None;
        }
        // Where nothing is escaped, all pieces between the wildcards stand in the word.
        let pieces = pattern.split(['*', '?']);
        let longest = match pattern.contains('~') {
            true => "",
            false => pieces.max_by_key(|piece| piece.len()).unwrap_or(""),
        };
        let pattern: Vec<char> = pattern.chars().collect();
        let mut text = Vec::new();
        let places = words[from..from + same].iter().filter_map(|(word, place)| {
            if !word.contains(longest) {
                return None;
            }
            text.clear();
            text.extend(word.chars());
            wildcard(&pattern, &text).then_some(*place)
        });
        match order {
            Order::Last => places.max(),
            _ => places.min(),
        }
    }
}

/// A text with wildcards, in lower case.
fn pattern(wanted: &Cell) -> Option<String> {
    match wanted {
        Cell::Text(text) if text.contains(['*', '?', '~']) => Some(text.to_lowercase()),
        _ => None,
    }
}
