//! Applies the state machine of `decide` to records: evaluates, decides, writes the ops, queues missing calls.

use super::{
    Cell,
    decide::{Asked, Decision, Why, decide},
    is_waiting,
    typed::{result_of, typed},
};
use crate::language::{EvalCache, EvalInput};
use crate::{
    command::Draft,
    error::CommandError,
    limits::AUTO_CELLS_PER_COMMAND,
    recompute::{Node, Rows, run::Env},
};
use std::{collections::BTreeSet, sync::Arc};
use table::{
    ai::AiCall,
    column::Column,
    field::AiPolicy,
    id::RecordId,
    snapshot::{Snapshot, TableData},
    value::CellState,
};

/// Records of one table by segment and ascending offsets.
pub(crate) type Places = Vec<(usize, Vec<usize>)>;

/// What a fill did.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    pub rows: Rows,
    /// Cells whose value or note changed.
    pub n_cells: u64,
    /// Cells answered from stored answers.
    pub n_cached: u64,
    /// Cells that wait now.
    pub n_asked: u64,
}

/// What the formula asks for in some records, with the calls themselves.
pub(crate) fn look(
    snapshot: &Snapshot,
    node: &Node,
    segment: usize,
    offsets: &[usize],
    env: Env,
    cache: &EvalCache,
) -> Vec<(Asked, Vec<AiCall>)> {
    let (Some(formula), Some(data)) = (&node.formula, snapshot.data(node.table)) else {
        return Vec::new();
    };
    let evaluated = formula.eval(&EvalInput {
        snapshot,
        table: node.table,
        segment,
        offsets: Some(offsets),
        now: env.now_day,
        answers: env.answers,
        kind: node.kind,
        model: node.model().unwrap_or(env.model),
        cache,
    });
    let mut calls: Vec<Vec<AiCall>> = vec![Vec::new(); offsets.len()];
    for (position, call) in evaluated.calls {
        if let Some(calls) = calls.get_mut(position) {
            calls.push(call);
        }
    }
    let result = result_of(snapshot, node);
    let upstream = upstream_columns(snapshot, node, data, segment);
    offsets
        .iter()
        .zip(calls)
        .enumerate()
        .map(|(position, (at, calls))| {
            let upstream_waits = upstream
                .iter()
                .any(|cells| cells.get(*at) == CellState::Pending || is_waiting(cells.note(*at)));
            let asked = Asked {
                cell: typed(result, evaluated.cells.get(position)),
                keys: calls.iter().map(|call| call.key).collect(),
                upstream_waits,
                review: None,
            };
            let asked = Asked {
                review: env.answers.review(&asked.keys),
                ..asked
            };
            (asked, calls)
        })
        .collect()
}

/// The columns of the same record that can be waiting for an answer themselves.
fn upstream_columns<'a>(
    snapshot: &Snapshot,
    node: &Node,
    data: &'a TableData,
    segment: usize,
) -> Vec<&'a Arc<Column>> {
    let formulas = node.own.iter().filter_map(|read| {
        let (_, field) = snapshot.schema.field(*read)?;
        field.formula()?;
        data.segments.get(segment)?.column(field.column)
    });
    formulas.collect()
}

/// Applies `why` to the given records of an AI field.
pub(crate) fn fill(
    draft: &mut Draft,
    node: &Node,
    places: &Places,
    env: Env,
    why: Why,
    batch: Option<&str>,
) -> Result<Filled, CommandError> {
    let data = draft.data(node.table)?.clone();
    let cache = EvalCache::default();
    let mut filled = Filled::default();
    let mut records: Vec<RecordId> = Vec::new();
    let mut after = Column::new(node.kind);
    let mut queued: BTreeSet<_> = draft.queued.iter().map(|(call, _)| call.key).collect();
    for (segment, offsets) in places {
        let looked = look(&draft.snapshot, node, *segment, offsets, env, &cache);
        let old = data.segments[*segment].column(node.column);
        for (at, (asked, calls)) in offsets.iter().zip(looked) {
            let state = old.map_or(CellState::BLANK, |cells| cells.get(*at));
            let note = old.and_then(|cells| cells.note(*at)).cloned();
            let why = match why {
                Why::InputsChanged { auto: true }
                    if filled.n_asked >= AUTO_CELLS_PER_COMMAND as u64 =>
                {
                    Why::InputsChanged { auto: false }
                }
                why => why,
            };
            let Decision::Set { state, note, asks } = decide(&state, note.as_deref(), &asked, why)
            else {
                continue;
            };
            let record = data.segments[*segment].ids()[*at];
            let cell = Cell {
                table: node.table,
                field: node.field,
                record,
            };
            let note = note.map(Arc::new);
            if is_waiting(note.as_ref()) || asks {
                filled.n_asked += 1;
                let batch = batch_name(batch, env, &cell, node);
                if asks {
                    for call in calls {
                        let open = env.answers.has(&call.key) || env.queue.is_open(&call.key);
                        if !open && queued.insert(call.key) {
                            draft.queued.push((Arc::new(call), batch.clone()));
                        }
                    }
                }
                draft.batches.insert(cell, batch);
            } else if note
                .as_ref()
                .is_some_and(|note| note.state == table::ai::AiState::Ok)
            {
                filled.n_cached += 1;
            }
            records.push(record);
            after.push(state);
            after.set_note(after.len() - 1, note);
            filled.rows.insert(&data, *segment, *at);
        }
    }
    filled.n_cells = draft.set_cells(node.table, node.column, &records, &after)?;
    Ok(filled)
}

/// The batch that asked first stays responsible; what nobody asked for belongs to the field's own batch.
fn batch_name(batch: Option<&str>, env: Env, cell: &Cell, node: &Node) -> String {
    batch.or_else(|| env.waiting.batch_of(cell)).map_or_else(
        || format!("{}{}", super::AUTO_BATCH, node.field),
        str::to_owned,
    )
}

/// After a command: AI cells whose inputs it reached become stale, or ask again by themselves.
pub(crate) fn upkeep(
    draft: &mut Draft,
    node: &Node,
    rows: &Rows,
    env: Env,
) -> Result<Rows, CommandError> {
    let auto = node
        .ai
        .as_ref()
        .is_some_and(|ai| ai.policy == AiPolicy::Auto);
    let data = draft.data(node.table)?.clone();
    let mut places = Places::new();
    for (segment, offsets) in rows.by_segment(&data) {
        let from = &data.segments[segment];
        let cells = from.column(node.column);
        let matters = |at: usize| {
            let noted = cells.is_some_and(|cells| cells.note(at).is_some());
            from.live().get(at)
                && (noted || auto && cells.is_none_or(|cells| cells.get(at).is_blank()))
        };
        let hit: Vec<usize> = match offsets {
            Some(offsets) => offsets.into_iter().filter(|at| matters(*at)).collect(),
            None if auto => (0..from.len()).filter(|at| matters(*at)).collect(),
            None => cells
                .map(|cells| {
                    cells
                        .notes()
                        .keys()
                        .map(|at| *at as usize)
                        .filter(|at| matters(*at))
                        .collect()
                })
                .unwrap_or_default(),
        };
        if !hit.is_empty() {
            places.push((segment, hit));
        }
    }
    if places.is_empty() {
        return Ok(Rows::default());
    }
    Ok(fill(draft, node, &places, env, Why::InputsChanged { auto }, None)?.rows)
}
