//! Batches of raw cells on disk, between the child process that reads a stranger's file and the server.
//!
//! In: columns of [`RawCell`], each with a key; out: bytes, and back. Law: the reader trusts no length it
//! finds; damaged bytes give an error, never a panic or a large allocation. Tests: at the end of this file.
//!
//! Layout, little endian: magic, n_rows u32, n_columns u32, then per column: key u32, n_bytes u64, form u8, cells.
//! Form 0: a cell is a tag byte and its payload; a text is n_bytes u32 and UTF-8. Form 1, texts only: n u32 and as
//! many ends u32 of the distinct texts, all of them as one text, then per row a code of 1, 2 or 4 bytes, as n needs.

use super::words::Words;
use std::sync::Arc;
use table::{
    column::{Dictionary, TextValues},
    raw::{RawCell, RawColumn},
    value::{Attachment, CellError},
};

const MAGIC: &[u8; 8] = b"SPBATCH2";

const BLANK: u8 = 0;
const NUMBER: u8 = 1;
const NUMBER_SHOWN: u8 = 2;
const DATE: u8 = 3;
const DATE_TIME: u8 = 4;
const FALSE: u8 = 5;
const TRUE: u8 = 6;
const TEXT: u8 = 7;
const ERROR: u8 = 8;
const PICTURES: u8 = 9;

/// Why bytes are no batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a staged batch is damaged at byte {at}: {what}")]
pub struct ReadBatchError {
    pub at: usize,
    pub what: &'static str,
}

const CELLS: u8 = 0;
const WORDS: u8 = 1;

/// Bytes of one code among `n` texts.
fn code_bytes(n: usize) -> usize {
    match n {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

/// One column of texts; code 0 is a blank, and so are the rows beyond the codes.
pub fn encode_words(key: u32, words: &Dictionary, codes: &[u32], n_rows: usize) -> Vec<u8> {
    let n_bytes = code_bytes(words.len());
    let size = 8 + 4 * words.len() + words.bytes().len() + n_bytes * n_rows;
    let mut out = Vec::with_capacity(13 + size);
    out.extend_from_slice(&key.to_le_bytes());
    out.extend_from_slice(&(1 + size as u64).to_le_bytes());
    out.push(WORDS);
    out.extend_from_slice(&(words.len() as u32).to_le_bytes());
    for end in words.ends() {
        out.extend_from_slice(&end.to_le_bytes());
    }
    put_text(&mut out, words.bytes());
    let codes = &codes[..codes.len().min(n_rows)];
    match n_bytes {
        1 => out.extend(codes.iter().map(|code| *code as u8)),
        2 => out.extend(codes.iter().flat_map(|code| (*code as u16).to_le_bytes())),
        _ => out.extend(codes.iter().flat_map(|code| code.to_le_bytes())),
    }
    out.resize(13 + size, 0);
    out
}

/// One column of a batch; blanks stand where it is shorter than `n_rows`.
pub fn encode_column(key: u32, cells: &[RawCell], n_rows: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(n_rows * 10 + 16);
    out.extend_from_slice(&key.to_le_bytes());
    out.extend_from_slice(&[0; 8]);
    out.push(CELLS);
    for cell in cells.iter().take(n_rows) {
        put_cell(&mut out, cell);
    }
    out.resize(out.len() + n_rows.saturating_sub(cells.len()), BLANK);
    let length = (out.len() - 12) as u64;
    out[4..12].copy_from_slice(&length.to_le_bytes());
    out
}

/// What stands before the columns.
pub fn encode_head(n_rows: usize, n_columns: usize) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&(n_rows as u32).to_le_bytes());
    out.extend_from_slice(&(n_columns as u32).to_le_bytes());
    out
}

fn put_cell(out: &mut Vec<u8>, cell: &RawCell) {
    match cell {
        RawCell::Blank => out.push(BLANK),
        RawCell::Number { value, shown: None } => put_number(out, NUMBER, *value),
        RawCell::Number {
            value,
            shown: Some(shown),
        } => {
            put_number(out, NUMBER_SHOWN, *value);
            put_text(out, shown);
        }
        RawCell::Date {
            value,
            has_time: false,
        } => put_number(out, DATE, *value),
        RawCell::Date {
            value,
            has_time: true,
        } => put_number(out, DATE_TIME, *value),
        RawCell::Bool(flag) => out.push(if *flag { TRUE } else { FALSE }),
        RawCell::Text(text) => {
            out.push(TEXT);
            put_text(out, text);
        }
        RawCell::Error(error) => {
            out.push(ERROR);
            let at = CellError::ALL.iter().position(|other| other == error);
            out.push(at.unwrap_or(0) as u8);
        }
        RawCell::Pictures(files) => {
            out.push(PICTURES);
            out.extend_from_slice(&(files.len() as u32).to_le_bytes());
            for file in files.iter() {
                put_text(out, &file.digest);
                put_text(out, &file.name);
                put_text(out, &file.mime);
                out.extend_from_slice(&file.size_bytes.to_le_bytes());
                out.extend_from_slice(&file.width_px.to_le_bytes());
                out.extend_from_slice(&file.height_px.to_le_bytes());
            }
        }
    }
}

