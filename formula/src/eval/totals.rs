//! Sums, counts, smallest and largest of one column by the key of another: what the *IFS functions answer from.
//!
//! Main type: [`Totals`]. It is kept from one recompute to the next; where a segment has another column than before,
//! its records are compared with what they were, and only the difference is taken off and put on. Law: sums are
//! [`table::sum::Sum`]s, exact for money, so taking off what was put on before leaves no trace.

use super::{
    criteria::Criterion,
    kept::Spread,
    key_table::NO_KEY,
    keys::{in_order, same},
    load,
    vector::{Cell, Vector},
};
use std::{collections::BTreeMap, sync::Arc};
use table::{
    column::{Column, Side},
    field::Field,
    mask::Mask,
    segment::Segment,
    sum::Sum,
};

/// Parts that are added up side by side; the same on every machine, so that results are.
const PARTS: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Measure {
    Sum,
    /// The smallest and the largest.
    Extremes,
}

/// What is added up.
pub(crate) struct Asked<'a> {
    /// Absent: records are counted.
    pub(crate) values: Option<&'a Field>,
    /// Only records that fit all of these.
    pub(crate) filters: Vec<(&'a Field, Criterion)>,
    pub(crate) measure: Measure,
}

/// Of the records with one key. As long as a cache line: sums by key are as quick as memory is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Total {
    sum: Sum,
    pub(crate) n_numbers: u32,
    pub(crate) n_records: u32,
    /// Errors and cells that wait: who asks must look for the first one.
    pub(crate) n_stuck: u32,
}

/// The smallest and the largest.
type Ends = (f64, f64);
const NO_ENDS: Ends = (f64::INFINITY, f64::NEG_INFINITY);

/// By the number of the key.
#[derive(Debug, Clone, Default)]
struct Sums {
    totals: Vec<Total>,
    /// None but for [`Measure::Extremes`].
    ends: Vec<Ends>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    sums: Sums,
    basis: Vec<Basis>,
}

/// What of a segment went in.
#[derive(Debug, Clone)]
struct Basis {
    keys: Arc<Vec<u32>>,
    values: Option<Arc<Column>>,
    filters: Vec<Option<Arc<Column>>>,
    /// Records that fit the filters; absent: all.
    fits: Option<Arc<Vec<bool>>>,
}

impl Sums {
    fn new(bound: usize, measure: Measure) -> Sums {
        Sums {
            totals: vec![Total::default(); bound],
            ends: match measure {
                Measure::Sum => Vec::new(),
                Measure::Extremes => vec![NO_ENDS; bound],
            },
        }
    }

    #[inline]
    fn put(&mut self, key: usize, given: Given) {
        let total = &mut self.totals[key];
        total.n_records += 1;
        match given {
            Given::Number(x) => {
                total.n_numbers += 1;
                match self.ends.get_mut(key) {
                    Some((least, greatest)) => {
                        (*least, *greatest) = (least.min(x), greatest.max(x));
                    }
                    None => total.sum.add(x),
                }
            }
            Given::Stuck => total.n_stuck += 1,
            Given::Nothing => {}
        }
    }

    /// Sums only: what was the smallest is not known of the rest.
    fn take(&mut self, key: usize, given: Given) {
        let total = &mut self.totals[key];
        total.n_records = total.n_records.saturating_sub(1);
        match given {
            Given::Number(x) => {
                total.n_numbers = total.n_numbers.saturating_sub(1);
                total.sum.add(-x);
            }
            Given::Stuck => total.n_stuck = total.n_stuck.saturating_sub(1),
            Given::Nothing => {}
        }
    }

    fn join(&mut self, other: &Sums) {
        for (total, other) in self.totals.iter_mut().zip(&other.totals) {
            total.sum.join(&other.sum);
            total.n_numbers += other.n_numbers;
            total.n_records += other.n_records;
            total.n_stuck += other.n_stuck;
        }
        for (ends, other) in self.ends.iter_mut().zip(&other.ends) {
            *ends = (ends.0.min(other.0), ends.1.max(other.1));
        }
    }
}

impl Total {
    pub(crate) fn sum(&self) -> f64 {
        self.sum.value()
    }

    pub(crate) fn mean(&self) -> f64 {
        self.sum.mean(u64::from(self.n_numbers))
    }
}

