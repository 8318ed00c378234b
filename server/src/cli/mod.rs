//! The command line: one file per command. Human answers by default, `--json` for scripts.
//!
//! Commands work on a stopped data folder directly and on a served one through its API.
//! Exit codes: 0 done, 1 the work failed or something is wrong with the data, 2 it could not start.

mod answer;
mod serve;

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
        Some(CliCommand::Openapi) => match crate::app::document().to_pretty_json() {
            Ok(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            Err(_) => ExitCode::FAILURE,
        },
    }
}
