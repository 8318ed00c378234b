//! A bound tree to a plan: [`lower`]. LET and lambda parameters become variables; a lambda is put in wherever it is
//! called, so that a plan knows no functions but the language's own.
//!
//! Law: however lambdas call each other, a plan is bounded in size and depth; beyond it stands `#CALC!`.

use super::Node;
use crate::{
    eval::{
        lambda::{Binding, Each},
        running::Run,
        vector::{Cell, Range},
    },
    functions::registry::{self, Function, Kernel},
    limits::{PLAN_DEPTH, PLAN_NODES},
    syntax::ast::{Expr, FieldRef, Kind, Literal, TableRef},
};
use std::sync::Arc;
use table::{id::TableId, schema::Schema, value::CellError};

pub(crate) fn lower<'a>(expr: &Expr, table: TableId, schema: &'a Schema) -> Node<'a> {
    let mut lowering = Lowering {
        table,
        schema,
        n_slots: 0,
        n_nodes: 0,
        depth: 0,
        n_runs: 0,
        run: 0,
    };
    lowering.node(expr, None)
}

struct Lowering<'a> {
    table: TableId,
    schema: &'a Schema,
    n_slots: usize,
    n_nodes: usize,
    depth: usize,
    n_runs: u32,
    /// In how many running functions this is.
    run: usize,
}

/// A name and what is around it.
#[derive(Clone, Copy)]
struct Frame<'s> {
    name: &'s str,
    bound: Bound<'s>,
    /// Whether a model is asked where it is used.
    asks: bool,
    outer: Env<'s>,
}

type Env<'s> = Option<&'s Frame<'s>>;

#[derive(Clone, Copy)]
enum Bound<'s> {
    /// A variable, in how many running functions it was named, and what it was named for.
    Slot(usize, usize, Option<(&'s Expr, Env<'s>)>),
    /// Calls of an AI model: computed where it is used, so that a branch not taken asks nothing.
    Inline(&'s Expr, Env<'s>),
    /// Parameters and, last, the body; with the names around it.
    Lambda(&'s [Expr], Env<'s>),
}

/// What is called.
enum Called<'s> {
    Lambda(&'s [Expr], Env<'s>),
    Function(&'static Function),
}

fn find<'s>(env: Env<'s>, name: &str) -> Option<&'s Frame<'s>> {
    let mut env = env;
    while let Some(frame) = env {
        if frame.name.to_lowercase() == name.to_lowercase() {
            return Some(frame);
        }
        env = frame.outer;
    }
    None
}

/// A lambda, a name that stands for one, or the name of a function.
fn called<'s>(expr: &'s Expr, env: Env<'s>) -> Option<Called<'s>> {
    match &expr.ungrouped().kind {
        Kind::Call { name, args, .. } if name == "LAMBDA" => Some(Called::Lambda(args, env)),
        Kind::Name(name) => match find(env, name) {
            Some(frame) => match frame.bound {
                Bound::Lambda(args, env) => Some(Called::Lambda(args, env)),
                _ => None,
            },
            None => registry::find(&name.to_ascii_uppercase()).map(Called::Function),
        },
        _ => None,
    }
}

fn asks_model(expr: &Expr, env: Env) -> bool {
    let here = match &expr.kind {
        Kind::Call { name, .. } => matches!(
            registry::find(name).map(|function| &function.kernel),
            Some(Kernel::Ai(_))
        ),
        Kind::Name(name) => find(env, name).is_some_and(|frame| frame.asks),
        _ => false,
    };
    here || expr
        .children()
        .into_iter()
        .any(|child| asks_model(child, env))
}

