//! Names to ids: fields, tables and functions, with the nearest name as a suggestion, and cycles between formula fields.

use super::diagnostic::Diagnostic;
use crate::{
    functions::registry,
    limits::DIAGNOSTICS,
    syntax::{
        ast::{Expr, FieldRef, Kind, TableRef},
        parser,
        printer::{bracketed, table_text},
        span::Span,
    },
};
use std::collections::BTreeSet;
use table::{
    id::{FieldId, TableId},
    schema::{Schema, Table},
};

/// Where a formula stands.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub schema: &'a Schema,
    pub table: TableId,
    /// The field that is being edited, for cycles.
    pub field: Option<FieldId>,
}

/// Replaces names by ids; what cannot be found is reported and stays.
pub(crate) fn bind(expr: &mut Expr, scope: &Scope, out: &mut Vec<Diagnostic>) {
    let mut binder = Binder {
        scope,
        out,
        locals: Vec::new(),
    };
    binder.bind(expr);
}

struct Binder<'a, 'b> {
    scope: &'a Scope<'a>,
    out: &'b mut Vec<Diagnostic>,
    /// What LET and LAMBDA named around the expression, innermost last, as they were written.
    locals: Vec<String>,
}

impl Binder<'_, '_> {
    fn bind(&mut self, expr: &mut Expr) {
        if self.out.len() >= DIAGNOSTICS {
            return;
        }
        let span = expr.span;
        let schema = self.scope.schema;
        match &mut expr.kind {
            Kind::Own(field) => bind_field(
                field,
                schema.any_table(self.scope.table),
                (span, ""),
                self.out,
            ),
            Kind::Column(table, field) => bind_column(table, field, self.scope, span, self.out),
            Kind::Call {
                name,
                name_span,
                args,
            } => {
                let span = *name_span;
                match name.as_str() {
                    "@" => self.own_of(expr),
                    "LET" => self.bind_let(span, args),
                    "LAMBDA" => self.bind_lambda(span, args),
                    _ => self.call(expr),
                }
            }
            Kind::Name(name) => {
                if self.local(name).is_none() {
                    let table = schema.any_table(self.scope.table);
                    let field = table.and_then(|table| table.field_named(name));
                    let problem = bare_name(name, span);
                    self.out.push(match field {
                        Some(field) => problem.with_fix(span, bracketed(&field.name)),
                        None => problem,
                    });
                }
            }
            Kind::Apply(called, args) => {
                self.bind(called);
                args.iter_mut().for_each(|arg| self.bind(arg));
            }
            Kind::Dot(inner, field) => self.bind_dot(inner, field, span),
            Kind::Negate(inner)
            | Kind::Plus(inner)
            | Kind::Percent(inner, _)
            | Kind::Group(inner)
            | Kind::Note { inner, .. } => self.bind(inner),
            Kind::Chain(first, rest) => {
                self.bind(first);
                rest.iter_mut().for_each(|(_, next)| self.bind(next));
            }
            Kind::Number(_)
            | Kind::Text(_)
            | Kind::Bool(_)
            | Kind::Error(_)
            | Kind::Array(_)
            | Kind::Missing => {}
        }
    }

    /// As it was written where it was named.
    fn local(&self, name: &str) -> Option<&String> {
        let mut locals = self.locals.iter().rev();
        locals.find(|known| known.to_lowercase() == name.to_lowercase())
    }

    /// `表[@列]`.
    fn own_of(&mut self, expr: &mut Expr) {
        let Kind::Call {
            name_span, args, ..
        } = &mut expr.kind
        else {
            return;
        };
        let name_span = *name_span;
        args.iter_mut().for_each(|arg| self.bind(arg));
        if let Some(Kind::Column(TableRef::Id(table), field)) =
            args.first().map(|arg| arg.kind.clone())
        {
            if table == self.scope.table {
                expr.kind = Kind::Own(field);
                return;
            }
            self.out.push(
                Diagnostic::error(
                    "other_record",
                    name_span,
                    "@ 只能用在本表的字段上",
                    "@ works on fields of this table only",
                )
                .with_hint("查其他表用 XLOOKUP", "Use XLOOKUP for other tables"),
            );
        }
    }

