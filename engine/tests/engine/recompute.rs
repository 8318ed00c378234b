//! How far a change reaches: counts per formula field, and columns that stay the very same where nothing changed.

use crate::desk::{Desk, new_field};
use engine::*;
use std::{collections::BTreeMap, sync::Arc};
use table::{
    column::{Column, ColumnKind, TextValues, Values},
    field::FieldType,
    id::{FieldId, RecordId, TableId},
    mask::Mask,
};

const SEGMENT: u64 = table::limits::SEGMENT_RECORDS as u64;
const ORDERS: u64 = 2 * SEGMENT + 1000;

fn column(kind: ColumnKind, values: Values, n: u64) -> Column {
    let valid = Mask::new(n as usize, true);
    Column::from_parts(kind, values, valid, BTreeMap::new(), BTreeMap::new()).unwrap()
}

fn numbers(n: u64, of: impl Fn(u64) -> f64) -> Column {
    let values = (0..n).map(of).collect();
    column(ColumnKind::Number, Values::Number(values), n)
}

fn texts(n: u64, of: impl Fn(u64) -> String) -> Column {
    let texts: Vec<String> = (0..n).map(of).collect();
    let values = TextValues::from_texts(texts.iter().map(String::as_str));
    column(ColumnKind::Text, Values::Text(values), n)
}

/// 订单 over three segments; 商品 with 100 goods; 出入库 with 1,000 movements. G7 is ordered 20 times, always in the
/// first segment; the others go round.
fn shop() -> Desk {
    let desk = Desk::new();
    desk.check(
        "> ann table 商品 货号 价格:number
         schema
         > ann table 订单 货号 数量:number
         schema
         > ann table 出入库 货号 数量:number 方向
         schema",
    );
    let import = |table: &str, n: u64, columns: Vec<(&str, Column)>| {
        let columns = columns.into_iter();
        let columns = columns.map(|(field, cells)| (desk.field(table, field), cells.into()));
        let command = Command::AppendColumns {
            table: desk.table(table),
            n_records: n,
            columns: columns.collect(),
        };
        desk.submit("ann", command).unwrap();
    };
    let goods = vec![
        ("货号", texts(100, |at| format!("G{at}"))),
        ("价格", numbers(100, |at| at as f64)),
    ];
    import("商品", 100, goods);
    let key = |at: u64| match (at < 20, at % 100) {
        (true, _) => 7,
        (false, 7) => 8,
        (false, at) => at,
    };
    let orders = vec![
        ("货号", texts(ORDERS, |at| format!("g{}", key(at)))),
        ("数量", numbers(ORDERS, |at| (at % 9) as f64)),
    ];
    import("订单", ORDERS, orders);
    let movements = vec![
        ("货号", texts(1000, |at| format!("G{}", at % 100))),
        ("数量", numbers(1000, |at| at as f64)),
        (
            "方向",
            texts(1000, |at| if at < 500 { "入" } else { "出" }.into()),
        ),
    ];
    import("出入库", 1000, movements);
    desk
}

impl Desk {
    fn add(&self, table: &str, formula: &str) -> FieldId {
        let from = self.patches.lock().len();
        let command = Command::CreateField {
            table: self.table(table),
            field: new_field(formula),
            at: None,
        };
        self.submit("ann", command).unwrap();
        let field = self.field(table, formula.split('=').next().unwrap());
        let n: u64 = self.recomputed(from)[&field];
        assert_eq!(n, self.n_records(self.table(table)), "{formula}");
        field
    }

    fn n_records(&self, table: TableId) -> u64 {
        self.handle.snapshot().data(table).unwrap().n_live
    }

    fn recomputed(&self, from: usize) -> BTreeMap<FieldId, u64> {
        let patches = self.patches.lock();
        let mut all = BTreeMap::new();
        for patch in &patches[from..] {
            for (field, n) in &patch.recomputed {
                *all.entry(*field).or_default() += n;
            }
        }
        all
    }

