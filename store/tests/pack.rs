//! Columns packed beside the writer: a checkpoint names them, one that never came leaves nothing behind, and a fault at any
//! step loses nothing.

#![allow(clippy::unwrap_used)]

use std::{path::Path, sync::Arc};
use store::{
    Base, Entry, Packed,
    fault::{Fault, FaultKind},
};
use table::{
    column::{Column, ColumnKind},
    fixture,
    id::{ActorId, BaseId, ColumnId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    snapshot::Snapshot,
    value::CellValue,
};

const TABLE: TableId = TableId(1);
const NAME: ColumnId = ColumnId(1);
const PRICE: ColumnId = ColumnId(2);
/// So few that the log holds them itself, and packing has something to do.
const SOME: u64 = 1_000;

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
        shop.apply(Op::AddTable { table });
        for part in 0..3 {
            let numbers = |at: u64| (part * SOME + at) as f64;
            let names = (0..SOME).map(|at| CellValue::text(format!("货{}", numbers(at))).into());
            let prices = (0..SOME).map(|at| CellValue::Number(numbers(at)).into());
            shop.apply(Op::AppendRecords {
                table: TABLE,
                first: RecordId(1 + part * SOME),
                n_records: SOME,
                columns: [
                    (NAME, Column::from_states(ColumnKind::Text, names).into()),
                    (
                        PRICE,
                        Column::from_states(ColumnKind::Number, prices).into(),
                    ),
                ]
                .into(),
            });
        }
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

    fn apply(&mut self, op: Op) {
        let transaction = Transaction {
            revision: Revision(self.snapshot.revision.0 + 1),
            actor: ActorId("user:a".into()),
            at_ms: 1,
            client_id: None,
            label: "test".into(),
            group: None,
            undoes: None,
            ops: vec![op],
        };
        let next = apply(&self.snapshot, &transaction).unwrap().0;
        let entry = Entry {
            transaction: Arc::new(transaction),
            queued: vec![],
            answers: vec![],
            calls_settled: vec![],
            batches: Vec::new(),
        };
        self.base.append(&[entry]).unwrap();
        self.snapshot = next;
    }

    fn set(&mut self, record: u64, value: f64) {
        let after = Column::from_states(ColumnKind::Number, [CellValue::Number(value).into()]);
        let records = vec![RecordId(record)];
        let data = self.snapshot.data(TABLE).unwrap();
        let before = data.gather(PRICE, ColumnKind::Number, &records).unwrap();
        self.apply(Op::SetCells {
            table: TABLE,
            column: PRICE,
            records,
            before,
            after,
        });
    }
}

fn n_parts(path: &Path) -> i64 {
    let file = rusqlite::Connection::open(path).unwrap();
    file.query_row("SELECT count(*) FROM part", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn what_was_packed_is_only_named_by_the_checkpoint_that_follows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    let (packer, then) = (shop.base.packer(), shop.snapshot.clone());
    let mut n_pieces = 0;
    loop {
        let packed: Packed = packer.pack(&then);
        if packed.is_empty() {
            break;
        }
        n_pieces += 1;
        shop.base.put_packed(packed).unwrap();
        // Edits go on between the pieces.
        shop.set(n_pieces, 0.5);
    }
    assert!(n_pieces >= 1);
    let before = n_parts(&path);
    shop.base.checkpoint(&then).unwrap();
    let n_records = then.data(TABLE).unwrap().segments.len() as i64;
    assert_eq!(
        n_parts(&path),
        before + n_records,
        "only who the records are was left"
    );
    assert_eq!(shop.base.checkpoint_revision(), then.revision);
    let kept = shop.snapshot.clone();
    drop(shop);
    assert_eq!(Shop::reopened(&path).snapshot, kept);
}

#[test]
fn a_packing_that_came_to_nothing_is_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    let clean = n_parts(&path);
    let packed = shop.base.packer().pack(&shop.snapshot);
    shop.base.put_packed(packed).unwrap();
    assert!(n_parts(&path) > clean);
    let kept = shop.snapshot.clone();
    drop(shop);
    let mut shop = Shop::reopened(&path);
    assert_eq!(shop.snapshot, kept);
    while shop.base.sweep().unwrap() {}
    assert_eq!(n_parts(&path), clean);
    shop.base.checkpoint(&shop.snapshot).unwrap();
    assert_eq!(Shop::reopened_after(shop, &path).snapshot, kept);
}

impl Shop {
    fn reopened_after(shop: Shop, path: &Path) -> Shop {
        drop(shop);
        Shop::reopened(path)
    }
}

#[test]
fn a_fault_at_every_step_of_packing_leaves_the_state_as_it_was() {
    for kind in [FaultKind::Io, FaultKind::DiskFull] {
        let mut n = 0;
        loop {
            n += 1;
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("b1.base");
            let mut shop = Shop::new(&path);
            let fault = Fault::at_step(n, kind);
            shop.base.inject(fault.clone());
            let packer = shop.base.packer();
            let mut done = Ok(());
            while done.is_ok() {
                let packed = packer.pack(&shop.snapshot);
                if packed.is_empty() {
                    break;
                }
                done = shop.base.put_packed(packed).map_err(|_| ());
            }
            let named = done.and_then(|()| shop.base.checkpoint(&shop.snapshot).map_err(|_| ()));
            let swept = named.and_then(|()| shop.base.sweep().map(drop).map_err(|_| ()));
            assert_eq!(swept.is_err(), fault.was_met(), "step {n}");
            let kept = shop.snapshot.clone();
            let mut shop = Shop::reopened_after(shop, &path);
            assert_eq!(shop.snapshot, kept, "step {n}");
            shop.set(7, 7.0);
            shop.base.checkpoint(&shop.snapshot).unwrap();
            assert_eq!(shop.base.verify(), []);
            if !fault.was_met() {
                break;
            }
        }
        assert!(n > 8, "only {n} steps");
    }
}
