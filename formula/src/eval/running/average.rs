//! The moving average (移动加权平均). The rules are those of ERPNext's stock ledger where stock is below nothing: the price
//! of what comes in then takes over, and the gap is a variance.

use super::costs::{Booked, Documents, Method, Move, State, incoming, outgoing, part_of};

#[derive(Debug, Default)]
pub(crate) struct Average {
    state: State,
    issued: Documents,
    received: Documents,
}

impl Method for Average {
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

impl Average {
    /// Freight that comes late, a corrected invoice: what it cannot be put on is a variance.
    fn adjust(&mut self, amount: i128) -> Booked {
        let mut booked = Booked {
            change: amount,
            ..Booked::default()
        };
        let State {
            quantity, value, ..
        } = self.state;
        let value = match quantity > 0 {
            true => (value + amount).max(0),
            false => value,
        };
        self.state.settle(quantity, value, &mut booked);
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
        let State {
            quantity, value, ..
        } = self.state;
        let value = match quantity >= 0 {
            true => value + amount,
            false => self.state.covered(next.quantity, amount),
        };
        if quantity < 0 && (quantity + next.quantity >= 0 || self.state.rate.is_none()) {
            self.state.rate = Some((amount, next.quantity));
        }
        self.state
            .settle(quantity + next.quantity, value, &mut booked);
        booked
    }

    fn issue(&mut self, next: &Move) -> Booked {
        let n = -next.quantity;
        let State {
            quantity, value, ..
        } = self.state;
        let average = match quantity > 0 {
            true => part_of(n, (value, quantity)),
            false => self.state.at_last_rate(n),
        };
        let known = outgoing(next, &mut self.received);
        let cost = known.unwrap_or(average);
        let left = match quantity - n > 0 && value - cost < 0 {
            true => value - average,
            false => value - cost,
        };
        self.issued.add(next.number, n, cost);
        let mut booked = Booked {
            cost,
            change: -cost,
            variance: 0,
        };
        self.state.settle(quantity - n, left, &mut booked);
        booked
    }
}
