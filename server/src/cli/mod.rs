//! The command line: one file per command. Human answers by default, `--json` for scripts.
//!
//! Commands work on a stopped data folder directly and on a served one through its API.
//! Exit codes: 0 done, 1 the work failed or something is wrong with the data, 2 it could not start.

mod answer;
mod api;
mod backup;
mod check;
pub mod eval;
mod export;
mod import;
mod import_into;
mod serve;
mod stage;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// 算盘 Suanpan: an AI table for shop owners. 给店主用的智能表格。
#[derive(Parser)]
#[command(name = "suanpan", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<CliCommand>,
}

#[derive(Subcommand)]
enum CliCommand {
    /// Starts the server and prints its address (the default). 启动服务。
    Serve(serve::ServeArgs),
    /// Imports workbooks and text files. 导入文件。
    Import(import::ImportArgs),
    /// Writes a base or a table to a file. 导出到文件。
    Export(export::ExportArgs),
    /// Verifies all data; exit code 1 where something is wrong. 检查数据。
    Check(check::CheckArgs),
    /// Saves one or all bases to a file, also while serving. 备份。
    Backup(backup::BackupArgs),
    /// Takes the bases of a backup in; never overwrites one. 恢复备份。
    Restore(backup::RestoreArgs),
    /// Computes formulas, one JSON object per line. 计算公式，每行一个 JSON。
    Eval,
    /// Reads one file into a folder, within limits.
    #[command(hide = true)]
    Stage(stage::StageArgs),
    /// Prints the API document.
    #[command(hide = true)]
    Openapi,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        None => serve::run(&serve::ServeArgs::default()),
        Some(CliCommand::Serve(args)) => serve::run(&args),
        Some(CliCommand::Import(args)) => import::run(args),
        Some(CliCommand::Export(args)) => export::run(args),
        Some(CliCommand::Check(args)) => check::run(args),
        Some(CliCommand::Backup(args)) => backup::run_backup(args),
        Some(CliCommand::Restore(args)) => backup::run_restore(args),
        Some(CliCommand::Eval) => eval::serve(),
        Some(CliCommand::Stage(args)) => stage::run(&args),
        Some(CliCommand::Openapi) => match crate::app::document().to_pretty_json() {
            Ok(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            Err(_) => ExitCode::FAILURE,
        },
    }
}
