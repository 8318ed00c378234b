//! Filters, sorts, groups, sums and hits compared with SQLite's own answers, on seeded random tables that change.
//!
//! `SUANPAN_SEEDS=from..to` runs other seeds; a failure names its seed.

use crate::desk::Desk;
use engine::*;
use rusqlite::{Connection, params, types::Value};
use std::fmt::Write;
use table::{
    field::{FieldType, date::date_text, select::options_from},
    id::{FieldId, OptionId, RecordId, TableId, ViewId},
    value::{CellState, CellValue},
    view::{Aggregate, Condition, DateSpan, Filter, Operator, Sort, View, ViewField},
};

/// Columns of the SQLite table, in the order of the fields.
const COLUMNS: [&str; 5] = ["t", "n", "d", "b", "s"];
const TEXT: usize = 0;
const NUMBER: usize = 1;
const DATE: usize = 2;
const BOX: usize = 3;
const SELECT: usize = 4;
const OPTIONS: [&str; 4] = ["z", "a", "m", "c"];
/// 2023-01-01.
const FIRST_DAY: f64 = 44_927.0;

/// SplitMix64: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn flag(&mut self) -> bool {
        self.next() & 1 == 1
    }

    fn word(&mut self) -> String {
        let n = self.below(4);
        (0..n).map(|_| self.one(&['a', 'b', 'A', 'c'])).collect()
    }

    fn number(&mut self) -> f64 {
        (self.below(81) as f64 - 40.0) / 4.0
    }

    fn day(&mut self) -> f64 {
        FIRST_DAY + self.below(120) as f64
    }
}

/// The same table twice: in a base and in SQLite.
struct Twin {
    desk: Desk,
    table: TableId,
    view: ViewId,
    fields: Vec<FieldId>,
    options: Vec<OptionId>,
    db: Connection,
    n_records: u64,
}

impl Twin {
    fn new() -> Twin {
        let desk = Desk::new();
        let number = FieldType::Number {
            decimals: None,
            thousands: false,
            unit: String::new(),
        };
        let options = options_from(OPTIONS);
        let types = [
            FieldType::Text,
            number,
            FieldType::Date,
            FieldType::Checkbox,
            FieldType::Select { options },
        ];
        let fields = COLUMNS
            .iter()
            .zip(types)
            .map(|(name, field_type)| NewField {
                name: (*name).into(),
                description: String::new(),
                field_type: NewFieldType::Plain(field_type),
            });
        let create = Command::CreateTable {
            name: "表".into(),
            description: String::new(),
            fields: fields.collect(),
            auto_name: false,
        };
        desk.submit("ann", create).unwrap();
        let snapshot = desk.handle.snapshot();
        let owner = snapshot.schema.table_named("表").unwrap();
        let fields: Vec<FieldId> = owner.live_fields().map(|field| field.id).collect();
        let select = owner.field(fields[SELECT]).unwrap().field_type.clone();
        let options = select.options().unwrap().iter().map(|option| option.id);
        let (table, view, options) = (owner.id, owner.views[0].id, options.collect());
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("create table x (id integer primary key, t text, n real, d real, iso text, b integer, s integer)")
            .unwrap();
        Twin {
            desk,
            table,
            view,
            fields,
            options,
            db,
            n_records: 0,
        }
    }

    /// A random cell: as it is typed, and as SQLite keeps it.
    fn cell(&self, dice: &mut Dice, column: usize) -> (String, Value) {
        if dice.below(6) == 0 {
            return (String::new(), Value::Null);
        }
        match column {
            TEXT => match dice.word() {
                word if word.is_empty() => (word, Value::Null),
                word => (word.clone(), Value::Text(word)),
            },
            NUMBER => {
                let x = dice.number();
                (x.to_string(), Value::Real(x))
            }
            DATE => {
                let day = dice.day();
                (date_text(day), Value::Real(day))
            }
            BOX => {
                let flag = dice.flag();
                (flag.to_string(), Value::Integer(flag.into()))
            }
            _ => {
                let at = dice.below(OPTIONS.len());
                (OPTIONS[at].into(), Value::Integer(at as i64))
            }
        }
    }

