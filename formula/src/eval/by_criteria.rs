//! SUMIFS and its family through kept totals: criteria that are the same for all records filter once, the one that
//! differs from record to record is looked up as a key.

use super::{
    CALC, Context,
    by_key::spread_out,
    by_tuple,
    coded::Seen,
    criteria::Criterion,
    key_table::Match,
    keys::{KeyIndex, NEVER_GIVEN, is_criterion},
    lookup::{Lookup, total},
    totals::{Asked, Totals},
    vector::{Cell, Collector, Vector},
};
use crate::plan::Node;
use std::{collections::HashMap, sync::Arc};
use table::{field::Field, id::TableId, value::CellError};

/// A criterion and the column it is about.
struct Pair<'a> {
    field: &'a Field,
    wanted: Vector<'a>,
}

struct Question<'a, 'c> {
    context: &'c Context<'a>,
    lookup: Lookup,
    table: TableId,
    values: Option<&'a Field>,
    filters: Vec<(&'a Field, Criterion)>,
    key: Option<&'a Field>,
    /// Which pair the key is.
    key_at: Option<usize>,
    keys: Arc<KeyIndex>,
    totals: Arc<Totals>,
    /// Answers that took a look at every record, by what was wanted.
    slow: HashMap<String, Cell>,
    buffer: Vec<u8>,
}

/// `None` where the arguments are no columns of one table, or several criteria differ from record to record: then it
/// is done the slow way.
pub(crate) fn call<'a>(
    context: &mut Context<'a>,
    lookup: Lookup,
    args: &[Node<'a>],
) -> Option<Vector<'a>> {
    let (values_at, first, last) = lookup.layout(args.len());
    let column = |at: usize| match args.get(at) {
        Some(Node::Column(table, field)) => Some((*table, *field)),
        _ => None,
    };
    let (table, _) = column(first)?;
    let of_table = |at: usize| {
        column(at)
            .filter(|(of, _)| *of == table)
            .map(|(_, field)| field)
    };
    let values = match values_at {
        Some(at) => Some(of_table(at)?),
        None => None,
    };
    let places: Vec<usize> = (first..last).step_by(2).collect();
    let fields: Vec<&Field> = places
        .iter()
        .map(|at| of_table(*at))
        .collect::<Option<_>>()?;
    if places.iter().any(|at| at + 1 >= args.len()) {
        return None;
    }
    let pairs: Vec<Pair> = fields
        .into_iter()
        .zip(&places)
        .map(|(field, at)| Pair {
            field,
            wanted: context.eval(&args[at + 1]),
        })
        .collect();
    let waits = |pair: &Pair| pair.wanted.is_const() && pair.wanted.get(0) == Cell::Pending;
    if pairs.iter().any(waits) {
        return Some(Vector::Const(Cell::Pending));
    }
    if pairs.iter().filter(|pair| !pair.wanted.is_const()).count() > 1 {
        let wanted: Vec<(&Field, &Vector)> = pairs
            .iter()
            .map(|pair| (pair.field, &pair.wanted))
            .collect();
        let known = by_tuple::call(context, lookup, (table, values), &wanted);
        if known.is_some() {
            return known;
        }
        return Some(super::lookup::slow_conditional(
            context,
            lookup,
            args,
            pairs.into_iter().map(|pair| pair.wanted),
        ));
    }
    let owns = |at: &usize| match args[at + 1] {
        Node::Own(field) => Some(field),
        _ => None,
    };
    let mut question = Question::new(context, lookup, (table, values), &pairs);
    let own = question.key_at.and_then(|at| places.get(at)).and_then(owns);
    let known = own.and_then(|own| question.by_own_keys(own, &pairs));
    Some(known.unwrap_or_else(|| question.answer(&pairs)))
}

