//! Groups by one field with few values, told from codes in one pass over the segments: no row is put in order for it.
//!
//! Function: [`tallied`]. Law: the groups are those that the rows in their order would give; where that is not sure, there
//! are none, and the rows are looked at. Tests: `engine/tests/engine/grouping.rs`, `engine/tests/engine/against_sqlite.rs`.

use super::{
    AggregateValue,
    aggregate::Tally,
    chunks::Row,
    group::GroupRow,
    sort::{LISTED_OPTIONS, Sorting},
};
use crate::command::shown_type;
use rayon::prelude::*;
use std::collections::HashMap;
use table::{
    column::{Column, Values},
    field::{Field, FieldType},
    snapshot::TableData,
    sum::Sum,
    value::{CellState, CellValue},
    view::Aggregate,
};

/// Codes of one segment's column beyond which rows are looked at.
const CODES: usize = 4_096;
/// 2^46; see [`table::sum`].
const MOST_MILLIONTHS: f64 = 70_368_744_177_664.0;

/// What is known of the rows of one value.
#[derive(Clone)]
struct Found {
    /// One of the rows, for the value and its place among others.
    row: Row,
    n_rows: u64,
    /// Per footer.
    tallies: Vec<Tally>,
}

/// The value that a code stands for, equal for equal values of all segments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Value {
    Blank,
    Text(String),
    Options(Vec<u32>),
    Bool(bool),
}

/// `rows`: per segment, the offsets of the view's rows; `sorting`: the group's own order.
pub(super) fn tallied(
    field: &Field,
    sorting: &Sorting,
    footers: &[(&Field, Aggregate)],
    data: &TableData,
    rows: &[Vec<u32>],
) -> Option<Vec<GroupRow>> {
    let simple = |(_, aggregate): &(&Field, Aggregate)| {
        !matches!(aggregate, Aggregate::Median | Aggregate::Distinct)
    };
    if !footers.iter().all(simple) {
        return None;
    }
    let of_segment =
        |(segment, offsets): (usize, &Vec<u32>)| of_segment(field, footers, data, segment, offsets);
    let parts: Option<Vec<HashMap<Value, Found>>> =
        rows.par_iter().enumerate().map(of_segment).collect();
    let mut all: HashMap<Value, Found> = HashMap::new();
    for (value, found) in parts?.into_iter().flatten() {
        match all.entry(value) {
            std::collections::hash_map::Entry::Vacant(place) => drop(place.insert(found)),
            std::collections::hash_map::Entry::Occupied(mut known) => known.get_mut().join(&found),
        }
    }
    let mut all: Vec<(Value, Found)> = all.into_iter().collect();
    all.sort_by(|(_, a), (_, b)| sorting.compare((data, a.row), (data, b.row)));
    let mut from = 0;
    let group = |(value, found): (Value, Found)| {
        let start = from;
        from += found.n_rows;
        let aggregates = footers.iter().zip(&found.tallies);
        GroupRow {
            depth: 0,
            from: start,
            n_rows: found.n_rows,
            value: state_of(&value, field, data, found.row),
            aggregates: aggregates
                .map(|((field, aggregate), tally)| AggregateValue {
                    field: field.id,
                    aggregate: *aggregate,
                    value: tally.value(field, *aggregate, found.n_rows),
                })
                .collect(),
        }
    };
    Some(all.into_iter().map(group).collect())
}

impl Found {
    fn join(&mut self, other: &Found) {
        self.n_rows += other.n_rows;
        for (own, other) in self.tallies.iter_mut().zip(&other.tallies) {
            own.join(other);
        }
    }
}

fn state_of(value: &Value, field: &Field, data: &TableData, (segment, at): Row) -> CellState {
    let is_checkbox = *shown_type(&field.field_type) == FieldType::Checkbox;
    match value {
        Value::Blank if is_checkbox => CellValue::Bool(false).into(),
        Value::Blank => CellState::BLANK,
        Value::Bool(flag) => CellValue::Bool(*flag).into(),
        _ => data.segments[segment as usize]
            .column(field.column)
            .map_or(CellState::BLANK, |cells| cells.get(at as usize)),
    }
}

/// A column whose cells are told apart by codes; the code after the last is a blank.
struct Codes<'a> {
    cells: Option<&'a Column>,
    n_codes: usize,
}