    fn add(&mut self, dice: &mut Dice, n: usize) {
        let mut records = Vec::new();
        for _ in 0..n {
            let cells: Vec<(String, Value)> =
                (0..COLUMNS.len()).map(|at| self.cell(dice, at)).collect();
            self.n_records += 1;
            let id = self.n_records as i64;
            self.db
                .execute("insert into x (id) values (?1)", [id])
                .unwrap();
            let typed = cells.into_iter().enumerate().map(|(at, (text, value))| {
                self.keep(id, at, value);
                (self.fields[at], CellInput::Text(text))
            });
            records.push(RecordInput {
                cells: typed.collect(),
            });
        }
        let table = self.table;
        self.desk
            .submit("ann", Command::CreateRecords { table, records })
            .unwrap();
    }

    fn keep(&self, id: i64, column: usize, value: Value) {
        if let (DATE, Value::Real(day)) = (column, &value) {
            let iso = date_text(*day);
            self.db
                .execute("update x set iso = ?2 where id = ?1", params![id, iso])
                .unwrap();
        } else if column == DATE {
            self.db
                .execute("update x set iso = null where id = ?1", [id])
                .unwrap();
        }
        let sql = format!("update x set {} = ?2 where id = ?1", COLUMNS[column]);
        self.db.execute(&sql, params![id, value]).unwrap();
    }

    /// A few edits in one command, or a record less.
    fn change(&mut self, dice: &mut Dice) {
        let ids: Vec<i64> = self.column("select id from x");
        let (table, Some(_)) = (self.table, ids.first()) else {
            return self.add(dice, 3);
        };
        let id = dice.one(&ids);
        match dice.below(5) {
            0 => {
                let records = vec![RecordId(id as u64)];
                self.desk
                    .submit("ann", Command::DeleteRecords { table, records })
                    .unwrap();
                self.db
                    .execute("delete from x where id = ?1", [id])
                    .unwrap();
            }
            1 => self.add(dice, 2),
            _ => {
                let column = dice.below(COLUMNS.len());
                let (text, value) = self.cell(dice, column);
                let edit = CellEdit {
                    record: RecordId(id as u64),
                    field: self.fields[column],
                    value: CellInput::Text(text),
                };
                let edits = vec![edit];
                let command = Command::SetCells {
                    table,
                    edits,
                    add_options: false,
                };
                self.desk.submit("ann", command).unwrap();
                self.keep(id, column, value);
            }
        }
    }

