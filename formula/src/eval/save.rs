//! Results to stored columns: one cell per result, in the kind of the field.

use super::{
    coded::{Coded, Dictionary},
    linked::BETWEEN,
    vector::{Cell, Numbers, Range, Vector},
};
use crate::check::coerce;
use std::{collections::BTreeMap, sync::Arc};
use table::{
    column::{Column, ColumnKind, Side, TextValues, Values},
    mask::Mask,
    value::{Attachment, CellError, CellState, CellValue},
};

pub(crate) fn store(vector: Vector, n: usize, kind: ColumnKind) -> Column {
    let vector = match vector {
        Vector::Range(range) => Vector::Coded(Coded {
            codes: vec![0; n].into(),
            cells: Dictionary::of_cells(vec![Vector::Range(range).get(0)]),
        }),
        Vector::Const(cell) => Vector::Coded(Coded {
            codes: vec![0; n].into(),
            cells: Dictionary::of_cells(vec![cell]),
        }),
        other => other,
    };
    let fast = match (vector, kind) {
        (Vector::Numbers(numbers), ColumnKind::Number | ColumnKind::Date) => {
            Ok(numeric(numbers, kind))
        }
        (Vector::Coded(coded), ColumnKind::Text) if coded.cells.all_made().is_some() => {
            Ok(made(&coded))
        }
        (Vector::Coded(coded), ColumnKind::Text) if !coded.is_sparse() => Ok(texts(&coded)),
        (Vector::Coded(coded), ColumnKind::Number | ColumnKind::Date | ColumnKind::Bool) => {
            Ok(by_code(&coded, kind))
        }
        (vector, _) => Err(vector),
    };
    match fast {
        Ok(Some(column)) => column,
        // Parts that do not fit each other: never so, and an error cell says it better than a panic.
        Ok(None) => slow(&Vector::Const(Cell::Error(CellError::Value)), n, kind),
        Err(vector) => slow(&vector, n, kind),
    }
}

fn slow(vector: &Vector, n: usize, kind: ColumnKind) -> Column {
    if kind == ColumnKind::Text
        && let Vector::Cells(cells) = vector
    {
        return many_texts(cells);
    }
    match vector.is_const() {
        true => {
            let cell = state(vector.get(0), kind);
            Column::from_states(kind, std::iter::repeat_n(cell, n))
        }
        false => Column::from_states(kind, (0..n).map(|at| state(vector.get(at), kind))),
    }
}

fn numeric(numbers: Numbers, kind: ColumnKind) -> Option<Column> {
    let n = numbers.values.len();
    let mut valid = match &numbers.blank {
        None => Mask::new(n, true),
        Some(blank) => Mask::from_words(blank.words().iter().map(|word| !word).collect(), n),
    };
    let mut values = numbers.values.into_owned();
    let mut side = BTreeMap::new();
    for (at, cell) in numbers.rest {
        place(at, state(cell, kind), &mut values, &mut valid, &mut side);
    }
    Column::from_parts(kind, Values::Number(values), valid, side, BTreeMap::new())
}

fn place(
    at: u32,
    state: CellState,
    values: &mut [f64],
    valid: &mut Mask,
    side: &mut BTreeMap<u32, Side>,
) {
    valid.set(at as usize, false);
    match state {
        CellState::Value(CellValue::Number(x) | CellValue::Date(x)) => {
            values[at as usize] = x;
            valid.set(at as usize, true);
        }
        other => drop(aside(other).map(|aside| side.insert(at, aside))),
    }
}

fn aside(state: CellState) -> Option<Side> {
    match state {
        CellState::Error(error) => Some(Side::Error(error)),
        CellState::Pending => Some(Side::Pending),
        CellState::Misfit(text) => Some(Side::Misfit(text)),
        CellState::Value(_) => None,
    }
}

/// What a distinct cell becomes.
#[derive(Clone)]
enum Kept {
    Blank,
    Number(f64),
    Bool(bool),
    Text(u32),
    Aside(Side),
}

/// Texts that are a column already; an empty one is a blank cell.
fn made(coded: &Coded) -> Option<Column> {
    let texts = coded.cells.all_made()?;
    let codes = coded.codes.to_vec();
    let mut valid = Mask::new(codes.len(), true);
    let empty: Vec<bool> = (0..texts.n_codes() as u32)
        .map(|code| texts.text(code).is_empty())
        .collect();
    for (at, code) in codes.iter().enumerate() {
        if empty[*code as usize] {
            valid.set(at, false);
        }
    }
    let values = TextValues::from_dictionary(codes, texts.base().clone(), texts.tail().clone())?;
    let (side, options) = (BTreeMap::new(), BTreeMap::new());
    Column::from_parts(ColumnKind::Text, Values::Text(values), valid, side, options)
}

