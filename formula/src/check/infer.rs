//! The field type that a formula's results deserve: currency times number is that currency, a comparison a checkbox.

use crate::{
    eval::linked::{Rolled, rolled},
    functions::registry::{self, Gives},
    syntax::ast::{Expr, FieldRef, Kind, Op},
};
use table::{field::FieldType, id::FieldId, schema::Schema};

pub(crate) fn number() -> FieldType {
    FieldType::Number {
        decimals: None,
        thousands: false,
        unit: String::new(),
    }
}

/// `None`: blank or an error, which fits every type.
pub(crate) fn infer(expr: &Expr, schema: &Schema) -> Option<FieldType> {
    match &expr.kind {
        Kind::Number(_) => Some(number()),
        Kind::Text(text) if text.is_empty() => None,
        Kind::Text(_) => Some(FieldType::Text),
        Kind::Bool(_) => Some(FieldType::Checkbox),
        Kind::Own(FieldRef::Id(id)) | Kind::Column(_, FieldRef::Id(id)) => {
            let (_, field) = schema.field(*id)?;
            Some(plain(&field.field_type))
        }
        Kind::Group(inner) | Kind::Plus(inner) => infer(inner, schema),
        Kind::Negate(inner) => Some(match infer(inner, schema) {
            Some(
                kind @ (FieldType::Currency { .. }
                | FieldType::Percent { .. }
                | FieldType::Duration { .. }),
            ) => kind,
            _ => number(),
        }),
        Kind::Percent(..) => Some(FieldType::Percent { decimals: 0 }),
        Kind::Chain(first, rest) => Some(rest.iter().fold(
            infer(first, schema).unwrap_or_else(number),
            |left, (op, right)| operator(left, *op, infer(right, schema).unwrap_or_else(number)),
        )),
        Kind::Call { name, args, .. } => call(name, args, schema),
        _ => None,
    }
}

fn plain(field_type: &FieldType) -> FieldType {
    match field_type {
        FieldType::Formula(spec) => (*spec.result).clone(),
        FieldType::CreatedTime | FieldType::ModifiedTime => FieldType::DateTime,
        FieldType::Select { .. }
        | FieldType::MultiSelect { .. }
        | FieldType::Person { .. }
        | FieldType::Attachment
        | FieldType::AutoNumber { .. }
        | FieldType::CreatedBy
        | FieldType::ModifiedBy
        | FieldType::Link(_)
        | FieldType::Button { .. } => FieldType::Text,
        other => other.clone(),
    }
}

fn operator(left: FieldType, op: Op, right: FieldType) -> FieldType {
    use FieldType::{Currency, Date, DateTime, Duration, Percent};
    match op.level() {
        0 => return FieldType::Checkbox,
        1 => return FieldType::Text,
        _ => {}
    }
    match (op, left, right) {
        (Op::Subtract, Date | DateTime, Date | DateTime) => number(),
        (Op::Add | Op::Subtract, date @ (Date | DateTime), _)
        | (Op::Add, _, date @ (Date | DateTime)) => date,
        (Op::Divide, Currency { .. }, Currency { .. }) => number(),
        (Op::Add | Op::Subtract, time @ Duration { .. }, Duration { .. })
        | (Op::Multiply | Op::Divide, time @ Duration { .. }, FieldType::Number { .. })
        | (Op::Multiply, FieldType::Number { .. }, time @ Duration { .. }) => time,
        (Op::Add | Op::Subtract | Op::Multiply, money @ Currency { .. }, _)
        | (Op::Add | Op::Subtract | Op::Multiply, _, money @ Currency { .. }) => money,
        (Op::Divide, money @ Currency { .. }, _) => money,
        (Op::Add | Op::Subtract, percent @ Percent { .. }, Percent { .. }) => percent,
        _ => number(),
    }
}

fn call(name: &str, args: &[Expr], schema: &Schema) -> Option<FieldType> {
    // What is made of marks need not be a mark.
    let of = |at: usize| match args.get(at).and_then(|arg| infer(arg, schema)) {
        Some(FieldType::Rating { .. }) => Some(number()),
        other => other,
    };
    match registry::find(name)?.gives {
        Gives::Number => Some(number()),
        Gives::Text => Some(FieldType::Text),
        Gives::LongText => Some(FieldType::LongText),
        Gives::Bool => Some(FieldType::Checkbox),
        Gives::Date => Some(FieldType::Date),
        Gives::DateTime => Some(FieldType::DateTime),
        Gives::Argument(at) => of(at),
        Gives::Linked => match args.first().map(|arg| &arg.kind) {
            Some(Kind::Own(FieldRef::Id(id))) if is_single(schema, *id) => of(1),
            _ => Some(FieldType::Text),
        },
        Gives::Rollup => match args.get(2).map(|arg| &arg.kind) {
            Some(Kind::Text(by)) => match rolled(by) {
                Rolled::AsColumn => of(1),
                Rolled::Number => Some(number()),
                Rolled::Text => Some(FieldType::Text),
            },
            _ => Some(number()),
        },
        Gives::AnyOf(from, step) => args
            .iter()
            .enumerate()
            .filter(|(at, _)| *at >= from && (*at - from).is_multiple_of(step))
            .filter_map(|(_, arg)| infer(arg, schema))
            .reduce(unify),
    }
}

/// A link to one record at most.
fn is_single(schema: &Schema, link: FieldId) -> bool {
    let link = schema.field(link).and_then(|(_, field)| field.link());
    link.is_some_and(|link| link.single)
}

fn unify(a: FieldType, b: FieldType) -> FieldType {
    match a == b {
        true => a,
        false => match (a.kind(), b.kind()) {
            (x, y) if x == y && a.key() == "currency" && b.key() == "number" => a,
            (x, y) if x == y && b.key() == "currency" && a.key() == "number" => b,
            (table::column::ColumnKind::Number, table::column::ColumnKind::Number) => number(),
            _ => FieldType::Text,
        },
    }
}
