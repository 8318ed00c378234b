//! One pass over the formulas after a command: in order, each field's dirty records, computed or, for AI
//! fields, looked at for changed inputs.
//!
//! Main type: [`Env`]. Which records are dirty stands in `dirty`.

use super::{
    Changed, Graph, Node, Rows,
    dirty::dirty_rows,
    graph::{seen, source_of},
};
use crate::language::{EvalCache, EvalInput, Kept};
use crate::{
    ai::AnswerBook,
    command::Draft,
    error::CommandError,
    limits::{ALONE_RECORDS, ALONE_SEGMENTS, FOREGROUND_WORK},
};
use rayon::prelude::*;
use std::{collections::BTreeSet, sync::Arc};
use table::{
    column::{Column, SharedColumn, Side},
    id::FieldId,
    schema::Schema,
    segment::Segment,
    snapshot::{Snapshot, TableData},
    value::{CellError, CellState},
};

/// What an evaluation needs besides the snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    /// Local day number.
    pub now_day: f64,
    pub model: &'a str,
    pub answers: &'a AnswerBook,
    pub queue: &'a crate::queue::Queue,
    pub waiting: &'a crate::ai::Waiting,
    pub kept: &'a Arc<Kept>,
    /// Fields whose cells are being computed in the background: what they show now may be old.
    pub filling: &'a BTreeSet<FieldId>,
}

/// Computes everything that the draft's ops reach; AI fields may add ops of their own.
pub(crate) fn run(draft: &mut Draft, graph: &Graph, env: Env) -> Result<(), CommandError> {
    let mut changed = Changed::from_touched(&draft.snapshot, &draft.touched);
    let before = draft.before.schema.clone();
    let touched_schema = draft.touched.schema;
    run_changed(
        draft,
        graph,
        env,
        &mut changed,
        &BTreeSet::new(),
        |node, schema| touched_schema && differs(node, &before, schema),
    )
}

/// As [`run`], from a given change; `all` names fields to compute in every record, `skip` those to leave.
pub(crate) fn run_changed(
    draft: &mut Draft,
    graph: &Graph,
    env: Env,
    changed: &mut Changed,
    skip: &BTreeSet<FieldId>,
    all: impl Fn(&Node, &Schema) -> bool,
) -> Result<(), CommandError> {
    let mut deferred: BTreeSet<FieldId> = BTreeSet::new();
    for node in graph
        .nodes
        .iter()
        .filter(|node| !skip.contains(&node.field))
    {
        let mut rows = match all(node, &draft.snapshot.schema) {
            true => Rows::All,
            false => dirty_rows(node, changed, [&draft.before, &draft.snapshot], env),
        };
        let Some(data) = draft.snapshot.data(node.table).cloned() else {
            continue;
        };
        if rows.is_empty() && !node.reads().any(|read| deferred.contains(&read)) {
            continue;
        }
        if node.ai.is_some() {
            let hit = crate::ai::fill::upkeep(draft, node, &rows, env)?;
            changed.add(node.table, node.column, &hit);
            continue;
        }
        // A new field over one that is being filled is filled after it.
        let is_filling = |read: FieldId| rows == Rows::All && env.filling.contains(&read);
        let waits = node
            .reads()
            .any(|read| deferred.contains(&read) || is_filling(read));
        if waits || rows.count(&data) * node.weight > FOREGROUND_WORK {
            deferred.insert(node.field);
            draft.deferred.push(node.field);
            continue;
        }
        if let Rows::Some(_) = rows
            && rows.count(&data)
                == data
                    .segments
                    .iter()
                    .map(|segment| segment.len() as u64)
                    .sum::<u64>()
        {
            rows = Rows::All;
        }
        let n = compute(&mut draft.snapshot, node, &rows, env);
        if n == 0 {
            continue;
        }
        *draft.recomputed.entry(node.field).or_default() += n;
        changed.add(node.table, node.column, &rows);
        draft.derived.add(node.table, node.column, &rows);
    }
    Ok(())
}

/// True if the field, or one that it reads, is not what it was: other source, type, column, or gone.
pub(crate) fn differs(node: &Node, before: &Schema, after: &Schema) -> bool {
    let own_change = seen(before, node.field) != seen(after, node.field);
    let called = |schema: &Schema| {
        let field = schema.field(node.field);
        field.and_then(|(_, field)| source_of(schema, field))
    };
    if node.shows.is_some() && called(before) != called(after) {
        return true;
    }
    own_change
        || node
            .reads()
            .any(|read| seen(before, read) != seen(after, read))
        || node.formula.is_none()
            && before.field(node.field).is_none_or(|(table, field)| {
                // It lost something it read: that shows in the sources that did compile before.
                let scope = crate::language::Scope {
                    schema: before,
                    table: table.id,
                    field: Some(field.id),
                };
                field.formula().is_some_and(|spec| {
                    crate::language::Formula::from_source(&spec.source, &scope).is_ok()
                })
            })
}

