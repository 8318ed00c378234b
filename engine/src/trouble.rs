//! Why a file can't be used or written, in words that a shop owner understands.
//!
//! Main type: [`FileTrouble`]. Law: what SQLite or the system said goes to the log of the server, never into these
//! texts. Tests: at the end of this file; `engine/tests/engine/durability.rs`.

use crate::error::Text2;
use serde::Serialize;
use std::collections::BTreeSet;
use store::Trouble;
use table::id::Revision;

/// What happened to a base's file, and what to do about it. The texts have no full stop, so that they fit into
/// a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileTrouble {
    /// Stable: `disk_full`, `disk_error`, `file_in_use`, `no_write_permission`, `file_missing`, `not_a_base`,
    /// `newer_format`, `base_damaged`, `log_damaged`, `cells_damaged`.
    pub code: &'static str,
    pub message: Text2,
    pub hint: Text2,
}

impl FileTrouble {
    fn new(code: &'static str, message: (&str, &str), hint: (&str, &str)) -> FileTrouble {
        FileTrouble {
            code,
            message: Text2::new(message.0, message.1),
            hint: Text2::new(hint.0, hint.1),
        }
    }
}

impl From<Trouble> for FileTrouble {
    fn from(trouble: Trouble) -> FileTrouble {
        match trouble {
            Trouble::DiskFull => FileTrouble::new(
                "disk_full",
                ("磁盘已满，没有地方保存", "the disk is full"),
                (
                    "请清理磁盘空间，有了空间会自动恢复。",
                    "Free some disk space; it goes on by itself once there is room.",
                ),
            ),
            Trouble::InUse => FileTrouble::new(
                "file_in_use",
                (
                    "数据文件正被另一个程序占用",
                    "another program is using the file",
                ),
                (
                    "请关闭占用它的程序（例如备份、同步或杀毒软件），之后会自动恢复。",
                    "Close that program (a backup, sync or antivirus tool, perhaps); it goes on by itself afterwards.",
                ),
            ),
            Trouble::NotAllowed => FileTrouble::new(
                "no_write_permission",
                (
                    "没有写入数据文件夹的权限",
                    "writing to the data folder is not allowed",
                ),
                (
                    "请检查数据文件夹的权限，之后会自动恢复。",
                    "Check the permissions of the data folder; it goes on by itself afterwards.",
                ),
            ),
            Trouble::Missing => FileTrouble::new(
                "file_missing",
                (
                    "数据文件不见了，可能被移动或删除",
                    "the file is gone; it may have been moved or deleted",
                ),
                (
                    "请把文件放回数据文件夹，或用备份恢复。",
                    "Put the file back into the data folder, or restore a backup.",
                ),
            ),
            other => FileTrouble::of_content(other),
        }
    }
}

impl FileTrouble {
    /// A damaged row of the log; `shown` is the revision of the state that people see.
    pub(crate) fn log_damaged(broken: store::BrokenLog, shown: Revision) -> FileTrouble {
        let (revision, shown) = (broken.revision.0, shown.0);
        let (zh, en) = match broken.complete {
            true => (
                format!(
                    "第 {revision} 次修改的历史记录已损坏。现有数据是完整的，但为了安全不再写入这个文件"
                ),
                format!(
                    "change {revision} in the history is damaged; the data is complete, but to be safe the file is not written any more"
                ),
            ),
            false => (
                format!(
                    "第 {revision} 次修改的记录已损坏，现在显示的是第 {shown} 次修改之后的数据，更晚的修改看不到"
                ),
                format!(
                    "change {revision} in the log is damaged; what is shown is the state after change {shown}, later changes can't be seen"
                ),
            ),
        };
        FileTrouble::new(
            "log_damaged",
            (&zh, &en),
            (
                "请先导出现有数据，再用备份恢复；运行“suanpan check”可查看详情。",
                "Export the data first, then restore a backup; “suanpan check” lists the details.",
            ),
        )
    }

    /// Cells that can't be read and not be made again; `tables` may name one several times.
    pub(crate) fn cells_damaged(tables: BTreeSet<&str>) -> FileTrouble {
        let tables: Vec<&str> = tables.into_iter().collect();
        let zh = format!(
            "数据文件有一部分已损坏（{}），读不出的单元格显示为“#DAMAGED!”；为了安全不再写入这个文件",
            tables.join("、")
        );
        let en = format!(
            "a part of the file is damaged ({}); cells that can't be read show #DAMAGED!, and to be safe the file is not written any more",
            tables.join(", ")
        );
        FileTrouble::new(
            "cells_damaged",
            (&zh, &en),
            (
                "请先导出现有数据，再用备份恢复；运行“suanpan check”可查看详情。",
                "Export the data first, then restore a backup; “suanpan check” lists the details.",
            ),
        )
    }

    /// What is wrong with the bytes rather than with the place where they are.
    fn of_content(trouble: Trouble) -> FileTrouble {
        match trouble {
            Trouble::Foreign => FileTrouble::new(
                "not_a_base",
                (
                    "这个文件不是算盘的数据文件，或文件头已损坏",
                    "the file is no Suanpan base, or its head is damaged",
                ),
                ("请用备份恢复。", "Restore a backup."),
            ),
            Trouble::Newer => FileTrouble::new(
                "newer_format",
                (
                    "这个文件由更新版本的算盘写成",
                    "the file was written by a newer Suanpan",
                ),
                (
                    "请升级算盘后再打开。",
                    "Update Suanpan, then open it again.",
                ),
            ),
            Trouble::Damaged => FileTrouble::new(
                "base_damaged",
                ("数据文件已损坏", "the file is damaged"),
                (
                    "请运行“suanpan check”查看详情，并用备份恢复。",
                    "Run “suanpan check” for details, and restore a backup.",
                ),
            ),
            _ => FileTrouble::new(
                "disk_error",
                (
                    "读写磁盘时出错",
                    "reading from or writing to the disk failed",
                ),
                (
                    "请检查磁盘是否完好、是否还有空间，之后会自动恢复；如果一直出现，请换一块磁盘并用备份恢复。",
                    "Check that the disk is sound and has room; it goes on by itself afterwards. If it keeps happening, take another disk and restore a backup.",
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_has_a_code_of_its_own_and_plain_chinese() {
        let all = [
            Trouble::DiskFull,
            Trouble::InUse,
            Trouble::NotAllowed,
            Trouble::Missing,
            Trouble::Foreign,
            Trouble::Newer,
            Trouble::Damaged,
            Trouble::Disk,
        ];
        let told = all.map(FileTrouble::from);
        let codes: BTreeSet<&str> = told.iter().map(|trouble| trouble.code).collect();
        assert_eq!(codes.len(), all.len());
        for trouble in told {
            let zh = format!("{}{}", trouble.message.zh, trouble.hint.zh);
            // The name of our own command is the one Latin word that may stand there.
            let foreign = zh.replace("suanpan check", "");
            assert!(!foreign.chars().any(|c| c.is_ascii_alphabetic()), "{zh}");
        }
    }
}
