//! The disk fails at the n-th system call of a class, for every n until a run meets no fault: the real server does a
//! day's work over a folder in which `open`, `write`, `sync`, `truncate`, `rename`, `unlink` or `mkdir` fails (an I/O
//! error or a full disk, once or from then on; half a write) or ends the process (before the call, in the middle of a
//! write). `preload/disk.rs` stands between the server and the C library.
//!
//! While a call fails: the reason is told, what can be read is what was acknowledged, and the work goes on in the same
//! process once the disk is well. Afterwards, in a new process: acknowledged ⊆ recovered ⊆ attempted, every base opens
//! and is sound, no half base, no stray file. Every 23rd n by default, and every n within the steps where faults were
//! once handled wrongly; `SUANPAN_FAULTS=all` takes all of them, `SUANPAN_FAULTS=write:17:eio` one, and
//! `SUANPAN_FAULTS=import/sync:3:eio+` one that is counted from the beginning of a step.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    sync::Mutex,
    task::JoinHandle,
};

/// Which kinds of fault each class of calls can meet. What `kill-after` the n-th would show is `kill-before` the next.
const PLANS: [(&str, &[&str]); 7] = [
    ("open", &["eio", "enospc", "kill-before"]),
    (
        "write",
        &[
            "eio",
            "eio+",
            "enospc+",
            "short",
            "kill-before",
            "kill-half",
        ],
    ),
    ("sync", &["eio", "eio+", "kill-before"]),
    ("truncate", &["eio", "enospc", "kill-before"]),
    ("rename", &["eio", "enospc", "kill-before"]),
    ("unlink", &["eio", "kill-before"]),
    ("mkdir", &["eio", "enospc", "kill-before"]),
];
/// Counted from the beginning of a step, every n up to a highest: where a finding was mended, in every form.
const AIMED: [(&str, &str, u64); 2] = [
    // The import was whole, the note of it could not be removed: it was called failed, and stayed.
    ("import/sync", "eio+", 14),
    // The failing disk took a socket for a file of the import, whose listing was closed past it: no answer came.
    ("edit1/write", "enospc+", 6),
];
/// Of the fast form: a prime, so that it meets each kind of call.
const STRIDE: u64 = 23;
/// Runs at a time; most of their time is waiting.
const SIDE_BY_SIDE: usize = 6;
const PATIENCE: Duration = Duration::from_secs(30);
const SHEET: &str = "客户,城市,欠款\n王老板,义乌,120.5\n李老板,广州,88\n";
const PICTURE: &[u8] = b"not really a picture, but bytes to be kept";

/// Why a step did not succeed.
#[derive(Debug)]
enum Failure {
    /// The process is gone, or does not answer: why, as the client has it.
    Gone(String),
    Refused {
        code: String,
        text: String,
    },
}

struct Server {
    child: Child,
    url: String,
    client: reqwest::Client,
    said: JoinHandle<String>,
}

/// A data folder with, beside it, what steers its disk.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn met(&self) -> bool {
        self.root.path().join("met").exists()
    }

    /// Calls are counted from now on, where the plan names the step.
    fn begin(&self, name: &str, plan: &str) {
        if plan.split_once('/').is_some_and(|(step, _)| step == name) {
            std::fs::write(self.root.path().join("from"), b"").unwrap();
        }
    }

    fn heal(&self) {
        std::fs::write(self.root.path().join("well"), b"").unwrap();
    }

    /// A server over the folder; without a plan its disk is sound. What it said, where it ended at once.
    async fn start(&self, plan: Option<&str>) -> Result<Server, String> {
        let mut command = Command::new(sim::process::binary());
        command
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(self.data())
            .env("SUANPAN_CHECKPOINT_EVERY", "4")
            .env("SUANPAN_LOG", if is_single() { "debug" } else { "error" })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(plan) = plan {
            let (step, call) = plan.split_once('/').unwrap_or(("", plan));
            if !step.is_empty() {
                command.env("DISK_FROM", self.root.path().join("from"));
            }
            command
                .env("LD_PRELOAD", env!("DISK_LIBRARY"))
                .env("DISK_FOLDER", self.data())
                .env("DISK_FAULT", call)
                .env("DISK_MET", self.root.path().join("met"))
                .env("DISK_WELL", self.root.path().join("well"));
        }
        let mut child = command
            .spawn()
            .map_err(|error| format!("{error}; run `cargo build -p server` first"))?;
        let mut stderr = child.stderr.take().unwrap();
        let said = tokio::spawn(async move {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text).await;
            text
        });
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let _ = stdout.read_line(&mut line).await;
        let Ok(ready) = serde_json::from_str::<Value>(&line) else {
            let _ = child.wait().await;
            return Err(format!("{line}{}", said.await.unwrap()));
        };
        let Some(url) = ready["url"].as_str() else {
            let _ = child.wait().await;
            return Err(format!("{line}{}", said.await.unwrap()));
        };
        let url = format!("{url}/api/v1");
        // A connection per request: descriptors are used again at once, so that one which the disk mistakes for a file shows.
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .pool_max_idle_per_host(0);
        Ok(Server {
            child,
            url,
            client: client.build().unwrap(),
            said,
        })
    }
}

