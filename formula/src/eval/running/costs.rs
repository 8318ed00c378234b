//! Costs of stock: reads the movements of each product in their order and shows what one of the methods books.
//!
//! Main types: [`Move`], [`State`], [`Booked`]; the methods stand in `average` and `fifo`. Laws: what came in is what
//! went out, the variance and what is left; no pieces are worth nothing.

use super::{
    Running,
    amount::{at_price, hundredths, is_wild, millionths, price, share},
    average,
    columns::{Flat, Found, Keys},
    fifo::Fifo,
    order::Order,
};
use crate::{
    check::coerce,
    eval::{kept::Spread, vector::Cell},
    plan::Node,
};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use table::value::CellError;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    Rate,
    Value,
    Quantity,
    Cost,
    Change,
    Variance,
}

/// `None`: no such word.
pub(crate) fn wanted(arg: Option<&Node>) -> Option<Wanted> {
    match arg {
        None | Some(Node::Missing) => Some(Wanted::Rate),
        Some(Node::Const(Cell::Text(word))) => named(word),
        Some(_) => None,
    }
}

/// Whether the word asks for a quantity, not an amount.
pub(crate) fn is_quantity(word: &str) -> bool {
    matches!(named(word), Some(Wanted::Quantity))
}

fn named(word: &str) -> Option<Wanted> {
    Some(match word.trim().to_lowercase().as_str() {
        "" | "rate" | "结存单价" | "单价" => Wanted::Rate,
        "value" | "结存金额" | "金额" => Wanted::Value,
        "quantity" | "结存数量" | "数量" => Wanted::Quantity,
        "cost" | "出库成本" | "成本" => Wanted::Cost,
        "change" | "变动金额" | "变动" => Wanted::Change,
        "variance" | "成本差异" | "差异" => Wanted::Variance,
        _ => return None,
    })
}

/// The arguments of all records.
pub(crate) struct Moves {
    quantity: Option<Flat>,
    amount: Option<Flat>,
    fixed: Option<Flat>,
    documents: Keys,
}

/// One movement; amounts in hundredths, the rest in millionths.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Move {
    /// In: above 0.
    pub(crate) quantity: i128,
    pub(crate) amount: Option<i128>,
    /// Per unit.
    pub(crate) fixed: Option<i128>,
    pub(crate) number: Option<u32>,
    pub(crate) origin: Option<u32>,
}

/// What is there of a product.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) quantity: i128,
    pub(crate) value: i128,
    /// The last known price: an amount for a quantity.
    pub(crate) rate: Option<(i128, i128)>,
}

/// What a movement came to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Booked {
    /// Of what went out; below 0 where it came back.
    pub(crate) cost: i128,
    /// In above 0, out below.
    pub(crate) change: i128,
    pub(crate) variance: i128,
}

impl State {
    pub(crate) fn at_last_rate(&self, quantity: i128) -> i128 {
        self.rate.map_or(0, |rate| share(quantity, rate))
    }

    /// What is in stock is worth `value` from now on, of which `booked.change` came in or went out.
    pub(crate) fn settle(&mut self, quantity: i128, value: i128, booked: &mut Booked) {
        // No pieces are worth nothing: what is left over is a variance.
        let value = if quantity == 0 { 0 } else { value };
        booked.variance = self.value + booked.change - value;
        (self.quantity, self.value) = (quantity, value);
        if quantity > 0 {
            self.rate = Some((value, quantity));
        }
    }

    /// The value after `quantity` came in for `amount` while less than nothing was there.
    pub(crate) fn covered(&self, quantity: i128, amount: i128) -> i128 {
        let after = self.quantity + quantity;
        match (after >= 0, self.rate) {
            (true, _) => share(after, (amount, quantity)),
            (false, Some(rate)) => self.value + share(quantity, rate),
            (false, None) => self.value + amount,
        }
    }
}

/// What went out or came in by one document, and what of it has not come back.
#[derive(Debug, Clone, Copy, Default)]
struct Document {
    quantity: i128,
    amount: i128,
    left: (i128, i128),
}

/// By the number of the document.
#[derive(Debug, Default)]
pub(crate) struct Documents(HashMap<u32, Document, FixedState>);

impl Documents {
    pub(crate) fn add(&mut self, number: Option<u32>, quantity: i128, amount: i128) {
        let Some(number) = number else { return };
        let document = self.0.entry(number).or_default();
        document.quantity += quantity;
        document.amount += amount;
        document.left.0 += quantity;
        document.left.1 += amount;
    }

    /// What a part of a document cost that comes back; all parts together cost what the whole did.
    pub(crate) fn take_back(&mut self, origin: Option<u32>, quantity: i128) -> Option<i128> {
        let document = self.0.get_mut(&origin?)?;
        let (left, worth) = document.left;
        let amount = match quantity {
            all if all == left => worth,
            part if part < left => share(part, (worth, left)),
            more => share(more, (document.amount, document.quantity)),
        };
        document.left = (
            (left - quantity).max(0),
            if quantity < left { worth - amount } else { 0 },
        );
        Some(amount)
    }
}

