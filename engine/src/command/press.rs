//! Pressing a button: what it sets or adds is worked out here, in the writer, so that two presses count twice.

use super::{CellInput, Draft, cells};
use crate::error::CommandError;
use table::{
    column::ColumnKind,
    field::{ButtonAction, Field, FieldType, button::NOW, date, decimal},
    id::{FieldId, RecordId, TableId},
    schema::Schema,
    value::{CellState, CellValue},
};

pub(crate) fn press(
    draft: &mut Draft,
    table: TableId,
    record: RecordId,
    field: FieldId,
) -> Result<(), CommandError> {
    draft.expect_live(table, &[record])?;
    let FieldType::Button { action, .. } = draft.field(table, field)?.field_type.clone() else {
        return Err(CommandError::new(
            "not_a_button",
            "这个字段不是按钮。",
            "This field is no button.",
        ));
    };
    // A page is opened by the reader; there is nothing to write.
    let Some(target) = action.target() else {
        return Ok(());
    };
    let target = draft.field(table, target)?.clone();
    let input = match &action {
        ButtonAction::SetValue { value, .. } => set_to(draft, &target, value),
        ButtonAction::Increment { by, .. } => {
            let current = draft.data(table)?.cell(target.column, record);
            CellInput::Value(CellValue::Number(increased(current, *by, &target)?).into())
        }
        ButtonAction::OpenUrl { .. } => return Ok(()),
    };
    cells::write(draft, table, target.id, &[record], &[&input], false)
}

fn set_to(draft: &Draft, target: &Field, value: &str) -> CellInput {
    let is_date = target.field_type.kind() == ColumnKind::Date;
    match &draft.stamp {
        Some(stamp) if is_date && value.trim() == NOW => {
            let moment = date::to_seconds(stamp.now.now_day);
            let has_time = target.field_type.has_time();
            let moment = if has_time { moment } else { moment.floor() };
            CellInput::Value(CellValue::Date(moment).into())
        }
        _ if value.is_empty() => CellInput::Clear,
        _ => CellInput::Text(value.into()),
    }
}

/// What a number is after adding; blank counts as 0.
pub(super) fn increased(
    current: Option<CellState>,
    by: f64,
    target: &Field,
) -> Result<f64, CommandError> {
    let before = match current {
        Some(CellState::Value(CellValue::Number(number))) => number,
        None => 0.0,
        Some(state) if state.is_blank() => 0.0,
        Some(_) => return Err(CommandError::wrong_kind(&target.name)),
    };
    // 0.1 + 0.2 is 0.3 to the person who presses.
    let after = decimal::round(before + by, 10);
    if !after.is_finite() {
        return Err(CommandError::wrong_kind(&target.name));
    }
    match &target.field_type {
        FieldType::Rating { max } => Ok(after.clamp(1.0, f64::from(*max))),
        _ => Ok(after),
    }
}

/// Refuses a button that could do nothing.
pub(crate) fn check(
    schema: &Schema,
    table: TableId,
    action: &ButtonAction,
) -> Result<(), CommandError> {
    if let ButtonAction::OpenUrl { url } = action {
        return match url.trim().is_empty() {
            false => Ok(()),
            true => Err(CommandError::new(
                "bad_button",
                "按钮还没有网址。",
                "The button has no address yet.",
            )),
        };
    }
    let target = action.target().unwrap_or_default();
    let found = schema.table(table).and_then(|owner| owner.field(target));
    let fits = found.is_some_and(|field| match action {
        ButtonAction::Increment { by, .. } => {
            field.is_editable() && field.field_type.kind() == ColumnKind::Number && by.is_finite()
        }
        _ => field.is_editable() && field.field_type.kind() != ColumnKind::Attachments,
    });
    match fits {
        true => Ok(()),
        false => Err(CommandError::new(
            "bad_button",
            "按钮要改的字段不存在，或不能这样改。",
            "The field that the button should change is not there, or can't be changed so.",
        )
        .hint(
            "请选择一个可以编辑的字段；加减只能用于数字。",
            "Choose a field that can be edited; adding needs a number.",
        )),
    }
}
