//! How commands reach the data: through the API of the running server, or, where none runs, through the same
//! router inside this process over the locked folder. So every command exists once.

use super::answer::Failure;
use crate::{
    app,
    auth::Hosts,
    error::{Locale, Words},
    instance::{Instance, LockError, StartError, StartOptions},
    wire::ErrorBody,
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use serde_json::Value;
use std::{
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::io::AsyncWriteExt;
use tower::ServiceExt;

/// Milliseconds between two looks at a job.
const POLL_MS: u64 = 100;
/// Seconds after which a waiting job gives up when its progress stands still.
const STALLED_S: u64 = 900;

/// What the command-line flags say about where the data is.
#[derive(clap::Args, Clone)]
pub struct DataArgs {
    /// The data folder. 数据文件夹。
    #[arg(long, default_value = "./data")]
    pub data: std::path::PathBuf,
    /// Answers as JSON. 以 JSON 输出。
    #[arg(long)]
    pub json: bool,
}

pub enum Api {
    /// No server runs: the router in this process.
    Inside {
        router: Router,
        instance: Arc<Instance>,
    },
    /// A server runs: its address.
    Served {
        client: reqwest::Client,
        url: String,
    },
}

pub enum Content<'a> {
    Nothing,
    Json(Value),
    File(&'a Path),
}

pub struct Reply {
    pub status: StatusCode,
    body: BoxStream<'static, Result<Bytes, String>>,
}

/// Runs a command's work, ends what it opened, and says how it ended.
pub fn run<F>(args: &DataArgs, work: impl FnOnce(Arc<Api>) -> F) -> ExitCode
where
    F: Future<Output = Result<ExitCode, Failure>>,
{
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(cause) => return broken("start", &cause).report(args.json),
    };
    let ended = runtime.block_on(async {
        let api = Arc::new(Api::open(&args.data)?);
        let ended = work(api.clone()).await;
        api.close().await;
        ended
    });
    ended.unwrap_or_else(|failure| failure.report(args.json))
}

/// The language of this terminal: Chinese unless it says English.
pub fn locale() -> Locale {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match named {
        Some(name) if name.to_ascii_lowercase().starts_with("en") => Locale::En,
        _ => Locale::Zh,
    }
}

impl Api {
    fn open(data: &Path) -> Result<Api, Failure> {
        let options = StartOptions {
            data: data.to_path_buf(),
            runs_ai: false,
            program: None,
        };
        match Instance::start(options) {
            Ok(instance) => Ok(Api::Inside {
                router: app::router(instance.clone(), Hosts::Local),
                instance,
            }),
            Err(StartError::Lock(LockError::Held { folder, holder })) => {
                let url = holder.as_ref().and_then(|holder| holder.url.clone());
                let Some(url) = url else {
                    return Err(LockError::Held { folder, holder }.into());
                };
                let client = connectors::http::api_client()
                    .map_err(|cause| broken("connect", &std::io::Error::other(cause)))?;
                Ok(Api::Served { client, url })
            }
            Err(cause) => Err(cause.into()),
        }
    }

    async fn close(&self) {
        if let Api::Inside { instance, .. } = self {
            let instance = instance.clone();
            let _ = tokio::task::spawn_blocking(move || instance.close()).await;
        }
    }

    async fn send(&self, request: Request<Body>) -> Result<Reply, Failure> {
        match self {
            Api::Inside { router, .. } => {
                let response = match router.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                let (parts, body) = response.into_parts();
                let body = body.into_data_stream().map_err(|cause| cause.to_string());
                Ok(Reply {
                    status: parts.status,
                    body: body.boxed(),
                })
            }
            Api::Served { client, url } => {
                let (parts, body) = request.into_parts();
                let address = format!("{url}{}", parts.uri);
                let mut asked = client.request(parts.method, address);
                for name in [header::CONTENT_TYPE, header::ACCEPT_LANGUAGE] {
                    if let Some(value) = parts.headers.get(&name) {
                        asked = asked.header(name, value);
                    }
                }
                let body = reqwest::Body::wrap_stream(body.into_data_stream());
                let response = asked.body(body).send().await.map_err(|_| gone(url))?;
                Ok(Reply {
                    status: response.status(),
                    body: response
                        .bytes_stream()
                        .map_err(|cause| cause.to_string())
                        .boxed(),
                })
            }
        }
    }

    /// Asks for `path` below `/api/v1`; an error answer becomes a [`Failure`].
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        content: Content<'_>,
    ) -> Result<Reply, Failure> {
        let language = match locale() {
            Locale::Zh => "zh-CN",
            Locale::En => "en",
        };
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::HOST, "localhost")
            .header(header::ACCEPT_LANGUAGE, language)
            .header("x-suanpan-client", "cli");
        let body = match content {
            Content::Nothing => Body::empty(),
            Content::Json(value) => {
                builder = builder.header(header::CONTENT_TYPE, "application/json");
                Body::from(value.to_string())
            }
            Content::File(path) => {
                let file = tokio::fs::File::open(path)
                    .await
                    .map_err(|cause| unreadable(path, &cause))?;
                Body::from_stream(tokio_util::io::ReaderStream::new(file))
            }
        };
        let request = builder
            .body(body)
            .map_err(|cause| broken("ask", &std::io::Error::other(cause)))?;
        let reply = self.send(request).await?;
        match reply.status.is_success() {
            true => Ok(reply),
            false => Err(reply.failure().await),
        }
    }

    pub async fn json(
        &self,
        method: &str,
        path: &str,
        content: Content<'_>,
    ) -> Result<Value, Failure> {
        let bytes = self.ask(method, path, content).await?.bytes().await?;
        // 204 No Content has no body.
        let bytes = if bytes.is_empty() {
            &b"null"[..]
        } else {
            &bytes[..]
        };
        serde_json::from_slice(bytes).map_err(|cause| broken("read an answer", &cause.into()))
    }

    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.json("GET", path, Content::Nothing).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.json("POST", path, Content::Json(body)).await
    }

    /// Looks at a job until its state is none of `busy`; gives its last answer.
    pub async fn wait(&self, path: &str, busy: &[&str]) -> Result<Value, Failure> {
        let mut progress = Value::Null;
        let mut moved = Instant::now();
        loop {
            let job = self.get(path).await?;
            let state = job["state"].as_str().unwrap_or_default();
            if !busy.contains(&state) {
                return Ok(job);
            }
            if job["progress"] != progress {
                progress = job["progress"].clone();
                moved = Instant::now();
            }
            if moved.elapsed() > Duration::from_secs(STALLED_S) {
                return Err(Failure::new(
                    "job_stalled",
                    "任务长时间没有进展。",
                    "The job has not moved for a long time.",
                ));
            }
            tokio::time::sleep(Duration::from_millis(POLL_MS)).await;
        }
    }

    /// The base with this id or name.
    pub async fn base_named(&self, name: &str) -> Result<Option<Value>, Failure> {
        let bases = self.get("/bases").await?;
        let all = bases.as_array().cloned().unwrap_or_default();
        let by_id = all.iter().find(|base| base["id"] == name);
        let mut by_name = all.iter().filter(|base| base["name"] == name);
        match (by_id, by_name.next(), by_name.next()) {
            (Some(base), ..) | (None, Some(base), None) => Ok(Some(base.clone())),
            (None, None, _) => Ok(None),
            (None, Some(_), Some(_)) => Err(Failure::new(
                "name_not_unique",
                format!("有几个表库都叫“{name}”,请用编号。"),
                format!("Several bases are called “{name}”; use the id."),
            )),
        }
    }

    pub async fn base_needed(&self, name: &str) -> Result<Value, Failure> {
        self.base_named(name).await?.ok_or_else(|| {
            Failure::new(
                "no_base",
                format!("找不到表库“{name}”。"),
                format!("There is no base “{name}”."),
            )
        })
    }
}

