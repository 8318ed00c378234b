//! Functions that draw: the seed of each record's draw.
//!
//! Law: the seed depends on the formula, the place in it, the record, what a lambda is called with, and the day; on
//! nothing that an edit elsewhere changes. Tests: `spec/random.md`, `tests/language.rs`.

use super::{
    Context, settled,
    vector::{Cell, Vector},
};
use crate::{functions::random::Draw, plan::Node};
use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hash, Hasher};

/// How a function of this kind computes.
pub(crate) type Random = fn(&[Cell], &mut Draw) -> Cell;

/// The last arguments are the plan's: what tells this draw from others, and how many of these there are.
pub(crate) fn call<'a>(context: &mut Context<'a>, kernel: Random, args: &[Node<'a>]) -> Vector<'a> {
    let vectors: Vec<Vector> = args.iter().map(|arg| context.eval(arg)).collect();
    let n_seeds = match vectors.last().map(|last| last.get(0)) {
        Some(Cell::Number(n)) => n as usize,
        _ => 0,
    };
    let n_given = vectors.len().saturating_sub(n_seeds + 1);
    let (given, seeds) = vectors.split_at(n_given);
    let state = FixedState::default();
    let base = (
        context.tag,
        context.input.table,
        context.input.now.floor().to_bits(),
    );
    let of_record = |at: usize| {
        let mut hasher = state.build_hasher();
        base.hash(&mut hasher);
        context.segment.ids()[context.offset(at)].hash(&mut hasher);
        for seed in seeds {
            hash_cell(&seed.get(at), &mut hasher);
        }
        let cells: Vec<Cell> = given.iter().map(|vector| vector.get(at)).collect();
        let n_read = cells.iter().map(|cell| match cell {
            Cell::Array(range) => range.cells.len(),
            _ => 1,
        });
        if !context.fuel.burn(n_read.sum()) {
            return super::CALC;
        }
        if let Some(stuck) = cells.iter().find(|cell| cell.is_stuck()) {
            return stuck.clone();
        }
        let mut draw = Draw::new(hasher.finish());
        settled(match super::arrays::Lifted::of(cells.iter()) {
            None => kernel(&cells, &mut draw),
            Some(shape) => {
                let draw = std::cell::RefCell::new(draw);
                shape.map(&cells, |cells| kernel(cells, &mut draw.borrow_mut()))
            }
        })
    };
    (0..context.len())
        .map(of_record)
        .collect::<super::vector::Collector>()
        .finish()
}

fn hash_cell(cell: &Cell, hasher: &mut impl Hasher) {
    match cell {
        Cell::Number(x) => x.to_bits().hash(hasher),
        Cell::Text(text) => text.hash(hasher),
        Cell::Bool(truth) => truth.hash(hasher),
        Cell::Error(error) => error.code().hash(hasher),
        Cell::Blank | Cell::Pending => 0_u8.hash(hasher),
        Cell::Array(range) => range.cells.iter().for_each(|cell| hash_cell(cell, hasher)),
    }
}
