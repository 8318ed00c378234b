//! A day number in a section of `y m d h s a`. Month and weekday names are English where Excel's Chinese edition writes
//! them so (`mmm`, `ddd`), and Chinese for `aaa` and `aaaa`.

use super::{Part, Section};
use table::field::date::{LAST_DAY, civil};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// From day 0, a Saturday.
const WEEKDAYS: [(&str, &str); 7] = [
    ("Saturday", "六"),
    ("Sunday", "日"),
    ("Monday", "一"),
    ("Tuesday", "二"),
    ("Wednesday", "三"),
    ("Thursday", "四"),
    ("Friday", "五"),
];

const CHINESE_MONTHS: [&str; 12] = [
    "一月",
    "二月",
    "三月",
    "四月",
    "五月",
    "六月",
    "七月",
    "八月",
    "九月",
    "十月",
    "十一月",
    "十二月",
];
/// Thailand counts years from the death of the Buddha.
const BUDDHA: i64 = 543;

/// Tells minutes from months, and digits of a second from others, which no date has.
pub(super) fn settle(parts: &mut Vec<Part>) -> Option<()> {
    let mut out: Vec<Part> = Vec::with_capacity(parts.len());
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        at += 1;
        let n_zeros = parts[at..]
            .iter()
            .take_while(|part| **part == Part::Digit('0'))
            .count();
        out.push(match part {
            Part::Point if n_zeros > 0 => {
                at += n_zeros;
                Part::Fraction(n_zeros)
            }
            Part::Point => Part::Literal('.'),
            Part::Comma => Part::Literal(','),
            Part::Slash => Part::Literal('/'),
            Part::Digit(_) | Part::Percent | Part::Exponent(_) | Part::General | Part::Text => {
                return None;
            }
            other => other.clone(),
        });
    }
    let timed: Vec<(usize, char)> = out
        .iter()
        .enumerate()
        .filter_map(|(at, part)| match part {
            Part::Date(letter, _) | Part::Elapsed(letter, _) => Some((at, *letter)),
            _ => None,
        })
        .collect();
    for (n, (at, letter)) in timed.iter().enumerate() {
        let after_hours = n > 0 && timed[n - 1].1 == 'h';
        let before_seconds = timed.get(n + 1).is_some_and(|(_, next)| *next == 's');
        if let Part::Date('m', size @ 1..=2) = out[*at]
            && *letter == 'm'
            && (after_hours || before_seconds)
        {
            out[*at] = Part::Date('n', size);
        }
    }
    let n_places = out.iter().map(|part| match part {
        Part::Fraction(n) => *n,
        _ => 0,
    });
    // Excel knows thousandths of a second at most.
    let fits = n_places.max().unwrap_or(0) <= 3;
    *parts = out;
    fits.then_some(())
}

/// The moment in all the ways it is written.
struct Moment {
    day: f64,
    year: i64,
    month: u32,
    of_month: u32,
    /// Since midnight, of the smallest shown unit.
    ticks: u64,
    per_second: u64,
    halves: bool,
}

pub(super) fn write(section: &Section, value: f64) -> Option<String> {
    if !(0.0..LAST_DAY + 1.0).contains(&value) {
        return None;
    }
    let places = |part: &Part| match part {
        Part::Fraction(n) => *n as u32,
        _ => 0,
    };
    let per_second = 10u64.pow(section.parts.iter().map(places).max().unwrap_or(0));
    let per_day = 86_400 * per_second;
    let mut day = value.floor();
    let mut ticks = ((value - day) * per_day as f64).round() as u64;
    if ticks >= per_day {
        (day, ticks) = (day + 1.0, 0);
    }
    let shows_year = |part: &Part| matches!(part, Part::Date('y' | 'b', _));
    let (year, month, of_month) = match section.parts.iter().any(shows_year) {
        true => civil(day),
        false => within_a_year(day),
    };
    let moment = Moment {
        day,
        year,
        month,
        of_month,
        ticks,
        per_second,
        halves: section.parts.iter().any(|p| matches!(p, Part::Half(..))),
    };
    let mut out = String::new();
    for part in &section.parts {
        moment.write(part, section, &mut out);
    }
    Some(out)
}

