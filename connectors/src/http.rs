//! The only egress: every request that leaves the product goes through a client made here.
//!
//! Law: no proxy from the environment, no redirect (an API that redirects is a wrong address, and a redirect
//! would carry the key elsewhere), every phase has a time limit. Tests: `connectors/tests/model_faults.rs`.

use std::time::Duration;

/// Establishing a connection, TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle connections kept per host; as many as questions run in parallel.
const IDLE_CONNECTIONS: usize = 32;

#[derive(Debug, thiserror::Error)]
#[error("the network client cannot be set up: {0}")]
pub struct BuildClientError(#[from] reqwest::Error);

/// A client for API calls. Time limits of the answer are the caller's.
pub fn api_client() -> Result<reqwest::Client, BuildClientError> {
    Ok(reqwest::Client::builder()
        .user_agent(concat!("suanpan/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_keepalive(Duration::from_secs(30))
        .build()?)
}
