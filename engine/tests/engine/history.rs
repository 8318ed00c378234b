//! Taking back what was done days ago, by anybody, and bringing a table back to a moment.

use crate::desk::Desk;
use engine::{
    command::{Command, Preview},
    history::TakenBack,
    *,
};
use proptest::prelude::*;
use std::{cell::RefCell, fmt::Write};
use table::{
    column::{Column, ColumnKind},
    id::{ActorId, Revision},
    value::CellValue,
};

fn preview(desk: &Desk, command: &Command) -> Result<Preview, CommandError> {
    desk.handle.dry_run(&ActorId("user:ann".into()), command)
}

fn take_back(revision: u64, keep_later: bool) -> Command {
    Command::TakeBack {
        revision,
        keep_later,
    }
}

#[test]
fn what_somebody_else_did_is_taken_back_by_its_revision() {
    Desk::new().check(
        "> ann table 表 名 数:number
         schema
         > ann add 表 甲 1
         +1
         > bob set 表 r1 数 2
         数.r1=2
         > ann set 表 r1 名 乙
         名.r1=乙
         > ann takeback 3
         数.r1=1
         > bob takeback 3
         refused nothing_to_undo at 3
         > bob undo
         refused nothing_to_undo
         > ann undo
         数.r1=2
         > ann takeback 3
         数.r1=1
         > ann takeback 7
         数.r1=2
         > ann takeback 99
         refused nothing_to_undo
         > ann show 表
         r1 | 乙 | 2",
    );
}

#[test]
fn what_was_changed_since_is_told_and_stays_where_that_is_wanted() {
    let desk = Desk::new();
    desk.prepare(
        "ann table 表 名 数:number
         ann add 表 甲 1
         ann add 表 乙 2
         ann add 表 丙 3
         bob paste 表 数 r1,r2,r3 0 10 20 30
         ann set 表 r2 数 21
         ann rename 表 名 品名",
    );
    let refused = preview(&desk, &take_back(5, false)).unwrap_err();
    assert_eq!(refused.code, "undo_conflict");
    let seen = preview(&desk, &take_back(5, true)).unwrap();
    assert_eq!((seen.n_cells, seen.result.n_kept), (2, 1));
    let kept = &seen.result.kept[0];
    assert_eq!(
        (kept.then.clone(), kept.now.clone()),
        (
            CellValue::Number(20.0).into(),
            CellValue::Number(21.0).into()
        )
    );
    assert_eq!(kept.record.unwrap().0, 2);
    desk.check(
        "> ann takeback 5
         refused undo_conflict at r2/数
         > ann takeback 5 keep
         数.r1=1, 数.r3=3
         > ann show 表
         r1 | 甲 | 1
         r2 | 乙 | 21
         r3 | 丙 | 3
         > ann undo
         数.r1=10, 数.r3=30
         > ann takeback 1 keep
         schema",
    );
}

/// An import in three parts, edited since.
#[test]
fn an_import_goes_as_one_and_comes_back_as_one() {
    let desk = Desk::new();
    desk.prepare("ann table 货 名 数:number");
    let (table, field) = (desk.table("货"), desk.field("货", "名"));
    for part in 0..3 {
        let names = (0..2_000).map(|at| CellValue::text(format!("{part}-{at}")).into());
        let columns = vec![(field, Column::from_states(ColumnKind::Text, names).into())];
        let submission = Submission {
            actor: ActorId("job:import".into()),
            client_id: None,
            group: Some("import-1".into()),
            command: Command::AppendColumns {
                table,
                n_records: 2_000,
                columns,
            },
        };
        desk.handle.submit(submission).unwrap();
    }
    desk.prepare("bob set 货 r7 名 改\n bob delete 货 r9");
    let desk = desk.reopened();
    let seen = preview(&desk, &take_back(3, false)).unwrap();
    assert_eq!((seen.n_removed, seen.result.n_kept), (5_999, 0));
    desk.prepare("ann takeback 3");
    let n_live = |desk: &Desk| desk.handle.snapshot().data(table).unwrap().n_live;
    assert_eq!(n_live(&desk), 0);
    let reader = desk.handle.reader();
    let taken = TakenBack::read(&reader, Revision(1)).unwrap();
    assert_eq!(taken.of(Revision(2), Some("import-1")), Some(Revision(7)));
    assert_eq!(taken.of(Revision(5), None), None);
    // What takes the taking back back brings the import again, with what was edited since.
    desk.prepare("bob takeback 7");
    assert_eq!(n_live(&desk), 5_999);
    assert!(desk.show("货").contains("r7 | 改"));
    let taken = TakenBack::read(&reader, Revision(1)).unwrap();
    assert_eq!(taken.of(Revision(2), Some("import-1")), None);
}

