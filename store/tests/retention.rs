//! Forgetting old history: what is live stays, the chain goes on, parts go when nothing names them, and a fault at any
//! step leaves a sound file.

#![allow(clippy::unwrap_used)]

use std::{path::Path, sync::Arc};
use store::{
    Base, Entry, OpenBaseError, Trouble,
    fault::{Fault, FaultKind},
};
use table::{
    column::{Column, ColumnKind},
    fixture,
    id::{ActorId, BaseId, ColumnId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    purge::Needed,
    snapshot::Snapshot,
    value::CellValue,
};

const TABLE: TableId = TableId(1);
const PRICE: ColumnId = ColumnId(2);
/// Records of one append: so many that their cells are a part of the log.
const MANY: u64 = 5_000;

struct Shop {
    base: Base,
    snapshot: Snapshot,
}

impl Shop {
    fn new(path: &Path) -> Shop {
        let (base, snapshot) = Base::create(path, &BaseId("b1".into()), "店").unwrap();
        let mut shop = Shop { base, snapshot };
        let text = "# 商品\n\n| 货号:text | 单价:number |\n|---|---|\n";
        let table = fixture::from_markdown(text).unwrap().schema.tables[0].clone();
        shop.apply(Op::AddTable { table }).unwrap();
        shop
    }

    fn reopened(path: &Path) -> Shop {
        let (base, recovered) = Base::open(path).unwrap();
        assert_eq!(recovered.damage, []);
        assert_eq!(base.verify(), []);
        Shop {
            base,
            snapshot: recovered.snapshot,
        }
    }

    /// A day passes with every transaction.
    fn apply(&mut self, op: Op) -> Result<(), store::AppendError> {
        let revision = self.snapshot.revision.0 + 1;
        let transaction = Transaction {
            revision: Revision(revision),
            actor: ActorId("user:a".into()),
            at_ms: revision as i64 * 86_400_000,
            client_id: Some(format!("c{revision}")),
            label: "test".into(),
            group: None,
            undoes: None,
            ops: vec![op],
        };
        let next = apply(&self.snapshot, &transaction).unwrap().0;
        self.base.append(&[Entry {
            transaction: Arc::new(transaction),
            queued: vec![],
            answers: vec![],
            calls_settled: vec![],
            batches: Vec::new(),
        }])?;
        self.snapshot = next;
        Ok(())
    }

    fn import(&mut self) {
        let first = self.snapshot.data(TABLE).unwrap().next_record;
        let cells = (0..MANY).map(|at| CellValue::Number((first.0 + at) as f64).into());
        let cells = Column::from_states(ColumnKind::Number, cells);
        let columns = [(PRICE, cells.into())].into();
        self.apply(Op::AppendRecords {
            table: TABLE,
            first,
            n_records: MANY,
            columns,
        })
        .unwrap();
    }

    fn set(&mut self, record: u64, value: f64) -> Result<(), store::AppendError> {
        let after = Column::from_states(ColumnKind::Number, [CellValue::Number(value).into()]);
        let data = self.snapshot.data(TABLE).unwrap();
        let records = vec![RecordId(record)];
        let before = data.gather(PRICE, ColumnKind::Number, &records).unwrap();
        self.apply(Op::SetCells {
            table: TABLE,
            column: PRICE,
            records,
            before,
            after,
        })
    }

    fn forget(&mut self, until: u64) -> Result<(), store::AppendError> {
        let mut needs = self
            .base
            .reader()
            .needs_after(Revision(until))
            .expect("the log can be read");
        while self.base.forget(Revision(until))? {}
        self.base.release_parts(&mut needs)
    }

    fn revisions(&self) -> Vec<u64> {
        let all = self.base.reader().transactions(Revision(0), 99_999);
        let all = all.unwrap();
        all.iter().map(|known| known.revision.0).collect()
    }
}

fn n_parts(path: &Path) -> i64 {
    let file = rusqlite::Connection::open(path).unwrap();
    file.query_row("SELECT count(*) FROM part", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn only_what_a_checkpoint_holds_is_forgotten_and_the_chain_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    shop.import();
    for at in 0..2_500 {
        shop.set(1 + at % 7, at as f64).unwrap();
    }
    // Nothing is in a checkpoint yet.
    shop.forget(2_000).unwrap();
    assert_eq!(shop.revisions().len(), 2_502);
    shop.base.checkpoint(&shop.snapshot).unwrap();
    shop.set(3, 0.5).unwrap();
    shop.forget(9_999).unwrap();
    assert_eq!(
        shop.revisions(),
        [2_503],
        "one is newer than the checkpoint"
    );
    assert_eq!(shop.base.reader().forgotten_to().unwrap(), Revision(2_502));
    shop.set(4, 0.25).unwrap();
    let kept = shop.snapshot.clone();
    drop(shop);
    let mut shop = Shop::reopened(&path);
    assert_eq!(shop.snapshot, kept);
    shop.set(5, 0.75).unwrap();
    assert_eq!(shop.revisions(), [2_503, 2_504, 2_505]);
    assert_eq!(shop.base.reader().find_client_id("c7").unwrap(), None);
    assert_eq!(
        shop.base.reader().find_client_id("c2504").unwrap(),
        Some(Revision(2_504))
    );
    let lost = rusqlite::Connection::open(&path).unwrap();
    lost.execute("DELETE FROM log WHERE revision = 2503", [])
        .unwrap();
    drop(lost);
    assert_eq!(shop.base.verify()[0].what, "log_checksum");
}

#[test]
fn parts_go_with_the_last_row_that_names_them_and_the_purged_cells_with_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    shop.import();
    shop.import();
    shop.set(1, -1.0).unwrap();
    let removed: Vec<RecordId> = (MANY + 1..=2 * MANY).map(RecordId).collect();
    shop.apply(Op::RemoveRecords {
        table: TABLE,
        records: removed,
    })
    .unwrap();
    shop.base.checkpoint(&shop.snapshot).unwrap();
    let before = n_parts(&path);
    shop.forget(4).unwrap();
    shop.base.checkpoint(&shop.snapshot).unwrap();
    assert_eq!(
        n_parts(&path),
        before - 2,
        "both imports' own parts are gone"
    );
    let mut needs = shop.base.reader().needs_after(Revision(4)).unwrap();
    assert_eq!(
        needs.needed.purged(&shop.snapshot, 9),
        None,
        "the removal can still be taken back"
    );
    shop.forget(5).unwrap();
    let purged = Needed::default().purged(&shop.snapshot, 9).unwrap();
    shop.base.checkpoint(&purged).unwrap();
    drop(shop);
    let shop = Shop::reopened(&path);
    let data = shop.snapshot.data(TABLE).unwrap();
    assert_eq!(data.segments[0].len() as u64, MANY);
    assert_eq!(data.next_record, RecordId(2 * MANY + 1));
    let cell = data.cell(PRICE, RecordId(MANY)).unwrap();
    assert_eq!(cell, CellValue::Number(MANY as f64).into());
}

#[test]
fn a_fault_at_every_step_of_forgetting_leaves_a_sound_file() {
    for kind in [FaultKind::Io, FaultKind::DiskFull] {
        let mut n = 0;
        loop {
            n += 1;
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("b1.base");
            let mut shop = Shop::new(&path);
            shop.import();
            (1..4).for_each(|at| shop.set(at, 0.5).unwrap());
            shop.base.checkpoint(&shop.snapshot).unwrap();
            let fault = Fault::at_step(n, kind);
            shop.base.inject(fault.clone());
            let done = shop.forget(4);
            if done.is_ok() {
                let checkpoint = shop.base.checkpoint(&shop.snapshot);
                assert_eq!(checkpoint.is_err(), fault.was_met(), "step {n}");
            }
            let kept = shop.snapshot.clone();
            drop(shop);
            let mut shop = Shop::reopened(&path);
            assert_eq!(shop.snapshot, kept, "step {n}");
            shop.forget(4).unwrap();
            assert_eq!(shop.revisions(), [5]);
            shop.set(9, 9.0).unwrap();
            shop.base.checkpoint(&shop.snapshot).unwrap();
            assert_eq!(shop.base.verify(), []);
            if !fault.was_met() {
                break;
            }
        }
        assert!(n > 6, "only {n} steps");
    }
}

#[test]
fn damage_that_the_forgotten_log_would_have_mended_is_said_and_never_written_over() {
    for what in ["part", "manifest"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b1.base");
        let mut shop = Shop::new(&path);
        shop.set_up_small();
        shop.base.checkpoint(&shop.snapshot).unwrap();
        shop.forget(99).unwrap();
        let kept = shop.snapshot.clone();
        drop(shop);
        let file = rusqlite::Connection::open(&path).unwrap();
        let sql = match what {
            "part" => {
                "UPDATE part SET body = CAST(body || x'00' AS BLOB) WHERE id = (SELECT max(id) FROM part)"
            }
            _ => "UPDATE meta SET value = CAST(value || x'20' AS BLOB) WHERE key = 'manifest'",
        };
        assert_eq!(file.execute(sql, []).unwrap(), 1);
        drop(file);
        match (what, Base::open(&path)) {
            ("part", Ok((mut base, recovered))) => {
                assert!(recovered.is_lost);
                assert!(recovered.damage.iter().all(|damage| !damage.repaired));
                assert_eq!(recovered.snapshot.revision, kept.revision);
                assert!(base.checkpoint(&recovered.snapshot).is_err());
                assert!(base.set_retention(None).is_err());
            }
            ("manifest", Err(error)) => {
                assert!(matches!(error, OpenBaseError::Damaged(_)));
                assert_eq!(error.trouble(), Trouble::Damaged);
            }
            (what, opened) => panic!(
                "{what}: {:?}",
                opened.map(|_| ()).map_err(|e| e.to_string())
            ),
        }
    }
}

impl Shop {
    /// A few records, each in the log's own row.
    fn set_up_small(&mut self) {
        for at in 1..4u64 {
            let cells = Column::from_states(ColumnKind::Number, [CellValue::Number(1.0).into()]);
            self.apply(Op::AppendRecords {
                table: TABLE,
                first: RecordId(at),
                n_records: 1,
                columns: [(PRICE, cells.into())].into(),
            })
            .unwrap();
        }
    }
}

#[test]
fn the_setting_is_kept_and_days_are_found_by_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    shop.set_up_small();
    assert_eq!(shop.base.reader().retention_days().unwrap(), None);
    shop.base.set_retention(Some(90)).unwrap();
    drop(shop);
    let mut shop = Shop::reopened(&path);
    assert_eq!(shop.base.reader().retention_days().unwrap(), Some(90));
    shop.base.set_retention(None).unwrap();
    assert_eq!(shop.base.reader().retention_days().unwrap(), None);
    let day = 86_400_000;
    let last_before = |at| shop.base.reader().last_before(at).unwrap().0;
    assert_eq!(
        [0, day, 3 * day, 4 * day, 99 * day].map(last_before),
        [0, 0, 2, 3, 4]
    );
}
