//! Plans over columns. In: [`EvalInput`], a segment of a snapshot (or some of its records). Out: [`Evaluated`].
//!
//! Law: a result depends on the record alone, not on which other records are evaluated with it (but for an evaluation
//! that is too large, see [`fuel`]); branches with AI functions are evaluated only for the records that take them.

mod arrays;
mod asker;
mod by_criteria;
mod by_key;
mod by_rows;
mod by_tuple;
mod cache;
pub(crate) mod coded;
pub(crate) mod criteria;
mod formatted;
pub(crate) mod lambda;

mod failed;
pub(crate) mod fuel;
mod fused;
mod grouping;
mod kept;
mod key_table;
mod keys;
pub(crate) mod lazy;
pub(crate) mod linked;
mod load;
mod looking;
pub(crate) mod lookup;
pub(crate) mod operators;
mod postings;
pub(crate) mod prepared;
pub(crate) mod random;
mod reach;
pub(crate) mod running;
mod save;
mod search;
mod totals;
mod tuples;
pub mod vector;
mod whole;

pub use cache::EvalCache;
pub use kept::{Kept, Spread};
pub use reach::Reached;

use crate::{
    functions::{
        ai,
        registry::{Function, Kernel},
    },
    plan::{Node, lower, share},
    syntax::ast::{Expr, Op},
};
use arrays::Lifted;
pub(crate) use asker::Asker;
pub(crate) use failed::{failed, failed_values};
use fuel::Fuel;
use std::{borrow::Cow, sync::Arc};
use table::{
    ai::{AiCall, CallKey},
    column::{Column, ColumnKind},
    field::{AiSettings, FieldType},
    id::TableId,
    segment::Segment,
    snapshot::Snapshot,
    value::CellError,
};
use vector::{Cell, Collector, Vector};

/// Where answers of earlier AI calls are found.
pub trait Answers: Sync {
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
    /// Absent: all of the segment.
    pub(crate) offsets: Option<Cow<'a, [usize]>>,
    /// Position in the answer of each record; absent: its own.
    positions: Option<Vec<usize>>,
    pub(crate) calls: Vec<(usize, AiCall)>,
    pub(crate) fuel: &'a Fuel,
    /// Values of the variables, by slot.
    pub(crate) env: Vec<Option<Vector<'a>>>,
    /// Of the formula, for what its segments share.
    tag: u64,
    /// The type that an AI answer is asked for in.
    pub(crate) wanted: Option<&'a FieldType>,
    /// How the field asks: its rules.
    pub(crate) ai: Option<&'a AiSettings>,
}

pub(crate) fn run(expr: &Expr, tag: u64, asker: Option<Asker>, input: &EvalInput) -> Evaluated {
    let found = with_vector(expr, tag, asker, input, |vector, n, calls| Evaluated {
        cells: save::store(vector, n, input.kind),
        calls,
    });
    found.unwrap_or_else(|| Evaluated {
        cells: Column::blank(input.kind, input.offsets.map_or(0, <[usize]>::len)),
        calls: Vec::new(),
    })
}

pub(crate) fn values(expr: &Expr, tag: u64, asker: Option<Asker>, input: &EvalInput) -> Vec<Cell> {
    let all = |vector: Vector, n: usize, _| (0..n).map(|at| vector.get(at)).collect();
    with_vector(expr, tag, asker, input, all).unwrap_or_default()
}

/// A part of a formula for itself: nothing is shared with other evaluations.
pub(crate) fn alone(expr: &Expr, input: &EvalInput) -> Vec<Cell> {
    let Some(data) = input.snapshot.data(input.table) else {
        return Vec::new();
    };
    let Some(segment) = data.segments.get(input.segment) else {
        return Vec::new();
    };
    let node = lower(expr, input.table, &input.snapshot.schema);
    let fuel = Fuel::new(input.cache.fuel_cells);
    let mut context = Context::whole(input, segment, &fuel);
    context.offsets = input.offsets.map(Cow::Borrowed);
    let vector = context.eval(&node);
    (0..context.len()).map(|at| vector.get(at)).collect()
}

