//! Why a file could not be staged, as one stable code with words a shop owner understands.
//!
//! Type: [`StageError`]. It crosses the border between the child process and the server as JSON.
//! Tests: `connectors/tests/staging.rs`.

use serde::{Deserialize, Serialize};

/// Every end of a staging run that gives no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageErrorCode {
    Empty,
    Encrypted,
    PasswordNeeded,
    WrongPassword,
    NotATable,
    NotText,
    Corrupt,
    ZipBomb,
    FileTooLarge,
    TooManyCells,
    TooLargeForMemory,
    TooSlow,
    Cancelled,
    ReaderCrashed,
    Disk,
}

/// A failed staging run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{en}")]
pub struct StageError {
    pub code: StageErrorCode,
    /// What happened and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// For the log: what the reader said.
    #[serde(default)]
    pub detail: String,
}

impl StageErrorCode {
    /// As in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            StageErrorCode::Empty => "empty",
            StageErrorCode::Encrypted => "encrypted",
            StageErrorCode::PasswordNeeded => "password_needed",
            StageErrorCode::WrongPassword => "wrong_password",
            StageErrorCode::NotATable => "not_a_table",
            StageErrorCode::NotText => "not_text",
            StageErrorCode::Corrupt => "corrupt",
            StageErrorCode::ZipBomb => "zip_bomb",
            StageErrorCode::FileTooLarge => "file_too_large",
            StageErrorCode::TooManyCells => "too_many_cells",
            StageErrorCode::TooLargeForMemory => "too_large_for_memory",
            StageErrorCode::TooSlow => "too_slow",
            StageErrorCode::Cancelled => "cancelled",
            StageErrorCode::ReaderCrashed => "reader_crashed",
            StageErrorCode::Disk => "disk",
        }
    }

    fn texts(self) -> (&'static str, &'static str) {
        match self {
            StageErrorCode::Empty => (
                "文件里没有数据。请确认选对了文件。",
                "The file holds no data. Please check that it is the right file.",
            ),
            StageErrorCode::Encrypted => (
                "文件有打开密码。请在 Excel 或 WPS 里去掉密码，另存后再导入。",
                "The file is protected with a password. Remove the password in Excel or WPS, save, and import again.",
            ),
            StageErrorCode::PasswordNeeded => (
                "文件有打开密码。请输入密码后继续。",
                "The file is protected with a password. Enter the password to go on.",
            ),
            StageErrorCode::WrongPassword => (
                "密码不对，文件没有打开。请再输入一次；密码区分大小写。",
                "The password is not right, the file was not opened. Enter it again; capitals matter.",
            ),
            StageErrorCode::NotATable => (
                "这不是表格文件。可以导入 xlsx、xlsb、xls、et、ods、csv 和网页表格；其他文件请先用 Excel 或 WPS 打开，另存为 xlsx。",
                "This is not a spreadsheet. xlsx, xlsb, xls, et, ods, csv and tables of web pages can be imported; open other files in Excel or WPS and save them as xlsx first.",
            ),
            StageErrorCode::NotText => (
                "文件内容不是文字，读不出表格。请用 Excel 或 WPS 打开它，另存为 xlsx 后再导入。",
                "The file is not text, so no table can be read from it. Open it in Excel or WPS, save as xlsx and import that.",
            ),
            StageErrorCode::Corrupt => (
                "文件已损坏或不完整，读不出来。请重新下载或请对方再发一次；也可以用 Excel 或 WPS 打开并另存为 xlsx。",
                "The file is damaged or incomplete. Download it again or ask for it again; or open it in Excel or WPS and save as xlsx.",
            ),
            StageErrorCode::ZipBomb => (
                "文件解压后大得不正常，为安全起见没有打开。请用 Excel 或 WPS 另存为新的 xlsx 再试。",
                "The file unpacks to an abnormal size and was not opened, for safety. Save it as a new xlsx in Excel or WPS and try again.",
            ),
            StageErrorCode::FileTooLarge => (
                "文件太大。请拆成几个文件，分别导入。",
                "The file is too large. Split it into several files and import them one by one.",
            ),
            StageErrorCode::TooManyCells => (
                "表格的行或单元格太多。请拆成几个文件，分别导入。",
                "There are too many rows or cells. Split the file and import the pieces one by one.",
            ),
            StageErrorCode::TooLargeForMemory => (
                "读这个文件需要的内存超过了上限，已停止；其他数据不受影响。请拆成几个文件，或另存为 csv 再导入。",
                "Reading this file needs more memory than allowed, so it was stopped; nothing else is affected. Split it, or save it as csv.",
            ),
            StageErrorCode::TooSlow => (
                "读这个文件用的时间超过了上限，已停止。请拆成几个文件，分别导入。",
                "Reading this file took longer than allowed, so it was stopped. Split it into several files.",
            ),
            StageErrorCode::Cancelled => ("已取消导入。", "The import was cancelled."),
            StageErrorCode::ReaderCrashed => (
                "文件里有读不懂的内容，已停止；其他数据不受影响。请用 Excel 或 WPS 打开并另存为 xlsx 再试。",
                "The file holds something that cannot be read, so reading was stopped; nothing else is affected. Open it in Excel or WPS, save as xlsx and try again.",
            ),
            StageErrorCode::Disk => (
                "读写磁盘时出错。请看看磁盘是否已满，再试一次。",
                "Reading or writing the disk failed. Check whether the disk is full, then try again.",
            ),
        }
    }

    /// The error with the standard words.
    pub fn because(self, detail: impl std::fmt::Display) -> StageError {
        let (zh, en) = self.texts();
        StageError {
            code: self,
            zh: zh.into(),
            en: en.into(),
            detail: detail.to_string(),
        }
    }
}

impl From<std::io::Error> for StageError {
    fn from(error: std::io::Error) -> StageError {
        let code = match error.kind() {
            std::io::ErrorKind::OutOfMemory => StageErrorCode::TooLargeForMemory,
            _ => StageErrorCode::Disk,
        };
        code.because(error)
    }
}
