//! Barcodes and their check digits, by the GS1 General Specifications: from the right, digits count three times and
//! once in turn, and with the check digit they make a multiple of ten. Tests: `spec/merchant.md`.

use crate::{
    check::coerce::text,
    eval::{VALUE, vector::Cell},
    functions::registry::{Function, Gives, Kernel, function},
};
use std::sync::Arc;
use table::field::barcode;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict as K;
    let (b, n) = (Gives::Bool, Gives::Number);
    &[
        function(
            [
                "EAN13.CHECK",
                "EAN13.CHECK(条码)",
                "13 位商品条码的校验位对不对",
                "Whether the check digit of an EAN-13 is right",
                "EAN13.CHECK(\"6901234567892\")",
            ],
            (1, 1),
            b,
            K(|a| checked(a, &[13])),
        ),
        function(
            [
                "EAN13.DIGIT",
                "EAN13.DIGIT(前12位)",
                "13 位商品条码的校验位",
                "The check digit for the first 12 digits of an EAN-13",
                "EAN13.DIGIT(\"690123456789\")",
            ],
            (1, 1),
            n,
            K(|a| digit(a, &[12])),
        ),
        function(
            [
                "EAN8.CHECK",
                "EAN8.CHECK(条码)",
                "8 位商品条码的校验位对不对",
                "Whether the check digit of an EAN-8 is right",
                "EAN8.CHECK(\"96385074\")",
            ],
            (1, 1),
            b,
            K(|a| checked(a, &[8])),
        ),
        function(
            [
                "UPC.CHECK",
                "UPC.CHECK(条码)",
                "12 位 UPC-A 条码的校验位对不对",
                "Whether the check digit of a UPC-A is right",
                "UPC.CHECK(\"036000291452\")",
            ],
            (1, 1),
            b,
            K(|a| checked(a, &[12])),
        ),
        function(
            [
                "UPC.DIGIT",
                "UPC.DIGIT(前11位)",
                "12 位 UPC-A 条码的校验位",
                "The check digit for the first 11 digits of a UPC-A",
                "UPC.DIGIT(\"03600029145\")",
            ],
            (1, 1),
            n,
            K(|a| digit(a, &[11])),
        ),
        function(
            [
                "GTIN.CHECK",
                "GTIN.CHECK(条码)",
                "8、12、13 或 14 位条码的校验位对不对",
                "Whether the check digit of a GTIN of 8, 12, 13 or 14 digits is right",
                "GTIN.CHECK(\"16901234567899\")",
            ],
            (1, 1),
            b,
            K(|a| checked(a, &[8, 12, 13, 14])),
        ),
        function(
            [
                "GTIN.DIGIT",
                "GTIN.DIGIT(前几位)",
                "7、11、12 或 13 位数字后面的校验位，箱码用 13 位",
                "The check digit for the first 7, 11, 12 or 13 digits of a GTIN",
                "GTIN.DIGIT(\"1690123456789\")",
            ],
            (1, 1),
            n,
            K(|a| digit(a, &[7, 11, 12, 13])),
        ),
        function(
            [
                "BARCODE.TYPE",
                "BARCODE.TYPE(条码)",
                "条码的种类：EAN-13、ISBN、EAN-8、UPC-A、ITF-14、Code 128；校验位不对时为“校验位错误”",
                "EAN-13, ISBN, EAN-8, UPC-A, ITF-14 or Code 128; 校验位错误 where the check digit is wrong",
                "BARCODE.TYPE(\"6901234567892\")",
            ],
            (1, 1),
            Gives::Text,
            K(kind),
        ),
    ]
};

/// What was typed, without the spaces and hyphens that people put between digits.
fn code(cell: &Cell) -> Result<String, Cell> {
    let shown = text(cell)?;
    let known = |c: &char| !c.is_whitespace() && *c != '-';
    Ok(shown.chars().filter(known).collect())
}

fn is_digits(code: &str, lengths: &[usize]) -> bool {
    lengths.contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit())
}

fn checked(args: &[Cell], lengths: &[usize]) -> Cell {
    match code(&args[0]) {
        Ok(code) => Cell::Bool(is_digits(&code, lengths) && barcode::checks(&code) == Some(true)),
        Err(stuck) => stuck,
    }
}

fn digit(args: &[Cell], lengths: &[usize]) -> Cell {
    match code(&args[0]) {
        Ok(code) if is_digits(&code, lengths) => {
            let digits =
                (0..10).find(|digit| barcode::checks(&format!("{code}{digit}")) == Some(true));
            digits.map_or(VALUE, |digit| Cell::Number(f64::from(digit)))
        }
        Ok(_) => VALUE,
        Err(stuck) => stuck,
    }
}

fn kind(args: &[Cell]) -> Cell {
    let code = match code(&args[0]) {
        Ok(code) => code,
        Err(stuck) => return stuck,
    };
    let kind = match (barcode::checks(&code), code.len()) {
        (Some(false), _) => "校验位错误",
        (Some(true), 8) => "EAN-8",
        (Some(true), 12) => "UPC-A",
        (Some(true), 14) => "ITF-14",
        (Some(true), _) if code.starts_with("978") || code.starts_with("979") => "ISBN",
        (Some(true), _) => "EAN-13",
        (None, 0) => "",
        // Code 128 holds ASCII.
        (None, _) if code.is_ascii() => "Code 128",
        (None, _) => return VALUE,
    };
    Cell::Text(Arc::from(kind))
}