impl Server {
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Failure> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let began = Instant::now();
        let gone = |error: reqwest::Error| {
            let took = began.elapsed();
            Failure::Gone(format!("{path} after {took:?}: {error:?}"))
        };
        let answer = request.send().await.map_err(gone)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(gone)?;
        if status.is_success() {
            return Ok(bytes.to_vec());
        }
        let text = format!("{path}: {status}: {}", String::from_utf8_lossy(&bytes));
        let error: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let code = error["code"].as_str().unwrap_or("none").to_string();
        Err(Failure::Refused { code, text })
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let body = body.map(|body| body.to_string().into_bytes());
        let bytes = self.send(method, path, body).await?;
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, None).await
    }

    async fn base_named(&self, name: &str) -> Result<String, Failure> {
        let all = self.get("/bases").await?;
        let found = all
            .as_array()
            .unwrap()
            .iter()
            .find(|base| base["name"] == name);
        let id = found.and_then(|base| base["id"].as_str());
        id.map(str::to_string)
            .ok_or_else(|| refused("no_base_listed", &all))
    }

    /// A table of the first base, as it is shown: its id, and the ids of its fields by name.
    async fn table(
        &self,
        name: &str,
    ) -> Result<(String, String, BTreeMap<String, String>), Failure> {
        let base = self.base_named("店").await?;
        let view = self.get(&format!("/bases/{base}")).await?;
        let tables = view["tables"].as_array().unwrap();
        let table = tables.iter().find(|table| table["name"] == name);
        let table = table.ok_or_else(|| refused("no_table_listed", &view))?;
        let text = |value: &Value| value.as_str().unwrap().to_string();
        let fields = table["fields"].as_array().unwrap().iter();
        let fields = fields.map(|field| (text(&field["name"]), text(&field["id"])));
        Ok((base, text(&table["id"]), fields.collect()))
    }

    async fn command(&self, base: &str, id: &str, command: Value) -> Result<Value, Failure> {
        let body = json!({"client_id": id, "command": command});
        let path = format!("/bases/{base}/commands");
        self.ask(Method::POST, &path, Some(body)).await
    }

    /// Asks to end, and waits; what it wrote to stderr.
    async fn stop(mut self) -> String {
        if let Some(pid) = self.child.id() {
            let _ = Command::new("kill")
                .args(["-TERM", &pid.to_string()])
                .status()
                .await;
        }
        match tokio::time::timeout(PATIENCE, self.child.wait()).await {
            Ok(status) => format!("{}\n{status:?}", self.said.await.unwrap()),
            Err(_) => "panicked: it did not end within 30 s".to_string(),
        }
    }
}

/// One plan is run by itself, and tells what happens.
fn is_single() -> bool {
    std::env::var("SUANPAN_FAULTS").is_ok_and(|asked| asked.matches(':').count() == 2)
}

fn refused(code: &str, what: &Value) -> Failure {
    Failure::Refused {
        code: code.to_string(),
        text: what.to_string(),
    }
}

/// The day's work; each step is acknowledged, or tried again as it is.
const STEPS: [&str; 18] = [
    "base",
    "provider",
    "table",
    "records",
    "cells",
    "attachment",
    "field",
    "retype",
    "import",
    "edit1",
    "edit2",
    "edit3",
    "delete",
    "undo",
    "retention",
    "second base",
    "backup",
    "remove base",
];

