//! Kernels of means and of what lies around them.

use super::DIV0;
use crate::{
    check::coerce::number,
    eval::{Item, vector::Cell},
};
use table::sum::Sum;

/// The numbers of all items.
pub(super) fn numbers(items: &[Item]) -> Result<Vec<f64>, Cell> {
    let mut out = Vec::new();
    for item in items {
        let (cells, literal) = match item {
            Item::One(cell, literal) => (std::slice::from_ref(cell), *literal),
            Item::Range(range) => (range.cells(), false),
        };
        for cell in cells {
            match cell {
                Cell::Number(x) => out.push(*x),
                stuck if stuck.is_stuck() => return Err(stuck.clone()),
                Cell::Blank => {}
                other if literal => out.push(number(other)?),
                _ => {}
            }
        }
    }
    Ok(out)
}

pub(super) fn over(items: &[Item], f: impl FnOnce(Vec<f64>) -> Cell) -> Cell {
    numbers(items).map_or_else(|stuck| stuck, f)
}

/// Texts in lists as 0, booleans as 1 and 0.
pub(super) fn over_all(items: &[Item], f: impl FnOnce(Vec<f64>) -> Cell) -> Cell {
    let mut out = Vec::new();
    for item in items {
        let (cells, literal) = match item {
            Item::One(cell, literal) => (std::slice::from_ref(cell), *literal),
            Item::Range(range) => (range.cells(), false),
        };
        for cell in cells {
            match cell {
                stuck if stuck.is_stuck() => return stuck.clone(),
                Cell::Blank => {}
                Cell::Text(_) if !literal => out.push(0.0),
                other => match number(other) {
                    Ok(x) => out.push(x),
                    Err(stuck) => return stuck,
                },
            }
        }
    }
    f(out)
}

pub(super) fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    values.for_each(|x| sum.add(x));
    sum.value()
}

pub(super) fn centre(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| sum(values.iter().copied()) / values.len() as f64)
}

pub(super) fn mean(values: &[f64]) -> Cell {
    centre(values).map_or(DIV0, Cell::finite)
}

/// Of the distances from the mean.
pub(super) fn squares(values: &[f64]) -> f64 {
    let mean = centre(values).unwrap_or(0.0);
    sum(values.iter().map(|x| (x - mean) * (x - mean)))
}

/// `less`: 1 for a sample, 0 for all.
pub(super) fn variance(values: &[f64], less: f64) -> Cell {
    let n = values.len() as f64 - less;
    match n > 0.0 {
        true => Cell::finite(squares(values) / n),
        false => DIV0,
    }
}

pub(super) fn root(cell: Cell) -> Cell {
    match cell {
        Cell::Number(x) => Cell::finite(x.sqrt()),
        other => other,
    }
}

pub(super) fn kurtosis(v: Vec<f64>) -> Cell {
    let n = v.len() as f64;
    let deviation = match variance(&v, 1.0) {
        Cell::Number(x) if x > 0.0 && n > 3.0 => x.sqrt(),
        _ => return DIV0,
    };
    let mean = centre(&v).unwrap_or(0.0);
    let fourth = sum(v.iter().map(|x| ((x - mean) / deviation).powi(4)));
    let factor = n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0));
    Cell::finite(factor * fourth - 3.0 * (n - 1.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)))
}

pub(super) fn skewness(v: &[f64], of_sample: bool) -> Cell {
    let n = v.len() as f64;
    let deviation = match variance(v, f64::from(u8::from(of_sample))) {
        Cell::Number(x) if x > 0.0 && n > 2.0 => x.sqrt(),
        _ => return DIV0,
    };
    let mean = centre(v).unwrap_or(0.0);
    let third = sum(v.iter().map(|x| ((x - mean) / deviation).powi(3)));
    Cell::finite(match of_sample {
        true => third * n / ((n - 1.0) * (n - 2.0)),
        false => third / n,
    })
}

/// The most frequent numbers in the order in which they first come; none where no number comes twice.
pub(super) fn modes(v: &[f64]) -> Vec<f64> {
    let mut seen: std::collections::HashMap<u64, (usize, usize)> = std::collections::HashMap::new();
    for (at, x) in v.iter().enumerate() {
        seen.entry((x + 0.0).to_bits()).or_insert((0, at)).0 += 1;
    }
    let most = seen.values().map(|(n, _)| *n).max().unwrap_or(0);
    let mut places: Vec<usize> = seen
        .into_values()
        .filter(|(n, _)| *n == most && most > 1)
        .map(|(_, at)| at)
        .collect();
    places.sort_unstable();
    places.into_iter().map(|at| v[at]).collect()
}
