//! From a model's answer to a cell's text: wrappings off, and simple rules that code can check.
//!
//! [`clean`] is pure. Law: what a rule refuses is asked again once with the rule's words, never cut or mended
//! silently. Tests: at the end of this file.

use super::{
    reason,
    rules::{self, Broken},
};
use connectors::model::language::{Language, is_cjk};
use table::{
    ai::{AiCall, AiKind},
    rule::AnswerRules,
};

/// An answer after cleaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cleaned {
    Good(String),
    /// A rule is broken: its stable code, and what to tell the model.
    Broken {
        code: &'static str,
        request: String,
    },
    /// It is an answer, but not one that the field's rules allow.
    Unruly {
        text: String,
        broken: Vec<Broken>,
        /// Times that such an answer is asked for again.
        retries: u8,
    },
}

impl Cleaned {
    /// Not to be asked for again.
    pub fn once(self) -> Cleaned {
        match self {
            Cleaned::Unruly { text, broken, .. } => Cleaned::Unruly {
                text,
                broken,
                retries: 0,
            },
            other => other,
        }
    }
}

/// Cleans an answer and checks the rules of its field.
pub fn checked(call: &AiCall, answer: &str) -> Cleaned {
    match clean(call, answer) {
        Cleaned::Good(text) => ruled(call, text),
        other => other,
    }
}

/// Checks a clean answer.
pub fn ruled(call: &AiCall, text: String) -> Cleaned {
    let Some(AnswerRules { rules, retries }) = AnswerRules::of(call) else {
        return Cleaned::Good(text);
    };
    let inputs = &call.inputs;
    match rules::check(&rules, &text, rules::Asked { inputs }) {
        broken if broken.is_empty() => Cleaned::Good(text),
        broken => Cleaned::Unruly {
            text,
            broken,
            retries,
        },
    }
}

/// Cleans the answer to a call and checks what every answer must be.
pub fn clean(call: &AiCall, answer: &str) -> Cleaned {
    if !call.expects.is_text() {
        return match call.expects.fitted(answer) {
            Ok(text) => Cleaned::Good(text),
            Err(why) => Cleaned::Broken {
                code: reason::UNFIT_ANSWER,
                request: format!(
                    "Your last answer did not fit. {why} {}",
                    call.expects.request()
                ),
            },
        };
    }
    let source = call.inputs.get("text").map_or("", |text| text.trim());
    let text = unwrapped(answer, source);
    if text.is_empty() {
        return Cleaned::Broken {
            code: reason::EMPTY_ANSWER,
            request: "Your last answer was empty. Answer with the text only.".into(),
        };
    }
    if call.kind == AiKind::Translate
        && let Some(language) = call.inputs.get("language")
        && !Language::named(language).writes_cjk()
        && let Some(rest) = leftover(&text)
    {
        return Cleaned::Broken {
            code: reason::LEFTOVER_CHINESE,
            request: format!(
                "Your last answer still contained Chinese characters ({rest}). Translate everything into {language}; answer with the translation only, without any Chinese characters."
            ),
        };
    }
    Cleaned::Good(text)
}

/// Without code fences and quotation marks around the whole, unless the source has them too.
fn unwrapped(answer: &str, source: &str) -> String {
    let mut text = answer.trim();
    if let Some(inner) = fenced(text).filter(|_| !source.starts_with("```")) {
        text = inner.trim();
    }
    for (open, close) in [
        ('"', '"'),
        ('“', '”'),
        ('「', '」'),
        ('\'', '\''),
        ('`', '`'),
    ] {
        let inner = text
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close));
        if let Some(inner) = inner
            && !source.starts_with(open)
            && !inner.contains(open)
            && !inner.contains(close)
        {
            text = inner.trim();
        }
    }
    text.to_owned()
}

fn fenced(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("```")?.strip_suffix("```")?;
    // The first line of a fence names a language.
    let (first, rest) = inner.split_once('\n')?;
    let is_name = first
        .trim()
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric());
    (is_name && !rest.contains("```")).then_some(rest)
}

/// The first run of CJK characters.
fn leftover(text: &str) -> Option<String> {
    let run: String = text
        .chars()
        .skip_while(|letter| !is_cjk(*letter))
        .take_while(|letter| is_cjk(*letter))
        .take(20)
        .collect();
    (!run.is_empty()).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::call_source::fake;

    #[test]
    fn wrappings_come_off_and_content_stays() {
        let cases = [
            ("claw clip", "claw clip"),
            ("  claw clip\n", "claw clip"),
            ("\"claw clip\"", "claw clip"),
            ("“claw clip”", "claw clip"),
            ("```\nclaw clip\n```", "claw clip"),
            ("```text\nclaw clip\nlarge\n```", "claw clip\nlarge"),
            ("12\" pan and 14\" pan", "12\" pan and 14\" pan"),
            ("\"A\" and \"B\"", "\"A\" and \"B\""),
        ];
        for (answer, expected) in cases {
            let call = fake::call(1, "m", "鲨鱼夹");
            assert_eq!(
                clean(&call, answer),
                Cleaned::Good(expected.into()),
                "{answer}"
            );
        }
        let quoted = fake::call(1, "m", "\"ABC\"");
        assert_eq!(clean(&quoted, "\"ABC\""), Cleaned::Good("\"ABC\"".into()));
    }

    #[test]
    fn chinese_left_in_an_english_answer_is_sent_back() {
        let mut call = fake::call(1, "m", "玫瑰金鲨鱼夹");
        let Cleaned::Broken { code, request } = clean(&call, "rose gold 鲨鱼夹 clip") else {
            panic!("accepted");
        };
        assert_eq!(code, "leftover_chinese");
        assert!(request.contains("鲨鱼夹"), "{request}");
        for language in ["日语", "ja", "Japanese", "繁体中文"] {
            call.inputs.insert("language".into(), language.into());
            assert_eq!(
                clean(&call, "玫瑰金"),
                Cleaned::Good("玫瑰金".into()),
                "{language}"
            );
        }
        for language in ["en", "英语", "Spanish", "ar", "泰语", "Klingon"] {
            call.inputs.insert("language".into(), language.into());
            assert!(
                matches!(clean(&call, "玫瑰金"), Cleaned::Broken { .. }),
                "{language}"
            );
        }
    }

    #[test]
    fn an_answer_of_wrappings_only_is_empty() {
        let call = fake::call(1, "m", "x");
        assert!(matches!(
            clean(&call, "\"\""),
            Cleaned::Broken {
                code: "empty_answer",
                ..
            }
        ));
    }
}
