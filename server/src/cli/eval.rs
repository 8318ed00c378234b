//! `suanpan eval`: formulas without a base. One JSON object per line in, one per line out, in the same order.
//!
//! In: [`Request`]. Out: `{"value","type"}`, `{"error"}`, `{"diagnostics"}` or `{"pending","type","calls"}`.
//! Law: every line gets exactly one answer, and no line stops the next one. Tests: `tests/eval.rs`.

use formula::{Answers, Cell, Diagnostic, EvalCache, EvalInput, Formula, Scope, analyze};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Read, Write},
    process::ExitCode,
    sync::Arc,
};
use table::{
    ai::CallKey,
    column::{Column, ColumnKind, SharedColumn},
    field::{Field, FieldType, date},
    id::{ColumnId, FieldId, RecordId, TableId},
    mask::Mask,
    schema::{Schema, Table},
    segment::Segment,
    snapshot::{Snapshot, TableData},
    value::{CellError, CellState, CellValue},
};

/// Bytes of one line; a longer one is refused and skipped.
const LINE_BYTES: usize = 1024 * 1024;
/// The table that `record` becomes.
const OWN: TableId = TableId(1);

/// One line of input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    formula: String,
    /// The record the formula stands in.
    #[serde(default)]
    record: Map<String, Value>,
    /// Other tables by name, as lists of records.
    #[serde(default)]
    tables: BTreeMap<String, Vec<Map<String, Value>>>,
    /// ISO date-time for TODAY and NOW; absent: this computer's clock.
    #[serde(default)]
    now: Option<String>,
    /// Language of messages: `zh-CN` (the default) or `en`.
    #[serde(default)]
    locale: Option<String>,
}

