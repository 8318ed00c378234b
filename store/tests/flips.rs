//! Bits that flip on the disk, and files that end too early: each is told or harmless, no value is ever another one.
//!
//! 150 flips of a fixed seed; `SUANPAN_LONG=1` makes it 1,000 and more truncations.

#![allow(clippy::unwrap_used)]

use std::{path::Path, sync::Arc};
use store::{Base, Entry, QueuedCall, Recovered};
use table::{
    ai::{AiCall, AiKind, Answer, CallKey, Provenance},
    column::{Column, ColumnKind},
    fixture,
    id::{ActorId, BaseId, ColumnId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    snapshot::Snapshot,
    value::{CellError, CellState, CellValue},
};

const GOODS: &str =
    "# 商品\n\n| 货号:text | 单价:number | 状态:select(在售/停售) |\n|---|---|---|\n";
const TABLE: TableId = TableId(1);

/// A random number that is the same in every run.
fn drawn(n: u64) -> u64 {
    let mut x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn transaction(revision: u64, op: Op) -> Transaction {
    Transaction {
        revision: Revision(revision),
        actor: ActorId("user:老板".into()),
        at_ms: 1_700_000_000_000,
        client_id: Some(format!("c{revision}")),
        label: "test".into(),
        group: None,
        undoes: None,
        ops: vec![op],
    }
}

fn append(snapshot: &Snapshot, n_records: u64) -> Op {
    let first = snapshot.data(TABLE).unwrap().next_record;
    let at = first.0..first.0 + n_records;
    let texts = at
        .clone()
        .map(|n| CellValue::text(format!("DD{:06}", drawn(n) % 5_000)).into());
    let numbers = at.map(|n| CellValue::Number((drawn(n) % 100_000) as f64 / 100.0).into());
    let columns = [
        (
            ColumnId(1),
            Column::from_states(ColumnKind::Text, texts).into(),
        ),
        (
            ColumnId(2),
            Column::from_states(ColumnKind::Number, numbers).into(),
        ),
    ];
    Op::AppendRecords {
        table: TABLE,
        first,
        n_records,
        columns: columns.into(),
    }
}

fn set_price(snapshot: &Snapshot, record: u64, price: f64) -> Op {
    let records = vec![RecordId(record)];
    let data = snapshot.data(TABLE).unwrap();
    let before = data
        .gather(ColumnId(2), ColumnKind::Number, &records)
        .unwrap();
    let after = Column::from_states(ColumnKind::Number, [CellValue::Number(price).into()]);
    Op::SetCells {
        table: TABLE,
        column: ColumnId(2),
        records,
        before,
        after,
    }
}

fn call() -> AiCall {
    AiCall {
        key: CallKey([7; 16]),
        kind: AiKind::Translate,
        model: String::new(),
        prompt_version: "translate/1".into(),
        system: "s".into(),
        user: "u".into(),
        pictures: Vec::new(),
        expects: Default::default(),
        inputs: Default::default(),
    }
}

fn answer() -> Answer {
    let provenance = serde_json::json!({
        "provider": "p", "model": "m", "prompt_version": "translate/1", "at_ms": 1, "tokens_in": 2, "tokens_out": 3,
        "cost_micros": 4, "currency": "CNY", "n_attempts": 1, "rules": [], "finish_reason": "stop"
    });
    Answer {
        key: CallKey([7; 16]),
        text: "thermos cup".into(),
        provenance: serde_json::from_value::<Provenance>(provenance).unwrap(),
    }
}

/// The state after each revision; the file stands behind it.
fn filled(path: &Path) -> Vec<Snapshot> {
    let (mut base, mut snapshot) = Base::create(path, &BaseId("b1".into()), "店").unwrap();
    let mut states = vec![snapshot.clone()];
    let table = fixture::from_markdown(GOODS).unwrap().schema.tables[0].clone();
    for revision in 1..=40 {
        let op = match revision {
            1 => Op::AddTable {
                table: table.clone(),
            },
            2 => append(&snapshot, 300),
            20 => append(&snapshot, 40_000),
            at => set_price(&snapshot, 1 + drawn(at) % 300, at as f64),
        };
        let made = transaction(revision, op);
        snapshot = apply(&snapshot, &made).unwrap().0;
        base.append(&[Entry {
            transaction: Arc::new(made),
            queued: match revision {
                5 => vec![QueuedCall {
                    call: call(),
                    batch: "b".into(),
                }],
                _ => vec![],
            },
            answers: if revision == 6 {
                vec![answer()]
            } else {
                vec![]
            },
            calls_settled: vec![],
            batches: Vec::new(),
        }])
        .unwrap();
        states.push(snapshot.clone());
        if revision == 30 {
            base.checkpoint(&snapshot).unwrap();
        }
    }
    base.reader().put_blob(&mut &[5u8; 3_000][..]).unwrap();
    base.close().unwrap();
    states
}

/// Every cell as it was, or told as damaged; gives how many are damaged.
fn damaged_cells(found: &Snapshot, expected: &Snapshot) -> u64 {
    let (found, expected) = (&found.tables, &expected.tables);
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    let mut n = 0;
    for (table, data) in expected {
        let other = &found[table];
        assert_eq!(
            (other.next_record, other.n_live),
            (data.next_record, data.n_live)
        );
        for (record, segment, at) in data.live_records() {
            for (column, cells) in data.segments[segment].columns() {
                let cell = other.cell(*column, record).unwrap();
                match cell {
                    CellState::Error(CellError::Damaged) => n += 1,
                    cell => assert_eq!(cell, cells.get(at), "{record} {column}"),
                }
            }
        }
    }
    n
}

enum Outcome {
    Refused,
    Same,
    Told,
}

/// What opening a hit file gives; panics where a wrong value is shown.
fn look(path: &Path, states: &[Snapshot]) -> Outcome {
    let Ok((base, found)) = Base::open(path) else {
        return Outcome::Refused;
    };
    let Recovered {
        snapshot,
        damage,
        broken,
        is_lost,
        answers,
        ..
    } = found;
    let newest = states.len() as u64 - 1;
    let revision = snapshot.revision.0;
    assert!(
        revision == newest || broken.is_some(),
        "changes {revision} to {newest} are gone and nobody says so"
    );
    let n = damaged_cells(&snapshot, &states[revision as usize]);
    assert!(
        n == 0 || is_lost,
        "{n} damaged cells, and the base may be written"
    );
    assert_eq!(snapshot.schema, states[revision as usize].schema);
    for text in answers.texts.values() {
        assert_eq!(**text, *"thermos cup");
    }
    let mut from = 1;
    while from <= newest {
        let Ok(logged) = base.reader().transactions(Revision(from), 1) else {
            break;
        };
        let Some(one) = logged.first() else {
            break;
        };
        assert_eq!(one.client_id, Some(format!("c{}", one.revision.0)));
        from = one.revision.0 + 1;
    }
    let told = !damage.is_empty() || !base.verify().is_empty();
    if told { Outcome::Told } else { Outcome::Same }
}

#[test]
fn a_flipped_bit_never_shows_as_another_value() {
    let is_long = std::env::var_os("SUANPAN_LONG").is_some();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let states = filled(&path);
    let whole = std::fs::read(&path).unwrap();
    let copy = folder.path().join("copy.base");
    let put = |bytes: &[u8]| {
        for beside in ["copy.base-wal", "copy.base-shm", "copy.base.lock"] {
            let _ = std::fs::remove_file(folder.path().join(beside));
        }
        std::fs::write(&copy, bytes).unwrap();
        look(&copy, &states)
    };
    assert!(matches!(put(&whole), Outcome::Same));
    let (mut refused, mut same, mut told) = (0, 0, 0);
    for n in 0..if is_long { 1_000 } else { 150 } {
        let mut bytes = whole.clone();
        let at = drawn(n) as usize % bytes.len();
        bytes[at] ^= 1 << (drawn(n + 1_000_000) % 8);
        match put(&bytes) {
            Outcome::Refused => refused += 1,
            Outcome::Same => same += 1,
            Outcome::Told => told += 1,
        }
    }
    println!(
        "refused {refused}, told {told}, harmless {same} of {} bytes",
        whole.len()
    );
    assert!(
        told > refused,
        "most flips hit payloads, which are told apart"
    );
    for n in 0..if is_long { 100 } else { 15 } {
        let bytes = &whole[..drawn(n + 7) as usize % whole.len()];
        put(bytes);
    }
}
