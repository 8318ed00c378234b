//! PCRE2's way of writing a pattern, which is Excel's, in the way that `fancy-regex` reads it. In: a pattern. Out: [`translated`].
//!
//! Law: what cannot be said is refused (`None`), never taken for something else: `(?R)`, recursion in PCRE2, is a setting of
//! line ends here. Tests: `spec/regular-expressions.md`.

/// Blanks on a line, and what ends lines, inside a class.
const HORIZONTAL: &str = r"\t\x20\u{a0}\u{1680}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}";
const VERTICAL: &str = r"\n\x0b\f\r\u{85}\u{2028}\u{2029}";

pub(super) fn translated(pattern: &str) -> Option<String> {
    let mut writer = Writer {
        rest: pattern,
        out: String::with_capacity(pattern.len() + 16),
        in_class: false,
    };
    while let Some(c) = writer.rest.chars().next() {
        writer.step(c)?;
    }
    Some(writer.out)
}

struct Writer<'a> {
    rest: &'a str,
    out: String,
    in_class: bool,
}

impl Writer<'_> {
    fn step(&mut self, c: char) -> Option<()> {
        match c {
            '\\' => return self.escape(),
            '[' if self.in_class => self.bracket_in_class(),
            '[' => self.open_class(),
            ']' if self.in_class => {
                self.in_class = false;
                self.take("]");
            }
            // Set operations are not known to PCRE2.
            '&' | '~' if self.in_class => {
                self.out.push('\\');
                self.take(&c.to_string());
            }
            '(' if !self.in_class => {
                let recursion = ["(?R)", "(?0)", "(?|"];
                if recursion.iter().any(|start| self.rest.starts_with(start)) {
                    return None;
                }
                self.take("(");
            }
            c => self.take(&c.to_string()),
        }
        Some(())
    }

    /// Copies a piece that stands here.
    fn take(&mut self, piece: &str) {
        self.out.push_str(piece);
        self.skip(piece.len());
    }

    fn skip(&mut self, n_bytes: usize) {
        self.rest = self.rest.get(n_bytes..).unwrap_or("");
    }

    /// `[` or `[^`, and a `]` right after it, which is a character.
    fn open_class(&mut self) {
        self.in_class = true;
        self.take("[");
        if self.rest.starts_with('^') {
            self.take("^");
        }
        if self.rest.starts_with(']') {
            self.out.push('\\');
            self.take("]");
        }
    }

    /// `[:alpha:]`, or the character.
    fn bracket_in_class(&mut self) {
        let named = self
            .rest
            .strip_prefix("[:")
            .and_then(|rest| rest.find(":]"));
        match named {
            Some(n) => {
                let piece = &self.rest[..n + 4];
                self.out.push_str(piece);
                self.skip(n + 4);
            }
            None => {
                self.out.push('\\');
                self.take("[");
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let c = self.rest[1..].chars().next()?;
        let after = &self.rest[1 + c.len_utf8()..];
        match c {
            'h' | 'H' | 'v' | 'V' => {
                let class = if c.eq_ignore_ascii_case(&'h') {
                    HORIZONTAL
                } else {
                    VERTICAL
                };
                match (self.in_class, c.is_ascii_uppercase()) {
                    (true, true) => return None,
                    (true, false) => self.out.push_str(class),
                    (false, negative) => {
                        let not = if negative { "^" } else { "" };
                        self.out.push_str(&format!("[{not}{class}]"));
                    }
                }
                self.skip(2);
            }
            'Q' => {
                let n = after.find("\\E").unwrap_or(after.len());
                self.out.push_str(&fancy_regex::escape(&after[..n]));
                self.skip(2 + n + if n < after.len() { 2 } else { 0 });
            }
            'E' => self.skip(2),
            'N' if !after.starts_with('{') && !self.in_class => {
                self.out.push_str("[^\\n]");
                self.skip(2);
            }
            'g' | 'k' if after.starts_with('{') && !self.in_class => {
                let n = after.find('}')?;
                self.out.push_str(&format!("\\k<{}>", &after[1..n]));
                self.skip(2 + n + 1);
            }
            _ => {
                let n = 1 + c.len_utf8();
                self.out.push_str(&self.rest[..n]);
                self.skip(n);
            }
        }
        Some(())
    }
}