#[test]
fn deleted_fields_and_tables_come_back_with_their_links() {
    let desk = Desk::new();
    desk.prepare(
        "ann table 供 名
         ann table 货 名
         ann add 供 义乌
         ann add 货 杯
         ann link 货 供应 供 one 货品
         ann set 货 r1 供应 义乌
         ann dropfield 货 供应
         ann droptable 供
         bob table 供 名
         bob set 货 r1 名 大杯",
    );
    let desk = desk.reopened();
    desk.prepare("bob takeback 8\n bob takeback 7");
    assert_eq!(desk.show("货"), "r1 | 大杯 | 义乌\n");
    assert_eq!(desk.show("供 2"), "r1 | 义乌 | 大杯\n");
}

#[test]
fn a_table_goes_back_to_a_moment_with_everything_in_it() {
    let desk = Desk::new();
    desk.prepare(
        "ann table 货 名 数:number 倍=[数]*2
         ann add 货 甲 1
         ann add 货 乙 2",
    );
    let then = desk.show("货");
    desk.prepare(
        "bob set 货 r1 数 9
         ann retype 货 数 text
         bob set 货 r1 数 多
         ann field 货 备注:text
         ann delete 货 r2
         ann add 货 丙 3
         ann rename 货 名 品名
         ann move 货 品名 2",
    );
    let now = desk.show("货");
    let command = Command::RestoreTableTo {
        table: desk.table("货"),
        revision: 3,
    };
    let seen = preview(&desk, &command).unwrap();
    assert_eq!((seen.n_removed, seen.n_restored), (1, 1));
    assert!(seen.n_schema >= 3 && seen.n_cells >= 1, "{seen:?}");
    desk.prepare("ann restoreto 货 3");
    assert_eq!(desk.show("货"), then);
    let desk = desk.reopened();
    assert_eq!(desk.show("货"), then);
    desk.prepare("ann undo");
    assert_eq!(desk.show("货"), now);
    for (line, code) in [
        ("ann restoreto 货 0", "no_such_moment"),
        ("ann restoreto 货 99", "nothing_to_undo"),
    ] {
        assert_eq!(desk.attempt(line).unwrap_err().code, code, "{line}");
    }
}

#[test]
fn a_batch_of_ai_answers_goes_days_later_but_for_what_a_hand_has_changed() {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 名 译=AI.TRANSLATE([名],\"英语\")
         schema
         > ann add 表 杯
         +1
         > ann add 表 壶
         +1
         > ann run 表 译 empty b1
         译.r1=…[Queued], 译.r2=…[Queued]
         > ann answer T:
         译.r1=…[Running], 译.r2=…[Running], 译.r1=T:杯[Ok], 译.r2=T:壶[Ok]
         > bob set 表 r2 译 pot
         译.r2=pot[Locked]",
    );
    let lines = desk.handle.reader().lines(Revision(1), 99).unwrap();
    let of_batch = lines.iter().find(|line| line.group.is_some()).unwrap();
    let desk = desk.reopened();
    desk.prepare(&format!("bob takeback {} keep", of_batch.revision.0));
    assert_eq!(desk.show("表"), "r1 | 杯 | \nr2 | 壶 | pot[Locked]\n");
    desk.check(
        "> ann take 9
         took",
    );
}

#[test]
fn a_table_in_the_trash_comes_back_with_its_cells_and_links() {
    let desk = Desk::new();
    desk.prepare(
        "ann table 供 名
         ann table 货 名
         ann add 供 义乌
         ann add 货 杯
         ann link 货 供应 供 one 货品
         ann set 货 r1 供应 义乌",
    );
    let (then, goods) = (desk.show("供"), desk.show("货"));
    let table = desk.table("供");
    desk.prepare("ann droptable 供");
    let desk = desk.reopened();
    let restore = Command::RestoreTable { table };
    desk.submit("bob", restore).unwrap();
    assert_eq!((desk.show("供"), desk.show("货")), (then, goods));
}

#[test]
fn two_who_set_one_cell_are_both_in_its_history_and_the_later_one_stands() {
    let desk = Desk::new();
    desk.prepare(
        "ann table 表 数:number
         ann add 表 1
         ann set 表 r1 数 2
         bob set 表 r1 数 3",
    );
    assert_eq!(desk.show("表"), "r1 | 3\n");
    let log = desk.handle.reader().transactions(Revision(3), 9).unwrap();
    let who: Vec<&str> = log.iter().map(|one| one.actor.0.as_str()).collect();
    assert_eq!(who, ["user:ann", "user:bob"]);
}

