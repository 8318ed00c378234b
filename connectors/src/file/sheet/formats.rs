//! Number formats of spreadsheets: what a format code says about the value it shows.
//!
//! Types: [`NumberFormat`], [`FormatKind`]. In: a built-in id or a format code; out: its meaning, and the
//! shown text. Law: a value is a date only by its format. Tests: at the end of this file.

use table::field::{FieldType, number};

#[derive(Debug, Clone, PartialEq)]
pub enum FormatKind {
    General,
    Text,
    Date {
        has_time: bool,
    },
    /// A time of day or a duration, without a date.
    Time,
    /// Hours that go on beyond a day, e.g. `[h]:mm`.
    Duration,
    /// At least two digits before the point, e.g. `0000000` or `"D"000`.
    LeadingZeros,
    Percent {
        decimals: u8,
    },
    Currency {
        code: &'static str,
        decimals: u8,
    },
    Number {
        decimals: u8,
        thousands: bool,
        unit: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct NumberFormat {
    pub kind: FormatKind,
    code: String,
}

impl NumberFormat {
    /// From the id of a style and the workbook's own code for it, if it has one.
    pub fn new(id: u32, code: Option<&str>) -> NumberFormat {
        let code = code.unwrap_or_else(|| built_in(id));
        NumberFormat {
            kind: read_code(code),
            code: code.to_string(),
        }
    }

    /// The value as the file shows it, where the format is one that can be drawn faithfully.
    pub fn show(&self, value: f64) -> Option<String> {
        match &self.kind {
            FormatKind::General | FormatKind::Text => None,
            FormatKind::Percent { decimals } => Some(
                FieldType::Percent {
                    decimals: *decimals,
                }
                .display(&number_cell(value)),
            ),
            FormatKind::Currency { code, decimals } => {
                let field = FieldType::Currency {
                    code: (*code).into(),
                    decimals: *decimals,
                };
                Some(field.display(&number_cell(value)))
            }
            FormatKind::Number {
                decimals,
                thousands,
                unit,
            } => {
                let field = FieldType::Number {
                    decimals: Some(*decimals),
                    thousands: *thousands,
                    unit: unit.clone(),
                };
                Some(field.display(&number_cell(value)))
            }
            FormatKind::LeadingZeros
            | FormatKind::Time
            | FormatKind::Duration
            | FormatKind::Date { .. } => {
                ssfmt::format_default(value, &self.code.replace('!', "\\")).ok()
            }
        }
    }

    /// The field that shows numbers as this format does.
    pub fn field_type(&self) -> Option<FieldType> {
        Some(match &self.kind {
            FormatKind::Percent { decimals } => FieldType::Percent {
                decimals: *decimals,
            },
            FormatKind::Currency { code, decimals } => FieldType::Currency {
                code: (*code).into(),
                decimals: *decimals,
            },
            FormatKind::Number {
                decimals,
                thousands,
                unit,
            } => FieldType::Number {
                decimals: Some(*decimals),
                thousands: *thousands,
                unit: unit.clone(),
            },
            _ => return None,
        })
    }
}

fn number_cell(value: f64) -> table::value::CellState {
    table::value::CellValue::Number(value).into()
}

/// Codes of the built-in ids; 27–36 and 50–58 as Chinese Excel has them.
fn built_in(id: u32) -> &'static str {
    match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5..=8 => "\"¥\"#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 | 48 => "0.00E+00",
        14 => "yyyy-mm-dd",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 => "h:mm",
        21 => "h:mm:ss",
        22 => "yyyy-mm-dd h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
        28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
        30 => "m-d-yy",
        31 => "yyyy\"年\"m\"月\"d\"日\"",
        32 => "h\"时\"mm\"分\"",
        33 => "h\"时\"mm\"分\"ss\"秒\"",
        34 | 55 => "h\"时\"mm\"分\"",
        35 | 56 => "h\"时\"mm\"分\"ss\"秒\"",
        37 | 38 | 41 => "#,##0",
        39 | 40 | 43 => "#,##0.00",
        42 => "\"¥\"#,##0",
        44 => "\"¥\"#,##0.00",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        49 => "@",
        _ => "General",
    }
}

