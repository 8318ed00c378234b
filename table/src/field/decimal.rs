//! Numbers as decimal digits: the digits a person sees, not the bits of the float.
//!
//! Excel rounds what it shows: 1.005 with two decimals is 1.01 although the float is a little less.
//! Law: [`fixed`] rounds half away from zero on the 15-significant-digit decimal of the value.

/// The value with exactly `decimals` digits after the point, rounded half away from zero.
pub fn fixed(value: f64, decimals: u8) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let (negative, digits, exponent) = digits15(value);
    // `digits` × 10^exponent; keep `decimals` places.
    let keep = exponent + decimals as i32;
    let mut number: Vec<u8> = digits;
    if keep < 0 {
        number = round_off(number, (-keep) as usize);
    } else {
        number.resize(number.len() + keep as usize, 0);
    }
    let places = decimals as usize;
    while number.len() <= places {
        number.insert(0, 0);
    }
    let mut text: String = number.iter().map(|digit| (b'0' + digit) as char).collect();
    let point = text.len() - places;
    let whole = text[..point].trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole }.to_string();
    let fraction = text.split_off(point);
    let zero = whole == "0" && fraction.bytes().all(|byte| byte == b'0');
    let sign = if negative && !zero { "-" } else { "" };
    match places {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction}"),
    }
}

/// As many digits as the value has, at most 15 significant ones, no trailing zeros (Excel's General
/// without its exponent form for long numbers).
pub fn general(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let (negative, digits, exponent) = digits15(value);
    let sign = if negative { "-" } else { "" };
    if !(-20..=6).contains(&exponent) {
        return format!("{sign}{}", scientific(&digits, exponent));
    }
    let text: String = digits.iter().map(|digit| (b'0' + digit) as char).collect();
    if exponent >= 0 {
        return format!("{sign}{text}{}", "0".repeat(exponent as usize));
    }
    let places = (-exponent) as usize;
    let padded = format!("{text:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    format!("{sign}{whole}.{fraction}")
}

fn scientific(digits: &[u8], exponent: i32) -> String {
    let power = exponent + digits.len() as i32 - 1;
    let text: String = digits.iter().map(|digit| (b'0' + digit) as char).collect();
    let (first, rest) = text.split_at(1);
    let sign = if power < 0 { '-' } else { '+' };
    match rest {
        "" => format!("{first}E{sign}{:02}", power.abs()),
        _ => format!("{first}.{rest}E{sign}{:02}", power.abs()),
    }
}

/// Rounds half away from zero on the decimal digits that a person sees.
pub fn round(value: f64, decimals: i32) -> f64 {
    if !value.is_finite() || decimals > 17 {
        return value;
    }
    if decimals >= 0 {
        return fixed(value, decimals as u8).parse().unwrap_or(value);
    }
    let (negative, digits, exponent) = digits15(value);
    let drop = -decimals - exponent;
    if drop <= 0 {
        return value;
    }
    let kept = round_off(digits, drop as usize);
    let text: String = kept.iter().map(|digit| (b'0' + digit) as char).collect();
    let text = if text.is_empty() { "0".into() } else { text };
    let size: f64 = format!("{text}e{}", -decimals)
        .parse()
        .unwrap_or(value.abs());
    if negative { -size } else { size }
}

/// Sign, up to 15 significant digits without trailing zeros, and the power of ten of the last digit.
fn digits15(value: f64) -> (bool, Vec<u8>, i32) {
    let text = format!("{:.14e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits: Vec<u8> = mantissa
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|byte| byte - b'0')
        .collect();
    let mut exponent = exponent.parse::<i32>().unwrap_or(0) - (digits.len() as i32 - 1);
    while digits.len() > 1 && digits.last() == Some(&0) {
        digits.pop();
        exponent += 1;
    }
    if digits == [0] {
        exponent = 0;
    }
    (value.is_sign_negative() && value != 0.0, digits, exponent)
}

/// Drops the last `n` digits, rounding half up.
fn round_off(mut digits: Vec<u8>, n: usize) -> Vec<u8> {
    if n > digits.len() {
        return vec![];
    }
    let up = digits[digits.len() - n] >= 5;
    digits.truncate(digits.len() - n);
    if !up {
        return digits;
    }
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return digits;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_the_decimal_that_a_person_sees() {
        for (value, decimals, expected) in [
            (1.005, 2, "1.01"),
            (2.675, 2, "2.68"),
            (-1.005, 2, "-1.01"),
            (0.0, 2, "0.00"),
            (-0.001, 2, "0.00"),
            (999.995, 2, "1000.00"),
            (0.5, 0, "1"),
            (0.04, 1, "0.0"),
            (0.06, 1, "0.1"),
            (12.0, 2, "12.00"),
            (123456789012345.0, 2, "123456789012345.00"),
            (0.1 + 0.2, 1, "0.3"),
        ] {
            assert_eq!(fixed(value, decimals), expected, "{value} {decimals}");
        }
        assert_eq!(round(1234.5, -2), 1200.0);
        assert_eq!(round(1250.0, -2), 1300.0);
        assert_eq!(round(49.0, -2), 0.0);
        assert_eq!(round(50.0, -2), 100.0);
        assert_eq!(round(-2.5, 0), -3.0);
    }

    #[test]
    fn general_shows_what_excel_shows() {
        for (value, expected) in [
            (0.1 + 0.2, "0.3"),
            (12.0, "12"),
            (6901234567892.0, "6901234567892"),
            (-3.25, "-3.25"),
            (0.000012, "0.000012"),
            (1e21, "1E+21"),
            (1.0 / 3.0, "0.333333333333333"),
            (0.0, "0"),
        ] {
            assert_eq!(general(value), expected);
        }
    }
}
