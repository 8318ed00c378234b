//! The field type that a formula's results deserve: currency times number is that currency, a comparison a checkbox.

use crate::{
    eval::{
        lambda::Binding,
        linked::{Rolled, rolled},
        running::is_quantity,
    },
    functions::{
        ai::sought,
        registry::{self, Function, Gives, Kernel},
    },
    limits::PLAN_DEPTH,
    syntax::ast::{Expr, FieldRef, Kind, Literal, Op},
};
use table::{field::FieldType, id::FieldId, schema::Schema};

pub(crate) fn number() -> FieldType {
    FieldType::Number {
        decimals: None,
        thousands: false,
        unit: String::new(),
    }
}

/// `None`: blank or an error, which fits every type. A list is shown as a text.
pub(crate) fn infer(expr: &Expr, schema: &Schema) -> Option<FieldType> {
    let mut inference = Inference {
        schema,
        names: Vec::new(),
        n_left: STEPS,
        depth: 0,
    };
    match inference.is_list(expr) {
        true => Some(FieldType::Text),
        false => inference.of(expr),
    }
}

/// Parts of a formula that are looked at; lambdas that call lambdas may have more.
const STEPS: usize = 20_000;

struct Inference<'a> {
    schema: &'a Schema,
    /// What LET and LAMBDA named, innermost last, in lower case.
    names: Vec<(String, Named<'a>)>,
    n_left: usize,
    depth: usize,
}

#[derive(Clone)]
enum Named<'a> {
    Value {
        kind: Option<FieldType>,
        is_list: bool,
    },
    Lambda(&'a [Expr]),
}

impl<'a> Inference<'a> {
    /// The type of the value; of a list: of its items.
    fn of(&mut self, expr: &'a Expr) -> Option<FieldType> {
        self.n_left = self.n_left.checked_sub(1)?;
        if self.depth > PLAN_DEPTH {
            return None;
        }
        self.depth += 1;
        let found = self.of_kind(expr);
        self.depth -= 1;
        found
    }

    fn of_kind(&mut self, expr: &'a Expr) -> Option<FieldType> {
        match &expr.kind {
            Kind::Number(_) => Some(number()),
            Kind::Text(text) if text.is_empty() => None,
            Kind::Text(_) => Some(FieldType::Text),
            Kind::Bool(_) => Some(FieldType::Checkbox),
            Kind::Array(rows) => of_literals(rows),
            Kind::Own(FieldRef::Id(id))
            | Kind::Column(_, FieldRef::Id(id))
            | Kind::Dot(_, FieldRef::Id(id)) => {
                let (_, field) = self.schema.field(*id)?;
                Some(plain(&field.field_type))
            }
            Kind::Group(inner) | Kind::Plus(inner) | Kind::Note { inner, .. } => self.of(inner),
            Kind::Negate(inner) => Some(match self.of(inner) {
                Some(
                    kind @ (FieldType::Currency { .. }
                    | FieldType::Percent { .. }
                    | FieldType::Duration { .. }),
                ) => kind,
                _ => number(),
            }),
            Kind::Percent(..) => Some(FieldType::Percent { decimals: 0 }),
            Kind::Chain(first, rest) => {
                let mut left = self.of(first).unwrap_or_else(number);
                for (op, right) in rest {
                    left = operator(left, *op, self.of(right).unwrap_or_else(number));
                }
                Some(left)
            }
            Kind::Call { name, args, .. } => self.call(name, args),
            Kind::Apply(called, args) => {
                let types = self.values(args);
                self.applied(called, types, Inference::of)
            }
            Kind::Name(name) => match self.named(name) {
                Some(Named::Value { kind, .. }) => kind,
                _ => None,
            },
            _ => None,
        }
    }

