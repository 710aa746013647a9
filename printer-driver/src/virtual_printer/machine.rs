//! The printer itself, without a link: bytes and time in, paper and answers out. Pure.
//!
//! Modelled as the manuals describe it: real-time commands are obeyed on receipt, even offline,
//! even inside other data; everything else waits in the receive buffer and stops while the
//! printer cannot print; the data of a picture leave the buffer as they come, so a picture may be
//! larger than the buffer; a proof is answered in its turn, when the paper before it has really
//! advanced; a change of condition is reported when automatic status is on; `DLE DC4` fn 8 and
//! `DLE ENQ 2` empty the buffers.
//!
//! Simplified: while the receive buffer is full nothing is taken from the link, real-time commands
//! included (a wire with handshake carries nothing either); a picture is printed when its last
//! byte has come; a line advances in one step; speed does not depend on how dense the print is.
//!
//! Seiko's own words (RP-F10 technical reference, 6.4) are spoken as far as they are known; see
//! [`crate::status::SeikoAnswer`]. A printer that speaks them obeys `ESC @` and `GS a` at the head
//! of its buffer even while it cannot print: an independent implementation asks in this way, and
//! tells an open cover and paper end from the answer. Data that come before its answer to `DLE EOT`
//! has left are an error.

mod answers;
mod page;

use super::command::{Command, Parsed, PictureHead, Setting, parse};
use super::control::{AnswerKind, Control, PaperSupply, StreamError, VirtualState};
use super::model::{Abilities, VirtualModel};
use super::real_time::{self, Ear, RealTime};
use super::slip::{Slip, TOP_DOTS};
use crate::profile::StatusWords;
use page::{Format, LINE_SPACING_DOTS};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// Most errors kept; a wrong speed would fill memory otherwise.
const ERROR_COUNT_MAX: usize = 1000;
/// Most slips kept; the oldest are dropped.
const SLIP_COUNT_MAX: usize = 2000;
/// Most bytes of pictures kept: some 400 slips that are pictures from edge to edge.
const PICTURE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most rows of a slip; one that is never cut ends there.
const ROW_COUNT_MAX: usize = 5000;
/// Longest picture of one row; 2 m.
const PICTURE_DOTS_MAX: u32 = 16_384;
/// Smallest receive buffer that [`Control::Buffer`] can set.
const BUFFER_BYTES_MIN: u32 = 16;

/// A picture whose data are still coming.
#[derive(Clone, Debug)]
struct Incoming {
    head: PictureHead,
    data: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Machine {
    pub(super) state: VirtualState,
    abilities: Abilities,
    paper_left_dots: Option<u32>,
    format: Format,
    received: VecDeque<u8>,
    incoming: Option<Incoming>,
    ear: Ear,
    /// `DLE DC4` function 1 and 2 are obeyed; `GS ( D` changes it.
    real_time_obeyed: [bool; 2],
    automatic_mask: u8,
    automatic_last: Vec<u8>,
    /// Star: ends of printing counted, five bits, and whether one has come since the last status.
    ends_counted: u8,
    end_reached: bool,
    /// Seiko: its answer to `DLE EOT` has not left yet.
    is_asked: bool,
    answers: Vec<u8>,
    busy_until: Option<Instant>,
    slip: Slip,
    slips: Vec<Slip>,
    errors: Vec<StreamError>,
    paper_dots: u64,
}

impl Machine {
    pub(super) fn new(model: &VirtualModel) -> Machine {
        let abilities = Abilities::of(&model.profile);
        Machine {
            state: VirtualState::new(
                &model.profile.name,
                model.profile.paper,
                model.speed_mm_per_s,
                abilities.buffer_bytes,
            ),
            paper_left_dots: None,
            format: Format::default(),
            received: VecDeque::new(),
            incoming: None,
            ear: Ear::default(),
            real_time_obeyed: [true; 2],
            automatic_mask: 0,
            automatic_last: Vec::new(),
            ends_counted: 0,
            end_reached: false,
            is_asked: false,
            answers: Vec::new(),
            busy_until: None,
            slip: Slip::new(1, abilities.width_dots),
            slips: Vec::new(),
            errors: Vec::new(),
            paper_dots: 0,
            abilities,
        }
    }

    /// Finished slips and, if anything is on it, the one still in the printer.
    fn all_slips(&self) -> impl Iterator<Item = &Slip> {
        let unfinished = Some(&self.slip).filter(|slip| slip.height_dots > TOP_DOTS);
        self.slips.iter().chain(unfinished)
    }

