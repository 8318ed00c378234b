//! Conditions over whole columns of which one is an equality with a key of the record: `FILTER(表[值],表[键]=[键])`,
//! `SUMPRODUCT((表[键]=[键])*表[值])`, `MATCH(1,(表[甲]=[甲])*(表[乙]=[乙]),0)`, `LOOKUP(1,0/(表[键]=[键]),表[值])`. The rows with
//! the key are found by an index, made once; only these are looked at, not the whole column for each record.
//!
//! Main types: [`Shape`], what is asked; [`Conditions`]. Law: the same result as the slow way; where that is not certain,
//! the slow way is taken. Tests: `spec/lookup.md`, `spec/array-functions.md`, `tests/joins.rs`.

use super::{
    CALC, Context, Item,
    lazy::could_be_array,
    operators::{binary_cell, compare},
    postings::Postings,
    vector::{Cell, Collector, Range, Vector},
};
use crate::{
    check::coerce::number,
    functions::registry::{Function, Kernel},
    plan::{Node, reads_record},
    syntax::ast::Op,
};
use std::{borrow::Cow, collections::HashMap, sync::Arc};
use table::{field::Field, id::TableId, sum::Sum, value::CellError};

const NA: Cell = Cell::Error(CellError::Na);
/// Rows with a key from which on results are kept by what was wanted.
const MANY_ROWS: usize = 256;

/// What is made of the rows for which all conditions hold.
enum Use<'n, 'a> {
    Rows(&'n Node<'a>, Option<&'n Node<'a>>),
    Sum,
    /// The position of the first or last one, or what stands there; else what is given in its place.
    Place {
        values: Option<&'n Node<'a>>,
        otherwise: Option<&'n Node<'a>>,
        last: bool,
        /// The product of all factors has to be this.
        is_one: bool,
    },
    Aggregate(&'n Node<'a>, fn(&[Item]) -> Cell),
}

/// A column compared with a cell of the record.
struct Test<'n, 'a> {
    field: &'a Field,
    op: Op,
    wanted: &'n Node<'a>,
}

#[derive(Default)]
struct Factors<'n, 'a> {
    table: Option<TableId>,
    tests: Vec<Test<'n, 'a>>,
    /// The same for all records.
    constant: Vec<&'n Node<'a>>,
}

struct Question<'n, 'a> {
    factors: Factors<'n, 'a>,
    wants: Use<'n, 'a>,
}

pub(crate) fn call<'a>(
    context: &mut Context<'a>,
    function: &Function,
    args: &[Node<'a>],
) -> Option<Vector<'a>> {
    let question = question(context, function, args)?;
    let Question { factors, wants } = question;
    let table = factors.table?;
    let joins = |test: &Test| test.op == Op::Equal && reads_record(test.wanted, &|_| false);
    if !factors.tests.iter().any(joins) {
        return None;
    }
    let mut conditions = Conditions::new(context, table, &factors)?;
    let mut given = Given::new(context, &wants, &conditions)?;
    // From here on there is no way back: what is evaluated now may ask a model, and must not ask twice.
    for (known, test) in conditions.tests.iter_mut().zip(&factors.tests) {
        known.wanted = context.eval(test.wanted);
    }
    if let Some(otherwise) = wants.otherwise() {
        given.otherwise = context.eval(otherwise);
    }
    Some(conditions.answer(context, &given))
}

impl<'n, 'a> Use<'n, 'a> {
    /// What stands where nothing is found.
    fn otherwise(&self) -> Option<&'n Node<'a>> {
        match self {
            Use::Rows(_, otherwise) | Use::Place { otherwise, .. } => {
                otherwise.filter(|node| !matches!(node, Node::Missing))
            }
            _ => None,
        }
    }
}

