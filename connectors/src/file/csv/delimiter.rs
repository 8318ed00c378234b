//! The separator of a text file: the one that cuts the first records most evenly.
//!
//! Function: [`detect`]. Tests: at the end of this file.

/// Records looked at.
const RECORDS: usize = 50;

#[derive(Debug, PartialEq, Eq)]
pub struct Delimiter {
    pub byte: u8,
    /// The first line only names the separator, as Excel understands it.
    pub has_sep_line: bool,
    /// The full-width comma separates; the byte then splits nothing.
    pub wide_comma: bool,
}

impl Delimiter {
    pub fn format(&self) -> &'static str {
        match self.byte {
            b'\t' => "tsv",
            _ => "csv",
        }
    }
}

pub fn detect(head: &str) -> Delimiter {
    if let Some(byte) = sep_line(head) {
        return Delimiter {
            byte,
            has_sep_line: true,
            wide_comma: false,
        };
    }
    let mut best = (b',', 0.0);
    for byte in [b',', b'\t', b';', b'|'] {
        let score = score(&counts(head, byte));
        if score > best.1 {
            best = (byte, score);
        }
    }
    let lines: Vec<usize> = head
        .lines()
        .take(RECORDS)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.matches('，').count() + 1)
        .collect();
    // A score of 1 is one column throughout.
    let wide_comma =
        best.1 <= 1.0 && lines.len() > 1 && score(&lines) > 1.3 && lines.iter().all(|n| *n > 1);
    Delimiter {
        byte: if wide_comma { b'\t' } else { best.0 },
        has_sep_line: false,
        wide_comma,
    }
}

fn sep_line(head: &str) -> Option<u8> {
    let line = head.lines().next()?;
    let rest = line
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("sep="))
        .map(|_| &line[4..])?;
    match rest.as_bytes() {
        [byte] if byte.is_ascii_punctuation() || *byte == b'\t' => Some(*byte),
        [] if line.len() == 4 => None,
        _ => None,
    }
}

fn counts(head: &str, byte: u8) -> Vec<usize> {
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(byte)
        .has_headers(false)
        .flexible(true)
        .from_reader(head.as_bytes());
    let mut counts: Vec<usize> = reader
        .records()
        .take(RECORDS)
        .flatten()
        .map(|record| record.len())
        .collect();
    // The last record may be cut.
    if counts.len() > 2 && counts.len() < RECORDS {
        counts.pop();
    }
    counts
}

/// The share of the commonest width, times the root of that width.
fn score(counts: &[usize]) -> f64 {
    let mut by_width = std::collections::BTreeMap::new();
    for n in counts {
        *by_width.entry(*n).or_insert(0usize) += 1;
    }
    by_width
        .into_iter()
        .map(|(width, n)| n as f64 / counts.len() as f64 * (width as f64).sqrt())
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_told() {
        for (head, byte, sep, wide) in [
            ("a,b,c\n1,2,3\n", b',', false, false),
            ("货号\t品名，规格\n1\t发夹，红\n", b'\t', false, false),
            ("a;b\n1,5;2\n2,5;3\n", b';', false, false),
            ("sep=;\na;b\n", b';', true, false),
            ("a|b\n\"x|y\"|2\n", b'|', false, false),
            ("货号，品名\n1，发夹\n", b'\t', false, true),
            ("单列\n一\n二\n", b',', false, false),
            ("a,b\n\"多行\n字\",2\n", b',', false, false),
        ] {
            let expected = Delimiter {
                byte,
                has_sep_line: sep,
                wide_comma: wide,
            };
            assert_eq!(detect(head), expected, "{head}");
        }
    }
}
