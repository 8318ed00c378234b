//! Characters to tokens. Full-width punctuation from a Chinese keyboard is read as its ASCII twin outside texts and names.
//!
//! Names stand in brackets: `[单价]`, `[@单价]`, `商品[单价]`, `'我的 商品'[单价]`; `'` escapes `[ ] # @ '` inside them, as in
//! Excel. Ids of the stored form start with an unescaped `#`: `[#f3]`, `#t2[#f9]`.

use super::{
    ast::{FieldRef, Literal, Op, TableRef},
    span::Span,
    workbook,
};
use crate::check::diagnostic::Diagnostic;
use table::value::CellError;

/// What a stretch of text is, for highlighting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    Number,
    Text,
    Bool,
    Error,
    Array,
    Field,
    Column,
    Function,
    Name,
    Operator,
    Punctuation,
    Comment,
}

/// A stretch of text for highlighting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// A token with what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lexeme {
    Number(f64),
    Text(String),
    Error(CellError),
    Array(Vec<Vec<Literal>>),
    Own(FieldRef),
    Column(TableRef, FieldRef),
    /// `表[@列]`: this record, said with the table's name.
    OwnOf(TableRef, FieldRef),
    Name(String),
    /// `.[字段]` behind a link.
    Dot(FieldRef),
    Comment(String),
    Op(Op),
    /// Excel's sign of implicit intersection.
    At,
    Percent,
    Open,
    Close,
    Comma,
}

impl Lexeme {
    pub(crate) fn kind(&self) -> TokenKind {
        match self {
            Lexeme::Number(_) => TokenKind::Number,
            Lexeme::Text(_) => TokenKind::Text,
            Lexeme::Error(_) => TokenKind::Error,
            Lexeme::Array(_) => TokenKind::Array,
            Lexeme::Own(_) | Lexeme::OwnOf(..) | Lexeme::Dot(_) => TokenKind::Field,
            Lexeme::Comment(_) => TokenKind::Comment,
            Lexeme::Column(..) => TokenKind::Column,
            Lexeme::Name(_) => TokenKind::Name,
            Lexeme::Op(_) | Lexeme::Percent | Lexeme::At => TokenKind::Operator,
            Lexeme::Open | Lexeme::Close | Lexeme::Comma => TokenKind::Punctuation,
        }
    }
}

/// The ASCII twin of a full-width character.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' => ' ',
        '“' | '”' | '„' => '"',
        '‘' | '’' => '\'',
        '【' => '[',
        '】' => ']',
        '×' => '*',
        '÷' => '/',
        '、' => ',',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

pub(crate) struct Lexer<'a> {
    chars: &'a [char],
    at: usize,
    out: Vec<(Lexeme, Span)>,
    problems: Vec<Diagnostic>,
}

pub(crate) fn lex(chars: &[char]) -> (Vec<(Lexeme, Span)>, Vec<Diagnostic>) {
    let (at, end) = workbook::between_braces(chars).unwrap_or((0, chars.len()));
    let chars = &chars[..end];
    let mut lexer = Lexer {
        chars,
        at,
        out: Vec::new(),
        problems: Vec::new(),
    };
    // A leading `=` is how people start a formula in a cell.
    lexer.skip_blank();
    if lexer.peek(0) == Some('=') {
        lexer.at += 1;
    }
    while lexer.problems.is_empty() {
        lexer.skip_blank();
        if lexer.at >= chars.len() {
            break;
        }
        lexer.token();
    }
    (lexer.out, lexer.problems)
}

