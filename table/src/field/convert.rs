//! Changing a field's type: every cell by way of its value where that is lossless, else by its text.

use super::FieldType;
use crate::{
    column::Column,
    value::{CellState, CellValue},
};

/// The cells of a field under another type. What does not fit becomes a misfit that holds the text as
/// shown before; a misfit that fits the new type becomes a value again.
pub fn convert(cells: &Column, from: &FieldType, to: &FieldType) -> Column {
    let kind = to.kind();
    // Not every text is a phone number, and a day has no time.
    let is_narrower = matches!(to, FieldType::Date | FieldType::Phone);
    if kind == cells.kind() && from.options() == to.options() && !is_narrower {
        let mut same = cells.clone();
        reread_misfits(&mut same, to);
        return same;
    }
    let mut out = Column::new(kind);
    for at in 0..cells.len() {
        out.push(convert_cell(&cells.get(at), from, to));
    }
    out
}

fn reread_misfits(cells: &mut Column, to: &FieldType) {
    let misfits: Vec<u32> = cells.side().keys().copied().collect();
    for at in misfits {
        if let CellState::Misfit(text) = cells.get(at as usize) {
            cells.set(at as usize, to.parse(&text));
        }
    }
}

fn convert_cell(state: &CellState, from: &FieldType, to: &FieldType) -> CellState {
    match (state, to) {
        (state, _) if state.is_blank() => CellState::BLANK,
        (CellState::Misfit(text), _) => to.parse(text),
        (CellState::Pending, _) => CellState::BLANK,
        (CellState::Value(CellValue::Date(day)), FieldType::Date) => {
            CellValue::Date(day.floor()).into()
        }
        (CellState::Value(CellValue::Date(day)), FieldType::DateTime) => {
            CellValue::Date(*day).into()
        }
        (
            CellState::Value(CellValue::Number(value)),
            FieldType::Number { .. } | FieldType::Currency { .. } | FieldType::Percent { .. },
        ) => CellValue::Number(*value).into(),
        (CellState::Value(CellValue::Bool(flag)), FieldType::Number { .. }) => {
            CellValue::Number(f64::from(u8::from(*flag))).into()
        }
        (CellState::Value(CellValue::Number(value)), FieldType::Checkbox)
            if *value == 0.0 || *value == 1.0 =>
        {
            CellValue::Bool(*value == 1.0).into()
        }
        // The text as typed, not as shown: a currency sign or a unit is the old field's, not the value's.
        (CellState::Value(CellValue::Number(_)), _) => to.parse(&from.edit_text(state)),
        _ => to.parse(&from.display(state)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{column::ColumnKind, field::select::options_from};

    #[test]
    fn misfits_keep_the_input_and_come_back() {
        let number = FieldType::Number {
            decimals: None,
            thousands: false,
            unit: String::new(),
        };
        let texts = ["12", "abc", "", "1,200"].map(|text| CellValue::text(text).into());
        let cells = Column::from_states(ColumnKind::Text, texts);
        let numbers = convert(&cells, &FieldType::Text, &number);
        assert_eq!(numbers.get(0), CellValue::Number(12.0).into());
        assert_eq!(numbers.get(1), CellState::Misfit("abc".into()));
        assert_eq!(numbers.get(3), CellValue::Number(1200.0).into());
        let back = convert(&numbers, &number, &FieldType::Text);
        assert_eq!(back.get(1), CellValue::text("abc").into());
        let select = FieldType::Select {
            options: options_from(["12", "abc"]),
        };
        let chosen = convert(&numbers, &number, &select);
        assert_eq!(select.display(&chosen.get(0)), "12");
        assert_eq!(select.display(&chosen.get(1)), "abc");
    }
}
