//! Whether a formula gives what the file says: computed cells against the values that Excel had stored.
//!
//! Pure. Law: a difference that a person could see counts; float noise does not. Tests: at the end of this file.

use table::{
    raw::RawCell,
    value::{CellState, CellValue},
};

/// Relative difference that sums in another order may have.
const NOISE: f64 = 1e-9;

/// True if a person would call both cells the same.
pub fn agrees(file: &RawCell, computed: &CellState) -> bool {
    match (file, computed) {
        (RawCell::Error(said), CellState::Error(got)) => said == got,
        (RawCell::Error(_), _)
        | (_, CellState::Error(_) | CellState::Pending | CellState::Misfit(_)) => false,
        (file, CellState::Value(value)) => agrees_with_value(file, value),
    }
}

fn agrees_with_value(file: &RawCell, value: &CellValue) -> bool {
    match (file, value) {
        (file, value) if file.is_blank() => value.is_blank(),
        (
            RawCell::Number { value: said, .. } | RawCell::Date { value: said, .. },
            CellValue::Number(got) | CellValue::Date(got),
        ) => (said - got).abs() <= NOISE * said.abs().max(got.abs()).max(1.0),
        (RawCell::Bool(said), CellValue::Bool(got)) => said == got,
        (RawCell::Text(said), CellValue::Text(got)) => said.trim() == got.trim(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use table::value::CellError;

    fn number(value: f64) -> RawCell {
        RawCell::Number { value, shown: None }
    }

    #[test]
    fn visible_differences_count_and_noise_does_not() {
        let text = |text: &str| RawCell::Text(text.into());
        let cases: Vec<(RawCell, CellState, bool)> = vec![
            (number(0.3), CellValue::Number(0.1 + 0.2).into(), true),
            (number(1e15), CellValue::Number(1e15 + 1.0).into(), true),
            (number(12.0), CellValue::Number(12.01).into(), false),
            (number(0.0), CellState::BLANK, false),
            (RawCell::Blank, CellState::BLANK, true),
            (text(""), CellValue::text("").into(), true),
            (RawCell::Blank, CellValue::Number(3.0).into(), false),
            (text(" A "), CellValue::text("A").into(), true),
            (text("12"), CellValue::Number(12.0).into(), false),
            (RawCell::Bool(true), CellValue::Bool(true).into(), true),
            (
                RawCell::Error(CellError::Div0),
                CellState::Error(CellError::Div0),
                true,
            ),
            (
                RawCell::Error(CellError::Div0),
                CellState::Error(CellError::Na),
                false,
            ),
            (number(1.0), CellState::Pending, false),
        ];
        for (file, computed, expected) in cases {
            assert_eq!(agrees(&file, &computed), expected, "{file:?} {computed:?}");
        }
    }
}
