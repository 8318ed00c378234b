//! The server binary as a child process on a free port: started, asked over HTTP, killed.

use reqwest::{Client, Method};
use serde_json::Value;
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running server; killed (SIGKILL) when dropped.
pub struct Server {
    child: Child,
    pub url: String,
    client: Client,
}

/// The binary that `cargo` built beside the tests, or `SUANPAN_BIN`.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("SUANPAN_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().unwrap_or_default();
    test.ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
        .join("suanpan")
}

impl Server {
    /// Starts on `data` and waits until it answers.
    pub async fn start(data: &Path) -> Result<Server, String> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let child = Command::new(binary())
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| {
                format!(
                    "{}: {error}; run `cargo build -p server` first",
                    binary().display()
                )
            })?;
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build();
        let client = client.map_err(|error| error.to_string())?;
        let mut server = Server {
            child,
            url: format!("http://127.0.0.1:{port}/api/v1"),
            client,
        };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if server.ask(Method::GET, "/health", None).await.is_ok() {
                return Ok(server);
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(format!("the server ended at once: {status}"));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("the server did not answer within 20 s".into())
    }

    /// One JSON call; an error text for anything but 2xx.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, String> {
        call(&self.client, &self.url, method, path, body).await
    }

    /// What a writer task needs to call this server by itself.
    pub fn caller(&self) -> (Client, String) {
        (self.client.clone(), self.url.clone())
    }

    /// SIGKILL, and waits until the process is gone.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One JSON call to a server at `url`.
pub async fn call(
    client: &Client,
    url: &str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, String> {
    let mut request = client.request(method, format!("{url}{path}"));
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await.map_err(|error| error.to_string())?;
    let status = response.status();
    let text = response.text().await.map_err(|error| error.to_string())?;
    if !status.is_success() {
        return Err(format!("{path}: {status}: {text}"));
    }
    if text.is_empty() {
        Ok(Value::Null)
    } else {
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    }
}
