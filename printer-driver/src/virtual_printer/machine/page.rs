//! The line being set and the paper it goes to.

use super::{
    Incoming, Machine, PICTURE_BYTES_MAX, PICTURE_DOTS_MAX, ROW_COUNT_MAX, SLIP_COUNT_MAX,
};
use crate::document::Align;
use crate::profile::Dialect;
use crate::virtual_printer::bitmap::Bitmap;
use crate::virtual_printer::command::{CutFeed, PictureHead, Setting};
use crate::virtual_printer::control::PaperSupply;
use crate::virtual_printer::model::Characters;
use crate::virtual_printer::picture;
use crate::virtual_printer::slip::{
    CHARACTER_DOTS, COLUMN_DOTS, Slip, SlipEnd, SlipMark, SlipRow, SlipRun, TOP_DOTS,
};
use encoding_rs::{SHIFT_JIS, WINDOWS_1252};
use std::time::Duration;

/// ESC 2: 1/6 inch at 203 dpi.
pub(super) const LINE_SPACING_DOTS: u32 = 34;
/// The blade takes as long as so much paper: 0.3 s at 200 mm/s, assumed and not measured. Tied to
/// the speed, so that a fast twin is fast in everything.
const CUT_DOTS: u32 = 480;
/// `ESC t 1`: half-width kana.
const KANA_TABLE: u8 = 1;
/// `ESC t 16`: Windows-1252.
const WINDOWS_TABLE: u8 = 16;
/// `ESC R 8`: Japan.
const JAPAN: u8 = 8;

/// What ESC @ resets.
#[derive(Clone, Debug)]
pub(super) struct Format {
    pub(super) shift_jis: bool,
    international_set: u8,
    code_table: u8,
    align: Align,
    width: u8,
    height: u8,
    emphasis: bool,
    pub(super) line_spacing_dots: u32,
    units_per_inch: u32,
    feed_units_per_inch: u32,
    pub(super) line: Vec<SlipRun>,
    /// Blank dots before the next character or picture.
    gap_dots: u32,
    qr_module: u8,
    qr_correction: u8,
    qr_payload: Vec<u8>,
    stored: Option<Bitmap>,
}

impl Default for Format {
    fn default() -> Format {
        Format {
            shift_jis: false,
            international_set: 0,
            code_table: 0,
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
            stored: None,
        }
    }
}

impl Format {
    /// Empties the print buffer; settings stay, as after `DLE ENQ 2`.
    pub(super) fn forget_data(&mut self) {
        self.line.clear();
        self.gap_dots = 0;
        self.qr_payload.clear();
        self.stored = None;
    }
}

/// Settings and characters.
impl Machine {
    /// Keeps a setting.
    pub(super) fn set(&mut self, setting: Setting) {
        let or_default = |units: u8| if units == 0 { 203 } else { u32::from(units) };
        match setting {
            Setting::ShiftJis(on) => self.format.shift_jis = on,
            Setting::CodeTable(table) => self.format.code_table = table,
            Setting::InternationalSet(set) => self.format.international_set = set,
            Setting::MotionUnits { horizontal, vertical } => {
                self.format.units_per_inch = or_default(horizontal);
                self.format.feed_units_per_inch = or_default(vertical);
            }
            Setting::Align(n) => self.align(n),
            Setting::Emphasis(on) => self.format.emphasis = on,
            Setting::Size { width, height } => {
                self.format.width = width;
                self.format.height = height;
            }
            Setting::MoveTo(units) => self.move_to(self.across_to_dots(u32::from(units))),
            Setting::MoveBy(units) => self.move_by(units),
            Setting::LineSpacingDefault => self.format.line_spacing_dots = LINE_SPACING_DOTS,
            Setting::LineSpacingUnits(units) => {
                self.format.line_spacing_dots = self.units_to_dots(units);
            }
            Setting::LineSpacingDots(dots) => self.format.line_spacing_dots = u32::from(dots),
            Setting::PrintWidth(units) => self.print_width(units),
            Setting::QrModule(dots) => self.format.qr_module = dots,
            Setting::QrCorrection(level) => self.format.qr_correction = level,
            Setting::QrStore(payload) => self.format.qr_payload = payload,
        }
    }

    pub(super) fn units_to_dots(&self, units: u8) -> u32 {
        u32::from(units) * 203 / self.format.feed_units_per_inch
    }

    fn across_to_dots(&self, units: u32) -> u32 {
        units * 203 / self.format.units_per_inch
    }

    /// The twin's lines are as wide as the paper.
    fn print_width(&mut self, units: u16) {
        let dots = self.across_to_dots(u32::from(units));
        if dots < self.abilities.width_dots {
            self.error(format!("GS W narrows the lines to {dots} dots"));
        }
    }

