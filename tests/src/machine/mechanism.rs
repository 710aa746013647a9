//! What is inside a ticket printer, as Epson's manuals describe it, and Star's for its language.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::paper::command::{Code, Command, Setting};
use crate::paper::model::{Ending, HALF_DOTS, LINE_DOTS, Language, Model};
use crate::paper::{escpos, hex, star};

/// What it takes before it must print: 4 KB, as TM models are delivered.
pub const BUFFER_BYTES: usize = 4096;
/// `DLE DC4` function 8: both buffers are cleared.
const CLEAR: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// What is on the roll.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paper {
    /// Enough.
    Enough,
    /// The near-end sensor sees it.
    NearEnd,
    /// None.
    End,
}

/// What came out between two cuts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sheet {
    /// Lines of text, from top to bottom.
    pub lines: Vec<String>,
    /// Process IDs that were answered, or would have been, while it hung there.
    pub ids: Vec<[u8; 4]>,
    /// What the codes hold that it drew.
    pub codes: Vec<String>,
    /// Rows of pictures.
    pub rows: u32,
    /// Whether it was cut off.
    pub cut: bool,
}

impl Sheet {
    fn is_blank(&self) -> bool {
        self.lines.is_empty() && self.codes.is_empty() && self.rows == 0
    }
}

/// A printer's inside. It is told the time and never waits.
#[derive(Debug)]
pub struct Mechanism {
    model: Model,
    on: bool,
    paper: Paper,
    cover_open: bool,
    /// The next cut jams; the cutter is stuck; it has reported that.
    jams_next: bool,
    stuck: bool,
    cutter_error: bool,
    buffer: VecDeque<u8>,
    /// The last bytes received, for what is obeyed on receipt.
    recent: Vec<u8>,
    line: String,
    line_dots: u32,
    payload: String,
    reports: bool,
    reported: Vec<u8>,
    /// Star: jobs that ended, modulo 32.
    endings: u8,
    speech: Vec<u8>,
    proofs_to_lose: u32,
    sheets: Vec<Sheet>,
    complaints: Vec<String>,
    dots_per_second: u32,
    busy_until: Option<Instant>,
}

impl Mechanism {
    /// A printer that was switched on just now.
    pub fn new(model: Model) -> Mechanism {
        Mechanism {
            model,
            on: true,
            paper: Paper::Enough,
            cover_open: false,
            jams_next: false,
            stuck: false,
            cutter_error: false,
            buffer: VecDeque::new(),
            recent: Vec::new(),
            line: String::new(),
            line_dots: 0,
            payload: String::new(),
            reports: false,
            reported: Vec::new(),
            endings: 0,
            speech: Vec::new(),
            proofs_to_lose: 0,
            sheets: vec![Sheet::default()],
            complaints: Vec::new(),
            // 250 mm a second.
            dots_per_second: 2000,
            busy_until: None,
        }
    }

    /// Whether it is switched on.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Bytes that it can take.
    pub fn room(&self) -> usize {
        if self.on { BUFFER_BYTES.saturating_sub(self.buffer.len()) } else { 0 }
    }

    /// Whether nothing is left to print.
    pub fn is_idle(&self) -> bool {
        self.buffer.is_empty() && self.line.is_empty() && self.busy_until.is_none()
    }

    /// What came out.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// What it did not understand.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Changes the roll.
    pub fn set_paper(&mut self, paper: Paper) {
        self.paper = paper;
        self.report();
    }

    /// Opens or closes the cover.
    pub fn set_cover(&mut self, open: bool) {
        self.cover_open = open;
        // These try the cutter when the cover is closed; an Epson waits to be told.
        if !open && !self.stuck && (self.is_star() || self.is_seiko()) {
            self.cutter_error = false;
        }
        self.report();
    }

    /// Jams at the next cut.
    pub fn jam(&mut self) {
        self.jams_next = true;
    }

    /// Frees the cutter; the error stays until the printer is told to go on.
    pub fn free(&mut self) {
        self.jams_next = false;
        self.stuck = false;
    }

