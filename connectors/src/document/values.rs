//! What stands in a cell of a document: a record's value, with the look that its field gives it.
//!
//! Types: [`Data`], [`Line`], [`Shown`], [`Value`]. Law: numbers, dates and checkboxes stay what they are; what does not
//! fit its field is written as it was typed. Tests: `connectors/tests/document.rs`.

use super::{
    barcode::{self, Symbology},
    binding::{Binding, Hop, Leaf},
    capitals::capitals,
    placeholder::Format,
    plan::Source,
};
use table::{
    field::{Field, FieldType, date, link, number},
    id::{RecordId, TableId},
    snapshot::Snapshot,
    value::{Attachment, CellState, CellValue},
};

/// Where values come from.
pub struct Data<'a> {
    pub snapshot: &'a Snapshot,
    pub table: TableId,
    pub records: &'a [RecordId],
    /// Day number.
    pub now: f64,
}

/// What a copy of a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub root: RecordId,
    /// Of the list that the row repeats for.
    pub record: Option<RecordId>,
    /// From 1.
    pub number: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Blank,
    Number(f64),
    Bool(bool),
    Text(String),
    Pictures(Vec<Attachment>),
    Barcode(String, Symbology),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub value: Value,
    /// Within a longer text.
    pub text: String,
    /// Excel's number format, for a cell that has none of its own.
    pub format: Option<String>,
}

impl Shown {
    fn text(text: String) -> Shown {
        Shown {
            value: match text.is_empty() {
                true => Value::Blank,
                false => Value::Text(text.clone()),
            },
            text,
            format: None,
        }
    }

    pub fn blank() -> Shown {
        Shown::text(String::new())
    }
}

impl Data<'_> {
    /// The lines of a block: at least one, so that the row stays.
    pub fn lines(&self, source: &Source) -> Vec<Line> {
        let mut lines = Vec::new();
        for root in self.records {
            match source {
                Source::Records => lines.push((*root, None)),
                Source::List(hops) => {
                    let found = self.listed(*root, hops);
                    lines.extend(found.into_iter().map(|record| (*root, Some(record))));
                }
            }
        }
        if lines.is_empty() {
            lines.extend(self.records.first().map(|root| (*root, None)));
        }
        let numbered = lines.into_iter().enumerate();
        let line = |(index, (root, record))| Line {
            root,
            record,
            number: index + 1,
        };
        numbered.map(line).collect()
    }

    /// Live records that the last of some steps leads to, the steps before it leading to one each.
    fn listed(&self, root: RecordId, hops: &[Hop]) -> Vec<RecordId> {
        let mut table = self.table;
        let mut here = vec![root];
        for (n, hop) in hops.iter().enumerate() {
            let ids = here.first().map(|record| self.step(table, *record, hop));
            here = ids.unwrap_or_default();
            if n + 1 < hops.len() {
                here.truncate(1);
            }
            table = hop.table;
        }
        here
    }

    fn step(&self, table: TableId, record: RecordId, hop: &Hop) -> Vec<RecordId> {
        let cell = self.snapshot.cell(table, hop.ids, record);
        let ids = cell.map(|cell| link::ids_of(&cell));
        let Some((ids, data)) = ids.zip(self.snapshot.data(hop.table)) else {
            return Vec::new();
        };
        ids.iter().copied().filter(|id| data.is_live(*id)).collect()
    }

    pub fn shown(&self, binding: &Binding, line: &Line) -> Shown {
        let field = match &binding.leaf {
            Leaf::Number => {
                return Shown {
                    value: Value::Number(line.number as f64),
                    text: line.number.to_string(),
                    format: None,
                };
            }
            Leaf::Today => {
                let day = self.now.floor();
                return Shown {
                    value: Value::Number(day),
                    text: date::date_text(day),
                    format: Some("yyyy-mm-dd".into()),
                };
            }
            Leaf::Field(field) => field,
        };
        let mut table = self.table;
        let mut records = vec![line.root];
        let mut is_listed = false;
        for hop in &binding.hops {
            // The first link to many is the one that the row repeats for.
            records = match hop.many && !is_listed {
                true => line.record.into_iter().collect(),
                false => records
                    .iter()
                    .flat_map(|record| self.step(table, *record, hop))
                    .collect(),
            };
            is_listed |= hop.many;
            table = hop.table;
        }
        let cells = records
            .iter()
            .filter_map(|record| self.snapshot.cell(table, field.column, *record))
            .filter(|cell| !cell.is_blank());
        let mut all: Vec<Shown> = cells
            .map(|cell| shown(field, &cell, binding.format))
            .collect();
        match all.len() {
            0 => Shown::blank(),
            1 => all.remove(0),
            _ => joined(all),
        }
    }
}