fn put_number(out: &mut Vec<u8>, tag: u8, value: f64) {
    out.push(tag);
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// The columns of a batch by their keys, and the number of rows.
#[derive(Debug)]
pub struct Decoded {
    pub n_rows: usize,
    pub columns: Vec<(u32, RawColumn)>,
}

pub fn decode(bytes: &[u8]) -> Result<Decoded, ReadBatchError> {
    let mut reader = Reader {
        bytes,
        at: 0,
        words: Words::default(),
    };
    if reader.take(MAGIC.len())? != MAGIC {
        return Err(reader.damaged("no batch"));
    }
    let n_rows = reader.u32()? as usize;
    let n_columns = reader.u32()? as usize;
    // A cell takes a byte at least, a column a key and a length: no claim may exceed what is there.
    if n_columns > bytes.len() / 12 || n_columns > 0 && n_rows > bytes.len() {
        return Err(reader.damaged("more cells claimed than there are bytes"));
    }
    let mut columns = Vec::with_capacity(n_columns);
    for _ in 0..n_columns {
        let key = reader.u32()?;
        let length = reader.u64()?;
        let end = usize::try_from(length)
            .ok()
            .and_then(|length| reader.at.checked_add(length));
        if end.is_none_or(|end| end > bytes.len()) || (length as usize) < n_rows {
            return Err(reader.damaged("wrong column length"));
        }
        let cells = match reader.u8()? {
            CELLS => {
                let mut cells = Vec::with_capacity(n_rows);
                for _ in 0..n_rows {
                    cells.push(reader.cell()?);
                }
                RawColumn::Cells(cells)
            }
            WORDS => RawColumn::Words(reader.words(n_rows)?),
            _ => return Err(reader.damaged("unknown form of column")),
        };
        if Some(reader.at) != end {
            return Err(reader.damaged("wrong column length"));
        }
        columns.push((key, cells));
    }
    if reader.at != bytes.len() {
        return Err(reader.damaged("bytes after the end"));
    }
    Ok(Decoded { n_rows, columns })
}

/// Little endian, at most four bytes.
fn number_of(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    words: Words,
}

impl<'a> Reader<'a> {
    fn damaged(&self, what: &'static str) -> ReadBatchError {
        ReadBatchError { at: self.at, what }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], ReadBatchError> {
        let taken = self
            .at
            .checked_add(n)
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or_else(|| self.damaged("cut off"))?;
        self.at += n;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadBatchError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    fn u8(&mut self) -> Result<u8, ReadBatchError> {
        Ok(self.array::<1>()?[0])
    }

    fn u32(&mut self) -> Result<u32, ReadBatchError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, ReadBatchError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn number(&mut self) -> Result<f64, ReadBatchError> {
        let value = f64::from_le_bytes(self.array()?);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(self.damaged("no finite number"))
        }
    }

    fn text(&mut self) -> Result<Arc<str>, ReadBatchError> {
        let length = self.u32()? as usize;
        let bytes = self.take(length)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(self.words.shared(text)),
            Err(_) => Err(self.damaged("no UTF-8")),
        }
    }

    fn words(&mut self, n_rows: usize) -> Result<TextValues, ReadBatchError> {
        let n = self.u32()? as usize;
        let ends = self.take(n.checked_mul(4).ok_or_else(|| self.damaged("cut off"))?)?;
        let ends: Vec<u32> = ends.chunks_exact(4).map(number_of).collect();
        let length = self.u32()? as usize;
        let Ok(bytes) = std::str::from_utf8(self.take(length)?) else {
            return Err(self.damaged("no UTF-8"));
        };
        let starts_blank = ends.first() == Some(&0);
        let words = Dictionary::from_parts(ends, bytes.into(), true).filter(|_| starts_blank);
        let Some(words) = words else {
            return Err(self.damaged("no list of texts"));
        };
        let n_bytes = code_bytes(n);
        let codes = self.take(n_bytes * n_rows)?;
        let codes = codes.chunks_exact(n_bytes).map(number_of).collect();
        TextValues::from_dictionary(codes, Arc::new(words), Dictionary::default())
            .ok_or_else(|| self.damaged("a code without a text"))
    }

    fn cell(&mut self) -> Result<RawCell, ReadBatchError> {
        Ok(match self.u8()? {
            BLANK => RawCell::Blank,
            NUMBER => RawCell::Number {
                value: self.number()?,
                shown: None,
            },
            NUMBER_SHOWN => RawCell::Number {
                value: self.number()?,
                shown: Some(self.text()?),
            },
            tag @ (DATE | DATE_TIME) => RawCell::Date {
                value: self.number()?,
                has_time: tag == DATE_TIME,
            },
            tag @ (FALSE | TRUE) => RawCell::Bool(tag == TRUE),
            TEXT => RawCell::Text(self.text()?),
            ERROR => {
                let at = self.u8()? as usize;
                let error = CellError::ALL.get(at).copied();
                RawCell::Error(error.ok_or_else(|| self.damaged("unknown error value"))?)
            }
            PICTURES => self.pictures()?,
            _ => return Err(self.damaged("unknown kind of cell")),
        })
    }

    fn pictures(&mut self) -> Result<RawCell, ReadBatchError> {
        let n = self.u32()? as usize;
        if n > self.bytes.len() / 28 {
            return Err(self.damaged("more pictures claimed than there are bytes"));
        }
        let mut files = Vec::with_capacity(n);
        for _ in 0..n {
            let digest = self.text()?;
            if !is_digest(&digest) {
                return Err(self.damaged("no digest"));
            }
            files.push(Attachment {
                digest,
                name: self.text()?,
                mime: self.text()?,
                size_bytes: self.u64()?,
                width_px: self.u32()?,
                height_px: self.u32()?,
            });
        }
        Ok(RawCell::Pictures(files.into()))
    }
}

