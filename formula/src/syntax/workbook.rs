//! What only stands in formulas of workbooks: prefixes of newer functions, `@`, braces around array formulas, addresses
//! of cells. The first three mean here what they mean there; addresses are refused with a word on fields.
//!
//! Law: what is taken off changes no result. Tests: `spec/references-and-syntax.md`, `spec/diagnostics.md`.

use super::{
    ast::{Expr, Kind, Literal},
    span::Span,
};
use crate::check::diagnostic::Diagnostic;

/// Before functions that Excel 2007 did not know, and before the names that LET and LAMBDA give.
const PREFIXES: [&str; 5] = ["_xlfn.", "_xlws.", "_xlpm.", "_xlop.", "_xludf."];

/// `SORT` of `_xlfn._xlws.SORT`.
pub(super) fn without_prefix(name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = PREFIXES.iter().find_map(|prefix| {
        let (head, tail) = rest.split_at_checked(prefix.len())?;
        (head.eq_ignore_ascii_case(prefix) && !tail.is_empty()).then_some(tail)
    }) {
        rest = shorter;
    }
    rest
}

/// The formula between the braces of `{=SUM(1)}`.
pub(super) fn between_braces(chars: &[char]) -> Option<(usize, usize)> {
    let start = chars.iter().position(|c| !c.is_whitespace())?;
    let end = chars.iter().rposition(|c| !c.is_whitespace())?;
    (chars[start..end].starts_with(&['{', '=']) && chars[end] == '}').then_some((start + 1, end))
}

/// `@…`, and SINGLE(…): of a column this record's cell, of an array constant the first one; a single value is itself.
pub(super) fn single(inner: Expr, span: Span) -> Expr {
    let span = span.to(inner.span);
    match inner.kind {
        Kind::Column(..) => {
            let call = Kind::Call {
                name: "@".into(),
                name_span: span,
                args: vec![inner],
            };
            Expr::new(call, span)
        }
        Kind::Array(rows) => {
            let first = rows.into_iter().flatten().next();
            let kind = match first {
                Some(Literal::Number(x)) if x < 0.0 => {
                    Kind::Negate(Box::new(Expr::new(Kind::Number(-x), span)))
                }
                Some(Literal::Number(x)) => Kind::Number(x),
                Some(Literal::Text(text)) => Kind::Text(text),
                Some(Literal::Bool(flag)) => Kind::Bool(flag),
                Some(Literal::Error(error)) => Kind::Error(error),
                None => Kind::Missing,
            };
            Expr::new(Kind::Group(Box::new(Expr::new(kind, span))), span)
        }
        kind => Expr::new(kind, span),
    }
}

/// `A1:B2`, `$A$1`, `Sheet1!A1`, `A1#`: a table has no cells at places.
pub(super) fn address(span: Span) -> Diagnostic {
    Diagnostic::error(
        "cell_address",
        span,
        "这里不能写单元格地址（例如 A1、A1:B2、Sheet1!A1）",
        "The address of a cell (such as A1, A1:B2, Sheet1!A1) cannot stand here",
    )
    .with_hint(
        "本行的值写 [字段]，一整列写 表[字段]",
        "Write [field] for this record's value, table[field] for a whole column",
    )
}
