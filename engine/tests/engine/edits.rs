//! Edits, their patches, and how many records each formula computed.

use crate::desk::{Desk, new_field};
use engine::*;
use table::{
    column::{Column, ColumnKind},
    field::{FieldType, SelectOption},
    id::{OptionId, ViewId},
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
    let snapshot = desk.handle.snapshot();
    let column = snapshot
        .schema
        .table(table)
        .unwrap()
        .field(field)
        .unwrap()
        .column;
    assert_eq!(snapshot.data(table).unwrap().n_misfits(column), 1);
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

/// Above the limit the edit is answered at once; the computed column follows, edits made meanwhile included.
#[test]
fn large_computations_go_to_the_background() {
    let desk = Desk::new();
    desk.check("> ann table 表 数:number\n schema");
    let (table, field) = (desk.table("表"), desk.field("表", "数"));
    let n = 210_000;
    let numbers = (0..n).map(|at| CellValue::Number(at as f64).into());
    let append = Command::AppendColumns {
        table,
        n_records: n,
        columns: vec![(
            field,
            Column::from_states(ColumnKind::Number, numbers).into(),
        )],
    };
    desk.submit("ann", append).unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let tell = parking_lot::Mutex::new(tell);
    let _subscription = desk
        .handle
        .subscribe(Box::new(move |patch: &std::sync::Arc<Patch>| {
            if patch.label == "recompute" {
                tell.lock().send(patch.recomputed.clone()).unwrap();
            }
        }));
    desk.submit(
        "ann",
        Command::CreateField {
            table,
            field: new_field("方=POWER([数],2)"),
            at: None,
        },
    )
    .unwrap();
    desk.check("> bob set 表 r3 数 7\n 数.r3=7, 方.r3=49, computed 方×1");
    let recomputed = told
        .recv_timeout(std::time::Duration::from_secs(60))
        .unwrap();
    let square = desk.field("表", "方");
    assert_eq!(recomputed, [(square, n)].into());
    assert_eq!(desk.handle.status(), BaseStatus::Ok);
    let snapshot = desk.handle.snapshot();
    let column = snapshot
        .schema
        .table(table)
        .unwrap()
        .field(square)
        .unwrap()
        .column;
    let cell = |record| {
        snapshot
            .cell(table, column, table::id::RecordId(record))
            .unwrap()
    };
    assert_eq!(cell(3), CellValue::Number(49.0).into());
    assert_eq!(cell(200_001), CellValue::Number(4e10).into());
}

/// The wire reads commands with JSON cells and decodes each by its field.
#[test]
fn commands_are_read_from_json() {
    let text =
        r#"{"kind":"set_cells","table":"t1","edits":[{"record":"r4","field":"f2","value":12.5}]}"#;
    let read: Command<serde_json::Value> = serde_json::from_str(text).unwrap();
    let decoded = read.try_map_cells(|_, field, value| {
        assert_eq!(field.0, 2);
        value
            .as_f64()
            .map(|x| CellInput::Value(CellValue::Number(x).into()))
            .ok_or("no number")
    });
    let Command::SetCells {
        edits, add_options, ..
    } = decoded.unwrap()
    else {
        panic!("another command");
    };
    assert_eq!(
        edits[0].value,
        CellInput::Value(CellValue::Number(12.5).into())
    );
    assert!(!add_options);
    let field: NewField =
        serde_json::from_str(r#"{"name":"金额","type":"formula","formula":"[单价]*[数量]"}"#)
            .unwrap();
    assert!(matches!(field.field_type, NewFieldType::Formula(_)));
    let field: NewField =
        serde_json::from_str(r#"{"name":"类","type":"select","options":[{"name":"杯"}]}"#).unwrap();
    assert!(matches!(field.field_type, NewFieldType::Plain(_)));
    for text in [
        r#"{"kind":"undo"}"#,
        r#"{"kind":"run_ai","table":"t1","field":"f2","scope":{"records":["r1"]},"batch":"b"}"#,
        r#"{"kind":"create_records","table":"t1","records":[{"cells":{"f2":"x"}}]}"#,
    ] {
        let read: Command<serde_json::Value> = serde_json::from_str(text).unwrap();
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(
            serde_json::from_value::<Command<serde_json::Value>>(written).unwrap(),
            read
        );
    }
    let forged = r#"{"kind":"settle_calls","answers":[],"failures":[]}"#;
    assert!(serde_json::from_str::<Command<serde_json::Value>>(forged).is_err());
}

/// A misspelt property is an error that names it, at every depth; what the API shows can be sent back as it is.
#[test]
fn unknown_properties_of_commands_are_refused_by_name() {
    let read = |text: &str| serde_json::from_str::<Command<serde_json::Value>>(text);
    for (text, unknown) in [
        (r#"{"kind":"rename_base","name":"x","nam":"y"}"#, "nam"),
        (
            r#"{"kind":"set_cells","table":"t1","edits":[{"record":"r1","field":"f1","value":1,"valeu":2}]}"#,
            "valeu",
        ),
        (
            r#"{"kind":"set_cells","table":"t1","edits":[],"add_option":true}"#,
            "add_option",
        ),
        (
            r#"{"kind":"create_records","table":"t1","records":[{"cell":{}}]}"#,
            "cell",
        ),
        (
            r#"{"kind":"create_table","name":"x","fields":[{"name":"a","type":"number","decimal":2}]}"#,
            "decimal",
        ),
        (
            r#"{"kind":"create_field","table":"t1","field":{"name":"a","type":"select","options":[{"name":"x","colour":1}]}}"#,
            "colour",
        ),
        (
            r#"{"kind":"create_field","table":"t1","field":{"name":"a","type":"formula","formula":"1","ai":{"modle":"x"}}}"#,
            "modle",
        ),
        (
            r#"{"kind":"update_field","table":"t1","field":"f1","field_type":{"type":"formula","formula":"1","result":{"type":"number","unti":"x"}}}"#,
            "unti",
        ),
        (
            r#"{"kind":"update_view","table":"t1","view":{"id":"v1","name":"x","sort":[]}}"#,
            "sort",
        ),
        (
            r#"{"kind":"update_view","table":"t1","view":{"id":"v1","name":"x","filter":{"groups":[{"conditions":[{"field":"f1","operator":"is","vlaue":"x"}]}]}}}"#,
            "vlaue",
        ),
        (
            r#"{"kind":"update_view","table":"t1","view":{"id":"v1","name":"x","fields":[{"field":"f1","width":9}]}}"#,
            "width",
        ),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(
            error.contains(&format!("unknown field `{unknown}`")),
            "{text}: {error}"
        );
    }
    for text in [
        r#"{"kind":"update_field","table":"t1","field":"f1","field_type":{"id":"f1","name":"a","description":"","type":"select","options":[{"id":"o1","name":"x","color":1}],"n_misfits":0,"is_editable":true}}"#,
        r#"{"kind":"update_field","table":"t1","field":"f1","field_type":{"id":"f1","name":"a","type":"formula","source":"1","result":{"type":"number","decimals":null,"thousands":false,"unit":""},"formula_text":"1","n_misfits":0,"is_editable":false}}"#,
        r#"{"kind":"update_field","table":"t1","field":"f1","name":"b","field_type":null}"#,
    ] {
        assert!(read(text).is_ok(), "{:?}", read(text));
    }
    let view = serde_json::to_value(table::view::View::grid(ViewId(1), "x")).unwrap();
    let sent = serde_json::json!({"kind": "update_view", "table": "t1", "view": view});
    assert!(read(&sent.to_string()).is_ok());
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
        columns: vec![(desk.field("表", "数"), texts(3).into())],
    };
    assert_eq!(desk.submit("ann", wrong).unwrap_err().code, "wrong_kind");
    let short = Command::AppendColumns {
        table,
        n_records: 4,
        columns: vec![(name, texts(3).into())],
    };
    assert_eq!(desk.submit("ann", short).unwrap_err().code, "wrong_kind");
    let many = Command::AppendColumns {
        table,
        n_records: 70_000,
        columns: vec![(name, texts(70_000).into())],
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

/// The options of 表.类 as `id=name`.
fn options_now(desk: &Desk) -> Vec<String> {
    let snapshot = desk.handle.snapshot();
    let table = snapshot.schema.table_named("表").unwrap();
    let field = table.field_named("类").unwrap();
    let options = field.field_type.options().unwrap().iter();
    options
        .map(|option| format!("{}={}", option.id, option.name))
        .collect()
}

fn set_options(desk: &Desk, options: &[(u32, &str)]) {
    let options = options.iter().map(|(id, name)| SelectOption {
        id: OptionId(*id),
        name: (*name).to_owned(),
        color: 0,
    });
    let field_type = FieldType::Select {
        options: options.collect(),
    };
    desk.submit(
        "ann",
        Command::UpdateField {
            table: desk.table("表"),
            field: desk.field("表", "类"),
            name: None,
            description: None,
            field_type: Some(NewFieldType::Plain(field_type)),
        },
    )
    .unwrap();
}

/// A number that once stood for an option never stands for another one: not in the same command, not later,
/// not after undo, other types, a restart, nor when a client that knows an older field asks for it.
#[test]
fn ids_of_removed_options_are_not_given_again() {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 名 类:select
         schema
         > ann paste 表 名,类 - 5 甲/杯 乙/壶 丙/盘
         +3, schema",
    );
    assert_eq!(options_now(&desk), ["o1=杯", "o2=壶", "o3=盘"]);
    set_options(&desk, &[(1, "杯"), (2, "壶"), (0, "碗")]);
    assert_eq!(options_now(&desk), ["o1=杯", "o2=壶", "o4=碗"]);
    assert_eq!(
        desk.show("表"),
        "r1 | 甲 | 杯\nr2 | 乙 | 壶\nr3 | 丙 | ?盘\n"
    );
    set_options(&desk, &[(1, "杯"), (2, "壶")]);
    desk.check("> ann set 表 r3 类 勺\n 类.r3=勺, schema");
    assert_eq!(options_now(&desk), ["o1=杯", "o2=壶", "o5=勺"]);
    // Someone whose page is old names the options that were removed meanwhile.
    set_options(&desk, &[(1, "杯"), (3, "锅"), (4, "碟"), (5, "勺")]);
    assert_eq!(options_now(&desk), ["o1=杯", "o6=锅", "o7=碟", "o5=勺"]);
    desk.submit("ann", Command::Undo).unwrap();
    let desk = desk.reopened();
    set_options(&desk, &[(1, "杯"), (2, "壶"), (5, "勺"), (0, "叉")]);
    assert_eq!(options_now(&desk), ["o1=杯", "o2=壶", "o5=勺", "o8=叉"]);
    desk.check("> ann retype 表 类 text\n 类.r1=杯, 类.r2=壶, 类.r3=勺, schema");
    desk.submit(
        "ann",
        Command::UpdateField {
            table: desk.table("表"),
            field: desk.field("表", "类"),
            name: None,
            description: None,
            field_type: Some(new_field("类:select").field_type),
        },
    )
    .unwrap();
    assert_eq!(options_now(&desk), ["o9=杯", "o10=壶", "o11=勺"]);
    assert_eq!(
        desk.show("表"),
        "r1 | 甲 | 杯\nr2 | 乙 | 壶\nr3 | 丙 | 勺\n"
    );
}

#[test]
fn counts_are_added_to_and_cells_are_set_only_while_they_hold_what_was_seen() {
    Desk::new().check(
        "> ann table 货 名 库存:number 翻倍:=[库存]*2
         schema
         > ann add 货 甲 10
         +1, computed 翻倍×1
         > ann add 货 乙
         +1, computed 翻倍×1
         > ann add 货 丙 没数
         +1, computed 翻倍×1
         > ann plus 货 库存 5 r1
         库存.r1=15, 翻倍.r1=30, computed 翻倍×1
         > bob plus 货 库存 -3 r1 r2 r2
         库存.r1=12, 库存.r2=-3, 翻倍.r1=24, 翻倍.r2=-6, computed 翻倍×2
         > ann plus 货 库存 1 r1 r3
         refused wrong_kind at 库存
         > ann plus 货 名 1 r1
         refused wrong_kind at 名
         > ann plus 货 库存 1 r9
         refused no_record at r9
         > ann swap 货 r1 库存 15 14
         refused cell_changed at 库存
         > ann swap 货 r1 库存 12 11
         库存.r1=11, 翻倍.r1=22, computed 翻倍×1
         > ann undo
         库存.r1=12, 翻倍.r1=24, computed 翻倍×1",
    );
}
