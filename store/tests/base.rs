//! Bases on disk: what was accepted is there again, what is damaged is told, never shown wrong.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use std::{collections::BTreeMap, path::Path, sync::Arc};
use store::{
    AppendError, Attempt, Base, BlobError, BrokenLog, CallStatus, CreateBaseError, Entry,
    OpenBaseError, QueuedCall, Recovered, codec::v1,
};
use table::{
    ai::{AiCall, AiKind, AiNote, AiState, Answer, CallKey, Provenance},
    column::{Column, ColumnKind},
    fixture,
    id::{ActorId, BaseId, ColumnId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    snapshot::Snapshot,
    value::{CellError, CellState, CellValue},
};

fn transaction(revision: u64, ops: Vec<Op>) -> Arc<Transaction> {
    Arc::new(Transaction {
        revision: Revision(revision),
        actor: ActorId("user:a".into()),
        at_ms: 1_700_000_000_000,
        client_id: Some(format!("c{revision}")),
        label: "test".into(),
        group: None,
        undoes: None,
        ops,
    })
}

fn entry(transaction: Arc<Transaction>) -> Entry {
    Entry {
        transaction,
        queued: vec![],
        answers: vec![],
        calls_settled: vec![],
        batches: Vec::new(),
    }
}

/// The ops that make the tables of a Markdown text.
fn ops_of(text: &str) -> Vec<Op> {
    let snapshot = fixture::from_markdown(text).unwrap();
    let mut ops = Vec::new();
    for table in &snapshot.schema.tables {
        ops.push(Op::AddTable {
            table: table.clone(),
        });
        let data = snapshot.data(table.id).unwrap();
        for segment in &data.segments {
            let columns = segment
                .columns()
                .iter()
                .map(|(id, c)| (*id, c.clone()))
                .collect();
            ops.push(Op::AppendRecords {
                table: table.id,
                first: segment.ids()[0],
                n_records: segment.len() as u64,
                columns,
            });
        }
    }
    ops
}

const GOODS: &str = "# 商品\n\n| 货号:text | 单价:currency(CNY) | 状态:select(在售/停售) |\n|---|---|---|\n| 001 | 12.5 | 在售 |\n| 002 | 缺 | 停售 |\n";

fn set_price(snapshot: &Snapshot, record: u64, value: f64) -> Op {
    let records = vec![RecordId(record)];
    let before = snapshot
        .data(TableId(1))
        .unwrap()
        .gather(ColumnId(2), ColumnKind::Number, &records)
        .unwrap();
    let after = Column::from_states(ColumnKind::Number, [CellValue::Number(value).into()]);
    Op::SetCells {
        table: TableId(1),
        column: ColumnId(2),
        records,
        before,
        after,
    }
}

/// A base with the goods and `n` price edits; the snapshot it must have.
fn filled(path: &Path, n: u64, checkpoint_at: Option<u64>) -> (Base, Snapshot) {
    let (mut base, mut snapshot) = Base::create(path, &BaseId("b1".into()), "店").unwrap();
    let first = transaction(1, ops_of(GOODS));
    base.append(&[entry(first.clone())]).unwrap();
    snapshot = apply(&snapshot, &first).unwrap().0;
    for at in 0..n {
        let next = transaction(2 + at, vec![set_price(&snapshot, 1 + at % 2, at as f64)]);
        base.append(&[entry(next.clone())]).unwrap();
        snapshot = apply(&snapshot, &next).unwrap().0;
        if checkpoint_at == Some(at) {
            base.checkpoint(&snapshot).unwrap();
        }
    }
    (base, snapshot)
}

fn reopened(path: &Path) -> (Base, Recovered) {
    Base::open(path).unwrap()
}

#[test]
fn a_base_comes_back_with_and_without_a_checkpoint() {
    for checkpoint_at in [None, Some(0), Some(4), Some(9)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b1.base");
        let (base, snapshot) = filled(&path, 10, checkpoint_at);
        assert!(
            matches!(Base::open(&path), Err(OpenBaseError::AlreadyOpen(_))),
            "one writer per file"
        );
        assert!(matches!(
            Base::create(&path, &BaseId("x".into()), "x"),
            Err(CreateBaseError::Exists(_))
        ));
        base.close().unwrap();
        let (base, found) = reopened(&path);
        assert_eq!(found.snapshot, snapshot);
        assert_eq!(found.damage, []);
        assert_eq!(
            found.touched.len() as u64,
            11 - checkpoint_at.map_or(0, |at| at + 2)
        );
        assert_eq!(base.verify(), []);
        let reader = base.reader();
        assert_eq!(reader.find_client_id("c5").unwrap(), Some(Revision(5)));
        assert_eq!(reader.transactions(Revision(3), 2).unwrap().len(), 2);
        assert_eq!(
            reader.transaction(Revision(11)).unwrap().unwrap().revision,
            Revision(11)
        );
    }
}

#[test]
fn unchanged_columns_are_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (mut base, snapshot) = filled(&path, 3, Some(2));
    let next = transaction(5, vec![set_price(&snapshot, 1, 99.0)]);
    base.append(&[entry(next.clone())]).unwrap();
    let snapshot = apply(&snapshot, &next).unwrap().0;
    base.checkpoint(&snapshot).unwrap();
    let last_part: i64 = rusqlite::Connection::open(&path)
        .unwrap()
        .query_row("SELECT max(id) FROM part", [], |row| row.get(0))
        .unwrap();
    // First checkpoint: records + 3 columns; second: the one changed column.
    assert_eq!(last_part, 5);
    base.close().unwrap();
    assert_eq!(reopened(&path).1.snapshot, snapshot);
}

