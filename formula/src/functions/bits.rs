//! Bits and numerals of bases 2, 8 and 16, and the steps DELTA and GESTEP.
//!
//! Law: a numeral has at most ten digits; its upper half stands for negative numbers, as in Excel. Tests:
//! `spec/engineering.md`.

use super::{
    arguments::{Given, NUM, require, settle},
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce::text,
    eval::{VALUE, vector::Cell},
};

/// Bits of a number end here: 2^48.
const BITS: f64 = 281_474_976_710_656.0;
/// Bits that a number is moved by.
const SHIFT: f64 = 53.0;
/// Digits of a numeral.
const DIGITS: usize = 10;

/// Name, signature, what it does in Chinese and English, example.
type Doc = [&'static str; 5];

const fn two(doc: Doc, kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, (2, 2), Gives::Number, Kernel::Strict(kernel))
}

const fn step(doc: Doc, kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, (1, 2), Gives::Number, Kernel::Strict(kernel))
}

const fn decimal(doc: Doc, kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, (1, 1), Gives::Number, Kernel::Strict(kernel))
}

const fn numeral(doc: Doc, kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, (1, 2), Gives::Text, Kernel::Strict(kernel))
}

/// Looked up by name in the registry.
#[rustfmt::skip]
pub(crate) const FAMILY: &[Function] = &[
    two(["BITAND", "BITAND(数1, 数2)", "按位与", "Bits that both numbers have", "BITAND(13,25)"], |a| bits(a, |x, y| x & y)),
    two(["BITOR", "BITOR(数1, 数2)", "按位或", "Bits that either number has", "BITOR(23,10)"], |a| bits(a, |x, y| x | y)),
    two(["BITXOR", "BITXOR(数1, 数2)", "按位异或", "Bits that one of the numbers has", "BITXOR(5,3)"], |a| bits(a, |x, y| x ^ y)),
    two(["BITLSHIFT", "BITLSHIFT(数, 位数)", "按位左移", "The bits moved to the left", "BITLSHIFT(4,2)"], |a| shift(a, 1.0)),
    two(["BITRSHIFT", "BITRSHIFT(数, 位数)", "按位右移", "The bits moved to the right", "BITRSHIFT(13,2)"], |a| shift(a, -1.0)),
    decimal(["BIN2DEC", "BIN2DEC(二进制)", "二进制变十进制", "Binary to decimal", "BIN2DEC(\"1100100\")"], |a| to_decimal(a, 2)),
    numeral(["BIN2HEX", "BIN2HEX(二进制, [位数])", "二进制变十六进制", "Binary to hexadecimal", "BIN2HEX(\"11111011\",4)"], |a| rewrite(a, 2, 16)),
    numeral(["BIN2OCT", "BIN2OCT(二进制, [位数])", "二进制变八进制", "Binary to octal", "BIN2OCT(\"1001\",3)"], |a| rewrite(a, 2, 8)),
    numeral(["DEC2BIN", "DEC2BIN(数, [位数])", "十进制变二进制", "Decimal to binary", "DEC2BIN(9,4)"], |a| from_decimal(a, 2)),
    numeral(["DEC2HEX", "DEC2HEX(数, [位数])", "十进制变十六进制", "Decimal to hexadecimal", "DEC2HEX(100,4)"], |a| from_decimal(a, 16)),
    numeral(["DEC2OCT", "DEC2OCT(数, [位数])", "十进制变八进制", "Decimal to octal", "DEC2OCT(58,3)"], |a| from_decimal(a, 8)),
    numeral(["HEX2BIN", "HEX2BIN(十六进制, [位数])", "十六进制变二进制", "Hexadecimal to binary", "HEX2BIN(\"F\",8)"], |a| rewrite(a, 16, 2)),
    decimal(["HEX2DEC", "HEX2DEC(十六进制)", "十六进制变十进制", "Hexadecimal to decimal", "HEX2DEC(\"A5\")"], |a| to_decimal(a, 16)),
    numeral(["HEX2OCT", "HEX2OCT(十六进制, [位数])", "十六进制变八进制", "Hexadecimal to octal", "HEX2OCT(\"F\",3)"], |a| rewrite(a, 16, 8)),
    numeral(["OCT2BIN", "OCT2BIN(八进制, [位数])", "八进制变二进制", "Octal to binary", "OCT2BIN(3,3)"], |a| rewrite(a, 8, 2)),
    decimal(["OCT2DEC", "OCT2DEC(八进制)", "八进制变十进制", "Octal to decimal", "OCT2DEC(54)"], |a| to_decimal(a, 8)),
    numeral(["OCT2HEX", "OCT2HEX(八进制, [位数])", "八进制变十六进制", "Octal to hexadecimal", "OCT2HEX(100,4)"], |a| rewrite(a, 8, 16)),
    step(["DELTA", "DELTA(数1, [数2])", "两个数相等得 1，否则得 0", "1 where two numbers are equal, else 0", "DELTA(5,5)"], |a| compare(a, |x, y| x == y)),
    step(["GESTEP", "GESTEP(数, [界限])", "数不小于界限得 1，否则得 0", "1 where a number reaches the step, else 0", "GESTEP(5,4)"], |a| compare(a, |x, y| x >= y)),
];

