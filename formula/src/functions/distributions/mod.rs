//! Probability distributions and their inverses, under the names of today and those of before 2010.
//!
//! Law: arguments that no distribution has are `#NUM!`; degrees of freedom and counts are cut to whole numbers. Tests:
//! `spec/distributions.md`.

mod continuous;
mod densities;
mod discrete;
mod normal;
mod samples;

use super::registry::{Function, Gives, Kernel, function};
use crate::{check::coerce::number, check::coerce::truth, eval::vector::Cell};
use table::value::CellError;

pub(crate) use continuous::CONTINUOUS;
pub(crate) use discrete::DISCRETE;
pub(crate) use normal::NORMAL;
pub(crate) use samples::{SAMPLES, pairs};

const NUM: Cell = Cell::Error(CellError::Num);
const DIV0: Cell = Cell::Error(CellError::Div0);
const NA: Cell = Cell::Error(CellError::Na);

/// Name, signature, Chinese, English, example; numbers of arguments; the value, `None` outside the domain.
const fn of(doc: [&'static str; 5], n: (usize, usize), kernel: fn(&[Cell]) -> Cell) -> Function {
    function(doc, n, Gives::Number, Kernel::Strict(kernel))
}

/// The numbers of the arguments; those left out are NaN.
fn numbers<const N: usize>(args: &[Cell]) -> Result<[f64; N], Cell> {
    let mut out = [f64::NAN; N];
    for (place, arg) in out.iter_mut().zip(args) {
        *place = number(arg)?;
    }
    Ok(out)
}

fn value<const N: usize>(args: &[Cell], f: impl FnOnce([f64; N]) -> Option<f64>) -> Cell {
    match numbers(args) {
        Ok(numbers) => f(numbers).map_or(NUM, Cell::finite),
        Err(stuck) => stuck,
    }
}

/// The last argument says whether all below is meant, or the density.
fn chosen<const N: usize>(args: &[Cell], f: impl FnOnce([f64; N], bool) -> Option<f64>) -> Cell {
    let is_all = match args.get(N).map(truth) {
        Some(Ok(is_all)) => is_all,
        Some(Err(stuck)) => return stuck,
        None => true,
    };
    value(&args[..N.min(args.len())], |numbers| f(numbers, is_all))
}
