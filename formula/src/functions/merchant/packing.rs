//! Cartons, volume, weight. Quantities and sizes are read to 15 digits, so that 0.3 in cartons of 0.1 are three.
//! Containers stand in `container`. Tests: `spec/merchant.md`.

use crate::{
    check::coerce::{fifteen, general, number, text},
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
                "CARTONS",
                "CARTONS(数量, 装箱数)",
                "要装几箱，尾箱也算一箱",
                "How many cartons are needed, the last one included",
                "CARTONS(1000,48)",
            ],
            (2, 2),
            n,
            K(|a| packed(a, |full, tail, _| Cell::Number(full + sign(tail)))),
        ),
        function(
            [
                "CARTONS.FULL",
                "CARTONS.FULL(数量, 装箱数)",
                "装满的箱数",
                "How many cartons are full",
                "CARTONS.FULL(1000,48)",
            ],
            (2, 2),
            n,
            K(|a| packed(a, |full, _, _| Cell::Number(full))),
        ),
        function(
            [
                "CARTONS.TAIL",
                "CARTONS.TAIL(数量, 装箱数)",
                "尾箱里的数量，正好装满时为 0",
                "What is in the last carton if that is not full, else 0",
                "CARTONS.TAIL(1000,48)",
            ],
            (2, 2),
            n,
            K(|a| packed(a, |_, tail, _| Cell::Number(tail))),
        ),
        function(
            [
                "CARTONS.TEXT",
                "CARTONS.TEXT(数量, 装箱数, [单位])",
                "写成“20箱+尾箱40个”",
                "In words: 20箱+尾箱40个",
                "CARTONS.TEXT(1000,48)",
            ],
            (2, 3),
            Gives::Text,
            K(|a| packed(a, in_words)),
        ),
        function(
            [
                "CBM",
                "CBM(长, 宽, 高, [单位], [箱数])",
                "体积（立方米）；单位默认 cm，也可以是 mm、m、in、ft",
                "Cubic metres of so many cartons; sizes in cm, or mm, m, in, ft",
                "CBM(52,40,38)",
            ],
            (3, 5),
            n,
            K(cbm),
        ),
        function(
            [
                "CBM.SIZE",
                "CBM.SIZE(外箱尺寸, [单位], [箱数])",
                "从“52*40*38cm”这样的文字算体积（立方米）",
                "Cubic metres from a text such as 52*40*38cm",
                "CBM.SIZE(\"52*40*38cm\")",
            ],
            (1, 3),
            n,
            K(cbm_of_size),
        ),
        function(
            [
                "VOLUME.WEIGHT",
                "VOLUME.WEIGHT(长, 宽, 高, [除数], [箱数])",
                "体积重（公斤），尺寸为厘米；除数默认 6000（空运），快递多为 5000",
                "Volumetric weight in kg of sizes in cm; divided by 6000, or 5000 for most express",
                "VOLUME.WEIGHT(60,40,45,5000)",
            ],
            (3, 5),
            n,
            K(volume_weight),
        ),
        function(
            [
                "CHARGEABLE",
                "CHARGEABLE(毛重, 体积重, [进位])",
                "计费重：实重和体积重取大，再进到 0.5 公斤",
                "The greater of gross and volumetric weight, rounded up to the next 0.5",
                "CHARGEABLE(18.5,21.6)",
            ],
            (2, 3),
            n,
            K(chargeable),
        ),
        function(
            [
                "LCL.TONS",
                "LCL.TONS(方数, 毛重公斤, [每方公斤], [最少])",
                "拼柜计费吨：方数和毛重取大，每方默认 1000 公斤，最少 1",
                "Revenue tons of a part load: cubic metres or weight at 1000 kg each, 1 at least",
                "LCL.TONS(2.4,3100)",
            ],
            (2, 4),
            n,
            K(revenue_tons),
        ),
    ]
};

const NUM: Cell = Cell::Error(CellError::Num);

/// An argument as a number; where it is left out, another one.
pub(super) fn given(args: &[Cell], at: usize, otherwise: f64) -> Result<f64, Cell> {
    match args.get(at) {
        None | Some(Cell::Blank) => Ok(otherwise),
        Some(cell) => number(cell),
    }
}

/// What was made of the numbers, or the error among them.
pub(super) fn computed(made: Result<f64, Cell>) -> Cell {
    match made {
        Ok(x) => Cell::finite(fifteen(x)),
        Err(stuck) => stuck,
    }
}

/// Full cartons and what is left over; without a number per carton nothing is known.
fn packed(args: &[Cell], show: fn(f64, f64, &[Cell]) -> Cell) -> Cell {
    let (quantity, per) = match (number(&args[0]), &args[1]) {
        (_, Cell::Blank) => return Cell::Blank,
        (Err(stuck), _) => return stuck,
        (Ok(quantity), per) => match number(per) {
            Ok(per) => (quantity, per),
            Err(stuck) => return stuck,
        },
    };
    match per {
        0.0 => Cell::Error(CellError::Div0),
        per if per < 0.0 => NUM,
        per => {
            let full = fifteen(quantity / per).trunc();
            let left = fifteen(quantity - full * per);
            // What is left of 0.3 by three times 0.1 is nothing.
            let tail = if left.abs() < 1e-12 * per { 0.0 } else { left };
            show(full + 0.0, tail + 0.0, args)
        }
    }
}

