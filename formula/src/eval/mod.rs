//! Plans over columns. In: [`EvalInput`], a segment of a snapshot (or some of its records). Out: [`Evaluated`].
//!
//! Law: a result depends on the record alone, not on which other records are evaluated with it (but for an evaluation
//! that is too large, see [`fuel`]); branches with AI functions are evaluated only for the records that take them.

pub(crate) mod cache;
pub(crate) mod criteria;
pub(crate) mod fuel;
pub(crate) mod lazy;
pub(crate) mod load;
pub(crate) mod lookup;
pub(crate) mod operators;
pub mod vector;

pub use cache::EvalCache;

use crate::{
    functions::{
        ai,
        registry::{Function, Kernel},
    },
    plan::{Node, lower},
    syntax::ast::Expr,
};
use fuel::Fuel;
use std::sync::Arc;
use table::{
    ai::{AiCall, CallKey},
    column::{Column, ColumnKind},
    id::TableId,
    segment::Segment,
    snapshot::Snapshot,
    value::CellError,
};
use vector::{Cell, Vector};

/// Where answers of earlier AI calls are found.
pub trait Answers {
    fn answer(&self, key: &CallKey) -> Option<Arc<str>>;
}

/// What one evaluation needs.
pub struct EvalInput<'a> {
    pub snapshot: &'a Snapshot,
    pub table: TableId,
    /// Index of the segment.
    pub segment: usize,
    /// Only these records of the segment; absent: all.
    pub offsets: Option<&'a [usize]>,
    /// Day number, local time.
    pub now: f64,
    pub answers: &'a dyn Answers,
    pub kind: ColumnKind,
    pub model: &'a str,
    pub cache: &'a EvalCache,
}

/// One cell per offset, or per record of the segment.
pub struct Evaluated {
    pub cells: Column,
    /// All calls a cell needs, answered or not, by position.
    pub calls: Vec<(usize, AiCall)>,
}

/// The records under evaluation; narrowed for branches.
pub(crate) struct Context<'a> {
    pub(crate) input: &'a EvalInput<'a>,
    pub(crate) segment: &'a Segment,
    pub(crate) offsets: Vec<usize>,
    /// Position in the answer of each offset.
    pub(crate) positions: Vec<usize>,
    pub(crate) calls: Vec<(usize, AiCall)>,
    pub(crate) fuel: &'a Fuel,
}

pub(crate) fn run(expr: &Expr, input: &EvalInput) -> Evaluated {
    let data = input.snapshot.data(input.table);
    let Some(segment) = data.and_then(|data| data.segments.get(input.segment)) else {
        return Evaluated {
            cells: Column::blank(input.kind, input.offsets.map_or(0, <[usize]>::len)),
            calls: Vec::new(),
        };
    };
    let offsets: Vec<usize> = match input.offsets {
        Some(offsets) => offsets.to_vec(),
        None => (0..segment.len()).collect(),
    };
    let n = offsets.len();
    let node = lower(expr, input.table, &input.snapshot.schema);
    let fuel = Fuel::new(input.cache.fuel_cells);
    let mut context = Context {
        input,
        segment,
        positions: (0..n).collect(),
        offsets,
        calls: Vec::new(),
        fuel: &fuel,
    };
    let mut vector = context.eval(&node);
    if fuel.is_out() {
        vector = Vector::Const(CALC);
        context.calls.clear();
    }
    let cells = load::store(&vector, n, input.kind);
    Evaluated {
        cells,
        calls: context.calls,
    }
}

