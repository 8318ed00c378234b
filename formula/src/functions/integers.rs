//! Whole numbers: divisors, factorials, combinations, numerals of other bases, Roman numerals.
//!
//! Law: arguments are cut to whole numbers, as in Excel; what has no such number is `#NUM!`. Tests:
//! `spec/whole-numbers.md`.

use super::registry::{Function, Gives, Kernel, function};
use crate::{
    check::coerce::{number, text},
    eval::{Item, VALUE, vector::Cell},
};
use std::sync::Arc;
use table::value::CellError;

const NUM: Cell = Cell::Error(CellError::Num);
/// Whole numbers up to here are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Digits of a numeral.
const DIGITS: usize = 255;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Aggregate, Strict};
    let n = Gives::Number;
    &[
        function(
            [
                "GCD",
                "GCD(数, …)",
                "最大公约数",
                "The greatest common divisor",
                "GCD(24,36)",
            ],
            (1, 255),
            n,
            Aggregate(|i| fold(i, 0.0, |a, b| Some(gcd(a, b)))),
        ),
        function(
            [
                "LCM",
                "LCM(数, …)",
                "最小公倍数",
                "The least common multiple",
                "LCM(24,36)",
            ],
            (1, 255),
            n,
            Aggregate(|i| {
                fold(i, 1.0, |a, b| {
                    if a == 0.0 || b == 0.0 {
                        Some(0.0)
                    } else {
                        Some(a / gcd(a, b) * b)
                    }
                })
            }),
        ),
        function(
            [
                "MULTINOMIAL",
                "MULTINOMIAL(数, …)",
                "多项式系数",
                "The multinomial coefficient",
                "MULTINOMIAL(2,3,4)",
            ],
            (1, 255),
            n,
            Aggregate(multinomial),
        ),
        function(
            ["FACT", "FACT(数)", "阶乘", "The factorial", "FACT(5)"],
            (1, 1),
            n,
            Strict(|a| with(a, |[x, _]| if x < 0.0 { NUM } else { product(x, 1.0) })),
        ),
        function(
            [
                "FACTDOUBLE",
                "FACTDOUBLE(数)",
                "双阶乘",
                "The double factorial",
                "FACTDOUBLE(7)",
            ],
            (1, 1),
            n,
            Strict(|a| with(a, |[x, _]| if x < -1.0 { NUM } else { product(x, 2.0) })),
        ),
        function(
            [
                "COMBIN",
                "COMBIN(总数, 取几个)",
                "组合数",
                "How many ways to choose",
                "COMBIN(8,2)",
            ],
            (2, 2),
            n,
            Strict(|a| with(a, |[n, k]| choose(n, k))),
        ),
        function(
            [
                "COMBINA",
                "COMBINA(总数, 取几个)",
                "可重复的组合数",
                "How many ways to choose with repetition",
                "COMBINA(4,3)",
            ],
            (2, 2),
            n,
            Strict(|a| {
                with(a, |[n, k]| match () {
                    () if n < 0.0 || k < 0.0 => NUM,
                    () if k == 0.0 => Cell::Number(1.0),
                    () => choose(n + k - 1.0, k),
                })
            }),
        ),
        function(
            [
                "PERMUT",
                "PERMUT(总数, 取几个)",
                "排列数",
                "How many orders",
                "PERMUT(100,3)",
            ],
            (2, 2),
            n,
            Strict(|a| {
                with(a, |[n, k]| match n < 0.0 || k < 0.0 || n < k {
                    true => NUM,
                    false => Cell::finite(falling(n, k)),
                })
            }),
        ),
        function(
            [
                "PERMUTATIONA",
                "PERMUTATIONA(总数, 取几个)",
                "可重复的排列数",
                "How many orders with repetition",
                "PERMUTATIONA(3,2)",
            ],
            (2, 2),
            n,
            Strict(|a| {
                with(a, |[n, k]| match n < 0.0 || k < 0.0 {
                    true => NUM,
                    false => Cell::finite(n.powf(k)),
                })
            }),
        ),
        function(
            [
                "BASE",
                "BASE(数, 进制, [最少位数])",
                "写成别的进制",
                "A numeral of another base",
                "BASE(255,16)",
            ],
            (2, 3),
            Gives::Text,
            Strict(base),
        ),
        function(
            [
                "DECIMAL",
                "DECIMAL(文本, 进制)",
                "别的进制变十进制",
                "A numeral of another base as a number",
                "DECIMAL(\"FF\",16)",
            ],
            (2, 2),
            n,
            Strict(decimal),
        ),
        function(
            [
                "ROMAN",
                "ROMAN(数, [写法])",
                "罗马数字",
                "A Roman numeral",
                "ROMAN(499)",
            ],
            (1, 2),
            Gives::Text,
            Strict(roman),
        ),
        function(
            [
                "ARABIC",
                "ARABIC(罗马数字)",
                "罗马数字变数字",
                "A Roman numeral as a number",
                "ARABIC(\"MCMXII\")",
            ],
            (1, 1),
            n,
            Strict(arabic),
        ),
    ]
};

