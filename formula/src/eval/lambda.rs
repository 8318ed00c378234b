//! MAP, REDUCE and their kin. A lambda is evaluated for all elements of all records at once, as if each element were a
//! record: that is what makes it quick.
//!
//! Main type: [`Each`]. Law: elements are made in pieces of bounded size, so that memory does not grow with the number
//! of records. Tests: `spec/lambda.md`.

use super::{
    CALC, Context, VALUE,
    grouping::Grouping,
    vector::{Cell, Collector, Range, Vector},
};
use crate::{
    check::coerce,
    limits::ARRAY_CELLS,
    plan::{Node, reads_record},
};
use std::borrow::Cow;
use table::value::CellError;

/// Elements that are evaluated together.
const PIECE: usize = 262_144;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    Let,
    Lambda,
    Map,
    Reduce,
    Scan,
    ByRow,
    ByCol,
    MakeArray,
    GroupBy,
    PivotBy,
}

/// A lambda over the elements of arrays.
pub(crate) struct Each<'a> {
    pub(crate) by: Binding,
    pub(crate) arrays: Vec<Node<'a>>,
    /// Variables of the lambda's parameters.
    pub(crate) slots: Vec<usize>,
    pub(crate) body: Node<'a>,
}

impl Binding {
    /// At which argument its lambda stands, of so many.
    pub(crate) fn lambda_at(self, n_args: usize) -> Option<usize> {
        let at = match self {
            Binding::GroupBy => 2,
            Binding::PivotBy => 3,
            _ => n_args.checked_sub(1)?,
        };
        (at < n_args).then_some(at)
    }

    /// Whether its lambda may do with fewer parameters than it is handed.
    pub(crate) fn may_ignore(self) -> bool {
        matches!(self, Binding::GroupBy | Binding::PivotBy)
    }

    /// How many parameters its lambda has, given so many arguments before the lambda.
    pub(crate) fn n_parameters(self, n_arrays: usize) -> usize {
        match self {
            Binding::Map => n_arrays,
            Binding::Reduce | Binding::Scan | Binding::MakeArray => 2,
            // The cells of the group, and those that they are seen beside.
            Binding::GroupBy | Binding::PivotBy => 2,
            Binding::ByRow | Binding::ByCol => 1,
            Binding::Let | Binding::Lambda => 0,
        }
    }
}

pub(crate) fn call<'a>(context: &mut Context<'a>, each: &Each<'a>) -> Vector<'a> {
    let vectors: Vec<Vector> = each.arrays.iter().map(|node| context.eval(node)).collect();
    let is_same = |slot: usize| {
        let own = each.slots.contains(&slot);
        own || matches!(context.env.get(slot), Some(Some(value)) if value.is_const())
    };
    let is_const = vectors.iter().all(Vector::is_const) && !reads_record(&each.body, &is_same);
    let n = if is_const {
        1.min(context.len())
    } else {
        context.len()
    };
    if n == 0 {
        return Vector::Const(Cell::Blank);
    }
    let cells = match each.by {
        Binding::Reduce | Binding::Scan => steps(context, each, &vectors, n),
        _ => elements(context, each, &vectors, n),
    };
    match (is_const, cells.into_iter()) {
        (true, mut cells) => match cells.next() {
            Some(Cell::Array(range)) => Vector::Range(range),
            other => Vector::Const(other.unwrap_or(CALC)),
        },
        (false, cells) => cells.collect::<Collector>().finish(),
    }
}

/// One record's elements: its shape, or what it is instead of an array.
enum Shape {
    Is(Cell),
    Of {
        width: usize,
        n: usize,
    },
    /// A table of groups.
    Grouped(Box<Grouping>),
}

/// Elements waiting to be evaluated together.
#[derive(Default)]
struct Piece {
    /// Of each element, the record.
    rows: Vec<usize>,
    /// Per parameter.
    values: Vec<Vec<Cell>>,
}

