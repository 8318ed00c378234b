//! Amounts in Chinese capitals, as invoices have them: 1234.5 → 壹仟贰佰叁拾肆元伍角整.
//!
//! Tests: here, against the rules of the People's Bank for filling in bills.

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 4] = ["", "万", "亿", "万亿"];

/// `None` where the amount is no number below 10^16.
pub fn capitals(amount: f64) -> Option<String> {
    if !amount.is_finite() || amount.abs() >= 1e16 {
        return None;
    }
    // As a decimal text, so that 0.285 is not 28.499… fen.
    let rounded = table::field::decimal::round(amount.abs(), 2);
    let cents = (rounded * 100.0).round() as u128;
    let (whole, jiao, fen) = (
        cents / 100,
        (cents / 10 % 10) as usize,
        (cents % 10) as usize,
    );
    let mut out = String::new();
    if amount < 0.0 && cents > 0 {
        out.push('负');
    }
    if whole > 0 || cents == 0 {
        out.push_str(&integer(whole));
        out.push('元');
    }
    match (jiao, fen) {
        (0, 0) => out.push('整'),
        (0, fen) => {
            if whole > 0 {
                out.push('零');
            }
            out.extend([DIGITS[fen], '分']);
        }
        (jiao, 0) => out.extend([DIGITS[jiao], '角', '整']),
        (jiao, fen) => out.extend([DIGITS[jiao], '角', DIGITS[fen], '分']),
    }
    Some(out)
}

fn integer(whole: u128) -> String {
    if whole == 0 {
        return DIGITS[0].to_string();
    }
    let mut groups = Vec::new();
    let mut rest = whole;
    while rest > 0 {
        groups.push((rest % 10_000) as usize);
        rest /= 10_000;
    }
    let mut out = String::new();
    let mut owes_zero = false;
    for (index, group) in groups.iter().enumerate().rev() {
        if *group == 0 {
            owes_zero = !out.is_empty();
            continue;
        }
        if owes_zero || !out.is_empty() && *group < 1_000 {
            out.push(DIGITS[0]);
        }
        owes_zero = false;
        let mut zero = false;
        for place in (0..4).rev() {
            let digit = group / 10_usize.pow(place) % 10;
            if digit == 0 {
                zero = true;
                continue;
            }
            if zero && group / 10_usize.pow(place + 1) > 0 {
                out.push(DIGITS[0]);
            }
            zero = false;
            out.push(DIGITS[digit]);
            out.push_str(PLACES[place as usize]);
        }
        let name = GROUPS.get(index).copied().unwrap_or_default();
        // 万亿 is 万 before an 亿 that follows by itself.
        out.push_str(if index == 3 && groups[2] > 0 {
            "万"
        } else {
            name
        });
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_as_on_bills() {
        for (amount, expected) in [
            (0.0, "零元整"),
            (0.05, "伍分"),
            (0.5, "伍角整"),
            (1.0, "壹元整"),
            (10.0, "壹拾元整"),
            (1680.32, "壹仟陆佰捌拾元叁角贰分"),
            (1409.5, "壹仟肆佰零玖元伍角整"),
            (6007.14, "陆仟零柒元壹角肆分"),
            (16409.02, "壹万陆仟肆佰零玖元零贰分"),
            (107_000.53, "壹拾万柒仟元伍角叁分"),
            (325.04, "叁佰贰拾伍元零肆分"),
            (100_000_000.0, "壹亿元整"),
            (100_010_001.0, "壹亿零壹万零壹元整"),
            (-12.3, "负壹拾贰元叁角整"),
            (0.285, "贰角玖分"),
            (1_000_000_000_000.0, "壹万亿元整"),
        ] {
            assert_eq!(capitals(amount).unwrap(), expected, "{amount}");
        }
        assert_eq!(capitals(f64::NAN), None);
    }
}