/// What the characters of the first section are.
#[derive(Default)]
struct Scan {
    date: String,
    elapsed: bool,
    elapsed_hours: bool,
    zeros_before_point: u32,
    other_places: u32,
    decimals: u8,
    after_point: bool,
    thousands: bool,
    scaled: bool,
    percent: bool,
    exponent: bool,
    text: bool,
    literal_before: String,
    literal_after: String,
}

impl Scan {
    fn literal(&mut self, text: &str) {
        if self.zeros_before_point + self.other_places > 0 {
            self.literal_after.push_str(text);
        } else {
            self.literal_before.push_str(text);
        }
    }

    fn place(&mut self, c: char) {
        self.thousands |= self.scaled;
        self.scaled = false;
        if self.after_point {
            self.decimals = self.decimals.saturating_add(1);
        } else if c == '0' {
            self.zeros_before_point += 1;
        } else {
            self.other_places += 1;
        }
    }

    fn bracket(&mut self, inner: &str) {
        if let Some(symbol) = inner.strip_prefix('$') {
            self.literal(symbol.split('-').next().unwrap_or_default());
        } else if !inner.is_empty()
            && inner
                .chars()
                .all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's'))
        {
            self.elapsed = true;
            self.elapsed_hours |= inner.contains(['h', 'H']);
        }
    }
}

fn read_code(code: &str) -> FormatKind {
    // `General"箱"` too: its letters are none of a date.
    let is_general = code
        .get(..7)
        .is_some_and(|head| head.eq_ignore_ascii_case("general"));
    if is_general || code.starts_with("G/") || code.is_empty() {
        return FormatKind::General;
    }
    let scan = scan(code);
    kind_of(&scan)
}

fn scan(code: &str) -> Scan {
    let mut scan = Scan::default();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => {
                let literal: String = chars.by_ref().take_while(|c| *c != '"').collect();
                scan.literal(&literal);
            }
            '[' => {
                let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                scan.bracket(&inner);
            }
            '\\' | '!' => {
                if let Some(c) = chars.next() {
                    scan.literal(c.encode_utf8(&mut [0; 4]));
                }
            }
            '_' | '*' => {
                chars.next();
            }
            '0' | '#' | '?' => scan.place(c),
            '.' => scan.after_point = true,
            ',' => scan.scaled = scan.zeros_before_point + scan.other_places > 0,
            '%' => scan.percent = true,
            '@' => scan.text = true,
            'E' | 'e' if scan.zeros_before_point + scan.other_places > 0 => scan.exponent = true,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'e' | 'E' | 'a' | 'A'
            | 'b' | 'B' | 'g' | 'p' | 'P' => {
                scan.date.extend(c.to_lowercase());
            }
            c => scan.literal(c.encode_utf8(&mut [0; 4])),
        }
    }
    scan
}

fn kind_of(scan: &Scan) -> FormatKind {
    let n_places = scan.zeros_before_point + scan.other_places;
    let date_without_noon = scan
        .date
        .replace("am", "")
        .replace("ap", "")
        .replace('p', "");
    let has = |c: char| date_without_noon.contains(c);
    if scan.elapsed {
        return match scan.elapsed_hours {
            true => FormatKind::Duration,
            false => FormatKind::Time,
        };
    }
    let clock = has('h') || has('s');
    let day = has('y') || has('d') || has('e') || scan.date.contains("aaa") || has('m') && !clock;
    // `ss.000` has digit places too: letters decide where they come with no places before the point.
    if clock || day && n_places == 0 {
        return if day {
            FormatKind::Date { has_time: clock }
        } else {
            FormatKind::Time
        };
    }
    if n_places == 0 {
        return if scan.text {
            FormatKind::Text
        } else {
            FormatKind::General
        };
    }
    if scan.percent {
        return FormatKind::Percent {
            decimals: scan.decimals,
        };
    }
    let literals = format!("{} {}", scan.literal_before, scan.literal_after);
    if let Some(code) = currency_of(&literals) {
        return FormatKind::Currency {
            code,
            decimals: scan.decimals,
        };
    }
    let scaled = scan.scaled;
    if scan.zeros_before_point >= 2
        && scan.other_places == 0
        && !scan.thousands
        && !scaled
        && !scan.exponent
        && !scan.after_point
    {
        return FormatKind::LeadingZeros;
    }
    if scan.exponent || scaled || scan.literal_after.contains('/') {
        return FormatKind::General;
    }
    let unit = scan.literal_after.trim().to_string();
    let unit = if unit.chars().count() <= 6 && unit.chars().all(char::is_alphabetic) {
        unit
    } else {
        String::new()
    };
    FormatKind::Number {
        decimals: scan.decimals,
        thousands: scan.thousands,
        unit,
    }
}