fn sign(x: f64) -> f64 {
    match x {
        0.0 => 0.0,
        x => x.signum(),
    }
}

fn in_words(full: f64, tail: f64, args: &[Cell]) -> Cell {
    let unit = match args.get(2) {
        None | Some(Cell::Blank) => Arc::from("个"),
        Some(cell) => match text(cell) {
            Ok(unit) => unit,
            Err(stuck) => return stuck,
        },
    };
    let words = match (full, tail) {
        (full, 0.0) => format!("{}箱", general(full)),
        (0.0, tail) => format!("尾箱{}{unit}", general(tail)),
        (full, tail) => format!("{}箱+尾箱{}{unit}", general(full), general(tail)),
    };
    Cell::Text(Arc::from(words))
}

/// Metres in a unit of length.
fn metres(unit: &str) -> Option<f64> {
    Some(match unit.trim().to_lowercase().as_str() {
        "" | "cm" | "厘米" | "公分" => 0.01,
        "mm" | "毫米" => 0.001,
        "m" | "米" => 1.0,
        "in" | "inch" | "\"" | "英寸" | "寸" => 0.0254,
        "ft" | "英尺" => 0.3048,
        _ => return None,
    })
}

fn unit(args: &[Cell], at: usize) -> Result<f64, Cell> {
    match args.get(at) {
        None | Some(Cell::Blank) => Ok(0.01),
        Some(cell) => metres(&text(cell)?).ok_or(VALUE),
    }
}

/// Cubic metres of three sides.
fn volume(sides: [f64; 3], metres: f64, n: f64) -> Result<f64, Cell> {
    match sides.iter().any(|side| *side < 0.0) {
        true => Err(NUM),
        // Divided by whole numbers where the unit is one: 52×40×38 cm are 0.07904, not 0.0790400001.
        false if metres < 0.02 => {
            let per_metre = (1.0 / metres).round();
            match (per_metre * metres - 1.0).abs() < 1e-12 {
                true => Ok(sides.iter().product::<f64>() * n / per_metre.powi(3)),
                false => Ok(sides.iter().product::<f64>() * n * metres.powi(3)),
            }
        }
        false => Ok(sides.iter().product::<f64>() * n * metres.powi(3)),
    }
}

fn cbm(args: &[Cell]) -> Cell {
    let made = || {
        let sides = [number(&args[0])?, number(&args[1])?, number(&args[2])?];
        volume(sides, unit(args, 3)?, given(args, 4, 1.0)?)
    };
    computed(made())
}

fn cbm_of_size(args: &[Cell]) -> Cell {
    let made = || {
        let size = text(&args[0])?;
        if size.trim().is_empty() {
            return Err(Cell::Blank);
        }
        let (sides, own) = sides(&size).ok_or(VALUE)?;
        let metres = match (own, args.get(1)) {
            (Some(own), None | Some(Cell::Blank)) => own,
            _ => unit(args, 1)?,
        };
        volume(sides, metres, given(args, 2, 1.0)?)
    };
    computed(made())
}

/// `52*40*38cm`, `52 x 40 x 38`, `0.52×0.4×0.38m`: three sides, and the unit where one is written.
fn sides(size: &str) -> Option<([f64; 3], Option<f64>)> {
    let size = table::field::number::half_width(size).to_lowercase();
    let mut metres_written = None;
    let mut parts = size.split(['*', 'x', '×', '✕', '＊', '╳']).map(|part| {
        let part = part.trim();
        let end = part
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(part.len());
        let (digits, unit) = part.split_at(end);
        if !unit.trim().is_empty() {
            metres_written = Some(metres(unit)?);
        }
        digits.parse::<f64>().ok().filter(|side| side.is_finite())
    });
    let sides = [parts.next()??, parts.next()??, parts.next()??];
    let is_end = parts.next().is_none();
    is_end.then_some((sides, metres_written))
}

fn volume_weight(args: &[Cell]) -> Cell {
    let made = || {
        let sides = [number(&args[0])?, number(&args[1])?, number(&args[2])?];
        let (divisor, n) = (given(args, 3, 6000.0)?, given(args, 4, 1.0)?);
        match sides.iter().any(|side| *side < 0.0) || divisor <= 0.0 {
            true => Err(NUM),
            false => Ok(sides.iter().product::<f64>() * n / divisor),
        }
    };
    computed(made())
}

/// Up to the next multiple.
fn up_to(x: f64, step: f64) -> f64 {
    fifteen(fifteen(x / step).ceil() * step)
}

fn chargeable(args: &[Cell]) -> Cell {
    let made = || {
        let (gross, by_volume) = (number(&args[0])?, number(&args[1])?);
        let (weight, step) = (gross.max(by_volume), given(args, 2, 0.5)?);
        match weight < 0.0 || step < 0.0 {
            true => Err(NUM),
            false if step == 0.0 => Ok(weight),
            false => Ok(up_to(weight, step)),
        }
    };
    computed(made())
}

fn revenue_tons(args: &[Cell]) -> Cell {
    let made = || {
        let (volume, weight) = (number(&args[0])?, number(&args[1])?);
        let (per, least) = (given(args, 2, 1000.0)?, given(args, 3, 1.0)?);
        match volume < 0.0 || weight < 0.0 || per <= 0.0 {
            true => Err(NUM),
            false => Ok((volume.max(weight / per)).max(least)),
        }
    };
    computed(made())
}
