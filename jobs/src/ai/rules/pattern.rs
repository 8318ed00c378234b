//! Regular expressions, in time that grows with the text only: no look-around, no back-references.

use super::Broken;
use regex::RegexBuilder;

/// Bytes that a compiled expression may have.
const COMPILED_BYTES: usize = 1 << 20;

pub(super) fn check(answer: &str, pattern: &str, matches: bool) -> Option<Broken> {
    let compiled = RegexBuilder::new(pattern)
        .size_limit(COMPILED_BYTES)
        .dfa_size_limit(COMPILED_BYTES)
        .build();
    let fact = || [("pattern", pattern.to_owned())];
    let Ok(compiled) = compiled else {
        return Some(Broken::new(
            "rule_pattern_unreadable",
            fact(),
            "The answer cannot be checked: the rule's regular expression is wrong.",
        ));
    };
    match (compiled.is_match(answer.trim()), matches) {
        (false, true) => Some(Broken::new(
            "rule_pattern",
            fact(),
            format!("Your last answer must match the regular expression {pattern}"),
        )),
        (true, false) => Some(Broken::new(
            "rule_pattern_forbidden",
            fact(),
            format!("Your last answer must not match the regular expression {pattern}"),
        )),
        _ => None,
    }
}
