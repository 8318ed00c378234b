//! A bound tree to a plan over columns. In: [`crate::syntax::ast::Expr`] with ids and the schema of the snapshot that
//! is evaluated (a field's column may change). Out: [`Node`]. Law: a reference that is gone is `#REF!`.

pub(crate) mod relations;

use crate::{
    eval::vector::{Cell, Range},
    functions::registry::{self, Function, Kernel},
    syntax::ast::{Expr, FieldRef, Kind, Literal, Op, TableRef},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use table::{
    field::Field,
    id::{FieldId, TableId},
    schema::Schema,
    value::CellError,
};

#[derive(Debug)]
pub(crate) enum Node<'a> {
    Const(Cell),
    Own(&'a Field),
    Column(TableId, &'a Field),
    Array(Arc<Range>),
    Negate(Box<Node<'a>>),
    Percent(Box<Node<'a>>, u32),
    Chain(Box<Node<'a>>, Vec<(Op, Node<'a>)>),
    Call(&'static Function, Vec<Node<'a>>),
    Missing,
}

pub(crate) fn lower<'a>(expr: &Expr, table: TableId, schema: &'a Schema) -> Node<'a> {
    let below = |inner: &Expr| Box::new(lower(inner, table, schema));
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
        Kind::Own(FieldRef::Id(id)) => schema
            .table(table)
            .and_then(|t| t.field(*id))
            .map_or(gone, Node::Own),
        Kind::Column(TableRef::Id(of), FieldRef::Id(id)) => schema
            .table(*of)
            .and_then(|t| t.field(*id))
            .map_or(gone, |field| Node::Column(*of, field)),
        Kind::Own(_) | Kind::Column(..) => gone,
        Kind::Group(inner) | Kind::Plus(inner) => lower(inner, table, schema),
        Kind::Negate(inner) => Node::Negate(below(inner)),
        Kind::Percent(inner, n) => Node::Percent(below(inner), *n),
        Kind::Chain(first, rest) => Node::Chain(
            below(first),
            rest.iter()
                .map(|(op, e)| (*op, lower(e, table, schema)))
                .collect(),
        ),
        Kind::Call { name, args, .. } => match registry::find(name) {
            Some(function) => Node::Call(
                function,
                args.iter().map(|arg| lower(arg, table, schema)).collect(),
            ),
            None => Node::Const(Cell::Error(CellError::Name)),
        },
        Kind::Missing => Node::Missing,
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

/// What a formula reads, for the graph of recomputation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Fields of the same record.
    pub own: BTreeSet<FieldId>,
    /// Link fields of the same record of which only the linked records count, not what they are called.
    pub links: BTreeSet<FieldId>,
    /// Whole columns, by table.
    pub others: BTreeMap<TableId, BTreeSet<FieldId>>,
    /// Depends on the clock.
    pub volatile: bool,
}

pub(crate) struct Needs {
    pub(crate) reads: Reads,
    /// Fields of the own table that are read in all records; present where the formula runs over these.
    pub(crate) running: Option<BTreeSet<FieldId>>,
    pub(crate) ai: bool,
    /// What a record costs, in records of plain operators.
    pub(crate) weight: u64,
}

/// A function is called for each record.
const HEAVY: u64 = 10;
/// For each record a whole column may have to be read: `COUNTIF(商品[单价],"<"&[单价])`.
const COSTLY: u64 = 1_000;

/// As far as it can be seen without the cells.
fn weight(kernel: Option<&Kernel>, args: &[Expr]) -> u64 {
    let is_made = |arg: &Expr| match &arg.kind {
        Kind::Chain(_, rest) => rest.iter().any(|(op, _)| *op == Op::Concat),
        _ => false,
    };
    match kernel {
        Some(Kernel::Lazy(_) | Kernel::Now | Kernel::Today) => 1,
        Some(Kernel::Aggregate(_)) => match args {
            [
                Expr {
                    kind: Kind::Column(..),
                    ..
                },
            ] => 1,
            _ => HEAVY,
        },
        Some(Kernel::Running(_)) => 1,
        Some(Kernel::Lookup(_)) if args.iter().any(is_made) => COSTLY,
        Some(Kernel::Lookup(_)) => 1,
        _ => HEAVY,
    }
}

pub(crate) fn needs(expr: &Expr, out: &mut Needs) {
    match &expr.kind {
        Kind::Own(FieldRef::Id(id)) => drop(out.reads.own.insert(*id)),
        Kind::Column(TableRef::Id(table), FieldRef::Id(id)) => {
            out.reads.others.entry(*table).or_default().insert(*id);
        }
        Kind::Call { name, args, .. } => {
            let kernel = registry::find(name).map(|f| &f.kernel);
            out.ai |= matches!(kernel, Some(Kernel::Ai(_)));
            out.weight = out.weight.max(weight(kernel, args));
            out.reads.volatile |= matches!(kernel, Some(Kernel::Now | Kernel::Today));
            if let Some(Kernel::Running(_)) = kernel {
                return needs_of_all(args, out);
            }
            let mut rest = args.iter();
            if let Some(Kernel::Lookup(lookup)) = kernel
                && lookup.is_over_link()
                && let Some(Kind::Own(FieldRef::Id(link))) = args.first().map(|arg| &arg.kind)
            {
                out.reads.links.insert(*link);
                rest.next();
            }
            rest.for_each(|arg| needs(arg, out));
        }
        Kind::Negate(inner) | Kind::Plus(inner) | Kind::Percent(inner, _) | Kind::Group(inner) => {
            needs(inner, out)
        }
        Kind::Chain(first, rest) => {
            needs(first, out);
            rest.iter().for_each(|(_, next)| needs(next, out));
        }
        _ => {}
    }
}

/// What arguments need that are read in all records of the own table.
fn needs_of_all(args: &[Expr], out: &mut Needs) {
    let own = std::mem::take(&mut out.reads.own);
    let links = std::mem::take(&mut out.reads.links);
    args.iter().for_each(|arg| needs(arg, out));
    let read = std::mem::replace(&mut out.reads.own, own);
    let linked = std::mem::replace(&mut out.reads.links, links);
    let running = out.running.get_or_insert_default();
    running.extend(read.into_iter().chain(linked));
}
