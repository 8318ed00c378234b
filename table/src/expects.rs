//! What the answer of an AI call must be: [`Expects`], asked for in the prompt, checked by code before it is kept.
//!
//! [`Expects::fitted`] turns an answer into the one text that is stored; formulas read their cell from that text.
//! Law: pure; nothing is guessed: an option is one of the options or none, never the closest one.
//! Tests: at the end of this file.

use crate::{
    field::{FieldType, date, select::split_names},
    value::{Attachment, CellState, CellValue},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Expects {
    #[default]
    Text,
    Number,
    /// Stored as `2026-11-22`, with a time where `time` is set.
    Date {
        #[serde(default)]
        time: bool,
    },
    YesNo,
    /// One of these names, or nothing.
    OneOf {
        options: Vec<String>,
    },
    /// Some of these names, or nothing; stored one per line.
    SomeOf {
        options: Vec<String>,
    },
    /// A JSON object of texts and lists of texts.
    Parts {
        parts: Vec<Part>,
    },
    /// A JSON list of what is wrong with a picture.
    Findings,
    /// A picture; the stored text is its attachment.
    Picture {
        /// As `1024x1024`; empty: the provider's own.
        #[serde(default)]
        size: String,
        /// Written into the picture so that people see it.
        #[serde(default)]
        visible_label: bool,
    },
}

/// One member of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub name: String,
    #[serde(default)]
    pub list: bool,
}

/// How bad a finding is, worst first.
pub const SEVERITIES: [&str; 3] = ["high", "medium", "low"];
/// Words that mean: none of the options.
const UNKNOWN: [&str; 8] = [
    "unknown",
    "none",
    "n/a",
    "null",
    "未知",
    "不确定",
    "无",
    "无法判断",
];

impl Expects {
    pub fn is_text(&self) -> bool {
        *self == Expects::Text
    }

    /// What a cell of this type wants to hear.
    pub fn of(field_type: &FieldType) -> Expects {
        let names = |options: &[crate::field::SelectOption]| {
            options.iter().map(|option| option.name.clone()).collect()
        };
        match field_type {
            FieldType::Number { .. }
            | FieldType::Currency { .. }
            | FieldType::Percent { .. }
            | FieldType::Progress { .. }
            | FieldType::Rating { .. } => Expects::Number,
            FieldType::Date => Expects::Date { time: false },
            FieldType::DateTime => Expects::Date { time: true },
            FieldType::Checkbox => Expects::YesNo,
            FieldType::Select { options } => Expects::OneOf {
                options: names(options),
            },
            FieldType::MultiSelect { options } => Expects::SomeOf {
                options: names(options),
            },
            FieldType::Formula(spec) => Expects::of(&spec.result),
            _ => Expects::Text,
        }
    }

    /// The text that is kept of an answer; the error says in English what the model has to mend.
    pub fn fitted(&self, answer: &str) -> Result<String, String> {
        let answer = answer.trim();
        let value = || only_value(answer);
        match self {
            Expects::Text | Expects::Picture { .. } => Ok(answer.to_owned()),
            Expects::Number => number(&value()),
            Expects::Date { time } => moment(&value(), *time),
            Expects::YesNo => yes_no(&value()),
            Expects::OneOf { options } => one_of(options, &value()),
            Expects::SomeOf { options } => some_of(options, answer),
            Expects::Parts { parts } => object(answer, parts),
            Expects::Findings => findings(answer),
        }
    }

    /// A JSON schema of the answer; none where plain text is wanted.
    pub fn schema(&self) -> Option<Value> {
        let text = || json!({"type": "string"});
        let object = |properties: Value| {
            let names: Vec<&String> = properties
                .as_object()
                .map(|known| known.keys().collect())
                .unwrap_or_default();
            json!({"type": "object", "required": names, "additionalProperties": false, "properties": properties})
        };
        let one = |value: Value| Some(object(json!({"value": value})));
        match self {
            Expects::Text | Expects::Picture { .. } => None,
            Expects::Number => one(json!({"type": ["number", "null"]})),
            Expects::Date { .. } => one(json!({"type": ["string", "null"]})),
            Expects::YesNo => one(json!({"type": ["boolean", "null"]})),
            Expects::OneOf { options } => {
                one(json!({"type": "string", "enum": with_unknown(options)}))
            }
            Expects::SomeOf { options } => {
                one(json!({"type": "array", "items": {"type": "string", "enum": options}}))
            }
            Expects::Parts { parts } => {
                let mut members = Map::new();
                for part in parts {
                    let member = match part.list {
                        true => json!({"type": "array", "items": text()}),
                        false => text(),
                    };
                    members.insert(part.name.clone(), member);
                }
                Some(object(Value::Object(members)))
            }
            Expects::Findings => {
                let item = object(json!({
                    "severity": {"type": "string", "enum": SEVERITIES},
                    "problem": text(),
                    "advice": text(),
                }));
                Some(object(
                    json!({"findings": {"type": "array", "items": item}}),
                ))
            }
        }
    }

