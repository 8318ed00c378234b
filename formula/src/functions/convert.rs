//! Units: CONVERT.
//!
//! Main type: [`Unit`]. Law: units, prefixes and errors are those of Excel: what is unknown, has a prefix that it does
//! not take or measures something else is `#N/A`. Tests: `spec/convert.md`.

use super::{
    arguments::{Given, settle},
    registry::{Function, Gives, Kernel, function},
};
use crate::{check::coerce::text, eval::vector::Cell};
use table::value::CellError;

const NA: Cell = Cell::Error(CellError::Na);

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[function(
    [
        "CONVERT",
        "CONVERT(数, 原单位, 新单位)",
        "换算单位，如 \"kg\"、\"lbm\"、\"m\"、\"in\"、\"C\"、\"F\"",
        "A number in another unit",
        "CONVERT(1,\"lbm\",\"kg\")",
    ],
    (3, 3),
    Gives::Number,
    Kernel::Strict(convert),
)];

#[derive(Clone, Copy, PartialEq, Debug)]
enum Measure {
    Mass,
    Length,
    Time,
    Pressure,
    Force,
    Energy,
    Power,
    Magnetism,
    Temperature,
    Volume,
    Area,
    Information,
    Speed,
}

/// Which prefixes a unit takes; of an area or volume they count two or three times.
#[derive(Clone, Copy, PartialEq)]
enum Prefix {
    No,
    /// `k`, `m` …, to this power.
    Si(i32),
    /// Those and `ki`, `Mi` ….
    Binary,
}

/// How much of the first unit of its measure it is.
#[derive(Clone, Copy)]
struct Unit {
    measure: Measure,
    size: f64,
    prefix: Prefix,
}

const INCH: f64 = 0.0254;
const FOOT: f64 = 0.3048;
const YARD: f64 = 0.9144;
const MILE: f64 = 1609.344;
const SEA_MILE: f64 = 1852.0;
/// A foot of the United States' land surveys.
const SURVEY_FOOT: f64 = 1200.0 / 3937.0;
const LIGHT_YEAR: f64 = 9.460_730_472_580_8e15;
const PARSEC: f64 = 3.085_677_581_281_55e16;
/// A point of 1/72 inch.
const POINT: f64 = INCH / 72.0;
const PICA: f64 = INCH / 6.0;
const POUND: f64 = 453.592_37;
const GRAVITY: f64 = 9.806_65;
const HORSEPOWER: f64 = 745.699_871_582_270_2;
const BTU: f64 = 1_055.055_852_62;

/// Units that take the same prefixes, by name and size.
type Group = (Measure, Prefix, &'static [(&'static str, f64)]);

