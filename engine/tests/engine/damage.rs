//! Bytes that go bad while a base is open: no edit is written over them, what the log knows is mended, the rest is said.

use crate::desk::Desk;
use engine::{command::*, *};
use table::{
    column::{Column, ColumnKind},
    id::RecordId,
    value::{CellError, CellState, CellValue},
};

const RECORDS: u64 = 5_000;

/// 5,000 goods that came at once: their cells are parts of the log.
fn shop() -> Desk {
    let desk = Desk::new();
    desk.check("> ann table 货 名 数:number\n schema");
    let names = (0..RECORDS).map(|at| CellValue::text(format!("杯{at}")).into());
    let numbers = (0..RECORDS).map(|at| CellValue::Number(at as f64).into());
    let columns = vec![
        (
            desk.field("货", "名"),
            Column::from_states(ColumnKind::Text, names).into(),
        ),
        (
            desk.field("货", "数"),
            Column::from_states(ColumnKind::Number, numbers).into(),
        ),
    ];
    let append = Command::AppendColumns {
        table: desk.table("货"),
        n_records: RECORDS,
        columns,
    };
    desk.submit("ann", append).unwrap();
    desk.reopened()
}

fn edit(desk: &Desk, record: u64, value: f64) -> Result<Receipt, CommandError> {
    let edit = CellEdit {
        record: RecordId(record),
        field: desk.field("货", "数"),
        value: CellInput::Value(CellValue::Number(value).into()),
    };
    let table = desk.table("货");
    desk.submit(
        "ann",
        Command::SetCells {
            table,
            edits: vec![edit],
            add_options: false,
        },
    )
}

fn cell(desk: &Desk, field: &str, record: u64) -> CellState {
    let snapshot = desk.handle.snapshot();
    let column = snapshot
        .schema
        .table_named("货")
        .unwrap()
        .field_named(field)
        .unwrap()
        .column;
    snapshot
        .cell(desk.table("货"), column, RecordId(record))
        .unwrap()
}

/// A byte in the middle of the part that holds the column.
fn spoil(desk: &Desk, field: &str) {
    let snapshot = desk.handle.snapshot();
    let column = snapshot
        .schema
        .table_named("货")
        .unwrap()
        .field_named(field)
        .unwrap()
        .column;
    let file = rusqlite::Connection::open(desk.path()).unwrap();
    let manifest: Vec<u8> = file
        .query_row("SELECT value FROM meta WHERE key = 'manifest'", [], |row| {
            row.get(0)
        })
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let columns = &manifest["tables"][0]["segments"][0]["columns"];
    let part = columns[column.to_string()]["part"].as_i64().unwrap();
    let mut body: Vec<u8> = file
        .query_row("SELECT body FROM part WHERE id = ?1", [part], |row| {
            row.get(0)
        })
        .unwrap();
    let middle = body.len() / 2;
    body[middle] ^= 4;
    let n = file.execute("UPDATE part SET body = ?1 WHERE id = ?2", (body, part));
    assert_eq!(n.unwrap(), 1);
}

