//! Refuses unsafe requests and socket handshakes that another site's page sends.
//!
//! Browsers say where a request comes from: `Sec-Fetch-Site`, and `Origin` on unsafe methods and sockets.
//! Where both are absent the caller is no browser page (the command line, a script). The `Origin` must
//! equal the host that the request is addressed to, scheme aside (a proxy may add TLS). A DNS-rebinding
//! page has an equal name on both sides, so while the server listens on this machine only, the host must
//! also be a name of this machine ([`Hosts::Local`]).

use crate::error::ApiError;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Which host names requests may be addressed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// `localhost` and loopback addresses.
    Local,
    /// Any: the server is open to the network.
    Any,
}

/// The layer. Sockets open by GET, so an `Upgrade` header counts as unsafe.
pub async fn same_origin(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let is_safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) && !request.headers().contains_key(header::UPGRADE);
    match check(request.headers(), request.uri(), hosts, is_safe) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(headers: &HeaderMap, uri: &Uri, hosts: Hosts, is_safe: bool) -> Result<(), ApiError> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("host")
        .map(str::to_string)
        .or_else(|| uri.authority().map(|authority| authority.to_string()));
    if hosts == Hosts::Local && host.as_deref().is_some_and(|host| !is_local(host)) {
        return Err(refused(
            "host_refused",
            "这个地址不是本机地址,服务器只接受本机访问。",
            "The server takes requests for this machine's own names only.",
        ));
    }
    if is_safe {
        return Ok(());
    }
    let foreign_site = text("sec-fetch-site").is_some_and(|site| site != "same-origin");
    let foreign_origin = text("origin").is_some_and(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_none() || authority != host.as_deref()
    });
    match foreign_site || foreign_origin {
        true => Err(refused(
            "foreign_origin",
            "请求来自别的网站,已拒绝。",
            "The request comes from another site and was refused.",
        )),
        false => Ok(()),
    }
}

fn refused(code: &'static str, zh: &str, en: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, code, zh, en)
}

fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ask(host: &str, origin: &str, site: &str, hosts: Hosts, is_safe: bool) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in [("host", host), ("origin", origin), ("sec-fetch-site", site)] {
            if !value.is_empty() {
                headers.insert(name, value.parse().unwrap());
            }
        }
        check(&headers, &Uri::from_static("/"), hosts, is_safe).is_ok()
    }

    #[test]
    fn only_our_own_pages_change_things() {
        use Hosts::{Any, Local};
        for (host, origin, site, hosts, is_safe, want) in [
            ("localhost:8080", "", "", Local, false, true),
            (
                "localhost:8080",
                "http://localhost:8080",
                "same-origin",
                Local,
                false,
                true,
            ),
            (
                "127.0.0.1:8080",
                "http://evil.example",
                "cross-site",
                Local,
                false,
                false,
            ),
            (
                "127.0.0.1:8080",
                "http://127.0.0.1:9999",
                "same-site",
                Local,
                false,
                false,
            ),
            (
                "127.0.0.1:8080",
                "http://127.0.0.1:9999",
                "",
                Local,
                false,
                false,
            ),
            ("127.0.0.1:8080", "null", "", Local, false, false),
            (
                "127.0.0.1:8080",
                "http://evil.example",
                "cross-site",
                Local,
                true,
                true,
            ),
            (
                "evil.example:8080",
                "http://evil.example:8080",
                "same-origin",
                Local,
                false,
                false,
            ),
            ("evil.example:8080", "", "", Local, true, false),
            (
                "shop.lan:8080",
                "http://shop.lan:8080",
                "same-origin",
                Any,
                false,
                true,
            ),
            ("[::1]:8080", "http://[::1]:8080", "", Local, false, true),
        ] {
            assert_eq!(
                ask(host, origin, site, hosts, is_safe),
                want,
                "{host} {origin} {site}"
            );
        }
    }
}
