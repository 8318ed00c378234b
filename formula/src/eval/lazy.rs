//! Functions that choose which argument is evaluated: IF, IFS, SWITCH, CHOOSE, IFERROR, IFNA.
//!
//! A branch that only reads fields and computes is evaluated for all records at once and then chosen from; any other
//! one (AI, look-ups, functions) only for the records that take it.

use super::{
    Context, VALUE,
    coded::{Coded, Dictionary},
    operators::compare,
    vector::{Cell, Numbers, Vector},
};
use crate::{
    check::coerce::{number, truth},
    functions::registry::{Gives, Kernel},
    plan::Node,
};
use std::borrow::Cow;
use table::{mask::Mask, value::CellError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lazy {
    If,
    Ifs,
    Switch,
    IfError,
    IfNa,
    Choose,
}

/// Which of the branches each record takes.
struct Choice<'a> {
    taken: Vec<u32>,
    /// One cell per record, as far as the branch is taken.
    branches: Vec<Vector<'a>>,
    /// Records that have taken none yet.
    open: Vec<u32>,
}

const OPEN: u32 = u32::MAX;

pub(crate) fn call<'a>(context: &mut Context<'a>, lazy: Lazy, args: &[Node<'a>]) -> Vector<'a> {
    let n = context.len();
    if asks_arrays(context, lazy, args) {
        return context.each(args, 1, |cells| choose(lazy, cells));
    }
    let mut choice = Choice {
        taken: vec![OPEN; n],
        branches: Vec::new(),
        open: (0..n as u32).collect(),
    };
    match lazy {
        Lazy::If => {
            choice.branch(context, &args[0], args.get(1));
            choice.rest(context, args.get(2), Cell::Bool(false));
        }
        Lazy::Ifs => {
            for pair in args.chunks(2) {
                choice.branch(context, &pair[0], pair.get(1));
            }
        }
        Lazy::Switch => switch(context, args, &mut choice),
        Lazy::Choose => by_number(context, args, &mut choice),
        Lazy::IfError | Lazy::IfNa => {
            let tried = context.eval(&args[0]);
            let is_caught = |cell: &Cell| match cell {
                Cell::Error(error) => lazy == Lazy::IfError || *error == CellError::Na,
                _ => false,
            };
            let caught = where_cells(&tried, n, is_caught);
            let branch = choice.add(tried);
            choice.taken.fill(branch);
            caught
                .iter()
                .for_each(|at| choice.taken[*at as usize] = OPEN);
            choice.open = caught;
            choice.rest(context, args.get(1), Cell::Blank);
        }
    }
    choice.finish()
}

/// Whether what decides is an array: then each of its cells decides for itself, and all branches are computed.
fn asks_arrays<'a>(context: &mut Context<'a>, lazy: Lazy, args: &[Node<'a>]) -> bool {
    let step = match lazy {
        Lazy::If | Lazy::IfError | Lazy::IfNa | Lazy::Choose => args.len(),
        Lazy::Ifs | Lazy::Switch => 2,
    };
    // SWITCH compares its first argument with every other one.
    let cases = args.iter().skip(1).step_by(2);
    let cases = cases.filter(|_| lazy == Lazy::Switch);
    let deciding = args.iter().step_by(step.max(1)).take(match lazy {
        Lazy::Switch => 1,
        _ => usize::MAX,
    });
    let deciding: Vec<&Node> = deciding.chain(cases).collect();
    deciding
        .into_iter()
        .any(|node| could_be_array(context, node) && context.eval(node).may_hold_arrays())
}

/// False only where it is certain that no cell of it is an array.
pub(crate) fn could_be_array(context: &Context, node: &Node) -> bool {
    match node {
        Node::Column(..) | Node::Array(_) | Node::Each(_) | Node::Dot(..) | Node::Once(..) => true,
        Node::Run(_) => false,
        Node::Const(_) | Node::Missing | Node::Own(_) => false,
        Node::Var(slot) => match context.env.get(*slot) {
            Some(Some(value)) => value.may_hold_arrays(),
            _ => true,
        },
        Node::Negate(inner) | Node::Percent(inner, _) => could_be_array(context, inner),
        Node::Chain(first, rest) => {
            could_be_array(context, first)
                || rest.iter().any(|(_, next)| could_be_array(context, next))
        }
        Node::Let(..) => true,
        Node::Call(function, args) => match function.kernel {
            Kernel::Aggregate(_) => matches!(function.gives, Gives::List),
            Kernel::Ai(_) | Kernel::Now | Kernel::Today => false,
            Kernel::Array(_) | Kernel::Random(_) => true,
            _ => args.iter().any(|arg| could_be_array(context, arg)),
        },
    }
}

/// The choice for single cells, all of them known.
fn choose(lazy: Lazy, cells: &[Cell]) -> Cell {
    let na = Cell::Error(CellError::Na);
    let at = |place: usize, otherwise: Cell| cells.get(place).cloned().unwrap_or(otherwise);
    match lazy {
        Lazy::If => match truth(&cells[0]) {
            Ok(true) => at(1, Cell::Bool(true)),
            Ok(false) => at(2, Cell::Bool(false)),
            Err(stuck) => stuck,
        },
        Lazy::Ifs => {
            for pair in cells.chunks(2) {
                match truth(&pair[0]) {
                    Ok(true) => return pair.get(1).cloned().unwrap_or(Cell::Blank),
                    Ok(false) => {}
                    Err(stuck) => return stuck,
                }
            }
            na
        }
        Lazy::Switch => {
            let (subject, cases) = (&cells[0], &cells[1..]);
            if subject.is_stuck() {
                return subject.clone();
            }
            for pair in cases.chunks(2) {
                match pair {
                    [otherwise] => return otherwise.clone(),
                    [case, _] if case.is_stuck() => return case.clone(),
                    [case, value] if compare(subject, case).is_eq() => return value.clone(),
                    _ => {}
                }
            }
            na
        }
        Lazy::IfError | Lazy::IfNa => match &cells[0] {
            Cell::Error(error) if lazy == Lazy::IfError || *error == CellError::Na => {
                at(1, Cell::Blank)
            }
            cell => cell.clone(),
        },
        Lazy::Choose => match number_of(&cells[0], cells.len()) {
            Ok(place) => cells[place].clone(),
            Err(stuck) => stuck,
        },
    }
}

/// The argument that CHOOSE takes.
fn number_of(index: &Cell, n_args: usize) -> Result<usize, Cell> {
    let place = number(index)?.trunc();
    match place >= 1.0 && place < n_args as f64 {
        true => Ok(place as usize),
        false => Err(VALUE),
    }
}

fn by_number<'a>(context: &mut Context<'a>, args: &[Node<'a>], choice: &mut Choice<'a>) {
    let index = context.eval(&args[0]);
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); args.len()];
    let mut wrong = Vec::new();
    let mut cells = Vec::new();
    for at in std::mem::take(&mut choice.open) {
        match number_of(&index.get(at as usize), args.len()) {
            Ok(place) => rows[place].push(at),
            Err(stuck) => {
                cells.resize(choice.taken.len(), Cell::Blank);
                cells[at as usize] = stuck;
                wrong.push(at);
            }
        }
    }
    if !wrong.is_empty() {
        choice.take(Vector::Cells(cells), &wrong);
    }
    for (node, rows) in args.iter().zip(&rows) {
        choice.fill(context, Some(node), Cell::Blank, rows);
    }
}