fn reason(desk: &Desk) -> FileTrouble {
    match desk.handle.status() {
        BaseStatus::ReadOnly { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_only_the_import_held_is_said_to_be_lost_and_never_written_over() {
    let desk = shop();
    spoil(&desk, "数");
    assert_eq!(edit(&desk, 7, 1.0).unwrap_err().code, "read_only");
    assert_eq!(reason(&desk).code, "base_damaged");
    // However often it is tried: what was found for good stays.
    for _ in 0..3 {
        assert!(matches!(
            desk.handle.try_recover(),
            BaseStatus::ReadOnly { .. }
        ));
        let told = reason(&desk);
        assert_eq!(told.code, "cells_damaged");
        for text in [&told.message.zh, &told.message.en] {
            assert!(text.contains('货') && text.contains("#DAMAGED!"), "{text}");
        }
        assert_eq!(edit(&desk, 7, 1.0).unwrap_err().code, "read_only");
    }
    assert_eq!(cell(&desk, "数", 7), CellState::Error(CellError::Damaged));
    assert_eq!(cell(&desk, "名", 7), CellValue::text("杯6").into());
    assert!(!desk.handle.verify().is_empty());
}

#[test]
fn what_the_log_can_make_again_is_mended_and_work_goes_on() {
    let desk = shop();
    edit(&desk, 7, 0.25).unwrap();
    let desk = desk.reopened();
    spoil(&desk, "数");
    assert_eq!(edit(&desk, 8, 1.0).unwrap_err().code, "read_only");
    assert_eq!(reason(&desk).code, "base_damaged");
    assert_eq!(desk.handle.try_recover(), BaseStatus::Ok);
    assert_eq!(cell(&desk, "数", 7), CellValue::Number(0.25).into());
    edit(&desk, 8, 1.5).unwrap();
    let desk = desk.reopened();
    assert_eq!(cell(&desk, "数", 8), CellValue::Number(1.5).into());
    assert_eq!(cell(&desk, "数", 9), CellValue::Number(8.0).into());
    assert_eq!(desk.handle.verify(), []);
}

/// Files from this size on are opened before all of them was looked at.
fn made_large(desk: &Desk) {
    let bytes = vec![7u8; store::limits::CHECKED_BYTES as usize + 1];
    let reader = desk.handle.reader();
    reader.put_blob(&mut &bytes[..]).unwrap();
}

#[test]
fn a_large_file_is_open_before_it_is_checked_and_its_damage_is_heard_of_without_being_asked_for() {
    for field in ["数", "名"] {
        let desk = shop();
        made_large(&desk);
        let desk = desk.reopened();
        assert!(std::fs::metadata(desk.path()).unwrap().len() > store::limits::CHECKED_BYTES);
        spoil(&desk, field);
        let desk = desk.reopened();
        // Nobody touches the column; the check in the background comes by it.
        let waited = std::time::Instant::now();
        while reason_code(&desk) != Some("cells_damaged") {
            assert!(
                waited.elapsed().as_secs() < 60,
                "the damage was never heard of"
            );
            std::thread::yield_now();
        }
        assert_eq!(edit(&desk, 8, 1.0).unwrap_err().code, "read_only");
        assert_eq!(cell(&desk, field, 9), CellState::Error(CellError::Damaged));
        let other = if field == "数" { "名" } else { "数" };
        assert_ne!(cell(&desk, other, 9), CellState::Error(CellError::Damaged));
    }
}

/// What the log holds otherwise is mended, and nobody has to know.
#[test]
fn a_large_file_whose_damage_the_log_can_mend_goes_on() {
    let desk = shop();
    made_large(&desk);
    edit(&desk, 5, 0.5).unwrap();
    let desk = desk.reopened();
    spoil(&desk, "数");
    let desk = desk.reopened();
    let told = || desk.patches.lock().iter().any(|patch| patch.resync);
    let waited = std::time::Instant::now();
    while !told() && edit(&desk, 6, 0.25).is_ok() {
        assert!(
            waited.elapsed().as_secs() < 60,
            "the damage was never heard of"
        );
    }
    while desk.handle.try_recover() != BaseStatus::Ok {
        assert!(waited.elapsed().as_secs() < 60, "it was never mended");
    }
    edit(&desk, 8, 1.5).unwrap();
    assert_eq!(cell(&desk, "数", 5), CellValue::Number(0.5).into());
    let desk = desk.reopened();
    assert_eq!(cell(&desk, "数", 8), CellValue::Number(1.5).into());
}

#[test]
fn a_large_sound_file_takes_edits_while_it_is_being_checked() {
    let desk = shop();
    made_large(&desk);
    let desk = desk.reopened();
    edit(&desk, 5, 0.5).unwrap();
    let desk = desk.reopened();
    edit(&desk, 6, 0.25).unwrap();
    assert_eq!(desk.handle.verify(), []);
    assert_eq!(desk.handle.status(), BaseStatus::Ok);
    assert_eq!(cell(&desk, "数", 5), CellValue::Number(0.5).into());
}

fn reason_code(desk: &Desk) -> Option<&'static str> {
    match desk.handle.status() {
        BaseStatus::ReadOnly { reason } => Some(reason.code),
        _ => None,
    }
}
