//! `suanpan import FILE --base B --into TABLE`: rows for a table that is there, and what they would do.
//!
//! The report is that of the web page's comparison, whole: counts, changed cells, rows that are left out and why.

use super::{
    answer::{Failure, say},
    api::Api,
};
use crate::error::Words;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

#[derive(Args)]
pub struct IntoArgs {
    /// Id or name of the table to add to or to update, of the base. 导入到已有的哪个表。
    #[arg(long, requires = "base", value_name = "TABLE")]
    into: Option<String>,
    /// Add all rows, update known ones, or both; as proposed where absent. 怎么导入。
    #[arg(long, requires = "into")]
    mode: Option<Mode>,
    /// Field that tells records apart; may be given several times. 按哪个字段对应。
    #[arg(long = "key", requires = "into", value_name = "FIELD")]
    keys: Vec<String>,
    /// Blank cells of the file clear cells of the table. 文件里空着的格子清空表里的值。
    #[arg(long, requires = "into")]
    clear_blanks: bool,
    /// Values that do not fit are written all the same, marked. 填得不对的值照样写入。
    #[arg(long, requires = "into")]
    write_misfits: bool,
    /// Records that are not in the file go to the trash. 文件里没有的移到回收站。
    #[arg(long, requires = "into")]
    remove_missing: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Mode {
    Add,
    Update,
    Both,
}

/// Lines of a report that a terminal shows of each kind.
const SHOWN: usize = 20;
/// Lines asked for at a time.
const PAGE: usize = 500;

impl IntoArgs {
    pub fn table(&self) -> Option<&str> {
        self.into.as_deref()
    }
}

/// One sheet that waits: its plan, and what it would do.
pub struct Compared {
    /// As the confirmation takes it.
    pub choice: Value,
    pub report: Value,
}

/// Maps and compares a sheet of a previewed import.
pub async fn compare(
    api: &Api,
    job: &str,
    base: &Value,
    sheet: &Value,
    args: &IntoArgs,
) -> Result<Compared, Failure> {
    let id = base["id"].as_str().unwrap_or_default();
    let known = api.get(&format!("/bases/{id}")).await?;
    let table = named(&known["tables"], args.into.as_deref().unwrap_or_default())
        .ok_or_else(|| no_table(args.into.as_deref().unwrap_or_default()))?;
    let asked = json!({"base": id, "sheet": sheet, "table": table["id"]});
    let proposed = api
        .post(&format!("/imports/{job}/into/propose"), asked)
        .await?;
    let mut plan = proposed["plan"].clone();
    adjust(&mut plan, table, args)?;
    let asked = json!({"base": id, "sheet": sheet, "plan": plan});
    let told = api
        .post(&format!("/imports/{job}/into/compare"), asked)
        .await?;
    let mut report = json!({"table": table["name"], "plan": plan, "comparison": told});
    for kind in ["changed", "added", "missing", "problems"] {
        let kept = told["n_kept"][kind].as_u64().unwrap_or(0) as usize;
        let mut lines = Vec::new();
        while lines.len() < kept {
            let from = lines.len();
            let path =
                format!("/imports/{job}/into/{sheet}/lines?kind={kind}&from={from}&n={PAGE}");
            let page = api.get(&path).await?;
            let of = if kind == "problems" {
                "problems"
            } else {
                "lines"
            };
            let found = page[of].as_array().cloned().unwrap_or_default();
            if found.is_empty() {
                break;
            }
            lines.extend(found);
        }
        report[kind] = Value::Array(lines);
    }
    let choice = json!({"sheet": sheet, "into": report["plan"], "seen": told["seen"]});
    Ok(Compared { choice, report })
}

/// By id or name.
fn named<'a>(all: &'a Value, name: &str) -> Option<&'a Value> {
    let all = all.as_array()?;
    let by = |key: &str| all.iter().find(|one| one[key] == name);
    by("name").or_else(|| by("id"))
}

fn no_table(name: &str) -> Failure {
    Failure::new(
        "no_table",
        format!("表库里没有表“{name}”。"),
        format!("The base has no table “{name}”."),
    )
}

/// What was said on the command line goes before what is proposed.
fn adjust(plan: &mut Value, table: &Value, args: &IntoArgs) -> Result<(), Failure> {
    if !args.keys.is_empty() {
        let mut keys = Vec::new();
        for name in &args.keys {
            let field = named(&table["fields"], name).ok_or_else(|| {
                Failure::new(
                    "no_field",
                    format!("表里没有字段“{name}”。"),
                    format!("The table has no field “{name}”."),
                )
            })?;
            keys.push(field["id"].clone());
        }
        plan["keys"] = Value::Array(keys);
        plan["by_record"] = json!(false);
        if plan["mode"] == "add" {
            plan["mode"] = json!("both");
        }
    }
    if let Some(mode) = args.mode {
        plan["mode"] = json!(match mode {
            Mode::Add => "add",
            Mode::Update => "update",
            Mode::Both => "both",
        });
    }
    if args.clear_blanks {
        plan["blanks"] = json!("clear");
    }
    if args.write_misfits {
        plan["misfits"] = json!("write");
    }
    plan["remove_missing"] = json!(args.remove_missing);
    Ok(())
}

/// For a terminal.
pub fn print(report: &Value) {
    let told = &report["comparison"];
    let n = |key: &str| told[key].as_u64().unwrap_or(0);
    let table = report["table"].as_str().unwrap_or_default();
    say(&Words::new(
        format!(
            "  → 表“{table}”：新增 {}，更新 {}（{} 格），不变 {}，文件里没有 {}，没有导入 {}",
            n("n_added"),
            n("n_changed"),
            n("n_cells"),
            n("n_unchanged"),
            n("n_missing"),
            n("n_left_out")
        ),
        format!(
            "  → table “{table}”: {} added, {} changed ({} cells), {} unchanged, {} not in the file, {} left out",
            n("n_added"),
            n("n_changed"),
            n("n_cells"),
            n("n_unchanged"),
            n("n_missing"),
            n("n_left_out")
        ),
    ));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    for line in report["changed"]
        .as_array()
        .into_iter()
        .flatten()
        .take(SHOWN)
    {
        let cells = line["cells"].as_array().into_iter().flatten();
        let cells = cells.map(|cell| {
            format!(
                "{} {} → {}",
                text(&cell["name"]),
                text(&cell["old"]),
                text(&cell["new"])
            )
        });
        let cells = cells.collect::<Vec<_>>().join("; ");
        println!("    {} {}: {cells}", line["row"], text(&line["label"]));
    }
    for line in report["problems"]
        .as_array()
        .into_iter()
        .flatten()
        .take(SHOWN)
    {
        println!(
            "    ! {} {} {} “{}”: {}",
            line["row"],
            text(&line["column"]),
            text(&line["name"]),
            text(&line["value"]),
            text(&line["message"])
        );
    }
}
