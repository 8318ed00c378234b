//! Columns in the file: written once, read when they are wanted, told when they are damaged.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use std::{collections::BTreeMap, path::Path, sync::Arc};
use store::{
    AppendError, Base, Entry, Recovered,
    codec::{v1::bytes::Writer, v2},
};
use table::{
    column::{Column, ColumnKind, Dictionary, SharedColumn, Values},
    fixture,
    id::{ActorId, BaseId, ColumnId, OptionId, RecordId, Revision, TableId},
    op::{Op, Transaction, apply},
    snapshot::Snapshot,
    value::{CellError, CellState, CellValue},
};

const GOODS: &str = "# 商品\n\n| 货号:text | 单价:currency(CNY) | 品名:text |\n|---|---|---|\n";
const TABLE: TableId = TableId(1);
const CODE: ColumnId = ColumnId(1);
const PRICE: ColumnId = ColumnId(2);
const NAME: ColumnId = ColumnId(3);
/// Records of one append.
const MANY: u64 = 40_000;

struct Shop {
    base: Base,
    snapshot: Snapshot,
}

impl Shop {
    fn new(path: &Path) -> Shop {
        let (base, snapshot) = Base::create(path, &BaseId("b1".into()), "店").unwrap();
        let mut shop = Shop { base, snapshot };
        let table = fixture::from_markdown(GOODS).unwrap().schema.tables[0].clone();
        shop.apply(Op::AddTable { table }).unwrap();
        shop
    }

    fn apply(&mut self, op: Op) -> Result<(), AppendError> {
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

    /// Codes of their own, prices, and 8,000 names that recur.
    fn append(&mut self) {
        let first = self.snapshot.data(TABLE).unwrap().next_record;
        let at = first.0..first.0 + MANY;
        let texts = |text: &dyn Fn(u64) -> String| {
            let cells = at.clone().map(|at| CellValue::text(text(at)).into());
            Column::from_states(ColumnKind::Text, cells)
        };
        let prices = at
            .clone()
            .map(|at| CellValue::Number(at as f64 / 100.0).into());
        let mut names = texts(&|at| format!("保温杯{}", at * 7919 % 8_000));
        let data = self.snapshot.data(TABLE).unwrap();
        if let Some(last) = data.segments.last() {
            let shared = names.sharing_dictionary(last.column(NAME).unwrap());
            names = shared.unwrap_or(names);
        }
        let columns: [(ColumnId, SharedColumn); 3] = [
            (CODE, texts(&|at| format!("DD{at:08}")).into()),
            (
                PRICE,
                Column::from_states(ColumnKind::Number, prices).into(),
            ),
            (NAME, names.into()),
        ];
        self.apply(Op::AppendRecords {
            table: TABLE,
            first,
            n_records: MANY,
            columns: columns.into(),
        })
        .unwrap();
    }

    fn set_price(&mut self, record: u64, price: f64) -> Result<(), AppendError> {
        let records = vec![RecordId(record)];
        let data = self.snapshot.data(TABLE).unwrap();
        let before = data.gather(PRICE, ColumnKind::Number, &records).unwrap();
        let after = Column::from_states(ColumnKind::Number, [CellValue::Number(price).into()]);
        self.apply(Op::SetCells {
            table: TABLE,
            column: PRICE,
            records,
            before,
            after,
        })
    }

    fn checkpoint(&mut self) {
        self.base.checkpoint(&self.snapshot).unwrap();
    }
}

fn reopened(path: &Path) -> (Shop, Recovered) {
    let (base, found) = Base::open(path).unwrap();
    let snapshot = found.snapshot.clone();
    (Shop { base, snapshot }, found)
}

fn cell(snapshot: &Snapshot, column: ColumnId, record: u64) -> CellState {
    let found = snapshot.cell(TABLE, column, RecordId(record));
    found.unwrap()
}

fn n_parts(path: &Path, which: &str) -> i64 {
    let file = rusqlite::Connection::open(path).unwrap();
    let count = format!("SELECT count(*) FROM part WHERE {which}");
    file.query_row(&count, [], |row| row.get(0)).unwrap()
}

/// The number of the part of one column's first segment, from the manifest.
fn part_of(path: &Path, column: ColumnId) -> i64 {
    let file = rusqlite::Connection::open(path).unwrap();
    let manifest: Vec<u8> = file
        .query_row("SELECT value FROM meta WHERE key = 'manifest'", [], |row| {
            row.get(0)
        })
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let columns = &manifest["tables"][0]["segments"][0]["columns"];
    columns[column.to_string()]["part"].as_i64().unwrap()
}

fn flip_a_byte(path: &Path, part: i64) {
    let file = rusqlite::Connection::open(path).unwrap();
    let mut body: Vec<u8> = file
        .query_row("SELECT body FROM part WHERE id = ?1", [part], |row| {
            row.get(0)
        })
        .unwrap();
    let middle = body.len() / 2;
    body[middle] ^= 0x10;
    let n = file
        .execute("UPDATE part SET body = ?1 WHERE id = ?2", (body, part))
        .unwrap();
    assert_eq!(n, 1);
}

#[test]
fn the_cells_of_a_large_append_are_in_the_file_once_and_are_read_when_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    for _ in 0..3 {
        shop.append();
    }
    shop.checkpoint();
    // Nine columns and one dictionary, all of the log; the checkpoint adds who the records are.
    assert_eq!(n_parts(&path, "logged = 1"), 10);
    assert_eq!(n_parts(&path, "logged = 0"), 3);
    let expected = shop.snapshot.clone();
    shop.base.close().unwrap();

