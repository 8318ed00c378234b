//! Reads a format: sections between `;`, each a list of parts. In: the format. Out: [`read`].

use super::{
    Condition, Part, Section, Sign, System, day, number, numerals::Numerals, plain::Plain,
};

pub(super) fn read(format: &str) -> Option<Vec<Section>> {
    let chars: Vec<char> = format.chars().collect();
    let mut reader = Reader {
        chars: &chars,
        at: 0,
    };
    let mut sections = vec![reader.section()?];
    while reader.at < chars.len() {
        reader.at += 1;
        sections.push(reader.section()?);
    }
    (sections.len() <= 4).then_some(sections)
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
}

const HALVES: [(&str, &str, &str); 3] = [
    ("am/pm", "AM", "PM"),
    ("上午/下午", "上午", "下午"),
    ("a/p", "A", "P"),
];
const COLORS: [&str; 17] = [
    "black",
    "blue",
    "cyan",
    "green",
    "magenta",
    "red",
    "white",
    "yellow",
    "黑色",
    "蓝色",
    "青色",
    "绿色",
    "洋红",
    "洋红色",
    "红色",
    "白色",
    "黄色",
];
/// `[Color5]`; Excel's palette has so many.
const PALETTE: u32 = 56;

impl Reader<'_> {
    /// Up to `;` or the end.
    fn section(&mut self) -> Option<Section> {
        let mut section = Section::default();
        while let Some(&c) = self.chars.get(self.at).filter(|c| **c != ';') {
            self.part(c, &mut section)?;
        }
        if let Some(system) = section.system {
            section.parts = system.parts();
        }
        match section.is_date() {
            true => day::settle(&mut section.parts)?,
            false => number::settle(&mut section)?,
        }
        section.plain = Plain::of(&section);
        Some(section)
    }

    fn part(&mut self, c: char, section: &mut Section) -> Option<()> {
        if let Some(part) = self.word() {
            section.parts.push(part);
            return Some(());
        }
        self.at += 1;
        let next = self.chars.get(self.at).copied();
        let part = match c {
            '"' => return self.quoted(section),
            '[' => return self.bracketed(section),
            // Room as wide as the next character; in a text, a blank.
            '_' => {
                self.at += 1;
                Part::Literal(next.map(|_| ' ')?)
            }
            // `!` escapes in Excel's Chinese edition.
            '\\' | '!' => {
                self.at += 1;
                Part::Literal(next?)
            }
            // The next character would fill a cell.
            '*' => {
                self.at += 1;
                return next.map(drop);
            }
            '0' | '#' | '?' => Part::Digit(c),
            '.' => Part::Point,
            ',' => Part::Comma,
            '%' => Part::Percent,
            '@' => Part::Text,
            '/' => Part::Slash,
            // Elsewhere than after digits, as in `e-mm-dd`, it is the year.
            'E' | 'e' if section.has_digits() && matches!(next, Some('+' | '-')) => {
                self.at += 1;
                Part::Exponent(next == Some('+'))
            }
            _ => match c.to_ascii_lowercase() {
                'a' if !self.repeats('a', 3) => Part::Literal(c),
                'h' | 's' if self.repeats(c, 3) => return None,
                letter @ ('y' | 'm' | 'd' | 'h' | 's' | 'a' | 'e' | 'b') => self.run(letter),
                _ => Part::Literal(c),
            },
        };
        section.parts.push(part);
        Some(())
    }

    /// `General` and the halves of a day.
    fn word(&mut self) -> Option<Part> {
        let rest = &self.chars[self.at..];
        let starts = |word: &str| {
            let n = word.chars().count();
            let same = |(a, b): (char, &char)| a == b.to_ascii_lowercase();
            rest.len() >= n && word.chars().zip(rest).all(same)
        };
        let (word, part) = ["general", "g/通用格式"]
            .into_iter()
            .map(|word| (word, Part::General))
            .chain(HALVES.map(|(word, am, pm)| (word, Part::Half(am, pm))))
            .find(|(word, _)| starts(word))?;
        let is_small = rest.first() == Some(&'a');
        self.at += word.chars().count();
        Some(match part {
            // One letter keeps its case.
            Part::Half("A", _) if is_small => Part::Half("a", "p"),
            other => other,
        })
    }

    /// The letter that was just read stands so many times in a row.
    fn repeats(&self, letter: char, n: usize) -> bool {
        let same = |c: &&char| c.eq_ignore_ascii_case(&letter);
        1 + self.chars[self.at..].iter().take_while(same).count() >= n
    }

    /// The same letter several times, of which one is read.
    fn run(&mut self, letter: char) -> Part {
        let same = |c: &&char| c.to_ascii_lowercase() == letter;
        let n = 1 + self.chars[self.at..].iter().take_while(same).count();
        self.at += n - 1;
        match letter {
            'e' => Part::Date('y', 4),
            _ => Part::Date(letter, n),
        }
    }

    fn quoted(&mut self, section: &mut Section) -> Option<()> {
        loop {
            let c = *self.chars.get(self.at)?;
            self.at += 1;
            if c == '"' {
                return Some(());
            }
            section.parts.push(Part::Literal(c));
        }
    }

    /// A condition, a colour, a currency or language, elapsed time, Chinese numerals.
    fn bracketed(&mut self, section: &mut Section) -> Option<()> {
        let n = self.chars[self.at..].iter().position(|c| *c == ']')?;
        let inner: String = self.chars[self.at..self.at + n].iter().collect();
        self.at += n + 1;
        let lower = inner.to_lowercase();
        if let Some(rest) = inner.strip_prefix('$') {
            let (sign, place) = rest.split_once('-').unwrap_or((rest, ""));
            section.parts.extend(sign.chars().map(Part::Literal));
            section.set_place(&place.to_lowercase());
        } else if let Some(letter) = lower.chars().next().filter(|c| "hms".contains(*c))
            && lower.chars().all(|c| c == letter)
        {
            section.parts.push(Part::Elapsed(letter, n));
        } else if lower.starts_with(['<', '>', '=']) {
            section.condition = Some(condition(&inner)?);
        } else if let Some(kind) = lower.strip_prefix("dbnum") {
            section.numerals = Some(Numerals::read(kind)?);
        } else if !COLORS.contains(&lower.as_str()) {
            let number = lower.strip_prefix("color").or(lower.strip_prefix("颜色"))?;
            let number: u32 = number.trim().parse().ok()?;
            return (1..=PALETTE).contains(&number).then_some(());
        }
        Some(())
    }
}

