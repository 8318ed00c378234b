//! Files made by earlier releases, kept for ever: this release reads each of them, goes on writing it, and finds
//! it unharmed afterwards.
//!
//! `SUANPAN_REWRITE=1` makes the file of the present format where there is none; a file that exists is never
//! made again, for it is what people have on their disks.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{Base, Entry, FORMAT};
use table::{
    ai::{AiNote, AiState, CallKey},
    column::{Column, ColumnKind, SharedColumn},
    fixture,
    id::{ActorId, BaseId, ColumnId, OptionId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    snapshot::Snapshot,
    value::{Attachment, CellError, CellState, CellValue},
};

const GOODS: &str = "# 商品\n\n| 货号:text | 单价:currency(CNY) | 状态:select(在售/停售) |\n|---|---|---|\n| 001 | 12.5 | 在售 |\n| 002 | 缺 | 停售 |\n";
/// Records of the large append: more than a release may keep within one row of its log.
const MANY: u64 = 5_000;

fn transaction(revision: u64, ops: Vec<Op>) -> Transaction {
    Transaction {
        revision: Revision(revision),
        actor: ActorId("user:老板".into()),
        at_ms: 1_700_000_000_000 + revision as i64,
        client_id: Some(format!("c{revision}")),
        label: "test".into(),
        group: Some("g".into()),
        undoes: None,
        ops,
    }
}

fn column(kind: ColumnKind, cell: impl Fn(u64) -> CellState) -> Column {
    Column::from_states(kind, (0..MANY).map(cell))
}

/// Every kind of column, every state of a cell.
fn columns() -> BTreeMap<ColumnId, SharedColumn> {
    let picture = |at: u64| Attachment {
        digest: format!("{at:064x}").into(),
        name: format!("杯{at}.png").into(),
        mime: "image/png".into(),
        size_bytes: at,
        width_px: 2,
        height_px: 3,
    };
    let mut texts = column(ColumnKind::Text, |at| {
        CellValue::text(["甲", "", "保温杯"][at as usize % 3]).into()
    });
    texts.set_note(
        2,
        Some(Arc::new(AiNote {
            state: AiState::Stale,
            keys: vec![CallKey([0xab; 16])],
            reason: Some("provider_auth".into()),
            by: None,
        })),
    );
    let numbers = column(ColumnKind::Number, |at| match at % 7 {
        0 => CellState::BLANK,
        1 => CellState::Misfit("缺".into()),
        2 => CellState::Error(CellError::Div0),
        3 => CellState::Pending,
        4 => CellValue::Number(f64::MAX / (at + 1) as f64).into(),
        5 => CellValue::Number(-0.1 * at as f64).into(),
        _ => CellValue::Number(at as f64).into(),
    });
    let options = column(ColumnKind::Options, |at| {
        CellValue::Options((0..at as u32 % 3).map(|id| OptionId(id + 1)).collect()).into()
    });
    let mixed = column(ColumnKind::Mixed, |at| match at % 3 {
        0 => CellValue::text(format!("第{at}行")).into(),
        1 => CellValue::Number(at as f64 / 3.0).into(),
        _ => CellValue::Bool(at % 2 == 0).into(),
    });
    let columns = [
        (ColumnId(1), texts),
        (ColumnId(2), numbers),
        (ColumnId(3), options),
        (ColumnId(11), mixed),
        (
            ColumnId(12),
            column(ColumnKind::Date, |at| {
                CellValue::Date(45_000.0 + at as f64 / 24.0).into()
            }),
        ),
        (
            ColumnId(13),
            column(ColumnKind::Bool, |at| CellValue::Bool(at % 5 < 2).into()),
        ),
        (
            ColumnId(14),
            column(ColumnKind::Attachments, |at| {
                CellValue::Attachments((0..at % 2).map(|_| picture(at)).collect()).into()
            }),
        ),
        (
            ColumnId(15),
            column(ColumnKind::Links, |at| {
                CellValue::Links((0..at % 4).map(RecordId).collect()).into()
            }),
        ),
        (
            ColumnId(16),
            column(ColumnKind::Text, |at| {
                CellValue::text(format!("DD{at:08}")).into()
            }),
        ),
    ];
    columns
        .into_iter()
        .map(|(id, cells)| (id, cells.into()))
        .collect()
}

/// What was done to the file, one after the other; after the third a checkpoint was written.
fn transactions() -> Vec<Transaction> {
    let table = fixture::from_markdown(GOODS).unwrap();
    let data = table.data(TableId(1)).unwrap();
    let segment = &data.segments[0];
    let small = segment
        .columns()
        .iter()
        .map(|(id, cells)| (*id, cells.clone()))
        .collect();
    let price = |before: f64, after: f64| {
        let cell = |x: f64| Column::from_states(ColumnKind::Number, [CellValue::Number(x).into()]);
        Op::SetCells {
            table: TableId(1),
            column: ColumnId(2),
            records: vec![RecordId(1)],
            before: cell(before),
            after: cell(after),
        }
    };
    let append = |first: u64, n_records: u64, columns| Op::AppendRecords {
        table: TableId(1),
        first: RecordId(first),
        n_records,
        columns,
    };
    vec![
        transaction(
            1,
            vec![
                Op::AddTable {
                    table: table.schema.tables[0].clone(),
                },
                append(1, 2, small),
            ],
        ),
        transaction(2, vec![append(3, MANY, columns())]),
        transaction(
            3,
            vec![
                price(12.5, 13.0),
                Op::RemoveRecords {
                    table: TableId(1),
                    records: (9..400).map(RecordId).collect(),
                },
            ],
        ),
        transaction(4, vec![append(3 + MANY, MANY, columns())]),
        transaction(5, vec![price(13.0, 14.0)]),
    ]
}

fn entry(transaction: Transaction) -> Entry {
    Entry {
        transaction: Arc::new(transaction),
        queued: vec![],
        answers: vec![],
        calls_settled: vec![],
        batches: Vec::new(),
    }
}

fn make(path: &Path) {
    let (mut base, mut snapshot) = Base::create(path, &BaseId("b1".into()), "店").unwrap();
    for one in transactions() {
        snapshot = apply(&snapshot, &one).unwrap().0;
        let revision = one.revision.0;
        base.append(&[entry(one)]).unwrap();
        if revision == 3 {
            base.checkpoint(&snapshot).unwrap();
        }
    }
    base.close().unwrap();
}

fn kept(format: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/format-{format}.base"))
}

#[test]
fn every_release_s_file_is_read_written_and_whole() {
    if std::env::var_os("SUANPAN_REWRITE").is_some() && !kept(FORMAT).exists() {
        make(&kept(FORMAT));
        let _ = std::fs::remove_file(kept(FORMAT).with_extension("base.lock"));
    }
    let mut expected = Snapshot::default();
    Arc::make_mut(&mut expected.schema).name = "店".into();
    for one in transactions() {
        expected = apply(&expected, &one).unwrap().0;
    }
    for format in 1..=FORMAT {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b1.base");
        std::fs::copy(kept(format), &path).unwrap();
        let (mut base, found) = Base::open(&path).unwrap();
        assert_eq!(found.damage, [], "format {format}");
        assert_eq!(found.snapshot, expected, "format {format}");
        assert_eq!(
            found.touched.len(),
            2,
            "format {format}: read from its checkpoint"
        );
        assert_eq!(base.verify(), [], "format {format}");
        let logged = base.reader().transactions(Revision(1), 100).unwrap();
        assert_eq!(logged, transactions(), "format {format}");

        let more = transaction(
            6,
            vec![Op::RestoreRecords {
                table: TableId(1),
                records: (9..400).map(RecordId).collect(),
            }],
        );
        let after = apply(&found.snapshot, &more).unwrap().0;
        base.append(&[entry(more)]).unwrap();
        base.checkpoint(&after).unwrap();
        base.close().unwrap();
        let (base, found) = Base::open(&path).unwrap();
        assert_eq!(found.snapshot, after, "format {format}: written on");
        assert_eq!(base.verify(), [], "format {format}: written on");
        assert_eq!(
            base.reader().transactions(Revision(1), 5).unwrap(),
            transactions()
        );
    }
}
