//! TEXT of many numbers in one format: written one after the other into a dictionary, not each into a text of its own.
//!
//! Law: what is made is what the kernel makes number by number; where a number cannot be written so, the kernel is asked.
//! Tests: `spec/text-formats.md`, whose cases are also computed as columns.

use super::{
    Context,
    coded::{Coded, Dictionary},
    vector::{Cell, Vector},
};
use crate::{
    functions::{format, registry::Function},
    limits::RESULT_CHARS,
};
use std::sync::Arc;
use table::column::{DictionaryBuilder, TextValues};

/// Fewer are not worth a dictionary.
const FROM: usize = 64;
/// Where nearly all of so many texts differ, nobody looks for the rest whether they were there before.
const SAMPLE: usize = 4_096;

/// `None` where it is no TEXT of numbers in one format.
pub(super) fn made<'a>(
    context: &Context<'a>,
    function: &Function,
    args: &[Vector<'a>],
) -> Option<Vector<'a>> {
    let ("TEXT", [Vector::Numbers(numbers), Vector::Const(Cell::Text(format))]) =
        (function.doc.name, args)
    else {
        return None;
    };
    if context.len() < FROM || !numbers.rest.is_empty() {
        return None;
    }
    let fuel = context.fuel;
    let fits = |shown: &str| (shown.len() <= RESULT_CHARS && fuel.keep(shown.len())).then_some(());
    let mut codes = Vec::with_capacity(numbers.values.len());
    let (first, rest) = numbers.values.split_at(SAMPLE.min(numbers.values.len()));
    let mut texts = DictionaryBuilder::default();
    let mut distinct = |shown: &str, codes: &mut Vec<u32>| {
        codes.push(texts.code(shown));
        fits(shown)
    };
    format::texts(first, format, |shown| distinct(shown, &mut codes))?;
    let is_dense = codes
        .iter()
        .max()
        .is_some_and(|last| *last as usize > SAMPLE * 9 / 10);
    if !is_dense {
        format::texts(rest, format, |shown| distinct(shown, &mut codes))?;
    }
    let mut texts = texts.finish();
    if is_dense {
        format::texts(rest, format, |shown| {
            codes.push(texts.add(shown));
            fits(shown)
        })?;
    }
    let base = Arc::new(texts);
    let values =
        TextValues::from_dictionary(codes.clone(), base, table::column::Dictionary::default())?;
    Some(Vector::Coded(Coded {
        codes: codes.into(),
        cells: Dictionary::made(Arc::new(values)),
    }))
}