/// Evaluates and hands over the vector, the number of records and the AI calls; `None` where there is no such segment.
fn with_vector<T>(
    expr: &Expr,
    tag: u64,
    asker: Option<Asker>,
    input: &EvalInput,
    act: impl FnOnce(Vector, usize, Vec<(usize, AiCall)>) -> T,
) -> Option<T> {
    let data = input.snapshot.data(input.table)?;
    let segment = data.segments.get(input.segment)?;
    let node = share(lower(expr, input.table, &input.snapshot.schema), &mut 0);
    let fuel = Fuel::new(input.cache.fuel_cells);
    let mut context = Context::whole(input, segment, &fuel);
    context.offsets = input.offsets.map(Cow::Borrowed);
    context.tag = tag;
    let spec = asker.and_then(|asker| input.snapshot.schema.field(asker.field)?.1.formula());
    context.ai = spec.and_then(|spec| spec.ai.as_ref());
    context.wanted = spec
        .filter(|_| asker.is_some_and(|asker| asker.as_it_is))
        .map(|spec| &*spec.result);
    let n = context.len();
    let mut vector = context.eval(&node);
    if fuel.is_out() {
        vector = Vector::Const(CALC);
        context.calls.clear();
    }
    let calls = std::mem::take(&mut context.calls);
    Some(act(vector, n, calls))
}

impl<'a> Context<'a> {
    /// All records of a segment.
    fn whole(input: &'a EvalInput<'a>, segment: &'a Segment, fuel: &'a Fuel) -> Context<'a> {
        Context {
            input,
            segment,
            positions: None,
            offsets: None,
            calls: Vec::new(),
            fuel,
            env: Vec::new(),
            tag: 0,
            wanted: None,
            ai: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match &self.offsets {
            Some(offsets) => offsets.len(),
            None => self.segment.len(),
        }
    }

    /// Offset in the segment of the record at a position.
    pub(crate) fn offset(&self, at: usize) -> usize {
        self.offsets.as_ref().map_or(at, |offsets| offsets[at])
    }

    /// Position in the answer of the record at a position.
    pub(crate) fn position(&self, at: usize) -> usize {
        self.positions
            .as_ref()
            .map_or(at, |positions| positions[at])
    }

