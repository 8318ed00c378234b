//! Annuities and interest: the same payment every period.
//!
//! Law: with growth g = (1 + rate)^nper, pv·g + pmt·(1 + rate·type)·(g - 1)/rate + fv = 0; money paid out is negative.
//! Tests: `spec/finance.md`.

use super::{
    arguments::{Answer, DIV0, Given, NUM, require, settle, unstuck},
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce,
    eval::{VALUE, vector::Cell},
};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::{Array, Strict};
    let n = Gives::Number;
    &[
        function(
            [
                "FV",
                "FV(利率, 期数, 每期付款, [现值], [期初付])",
                "终值：按期存款或还款，到期有多少",
                "What regular payments come to at the end",
                "FV(0.06/12,10,-200,-500,1)",
            ],
            (3, 5),
            n,
            Strict(|a| settle(fv(Given(a)))),
        ),
        function(
            [
                "PV",
                "PV(利率, 期数, 每期付款, [终值], [期初付])",
                "现值：以后各期付款现在值多少",
                "What regular payments are worth now",
                "PV(0.08/12,240,500)",
            ],
            (3, 5),
            n,
            Strict(|a| settle(pv(Given(a)))),
        ),
        function(
            [
                "PMT",
                "PMT(利率, 期数, 现值, [终值], [期初付])",
                "等额还款：每期付多少",
                "The payment of each period",
                "PMT(0.08/12,10,10000)",
            ],
            (3, 5),
            n,
            Strict(|a| settle(pmt(Given(a)))),
        ),
        function(
            [
                "IPMT",
                "IPMT(利率, 第几期, 期数, 现值, [终值], [期初付])",
                "某一期还款里的利息",
                "The interest in one payment",
                "IPMT(0.1/12,1,36,8000)",
            ],
            (4, 6),
            n,
            Strict(|a| settle(Loan::read(Given(a)).and_then(|l| l.interest()))),
        ),
        function(
            [
                "PPMT",
                "PPMT(利率, 第几期, 期数, 现值, [终值], [期初付])",
                "某一期还款里的本金",
                "The principal in one payment",
                "PPMT(0.1/12,1,24,2000)",
            ],
            (4, 6),
            n,
            Strict(|a| settle(Loan::read(Given(a)).and_then(|l| l.principal()))),
        ),
        function(
            [
                "NPER",
                "NPER(利率, 每期付款, 现值, [终值], [期初付])",
                "要多少期才付清",
                "How many periods it takes",
                "NPER(0.12/12,-100,-1000,10000,1)",
            ],
            (3, 5),
            n,
            Strict(|a| settle(nper(Given(a)))),
        ),
        function(
            [
                "RATE",
                "RATE(期数, 每期付款, 现值, [终值], [期初付], [猜测])",
                "每期利率",
                "The rate of each period",
                "RATE(48,-200,8000)",
            ],
            (3, 6),
            n,
            Strict(|a| settle(rate(Given(a)))),
        ),
        function(
            [
                "CUMIPMT",
                "CUMIPMT(利率, 期数, 现值, 首期, 末期, 期初付)",
                "几期之间一共付的利息",
                "Interest paid between two periods",
                "CUMIPMT(0.09/12,360,125000,13,24,0)",
            ],
            (6, 6),
            n,
            Strict(|a| settle(cumulated(Given(a)).map(|sum| sum.interest))),
        ),
        function(
            [
                "CUMPRINC",
                "CUMPRINC(利率, 期数, 现值, 首期, 末期, 期初付)",
                "几期之间一共还的本金",
                "Principal paid between two periods",
                "CUMPRINC(0.09/12,360,125000,13,24,0)",
            ],
            (6, 6),
            n,
            Strict(|a| settle(cumulated(Given(a)).map(|sum| sum.principal))),
        ),
        function(
            [
                "FVSCHEDULE",
                "FVSCHEDULE(本金, 各期利率)",
                "利率逐期变化时的终值",
                "The future value under changing rates",
                "FVSCHEDULE(1,{0.09,0.11,0.1})",
            ],
            (2, 2),
            n,
            Array(|a| settle(schedule(a))),
        ),
        function(
            [
                "ISPMT",
                "ISPMT(利率, 第几期, 期数, 现值)",
                "等额本金还款里某一期的利息",
                "Interest of a period where equal principal is paid",
                "ISPMT(0.1/12,1,36,8000000)",
            ],
            (4, 4),
            n,
            Strict(|a| settle(level_interest(Given(a)))),
        ),
        function(
            [
                "EFFECT",
                "EFFECT(名义年利率, 每年期数)",
                "实际年利率",
                "The effective rate of a year",
                "EFFECT(0.0525,4)",
            ],
            (2, 2),
            n,
            Strict(|a| settle(compounded(Given(a), |r, n| (n * (r / n).ln_1p()).exp_m1()))),
        ),
        function(
            [
                "NOMINAL",
                "NOMINAL(实际年利率, 每年期数)",
                "名义年利率",
                "The nominal rate of a year",
                "NOMINAL(0.053543,4)",
            ],
            (2, 2),
            n,
            Strict(|a| settle(compounded(Given(a), |r, n| n * (r.ln_1p() / n).exp_m1()))),
        ),
        function(
            [
                "RRI",
                "RRI(期数, 现值, 终值)",
                "每期平均增长率",
                "The rate at which it grew each period",
                "RRI(96,10000,11000)",
            ],
            (3, 3),
            n,
            Strict(|a| settle(growth(Given(a)))),
        ),
        function(
            [
                "PDURATION",
                "PDURATION(利率, 现值, 终值)",
                "按利率增长到目标要多少期",
                "Periods until an investment reaches a value",
                "PDURATION(0.025,2000,2200)",
            ],
            (3, 3),
            n,
            Strict(|a| settle(periods(Given(a)))),
        ),
    ]
};