    fn column<T: rusqlite::types::FromSql>(&self, sql: &str) -> Vec<T> {
        let mut statement = self
            .db
            .prepare(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// A random condition with the same in SQL.
    fn condition(&self, dice: &mut Dice) -> (Condition, String) {
        use Operator::*;
        let column = dice.below(COLUMNS.len());
        let name = COLUMNS[column];
        let (operator, value, sql) = if column != BOX && dice.below(6) == 0 {
            match dice.flag() {
                true => (IsBlank, String::new(), format!("{name} is null")),
                false => (IsNotBlank, String::new(), format!("{name} is not null")),
            }
        } else {
            match column {
                TEXT => text_condition(dice),
                NUMBER => {
                    let (x, y) = (dice.number(), dice.number());
                    ordered_condition(dice, name, (x, y), |x| x.to_string())
                }
                DATE => {
                    let (x, y) = (dice.day(), dice.day());
                    ordered_condition(dice, name, (x, y), date_text)
                }
                BOX => {
                    let flag = dice.flag();
                    let (sql, value) = (
                        format!("coalesce(b, 0) = {}", i32::from(flag)),
                        flag.to_string(),
                    );
                    match dice.flag() {
                        true => (Is, value, sql),
                        false => (IsNot, value, format!("not ({sql})")),
                    }
                }
                _ => self.select_condition(dice),
            }
        };
        let condition = Condition {
            field: self.fields[column],
            operator,
            value,
        };
        (condition, format!("({sql})"))
    }

    fn select_condition(&self, dice: &mut Dice) -> (Operator, String, String) {
        let chosen: Vec<usize> = (0..OPTIONS.len()).filter(|_| dice.flag()).collect();
        let chosen = if chosen.is_empty() {
            vec![dice.below(OPTIONS.len())]
        } else {
            chosen
        };
        let ids = |of: &[usize]| {
            of.iter()
                .map(|at| self.options[*at].to_string())
                .collect::<Vec<_>>()
                .join(",")
        };
        let list = chosen
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join(",");
        match dice.below(4) {
            0 => (
                Operator::AnyOf,
                ids(&chosen),
                format!("s is not null and s in ({list})"),
            ),
            1 => (
                Operator::NoneOf,
                ids(&chosen),
                format!("s is null or s not in ({list})"),
            ),
            2 => (
                Operator::Is,
                ids(&chosen[..1]),
                format!("s is {}", chosen[0]),
            ),
            _ => (
                Operator::IsNot,
                ids(&chosen[..1]),
                format!("s is not {}", chosen[0]),
            ),
        }
    }

    /// A random filter, groups up to three levels deep, with the same in SQL.
    fn filter(&self, dice: &mut Dice, depth: usize) -> (Filter, String) {
        let (any, mut parts) = (dice.flag(), Vec::new());
        let mut filter = Filter {
            any,
            ..Filter::default()
        };
        for _ in 0..dice.below(3) {
            let (condition, sql) = self.condition(dice);
            filter.conditions.push(condition);
            parts.push(sql);
        }
        if depth < 3 {
            for _ in 0..dice.below(3) {
                let (group, sql) = self.filter(dice, depth + 1);
                // An empty group lets all through without saying anything in an “or”.
                if !group.conditions.is_empty() || !group.groups.is_empty() {
                    filter.groups.push(group);
                    parts.push(sql);
                }
            }
        }
        let sql = match parts.is_empty() {
            true => "1".into(),
            false => format!("({})", parts.join(if any { " or " } else { " and " })),
        };
        (filter, sql)
    }

    /// Different fields in a random order.
    fn sorts(&self, dice: &mut Dice, most: usize, spans: bool) -> Vec<(usize, Sort)> {
        let mut free: Vec<usize> = (0..COLUMNS.len()).collect();
        let n = dice.below(most + 1);
        (0..n)
            .map(|_| {
                let column = free.remove(dice.below(free.len()));
                let span = [
                    None,
                    Some(DateSpan::Day),
                    Some(DateSpan::Month),
                    Some(DateSpan::Year),
                ];
                let sort = Sort {
                    field: self.fields[column],
                    descending: dice.flag(),
                    by: if spans && column == DATE {
                        dice.one(&span)
                    } else {
                        None
                    },
                };
                (column, sort)
            })
            .collect()
    }
}

fn text_condition(dice: &mut Dice) -> (Operator, String, String) {
    use Operator::*;
    let word = loop {
        let word = dice.word();
        if !word.is_empty() {
            break word;
        }
    };
    let (low, n) = (word.to_lowercase(), word.len());
    let (operator, sql) = match dice.below(6) {
        0 => (Contains, format!("instr(lower(t), '{low}') > 0")),
        1 => (
            NotContains,
            format!("t is null or instr(lower(t), '{low}') = 0"),
        ),
        2 => (Is, format!("lower(t) is '{low}'")),
        3 => (IsNot, format!("lower(t) is not '{low}'")),
        4 => (StartsWith, format!("substr(lower(t), 1, {n}) is '{low}'")),
        _ => (
            EndsWith,
            format!("length(t) >= {n} and substr(lower(t), -{n}) is '{low}'"),
        ),
    };
    // What is null says nothing in SQL, but “no” here.
    (operator, word, format!("coalesce({sql}, 0)"))
}

fn ordered_condition(
    dice: &mut Dice,
    name: &str,
    (x, y): (f64, f64),
    text: impl Fn(f64) -> String,
) -> (Operator, String, String) {
    use Operator::*;
    let (low, high) = (x.min(y), x.max(y));
    let range = format!("{}..{}", text(x), text(y));
    let (operator, value, sql) = match dice.below(8) {
        0 => (Is, text(x), format!("{name} is {x:?}")),
        1 => (IsNot, text(x), format!("{name} is not {x:?}")),
        2 => (Less, text(x), format!("{name} < {x:?}")),
        3 => (LessOrEqual, text(x), format!("{name} <= {x:?}")),
        4 => (Greater, text(x), format!("{name} > {x:?}")),
        5 => (GreaterOrEqual, text(x), format!("{name} >= {x:?}")),
        6 => (
            Between,
            range,
            format!("{name} between {low:?} and {high:?}"),
        ),
        _ => (
            NotBetween,
            range,
            format!("{name} is null or {name} not between {low:?} and {high:?}"),
        ),
    };
    (operator, value, format!("coalesce({sql}, 0)"))
}

/// What a column is grouped by.
fn key_sql(column: usize, sort: &Sort) -> String {
    match (column, sort.by) {
        (DATE, Some(DateSpan::Month)) => "substr(iso, 1, 7)".into(),
        (DATE, Some(DateSpan::Year)) => "substr(iso, 1, 4)".into(),
        (DATE, _) => "iso".into(),
        (BOX, _) => "coalesce(b, 0)".into(),
        _ => COLUMNS[column].into(),
    }
}

fn order_sql(sorts: &[(usize, Sort)]) -> String {
    let mut out = String::new();
    for (column, sort) in sorts {
        let (key, way) = (
            key_sql(*column, sort),
            if sort.descending { "desc" } else { "asc" },
        );
        write!(out, "{key} is null, ").unwrap();
        if *column == TEXT {
            write!(out, "lower(t) {way}, ").unwrap();
        }
        write!(out, "{key} {way}, ").unwrap();
    }
    out
}

fn aggregate_sql(aggregate: Aggregate, name: &str) -> String {
    match aggregate {
        Aggregate::Sum => format!("total({name})"),
        Aggregate::Average => format!("avg({name})"),
        Aggregate::Min => format!("min({name})"),
        Aggregate::Max => format!("max({name})"),
        Aggregate::Count => "count(*)".into(),
        Aggregate::Filled => format!("count({name})"),
        Aggregate::Blank => format!("count(*) - count({name})"),
        Aggregate::Distinct => format!("count(distinct {name})"),
        Aggregate::Median => format!("json_group_array({name}) filter (where {name} is not null)"),
    }
}

/// A value of SQLite's as the tests write it.
fn said(value: Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::Integer(x) => format!("{:.6}", x as f64),
        Value::Real(x) => format!("{x:.6}"),
        Value::Text(list) if list.starts_with('[') => {
            let inner = list
                .trim_matches(['[', ']'])
                .split(',')
                .filter(|one| !one.is_empty());
            let mut all: Vec<f64> = inner.map(|one| one.parse().unwrap()).collect();
            all.sort_by(f64::total_cmp);
            match all.len() {
                0 => "-".into(),
                n if n % 2 == 1 => format!("{:.6}", all[n / 2]),
                n => format!("{:.6}", (all[n / 2 - 1] + all[n / 2]) / 2.0),
            }
        }
        Value::Text(text) => text,
        Value::Blob(_) => unreachable!(),
    }
}

/// A value of ours in the same form.
fn shown(value: &CellState) -> String {
    match value {
        CellState::Value(CellValue::Number(x) | CellValue::Date(x)) => format!("{x:.6}"),
        CellState::Value(CellValue::Text(text)) => text.to_string(),
        CellState::Value(CellValue::Bool(flag)) => format!("{:.6}", f64::from(u8::from(*flag))),
        state if state.is_blank() => "-".into(),
        other => format!("{other:?}"),
    }
}

impl Twin {
    /// A random question to both.
    fn compare(&self, dice: &mut Dice) {
        let (filter, place) = self.filter(dice, 1);
        let groups = self.sorts(dice, 3, true);
        let taken: Vec<usize> = groups.iter().map(|(column, _)| *column).collect();
        let mut sorts = self.sorts(dice, 3, false);
        sorts.retain(|(column, _)| !taken.contains(column));
        let footers = [
            (
                TEXT,
                dice.one(&[
                    Aggregate::Distinct,
                    Aggregate::Filled,
                    Aggregate::Blank,
                    Aggregate::Count,
                ]),
            ),
            (
                NUMBER,
                dice.one(&[
                    Aggregate::Sum,
                    Aggregate::Average,
                    Aggregate::Min,
                    Aggregate::Max,
                    Aggregate::Median,
                    Aggregate::Distinct,
                ]),
            ),
            (
                DATE,
                dice.one(&[
                    Aggregate::Min,
                    Aggregate::Max,
                    Aggregate::Median,
                    Aggregate::Filled,
                ]),
            ),
        ];
        let mut view = View::grid(self.view, "表格");
        view.filter = filter;
        view.groups = groups.iter().map(|(_, sort)| sort.clone()).collect();
        view.sorts = sorts.iter().map(|(_, sort)| sort.clone()).collect();
        let setting = |(column, aggregate): &(usize, Aggregate)| ViewField {
            field: self.fields[*column],
            hidden: false,
            width_px: None,
            footer: Some(*aggregate),
        };
        view.fields = footers.iter().map(setting).collect();
        let (table, asked) = (self.table, format!("{view:?}"));
        self.desk
            .submit("ann", Command::UpdateView { table, view })
            .unwrap();
        self.compare_rows(&place, &[groups.clone(), sorts].concat(), &asked);
        self.compare_footers(&place, &footers, &asked);
        for depth in 0..groups.len() {
            self.compare_groups(&place, &groups[..=depth], &footers, &asked);
        }
        self.compare_hits(dice, &place, &asked);
    }