    let (mut shop, found) = reopened(&path);
    assert_eq!((&found.damage, found.touched.len()), (&vec![], 0));
    let columns = |snapshot: &Snapshot| {
        let segments = &snapshot.data(TABLE).unwrap().segments;
        let columns = segments
            .iter()
            .flat_map(|segment| segment.columns().values());
        columns.cloned().collect::<Vec<SharedColumn>>()
    };
    let n_read = |snapshot: &Snapshot| columns(snapshot).iter().filter(|c| c.is_loaded()).count();
    assert_eq!(
        (columns(&shop.snapshot).len(), n_read(&shop.snapshot)),
        (9, 0)
    );
    assert_eq!(
        cell(&shop.snapshot, CODE, 9),
        CellValue::text("DD00000009").into()
    );
    assert_eq!(n_read(&shop.snapshot), 1);
    // One changed price is one new column.
    shop.set_price(5, 1.0).unwrap();
    shop.checkpoint();
    assert_eq!(n_parts(&path, "logged = 1"), 10);
    assert_eq!(n_parts(&path, "logged = 0"), 4);
    assert_eq!(found.snapshot, expected);
    let words = |segment: usize| match columns(&found.snapshot)[3 * segment + 2].values() {
        Values::Text(texts) => texts.base().clone(),
        _ => panic!(),
    };
    assert!(
        Arc::ptr_eq(&words(1), &words(2)),
        "shared words are read once"
    );
    assert_eq!(shop.base.verify(), []);
    let logged = shop.base.reader().transactions(Revision(2), 1).unwrap();
    let Op::AppendRecords { columns, .. } = &logged[0].ops[0] else {
        panic!()
    };
    assert!(columns.values().all(|cells| !cells.is_loaded()));
    assert_eq!(
        columns[&CODE],
        expected.data(TABLE).unwrap().segments[0].columns()[&CODE]
    );
}

#[test]
fn what_was_appended_while_a_checkpoint_was_made_stays_in_the_file_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    shop.append();
    let before = shop.snapshot.clone();
    shop.append();
    // The older snapshot names nothing of the second append, which is durable all the same.
    shop.base.checkpoint(&before).unwrap();
    shop.base.sweep().unwrap();
    shop.checkpoint();
    assert_eq!(n_parts(&path, "logged = 0"), 2, "the two lists of records");
}

