//! A full disk, played by a limit on the size of files: the server goes on reading and exporting, says why it
//! cannot save, and saves again by itself once there is room.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

struct Served {
    child: Child,
    url: String,
    client: reqwest::Client,
}

impl Served {
    /// With the signal of the limit ignored, so that a write fails as on a full disk.
    fn start(data: &Path) -> Served {
        let mut child = Command::new("sh")
            .args([
                "-c",
                "trap '' XFSZ; exec \"$0\" \"$@\"",
                env!("CARGO_BIN_EXE_suanpan"),
            ])
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let url = format!("{}/api/v1", ready["url"].as_str().unwrap());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Served { child, url, client }
    }

    /// Bytes that a file may have, or `unlimited`; false where the tool for it is missing.
    fn limit_files(&self, bytes: &str) -> bool {
        let limit = format!("--fsize={bytes}:");
        let pid = self.child.id().to_string();
        let done = Command::new("prlimit")
            .args(["--pid", &pid, &limit])
            .status();
        done.is_ok_and(|status| status.success())
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.client.post(format!("{}{path}", self.url)).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self
            .client
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two hundred characters that do not pack well: the log fills before an export would.
fn mixed(seed: usize) -> String {
    let mut state = seed as u32 + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (state >> 8) % 0x5000).unwrap()
    };
    (0..200).map(|_| next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_saving_but_not_reading() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path());
    let (_, made) = server.post("/bases", json!({"name": "店"})).await;
    let base = made["id"].as_str().unwrap().to_string();
    let commands = format!("/bases/{base}/commands");
    let fields = json!([{"name": "品名", "type": "text"}]);
    let create = json!({"command": {"kind": "create_table", "name": "商品", "fields": fields}});
    let (_, made) = server.post(&commands, create).await;
    let table = made["result"]["tables"][0].clone();
    let name = made["result"]["fields"][0].as_str().unwrap().to_string();
    let add = |n: usize| {
        let records: Vec<Value> = (0..n)
            .map(|at| json!({"cells": {&name: format!("货品 {at} {}", mixed(at))}}))
            .collect();
        json!({"command": {"kind": "create_records", "table": table, "records": records}})
    };
    let (status, _) = server.post(&commands, add(10)).await;
    assert_eq!(status, 200);
    if !server.limit_files("65536") {
        return;
    }
    let mut refused = Value::Null;
    let mut n_saved = 10;
    for _ in 0..200 {
        let (status, answer) = server.post(&commands, add(50)).await;
        if status != 200 {
            refused = answer;
            break;
        }
        n_saved += 50;
    }
    assert_eq!(refused["code"], "read_only", "{refused}");
    let window = format!(
        "/bases/{base}/tables/{}/window?n=5",
        table.as_str().unwrap()
    );
    assert_eq!(server.get(&window).await["n_total"], n_saved);
    let view = server.get(&format!("/bases/{base}")).await;
    assert_eq!(view["status"]["state"], "read_only", "{view}");
    for said in [
        &refused["message"],
        &refused["hint"],
        &view["status"]["reason"],
    ] {
        let said = said.as_str().unwrap();
        assert!(said.contains("磁盘"), "{said}");
        assert!(!said.contains(|c: char| c.is_ascii_alphabetic()), "{said}");
    }
    // An export is small enough for the room that is left.
    let asked = json!({"format": "csv", "table": table});
    let (_, made) = server.post(&format!("/bases/{base}/exports"), asked).await;
    let export = format!("/exports/{}", made["job"].as_str().unwrap());
    let began = Instant::now();
    while server.get(&export).await["state"] == "running" {
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.get(&export).await["state"], "done");
    assert!(server.limit_files("unlimited"));
    let began = Instant::now();
    loop {
        let (status, answer) = server.post(&commands, add(1)).await;
        if status == 200 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(server.get(&window).await["n_total"], n_saved + 1);
    drop(server);
    let server = Served::start(folder.path());
    assert_eq!(server.get(&window).await["n_total"], n_saved + 1);
}
