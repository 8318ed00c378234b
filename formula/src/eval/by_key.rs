//! XLOOKUP, MATCH and their kin, where they match exactly, through the kept index of keys: one search per distinct
//! text, not per record.

use super::{
    Context, VALUE,
    coded::{Coded, Dictionary, Seen},
    key_table::Match,
    keys::{KeyIndex, Source, segments_of},
    looking::{WANTED_CHARS, is_long},
    lookup::Lookup,
    search::{Line, Order, Way},
    vector::{Cell, Collector, Numbers, Vector},
};
use crate::{check::coerce, plan::Node};
use std::{cell::RefCell, collections::HashMap, sync::Arc};
use table::{field::Field, id::TableId, mask::Mask, value::CellError};

/// Where is looked, and what is given.
struct Search<'a, 'c> {
    context: &'c Context<'a>,
    keys: Arc<KeyIndex>,
    by: (TableId, &'a Field),
    /// Absent: the position.
    source: Option<Source<'a>>,
    /// Texts with wildcards are patterns.
    has_patterns: bool,
    /// What patterns found.
    like: RefCell<HashMap<Arc<str>, Option<Cell>>>,
}

/// A look-up in a column of a table: the column, and what is given in place of the position.
struct Columns<'a> {
    table: TableId,
    key: &'a Field,
    values: Option<&'a Field>,
    has_patterns: bool,
}

/// `None` where the arguments are no columns of one table, or more than exact matches are wanted.
pub(crate) fn call<'a>(
    context: &mut Context<'a>,
    lookup: Lookup,
    args: &[Node<'a>],
) -> Option<Vector<'a>> {
    let Columns {
        table,
        key,
        values,
        has_patterns,
    } = columns(context, lookup, args)?;
    let otherwise = match (lookup, args.get(3)) {
        (Lookup::XLookup, Some(node)) if !matches!(node, Node::Missing) => context.eval(node),
        _ => Vector::Const(Cell::Error(CellError::Na)),
    };
    let wanted = context.eval(&args[0]);
    if wanted.may_hold_arrays() {
        return None;
    }
    let snapshot = context.input.snapshot;
    let search = Search {
        keys: context
            .input
            .cache
            .keys(snapshot, table, Some(key), Match::Exact),
        by: (table, key),
        source: values.map(|values| Source::new(snapshot, table, values)),
        has_patterns,
        like: RefCell::default(),
        context,
    };
    if let (Node::Own(own), Some(values), true) = (&args[0], values, otherwise.is_const())
        && !has_patterns
        && let Some(vector) = search.by_own_keys(own, values, &wanted, &otherwise.get(0))
    {
        return Some(vector);
    }
    Some(search.all(&wanted, &otherwise))
}

fn column<'a>(node: &Node<'a>) -> Option<(TableId, &'a Field)> {
    match node {
        Node::Column(table, field) => Some((*table, field)),
        _ => None,
    }
}

fn columns<'a>(
    context: &mut Context<'a>,
    lookup: Lookup,
    args: &[Node<'a>],
) -> Option<Columns<'a>> {
    // Whether an argument is this number, or left out where that means the same.
    let mut is = |at: usize, number: f64, may_lack: bool| match args.get(at) {
        None => may_lack,
        Some(Node::Missing) => may_lack || number == 0.0,
        Some(node @ (Node::Const(_) | Node::Negate(_))) => {
            coerce::number(&context.eval(node).get(0)) == Ok(number)
        }
        Some(_) => false,
    };
    let is_exact = match lookup {
        Lookup::XLookup => is(4, 0.0, true) && is(5, 1.0, true),
        Lookup::XMatch => is(2, 0.0, true) && is(3, 1.0, true),
        Lookup::Match => is(2, 0.0, false),
        Lookup::VLookup => is(3, 0.0, false),
        _ => false,
    };
    if !is_exact {
        return None;
    }
    let has_patterns = matches!(lookup, Lookup::Match | Lookup::VLookup);
    if lookup == Lookup::VLookup {
        return side_by_side(&args[1], &args[2]);
    }
    let (table, key) = column(args.get(1)?)?;
    let values = match lookup {
        Lookup::XLookup => Some(column(args.get(2)?).filter(|(of, _)| *of == table)?.1),
        _ => None,
    };
    Some(Columns {
        table,
        key,
        values,
        has_patterns,
    })
}

