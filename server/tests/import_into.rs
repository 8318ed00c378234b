//! The true binary: an import into a table from the command line, rehearsed and done; a server that is killed in the
//! middle of one leaves nothing of it.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::{
    fmt::Write,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

fn suanpan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_suanpan"));
    command.env("LANG", "en_US.UTF-8").env_remove("LC_ALL");
    command
}

/// Runs a command over the folder; its one JSON answer.
fn answered(data: &Path, args: &[&str]) -> Value {
    let out = suanpan()
        .args(args)
        .args(["--json", "--data"])
        .arg(data)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    serde_json::from_str(&said)
        .unwrap_or_else(|_| panic!("{said} {}", String::from_utf8_lossy(&out.stderr)))
}

fn exported(data: &Path, folder: &Path) -> String {
    let to = folder.join("out.csv");
    let out = suanpan()
        .args(["export", "店/库存", "--data"])
        .arg(data)
        .arg("--output")
        .arg(&to)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    std::fs::read_to_string(to).unwrap()
}

fn stock(path: &Path, n: u32, count: impl Fn(u32) -> u32) {
    let mut text = String::from("货号,品名,数量\n");
    for at in 0..n {
        writeln!(text, "K-{at:06},货{},{}", at % 97, count(at)).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

fn serve(data: &Path) -> Child {
    let mut child = suanpan()
        .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("url"), "{line}");
    child
}

/// The note that stands beside a base while something is imported into it.
fn is_importing(data: &Path) -> bool {
    let entries = std::fs::read_dir(data.join("bases")).unwrap().flatten();
    entries
        .into_iter()
        .any(|entry| entry.file_name().to_string_lossy().contains("+import-"))
}

/// Of the bases with what stands beside them.
fn n_bytes(data: &Path) -> u64 {
    let entries = std::fs::read_dir(data.join("bases")).unwrap().flatten();
    entries
        .filter_map(|entry| Some(entry.metadata().ok()?.len()))
        .sum()
}

#[test]
fn a_rehearsal_says_what_an_import_then_does() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("库存.csv");
    stock(&file, 5, |at| at);
    let path = file.to_str().unwrap();
    answered(&data, &["import", path, "--base", "店"]);
    let before = exported(&data, folder.path());
    std::fs::write(
        &file,
        "货号,数量\nk-000001,100\nK-000002,没数\nK-000009,9\nK-000009,8\n",
    )
    .unwrap();
    let into = [
        "import", path, "--base", "店", "--into", "库存", "--key", "货号",
    ];
    let rehearsed = answered(&data, &[&into[..], &["--dry-run"]].concat());
    let told = &rehearsed[0]["into"][0];
    for (key, n) in [
        ("n_changed", 1),
        ("n_added", 0),
        ("n_left_out", 2),
        ("n_misfits", 1),
        ("n_missing", 3),
    ] {
        assert_eq!(told["comparison"][key], n, "{key} {told}");
    }
    assert_eq!(told["changed"][0]["cells"][0]["new"], "100");
    let codes: Vec<&str> = told["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["twice_in_file", "twice_in_file", "misfit"]);
    assert_eq!(exported(&data, folder.path()), before, "nothing was done");

    let done = answered(&data, &[&into[..], &["--remove-missing"]].concat());
    assert_eq!(done[0]["report"]["into"][0]["n_changed"], 1, "{done}");
    assert_eq!(done[0]["report"]["into"][0]["n_removed"], 3);
    let after = exported(&data, folder.path());
    assert!(
        after.contains("K-000001,货1,100") && after.contains("K-000002,货2,2"),
        "{after}"
    );
    assert_eq!(after.lines().count(), 3, "{after}");
    let unknown = suanpan()
        .args(["import", path, "--base", "店", "--into", "没有", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no table"));
}

#[test]
fn a_kill_in_the_middle_leaves_the_table_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("库存.csv");
    stock(&file, 60_000, |at| at);
    let path = file.to_str().unwrap().to_string();
    answered(&data, &["import", &path, "--base", "店"]);
    let before = exported(&data, folder.path());
    // All of it changes, and as much again is added.
    stock(&file, 120_000, |at| at + 1);
    let mut server = serve(&data);
    let mut import = suanpan()
        .args([
            "import", &path, "--base", "店", "--into", "库存", "--key", "货号", "--data",
        ])
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let wait = |what: &dyn Fn() -> bool| {
        while !what() {
            assert!(began.elapsed() < Duration::from_secs(120), "it never came");
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    wait(&|| is_importing(&data));
    // Somewhere between its first command and its last.
    let n_before = n_bytes(&data);
    wait(&|| n_bytes(&data) > n_before + 100_000 || !is_importing(&data));
    let was_importing = is_importing(&data);
    server.kill().unwrap();
    server.wait().unwrap();
    import.wait().unwrap();
    let after = exported(&data, folder.path());
    if was_importing {
        assert!(after == before, "something of it was left");
    } else {
        assert_eq!(after.lines().count(), 120_001, "it was done, so it stays");
    }
    assert!(!is_importing(&data), "the note is gone");
}
