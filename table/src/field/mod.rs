//! Fields: what a column means, how input is read and how a value is shown.
//!
//! [`FieldType`] is the closed registry; each type's reading and showing stands in its own file.
//! Law: `parse` never fails and never loses input: what does not fit becomes a misfit with the text as typed.

pub mod auto_number;
pub mod barcode;
pub mod button;
pub mod convert;
pub mod date;
pub mod decimal;
pub mod duration;
pub mod email;
pub mod link;
pub mod number;
mod phone;
pub mod rating;
pub mod select;
pub mod text;

pub use button::ButtonAction;
pub use convert::convert;
pub use link::LinkSpec;

use crate::{
    column::ColumnKind,
    id::{ColumnId, FieldId, OptionId},
    rule::Rule,
    value::{CellState, CellValue},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub id: FieldId,
    /// Where the cells are; changes when the type changes.
    pub column: ColumnId,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(flatten)]
    pub field_type: FieldType,
    /// In the trash; its column is kept.
    #[serde(default)]
    pub removed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldType {
    Text,
    LongText,
    Number {
        /// Digits after the point; absent: as many as the value has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decimals: Option<u8>,
        #[serde(default)]
        thousands: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        unit: String,
    },
    Currency {
        /// ISO 4217.
        code: String,
        decimals: u8,
    },
    Percent {
        decimals: u8,
    },
    Date,
    DateTime,
    Checkbox,
    Select {
        options: Vec<SelectOption>,
    },
    MultiSelect {
        options: Vec<SelectOption>,
    },
    Attachment,
    Url,
    /// A text: never an amount, never regrouped.
    Phone,
    Email,
    /// A text with every digit; a wrong check digit is a misfit.
    Barcode,
    /// A whole number from 1 to `max`.
    Rating {
        max: u8,
    },
    /// A share as in `Percent`, drawn as a bar.
    Progress {
        #[serde(default)]
        decimals: u8,
    },
    /// Seconds; shown as `h:mm` or `h:mm:ss`.
    Duration {
        #[serde(default)]
        seconds: bool,
    },
    /// Names of people; cells hold options, as in a multi-select.
    Person {
        options: Vec<SelectOption>,
    },
    /// Given by the writer: see [`auto_number`].
    AutoNumber {
        pattern: String,
        /// The first record that has its number by its id; 0: the writer has not begun.
        #[serde(default)]
        from_record: u64,
        /// The number of that record; before the writer began, the least one wanted.
        #[serde(default)]
        from_number: u64,
    },
    /// Given by the writer, as the next three.
    CreatedTime,
    ModifiedTime,
    CreatedBy,
    ModifiedBy,
    Button {
        #[serde(default)]
        label: String,
        action: ButtonAction,
    },
    /// Records of a table; the cells hold what they are called, see [`link`].
    Link(LinkSpec),
    Formula(FormulaSpec),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelectOption {
    /// Absent on input: the engine gives a new one.
    #[serde(default)]
    pub id: OptionId,
    pub name: String,
    /// 0–11: one of the twelve tints.
    #[serde(default)]
    pub color: u8,
}

/// A formula field. The source holds ids (`[#f3]`, `#t2[#f9]`), so that renaming never breaks it;
/// `formula::syntax` translates to and from names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormulaSpec {
    pub source: String,
    /// How results are stored and shown; never itself a formula.
    pub result: Box<FieldType>,
    /// Present exactly when the formula contains an AI function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ai: Option<AiSettings>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AiSettings {
    /// Name of a configured model; empty: the base's default, `offline-trial` where none is configured.
    #[serde(default)]
    pub model: String,
    #[serde(default)]
    pub policy: AiPolicy,
    /// What answers must keep, see [`crate::rule`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Times that a question is asked again with the broken rule; absent: [`crate::rule::RETRIES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AiPolicy {
    /// Runs only when a person says so; changed inputs make the cell stale.
    #[default]
    Manual,
    /// Changed inputs queue the cell by themselves.
    Auto,
}

