//! Formula texts follow the names that columns get in the preview.
//!
//! Pure. Law: only references to fields of the same table change (`[单价]`, `[@单价]`), never texts in quotation
//! marks, never `表[列]`. Tests: at the end of this file.

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

/// What may stand before the bracket of another table's column.
fn is_table_end(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '\'' | ']')
}

/// The name in the brackets that open at `at`, whether `@` stands before it, and the place behind.
fn reference(letters: &[char], at: usize) -> Option<(String, bool, usize)> {
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
}
