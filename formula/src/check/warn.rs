//! Formulas that can be computed but hardly mean what they say: a text compared with a date, two currencies added.
//!
//! Law: only what is certain is said. Fields and constants have a type; what IF chooses may be anything. Tests:
//! `spec/diagnostics.md`.

use super::{
    coerce::text_number,
    diagnostic::Diagnostic,
    infer::{infer, plain},
};
use crate::{
    functions::registry::{self, Gives},
    limits::DIAGNOSTICS,
    syntax::ast::{Expr, FieldRef, Kind, Op},
};
use table::{
    field::{FieldType, date},
    schema::Schema,
};

/// What a value is for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Number,
    Text,
    Date,
    Bool,
}

impl Sort {
    fn zh(self) -> &'static str {
        match self {
            Sort::Number => "数字",
            Sort::Text => "文本",
            Sort::Date => "日期",
            Sort::Bool => "是/否",
        }
    }

    fn en(self) -> &'static str {
        match self {
            Sort::Number => "a number",
            Sort::Text => "a text",
            Sort::Date => "a date",
            Sort::Bool => "yes/no",
        }
    }
}

pub(crate) fn warn(expr: &Expr, schema: &Schema, out: &mut Vec<Diagnostic>) {
    if out.len() >= DIAGNOSTICS {
        return;
    }
    if let Kind::Chain(first, rest) = &expr.kind {
        let mut left: &Expr = first;
        for (op, right) in rest {
            let found = match op.level() {
                0 => compared(left, *op, right, schema),
                1 => None,
                _ => computed(left, *op, right, schema),
            };
            out.extend(found);
            left = right;
        }
    }
    let children = expr.children().into_iter();
    children.for_each(|child| warn(child, schema, out));
}

fn sort(expr: &Expr, schema: &Schema) -> Option<Sort> {
    let of_type = |kind: &FieldType| match plain(kind) {
        FieldType::Date | FieldType::DateTime => Some(Sort::Date),
        FieldType::Checkbox => Some(Sort::Bool),
        FieldType::Number { .. }
        | FieldType::Currency { .. }
        | FieldType::Percent { .. }
        | FieldType::Duration { .. } => Some(Sort::Number),
        FieldType::Text | FieldType::LongText => Some(Sort::Text),
        _ => None,
    };
    match &expr.ungrouped().kind {
        Kind::Number(_) | Kind::Percent(..) | Kind::Negate(_) => Some(Sort::Number),
        Kind::Text(_) => Some(Sort::Text),
        Kind::Bool(_) => Some(Sort::Bool),
        Kind::Own(FieldRef::Id(id)) => {
            let (_, field) = schema.field(*id)?;
            // A formula's cells may be of another type than most.
            match field.formula() {
                Some(_) => None,
                None => of_type(&field.field_type),
            }
        }
        Kind::Chain(_, rest) => match rest.first()?.0.level() {
            0 => Some(Sort::Bool),
            1 => Some(Sort::Text),
            _ => None,
        },
        Kind::Call { name, .. } => match registry::find(name)?.gives {
            Gives::Number => Some(Sort::Number),
            Gives::Text | Gives::LongText => Some(Sort::Text),
            Gives::Bool => Some(Sort::Bool),
            Gives::Date | Gives::DateTime => Some(Sort::Date),
            _ => None,
        },
        _ => None,
    }
}

fn compared(left: &Expr, op: Op, right: &Expr, schema: &Schema) -> Option<Diagnostic> {
    let (a, b) = (sort(left, schema)?, sort(right, schema)?);
    let is_text = |sort| sort == Sort::Text;
    // A date is a number; anything may be blank, which equals "".
    if a == b || is_text(a) == is_text(b) || is_empty(left) || is_empty(right) {
        return None;
    }
    let (zh, en) = match op {
        Op::Equal => ("恒为假（空单元格除外）", "is always false but for blanks"),
        Op::NotEqual => ("恒为真（空单元格除外）", "is always true but for blanks"),
        _ => (
            "结果总是一样：文本排在数字后面",
            "always gives the same: texts come after numbers",
        ),
    };
    let problem = Diagnostic::warning(
        "compared_types",
        left.span.to(right.span),
        format!("把{}和{}比较，{zh}", a.zh(), b.zh()),
        format!("Comparing {} with {} {en}", a.en(), b.en()),
    );
    Some(match (&left.ungrouped().kind, &right.ungrouped().kind) {
        (_, Kind::Text(text)) => instead(problem, text, a, right),
        (Kind::Text(text), _) => instead(problem, text, b, left),
        _ => problem.with_hint(
            "先用 VALUE、DATEVALUE 或 TEXT 变成同一种类型",
            "Make both the same with VALUE, DATEVALUE or TEXT",
        ),
    })
}

fn is_empty(expr: &Expr) -> bool {
    matches!(&expr.ungrouped().kind, Kind::Text(text) if text.is_empty())
}

/// The value that was meant by a text.
fn instead(problem: Diagnostic, text: &str, wanted: Sort, at: &Expr) -> Diagnostic {
    let meant = match wanted {
        Sort::Date => date::read(text).map(|day| {
            let (year, month, day) = date::civil(day);
            format!("DATE({year},{month},{day})")
        }),
        Sort::Number => text_number(text).map(|_| text.trim().to_owned()),
        Sort::Bool | Sort::Text => None,
    };
    match meant {
        Some(meant) => problem
            .with_hint(format!("写成 {meant}"), format!("Write {meant}"))
            .with_fix(at.span, meant),
        None => problem.with_hint(
            "先用 VALUE、DATEVALUE 或 TEXT 变成同一种类型",
            "Make both the same with VALUE, DATEVALUE or TEXT",
        ),
    }
}

fn computed(left: &Expr, op: Op, right: &Expr, schema: &Schema) -> Option<Diagnostic> {
    let span = left.span.to(right.span);
    if op == Op::Divide && matches!(right.ungrouped().kind, Kind::Number(0.0)) {
        let (zh, en) = ("除以 0 总是 #DIV/0!", "Dividing by 0 always gives #DIV/0!");
        return Some(Diagnostic::warning("divided_by_zero", span, zh, en));
    }
    for side in [left, right] {
        if let Kind::Text(text) = &side.ungrouped().kind
            && text_number(text).is_none()
        {
            let problem = Diagnostic::warning(
                "text_in_arithmetic",
                side.span,
                format!("“{text}”不是数字，计算结果是 #VALUE!"),
                format!("“{text}” is no number: the result is #VALUE!"),
            );
            return Some(problem.with_hint("连接文本要用 &", "Join texts with &"));
        }
    }
    match (op, infer(left, schema)?, infer(right, schema)?) {
        (
            Op::Add | Op::Subtract,
            FieldType::Currency { code: a, .. },
            FieldType::Currency { code: b, .. },
        ) if a != b => {
            let problem = Diagnostic::warning(
                "mixed_currencies",
                span,
                format!("{a} 和 {b} 不能直接加减"),
                format!("{a} and {b} cannot simply be added or subtracted"),
            );
            Some(problem.with_hint(
                "先用 FX 或汇率字段换成同一种货币",
                "Change one into the other with FX or a field of rates first",
            ))
        }
        (Op::Add, FieldType::Date | FieldType::DateTime, FieldType::Date | FieldType::DateTime) => {
            let (zh, en) = ("两个日期相加没有意义", "The sum of two dates means nothing");
            let problem = Diagnostic::warning("added_dates", span, zh, en);
            Some(problem.with_hint("相差几天用减号", "Subtract them for the days between"))
        }
        _ => None,
    }
}