/// Names and sizes, from Microsoft's page about CONVERT.
#[rustfmt::skip]
const UNITS: &[Group] = {
    use {Measure as M, Prefix as P};
    &[
        (M::Mass, P::Si(1), &[("g", 1.0), ("u", 1.660_538_782e-24)]),
        (M::Mass, P::No, &[
            ("sg", 14_593.902_937_206_36), ("lbm", POUND), ("ozm", POUND / 16.0), ("grain", 0.064_798_91),
            ("cwt", 45_359.237), ("shweight", 45_359.237), ("uk_cwt", 50_802.345_44), ("lcwt", 50_802.345_44),
            ("hweight", 50_802.345_44), ("stone", 14.0 * POUND), ("ton", 907_184.74), ("uk_ton", 1_016_046.908_8),
            ("LTON", 1_016_046.908_8), ("brton", 1_016_046.908_8),
        ]),
        (M::Length, P::Si(1), &[("m", 1.0), ("ang", 1e-10), ("ly", LIGHT_YEAR), ("parsec", PARSEC), ("pc", PARSEC)]),
        (M::Length, P::No, &[
            ("mi", MILE), ("Nmi", SEA_MILE), ("in", INCH), ("ft", FOOT), ("yd", YARD), ("ell", 1.143),
            ("Picapt", POINT), ("Pica", POINT), ("pica", PICA), ("survey_mi", 5280.0 * SURVEY_FOOT),
        ]),
        (M::Time, P::Si(1), &[("sec", 1.0), ("s", 1.0)]),
        (M::Time, P::No, &[("yr", 31_557_600.0), ("day", 86_400.0), ("d", 86_400.0), ("hr", 3600.0), ("mn", 60.0), ("min", 60.0)]),
        (M::Pressure, P::Si(1), &[("Pa", 1.0), ("p", 1.0), ("atm", 101_325.0), ("at", 101_325.0), ("mmHg", 133.322)]),
        (M::Pressure, P::No, &[("psi", 6_894.757_293_168_361), ("Torr", 101_325.0 / 760.0)]),
        (M::Force, P::Si(1), &[("N", 1.0), ("dyn", 1e-5), ("dy", 1e-5), ("pond", GRAVITY / 1000.0)]),
        (M::Force, P::No, &[("lbf", 4.448_221_615_260_5)]),
        (M::Energy, P::Si(1), &[
            ("J", 1.0), ("e", 1e-7), ("c", 4.184), ("cal", 4.186_8), ("eV", 1.602_176_487e-19), ("ev", 1.602_176_487e-19),
            ("Wh", 3600.0), ("wh", 3600.0),
        ]),
        (M::Energy, P::No, &[
            ("HPh", HORSEPOWER * 3600.0), ("hh", HORSEPOWER * 3600.0), ("flb", 1.355_817_948_331_400_4),
            ("BTU", BTU), ("btu", BTU),
        ]),
        (M::Power, P::Si(1), &[("W", 1.0), ("w", 1.0)]),
        (M::Power, P::No, &[("HP", HORSEPOWER), ("h", HORSEPOWER), ("PS", 75.0 * GRAVITY)]),
        (M::Magnetism, P::Si(1), &[("T", 1.0), ("ga", 1e-4)]),
        (M::Temperature, P::No, &[
            ("C", 1.0), ("cel", 1.0), ("F", 1.0), ("fah", 1.0), ("Rank", 1.0 / 1.8), ("Reau", 1.0),
        ]),
        (M::Temperature, P::Si(1), &[("K", 1.0), ("kel", 1.0)]),
        // In litres.
        (M::Volume, P::Si(1), &[("l", 1.0), ("L", 1.0), ("lt", 1.0)]),
        (M::Volume, P::Si(3), &[("m3", 1000.0), ("m^3", 1000.0), ("ang3", 1e-27), ("ang^3", 1e-27)]),
        (M::Volume, P::No, &[
            ("tsp", 3.785_411_784 / 768.0), ("tspm", 0.005), ("tbs", 3.785_411_784 / 256.0), ("oz", 3.785_411_784 / 128.0),
            ("cup", 3.785_411_784 / 16.0), ("pt", 3.785_411_784 / 8.0), ("us_pt", 3.785_411_784 / 8.0),
            ("uk_pt", 0.568_261_25), ("qt", 3.785_411_784 / 4.0), ("uk_qt", 1.136_522_5), ("gal", 3.785_411_784),
            ("uk_gal", 4.546_09), ("barrel", 42.0 * 3.785_411_784), ("bushel", 35.239_070_166_88),
            ("regton", 2_831.684_659_2), ("GRT", 2_831.684_659_2), ("MTON", 1_132.673_863_68),
            ("ft3", FOOT * FOOT * FOOT * 1000.0), ("ft^3", FOOT * FOOT * FOOT * 1000.0),
            ("in3", INCH * INCH * INCH * 1000.0), ("in^3", INCH * INCH * INCH * 1000.0),
            ("yd3", YARD * YARD * YARD * 1000.0), ("yd^3", YARD * YARD * YARD * 1000.0),
            ("mi3", MILE * MILE * MILE * 1000.0), ("mi^3", MILE * MILE * MILE * 1000.0),
            ("Nmi3", SEA_MILE * SEA_MILE * SEA_MILE * 1000.0), ("Nmi^3", SEA_MILE * SEA_MILE * SEA_MILE * 1000.0),
            ("ly3", LIGHT_YEAR * LIGHT_YEAR * LIGHT_YEAR * 1000.0), ("ly^3", LIGHT_YEAR * LIGHT_YEAR * LIGHT_YEAR * 1000.0),
            ("Picapt3", POINT * POINT * POINT * 1000.0), ("Picapt^3", POINT * POINT * POINT * 1000.0),
            ("Pica3", POINT * POINT * POINT * 1000.0), ("Pica^3", POINT * POINT * POINT * 1000.0),
            ("pica3", PICA * PICA * PICA * 1000.0), ("pica^3", PICA * PICA * PICA * 1000.0),
        ]),
        (M::Area, P::Si(2), &[("m2", 1.0), ("m^2", 1.0), ("ang2", 1e-20), ("ang^2", 1e-20)]),
        (M::Area, P::Si(1), &[("ar", 100.0)]),
        (M::Area, P::No, &[
            ("ha", 10_000.0), ("uk_acre", 4_046.856_422_4), ("us_acre", 43_560.0 * SURVEY_FOOT * SURVEY_FOOT),
            ("Morgen", 2500.0),
            ("ft2", FOOT * FOOT), ("ft^2", FOOT * FOOT), ("in2", INCH * INCH), ("in^2", INCH * INCH),
            ("yd2", YARD * YARD), ("yd^2", YARD * YARD), ("mi2", MILE * MILE), ("mi^2", MILE * MILE),
            ("Nmi2", SEA_MILE * SEA_MILE), ("Nmi^2", SEA_MILE * SEA_MILE),
            ("ly2", LIGHT_YEAR * LIGHT_YEAR), ("ly^2", LIGHT_YEAR * LIGHT_YEAR),
            ("Picapt2", POINT * POINT), ("Picapt^2", POINT * POINT), ("Pica2", POINT * POINT), ("Pica^2", POINT * POINT),
            ("pica2", PICA * PICA), ("pica^2", PICA * PICA),
        ]),
        (M::Information, P::Binary, &[("bit", 1.0), ("byte", 8.0)]),
        (M::Speed, P::Si(1), &[
            ("m/s", 1.0), ("m/sec", 1.0), ("m/h", 1.0 / 3600.0), ("m/hr", 1.0 / 3600.0),
        ]),
        (M::Speed, P::No, &[("mph", MILE / 3600.0), ("kn", SEA_MILE / 3600.0), ("admkn", 6080.0 * FOOT / 3600.0)]),
    ]
};

