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
    let mut texts = DictionaryBuilder::default();
    let mut codes = Vec::with_capacity(numbers.values.len());
    format::texts(&numbers.values, format, |shown| {
        codes.push(texts.code(shown));
        (shown.len() <= RESULT_CHARS).then_some(())
    })?;
    let base = Arc::new(texts.finish());
    let values =
        TextValues::from_dictionary(codes.clone(), base, table::column::Dictionary::default())?;
    Some(Vector::Coded(Coded {
        codes: codes.into(),
        cells: Dictionary::made(Arc::new(values)),
    }))
}
