//! The formula language as the engine uses it: the one place that names the crate `formula`.
//!
//! Until that crate's door is there, this file holds the narrowest language with the same signatures
//! (`[a]*[b]`, `SUM(表[a])`, `AI.TRANSLATE([a])`); then it becomes a list of `pub(crate) use formula::…`.

use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use table::{
    ai::{AiCall, AiKind, CallKey},
    column::{Column, ColumnKind},
    field::FieldType,
    id::{ColumnId, FieldId, TableId},
    schema::Schema,
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

/// One text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text2 {
    pub zh: String,
    pub en: String,
}

impl Text2 {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text2 {
        Text2 {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Error,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Diagnostic {
    pub code: &'static str,
    pub severity: Severity,
    pub span: Span,
    pub message: Text2,
    pub hint: Option<Text2>,
}

pub(crate) struct Scope<'a> {
    pub schema: &'a Schema,
    pub table: TableId,
    pub field: Option<FieldId>,
}

pub(crate) struct Analysis {
    pub diagnostics: Vec<Diagnostic>,
    pub formula: Option<Formula>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Reads {
    pub own: BTreeSet<FieldId>,
    pub others: BTreeMap<TableId, BTreeSet<FieldId>>,
    pub volatile: bool,
}

#[derive(Debug, Clone)]
enum Shape {
    Product(FieldId, FieldId),
    Sum(TableId, FieldId),
    Translate(FieldId),
}

#[derive(Debug, Clone)]
pub(crate) struct Formula {
    shape: Shape,
    source: String,
    reads: Reads,
    columns: HashMap<FieldId, ColumnId>,
}

pub(crate) trait Answers {
    fn answer(&self, key: &CallKey) -> Option<Arc<str>>;
}

#[derive(Default)]
pub(crate) struct EvalCache;

pub(crate) struct EvalInput<'a> {
    pub snapshot: &'a Snapshot,
    pub table: TableId,
    pub segment: usize,
    pub offsets: Option<&'a [usize]>,
    pub now: f64,
    pub answers: &'a dyn Answers,
    pub kind: ColumnKind,
    pub model: &'a str,
    pub cache: &'a EvalCache,
}

pub(crate) struct Evaluated {
    pub cells: Column,
    pub calls: Vec<(usize, AiCall)>,
}

pub(crate) fn analyze(text: &str, scope: &Scope) -> Analysis {
    let mut source = text.to_owned();
    for table in scope.schema.live_tables() {
        for field in table.live_fields() {
            let whole = format!("{}[{}]", table.name, field.name);
            source = source.replace(&whole, &format!("#{}[#{}]", table.id, field.id));
        }
    }
    for field in scope
        .schema
        .table(scope.table)
        .into_iter()
        .flat_map(|table| table.live_fields())
    {
        source = source.replace(&format!("[{}]", field.name), &format!("[#{}]", field.id));
    }
    match Formula::from_source(&source, scope) {
        Ok(formula) => Analysis {
            diagnostics: Vec::new(),
            formula: Some(formula),
        },
        Err(diagnostics) => Analysis {
            diagnostics,
            formula: None,
        },
    }
}

pub(crate) fn source_to_text(source: &str, schema: &Schema, table: TableId) -> String {
    let mut text = source.to_owned();
    for owner in schema.live_tables() {
        for field in owner.live_fields() {
            let whole = format!("{}[{}]", owner.name, field.name);
            text = text.replace(&format!("#{}[#{}]", owner.id, field.id), &whole);
            if owner.id == table {
                text = text.replace(&format!("[#{}]", field.id), &format!("[{}]", field.name));
            }
        }
    }
    text
}

fn refused() -> Vec<Diagnostic> {
    vec![Diagnostic {
        code: "unsupported",
        severity: Severity::Error,
        span: Span { start: 0, end: 0 },
        message: Text2::new(
            "公式里有看不懂的内容。",
            "There is something in the formula that is not understood.",
        ),
        hint: None,
    }]
}

impl Formula {
    pub fn from_source(source: &str, scope: &Scope) -> Result<Formula, Vec<Diagnostic>> {
        let mut reads = Reads::default();
        let mut columns = HashMap::new();
        let mut field_of = |table: TableId, text: &str| {
            let id = text
                .trim_matches(|c| "[]#()".contains(c))
                .parse::<FieldId>()
                .ok();
            let field = id.and_then(|id| scope.schema.table(table)?.field(id));
            let field = field
                .filter(|field| Some(field.id) != scope.field)
                .ok_or_else(refused)?;
            columns.insert(field.id, field.column);
            Ok::<FieldId, Vec<Diagnostic>>(field.id)
        };
        let shape = if let Some(inner) = source.strip_prefix("AI.TRANSLATE(") {
            let field = field_of(scope.table, inner)?;
            reads.own.insert(field);
            Shape::Translate(field)
        } else if let Some(inner) = source.strip_prefix("SUM(#") {
            let (table, field) = inner.split_once('[').ok_or_else(refused)?;
            let table = table.parse::<TableId>().map_err(|_| refused())?;
            let field = field_of(table, field)?;
            reads.others.entry(table).or_default().insert(field);
            Shape::Sum(table, field)
        } else {
            let (a, b) = source.split_once('*').ok_or_else(refused)?;
            let (a, b) = (field_of(scope.table, a)?, field_of(scope.table, b)?);
            reads.own.extend([a, b]);
            Shape::Product(a, b)
        };
        Ok(Formula {
            shape,
            source: source.to_owned(),
            reads,
            columns,
        })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn result(&self) -> FieldType {
        match self.shape {
            Shape::Translate(_) => FieldType::Text,
            _ => FieldType::Number {
                decimals: None,
                thousands: false,
                unit: String::new(),
            },
        }
    }

    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    pub fn has_ai(&self) -> bool {
        matches!(self.shape, Shape::Translate(_))
    }

    fn cell(
        &self,
        snapshot: &Snapshot,
        table: TableId,
        segment: usize,
        at: usize,
        field: FieldId,
    ) -> CellState {
        let data = snapshot.data(table);
        data.and_then(|data| {
            data.segments
                .get(segment)?
                .column(*self.columns.get(&field)?)
        })
        .map_or(CellState::BLANK, |cells| cells.get(at))
    }

    fn sum(&self, snapshot: &Snapshot, table: TableId, field: FieldId) -> f64 {
        let records = snapshot
            .data(table)
            .into_iter()
            .flat_map(|data| data.live_records());
        records
            .map(|(_, segment, at)| number(&self.cell(snapshot, table, segment, at, field)))
            .sum()
    }

    pub fn eval(&self, input: &EvalInput) -> Evaluated {
        let n = input
            .snapshot
            .data(input.table)
            .and_then(|data| data.segments.get(input.segment))
            .map_or(0, |segment| segment.len());
        let all: Vec<usize>;
        let offsets = match input.offsets {
            Some(offsets) => offsets,
            None => {
                all = (0..n).collect();
                &all
            }
        };
        // Nothing here depends on the time or on other tables' keys yet.
        let _ = (input.now, input.cache);
        let mut cells = Column::blank(input.kind, offsets.len());
        let mut calls = Vec::new();
        for (position, at) in offsets.iter().enumerate() {
            let cell = |field| self.cell(input.snapshot, input.table, input.segment, *at, field);
            let state = match self.shape {
                Shape::Product(a, b) => {
                    CellValue::Number(number(&cell(a)) * number(&cell(b))).into()
                }
                Shape::Sum(table, field) => {
                    CellValue::Number(self.sum(input.snapshot, table, field)).into()
                }
                Shape::Translate(field) => match cell(field) {
                    CellState::Value(CellValue::Text(text)) => {
                        let call = call(&text, input.model);
                        let answer = input.answers.answer(&call.key);
                        calls.push((position, call));
                        answer.map_or(CellState::Pending, |answer| CellValue::Text(answer).into())
                    }
                    CellState::Pending => CellState::Pending,
                    _ => CellState::BLANK,
                },
            };
            cells.set(position, state);
        }
        Evaluated { cells, calls }
    }
}

fn number(state: &CellState) -> f64 {
    match state {
        CellState::Value(CellValue::Number(x)) => *x,
        _ => 0.0,
    }
}

fn call(text: &str, model: &str) -> AiCall {
    let hash = blake3::hash(format!("translate\n{model}\n{text}").as_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&hash.as_bytes()[..16]);
    AiCall {
        key: CallKey(key),
        kind: AiKind::Translate,
        model: model.to_owned(),
        prompt_version: "translate/0".into(),
        system: "Translate into English. Answer with the translation only.".into(),
        user: text.to_owned(),
        inputs: BTreeMap::from([("text".to_owned(), text.to_owned())]),
    }
}