    /// One byte as the selected tables have it.
    pub(super) fn single(&mut self, byte: u8) {
        let star = self.abilities.dialect == Dialect::Star;
        let table = self.format.code_table;
        let character = match (byte, self.abilities.characters) {
            (0x5c, _) if self.format.international_set == JAPAN => Some('¥'),
            (0x7e, _) if self.format.international_set == JAPAN => Some('‾'),
            (0x23..=0x7e, _) if !matches!(self.format.international_set, 0 | JAPAN) => plain(byte),
            (0x20..=0x7e, _) => Some(char::from(byte)),
            (0xa1..=0xdf, Characters::Kanji) if star || table == KANA_TABLE => {
                char::from_u32(0xff61 + u32::from(byte) - 0xa1)
            }
            (0x80.., Characters::Latin) if table == WINDOWS_TABLE => windows(byte),
            _ => None,
        };
        match character {
            Some(character) => self.character(character, 1),
            None => self.error(format!("byte {byte:02X} is no character of code table {table}")),
        }
    }

    /// A kanji model prints JIS X 0208; the vendors' rows differ from maker to maker.
    pub(super) fn pair(&mut self, pair: [u8; 2]) {
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
        let (used, width_dots) = (self.line_dots(), self.abilities.width_dots);
        if used > width_dots && used - self.last_width() <= width_dots {
            self.error(format!("a line of {used} dots is wider than {width_dots}"));
        }
    }

    fn line_dots(&self) -> u32 {
        self.format.line.iter().map(SlipRun::width_dots).sum()
    }

    /// `ESC $` and `ESC GS A` count from the left edge. Backwards would print over what stands
    /// there.
    fn move_to(&mut self, target: u32) {
        match target.checked_sub(self.line_dots()) {
            Some(gap_dots) if target < self.abilities.width_dots => self.format.gap_dots = gap_dots,
            Some(_) | None => self.error(format!("the position is moved to dot {target}")),
        }
    }

    fn move_by(&mut self, units: i16) {
        match u32::try_from(units) {
            Ok(units) => {
                let dots = self.across_to_dots(units);
                self.move_to(self.line_dots() + self.format.gap_dots + dots);
            }
            Err(_) => self.error(format!("the position is moved by {units}, over what is there")),
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
            return self.error("an alignment stands inside a line".to_owned());
        }
        self.format.align = match n {
            0 => Align::Left,
            1 => Align::Center,
            _ => Align::Right,
        };
    }
}

/// What the national sets have in common with ASCII.
fn plain(byte: u8) -> Option<char> {
    let varies =
        matches!(byte, b'#' | b'$' | b'@' | b'[' | b'\\' | b']' | b'^' | b'`' | b'{'..=b'~');
    (!varies).then_some(char::from(byte))
}

/// Windows-1252 leaves five places empty.
fn windows(byte: u8) -> Option<char> {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&byte));
    text.chars().next().filter(|character| !character.is_control())
}

/// Lines, pictures and cuts.
impl Machine {
    pub(super) fn line_feed(&mut self) -> Duration {
        if self.format.line.is_empty() {
            self.format.gap_dots = 0;
            return self.feed(self.format.line_spacing_dots);
        }
        self.print_line()
    }

    /// Prints what the line holds and feeds it out.
    fn print_line(&mut self) -> Duration {
        self.format.gap_dots = 0;
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
        if self.slip.rows.len() == ROW_COUNT_MAX {
            self.error(format!("a slip has more than {ROW_COUNT_MAX} rows and is not cut"));
            self.end_slip(SlipEnd::Uncut);
        }
        let y_dots = self.slip.height_dots;
        self.slip.rows.push(SlipRow { y_dots, height_dots, mark });
    }

    pub(super) fn feed_after_line(&mut self, dots: u32) -> Duration {
        let text = self.print_line();
        text + self.feed(dots)
    }

