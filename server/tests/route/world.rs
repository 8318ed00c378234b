//! A router over a temporary data folder, and short words for asking it.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::Value;
use server::{
    app,
    auth::Hosts,
    instance::{Instance, LockError, StartError, StartOptions},
};
use tower::ServiceExt;

pub struct World {
    router: Router,
    instance: app::App,
    pub folder: tempfile::TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl World {
    pub fn new() -> World {
        World::over(tempfile::tempdir().unwrap())
    }

    pub fn over(folder: tempfile::TempDir) -> World {
        let start = || {
            Instance::start(StartOptions {
                data: folder.path().to_path_buf(),
                runs_ai: true,
                program: Some(env!("CARGO_BIN_EXE_suanpan").into()),
            })
        };
        // A child that another test is just starting holds copies of all open files until it runs its own program:
        // for that moment the lock of a folder that was let go of is still held.
        let moments = 0..10_000;
        let instance = moments
            .map(|_| start())
            .find(|started| match started {
                Err(StartError::Lock(LockError::Held { .. })) => {
                    std::thread::yield_now();
                    false
                }
                _ => true,
            })
            .unwrap()
            .unwrap();
        World {
            router: app::router(instance.clone(), Hosts::Local),
            instance,
            folder,
        }
    }

    /// Ends this one and starts another over the same folder.
    pub async fn restart(self) -> World {
        World::over(self.stop().await)
    }

    /// Ends this one; its folder.
    pub async fn stop(self) -> tempfile::TempDir {
        let World {
            router,
            instance,
            folder,
        } = self;
        drop(router);
        let instance = tokio::task::spawn_blocking(move || {
            instance.close();
            instance
        })
        .await
        .unwrap();
        drop(instance);
        folder
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: bytes.to_vec(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path, None)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(request("POST", path, Some(body))).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(request("PUT", path, Some(body))).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(request("PATCH", path, Some(body))).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(request("DELETE", path, None)).await
    }

    pub async fn post_bytes(&self, path: &str, bytes: Vec<u8>) -> Answer {
        let request = Request::post(format!("/api/v1{path}"))
            .header("host", "localhost:8080")
            .body(Body::from(bytes))
            .unwrap();
        self.send(request).await
    }

    /// The next steps of writing to a base follow the plan.
    pub async fn inject(&self, base: &str, fault: store::fault::Fault) {
        let open = self.instance.bases.get(base).await;
        let Ok(open) = open else {
            panic!("{base} is not there");
        };
        open.handle.inject(fault);
    }

    /// A new empty base; its id.
    pub async fn base(&self, name: &str) -> String {
        let made = self.post("/bases", serde_json::json!({"name": name})).await;
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()["id"].as_str().unwrap().to_string()
    }

    /// Carries out a command that must succeed; its result.
    pub async fn command(&self, base: &str, command: Value) -> Value {
        let path = format!("/bases/{base}/commands");
        let answer = self
            .post(&path, serde_json::json!({"command": command}))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["result"].clone()
    }
}

pub fn request(method: &str, path: &str, body: Option<Value>) -> Request<Body> {
    let builder = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("host", "localhost:8080")
        .header("accept-language", "en");
    match body {
        Some(body) => builder
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap(),
        None => builder.body(Body::empty()).unwrap(),
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The stable code of an error answer with this status.
    pub fn error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        let body = self.json();
        assert!(!body["message"].as_str().unwrap().is_empty());
        body["code"].as_str().unwrap().to_string()
    }
}
