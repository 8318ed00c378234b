//! What a client does next, out of what it shows and its own stream of random numbers.
//!
//! [`next`] never looks at the server: a client acts on what it sees, which may be old, so refusals are part of a run.
//! Law: the same stream and the same sight give the same command.

use crate::{
    replica::{Replica, Shown},
    reshape,
};
use engine::{CellEdit, CellInput, Command, RecordInput};
use rand::{RngExt, rngs::StdRng};
use std::collections::BTreeMap;
use table::{
    field::{Field, FieldType},
    id::{FieldId, RecordId},
    schema::Table,
    value::{CellState, CellValue},
};

/// Tables, fields and rows beyond which a client makes no more of them, so that runs stay short.
const TABLES: usize = 5;
pub(crate) const ROWS: usize = 150;

const TEXTS: [&str; 22] = [
    "杯",
    "壶",
    "碗",
    "保温杯 500ml",
    "12",
    "3.5",
    "-7",
    "0.1",
    "1,234.50",
    "2024-05-01",
    "2024-05-01 8:30",
    "是",
    "红",
    "绿,蓝",
    "大,小",
    "紫",
    "1:30",
    "ann@example.com",
    "https://example.com/a",
    "6901234567892",
    "王",
    "50%",
];

pub(crate) fn pick<'a, T>(random: &mut StdRng, from: &'a [T]) -> Option<&'a T> {
    (!from.is_empty()).then(|| &from[random.random_range(0..from.len())])
}

pub(crate) fn text(random: &mut StdRng) -> String {
    let text = TEXTS[random.random_range(0..TEXTS.len())];
    match random.random_range(0..4) {
        0 => format!("{text}{}", random.random_range(0..30)),
        1 => random.random_range(0..200).to_string(),
        _ => text.to_owned(),
    }
}

fn input(random: &mut StdRng) -> CellInput {
    match random.random_range(0..9) {
        0 => CellInput::Clear,
        _ => CellInput::Text(text(random)),
    }
}

/// A table that the client shows, with its rows.
pub(crate) struct Sight<'a> {
    pub table: &'a Table,
    pub shown: &'a Shown,
}

impl Sight<'_> {
    fn record(&self, random: &mut StdRng) -> Option<RecordId> {
        pick(random, &self.shown.records).copied()
    }

    pub fn fields(&self, wanted: impl Fn(&Field) -> bool) -> Vec<&Field> {
        self.table
            .live_fields()
            .filter(|field| wanted(field))
            .collect()
    }

    pub fn field(&self, random: &mut StdRng, wanted: impl Fn(&Field) -> bool) -> Option<FieldId> {
        pick(random, &self.fields(wanted)).map(|field| field.id)
    }
}

pub(crate) fn is_number(field: &Field) -> bool {
    matches!(
        field.field_type,
        FieldType::Number { .. } | FieldType::Currency { .. } | FieldType::Percent { .. }
    )
}

/// The next command; `serial` is unique per client and names what it makes. `None`: this one has nothing to act on.
pub fn next(random: &mut StdRng, replica: &Replica, serial: &str) -> Option<Command> {
    let tables: Vec<&Table> = replica.schema.live_tables().collect();
    let dice = random.random_range(0..100);
    if tables.is_empty() || dice < 2 && tables.len() < TABLES {
        return Some(reshape::new_table(random, &tables, serial));
    }
    let table = *pick(random, &tables)?;
    let Some(shown) = replica.places.get(&(table.id, None))?.as_deref() else {
        return None;
    };
    let sight = Sight { table, shown };
    match dice {
        0..45 => cells(random, &sight, dice),
        45..70 => rows(random, &sight, dice),
        70..82 => Some(match random.random_range(0..9) {
            0..6 => Command::Undo,
            _ => Command::Redo,
        }),
        82..94 => reshape::fields(random, &sight, &tables, serial),
        94..97 => reshape::views(random, &sight, serial),
        _ => reshape::whole(random, replica, &sight, &tables, serial),
    }
}