fn currency_of(literals: &str) -> Option<&'static str> {
    // "3元" is read by the same rules as typed text, so that a sign means one currency everywhere.
    literals
        .split_whitespace()
        .find_map(|word| number::read(&format!("{word}1")).and_then(|read| read.currency))
        .or_else(|| {
            literals
                .split_whitespace()
                .find_map(|word| number::read(&format!("1{word}")).and_then(|read| read.currency))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_codes_are_understood() {
        let number = |decimals, thousands, unit: &str| FormatKind::Number {
            decimals,
            thousands,
            unit: unit.into(),
        };
        for (code, kind) in [
            ("General", FormatKind::General),
            ("General\"箱\"", FormatKind::General),
            ("G/通用格式", FormatKind::General),
            (
                "yyyy\"年\"m\"月\"d\"日\"",
                FormatKind::Date { has_time: false },
            ),
            ("[$-804]yyyy/m/d;@", FormatKind::Date { has_time: false }),
            ("yyyy.mm.dd hh:mm", FormatKind::Date { has_time: true }),
            ("h:mm AM/PM", FormatKind::Time),
            ("[h]:mm", FormatKind::Duration),
            ("[m]:ss", FormatKind::Time),
            ("mm:ss.0", FormatKind::Time),
            ("aaaa", FormatKind::Date { has_time: false }),
            ("0000000", FormatKind::LeadingZeros),
            ("\"D\"000", FormatKind::LeadingZeros),
            ("0.00%", FormatKind::Percent { decimals: 2 }),
            (
                "\"¥\"#,##0.00",
                FormatKind::Currency {
                    code: "CNY",
                    decimals: 2,
                },
            ),
            (
                "[$¥-804]#,##0.00",
                FormatKind::Currency {
                    code: "CNY",
                    decimals: 2,
                },
            ),
            (
                "_ \"￥\"* #,##0.00_ ;_ \"￥\"* -#,##0.00_ ",
                FormatKind::Currency {
                    code: "CNY",
                    decimals: 2,
                },
            ),
            (
                "0.0\"元\"",
                FormatKind::Currency {
                    code: "CNY",
                    decimals: 1,
                },
            ),
            (
                "[$$-409]#,##0",
                FormatKind::Currency {
                    code: "USD",
                    decimals: 0,
                },
            ),
            ("#,##0", number(0, true, "")),
            ("0\"个\"", number(0, false, "个")),
            ("0!.0,\"万\"", FormatKind::General),
            ("\"美元/day\"0", number(0, false, "")),
            ("@", FormatKind::Text),
            ("0.00E+00", FormatKind::General),
            ("# ?/?", FormatKind::General),
        ] {
            assert_eq!(read_code(code), kind, "{code}");
        }
        assert_eq!(
            NumberFormat::new(31, None).kind,
            FormatKind::Date { has_time: false }
        );
        assert_eq!(
            NumberFormat::new(200, Some("0000000"))
                .show(123.0)
                .as_deref(),
            Some("0000123")
        );
    }
}
