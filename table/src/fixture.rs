//! Tables as Markdown: for tests, documentation and dumps.
//!
//! The header row holds `name:type` (`text` where absent; `select(甲/乙)` lists options; `currency(USD)`),
//! a heading `# name` starts a table, `-` stands for nothing special: a blank cell is an empty one.
//! Law: `from_markdown(to_markdown(t))` shows the same cells.

use crate::{
    column::Column,
    field::{Field, FieldType, select::options_from},
    id::{ActorId, ColumnId, FieldId, RecordId, Revision, TableId, ViewId},
    op::{Op, Transaction, apply},
    schema::Table,
    snapshot::Snapshot,
    view::View,
};
use std::collections::BTreeMap;

/// A snapshot with the tables of the text, ids counted from 1 in the order of appearance.
pub fn from_markdown(text: &str) -> Result<Snapshot, String> {
    let mut ops = Vec::new();
    let mut next = (1u32, 1u32);
    let mut name = String::from("表1");
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .peekable();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix('#') {
            name = heading.trim_start_matches('#').trim().to_string();
            continue;
        }
        let headers = cells_of(line)?;
        let mut rows = Vec::new();
        while let Some(row) = lines.peek().filter(|row| row.starts_with('|')) {
            if !row.chars().all(|c| "|-: ".contains(c)) {
                rows.push(cells_of(row)?);
            }
            lines.next();
        }
        ops.extend(table_ops(&name, &headers, &rows, &mut next)?);
    }
    let transaction = Transaction {
        revision: Revision(1),
        actor: ActorId("fixture".into()),
        at_ms: 0,
        client_id: None,
        label: "fixture".into(),
        group: None,
        undoes: None,
        ops,
    };
    apply(&Snapshot::default(), &transaction)
        .map(|(snapshot, _)| snapshot)
        .map_err(|error| error.to_string())
}

fn table_ops(
    name: &str,
    headers: &[String],
    rows: &[Vec<String>],
    next: &mut (u32, u32),
) -> Result<Vec<Op>, String> {
    let table = TableId(next.0);
    next.0 += 1;
    let mut fields = Vec::new();
    let mut columns = BTreeMap::new();
    for (at, header) in headers.iter().enumerate() {
        let (field_name, type_text) = header.split_once(':').unwrap_or((header, "text"));
        let field_type = read_type(type_text.trim())?;
        let id = next.1;
        next.1 += 1;
        let cells = rows
            .iter()
            .map(|row| field_type.parse(row.get(at).map_or("", String::as_str)));
        columns.insert(
            ColumnId(id),
            Column::from_states(field_type.kind(), cells).into(),
        );
        fields.push(Field {
            id: FieldId(id),
            column: ColumnId(id),
            name: field_name.trim().into(),
            description: String::new(),
            field_type,
            removed: false,
        });
    }
    let views = vec![View::grid(ViewId(table.0), "表格")];
    let added = Table {
        id: table,
        name: name.into(),
        description: String::new(),
        fields,
        views,
        removed: false,
    };
    let n_records = rows.len() as u64;
    Ok(vec![
        Op::AddTable { table: added },
        Op::AppendRecords {
            table,
            first: RecordId(1),
            n_records,
            columns,
        },
    ])
}

fn cells_of(line: &str) -> Result<Vec<String>, String> {
    let inner = line
        .strip_prefix('|')
        .and_then(|rest| rest.strip_suffix('|'));
    let inner = inner.ok_or_else(|| format!("a table row starts and ends with |: {line}"))?;
    let escaped = inner.replace("\\|", "\u{1}");
    Ok(escaped
        .split('|')
        .map(|cell| cell.trim().replace('\u{1}', "|").replace("<br>", "\n"))
        .collect())
}

