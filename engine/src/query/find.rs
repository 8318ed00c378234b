//! Finding a text in the cells of a view: which rows, which cells, how many, and the hit after a row.
//!
//! Main types: [`FindQuery`] → [`Found`]; inside, [`Finder`] (ready for one table) and [`FindCache`]. Law: each
//! distinct text of a shared dictionary is tested once, and cells are compared as the grid shows them.
//! Tests: `engine/tests/engine/finding.rs`.

use super::{needle::Needle, order::Order};
use crate::{
    command::shown_type,
    limits::{CACHED_FINDS, FIND_HITS, FIND_ROWS, FIND_STEP_ROWS},
};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};
use table::{
    column::{Column, ColumnKind, TextValues, Values},
    field::{Field, FieldType},
    id::{ColumnId, FieldId, OptionId, RecordId, Revision, TableId, ViewId},
    mask::Mask,
    segment::Segment,
    snapshot::TableData,
    value::{CellState, CellValue},
};

/// Asks where a view shows a text.
#[derive(Debug, Clone, PartialEq)]
pub struct FindQuery {
    pub table: TableId,
    /// Absent: all live records and fields.
    pub view: Option<ViewId>,
    pub text: String,
    pub start: FindStart,
    /// Hits to list, at most [`crate::limits::FIND_HITS`].
    pub n_hits: u32,
}

/// The first hit to be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindStart {
    /// By its number among all hits, from 0.
    Hit(u64),
    /// The first one at or after this row of the view; if there is none, the first of all.
    Row(u64),
}

/// Where a text stands, at one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub revision: Revision,
    /// Cells that hold the text.
    pub n_hits: u64,
    /// Records with such a cell.
    pub n_records: u64,
    /// There are more than [`crate::limits::FIND_ROWS`] such records; the rest was not counted.
    pub is_cut: bool,
    /// The number of the first hit listed.
    pub first: u64,
    /// Row by row, each from left to right.
    pub hits: Vec<Hit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// In the order of the view.
    pub row: u64,
    pub record: RecordId,
    pub field: FieldId,
}

const UNKNOWN: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// A needle with the columns that it is looked for in.
pub(crate) struct Finder {
    needle: Needle,
    columns: Vec<Searched>,
}

struct Searched {
    field: FieldId,
    column: ColumnId,
    shown: FieldType,
    /// Options with the needle in their name.
    options: HashSet<OptionId>,
    /// Numbers and dates cannot show the needle.
    never_in_numbers: bool,
    /// Verdicts on the texts of each shared dictionary, by its address.
    dictionaries: HashMap<usize, Box<[AtomicU8]>>,
}

impl Finder {
    /// Nothing for a blank text. `data` must outlive the finder's use.
    pub fn new<'a>(
        text: &str,
        fields: impl Iterator<Item = &'a Field>,
        data: &TableData,
    ) -> Option<Finder> {
        let needle = Needle::new(text)?;
        let columns = fields
            .filter(|field| field.field_type != FieldType::Attachment)
            .map(|field| Searched::new(field, &needle, data))
            .collect();
        Some(Finder { needle, columns })
    }

    /// Records with the text in one of the columns, removed ones included.
    pub fn mask(&self, segment: &Segment) -> Mask {
        let mut all = Mask::new(segment.len(), false);
        for mask in self.masks(segment).into_iter().flatten() {
            mask.ones().for_each(|at| all.set(at, true));
        }
        all
    }

    /// Per column, which cells hold the text; nothing where the segment has no such column.
    fn masks(&self, segment: &Segment) -> Vec<Option<Mask>> {
        let of_column = |searched: &Searched| {
            let cells = segment.column(searched.column)?;
            Some(searched.mask(cells, &self.needle))
        };
        self.columns.iter().map(of_column).collect()
    }

    /// The fields of one record that hold the text.
    fn fields_of(&self, segment: &Segment, at: usize) -> Vec<FieldId> {
        let holds = |searched: &&Searched| {
            let cells = segment.column(searched.column);
            cells.is_some_and(|cells| searched.holds(&cells.get(at), &self.needle))
        };
        let hits = self.columns.iter().filter(holds);
        hits.map(|searched| searched.field).collect()
    }
}