impl<'a, 'c> Question<'a, 'c> {
    fn new(
        context: &'c Context<'a>,
        lookup: Lookup,
        (table, values): (TableId, Option<&'a Field>),
        pairs: &[Pair<'a>],
    ) -> Question<'a, 'c> {
        let constant = |pair: &Pair| Criterion::new(&pair.wanted.get(0));
        let varying = pairs.iter().position(|pair| !pair.wanted.is_const());
        // Where nothing varies, an equality is as good as a key.
        let key_at =
            varying.or_else(|| pairs.iter().position(|pair| constant(pair).key().is_some()));
        let filters = pairs.iter().enumerate();
        let filters: Vec<(&Field, Criterion)> = filters
            .filter(|(at, _)| Some(*at) != key_at)
            .map(|(_, pair)| (pair.field, constant(pair)))
            .collect();
        let key = key_at.map(|at| pairs[at].field);
        let (cache, snapshot) = (context.input.cache, context.input.snapshot);
        let asked = Asked {
            values,
            filters,
            measure: lookup.measure(),
        };
        let keys = cache.keys(snapshot, table, key, Match::Loose);
        let key_fields: Vec<&Field> = key.into_iter().collect();
        let numbers = (keys.numbers(), keys.bound());
        let totals = cache.totals(snapshot, (table, &key_fields), numbers, &asked);
        Question {
            context,
            lookup,
            table,
            values,
            filters: asked.filters,
            key,
            key_at,
            keys,
            totals,
            slow: HashMap::new(),
            buffer: Vec::new(),
        }
    }

    /// Where many records are asked about: each distinct key of all of them is looked up once, side by side.
    fn by_own_keys(&mut self, own: &Field, pairs: &[Pair<'a>]) -> Option<Vector<'a>> {
        let (input, wanted) = (self.context.input, &pairs[self.key_at?].wanted);
        if !input.cache.is_for_many() {
            return None;
        }
        let own_keys = input
            .cache
            .keys(input.snapshot, input.table, Some(own), Match::Loose);
        if own_keys.has_criteria() {
            return None;
        }
        let of = format!(
            "{:?} {} {:?} {:?} {:?}",
            self.lookup,
            own.id,
            self.key.map(|key| key.id),
            self.values.map(|values| values.id),
            self.filters
                .iter()
                .map(|(field, criterion)| (field.id, criterion))
                .collect::<Vec<_>>(),
        );
        let (keys, totals, lookup) = (&self.keys, &self.totals, self.lookup);
        let has_values = self.values.is_some();
        let there = own_keys.numbers_in(keys, input.cache.spread());
        let found = input.cache.found(of, own_keys.bound(), |number| {
            match there.get(number as usize) {
                None | Some(&NEVER_GIVEN) => Some(Cell::Blank),
                Some(key) => answer(lookup, totals, *key, has_values),
            }
        });
        let numbers = &own_keys.segments.get(input.segment)?.numbers;
        let n = self.context.len();
        if self.context.offsets.is_some() || numbers.len() != n || !found.is_complete() {
            return None;
        }
        if !self.context.fuel.burn(n) {
            return Some(Vector::Const(CALC));
        }
        let missing = |at: usize| self.one(&Seen::Cell(&wanted.get(at)));
        Some(found.spread_out(numbers, &Cell::Blank, missing))
    }

    fn answer(&mut self, pairs: &[Pair<'a>]) -> Vector<'a> {
        let n = self.context.len();
        let everyone = Vector::Const(Cell::Blank);
        let wanted = self.key_at.map_or(&everyone, |at| &pairs[at].wanted);
        if wanted.is_const() {
            let data = self.context.input.snapshot.data(self.table);
            let n_read = data.map_or(0, |data| data.n_live) as usize;
            if !self.context.fuel.burn(n_read) {
                return Vector::Const(CALC);
            }
            return Vector::Const(match self.key {
                Some(_) => self.one(&Seen::Cell(&wanted.get(0))),
                None => {
                    let everyone = self
                        .keys
                        .find(&Seen::Text(""), Match::Exact, &mut self.buffer);
                    self.of_key(everyone, &Seen::Cell(&Cell::Blank))
                }
            });
        }
        if !self.context.fuel.burn(n) {
            return Vector::Const(CALC);
        }
        match wanted {
            Vector::Coded(coded) => {
                let cells = coded.each(Cell::Blank, |seen| self.one(&seen));
                spread_out(coded, cells)
            }
            other => (0..n)
                .map(|at| self.one(&Seen::Cell(&other.get(at))))
                .collect::<Collector>()
                .finish(),
        }
    }

    fn one(&mut self, wanted: &Seen) -> Cell {
        if let Seen::Cell(Cell::Pending) = wanted {
            return Cell::Pending;
        }
        match wanted_number(&self.keys, wanted, &mut self.buffer) {
            Some(key) => self.of_key(key, wanted),
            None => self.slowly(&wanted.to_cell()),
        }
    }

    fn of_key(&mut self, key: u32, wanted: &Seen) -> Cell {
        let known = answer(self.lookup, &self.totals, key, self.values.is_some());
        known.unwrap_or_else(|| self.slowly(&wanted.to_cell()))
    }

    /// Every record is looked at: for `">5"`, `"a*"`, and to find the first error.
    fn slowly(&mut self, wanted: &Cell) -> Cell {
        let name = format!("{wanted:?}");
        if let Some(known) = self.slow.get(&name) {
            return known.clone();
        }
        let input = self.context.input;
        let range = |field: &Field| input.cache.range(input.snapshot, self.table, field);
        let criteria: Vec<(Arc<super::vector::Range>, Criterion)> = self
            .key
            .map(|key| (range(key), Criterion::new(wanted)))
            .into_iter()
            .chain(
                self.filters
                    .iter()
                    .map(|(field, criterion)| (range(field), criterion.clone())),
            )
            .collect();
        let values = match (self.values, criteria.first()) {
            (Some(values), _) => range(values),
            (None, Some((first, _))) => first.clone(),
            (None, None) => return Cell::Number(0.0),
        };
        let n = values.cells.len();
        let answer = match self.context.fuel.burn(n * criteria.len()) {
            true => {
                let fits = |row: &usize| {
                    let mut pairs = criteria.iter();
                    pairs.all(|(range, criterion)| criterion.matches(&range.cells[*row]))
                };
                total(self.lookup, &values, (0..n).filter(fits))
            }
            false => CALC,
        };
        self.slow.insert(name, answer.clone());
        answer
    }
}

/// `None` where an error or a cell that waits is among the values.
pub(crate) fn answer(lookup: Lookup, totals: &Totals, key: u32, has_values: bool) -> Option<Cell> {
    let total = totals.get(key);
    if total.n_stuck > 0 && has_values {
        return None;
    }
    let n = total.n_numbers;
    Some(match lookup {
        Lookup::CountIf | Lookup::CountIfs => Cell::Number(f64::from(total.n_records)),
        Lookup::SumIf | Lookup::SumIfs => Cell::finite(total.sum()),
        Lookup::AverageIf | Lookup::AverageIfs if n == 0 => Cell::Error(CellError::Div0),
        Lookup::AverageIf | Lookup::AverageIfs => Cell::finite(total.mean()),
        _ if n == 0 => Cell::Number(0.0),
        Lookup::MinIfs => Cell::Number(totals.ends(key).0),
        _ => Cell::Number(totals.ends(key).1),
    })
}

/// The number of the key that a criterion asks for; `None` where it is more than an equality.
pub(crate) fn wanted_number(keys: &KeyIndex, wanted: &Seen, buffer: &mut Vec<u8>) -> Option<u32> {
    let mut find = |key: &Seen| keys.find(key, Match::Loose, buffer);
    match wanted {
        Seen::Cell(Cell::Blank) => Some(find(&Seen::Cell(&Cell::Number(0.0)))),
        Seen::Cell(Cell::Error(_) | Cell::Pending) => None,
        text if is_criterion(text) => {
            let key = Criterion::new(&text.to_cell()).key()?;
            Some(find(&Seen::Cell(&key.to_cell())))
        }
        plain => Some(find(plain)),
    }
}
