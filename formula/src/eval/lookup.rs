//! Functions over whole columns: the *IFS family, XLOOKUP, MATCH, INDEX. Columns of one table are asked through
//! what is kept of them (`by_key`, `by_criteria`); this file does the rest: array constants, columns of different
//! tables, several criteria that differ from record to record.

use super::{
    CALC, Context, VALUE, by_criteria, by_key,
    cache::Index,
    criteria::{Criterion, exact_key},
    linked,
    operators::compare,
    totals::Measure,
    vector::{Cell, Collector, Range, Vector},
};
use crate::{check::coerce, plan::Node};
use std::sync::Arc;
use table::{sum::Sum, value::CellError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// Range first, then its criterion, then the values: SUMIF, AVERAGEIF.
    SumIf,
    AverageIf,
    CountIf,
    SumIfs,
    AverageIfs,
    CountIfs,
    MaxIfs,
    MinIfs,
    XLookup,
    Match,
    Index,
    /// Over a link of the own record.
    Linked,
    Rollup,
}

pub(crate) fn call<'a>(context: &mut Context<'a>, lookup: Lookup, args: &[Node<'a>]) -> Vector<'a> {
    if lookup.is_over_link() {
        return linked::call(context, lookup, args);
    }
    let known = match lookup {
        Lookup::XLookup | Lookup::Match => by_key::call(context, lookup, args),
        Lookup::Index => None,
        _ => by_criteria::call(context, lookup, args),
    };
    if let Some(known) = known {
        return known;
    }
    let vectors: Vec<Vector> = args.iter().map(|arg| context.eval(arg)).collect();
    slow(context, lookup, args, &vectors)
}

/// Several criteria that differ from record to record; they are evaluated already.
pub(crate) fn slow_conditional<'a>(
    context: &mut Context<'a>,
    lookup: Lookup,
    args: &[Node<'a>],
    criteria: impl Iterator<Item = Vector<'a>>,
) -> Vector<'a> {
    let (_, first, last) = lookup.layout(args.len());
    let mut criteria = criteria;
    let vectors: Vec<Vector> = (0..args.len())
        .map(|at| {
            let is_criterion = (first..last).contains(&at) && (at - first) % 2 == 1;
            match is_criterion {
                true => criteria.next().unwrap_or(Vector::Const(Cell::Blank)),
                false => context.eval(&args[at]),
            }
        })
        .collect();
    slow(context, lookup, args, &vectors)
}

fn slow<'a>(
    context: &mut Context<'a>,
    lookup: Lookup,
    args: &[Node<'a>],
    vectors: &[Vector<'a>],
) -> Vector<'a> {
    let is_const = vectors.iter().all(Vector::is_const);
    let n = if is_const { 1 } else { context.len() };
    let cells: Vec<Cell> = match lookup {
        Lookup::XLookup | Lookup::Match => search(context, lookup, vectors, n),
        Lookup::Index => (0..n).map(|at| index(vectors, at)).collect(),
        _ => conditional(context, lookup, args, vectors, n),
    };
    match is_const {
        true => Vector::Const(cells[0].clone()),
        false => cells.into_iter().collect::<Collector>().finish(),
    }
}

impl Lookup {
    /// LINKED and ROLLUP.
    pub(crate) fn is_over_link(self) -> bool {
        matches!(self, Lookup::Linked | Lookup::Rollup)
    }

    /// Where the values are, and from where to where the pairs of column and criterion.
    pub(crate) fn layout(self, n: usize) -> (Option<usize>, usize, usize) {
        match self {
            Lookup::SumIf | Lookup::AverageIf => (Some(if n > 2 { 2 } else { 0 }), 0, 2),
            Lookup::CountIf | Lookup::CountIfs => (None, 0, n),
            _ => (Some(0), 1, n),
        }
    }

    pub(crate) fn measure(self) -> Measure {
        match self {
            Lookup::MinIfs | Lookup::MaxIfs => Measure::Extremes,
            _ => Measure::Sum,
        }
    }
}

fn range<'a>(vector: &'a Vector) -> Option<&'a Arc<Range>> {
    match vector {
        Vector::Range(range) => Some(range),
        _ => None,
    }
}

fn index_of(context: &Context, node: &Node, range: &Range) -> Option<Arc<Index>> {
    match node {
        Node::Column(table, field) => Some(context.input.cache.index(*table, field.id, range)),
        _ => None,
    }
}