impl Searched {
    fn new(field: &Field, needle: &Needle, data: &TableData) -> Searched {
        let shown = shown_type(&field.field_type).clone();
        let options = shown.options().unwrap_or_default().iter();
        let options = options
            .filter(|option| needle.is_in(&option.name))
            .map(|option| option.id)
            .collect();
        let mut dictionaries = HashMap::new();
        for segment in &data.segments {
            if let Some(texts) = segment.column(field.column).and_then(|cells| cells.texts()) {
                dictionaries.entry(address(texts)).or_insert_with(|| {
                    (0..texts.base().len())
                        .map(|_| AtomicU8::new(UNKNOWN))
                        .collect()
                });
            }
        }
        Searched {
            field: field.id,
            column: field.column,
            options,
            never_in_numbers: needle.is_foreign_to(&alphabet(&shown)),
            dictionaries,
            shown,
        }
    }

    fn holds(&self, state: &CellState, needle: &Needle) -> bool {
        match state {
            CellState::Value(CellValue::Options(ids)) => {
                ids.iter().any(|id| self.options.contains(id))
            }
            CellState::Value(CellValue::Text(text)) => needle.is_in(text),
            CellState::Value(CellValue::Bool(_)) | CellState::Pending => false,
            state if state.is_blank() => false,
            state => needle.is_in(&self.shown.display(state)),
        }
    }

    fn mask(&self, cells: &Column, needle: &Needle) -> Mask {
        let mut mask = match cells.values() {
            Values::Text(texts) => self.text_mask(texts, cells.valid(), needle),
            Values::Number(_) if self.never_in_numbers => Mask::new(cells.len(), false),
            Values::Number(numbers) => {
                // Numbers and days come again and again; writing one costs more than remembering it.
                let mut known: HashMap<u64, bool> = HashMap::new();
                let mut mask = Mask::new(cells.len(), false);
                for at in cells.valid().ones() {
                    let verdict = known.entry(numbers[at].to_bits());
                    if *verdict.or_insert_with(|| self.holds(&cells.get(at), needle)) {
                        mask.set(at, true);
                    }
                }
                mask
            }
            Values::Options(lists) => {
                let sets = lists.sets().iter();
                let hits: Vec<bool> = sets
                    .map(|ids| ids.iter().any(|id| self.options.contains(id)))
                    .collect();
                let codes = lists.codes().iter().enumerate();
                codes
                    .map(|(at, code)| hits[*code as usize] && cells.valid().get(at))
                    .collect()
            }
            _ => {
                let mut mask = Mask::new(cells.len(), false);
                for at in cells.valid().ones() {
                    if self.holds(&cells.get(at), needle) {
                        mask.set(at, true);
                    }
                }
                mask
            }
        };
        for at in cells.side().keys() {
            let at = *at as usize;
            mask.set(at, self.holds(&cells.get(at), needle));
        }
        mask
    }

    fn text_mask(&self, texts: &TextValues, valid: &Mask, needle: &Needle) -> Mask {
        let shared = self.dictionaries.get(&address(texts));
        let n_shared = shared.map_or(0, |verdicts| verdicts.len());
        let own: Vec<AtomicU8> = (n_shared..texts.n_codes())
            .map(|_| AtomicU8::new(UNKNOWN))
            .collect();
        let codes = texts.codes().iter().enumerate();
        codes
            .map(|(at, code)| {
                if !valid.get(at) {
                    return false;
                }
                let place = *code as usize;
                let known = match shared.and_then(|verdicts| verdicts.get(place)) {
                    Some(known) => known,
                    None => &own[place - n_shared],
                };
                // Two threads that test the same text at once come to the same verdict.
                match known.load(Ordering::Relaxed) {
                    UNKNOWN => {
                        let hit = needle.is_in(texts.text(*code));
                        known.store(if hit { YES } else { NO }, Ordering::Relaxed);
                        hit
                    }
                    verdict => verdict == YES,
                }
            })
            .collect()
    }
}

/// The same dictionary has the same address as long as the data is held.
fn address(texts: &TextValues) -> usize {
    Arc::as_ptr(texts.base()) as usize
}

/// Characters that numbers of a type can show, folded.
fn alphabet(shown: &FieldType) -> String {
    let value = match shown.kind() {
        ColumnKind::Date => CellValue::Date(45_000.5),
        _ => CellValue::Number(-1_234_567.5),
    };
    let sample = super::fold::loose(&shown.display(&value.into()));
    format!("0123456789.,-+:/%einf#{sample}")
}

/// The rows of an order that hold a text, each with the number of hits before it.
struct HitRows {
    rows: Vec<(u32, u32)>,
    n_hits: u64,
    is_cut: bool,
}

