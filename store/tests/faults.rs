//! The disk fails at the n-th step of writing, for every n until a run meets no fault: acknowledged ⊆
//! recovered ⊆ attempted, nothing damaged, and work goes on after opening again. Also flipped bits in what
//! AI calls are made of.

#![allow(clippy::unwrap_used)]

use std::{path::Path, sync::Arc};
use store::{
    AppendError, Base, CheckpointError, Entry, QueuedCall,
    fault::{Fault, FaultKind},
};
use table::{
    ai::{AiCall, AiKind, Answer, CallKey, Provenance},
    column::{Column, ColumnKind},
    fixture,
    id::{ActorId, BaseId, ColumnId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    snapshot::Snapshot,
    value::CellValue,
};

const GOODS: &str = "# 商品\n\n| 货号:text | 单价:number |\n|---|---|\n";

/// The first revision makes the table, every later one appends a record.
fn entry(revision: u64) -> Entry {
    let op = match revision {
        1 => Op::AddTable {
            table: fixture::from_markdown(GOODS).unwrap().schema.tables[0].clone(),
        },
        _ => Op::AppendRecords {
            table: TableId(1),
            first: RecordId(revision),
            n_records: 1,
            columns: [(
                ColumnId(2),
                Column::from_states(
                    ColumnKind::Number,
                    [CellValue::Number(revision as f64).into()],
                )
                .into(),
            )]
            .into(),
        },
    };
    Entry {
        transaction: Arc::new(Transaction {
            revision: Revision(revision),
            actor: ActorId("user:a".into()),
            at_ms: 1_700_000_000_000,
            client_id: Some(format!("c{revision}")),
            label: "test".into(),
            group: None,
            undoes: None,
            ops: vec![op],
        }),
        queued: vec![],
        answers: vec![],
        calls_settled: vec![],
        batches: Vec::new(),
    }
}

/// What a base must hold at a revision, made without any disk.
fn expected(revision: u64) -> Snapshot {
    let mut snapshot = Snapshot::default();
    Arc::make_mut(&mut snapshot.schema).name = "店".into();
    (1..=revision).fold(snapshot, |snapshot, at| {
        apply(&snapshot, &entry(at).transaction).unwrap().0
    })
}

/// Groups of two transactions with a checkpoint after each; gives the acknowledged and the attempted revision.
fn work(base: &mut Base, groups: u64) -> (u64, u64) {
    let (mut acked, mut attempted) = (0, 0);
    for group in 0..groups {
        let first = group * 2 + 1;
        attempted = first + 1;
        if base.append(&[entry(first), entry(first + 1)]).is_err() {
            break;
        }
        acked = first + 1;
        if base.checkpoint(&expected(acked)).is_err() {
            break;
        }
    }
    (acked, attempted)
}

fn reopened(path: &Path) -> (Base, Snapshot) {
    let (base, recovered) = Base::open(path).unwrap();
    assert_eq!(recovered.damage, []);
    assert_eq!(base.verify(), []);
    (base, recovered.snapshot)
}

#[test]
fn a_fault_at_every_step_loses_nothing_acknowledged_and_invents_nothing() {
    for kind in [FaultKind::Io, FaultKind::DiskFull] {
        let (mut n, mut n_ambiguous) = (0u64, 0);
        loop {
            n += 1;
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("b1.base");
            let (mut base, _) = Base::create(&path, &BaseId("b1".into()), "店").unwrap();
            let fault = Fault::at_step(n, kind);
            base.inject(fault.clone());
            let (acked, attempted) = work(&mut base, 4);
            if !fault.was_met() {
                assert_eq!((acked, attempted), (8, 8));
                break;
            }
            // Poisoned: neither rows nor checkpoints until it is opened again.
            let refused = base.append(&[entry(attempted + 1)]);
            assert!(matches!(refused, Err(AppendError::Poisoned)), "step {n}");
            let refused = base.checkpoint(&expected(acked));
            assert!(
                matches!(refused, Err(CheckpointError::Poisoned)),
                "step {n}"
            );
            drop(base);

            let (mut base, snapshot) = reopened(&path);
            let revision = snapshot.revision.0;
            assert!(
                acked <= revision && revision <= attempted,
                "step {n}: {acked} {revision} {attempted}"
            );
            assert_eq!(revision % 2, 0, "step {n}: half a group came back");
            assert_eq!(snapshot, expected(revision), "step {n}");
            if revision > acked {
                n_ambiguous += 1;
                // The retry of an unclear write finds that it was done.
                let known = base.reader().find_client_id(&format!("c{revision}"));
                assert_eq!(known.unwrap(), Some(Revision(revision)));
            }
            base.append(&[entry(revision + 1)]).unwrap();
            base.checkpoint(&expected(revision + 1)).unwrap();
            drop(base);
            assert_eq!(
                reopened(&path).1,
                expected(revision + 1),
                "step {n}, afterwards"
            );
        }
        assert!(n > 20, "only {n} steps: the loop would prove nothing");
        assert_eq!(
            n_ambiguous, 4,
            "each group has one step after its commit whose answer is lost"
        );
    }
}

/// Large appends, whose columns are parts of the log: one that joins a segment, and two that are segments of their own
/// and shared with the snapshot, then an edit of one of them. With each the snapshot after it.
fn large() -> Vec<(Entry, Snapshot)> {
    let mut snapshot = expected(1);
    let mut all = vec![(entry(1), snapshot.clone())];
    for (revision, n_records) in [(2, 5_000u64), (3, 33_000), (4, 33_000)] {
        let at = |n: u64| n + revision * 100_000;
        let texts = (0..n_records).map(|n| CellValue::text(format!("货{}", at(n) % 700)).into());
        let numbers = (0..n_records).map(|n| CellValue::Number(at(n) as f64 / 100.0).into());
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
        let op = Op::AppendRecords {
            table: TableId(1),
            first: snapshot.data(TableId(1)).unwrap().next_record,
            n_records,
            columns: columns.into(),
        };
        push(&mut all, &mut snapshot, revision, op);
    }
    let records = vec![RecordId(40_000)];
    let data = snapshot.data(TableId(1)).unwrap();
    let before = data
        .gather(ColumnId(2), ColumnKind::Number, &records)
        .unwrap();
    let after = Column::from_states(ColumnKind::Number, [CellValue::Number(0.5).into()]);
    let op = Op::SetCells {
        table: TableId(1),
        column: ColumnId(2),
        records,
        before,
        after,
    };
    push(&mut all, &mut snapshot, 5, op);
    all
}

fn push(all: &mut Vec<(Entry, Snapshot)>, snapshot: &mut Snapshot, revision: u64, op: Op) {
    let mut next = entry(revision);
    Arc::make_mut(&mut next.transaction).ops = vec![op];
    *snapshot = apply(snapshot, &next.transaction).unwrap().0;
    all.push((next, snapshot.clone()));
}

#[test]
fn a_fault_at_every_step_of_large_appends_loses_nothing_acknowledged() {
    let all = large();
    let after = |revision: u64| match revision {
        0 => expected(0),
        at => all[at as usize - 1].1.clone(),
    };
    let mut n = 0;
    loop {
        n += 1;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b1.base");
        let (mut base, _) = Base::create(&path, &BaseId("b1".into()), "店").unwrap();
        let fault = Fault::at_step(n, FaultKind::Io);
        base.inject(fault.clone());
        let (mut acked, mut attempted) = (0, 0);
        for (entry, snapshot) in &all {
            attempted = entry.transaction.revision.0;
            if base.append(std::slice::from_ref(entry)).is_err() {
                break;
            }
            acked = attempted;
            // Every second state has a checkpoint, so that both ways of opening are met.
            if attempted % 2 == 1 && base.checkpoint(snapshot).is_err() {
                break;
            }
        }
        drop(base);
        let (mut base, found) = reopened(&path);
        let revision = found.revision.0;
        assert!(acked <= revision && revision <= attempted, "step {n}");
        assert_eq!(found, after(revision), "step {n}");
        // What is left is done, and the next checkpoint writes no cells of a large append again.
        for (entry, _) in &all[revision as usize..] {
            base.append(std::slice::from_ref(entry)).unwrap();
        }
        base.checkpoint(&after(5)).unwrap();
        drop(base);
        let (base, found) = reopened(&path);
        assert_eq!(found, after(5), "step {n}, afterwards");
        let logged = base.reader().transactions(Revision(3), 1).unwrap();
        assert_eq!(logged[0], *all[2].0.transaction, "step {n}");
        if !fault.was_met() {
            break;
        }
    }
    assert!(n > 25, "only {n} steps: the loop would prove nothing");
}

#[test]
fn a_full_disk_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (mut base, _) = Base::create(&path, &BaseId("b1".into()), "店").unwrap();
    base.inject(Fault::at_step(1, FaultKind::DiskFull));
    let error = base.append(&[entry(1)]).unwrap_err();
    assert!(matches!(error, AppendError::DiskFull), "{error}");
    // Reading goes on while writing is refused.
    assert_eq!(base.reader().transactions(Revision(0), 9).unwrap(), vec![]);
    assert_eq!(base.verify(), []);
}

