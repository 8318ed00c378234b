//! What an import into a table would do, for people.
//!
//! Type: [`Comparison`]: how many of each, and the first lines of each. Law: counts are of everything, lines are bounded
//! ([`crate::limits::KEPT_LINES`]). Tests: `jobs/tests/import_into.rs`.

use crate::limits::KEPT_LINES;
use connectors::model::Text2;
use serde::Serialize;
use table::id::{FieldId, RecordId};

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Comparison {
    /// Stands for everything that would be done; another one, another outcome.
    pub seen: String,
    pub n_rows: u64,
    /// Rows that become new records.
    pub n_added: u64,
    /// Records that change, and their cells.
    pub n_changed: u64,
    pub n_cells: u64,
    pub n_unchanged: u64,
    /// Records that are not in the file.
    pub n_missing: u64,
    /// Rows that are left out: their key stands twice, is missing, is not in the table.
    pub n_left_out: u64,
    /// Values that do not fit their field.
    pub n_misfits: u64,
    /// Lines of `problems`, kept or not.
    pub n_problems: u64,
    /// Cells of columns that are only looked at, and hold something else now.
    pub n_locked_changed: u64,
    /// Options that would be made, by field.
    pub new_options: Vec<NewOptions>,
    /// Fields that would be made.
    pub new_fields: Vec<String>,
    pub added: Vec<Line>,
    pub changed: Vec<Line>,
    pub missing: Vec<Line>,
    pub problems: Vec<ProblemLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewOptions {
    pub field: String,
    pub names: Vec<String>,
}

/// A row, a record, or both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Row of the file, from 1.
    pub row: Option<u64>,
    pub record: Option<RecordId>,
    /// What it is called.
    pub label: String,
    pub cells: Vec<CellLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellLine {
    pub name: String,
    /// Empty for new records.
    pub old: String,
    pub new: String,
    pub is_misfit: bool,
}

/// Something in the file (or the table) that is not done as it stands there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProblemLine {
    pub row: Option<u64>,
    /// Letters of the column in the file, where it is one cell.
    pub column: Option<String>,
    pub field: Option<FieldId>,
    /// Name of the field, or of the column.
    pub name: String,
    pub value: String,
    pub code: ProblemCode,
    /// The type that the value is not; of misfits.
    pub field_type: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    TwiceInFile,
    TwiceInTable,
    NoKey,
    NotInTable,
    RecordGone,
    Misfit,
    /// As a misfit that is written all the same.
    MisfitKept,
    LockedChanged,
}

impl ProblemLine {
    pub fn why(&self) -> Text2 {
        let (zh, en) = match self.code {
            ProblemCode::TwiceInFile => (
                "文件里有别的行也是它，这几行都没有导入",
                "other rows of the file have the same key; none of them is imported",
            ),
            ProblemCode::TwiceInTable => (
                "表里有几条记录都是它，分不清是哪一条，没有导入",
                "several records have this key; the row is left out",
            ),
            ProblemCode::NoKey => (
                "用来对应的字段是空的，没有导入",
                "the key is blank; the row is left out",
            ),
            ProblemCode::NotInTable => (
                "表里没有这一条，只更新不新增，没有导入",
                "no such record, and none is to be added",
            ),
            ProblemCode::RecordGone => (
                "这条记录已经删除，或者编号被改过，没有导入",
                "the record is gone, or its id was changed; the row is left out",
            ),
            ProblemCode::LockedChanged => (
                "这一列是锁定的，改动没有导入；排序时可能没有带上隐藏的记录号列",
                "this column was locked; the change is not imported. Was the sheet sorted without its hidden column?",
            ),
            ProblemCode::Misfit | ProblemCode::MisfitKept => return self.why_misfit(),
        };
        Text2::new(zh, en)
    }

    fn why_misfit(&self) -> Text2 {
        let (zh, en) = match self.field_type.unwrap_or_default() {
            "number" | "currency" | "rating" => ("不是数字", "is no number"),
            "percent" | "progress" => ("不是百分比", "is no percentage"),
            "date" => ("不是日期", "is no date"),
            "date_time" => ("不是日期时间", "is no date and time"),
            "checkbox" => ("不是“是”或“否”", "is neither yes nor no"),
            "select" | "multi_select" | "person" => ("不在选项里", "is none of the choices"),
            "link" => ("关联的表里没有", "is not in the linked table"),
            "attachment" => ("不是图片或文件", "is no picture or file"),
            "email" => ("不是邮箱地址", "is no e-mail address"),
            "phone" => ("不是电话号码", "is no phone number"),
            "barcode" => (
                "条码的校验位不对",
                "the check digit of the bar code is wrong",
            ),
            "duration" => ("不是时长", "is no duration"),
            _ => ("和字段的类型不符", "does not fit the field"),
        };
        match self.code {
            ProblemCode::MisfitKept => Text2::new(
                format!("{zh}，照原样写入并标记"),
                format!("{en}; written as it is, marked"),
            ),
            _ => Text2::new(
                format!("{zh}，没有写入，原来的值不变"),
                format!("{en}; not written, the old value stays"),
            ),
        }
    }
}

/// Keeps a line while there is room.
pub(super) fn keep<T>(lines: &mut Vec<T>, line: impl FnOnce() -> T) {
    if lines.len() < KEPT_LINES {
        lines.push(line());
    }
}