    /// Switches it off, and everything in it is lost; or on.
    pub fn set_power(&mut self, on: bool) {
        self.on = on;
        if !on {
            self.forget();
            self.speech.clear();
            self.recent.clear();
            self.reports = false;
            self.endings = 0;
            self.cutter_error = false;
            self.busy_until = None;
        } else if self.stuck {
            // It tries the cutter at power-on.
            self.cutter_error = true;
        }
    }

    /// Loses so many proofs.
    pub fn lose_proofs(&mut self, count: u32) {
        self.proofs_to_lose += count;
    }

    /// Says something.
    pub fn say(&mut self, bytes: &[u8]) {
        if self.on {
            self.speech.extend(bytes);
        }
    }

    /// Sets how fast it prints.
    pub fn set_speed(&mut self, dots_per_second: u32) {
        self.dots_per_second = dots_per_second.max(1);
    }

    /// Takes what it has said since.
    pub fn speech(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.speech)
    }

    fn error(&self) -> bool {
        self.cutter_error
    }

    fn can_print(&self) -> bool {
        self.on && !self.cover_open && self.paper != Paper::End && !self.error()
    }

    /// Both buffers are lost.
    fn forget(&mut self) {
        self.buffer.clear();
        self.line.clear();
        self.line_dots = 0;
    }

    fn is_star(&self) -> bool {
        self.model.language == Language::Star
    }

    /// A maker whose answers are marked by their upper halves (RP-F10 technical reference, 6.4).
    fn is_seiko(&self) -> bool {
        self.model.ending == Ending::Response
    }

    /// Automatic status, as its maker has it.
    fn status(&self) -> Vec<u8> {
        if self.is_star() {
            self.star_status().to_vec()
        } else if self.is_seiko() {
            self.seiko_status().to_vec()
        } else {
            self.epson_status().to_vec()
        }
    }

    /// CxH and seven DxH. The manual's table of their bits was not at hand; cover and paper are
    /// where a public client of these printers looks for them.
    fn seiko_status(&self) -> [u8; 8] {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        let cause = bit(self.cover_open, 0x08) | bit(self.paper == Paper::End, 0x01);
        let error = bit(!self.can_print(), 0x08);
        [0xc0 | error, 0xd0 | cause, 0xd0, 0xd0, 0xd0, 0xd0, 0xd0, 0xd0]
    }

    /// Nine bytes (Star Line Mode command specification, appendix 2).
    fn star_status(&self) -> [u8; 9] {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        let counter = (self.endings & 0x07) << 1 | (self.endings & 0x18) << 2;
        let printer = bit(!self.can_print(), 0x08) | bit(self.cover_open, 0x20);
        let paper = match self.paper {
            Paper::Enough => 0,
            Paper::NearEnd => 0x04,
            Paper::End => 0x0c,
        };
        [0x23, 0x06, printer, bit(self.cutter_error, 0x08), 0, paper, 0, counter, 0]
    }

    /// Four bytes (TM-T88III specification, GS a).
    fn epson_status(&self) -> [u8; 4] {
        let mut status = [0x10, 0, 0, 0];
        if !self.can_print() {
            status[0] |= 0x08;
        }
        if self.cover_open {
            status[0] |= 0x20;
        }
        if self.cutter_error {
            status[1] |= 0x08;
        }
        status[2] |= match self.paper {
            Paper::Enough => 0,
            Paper::NearEnd => 0x03,
            Paper::End => 0x0f,
        };
        status
    }

    fn report(&mut self) {
        let status = self.status();
        if self.on && self.reports && status != self.reported {
            self.speech.extend(&status);
            self.reported = status;
        }
    }

    /// The answer to `DLE EOT n`.
    fn answer(&self, n: u8) -> u8 {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        0x12 | match n {
            1 => bit(!self.can_print(), 0x08),
            2 => {
                bit(self.cover_open, 0x04)
                    | bit(self.paper == Paper::End, 0x20)
                    | bit(self.error(), 0x40)
            }
            3 => bit(self.cutter_error, 0x08),
            _ => match self.paper {
                Paper::Enough => 0,
                Paper::NearEnd => 0x0c,
                Paper::End => 0x6c,
            },
        }
    }

    /// Takes bytes from the cable. What is obeyed on receipt is obeyed wherever it stands, inside
    /// a picture too.
    pub fn receive(&mut self, bytes: &[u8]) {
        if !self.on {
            return;
        }
        for &byte in bytes {
            self.buffer.push_back(byte);
            self.recent.push(byte);
            if self.recent.len() > CLEAR.len() {
                self.recent.remove(0);
            }
            self.obey_on_receipt();
        }
    }

    fn obey_on_receipt(&mut self) {
        if self.is_star() {
            // ESC ACK SOH: status, now.
            if self.recent.ends_with(&[0x1b, 0x06, 0x01]) {
                self.speech.extend(self.star_status());
            }
            return;
        }
        if self.recent.ends_with(&CLEAR) && self.model.clears {
            self.forget();
            self.recent.clear();
            self.busy_until = None;
            self.speech.extend([0x37, 0x25, 0x00]);
            return;
        }
        if let [.., 0x10, 0x04, n @ 1..=4] = self.recent.as_slice() {
            let answer = if self.is_seiko() { 0xa0 } else { self.answer(*n) };
            self.speech.push(answer);
        } else if let [.., 0x10, 0x05, n @ 1..=2] = self.recent.as_slice() {
            self.recover(*n);
        }
    }

    /// `DLE ENQ`: 1 goes on with the line that failed, 2 after both buffers were cleared.
    fn recover(&mut self, n: u8) {
        if !self.cutter_error || self.cover_open || self.stuck {
            return;
        }
        self.cutter_error = false;
        if n == 2 {
            self.forget();
        }
        self.report();
    }

    /// Does what can be done by now; gives when there is more.
    pub fn work(&mut self, now: Instant) -> Option<Instant> {
        while self.on {
            match self.busy_until {
                Some(until) if until > now => return Some(until),
                Some(_) | None => self.busy_until = None,
            }
            if !self.step(now) {
                break;
            }
        }
        None
    }

    /// Obeys one command of the buffer; false when it cannot.
    fn step(&mut self, now: Instant) -> bool {
        self.buffer.make_contiguous();
        let (bytes, _) = self.buffer.as_slices();
        let length = match bytes {
            [] => return false,
            [0x1b] | [0x1b, 0x06] if self.is_star() => return false,
            [0x1b, 0x06, _, ..] if self.is_star() => 3,
            // Padding that some senders complete torn pictures with.
            [0x00, ..] => 1,
            // Obeyed already.
            [0x10, 0x04 | 0x05, _, ..] => 3,
            [0x10] | [0x10, 0x04 | 0x05] => return false,
            [0x10, 0x14, ..] if bytes.len() < CLEAR.len() => return false,
            [0x10, 0x14, 0x08, ..] => CLEAR.len(),
            _ => match self.read(bytes) {
                Ok(None) => return false,
                Ok(Some((command, length))) => {
                    if self.needs_paper(&command) && !self.can_print() {
                        return false;
                    }
                    self.obey(command, now);
                    length
                }
                Err(what) => {
                    self.complaints.push(what);
                    1
                }
            },
        };
        self.buffer.drain(..length.min(self.buffer.len()));
        true
    }

    fn read(&self, bytes: &[u8]) -> escpos::Read {
        if self.is_star() {
            star::read(bytes, &self.model)
        } else {
            escpos::read(bytes, &self.model)
        }
    }

    fn needs_paper(&self, command: &Command) -> bool {
        match command {
            Command::LineFeed
            | Command::FeedUnits(_)
            | Command::FeedDots(_)
            | Command::FeedLines(_)
            | Command::Picture(_)
            | Command::PrintCode
            | Command::Cut { .. }
            // Its answer is sent when printing is complete, so it waits as well.
            | Command::ProcessId(_) => true,
            Command::Character(_, halves) => {
                self.line_dots + u32::from(*halves) * HALF_DOTS > self.model.width
            }
            Command::Initialise
            | Command::Set(_)
            | Command::Code(_)
            | Command::Position(_)
            | Command::Response(_)
            | Command::Etb
            | Command::Fence => false,
        }
    }

    fn obey(&mut self, command: Command, now: Instant) {
        match command {
            Command::Initialise => {
                self.line.clear();
                self.line_dots = 0;
                // Whether ESC @ ends the reports is not documented: on an Epson here it does.
                self.reports &= self.is_star();
                if self.is_seiko() {
                    self.speech.push(0xb0);
                }
            }
            Command::Set(Setting::EtbReset) => self.endings = 0,
            Command::Set(Setting::AutomaticStatus(on)) => {
                self.reports = on;
                if on {
                    self.reported = self.status();
                    self.speech.extend(&self.reported);
                }
            }
            Command::Code(Code::Payload(payload)) => {
                self.payload = String::from_utf8_lossy(&payload).into_owned();
            }
            Command::Set(_) | Command::Code(_) | Command::Position(_) => {}
            Command::Character(character, halves) => {
                let dots = u32::from(halves) * HALF_DOTS;
                if self.line_dots + dots > self.model.width {
                    self.print_line(now);
                }
                self.line.push(character);
                self.line_dots += dots;
            }
            Command::LineFeed
            | Command::FeedUnits(_)
            | Command::FeedDots(_)
            | Command::FeedLines(_) => self.print_line(now),
            Command::Picture(picture) => {
                self.sheet().rows += picture.height();
                self.take_time(picture.height(), now);
            }
            Command::PrintCode => {
                let payload = std::mem::take(&mut self.payload);
                self.sheet().codes.push(payload);
                self.take_time(100, now);
            }
            Command::Cut { .. } => self.cut(now),
            Command::ProcessId(id) => {
                self.sheet().ids.push(id);
                self.prove(&[&[0x37, 0x22], id.as_slice(), &[0]].concat());
            }
            Command::Response(n) => self.prove(&[0x80 | n]),
            Command::Fence => {
                let paper = if self.is_seiko() { 0xa0 } else { self.epson_status()[2] };
                self.prove(&[paper]);
            }
            Command::Etb => {
                self.endings = (self.endings + 1) % 32;
                self.reported = self.status();
                if self.reports {
                    self.prove(&self.reported.clone());
                }
            }
        }
    }

    fn prove(&mut self, proof: &[u8]) {
        if self.proofs_to_lose > 0 {
            self.proofs_to_lose -= 1;
        } else {
            self.speech.extend(proof);
        }
    }

    fn sheet(&mut self) -> &mut Sheet {
        self.sheets.last_mut().expect("there is always a sheet in the printer")
    }

    fn print_line(&mut self, now: Instant) {
        let line = std::mem::take(&mut self.line);
        self.line_dots = 0;
        if !line.is_empty() {
            self.sheet().lines.push(line);
        }
        self.take_time(LINE_DOTS, now);
    }

    fn take_time(&mut self, dots: u32, now: Instant) {
        let time = Duration::from_secs(1) * dots / self.dots_per_second;
        self.busy_until = Some(now + time);
    }

    fn cut(&mut self, now: Instant) {
        if self.jams_next {
            self.jams_next = false;
            self.stuck = true;
            self.cutter_error = true;
            self.report();
            // The cut is not made; what comes after stays in the buffer until somebody helps.
            return;
        }
        if !self.sheet().is_blank() {
            self.sheet().cut = true;
            self.sheets.push(Sheet::default());
        }
        self.take_time(LINE_DOTS, now);
    }
}

/// For people who read a failure.
impl std::fmt::Display for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids: Vec<String> = self.ids.iter().map(|id| hex(id)).collect();
        let end = if self.cut { "cut" } else { "hanging" };
        write!(f, "[{} | {} rows | {} | {end}]", self.lines.join(" / "), self.rows, ids.join(", "))
    }
}
