//! ALLOCATE: an amount of a whole document, spread over its lines.
//!
//! Law: the shares of a group add up to its amount, to the hundredth; what rounding leaves goes to the line of the
//! greatest weight, of equal ones to the last.

use super::{
    amount::{hundredths, millionths, share},
    columns::{Flat, Found},
    order::Order,
};
use crate::{
    check::coerce,
    eval::{kept::Spread, vector::Cell},
};
use table::value::CellError;

/// `values` are the amount and the weight.
pub(crate) fn run(order: &Order, values: &[Option<Flat>], spread: Spread) -> Found {
    let cell = |at: usize, place: u32| match values.get(at) {
        Some(Some(flat)) => flat.get(place),
        _ => Cell::Blank,
    };
    order.each_group(spread, |places, out| {
        let read = |at: usize| -> Result<Vec<Option<f64>>, Cell> {
            let numbers = places.iter().map(|place| match cell(at, *place) {
                Cell::Blank => Ok(None),
                Cell::Text(text) if text.is_empty() => Ok(None),
                cell => coerce::number(&cell).map(Some),
            });
            numbers.collect()
        };
        match read(0).and_then(|amounts| shares(&amounts, &read(1)?)) {
            Ok(shares) => out.extend(shares.iter().map(|x| Cell::Number(*x as f64 / 1e2))),
            Err(stuck) => out.extend(std::iter::repeat_n(stuck, places.len())),
        }
    })
}

/// The amount is that of the first line which has one. Without any weight all lines are alike.
fn shares(amounts: &[Option<f64>], weights: &[Option<f64>]) -> Result<Vec<i128>, Cell> {
    let num = Cell::Error(CellError::Num);
    let mut amounts = amounts.iter().flatten();
    let amount = amounts
        .find(|amount| **amount != 0.0)
        .copied()
        .unwrap_or(0.0);
    let amount = hundredths(amount).ok_or(num.clone())?;
    let weights = weights.iter().map(|weight| {
        let weight = millionths(weight.unwrap_or(0.0)).filter(|weight| *weight >= 0);
        weight.ok_or(num.clone())
    });
    let mut weights: Vec<i128> = weights.collect::<Result<_, _>>()?;
    if weights.iter().all(|weight| *weight == 0) {
        weights.fill(1);
    }
    let all: i128 = weights.iter().sum();
    let shares = weights.iter().map(|weight| share(*weight, (amount, all)));
    let mut shares: Vec<i128> = shares.collect();
    let left = amount - shares.iter().sum::<i128>();
    let greatest = weights
        .iter()
        .enumerate()
        .max_by_key(|(_, weight)| **weight);
    if let Some((at, _)) = greatest {
        shares[at] += left;
    }
    Ok(shares)
}