#[test]
fn a_part_that_an_older_snapshot_still_needs_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    shop.append();
    let computed = |at: f64| {
        let cells = (0..MANY).map(|n| CellValue::Number(at + n as f64).into());
        Arc::new(Column::from_states(ColumnKind::Number, cells))
    };
    let derived = ColumnId(77);
    shop.snapshot.set_derived(TABLE, 0, derived, computed(0.5));
    shop.checkpoint();
    shop.base.close().unwrap();
    let (mut shop, found) = reopened(&path);
    shop.snapshot.set_derived(TABLE, 0, derived, computed(7.5));
    shop.checkpoint();
    assert_eq!(n_parts(&path, "logged = 0"), 3, "the old column, too");
    assert_eq!(
        cell(&found.snapshot, derived, 1),
        CellValue::Number(0.5).into()
    );
    assert_eq!(
        cell(&shop.snapshot, derived, 1),
        CellValue::Number(7.5).into()
    );
    drop(found);
    shop.checkpoint();
    assert_eq!(n_parts(&path, "logged = 0"), 2);
    shop.base.close().unwrap();
    let (shop, found) = reopened(&path);
    assert_eq!(found.damage, []);
    assert_eq!(
        cell(&shop.snapshot, derived, 3),
        CellValue::Number(9.5).into()
    );
}

#[test]
fn a_damaged_part_that_the_log_can_make_again_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    shop.append();
    shop.set_price(7, 0.25).unwrap();
    shop.checkpoint();
    let expected = shop.snapshot.clone();
    shop.base.close().unwrap();
    flip_a_byte(&path, part_of(&path, PRICE));
    let (mut shop, found) = reopened(&path);
    assert!(!found.is_lost && found.broken.is_none());
    assert_eq!(found.damage.len(), 1);
    assert!(found.damage[0].repaired);
    assert_eq!(found.damage[0].table, Some(TABLE));
    assert_eq!(found.snapshot, expected);
    shop.set_price(8, 0.5).unwrap();
    shop.checkpoint();
    assert_eq!(shop.base.verify(), []);
}

#[test]
fn a_damaged_part_of_the_log_is_shown_as_damaged_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    shop.append();
    shop.append();
    shop.checkpoint();
    let expected = shop.snapshot.clone();
    shop.base.close().unwrap();
    flip_a_byte(&path, part_of(&path, PRICE));
    let (mut shop, found) = reopened(&path);
    assert!(found.is_lost && found.broken.is_none());
    assert_eq!(found.damage.len(), 1, "{:?}", found.damage);
    assert_eq!(
        (found.damage[0].repaired, found.damage[0].table),
        (false, Some(TABLE))
    );
    for record in [1, MANY / 2, MANY] {
        assert_eq!(
            cell(&found.snapshot, PRICE, record),
            CellState::Error(CellError::Damaged)
        );
        assert_eq!(
            cell(&found.snapshot, CODE, record),
            cell(&expected, CODE, record)
        );
    }
    for column in [CODE, PRICE, NAME] {
        let record = MANY + 3;
        assert_eq!(
            cell(&found.snapshot, column, record),
            cell(&expected, column, record)
        );
    }
    assert!(matches!(
        shop.set_price(MANY + 3, 1.0),
        Err(AppendError::Damaged | AppendError::Poisoned)
    ));
    let told = shop.base.verify();
    let codes: Vec<&str> = told.iter().map(|damage| damage.what.as_str()).collect();
    assert_eq!(codes, ["segment_checksum", "log_part_checksum"]);
}

#[test]
fn damage_that_shows_while_the_base_is_open_stops_writing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b1.base");
    let mut shop = Shop::new(&path);
    shop.append();
    shop.checkpoint();
    shop.base.close().unwrap();
    let (mut shop, found) = reopened(&path);
    assert!(found.is_checked && found.damage.is_empty());
    flip_a_byte(&path, part_of(&path, PRICE));
    let reader = shop.base.reader();
    assert_eq!(reader.damage(), []);
    assert_eq!(
        cell(&shop.snapshot, PRICE, 3),
        CellState::Error(CellError::Damaged)
    );
    assert_eq!(reader.damage().len(), 1);
    assert!(matches!(shop.set_price(4, 1.0), Err(AppendError::Damaged)));
    assert!(shop.base.checkpoint(&shop.snapshot).is_err());

    let (mut shop, _) = {
        shop.base.close().unwrap();
        reopened(&path)
    };
    flip_a_byte(&path, part_of(&path, PRICE));
    let reader = shop.base.reader();
    reader.check().unwrap();
    assert!(
        shop.set_price(MANY, 1.0).is_err(),
        "as it was opened for reading only"
    );
}