/// What one record gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Given {
    Number(f64),
    Stuck,
    Nothing,
}

/// A column as something to add up.
pub(crate) enum Giving<'a> {
    Nothing,
    Numbers {
        values: &'a [f64],
        /// Absent: all are numbers.
        valid: Option<&'a Mask>,
        side: &'a BTreeMap<u32, Side>,
    },
    Cells(Vec<Given>),
}

impl<'a> Giving<'a> {
    pub(crate) fn new(column: Option<&'a Column>, field: Option<&Field>) -> Giving<'a> {
        let (Some(column), Some(field)) = (column, field) else {
            return Giving::Nothing;
        };
        if let Some(values) = column.numbers() {
            let valid = column.valid();
            return Giving::Numbers {
                values,
                valid: (!valid.all()).then_some(valid),
                side: column.side(),
            };
        }
        let of_cell = |cell: &Cell| match cell {
            Cell::Number(x) => Given::Number(*x),
            stuck if stuck.is_stuck() => Given::Stuck,
            _ => Given::Nothing,
        };
        Giving::Cells(match load::whole(column, field) {
            Vector::Coded(coded) => {
                let given = coded.each(Given::Nothing, |seen| of_cell(&seen.to_cell()));
                let codes = coded.codes.iter();
                codes.map(|code| given[*code as usize]).collect()
            }
            other => (0..column.len())
                .map(|at| of_cell(&other.get(at)))
                .collect(),
        })
    }

    #[inline]
    pub(crate) fn at(&self, at: usize) -> Given {
        match self {
            Giving::Nothing => Given::Nothing,
            Giving::Cells(given) => given[at],
            Giving::Numbers {
                values,
                valid,
                side,
            } => match valid {
                None => Given::Number(values[at]),
                Some(valid) if valid.get(at) => Given::Number(values[at]),
                Some(_) => match side.get(&(at as u32)) {
                    Some(Side::Error(_) | Side::Pending) => Given::Stuck,
                    _ => Given::Nothing,
                },
            },
        }
    }
}

impl Basis {
    fn new(keys: &Arc<Vec<u32>>, segment: &Segment, asked: &Asked, old: Option<&Basis>) -> Basis {
        let values = asked.values.and_then(|field| segment.column(field.column));
        let filters: Vec<Option<Arc<Column>>> = asked
            .filters
            .iter()
            .map(|(field, _)| segment.column(field.column).cloned())
            .collect();
        let same_filters = |old: &&Basis| {
            let pairs = old.filters.iter().zip(&filters);
            old.keys.len() == keys.len()
                && pairs.into_iter().all(|(a, b)| same(a.as_ref(), b.as_ref()))
        };
        let fits = match old.filter(same_filters) {
            Some(old) => old.fits.clone(),
            None => fits(asked, &filters, keys.len()).map(Arc::new),
        };
        Basis {
            keys: keys.clone(),
            values: values.cloned(),
            filters,
            fits,
        }
    }

    fn is_same(&self, other: &Basis) -> bool {
        let fits = match (&self.fits, &other.fits) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        fits && Arc::ptr_eq(&self.keys, &other.keys)
            && same(self.values.as_ref(), other.values.as_ref())
    }

    /// Key and value of a record; [`NO_KEY`] where it does not count.
    #[inline]
    fn record(&self, giving: &Giving, at: usize) -> (u32, Given) {
        let is_out = self.fits.as_ref().is_some_and(|fits| !fits[at]);
        match self.keys.get(at) {
            Some(key) if *key != NO_KEY && !is_out => (*key, giving.at(at)),
            _ => (NO_KEY, Given::Nothing),
        }
    }

    fn giving(&self, asked: &Asked) -> Giving<'_> {
        Giving::new(self.values.as_deref(), asked.values)
    }
}

fn fits(asked: &Asked, columns: &[Option<Arc<Column>>], n: usize) -> Option<Vec<bool>> {
    if asked.filters.is_empty() {
        return None;
    }
    let mut fits = vec![true; n];
    for ((field, criterion), column) in asked.filters.iter().zip(columns) {
        let cells = match column {
            Some(column) => load::whole(column, field),
            None => Vector::Const(Cell::Blank),
        };
        match cells {
            Vector::Coded(coded) => {
                let passes = coded.each(false, |seen| criterion.matches(&seen.to_cell()));
                let codes = fits.iter_mut().zip(&*coded.codes);
                codes.for_each(|(fits, code)| *fits &= passes[*code as usize]);
            }
            other => {
                let records = fits.iter_mut().enumerate();
                records.for_each(|(at, fits)| *fits &= criterion.matches(&other.get(at)));
            }
        }
    }
    Some(fits)
}