    pub(super) fn slips_since(&self, number: u64) -> Vec<Slip> {
        self.all_slips().filter(|slip| slip.number > number).cloned().collect()
    }

    pub(super) fn slip(&self, number: u64) -> Option<Slip> {
        self.all_slips().find(|slip| slip.number == number).cloned()
    }

    /// How many slips have been cut.
    pub(super) fn slip_count(&self) -> u64 {
        self.slip.number - 1
    }

    pub(super) fn errors(&self) -> &[StreamError] {
        &self.errors
    }

    /// What the link is to carry back; nothing while silent or switched off.
    pub(super) fn take_answers(&mut self) -> Vec<u8> {
        let answers = std::mem::take(&mut self.answers);
        self.is_asked = false;
        if self.state.silent || !self.state.powered { Vec::new() } else { answers }
    }

    /// When [`Machine::advance`] has something to do next.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.busy_until.filter(|_| self.state.can_print())
    }

    /// How it is, with its buffer and counts.
    pub(super) fn described(&self) -> VirtualState {
        let mut state = self.state.clone();
        state.buffered_bytes = self.received.len() as u32;
        state.counts.paper_mm = self.paper_dots / 8;
        state
    }

    /// Changes what a person at the printer would change.
    pub(super) fn control(&mut self, control: Control) {
        match control {
            Control::Paper { supply } => {
                self.state.paper = supply;
                self.paper_left_dots = None;
            }
            Control::PaperLeft { mm } => self.paper_left_dots = Some(mm.saturating_mul(8)),
            Control::Cover { open } => {
                let is_closed = self.state.cover_open && !open;
                self.state.cover_open = open;
                self.state.cutter_error &= !is_closed || self.state.cutter_jam;
            }
            Control::Cutter { jam } => {
                self.state.cutter_jam = jam;
                self.state.cutter_error = jam;
            }
            Control::FreeBlade => self.state.cutter_jam = false,
            Control::Head { hot } => self.state.head_hot = hot,
            Control::FeedButton { held } => self.feed_button(held),
            Control::Offline { offline } => self.state.offline = offline,
            Control::Power { on } => self.power(on),
            Control::Cable { plugged } => self.state.plugged = plugged,
            Control::Silence { silent } => self.state.silent = silent,
            Control::DropProcessIds { count } => self.state.drop_process_ids = count,
            Control::DropAnswers { kind, count } => self.state.drop_answers(kind, count),
            Control::HalveAnswers { count } => self.state.halve_answers = count,
            Control::LoseBytes { count } => self.state.lose_bytes = count,
            Control::Speed { mm_per_s } => self.state.speed_mm_per_s = mm_per_s.max(1),
            Control::Line { bytes_per_s } => {
                self.state.line_bytes_per_s = bytes_per_s.map(|bytes| bytes.max(1));
            }
            Control::Buffer { bytes } => self.state.buffer_bytes = bytes.max(BUFFER_BYTES_MIN),
            Control::Noise { bytes } => self.answers.extend(bytes),
        }
        self.report_change();
    }

    fn feed_button(&mut self, held: bool) {
        if held && self.state.can_print() {
            self.feed(LINE_SPACING_DOTS);
        }
        self.state.feed_button = held;
    }

    /// Switching off loses all but the paper; switching on ends what a restart can end.
    fn power(&mut self, on: bool) {
        if self.state.powered && !on {
            self.clear_buffers();
            self.ear.forget();
            self.answers.clear();
            self.format = Format::default();
            self.real_time_obeyed = [true; 2];
            self.automatic_mask = 0;
            self.ends_counted = 0;
            self.end_reached = false;
            self.busy_until = None;
        }
        if on && !self.state.powered {
            self.state.cutter_error = self.state.cutter_jam;
            self.state.offline = false;
        }
        let is_started = on && !self.state.powered;
        self.state.powered = on;
        if is_started {
            self.report_initialised();
        }
    }

    /// Whether the link may bring more bytes, and how many.
    pub(super) fn room(&self) -> usize {
        (self.state.buffer_bytes as usize).saturating_sub(self.received.len())
    }