impl<'a> Lowering<'a> {
    fn node(&mut self, expr: &Expr, env: Env) -> Node<'a> {
        self.n_nodes += 1;
        if self.n_nodes > PLAN_NODES || self.depth > PLAN_DEPTH {
            return Node::Const(Cell::Error(CellError::Calc));
        }
        self.depth += 1;
        let node = self.kind(expr, env);
        self.depth -= 1;
        node
    }

    fn below(&mut self, expr: &Expr, env: Env) -> Box<Node<'a>> {
        Box::new(self.node(expr, env))
    }

    fn kind(&mut self, expr: &Expr, env: Env) -> Node<'a> {
        let gone = Node::Const(Cell::Error(CellError::Ref));
        match &expr.kind {
            Kind::Number(x) => Node::Const(Cell::Number(*x)),
            Kind::Text(text) => Node::Const(Cell::Text(Arc::from(text.as_str()))),
            Kind::Bool(b) => Node::Const(Cell::Bool(*b)),
            Kind::Error(error) => Node::Const(Cell::Error(*error)),
            Kind::Array(rows) => Node::Array(Arc::new(Range {
                width: rows[0].len(),
                cells: rows.iter().flatten().map(literal).collect(),
            })),
            Kind::Own(FieldRef::Id(id)) => self
                .schema
                .table(self.table)
                .and_then(|t| t.field(*id))
                .map_or(gone, Node::Own),
            Kind::Column(TableRef::Id(of), FieldRef::Id(id)) => self
                .schema
                .table(*of)
                .and_then(|t| t.field(*id))
                .map_or(gone, |field| Node::Column(*of, field)),
            Kind::Own(_) | Kind::Column(..) => gone,
            Kind::Group(inner) | Kind::Plus(inner) | Kind::Note { inner, .. } => {
                self.node(inner, env)
            }
            Kind::Negate(inner) => Node::Negate(self.below(inner, env)),
            Kind::Percent(inner, n) => Node::Percent(self.below(inner, env), *n),
            Kind::Chain(first, rest) => {
                let first = self.below(first, env);
                let rest = rest.iter().map(|(op, e)| (*op, self.node(e, env)));
                Node::Chain(first, rest.collect())
            }
            Kind::Call { name, args, .. } => self.call(name, args, env),
            Kind::Missing => Node::Missing,
            Kind::Name(name) => match find(env, name).map(|frame| frame.bound) {
                Some(Bound::Slot(slot, run, _)) if run == self.run => Node::Var(slot),
                // A running function asks for it in other records.
                Some(Bound::Slot(_, _, Some((expr, env)))) => self.node(expr, env),
                Some(Bound::Slot(..)) => Node::Const(Cell::Error(CellError::Value)),
                Some(Bound::Inline(expr, env)) => self.node(expr, env),
                // A lambda that nobody calls is no value.
                Some(Bound::Lambda(..)) => Node::Const(Cell::Error(CellError::Calc)),
                None => Node::Const(Cell::Error(CellError::Name)),
            },
            Kind::Apply(function, args) => self.apply(function, args, env),
            Kind::Dot(..) => self.dot(expr).unwrap_or(gone),
        }
    }

    /// What tells a draw from the others of the formula: its place, the variables that a lambda was called with, and, last,
    /// how many such arguments there are.
    fn push_seed(&self, env: Env, args: &mut Vec<Node<'a>>) {
        let n_own = args.len();
        args.push(Node::Const(Cell::Number(self.n_nodes as f64)));
        let mut frame = env;
        while let Some(Frame { bound, outer, .. }) = frame {
            match bound {
                Bound::Slot(slot, run, _) if *run == self.run => args.push(Node::Var(*slot)),
                _ => {}
            }
            frame = *outer;
        }
        args.push(Node::Const(Cell::Number((args.len() - n_own) as f64)));
    }

    fn call(&mut self, name: &str, args: &[Expr], env: Env) -> Node<'a> {
        let Some(function) = registry::find(name) else {
            return Node::Const(Cell::Error(CellError::Name));
        };
        match function.kernel {
            Kernel::Binding(Binding::Let) => self.named(args, Vec::new(), env),
            Kernel::Binding(Binding::Lambda) => Node::Const(Cell::Error(CellError::Calc)),
            Kernel::Binding(by) => self.each(by, args, env),
            // Answers of an AI belong into a field of their own: nobody could see what each of these records asks.
            Kernel::Running(_) if args.iter().any(|arg| asks_model(arg, env)) => {
                Node::Const(Cell::Error(CellError::Value))
            }
            Kernel::Running(by) => {
                self.run += 1;
                let args = args.iter().map(|arg| self.of_records(arg, env)).collect();
                self.run -= 1;
                self.n_runs += 1;
                let number = self.n_runs;
                Node::Run(Box::new(Run { by, args, number }))
            }
            _ => {
                let args = args.iter().map(|arg| self.node(arg, env));
                let mut args: Vec<Node> = args.collect();
                if let Kernel::Random(_) = function.kernel {
                    self.push_seed(env, &mut args);
                }
                Node::Call(function, args)
            }
        }
    }

    /// An argument of a running function: a column of the own table is the field in each record.
    fn of_records(&mut self, expr: &Expr, env: Env) -> Node<'a> {
        match &expr.ungrouped().kind {
            Kind::Column(TableRef::Id(of), FieldRef::Id(id)) if *of == self.table => {
                let field = self.schema.table(*of).and_then(|t| t.field(*id));
                field.map_or(Node::Const(Cell::Error(CellError::Ref)), Node::Own)
            }
            _ => self.node(expr, env),
        }
    }

    fn slot(&mut self) -> usize {
        self.n_slots += 1;
        self.n_slots - 1
    }

    /// LET: name, value, …, expression.
    fn named(&mut self, args: &[Expr], mut known: Vec<(usize, Node<'a>)>, env: Env) -> Node<'a> {
        let (name, value, rest) = match args {
            [body] => {
                let body = self.below(body, env);
                return Node::Let(known, body);
            }
            [name, value, rest @ ..] => (name, value, rest),
            [] => return Node::Const(Cell::Error(CellError::Value)),
        };
        let Kind::Name(name) = &name.kind else {
            return Node::Const(Cell::Error(CellError::Name));
        };
        let bound = match called(value, env) {
            Some(Called::Lambda(args, around)) => Bound::Lambda(args, around),
            _ if asks_model(value, env) => Bound::Inline(value, env),
            _ => {
                let slot = self.slot();
                let lowered = self.node(value, env);
                known.push((slot, lowered));
                Bound::Slot(slot, self.run, Some((value, env)))
            }
        };
        let frame = Frame {
            name,
            bound,
            asks: asks_model(value, env),
            outer: env,
        };
        self.named(rest, known, Some(&frame))
    }

    fn apply(&mut self, function: &Expr, args: &[Expr], env: Env) -> Node<'a> {
        match called(function, env) {
            Some(Called::Lambda(lambda, around)) => {
                let Some((body, parameters)) = lambda.split_last() else {
                    return Node::Const(Cell::Error(CellError::Value));
                };
                if parameters.len() != args.len() {
                    return Node::Const(Cell::Error(CellError::Value));
                }
                let mut known = Vec::new();
                let bounds = args.iter().map(|arg| match called(arg, env) {
                    Some(Called::Lambda(args, around)) => Bound::Lambda(args, around),
                    _ if asks_model(arg, env) => Bound::Inline(arg, env),
                    _ => {
                        let slot = self.slot();
                        known.push((slot, self.node(arg, env)));
                        Bound::Slot(slot, self.run, Some((arg, env)))
                    }
                });
                let bounds: Vec<Bound> = bounds.collect();
                let body = self.with(parameters, &bounds, body, around);
                Node::Let(known, Box::new(body))
            }
            Some(Called::Function(function)) => {
                let args = args.iter().map(|arg| self.node(arg, env));
                Node::Call(function, args.collect())
            }
            None => Node::Const(Cell::Error(CellError::Value)),
        }
    }

    /// The body with its parameters bound.
    fn with(&mut self, names: &[Expr], bounds: &[Bound], body: &Expr, env: Env) -> Node<'a> {
        let (Some((name, names)), Some((bound, bounds))) =
            (names.split_first(), bounds.split_first())
        else {
            return self.node(body, env);
        };
        let Kind::Name(name) = &name.kind else {
            return Node::Const(Cell::Error(CellError::Name));
        };
        let frame = Frame {
            name,
            bound: *bound,
            asks: match bound {
                Bound::Slot(..) => false,
                Bound::Inline(..) => true,
                Bound::Lambda(args, env) => args.last().is_some_and(|body| asks_model(body, *env)),
            },
            outer: env,
        };
        self.with(names, bounds, body, Some(&frame))
    }

    fn each(&mut self, by: Binding, args: &[Expr], env: Env) -> Node<'a> {
        let wrong = Node::Const(Cell::Error(CellError::Value));
        let Some(lambda_at) = by.lambda_at(args.len()) else {
            return wrong;
        };
        let (lambda, (before, after)) = (
            &args[lambda_at],
            (&args[..lambda_at], &args[lambda_at + 1..]),
        );
        let n_parameters = by.n_parameters(args.len() - 1);
        let slots: Vec<usize> = (0..n_parameters).map(|_| self.slot()).collect();
        let fits = |n: usize| n == n_parameters || (by.may_ignore() && n == 1);
        let body = match called(lambda, env) {
            Some(Called::Lambda(lambda, around)) => match lambda.split_last() {
                Some((body, parameters)) if fits(parameters.len()) => {
                    let bounds: Vec<Bound> = slots
                        .iter()
                        .map(|slot| Bound::Slot(*slot, self.run, None))
                        .collect();
                    self.with(parameters, &bounds, body, around)
                }
                _ => return wrong,
            },
            Some(Called::Function(function)) => {
                let n = match by.may_ignore() {
                    true => function.min.clamp(1, n_parameters),
                    false => n_parameters,
                };
                let args = slots[..n].iter().map(|slot| Node::Var(*slot));
                Node::Call(function, args.collect())
            }
            None => return wrong,
        };
        Node::Each(Box::new(Each {
            by,
            arrays: before
                .iter()
                .chain(after)
                .map(|arg| self.node(arg, env))
                .collect(),
            slots,
            body,
        }))
    }

    /// `None` where a field on the way is gone, or is no link any more.
    fn dot(&self, expr: &Expr) -> Option<Node<'a>> {
        let mut way = Vec::new();
        let mut at = expr;
        let first = loop {
            match &at.ungrouped().kind {
                Kind::Dot(inner, FieldRef::Id(id)) => {
                    way.push(*id);
                    at = inner;
                }
                Kind::Own(FieldRef::Id(id)) => {
                    break self.schema.table(self.table)?.field(*id)?;
                }
                _ => return None,
            }
        };
        let mut steps = Vec::with_capacity(way.len());
        let mut link = first;
        for id in way.into_iter().rev() {
            let table = link.link()?.table;
            link = self.schema.table(table)?.field(id)?;
            steps.push((table, link));
        }
        Some(Node::Dot(first, steps))
    }
}

fn literal(literal: &Literal) -> Cell {
    match literal {
        Literal::Number(x) => Cell::Number(*x),
        Literal::Text(text) => Cell::Text(Arc::from(text.as_str())),
        Literal::Bool(b) => Cell::Bool(*b),
        Literal::Error(error) => Cell::Error(*error),
    }
}
