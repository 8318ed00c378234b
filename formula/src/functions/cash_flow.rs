//! Payments that differ: present values and rates of return.
//!
//! Main type: [`Flows`]. Law: money paid out is negative; texts, booleans and blanks in a list are passed over as in
//! Excel. Tests: `spec/finance.md`.

use super::{
    arguments::{Answer, DIV0, Given, NUM, in_days, numbers, require, settle, unstuck},
    date_text::day_of,
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce,
    eval::{Item, VALUE, vector::Cell},
};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Aggregate, Array};
    let n = Gives::Number;
    &[
        function(
            [
                "NPV",
                "NPV(利率, 数, …)",
                "净现值：一期以后开始的各期收支现在值多少",
                "What payments at the end of each period are worth now",
                "NPV(0.1,-10000,3000,4200,6800)",
            ],
            (2, 255),
            n,
            Aggregate(|i| settle(npv(i))),
        ),
        function(
            [
                "IRR",
                "IRR(各期收支, [猜测])",
                "内部收益率",
                "The rate at which payments are worth nothing now",
                "IRR({-70000,12000,15000,18000,21000,26000})",
            ],
            (1, 2),
            n,
            Array(|a| settle(irr(a))),
        ),
        function(
            [
                "MIRR",
                "MIRR(各期收支, 贷款利率, 再投资利率)",
                "修正的内部收益率",
                "The rate of return where what comes in is invested again",
                "MIRR({-120000,39000,30000,21000,37000,46000},0.1,0.12)",
            ],
            (3, 3),
            n,
            Array(|a| settle(mirr(a))),
        ),
        function(
            [
                "XNPV",
                "XNPV(年利率, 各笔收支, 各笔日期)",
                "按日期计算的净现值",
                "The value at the first date of payments on given dates",
                "XNPV(0.09,{-10000,2750,4250},{39448,39508,39751})",
            ],
            (3, 3),
            n,
            Array(|a| settle(xnpv(a))),
        ),
        function(
            [
                "XIRR",
                "XIRR(各笔收支, 各笔日期, [猜测])",
                "按日期计算的年收益率",
                "The yearly rate of return of payments on given dates",
                "XIRR({-10000,2750,8250},{39448,39508,39751})",
            ],
            (2, 3),
            n,
            Array(|a| settle(xirr(a))),
        ),
    ]
};

/// Payments with the time at which they happen, in periods or years.
struct Flows(Vec<(f64, f64)>);

impl Flows {
    fn periodic(values: &[f64]) -> Flows {
        Flows(
            (0u32..)
                .map(f64::from)
                .zip(values.iter().copied())
                .collect(),
        )
    }

    /// A rate of return needs money going both ways.
    fn require_both_signs(&self) -> Result<(), Cell> {
        let any = |test: fn(f64) -> bool| self.0.iter().any(|(_, value)| test(*value));
        require(any(|x| x > 0.0) && any(|x| x < 0.0))
    }

    /// Value and slope, by the logarithm of 1 + rate.
    fn at(&self, growth: f64) -> (f64, f64) {
        let (mut value, mut slope) = (0.0, 0.0);
        for (time, amount) in &self.0 {
            let now = amount * (-growth * time).exp();
            value += now;
            slope -= time * now;
        }
        (value, slope)
    }

    /// The value at a rate.
    fn worth(&self, rate: f64) -> f64 {
        let terms = self
            .0
            .iter()
            .map(|(time, amount)| amount / (1.0 + rate).powf(*time));
        terms.sum()
    }

    /// The rate of return next to a guess.
    fn rate(&self, guess: f64) -> Answer {
        require(guess > -1.0)?;
        let start = guess.ln_1p();
        let growth = self
            .newton(start)
            .or_else(|| self.between(start))
            .ok_or(NUM)?;
        Ok(growth.exp_m1())
    }

    fn newton(&self, start: f64) -> Option<f64> {
        let mut x = start;
        for _ in 0..STEPS {
            let (value, slope) = self.at(x);
            let next = x - value / slope;
            if !next.is_finite() || next.abs() > WIDEST {
                return None;
            }
            if (next - x).abs() <= 1e-15 + 4e-16 * x.abs() {
                return Some(next);
            }
            x = next;
        }
        let (value, slope) = self.at(x);
        ((value / slope).abs() < 1e-9).then_some(x)
    }

