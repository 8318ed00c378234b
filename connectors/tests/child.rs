//! The reader in its own process: this test program plays both the parent and the child.
#![allow(clippy::unwrap_used)]

use connectors::file::{
    StageErrorCode, StageLimits, Staged,
    stage_child::{self, StageOrder},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::AtomicBool,
};

fn order(limits: &StageLimits) -> StageOrder {
    StageOrder {
        limits: limits.clone(),
        password: None,
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().collect();
    if args.get(1).map(String::as_str) == Some("stage") {
        assert_eq!((args[3].as_str(), args[5].as_str()), ("--name", "--into"));
        if args[4] == "panics" {
            // As a damaged build would end: without any report.
            return ExitCode::from(101);
        }
        return stage_child::serve(Path::new(&args[2]), &args[4], Path::new(&args[6]));
    }
    every_end_is_told();
    println!("child: every end is told");
    ExitCode::SUCCESS
}

fn every_end_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let exe: PathBuf = env::current_exe().unwrap();
    let input = folder.path().join("input");
    let usual = StageLimits::default();
    let run = |name: &str, limits: &StageLimits, cancelled: bool| {
        let into = folder.path().join(format!("staged-{name}"));
        let cancel = AtomicBool::new(cancelled);
        let outcome = stage_child::run(&exe, &input, name, &into, &order(limits), &cancel);
        (outcome, into)
    };

    fs::write(&input, "货号,数量\nA1,3\nA2,4\n").unwrap();
    let (outcome, into) = run("good.csv", &usual, false);
    assert_eq!(outcome.unwrap().sheets[0].n_rows, 2);
    let staged = Staged::open(&into).unwrap();
    assert_eq!(staged.batches(0).next().unwrap().unwrap().columns.len(), 2);
    let (outcome, _) = run("panics", &usual, false);
    assert_eq!(outcome.unwrap_err().code, StageErrorCode::ReaderCrashed);

    fs::write(&input, "").unwrap();
    let (outcome, _) = run("empty.csv", &usual, false);
    assert_eq!(outcome.unwrap_err().code, StageErrorCode::Empty);

    let mut long = String::from("货号,数量\n");
    for at in 0..300_000 {
        long.push_str(&format!("A{at},一段比较长的文字，占一点内存，{at}\n"));
    }
    fs::write(&input, long).unwrap();
    let slow = StageLimits {
        wall_ms: 1,
        ..usual.clone()
    };
    assert_eq!(
        run("slow.csv", &slow, false).0.unwrap_err().code,
        StageErrorCode::TooSlow
    );
    assert_eq!(
        run("cancelled.csv", &usual, true).0.unwrap_err().code,
        StageErrorCode::Cancelled
    );
    let narrow = StageLimits {
        memory_bytes: 24 << 20,
        ..usual
    };
    let error = run("narrow.csv", &narrow, false).0.unwrap_err();
    assert_eq!(error.code, StageErrorCode::TooLargeForMemory, "{error:?}");
}
