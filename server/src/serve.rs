//! Running the server: the port, the start-up lines, the orderly end.

use crate::{
    app,
    auth::{self, Hosts},
    config::Config,
    error::{ApiError, Locale},
    instance::{Instance, StartError, StartOptions},
    limits::SHUTDOWN_GRACE_S,
    template,
};
use axum::serve::ListenerExt;
use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    time::Duration,
};
use tokio::net::TcpListener;

/// The server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the address {address} cannot be used: {cause}")]
    Listen {
        address: SocketAddr,
        cause: std::io::Error,
    },
    #[error("the data folder's lock cannot be written: {0}")]
    Announce(#[source] std::io::Error),
    #[error("the server ended: {0}")]
    Run(#[source] std::io::Error),
}

/// Serves until the process is told to end; `ready` hears the address that is served.
pub async fn serve(
    config: &Config,
    ready: impl FnOnce(SocketAddr, &app::App),
) -> Result<(), ServeError> {
    let instance = Instance::start(StartOptions {
        data: config.data.clone(),
        runs_ai: true,
        program: None,
    })?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|cause| ServeError::Listen {
            address: config.listen,
            cause,
        })?;
    let address = listener.local_addr().map_err(ServeError::Run)?;
    let own = loopback_url(address);
    instance.announce(&own).map_err(ServeError::Announce)?;
    let hosts = match address.ip().is_loopback() {
        true => Hosts::Local,
        false => Hosts::Any,
    };
    if config.demo {
        add_demo(&instance).await;
    }
    let router = app::router(instance.clone(), hosts);
    ready(address, &instance);
    let (ending, mut ended) = tokio::sync::watch::channel(false);
    let closing = instance.clone();
    let graceful = async move {
        wait_for_end().await;
        // Sockets first: they would keep the server up.
        closing.end_sessions();
        ending.send_replace(true);
    };
    // A patch is small and follows another: held back until the last one is confirmed, it would take 40 ms.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small messages of a connection may wait");
        }
    });
    let serving = axum::serve(listener, router).with_graceful_shutdown(graceful);
    let grace = async move {
        let _ = ended.wait_for(|ended| *ended).await;
        tokio::time::sleep(Duration::from_secs(SHUTDOWN_GRACE_S)).await;
    };
    let result = tokio::select! {
        result = async { serving.await } => result,
        () = grace => Ok(()),
    };
    let closing = instance.clone();
    let _ = tokio::task::spawn_blocking(move || closing.close()).await;
    result.map_err(ServeError::Run)
}

/// Adds the sample base if there is none of its name; a failure is no reason not to serve.
async fn add_demo(instance: &app::App) {
    let added = async {
        let demo = template::find(template::DEMO)?;
        let name = demo.title.said(Locale::Zh);
        let bases = instance.bases.list().await?;
        if bases.iter().all(|base| base.name != name) {
            instance
                .bases
                .create_from(name, demo, auth::actor_of("demo"))
                .await?;
        }
        Ok::<(), ApiError>(())
    };
    if let Err(cause) = added.await {
        tracing::warn!(code = cause.code, "the sample base could not be added");
    }
}

/// Ctrl-C, or SIGTERM.
async fn wait_for_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Where this machine reaches the server.
pub fn loopback_url(address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if ip.is_loopback() => ip,
        IpAddr::V4(ip) if !ip.is_unspecified() => IpAddr::V4(ip),
        IpAddr::V6(ip) if !ip.is_unspecified() => IpAddr::V6(ip),
        _ => IpAddr::from([127, 0, 0, 1]),
    };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

/// This machine's address in the local network, where it has one. Nothing is sent.
pub fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}