fn texts(coded: &Coded) -> Option<Column> {
    let mut distinct: Vec<Arc<str>> = vec![Arc::from("")];
    let kept = coded.each(Kept::Blank, |seen| {
        match state(seen.to_cell(), ColumnKind::Text) {
            CellState::Value(CellValue::Text(text)) => {
                distinct.push(text);
                Kept::Text((distinct.len() - 1) as u32)
            }
            other => aside(other).map_or(Kept::Blank, Kept::Aside),
        }
    });
    let all_texts = kept
        .iter()
        .zip(coded.used())
        .all(|(kept, used)| !used || matches!(kept, Kept::Text(_)));
    let mut valid = Mask::new(coded.len(), true);
    let mut side = BTreeMap::new();
    let of_text: Vec<u32> = kept
        .iter()
        .map(|kept| match kept {
            Kept::Text(code) => *code,
            _ => 0,
        })
        .collect();
    let codes: Vec<u32> = coded.codes.iter().map(|c| of_text[*c as usize]).collect();
    if !all_texts {
        for (at, code) in coded.codes.iter().enumerate() {
            match &kept[*code as usize] {
                Kept::Text(_) => continue,
                Kept::Aside(aside) => drop(side.insert(at as u32, aside.clone())),
                _ => {}
            }
            valid.set(at, false);
        }
    }
    let distinct: Vec<&str> = distinct.iter().map(|text| &**text).collect();
    let values = TextValues::from_codes(codes, &distinct)?;
    Column::from_parts(
        ColumnKind::Text,
        Values::Text(values),
        valid,
        side,
        BTreeMap::new(),
    )
}

fn by_code(coded: &Coded, kind: ColumnKind) -> Option<Column> {
    let kept = coded.each(Kept::Blank, |seen| match state(seen.to_cell(), kind) {
        CellState::Value(CellValue::Number(x) | CellValue::Date(x)) => Kept::Number(x),
        CellState::Value(CellValue::Bool(b)) => Kept::Bool(b),
        other => aside(other).map_or(Kept::Blank, Kept::Aside),
    });
    let n = coded.len();
    let mut valid = Mask::new(n, true);
    let mut side = BTreeMap::new();
    let (mut numbers, mut bools) = (Vec::new(), Vec::new());
    match kind {
        ColumnKind::Bool => bools.resize(n, false),
        _ => numbers.resize(n, 0.0),
    }
    for (at, code) in coded.codes.iter().enumerate() {
        match &kept[*code as usize] {
            Kept::Number(x) => numbers[at] = *x,
            Kept::Bool(b) => bools[at] = *b,
            Kept::Aside(aside) => {
                side.insert(at as u32, aside.clone());
                valid.set(at, false);
            }
            _ => valid.set(at, false),
        }
    }
    let values = match kind {
        ColumnKind::Bool => Values::Bool(bools),
        _ => Values::Number(numbers),
    };
    Column::from_parts(kind, values, valid, side, BTreeMap::new())
}

/// Texts that are nearly all different: stored in bulk, without an edit per cell.
fn many_texts(cells: &[Cell]) -> Column {
    let mut valid = Mask::new(cells.len(), true);
    let mut side = BTreeMap::new();
    let states: Vec<CellState> = cells
        .iter()
        .map(|cell| state(cell.clone(), ColumnKind::Text))
        .collect();
    let texts = states.iter().enumerate().map(|(at, state)| match state {
        CellState::Value(CellValue::Text(text)) => &**text,
        other => {
            valid.set(at, false);
            if let Some(aside) = aside(other.clone()) {
                side.insert(at as u32, aside);
            }
            ""
        }
    });
    let values = Values::Text(TextValues::from_texts(texts));
    Column::from_parts(ColumnKind::Text, values, valid, side, BTreeMap::new())
        .unwrap_or_else(|| Column::from_states(ColumnKind::Text, states))
}

/// What a record shows of an array: its cells in a row, blank ones left out; an error stands for all.
fn listed(range: &Range, kind: ColumnKind) -> Cell {
    if let Some(stuck) = range.cells.iter().find(|cell| cell.is_stuck()) {
        return stuck.clone();
    }
    match (kind, &range.cells[..]) {
        (_, [single]) => single.clone(),
        (ColumnKind::Text | ColumnKind::Mixed, cells) => {
            let texts = cells.iter().filter_map(|cell| coerce::text(cell).ok());
            let texts: Vec<Arc<str>> = texts.filter(|text| !text.is_empty()).collect();
            Cell::Text(Arc::from(texts.join(BETWEEN)))
        }
        // A number field has room for one.
        _ => Cell::Error(CellError::Spill),
    }
}

fn state(cell: Cell, kind: ColumnKind) -> CellState {
    let text = |cell: &Cell| coerce::text(cell).unwrap_or_default();
    let cell = match cell {
        Cell::Array(range) => listed(&range, kind),
        single => single,
    };
    match (cell, kind) {
        (Cell::Blank, _) => CellState::BLANK,
        (Cell::Error(error), _) => CellState::Error(error),
        (Cell::Pending, _) => CellState::Pending,
        (Cell::Text(t), _) if t.is_empty() => CellState::BLANK,
        (Cell::Number(x), ColumnKind::Number | ColumnKind::Mixed) => CellValue::Number(x).into(),
        (Cell::Number(x), ColumnKind::Date) => CellValue::Date(x).into(),
        (Cell::Bool(b), ColumnKind::Bool | ColumnKind::Mixed) => CellValue::Bool(b).into(),
        (Cell::Bool(b), ColumnKind::Number) => CellValue::Number(f64::from(u8::from(b))).into(),
        (Cell::Number(x), ColumnKind::Bool) => CellValue::Bool(x != 0.0).into(),
        (Cell::Text(t), ColumnKind::Text | ColumnKind::Mixed) => CellValue::Text(t).into(),
        (cell, ColumnKind::Text) => CellValue::Text(text(&cell)).into(),
        (Cell::Text(answer), ColumnKind::Attachments) => match Attachment::from_answer(&answer) {
            Some(files) => CellValue::Attachments(files.into()).into(),
            None => CellState::Error(CellError::Value),
        },
        (_, ColumnKind::Attachments | ColumnKind::Links) => CellState::Error(CellError::Value),
        (cell, _) => CellState::Misfit(text(&cell)),
    }
}
