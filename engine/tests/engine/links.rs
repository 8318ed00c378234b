//! Links, from one side and from two; what looks through them; what deleting, restoring and undoing leave of them.

use crate::desk::{Desk, new_field};
use engine::*;
use std::collections::BTreeMap;
use table::{
    column::{Column, ColumnKind, TextValues, Values},
    field::{FieldType, LinkSpec},
    id::{ColumnId, FieldId, RecordId},
    mask::Mask,
    view::{Condition, Filter, Operator, Sort},
};

fn two_tables(mirror: &str, how: &str) -> Desk {
    let desk = Desk::new();
    desk.prepare(&format!(
        "ann table 商品 名称 价格:number
         ann add 商品 杯子 10
         ann add 商品 碗 20
         ann add 商品 锅 90
         ann table 订单 单号
         ann link 订单 商品 商品 {how} {mirror}
         ann add 订单 A1
         ann add 订单 A2 碗"
    ));
    desk
}

#[test]
fn names_become_links_and_follow_the_linked_records() {
    let desk = two_tables("-", "many");
    desk.check(
        "> ann set 订单 r1 商品 杯子,锅
         商品.r1=杯子, 锅, computed 商品×1
         > ann set 订单 r2 商品 碟
         商品.r2=?碟, computed 商品×1
         > ann set 商品 r1 名称 茶杯
         名称.r1=茶杯, 商品.r1=茶杯, 锅, computed 商品×1
         > ann set 商品 r2 名称 大碗
         名称.r2=大碗
         > ann set 订单 r2 商品 大碗
         商品.r2=大碗, computed 商品×1
         > ann move 商品 价格 0
         商品.r1=10, 90, 商品.r2=20, computed 商品×2, schema
         > ann undo
         商品.r1=茶杯, 锅, 商品.r2=大碗, computed 商品×2, schema
         > ann set 订单 r1 商品 -
         商品.r1=, computed 商品×1
         > ann undo
         商品.r1=茶杯, 锅, computed 商品×1",
    );
}

#[test]
fn whatever_is_deleted_comes_back_with_its_links() {
    let desk = two_tables("-", "many");
    desk.check(
        "> ann set 订单 r1 商品 杯子,锅
         商品.r1=杯子, 锅, computed 商品×1
         > ann delete 商品 r1
         商品.r1=锅, -r1, computed 商品×1
         > bob set 商品 r3 名称 铁锅
         名称.r3=铁锅, 商品.r1=铁锅, computed 商品×1
         > ann undo
         商品.r1=杯子, 铁锅, computed 商品×1
         > ann delete 商品 r3 r2
         商品.r1=杯子, 商品.r2=, -r2, -r3, computed 商品×2
         > cy restore 商品 r3
         商品.r1=杯子, 铁锅, computed 商品×1
         > ann droptable 商品
         商品.r1=, 商品.r2=, computed 商品×2, schema
         > cy restoretable 商品
         商品.r1=杯子, 铁锅, 商品.r2=, computed 商品×2, schema
         > ann dropfield 订单 商品
         schema
         > ann undo
         商品.r1=杯子, 铁锅, 商品.r2=, computed 商品×2, schema",
    );
    let desk = desk.reopened();
    desk.check(
        "> ann show 订单
         r1 | A1 | 杯子, 铁锅
         r2 | A2 |",
    );
}

/// Found by the simulation: who typed into a link to a deleted table saw nothing until the base was opened again.
#[test]
fn what_is_typed_into_a_link_to_a_deleted_table_is_shown() {
    let desk = two_tables("-", "many");
    desk.check(
        "> ann set 订单 r1 商品 杯子
         商品.r1=杯子, computed 商品×1
         > ann droptable 商品
         商品.r1=, 商品.r2=, computed 商品×2, schema
         > ann set 订单 r1 商品 茶壶
         商品.r1=?茶壶, computed 商品×1
         > ann set 订单 r1 商品 -
         商品.r1=, computed 商品×1",
    );
    let before = desk.show("订单");
    assert_eq!(desk.reopened().show("订单"), before);
}

