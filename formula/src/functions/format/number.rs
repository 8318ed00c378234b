//! A number in a section: digits are laid onto the placeholders from the point outwards, literals stay in place.

use super::{Part, Section, Shown, fraction::Shape};
use crate::check::coerce::general;
use table::field::decimal;

/// Placeholders in one section.
const DIGITS: usize = 127;

/// Refuses what would be written wrongly: too many digits, more than one point or exponent, a fraction with decimals.
pub(super) fn settle(section: &mut Section) -> Option<()> {
    let parts = &section.parts;
    let count = |wanted: fn(&Part) -> bool| parts.iter().filter(|part| wanted(part)).count();
    let n_digits = count(|part| matches!(part, Part::Digit(_)));
    let exponent = parts.iter().position(|p| matches!(p, Part::Exponent(_)));
    let is_exponent = |at: usize| {
        let digit = |part: &Part| matches!(part, Part::Digit(_));
        parts[..at].iter().any(digit) && parts.get(at + 1).is_some_and(digit)
    };
    let decimal = |part: &Part| matches!(part, Part::Point | Part::Exponent(_));
    let fraction = Shape::of(parts);
    let is_mixed = fraction.is_some() && parts.iter().any(decimal);
    let fits = n_digits <= DIGITS
        && count(|part| matches!(part, Part::Exponent(_))) <= 1
        && count(|part| matches!(part, Part::Point)) <= 1
        && count(|part| matches!(part, Part::General)) <= 1
        && !(n_digits > 0 && parts.contains(&Part::General))
        && exponent.is_none_or(is_exponent)
        && !is_mixed;
    section.fraction = fraction;
    fits.then_some(())
}

/// A number that is not negative.
pub(super) fn write(section: &Section, size: f64, out: &mut String) -> Option<Shown> {
    let parts = &section.parts;
    let size = match parts.iter().filter(|part| **part == Part::Percent).count() {
        0 => size,
        n_percent => size * 100f64.powi(n_percent as i32),
    };
    if !size.is_finite() {
        return None;
    }
    let has_digits = parts
        .iter()
        .any(|part| matches!(part, Part::Digit(_) | Part::Point));
    if !has_digits {
        write_general(section, size, out);
        return Some(Shown::Something);
    }
    let exponent = parts.iter().position(|p| matches!(p, Part::Exponent(_)));
    let (mantissa, power) = parts.split_at(exponent.unwrap_or(parts.len()));
    let point = mantissa.iter().position(|part| *part == Part::Point);
    let (whole, fraction) = mantissa.split_at(point.unwrap_or(mantissa.len()));
    let n_places = n_digits(fraction);
    let (scaled, exponent) = match power {
        [] => match n_scaling(whole) + n_scaling(fraction) {
            0 => (size, 0),
            n_scaling => (size / 1000f64.powi(n_scaling as i32), 0),
        },
        _ => scientific(size, n_digits(whole).max(1) as i32, n_places),
    };
    let shown = rounded(scaled, n_places);
    let is_shown = match shown.bytes().all(|digit| digit == b'0') {
        true => Shown::Nothing,
        false => Shown::Something,
    };
    let (above, below) = shown.split_at(shown.len() - n_places);
    let from = out.len();
    write_whole(whole, above.trim_start_matches('0'), out);
    write_fraction(fraction, below, out);
    if let [Part::Exponent(plus), digits @ ..] = power {
        out.push('E');
        match exponent < 0 {
            true => out.push('-'),
            false if *plus => out.push('+'),
            false => {}
        }
        let shown = exponent.abs().to_string();
        let shown = if shown == "0" { "" } else { &shown };
        write_whole(digits, shown, out);
    }
    if let Some(numerals) = &section.numerals {
        let shown = numerals.digits(&out[from..]);
        out.truncate(from);
        out.push_str(&shown);
    }
    Some(is_shown)
}

const TENS: [f64; 7] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/// All digits without the point, of which the last `n_places` stand behind it.
fn rounded(size: f64, n_places: usize) -> String {
    let scaled = size * TENS.get(n_places).copied().unwrap_or(f64::INFINITY);
    // Far from a half, the fifteen digits that a person sees round as the float does.
    let doubt = scaled * 2e-14 + 1e-9;
    let mut shown = match scaled < 1e12 && (scaled.fract() - 0.5).abs() > doubt {
        true => (scaled.round() as u64).to_string(),
        false => decimal::fixed(size, n_places as u8).replace('.', ""),
    };
    if shown.len() <= n_places {
        shown.insert_str(0, &"0".repeat(n_places - shown.len()));
    }
    shown
}

/// As a cell shows it in the format General: in eleven characters, as Excel's TEXT has it.
fn in_cell(size: f64) -> String {
    const CHARS: usize = 11;
    if size == 0.0 {
        return "0".into();
    }
    let plain = |places: i32| {
        let fixed = format!("{size:.places$}", places = places.max(0) as usize);
        match fixed.contains('.') {
            true => fixed.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => fixed,
        }
    };
    let exponent = size.log10().floor() as i32;
    let scientific = |digits: usize| {
        let shown = format!("{size:.digits$e}");
        let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
        let mantissa = match mantissa.contains('.') {
            true => mantissa.trim_end_matches('0').trim_end_matches('.'),
            false => mantissa,
        };
        let sign = if exponent.starts_with('-') { '-' } else { '+' };
        format!("{mantissa}E{sign}{:0>2}", exponent.trim_start_matches('-'))
    };
    match exponent {
        -4..=-1 => plain(9),
        -9..=10 => {
            let exact = plain(12);
            match exact.len() <= CHARS {
                true => exact,
                false if exponent >= 0 => plain(9 - exponent),
                false => scientific(5),
            }
        }
        _ => scientific(5),
    }
}

