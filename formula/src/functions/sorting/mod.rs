//! Arrays sorted and filtered: SORT, SORTBY, UNIQUE, FILTER; CHOOSE, which picks among its arguments.
//!
//! The order is Excel's: [`order`]. Law: equal rows keep their order. Tests: `spec/array-functions.md`.

pub(crate) mod order;

use super::{
    arguments::each_where,
    registry::{Function, Gives, Kernel, function},
    shape::{array, columns_of, grid, rows_of, settled, whole},
};
use crate::{
    check::coerce::{number, truth},
    eval::{
        VALUE,
        lazy::Lazy,
        vector::{Cell, Range},
    },
};
use order::Rank;
use std::{
    cmp::Ordering,
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Array;
    let same = Gives::Argument(0);
    &[
        function(
            [
                "SORT",
                "SORT(数组, [按第几列], [1 升序 / -1 降序], [按列排])",
                "排序；中文按拼音，空的排最后",
                "Sorted; Chinese by pinyin, blanks last",
                "SORT({3;1;2})",
            ],
            (1, 4),
            same,
            Array(|a| each_where(a, |at| at == 3, sort)),
        ),
        function(
            [
                "SORTBY",
                "SORTBY(数组, 按哪列, [1 升序 / -1 降序], …)",
                "按另一列（几列）的顺序排序",
                "Sorted by other columns",
                "SORTBY({\"a\";\"b\";\"c\"},{3;1;2})",
            ],
            (2, 255),
            same,
            Array(|a| each_where(a, |at| at > 1 && at % 2 == 0, sort_by)),
        ),
        function(
            [
                "UNIQUE",
                "UNIQUE(数组, [按列], [只出现一次])",
                "去掉重复；第三个参数为 TRUE 时只留出现一次的",
                "Without repetitions; TRUE: only what occurs once",
                "UNIQUE({1;2;1})",
            ],
            (1, 3),
            same,
            Array(|a| each_where(a, |at| at > 0, unique)),
        ),
        function(
            [
                "FILTER",
                "FILTER(数组, 条件, [没有时])",
                "只留满足条件的行（列）",
                "The rows (or columns) for which the condition holds",
                "FILTER({1;2;3},{1;0;1})",
            ],
            (2, 3),
            same,
            Array(filter),
        ),
        function(
            [
                "CHOOSE",
                "CHOOSE(第几个, 值1, 值2, …)",
                "按序号取一个值",
                "The value with this number",
                "CHOOSE(2,\"小\",\"中\",\"大\")",
            ],
            (2, 255),
            Gives::AnyOf(1, 1),
            Kernel::Lazy(Lazy::Choose),
        ),
    ]
};

/// `#VALUE!` for anything but 1 and -1.
fn descends(order: f64) -> Result<bool, Cell> {
    match order.trunc() {
        1.0 => Ok(false),
        -1.0 => Ok(true),
        _ => Err(VALUE),
    }
}

/// Numbers of a list argument; `default` where it is left out.
fn list(args: &[Cell], at: usize, default: f64) -> Result<Vec<f64>, Cell> {
    match args.get(at) {
        None | Some(Cell::Blank) => Ok(vec![default]),
        Some(cell) => grid(cell).cells().iter().map(number).collect(),
    }
}

struct Column {
    ranks: Vec<Rank>,
    descending: bool,
}

impl Column {
    fn new<'c>(cells: impl Iterator<Item = &'c Cell>, descending: bool) -> Column {
        Column {
            ranks: cells.map(Rank::new).collect(),
            descending,
        }
    }
}

/// Places in their new order.
fn sorted(n: usize, by: &[Column]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..n).collect();
    places.sort_by(|a, b| {
        let orders = by
            .iter()
            .map(|column| column.ranks[*a].compare_by(&column.ranks[*b], column.descending));
        orders.fold(Ordering::Equal, Ordering::then)
    });
    places
}