fn call(n: u8) -> AiCall {
    AiCall {
        key: CallKey([n; 16]),
        kind: AiKind::Translate,
        model: String::new(),
        prompt_version: "translate/1".into(),
        system: "s".into(),
        user: format!("u{n}"),
        pictures: Vec::new(),
        expects: Default::default(),
        inputs: BTreeMap::new(),
    }
}

fn answer(n: u8) -> Answer {
    let provenance = Provenance {
        provider: "p".into(),
        model: "m".into(),
        prompt_version: "translate/1".into(),
        at_ms: 1,
        tokens_in: 1,
        tokens_out: 1,
        cost_micros: 5,
        currency: "CNY".into(),
        offline_trial: false,
        n_attempts: 1,
        broken: Vec::new(),
        review: None,
    };
    Answer {
        key: CallKey([n; 16]),
        text: format!("a{n}"),
        provenance,
    }
}

#[test]
fn calls_survive_and_running_ones_are_queued_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (mut base, _) = filled(&path, 0, None);
    let queued = (1..=3)
        .map(|n| QueuedCall {
            call: call(n),
            batch: "b".into(),
        })
        .collect();
    base.append(&[Entry {
        transaction: transaction(2, vec![]),
        queued,
        answers: vec![],
        calls_settled: vec![],
        batches: Vec::new(),
    }])
    .unwrap();
    base.mark_running(&[CallKey([1; 16]), CallKey([2; 16])])
        .unwrap();
    let attempt = Attempt {
        key: CallKey([1; 16]),
        provider: "p".into(),
        model: "m".into(),
        at_ms: 1,
        outcome: "ok".into(),
        tokens_in: 1,
        tokens_out: 1,
        cost_micros: 5,
        currency: "CNY".into(),
        unknown_outcome: false,
        batch: "b1".into(),
        took_ms: 7,
    };
    base.record_attempts(&[attempt]).unwrap();
    let settled = Entry {
        transaction: transaction(3, vec![]),
        queued: vec![],
        answers: vec![answer(1)],
        calls_settled: vec![],
        batches: Vec::new(),
    };
    base.append(&[settled]).unwrap();
    drop(base);
    let (mut base, found) = reopened(&path);
    assert_eq!(found.answers.texts[&CallKey([1; 16])].as_ref(), "a1");
    let mut open: Vec<_> = found
        .calls
        .iter()
        .map(|call| (call.call.user.clone(), call.status.clone(), call.n_attempts))
        .collect();
    open.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        open,
        [
            ("u2".into(), CallStatus::Queued, 1),
            ("u3".into(), CallStatus::Queued, 0)
        ]
    );
    // An answered call is never queued again; a failed one is.
    let failed = Entry {
        transaction: transaction(4, vec![]),
        queued: vec![QueuedCall {
            call: call(1),
            batch: "b2".into(),
        }],
        answers: vec![],
        calls_settled: vec![(
            CallKey([2; 16]),
            CallStatus::Failed {
                reason: "timeout".into(),
            },
        )],
        batches: Vec::new(),
    };
    base.append(&[failed]).unwrap();
    let again = Entry {
        transaction: transaction(5, vec![]),
        queued: vec![QueuedCall {
            call: call(2),
            batch: "b3".into(),
        }],
        answers: vec![],
        calls_settled: vec![],
        batches: Vec::new(),
    };
    base.append(&[again]).unwrap();
    assert_eq!(
        base.reader()
            .answer(&CallKey([1; 16]))
            .unwrap()
            .unwrap()
            .text,
        "a1"
    );
    drop(base);
    let (_, found) = reopened(&path);
    assert!(found.calls.iter().any(|call| call.call.user == "u2"
        && call.batch == "b3"
        && call.status == CallStatus::Queued));
    assert!(!found.calls.iter().any(|call| call.call.user == "u1"));
}