#[test]
fn both_sides_of_a_link_say_the_same() {
    let desk = two_tables("订单", "many");
    desk.check(
        "> ann show 商品
         r1 | 杯子 | 10 |
         r2 | 碗 | 20 | A2
         r3 | 锅 | 90 |
         > ann set 订单 r1 商品 杯子,碗
         订单.r1=A1, 订单.r2=A2, A1, 商品.r1=杯子, 碗, computed 商品×1, computed 订单×2
         > bob set 商品 r3 订单 A2
         订单.r3=A2, 商品.r2=碗, 锅, computed 商品×1, computed 订单×1
         > ann undo
         订单.r1=, 订单.r2=A2, 商品.r1=, computed 商品×1, computed 订单×2
         > ann redo
         订单.r1=A1, 订单.r2=A2, A1, 商品.r1=杯子, 碗, computed 商品×1, computed 订单×2
         > ann delete 订单 r2
         订单.r2=A1, 订单.r3=, -r2, computed 订单×2
         > bob set 商品 r2 订单 -
         订单.r2=, 商品.r1=杯子, computed 商品×2, computed 订单×1
         > cy restore 订单 r2
         订单.r3=A2, 商品.r2=锅, computed 商品×1, computed 订单×1
         > ann show 订单
         r1 | A1 | 杯子
         r2 | A2 | 锅",
    );
}

/// The mirror goes on while it is in the trash.
#[test]
fn a_mirror_in_the_trash_misses_nothing() {
    let desk = two_tables("订单", "many");
    desk.check(
        "> ann dropfield 商品 订单
         schema
         > bob set 订单 r1 商品 锅,碗
         商品.r1=锅, 碗, computed 商品×1
         > bob set 订单 r2 商品 -
         商品.r2=, computed 商品×1
         > cy restorefield 商品 订单
         订单.r1=, 订单.r2=A1, 订单.r3=A1, computed 订单×3, schema",
    );
}

/// Each good belongs to one order at most when seen from there; a second order takes it away from the first.
#[test]
fn a_single_side_holds_one() {
    let desk = two_tables("订单", "one");
    desk.check(
        "> ann set 订单 r1 商品 杯子,碗
         商品.r1=?杯子,碗, computed 商品×1
         > ann set 订单 r1 商品 碗
         订单.r2=A2, A1, 商品.r1=碗, computed 商品×1, computed 订单×1
         > ann set 商品 r1 订单 A1
         订单.r1=A1, 订单.r2=A2, 商品.r1=杯子, computed 商品×1, computed 订单×2
         > ann undo
         订单.r1=, 订单.r2=A2, A1, 商品.r1=碗, computed 商品×1, computed 订单×2",
    );
}

#[test]
fn texts_become_links_and_turn_back() {
    let desk = Desk::new();
    desk.check(
        "> ann table 商品 名称
         schema
         > ann add 商品 杯子
         +1
         > ann add 商品 碗
         +1
         > ann table 订单 单号 货
         schema
         > ann add 订单 A1 杯子
         +1
         > ann add 订单 A2 碗、杯子
         +1
         > ann add 订单 A3 没有的
         +1",
    );
    let to = FieldType::Link(LinkSpec {
        table: desk.table("商品"),
        single: false,
        mirror: None,
        ids: ColumnId(0),
        mirror_name: String::new(),
    });
    let field = desk.field("订单", "货");
    let preview = desk
        .handle
        .preview_retype(desk.table("订单"), field, &to)
        .unwrap();
    assert_eq!(
        (preview.n_values, preview.n_misfits, preview.samples),
        (3, 1, vec!["没有的".to_owned()])
    );
    desk.check(
        "> ann tolink 订单 货 商品 many 订单
         订单.r1=A1, A2, 订单.r2=A2, 货.r1=杯子, 货.r2=碗, 杯子, 货.r3=?没有的, computed 货×3, computed 订单×2, schema
         > ann show 商品
         r1 | 杯子 | A1, A2
         r2 | 碗 | A2
         > bob add 商品 没有的
         +1, computed 订单×1
         > ann tolink 订单 货 商品 one -
         订单.r1=A1, 订单.r2=, 订单.r3=A3, 货.r1=杯子, 货.r2=?碗, 杯子, 货.r3=没有的, computed 货×3, computed 订单×3, schema
         > ann undo
         订单.r1=A1, A2, 订单.r2=A2, 订单.r3=, 货.r1=杯子, 货.r2=碗, 杯子, 货.r3=?没有的, computed 货×3, computed 订单×3, schema
         > ann undo
         schema
         > ann redo
         订单.r1=A1, A2, 订单.r2=A2, 订单.r3=, 货.r1=杯子, 货.r2=碗, 杯子, 货.r3=?没有的, computed 货×3, computed 订单×3, schema
         > ann retype 订单 货 text
         货.r1=杯子, 货.r2=碗, 杯子, 货.r3=没有的, schema",
    );
}