#[test]
fn a_backup_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (mut base, _) = Base::create(&path, &BaseId("b1".into()), "店").unwrap();
    assert_eq!(work(&mut base, 3), (6, 6));
    let mut n = 0;
    loop {
        n += 1;
        let target = tempfile::tempdir().unwrap();
        let to = target.path().join("copy.base");
        let fault = Fault::at_step(n, FaultKind::Io);
        base.inject(fault.clone());
        let done = base.backup(&to);
        if !fault.was_met() {
            done.unwrap();
            assert_eq!(reopened(&to).1, expected(6));
            break;
        }
        assert!(done.is_err());
        assert_eq!(
            std::fs::read_dir(target.path()).unwrap().count(),
            0,
            "step {n}"
        );
    }
    assert_eq!(n, 4);
    // A failed backup does not touch the base.
    base.inject(Fault::default());
    base.append(&[entry(7)]).unwrap();
}

fn call(n: u8) -> AiCall {
    AiCall {
        key: CallKey([n; 16]),
        kind: AiKind::Translate,
        model: "m".into(),
        prompt_version: "translate/1".into(),
        system: "SYSTEM-PROMPT".into(),
        user: "USER-PROMPT".into(),
        pictures: Vec::new(),
        expects: Default::default(),
        inputs: [("text".to_string(), "保温杯".to_string())].into(),
    }
}