    fn call(&mut self, expr: &mut Expr) {
        let Kind::Call {
            name,
            name_span,
            args,
        } = &mut expr.kind
        else {
            return;
        };
        if let Some(known) = self.local(name).cloned() {
            args.iter_mut().for_each(|arg| self.bind(arg));
            let called = Expr::new(Kind::Name(known), *name_span);
            expr.kind = Kind::Apply(Box::new(called), std::mem::take(args));
            return;
        }
        check_call(name, *name_span, args.len(), self.out);
        let takes_lambda = registry::find(name).is_some_and(registry::Function::takes_lambda);
        for arg in args {
            // `BYROW(a,SUM)`: a function that stands for a lambda.
            let is_function = matches!(&arg.kind, Kind::Name(name)
                if takes_lambda && registry::find(&name.to_ascii_uppercase()).is_some());
            if !is_function {
                self.bind(arg);
            }
        }
    }

    fn bind_let(&mut self, span: Span, args: &mut [Expr]) {
        let before = self.locals.len();
        if args.len() < 3 || args.len().is_multiple_of(2) {
            check_call("LET", span, args.len(), self.out);
            if args.len() >= 3 {
                self.out.push(
                    Diagnostic::error(
                        "argument_pairs",
                        span,
                        "LET 的名称和值要成对写，最后再写一个算式",
                        "LET takes pairs of name and value, and an expression at the end",
                    )
                    .with_hint("LET(x, [单价]*2, x+1)", "LET(x, [Price]*2, x+1)"),
                );
            }
            return;
        }
        let last = args.len() - 1;
        for at in (0..last).step_by(2) {
            self.bind(&mut args[at + 1]);
            self.declare(&args[at]);
        }
        self.bind(&mut args[last]);
        self.locals.truncate(before);
    }

    fn bind_lambda(&mut self, span: Span, args: &mut [Expr]) {
        let before = self.locals.len();
        let Some((body, parameters)) = args.split_last_mut() else {
            return check_call("LAMBDA", span, 0, self.out);
        };
        parameters.iter().for_each(|name| self.declare(name));
        self.bind(body);
        self.locals.truncate(before);
    }

    fn declare(&mut self, name: &Expr) {
        match &name.kind {
            Kind::Name(name) => self.locals.push(name.clone()),
            _ => self.out.push(
                Diagnostic::error(
                    "not_a_name",
                    name.span,
                    "这里要写一个名称，例如 x 或 合计",
                    "A name is expected here, such as x or total",
                )
                .with_hint(
                    "名称由文字、数字和下划线组成，不加引号和方括号",
                    "Letters, digits and underscores, without quotes or brackets",
                ),
            ),
        }
    }

    /// `[供应商].[联系电话]`: the second is a field of the table that the first links to.
    fn bind_dot(&mut self, inner: &mut Expr, field: &mut FieldRef, span: Span) {
        let n_known = self.out.len();
        self.bind(inner);
        if self.out.len() > n_known {
            return;
        }
        let schema = self.scope.schema;
        let link = match &inner.ungrouped().kind {
            Kind::Own(FieldRef::Id(id)) | Kind::Dot(_, FieldRef::Id(id)) => schema.field(*id),
            _ => None,
        };
        let Some(spec) = link.and_then(|(_, field)| field.link()) else {
            let name = link.map_or(String::new(), |(_, field)| format!("“{}”", field.name));
            self.out.push(
                Diagnostic::error(
                    "not_a_link",
                    inner.span,
                    format!("{name}不是关联字段，后面不能接 .[字段]"),
                    format!("{name} is no link to records: no .[field] can follow it"),
                )
                .with_hint(
                    "先建一个关联字段，例如 [供应商].[联系电话]",
                    "Make a link field first, e.g. [Supplier].[Phone]",
                ),
            );
            return;
        };
        let place = Span::new(inner.span.end, span.end);
        bind_field(field, schema.any_table(spec.table), (place, "."), self.out);
    }
}

