//! A view: which records of a table are seen, in which order, with which fields.

use crate::{
    field::date::{civil, day_number},
    id::{FieldId, ViewId},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub id: ViewId,
    pub name: String,
    #[serde(default)]
    pub kind: ViewKind,
    #[serde(default)]
    pub filter: Filter,
    #[serde(default)]
    pub sorts: Vec<Sort>,
    /// At most [`crate::limits::GROUP_FIELDS`].
    #[serde(default)]
    pub groups: Vec<Sort>,
    /// Field settings that differ from the default, in no particular order.
    #[serde(default)]
    pub fields: Vec<ViewField>,
    #[serde(default)]
    pub row_height: RowHeight,
    /// Fields left of the frozen border.
    #[serde(default)]
    pub frozen_fields: u32,
    #[serde(default)]
    pub removed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewKind {
    #[default]
    Grid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewField {
    pub field: FieldId,
    #[serde(default)]
    pub hidden: bool,
    /// Pixels at 100 %; absent: by type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<Aggregate>,
}

/// Row heights of the grid: 28, 32, 40, 64, 96 px.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowHeight {
    Compact,
    #[default]
    Normal,
    Comfortable,
    Picture,
    LargePicture,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    Sum,
    Average,
    Min,
    Max,
    Count,
    Filled,
    Blank,
    Distinct,
    Median,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub field: FieldId,
    #[serde(default)]
    pub descending: bool,
    /// Dates of one such span stand together; absent: each moment by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<DateSpan>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateSpan {
    Day,
    Month,
    Year,
}

impl DateSpan {
    /// The first moment of the span that a day number lies in.
    pub fn start(self, day: f64) -> f64 {
        let (year, month, _) = civil(day);
        let start = match self {
            DateSpan::Day => None,
            DateSpan::Month => day_number(year, month, 1),
            DateSpan::Year => day_number(year, 1, 1),
        };
        start.unwrap_or(day.floor())
    }
}

/// Conditions joined by and / or; no condition lets every record through.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Filter {
    #[serde(default)]
    pub any: bool,
    #[serde(default)]
    pub conditions: Vec<Condition>,
    #[serde(default)]
    pub groups: Vec<Filter>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    pub field: FieldId,
    pub operator: Operator,
    /// As typed by the user; parsed by the field's type. For dates also a period that moves with the calendar,
    /// such as `@today`, `@this_month` or `@last_days:7`.
    #[serde(default)]
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Is,
    IsNot,
    Contains,
    NotContains,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    IsBlank,
    IsNotBlank,
    /// A cell whose input does not fit the field.
    IsMisfit,
    /// An AI cell in the state named by `value` (`ok`, `failed`, `stale`, …).
    AiState,
    StartsWith,
    EndsWith,
    /// `value` is `from..to`, both ends included; either may be absent.
    Between,
    NotBetween,
    /// `value` lists option ids, separated by commas.
    AnyOf,
    NoneOf,
    AllOf,
    /// How many pictures or options a cell holds; a blank one holds none.
    CountIs,
    CountAtLeast,
    CountAtMost,
    /// A misfit or an error.
    HasProblem,
}

impl Operator {
    /// Whether a condition with this operator means something without a value.
    pub fn needs_value(self) -> bool {
        !matches!(
            self,
            Operator::IsBlank | Operator::IsNotBlank | Operator::IsMisfit | Operator::HasProblem
        )
    }
}

impl View {
    /// The plain grid that every table starts with.
    pub fn grid(id: ViewId, name: impl Into<String>) -> View {
        View {
            id,
            name: name.into(),
            kind: ViewKind::Grid,
            filter: Filter::default(),
            sorts: Vec::new(),
            groups: Vec::new(),
            fields: Vec::new(),
            row_height: RowHeight::Normal,
            frozen_fields: 1,
            removed: false,
        }
    }
}