    fn named(&self, name: &str) -> Option<Named<'a>> {
        let name = name.to_lowercase();
        let known = self.names.iter().rev().find(|(known, _)| *known == name);
        known.map(|(_, named)| named.clone())
    }

    fn value(&mut self, expr: &'a Expr) -> Named<'a> {
        match lambda_of(expr) {
            Some(lambda) => Named::Lambda(lambda),
            None => match &expr.ungrouped().kind {
                Kind::Name(name) => self.named(name),
                _ => None,
            }
            .unwrap_or_else(|| Named::Value {
                kind: self.of(expr),
                is_list: self.is_list(expr),
            }),
        }
    }

    fn values(&mut self, args: &'a [Expr]) -> Vec<Named<'a>> {
        args.iter().map(|arg| self.value(arg)).collect()
    }

    /// What a lambda, or a name for one, gives for these arguments.
    fn applied<T: Default>(
        &mut self,
        called: &'a Expr,
        args: Vec<Named<'a>>,
        ask: impl FnOnce(&mut Inference<'a>, &'a Expr) -> T,
    ) -> T {
        let lambda = lambda_of(called).or_else(|| match &called.ungrouped().kind {
            Kind::Name(name) => match self.named(name) {
                Some(Named::Lambda(lambda)) => Some(lambda),
                _ => None,
            },
            _ => None,
        });
        let Some((body, parameters)) = lambda.and_then(|lambda| lambda.split_last()) else {
            return T::default();
        };
        let before = self.names.len();
        for (parameter, arg) in parameters.iter().zip(args) {
            self.name(parameter, arg);
        }
        let found = ask(self, body);
        self.names.truncate(before);
        found
    }

    fn name(&mut self, name: &'a Expr, value: Named<'a>) {
        if let Kind::Name(name) = &name.kind {
            self.names.push((name.to_lowercase(), value));
        }
    }

    /// LET: the names, then the question about the expression.
    fn with_names<T>(
        &mut self,
        args: &'a [Expr],
        ask: impl FnOnce(&mut Inference<'a>, &'a Expr) -> T,
    ) -> Option<T> {
        let (body, pairs) = args.split_last()?;
        let before = self.names.len();
        for pair in pairs.chunks_exact(2) {
            let value = self.value(&pair[1]);
            self.name(&pair[0], value);
        }
        let found = ask(self, body);
        self.names.truncate(before);
        Some(found)
    }

    /// What a function with a lambda hands to it.
    fn handed(&mut self, by: Binding, arrays: &'a [Expr]) -> Vec<Named<'a>> {
        let item = |kind: Option<FieldType>, is_list| Named::Value { kind, is_list };
        let n = by.n_parameters(arrays.len());
        match by {
            Binding::MakeArray => vec![item(Some(number()), false); n],
            Binding::ByRow | Binding::ByCol => {
                let kind = arrays.first().and_then(|array| self.of(array));
                vec![item(kind, true); n]
            }
            _ => arrays
                .iter()
                .map(|array| item(self.of(array), false))
                .collect(),
        }
    }

    /// Several values in one.
    fn is_list(&mut self, expr: &'a Expr) -> bool {
        let Some(n_left) = self.n_left.checked_sub(1) else {
            return false;
        };
        self.n_left = n_left;
        if self.depth > PLAN_DEPTH {
            return false;
        }
        self.depth += 1;
        let found = self.is_list_kind(expr);
        self.depth -= 1;
        found
    }

    fn is_list_kind(&mut self, expr: &'a Expr) -> bool {
        match &expr.kind {
            Kind::Column(..) => true,
            Kind::Array(rows) => rows.len() * rows[0].len() > 1,
            Kind::Dot(..) => self.leads_to_many(expr),
            Kind::Name(name) => {
                matches!(self.named(name), Some(Named::Value { is_list: true, .. }))
            }
            Kind::Apply(called, args) => {
                let values = self.values(args);
                self.applied(called, values, Inference::is_list)
            }
            Kind::Call { name, args, .. } => self.is_list_call(name, args),
            _ => expr.children().into_iter().any(|child| self.is_list(child)),
        }
    }

    fn is_list_call(&mut self, name: &str, args: &'a [Expr]) -> bool {
        let Some(function) = registry::find(name) else {
            return false;
        };
        match function.kernel {
            Kernel::Binding(Binding::Let) => {
                self.with_names(args, Inference::is_list).unwrap_or(false)
            }
            Kernel::Binding(Binding::Lambda | Binding::Reduce) => false,
            Kernel::Binding(_) => true,
            Kernel::Array(_) | Kernel::Random(_) => {
                matches!(function.gives, Gives::Argument(_) | Gives::List)
            }
            Kernel::Strict(_) | Kernel::Lenient(_) | Kernel::Lazy(_) => {
                args.iter().any(|arg| self.is_list(arg))
            }
            Kernel::Lookup(_) if !args.is_empty() => {
                let is_list = self.is_list(&args[0]);
                is_list && matches!(name, "XLOOKUP" | "MATCH" | "XMATCH" | "VLOOKUP" | "HLOOKUP")
            }
            _ => false,
        }
    }

    fn leads_to_many(&self, expr: &Expr) -> bool {
        match &expr.ungrouped().kind {
            Kind::Own(FieldRef::Id(id)) => !is_single(self.schema, *id),
            Kind::Dot(inner, FieldRef::Id(_)) => {
                // The last field of the way is read, not followed.
                let follows = match &inner.ungrouped().kind {
                    Kind::Dot(_, FieldRef::Id(id)) => !is_single(self.schema, *id),
                    _ => false,
                };
                follows || self.leads_to_many(inner)
            }
            _ => false,
        }
    }

    fn call(&mut self, name: &str, args: &'a [Expr]) -> Option<FieldType> {
        let function = registry::find(name)?;
        let schema = self.schema;
        // What is made of marks need not be a mark.
        let mut of = |at: usize| match args.get(at).and_then(|arg| self.of(arg)) {
            Some(FieldType::Rating { .. }) => Some(number()),
            other => other,
        };
        match function.gives {
            Gives::Number => Some(number()),
            Gives::Text | Gives::List => Some(FieldType::Text),
            Gives::LongText => Some(FieldType::LongText),
            Gives::Picture => Some(FieldType::Attachment),
            Gives::Extracted => Some(
                literal(args.get(2))
                    .and_then(sought)
                    .unwrap_or(FieldType::Text),
            ),
            Gives::Reviewed => Some(match literal(args.get(2)) {
                Some("数量" | "count") => number(),
                _ => FieldType::LongText,
            }),
            Gives::Bool => Some(FieldType::Checkbox),
            Gives::Date => Some(FieldType::Date),
            Gives::DateTime => Some(FieldType::DateTime),
            Gives::Argument(at) => of(at),
            Gives::Linked => match args.first().map(|arg| &arg.kind) {
                Some(Kind::Own(FieldRef::Id(id))) if is_single(schema, *id) => of(1),
                _ => Some(FieldType::Text),
            },
            Gives::Stock => match args.get(4).map(|arg| &arg.ungrouped().kind) {
                Some(Kind::Text(word)) if is_quantity(word) => of(0),
                _ => of(1),
            },
            Gives::Rollup => match args.get(2).map(|arg| &arg.kind) {
                Some(Kind::Text(by)) => match rolled(by) {
                    Rolled::AsColumn => of(1),
                    Rolled::Number => Some(number()),
                    Rolled::Text => Some(FieldType::Text),
                },
                _ => Some(number()),
            },
            Gives::Body => self.body(function, args),
            Gives::Found => self.found(name, args),
            Gives::AnyOf(from, step) => {
                let places = (from..args.len()).step_by(step);
                places.filter_map(|at| self.of(&args[at])).reduce(unify)
            }
        }
    }

    /// The type of a look-up's result, by its table and the number of the column.
    fn found(&mut self, name: &str, args: &'a [Expr]) -> Option<FieldType> {
        let table = args.get(1)?.ungrouped();
        let which = match args.get(2).map(|arg| &arg.ungrouped().kind) {
            Some(Kind::Number(x)) if *x >= 1.0 => *x as usize,
            _ => 1,
        };
        match &table.kind {
            _ if name == "LOOKUP" => self.of(args.last()?),
            Kind::Call { name, args, .. } if name == "HSTACK" => self.of(args.get(which - 1)?),
            Kind::Call { name, args, .. } if name == "CHOOSE" => self.of(args.get(which)?),
            Kind::Array(rows) if name == "VLOOKUP" => {
                let column = rows.iter().filter_map(|row| row.get(which - 1).cloned());
                of_literals(&[column.collect()])
            }
            Kind::Array(rows) => of_literals(rows.get(which - 1..which)?),
            _ => self.of(table),
        }
    }

    fn body(&mut self, function: &Function, args: &'a [Expr]) -> Option<FieldType> {
        match function.kernel {
            Kernel::Binding(Binding::Let) => self.with_names(args, Inference::of)?,
            Kernel::Binding(by) => {
                if by.may_ignore() {
                    return None;
                }
                let (lambda, arrays) = args.split_last()?;
                let handed = self.handed(by, arrays);
                match &lambda.ungrouped().kind {
                    Kind::Name(name) if self.named(name).is_none() => {
                        match registry::find(&name.to_ascii_uppercase())?.gives {
                            Gives::Argument(_) => arrays.first().and_then(|array| self.of(array)),
                            Gives::Text => Some(FieldType::Text),
                            _ => Some(number()),
                        }
                    }
                    _ => self.applied(lambda, handed, Inference::of),
                }
            }
            _ => None,
        }
    }
}

/// Parameters and body.
fn lambda_of(expr: &Expr) -> Option<&[Expr]> {
    match &expr.ungrouped().kind {
        Kind::Call { name, args, .. } if name == "LAMBDA" => Some(args),
        _ => None,
    }
}

/// A text in quotes.
fn literal(expr: Option<&Expr>) -> Option<&str> {
    match &expr?.ungrouped().kind {
        Kind::Text(text) => Some(text),
        _ => None,
    }
}

fn of_literals(rows: &[Vec<Literal>]) -> Option<FieldType> {
    let types = rows.iter().flatten().filter_map(|literal| match literal {
        Literal::Number(_) => Some(number()),
        Literal::Text(_) => Some(FieldType::Text),
        Literal::Bool(_) => Some(FieldType::Checkbox),
        Literal::Error(_) => None,
    });
    types.reduce(unify)
}

pub(crate) fn plain(field_type: &FieldType) -> FieldType {
    match field_type {
        FieldType::Formula(spec) => plain(&spec.result),
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
