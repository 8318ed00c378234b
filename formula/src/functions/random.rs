//! RAND, RANDBETWEEN and RANDARRAY.
//!
//! Law: a draw is a function of the formula, the place in it, the record and the day, so that a record keeps its number
//! until the next day or until the formula is changed, on every device and after every start; nothing is drawn twice
//! alike in one formula. Tests: `spec/random.md`, and below.

use super::{
    arguments::{Given, NUM},
    registry::{Function, Gives, Kernel, function},
    shape::{bounded, whole},
};
use crate::{
    check::coerce::number,
    eval::{
        VALUE,
        vector::{Cell, Range},
    },
};
use std::sync::Arc;

/// Rows and columns of an Excel sheet.
const ROWS: f64 = 1_048_576.0;
const COLUMNS: f64 = 16_384.0;
/// Whole numbers beyond are not told apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Random;
    &[
        function(
            [
                "RAND",
                "RAND()",
                "0 到 1 之间的随机数；每条记录每天换一个",
                "A random number from 0 to 1; every record gets another one each day",
                "RAND()<1",
            ],
            (0, 0),
            Gives::Number,
            Random(|_, draw| Cell::Number(draw.fraction())),
        ),
        function(
            [
                "RANDBETWEEN",
                "RANDBETWEEN(最小值, 最大值)",
                "两数之间的随机整数；每条记录每天换一个",
                "A random whole number between two; every record gets another one each day",
                "RANDBETWEEN(5,5)",
            ],
            (2, 2),
            Gives::Number,
            Random(|args, draw| between(args, draw).unwrap_or_else(|error| error)),
        ),
        function(
            [
                "RANDARRAY",
                "RANDARRAY([行数], [列数], [最小值], [最大值], [是否整数])",
                "随机数的数组",
                "An array of random numbers",
                "SUM(RANDARRAY(2,3,1,1,TRUE))",
            ],
            (0, 5),
            Gives::List,
            Random(|args, draw| table(args, draw).unwrap_or_else(|error| error)),
        ),
    ]
};

/// Numbers that follow from a seed (SplitMix64, Steele, Lea and Flood 2014).
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0, less than 1.
    fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / EXACT
    }

    /// A whole number of `low..=high`, both whole.
    fn whole(&mut self, low: f64, high: f64) -> f64 {
        let n = high - low + 1.0;
        (low + (self.fraction() * n).floor()).min(high)
    }
}

fn between(args: &[Cell], draw: &mut Draw) -> Result<Cell, Cell> {
    let (low, high) = (number(&args[0])?.ceil(), number(&args[1])?.floor());
    match low <= high {
        true => Ok(Cell::finite(draw.whole(low, high))),
        false => Err(NUM),
    }
}

fn table(args: &[Cell], draw: &mut Draw) -> Result<Cell, Cell> {
    let rows = whole(args, 0)?.unwrap_or(1.0);
    let columns = whole(args, 1)?.unwrap_or(1.0);
    let limit = |at: usize, default: f64| match args.get(at) {
        None | Some(Cell::Blank) => Ok(default),
        Some(cell) => number(cell),
    };
    let (low, high) = (limit(2, 0.0)?, limit(3, 1.0)?);
    let is_whole = Given(args).truth_or(4, false)?;
    let is_broken = is_whole && (low.fract() != 0.0 || high.fract() != 0.0);
    if rows < 1.0 || columns < 1.0 || rows > ROWS || columns > COLUMNS || low > high || is_broken {
        return Err(VALUE);
    }
    let (width, height) = (columns as usize, rows as usize);
    bounded(width, height, 0)?;
    let mut one = || match is_whole {
        true => draw.whole(low, high),
        false => low + draw.fraction() * (high - low),
    };
    let cells: Vec<Cell> = (0..width * height).map(|_| Cell::finite(one())).collect();
    Ok(match cells.len() {
        1 => cells[0].clone(),
        _ => Cell::Array(Arc::new(Range::new(width, cells))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_spread_evenly() {
        let mut draw = Draw::new(7);
        let mut counts = [0; 6];
        for _ in 0..60_000 {
            counts[draw.whole(1.0, 6.0) as usize - 1] += 1;
        }
        // Ten standard deviations of a fair die.
        assert!(
            counts.iter().all(|n: &i32| (9_100..=10_900).contains(n)),
            "{counts:?}"
        );
    }

    #[test]
    fn both_ends_are_drawn_and_nothing_beyond() {
        let mut draw = Draw::new(1);
        let drawn: std::collections::BTreeSet<i64> =
            (0..1_000).map(|_| draw.whole(-2.0, 2.0) as i64).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
        assert!(
            (0..1_000)
                .map(|_| draw.fraction())
                .all(|x| (0.0..1.0).contains(&x))
        );
    }
}
