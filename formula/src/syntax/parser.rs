//! Tokens to a tree, by Excel's precedence: comparison, `&`, `+ -`, `* /`, `^`, sign, `%`. A sign binds tighter
//! than `^`, as in Excel: `-2^2` is 4. Depth is counted before each descent.

use super::{
    ast::{Expr, FieldRef, Kind, Op},
    lexer::{Lexeme, Token, TokenKind, lex},
    span::Span,
    workbook,
};
use crate::{
    check::diagnostic::Diagnostic,
    limits::{CALL_ARGUMENTS, FORMULA_BYTES, NESTING_DEPTH},
};

/// The tree (absent where an error was found), the tokens for highlighting, the errors.
pub struct Parsed {
    pub expr: Option<Expr>,
    pub tokens: Vec<Token>,
    pub diagnostics: Vec<Diagnostic>,
}

pub fn parse(text: &str) -> Parsed {
    if text.len() > FORMULA_BYTES {
        let n_chars = text.chars().count();
        let problem = Diagnostic::error(
            "formula_too_long",
            Span::new(0, n_chars),
            format!("公式有 {n_chars} 个字符，太长了（上限 {FORMULA_BYTES} 字节）"),
            format!("The formula has {n_chars} characters; the limit is {FORMULA_BYTES} bytes"),
        )
        .with_hint("拆成几个公式字段", "Split it over several formula fields");
        return Parsed {
            expr: None,
            tokens: Vec::new(),
            diagnostics: vec![problem],
        };
    }
    let chars: Vec<char> = text.chars().collect();
    let (lexemes, problems) = lex(&chars);
    let tokens = highlight(&lexemes);
    if !problems.is_empty() {
        return Parsed {
            expr: None,
            tokens,
            diagnostics: problems,
        };
    }
    let (comments, lexemes): (Vec<_>, Vec<_>) = lexemes
        .into_iter()
        .partition(|(lexeme, _)| matches!(lexeme, Lexeme::Comment(_)));
    let mut parser = Parser {
        tokens: &lexemes,
        comments: &comments,
        at: 0,
        depth: 0,
        n_chars: chars.len(),
    };
    match parser.whole() {
        Ok(expr) => Parsed {
            expr: Some(expr),
            tokens,
            diagnostics: Vec::new(),
        },
        Err(problem) => Parsed {
            expr: None,
            tokens,
            diagnostics: vec![*problem],
        },
    }
}

fn highlight(lexemes: &[(Lexeme, Span)]) -> Vec<Token> {
    let kind = |at: usize, lexeme: &Lexeme| match lexeme {
        Lexeme::Name(_) if matches!(lexemes.get(at + 1), Some((Lexeme::Open, _))) => {
            TokenKind::Function
        }
        Lexeme::Name(name) if as_bool(name).is_some() => TokenKind::Bool,
        other => other.kind(),
    };
    lexemes
        .iter()
        .enumerate()
        .map(|(at, (lexeme, span))| Token {
            kind: kind(at, lexeme),
            span: *span,
        })
        .collect()
}

/// A lambda, what gives one, or brackets around it.
fn can_be_called(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Call { name, .. } => name != "@",
        Kind::Apply(..) => true,
        Kind::Group(inner) | Kind::Note { inner, .. } => can_be_called(inner),
        Kind::Name(_) => true,
        _ => false,
    }
}

fn as_bool(name: &str) -> Option<bool> {
    match name {
        _ if name.eq_ignore_ascii_case("TRUE") => Some(true),
        _ if name.eq_ignore_ascii_case("FALSE") => Some(false),
        _ => None,
    }
}

struct Parser<'a> {
    tokens: &'a [(Lexeme, Span)],
    /// Those that no expression has taken yet.
    comments: &'a [(Lexeme, Span)],
    at: usize,
    depth: usize,
    n_chars: usize,
}

