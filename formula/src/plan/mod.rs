//! A bound tree to a plan over columns. In: [`crate::syntax::ast::Expr`] with ids and the schema of the snapshot that
//! is evaluated (a field's column may change). Out: [`Node`]. Law: a reference that is gone is `#REF!`.

mod lower;
pub(crate) mod relations;
mod share;

pub(crate) use lower::lower;
use relations::Relations;
pub(crate) use share::{reads_record, share};

use crate::{
    eval::{
        lambda::Each,
        running::Run,
        vector::{Cell, Range},
    },
    functions::registry::{self, Function, Kernel},
    syntax::ast::{Expr, FieldRef, Kind, Op, TableRef},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use table::{
    field::Field,
    id::{FieldId, TableId},
    schema::Schema,
};

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
    /// What LET or a lambda's parameter holds.
    Var(usize),
    /// The variables in turn, then what is made of them.
    Let(Vec<(usize, Node<'a>)>, Box<Node<'a>>),
    Each(Box<Each<'a>>),
    Run(Box<Run<'a>>),
    /// A link field of the own record, and a field of each table on the way.
    Dot(&'a Field, Vec<(TableId, &'a Field)>),
    /// The same for every record and every segment: computed once per formula and snapshot, known by its number.
    Once(u32, Box<Node<'a>>),
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
    /// It runs over all records, whatever stands in them.
    pub(crate) counts_all: bool,
    /// LET or a lambda is in it.
    pub(crate) has_names: bool,
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
        Some(Kernel::Running(_) | Kernel::Prepared(_)) => 1,
        Some(Kernel::Lookup(_)) if args.iter().any(is_made) => COSTLY,
        Some(Kernel::Lookup(_)) => 1,
        _ => HEAVY,
    }
}

pub(crate) fn needs(expr: &Expr, schema: &Schema, out: &mut Needs) {
    let mut children = expr.children();
    match &expr.kind {
        Kind::Name(_) => out.has_names = true,
        Kind::Own(FieldRef::Id(id)) => drop(out.reads.own.insert(*id)),
        Kind::Column(TableRef::Id(table), FieldRef::Id(id)) => {
            out.reads.others.entry(*table).or_default().insert(*id);
        }
        Kind::Dot(inner, FieldRef::Id(id)) => {
            if let Some((table, _)) = schema.field(*id) {
                out.reads.others.entry(table.id).or_default().insert(*id);
            }
            if let Kind::Own(FieldRef::Id(link)) = &inner.ungrouped().kind {
                out.reads.links.insert(*link);
                children.clear();
            }
        }
        Kind::Call { name, args, .. } => {
            let kernel = registry::find(name).map(|f| &f.kernel);
            out.ai |= matches!(kernel, Some(Kernel::Ai(_)));
            out.weight = out.weight.max(weight(kernel, args));
            out.reads.volatile |= matches!(
                kernel,
                Some(Kernel::Now | Kernel::Today | Kernel::Random(_))
            );
            if let Some(Kernel::Running(_)) = kernel {
                return needs_of_all(args, schema, out);
            }
            if let Some(Kernel::Lookup(lookup)) = kernel
                && lookup.is_over_link()
                && let Some(Kind::Own(FieldRef::Id(link))) = args.first().map(|arg| &arg.kind)
            {
                out.reads.links.insert(*link);
                children.remove(0);
            }
        }
        _ => {}
    }
    children
        .into_iter()
        .for_each(|child| needs(child, schema, out));
}

/// What arguments need that are read in all records of the own table.
fn needs_of_all(args: &[Expr], schema: &Schema, out: &mut Needs) {
    let own = std::mem::take(&mut out.reads.own);
    let links = std::mem::take(&mut out.reads.links);
    args.iter().for_each(|arg| needs(arg, schema, out));
    let running = out.running.get_or_insert_default();
    running.extend(out.reads.own.iter().chain(&out.reads.links));
    // Nothing of the record says which records are meant: all.
    out.counts_all |= out.reads.own.is_empty() && out.reads.links.is_empty();
    out.reads.own.extend(own);
    out.reads.links.extend(links);
}

impl Needs {
    /// Fields of the own table that are read in all records are columns of it.
    pub(crate) fn join_running(&mut self, own: TableId, related: &mut Relations) {
        let Some(fields) = self.running.take() else {
            return;
        };
        if self.has_names {
            // A name may stand for anything that is read.
            related.all_whole();
            let whole = related.whole.entry(own).or_default();
            whole.extend(self.reads.own.iter().chain(&self.reads.links));
        }
        if self.counts_all {
            related.whole.entry(own).or_default();
        }
        let others = self.reads.others.entry(own).or_default();
        others.extend(fields);
    }
}