fn bare_name(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "bare_name",
        span,
        format!("“{name}”要写成 [{name}] 才是字段"),
        format!("A field is written in brackets: [{name}]"),
    )
    .with_hint(
        "文本要加引号，函数后面要有括号",
        "Texts need quotes; functions need brackets",
    )
}

/// `before`: what stands before the bracket.
fn bind_field(
    field: &mut FieldRef,
    table: Option<&Table>,
    (span, before): (Span, &str),
    out: &mut Vec<Diagnostic>,
) {
    let FieldRef::Name(name) = field else { return };
    let Some(table) = table else { return };
    if let Some(found) = table.field_named(name).or_else(|| {
        let mut same = table
            .live_fields()
            .filter(|f| f.name.eq_ignore_ascii_case(name));
        same.next().filter(|_| same.next().is_none())
    }) {
        *field = FieldRef::Id(found.id);
        return;
    }
    if table.fields.iter().any(|f| f.removed && f.name == *name) {
        out.push(
            Diagnostic::error(
                "removed_field",
                span,
                format!("字段“{name}”已被删除"),
                format!("Field “{name}” was removed"),
            )
            .with_hint(
                "从回收站恢复它，或改用别的字段",
                "Restore it from the trash, or use another field",
            ),
        );
        return;
    }
    let problem = Diagnostic::error(
        "unknown_field",
        span,
        format!("表“{}”没有字段“{name}”", table.name),
        format!("Table “{}” has no field “{name}”", table.name),
    );
    out.push(suggest(
        problem,
        name,
        table.live_fields().map(|f| f.name.as_str()),
        |known| format!("{before}{}", bracketed(known)),
    ));
}

fn bind_column(
    table: &mut TableRef,
    field: &mut FieldRef,
    scope: &Scope,
    span: Span,
    out: &mut Vec<Diagnostic>,
) {
    if let TableRef::Name(name) = table {
        let Some(found) = scope.schema.table_named(name).or_else(|| {
            let mut same = scope
                .schema
                .live_tables()
                .filter(|t| t.name.eq_ignore_ascii_case(name));
            same.next().filter(|_| same.next().is_none())
        }) else {
            let problem = Diagnostic::error(
                "unknown_table",
                span,
                format!("没有表“{name}”"),
                format!("There is no table “{name}”"),
            );
            out.push(suggest(
                problem,
                name,
                scope.schema.live_tables().map(|t| t.name.as_str()),
                |known| match &*field {
                    FieldRef::Name(field) => format!("{}{}", table_text(known), bracketed(field)),
                    FieldRef::Id(_) => table_text(known),
                },
            ));
            return;
        };
        *table = TableRef::Id(found.id);
    }
    if let TableRef::Id(id) = table {
        let of = scope.schema.any_table(*id);
        let before = of.map_or(String::new(), |table| table_text(&table.name));
        bind_field(field, of, (span, &before), out);
    }
}