/// What a call asks for, if it is one of those known here.
fn question<'n, 'a>(
    context: &Context<'a>,
    function: &Function,
    args: &'n [Node<'a>],
) -> Option<Question<'n, 'a>> {
    let mut factors = Factors::default();
    let wants = match (function.doc.name, args) {
        ("FILTER", [values, include, rest @ ..]) => {
            factors.product(context, include)?;
            Use::Rows(values, rest.first())
        }
        // A single comparison gives booleans, which are no numbers to a sum.
        ("SUMPRODUCT" | "SUM", [product]) => {
            factors.product(context, product)?;
            is_number(product).then_some(Use::Sum)?
        }
        ("MATCH", [wanted, product, Node::Const(Cell::Number(0.0))])
        | ("XMATCH", [wanted, product]) => {
            factors.product(context, product)?;
            place(wanted, product, None, None, false)?
        }
        ("XLOOKUP", [wanted, product, values, rest @ ..]) => {
            factors.product(context, product)?;
            let last = match rest.get(1..).unwrap_or(&[]) {
                [] => false,
                [mode] if is_left_out(mode, 0.0) => false,
                [mode, order] if is_left_out(mode, 0.0) && is_left_out(order, 1.0) => false,
                [mode, order] if is_left_out(mode, 0.0) && is_minus_one(order) => true,
                _ => return None,
            };
            place(wanted, product, Some(values), rest.first(), last)?
        }
        (
            "LOOKUP",
            [
                Node::Const(Cell::Number(wanted)),
                Node::Chain(first, rest),
                values,
            ],
        ) => {
            let ([(Op::Divide, product)], Node::Const(Cell::Number(x))) = (&rest[..], &**first)
            else {
                return None;
            };
            factors.product(context, product)?;
            ((*x == 0.0 || *x == 1.0) && wanted >= x).then_some(())?;
            Use::Place {
                values: Some(values),
                otherwise: None,
                last: true,
                is_one: false,
            }
        }
        (name, [Node::Call(inner, choice)]) if inner.doc.name == "IF" && skips_booleans(name) => {
            let ([condition, values], Kernel::Aggregate(kernel)) = (&choice[..], function.kernel)
            else {
                return None;
            };
            factors.product(context, condition)?;
            Use::Aggregate(values, kernel)
        }
        _ => return None,
    };
    Some(Question { factors, wants })
}

/// Aggregates to which the FALSE of a condition that does not hold is nothing, and an error is the answer.
fn skips_booleans(name: &str) -> bool {
    let known = [
        "SUM", "MAX", "MIN", "AVERAGE", "MEDIAN", "PRODUCT", "STDEV", "STDEV.S", "STDEV.P", "VAR",
        "VAR.S", "VAR.P",
    ];
    known.contains(&name)
}

fn is_left_out(node: &Node, default: f64) -> bool {
    matches!(node, Node::Missing) || matches!(node, Node::Const(Cell::Number(x)) if *x == default)
}

fn is_minus_one(node: &Node) -> bool {
    match node {
        Node::Negate(inner) => matches!(&**inner, Node::Const(Cell::Number(1.0))),
        Node::Const(Cell::Number(x)) => *x == -1.0,
        _ => false,
    }
}

/// Arithmetic makes numbers of truth values.
fn is_number(node: &Node) -> bool {
    matches!(node, Node::Negate(_))
        || matches!(node, Node::Chain(_, rest) if rest[0].0 == Op::Multiply)
}

/// `MATCH(1,(…)*(…),0)` or `MATCH(TRUE,…=…,0)`.
fn place<'n, 'a>(
    wanted: &Node<'a>,
    product: &Node<'a>,
    values: Option<&'n Node<'a>>,
    otherwise: Option<&'n Node<'a>>,
    last: bool,
) -> Option<Use<'n, 'a>> {
    let fits = match wanted {
        Node::Const(Cell::Number(x)) => *x == 1.0 && is_number(product),
        Node::Const(Cell::Bool(true)) => !is_number(product),
        _ => false,
    };
    fits.then_some(Use::Place {
        values,
        otherwise,
        last,
        is_one: true,
    })
}

