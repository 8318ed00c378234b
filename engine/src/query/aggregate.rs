//! Footer values over the rows of a view. Sums of money are exact: see [`table::sum`].

use super::{AggregateValue, order::Order};
use crate::command::shown_type;
use std::collections::HashSet;
use table::{
    column::ColumnKind,
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
    use super::{super::order::OrderKey, *};
    use std::{collections::BTreeMap, sync::Arc};
    use table::{
        column::{Column, Values},
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