async fn step(server: &Server, name: &str) -> Result<(), Failure> {
    let id = format!("c-{name}");
    match name {
        "base" | "second base" => {
            let body = json!({"name": if name == "base" { "店" } else { "二" }});
            server.ask(Method::POST, "/bases", Some(body)).await?;
        }
        "provider" => {
            let provider = json!({"preset": "custom", "base_url": "http://127.0.0.1:9/v1", "model": "m", "key": "k-12345678"});
            server
                .ask(Method::PUT, "/providers/one", Some(provider))
                .await?;
        }
        "table" => {
            let base = server.base_named("店").await?;
            let fields = json!([{"name": "品名", "type": "text"}, {"name": "数量", "type": "number"},
                                {"name": "图", "type": "attachment"}]);
            let create = json!({"kind": "create_table", "name": "商品", "fields": fields});
            server.command(&base, &id, create).await?;
        }
        "import" => import(server).await?,
        "retention" => {
            let base = server.base_named("店").await?;
            let path = format!("/bases/{base}/retention");
            server
                .ask(Method::PUT, &path, Some(json!({"days": 30})))
                .await?;
        }
        "backup" => {
            let zip = server.send(Method::POST, "/backup", None).await?;
            assert!(
                zip.starts_with(b"PK"),
                "a backup that is none was acknowledged"
            );
        }
        "remove base" => {
            let base = server.base_named("二").await?;
            server
                .ask(Method::DELETE, &format!("/bases/{base}"), None)
                .await?;
        }
        _ => {
            let (base, table, fields) = server.table("商品").await?;
            let set = |record: u64, field: &str, value: Value| {
                let edit =
                    json!({"record": format!("r{record}"), "field": fields[field], "value": value});
                json!({"kind": "set_cells", "table": table, "edits": [edit]})
            };
            let command = match name {
                "records" => {
                    let one = |n: u64| json!({"cells": {&fields["品名"]: format!("货{n}"), &fields["数量"]: n}});
                    let records: Vec<Value> = (1..=40).map(one).collect();
                    json!({"kind": "create_records", "table": table, "records": records})
                }
                "cells" => set(1, "品名", json!("保温杯")),
                "attachment" => {
                    let path = format!("/uploads?base={base}&name=a.txt");
                    let kept = server
                        .send(Method::POST, &path, Some(PICTURE.to_vec()))
                        .await?;
                    let kept: Value = serde_json::from_slice(&kept).unwrap();
                    set(2, "图", json!([kept]))
                }
                "field" => {
                    let field = json!({"name": "双", "type": "formula", "formula": "[数量]*2"});
                    json!({"kind": "create_field", "table": table, "field": field})
                }
                "retype" => json!({"kind": "update_field", "table": table, "field": fields["品名"],
                                   "field_type": {"type": "number"}}),
                "delete" => {
                    json!({"kind": "delete_records", "table": table, "records": ["r3", "r4"]})
                }
                "undo" => json!({"kind": "undo"}),
                edit => set(
                    5,
                    "数量",
                    json!(edit.len() as u64 + u64::from(edit.as_bytes()[4])),
                ),
            };
            server.command(&base, &id, command).await?;
        }
    }
    Ok(())
}

