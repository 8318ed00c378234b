//! What an evaluation gives whose kernel broke. Tests: none on purpose, there is no such kernel to be asked.

use super::{CALC, EvalInput, Evaluated, vector::Cell};
use table::{
    column::Column,
    snapshot::TableData,
    value::{CellError, CellState},
};

/// `#CALC!` for every record.
pub(crate) fn failed(input: &EvalInput) -> Evaluated {
    let states = failed_values(input)
        .into_iter()
        .map(|_| CellState::Error(CellError::Calc));
    Evaluated {
        cells: Column::from_states(input.kind, states),
        calls: Vec::new(),
    }
}

pub(crate) fn failed_values(input: &EvalInput) -> Vec<Cell> {
    let of = |data: &TableData| {
        data.segments
            .get(input.segment)
            .map(|segment| segment.len())
    };
    let n_all = || {
        input
            .snapshot
            .data(input.table)
            .and_then(|data| of(data))
            .unwrap_or(0)
    };
    vec![CALC; input.offsets.map_or_else(n_all, <[usize]>::len)]
}
