//! Footer values over the rows of a view. Sums of money are exact: see [`table::sum`].

use super::{AggregateValue, order::Order};
use crate::command::shown_type;
use std::collections::HashSet;
use table::{
    column::{Column, ColumnKind},
    field::Field,
    schema::Table,
    snapshot::TableData,
    sum::Sum,
    value::{CellState, CellValue},
    view::{Aggregate, View},
};

/// The footer values that the view names.
pub(crate) fn aggregates(
    table: &Table,
    data: &TableData,
    view: &View,
    order: &Order,
) -> Vec<AggregateValue> {
    let asked = view
        .fields
        .iter()
        .filter_map(|shown| Some((table.field(shown.field)?, shown.footer?)));
    let asked: Vec<_> = asked.collect();
    let rows = match asked.is_empty() {
        true => Vec::new(),
        false => order.rows(data, 0, order.n_rows()),
    };
    asked
        .into_iter()
        .map(|(field, aggregate)| AggregateValue {
            field: field.id,
            aggregate,
            value: one(field, aggregate, data, &rows),
        })
        .collect()
}

/// The value of one footer over some rows.
pub(super) fn one(
    field: &Field,
    aggregate: Aggregate,
    data: &TableData,
    rows: &[(usize, usize)],
) -> CellState {
    let mut tally = Tally::default();
    let mut distinct: HashSet<String> = HashSet::new();
    let mut all: Vec<f64> = Vec::new();
    let shown = shown_type(&field.field_type);
    for (segment, at) in rows {
        let Some(cells) = data.segments[*segment].column(field.column) else {
            continue;
        };
        let number = tally.add(cells, *at, aggregate);
        if aggregate == Aggregate::Median {
            all.extend(number);
        }
        if aggregate == Aggregate::Distinct {
            let state = cells.get(*at);
            if !state.is_blank() {
                distinct.insert(shown.display(&state));
            }
        }
    }
    match aggregate {
        Aggregate::Median => tally.bound(field, median(&mut all)),
        Aggregate::Distinct => CellValue::Number(distinct.len() as f64).into(),
        _ => tally.value(field, aggregate, rows.len() as u64),
    }
}

/// What the footers of some rows come from, but for medians and distinct values.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    sum: Sum,
    n_numbers: u64,
    n_filled: u64,
    min: f64,
    max: f64,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            sum: Sum::default(),
            n_numbers: 0,
            n_filled: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

impl Tally {
    /// Takes a cell in, as far as the aggregate needs it; gives its number, if it is one.
    pub fn add(&mut self, cells: &Column, at: usize, aggregate: Aggregate) -> Option<f64> {
        let is_valid = cells.valid().get(at);
        let number = match (cells.numbers(), cells.texts()) {
            (Some(numbers), _) if is_valid => numbers[at],
            (_, Some(texts)) if is_valid && !texts.get(at).is_empty() => {
                self.n_filled += 1;
                return None;
            }
            _ => match cells.get(at) {
                state if state.is_blank() => return None,
                CellState::Value(CellValue::Number(x) | CellValue::Date(x)) => x,
                _ => {
                    self.n_filled += 1;
                    return None;
                }
            },
        };
        self.n_numbers += 1;
        self.n_filled += 1;
        match aggregate {
            Aggregate::Sum | Aggregate::Average => self.sum.add(number),
            Aggregate::Min => self.min = self.min.min(number),
            Aggregate::Max => self.max = self.max.max(number),
            _ => {}
        }
        Some(number)
    }

    /// Of `n` cells that are all numbers.
    pub fn of_numbers(sum: Sum, n: u64) -> Tally {
        Tally {
            sum,
            n_numbers: n,
            n_filled: n,
            ..Tally::default()
        }
    }

    pub fn join(&mut self, other: &Tally) {
        self.sum.join(&other.sum);
        self.n_numbers += other.n_numbers;
        self.n_filled += other.n_filled;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    fn bound(&self, field: &Field, x: f64) -> CellState {
        match (self.n_numbers, field.field_type.kind()) {
            (0, _) => CellState::BLANK,
            (_, ColumnKind::Date) => CellValue::Date(x).into(),
            _ => CellValue::Number(x).into(),
        }
    }

    /// The footer over `n_rows` rows; blank where the tally can't tell it.
    pub fn value(&self, field: &Field, aggregate: Aggregate, n_rows: u64) -> CellState {
        let number = |x: f64| CellState::Value(CellValue::Number(x));
        match aggregate {
            Aggregate::Sum => number(self.sum.value()),
            Aggregate::Average if self.n_numbers == 0 => CellState::BLANK,
            Aggregate::Average => number(self.sum.mean(self.n_numbers)),
            Aggregate::Min => self.bound(field, self.min),
            Aggregate::Max => self.bound(field, self.max),
            Aggregate::Count => number(n_rows as f64),
            Aggregate::Filled => number(self.n_filled as f64),
            Aggregate::Blank => number((n_rows - self.n_filled) as f64),
            Aggregate::Median | Aggregate::Distinct => CellState::BLANK,
        }
    }
}

/// The one in the middle, or the mean of the two there; 0 of none.
pub(super) fn median(numbers: &mut [f64]) -> f64 {
    let half = numbers.len() / 2;
    if numbers.is_empty() {
        return 0.0;
    }
    let is_even = numbers.len().is_multiple_of(2);
    let (below, middle, _) = numbers.select_nth_unstable_by(half, f64::total_cmp);
    if !is_even {
        return *middle;
    }
    let before = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = Sum::default();
    sum.add(before);
    sum.add(*middle);
    sum.mean(2)
}

#[cfg(test)]
mod tests {
    use super::{super::order::OrderKey, *};
    use std::{collections::BTreeMap, sync::Arc};
    use table::{
        column::Values,
        id::{RecordId, TableId},
        mask::Mask,
        segment::Segment,
    };

    /// Ten million records, each 0.1 of a currency: one segment many times over.
    #[test]
    fn the_footer_of_money_is_exact() -> Result<(), String> {
        let snapshot = table::fixture::from_markdown("| 金额:currency |\n| --- |\n| 0.1 |")?;
        let table = snapshot.schema.table(TableId(1)).ok_or("no table")?;
        let field = table.fields.first().ok_or("no field")?;
        let n = 100_000;
        let ids = (1..=n as u64).map(RecordId).collect();
        let values = Values::Number(vec![0.1; n]);
        let (side, notes) = (BTreeMap::new(), BTreeMap::new());
        let cells = Column::from_parts(ColumnKind::Number, values, Mask::new(n, true), side, notes);
        let columns = BTreeMap::from([(field.column, cells.ok_or("no column")?.into())]);
        let segment = Arc::new(Segment::new(ids, Mask::new(n, true), columns));
        let data = Arc::new(TableData {
            segments: vec![segment; 100],
            next_record: RecordId(n as u64 + 1),
            n_live: 10_000_000,
        });
        let order =
            super::super::order::build(&Arc::new(table.clone()), &data, &OrderKey::default());
        let rows = order.rows(&data, 0, order.n_rows());
        for (aggregate, wanted) in [
            (Aggregate::Sum, 1_000_000.0),
            (Aggregate::Average, 0.1),
            (Aggregate::Filled, 10_000_000.0),
        ] {
            let found = one(field, aggregate, &data, &rows);
            assert_eq!(found, CellValue::Number(wanted).into(), "{aggregate:?}");
        }
        Ok(())
    }
}
