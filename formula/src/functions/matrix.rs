//! Matrices and sums of products. Law: what is no number counts as 0 in sums of products and is `#VALUE!` in a matrix,
//! as in Excel. Tests: `spec/matrices.md`.

use super::registry::{Function, Gives, Kernel, function};
use crate::{
    check::coerce::number,
    eval::{
        VALUE,
        vector::{Cell, Range},
    },
    limits::ARRAY_CELLS,
};
use std::borrow::Cow;
use table::{sum::Sum, value::CellError};

const NUM: Cell = Cell::Error(CellError::Num);
const NA: Cell = Cell::Error(CellError::Na);
/// Rows of a matrix that is inverted.
const ROWS: usize = 512;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Array;
    let n = Gives::Number;
    &[
        function(
            [
                "SUMPRODUCT",
                "SUMPRODUCT(数组, …)",
                "对应相乘再求和；条件写成 (列=值)*(列>值)",
                "The sum of the products of what stands in the same place",
                "SUMPRODUCT({1,2,3},{4,5,6})",
            ],
            (1, 255),
            n,
            Array(sum_product),
        ),
        function(
            [
                "SUMX2MY2",
                "SUMX2MY2(甲, 乙)",
                "平方差之和",
                "The sum of the differences of squares",
                "SUMX2MY2({2,3},{1,2})",
            ],
            (2, 2),
            n,
            Array(|a| paired(a, |x, y| x * x - y * y)),
        ),
        function(
            [
                "SUMX2PY2",
                "SUMX2PY2(甲, 乙)",
                "平方和之和",
                "The sum of the sums of squares",
                "SUMX2PY2({2,3},{1,2})",
            ],
            (2, 2),
            n,
            Array(|a| paired(a, |x, y| x * x + y * y)),
        ),
        function(
            [
                "SUMXMY2",
                "SUMXMY2(甲, 乙)",
                "差的平方和",
                "The sum of the squares of differences",
                "SUMXMY2({2,3},{1,2})",
            ],
            (2, 2),
            n,
            Array(|a| paired(a, |x, y| (x - y) * (x - y))),
        ),
        function(
            [
                "SERIESSUM",
                "SERIESSUM(数, 首次幂, 步长, 系数)",
                "幂级数之和",
                "The sum of a power series",
                "SERIESSUM(2,0,1,{1,2,3})",
            ],
            (4, 4),
            n,
            Array(series),
        ),
        function(
            [
                "MMULT",
                "MMULT(甲, 乙)",
                "矩阵相乘",
                "The product of two matrices",
                "MMULT({1,2;3,4},{1;1})",
            ],
            (2, 2),
            Gives::List,
            Array(product),
        ),
        function(
            [
                "MDETERM",
                "MDETERM(矩阵)",
                "行列式",
                "The determinant of a matrix",
                "MDETERM({3,6,1;1,1,0;3,10,2})",
            ],
            (1, 1),
            n,
            Array(|a| match square(&a[0]) {
                Ok(mut rows) => Cell::finite(eliminate(&mut rows)),
                Err(wrong) => wrong,
            }),
        ),
        function(
            [
                "MINVERSE",
                "MINVERSE(矩阵)",
                "逆矩阵",
                "The inverse of a matrix",
                "MINVERSE({4,-1;2,0})",
            ],
            (1, 1),
            Gives::List,
            Array(inverse),
        ),
        function(
            [
                "MUNIT",
                "MUNIT(行数)",
                "单位矩阵",
                "The unit matrix",
                "MUNIT(2)",
            ],
            (1, 1),
            Gives::List,
            Array(unit),
        ),
    ]
};

pub(crate) fn as_range(cell: &Cell) -> Cow<'_, Range> {
    match cell {
        Cell::Array(range) => Cow::Borrowed(range),
        single => Cow::Owned(Range::new(1, vec![single.clone()])),
    }
}

fn sum_product(args: &[Cell]) -> Cell {
    let ranges: Vec<Cow<Range>> = args.iter().map(as_range).collect();
    let shape = (ranges[0].width(), ranges[0].height());
    if let Some(stuck) = ranges
        .iter()
        .flat_map(|range| range.cells())
        .find(|cell| cell.is_stuck())
    {
        return stuck.clone();
    }
    if ranges
        .iter()
        .any(|range| (range.width(), range.height()) != shape)
    {
        return VALUE;
    }
    let mut sum = Sum::default();
    for at in 0..ranges[0].cells().len() {
        let factors = ranges.iter().map(|range| match range.cells()[at] {
            Cell::Number(x) => x,
            // `SUMPRODUCT(--(a>1))` makes numbers of these; by themselves they count as 0.
            _ => 0.0,
        });
        sum.add(factors.product());
    }
    Cell::finite(sum.value())
}

/// Pairs of which one is no number are left out.
fn paired(args: &[Cell], term: fn(f64, f64) -> f64) -> Cell {
    let (a, b) = (as_range(&args[0]), as_range(&args[1]));
    let mut cells = a.cells().iter().chain(b.cells());
    if let Some(stuck) = cells.find(|cell| cell.is_stuck()) {
        return stuck.clone();
    }
    if a.cells().len() != b.cells().len() {
        return NA;
    }
    let pairs = a.cells().iter().zip(b.cells());
    let terms = pairs.filter_map(|pair| match pair {
        (Cell::Number(x), Cell::Number(y)) => Some(term(*x, *y)),
        _ => None,
    });
    let terms: Vec<f64> = terms.collect();
    match terms.is_empty() {
        true => Cell::Error(CellError::Div0),
        false => Cell::finite(Sum::of(&terms).value()),
    }
}

