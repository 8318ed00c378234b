//! Kernels of ranks and quantiles.

use super::{
    NA, NUM,
    spread::{mean, numbers},
};
use crate::{
    check::coerce::number,
    eval::{Item, VALUE, vector::Cell},
};

/// One number of an argument.
pub(super) fn scalar(item: &Item) -> Result<f64, Cell> {
    match item {
        Item::One(cell, _) => number(cell),
        Item::Range(range) => match range.cells() {
            [cell] => number(cell),
            _ => Err(VALUE),
        },
    }
}

/// Between two of them where the place is between.
pub(super) fn quantile(v: &mut [f64], part: f64) -> f64 {
    at_place(v, part * (v.len() as f64 - 1.0))
}

pub(super) fn at_place(v: &mut [f64], place: f64) -> f64 {
    v.sort_unstable_by(f64::total_cmp);
    let below = place.floor();
    let low = v[(below as usize).min(v.len() - 1)];
    match v.get(below as usize + 1) {
        Some(high) if place > below => low + (high - low) * (place - below),
        _ => low,
    }
}

pub(super) fn nth(items: &[Item], place: fn(f64, f64) -> f64) -> Cell {
    let (mut v, k) = match (numbers(&items[..1]), scalar(&items[1])) {
        (Ok(v), Ok(k)) => (v, k.trunc()),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    if v.is_empty() || !(1.0..=v.len() as f64).contains(&k) {
        return NUM;
    }
    let place = place(v.len() as f64, k) as usize;
    let (_, found, _) = v.select_nth_unstable_by(place, f64::total_cmp);
    Cell::Number(*found)
}

/// `parts`: 1 for a percentile, 4 for a quartile.
pub(super) fn percentile(items: &[Item], is_exclusive: bool, parts: f64) -> Cell {
    let (mut v, part) = match (numbers(&items[..1]), scalar(&items[1])) {
        (Ok(v), Ok(part)) if parts > 1.0 => (v, part.trunc() / parts),
        (Ok(v), Ok(part)) => (v, part),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    let n = v.len() as f64;
    if v.is_empty() || !(0.0..=1.0).contains(&part) {
        return NUM;
    }
    match is_exclusive {
        false => Cell::finite(quantile(&mut v, part)),
        true => match part * (n + 1.0) - 1.0 {
            place if place < 0.0 || place > n - 1.0 => NUM,
            place => Cell::finite(at_place(&mut v, place)),
        },
    }
}

pub(super) fn percent_rank(items: &[Item], is_exclusive: bool) -> Cell {
    let digits = items.get(2).map_or(Ok(3.0), scalar);
    let (mut v, x, digits) = match (numbers(&items[..1]), scalar(&items[1]), digits) {
        (Ok(v), Ok(x), Ok(digits)) => (v, x, digits.trunc()),
        (Err(stuck), _, _) | (_, Err(stuck), _) | (_, _, Err(stuck)) => return stuck,
    };
    if v.is_empty() || digits < 1.0 {
        return NUM;
    }
    v.sort_unstable_by(f64::total_cmp);
    let n = v.len() as f64;
    let (first, last) = (v[0], v[v.len() - 1]);
    if x < first || x > last {
        return NA;
    }
    let below = v.partition_point(|y| *y < x);
    // Between two of them its place is between, too.
    let place = match v[below] == x {
        true => below as f64,
        false => below as f64 - 1.0 + (x - v[below - 1]) / (v[below] - v[below - 1]),
    };
    let part = match is_exclusive {
        true => (place + 1.0) / (n + 1.0),
        false if v.len() == 1 => 1.0,
        false => place / (n - 1.0),
    };
    let scale = 10f64.powi(digits.min(15.0) as i32);
    // Cut, not rounded; the noise of binary fractions must not cut a digit more.
    Cell::finite((part * scale + 1e-9).floor() / scale)
}

pub(super) fn rank(items: &[Item], is_mean: bool) -> Cell {
    let ascending = items.get(2).map_or(Ok(0.0), scalar);
    let (x, v, ascending) = match (scalar(&items[0]), numbers(&items[1..2]), ascending) {
        (Ok(x), Ok(v), Ok(ascending)) => (x, v, ascending != 0.0),
        (Err(stuck), _, _) | (_, Err(stuck), _) | (_, _, Err(stuck)) => return stuck,
    };
    let n_equal = v.iter().filter(|y| **y == x).count();
    if n_equal == 0 {
        return NA;
    }
    let n_before = v
        .iter()
        .filter(|y| if ascending { **y < x } else { **y > x })
        .count();
    let share = if is_mean {
        (n_equal as f64 - 1.0) / 2.0
    } else {
        0.0
    };
    Cell::Number(n_before as f64 + 1.0 + share)
}

pub(super) fn trimmed(items: &[Item]) -> Cell {
    let (mut v, part) = match (numbers(&items[..1]), scalar(&items[1])) {
        (Ok(v), Ok(part)) => (v, part),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    if v.is_empty() || !(0.0..1.0).contains(&part) {
        return NUM;
    }
    v.sort_unstable_by(f64::total_cmp);
    let cut = (v.len() as f64 * part / 2.0 + 1e-9).floor() as usize;
    mean(&v[cut..v.len() - cut])
}

pub(super) fn frequency(items: &[Item]) -> Cell {
    let (mut v, bounds) = match (numbers(&items[..1]), numbers(&items[1..2])) {
        (Ok(v), Ok(bounds)) => (v, bounds),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    v.sort_unstable_by(f64::total_cmp);
    let mut order: Vec<usize> = (0..bounds.len()).collect();
    order.sort_by(|a, b| bounds[*a].total_cmp(&bounds[*b]));
    let mut counts = vec![0.0; bounds.len() + 1];
    let mut from = 0;
    for at in order {
        let to = v.partition_point(|x| *x <= bounds[at]);
        counts[at] = (to - from.min(to)) as f64;
        from = from.max(to);
    }
    counts[bounds.len()] = (v.len() - from) as f64;
    Cell::array(1, counts.into_iter().map(Cell::Number).collect())
}
