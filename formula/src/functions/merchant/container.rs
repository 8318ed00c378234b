//! How many containers, and which: CONTAINERS, CONTAINERS.BEST; prices from cost. Tests: `spec/merchant.md`.

use super::packing::{computed, given};
use crate::{
    check::coerce::{fifteen, number, text},
    eval::{VALUE, vector::Cell},
    functions::registry::{Function, Gives, Kernel, function},
};
use std::sync::Arc;
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict as K;
    let n = Gives::Number;
    &[
        function(
            [
                "CONTAINERS",
                "CONTAINERS(方数, 毛重公斤, [柜型], [可装方数], [限重公斤])",
                "要几个柜，按体积和重量取大；柜型默认 40HQ，还有 20GP、40GP、45HQ；可装 28、58、68、78 方，限重 20GP 21 吨、其余 26 吨",
                "How many containers by volume and weight: 20GP, 40GP, 40HQ (default) or 45HQ hold 28, 58, 68, 78 m³ and 21 t or 26 t",
                "CONTAINERS(150,21000,\"40HQ\")",
            ],
            (2, 5),
            n,
            K(containers),
        ),
        function(
            [
                "CONTAINERS.BEST",
                "CONTAINERS.BEST(方数, 毛重公斤, [20GP价], [40GP价], [40HQ价])",
                "最省钱的装柜组合，最多 20 个柜；不填价格时按 1、1.8、1.9 的比例",
                "The cheapest mix of at most 20 containers; without prices they cost 1, 1.8 and 1.9",
                "CONTAINERS.BEST(90,15000)",
            ],
            (2, 5),
            Gives::Text,
            K(best),
        ),
        function(
            [
                "MARGIN",
                "MARGIN(售价, 成本)",
                "毛利率：(售价-成本)/售价",
                "Margin: what is earned, of the price",
                "MARGIN(100,85)",
            ],
            (2, 2),
            n,
            K(|a| rate(a, |price, cost| (price - cost, price))),
        ),
        function(
            [
                "MARKUP",
                "MARKUP(售价, 成本)",
                "加价率：(售价-成本)/成本",
                "Markup: what is earned, of the cost",
                "MARKUP(115,100)",
            ],
            (2, 2),
            n,
            K(|a| rate(a, |price, cost| (price - cost, cost))),
        ),
        function(
            [
                "PRICE.FOR.MARGIN",
                "PRICE.FOR.MARGIN(成本, 毛利率)",
                "要达到毛利率的售价：成本/(1-毛利率)",
                "The price that earns a margin",
                "PRICE.FOR.MARGIN(85,15%)",
            ],
            (2, 2),
            Gives::Argument(0),
            K(price_for_margin),
        ),
        function(
            [
                "PRICE.FOR.MARKUP",
                "PRICE.FOR.MARKUP(成本, 加价率)",
                "按加价率的售价：成本×(1+加价率)",
                "The price that adds a markup",
                "PRICE.FOR.MARKUP(100,15%)",
            ],
            (2, 2),
            Gives::Argument(0),
            K(|a| computed(number(&a[0]).and_then(|cost| Ok(cost * (1.0 + number(&a[1])?))))),
        ),
    ]
};

const NUM: Cell = Cell::Error(CellError::Num);
/// A mix has at most so many.
const MOST_CONTAINERS: usize = 20;

struct Container {
    name: &'static str,
    /// Cubic metres that can be used, not those inside.
    volume: f64,
    /// Kilograms; cautious, for many roads.
    payload: f64,
    /// Beside the others.
    cost: f64,
}

const KINDS: [Container; 4] = [
    Container {
        name: "20GP",
        volume: 28.0,
        payload: 21_000.0,
        cost: 1.0,
    },
    Container {
        name: "40GP",
        volume: 58.0,
        payload: 26_000.0,
        cost: 1.8,
    },
    Container {
        name: "40HQ",
        volume: 68.0,
        payload: 26_000.0,
        cost: 1.9,
    },
    Container {
        name: "45HQ",
        volume: 78.0,
        payload: 26_000.0,
        cost: 2.3,
    },
];

fn kind(name: &str) -> Option<&'static Container> {
    let name = name.trim().to_uppercase();
    let name = match name.as_str() {
        "" | "40HC" | "高柜" => "40HQ",
        "45HC" => "45HQ",
        "小柜" => "20GP",
        "大柜" | "平柜" => "40GP",
        other => other,
    };
    KINDS.iter().find(|kind| kind.name == name)
}

