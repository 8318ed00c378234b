//! Which records a change of some records of another table reaches, through a [`Relation`].
//!
//! Law: never too few. A criterion that is more than an equality (`">5"`, `"a*"`) counts as reached.

use super::{
    Context, EvalInput,
    coded::Seen,
    criteria::{Criterion, Key},
    fuel::Fuel,
    key_table::{self, Match},
    keys::{KeyIndex, in_order, is_criterion},
    load,
    lookup::Lookup,
    vector::{Cell, Vector},
};
use crate::plan::{Node, lower, relations::Relation};
use std::{collections::BTreeSet, sync::Arc};
use table::{
    id::{FieldId, RecordId, TableId},
    snapshot::Snapshot,
};

/// Keys of the changed records, as they were and as they are, for each pair of the relation.
#[derive(Debug)]
pub struct Reached {
    pairs: Vec<Keys>,
    /// The changed records themselves, for links.
    records: BTreeSet<RecordId>,
}

#[derive(Debug, Default)]
struct Keys {
    by_bytes: BTreeSet<Vec<u8>>,
    /// All of them are ASCII texts.
    is_plain: bool,
    /// One of them was or is blank.
    has_blank: bool,
}

/// Keys up to which a text is compared with each of them.
const FEW_KEYS: usize = 4;

impl Keys {
    /// What a blank is searched for as.
    fn has_zero(&self) -> bool {
        self.has(
            &Seen::Cell(&Cell::Number(0.0)),
            Match::Loose,
            &mut Vec::new(),
        )
    }

    fn has(&self, cell: &Seen, by: Match, buffer: &mut Vec<u8>) -> bool {
        let text = match cell {
            Seen::Text(text) => Some(*text),
            Seen::Cell(Cell::Text(text)) => Some(&**text),
            Seen::Cell(_) => None,
        };
        if let Some(text) = text
            && self.is_plain
            && self.by_bytes.len() <= FEW_KEYS
            && text.is_ascii()
        {
            let mut keys = self.by_bytes.iter();
            return keys.any(|key| text.as_bytes().eq_ignore_ascii_case(key));
        }
        buffer.clear();
        key_table::encode(cell, by, buffer) && self.by_bytes.contains(buffer)
    }
}

impl Relation {
    fn by(&self) -> Match {
        match self.lookup {
            Lookup::XLookup | Lookup::Match => Match::Exact,
            _ => Match::Loose,
        }
    }

    /// `places` are the changed records of the other table by segment and offset; `snapshots` are those before and
    /// after the change.
    pub fn keys(&self, snapshots: [&Snapshot; 2], places: &[(usize, usize)]) -> Reached {
        let of_pair = |field: FieldId| {
            let mut by_bytes = BTreeSet::new();
            let mut has_blank = false;
            for snapshot in snapshots {
                has_blank |= add_keys(
                    snapshot,
                    (self.table, field),
                    places,
                    self.by(),
                    &mut by_bytes,
                );
            }
            let is_plain = by_bytes.iter().all(|key| key.is_ascii());
            Keys {
                by_bytes,
                is_plain,
                has_blank,
            }
        };
        let data = snapshots[1]
            .data(self.table)
            .filter(|_| self.link.is_some());
        let record = |(segment, at): &(usize, usize)| {
            let segment = data?.segments.get(*segment)?;
            segment.ids().get(*at).copied()
        };
        Reached {
            records: places.iter().filter_map(record).collect(),
            pairs: self
                .pairs
                .iter()
                .map(|(field, _)| of_pair(*field))
                .collect(),
        }
    }