/// Several values in one cell: pictures side by side, everything else as words.
fn joined(all: Vec<Shown>) -> Shown {
    let pictures = all.iter().map(|shown| match &shown.value {
        Value::Pictures(files) => Some(files.clone()),
        _ => None,
    });
    if let Some(pictures) = pictures.collect::<Option<Vec<_>>>() {
        return Shown {
            value: Value::Pictures(pictures.concat()),
            text: String::new(),
            format: None,
        };
    }
    let texts: Vec<String> = all.into_iter().map(|shown| shown.text).collect();
    Shown::text(texts.join("、"))
}

fn shown(field: &Field, cell: &CellState, format: Option<Format>) -> Shown {
    let plain = || field.field_type.display(cell);
    match format {
        Some(Format::Text) => return Shown::text(plain()),
        Some(Format::Capitals) => {
            if let CellState::Value(CellValue::Number(amount)) = cell
                && let Some(words) = capitals(*amount)
            {
                return Shown::text(words);
            }
            return Shown::text(plain());
        }
        Some(Format::Barcode | Format::Ean13 | Format::Code128) => {
            let code = field.field_type.edit_text(cell);
            return barcode_of(code.trim(), format);
        }
        Some(Format::Picture) | None => {}
    }
    let CellState::Value(value) = cell else {
        return Shown::text(plain());
    };
    let value = match value {
        CellValue::Number(value) => match field.field_type.is_duration() {
            true => Value::Number(value / 86_400.0),
            false => Value::Number(*value),
        },
        CellValue::Date(day) if (61.0..=date::LAST_DAY).contains(day) => Value::Number(*day),
        CellValue::Bool(flag) => Value::Bool(*flag),
        CellValue::Attachments(files) => {
            let pictures = files.iter().filter(|file| file.mime.starts_with("image/"));
            match pictures.cloned().collect::<Vec<_>>() {
                none if none.is_empty() => return Shown::text(plain()),
                pictures => Value::Pictures(pictures),
            }
        }
        _ => return Shown::text(plain()),
    };
    Shown {
        value,
        text: plain(),
        format: number_format(&field.field_type),
    }
}

fn barcode_of(code: &str, format: Option<Format>) -> Shown {
    let symbology = match format {
        Some(Format::Ean13) => Some(Symbology::Ean13),
        Some(Format::Code128) => Some(Symbology::Code128),
        _ => barcode::fitting(code),
    };
    let drawn = symbology.filter(|symbology| barcode::bars(code, *symbology).is_some());
    match drawn {
        Some(symbology) => Shown {
            value: Value::Barcode(code.into(), symbology),
            text: code.into(),
            format: None,
        },
        // A code that can't be drawn is still readable.
        None => Shown::text(code.into()),
    }
}

/// How the grid shows numbers of a field, as Excel writes it.
fn number_format(field_type: &FieldType) -> Option<String> {
    let places = |decimals: u8, thousands: bool| {
        let whole = if thousands { "#,##0" } else { "0" };
        match decimals {
            0 => whole.to_string(),
            n => format!("{whole}.{}", "0".repeat(n.into())),
        }
    };
    Some(match field_type {
        FieldType::Number {
            decimals: None,
            thousands: false,
            unit,
        } if unit.is_empty() => return None,
        FieldType::Number {
            decimals,
            thousands,
            unit,
        } => {
            let digits = match (decimals, thousands) {
                (Some(decimals), thousands) => places(*decimals, *thousands),
                (None, true) => "#,##0.##########".into(),
                (None, false) => "General".into(),
            };
            match unit.is_empty() {
                true => digits,
                false => format!("{digits}\"{}\"", unit.replace('"', "")),
            }
        }
        FieldType::Currency { code, decimals } => {
            let sign = number::currency_sign(code).replace('"', "");
            format!("\"{sign}\"{}", places(*decimals, true))
        }
        FieldType::Percent { decimals } | FieldType::Progress { decimals } => {
            format!("{}%", places(*decimals, false))
        }
        FieldType::Duration { seconds: false } => "[h]:mm".into(),
        FieldType::Duration { seconds: true } => "[h]:mm:ss".into(),
        FieldType::Date => "yyyy-mm-dd".into(),
        FieldType::DateTime | FieldType::CreatedTime | FieldType::ModifiedTime => {
            "yyyy-mm-dd hh:mm".into()
        }
        FieldType::Formula(spec) => return number_format(&spec.result),
        _ => return None,
    })
}
