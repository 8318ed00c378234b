//! Placeholders as authors write them: `{{客户.名称}}`, `{{[客户].[名称]}}`, `{{条码|条码}}`, `{{品名@2}}`.
//!
//! [`find`] gives every one in a text with its place. Law: full-width braces, points and bars count as the usual ones, for
//! Chinese keyboards give them; what is within `[ ]` is a name as it is. Tests: here.

use std::ops::Range;

/// How the value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// EAN-13 for 13 good digits, else Code 128.
    Barcode,
    Ean13,
    Code128,
    /// An amount in Chinese capitals.
    Capitals,
    /// As the grid shows it, as a text.
    Text,
    Picture,
}

impl Format {
    /// Names with the format; the first two are shown to people.
    pub const NAMES: [(&'static str, &'static str, Format); 6] = [
        ("条码", "barcode", Format::Barcode),
        ("ean13", "ean-13", Format::Ean13),
        ("code128", "code-128", Format::Code128),
        ("大写", "capitals", Format::Capitals),
        ("文字", "text", Format::Text),
        ("图片", "picture", Format::Picture),
    ];

    fn named(name: &str) -> Option<Format> {
        let wanted = name.trim().to_lowercase();
        let known = |(zh, en, _): &&(&str, &str, Format)| wanted == *zh || wanted == *en;
        Format::NAMES
            .iter()
            .find(known)
            .map(|(_, _, format)| *format)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// Names from the table's field on; a name without brackets may itself have a point.
    pub path: Vec<String>,
    /// Which record of a block that holds several: from 1.
    pub nth: u32,
    pub format: Option<Format>,
}

/// Why a text in braces is no placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Malformed {
    /// `{{` without `}}`.
    Unclosed,
    /// `{{}}`.
    Empty,
    /// The word after `|`.
    UnknownFormat(String),
    /// The word after `@`.
    BadNumber(String),
}

/// One place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Bytes, braces included.
    pub range: Range<usize>,
    pub what: Result<Placeholder, Malformed>,
}

fn opening(text: &str) -> Option<usize> {
    ["{{", "｛｛"]
        .iter()
        .filter_map(|sign| text.find(sign))
        .min()
}

/// Every placeholder of a text, in order.
pub fn find(text: &str) -> Vec<Place> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = opening(&text[at..]).map(|start| at + start) {
        let wide = text[start..].starts_with('｛');
        let sign = if wide { "｛｛".len() } else { 2 };
        let inner = start + sign;
        let ends = ["}}", "｝｝"].iter().filter_map(|close| {
            let end = text[inner..].find(close)?;
            Some((inner + end, close.len()))
        });
        let Some((end, close)) = ends.min() else {
            found.push(Place {
                range: start..text.len(),
                what: Err(Malformed::Unclosed),
            });
            break;
        };
        found.push(Place {
            range: start..end + close,
            what: parse(&text[inner..end]),
        });
        at = end + close;
    }
    found
}

fn parse(inner: &str) -> Result<Placeholder, Malformed> {
    let (names, options) = split_options(inner);
    let mut placeholder = Placeholder {
        path: path(names),
        nth: 1,
        format: None,
    };
    if placeholder.path.iter().all(String::is_empty) {
        return Err(Malformed::Empty);
    }
    for (sign, option) in options {
        let option = option.trim();
        match sign {
            '@' => {
                let nth: Option<u32> = table::field::number::half_width(option).parse().ok();
                let nth = nth.filter(|nth| (1..=64).contains(nth));
                placeholder.nth = nth.ok_or_else(|| Malformed::BadNumber(option.into()))?;
            }
            _ => {
                let format = Format::named(option);
                placeholder.format =
                    Some(format.ok_or_else(|| Malformed::UnknownFormat(option.into()))?);
            }
        }
    }
    Ok(placeholder)
}

/// The names, and what stands after `@` and `|` outside brackets.
fn split_options(inner: &str) -> (&str, Vec<(char, &str)>) {
    let mut depth = 0u32;
    let mut cuts: Vec<(usize, char, usize)> = Vec::new();
    for (at, c) in inner.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '@' | '＠' if depth == 0 => cuts.push((at, '@', c.len_utf8())),
            '|' | '｜' if depth == 0 => cuts.push((at, '|', c.len_utf8())),
            _ => {}
        }
    }
    let names = &inner[..cuts.first().map_or(inner.len(), |cut| cut.0)];
    let options = cuts.iter().enumerate().map(|(n, (at, sign, len))| {
        let end = cuts.get(n + 1).map_or(inner.len(), |next| next.0);
        (*sign, &inner[at + len..end])
    });
    (names, options.collect())
}

/// Names between points; `[ ]` around a name keeps the points in it.
fn path(names: &str) -> Vec<String> {
    let mut path = vec![String::new()];
    let mut depth = 0u32;
    for c in names.chars() {
        match c {
            '[' if depth == 0 => depth = 1,
            ']' if depth == 1 => depth = 0,
            '.' | '．' | '。' if depth == 0 => path.push(String::new()),
            c => {
                if let Some(name) = path.last_mut() {
                    name.push(c);
                }
            }
        }
    }
    path.iter().map(|name| name.trim().to_string()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn placeholders_as_people_write_them() {
        for (text, path, nth, format) in [
            ("{{单号}}", vec!["单号"], 1, None),
            ("客户：{{ 客户.名称 }}。", vec!["客户", "名称"], 1, None),
            ("{{[客户].[名称]}}", vec!["客户", "名称"], 1, None),
            ("{{[No. 1|2].x}}", vec!["No. 1|2", "x"], 1, None),
            ("｛｛客户．名称｝｝", vec!["客户", "名称"], 1, None),
            ("{{条码|条码}}", vec!["条码"], 1, Some(Format::Barcode)),
            (
                "{{条码@2｜Code128}}",
                vec!["条码"],
                2,
                Some(Format::Code128),
            ),
            ("{{条码|EAN13@3}}", vec!["条码"], 3, Some(Format::Ean13)),
        ] {
            let places = find(text);
            assert_eq!(places.len(), 1, "{text}");
            let found = places[0].what.clone().unwrap();
            assert_eq!((found.nth, found.format), (nth, format), "{text}");
            assert_eq!(found.path, path, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, expected) in [
            ("{{单号", Malformed::Unclosed),
            ("{{ }}", Malformed::Empty),
            ("{{a|红}}", Malformed::UnknownFormat("红".into())),
            ("{{a@0}}", Malformed::BadNumber("0".into())),
        ] {
            assert_eq!(find(text)[0].what, Err(expected), "{text}");
        }
        assert_eq!(find("{ {a} } {单号}"), Vec::new());
        let two = find("{{a}}-{{b}}");
        assert_eq!((two[0].range.clone(), two[1].range.clone()), (0..5, 6..11));
    }
}
