//! Live messages as frames.

use bytes::Bytes;
use domain::time::Timestamp;
use protocol::live::{
    CounterMessage, DashboardMessage, DisplayMessage, GoodbyeReason, Hello, KioskMessage,
    LiveMessage,
};
use serde::Serialize;

use crate::socket::frame;
use crate::view::{Changes, Role, Scene};

/// A message that looks the same for every role.
type PlainMessage = LiveMessage<(), ()>;

pub(super) fn hello(hello: Hello) -> Bytes {
    encode(&PlainMessage::Hello(hello))
}

pub(super) fn heartbeat(seq: u64, now_ms: i64) -> Bytes {
    encode(&PlainMessage::Heartbeat { seq, now_ms })
}

pub(super) fn goodbye(reason: GoodbyeReason) -> Bytes {
    encode(&PlainMessage::Goodbye { reason })
}

pub(super) fn snapshot(role: Role, scene: &Scene) -> Bytes {
    let seq = scene.seq();
    match role {
        Role::Kiosk => encode(&KioskMessage::Snapshot { seq, view: scene.kiosk() }),
        Role::Counter => encode(&CounterMessage::Snapshot { seq, view: scene.counter() }),
        Role::Display => encode(&DisplayMessage::Snapshot { seq, view: scene.display() }),
        Role::Dashboard => encode(&DashboardMessage::Snapshot { seq, view: scene.dashboard() }),
    }
}

/// An event for one role; takes that role's changes out.
pub(super) fn event(role: Role, seq: u64, at: Timestamp, changes: &mut Changes) -> Bytes {
    let at_ms = at.0;
    match role {
        Role::Kiosk => {
            let changes = std::mem::take(&mut changes.kiosk);
            encode(&KioskMessage::Event { seq, at_ms, changes })
        }
        Role::Counter => {
            let changes = std::mem::take(&mut changes.counter);
            encode(&CounterMessage::Event { seq, at_ms, changes })
        }
        Role::Display => {
            let changes = std::mem::take(&mut changes.display);
            encode(&DisplayMessage::Event { seq, at_ms, changes })
        }
        Role::Dashboard => {
            let changes = std::mem::take(&mut changes.dashboard);
            encode(&DashboardMessage::Event { seq, at_ms, changes })
        }
    }
}

/// An update for one role; takes that role's changes out.
pub(super) fn update(role: Role, changes: &mut Changes) -> Bytes {
    match role {
        Role::Kiosk => {
            let changes = std::mem::take(&mut changes.kiosk);
            encode(&KioskMessage::Update { changes })
        }
        Role::Counter => {
            let changes = std::mem::take(&mut changes.counter);
            encode(&CounterMessage::Update { changes })
        }
        Role::Display => {
            let changes = std::mem::take(&mut changes.display);
            encode(&DisplayMessage::Update { changes })
        }
        Role::Dashboard => {
            let changes = std::mem::take(&mut changes.dashboard);
            encode(&DashboardMessage::Update { changes })
        }
    }
}

fn encode(message: &impl Serialize) -> Bytes {
    let json = serde_json::to_vec(message).expect("the protocol's types are always JSON");
    frame::text(&json)
}
