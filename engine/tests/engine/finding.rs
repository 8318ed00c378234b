//! Finding texts in a view: hits in its order, counts, the next hit, fields that the view hides.

use crate::desk::Desk;
use engine::*;
use table::view::{Sort, View, ViewField};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.check(
        "> ann table 货 品名 备注 价:number 类:select\n schema\n \
         > ann add 货 保温杯 蓝色 12.5 -\n +1\n > ann add 货 雨伞 配保溫杯 30 -\n +1\n \
         > ann add 货 水杯 - 125 -\n +1\n > ann add 货 保温杯盖 保温杯用 3 -\n +1",
    );
    desk
}

/// Hits as `row:record:field`, after `n_hits/n_records@first`.
fn hits(desk: &Desk, view: bool, text: &str, start: FindStart, n_hits: u32) -> String {
    let snapshot = desk.handle.snapshot();
    let owner = snapshot.schema.table_named("货").unwrap();
    let query = FindQuery {
        table: owner.id,
        view: view.then(|| owner.views[0].id),
        text: text.into(),
        start,
        n_hits,
    };
    let found = desk.handle.find(&query).unwrap();
    let mut out = format!("{}/{}@{}", found.n_hits, found.n_records, found.first);
    for hit in found.hits {
        let field = &owner.field(hit.field).unwrap().name;
        out += &format!(" {}:{}:{field}", hit.row, hit.record);
    }
    out
}

#[test]
fn hits_come_row_by_row() {
    let desk = desk();
    let from = |text, hit| hits(&desk, false, text, FindStart::Hit(hit), 100);
    let all = "4/3@0 0:r1:品名 1:r2:备注 3:r4:品名 3:r4:备注";
    assert_eq!(from("保温杯", 0), all);
    assert_eq!(from("bwb", 0), all);
    assert_eq!(from("BaoWenBei", 0), all);
    assert_eq!(from("保溫杯", 0), all);
    assert_eq!(from("12.5", 0), "1/1@0 0:r1:价");
    assert_eq!(from("１２", 0), "2/2@0 0:r1:价 2:r3:价");
    assert_eq!(from("没有", 0), "0/0@0");
    assert_eq!(from("  ", 0), "0/0@0");
    // The third hit, the second one of its row, and one beyond the last.
    assert_eq!(from("bwb", 2), "4/3@2 3:r4:品名 3:r4:备注");
    assert_eq!(from("bwb", 3), "4/3@3 3:r4:备注");
    assert_eq!(from("bwb", 9), "4/3@4");
    let at = |row| hits(&desk, false, "bwb", FindStart::Row(row), 1);
    assert_eq!(at(1), "4/3@1 1:r2:备注");
    assert_eq!(at(2), "4/3@2 3:r4:品名");
    assert_eq!(at(4), "4/3@0 0:r1:品名");
}

#[test]
fn a_view_gives_the_order_and_hides_fields() {
    let desk = desk();
    let table = desk.table("货");
    let (price, remark) = (desk.field("货", "价"), desk.field("货", "备注"));
    let mut view = View::grid(
        desk.handle.snapshot().schema.table(table).unwrap().views[0].id,
        "表格",
    );
    let id = view.id;
    view.sorts = vec![Sort {
        field: price,
        descending: true,
        by: None,
    }];
    view.fields = vec![ViewField {
        field: remark,
        hidden: true,
        width_px: None,
        footer: None,
    }];
    desk.submit("ann", Command::UpdateView { table, view })
        .unwrap();
    let now = || hits(&desk, true, "bwb", FindStart::Row(0), 100);
    let only = WindowQuery {
        table,
        view: Some(id),
        find: Some("bwb".into()),
        from: 0,
        n_rows: 9,
        fields: None,
        filter: None,
        sorts: None,
    };
    let records = desk.handle.window(&only).unwrap().records;
    assert_eq!(records, [table::id::RecordId(1), table::id::RecordId(4)]);
    assert_eq!(now(), "2/2@0 2:r1:品名 3:r4:品名");
    desk.check("> ann set 货 r1 品名 茶杯\n 品名.r1=茶杯");
    assert_eq!(now(), "1/1@0 3:r4:品名");
    desk.check("> ann delete 货 r4\n -r4");
    assert_eq!(now(), "0/0@0");
}
