//! References in formulas: found without understanding the rest, and rewritten when rows move.
//!
//! Functions: [`rewrite`], [`cell_name`], [`parse_cell`], [`parse_range`]. Types: [`Range`], [`Found`]. Law: text in
//! quotes, names of functions and fields of tables are never touched. Tests: here.

/// A corner: column and row from 1, and whether each is fixed by `$`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corner {
    pub col: u32,
    pub row: u32,
    pub fixed_col: bool,
    pub fixed_row: bool,
}

/// A rectangle of cells, both ends included, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub first_col: u32,
    pub first_row: u32,
    pub last_col: u32,
    pub last_row: u32,
}

/// A reference in a formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    /// As written before the `!`, without quotes; absent: the formula's own sheet.
    pub sheet: Option<String>,
    /// As written, with quotes and `!`.
    pub before: &'a str,
    pub first: Corner,
    /// The other corner of a range.
    pub last: Option<Corner>,
    /// The function whose argument this is, by itself: `SUM` of `SUM(A1)`, not of `SUM(A1*2)`.
    pub argument_of: Option<String>,
}

pub fn column_name(col: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = col;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

pub fn cell_name(col: u32, row: u32) -> String {
    format!("{}{row}", column_name(col))
}

/// `B7`, with or without `$`: column and row.
pub fn parse_cell(text: &str) -> Option<(u32, u32)> {
    let (corner, n) = corner_at(text)?;
    (n == text.len()).then_some((corner.col, corner.row))
}

/// `B7` or `B7:D9`.
pub fn parse_range(text: &str) -> Option<Range> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let ((a, b), (c, d)) = (parse_cell(first)?, parse_cell(last)?);
    Some(Range {
        first_col: a.min(c),
        first_row: b.min(d),
        last_col: a.max(c),
        last_row: b.max(d),
    })
}

impl Range {
    pub fn name(&self) -> String {
        let first = cell_name(self.first_col, self.first_row);
        if self.first_col == self.last_col && self.first_row == self.last_row {
            return first;
        }
        format!("{first}:{}", cell_name(self.last_col, self.last_row))
    }
}

impl Corner {
    pub fn name(&self) -> String {
        let sign = |fixed: bool| if fixed { "$" } else { "" };
        let (col, row) = (sign(self.fixed_col), sign(self.fixed_row));
        format!("{col}{}{row}{}", column_name(self.col), self.row)
    }
}

/// `$B$7` at the start of a text, and its length in bytes.
fn corner_at(text: &str) -> Option<(Corner, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let dollar = |at: &mut usize| {
        let found = bytes.get(*at) == Some(&b'$');
        *at += usize::from(found);
        found
    };
    let fixed_col = dollar(&mut at);
    let (mut col, mut n) = (0u32, 0);
    while let Some(letter) = bytes.get(at).filter(|byte| byte.is_ascii_alphabetic()) {
        col = col * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        (at, n) = (at + 1, n + 1);
        if n > 3 {
            return None;
        }
    }
    let fixed_row = dollar(&mut at);
    let from = at;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    let row: u32 = text.get(from..at)?.parse().ok()?;
    let fits = (1..=16_384).contains(&col) && (1..=1_048_576).contains(&row);
    let corner = Corner {
        col,
        row,
        fixed_col,
        fixed_row,
    };
    fits.then_some((corner, at))
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '\\' | '?')
}

/// Gives every reference to `change`; what it gives back stands in its place (`None`: as it was).
pub fn rewrite(formula: &str, change: &mut dyn FnMut(&Found) -> Option<String>) -> String {
    let mut out = String::with_capacity(formula.len());
    // The function of each open bracket; empty for a plain one.
    let mut functions: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(c) = formula[at..].chars().next() {
        let rest = &formula[at..];
        let n = match c {
            '"' => quoted(rest, '"'),
            '[' => bracketed(rest),
            '\'' => match reference(formula, at, &functions) {
                Some((found, n)) => {
                    out.push_str(&change(&found).unwrap_or_else(|| rest[..n].to_string()));
                    at += n;
                    continue;
                }
                None => quoted(rest, '\''),
            },
            c if is_name_char(c) => {
                if let Some((found, n)) = reference(formula, at, &functions) {
                    out.push_str(&change(&found).unwrap_or_else(|| rest[..n].to_string()));
                    at += n;
                    continue;
                }
                let n = word(rest);
                if rest[n..].starts_with('(') {
                    functions.push(rest[..n].to_ascii_uppercase());
                    out.push_str(&rest[..=n]);
                    at += n + 1;
                    continue;
                }
                n
            }
            '(' => {
                functions.push(String::new());
                1
            }
            ')' => {
                functions.pop();
                1
            }
            c => c.len_utf8(),
        };
        out.push_str(&rest[..n]);
        at += n;
    }
    out
}

