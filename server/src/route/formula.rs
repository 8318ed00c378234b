//! `/formula/functions`, `/bases/{base}/formula/check`: what the formula editor needs.

use super::tables::parse_id;
use crate::{
    app::{App, off_loop},
    error::{ApiError, Locale},
    instance::local_clock,
    wire::{
        ErrorBody, Json, Path,
        cell::{CellStyle, write_cell},
        schema::{FieldTypeView, field_type_view, name_of},
        window::CellDoc,
    },
};
use axum::extract::State;
use formula::{
    Analysis, Answers, Cell, Diagnostic, EvalCache, EvalInput, Formula, Scope, Step, Token, analyze,
};
use pinyin::ToPinyin;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use table::{
    ai::CallKey,
    column::ColumnKind,
    field::FieldType,
    id::{FieldId, RecordId, TableId},
    snapshot::Snapshot,
    value::{CellState, CellValue},
};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormulaCheck {
    pub table: String,
    /// The field being edited, so that a cycle is noticed.
    #[serde(default)]
    pub field: Option<String>,
    pub text: String,
    /// A record to compute a sample for.
    #[serde(default)]
    pub sample: Option<String>,
    /// Whether to tell what each part gives for the sample.
    #[serde(default)]
    pub steps: bool,
}

#[derive(Serialize, ToSchema)]
pub struct FormulaReport {
    pub diagnostics: Vec<DiagnosticView>,
    pub tokens: Vec<TokenView>,
    /// The type of the results; absent where there is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_type: Option<FieldTypeView>,
    /// As the field would hold it; absent without a sample or where there is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CellDoc>)]
    pub sample_value: Option<serde_json::Value>,
    /// Ids of the fields that it reads.
    pub reads: Vec<String>,
    pub has_ai: bool,
    /// The same formula laid out for reading; absent where there is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Outer parts before inner ones; only where asked for, with a sample.
    pub steps: Vec<PartView>,
    /// What AI functions would ask about the sample, as it would be sent.
    pub prompts: Vec<PromptView>,
}

/// A question to a model.
#[derive(Serialize, ToSchema)]
pub struct PromptView {
    /// The fixed part.
    pub system: String,
    /// The request and the record's data.
    pub user: String,
    pub n_pictures: u32,
}

/// A part of the formula and what it gives. Positions count UTF-16 code units.
#[derive(Serialize, ToSchema)]
pub struct PartView {
    pub start: u32,
    pub end: u32,
    /// Parts that it is inside of.
    pub depth: u32,
    /// As it is shown; texts in quotes.
    pub value: String,
}

/// A replacement that mends a mistake. Positions count UTF-16 code units.
#[derive(Serialize, ToSchema)]
pub struct FixView {
    pub start: u32,
    pub end: u32,
    pub text: String,
}

/// How a field is found while typing.
#[derive(Serialize, ToSchema)]
pub struct NameKeys {
    pub table: String,
    pub field: String,
    /// Pinyin and initials of the field's name, and of the table's: `danjia dj`.
    pub keys: String,
}

/// Positions count UTF-16 code units, as texts in browsers do.
#[derive(Serialize, ToSchema)]
pub struct DiagnosticView {
    /// Stable.
    pub code: String,
    /// `error` or `warning`
    pub severity: String,
    pub start: u32,
    pub end: u32,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixView>,
}

/// Positions count UTF-16 code units, as texts in browsers do.
#[derive(Serialize, ToSchema)]
pub struct TokenView {
    pub kind: String,
    pub start: u32,
    pub end: u32,
}

#[derive(Serialize, ToSchema)]
pub struct FunctionView {
    pub name: String,
    pub signature: String,
    pub doc: String,
    pub example: String,
    /// Pinyin and initials of what it does.
    pub keys: String,
}

/// Every function, for help and completion.
#[utoipa::path(get, path = "/formula/functions", tag = "formula", responses((status = 200, body = Vec<FunctionView>)))]
pub async fn functions(locale: Locale) -> Json<Vec<FunctionView>> {
    let view = |known: &formula::functions::FunctionDoc| FunctionView {
        name: known.name.to_string(),
        signature: known.signature.to_string(),
        doc: match locale {
            Locale::Zh => known.zh.to_string(),
            Locale::En => known.en.to_string(),
        },
        example: known.example.to_string(),
        keys: keys(known.zh),
    };
    Json(formula::functions::all().iter().map(view).collect())
}

/// How the fields of all tables are found by pinyin.
#[utoipa::path(get, path = "/bases/{base}/formula/names", tag = "formula", params(("base" = String, Path)),
    responses((status = 200, body = Vec<NameKeys>), (status = 404, body = ErrorBody)))]
