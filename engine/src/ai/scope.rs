//! Which records of an AI field a run means, and what running them would ask for.

use super::fill::{Places, look};
use crate::language::EvalCache;
use crate::{
    command::AiScope,
    error::CommandError,
    query::AiEstimate,
    recompute::{Graph, Node, run::Env},
};
use std::collections::BTreeSet;
use table::{
    ai::AiState,
    column::Column,
    id::{FieldId, TableId},
    snapshot::Snapshot,
    value::CellState,
};

/// The records in scope, and how many more are locked.
pub(crate) fn places(
    snapshot: &Snapshot,
    node: &Node,
    scope: &AiScope,
) -> Result<(Places, u64), CommandError> {
    let data = snapshot
        .data(node.table)
        .ok_or_else(|| CommandError::no_table(node.table))?;
    let mut n_locked = 0;
    let mut wanted = |cells: Option<&Column>, at: usize| {
        let state = cells
            .and_then(|cells| cells.note(at))
            .map(|note| note.state);
        if state == Some(AiState::Locked) {
            n_locked += u64::from(matches!(scope, AiScope::All | AiScope::Records(_)));
            return false;
        }
        let waits = matches!(state, Some(AiState::Queued | AiState::Running));
        match scope {
            AiScope::Empty => !waits && cells.is_none_or(|cells| cells.get(at).is_blank()),
            AiScope::Stale => state == Some(AiState::Stale),
            AiScope::Failed => {
                state == Some(AiState::Failed)
                    || cells.is_some_and(|cells| matches!(cells.get(at), CellState::Error(_)))
            }
            AiScope::All | AiScope::Records(_) => !waits,
        }
    };
    let mut places = Places::new();
    if let AiScope::Records(records) = scope {
        for (segment, offsets) in data.locate(records).map_err(|error| match error {
            table::op::ApplyError::NoRecord(record) => CommandError::no_record(record),
            other => other.into(),
        })? {
            let from = &data.segments[segment];
            let cells = from.column(node.column).map(|cells| &**cells);
            let distinct: BTreeSet<usize> = offsets.into_iter().map(|(at, _)| at).collect();
            let hit: Vec<usize> = distinct
                .into_iter()
                .filter(|at| from.live().get(*at) && wanted(cells, *at))
                .collect();
            places.push((segment, hit));
        }
    } else {
        for (segment, from) in data.segments.iter().enumerate() {
            let cells = from.column(node.column).map(|cells| &**cells);
            places.push((
                segment,
                from.live().ones().filter(|at| wanted(cells, *at)).collect(),
            ));
        }
    }
    places.retain(|(_, hit)| !hit.is_empty());
    Ok((places, n_locked))
}

/// The AI node of a field, or a refusal.
pub(crate) fn ai_node(
    snapshot: &Snapshot,
    graph: &Graph,
    table: TableId,
    field: FieldId,
) -> Result<std::sync::Arc<Node>, CommandError> {
    let found = crate::command::field_of(snapshot, table, field)?;
    graph
        .node(field)
        .filter(|node| node.ai.is_some())
        .cloned()
        .ok_or_else(|| {
            CommandError::new(
                "not_ai",
                format!("“{}”不是 AI 字段。", found.name),
                format!("“{}” is no AI field.", found.name),
            )
            .at(field)
        })
}

/// For the price tag: nothing is changed or queued.
pub(crate) fn estimate(
    snapshot: &Snapshot,
    graph: &Graph,
    table: TableId,
    field: FieldId,
    scope: &AiScope,
    env: Env,
) -> Result<AiEstimate, CommandError> {
    let node = ai_node(snapshot, graph, table, field)?;
    let (places, n_locked) = places(snapshot, &node, scope)?;
    let mut out = AiEstimate {
        n_locked,
        model: node.model().unwrap_or(env.model).to_owned(),
        ..AiEstimate::default()
    };
    let cache = EvalCache::default();
    let mut seen = BTreeSet::new();
    for (segment, offsets) in &places {
        for (asked, calls) in look(snapshot, &node, *segment, offsets, env, &cache) {
            out.n_records += 1;
            let missing: Vec<_> = calls
                .iter()
                .filter(|call| !env.answers.has(&call.key))
                .collect();
            out.n_cached +=
                u64::from(missing.is_empty() && !asked.keys.is_empty() && !asked.upstream_waits);
            for call in missing {
                if !env.queue.is_open(&call.key) && seen.insert(call.key) {
                    out.n_calls += 1;
                    out.chars_in +=
                        (call.system.chars().count() + call.user.chars().count()) as u64;
                    out.chars_data += call.user.chars().count() as u64;
                }
            }
        }
    }
    Ok(out)
}