fn sort(args: &[Cell]) -> Cell {
    let made = || {
        let range = array(&args[0])?;
        let (keys, orders) = (list(args, 1, 1.0)?, list(args, 2, 1.0)?);
        let by_column = args.get(3).map_or(Ok(false), truth)?;
        if orders.len() != 1 && orders.len() != keys.len() {
            return Err(VALUE);
        }
        let (len, width) = match by_column {
            true => (range.width(), range.height()),
            false => (range.height(), range.width()),
        };
        let mut columns = Vec::with_capacity(keys.len());
        for (at, key) in keys.iter().enumerate() {
            let key = key.trunc();
            if key < 1.0 || key > width as f64 {
                return Err(VALUE);
            }
            let key = key as usize - 1;
            let descending = descends(orders[at.min(orders.len() - 1)])?;
            columns.push(match by_column {
                true => Column::new((0..len).map(|at| range.at(key, at)), descending),
                false => Column::new((0..len).map(|at| range.at(at, key)), descending),
            });
        }
        Ok(reordered(&range, &sorted(len, &columns), by_column))
    };
    settled(made())
}

fn reordered(range: &Range, places: &[usize], columns: bool) -> Cell {
    match columns {
        true => columns_of(range, places),
        false => rows_of(range, places),
    }
}

fn sort_by(args: &[Cell]) -> Cell {
    let made = || {
        let range = array(&args[0])?;
        let mut columns = Vec::new();
        let mut is_across = None;
        for pair in args[1..].chunks(2) {
            let by = array(&pair[0])?;
            let descending = descends(whole(pair, 1)?.unwrap_or(1.0))?;
            let across = match (by.width(), by.height()) {
                (1, height) if height == range.height() => false,
                (width, 1) if width == range.width() => true,
                _ => return Err(VALUE),
            };
            if *is_across.get_or_insert(across) != across {
                return Err(VALUE);
            }
            columns.push(Column::new(by.cells().iter(), descending));
        }
        let across = is_across.unwrap_or(false);
        let len = if across {
            range.width()
        } else {
            range.height()
        };
        Ok(reordered(&range, &sorted(len, &columns), across))
    };
    settled(made())
}

/// What makes cells the same: texts without case, errors by their kind.
#[derive(PartialEq, Eq, Hash)]
enum Same {
    Number(u64),
    Text(String),
    Bool(bool),
    Other(Option<CellError>),
}

fn same(cell: &Cell) -> Same {
    match cell {
        Cell::Number(x) => Same::Number((x + 0.0).to_bits()),
        Cell::Text(text) => Same::Text(text.to_lowercase()),
        Cell::Bool(b) => Same::Bool(*b),
        Cell::Error(error) => Same::Other(Some(*error)),
        Cell::Blank | Cell::Pending | Cell::Array(_) => Same::Other(None),
    }
}

fn unique(args: &[Cell]) -> Cell {
    let made = || {
        let range = array(&args[0])?;
        let by_column = args.get(1).map_or(Ok(false), truth)?;
        let once = args.get(2).map_or(Ok(false), truth)?;
        if range.cells().contains(&Cell::Pending) {
            return Err(Cell::Pending);
        }
        let (len, width) = match by_column {
            true => (range.width(), range.height()),
            false => (range.height(), range.width()),
        };
        let cell = |line: usize, at: usize| match by_column {
            true => range.at(at, line),
            false => range.at(line, at),
        };
        let mut seen: HashMap<Vec<Same>, usize> = HashMap::with_capacity(len);
        let mut first: Vec<(usize, usize)> = Vec::new();
        for line in 0..len {
            let key = (0..width).map(|at| same(cell(line, at))).collect();
            match seen.entry(key) {
                Entry::Occupied(known) => first[*known.get()].1 += 1,
                Entry::Vacant(new) => {
                    new.insert(first.len());
                    first.push((line, 1));
                }
            }
        }
        let kept = first.into_iter().filter(|(_, n)| !once || *n == 1);
        let kept: Vec<usize> = kept.map(|(line, _)| line).collect();
        Ok(reordered(&range, &kept, by_column))
    };
    settled(made())
}

fn filter(args: &[Cell]) -> Cell {
    let made = || {
        let range: Arc<Range> = array(&args[0])?;
        let by = array(&args[1])?;
        let across = match (by.width(), by.height()) {
            (1, height) if height == range.height() => false,
            (width, 1) if width == range.width() => true,
            _ => return Err(VALUE),
        };
        let mut kept = Vec::new();
        for (at, cell) in by.cells().iter().enumerate() {
            if truth(cell)? {
                kept.push(at);
            }
        }
        Ok(match (kept.is_empty(), args.get(2)) {
            (true, Some(otherwise)) if *otherwise != Cell::Blank => otherwise.clone(),
            _ => reordered(&range, &kept, across),
        })
    };
    settled(made())
}
