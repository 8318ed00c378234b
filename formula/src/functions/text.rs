//! Texts.

use super::{
    format,
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce::{number, text, truth},
    eval::{Item, VALUE, vector::Cell},
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
            Strict(|a| run(a, |a| words(&capitals(&text(&a[0])?)))),
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
            Strict(|a| run(a, |a| words(&small_letters(&text(&a[0])?)))),
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
            Aggregate(|i| join(i, &[], false)),
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
            Strict(|a| run(a, concatenate)),
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

/// What a kernel makes, or the error it stops at.
pub(super) type Step = Result<Cell, Cell>;

pub(super) fn run(args: &[Cell], f: fn(&[Cell]) -> Step) -> Cell {
    f(args).unwrap_or_else(|stuck| stuck)
}

fn chars(cell: &Cell) -> Result<Vec<char>, Cell> {
    Ok(text(cell)?.chars().collect())
}

pub(super) fn made(chars: &[char]) -> Step {
    words(&chars.iter().collect::<String>())
}

/// A text of at most [`RESULT_CHARS`].
pub(super) fn words(text: &str) -> Step {
    match text.len() > RESULT_CHARS && text.chars().count() > RESULT_CHARS {
        true => Err(VALUE),
        false => Ok(Cell::Text(Arc::from(text))),
    }
}

/// A count: not negative.
pub(super) fn size(args: &[Cell], at: usize, absent: usize) -> Result<usize, Cell> {
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
            false => out.push(capital(c)),
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
    found(args, true)
}

fn search(args: &[Cell]) -> Step {
    found(args, false)
}

fn found(args: &[Cell], exact: bool) -> Step {
    let (wanted, (subject, from)) = (chars(&args[0])?, searched(args)?);
    position(&wanted, subject, from, exact)
        .map(|at| Cell::Number((at + 1) as f64))
        .ok_or(VALUE)
}

/// Where a text stands, from 0: as FIND, or as SEARCH with its wildcards.
pub(super) fn position(
    wanted: &[char],
    subject: Vec<char>,
    from: usize,
    exact: bool,
) -> Option<usize> {
    let mut places = from..=subject.len();
    if exact {
        return places.find(|at| subject[*at..].starts_with(wanted));
    }
    // One character stays one character, so that positions hold.
    let small = |c: char| c.to_lowercase().next().unwrap_or(c);
    let subject: Vec<char> = subject.into_iter().map(small).collect();
    let runs = runs(wanted.iter().copied().map(small));
    let (head, rest) = runs.split_first()?;
    let at = places.find(|at| fits(head, &subject[*at..]))?;
    // What is not found behind the first place is not found behind a later one either.
    let mut end = at + head.len();
    for run in rest {
        end += (0..=subject.len() - end).find(|skip| fits(run, &subject[end + skip..]))?;
        end += run.len();
    }
    Some(at)
}

/// A pattern cut at its stars; `None` stands for any character.
fn runs(wanted: impl Iterator<Item = char>) -> Vec<Vec<Option<char>>> {
    let (mut runs, mut wanted) = (vec![Vec::new()], wanted);
    while let Some(c) = wanted.next() {
        let piece = match c {
            '*' => {
                runs.push(Vec::new());
                continue;
            }
            '?' => None,
            '~' => wanted.next().or(Some('~')),
            c => Some(c),
        };
        runs.last_mut().into_iter().for_each(|run| run.push(piece));
    }
    runs
}

fn fits(run: &[Option<char>], subject: &[char]) -> bool {
    let same = |(wanted, c): (&Option<char>, &char)| wanted.is_none_or(|wanted| wanted == *c);
    run.len() <= subject.len() && run.iter().zip(subject).all(same)
}

fn repeat(args: &[Cell]) -> Step {
    let (subject, n) = (text(&args[0])?, size(args, 1, 0)?);
    match subject.chars().count().saturating_mul(n) > RESULT_CHARS {
        true => Err(VALUE),
        false if subject.is_empty() => words(""),
        false => words(&subject.repeat(n)),
    }
}

/// What becomes several letters as a capital stays, as in Excel: ß.
fn capitals(text: &str) -> String {
    text.chars().map(capital).collect()
}

fn capital(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Letter by letter, as in Excel: Σ is σ even at the end of a word.
fn small_letters(text: &str) -> String {
    let small = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(one), None) => one,
            _ => c,
        }
    };
    text.chars().map(small).collect()
}

fn concatenate(args: &[Cell]) -> Step {
    let mut out = String::new();
    for cell in args {
        out.push_str(&text(cell)?);
        if out.len() > RESULT_CHARS * 4 {
            return Err(VALUE);
        }
    }
    words(&out)
}

/// Several separators take turns. Empty texts are skipped where that is not said otherwise.
fn text_join(items: &[Item]) -> Cell {
    let cells = |item: &Item| match item {
        Item::One(cell, _) => vec![cell.clone()],
        Item::Range(range) => range.cells.clone(),
    };
    let separators: Result<Vec<Arc<str>>, Cell> = cells(&items[0]).iter().map(text).collect();
    let skips = match cells(&items[1]).first() {
        None | Some(Cell::Blank) => Ok(true),
        Some(cell) => truth(cell),
    };
    match (separators, skips) {
        (Ok(separators), Ok(skips)) => join(&items[2..], &separators, skips),
        (Err(stuck), _) | (_, Err(stuck)) => stuck,
    }
}

fn join(items: &[Item], separators: &[Arc<str>], skip_blank: bool) -> Cell {
    let mut out = String::new();
    let mut turn = None;
    for item in items {
        let cells = match item {
            Item::One(cell, _) => std::slice::from_ref(cell),
            Item::Range(range) => range.cells.as_slice(),
        };
        for cell in cells {
            match text(cell) {
                Ok(part) if skip_blank && part.is_empty() => {}
                Ok(part) => {
                    let between = |turn: usize| -> Option<&Arc<str>> {
                        separators.get(turn % separators.len().max(1))
                    };
                    if let Some(between) = turn.and_then(between) {
                        out.push_str(between);
                    }
                    turn = Some(turn.map_or(0, |turn| turn + 1));
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