impl FieldType {
    /// The stable key of the type, as on the wire.
    pub fn key(&self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::LongText => "long_text",
            FieldType::Number { .. } => "number",
            FieldType::Currency { .. } => "currency",
            FieldType::Percent { .. } => "percent",
            FieldType::Date => "date",
            FieldType::DateTime => "date_time",
            FieldType::Checkbox => "checkbox",
            FieldType::Select { .. } => "select",
            FieldType::MultiSelect { .. } => "multi_select",
            FieldType::Attachment => "attachment",
            FieldType::Url => "url",
            FieldType::Phone => "phone",
            FieldType::Email => "email",
            FieldType::Barcode => "barcode",
            FieldType::Rating { .. } => "rating",
            FieldType::Progress { .. } => "progress",
            FieldType::Duration { .. } => "duration",
            FieldType::Person { .. } => "person",
            FieldType::AutoNumber { .. } => "auto_number",
            FieldType::CreatedTime => "created_time",
            FieldType::ModifiedTime => "modified_time",
            FieldType::CreatedBy => "created_by",
            FieldType::ModifiedBy => "modified_by",
            FieldType::Button { .. } => "button",
            FieldType::Link(_) => "link",
            FieldType::Formula(_) => "formula",
        }
    }

    /// How the type's cells are stored.
    pub fn kind(&self) -> ColumnKind {
        match self {
            FieldType::Text
            | FieldType::LongText
            | FieldType::Url
            | FieldType::Phone
            | FieldType::Email
            | FieldType::Barcode
            | FieldType::AutoNumber { .. }
            | FieldType::CreatedBy
            | FieldType::ModifiedBy
            | FieldType::Button { .. }
            | FieldType::Link(_) => ColumnKind::Text,
            FieldType::Number { .. }
            | FieldType::Currency { .. }
            | FieldType::Percent { .. }
            | FieldType::Rating { .. }
            | FieldType::Progress { .. }
            | FieldType::Duration { .. } => ColumnKind::Number,
            FieldType::Date
            | FieldType::DateTime
            | FieldType::CreatedTime
            | FieldType::ModifiedTime => ColumnKind::Date,
            FieldType::Checkbox => ColumnKind::Bool,
            FieldType::Select { .. } | FieldType::MultiSelect { .. } | FieldType::Person { .. } => {
                ColumnKind::Options
            }
            FieldType::Attachment => ColumnKind::Attachments,
            FieldType::Formula(spec) => spec.result.kind(),
        }
    }

    /// Reads what a person typed or pasted. Never fails: what does not fit is a misfit with the text kept.
    pub fn parse(&self, input: &str) -> CellState {
        let blank = input.trim().is_empty();
        let fitted = match self {
            FieldType::Text => Some(text::parse_text(input, true)),
            FieldType::LongText => Some(text::parse_text(input, false)),
            _ if blank => Some(CellState::BLANK),
            FieldType::Url
            | FieldType::AutoNumber { .. }
            | FieldType::CreatedBy
            | FieldType::ModifiedBy => Some(CellValue::text(input.trim()).into()),
            FieldType::Phone => phone::parse(input),
            FieldType::Email => email::parse(input),
            FieldType::Barcode => barcode::parse(input),
            FieldType::Number { .. }
            | FieldType::Currency { .. }
            | FieldType::Percent { .. }
            | FieldType::Progress { .. } => number::parse(self, input),
            FieldType::Rating { max } => rating::parse(*max, input),
            FieldType::Duration { seconds } => duration::parse(input, *seconds),
            FieldType::Date => date::parse(input, false),
            FieldType::DateTime | FieldType::CreatedTime | FieldType::ModifiedTime => {
                date::parse(input, true)
            }
            FieldType::Checkbox => {
                text::read_checkbox(input).map(|flag| CellValue::Bool(flag).into())
            }
            FieldType::Select { options } => Some(select::parse(options, input, false)),
            FieldType::MultiSelect { options } | FieldType::Person { options } => {
                Some(select::parse(options, input, true))
            }
            // Which records are meant only the engine can tell.
            FieldType::Attachment | FieldType::Button { .. } | FieldType::Link(_) => None,
            FieldType::Formula(spec) => Some(spec.result.parse(input)),
        };
        fitted.unwrap_or_else(|| CellState::Misfit(input.into()))
    }

    /// True where the text would be a value.
    pub fn fits(&self, input: &str) -> bool {
        matches!(self.parse(input), CellState::Value(_))
    }

    /// The text that the grid, CSV files and AI prompts show; blank and pending cells are empty.
    pub fn display(&self, state: &CellState) -> String {
        match state {
            CellState::Value(value) => self.display_value(value),
            CellState::Error(error) => error.code().into(),
            CellState::Pending => String::new(),
            CellState::Misfit(text) => text.to_string(),
        }
    }

    fn display_value(&self, value: &CellValue) -> String {
        match (value, self) {
            (value, FieldType::Formula(spec)) => spec.result.display_value(value),
            (CellValue::Blank, _) => String::new(),
            (CellValue::Number(value), _) => number::display(self, *value),
            (CellValue::Text(text), _) => text.to_string(),
            (CellValue::Bool(flag), _) => if *flag { "TRUE" } else { "FALSE" }.into(),
            (CellValue::Date(day), FieldType::Date) => date::date_text(*day),
            (CellValue::Date(day), _) => date::date_time_text(*day),
            (CellValue::Options(ids), _) => {
                select::display(self.options().unwrap_or_default(), ids)
            }
            (CellValue::Attachments(files), _) => files
                .iter()
                .map(|file| file.name.as_ref())
                .collect::<Vec<_>>()
                .join(", "),
            (CellValue::Links(records), _) => records
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        }
    }

    /// The text an editor opens with: `parse(edit_text(x))` is x, with every digit of a number.
    pub fn edit_text(&self, state: &CellState) -> String {
        match (state, self) {
            (CellState::Value(CellValue::Number(value)), FieldType::Formula(spec)) => {
                number::edit_text(&spec.result, *value)
            }
            (CellState::Value(CellValue::Number(value)), _) => number::edit_text(self, *value),
            _ => self.display(state),
        }
    }

    /// True where not every cell of the same column kind is a value of the type.
    pub fn is_narrow(&self) -> bool {
        matches!(
            self,
            FieldType::Date
                | FieldType::Phone
                | FieldType::Email
                | FieldType::Barcode
                | FieldType::Rating { .. }
                | FieldType::Button { .. }
        )
    }

    /// Seconds, as a field or as a formula's result.
    pub fn is_duration(&self) -> bool {
        match self {
            FieldType::Formula(spec) => spec.result.is_duration(),
            other => matches!(other, FieldType::Duration { .. }),
        }
    }

    /// The settings brought within their bounds.
    pub fn bounded(mut self) -> FieldType {
        match &mut self {
            FieldType::Rating { max } => *max = (*max).clamp(1, rating::MOST),
            FieldType::Currency { decimals, .. }
            | FieldType::Percent { decimals }
            | FieldType::Progress { decimals } => *decimals = (*decimals).min(15),
            FieldType::AutoNumber { pattern, .. } => {
                *pattern = pattern.chars().take(auto_number::PATTERN_CHARS).collect();
            }
            _ => {}
        }
        self
    }

    pub fn options(&self) -> Option<&[SelectOption]> {
        match self {
            FieldType::Select { options }
            | FieldType::MultiSelect { options }
            | FieldType::Person { options } => Some(options),
            FieldType::Formula(spec) => spec.result.options(),
            _ => None,
        }
    }

    /// The options of a plain field, to change them.
    pub fn options_mut(&mut self) -> Option<&mut Vec<SelectOption>> {
        match self {
            FieldType::Select { options }
            | FieldType::MultiSelect { options }
            | FieldType::Person { options } => Some(options),
            _ => None,
        }
    }

    /// True where a cell may hold several options.
    pub fn holds_many(&self) -> bool {
        matches!(
            self,
            FieldType::MultiSelect { .. } | FieldType::Person { .. }
        )
    }

    /// True where the writer gives the cells: numbers, moments and makers of records.
    pub fn is_given(&self) -> bool {
        matches!(
            self,
            FieldType::AutoNumber { .. }
                | FieldType::CreatedTime
                | FieldType::ModifiedTime
                | FieldType::CreatedBy
                | FieldType::ModifiedBy
        )
    }

    /// True where the time of day is always shown.
    pub fn has_time(&self) -> bool {
        match self {
            FieldType::Formula(spec) => spec.result.has_time(),
            other => matches!(
                other,
                FieldType::DateTime | FieldType::CreatedTime | FieldType::ModifiedTime
            ),
        }
    }

    pub fn link(&self) -> Option<&LinkSpec> {
        match self {
            FieldType::Link(spec) => Some(spec),
            _ => None,
        }
    }

    pub fn formula(&self) -> Option<&FormulaSpec> {
        match self {
            FieldType::Formula(spec) => Some(spec),
            _ => None,
        }
    }
}

impl Field {
    pub fn link(&self) -> Option<&LinkSpec> {
        self.field_type.link()
    }

    /// Where edits go: the linked records of a link field, the cells themselves of any other.
    pub fn edited_column(&self) -> (ColumnId, ColumnKind) {
        match self.link() {
            Some(link) => (link.ids, ColumnKind::Links),
            None => (self.column, self.field_type.kind()),
        }
    }

    /// The highest column number that the field has.
    pub(crate) fn last_column(&self) -> u32 {
        self.column.0.max(self.link().map_or(0, |link| link.ids.0))
    }

    pub fn formula(&self) -> Option<&FormulaSpec> {
        self.field_type.formula()
    }

    /// True for a formula field whose formula asks an AI model.
    pub fn is_ai(&self) -> bool {
        self.formula().is_some_and(|spec| spec.ai.is_some())
    }

    /// True where people type into the cells (an AI field counts: an edit locks the cell).
    pub fn is_editable(&self) -> bool {
        !self.field_type.is_given()
            && !matches!(self.field_type, FieldType::Button { .. })
            && self.formula().is_none_or(|spec| spec.ai.is_some())
    }
}
