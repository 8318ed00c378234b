//! Whole numbers as byte planes: first the lowest byte of each, then the next; only as many planes as the largest
//! needs. A general compressor then finds what it would not see in interleaved bytes.

use crate::codec::v1::bytes::{DecodeError, Reader, Writer};

/// Bytes that the largest of some numbers needs: 0 where all are 0.
pub(super) fn width(largest: u64) -> u8 {
    (8 - largest.leading_zeros() / 8) as u8
}

/// The width, then the planes.
pub(super) fn put(numbers: &[u64], to: &mut Writer) {
    let width = width(numbers.iter().copied().max().unwrap_or(0));
    to.u8(width);
    for plane in 0..width {
        let bytes = numbers.iter().map(|number| (number >> (8 * plane)) as u8);
        to.out.extend(bytes);
    }
}

pub(super) fn put_codes(codes: &[u32], to: &mut Writer) {
    let width = width(codes.iter().copied().max().unwrap_or(0).into());
    to.u8(width);
    for plane in 0..width {
        let bytes = codes.iter().map(|code| (code >> (8 * plane)) as u8);
        to.out.extend(bytes);
    }
}

fn get_width(from: &mut Reader<'_>, most: u8) -> Result<u8, DecodeError> {
    match from.u8()? {
        width if width <= most => Ok(width),
        _ => from.fail("a number has too many bytes"),
    }
}

pub(super) fn get(len: usize, from: &mut Reader<'_>) -> Result<Vec<u64>, DecodeError> {
    let mut numbers = vec![0u64; len];
    for plane in 0..get_width(from, 8)? {
        let bytes = from.take(len)?;
        for (number, byte) in numbers.iter_mut().zip(bytes) {
            *number |= u64::from(*byte) << (8 * plane);
        }
    }
    Ok(numbers)
}

pub(super) fn get_codes(len: usize, from: &mut Reader<'_>) -> Result<Vec<u32>, DecodeError> {
    let mut codes = vec![0u32; len];
    for plane in 0..get_width(from, 4)? {
        let bytes = from.take(len)?;
        for (code, byte) in codes.iter_mut().zip(bytes) {
            *code |= u32::from(*byte) << (8 * plane);
        }
    }
    Ok(codes)
}