fn word(text: &str) -> usize {
    text.find(|c| !is_name_char(c)).unwrap_or(text.len())
}

/// Bytes up to the closing quote; a doubled one is part of the text.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(quote) {
        at += found + 1;
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// Bytes of `[…]` with what is nested in it.
fn bracketed(text: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// A reference that begins at `at`, and its length.
fn reference<'a>(formula: &'a str, at: usize, functions: &[String]) -> Option<(Found<'a>, usize)> {
    let rest = &formula[at..];
    let prefix = sheet_prefix(rest);
    let body = &rest[prefix..];
    let (first, mut n) = corner_at(body)?;
    let mut last = None;
    if let Some(after) = body[n..].strip_prefix(':')
        && let Some((corner, m)) = corner_at(after)
    {
        last = Some(corner);
        n += 1 + m;
    }
    let next = body[n..].chars().next();
    if next.is_some_and(|c| is_name_char(c) || matches!(c, '(' | '!' | ':' | '[')) {
        return None;
    }
    let before = &rest[..prefix];
    let sheet = (prefix > 0).then(|| {
        let name = before.trim_end_matches('!');
        match name
            .strip_prefix('\'')
            .and_then(|name| name.strip_suffix('\''))
        {
            Some(name) => name.replace("''", "'"),
            None => name.to_string(),
        }
    });
    let opens = formula[..at].trim_end().ends_with(['(', ',', ';']);
    let closes = body[n..].trim_start().starts_with([')', ',', ';']);
    let function = functions.last().filter(|name| !name.is_empty());
    let found = Found {
        sheet,
        before,
        first,
        last,
        argument_of: function.filter(|_| opens && closes).cloned(),
    };
    Some((found, prefix + n))
}

/// Bytes of `Sheet1!` or `'my sheet'!`; 0 where there is none.
fn sheet_prefix(text: &str) -> usize {
    let n = match text.starts_with('\'') {
        true => quoted(text, '\''),
        false => word(text),
    };
    match text[n..].starts_with('!') && n > 0 {
        true => n + 1,
        false => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn references_are_found_and_nothing_else() {
        for (formula, expected) in [
            ("A1+B2", "<A1>+<B2>"),
            ("SUM(F8:F9)", "SUM(<F8:F9|SUM>)"),
            ("SUM(F8)*2", "SUM(<F8|SUM>)*2"),
            ("SUM(F8*2,$G$3)", "SUM(<F8>*2,<$G$3|SUM>)"),
            ("LOG10(A1)", "LOG10(<A1|LOG10>)"),
            ("'my ''s'!A1&\"A1\"", "<my 's:A1>&\"A1\""),
            ("Sheet1!$B7", "<Sheet1:$B7>"),
            ("明细!C3", "<明细:C3>"),
            ("Table1[A1]+_x1+ABCD1+A1B", "Table1[A1]+_x1+ABCD1+A1B"),
            ("Table1[[#Totals],[A1]]", "Table1[[#Totals],[A1]]"),
            ("IF(A1>0,\"(\",B1)", "IF(<A1>>0,\"(\",<B1|IF>)"),
            ("XFE1+A1048577", "XFE1+A1048577"),
        ] {
            let shown = rewrite(formula, &mut |found| {
                let sheet = found.sheet.as_ref().map(|name| format!("{name}:"));
                let last = found.last.map(|corner| format!(":{}", corner.name()));
                let of = found.argument_of.as_ref().map(|name| format!("|{name}"));
                Some(format!(
                    "<{}{}{}{}>",
                    sheet.unwrap_or_default(),
                    found.first.name(),
                    last.unwrap_or_default(),
                    of.unwrap_or_default()
                ))
            });
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn names_of_cells() {
        for (col, row, name) in [
            (1, 1, "A1"),
            (26, 2, "Z2"),
            (27, 3, "AA3"),
            (16_384, 9, "XFD9"),
        ] {
            assert_eq!(cell_name(col, row), name);
            assert_eq!(parse_cell(name), Some((col, row)));
        }
        assert_eq!(parse_range("D9:B7").unwrap().name(), "B7:D9");
        assert_eq!(parse_cell("A0"), None);
    }
}
