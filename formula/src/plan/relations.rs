//! How a change in one table reaches records of another: through which keys, where there are any.
//!
//! In: a bound tree. Out: [`Relations`]. Law: a column that is read in any other way than by key stands in `whole`,
//! so whoever asks for the records that a change reaches never gets too few.

use crate::{
    eval::{lookup::Lookup, running::Running},
    functions::registry::{self, Kernel},
    syntax::ast::{Expr, FieldRef, Kind, TableRef},
};
use std::collections::{BTreeMap, BTreeSet};
use table::{
    id::{FieldId, TableId},
    schema::Schema,
};

/// All the ways in which a formula reads whole columns.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    pub(crate) by_key: Vec<Relation>,
    pub(crate) whole: BTreeMap<TableId, BTreeSet<FieldId>>,
}

/// One look-up by key: a record of the other table reaches those whose wanted cells are its keys.
#[derive(Debug)]
pub struct Relation {
    pub(crate) table: TableId,
    /// The column that is searched, and what is searched for.
    pub(crate) pairs: Vec<(FieldId, Expr)>,
    values: Vec<FieldId>,
    pub(crate) lookup: Lookup,
    /// The link field whose records are read, in place of pairs.
    pub(crate) link: Option<FieldId>,
    /// Records of one group reach each other; those without one are a group, too.
    pub(crate) is_group: bool,
}

impl Relations {
    /// All columns are read as a whole, whatever reads them.
    pub(crate) fn all_whole(&mut self) {
        for relation in self.by_key.drain(..) {
            let whole = self.whole.entry(relation.table).or_default();
            whole.extend(relation.fields());
        }
    }
}

impl Relation {
    /// The table that is looked up in.
    pub fn table(&self) -> TableId {
        self.table
    }

    /// Its columns that are searched.
    pub fn keys_of(&self) -> impl Iterator<Item = FieldId> + '_ {
        self.pairs.iter().map(|(field, _)| *field)
    }

    /// Its columns that are read.
    pub fn fields(&self) -> impl Iterator<Item = FieldId> + '_ {
        self.keys_of().chain(self.values.iter().copied())
    }

    /// A record that comes or goes moves the places of all after it.
    pub fn is_positional(&self) -> bool {
        self.lookup == Lookup::Match
    }
}

pub(crate) fn relations(expr: &Expr, schema: &Schema, out: &mut Relations) {
    match &expr.kind {
        Kind::Column(TableRef::Id(table), FieldRef::Id(field)) => {
            out.whole.entry(*table).or_default().insert(*field);
        }
        Kind::Call { name, args, .. } => {
            let lookup = match registry::find(name).map(|function| &function.kernel) {
                Some(Kernel::Lookup(lookup)) => by_key(*lookup, args),
                Some(Kernel::Running(running)) => return over_records(*running, args, schema, out),
                _ => None,
            };
            if let Some(relation) = lookup {
                let others = args.iter().filter(|arg| column(arg).is_none());
                others.for_each(|arg| relations(arg, schema, out));
                out.by_key.push(relation);
                return;
            }
        }
        Kind::Dot(..) => return way(expr, schema, out),
        _ => {}
    }
    let children = expr.children().into_iter();
    children.for_each(|child| relations(child, schema, out));
}

/// A running function: a change of a record reaches those of its group. What it looks up reaches all, for what reaches
/// one record reaches all that come after it.
fn over_records(running: Running, args: &[Expr], schema: &Schema, out: &mut Relations) {
    let mut found = Relations::default();
    args.iter()
        .for_each(|arg| relations(arg, schema, &mut found));
    found.all_whole();
    for (table, fields) in found.whole {
        out.whole.entry(table).or_default().extend(fields);
    }
    let mut read = Own::default();
    args.iter().for_each(|arg| read.add(arg));
    let group = running.group().and_then(|at| args.get(at));
    let mut fields = read.fields.iter();
    let Some((table, _)) = fields.find_map(|field| schema.field(*field)) else {
        return;
    };
    match group.map(|group| (&group.ungrouped().kind, group)) {
        Some((Kind::Own(FieldRef::Id(key)), group)) if read.is_plain => out.by_key.push(Relation {
            table: table.id,
            pairs: vec![(*key, group.clone())],
            values: read.fields.into_iter().collect(),
            lookup: Lookup::XLookup,
            link: None,
            is_group: true,
        }),
        _ => out.whole.entry(table.id).or_default().extend(read.fields),
    }
}

/// Fields of the own record.
struct Own {
    fields: BTreeSet<FieldId>,
    /// No names, and nothing that runs over other groups.
    is_plain: bool,
}