    /// What an edit computed, per field.
    fn edit(&self, table: &str, record: u64, field: &str, text: &str) -> BTreeMap<FieldId, u64> {
        let from = self.patches.lock().len();
        let edit = CellEdit {
            record: RecordId(record),
            field: self.field(table, field),
            value: CellInput::Text(text.into()),
        };
        let command = Command::SetCells {
            table: self.table(table),
            edits: vec![edit],
            add_options: false,
        };
        self.submit("ann", command).unwrap();
        self.recomputed(from)
    }

    /// The stored columns of a field, by segment.
    fn stored(&self, table: &str, field: FieldId) -> Vec<Arc<Column>> {
        let snapshot = self.handle.snapshot();
        let (owner, found) = snapshot.schema.field(field).unwrap();
        assert_eq!(owner.name, table);
        let segments = &snapshot.data(owner.id).unwrap().segments;
        let columns = segments.iter().map(|segment| segment.column(found.column));
        columns.map(|column| column.unwrap().clone()).collect()
    }

    fn shown(&self, table: &str, field: FieldId, record: u64) -> String {
        let snapshot = self.handle.snapshot();
        let (_, found) = snapshot.schema.field(field).unwrap();
        let cell = snapshot.cell(self.table(table), found.column, RecordId(record));
        found.field_type.display(&cell.unwrap())
    }
}

/// Which segments have another column than before.
fn renewed(before: &[Arc<Column>], after: &[Arc<Column>]) -> Vec<usize> {
    (0..after.len())
        .filter(|at| !Arc::ptr_eq(&before[*at], &after[*at]))
        .collect()
}

#[test]
fn a_price_reaches_the_orders_that_look_it_up_and_no_others() {
    let desk = shop();
    let price = desk.add("订单", "单价=XLOOKUP([货号],商品[货号],商品[价格])");
    let amount = desk.add("订单", "金额=[单价]*[数量]");
    let one = desk.add("订单", "基准=XLOOKUP(\"g50\",商品[货号],商品[价格])");
    let before = desk.stored("订单", amount);
    // 商品 r8 is G7.
    let computed = desk.edit("商品", 8, "价格", "1000");
    assert_eq!(computed, [(price, 20), (amount, 20)].into());
    assert_eq!(desk.shown("订单", amount, 4), "3000");
    let after = desk.stored("订单", amount);
    assert_eq!(renewed(&before, &after), [0]);
    // G50 is what every order looks up once more.
    let computed = desk.edit("商品", 51, "价格", "1");
    let n_50 = (0..ORDERS).filter(|at| *at >= 20 && at % 100 == 50).count() as u64;
    assert_eq!(
        computed,
        [(price, n_50), (amount, n_50), (one, ORDERS)].into()
    );
    // A good that nobody ordered.
    desk.edit("商品", 8, "货号", "G999");
    assert_eq!(desk.shown("订单", amount, 4), "#N/A");
    assert_eq!(desk.edit("商品", 8, "价格", "5"), BTreeMap::new());
    // It gets its name back: those that looked for it before are reached.
    let computed = desk.edit("商品", 8, "货号", "g7");
    assert_eq!(computed, [(price, 20), (amount, 20)].into());
    assert_eq!(desk.shown("订单", amount, 4), "15");
}

#[test]
fn one_order_is_one_record_and_one_segment() {
    let desk = shop();
    let price = desk.add("订单", "单价=XLOOKUP([货号],商品[货号],商品[价格])");
    let amount = desk.add("订单", "金额=[单价]*[数量]");
    let (prices, amounts) = (desk.stored("订单", price), desk.stored("订单", amount));
    let computed = desk.edit("订单", SEGMENT + 5, "数量", "8");
    assert_eq!(computed, [(amount, 1)].into());
    assert_eq!(
        renewed(&prices, &desk.stored("订单", price)),
        [] as [usize; 0]
    );
    assert_eq!(renewed(&amounts, &desk.stored("订单", amount)), [1]);
    let computed = desk.edit("订单", SEGMENT + 5, "货号", "g99");
    assert_eq!(computed, [(price, 1), (amount, 1)].into());
    assert_eq!(desk.shown("订单", amount, SEGMENT + 5), "792");
}

