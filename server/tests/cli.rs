//! The true binary: what it says when it cannot start, and commands beside a running server.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

fn suanpan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_suanpan"));
    command.env("LANG", "en_US.UTF-8").env_remove("LC_ALL");
    command
}

fn run(args: &[&str]) -> Output {
    suanpan().args(args).output().unwrap()
}

/// A server on a free port; killed when dropped.
struct Served {
    child: Child,
    url: String,
}

fn serve(data: &Path) -> Served {
    let mut child = suanpan()
        .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let url = ready["url"].as_str().unwrap().to_string();
    Served { child, url }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_cannot_start_says_so_in_one_clear_line_per_language() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let served = serve(&data);
    let port = served.url.rsplit(':').next().unwrap().to_string();
    let busy = format!("127.0.0.1:{port}");
    let other = dir.path().join("other");
    let file = dir.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    for (data, listen, zh, en) in [
        (
            &data,
            "127.0.0.1:0",
            "正被另一个算盘使用",
            served.url.as_str(),
        ),
        (&other, busy.as_str(), "已被占用", "is in use"),
        (&file, "127.0.0.1:0", "不能写入", "cannot be written"),
    ] {
        let out = run(&[
            "serve",
            "--listen",
            listen,
            "--data",
            data.to_str().unwrap(),
        ]);
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.contains(zh) && said.contains(en), "{said}");
        assert_eq!(said.lines().count(), 2, "{said}");
    }
}

#[test]
fn a_server_tells_commands_where_it_answers_and_lets_go_at_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let served = serve(dir.path());
    let lock = std::fs::read(dir.path().join("suanpan.lock")).unwrap();
    let holder: Value = serde_json::from_slice(&lock).unwrap();
    assert_eq!(holder["url"], served.url.as_str());
    assert_eq!(holder["pid"], served.child.id());
    let data = dir.path().to_str().unwrap();
    let check = || {
        let out = run(&["check", "--json", "--data", data]);
        let answer: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(
            (out.status.code(), &answer["ok"]),
            (Some(0), &Value::Bool(true))
        );
    };
    // Through the API, then (after a kill) on the folder itself.
    check();
    drop(served);
    check();
}

#[test]
fn every_command_explains_itself() {
    let help = run(&["--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    for command in ["serve", "import", "export", "check", "backup", "restore"] {
        assert!(text.contains(command), "{command}");
        let own = run(&[command, "--help"]);
        assert!(own.status.success() && String::from_utf8(own.stdout).unwrap().contains("--data"));
    }
}