#[test]
fn a_repeated_client_id_is_refused_whole_and_the_base_can_be_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (mut base, snapshot) = filled(&path, 1, None);
    let mut repeated = transaction(4, vec![set_price(&snapshot, 2, 7.0)])
        .as_ref()
        .clone();
    repeated.client_id = Some("c2".into());
    let fresh = transaction(3, vec![set_price(&snapshot, 1, 8.0)]);
    let error = base
        .append(&[entry(fresh), entry(Arc::new(repeated))])
        .unwrap_err();
    assert!(matches!(error, AppendError::Disk(_)));
    assert!(matches!(base.append(&[]), Err(AppendError::Poisoned)));
    drop(base);
    assert_eq!(reopened(&path).1.snapshot, snapshot, "all or nothing");
}

#[test]
fn blobs_are_kept_once_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (base, _) = filled(&path, 0, None);
    let reader = base.reader();
    let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    let id = reader.put_blob(&mut &bytes[..]).unwrap();
    assert_eq!(reader.put_blob(&mut &bytes[..]).unwrap(), id);
    assert_eq!(reader.blob(&id.digest).unwrap(), bytes);
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute(
            "UPDATE blob_chunk SET bytes = zeroblob(length(bytes)) WHERE n = 1",
            [],
        )
        .unwrap();
    assert!(matches!(
        reader.blob(&id.digest),
        Err(store::BlobError::Damaged(_))
    ));
    assert!(
        base.verify()
            .iter()
            .any(|damage| damage.what == "blob_checksum")
    );
}

#[test]
fn a_backup_taken_in_use_opens_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (mut base, snapshot) = filled(&path, 5, Some(3));
    let copy = folder.path().join("copy.base");
    base.backup(&copy).unwrap();
    base.append(&[entry(transaction(7, vec![set_price(&snapshot, 1, 1.0)]))])
        .unwrap();
    let (copied, found) = reopened(&copy);
    assert_eq!(found.snapshot, snapshot);
    assert_eq!(copied.verify(), []);
}

#[test]
fn a_newer_or_foreign_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (base, _) = filled(&path, 0, None);
    base.close().unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert!(matches!(
        Base::open(&path),
        Err(OpenBaseError::Newer { found: 99, .. })
    ));
    let text = folder.path().join("x.base");
    std::fs::write(
        &text,
        "not a database, but long enough to have a header to look at.....................",
    )
    .unwrap();
    assert!(matches!(Base::open(&text), Err(OpenBaseError::NotABase(_))));
    assert!(matches!(
        Base::open(&folder.path().join("none")),
        Err(OpenBaseError::NotFound(_))
    ));
}