fn conditional(
    context: &Context,
    lookup: Lookup,
    args: &[Node],
    vectors: &[Vector],
    n: usize,
) -> Vec<Cell> {
    let (values_at, pairs_from, pairs_to) = lookup.layout(vectors.len());
    let pairs: Vec<usize> = (pairs_from..pairs_to).step_by(2).collect();
    let ranges: Option<Vec<&Arc<Range>>> = pairs.iter().map(|at| range(&vectors[*at])).collect();
    let values = values_at.map(|at| range(&vectors[at]));
    let (Some(ranges), false) = (ranges, values == Some(None)) else {
        return vec![VALUE; n];
    };
    let values = values.flatten().unwrap_or(ranges[0]);
    if pairs.iter().any(|at| at + 1 >= vectors.len())
        || ranges.iter().any(|r| r.cells.len() != values.cells.len())
    {
        return vec![VALUE; n];
    }
    let index = index_of(context, &args[pairs[0]], ranges[0]);
    let mut memo: std::collections::HashMap<String, Cell> = std::collections::HashMap::new();
    let one = |at: usize| {
        let wanted: Vec<Cell> = pairs.iter().map(|pair| vectors[pair + 1].get(at)).collect();
        if let Some(stuck) = wanted.iter().find(|cell| matches!(cell, Cell::Pending)) {
            return stuck.clone();
        }
        memo.entry(format!("{wanted:?}"))
            .or_insert_with(|| {
                let criteria: Vec<Criterion> = wanted.iter().map(Criterion::new).collect();
                let fits = |row: usize| {
                    criteria
                        .iter()
                        .zip(&ranges)
                        .all(|(c, r)| c.matches(&r.cells[row]))
                };
                let known = match (&index, criteria[0].key()) {
                    (Some(index), Some(key)) => {
                        Some(index.get(&key).map_or(&[][..], Vec::as_slice))
                    }
                    _ => None,
                };
                let n_read = known.map_or(values.cells.len(), <[u32]>::len);
                if !context.fuel.burn(n_read * criteria.len()) {
                    return CALC;
                }
                match known {
                    Some(rows) => {
                        let rows = rows.iter().map(|row| *row as usize);
                        total(lookup, values, rows.filter(|row| fits(*row)))
                    }
                    None => {
                        let rows = 0..values.cells.len();
                        total(lookup, values, rows.filter(|row| fits(*row)))
                    }
                }
            })
            .clone()
    };
    (0..n).map(one).collect()
}

pub(crate) fn total(lookup: Lookup, values: &Range, rows: impl Iterator<Item = usize>) -> Cell {
    if matches!(lookup, Lookup::CountIf | Lookup::CountIfs) {
        return Cell::Number(rows.count() as f64);
    }
    let (mut sum, mut count, mut low, mut high) =
        (Sum::default(), 0u64, f64::INFINITY, f64::NEG_INFINITY);
    for row in rows {
        match &values.cells[row] {
            Cell::Number(x) => {
                sum.add(*x);
                count += 1;
                low = low.min(*x);
                high = high.max(*x);
            }
            stuck if stuck.is_stuck() => return stuck.clone(),
            _ => {}
        }
    }
    match lookup {
        Lookup::SumIf | Lookup::SumIfs => Cell::finite(sum.value()),
        Lookup::AverageIf | Lookup::AverageIfs if count == 0 => Cell::Error(CellError::Div0),
        Lookup::AverageIf | Lookup::AverageIfs => Cell::finite(sum.mean(count)),
        _ if count == 0 => Cell::Number(0.0),
        Lookup::MinIfs => Cell::Number(low),
        _ => Cell::Number(high),
    }
}

/// XLOOKUP and MATCH over array constants and columns of different tables.
fn search(context: &mut Context, lookup: Lookup, vectors: &[Vector], n: usize) -> Vec<Cell> {
    let (Some(keys), values) = (range(&vectors[1]), vectors.get(2).and_then(range)) else {
        return vec![VALUE; n];
    };
    if lookup == Lookup::XLookup
        && values.is_none_or(|values| values.cells.len() != keys.cells.len())
    {
        return vec![VALUE; n];
    }
    let pattern = |wanted: &Cell| match lookup {
        Lookup::Match => Criterion::pattern(wanted),
        _ => None,
    };
    let find = |wanted: &Cell| {
        exact_key(wanted)?;
        let fits = |cell: &Cell| exact_key(cell).is_some() && compare(cell, wanted).is_eq();
        keys.cells.iter().position(fits)
    };
    (0..n)
        .map(|at| {
            let wanted = vectors[0].get(at);
            if wanted.is_stuck() {
                return wanted;
            }
            // Only exact matches are looked up; MATCH without a type would ask for a sorted column.
            if lookup == Lookup::Match
                && vectors.get(2).map(|v| coerce::number(&v.get(at))) != Some(Ok(0.0))
            {
                return Cell::Error(CellError::Na);
            }
            if !context.fuel.burn(keys.cells.len()) {
                return CALC;
            }
            let found = match pattern(&wanted) {
                Some(pattern) => keys.cells.iter().position(|cell| pattern.matches(cell)),
                None => find(&wanted),
            };
            match (found, values) {
                (Some(row), Some(values)) if lookup == Lookup::XLookup => values.cells[row].clone(),
                (Some(row), _) => Cell::Number(row as f64 + 1.0),
                (None, _) if lookup == Lookup::XLookup && vectors.len() > 3 => vectors[3].get(at),
                (None, _) => Cell::Error(CellError::Na),
            }
        })
        .collect()
}

fn index(vectors: &[Vector], at: usize) -> Cell {
    let Some(range) = range(&vectors[0]) else {
        return VALUE;
    };
    let part = |n: usize| {
        vectors
            .get(n)
            .map_or(Ok(0.0), |v| coerce::number(&v.get(at)))
    };
    let (row, column) = match (part(1), part(2)) {
        (Ok(row), Ok(column)) => (row, column),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    let n_rows = range.cells.len().checked_div(range.width).unwrap_or(0);
    let (row, column) = match n_rows == 1 && vectors.len() == 2 {
        true => (1.0, row),
        false => (row, if column == 0.0 { 1.0 } else { column }),
    };
    if row < 0.0 || column < 0.0 {
        return VALUE;
    }
    if row > n_rows as f64 || column > range.width as f64 {
        return Cell::Error(CellError::Ref);
    }
    match row < 1.0 {
        true => VALUE,
        false => {
            range.cells[(row as usize - 1) * range.width + (column as usize).max(1) - 1].clone()
        }
    }
}