impl<'n, 'a> Factors<'n, 'a> {
    /// `None` where it is no product of comparisons and of what is the same for all records.
    fn product(&mut self, context: &Context<'a>, node: &'n Node<'a>) -> Option<()> {
        match node {
            Node::Chain(first, rest) if rest.iter().all(|(op, _)| *op == Op::Multiply) => {
                self.product(context, first)?;
                rest.iter()
                    .try_for_each(|(_, next)| self.product(context, next))
            }
            Node::Negate(inner) => match &**inner {
                Node::Negate(inner) => self.product(context, inner),
                _ => None,
            },
            Node::Chain(first, rest) => match &rest[..] {
                [(op, second)] if op.level() == 0 => self.test(context, first, *op, second),
                _ => self.constant(node),
            },
            _ => self.constant(node),
        }
    }

    fn constant(&mut self, node: &'n Node<'a>) -> Option<()> {
        (!reads_record(node, &|_| false)).then(|| self.constant.push(node))
    }

    fn test(
        &mut self,
        context: &Context<'a>,
        first: &'n Node<'a>,
        op: Op,
        second: &'n Node<'a>,
    ) -> Option<()> {
        let (table, field, op, wanted) = match (first, second) {
            (Node::Column(table, field), wanted) => (*table, *field, op, wanted),
            (wanted, Node::Column(table, field)) => (*table, *field, mirrored(op), wanted),
            _ => return None,
        };
        if could_be_array(context, wanted) || self.table.is_some_and(|known| known != table) {
            return None;
        }
        self.table = Some(table);
        self.tests.push(Test { field, op, wanted });
        Some(())
    }
}

fn mirrored(op: Op) -> Op {
    match op {
        Op::Less => Op::Greater,
        Op::LessEqual => Op::GreaterEqual,
        Op::Greater => Op::Less,
        Op::GreaterEqual => Op::LessEqual,
        same => same,
    }
}

/// A test with what it needs: the column, what each record wants of it, and for an equality the rows by key.
struct Known<'a> {
    op: Op,
    cells: Arc<Range>,
    wanted: Vector<'a>,
    postings: Option<Arc<Postings>>,
}

struct Conditions<'a> {
    tests: Vec<Known<'a>>,
    /// Of each row, the product of what is the same for all records; NaN where it is an error.
    weights: Option<Vec<f64>>,
    /// The first error among these.
    error: Option<Cell>,
    n_rows: usize,
}

