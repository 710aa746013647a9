//! What screens, kiosks and server say to each other.
//!
//! Everything here is JSON. The same types make the HTTP bodies, the live messages, the lines of
//! `yobidashi export`, the OpenAPI document and the TypeScript types of the screens.
//!
//! # Version policy
//!
//! [`VERSION`] is raised when a screen of the version before would misread a message. A page whose
//! `hello` names another version reloads itself. Within a version fields and variants are added
//! only; the examples under `tests/frozen/` hold that.
//!
//! # Units
//!
//! `_ms` milliseconds (instants: since 1970 UTC, by the server's clock), `_min` minutes, `_s`
//! seconds. Numbers stay below 2^53, so JavaScript reads them exactly. Ids of configured things are
//! text keys; ids of produced things are numbers.
//!
//! This crate knows nothing of the rules (`domain`) and does no IO.

#[macro_use]
mod wire;

pub mod answer;
pub mod device;
pub mod event;
pub mod live;
pub mod print;
pub mod report;
pub mod request;
pub mod route;
pub mod view;

/// Version of everything in this crate.
pub const VERSION: u32 = 1;

/// Words for people by language tag (`ja`, `ja-easy`, `en`, `zh-Hans` …).
pub type Text = std::collections::BTreeMap<String, String>;

#[cfg(test)]
mod contract;
