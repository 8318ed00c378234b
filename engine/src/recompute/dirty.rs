//! Which records of a formula field a change reaches: through fields of the same record, through the keys of another
//! table, or all of them where a column is read as a whole.
//!
//! Law: never too few. Tests: `tests/engine/recompute.rs`.

use super::{
    Changed, Node, Rows,
    graph::seen,
    run::{Env, spread},
};
use crate::{
    language::{EvalCache, EvalInput, Relation},
    limits::{ALONE_SEGMENTS, REACHING_RECORDS},
};
use rayon::prelude::*;
use table::{field::FieldType, id::TableId, snapshot::Snapshot};

/// `snapshots` are those before and after the change.
pub(crate) fn dirty_rows(
    node: &Node,
    changed: &Changed,
    snapshots: [&Snapshot; 2],
    env: Env,
) -> Rows {
    let snapshot = snapshots[1];
    if changes_whole(node, changed, snapshot) {
        return Rows::All;
    }
    let arrived = changed.arrived.get(&node.table);
    let mut rows = arrived.cloned().unwrap_or_default();
    for read in &node.own {
        if let Some((column, _)) = seen(&snapshot.schema, *read)
            && let Some(hit) = changed.cells.get(&(node.table, column))
        {
            rows.union(hit);
        }
    }
    for link in &node.links {
        if let Some((_, FieldType::Link(spec))) = seen(&snapshot.schema, *link)
            && let Some(hit) = changed.cells.get(&(node.table, spec.ids))
        {
            rows.union(hit);
        }
    }
    let relations = node.formula.iter().flat_map(|formula| formula.relations());
    for relation in relations {
        if rows == Rows::All {
            break;
        }
        let reaching = reaching(relation, changed, snapshot);
        if reaching.is_empty() {
            continue;
        }
        let is_filling = || node.reads().any(|read| env.filling.contains(&read));
        // Keys that are unknown, or not those that will be.
        rows.union(
            &match changed.is_past_unknown && changes_keys(relation, changed, snapshot)
                || is_filling()
            {
                true => Rows::All,
                false => reached(node, relation, &reaching, changed, snapshots, env),
            },
        );
    }
    rows
}

/// True if a column that the formula reads as a whole changed.
fn changes_whole(node: &Node, changed: &Changed, snapshot: &Snapshot) -> bool {
    let whole = node
        .formula
        .iter()
        .flat_map(|formula| formula.reads_whole());
    whole.into_iter().any(|(table, fields)| {
        changed.population.contains(table)
            || fields.iter().any(|read| {
                seen(&snapshot.schema, *read).is_some_and(|(column, _)| {
                    let cells = changed.cells.get(&(*table, column));
                    cells.is_some_and(|rows| !rows.is_empty())
                })
            })
    })
}

fn changes_keys(relation: &Relation, changed: &Changed, snapshot: &Snapshot) -> bool {
    relation.keys_of().any(|field| {
        seen(&snapshot.schema, field).is_some_and(|(column, _)| {
            let cells = changed.cells.get(&(relation.table(), column));
            cells.is_some_and(|rows| !rows.is_empty())
        })
    })
}

/// The changed records of the table that is looked up in.
fn reaching(relation: &Relation, changed: &Changed, snapshot: &Snapshot) -> Rows {
    let table = relation.table();
    let mut rows = Rows::default();
    for field in relation.fields() {
        if let Some((column, _)) = seen(&snapshot.schema, field)
            && let Some(hit) = changed.cells.get(&(table, column))
        {
            rows.union(hit);
        }
    }
    for more in [&changed.arrived, &changed.departed] {
        if let Some(more) = more.get(&table) {
            rows.union(more);
        }
    }
    rows
}

/// The records that look for a key which one of the changed records has or had.
fn reached(
    node: &Node,
    relation: &Relation,
    reaching: &Rows,
    changed: &Changed,
    snapshots: [&Snapshot; 2],
    env: Env,
) -> Rows {
    let [_, snapshot] = snapshots;
    let places = places(relation.table(), reaching, snapshot);
    let moves = relation.is_positional() && changed.population.contains(&relation.table());
    let (Some(places), Some(data), false) = (places, snapshot.data(node.table), moves) else {
        return Rows::All;
    };
    let keys = relation.keys(snapshots, &places);
    let cache = EvalCache::of(env.kept, spread);
    let input = |segment: usize| EvalInput {
        snapshot,
        table: node.table,
        segment,
        offsets: None,
        now: env.now_day,
        answers: env.answers,
        kind: node.kind,
        model: env.model,
        cache: &cache,
    };
    let found = relation
        .records_by_index(&input(0), &keys)
        .unwrap_or_else(|| {
            let n = data.segments.len();
            let one = |segment: usize| (segment, relation.records(&input(segment), &keys));
            match n < ALONE_SEGMENTS {
                true => (0..n).map(one).collect(),
                false => (0..n).into_par_iter().map(one).collect(),
            }
        });
    let mut rows = Rows::default();
    for (segment, offsets) in found {
        let len = data.segments[segment].len();
        rows.insert_offsets(segment, len, &offsets);
    }
    rows
}

/// Segment and offset of each; `None` where there are too many to look for their keys.
fn places(table: TableId, rows: &Rows, snapshot: &Snapshot) -> Option<Vec<(usize, usize)>> {
    let data = snapshot.data(table)?;
    if *rows == Rows::All || rows.count(data) > REACHING_RECORDS {
        return None;
    }
    let mut places = Vec::new();
    for (segment, offsets) in rows.by_segment(data) {
        match offsets {
            Some(offsets) => places.extend(offsets.into_iter().map(|at| (segment, at))),
            None => places.extend((0..data.segments[segment].len()).map(|at| (segment, at))),
        }
    }
    Some(places)
}
