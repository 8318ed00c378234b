//! Barcodes: EAN-13 and Code 128 as bars, drawn as PNG.
//!
//! Functions: [`fitting`], [`bars`], [`png`]. Law: a code with a wrong check digit or a character that the
//! symbology does not have is not drawn. Tests: here, against the tables of ISO/IEC 15417 and 15420.

use super::glyphs::{GLYPH_HEIGHT, GLYPH_WIDTH, glyph};
use image::{GrayImage, ImageFormat, Luma};
use std::io::Cursor;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbology {
    Ean13,
    Code128,
}

/// Modules left white at each side.
const QUIET: usize = 10;
/// Pixels per module in a PNG.
const SCALE: u32 = 4;
/// Characters of a Code 128 that can still be scanned from a label.
const CODE128_CHARS: usize = 48;

/// EAN-13 for 13 digits with a good check digit, Code 128 for what it can say; `None` for the rest.
pub fn fitting(code: &str) -> Option<Symbology> {
    [Symbology::Ean13, Symbology::Code128]
        .into_iter()
        .find(|symbology| bars(code, *symbology).is_some())
}

/// Dark (true) and light modules, without the white at the sides.
pub fn bars(code: &str, symbology: Symbology) -> Option<Vec<bool>> {
    match symbology {
        Symbology::Ean13 => ean13(code),
        Symbology::Code128 => code128(code),
    }
}

const EAN_L: [&str; 10] = [
    "0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011",
    "0110111", "0001011",
];
/// Which of the left digits are of the set G, by the first digit.
const EAN_SETS: [&str; 10] = [
    "LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL",
    "LGGLGL",
];

fn ean13(code: &str) -> Option<Vec<bool>> {
    let digits: Vec<usize> = code
        .chars()
        .map(|c| c.to_digit(10).map(|digit| digit as usize))
        .collect::<Option<_>>()?;
    if digits.len() != 13 {
        return None;
    }
    let sum: usize = digits
        .iter()
        .enumerate()
        .map(|(at, digit)| digit * if at % 2 == 0 { 1 } else { 3 })
        .sum();
    if !sum.is_multiple_of(10) {
        return None;
    }
    let mut text = String::from("101");
    for (digit, set) in digits[1..7].iter().zip(EAN_SETS[digits[0]].chars()) {
        let left = EAN_L[*digit];
        match set {
            'L' => text.push_str(left),
            // The mirror of R, which is L with dark and light exchanged.
            _ => text.extend(left.chars().rev().map(flip)),
        }
    }
    text.push_str("01010");
    for digit in &digits[7..] {
        text.extend(EAN_L[*digit].chars().map(flip));
    }
    text.push_str("101");
    Some(text.chars().map(|c| c == '1').collect())
}

fn flip(module: char) -> char {
    if module == '0' { '1' } else { '0' }
}

/// Widths of bars and spaces by value, 0–105; 106 is the stop.
const CODE128: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

/// Set B, and set C where at least four digits stand together.
fn code128(code: &str) -> Option<Vec<bool>> {
    let bytes = code.as_bytes();
    if bytes.is_empty()
        || bytes.len() > CODE128_CHARS
        || !bytes.iter().all(|b| (32..=126).contains(b))
    {
        return None;
    }
    let digits_from = |at: usize| {
        bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let mut values: Vec<usize> = Vec::new();
    let mut is_c = digits_from(0) >= 4 || bytes.len() == 2 && digits_from(0) == 2;
    values.push(if is_c { 105 } else { 104 });
    let mut at = 0;
    while at < bytes.len() {
        let run = digits_from(at);
        if is_c && run < 2 {
            values.push(100);
            is_c = false;
        } else if !is_c && run >= 4 && run % 2 == 0 {
            values.push(99);
            is_c = true;
        }
        if is_c {
            values.push(usize::from(bytes[at] - b'0') * 10 + usize::from(bytes[at + 1] - b'0'));
            at += 2;
        } else {
            values.push(usize::from(bytes[at] - 32));
            at += 1;
        }
    }
    let sum: usize = values
        .iter()
        .enumerate()
        .map(|(at, value)| value * at.max(1))
        .sum();
    values.extend([sum % 103, 106]);
    let mut modules = Vec::new();
    for value in values {
        let mut dark = true;
        for width in CODE128[value].bytes() {
            modules.extend(std::iter::repeat_n(dark, usize::from(width - b'0')));
            dark = !dark;
        }
    }
    Some(modules)
}

/// How the code is written below its bars.
fn caption(code: &str, symbology: Symbology) -> String {
    match symbology {
        Symbology::Ean13 if code.len() == 13 => {
            format!("{} {} {}", &code[..1], &code[1..7], &code[7..])
        }
        _ => code.to_string(),
    }
}

/// A picture with the sides' ratio `width / height`, the code written below the bars.
pub fn png(code: &str, symbology: Symbology, ratio: f64) -> Option<Vec<u8>> {
    let modules = bars(code, symbology)?;
    let width = (modules.len() + 2 * QUIET) as u32 * SCALE;
    let height = (f64::from(width) / ratio.clamp(1.0, 8.0)).round() as u32;
    let caption = caption(code, symbology);
    let letters = (caption.chars().count() as u32).max(1);
    // As large as fits, but no more than a quarter of the height.
    let size = (width / (letters * (GLYPH_WIDTH + 1)))
        .min(height / 4 / GLYPH_HEIGHT)
        .clamp(1, 5);
    let text_height = size * (GLYPH_HEIGHT + 3);
    let mut picture = GrayImage::from_pixel(width, height, Luma([255]));
    let bars_end = height.saturating_sub(text_height).max(1);
    for (at, dark) in modules.iter().enumerate() {
        let from = (at + QUIET) as u32 * SCALE;
        for x in (from..from + SCALE).filter(|_| *dark) {
            for y in 0..bars_end {
                picture.put_pixel(x, y, Luma([0]));
            }
        }
    }
    let text_width = letters * size * (GLYPH_WIDTH + 1);
    let mut x = width.saturating_sub(text_width) / 2;
    for c in caption.chars() {
        draw(&mut picture, c, (x, bars_end + 2 * size), size);
        x += size * (GLYPH_WIDTH + 1);
    }
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).ok()?;
    Some(out.into_inner())
}

