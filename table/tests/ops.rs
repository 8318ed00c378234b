//! Ops against a naive oracle: any sequence applies as on plain rows, and its inverse takes it back.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use std::collections::BTreeMap;
use table::{
    column::{Column, ColumnKind},
    fixture,
    id::{ActorId, ColumnId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

const TABLE: TableId = TableId(1);
const AMOUNT: ColumnId = ColumnId(2);

#[derive(Debug, Clone)]
enum Step {
    Append(u8),
    Edit(u8, i32),
    Remove(u8),
    Undo,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1u8..5).prop_map(Step::Append),
        (any::<u8>(), any::<i32>()).prop_map(|(at, value)| Step::Edit(at, value)),
        any::<u8>().prop_map(Step::Remove),
        Just(Step::Undo),
    ];
    proptest::collection::vec(step, 1..60)
}

/// Record id → (live, value).
type Oracle = BTreeMap<u64, (bool, Option<f64>)>;

fn transaction(revision: u64, ops: Vec<Op>) -> Transaction {
    Transaction {
        revision: Revision(revision),
        actor: ActorId("test".into()),
        at_ms: 0,
        client_id: None,
        label: "test".into(),
        group: None,
        undoes: None,
        ops,
    }
}

fn seen(snapshot: &Snapshot) -> Oracle {
    let data = snapshot.data(TABLE).unwrap();
    let mut oracle = Oracle::new();
    for segment in &data.segments {
        for (at, id) in segment.ids().iter().enumerate() {
            let value = match data.cell(AMOUNT, *id).unwrap() {
                CellState::Value(CellValue::Number(value)) => Some(value),
                _ => None,
            };
            oracle.insert(id.0, (segment.live().get(at), value));
        }
    }
    oracle
}

fn op_for(step: &Step, snapshot: &Snapshot) -> Option<Op> {
    let data = snapshot.data(TABLE)?;
    let pick = |at: u8| {
        (data.next_record.0 > 1).then(|| RecordId(1 + u64::from(at) % (data.next_record.0 - 1)))
    };
    match step {
        Step::Append(n) => {
            let cells = (0..*n).map(|at| CellValue::Number(f64::from(at)).into());
            let columns = BTreeMap::from([(
                AMOUNT,
                Column::from_states(ColumnKind::Number, cells).into(),
            )]);
            Some(Op::AppendRecords {
                table: TABLE,
                first: data.next_record,
                n_records: u64::from(*n),
                columns,
            })
        }
        Step::Edit(at, value) => {
            let records = vec![pick(*at)?];
            let before = data.gather(AMOUNT, ColumnKind::Number, &records).ok()?;
            let after = Column::from_states(
                ColumnKind::Number,
                [CellValue::Number(f64::from(*value)).into()],
            );
            Some(Op::SetCells {
                table: TABLE,
                column: AMOUNT,
                records,
                before,
                after,
            })
        }
        Step::Remove(at) => {
            let record = pick(*at)?;
            data.is_live(record).then(|| Op::RemoveRecords {
                table: TABLE,
                records: vec![record],
            })
        }
        Step::Undo => None,
    }
}

proptest! {
    #[test]
    fn ops_equal_a_naive_oracle_and_invert(steps in steps()) {
        let mut snapshot = fixture::from_markdown("| 名:text | 额:number |\n|---|---|\n| a | 1 |").unwrap();
        let mut history: Vec<(Transaction, Oracle)> = Vec::new();
        for step in &steps {
            let before = seen(&snapshot);
            let revision = snapshot.revision.0 + 1;
            if let Step::Undo = step {
                let Some((last, was)) = history.pop() else { continue };
                let (next, _) = apply(&snapshot, &transaction(revision, last.inverted_ops())).unwrap();
                snapshot = next;
                // Records that the undone append made stay, flagged as removed.
                let live: Oracle = seen(&snapshot).into_iter().filter(|(_, (live, _))| *live).collect();
                let was_live: Oracle = was.into_iter().filter(|(_, (live, _))| *live).collect();
                prop_assert_eq!(live, was_live);
                continue;
            }
            let Some(op) = op_for(step, &snapshot) else { continue };
            let mut oracle = before.clone();
            match &op {
                Op::AppendRecords { first, n_records, .. } => {
                    for at in 0..*n_records {
                        oracle.insert(first.0 + at, (true, Some(at as f64)));
                    }
                }
                Op::SetCells { records, after, .. } => {
                    if let CellState::Value(CellValue::Number(value)) = after.get(0) {
                        oracle.get_mut(&records[0].0).unwrap().1 = Some(value);
                    }
                }
                Op::RemoveRecords { records, .. } => oracle.get_mut(&records[0].0).unwrap().0 = false,
                _ => {}
            }
            let made = transaction(revision, vec![op]);
            let (next, _) = apply(&snapshot, &made).unwrap();
            prop_assert_eq!(seen(&snapshot), before.clone(), "the old snapshot must not change");
            snapshot = next;
            prop_assert_eq!(seen(&snapshot), oracle);
            let n_live = seen(&snapshot).values().filter(|(live, _)| *live).count() as u64;
            prop_assert_eq!(snapshot.data(TABLE).unwrap().n_live, n_live);
            history.push((made, before));
        }
    }
}
