//! Parts of a plan that are the same for every record: computed once per formula and snapshot, not once per segment.
//!
//! Law: a part that reads the own record, a variable from around it or an AI model is never shared.

use super::Node;
use crate::functions::registry::Kernel;
use std::collections::BTreeSet;

/// Puts [`Node::Once`] around the largest parts that read whole columns and nothing of the record.
pub(crate) fn share<'a>(node: Node<'a>, n_shared: &mut u32) -> Node<'a> {
    let is_work = !matches!(node, Node::Column(..) | Node::Array(_) | Node::Const(_));
    if is_work && reads_column(&node) && !reads_record(&node, &|_| false) {
        *n_shared += 1;
        return Node::Once(*n_shared, Box::new(node));
    }
    let mut below = |node: Box<Node<'a>>| Box::new(share(*node, n_shared));
    match node {
        Node::Negate(inner) => Node::Negate(below(inner)),
        Node::Percent(inner, n) => Node::Percent(below(inner), n),
        Node::Chain(first, rest) => {
            let first = below(first);
            let rest = rest
                .into_iter()
                .map(|(op, next)| (op, share(next, n_shared)));
            Node::Chain(first, rest.collect())
        }
        Node::Call(function, args) => {
            let args = args.into_iter().map(|arg| share(arg, n_shared));
            Node::Call(function, args.collect())
        }
        Node::Let(known, body) => {
            let known = known
                .into_iter()
                .map(|(slot, node)| (slot, share(node, n_shared)));
            let known = known.collect();
            Node::Let(known, Box::new(share(*body, n_shared)))
        }
        Node::Each(mut each) => {
            let arrays = std::mem::take(&mut each.arrays);
            each.arrays = arrays
                .into_iter()
                .map(|node| share(node, n_shared))
                .collect();
            Node::Each(each)
        }
        Node::Run(mut run) => {
            let args = std::mem::take(&mut run.args).into_iter();
            run.args = args.map(|node| share(node, n_shared)).collect();
            Node::Run(run)
        }
        other => other,
    }
}

fn children<'n, 'a>(node: &'n Node<'a>) -> Vec<&'n Node<'a>> {
    match node {
        Node::Negate(inner) | Node::Percent(inner, _) | Node::Once(_, inner) => vec![inner],
        Node::Chain(first, rest) => {
            let rest = rest.iter().map(|(_, next)| next);
            std::iter::once(&**first).chain(rest).collect()
        }
        Node::Call(_, args) => args.iter().collect(),
        Node::Run(run) => run.args.iter().collect(),
        Node::Let(known, body) => {
            let known = known.iter().map(|(_, node)| node);
            known.chain(std::iter::once(&**body)).collect()
        }
        Node::Each(each) => each
            .arrays
            .iter()
            .chain(std::iter::once(&each.body))
            .collect(),
        Node::Const(_)
        | Node::Own(_)
        | Node::Column(..)
        | Node::Array(_)
        | Node::Missing
        | Node::Var(_)
        | Node::Dot(..) => Vec::new(),
    }
}

fn reads_column(node: &Node) -> bool {
    matches!(node, Node::Column(..)) || children(node).into_iter().any(reads_column)
}

/// Whether it may differ from record to record; `is_same` tells variables from around it that do not.
pub(crate) fn reads_record(node: &Node, is_same: &dyn Fn(usize) -> bool) -> bool {
    let mut bound = BTreeSet::new();
    binds(node, &mut bound);
    varies(node, &|slot| bound.contains(&slot) || is_same(slot))
}

/// Variables that are given their values inside.
fn binds(node: &Node, out: &mut BTreeSet<usize>) {
    match node {
        Node::Let(known, _) => out.extend(known.iter().map(|(slot, _)| *slot)),
        Node::Each(each) => out.extend(&each.slots),
        _ => {}
    }
    children(node)
        .into_iter()
        .for_each(|child| binds(child, out));
}

fn varies(node: &Node, is_same: &dyn Fn(usize) -> bool) -> bool {
    match node {
        Node::Own(_) | Node::Dot(..) | Node::Run(_) => true,
        Node::Var(slot) => !is_same(*slot),
        Node::Call(function, _) if function.kernel.reads_record() => true,
        _ => children(node)
            .into_iter()
            .any(|child| varies(child, is_same)),
    }
}

impl Kernel {
    /// Whether what it gives may differ from record to record though its arguments do not.
    fn reads_record(&self) -> bool {
        matches!(self, Kernel::Ai(_) | Kernel::Random(_))
    }
}
