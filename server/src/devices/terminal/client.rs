//! Asks a running server over HTTP/1.1.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use protocol::answer::{ErrorEnvelope, Health};
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

use super::Trouble;

/// Longest answer: every device with all that can be said of it.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Longest time for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// A server.
#[derive(Debug)]
pub(super) struct Client {
    server: String,
    authority: String,
}

/// A question.
#[derive(Debug)]
pub(super) struct Asking {
    method: Method,
    path: String,
    body: String,
}

impl Asking {
    pub(super) fn get(path: &str) -> Asking {
        Asking { method: Method::GET, path: path.to_owned(), body: String::new() }
    }

    pub(super) fn post(path: &str, body: String) -> Asking {
        Asking { method: Method::POST, path: path.to_owned(), body }
    }
}

impl Client {
    /// A client of the server at an address such as `http://127.0.0.1:8080`.
    pub(super) fn new(server: &str) -> Result<Client, Trouble> {
        let bad = || Trouble::Address(server.to_owned());
        let uri: Uri = server.parse().map_err(|_| bad())?;
        let authority = uri.authority().ok_or_else(bad)?;
        if uri.scheme_str().is_some_and(|scheme| scheme != "http") {
            return Err(bad());
        }
        let port = authority.port_u16().unwrap_or(80);
        let authority = format!("{}:{port}", authority.host());
        Ok(Client { server: server.to_owned(), authority })
    }

    /// The office's time.
    pub(super) async fn now_ms(&self) -> Result<i64, Trouble> {
        let health: Health = self.ask(Asking::get("/healthz")).await?;
        Ok(health.now_ms)
    }

    /// Asks and reads the answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, asking: Asking) -> Result<T, Trouble> {
        let answered = timeout(ANSWER_TIME_MAX, self.exchange(asking)).await;
        let (is_well, body) = answered.map_err(|_| self.silent("it did not answer in time"))??;
        let answer = |error: serde_json::Error| Trouble::Answer(error.to_string());
        if is_well {
            return serde_json::from_slice(&body).map_err(answer);
        }
        let ErrorEnvelope { error } = serde_json::from_slice(&body).map_err(answer)?;
        Err(Trouble::Refused { code: error.code, message: error.message })
    }

    fn silent(&self, reason: impl ToString) -> Trouble {
        Trouble::NoServer { server: self.server.clone(), reason: reason.to_string() }
    }

    async fn exchange(&self, asking: Asking) -> Result<(bool, Bytes), Trouble> {
        let stream = TcpStream::connect(&self.authority).await.map_err(|e| self.silent(e))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|e| self.silent(e))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to the server ended early");
            }
        });
        let request = Request::builder()
            .method(asking.method)
            .uri(asking.path)
            .header(HOST, &self.authority)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(asking.body)))
            .map_err(|error| Trouble::Answer(error.to_string()))?;
        let response = sender.send_request(request).await.map_err(|e| self.silent(e))?;
        let is_well = response.status().is_success();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| Trouble::Answer(error.to_string()))?;
        Ok((is_well, body.to_bytes()))
    }
}
