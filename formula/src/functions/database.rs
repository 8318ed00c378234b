//! Records of a list by criteria: DSUM and its kin.
//!
//! A list is an array with names in its first row; so are the criteria, whose rows are alternatives. Law: a text without an
//! operator fits all texts that begin with it, as in Excel. Tests: `spec/database.md`.

use super::{
    arguments::{DIV0, NUM, each_where},
    registry::{Function, Gives, Kernel, function},
    shape::{array, settled},
};
use crate::{
    check::coerce::{number, text_number},
    eval::{
        VALUE,
        criteria::Criterion,
        vector::{Cell, Range},
    },
};
use std::sync::Arc;
use table::sum::Sum;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Array;
    &[
        function(
            [
                "DSUM",
                "DSUM(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的求和",
                "The sum of a field of the records that fit",
                "DSUM({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Sum))),
        ),
        function(
            [
                "DAVERAGE",
                "DAVERAGE(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的平均",
                "The mean of a field of the records that fit",
                "DAVERAGE({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Average))),
        ),
        function(
            [
                "DCOUNT",
                "DCOUNT(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的数字个数",
                "How many numbers are in a field of the records that fit",
                "DCOUNT({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Count))),
        ),
        function(
            [
                "DCOUNTA",
                "DCOUNTA(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的非空个数",
                "How many cells are not blank in a field of the records that fit",
                "DCOUNTA({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::CountAll))),
        ),
        function(
            [
                "DGET",
                "DGET(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的唯一的值",
                "The only value in a field of the records that fit",
                "DGET({\"货号\",\"量\";\"A\",1;\"B\",2},\"量\",{\"货号\";\"B\"})",
            ],
            (3, 3),
            Gives::Argument(0),
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Get))),
        ),
        function(
            [
                "DMAX",
                "DMAX(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的最大值",
                "The largest in a field of the records that fit",
                "DMAX({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Max))),
        ),
        function(
            [
                "DMIN",
                "DMIN(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的最小值",
                "The smallest in a field of the records that fit",
                "DMIN({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Min))),
        ),
        function(
            [
                "DPRODUCT",
                "DPRODUCT(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的乘积",
                "The product of a field of the records that fit",
                "DPRODUCT({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Product))),
        ),
        function(
            [
                "DSTDEV",
                "DSTDEV(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的样本标准差",
                "The standard deviation (sample) of a field of the records that fit",
                "DSTDEV({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Deviation(true)))),
        ),
        function(
            [
                "DSTDEVP",
                "DSTDEVP(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的总体标准差",
                "The standard deviation (population) of a field of the records that fit",
                "DSTDEVP({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Deviation(false)))),
        ),
        function(
            [
                "DVAR",
                "DVAR(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的样本方差",
                "The variance (sample) of a field of the records that fit",
                "DVAR({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Variance(true)))),
        ),
        function(
            [
                "DVARP",
                "DVARP(带标题的数组, 字段, 条件)",
                "满足条件的记录里这个字段的总体方差",
                "The variance (population) of a field of the records that fit",
                "DVARP({\"货号\",\"量\";\"A\",1;\"A\",2},\"量\",{\"货号\";\"A\"})",
            ],
            (3, 3),
            Gives::Number,
            Array(|a| each_where(a, |at| at == 1, |a| asked(a, By::Variance(false)))),
        ),
    ]
};

/// What is asked about the field; true: of a sample.
#[derive(Clone, Copy)]
enum By {
    Sum,
    Average,
    Count,
    CountAll,
    Get,
    Max,
    Min,
    Product,
    Deviation(bool),
    Variance(bool),
}

fn name(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.trim().to_lowercase()),
        Cell::Number(_) => Some(cell.shown()),
        _ => None,
    }
}

/// The column with this name.
fn named(list: &Range, wanted: &Cell) -> Option<usize> {
    let wanted = name(wanted)?;
    (0..list.width()).find(|at| name(list.at(0, *at)).as_ref() == Some(&wanted))
}

/// `None`: all fields.
fn field(list: &Range, wanted: &Cell) -> Result<Option<usize>, Cell> {
    match wanted {
        Cell::Blank => Ok(None),
        Cell::Text(_) => named(list, wanted).map(Some).ok_or(VALUE),
        other => match number(other)?.trunc() {
            at if at >= 1.0 && at <= list.width() as f64 => Ok(Some(at as usize - 1)),
            _ => Err(VALUE),
        },
    }
}

/// What a cell of the criteria asks for; `None` where it asks for nothing.
fn criterion(cell: &Cell) -> Option<Criterion> {
    match cell {
        Cell::Blank => None,
        Cell::Text(text) if text.is_empty() => None,
        Cell::Text(text) => {
            let is_word = !text.starts_with(['=', '<', '>'])
                && text_number(text).is_none()
                && !text.eq_ignore_ascii_case("TRUE")
                && !text.eq_ignore_ascii_case("FALSE");
            Some(match is_word {
                true => Criterion::new(&Cell::Text(Arc::from(format!("{text}*")))),
                false => Criterion::new(cell),
            })
        }
        other => Some(Criterion::new(other)),
    }
}

/// One alternative: columns with what they have to fit. `None` where it fits nothing.
fn alternative(list: &Range, criteria: &Range, row: usize) -> Option<Vec<(usize, Criterion)>> {
    let mut out = Vec::new();
    for column in 0..criteria.width() {
        let cell = criteria.at(row, column);
        match (named(list, criteria.at(0, column)), criterion(cell)) {
            (_, None) => {}
            (Some(at), Some(criterion)) => out.push((at, criterion)),
            // A computed condition stands under a name that is no field's.
            (None, Some(_)) if *cell == Cell::Bool(true) => {}
            (None, Some(_)) => return None,
        }
    }
    Some(out)
}

fn asked(args: &[Cell], by: By) -> Cell {
    let made = || {
        let (list, criteria) = (array(&args[0])?, array(&args[2])?);
        let field = field(&list, &args[1])?;
        let counts = matches!(by, By::Count | By::CountAll);
        if criteria.height() < 2 || field.is_none() && !counts {
            return Err(VALUE);
        }
        let rows = 1..criteria.height();
        let alternatives: Vec<Vec<(usize, Criterion)>> = rows
            .filter_map(|row| alternative(&list, &criteria, row))
            .collect();
        let fits = |row: &usize| {
            let fits_all = |all: &Vec<(usize, Criterion)>| {
                let mut all = all.iter();
                all.all(|(at, criterion)| criterion.matches(list.at(*row, *at)))
            };
            alternatives.iter().any(fits_all)
        };
        let rows = (1..list.height()).filter(fits);
        match field {
            None => Ok(Cell::Number(rows.count() as f64)),
            Some(at) => measured(rows.map(|row| list.at(row, at)), by),
        }
    };
    settled(made())
}

fn measured<'c>(cells: impl Iterator<Item = &'c Cell>, by: By) -> Result<Cell, Cell> {
    let cells: Vec<&Cell> = cells.collect();
    if cells.contains(&&Cell::Pending) {
        return Err(Cell::Pending);
    }
    let n_cells = |test: fn(&Cell) -> bool| {
        let n = cells.iter().filter(|cell| test(cell)).count();
        Ok(Cell::Number(n as f64))
    };
    match by {
        By::Count => return n_cells(|cell| matches!(cell, Cell::Number(_))),
        By::CountAll => return n_cells(|cell| *cell != Cell::Blank),
        By::Get => {
            return match cells[..] {
                [] => Err(VALUE),
                [one] => Ok(one.clone()),
                _ => Err(NUM),
            };
        }
        _ => {}
    }
    let mut numbers = Vec::with_capacity(cells.len());
    for cell in cells {
        match cell {
            Cell::Number(x) => numbers.push(*x),
            stuck if stuck.is_stuck() => return Err(stuck.clone()),
            _ => {}
        }
    }
    computed(&numbers, by)
}

fn computed(numbers: &[f64], by: By) -> Result<Cell, Cell> {
    let n = numbers.len() as f64;
    let or_zero = |x: Option<f64>| x.unwrap_or(0.0);
    let all = || numbers.iter().copied();
    Ok(Cell::finite(match by {
        By::Average if numbers.is_empty() => return Err(DIV0),
        By::Average => Sum::of(numbers).value() / n,
        By::Max => or_zero(all().reduce(f64::max)),
        By::Min => or_zero(all().reduce(f64::min)),
        By::Product => or_zero(all().reduce(|a, b| a * b)),
        By::Variance(sample) | By::Deviation(sample) => {
            let n_free = if sample { n - 1.0 } else { n };
            if n_free < 1.0 {
                return Err(DIV0);
            }
            let mean = Sum::of(numbers).value() / n;
            let squares: Vec<f64> = all().map(|x| (x - mean) * (x - mean)).collect();
            let variance = Sum::of(&squares).value() / n_free;
            match by {
                By::Deviation(_) => variance.sqrt(),
                _ => variance,
            }
        }
        _ => Sum::of(numbers).value(),
    }))
}
