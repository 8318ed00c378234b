//! LINKED and ROLLUP: cells of the records that a link field of the own table leads to, and the index by which a
//! change of those records finds its way back.
//!
//! Main type: [`LinkIndex`], kept from one recompute to the next; only segments with another column of links are read
//! again. Law: removed records are passed over, in cells as in sums.

use super::{
    CALC, Context, VALUE,
    kept::Spread,
    keys::{in_order, same},
    load,
    lookup::Lookup,
    vector::{Cell, Collector, Vector},
};
use crate::{limits::ARRAY_CELLS, plan::Node};
use std::{collections::BTreeSet, sync::Arc};
use table::{
    column::{Column, Values},
    field::{Field, LinkSpec},
    id::{ColumnId, RecordId, TableId},
    segment::Segment,
    snapshot::TableData,
    sum::Sum,
    value::{CellError, CellState},
};

/// What stands between several texts of one cell.
pub(crate) const BETWEEN: &str = ", ";

/// Who links which record, segment by segment.
#[derive(Debug, Clone, Default)]
pub(crate) struct LinkIndex {
    segments: Vec<SegmentLinks>,
}

#[derive(Debug, Clone, Default)]
struct SegmentLinks {
    column: Option<Arc<Column>>,
    /// The linked record and the offset of the cell, sorted.
    links: Arc<Vec<(RecordId, u32)>>,
}

impl LinkIndex {
    /// Brought up to these segments.
    pub(crate) fn refreshed(
        self: Arc<LinkIndex>,
        segments: &[Arc<Segment>],
        ids: ColumnId,
        spread: Spread,
    ) -> Arc<LinkIndex> {
        let is_same = |at: usize, segment: &Arc<Segment>| {
            let known = self.segments.get(at);
            known.is_some_and(|known| same(known.column.as_ref(), segment.column(ids)))
        };
        let n = segments.len();
        let stays = |(at, segment): (usize, &Arc<Segment>)| is_same(at, segment);
        if self.segments.len() == n && segments.iter().enumerate().all(stays) {
            return self;
        }
        let read = in_order(spread, n, |at| match is_same(at, &segments[at]) {
            true => self.segments[at].clone(),
            false => SegmentLinks::read(&segments[at], ids),
        });
        Arc::new(LinkIndex { segments: read })
    }

    /// Offsets of the cells that link one of the records, by segment; ascending.
    pub(crate) fn linking(&self, records: &BTreeSet<RecordId>) -> Vec<(usize, Vec<usize>)> {
        let of_segment = |(at, segment): (usize, &SegmentLinks)| {
            let mut offsets = BTreeSet::new();
            for record in records {
                let from = segment.links.partition_point(|(known, _)| known < record);
                let links = segment.links[from..].iter();
                let of_record = links.take_while(|(known, _)| known == record);
                offsets.extend(of_record.map(|(_, offset)| *offset as usize));
            }
            (at, offsets.into_iter().collect::<Vec<usize>>())
        };
        let found = self.segments.iter().enumerate().map(of_segment);
        found.filter(|(_, offsets)| !offsets.is_empty()).collect()
    }
}

impl SegmentLinks {
    fn read(segment: &Segment, ids: ColumnId) -> SegmentLinks {
        let column = segment.column(ids);
        let mut links = Vec::new();
        if let Some(cells) = column
            && let Values::Links(lists) = cells.values()
        {
            for at in cells.valid().ones() {
                links.extend(lists[at].iter().map(|record| (*record, at as u32)));
            }
        }
        links.sort_unstable();
        SegmentLinks {
            column: column.cloned(),
            links: Arc::new(links),
        }
    }
}

/// How cells of linked records become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// The one value of a link to one record, else all as a text.
    Value,
    Join,
    Unique,
    Sum,
    Average,
    Min,
    Max,
    Median,
    Count,
    Filled,
    Distinct,
}

impl By {
    fn read(text: &str) -> Option<By> {
        Some(match text.to_ascii_lowercase().as_str() {
            "join" => By::Join,
            "unique" => By::Unique,
            "sum" => By::Sum,
            "average" => By::Average,
            "min" => By::Min,
            "max" => By::Max,
            "median" => By::Median,
            "count" => By::Count,
            "filled" => By::Filled,
            "distinct" => By::Distinct,
            _ => return None,
        })
    }
}

