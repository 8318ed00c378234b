//! Cells of many records as columns: seen before they are changed, taken back with their group.

use super::desk::Desk;
use engine::{ColumnEdit, Command};
use table::{
    column::{Column, ColumnKind},
    id::RecordId,
    value::{CellState, CellValue},
};

fn texts<const N: usize>(texts: [&str; N]) -> Column {
    let state = |text: &str| match text {
        "" => CellState::BLANK,
        text => CellValue::text(text).into(),
    };
    Column::from_states(ColumnKind::Text, texts.into_iter().map(state))
}

fn numbers<const N: usize>(numbers: [Option<f64>; N]) -> Column {
    let state = |number: Option<f64>| match number {
        Some(number) => CellValue::Number(number).into(),
        None => CellState::BLANK,
    };
    Column::from_states(ColumnKind::Number, numbers.into_iter().map(state))
}

fn goods() -> Desk {
    let desk = Desk::new();
    desk.check("> ann table 货 号 价:number 双=[价]*2\n schema");
    let (table, code, price) = (
        desk.table("货"),
        desk.field("货", "号"),
        desk.field("货", "价"),
    );
    let columns = vec![
        (code, texts(["A", "B", "C"]).into()),
        (price, numbers([Some(1.0), Some(2.0), None]).into()),
    ];
    let append = Command::AppendColumns {
        table,
        n_records: 3,
        columns,
    };
    desk.submit("bob", append).unwrap();
    desk
}

fn edit(desk: &Desk, field: &str, records: &[u64], seen: Column, after: Column) -> ColumnEdit {
    ColumnEdit {
        field: desk.field("货", field),
        records: records.iter().copied().map(RecordId).collect(),
        seen: seen.into(),
        after: after.into(),
    }
}

#[test]
fn columns_change_what_was_seen_and_one_undo_takes_them_back() {
    let desk = goods();
    let before = desk.show("货");
    let table = desk.table("货");
    let prices = edit(
        &desk,
        "价",
        &[3, 1],
        numbers([None, Some(1.0)]),
        numbers([Some(9.0), Some(5.0)]),
    );
    let codes = edit(&desk, "号", &[2], texts(["B"]), texts(["B2"]));
    for columns in [vec![prices], vec![codes]] {
        desk.submit_as(
            "ann",
            Some("import-1"),
            Command::UpdateColumns { table, columns },
        )
        .unwrap();
    }
    let shown = desk.show("货");
    for text in ["5", "10", "B2", "9", "18"] {
        assert!(shown.contains(text), "{shown}");
    }
    desk.submit("ann", Command::Undo).unwrap();
    assert_eq!(desk.show("货"), before);
}

#[test]
fn what_was_not_seen_is_not_changed() {
    let desk = goods();
    let before = desk.show("货");
    let table = desk.table("货");
    let refused = |columns: Vec<ColumnEdit>| {
        let command = Command::UpdateColumns { table, columns };
        desk.submit("ann", command).unwrap_err().code
    };
    let fine = edit(&desk, "号", &[1], texts(["A"]), texts(["X"]));
    let stale = edit(
        &desk,
        "价",
        &[2],
        numbers([Some(7.0)]),
        numbers([Some(8.0)]),
    );
    assert_eq!(refused(vec![fine.clone(), stale]), "cell_changed");
    let computed = edit(&desk, "双", &[1], numbers([Some(2.0)]), numbers([None]));
    assert_eq!(refused(vec![computed]), "field_not_editable");
    let kind = edit(&desk, "价", &[1], texts(["1"]), texts(["2"]));
    assert_eq!(refused(vec![kind]), "wrong_kind");
    let twice = edit(&desk, "号", &[1, 1], texts(["A", "A"]), texts(["X", "Y"]));
    assert_eq!(refused(vec![twice]), "wrong_kind");
    let records = vec![RecordId(1)];
    desk.submit("ann", Command::DeleteRecords { table, records })
        .unwrap();
    assert_eq!(refused(vec![fine]), "no_record");
    desk.submit("ann", Command::Undo).unwrap();
    assert_eq!(desk.show("货"), before);
}
