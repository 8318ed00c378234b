//! The groups down one side of the table, as a tree of fields within fields.

use super::super::{
    VALUE,
    vector::{Cell, Range},
};
use crate::functions::sorting::order::Rank;
use std::{cmp::Ordering, collections::HashMap};

/// A group: its fields so far, within the group above. Node 0 is everything.
struct Node {
    label: Vec<Cell>,
    ranks: Vec<Rank>,
    parent: usize,
    below: Vec<usize>,
}

/// By which field or value the groups stand, and which way.
pub(super) struct Sorting(Vec<(By, bool)>);

#[derive(Clone, Copy, PartialEq)]
enum By {
    Field(usize),
    Value(usize),
}

impl Sorting {
    /// Numbers count the columns from 1, fields first; negative ones sort downwards.
    pub(super) fn read(
        numbers: Vec<i64>,
        n_fields: usize,
        n_values: usize,
    ) -> Result<Sorting, Cell> {
        let read = |number: i64| {
            let at = (number.unsigned_abs() as usize)
                .checked_sub(1)
                .ok_or(VALUE)?;
            let by = match at.checked_sub(n_fields) {
                None => By::Field(at),
                Some(value) if value < n_values => By::Value(value),
                Some(_) => return Err(VALUE),
            };
            Ok((by, number < 0))
        };
        numbers
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Sorting)
    }
}

/// What stands in a line of the table.
pub(super) struct Line {
    pub(super) node: usize,
    pub(super) label: Vec<Cell>,
    pub(super) kind: LineKind,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum LineKind {
    Leaf,
    Subtotal,
    Total,
}

pub(super) struct Axis {
    nodes: Vec<Node>,
    /// Of each kept record, its leaf.
    leaves: Vec<usize>,
    pub(super) n_fields: usize,
    /// How many levels of totals, from the outside.
    n_totals: usize,
    totals_first: bool,
    sorting: Sorting,
    is_flat: bool,
}

impl Axis {
    /// Without fields: everything in one line.
    pub(super) fn single(kept: &[u32], _n_values: usize) -> Axis {
        Axis {
            nodes: vec![root()],
            leaves: vec![0; kept.len()],
            n_fields: 0,
            n_totals: 0,
            totals_first: false,
            sorting: Sorting(Vec::new()),
            is_flat: false,
        }
    }

    pub(super) fn new(
        fields: &Range,
        kept: &[u32],
        depth: i64,
        sorting: Sorting,
        is_flat: bool,
    ) -> Result<Axis, Cell> {
        let n_totals = depth.unsigned_abs() as usize;
        if n_totals > fields.width || (is_flat && n_totals > 1) {
            return Err(VALUE);
        }
        let mut nodes = vec![root()];
        let mut known: HashMap<(usize, Vec<u8>), usize> = HashMap::new();
        let mut leaves = Vec::with_capacity(kept.len());
        for row in kept {
            let mut at = 0;
            for field in 0..fields.width {
                let cell = fields.at(*row as usize, field);
                let rank = Rank::new(cell);
                let key = (at, rank.key());
                at = *known.entry(key).or_insert_with(|| {
                    let (mut label, mut ranks) = (nodes[at].label.clone(), nodes[at].ranks.clone());
                    label.push(cell.clone());
                    ranks.push(rank);
                    let node = nodes.len();
                    nodes[at].below.push(node);
                    nodes.push(Node {
                        label,
                        ranks,
                        parent: at,
                        below: Vec::new(),
                    });
                    node
                });
            }
            leaves.push(at);
        }
        Ok(Axis {
            nodes,
            leaves,
            n_fields: fields.width,
            n_totals,
            totals_first: depth < 0,
            sorting,
            is_flat,
        })
    }

    /// The groups that a kept record is in, from its leaf up to everything.
    pub(super) fn above(&self, at: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(self.leaves[at]), |node| {
            (*node != 0).then(|| self.nodes[*node].parent)
        })
    }

