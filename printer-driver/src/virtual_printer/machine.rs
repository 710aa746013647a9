//! The printer itself, without a link: bytes and time in, paper and answers out. Pure.
//!
//! Modelled as the manuals describe it: real-time commands are obeyed on receipt, even offline;
//! everything else waits in the receive buffer and stops while the printer cannot print; a
//! process ID is answered in its turn, when the paper before it has really advanced; a change of
//! condition is reported when automatic status is on; DLE DC4 fn 8 empties the buffers.
//!
//! Simplified: while the receive buffer is full nothing is taken from the link, real-time commands
//! included; a line advances in one step; speed does not depend on how dense the print is.

use super::command::{Command, Parsed, parse};
use super::slip::{
    CHARACTER_DOTS, COLUMN_DOTS, Slip, SlipEnd, SlipMark, SlipRow, SlipRun, TOP_DOTS,
};
use super::{Control, PaperSupply, StreamError, VirtualState, picture};
use crate::document::Align;
use encoding_rs::SHIFT_JIS;
use std::time::Duration;
use tokio::time::Instant;

/// ESC 2: 1/6 inch at 203 dpi.
const LINE_SPACING_DOTS: u32 = 34;
/// The blade takes as long as so much paper: 0.3 s at 200 mm/s, assumed and not measured. Tied to
/// the speed, so that a fast twin is fast in everything.
const CUT_DOTS: u32 = 480;
/// The receive buffer of a TM-T20 (its other setting is 45 bytes).
const BUFFER_BYTE_COUNT: usize = 4096;
/// Most errors kept; a wrong speed would fill memory otherwise.
const ERROR_COUNT_MAX: usize = 1000;
/// Most slips kept; the oldest are dropped.
const SLIP_COUNT_MAX: usize = 2000;

/// What ESC @ resets.
#[derive(Clone, Debug)]
struct Format {
    shift_jis: bool,
    japan: bool,
    kana_table: bool,
    align: Align,
    width: u8,
    height: u8,
    emphasis: bool,
    line_spacing_dots: u32,
    units_per_inch: u32,
    feed_units_per_inch: u32,
    line: Vec<SlipRun>,
    /// Blank dots before the next character.
    gap_dots: u32,
    qr_module: u8,
    qr_correction: u8,
    qr_payload: Vec<u8>,
}