impl Lexer<'_> {
    /// The character so far ahead, narrowed.
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|&c| narrow(c))
    }

    fn skip_blank(&mut self) {
        while self
            .peek(0)
            .is_some_and(|c| c.is_whitespace() || c == '\u{feff}')
        {
            self.at += 1;
        }
    }

    fn push(&mut self, lexeme: Lexeme, start: usize) {
        self.out.push((lexeme, Span::new(start, self.at)));
    }

    fn fail(&mut self, code: &'static str, start: usize, zh: String, en: String) {
        let end = self.at.max(start + 1).min(self.chars.len());
        self.problems.push(Diagnostic::error(
            code,
            Span::new(start.min(end), end),
            zh,
            en,
        ));
    }

    fn token(&mut self) {
        let start = self.at;
        let Some(c) = self.peek(0) else { return };
        match c {
            '"' => self.text(),
            '0'..='9' => self.number(),
            '.' if self.peek(1).is_some_and(|d| d.is_ascii_digit()) => self.number(),
            '.' if self.peek(1) == Some('[') => {
                self.at += 1;
                if let Some((field, _)) = self.bracket() {
                    self.push(Lexeme::Dot(field), start);
                }
            }
            '/' if matches!(self.peek(1), Some('/' | '*')) => self.comment(),
            '[' => self.own(),
            '{' => self.braces(),
            '#' => self.hash(),
            '\'' => self.quoted_table(),
            _ if is_name_start(c) => self.name(),
            _ => match symbol(c, self.peek(1)) {
                Some((lexeme, n)) => {
                    self.at += n;
                    self.push(lexeme, start);
                }
                None if matches!(c, '$' | ':' | '!') => {
                    let span = Span::new(start, start + 1);
                    self.problems.push(workbook::address(span));
                }
                None => {
                    self.at += 1;
                    let shown = self.chars[start];
                    self.fail(
                        "unexpected_character",
                        start,
                        format!("第 {} 个字符“{shown}”不能出现在公式里", start + 1),
                        format!(
                            "Character {} “{shown}” cannot stand in a formula",
                            start + 1
                        ),
                    );
                }
            },
        }
    }

    /// `/* … */`, or `//` to the end of the line.
    fn comment(&mut self) {
        let start = self.at;
        let is_line = self.peek(1) == Some('/');
        self.at += 2;
        let mut text = String::new();
        while let Some(&c) = self.chars.get(self.at) {
            self.at += 1;
            match is_line {
                true if c == '\n' => return self.push(Lexeme::Comment(text.trim().into()), start),
                false if c == '*' && self.chars.get(self.at) == Some(&'/') => {
                    self.at += 1;
                    return self.push(Lexeme::Comment(text.trim().into()), start);
                }
                _ => text.push(c),
            }
        }
        match is_line {
            true => self.push(Lexeme::Comment(text.trim().into()), start),
            false => self.fail(
                "unclosed_comment",
                start,
                "这段注释没有结束，结尾要写 */".into(),
                "This comment does not end; it ends with */".into(),
            ),
        }
    }

    fn text(&mut self) {
        let start = self.at;
        let wide = self.chars[start] != '"';
        self.at += 1;
        let mut text = String::new();
        while let Some(&c) = self.chars.get(self.at) {
            self.at += 1;
            let closes = c == '"' || (wide && (c == '”' || c == '＂'));
            if !closes {
                // An opening quote typed on a Chinese keyboard may be closed by the same key's twin.
                text.push(c);
                continue;
            }
            if c != '”' && self.chars.get(self.at) == Some(&c) {
                text.push(c);
                self.at += 1;
                continue;
            }
            self.push(Lexeme::Text(text), start);
            return;
        }
        self.at = self.chars.len();
        self.fail(
            "unclosed_text",
            start,
            format!("第 {} 个字符开始的文本缺少结尾的引号", start + 1),
            format!(
                "The text that starts at character {} has no closing quote",
                start + 1
            ),
        );
    }

    fn number(&mut self) {
        let start = self.at;
        let mut text = String::new();
        let digits = |lexer: &mut Self, text: &mut String| {
            while let Some(c) = lexer.peek(0).filter(char::is_ascii_digit) {
                text.push(c);
                lexer.at += 1;
            }
        };
        digits(self, &mut text);
        if self.peek(0) == Some('.') {
            text.push('.');
            self.at += 1;
            digits(self, &mut text);
        }
        if matches!(self.peek(0), Some('e' | 'E')) {
            let sign = usize::from(matches!(self.peek(1), Some('+' | '-')));
            if self.peek(1 + sign).is_some_and(|c| c.is_ascii_digit()) {
                text.push('e');
                if sign == 1 {
                    text.extend(self.peek(1));
                }
                self.at += 1 + sign;
                digits(self, &mut text);
            }
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => self.push(Lexeme::Number(number), start),
            _ => self.fail(
                "number_too_large",
                start,
                "这个数字太大了".into(),
                "This number is too large".into(),
            ),
        }
    }

    fn name(&mut self) {
        let start = self.at;
        let mut name = String::new();
        while let Some(c) = self.peek(0).filter(|&c| is_name_part(c)) {
            name.push(c);
            self.at += 1;
        }
        if self.peek(0) == Some('[') {
            self.column(TableRef::Name(name), start);
        } else {
            let name = workbook::without_prefix(&name).to_owned();
            self.push(Lexeme::Name(name), start);
        }
    }

    fn quoted_table(&mut self) {
        let start = self.at;
        let wide = self.chars[start] != '\'';
        self.at += 1;
        let mut name = String::new();
        while let Some(c) = self.inside(0, wide) {
            let shown = self.chars[self.at];
            self.at += 1;
            if c != '\'' {
                name.push(shown);
            } else if self.inside(0, wide) == Some('\'') {
                name.push('\'');
                self.at += 1;
            } else {
                self.skip_blank();
                if self.peek(0) == Some('[') {
                    return self.column(TableRef::Name(name), start);
                }
                if self.peek(0) == Some('!') {
                    let span = Span::new(start, self.at + 1);
                    return self.problems.push(workbook::address(span));
                }
                break;
            }
        }
        self.fail(
            "table_without_field",
            start,
            "单引号里是表名，后面要写 [字段]，例如 '我的 商品'[单价]".into(),
            "Single quotes hold a table's name; a [field] must follow, e.g. 'My goods'[Price]"
                .into(),
        );
    }

    /// A character of a name: narrowed only where the name was opened by a full-width sign, so that `[价【元】]` is
    /// the field 价【元】.
    fn inside(&self, ahead: usize, wide: bool) -> Option<char> {
        let c = *self.chars.get(self.at + ahead)?;
        Some(if wide { narrow(c) } else { c })
    }

    /// `[…]` from the opening bracket; the name, its id form, and whether `@` stood before it.
    fn bracket(&mut self) -> Option<(FieldRef, bool)> {
        let start = self.at;
        let wide = self.chars[start] != '[';
        self.at += 1;
        let mut this_record = false;
        for (part, is_this) in [("[#this row],", true), ("[#data],", false)] {
            let ahead = (0..part.len()).map_while(|n| self.inside(n, wide));
            if ahead.map(|c| c.to_ascii_lowercase()).eq(part.chars()) {
                this_record = is_this;
                self.at += part.len();
                break;
            }
        }
        if self.inside(0, wide) == Some('@') {
            this_record = true;
            self.at += 1;
        }
        let nested = self.inside(0, wide) == Some('[');
        self.at += usize::from(nested);
        if let Some(field) = self.bracketed_name(wide, nested) {
            return Some((field, this_record));
        }
        self.fail(
            "bad_reference",
            start,
            format!(
                "第 {} 个字符的方括号里要写一个字段名，并用 ] 结束",
                start + 1
            ),
            format!(
                "The bracket at character {} must hold a field's name and end with ]",
                start + 1
            ),
        );
        None
    }

    /// The rest of a bracket, to its end.
    fn bracketed_name(&mut self, wide: bool, nested: bool) -> Option<FieldRef> {
        let is_id = self.inside(0, wide) == Some('#');
        let mut name = String::new();
        while let Some(c) = self.inside(0, wide) {
            let shown = self.chars[self.at];
            self.at += 1;
            match c {
                '\'' if self
                    .inside(0, false)
                    .is_some_and(|next| "[]#@'".contains(next)) =>
                {
                    name.push(self.chars[self.at]);
                    self.at += 1;
                }
                ']' => {
                    if nested && self.inside(0, wide) != Some(']') {
                        return None;
                    }
                    self.at += usize::from(nested);
                    return match name.strip_prefix(['#', '＃']).filter(|_| is_id) {
                        Some(id) => id.parse().ok().map(FieldRef::Id),
                        None if name.trim().is_empty() => None,
                        None => Some(FieldRef::Name(name.trim().to_owned())),
                    };
                }
                '[' => return None,
                _ => name.push(shown),
            }
        }
        None
    }

    fn own(&mut self) {
        let start = self.at;
        if let Some((field, _)) = self.bracket() {
            self.push(Lexeme::Own(field), start);
        }
    }

    fn column(&mut self, table: TableRef, start: usize) {
        if let Some((field, this_record)) = self.bracket() {
            let lexeme = match this_record {
                true => Lexeme::OwnOf(table, field),
                false => Lexeme::Column(table, field),
            };
            self.push(lexeme, start);
        }
    }

    /// An error value, or a table's id.
    fn hash(&mut self) {
        let start = self.at;
        let rest: String = (0..12).map_while(|n| self.peek(n)).collect();
        for error in CellError::ALL {
            let code = error.code();
            if rest
                .get(..code.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(code))
            {
                self.at += code.len();
                return self.push(Lexeme::Error(error), start);
            }
        }
        let id: String = rest[1..]
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if let Ok(table) = id.parse()
            && self.peek(1 + id.len()) == Some('[')
        {
            self.at += 1 + id.len();
            return self.column(TableRef::Id(table), start);
        }
        if let Some((Lexeme::Name(_), name)) = self.out.last()
            && name.end == start
        {
            let span = Span::new(name.start, start + 1);
            return self.problems.push(workbook::address(span));
        }
        self.fail(
            "unexpected_character",
            start,
            "# 后面不是 Excel 的错误值".into(),
            "What follows # is none of Excel's error values".into(),
        );
    }

    /// An array constant, or `{单价}` for `[单价]`.
    fn braces(&mut self) {
        let start = self.at;
        if let Some(array) = self.array() {
            return self.push(Lexeme::Array(array), start);
        }
        self.at = start + 1;
        let mut name = String::new();
        while let Some(&c) = self.chars.get(self.at) {
            self.at += 1;
            match c {
                // A field whose name holds a comma is written in square brackets.
                '}' | '｝' if !name.trim().is_empty() && !name.contains([',', ';']) => {
                    return self.push(Lexeme::Own(FieldRef::Name(name.trim().to_owned())), start);
                }
                '{' | '}' | '｝' | '[' | '(' | '"' => break,
                _ => name.push(c),
            }
        }
        self.fail(
            "bad_array",
            start,
            "花括号里要写常量，例如 {1,2;3,4}，或一个字段名".into(),
            "Braces hold constants, e.g. {1,2;3,4}, or one field's name".into(),
        );
    }

    fn array(&mut self) -> Option<Vec<Vec<Literal>>> {
        self.at += 1;
        let mut rows = vec![Vec::new()];
        loop {
            self.skip_blank();
            let literal = self.literal()?;
            rows.last_mut()?.push(literal);
            self.skip_blank();
            let c = self.peek(0)?;
            self.at += 1;
            match c {
                ',' => {}
                ';' => rows.push(Vec::new()),
                '}' => break,
                _ => return None,
            }
        }
        let width = rows[0].len();
        rows.iter().all(|row| row.len() == width).then_some(rows)
    }

    fn literal(&mut self) -> Option<Literal> {
        let mut sign = 1.0;
        if let Some(c @ ('-' | '+')) = self.peek(0) {
            self.at += 1;
            if c == '-' {
                sign = -1.0;
            }
            if !self.peek(0)?.is_ascii_digit() && self.peek(0) != Some('.') {
                return None;
            }
        }
        let n_problems = self.problems.len();
        match self.peek(0)? {
            '"' => self.text(),
            '0'..='9' | '.' => self.number(),
            '#' => self.hash(),
            't' | 'T' | 'f' | 'F' => self.name(),
            _ => return None,
        }
        if self.problems.len() > n_problems {
            self.problems.truncate(n_problems);
            return None;
        }
        match self.out.pop()?.0 {
            Lexeme::Number(number) => Some(Literal::Number(sign * number)),
            Lexeme::Text(text) => Some(Literal::Text(text)),
            Lexeme::Error(error) => Some(Literal::Error(error)),
            Lexeme::Name(name) if name.eq_ignore_ascii_case("TRUE") => Some(Literal::Bool(true)),
            Lexeme::Name(name) if name.eq_ignore_ascii_case("FALSE") => Some(Literal::Bool(false)),
            _ => None,
        }
    }
}