fn cells(random: &mut StdRng, sight: &Sight, dice: i32) -> Option<Command> {
    let table = sight.table.id;
    let editable = |field: &Field| field.is_editable();
    Some(match dice {
        0..30 => {
            let n = random.random_range(1..5);
            let edit = |random: &mut StdRng| {
                Some(CellEdit {
                    record: sight.record(random)?,
                    field: sight.field(random, editable)?,
                    value: link_input(random, sight).unwrap_or_else(|| input(random)),
                })
            };
            let edits: Vec<_> = (0..n).filter_map(|_| edit(random)).collect();
            Command::SetCells {
                table,
                edits,
                add_options: random.random_bool(0.5),
            }
        }
        30..38 => Command::AddToCells {
            table,
            records: (0..random.random_range(1..4))
                .filter_map(|_| sight.record(random))
                .collect(),
            field: sight.field(random, is_number)?,
            by: f64::from(random.random_range(-9..10)),
        },
        _ => {
            let (record, field) = (sight.record(random)?, sight.field(random, is_number)?);
            let row = sight.shown.records.iter().position(|one| *one == record)?;
            let held = sight.shown.columns.get(&field)?.get(row);
            Command::CompareAndSet {
                table,
                record,
                field,
                expected: CellInput::Value(held),
                value: CellInput::Value(
                    CellValue::Number(f64::from(random.random_range(0..99))).into(),
                ),
            }
        }
    })
}

/// Pastes, records that come, go and return, buttons.
fn rows(random: &mut StdRng, sight: &Sight, dice: i32) -> Option<Command> {
    let table = sight.table.id;
    let editable = |field: &Field| field.is_editable();
    Some(match dice {
        45..51 => {
            let fields: Vec<_> = sight
                .fields(editable)
                .iter()
                .take(3)
                .map(|field| field.id)
                .collect();
            let row = |random: &mut StdRng| (0..fields.len()).map(|_| input(random)).collect();
            let rows = (0..random.random_range(1..6))
                .map(|_| row(random))
                .collect();
            let records = (0..random.random_range(0..3))
                .filter_map(|_| sight.record(random))
                .collect::<Vec<_>>();
            let append = if sight.shown.records.len() < ROWS {
                5
            } else {
                0
            };
            let add_options = random.random_bool(0.5);
            Command::PasteCells {
                table,
                records,
                fields,
                rows,
                append,
                add_options,
            }
        }
        51..61 if sight.shown.records.len() < ROWS => new_records(random, sight),
        51..65 => Command::DeleteRecords {
            table,
            records: (0..random.random_range(1..4))
                .filter_map(|_| sight.record(random))
                .collect(),
        },
        65..68 => {
            // Those that are not shown are removed or do not exist: both happen.
            let last = sight.shown.records.last().map_or(9, |record| record.0 + 2);
            let any = |random: &mut StdRng| RecordId(random.random_range(1..last.max(3)));
            let mut records: Vec<_> = (0..random.random_range(1..4))
                .map(|_| any(random))
                .collect();
            records.retain(|record| !sight.shown.records.contains(record));
            Command::RestoreRecords { table, records }
        }
        _ => Command::PressButton {
            table,
            record: sight.record(random)?,
            field: sight.field(random, |field| {
                matches!(field.field_type, FieldType::Button { .. })
            })?,
        },
    })
}

fn new_records(random: &mut StdRng, sight: &Sight) -> Command {
    let record = |random: &mut StdRng| {
        let fields = sight.fields(Field::is_editable).into_iter();
        let wanted: Vec<_> = fields.filter(|_| random.random_bool(0.6)).collect();
        let cells = wanted.into_iter().map(|field| (field.id, input(random)));
        RecordInput {
            cells: cells.collect::<BTreeMap<_, _>>(),
        }
    };
    let n = random.random_range(1..6);
    let records = (0..n).map(|_| record(random)).collect();
    let table = sight.table.id;
    Command::CreateRecords { table, records }
}

/// Sometimes the records of a link, by their ids.
fn link_input(random: &mut StdRng, sight: &Sight) -> Option<CellInput> {
    let has_link = sight
        .table
        .live_fields()
        .any(|field| field.link().is_some());
    if !has_link || random.random_bool(0.7) {
        return None;
    }
    let ids: Vec<RecordId> = (0..random.random_range(1..4))
        .map(|_| RecordId(random.random_range(1..12)))
        .collect();
    Some(CellInput::Value(CellState::Value(CellValue::Links(
        ids.into(),
    ))))
}
