//! What a value is: ISERR, ISEVEN, ISNA, ISREF and their kin, ERROR.TYPE, TYPE, N, T.
//!
//! Law: asking never fails; an error is what is asked about. Tests: `spec/information.md`; ISBLANK, ISNUMBER, ISTEXT and
//! ISERROR stand with the conditions in `logical.rs`.

use super::registry::{Function, Gives, Kernel, function};
use crate::{
    check::coerce::text_number,
    eval::{Item, VALUE, vector::Cell},
};
use std::sync::Arc;
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Aggregate, Array, Lenient, Strict};
    let (b, n) = (Gives::Bool, Gives::Number);
    &[
        function(
            [
                "ISERR",
                "ISERR(值)",
                "是否出错（#N/A 不算）",
                "Whether it is an error other than #N/A",
                "ISERR(1/0)",
            ],
            (1, 1),
            b,
            Lenient(|a| {
                is(
                    &a[0],
                    |c| matches!(c, Cell::Error(e) if *e != CellError::Na),
                )
            }),
        ),
        function(
            [
                "ISNA",
                "ISNA(值)",
                "是否为 #N/A",
                "Whether it is #N/A",
                "ISNA(NA())",
            ],
            (1, 1),
            b,
            Lenient(|a| is(&a[0], |c| *c == Cell::Error(CellError::Na))),
        ),
        function(
            [
                "ISLOGICAL",
                "ISLOGICAL(值)",
                "是否为真假值",
                "Whether it is a truth value",
                "ISLOGICAL(1>2)",
            ],
            (1, 1),
            b,
            Lenient(|a| is(&a[0], |c| matches!(c, Cell::Bool(_)))),
        ),
        function(
            [
                "ISNONTEXT",
                "ISNONTEXT(值)",
                "是否不是文本（空也算不是）",
                "Whether it is no text; a blank is none",
                "ISNONTEXT(1)",
            ],
            (1, 1),
            b,
            Lenient(|a| is(&a[0], |c| !matches!(c, Cell::Text(_)))),
        ),
        function(
            [
                "ISREF",
                "ISREF(值)",
                "是否为字段",
                "Whether it is a field",
                "ISREF(1)",
            ],
            (1, 1),
            b,
            Aggregate(|i| Cell::Bool(matches!(i[0], Item::Range(_) | Item::One(_, false)))),
        ),
        function(
            [
                "ISEVEN",
                "ISEVEN(数)",
                "是否为偶数（小数部分不看）",
                "Whether the whole part is even",
                "ISEVEN(4.9)",
            ],
            (1, 1),
            b,
            Strict(|a| odd(&a[0]).map_or_else(|e| e, |odd| Cell::Bool(!odd))),
        ),
        function(
            [
                "ISODD",
                "ISODD(数)",
                "是否为奇数（小数部分不看）",
                "Whether the whole part is odd",
                "ISODD(-3)",
            ],
            (1, 1),
            b,
            Strict(|a| odd(&a[0]).map_or_else(|e| e, Cell::Bool)),
        ),
        function(
            [
                "ERROR.TYPE",
                "ERROR.TYPE(值)",
                "错误的编号：#DIV/0! 是 2，#VALUE! 是 3，#N/A 是 7；没出错得 #N/A",
                "The number of an error; #N/A where there is none",
                "ERROR.TYPE(1/0)",
            ],
            (1, 1),
            n,
            Lenient(error_type),
        ),
        function(
            [
                "TYPE",
                "TYPE(值)",
                "值的类型：数字 1，文本 2，真假 4，错误 16，数组 64",
                "1 a number, 2 a text, 4 a truth value, 16 an error, 64 an array",
                "TYPE(\"a\")",
            ],
            (1, 1),
            n,
            Array(kind),
        ),
        function(
            [
                "N",
                "N(值)",
                "变成数字：真是 1，文本是 0",
                "As a number: TRUE is 1, a text 0",
                "N(TRUE)",
            ],
            (1, 1),
            n,
            Strict(|a| {
                Cell::Number(match a[0] {
                    Cell::Number(x) => x,
                    Cell::Bool(true) => 1.0,
                    _ => 0.0,
                })
            }),
        ),
        function(
            [
                "T",
                "T(值)",
                "是文本就取文本，否则为空文本",
                "The text itself; an empty one where it is none",
                "T(\"雨\")",
            ],
            (1, 1),
            Gives::Text,
            Strict(|a| match &a[0] {
                Cell::Text(text) => Cell::Text(text.clone()),
                _ => Cell::Text(Arc::from("")),
            }),
        ),
    ]
};

fn is(cell: &Cell, test: impl Fn(&Cell) -> bool) -> Cell {
    match cell {
        Cell::Pending => Cell::Pending,
        cell => Cell::Bool(test(cell)),
    }
}

/// As Excel's documentation has it: the whole part decides; truth values are no numbers here.
fn odd(cell: &Cell) -> Result<bool, Cell> {
    let value = match cell {
        Cell::Number(x) => *x,
        Cell::Blank => 0.0,
        Cell::Text(text) => text_number(text).ok_or(VALUE)?,
        _ => return Err(VALUE),
    };
    Ok(value.trunc() % 2.0 != 0.0)
}

fn error_type(args: &[Cell]) -> Cell {
    match &args[0] {
        Cell::Pending => Cell::Pending,
        // Not one of Excel's.
        Cell::Error(CellError::Damaged) => Cell::Error(CellError::Na),
        Cell::Error(error) => Cell::Number(f64::from(error_number(*error))),
        _ => Cell::Error(CellError::Na),
    }
}

/// The numbers of Excel's documentation; 255 for an error that is not one of Excel's.
pub(crate) fn error_number(error: CellError) -> u8 {
    match error {
        CellError::Null => 1,
        CellError::Div0 => 2,
        CellError::Value => 3,
        CellError::Ref => 4,
        CellError::Name => 5,
        CellError::Num => 6,
        CellError::Na => 7,
        CellError::Spill => 9,
        CellError::Calc => 14,
        CellError::Damaged => u8::MAX,
    }
}

fn kind(args: &[Cell]) -> Cell {
    Cell::Number(match &args[0] {
        Cell::Pending => return Cell::Pending,
        Cell::Number(_) | Cell::Blank => 1.0,
        Cell::Text(_) => 2.0,
        Cell::Bool(_) => 4.0,
        Cell::Error(_) => 16.0,
        Cell::Array(_) => 64.0,
    })
}