/// Powers of ten.
const SI: &[(&str, i32)] = &[
    ("Y", 24),
    ("Z", 21),
    ("E", 18),
    ("P", 15),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("h", 2),
    ("da", 1),
    ("e", 1),
    ("d", -1),
    ("c", -2),
    ("m", -3),
    ("u", -6),
    ("n", -9),
    ("p", -12),
    ("f", -15),
    ("a", -18),
    ("z", -21),
    ("y", -24),
];

/// Powers of two.
const BINARY: &[(&str, i32)] = &[
    ("Yi", 80),
    ("Zi", 70),
    ("Ei", 60),
    ("Pi", 50),
    ("Ti", 40),
    ("Gi", 30),
    ("Mi", 20),
    ("ki", 10),
];

fn convert(args: &[Cell]) -> Cell {
    settle((|| {
        let x = Given(args).amount(0)?;
        let (from, to) = (text(&args[1])?, text(&args[2])?);
        let (a, b) = (unit(&from).ok_or(NA)?, unit(&to).ok_or(NA)?);
        match a.measure == b.measure {
            false => Err(NA),
            true if from == to => Ok(x),
            true if a.measure == Measure::Temperature
                && !(is_absolute(&from) && is_absolute(&to)) =>
            {
                Ok(of_celsius(to_celsius(x, &from, a.size), &to, b.size))
            }
            true => Ok(x * a.size / b.size),
        }
    })())
}

/// A unit as it is called, capital letters counting: the names themselves go before prefixes.
fn unit(name: &str) -> Option<Unit> {
    if let Some(found) = named(name) {
        return Some(found);
    }
    let prefixed = |prefixes: &[(&str, i32)], base: f64, kinds: fn(Prefix) -> Option<i32>| {
        prefixes.iter().find_map(|(prefix, power)| {
            let found = named(name.strip_prefix(prefix)?)?;
            let times = kinds(found.prefix)?;
            let size = found.size * base.powi(power * times);
            Some(Unit { size, ..found })
        })
    };
    let binary = prefixed(BINARY, 2.0, |prefix| {
        (prefix == Prefix::Binary).then_some(1)
    });
    binary.or_else(|| {
        prefixed(SI, 10.0, |prefix| match prefix {
            Prefix::No => None,
            Prefix::Si(times) => Some(times),
            Prefix::Binary => Some(1),
        })
    })
}

fn named(name: &str) -> Option<Unit> {
    UNITS.iter().find_map(|(measure, prefix, units)| {
        let (_, size) = units.iter().find(|(unit, _)| *unit == name)?;
        Some(Unit {
            measure: *measure,
            size: *size,
            prefix: *prefix,
        })
    })
}

/// Whether a scale of temperatures begins at absolute zero.
fn is_absolute(unit: &str) -> bool {
    !matches!(unit, "C" | "cel" | "F" | "fah" | "Reau")
}

fn to_celsius(x: f64, unit: &str, kelvins: f64) -> f64 {
    match unit {
        "C" | "cel" => x,
        "F" | "fah" => (x - 32.0) / 1.8,
        "Reau" => x * 1.25,
        _ => x * kelvins - 273.15,
    }
}

fn of_celsius(x: f64, unit: &str, kelvins: f64) -> f64 {
    match unit {
        "C" | "cel" => x,
        "F" | "fah" => x * 1.8 + 32.0,
        "Reau" => x / 1.25,
        _ => (x + 273.15) / kelvins,
    }
}