    /// Offsets of the records of a segment (that of `input`) that are reached; ascending.
    pub fn records(&self, input: &EvalInput, reached: &Reached) -> Vec<usize> {
        let data = input.snapshot.data(input.table);
        let Some(segment) = data.and_then(|data| data.segments.get(input.segment)) else {
            return Vec::new();
        };
        let fuel = Fuel::new(input.cache.fuel_cells);
        let mut context = Context::whole(input, segment, &fuel);
        let n = segment.len();
        let mut hit: Option<Vec<bool>> = None;
        let mut buffer = Vec::new();
        for ((_, wanted), keys) in self.pairs.iter().zip(&reached.pairs) {
            let node = lower(wanted, input.table, &input.snapshot.schema);
            let wanted = context.eval(&node);
            let mut is_hit = |cell: &Seen| self.reaches(cell, keys, &mut buffer);
            match &wanted {
                one if one.is_const() => {
                    if !is_hit(&Seen::Cell(&one.get(0))) {
                        return Vec::new();
                    }
                }
                Vector::Coded(coded) => {
                    let hits = coded.each(false, |seen| is_hit(&seen));
                    if !hits.contains(&true) {
                        return Vec::new();
                    }
                    join(
                        &mut hit,
                        coded.codes.iter().map(|code| hits[*code as usize]),
                    );
                }
                other => join(
                    &mut hit,
                    (0..n).map(|at| is_hit(&Seen::Cell(&other.get(at)))),
                ),
            }
        }
        match hit {
            Some(hit) => (0..n).filter(|at| hit[*at]).collect(),
            None => (0..n).collect(),
        }
    }

    fn reaches(&self, cell: &Seen, keys: &Keys, buffer: &mut Vec<u8>) -> bool {
        if self.is_group && is_blank(cell) {
            return keys.has_blank;
        }
        // Each of its cells is searched for.
        if let Seen::Cell(Cell::Array(_)) = cell {
            return true;
        }
        if self.by() == Match::Exact {
            let is_wild = |text: &str| self.is_positional() && text.contains(['*', '?', '~']);
            return match cell {
                Seen::Text(text) if is_wild(text) => true,
                Seen::Cell(Cell::Text(text)) if is_wild(text) => true,
                cell => keys.has(cell, Match::Exact, buffer),
            };
        }
        match cell {
            Seen::Cell(Cell::Blank) => {
                keys.has(&Seen::Cell(&Cell::Number(0.0)), Match::Loose, buffer)
            }
            // One that waits stays so; an error fits errors, which have no key.
            Seen::Cell(Cell::Pending) => false,
            Seen::Cell(Cell::Error(_)) => true,
            // As a criterion `""` fits blanks, which have no key.
            cell if is_criterion(cell) => match Criterion::new(&cell.to_cell()).key() {
                Some(Key::Text(text)) if text.is_empty() => true,
                Some(key) => keys.has(&Seen::Cell(&key.to_cell()), Match::Loose, buffer),
                None => true,
            },
            cell => keys.has(cell, Match::Loose, buffer),
        }
    }

    /// The records of all segments that are reached, by segment, found through the index of what is searched for.
    /// `None` where something else than a field or a constant is searched for: then each segment is asked.
    /// Not to be called on one of the threads of the cache.
    pub fn records_by_index(
        &self,
        input: &EvalInput,
        reached: &Reached,
    ) -> Option<Vec<(usize, Vec<usize>)>> {
        let mut found = None;
        let cache = input.cache;
        cache.spreading(true, || found = self.by_index(input, reached));
        found
    }

