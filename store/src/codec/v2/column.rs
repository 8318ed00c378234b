//! One column of one segment: numbers as scaled integers, texts and option sets as narrow codes.
//!
//! A dictionary that several columns share is a part of its own, which the column names. What is rare stays as
//! in version 1. Law: `decode(encode(x))` equals x, and random bytes give an error, never a panic or a large
//! allocation.

use super::planes;
use crate::codec::v1::{
    bytes::{DecodeError, Reader, Writer},
    column as v1,
};
use std::sync::Arc;
use table::{
    column::{Column, ColumnKind, Dictionary, OptionValues, TextValues, Values},
    id::{OptionId, RecordId},
    mask::Mask,
};

/// Set in the first byte of a column, where version 1 has the kind alone.
const V2: u8 = 0x80;
/// First byte of a dictionary.
const DICTIONARY: u8 = 0xd0;
/// More cells in one column than this are damage: a few garbage bytes must not claim the memory.
const CELLS: usize = 1 << 20;
/// What numbers may be whole multiples of, one over this: decimals first, then parts of a day. The place in the
/// list is stored.
const DIVISORS: [f64; 11] = [
    1.0,
    10.0,
    100.0,
    1e3,
    1e4,
    1e5,
    1e6,
    24.0,
    1_440.0,
    86_400.0,
    86_400_000.0,
];
const RAW: u8 = 255;

const NONE: u8 = 0;
const ALL: u8 = 1;
const SOME: u8 = 2;

const WORDS_INSIDE: u8 = 0;
const WORDS_APART: u8 = 1;
const CODES: u8 = 0;
/// Codes that count up by one from the first.
const COUNTING: u8 = 1;

/// `words`: the number under which the column's shared dictionary is kept; without one it is written along.
pub fn encode(column: &Column, words: Option<i64>, to: &mut Writer) {
    to.u8(V2 | v1::kind_code(column.kind()));
    to.u32(column.len() as u32);
    let valid = column.valid();
    match valid.count() {
        0 => to.u8(NONE),
        n if n == valid.len() => to.u8(ALL),
        _ => {
            to.u8(SOME);
            v1::mask(valid, to);
        }
    }
    match column.values() {
        Values::Number(numbers) => encode_numbers(numbers, valid, to),
        Values::Text(texts) => encode_texts(texts, words, to),
        Values::Options(options) => encode_options(options, to),
        Values::Links(cells) => encode_links(cells, to),
        values => v1::encode_values(values, to),
    }
    v1::encode_rare(column, to);
}

/// The multiples and the place of the divisor, if there is one that loses nothing.
fn multiples(numbers: &[f64], valid: &Mask) -> Option<(u8, Vec<i64>)> {
    let mut whole = Vec::with_capacity(numbers.len());
    'divisor: for (place, divisor) in DIVISORS.iter().enumerate() {
        whole.clear();
        for at in valid.ones() {
            let n = (numbers[at] * divisor).round();
            // Through the integer, as it is read: it knows no negative zero.
            let read = n as i64 as f64 / divisor;
            let is_exact = n.abs() < 9e15 && read.to_bits() == numbers[at].to_bits();
            if !is_exact {
                continue 'divisor;
            }
            whole.push(n as i64);
        }
        return Some((place as u8, whole));
    }
    None
}

fn encode_numbers(numbers: &[f64], valid: &Mask, to: &mut Writer) {
    match multiples(numbers, valid) {
        Some((place, whole)) => {
            let least = whole.iter().copied().min().unwrap_or(0);
            to.u8(place);
            to.i64(least);
            let above: Vec<u64> = whole.iter().map(|n| (n - least) as u64).collect();
            planes::put(&above, to);
        }
        None => {
            to.u8(RAW);
            let bits: Vec<u64> = valid.ones().map(|at| numbers[at].to_bits()).collect();
            planes::put(&bits, to);
        }
    }
}

