//! Edits, their patches, and how many records each formula computed.

use crate::desk::{Desk, new_field};
use engine::*;
use table::{
    column::{Column, ColumnKind},
    id::ViewId,
    value::CellValue,
};

#[test]
fn an_edit_recomputes_one_record_and_its_dependants() {
    Desk::new().check(
        "> ann table 报价 货号 单价:number 数量:number 金额=[单价]*[数量] 两倍=[金额]*[数量]
         schema
         > ann add 报价 A1 2.5 4
         +1, computed 金额×1, computed 两倍×1
         > ann add 报价 A2 10 1
         +1, computed 金额×1, computed 两倍×1
         > bob set 报价 r1 单价 3
         单价.r1=3, 金额.r1=12, 两倍.r1=48, computed 金额×1, computed 两倍×1
         > bob set 报价 r1 单价 3

         > bob set 报价 r1 货号 A9
         货号.r1=A9
         > bob set 报价 r1 金额 5
         refused field_not_editable at 金额
         > bob set 报价 r2 数量 三个
         数量.r2=?三个, 金额.r2=0, 两倍.r2=0, computed 金额×1, computed 两倍×1
         > ann show 报价
         r1 | A9 | 3 | 4 | 12 | 48
         r2 | A2 | 10 | ?三个 | 0 | 0",
    );
}

#[test]
fn a_whole_column_read_reaches_every_record() {
    Desk::new().check(
        "> ann table 商品 数:number
         schema
         > ann table 店 名 总=SUM(商品[数])
         schema
         > ann add 店 甲
         +1, computed 总×1
         > ann add 店 乙
         +1, computed 总×1
         > ann add 商品 5
         +1, 总.r1=5, 总.r2=5, computed 总×2
         > ann delete 商品 r1
         -r1, computed 总×2
         > ann show 店
         r1 | 甲 | 0
         r2 | 乙 | 0"
            .replace(
                "+1, 总.r1=5, 总.r2=5, computed 总×2",
                "总.r1=5, 总.r2=5, +1, computed 总×2",
            )
            .replace("-r1, computed 总×2", "总.r1=0, 总.r2=0, -r1, computed 总×2")
            .as_str(),
    );
}

#[test]
fn refusals_have_codes_and_change_nothing() {
    let desk = Desk::new();
    desk.check(
        "> ann table 报价 货号 单价:number
         schema
         > ann table 报价 x
         refused name_taken at 报价
         > ann field 报价 货号
         refused name_taken at 货号
         > ann dropfield 报价 单价
         schema
         > ann dropfield 报价 货号
         refused last_one
         > ann set 报价 r7 货号 x
         refused no_record at r7
         > ann undo
         schema
         > ann redo
         schema",
    );
    let before = desk.handle.snapshot();
    let refused = desk.submit(
        "ann",
        Command::CreateField {
            table: desk.table("报价"),
            field: new_field("坏=[没有]*[单价]"),
            at: None,
        },
    );
    assert_eq!(refused.unwrap_err().code, "formula_error");
    let forged = Command::SettleCalls {
        answers: vec![],
        failures: vec![],
    };
    assert_eq!(desk.submit("ann", forged).unwrap_err().code, "not_allowed");
    assert_eq!(*desk.handle.snapshot(), *before);
}

#[test]
fn cycles_are_refused_by_name() {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 甲:number 乙=[甲]*[甲] 丙=[乙]*[甲]
         schema",
    );
    let to = new_field("x=[丙]*[甲]").field_type;
    let (table, field) = (desk.table("表"), desk.field("表", "乙"));
    let change = Command::UpdateField {
        table,
        field,
        name: None,
        description: None,
        field_type: Some(to),
    };
    assert_eq!(
        desk.submit("ann", change).unwrap_err().code,
        "formula_cycle"
    );
}

