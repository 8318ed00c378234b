//! Texts.

use super::{
    format,
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce::{number, text, text_number},
    eval::{Item, VALUE, criteria::wildcard, vector::Cell},
    limits::RESULT_CHARS,
};
use std::sync::Arc;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Aggregate, Strict};
    let (t, n) = (Gives::Text, Gives::Number);
    &[
        function(
            [
                "LEN",
                "LEN(文本)",
                "字符个数",
                "How many characters",
                "LEN(\"算盘\")",
            ],
            (1, 1),
            n,
            Strict(|a| run(a, |a| Ok(Cell::Number(chars(&a[0])?.len() as f64)))),
        ),
        function(
            [
                "LEFT",
                "LEFT(文本, [个数])",
                "左边的字符",
                "Characters from the left",
                "LEFT(\"abc\",2)",
            ],
            (1, 2),
            t,
            Strict(|a| {
                run(a, |a| {
                    let c = chars(&a[0])?;
                    made(&c[..c.len().min(size(a, 1, 1)?)])
                })
            }),
        ),
        function(
            [
                "RIGHT",
                "RIGHT(文本, [个数])",
                "右边的字符",
                "Characters from the right",
                "RIGHT(\"abc\",2)",
            ],
            (1, 2),
            t,
            Strict(|a| {
                run(a, |a| {
                    let c = chars(&a[0])?;
                    made(&c[c.len().saturating_sub(size(a, 1, 1)?)..])
                })
            }),
        ),
        function(
            [
                "MID",
                "MID(文本, 起点, 个数)",
                "中间的字符",
                "Characters from the middle",
                "MID(\"abcd\",2,2)",
            ],
            (3, 3),
            t,
            Strict(|a| run(a, mid)),
        ),
        function(
            [
                "TRIM",
                "TRIM(文本)",
                "去掉多余空格",
                "Without extra blanks",
                "TRIM(\" a  b \")",
            ],
            (1, 1),
            t,
            Strict(|a| {
                run(a, |a| {
                    words(
                        &text(&a[0])?
                            .split(' ')
                            .filter(|w| !w.is_empty())
                            .collect::<Vec<_>>()
                            .join(" "),
                    )
                })
            }),
        ),
        function(
            [
                "UPPER",
                "UPPER(文本)",
                "转大写",
                "In capitals",
                "UPPER(\"ab\")",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, |a| words(&text(&a[0])?.to_uppercase()))),
        ),
        function(
            [
                "LOWER",
                "LOWER(文本)",
                "转小写",
                "In small letters",
                "LOWER(\"AB\")",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, |a| words(&text(&a[0])?.to_lowercase()))),
        ),
        function(
            [
                "SUBSTITUTE",
                "SUBSTITUTE(文本, 旧, 新, [第几个])",
                "替换文字",
                "Replaces a text",
                "SUBSTITUTE(\"aXb\",\"X\",\"-\")",
            ],
            (3, 4),
            t,
            Strict(|a| run(a, substitute)),
        ),
        function(
            [
                "CONCAT",
                "CONCAT(文本, …)",
                "连接文本",
                "Joins texts",
                "CONCAT(\"a\",1)",
            ],
            (1, 255),
            t,
            Aggregate(|i| join(i, "", false)),
        ),
        function(
            [
                "CONCATENATE",
                "CONCATENATE(文本, …)",
                "连接文本",
                "Joins texts",
                "CONCATENATE(\"a\",\"b\")",
            ],
            (1, 255),
            t,
            Aggregate(|i| join(i, "", false)),
        ),
        function(
            [
                "TEXTJOIN",
                "TEXTJOIN(分隔, 忽略空, 文本, …)",
                "用分隔符连接",
                "Joins with a separator",
                "TEXTJOIN(\"-\",TRUE,\"a\",\"b\")",
            ],
            (3, 255),
            t,
            Aggregate(text_join),
        ),
        function(
            [
                "EXACT",
                "EXACT(甲, 乙)",
                "完全相同（分大小写）",
                "Equal, with case",
                "EXACT(\"a\",\"A\")",
            ],
            (2, 2),
            Gives::Bool,
            Strict(|a| run(a, |a| Ok(Cell::Bool(text(&a[0])? == text(&a[1])?)))),
        ),
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
            Strict(|a| {
                run(a, |a| {
                    text_number(&text(&a[0])?).map(Cell::Number).ok_or(VALUE)
                })
            }),
        ),
        function(
            [
                "TEXT",
                "TEXT(数, 格式)",
                "按格式变成文本",
                "In a number format, as a text",
                "TEXT(1234.5,\"#,##0.00\")",
            ],
            (2, 2),
            t,
            Strict(|a| {
                run(a, |a| {
                    words(&format::text(&a[0], &text(&a[1])?).ok_or(VALUE)?)
                })
            }),
        ),
        function(
            [
                "REPT",
                "REPT(文本, 次数)",
                "重复文本",
                "Repeats a text",
                "REPT(\"ab\",2)",
            ],
            (2, 2),
            t,
            Strict(|a| run(a, repeat)),
        ),
        function(
            [
                "PROPER",
                "PROPER(文本)",
                "每个词首字母大写",
                "Each word with a capital",
                "PROPER(\"red cup\")",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, |a| words(&proper(&text(&a[0])?)))),
        ),
        function(
            [
                "REPLACE",
                "REPLACE(文本, 起点, 个数, 新)",
                "按位置替换",
                "Replaces by position",
                "REPLACE(\"abcd\",2,2,\"-\")",
            ],
            (4, 4),
            t,
            Strict(|a| run(a, replace)),
        ),
        function(
            [
                "FIND",
                "FIND(找什么, 文本, [起点])",
                "文字的位置（分大小写）",
                "Where a text stands, with case",
                "FIND(\"b\",\"abc\")",
            ],
            (2, 3),
            n,
            Strict(|a| run(a, find)),
        ),
        function(
            [
                "SEARCH",
                "SEARCH(找什么, 文本, [起点])",
                "文字的位置（不分大小写，可用 * ?）",
                "Where a text stands, without case; * and ? stand for anything",
                "SEARCH(\"B?\",\"abc\")",
            ],
            (2, 3),
            n,
            Strict(|a| run(a, search)),
        ),
    ]
};

