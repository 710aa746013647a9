//! Who may ask: pages of this server, and programs that are no browser.
//!
//! A page of another site cannot make a browser act here: its requests carry its own `Origin`
//! (cross-site request forgery), and a name of its own that it has pointed at this machine is no
//! `Host` this server answers for (DNS rebinding).

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, Request, header};
use protocol::route;

use super::fault::Fault;

/// Checks where a request comes from.
///
/// # Errors
///
/// `foreign_host` and `foreign_origin`.
pub(super) fn check<B>(request: &Request<B>, hosts: &[String]) -> Result<(), Fault> {
    let host = host(request)?;
    if let Some(host) = &host
        && !is_ours(host, hosts)
    {
        return Err(Fault::general(route::FOREIGN_HOST).with("host", host));
    }
    let asks = request.method() != Method::GET && request.method() != Method::HEAD;
    let connects = request.headers().contains_key(header::UPGRADE);
    match request.headers().get(header::ORIGIN) {
        Some(origin) if (asks || connects) && !same(origin, host.as_ref()) => {
            Err(Fault::general(route::FOREIGN_ORIGIN))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whom a request is meant for; `None` for programs that do not say.
fn host<B>(request: &Request<B>) -> Result<Option<Authority>, Fault> {
    let named = request.headers().get(header::HOST);
    let authority = match (request.uri().authority(), named) {
        (Some(authority), _) => return Ok(Some(authority.clone())),
        (None, Some(named)) => Authority::try_from(named.as_bytes()),
        (None, None) => return Ok(None),
    };
    authority.map(Some).map_err(|_| Fault::general(route::FOREIGN_HOST))
}

/// An address, this machine's own name, or a name the office has chosen: an address cannot be
/// pointed elsewhere by anybody.
fn is_ours(host: &Authority, hosts: &[String]) -> bool {
    let name = host.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    bare.parse::<std::net::IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn same(origin: &HeaderValue, host: Option<&Authority>) -> bool {
    let (Ok(origin), Some(host)) = (origin.to_str(), host) else { return false };
    let schemes = ["http://", "https://"];
    let bare = schemes.iter().find_map(|scheme| origin.strip_prefix(scheme));
    bare.is_some_and(|bare| bare.eq_ignore_ascii_case(host.as_str()))
}

/// What every answer says about itself: nothing is loaded from elsewhere, framed elsewhere, or
/// taken for something it is not (invariant 10).
pub(super) fn protect(headers: &mut HeaderMap) {
    const HEADERS: [(header::HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
             object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(method: &str, host: &str, origin: Option<&str>) -> Option<&'static str> {
        let mut request = Request::builder().method(method).uri("/api/v1/day/open");
        request = request.header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let hosts = ["queue.office.example".to_owned()];
        check(&request.body(()).unwrap(), &hosts).err().map(|fault| fault.code)
    }

    #[test]
    fn only_pages_of_this_server_and_programs_may_ask() {
        let table = [
            ("POST", "127.0.0.1:8080", None, None),
            ("POST", "127.0.0.1:8080", Some("http://127.0.0.1:8080"), None),
            ("POST", "[::1]:8080", Some("http://[::1]:8080"), None),
            ("POST", "localhost:8080", Some("http://LOCALHOST:8080"), None),
            ("POST", "queue.office.example", Some("https://queue.office.example"), None),
            ("POST", "127.0.0.1:8080", Some("http://127.0.0.1:9"), Some("foreign_origin")),
            ("POST", "127.0.0.1:8080", Some("http://elsewhere.example"), Some("foreign_origin")),
            ("POST", "127.0.0.1:8080", Some("null"), Some("foreign_origin")),
            ("GET", "127.0.0.1:8080", Some("http://elsewhere.example"), None),
            ("GET", "elsewhere.example", None, Some("foreign_host")),
            ("POST", "elsewhere.example", Some("http://elsewhere.example"), Some("foreign_host")),
            ("GET", "a b", None, Some("foreign_host")),
        ];
        for (method, host, origin, expected) in table {
            assert_eq!(code(method, host, origin), expected, "{method} {host} {origin:?}");
        }
    }
}
