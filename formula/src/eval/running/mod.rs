//! Functions that run over the records of the own table in an order: RUNNING.SUM and its family, costs of stock.
//!
//! Main type: [`Running`]. Their arguments are read as those of every record, not of the own one alone; what each
//! record gets is computed once per recompute for all records and stays in the cache. Law: a record gets the same
//! whether it is asked alone or with all others. Tests: `spec/running.md`, `spec/stock-costs.md`, `tests/running.rs`.

mod allocate;
mod amount;
mod average;
mod columns;
mod costs;
mod few;
mod fifo;
mod order;
mod sums;

use super::{
    CALC, Context, EvalInput, VALUE,
    fuel::Fuel,
    kept::Spread,
    keys::{in_order, segments_of},
    vector::{Cell, Collector, Vector},
};
use crate::{limits::RUNNING_RECORDS, plan::Node};
use columns::{Flat, Found, Keys, Part, Role};
pub(crate) use costs::is_quantity;
use order::Order;
use std::{borrow::Cow, sync::Arc};
use table::segment::Segment;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Running {
    Sum,
    Count,
    Average,
    Min,
    Max,
    Previous,
    Allocate,
    MovingAverage,
    Fifo,
}

/// A running function in a plan.
pub(crate) struct Run<'a> {
    pub(crate) by: Running,
    pub(crate) args: Vec<Node<'a>>,
    /// Among those of the formula.
    pub(crate) number: u32,
}