/// (1 + rate)^n, near a rate of 0 too.
fn grown(rate: f64, n: f64) -> f64 {
    match rate > -0.5 && rate.abs() < 0.1 {
        true => (n * rate.ln_1p()).exp(),
        false => (1.0 + rate).powf(n),
    }
}

/// ((1 + rate)^n - 1) / rate.
fn annuity(rate: f64, n: f64) -> f64 {
    match () {
        () if rate == 0.0 => n,
        () if rate.abs() < 0.1 => (n * rate.ln_1p()).exp_m1() / rate,
        () => ((1.0 + rate).powf(n) - 1.0) / rate,
    }
}

/// 1 + rate where payments are due at the beginning of a period.
fn due(rate: f64, is_due: bool) -> f64 {
    if is_due { 1.0 + rate } else { 1.0 }
}

fn future(rate: f64, nper: f64, pmt: f64, pv: f64, is_due: bool) -> Answer {
    if rate == -1.0 && nper < 0.0 {
        return Err(DIV0);
    }
    let growth = grown(rate, nper);
    finite(-(pv * growth + pmt * due(rate, is_due) * annuity(rate, nper)))
}

fn finite(x: f64) -> Answer {
    if x.is_finite() { Ok(x) } else { Err(NUM) }
}

/// The last two arguments of most of these: an amount and when payments are due.
fn rest(given: Given, at: usize) -> Result<(f64, bool), Cell> {
    Ok((
        given.number_or(at, 0.0)?,
        given.number_or(at + 1, 0.0)? != 0.0,
    ))
}

fn fv(given: Given) -> Answer {
    let (rate, nper, pmt) = (given.number(0)?, given.number(1)?, given.number(2)?);
    let (pv, is_due) = rest(given, 3)?;
    future(rate, nper, pmt, pv, is_due)
}

fn pv(given: Given) -> Answer {
    let (rate, nper, pmt) = (given.number(0)?, given.number(1)?, given.number(2)?);
    let (fv, is_due) = rest(given, 3)?;
    if rate == -1.0 && nper > 0.0 {
        return Err(NUM);
    }
    let growth = grown(rate, nper);
    match growth.is_infinite() {
        // So far ahead that only the payments count.
        true => finite(-pmt * due(rate, is_due) / rate),
        false => finite(-(fv + pmt * due(rate, is_due) * annuity(rate, nper)) / growth),
    }
}

