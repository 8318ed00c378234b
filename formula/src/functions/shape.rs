//! Arrays put together, cut and turned: TAKE, HSTACK, WRAPROWS, SEQUENCE.
//!
//! Law: an array keeps its errors and blanks; what is missing to a full rectangle is `#N/A`, an array of nothing is
//! `#CALC!`, as in Excel. Tests: `spec/array-functions.md`.

use super::{
    arguments::{NUM, each_where},
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce::{number, truth},
    eval::{
        VALUE,
        vector::{Cell, Range},
    },
    limits::ARRAY_CELLS,
};
use std::sync::Arc;
use table::value::CellError;

const NA: Cell = Cell::Error(CellError::Na);
/// Rows and columns of an Excel sheet.
const ROWS: f64 = 1_048_576.0;
const COLUMNS: f64 = 16_384.0;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Array;
    let same = Gives::Argument(0);
    &[
        function(
            [
                "TAKE",
                "TAKE(数组, 行数, [列数])",
                "取开头的几行几列；负数从末尾取",
                "The first rows and columns; negative: the last ones",
                "TAKE({1,2,3;4,5,6},1,-2)",
            ],
            (2, 3),
            same,
            Array(|a| each_where(a, |at| at > 0, |a| part(a, taken))),
        ),
        function(
            [
                "DROP",
                "DROP(数组, 行数, [列数])",
                "去掉开头的几行几列；负数从末尾去掉",
                "Without the first rows and columns; negative: without the last ones",
                "DROP({1,2;3,4;5,6},1)",
            ],
            (2, 3),
            same,
            Array(|a| each_where(a, |at| at > 0, |a| part(a, left))),
        ),
        function(
            [
                "CHOOSECOLS",
                "CHOOSECOLS(数组, 第几列, …)",
                "按序号取出几列；负数从末尾数",
                "Columns by number; negative: counted from the end",
                "CHOOSECOLS({1,2,3;4,5,6},3,1)",
            ],
            (2, 255),
            same,
            Array(|a| chosen(a, false)),
        ),
        function(
            [
                "CHOOSEROWS",
                "CHOOSEROWS(数组, 第几行, …)",
                "按序号取出几行；负数从末尾数",
                "Rows by number; negative: counted from the end",
                "CHOOSEROWS({1,2;3,4;5,6},-1)",
            ],
            (2, 255),
            same,
            Array(|a| chosen(a, true)),
        ),
        function(
            [
                "HSTACK",
                "HSTACK(数组, …)",
                "左右拼成一个数组，比如 HSTACK(表[货号],表[单价])",
                "Arrays side by side",
                "HSTACK({1;2},{3;4})",
            ],
            (1, 254),
            same,
            Array(side_by_side),
        ),
        function(
            [
                "VSTACK",
                "VSTACK(数组, …)",
                "上下拼成一个数组",
                "Arrays one below the other",
                "VSTACK({1,2},{3,4})",
            ],
            (1, 254),
            same,
            Array(one_below_the_other),
        ),
        function(
            [
                "TOROW",
                "TOROW(数组, [忽略], [按列扫描])",
                "排成一行；忽略：1 空单元格，2 错误，3 两者",
                "As one row; 1 ignores blanks, 2 errors, 3 both",
                "TOROW({1,2;3,4})",
            ],
            (1, 3),
            same,
            Array(|a| each_where(a, |at| at > 0, |a| in_a_line(a, true))),
        ),
        function(
            [
                "TOCOL",
                "TOCOL(数组, [忽略], [按列扫描])",
                "排成一列；忽略：1 空单元格，2 错误，3 两者",
                "As one column; 1 ignores blanks, 2 errors, 3 both",
                "TOCOL({1,2;3,4},0,TRUE)",
            ],
            (1, 3),
            same,
            Array(|a| each_where(a, |at| at > 0, |a| in_a_line(a, false))),
        ),
        function(
            [
                "WRAPROWS",
                "WRAPROWS(一行或一列, 每行个数, [补什么])",
                "每几个值换一行",
                "A row or column, wrapped into rows",
                "WRAPROWS({1,2,3,4,5},2,0)",
            ],
            (2, 3),
            same,
            Array(|a| each_where(a, |at| at == 1, |a| wrapped(a, true))),
        ),
        function(
            [
                "WRAPCOLS",
                "WRAPCOLS(一行或一列, 每列个数, [补什么])",
                "每几个值换一列",
                "A row or column, wrapped into columns",
                "WRAPCOLS({1,2,3,4,5},2,0)",
            ],
            (2, 3),
            same,
            Array(|a| each_where(a, |at| at == 1, |a| wrapped(a, false))),
        ),
        function(
            [
                "EXPAND",
                "EXPAND(数组, 行数, [列数], [补什么])",
                "扩大到指定的行数和列数",
                "Extended to so many rows and columns",
                "EXPAND({1,2},2,3,0)",
            ],
            (2, 4),
            same,
            Array(|a| each_where(a, |at| at == 1 || at == 2, extended)),
        ),
        function(
            [
                "TRANSPOSE",
                "TRANSPOSE(数组)",
                "行和列互换",
                "Rows become columns",
                "TRANSPOSE({1,2,3})",
            ],
            (1, 1),
            same,
            Array(|a| turned(&grid(&a[0]))),
        ),
        function(
            [
                "SEQUENCE",
                "SEQUENCE(行数, [列数], [开始], [步长])",
                "一串等差的数",
                "Numbers in steps",
                "SEQUENCE(2,3,10,5)",
            ],
            (1, 4),
            Gives::List,
            Array(|a| each_where(a, |_| true, sequence)),
        ),
        function(
            [
                "ROWS",
                "ROWS(数组)",
                "有几行",
                "How many rows",
                "ROWS({1,2,3;4,5,6})",
            ],
            (1, 1),
            Gives::Number,
            Array(|a| size(&a[0], Range::height)),
        ),
        function(
            [
                "COLUMNS",
                "COLUMNS(数组)",
                "有几列",
                "How many columns",
                "COLUMNS({1,2,3;4,5,6})",
            ],
            (1, 1),
            Gives::Number,
            Array(|a| size(&a[0], Range::width)),
        ),
    ]
};

