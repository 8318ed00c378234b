//! Functions that run over the records of the own table in an order: RUNNING.SUM and its family, costs of stock.
//!
//! Main type: [`Running`]. Their arguments are read as those of every record, not of the own one alone; what each
//! record gets is computed once per recompute for all records and stays in the cache. Law: a record gets the same
//! whether it is asked alone or with all others. Tests: `spec/running.md`, `spec/stock-costs.md`, `tests/running.rs`.

mod amount;
mod average;
mod columns;
mod costs;
mod fifo;
mod order;
mod sums;

use super::{
    CALC, Context, EvalInput, VALUE,
    fuel::Fuel,
    keys::{in_order, segments_of},
    vector::{Cell, Collector, Vector},
};
use crate::{limits::RUNNING_RECORDS, plan::Node};
use columns::{Flat, Keys, Part, Role};
use order::Order;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Running {
    Sum,
    Count,
    Average,
    Min,
    Max,
    Previous,
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
    Segments(Vec<Vector<'static>>),
    /// All the same: an error.
    All(Cell),
}

impl Running {
    /// What the argument at a place is read as.
    fn role(self, at: usize) -> Role {
        match (self, at) {
            (Running::Count, 0) | (Running::MovingAverage | Running::Fifo, 2) => Role::Group,
            (Running::Count, _) | (Running::MovingAverage | Running::Fifo, 3) => Role::Order,
            (Running::MovingAverage | Running::Fifo, 4) => Role::Word,
            (Running::MovingAverage | Running::Fifo, 6 | 7) => Role::Document,
            (_, 0) | (Running::MovingAverage | Running::Fifo, _) => Role::Value,
            (_, 1) => Role::Group,
            _ => Role::Order,
        }
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
    let of = (context.tag, asked.number);
    let ran = input.cache.ran(of, || run(input, context.tag, asked));
    let segment = match &*ran {
        Ran::All(cell) => return Vector::Const(cell.clone()),
        Ran::Segments(segments) => match segments.get(input.segment) {
            Some(segment) => segment,
            None => return Vector::Const(CALC),
        },
    };
    match &context.offsets {
        None => segment.clone(),
        Some(offsets) => {
            let cells = offsets.iter().map(|at| segment.get(*at));
            cells.collect::<Collector>().finish()
        }
    }
}

fn run(input: &EvalInput, tag: u64, asked: &Run) -> Ran {
    let (running, args) = (asked.by, &asked.args[..]);
    let segments = segments_of(input.snapshot, input.table);
    // What the arguments share is made here, by all threads; then each segment is computed on one.
    if let Some(first) = segments.iter().position(|segment| !segment.is_empty()) {
        drop(parts(input, tag, asked, first, Some(&[0])));
    }
    input.cache.each_alone(|spread| {
        let made = in_order(spread, segments.len(), |segment| {
            parts(input, tag, asked, segment, None)
        });
        let mut by_arg: Vec<Vec<Part>> = args.iter().map(|_| Vec::new()).collect();
        for parts in made {
            match parts {
                Ok(parts) => {
                    let places = by_arg.iter_mut().zip(parts);
                    places.for_each(|(all, part)| all.push(part));
                }
                Err(cell) => return Ran::All(cell),
            }
        }
        let wanted = match costs::wanted(args.get(4).filter(|_| running.is_cost())) {
            Some(wanted) => wanted,
            None => return Ran::All(VALUE),
        };
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
        let order = Order::new(segments, Keys::of(groups), orders, spread);
        let found = match running.is_cost() {
            true => {
                let moves = costs::Moves::new(values, Keys::of(documents));
                costs::run(running, &order, &moves, wanted, spread)
            }
            false => sums::run(
                running,
                &order,
                values.first().and_then(Option::as_ref),
                spread,
            ),
        };
        let lens: Vec<usize> = segments.iter().map(|segment| segment.len()).collect();
        Ran::Segments(found.by_segment(&lens))
    })
}

/// The arguments in one segment, as they are read; the error for all records where that cannot be.
fn parts(
    input: &EvalInput,
    tag: u64,
    asked: &Run,
    segment: usize,
    offsets: Option<&[usize]>,
) -> Result<Vec<Part>, Cell> {
    let own = EvalInput {
        segment,
        offsets: None,
        ..*input
    };
    let data = segments_of(input.snapshot, input.table).get(segment);
    let data = data.ok_or(CALC)?;
    let fuel = Fuel::new(input.cache.fuel_cells);
    let mut context = Context::whole(&own, data, &fuel);
    context.offsets = offsets.map(|offsets| offsets.to_vec().into());
    context.tag = tag;
    let n = context.len();
    let args = asked.args.iter().enumerate().map(|(at, arg)| {
        let vector = context.eval(arg);
        asked.by.role(at).read(&vector, n)
    });
    let parts: Vec<Part> = args.collect();
    match (fuel.is_out(), context.calls.is_empty()) {
        (true, _) => Err(CALC),
        // Answers of an AI belong into a field of their own: nobody could see what each of these records asks.
        (false, false) => Err(VALUE),
        (false, true) => Ok(parts),
    }
}
