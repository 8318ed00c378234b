//! Regular expressions: REGEXTEST, REGEXEXTRACT, REGEXREPLACE.
//!
//! Excel runs them on PCRE2; here the automata of `regex` do, and where a pattern looks around or back, `fancy-regex` with
//! a limit on its steps. Law: every match ends; a pattern that cannot be read, and one that takes too many steps, is
//! `#VALUE!`. A pattern is compiled once and kept by each thread. Tests: `spec/regular-expressions.md`.

use super::{
    regex_dialect,
    registry::{Function, Gives, Kernel, function},
    text::{Step, run, words},
};
use crate::{
    check::coerce::{number, text},
    eval::{VALUE, vector::Cell},
    limits::{REGEX_BYTES, REGEX_STEPS_BACK, REGEXES_KEPT, RESULT_CHARS},
};
use fancy_regex::{Captures, Regex, RegexBuilder};
use std::{cell::RefCell, rc::Rc, sync::Arc};
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict;
    &[
        function(
            [
                "REGEXTEST",
                "REGEXTEST(文本, 正则, [不分大小写])",
                "文本里有没有符合正则表达式的部分",
                "Whether a part of the text fits a regular expression",
                "REGEXTEST(\"货号 A12\",\"[A-Z][0-9]+\")",
            ],
            (2, 3),
            Gives::Bool,
            Strict(|a| run(a, test)),
        ),
        function(
            [
                "REGEXEXTRACT",
                "REGEXEXTRACT(文本, 正则, [取什么], [不分大小写])",
                "取出符合正则表达式的部分：0 第一处，1 所有，2 第一处的各个括号",
                "What fits a regular expression: 0 the first match, 1 all, 2 the groups of the first",
                "REGEXEXTRACT(\"30*40*50cm\",\"[0-9]+\")",
            ],
            (2, 4),
            Gives::Text,
            Strict(|a| run(a, extract)),
        ),
        function(
            [
                "REGEXREPLACE",
                "REGEXREPLACE(文本, 正则, 新, [第几处], [不分大小写])",
                "替换符合正则表达式的部分；$1 是第一个括号，第几处为负数时从后往前数",
                "Replaces what fits a regular expression; $1 is the first group",
                "REGEXREPLACE(\"李 梅\",\"(.) (.)\",\"$2 $1\")",
            ],
            (3, 5),
            Gives::Text,
            Strict(|a| run(a, replace)),
        ),
    ]
};

/// A pattern and whether case does not matter.
type Pattern = (Arc<str>, bool);

thread_local! {
    /// The patterns used last, the latest one at the end; `None` where one cannot be read.
    static KEPT: RefCell<Vec<(Pattern, Option<Rc<Regex>>)>> = const { RefCell::new(Vec::new()) };
}

/// The compiled pattern, with case where `case` is 0 or absent.
pub(crate) fn compiled(pattern: &Cell, case: Option<&Cell>) -> Result<Rc<Regex>, Cell> {
    let ignores_case = match setting(case)? {
        0 => false,
        1 => true,
        _ => return Err(VALUE),
    };
    let pattern = text(pattern)?;
    KEPT.with_borrow_mut(|kept| {
        let same = |of: &Pattern| of.1 == ignores_case && of.0 == pattern;
        if let Some(at) = kept.iter().position(|(of, _)| same(of)) {
            kept[at..].rotate_left(1);
        } else {
            if kept.len() >= REGEXES_KEPT {
                kept.remove(0);
            }
            let regex = compile(&pattern, ignores_case);
            kept.push(((pattern, ignores_case), regex));
        }
        kept.last().and_then(|(_, regex)| regex.clone())
    })
    .ok_or(VALUE)
}

fn compile(pattern: &str, ignores_case: bool) -> Option<Rc<Regex>> {
    RegexBuilder::new(&regex_dialect::translated(pattern)?)
        .case_insensitive(ignores_case)
        .backtrack_limit(REGEX_STEPS_BACK)
        .delegate_size_limit(REGEX_BYTES)
        .delegate_dfa_size_limit(REGEX_BYTES)
        .build()
        .ok()
        .map(Rc::new)
}

/// A setting that is 0 where it is left out.
fn setting(cell: Option<&Cell>) -> Result<i64, Cell> {
    Ok(cell.map_or(Ok(0.0), number)?.trunc() as i64)
}

fn test(args: &[Cell]) -> Step {
    let regex = compiled(&args[1], args.get(2))?;
    let found = regex.is_match(&*text(&args[0])?);
    found.map(Cell::Bool).map_err(|_| VALUE)
}

/// All matches; an error where one of them takes too many steps.
fn matches(regex: &Regex, subject: &str) -> Result<Vec<(usize, usize)>, Cell> {
    let found = regex.find_iter(subject);
    found
        .map(|found| found.map(|m| (m.start(), m.end())).map_err(|_| VALUE))
        .collect()
}