impl Totals {
    fn basis_of(
        &self,
        keys: &[Arc<Vec<u32>>],
        segments: &[Arc<Segment>],
        asked: &Asked,
    ) -> Vec<Basis> {
        let pairs = keys.iter().zip(segments).enumerate();
        pairs
            .map(|(at, (keys, segment))| Basis::new(keys, segment, asked, self.basis.get(at)))
            .collect()
    }

    /// Brings it up to the segments of a snapshot; `keys` are the numbers of their records' keys, all below `bound`.
    pub(crate) fn refreshed(
        self: Arc<Totals>,
        (keys, bound): &(Vec<Arc<Vec<u32>>>, usize),
        segments: &[Arc<Segment>],
        asked: &Asked,
        spread: Spread,
    ) -> Arc<Totals> {
        let basis = self.basis_of(keys, segments, asked);
        let stale: Vec<usize> = (0..basis.len().max(self.basis.len()))
            .filter(|at| match (self.basis.get(*at), basis.get(*at)) {
                (Some(old), Some(new)) => !old.is_same(new),
                _ => true,
            })
            .collect();
        if stale.is_empty() {
            return self;
        }
        if asked.measure == Measure::Extremes || stale.len() * 2 > basis.len() {
            return Arc::new(Totals::built(basis, *bound, asked, spread));
        }
        let mut totals = self;
        let changed = Arc::make_mut(&mut totals);
        changed.sums.totals.resize(*bound, Total::default());
        for at in stale {
            changed.differ(at, basis.get(at), asked);
        }
        changed.basis = basis;
        totals
    }

    /// Takes off what the segment's records gave, and puts on what they give now, where that differs.
    fn differ(&mut self, at: usize, new: Option<&Basis>, asked: &Asked) {
        let old = self.basis.get(at).cloned();
        let old_giving = old
            .as_ref()
            .map_or(Giving::Nothing, |old| old.giving(asked));
        let new_giving = new.map_or(Giving::Nothing, |new| new.giving(asked));
        let n_old = old.as_ref().map_or(0, |old| old.keys.len());
        let n_new = new.map_or(0, |new| new.keys.len());
        let none = (NO_KEY, Given::Nothing);
        for record in 0..n_old.max(n_new) {
            let was = match &old {
                Some(old) if record < n_old => old.record(&old_giving, record),
                _ => none,
            };
            let is = match new {
                Some(new) if record < n_new => new.record(&new_giving, record),
                _ => none,
            };
            if was == is {
                continue;
            }
            if was.0 != NO_KEY {
                self.sums.take(was.0 as usize, was.1);
            }
            if is.0 != NO_KEY {
                self.sums.put(is.0 as usize, is.1);
            }
        }
    }

    fn built(basis: Vec<Basis>, bound: usize, asked: &Asked, spread: Spread) -> Totals {
        let size = basis.len().div_ceil(PARTS).max(2);
        let parts: Vec<&[Basis]> = basis.chunks(size).collect();
        let part = |at: usize| {
            let mut sums = Sums::new(bound, asked.measure);
            for basis in parts[at] {
                let giving = basis.giving(asked);
                for record in 0..basis.keys.len() {
                    let (key, given) = basis.record(&giving, record);
                    if key != NO_KEY {
                        sums.put(key as usize, given);
                    }
                }
            }
            sums
        };
        let mut made = in_order(spread, parts.len(), part).into_iter();
        let mut sums = made.next().unwrap_or_default();
        made.for_each(|other| sums.join(&other));
        Totals { sums, basis }
    }

    pub(crate) fn get(&self, key: u32) -> Total {
        let totals = &self.sums.totals;
        totals.get(key as usize).copied().unwrap_or_default()
    }

    /// The smallest and the largest number, where there is any.
    pub(crate) fn ends(&self, key: u32) -> (f64, f64) {
        let ends = &self.sums.ends;
        ends.get(key as usize).copied().unwrap_or(NO_ENDS)
    }
}
