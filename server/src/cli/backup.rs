//! `suanpan backup` and `suanpan restore`: one file for one or all bases, also while serving.

use super::{
    answer::{Failure, say},
    api::{self, Api, Content, DataArgs},
};
use crate::error::Words;
use clap::Args;
use serde_json::json;
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(Args)]
pub struct BackupArgs {
    /// Id or name of one base; without it all bases are saved. 只备份这个表库。
    base: Option<String>,
    /// All bases (the default). 备份全部表库。
    #[arg(long, conflicts_with = "base")]
    all: bool,
    /// The file to write. 备份文件。
    #[arg(short, long)]
    output: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
pub struct RestoreArgs {
    /// A file that `suanpan backup` wrote. 备份文件。
    file: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

pub fn run_backup(args: BackupArgs) -> ExitCode {
    let data = args.data.clone();
    api::run(&data, |api| backup(api, args))
}

pub fn run_restore(args: RestoreArgs) -> ExitCode {
    let data = args.data.clone();
    api::run(&data, |api| restore(api, args))
}

async fn backup(api: Arc<Api>, args: BackupArgs) -> Result<ExitCode, Failure> {
    let path = match &args.base {
        Some(name) => {
            let base = api.base_needed(name).await?;
            format!("/bases/{}/backup", base["id"].as_str().unwrap_or_default())
        }
        None => "/backup".to_string(),
    };
    let reply = api.ask("POST", &path, Content::Json(json!({}))).await?;
    let n_bytes = reply.save(&args.output).await?;
    let file = args.output.display().to_string();
    match args.data.json {
        true => println!("{}", json!({"file": file, "size_bytes": n_bytes})),
        false => say(&Words::new(
            format!("已备份到 {file}({n_bytes} 字节)"),
            format!("Saved to {file} ({n_bytes} bytes)"),
        )),
    }
    Ok(ExitCode::SUCCESS)
}

async fn restore(api: Arc<Api>, args: RestoreArgs) -> Result<ExitCode, Failure> {
    let answer = api
        .json("POST", "/restore", Content::File(&args.file))
        .await?;
    if args.data.json {
        println!("{answer}");
        return Ok(ExitCode::SUCCESS);
    }
    for base in answer["bases"].as_array().into_iter().flatten() {
        let text = |key: &str| base[key].as_str().unwrap_or_default().to_string();
        say(&Words::new(
            format!("已恢复“{}”,编号 {}", text("name"), text("id")),
            format!("Restored “{}” as {}", text("name"), text("id")),
        ));
    }
    Ok(ExitCode::SUCCESS)
}