/// Any single flipped bit is found, repaired from the log, or harmless: never another value.
#[test]
fn flipped_bits_never_show_a_wrong_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (base, snapshot) = filled(&path, 20, Some(12));
    let whole = base.reader().transactions(Revision(0), 100).unwrap();
    base.close().unwrap();
    let good = std::fs::read(&path).unwrap();
    let mut found_out = 0;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for round in 0..400 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let bit = (state >> 20) as usize % (good.len() * 8);
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let copy = folder.path().join(format!("copy{round}.base"));
        std::fs::write(&copy, &bad).unwrap();
        match Base::open(&copy) {
            Err(_) => found_out += 1,
            Ok((base, found)) => {
                match found.broken {
                    Some(broken) if !broken.complete => {
                        assert_eq!(found.snapshot.revision.0 + 1, broken.revision.0);
                        assert_eq!(found.snapshot, at_revision(&whole, found.snapshot.revision));
                    }
                    _ => assert_eq!(found.snapshot, snapshot, "round {round}, bit {bit}"),
                }
                if !found.damage.is_empty() || !base.verify().is_empty() {
                    found_out += 1;
                }
            }
        }
        std::fs::remove_file(&copy).unwrap();
    }
    assert!(
        found_out > 20,
        "only {found_out} of 200 flips were noticed: the test would prove nothing"
    );
}

/// The state after a revision, made without any disk.
fn at_revision(log: &[Transaction], revision: Revision) -> Snapshot {
    let mut snapshot = Snapshot::default();
    Arc::make_mut(&mut snapshot.schema).name = "店".into();
    let applied = log.iter().filter(|one| one.revision <= revision);
    applied.fold(snapshot, |snapshot, one| apply(&snapshot, one).unwrap().0)
}

/// Flips one byte in the middle of the body of a transaction, in the file itself.
fn damage_row(path: &Path, revision: u64) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT body FROM log WHERE revision = ?1";
    let body: Vec<u8> = connection
        .query_row(sql, [revision as i64], |row| row.get(0))
        .unwrap();
    connection.close().unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    let at = bytes.windows(body.len()).position(|part| part == body);
    bytes[at.unwrap() + body.len() / 2] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

/// A damaged row of the log: the state before it, or the checkpoint's if that is newer; the file is never changed,
/// neither by opening, nor by trying to write, nor by closing.
#[test]
fn a_base_with_a_damaged_log_is_read_and_never_written() {
    // Damaged row; last checkpoint; revision shown; whether that is all.
    for (row, checkpoint_at, shown, complete) in [
        (8, None, 7, false),
        (8, Some(3), 7, false),
        (4, Some(3), 12, true),
        (1, None, 0, false),
        (12, None, 11, false),
        (12, Some(9), 11, false),
        (12, Some(10), 12, true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b1.base");
        let (base, _) = filled(&path, 11, checkpoint_at);
        let whole = base.reader().transactions(Revision(0), 100).unwrap();
        base.close().unwrap();
        damage_row(&path, row);
        let bytes = std::fs::read(&path).unwrap();
        for _ in 0..2 {
            let (mut base, found) = reopened(&path);
            let revision = Revision(row);
            assert_eq!(found.broken, Some(BrokenLog { revision, complete }));
            assert_eq!(
                found.snapshot,
                at_revision(&whole, Revision(shown)),
                "{row}"
            );
            let told = base.verify();
            assert_eq!(told.len(), 1, "{told:?}");
            assert_eq!(told, found.damage);
            assert!(
                told[0].at.starts_with(&format!("transaction {row}:")),
                "{told:?}"
            );
            let refused = base.append(&[entry(transaction(shown + 1, vec![]))]);
            assert!(matches!(refused, Err(AppendError::Poisoned)));
            assert!(base.checkpoint(&found.snapshot).is_err());
            let refused = base.reader().put_blob(&mut &b"picture"[..]);
            assert!(matches!(refused, Err(BlobError::ReadOnly)), "{refused:?}");
            base.backup(&folder.path().join("copy.base")).unwrap();
            base.close().unwrap();
            assert!(
                std::fs::read(&path).unwrap() == bytes,
                "the file was changed"
            );
        }
        let (_, copied) = reopened(&folder.path().join("copy.base"));
        assert_eq!(copied.snapshot, at_revision(&whole, Revision(shown)));
    }
}

/// After a crash the write-ahead log is not folded into a file whose log is damaged.
#[test]
fn a_damaged_log_is_noticed_before_anything_is_folded_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    filled(&path, 6, None).0.close().unwrap();
    damage_row(&path, 3);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; INSERT INTO meta VALUES ('note', x'00');")
        .unwrap();
    let side = |path: &Path| path.with_extension("base-wal");
    let crashed = folder.path().join("crashed.base");
    std::fs::copy(&path, &crashed).unwrap();
    std::fs::copy(side(&path), side(&crashed)).unwrap();
    let before = [&crashed, &side(&crashed)].map(|path| std::fs::read(path).unwrap());
    assert!(!before[1].is_empty());
    let (base, found) = reopened(&crashed);
    assert_eq!(found.snapshot.revision, Revision(2));
    base.close().unwrap();
    let after = [&crashed, &side(&crashed)].map(|path| std::fs::read(path).unwrap());
    assert!(before == after, "the files were changed");
}