type Parse = Result<Expr, Box<Diagnostic>>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Lexeme> {
        self.tokens.get(self.at).map(|(lexeme, _)| lexeme)
    }

    /// Of the next token; at the end: the last character.
    fn span(&self) -> Span {
        match self.tokens.get(self.at) {
            Some((_, span)) => *span,
            None => Span::new(self.n_chars.saturating_sub(1), self.n_chars),
        }
    }

    fn whole(&mut self) -> Parse {
        if self.tokens.is_empty() {
            return Err(Box::new(
                Diagnostic::error(
                    "empty_formula",
                    Span::new(0, self.n_chars),
                    "公式是空的",
                    "The formula is empty",
                )
                .with_hint("例如 [单价]*[数量]", "For example [Price]*[Quantity]"),
            ));
        }
        let expr = self.level(0)?;
        match self.peek() {
            None => Ok(self.noted(expr, self.n_chars, true)),
            Some(Lexeme::Close) => Err(Box::new(Diagnostic::error(
                "unbalanced_bracket",
                self.span(),
                format!(
                    "第 {} 个字符的右括号没有对应的左括号",
                    self.span().start + 1
                ),
                format!(
                    "The closing bracket at character {} has no opening one",
                    self.span().start + 1
                ),
            ))),
            Some(_) => Err(Box::new(
                Diagnostic::error(
                    "unexpected_token",
                    self.span(),
                    format!("第 {} 个字符前缺少运算符或逗号", self.span().start + 1),
                    format!(
                        "An operator or comma is missing before character {}",
                        self.span().start + 1
                    ),
                )
                .with_hint(
                    "相乘要写 *，连接文本要写 &",
                    "Multiply with *, join texts with &",
                ),
            )),
        }
    }

    fn descend(&mut self) -> Result<(), Box<Diagnostic>> {
        self.depth += 1;
        if self.depth <= NESTING_DEPTH {
            return Ok(());
        }
        let at = self.span().start + 1;
        Err(Box::new(
            Diagnostic::error(
                "too_deep",
                self.span(),
                format!("第 {at} 个字符处的嵌套超过了 {NESTING_DEPTH} 层"),
                format!("Brackets are nested more than {NESTING_DEPTH} deep at character {at}"),
            )
            .with_hint(
                "把里层的算式放进另一个公式字段",
                "Move the inner part to a formula field of its own",
            ),
        ))
    }

    fn level(&mut self, level: usize) -> Parse {
        if level > Op::Power.level() {
            return self.signed();
        }
        let first = self.level(level + 1)?;
        let mut rest = Vec::new();
        while let Some(&Lexeme::Op(op)) = self.peek()
            && op.level() == level
        {
            self.at += 1;
            rest.push((op, self.level(level + 1)?));
        }
        let span = rest
            .last()
            .map_or(first.span, |(_, last)| first.span.to(last.span));
        Ok(match rest.is_empty() {
            true => first,
            false => Expr::new(Kind::Chain(Box::new(first), rest), span),
        })
    }

    fn signed(&mut self) -> Parse {
        let start = self.span();
        let Some(&Lexeme::Op(op @ (Op::Subtract | Op::Add))) = self.peek() else {
            return self.percent();
        };
        self.descend()?;
        self.at += 1;
        let inner = self.signed()?;
        self.depth -= 1;
        let span = start.to(inner.span);
        let kind = match op {
            Op::Subtract => Kind::Negate(Box::new(inner)),
            _ => Kind::Plus(Box::new(inner)),
        };
        Ok(Expr::new(kind, span))
    }

    /// With the comments before `until`.
    fn noted(&mut self, mut expr: Expr, until: usize, is_after: bool) -> Expr {
        let n = self
            .comments
            .partition_point(|(_, span)| span.start < until);
        let (taken, rest) = self.comments.split_at(n);
        self.comments = rest;
        let texts = taken.iter().filter_map(|(lexeme, _)| match lexeme {
            Lexeme::Comment(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        });
        let texts: Vec<String> = texts.collect();
        if !texts.is_empty() {
            let span = expr.span;
            let kind = Kind::Note {
                text: texts.join(" "),
                is_after,
                inner: Box::new(expr),
            };
            expr = Expr::new(kind, span);
        }
        expr
    }

    /// An operand with what stands behind it: fields of a link, arguments of a lambda.
    fn reached(&mut self) -> Parse {
        let start = self.span().start;
        let mark = self.comments;
        let n_before = mark.partition_point(|(_, span)| span.start < start);
        self.comments = &mark[n_before..];
        let mut inner = self.operand()?;
        let mut n_behind = 0;
        loop {
            let span = self.span();
            inner = match self.peek().cloned() {
                Some(Lexeme::Dot(field)) => {
                    let whole = inner.span.to(span);
                    self.at += 1;
                    Expr::new(Kind::Dot(Box::new(inner), field), whole)
                }
                Some(Lexeme::Open) if can_be_called(&inner) => {
                    self.descend()?;
                    self.at += 1;
                    let args = self.arguments(span)?;
                    let close = self.close(span)?;
                    self.depth -= 1;
                    let whole = inner.span.to(close);
                    Expr::new(Kind::Apply(Box::new(inner), args), whole)
                }
                _ => break,
            };
            n_behind += 1;
            if self.depth + n_behind > NESTING_DEPTH {
                self.depth = NESTING_DEPTH;
                self.descend()?;
            }
        }
        if n_before == 0 {
            return Ok(inner);
        }
        let rest = std::mem::replace(&mut self.comments, &mark[..n_before]);
        inner = self.noted(inner, start, false);
        self.comments = rest;
        Ok(inner)
    }

    fn percent(&mut self) -> Parse {
        let inner = self.reached()?;
        let (mut n, mut span) = (0, inner.span);
        while self.peek() == Some(&Lexeme::Percent) {
            span = span.to(self.span());
            self.at += 1;
            n += 1;
        }
        Ok(match n {
            0 => inner,
            _ => Expr::new(Kind::Percent(Box::new(inner), n), span),
        })
    }

    fn operand(&mut self) -> Parse {
        let span = self.span();
        let Some(lexeme) = self.peek().cloned() else {
            return Err(self.missing_operand());
        };
        let kind = match lexeme {
            Lexeme::Number(number) => Kind::Number(number),
            Lexeme::Text(text) => Kind::Text(text),
            Lexeme::Error(error) => Kind::Error(error),
            Lexeme::Array(rows) => Kind::Array(rows),
            Lexeme::Own(field) => Kind::Own(field),
            Lexeme::Column(table, field) => Kind::Column(table, field),
            Lexeme::OwnOf(table, field) => return self.own_of(table, field),
            Lexeme::At => {
                self.descend()?;
                self.at += 1;
                let inner = self.reached()?;
                self.depth -= 1;
                return Ok(workbook::single(inner, span));
            }
            Lexeme::Open => return self.group(),
            Lexeme::Name(name) => return self.name(name),
            _ => return Err(self.missing_operand()),
        };
        self.at += 1;
        Ok(Expr::new(kind, span))
    }

    /// `表[@列]`: written as a call of one argument that the checker resolves.
    fn own_of(&mut self, table: super::ast::TableRef, field: FieldRef) -> Parse {
        let span = self.span();
        self.at += 1;
        let column = Expr::new(Kind::Column(table, field), span);
        Ok(Expr::new(
            Kind::Call {
                name: "@".into(),
                name_span: span,
                args: vec![column],
            },
            span,
        ))
    }

    fn missing_operand(&self) -> Box<Diagnostic> {
        let at = self.span().start + 1;
        let problem = match self.tokens.get(self.at) {
            None => Diagnostic::error(
                "unexpected_end",
                self.span(),
                "公式没有写完，最后少了一个值",
                "The formula ends where a value is expected",
            ),
            Some(_) => Diagnostic::error(
                "missing_operand",
                self.span(),
                format!("第 {at} 个字符这里应该是一个值或字段"),
                format!("A value or field is expected at character {at}"),
            ),
        };
        Box::new(problem)
    }

    fn group(&mut self) -> Parse {
        let open = self.span();
        self.descend()?;
        self.at += 1;
        let inner = self.level(0)?;
        let close = self.close(open)?;
        self.depth -= 1;
        Ok(Expr::new(Kind::Group(Box::new(inner)), open.to(close)))
    }

    fn close(&mut self, open: Span) -> Result<Span, Box<Diagnostic>> {
        let span = self.span();
        match self.peek() {
            Some(Lexeme::Close) => {
                self.at += 1;
                Ok(span)
            }
            None => Err(Box::new(
                Diagnostic::error(
                    "unbalanced_bracket",
                    open,
                    format!("第 {} 个字符的左括号没有对应的右括号", open.start + 1),
                    format!(
                        "The bracket opened at character {} is never closed",
                        open.start + 1
                    ),
                )
                .with_hint("在末尾补一个 )", "Add a ) at the end")
                .with_fix(Span::new(self.n_chars, self.n_chars), ")"),
            )),
            Some(_) => Err(Box::new(Diagnostic::error(
                "unexpected_token",
                span,
                format!("第 {} 个字符前缺少逗号、运算符或右括号", span.start + 1),
                format!(
                    "A comma, operator or closing bracket is missing before character {}",
                    span.start + 1
                ),
            ))),
        }
    }

    fn name(&mut self, name: String) -> Parse {
        let span = self.span();
        self.at += 1;
        if self.peek() != Some(&Lexeme::Open) {
            return match as_bool(&name) {
                Some(value) => Ok(Expr::new(Kind::Bool(value), span)),
                None => Ok(Expr::new(Kind::Name(name), span)),
            };
        }
        let open = self.span();
        self.descend()?;
        self.at += 1;
        let mut args = self.arguments(open)?;
        let close = self.close(open)?;
        self.depth -= 1;
        if name.eq_ignore_ascii_case("SINGLE")
            && args.len() == 1
            && let Some(inner) = args.pop()
        {
            return Ok(workbook::single(inner, span.to(close)));
        }
        let kind = Kind::Call {
            name: name.to_ascii_uppercase(),
            name_span: span,
            args,
        };
        Ok(Expr::new(kind, span.to(close)))
    }

    fn arguments(&mut self, open: Span) -> Result<Vec<Expr>, Box<Diagnostic>> {
        let mut args = Vec::new();
        if self.peek() == Some(&Lexeme::Close) {
            return Ok(args);
        }
        loop {
            let arg = match self.peek() {
                Some(Lexeme::Comma | Lexeme::Close) => Expr::new(
                    Kind::Missing,
                    Span::new(self.span().start, self.span().start),
                ),
                _ => self.level(0)?,
            };
            args.push(arg);
            if args.len() > CALL_ARGUMENTS {
                return Err(Box::new(Diagnostic::error(
                    "too_many_arguments",
                    open,
                    format!("一个函数最多 {CALL_ARGUMENTS} 个参数"),
                    format!("A function takes at most {CALL_ARGUMENTS} arguments"),
                )));
            }
            if self.peek() != Some(&Lexeme::Comma) {
                return Ok(args);
            }
            self.at += 1;
        }
    }
}