/// One or two numbers, cut to whole ones.
fn with(args: &[Cell], f: fn([f64; 2]) -> Cell) -> Cell {
    let mut values = [0.0; 2];
    for (value, arg) in values.iter_mut().zip(args) {
        match number(arg) {
            Ok(x) => *value = x.trunc() + 0.0,
            Err(stuck) => return stuck,
        }
    }
    f(values)
}

/// The whole numbers of all items; texts that are none are `#VALUE!`, blanks are left out.
fn whole(items: &[Item]) -> Result<Vec<f64>, Cell> {
    let mut out = Vec::new();
    for item in items {
        let cells = match item {
            Item::One(cell, _) => std::slice::from_ref(cell),
            Item::Range(range) => range.cells(),
        };
        for cell in cells {
            match cell {
                Cell::Blank => {}
                Cell::Bool(_) => return Err(VALUE),
                other => match number(other)?.trunc() {
                    x if !(0.0..EXACT).contains(&x) => return Err(NUM),
                    x => out.push(x),
                },
            }
        }
    }
    Ok(out)
}

fn fold(items: &[Item], first: f64, step: fn(f64, f64) -> Option<f64>) -> Cell {
    let numbers = match whole(items) {
        Ok(numbers) => numbers,
        Err(stuck) => return stuck,
    };
    match numbers.into_iter().try_fold(first, step) {
        Some(x) if x < EXACT => Cell::Number(x),
        _ => NUM,
    }
}

fn gcd(a: f64, b: f64) -> f64 {
    let (mut a, mut b) = (a, b);
    while b > 0.0 {
        (a, b) = (b, a % b);
    }
    a
}

fn product(from: f64, step: f64) -> Cell {
    if from > 400.0 {
        return NUM;
    }
    let (mut x, mut product) = (from, 1.0);
    while x > 1.0 {
        product *= x;
        x -= step;
    }
    Cell::finite(product)
}

/// n (n-1) … of k factors.
fn falling(n: f64, k: f64) -> f64 {
    let mut product = 1.0;
    // Beyond this many factors it is infinite, or k is small.
    for at in 0..(k as usize).min(2_000) {
        product *= n - at as f64;
    }
    if k > 2_000.0 { f64::INFINITY } else { product }
}

fn choose(n: f64, k: f64) -> Cell {
    if n < 0.0 || k < 0.0 || n < k {
        return NUM;
    }
    let k = k.min(n - k);
    if k > 2_000.0 {
        return NUM;
    }
    let mut product = 1.0f64;
    for at in 1..=k as usize {
        product = product * (n - k + at as f64) / at as f64;
    }
    Cell::finite(if product < EXACT {
        product.round()
    } else {
        product
    })
}

fn multinomial(items: &[Item]) -> Cell {
    let numbers = match whole(items) {
        Ok(numbers) => numbers,
        Err(stuck) => return stuck,
    };
    let (mut sum, mut product) = (0.0, 1.0);
    for x in numbers {
        sum += x;
        match choose(sum, x) {
            Cell::Number(ways) => product *= ways,
            other => return other,
        }
    }
    Cell::finite(product)
}

