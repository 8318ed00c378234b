//! A text file in pieces that end with a record, so that several threads can cut records into cells.
//!
//! Type: [`Chunks`]. In: decoded text; out: [`Chunk`]s, in order. Law: whatever the pieces, the records are those of
//! the `csv` crate over the whole text; line ends within quotes end nothing. Tests: at the end of this file.

use memchr::{memchr, memchr3};
use std::io::Read;

/// Bytes asked of the reader at a time.
const READ_BYTES: usize = 1 << 20;

/// Some records, as UTF-8.
#[derive(Debug, Default)]
pub struct Chunk {
    pub bytes: Vec<u8>,
    /// Records before it.
    pub first_record: u64,
}

pub struct Chunks<R> {
    from: R,
    delimiter: u8,
    /// A record is cut off here.
    most_bytes: usize,
    /// What was read and is in no chunk yet; up to `scanned` it has been looked at.
    buffer: Vec<u8>,
    scanned: usize,
    /// Where the present record began.
    record: usize,
    in_quotes: bool,
    n_records: u64,
    is_at_end: bool,
}

impl<R: Read> Chunks<R> {
    pub fn new(from: R, delimiter: u8, most_bytes: usize) -> Chunks<R> {
        Chunks {
            from,
            delimiter,
            most_bytes,
            buffer: Vec::new(),
            scanned: 0,
            record: 0,
            in_quotes: false,
            n_records: 0,
            is_at_end: false,
        }
    }

    /// The next records: as many, or fewer where they have very many bytes; `None` at the end.
    pub fn next(&mut self, records: u64) -> std::io::Result<Option<Chunk>> {
        let first_record = self.n_records;
        let wanted = first_record + records;
        while self.n_records < wanted && self.record <= self.most_bytes {
            if self.scan(wanted) {
                continue;
            }
            if self.is_at_end {
                self.end_last_record();
                break;
            }
            self.fill()?;
        }
        let rest = self.buffer.split_off(self.record);
        self.scanned -= self.record;
        self.record = 0;
        let bytes = std::mem::replace(&mut self.buffer, rest);
        Ok((!bytes.is_empty()).then_some(Chunk {
            bytes,
            first_record,
        }))
    }

    fn fill(&mut self) -> std::io::Result<()> {
        let old = self.buffer.len();
        self.buffer.resize(old + READ_BYTES, 0);
        let n = self.from.read(&mut self.buffer[old..])?;
        self.buffer.truncate(old + n);
        self.is_at_end = n == 0;
        Ok(())
    }

    fn end_last_record(&mut self) {
        if self.record < self.buffer.len() {
            self.n_records += 1;
        }
        self.record = self.buffer.len();
        self.scanned = self.record;
    }

    /// Goes on to the next line end or quote that matters; false where more bytes are needed to tell.
    fn scan(&mut self, wanted: u64) -> bool {
        while self.n_records < wanted && self.record <= self.most_bytes {
            let rest = &self.buffer[self.scanned..];
            if self.in_quotes {
                let Some(at) = memchr(b'"', rest) else {
                    self.scanned = self.buffer.len();
                    return false;
                };
                match rest.get(at + 1) {
                    Some(b'"') => self.scanned += at + 2,
                    // Whether it is a pair shows with the next bytes.
                    None if !self.is_at_end => {
                        self.scanned += at;
                        return false;
                    }
                    _ => {
                        self.scanned += at + 1;
                        self.in_quotes = false;
                    }
                }
                continue;
            }
            let Some(at) = memchr3(b'\n', b'\r', b'"', rest) else {
                self.scanned = self.buffer.len();
                return false;
            };
            let at = self.scanned + at;
            self.scanned = at + 1;
            if self.buffer[at] == b'"' {
                // A quote within a field is a character like others.
                self.in_quotes = at == self.record || self.buffer[at - 1] == self.delimiter;
            } else {
                // Empty lines are no records.
                self.n_records += u64::from(at > self.record);
                self.record = at + 1;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn records(bytes: &[u8]) -> Vec<Vec<String>> {
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let texts = |record: ::csv::StringRecord| record.iter().map(str::to_string).collect();
        reader
            .records()
            .map(|record| texts(record.unwrap()))
            .collect()
    }

    /// Gives its bytes in small portions.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.len().min(self.1).min(into.len());
            into[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn in_pieces(
        text: &str,
        per_chunk: u64,
        per_read: usize,
        most_bytes: usize,
    ) -> Vec<Vec<String>> {
        let mut chunks = Chunks::new(Slow(text.as_bytes(), per_read), b',', most_bytes);
        let (mut all, mut joined) = (Vec::new(), Vec::new());
        while let Some(chunk) = chunks.next(per_chunk).unwrap() {
            assert_eq!(chunk.first_record, all.len() as u64, "{text:?}");
            let found = records(&chunk.bytes);
            assert!(found.len() as u64 <= per_chunk, "{text:?}");
            all.extend(found);
            joined.extend(chunk.bytes);
        }
        assert_eq!(joined, text.as_bytes());
        all
    }

    #[test]
    fn records_are_those_of_the_whole_text() {
        for text in [
            "",
            "\n\n",
            "a,b\n1,2\n",
            "a,b\r\n1,2\r\n\r\n3",
            "a\rb\rc",
            "\"多行\n字\",2\n3,\"x\"\"y\n\"\n",
            "5\" 管,1\n6\",2\n",
            "\"a\"b\"\n\",1\n2",
            "a,\"never closed\n1,2\n3",
            "\"\",\"\"\n\"\"\n",
            "x, \"not at the start\n\",1\n",
        ] {
            let whole = records(text.as_bytes());
            for per_chunk in [1, 2, 3, 100] {
                for per_read in [1, 2, 5, 1000] {
                    assert_eq!(
                        in_pieces(text, per_chunk, per_read, 1 << 20),
                        whole,
                        "{text:?}"
                    );
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_in_any_pieces(text in "[a,\"\n\r杯]{0,60}", per_chunk in 1u64..5, per_read in 1usize..9, most_bytes in 1usize..30) {
            prop_assert_eq!(in_pieces(&text, per_chunk, per_read, most_bytes), records(text.as_bytes()));
        }
    }
}
