//! Commands on AI fields: run, cancel, settle.

use super::{AiPlan, AiScope, AiVerdict, Draft, World};
use crate::{
    ai::{
        Cell,
        decide::Why,
        fill::{Places, fill},
        scope::{ai_node, places},
    },
    command::draft::{Run, Settled},
    error::CommandError,
    recompute::Graph,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use table::{
    ai::{Answer, CallKey},
    id::{FieldId, RecordId, TableId},
    snapshot::TableData,
};

/// What is to be run.
pub(crate) struct Wanted<'a> {
    pub table: TableId,
    pub field: FieldId,
    pub scope: &'a AiScope,
    pub plan: &'a AiPlan,
}

pub(crate) fn expect_batch(batch: &str) -> Result<(), CommandError> {
    if batch.trim().is_empty() || batch.len() > 128 {
        return Err(CommandError::new(
            "bad_batch",
            "批次编号不对。",
            "The batch needs an id of 1 to 128 bytes.",
        ));
    }
    Ok(())
}

pub(crate) fn run(
    draft: &mut Draft,
    world: &World,
    graph: &Graph,
    wanted: &Wanted,
    batch: &str,
) -> Result<(), CommandError> {
    let (table, field, plan) = (wanted.table, wanted.field, wanted.plan);
    let node = ai_node(&draft.snapshot, graph, table, field)?;
    expect_batch(batch)?;
    let scoped = places(&draft.snapshot, &node, wanted.scope, plan, world.env())?;
    let why = match plan.with_locked {
        true => Why::Offer,
        false => Why::Run,
    };
    let places = scoped.places;
    let filled = fill(draft, &node, &places, world.env(), why, Some(batch))?;
    let left_out = scoped.left_out;
    fill(draft, &node, &left_out, world.env(), Why::LeftOut, None)?;
    draft.group = Some(batch.to_owned());
    draft.run = Some(Run {
        batch: batch.to_owned(),
        table,
        field,
        n_records: places.iter().map(|(_, offsets)| offsets.len() as u64).sum(),
        n_locked: scoped.n_locked,
        estimate: plan.estimate.clone(),
        cap_micros: plan.cap_micros,
    });
    draft.result.n_records = places.iter().map(|(_, offsets)| offsets.len() as u64).sum();
    draft.result.n_cached = filled.n_cached;
    draft.result.n_cells = filled.n_cells;
    draft.result.n_calls = draft.queued.len() as u64;
    Ok(())
}

/// A person's word on answers.
pub(crate) fn review(
    draft: &mut Draft,
    world: &World,
    graph: &Graph,
    (table, field): (TableId, FieldId),
    records: &[RecordId],
    verdict: AiVerdict,
) -> Result<(), CommandError> {
    let node = ai_node(&draft.snapshot, graph, table, field)?;
    let plan = AiPlan {
        with_locked: true,
        ..AiPlan::default()
    };
    let scope = AiScope::Records(records.to_vec());
    let scoped = places(&draft.snapshot, &node, &scope, &plan, world.env())?;
    let by: Arc<str> = world.actor.0.as_str().into();
    let why = Why::Reviewed { verdict, by: &by };
    let filled = fill(draft, &node, &scoped.places, world.env(), why, None)?;
    draft.result.n_cells = filled.n_cells;
    Ok(())
}

/// Calls in flight go on, their answers are kept; cells of the batch stop waiting.
pub(crate) fn cancel(
    draft: &mut Draft,
    world: &World,
    graph: &Graph,
    batch: &str,
) -> Result<(), CommandError> {
    let waits: Vec<(Cell, Vec<CallKey>)> = world
        .waiting
        .cells_in(batch)
        .map(|(cell, wait)| (cell, wait.keys.clone()))
        .collect();
    let cells: BTreeSet<Cell> = waits.iter().map(|(cell, _)| *cell).collect();
    apply(draft, world, graph, cells.iter().copied(), Why::Cancelled)?;
    let own = world.queue.queued_in(batch);
    let keys: BTreeSet<CallKey> = waits
        .into_iter()
        .flat_map(|(_, keys)| keys)
        .chain(own)
        .collect();
    for key in keys {
        let wanted_elsewhere = world
            .waiting
            .cells_of(&key)
            .any(|cell| !cells.contains(&cell));
        if world.queue.is_queued(&key) && !wanted_elsewhere {
            draft.settled.push((key, Settled::Cancelled));
            draft.result.n_calls += 1;
        }
    }
    draft.group = Some(batch.to_owned());
    draft.result.n_cells = cells.len() as u64;
    Ok(())
}

/// Stores answers and fills the cells that wait for them. Answers that nobody waits for are kept too.
pub(crate) fn settle(
    draft: &mut Draft,
    world: &World,
    graph: &Graph,
    answers: &[Answer],
    failures: &[(CallKey, String)],
) -> Result<(), CommandError> {
    for answer in answers {
        // A late answer to an answered call never replaces what people already see.
        if !world.answers.has(&answer.key) {
            world.answers.insert(answer);
            draft.answers.push(answer.clone());
        }
        draft.settled.push((answer.key, Settled::Answered));
    }
    let mut failed: HashMap<CallKey, String> = HashMap::new();
    for (key, reason) in failures {
        if !world.answers.has(key) {
            failed.insert(*key, reason.clone());
            draft.settled.push((*key, Settled::Failed(reason.clone())));
        }
    }
    let keys = answers
        .iter()
        .map(|answer| &answer.key)
        .chain(failed.keys());
    let cells: BTreeSet<Cell> = keys.flat_map(|key| world.waiting.cells_of(key)).collect();
    let mut batches: BTreeSet<&str> = BTreeSet::new();
    batches.extend(cells.iter().filter_map(|cell| world.waiting.batch_of(cell)));
    if let (1, Some(batch)) = (batches.len(), batches.first()) {
        draft.group = Some((*batch).to_owned());
    }
    apply(
        draft,
        world,
        graph,
        cells.into_iter(),
        Why::Settled { failures: &failed },
    )
}

/// Applies `why` to cells of any AI fields, field by field in the order of the graph.
fn apply(
    draft: &mut Draft,
    world: &World,
    graph: &Graph,
    cells: impl Iterator<Item = Cell>,
    why: Why,
) -> Result<(), CommandError> {
    let mut by_field: BTreeMap<FieldId, BTreeMap<usize, BTreeSet<usize>>> = BTreeMap::new();
    for cell in cells {
        let data: Option<&Arc<TableData>> = draft.snapshot.data(cell.table);
        if let Some((segment, at)) = data.and_then(|data| data.find(cell.record)) {
            by_field
                .entry(cell.field)
                .or_default()
                .entry(segment)
                .or_default()
                .insert(at);
        }
    }
    for node in graph.nodes.iter().filter(|node| node.ai.is_some()) {
        let Some(hit) = by_field.remove(&node.field) else {
            continue;
        };
        let places: Places = hit
            .into_iter()
            .map(|(segment, offsets)| (segment, offsets.into_iter().collect()))
            .collect();
        let filled = fill(draft, node, &places, world.env(), why, None)?;
        draft.result.n_cells += filled.n_cells;
    }
    Ok(())
}
