//! Commands → what is on paper, with the rules of what may come when.

use super::command::{Align, Code, Command, Setting};
use super::model::{BLADE_DOTS, Ending, HALF_DOTS, LINE_DOTS, Language, Letters, Model};
use super::{Item, Line, Mark, Run, Slip};

/// Feed of a line when nothing else is said: 1/6 inch (Epson), 4 mm (Star).
const SPACING_DOTS: u32 = 34;

/// A job while it is read.
#[derive(Debug)]
pub struct Sheet<'a> {
    model: &'a Model,
    items: Vec<Item>,
    runs: Vec<Run>,
    x: u32,
    settings: Settings,
    code: NextCode,
    mark: Option<Mark>,
    cut: Option<bool>,
    begun: bool,
}

#[derive(Debug, Default)]
struct Settings {
    align: Align,
    bold: bool,
    width: u8,
    height: u8,
    spacing: Option<u32>,
    units: Option<(u8, u8)>,
    table: u8,
    nation: u8,
    shift_jis: bool,
}

#[derive(Debug, Default)]
struct NextCode {
    is_model_2: bool,
    module: Option<u8>,
    correction: Option<u8>,
    payload: Option<Vec<u8>>,
}

impl<'a> Sheet<'a> {
    /// A sheet in a printer of which nothing is known.
    pub fn new(model: &'a Model) -> Sheet<'a> {
        Sheet {
            model,
            items: Vec::new(),
            runs: Vec::new(),
            x: 0,
            settings: Settings { width: 1, height: 1, ..Settings::default() },
            code: NextCode::default(),
            mark: None,
            cut: None,
            begun: false,
        }
    }

    /// Does what a command says.
    ///
    /// # Errors
    ///
    /// When it is out of place.
    pub fn obey(&mut self, command: Command) -> Result<(), String> {
        if !self.begun && command != Command::Initialise {
            return Err(format!("{command:?} before ESC @: the last job's settings would hold"));
        }
        match command {
            Command::Initialise => self.initialise(),
            Command::Character(character, halves) => self.character(character, halves),
            Command::LineFeed => self.feed_lines(1),
            Command::FeedLines(lines) => self.feed_lines(u32::from(lines)),
            Command::FeedUnits(units) => self.feed_units(units),
            Command::FeedDots(dots) => self.feed(dots),
            Command::Position(units) => self.go(u32::from(units)),
            Command::Picture(picture) => self.picture(picture),
            Command::Set(setting) => self.set(setting),
            Command::Code(code) => {
                self.describe_code(code);
                Ok(())
            }
            Command::PrintCode => self.print_code(),
            Command::Cut { full, feeds } => self.cut(full, feeds),
            Command::ProcessId(id) => self.end(Mark::ProcessId(id)),
            Command::Response(n) => self.end(Mark::Response(n)),
            Command::Etb => self.end(Mark::Etb),
            Command::Fence => self.end(Mark::Fence),
        }
    }

    /// The job's last byte has come.
    ///
    /// # Errors
    ///
    /// When something is missing.
    pub fn finish(self) -> Result<Slip, String> {
        if !self.runs.is_empty() {
            return Err("the last line is never printed".to_owned());
        }
        let mark = self.mark.ok_or("nothing tells when the job is on paper")?;
        let full_cut = self.cut.ok_or("the slip is not cut")?;
        if self.items.iter().all(|item| matches!(item, Item::Feed(_))) {
            return Err("the slip is blank".to_owned());
        }
        let width = self.model.width;
        Ok(Slip { items: self.items, full_cut, mark, width })
    }

    fn initialise(&mut self) -> Result<(), String> {
        if self.begun && !(self.items.is_empty() && self.runs.is_empty()) {
            return Err("ESC @ in the middle of a job".to_owned());
        }
        self.begun = true;
        self.settings = Settings { width: 1, height: 1, ..Settings::default() };
        Ok(())
    }

    fn set(&mut self, setting: Setting) -> Result<(), String> {
        let settings = &mut self.settings;
        match setting {
            Setting::Align(align) => {
                if !self.runs.is_empty() {
                    return Err("alignment counts at the beginning of a line only".to_owned());
                }
                settings.align = align;
            }
            Setting::Bold(bold) => settings.bold = bold,
            Setting::Size(width, height) => {
                if width.max(height) > self.model.scale_max {
                    return Err(format!("{width} x {height} times as large"));
                }
                (settings.width, settings.height) = (width, height);
            }
            Setting::Spacing(units) => settings.spacing = units.map(u32::from),
            Setting::Units(x, y) => settings.units = Some((x, y)),
            Setting::Table(table) => settings.table = table,
            Setting::Nation(nation) => settings.nation = nation,
            Setting::ShiftJis(on) => settings.shift_jis = on,
            Setting::EtbReset => {
                return Err("the counter of ETB starts again within a job".to_owned());
            }
            Setting::JisOff | Setting::AutomaticStatus(_) | Setting::NoRealTime => {}
        }
        Ok(())
    }

    /// Whether something may still be printed.
    fn open(&self) -> Result<(), String> {
        match (self.mark, self.cut) {
            (Some(_), _) => Err("printed after the job was said to be on paper".to_owned()),
            (_, Some(_)) => Err("printed after the cut".to_owned()),
            (None, None) => Ok(()),
        }
    }

    fn character(&mut self, character: char, halves: u8) -> Result<(), String> {
        self.open()?;
        self.check_letters(character, halves)?;
        let settings = &self.settings;
        let dots = HALF_DOTS * u32::from(halves) * u32::from(settings.width);
        if self.x + dots > self.model.width {
            return Err(format!("{character} stands beyond the paper's edge"));
        }
        let same = self.runs.last_mut().filter(|run| {
            (run.width, run.height, run.bold) == (settings.width, settings.height, settings.bold)
                && run.x + run.dots == self.x
        });
        match same {
            Some(run) => {
                run.text.push(character);
                run.dots += dots;
            }
            None => self.runs.push(Run {
                text: character.to_string(),
                width: settings.width,
                height: settings.height,
                bold: settings.bold,
                x: self.x,
                dots,
            }),
        }
        self.x += dots;
        Ok(())
    }

    /// Whether the character was read by the table that the printer has selected.
    fn check_letters(&self, character: char, halves: u8) -> Result<(), String> {
        let settings = &self.settings;
        let star = self.model.language == Language::Star;
        match self.model.letters {
            Letters::Kanji if halves == 2 && !settings.shift_jis => {
                Err(format!("{character} before Shift_JIS was selected"))
            }
            Letters::Kanji if matches!(character, '¥' | '‾') => match settings.nation {
                8 => Ok(()),
                other => Err(format!("{character} in national set {other}, which is not Japan")),
            },
            Letters::Kanji if !character.is_ascii() && halves == 1 && !star => {
                match settings.table {
                    1 => Ok(()),
                    other => Err(format!("{character} in table {other}, which is not kana")),
                }
            }
            Letters::Latin if !character.is_ascii() && settings.table != 16 => {
                Err(format!("{character} in table {}, which is not Windows-1252", settings.table))
            }
            Letters::Latin if settings.nation != 0 && "#$@[\\]^`{|}~".contains(character) => {
                Err(format!("{character} in national set {}", settings.nation))
            }
            Letters::Kanji | Letters::Latin | Letters::Unknown => Ok(()),
        }
    }

    fn spacing(&self) -> u32 {
        let own = match self.model.language {
            Language::EscPos => SPACING_DOTS,
            Language::Star => 32,
        };
        self.settings.spacing.unwrap_or(own)
    }

    /// Prints what is buffered and feeds at least its height.
    fn feed(&mut self, dots: u32) -> Result<(), String> {
        if self.runs.is_empty() {
            if self.mark.is_none() && self.cut.is_none() && dots > 0 {
                self.items.push(Item::Feed(dots));
            }
            return Ok(());
        }
        self.open()?;
        let runs = std::mem::take(&mut self.runs);
        let height = runs.iter().map(|run| u32::from(run.height)).max().unwrap_or(1) * LINE_DOTS;
        self.items.push(Item::Line(Line { runs, align: self.settings.align }));
        self.x = 0;
        if dots > height {
            self.items.push(Item::Feed(dots - height));
        }
        Ok(())
    }

    fn feed_lines(&mut self, lines: u32) -> Result<(), String> {
        self.feed(self.spacing() * lines)
    }

    fn feed_units(&mut self, units: u8) -> Result<(), String> {
        // Without GS P a unit is 1/203 inch on one model and 1/360 on another.
        let (_, y) = self.settings.units.ok_or("a feed in units that GS P has not set")?;
        self.feed(u32::from(units) * 203 / u32::from(y))
    }

    fn go(&mut self, units: u32) -> Result<(), String> {
        self.open()?;
        let dots = match (self.model.language, self.settings.units) {
            (Language::Star, _) => units,
            (Language::EscPos, Some((x, _))) => units * 203 / u32::from(x),
            (Language::EscPos, None) => return Err("a place in units not set".to_owned()),
        };
        if dots < self.x {
            return Err(format!("goes back to {dots} from {}: letters overlap", self.x));
        }
        self.x = dots;
        Ok(())
    }

    fn picture(&mut self, picture: super::bitmap::Bitmap) -> Result<(), String> {
        self.open()?;
        if !self.runs.is_empty() {
            return Err("a picture in the middle of a line".to_owned());
        }
        if let Some(edge) = picture.right_edge().filter(|edge| *edge >= self.model.width) {
            return Err(format!("dot {edge} of a picture stands beyond the paper's edge"));
        }
        self.items.push(Item::Picture(picture, self.settings.align));
        Ok(())
    }

    fn describe_code(&mut self, code: Code) {
        match code {
            Code::Model => self.code.is_model_2 = true,
            Code::Module(n) => self.code.module = Some(n),
            Code::Correction(n) => self.code.correction = Some(n),
            Code::Payload(payload) => self.code.payload = Some(payload),
        }
    }

    fn print_code(&mut self) -> Result<(), String> {
        self.open()?;
        if !self.runs.is_empty() {
            return Err("a code in the middle of a line".to_owned());
        }
        let code = std::mem::take(&mut self.code);
        let payload = code.payload.ok_or("a code that holds nothing")?;
        let module = code.module.ok_or("a code of no module size")?;
        let correction = code.correction.ok_or("a code of no correction")?;
        if !code.is_model_2 {
            return Err("a code of no model".to_owned());
        }
        let modules = modules(payload.len(), correction).ok_or("a code that holds too much")?;
        // Four modules of white at each side.
        if (modules + 8) * u32::from(module) > self.model.width {
            return Err(format!("a code of {modules} modules of {module} dots"));
        }
        let payload = String::from_utf8(payload).map_err(|_| "a code that is no text")?;
        self.items.push(Item::Qr { payload, module, align: self.settings.align });
        self.items.push(Item::Feed(modules * u32::from(module)));
        Ok(())
    }

    fn cut(&mut self, full: bool, feeds: bool) -> Result<(), String> {
        if !self.runs.is_empty() {
            return Err("a cut in the middle of a line".to_owned());
        }
        if self.cut.is_some() {
            return Err("cut twice".to_owned());
        }
        let last_feed = match self.items.last() {
            Some(Item::Feed(dots)) => *dots,
            _ => 0,
        };
        if !feeds && last_feed < BLADE_DOTS {
            return Err("cut through what was printed last".to_owned());
        }
        if self.model.ending == Ending::ProcessId && self.mark.is_none() {
            return Err("the process ID comes after the cut".to_owned());
        }
        self.cut = Some(full);
        Ok(())
    }

    fn end(&mut self, mark: Mark) -> Result<(), String> {
        if !self.runs.is_empty() {
            return Err("said to be on paper in the middle of a line".to_owned());
        }
        if self.mark.is_some() {
            return Err("said to be on paper twice".to_owned());
        }
        let expected = match (self.model.ending, mark) {
            (Ending::ProcessId, Mark::ProcessId(_)) => true,
            (Ending::Response, Mark::Response(_))
            | (Ending::Etb, Mark::Etb)
            | (Ending::Fence, Mark::Fence) => self.cut.is_some(),
            _ => false,
        };
        if !expected {
            return Err(format!("{mark:?} is not how this job ends"));
        }
        self.mark = Some(mark);
        Ok(())
    }
}

/// Modules of the smallest code that holds so many bytes (ISO/IEC 18004, table 7).
fn modules(bytes: usize, correction: u8) -> Option<u32> {
    const CAPACITIES: [[usize; 10]; 4] = [
        [17, 32, 53, 78, 106, 134, 154, 192, 230, 271],
        [14, 26, 42, 62, 84, 106, 122, 152, 180, 213],
        [11, 20, 32, 46, 60, 74, 86, 108, 130, 151],
        [7, 14, 24, 34, 44, 58, 64, 84, 98, 119],
    ];
    let capacities = CAPACITIES.get(usize::from(correction))?;
    let version = capacities.iter().position(|capacity| bytes <= *capacity)?;
    Some(21 + 4 * u32::try_from(version).expect("ten versions"))
}
