//! Conditions and errors.

use super::registry::{Function, Gives, Kernel, function};
use crate::{
    check::coerce::truth,
    eval::{Item, lazy::Lazy, vector::Cell},
};
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Aggregate, Lazy as L, Lenient, Strict};
    &[
        function(
            [
                "IF",
                "IF(条件, 是, [否])",
                "按条件取值",
                "Chooses by a condition",
                "IF(2>1,\"a\",\"b\")",
            ],
            (2, 3),
            Gives::AnyOf(1, 1),
            L(Lazy::If),
        ),
        function(
            [
                "IFS",
                "IFS(条件1, 值1, …)",
                "取第一个成立的条件的值",
                "The value of the first true condition",
                "IFS(1>2,1,TRUE,2)",
            ],
            (2, 255),
            Gives::AnyOf(1, 2),
            L(Lazy::Ifs),
        ),
        function(
            [
                "SWITCH",
                "SWITCH(值, 情况1, 结果1, …, [其他])",
                "按值对照取结果",
                "Chooses by a value",
                "SWITCH(2,1,\"a\",2,\"b\")",
            ],
            (3, 255),
            Gives::AnyOf(2, 2),
            L(Lazy::Switch),
        ),
        function(
            [
                "IFERROR",
                "IFERROR(值, 出错时)",
                "出错时换一个值",
                "Replaces an error",
                "IFERROR(1/0,0)",
            ],
            (2, 2),
            Gives::AnyOf(0, 1),
            L(Lazy::IfError),
        ),
        function(
            [
                "IFNA",
                "IFNA(值, 找不到时)",
                "#N/A 时换一个值",
                "Replaces #N/A",
                "IFNA(NA(),0)",
            ],
            (2, 2),
            Gives::AnyOf(0, 1),
            L(Lazy::IfNa),
        ),
        function(
            [
                "AND",
                "AND(条件, …)",
                "全部成立",
                "All are true",
                "AND(1<2,2<3)",
            ],
            (1, 255),
            Gives::Bool,
            Aggregate(|i| fold(i, true, |a, b| a && b)),
        ),
        function(
            [
                "OR",
                "OR(条件, …)",
                "任一成立",
                "Any is true",
                "OR(1>2,2<3)",
            ],
            (1, 255),
            Gives::Bool,
            Aggregate(|i| fold(i, false, |a, b| a || b)),
        ),
        function(
            [
                "XOR",
                "XOR(条件, …)",
                "奇数个成立",
                "An odd number is true",
                "XOR(TRUE,FALSE)",
            ],
            (1, 255),
            Gives::Bool,
            Aggregate(|i| fold(i, false, |a, b| a != b)),
        ),
        function(
            ["NOT", "NOT(条件)", "取反", "The opposite", "NOT(FALSE)"],
            (1, 1),
            Gives::Bool,
            Strict(|a| truth(&a[0]).map_or_else(|e| e, |b| Cell::Bool(!b))),
        ),
        function(
            ["TRUE", "TRUE()", "真", "True", "TRUE()"],
            (0, 0),
            Gives::Bool,
            Strict(|_| Cell::Bool(true)),
        ),
        function(
            ["FALSE", "FALSE()", "假", "False", "FALSE()"],
            (0, 0),
            Gives::Bool,
            Strict(|_| Cell::Bool(false)),
        ),
        function(
            [
                "ISBLANK",
                "ISBLANK(值)",
                "是否为空",
                "Whether it is blank",
                "ISBLANK(\"\")",
            ],
            (1, 1),
            Gives::Bool,
            Lenient(|a| is(&a[0], |c| *c == Cell::Blank)),
        ),
        function(
            [
                "ISNUMBER",
                "ISNUMBER(值)",
                "是否为数字",
                "Whether it is a number",
                "ISNUMBER(1)",
            ],
            (1, 1),
            Gives::Bool,
            Lenient(|a| is(&a[0], |c| matches!(c, Cell::Number(_)))),
        ),
        function(
            [
                "ISTEXT",
                "ISTEXT(值)",
                "是否为文本",
                "Whether it is a text",
                "ISTEXT(\"a\")",
            ],
            (1, 1),
            Gives::Bool,
            Lenient(|a| is(&a[0], |c| matches!(c, Cell::Text(_)))),
        ),
        function(
            [
                "ISERROR",
                "ISERROR(值)",
                "是否出错",
                "Whether it is an error",
                "ISERROR(1/0)",
            ],
            (1, 1),
            Gives::Bool,
            Lenient(|a| is(&a[0], |c| matches!(c, Cell::Error(_)))),
        ),
        function(
            [
                "NA",
                "NA()",
                "错误值 #N/A",
                "The error #N/A",
                "IFNA(NA(),1)",
            ],
            (0, 0),
            Gives::Number,
            Strict(|_| Cell::Error(CellError::Na)),
        ),
    ]
};

fn is(cell: &Cell, test: impl Fn(&Cell) -> bool) -> Cell {
    match cell {
        Cell::Pending => Cell::Pending,
        cell => Cell::Bool(test(cell)),
    }
}

fn fold(items: &[Item], start: bool, join: fn(bool, bool) -> bool) -> Cell {
    let (mut out, mut any) = (start, false);
    for item in items {
        let (cells, literal) = match item {
            Item::One(cell, literal) => (std::slice::from_ref(cell), *literal),
            Item::Range(range) => (range.cells.as_slice(), false),
        };
        for cell in cells {
            match (truth(cell), cell) {
                (_, Cell::Text(_)) if !literal => {}
                // Excel passes over an empty text, but not over others.
                (_, Cell::Text(text)) if text.is_empty() => {}
                // An argument left out is FALSE; a blank field is no condition.
                (_, Cell::Blank) if !literal => {}
                (Ok(value), _) => (out, any) = (join(out, value), true),
                (Err(stuck), _) => return stuck,
            }
        }
    }
    match any {
        true => Cell::Bool(out),
        false => Cell::Error(CellError::Value),
    }
}
