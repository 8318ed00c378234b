//! `suanpan check`: verifies every checksum and invariant; exit code 1 and a list where something is wrong.

use super::{
    answer::{Failure, say},
    api::{self, Api, DataArgs},
};
use crate::error::Words;
use clap::Args;
use serde_json::{Value, json};
use std::{process::ExitCode, sync::Arc};

#[derive(Args)]
pub struct CheckArgs {
    #[command(flatten)]
    data: DataArgs,
}

pub fn run(args: CheckArgs) -> ExitCode {
    let data = args.data.clone();
    api::run(&data, |api| check(api, args))
}

async fn check(api: Arc<Api>, args: CheckArgs) -> Result<ExitCode, Failure> {
    let bases = api.get("/bases").await?;
    let mut results = Vec::new();
    let mut n_damaged = 0;
    for base in bases.as_array().into_iter().flatten() {
        let id = base["id"].as_str().unwrap_or_default();
        let damage = match api.post(&format!("/bases/{id}/check"), json!({})).await {
            Ok(answer) => answer["damage"].as_array().cloned().unwrap_or_default(),
            Err(failure) => vec![json!({"place": id, "what": failure.message.en})],
        };
        n_damaged += usize::from(!damage.is_empty());
        if !args.data.json {
            print(base, &damage);
        }
        results.push(json!({"base": id, "name": base["name"], "damage": damage}));
    }
    if args.data.json {
        println!("{}", json!({"ok": n_damaged == 0, "bases": results}));
    }
    Ok(ExitCode::from(u8::from(n_damaged > 0)))
}

fn print(base: &Value, damage: &[Value]) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let (name, id) = (text(&base["name"]), text(&base["id"]));
    if damage.is_empty() {
        return say(&Words::new(
            format!("正常  {name}({id})"),
            format!("ok  {name} ({id})"),
        ));
    }
    say(&Words::new(
        format!("损坏  {name}({id})"),
        format!("DAMAGED  {name} ({id})"),
    ));
    for item in damage {
        println!("  {}: {}", text(&item["place"]), text(&item["what"]));
    }
}