/// A log cut anywhere (power lost while writing) keeps every transaction before the cut.
#[test]
fn a_torn_write_ahead_log_keeps_what_was_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let (base, snapshot) = filled(&path, 30, None);
    let wal = std::fs::read(folder.path().join("b1.base-wal")).unwrap();
    let main = std::fs::read(&path).unwrap();
    drop(base);
    let mut last = 0;
    for cut in (0..wal.len())
        .step_by(wal.len() / 40 + 1)
        .chain([wal.len()])
    {
        let copy = folder.path().join("cut.base");
        let _ = std::fs::remove_file(folder.path().join("cut.base-shm"));
        std::fs::write(&copy, &main).unwrap();
        std::fs::write(folder.path().join("cut.base-wal"), &wal[..cut]).unwrap();
        match Base::open(&copy) {
            Ok((_, found)) => {
                assert_eq!(found.damage, []);
                assert!(found.snapshot.revision.0 >= last, "cut {cut}");
                last = found.snapshot.revision.0;
            }
            // Nothing but the empty header had reached the disk: there is no base yet.
            Err(_) => assert_eq!(last, 0, "cut {cut}"),
        }
    }
    assert_eq!(last, snapshot.revision.0);
}

fn any_state() -> impl Strategy<Value = CellState> {
    prop_oneof![
        Just(CellState::BLANK),
        any::<f64>()
            .prop_filter("equal to itself", |x| !x.is_nan())
            .prop_map(|x| CellValue::Number(x).into()),
        Just(CellState::Error(CellError::Div0)),
        Just(CellState::Pending),
        ".{0,8}".prop_map(|text| CellState::Misfit(text.into())),
    ]
}

proptest! {
    #[test]
    fn transactions_round_trip(states in proptest::collection::vec(any_state(), 0..50), texts in proptest::collection::vec(".{0,9}", 0..50)) {
        let mut numbers = Column::from_states(ColumnKind::Number, states.clone());
        numbers.set_note(0, Some(Arc::new(AiNote { state: AiState::Stale, keys: vec![CallKey([7; 16])], reason: None, by: None })));
        let words = Column::from_states(ColumnKind::Text, texts.iter().map(|text| CellValue::text(text).into()));
        let mixed = Column::from_states(ColumnKind::Mixed, states);
        let records: Vec<RecordId> = (0..numbers.len() as u64).map(|n| RecordId(1 + n * n)).collect();
        let ops = vec![
            Op::SetCells { table: TableId(1), column: ColumnId(2), records, before: numbers.clone(), after: numbers },
            Op::AppendRecords { table: TableId(1), first: RecordId(9), n_records: words.len() as u64, columns: BTreeMap::from([(ColumnId(1), words.into())]) },
            Op::AppendRecords { table: TableId(1), first: RecordId(99), n_records: mixed.len() as u64, columns: BTreeMap::from([(ColumnId(5), mixed.into())]) },
            Op::RenameBase { before: "a".into(), after: "b".into() },
        ];
        let all: Vec<Op> = ops.into_iter().chain(ops_of(GOODS)).collect();
        let made = transaction(3, all);
        let bytes = v1::op::encode_transaction(&made);
        prop_assert_eq!(&v1::op::decode_transaction(&bytes).unwrap(), made.as_ref());
    }

    #[test]
    fn garbage_is_an_error_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in any::<usize>(), with in any::<u8>()) {
        let _ = v1::op::decode_transaction(&bytes);
        let mut mutated = v1::op::encode_transaction(&transaction(3, ops_of(GOODS)));
        let place = at % mutated.len();
        mutated[place] = with;
        let _ = v1::op::decode_transaction(&mutated);
        mutated.truncate(place);
        prop_assert!(v1::op::decode_transaction(&mutated).is_err());
    }
}