/// All that a column can hold.
fn any_column(kind: ColumnKind) -> impl Strategy<Value = Column> {
    let value = match kind {
        ColumnKind::Number => prop_oneof![
            any::<f64>().prop_filter("equal to itself", |x| !x.is_nan()),
            (-1_000_000i64..1_000_000).prop_map(|n| n as f64 / 100.0),
            Just(-0.0),
            Just(9.1e15),
        ]
        .prop_map(CellValue::Number)
        .boxed(),
        ColumnKind::Date => prop_oneof![
            (0u32..100_000).prop_map(f64::from),
            (0u32..1_000_000_000).prop_map(|s| f64::from(s) / 86_400.0),
        ]
        .prop_map(CellValue::Date)
        .boxed(),
        ColumnKind::Bool => any::<bool>().prop_map(CellValue::Bool).boxed(),
        ColumnKind::Options => proptest::collection::vec(0u32..9, 0..3)
            .prop_map(|ids| CellValue::Options(ids.into_iter().map(OptionId).collect()))
            .boxed(),
        ColumnKind::Links => proptest::collection::vec(any::<u64>(), 0..4)
            .prop_map(|ids| CellValue::Links(ids.into_iter().map(RecordId).collect()))
            .boxed(),
        ColumnKind::Mixed => prop_oneof![
            Just(CellValue::Blank),
            "[a-c杯]{0,3}".prop_map(CellValue::text),
            (-9i32..9).prop_map(|n| CellValue::Number(n.into())),
        ]
        .boxed(),
        _ => "[a-c杯]{0,3}".prop_map(CellValue::text).boxed(),
    };
    let state = prop_oneof![
        12 => value.prop_map(CellState::from),
        1 => Just(CellState::BLANK),
        1 => Just(CellState::Error(CellError::Damaged)),
        1 => Just(CellState::Misfit("缺".into())),
    ];
    proptest::collection::vec(state, 0..200)
        .prop_map(move |states| Column::from_states(kind, states))
}

fn bits(column: &Column) -> Vec<CellState> {
    (0..column.len()).map(|at| column.get(at)).collect()
}

proptest! {
    #[test]
    fn columns_of_every_kind_come_back(column in prop_oneof![
        any_column(ColumnKind::Number), any_column(ColumnKind::Date), any_column(ColumnKind::Bool),
        any_column(ColumnKind::Text), any_column(ColumnKind::Options), any_column(ColumnKind::Links),
        any_column(ColumnKind::Mixed),
    ], at in any::<usize>(), with in any::<u8>()) {
        let mut to = Writer::default();
        v2::column::encode(&column, None, &mut to);
        let read = v2::column::decode(&to.out, &mut |_| None).unwrap();
        prop_assert_eq!(&read, &column);
        if let (Values::Number(a), Values::Number(b)) = (read.values(), column.values()) {
            let exact = |n: &[f64]| column.valid().ones().map(|at| n[at].to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(exact(a), exact(b));
        }
        prop_assert_eq!(bits(&read), bits(&column));
        // A changed byte is another column or an error, never a panic.
        let mut mutated = to.out.clone();
        let place = at % mutated.len();
        mutated[place] = with;
        let _ = v2::column::decode(&mutated, &mut |_| None);
        mutated.truncate(place);
        prop_assert!(v2::column::decode(&mutated, &mut |_| None).is_err());
    }

    #[test]
    fn texts_come_back_with_their_shared_words(cells in proptest::collection::vec(0usize..40, 0..200), edit in 0usize..200) {
        let words: Vec<String> = (0..600).map(|n| format!("词{n}")).collect();
        let base = Column::from_states(ColumnKind::Text, words.iter().map(|word| CellValue::text(word).into()));
        let mut column = base.gather(&cells);
        column.set(edit, CellValue::text("新词").into());
        let mut to = Writer::default();
        v2::column::encode(&column, Some(7), &mut to);
        let Values::Text(texts) = column.values() else { panic!() };
        let mut asked = Vec::new();
        let kept: BTreeMap<i64, Arc<Dictionary>> = [(7, texts.base().clone())].into();
        let mut find = |number: i64| { asked.push(number); kept.get(&number).cloned() };
        prop_assert_eq!(v2::column::decode(&to.out, &mut find).unwrap(), column);
        prop_assert_eq!(asked, [7]);
        prop_assert!(v2::column::decode(&to.out, &mut |_| None).is_err());
    }
}
