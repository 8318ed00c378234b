//! Finds the numbers, measures, dates and model numbers of a text.
//!
//! [`scan`] gives [`Found`] in the order of the text. Law: every digit of the text belongs to something found.

use super::{
    number_marks::values,
    number_words as words,
    units::{self, Kind, Unit},
};
use connectors::model::language::is_cjk;

/// What separates decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    Point,
    Comma,
    /// A comma before three digits may be either (Spanish).
    Either,
}

/// How a text is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    pub marks: Marks,
    /// Code of the language whose number words count.
    pub language: &'a str,
    /// Chinese numerals are numbers.
    pub numerals: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    Number(Number),
    /// A model number, or a date as year-month-day.
    Code {
        code: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    pub text: String,
    /// What it may mean.
    pub values: Vec<f64>,
    pub decimals: usize,
    pub unit: Option<Unit>,
    /// The other end of a range that begins here.
    pub until: Option<f64>,
}

struct Scanner<'a> {
    text: Vec<char>,
    at: usize,
    reading: Reading<'a>,
    found: Vec<Found>,
    /// Where in `found` a chain of `12 × 20 ×` began.
    chain: Option<usize>,
}

pub(super) fn scan(text: &str, reading: Reading) -> Vec<Found> {
    let mut scanner = Scanner {
        text: plain(text),
        at: 0,
        reading,
        found: Vec::new(),
        chain: None,
    };
    while scanner.at < scanner.text.len() {
        let letter = scanner.text[scanner.at];
        if letter.is_ascii_digit() {
            scanner.digits();
        } else if reading.numerals && words::is_numeral(letter) {
            scanner.numerals();
        } else if letter.is_alphabetic() {
            scanner.word();
        } else {
            scanner.at += 1;
        }
    }
    scanner.found
}

/// Plain digits and letters for full-width, Arabic, Thai and other ones.
fn plain(text: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    for letter in text.chars() {
        let digit = |first: u32| char::from_digit(letter as u32 - first, 10).unwrap_or(letter);
        match letter {
            '\u{FF01}'..='\u{FF5E}' => out.extend(char::from_u32(letter as u32 - 0xFEE0)),
            '\u{660}'..='\u{669}' => out.push(digit(0x660)),
            '\u{6F0}'..='\u{6F9}' => out.push(digit(0x6F0)),
            '\u{966}'..='\u{96F}' => out.push(digit(0x966)),
            '\u{E50}'..='\u{E59}' => out.push(digit(0xE50)),
            '٫' => out.push('.'),
            '٬' => out.push(','),
            '⁰' => out.push('0'),
            '¹' => out.push('1'),
            '²' => out.push('2'),
            '³' => out.push('3'),
            '½' | '¼' | '¾' => {
                let decimals = match letter {
                    '½' => ".5",
                    '¼' => ".25",
                    _ => ".75",
                };
                if !out.last().is_some_and(char::is_ascii_digit) {
                    out.push('0');
                }
                out.extend(decimals.chars());
            }
            '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{AD}' => {}
            '‐' | '‑' | '−' => out.push('-'),
            'Ⅱ' => out.push('2'),
            'Ⅲ' => out.push('3'),
            letter => out.push(letter),
        }
    }
    out
}

pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{A0}' || letter == '\u{202F}'
}

/// A letter of a script with blanks between words.
fn is_spaced(letter: char) -> bool {
    letter.is_alphabetic()
        && !is_cjk(letter)
        && !matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7A3}' | '\u{E00}'..='\u{E7F}')
}

