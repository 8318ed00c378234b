//! A tree over several lines, for reading: what does not fit a line has one argument per line.
//!
//! Law: read again it is the same tree. Tests: here, and `a_formula_prints_as_itself` in `tests/properties.rs`.

use super::{
    ast::{Expr, Kind},
    printer::{Names, print},
};

/// Characters of a line; a Chinese one counts two.
const WIDTH: usize = 64;
const INDENT: usize = 2;

pub fn pretty(expr: &Expr, names: &Names) -> String {
    let mut out = String::new();
    write(expr, 0, names, &mut out);
    out
}

fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn write(expr: &Expr, indent: usize, names: &Names, out: &mut String) {
    let flat = print(expr, names);
    if indent + width(&flat) <= WIDTH {
        return out.push_str(&flat);
    }
    let inner = indent + INDENT;
    match &expr.kind {
        Kind::Call { name, args, .. } if !args.is_empty() && name != "@" => {
            // LET has a name and its value on a line, IFS and SWITCH a condition and its result.
            let (first, step) = match name.as_str() {
                "LET" | "IFS" => (0, 2),
                "SWITCH" => (1, 2),
                _ => (0, 1),
            };
            out.push_str(name);
            out.push('(');
            for (at, arg) in args.iter().enumerate() {
                let starts = at < first || (at - first).is_multiple_of(step);
                if starts {
                    line(inner, out);
                }
                write(arg, inner, names, out);
                if at + 1 < args.len() {
                    out.push(',');
                    let next_starts = at + 1 < first || (at + 1 - first).is_multiple_of(step);
                    if !next_starts {
                        out.push(' ');
                    }
                }
            }
            line(indent, out);
            out.push(')');
        }
        Kind::Chain(first, rest) => {
            write(first, indent, names, out);
            for (op, next) in rest {
                line(indent, out);
                out.push_str(op.symbol());
                out.push(' ');
                write(next, inner, names, out);
            }
        }
        Kind::Note {
            text,
            is_after,
            inner: noted,
        } => {
            let note = format!("/* {} */", text.replace("*/", "* /"));
            match is_after {
                true => write(noted, indent, names, out),
                false => out.push_str(&note),
            }
            line(indent, out);
            match is_after {
                true => out.push_str(&note),
                false => write(noted, indent, names, out),
            }
        }
        Kind::Group(grouped) => {
            out.push('(');
            write(grouped, indent + 1, names, out);
            out.push(')');
        }
        _ => out.push_str(&flat),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::syntax::parser::parse;

    #[test]
    fn long_formulas_stand_on_several_lines() {
        for (text, wanted) in [
            ("IF(1>2,3,4)", "IF(1>2,3,4)"),
            (
                "IF([单价]*[数量]>1000,\"需要老板批准以后才能发货\",IF([单价]>1,\"正常\",\"\"))",
                "IF(\n  [单价]*[数量]>1000,\n  \"需要老板批准以后才能发货\",\n  IF([单价]>1,\"正常\",\"\")\n)",
            ),
            (
                "LET(含税金额,[单价]*[数量]*1.13,折扣,IF(含税金额>1000,0.9,1),含税金额*折扣)",
                "LET(\n  含税金额, [单价]*[数量]*1.13,\n  折扣, IF(含税金额>1000,0.9,1),\n  含税金额*折扣\n)",
            ),
            (
                "/* 满一千打九五折，老客户另外再打九八折，节假日不打折，特价商品也不打折 */ [单价]*2 /* 完 */",
                "/* 满一千打九五折，老客户另外再打九八折，节假日不打折，特价商品也不打折 */\n[单价]\n* 2\n/* 完 */",
            ),
            (
                "[一个很长的字段名称在这里]+[另一个很长的字段名称在这里]+[第三个名称]",
                "[一个很长的字段名称在这里]\n+ [另一个很长的字段名称在这里]\n+ [第三个名称]",
            ),
        ] {
            let expr = parse(text).expr.unwrap();
            let found = pretty(&expr, &Names::AsIs);
            assert_eq!(found, wanted);
            let again = parse(&found).expr.unwrap();
            assert_eq!(print(&again, &Names::AsIs), print(&expr, &Names::AsIs));
        }
    }
}
