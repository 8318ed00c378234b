//! What can go wrong at the engine's door, with stable codes and texts for people.
//!
//! Main types: [`CommandError`] (a command was refused; nothing was changed) and [`OpenError`].
//! Law: each code stands in one place, with a simple Chinese and an English text.

use crate::trouble::FileTrouble;
use serde::Serialize;

pub use crate::language::Text2;

/// A refused command: nothing of it was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code}: {}", message.en)]
pub struct CommandError {
    /// Stable, e.g. `no_table`, `name_taken`, `formula_error`, `read_only`; the web translates by it.
    pub code: &'static str,
    pub message: Text2,
    /// What to do about it.
    pub hint: Option<Text2>,
    /// What it is about: an id, a name or a span such as `4..7`.
    pub at: Option<String>,
}

/// A base could not be created or opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the file of the base could not be used: {detail}")]
    Store {
        trouble: Box<FileTrouble>,
        /// For the log of the server.
        detail: String,
    },
    #[error("the writer of the base could not be started: {0}")]
    Thread(#[source] std::io::Error),
}

impl OpenError {
    pub(crate) fn store(trouble: store::Trouble, detail: impl std::fmt::Display) -> OpenError {
        OpenError::Store {
            trouble: Box::new(trouble.into()),
            detail: detail.to_string(),
        }
    }

    /// What a person is told.
    pub fn trouble(&self) -> FileTrouble {
        match self {
            OpenError::Store { trouble, .. } => (**trouble).clone(),
            OpenError::Thread(_) => store::Trouble::Disk.into(),
        }
    }
}

impl CommandError {
    pub(crate) fn new(
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> CommandError {
        CommandError {
            code,
            message: Text2::new(zh, en),
            hint: None,
            at: None,
        }
    }

    pub(crate) fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> CommandError {
        self.hint = Some(Text2::new(zh, en));
        self
    }

    pub(crate) fn at(mut self, at: impl ToString) -> CommandError {
        self.at = Some(at.to_string());
        self
    }
}

/// The refusals, one constructor per code.
impl CommandError {
    pub(crate) fn no_table(id: impl ToString) -> CommandError {
        CommandError::new(
            "no_table",
            "这张表不存在，可能已被删除。",
            "This table does not exist; it may have been deleted.",
        )
        .hint(
            "请刷新页面，或从回收站恢复。",
            "Reload the page, or restore it from the trash.",
        )
        .at(id)
    }

    pub(crate) fn no_field(id: impl ToString) -> CommandError {
        CommandError::new(
            "no_field",
            "这个字段不存在，可能已被删除。",
            "This field does not exist; it may have been deleted.",
        )
        .hint(
            "请刷新页面，或从回收站恢复。",
            "Reload the page, or restore it from the trash.",
        )
        .at(id)
    }

    pub(crate) fn no_record(id: impl ToString) -> CommandError {
        CommandError::new(
            "no_record",
            "这条记录不存在，可能已被别人删除。",
            "This record does not exist; someone may have deleted it.",
        )
        .hint(
            "请刷新页面；也可以撤销删除。",
            "Reload the page; the deletion can also be undone.",
        )
        .at(id)
    }

    pub(crate) fn no_view(id: impl ToString) -> CommandError {
        CommandError::new(
            "no_view",
            "这个视图不存在，可能已被删除。",
            "This view does not exist; it may have been deleted.",
        )
        .at(id)
    }

    pub(crate) fn last_one(zh: &str, en: &str) -> CommandError {
        CommandError::new(
            "last_one",
            format!("这是最后一个{zh}，不能删除。"),
            format!("The last {en} can't be deleted."),
        )
    }

    pub(crate) fn field_not_editable(name: &str) -> CommandError {
        CommandError::new(
            "field_not_editable",
            format!("“{name}”由公式算出，不能直接填写。"),
            format!("“{name}” is computed by a formula and can't be typed into."),
        )
        .hint(
            "请修改公式，或修改公式用到的字段。",
            "Change the formula, or the fields it uses.",
        )
        .at(name)
    }

    pub(crate) fn too_large(what_zh: &str, what_en: &str, n: u64, limit: u64) -> CommandError {
        CommandError::new(
            "too_large",
            format!("一次最多{limit}{what_zh}，这次有 {n}。"),
            format!("At most {limit} {what_en} at a time; this has {n}."),
        )
        .hint(
            "请分几次进行；大量数据请用导入。",
            "Do it in parts; use an import for much data.",
        )
    }

    pub(crate) fn wrong_kind(name: &str) -> CommandError {
        CommandError::new(
            "wrong_kind",
            format!("给“{name}”的值类型不对。"),
            format!("The value given for “{name}” is of the wrong kind."),
        )
        .at(name)
    }

