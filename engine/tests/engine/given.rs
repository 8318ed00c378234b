//! What the writer gives: auto numbers, moments and makers; and buttons, which it presses.

use crate::desk::{Desk, options};
use engine::*;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use table::{
    column::{Column, ColumnKind},
    field::{ButtonAction, FieldType},
    value::CellValue,
};

/// A desk whose clock is moved by hand, in minutes from noon.
fn desk() -> (Desk, Arc<AtomicI64>) {
    let minutes = Arc::new(AtomicI64::new(0));
    let (hand, standing) = (minutes.clone(), options());
    let desk = Desk::with(EngineOptions {
        clock: Arc::new(move || {
            let minutes = hand.load(Ordering::Relaxed);
            Clock {
                now_ms: 1_700_000_000_000 + minutes * 60_000,
                now_day: 45_000.5 + minutes as f64 / 1440.0,
            }
        }),
        ..standing
    });
    (desk, minutes)
}

#[test]
fn numbers_are_given_once() {
    let desk = Desk::new();
    desk.check(
        "> ann table 单 号:auto_number(CK-{yyyyMM}-{000}) 名
         schema
         > ann add 单 甲
         +1
         > ann add 单 乙
         +1
         > ann undo
         -r2
         > ann add 单 丙
         +1
         > ann show 单
         r1 | CK-202303-001 | 甲
         r3 | CK-202303-003 | 丙
         > bob set 单 r1 号 X
         refused field_not_editable at 号
         > bob paste 单 名 - 2 丁 戊
         +2
         > bob delete 单 r4
         -r4
         > bob undo

         > ann show 单
         r1 | CK-202303-001 | 甲
         r3 | CK-202303-003 | 丙
         r4 | CK-202303-004 | 丁
         r5 | CK-202303-005 | 戊",
    );
    let desk = desk.reopened();
    desk.check(
        "> ann add 单 己
         +1
         > ann show 单
         r1 | CK-202303-001 | 甲
         r3 | CK-202303-003 | 丙
         r4 | CK-202303-004 | 丁
         r5 | CK-202303-005 | 戊
         r6 | CK-202303-006 | 己",
    );
}

#[test]
fn a_new_number_field_fills_what_is_there() {
    Desk::new().check(
        "> ann table 单 名
         schema
         > ann add 单 甲
         +1
         > ann add 单 乙
         +1
         > ann add 单 丙
         +1
         > ann delete 单 r2
         -r2
         > ann field 单 号:auto_number({00})
         号.r1=01, 号.r3=02, schema
         > ann add 单 丁
         +1
         > ann restore 单 r2
         号.r2=04, schema
         > ann add 单 戊
         +1
         > ann show 单
         r1 | 甲 | 01
         r2 | 乙 | 04
         r3 | 丙 | 02
         r4 | 丁 | 03
         r5 | 戊 | 05
         > ann undo
         -r5
         > ann undo
         -r2
         > ann add 单 己
         +1
         > ann redo
         refused nothing_to_redo
         > bob restore 单 r2

         > ann show 单
         r1 | 甲 | 01
         r2 | 乙 | 04
         r3 | 丙 | 02
         r4 | 丁 | 03
         r6 | 己 | 06",
    );
}

#[test]
fn number_fields_come_and_go_without_giving_a_number_twice() {
    Desk::new().check(
        "> ann table 单 名 号
         schema
         > ann add 单 甲 K-7
         +1
         > ann add 单 乙 老单
         +1
         > ann add 单 丙 -
         +1
         > ann retype 单 号 auto_number(K-{0})
         号.r1=K-7, 号.r2=老单, 号.r3=K-8, schema
         > ann add 单 丁
         +1
         > ann undo
         -r4
         > ann undo
         schema
         > ann add 单 戊 -
         +1
         > ann show 单
         r1 | 甲 | K-7
         r2 | 乙 | 老单
         r3 | 丙 |
         r5 | 戊 |
         > ann retype 单 号 auto_number(K-{0})
         号.r1=K-7, 号.r2=老单, 号.r3=K-8, 号.r5=K-9, schema
         > ann undo
         schema
         > ann redo
         schema
         > ann dropfield 单 号
         schema
         > ann add 单 己
         +1
         > bob undo
         refused nothing_to_undo
         > ann undo
         -r6
         > ann undo
         schema
         > ann add 单 庚
         +1
         > ann retype 单 号 auto_number(N{00})
         schema
         > ann add 单 辛
         +1
         > ann show 单
         r1 | 甲 | K-7
         r2 | 乙 | 老单
         r3 | 丙 | K-8
         r5 | 戊 | K-9
         r7 | 庚 | K-11
         r8 | 辛 | N12",
    );
}

