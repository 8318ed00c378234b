//! Rules for the answers of an AI field: what a person wants kept, checked by code and told to the model.
//!
//! [`Rule`] is data, stored with the field; [`AnswerRules`] travels with a call, with fields replaced by the
//! record's texts. Law: an unknown or unfit rule never breaks a base; checking is the business of `jobs`.
//! Tests: at the end of this file and `jobs/tests/rules.rs`.

use crate::{ai::AiCall, id::FieldId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name under which a call's inputs hold its rules.
pub const INPUT: &str = "rules";
/// Times that a question is asked again with the broken rule, unless the field says otherwise.
pub const RETRIES: u8 = 2;
/// The most that a field may ask for.
pub const MOST_RETRIES: u8 = 5;

/// What lengths are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LengthUnit {
    Characters,
    /// Of UTF-8.
    Bytes,
    /// Of GBK: a Chinese character has two.
    GbkBytes,
    Words,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStyle {
    /// Each word of weight begins with a capital letter.
    Title,
    /// The first letter is a capital one, and not every word begins so.
    Sentence,
    /// No more than a short abbreviation is written in capital letters only.
    NoAllCaps,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Rule {
    Length {
        unit: LengthUnit,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u32>,
    },
    /// Every one of the words.
    Contains {
        words: Vec<String>,
    },
    /// What the record has in a field that the formula reads.
    ContainsField {
        field: FieldId,
        /// What the field is called, once a call is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The record's text, once a call is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// None of the words; whole words where the script has words.
    Excludes {
        words: Vec<String>,
    },
    /// None of the characters.
    ExcludesCharacters {
        characters: String,
    },
    /// No word more often; articles, prepositions and conjunctions are free.
    WordRepeat {
        max: u32,
    },
    Pattern {
        regex: String,
        /// False: it must not match anywhere.
        matches: bool,
    },
    /// Empty: the language of the question, English where it names none.
    Language {
        language: String,
    },
    /// No number, measure or model number that the inputs do not have.
    NumbersFromInputs {
        conversions: bool,
    },
    Options {
        options: Vec<String>,
    },
    Range {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    Case {
        style: CaseStyle,
    },
}

/// The rules of one call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerRules {
    pub rules: Vec<Rule>,
    /// Times that the question is asked again with the broken rule.
    pub retries: u8,
}

impl AnswerRules {
    /// As a call's inputs keep them.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Absent where the call has none.
    pub fn of(call: &AiCall) -> Option<AnswerRules> {
        AnswerRules::of_inputs(&call.inputs)
    }

    pub fn of_inputs(inputs: &BTreeMap<String, String>) -> Option<AnswerRules> {
        serde_json::from_str(inputs.get(INPUT)?).ok()
    }

    /// What the model is told.
    pub fn request(&self) -> String {
        let lines = self.rules.iter().map(|rule| format!("- {}", rule.words()));
        let lines: Vec<String> = lines.collect();
        format!("Rules for the answer:\n{}", lines.join("\n"))
    }
}

/// Fields replaced by what `shown` says of them: their names and the record's texts.
pub fn resolved(rules: &[Rule], shown: &BTreeMap<FieldId, (String, String)>) -> Vec<Rule> {
    let one = |rule: &Rule| match rule {
        Rule::ContainsField { field, .. } => Rule::ContainsField {
            field: *field,
            name: shown.get(field).map(|(name, _)| name.clone()),
            text: shown.get(field).map(|(_, text)| text.clone()),
        },
        other => other.clone(),
    };
    rules.iter().map(one).collect()
}

impl Rule {
    /// What the model is told, in one English sentence.
    pub fn words(&self) -> String {
        match self {
            Rule::Length { unit, min, max } => {
                let unit = match unit {
                    LengthUnit::Characters => "characters",
                    LengthUnit::Bytes => "bytes of UTF-8",
                    LengthUnit::GbkBytes => "bytes of GBK (a Chinese character has two)",
                    LengthUnit::Words => "words",
                };
                format!("The length is {} {unit}.", bounds(min, max))
            }
            Rule::Contains { words } => format!("It contains each of: {}.", words.join(", ")),
            // The text itself is data and stays between the fences.
            Rule::ContainsField { name, .. } => match name {
                Some(name) => format!("It contains what the data says under “{name}”, exactly."),
                None => "It contains the text of a field.".into(),
            },
            Rule::Excludes { words } => format!("It contains none of: {}.", words.join(", ")),
            Rule::ExcludesCharacters { characters } => {
                let list: Vec<String> = characters.chars().map(String::from).collect();
                format!("It has none of these characters: {}", list.join(" "))
            }
            Rule::WordRepeat { max } => format!("No word occurs more than {max} times."),
            Rule::Pattern { regex, matches } => match matches {
                true => format!("It matches the regular expression {regex}"),
                false => format!("It does not match the regular expression {regex}"),
            },
            Rule::Language { language } => match language.as_str() {
                "" => "It is written in the language asked for only.".into(),
                language => format!("It is written in {language} only."),
            },
            Rule::NumbersFromInputs { conversions } => match conversions {
                true => "Every number, measure and model number is in the data, or is converted exactly from one there.".into(),
                false => "Every number, measure and model number is in the data; nothing is converted.".into(),
            },
            Rule::Options { options } => format!("It is exactly one of: {}.", options.join(", ")),
            Rule::Range { min, max } => format!("It is one number, {}.", bounds(min, max)),
            Rule::Case { style } => match style {
                CaseStyle::Title => "Every important word begins with a capital letter.".into(),
                CaseStyle::Sentence => "It begins with a capital letter and is written as a sentence.".into(),
                CaseStyle::NoAllCaps => "No words in capital letters only, but for abbreviations.".into(),
            },
        }
    }
}

fn bounds<T: std::fmt::Display>(min: &Option<T>, max: &Option<T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("from {min} to {max}"),
        (None, Some(max)) => format!("at most {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, None) => "any".into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rules_are_read_as_they_were_written() {
        let rules = AnswerRules {
            rules: vec![
                Rule::Length {
                    unit: LengthUnit::Bytes,
                    min: None,
                    max: Some(200),
                },
                Rule::Range {
                    min: Some(0.5),
                    max: None,
                },
                Rule::Case {
                    style: CaseStyle::NoAllCaps,
                },
            ],
            retries: 2,
        };
        let text = rules.to_text();
        assert!(
            text.contains(r#"{"rule":"length","unit":"bytes","max":200}"#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<AnswerRules>(&text).unwrap(), rules);
    }

    #[test]
    fn a_field_is_replaced_by_the_text_of_the_record() {
        let rule = Rule::ContainsField {
            field: FieldId(3),
            name: None,
            text: None,
        };
        let shown = BTreeMap::from([(FieldId(3), ("货号".to_owned(), "YW-2001".to_owned()))]);
        let found = resolved(std::slice::from_ref(&rule), &shown);
        assert!(
            matches!(&found[0], Rule::ContainsField { text: Some(text), .. } if text == "YW-2001")
        );
        assert!(!found[0].words().contains("YW-2001"));
        assert_eq!(
            resolved(std::slice::from_ref(&rule), &BTreeMap::new()),
            [rule]
        );
    }
}