fn condition(text: &str) -> Option<Condition> {
    let n_sign = text.chars().take_while(|c| "<>=".contains(*c)).count();
    let (sign, limit) = text.split_at(n_sign);
    let sign = match sign {
        "<" => Sign::Less,
        "<=" => Sign::LessEqual,
        ">" => Sign::Greater,
        ">=" => Sign::GreaterEqual,
        "=" => Sign::Equal,
        "<>" => Sign::NotEqual,
        _ => return None,
    };
    let limit: f64 = limit.trim().parse().ok()?;
    limit.is_finite().then_some(Condition { sign, limit })
}

impl Section {
    /// What follows `-` in `[$-804]`: a language, by Windows' number or by name, or the way of the country.
    fn set_place(&mut self, place: &str) {
        match place {
            "f800" | "x-sysdate" => self.system = Some(System::Date),
            "f400" | "x-systime" => self.system = Some(System::Time),
            _ => {
                let number = u32::from_str_radix(place, 16).unwrap_or(0);
                self.in_chinese |= matches!(number & 0xffff, 0x0804 | 0x0404 | 0x0c04 | 0x1004)
                    || place.starts_with("zh");
            }
        }
    }
}

impl System {
    /// As in China: `2026年11月22日`, `14:05:09`.
    fn parts(self) -> Vec<Part> {
        let (letters, marks) = match self {
            System::Date => (['y', 'm', 'd'], ['年', '月', '日']),
            System::Time => (['h', 'm', 's'], [':', ':', ' ']),
        };
        let mut parts = Vec::new();
        for (letter, mark) in letters.into_iter().zip(marks) {
            let size = match letter {
                'y' => 4,
                'm' | 's' if self == System::Time => 2,
                _ => 1,
            };
            parts.push(Part::Date(letter, size));
            if mark != ' ' {
                parts.push(Part::Literal(mark));
            }
        }
        parts
    }
}
