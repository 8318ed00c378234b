//! How a command speaks: one clear line in both languages, or JSON.

use crate::{
    error::Words,
    instance::{LockError, StartError},
};
use std::process::ExitCode;

/// A failed command: what happened, what to do, and its stable code.
#[derive(Debug, Clone)]
pub struct Failure {
    pub code: String,
    pub message: Words,
    pub hint: Option<Words>,
    pub exit: u8,
}

impl Failure {
    pub fn new(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Failure {
        Failure {
            code: code.to_string(),
            message: Words::new(zh, en),
            hint: None,
            exit: 1,
        }
    }

    pub fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Failure {
        self.hint = Some(Words::new(zh, en));
        self
    }

    /// The command could not even start.
    pub fn at_start(mut self) -> Failure {
        self.exit = 2;
        self
    }

    /// Says it on the error stream.
    pub fn report(&self, json: bool) -> ExitCode {
        if json {
            let hint = self.hint.as_ref().map(|hint| hint.en.as_str());
            let body =
                serde_json::json!({"code": self.code, "message": self.message.en, "hint": hint});
            eprintln!("{body}");
        } else {
            let hint = self.hint.clone().unwrap_or_else(|| Words::new("", ""));
            eprintln!("错误:{}{}", self.message.zh, hint.zh);
            eprintln!("Error: {} {}", self.message.en, hint.en);
        }
        ExitCode::from(self.exit)
    }
}

impl From<StartError> for Failure {
    fn from(cause: StartError) -> Failure {
        match cause {
            StartError::Lock(cause) => cause.into(),
            StartError::Providers(cause) => Failure::new(
                "settings_unreadable",
                format!("模型设置读不出来({cause})。"),
                format!("The provider settings cannot be read ({cause})."),
            )
            .hint(
                "请修好或移走 providers.json 和 secret.key。",
                "Mend or move away providers.json and secret.key.",
            )
            .at_start(),
            StartError::Prepare(folder, cause) => unwritable(&folder.display().to_string(), &cause),
        }
    }
}

impl From<LockError> for Failure {
    fn from(cause: LockError) -> Failure {
        match cause {
            LockError::Unwritable { folder, cause } => {
                unwritable(&folder.display().to_string(), &cause)
            }
            LockError::Held { folder, holder } => {
                let folder = folder.display();
                let (who_zh, who_en) = match holder {
                    Some(holder) => match holder.url {
                        Some(url) => (
                            format!("(进程 {},地址 {url})", holder.pid),
                            format!(" (process {}, at {url})", holder.pid),
                        ),
                        None => (
                            format!("(进程 {})", holder.pid),
                            format!(" (process {})", holder.pid),
                        ),
                    },
                    None => Default::default(),
                };
                Failure::new(
                    "data_in_use",
                    format!("数据文件夹 {folder} 正被另一个算盘使用{who_zh}。"),
                    format!("The data folder {folder} is in use by another Suanpan{who_en}."),
                )
                .hint(
                    "请先关闭它,或用 --data 换一个文件夹。",
                    "Stop that one first, or choose another folder with --data.",
                )
                .at_start()
            }
        }
    }
}

fn unwritable(folder: &str, cause: &std::io::Error) -> Failure {
    Failure::new(
        "data_unwritable",
        format!("数据文件夹 {folder} 不能写入({cause})。"),
        format!("The data folder {folder} cannot be written ({cause})."),
    )
    .hint(
        "请检查权限和磁盘空间,或用 --data 换一个文件夹。",
        "Check its permissions and the free disk space, or choose another folder with --data.",
    )
    .at_start()
}

/// A line of a human answer, in the language of the terminal.
pub fn say(words: &Words) {
    println!("{}", words.said(super::api::locale()));
}
