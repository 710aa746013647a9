//! The live connection: `hello`, a snapshot or what was missed, then frames as they come.
//!
//! A screen's task keeps nothing but its position in the feed of its role. It takes shared frames
//! from there and writes them straight to the TCP stream, so fan-out costs one write per screen and
//! a screen costs a few kilobytes. A screen that falls behind further than the feed's outbox gets a
//! snapshot; one that takes nothing for [`WRITE_TIME_MAX`] is let go and will connect again.

pub(crate) mod frame;
pub(crate) mod stage;

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use bytes::Bytes;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use protocol::live::GoodbyeReason;
use protocol::route;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use self::frame::{CloseCode, Heard};
use crate::board::{Board, Since, follow};
use crate::http::{Fault, State};
use crate::view::Role;

/// Longest time a screen may take to accept what is written to it.
const WRITE_TIME_MAX: Duration = Duration::from_secs(20);
/// What the kernel may hold for a screen: room for the largest snapshot, no more, so that a screen
/// that takes nothing shows as slow while its backlog is still small.
const KERNEL_BYTES: usize = 262_144;
/// Most frames a client may send between two heartbeats; screens send none, browsers a pong.
const HEARD_MAX: u32 = 64;
/// Bytes read at a time; on the stack, so an idle screen holds no buffer.
const READ_BYTES: usize = 1_024;