fn series(args: &[Cell]) -> Cell {
    let [x, first, step] = match [number(&args[0]), number(&args[1]), number(&args[2])] {
        [Ok(x), Ok(first), Ok(step)] => [x, first, step],
        [Err(stuck), _, _] | [_, Err(stuck), _] | [_, _, Err(stuck)] => return stuck,
    };
    let mut sum = Sum::default();
    let mut power = first;
    for cell in as_range(&args[3]).cells() {
        match cell {
            // 0 to the power of 0 is no number to Excel.
            Cell::Number(_) if x == 0.0 && power == 0.0 => return Cell::Error(CellError::Num),
            Cell::Number(c) => sum.add(c * x.powf(power)),
            stuck if stuck.is_stuck() => return stuck.clone(),
            Cell::Blank => {}
            _ => return VALUE,
        }
        power += step;
    }
    Cell::finite(sum.value())
}

type Rows = Vec<Vec<f64>>;

/// A blank or a text is no matrix's cell.
fn rows(cell: &Cell) -> Result<Rows, Cell> {
    let range = as_range(cell);
    let read = |cell: &Cell| match cell {
        Cell::Number(x) => Ok(*x),
        stuck if stuck.is_stuck() => Err(stuck.clone()),
        _ => Err(VALUE),
    };
    range
        .rows()
        .map(|row| row.iter().map(read).collect())
        .collect()
}

fn square(cell: &Cell) -> Result<Rows, Cell> {
    let rows = rows(cell)?;
    match rows.iter().all(|row| row.len() == rows.len()) && rows.len() <= ROWS {
        true => Ok(rows),
        false => Err(VALUE),
    }
}

fn array(rows: Rows) -> Cell {
    let width = rows.first().map_or(1, Vec::len);
    let cells = rows.into_iter().flatten().map(Cell::finite).collect();
    Cell::array(width, cells)
}

fn product(args: &[Cell]) -> Cell {
    let (a, b) = match (rows(&args[0]), rows(&args[1])) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
    };
    let (n, width) = (b.len(), b[0].len());
    if a[0].len() != n || a.len().saturating_mul(width).saturating_mul(n) > 64 * ARRAY_CELLS {
        return VALUE;
    }
    let cell = |row: &[f64], column: usize| {
        let mut sum = Sum::default();
        row.iter()
            .zip(&b)
            .for_each(|(x, other)| sum.add(x * other[column]));
        sum.value()
    };
    array(
        a.iter()
            .map(|row| (0..width).map(|column| cell(row, column)).collect())
            .collect(),
    )
}

/// To a triangle, in place, by the largest pivot; gives the determinant. Columns beyond the square are carried along.
fn eliminate(rows: &mut Rows) -> f64 {
    let n = rows.len();
    let mut determinant = 1.0;
    for at in 0..n {
        let size = |row: &Vec<f64>| row[at].abs();
        let best = (at..n).max_by(|a, b| size(&rows[*a]).total_cmp(&size(&rows[*b])));
        let best = best.unwrap_or(at);
        if rows[best][at] == 0.0 {
            return 0.0;
        }
        if best != at {
            rows.swap(best, at);
            determinant = -determinant;
        }
        determinant *= rows[at][at];
        let (above, below) = rows.split_at_mut(at + 1);
        let pivot = &above[at];
        for row in below {
            let factor = row[at] / pivot[at];
            if factor != 0.0 {
                row.iter_mut()
                    .zip(pivot)
                    .skip(at)
                    .for_each(|(x, p)| *x -= factor * p);
            }
        }
    }
    determinant
}

fn inverse(args: &[Cell]) -> Cell {
    let mut rows = match square(&args[0]) {
        Ok(rows) => rows,
        Err(wrong) => return wrong,
    };
    let n = rows.len();
    let largest = rows
        .iter()
        .flatten()
        .fold(0.0f64, |most, x| most.max(x.abs()));
    for (at, row) in rows.iter_mut().enumerate() {
        row.extend((0..n).map(|column| f64::from(u8::from(column == at))));
    }
    eliminate(&mut rows);
    // What is left of a singular matrix is noise of the binary fractions.
    if (0..n).any(|at| rows[at][at].abs() <= largest * 1e-14) {
        return NUM;
    }
    for at in (0..n).rev() {
        let pivot = rows[at][at];
        rows[at].iter_mut().for_each(|x| *x /= pivot);
        let (above, below) = rows.split_at_mut(at);
        let solved = &below[0];
        for row in above {
            let factor = row[at];
            row.iter_mut()
                .zip(solved)
                .for_each(|(x, s)| *x -= factor * s);
        }
    }
    array(
        rows.into_iter()
            .map(|row| row[n..].iter().map(|x| x + 0.0).collect())
            .collect(),
    )
}

fn unit(args: &[Cell]) -> Cell {
    match number(&args[0]) {
        Err(stuck) => stuck,
        Ok(n) if n < 1.0 => VALUE,
        Ok(n) if n.trunc() * n.trunc() > ARRAY_CELLS as f64 => NUM,
        Ok(n) => {
            let n = n as usize;
            let row = |at: usize| (0..n).map(move |column| f64::from(u8::from(column == at)));
            array((0..n).map(|at| row(at).collect()).collect())
        }
    }
}
