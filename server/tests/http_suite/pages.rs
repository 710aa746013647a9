//! The pages: embedded, never stale, nothing from elsewhere.

use crate::client::get;
use crate::office::Office;

#[tokio::test]
async fn every_page_is_served_and_never_kept() {
    let office = Office::open().await;
    for path in ["/", "/kiosk", "/counter", "/display", "/dashboard"] {
        let reply = office.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(reply.header("cache-control"), Some("no-cache"));
        let tag = reply.header("etag").unwrap();
        let again = get(path).header("if-none-match", tag).send(office.address).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
}

#[tokio::test]
async fn files_that_are_not_of_the_bundle_are_not_served() {
    let office = Office::open().await;
    for path in ["/../Cargo.toml", "/..%2fCargo.toml", "/web-dist/index.html", "/counter.js.map"] {
        let reply = office.get(path).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, "unknown_route"), "{path}");
    }
}
