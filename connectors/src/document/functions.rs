//! The functions that documents use: sums, rounding, texts, choices.
//!
//! Function: [`call`]. Law: what is not here is not guessed (`None`): the program that opens the document computes it.
//! Tests: here.

use super::calc::{Value, read_number};
use std::cmp::Ordering;
use table::field::decimal;

pub enum Arg {
    One(Value),
    /// Rows of a range.
    Many(Vec<Vec<Value>>),
}

pub fn error_named(code: &str) -> Value {
    let known = [
        "#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!",
    ];
    let found = known.into_iter().find(|known| *known == code);
    Value::Error(found.unwrap_or("#VALUE!"))
}

/// As arithmetic takes it.
pub fn number(value: &Value) -> Result<f64, Value> {
    match value {
        Value::Blank => Ok(0.0),
        Value::Number(number) => Ok(*number),
        Value::Bool(flag) => Ok(f64::from(u8::from(*flag))),
        Value::Text(text) => read_number(text).ok_or(Value::Error("#VALUE!")),
        Value::Error(code) => Err(Value::Error(code)),
    }
}

pub fn text(value: &Value) -> String {
    match value {
        Value::Blank => String::new(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.into(),
        Value::Error(code) => (*code).to_string(),
    }
}

pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(*number != 0.0),
        Value::Blank => Some(false),
        _ => None,
    }
}

