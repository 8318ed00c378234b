//! One column: kind, values as plain vectors, masks as words, the rare states as sorted lists.
//!
//! Law: `decode(encode(x))` equals x; random bytes give an error, never a panic or a large allocation.

use super::bytes::{DecodeError, Reader, Writer};
use std::{collections::BTreeMap, sync::Arc};
use table::{
    column::{Column, ColumnKind, Side, TextValues, Values},
    id::{OptionId, RecordId},
    mask::Mask,
    value::{CellError, CellValue},
};

const KINDS: [ColumnKind; 8] = [
    ColumnKind::Number,
    ColumnKind::Date,
    ColumnKind::Bool,
    ColumnKind::Text,
    ColumnKind::Options,
    ColumnKind::Attachments,
    ColumnKind::Links,
    ColumnKind::Mixed,
];

/// Stands for [`CellError::Damaged`], which is none of Excel's.
const DAMAGED: u8 = 255;

pub fn encode(column: &Column, to: &mut Writer) {
    to.u8(kind_code(column.kind()));
    to.u32(column.len() as u32);
    encode_values(column.values(), to);
    mask(column.valid(), to);
    encode_rare(column, to);
}

pub(crate) fn kind_code(kind: ColumnKind) -> u8 {
    let code = KINDS.iter().position(|known| *known == kind);
    code.unwrap_or_default() as u8
}

pub(crate) fn kind_of(code: u8) -> Option<ColumnKind> {
    KINDS.get(usize::from(code)).copied()
}

/// Side states and AI notes.
pub(crate) fn encode_rare(column: &Column, to: &mut Writer) {
    to.u32(column.side().len() as u32);
    for (at, side) in column.side() {
        to.u32(*at);
        match side {
            Side::Error(error) => {
                to.u8(0);
                error_code(*error, to);
            }
            Side::Pending => to.u8(1),
            Side::Misfit(text) => {
                to.u8(2);
                to.text(text);
            }
        }
    }
    to.u32(column.notes().len() as u32);
    for (at, note) in column.notes() {
        to.u32(*at);
        to.json(note.as_ref());
    }
}

fn error_code(error: CellError, to: &mut Writer) {
    let code = CellError::ALL.iter().position(|known| *known == error);
    to.u8(code.map_or(DAMAGED, |code| code as u8));
}

pub(crate) fn encode_values(values: &Values, to: &mut Writer) {
    match values {
        Values::Number(numbers) => numbers.iter().for_each(|number| to.f64(*number)),
        Values::Bool(flags) => mask(&flags.iter().copied().collect(), to),
        Values::Text(texts) => encode_texts(texts, to),
        Values::Options(cells) => cells.iter().for_each(|ids| {
            to.u32(ids.len() as u32);
            ids.iter().for_each(|id| to.u32(id.0));
        }),
        Values::Attachments(cells) => cells.iter().for_each(|files| {
            to.u32(files.len() as u32);
            files.iter().for_each(|file| to.json(file));
        }),
        Values::Links(cells) => cells.iter().for_each(|ids| {
            to.u32(ids.len() as u32);
            ids.iter().for_each(|id| to.u64(id.0));
        }),
        Values::Mixed(cells) => cells.iter().for_each(|value| encode_value(value, to)),
    }
}

/// Distinct texts once, then one code per cell.
fn encode_texts(texts: &TextValues, to: &mut Writer) {
    let mut compact = texts.clone();
    compact.compact();
    to.u32(compact.n_codes() as u32);
    for code in 0..compact.n_codes() {
        to.text(compact.text(code as u32));
    }
    compact.codes().iter().for_each(|code| to.u32(*code));
}

fn encode_value(value: &CellValue, to: &mut Writer) {
    match value {
        CellValue::Blank => to.u8(0),
        CellValue::Number(number) => {
            to.u8(1);
            to.f64(*number);
        }
        CellValue::Text(text) => {
            to.u8(2);
            to.text(text);
        }
        CellValue::Bool(flag) => {
            to.u8(3);
            to.u8(u8::from(*flag));
        }
        CellValue::Date(day) => {
            to.u8(4);
            to.f64(*day);
        }
        CellValue::Options(ids) => {
            to.u8(5);
            to.json(ids);
        }
        CellValue::Attachments(files) => {
            to.u8(6);
            to.json(files);
        }
        CellValue::Links(ids) => {
            to.u8(7);
            to.json(ids);
        }
    }
}

pub(crate) fn mask(mask: &Mask, to: &mut Writer) {
    mask.words().iter().for_each(|word| to.u64(*word));
}

pub fn decode(from: &mut Reader<'_>) -> Result<Column, DecodeError> {
    let Some(kind) = kind_of(from.u8()?) else {
        return from.fail("no such kind of column");
    };
    // Every cell takes at least a bit of the mask.
    let len = from.u32()? as usize;
    let values = decode_values(kind, len, from)?;
    let valid = decode_mask(len, from)?;
    decode_rare(kind, values, valid, from)
}

