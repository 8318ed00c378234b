//! The key of every record of a column, as a number: what XLOOKUP, MATCH and the *IFS functions find records by.
//!
//! Main type: [`KeyIndex`]. It is kept from one recompute to the next and brought up to date by looking at which
//! segments have another column than before; those alone are read again. Law: after [`KeyIndex::refresh`] it says
//! the same as one that was built anew, but for numbers of keys that nobody has any more.

use super::{
    coded::Seen,
    criteria::error_named,
    kept::Spread,
    key_table::{self, KeyTable, Match, NO_KEY, SHARDS, Shard},
    load,
    vector::{Cell, Vector},
};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use table::{
    column::Column, field::Field, id::TableId, mask::Mask, segment::Segment, snapshot::Snapshot,
};

/// Numbers of keys that nobody has any more before all are given anew.
const SPARE_KEYS: usize = 65_536;

#[derive(Debug, Clone, Default)]
pub(crate) struct KeyIndex {
    table: KeyTable,
    pub(crate) segments: Vec<SegmentKeys>,
    /// How many numbers there were when all were given anew.
    bound_at_first: usize,
    /// Some text is more than itself where it is a criterion: `>5`, `a*`, `TRUE`.
    has_criteria: bool,
    /// Some cell is an error, which as a criterion asks for errors.
    has_errors: bool,
    first: OnceLock<Vec<Option<Place>>>,
    elsewhere: Elsewhere,
}

/// The numbers that the keys have in the index that was asked last; forgotten when either of the two is changed, since a
/// changed index lies elsewhere in memory.
#[derive(Debug, Default)]
struct Elsewhere(Mutex<Option<Known>>);

/// The other index, and the numbers.
type Known = (Weak<KeyIndex>, Arc<Vec<u32>>);

impl Clone for Elsewhere {
    fn clone(&self) -> Elsewhere {
        Elsewhere::default()
    }
}

/// In place of the number of a key: that number was never given.
pub(crate) const NEVER_GIVEN: u32 = NO_KEY - 1;
/// Numbers that are looked up elsewhere at a time.
const ELSEWHERE_PART: usize = 4_096;

/// A record by segment and offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: u32,
    pub(crate) offset: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct SegmentKeys {
    column: Option<Arc<Column>>,
    live: Mask,
    /// Of each record; [`NO_KEY`] where it has none or is removed.
    pub(crate) numbers: Arc<Vec<u32>>,
}

impl SegmentKeys {
    fn is_of(&self, column: Option<&Arc<Column>>, live: &Mask) -> bool {
        same(self.column.as_ref(), column) && self.live == *live
    }
}

