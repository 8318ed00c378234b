//! Functions that choose which argument is evaluated: IF, IFS, SWITCH, IFERROR, IFNA.

use super::{
    Context,
    operators::compare,
    vector::{Cell, Vector},
};
use crate::{check::coerce::truth, plan::Node};
use table::value::CellError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lazy {
    If,
    Ifs,
    Switch,
    IfError,
    IfNa,
}

pub(crate) fn call(context: &mut Context, lazy: Lazy, args: &[Node]) -> Vector {
    let n = context.len();
    let mut out = vec![Cell::Error(CellError::Na); n];
    let mut open: Vec<usize> = (0..n).collect();
    match lazy {
        Lazy::If => {
            branch(context, &args[0], args.get(1), &mut open, &mut out);
            fill(context, args.get(2), Cell::Bool(false), &open, &mut out);
        }
        Lazy::Ifs => {
            for pair in args.chunks(2) {
                branch(context, &pair[0], pair.get(1), &mut open, &mut out);
            }
        }
        Lazy::Switch => switch(context, args, open, &mut out),
        Lazy::IfError | Lazy::IfNa => {
            let tried = context.eval_some(&args[0], &open);
            let mut caught = Vec::new();
            for (row, cell) in tried.into_iter().enumerate() {
                match cell {
                    Cell::Error(e) if lazy == Lazy::IfError || e == CellError::Na => {
                        caught.push(row)
                    }
                    cell => out[row] = cell,
                }
            }
            fill(context, args.get(1), Cell::Blank, &caught, &mut out);
        }
    }
    Vector::Cells(out)
}

/// Settles the records whose condition holds (or is an error) and leaves the others open.
fn branch(
    context: &mut Context,
    condition: &Node,
    then: Option<&Node>,
    open: &mut Vec<usize>,
    out: &mut [Cell],
) {
    let conditions = context.eval_some(condition, open);
    let (mut taken, mut rest) = (Vec::new(), Vec::new());
    for (row, condition) in open.iter().copied().zip(conditions) {
        match truth(&condition) {
            Ok(true) => taken.push(row),
            Ok(false) => rest.push(row),
            Err(stuck) => out[row] = stuck,
        }
    }
    fill(context, then, Cell::Bool(true), &taken, out);
    *open = rest;
}

fn fill(
    context: &mut Context,
    node: Option<&Node>,
    otherwise: Cell,
    rows: &[usize],
    out: &mut [Cell],
) {
    if rows.is_empty() {
        return;
    }
    let Some(node) = node else {
        rows.iter().for_each(|row| out[*row] = otherwise.clone());
        return;
    };
    let cells = context.eval_some(node, rows);
    for (row, cell) in rows.iter().zip(cells) {
        // A branch that is a blank field shows 0 in Excel; in a table a blank stays a blank.
        out[*row] = cell;
    }
}

fn switch(context: &mut Context, args: &[Node], mut open: Vec<usize>, out: &mut [Cell]) {
    let subjects = context.eval_some(&args[0], &open);
    open.retain(|row| {
        let stuck = subjects[*row].is_stuck();
        if stuck {
            out[*row] = subjects[*row].clone();
        }
        !stuck
    });
    let mut at = 1;
    while at + 1 < args.len() {
        let cases = context.eval_some(&args[at], &open);
        let (mut taken, mut rest) = (Vec::new(), Vec::new());
        for (row, case) in open.iter().copied().zip(cases) {
            match () {
                () if case.is_stuck() => out[row] = case,
                () if compare(&subjects[row], &case).is_eq() => taken.push(row),
                () => rest.push(row),
            }
        }
        fill(context, Some(&args[at + 1]), Cell::Blank, &taken, out);
        open = rest;
        at += 2;
    }
    if at < args.len() {
        fill(context, Some(&args[at]), Cell::Blank, &open, out);
    }
}