    /// What the prompt says about the form of the answer; empty for plain text.
    pub fn request(&self) -> String {
        match self {
            Expects::Text | Expects::Picture { .. } => String::new(),
            Expects::Number => "Answer with JSON {\"value\": number}, a plain number without unit; null if it is not there.".into(),
            Expects::Date { time: false } => "Answer with JSON {\"value\": \"YYYY-MM-DD\"}; null if it is not there.".into(),
            Expects::Date { time: true } => "Answer with JSON {\"value\": \"YYYY-MM-DD HH:MM\"}; null if it is not there.".into(),
            Expects::YesNo => "Answer with JSON {\"value\": true or false}; null if it cannot be told.".into(),
            Expects::OneOf { options } => format!(
                "Answer with JSON {{\"value\": one of {}}}. Use exactly these words; \"unknown\" if none fits.",
                Value::from(with_unknown(options))
            ),
            Expects::SomeOf { options } => format!(
                "Answer with JSON {{\"value\": [any of {}]}}. Use exactly these words; [] if none fits.",
                Value::from(options.clone())
            ),
            Expects::Parts { parts } => {
                let member = |part: &Part| match part.list {
                    true => format!("\"{}\": [\"…\"]", part.name),
                    false => format!("\"{}\": \"…\"", part.name),
                };
                let members: Vec<String> = parts.iter().map(member).collect();
                format!("Answer with JSON {{{}}} and nothing else.", members.join(", "))
            }
            Expects::Findings => "Answer with JSON {\"findings\": [{\"severity\": \"high\" | \"medium\" | \"low\", \"problem\": \"…\", \"advice\": \"…\"}]}; an empty list if nothing is wrong.".into(),
        }
    }
}

impl Attachment {
    /// The stored text of a picture that was made.
    pub fn to_answer(&self) -> String {
        serde_json::to_string(&[self]).unwrap_or_default()
    }

    /// The inverse of [`Attachment::to_answer`].
    pub fn from_answer(text: &str) -> Option<Vec<Attachment>> {
        serde_json::from_str(text).ok()
    }
}

fn with_unknown(options: &[String]) -> Vec<String> {
    let mut all = options.to_vec();
    if !options.iter().any(|option| option == "unknown") {
        all.push("unknown".into());
    }
    all
}

/// The JSON in an answer, which may stand in a fence or between words.
pub fn json_of(answer: &str) -> Option<Value> {
    let text = answer.trim();
    if let Ok(found) = serde_json::from_str(text) {
        return Some(found);
    }
    let start = text.find(['{', '['])?;
    let end = text.rfind(['}', ']'])?;
    serde_json::from_str(text.get(start..=end)?).ok()
}

/// `{"value": …}` or the bare value, as a text; null is empty.
fn only_value(answer: &str) -> String {
    let value = match json_of(answer) {
        Some(Value::Object(mut members)) => {
            let named = members.remove("value");
            named.or_else(|| match members.len() {
                1 => members.into_iter().next().map(|(_, value)| value),
                _ => None,
            })
        }
        _ => None,
    };
    match value {
        Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Array(items)) if items.len() == 1 => words(&items[0]),
        Some(other) => other.to_string(),
        None => answer
            .trim_matches(['"', '“', '”', '`', ' ', '\n'])
            .to_owned(),
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn is_unknown(text: &str) -> bool {
    text.is_empty() || UNKNOWN.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn number(text: &str) -> Result<String, String> {
    if is_unknown(text) {
        return Ok(String::new());
    }
    let read = FieldType::Number {
        decimals: None,
        thousands: false,
        unit: String::new(),
    };
    match read.parse(text) {
        CellState::Value(CellValue::Number(value)) => Ok(value.to_string()),
        _ => Err(format!(
            "“{}” is not a number. Answer with one plain number.",
            short(text)
        )),
    }
}

fn moment(text: &str, time: bool) -> Result<String, String> {
    if is_unknown(text) {
        return Ok(String::new());
    }
    match (FieldType::DateTime.parse(text), time) {
        (CellState::Value(CellValue::Date(day)), false) => Ok(date::date_text(day)),
        (CellState::Value(CellValue::Date(day)), true) => Ok(date::date_time_text(day)),
        _ => Err(format!(
            "“{}” is not a date. Answer with YYYY-MM-DD.",
            short(text)
        )),
    }
}

fn yes_no(text: &str) -> Result<String, String> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "是" | "有" | "1" => Ok("TRUE".into()),
        "false" | "no" | "否" | "不是" | "没有" | "0" => Ok("FALSE".into()),
        other if is_unknown(other) => Ok(String::new()),
        other => Err(format!("“{}” is neither true nor false.", short(other))),
    }
}