/// A single cell is an array of one.
pub(super) fn grid(cell: &Cell) -> Arc<Range> {
    match cell {
        Cell::Array(range) => range.clone(),
        single => Arc::new(Range::new(1, vec![single.clone()])),
    }
}

/// A whole number; `None` where it is left out.
pub(super) fn whole(args: &[Cell], at: usize) -> Result<Option<f64>, Cell> {
    match args.get(at) {
        None | Some(Cell::Blank) => Ok(None),
        Some(cell) => number(cell).map(|x| Some(x.trunc())),
    }
}

/// A single cell that is no array: an error passes on.
pub(super) fn array(cell: &Cell) -> Result<Arc<Range>, Cell> {
    match cell.is_stuck() {
        true => Err(cell.clone()),
        false => Ok(grid(cell)),
    }
}

pub(super) fn settled(answer: Result<Cell, Cell>) -> Cell {
    answer.unwrap_or_else(|stuck| stuck)
}

/// `#NUM!` where it would have too many cells; as many as there are already (`n_known`) are never too many.
pub(super) fn bounded(width: usize, height: usize, n_known: usize) -> Result<(), Cell> {
    match width.saturating_mul(height) <= ARRAY_CELLS.max(n_known) {
        true => Ok(()),
        false => Err(NUM),
    }
}

fn size(cell: &Cell, of: fn(&Range) -> usize) -> Cell {
    settled(array(cell).map(|range| Cell::Number(of(&range) as f64)))
}

type Span = std::ops::Range<usize>;

fn taken(len: usize, n: Option<f64>) -> Span {
    let n_cells = n.map_or(len, |n| n.abs().min(len as f64) as usize);
    match n {
        Some(n) if n < 0.0 => len - n_cells..len,
        _ => 0..n_cells,
    }
}