#[test]
fn records_know_when_and_by_whom() {
    let (desk, minutes) = desk();
    let later = |by: i64| minutes.fetch_add(by, Ordering::Relaxed);
    desk.check(
        "> ann table 表 名 数:number 倍=[数]*2 改:modified_time 谁:modified_by
         schema
         > ann add 表 甲 1
         +1, computed 倍×1
         > ann show 表
         r1 | 甲 | 1 | 2 | 2023-03-15 12:00 | ann",
    );
    later(5);
    desk.check(
        "> bob set 表 r1 数 3
         数.r1=3, 改.r1=2023-03-15 12:05, 谁.r1=bob, 倍.r1=6, computed 倍×1
         > bob set 表 r1 数 3

         > bob add 表 乙 4
         +1, computed 倍×1",
    );
    later(5);
    // Ann and Bob edit one record; Bob's undo is a change of Bob's, and Ann's stamp does not stand in its way.
    desk.check(
        "> ann set 表 r1 名 丙
         名.r1=丙, 改.r1=2023-03-15 12:10, 谁.r1=ann
         > ann field 表 建:created_time
         建.r1=2023-03-15 12:00, 建.r2=2023-03-15 12:05, schema
         > ann field 表 人:created_by
         人.r1=ann, 人.r2=bob, schema
         > ann field 表 末:modified_time
         末.r1=2023-03-15 12:10, 末.r2=2023-03-15 12:05, schema",
    );
    later(5);
    desk.check(
        "> bob undo
         -r2
         > bob undo
         数.r1=1, 改.r1=2023-03-15 12:15, 谁.r1=bob, 倍.r1=2, 末.r1=2023-03-15 12:15, computed 倍×1
         > ann retype 表 建 text
         建.r1=2023-03-15 12:00, schema
         > ann retype 表 建 created_time
         建.r1=2023-03-15 12:00, schema
         > ann set 表 r1 建 2020-01-01
         refused field_not_editable at 建
         > ann show 表
         r1 | 丙 | 1 | 2 | 2023-03-15 12:15 | bob | 2023-03-15 12:00 | ann | 2023-03-15 12:15",
    );
    desk.reopened().check(
        "> ann show 表
         r1 | 丙 | 1 | 2 | 2023-03-15 12:15 | bob | 2023-03-15 12:00 | ann | 2023-03-15 12:15",
    );
}

/// Other tables pay nothing: their transactions hold the same ops as ever.
#[test]
fn imports_and_other_tables() {
    let desk = Desk::new();
    desk.check(
        "> ann table 单 名 号:auto_number({0}) 建:created_time
         schema
         > ann table 别 名
         schema",
    );
    for (table, n_columns) in [("单", 3), ("别", 1)] {
        let names = ["a", "b", "c"].map(|name| CellValue::text(name).into());
        let command = Command::AppendColumns {
            table: desk.table(table),
            n_records: 3,
            columns: vec![(
                desk.field(table, "名"),
                Column::from_states(ColumnKind::Text, names).into(),
            )],
        };
        let receipt = desk.submit("ann", command).unwrap();
        let reader = desk.handle.reader();
        let logged = reader.transaction(receipt.revision).unwrap().unwrap();
        let [table::op::Op::AppendRecords { columns, .. }] = &logged.ops[..] else {
            panic!("{:?}", logged.ops);
        };
        assert_eq!(columns.len(), n_columns);
    }
    desk.check(
        "> ann show 单
         r1 | a | 1 | 2023-03-15 12:00
         r2 | b | 2 | 2023-03-15 12:00
         r3 | c | 3 | 2023-03-15 12:00
         > bob set 别 r1 名 x
         名.r1=x",
    );
}