pub async fn names(
    State(app): State<App>,
    Path(base): Path<String>,
) -> Result<Json<Vec<NameKeys>>, ApiError> {
    let base = app.base(&base).await?;
    let snapshot = base.handle.snapshot();
    let of = |table: &table::schema::Table| {
        let of_table = keys(&table.name);
        let fields = table.live_fields();
        let named = fields.map(|field| NameKeys {
            table: table.id.to_string(),
            field: field.id.to_string(),
            keys: format!("{} {of_table}", keys(&field.name)),
        });
        named.collect::<Vec<_>>()
    };
    Ok(Json(snapshot.schema.live_tables().flat_map(of).collect()))
}

/// Pinyin and initials of a text; its Latin letters as they are.
fn keys(text: &str) -> String {
    let (mut whole, mut initials) = (String::new(), String::new());
    for letter in text.chars() {
        match letter.to_pinyin() {
            Some(found) => {
                whole.push_str(found.plain());
                initials.extend(found.plain().chars().next());
            }
            None if letter.is_ascii_alphanumeric() => {
                whole.push(letter.to_ascii_lowercase());
                initials.push(letter.to_ascii_lowercase());
            }
            None => {
                whole.push(' ');
                initials.push(' ');
            }
        }
    }
    format!("{whole} {initials}")
}

/// What is wrong with a formula, what it reads, and what it gives for a sample record.
#[utoipa::path(post, path = "/bases/{base}/formula/check", tag = "formula", params(("base" = String, Path)),
    request_body = FormulaCheck,
    responses((status = 200, body = FormulaReport), (status = 404, body = ErrorBody)))]
pub async fn check(
    State(app): State<App>,
    Path(base): Path<String>,
    locale: Locale,
    Json(asked): Json<FormulaCheck>,
) -> Result<Json<FormulaReport>, ApiError> {
    let base = app.base(&base).await?;
    let table: TableId = parse_id(&asked.table, ("表格", "table"))?;
    let field = asked.field.as_deref().filter(|id| !id.is_empty());
    let field: Option<FieldId> = field
        .map(|id| parse_id(id, ("字段", "field")))
        .transpose()?;
    let sample = asked.sample.as_deref().filter(|id| !id.is_empty());
    let sample: Option<RecordId> = sample
        .map(|id| parse_id(id, ("记录", "record")))
        .transpose()?;
    off_loop(move || {
        let snapshot = base.handle.snapshot();
        if snapshot.schema.table(table).is_none() {
            let id = table.to_string();
            return Err(ApiError::not_found("no_table", ("表格", "table"), &id));
        }
        let scope = Scope {
            schema: &snapshot.schema,
            table,
            field,
        };
        let analysis = analyze(&asked.text, &scope);
        let place = Utf16::new(&asked.text);
        let mut report = said_of(&analysis, &place, locale);
        if let Some(formula) = analysis.formula {
            let reads = formula.reads();
            let others = reads.others.values().flatten();
            report.reads = reads
                .own
                .iter()
                .chain(&reads.links)
                .chain(others)
                .map(ToString::to_string)
                .collect();
            report.has_ai = formula.has_ai();
            report.formatted = Some(formula.pretty(&snapshot.schema));
            if let Some(record) = sample.filter(|_| asked.steps) {
                report.steps = steps(&formula, &snapshot, table, record, &place);
            }
            report.result_type = Some(field_type_view(&formula.result()));
            if let Some(record) = sample.filter(|_| report.has_ai) {
                report.prompts = prompts(&formula, &snapshot, table, record);
            }
            report.sample_value =
                sample.and_then(|record| sample_value(&formula, &snapshot, table, record));
        }
        Ok(Json(report))
    })
    .await?
}

/// What is wrong, and the tokens; the rest is known of a formula only.
fn said_of(analysis: &Analysis, place: &Utf16, locale: Locale) -> FormulaReport {
    let diagnostics = analysis.diagnostics.iter().cloned();
    FormulaReport {
        diagnostics: diagnostics
            .map(|found| diagnostic_view(found, place, locale))
            .collect(),
        tokens: analysis
            .tokens
            .iter()
            .map(|token| token_view(token, place))
            .collect(),
        result_type: None,
        sample_value: None,
        reads: Vec::new(),
        has_ai: false,
        formatted: None,
        steps: Vec::new(),
        prompts: Vec::new(),
    }
}

/// No answers: a sample never asks a model, its AI parts are pending.
struct NoAnswers;

