//! Complex numbers as texts: `3+4i`, `-j`, `2.5`.
//!
//! Main type: [`Complex`]. Law: what is no such text is `#NUM!`, numbers with different suffixes are `#VALUE!`, results
//! are written with 15 digits and the suffix of the arguments. Tests: `spec/complex.md`.

use super::{
    arguments::{DIV0, Given, NUM, require, settle},
    registry::{Function, Gives, Kernel, function},
};
use crate::{
    check::coerce::{general, text},
    eval::{Item, VALUE, vector::Cell},
};
use std::f64::consts::{LN_2, LN_10};

/// `re` and `im` times the root of -1, which is written `suffix` (none where the text has none).
#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
    suffix: Option<char>,
}

/// Name, what it does in Chinese and English, example.
type Doc = [&'static str; 4];

const fn one(doc: Doc, signature: &'static str, kernel: fn(&[Cell]) -> Cell) -> Function {
    let [name, zh, en, example] = doc;
    let doc = [name, signature, zh, en, example];
    function(doc, (1, 1), Gives::Text, Kernel::Strict(kernel))
}

const fn number(doc: Doc, signature: &'static str, kernel: fn(&[Cell]) -> Cell) -> Function {
    let [name, zh, en, example] = doc;
    let doc = [name, signature, zh, en, example];
    function(doc, (1, 1), Gives::Number, Kernel::Strict(kernel))
}

const fn two(doc: Doc, signature: &'static str, kernel: fn(&[Cell]) -> Cell) -> Function {
    let [name, zh, en, example] = doc;
    let doc = [name, signature, zh, en, example];
    function(doc, (2, 2), Gives::Text, Kernel::Strict(kernel))
}

const fn many(doc: Doc, signature: &'static str, kernel: fn(&[Item]) -> Cell) -> Function {
    let [name, zh, en, example] = doc;
    let doc = [name, signature, zh, en, example];
    function(doc, (1, 255), Gives::Text, Kernel::Aggregate(kernel))
}

/// Looked up by name in the registry.
#[rustfmt::skip]
pub(crate) const FAMILY: &[Function] = &[
    function(
        ["COMPLEX", "COMPLEX(实部, 虚部, [后缀])", "由实部和虚部写成复数", "A complex number from its parts", "COMPLEX(3,4)"],
        (2, 3), Gives::Text, Kernel::Strict(complex),
    ),
    number(["IMABS", "复数的模", "The absolute value of a complex number", "IMABS(\"5+12i\")"], "IMABS(复数)", |a| part(a, |z| Ok(z.size()))),
    number(["IMAGINARY", "复数的虚部", "The imaginary part", "IMAGINARY(\"3+4i\")"], "IMAGINARY(复数)", |a| part(a, |z| Ok(z.im))),
    number(["IMREAL", "复数的实部", "The real part", "IMREAL(\"6-9i\")"], "IMREAL(复数)", |a| part(a, |z| Ok(z.re))),
    number(["IMARGUMENT", "复数的幅角（弧度）", "The angle of a complex number, in radians", "IMARGUMENT(\"3+4i\")"], "IMARGUMENT(复数)", |a| part(a, |z| match z.is_zero() {
        true => Err(DIV0),
        false => Ok(z.angle()),
    })),
    one(["IMCONJUGATE", "共轭复数", "The conjugate", "IMCONJUGATE(\"3+4i\")"], "IMCONJUGATE(复数)", |a| of(a, |z| Ok(z.with(z.re, -z.im)))),
    one(["IMSIN", "复数的正弦", "The sine of a complex number", "IMSIN(\"4+3i\")"], "IMSIN(复数)", |a| of(a, |z| Ok(z.sin()))),
    one(["IMCOS", "复数的余弦", "The cosine of a complex number", "IMCOS(\"1+i\")"], "IMCOS(复数)", |a| of(a, |z| Ok(z.cos()))),
    one(["IMTAN", "复数的正切", "The tangent of a complex number", "IMTAN(\"4+3i\")"], "IMTAN(复数)", |a| of(a, |z| Ok(z.tan()))),
    one(["IMCOT", "复数的余切", "The cotangent of a complex number", "IMCOT(\"4+3i\")"], "IMCOT(复数)", |a| of(a, Complex::cot)),
    one(["IMSEC", "复数的正割", "The secant of a complex number", "IMSEC(\"4+3i\")"], "IMSEC(复数)", |a| of(a, |z| z.cos().inverse())),
    one(["IMCSC", "复数的余割", "The cosecant of a complex number", "IMCSC(\"4+3i\")"], "IMCSC(复数)", |a| of(a, |z| z.sin().inverse())),
    one(["IMSINH", "复数的双曲正弦", "The hyperbolic sine of a complex number", "IMSINH(\"4+3i\")"], "IMSINH(复数)", |a| of(a, |z| Ok(z.sinh()))),
    one(["IMCOSH", "复数的双曲余弦", "The hyperbolic cosine of a complex number", "IMCOSH(\"4+3i\")"], "IMCOSH(复数)", |a| of(a, |z| Ok(z.cosh()))),
    one(["IMSECH", "复数的双曲正割", "The hyperbolic secant of a complex number", "IMSECH(\"4+3i\")"], "IMSECH(复数)", |a| of(a, |z| z.cosh().inverse())),
    one(["IMCSCH", "复数的双曲余割", "The hyperbolic cosecant of a complex number", "IMCSCH(\"4+3i\")"], "IMCSCH(复数)", |a| of(a, |z| z.sinh().inverse())),
    one(["IMEXP", "e 的复数次方", "e to the power of a complex number", "IMEXP(\"1+i\")"], "IMEXP(复数)", |a| of(a, |z| Ok(z.polar(z.re.exp(), z.im)))),
    one(["IMLN", "复数的自然对数", "The natural logarithm of a complex number", "IMLN(\"3+4i\")"], "IMLN(复数)", |a| of(a, |z| z.log(1.0))),
    one(["IMLOG10", "复数的常用对数", "The logarithm of a complex number to base 10", "IMLOG10(\"3+4i\")"], "IMLOG10(复数)", |a| of(a, |z| z.log(LN_10))),
    one(["IMLOG2", "复数的以 2 为底的对数", "The logarithm of a complex number to base 2", "IMLOG2(\"3+4i\")"], "IMLOG2(复数)", |a| of(a, |z| z.log(LN_2))),
    one(["IMSQRT", "复数的平方根", "The square root of a complex number", "IMSQRT(\"1+i\")"], "IMSQRT(复数)", |a| of(a, |z| Ok(z.sqrt()))),
    two(["IMPOWER", "复数的乘方", "A complex number to a power", "IMPOWER(\"2+3i\",3)"], "IMPOWER(复数, 次数)", power),
    two(["IMDIV", "复数相除", "A complex number divided by another", "IMDIV(\"-238+240i\",\"10+24i\")"], "IMDIV(复数1, 复数2)", |a| pair(a, Complex::over)),
    two(["IMSUB", "复数相减", "A complex number less another", "IMSUB(\"13+4i\",\"5+3i\")"], "IMSUB(复数1, 复数2)", |a| pair(a, |x, y| Ok(x.with(x.re - y.re, x.im - y.im)))),
    many(["IMSUM", "复数相加", "The sum of complex numbers", "IMSUM(\"3+4i\",\"5-3i\")"], "IMSUM(复数, …)", |i| fold(i, |x, y| x.with(x.re + y.re, x.im + y.im))),
    many(["IMPRODUCT", "复数相乘", "The product of complex numbers", "IMPRODUCT(\"3+4i\",\"5-3i\")"], "IMPRODUCT(复数, …)", |i| fold(i, Complex::times)),
];

impl Complex {
    fn with(self, re: f64, im: f64) -> Complex {
        Complex { re, im, ..self }
    }

    fn polar(self, size: f64, angle: f64) -> Complex {
        match angle == 0.0 {
            true => self.with(size, 0.0),
            false => self.with(size * angle.cos(), size * angle.sin()),
        }
    }

    fn size(self) -> f64 {
        self.re.hypot(self.im)
    }

    fn angle(self) -> f64 {
        self.im.atan2(self.re)
    }

    fn is_zero(self) -> bool {
        self.re == 0.0 && self.im == 0.0
    }

    fn times(self, by: Complex) -> Complex {
        self.with(
            self.re * by.re - self.im * by.im,
            self.re * by.im + self.im * by.re,
        )
    }

    fn over(self, by: Complex) -> Result<Complex, Cell> {
        require(!by.is_zero())?;
        // By the larger part, so that no square overflows.
        let scale = by.re.abs().max(by.im.abs());
        let (re, im) = (by.re / scale, by.im / scale);
        let square = re * re + im * im;
        Ok(self.with(
            (self.re * re + self.im * im) / square / scale,
            (self.im * re - self.re * im) / square / scale,
        ))
    }

    fn inverse(self) -> Result<Complex, Cell> {
        self.with(1.0, 0.0).over(self)
    }

    fn log(self, of_base: f64) -> Result<Complex, Cell> {
        require(!self.is_zero())?;
        Ok(self.with(self.size().ln() / of_base, self.angle() / of_base))
    }

    fn sqrt(self) -> Complex {
        if self.is_zero() {
            return self;
        }
        let large = ((self.re.abs() + self.size()) / 2.0).sqrt();
        let small = self.im.abs() / (2.0 * large);
        match self.re >= 0.0 {
            true => self.with(large, small.copysign(self.im)),
            false => self.with(small, large.copysign(self.im + 0.0)),
        }
    }

    fn sin(self) -> Complex {
        self.with(
            self.re.sin() * self.im.cosh(),
            self.re.cos() * self.im.sinh(),
        )
    }

    fn cos(self) -> Complex {
        self.with(
            self.re.cos() * self.im.cosh(),
            -(self.re.sin() * self.im.sinh()),
        )
    }

    fn sinh(self) -> Complex {
        self.with(
            self.re.sinh() * self.im.cos(),
            self.re.cosh() * self.im.sin(),
        )
    }

    fn cosh(self) -> Complex {
        self.with(
            self.re.cosh() * self.im.cos(),
            self.re.sinh() * self.im.sin(),
        )
    }

    fn tan(self) -> Complex {
        // Beyond, the hyperbolic functions overflow while the tangent is i.
        if self.im.abs() > 300.0 {
            return self.with(0.0, 1.0_f64.copysign(self.im));
        }
        let below = (2.0 * self.re).cos() + (2.0 * self.im).cosh();
        self.with(
            (2.0 * self.re).sin() / below,
            (2.0 * self.im).sinh() / below,
        )
    }

    fn cot(self) -> Result<Complex, Cell> {
        require(!self.is_zero())?;
        if self.im.abs() > 300.0 {
            return Ok(self.with(0.0, -1.0_f64.copysign(self.im)));
        }
        let below = (2.0 * self.im).cosh() - (2.0 * self.re).cos();
        Ok(self.with(
            (2.0 * self.re).sin() / below,
            -(2.0 * self.im).sinh() / below,
        ))
    }

    /// As a text; what has no imaginary part has no suffix.
    fn write(self) -> Cell {
        if !(self.re.is_finite() && self.im.is_finite()) {
            return NUM;
        }
        let suffix = self.suffix.unwrap_or('i');
        let re = match self.re == 0.0 && self.im != 0.0 {
            true => String::new(),
            false => general(self.re),
        };
        if self.im == 0.0 {
            return Cell::Text(re.into());
        }
        let sign = match self.im > 0.0 && !re.is_empty() {
            true => "+",
            false => "",
        };
        let im = match general(self.im).as_str() {
            "1" => String::new(),
            "-1" => "-".into(),
            shown => shown.to_owned(),
        };
        Cell::Text(format!("{re}{sign}{im}{suffix}").into())
    }
}

fn read(cell: &Cell) -> Result<Complex, Cell> {
    let real = |re| Complex {
        re,
        im: 0.0,
        suffix: None,
    };
    match cell {
        Cell::Number(x) => return Ok(real(*x)),
        Cell::Blank => return Ok(real(0.0)),
        Cell::Bool(_) => return Err(VALUE),
        _ => {}
    }
    let shown = text(cell)?;
    let Some(body) = shown.strip_suffix(['i', 'j']) else {
        return plain(&shown).map(real).ok_or(NUM);
    };
    // The sign between the parts is the last one that does not belong to an exponent.
    let bytes = body.as_bytes();
    let is_between =
        |at: &usize| matches!(bytes[*at], b'+' | b'-') && !matches!(bytes[*at - 1], b'e' | b'E');
    let at = (1..bytes.len()).rev().find(is_between).unwrap_or(0);
    let (re, im) = body.split_at(at);
    let im = match im {
        "" | "+" => Some(1.0),
        "-" => Some(-1.0),
        _ => plain(im),
    };
    let re = if re.is_empty() { Some(0.0) } else { plain(re) };
    match (re, im) {
        (Some(re), Some(im)) => Ok(Complex {
            re,
            im,
            suffix: shown.chars().last(),
        }),
        _ => Err(NUM),
    }
}

fn plain(shown: &str) -> Option<f64> {
    let known = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let found: f64 = match shown.bytes().all(known) {
        true => shown.parse().ok()?,
        false => return None,
    };
    found.is_finite().then_some(found)
}

fn complex(args: &[Cell]) -> Cell {
    let parts = || {
        let given = Given(args);
        let (re, im) = (given.amount(0)?, given.amount(1)?);
        let suffix = match args.get(2) {
            None | Some(Cell::Blank) => 'i',
            Some(cell) => match &*text(cell)? {
                "i" | "" => 'i',
                "j" => 'j',
                _ => return Err(VALUE),
            },
        };
        let suffix = Some(suffix);
        Ok(Complex { re, im, suffix })
    };
    parts().map_or_else(|stuck| stuck, Complex::write)
}

fn part(args: &[Cell], of: fn(Complex) -> Result<f64, Cell>) -> Cell {
    settle(read(&args[0]).and_then(of))
}

fn of(args: &[Cell], of: fn(Complex) -> Result<Complex, Cell>) -> Cell {
    let found = read(&args[0]).and_then(of);
    found.map_or_else(|stuck| stuck, Complex::write)
}

/// By way of the angle, as Excel and LibreOffice do: the last digit may show it.
fn power(args: &[Cell]) -> Cell {
    let found = read(&args[0]).and_then(|z| {
        let n = Given(args).amount(1)?;
        if z.is_zero() {
            require(n > 0.0)?;
            return Ok(z);
        }
        Ok(z.polar(z.size().powf(n), z.angle() * n))
    });
    found.map_or_else(|stuck| stuck, Complex::write)
}

/// Both with the suffix that one of them has.
fn joined(x: Complex, y: Complex) -> Result<(Complex, Complex), Cell> {
    match (x.suffix, y.suffix) {
        (Some(a), Some(b)) if a != b => Err(VALUE),
        (a, b) => {
            let suffix = a.or(b);
            Ok((Complex { suffix, ..x }, Complex { suffix, ..y }))
        }
    }
}

fn pair(args: &[Cell], of: fn(Complex, Complex) -> Result<Complex, Cell>) -> Cell {
    let found = read(&args[0]).and_then(|x| {
        let (x, y) = joined(x, read(&args[1])?)?;
        of(x, y)
    });
    found.map_or_else(|stuck| stuck, Complex::write)
}

/// Over all arguments; blank cells of ranges are passed over.
fn fold(items: &[Item], step: fn(Complex, Complex) -> Complex) -> Cell {
    let mut sum: Option<Complex> = None;
    let mut add = |cell: &Cell| {
        let next = read(cell)?;
        sum = Some(match sum {
            None => next,
            Some(sum) => {
                let (x, y) = joined(sum, next)?;
                step(x, y)
            }
        });
        Ok(())
    };
    let added = items.iter().try_for_each(|item| match item {
        Item::One(cell, _) => add(cell),
        Item::Range(range) => {
            let mut cells = range.cells().iter();
            cells.try_for_each(|cell| match cell {
                Cell::Blank => Ok(()),
                cell => add(cell),
            })
        }
    });
    match (added, sum) {
        (Err(stuck), _) => stuck,
        (Ok(()), Some(sum)) => sum.write(),
        (Ok(()), None) => Cell::Text("0".into()),
    }
}