    /// Takes bytes from the link.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        if !self.state.powered {
            return;
        }
        for byte in bytes {
            if !self.state.powered {
                return;
            }
            self.state.counts.bytes += 1;
            if self.state.loses_byte() {
                continue;
            }
            if std::mem::take(&mut self.is_asked) {
                self.error("data came before the answer to DLE EOT".to_owned());
            }
            self.received.push_back(*byte);
            if let Some((command, byte_count)) = self.ear.hear(*byte, &self.abilities) {
                self.withdraw(byte_count);
                self.obey_at_once(command);
            }
        }
    }

    /// Takes a real-time command out of the buffer again, unless it stands inside other data: a
    /// printer that is asked for hours how it is does not fill up with the questions.
    fn withdraw(&mut self, byte_count: usize) {
        let Some(place) = self.received.len().checked_sub(byte_count) else { return };
        if self.is_between_commands(place) {
            self.received.truncate(place);
        }
    }

    /// Whether a command ends just before the byte at `place` of the buffer.
    fn is_between_commands(&mut self, place: usize) -> bool {
        let mut at = match &self.incoming {
            Some(incoming) => incoming.head.byte_count() - incoming.data.len(),
            None => 0,
        };
        let mut shift_jis = self.format.shift_jis;
        let bytes = self.received.make_contiguous();
        while at < place {
            match parse(&bytes[at..], &self.abilities, shift_jis) {
                Parsed::Partial => return false,
                Parsed::Wrong { skip, .. } => at += skip,
                Parsed::Whole(command, length) => {
                    at += length;
                    if let Command::Picture(head) = command {
                        at += head.byte_count();
                    } else if let Command::Set(Setting::ShiftJis(on)) = command {
                        shift_jis = on;
                    } else if matches!(command, Command::Initialise | Command::Cancel) {
                        shift_jis = false;
                    }
                }
            }
        }
        at == place
    }

    /// Does what is due at `now`.
    pub(super) fn advance(&mut self, now: Instant) {
        loop {
            if self.busy_until.is_some_and(|until| until > now) {
                return;
            }
            if !self.state.can_print() {
                while self.obey_stopped() {}
                return;
            }
            let started = self.busy_until.take().unwrap_or(now);
            let Some(duration) = self.step() else { return };
            if duration > Duration::ZERO {
                self.busy_until = Some(started.max(now) + duration);
            }
        }
    }

    /// Carries out what stands first in the buffer of a printer that cannot print, if that is
    /// something it obeys even so.
    fn obey_stopped(&mut self) -> bool {
        let is_between = self.incoming.is_none() && self.busy_until.is_none();
        let words = self.abilities.status;
        if words != StatusWords::Seiko || !self.state.powered || !is_between {
            return false;
        }
        if self.received.is_empty() {
            return false;
        }
        let bytes = self.received.make_contiguous();
        let (command, length) = match parse(bytes, &self.abilities, self.format.shift_jis) {
            Parsed::Whole(command, length) => (command, length),
            Parsed::Partial | Parsed::Wrong { .. } => return false,
        };
        let is_obeyed = matches!(command, Command::Initialise | Command::AutomaticStatus(_));
        if is_obeyed {
            self.received.drain(..length);
            self.obey(command);
        }
        is_obeyed
    }

    /// Carries out what stands first in the buffer and returns how long it keeps the mechanism
    /// busy; nothing when more bytes are needed.
    fn step(&mut self) -> Option<Duration> {
        if self.incoming.is_some() {
            return self.take_picture_data();
        }
        if self.received.is_empty() {
            return None;
        }
        let shift_jis = self.format.shift_jis;
        let bytes = self.received.make_contiguous();
        match parse(bytes, &self.abilities, shift_jis) {
            Parsed::Partial => None,
            Parsed::Wrong { skip, reason } => {
                let length = skip.min(bytes.len());
                self.received.drain(..length);
                self.error(reason);
                Some(Duration::ZERO)
            }
            Parsed::Whole(command, length) => {
                let own = command == Command::RealTime;
                let hidden = !own && real_time::stands_in(&bytes[..length], self.abilities.dialect);
                self.received.drain(..length);
                if hidden {
                    self.real_time_in_data();
                }
                Some(self.obey(command))
            }
        }
    }

    /// Moves a picture's data from the buffer to where it is put together.
    fn take_picture_data(&mut self) -> Option<Duration> {
        let incoming = self.incoming.as_mut()?;
        let missing = incoming.head.byte_count() - incoming.data.len();
        let count = missing.min(self.received.len());
        incoming.data.extend(self.received.drain(..count));
        if count < missing {
            return None;
        }
        let Incoming { head, data } = self.incoming.take()?;
        if real_time::stands_in(&data, self.abilities.dialect) {
            self.real_time_in_data();
        }
        Some(self.picture(head, data))
    }

    fn real_time_in_data(&mut self) {
        self.state.counts.real_time_in_data += 1;
        self.error("a real-time sequence stands inside data and was obeyed".to_owned());
    }

    /// A stream that stops inside a command, a picture or a line is an error.
    pub(super) fn end_of_stream(&mut self) {
        if let Some(incoming) = &self.incoming {
            let (count, whole) = (incoming.data.len(), incoming.head.byte_count());
            self.error(format!("the stream stops inside a picture: {count} of {whole} bytes"));
        }
        if !self.received.is_empty() {
            self.error(format!("the stream stops inside a command: {:02X?}", self.received));
        }
        if !self.format.line.is_empty() {
            self.error("the stream stops inside a line".to_owned());
        }
    }

    fn error(&mut self, reason: String) {
        if self.errors.len() < ERROR_COUNT_MAX {
            self.errors.push(StreamError { byte_count: self.state.counts.bytes, reason });
        }
    }

    /// What does not wait for its turn.
    fn obey_at_once(&mut self, command: RealTime) {
        match command {
            RealTime::Status(n) => self.answer_real_time(n),
            RealTime::Recover => self.recover(),
            RealTime::RecoverCleared => {
                if self.state.cutter_error {
                    self.clear_buffers();
                }
                self.recover();
            }
            RealTime::ClearBuffers => {
                self.clear_buffers();
                self.answer(AnswerKind::Cleared, &[0x37, 0x25, 0x00]);
            }
            RealTime::Pulse => {
                if self.real_time_obeyed[0] {
                    self.error("a drawer is opened, and there is none".to_owned());
                }
            }
            RealTime::PowerOff => {
                if self.real_time_obeyed[1] {
                    self.error("the printer is switched off by a command".to_owned());
                    self.power(false);
                }
            }
            RealTime::AutomaticStatus => self.send_star_status(AnswerKind::Status),
        }
    }

    /// Only the cutter's error is recovered by the computer, and only when its cause is gone
    /// (TM-L90 specification p.82; TM-H5000II, `DLE ENQ`).
    fn recover(&mut self) {
        if self.state.cutter_error && !self.state.cutter_jam {
            self.state.cutter_error = false;
            self.report_change();
        }
    }

    fn clear_buffers(&mut self) {
        self.received.clear();
        self.incoming = None;
        self.format.forget_data();
    }

    fn near_end(&self) -> bool {
        self.state.paper != PaperSupply::Ok
    }

    fn paper_ended(&self) -> bool {
        self.state.paper == PaperSupply::End
    }

    /// Carries out one command and returns how long it keeps the mechanism busy.
    fn obey(&mut self, command: Command) -> Duration {
        match command {
            Command::LineFeed => return self.line_feed(),
            Command::FeedUnits(units) => return self.feed_after_line(self.units_to_dots(units)),
            Command::FeedDots(dots) => return self.feed_after_line(dots),
            Command::FeedLines(lines) => {
                return self.feed_after_line(self.format.line_spacing_dots * u32::from(lines));
            }
            Command::QrPrint => return self.print_qr(),
            Command::PrintStored => return self.print_stored(),
            Command::Cut { full, feed } => return self.cut(full, feed),
            Command::Picture(head) => self.begin_picture(head),
            Command::Single(byte) => self.single(byte),
            Command::Pair(pair) => self.pair(pair),
            Command::Initialise => {
                self.format = Format::default();
                self.report_initialised();
            }
            Command::Cancel => self.cancel(),
            Command::Nothing | Command::RealTime => {}
            Command::RealTimeSwitch(pairs) => {
                for (function, obeyed) in pairs {
                    self.real_time_obeyed[usize::from(function - 1)] = obeyed;
                }
            }
            Command::AutomaticStatus(mask) => self.automatic(mask),
            Command::TransmitStatus(n) => self.transmit(n),
            Command::TransmitId(n) => self.transmit_id(n),
            Command::ProcessId(id) => self.process_id(id),
            Command::AnswerByte(byte) => self.fence(&[byte]),
            Command::CountEnd => self.count_end(),
            Command::ResetCount => {
                self.ends_counted = 0;
                self.end_reached = false;
            }
            Command::Set(setting) => self.set(setting),
        }
        Duration::ZERO
    }

    /// CAN: what is not printed is forgotten, settings and the count of ends with it.
    fn cancel(&mut self) {
        self.format = Format::default();
        self.ends_counted = 0;
        self.end_reached = false;
    }
}

#[cfg(test)]
mod tests;