/// The records whose cell passes, looked at once per distinct cell where there are codes.
fn where_cells(vector: &Vector, n: usize, test: impl Fn(&Cell) -> bool) -> Vec<u32> {
    match vector {
        Vector::Numbers(numbers) => {
            let rest = numbers.rest.iter();
            rest.filter(|(_, cell)| test(cell))
                .map(|(at, _)| *at)
                .collect()
        }
        Vector::Coded(coded) => {
            let passes = coded.each(false, |seen| test(&seen.to_cell()));
            let codes = coded.codes.iter().zip(0..);
            codes
                .filter(|(code, _)| passes[**code as usize])
                .map(|(_, at)| at)
                .collect()
        }
        other => (0..n as u32)
            .filter(|at| test(&other.get(*at as usize)))
            .collect(),
    }
}

/// What a condition says.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Yes,
    No,
    Stuck,
}

fn says(cell: &Cell) -> Says {
    match truth(cell) {
        Ok(true) => Says::Yes,
        Ok(false) => Says::No,
        Err(_) => Says::Stuck,
    }
}

impl<'a> Choice<'a> {
    fn add(&mut self, branch: Vector<'a>) -> u32 {
        self.branches.push(branch);
        (self.branches.len() - 1) as u32
    }

    /// Settles the records whose condition holds (or is an error) and leaves the others open.
    fn branch(&mut self, context: &mut Context<'a>, condition: &Node<'a>, then: Option<&Node<'a>>) {
        let conditions = context.eval_for(condition, &self.open);
        let (mut taken, mut rest, mut stuck) = (Vec::new(), Vec::new(), Vec::new());
        let mut put = |at: u32, says: Says| match says {
            Says::Yes => taken.push(at),
            Says::No => rest.push(at),
            Says::Stuck => stuck.push(at),
        };
        match &conditions {
            Vector::Coded(coded) => {
                let said = coded.each(Says::No, |seen| says(&seen.to_cell()));
                let open = self.open.iter();
                open.for_each(|at| put(*at, said[coded.codes[*at as usize] as usize]));
            }
            Vector::Const(cell) => {
                let said = says(cell);
                self.open.iter().for_each(|at| put(*at, said));
            }
            other => {
                let open = self.open.iter();
                open.for_each(|at| put(*at, says(&other.get(*at as usize))));
            }
        }
        if !stuck.is_empty() {
            let mut cells = vec![Cell::Blank; self.taken.len()];
            for at in &stuck {
                let cell = conditions.get(*at as usize);
                cells[*at as usize] = truth(&cell).err().unwrap_or(Cell::Blank);
            }
            self.take(Vector::Cells(cells), &stuck);
        }
        self.fill(context, then, Cell::Bool(true), &taken);
        self.open = rest;
    }

