//! Repository chores. `cargo xtask tidy` checks the rules of the house that no compiler knows.

mod tidy;

use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => {
            let findings = tidy::check(&root);
            for finding in &findings {
                eprintln!("{finding}");
            }
            if findings.is_empty() {
                println!("tidy: nothing to mend");
                return ExitCode::SUCCESS;
            }
            eprintln!("tidy: {} to mend", findings.len());
            ExitCode::FAILURE
        }
        _ => {
            eprintln!("usage: cargo xtask tidy");
            ExitCode::FAILURE
        }
    }
}
