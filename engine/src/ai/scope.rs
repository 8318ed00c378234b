//! Which records of an AI field a run means, and what running them would ask for.

use super::fill::{Places, look};
use crate::language::{EvalCache, EvalInput, Scope};
use crate::{
    command::{AiPlan, AiScope, compile::formula_error, table_of},
    error::CommandError,
    limits::AI_SAMPLE,
    query::{AiEstimate, Chars, condition, filter::Ready},
    recompute::{Graph, Node, run::Env},
};
use std::collections::{BTreeMap, BTreeSet};
use table::{
    ai::{AiCall, AiState},
    column::{Column, ColumnKind},
    id::{FieldId, RecordId, TableId},
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

/// The records that a scope alone means, and how many of them are locked.
fn in_scope(
    snapshot: &Snapshot,
    node: &Node,
    scope: &AiScope,
    with_locked: bool,
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
            return with_locked && matches!(scope, AiScope::All | AiScope::Records(_));
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

/// The records of a run.
#[derive(Debug, Default)]
pub(crate) struct Scoped {
    pub places: Places,
    /// In scope, but the condition does not hold.
    pub left_out: Places,
    pub n_locked: u64,
}

/// The records in scope that the plan lets through.
pub(crate) fn places(
    snapshot: &Snapshot,
    node: &Node,
    scope: &AiScope,
    plan: &AiPlan,
    env: Env,
) -> Result<Scoped, CommandError> {
    let (mut places, n_locked) = in_scope(snapshot, node, scope, plan.with_locked)?;
    if let Some(view) = plan.view {
        let owner = table_of(snapshot, node.table)?;
        let view = owner
            .view(view)
            .ok_or_else(|| CommandError::no_view(view))?;
        let data = snapshot
            .data(node.table)
            .ok_or_else(|| CommandError::no_table(node.table))?;
        let filter = condition::resolve(&view.filter, owner, env.now_day);
        let ready = Ready::new(&filter, owner).for_records(data);
        for (segment, offsets) in &mut places {
            let from = &data.segments[*segment];
            offsets.retain(|at| ready.lets(from, *at));
        }
    }
    let mut left_out = Places::new();
    if let Some(text) = plan
        .only_if
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    {
        left_out = hold_back(snapshot, node, &mut places, text, env)?;
    }
    places.retain(|(_, hit)| !hit.is_empty());
    if let Some(n) = plan.sample {
        places = varied(snapshot, node, &places, n as usize, env);
    }
    Ok(Scoped {
        places,
        left_out,
        n_locked,
    })
}

/// Takes the records out of which the formula is not true, and gives them.
fn hold_back(
    snapshot: &Snapshot,
    node: &Node,
    places: &mut Places,
    text: &str,
    env: Env,
) -> Result<Places, CommandError> {
    let analysis = crate::language::analyze(
        text,
        &Scope {
            schema: &snapshot.schema,
            table: node.table,
            field: None,
        },
    );
    let Some(formula) = analysis.formula else {
        return Err(formula_error(&analysis.diagnostics));
    };
    if formula.has_ai() {
        return Err(CommandError::new(
            "condition_asks_ai",
            "条件里不能用 AI 函数。",
            "The condition can't use AI functions.",
        ));
    }
    let (mut left_out, cache) = (Places::new(), EvalCache::default());
    for (segment, offsets) in places {
        let found = formula.eval(&EvalInput {
            snapshot,
            table: node.table,
            segment: *segment,
            offsets: Some(offsets),
            now: env.now_day,
            answers: env.answers,
            kind: ColumnKind::Bool,
            model: env.model,
            cache: &cache,
        });
        let holds = |position: usize| {
            matches!(
                found.cells.get(position),
                CellState::Value(CellValue::Bool(true))
            )
        };
        let (kept, rest): (Vec<_>, Vec<_>) = offsets
            .iter()
            .enumerate()
            .partition(|(position, _)| holds(*position));
        let (kept, rest): (Vec<usize>, Vec<usize>) = (
            kept.into_iter().map(|(_, at)| *at).collect(),
            rest.into_iter().map(|(_, at)| *at).collect(),
        );
        *offsets = kept;
        if !rest.is_empty() {
            left_out.push((*segment, rest));
        }
    }
    Ok(left_out)
}

/// So many records whose questions differ as much as possible: by length from the shortest to the longest, equal
/// questions once. The same records each time, as long as nothing changes.
fn varied(snapshot: &Snapshot, node: &Node, places: &Places, n: usize, env: Env) -> Places {
    let cache = EvalCache::default();
    let mut seen = BTreeSet::new();
    let mut by_length: Vec<(usize, usize, usize)> = Vec::new();
    for (segment, offsets) in places {
        let looked = look(snapshot, node, *segment, offsets, env, &cache);
        for (at, (asked, calls)) in offsets.iter().zip(looked) {
            if !asked.keys.is_empty() && seen.insert(asked.keys) {
                let length = calls.iter().map(|call| call.user.len()).sum();
                by_length.push((length, *segment, *at));
            }
        }
    }
    by_length.sort_unstable();
    let last = by_length.len().saturating_sub(1);
    let steps = n.clamp(1, AI_SAMPLE).min(by_length.len());
    let mut places: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for step in 0..steps {
        let (_, segment, at) = by_length[step * last / (steps - 1).max(1)];
        places.entry(segment).or_default().insert(at);
    }
    places
        .into_iter()
        .map(|(segment, offsets)| (segment, offsets.into_iter().collect()))
        .collect()
}

/// For the price tag: nothing is changed or queued.
pub(crate) fn estimate(
    snapshot: &Snapshot,
    graph: &Graph,
    table: TableId,
    field: FieldId,
    (scope, plan): (&AiScope, &AiPlan),
    env: Env,
) -> Result<AiEstimate, CommandError> {
    let node = ai_node(snapshot, graph, table, field)?;
    let Scoped {
        places,
        left_out,
        n_locked,
    } = places(snapshot, &node, scope, plan, env)?;
    let mut out = AiEstimate {
        n_locked,
        n_left_out: left_out
            .iter()
            .map(|(_, offsets)| offsets.len() as u64)
            .sum(),
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
                if env.queue.is_open(&call.key) {
                    out.n_waiting += 1;
                } else if seen.insert(call.key) {
                    out.n_calls += 1;
                    out.chars_system += Chars::of(&call.system);
                    out.chars_user += Chars::of(&call.user);
                    out.chars_inputs += call.inputs.values().map(|text| Chars::of(text)).sum();
                } else {
                    out.n_repeated += 1;
                }
            }
        }
    }
    Ok(out)
}