    fn take(&mut self, branch: Vector<'a>, rows: &[u32]) {
        let branch = self.add(branch);
        rows.iter().for_each(|at| self.taken[*at as usize] = branch);
    }

    /// A branch that is a blank field shows 0 in Excel; in a table a blank stays a blank.
    fn fill(
        &mut self,
        context: &mut Context<'a>,
        node: Option<&Node<'a>>,
        otherwise: Cell,
        rows: &[u32],
    ) {
        if rows.is_empty() {
            return;
        }
        let branch = match node {
            Some(node) => context.eval_for(node, rows),
            None => Vector::Const(otherwise),
        };
        self.take(branch, rows);
    }

    fn rest(&mut self, context: &mut Context<'a>, node: Option<&Node<'a>>, otherwise: Cell) {
        let open = std::mem::take(&mut self.open);
        self.fill(context, node, otherwise, &open);
    }

    fn finish(mut self) -> Vector<'a> {
        if !self.open.is_empty() {
            let open = std::mem::take(&mut self.open);
            self.take(Vector::Const(Cell::Error(CellError::Na)), &open);
        }
        if let ([branch], false) = (&self.branches[..], self.taken.is_empty()) {
            return branch.clone();
        }
        let numeric =
            |branch: &Vector| matches!(branch, Vector::Numbers(_) | Vector::Const(Cell::Number(_)));
        let coded = |branch: &Vector| matches!(branch, Vector::Coded(_) | Vector::Const(_));
        match () {
            () if self.branches.iter().all(numeric) => Vector::Numbers(self.numbers()),
            () if self.branches.iter().all(coded) => Vector::Coded(self.coded()),
            () => Vector::Cells(
                self.taken
                    .iter()
                    .enumerate()
                    .map(|(at, branch)| self.branches[*branch as usize].get(at))
                    .collect(),
            ),
        }
    }

    fn coded(&self) -> Coded<'a> {
        let mut cells = Dictionary::default();
        let sources: Vec<(Option<&[u32]>, u32)> = self
            .branches
            .iter()
            .map(|branch| match branch {
                Vector::Coded(coded) => (Some(&*coded.codes), cells.join(&coded.cells)),
                other => (None, cells.add_cells(vec![other.get(0)])),
            })
            .collect();
        let codes = self.taken.iter().enumerate().map(|(at, branch)| {
            let (codes, first) = sources[*branch as usize];
            first + codes.map_or(0, |codes| codes[at])
        });
        Coded {
            codes: Cow::Owned(codes.collect()),
            cells,
        }
    }

    fn numbers(&self) -> Numbers<'a> {
        let values = self.taken.iter().enumerate().map(|(at, branch)| {
            match &self.branches[*branch as usize] {
                Vector::Numbers(numbers) => numbers.values[at],
                Vector::Const(Cell::Number(x)) => *x,
                _ => 0.0,
            }
        });
        let mut out = Numbers::of(values.collect::<Vec<f64>>());
        for (number, branch) in self.branches.iter().enumerate() {
            let Vector::Numbers(numbers) = branch else {
                continue;
            };
            let is_taken = |at: usize| self.taken[at] == number as u32;
            if let Some(blank) = &numbers.blank {
                let len = out.values.len();
                let target = out.blank.get_or_insert_with(|| Mask::new(len, false));
                blank
                    .ones()
                    .filter(|at| is_taken(*at))
                    .for_each(|at| target.set(at, true));
            }
            let rest = numbers.rest.iter();
            out.rest
                .extend(rest.filter(|(at, _)| is_taken(*at as usize)).cloned());
        }
        out.rest.sort_unstable_by_key(|(at, _)| *at);
        out
    }
}