fn elements<'a>(
    context: &mut Context<'a>,
    each: &Each<'a>,
    vectors: &[Vector<'a>],
    n: usize,
) -> Vec<Cell> {
    let mut out = Vec::with_capacity(n);
    let mut piece = Piece::default();
    let mut shapes = Vec::new();
    for at in 0..n {
        let args: Vec<Cell> = vectors.iter().map(|vector| vector.get(at)).collect();
        let (shape, values) = split(each.by, &args);
        let n_cells = values.first().map_or(0, Vec::len);
        piece.rows.extend(std::iter::repeat_n(at, n_cells));
        piece.values.resize_with(each.slots.len(), Vec::new);
        for (all, values) in piece.values.iter_mut().zip(values) {
            all.extend(values);
        }
        shapes.push(shape);
        if piece.rows.len() >= PIECE {
            out.extend(finish(
                context,
                each,
                std::mem::take(&mut piece),
                shapes.drain(..),
            ));
        }
        if context.fuel.is_out() {
            return vec![CALC; n];
        }
    }
    out.extend(finish(context, each, piece, shapes.drain(..)));
    out
}

/// A record's shape, and for each parameter its values.
fn split(by: Binding, args: &[Cell]) -> (Shape, Vec<Vec<Cell>>) {
    let one = |width: usize, values: Vec<Cell>| {
        let n = values.len();
        (Shape::Of { width, n }, vec![values])
    };
    match (by, args) {
        (Binding::Map, _) => zip(args),
        (Binding::ByRow, [array]) => {
            let range = as_range(array);
            one(
                1,
                range
                    .rows()
                    .map(|row| Cell::array(range.width, row.to_vec()))
                    .collect(),
            )
        }
        (Binding::ByCol, [array]) => {
            let range = as_range(array);
            let column = |column: usize| {
                let cells = (0..range.height()).map(|row| range.at(row, column).clone());
                Cell::array(1, cells.collect())
            };
            one(range.width, (0..range.width).map(column).collect())
        }
        (Binding::MakeArray, [rows, columns]) => {
            match (coerce::number(rows), coerce::number(columns)) {
                (Err(stuck), _) | (_, Err(stuck)) => (Shape::Is(stuck), Vec::new()),
                (Ok(rows), Ok(columns)) => places(rows.trunc(), columns.trunc()),
            }
        }
        (Binding::GroupBy | Binding::PivotBy, args) => {
            match Grouping::new(args, by == Binding::PivotBy) {
                Ok((grouping, asked)) => (Shape::Grouped(Box::new(grouping)), asked.into()),
                Err(instead) => (Shape::Is(instead), Vec::new()),
            }
        }
        _ => (Shape::Is(VALUE), Vec::new()),
    }
}

fn places(rows: f64, columns: f64) -> (Shape, Vec<Vec<Cell>>) {
    if !(rows >= 1.0 && columns >= 1.0) {
        return (Shape::Is(VALUE), Vec::new());
    }
    if rows * columns > ARRAY_CELLS as f64 {
        return (Shape::Is(Cell::Error(CellError::Num)), Vec::new());
    }
    let (height, width) = (rows as usize, columns as usize);
    let number = |x: usize| Cell::Number(x as f64 + 1.0);
    let n = width * height;
    let values = vec![
        (0..n).map(|at| number(at / width)).collect(),
        (0..n).map(|at| number(at % width)).collect(),
    ];
    (Shape::Of { width, n }, values)
}

fn zip(args: &[Cell]) -> (Shape, Vec<Vec<Cell>>) {
    let ranges: Vec<Cow<Range>> = args.iter().map(as_range).collect();
    let width = ranges.iter().map(|range| range.width).max().unwrap_or(1);
    let height = ranges.iter().map(|range| range.height()).max().unwrap_or(1);
    let n = width * height;
    let values = ranges.iter().map(|range| {
        let cells = (0..n).map(|at| match (at / width, at % width) {
            (row, column) if row < range.height() && column < range.width => {
                range.at(row, column).clone()
            }
            _ => Cell::Error(CellError::Na),
        });
        cells.collect()
    });
    (Shape::Of { width, n }, values.collect())
}

/// A single cell is an array of one.
fn as_range(cell: &Cell) -> Cow<'_, Range> {
    match cell {
        Cell::Array(range) => Cow::Borrowed(range),
        single => Cow::Owned(Range::new(1, vec![single.clone()])),
    }
}

