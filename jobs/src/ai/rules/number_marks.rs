//! Digits with points and commas as the numbers that they may stand for.
//!
//! [`values`]; pure. Law: where a text may be read in two ways, both are given. Tests: `jobs/tests/rules.rs`.

use super::number_scan::{Marks, is_blank};

/// The numbers that digits with marks stand for: text, readings, decimals.
pub(super) fn values(raw: &str, marks: Marks) -> Vec<(String, Vec<f64>, usize)> {
    let digits: String = raw.chars().filter(|c| !is_blank(*c)).collect();
    let parse = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let decimal = |mark: char| {
        let plain: String = digits
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == mark)
            .collect();
        let n = plain.rsplit_once(mark).map_or(0, |(_, tail)| tail.len());
        (raw.to_owned(), vec![parse(&plain.replace(mark, "."))], n)
    };
    let whole = || {
        let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
        (raw.to_owned(), vec![parse(&plain)], 0)
    };
    let signs: Vec<char> = digits.chars().filter(|c| !c.is_ascii_digit()).collect();
    let groups: Vec<&str> = digits.split(['.', ',']).collect();
    let threes = groups[1..].iter().all(|group| group.len() == 3)
        && groups[0].len() <= 3
        && groups[0] != "0";
    let split = || {
        let one = |part: &&str| ((*part).to_owned(), vec![parse(part)], 0);
        groups.iter().map(one).collect()
    };
    match signs.as_slice() {
        [] => vec![whole()],
        [first, .., last]
            if first != last && signs.iter().filter(|sign| *sign == last).count() == 1 =>
        {
            vec![decimal(*last)]
        }
        [sign] if threes => {
            let is_decimal = matches!((sign, marks), ('.', Marks::Point) | (',', Marks::Comma));
            match is_decimal {
                true => vec![decimal(*sign)],
                false if *sign == ',' && marks == Marks::Either => {
                    let both = vec![whole().1[0], decimal(',').1[0]];
                    vec![(raw.to_owned(), both, 0)]
                }
                false => vec![whole()],
            }
        }
        ['.'] => vec![decimal('.')],
        [','] if marks != Marks::Point => vec![decimal(',')],
        [first, ..] if threes && signs.iter().all(|sign| sign == first) => vec![whole()],
        _ => split(),
    }
}
