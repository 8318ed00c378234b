//! GROUPBY and PIVOTBY: which cells the lambda is asked about, and the table that its answers make.
//!
//! Main type: [`Grouping`]. In: the arguments without the lambda. Out: lists of cells to ask about, in the order of the
//! answers that [`Grouping::finish`] wants. Law: every list is asked about once, totals included, so that a group can be
//! sorted by what it comes to. Tests: `spec/grouping.md`.

mod axis;
mod layout;

use super::{
    CALC, VALUE,
    vector::{Cell, Range},
};
use crate::{check::coerce, limits::ARRAY_CELLS};
use axis::{Axis, Sorting};
use std::{collections::BTreeMap, sync::Arc};
use table::value::CellError;

/// Lists of cells by parameter: what is asked about, and what it is seen beside.
pub(super) type Asked = [Vec<Cell>; 2];

/// One call, read and grouped.
pub(super) struct Grouping {
    rows: Axis,
    columns: Axis,
    /// Names of the value columns, where they are shown.
    value_names: Vec<Cell>,
    row_names: Vec<Cell>,
    shows_names: bool,
    is_pivot: bool,
    n_values: usize,
    /// Of a pair of nodes, the first answer; one per value column.
    answers_at: BTreeMap<(usize, usize), usize>,
    n_answers: usize,
}

/// The arguments by their names.
struct Given<'c> {
    rows: Arc<Range>,
    columns: Option<Arc<Range>>,
    values: Arc<Range>,
    rest: &'c [Cell],
    is_pivot: bool,
}

impl<'c> Given<'c> {
    fn read(args: &'c [Cell], is_pivot: bool) -> Result<Given<'c>, Cell> {
        let n_arrays = if is_pivot { 3 } else { 2 };
        let (arrays, rest) = args.split_at_checked(n_arrays).ok_or(VALUE)?;
        let range = |cell: &Cell| match cell {
            Cell::Array(range) => Ok(range.clone()),
            stuck if stuck.is_stuck() => Err(stuck.clone()),
            single => Ok(Arc::new(Range::new(1, vec![single.clone()]))),
        };
        let values = range(&arrays[n_arrays - 1])?;
        let rows = range(&arrays[0])?;
        let columns = is_pivot.then(|| range(&arrays[1])).transpose()?;
        let height = values.height();
        let fits = |range: &Range| range.height() == height;
        match fits(&rows) && columns.as_deref().is_none_or(fits) {
            true => Ok(Given {
                rows,
                columns,
                values,
                rest,
                is_pivot,
            }),
            false => Err(VALUE),
        }
    }

    /// A whole number; `None` where it is left out.
    fn number(&self, at: usize) -> Result<Option<i64>, Cell> {
        match self.rest.get(at) {
            None | Some(Cell::Blank) => Ok(None),
            Some(cell) => coerce::number(cell).map(|x| Some(x.trunc() as i64)),
        }
    }

    fn numbers(&self, at: usize) -> Result<Vec<i64>, Cell> {
        match self.rest.get(at) {
            None | Some(Cell::Blank) => Ok(Vec::new()),
            Some(Cell::Array(range)) => range
                .cells
                .iter()
                .map(|cell| coerce::number(cell).map(|x| x.trunc() as i64))
                .collect(),
            Some(cell) => coerce::number(cell).map(|x| vec![x.trunc() as i64]),
        }
    }

    /// Whether the first row holds headers, and whether they are shown. Left out, a text above a number is a header.
    fn headers(&self, n_groups: usize) -> Result<(bool, bool, bool), Cell> {
        let several = n_groups > 1 || self.values.width > 1;
        Ok(match self.number(0)? {
            Some(0) => (false, false, false),
            Some(1) => (true, false, false),
            Some(2) => (false, true, true),
            Some(3) => (true, true, false),
            Some(_) => return Err(VALUE),
            None => {
                let above = matches!(self.values.at(0, 0), Cell::Text(_));
                let is_header = above
                    && self.values.height() > 1
                    && matches!(self.values.at(1, 0), Cell::Number(_));
                (is_header, is_header && several, false)
            }
        })
    }

    /// The rows that count: without the header and those that the filter leaves out.
    fn kept(&self, at: usize, from: usize) -> Result<Vec<u32>, Cell> {
        let all = from as u32..self.values.height() as u32;
        let filter = match self.rest.get(at) {
            None | Some(Cell::Blank) => return Ok(all.collect()),
            Some(Cell::Array(filter)) if filter.width == 1 => filter,
            Some(stuck) if stuck.is_stuck() => return Err(stuck.clone()),
            Some(_) => return Err(VALUE),
        };
        // The filter may come with or without a cell for the header.
        let skipped = match self.values.height() - filter.height().min(self.values.height()) {
            0 => 0,
            missing if missing == from => from,
            _ => return Err(VALUE),
        };
        let mut kept = Vec::new();
        for row in all {
            if coerce::truth(filter.at(row as usize - skipped, 0))? {
                kept.push(row);
            }
        }
        Ok(kept)
    }
}

impl Grouping {
    /// Reads the arguments; the error is what the call gives instead of a table.
    pub(super) fn new(args: &[Cell], is_pivot: bool) -> Result<(Grouping, Asked), Cell> {
        let given = Given::read(args, is_pivot)?;
        let n_groups = given.rows.width + given.columns.as_ref().map_or(0, |range| range.width);
        let (has_header, shows_names, makes_names) = given.headers(n_groups)?;
        let filter_at = if is_pivot { 5 } else { 3 };
        let kept = given.kept(filter_at, usize::from(has_header))?;
        if kept.is_empty() {
            return Err(CALC);
        }
        let is_flat = match (is_pivot, given.number(4)?) {
            (true, _) | (false, None | Some(0)) => false,
            (false, Some(1)) => true,
            _ => return Err(VALUE),
        };
        let row_depth = given.number(1)?.unwrap_or(1);
        let rows = Axis::new(
            &given.rows,
            &kept,
            row_depth,
            Sorting::read(given.numbers(2)?, given.rows.width, given.values.width)?,
            is_flat,
        )?;
        let columns = match &given.columns {
            None => Axis::single(&kept, given.values.width),
            Some(range) => Axis::new(
                range,
                &kept,
                given.number(3)?.unwrap_or(1),
                Sorting::read(given.numbers(4)?, range.width, given.values.width)?,
                false,
            )?,
        };
        let name = |range: &Range, at: usize, made: &str| match makes_names {
            true => Cell::Text(Arc::from(format!("{made}{}", at + 1))),
            false => range.at(0, at).clone(),
        };
        let names = |range: &Range, made: &str| -> Vec<Cell> {
            (0..range.width).map(|at| name(range, at, made)).collect()
        };
        let mut grouping = Grouping {
            value_names: names(&given.values, "值"),
            row_names: names(&given.rows, "字段"),
            shows_names,
            is_pivot,
            n_values: given.values.width,
            answers_at: BTreeMap::new(),
            n_answers: 0,
            rows,
            columns,
        };
        let asked = grouping.ask(&given, &kept)?;
        Ok((grouping, asked))
    }