#[test]
fn formulas_of_a_new_table_may_stand_in_any_order() {
    Desk::new().check(
        "> ann table 表 丙=[乙]*[甲] 乙=[甲]*[甲] 甲:number
         schema
         > ann add 表 3
         +1, computed 丙×1, computed 乙×1
         > ann show 表
         r1 | 27 | 9 | 3"
            .replace(
                "computed 丙×1, computed 乙×1",
                "computed 乙×1, computed 丙×1",
            )
            .as_str(),
    );
}

#[test]
fn pasting_adds_options_and_records() {
    Desk::new().check(
        "> ann table 表 名 类:select
         schema
         > ann add 表 甲 杯
         +1
         > ann paste 表 名,类 r1 5 乙/壶 丙/杯
         名.r1=乙, 类.r1=壶, +1, schema
         > ann show 表
         r1 | 乙 | 壶
         r2 | 丙 | 杯
         > ann undo
         名.r1=甲, 类.r1=?杯, -r2, schema
         > ann paste 表 名,类 r1,r1 0 乙/壶
         refused bad_paste",
    );
}

#[test]
fn a_retype_previews_converts_and_comes_back_exactly() {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 数 倍=[数]*[数]
         schema
         > ann add 表 12
         +1, computed 倍×1
         > ann add 表 约30
         +1, computed 倍×1",
    );
    let (table, field) = (desk.table("表"), desk.field("表", "数"));
    let number = table::fixture::read_type("number").unwrap();
    let preview = desk.handle.preview_retype(table, field, &number).unwrap();
    assert_eq!(
        (preview.n_values, preview.n_misfits, preview.samples),
        (2, 1, vec!["约30".to_owned()])
    );
    let before = desk.show("表");
    let receipt = desk
        .submit(
            "ann",
            Command::UpdateField {
                table,
                field,
                name: None,
                description: None,
                field_type: Some(NewFieldType::Plain(number)),
            },
        )
        .unwrap();
    assert_eq!((receipt.result.n_cells, receipt.result.n_misfits), (2, 1));
    assert_eq!(desk.handle.n_misfits(table, field), 1);
    desk.check(
        "> ann show 表
         r1 | 12 | 144
         r2 | ?约30 | 0
         > ann retype 表 倍 number
         schema
         > ann show 表
         r1 | 12 | 144
         r2 | ?约30 | 0"
            .replace(
                "倍 number\n         schema",
                "倍 number\n         倍.r1=144, 倍.r2=0, schema",
            )
            .as_str(),
    );
    desk.submit("ann", Command::Undo).unwrap();
    desk.submit("ann", Command::Undo).unwrap();
    assert_eq!(desk.show("表"), before);
}

#[test]
fn import_columns_are_checked_and_counted() {
    let desk = Desk::new();
    desk.check("> ann table 表 名 数:number\n schema");
    let (table, name) = (desk.table("表"), desk.field("表", "名"));
    let texts = |n: u64| {
        Column::from_states(
            ColumnKind::Text,
            (0..n).map(|at| CellValue::text(at.to_string()).into()),
        )
    };
    let wrong = Command::AppendColumns {
        table,
        n_records: 3,
        columns: vec![(desk.field("表", "数"), texts(3))],
    };
    assert_eq!(desk.submit("ann", wrong).unwrap_err().code, "wrong_kind");
    let short = Command::AppendColumns {
        table,
        n_records: 4,
        columns: vec![(name, texts(3))],
    };
    assert_eq!(desk.submit("ann", short).unwrap_err().code, "wrong_kind");
    let many = Command::AppendColumns {
        table,
        n_records: 70_000,
        columns: vec![(name, texts(70_000))],
    };
    let receipt = desk.submit("ann", many).unwrap();
    assert_eq!(receipt.result.n_records, 70_000);
    let query = WindowQuery {
        table,
        view: None::<ViewId>,
        find: None,
        from: 69_998,
        n_rows: 10,
        fields: None,
        filter: None,
        sorts: None,
    };
    let window = desk.handle.window(&query).unwrap();
    assert_eq!((window.n_total, window.records.len()), (70_000, 2));
    assert_eq!(window.columns[0].1.get(1), CellValue::text("69999").into());
}
