//! SUMIFS and its family where several criteria differ from record to record: `SUMIFS(量, 货号, [货号], 仓库, [仓库])`.

use super::{
    CALC, Context,
    by_criteria::{answer, wanted_number},
    coded::Seen,
    criteria::Criterion,
    key_table::{Match, NO_KEY},
    keys::KeyIndex,
    lookup::Lookup,
    totals::Asked,
    vector::{Cell, Collector, Vector},
};
use std::sync::Arc;
use table::{field::Field, id::TableId};

/// What is wanted of one column.
enum Wanted {
    /// By code.
    Coded(Vec<One>),
    ByRecord(Vec<One>),
}

#[derive(Clone, Copy)]
enum One {
    Key(u32),
    Pending,
    /// More than an equality.
    Criterion,
}

impl Wanted {
    fn new(vector: &Vector, keys: &KeyIndex, n: usize) -> Wanted {
        let mut buffer = Vec::new();
        let mut one = |seen: &Seen| match seen {
            Seen::Cell(Cell::Pending) => One::Pending,
            seen => wanted_number(keys, seen, &mut buffer).map_or(One::Criterion, One::Key),
        };
        match vector {
            Vector::Coded(coded) => Wanted::Coded(coded.each(One::Key(NO_KEY), |seen| one(&seen))),
            other => {
                let cells = (0..n).map(|at| one(&Seen::Cell(&other.get(at))));
                Wanted::ByRecord(cells.collect())
            }
        }
    }

    fn at(&self, vector: &Vector, at: usize) -> One {
        match (self, vector) {
            (Wanted::Coded(of_code), Vector::Coded(coded)) => of_code[coded.codes[at] as usize],
            (Wanted::Coded(_), _) => One::Criterion,
            (Wanted::ByRecord(of_record), _) => of_record[at],
        }
    }
}

/// `pairs` are columns of the table with what is wanted of them. `None` where some criterion is more than an
/// equality, or an error is among the values: then it is done the slow way.
pub(crate) fn call<'a>(
    context: &Context<'a>,
    lookup: Lookup,
    (table, values): (TableId, Option<&'a Field>),
    pairs: &[(&'a Field, &Vector<'a>)],
) -> Option<Vector<'a>> {
    let (n, cache, snapshot) = (context.len(), context.input.cache, context.input.snapshot);
    type Pairs<'a, 'v> = Vec<(&'a Field, &'v Vector<'a>)>;
    let (constant, varying): (Pairs, Pairs) = pairs
        .iter()
        .copied()
        .partition(|(_, wanted)| wanted.is_const());
    let asked = Asked {
        values,
        filters: constant
            .into_iter()
            .map(|(field, wanted)| (field, Criterion::new(&wanted.get(0))))
            .collect(),
        measure: lookup.measure(),
    };
    let fields: Vec<&Field> = varying.iter().map(|(field, _)| *field).collect();
    let keys: Vec<Arc<KeyIndex>> = fields
        .iter()
        .map(|field| cache.keys(snapshot, table, Some(field), Match::Loose))
        .collect();
    let tuples = cache.tuples(table, &fields, &keys);
    let numbers = (tuples.numbers(), tuples.bound());
    let totals = cache.totals(snapshot, (table, &fields), numbers, &asked);
    let wanted: Vec<Wanted> = varying
        .iter()
        .zip(&keys)
        .map(|((_, vector), keys)| Wanted::new(vector, keys, n))
        .collect();
    if !context.fuel.burn(n) {
        return Some(Vector::Const(CALC));
    }
    let mut out = Collector::with_capacity(n);
    let mut each: Vec<u32> = Vec::with_capacity(varying.len());
    for at in 0..n {
        each.clear();
        let mut waits = false;
        for (wanted, (_, vector)) in wanted.iter().zip(&varying) {
            match wanted.at(vector, at) {
                One::Key(key) => each.push(key),
                One::Pending => waits = true,
                One::Criterion => return None,
            }
        }
        let key = || tuples.find(each.iter().copied());
        out.push(match waits {
            true => Cell::Pending,
            false => answer(lookup, &totals, key(), values.is_some())?,
        });
    }
    Some(out.finish())
}
