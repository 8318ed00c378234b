//! How long history is kept: what is too old is forgotten with the trash of that time, everything else stays and can be
//! taken back, also after a start.

use crate::desk::{Desk, options};
use engine::*;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use table::id::{RecordId, Revision};

const DAY_MS: i64 = 86_400_000;

/// A desk whose days go by when the test says so.
fn desk() -> (Desk, Arc<AtomicI64>) {
    let day = Arc::new(AtomicI64::new(0));
    let now = day.clone();
    let desk = Desk::with(EngineOptions {
        clock: Arc::new(move || Clock {
            now_ms: now.load(Ordering::Relaxed) * DAY_MS,
            now_day: 45_000.5,
        }),
        ..options()
    });
    (desk, day)
}

fn first_kept(desk: &Desk) -> Option<u64> {
    let all = desk.handle.reader().lines(Revision(0), 1).unwrap();
    all.first().map(|line| line.revision.0)
}

#[test]
fn history_and_trash_of_the_time_before_go_together() {
    let (desk, day) = desk();
    desk.prepare(
        "ann table 货 名 数:number 废:number
         ann table 旧 名
         ann add 旧 a
         ann add 货 甲 1 7
         ann add 货 乙 2 8
         ann add 货 丙 3 9
         ann link 货 同 货 many 反
         ann set 货 r1 同 乙,丙
         ann delete 货 r2
         ann dropfield 货 废
         ann droptable 旧",
    );
    let before = desk.handle.snapshot();
    assert_eq!(
        desk.handle.set_retention(Some(29)).unwrap_err().code,
        "retention_too_short"
    );
    assert_eq!(desk.handle.retention().unwrap(), None);
    day.store(50, Ordering::Relaxed);
    desk.prepare(
        "bob delete 货 r3
         bob set 货 r1 数 5",
    );
    // Nothing is forgotten unless the owner wants it.
    desk.handle.forget_old().unwrap();
    assert_eq!(first_kept(&desk), Some(1));
    desk.handle.set_retention(Some(30)).unwrap();
    desk.handle.forget_old().unwrap();
    assert_eq!(first_kept(&desk), Some(before.revision.0 + 1));
    let snapshot = desk.handle.snapshot();
    assert!(
        snapshot
            .schema
            .any_table(desk_table(&before, "旧"))
            .is_none()
    );
    let goods = snapshot.data(desk.table("货")).unwrap();
    let ids: Vec<RecordId> = goods
        .segments
        .iter()
        .flat_map(|s| s.ids().to_vec())
        .collect();
    assert_eq!(
        ids,
        [RecordId(1), RecordId(3)],
        "r2 is gone, r3 can still come back"
    );
    desk.check(
        "> ann undo
         refused nothing_to_undo
         > ann restore 货 r2
         refused no_record at r2
         > bob undo
         数.r1=1
         > bob undo
         同.r1=丙, 同.r3=, 反.r3=甲, computed 同×2, computed 反×1
         > ann show 货
         r1 | 甲 | 1 | 丙 |
         r3 | 丙 | 3 |  | 甲",
    );
    let shown = desk.handle.snapshot();
    let desk = desk.reopened();
    assert_eq!(desk.handle.snapshot().schema, shown.schema);
    assert_eq!(desk.handle.retention().unwrap(), Some(30));
    assert_eq!(desk.handle.verify(), []);
    desk.check(
        "> bob redo
         同.r1=, -r3, computed 同×1
         > ann add 货 丁 4
         +1, computed 同×1, computed 反×1
         > ann table 新 名
         schema",
    );
    // Numbers are not given again.
    assert!(desk.table("新") > desk_table(&before, "旧"));
}

fn desk_table(snapshot: &table::snapshot::Snapshot, name: &str) -> table::id::TableId {
    let mut tables = snapshot.schema.tables.iter();
    tables.find(|table| table.name == name).unwrap().id
}

#[test]
fn views_and_formulas_over_purged_records_show_what_is_left() {
    let (desk, day) = desk();
    desk.prepare("ann table 货 名 数:number 倍=[数]*2 和=SUM(货[数])");
    for at in 0..40 {
        desk.prepare(&format!("ann add 货 {at} {at}"));
    }
    let table = desk.table("货");
    let query = |desk: &Desk| {
        let window = desk.handle.window(&WindowQuery {
            table,
            view: None,
            find: Some("1".into()),
            from: 0,
            n_rows: 100,
            fields: None,
            filter: None,
            sorts: None,
        });
        window.unwrap().records
    };
    for at in (1..40).step_by(2) {
        desk.prepare(&format!("ann delete 货 r{at}"));
    }
    let (found, shown) = (query(&desk), desk.show("货"));
    assert!(!found.is_empty());
    day.store(100, Ordering::Relaxed);
    desk.handle.set_retention(Some(30)).unwrap();
    desk.handle.forget_old().unwrap();
    let data = desk.handle.snapshot().data(table).unwrap().clone();
    assert_eq!((data.n_live, data.segments[0].len()), (20, 20));
    assert_eq!((query(&desk), desk.show("货")), (found, shown));
    desk.prepare("ann set 货 r40 数 100");
    let shown = desk.show("货");
    // 1 + 3 + … + 37 and 100.
    assert!(
        shown.trim_end().ends_with("r40 | 39 | 100 | 200 | 461"),
        "{shown}"
    );
    assert_eq!(desk.reopened().show("货"), shown);
}
