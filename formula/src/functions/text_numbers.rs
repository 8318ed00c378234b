//! Between numbers and texts: VALUE, NUMBERVALUE, FIXED, DOLLAR, RMB, NUMBERSTRING.
//!
//! Law: DOLLAR writes `$` and losses in brackets as in Microsoft's examples, RMB writes `¥` and a minus sign as Excel's
//! Chinese edition does. Tests: `spec/text.md`.

use super::{
    format,
    registry::{Function, Gives, Kernel, function},
    text::{Step, run, words},
    text_value,
};
use crate::{
    check::coerce::{number, text, truth},
    eval::{VALUE, vector::Cell},
};
use table::{
    field::{decimal, number::with_thousands},
    value::CellError,
};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict;
    let (t, n) = (Gives::Text, Gives::Number);
    &[
        function(
            [
                "VALUE",
                "VALUE(文本)",
                "文本变数字",
                "A text as a number",
                "VALUE(\"1,234\")",
            ],
            (1, 1),
            n,
            Strict(|a| run(a, value)),
        ),
        function(
            [
                "NUMBERVALUE",
                "NUMBERVALUE(文本, [小数点], [千位分隔])",
                "按自己的小数点和千位分隔把文本变成数字",
                "A text as a number, with its own separators",
                "NUMBERVALUE(\"2.500,27\",\",\",\".\")",
            ],
            (1, 3),
            n,
            Strict(|a| run(a, number_value)),
        ),
        function(
            [
                "FIXED",
                "FIXED(数, [小数位], [不要千位分隔])",
                "四舍五入后变成文本",
                "Rounded, as a text",
                "FIXED(1234.567,1)",
            ],
            (1, 3),
            t,
            Strict(|a| run(a, fixed)),
        ),
        function(
            [
                "DOLLAR",
                "DOLLAR(数, [小数位])",
                "四舍五入后变成美元文本",
                "Rounded, as an amount of dollars",
                "DOLLAR(1234.567)",
            ],
            (1, 2),
            t,
            Strict(|a| run(a, |a| money(a, "($", "$", ")"))),
        ),
        function(
            [
                "USDOLLAR",
                "USDOLLAR(数, [小数位])",
                "四舍五入后变成美元文本，同 DOLLAR",
                "As DOLLAR",
                "USDOLLAR(1234.567)",
            ],
            (1, 2),
            t,
            Strict(|a| run(a, |a| money(a, "($", "$", ")"))),
        ),
        function(
            [
                "RMB",
                "RMB(数, [小数位])",
                "四舍五入后变成人民币文本",
                "Rounded, as an amount of yuan",
                "RMB(1234.567)",
            ],
            (1, 2),
            t,
            Strict(|a| run(a, |a| money(a, "¥-", "¥", ""))),
        ),
        function(
            [
                "NUMBERSTRING",
                "NUMBERSTRING(数, 方式)",
                "数字变汉字：1 一百二十，2 壹佰贰拾，3 一二〇",
                "In Chinese numerals: 1 as said, 2 as on invoices, 3 digit by digit",
                "NUMBERSTRING(120,2)",
            ],
            (2, 2),
            t,
            Strict(|a| run(a, number_string)),
        ),
    ]
};

fn value(args: &[Cell]) -> Step {
    match &args[0] {
        same @ Cell::Number(_) => Ok(same.clone()),
        Cell::Blank => Ok(Cell::Number(0.0)),
        Cell::Text(shown) => text_value::read(shown).map(Cell::Number).ok_or(VALUE),
        _ => Err(VALUE),
    }
}

/// Blanks anywhere are left out, percent signs at the end each divide by a hundred, no text is 0: as documented.
fn number_value(args: &[Cell]) -> Step {
    let shown = text(&args[0])?;
    let separator = |at: usize, usual: char| match args.get(at) {
        None | Some(Cell::Blank) => Ok(usual),
        Some(cell) => text(cell)?.chars().next().ok_or(VALUE),
    };
    let (point, group) = (separator(1, '.')?, separator(2, ',')?);
    let kept: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
    if kept.is_empty() {
        return Ok(Cell::Number(0.0));
    }
    let body = kept.trim_end_matches('%');
    let n_percent = kept.len() - body.len();
    let mut plain = String::with_capacity(body.len());
    let mut has_point = false;
    for c in body.chars() {
        match c {
            _ if c == point && has_point => return Err(VALUE),
            _ if c == point => {
                has_point = true;
                plain.push('.');
            }
            _ if c == group && has_point => return Err(VALUE),
            _ if c == group => {}
            // Neither times nor dates nor fractions.
            '.' | ',' | '%' | ':' | '/' => return Err(VALUE),
            _ => plain.push(c),
        }
    }
    let has_dash = plain.chars().skip(1).any(|c| c == '-') && !plain.contains(['e', 'E']);
    let found = text_value::read(&plain)
        .filter(|_| !has_dash)
        .ok_or(VALUE)?;
    Ok(Cell::finite(found / 100f64.powi(n_percent.min(400) as i32)))
}

/// The number of decimals, 2 where it is not said, and the number rounded to it.
fn rounded(args: &[Cell]) -> Result<(f64, u8), Cell> {
    let value = number(&args[0])?;
    let places = args.get(1).map_or(Ok(2.0), number)?.trunc();
    if places > 127.0 {
        return Err(VALUE);
    }
    let places = places.max(-400.0) as i32;
    Ok((decimal::round(value, places), places.max(0) as u8))
}

fn fixed(args: &[Cell]) -> Step {
    let (value, places) = rounded(args)?;
    let shown = decimal::fixed(value, places);
    match args.get(2).map_or(Ok(false), truth)? {
        true => words(&shown),
        false => words(&with_thousands(&shown)),
    }
}

fn money(args: &[Cell], loss: &str, sign: &str, end: &str) -> Step {
    let (value, places) = rounded(args)?;
    let shown = with_thousands(&decimal::fixed(value, places));
    match shown.strip_prefix('-') {
        Some(size) => words(&format!("{loss}{size}{end}")),
        None => words(&format!("{sign}{shown}")),
    }
}

/// Rounded to a whole number first, as in Excel.
fn number_string(args: &[Cell]) -> Step {
    let value = decimal::round(number(&args[0])?, 0);
    let kind = number(&args[1])?.trunc();
    if value < 0.0 || !(1.0..=3.0).contains(&kind) {
        return Err(Cell::Error(CellError::Num));
    }
    words(&format::in_numerals(value, kind as u8).ok_or(Cell::Error(CellError::Num))?)
}