fn draw(picture: &mut GrayImage, c: char, (left, top): (u32, u32), size: u32) {
    let rows = glyph(c);
    for (y, row) in (0u32..).zip(rows) {
        for x in (0..GLYPH_WIDTH).filter(|x| row >> (GLYPH_WIDTH - 1 - x) & 1 == 1) {
            for (dx, dy) in (0..size).flat_map(|dx| (0..size).map(move |dy| (dx, dy))) {
                let (px, py) = (left + x * size + dx, top + y * size + dy);
                if px < picture.width() && py < picture.height() {
                    picture.put_pixel(px, py, Luma([0]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(code: &str, symbology: Symbology) -> String {
        let modules = bars(code, symbology).unwrap();
        modules
            .iter()
            .map(|dark| if *dark { '1' } else { '0' })
            .collect()
    }

    #[test]
    fn ean13_as_the_standard_has_it() {
        // ISO/IEC 15420's sets, written out by hand for 4003994155486.
        let expected = [
            "101", "0001101", "0100111", "0111101", "0001011", "0010111", "0011101", "01010",
            "1100110", "1001110", "1001110", "1011100", "1001000", "1010000", "101",
        ];
        assert_eq!(shown("4003994155486", Symbology::Ean13), expected.concat());
        for bad in ["4003994155487", "400399415548", "40039941554860", "abc"] {
            assert_eq!(bars(bad, Symbology::Ean13), None, "{bad}");
        }
    }

    #[test]
    fn code128_as_the_standard_has_it() {
        // "PJJ123C": start B 104, values 48 42 42 17 18 19 35, check 55.
        let values = [104, 48, 42, 42, 17, 18, 19, 35, 55, 106];
        let widths: String = values.iter().map(|value| CODE128[*value]).collect();
        let runs: String = shown("PJJ123C", Symbology::Code128)
            .as_bytes()
            .chunk_by(|a, b| a == b)
            .map(|run| run.len().to_string())
            .collect();
        assert_eq!(runs, widths);
        assert!(
            CODE128[..106]
                .iter()
                .all(|widths| widths.bytes().map(|b| b - b'0').sum::<u8>() == 11)
        );
        assert_eq!(bars("品", Symbology::Code128), None);
        // Pairs of digits take one symbol: start, 4 pairs, check, stop.
        assert_eq!(
            bars("12345678", Symbology::Code128).unwrap().len(),
            6 * 11 + 13
        );
    }

    #[test]
    fn the_symbology_follows_the_code() {
        assert_eq!(fitting("4006381333931"), Some(Symbology::Ean13));
        assert_eq!(fitting("4006381333932"), Some(Symbology::Code128));
        assert_eq!(fitting("AB-12"), Some(Symbology::Code128));
        assert_eq!(fitting("杯子"), None);
        assert_eq!(fitting(""), None);
        let picture = png("AB-12", Symbology::Code128, 2.5).unwrap();
        let picture = image::load_from_memory(&picture).unwrap();
        assert!((f64::from(picture.width()) / f64::from(picture.height()) - 2.5).abs() < 0.05);
    }
}