/// What each record gets.
#[derive(Debug)]
pub(crate) enum Ran {
    /// Of these records, by segment.
    Pieces(Vec<(Piece, Vector<'static>)>),
    /// All the same: an error.
    All(Cell),
    /// The arguments are too much to compute.
    OutOfFuel,
}

impl Running {
    /// What the argument at a place is read as.
    fn role(self, at: usize) -> Role {
        match (self, at) {
            (Running::Count, 0) | (Running::MovingAverage | Running::Fifo, 2) => Role::Group,
            (Running::Count, _) | (Running::MovingAverage | Running::Fifo, 3) => Role::Order,
            (Running::MovingAverage | Running::Fifo, 4) => Role::Word,
            (Running::MovingAverage | Running::Fifo, 6 | 7) => Role::Document,
            (Running::Allocate, 2) => Role::Group,
            (_, 0) | (Running::Allocate, _) => Role::Value,
            (Running::MovingAverage | Running::Fifo, _) => Role::Value,
            (_, 1) => Role::Group,
            _ => Role::Order,
        }
    }

    /// Where the group stands among the arguments.
    pub(crate) fn group(self) -> Option<usize> {
        (0..3).find(|at| self.role(*at) == Role::Group)
    }

    fn is_cost(self) -> bool {
        matches!(self, Running::MovingAverage | Running::Fifo)
    }
}

pub(crate) fn call<'a>(context: &mut Context<'a>, asked: &Run<'a>) -> Vector<'a> {
    let input = context.input;
    let segments = segments_of(input.snapshot, input.table).iter();
    let n: usize = segments.map(|segment| segment.len()).sum();
    if n > RUNNING_RECORDS || !context.fuel.burn(n * (asked.args.len() + 1)) {
        return Vector::Const(CALC);
    }
    let of = |groups: Vec<u32>| (context.tag, asked.number, groups);
    let groups = match input.cache.has_run(&of(Vec::new())) {
        true => None,
        false => few::groups(context, asked),
    };
    let numbers = groups.as_ref().map(|groups| groups.numbers.clone());
    let ran = input.cache.ran(of(numbers.unwrap_or_default()), || {
        let pieces = groups.as_ref().map(few::pieces);
        let pieces = pieces.unwrap_or_else(|| all(input));
        run(input, context.tag, asked, pieces)
    });
    if matches!(*ran, Ran::OutOfFuel) {
        let _ = context.fuel.burn(usize::MAX);
    }
    ran.vector(input.segment, context.offsets.as_deref())
}

impl Ran {
    fn vector<'a>(&self, segment: usize, offsets: Option<&[usize]>) -> Vector<'a> {
        let pieces = match self {
            Ran::All(cell) => return Vector::Const(cell.clone()),
            Ran::OutOfFuel => return Vector::Const(CALC),
            Ran::Pieces(pieces) => pieces,
        };
        let found = pieces.binary_search_by_key(&segment, |(piece, _)| piece.segment);
        let Some((piece, cells)) = found.ok().and_then(|at| pieces.get(at)) else {
            return Vector::Const(CALC);
        };
        let Some(offsets) = offsets else {
            return cells.clone();
        };
        let cells = offsets.iter().map(|at| match &piece.offsets {
            None => cells.get(*at),
            Some(known) => known
                .binary_search(at)
                .map_or(CALC, |place| cells.get(place)),
        });
        cells.collect::<Collector>().finish()
    }
}

/// Some records of a segment.
#[derive(Debug)]
pub(crate) struct Piece {
    segment: usize,
    /// Ascending; absent: all.
    offsets: Option<Vec<usize>>,
}

impl Piece {
    fn len(&self, segments: &[Arc<Segment>]) -> usize {
        match &self.offsets {
            Some(offsets) => offsets.len(),
            None => segments[self.segment].len(),
        }
    }

    /// Places of those that are not removed.
    fn live(&self, segments: &[Arc<Segment>], from: usize, out: &mut Vec<u32>) {
        let live = segments[self.segment].live();
        match &self.offsets {
            None => out.extend(live.ones().map(|at| (from + at) as u32)),
            Some(offsets) => {
                let places = (from..).zip(offsets);
                let places = places.filter(|(_, at)| live.get(**at));
                out.extend(places.map(|(place, _)| place as u32));
            }
        }
    }
}

fn all(input: &EvalInput) -> Vec<Piece> {
    let segments = 0..segments_of(input.snapshot, input.table).len();
    let piece = |segment| Piece {
        segment,
        offsets: None,
    };
    segments.map(piece).collect()
}

fn run(input: &EvalInput, tag: u64, asked: &Run, pieces: Vec<Piece>) -> Ran {
    let segments = segments_of(input.snapshot, input.table);
    // What the arguments share is made here, by all threads; then each segment is computed on one.
    if let Some(first) = pieces.iter().find(|piece| piece.len(segments) > 0) {
        let offset = first.offsets.as_ref().map_or(0, |offsets| offsets[0]);
        let one = Piece {
            segment: first.segment,
            offsets: Some(vec![offset]),
        };
        drop(parts(input, tag, asked, &one));
    }
    input.cache.each_alone(|spread| {
        let made = in_order(spread, pieces.len(), |at| {
            parts(input, tag, asked, &pieces[at])
        });
        let mut by_arg: Vec<Vec<Part>> = asked.args.iter().map(|_| Vec::new()).collect();
        for parts in made {
            match parts {
                Some(parts) => {
                    let places = by_arg.iter_mut().zip(parts);
                    places.for_each(|(all, part)| all.push(part));
                }
                None => return Ran::OutOfFuel,
            }
        }
        let (mut live, mut n) = (Vec::new(), 0);
        let mut lens = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            piece.live(segments, n, &mut live);
            lens.push(piece.len(segments));
            n += piece.len(segments);
        }
        match folded(asked, by_arg, (live, n), spread) {
            Some(found) => {
                let cells = found.by_segment(&lens);
                Ran::Pieces(pieces.into_iter().zip(cells).collect())
            }
            None => Ran::All(VALUE),
        }
    })
}

/// What the records get, of which `live` are the places that count and `n` all; `None` where it is not said what is
/// wanted.
fn folded(
    asked: &Run,
    mut by_arg: Vec<Vec<Part>>,
    (live, n): (Vec<u32>, usize),
    spread: Spread,
) -> Option<Found> {
    let (running, args) = (asked.by, &asked.args);
    let wanted = costs::wanted(args.get(4).filter(|_| running.is_cost()))?;
    let of_role = |role: Role| {
        let places = args.iter().enumerate();
        places
            .filter(move |(at, _)| running.role(*at) == role)
            .map(|(at, arg)| (at, matches!(arg, Node::Missing)))
    };
    let mut take = |at: usize| std::mem::take(&mut by_arg[at]);
    let groups: Vec<_> = of_role(Role::Group).map(|(at, _)| take(at)).collect();
    let orders: Vec<_> = of_role(Role::Order).map(|(at, _)| take(at)).collect();
    let documents: Vec<_> = of_role(Role::Document).map(|(at, _)| take(at)).collect();
    let values = of_role(Role::Value).map(|(at, is_missing)| {
        let flat = Flat::of(take(at));
        (!is_missing).then_some(flat)
    });
    let values: Vec<Option<Flat>> = values.collect();
    let order = Order::new(live, n, Keys::of(groups), orders, spread);
    Some(match running {
        Running::MovingAverage | Running::Fifo => {
            let moves = costs::Moves::new(values, Keys::of(documents));
            costs::run(running, &order, &moves, wanted, spread)
        }
        Running::Allocate => allocate::run(&order, &values, spread),
        _ => {
            let values = values.first().and_then(Option::as_ref);
            sums::run(running, &order, values, spread)
        }
    })
}

/// The arguments in one segment, as they are read; `None` where they are too much to compute.
fn parts(input: &EvalInput, tag: u64, asked: &Run, piece: &Piece) -> Option<Vec<Part>> {
    let own = EvalInput {
        segment: piece.segment,
        offsets: None,
        ..*input
    };
    let data = segments_of(input.snapshot, input.table).get(piece.segment)?;
    let fuel = Fuel::new(input.cache.fuel_cells);
    let mut context = Context::whole(&own, data, &fuel);
    context.offsets = piece.offsets.as_deref().map(Cow::Borrowed);
    context.tag = tag;
    let n = context.len();
    let args = asked.args.iter().enumerate().map(|(at, arg)| {
        let vector = context.eval(arg);
        asked.by.role(at).read(&vector, n)
    });
    let parts: Vec<Part> = args.collect();
    (!fuel.is_out()).then_some(parts)
}
