//! The pages: what the UI build has written, embedded in the program.
//!
//! Pages are never kept by browsers, so an upgrade reaches every screen at its next reload; files
//! with a hash in their name are kept for ever.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use protocol::route;
use rust_embed::RustEmbed;

use super::fault::Fault;
use super::typed;

#[derive(RustEmbed)]
#[folder = "../web-dist/"]
#[exclude = "*.map"]
struct Bundle;

/// Pages by their address.
const PAGES: [(&str, &str); 8] = [
    ("/", "index.html"),
    ("/kiosk", "kiosk.html"),
    ("/counter", "counter.html"),
    ("/display", "display.html"),
    ("/dashboard", "dashboard.html"),
    ("/devices", "devices.html"),
    ("/twins", "twins.html"),
    ("/paper", "paper.html"),
];

/// Answers a request for a page or one of its files.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let path = uri.path();
    let page = PAGES.iter().find(|(address, _)| *address == path).map(|(_, file)| *file);
    let name = page.unwrap_or_else(|| path.trim_start_matches('/'));
    let Some(file) = Bundle::get(name) else {
        return Fault::general(route::UNKNOWN_ROUTE).with("path", path).respond();
    };
    if method != Method::GET && method != Method::HEAD {
        return Fault::wrong_method("GET, HEAD".to_owned()).respond();
    }
    let tag = tag(&file.metadata.sha256_hash());
    let kept = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
    let mut response = if kept {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        typed(StatusCode::OK, content_type(name), Body::from(file.data))
    };
    let lasting = if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn tag(hash: &[u8]) -> String {
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Whether a name holds a hash, as the UI build writes it: `counter-3F2A9C1B.js`.
fn is_hashed(name: &str) -> bool {
    let stem = name.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or("");
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("mp3") => "audio/mpeg",
        Some("wav") => "audio/wav",
        Some("ogg" | "opus") => "audio/ogg",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn only_names_with_the_builds_hash_are_kept_for_ever() {
        assert!(is_hashed("assets/counter-3F2A9C1B.js"));
        assert!(is_hashed("font-ABCDEFGH.woff2"));
        assert!(!is_hashed("counter.html"));
        assert!(!is_hashed("icon-large.svg"));
        assert!(!is_hashed("call-next.js"));
    }
}