impl Default for Own {
    fn default() -> Own {
        Own {
            fields: BTreeSet::new(),
            is_plain: true,
        }
    }
}

impl Own {
    fn add(&mut self, expr: &Expr) {
        match &expr.kind {
            Kind::Own(FieldRef::Id(field)) => drop(self.fields.insert(*field)),
            Kind::Name(_) | Kind::Apply(..) => self.is_plain = false,
            Kind::Call { name, .. } => {
                let kernel = registry::find(name).map(|function| &function.kernel);
                self.is_plain &= !matches!(kernel, Some(Kernel::Running(_)) | None);
            }
            _ => {}
        }
        expr.children()
            .into_iter()
            .for_each(|child| self.add(child));
    }
}

/// Fields along links: the first one by the link, those behind it as whole columns.
fn way(expr: &Expr, schema: &Schema, out: &mut Relations) {
    let Kind::Dot(inner, FieldRef::Id(id)) = &expr.ungrouped().kind else {
        return;
    };
    let Some((table, _)) = schema.field(*id) else {
        return;
    };
    match &inner.ungrouped().kind {
        Kind::Own(FieldRef::Id(link)) => out.by_key.push(Relation {
            table: table.id,
            pairs: Vec::new(),
            values: vec![*id],
            lookup: Lookup::Linked,
            link: Some(*link),
            is_group: false,
        }),
        _ => {
            out.whole.entry(table.id).or_default().insert(*id);
            way(inner, schema, out);
        }
    }
}

fn column(expr: &Expr) -> Option<(TableId, FieldId)> {
    match &expr.kind {
        Kind::Column(TableRef::Id(table), FieldRef::Id(field)) => Some((*table, *field)),
        _ => None,
    }
}

fn over_link(lookup: Lookup, args: &[Expr]) -> Option<Relation> {
    let Kind::Own(FieldRef::Id(link)) = &args.first()?.kind else {
        return None;
    };
    let (table, field) = column(args.get(1)?)?;
    Some(Relation {
        table,
        pairs: Vec::new(),
        values: vec![field],
        lookup,
        link: Some(*link),
        is_group: false,
    })
}

/// `None` where the arguments are not columns of one table with something to look for.
fn by_key(lookup: Lookup, args: &[Expr]) -> Option<Relation> {
    if lookup.is_over_link() {
        return over_link(lookup, args);
    }
    let (values, keys): (Option<usize>, Vec<(usize, usize)>) = match lookup {
        Lookup::Index | Lookup::XMatch => return None,
        Lookup::VLookup | Lookup::HLookup | Lookup::Lookup => return None,
        // The next smaller one may come from anywhere.
        Lookup::XLookup if args.len() > 4 => return None,
        Lookup::XLookup => (Some(2), vec![(1, 0)]),
        Lookup::Match if !args.get(2).is_some_and(is_zero) => return None,
        Lookup::Match => (None, vec![(1, 0)]),
        _ => {
            let (values, first, last) = lookup.layout(args.len());
            let places = (first..last).step_by(2);
            (values, places.map(|at| (at, at + 1)).collect())
        }
    };
    let (table, _) = column(args.get(keys.first()?.0)?)?;
    let of_table = |at: usize| {
        let (of, field) = column(args.get(at)?)?;
        (of == table).then_some(field)
    };
    let pairs = keys.into_iter().map(|(at, wanted)| {
        let wanted = args.get(wanted)?;
        is_still(wanted).then(|| Some((of_table(at)?, wanted.clone())))?
    });
    let pairs = pairs.collect::<Option<Vec<_>>>()?;
    let values = match values {
        Some(at) => Some(of_table(at)?),
        None => None,
    };
    Some(Relation {
        table,
        pairs,
        values: values.into_iter().collect(),
        lookup,
        link: None,
        is_group: false,
    })
}

fn is_zero(expr: &Expr) -> bool {
    match expr.ungrouped().kind {
        Kind::Number(x) => x == 0.0,
        Kind::Bool(b) => !b,
        Kind::Missing => true,
        _ => false,
    }
}

/// The same whenever it is asked: no clock, no AI, no whole column.
fn is_still(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Column(..) => false,
        Kind::Call { name, args, .. } => {
            let kernel = registry::find(name).map(|function| &function.kernel);
            !matches!(
                kernel,
                Some(
                    Kernel::Ai(_)
                        | Kernel::Now
                        | Kernel::Today
                        | Kernel::Random(_)
                        | Kernel::Running(_)
                ) | None
            ) && args.iter().all(is_still)
        }
        // A name means something only where LET or LAMBDA gave it one; the records of a link are another table's.
        Kind::Name(_) | Kind::Dot(..) => false,
        _ => expr.children().into_iter().all(is_still),
    }
}
