//! Formula texts follow the names that columns and tables get in the preview.
//!
//! Functions: [`renamed`] (fields of the same table: `[单价]`, `[@单价]`), [`with_tables`] (fields of other tables:
//! `价目表[单价]`). Pure. Law: texts in quotation marks never change. Tests: at the end of this file.

use connectors::export::column_reference;
use std::collections::{BTreeMap, BTreeSet};

/// The formula with references by old names replaced; a name that some column has now means that column.
pub fn renamed(formula: &str, names: &BTreeSet<&str>, renames: &BTreeMap<&str, &str>) -> String {
    let letters: Vec<char> = formula.chars().collect();
    let mut out = String::with_capacity(formula.len());
    let mut in_text = false;
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        in_text ^= letter == '"';
        let is_own = at == 0 || !is_table_end(letters[at - 1]);
        if letter == '['
            && !in_text
            && is_own
            && let Some((name, is_this_row, end)) = reference(&letters, at)
        {
            match renames
                .get(name.as_str())
                .filter(|_| !names.contains(name.as_str()))
            {
                Some(now) if is_this_row => {
                    out.push_str("[@");
                    out.push_str(&column_reference(now)[1..]);
                }
                Some(now) => out.push_str(&column_reference(now)),
                None => out.extend(&letters[at..end]),
            }
            at = end;
            continue;
        }
        out.push(letter);
        at += 1;
    }
    out
}

/// What a sheet of the file became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeTable {
    pub name: String,
    /// The names of its columns in the file, and as fields.
    pub columns: BTreeMap<String, String>,
}

/// The formula with `sheet[column]` replaced by the names of the tables and fields that were made of them;
/// sheets are looked up by their names in the file.
pub fn with_tables(formula: &str, tables: &BTreeMap<String, MadeTable>) -> String {
    let letters: Vec<char> = formula.chars().collect();
    let mut out = String::with_capacity(formula.len());
    let mut at = 0;
    while at < letters.len() {
        let end = match letters[at] {
            '"' | '\'' => text_end(&letters, at),
            '[' => reference(&letters, at).map_or(at + 1, |(_, _, end)| end),
            letter if is_name(letter) => name_end(&letters, at),
            _ => at + 1,
        };
        let word: String = letters[at..end].iter().collect();
        let sheet = match letters[at] {
            '\'' => word
                .get(1..word.len().saturating_sub(1))
                .map(|name| name.replace("''", "'")),
            letter if is_name(letter) => Some(word.clone()),
            _ => None,
        };
        let made = sheet.and_then(|name| tables.get(&name));
        match made.zip(reference(&letters, end)) {
            Some((made, (column, is_this_row, after))) => {
                out.push_str(&table_reference(&made.name));
                let column = column_reference(made.columns.get(&column).unwrap_or(&column));
                out.push_str(if is_this_row { "[@" } else { "[" });
                out.push_str(&column[1..]);
                at = after;
            }
            None => {
                out.push_str(&word);
                at = end;
            }
        }
    }
    out
}

/// The place behind the quoted text that opens at `at`; a doubled quotation mark belongs to it.
fn text_end(letters: &[char], at: usize) -> usize {
    let mark = letters[at];
    let mut place = at + 1;
    while let Some(letter) = letters.get(place) {
        place += 1;
        if *letter == mark {
            if letters.get(place) != Some(&mark) {
                return place;
            }
            place += 1;
        }
    }
    place
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.')
}

fn name_end(letters: &[char], at: usize) -> usize {
    let length = letters[at..].iter().take_while(|letter| is_name(**letter));
    at + length.count()
}

/// A table's name before a bracket: names with signs, and those that begin with a digit, in single quotes.
fn table_reference(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    match is_plain {
        true => name.to_owned(),
        false => format!("'{}'", name.replace('\'', "''")),
    }
}

/// What may stand before the bracket of another table's column.
fn is_table_end(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '\'' | ']')
}

/// The name in the brackets that open at `at`, whether `@` stands before it, and the place behind.
fn reference(letters: &[char], at: usize) -> Option<(String, bool, usize)> {
    if letters.get(at) != Some(&'[') {
        return None;
    }
    let is_this_row = letters.get(at + 1) == Some(&'@');
    let mut place = at + 1 + usize::from(is_this_row);
    let mut name = String::new();
    loop {
        match letters.get(place)? {
            ']' => return Some((name, is_this_row, place + 1)),
            '[' => return None,
            '\'' => {
                name.push(*letters.get(place + 1)?);
                place += 2;
            }
            letter => {
                name.push(*letter);
                place += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_references_follow_and_nothing_else_does() {
        let names = BTreeSet::from(["价格", "数量", "a[1]", "备注"]);
        let renames = BTreeMap::from([("单价", "价格"), ("编号", "a[1]"), ("备注", "价格")]);
        let cases = [
            ("[单价]*[数量]", "[价格]*[数量]"),
            ("[@单价]*2", "[@价格]*2"),
            ("商品[单价]", "商品[单价]"),
            ("SUM(商品[单价])+[单价]", "SUM(商品[单价])+[价格]"),
            (
                r#"IF([单价]>1,"[单价]","""[单价]")"#,
                r#"IF([价格]>1,"[单价]","""[单价]")"#,
            ),
            ("[编号]", "[a'[1']]"),
            ("[备注]", "[备注]"),
            ("[没有]", "[没有]"),
            ("[单价", "[单价"),
            ("[", "["),
        ];
        for (formula, expected) in cases {
            assert_eq!(renamed(formula, &names, &renames), expected, "{formula}");
        }
    }

    #[test]
    fn references_to_other_tables_follow() {
        let made = |name: &str, columns: &[(&str, &str)]| MadeTable {
            name: name.into(),
            columns: columns
                .iter()
                .map(|(old, new)| ((*old).into(), (*new).into()))
                .collect(),
        };
        let tables = BTreeMap::from([
            (
                "价目表".to_string(),
                made("价目表 2", &[("单价", "批发价")]),
            ),
            ("我的 货".to_string(), made("货", &[])),
            ("2026".to_string(), made("老板's", &[("a", "b[1]")])),
        ]);
        let cases = [
            (
                "XLOOKUP([货号],价目表[货号],价目表[单价])",
                "XLOOKUP([货号],'价目表 2'[货号],'价目表 2'[批发价])",
            ),
            ("SUM('我的 货'[数量])", "SUM(货[数量])"),
            ("SUM('2026'[a])+[单价]", "SUM('老板''s'[b'[1']])+[单价]"),
            ("价目表[@单价]", "'价目表 2'[@批发价]"),
            (
                r#"IF([a]="价目表[单价]",1,"")"#,
                r#"IF([a]="价目表[单价]",1,"")"#,
            ),
            ("[价目表]*大价目表[单价]", "[价目表]*大价目表[单价]"),
            ("[我'[价目表']]", "[我'[价目表']]"),
            ("价目表", "价目表"),
            ("'没完", "'没完"),
            ("'", "'"),
            ("价目表[单价", "价目表[单价"),
        ];
        for (formula, expected) in cases {
            assert_eq!(with_tables(formula, &tables), expected, "{formula}");
        }
    }
}