fn left(len: usize, n: Option<f64>) -> Span {
    let n_cells = n.map_or(0, |n| n.abs().min(len as f64) as usize);
    match n {
        Some(n) if n < 0.0 => 0..len - n_cells,
        _ => n_cells..len,
    }
}

fn part(args: &[Cell], span: fn(usize, Option<f64>) -> Span) -> Cell {
    let made = || {
        let range = array(&args[0])?;
        let rows = span(range.height(), whole(args, 1)?);
        let columns = span(range.width(), whole(args, 2)?);
        let cells = rows.flat_map(|row| {
            let row = range.rows().nth(row).unwrap_or(&[]);
            row[columns.clone()].iter().cloned()
        });
        Ok(Cell::array(columns.len(), cells.collect()))
    };
    settled(made())
}

/// The rows of these numbers, of an array of this width.
pub(super) fn rows_of(range: &Range, rows: &[usize]) -> Cell {
    let cells = rows.iter().flat_map(|row| {
        let start = row * range.width();
        range.cells()[start..start + range.width()].iter().cloned()
    });
    Cell::array(range.width(), cells.collect())
}

pub(super) fn columns_of(range: &Range, columns: &[usize]) -> Cell {
    let cells = range
        .rows()
        .flat_map(|row| columns.iter().map(|column| row[*column].clone()));
    Cell::array(columns.len(), cells.collect())
}

fn chosen(args: &[Cell], by_row: bool) -> Cell {
    let made = || {
        let range = array(&args[0])?;
        let len = if by_row {
            range.height()
        } else {
            range.width()
        };
        let mut places = Vec::new();
        for wanted in &args[1..] {
            for cell in grid(wanted).cells() {
                let place = number(cell)?.trunc();
                match place {
                    0.0 => return Err(VALUE),
                    place if place.abs() > len as f64 => return Err(VALUE),
                    place if place < 0.0 => places.push(len - -place as usize),
                    place => places.push(place as usize - 1),
                }
            }
        }
        match by_row {
            true => {
                bounded(range.width(), places.len(), range.cells().len())?;
                Ok(rows_of(&range, &places))
            }
            false => {
                bounded(places.len(), range.height(), range.cells().len())?;
                Ok(columns_of(&range, &places))
            }
        }
    };
    settled(made())
}

fn grids(args: &[Cell]) -> Result<(Vec<Arc<Range>>, usize), Cell> {
    if args.contains(&Cell::Pending) {
        return Err(Cell::Pending);
    }
    let ranges: Vec<Arc<Range>> = args.iter().map(grid).collect();
    let n_cells = ranges.iter().map(|range| range.cells().len()).sum();
    Ok((ranges, n_cells))
}

fn side_by_side(args: &[Cell]) -> Cell {
    let made = || {
        let (ranges, n_cells) = grids(args)?;
        let width = ranges.iter().map(|range| range.width()).sum();
        let heights = ranges.iter().map(|range| range.height());
        let height = heights.max().unwrap_or(0);
        bounded(width, height, n_cells)?;
        let mut cells = Vec::with_capacity(width * height);
        for row in 0..height {
            for range in &ranges {
                match row < range.height() {
                    true => {
                        let start = row * range.width();
                        cells.extend_from_slice(&range.cells()[start..start + range.width()]);
                    }
                    false => cells.extend(std::iter::repeat_n(NA, range.width())),
                }
            }
        }
        Ok(Cell::array(width, cells))
    };
    settled(made())
}

fn one_below_the_other(args: &[Cell]) -> Cell {
    let made = || {
        let (ranges, n_cells) = grids(args)?;
        let width = ranges.iter().map(|range| range.width()).max().unwrap_or(0);
        let height: usize = ranges.iter().map(|range| range.height()).sum();
        bounded(width, height, n_cells)?;
        let mut cells = Vec::with_capacity(width * height);
        for row in ranges.iter().flat_map(|range| range.rows()) {
            cells.extend_from_slice(row);
            cells.extend(std::iter::repeat_n(NA, width - row.len()));
        }
        Ok(Cell::array(width, cells))
    };
    settled(made())
}