async fn import(server: &Server) -> Result<(), Failure> {
    let base = server.base_named("店").await?;
    // The one before, if it failed, is to be over.
    let began = Instant::now();
    while server
        .get("/jobs")
        .await?
        .as_array()
        .unwrap()
        .iter()
        .any(|job| job["state"] == "running")
    {
        if began.elapsed() > PATIENCE {
            return Err(refused("still_running", &json!(null)));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // It may have been done all the same: the disk failed after its last change.
    let jobs = server.get("/jobs").await?;
    if jobs
        .as_array()
        .unwrap()
        .iter()
        .any(|job| job["state"] == "done")
    {
        return Ok(());
    }
    let upload = server
        .send(Method::POST, "/uploads?name=k.csv", Some(SHEET.into()))
        .await?;
    let upload: Value = serde_json::from_slice(&upload).unwrap();
    let begin = json!({"upload": upload["upload"], "base": base});
    let job = server.ask(Method::POST, "/imports", Some(begin)).await?;
    let path = format!("/imports/{}", job["job"].as_str().unwrap());
    settled(server, &path, &["staging"], "previewed").await?;
    let confirm = json!({"base": base, "sheets": [{"sheet": 0, "table_name": "客户"}]});
    server
        .ask(Method::POST, &format!("{path}/confirm"), Some(confirm))
        .await?;
    settled(server, &path, &["previewed", "importing"], "done").await
}

async fn settled(server: &Server, path: &str, busy: &[&str], wanted: &str) -> Result<(), Failure> {
    let began = Instant::now();
    loop {
        let job = server.get(path).await?;
        let state = job["state"].as_str().unwrap();
        if state == wanted {
            return Ok(());
        }
        // A failed import takes back what it did as soon as it can.
        let base = server.base_named("店").await?;
        let status = server.get(&format!("/bases/{base}")).await?["status"].clone();
        if status["state"] == "read_only" {
            return Err(refused("read_only", &status));
        }
        if !busy.contains(&state) || began.elapsed() > PATIENCE {
            let code = job["error"]["code"].as_str().unwrap_or("none");
            return Err(refused(code, &job));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// All that people can see, by names: bases, tables, cells, attachments, settings.
async fn look(server: &Server) -> Result<Value, Failure> {
    let mut bases = Vec::new();
    for row in server.get("/bases").await?.as_array().unwrap() {
        let path = format!("/bases/{}", row["id"].as_str().unwrap());
        let view = server.get(&path).await?;
        let mut tables = Vec::new();
        for table in view["tables"].as_array().unwrap() {
            let window = format!(
                "{path}/tables/{}/window?n=200",
                table["id"].as_str().unwrap()
            );
            let window = server.get(&window).await?;
            let mut fields = Vec::new();
            for field in table["fields"].as_array().unwrap() {
                let cells = &window["columns"][field["id"].as_str().unwrap()];
                fields.push(json!([field["name"], field["type"], cells]));
                for digest in cells
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(|cell| cell[0]["digest"].as_str())
                {
                    let blob = server
                        .send(Method::GET, &format!("{path}/blobs/{digest}"), None)
                        .await?;
                    assert_eq!(blob, PICTURE, "an attachment came back changed");
                }
            }
            tables.push(json!([table["name"], window["n_total"], fields]));
        }
        let days = server.get(&format!("{path}/retention")).await?["days"].clone();
        bases.push(
            json!({"name": row["name"], "damage": row["damage"], "days": days, "tables": tables}),
        );
    }
    bases.sort_by_key(|base| base["name"].as_str().unwrap().to_string());
    let providers = server.get("/providers").await?;
    let providers = providers["providers"].as_array().unwrap().iter();
    let providers: Vec<Value> = providers
        .map(|one| json!([one["name"], one["has_key"]]))
        .collect();
    Ok(json!({"bases": bases, "providers": providers}))
}

/// Places in the folder with random parts left out.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        let kind = name
            .split_once(".base")
            .map(|(_, rest)| format!("….base{rest}"));
        match path.is_dir() {
            true => {
                let within = files(&path);
                found.insert(format!("{name}/"));
                // The trash keeps what was thrown away, each under a name of its own.
                if name != "trash" {
                    found.extend(within.iter().map(|one| format!("{name}/{one}")));
                }
            }
            false => drop(found.insert(kind.unwrap_or(name))),
        }
    }
    found
}

/// What the work looks like after each step on a sound disk, and the files that stay.
struct Expected {
    states: Vec<Value>,
    files: BTreeSet<String>,
}

async fn expected() -> Expected {
    let place = Place {
        root: tempfile::tempdir().unwrap(),
    };
    let server = place.start(None).await.unwrap();
    let mut states = vec![look(&server).await.unwrap()];
    for name in STEPS {
        step(&server, name).await.unwrap();
        states.push(look(&server).await.unwrap());
    }
    assert!(!server.stop().await.contains("panicked"));
    let server = place.start(None).await.unwrap();
    assert_eq!(look(&server).await.unwrap(), states[STEPS.len()]);
    server.stop().await;
    let files = files(&place.data());
    Expected { states, files }
}

/// What came of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// The fault was never met.
    NotMet,
    /// Nobody noticed: the call was tried again, or did not matter.
    Unnoticed,
    /// A step was refused with a reason, and done when it was sent again.
    Refused,
    /// The server did not start, and said why.
    NotStarted,
    Killed,
}

struct Run<'a> {
    place: Place,
    plan: &'a str,
    expected: &'a Expected,
    /// Steps acknowledged.
    n_acked: usize,
    codes: BTreeSet<String>,
}

impl Run<'_> {
    /// What is seen must be what was acknowledged, perhaps with the step that was under way.
    fn check_state(&self, seen: &Value, when: &str) {
        let may_be =
            &self.expected.states[self.n_acked..self.expected.states.len().min(self.n_acked + 2)];
        assert!(
            may_be.contains(seen),
            "{} {when}, at step {:?}: seen\n{seen}\nbut acknowledged\n{}",
            self.plan,
            STEPS.get(self.n_acked),
            may_be[0],
        );
    }

    /// Does one step until it is acknowledged; `Err` where the process is gone, with what the client saw.
    async fn step(&mut self, server: &Server, name: &str) -> Result<bool, String> {
        let began = Instant::now();
        let mut was_refused = false;
        loop {
            match step(server, name).await {
                Ok(()) => return Ok(was_refused),
                Err(Failure::Gone(why)) => return Err(why),
                Err(Failure::Refused { code, text }) => {
                    assert!(
                        self.place.met(),
                        "{} {name}: refused on a sound disk: {text}",
                        self.plan
                    );
                    assert!(
                        began.elapsed() < PATIENCE,
                        "{} {name}: does not recover: {text}",
                        self.plan
                    );
                    if is_single() {
                        println!("{name}: refused: {text}");
                    }
                    self.codes.insert(code);
                    if !was_refused {
                        was_refused = true;
                        // A disk that cannot be written can be read.
                        if !self.plan.contains("open:") {
                            match look(server).await {
                                // An import shows what it has done so far, and takes it back once it can.
                                Ok(_) if name == "import" => {}
                                Ok(seen) => self.check_state(&seen, "while the disk fails"),
                                Err(Failure::Gone(why)) => return Err(why),
                                Err(Failure::Refused { text, .. }) => {
                                    panic!("{} {name}: reading does not go on: {text}", self.plan)
                                }
                            }
                        }
                        self.place.heal();
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// The work with the fault.
    async fn work(&mut self) -> Outcome {
        let kills = self.plan.contains("kill");
        let server = match self.place.start(Some(self.plan)).await {
            Ok(server) => server,
            Err(said) => {
                assert!(self.place.met(), "{}: {said}", self.plan);
                self.check_said(&said);
                assert!(
                    kills || said.contains("\"code\""),
                    "{}: no reason: {said}",
                    self.plan
                );
                return if kills {
                    Outcome::Killed
                } else {
                    Outcome::NotStarted
                };
            }
        };
        let mut was_refused = false;
        for name in STEPS {
            self.place.begin(name, self.plan);
            match self.step(&server, name).await {
                Ok(refused) => {
                    was_refused |= refused;
                    self.n_acked += 1;
                }
                Err(why) => {
                    let said = server.stop().await;
                    self.check_said(&said);
                    assert!(kills, "{} {name}: no answer: {why}: {said}", self.plan);
                    return Outcome::Killed;
                }
            }
        }
        self.check_said(&server.stop().await);
        match (self.place.met(), was_refused, kills) {
            (false, ..) => Outcome::NotMet,
            (_, true, _) => Outcome::Refused,
            (_, _, true) => Outcome::Killed,
            _ => Outcome::Unnoticed,
        }
    }

    fn check_said(&self, said: &str) {
        if is_single() {
            println!("the server said: {said}");
        }
        for bad in ["panicked", "RUST_BACKTRACE", "overflow"] {
            assert!(!said.contains(bad), "{}: {said}", self.plan);
        }
    }

    /// A new process on a sound disk finds all of it, and nothing else.
    async fn verify(&self) {
        let server = match self.place.start(None).await {
            Ok(server) => server,
            Err(said) => panic!("{}: does not start again: {said}", self.plan),
        };
        match look(&server).await {
            Ok(seen) => self.check_state(&seen, "after a new start"),
            Err(failure) => panic!("{}: can't be read again: {failure:?}", self.plan),
        }
        for base in server.get("/bases").await.unwrap().as_array().unwrap() {
            let path = format!("/bases/{}/check", base["id"].as_str().unwrap());
            let found = server.ask(Method::POST, &path, None).await.unwrap();
            assert_eq!(found["damage"], json!([]), "{}", self.plan);
        }
        self.check_said(&server.stop().await);
        let stray: Vec<String> = files(&self.place.data())
            .difference(&self.expected.files)
            .cloned()
            .collect();
        assert!(stray.is_empty(), "{}: stray files {stray:?}", self.plan);
    }
}

async fn run(plan: &str, expected: &Expected) -> (Outcome, BTreeSet<String>) {
    let place = Place {
        root: tempfile::tempdir().unwrap(),
    };
    let mut run = Run {
        place,
        plan,
        expected,
        n_acked: 0,
        codes: BTreeSet::new(),
    };
    let outcome = run.work().await;
    run.verify().await;
    (outcome, run.codes)
}

type Told = BTreeMap<Outcome, u64>;
/// How many runs came to what, the codes that they met, and the plans that failed.
type Tally = (Told, BTreeSet<String>, Vec<String>);

/// Runs for every `stride`-th n until one meets no fault, or up to the highest; how many came to what.
async fn all_of(
    class: &str,
    kind: &str,
    (stride, highest): (u64, u64),
    expected: &Arc<Expected>,
) -> Tally {
    let next = Arc::new(AtomicU64::new(0));
    let told: Arc<Mutex<Tally>> = Arc::default();
    let mut tasks = Vec::new();
    for _ in 0..SIDE_BY_SIDE {
        let (next, told, expected) = (next.clone(), told.clone(), expected.clone());
        let (class, kind) = (class.to_string(), kind.to_string());
        tasks.push(tokio::spawn(async move {
            loop {
                let n = 1 + next.fetch_add(1, Ordering::Relaxed) * stride;
                if n > highest {
                    return;
                }
                let plan = format!("{class}:{n}:{kind}");
                let (within, among) = (plan.clone(), expected.clone());
                match tokio::spawn(async move { run(&within, &among).await }).await {
                    Ok((Outcome::NotMet, _)) => return,
                    Ok((outcome, codes)) => {
                        let mut told = told.lock().await;
                        *told.0.entry(outcome).or_default() += 1;
                        told.1.extend(codes);
                    }
                    Err(_) => told.lock().await.2.push(plan),
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    Arc::try_unwrap(told).unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fault_at_every_call_loses_nothing_acknowledged_and_leaves_nothing_half() {
    let expected = Arc::new(expected().await);
    let asked = std::env::var("SUANPAN_FAULTS").unwrap_or_default();
    if is_single() {
        println!("{asked}: {:?}", run(&asked, &expected).await);
        return;
    }
    let stride = if asked == "all" { 1 } else { STRIDE };
    let (mut failed, mut n_runs) = (Vec::new(), 0);
    let wide = PLANS
        .iter()
        .flat_map(|(class, kinds)| kinds.iter().map(move |kind| (*class, *kind, u64::MAX)));
    for (class, kind, highest) in wide.chain(AIMED) {
        if !(asked.is_empty() || asked == "all" || format!("{class}:{kind}") == asked) {
            continue;
        }
        let steps = match highest {
            u64::MAX => (stride, highest),
            _ => (1, highest),
        };
        let began = Instant::now();
        let (told, codes, bad) = all_of(class, kind, steps, &expected).await;
        n_runs += told.values().sum::<u64>();
        let took = began.elapsed().as_secs();
        println!(
            "{class} {kind}: {told:?} {codes:?} failed {} ({took} s)",
            bad.len()
        );
        failed.extend(bad);
    }
    assert!(
        failed.is_empty(),
        "{} runs failed: {failed:?}",
        failed.len()
    );
    assert!(
        n_runs > 40 || asked.contains(':'),
        "only {n_runs} runs met a fault: they would prove nothing"
    );
}