fn payment(rate: f64, nper: f64, pv: f64, fv: f64, is_due: bool) -> Answer {
    require(nper != 0.0 && rate > -1.0)?;
    let growth = grown(rate, nper);
    match growth.is_infinite() {
        true => finite(-pv * rate / due(rate, is_due)),
        false => finite(-(pv * growth + fv) / (due(rate, is_due) * annuity(rate, nper))),
    }
}

fn pmt(given: Given) -> Answer {
    let (rate, nper, pv) = (given.number(0)?, given.number(1)?, given.number(2)?);
    let (fv, is_due) = rest(given, 3)?;
    payment(rate, nper, pv, fv, is_due)
}

/// One period of a loan.
struct Loan {
    rate: f64,
    period: f64,
    nper: f64,
    pv: f64,
    fv: f64,
    due: bool,
}

impl Loan {
    fn read(given: Given) -> Result<Loan, Cell> {
        let (rate, period) = (given.number(0)?, given.number(1)?);
        let (nper, pv) = (given.number(2)?, given.number(3)?);
        let (fv, due) = rest(given, 4)?;
        require(period >= 1.0 && period < nper + 1.0)?;
        Ok(Loan {
            rate,
            period,
            nper,
            pv,
            fv,
            due,
        })
    }

    /// What is paid in each period.
    fn payment(&self) -> Answer {
        payment(self.rate, self.nper, self.pv, self.fv, self.due)
    }

    /// It grows with the rate from period to period, so that nothing has to be subtracted. Of a first payment at the
    /// beginning all is principal.
    fn principal(&self) -> Answer {
        let pmt = self.payment()?;
        if self.due && self.period == 1.0 {
            return Ok(pmt);
        }
        let rows = annuity(self.rate, self.nper) * due(self.rate, self.due);
        let growth = grown(self.rate, self.period - 1.0);
        match rows.is_infinite() {
            true => Ok(-(self.pv + self.fv)
                * self.rate
                * grown(self.rate, self.period - 1.0 - self.nper)),
            false => finite(-(self.pv + self.fv) / rows * growth),
        }
    }

    fn interest(&self) -> Answer {
        Ok(self.payment()? - self.principal()?)
    }
}

fn nper(given: Given) -> Answer {
    let (rate, pmt, pv) = (given.number(0)?, given.number(1)?, given.number(2)?);
    let (fv, is_due) = rest(given, 3)?;
    if rate == 0.0 {
        return if pmt == 0.0 {
            Err(NUM)
        } else {
            finite(-(pv + fv) / pmt)
        };
    }
    require(rate > -1.0)?;
    let paid = pmt * due(rate, is_due);
    let ratio = (paid - fv * rate) / (paid + pv * rate);
    require(ratio > 0.0)?;
    finite(ratio.ln() / rate.ln_1p())
}

/// Steps of Newton's method; Excel gives up after 20.
const STEPS: usize = 100;

fn rate(given: Given) -> Answer {
    let (nper, pmt, pv) = (given.number(0)?, given.number(1)?, given.number(2)?);
    let (fv, is_due) = rest(given, 3)?;
    let guess = given.number_or(5, 0.1)?;
    require(nper > 0.0 && guess > -1.0)?;
    // The balance at the end, as Excel takes it, and the balance at the beginning, which does not overflow.
    let at_end = |rate: f64| {
        let (grown, paid) = (
            grown(rate, nper),
            pmt * due(rate, is_due) * annuity(rate, nper),
        );
        [pv * grown, paid, fv]
    };
    let at_start = |rate: f64| {
        let (shrunk, paid) = (
            grown(rate, -nper),
            pmt * due(rate, is_due) * annuity(rate, -nper),
        );
        [pv, -paid, fv * shrunk]
    };
    let starts = [guess, 0.01, 0.001, -0.01, 0.5, -0.2, 2.0, -0.5, -0.9];
    let found = newton(at_end, guess)
        .or_else(|| starts.into_iter().find_map(|start| newton(at_start, start)))
        .ok_or(NUM)?;
    // What the last step leaves of a rate of 0.
    Ok(if found.abs() < 1e-15 { 0.0 } else { found })
}