impl Default for Format {
    fn default() -> Format {
        Format {
            shift_jis: false,
            japan: false,
            kana_table: false,
            align: Align::Left,
            width: 1,
            height: 1,
            emphasis: false,
            line_spacing_dots: LINE_SPACING_DOTS,
            units_per_inch: 203,
            feed_units_per_inch: 203,
            line: Vec::new(),
            gap_dots: 0,
            qr_module: 3,
            qr_correction: 0,
            qr_payload: Vec::new(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Machine {
    pub(super) state: VirtualState,
    width_dots: u32,
    paper_left_dots: Option<u32>,
    format: Format,
    received: Vec<u8>,
    /// The last bytes received, as far as they may be a real-time command.
    real_time: Vec<u8>,
    automatic_mask: u8,
    automatic_last: [u8; 4],
    answers: Vec<u8>,
    busy_until: Option<Instant>,
    slip: Slip,
    slips: Vec<Slip>,
    errors: Vec<StreamError>,
    byte_count: u64,
}

impl Machine {
    pub(super) fn new(width_dots: u32, speed_mm_per_s: u16) -> Machine {
        Machine {
            state: VirtualState {
                paper: PaperSupply::Ok,
                cover_open: false,
                cutter_jam: false,
                head_hot: false,
                powered: true,
                plugged: true,
                silent: false,
                drop_process_ids: 0,
                speed_mm_per_s,
            },
            width_dots,
            paper_left_dots: None,
            format: Format::default(),
            received: Vec::new(),
            real_time: Vec::new(),
            automatic_mask: 0,
            automatic_last: [0; 4],
            answers: Vec::new(),
            busy_until: None,
            slip: Slip::new(1, width_dots),
            slips: Vec::new(),
            errors: Vec::new(),
            byte_count: 0,
        }
    }

    /// Finished slips and, if anything is on it, the one still in the printer.
    pub(super) fn slips_since(&self, number: u64) -> Vec<Slip> {
        let unfinished = Some(&self.slip).filter(|slip| slip.height_dots > TOP_DOTS);
        self.slips.iter().chain(unfinished).filter(|slip| slip.number > number).cloned().collect()
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
        if self.state.silent || !self.state.powered { Vec::new() } else { answers }
    }

    /// When [`Machine::advance`] has something to do next.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.busy_until.filter(|_| self.can_print())
    }

    /// Changes what a person at the printer would change.
    pub(super) fn control(&mut self, control: Control) {
        match control {
            Control::Paper { supply } => {
                self.state.paper = supply;
                self.paper_left_dots = None;
            }
            Control::PaperLeft { mm } => self.paper_left_dots = Some(mm * 8),
            Control::Cover { open } => self.state.cover_open = open,
            Control::Cutter { jam } => self.state.cutter_jam = jam,
            Control::Head { hot } => self.state.head_hot = hot,
            Control::Power { on } => self.power(on),
            Control::Cable { plugged } => self.state.plugged = plugged,
            Control::Silence { silent } => self.state.silent = silent,
            Control::DropProcessIds { count } => self.state.drop_process_ids = count,
            Control::Speed { mm_per_s } => self.state.speed_mm_per_s = mm_per_s.max(1),
            Control::Noise { bytes } => self.answers.extend(bytes),
        }
        self.report_change();
    }

    /// Switching off loses all but the paper.
    fn power(&mut self, on: bool) {
        if self.state.powered && !on {
            self.received.clear();
            self.real_time.clear();
            self.answers.clear();
            self.format = Format::default();
            self.automatic_mask = 0;
            self.busy_until = None;
        }
        self.state.powered = on;
    }

    /// Whether the link may bring more bytes.
    pub(super) fn has_room(&self) -> bool {
        self.received.len() < BUFFER_BYTE_COUNT
    }

    /// Takes bytes from the link.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        if !self.state.powered {
            return;
        }
        self.byte_count += bytes.len() as u64;
        for byte in bytes {
            self.received.push(*byte);
            self.hear_real_time(*byte);
        }
    }

    /// Does what is due at `now`.
    pub(super) fn advance(&mut self, now: Instant) {
        loop {
            if !self.can_print() || self.busy_until.is_some_and(|until| until > now) {
                return;
            }
            let started = self.busy_until.take().unwrap_or(now);
            if self.received.is_empty() {
                return;
            }
            match parse(&self.received, self.format.shift_jis) {
                Parsed::Partial => return,
                Parsed::Wrong { skip, reason } => {
                    self.received.drain(..skip.min(self.received.len()));
                    self.error(reason);
                }
                Parsed::Whole(command, length) => {
                    self.received.drain(..length);
                    let duration = self.obey(command);
                    if duration > Duration::ZERO {
                        self.busy_until = Some(started.max(now) + duration);
                    }
                }
            }
        }
    }

    /// A stream that stops inside a command or a line is an error.
    pub(super) fn end_of_stream(&mut self) {
        if !self.received.is_empty() {
            self.error(format!("the stream stops inside a command: {:02X?}", self.received));
        }
        if !self.format.line.is_empty() {
            self.error("the stream stops inside a line".to_owned());
        }
    }

    fn error(&mut self, reason: String) {
        if self.errors.len() < ERROR_COUNT_MAX {
            self.errors.push(StreamError { byte_count: self.byte_count, reason });
        }
    }

    fn paper_ended(&self) -> bool {
        self.state.paper == PaperSupply::End
    }

    fn can_print(&self) -> bool {
        self.state.powered
            && !self.paper_ended()
            && !self.state.cover_open
            && !self.state.cutter_jam
            && !self.state.head_hot
    }

    /// Collects DLE EOT n, DLE ENQ n and DLE DC4 fn 8 wherever they stand, across reads.
    fn hear_real_time(&mut self, byte: u8) {
        self.real_time.push(byte);
        match self.real_time.as_slice() {
            [0x10] | [0x10, 0x04 | 0x05 | 0x14] | [0x10, 0x14, 0x08] => {}
            &[0x10, 0x04, n] => {
                self.answer_real_time(n);
                self.real_time.clear();
            }
            [0x10, 0x05, n] => {
                if *n == 2 {
                    self.clear_buffers();
                }
                self.real_time.clear();
            }
            [0x10, 0x14, 0x08, rest @ ..] => {
                let expected = [0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];
                if !expected.starts_with(rest) {
                    self.real_time.clear();
                } else if rest.len() == expected.len() {
                    self.real_time.clear();
                    self.clear_buffers();
                    self.answers.extend([0x37, 0x25, 0x00]);
                }
            }
            _ => {
                self.real_time.clear();
                if byte == 0x10 {
                    self.real_time.push(byte);
                }
            }
        }
    }

    fn clear_buffers(&mut self) {
        self.received.clear();
        self.format.line.clear();
        self.format.qr_payload.clear();
    }

    fn near_end(&self) -> bool {
        self.state.paper != PaperSupply::Ok
    }

    fn answer_real_time(&mut self, n: u8) {
        let bit = |holds: bool, mask: u8| if holds { mask } else { 0 };
        let error = self.state.cutter_jam || self.state.head_hot;
        let bits = match n {
            1 => bit(!self.can_print(), 0x08),
            2 => {
                bit(self.state.cover_open, 0x04) | bit(self.paper_ended(), 0x20) | bit(error, 0x40)
            }
            3 => bit(self.state.cutter_jam, 0x08) | bit(self.state.head_hot, 0x40),
            4 => bit(self.near_end(), 0x0c) | bit(self.paper_ended(), 0x60),
            _ => return self.error(format!("DLE EOT {n} is not known")),
        };
        self.answers.push(0x12 | bits);
    }

    fn automatic_status(&self) -> [u8; 4] {
        let bit = |holds: bool, mask: u8| if holds { mask } else { 0 };
        [
            0x10 | bit(!self.can_print(), 0x08) | bit(self.state.cover_open, 0x20),
            bit(self.state.cutter_jam, 0x08) | bit(self.state.head_hot, 0x40),
            bit(self.near_end(), 0x03) | bit(self.paper_ended(), 0x0c),
            0x00,
        ]
    }

    /// Sends an automatic status when it is on and says something else than the last.
    fn report_change(&mut self) {
        let status = self.automatic_status();
        if self.automatic_mask != 0 && self.state.powered && status != self.automatic_last {
            self.automatic_last = status;
            self.answers.extend(status);
        }
    }

    /// Carries out one command and returns how long it keeps the mechanism busy.
    fn obey(&mut self, command: Command) -> Duration {
        match command {
            Command::HalfWidth(byte) => self.half_width(byte),
            Command::FullWidth(pair) => self.full_width(pair),
            Command::LineFeed => return self.line_feed(),
            Command::Initialise => self.format = Format::default(),
            Command::CancelKanji | Command::RealTime => {}
            Command::KanjiCode { shift_jis } => self.format.shift_jis = shift_jis,
            Command::CodeTable(table) => self.format.kana_table = table == 1,
            Command::InternationalSet(set) => self.format.japan = set == 8,
            Command::MotionUnits { horizontal, vertical } => {
                let or_default = |units: u8| if units == 0 { 203 } else { u32::from(units) };
                self.format.units_per_inch = or_default(horizontal);
                self.format.feed_units_per_inch = or_default(vertical);
            }
            Command::Align(n) => self.align(n),
            Command::Emphasis(on) => self.format.emphasis = on,
            Command::Size { width, height } => {
                self.format.width = width;
                self.format.height = height;
            }
            Command::MoveTo(units) => self.move_to(units),
            Command::FeedUnits(units) => return self.feed_units(units),
            Command::FeedLines(lines) => {
                let text = self.print_line();
                return text + self.feed(self.format.line_spacing_dots * u32::from(lines));
            }
            Command::LineSpacingDefault => self.format.line_spacing_dots = LINE_SPACING_DOTS,
            Command::LineSpacing(units) => {
                self.format.line_spacing_dots = self.units_to_dots(units);
            }
            Command::AutomaticStatus(mask) => self.automatic(mask),
            Command::TransmitStatus(n) => self.transmit(n),
            Command::ProcessId(id) => self.process_id(id),
            Command::QrModel(_) => {}
            Command::QrModule(dots) => self.format.qr_module = dots,
            Command::QrCorrection(level) => self.format.qr_correction = level,
            Command::QrStore(payload) => self.format.qr_payload = payload,
            Command::QrPrint => return self.print_qr(),
            Command::Cut { full, feed_units } => return self.cut(full, feed_units),
        }
        Duration::ZERO
    }

    fn units_to_dots(&self, units: u8) -> u32 {
        u32::from(units) * 203 / self.format.feed_units_per_inch
    }

    /// The Japan set has ¥ and ‾ where ASCII has \ and ~.
    fn half_width(&mut self, byte: u8) {
        let character = match byte {
            0x5c if self.format.japan => '¥',
            0x7e if self.format.japan => '‾',
            0xa1..=0xdf if !self.format.kana_table => {
                return self.error(format!("byte {byte:02X} is no kana without ESC t 1"));
            }
            0xa1..=0xdf => char::from_u32(0xff61 + u32::from(byte) - 0xa1).unwrap_or('〓'),
            _ => char::from(byte),
        };
        self.character(character, 1);
    }

    fn full_width(&mut self, pair: [u8; 2]) {
        let (text, malformed) = SHIFT_JIS.decode_without_bom_handling(&pair);
        let lead = usize::from(pair[0]) - if pair[0] < 0xa0 { 0x81 } else { 0xc1 };
        let row = lead * 2 + if pair[1] >= 0x9f { 2 } else { 1 };
        match text.chars().next() {
            Some(character) if !malformed && (row <= 8 || (16..=84).contains(&row)) => {
                self.character(character, 2);
            }
            Some(_) | None => self.error(format!("{pair:02X?} is not in JIS X 0208")),
        }
    }

    fn character(&mut self, character: char, columns: u8) {
        let format = &mut self.format;
        let same = |run: &SlipRun| {
            (run.width, run.height, run.emphasis) == (format.width, format.height, format.emphasis)
        };
        if format.gap_dots > 0 || !format.line.last().is_some_and(same) {
            format.line.push(SlipRun {
                gap_dots: std::mem::take(&mut format.gap_dots),
                text: String::new(),
                columns: Vec::new(),
                width: format.width,
                height: format.height,
                emphasis: format.emphasis,
            });
        }
        if let Some(run) = format.line.last_mut() {
            run.text.push(character);
            run.columns.push(columns);
        }
        let used = self.line_dots();
        if used > self.width_dots && used - self.last_width() <= self.width_dots {
            self.error(format!("a line of {used} dots is wider than {}", self.width_dots));
        }
    }

    fn line_dots(&self) -> u32 {
        self.format.line.iter().map(SlipRun::width_dots).sum()
    }

    /// ESC $ counts from the left edge. Backwards would print over what stands there.
    fn move_to(&mut self, units: u16) {
        let target = u32::from(units) * 203 / self.format.units_per_inch;
        match target.checked_sub(self.line_dots()) {
            Some(gap_dots) if target < self.width_dots => self.format.gap_dots = gap_dots,
            Some(_) | None => self.error(format!("ESC $ moves to dot {target}")),
        }
    }

    fn last_width(&self) -> u32 {
        let Some(run) = self.format.line.last() else { return 0 };
        let columns = run.columns.last().copied().unwrap_or(0);
        u32::from(columns) * COLUMN_DOTS * u32::from(run.width)
    }

    /// Takes effect only at the start of a line.
    fn align(&mut self, n: u8) {
        if !self.format.line.is_empty() {
            return self.error("ESC a stands inside a line".to_owned());
        }
        self.format.align = match n {
            0 => Align::Left,
            1 => Align::Center,
            _ => Align::Right,
        };
    }

    fn line_feed(&mut self) -> Duration {
        if self.format.line.is_empty() {
            return self.feed(self.format.line_spacing_dots);
        }
        self.print_line()
    }

    /// Prints what the line holds and feeds it out.
    fn print_line(&mut self) -> Duration {
        let runs = std::mem::take(&mut self.format.line);
        let Some(tallest) = runs.iter().map(|run| run.height).max() else {
            return Duration::ZERO;
        };
        let height_dots = CHARACTER_DOTS * u32::from(tallest);
        let mark = SlipMark::Text { runs, align: self.format.align };
        self.mark(height_dots, mark);
        self.feed(height_dots.max(self.format.line_spacing_dots))
    }

    fn mark(&mut self, height_dots: u32, mark: SlipMark) {
        let y_dots = self.slip.height_dots;
        self.slip.rows.push(SlipRow { y_dots, height_dots, mark });
    }

    fn feed_units(&mut self, units: u8) -> Duration {
        let text = self.print_line();
        text + self.feed(self.units_to_dots(units))
    }

    /// Advances the paper; it may run out on the way.
    fn feed(&mut self, dots: u32) -> Duration {
        self.slip.height_dots += dots;
        if let Some(left) = &mut self.paper_left_dots {
            *left = left.saturating_sub(dots);
            let supply = match *left {
                0 => PaperSupply::End,
                1..=400 => PaperSupply::NearEnd,
                _ => PaperSupply::Ok,
            };
            self.state.paper = supply;
            self.report_change();
        }
        self.time_for(dots)
    }

    fn time_for(&self, dots: u32) -> Duration {
        let dots_per_second = u64::from(self.state.speed_mm_per_s) * 8;
        Duration::from_micros(u64::from(dots) * 1_000_000 / dots_per_second)
    }

    fn automatic(&mut self, mask: u8) {
        self.automatic_mask = mask;
        if mask != 0 {
            self.automatic_last = self.automatic_status();
            self.answers.extend(self.automatic_last);
        }
    }

    fn transmit(&mut self, n: u8) {
        let paper = if self.near_end() { 0x03 } else { 0 };
        self.answers.push(if n == 1 { paper } else { 0 });
    }

    fn process_id(&mut self, id: [u8; 4]) {
        if !self.format.line.is_empty() {
            self.error("a process ID stands inside a line".to_owned());
        }
        self.slip.process_ids.push(id.iter().map(|byte| char::from(*byte)).collect());
        if self.state.drop_process_ids > 0 {
            self.state.drop_process_ids -= 1;
            return;
        }
        self.answers.extend([0x37, 0x22]);
        self.answers.extend(id);
        self.answers.push(0x00);
    }

    fn print_qr(&mut self) -> Duration {
        let text = self.print_line();
        let Ok(payload) = String::from_utf8(self.format.qr_payload.clone()) else {
            self.error("a QR payload is not text".to_owned());
            return text;
        };
        let correction = self.format.qr_correction;
        let Some(code) = picture::code(&payload, correction).filter(|_| !payload.is_empty()) else {
            self.error("a QR code is printed with nothing or too much stored".to_owned());
            return text;
        };
        let height_dots = code.width() as u32 * u32::from(self.format.qr_module);
        if height_dots > self.width_dots {
            self.error("a QR code is wider than the paper".to_owned());
            return text;
        }
        let (module_dots, align) = (self.format.qr_module, self.format.align);
        self.mark(height_dots, SlipMark::Qr { payload, module_dots, correction, align });
        text + self.feed(height_dots)
    }

    /// The paper moves on until the last row is at the blade; what then lies between blade and
    /// head is the top of the next slip.
    fn cut(&mut self, full: bool, feed_units: u8) -> Duration {
        if !self.format.line.is_empty() {
            self.error("a cut stands inside a line".to_owned());
        }
        let fed = self.feed(self.units_to_dots(feed_units) + TOP_DOTS);
        self.slip.height_dots -= TOP_DOTS;
        self.slip.end = if full { SlipEnd::FullCut } else { SlipEnd::PartialCut };
        let next = Slip::new(self.slip.number + 1, self.width_dots);
        self.slips.push(std::mem::replace(&mut self.slip, next));
        if self.slips.len() > SLIP_COUNT_MAX {
            self.slips.remove(0);
        }
        fed + self.time_for(CUT_DOTS)
    }
}
