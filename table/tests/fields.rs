//! Laws of every field type over whatever people may type: reading never fails, never loses input, and the text that
//! an editor opens with reads back as the same cell.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use table::{
    column::Column,
    field::{FieldType, convert},
    fixture::read_type,
    value::CellState,
};

const TYPES: [&str; 21] = [
    "text",
    "long_text",
    "number",
    "number(箱)",
    "currency(CNY)",
    "percent",
    "progress",
    "rating(5)",
    "rating(10)",
    "duration",
    "duration(s)",
    "date",
    "date_time",
    "checkbox",
    "select(甲/12/a@b.cn)",
    "multi_select(甲/12/1:30)",
    "person(甲/小时)",
    "url",
    "phone",
    "email",
    "barcode",
];

fn types() -> Vec<FieldType> {
    TYPES.iter().map(|text| read_type(text).unwrap()).collect()
}

/// What people type, with the signs that mean something to some type.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+0-9:.,%¥元万 ]{0,10}",
        "[0-9]{1,4}:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,3})?)?",
        "[0-9]{1,3}(天|小时|h)[0-9]{0,2}(分|min|)",
        "[0-9]{8}|[0-9]{12,14}",
        "[a-z.＠@]{1,8}(@[a-z-]{1,5}\\.[a-z.]{1,4})?",
        "[★☆⭐]{0,6}",
        "(甲|12|a@b.cn|1:30|小时|是|√)(、(甲|12|小时))?",
        "20[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}( [0-9]{1,2}:[0-9]{2})?",
        "\\PC{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_typed_is_kept_and_reads_back(text in typed()) {
        for field in types() {
            let state = field.parse(&text);
            match &state {
                CellState::Misfit(kept) => prop_assert_eq!(&**kept, text.as_str(), "{}", field.key()),
                state => {
                    let again = field.parse(&field.edit_text(state));
                    prop_assert_eq!(&again, state, "{} {:?}", field.key(), text);
                }
            }
        }
    }

    /// A misfit keeps its text through a change of type, and is a value again when the type is changed back.
    #[test]
    fn misfits_turn_back_without_loss(text in typed(), from in 0..TYPES.len(), to in 0..TYPES.len()) {
        let (from, to) = (&types()[from], &types()[to]);
        let was = from.parse(&text);
        let cells = Column::from_states(from.kind(), [was.clone()]);
        let there = convert(&cells, from, to);
        let back = convert(&there, to, from).get(0);
        if matches!(there.get(0), CellState::Misfit(_)) {
            prop_assert_eq!(from.display(&back), from.display(&was), "{} → {}", from.key(), to.key());
        }
    }
}