/// Cheaper for all records than for some: it reads and computes, and asks nobody.
pub(crate) fn is_cheap(node: &Node) -> bool {
    match node {
        Node::Const(_) | Node::Missing | Node::Own(_) => true,
        Node::Negate(inner) | Node::Percent(inner, _) => is_cheap(inner),
        Node::Chain(first, rest) => is_cheap(first) && rest.iter().all(|(_, next)| is_cheap(next)),
        Node::Call(function, args) => {
            matches!(function.kernel, Kernel::Lazy(Lazy::If)) && args.iter().all(is_cheap)
        }
        Node::Var(_) => true,
        Node::Column(..) | Node::Array(_) => false,
        Node::Let(..) | Node::Each(_) | Node::Dot(..) | Node::Once(..) | Node::Run(_) => false,
    }
}

fn switch<'a>(context: &mut Context<'a>, args: &[Node<'a>], choice: &mut Choice<'a>) {
    let subjects = context.eval(&args[0]);
    let stuck = where_cells(&subjects, choice.taken.len(), Cell::is_stuck);
    let n = choice.taken.len();
    choice.take(subjects.clone(), &stuck);
    let taken = &choice.taken;
    choice.open.retain(|at| taken[*at as usize] == OPEN);
    let mut at = 1;
    while at + 1 < args.len() {
        let cases = context.eval_for(&args[at], &choice.open);
        let (mut taken, mut rest, mut stuck) = (Vec::new(), Vec::new(), Vec::new());
        match (&subjects, &cases) {
            (Vector::Coded(coded), Vector::Const(case)) if !case.is_stuck() => {
                let fits = coded.each(false, |seen| compare(&seen.to_cell(), case).is_eq());
                for row in &choice.open {
                    match fits[coded.codes[*row as usize] as usize] {
                        true => taken.push(*row),
                        false => rest.push(*row),
                    }
                }
            }
            _ => {
                for row in &choice.open {
                    let case = cases.get(*row as usize);
                    match () {
                        () if case.is_stuck() => stuck.push(*row),
                        () if compare(&subjects.get(*row as usize), &case).is_eq() => {
                            taken.push(*row)
                        }
                        () => rest.push(*row),
                    }
                }
            }
        }
        if !stuck.is_empty() {
            choice.take(cases, &stuck);
        }
        choice.fill(context, Some(&args[at + 1]), Cell::Blank, &taken);
        choice.open = rest;
        at += 2;
    }
    debug_assert_eq!(choice.taken.len(), n);
    if at < args.len() {
        choice.rest(context, args.get(at), Cell::Blank);
    }
}