impl HitRows {
    fn count(finder: &Finder, data: &TableData, order: &Order) -> HitRows {
        let masks: Vec<Vec<Option<Mask>>> = data
            .segments
            .par_iter()
            .map(|segment| finder.masks(segment))
            .collect();
        let mut found = HitRows {
            rows: Vec::new(),
            n_hits: 0,
            is_cut: false,
        };
        let mut from = 0;
        while from < order.n_rows() && !found.is_cut {
            for (at_row, (segment, at)) in (from..).zip(order.rows(data, from, FIND_STEP_ROWS)) {
                let hits = masks[segment].iter().flatten();
                let n = hits.filter(|mask| mask.get(at)).count();
                if n == 0 {
                    continue;
                }
                found.is_cut = found.rows.len() >= FIND_ROWS;
                if found.is_cut {
                    break;
                }
                found.rows.push((at_row as u32, found.n_hits as u32));
                found.n_hits += n as u64;
            }
            from += FIND_STEP_ROWS;
        }
        found
    }

    /// The place among `rows` of a hit, and how many hits of that row come before it.
    fn place(&self, start: FindStart) -> (usize, u64) {
        match start {
            FindStart::Hit(hit) => {
                let place = self
                    .rows
                    .partition_point(|(_, before)| u64::from(*before) <= hit);
                let place = place.saturating_sub(1);
                let before = self
                    .rows
                    .get(place)
                    .map_or(0, |(_, before)| u64::from(*before));
                (place, hit.saturating_sub(before))
            }
            FindStart::Row(row) => {
                let place = self.rows.partition_point(|(at, _)| u64::from(*at) < row);
                (if place < self.rows.len() { place } else { 0 }, 0)
            }
        }
    }
}

/// What was found last, so that going from hit to hit does not search again.
#[derive(Default)]
pub(crate) struct FindCache(Mutex<Vec<Kept>>);

struct Kept {
    table: TableId,
    order: Order,
    data: Arc<TableData>,
    fields: Vec<FieldId>,
    text: String,
    found: Arc<HitRows>,
}

impl FindCache {
    fn rows(
        &self,
        order: &Order,
        data: &Arc<TableData>,
        fields: &[&Field],
        query: &FindQuery,
        finder: &Finder,
    ) -> Arc<HitRows> {
        let fits = |kept: &Kept| {
            kept.order.is_same(order)
                && Arc::ptr_eq(&kept.data, data)
                && kept.text == query.text
                && kept.fields.iter().eq(fields.iter().map(|field| &field.id))
        };
        if let Some(kept) = self.0.lock().iter().find(|kept| fits(kept)) {
            return kept.found.clone();
        }
        let found = Arc::new(HitRows::count(finder, data, order));
        let mut kept = self.0.lock();
        // Former states of the records are of no use to anyone.
        kept.retain(|old| old.table != query.table || Arc::ptr_eq(&old.data, data));
        if kept.len() >= CACHED_FINDS {
            kept.remove(0);
        }
        kept.push(Kept {
            table: query.table,
            order: order.clone(),
            data: data.clone(),
            fields: fields.iter().map(|field| field.id).collect(),
            text: query.text.clone(),
            found: found.clone(),
        });
        found
    }
}

/// Finds among these fields of an order's rows.
pub(crate) fn find(
    cache: &FindCache,
    revision: Revision,
    (order, data): (&Order, &Arc<TableData>),
    fields: &[&Field],
    query: &FindQuery,
) -> Found {
    let mut out = Found {
        revision,
        n_hits: 0,
        n_records: 0,
        is_cut: false,
        first: 0,
        hits: Vec::new(),
    };
    let Some(finder) = Finder::new(&query.text, fields.iter().copied(), data) else {
        return out;
    };
    let found = cache.rows(order, data, fields, query, &finder);
    (out.n_hits, out.n_records) = (found.n_hits, found.rows.len() as u64);
    out.is_cut = found.is_cut;
    let (place, skip) = found.place(query.start);
    let n = query.n_hits.min(FIND_HITS) as usize;
    let before = found
        .rows
        .get(place)
        .map_or(0, |(_, before)| u64::from(*before));
    out.first = (before + skip).min(found.n_hits);
    let mut skip = skip as usize;
    for (row, _) in &found.rows[place.min(found.rows.len())..] {
        let Some((segment, at)) = order.rows(data, u64::from(*row), 1).first().copied() else {
            break;
        };
        let segment = &data.segments[segment];
        let fields = finder.fields_of(segment, at);
        let hits = fields.into_iter().skip(std::mem::take(&mut skip));
        out.hits.extend(hits.map(|field| Hit {
            row: u64::from(*row),
            record: segment.ids()[at],
            field,
        }));
        if out.hits.len() >= n {
            break;
        }
    }
    out.hits.truncate(n);
    out
}