fn in_a_line(args: &[Cell], as_row: bool) -> Cell {
    let made = || {
        if args[0] == Cell::Pending {
            return Err(Cell::Pending);
        }
        let range = grid(&args[0]);
        let (blanks, errors) = match whole(args, 1)?.unwrap_or(0.0) {
            0.0 => (false, false),
            1.0 => (true, false),
            2.0 => (false, true),
            3.0 => (true, true),
            _ => return Err(VALUE),
        };
        let by_column = args.get(2).map_or(Ok(false), truth)?;
        let keeps = |cell: &&Cell| match cell {
            Cell::Blank => !blanks,
            Cell::Error(_) => !errors,
            _ => true,
        };
        let cells: Vec<Cell> = match by_column {
            false => range.cells().iter().filter(keeps).cloned().collect(),
            true => (0..range.width())
                .flat_map(|column| (0..range.height()).map(move |row| (row, column)))
                .map(|(row, column)| range.at(row, column))
                .filter(keeps)
                .cloned()
                .collect(),
        };
        Ok(Cell::array(if as_row { cells.len() } else { 1 }, cells))
    };
    settled(made())
}

/// What fills up: `#N/A` where nothing is said.
fn filling(args: &[Cell], at: usize) -> Cell {
    match args.get(at) {
        None | Some(Cell::Blank) => NA,
        Some(cell) => cell.clone(),
    }
}

fn wrapped(args: &[Cell], into_rows: bool) -> Cell {
    let made = || {
        let range = array(&args[0])?;
        let n_wrapped = number(&args[1])?.trunc();
        if range.width() > 1 && range.height() > 1 {
            return Err(VALUE);
        }
        if n_wrapped < 1.0 {
            return Err(NUM);
        }
        let n_cells = range.cells().len();
        let width = n_wrapped.min(n_cells as f64) as usize;
        let height = n_cells.div_ceil(width);
        let mut cells = range.cells().to_vec();
        cells.resize(width * height, filling(args, 2));
        let rows = Range::new(width, cells);
        Ok(match into_rows {
            true => Cell::array(width, rows.cells().to_vec()),
            false => turned(&rows),
        })
    };
    settled(made())
}

fn extended(args: &[Cell]) -> Cell {
    let made = || {
        let range = array(&args[0])?;
        let rows = whole(args, 1)?.unwrap_or(range.height() as f64);
        let columns = whole(args, 2)?.unwrap_or(range.width() as f64);
        if rows < range.height() as f64 || columns < range.width() as f64 {
            return Err(VALUE);
        }
        if rows > ROWS || columns > COLUMNS {
            return Err(NUM);
        }
        let (width, height) = (columns as usize, rows as usize);
        bounded(width, height, 0)?;
        let filling = filling(args, 3);
        let mut cells = Vec::with_capacity(width * height);
        for row in range.rows() {
            cells.extend_from_slice(row);
            cells.extend(std::iter::repeat_n(filling.clone(), width - row.len()));
        }
        cells.resize(width * height, filling);
        Ok(Cell::array(width, cells))
    };
    settled(made())
}

pub(super) fn turned(range: &Range) -> Cell {
    let columns = 0..range.width();
    let cells =
        columns.flat_map(|column| (0..range.height()).map(move |row| range.at(row, column)));
    Cell::array(range.height(), cells.cloned().collect())
}

fn sequence(args: &[Cell]) -> Cell {
    let made = || {
        let rows = whole(args, 0)?.unwrap_or(1.0);
        let columns = whole(args, 1)?.unwrap_or(1.0);
        let of = |at: usize| match args.get(at) {
            None | Some(Cell::Blank) => Ok(1.0),
            Some(cell) => number(cell),
        };
        let (start, step) = (of(2)?, of(3)?);
        if rows < 0.0 || columns < 0.0 || rows > ROWS || columns > COLUMNS {
            return Err(VALUE);
        }
        let (width, height) = (columns as usize, rows as usize);
        bounded(width, height, 0)?;
        let numbers = (0..width * height).map(|at| Cell::finite(start + step * at as f64));
        Ok(Cell::array(width, numbers.collect()))
    };
    settled(made())
}