/// Computes a field's cells in some records; returns how many. Many segments are computed side by side.
pub(crate) fn compute(snapshot: &mut Snapshot, node: &Node, rows: &Rows, env: Env) -> u64 {
    let Some(data) = snapshot.data(node.table).cloned() else {
        return 0;
    };
    let work = rows.by_segment(&data);
    let first = work.first().map(|(segment, offsets)| {
        let offset = offsets.as_ref().and_then(|offsets| offsets.first());
        (*segment, offset.copied().unwrap_or(0))
    });
    let cache = prepared(snapshot, node, first, rows.count(&data), env);
    let one = |(segment, offsets): &(usize, Option<Vec<usize>>)| {
        let offsets = offsets.as_deref();
        let cells = evaluate(snapshot, &data, node, *segment, offsets, env, &cache);
        let n = cells.len() as u64;
        let whole = match offsets {
            None => cells.into(),
            Some(offsets) => patched(&data.segments[*segment], node, offsets, &cells),
        };
        (*segment, n, whole)
    };
    let is_small = rows.count(&data) < ALONE_RECORDS && work.len() < ALONE_SEGMENTS;
    let done: Vec<(usize, u64, SharedColumn)> = match is_small {
        true => work.iter().map(one).collect(),
        false => work.par_iter().map(one).collect(),
    };
    let n = done.iter().map(|(_, n, _)| n).sum();
    for (segment, _, cells) in done {
        snapshot.set_derived(node.table, segment, node.column, cells);
    }
    n
}

/// The first record of a table, removed or not.
pub(crate) fn first_record(data: &TableData) -> Option<(usize, usize)> {
    let segment = data.segments.iter().position(|segment| !segment.is_empty());
    segment.map(|segment| (segment, 0))
}

/// What the segments of `n_records` records share, made on all cores, for which `record` is looked at. Not to be called on one of rayon's threads.
pub(crate) fn prepared(
    snapshot: &Snapshot,
    node: &Node,
    record: Option<(usize, usize)>,
    n_records: u64,
    env: Env,
) -> EvalCache {
    let cache = EvalCache::of(env.kept, spread);
    if let (Some(formula), Some((segment, offset)), false) =
        (&node.formula, record, node.others.is_empty())
    {
        let input = EvalInput {
            snapshot,
            table: node.table,
            segment,
            offsets: Some(&[offset]),
            now: env.now_day,
            answers: env.answers,
            kind: node.kind,
            model: env.model,
            cache: &cache,
        };
        formula.prepare(&input, n_records >= ALONE_RECORDS);
    }
    cache
}

/// rayon's threads, lent to the formula language.
pub(crate) fn spread(n: usize, work: &(dyn Fn(usize) + Sync)) {
    match n {
        1 => work(0),
        n => (0..n).into_par_iter().with_max_len(1).for_each(work),
    }
}

/// The column as it was, with new cells at some offsets.
fn patched(segment: &Segment, node: &Node, offsets: &[usize], cells: &Column) -> SharedColumn {
    match segment.shared_column(node.column) {
        Some(old) if old.kind() == node.kind => old.with_cells(offsets, cells),
        _ => {
            let blank = SharedColumn::from(Column::blank(node.kind, segment.len()));
            blank.with_cells(offsets, cells)
        }
    }
}

/// The cells of one segment (or some offsets of it).
pub(crate) fn evaluate(
    snapshot: &Snapshot,
    data: &TableData,
    node: &Node,
    segment: usize,
    offsets: Option<&[usize]>,
    env: Env,
    cache: &EvalCache,
) -> Column {
    let mut cells = match &node.formula {
        Some(formula) => {
            formula
                .eval(&EvalInput {
                    snapshot,
                    table: node.table,
                    segment,
                    offsets,
                    now: env.now_day,
                    answers: env.answers,
                    kind: node.kind,
                    model: env.model,
                    cache,
                })
                .cells
        }
        None => {
            let n = offsets.map_or(data.segments[segment].len(), <[usize]>::len);
            let mut cells = Column::blank(node.kind, n);
            for at in 0..n {
                cells.set(at, CellState::Error(CellError::Ref));
            }
            cells
        }
    };
    if let Some(ids) = node
        .shows
        .and_then(|ids| data.segments[segment].column(ids))
    {
        show_misfits(&mut cells, ids, offsets);
    }
    cells
}

/// Texts that name no record stand in the column of ids.
fn show_misfits(cells: &mut Column, ids: &Column, offsets: Option<&[usize]>) {
    for (at, side) in ids.side() {
        let Side::Misfit(text) = side else {
            continue;
        };
        let position = match offsets {
            None => Some(*at as usize),
            Some(offsets) => offsets.iter().position(|offset| *offset == *at as usize),
        };
        if let Some(position) = position {
            cells.set(position, CellState::Misfit(text.clone()));
        }
    }
}
