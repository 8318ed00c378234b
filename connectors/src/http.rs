//! The only egress: every request that leaves the product goes through a client made here.
//!
//! Law: no proxy from the environment, no redirect (an API that redirects is a wrong address, and a redirect
//! would carry the key elsewhere), every phase has a time limit. [`fetch`] is for addresses that an answer names: it
//! reaches public addresses only. Tests: `connectors/tests/model_faults.rs`, `image_modes.rs`, and below.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

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

/// A whole download.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);

/// Why an address that an answer named was not read.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the address is not usable")]
    BadAddress,
    #[error("the address leads into a private network")]
    PrivateAddress,
    #[error("status {0}")]
    Status(u16),
    #[error("it is not a picture but {0}")]
    WrongType(String),
    #[error("more than {0} bytes")]
    TooLarge(usize),
    #[error("not within {limit_ms} ms")]
    TimedOut { limit_ms: u64 },
    #[error(transparent)]
    Network(#[from] reqwest::Error),
}

/// Reads a picture from an address that somebody else chose: no key, no redirect, no private network but the host
/// `trusted` itself.
pub async fn fetch(
    address: &str,
    trusted: Option<&str>,
    max_bytes: usize,
) -> Result<Vec<u8>, FetchError> {
    let url = reqwest::Url::parse(address).map_err(|_| FetchError::BadAddress)?;
    let host = url.host_str().ok_or(FetchError::BadAddress)?;
    let is_trusted = trusted.is_some_and(|trusted| trusted.eq_ignore_ascii_case(host));
    // A name is checked when it is resolved, a written address never is.
    let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
    if !is_trusted && literal.is_ok_and(|address| !is_public(address)) {
        return Err(FetchError::PrivateAddress);
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("suanpan/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT);
    if !is_trusted {
        builder = builder.dns_resolver(Arc::new(PublicOnly));
    }
    let reading = read(builder.build()?, url, max_bytes);
    tokio::time::timeout(FETCH_TIMEOUT, reading)
        .await
        .map_err(|_| FetchError::TimedOut {
            limit_ms: FETCH_TIMEOUT.as_millis() as u64,
        })?
}

async fn read(
    client: reqwest::Client,
    url: reqwest::Url,
    max_bytes: usize,
) -> Result<Vec<u8>, FetchError> {
    let mut response = client.get(url).send().await?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let kind = response.headers().get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // Stores of files often know no better than “bytes”; the bytes are looked at later.
    if !kind.is_empty() && !kind.starts_with("image/") && !kind.contains("octet-stream") {
        return Err(FetchError::WrongType(kind.chars().take(60).collect()));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await? {
        if bytes.len() + piece.len() > max_bytes {
            return Err(FetchError::TooLarge(max_bytes));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Names that lead into a private network have no address here.
struct PublicOnly;

impl reqwest::dns::Resolve for PublicOnly {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|one| is_public(one.ip())).collect();
            if public.is_empty() {
                return Err(FetchError::PrivateAddress.into());
            }
            Ok(Box::new(public.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

/// False for loopback, private, link-local (clouds keep secrets there), shared, reserved and multicast addresses.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let is_special = matches!(
                (a, b, c),
                (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) | (240.., ..)
            );
            let is_inside = v4.is_loopback() || v4.is_private() || v4.is_link_local();
            !is_special && !is_inside && !v4.is_multicast()
        }
        IpAddr::V6(v6) => match v6.to_ipv4() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => {
                let first = v6.segments()[0];
                let is_global = (0x2000..=0x3fff).contains(&first);
                // 6to4 and Teredo carry other addresses inside.
                is_global && first != 0x2002 && v6.segments()[..2] != [0x2001, 0]
            }
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for public in ["8.8.8.8", "223.5.5.5", "2400:3200::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:1::",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[tokio::test]
    async fn an_address_inside_is_not_read() {
        for address in [
            "http://127.0.0.1:9/a",
            "http://[::1]:9/a",
            "http://169.254.169.254/latest",
            "http://2130706433/",
        ] {
            let refused = fetch(address, None, 10).await.unwrap_err();
            assert!(
                matches!(refused, FetchError::PrivateAddress),
                "{address}: {refused}"
            );
        }
        assert!(matches!(
            fetch("file:///etc/passwd", None, 10).await,
            Err(FetchError::BadAddress)
        ));
        // By name it fails while the name is resolved.
        assert!(matches!(
            fetch("http://localhost:9/a", None, 10).await,
            Err(FetchError::Network(_))
        ));
    }
}
