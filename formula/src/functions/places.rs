//! Texts that lead somewhere: ADDRESS, HYPERLINK; and amounts in Thai words: BAHTTEXT.
//!
//! Law: an address is only a text here, as a table has no cells at places. Tests: `spec/places.md`.

use super::{
    registry::{Function, Gives, Kernel, function},
    text::{Step, run},
};
use crate::{
    check::coerce::{number, text, truth},
    eval::{VALUE, vector::Cell},
};
use std::sync::Arc;
use table::field::decimal;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict;
    &[
        function(
            [
                "ADDRESS",
                "ADDRESS(行号, 列号, [1 绝对 / 2 行绝对 / 3 列绝对 / 4 相对], [A1 样式], [表名])",
                "Excel 单元格地址的文字",
                "The address of a cell of a workbook, as a text",
                "ADDRESS(2,3)",
            ],
            (2, 5),
            Gives::Text,
            Strict(|a| run(a, address)),
        ),
        function(
            [
                "HYPERLINK",
                "HYPERLINK(网址, [显示文字])",
                "显示文字；不写时显示网址",
                "The text shown for a link, else the link itself",
                "HYPERLINK(\"https://example.com\",\"商品页\")",
            ],
            (1, 2),
            Gives::Text,
            Strict(|a| run(a, shown)),
        ),
        function(
            [
                "BAHTTEXT",
                "BAHTTEXT(数)",
                "泰文大写金额（泰铢）",
                "An amount of baht in Thai words",
                "BAHTTEXT(1234)",
            ],
            (1, 1),
            Gives::Text,
            Strict(|a| run(a, baht)),
        ),
    ]
};

/// Rows and columns of a sheet of Excel.
const ROWS: f64 = 1_048_576.0;
const COLUMNS: f64 = 16_384.0;

fn address(args: &[Cell]) -> Step {
    let (row, column) = (number(&args[0])?.trunc(), number(&args[1])?.trunc());
    let given = |at: usize| args.get(at).filter(|cell| **cell != Cell::Blank);
    let kind = given(2).map_or(Ok(1.0), number)?.trunc();
    let is_a1 = given(3).map_or(Ok(true), truth)?;
    let inside = (1.0..=ROWS).contains(&row) && (1.0..=COLUMNS).contains(&column);
    if !inside || !(1.0..=4.0).contains(&kind) {
        return Err(VALUE);
    }
    let (row_fixed, column_fixed) = (kind <= 2.0, kind == 1.0 || kind == 3.0);
    let mut out = match given(4).map(text).transpose()? {
        Some(sheet) => format!("{}!", quoted(&sheet, is_a1)),
        None => String::new(),
    };
    if is_a1 {
        let sign = |fixed: bool| if fixed { "$" } else { "" };
        let (first, second) = (sign(column_fixed), sign(row_fixed));
        out += &format!("{first}{}{second}{row}", letters(column as u32));
    } else {
        let part = |fixed: bool, place: f64| match fixed {
            true => place.to_string(),
            false => format!("[{place}]"),
        };
        let (first, second) = (part(row_fixed, row), part(column_fixed, column));
        out += &format!("R{first}C{second}");
    }
    Ok(Cell::Text(Arc::from(out)))
}

/// `A` to `XFD`.
fn letters(column: u32) -> String {
    let (mut rest, mut out) = (column, Vec::new());
    while rest > 0 {
        out.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    out.iter().rev().collect()
}

/// The name of a sheet, in quotes where it is more than one word or looks like something else.
/// The brackets around a workbook's name need quotes in the other style only.
fn quoted(sheet: &str, is_a1: bool) -> String {
    let is_word =
        |c: char| c.is_alphanumeric() || c == '_' || c == '.' || is_a1 && (c == '[' || c == ']');
    let is_plain = sheet.chars().all(is_word) && !sheet.starts_with(|c: char| c.is_numeric());
    match is_plain {
        true => sheet.to_owned(),
        false => format!("'{}'", sheet.replace('\'', "''")),
    }
}

fn shown(args: &[Cell]) -> Step {
    match args.get(1) {
        Some(Cell::Blank) => Ok(Cell::Number(0.0)),
        Some(name) => Ok(name.clone()),
        None => text(&args[0]).map(Cell::Text),
    }
}

const DIGITS: [&str; 10] = [
    "",
    "หนึ่ง",
    "สอง",
    "สาม",
    "สี่",
    "ห้า",
    "หก",
    "เจ็ด",
    "แปด",
    "เก้า",
];
const TENS: [&str; 6] = ["", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน"];
const MILLION: &str = "ล้าน";

fn baht(args: &[Cell]) -> Step {
    let amount = number(&args[0])?;
    if amount.abs() >= 1e15 {
        return Err(VALUE);
    }
    let fixed = decimal::fixed(amount.abs(), 2);
    let (whole, satang) = fixed.split_once('.').unwrap_or((&fixed, "00"));
    let (whole, satang) = (
        whole.trim_start_matches('0'),
        satang.trim_start_matches('0'),
    );
    let mut out = String::new();
    if amount < 0.0 && !(whole.is_empty() && satang.is_empty()) {
        out += "ลบ";
    }
    if !whole.is_empty() {
        say(whole.as_bytes(), &mut out);
        out += "บาท";
    }
    match (whole.is_empty(), satang.is_empty()) {
        (true, true) => out += "ศูนย์บาทถ้วน",
        (false, true) => out += "ถ้วน",
        _ => {
            say(satang.as_bytes(), &mut out);
            out += "สตางค์";
        }
    }
    Ok(Cell::Text(Arc::from(out)))
}

/// Digits in words, each group of six for itself.
fn say(digits: &[u8], out: &mut String) {
    let (millions, rest) = digits.split_at(digits.len().saturating_sub(6));
    if !millions.is_empty() {
        say(millions, out);
        *out += MILLION;
    }
    let mut any = false;
    for (place, digit) in (0..rest.len()).rev().zip(rest) {
        let digit = usize::from(digit - b'0');
        match (place, digit) {
            (_, 0) => continue,
            (0, 1) if any => *out += "เอ็ด",
            (1, 1) => *out += TENS[1],
            (1, 2) => *out += "ยี่สิบ",
            _ => {
                *out += DIGITS[digit];
                *out += TENS[place];
            }
        }
        any = true;
    }
}
