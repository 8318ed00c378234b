//! The list of all functions, made of the families.

use super::{
    FunctionDoc, ai, annuity, bessel, bits, cash_flow, complex, convert, database, date,
    depreciation, describe, distributions, information, integers, lambda, least_squares, logical,
    lookup, math, matrix, merchant, places, random, regex, regression, rounding, securities, shape,
    sorting, text, text_bytes, text_codes, text_numbers, text_parts, trigonometry, workday,
};
use crate::eval::{
    Item, lambda::Binding, lazy::Lazy, lookup::Lookup, prepared::Prepared, random::Random,
    running::Running, vector::Cell,
};
use std::{collections::HashMap, sync::OnceLock};
use table::ai::AiKind;

/// How a function computes.
#[derive(Clone, Copy)]
pub(crate) enum Kernel {
    /// Cell by cell; errors and pending cells pass through before it is asked.
    Strict(fn(&[Cell]) -> Cell),
    /// Cell by cell, errors included.
    Lenient(fn(&[Cell]) -> Cell),
    Aggregate(fn(&[Item]) -> Cell),
    /// Arrays come as they are, as [`Cell::Array`]; other kernels are asked once per cell of an array.
    #[allow(dead_code)]
    Array(fn(&[Cell]) -> Cell),
    Lazy(Lazy),
    Lookup(Lookup),
    /// With an index of some arguments, made once.
    Prepared(Prepared),
    /// Over all records of the own table in an order.
    Running(Running),
    Ai(AiKind),
    /// Draws for each record.
    Random(Random),
    Now,
    Today,
    /// LET and the functions that take a lambda.
    Binding(Binding),
}

impl Function {
    /// Whether its last argument is a lambda, or a function's name in place of one.
    pub(crate) fn takes_lambda(&self) -> bool {
        matches!(self.kernel, Kernel::Binding(binding) if binding != Binding::Let)
    }
}

/// The type of the result.
#[derive(Clone, Copy)]
pub(crate) enum Gives {
    Number,
    Text,
    LongText,
    /// An array.
    #[allow(dead_code)]
    List,
    Bool,
    /// An attachment.
    Picture,
    /// By the third argument.
    Extracted,
    /// A text, or a number by the third argument.
    Reviewed,
    Date,
    DateTime,
    Argument(usize),
    /// The arguments from here on, every so many.
    AnyOf(usize, usize),
    /// The column's type over a link to one record, else a text.
    Linked,
    /// By the third argument.
    Rollup,
    /// A quantity or an amount, by the fifth argument.
    Stock,
    /// What the last argument, or the body of the lambda there, is.
    Body,
    /// What the column or row that VLOOKUP, HLOOKUP and LOOKUP take is.
    Found,
}

#[derive(Clone, Copy)]
pub(crate) struct Function {
    pub(crate) doc: FunctionDoc,
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) gives: Gives,
    pub(crate) kernel: Kernel,
    /// Fuel of one call: 1, or more where a call may take many steps.
    pub(crate) cost: usize,
}

/// Fuel of a call of a function that sums, halves or guesses until it is exact.
const COSTLY: usize = 50;

/// One line of a family: doc, number of arguments, type, kernel.
pub(crate) const fn function(
    doc: [&'static str; 5],
    n: (usize, usize),
    gives: Gives,
    kernel: Kernel,
) -> Function {
    let [name, signature, zh, en, example] = doc;
    Function {
        doc: FunctionDoc {
            name,
            signature,
            zh,
            en,
            example,
        },
        min: n.0,
        max: n.1,
        gives,
        kernel,
        cost: 1,
    }
}

fn costly(family: &[Function]) -> Vec<Function> {
    let costly = |function: &Function| Function {
        cost: COSTLY,
        ..*function
    };
    family.iter().map(costly).collect()
}

pub(crate) fn all() -> &'static [Function] {
    static ALL: OnceLock<Vec<Function>> = OnceLock::new();
    ALL.get_or_init(|| {
        [
            logical::FAMILY,
            information::FAMILY,
            math::FAMILY,
            trigonometry::FAMILY,
            integers::FAMILY,
            rounding::FAMILY,
            matrix::FAMILY,
            describe::FAMILY,
            &costly(distributions::NORMAL),
            &costly(distributions::CONTINUOUS),
            &costly(distributions::DISCRETE),
            &costly(distributions::SAMPLES),
            regression::FAMILY,
            &costly(bessel::FAMILY),
            least_squares::FAMILY,
            bits::FAMILY,
            complex::FAMILY,
            convert::FAMILY,
            annuity::FAMILY,
            &costly(cash_flow::FAMILY),
            depreciation::FAMILY,
            &costly(securities::FAMILY),
            text::FAMILY,
            text_numbers::FAMILY,
            text_parts::FAMILY,
            text_codes::FAMILY,
            text_bytes::FAMILY,
            places::FAMILY,
            &costly(regex::FAMILY),
            date::FAMILY,
            workday::FAMILY,
            lookup::FAMILY,
            lambda::FAMILY,
            random::FAMILY,
            shape::FAMILY,
            sorting::FAMILY,
            database::FAMILY,
            merchant::rmb::FAMILY,
            merchant::pinyin::FAMILY,
            merchant::barcode::FAMILY,
            merchant::packing::FAMILY,
            merchant::container::FAMILY,
            merchant::exchange::FAMILY,
            merchant::running::FAMILY,
            ai::FAMILY,
        ]
        .concat()
    })
}

/// By upper-case name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: OnceLock<HashMap<&'static str, &'static Function>> = OnceLock::new();
    BY_NAME
        .get_or_init(|| all().iter().map(|f| (f.doc.name, f)).collect())
        .get(name)
        .copied()
}