/// The subcommand: standard input to standard output.
pub(super) fn serve() -> ExitCode {
    match run(io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of our answers went away: nothing is left to do.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("读写失败：{error} / Reading or writing failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers every line of `input`; fails only where reading or writing fails.
pub fn run(mut input: impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = LINE_BYTES as u64 + 1;
        if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let ended = line.last() == Some(&b'\n');
        if ended {
            line.pop();
        }
        let answer = if line.len() > LINE_BYTES {
            skip_line(&mut input, ended)?;
            bad_input("这一行超过 1 MiB", "This line is longer than 1 MiB", true)
        } else {
            answer(&line)
        };
        serde_json::to_writer(&mut *output, &answer)?;
        output.write_all(b"\n")?;
        // A program on the other side may wait for this answer before it asks again.
        output.flush()?;
    }
}

/// Drops the rest of a line that was too long.
fn skip_line(input: &mut impl BufRead, ended: bool) -> io::Result<()> {
    let mut ended = ended;
    while !ended {
        let buffer = input.fill_buf()?;
        let (n, found) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(n);
        ended = found;
    }
    Ok(())
}

fn bad_input(zh: &str, en: &str, chinese: bool) -> Value {
    let (message, hint) = match chinese {
        true => (zh, "每行写一个 JSON 对象，例如 {\"formula\":\"1+1\"}"),
        false => (
            en,
            "Write one JSON object per line, for example {\"formula\":\"1+1\"}",
        ),
    };
    json!({"diagnostics": [{"code": "bad_input", "message": message, "span": [0, 0], "hint": hint}]})
}

fn answer(line: &[u8]) -> Value {
    let request: Request = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => {
            let (zh, en) = (
                format!("这一行读不懂：{error}"),
                format!("This line cannot be read: {error}"),
            );
            return bad_input(&zh, &en, true);
        }
    };
    let chinese = match request.locale.as_deref() {
        None | Some("zh-CN") => true,
        Some("en") => false,
        Some(_) => return bad_input("locale 只能是 zh-CN 或 en", "locale is zh-CN or en", true),
    };
    let now = match request.now.as_deref().map(iso) {
        None => crate::instance::local_clock().now_day,
        Some(Some((now, _))) => now,
        Some(None) => {
            let (zh, en) = (
                "now 要写成 2026-11-22T09:30:00",
                "now is written 2026-11-22T09:30:00",
            );
            return bad_input(zh, en, chinese);
        }
    };
    let snapshot = match snapshot(&request) {
        Ok(snapshot) => snapshot,
        Err((zh, en)) => return bad_input(&zh, &en, chinese),
    };
    let scope = Scope {
        schema: &snapshot.schema,
        table: OWN,
        field: None,
    };
    let analysis = analyze(&request.formula, &scope);
    match analysis.formula {
        Some(formula) => evaluate(&formula, &snapshot, now),
        None => {
            let found = analysis.diagnostics.iter();
            json!({"diagnostics": found.map(|d| diagnostic(d, chinese)).collect::<Vec<_>>()})
        }
    }
}

fn diagnostic(found: &Diagnostic, chinese: bool) -> Value {
    let hint = found.hint.as_ref();
    let (message, hint) = match chinese {
        true => (&found.message.zh, hint.map(|hint| &hint.zh)),
        false => (&found.message.en, hint.map(|hint| &hint.en)),
    };
    let span = [found.span.start, found.span.end];
    json!({"code": found.code, "message": message, "span": span, "hint": hint})
}

/// No AI answer is known here.
struct Nothing;

impl Answers for Nothing {
    fn answer(&self, _: &CallKey) -> Option<Arc<str>> {
        None
    }
}

fn evaluate(formula: &Formula, snapshot: &Snapshot, now: f64) -> Value {
    let result = formula.result();
    let input = EvalInput {
        snapshot,
        table: OWN,
        segment: 0,
        offsets: None,
        now,
        answers: &Nothing,
        kind: result.kind(),
        model: "",
        cache: &EvalCache::default(),
    };
    let cell = formula.values(&input).into_iter().next();
    match cell.unwrap_or(Cell::Blank) {
        Cell::Error(error) => json!({"error": error.code()}),
        Cell::Pending => {
            let calls = formula.eval(&input).calls;
            let prompts: Vec<&str> = calls.iter().map(|(_, c)| &*c.user).collect();
            json!({"pending": true, "type": result.key(), "calls": prompts})
        }
        Cell::Number(day) if matches!(result, FieldType::Date | FieldType::DateTime) => {
            if !(date::FIRST_DAY..date::LAST_DAY + 1.0).contains(&day) {
                return json!({"error": "#NUM!"});
            }
            // A day with a time of day, whatever most results of the formula are.
            let timed = result == FieldType::DateTime || day.fract() != 0.0;
            let key = if timed { "date_time" } else { "date" };
            json!({"value": iso_text(day, timed), "type": key})
        }
        Cell::Array(range) => {
            let rows = range.cells().chunks(range.width()).map(|row| {
                let cells = row.iter().map(|cell| match cell {
                    Cell::Error(error) => json!({"error": error.code()}),
                    other => plain(other),
                });
                Value::Array(cells.collect())
            });
            json!({"value": rows.collect::<Vec<Value>>(), "type": "list"})
        }
        single => {
            // What a formula gives for this record may be of another type than for most.
            let own = match &single {
                Cell::Number(_) => (ColumnKind::Number, "number"),
                Cell::Bool(_) => (ColumnKind::Bool, "checkbox"),
                _ => (ColumnKind::Text, "text"),
            };
            let fits = single == Cell::Blank || own.0 == result.kind();
            let key = if fits { result.key() } else { own.1 };
            json!({"value": plain(&single), "type": key})
        }
    }
}

/// A blank is null.
fn plain(cell: &Cell) -> Value {
    match cell {
        Cell::Number(x) => number(*x),
        Cell::Bool(flag) => json!(flag),
        Cell::Text(text) => json!(text),
        _ => Value::Null,
    }
}

/// Whole numbers without a point, never `-0`; what JSON cannot hold is null.
fn number(x: f64) -> Value {
    match x.fract() == 0.0 && x.abs() < 1e15 {
        true => json!(x as i64),
        false => json!(x),
    }
}

fn iso_text(day: f64, with_time: bool) -> String {
    if !with_time {
        return date::date_text(day);
    }
    let day = date::to_seconds(day);
    let (hour, minute, second) = date::clock(day);
    format!("{}T{hour:02}:{minute:02}:{second:02}", date::date_text(day))
}

/// The day number of `2026-11-22`, or `2026-11-22T09:30[:05]` (with true: it has a time); nothing looser.
fn iso(text: &str) -> Option<(f64, bool)> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let parts = |text: &str, sign: char, widths: &[usize]| -> Option<Vec<u32>> {
        let parts: Vec<&str> = text.split(sign).collect();
        let fits = |(part, width): (&&str, &usize)| {
            part.len() == *width && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let all = parts.len() <= widths.len() && parts.iter().zip(widths).all(fits);
        all.then(|| parts.iter().filter_map(|part| part.parse().ok()).collect())
    };
    let [year, month, day] = parts(date, '-', &[4, 2, 2])?[..] else {
        return None;
    };
    let day = date::day_number(i64::from(year), month, day)?;
    let Some(time) = time else {
        return Some((day, false));
    };
    let (hour, minute, second) = match parts(time, ':', &[2, 2, 2])?[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let seconds = f64::from(hour * 3600 + minute * 60 + second);
    (hour < 24 && minute < 60 && second < 60).then_some((day + seconds / 86_400.0, true))
}

type Refused = (String, String);

fn snapshot(request: &Request) -> Result<Snapshot, Refused> {
    let mut next_field = 1;
    let mut schema = Schema::default();
    let mut tables = BTreeMap::new();
    let record = std::slice::from_ref(&request.record);
    let others = request.tables.iter();
    let all = std::iter::once(("", record)).chain(others.map(|(name, rows)| (&**name, &rows[..])));
    for (id, (name, rows)) in (OWN.0..).map(TableId).zip(all) {
        let (fields, columns) = columns(rows, &mut next_field)?;
        let ids: Vec<RecordId> = (1..=rows.len() as u64).map(RecordId).collect();
        let segment = Segment::new(ids, Mask::new(rows.len(), true), columns);
        let data = TableData {
            segments: vec![Arc::new(segment)],
            next_record: RecordId(rows.len() as u64 + 1),
            n_live: rows.len() as u64,
        };
        tables.insert(id, Arc::new(data));
        schema.tables.push(Table {
            id,
            name: name.into(),
            description: String::new(),
            fields,
            views: Vec::new(),
            removed: false,
        });
    }
    Ok(Snapshot {
        schema: Arc::new(schema),
        tables,
        ..Snapshot::default()
    })
}

type Columns = BTreeMap<ColumnId, SharedColumn>;

fn columns(rows: &[Map<String, Value>], next: &mut u32) -> Result<(Vec<Field>, Columns), Refused> {
    let names: BTreeSet<&String> = rows.iter().flat_map(Map::keys).collect();
    let (mut fields, mut columns) = (Vec::new(), Columns::new());
    for name in names {
        let values: Vec<&Value> = rows
            .iter()
            .map(|row| row.get(name).unwrap_or(&Value::Null))
            .collect();
        let strange = |value: &&&Value| value.is_array() || value.is_object();
        if values
            .iter()
            .filter(strange)
            .any(|value| error(value).is_none())
        {
            return Err((
                format!(
                    "字段“{name}”里有列表或对象，只能写数字、文字、true、false、null 或 {{\"error\":\"#N/A\"}}"
                ),
                format!(
                    "Field “{name}” holds a list or an object; write a number, a text, true, false, null or {{\"error\":\"#N/A\"}}"
                ),
            ));
        }
        let (field_type, kind) = field_type(&values);
        let cells = values.iter().map(|value| cell(value, kind));
        let column = Column::from_states(kind, cells);
        columns.insert(ColumnId(*next), column.into());
        fields.push(Field {
            id: FieldId(*next),
            column: ColumnId(*next),
            name: name.as_str().into(),
            description: String::new(),
            field_type,
            removed: false,
        });
        *next += 1;
    }
    Ok((fields, columns))
}

/// `{"error":"#N/A"}`.
fn error(value: &Value) -> Option<CellError> {
    let code = value.as_object().filter(|object| object.len() == 1)?;
    let code = code.get("error")?.as_str()?;
    CellError::ALL
        .into_iter()
        .find(|error| error.code() == code)
}

/// The one type that all values of a field have; where they differ, each cell is what it is.
fn field_type(values: &[&Value]) -> (FieldType, ColumnKind) {
    let is_filled = |value: &&&Value| !value.is_null() && !value.is_object();
    let filled = || values.iter().filter(is_filled);
    let dated = |value: &&&Value| value.as_str().and_then(iso);
    let field_type = match () {
        () if filled().next().is_none() => FieldType::Text,
        () if filled().all(|value| value.is_number()) => FieldType::Number {
            decimals: None,
            thousands: false,
            unit: String::new(),
        },
        () if filled().all(|value| value.is_boolean()) => FieldType::Checkbox,
        () if filled().all(|value| dated(&value).is_some()) => {
            match filled().any(|value| dated(&value).is_some_and(|(_, timed)| timed)) {
                true => FieldType::DateTime,
                false => FieldType::Date,
            }
        }
        () if filled().all(|value| value.is_string()) => FieldType::Text,
        () => return (FieldType::Text, ColumnKind::Mixed),
    };
    let kind = field_type.kind();
    (field_type, kind)
}

fn cell(value: &Value, kind: ColumnKind) -> CellState {
    if let Some(error) = error(value) {
        return CellState::Error(error);
    }
    let cell = match value {
        Value::String(text) if kind == ColumnKind::Date => {
            iso(text).map_or(CellValue::Blank, |(day, _)| CellValue::Date(day))
        }
        Value::String(text) if text.is_empty() => CellValue::Blank,
        Value::String(text) => CellValue::text(text),
        Value::Number(x) => x.as_f64().map_or(CellValue::Blank, CellValue::Number),
        Value::Bool(flag) => CellValue::Bool(*flag),
        _ => CellValue::Blank,
    };
    cell.into()
}
