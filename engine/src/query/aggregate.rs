//! Footer values over the rows of a view. Sums of money are exact: see [`Sum`].

use super::{AggregateValue, order::Order};
use crate::command::shown_type;
use std::collections::HashSet;
use table::{
    column::ColumnKind,
    field::Field,
    schema::Table,
    snapshot::TableData,
    value::{CellState, CellValue},
    view::{Aggregate, View},
};

/// A sum that is exact while all numbers have at most six decimals and moderate size, and else
/// compensated (Neumaier): ten million times 0.1 is 1,000,000, not 999,999.9998.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    millionths: i128,
    /// Some number was no whole count of millionths.
    inexact: bool,
    plain: f64,
    lost: f64,
}

impl Sum {
    pub fn add(&mut self, x: f64) {
        let scaled = (x * 1e6).round();
        if scaled.abs() < 9e15 && scaled / 1e6 == x {
            self.millionths += scaled as i128;
        } else {
            self.inexact = true;
        }
        let sum = self.plain + x;
        self.lost += match self.plain.abs() >= x.abs() {
            true => (self.plain - sum) + x,
            false => (x - sum) + self.plain,
        };
        self.plain = sum;
    }

    pub fn value(&self) -> f64 {
        match self.inexact {
            false => self.millionths as f64 / 1e6,
            true => self.plain + self.lost,
        }
    }

    /// The mean, divided after the exact sum.
    pub fn mean(&self, n: u64) -> f64 {
        self.value() / n as f64
    }
}

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
    let rows = order.rows(data, 0, order.n_rows());
    asked
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
    let number = |x: f64| CellState::Value(CellValue::Number(x));
    let (mut sum, mut n_numbers, mut n_filled) = (Sum::default(), 0u64, 0u64);
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut distinct: HashSet<String> = HashSet::new();
    let mut all: Vec<f64> = Vec::new();
    let shown = shown_type(&field.field_type);
    for (segment, at) in rows {
        let Some(cells) = data.segments[*segment].column(field.column) else {
            continue;
        };
        let fast = cells.numbers().filter(|_| cells.valid().get(*at));
        if let Some(numbers) = fast {
            let x = numbers[*at];
            n_numbers += 1;
            n_filled += 1;
            sum.add(x);
            (min, max) = (min.min(x), max.max(x));
            if aggregate == Aggregate::Median {
                all.push(x);
            }
            if aggregate == Aggregate::Distinct {
                distinct.insert(shown.display(&cells.get(*at)));
            }
            continue;
        }
        let state = cells.get(*at);
        if state.is_blank() {
            continue;
        }
        n_filled += 1;
        if let CellState::Value(CellValue::Number(x) | CellValue::Date(x)) = state {
            n_numbers += 1;
            sum.add(x);
            (min, max) = (min.min(x), max.max(x));
            if aggregate == Aggregate::Median {
                all.push(x);
            }
        }
        if aggregate == Aggregate::Distinct {
            distinct.insert(shown.display(&state));
        }
    }
    let bound = |x: f64| match (n_numbers, field.field_type.kind()) {
        (0, _) => CellState::BLANK,
        (_, ColumnKind::Date) => CellValue::Date(x).into(),
        _ => number(x),
    };
    match aggregate {
        Aggregate::Sum => number(sum.value()),
        Aggregate::Average if n_numbers == 0 => CellState::BLANK,
        Aggregate::Average => number(sum.mean(n_numbers)),
        Aggregate::Min => bound(min),
        Aggregate::Max => bound(max),
        Aggregate::Median => bound(median(&mut all)),
        Aggregate::Count => number(rows.len() as f64),
        Aggregate::Filled => number(n_filled as f64),
        Aggregate::Blank => number(rows.len() as f64 - n_filled as f64),
        Aggregate::Distinct => number(distinct.len() as f64),
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
    use super::*;

    fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
        let mut sum = Sum::default();
        numbers.into_iter().for_each(|x| sum.add(x));
        sum.value()
    }

    #[test]
    fn money_adds_up_exactly() {
        assert_eq!(sum(std::iter::repeat_n(0.1, 10_000_000)), 1_000_000.0);
        assert_eq!(sum([0.1, 0.2, -0.3]), 0.0);
        assert_eq!(sum([1e20, 1.0, -1e20]), 1.0);
        let thirds = sum(std::iter::repeat_n(1.0 / 3.0, 3));
        assert!((thirds - 1.0).abs() < 1e-15);
        assert_eq!(sum([]), 0.0);
    }
}
