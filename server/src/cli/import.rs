//! `suanpan import FILE…`

use super::{
    answer::{Failure, say},
    api::{self, Api, Content, DataArgs},
    import_into::{self, IntoArgs},
};
use crate::{error::Words, wire::escaped};
use clap::Args;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

#[derive(Args)]
pub struct ImportArgs {
    /// Workbooks or text files. 要导入的文件。
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Id or name of the base to add to; a new one of this name where there is none. 导入到哪个表库。
    #[arg(long)]
    base: Option<String>,
    /// Only this sheet. 只导入这个工作表。
    #[arg(long)]
    sheet: Option<String>,
    /// Only shows what would be imported. 只预览,不导入。
    #[arg(long)]
    dry_run: bool,
    /// That encrypted workbooks are opened with. 加密文件的打开密码。
    #[arg(long)]
    password: Option<String>,
    #[command(flatten)]
    into: IntoArgs,
    #[command(flatten)]
    data: DataArgs,
}

pub fn run(args: ImportArgs) -> ExitCode {
    let data = args.data.clone();
    api::run(&data, |api| import_all(api, args))
}

async fn import_all(api: Arc<Api>, args: ImportArgs) -> Result<ExitCode, Failure> {
    let mut reports = Vec::new();
    for file in &args.files {
        let report = import(&api, file, &args).await?;
        if !args.data.json {
            print_report(&report);
        }
        reports.push(report);
    }
    if args.data.json {
        println!("{}", Value::Array(reports));
    }
    Ok(ExitCode::SUCCESS)
}

/// Stages, previews and (unless dry) imports one file; the job's last state is the report.
async fn import(api: &Api, file: &Path, args: &ImportArgs) -> Result<Value, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let path = format!("/uploads?name={}", escaped(&name));
    let upload = api.json("POST", &path, Content::File(file)).await?;
    let made = api
        .post("/imports", json!({"upload": upload["upload"]}))
        .await?;
    let mut job = made["job"].as_str().unwrap_or_default().to_string();
    let mut path = format!("/imports/{job}");
    let mut staged = api.wait(&path, &["waiting", "staging"]).await?;
    if let Some(password) = &args.password
        && staged["error"]["code"] == "password_needed"
    {
        let body = json!({"password": password});
        let made = api.post(&format!("{path}/unlock"), body).await?;
        job = made["job"].as_str().unwrap_or_default().to_string();
        path = format!("/imports/{job}");
        staged = api.wait(&path, &["waiting", "staging"]).await?;
    }
    let staged = finished(staged)?;
    let mut sheets = chosen_sheets(&staged["manifest"], args.sheet.as_deref())?;
    let mut reports = Vec::new();
    if args.into.table().is_some() {
        let base = api
            .base_needed(args.base.as_deref().unwrap_or_default())
            .await?;
        for choice in &mut sheets {
            let compared =
                import_into::compare(api, &job, &base, &choice["sheet"], &args.into).await?;
            *choice = compared.choice;
            reports.push(compared.report);
        }
    }
    if args.dry_run {
        api.json(
            "POST",
            &format!("/jobs/{job}/cancel"),
            Content::Json(json!({})),
        )
        .await?;
        return Ok(
            json!({"file": name, "dry_run": true, "manifest": staged["manifest"], "into": reports}),
        );
    }
    let mut confirmed = json!({"sheets": sheets});
    let known = match &args.base {
        Some(name) => api.base_named(name).await?,
        None => None,
    };
    match known {
        Some(base) => confirmed["base"] = base["id"].clone(),
        None => {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            confirmed["base_name"] = json!(args.base.as_deref().unwrap_or(&stem));
        }
    }
    api.post(&format!("{path}/confirm"), confirmed).await?;
    let mut done = finished(
        api.wait(&path, &["waiting", "staging", "previewed", "importing"])
            .await?,
    )?;
    done["file"] = json!(name);
    done["into"] = Value::Array(reports);
    Ok(done)
}

/// A job that did not fail.
fn finished(job: Value) -> Result<Value, Failure> {
    match job["state"].as_str() {
        Some("failed" | "cancelled") => {
            let error = serde_json::from_value(job["error"].clone());
            Err(match error {
                Ok(body) => api::failure_of(&body),
                Err(_) => Failure::new(
                    "import_failed",
                    "导入没有完成。",
                    "The import did not finish.",
                ),
            })
        }
        _ => Ok(job),
    }
}

/// Every visible sheet with rows, as proposed, or the one that was named.
fn chosen_sheets(manifest: &Value, only: Option<&str>) -> Result<Vec<Value>, Failure> {
    let sheets = manifest["sheets"].as_array().cloned().unwrap_or_default();
    let mut chosen = Vec::new();
    for (at, sheet) in sheets.iter().enumerate() {
        let wanted = match only {
            Some(name) => sheet["name"] == name,
            None => sheet["hidden"] != json!(true),
        };
        if wanted {
            chosen.push(json!({"sheet": at}));
        }
    }
    match (chosen.is_empty(), only) {
        (false, _) => Ok(chosen),
        (true, Some(name)) => Err(Failure::new(
            "no_sheet",
            format!("文件里没有工作表“{name}”。"),
            format!("The file has no sheet “{name}”."),
        )),
        (true, None) => Err(Failure::new(
            "no_table_found",
            "文件里没有找到表格。",
            "No table was found in the file.",
        )),
    }
}

fn print_report(report: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    println!("{}", text(&report["file"]));
    for sheet in report["manifest"]["sheets"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let columns = sheet["columns"].as_array().map_or(0, Vec::len);
        say(&Words::new(
            format!(
                "  工作表“{}”:{} 行,{columns} 列,表头在第 {} 行",
                text(&sheet["name"]),
                sheet["n_rows"],
                sheet["header_row"]
            ),
            format!(
                "  Sheet “{}”: {} rows, {columns} columns, header in row {}",
                text(&sheet["name"]),
                sheet["n_rows"],
                sheet["header_row"]
            ),
        ));
        for column in sheet["columns"].as_array().into_iter().flatten() {
            let formula = match column["formula"]["text"].as_str() {
                Some(formula) if !formula.is_empty() => format!("  = {formula}"),
                _ => String::new(),
            };
            let kind = &column["proposal"]["field_type"]["type"];
            println!(
                "    {:<4}{} · {}{formula}",
                text(&column["source_column"]),
                text(&column["name"]),
                text(kind)
            );
        }
        for note in sheet["notes"].as_array().into_iter().flatten() {
            say(&Words::new(
                format!("    ! {}", text(&note["zh"])),
                format!("    ! {}", text(&note["en"])),
            ));
        }
    }
    for into in report["into"].as_array().into_iter().flatten() {
        import_into::print(into);
    }
    if let Some(base) = report["base"].as_str() {
        say(&Words::new(
            format!("  已导入表库 {base}"),
            format!("  Imported into base {base}"),
        ));
    }
}