impl Reply {
    pub async fn bytes(mut self) -> Result<Vec<u8>, Failure> {
        let mut all = Vec::new();
        while let Some(chunk) = self.body.next().await {
            let chunk =
                chunk.map_err(|cause| broken("read an answer", &std::io::Error::other(cause)))?;
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    /// Writes the answer to a file that appears whole or not at all; its size.
    pub async fn save(mut self, path: &Path) -> Result<u64, Failure> {
        let failed = |cause: std::io::Error| unwritable(path, &cause);
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let part = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let mut file = tokio::fs::File::from_std(part.reopen().map_err(failed)?);
        let mut n_bytes = 0;
        while let Some(chunk) = self.body.next().await {
            let chunk =
                chunk.map_err(|cause| broken("read an answer", &std::io::Error::other(cause)))?;
            n_bytes += chunk.len() as u64;
            file.write_all(&chunk).await.map_err(failed)?;
        }
        file.sync_all().await.map_err(failed)?;
        part.persist(path).map_err(|error| failed(error.error))?;
        Ok(n_bytes)
    }

    async fn failure(self) -> Failure {
        let status = self.status;
        let bytes = self.bytes().await.unwrap_or_default();
        match serde_json::from_slice::<ErrorBody>(&bytes) {
            Ok(body) => failure_of(&body),
            Err(_) => Failure::new(
                "bad_answer",
                format!("服务器的回答看不懂({status})。"),
                format!("The server's answer could not be read ({status})."),
            ),
        }
    }
}

/// An error of the API, which speaks one language: it stands in for both.
pub fn failure_of(body: &ErrorBody) -> Failure {
    let place = body.at.as_deref().map(|at| format!(" [{at}]"));
    let message = format!("{}{}", body.message, place.unwrap_or_default());
    let mut failure = Failure::new(&body.code, message.clone(), message);
    failure.hint = body.hint.clone().map(|hint| Words::new(hint.clone(), hint));
    failure
}

fn gone(url: &str) -> Failure {
    Failure::new(
        "server_gone",
        format!("数据文件夹正由 {url} 的服务使用,但它没有回答。"),
        format!("The data folder is used by the server at {url}, which does not answer."),
    )
    .hint(
        "请重启那个服务后再试。",
        "Restart that server and try again.",
    )
}

fn broken(act: &str, cause: &std::io::Error) -> Failure {
    Failure::new(
        "broken",
        format!("没有成功({act}: {cause})。"),
        format!("It did not work ({act}: {cause})."),
    )
}

pub fn unreadable(path: &Path, cause: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::new(
        "file_unreadable",
        format!("文件 {path} 读不了({cause})。"),
        format!("The file {path} cannot be read ({cause})."),
    )
}

pub fn unwritable(path: &Path, cause: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::new(
        "file_unwritable",
        format!("文件 {path} 写不了({cause})。"),
        format!("The file {path} cannot be written ({cause})."),
    )
}