/// Without placeholders: literals, and the number itself where `General` stands. Numerals alone mean it too.
fn write_general(section: &Section, size: f64, out: &mut String) {
    let spelled = |size: f64| match &section.numerals {
        Some(numerals) => numerals.spelled(&general(size)),
        None => in_cell(size),
    };
    for part in &section.parts {
        match part {
            Part::General => out.push_str(&spelled(size)),
            other => write_literal(other, out),
        }
    }
    if section.numerals.is_some() && !section.parts.contains(&Part::General) {
        out.push_str(&spelled(size));
    }
}

pub(super) fn write_literal(part: &Part, out: &mut String) {
    match part {
        Part::Literal(c) => out.push(*c),
        Part::Percent => out.push('%'),
        Part::Slash => out.push('/'),
        _ => {}
    }
}

fn n_digits(parts: &[Part]) -> usize {
    let digit = |part: &&Part| matches!(part, Part::Digit(_));
    parts.iter().filter(digit).count()
}

/// Commas right after the last digit: each divides by a thousand.
fn n_scaling(parts: &[Part]) -> usize {
    let Some(last) = parts.iter().rposition(|p| matches!(p, Part::Digit(_))) else {
        return 0;
    };
    let comma = |part: &&Part| **part == Part::Comma;
    parts[last + 1..].iter().take_while(comma).count()
}

/// A comma between digits.
fn has_thousands(whole: &[Part]) -> bool {
    let digit = |part: &Part| matches!(part, Part::Digit(_));
    whole.iter().enumerate().any(|(at, part)| {
        *part == Part::Comma && whole[..at].iter().any(digit) && whole[at..].iter().any(digit)
    })
}

/// Mantissa and power of ten, which is a multiple of `step`; the mantissa does not round up to another digit.
fn scientific(size: f64, step: i32, n_places: usize) -> (f64, i32) {
    if size == 0.0 {
        return (0.0, 0);
    }
    let shown = format!("{size:.14e}");
    let power: i32 = shown
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok())
        .unwrap_or(0);
    let exponent = power.div_euclid(step) * step;
    let at = |exponent: i32| -> f64 {
        let (mantissa, power) = shown.split_once('e').unwrap_or((&shown, "0"));
        let power: i32 = power.parse().unwrap_or(0);
        format!("{mantissa}e{}", power - exponent)
            .parse()
            .unwrap_or(size)
    };
    let rounded = decimal::round(at(exponent), n_places as i32);
    match rounded >= 10f64.powi(step) {
        true => (at(exponent + step), exponent + step),
        false => (at(exponent), exponent),
    }
}

/// The digits of a whole number on their placeholders, from the right.
pub(super) fn write_whole(parts: &[Part], digits: &str, out: &mut String) {
    let digits: Vec<char> = digits.chars().collect();
    let thousands = has_thousands(parts);
    let n_places = n_digits(parts);
    let mut begun = false;
    // The digit that stands so far left of the point, with the comma that follows it.
    let mut place = |left: usize, empty: char, out: &mut String| {
        match digits.len().checked_sub(left + 1) {
            Some(at) => out.push(digits[at]),
            None if empty == '0' => out.push('0'),
            None if empty == '?' => out.push(' '),
            None => return,
        }
        begun |= left < digits.len() || empty == '0';
        if thousands && begun && left > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
    };
    let mut left = n_places;
    for part in parts {
        let Part::Digit(empty) = part else {
            write_literal(part, out);
            continue;
        };
        // Digits without a placeholder stand before the first one.
        if left == n_places {
            (n_places..digits.len())
                .rev()
                .for_each(|left| place(left, '#', out));
        }
        left -= 1;
        place(left, *empty, out);
    }
    if n_places == 0 {
        out.extend(digits);
    }
}

/// From the point on.
fn write_fraction(parts: &[Part], digits: &str, out: &mut String) {
    let n_shown = digits.trim_end_matches('0').len();
    let mut digits = digits.chars().enumerate();
    for part in parts {
        match part {
            Part::Point => out.push('.'),
            Part::Digit(empty) => match (digits.next(), empty) {
                (Some((at, digit)), _) if at < n_shown => out.push(digit),
                (_, '0') => out.push('0'),
                (_, '?') => out.push(' '),
                _ => {}
            },
            other => write_literal(other, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agree(size: f64, n_places: usize) {
        let slow = decimal::fixed(size, n_places as u8).replace('.', "");
        let fast = rounded(size, n_places);
        let plain = |shown: &str| shown.trim_start_matches('0').to_owned();
        assert_eq!(plain(&fast), plain(&slow), "{size:e} in {n_places}");
        assert!(fast.len() >= n_places);
    }

    proptest! {
        #[test]
        fn the_short_way_rounds_as_the_long_one(cents in 0u64..100_000_000_000, size in 0.0f64..1e13, n_places in 0usize..9) {
            agree(size, n_places);
            agree(cents as f64 / 1e4, n_places);
            agree(cents as f64 / 1e3 + 5e-4, n_places);
        }
    }
}
