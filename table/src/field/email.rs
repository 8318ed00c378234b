//! E-mail addresses: texts, kept as people write them but for full-width signs.
//!
//! Law: only what surely is no address is a misfit; letters keep their case, for some servers look at it.

use super::number::half_width;
use crate::value::{CellState, CellValue};

/// Longest address that a server takes (RFC 5321, path without brackets).
const ADDRESS_BYTES: usize = 254;

pub(super) fn parse(input: &str) -> Option<CellState> {
    let folded = half_width(input);
    let text = folded.trim();
    let address = text.strip_prefix("mailto:").unwrap_or(text);
    is_email(address).then(|| CellValue::text(address).into())
}

/// True for `name@host.tld`; letters of any language may stand on both sides.
pub fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dotted =
        |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= ADDRESS_BYTES
        && (1..=64).contains(&name.len())
        && name.chars().all(plain)
        && dotted(name)
        && host.contains('.')
        && host.split('.').all(label)
        && !host.ends_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::{
        field::FieldType,
        value::{CellState, CellValue},
    };

    #[test]
    fn addresses_are_kept_as_written() {
        for (typed, kept) in [
            (" Maria@BazarLima.example ", "Maria@BazarLima.example"),
            ("li＠qianhai．example", "li@qianhai.example"),
            ("a.b+c@x-y.co.uk", "a.b+c@x-y.co.uk"),
            ("王小明@例子.公司", "王小明@例子.公司"),
            ("mailto:a@b.cn", "a@b.cn"),
        ] {
            let state = FieldType::Email.parse(typed);
            assert_eq!(state, CellValue::text(kept).into(), "{typed}");
            assert_eq!(
                FieldType::Email.parse(&FieldType::Email.edit_text(&state)),
                state
            );
        }
        assert_eq!(FieldType::Email.parse(" "), CellState::BLANK);
    }

    #[test]
    fn what_is_no_address_is_kept_as_typed() {
        for typed in [
            "maria",
            "a@b",
            "@b.cn",
            "a@",
            "a b@c.cn",
            "a@b..cn",
            "a.@b.cn",
            "a@-b.cn",
            "a@1.2.3.4",
            "a@b.cn;c@d.cn",
            "微信 abc",
        ] {
            assert_eq!(
                FieldType::Email.parse(typed),
                CellState::Misfit(typed.into()),
                "{typed}"
            );
        }
    }
}
