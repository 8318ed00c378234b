//! Exchange rates: FX, from a table of rates to one currency. Tests: `spec/merchant.md`.

use crate::{
    check::coerce::{fifteen, number, text},
    eval::{
        VALUE,
        prepared::{Ask, Prepared},
        vector::{Cell, Range},
    },
    functions::registry::{Function, Gives, Kernel, function},
};
use std::{borrow::Cow, collections::HashMap, sync::Arc};
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[function(
    [
        "FX",
        "FX(金额, 从, 到, 汇率[币种], 汇率[汇率], [汇率[日期]], [日期])",
        "按汇率表换币种：汇率是 1 单位外币合多少本币（人民币）；有日期时用当天或之前最近的一条，没有日期时用最新的一条；查不到时为 #N/A",
        "Changes currencies by a table of rates, each what one unit is worth in the own currency (CNY): the latest on or before a date, or of all; #N/A where none is known",
        "FX(100,\"USD\",\"CNY\",{\"USD\";\"EUR\"},{7.15;7.8})",
    ],
    (5, 7),
    Gives::Argument(0),
    Kernel::Prepared(Prepared {
        columns: &[3, 4, 5],
        make: rates,
    }),
)];

/// The currency that rates are in where the table does not say what it is worth.
const OWN: &str = "CNY";

/// Names that people use for a currency, with its ISO 4217 code.
const NAMES: [(&str, &str); 29] = [
    ("RMB", "CNY"),
    ("CNH", "CNY"),
    ("¥", "CNY"),
    ("￥", "CNY"),
    ("人民币", "CNY"),
    ("元", "CNY"),
    ("$", "USD"),
    ("US$", "USD"),
    ("美元", "USD"),
    ("美金", "USD"),
    ("€", "EUR"),
    ("欧元", "EUR"),
    ("£", "GBP"),
    ("英镑", "GBP"),
    ("港币", "HKD"),
    ("港元", "HKD"),
    ("HK$", "HKD"),
    ("日元", "JPY"),
    ("日圆", "JPY"),
    ("韩元", "KRW"),
    ("卢布", "RUB"),
    ("澳元", "AUD"),
    ("加元", "CAD"),
    ("新加坡元", "SGD"),
    ("新币", "SGD"),
    ("泰铢", "THB"),
    ("卢比", "INR"),
    ("迪拉姆", "AED"),
    ("雷亚尔", "BRL"),
];

/// ISO 4217, where the name is known; else the name itself in capitals.
fn code(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    let upper = match name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        true => Cow::Owned(name.to_ascii_uppercase()),
        false => Cow::Borrowed(name),
    };
    let is_code = upper.len() == 3 && upper.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code && upper != "RMB" && upper != "CNH" {
        return upper;
    }
    match NAMES.iter().find(|(known, _)| *known == upper) {
        Some((_, code)) => Cow::Borrowed(code),
        None => upper,
    }
}

/// By currency: day and rate, ascending; of one day the last one entered stands last.
type Rates = HashMap<String, Vec<(f64, f64)>>;

fn rates(columns: &[Option<Arc<Range>>]) -> Ask {
    match read(columns) {
        Some(rates) => Box::new(move |cells| changed(&rates, cells)),
        None => Box::new(|_| VALUE),
    }
}

/// `None` where the columns do not belong together. A line without a currency, rate or (where there are dates) date
/// says nothing.
fn read(columns: &[Option<Arc<Range>>]) -> Option<Rates> {
    let [Some(names), Some(values), days] = columns else {
        return None;
    };
    let n = names.cells.len();
    let fits = |column: &Arc<Range>| column.cells.len() == n;
    if !fits(values) || !days.iter().all(fits) {
        return None;
    }
    let mut rates = Rates::new();
    for at in 0..n {
        let day = match days {
            None => Ok(0.0),
            Some(days) if days.cells[at] == Cell::Blank => continue,
            Some(days) => number(&days.cells[at]),
        };
        let is_said = values.cells[at] != Cell::Blank;
        if let (Ok(name), Ok(rate), Ok(day), true) = (
            text(&names.cells[at]),
            number(&values.cells[at]),
            day,
            is_said,
        ) && rate > 0.0
            && !name.trim().is_empty()
        {
            let of_currency = rates.entry(code(&name).into_owned()).or_default();
            of_currency.push((day.floor(), rate));
        }
    }
    for of_currency in rates.values_mut() {
        of_currency.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    Some(rates)
}

/// `cells` are the amount, the two currencies and the day, where one is given.
fn changed(rates: &Rates, cells: &[Cell]) -> Cell {
    let (amount, from, to) = match (number(&cells[0]), text(&cells[1]), text(&cells[2])) {
        (Ok(amount), Ok(from), Ok(to)) => (amount, from, to),
        (Err(stuck), ..) | (_, Err(stuck), _) | (.., Err(stuck)) => return stuck,
    };
    if cells[0] == Cell::Blank {
        return Cell::Blank;
    }
    let day = match cells.get(3) {
        None | Some(Cell::Blank) => f64::INFINITY,
        Some(cell) => match number(cell) {
            Ok(day) => day.floor(),
            Err(stuck) => return stuck,
        },
    };
    let (from, to) = (code(&from), code(&to));
    if from == to && !from.is_empty() {
        return Cell::Number(amount);
    }
    match (rate(rates, &from, day), rate(rates, &to, day)) {
        (Some(from), Some(to)) => Cell::finite(fifteen(amount * from / to)),
        _ => Cell::Error(CellError::Na),
    }
}

fn rate(rates: &Rates, currency: &str, day: f64) -> Option<f64> {
    match rates.get(currency) {
        Some(known) => {
            let n = known.partition_point(|(of, _)| *of <= day);
            known[..n].last().map(|(_, rate)| *rate)
        }
        None if currency == OWN => Some(1.0),
        None => None,
    }
}