impl<'a> Codes<'a> {
    fn new(cells: Option<&'a Column>) -> Option<Codes<'a>> {
        let n_codes = match cells.map(|cells| (cells, cells.values())) {
            None => 0,
            Some((cells, _)) if !cells.side().is_empty() => return None,
            Some((_, Values::Text(texts))) => texts.n_codes(),
            Some((_, Values::Bool(_))) => 2,
            Some((_, Values::Options(options))) => {
                let mut sets = options.sets().iter();
                if sets.any(|set| set.len() > LISTED_OPTIONS) {
                    return None;
                }
                options.sets().len()
            }
            _ => return None,
        };
        (n_codes <= CODES).then_some(Codes { cells, n_codes })
    }

    fn code(&self, at: usize) -> usize {
        let Some(cells) = self.cells.filter(|cells| cells.valid().get(at)) else {
            return self.n_codes;
        };
        match cells.values() {
            Values::Text(texts) => texts.codes()[at] as usize,
            Values::Bool(flags) => usize::from(flags[at]),
            Values::Options(options) => options.codes()[at] as usize,
            _ => self.n_codes,
        }
    }

    fn of_rows(&self, offsets: &[u32]) -> Vec<u32> {
        let all_valid = self.cells.filter(|cells| cells.valid().all());
        let codes = match all_valid.map(Column::values) {
            Some(Values::Text(texts)) => texts.codes(),
            Some(Values::Options(options)) => options.codes(),
            _ => {
                return offsets
                    .iter()
                    .map(|at| self.code(*at as usize) as u32)
                    .collect();
            }
        };
        offsets.iter().map(|at| codes[*at as usize]).collect()
    }

    fn value(&self, code: usize, is_checkbox: bool) -> Value {
        let value = match self
            .cells
            .map(Column::values)
            .filter(|_| code < self.n_codes)
        {
            Some(Values::Text(texts)) => match texts.text(code as u32) {
                "" => Value::Blank,
                text => Value::Text(text.to_owned()),
            },
            Some(Values::Bool(_)) => Value::Bool(code == 1),
            Some(Values::Options(options)) if !options.sets()[code].is_empty() => {
                Value::Options(options.sets()[code].iter().map(|id| id.0).collect())
            }
            _ => Value::Blank,
        };
        match value {
            Value::Bool(false) if is_checkbox => Value::Blank,
            value => value,
        }
    }
}

/// Sums per code, where every row has a number of at most six decimals and moderate size: no branch per row.
fn money_sums(
    cells: &Column,
    aggregate: Aggregate,
    per_row: &[u32],
    offsets: &[u32],
    n_codes: usize,
) -> Option<Vec<Sum>> {
    let numbers = cells.numbers().filter(|_| cells.valid().all())?;
    if !matches!(aggregate, Aggregate::Sum | Aggregate::Average) {
        return None;
    }
    let (mut sums, mut fits) = (vec![0i64; n_codes], true);
    for (code, at) in per_row.iter().zip(offsets) {
        let x = numbers[*at as usize];
        let whole = (x * 1e6).round_ties_even();
        // 65,536 of them stay below 2^62.
        fits &= whole / 1e6 == x && whole.abs() < MOST_MILLIONTHS;
        sums[*code as usize] += whole as i64;
        if !fits {
            return None;
        }
    }
    Some(sums.into_iter().map(Sum::of_millionths).collect())
}

fn of_segment(
    field: &Field,
    footers: &[(&Field, Aggregate)],
    data: &TableData,
    segment: usize,
    offsets: &[u32],
) -> Option<HashMap<Value, Found>> {
    let column = |field: &Field| {
        data.segments[segment]
            .column(field.column)
            .map(AsRef::as_ref)
    };
    let codes = Codes::new(column(field))?;
    let mut found: Vec<Option<Found>> = vec![None; codes.n_codes + 1];
    let per_row = codes.of_rows(offsets);
    let mut counts = vec![0u64; codes.n_codes + 1];
    per_row.iter().for_each(|code| counts[*code as usize] += 1);
    // From behind, so that the first row of each code stays.
    for (code, at) in per_row.iter().zip(offsets).rev() {
        let code = *code as usize;
        if counts[code] > 0 && found[code].is_none() {
            found[code] = Some(Found {
                row: (segment as u32, *at),
                n_rows: counts[code],
                tallies: vec![Tally::default(); footers.len()],
            });
        }
    }
    for (place, (footer, aggregate)) in footers.iter().enumerate() {
        let Some(cells) = column(footer).filter(|_| *aggregate != Aggregate::Count) else {
            continue;
        };
        if let Some(sums) = money_sums(cells, *aggregate, &per_row, offsets, codes.n_codes + 1) {
            for ((group, sum), n) in found.iter_mut().zip(sums).zip(&counts) {
                if let Some(group) = group {
                    group.tallies[place] = Tally::of_numbers(sum, *n);
                }
            }
            continue;
        }
        for (code, at) in per_row.iter().zip(offsets) {
            if let Some(group) = &mut found[*code as usize] {
                group.tallies[place].add(cells, *at as usize, *aggregate);
            }
        }
    }
    let is_checkbox = *shown_type(&field.field_type) == FieldType::Checkbox;
    let mut by_value: HashMap<Value, Found> = HashMap::new();
    for (code, group) in found.into_iter().enumerate() {
        let Some(group) = group else {
            continue;
        };
        match by_value.entry(codes.value(code, is_checkbox)) {
            std::collections::hash_map::Entry::Vacant(place) => drop(place.insert(group)),
            std::collections::hash_map::Entry::Occupied(mut known) => known.get_mut().join(&group),
        }
    }
    Some(by_value)
}
