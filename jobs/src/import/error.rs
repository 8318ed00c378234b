//! Why an import did not happen, for code and for people.
//!
//! Type: [`ImportError`]. Law: whatever it is, nothing of the import is left in the base but where it says so.

use crate::board::JobError;
use connectors::model::Text2;
use engine::CommandError;

/// Why an import did not happen; nothing of it is left in the base.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the import was cancelled")]
    Cancelled,
    #[error("the staged file cannot be read: {0}")]
    Staged(String),
    #[error("the mapping names a sheet or column that is not in the file")]
    Mapping,
    #[error("the table has a field named {0} already")]
    NameTaken(String),
    #[error("no field tells the records apart")]
    NoKey,
    /// Since it was compared.
    #[error("the table was changed meanwhile")]
    Changed,
    #[error("a picture could not be stored: {0}")]
    Picture(String),
    #[error(transparent)]
    Command(Box<CommandError>),
    /// Taking back failed too; the group can still be undone by hand.
    #[error("the import failed ({cause}) and could not be taken back: {undo}")]
    NotTakenBack {
        cause: String,
        undo: Box<CommandError>,
    },
}

impl From<CommandError> for ImportError {
    fn from(error: CommandError) -> ImportError {
        ImportError::Command(Box::new(error))
    }
}

impl ImportError {
    pub fn job_error(&self) -> JobError {
        let (code, message) = match self {
            ImportError::Cancelled => (
                "cancelled",
                Text2::new(
                    "导入已取消，数据没有改动。",
                    "The import was cancelled; nothing was changed.",
                ),
            ),
            ImportError::Staged(_) => (
                "import_staged",
                Text2::new(
                    "读取到一半的文件损坏了，请重新选择文件导入。数据没有改动。",
                    "The file that was being read is damaged. Choose it again; nothing was changed.",
                ),
            ),
            ImportError::Mapping => (
                "import_mapping",
                Text2::new(
                    "确认的列和文件对不上，请重新导入。",
                    "The confirmed columns do not match the file. Import it again.",
                ),
            ),
            ImportError::NameTaken(name) => (
                "name_taken",
                Text2::new(
                    format!("表里已经有字段“{name}”，请对应到它，或换一个名字。"),
                    format!(
                        "The table has a field “{name}” already. Map the column to it, or choose another name."
                    ),
                ),
            ),
            ImportError::NoKey => (
                "import_no_key",
                Text2::new(
                    "请选择用哪个字段对应已有的记录（比如货号），并且文件里有这一列。",
                    "Choose the field that tells the records apart (e.g. the item number); the file must have its column.",
                ),
            ),
            ImportError::Changed => (
                "import_changed",
                Text2::new(
                    "看过对比之后，表里的数据又被改过。请再看一次对比，然后导入。数据没有改动。",
                    "The table was changed after it was compared. Look at the comparison again, then import; nothing was changed.",
                ),
            ),
            ImportError::Picture(_) => (
                "import_picture",
                Text2::new(
                    "图片存不下来，请检查磁盘空间后重新导入。数据没有改动。",
                    "A picture could not be stored. Check the disk's free space and import again; nothing was changed.",
                ),
            ),
            ImportError::Command(error) => (error.code, error.message.clone()),
            ImportError::NotTakenBack { .. } => (
                "import_not_taken_back",
                Text2::new(
                    "导入失败，已导入的部分没能自动撤销，请点“撤销”。",
                    "The import failed and could not be taken back by itself; press Undo.",
                ),
            ),
        };
        JobError {
            code: code.to_owned(),
            message,
            at: None,
        }
    }
}
