//! `suanpan export BASE[/TABLE] -o FILE`

use super::{
    answer::{Failure, say},
    api::{self, Api, Content, DataArgs},
};
use crate::error::Words;
use clap::Args;
use serde_json::json;
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(Args)]
pub struct ExportArgs {
    /// Id or name of a base, with `/` and a table's id or name for one table. 表库,或 表库/表格。
    #[arg(value_name = "BASE[/TABLE]")]
    from: String,
    /// The file to write: .xlsx, .csv or .parquet. 写到哪个文件。
    #[arg(short, long)]
    output: PathBuf,
    /// Of a CSV: utf-8 (default) or gb18030. CSV 的编码。
    #[arg(long)]
    encoding: Option<String>,
    #[command(flatten)]
    data: DataArgs,
}

pub fn run(args: ExportArgs) -> ExitCode {
    let data = args.data.clone();
    api::run(&data, |api| export(api, args))
}

async fn export(api: Arc<Api>, args: ExportArgs) -> Result<ExitCode, Failure> {
    let extension = args
        .output
        .extension()
        .unwrap_or_default()
        .to_string_lossy();
    let format = extension.to_ascii_lowercase();
    if !["xlsx", "csv", "parquet"].contains(&format.as_str()) {
        return Err(Failure::new(
            "bad_format",
            "文件名要以 .xlsx、.csv 或 .parquet 结尾。",
            "The file's name must end with .xlsx, .csv or .parquet.",
        ));
    }
    let (base, table) = split(&api, &args.from).await?;
    let mut asked = json!({"format": format, "encoding": args.encoding});
    if let Some(table) = table {
        asked["table"] = json!(table);
    }
    let made = api.post(&format!("/bases/{base}/exports"), asked).await?;
    let path = format!("/exports/{}", made["job"].as_str().unwrap_or_default());
    let job = api.wait(&path, &["waiting", "running"]).await?;
    if job["state"] != "done" {
        return Err(match serde_json::from_value(job["error"].clone()) {
            Ok(body) => api::failure_of(&body),
            Err(_) => Failure::new(
                "export_failed",
                "导出没有完成。",
                "The export did not finish.",
            ),
        });
    }
    let reply = api
        .ask("GET", &format!("{path}/file"), Content::Nothing)
        .await?;
    let n_bytes = reply.save(&args.output).await?;
    let file = args.output.display().to_string();
    match args.data.json {
        true => println!(
            "{}",
            json!({"file": file, "size_bytes": n_bytes, "report": job["report"]})
        ),
        false => say(&Words::new(
            format!("已导出到 {file}({n_bytes} 字节)"),
            format!("Exported to {file} ({n_bytes} bytes)"),
        )),
    }
    Ok(ExitCode::SUCCESS)
}

/// The base's id and the table's, from `BASE[/TABLE]`; a base's own name may hold a `/`.
async fn split(api: &Api, from: &str) -> Result<(String, Option<String>), Failure> {
    let id = |base: &serde_json::Value| base["id"].as_str().unwrap_or_default().to_string();
    if let Some(base) = api.base_named(from).await? {
        return Ok((id(&base), None));
    }
    let Some((base, table)) = from.rsplit_once('/') else {
        return Err(api
            .base_needed(from)
            .await
            .err()
            .unwrap_or_else(|| no_table(from)));
    };
    let base = id(&api.base_needed(base).await?);
    let view = api.get(&format!("/bases/{base}")).await?;
    let tables = view["tables"].as_array().cloned().unwrap_or_default();
    tables
        .iter()
        .find(|found| found["id"] == table || found["name"] == table)
        .map(|found| (base, Some(id(found))))
        .ok_or_else(|| no_table(table))
}

fn no_table(name: &str) -> Failure {
    Failure::new(
        "no_table",
        format!("找不到表格“{name}”。"),
        format!("There is no table “{name}”."),
    )
}