fn option<'a>(options: &'a [String], name: &str) -> Option<&'a String> {
    let same = |option: &&String| option.trim() == name;
    let alike = |option: &&String| option.trim().to_lowercase() == name.to_lowercase();
    options
        .iter()
        .find(same)
        .or_else(|| options.iter().find(alike))
}

fn one_of(options: &[String], text: &str) -> Result<String, String> {
    match option(options, text) {
        Some(option) => Ok(option.clone()),
        None if is_unknown(text) => Ok(String::new()),
        None => Err(format!(
            "“{}” is none of the options. Choose one of {}, or \"unknown\".",
            short(text),
            Value::from(options.to_vec())
        )),
    }
}

fn some_of(options: &[String], answer: &str) -> Result<String, String> {
    let listed = match json_of(answer) {
        Some(Value::Array(items)) => Some(items),
        Some(Value::Object(mut members)) => match members.remove("value") {
            Some(Value::Array(items)) => Some(items),
            Some(other) => Some(vec![other]),
            None => None,
        },
        _ => None,
    };
    let names: Vec<String> = match listed {
        Some(items) => items.iter().map(words).collect(),
        None => split_names(answer).into_iter().map(str::to_owned).collect(),
    };
    let mut chosen: Vec<&String> = Vec::new();
    for name in names.iter().filter(|name| !is_unknown(name)) {
        match option(options, name) {
            Some(option) if chosen.contains(&option) => {}
            Some(option) => chosen.push(option),
            None => {
                return Err(format!(
                    "“{}” is none of the options. Choose from {} only.",
                    short(name),
                    Value::from(options.to_vec())
                ));
            }
        }
    }
    let names: Vec<&str> = chosen.into_iter().map(String::as_str).collect();
    Ok(names.join("\n"))
}

fn object(answer: &str, parts: &[Part]) -> Result<String, String> {
    let Some(Value::Object(members)) = json_of(answer) else {
        return Err("This is no JSON object.".into());
    };
    let mut kept = Map::new();
    for part in parts {
        let value = members
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&part.name))
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
            .ok_or_else(|| format!("\"{}\" is missing.", part.name))?;
        let value = match (part.list, value) {
            (true, Value::Array(items)) => Value::from(items.iter().map(words).collect::<Vec<_>>()),
            (true, Value::String(text)) => Value::from(
                text.lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                    .collect::<Vec<_>>(),
            ),
            (false, Value::Array(items)) => {
                Value::from(items.iter().map(words).collect::<Vec<_>>().join("\n"))
            }
            (false, Value::Object(_)) | (true, _) => {
                return Err(format!("\"{}\" has the wrong form.", part.name));
            }
            (false, value) => Value::from(words(value)),
        };
        kept.insert(part.name.clone(), value);
    }
    Ok(Value::Object(kept).to_string())
}

fn findings(answer: &str) -> Result<String, String> {
    let listed = match json_of(answer) {
        Some(Value::Array(items)) => items,
        Some(Value::Object(mut members)) => match members.remove("findings") {
            Some(Value::Array(items)) => items,
            _ => return Err("\"findings\" is missing or no list.".into()),
        },
        _ => return Err("This is no JSON object with \"findings\".".into()),
    };
    let mut kept = Vec::new();
    for item in &listed {
        let of = |name: &str| item.get(name).map(words).unwrap_or_default();
        let severity = of("severity").to_lowercase();
        if !SEVERITIES.contains(&severity.as_str()) {
            return Err("\"severity\" must be \"high\", \"medium\" or \"low\".".into());
        }
        if of("problem").is_empty() {
            return Err("\"problem\" is missing.".into());
        }
        kept.push(json!({"severity": severity, "problem": of("problem"), "advice": of("advice")}));
    }
    let rank = |item: &Value| {
        let severity = item["severity"].as_str().unwrap_or_default();
        SEVERITIES.iter().position(|known| *known == severity)
    };
    kept.sort_by_key(rank);
    Ok(json!({"findings": kept}).to_string())
}

