//! The bytes of codec v1, pinned: a file written today is read by every later release.
//!
//! If a test here fails, the format changed. Released bytes never change: add a new version beside v1.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, sync::Arc};
use store::codec::v1::op::{decode_transaction, encode_transaction};
use table::{
    ai::{AiNote, AiState, CallKey},
    column::{Column, ColumnKind},
    id::{ActorId, ColumnId, FieldId, OptionId, RecordId, Revision, TableId},
    op::{Op, Transaction},
    value::{Attachment, CellError, CellState, CellValue},
};

const GOLDEN: &str = include_str!("golden/transaction-v1.hex");

/// One of every kind of column and of every state of a cell.
fn transaction() -> Transaction {
    let picture = Attachment {
        digest: "d".into(),
        name: "杯.png".into(),
        mime: "image/png".into(),
        size_bytes: 9,
        width_px: 2,
        height_px: 3,
    };
    let value = |value: CellValue| CellState::from(value);
    let mut texts = Column::from_states(
        ColumnKind::Text,
        ["甲", "", "甲"].map(|text| value(CellValue::text(text))),
    );
    let keys = vec![CallKey([0xab; 16])];
    texts.set_note(
        2,
        Some(Arc::new(AiNote {
            state: AiState::Ok,
            keys,
            reason: None,
            by: None,
        })),
    );
    let states = |kind, states: Vec<CellState>| Column::from_states(kind, states);
    let blank = CellState::BLANK;
    let columns = BTreeMap::from([
        (ColumnId(1), texts),
        (
            ColumnId(2),
            states(
                ColumnKind::Number,
                vec![
                    value(CellValue::Number(1.5)),
                    CellState::Misfit("缺".into()),
                    CellState::Pending,
                ],
            ),
        ),
        (
            ColumnId(3),
            states(
                ColumnKind::Date,
                vec![
                    value(CellValue::Date(45_000.25)),
                    CellState::Error(CellError::Na),
                    blank.clone(),
                ],
            ),
        ),
        (
            ColumnId(4),
            states(
                ColumnKind::Bool,
                vec![
                    value(CellValue::Bool(true)),
                    value(CellValue::Bool(false)),
                    blank.clone(),
                ],
            ),
        ),
        (
            ColumnId(5),
            states(
                ColumnKind::Options,
                vec![
                    value(CellValue::Options([OptionId(1), OptionId(3)].into())),
                    blank.clone(),
                    blank.clone(),
                ],
            ),
        ),
        (
            ColumnId(6),
            states(
                ColumnKind::Attachments,
                vec![
                    value(CellValue::Attachments([picture].into())),
                    blank.clone(),
                    blank.clone(),
                ],
            ),
        ),
        (
            ColumnId(7),
            states(
                ColumnKind::Links,
                vec![
                    value(CellValue::Links([RecordId(7)].into())),
                    blank.clone(),
                    blank.clone(),
                ],
            ),
        ),
        (
            ColumnId(8),
            states(
                ColumnKind::Mixed,
                vec![
                    value(CellValue::text("a")),
                    value(CellValue::Number(2.0)),
                    value(CellValue::Bool(true)),
                ],
            ),
        ),
    ])
    .into_iter()
    .map(|(id, cells)| (id, cells.into()))
    .collect();
    let numbers = |x: f64| states(ColumnKind::Number, vec![value(CellValue::Number(x)); 3]);
    Transaction {
        revision: Revision(258),
        actor: ActorId("user:a".into()),
        at_ms: -2,
        client_id: Some("c1".into()),
        label: "import".into(),
        group: None,
        undoes: Some(Revision(7)),
        ops: vec![
            Op::AppendRecords {
                table: TableId(1),
                first: RecordId(10),
                n_records: 3,
                columns,
            },
            Op::SetCells {
                table: TableId(1),
                column: ColumnId(2),
                records: [10, 11, 20].map(RecordId).to_vec(),
                before: numbers(1.0),
                after: numbers(2.0),
            },
            Op::RemoveRecords {
                table: TableId(1),
                records: vec![RecordId(10)],
            },
            Op::RestoreRecords {
                table: TableId(1),
                records: vec![RecordId(10)],
            },
            Op::RenameBase {
                before: "a".into(),
                after: "店".into(),
            },
            Op::RemoveTable { table: TableId(1) },
            Op::MoveField {
                table: TableId(1),
                field: FieldId(4),
                from: 0,
                to: 2,
            },
        ],
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn the_bytes_of_v1_are_pinned() {
    let bytes = encode_transaction(&transaction());
    let lines: Vec<String> = bytes
        .chunks(32)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect())
        .collect();
    assert_eq!(lines.join("\n"), GOLDEN.trim(), "the written bytes changed");
    assert_eq!(
        decode_transaction(&from_hex(GOLDEN)).unwrap(),
        transaction()
    );
}

/// Revision 1, actor and label empty, and one op: a count that no memory holds must be an error at once.
#[test]
fn a_count_beyond_reason_is_an_error_before_it_is_memory() {
    let head =
        "0100000000000000 00000000 0000000000000000 00 00000000 00 0000000000000000 01000000";
    let huge = "0100000000000000 00000000ffff0000";
    for (what, op) in [
        ("removed records", format!("04 01000000 01000000 {huge}")),
        ("restored records", format!("05 01000000 01000000 {huge}")),
        (
            "edited records",
            format!("03 01000000 02000000 01000000 {huge}"),
        ),
        ("many runs", format!("04 01000000 ffffffff {huge}")),
        (
            "appended records",
            "02 01000000 0100000000000000 00000000ffff0000 00000000".into(),
        ),
    ] {
        let bytes = from_hex(&format!("{head} {op}"));
        assert!(decode_transaction(&bytes).is_err(), "{what}");
    }
    // The same shape with a count of one is well formed: the errors above are about the count.
    let one = from_hex(&format!(
        "{head} 04 01000000 01000000 0100000000000000 0100000000000000"
    ));
    assert_eq!(decode_transaction(&one).unwrap().ops.len(), 1);
}