/// The rest of a column: side states and AI notes.
pub(crate) fn decode_rare(
    kind: ColumnKind,
    values: Values,
    valid: Mask,
    from: &mut Reader<'_>,
) -> Result<Column, DecodeError> {
    let mut side = BTreeMap::new();
    for _ in 0..from.count(5)? {
        let at = from.u32()?;
        let state = match from.u8()? {
            0 => {
                let code = usize::from(from.u8()?);
                match CellError::ALL.get(code) {
                    Some(error) => Side::Error(*error),
                    None if code == usize::from(DAMAGED) => Side::Error(CellError::Damaged),
                    None => return from.fail("no such cell error"),
                }
            }
            1 => Side::Pending,
            2 => Side::Misfit(from.text()?.into()),
            _ => return from.fail("no such cell state"),
        };
        side.insert(at, state);
    }
    let mut notes = BTreeMap::new();
    for _ in 0..from.count(8)? {
        let at = from.u32()?;
        notes.insert(at, Arc::new(from.json()?));
    }
    match Column::from_parts(kind, values, valid, side, notes) {
        Some(column) => Ok(column),
        None => from.fail("the parts of a column do not fit together"),
    }
}

pub(crate) fn decode_values(
    kind: ColumnKind,
    len: usize,
    from: &mut Reader<'_>,
) -> Result<Values, DecodeError> {
    Ok(match kind {
        ColumnKind::Number | ColumnKind::Date => {
            let bytes = from.take(len.saturating_mul(8))?;
            let read = |chunk: &[u8]| chunk.try_into().map_or(0.0, f64::from_le_bytes);
            Values::Number(bytes.chunks_exact(8).map(read).collect())
        }
        ColumnKind::Bool => {
            let flags = decode_mask(len, from)?;
            Values::Bool((0..len).map(|at| flags.get(at)).collect())
        }
        ColumnKind::Text => Values::Text(decode_texts(len, from)?),
        ColumnKind::Options => {
            let sets = lists(len, 4, from, |from| from.u32().map(OptionId))?;
            Values::Options(sets.into_iter().collect())
        }
        ColumnKind::Links => Values::Links(lists(len, 8, from, |from| from.u64().map(RecordId))?),
        ColumnKind::Attachments => Values::Attachments(lists(len, 4, from, |from| from.json())?),
        ColumnKind::Mixed => {
            let mut cells = Vec::new();
            for _ in 0..len {
                cells.push(decode_value(from)?);
            }
            Values::Mixed(cells)
        }
    })
}

pub(crate) fn lists<T>(
    len: usize,
    least_bytes: usize,
    from: &mut Reader<'_>,
    mut item: impl FnMut(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<Arc<[T]>>, DecodeError> {
    let mut cells = Vec::new();
    for _ in 0..len {
        let n = from.count(least_bytes)?;
        let items: Result<Vec<T>, DecodeError> = (0..n).map(|_| item(from)).collect();
        cells.push(Arc::from(items?));
    }
    Ok(cells)
}

fn decode_texts(len: usize, from: &mut Reader<'_>) -> Result<TextValues, DecodeError> {
    let n = from.count(4)?;
    let distinct: Result<Vec<&str>, DecodeError> = (0..n).map(|_| from.text()).collect();
    let bytes = from.take(len.saturating_mul(4))?;
    let read = |chunk: &[u8]| chunk.try_into().map_or(u32::MAX, u32::from_le_bytes);
    match TextValues::from_codes(bytes.chunks_exact(4).map(read).collect(), &distinct?) {
        Some(texts) => Ok(texts),
        None => from.fail("a text code has no text"),
    }
}

fn decode_value(from: &mut Reader<'_>) -> Result<CellValue, DecodeError> {
    Ok(match from.u8()? {
        0 => CellValue::Blank,
        1 => CellValue::Number(from.f64()?),
        2 => CellValue::text(from.text()?),
        3 => CellValue::Bool(from.u8()? != 0),
        4 => CellValue::Date(from.f64()?),
        5 => CellValue::Options(from.json()?),
        6 => CellValue::Attachments(from.json()?),
        7 => CellValue::Links(from.json()?),
        _ => return from.fail("no such kind of value"),
    })
}

pub(crate) fn decode_mask(len: usize, from: &mut Reader<'_>) -> Result<Mask, DecodeError> {
    let bytes = from.take(len.div_ceil(64).saturating_mul(8))?;
    let read = |chunk: &[u8]| chunk.try_into().map_or(0, u64::from_le_bytes);
    Ok(Mask::from_words(
        bytes.chunks_exact(8).map(read).collect(),
        len,
    ))
}