#[test]
fn a_movement_reaches_its_goods() {
    let desk = shop();
    let stock = desk.add("商品", "库存=SUMIFS(出入库[数量],出入库[货号],[货号])");
    let inward = desk.add(
        "商品",
        "入=SUMIFS(出入库[数量],出入库[货号],[货号],出入库[方向],\"入\")",
    );
    let share = desk.add("商品", "占比=[库存]/SUM(出入库[数量])");
    // Movement r1 is G0, 0 pieces inward.
    let computed = desk.edit("出入库", 1, "数量", "50");
    assert_eq!(computed, [(stock, 1), (inward, 1), (share, 100)].into());
    assert_eq!(desk.shown("商品", stock, 1), "4550");
    // r501 is G0 outward: it is not among those that go in.
    let computed = desk.edit("出入库", 501, "数量", "0");
    assert_eq!(computed, [(stock, 1), (share, 100)].into());
    // From G0 to G1: both are reached.
    let computed = desk.edit("出入库", 1, "货号", "G1");
    assert_eq!(computed, [(stock, 2), (inward, 2), (share, 2)].into());
    assert_eq!(
        (desk.shown("商品", inward, 1), desk.shown("商品", inward, 2)),
        ("1000".into(), "1055".into())
    );
    // A movement that goes, and comes back.
    for command in [
        Command::DeleteRecords {
            table: desk.table("出入库"),
            records: vec![RecordId(2)],
        },
        Command::Undo,
    ] {
        let from = desk.patches.lock().len();
        desk.submit("ann", command).unwrap();
        assert_eq!(
            desk.recomputed(from),
            [(stock, 1), (inward, 1), (share, 100)].into()
        );
    }
    assert_eq!(desk.shown("商品", inward, 2), "1055");
}

/// Nobody has to wait for ten million cells to see the first hundred.
#[test]
fn a_window_shows_cells_that_are_still_to_be_filled() {
    let desk = shop();
    let query = |from| WindowQuery {
        table: desk.table("订单"),
        view: None,
        find: None,
        from,
        n_rows: 3,
        fields: None,
        filter: None,
        sorts: None,
    };
    let shown: Arc<parking_lot::Mutex<Vec<(BaseStatus, String, String)>>> = Arc::default();
    let (seen, handle) = (shown.clone(), desk.handle.clone());
    let (table, windows) = (desk.table("订单"), [query(0), query(ORDERS - 3)]);
    // Heard on the thread of the writer, which can bring no result before this returns.
    let _subscription = desk.handle.subscribe(Box::new(move |patch: &Arc<Patch>| {
        if patch.label != "create_field" {
            return;
        }
        let schema = handle.snapshot().schema.clone();
        let last = |query: &WindowQuery| {
            let window = handle.window(query).unwrap();
            let (field, cells) = window.columns.last().unwrap();
            let field = schema.table(table).unwrap().field(*field).unwrap();
            let cells = (0..3).map(|at| field.field_type.display(&cells.get(at)));
            format!("{}: {}", field.name, cells.collect::<Vec<_>>().join(" "))
        };
        let line = (handle.status(), last(&windows[0]), last(&windows[1]));
        seen.lock().push(line);
    }));
    // Two functions for each record: too much to let people wait for.
    for formula in [
        "平方=POWER([数量],ABS(2))+COUNTIF(商品[货号],\"=\"&[货号])",
        "两倍=[平方]*2",
    ] {
        let command = Command::CreateField {
            table,
            field: new_field(formula),
            at: None,
        };
        desk.submit("ann", command).unwrap();
    }
    let shown = shown.lock();
    assert!(
        matches!(shown[0].0, BaseStatus::Recomputing { of: ORDERS, .. }),
        "{:?}",
        shown[0].0
    );
    let of = |at: u64| (at % 9 * (at % 9) + 1).to_string();
    let three = |from: u64, by: u64| {
        let cells = (from..from + 3).map(|at| (of(at).parse::<u64>().unwrap() * by).to_string());
        cells.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown[0].1, format!("平方: {}", three(0, 1)));
    assert_eq!(shown[0].2, format!("平方: {}", three(ORDERS - 3, 1)));
    assert_eq!(shown[1].1, format!("两倍: {}", three(0, 2)));
    assert_eq!(shown[1].2, format!("两倍: {}", three(ORDERS - 3, 2)));
}

