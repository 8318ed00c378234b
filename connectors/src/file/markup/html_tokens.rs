//! A web page cut into tags and texts, as forgiving as browsers are.
//!
//! Types: [`Tokens`], [`Token`]. Law: it never fails and never looks at a byte twice; scripts, styles and comments are passed
//! over. Tests: at the end of this file.

use std::borrow::Cow;

#[derive(Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Name in lower case, and what stands behind it.
    Start(String, &'a str),
    End(String),
    Text(&'a str),
}

/// The page from here on.
pub struct Tokens<'a> {
    rest: &'a str,
    /// The element whose content is no markup.
    raw: Option<&'static str>,
}

const RAW: [&str; 5] = ["script", "style", "title", "textarea", "xml"];

impl<'a> Tokens<'a> {
    pub fn new(text: &'a str) -> Tokens<'a> {
        Tokens {
            rest: text,
            raw: None,
        }
    }

    /// What follows the first `mark`, which is dropped with what stands before it.
    fn skip_past(&mut self, mark: &str) {
        let at = self.rest.find(mark).map(|at| at + mark.len());
        self.rest = &self.rest[at.unwrap_or(self.rest.len())..];
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if let Some(raw) = self.raw.take() {
                let end = find_end_tag(self.rest, raw);
                self.rest = &self.rest[end..];
            }
            let first = *self.rest.as_bytes().first()?;
            if first != b'<' {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Token::Text(text));
            }
            let inner = &self.rest[1..];
            if inner.starts_with("!--") {
                self.skip_past("-->");
                continue;
            }
            if inner.starts_with(['!', '?']) {
                self.skip_past(">");
                continue;
            }
            let is_end = inner.starts_with('/');
            let name = &inner[usize::from(is_end)..];
            if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                // A lone `<` is text.
                let (text, rest) = self.rest.split_at(1);
                self.rest = rest;
                return Some(Token::Text(text));
            }
            let close = tag_end(name);
            let tag = &name[..close];
            self.rest = name[close..].strip_prefix('>').unwrap_or(&name[close..]);
            let cut = tag.find(|c: char| c.is_whitespace() || c == '/');
            let (name, attributes) = tag.split_at(cut.unwrap_or(tag.len()));
            let name = name.to_ascii_lowercase();
            if is_end {
                return Some(Token::End(name));
            }
            if !attributes.ends_with('/') {
                self.raw = RAW.into_iter().find(|raw| *raw == name);
            }
            return Some(Token::Start(name, attributes));
        }
    }
}

/// Where the tag ends: the first `>` outside quotes that belong to a value.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    let mut before = b' ';
    for (at, byte) in tag.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'>' => return at,
            None if matches!(byte, b'"' | b'\'') && before == b'=' => quote = Some(byte),
            None => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    // A quote that never closes: the tag ends at the first `>` after all.
    tag.find('>').unwrap_or(tag.len())
}

fn find_end_tag(text: &str, name: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let at = from + at;
        let rest = text.as_bytes().get(at + 2..at + 2 + name.len());
        if rest.is_some_and(|rest| rest.eq_ignore_ascii_case(name.as_bytes())) {
            return at;
        }
        from = at + 2;
    }
    text.len()
}

/// The value of an attribute, e.g. `colspan` of ` class=a colspan="3"`; an empty text where it has none.
pub fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(rest.len());
        let (key, after) = rest.split_at(end.max(usize::from(end == 0)));
        let (value, after) = value(after);
        if key.eq_ignore_ascii_case(name) {
            return Some(unescape(value));
        }
        rest = after;
    }
}

fn value(after: &str) -> (&str, &str) {
    let Some(rest) = after.trim_start().strip_prefix('=') else {
        return ("", after);
    };
    let rest = rest.trim_start();
    for quote in ['"', '\''] {
        if let Some(inner) = rest.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()))
}

/// Entities as characters; those that are unknown stay as they are written.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let after = &rest[1..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '#';
        let end = after.find(|c| !is_part(c)).unwrap_or(after.len());
        match entity(&after[..end]) {
            Some(c) => {
                out.push(c);
                rest = &after[end..];
                rest = rest.strip_prefix(';').unwrap_or(rest);
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.into()
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = match hex {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    const NAMED: [(&str, char); 40] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("yen", '¥'),
        ("euro", '€'),
        ("pound", '£'),
        ("cent", '¢'),
        ("curren", '¤'),
        ("copy", '©'),
        ("reg", '®'),
        ("trade", '™'),
        ("times", '×'),
        ("divide", '÷'),
        ("middot", '·'),
        ("bull", '•'),
        ("deg", '°'),
        ("plusmn", '±'),
        ("micro", 'µ'),
        ("frac12", '½'),
        ("frac14", '¼'),
        ("sup2", '²'),
        ("sup3", '³'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("ensp", '\u{2002}'),
        ("emsp", '\u{2003}'),
        ("permil", '‰'),
        ("le", '≤'),
        ("ge", '≥'),
        ("minus", '−'),
    ];
    NAMED
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, c)| *c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &str) -> String {
        let show = |token| match token {
            Token::Start(name, _) => format!("<{name}>"),
            Token::End(name) => format!("</{name}>"),
            Token::Text(text) => text.to_string(),
        };
        Tokens::new(page).map(show).collect()
    }

    #[test]
    fn pages_are_cut_into_tags_and_texts() {
        for (page, expected) in [
            ("<TD class=a>x</td >y", "<td>x</td>y"),
            ("<!-- <td> --><br/>a < b<3", "<br>a < b<3"),
            ("<style>td > p {}</STYLE><p>", "<style></style><p>"),
            ("<td title=\"a>b\">x", "<td>x"),
            ("<td colspan='3\"'>x", "<td>x"),
            ("<td title=\"a>x</td>", "<td>x</td>"),
            ("<script>never closed <td>", "<script>"),
            ("<td", "<td>"),
            ("<", "<"),
            ("<!-- open", ""),
        ] {
            assert_eq!(shown(page), expected, "{page}");
        }
    }

    #[test]
    fn attributes_and_entities_are_read() {
        let attributes = " class=xl65 colspan = '3' x:num=\"12.5\" nowrap a=&quot;";
        for (name, expected) in [
            ("COLSPAN", Some("3")),
            ("x:num", Some("12.5")),
            ("nowrap", Some("")),
            ("a", Some("\"")),
            ("rowspan", None),
        ] {
            assert_eq!(attribute(attributes, name).as_deref(), expected, "{name}");
        }
        assert_eq!(attribute("==a =b", "c"), None);
        assert_eq!(unescape("&#x4e2d;&#25991;&amp;&nope;&lt&"), "中文&&nope;<&");
        assert_eq!(unescape("&#0;&#xffffffff;"), "&#0;&#xffffffff;");
    }
}