impl Answers for NoAnswers {
    fn answer(&self, _: &CallKey) -> Option<Arc<str>> {
        None
    }
}

fn sample_value(
    formula: &Formula,
    snapshot: &Snapshot,
    table: TableId,
    record: RecordId,
) -> Option<serde_json::Value> {
    let result = formula.result();
    let evaluated = on_sample(snapshot, table, record, |input| {
        let kind = result.kind();
        formula.eval(&EvalInput { kind, ..*input })
    })?;
    let mut cell = Vec::new();
    write_cell(&mut cell, &evaluated.cells.get(0), CellStyle::of(&result));
    serde_json::from_slice(&cell).ok()
}

fn prompts(
    formula: &Formula,
    snapshot: &Snapshot,
    table: TableId,
    record: RecordId,
) -> Vec<PromptView> {
    let evaluated = on_sample(snapshot, table, record, |input| formula.eval(input));
    let calls = evaluated
        .map(|evaluated| evaluated.calls)
        .unwrap_or_default();
    let view = |call: table::ai::AiCall| PromptView {
        system: call.system,
        user: call.user,
        n_pictures: call.pictures.len() as u32,
    };
    calls.into_iter().map(|(_, call)| view(call)).collect()
}

/// For one record.
fn on_sample<T>(
    snapshot: &Snapshot,
    table: TableId,
    record: RecordId,
    act: impl FnOnce(&EvalInput) -> T,
) -> Option<T> {
    let (segment, at) = snapshot.data(table)?.find(record)?;
    Some(act(&EvalInput {
        snapshot,
        table,
        segment,
        offsets: Some(&[at]),
        now: local_clock().now_day,
        answers: &NoAnswers,
        kind: ColumnKind::Mixed,
        model: "",
        cache: &EvalCache::default(),
    }))
}

fn steps(
    formula: &Formula,
    snapshot: &Snapshot,
    table: TableId,
    record: RecordId,
    place: &Utf16,
) -> Vec<PartView> {
    let found = on_sample(snapshot, table, record, |input| formula.steps(input));
    let view = |step: Step| PartView {
        start: place.of(step.span.start),
        end: place.of(step.span.end),
        depth: step.depth as u32,
        value: shown(&step),
    };
    found.unwrap_or_default().into_iter().map(view).collect()
}

/// Letters of a step's value that are shown.
const STEP_CHARS: usize = 200;

fn shown(step: &Step) -> String {
    let text = match (&step.value, &step.kind) {
        (Cell::Number(x), Some(kind @ (FieldType::Date | FieldType::DateTime))) => {
            kind.display(&CellState::Value(CellValue::Date(*x)))
        }
        (Cell::Number(x), Some(kind)) if kind.kind() == ColumnKind::Number => {
            kind.display(&CellState::Value(CellValue::Number(*x)))
        }
        (value, _) => value.shown(),
    };
    match text.char_indices().nth(STEP_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Positions in characters → positions in UTF-16 code units.
struct Utf16(Vec<u32>);

impl Utf16 {
    fn new(text: &str) -> Utf16 {
        let mut at = 0;
        let mut starts = Vec::with_capacity(text.len() + 1);
        for letter in text.chars() {
            starts.push(at);
            at += letter.len_utf16() as u32;
        }
        starts.push(at);
        Utf16(starts)
    }

    fn of(&self, char_at: usize) -> u32 {
        let last = self.0.last().copied().unwrap_or_default();
        self.0.get(char_at).copied().unwrap_or(last)
    }
}

fn diagnostic_view(found: Diagnostic, place: &Utf16, locale: Locale) -> DiagnosticView {
    let said = |text: formula::Text2| match locale {
        Locale::Zh => text.zh,
        Locale::En => text.en,
    };
    DiagnosticView {
        code: found.code.to_string(),
        severity: name_of(&found.severity),
        start: place.of(found.span.start),
        end: place.of(found.span.end),
        message: said(found.message),
        hint: found.hint.map(said),
        fix: found.fix.map(|fix| FixView {
            start: place.of(fix.span.start),
            end: place.of(fix.span.end),
            text: fix.text,
        }),
    }
}

fn token_view(token: &Token, place: &Utf16) -> TokenView {
    TokenView {
        kind: name_of(&token.kind),
        start: place.of(token.span.start),
        end: place.of(token.span.end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_as_browsers_count() {
        let place = Utf16::new("单😀价");
        assert_eq!([0, 1, 2, 3, 9].map(|at| place.of(at)), [0, 1, 3, 4, 4]);
    }
}