/// Of a wrong answer, for the reason that is sent back.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn options() -> Vec<String> {
        ["发饰", "耳饰", "Rings"].map(String::from).to_vec()
    }

    #[test]
    fn answers_become_one_text_or_a_reason() {
        let one = Expects::OneOf { options: options() };
        let some = Expects::SomeOf { options: options() };
        let listing = Expects::Parts {
            parts: vec![
                Part {
                    name: "title".into(),
                    list: false,
                },
                Part {
                    name: "bullets".into(),
                    list: true,
                },
            ],
        };
        let day = Expects::Date { time: false };
        let cases: [(&Expects, &str, Result<&str, &str>); 27] = [
            (&Expects::Number, "{\"value\": 12.5}", Ok("12.5")),
            (
                &Expects::Number,
                "```json\n{\"value\": \"1,299\"}\n```",
                Ok("1299"),
            ),
            (&Expects::Number, "¥1,299.50", Ok("1299.5")),
            (&Expects::Number, "{\"value\": null}", Ok("")),
            (&Expects::Number, "about a dozen", Err("not a number")),
            (&day, "{\"value\":\"2026-11-22\"}", Ok("2026-11-22")),
            (&day, "2026年11月22日", Ok("2026-11-22")),
            (&day, "tomorrow", Err("not a date")),
            (&Expects::YesNo, "{\"value\":true}", Ok("TRUE")),
            (&Expects::YesNo, "maybe", Err("neither")),
            (&one, "{\"value\":\"发饰\"}", Ok("发饰")),
            (&one, "rings", Ok("Rings")),
            (&one, "\"耳饰\"", Ok("耳饰")),
            (&one, "{\"value\":\"unknown\"}", Ok("")),
            (&one, "未知", Ok("")),
            (&one, "发饰类", Err("none of the options")),
            (&one, "=HYPERLINK(\"http://x\")", Err("none of the options")),
            (
                &some,
                "{\"value\":[\"发饰\",\"rings\",\"发饰\"]}",
                Ok("发饰\nRings"),
            ),
            (&some, "发饰、耳饰", Ok("发饰\n耳饰")),
            (&some, "{\"value\":[]}", Ok("")),
            (&some, "发饰、帽子", Err("none of the options")),
            (
                &listing,
                "{\"Title\":\"A\",\"bullets\":[\"b\",\"c\"],\"more\":1}",
                Ok("{\"bullets\":[\"b\",\"c\"],\"title\":\"A\"}"),
            ),
            (
                &listing,
                "Sure! {\"title\":\"A\",\"bullets\":\"b\\nc\"}",
                Ok("{\"bullets\":[\"b\",\"c\"],\"title\":\"A\"}"),
            ),
            (&listing, "{\"title\":\"A\"}", Err("\"bullets\" is missing")),
            (&listing, "A title", Err("no JSON object")),
            (
                &Expects::Findings,
                "{\"findings\":[{\"severity\":\"low\",\"problem\":\"p\"},{\"severity\":\"HIGH\",\"problem\":\"q\",\"advice\":\"a\"}]}",
                Ok(
                    "{\"findings\":[{\"advice\":\"a\",\"problem\":\"q\",\"severity\":\"high\"},{\"advice\":\"\",\"problem\":\"p\",\"severity\":\"low\"}]}",
                ),
            ),
            (
                &Expects::Findings,
                "{\"findings\":[{\"severity\":\"huge\",\"problem\":\"p\"}]}",
                Err("severity"),
            ),
        ];
        for (expects, answer, wanted) in cases {
            match (expects.fitted(answer), wanted) {
                (Ok(found), Ok(wanted)) if wanted.starts_with('{') => {
                    assert_eq!(json_of(&found), json_of(wanted), "{answer}");
                }
                (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{answer}"),
                (Err(found), Err(wanted)) => assert!(found.contains(wanted), "{answer}: {found}"),
                (found, _) => panic!("{answer}: {found:?}"),
            }
        }
    }

    #[test]
    fn what_is_kept_fits_again() {
        let listing = Expects::Parts {
            parts: vec![Part {
                name: "en".into(),
                list: false,
            }],
        };
        for (expects, answer) in [
            (Expects::Number, "1,299"),
            (Expects::Date { time: true }, "2026-11-22 08:30"),
            (Expects::OneOf { options: options() }, "rings"),
            (Expects::SomeOf { options: options() }, "发饰、rings"),
            (listing, "{\"en\":\"cup\"}"),
            (
                Expects::Findings,
                "[{\"severity\":\"low\",\"problem\":\"p\"}]",
            ),
        ] {
            let kept = expects.fitted(answer).unwrap();
            assert_eq!(expects.fitted(&kept).unwrap(), kept);
        }
    }

    #[test]
    fn every_structured_answer_has_a_schema_and_words() {
        for expects in [
            Expects::Number,
            Expects::Date { time: false },
            Expects::YesNo,
            Expects::OneOf { options: options() },
            Expects::SomeOf { options: options() },
            Expects::Findings,
        ] {
            let schema = expects.schema().unwrap();
            assert_eq!(schema["additionalProperties"], false);
            // Providers refuse JSON mode unless the word is there.
            assert!(expects.request().contains("JSON"));
        }
        assert!(Expects::Text.schema().is_none() && Expects::Text.request().is_empty());
    }
}
