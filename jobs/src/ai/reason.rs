//! Why an AI cell failed, in words: the reason codes of this crate and of the model clients.
//!
//! [`words`] gives the text of a stored reason. Law: codes are stable, for they are stored in bases.
//! Tests: at the end of this file.

use connectors::model::{Text2, ask_error};

/// The provider that the field names is not configured (any more).
pub const NO_PROVIDER: &str = "no_provider";
/// The batch has spent its cap.
pub const BUDGET_REACHED: &str = "budget_reached";
/// Somebody paused the batch.
pub const PAUSED_BY_HAND: &str = "paused_by_hand";
/// Other limits of the owner.
pub const BUDGET_OF_FIELD: &str = "budget_field";
pub const BUDGET_OF_PERSON: &str = "budget_person";
pub const BUDGET_OF_DAY: &str = "budget_day";
pub const BUDGET_OF_BASE: &str = "budget_base";
/// The translation still contained Chinese, even after the model was told.
pub const LEFTOVER_CHINESE: &str = "leftover_chinese";
/// Nothing was left of the answer without its wrappings.
pub const EMPTY_ANSWER: &str = "empty_answer";

/// The answer was not of the field's type or form, even after the model was told.
pub const UNFIT_ANSWER: &str = "unfit_answer";

/// What happened and what to do.
pub fn words(code: &str) -> Text2 {
    let (zh, en) = match code {
        NO_PROVIDER => (
            "这个字段用的 AI 模型没有配置或已删除。请到“设置 → AI 模型”添加，或在字段设置里换一个模型。",
            "The AI model of this field is not configured. Add it under Settings → AI models, or choose another one in the field's settings.",
        ),
        BUDGET_REACHED => (
            "这一批已经花到设定的上限，先停在这里。提高上限后可以继续。",
            "This batch has reached its spending limit and stands still. Raise the limit to go on.",
        ),
        PAUSED_BY_HAND => (
            "这一批由人暂停，可以随时继续。",
            "This batch was paused by hand and can go on at any time.",
        ),
        BUDGET_OF_FIELD => (
            "这个字段的花费已经到上限，这一批先停在这里。请表库的主人提高上限后继续。",
            "This field has reached its spending limit, so the batch stands still. Ask the owner to raise the limit, then go on.",
        ),
        BUDGET_OF_PERSON => (
            "您 24 小时内的花费已经到上限，这一批先停在这里。明天再继续，或请表库的主人提高上限。",
            "You have reached your spending limit for 24 hours, so the batch stands still. Go on tomorrow, or ask the owner to raise the limit.",
        ),
        BUDGET_OF_DAY => (
            "这个表库 24 小时内的花费已经到上限，这一批先停在这里。明天再继续，或提高上限。",
            "This base has reached its spending limit for 24 hours, so the batch stands still. Go on tomorrow, or raise the limit.",
        ),
        BUDGET_OF_BASE => (
            "这个表库的 AI 花费已经到上限，这一批先停在这里。提高上限后可以继续。",
            "This base has reached its spending limit for AI, so the batch stands still. Raise the limit to go on.",
        ),
        LEFTOVER_CHINESE => (
            "译文里还有没翻译的中文，提醒模型后仍然如此，所以没有采用。请换一个模型，或手动填写。",
            "The translation still contained Chinese, even after a reminder, and was not used. Try another model or type it by hand.",
        ),
        EMPTY_ANSWER => (
            "模型的回答是空的，提醒后仍然如此。请换一个模型，或把要求写得更清楚。",
            "The model's answer was empty, even after a reminder. Try another model or a clearer request.",
        ),
        UNFIT_ANSWER => (
            "模型的回答不符合字段的类型或格式，提醒后仍然如此。请手动填写，或换一个模型。",
            "The model's answer did not fit the field's type or form, even after a reminder. Fill the cell by hand or try another model.",
        ),
        other => return ask_error::words(other),
    };
    Text2::new(zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_words() {
        let own = [
            NO_PROVIDER,
            BUDGET_REACHED,
            PAUSED_BY_HAND,
            BUDGET_OF_FIELD,
            BUDGET_OF_PERSON,
            BUDGET_OF_DAY,
            BUDGET_OF_BASE,
            LEFTOVER_CHINESE,
            EMPTY_ANSWER,
            UNFIT_ANSWER,
        ];
        let mut seen = std::collections::BTreeSet::from([words("no such code").zh]);
        for code in own.iter().chain(ask_error::CODES) {
            assert!(seen.insert(words(code).zh), "{code}");
        }
    }
}
