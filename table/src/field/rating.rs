//! Ratings: whole numbers from 1 to a highest mark, drawn as stars.
//!
//! Law: a mark outside the scale, or a half one, is a misfit with the text kept.

use super::number;
use crate::value::{CellState, CellValue};

/// The highest mark that a field may have.
pub const MOST: u8 = 10;

pub(super) fn parse(max: u8, input: &str) -> Option<CellState> {
    let text = input.trim();
    let mark = stars(text).or_else(|| {
        let text = text.trim_end_matches(['星', '分', '★', '⭐']).trim_end();
        let (mark, of) = text
            .split_once('/')
            .map_or((text, None), |(mark, of)| (mark, Some(of)));
        let same_scale = of.is_none_or(|of| of.trim().parse() == Ok(max));
        let read = number::read(mark).filter(|read| !read.percent && read.currency.is_none())?;
        same_scale.then_some(read.value)
    })?;
    (mark.fract() == 0.0 && (1.0..=f64::from(max)).contains(&mark))
        .then(|| CellValue::Number(mark).into())
}

/// `★★★☆☆` is three.
fn stars(text: &str) -> Option<f64> {
    let (mut full, mut any) = (0u32, false);
    for c in text.chars() {
        match c {
            '★' | '⭐' => full += 1,
            '☆' | '\u{fe0f}' => {}
            _ => return None,
        }
        any = true;
    }
    any.then_some(f64::from(full))
}

#[cfg(test)]
mod tests {
    use crate::{
        field::FieldType,
        value::{CellState, CellValue},
    };

    #[test]
    fn marks_are_read_on_their_scale() {
        let rating = FieldType::Rating { max: 5 };
        for (typed, mark) in [
            ("4", Some(4.0)),
            ("５", Some(5.0)),
            ("★★★☆☆", Some(3.0)),
            ("⭐⭐", Some(2.0)),
            ("4星", Some(4.0)),
            ("4/5", Some(4.0)),
            ("5.0", Some(5.0)),
            ("0", None),
            ("6", None),
            ("3.5", None),
            ("4/10", None),
            ("☆☆☆", None),
            ("好评", None),
            ("50%", None),
        ] {
            let want = mark.map_or(CellState::Misfit(typed.into()), |mark| {
                CellValue::Number(mark).into()
            });
            assert_eq!(rating.parse(typed), want, "{typed}");
        }
        assert_eq!(rating.display(&CellValue::Number(4.0).into()), "4");
        assert_eq!(rating.parse(""), CellState::BLANK);
    }
}