    /// The nearest change of sign, halved until it is found.
    fn between(&self, start: f64) -> Option<f64> {
        let places =
            (0..=N_PLACES).map(|at| WIDEST * (f64::from(at) * 2.0 / f64::from(N_PLACES) - 1.0));
        let values: Vec<(f64, f64)> = places.map(|x| (x, self.at(x).0)).collect();
        let found = values
            .windows(2)
            .filter(|pair| pair[0].1 * pair[1].1 <= 0.0);
        let nearest =
            found.min_by(|a, b| (a[0].0 - start).abs().total_cmp(&(b[0].0 - start).abs()))?;
        let ((mut low, at_low), mut high) = (nearest[0], nearest[1].0);
        for _ in 0..STEPS {
            let middle = f64::midpoint(low, high);
            match (self.at(middle).0 < 0.0) == (at_low < 0.0) {
                true => low = middle,
                false => high = middle,
            }
        }
        Some(f64::midpoint(low, high))
    }
}

const STEPS: usize = 100;
/// Of the logarithm of 1 + rate: as far as a rate can still be told from a total loss, or from no rate at all.
const WIDEST: f64 = 36.0;
const N_PLACES: u32 = 1_440;

fn npv(items: &[Item]) -> Answer {
    let rate = match &items[0] {
        Item::One(cell, _) => coerce::number(cell)?,
        Item::Range(range) => range.cells().first().map_or(Err(VALUE), coerce::number)?,
    };
    let mut values = Vec::new();
    for item in &items[1..] {
        match item {
            Item::One(Cell::Blank, _) | Item::One(Cell::Bool(_) | Cell::Text(_), false) => {}
            Item::One(cell, _) => values.push(coerce::number(cell)?),
            Item::Range(range) => values.extend(numbers(&Cell::Array(range.clone()))?),
        }
    }
    if values.is_empty() {
        return Err(VALUE);
    }
    if rate == -1.0 {
        return Err(DIV0);
    }
    Ok(Flows::periodic(&values).worth(rate) / (1.0 + rate))
}

fn irr(args: &[Cell]) -> Answer {
    unstuck(args)?;
    let flows = Flows::periodic(&numbers(&args[0])?);
    let guess = Given(args).number_or(1, 0.1)?;
    flows.require_both_signs()?;
    flows.rate(guess)
}

fn mirr(args: &[Cell]) -> Answer {
    unstuck(args)?;
    let values = numbers(&args[0])?;
    let (finance, reinvest) = (Given(args).number(1)?, Given(args).number(2)?);
    let only = |sign: f64| {
        let kept: Vec<f64> = values
            .iter()
            .map(|x| if x * sign > 0.0 { *x } else { 0.0 })
            .collect();
        let mut flows = Flows::periodic(&kept);
        // Nothing at a rate of -1 is still nothing.
        flows.0.retain(|(_, amount)| *amount != 0.0);
        flows
    };
    let n = values.len() as f64;
    let (paid, earned) = (only(-1.0).worth(finance), only(1.0).worth(reinvest));
    if paid == 0.0 || n < 2.0 {
        return Err(DIV0);
    }
    Ok((-earned / paid).powf(1.0 / (n - 1.0)) * (1.0 + reinvest) - 1.0)
}

fn cells(cell: &Cell) -> &[Cell] {
    match cell {
        Cell::Array(range) => range.cells(),
        single => std::slice::from_ref(single),
    }
}

/// Payments by years of 365 days after the first date. Records where both are blank are passed over.
fn dated(values: &Cell, dates: &Cell) -> Result<Flows, Cell> {
    let (values, dates) = (cells(values), cells(dates));
    let mut flows: Vec<(f64, f64)> = Vec::with_capacity(values.len());
    let mut first = None;
    for (value, date) in values.iter().zip(dates) {
        if *value == Cell::Blank && *date == Cell::Blank {
            continue;
        }
        if let (Cell::Bool(_), _) | (_, Cell::Bool(_)) = (value, date) {
            return Err(VALUE);
        }
        let (amount, day) = (coerce::number(value)?, in_days(day_of(date)?.floor())?);
        let start = *first.get_or_insert(day);
        require(day >= start)?;
        flows.push(((day - start) / 365.0, amount));
    }
    require(values.len() == dates.len() && !flows.is_empty())?;
    Ok(Flows(flows))
}

fn xnpv(args: &[Cell]) -> Answer {
    unstuck(args)?;
    let rate = Given(args).amount(0)?;
    // What is no number in a range is left out there, and then an amount is missing for its day.
    let mut pairs = cells(&args[1]).iter().zip(cells(&args[2]));
    let is_gap =
        |(value, date): (&Cell, &Cell)| *date != Cell::Blank && !matches!(value, Cell::Number(_));
    require(!(matches!(args[1], Cell::Array(_)) && pairs.any(is_gap)))?;
    let flows = dated(&args[1], &args[2])?;
    require(rate >= 0.0)?;
    Ok(flows.worth(rate))
}

fn xirr(args: &[Cell]) -> Answer {
    unstuck(args)?;
    let flows = dated(&args[0], &args[1])?;
    let guess = Given(args).amount_or(2, 0.1)?;
    flows.require_both_signs()?;
    flows.rate(guess)
}