/// The records that a run would ask for.
pub(crate) fn records(
    snapshot: &Snapshot,
    graph: &Graph,
    (table, field): (TableId, FieldId),
    scope: &AiScope,
    plan: &AiPlan,
    env: Env,
) -> Result<Vec<RecordId>, CommandError> {
    let node = ai_node(snapshot, graph, table, field)?;
    let places = places(snapshot, &node, scope, plan, env)?.places;
    let data = snapshot
        .data(table)
        .ok_or_else(|| CommandError::no_table(table))?;
    let ids = places.iter().flat_map(|(segment, offsets)| {
        let ids = data.segments[*segment].ids();
        offsets.iter().map(move |at| ids[*at])
    });
    Ok(ids.collect())
}

/// What a cell would ask for now; empty where the field asks nothing.
pub(crate) fn calls_of(
    snapshot: &Snapshot,
    graph: &Graph,
    (table, field): (TableId, FieldId),
    record: RecordId,
    env: Env,
) -> Result<Vec<AiCall>, CommandError> {
    let Ok(node) = ai_node(snapshot, graph, table, field) else {
        return Ok(Vec::new());
    };
    let data = snapshot
        .data(table)
        .ok_or_else(|| CommandError::no_table(table))?;
    let (segment, at) = data
        .find(record)
        .ok_or_else(|| CommandError::no_record(record))?;
    let looked = look(snapshot, &node, segment, &[at], env, &EvalCache::default());
    Ok(looked.into_iter().flat_map(|(_, calls)| calls).collect())
}