/// `number`, `currency(USD)`, `select(甲/乙)`, …
pub fn read_type(text: &str) -> Result<FieldType, String> {
    let (key, rest) = text.split_once('(').unwrap_or((text, ""));
    let inner = rest.strip_suffix(')').unwrap_or(rest);
    let options = || {
        options_from(
            inner
                .split('/')
                .map(str::trim)
                .filter(|name| !name.is_empty()),
        )
    };
    Ok(match key.trim() {
        "" | "text" => FieldType::Text,
        "long_text" => FieldType::LongText,
        "number" => FieldType::Number {
            decimals: None,
            thousands: false,
            unit: inner.into(),
        },
        "currency" => FieldType::Currency {
            code: if inner.is_empty() {
                "CNY".into()
            } else {
                inner.into()
            },
            decimals: 2,
        },
        "percent" => FieldType::Percent { decimals: 2 },
        "date" => FieldType::Date,
        "date_time" => FieldType::DateTime,
        "checkbox" => FieldType::Checkbox,
        "select" => FieldType::Select { options: options() },
        "multi_select" => FieldType::MultiSelect { options: options() },
        "url" => FieldType::Url,
        "phone" => FieldType::Phone,
        "person" => FieldType::Person { options: options() },
        "auto_number" => FieldType::AutoNumber {
            pattern: inner.into(),
            from_record: 0,
            from_number: 0,
        },
        "created_time" => FieldType::CreatedTime,
        "modified_time" => FieldType::ModifiedTime,
        "created_by" => FieldType::CreatedBy,
        "modified_by" => FieldType::ModifiedBy,
        "email" => FieldType::Email,
        "barcode" => FieldType::Barcode,
        "rating" => FieldType::Rating {
            max: inner.parse().unwrap_or(5),
        },
        "progress" => FieldType::Progress { decimals: 0 },
        "duration" => FieldType::Duration {
            seconds: inner == "s",
        },
        "attachment" => FieldType::Attachment,
        other => return Err(format!("no field type is called {other}")),
    })
}

/// The live records and fields of a table as shown.
pub fn to_markdown(snapshot: &Snapshot, table: TableId) -> String {
    let (Some(schema), Some(data)) = (snapshot.schema.any_table(table), snapshot.data(table))
    else {
        return String::new();
    };
    let fields: Vec<&Field> = schema.live_fields().collect();
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = format!("# {}\n\n", schema.name);
    out += &row(fields
        .iter()
        .map(|field| format!("{}:{}", field.name, type_text(&field.field_type)))
        .collect());
    out += &row(fields.iter().map(|_| "---".into()).collect());
    for (_, segment, at) in data.live_records() {
        let segment = &data.segments[segment];
        let shown = |field: &&Field| {
            let cell = segment.column(field.column).map(|cells| cells.get(at));
            let text = cell.map_or(String::new(), |state| field.field_type.display(&state));
            text.replace('|', "\\|").replace('\n', "<br>")
        };
        out += &row(fields.iter().map(shown).collect());
    }
    out
}

fn type_text(field_type: &FieldType) -> String {
    let names = |options: &[crate::field::SelectOption]| {
        options
            .iter()
            .map(|option| option.name.as_str())
            .collect::<Vec<_>>()
            .join("/")
    };
    match field_type {
        FieldType::Currency { code, .. } => format!("currency({code})"),
        FieldType::Select { options } => format!("select({})", names(options)),
        FieldType::Person { options } => format!("person({})", names(options)),
        FieldType::MultiSelect { options } => format!("multi_select({})", names(options)),
        FieldType::Formula(spec) => type_text(&spec.result),
        other => other.key().into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn markdown_round_trips() {
        let text = "# 商品\n\n| 货号:text | 单价:currency(CNY) | 状态:select(在售/停售) | 日期:date |\n| --- | --- | --- | --- |\n\
                    | 00123 | ¥12.50 | 在售 | 2025-10-30 |\n| a\\|b |  | 停售 | 缺 |\n";
        let snapshot = from_markdown(text).unwrap();
        assert_eq!(to_markdown(&snapshot, TableId(1)), text);
        assert_eq!(snapshot.data(TableId(1)).unwrap().n_live, 2);
    }
}
