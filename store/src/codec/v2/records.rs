//! A segment's record ids as runs, and which of them are live.

use crate::codec::v1::bytes::{DecodeError, Reader, Writer};
use table::{id::RecordId, limits::SEGMENT_RECORDS, mask::Mask};

/// Stands where version 1 has the number of records, which is never as many.
const MARK: u32 = u32::MAX;

pub fn encode(ids: &[RecordId], live: &Mask, to: &mut Writer) {
    to.u32(MARK);
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for id in ids {
        match runs.last_mut() {
            Some((first, n)) if *first + *n == id.0 => *n += 1,
            _ => runs.push((id.0, 1)),
        }
    }
    to.u32(runs.len() as u32);
    for (first, n) in runs {
        to.u64(first);
        to.u64(n);
    }
    to.u8(u8::from(!live.all()));
    if !live.all() {
        live.words().iter().for_each(|word| to.u64(*word));
    }
}

/// Of version 1 or 2. Ids ascend.
pub fn decode(bytes: &[u8]) -> Result<(Vec<RecordId>, Mask), DecodeError> {
    let mut from = Reader::new(bytes);
    let (ids, is_masked) = if from.u32()? == MARK {
        let ids = decode_runs(&mut from)?;
        (ids, from.u8()? != 0)
    } else {
        from = Reader::new(bytes);
        let n = from.count(8)?;
        let ids: Result<Vec<u64>, DecodeError> = (0..n).map(|_| from.u64()).collect();
        (ids?, true)
    };
    let mut live = Mask::new(ids.len(), true);
    if is_masked {
        let words: Result<Vec<u64>, DecodeError> =
            (0..ids.len().div_ceil(64)).map(|_| from.u64()).collect();
        live = Mask::from_words(words?, ids.len());
    }
    from.end()?;
    match ids.windows(2).all(|pair| pair[0] < pair[1]) {
        true => Ok((ids.into_iter().map(RecordId).collect(), live)),
        false => from.fail("the record ids do not ascend"),
    }
}

fn decode_runs(from: &mut Reader<'_>) -> Result<Vec<u64>, DecodeError> {
    let mut ids = Vec::new();
    for _ in 0..from.count(16)? {
        let (first, n) = (from.u64()?, from.u64()?);
        let end = first.checked_add(n);
        let Some(end) = end.filter(|_| n <= (SEGMENT_RECORDS - ids.len()) as u64) else {
            return from.fail("a segment has too many records");
        };
        ids.extend(first..end);
    }
    Ok(ids)
}