/// Without a year it is a span of time that is shown: as in Excel, a day and a half is day 1 of January.
fn within_a_year(day: f64) -> (i64, u32, u32) {
    match day {
        0.0..32.0 => (1900, 1, day as u32),
        32.0..61.0 => (1900, 2, day as u32 - 31),
        _ => civil(day),
    }
}

impl Moment {
    fn write(&self, part: &Part, section: &Section, out: &mut String) {
        let seconds = self.ticks / self.per_second;
        let hour = seconds / 3600;
        let mut number = |value: u64, width: usize| put(section, value, width, out);
        match part {
            Part::Literal(c) => out.push(*c),
            Part::Half(am, pm) => out.push_str(match (section.in_chinese, hour < 12) {
                (true, true) => "上午",
                (true, false) => "下午",
                (false, true) => am,
                (false, false) => pm,
            }),
            Part::Fraction(n) => {
                let shown = format!(
                    ".{:03}",
                    self.ticks % self.per_second * 1000 / self.per_second
                );
                out.push_str(&shown[..=*n]);
            }
            Part::Elapsed(letter, width) => {
                let total = self.day as u64 * 86_400 + seconds;
                let per = [('h', 3600), ('m', 60)]
                    .into_iter()
                    .find(|of| of.0 == *letter);
                number(total / per.map_or(1, |of| of.1), *width);
            }
            Part::Date('h', n) => {
                let shown = match hour {
                    0 | 12 if self.halves => 12,
                    _ if self.halves => hour % 12,
                    _ => hour,
                };
                number(shown, *n);
            }
            Part::Date('n', n) => number(seconds / 60 % 60, *n),
            Part::Date('s', n) => number(seconds % 60, *n),
            Part::Date(letter, n) => self.write_day(*letter, *n, section, out),
            _ => {}
        }
    }

    fn write_day(&self, letter: char, n: usize, section: &Section, out: &mut String) {
        let (english, chinese) = WEEKDAYS[(self.day as usize) % 7];
        let at = (self.month as usize).saturating_sub(1) % 12;
        let (month, chinese_month) = (MONTHS[at], CHINESE_MONTHS[at]);
        let year = |year: i64, n: usize, out: &mut String| {
            let (value, width) = if n < 3 { (year % 100, 2) } else { (year, 4) };
            match &section.numerals {
                Some(numerals) => out.push_str(&numerals.digits(&format!("{value:0width$}"))),
                None => put(section, value.unsigned_abs(), width, out),
            }
        };
        match (letter, n) {
            ('y', _) => year(self.year, n, out),
            ('b', _) => year(self.year + BUDDHA, n, out),
            ('m', 1 | 2) => put(section, u64::from(self.month), n, out),
            ('m', 3) if section.in_chinese => out.push_str(&format!("{}月", self.month)),
            ('m', 5) if section.in_chinese => out.extend(chinese_month.chars().take(1)),
            ('m', _) if section.in_chinese => out.push_str(chinese_month),
            ('m', 3) => out.push_str(&month[..3]),
            ('m', 5) => out.push_str(&month[..1]),
            ('m', _) => out.push_str(month),
            ('d', 1 | 2) => put(section, u64::from(self.of_month), n, out),
            ('d', 3) if section.in_chinese => out.push_str(&format!("周{chinese}")),
            ('d', 3) => out.push_str(&english[..3]),
            ('d', _) if !section.in_chinese => out.push_str(english),
            ('a', 3) => out.push_str(chinese),
            _ => out.push_str(&format!("星期{chinese}")),
        }
    }
}

/// A number of so many digits at least.
fn put(section: &Section, value: u64, width: usize, out: &mut String) {
    if let Some(numerals) = &section.numerals {
        out.push_str(&numerals.part_of_date(&format!("{value:0width$}")));
        return;
    }
    let from = out.len();
    let mut rest = value;
    // The digits are found from the last one on.
    while rest > 0 || out.len() - from < width {
        out.insert(from, char::from(b'0' + (rest % 10) as u8));
        rest /= 10;
    }
}