fn containers(args: &[Cell]) -> Cell {
    let made = || {
        let (volume, weight) = (number(&args[0])?, number(&args[1])?);
        let name = match args.get(2) {
            None => Arc::from(""),
            Some(cell) => text(cell)?,
        };
        let kind = kind(&name).ok_or(VALUE)?;
        let (most, payload) = (given(args, 3, kind.volume)?, given(args, 4, kind.payload)?);
        match volume < 0.0 || weight < 0.0 || most <= 0.0 || payload <= 0.0 {
            true => Err(NUM),
            false => Ok(fifteen((volume / most).max(weight / payload)).ceil()),
        }
    };
    computed(made())
}

fn best(args: &[Cell]) -> Cell {
    let (volume, weight) = match (number(&args[0]), number(&args[1])) {
        (Ok(volume), Ok(weight)) => (volume, weight),
        (Err(stuck), _) | (_, Err(stuck)) => return stuck,
    };
    if volume < 0.0 || weight < 0.0 {
        return NUM;
    }
    let is_priced = args.iter().skip(2).any(|cell| *cell != Cell::Blank);
    let mut costs = [None; 3];
    for (at, cost) in costs.iter_mut().enumerate() {
        *cost = match args.get(2 + at) {
            None | Some(Cell::Blank) => (!is_priced).then_some(KINDS[at].cost),
            Some(cell) => match number(cell) {
                Ok(cost) if cost < 0.0 => return NUM,
                Ok(cost) => Some(cost),
                Err(stuck) => return stuck,
            },
        };
    }
    match mix(volume, weight, costs) {
        None => NUM,
        Some(counts) => {
            let words = (0..3).rev().filter(|at| counts[*at] > 0);
            let words = words.map(|at| format!("{}×{}", counts[at], KINDS[at].name));
            Cell::Text(Arc::from(words.collect::<Vec<_>>().join("+")))
        }
    }
}

/// The cheapest mix; among equals the one of fewest containers.
fn mix(volume: f64, weight: f64, costs: [Option<f64>; 3]) -> Option<[usize; 3]> {
    let mut found: Option<((f64, usize), [usize; 3])> = None;
    let most = |at: usize| match costs[at] {
        Some(_) => MOST_CONTAINERS,
        None => 0,
    };
    for high in 0..=most(2) {
        for long in 0..=most(1).min(MOST_CONTAINERS - high) {
            for short in 0..=most(0).min(MOST_CONTAINERS - high - long) {
                let counts = [short, long, high];
                let sum = |of: fn(&Container) -> f64| -> f64 {
                    let each = KINDS.iter().zip(counts);
                    each.map(|(kind, n)| of(kind) * n as f64).sum()
                };
                if sum(|kind| kind.volume) < fifteen(volume)
                    || sum(|kind| kind.payload) < fifteen(weight)
                {
                    continue;
                }
                let each = costs.iter().zip(counts);
                let cost: f64 = each.map(|(cost, n)| cost.unwrap_or(0.0) * n as f64).sum();
                let rank = (fifteen(cost), short + long + high);
                if found.is_none_or(|(known, _)| rank < known) {
                    found = Some((rank, counts));
                }
                // More of these only cost more.
                break;
            }
        }
    }
    found.map(|(_, counts)| counts)
}

fn rate(args: &[Cell], parts: fn(f64, f64) -> (f64, f64)) -> Cell {
    match (number(&args[0]), number(&args[1])) {
        (Ok(price), Ok(cost)) => match parts(price, cost) {
            (_, 0.0) => Cell::Error(CellError::Div0),
            (earned, of) => Cell::finite(fifteen(earned) / of),
        },
        (Err(stuck), _) | (_, Err(stuck)) => stuck,
    }
}

fn price_for_margin(args: &[Cell]) -> Cell {
    match (number(&args[0]), number(&args[1])) {
        (Ok(_), Ok(margin)) if margin >= 1.0 => NUM,
        (Ok(cost), Ok(margin)) => Cell::finite(fifteen(cost / (1.0 - margin))),
        (Err(stuck), _) | (_, Err(stuck)) => stuck,
    }
}