    pub(crate) fn eval(&mut self, node: &Node<'a>) -> Vector<'a> {
        let n_vectors = match node {
            Node::Const(_) | Node::Missing | Node::Column(..) | Node::Array(_) => 0,
            Node::Let(..) | Node::Each(_) | Node::Run(_) | Node::Once(..) => 0,
            Node::Own(_) | Node::Negate(_) | Node::Call(..) | Node::Var(_) | Node::Dot(..) => 1,
            Node::Percent(_, n) => *n as usize,
            Node::Chain(_, rest) => rest.len(),
        };
        if !self.fuel.burn(n_vectors * self.len()) {
            return Vector::Const(CALC);
        }
        let hundred = Vector::Const(Cell::Number(100.0));
        match node {
            Node::Const(cell) => Vector::Const(cell.clone()),
            Node::Missing => Vector::Const(Cell::Blank),
            Node::Own(field) => load::own(self, field),
            Node::Column(table, field) => {
                Vector::Range(self.input.cache.range(self.input.snapshot, *table, field))
            }
            Node::Array(range) => Vector::Range(range.clone()),
            Node::Negate(inner) => {
                let inner = self.eval(inner);
                let minus = Vector::Const(Cell::Number(-1.0));
                self.binary(Op::Multiply, &inner, &minus)
            }
            Node::Percent(inner, n) => {
                let mut vector = self.eval(inner);
                for _ in 0..*n {
                    vector = self.binary(Op::Divide, &vector, &hundred);
                }
                vector
            }
            Node::Chain(first, rest) => {
                if let Some(fused) = fused::chain(self, node) {
                    return fused;
                }
                let mut left = self.eval(first);
                for (op, next) in rest {
                    let right = self.eval(next);
                    left = self.binary_into(*op, left, &right);
                    if let (Op::Concat, Vector::Cells(cells)) = (op, &left)
                        && !self.fuel.keep_all(cells)
                    {
                        return Vector::Const(CALC);
                    }
                }
                left
            }
            Node::Call(function, args) => self.call(function, args),
            Node::Var(slot) => match self.env.get(*slot) {
                Some(Some(value)) => value.clone(),
                _ => Vector::Const(Cell::Error(CellError::Name)),
            },
            Node::Let(known, body) => {
                for (slot, node) in known {
                    let value = self.eval(node);
                    self.set(*slot, value);
                }
                self.eval(body)
            }
            Node::Each(each) => lambda::call(self, each),
            Node::Run(run) => running::call(self, run),
            Node::Dot(link, steps) => linked::along(self, link, steps),
            Node::Once(number, node) => self.once(*number, node),
        }
    }

    fn call(&mut self, function: &'static Function, args: &[Node<'a>]) -> Vector<'a> {
        if let Some(joined) = by_rows::call(self, function, args) {
            return joined;
        }
        if function.cost > 1 && !self.fuel.burn(self.len() * function.cost) {
            return Vector::Const(CALC);
        }
        match &function.kernel {
            Kernel::Lazy(lazy) => lazy::call(self, *lazy, args),
            // The plan has nodes of their own for these.
            Kernel::Binding(_) | Kernel::Running(_) => Vector::Const(CALC),
            Kernel::Random(random) => random::call(self, *random, args),
            Kernel::Now => Vector::Const(Cell::Number(self.input.now)),
            Kernel::Today => Vector::Const(Cell::Number(self.input.now.floor())),
            Kernel::Lookup(lookup) => lookup::call(self, *lookup, args),
            Kernel::Prepared(prepared) => prepared::call(self, *prepared, args),
            Kernel::Ai(kind) => ai::call(self, *kind, args),
            Kernel::Strict(kernel) => {
                let kernel = *kernel;
                let vectors: Vec<Vector> = args.iter().map(|arg| self.eval(arg)).collect();
                if let Some(made) = formatted::made(self, function, &vectors) {
                    return made;
                }
                self.each_of(vectors, function.cost, move |cells| {
                    cells
                        .iter()
                        .find(|cell| cell.is_stuck())
                        .cloned()
                        .unwrap_or_else(|| settled(kernel(cells)))
                })
            }
            Kernel::Lenient(kernel) => self.each(args, function.cost, *kernel),
            Kernel::Array(kernel) => self.once_per_record(args, *kernel),
            Kernel::Aggregate(kernel) => self
                .of_column(function, args)
                .unwrap_or_else(|| self.aggregate(args, *kernel)),
        }
    }

    /// An aggregate of one whole column, from what is kept of it.
    fn of_column(&mut self, function: &Function, args: &[Node<'a>]) -> Option<Vector<'a>> {
        let [Node::Column(table, field)] = args else {
            return None;
        };
        if !whole::Whole::knows(function.doc.name) {
            return None;
        }
        let whole = self.input.cache.whole(self.input.snapshot, *table, field);
        let value = whole.value(function.doc.name)?;
        Some(Vector::Const(match self.fuel.burn(whole.n_cells()) {
            true => value,
            false => CALC,
        }))
    }

    fn aggregate(&mut self, args: &[Node<'a>], kernel: fn(&[Item]) -> Cell) -> Vector<'a> {
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
        let mut items: Vec<Item> = Vec::with_capacity(vectors.len());
        let mut one = |at: usize| {
            items.clear();
            let pairs = vectors.iter().zip(&literal);
            items.extend(pairs.map(|(vector, literal)| match vector {
                Vector::Range(range) => Item::Range(range.clone()),
                other => match other.get(at) {
                    Cell::Array(range) => Item::Range(range),
                    cell => Item::One(cell, *literal),
                },
            }));
            self.fuel.kept(settled(kernel(&items)))
        };
        match is_const {
            true => Vector::Const(one(0)),
            false => (0..self.len()).map(one).collect::<Collector>().finish(),
        }
    }

    /// A kernel of single cells, once if all arguments are constant, once per distinct cell if one is coded.
    fn each(
        &mut self,
        args: &[Node<'a>],
        cost: usize,
        kernel: impl Fn(&[Cell]) -> Cell,
    ) -> Vector<'a> {
        let vectors: Vec<Vector> = args.iter().map(|arg| self.eval(arg)).collect();
        self.each_of(vectors, cost, kernel)
    }

    fn each_of(
        &self,
        vectors: Vec<Vector<'a>>,
        cost: usize,
        kernel: impl Fn(&[Cell]) -> Cell,
    ) -> Vector<'a> {
        if vectors.iter().any(Vector::may_hold_arrays) {
            return self.lifted(&vectors, cost, kernel);
        }
        let mut cells: Vec<Cell> = vectors
            .iter()
            .map(|vector| match vector.is_const() {
                true => vector.get(0),
                false => Cell::Blank,
            })
            .collect();
        let varying: Vec<usize> = (0..vectors.len())
            .filter(|at| !vectors[*at].is_const())
            .collect();
        if let [place] = varying[..]
            && let Vector::Coded(coded) = &vectors[place]
            && !coded.is_sparse()
        {
            return Vector::Coded(coded.map(|cell| {
                cells[place] = cell;
                kernel(&cells)
            }));
        }
        let mut one = |at: usize| {
            for place in &varying {
                cells[*place] = vectors[*place].get(at);
            }
            match self.fuel.is_out() {
                true => CALC,
                false => self.fuel.kept(kernel(&cells)),
            }
        };
        match varying.is_empty() {
            true => Vector::Const(one(0)),
            false => (0..self.len()).map(one).collect::<Collector>().finish(),
        }
    }

    fn binary(&self, op: Op, left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
        if left.may_hold_arrays() || right.may_hold_arrays() {
            let sides = [left.clone(), right.clone()];
            return self.lifted(&sides, 1, |cells| {
                operators::binary_cell(op, &cells[0], &cells[1])
            });
        }
        operators::binary(op, left, right, self.len())
    }

    fn binary_into(&self, op: Op, left: Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
        match left.may_hold_arrays() || right.may_hold_arrays() {
            true => self.binary(op, &left, right),
            false => operators::binary_into(op, left, right, self.len()),
        }
    }

    /// A kernel of single cells where some are arrays.
    fn lifted(
        &self,
        vectors: &[Vector<'a>],
        cost: usize,
        kernel: impl Fn(&[Cell]) -> Cell,
    ) -> Vector<'a> {
        self.per_record(vectors, |cells| match Lifted::of(cells.iter()) {
            None => kernel(cells),
            Some(shape) => match self
                .fuel
                .burn(shape.n_cells().saturating_mul(cells.len() * cost))
            {
                true => shape.map(cells, |cells| match self.fuel.is_out() {
                    true => CALC,
                    false => self.fuel.kept(kernel(cells)),
                }),
                false => CALC,
            },
        })
    }

    /// A kernel that takes arrays as they are.
    fn once_per_record(&mut self, args: &[Node<'a>], kernel: fn(&[Cell]) -> Cell) -> Vector<'a> {
        let vectors: Vec<Vector> = args.iter().map(|arg| self.eval(arg)).collect();
        self.per_record(&vectors, |cells| {
            let n_read = cells.iter().map(|cell| match cell {
                Cell::Array(range) => range.cells.len(),
                _ => 1,
            });
            match self.fuel.burn(n_read.sum()) {
                true => settled(kernel(cells)),
                false => CALC,
            }
        })
    }

    /// Once where all is constant.
    fn per_record(
        &self,
        vectors: &[Vector<'a>],
        mut one: impl FnMut(&[Cell]) -> Cell,
    ) -> Vector<'a> {
        let mut cells: Vec<Cell> = vec![Cell::Blank; vectors.len()];
        let mut at_record = |at: usize| {
            for (cell, vector) in cells.iter_mut().zip(vectors) {
                *cell = vector.get(at);
            }
            one(&cells)
        };
        match vectors.iter().all(Vector::is_const) {
            true => match at_record(0) {
                Cell::Array(range) => Vector::Range(range),
                cell => Vector::Const(cell),
            },
            false => (0..self.len())
                .map(at_record)
                .collect::<Collector>()
                .finish(),
        }
    }

    pub(crate) fn set(&mut self, slot: usize, value: Vector<'a>) {
        if self.env.len() <= slot {
            self.env.resize(slot + 1, None);
        }
        self.env[slot] = Some(value);
    }

    /// The variables as these records have them.
    fn env_of(&self, rows: impl Iterator<Item = usize> + Clone) -> Vec<Option<Vector<'a>>> {
        let of = |value: &Option<Vector<'a>>| Some(value.as_ref()?.gathered(rows.clone()));
        self.env.iter().map(of).collect()
    }

    /// What the formula's segments share; the charge is the same whoever computes it.
    fn once(&mut self, number: u32, node: &Node<'a>) -> Vector<'a> {
        let of = (self.tag, number);
        let (cell, charge) = match self.input.cache.once(of) {
            Some(known) => known,
            None => {
                let fuel = Fuel::new(self.input.cache.fuel_cells);
                let mut context = Context::whole(self.input, self.segment, &fuel);
                context.offsets = Some(Cow::Owned(vec![0; usize::from(!self.segment.is_empty())]));
                context.tag = self.tag;
                let cell = match context.eval(node) {
                    _ if fuel.is_out() => CALC,
                    Vector::Range(range) => Vector::Range(range).get(0),
                    vector if vector.is_const() || context.len() > 0 => vector.get(0),
                    _ => Cell::Blank,
                };
                let known = (cell, fuel.burnt(self.input.cache.fuel_cells));
                self.input.cache.keep_once(of, known.clone());
                known
            }
        };
        match (self.fuel.burn(charge), cell) {
            (false, _) => Vector::Const(CALC),
            (true, Cell::Array(range)) => Vector::Range(range),
            (true, cell) => Vector::Const(cell),
        }
    }

    /// Evaluates for some of the records; in the result only their cells mean anything.
    pub(crate) fn eval_for(&mut self, node: &Node<'a>, rows: &[u32]) -> Vector<'a> {
        if rows.len() == self.len() || lazy::is_cheap(node) {
            return self.eval(node);
        }
        let rows = rows.iter().map(|row| *row as usize);
        let mut context = Context {
            input: self.input,
            segment: self.segment,
            offsets: Some(rows.clone().map(|row| self.offset(row)).collect()),
            positions: Some(rows.clone().map(|row| self.position(row)).collect()),
            calls: Vec::new(),
            fuel: self.fuel,
            env: self.env_of(rows.clone()),
            tag: self.tag,
            wanted: self.wanted,
            ai: self.ai,
        };
        let vector = context.eval(node);
        self.calls.append(&mut context.calls);
        vector.scattered(rows, self.len())
    }
}

/// No infinity leaves a kernel, whatever it was asked.
fn settled(cell: Cell) -> Cell {
    match cell {
        Cell::Number(x) => Cell::finite(x),
        Cell::Array(range) => match range.cells.iter().any(is_infinite) {
            true => Cell::Array(Arc::new(vector::Range {
                width: range.width,
                cells: range.cells.iter().cloned().map(settled).collect(),
            })),
            false => Cell::Array(range),
        },
        other => other,
    }
}

fn is_infinite(cell: &Cell) -> bool {
    matches!(cell, Cell::Number(x) if !x.is_finite())
}

/// An argument of an aggregate.
pub(crate) enum Item {
    /// A single cell; true where it was written in the formula (then texts that are numbers count).
    One(Cell, bool),
    Range(Arc<vector::Range>),
}

pub(crate) const VALUE: Cell = Cell::Error(CellError::Value);
pub(crate) const CALC: Cell = Cell::Error(CellError::Calc);
