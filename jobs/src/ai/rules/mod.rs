//! Rules for AI answers, checked by code: one file per family, and the table of them here.
//!
//! [`check`] is pure: rules, an answer and what the question was made from give the broken rules. Law: no rule
//! is taken as kept because it could not be checked. How often the checkers are right is measured in
//! `docs/ai-rules.md`; tests: `jobs/tests/rules.rs` over the sets in `jobs/tests/rules/`.

pub mod broken;
pub mod capitals;
pub mod choice;
pub mod language;
mod language_words;
pub mod length;
mod number_marks;
mod number_scan;
mod number_words;
pub mod numbers;
pub mod pattern;
pub mod presets;
pub mod terms;
mod units;

pub use broken::Broken;

use std::collections::BTreeMap;
use table::rule::{self, Rule};

/// What a question was made from.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The resolved inputs of the call, by name.
    pub inputs: &'a BTreeMap<String, String>,
}

impl<'a> Asked<'a> {
    /// The record's data and the person's words, one per line; not the names of languages, nor the rules.
    pub fn texts(&self) -> impl Iterator<Item = &'a str> {
        let left_out = [rule::INPUT, "language", "language_code", "languages"];
        self.inputs
            .iter()
            .filter(move |(name, _)| !left_out.contains(&name.as_str()))
            .map(|(_, text)| text.as_str())
    }

    /// The language that the question names; empty where it names none.
    pub fn language(&self) -> &'a str {
        self.inputs.get("language").map_or("", |name| name.trim())
    }
}

/// The rules that the answer breaks, in the order of the rules.
pub fn check(rules: &[Rule], answer: &str, asked: Asked) -> Vec<Broken> {
    rules
        .iter()
        .filter_map(|rule| check_one(rule, answer, asked))
        .collect()
}

fn check_one(rule: &Rule, answer: &str, asked: Asked) -> Option<Broken> {
    match rule {
        Rule::Length { unit, min, max } => length::check(answer, *unit, *min, *max),
        Rule::Contains { words } => terms::contains(answer, words),
        Rule::ContainsField { text, .. } => terms::contains_field(answer, text.as_deref()),
        Rule::Excludes { words } => terms::excludes(answer, words),
        Rule::ExcludesCharacters { characters } => terms::excludes_characters(answer, characters),
        Rule::WordRepeat { max } => terms::repeats(answer, *max),
        Rule::Pattern { regex, matches } => pattern::check(answer, regex, *matches),
        Rule::Language { language } => {
            let wanted = match language.trim() {
                "" => asked.language(),
                own => own,
            };
            language::check(answer, wanted, asked)
        }
        Rule::NumbersFromInputs { conversions } => numbers::check(answer, asked, *conversions),
        Rule::Options { options } => choice::option(answer, options),
        Rule::Range { min, max } => choice::range(answer, *min, *max),
        Rule::Case { style } => capitals::check(answer, *style),
    }
}
