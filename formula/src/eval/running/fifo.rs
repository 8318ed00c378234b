//! First in, first out (先进先出): what went in together stays a layer until it is used up. Stock below nothing follows
//! the rules of the moving average.

use super::costs::{Booked, Documents, Method, Move, State, incoming, outgoing, part_of};
use foldhash::fast::FixedState;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(crate) struct Fifo {
    state: State,
    /// Oldest first; those that are used up stay.
    layers: Vec<Layer>,
    /// All before this are used up.
    oldest: usize,
    /// The layers that came with a document.
    of_document: HashMap<u32, Vec<usize>, FixedState>,
    issued: Documents,
    received: Documents,
}

#[derive(Debug, Clone, Copy)]
struct Layer {
    quantity: i128,
    value: i128,
}

impl Method for Fifo {
    fn book(&mut self, next: &Move) -> Booked {
        match next.quantity {
            0 => self.adjust(next.amount.unwrap_or(0)),
            n if n > 0 => self.receive(next),
            _ => self.issue(next),
        }
    }

    fn state(&self) -> &State {
        &self.state
    }
}

impl Fifo {
    /// Goes to the newest layers; none is worth less than nothing.
    fn adjust(&mut self, amount: i128) -> Booked {
        let mut booked = Booked {
            change: amount,
            ..Booked::default()
        };
        let mut rest = amount;
        let layers = self.layers[self.oldest..].iter_mut().rev();
        for layer in layers.filter(|layer| layer.quantity > 0) {
            let value = (layer.value + rest).max(0);
            rest -= value - layer.value;
            layer.value = value;
            if rest == 0 {
                break;
            }
        }
        let value = self.state.value + amount - rest;
        self.settle(self.state.quantity, value, &mut booked);
        booked
    }

    fn receive(&mut self, next: &Move) -> Booked {
        let (amount, is_return) = incoming(next, &self.state, &mut self.issued);
        self.received.add(next.number, next.quantity, amount);
        let mut booked = Booked {
            change: amount,
            cost: if is_return { -amount } else { 0 },
            variance: 0,
        };
        let before = self.state.quantity;
        let quantity = before + next.quantity;
        let (value, of_layer) = match before >= 0 {
            true => (self.state.value + amount, (next.quantity, amount)),
            false => {
                let value = self.state.covered(next.quantity, amount);
                (value, (quantity, value))
            }
        };
        if quantity > 0 {
            if let Some(number) = next.number {
                let layers = self.of_document.entry(number).or_default();
                layers.push(self.layers.len());
            }
            self.layers.push(Layer {
                quantity: of_layer.0,
                value: of_layer.1,
            });
        }
        if quantity >= 0 || self.state.rate.is_none() {
            self.state.rate = Some((amount, next.quantity));
        }
        self.settle(quantity, value, &mut booked);
        booked
    }

    fn issue(&mut self, next: &Move) -> Booked {
        let n = -next.quantity;
        let known = outgoing(next, &mut self.received);
        let (mut rest, mut used) = (n, 0);
        while rest > 0
            && let Some(at) = next.origin.and_then(|origin| self.newest_of(origin))
        {
            used += self.take(at, &mut rest);
        }
        while rest > 0 && self.oldest < self.layers.len() {
            used += self.take(self.oldest, &mut rest);
            let used_up = self.layers[self.oldest].quantity == 0;
            self.oldest += usize::from(used_up);
        }
        used += self.state.at_last_rate(rest);
        let cost = known.unwrap_or(used);
        self.issued.add(next.number, n, cost);
        let mut booked = Booked {
            cost,
            change: -cost,
            variance: 0,
        };
        self.settle(
            self.state.quantity - n,
            self.state.value - used,
            &mut booked,
        );
        booked
    }

    /// The newest layer of a document that is not used up.
    fn newest_of(&mut self, document: u32) -> Option<usize> {
        let layers = self.of_document.get_mut(&document)?;
        while let Some(at) = layers.last().copied() {
            if self.layers[at].quantity > 0 {
                return Some(at);
            }
            layers.pop();
        }
        None
    }

    /// What is used of a layer costs.
    fn take(&mut self, at: usize, rest: &mut i128) -> i128 {
        let layer = &mut self.layers[at];
        if layer.quantity == 0 {
            return 0;
        }
        let n = layer.quantity.min(*rest);
        let used = part_of(n, (layer.value, layer.quantity));
        self.state.rate = Some((layer.value, layer.quantity));
        layer.quantity -= n;
        layer.value -= used;
        *rest -= n;
        used
    }

    /// The price for stock below nothing is that of the last layer, not of the whole.
    fn settle(&mut self, quantity: i128, value: i128, booked: &mut Booked) {
        let rate = self.state.rate;
        self.state.settle(quantity, value, booked);
        if quantity <= 0 {
            self.state.rate = rate;
        }
    }
}