/// A shop owner must never be shown, nor a model be asked, something that a bad disk made up.
#[test]
fn flipped_bits_in_answers_and_calls_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (mut base, _) = Base::create(&path, &BaseId("b1".into()), "店").unwrap();
    let answer = Answer {
        key: CallKey([1; 16]),
        text: "ANSWER-THERMOS".into(),
        provenance: Provenance {
            provider: "PROVIDER-NAME".into(),
            model: "m".into(),
            prompt_version: "translate/1".into(),
            at_ms: 1,
            tokens_in: 2,
            tokens_out: 3,
            cost_micros: 4,
            currency: "CNY".into(),
            offline_trial: false,
            n_attempts: 1,
            broken: Vec::new(),
            review: None,
        },
    };
    let mut first = entry(1);
    first.queued = [1, 2]
        .map(|n| QueuedCall {
            call: call(n),
            batch: "b".into(),
        })
        .into();
    first.answers = vec![answer.clone()];
    base.append(&[first]).unwrap();
    base.close().unwrap();
    let good = std::fs::read(&path).unwrap();
    let mut n_found = 0;
    // The open call's row comes after the answered one's, as keys order the table.
    for (what, needle) in [
        ("answer_checksum", "ANSWER-THERMOS"),
        ("answer_checksum", "PROVIDER-NAME"),
        ("call_checksum", "USER-PROMPT"),
    ] {
        let places: Vec<usize> = (0..good.len() - needle.len())
            .filter(|at| good[*at..].starts_with(needle.as_bytes()))
            .collect();
        assert!(
            !places.is_empty(),
            "{needle} is not in the file as plain text"
        );
        for (place, offset) in places
            .iter()
            .flat_map(|place| (0..needle.len()).map(move |o| (*place, o)))
        {
            let mut bad = good.clone();
            bad[place + offset] ^= 1 << (offset % 8);
            let copy = folder.path().join("copy.base");
            std::fs::write(&copy, &bad).unwrap();
            let (base, found) = Base::open(&copy).unwrap();
            if let Some(text) = found.answers.texts.get(&answer.key) {
                assert_eq!(text.as_ref(), answer.text);
            }
            if let Ok(Some(read)) = base.reader().answer(&answer.key) {
                assert_eq!(read, answer);
            }
            for stored in &found.calls {
                assert_eq!(stored.call, call(2));
            }
            if found.damage.iter().any(|damage| damage.what == what) {
                n_found += 1;
                assert_eq!(base.verify(), found.damage);
            }
            drop(base);
            for name in ["copy.base", "copy.base-wal", "copy.base-shm"] {
                let _ = std::fs::remove_file(folder.path().join(name));
            }
        }
    }
    assert!(
        n_found >= "ANSWER-THERMOSPROVIDER-NAMEUSER-PROMPT".len(),
        "only {n_found} were told"
    );
}