    fn compare_rows(&self, place: &str, sorts: &[(usize, Sort)], asked: &str) {
        let query = WindowQuery {
            table: self.table,
            view: Some(self.view),
            find: None,
            from: 0,
            n_rows: 2_000,
            fields: None,
            filter: None,
            sorts: None,
        };
        let window = self.desk.handle.window(&query).unwrap();
        let got: Vec<i64> = window
            .records
            .iter()
            .map(|record| record.0 as i64)
            .collect();
        let sql = format!(
            "select id from x where {place} order by {} id",
            order_sql(sorts)
        );
        assert_eq!(got, self.column::<i64>(&sql), "{asked}\n{sql}");
    }

    fn compare_footers(&self, place: &str, footers: &[(usize, Aggregate)], asked: &str) {
        let values = self
            .desk
            .handle
            .aggregates(self.table, Some(self.view))
            .unwrap();
        for (column, aggregate) in footers {
            let value = values
                .iter()
                .find(|value| value.field == self.fields[*column])
                .unwrap();
            let sql = format!(
                "select {} from x where {place}",
                aggregate_sql(*aggregate, COLUMNS[*column])
            );
            let expected = said(self.column::<Value>(&sql).remove(0));
            assert_eq!(shown(&value.value), expected, "{asked}\n{sql}");
        }
    }