fn symbol(c: char, next: Option<char>) -> Option<(Lexeme, usize)> {
    let (op, n) = match (c, next) {
        ('<', Some('>')) => (Op::NotEqual, 2),
        ('<', Some('=')) => (Op::LessEqual, 2),
        ('>', Some('=')) => (Op::GreaterEqual, 2),
        ('<', _) => (Op::Less, 1),
        ('>', _) => (Op::Greater, 1),
        ('=', _) => (Op::Equal, 1),
        ('≠', _) => (Op::NotEqual, 1),
        ('≤', _) => (Op::LessEqual, 1),
        ('≥', _) => (Op::GreaterEqual, 1),
        ('+', _) => (Op::Add, 1),
        ('-' | '−' | '–', _) => (Op::Subtract, 1),
        ('*', _) => (Op::Multiply, 1),
        ('/', _) => (Op::Divide, 1),
        ('^', _) => (Op::Power, 1),
        ('&', _) => (Op::Concat, 1),
        ('%', _) => return Some((Lexeme::Percent, 1)),
        ('@', _) => return Some((Lexeme::At, 1)),
        ('(', _) => return Some((Lexeme::Open, 1)),
        (')', _) => return Some((Lexeme::Close, 1)),
        (',' | ';', _) => return Some((Lexeme::Comma, 1)),
        _ => return None,
    };
    Some((Lexeme::Op(op), n))
}

pub(crate) fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '\\'
}

pub(crate) fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.' || c == '\\'
}