/// `VLOOKUP(…, HSTACK(表[键],表[值]), 2, FALSE)`, with CHOOSE({1,2},…) as well: no array is made.
fn side_by_side<'a>(array: &Node<'a>, which: &Node<'a>) -> Option<Columns<'a>> {
    let Node::Const(Cell::Number(which)) = which else {
        return None;
    };
    let array = match array {
        Node::Once(_, inner) => inner,
        other => other,
    };
    let Node::Call(function, args) = array else {
        return None;
    };
    let columns = match (function.doc.name, &args[..]) {
        ("HSTACK", columns) => columns,
        ("CHOOSE", [Node::Array(numbers), columns @ ..]) => {
            let mut cells = numbers.cells.iter().zip(1..);
            let in_turn = numbers.width == columns.len()
                && numbers.cells.len() == columns.len()
                && cells.all(|(cell, at)| *cell == Cell::Number(f64::from(at)));
            in_turn.then_some(columns)?
        }
        _ => return None,
    };
    let columns: Vec<(TableId, &Field)> = columns.iter().map(column).collect::<Option<_>>()?;
    let (table, key) = *columns.first()?;
    let is_whole = *which >= 1.0 && columns.iter().all(|(of, _)| *of == table);
    let (_, values) = columns.get(which.trunc() as usize - usize::from(is_whole))?;
    is_whole.then_some(Columns {
        table,
        key,
        values: Some(values),
        has_patterns: true,
    })
}

impl<'a> Search<'a, '_> {
    /// Where many records are asked about: each distinct key of all of them is looked up once.
    fn by_own_keys(
        &self,
        own: &Field,
        values: &Field,
        wanted: &Vector<'a>,
        otherwise: &Cell,
    ) -> Option<Vector<'a>> {
        let (source, input) = (self.source.as_ref()?, self.context.input);
        let segments = segments_of(input.snapshot, input.table);
        if !input.cache.is_for_many() || segments.len() < 2 {
            return None;
        }
        let own_keys = input
            .cache
            .keys(input.snapshot, input.table, Some(own), Match::Exact);
        let of = format!("XLOOKUP {} {} {}", own.id, self.by.1.id, values.id);
        let keys = &self.keys;
        let there = own_keys.numbers_in(keys, input.cache.spread());
        let found = input.cache.found(of, own_keys.bound(), |number| {
            let place = keys.first(*there.get(number as usize)?)?;
            Some(source.cell(place))
        });
        let numbers = &own_keys.segments.get(input.segment)?.numbers;
        if self.context.offsets.is_some() || numbers.len() != self.context.len() {
            return None;
        }
        let missing = |at: usize| match wanted.get(at) {
            stuck if stuck.is_stuck() => stuck,
            _ => otherwise.clone(),
        };
        Some(found.spread_out(numbers, otherwise, missing))
    }

    fn all(&self, wanted: &Vector<'a>, otherwise: &Vector<'a>) -> Vector<'a> {
        let mut buffer = Vec::new();
        if wanted.is_const() {
            return match self.find(&Seen::Cell(&wanted.get(0)), &mut buffer) {
                Some(cell) => Vector::Const(cell),
                None => otherwise.clone(),
            };
        }
        if let (Vector::Coded(coded), true) = (wanted, otherwise.is_const()) {
            let otherwise = otherwise.get(0);
            let cells = coded.each(Cell::Blank, |seen| {
                let found = self.find(&seen, &mut buffer);
                found.unwrap_or_else(|| otherwise.clone())
            });
            return spread_out(coded, cells);
        }
        (0..self.context.len())
            .map(|at| {
                let found = self.find(&Seen::Cell(&wanted.get(at)), &mut buffer);
                found.unwrap_or_else(|| otherwise.get(at))
            })
            .collect::<Collector>()
            .finish()
    }

    /// `None` where it is not there.
    fn find(&self, wanted: &Seen, buffer: &mut Vec<u8>) -> Option<Cell> {
        if let Seen::Cell(cell) = wanted
            && cell.is_stuck()
        {
            return Some((*cell).clone());
        }
        if self.has_patterns && may_be_pattern(wanted) {
            return self.find_pattern(&wanted.to_cell());
        }
        let place = self
            .keys
            .first(self.keys.find(wanted, Match::Exact, buffer))?;
        Some(match &self.source {
            Some(source) => source.cell(place),
            None => Cell::Number(self.keys.ordinal(place) as f64 + 1.0),
        })
    }

    /// Also texts that are too long to be looked for.
    fn find_pattern(&self, wanted: &Cell) -> Option<Cell> {
        let Cell::Text(text) = wanted else {
            return None;
        };
        if is_long(wanted) {
            return Some(VALUE);
        }
        if let Some(known) = self.like.borrow().get(text) {
            return known.clone();
        }
        let (input, (table, key)) = (self.context.input, self.by);
        let keys = input.cache.range(input.snapshot, table, key);
        let known = input.cache.known(Line::column(&keys, 0));
        let fuel = self.context.fuel;
        let found = known.find(wanted, Way::Wildcards, Order::First, |n| fuel.burn(n));
        let cell = found.map(|at| match &self.source {
            Some(source) => {
                let values = input.cache.range(input.snapshot, table, source.field());
                values.cells[at].clone()
            }
            None => Cell::Number(at as f64 + 1.0),
        });
        self.like.borrow_mut().insert(text.clone(), cell.clone());
        cell
    }
}

/// What is found for each key of a column.
#[derive(Debug)]
pub(crate) struct Found {
    /// Arbitrary where nothing is.
    cells: Arc<[Cell]>,
    is_there: Vec<bool>,
    /// Texts or booleans are among the cells.
    has_words: bool,
}

