//! Bases, tables, fields and views as JSON.

use serde::Serialize;
use table::{
    field::{AiPolicy, ButtonAction, Field, FieldType, LinkSpec},
    rule::{RETRIES, Rule},
    schema::Table,
    snapshot::Snapshot,
    view::View,
};
use utoipa::ToSchema;

/// A base in the list of the start page.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, ToSchema)]
pub struct BaseRow {
    pub id: String,
    pub name: String,
    pub n_tables: u64,
    pub n_records: u64,
    /// Milliseconds since 1970.
    pub updated_ms: i64,
    pub size_bytes: u64,
    /// Set where the base cannot be opened: what is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
}

/// Everything about a base but its records.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaseView {
    pub id: String,
    pub name: String,
    pub revision: u64,
    pub tables: Vec<TableView>,
    pub status: StatusView,
    pub undo: UndoView,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StatusView {
    Ok,
    /// Writes are refused, reading and export go on.
    ReadOnly {
        /// Why, e.g. `disk_full`, `disk_error`, `file_in_use`, `log_damaged`, `cells_damaged`.
        code: String,
        /// What happened and what to do about it.
        reason: String,
    },
    Recomputing {
        done: u64,
        of: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UndoView {
    pub can_undo: bool,
    pub can_redo: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redo_label: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TableView {
    /// `t1`
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub n_records: u64,
    pub fields: Vec<FieldView>,
    pub views: Vec<ViewView>,
}

/// A field with its type's settings beside it (`type` says which).
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldView {
    /// `f1`
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(flatten)]
    pub field_type: FieldTypeView,
    /// The formula with names, where this is a formula field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula_text: Option<String>,
    /// Cells whose input does not fit the type.
    pub n_misfits: u64,
    /// True where people type into the cells (an AI field counts: an edit locks the cell).
    pub is_editable: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldTypeView {
    Text,
    LongText,
    Number {
        #[serde(skip_serializing_if = "Option::is_none")]
        decimals: Option<u8>,
        thousands: bool,
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
        options: Vec<OptionView>,
    },
    MultiSelect {
        options: Vec<OptionView>,
    },
    Attachment,
    Url,
    Phone,
    Email,
    /// A text; a wrong check digit of an EAN or UPC number is a misfit.
    Barcode,
    /// Whole numbers from 1 to `max`.
    Rating {
        max: u8,
    },
    /// A share as in `percent`, drawn as a bar.
    Progress {
        decimals: u8,
    },
    /// Cells are seconds; shown as `h:mm`, or `h:mm:ss` where `seconds` is set.
    Duration {
        seconds: bool,
    },
    /// Cells are lists of option ids, as in a multi-select.
    Person {
        options: Vec<OptionView>,
    },
    /// Texts given by the writer; `pattern` such as `CK-{yyyyMM}-{0000}`.
    AutoNumber {
        pattern: String,
    },
    CreatedTime,
    ModifiedTime,
    CreatedBy,
    ModifiedBy,
    /// Cells are always blank; `press_button` does the action.
    Button {
        label: String,
        action: ButtonActionView,
    },
    /// Cells are lists of linked records with what they are called, or the ids alone on input; a text names records.
    Link {
        /// The table of the linked records.
        table: String,
        /// At most one record per cell.
        single: bool,
        /// The field of the other table that shows the same links from there.
        #[serde(skip_serializing_if = "Option::is_none")]
        mirror: Option<String>,
    },
    Formula {
        /// The formula with ids (`[#f3]*2`).
        source: String,
        /// How results are shown; never itself a formula.
        #[schema(no_recursion)]
        result: Box<FieldTypeView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        ai: Option<AiSettingsView>,
    },
}

/// What a press on a button does.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum ButtonActionView {
    /// Opens a page; `[#f3]` in the address is the record's cell as shown, escaped.
    OpenUrl { url: String },
    /// Sets a field as if the text were typed; `{now}` is the moment of the press.
    SetValue { field: String, value: String },
    /// Adds to a number.
    Increment { field: String, by: f64 },
}

fn action_view(action: &ButtonAction) -> ButtonActionView {
    match action {
        ButtonAction::OpenUrl { url } => ButtonActionView::OpenUrl { url: url.clone() },
        ButtonAction::SetValue { field, value } => ButtonActionView::SetValue {
            field: field.to_string(),
            value: value.clone(),
        },
        ButtonAction::Increment { field, by } => ButtonActionView::Increment {
            field: field.to_string(),
            by: *by,
        },
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OptionView {
    /// `o1`
    pub id: String,
    pub name: String,
    /// 0–11: one of the twelve tints.
    pub color: u8,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AiSettingsView {
    /// Name of a configured model; empty: the default one.
    pub model: String,
    pub policy: AiPolicyView,
    /// What answers must keep: `[{"rule":"length","unit":"characters","max":75}, …]`.
    #[schema(value_type = Vec<Object>)]
    pub rules: Vec<Rule>,
    /// Times that a question is asked again with the broken rule.
    pub retries: u8,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AiPolicyView {
    Manual,
    Auto,
}

/// A view with its filter, sorts, groups and field settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewView {
    /// `v1`
    pub id: String,
    pub name: String,
    /// `grid`
    pub kind: String,
    pub filter: FilterView,
    pub sorts: Vec<SortView>,
    pub groups: Vec<SortView>,
    pub fields: Vec<ViewFieldView>,
    /// `compact`, `normal`, `comfortable`, `picture`, `large_picture`
    pub row_height: String,
    pub frozen_fields: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FilterView {
    pub any: bool,
    pub conditions: Vec<ConditionView>,
    #[schema(no_recursion)]
    pub groups: Vec<FilterView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionView {
    pub field: String,
    /// `is`, `is_not`, `contains`, `not_contains`, `less`, `less_or_equal`, `greater`, `greater_or_equal`,
    /// `is_blank`, `is_not_blank`, `is_misfit`, `ai_state`, `starts_with`, `ends_with`, `between`, `not_between`
    /// (`value` is `from..to`), `any_of`, `none_of`, `all_of` (`value` lists option ids, commas between), `count_is`,
    /// `count_at_least`, `count_at_most`, `has_problem`
    pub operator: String,
    /// As typed; for dates also `@today`, `@yesterday`, `@tomorrow`, `@this_week`, `@last_month`, `@next_year`, …,
    /// `@last_days:7`, `@next_days:30`.
    pub value: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SortView {
    pub field: String,
    pub descending: bool,
    /// `day`, `month` or `year`: dates of one such span stand together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ViewFieldView {
    pub field: String,
    pub hidden: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    /// `sum`, `average`, `min`, `max`, `count`, `filled`, `blank`, `distinct`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
}

/// The snake-case name of a plain enum variant.
pub fn name_of(variant: &impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn option_views(options: &[table::field::SelectOption]) -> Vec<OptionView> {
    options
        .iter()
        .map(|option| OptionView {
            id: option.id.to_string(),
            name: option.name.clone(),
            color: option.color,
        })
        .collect()
}

fn link_view(link: &LinkSpec) -> FieldTypeView {
    FieldTypeView::Link {
        table: link.table.to_string(),
        single: link.single,
        mirror: link.mirror.map(|field| field.to_string()),
    }
}

pub fn field_type_view(field_type: &FieldType) -> FieldTypeView {
    match field_type {
        FieldType::Text => FieldTypeView::Text,
        FieldType::LongText => FieldTypeView::LongText,
        FieldType::Number {
            decimals,
            thousands,
            unit,
        } => FieldTypeView::Number {
            decimals: *decimals,
            thousands: *thousands,
            unit: unit.clone(),
        },
        FieldType::Currency { code, decimals } => FieldTypeView::Currency {
            code: code.clone(),
            decimals: *decimals,
        },
        FieldType::Percent { decimals } => FieldTypeView::Percent {
            decimals: *decimals,
        },
        FieldType::Date => FieldTypeView::Date,
        FieldType::DateTime => FieldTypeView::DateTime,
        FieldType::Checkbox => FieldTypeView::Checkbox,
        FieldType::Select { options: list } => FieldTypeView::Select {
            options: option_views(list),
        },
        FieldType::MultiSelect { options: list } => FieldTypeView::MultiSelect {
            options: option_views(list),
        },
        FieldType::Attachment => FieldTypeView::Attachment,
        FieldType::Url => FieldTypeView::Url,
        FieldType::Phone => FieldTypeView::Phone,
        FieldType::Email => FieldTypeView::Email,
        FieldType::Barcode => FieldTypeView::Barcode,
        FieldType::Rating { max } => FieldTypeView::Rating { max: *max },
        FieldType::Progress { decimals } => FieldTypeView::Progress {
            decimals: *decimals,
        },
        FieldType::Duration { seconds } => FieldTypeView::Duration { seconds: *seconds },
        FieldType::Person { options: list } => FieldTypeView::Person {
            options: option_views(list),
        },
        FieldType::AutoNumber { pattern, .. } => FieldTypeView::AutoNumber {
            pattern: pattern.clone(),
        },
        FieldType::CreatedTime => FieldTypeView::CreatedTime,
        FieldType::ModifiedTime => FieldTypeView::ModifiedTime,
        FieldType::CreatedBy => FieldTypeView::CreatedBy,
        FieldType::ModifiedBy => FieldTypeView::ModifiedBy,
        FieldType::Button { label, action } => FieldTypeView::Button {
            label: label.clone(),
            action: action_view(action),
        },
        FieldType::Link(link) => link_view(link),
        FieldType::Formula(spec) => FieldTypeView::Formula {
            source: spec.source.clone(),
            result: Box::new(field_type_view(&spec.result)),
            ai: spec.ai.as_ref().map(|ai| AiSettingsView {
                model: ai.model.clone(),
                policy: match ai.policy {
                    AiPolicy::Manual => AiPolicyView::Manual,
                    AiPolicy::Auto => AiPolicyView::Auto,
                },
                rules: ai.rules.clone(),
                retries: ai.retries.unwrap_or(RETRIES),
            }),
        },
    }
}

pub fn table_view(snapshot: &Snapshot, table: &Table) -> TableView {
    TableView {
        id: table.id.to_string(),
        name: table.name.clone(),
        description: table.description.clone(),
        n_records: snapshot.data(table.id).map_or(0, |data| data.n_live),
        fields: table
            .live_fields()
            .map(|field| field_view(snapshot, table, field))
            .collect(),
        views: table.live_views().map(view_view).collect(),
    }
}

pub fn field_view(snapshot: &Snapshot, table: &Table, field: &Field) -> FieldView {
    FieldView {
        id: field.id.to_string(),
        name: field.name.clone(),
        description: field.description.clone(),
        field_type: field_type_view(&field.field_type),
        formula_text: field
            .formula()
            .map(|spec| formula::source_to_text(&spec.source, &snapshot.schema, table.id)),
        n_misfits: snapshot
            .data(table.id)
            .map_or(0, |data| data.n_misfits(field.column)),
        is_editable: field.is_editable(),
    }
}

pub fn view_view(view: &View) -> ViewView {
    let sorts = |sorts: &[table::view::Sort]| {
        sorts
            .iter()
            .map(|sort| SortView {
                field: sort.field.to_string(),
                descending: sort.descending,
                by: sort.by.as_ref().map(name_of),
            })
            .collect()
    };
    ViewView {
        id: view.id.to_string(),
        name: view.name.clone(),
        kind: name_of(&view.kind),
        filter: filter_view(&view.filter),
        sorts: sorts(&view.sorts),
        groups: sorts(&view.groups),
        fields: view
            .fields
            .iter()
            .map(|field| ViewFieldView {
                field: field.field.to_string(),
                hidden: field.hidden,
                width_px: field.width_px,
                footer: field.footer.as_ref().map(name_of),
            })
            .collect(),
        row_height: name_of(&view.row_height),
        frozen_fields: view.frozen_fields,
    }
}

fn filter_view(filter: &table::view::Filter) -> FilterView {
    FilterView {
        any: filter.any,
        conditions: filter
            .conditions
            .iter()
            .map(|condition| ConditionView {
                field: condition.field.to_string(),
                operator: name_of(&condition.operator),
                value: condition.value.clone(),
            })
            .collect(),
        groups: filter.groups.iter().map(filter_view).collect(),
    }
}