/// After a restart the log is all there is to say what changed; what was before is not known any more.
#[test]
fn what_was_edited_before_a_crash_is_computed_after_it() {
    let desk = shop();
    let price = desk.add("订单", "单价=XLOOKUP([货号],商品[货号],商品[价格],0)");
    let stock = desk.add("商品", "库存=SUMIFS(出入库[数量],出入库[货号],[货号])");
    desk.edit("商品", 8, "价格", "1000");
    desk.edit("商品", 9, "货号", "G800");
    desk.edit("出入库", 1, "货号", "G1");
    let shown = |desk: &Desk| {
        [
            desk.shown("订单", price, 4),
            desk.shown("订单", price, 109),
            desk.shown("商品", stock, 1),
            desk.shown("商品", stock, 2),
            desk.shown("商品", stock, 9),
        ]
    };
    let before = shown(&desk);
    assert_eq!(before, ["1000", "0", "4500", "4510", "0"]);
    let copy = tempfile::tempdir().unwrap();
    let path = copy.path().join("base.suanpan");
    desk.handle.backup(&path).unwrap();
    let handle = BaseHandle::open(&path, crate::desk::options()).unwrap();
    let reopened = Desk::over(copy, handle);
    assert_eq!(shown(&reopened), before);
}

/// What is kept of a select field is kept by the names that its options had.
#[test]
fn an_option_that_is_renamed_is_another_key() {
    let desk = Desk::new();
    desk.check(
        "> ann table 折扣 类:select 率:number
         schema
         > ann add 折扣 x 0.9
         +1
         > ann add 折扣 x 0.8
         +1
         > ann set 折扣 r1 类 杯
         类.r1=杯, schema
         > ann set 折扣 r2 类 碗
         类.r2=碗, schema
         > ann table 订单 类 率=XLOOKUP([类],折扣[类],折扣[率],1) 个=COUNTIFS(折扣[类],[类],折扣[率],\"<1\")
         schema
         > ann add 订单 杯
         +1, computed 率×1, computed 个×1
         > ann add 订单 壶
         +1, computed 率×1, computed 个×1
         > ann show 订单
         r1 | 杯 | 0.9 | 1
         r2 | 壶 | 1 | 0",
    );
    let (table, field) = (desk.table("折扣"), desk.field("折扣", "类"));
    let snapshot = desk.handle.snapshot();
    let FieldType::Select { mut options } =
        snapshot.schema.field(field).unwrap().1.field_type.clone()
    else {
        panic!("another type");
    };
    options[0].name = "壶".into();
    let renamed = Command::UpdateField {
        table,
        field,
        name: None,
        description: None,
        field_type: Some(NewFieldType::Plain(FieldType::Select { options })),
    };
    desk.submit("ann", renamed).unwrap();
    desk.check(
        "> ann show 订单
         r1 | 杯 | 1 | 0
         r2 | 壶 | 0.9 | 1
         > ann set 折扣 r1 率 2
         率.r1=2, 率.r2=2, 个.r2=0, computed 率×1, computed 个×1",
    );
    desk.submit("ann", Command::Undo).unwrap();
    desk.submit("ann", Command::Undo).unwrap();
    desk.check(
        "> ann show 订单
         r1 | 杯 | 0.9 | 1
         r2 | 壶 | 1 | 0",
    );
}