fn check_call(name: &str, span: Span, n: usize, out: &mut Vec<Diagnostic>) {
    let Some(function) = registry::find(name) else {
        let problem = Diagnostic::error(
            "unknown_function",
            span,
            format!("没有函数 {name}"),
            format!("There is no function {name}"),
        );
        out.push(suggest(
            problem,
            name,
            registry::all().iter().map(|f| f.doc.name),
            str::to_owned,
        ));
        return;
    };
    // A criterion without its column, or a condition without its value.
    let unpaired = match name {
        "IFS" | "COUNTIFS" => !n.is_multiple_of(2),
        "SUMIFS" | "AVERAGEIFS" | "MAXIFS" | "MINIFS" => n.is_multiple_of(2),
        _ => false,
    };
    if unpaired && n >= function.min {
        out.push(
            Diagnostic::error(
                "argument_pairs",
                span,
                format!("{name} 的条件要成对写，这里少了一个参数"),
                format!("The conditions of {name} come in pairs; one argument is missing"),
            )
            .with_hint(function.doc.signature, function.doc.signature),
        );
        return;
    }
    if n >= function.min && n <= function.max {
        return;
    }
    let (zh, en) = match (function.min, function.max) {
        (a, b) if a == b => (format!("{a} 个"), format!("{a}")),
        (a, 255) => (format!("至少 {a} 个"), format!("at least {a}")),
        (a, b) => (format!("{a} 到 {b} 个"), format!("{a} to {b}")),
    };
    out.push(
        Diagnostic::error(
            "argument_count",
            span,
            format!("{name} 需要 {zh}参数，这里有 {n} 个"),
            format!("{name} takes {en} arguments; here are {n}"),
        )
        .with_hint(function.doc.signature, function.doc.signature),
    );
}

/// The nearest known name; `write` puts it as it stands in the formula.
fn suggest<'a>(
    problem: Diagnostic,
    name: &str,
    known: impl Iterator<Item = &'a str>,
    write: impl Fn(&str) -> String,
) -> Diagnostic {
    let limit = 1 + name.chars().count() / 3;
    let best = known.map(|known| (distance(name, known), known)).min();
    let span = problem.span;
    match best {
        Some((far, known)) if far <= limit => problem
            .with_hint(
                format!("是不是“{known}”？"),
                format!("Did you mean “{known}”?"),
            )
            .with_fix(span, write(known)),
        _ => problem,
    }
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (y, ca) in a.to_lowercase().chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = y + 1;
        for (x, cb) in b.iter().enumerate() {
            let next = (diagonal + usize::from(ca != *cb))
                .min(row[x] + 1)
                .min(row[x + 1] + 1);
            diagonal = row[x + 1];
            row[x + 1] = next;
        }
    }
    row[b.len()]
}

/// Fields a bound tree reads.
pub(crate) fn fields_read(expr: &Expr, out: &mut BTreeSet<FieldId>) {
    match &expr.kind {
        Kind::Own(FieldRef::Id(id)) | Kind::Column(_, FieldRef::Id(id)) => drop(out.insert(*id)),
        Kind::Dot(_, FieldRef::Id(id)) => drop(out.insert(*id)),
        _ => {}
    }
    let children = expr.children().into_iter();
    children.for_each(|child| fields_read(child, out));
}

/// Reports a field that reads itself, directly or through other formula fields.
pub(crate) fn check_cycle(expr: &Expr, scope: &Scope, out: &mut Vec<Diagnostic>) {
    let Some(target) = scope.field else { return };
    let mut first = BTreeSet::new();
    fields_read(expr, &mut first);
    let mut seen = BTreeSet::new();
    let mut stack: Vec<(FieldId, Vec<FieldId>)> =
        first.into_iter().map(|id| (id, vec![target])).collect();
    while let Some((id, mut path)) = stack.pop() {
        path.push(id);
        if id == target {
            let name = |id: &FieldId| {
                scope
                    .schema
                    .field(*id)
                    .map_or_else(|| id.to_string(), |(_, f)| f.name.clone())
            };
            let names: Vec<String> = path.iter().map(name).collect();
            let shown = names.join("→");
            out.push(
                Diagnostic::error(
                    "cycle",
                    expr.span,
                    format!("公式绕回了自己：{shown}"),
                    format!("The formula reads itself: {shown}"),
                )
                .with_hint("去掉其中一个引用", "Remove one of these references"),
            );
            return;
        }
        if !seen.insert(id) {
            continue;
        }
        if let Some(spec) = scope
            .schema
            .field(id)
            .and_then(|(_, field)| field.formula())
            && let Some(inner) = parser::parse(&spec.source).expr
        {
            let mut next = BTreeSet::new();
            fields_read(&inner, &mut next);
            stack.extend(next.into_iter().map(|id| (id, path.clone())));
        }
    }
}
