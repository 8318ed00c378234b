//! Trying other formulas for an AI field on some records, side by side; no cell changes.
//!
//! [`try_formulas`] queues what is to be asked, [`show`] gives what is answered so far. Law: what was asked here is
//! never asked again by the run that follows. Tests: `engine/tests/engine/ai_plans.rs`.

use super::{Draft, World, ai::expect_batch, compile::formula_error, draft::Run, table_of};
use crate::{
    ai::{fill::look, scope::ai_node},
    error::CommandError,
    language::{EvalCache, Scope},
    limits::{AI_SAMPLE, AI_TRIED_FORMULAS},
    recompute::{Graph, Node, run::Env},
};
use std::{collections::BTreeSet, sync::Arc};
use table::{
    ai::{AiCall, CallKey},
    id::{FieldId, RecordId, TableId},
    snapshot::Snapshot,
    value::CellState,
};

/// One record under one formula.
#[derive(Debug, Clone, PartialEq)]
pub struct TriedCell {
    /// Pending until it is answered.
    pub cell: CellState,
    pub keys: Vec<CallKey>,
    /// The questions as they are sent, the fixed part first.
    pub prompts: Vec<(String, String)>,
}

type Looked = Vec<(TriedCell, Vec<AiCall>)>;

/// The field's node with another formula.
fn node_with(snapshot: &Snapshot, node: &Node, text: &str) -> Result<Node, CommandError> {
    let analysis = crate::language::analyze(
        text,
        &Scope {
            schema: &snapshot.schema,
            table: node.table,
            field: Some(node.field),
        },
    );
    let Some(formula) = analysis.formula else {
        return Err(formula_error(&analysis.diagnostics));
    };
    Ok(Node {
        own: formula.reads().own.iter().copied().collect(),
        formula: Some(formula),
        ai: node.ai.clone(),
        links: node.links.clone(),
        others: node.others.clone(),
        ..*node
    })
}

fn looked(
    snapshot: &Snapshot,
    graph: &Graph,
    (table, field): (TableId, FieldId),
    records: &[RecordId],
    formula: &str,
    env: Env,
) -> Result<Looked, CommandError> {
    let node = ai_node(snapshot, graph, table, field)?;
    let tried = match formula.trim().is_empty() {
        true => None,
        false => Some(node_with(snapshot, &node, formula)?),
    };
    let node = tried.as_ref().unwrap_or(&node);
    table_of(snapshot, table)?;
    let data = snapshot
        .data(table)
        .ok_or_else(|| CommandError::no_table(table))?;
    let cache = EvalCache::default();
    let mut out = Looked::new();
    for record in records.iter().take(AI_SAMPLE) {
        let (segment, at) = data
            .find(*record)
            .ok_or_else(|| CommandError::no_record(*record))?;
        for (asked, calls) in look(snapshot, node, segment, &[at], env, &cache) {
            let prompts = calls
                .iter()
                .map(|call| (call.system.clone(), call.user.clone()))
                .collect();
            let cell = TriedCell {
                cell: asked.cell,
                keys: asked.keys,
                prompts,
            };
            out.push((cell, calls));
        }
    }
    Ok(out)
}

/// Queues the missing calls of some records under each formula; an empty one stands for the field's own.
pub(crate) fn try_formulas(
    draft: &mut Draft,
    world: &World,
    graph: &Graph,
    (table, field): (TableId, FieldId),
    records: &[RecordId],
    formulas: &[String],
    batch: &str,
) -> Result<(), CommandError> {
    expect_batch(batch)?;
    let mut queued: BTreeSet<CallKey> = BTreeSet::new();
    for formula in formulas.iter().take(AI_TRIED_FORMULAS) {
        let place = (table, field);
        let found = looked(&draft.snapshot, graph, place, records, formula, world.env())?;
        for call in found.into_iter().flat_map(|(_, calls)| calls) {
            let open = world.answers.has(&call.key) || world.queue.is_open(&call.key);
            if !open && queued.insert(call.key) {
                draft.queued.push((Arc::new(call), batch.to_owned()));
            }
        }
    }
    draft.run = Some(Run {
        batch: batch.to_owned(),
        table,
        field,
        n_records: records.len() as u64,
        n_locked: 0,
        estimate: None,
        cap_micros: None,
    });
    draft.result.n_calls = draft.queued.len() as u64;
    Ok(())
}

/// What some records would show under each formula, as far as it is answered.
pub(crate) fn show(
    snapshot: &Snapshot,
    graph: &Graph,
    place: (TableId, FieldId),
    records: &[RecordId],
    formulas: &[String],
    env: Env,
) -> Result<Vec<Vec<TriedCell>>, CommandError> {
    let each = formulas.iter().take(AI_TRIED_FORMULAS).map(|formula| {
        let found = looked(snapshot, graph, place, records, formula, env)?;
        Ok(found.into_iter().map(|(cell, _)| cell).collect())
    });
    each.collect()
}
