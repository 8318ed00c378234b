//! What can be wrong with a template, said so that its author can mend it.
//!
//! [`TemplateError`]: the file cannot be used at all. [`Problem`]: one placeholder is wrong, with its place.

use crate::model::Text2;

/// A file that cannot be a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("not an xlsx workbook")]
    NotAWorkbook,
    #[error("the workbook is encrypted")]
    Encrypted,
    #[error("the workbook unpacks to more than {limit_bytes} bytes")]
    TooLarge { limit_bytes: u64 },
    #[error("the workbook is damaged: {0}")]
    Damaged(String),
    #[error("the document would have {n_rows} rows in sheet {sheet}; Excel has room for 1,048,576")]
    TooManyRows { sheet: String, n_rows: u64 },
    #[error("{} placeholders are wrong", .0.len())]
    Placeholders(Vec<Problem>),
}

impl TemplateError {
    /// The stable code that callers tell apart.
    pub fn code(&self) -> &'static str {
        match self {
            TemplateError::NotAWorkbook => "template_no_workbook",
            TemplateError::Encrypted => "template_encrypted",
            TemplateError::TooLarge { .. } => "template_too_large",
            TemplateError::Damaged(_) => "template_damaged",
            TemplateError::TooManyRows { .. } => "document_too_many_rows",
            TemplateError::Placeholders(_) => "bad_placeholders",
        }
    }

    pub fn message(&self) -> Text2 {
        match self {
            TemplateError::NotAWorkbook => Text2::new(
                "这个文件不是 xlsx 工作簿。",
                "This file is no xlsx workbook.",
            ),
            TemplateError::Encrypted => Text2::new(
                "这个工作簿有打开密码，不能当模板。",
                "The workbook has a password and can't be a template.",
            ),
            TemplateError::TooLarge { limit_bytes } => {
                let mb = limit_bytes >> 20;
                Text2::new(
                    format!("模板太大，解压后超过 {mb} MB。"),
                    format!("The template is too large: more than {mb} MB unpacked."),
                )
            }
            TemplateError::Damaged(_) => Text2::new(
                "这个工作簿已损坏，读不出来。",
                "The workbook is damaged and can't be read.",
            ),
            TemplateError::TooManyRows { sheet, n_rows } => Text2::new(
                format!("工作表“{sheet}”会有 {n_rows} 行，超过 Excel 的上限。"),
                format!("Sheet “{sheet}” would have {n_rows} rows, more than Excel holds."),
            ),
            TemplateError::Placeholders(problems) => problems.first().map_or_else(
                || Text2::new("模板里的占位符不对。", "A placeholder is wrong."),
                |first| first.message.clone(),
            ),
        }
    }

    pub fn hint(&self) -> Text2 {
        match self {
            TemplateError::NotAWorkbook | TemplateError::Damaged(_) => Text2::new(
                "请用 Excel 或 WPS 打开它，另存为“Excel 工作簿 (*.xlsx)”，再上传。",
                "Open it in Excel or WPS, save it as “Excel workbook (*.xlsx)” and upload that.",
            ),
            TemplateError::Encrypted => Text2::new(
                "请在 Excel 或 WPS 里去掉密码，保存后再上传。",
                "Take the password off in Excel or WPS, save, and upload it again.",
            ),
            TemplateError::TooLarge { .. } => Text2::new(
                "请删掉用不到的工作表和大图片，再上传。",
                "Delete sheets and large pictures that aren't needed, and upload it again.",
            ),
            TemplateError::TooManyRows { .. } => {
                Text2::new("请少选一些记录。", "Choose fewer records.")
            }
            TemplateError::Placeholders(problems) => problems.first().map_or_else(
                || Text2::new("请改正后再上传。", "Mend it and upload it again."),
                |first| first.hint.clone(),
            ),
        }
    }
}

/// A placeholder that means nothing in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `unknown_field`, `unclosed`, `empty`, `not_a_link`, `two_lists`, `unknown_format`, …
    pub code: &'static str,
    pub sheet: String,
    /// `B7`
    pub cell: String,
    /// As written, with its braces.
    pub placeholder: String,
    /// Names sheet, cell and placeholder.
    pub message: Text2,
    /// What to do.
    pub hint: Text2,
    /// The placeholder as it probably was meant.
    pub suggestion: Option<String>,
}
