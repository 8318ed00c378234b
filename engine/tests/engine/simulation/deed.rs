//! What a simulated client may want: any command over whatever the base holds at the moment.

use crate::desk::new_field;
use engine::*;
use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use std::collections::BTreeMap;
use table::{
    column::{Column, ColumnKind},
    field::{Field, FieldType, LinkSpec},
    id::{ColumnId, FieldId, RecordId, TableId},
    schema::Table,
    snapshot::Snapshot,
    value::CellValue,
};

const TEXTS: [&str; 12] = [
    "12",
    "3.5",
    "-7",
    "甲",
    "乙,丙",
    "2026-11-22",
    "是",
    "",
    "¥5.20",
    "n3",
    "50%",
    "n1,n2",
];
const TYPES: [&str; 9] = [
    "text",
    "number",
    "currency(CNY)",
    "percent",
    "date",
    "checkbox",
    "select",
    "rating",
    "long_text",
];
const FORMULAS: [&str; 5] = [
    "[数]*2",
    "SUM(货[数])",
    "IF([数]>50,\"大\",\"小\")&[名]",
    "XLOOKUP([名],供[名],供[价],0)",
    "COUNTIFS(货[名],[名])",
];

/// Chooses among what a snapshot holds.
pub struct Chooser<'a> {
    pub rng: &'a mut StdRng,
    pub snapshot: &'a Snapshot,
}