    pub(super) fn parent(&self, node: usize) -> usize {
        self.nodes[node].parent
    }

    pub(super) fn depth(&self) -> usize {
        self.n_fields + 1
    }

    /// The lines in their order; `total` tells what a group comes to in a value column.
    pub(super) fn lines(&self, total: impl Fn(usize, usize) -> Cell) -> Vec<Line> {
        let mut out = Vec::new();
        if self.is_flat {
            self.add_flat(&total, &mut out);
        } else {
            self.add(0, &total, &mut out);
        }
        out
    }

    fn add_flat(&self, total: &impl Fn(usize, usize) -> Cell, out: &mut Vec<Line>) {
        let mut leaves: Vec<usize> = (0..self.nodes.len())
            .filter(|node| self.nodes[*node].label.len() == self.n_fields)
            .collect();
        leaves.sort_by(|a, b| {
            let by_request = self.requested(*a, *b, None, total);
            by_request.then_with(|| self.by_fields(*a, *b))
        });
        let lines = leaves
            .into_iter()
            .map(|node| self.line(node, LineKind::Leaf));
        let grand = (self.n_totals > 0).then(|| self.line(0, LineKind::Total));
        match self.totals_first {
            true => out.extend(grand.into_iter().chain(lines)),
            false => out.extend(lines.chain(grand)),
        }
    }

    fn add(&self, node: usize, total: &impl Fn(usize, usize) -> Cell, out: &mut Vec<Line>) {
        let level = self.nodes[node].label.len();
        if level == self.n_fields {
            out.push(self.line(node, LineKind::Leaf));
            return;
        }
        let mut below = self.nodes[node].below.clone();
        below.sort_by(|a, b| {
            let by_request = self.requested(*a, *b, Some(level), total);
            by_request.then_with(|| self.by_fields(*a, *b))
        });
        let kind = match level {
            0 => LineKind::Total,
            _ => LineKind::Subtotal,
        };
        let own = (level < self.n_totals).then(|| self.line(node, kind));
        match (self.totals_first, own) {
            (true, Some(own)) => {
                out.push(own);
                below
                    .into_iter()
                    .for_each(|node| self.add(node, total, out));
            }
            (_, own) => {
                below
                    .into_iter()
                    .for_each(|node| self.add(node, total, out));
                out.extend(own);
            }
        }
    }

    fn line(&self, node: usize, kind: LineKind) -> Line {
        let mut label = self.nodes[node].label.clone();
        if kind == LineKind::Total {
            let word = if self.n_totals > 1 {
                "总计"
            } else {
                "合计"
            };
            label.push(Cell::Text(word.into()));
        }
        label.resize(self.n_fields, Cell::Text("".into()));
        Line { node, label, kind }
    }

    /// By what was asked for that tells groups of one level apart.
    fn requested(
        &self,
        a: usize,
        b: usize,
        level: Option<usize>,
        total: &impl Fn(usize, usize) -> Cell,
    ) -> Ordering {
        for (by, descending) in &self.sorting.0 {
            let order = match by {
                By::Field(field) if level.is_none_or(|level| level == *field) => {
                    let (a, b) = (&self.nodes[a].ranks[*field], &self.nodes[b].ranks[*field]);
                    a.compare_by(b, *descending)
                }
                By::Field(_) => Ordering::Equal,
                By::Value(value) => {
                    let (a, b) = (Rank::new(&total(a, *value)), Rank::new(&total(b, *value)));
                    a.compare_by(&b, *descending)
                }
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }

    fn by_fields(&self, a: usize, b: usize) -> Ordering {
        let pairs = self.nodes[a].ranks.iter().zip(&self.nodes[b].ranks);
        let mut orders = pairs.map(|(a, b)| a.compare_by(b, false));
        orders
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

fn root() -> Node {
    Node {
        label: Vec::new(),
        ranks: Vec::new(),
        parent: 0,
        below: Vec::new(),
    }
}