    fn by_index(&self, input: &EvalInput, reached: &Reached) -> Option<Vec<(usize, Vec<usize>)>> {
        let (snapshot, by) = (input.snapshot, self.by());
        if let Some(link) = self.link {
            let owner = snapshot.schema.any_table(input.table)?;
            let index = input
                .cache
                .links(snapshot, input.table, owner.any_field(link)?)?;
            return Some(index.linking(&reached.records));
        }
        let mut searched: Vec<(Arc<KeyIndex>, Vec<u32>)> = Vec::new();
        for ((_, wanted), keys) in self.pairs.iter().zip(&reached.pairs) {
            // Blanks have no number in an index.
            if self.is_group && keys.has_blank {
                return None;
            }
            match lower(wanted, input.table, &snapshot.schema) {
                Node::Const(cell) => {
                    if !self.reaches(&Seen::Cell(&cell), keys, &mut Vec::new()) {
                        return Some(Vec::new());
                    }
                }
                Node::Own(field) if !keys.has_zero() || by == Match::Exact => {
                    let index = input.cache.keys(snapshot, input.table, Some(field), by);
                    if index.has_criteria() || index.has_errors() || self.is_positional() {
                        return None;
                    }
                    let numbers = index.numbers_of(keys.by_bytes.iter());
                    searched.push((index, numbers));
                }
                _ => return None,
            }
        }
        let ((first, numbers), rest) = searched.split_first()?;
        let records = in_order(input.cache.spread(), first.segments.len(), |segment| {
            let of_first = &first.segments[segment].numbers;
            let is_rest = |at: usize| {
                let mut rest = rest.iter();
                rest.all(|(index, numbers)| {
                    let of_this = &index.segments[segment].numbers;
                    of_this.get(at).is_some_and(|key| numbers.contains(key))
                })
            };
            with_numbers(of_first, numbers)
                .filter(|at| is_rest(*at))
                .collect::<Vec<usize>>()
        });
        let records = records.into_iter().enumerate();
        Some(records.filter(|(_, records)| !records.is_empty()).collect())
    }
}

/// Where one of a few numbers stands.
fn with_numbers<'a>(keys: &'a [u32], numbers: &'a [u32]) -> Box<dyn Iterator<Item = usize> + 'a> {
    let places = keys.iter().enumerate();
    match numbers {
        [] => Box::new(std::iter::empty()),
        [one] => Box::new(places.filter(move |(_, key)| *key == one).map(|(at, _)| at)),
        few if few.len() <= FEW_KEYS => Box::new(
            places
                .filter(move |(_, key)| few.contains(key))
                .map(|(at, _)| at),
        ),
        many => {
            let many: std::collections::HashSet<u32, foldhash::fast::FixedState> =
                many.iter().copied().collect();
            Box::new(
                places
                    .filter(move |(_, key)| many.contains(key))
                    .map(|(at, _)| at),
            )
        }
    }
}

fn join(hit: &mut Option<Vec<bool>>, more: impl Iterator<Item = bool>) {
    match hit {
        Some(hit) => hit
            .iter_mut()
            .zip(more)
            .for_each(|(hit, more)| *hit &= more),
        None => *hit = Some(more.collect()),
    }
}

/// True where one of them is blank.
fn add_keys(
    snapshot: &Snapshot,
    (table, field): (TableId, FieldId),
    places: &[(usize, usize)],
    by: Match,
    out: &mut BTreeSet<Vec<u8>>,
) -> bool {
    let owner = snapshot.schema.any_table(table);
    let field = owner.and_then(|owner| owner.fields.iter().find(|known| known.id == field));
    let (Some(field), Some(data)) = (field, snapshot.data(table)) else {
        return true;
    };
    let mut has_blank = false;
    for (segment, offset) in places {
        let segment = data.segments.get(*segment);
        let column = segment.and_then(|segment| segment.column(field.column));
        let Some(column) = column else {
            has_blank = true;
            continue;
        };
        let cell = load::cell(field, column.get(*offset));
        has_blank |= is_blank(&Seen::Cell(&cell));
        let mut key = Vec::new();
        if key_table::encode(&Seen::Cell(&cell), by, &mut key) {
            out.insert(key);
        }
    }
    has_blank
}

fn is_blank(cell: &Seen) -> bool {
    match cell {
        Seen::Text(text) => text.is_empty(),
        Seen::Cell(Cell::Text(text)) => text.is_empty(),
        Seen::Cell(cell) => **cell == Cell::Blank,
    }
}