fn base(args: &[Cell]) -> Cell {
    let length = args.get(2).map_or(Ok(0.0), number);
    let (x, radix, length) = match (number(&args[0]), number(&args[1]), length) {
        (Ok(x), Ok(radix), Ok(length)) => (x.trunc(), radix.trunc(), length.trunc()),
        (Err(stuck), _, _) | (_, Err(stuck), _) | (_, _, Err(stuck)) => return stuck,
    };
    if !(0.0..EXACT).contains(&x)
        || !(2.0..=36.0).contains(&radix)
        || !(0.0..=255.0).contains(&length)
    {
        return NUM;
    }
    let (mut rest, radix) = (x as u64, radix as u64);
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        digits.push(
            char::from_digit((rest % radix) as u32, 36)
                .unwrap_or('0')
                .to_ascii_uppercase(),
        );
        rest /= radix;
    }
    digits.resize(digits.len().max(length as usize), '0');
    Cell::Text(Arc::from(digits.into_iter().rev().collect::<String>()))
}

fn decimal(args: &[Cell]) -> Cell {
    let (shown, radix) = match (text(&args[0]), number(&args[1])) {
        (Ok(shown), Ok(radix)) => (shown, radix.trunc()),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    if !(2.0..=36.0).contains(&radix) || shown.chars().count() > DIGITS {
        return NUM;
    }
    let upper = shown.trim().to_ascii_uppercase();
    // Other programs mark hexadecimal and binary numerals.
    let digits = match radix as u32 {
        16 => upper
            .strip_prefix("0X")
            .or(upper.strip_suffix('H'))
            .unwrap_or(&upper),
        2 => upper.strip_suffix('B').unwrap_or(&upper),
        _ => &upper,
    };
    let value = digits.chars().try_fold(0.0, |value, digit| {
        Some(value * radix + f64::from(digit.to_digit(radix as u32)?))
    });
    value.map_or(NUM, Cell::finite)
}

/// What stands for a value, and from which form on Excel writes it so.
const ROMAN: [(u32, &str, u8); 25] = [
    (1000, "M", 0),
    (999, "IM", 4),
    (995, "VM", 3),
    (990, "XM", 2),
    (950, "LM", 1),
    (900, "CM", 0),
    (500, "D", 0),
    (499, "ID", 4),
    (495, "VD", 3),
    (490, "XD", 2),
    (450, "LD", 1),
    (400, "CD", 0),
    (100, "C", 0),
    (99, "IC", 2),
    (95, "VC", 1),
    (90, "XC", 0),
    (50, "L", 0),
    (49, "IL", 2),
    (45, "VL", 1),
    (40, "XL", 0),
    (10, "X", 0),
    (9, "IX", 0),
    (5, "V", 0),
    (4, "IV", 0),
    (1, "I", 0),
];

fn roman(args: &[Cell]) -> Cell {
    let form = match args.get(1) {
        None | Some(Cell::Blank | Cell::Bool(true)) => Ok(0.0),
        Some(Cell::Bool(false)) => Ok(4.0),
        Some(form) => number(form),
    };
    let (x, form) = match (number(&args[0]), form) {
        (Ok(x), Ok(form)) => (x.trunc(), form.trunc()),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    if !(0.0..4000.0).contains(&x) || !(0.0..=4.0).contains(&form) {
        return VALUE;
    }
    let (mut rest, form) = (x as u32, form as u8);
    let mut out = String::new();
    for (value, shown, from) in ROMAN {
        while rest >= value && form >= from {
            out.push_str(shown);
            rest -= value;
        }
    }
    Cell::Text(Arc::from(out))
}

fn arabic(args: &[Cell]) -> Cell {
    let shown = match text(&args[0]) {
        Ok(shown) => shown.trim().to_ascii_uppercase(),
        Err(stuck) => return stuck,
    };
    let (sign, digits) = match shown.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, shown.as_str()),
    };
    if digits.len() > DIGITS {
        return VALUE;
    }
    let value = |letter: char| {
        let known = ROMAN
            .iter()
            .find(|(_, shown, _)| shown.len() == 1 && shown.starts_with(letter));
        known.map(|(value, _, _)| f64::from(*value))
    };
    let values: Option<Vec<f64>> = digits.chars().map(value).collect();
    let Some(values) = values else { return VALUE };
    // A smaller one before a larger one is taken away.
    let sum: f64 = values
        .iter()
        .enumerate()
        .map(|(at, x)| match values.get(at + 1) {
            Some(next) if x < next => -x,
            _ => *x,
        })
        .sum();
    Cell::Number(sign * sum + 0.0)
}