impl Moves {
    pub(crate) fn new(values: Vec<Option<Flat>>, documents: Keys) -> Moves {
        let mut values = values.into_iter();
        let mut next = || values.next().flatten();
        Moves {
            quantity: next(),
            amount: next(),
            fixed: next(),
            documents,
        }
    }

    /// The error that a record shows, and all after it: from there on nothing is known.
    fn read(&self, place: u32) -> Result<Move, Cell> {
        if let Some(stuck) = self.documents.stuck.get(&place) {
            return Err(stuck.clone());
        }
        let number = |flat: &Option<Flat>| -> Result<Option<f64>, Cell> {
            match flat.as_ref().map_or(Cell::Blank, |flat| flat.get(place)) {
                Cell::Blank => Ok(None),
                Cell::Text(text) if text.is_empty() => Ok(None),
                cell => coerce::number(&cell).map(Some),
            }
        };
        let whole = |x: Option<f64>, scaled: fn(f64) -> Option<i128>| match x {
            None => Ok(None),
            Some(x) => scaled(x).map(Some).ok_or(Cell::Error(CellError::Num)),
        };
        let document = |at: usize| {
            let key = self.documents.of_record.get(at)?.get(place as usize)?;
            Some(*key).filter(|key| Some(*key) != self.documents.blank)
        };
        Ok(Move {
            quantity: whole(number(&self.quantity)?, millionths)?.unwrap_or(0),
            amount: whole(number(&self.amount)?, hundredths)?,
            fixed: whole(number(&self.fixed)?, millionths)?,
            number: document(0),
            origin: document(1),
        })
    }
}

/// A way to say what each movement costs.
pub(crate) trait Method: Default {
    fn book(&mut self, next: &Move) -> Booked;
    fn state(&self) -> &State;
}

pub(crate) fn run(
    running: Running,
    order: &Order,
    moves: &Moves,
    wanted: Wanted,
    spread: Spread,
) -> Found {
    order.each_group(spread, |places, out| match running {
        Running::Fifo => costs::<Fifo>(places, moves, wanted, out),
        _ => costs::<average::Average>(places, moves, wanted, out),
    })
}

fn costs<M: Method>(places: &[u32], moves: &Moves, wanted: Wanted, out: &mut Vec<Cell>) {
    let mut method = M::default();
    for (at, place) in places.iter().enumerate() {
        let next = match moves.read(*place) {
            Ok(next) => next,
            Err(stuck) => {
                out.extend(std::iter::repeat_n(stuck, places.len() - at));
                return;
            }
        };
        let booked = method.book(&next);
        let value = method.state().value;
        if [booked.change, booked.variance, value]
            .into_iter()
            .any(is_wild)
        {
            let num = Cell::Error(CellError::Num);
            out.extend(std::iter::repeat_n(num, places.len() - at));
            return;
        }
        out.push(shown(wanted, method.state(), booked));
    }
}

fn shown(wanted: Wanted, state: &State, booked: Booked) -> Cell {
    let hundredths = |x: i128| Cell::Number(x as f64 / 1e2);
    match wanted {
        Wanted::Rate => match state.rate {
            Some(rate) => Cell::Number(price(rate) as f64 / 1e6),
            None => Cell::Blank,
        },
        Wanted::Value => hundredths(state.value),
        Wanted::Quantity => Cell::Number(state.quantity as f64 / 1e6),
        Wanted::Cost => hundredths(booked.cost),
        Wanted::Change => hundredths(booked.change),
        Wanted::Variance => hundredths(booked.variance),
    }
}

/// What comes in is worth: its fixed price, or what it cost when it went out, or what is said, or the last price.
pub(crate) fn incoming(next: &Move, state: &State, issued: &mut Documents) -> (i128, bool) {
    if let Some(fixed) = next.fixed {
        return (at_price(next.quantity, fixed), next.origin.is_some());
    }
    match issued.take_back(next.origin, next.quantity) {
        Some(amount) => (amount, true),
        None => {
            let amount = next
                .amount
                .unwrap_or_else(|| state.at_last_rate(next.quantity));
            (amount, next.origin.is_some())
        }
    }
}

/// What goes out at a price that is known: a fixed one, or that of the receipt that goes back.
pub(crate) fn outgoing(next: &Move, received: &mut Documents) -> Option<i128> {
    let n = -next.quantity;
    let back = received.take_back(next.origin, n);
    next.fixed.map(|fixed| at_price(n, fixed)).or(back)
}

/// Rounded, but never more than there is.
pub(crate) fn part_of(quantity: i128, (value, of): (i128, i128)) -> i128 {
    match quantity == of {
        true => value,
        false => share(quantity, (value, of)),
    }
}
