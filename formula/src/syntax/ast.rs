//! The syntax tree. Left-associative operators of one precedence form one flat [`Kind::Chain`], so that a sum
//! of ten thousand terms is as shallow as a sum of two: depth comes from brackets only, and is capped.

use super::span::Span;
use table::{
    id::{FieldId, TableId},
    value::CellError,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub kind: Kind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Number(f64),
    Text(String),
    Bool(bool),
    Error(CellError),
    /// Rows of an array constant; all equally long.
    Array(Vec<Vec<Literal>>),
    /// This record's field.
    Own(FieldRef),
    /// The whole column of a table.
    Column(TableRef, FieldRef),
    Call {
        /// Upper case.
        name: String,
        name_span: Span,
        args: Vec<Expr>,
    },
    Negate(Box<Expr>),
    Plus(Box<Expr>),
    /// Postfix `%`, so many times.
    Percent(Box<Expr>, u32),
    /// `first op a op b …`, all operators of one precedence, left to right.
    Chain(Box<Expr>, Vec<(Op, Expr)>),
    /// Brackets as written.
    Group(Box<Expr>),
    /// An argument left out: `IF(a,,b)`.
    Missing,
    /// What LET or LAMBDA named.
    Name(String),
    /// A lambda, or a name that stands for one, with its arguments: `LAMBDA(x,x+1)(5)`.
    Apply(Box<Expr>, Vec<Expr>),
    /// A field of the records that a link leads to: `[供应商].[联系电话]`.
    Dot(Box<Expr>, FieldRef),
    /// A comment, before or after what it stands at.
    Note {
        text: String,
        is_after: bool,
        inner: Box<Expr>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Number(f64),
    Text(String),
    Bool(bool),
    Error(CellError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldRef {
    Name(String),
    Id(FieldId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableRef {
    Name(String),
    Id(TableId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Concat,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Op {
    /// 0 binds weakest.
    pub fn level(self) -> usize {
        match self {
            Op::Equal
            | Op::NotEqual
            | Op::Less
            | Op::LessEqual
            | Op::Greater
            | Op::GreaterEqual => 0,
            Op::Concat => 1,
            Op::Add | Op::Subtract => 2,
            Op::Multiply | Op::Divide => 3,
            Op::Power => 4,
        }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            Op::Add => "+",
            Op::Subtract => "-",
            Op::Multiply => "*",
            Op::Divide => "/",
            Op::Power => "^",
            Op::Concat => "&",
            Op::Equal => "=",
            Op::NotEqual => "<>",
            Op::Less => "<",
            Op::LessEqual => "<=",
            Op::Greater => ">",
            Op::GreaterEqual => ">=",
        }
    }
}

impl Expr {
    pub fn new(kind: Kind, span: Span) -> Expr {
        Expr { kind, span }
    }

    /// Without the brackets and comments as written.
    pub fn ungrouped(&self) -> &Expr {
        match &self.kind {
            Kind::Group(inner) | Kind::Note { inner, .. } => inner.ungrouped(),
            _ => self,
        }
    }

    /// What it is made of, from left to right.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Negate(inner)
            | Kind::Plus(inner)
            | Kind::Percent(inner, _)
            | Kind::Group(inner)
            | Kind::Dot(inner, _)
            | Kind::Note { inner, .. } => vec![inner],
            Kind::Chain(first, rest) => {
                let rest = rest.iter().map(|(_, next)| next);
                std::iter::once(&**first).chain(rest).collect()
            }
            Kind::Call { args, .. } => args.iter().collect(),
            Kind::Apply(called, args) => std::iter::once(&**called).chain(args).collect(),
            Kind::Number(_)
            | Kind::Text(_)
            | Kind::Bool(_)
            | Kind::Error(_)
            | Kind::Array(_)
            | Kind::Own(_)
            | Kind::Column(..)
            | Kind::Missing
            | Kind::Name(_) => Vec::new(),
        }
    }
}