impl<'a> Conditions<'a> {
    fn new(
        context: &mut Context<'a>,
        table: TableId,
        factors: &Factors<'_, 'a>,
    ) -> Option<Conditions<'a>> {
        let (cache, snapshot) = (context.input.cache, context.input.snapshot);
        let mut tests = Vec::new();
        for test in &factors.tests {
            let cells = cache.range(snapshot, table, test.field);
            if cells.cells.iter().any(Cell::is_stuck) {
                return None;
            }
            let postings =
                (test.op == Op::Equal).then(|| cache.postings(snapshot, table, test.field));
            tests.push(Known {
                op: test.op,
                wanted: Vector::Const(Cell::Blank),
                cells,
                postings,
            });
        }
        let n_rows = tests[0].cells.cells.len();
        let mut conditions = Conditions {
            tests,
            weights: None,
            error: None,
            n_rows,
        };
        if n_rows < 2 || !context.fuel.burn(n_rows * factors.tests.len()) {
            return None;
        }
        conditions.weigh(context, &factors.constant)?;
        Some(conditions)
    }

    fn weigh(&mut self, context: &mut Context<'a>, constant: &[&Node<'a>]) -> Option<()> {
        if constant.is_empty() {
            return Some(());
        }
        let mut sides = Vec::new();
        for node in constant {
            match context.eval(node) {
                Vector::Range(range) if range.width == 1 && range.cells.len() == self.n_rows => {
                    sides.push(Cow::Owned(range));
                }
                Vector::Const(Cell::Number(x)) => {
                    let cells = vec![Cell::Number(x); self.n_rows];
                    sides.push(Cow::<Arc<Range>>::Owned(Arc::new(Range::new(1, cells))));
                }
                _ => return None,
            }
        }
        let weights = (0..self.n_rows).map(|row| {
            let mut weight = 1.0;
            for side in &sides {
                match number(&side.cells[row]) {
                    Ok(x) => weight *= x,
                    Err(stuck) => {
                        self.error.get_or_insert(stuck);
                        weight = f64::NAN;
                    }
                }
            }
            weight
        });
        self.weights = Some(weights.collect());
        Some(())
    }

    fn weight(&self, row: u32) -> f64 {
        self.weights
            .as_ref()
            .map_or(1.0, |weights| weights[row as usize])
    }

    /// The rows for which all tests hold and the rest is not 0.
    /// `known` is the test by which the candidates were found.
    fn rows(&self, wanted: &[Cell], candidates: &[u32], known: usize) -> Vec<u32> {
        let holds = |row: &u32| {
            let tests = self.tests.iter().zip(wanted).enumerate();
            let mut tests = tests.filter(|(at, _)| *at != known);
            let is_true = tests.all(|(_, (test, wanted))| {
                let cell = &test.cells.cells[*row as usize];
                match test.op {
                    Op::Equal => equals(cell, wanted),
                    op => binary_cell(op, cell, wanted) == Cell::Bool(true),
                }
            });
            is_true && self.weight(*row) != 0.0
        };
        candidates.iter().copied().filter(holds).collect()
    }

    fn answer(&self, context: &Context<'a>, given: &Given<'a>) -> Vector<'a> {
        let mut kept: HashMap<String, Option<Cell>> = HashMap::new();
        let mut wanted = vec![Cell::Blank; self.tests.len()];
        let mut one = |at: usize| {
            for (cell, test) in wanted.iter_mut().zip(&self.tests) {
                *cell = test.wanted.get(at);
            }
            let stuck = wanted.iter().find(|cell| cell.is_stuck());
            if let Some(stuck) = stuck.or(self.error.as_ref().filter(|_| given.passes_errors)) {
                return given.stuck(stuck, at);
            }
            let found = self.tests.iter().zip(&wanted).enumerate();
            let found = found.filter_map(|(at, (test, wanted))| {
                Some((at, test.postings.as_ref()?.rows(wanted)))
            });
            let fewest = found.min_by_key(|(_, rows)| rows.len());
            let (known, candidates) = fewest.unwrap_or_default();
            let name = (candidates.len() > MANY_ROWS).then(|| format!("{wanted:?}"));
            if let Some(known) = name.as_ref().and_then(|name| kept.get(name)) {
                return given.settled(known.clone(), at);
            }
            if !context.fuel.burn(candidates.len()) {
                return CALC;
            }
            let made = given.made(self, &self.rows(&wanted, &candidates, known));
            if let Some(name) = name {
                kept.insert(name, made.clone());
            }
            given.settled(made, at)
        };
        (0..context.len())
            .map(&mut one)
            .collect::<Collector>()
            .finish()
    }
}

/// As the operator `=`; most texts are told apart without being written anew.
fn equals(cell: &Cell, wanted: &Cell) -> bool {
    match (cell, wanted) {
        (Cell::Text(a), Cell::Text(b)) if a.is_ascii() && b.is_ascii() => a.eq_ignore_ascii_case(b),
        _ => compare(cell, wanted).is_eq(),
    }
}

enum Does {
    Rows,
    Sum,
    Place { last: bool, is_one: bool },
    Aggregate(fn(&[Item]) -> Cell),
}

