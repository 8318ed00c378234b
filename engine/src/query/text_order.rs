//! The order of texts: digits by their number, letters whatever their case, the rest by code point.
//!
//! The one place to teach another order (pinyin) to sorts and comparisons.

use std::cmp::Ordering;

/// Natural order; texts that differ only in case or leading zeros are told apart at the end.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    natural(a, b).then_with(|| a.cmp(b))
}

fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
            return a.is_empty().cmp(&b.is_empty()).reverse();
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (m, rest_a) = digits(a);
            let (n, rest_b) = digits(b);
            let by_number = m.len().cmp(&n.len()).then_with(|| m.cmp(n));
            if by_number != Ordering::Equal {
                return by_number;
            }
            (a, b) = (rest_a, rest_b);
            continue;
        }
        let order = x.to_lowercase().cmp(y.to_lowercase());
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
    }
}

/// The leading digits without leading zeros, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_inside_text_count_as_numbers() {
        let mut texts = ["A10", "a2", "A2b", "b", "", "A02", "第10行", "第9行"];
        texts.sort_by(|a, b| compare(a, b));
        assert_eq!(
            texts,
            ["", "A02", "a2", "A2b", "A10", "b", "第9行", "第10行"]
        );
    }
}