    fn compare_groups(
        &self,
        place: &str,
        levels: &[(usize, Sort)],
        footers: &[(usize, Aggregate)],
        asked: &str,
    ) {
        let depth = levels.len() - 1;
        let (column, sort) = &levels[depth];
        let found = self.desk.handle.groups(self.table, self.view).unwrap();
        let mut rows = 0;
        let say = |group: &GroupRow| {
            let value = match (&group.value, sort.by) {
                (CellState::Value(CellValue::Date(day)), by) => {
                    let n = match by {
                        Some(DateSpan::Month) => 7,
                        Some(DateSpan::Year) => 4,
                        _ => 10,
                    };
                    date_text(*day)[..n].to_owned()
                }
                (CellState::Value(CellValue::Options(ids)), _) => {
                    let at = self.options.iter().position(|id| *id == ids[0]).unwrap();
                    format!("{:.6}", at as f64)
                }
                (value, _) => shown(value),
            };
            let mut line = format!("{value} {:.6}", group.n_rows as f64);
            for (column, _) in footers {
                let field = self.fields[*column];
                let value = group
                    .aggregates
                    .iter()
                    .find(|value| value.field == field)
                    .unwrap();
                write!(line, " {}", shown(&value.value)).unwrap();
            }
            assert_eq!(group.from, rows, "{asked}: groups follow each other");
            rows += group.n_rows;
            line
        };
        let at_depth = found.groups.iter().filter(|group| group.depth == depth);
        let got: Vec<String> = at_depth.map(say).collect();
        let values = footers
            .iter()
            .map(|(column, aggregate)| aggregate_sql(*aggregate, COLUMNS[*column]));
        let wanted = [
            vec![key_sql(*column, sort), "count(*)".into()],
            values.collect(),
        ]
        .concat();
        let keys: Vec<String> = levels
            .iter()
            .map(|(column, sort)| key_sql(*column, sort))
            .collect();
        let sql = format!(
            "select {} from x where {place} group by {} order by {} 1",
            wanted.join(", "),
            keys.join(", "),
            order_sql(levels)
        );
        let mut statement = self
            .db
            .prepare(&sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        let line = |row: &rusqlite::Row| {
            let cells = (0..wanted.len()).map(|at| row.get::<_, Value>(at).map(said));
            Ok(cells.collect::<Result<Vec<_>, _>>()?.join(" "))
        };
        let expected: Vec<String> = statement
            .query_map([], line)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(got, expected, "{asked}\n{sql}");
    }

    /// Latin texts of one letter, which no pinyin is read for.
    fn compare_hits(&self, dice: &mut Dice, place: &str, asked: &str) {
        let text = dice.one(&["a", "B", "c"]);
        let query = FindQuery {
            table: self.table,
            view: Some(self.view),
            text: text.into(),
            start: FindStart::Hit(0),
            n_hits: 1_000,
        };
        let found = self.desk.handle.find(&query).unwrap();
        let low = text.to_lowercase();
        // Options are found by their names: z, a, m, c.
        let option = OPTIONS.iter().position(|name| *name == low);
        let option = option.map_or("0".into(), |at| format!("s is {at}"));
        let sql = format!(
            "select count(*) filter (where coalesce(instr(lower(t), '{low}') > 0, 0)) + count(*) filter (where {option}) from x where {place}"
        );
        assert_eq!(
            found.n_hits as i64,
            self.column::<i64>(&sql)[0],
            "{asked}\n{sql}"
        );
        assert_eq!(found.hits.len() as u64, found.n_hits.min(1_000));
    }
}

fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("SUANPAN_SEEDS").ok();
    let given = given.as_deref().and_then(|text| text.split_once(".."));
    given.map_or(0..8, |(from, to)| {
        from.parse().unwrap()..to.parse().unwrap()
    })
}

#[test]
fn queries_give_what_sqlite_gives() {
    for seed in seeds() {
        let run = std::panic::catch_unwind(|| {
            let mut dice = Dice(seed);
            let mut twin = Twin::new();
            let n = [0, 1, 7, 60, 200][dice.below(5)];
            twin.add(&mut dice, n);
            for _ in 0..8 {
                for _ in 0..4 {
                    twin.compare(&mut dice);
                }
                for _ in 0..6 {
                    twin.change(&mut dice);
                }
            }
        });
        assert!(run.is_ok(), "seed {seed}");
    }
}