    pub(crate) fn cell_changed(name: &str) -> CommandError {
        CommandError::new(
            "cell_changed",
            format!("“{name}”刚被别人改过，这次修改没有保存。"),
            format!("“{name}” was changed by someone else meanwhile; this edit was not saved."),
        )
        .hint(
            "请看看现在的内容，再改一次。",
            "Look at what it holds now and edit again.",
        )
        .at(name)
    }

    pub(crate) fn read_only(why: &FileTrouble) -> CommandError {
        let Text2 { zh, en } = &why.message;
        CommandError {
            hint: Some(why.hint.clone()),
            ..CommandError::new(
                "read_only",
                format!("现在不能保存修改：{zh}。已有数据仍可查看和导出。"),
                format!(
                    "Changes can't be saved now: {en}. The data can still be read and exported."
                ),
            )
        }
    }

    pub(crate) fn retention_too_short(days: u32, least: u32) -> CommandError {
        CommandError::new(
            "retention_too_short",
            format!("历史记录至少要保留 {least} 天，不能改为 {days} 天。"),
            format!("History is kept for {least} days at least; {days} is too short."),
        )
        .hint(
            "请选择更长的时间，或一直保留。",
            "Choose a longer time, or keep it for ever.",
        )
        .at(days)
    }

    pub(crate) fn backup_failed(why: &FileTrouble) -> CommandError {
        let Text2 { zh, en } = &why.message;
        let code = match why.code {
            "disk_full" => "disk_full",
            _ => "backup_failed",
        };
        CommandError::new(
            code,
            format!("备份失败：{zh}。"),
            format!("The backup failed: {en}."),
        )
        .hint(
            "请检查备份的位置和磁盘空间，然后再试。",
            "Check the place of the backup and the free space on the disk, then try again.",
        )
    }

    pub(crate) fn closed() -> CommandError {
        CommandError::new(
            "closed",
            "这个文件已关闭，请重新打开。",
            "This base has been closed; open it again.",
        )
    }

    /// The history was needed and could not be read.
    pub(crate) fn log_unread(error: &store::ReadLogError) -> CommandError {
        tracing::error!(%error, "the log could not be read");
        if let store::ReadLogError::Damaged { revision, .. } = error {
            return CommandError::new(
                "log_damaged",
                format!("第 {revision} 次修改的历史记录已损坏，没有做任何修改。"),
                format!("Change {revision} in the history is damaged; nothing was changed."),
            )
            .hint(
                "请先导出现有数据，再用备份恢复；运行“suanpan check”可查看详情。",
                "Export the data first, then restore a backup; “suanpan check” lists the details.",
            );
        }
        let why = FileTrouble::from(error.trouble());
        CommandError {
            hint: Some(why.hint),
            ..CommandError::new(
                "log_unread",
                format!("读不出历史记录：{}。没有做任何修改。", why.message.zh),
                format!(
                    "The history can't be read: {}. Nothing was changed.",
                    why.message.en
                ),
            )
        }
    }

    pub(crate) fn damaged(error: impl std::fmt::Display) -> CommandError {
        tracing::error!(%error, "a command met something that must not be");
        CommandError::new(
            "internal",
            "内部错误，没有做任何修改。",
            format!("Internal error, nothing was changed: {error}"),
        )
        .hint(
            "请再试一次；如果一直出现，请把服务器日志发给我们。",
            "Please try again; if it keeps happening, send us the server's log.",
        )
    }
}

impl From<table::op::ApplyError> for CommandError {
    fn from(error: table::op::ApplyError) -> CommandError {
        CommandError::damaged(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SQLite says is for the log of the server; the texts say what happened, where, and what to do.
    #[test]
    fn an_unreadable_history_is_told_in_plain_words() {
        let damaged = store::ReadLogError::Damaged {
            revision: 12,
            what: "its checksum does not match".into(),
        };
        let told = CommandError::log_unread(&damaged);
        assert_eq!(told.code, "log_damaged");
        assert_eq!(
            told.message.zh,
            "第 12 次修改的历史记录已损坏，没有做任何修改。"
        );
        let answer = store::ReadLogError::DamagedAnswer(table::ai::CallKey([0; 16]));
        for error in [
            CommandError::log_unread(&answer),
            CommandError::damaged("column c1 does not match"),
            CommandError::backup_failed(&store::Trouble::DiskFull.into()),
            CommandError::read_only(&store::Trouble::DiskFull.into()),
        ] {
            let zh = format!("{}{:?}", error.message.zh, error.hint.map(|hint| hint.zh));
            let own = zh.replace("suanpan check", "").replace("Some", "");
            assert!(!own.contains(|c: char| c.is_ascii_alphabetic()), "{zh}");
        }
        let full = CommandError::backup_failed(&store::Trouble::DiskFull.into());
        assert_eq!(
            (full.code, full.message.zh.as_str()),
            ("disk_full", "备份失败：磁盘已满，没有地方保存。")
        );
    }
}