fn decode_numbers(valid: &Mask, from: &mut Reader<'_>) -> Result<Vec<f64>, DecodeError> {
    let n = valid.count();
    let found: Vec<f64> = match from.u8()? {
        RAW => {
            let bits = planes::get(n, from)?;
            bits.into_iter().map(f64::from_bits).collect()
        }
        place => {
            let Some(divisor) = DIVISORS.get(usize::from(place)) else {
                return from.fail("no such divisor");
            };
            let least = from.i64()?;
            let above = planes::get(n, from)?;
            let number = |above: u64| least.wrapping_add(above as i64) as f64 / divisor;
            above.into_iter().map(number).collect()
        }
    };
    if n == valid.len() {
        return Ok(found);
    }
    let mut numbers = vec![0.0; valid.len()];
    for (at, number) in valid.ones().zip(found) {
        numbers[at] = number;
    }
    Ok(numbers)
}

/// A dictionary that is a part of its own.
pub fn encode_dictionary(dictionary: &Dictionary, to: &mut Writer) {
    to.u8(DICTIONARY);
    put_dictionary(dictionary, to);
}

pub fn decode_dictionary(from: &mut Reader<'_>) -> Result<Dictionary, DecodeError> {
    match from.u8()? {
        DICTIONARY => get_dictionary(from),
        _ => from.fail("it is no dictionary"),
    }
}

fn put_dictionary(dictionary: &Dictionary, to: &mut Writer) {
    to.u8(u8::from(dictionary.is_distinct()));
    to.u32(dictionary.len() as u32);
    let mut start = 0;
    let lengths: Vec<u32> = dictionary
        .ends()
        .iter()
        .map(|&end| end - std::mem::replace(&mut start, end))
        .collect();
    planes::put_codes(&lengths, to);
    to.text(dictionary.bytes());
}

fn get_dictionary(from: &mut Reader<'_>) -> Result<Dictionary, DecodeError> {
    let is_distinct = from.u8()? != 0;
    let n = from.u32()? as usize;
    if n > CELLS {
        return from.fail("a dictionary has too many texts");
    }
    let mut ends = planes::get_codes(n, from)?;
    let mut sum = 0u32;
    for end in &mut ends {
        sum = sum.wrapping_add(*end);
        *end = sum;
    }
    let bytes = from.text()?.to_string();
    match Dictionary::from_parts(ends, bytes, is_distinct) {
        Some(dictionary) => Ok(dictionary),
        None => from.fail("the parts of a dictionary do not fit together"),
    }
}

fn encode_texts(texts: &TextValues, words: Option<i64>, to: &mut Writer) {
    let mut texts = texts.clone();
    match words {
        Some(part) => {
            to.u8(WORDS_APART);
            to.i64(part);
        }
        None => {
            // Only the words that are said.
            texts.compact();
            to.u8(WORDS_INSIDE);
            put_dictionary(texts.base(), to);
        }
    }
    put_dictionary(texts.tail(), to);
    let codes = texts.codes();
    match codes
        .windows(2)
        .all(|pair| pair[0].checked_add(1) == Some(pair[1]))
    {
        true => {
            to.u8(COUNTING);
            to.u32(codes.first().copied().unwrap_or(0));
        }
        false => {
            to.u8(CODES);
            planes::put_codes(codes, to);
        }
    }
}

fn decode_texts(
    len: usize,
    from: &mut Reader<'_>,
    words: &mut dyn FnMut(i64) -> Option<Arc<Dictionary>>,
) -> Result<TextValues, DecodeError> {
    let base = match from.u8()? {
        WORDS_INSIDE => Arc::new(get_dictionary(from)?),
        WORDS_APART => match words(from.i64()?) {
            Some(words) => words,
            None => return from.fail("its words can't be read"),
        },
        _ => return from.fail("no such place for words"),
    };
    let tail = get_dictionary(from)?;
    let codes = match from.u8()? {
        COUNTING => {
            let first = from.u32()?;
            (0..len as u32).map(|at| first.wrapping_add(at)).collect()
        }
        CODES => planes::get_codes(len, from)?,
        _ => return from.fail("no such kind of codes"),
    };
    match TextValues::from_dictionary(codes, base, tail) {
        Some(texts) => Ok(texts),
        None => from.fail("a text code has no text"),
    }
}

