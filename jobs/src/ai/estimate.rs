//! Tokens, money and time before they are known.
//!
//! Tokenizers of today's models make about 0.7 tokens of a Chinese character (frequent words are one token), one to
//! one and a half of an English word, one of up to three digits and about one of a mark. They differ by a tenth or so,
//! hence ranges. What came out of earlier calls of the same field is the best measure for what will come out.
//! Law: deterministic. Tests: at the end of this file; `sim/tests/ai_batch.rs` holds it against a counting server.

use connectors::model::Reply;
use engine::{AiEstimate, Chars, PastCalls};
use table::ai::AiCall;

/// Tokens of a Chinese, Japanese or Korean character.
const PER_WIDE: f64 = 0.7;
/// Of a word, for itself and for each letter.
const PER_WORD: f64 = 0.75;
const PER_LETTER: f64 = 0.1;
const PER_DIGIT: f64 = 0.4;
const PER_MARK: f64 = 0.85;
/// Per message, for roles and separators.
const PER_MESSAGE: u64 = 4;
/// How far counts of input are off, either way.
const SPREAD_IN: f64 = 0.12;
/// The same of output, where earlier calls of the field are known, and where not.
const SPREAD_OUT: f64 = 0.15;
const SPREAD_OUT_UNKNOWN: f64 = 0.5;
/// Earlier calls that make a measure.
const ENOUGH_CALLS: u64 = 5;
/// What a question takes where nothing is known.
const LIKELY_MS: f64 = 2_000.0;

fn likely(chars: &Chars) -> f64 {
    chars.n_wide as f64 * PER_WIDE
        + chars.n_words as f64 * PER_WORD
        + chars.n_letters as f64 * PER_LETTER
        + chars.n_digits as f64 * PER_DIGIT
        + chars.n_marks as f64 * PER_MARK
}

/// The likely number of tokens of a text; at least 1 unless it is empty.
pub fn tokens(text: &str) -> u64 {
    likely(&Chars::of(text)).ceil() as u64
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

/// Bounds of tokens of a batch: what goes in, what comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRange {
    pub in_low: u64,
    pub in_high: u64,
    pub out_low: u64,
    pub out_high: u64,
}

/// From the characters of its questions and what earlier calls of the field took.
pub fn range(batch: &AiEstimate, past: &PastCalls) -> TokenRange {
    let framing = (batch.n_calls * 2 * PER_MESSAGE) as f64;
    let counted = likely(&batch.chars_system) + likely(&batch.chars_user) + framing;
    let is_known = past.n >= ENOUGH_CALLS && past.tokens_in > 0;
    // Questions of one field differ by their records only, so what was counted before goes far.
    let input = match is_known && batch.n_calls > 0 {
        true => {
            let before = past.tokens_in as f64 / past.n as f64 * batch.n_calls as f64;
            before.clamp(counted * 0.5, counted * 2.0)
        }
        false => counted,
    };
    let (output, spread) = match is_known {
        true => (
            past.tokens_out as f64 / past.n as f64 * batch.n_calls as f64,
            SPREAD_OUT,
        ),
        false => (likely(&batch.chars_inputs), SPREAD_OUT_UNKNOWN),
    };
    TokenRange {
        in_low: (input * (1.0 - SPREAD_IN)).floor() as u64,
        in_high: (input * (1.0 + SPREAD_IN)).ceil() as u64,
        out_low: (output * (1.0 - spread)).floor() as u64,
        out_high: (output * (1.0 + spread)).ceil() as u64,
    }
}

/// Seconds that so many calls take: `per_minute` as the provider allows, `parallel` at a time.
pub fn seconds(n_calls: u64, past: &PastCalls, per_minute: Option<f64>, parallel: u32) -> f64 {
    let each_ms = match past.n {
        0 => LIKELY_MS,
        n => (past.took_ms as f64 / n as f64).max(1.0),
    };
    let by_latency = f64::from(parallel.max(1)) * 1_000.0 / each_ms;
    let rate = per_minute.map_or(by_latency, |limit| by_latency.min(limit / 60.0));
    n_calls as f64 / rate.max(1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::call_source::fake;

    #[test]
    fn texts_count_as_tokenizers_count_them() {
        // Beside them what the tokenizer of a common model makes of them, from its published vocabulary.
        for (text, low, high) in [
            ("", 0, 0),
            ("a", 1, 1),
            ("鲨鱼夹", 2, 5),
            ("claw clip", 2, 4),
            ("30cm 鲨鱼夹", 4, 7),
            (
                "Translate the text between the tags into English. Answer with the translation only.",
                14,
                19,
            ),
        ] {
            let found = tokens(text);
            assert!((low..=high).contains(&found), "{text}: {found}");
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
        assert_eq!(
            tokens_of(&call, &reply),
            (prompt_tokens(&call), tokens("claw clip"))
        );
        (reply.tokens_in, reply.tokens_out) = (50, 9);
        assert_eq!(tokens_of(&call, &reply), (50, 9));
    }

    fn batch(n: u64) -> AiEstimate {
        let call = fake::call(1, "m", "玫瑰金鲨鱼夹 大号 11cm");
        let each = |text: &str| (0..n).map(|_| Chars::of(text)).sum();
        AiEstimate {
            n_calls: n,
            chars_system: each(&call.system),
            chars_user: each(&call.user),
            chars_inputs: each("玫瑰金鲨鱼夹 大号 11cm"),
            ..AiEstimate::default()
        }
    }

    #[test]
    fn the_range_holds_the_likely_count_and_narrows_with_experience() {
        let call = fake::call(1, "m", "玫瑰金鲨鱼夹 大号 11cm");
        let likely = prompt_tokens(&call) * 50;
        let first = range(&batch(50), &PastCalls::default());
        assert!(
            first.in_low <= likely && likely <= first.in_high + 50,
            "{likely} in {first:?}"
        );
        let past = PastCalls {
            n: 5,
            tokens_in: 5 * 20,
            tokens_out: 5 * 12,
            took_ms: 5 * 400,
        };
        let then = range(&batch(50), &past);
        assert!(then.in_low <= 1_000 && 1_000 <= then.in_high, "{then:?}");
        assert!(then.out_low <= 600 && 600 <= then.out_high, "{then:?}");
        assert!(then.out_high - then.out_low < first.out_high - first.out_low);
    }

    #[test]
    fn time_is_told_by_the_slower_of_limit_and_latency() {
        let past = PastCalls {
            n: 10,
            took_ms: 10 * 500,
            ..PastCalls::default()
        };
        assert_eq!(seconds(640, &past, None, 32), 10.0);
        assert_eq!(seconds(640, &past, Some(60.0), 32), 640.0);
        assert_eq!(seconds(0, &past, None, 32), 0.0);
    }
}
