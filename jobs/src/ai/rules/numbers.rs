//! No invented facts: the numbers, measures, dates and model numbers of an answer stand in its inputs.
//!
//! Law: where a number could mean two things the stricter reading holds; a measure needs its own unit in the
//! inputs (11 cm is not 11 in), a count its own kind (12 pcs are not 12 packs). Conversions within one kind are
//! right where the rule allows them and the shown digits are those of the exact value.

use super::{
    Asked, Broken,
    language::Tongue,
    number_scan::{Found, Marks, Number, Reading, scan},
    units::{Kind, Unit},
};

/// How far a rounded conversion may be from the exact one.
const MOST_ROUNDING: f64 = 0.02;

pub(super) fn check(answer: &str, asked: Asked, conversions: bool) -> Option<Broken> {
    let tongue = Tongue::named(asked.language());
    let code = tongue.map_or("en", Tongue::code);
    let inputs = known(asked, code);
    let reading = Reading {
        marks: marks(code),
        language: code,
        numerals: matches!(code, "zh" | "ja"),
    };
    let wrong = scan(answer, reading)
        .into_iter()
        .find(|found| !is_known(found, &inputs, conversions))?;
    let text = match wrong {
        Found::Code { code } => code,
        Found::Number(number) => shown(&number),
    };
    Some(Broken::new(
        "rule_number",
        [("text", text.clone())],
        format!(
            "Your last answer says “{text}”, which is not in the data. Use only numbers, units and model numbers of the data, with the same meaning."
        ),
    ))
}

fn shown(number: &Number) -> String {
    let unit = match number.unit.map(|unit| unit.kind) {
        Some(kind) if kind != Kind::Other => format!(" ({})", format!("{kind:?}").to_lowercase()),
        _ => String::new(),
    };
    format!("{}{unit}", number.text)
}

fn marks(code: &str) -> Marks {
    match code {
        "es" => Marks::Either,
        "fr" | "de" | "pt" | "ru" | "id" | "vi" | "it" | "nl" | "pl" | "tr" => Marks::Comma,
        _ => Marks::Point,
    }
}

/// Everything that the inputs say, read as Chinese and English merchants write.
fn known(asked: Asked, code: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for line in asked.texts().flat_map(str::lines) {
        for language in ["en", code] {
            let reading = Reading {
                marks: Marks::Point,
                language,
                numerals: true,
            };
            let mut here = scan(line, reading);
            if let Some(unit) = unit_of_name(line) {
                for one in &mut here {
                    if let Found::Number(number) = one {
                        number.unit = number.unit.or(Some(unit));
                    }
                }
            }
            found.append(&mut here);
            // 纯棉 is 100 % cotton.
            if line.contains(['纯', '全']) {
                found.extend(scan("100%", reading));
            }
            if code == "en" {
                break;
            }
        }
    }
    found
}

/// `长度(cm): 11`: the unit in a field's name is that of its numbers.
fn unit_of_name(line: &str) -> Option<Unit> {
    let (name, _) = line.split_once([':', '：'])?;
    let (_, inner) = name.rsplit_once(['(', '（', '/', '['])?;
    let word = inner
        .trim_end_matches([')', '）', ']'])
        .trim()
        .to_lowercase();
    super::units::named(&word)
}

fn is_known(found: &Found, inputs: &[Found], conversions: bool) -> bool {
    match found {
        Found::Code { code } => inputs.iter().any(|known| match known {
            Found::Code { code: other } => other == code || is_same_date(code, other),
            Found::Number(_) => false,
        }),
        Found::Number(number) => {
            let mut numbers = inputs.iter().filter_map(|known| match known {
                Found::Number(known) => Some(known),
                Found::Code { .. } => None,
            });
            numbers.any(|known| agrees(number, known, conversions))
        }
    }
}

/// The month and year of a date that the inputs have in full.
fn is_same_date(code: &str, known: &str) -> bool {
    let parts: Vec<&str> = code.split('-').collect();
    let known: Vec<&str> = known.split('-').collect();
    parts.len() == 2
        && known.len() == 3
        && known[0].len() == 4
        && parts[1] == known[1]
        && (parts[0] == known[0] || parts[0] == known[2])
}

fn agrees(number: &Number, known: &Number, conversions: bool) -> bool {
    if let Some(until) = number.until {
        // A range is one fact.
        let ends = known.until.is_some_and(|other| same(until, other));
        return ends && agrees_alone(number, known, false)
            || known.until.is_some() && conversions && agrees_alone(number, known, true);
    }
    agrees_alone(number, known, conversions)
}

fn agrees_alone(number: &Number, known: &Number, conversions: bool) -> bool {
    let equal = || {
        let all = number.values.iter();
        all.into_iter()
            .any(|value| known.values.iter().any(|other| same(*value, *other)))
    };
    let Some(unit) = number.unit.filter(|unit| unit.kind != Kind::Other) else {
        return equal();
    };
    match known.unit {
        None => unit.kind.is_count() && equal(),
        Some(other) if other.kind == Kind::Other => false,
        Some(other) if is_like(unit.kind, other.kind) => match same(unit.factor, other.factor) {
            true => equal(),
            false => conversions && converts(number, unit, known, other),
        },
        Some(other) => {
            let both = [unit.kind, other.kind];
            let dozens = both == [Kind::Piece, Kind::Dozen] || both == [Kind::Dozen, Kind::Piece];
            dozens && conversions && converts(number, unit, known, other)
        }
    }
}

fn is_like(unit: Kind, known: Kind) -> bool {
    unit == known
        || unit == Kind::PieceOrPack
            && matches!(
                known,
                Kind::Piece | Kind::Pack | Kind::Set | Kind::PieceOrPack
            )
        || known == Kind::PieceOrPack && matches!(unit, Kind::Piece | Kind::Pack | Kind::Set)
}

fn converts(number: &Number, unit: Unit, known: &Number, other: Unit) -> bool {
    let step = 10f64.powi(-(number.decimals as i32));
    number.values.iter().any(|value| {
        known.values.iter().any(|base| {
            let exact = base * other.factor / unit.factor;
            let off = (value - exact).abs();
            off <= step * 0.500_001 && off <= exact.abs() * MOST_ROUNDING
        })
    })
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}
