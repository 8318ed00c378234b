//! Large computations on a thread of their own, so that edits never wait for them.
//!
//! The thread computes on a snapshot of its own and sends whole columns back as one event. Records that were
//! edited meanwhile are computed again by the writer ([`Filling::since`]); a change that reaches every record
//! starts the computation anew.

use super::{
    Changed, Graph, Node,
    run::{Env, evaluate, first_record, prepared},
};
use crate::language::Kept;
use crate::{
    ai::{AnswerBook, Waiting},
    limits::BACKGROUND_SEGMENTS,
    queue::Queue,
};
use rayon::prelude::*;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use table::{
    column::Column,
    id::{ColumnId, FieldId, TableId},
    snapshot::Snapshot,
};

/// One computation under way.
pub(crate) struct Filling {
    pub id: u64,
    pub fields: BTreeSet<FieldId>,
    /// Cells of these fields that the writer computed meanwhile.
    pub since: Changed,
    pub progress: Arc<Progress>,
}

#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Records × fields.
    pub done: AtomicU64,
    pub of: AtomicU64,
    pub cancelled: AtomicBool,
    pub fields: BTreeSet<FieldId>,
}

/// Whole columns, by table, column and segment.
pub(crate) struct Filled {
    pub id: u64,
    pub columns: Vec<(TableId, ColumnId, usize, Arc<Column>)>,
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.progress.cancelled.store(true, Ordering::Relaxed);
    }
}

/// All of one field, some segments at a time; ends early where nobody wants it any more.
fn fill(
    snapshot: &mut Snapshot,
    node: &Node,
    env: Env<'_>,
    progress: &Progress,
) -> Vec<(TableId, ColumnId, usize, Arc<Column>)> {
    let mut columns = Vec::new();
    let Some(data) = snapshot.data(node.table).cloned() else {
        return columns;
    };
    let cache = prepared(snapshot, node, first_record(&data), u64::MAX, env);
    let segments: Vec<usize> = (0..data.segments.len()).collect();
    for step in segments.chunks(BACKGROUND_SEGMENTS) {
        if progress.cancelled.load(Ordering::Relaxed) {
            break;
        }
        let one = |segment: &usize| {
            let cells = evaluate(snapshot, &data, node, *segment, None, env, &cache);
            let n = cells.len() as u64;
            progress.done.fetch_add(n, Ordering::Relaxed);
            cells
        };
        let done: Vec<Column> = step.par_iter().map(one).collect();
        for (segment, cells) in step.iter().zip(done) {
            let cells = Arc::new(cells);
            columns.push((node.table, node.column, *segment, cells.clone()));
            snapshot.set_derived(node.table, *segment, node.column, cells);
        }
    }
    columns
}

/// Starts the thread; `deliver` gets the result unless the computation was dropped before.
pub(crate) fn start(
    id: u64,
    mut snapshot: Snapshot,
    graph: &Graph,
    fields: BTreeSet<FieldId>,
    (now_day, model, answers, kept): (f64, String, AnswerBook, Arc<Kept>),
    deliver: impl FnOnce(Filled) + Send + 'static,
) -> std::io::Result<Filling> {
    let nodes: Vec<Arc<Node>> = graph
        .nodes
        .iter()
        .filter(|node| fields.contains(&node.field))
        .cloned()
        .collect();
    let progress = Arc::new(Progress {
        fields: fields.clone(),
        ..Progress::default()
    });
    let n_records = |node: &Arc<Node>| {
        let data = snapshot.data(node.table);
        data.map_or(0, |data| {
            data.segments
                .iter()
                .map(|segment| segment.len() as u64)
                .sum::<u64>()
        })
    };
    progress
        .of
        .store(nodes.iter().map(n_records).sum(), Ordering::Relaxed);
    let shared = progress.clone();
    std::thread::Builder::new()
        .name("recompute".into())
        .spawn(move || {
            let (queue, waiting) = (Queue::default(), Waiting::default());
            let env = Env {
                now_day,
                model: &model,
                answers: &answers,
                queue: &queue,
                kept: &kept,
                filling: &BTreeSet::new(),
                waiting: &waiting,
            };
            let mut columns = Vec::new();
            for node in nodes {
                columns.extend(fill(&mut snapshot, &node, env, &shared));
            }
            if !shared.cancelled.load(Ordering::Relaxed) {
                deliver(Filled { id, columns });
            }
        })?;
    Ok(Filling {
        id,
        fields,
        since: Changed::default(),
        progress,
    })
}
