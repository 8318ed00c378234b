//! The public door of the crate: [`analyze`], [`Formula`].

use crate::{
    check::{
        diagnostic::Diagnostic,
        infer,
        scope::{self, Scope},
        tail::answers_as_it_is,
        warn,
    },
    eval::{self, EvalInput, Evaluated, vector::Cell},
    plan::{
        Needs, needs,
        relations::{Relation, Relations, relations},
    },
    steps::{self, Step},
    syntax::{
        ast::{Expr, Kind},
        lexer::Token,
        parser,
        pretty::pretty,
        printer::{Names, print},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::BuildHasher,
    sync::Arc,
};
use table::{
    field::FieldType,
    id::{FieldId, TableId},
    schema::Schema,
};

pub use crate::plan::Reads;

/// Levels of a formula from which on its evaluation gets a stack of its own.
const DEEP: usize = 60;
/// Bytes; enough for [`crate::limits::PLAN_DEPTH`] levels.
const DEEP_STACK: usize = 16 * 1024 * 1024;

/// What is known about a text that a person typed.
#[derive(Debug, Clone)]
pub struct Analysis {
    pub diagnostics: Vec<Diagnostic>,
    /// Absent if any diagnostic is an error.
    pub formula: Option<Formula>,
    /// For highlighting.
    pub tokens: Vec<Token>,
}

/// A compiled formula. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Formula(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    expr: Expr,
    /// Of the source: what it shares between segments is known by it.
    tag: u64,
    source: String,
    result: FieldType,
    reads: Reads,
    relations: Relations,
    ai: bool,
    /// The field, where it asks a model.
    asker: Option<eval::Asker>,
    weight: u64,
    /// Too deep for the stack of any thread.
    is_deep: bool,
}

/// Reads what a person typed, with names.
pub fn analyze(text: &str, scope: &Scope) -> Analysis {
    let parsed = parser::parse(text);
    let mut diagnostics = parsed.diagnostics;
    let mut formula = None;
    if let Some(mut expr) = parsed.expr {
        scope::bind(&mut expr, scope, &mut diagnostics);
        scope::check_cycle(&expr, scope, &mut diagnostics);
        if diagnostics.is_empty() {
            warn::warn(&expr, scope.schema, &mut diagnostics);
        }
        if !diagnostics.iter().any(Diagnostic::is_error) {
            formula = Some(Formula::compile(expr, scope));
        }
    }
    Analysis {
        diagnostics,
        formula,
        tokens: parsed.tokens,
    }
}

impl Formula {
    fn compile(expr: Expr, scope: &Scope) -> Formula {
        let schema = scope.schema;
        let mut found = Needs {
            reads: Reads::default(),
            running: None,
            counts_all: false,
            has_names: false,
            ai: false,
            weight: 1,
        };
        needs(&expr, schema, &mut found);
        let mut related = Relations::default();
        relations(&expr, schema, &mut related);
        found.join_running(scope.table, &mut related);
        let is_deep = is_deep(&expr, 0);
        let result = on_stack(is_deep, || infer::infer(&expr, schema));
        let source = print(&expr, &Names::AsIs);
        Formula(Arc::new(Compiled {
            tag: foldhash::fast::FixedState::default().hash_one((&source, scope.field)),
            source,
            result: result.unwrap_or_else(infer::number),
            reads: found.reads,
            relations: related,
            is_deep,
            ai: found.ai,
            asker: scope.field.filter(|_| found.ai).map(|field| eval::Asker {
                field,
                as_it_is: answers_as_it_is(&expr),
            }),
            weight: found.weight,
            expr,
        }))
    }

    /// From the stored id form. A reference whose field is gone is no error here: its cells are `#REF!`.
    pub fn from_source(source: &str, scope: &Scope) -> Result<Formula, Vec<Diagnostic>> {
        let analysis = analyze(source, scope);
        analysis.formula.ok_or(analysis.diagnostics)
    }

    /// The stored id form.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Canonical text with the names of now.
    pub fn to_text(&self, schema: &Schema) -> String {
        print(&self.0.expr, &Names::Current(schema))
    }

    /// Proposed type of the results.
    pub fn result(&self) -> FieldType {
        self.0.result.clone()
    }

    pub fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// Look-ups by key: a change in their table reaches only the records that look for the changed keys.
    pub fn relations(&self) -> &[Relation] {
        &self.0.relations.by_key
    }

    /// Columns that are read as a whole, by table: a change there reaches every record.
    pub fn reads_whole(&self) -> &BTreeMap<TableId, BTreeSet<FieldId>> {
        &self.0.relations.whole
    }

    pub fn has_ai(&self) -> bool {
        self.0.ai
    }

    /// What a record costs, in records of a formula of plain operators.
    pub fn weight(&self) -> u64 {
        self.0.weight
    }

    pub(crate) fn expr(&self) -> &Expr {
        &self.0.expr
    }

    /// Makes what an evaluation of many segments shares, on all threads that the cache was given; not to be called
    /// on one of these threads. `input` names any one record; `is_for_many`: thousands of them will be evaluated.
    pub fn prepare(&self, input: &EvalInput, is_for_many: bool) {
        input
            .cache
            .spreading(is_for_many, || drop(self.eval(input)));
    }

    /// The values themselves, before they become cells of a field: one per record, arrays as they are.
    pub fn values(&self, input: &EvalInput) -> Vec<Cell> {
        let act = || eval::values(&self.0.expr, self.0.tag, self.0.asker, input);
        caught(|| on_stack(self.0.is_deep, act)).unwrap_or_else(|| eval::failed_values(input))
    }

    /// What each part gives for the first record of the input.
    pub fn steps(&self, input: &EvalInput) -> Vec<Step> {
        caught(|| on_stack(true, || steps::steps(&self.0.expr, input))).unwrap_or_default()
    }

    /// Over several lines where it is long, with the names of now.
    pub fn pretty(&self, schema: &Schema) -> String {
        pretty(&self.0.expr, &Names::Current(schema))
    }

    pub fn eval(&self, input: &EvalInput) -> Evaluated {
        let act = || eval::run(&self.0.expr, self.0.tag, self.0.asker, input);
        caught(|| on_stack(self.0.is_deep, act)).unwrap_or_else(|| eval::failed(input))
    }
}

/// A mistake in a kernel is an error in its cells and a line on standard error, never the end of the program.
fn caught<T>(act: impl FnOnce() -> T) -> Option<T> {
    // What an evaluation shares is put in place whole or not at all.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).ok()
}

fn on_stack<T>(is_deep: bool, act: impl FnOnce() -> T) -> T {
    match is_deep {
        true => stacker::grow(DEEP_STACK, act),
        false => act(),
    }
}

/// Lambdas in lambdas make a plan deeper than the formula.
fn is_deep(expr: &Expr, depth: usize) -> bool {
    let calls_lambda = matches!(expr.kind, Kind::Apply(..));
    let mut children = expr.children().into_iter();
    calls_lambda || depth > DEEP || children.any(|child| is_deep(child, depth + 1))
}

/// The stored form as people read it; the source itself where it cannot be read.
pub fn source_to_text(source: &str, schema: &Schema, _table: TableId) -> String {
    match parser::parse(source).expr {
        Some(expr) => print(&expr, &Names::Current(schema)),
        None => source.to_owned(),
    }
}
