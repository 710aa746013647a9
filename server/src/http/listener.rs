//! Connections: how many, how slow they may be, and how they end.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::{Limits, State, guard, router};

/// Longest time for the head of a request, and the longest pause between two on one connection.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);
/// Most headers of a request; browsers send about 15.
const HEADERS_MAX: usize = 64;
/// Room for the head of a request: the smallest that hyper accepts, twice.
const HEAD_BYTES_MAX: usize = 16_384;
/// How long data may stay unacknowledged before the other end counts as gone: an unplugged screen
/// is noticed within four heartbeats.
const GONE_AFTER_MS: u32 = 20_000;
/// Longest time answers in flight get when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// Open files beside connections: logs, spools, devices, reports.
const FILES_BESIDE: usize = 256;
/// Pause when the operating system has no connection to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` resolves; then takes no more connections, lets answers in flight finish
/// and tells screens goodbye. `beside` holds routes that are not part of the contract.
///
/// # Errors
///
/// When the listener itself fails.
pub async fn serve(
    listener: TcpListener,
    state: State,
    beside: Router,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    make_room(state.limits());
    let router = router(&state).merge(beside);
    let room = Arc::new(Semaphore::new(state.limits().connections_max));
    let (alive, mut all_gone) = mpsc::channel::<()>(1);
    tokio::pin!(shutdown);
    loop {
        let permit = tokio::select! {
            () = &mut shutdown => break,
            permit = Arc::clone(&room).acquire_owned() => permit,
        };
        let Ok(permit) = permit else { break };
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let guest = Guest { state: state.clone(), _permit: permit, _alive: alive.clone() };
                prepare(&stream);
                tokio::spawn(guest.attend(stream, router.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    state.close();
    drop(alive);
    if tokio::time::timeout(LAST_ANSWERS, all_gone.recv()).await.is_err() {
        tracing::warn!("some connections did not end in time and are cut");
    }
    Ok(())
}

/// Lets the process hold every connection and screen that its own limits allow, as far as the
/// system lets it: most systems begin with 1,024 open files, fewer than the screens of a large
/// office, and without a file to spare no report can be read either.
fn make_room(limits: &Limits) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let files = limits.connections_max + limits.screens_max + FILES_BESIDE;
    let needed = u64::try_from(files).unwrap_or(u64::MAX);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(needed, |maximum| needed.min(maximum));
    if current.is_some_and(|current| current < wanted) {
        let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
        if let Err(error) = raised {
            tracing::warn!(%error, "the number of open files cannot be raised");
        }
    }
    if wanted < needed {
        tracing::warn!(wanted, needed, "fewer connections than the limits allow can be held");
    }
}

/// One connection, counted until it ends.
struct Guest {
    state: State,
    _permit: OwnedSemaphorePermit,
    _alive: mpsc::Sender<()>,
}

impl Guest {
    async fn attend(self, stream: TcpStream, router: Router) {
        let mut closing: watch::Receiver<bool> = self.state.closing();
        let state = self.state.clone();
        let service = service_fn(move |request| answer(state.clone(), router.clone(), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME_MAX)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = &mut connection => ended,
            () = State::closed(&mut closing) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// Small answers leave at once, and a peer that has gone is noticed.
fn prepare(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "failed to turn off the send delay");
    }
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, GONE_AFTER_MS) {
        tracing::debug!(%error, "failed to set how long a silent peer is kept");
    }
}

async fn answer(
    state: State,
    router: Router,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let mut response = match guard::check(&request, &state.limits().hosts) {
        Ok(()) => route(router, request).await,
        Err(fault) => fault.respond(),
    };
    guard::protect(response.headers_mut());
    Ok(response)
}

async fn route(mut router: Router, request: Request<Incoming>) -> Response<Body> {
    use axum::extract::Request as AxumRequest;
    use tower_service::Service;
    let request: AxumRequest = request.map(Body::new);
    // A router is always ready and never fails.
    router.call(request).await.unwrap_or_else(|never| match never {})
}

#[cfg(test)]
mod tests {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::*;

    #[test]
    fn a_system_that_begins_with_few_files_gives_room_for_every_screen() {
        let maximum = getrlimit(Resource::Nofile).maximum;
        setrlimit(Resource::Nofile, Rlimit { current: Some(512), maximum }).unwrap();
        let limits = Limits { connections_max: 400, screens_max: 300, hosts: Vec::new() };
        make_room(&limits);
        let expected = maximum.map_or(956, |maximum| maximum.min(956));
        assert_eq!(getrlimit(Resource::Nofile).current, Some(expected));
    }
}