type Step = Result<Cell, Cell>;

fn run(args: &[Cell], f: fn(&[Cell]) -> Step) -> Cell {
    f(args).unwrap_or_else(|stuck| stuck)
}

fn chars(cell: &Cell) -> Result<Vec<char>, Cell> {
    Ok(text(cell)?.chars().collect())
}

fn made(chars: &[char]) -> Step {
    words(&chars.iter().collect::<String>())
}

fn words(text: &str) -> Step {
    match text.len() > RESULT_CHARS && text.chars().count() > RESULT_CHARS {
        true => Err(VALUE),
        false => Ok(Cell::Text(Arc::from(text))),
    }
}

/// A count: not negative.
fn size(args: &[Cell], at: usize, absent: usize) -> Result<usize, Cell> {
    match args.get(at).map(number).transpose()? {
        None => Ok(absent),
        Some(x) if x < 0.0 => Err(VALUE),
        Some(x) => Ok(x as usize),
    }
}

fn mid(args: &[Cell]) -> Step {
    let (c, from, n) = (chars(&args[0])?, size(args, 1, 1)?, size(args, 2, 0)?);
    let from = from.checked_sub(1).ok_or(VALUE)?.min(c.len());
    made(&c[from..from.saturating_add(n).min(c.len())])
}

fn substitute(args: &[Cell]) -> Step {
    let (subject, old, new) = (text(&args[0])?, text(&args[1])?, text(&args[2])?);
    if let Some(which) = args.get(3) {
        let which = number(which)?;
        if which < 1.0 {
            return Err(VALUE);
        }
        let mut found = subject.match_indices(&*old).filter(|_| !old.is_empty());
        return match found.nth(which as usize - 1) {
            None => words(&subject),
            Some((at, _)) => {
                let (before, after) = (&subject[..at], &subject[at + old.len()..]);
                words(&format!("{before}{new}{after}"))
            }
        };
    }
    let n = if old.is_empty() {
        0
    } else {
        subject.matches(&*old).count()
    };
    match subject.len().saturating_add(n.saturating_mul(new.len())) > RESULT_CHARS * 4 {
        true => Err(VALUE),
        false if n == 0 => words(&subject),
        false => words(&subject.replace(&*old, &new)),
    }
}