    /// Advances the paper; it may run out on the way.
    pub(super) fn feed(&mut self, dots: u32) -> Duration {
        self.slip.height_dots += dots;
        self.paper_dots += u64::from(dots);
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

    /// Effective only when no characters wait to be printed; a printer would print the data as
    /// characters.
    pub(super) fn begin_picture(&mut self, head: PictureHead) {
        if !self.format.line.is_empty() {
            self.error("a picture stands inside a line".to_owned());
        }
        self.incoming = Some(Incoming { head, data: Vec::new() });
    }

    /// A picture whose data have all come.
    pub(super) fn picture(&mut self, head: PictureHead, data: Vec<u8>) -> Duration {
        let Some(bitmap) = Bitmap::from_rows(head.width_dots, head.height_dots, data) else {
            self.error("a picture has not the bytes that its size needs".to_owned());
            return Duration::ZERO;
        };
        let bitmap = bitmap.magnified(head.scale.0, head.scale.1);
        if head.stored {
            self.format.stored = Some(bitmap);
            return Duration::ZERO;
        }
        self.print_picture(bitmap)
    }

    pub(super) fn print_stored(&mut self) -> Duration {
        match self.format.stored.take() {
            Some(bitmap) => self.print_picture(bitmap),
            None => {
                self.error("a stored picture is printed and none is stored".to_owned());
                Duration::ZERO
            }
        }
    }

    /// Stands where alignment and position say, feeds its own height, and is cut off at the edge.
    fn print_picture(&mut self, bitmap: Bitmap) -> Duration {
        let text = self.print_line_before_picture();
        let room = self.abilities.width_dots;
        let gap = std::mem::take(&mut self.format.gap_dots).min(room);
        let height_dots = bitmap.height_dots();
        if gap + bitmap.width_dots() > room {
            let over = (room - gap..bitmap.width_dots())
                .any(|x| (0..height_dots).any(|y| bitmap.dot(x, y)));
            if over {
                self.error(format!("a picture prints beyond {room} dots"));
            }
        }
        let bitmap = bitmap.clipped(room - gap);
        let free = room - gap - bitmap.width_dots();
        let left_dots = gap
            + match self.format.align {
                Align::Left => 0,
                Align::Center => free / 2,
                Align::Right => free,
            };
        if bitmap.rows().iter().any(|byte| *byte != 0) {
            self.mark_picture(left_dots, bitmap);
        }
        text + self.feed(height_dots)
    }

    fn print_line_before_picture(&mut self) -> Duration {
        if self.format.line.is_empty() { Duration::ZERO } else { self.print_line() }
    }

    /// Bands that touch are one picture.
    fn mark_picture(&mut self, left: u32, bitmap: Bitmap) {
        let top = self.slip.height_dots;
        if let Some(SlipRow { y_dots, height_dots, mark }) = self.slip.rows.last_mut()
            && let SlipMark::Picture { left_dots, bitmap: above } = mark
            && (*left_dots, above.width_dots()) == (left, bitmap.width_dots())
            && *y_dots + *height_dots == top
            && *height_dots < PICTURE_DOTS_MAX
        {
            *height_dots += bitmap.height_dots();
            above.append(&bitmap);
            return;
        }
        self.mark(bitmap.height_dots(), SlipMark::Picture { left_dots: left, bitmap });
    }

    pub(super) fn print_qr(&mut self) -> Duration {
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
        if height_dots > self.abilities.width_dots {
            self.error("a QR code is wider than the paper".to_owned());
            return text;
        }
        let (module_dots, align) = (self.format.qr_module, self.format.align);
        self.mark(height_dots, SlipMark::Qr { payload, module_dots, correction, align });
        text + self.feed(height_dots)
    }

    /// The paper moves on until the last row is at the blade; what then lies between blade and
    /// head is the top of the next slip. Without that feed the blade would cut through what was
    /// printed last.
    pub(super) fn cut(&mut self, full: bool, feed: CutFeed) -> Duration {
        let star = self.abilities.dialect == Dialect::Star;
        if !self.format.line.is_empty() && !star {
            self.error("a cut stands inside a line".to_owned());
        }
        let text = self.print_line();
        let fed = match feed {
            CutFeed::ToBlade(units) => self.feed(self.units_to_dots(units) + TOP_DOTS),
            CutFeed::None => Duration::ZERO,
        };
        self.slip.height_dots = self.slip.height_dots.saturating_sub(TOP_DOTS);
        let bottom = self.slip.rows.last().map_or(0, |row| row.y_dots + row.height_dots);
        if bottom > self.slip.height_dots {
            let left = bottom - self.slip.height_dots;
            self.error(format!("the blade cuts {left} dots above the end of the print"));
        }
        self.state.counts.cuts += 1;
        self.state.counts.jobs += u64::from(!self.slip.is_blank());
        self.end_slip(if full { SlipEnd::FullCut } else { SlipEnd::PartialCut });
        text + fed + self.time_for(CUT_DOTS)
    }

    /// Keeps the slip and begins the next; the oldest leave when there are too many.
    fn end_slip(&mut self, end: SlipEnd) {
        self.slip.end = end;
        let next = Slip::new(self.slip.number + 1, self.abilities.width_dots);
        self.slips.push(std::mem::replace(&mut self.slip, next));
        let mut bytes = 0;
        let within = |slip: &&Slip| {
            bytes += slip.pictures().map(|picture| picture.rows().len()).sum::<usize>();
            bytes <= PICTURE_BYTES_MAX
        };
        let kept = self.slips.iter().rev().take(SLIP_COUNT_MAX).take_while(within).count().max(1);
        self.slips.drain(..self.slips.len() - kept);
    }
}
