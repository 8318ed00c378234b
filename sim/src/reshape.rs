//! What a client does to the shape of a base: fields of all types, views, tables, imports.
//!
//! The part of [`crate::plan`] that needs names and types. Law: as there.

use crate::{
    plan::{ROWS, Sight, is_number, pick, text},
    replica::Replica,
};
use engine::{Command, FormulaTag, NewField, NewFieldType, NewFormula};
use rand::{RngExt, rngs::StdRng};
use table::{
    column::Column,
    field::{ButtonAction, Field, FieldType, LinkSpec},
    fixture::read_type,
    id::{ColumnId, TableId},
    schema::Table,
    value::{CellState, CellValue},
    view::{Aggregate, Condition, Filter, Operator, Sort, ViewField},
};

/// Fields and views beyond which a client makes no more of them.
const FIELDS: usize = 12;
const VIEWS: usize = 3;
/// Records of an import that is large enough to be kept as parts of the log.
const LARGE_IMPORT: u64 = 4_200;

const TYPES: [&str; 24] = [
    "text",
    "long_text",
    "number",
    "number",
    "number(箱)",
    "currency",
    "percent",
    "date",
    "date_time",
    "checkbox",
    "select(红/绿/蓝)",
    "multi_select(大/中/小)",
    "url",
    "phone",
    "email",
    "barcode",
    "rating",
    "progress",
    "duration",
    "person(王/李)",
    "auto_number(CK-{yyyyMM}-{000})",
    "modified_time",
    "created_by",
    "modified_by",
];
pub(crate) fn new_table(random: &mut StdRng, tables: &[&Table], serial: &str) -> Command {
    let mut fields = vec![
        plain("品名", FieldType::Text),
        plain("数量", number()),
        plain("单价", number()),
    ];
    if let Some(other) = pick(random, tables) {
        fields.push(plain("关联", link(random, other.id, "")));
    }
    Command::CreateTable {
        name: format!("表{serial}"),
        description: String::new(),
        fields,
        auto_name: random.random_bool(0.5),
    }
}

fn number() -> FieldType {
    FieldType::Number {
        decimals: None,
        thousands: false,
        unit: String::new(),
    }
}

fn link(random: &mut StdRng, to: TableId, mirror_name: &str) -> FieldType {
    FieldType::Link(LinkSpec {
        table: to,
        single: random.random_bool(0.3),
        mirror: None,
        ids: ColumnId::default(),
        mirror_name: mirror_name.into(),
    })
}

fn plain(name: &str, field_type: FieldType) -> NewField {
    NewField {
        name: name.into(),
        description: String::new(),
        field_type: NewFieldType::Plain(field_type),
    }
}

fn new_field(
    random: &mut StdRng,
    sight: &Sight,
    tables: &[&Table],
    name: &str,
) -> Option<NewField> {
    let other = *pick(random, tables)?;
    Some(match random.random_range(0..10) {
        0..5 => plain(
            name,
            read_type(TYPES[random.random_range(0..TYPES.len())]).ok()?,
        ),
        5 => {
            let mirror = if random.random_bool(0.5) {
                format!("反{name}")
            } else {
                String::new()
            };
            plain(name, link(random, other.id, &mirror))
        }
        6 => {
            let field = sight.field(random, is_number)?;
            let action = match random.random_bool(0.5) {
                true => ButtonAction::Increment { field, by: 1.0 },
                false => ButtonAction::SetValue {
                    field,
                    value: "8".into(),
                },
            };
            plain(
                name,
                FieldType::Button {
                    label: "按".into(),
                    action,
                },
            )
        }
        _ => NewField {
            name: name.into(),
            description: String::new(),
            field_type: NewFieldType::Formula(NewFormula {
                tag: FormulaTag::Formula,
                formula: formula(random, sight, tables)?,
                result: None,
                ai: None,
            }),
        },
    })
}

/// Over fields that there are; of wrong types now and then, which is refused.
fn formula(random: &mut StdRng, sight: &Sight, tables: &[&Table]) -> Option<String> {
    let own = |random: &mut StdRng, wanted: fn(&Field) -> bool| {
        pick(random, &sight.fields(wanted)).map(|field| field.name.clone())
    };
    let (a, b) = (own(random, is_number)?, own(random, is_number)?);
    let any = own(random, |_| true)?;
    let link = sight
        .table
        .live_fields()
        .filter_map(|field| Some((field, field.link()?)));
    let links: Vec<_> = link.collect();
    let linked = pick(random, &links).and_then(|(field, link)| {
        let other = tables.iter().find(|table| table.id == link.table)?;
        Some((field.name.clone(), *other))
    });
    let other = *pick(random, tables)?;
    let of = |random: &mut StdRng, table: &Table, wanted: fn(&Field) -> bool| {
        let fields: Vec<&Field> = table.live_fields().filter(|field| wanted(field)).collect();
        pick(random, &fields).map(|field| format!("{}[{}]", table.name, field.name))
    };
    Some(match (random.random_range(0..10), linked) {
        (0..3, _) => format!("[{a}]*[{b}]+1"),
        (3, _) => format!("IF([{a}]>[{b}],\"多\",\"少\")"),
        (4, _) => format!("LEN([{any}])"),
        (5, _) => {
            let (sum, key) = (of(random, other, is_number)?, of(random, other, |_| true)?);
            format!("SUMIFS({sum},{key},[{any}])")
        }
        (6, _) => {
            let (value, key) = (of(random, other, |_| true)?, of(random, other, |_| true)?);
            format!("XLOOKUP([{any}],{key},{value})")
        }
        (7, Some((link, other))) => format!("LINKED([{link}],{})", of(random, other, |_| true)?),
        (8, Some((link, other))) => {
            format!("ROLLUP([{link}],{},\"sum\")", of(random, other, is_number)?)
        }
        (9, Some((link, other))) => {
            format!("ROLLUP([{link}],{},\"join\")", of(random, other, |_| true)?)
        }
        _ => format!("SUM({})", of(random, other, is_number)?),
    })
}

