//! Fields: what a column means, how input is read and how a value is shown.
//!
//! [`FieldType`] is the closed registry; each type's reading and showing stands in its own file.
//! Law: `parse` never fails and never loses input: what does not fit becomes a misfit with the text as typed.

use crate::{
    column::ColumnKind,
    id::{ColumnId, FieldId, OptionId},
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiSettings {
    /// Name of a configured model; empty: the base's default, `offline-trial` where none is configured.
    #[serde(default)]
    pub model: String,
    #[serde(default)]
    pub policy: AiPolicy,
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
            FieldType::Formula(_) => "formula",
        }
    }

    /// How the type's cells are stored.
    pub fn kind(&self) -> ColumnKind {
        match self {
            FieldType::Text | FieldType::LongText | FieldType::Url => ColumnKind::Text,
            FieldType::Number { .. } | FieldType::Currency { .. } | FieldType::Percent { .. } => {
                ColumnKind::Number
            }
            FieldType::Date | FieldType::DateTime => ColumnKind::Date,
            FieldType::Checkbox => ColumnKind::Bool,
            FieldType::Select { .. } | FieldType::MultiSelect { .. } => ColumnKind::Options,
            FieldType::Attachment => ColumnKind::Attachments,
            FieldType::Formula(spec) => spec.result.kind(),
        }
    }

    pub fn options(&self) -> Option<&[SelectOption]> {
        match self {
            FieldType::Select { options } | FieldType::MultiSelect { options } => Some(options),
            FieldType::Formula(spec) => spec.result.options(),
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
    pub fn formula(&self) -> Option<&FormulaSpec> {
        self.field_type.formula()
    }

    /// True for a formula field whose formula asks an AI model.
    pub fn is_ai(&self) -> bool {
        self.formula().is_some_and(|spec| spec.ai.is_some())
    }

    /// True where people type into the cells (an AI field counts: an edit locks the cell).
    pub fn is_editable(&self) -> bool {
        self.formula().is_none_or(|spec| spec.ai.is_some())
    }
}
