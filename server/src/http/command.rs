//! One command: its body, its idempotency key, its answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use domain::command::Command;
use domain::id::CounterId;
use domain::ticket::Token;
use http_body_util::{BodyExt, Limited};
use protocol::event::Source;
use protocol::route::{self, Route};
use sha2::{Digest, Sha256};

use super::ask::{self, Around};
use super::fault::Fault;
use super::{State, json};
use crate::engine::{Ask, Order, RequestKey};
use crate::wire_event;

/// Largest body: a completion or a profile is some hundred bytes, this is a limit against mistakes.
const BODY_BYTES_MAX: usize = 65_536;
/// Longest time a body may take: the screens' bodies come with their headers.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);
/// Longest idempotency key.
const KEY_BYTES_MAX: usize = 128;

/// Carries out the command of a route.
///
/// # Errors
///
/// What the contract lists for the route.
pub(super) async fn carry_out(
    state: &State,
    route: &'static Route,
    subject: &str,
    request: Request<Body>,
) -> Result<Response<Body>, Fault> {
    let (head, body) = request.into_parts();
    let outcome = match read(state, route, subject, &head.headers, body).await {
        Ok(order) => state.engine().submit(order).await.map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    state.counts().command(outcome.as_ref().map_or_else(|fault| fault.code, |_| "ok"));
    let status = StatusCode::from_u16(route.status).unwrap_or(StatusCode::OK);
    let accepted = outcome?;
    Ok(json(status, &wire_event::answer(&accepted)))
}

async fn read(
    state: &State,
    route: &'static Route,
    subject: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Order, Fault> {
    let Received { body, key } = receive(route, subject, headers, body).await?;
    let around = Around { now: state.clock().now(), token: token()? };
    let mut asked = ask::read(route.operation, subject, &body, &around)?;
    if let Ask::Command(Command::ReprintTicket { ticket }) = asked.ask {
        super::print::choose(state, ticket, &body)?;
    }
    sign(state, &mut asked);
    Ok(Order { ask: asked.ask, source: asked.source, key })
}

/// A body that has arrived, and what its request is known by.
pub(super) struct Received {
    pub(super) body: Bytes,
    pub(super) key: Option<RequestKey>,
}

/// Takes in the body of a command.
///
/// # Errors
///
/// `bad_idempotency_key`, `body_too_large`, `slow_request`, `wrong_content_type`.
pub(super) async fn receive(
    route: &'static Route,
    subject: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Received, Fault> {
    let key = idempotency_key(headers)?;
    let body = whole(body).await?;
    if !body.is_empty() && !is_json(headers) {
        return Err(Fault::general(route::WRONG_CONTENT_TYPE));
    }
    let key = key.map(|key| request_key(&key, route, subject, &body));
    Ok(Received { body, key })
}

/// Adds the operator who is signed in at the counter that asks; the one who signs in opens it.
fn sign(state: &State, asked: &mut ask::Asked) {
    let Source::Counter { counter, operator } = &mut asked.source else { return };
    if let Ask::Command(Command::OpenCounter { operator: Some(coming), .. }) = &asked.ask {
        *operator = Some(coming.to_string());
        return;
    }
    let Some(id) = CounterId::new(counter) else { return };
    *operator = state.board().read(|scene| {
        let open = scene.office().counter(id)?;
        open.operator.map(|operator| operator.to_string())
    });
}

/// The whole body, within its limits.
async fn whole(body: Body) -> Result<Bytes, Fault> {
    let collected = Limited::new(body, BODY_BYTES_MAX).collect();
    match tokio::time::timeout(BODY_TIME_MAX, collected).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Fault::general(route::BODY_TOO_LARGE))
        }
        Ok(Err(_)) => Err(Fault::general(route::BAD_JSON).saying("expected the whole body")),
        Err(_) => Err(Fault::general(route::SLOW_REQUEST)),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    named.is_some_and(|named| {
        let essence = named.split(';').next().unwrap_or("").trim();
        essence.eq_ignore_ascii_case("application/json")
    })
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<Vec<u8>>, Fault> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let key = key.as_bytes();
    let visible = key.iter().all(u8::is_ascii_graphic);
    if key.is_empty() || key.len() > KEY_BYTES_MAX || !visible || keys.next().is_some() {
        return Err(Fault::general(route::BAD_IDEMPOTENCY_KEY));
    }
    Ok(Some(key.to_vec()))
}

/// What the engine remembers of a key: its digest, and that of the request. Lengths go in before
/// texts, so that no two requests look the same.
fn request_key(key: &[u8], route: &Route, subject: &str, body: &[u8]) -> RequestKey {
    let digest = Sha256::digest(key);
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    let mut request = Sha256::new();
    for part in [route.path.as_bytes(), subject.as_bytes(), body] {
        request.update((part.len() as u64).to_le_bytes());
        request.update(part);
    }
    RequestKey { key: short, request: request.finalize().into() }
}

/// 128 random bits for a ticket's QR code (D-1).
fn token() -> Result<Token, Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the operating system gives no random numbers");
        Fault::general(route::FAILING)
    })?;
    Ok(Token(bytes))
}