pub(crate) fn fields(
    random: &mut StdRng,
    sight: &Sight,
    tables: &[&Table],
    serial: &str,
) -> Option<Command> {
    let table = sight.table.id;
    let n_live = sight.table.live_fields().count();
    // The first field stays the first and is typed into: a record that is called by a link of its own table is called
    // by itself, and what that shows depends on the order of edits.
    let first = sight.table.live_fields().next().map(|field| field.id);
    let is_other = |field: &Field| Some(field.id) != first;
    Some(match random.random_range(0..12) {
        0..5 if n_live < FIELDS => Command::CreateField {
            table,
            field: new_field(random, sight, tables, &format!("栏{serial}"))?,
            at: random.random_bool(0.2).then_some(1),
        },
        0..7 => Command::DeleteField {
            table,
            field: sight.field(random, is_other)?,
        },
        7 | 8 => {
            let removed: Vec<_> = sight
                .table
                .fields
                .iter()
                .filter(|field| field.removed)
                .collect();
            Command::RestoreField {
                table,
                field: pick(random, &removed)?.id,
            }
        }
        9 => Command::MoveField {
            table,
            field: sight.field(random, is_other)?,
            to: random.random_range(1..n_live.max(2) as u32),
        },
        10 => Command::UpdateField {
            table,
            field: sight.field(random, is_other)?,
            name: Some(format!("名{serial}")),
            description: None,
            field_type: None,
        },
        _ => Command::UpdateField {
            table,
            field: sight.field(random, is_other)?,
            name: None,
            description: None,
            field_type: Some(new_field(random, sight, tables, &format!("栏{serial}"))?.field_type),
        },
    })
}

pub(crate) fn views(random: &mut StdRng, sight: &Sight, serial: &str) -> Option<Command> {
    let table = sight.table.id;
    let live: Vec<_> = sight.table.live_views().collect();
    if live.is_empty() || live.len() < VIEWS && random.random_bool(0.5) {
        return Some(Command::CreateView {
            table,
            name: format!("视图{serial}"),
        });
    }
    let view = *pick(random, &live)?;
    if random.random_bool(0.15) {
        return Some(Command::DeleteView {
            table,
            view: view.id,
        });
    }
    let mut view = view.clone();
    let field = sight.field(random, |_| true)?;
    match random.random_range(0..5) {
        0 => {
            let operators = [
                Operator::IsBlank,
                Operator::IsNotBlank,
                Operator::Contains,
                Operator::HasProblem,
            ];
            let operator = *pick(random, &operators)?;
            let conditions = vec![Condition {
                field,
                operator,
                value: "1".into(),
            }];
            view.filter = Filter {
                any: random.random_bool(0.5),
                conditions,
                groups: Vec::new(),
            };
        }
        1 => view.filter = Filter::default(),
        2 => {
            view.sorts = vec![Sort {
                field,
                descending: random.random_bool(0.5),
                by: None,
            }]
        }
        3 => {
            view.groups = vec![Sort {
                field,
                descending: false,
                by: None,
            }]
        }
        _ => {
            let footer = Some(Aggregate::Filled);
            view.fields = vec![ViewField {
                field,
                hidden: random.random_bool(0.5),
                width_px: None,
                footer,
            }];
        }
    }
    Some(Command::UpdateView { table, view })
}

/// Tables, the base, imports.
pub(crate) fn whole(
    random: &mut StdRng,
    replica: &Replica,
    sight: &Sight,
    tables: &[&Table],
    serial: &str,
) -> Option<Command> {
    let table = sight.table.id;
    Some(match random.random_range(0..10) {
        0 if tables.len() > 1 => Command::DeleteTable { table },
        1 | 2 => {
            let removed: Vec<_> = replica
                .schema
                .tables
                .iter()
                .filter(|table| table.removed)
                .collect();
            Command::RestoreTable {
                table: pick(random, &removed)?.id,
            }
        }
        3 => Command::RenameTable {
            table,
            name: format!("改{serial}"),
            description: None,
        },
        4 => Command::MoveTable {
            table,
            to: random.random_range(0..tables.len() as u32),
        },
        5 => Command::RenameBase {
            name: format!("店{serial}"),
        },
        _ if sight.shown.records.len() < ROWS => {
            let n_records = match random.random_range(0..30) {
                0 => LARGE_IMPORT,
                _ => random.random_range(1..20),
            };
            import(random, sight, n_records)
        }
        _ => return None,
    })
}

fn import(random: &mut StdRng, sight: &Sight, n_records: u64) -> Command {
    let wanted =
        sight.fields(|field| matches!(field.field_type, FieldType::Text) || is_number(field));
    let columns = wanted.iter().map(|field| {
        let kind = field.field_type.kind();
        let states = (0..n_records).map(|at| match is_number(field) {
            true => CellState::from(CellValue::Number((at % 97) as f64)),
            false => CellValue::text(text(random)).into(),
        });
        (field.id, Column::from_states(kind, states))
    });
    let columns = columns.collect();
    Command::AppendColumns {
        table: sight.table.id,
        n_records,
        columns,
    }
}