#[test]
fn what_cannot_be_linked_is_refused() {
    let desk = two_tables("-", "one");
    let set = |value: CellInput| {
        let edit = CellEdit {
            record: RecordId(1),
            field: desk.field("订单", "商品"),
            value,
        };
        let command = Command::SetCells {
            table: desk.table("订单"),
            edits: vec![edit],
            add_options: false,
        };
        desk.submit("ann", command).map_err(|error| error.code)
    };
    let ids = |ids: &[u64]| {
        let ids = ids.iter().map(|id| RecordId(*id)).collect::<Vec<_>>();
        CellInput::Value(table::value::CellValue::Links(ids.into()).into())
    };
    assert_eq!(set(ids(&[99])).unwrap_err(), "no_record");
    assert_eq!(set(ids(&[1, 2])).unwrap_err(), "wrong_kind");
    assert!(set(ids(&[2, 2])).is_ok());
}

#[test]
fn lookups_and_rollups_go_through_links() {
    let desk = two_tables("订单", "many");
    desk.check(
        "> ann set 订单 r1 商品 杯子,锅
         订单.r1=A1, 订单.r3=A1, 商品.r1=杯子, 锅, computed 商品×1, computed 订单×2
         > ann field 订单 价=LINKED([商品],商品[价格])
         价.r1=10, 90, 价.r2=20, computed 价×2, schema
         > ann field 订单 合计=ROLLUP([商品],商品[价格],\"sum\")
         合计.r1=100, 合计.r2=20, computed 合计×2, schema
         > ann field 订单 中位=ROLLUP([商品],商品[价格],\"median\")
         中位.r1=50, 中位.r2=20, computed 中位×2, schema
         > ann field 订单 几种=ROLLUP([商品],商品[名称],\"distinct\")
         几种.r1=2, 几种.r2=1, computed 几种×2, schema
         > ann field 商品 单数=ROLLUP([订单],订单[单号],\"count\")
         单数.r1=1, 单数.r2=1, 单数.r3=1, computed 单数×3, schema
         > ann show 订单
         r1 | A1 | 杯子, 锅 | 10, 90 | 100 | 50 | 2
         r2 | A2 | 碗 | 20 | 20 | 20 | 1
         > ann set 商品 r1 价格 11
         价格.r1=11, 价.r1=11, 90, 合计.r1=101, 中位.r1=50.5, computed 价×1, computed 合计×1, computed 中位×1
         > ann set 订单 r1 商品 -
         订单.r1=, 订单.r3=, 单数.r1=0, 单数.r3=0, 商品.r1=, 价.r1=, 合计.r1=0, 中位.r1=, 几种.r1=0, computed 商品×1, computed 订单×2, computed 价×1, computed 合计×1, computed 中位×1, computed 几种×1, computed 单数×2
         > ann delete 商品 r2
         商品.r2=, 价.r2=, 合计.r2=0, 中位.r2=, 几种.r2=0, -r2, computed 商品×1, computed 价×1, computed 合计×1, computed 中位×1, computed 几种×1",
    );
}

#[test]
fn links_are_filtered_sorted_and_found_by_what_they_show() {
    let desk = two_tables("-", "many");
    desk.check(
        "> ann set 订单 r1 商品 锅
         商品.r1=锅, computed 商品×1",
    );
    let link = desk.field("订单", "商品");
    let records = |find: Option<&str>, contains: Option<&str>, sorted: bool| {
        let condition = |value: &str| Condition {
            field: link,
            operator: Operator::Contains,
            value: value.into(),
        };
        let query = WindowQuery {
            table: desk.table("订单"),
            view: None,
            find: find.map(Into::into),
            from: 0,
            n_rows: 10,
            fields: None,
            filter: contains.map(|text| Filter {
                conditions: vec![condition(text)],
                ..Filter::default()
            }),
            sorts: sorted.then(|| {
                vec![Sort {
                    field: link,
                    descending: true,
                    by: None,
                }]
            }),
        };
        let window = desk.handle.window(&query).unwrap();
        let linked: Vec<&str> = window.links[&link]
            .iter()
            .flatten()
            .map(|linked| linked.text.as_str())
            .collect();
        (window.records.clone(), linked.join(" "))
    };
    let found = |ids: &[u64], text: &str| {
        let ids: Vec<RecordId> = ids.iter().map(|id| RecordId(*id)).collect();
        (ids, text.to_owned())
    };
    assert_eq!(records(Some("碗"), None, false), found(&[2], "碗"));
    assert_eq!(records(None, Some("锅"), false), found(&[1], "锅"));
    // 碗 wan comes after 锅 guo.
    assert_eq!(records(None, None, true), found(&[2, 1], "碗 锅"));
}

fn texts(n: u64, of: impl Fn(u64) -> String) -> Column {
    let texts: Vec<String> = (0..n).map(of).collect();
    let values = TextValues::from_texts(texts.iter().map(String::as_str));
    let valid = Mask::new(n as usize, true);
    Column::from_parts(
        ColumnKind::Text,
        Values::Text(values),
        valid,
        BTreeMap::new(),
        BTreeMap::new(),
    )
    .unwrap()
}

/// 200,000 movements of 1,000 goods: an edit of one good computes its 200 movements and nothing else.
#[test]
fn one_good_of_many_reaches_its_movements() {
    const GOODS: u64 = 1_000;
    const MOVEMENTS: u64 = 200_000;
    let desk = Desk::new();
    desk.check(
        "> ann table 商品 名称
         schema
         > ann table 出入库 货
         schema",
    );
    let import = |table: &str, field: &str, cells: Column| {
        let command = Command::AppendColumns {
            table: desk.table(table),
            n_records: cells.len() as u64,
            columns: vec![(desk.field(table, field), cells.into())],
        };
        desk.submit("ann", command).unwrap();
    };
    import("商品", "名称", texts(GOODS, |at| format!("G{at}")));
    import(
        "出入库",
        "货",
        texts(MOVEMENTS, |at| format!("G{}", at % GOODS)),
    );
    let to_link = Command::UpdateField {
        table: desk.table("出入库"),
        field: desk.field("出入库", "货"),
        name: None,
        description: None,
        field_type: Some(NewFieldType::Plain(FieldType::Link(LinkSpec {
            table: desk.table("商品"),
            single: true,
            mirror: None,
            ids: ColumnId(0),
            mirror_name: "出入库".into(),
        }))),
    };
    desk.submit("ann", to_link).unwrap();
    desk.submit(
        "ann",
        Command::CreateField {
            table: desk.table("商品"),
            field: new_field("次数=ROLLUP([出入库],出入库[货],\"count\")"),
            at: None,
        },
    )
    .unwrap();
    let computed = |act: &dyn Fn()| {
        let from = desk.patches.lock().len();
        act();
        let patches = desk.patches.lock();
        let mut all: BTreeMap<FieldId, u64> = BTreeMap::new();
        for patch in &patches[from..] {
            for (field, n) in &patch.recomputed {
                *all.entry(*field).or_default() += n;
            }
        }
        all
    };
    let set = |table: &str, record: u64, field: &str, text: &str| {
        let edit = CellEdit {
            record: RecordId(record),
            field: desk.field(table, field),
            value: CellInput::Text(text.into()),
        };
        let command = Command::SetCells {
            table: desk.table(table),
            edits: vec![edit],
            add_options: false,
        };
        desk.submit("ann", command).unwrap();
    };
    let (link, mirror) = (desk.field("出入库", "货"), desk.field("商品", "出入库"));
    let count = desk.field("商品", "次数");
    let renamed = computed(&|| set("商品", 8, "名称", "新"));
    assert_eq!(renamed[&link], MOVEMENTS / GOODS);
    let shown = |record: u64| {
        let snapshot = desk.handle.snapshot();
        let (_, field) = snapshot.schema.field(count).unwrap();
        let cell = snapshot.cell(desk.table("商品"), field.column, RecordId(record));
        field.field_type.display(&cell.unwrap())
    };
    assert_eq!((shown(8), shown(9)), ("200".into(), "200".into()));
    let moved = computed(&|| set("出入库", 8, "货", "G8"));
    assert_eq!(
        (moved[&link], moved[&mirror], moved[&count]),
        (1, 2, 2),
        "{moved:?}"
    );
    assert_eq!((shown(8), shown(9)), ("199".into(), "201".into()));
}