/// A whole number that has 48 bits.
fn whole(args: &[Cell], at: usize) -> Result<f64, Cell> {
    let x = Given(args).number(at)?;
    require((0.0..BITS).contains(&x) && x.fract() == 0.0)?;
    Ok(x)
}

fn bits(args: &[Cell], of: fn(u64, u64) -> u64) -> Cell {
    settle(whole(args, 0).and_then(|x| Ok(of(x as u64, whole(args, 1)? as u64) as f64)))
}

/// Bits that leave the number at its right are lost; at its left there is no room for them.
fn shift(args: &[Cell], direction: f64) -> Cell {
    settle(whole(args, 0).and_then(|x| {
        let places = Given(args).number(1)?.trunc() * direction;
        require(places.abs() <= SHIFT)?;
        let moved = (x * places.exp2()).floor();
        require(moved < BITS)?;
        Ok(moved)
    }))
}

fn compare(args: &[Cell], holds: fn(f64, f64) -> bool) -> Cell {
    let given = Given(args);
    settle(given.amount(0).and_then(|x| {
        let y = given.amount_or(1, 0.0)?;
        Ok(f64::from(u8::from(holds(x, y))))
    }))
}

/// Half of what ten digits write: the first number that stands for a negative one.
fn half(base: u32) -> i64 {
    i64::from(base).pow(DIGITS as u32) / 2
}

fn read(cell: &Cell, base: u32) -> Result<i64, Cell> {
    if let Cell::Bool(_) = cell {
        return Err(VALUE);
    }
    let shown = text(cell)?;
    require(shown.len() <= DIGITS)?;
    let mut value = 0_i64;
    for c in shown.chars() {
        let digit = c.to_digit(base).ok_or(NUM)?;
        value = value * i64::from(base) + i64::from(digit);
    }
    Ok(match value < half(base) {
        true => value,
        false => value - 2 * half(base),
    })
}

/// In a base, at least as many digits as asked for; negative numbers have ten in any case.
fn write(value: i64, base: u32, args: &[Cell]) -> Result<Cell, Cell> {
    let places = match args.len() {
        2 => Some(Given(args).amount(1)?.trunc()),
        _ => None,
    };
    require(places.is_none_or(|n| (1.0..=DIGITS as f64).contains(&n)))?;
    require((-half(base)..half(base)).contains(&value))?;
    let mut rest = match value < 0 {
        true => value + 2 * half(base),
        false => value,
    };
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        let digit = (rest % i64::from(base)) as u32;
        digits.extend(char::from_digit(digit, base));
        rest /= i64::from(base);
    }
    if let (Some(n), true) = (places, value >= 0) {
        require(digits.len() <= n as usize)?;
        digits.resize(n as usize, '0');
    }
    let shown: String = digits.iter().rev().collect();
    Ok(Cell::Text(shown.to_ascii_uppercase().into()))
}

fn to_decimal(args: &[Cell], base: u32) -> Cell {
    settle(read(&args[0], base).map(|value| value as f64))
}

fn from_decimal(args: &[Cell], base: u32) -> Cell {
    let value = Given(args).amount(0).map(|x| x.trunc() as i64);
    value
        .and_then(|value| write(value, base, args))
        .unwrap_or_else(|stuck| stuck)
}

fn rewrite(args: &[Cell], from: u32, to: u32) -> Cell {
    read(&args[0], from)
        .and_then(|value| write(value, to, args))
        .unwrap_or_else(|stuck| stuck)
}