impl Chooser<'_> {
    fn one_of<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        items.choose(self.rng).cloned()
    }

    fn table(&mut self) -> Option<Table> {
        let tables: Vec<&Table> = self.snapshot.schema.live_tables().collect();
        tables.choose(self.rng).map(|table| (*table).clone())
    }

    fn field(&mut self, table: &Table) -> Option<Field> {
        let fields: Vec<&Field> = table.live_fields().collect();
        fields.choose(self.rng).map(|field| (*field).clone())
    }

    fn editable(&mut self, table: &Table) -> Option<Field> {
        let fields: Vec<&Field> = table.live_fields().filter(|f| f.is_editable()).collect();
        fields.choose(self.rng).map(|field| (*field).clone())
    }

    /// Live or removed, mostly there.
    fn record(&mut self, table: TableId) -> RecordId {
        let next = self
            .snapshot
            .data(table)
            .map_or(1, |data| data.next_record.0);
        RecordId(self.rng.random_range(1..next.max(1) + 1))
    }

    fn records(&mut self, table: TableId) -> Vec<RecordId> {
        let n = self.rng.random_range(1..5);
        (0..n).map(|_| self.record(table)).collect()
    }

    fn text(&mut self) -> String {
        let given = TEXTS.choose(self.rng).copied().unwrap_or_default();
        match self.rng.random_range(0..3) {
            0 => self.rng.random_range(-99..99).to_string(),
            _ => given.to_owned(),
        }
    }

    fn input(&mut self) -> CellInput {
        match self.rng.random_range(0..12) {
            0 => CellInput::Clear,
            _ => CellInput::Text(self.text()),
        }
    }

    fn name(&mut self) -> String {
        let names = ["名", "数", "价", "备", "类", "表", "货", "供"];
        let name = names.choose(self.rng).copied().unwrap_or_default();
        match self.rng.random_range(0..2) {
            0 => name.to_owned(),
            _ => format!("{name}{}", self.rng.random_range(0..6)),
        }
    }

    fn new_field(&mut self) -> NewField {
        let name = self.name();
        if self.rng.random_range(0..4) == 0 {
            let formula = FORMULAS.choose(self.rng).copied().unwrap_or_default();
            return new_field(&format!("{name}={formula}"));
        }
        let kind = TYPES.choose(self.rng).copied().unwrap_or("text");
        new_field(&format!("{name}:{kind}"))
    }

    fn link_type(&mut self) -> Option<NewFieldType> {
        let to = self.table()?.id;
        let mirror_name = match self.rng.random_range(0..3) {
            0 => String::new(),
            n => format!("反{n}{}", self.rng.random_range(0..9)),
        };
        Some(NewFieldType::Plain(FieldType::Link(LinkSpec {
            table: to,
            single: self.rng.random_range(0..2) == 0,
            mirror: None,
            ids: ColumnId::default(),
            mirror_name,
        })))
    }

    /// `None` where what was drawn can't even be said.
    pub fn command(&mut self) -> Option<Command> {
        match self.rng.random_range(0..100) {
            0..70 => self.on_records(),
            70..84 => self.of_history(),
            _ => self.on_schema(),
        }
    }

    fn on_records(&mut self) -> Option<Command> {
        let owner = self.table()?;
        let table = owner.id;
        Some(match self.rng.random_range(0..14) {
            0..5 => {
                let edits = (0..self.rng.random_range(1..4)).filter_map(|_| {
                    Some(CellEdit {
                        field: self.editable(&owner)?.id,
                        record: self.record(table),
                        value: self.input(),
                    })
                });
                Command::SetCells {
                    table,
                    edits: edits.collect(),
                    add_options: true,
                }
            }
            5..8 => {
                let field = self.editable(&owner)?.id;
                let cells: BTreeMap<FieldId, CellInput> = [(field, self.input())].into();
                Command::CreateRecords {
                    table,
                    records: vec![RecordInput { cells }; self.rng.random_range(1..4)],
                }
            }
            8 => Command::DeleteRecords {
                table,
                records: self.records(table),
            },
            9 => Command::RestoreRecords {
                table,
                records: self.records(table),
            },
            10 => Command::AddToCells {
                table,
                records: self.records(table),
                field: self.editable(&owner)?.id,
                by: f64::from(self.rng.random_range(-9..9)),
            },
            11 => Command::CompareAndSet {
                table,
                record: self.record(table),
                field: self.editable(&owner)?.id,
                expected: self.input(),
                value: self.input(),
            },
            12 => {
                let fields = (0..2)
                    .filter_map(|_| Some(self.editable(&owner)?.id))
                    .collect();
                Command::PasteCells {
                    table,
                    records: self.records(table),
                    fields,
                    rows: (0..6).map(|_| vec![self.input(), self.input()]).collect(),
                    append: 3,
                    add_options: true,
                }
            }
            _ => self.import(&owner)?,
        })
    }

    fn import(&mut self, owner: &Table) -> Option<Command> {
        let field = owner
            .live_fields()
            .find(|field| matches!(field.field_type, FieldType::Text))?;
        let n = self.rng.random_range(1..30u64);
        let texts = (0..n).map(|_| CellValue::text(self.text()).into());
        Some(Command::AppendColumns {
            table: owner.id,
            n_records: n,
            columns: vec![(
                field.id,
                Column::from_states(ColumnKind::Text, texts).into(),
            )],
        })
    }

    fn of_history(&mut self) -> Option<Command> {
        let newest = self.snapshot.revision.0.max(1);
        Some(match self.rng.random_range(0..12) {
            0..6 => Command::Undo,
            6..9 => Command::Redo,
            9 | 10 => Command::TakeBack {
                revision: self
                    .rng
                    .random_range(newest.saturating_sub(40).max(1)..newest + 1),
                keep_later: self.rng.random_range(0..3) > 0,
            },
            _ => Command::RestoreTableTo {
                table: self.table()?.id,
                revision: self
                    .rng
                    .random_range(newest.saturating_sub(20).max(1)..newest + 1),
            },
        })
    }

    fn on_schema(&mut self) -> Option<Command> {
        let owner = self.table()?;
        let table = owner.id;
        let field = self.field(&owner)?.id;
        let all: Vec<FieldId> = owner.fields.iter().map(|field| field.id).collect();
        Some(match self.rng.random_range(0..16) {
            0..3 => Command::CreateField {
                table,
                field: self.new_field(),
                at: None,
            },
            3 => Command::CreateField {
                table,
                field: NewField {
                    name: self.name(),
                    description: String::new(),
                    field_type: self.link_type()?,
                },
                at: None,
            },
            4 => Command::DeleteField { table, field },
            5..7 => Command::RestoreField {
                table,
                field: self.one_of(&all)?,
            },
            7..9 => Command::UpdateField {
                table,
                field,
                name: None,
                description: None,
                field_type: Some(self.new_field().field_type),
            },
            9 => Command::UpdateField {
                table,
                field,
                name: Some(self.name()),
                description: None,
                field_type: None,
            },
            10 => Command::MoveField {
                table,
                field,
                to: self.rng.random_range(0..5),
            },
            11 => Command::CreateView {
                table,
                name: self.name(),
            },
            12 => Command::DeleteView {
                table,
                view: owner.live_views().last()?.id,
            },
            13 => Command::CreateTable {
                name: self.name(),
                description: String::new(),
                fields: vec![new_field("名"), self.new_field()],
                auto_name: true,
            },
            14 if self.snapshot.schema.live_tables().count() > 3 => Command::DeleteTable { table },
            _ => {
                let tables: Vec<TableId> = self
                    .snapshot
                    .schema
                    .tables
                    .iter()
                    .map(|table| table.id)
                    .collect();
                Command::RestoreTable {
                    table: self.one_of(&tables)?,
                }
            }
        })
    }
}
