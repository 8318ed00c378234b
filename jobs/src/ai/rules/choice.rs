//! Answers that are one of some options, or one number within bounds.

use super::{Broken, terms::folded};

pub(super) fn option(answer: &str, options: &[String]) -> Option<Broken> {
    let given = answer.trim();
    if options.iter().any(|option| option.trim() == given) {
        return None;
    }
    // The same word in another case is another option where both are there; else it must be said right.
    let like = options
        .iter()
        .find(|option| folded(option) == folded(given));
    let request = match like {
        Some(option) => format!("Write the option exactly as it is listed: {option}"),
        None => format!(
            "Your last answer is none of the options. Answer with exactly one of: {}",
            options.join(", ")
        ),
    };
    Some(Broken::new(
        "rule_option",
        [("text", given.to_owned())],
        request,
    ))
}

pub(super) fn range(answer: &str, min: Option<f64>, max: Option<f64>) -> Option<Broken> {
    let Some(number) = plain_number(answer.trim()) else {
        return Some(Broken::new(
            "rule_not_a_number",
            [("text", answer.trim().to_owned())],
            "Your last answer is not a number. Answer with digits only, with a point before decimals.",
        ));
    };
    let broken = |code, limit: f64, what| {
        Broken::new(
            code,
            [("found", number.to_string()), ("limit", limit.to_string())],
            format!("Your last answer, {number}, must be {what} {limit}."),
        )
    };
    match (min, max) {
        (Some(min), _) if number < min => Some(broken("rule_range_min", min, "at least")),
        (_, Some(max)) if number > max => Some(broken("rule_range_max", max, "at most")),
        _ => None,
    }
}

/// Digits with an optional sign and decimals; commas only between groups of three.
fn plain_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole.split(',').collect();
    let is_grouped = groups.len() == 1
        || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    if !is_grouped || !groups.iter().all(|group| all_digits(group)) || !all_digits(decimals) {
        return None;
    }
    text.replace([',', '+'], "").parse().ok()
}