impl FromIterator<Option<Cell>> for Found {
    fn from_iter<I: IntoIterator<Item = Option<Cell>>>(found: I) -> Found {
        let found: Vec<Option<Cell>> = found.into_iter().collect();
        let is_word = |cell: &Option<Cell>| matches!(cell, Some(Cell::Text(_) | Cell::Bool(_)));
        Found {
            is_there: found.iter().map(Option::is_some).collect(),
            has_words: found.iter().any(is_word),
            cells: found
                .into_iter()
                .map(|cell| cell.unwrap_or(Cell::Blank))
                .collect(),
        }
    }
}

impl Found {
    /// Something is known of every key.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_there.iter().all(|there| *there)
    }

    /// The cell of each record by its key: `otherwise` where nothing is known of it, `missing` where it has none.
    pub(crate) fn spread_out<'a>(
        &self,
        keys: &[u32],
        otherwise: &Cell,
        missing: impl FnMut(usize) -> Cell,
    ) -> Vector<'a> {
        let has_words = self.has_words || matches!(otherwise, Cell::Text(_) | Cell::Bool(_));
        match has_words {
            true => Vector::Coded(self.coded(keys, otherwise, missing)),
            false => Vector::Numbers(self.numbers(keys, otherwise, missing)),
        }
    }

    fn numbers<'a>(
        &self,
        keys: &[u32],
        otherwise: &Cell,
        mut missing: impl FnMut(usize) -> Cell,
    ) -> Numbers<'a> {
        let mut odd: Vec<(u32, Cell)> = Vec::new();
        let values = keys.iter().enumerate().map(|(at, key)| {
            let cell = match self.is_there.get(*key as usize) {
                Some(true) => &self.cells[*key as usize],
                Some(false) => otherwise,
                None => &missing(at),
            };
            match cell {
                Cell::Number(x) => *x,
                other => {
                    odd.push((at as u32, other.clone()));
                    0.0
                }
            }
        });
        let mut out = Numbers::of(values.collect::<Vec<f64>>());
        let (blank, rest): (Vec<_>, Vec<_>) =
            odd.into_iter().partition(|(_, cell)| *cell == Cell::Blank);
        if !blank.is_empty() {
            let mut mask = Mask::new(keys.len(), false);
            blank
                .iter()
                .for_each(|(at, _)| mask.set(*at as usize, true));
            out.blank = Some(mask);
        }
        out.rest = rest;
        out
    }

    fn coded<'a>(
        &self,
        keys: &[u32],
        otherwise: &Cell,
        mut missing: impl FnMut(usize) -> Cell,
    ) -> Coded<'a> {
        let mut cells = Dictionary::shared(self.cells.clone());
        let first = cells.len() as u32;
        let mut more = vec![otherwise.clone()];
        let codes = keys.iter().enumerate().map(|(at, key)| {
            let cell = match self.is_there.get(*key as usize) {
                Some(true) => return *key,
                Some(false) => return first,
                None => missing(at),
            };
            let known = more.iter().position(|known| *known == cell);
            first
                + known.unwrap_or_else(|| {
                    more.push(cell);
                    more.len() - 1
                }) as u32
        });
        let codes: Vec<u32> = codes.collect();
        cells.add_cells(more);
        Coded {
            codes: codes.into(),
            cells,
        }
    }
}

/// A text with wildcards, or one that is too long.
fn may_be_pattern(wanted: &Seen) -> bool {
    let text = match wanted {
        Seen::Text(text) => text,
        Seen::Cell(Cell::Text(text)) => &**text,
        Seen::Cell(_) => return false,
    };
    text.len() > WANTED_CHARS || text.contains(['*', '?', '~'])
}

/// One cell per code, for each record: as numbers where nearly all are.
pub(crate) fn spread_out<'a>(coded: &Coded<'a>, cells: Vec<Cell>) -> Vector<'a> {
    let is_text = |cell: &Cell| matches!(cell, Cell::Text(_) | Cell::Bool(_));
    if cells.iter().any(is_text) {
        return Vector::Coded(Coded {
            codes: coded.codes.clone(),
            cells: Dictionary::of_cells(cells),
        });
    }
    let of_code: Vec<f64> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Number(x) => *x,
            _ => 0.0,
        })
        .collect();
    let codes = coded.codes.iter();
    let values: Vec<f64> = codes.map(|code| of_code[*code as usize]).collect();
    let mut out = Numbers::of(values);
    if cells.iter().all(|cell| matches!(cell, Cell::Number(_))) {
        return Vector::Numbers(out);
    }
    let mut blank = Mask::new(coded.len(), false);
    for (at, code) in coded.codes.iter().enumerate() {
        match &cells[*code as usize] {
            Cell::Number(_) => {}
            Cell::Blank => blank.set(at, true),
            other => out.rest.push((at as u32, other.clone())),
        }
    }
    out.blank = Some(blank);
    Vector::Numbers(out)
}