/// Numbers before texts before truth values, texts whatever their case.
pub fn compare(left: &Value, right: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Blank | Value::Number(_) => 0,
        Value::Text(_) | Value::Error(_) => 1,
        Value::Bool(_) => 2,
    };
    match (left, right) {
        (Value::Blank, Value::Text(text)) => "".cmp(text),
        (Value::Text(text), Value::Blank) => text.as_str().cmp(""),
        (Value::Text(a), Value::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (a, b) if rank(a) == 0 && rank(b) == 0 => {
            let (a, b) = (number(a).unwrap_or(0.0), number(b).unwrap_or(0.0));
            a.partial_cmp(&b).unwrap_or(Ordering::Equal)
        }
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

/// The numbers that totals count: of ranges only what is a number.
fn numbers(args: &[Arg]) -> Result<Vec<f64>, Value> {
    let mut all = Vec::new();
    for arg in args {
        match arg {
            Arg::One(Value::Blank) => {}
            Arg::One(value) => all.push(number(value)?),
            Arg::Many(rows) => {
                for value in rows.iter().flatten() {
                    match value {
                        Value::Number(number) => all.push(*number),
                        Value::Error(code) => return Err(Value::Error(code)),
                        _ => {}
                    }
                }
            }
        }
    }
    Ok(all)
}

fn filled(args: &[Arg]) -> usize {
    let count = |arg: &Arg| match arg {
        Arg::One(value) => usize::from(*value != Value::Blank),
        Arg::Many(rows) => rows
            .iter()
            .flatten()
            .filter(|value| **value != Value::Blank)
            .count(),
    };
    args.iter().map(count).sum()
}

fn total(name: &str, args: &[Arg]) -> Option<Value> {
    if name == "COUNTA" {
        return Some(Value::Number(filled(args) as f64));
    }
    let numbers = match (numbers(args), name) {
        (Ok(numbers), _) => numbers,
        (Err(error), _) => return Some(error),
    };
    let n = numbers.len() as f64;
    let sum = || {
        // Adding cents one by one must not show in the fifteenth digit.
        let sum: f64 = numbers.iter().sum();
        decimal::round(sum, 9)
    };
    Some(Value::Number(match name {
        "SUM" => sum(),
        "COUNT" => n,
        "AVERAGE" if numbers.is_empty() => return Some(Value::Error("#DIV/0!")),
        "AVERAGE" => sum() / n,
        "PRODUCT" if numbers.is_empty() => 0.0,
        "PRODUCT" => numbers.iter().product(),
        "MAX" => numbers.iter().copied().reduce(f64::max).unwrap_or(0.0),
        "MIN" => numbers.iter().copied().reduce(f64::min).unwrap_or(0.0),
        _ => return None,
    }))
}

fn subtotal(args: &[Arg]) -> Option<Value> {
    let Some(Arg::One(Value::Number(which))) = args.first() else {
        return None;
    };
    let name = match *which as i64 % 100 {
        1 => "AVERAGE",
        2 => "COUNT",
        3 => "COUNTA",
        4 => "MAX",
        5 => "MIN",
        6 => "PRODUCT",
        9 => "SUM",
        _ => return None,
    };
    total(name, &args[1..])
}

fn sum_product(args: &[Arg]) -> Option<Value> {
    let mut product: Option<Vec<f64>> = None;
    for arg in args {
        let rows = match arg {
            Arg::Many(rows) => rows.iter().flatten().cloned().collect(),
            Arg::One(value) => vec![value.clone()],
        };
        let values: Vec<f64> = rows
            .iter()
            .map(|value| match value {
                Value::Number(number) => *number,
                _ => 0.0,
            })
            .collect();
        product = Some(match product {
            None => values,
            Some(before) if before.len() == values.len() => {
                before.iter().zip(&values).map(|(a, b)| a * b).collect()
            }
            Some(_) => return Some(Value::Error("#VALUE!")),
        });
    }
    let sum: f64 = product?.iter().sum();
    Some(Value::Number(decimal::round(sum, 9)))
}

/// Arguments that are single values.
fn singles(args: &[Arg]) -> Option<Vec<&Value>> {
    let one = args.iter().map(|arg| match arg {
        Arg::One(value) => Some(value),
        Arg::Many(_) => None,
    });
    one.collect()
}

/// The result, `None` for a function that is not known here.
pub fn call(name: &str, args: &[Arg], now: f64) -> Option<Value> {
    match name {
        "SUM" | "COUNT" | "COUNTA" | "AVERAGE" | "PRODUCT" | "MAX" | "MIN" => {
            return total(name, args);
        }
        "SUBTOTAL" => return subtotal(args),
        "SUMPRODUCT" => return sum_product(args),
        "TODAY" => return Some(Value::Number(now.floor())),
        "NOW" => return Some(Value::Number(now)),
        "CONCAT" | "CONCATENATE" => {
            let all = args.iter().map(|arg| match arg {
                Arg::One(value) => text(value),
                Arg::Many(rows) => rows.iter().flatten().map(text).collect(),
            });
            return Some(Value::Text(all.collect()));
        }
        _ => {}
    }
    let args = singles(args)?;
    if let Some(Value::Error(code)) = args.iter().find(|value| matches!(value, Value::Error(_)))
        && !name.starts_with("IS")
    {
        return Some(Value::Error(code));
    }
    of_texts(name, &args)
        .or_else(|| of_numbers(name, &args))
        .or_else(|| logic(name, &args))
}

fn of_numbers(name: &str, args: &[&Value]) -> Option<Value> {
    let at = |index: usize| args.get(index).map(|value| number(value));
    let known = [
        "ROUND",
        "ROUNDUP",
        "ROUNDDOWN",
        "TRUNC",
        "INT",
        "ABS",
        "MOD",
        "SQRT",
        "POWER",
        "N",
    ];
    if !known.contains(&name) {
        return None;
    }
    let (value, second) = match (at(0)?, at(1).unwrap_or(Ok(0.0))) {
        (Ok(value), Ok(second)) => (value, second),
        (Err(error), _) | (_, Err(error)) => return Some(error),
    };
    let places = second as i32;
    let scale = 10f64.powi(places.clamp(-15, 15));
    // 1.005 × 100 is 100.4999…; as decimals people mean 100.5.
    let scaled = decimal::round(value * scale, 9);
    Some(Value::Number(match name {
        "ROUND" => decimal::round(value, places.clamp(-15, 15)),
        "ROUNDUP" => scaled.abs().ceil().copysign(value) / scale,
        "ROUNDDOWN" | "TRUNC" => scaled.trunc() / scale,
        "INT" => value.floor(),
        "ABS" => value.abs(),
        "MOD" if second == 0.0 => return Some(Value::Error("#DIV/0!")),
        "MOD" => value - second * (value / second).floor(),
        "SQRT" if value < 0.0 => return Some(Value::Error("#NUM!")),
        "SQRT" => value.sqrt(),
        "POWER" => value.powf(second),
        _ => value,
    }))
}

fn of_texts(name: &str, args: &[&Value]) -> Option<Value> {
    let first = args.first().map(|value| text(value)).unwrap_or_default();
    let count = |index: usize, usual: usize| match args.get(index) {
        None => Some(usual),
        Some(value) => number(value).ok().map(|number| number.max(0.0) as usize),
    };
    Some(Value::Text(match name {
        "LEFT" => first.chars().take(count(1, 1)?).collect(),
        "RIGHT" => {
            let n = first.chars().count();
            first.chars().skip(n.saturating_sub(count(1, 1)?)).collect()
        }
        "MID" => {
            let from = count(1, 1)?.checked_sub(1)?;
            first.chars().skip(from).take(count(2, 0)?).collect()
        }
        "UPPER" => first.to_uppercase(),
        "LOWER" => first.to_lowercase(),
        "TRIM" => first.split_whitespace().collect::<Vec<_>>().join(" "),
        "TEXT" => {
            let code = text(args.get(1)?);
            match number(args.first()?) {
                Ok(number) => ssfmt::format_default(number, &code).ok()?,
                Err(_) => first,
            }
        }
        "LEN" => return Some(Value::Number(first.chars().count() as f64)),
        "VALUE" => {
            return Some(match number(args.first()?) {
                Ok(number) => Value::Number(number),
                Err(error) => error,
            });
        }
        _ => return None,
    }))
}

fn logic(name: &str, args: &[&Value]) -> Option<Value> {
    let all: Option<Vec<bool>> = args.iter().map(|value| truth(value)).collect();
    Some(Value::Bool(match name {
        "AND" => all?.into_iter().all(|flag| flag),
        "OR" => all?.into_iter().any(|flag| flag),
        "NOT" => !truth(args.first()?)?,
        "TRUE" => true,
        "FALSE" => false,
        "ISBLANK" => matches!(args.first()?, Value::Blank),
        "ISNUMBER" => matches!(args.first()?, Value::Number(_)),
        "ISTEXT" => matches!(args.first()?, Value::Text(_)),
        "ISERROR" => matches!(args.first()?, Value::Error(_)),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn functions_as_excel_computes_them() {
        let one = |value: f64| Arg::One(Value::Number(value));
        let range = || {
            let column = [
                Value::Number(1.1),
                Value::Text("x".into()),
                Value::Number(2.2),
                Value::Blank,
            ];
            Arg::Many(column.into_iter().map(|value| vec![value]).collect())
        };
        for (name, args, expected) in [
            ("SUM", vec![range(), one(1.0)], Value::Number(4.3)),
            ("COUNT", vec![range()], Value::Number(2.0)),
            ("COUNTA", vec![range()], Value::Number(3.0)),
            ("SUBTOTAL", vec![one(109.0), range()], Value::Number(3.3)),
            ("SUMPRODUCT", vec![range(), range()], Value::Number(6.05)),
            ("ROUND", vec![one(1.005), one(2.0)], Value::Number(1.01)),
            ("ROUNDUP", vec![one(-1.21), one(1.0)], Value::Number(-1.3)),
            ("MOD", vec![one(-3.0), one(2.0)], Value::Number(1.0)),
            (
                "TEXT",
                vec![one(1234.5), Arg::One(Value::Text("#,##0.00".into()))],
                Value::Text("1,234.50".into()),
            ),
            (
                "RIGHT",
                vec![Arg::One(Value::Text("报价单".into())), one(2.0)],
                Value::Text("价单".into()),
            ),
            ("AVERAGE", vec![], Value::Error("#DIV/0!")),
        ] {
            assert_eq!(call(name, &args, 0.0), Some(expected), "{name}");
        }
        assert_eq!(call("XLOOKUP", &[one(1.0)], 0.0), None);
    }
}