/// A capital after everything that is no letter, as in Excel: `it's` gives `It'S`.
fn proper(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match inside {
            true => out.extend(c.to_lowercase()),
            false => out.extend(c.to_uppercase()),
        }
        inside = c.is_alphabetic();
    }
    out
}

fn replace(args: &[Cell]) -> Step {
    let (c, from, n) = (chars(&args[0])?, size(args, 1, 1)?, size(args, 2, 0)?);
    let from = from.checked_sub(1).ok_or(VALUE)?.min(c.len());
    let to = from.saturating_add(n).min(c.len());
    let mut out: Vec<char> = c[..from].to_vec();
    out.extend(text(&args[3])?.chars());
    out.extend_from_slice(&c[to..]);
    made(&out)
}

/// The characters to look through and the first one that counts, from 0.
fn searched(args: &[Cell]) -> Result<(Vec<char>, usize), Cell> {
    let subject = chars(&args[1])?;
    let from = size(args, 2, 1)?.checked_sub(1).ok_or(VALUE)?;
    match from > subject.len() {
        true => Err(VALUE),
        false => Ok((subject, from)),
    }
}

fn find(args: &[Cell]) -> Step {
    let (wanted, (subject, from)) = (chars(&args[0])?, searched(args)?);
    (from..=subject.len())
        .find(|at| subject[*at..].starts_with(&wanted))
        .map(|at| Cell::Number((at + 1) as f64))
        .ok_or(VALUE)
}

fn search(args: &[Cell]) -> Step {
    let (wanted, (subject, from)) = (chars(&args[0])?, searched(args)?);
    // One character stays one character, so that positions hold.
    let small = |c: char| c.to_lowercase().next().unwrap_or(c);
    let subject: Vec<char> = subject.into_iter().map(small).collect();
    // The match may end anywhere; a lone ~ at the end must not take that star's meaning away.
    let lone = wanted.iter().rev().take_while(|c| **c == '~').count() % 2 == 1;
    let ending = lone.then_some('~').into_iter().chain(['*']);
    let pattern: Vec<char> = wanted.into_iter().map(small).chain(ending).collect();
    (from..=subject.len())
        .find(|at| wildcard(&pattern, &subject[*at..]))
        .map(|at| Cell::Number((at + 1) as f64))
        .ok_or(VALUE)
}

fn repeat(args: &[Cell]) -> Step {
    let (subject, n) = (text(&args[0])?, size(args, 1, 0)?);
    match subject.chars().count().saturating_mul(n) > RESULT_CHARS {
        true => Err(VALUE),
        false if subject.is_empty() => words(""),
        false => words(&subject.repeat(n)),
    }
}

fn text_join(items: &[Item]) -> Cell {
    let lone = |item: &Item| match item {
        Item::One(cell, _) => cell.clone(),
        Item::Range(_) => VALUE,
    };
    match (
        text(&lone(&items[0])),
        crate::check::coerce::truth(&lone(&items[1])),
    ) {
        (Ok(between), Ok(skip)) => join(&items[2..], &between, skip),
        (Err(stuck), _) | (_, Err(stuck)) => stuck,
    }
}

fn join(items: &[Item], between: &str, skip_blank: bool) -> Cell {
    let mut out = String::new();
    let mut first = true;
    for item in items {
        let cells = match item {
            Item::One(cell, _) => std::slice::from_ref(cell),
            Item::Range(range) => range.cells.as_slice(),
        };
        for cell in cells {
            match text(cell) {
                Ok(part) if skip_blank && part.is_empty() => {}
                Ok(part) => {
                    if !std::mem::take(&mut first) {
                        out.push_str(between);
                    }
                    out.push_str(&part);
                }
                Err(stuck) => return stuck,
            }
            if out.len() > RESULT_CHARS * 4 {
                return VALUE;
            }
        }
    }
    words(&out).unwrap_or_else(|stuck| stuck)
}