/// Evaluates the lambda for the elements and puts the answers together, record by record.
fn finish<'a>(
    context: &mut Context<'a>,
    each: &Each<'a>,
    piece: Piece,
    shapes: impl Iterator<Item = Shape>,
) -> Vec<Cell> {
    let n = piece.rows.len();
    let params = piece.values.into_iter();
    let params = params.map(|cells| cells.into_iter().collect::<Collector>().finish());
    let answers = match n {
        0 => Vector::Const(Cell::Blank),
        _ => context.for_elements(each, &piece.rows, params.collect()),
    };
    let mut at = 0;
    shapes
        .map(|shape| match shape {
            Shape::Is(cell) => cell,
            Shape::Of { width, n } => {
                let cells = (at..at + n).map(|at| match answers.get(at) {
                    // An array holds single cells only.
                    Cell::Array(_) => CALC,
                    cell => cell,
                });
                at += n;
                Cell::array(width, cells.collect())
            }
            Shape::Grouped(grouping) => {
                let from = at;
                at += grouping.n_answers();
                let cells = (from..at).map(|at| match answers.get(at) {
                    Cell::Array(_) => CALC,
                    cell => cell,
                });
                grouping.finish(&cells.collect::<Vec<Cell>>())
            }
        })
        .collect()
}

/// REDUCE and SCAN: all records take a step together.
fn steps<'a>(
    context: &mut Context<'a>,
    each: &Each<'a>,
    vectors: &[Vector<'a>],
    n: usize,
) -> Vec<Cell> {
    let [first, arrays] = vectors else {
        return vec![VALUE; n];
    };
    let items: Vec<Cell> = (0..n).map(|at| arrays.get(at)).collect();
    let items: Vec<Cow<Range>> = items.iter().map(as_range).collect();
    let starts_with_item = matches!(each.arrays.first(), Some(Node::Missing));
    let mut state: Vec<Cell> = (0..n)
        .map(|at| match starts_with_item {
            true => items[at].cells[0].clone(),
            false => first.get(at),
        })
        .collect();
    let mut seen: Vec<Vec<Cell>> = vec![Vec::new(); n];
    if starts_with_item {
        seen.iter_mut()
            .zip(&state)
            .for_each(|(seen, cell)| seen.push(cell.clone()));
    }
    let n_steps = items
        .iter()
        .map(|range| range.cells.len())
        .max()
        .unwrap_or(0);
    for step in usize::from(starts_with_item)..n_steps {
        let rows: Vec<usize> = (0..n).filter(|at| step < items[*at].cells.len()).collect();
        let values = [
            rows.iter()
                .map(|at| state[*at].clone())
                .collect::<Collector>()
                .finish(),
            rows.iter()
                .map(|at| items[*at].cells[step].clone())
                .collect::<Collector>()
                .finish(),
        ];
        let answers = context.for_elements(each, &rows, values.into());
        for (place, at) in rows.iter().enumerate() {
            state[*at] = answers.get(place);
            if each.by == Binding::Scan {
                seen[*at].push(match &state[*at] {
                    Cell::Array(_) => CALC,
                    cell => cell.clone(),
                });
            }
        }
        if context.fuel.is_out() {
            return vec![CALC; n];
        }
    }
    match each.by {
        Binding::Scan => {
            let made = seen.into_iter().zip(&items);
            made.map(|(cells, range)| Cell::array(range.width, cells))
                .collect()
        }
        _ => state,
    }
}

impl<'a> Context<'a> {
    /// The lambda's body, with a record for each element: the one that it belongs to.
    fn for_elements(
        &mut self,
        each: &Each<'a>,
        rows: &[usize],
        params: Vec<Vector<'a>>,
    ) -> Vector<'a> {
        let mut context = Context {
            input: self.input,
            segment: self.segment,
            offsets: Some(rows.iter().map(|row| self.offset(*row)).collect()),
            positions: Some(rows.iter().map(|row| self.position(*row)).collect()),
            calls: Vec::new(),
            fuel: self.fuel,
            env: self.env_of(rows.iter().copied()),
            tag: self.tag,
            wanted: None,
            ai: self.ai,
        };
        for (slot, value) in each.slots.iter().zip(params) {
            context.set(*slot, value);
        }
        let answers = context.eval(&each.body);
        self.calls.append(&mut context.calls);
        answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_lambda_has_as_many_parameters_as_there_is_to_hand_over() {
        assert_eq!(Binding::Map.n_parameters(3), 3);
        assert_eq!(Binding::Scan.n_parameters(2), 2);
        assert_eq!(Binding::ByRow.n_parameters(1), 1);
    }

    #[test]
    fn arrays_of_different_shapes_lack_cells() {
        let range = Cell::Array(Arc::new(Range::new(
            2,
            vec![Cell::Number(1.0), Cell::Number(2.0)],
        )));
        let (_, values) = zip(&[range, Cell::Number(5.0)]);
        assert_eq!(values[1], [Cell::Number(5.0), Cell::Error(CellError::Na)]);
    }
}
