//! `suanpan stage`: the child process in which a stranger's file is read; the server starts it.

use clap::Args;
use connectors::file::stage_child;
use std::{path::PathBuf, process::ExitCode};

#[derive(Args)]
pub struct StageArgs {
    /// The file to read.
    input: PathBuf,
    /// Its name, for people.
    #[arg(long)]
    name: String,
    /// The folder to write to.
    #[arg(long)]
    into: PathBuf,
}

/// Limits come as JSON on the standard input.
pub fn run(args: &StageArgs) -> ExitCode {
    stage_child::serve(&args.input, &args.name, &args.into)
}