/// Everything of a table that a person can see.
fn dump(desk: &Desk) -> String {
    let snapshot = desk.handle.snapshot();
    let Some(table) = snapshot.schema.table_named("货") else {
        return String::new();
    };
    let mut out = String::new();
    for field in table.live_fields() {
        writeln!(out, "{} {:?}", field.name, field.field_type.kind()).unwrap();
    }
    out + &desk.show("货")
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let row = || (1..8u32).prop_map(|row| format!("r{row}"));
    let line = prop_oneof![
        4 => (0..99u32).prop_map(|n| format!("ann add 货 n{n} {n}")),
        6 => (row(), 0..99u32).prop_map(|(row, n)| format!("bob set 货 {row} 数 {n}")),
        2 => (row(), 0..9u32).prop_map(|(row, n)| format!("bob set 货 {row} 名 x{n}")),
        2 => (row(), row()).prop_map(|(row, to)| format!("bob set 货 {row} 友 n{}", &to[1..])),
        2 => row().prop_map(|row| format!("ann delete 货 {row}")),
        2 => row().prop_map(|row| format!("ann restore 货 {row}")),
        1 => Just("ann undo".to_owned()),
        1 => Just("bob undo".to_owned()),
        1 => Just("bob redo".to_owned()),
        1 => Just("ann retype 货 数 text".to_owned()),
        1 => Just("ann retype 货 数 number".to_owned()),
        1 => Just("ann dropfield 货 数".to_owned()),
        1 => Just("ann restorefield 货 数".to_owned()),
        1 => Just("ann rename 货 名 名称".to_owned()),
        1 => Just("ann rename 货 名称 名".to_owned()),
        1 => Just("ann move 货 数 0".to_owned()),
        1 => (2..30u64).prop_map(|at| format!("bob takeback {at} keep")),
        1 => (3..30u64).prop_map(|at| format!("bob restoreto 货 {at}")),
    ];
    prop::collection::vec(line, 1..40)
}

/// Lines whose names are not there now are no commands.
fn can_be_said(desk: &Desk, line: &str) -> bool {
    let snapshot = desk.handle.snapshot();
    let table = snapshot.schema.table_named("货").unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let has = |name: &str| table.field_named(name).is_some();
    match words[1] {
        "set" => has(words[4]),
        "retype" | "dropfield" | "rename" | "move" => has(words[3]),
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_moment_comes_back_as_it_was(lines in lines(), at in any::<prop::sample::Index>()) {
        let desk = Desk::new();
        desk.prepare(
            "eva table 货 名 数:number 倍=[数]*2
             eva link 货 友 货 many 反
             eva add 货 n1 1",
        );
        let moments = RefCell::new(vec![(3, dump(&desk))]);
        let remember = |desk: &Desk| {
            let revision = desk.handle.snapshot().revision.0;
            let mut moments = moments.borrow_mut();
            moments.retain(|(known, _)| *known != revision);
            moments.push((revision, dump(desk)));
        };
        for line in lines.iter().filter(|line| !line.is_empty()) {
            if can_be_said(&desk, line) {
                let _ = desk.attempt(line);
                remember(&desk);
            }
        }
        let moments = moments.borrow();
        let (revision, then) = at.get(&moments);
        let now = dump(&desk);
        desk.attempt(&format!("ann restoreto 货 {revision}")).unwrap();
        prop_assert_eq!(&dump(&desk), then, "at {}", revision);
        let desk = desk.reopened();
        prop_assert_eq!(&dump(&desk), then);
        if *then != now {
            desk.attempt("ann undo").unwrap();
            prop_assert_eq!(dump(&desk), now);
        }
    }
}

#[test]
fn what_another_type_hides_and_what_a_table_can_not_be_without_is_said() {
    let desk = Desk::new();
    desk.prepare(
        "ann table 表 名 数:number
         ann add 表 甲 1
         ann set 表 r1 数 5
         ann retype 表 数 text",
    );
    let seen = preview(&desk, &take_back(3, true)).unwrap();
    assert_eq!((seen.n_cells, seen.result.n_kept), (0, 1));
    desk.check(
        "> ann takeback 3
         refused undo_conflict at r1
         > ann show 表
         r1 | 甲 | 5
         > ann undo
         schema
         > ann takeback 3
         数.r1=1",
    );
    let desk = Desk::new();
    desk.prepare(
        "ann table 表 名
         ann field 表 备:text
         ann dropfield 表 名",
    );
    let seen = preview(&desk, &take_back(2, true)).unwrap();
    assert_eq!((seen.n_schema, seen.result.n_kept), (0, 1));
    assert_eq!(
        desk.attempt("ann takeback 2").unwrap_err().code,
        "undo_conflict"
    );
}
