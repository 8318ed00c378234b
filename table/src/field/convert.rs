//! Changing a field's type: every cell by way of its value where that is lossless, else by its text.

use super::{FieldType, decimal};
use crate::{
    column::{Column, TextValues},
    value::{CellState, CellValue},
};

/// The cells of a field under another type. What does not fit becomes a misfit that holds the text as
/// shown before; a misfit that fits the new type becomes a value again.
pub fn convert(cells: &Column, from: &FieldType, to: &FieldType) -> Column {
    let kind = to.kind();
    let same_unit = from.is_duration() == to.is_duration();
    let as_many = to.holds_many() || !from.holds_many();
    let fits_all = from.options() == to.options() && same_unit && as_many && !to.is_narrow();
    if kind == cells.kind() && fits_all {
        let mut same = cells.clone();
        reread_misfits(&mut same, to);
        return same;
    }
    if cells.texts().is_some() {
        return convert_texts(cells, from, to);
    }
    let mut out = Column::new(kind);
    for at in 0..cells.len() {
        out.push(convert_cell(&cells.get(at), from, to));
    }
    out
}

/// Each distinct text is read once; texts that stay texts stay where they are.
fn convert_texts(cells: &Column, from: &FieldType, to: &FieldType) -> Column {
    let n_codes = cells.texts().map_or(0, TextValues::n_codes);
    let mut known: Vec<Option<CellState>> = vec![None; n_codes];
    let mut read = |at: usize| match cells.texts().filter(|_| cells.valid().get(at)) {
        Some(texts) => known[texts.codes()[at] as usize]
            .get_or_insert_with(|| convert_cell(&cells.get(at), from, to))
            .clone(),
        None => convert_cell(&cells.get(at), from, to),
    };
    if to.kind() != cells.kind() {
        return Column::from_states(to.kind(), (0..cells.len()).map(read));
    }
    let mut out = cells.clone();
    for at in 0..cells.len() {
        let (before, after) = (cells.get(at), read(at));
        if after != before {
            out.set(at, after);
        }
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
        (CellState::Value(CellValue::Date(day)), to) if to.has_time() => {
            CellValue::Date(*day).into()
        }
        // A number says nothing of its unit: minutes or seconds, as a bare number typed into the field.
        (
            CellState::Value(CellValue::Number(value)),
            FieldType::Number { .. } | FieldType::Currency { .. },
        ) if from.is_duration() => {
            let unit = match from {
                FieldType::Duration { seconds: false } => 60.0,
                _ => 1.0,
            };
            CellValue::Number(decimal::round(value / unit, 10)).into()
        }
        (
            CellState::Value(CellValue::Number(value)),
            FieldType::Number { .. }
            | FieldType::Currency { .. }
            | FieldType::Percent { .. }
            | FieldType::Progress { .. },
        ) if !from.is_duration() => CellValue::Number(*value).into(),
        (CellState::Value(CellValue::Number(value)), FieldType::Duration { .. })
            if from.is_duration() =>
        {
            CellValue::Number(*value).into()
        }
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

    /// `from` → `to` → `from`: what the cell shows in between, and that it comes back as it was.
    #[test]
    fn types_turn_into_each_other_and_back() {
        let number = || FieldType::Number {
            decimals: None,
            thousands: false,
            unit: String::new(),
        };
        let minutes = FieldType::Duration { seconds: false };
        let rating = |max| FieldType::Rating { max };
        for (from, typed, to, shown, fits) in [
            (FieldType::Text, "a@b.cn", FieldType::Email, "a@b.cn", true),
            (FieldType::Text, "没有", FieldType::Email, "没有", false),
            (
                FieldType::Text,
                "0012345678905",
                FieldType::Barcode,
                "0012345678905",
                true,
            ),
            (
                FieldType::Text,
                "0012345678906",
                FieldType::Barcode,
                "0012345678906",
                false,
            ),
            (
                FieldType::Barcode,
                "4006381333932",
                FieldType::Text,
                "4006381333932",
                true,
            ),
            (number(), "4", rating(5), "4", true),
            (number(), "4.5", rating(5), "4.5", false),
            (rating(10), "8", rating(5), "8", false),
            (number(), "90", minutes.clone(), "1:30", true),
            (minutes.clone(), "0:00:01", number(), "0.0166666667", true),
            (minutes.clone(), "1:30", FieldType::Text, "1:30", true),
            (FieldType::Text, "1:00", minutes.clone(), "1:00", true),
            (
                minutes.clone(),
                "1:30",
                FieldType::Duration { seconds: true },
                "1:30:00",
                true,
            ),
            (
                FieldType::Percent { decimals: 0 },
                "45%",
                FieldType::Progress { decimals: 0 },
                "45%",
                true,
            ),
            (
                FieldType::Progress { decimals: 0 },
                "45%",
                number(),
                "0.45",
                true,
            ),
            (
                FieldType::Progress { decimals: 0 },
                "45%",
                minutes.clone(),
                "45%",
                false,
            ),
        ] {
            let was = from.parse(typed);
            let cells = Column::from_states(from.kind(), [was.clone()]);
            let there = convert(&cells, &from, &to);
            let got = there.get(0);
            assert_eq!(to.display(&got), shown, "{typed} as {}", to.key());
            assert_eq!(
                matches!(got, CellState::Value(_)),
                fits,
                "{typed} as {}",
                to.key()
            );
            let back = convert(&there, &to, &from);
            assert_eq!(
                from.display(&back.get(0)),
                from.display(&was),
                "{typed} by way of {}",
                to.key()
            );
        }
    }

    #[test]
    fn a_column_of_texts_is_its_cells() {
        let texts = ["a@b.cn", "没有", "12", "12", "", "li＠q.cn", "没有"];
        let mut cells = Column::from_states(
            ColumnKind::Text,
            texts.map(|text| CellValue::text(text).into()),
        );
        cells.push(CellState::Misfit("x@y.cn".into()));
        cells.push(CellState::Error(crate::value::CellError::Na));
        let select = FieldType::Select {
            options: options_from(["12", "没有"]),
        };
        for to in [
            FieldType::Email,
            FieldType::Date,
            FieldType::Rating { max: 20 },
            select,
        ] {
            let one_by_one =
                (0..cells.len()).map(|at| convert_cell(&cells.get(at), &FieldType::Text, &to));
            let wanted = Column::from_states(to.kind(), one_by_one);
            assert_eq!(
                convert(&cells, &FieldType::Text, &to),
                wanted,
                "{}",
                to.key()
            );
        }
    }

    #[test]
    fn several_options_do_not_fit_where_one_may_stand() {
        let options = options_from(["甲", "乙"]);
        let many = FieldType::MultiSelect {
            options: options.clone(),
        };
        let one = FieldType::Select { options };
        let cells = Column::from_states(many.kind(), ["甲、乙", "乙"].map(|text| many.parse(text)));
        let single = convert(&cells, &many, &one);
        assert_eq!(single.get(0), CellState::Misfit("甲, 乙".into()));
        assert_eq!(single.get(1), one.parse("乙"));
        assert_eq!(convert(&single, &one, &many), cells);
    }

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