/// What a way of rolling up gives: the column's own type, a number, a text.
pub(crate) enum Rolled {
    AsColumn,
    Number,
    Text,
}

pub(crate) fn rolled(by: &str) -> Rolled {
    match By::read(by) {
        Some(By::Join | By::Unique | By::Value) => Rolled::Text,
        Some(By::Count | By::Filled | By::Distinct) => Rolled::Number,
        _ => Rolled::AsColumn,
    }
}

/// The cells of one field of the linked table.
struct Target<'a> {
    data: &'a TableData,
    field: &'a Field,
}

impl Target<'_> {
    /// `None` where the record is removed.
    fn state(&self, record: RecordId) -> Option<CellState> {
        let (segment, at) = self.data.find(record)?;
        let segment = &self.data.segments[segment];
        let column = || segment.column(self.field.column);
        let is_live = segment.live().get(at);
        is_live.then(|| column().map_or(CellState::BLANK, |cells| cells.get(at)))
    }
}

pub(crate) fn call<'a>(context: &mut Context<'a>, lookup: Lookup, args: &[Node<'a>]) -> Vector<'a> {
    let (Some(Node::Own(link)), Some(Node::Column(table, field))) = (args.first(), args.get(1))
    else {
        return gone(args);
    };
    let Some(spec) = link.link().filter(|spec| spec.table == *table) else {
        return Vector::Const(VALUE);
    };
    let by = match lookup {
        Lookup::Linked => Some(By::Value),
        _ => match args.get(2).map(|by| context.eval(by).get(0)) {
            Some(Cell::Text(text)) => By::read(&text),
            _ => None,
        },
    };
    let data = context.input.snapshot.data(*table);
    let (Some(by), Some(data)) = (by, data) else {
        return Vector::Const(VALUE);
    };
    each(context, spec, &Target { data, field }, by)
}

/// A field that is gone is `#REF!`, what never was a link `#VALUE!`.
fn gone<'a>(args: &[Node<'a>]) -> Vector<'a> {
    let stuck = args.iter().find_map(|arg| match arg {
        Node::Const(cell @ Cell::Error(_)) => Some(cell.clone()),
        _ => None,
    });
    Vector::Const(stuck.unwrap_or(VALUE))
}

fn each<'a>(context: &Context<'a>, spec: &LinkSpec, target: &Target, by: By) -> Vector<'a> {
    let column = context.segment.column(spec.ids);
    let lists = column.and_then(|cells| match cells.values() {
        Values::Links(lists) => Some((lists, cells.valid())),
        _ => None,
    });
    let mut states: Vec<CellState> = Vec::new();
    let mut n_read = 0;
    let mut one = |at: usize| {
        states.clear();
        let offset = context.offset(at);
        if let Some((lists, valid)) = lists
            && valid.get(offset)
        {
            let linked = lists[offset].iter();
            states.extend(linked.filter_map(|record| target.state(*record)));
        }
        n_read += states.len();
        reduce(&states, target.field, spec.single, by)
    };
    let cells: Collector = (0..context.len()).map(&mut one).collect();
    match context.fuel.burn(n_read) {
        true => cells.finish(),
        false => Vector::Const(CALC),
    }
}

fn reduce(states: &[CellState], field: &Field, is_single: bool, by: By) -> Cell {
    let number = |n: usize| Cell::Number(n as f64);
    match by {
        By::Value if is_single => states
            .first()
            .map_or(Cell::Blank, |state| load::cell(field, state.clone())),
        By::Value | By::Join => joined(texts(states, field)),
        By::Unique => {
            let mut seen = BTreeSet::new();
            joined(texts(states, field).filter(|text| seen.insert(text.clone())))
        }
        By::Count => number(states.len()),
        By::Filled => number(states.iter().filter(|state| !state.is_blank()).count()),
        By::Distinct => number(texts(states, field).collect::<BTreeSet<_>>().len()),
        _ => of_numbers(states, field, by),
    }
}

