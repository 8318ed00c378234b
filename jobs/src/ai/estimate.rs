//! Tokens before they are counted by anybody.
//!
//! Providers publish about 0.6 tokens per Chinese character and 0.25–0.3 per other character; tokenizers
//! differ by a fifth or so, hence ranges. Law: deterministic. Tests: at the end of this file.

use connectors::model::{Reply, language::is_cjk};
use table::ai::AiCall;

/// Tokens of one CJK character.
const PER_CJK: f64 = 0.7;
/// Tokens of any other character.
const PER_OTHER: f64 = 0.28;
/// Per message, for roles and separators.
const PER_MESSAGE: u64 = 4;

/// The likely number of tokens of a text; at least 1 unless it is empty.
pub fn tokens(text: &str) -> u64 {
    let n_cjk = text.chars().filter(|letter| is_cjk(*letter)).count() as f64;
    let n_other = text.chars().count() as f64 - n_cjk;
    (n_cjk * PER_CJK + n_other * PER_OTHER).ceil() as u64
}

/// The likely tokens of a call's prompt.
pub fn prompt_tokens(call: &AiCall) -> u64 {
    tokens(&call.system) + tokens(&call.user) + 2 * PER_MESSAGE
}

/// As counted by the provider, or the likely number where it does not count.
pub fn tokens_of(call: &AiCall, reply: &Reply) -> (u64, u64) {
    let tokens_in = match reply.tokens_in {
        0 => prompt_tokens(call),
        n => n,
    };
    let tokens_out = match reply.tokens_out {
        0 => tokens(&reply.text),
        n => n,
    };
    (tokens_in, tokens_out)
}

/// Bounds of tokens for a batch known by its characters only: what goes in, what comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRange {
    pub in_low: u64,
    pub in_high: u64,
    pub out_low: u64,
    pub out_high: u64,
}

/// For `n_calls` calls with `chars_in` characters of prompts, of which `chars_data` are records' data. The
/// data of such shops is mostly Chinese, the fixed part mostly English; an answer is rarely longer than
/// twice the data or shorter than half.
pub fn range(n_calls: u64, chars_in: u64, chars_data: u64) -> TokenRange {
    let fixed = chars_in.saturating_sub(chars_data) as f64;
    let data = chars_data as f64;
    let framing = (n_calls * 2 * PER_MESSAGE) as f64;
    let likely_in = fixed * PER_OTHER + data * PER_CJK + framing;
    TokenRange {
        in_low: (fixed * 0.22 + data * PER_OTHER + framing).floor() as u64,
        in_high: (likely_in * 1.3).ceil() as u64,
        out_low: (data * 0.5 * PER_OTHER).floor() as u64,
        out_high: (data * 2.0 * PER_CJK).ceil() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::call_source::fake;

    #[test]
    fn chinese_counts_more_than_latin() {
        for (text, expected) in [
            ("", 0),
            ("a", 1),
            ("鲨鱼夹", 3),
            ("claw clip", 3),
            ("30cm 鲨鱼夹", 4),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn a_provider_that_does_not_count_is_estimated() {
        let call = fake::call(1, "m", "鲨鱼夹");
        let mut reply = Reply {
            text: "claw clip".into(),
            tokens_in: 0,
            tokens_out: 0,
            tokens_cached: 0,
            model: String::new(),
            finish_reason: "stop".into(),
        };
        assert_eq!(tokens_of(&call, &reply), (prompt_tokens(&call), 3));
        (reply.tokens_in, reply.tokens_out) = (50, 9);
        assert_eq!(tokens_of(&call, &reply), (50, 9));
    }

    #[test]
    fn the_range_holds_the_true_count() {
        let calls: Vec<_> = (0..50)
            .map(|n| fake::call(n, "m", "玫瑰金鲨鱼夹 大号 11cm"))
            .collect();
        let chars_in = calls
            .iter()
            .map(|call| call.system.chars().count() + call.user.chars().count())
            .sum::<usize>();
        let chars_data = calls
            .iter()
            .map(|call| call.user.chars().count())
            .sum::<usize>();
        let range = range(50, chars_in as u64, chars_data as u64);
        let likely: u64 = calls.iter().map(prompt_tokens).sum();
        assert!(
            range.in_low <= likely && likely <= range.in_high,
            "{likely} in {range:?}"
        );
    }
}