impl Scanner<'_> {
    fn get(&self, at: usize) -> Option<char> {
        self.text.get(at).copied()
    }

    fn is_digit(&self, at: usize) -> bool {
        self.get(at).is_some_and(|letter| letter.is_ascii_digit())
    }

    fn lower(&self, from: usize, to: usize) -> String {
        self.text[from..to]
            .iter()
            .collect::<String>()
            .to_lowercase()
    }

    /// The end of the run of letters (of scripts with blanks) from `at`.
    fn letters_end(&self, at: usize) -> usize {
        let is_part = |at: usize| self.get(at).is_some_and(|c| is_spaced(c) || is_mark(c));
        (at..).find(|at| !is_part(*at)).unwrap_or(at)
    }

    /// A word: a number word, the start of a model number, or nothing of ours.
    fn word(&mut self) {
        let start = self.at;
        let letter = self.text[start];
        if !is_spaced(letter) {
            let end = (start..)
                .find(|at| {
                    self.get(*at)
                        .is_none_or(|c| !c.is_alphabetic() && !is_mark(c) || is_spaced(c))
                })
                .unwrap_or(start + 1);
            self.unspaced_words(start, end);
            return;
        }
        let end = self.letters_end(start);
        let word = self.lower(start, end);
        let is_ascii = self.text[start..end].iter().all(char::is_ascii_alphabetic);
        let times = matches!(word.as_str(), "x" | "х") && start > 0 && {
            let before = self.get(start - 1);
            before.is_some_and(|c| c.is_ascii_digit() || is_blank(c))
        };
        if is_ascii && !times && self.is_digit(end) {
            return self.code(start);
        }
        // “YW-2001”, “A-3”: capitals, a hyphen, digits.
        let capitals = self.text[start..end].iter().all(char::is_ascii_uppercase);
        if is_ascii && capitals && self.get(end) == Some('-') && self.is_digit(end + 1) {
            return self.code(start);
        }
        if let Some(next) = self.month_date(&word, end) {
            self.at = next;
            return;
        }
        self.at = end;
        if matches!(word.as_str(), "a" | "an" | "one") {
            self.one_of(start, end);
            return;
        }
        if let Some(value) = words::value(&word, self.reading.language) {
            self.number_word(start, value);
        }
    }

    /// Number words in a script without blanks.
    fn unspaced_words(&mut self, start: usize, end: usize) {
        let mut stop = end;
        if self.reading.numerals {
            let numeral = (start..end).find(|at| words::is_numeral(self.text[*at]));
            stop = numeral.unwrap_or(end);
        }
        let run: String = self.text[start..stop].iter().collect();
        for (text, value) in words::within(&run, self.reading.language) {
            self.push(text, vec![value], 0, None);
        }
        self.at = stop.max(start + 1);
    }

    /// “a dozen”, “one metre”: one, where a unit follows.
    fn one_of(&mut self, start: usize, end: usize) {
        let (unit, next) = self.unit_at(end);
        let Some(unit) = unit else { return };
        let is_one = self.lower(start, end) == "one";
        if unit.kind == Kind::Dozen || is_one && unit.kind != Kind::Other && !unit.kind.is_count() {
            let text = self.text[start..next].iter().collect();
            self.push(text, vec![1.0], 0, Some(unit));
            self.at = next;
        }
    }

    fn number_word(&mut self, start: usize, first: f64) {
        let mut value = first;
        loop {
            let next = self.at;
            if !self.get(next).is_some_and(|c| c == '-' || is_blank(c)) {
                break;
            }
            let end = self.letters_end(next + 1);
            let more = words::value(
                &self.lower(next + 1, end.max(next + 1)),
                self.reading.language,
            );
            let Some(sum) = more.and_then(|more| words::combined(value, more)) else {
                break;
            };
            value = sum;
            self.at = end;
        }
        let (unit, next) = self.unit_at(self.at);
        let text = self.text[start..self.at].iter().collect();
        let unit = unit.filter(|unit| unit.kind != Kind::Other);
        if unit.is_some() {
            self.at = next;
        }
        self.push(text, vec![value], 0, unit);
    }

    fn numerals(&mut self) {
        let start = self.at;
        let end = (start..)
            .find(|at| self.get(*at).is_none_or(|c| !words::is_numeral(c)))
            .unwrap_or(start + 1);
        let value = words::chinese(&self.text[start..end]);
        self.at = end;
        // 双 is itself a unit.
        let unit = match self.text[start..end] {
            ['双'] => None,
            _ => units::leading(&self.text[end..]).map(|(unit, _)| unit),
        };
        let text = self.text[start..end].iter().collect();
        self.push(text, vec![value], 0, unit);
    }

    /// Letters, digits and hyphens around the digits at hand.
    fn code(&mut self, start: usize) {
        let mut end = start;
        while let Some(letter) = self.get(end) {
            let joins = matches!(letter, '-' | '_' | '.' | '/')
                && self.get(end + 1).is_some_and(|c| c.is_ascii_alphanumeric())
                && end > start
                && (letter != '/' || self.is_digit(end + 1))
                && (letter != '.' || self.is_digit(end + 1) && self.is_digit(end - 1))
                && (letter != '-' || self.is_code_part(end + 1));
            if !letter.is_ascii_alphanumeric() && !joins {
                break;
            }
            end += 1;
        }
        let code = self.lower(start, end);
        self.at = end;
        self.chain = None;
        self.found.push(Found::Code { code });
    }

    /// What follows a hyphen belongs to a model number: it has digits, or is one to three capitals.
    fn is_code_part(&self, at: usize) -> bool {
        let part: Vec<char> = self.text[at..]
            .iter()
            .copied()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        part.iter().any(char::is_ascii_digit)
            || part.len() <= 3 && part.iter().all(char::is_ascii_uppercase)
    }

    fn digits(&mut self) {
        let start = self.at;
        if let Some((code, end)) = self.date(start) {
            self.at = end;
            self.chain = None;
            self.found.push(Found::Code { code });
            return;
        }
        let raw_end = self.number_end(start);
        let raw: String = self.text[start..raw_end].iter().collect();
        // “3D”, “4K”, “2001b”: letters that are no unit make it a model number.
        let letters = self.letters_end(raw_end);
        let suffix = self.lower(raw_end, letters);
        let is_ascii = !suffix.is_empty() && suffix.is_ascii();
        let is_ordinal = matches!(suffix.as_str(), "st" | "nd" | "rd" | "th");
        let is_times = suffix == "x"
            && (self.is_digit(letters)
                || self.get(letters).is_none_or(|c| is_blank(c) || c == '-'));
        let known = units::named(&suffix).is_some() || is_ordinal || is_times;
        let runs_on = is_ascii && !is_times && self.is_digit(letters);
        if is_ascii && (!known || runs_on) && !raw.contains(',') {
            return self.code(start);
        }
        let parts = values(&raw, self.reading.marks);
        self.at = raw_end;
        let n_before = self.found.len();
        let n_parts = parts.len();
        for (at, (part, values, decimals)) in parts.into_iter().enumerate() {
            let (mut unit, mut next) = (None, raw_end);
            if at + 1 == n_parts && !is_ordinal {
                (unit, next) = self.unit_at(raw_end);
                unit = unit.or(self.sign_before(start));
            }
            self.at = if is_ordinal { letters } else { next };
            self.push(part, values, decimals, unit);
        }
        self.join_chain(n_before);
        self.join_range();
    }

    /// Of digits with marks and blanks between groups.
    fn number_end(&self, start: usize) -> usize {
        let mut at = start;
        loop {
            match self.get(at) {
                Some(letter) if letter.is_ascii_digit() => at += 1,
                Some('.' | ',') if self.is_digit(at + 1) => at += 1,
                Some(letter) if is_blank(letter) && self.reading.marks != Marks::Point => {
                    let head = at - start;
                    let n = (at + 1..).take_while(|at| self.is_digit(*at)).count();
                    let is_group = n == 3 && (1..=3).contains(&head);
                    if !is_group {
                        return at;
                    }
                    at += 1;
                }
                _ => return at,
            }
        }
    }

    /// `2026-05-01`, `2026/5/1`, `2026年5月1日`: year, month and day.
    fn date(&self, start: usize) -> Option<(String, usize)> {
        let mut parts: Vec<u32> = Vec::new();
        let mut at = start;
        while parts.len() < 3 {
            let end = (at..).find(|at| !self.is_digit(*at))?;
            parts.push(self.lower(at, end).parse().ok()?);
            at = end;
            if parts.len() < 3 {
                let between = self.get(at)?;
                let fits = matches!(
                    (between, parts.len()),
                    ('-' | '/' | '.', _) | ('年', 1) | ('月', 2)
                );
                if !fits || !self.is_digit(at + 1) {
                    return None;
                }
                at += 1;
            }
        }
        let is_date = (1900..2200).contains(&parts[0])
            && (1..=12).contains(&parts[1])
            && (1..=31).contains(&parts[2]);
        at += usize::from(self.get(at) == Some('日'));
        is_date.then(|| (format!("{}-{}-{}", parts[0], parts[1], parts[2]), at))
    }

    /// “May 1, 2026”, “May 2026”: the date, and where it ends.
    fn month_date(&mut self, word: &str, end: usize) -> Option<usize> {
        let month = words::month(word)?;
        let mut at = end + usize::from(self.get(end) == Some('.'));
        let mut numbers: Vec<u32> = Vec::new();
        while numbers.len() < 2 {
            let from = (at..at + 3).find(|at| self.is_digit(*at))?;
            let gap: String = self.text[at..from].iter().collect();
            if !gap.chars().all(|c| is_blank(c) || c == ',') {
                break;
            }
            let to = (from..).find(|at| !self.is_digit(*at))?;
            numbers.push(self.lower(from, to).parse().ok()?);
            at = to
                + usize::from(matches!(
                    self.lower(to, self.letters_end(to)).as_str(),
                    "st" | "nd" | "rd" | "th"
                )) * 2;
            if !(at..at + 3).any(|at| self.is_digit(at)) {
                break;
            }
        }
        let before = match self.found.last() {
            Some(Found::Number(number)) if number.unit.is_none() => number.values.first().copied(),
            _ => None,
        };
        let code = match (numbers.as_slice(), before) {
            ([day, year], _) => format!("{year}-{month}-{day}"),
            ([year], Some(day)) if *year > 31 && (1.0..=31.0).contains(&day) => {
                self.found.pop();
                format!("{year}-{month}-{day}")
            }
            ([one], _) => format!("{one}-{month}"),
            _ => return None,
        };
        self.found.push(Found::Code { code });
        Some(at)
    }

    /// The unit that stands at `at`, behind a blank or hyphen, and where it ends.
    fn unit_at(&self, at: usize) -> (Option<Unit>, usize) {
        let skips = self.get(at).is_some_and(|c| is_blank(c) || c == '-') as usize;
        let from = at + skips;
        let Some(first) = self.get(from) else {
            return (None, at);
        };
        if matches!(first, '%' | '٪' | '″' | '"' | '℃' | '℉' | '€') {
            // A quotation mark is an inch only right behind the number.
            let unit = units::named(&first.to_string());
            return match first == '"' && skips > 0 {
                true => (None, at),
                false => (unit, from + 1),
            };
        }
        if first == '$' && skips == 0 {
            return (None, at);
        }
        if first == '°' {
            let end = (from + 2).min(self.text.len());
            return (units::named(&self.lower(from, end)), end);
        }
        if is_spaced(first) {
            let end = self.letters_end(from);
            let word = self.lower(from, end);
            if word == "in" && skips > 0 && !self.is_inch(end) || word == "v" && self.is_digit(end)
            {
                return (None, at);
            }
            return match units::named(&word) {
                Some(unit) => (Some(unit), end),
                None => (None, at),
            };
        }
        match units::leading(&self.text[from..]) {
            Some((unit, n)) => (Some(unit), from + n),
            None if skips == 0 && first.is_alphabetic() => (
                Some(Unit {
                    kind: Kind::Other,
                    factor: 1.0,
                }),
                at,
            ),
            None => (None, at),
        }
    }

    /// “11 in” is a measure unless the next word shows that it is a preposition.
    fn is_inch(&self, end: usize) -> bool {
        let from = (end..)
            .find(|at| !self.get(*at).is_some_and(is_blank))
            .unwrap_or(end);
        let next = self.lower(from, self.letters_end(from).max(from));
        !matches!(
            next.as_str(),
            "total"
                | "stock"
                | "a"
                | "an"
                | "the"
                | "each"
                | "one"
                | "all"
                | "every"
                | "box"
                | "various"
                | "different"
                | "assorted"
                | "our"
                | "your"
                | "this"
        ) && !self.text.get(from).is_some_and(|c| c.is_ascii_digit())
    }

    /// `$12`: the currency.
    fn sign_before(&self, start: usize) -> Option<Unit> {
        let kind = match start.checked_sub(1).and_then(|at| self.get(at))? {
            '$' => Kind::Dollar,
            '¥' | '￥' => Kind::Yuan,
            '€' => Kind::Euro,
            '£' => Kind::Pound,
            _ => return None,
        };
        Some(Unit { kind, factor: 1.0 })
    }

    fn push(&mut self, text: String, values: Vec<f64>, decimals: usize, unit: Option<Unit>) {
        self.found.push(Found::Number(Number {
            text,
            values,
            decimals,
            unit,
            until: None,
        }));
    }

    /// In `19 × 12 × 3.5 cm` the unit is that of all.
    fn join_chain(&mut self, first: usize) {
        let from = self.chain.take().unwrap_or(first);
        let unit = match self.found.last() {
            Some(Found::Number(number)) => number.unit,
            _ => None,
        };
        if unit.is_some_and(|unit| unit.kind != Kind::Other) {
            for one in &mut self.found[from..] {
                if let Found::Number(number) = one
                    && number.unit.is_none_or(|unit| unit.kind == Kind::Other)
                {
                    number.unit = unit;
                }
            }
        }
        let next = (self.at..)
            .find(|at| !self.get(*at).is_some_and(is_blank))
            .unwrap_or(self.at);
        if self
            .get(next)
            .is_some_and(|c| matches!(c, 'x' | 'X' | '×' | '*' | '✕' | 'х'))
        {
            let after = (next + 1..)
                .find(|at| !self.get(*at).is_some_and(is_blank))
                .unwrap_or(next);
            if self.is_digit(after) {
                self.chain = Some(from);
                self.at = after;
            }
        }
    }

    /// `10-15`, `10 to 15`: the number before this one begins a range.
    fn join_range(&mut self) {
        let next = (self.at..)
            .find(|at| !self.get(*at).is_some_and(is_blank))
            .unwrap_or(self.at);
        let end = self.letters_end(next);
        let is_sign = self
            .get(next)
            .is_some_and(|c| matches!(c, '-' | '–' | '—' | '~' | '～' | '至' | '到'));
        let is_word = matches!(
            self.lower(next, end.max(next)).as_str(),
            "to" | "bis" | "до" | "hingga" | "đến" | "à"
        );
        let after = if is_sign { next + 1 } else { end };
        let after = (after..)
            .find(|at| !self.get(*at).is_some_and(is_blank))
            .unwrap_or(after);
        if !(is_sign || is_word) || !self.is_digit(after) {
            return;
        }
        let stop = self.number_end(after);
        let raw: String = self.text[after..stop].iter().collect();
        let parts = values(&raw, self.reading.marks);
        let (unit, _) = self.unit_at(stop);
        if let (Some(Found::Number(number)), [(_, values, _)]) =
            (self.found.last_mut(), parts.as_slice())
        {
            number.until = values.first().copied();
            number.unit = number.unit.or(unit.filter(|unit| unit.kind != Kind::Other));
        }
        self.at = after;
    }
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{652}' | '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}')
}
