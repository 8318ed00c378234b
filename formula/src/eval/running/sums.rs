//! RUNNING.SUM, COUNT, AVERAGE, MIN, MAX and PREVIOUS. Texts, truth values and blanks are passed over, as SUM does in
//! a column; from an error on all of its group show it.

use super::{
    Running,
    columns::{Flat, Found},
    order::Order,
};
use crate::eval::{kept::Spread, vector::Cell};
use table::sum::Sum;

pub(crate) fn run(running: Running, order: &Order, values: Option<&Flat>, spread: Spread) -> Found {
    let value = |place: u32| values.map_or(Cell::Blank, |values| values.get(place));
    order.each_group(spread, |places, out| match running {
        Running::Count => out.extend((1..=places.len()).map(|n| Cell::Number(n as f64))),
        Running::Previous => {
            let before = places[..places.len() - 1].iter();
            out.push(Cell::Blank);
            out.extend(before.map(|place| value(*place)));
        }
        _ => folded(running, places, value, out),
    })
}

#[derive(Default)]
struct State {
    sum: Sum,
    n: u64,
    ends: Option<(f64, f64)>,
}

impl State {
    fn add(&mut self, x: f64) {
        self.sum.add(x);
        self.n += 1;
        let (least, greatest) = self.ends.unwrap_or((x, x));
        self.ends = Some((least.min(x), greatest.max(x)));
    }

    fn cell(&self, running: Running) -> Cell {
        match (running, self.ends) {
            (Running::Sum, _) => Cell::finite(self.sum.value()),
            (_, None) => Cell::Blank,
            (Running::Average, _) => Cell::finite(self.sum.mean(self.n)),
            (Running::Min, Some((least, _))) => Cell::Number(least),
            (_, Some((_, greatest))) => Cell::Number(greatest),
        }
    }
}

fn folded(running: Running, places: &[u32], value: impl Fn(u32) -> Cell, out: &mut Vec<Cell>) {
    let mut state = State::default();
    let mut stuck: Option<Cell> = None;
    for place in places {
        if stuck.is_none() {
            match value(*place) {
                Cell::Number(x) => state.add(x),
                cell if cell.is_stuck() => stuck = Some(cell),
                _ => {}
            }
        }
        out.push(stuck.clone().unwrap_or_else(|| state.cell(running)));
    }
}
