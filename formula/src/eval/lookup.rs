//! Functions over whole columns: which way each of them goes. Columns of one table are asked through what is kept of
//! them (`by_key`, `by_criteria`), arrays are searched in `looking`; this file does the rest of the *IFS family: array
//! constants, columns of different tables, several criteria that differ from record to record, arrays of criteria.

use super::{
    CALC, Context, VALUE,
    arrays::Lifted,
    by_criteria, by_key,
    cache::Index,
    criteria::Criterion,
    lazy::could_be_array,
    linked, looking,
    totals::Measure,
    vector::{Cell, Collector, Range, Vector},
};
use crate::plan::Node;
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
    XMatch,
    VLookup,
    HLookup,
    Lookup,
    Index,
    /// Over a link of the own record.
    Linked,
    Rollup,
}

pub(crate) fn call<'a>(context: &mut Context<'a>, lookup: Lookup, args: &[Node<'a>]) -> Vector<'a> {
    if lookup.is_over_link() {
        return linked::call(context, lookup, args);
    }
    if lookup.finds() {
        let known = by_key::call(context, lookup, args);
        return known.unwrap_or_else(|| looking::call(context, lookup, args));
    }
    if let Some(lifted) = each_criterion(context, lookup, args) {
        return lifted;
    }
    if let Some(known) = by_criteria::call(context, lookup, args) {
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
    let cells = conditional(context, lookup, args, vectors, n);
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

    /// What looks for a cell, or at a place.
    fn finds(self) -> bool {
        matches!(
            self,
            Lookup::XLookup
                | Lookup::Match
                | Lookup::XMatch
                | Lookup::VLookup
                | Lookup::HLookup
                | Lookup::Lookup
                | Lookup::Index
        )
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
        return (0..n)
            .map(|at| of_cells(context, lookup, vectors, at))
            .collect();
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

/// Where a range is a single cell, or differs from record to record.
fn of_cells(context: &Context, lookup: Lookup, vectors: &[Vector], at: usize) -> Cell {
    let (values_at, pairs_from, pairs_to) = lookup.layout(vectors.len());
    let range = |vector: &Vector| match vector.get(at) {
        Cell::Array(range) => range,
        single => Arc::new(Range::new(1, vec![single])),
    };
    let pairs: Vec<usize> = (pairs_from..pairs_to).step_by(2).collect();
    if pairs.iter().any(|pair| pair + 1 >= vectors.len()) {
        return VALUE;
    }
    let ranges: Vec<Arc<Range>> = pairs.iter().map(|pair| range(&vectors[*pair])).collect();
    let values = values_at.map_or_else(|| ranges[0].clone(), |at| range(&vectors[at]));
    let n = values.cells.len();
    let wanted: Vec<Cell> = pairs.iter().map(|pair| vectors[pair + 1].get(at)).collect();
    let read = ranges.iter().chain([&values]);
    let mut waits = read.flat_map(|range| range.cells.iter()).chain(&wanted);
    if waits.any(|cell| *cell == Cell::Pending) {
        return Cell::Pending;
    }
    if ranges.iter().any(|range| range.cells.len() != n) {
        return VALUE;
    }
    if !context.fuel.burn(n * wanted.len()) {
        return CALC;
    }
    let criteria: Vec<Criterion> = wanted.iter().map(Criterion::new).collect();
    let fits = |row: &usize| {
        let mut pairs = criteria.iter().zip(&ranges);
        pairs.all(|(criterion, range)| criterion.matches(&range.cells[*row]))
    };
    total(lookup, &values, (0..n).filter(fits))
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

/// Elements that are asked about together.
const PIECE: usize = 262_144;

/// Where criteria are arrays: each of their cells is a criterion, and so is the result an array. `None` where none is.
/// All cells of all records are asked about together, as if each were a record.
fn each_criterion<'a>(
    context: &mut Context<'a>,
    lookup: Lookup,
    args: &[Node<'a>],
) -> Option<Vector<'a>> {
    let (_, first, last) = lookup.layout(args.len());
    let places: Vec<usize> = (first + 1..last).step_by(2).collect();
    if !places.iter().any(|at| could_be_array(context, &args[*at])) {
        return None;
    }
    let criteria: Vec<Vector> = places.iter().map(|at| context.eval(&args[*at])).collect();
    if !criteria.iter().any(Vector::may_hold_arrays) {
        return None;
    }
    let is_const = criteria.iter().all(Vector::is_const);
    let n = if is_const {
        1.min(context.len())
    } else {
        context.len()
    };
    let mut out = Vec::with_capacity(n);
    let (mut rows, mut shapes) = (Vec::new(), Vec::new());
    let mut values: Vec<Vec<Cell>> = vec![Vec::new(); places.len()];
    for at in 0..n {
        let cells: Vec<Cell> = criteria.iter().map(|vector| vector.get(at)).collect();
        let shape = Lifted::of(cells.iter());
        let n_cells = shape.as_ref().map_or(1, Lifted::n_cells);
        if !context.fuel.burn(n_cells * places.len()) {
            return Some(Vector::Const(CALC));
        }
        rows.extend(std::iter::repeat_n(at, n_cells));
        match &shape {
            Some(shape) => {
                for (values, cell) in values.iter_mut().zip(&cells) {
                    shape.fill(cell, values);
                }
            }
            None => values
                .iter_mut()
                .zip(cells)
                .for_each(|(values, cell)| values.push(cell)),
        }
        shapes.push(shape);
        if rows.len() >= PIECE || at + 1 == n {
            let criteria = std::mem::replace(&mut values, vec![Vec::new(); places.len()]);
            let answers = together(context, lookup, args, &places, (&rows, criteria));
            let mut next = 0;
            for shape in shapes.drain(..) {
                let n_cells = shape.as_ref().map_or(1, Lifted::n_cells);
                let cells = (next..next + n_cells).map(|at| answers.get(at)).collect();
                next += n_cells;
                out.push(Cell::array(shape.map_or(1, |shape| shape.width), cells));
            }
            rows.clear();
        }
    }
    Some(match (is_const, out.pop()) {
        (true, Some(Cell::Array(range))) => Vector::Range(range),
        (true, one) => Vector::Const(one.unwrap_or(Cell::Blank)),
        (false, last) => out.into_iter().chain(last).collect::<Collector>().finish(),
    })
}

/// `criteria`: one cell for each of `rows`, for each of `places`.
fn together<'a>(
    context: &mut Context<'a>,
    lookup: Lookup,
    args: &[Node<'a>],
    places: &[usize],
    (rows, criteria): (&[usize], Vec<Vec<Cell>>),
) -> Vector<'a> {
    let mut inner = Context {
        input: context.input,
        segment: context.segment,
        offsets: Some(rows.iter().map(|row| context.offset(*row)).collect()),
        positions: Some(rows.iter().map(|row| context.position(*row)).collect()),
        calls: Vec::new(),
        fuel: context.fuel,
        env: Vec::new(),
        tag: context.tag,
        wanted: None,
        ai: context.ai,
    };
    let mut criteria = criteria.into_iter();
    let args: Vec<Node> = args
        .iter()
        .enumerate()
        .map(|(at, node)| match node {
            Node::Column(table, field) if !places.contains(&at) => Node::Column(*table, field),
            _ => {
                let value = match places.contains(&at) {
                    true => {
                        let cells = criteria.next().unwrap_or_default().into_iter();
                        cells.collect::<Collector>().finish()
                    }
                    false => context.eval(node).gathered(rows.iter().copied()),
                };
                inner.set(at, value);
                Node::Var(at)
            }
        })
        .collect();
    call(&mut inner, lookup, &args)
}
