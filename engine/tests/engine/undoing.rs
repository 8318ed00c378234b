//! Undo and redo: per actor, by group, over restarts, refused where someone else was faster.

use crate::desk::Desk;
use engine::*;
use table::{
    column::{Column, ColumnKind},
    value::CellValue,
};

#[test]
fn each_actor_takes_back_their_own() {
    Desk::new().check(
        "> ann table 表 名 数:number
         schema
         > ann add 表 甲 1
         +1
         > bob add 表 乙 2
         +1
         > ann set 表 r1 数 5
         数.r1=5
         > bob set 表 r2 数 6
         数.r2=6
         > ann undo
         数.r1=1
         > ann redo
         数.r1=5
         > ann undo
         数.r1=1
         > bob undo
         数.r2=2
         > bob undo
         -r2
         > bob undo
         refused nothing_to_undo
         > bob redo

         > ann redo
         数.r1=5
         > bob set 表 r1 数 9
         数.r1=9
         > ann undo
         refused undo_conflict at r1/数
         > ann show 表
         r1 | 甲 | 9
         r2 | 乙 | 2",
    );
}

#[test]
fn deleted_fields_and_tables_come_back_whole() {
    Desk::new().check(
        "> ann table 表 名 单价:number 倍=[单价]*[单价]
         schema
         > ann add 表 甲 3
         +1, computed 倍×1
         > ann dropfield 表 单价
         倍.r1=#REF!, computed 倍×1, schema
         > bob field 表 单价:text
         schema
         > ann undo
         倍.r1=9, computed 倍×1, schema
         > ann show 表
         r1 | 甲 | 3 | 9 |
         > ann droptable 表
         schema
         > ann undo
         倍.r1=9, computed 倍×1, schema",
    );
}

#[test]
fn an_import_is_one_step_over_a_restart() {
    let desk = Desk::new();
    let create = Command::CreateTable {
        name: "进货".into(),
        description: String::new(),
        fields: vec![crate::desk::new_field("名")],
        auto_name: true,
    };
    desk.submit_as("ann", Some("import-1"), create).unwrap();
    let (table, field) = (desk.table("进货"), desk.field("进货", "名"));
    for batch in 0..3 {
        let cells = Column::from_states(
            ColumnKind::Text,
            (0..10).map(|at| CellValue::text(format!("{batch}-{at}")).into()),
        );
        let append = Command::AppendColumns {
            table,
            n_records: 10,
            columns: vec![(field, cells.into())],
        };
        desk.submit_as("ann", Some("import-1"), append).unwrap();
    }
    desk.submit("bob", Command::RenameBase { name: "店".into() })
        .unwrap();
    let full = desk.show("进货");
    let desk = desk.reopened();
    let state = desk
        .handle
        .undo_state(&table::id::ActorId("user:ann".into()));
    assert_eq!(state.undo_label.as_deref(), Some("create_table"));
    desk.submit("ann", Command::Undo).unwrap();
    assert!(desk.handle.snapshot().schema.table(table).is_none());
    assert_eq!(
        desk.submit("ann", Command::Undo).unwrap_err().code,
        "nothing_to_undo"
    );
    let desk = desk.reopened();
    desk.submit("ann", Command::Redo).unwrap();
    assert_eq!(desk.show("进货"), full);
    desk.submit(
        "cid",
        Command::UndoGroup {
            group: "import-1".into(),
        },
    )
    .unwrap();
    assert!(desk.handle.snapshot().schema.table(table).is_none());
    assert_eq!(desk.handle.snapshot().schema.name, "店");
}