impl Context<'_> {
    pub(crate) fn len(&self) -> usize {
        self.offsets.len()
    }

    pub(crate) fn eval(&mut self, node: &Node) -> Vector {
        let n_vectors = match node {
            Node::Const(_) | Node::Missing | Node::Column(..) | Node::Array(_) => 0,
            Node::Own(_) | Node::Negate(_) | Node::Call(..) => 1,
            Node::Percent(_, n) => *n as usize,
            Node::Chain(_, rest) => rest.len(),
        };
        if !self.fuel.burn(n_vectors * self.len()) {
            return Vector::Const(CALC);
        }
        match node {
            Node::Const(cell) => Vector::Const(cell.clone()),
            Node::Missing => Vector::Const(Cell::Blank),
            Node::Own(field) => load::column(self.segment, field, &self.offsets),
            Node::Column(table, field) => {
                Vector::Range(self.input.cache.range(self.input.snapshot, *table, field))
            }
            Node::Array(range) => Vector::Range(range.clone()),
            Node::Negate(inner) => {
                let inner = self.eval(inner);
                operators::binary(
                    crate::syntax::ast::Op::Multiply,
                    &inner,
                    &Vector::Const(Cell::Number(-1.0)),
                    self.len(),
                )
            }
            Node::Percent(inner, n) => {
                let mut vector = self.eval(inner);
                for _ in 0..*n {
                    vector = operators::binary(
                        crate::syntax::ast::Op::Divide,
                        &vector,
                        &Vector::Const(Cell::Number(100.0)),
                        self.len(),
                    );
                }
                vector
            }
            Node::Chain(first, rest) => {
                let mut left = self.eval(first);
                for (op, next) in rest {
                    let right = self.eval(next);
                    left = operators::binary(*op, &left, &right, self.len());
                }
                left
            }
            Node::Call(function, args) => self.call(function, args),
        }
    }

    fn call(&mut self, function: &'static Function, args: &[Node]) -> Vector {
        match &function.kernel {
            Kernel::Lazy(lazy) => lazy::call(self, *lazy, args),
            Kernel::Now => Vector::Const(Cell::Number(self.input.now)),
            Kernel::Today => Vector::Const(Cell::Number(self.input.now.floor())),
            Kernel::Lookup(lookup) => lookup::call(self, *lookup, args),
            Kernel::Ai(kind) => ai::call(self, *kind, args),
            Kernel::Strict(kernel) => {
                let kernel = *kernel;
                self.each(args, move |cells| {
                    cells
                        .iter()
                        .find(|cell| cell.is_stuck())
                        .cloned()
                        .unwrap_or_else(|| kernel(cells))
                })
            }
            Kernel::Lenient(kernel) => self.each(args, *kernel),
            Kernel::Aggregate(kernel) => {
                let vectors: Vec<Vector> = args.iter().map(|arg| self.eval(arg)).collect();
                let literal: Vec<bool> = args
                    .iter()
                    .map(|arg| !matches!(arg, Node::Own(_)))
                    .collect();
                let is_const = vectors.iter().all(Vector::is_const);
                let n_read: usize = vectors.iter().map(Vector::n_range).sum();
                if !self
                    .fuel
                    .burn(n_read * if is_const { 1 } else { self.len() })
                {
                    return Vector::Const(CALC);
                }
                let one = |at: usize| {
                    let items: Vec<Item> = vectors
                        .iter()
                        .zip(&literal)
                        .map(|(vector, literal)| match vector {
                            Vector::Range(range) => Item::Range(range.clone()),
                            other => Item::One(other.get(at), *literal),
                        })
                        .collect();
                    kernel(&items)
                };
                match is_const {
                    true => Vector::Const(one(0)),
                    false => Vector::Cells((0..self.len()).map(one).collect()),
                }
            }
        }
    }

    /// A kernel of single cells, once if all arguments are constant.
    fn each(&mut self, args: &[Node], kernel: impl Fn(&[Cell]) -> Cell) -> Vector {
        let vectors: Vec<Vector> = args.iter().map(|arg| self.eval(arg)).collect();
        let mut cells = vec![Cell::Blank; vectors.len()];
        let mut one = |at: usize| {
            for (cell, vector) in cells.iter_mut().zip(&vectors) {
                *cell = vector.get(at);
            }
            kernel(&cells)
        };
        match vectors.iter().all(Vector::is_const) {
            true => Vector::Const(one(0)),
            false => Vector::Cells((0..self.len()).map(one).collect()),
        }
    }

    /// Evaluates for some of the records only; the result has one cell for each of them.
    pub(crate) fn eval_some(&mut self, node: &Node, rows: &[usize]) -> Vec<Cell> {
        let mut context = Context {
            input: self.input,
            segment: self.segment,
            offsets: rows.iter().map(|row| self.offsets[*row]).collect(),
            positions: rows.iter().map(|row| self.positions[*row]).collect(),
            calls: Vec::new(),
            fuel: self.fuel,
        };
        let vector = context.eval(node);
        self.calls.append(&mut context.calls);
        (0..rows.len()).map(|at| vector.get(at)).collect()
    }
}

/// An argument of an aggregate.
pub(crate) enum Item {
    /// A single cell; true where it was written in the formula (then texts that are numbers count).
    One(Cell, bool),
    Range(Arc<vector::Range>),
}

pub(crate) const VALUE: Cell = Cell::Error(CellError::Value);
pub(crate) const CALC: Cell = Cell::Error(CellError::Calc);