/// 64 lower-case hex digits: safe as a file name.
pub fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use table::column::DictionaryBuilder;

    fn encode(n_rows: usize, columns: &[(u32, &[RawCell])]) -> Vec<u8> {
        let mut out = encode_head(n_rows, columns.len());
        for (key, cells) in columns {
            out.extend(encode_column(*key, cells, n_rows));
        }
        out
    }

    fn every_kind() -> Vec<RawCell> {
        vec![
            RawCell::Blank,
            RawCell::Number {
                value: -1.5e300,
                shown: None,
            },
            RawCell::Number {
                value: 123.0,
                shown: Some("00123".into()),
            },
            RawCell::Date {
                value: 45_960.0,
                has_time: false,
            },
            RawCell::Date {
                value: 45_960.25,
                has_time: true,
            },
            RawCell::Bool(true),
            RawCell::Bool(false),
            RawCell::Text("义乌\n小商品".into()),
            RawCell::Error(CellError::Calc),
            RawCell::Pictures(
                vec![Attachment {
                    digest: "ab".repeat(32).into(),
                    name: "正面.png".into(),
                    mime: "image/png".into(),
                    size_bytes: 7,
                    width_px: 3,
                    height_px: 4,
                }]
                .into(),
            ),
        ]
    }

    #[test]
    fn what_was_written_is_read() {
        let cells = every_kind();
        let short = &cells[..3];
        let bytes = encode(10, &[(4, &cells), (9, short)]);
        let read = decode(&bytes).unwrap();
        assert_eq!(read.n_rows, 10);
        assert_eq!(read.columns[0], (4, cells.clone().into()));
        assert_eq!(read.columns[1].0, 9);
        let padded = read.columns[1].1.clone().into_cells();
        assert_eq!(&padded[..3], short);
        assert!(padded[3..].iter().all(RawCell::is_blank));
    }

    #[test]
    fn words_come_back_in_every_width() {
        for n in [2, 255, 256, 65_535, 65_536, 70_000] {
            let mut builder = DictionaryBuilder::default();
            let codes: Vec<u32> = (0..n).map(|at| builder.code(&format!("词{at}"))).collect();
            let words = builder.finish();
            let mut bytes = encode_head(n + 2, 1);
            bytes.extend(encode_words(6, &words, &codes, n + 2));
            let read = decode(&bytes).unwrap();
            assert_eq!((read.n_rows, read.columns[0].0), (n + 2, 6));
            let RawColumn::Words(texts) = &read.columns[0].1 else {
                panic!()
            };
            assert!((0..n).all(|at| texts.get(at) == format!("词{at}")));
            assert_eq!((texts.get(n), texts.get(n + 1)), ("", ""));
            assert!(decode(&bytes[..bytes.len() - 1]).is_err());
            let out_of_range = bytes.len() - code_bytes(n + 1);
            if n == 70_000 {
                bytes[out_of_range + 2] = 0xff;
                assert!(decode(&bytes).is_err());
            }
        }
    }

    #[test]
    fn every_cut_is_an_error() {
        let cells = every_kind();
        let bytes = encode(10, &[(4, &cells)]);
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn a_changed_byte_never_panics(at in 0usize..500, byte: u8) {
            let cells = every_kind();
            let mut bytes = encode(10, &[(4, &cells)]);
            let mut builder = DictionaryBuilder::default();
            let codes: Vec<u32> = ["a", "杯", "a"].map(|text| builder.code(text)).to_vec();
            bytes[12] = 2;
            bytes.extend(encode_words(6, &builder.finish(), &codes, 10));
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = decode(&bytes);
        }
    }
}