/// A rate at which the terms of a balance make 0, by Newton's method with the slope of a small step.
fn newton(terms: impl Fn(f64) -> [f64; 3], start: f64) -> Option<f64> {
    let value = |x: f64| terms(x).iter().sum::<f64>();
    let mut x = start;
    for _ in 0..STEPS {
        let step = (x.abs() * 1e-6).max(1e-8);
        let slope = (value(x + step) - value(x - step)) / (2.0 * step);
        let mut next = x - value(x) / slope;
        if !next.is_finite() {
            break;
        }
        if next <= -1.0 {
            next = (x - 1.0) / 2.0;
        }
        let is_there = (next - x).abs() <= 1e-15 * (1.0 + x.abs());
        x = next;
        if is_there {
            break;
        }
    }
    let size: f64 = terms(x).iter().map(|term| term.abs()).sum();
    let is_zero = size.is_finite() && value(x).abs() <= 1e-10 * size;
    (is_zero && LOWEST < x && x < HIGHEST).then_some(x)
}

/// Rates that are found; beyond them the balance is near 0 without being it.
const LOWEST: f64 = -0.999_999;
const HIGHEST: f64 = 1e9;

/// What is paid between two periods.
struct Cumulated {
    interest: f64,
    principal: f64,
}

fn cumulated(given: Given) -> Result<Cumulated, Cell> {
    let (rate, nper, pv) = (given.amount(0)?, given.amount(1)?, given.amount(2)?);
    // The whole periods between the two.
    let (start, end) = (given.amount(3)?.ceil(), given.amount(4)?.floor());
    let kind = given.amount(5)?;
    require(rate > 0.0 && nper > 0.0 && pv > 0.0)?;
    require(start >= 1.0 && end >= start && end <= nper)?;
    require(kind == 0.0 || kind == 1.0)?;
    let is_due = kind == 1.0;
    let pmt = payment(rate, nper, pv, 0.0, is_due)?;
    let n = end - start + 1.0;
    // Principal grows with the rate from period to period; of a first payment at the beginning all is principal.
    let (first, skipped) = match is_due {
        true if start == 1.0 => (pmt, 1.0),
        _ => (0.0, 0.0),
    };
    let from = start + skipped;
    let n_growing = n - skipped;
    let growing = match n_growing > 0.0 {
        true => {
            let loan = Loan {
                rate,
                period: from,
                nper,
                pv,
                fv: 0.0,
                due: is_due,
            };
            loan.principal()? * annuity(rate, n_growing)
        }
        false => 0.0,
    };
    let principal = finite(first + growing)?;
    Ok(Cumulated {
        interest: finite(pmt * n - principal)?,
        principal,
    })
}

/// Blanks in the schedule are rates of 0; texts and booleans are `#VALUE!`.
fn schedule(args: &[Cell]) -> Answer {
    unstuck(args)?;
    let mut value = Given(args).amount(0)?;
    let rates = match &args[1] {
        Cell::Array(range) => range.cells(),
        single => std::slice::from_ref(single),
    };
    for rate in rates {
        value *= 1.0
            + match rate {
                Cell::Text(_) | Cell::Bool(_) => return Err(VALUE),
                other => coerce::number(other)?,
            };
    }
    Ok(value)
}

fn level_interest(given: Given) -> Answer {
    let (rate, period) = (given.number(0)?, given.number(1)?);
    let (nper, pv) = (given.number(2)?, given.number(3)?);
    if nper == 0.0 {
        return Err(DIV0);
    }
    Ok(pv * rate * (period / nper - 1.0))
}

fn compounded(given: Given, f: fn(f64, f64) -> f64) -> Answer {
    let (rate, n) = (given.amount(0)?, given.amount(1)?.trunc());
    require(rate > 0.0 && n >= 1.0)?;
    Ok(f(rate, n))
}

fn growth(given: Given) -> Answer {
    let (nper, pv, fv) = (given.number(0)?, given.number(1)?, given.number(2)?);
    require(nper > 0.0 && pv != 0.0 && fv / pv >= 0.0)?;
    Ok((fv / pv).powf(1.0 / nper) - 1.0)
}

fn periods(given: Given) -> Answer {
    let (rate, pv, fv) = (given.number(0)?, given.number(1)?, given.number(2)?);
    require(rate > 0.0 && pv > 0.0 && fv > 0.0)?;
    Ok((fv.ln() - pv.ln()) / rate.ln_1p())
}