#[test]
fn numbers_of_a_file_of_ours_stay_and_are_counted_on() {
    let desk = Desk::new();
    desk.check(
        "> ann table 单 名 号:auto_number(CK-{000}) 建:created_time
         schema",
    );
    let texts = |texts: [&str; 3]| {
        Column::from_states(
            ColumnKind::Text,
            texts.map(|text| CellValue::text(text).into()),
        )
    };
    let days = [44_000.25, 44_001.5].map(|day| CellValue::Date(day).into());
    let mut moments = Column::from_states(ColumnKind::Date, days);
    moments.extend_blank(3);
    for numbers in [["CK-007", "", "老单"], ["CK-003", "CK-002", ""]] {
        let command = Command::AppendColumns {
            table: desk.table("单"),
            n_records: 3,
            columns: vec![
                (desk.field("单", "名"), texts(["a", "b", "c"]).into()),
                (desk.field("单", "号"), texts(numbers).into()),
                (desk.field("单", "建"), moments.clone().into()),
            ],
        };
        desk.submit("ann", command).unwrap();
    }
    desk.check(
        "> ann add 单 d
         +1
         > ann show 单
         r1 | a | CK-007 | 2020-06-18 06:00
         r2 | b | CK-008 | 2020-06-19 12:00
         r3 | c | 老单 |
         r4 | a | CK-003 | 2020-06-18 06:00
         r5 | b | CK-002 | 2020-06-19 12:00
         r6 | c | CK-011 |
         r7 | d | CK-012 | 2023-03-15 12:00",
    );
}

fn button(desk: &Desk, name: &str, action: ButtonAction) -> Result<Receipt, CommandError> {
    let field_type = FieldType::Button {
        label: name.into(),
        action,
    };
    desk.submit(
        "ann",
        Command::CreateField {
            table: desk.table("表"),
            field: NewField {
                name: name.into(),
                description: String::new(),
                field_type: NewFieldType::Plain(field_type),
            },
            at: None,
        },
    )
}

#[test]
fn buttons_change_one_record() {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 名 库存:number 状态:select(待发/已发) 时间:date_time 评:rating(5)
         schema
         > ann add 表 甲 0.1 待发
         +1
         > ann add 表 乙 没数
         +1",
    );
    let field = |name: &str| desk.field("表", name);
    let set = |name: &str, value: &str| ButtonAction::SetValue {
        field: field(name),
        value: value.into(),
    };
    let add = |name: &str, by: f64| ButtonAction::Increment {
        field: field(name),
        by,
    };
    button(&desk, "加", add("库存", 0.2)).unwrap();
    button(&desk, "发", set("状态", "已发")).unwrap();
    button(&desk, "记", set("时间", "{now}")).unwrap();
    button(&desk, "赞", add("评", 9.0)).unwrap();
    for wrong in [
        add("名", 1.0),
        add("加", 1.0),
        set("加", "x"),
        ButtonAction::OpenUrl { url: " ".into() },
    ] {
        let refused = button(&desk, "错", wrong).unwrap_err();
        assert_eq!(refused.code, "bad_button");
    }
    desk.check(
        "> ann press 表 r1 加
         库存.r1=0.3
         > bob press 表 r1 加
         库存.r1=0.5
         > ann press 表 r2 加
         refused wrong_kind at 库存
         > ann press 表 r1 发
         状态.r1=已发
         > ann press 表 r1 记
         时间.r1=2023-03-15 12:00
         > ann press 表 r1 赞
         评.r1=5
         > ann press 表 r1 名
         refused not_a_button
         > ann undo
         评.r1=
         > bob undo
         库存.r1=0.3
         > ann dropfield 表 库存
         schema
         > ann press 表 r1 加
         refused no_field at f2",
    );
}

#[test]
fn people_of_the_base_are_known_in_a_new_field() {
    let desk = Desk::new();
    desk.check(
        "> ann table 单 名 跟单:person
         schema
         > ann add 单 甲
         +1
         > ann set 单 r1 跟单 小王、小李
         跟单.r1=小王, 小李, schema
         > ann table 客 名 业务:person
         schema
         > ann add 客 乙
         +1
         > ann set 客 r1 业务 小李
         业务.r1=小李",
    );
}