fn encode_options(options: &OptionValues, to: &mut Writer) {
    to.u32(options.sets().len() as u32);
    for set in options.sets() {
        to.u32(set.len() as u32);
        set.iter().for_each(|id| to.u32(id.0));
    }
    planes::put_codes(options.codes(), to);
}

fn decode_options(len: usize, from: &mut Reader<'_>) -> Result<OptionValues, DecodeError> {
    let n = from.count(4)?;
    let sets = v1::lists(n, 4, from, |from| from.u32().map(OptionId))?;
    let codes = planes::get_codes(len, from)?;
    match OptionValues::from_codes(codes, sets) {
        Some(options) => Ok(options),
        None => from.fail("an option code has no set"),
    }
}

/// How many links each cell has, then all of them.
fn encode_links(cells: &[Arc<[RecordId]>], to: &mut Writer) {
    let counts: Vec<u32> = cells.iter().map(|cell| cell.len() as u32).collect();
    planes::put_codes(&counts, to);
    let ids: Vec<u64> = cells
        .iter()
        .flat_map(|cell| cell.iter().map(|id| id.0))
        .collect();
    to.u32(ids.len() as u32);
    planes::put(&ids, to);
}

fn decode_links(len: usize, from: &mut Reader<'_>) -> Result<Vec<Arc<[RecordId]>>, DecodeError> {
    let counts = planes::get_codes(len, from)?;
    let n: u64 = counts.iter().map(|n| u64::from(*n)).sum();
    // Ids of one byte each are the least that so many can be.
    if u64::from(from.u32()?) != n || n > 16 * CELLS as u64 {
        return from.fail("the links do not match their counts");
    }
    let ids = planes::get(n as usize, from)?;
    let mut rest = ids.into_iter().map(RecordId);
    let cell = |n: u32| rest.by_ref().take(n as usize).collect();
    Ok(counts.into_iter().map(cell).collect())
}

/// Of version 1 or 2. `words` finds the dictionary that is kept under a number.
pub fn decode(
    bytes: &[u8],
    words: &mut dyn FnMut(i64) -> Option<Arc<Dictionary>>,
) -> Result<Column, DecodeError> {
    let mut from = Reader::new(bytes);
    let first = from.u8()?;
    let column = if first & V2 == 0 {
        from = Reader::new(bytes);
        v1::decode(&mut from)?
    } else {
        let Some(kind) = v1::kind_of(first & !V2) else {
            return from.fail("no such kind of column");
        };
        decode_v2(kind, &mut from, words)?
    };
    from.end()?;
    Ok(column)
}

fn decode_v2(
    kind: ColumnKind,
    from: &mut Reader<'_>,
    words: &mut dyn FnMut(i64) -> Option<Arc<Dictionary>>,
) -> Result<Column, DecodeError> {
    let len = from.u32()? as usize;
    if len > CELLS {
        return from.fail("a column has too many cells");
    }
    let valid = match from.u8()? {
        NONE => Mask::new(len, false),
        ALL => Mask::new(len, true),
        SOME => v1::decode_mask(len, from)?,
        _ => return from.fail("no such kind of mask"),
    };
    let values = match kind {
        ColumnKind::Number | ColumnKind::Date => Values::Number(decode_numbers(&valid, from)?),
        ColumnKind::Text => Values::Text(decode_texts(len, from, words)?),
        ColumnKind::Options => Values::Options(decode_options(len, from)?),
        ColumnKind::Links => Values::Links(decode_links(len, from)?),
        kind => v1::decode_values(kind, len, from)?,
    };
    v1::decode_rare(kind, values, valid, from)
}