/// The very same column: nothing in it can have changed.
pub(crate) fn same(a: Option<&Arc<Column>>, b: Option<&Arc<Column>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// The distinct keys of one segment, by shard, before they have numbers.
#[derive(Default)]
struct Local {
    bytes: Vec<u8>,
    /// Hash, end in `bytes`.
    keys: Vec<(u64, u32)>,
    /// Of each record, which key of `keys`; [`NO_KEY`] for none.
    of_record: Vec<u32>,
    by_shard: Vec<Vec<u32>>,
    has_criteria: bool,
    has_errors: bool,
}

impl Local {
    fn key(&self, at: u32) -> &[u8] {
        let start = match at {
            0 => 0,
            at => self.keys[at as usize - 1].1 as usize,
        };
        &self.bytes[start..self.keys[at as usize].1 as usize]
    }

    /// The place of a cell's key among the keys.
    fn add(&mut self, cell: &Seen, by: Match) -> u32 {
        let start = self.bytes.len();
        self.has_criteria |= by == Match::Loose && is_criterion(cell);
        self.has_errors |= matches!(cell, Seen::Cell(Cell::Error(_)));
        if !key_table::encode(cell, by, &mut self.bytes) {
            return NO_KEY;
        }
        let hash = key_table::hash(&self.bytes[start..]);
        let at = self.keys.len() as u32;
        self.keys.push((hash, self.bytes.len() as u32));
        self.by_shard[key_table::shard(hash)].push(at);
        at
    }

    fn read(segment: &Segment, field: Option<&Field>, by: Match) -> Local {
        let mut local = Local {
            by_shard: vec![Vec::new(); SHARDS as usize],
            of_record: vec![NO_KEY; segment.len()],
            ..Local::default()
        };
        let Some(field) = field else {
            let everyone = local.add(&Seen::Text(""), Match::Exact);
            let live = segment.live().ones();
            live.for_each(|at| local.of_record[at] = everyone);
            return local;
        };
        let Some(column) = segment.column(field.column) else {
            return local;
        };
        let cells = load::whole(column, field);
        if let Vector::Coded(coded) = &cells {
            let of_code = coded.each(NO_KEY, |seen| local.add(&seen, by));
            for at in segment.live().ones() {
                local.of_record[at] = of_code[coded.codes[at] as usize];
            }
            return local;
        }
        for at in segment.live().ones() {
            local.of_record[at] = local.add(&Seen::Cell(&cells.get(at)), by);
        }
        local
    }
}

/// True for texts that a criterion does not take as they are.
pub(crate) fn is_criterion(cell: &Seen) -> bool {
    let text = match cell {
        Seen::Text(text) => text,
        Seen::Cell(Cell::Text(text)) => &**text,
        Seen::Cell(_) => return false,
    };
    if error_named(text).is_some() {
        return true;
    }
    let text = text.as_bytes();
    let is_wild = |byte: &u8| matches!(byte, b'*' | b'?' | b'~');
    let is_word = || text.eq_ignore_ascii_case(b"TRUE") || text.eq_ignore_ascii_case(b"FALSE");
    matches!(text.first(), None | Some(b'<' | b'>' | b'='))
        || text.iter().any(is_wild)
        || matches!(text.len(), 4 | 5) && is_word()
}

impl KeyIndex {
    pub(crate) fn has_criteria(&self) -> bool {
        self.has_criteria
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// The numbers of given keys, as far as they have one.
    pub(crate) fn numbers_of<'k>(&self, keys: impl Iterator<Item = &'k Vec<u8>>) -> Vec<u32> {
        let numbers = keys.map(|key| self.table.find(key));
        numbers.filter(|number| *number != NO_KEY).collect()
    }

    /// Segments that are not as they were when they were read; all where their number is another.
    fn stale(&self, segments: &[Arc<Segment>], field: Option<&Field>) -> Vec<usize> {
        (0..segments.len())
            .filter(|at| {
                let column = field.and_then(|field| segments[*at].column(field.column));
                let known = self.segments.get(*at);
                known.is_none_or(|known| !known.is_of(column, segments[*at].live()))
            })
            .collect()
    }

    pub(crate) fn is_of(&self, segments: &[Arc<Segment>], field: Option<&Field>) -> bool {
        self.segments.len() == segments.len() && self.stale(segments, field).is_empty()
    }

    /// Brings it up to the segments of a snapshot. Without a field all records have the same key, the empty text.
    pub(crate) fn refresh(
        &mut self,
        segments: &[Arc<Segment>],
        field: Option<&Field>,
        by: Match,
        spread: Spread,
    ) {
        self.first = OnceLock::new();
        self.elsewhere = Elsewhere::default();
        if self.table.bound() > 2 * self.bound_at_first + SPARE_KEYS {
            *self = KeyIndex::default();
        }
        self.segments.truncate(segments.len());
        let stale = self.stale(segments, field);
        let locals = in_order(spread, stale.len(), |at| {
            Local::read(&segments[stale[at]], field, by)
        });
        self.has_criteria |= locals.iter().any(|local| local.has_criteria);
        self.has_errors |= locals.iter().any(|local| local.has_errors);
        let numbered = self.numbered(&locals, spread);
        let numbers = in_order(spread, stale.len(), |at| {
            let mut of_key = vec![NO_KEY; locals[at].keys.len()];
            for (shard, numbered) in numbered.iter().enumerate() {
                let keys = locals[at].by_shard[shard].iter();
                keys.zip(&numbered[at])
                    .for_each(|(key, number)| of_key[*key as usize] = *number);
            }
            let of_record = locals[at].of_record.iter();
            let numbers: Vec<u32> = of_record
                .map(|key| match *key {
                    NO_KEY => NO_KEY,
                    key => of_key[key as usize],
                })
                .collect();
            Arc::new(numbers)
        });
        let is_first = self.segments.is_empty();
        for (at, numbers) in stale.into_iter().zip(numbers) {
            let keys = SegmentKeys {
                column: field
                    .and_then(|field| segments[at].column(field.column))
                    .cloned(),
                live: segments[at].live().clone(),
                numbers,
            };
            match self.segments.get_mut(at) {
                Some(known) => *known = keys,
                None => self.segments.push(keys),
            }
        }
        if is_first {
            self.bound_at_first = self.table.bound();
        }
    }

    /// By shard and segment: the numbers of the keys that the segment has in the shard.
    fn numbered(&mut self, locals: &[Local], spread: Spread) -> Vec<Vec<Vec<u32>>> {
        let shards: Vec<Mutex<Shard>> = std::mem::take(&mut self.table.shards)
            .into_iter()
            .map(Mutex::new)
            .collect();
        let numbered = in_order(spread, shards.len(), |which| {
            let mut shard = shards[which].lock().unwrap_or_else(PoisonError::into_inner);
            let of_local = |local: &Local| {
                let keys = local.by_shard[which].iter();
                keys.map(|at| {
                    let number = shard.number(local.keys[*at as usize].0, local.key(*at));
                    key_table::global(which, number)
                })
                .collect()
            };
            locals.iter().map(of_local).collect()
        });
        self.table.shards = shards
            .into_iter()
            .map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        numbered
    }

    /// Of the keys of each record, by segment.
    pub(crate) fn numbers(&self) -> Vec<Arc<Vec<u32>>> {
        let segments = self.segments.iter();
        segments.map(|keys| keys.numbers.clone()).collect()
    }

    /// The number of a key; [`NO_KEY`] if no record has or had it. `buffer` is scratch.
    pub(crate) fn find(&self, cell: &Seen, by: Match, buffer: &mut Vec<u8>) -> u32 {
        buffer.clear();
        match key_table::encode(cell, by, buffer) {
            true => self.table.find(buffer),
            false => NO_KEY,
        }
    }

    /// Of each number here, the number that the same key has in `other`.
    pub(crate) fn numbers_in(&self, other: &Arc<KeyIndex>, spread: Spread) -> Arc<Vec<u32>> {
        let mut known = self
            .elsewhere
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((of, numbers)) = &*known
            && of.upgrade().is_some_and(|of| Arc::ptr_eq(&of, other))
        {
            return numbers.clone();
        }
        let n = self.bound();
        let number = |number: usize| match self.table.key(number as u32) {
            Some(key) => other.table.find(key),
            None => NEVER_GIVEN,
        };
        let parts = in_order(spread, n.div_ceil(ELSEWHERE_PART), |part| {
            let of_part = part * ELSEWHERE_PART..n.min((part + 1) * ELSEWHERE_PART);
            of_part.map(number).collect::<Vec<u32>>()
        });
        let numbers = Arc::new(parts.concat());
        *known = Some((Arc::downgrade(other), numbers.clone()));
        numbers
    }

    /// All numbers are below this.
    pub(crate) fn bound(&self) -> usize {
        self.table.bound()
    }

    /// The first record with a key, in the order of creation.
    pub(crate) fn first(&self, number: u32) -> Option<Place> {
        let first = self.first.get_or_init(|| {
            let mut first = vec![None; self.table.bound()];
            for (segment, keys) in self.segments.iter().enumerate().rev() {
                for (offset, number) in keys.numbers.iter().enumerate().rev() {
                    if *number != NO_KEY {
                        first[*number as usize] = Some(Place {
                            segment: segment as u32,
                            offset: offset as u32,
                        });
                    }
                }
            }
            first
        });
        first.get(number as usize).copied().flatten()
    }

    /// Position among the records that are not removed, from 0.
    pub(crate) fn ordinal(&self, place: Place) -> u64 {
        let (segment, offset) = (place.segment as usize, place.offset as usize);
        let before = self.segments[..segment].iter();
        let n_before: usize = before.map(|keys| keys.live.count()).sum();
        let words = self.segments[segment].live.words();
        let n_words: u32 = words[..offset / 64].iter().map(|w| w.count_ones()).sum();
        let last = words[offset / 64] & ((1 << (offset % 64)) - 1);
        n_before as u64 + u64::from(n_words + last.count_ones())
    }
}

/// The results for `0..n` in order, made side by side.
pub(crate) fn in_order<T: Send>(
    spread: Spread,
    n: usize,
    make: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let made: Vec<Mutex<Option<T>>> = (0..n).map(|_| Mutex::new(None)).collect();
    spread(n, &|at| {
        let one = make(at);
        *made[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(one);
    });
    made.into_iter()
        .enumerate()
        .map(|(at, made)| {
            let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
            // Whoever spreads has to run each one; if not, it is done here.
            made.unwrap_or_else(|| make(at))
        })
        .collect()
}

/// What of a column a cell of the result is taken from.
pub(crate) struct Source<'a> {
    segments: &'a [Arc<Segment>],
    field: &'a Field,
}

/// The segments of a table; none where it is gone.
pub(crate) fn segments_of(snapshot: &Snapshot, table: TableId) -> &[Arc<Segment>] {
    snapshot.data(table).map_or(&[], |data| &data.segments)
}

impl<'a> Source<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, table: TableId, field: &'a Field) -> Source<'a> {
        Source {
            segments: segments_of(snapshot, table),
            field,
        }
    }

    pub(crate) fn field(&self) -> &'a Field {
        self.field
    }

    pub(crate) fn cell(&self, place: Place) -> Cell {
        let segment = self.segments.get(place.segment as usize);
        let column = segment.and_then(|segment| segment.column(self.field.column));
        column.map_or(Cell::Blank, |column| {
            load::cell(self.field, column.get(place.offset as usize))
        })
    }
}