fn extract(args: &[Cell]) -> Step {
    let subject = text(&args[0])?;
    let mode = setting(args.get(2))?;
    let regex = compiled(&args[1], args.get(3))?;
    let none = Cell::Error(CellError::Na);
    match mode {
        0 => match regex.find(&*subject).map_err(|_| VALUE)? {
            Some(found) => words(found.as_str()),
            None => Err(none),
        },
        1 => {
            let found = matches(&regex, &subject)?;
            let cell = |(from, to): &(usize, usize)| Cell::Text(Arc::from(&subject[*from..*to]));
            match found.len() {
                0 => Err(none),
                n => Ok(Cell::array(n, found.iter().map(cell).collect())),
            }
        }
        2 => {
            let groups = regex.captures(&*subject).map_err(|_| VALUE)?.ok_or(none)?;
            let shown = |at| groups.get(at).map_or("", |group| group.as_str());
            let cells: Vec<Cell> = (1..groups.len())
                .map(|at| Cell::Text(Arc::from(shown(at))))
                .collect();
            match cells.len() {
                // Without groups there is only the match itself.
                0 => words(shown(0)),
                n => Ok(Cell::array(n, cells)),
            }
        }
        _ => Err(VALUE),
    }
}

fn replace(args: &[Cell]) -> Step {
    let (subject, new) = (text(&args[0])?, text(&args[2])?);
    let which = setting(args.get(3))?;
    let regex = compiled(&args[1], args.get(4))?;
    let template = template(&new, &regex)?;
    let mut found = Vec::new();
    for groups in regex.captures_iter(&*subject) {
        found.push(groups.map_err(|_| VALUE)?);
    }
    let n = found.len() as i64;
    let chosen = match which {
        0 => 0..n,
        1.. => which - 1..which.min(n),
        _ => (n + which).max(0)..(n + which + 1).max(0),
    };
    let (mut out, mut from) = (String::with_capacity(subject.len()), 0);
    for (at, groups) in found.iter().enumerate() {
        let Some(whole) = groups.get(0).filter(|_| chosen.contains(&(at as i64))) else {
            continue;
        };
        out.push_str(subject.get(from..whole.start()).unwrap_or_default());
        template
            .iter()
            .for_each(|piece| piece.write(groups, &mut out));
        from = whole.end();
        if out.len() > RESULT_CHARS * 4 {
            return Err(VALUE);
        }
    }
    out.push_str(subject.get(from..).unwrap_or_default());
    words(&out)
}

/// A piece of what is put in.
enum Piece {
    Words(String),
    Group(usize),
}

impl Piece {
    fn write(&self, groups: &Captures<'_, str>, out: &mut String) {
        match self {
            Piece::Words(words) => out.push_str(words),
            Piece::Group(at) => out.push_str(groups.get(*at).map_or("", |group| group.as_str())),
        }
    }
}

/// As PCRE2 reads it: `$1`, `${1}`, `$name`, `${name}`, `$$` for a dollar sign. A group that is not there is an error.
fn template(new: &str, regex: &Regex) -> Result<Vec<Piece>, Cell> {
    let mut pieces = Vec::new();
    let mut rest = new;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        pieces.push(Piece::Words(before.into()));
        if let Some(after) = after.strip_prefix('$') {
            pieces.push(Piece::Words("$".into()));
            rest = after;
            continue;
        }
        let inner = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}').ok_or(VALUE)?,
            None => {
                let is_number = after.starts_with(|c: char| c.is_ascii_digit());
                let part = |c: char| match is_number {
                    true => c.is_ascii_digit(),
                    false => c.is_ascii_alphanumeric() || c == '_',
                };
                after.split_at(after.find(|c| !part(c)).unwrap_or(after.len()))
            }
        };
        let (name, after) = inner;
        let number = match name.parse::<usize>() {
            Ok(number) => Some(number).filter(|number| *number < regex.captures_len()),
            Err(_) => regex.capture_names().position(|of| of == Some(name)),
        };
        pieces.push(Piece::Group(number.ok_or(VALUE)?));
        rest = after;
    }
    pieces.push(Piece::Words(rest.into()));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell(text: &str) -> Cell {
        Cell::Text(Arc::from(text))
    }

    proptest! {
        /// Whatever stands in a pattern, the answer is a cell.
        #[test]
        fn no_pattern_panics(pattern in r"[a算\\(){}\[\]|*+?^$.,:=!<>&~#0-9hHQEKRkgnN\-]{0,14}", subject in "[a算1 \n]{0,8}", new in r"[$a{}0-9]{0,5}") {
            let one = [cell(&subject), cell(&pattern), cell(&new)];
            for step in [test(&one[..2]), extract(&one[..2]), replace(&one)] {
                drop(step);
            }
            let all = [cell(&subject), cell(&pattern), Cell::Number(1.0), Cell::Number(1.0)];
            drop(extract(&all));
        }
    }
}
