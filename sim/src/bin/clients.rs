//! Clients at one table, measured: edits one after the other, many writers at once, many who watch.
//!
//! Usage: `clients HOST:PORT BASE TABLE FIELD RECORDS edits|writers|watchers N [SECONDS]`. FIELD is a text field,
//! RECORDS the number of records `r1 …`. Prints one JSON object; times in milliseconds. Started by
//! `bench/clients.py`.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, sync::Barrier};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config, tungstenite::Message,
};

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Clone)]
struct Place {
    url: String,
    table: String,
    field: String,
    n_records: u64,
}

struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    place: Place,
    name: String,
    n_sent: u64,
}

impl Client {
    async fn open(place: &Place, name: String) -> Result<Client, Failure> {
        // As browsers do: small messages leave at once.
        let (socket, _) = connect_async_with_config(&place.url, None, true).await?;
        let mut client = Client {
            socket,
            place: place.clone(),
            // The ids of its commands are its own: another run over the same base is no repetition.
            name: format!("{name}-{}", std::process::id()),
            n_sent: 0,
        };
        client
            .send(json!({"type": "hello", "client": client.name, "locale": "zh-CN"}))
            .await?;
        client.wait_for(|text| text.contains("\"welcome\"")).await?;
        let watch = json!({"type": "watch", "table": place.table, "from": 0, "n": 200});
        client.send(watch).await?;
        // Messages are heard in their order: from here on patches show what is watched.
        client.send(json!({"type": "ping"})).await?;
        client.wait_for(|text| text.contains("\"pong\"")).await?;
        Ok(client)
    }

    async fn send(&mut self, message: Value) -> Result<(), Failure> {
        let text = message.to_string();
        Ok(self.socket.send(Message::Text(text.into())).await?)
    }

    async fn text(&mut self) -> Result<String, Failure> {
        loop {
            match self.socket.next().await.ok_or("the socket was closed")?? {
                Message::Text(text) => return Ok(text.to_string()),
                Message::Close(_) => return Err("the socket was closed".into()),
                _ => {}
            }
        }
    }

    async fn wait_for(&mut self, wanted: impl Fn(&str) -> bool) -> Result<String, Failure> {
        loop {
            let text = self.text().await?;
            if text.contains("\"type\":\"rejected\"") {
                return Err(text.into());
            }
            if wanted(&text) {
                return Ok(text);
            }
        }
    }

    async fn edit(&mut self, record: u64, value: &str) -> Result<String, Failure> {
        self.n_sent += 1;
        let id = format!("{}-{}", self.name, self.n_sent);
        let edit =
            json!({"record": format!("r{record}"), "field": self.place.field, "value": value});
        let command = json!({"kind": "set_cells", "table": self.place.table, "edits": [edit]});
        self.send(json!({"type": "command", "client_id": id, "command": command}))
            .await?;
        Ok(id)
    }

    /// Sent and, as its own patch tells, durable.
    async fn durable_edit(&mut self, record: u64, value: &str) -> Result<(), Failure> {
        let id = self.edit(record, value).await?;
        let own = format!("\"client_id\":\"{id}\"");
        self.wait_for(|text| text.contains(&own)).await.map(drop)
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// A place that looks drawn by lot and is the same in every run.
fn drawn(n: u64, of: u64) -> u64 {
    1 + n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) % of.max(1)
}

fn summary(mut times: Vec<f64>) -> Value {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = times.len().saturating_sub(1);
        times.get((last as f64 * share).round() as usize).copied()
    };
    json!({"n": times.len(), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)})
}

async fn edits(place: &Place, n: u64) -> Result<Value, Failure> {
    let mut client = Client::open(place, "edits".into()).await?;
    let mut times = Vec::new();
    for at in 0..n + 50 {
        let began = Instant::now();
        client
            .durable_edit(drawn(at, place.n_records), &format!("改{at}"))
            .await?;
        // The first ones find cold columns; they are told apart, as the longest.
        if at >= 50 {
            times.push(milliseconds(began));
        }
    }
    Ok(summary(times))
}

async fn writers(place: &Place, n: u64, seconds: f64) -> Result<Value, Failure> {
    let start = Arc::new(Barrier::new(n as usize));
    let mut tasks = Vec::new();
    for writer in 0..n {
        let (place, start) = (place.clone(), start.clone());
        tasks.push(tokio::spawn(async move {
            let mut client = Client::open(&place, format!("writer{writer}")).await?;
            start.wait().await;
            let began = Instant::now();
            let mut times = Vec::new();
            while began.elapsed().as_secs_f64() < seconds {
                let record = drawn(client.n_sent * n + writer, place.n_records);
                let sent = Instant::now();
                client
                    .durable_edit(record, &format!("w{writer}-{}", client.n_sent))
                    .await?;
                times.push(milliseconds(sent));
            }
            Ok::<Vec<f64>, Failure>(times)
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    let per_second = all.len() as f64 / seconds;
    let mut told = summary(all);
    told["edits_per_second"] = json!(per_second);
    Ok(told)
}

/// Times from sending an edit to its arrival at each of `n` watchers.
async fn watchers(place: &Place, n: u64, seconds: f64) -> Result<Value, Failure> {
    const PER_SECOND: u64 = 50;
    let origin = Instant::now();
    let n_edits = (seconds * PER_SECOND as f64) as u64;
    let mut tasks = Vec::new();
    for watcher in 0..n {
        let mut client = Client::open(place, format!("watcher{watcher}")).await?;
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            // As the page does: who says nothing for a while is taken for gone.
            let mut alive = tokio::time::interval(Duration::from_secs(25));
            while (times.len() as u64) < n_edits {
                let text = tokio::select! {
                    text = tokio::time::timeout(Duration::from_secs(20), client.text()) => text??,
                    _ = alive.tick() => {
                        client.send(json!({"type": "ping"})).await?;
                        continue;
                    }
                };
                let now = origin.elapsed().as_micros() as f64;
                if text.contains("\"type\":\"resync\"") {
                    return Err("a watcher was too slow".into());
                }
                let stamp = text
                    .split("\"@")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next());
                if let Some(sent) = stamp.and_then(|stamp| stamp.parse::<f64>().ok()) {
                    times.push((now - sent) / 1000.0);
                }
            }
            Ok::<Vec<f64>, Failure>(times)
        }));
    }
    let mut editor = Client::open(place, "editor".into()).await?;
    let mut tick = tokio::time::interval(Duration::from_millis(1000 / PER_SECOND));
    for at in 0..n_edits {
        tick.tick().await;
        let stamp = format!("@{}", origin.elapsed().as_micros());
        editor.durable_edit(1 + at % 200, &stamp).await?;
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    Ok(summary(all))
}

async fn run(args: &[String]) -> Result<Value, Failure> {
    let [host, base, table, field, n_records, what, n, more @ ..] = args else {
        return Err(
            "usage: clients HOST:PORT BASE TABLE FIELD RECORDS edits|writers|watchers N [SECONDS]"
                .into(),
        );
    };
    let place = Place {
        url: format!("ws://{host}/api/v1/bases/{base}/socket"),
        table: table.clone(),
        field: field.clone(),
        n_records: n_records.parse()?,
    };
    let n = n.parse()?;
    let seconds = more.first().map_or(Ok(5.0), |text| text.parse())?;
    match what.as_str() {
        "edits" => edits(&place, n).await,
        "writers" => writers(&place, n, seconds).await,
        "watchers" => watchers(&place, n, seconds).await,
        other => Err(format!("no such measurement: {other}").into()),
    }
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args).await {
        Ok(told) => println!("{told}"),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}