/// What is needed to make an answer of rows.
struct Given<'a> {
    does: Does,
    /// One row for each row of the table.
    values: Option<Arc<Range>>,
    /// Where no row is found.
    otherwise: Vector<'a>,
    /// An error among the conditions is the answer.
    passes_errors: bool,
}

impl<'a> Given<'a> {
    fn new(
        context: &mut Context<'a>,
        wants: &Use<'_, 'a>,
        conditions: &Conditions<'a>,
    ) -> Option<Given<'a>> {
        let (does, values) = match wants {
            Use::Rows(values, _) => (Does::Rows, Some(*values)),
            Use::Sum => (Does::Sum, None),
            Use::Place {
                values,
                last,
                is_one,
                ..
            } => {
                let (last, is_one) = (*last, *is_one);
                // What is divided by something else than 1 would have another order.
                let is_flag = |x: &f64| *x == 0.0 || *x == 1.0 || x.is_nan();
                let mut weights = conditions.weights.iter().flatten();
                (is_one || weights.all(is_flag)).then_some(())?;
                (Does::Place { last, is_one }, *values)
            }
            Use::Aggregate(values, kernel) => (Does::Aggregate(*kernel), Some(*values)),
        };
        let values = match values {
            None => None,
            Some(node) if reads_record(node, &|_| false) => return None,
            Some(node) => match context.eval(node) {
                Vector::Range(range) if range.height() == conditions.n_rows => Some(range),
                _ => return None,
            },
        };
        let passes_errors = !matches!(does, Does::Place { .. });
        let missing = if passes_errors { CALC } else { NA };
        Some(Given {
            does,
            values,
            otherwise: Vector::Const(missing),
            passes_errors,
        })
    }

    fn stuck(&self, stuck: &Cell, at: usize) -> Cell {
        match (self.passes_errors, stuck) {
            (true, stuck) | (false, stuck @ Cell::Pending) => stuck.clone(),
            (false, _) => self.otherwise.get(at),
        }
    }

    fn settled(&self, made: Option<Cell>, at: usize) -> Cell {
        made.unwrap_or_else(|| self.otherwise.get(at))
    }

    /// `None` where nothing is found.
    fn made(&self, conditions: &Conditions, rows: &[u32]) -> Option<Cell> {
        Some(match &self.does {
            Does::Sum => {
                let mut sum = Sum::default();
                rows.iter().for_each(|row| sum.add(conditions.weight(*row)));
                Cell::finite(sum.value())
            }
            Does::Rows if rows.is_empty() => return None,
            Does::Rows => self.taken(rows),
            Does::Aggregate(kernel) => {
                let values = match rows.is_empty() {
                    true => Range::new(1, vec![Cell::Bool(false)]),
                    false => Range::new(1, self.cells(rows)),
                };
                kernel(&[Item::Range(Arc::new(values))])
            }
            Does::Place { last, is_one } => {
                let fits = |row: &&u32| match is_one {
                    true => conditions.weight(**row) == 1.0,
                    false => !conditions.weight(**row).is_nan(),
                };
                let found = match last {
                    true => rows.iter().rev().find(fits),
                    false => rows.iter().find(fits),
                };
                match (found, &self.values) {
                    (None, _) => return None,
                    (Some(row), None) => Cell::Number(f64::from(*row) + 1.0),
                    (Some(row), Some(_)) => self.taken(&[*row]),
                }
            }
        })
    }

    fn cells(&self, rows: &[u32]) -> Vec<Cell> {
        let Some(values) = &self.values else {
            return Vec::new();
        };
        let width = values.width;
        let rows = rows.iter().map(|row| *row as usize * width);
        rows.flat_map(|start| values.cells[start..start + width].iter().cloned())
            .collect()
    }

    fn taken(&self, rows: &[u32]) -> Cell {
        Cell::array(
            self.values.as_ref().map_or(1, |values| values.width),
            self.cells(rows),
        )
    }
}
