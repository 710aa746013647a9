//! Ticket documents to thermal printers, bells and panels; and their virtual twins.
//!
//! ```text
//! document ── profile ──► escpos ──► printer ──► transport ──► paper
//!  (what)      (data)     (bytes)    (proof)      (link)
//!                                       ▲            │
//!                                       └── status ◄─┘
//! ```
//!
//! - [`document`]: what a slip says; knows no bytes.
//! - [`profile`]: what a model can do; data files, never `if model ==`.
//! - [`encoder`]: document + profile → bytes, whatever the model speaks; pure.
//! - [`typesetter`]: text in any script → dots.
//! - [`escpos`] and `star`: the bytes of ESC/POS and of StarPRNT.
//! - [`completion`]: how a job proves itself; pure.
//! - [`exchange`]: what went over a line last, for the technician.
//! - [`status`]: bytes from the printer → events; pure and total.
//! - [`device`]: device URLs, as they stand in the office's configuration.
//! - [`transport`]: serial, USB printer class, TCP, file.
//! - [`printer`]: the task that owns one printer, prints in order and proves it.
//! - [`virtual_printer`]: a strict twin over a real pseudo-terminal or socket; renders its paper.
//! - [`bell`] and [`virtual_bell`]: relays and towers that ring, and their twins.
//! - [`panel`] and [`virtual_panel`]: counter and LED panels, and their twin.
//! - [`button`] and [`scanner`] (by [`input`]): serial lines or keyboards of their own.
//! - [`virtual_button`] and [`virtual_scanner`]: their twins.
//! - [`line`] and [`virtual_line`]: what the small devices and their twins share.
//!
//! This crate knows nothing of what a slip is for; words such as *printed* and *unknown* are the
//! whole of its vocabulary. It keeps no files: the caller's [`printer::Journal`] does.
//!
//! No physical device has been attached to it so far; every claim of its tests is against the
//! virtual twins, pseudo-terminals and sockets.

pub mod bell;
pub mod button;
pub mod completion;
pub mod device;
pub mod document;
pub mod encoder;
pub mod escpos;
pub mod exchange;
pub mod input;
pub mod line;
pub mod panel;
pub mod printer;
pub mod profile;
pub mod pseudo_terminal;
mod raster;
pub mod scanner;
mod star;
pub mod status;
pub mod transport;
pub mod typesetter;
pub mod virtual_bell;
pub mod virtual_button;
pub(crate) mod virtual_input;
pub mod virtual_line;
pub mod virtual_panel;
pub mod virtual_printer;
pub mod virtual_scanner;