fn texts<'s>(states: &'s [CellState], field: &'s Field) -> impl Iterator<Item = String> + 's {
    let shown = states.iter().map(|state| field.field_type.display(state));
    shown.filter(|text| !text.is_empty())
}

fn joined(texts: impl Iterator<Item = String>) -> Cell {
    let mut all: Option<String> = None;
    for text in texts {
        match &mut all {
            None => all = Some(text),
            Some(all) => {
                all.push_str(BETWEEN);
                all.push_str(&text);
            }
        }
    }
    all.map_or(Cell::Blank, |all| Cell::Text(Arc::from(all)))
}

/// Without a number the sum is 0, everything else blank.
fn of_numbers(states: &[CellState], field: &Field, by: By) -> Cell {
    let mut numbers = Vec::with_capacity(states.len());
    let mut sum = Sum::default();
    for state in states {
        match load::cell(field, state.clone()) {
            Cell::Number(x) => {
                sum.add(x);
                numbers.push(x);
            }
            stuck if stuck.is_stuck() => return stuck,
            _ => {}
        }
    }
    let n = numbers.len();
    match by {
        By::Sum => Cell::finite(sum.value()),
        _ if n == 0 => Cell::Blank,
        By::Average => Cell::finite(sum.mean(n as u64)),
        By::Min => Cell::Number(numbers.iter().copied().fold(f64::INFINITY, f64::min)),
        By::Max => Cell::Number(numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        By::Median => {
            numbers.sort_unstable_by(f64::total_cmp);
            let (low, high) = (numbers[(n - 1) / 2], numbers[n / 2]);
            Cell::finite(low + (high - low) / 2.0)
        }
        _ => Cell::Error(CellError::Value),
    }
}

/// `[供应商].[联系电话]`: the cells of a field of the records that a link leads to, along further links where there are
/// any. Of one record: its cell; of several: an array, one cell per record; of none: blank.
pub(crate) fn along<'a>(
    context: &Context<'a>,
    link: &Field,
    steps: &[(TableId, &'a Field)],
) -> Vector<'a> {
    let Some(spec) = link.link() else {
        return Vector::Const(VALUE);
    };
    let column = context.segment.column(spec.ids);
    let lists = column.and_then(|cells| match cells.values() {
        Values::Links(lists) => Some((lists, cells.valid())),
        _ => None,
    });
    let mut n_read = 0;
    let mut one = |at: usize| {
        let offset = context.offset(at);
        let Some((lists, _)) = lists.filter(|(_, valid)| valid.get(offset)) else {
            return Cell::Blank;
        };
        let mut records: Vec<RecordId> = lists[offset].to_vec();
        let Some(((last_table, last), between)) = steps.split_last() else {
            return Cell::Blank;
        };
        for (table, field) in between {
            n_read += records.len();
            records = next(context, *table, field, &records);
            if records.len() > ARRAY_CELLS {
                return CALC;
            }
        }
        n_read += records.len();
        let Some(data) = context.input.snapshot.data(*last_table) else {
            return Cell::Blank;
        };
        let target = Target { data, field: last };
        let states = records
            .into_iter()
            .filter_map(|record| target.state(record));
        let cells: Vec<Cell> = states.map(|state| load::cell(last, state)).collect();
        match cells.is_empty() {
            true => Cell::Blank,
            false => Cell::array(1, cells),
        }
    };
    let cells: Collector = (0..context.len()).map(&mut one).collect();
    match context.fuel.burn(n_read) {
        true => cells.finish(),
        false => Vector::Const(CALC),
    }
}

/// The records that a link field of these records leads to.
fn next(context: &Context, table: TableId, link: &Field, records: &[RecordId]) -> Vec<RecordId> {
    let (Some(data), Some(spec)) = (context.input.snapshot.data(table), link.link()) else {
        return Vec::new();
    };
    let of = |record: &RecordId| -> Option<Vec<RecordId>> {
        let (segment, at) = data.find(*record)?;
        let segment = &data.segments[segment];
        let column = segment
            .column(spec.ids)
            .filter(|_| segment.live().get(at))?;
        match column.values() {
            Values::Links(lists) if column.valid().get(at) => Some(lists[at].to_vec()),
            _ => None,
        }
    };
    records.iter().filter_map(of).flatten().collect()
}
