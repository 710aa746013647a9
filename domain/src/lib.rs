//! The rules of the counter hall: who may do what when, who is next, and what has happened.
//!
//! # What this crate is
//!
//! A pure state machine. [`office::Office::decide`] reads the state and answers a command with
//! events or a refusal; [`office::Office::apply`] changes the state by one event and cannot refuse.
//! Same events, same state, on any machine (invariant 3).
//!
//! # What it deliberately does not know
//!
//! No clock, no randomness, no IO, no serialization, no threads, no names of persons. Time, tokens
//! and settings come in as arguments. `no_std` makes the compiler refuse the rest.
//!
//! # Glossary
//!
//! Office (庁舎) ⊃ Section (課) ⊃ Unit (係). **Procedure** (手続): one catalogue sheet. **Queue**
//! (受付区分): a line with a letter. **Counter** (窓口). **Operator**: a person at work. **Ticket**: a
//! place in a queue; its **label** is letter and number. **Tag** (番号札): a reusable physical number.
//! **Bell** (専用ベル): summons a unit's staff. **Batch**: mail or electronic cases. **Visit**:
//! everything one ticket goes through. **wait** queued → called, **walk** called → started,
//! **service** started → ended, **stay** issued → completed, handling = stay − wait (R-95).
//!
//! # Where things are
//!
//! | module | holds |
//! |---|---|
//! | [`setup`], [`calendar`], [`rules`], [`procedure`] | what an office decides for itself |
//! | [`setup_fault`] | everything that can be wrong with it |
//! | [`command`], [`event`], [`refusal`] | what can be asked, has happened, was not done |
//! | [`office`] | the state; `decide`, `apply`, `due`; what lies between two days |
//! | [`ticket`], [`tag`], [`bell`], [`batch`] | the things the state is made of |
//! | [`selection`] | who is next |
//! | [`estimate`], [`alert`] | what people are told while it lasts |
//! | [`statistics`] | the definitions of every duration |
//! | [`holiday`] | Japan's national holidays |
//!
//! # Four kinds of trouble
//!
//! A refusal is an answer. A state that somebody should act on is an [`alert`]. Failures of devices
//! do not exist here. An event that does not fit the state is a defect: `apply` panics with what it
//! expected, because going on would make the state something else than the log.
//!
//! # Life of a ticket
//!
//! ```text
//!             call            start             complete
//!  Waiting ─────────▶ Called ─────────▶ Serving ─────────▶ Completed
//!     ▲  ▲  return,     │ no-show          │ hold │ 窓口終了 stays Serving
//!     │  └─ mismatch ───┤──────▶ NoShow    ▼      │
//!     │                 └ hold ─────────▶ OnHold ─┴▶ resume: Serving, call: Called
//!     └──────────────── transfer ◀──────── Serving        cancel, Waiting or OnHold: Cancelled
//! ```

#![no_std]

extern crate alloc;

pub mod alert;
pub mod batch;
pub mod bell;
pub mod calendar;
pub mod command;
pub mod estimate;
pub mod event;
pub mod holiday;
pub mod id;
pub mod label;
pub mod language;
mod line;
pub mod office;
pub mod procedure;
pub mod refusal;
pub mod rules;
#[cfg(test)]
mod sample;
pub mod selection;
pub mod setup;
pub mod setup_fault;
pub mod statistics;
pub mod tag;
pub mod ticket;
pub mod time;