    pub(super) fn n_answers(&self) -> usize {
        self.n_answers
    }

    /// The cells of each pair of groups, and those that they are seen beside.
    fn ask(&mut self, given: &Given, kept: &[u32]) -> Result<Asked, Cell> {
        let mut members: BTreeMap<(usize, usize), Vec<u32>> = BTreeMap::new();
        for (at, row) in kept.iter().enumerate() {
            for row_node in self.rows.above(at) {
                for column_node in self.columns.above(at) {
                    members
                        .entry((row_node, column_node))
                        .or_default()
                        .push(*row);
                }
            }
        }
        let n_cells = kept.len() * self.rows.depth() * self.columns.depth() * self.n_values;
        if n_cells > 4 * ARRAY_CELLS || members.len() * self.n_values > ARRAY_CELLS {
            return Err(Cell::Error(CellError::Num));
        }
        let relative = match given.is_pivot {
            true => given.number(6)?.unwrap_or(0),
            false => 2,
        };
        let mut asked: Asked = Default::default();
        let cells = |rows: &[u32], column: usize| {
            let cells = rows
                .iter()
                .map(|row| given.values.at(*row as usize, column).clone());
            Cell::array(1, cells.collect())
        };
        for (pair, rows) in &members {
            let beside = self.beside(*pair, relative).ok_or(VALUE)?;
            let beside = members.get(&beside).unwrap_or(rows);
            self.answers_at.insert(*pair, asked[0].len());
            for column in 0..self.n_values {
                asked[0].push(cells(rows, column));
                asked[1].push(cells(beside, column));
            }
        }
        self.n_answers = asked[0].len();
        Ok(asked)
    }

    /// What a part is seen beside: the total of its column, its row, of all, or of the group around it.
    fn beside(&self, (row, column): (usize, usize), relative: i64) -> Option<(usize, usize)> {
        Some(match relative {
            0 => (0, column),
            1 => (row, 0),
            2 => (0, 0),
            3 => (row, self.columns.parent(column)),
            4 => (self.rows.parent(row), column),
            _ => return None,
        })
    }

    /// The table.
    pub(super) fn finish(mut self, answers: &[Cell]) -> Cell {
        let answer = |row: usize, column: usize, value: usize| -> Cell {
            match self.answers_at.get(&(row, column)) {
                Some(at) => answers.get(at + value).cloned().unwrap_or(CALC),
                None => Cell::Text(Arc::from("")),
            }
        };
        let rows = self.rows.lines(|node, value| answer(node, 0, value));
        let columns = self.columns.lines(|node, value| answer(0, node, value));
        let mut table = layout::Table::new(&self.rows, &self.columns, self.n_values);
        if self.is_pivot {
            table.add_column_heads(&columns, self.shows_names.then_some(&self.value_names));
        }
        if self.shows_names {
            let names = std::mem::take(&mut self.value_names);
            table.add_names(&self.row_names, &names, columns.len(), self.is_pivot);
        }
        for row in &rows {
            table.add_row(row, &columns, &answer);
        }
        table.finish()
    }
}