/// Answers `GET /ws`: switches to the live connection.
///
/// # Errors
///
/// `bad_upgrade`, `bad_request` for the query, `too_many_screens`.
pub(crate) fn connect(state: &State, mut request: Request<Body>) -> Result<Response<Body>, Fault> {
    let (role, since) = query(request.uri().query().unwrap_or(""))?;
    let key = handshake(&request).ok_or_else(|| Fault::general(route::BAD_UPGRADE))?;
    let accept = derive_accept_key(key.as_bytes());
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let upgrade = upgrade.ok_or_else(|| Fault::general(route::BAD_UPGRADE))?;
    let permit = state.admit_screen().ok_or_else(|| Fault::general(route::TOO_MANY_SCREENS))?;
    let stage = state.stage().ok_or_else(|| Fault::general(route::TOO_MANY_SCREENS))?;
    let screen = Screen::new(state, role, stage.wake(role), permit);
    stage.spawn(async move {
        if let Err(error) = screen.attend(upgrade, since).await {
            tracing::debug!(%error, "a screen has gone");
        }
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::try_from(accept) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    Ok(response)
}

/// The client's key, when the request is a WebSocket handshake.
fn handshake(request: &Request<Body>) -> Option<String> {
    let header = |name: header::HeaderName| request.headers().get(name)?.to_str().ok();
    let upgrades = header(header::UPGRADE)?.eq_ignore_ascii_case("websocket");
    let connection = header(header::CONNECTION)?;
    let connects = connection.split(',').any(|item| item.trim().eq_ignore_ascii_case("upgrade"));
    let version = header(header::SEC_WEBSOCKET_VERSION)? == "13";
    let key = header(header::SEC_WEBSOCKET_KEY)?;
    // 16 bytes in base 64.
    (upgrades && connects && version && key.len() == 24).then(|| key.to_owned())
}

/// Reads `role`, `epoch` and `since`.
fn query(query: &str) -> Result<(Role, Option<Since>), Fault> {
    let (mut role, mut epoch, mut since) = (None, None, None);
    for (name, value) in query.split('&').filter(|item| !item.is_empty()).map(pair) {
        let known = match name {
            "role" => role.replace(value).is_none(),
            "epoch" => epoch.replace(value).is_none(),
            "since" => since.replace(value).is_none(),
            _ => false,
        };
        if !known {
            return Err(Fault::bad_request("expected role, epoch and since, each at most once"));
        }
    }
    let role = role
        .and_then(Role::from_name)
        .ok_or_else(|| Fault::bad_request("role: expected kiosk, counter, display or dashboard"))?;
    let since = match (epoch, since) {
        (None, None) => None,
        (Some(epoch), Some(since)) => {
            let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let parsed = (plain(epoch) && plain(since))
                .then(|| Some(Since { epoch: epoch.parse().ok()?, seq: since.parse().ok()? }));
            let parsed = parsed.flatten();
            Some(parsed.ok_or_else(|| Fault::bad_request("epoch and since: expected numbers"))?)
        }
        (Some(_), None) | (None, Some(_)) => {
            return Err(Fault::bad_request("expected epoch and since together"));
        }
    };
    Ok((role, since))
}

fn pair(item: &str) -> (&str, &str) {
    item.split_once('=').unwrap_or((item, ""))
}

/// One connected screen; counted in its feed until it is dropped.
struct Screen {
    board: Board,
    role: Role,
    wake: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
}

impl Screen {
    fn new(
        state: &State,
        role: Role,
        wake: watch::Receiver<u64>,
        permit: OwnedSemaphorePermit,
    ) -> Screen {
        let board = state.board().clone();
        board.feed(role).enter();
        Screen { board, role, wake, closing: state.closing(), _permit: permit }
    }

    async fn attend(mut self, upgrade: OnUpgrade, since: Option<Since>) -> io::Result<()> {
        let upgraded = upgrade.await.map_err(io::Error::other)?;
        let mut line = Line::over(upgraded)?;
        line.send(&self.board.hello()).await?;
        let (frames, mut position) = self.board.begin(self.role, since);
        for frame in frames {
            line.send(&frame).await?;
        }
        let mut beat = heartbeat(&self.board);
        loop {
            position = self.catch_up(&mut line, position).await?;
            tokio::select! {
                biased;
                changed = self.wake.changed() => changed.map_err(io::Error::other)?,
                () = State::closed(&mut self.closing) => {
                    let goodbye = self.board.goodbye(GoodbyeReason::Shutdown);
                    line.send(&goodbye).await?;
                    return line.send(&frame::close(CloseCode::Away)).await;
                }
                ready = line.stream.readable() => {
                    ready?;
                    if let Heed::Close = line.listen().await? {
                        return Ok(());
                    }
                }
                _ = beat.tick() => {
                    line.heard = 0;
                    line.send(&self.board.heartbeat()).await?;
                }
            }
        }
    }

    /// Sends what follows `position`; returns the new position.
    async fn catch_up(&mut self, line: &mut Line, mut position: u64) -> io::Result<u64> {
        self.wake.borrow_and_update();
        loop {
            let (frames, next) = follow(&self.board, self.role, position);
            if frames.is_empty() {
                return Ok(position);
            }
            for frame in frames {
                line.send(&frame).await?;
            }
            position = next;
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.board.feed(self.role).leave();
    }
}

fn heartbeat(board: &Board) -> Interval {
    let period = Duration::from_millis(u64::from(board.identity().heartbeat_ms.max(1)));
    let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + period, period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

/// The wire to one screen.
struct Line {
    stream: TcpStream,
    /// The beginning of a frame that is not all there.
    inbox: Vec<u8>,
    /// Frames heard since the last heartbeat.
    heard: u32,
}

/// Whether a connection goes on.
enum Heed {
    Go,
    Close,
}

impl Line {
    /// Takes over the connection. What hyper has read already is copied, so that its buffer goes.
    fn over(upgraded: Upgraded) -> io::Result<Line> {
        let parts = upgraded.downcast::<TokioIo<TcpStream>>();
        let parts = parts.map_err(|_| io::Error::other("expected a TCP connection"))?;
        let stream = parts.io.into_inner();
        rustix::net::sockopt::set_socket_send_buffer_size(&stream, KERNEL_BYTES)?;
        Ok(Line { stream, inbox: parts.read_buf.to_vec(), heard: 0 })
    }

    async fn send(&mut self, frame: &Bytes) -> io::Result<()> {
        let written = self.stream.write_all(frame);
        match tokio::time::timeout(WRITE_TIME_MAX, written).await {
            Ok(written) => written,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the screen takes nothing")),
        }
    }

    /// Takes in what is there: answers pings, notices a close, refuses nonsense.
    async fn listen(&mut self) -> io::Result<Heed> {
        match self.read() {
            Ok(0) => return Ok(Heed::Close),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Heed::Go),
            Err(error) => return Err(error),
        }
        loop {
            let heard = match frame::take(&mut self.inbox) {
                Ok(Some(heard)) => heard,
                Ok(None) => break,
                Err(code) => return self.hang_up(code).await,
            };
            self.heard += 1;
            if self.heard > HEARD_MAX {
                return self.hang_up(CloseCode::Policy).await;
            }
            match heard {
                Heard::Data | Heard::Pong => {}
                Heard::Ping(payload) => self.send(&frame::pong(&payload)).await?,
                Heard::Close => return self.hang_up(CloseCode::Away).await,
            }
        }
        if self.inbox.is_empty() {
            self.inbox = Vec::new();
        }
        Ok(Heed::Go)
    }

    /// Reads by way of the stack: what waits for the network holds no buffer.
    fn read(&mut self) -> io::Result<usize> {
        let mut bytes = [0; READ_BYTES];
        let count = self.stream.try_read(&mut bytes)?;
        self.inbox.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    async fn hang_up(&mut self, code: CloseCode) -> io::Result<Heed> {
        self.send(&frame::close(code)).await?;
        Ok(Heed::Close)
    }
}
