//! What a printer model can do, as data.
//!
//! A profile is a TOML file under `profiles/`, embedded in the program. Code asks the profile,
//! never the model's name, so a new model is a new file. A profile is shipped only when every
//! value in it is acted upon.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The embedded profiles: name and TOML text.
const EMBEDDED: [(&str, &str); 6] = [
    ("epson-jp", include_str!("../profiles/epson-jp.toml")),
    ("epson-intl", include_str!("../profiles/epson-intl.toml")),
    ("seiko", include_str!("../profiles/seiko.toml")),
    ("citizen", include_str!("../profiles/citizen.toml")),
    ("star", include_str!("../profiles/star.toml")),
    ("raster", include_str!("../profiles/raster.toml")),
];

/// The command language of a printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// ESC/POS, Epson's and what others made after it.
    EscPos,
    /// StarPRNT.
    Star,
}

/// How a profile writes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextMode {
    /// The printer's own kanji font, addressed in Shift_JIS.
    ShiftJis,
    /// The printer's own Latin characters, addressed in Windows-1252.
    Latin,
    /// None: every line is drawn.
    Picture,
}

/// How a printer says that a job is on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completion {
    /// `GS ( H` function 48: the job's process ID comes back when printing is complete (Epson).
    ProcessId,
    /// `DC2 q n`: one byte 80h + n comes back when the commands before it have ended (Seiko).
    Dc2Q,
    /// `ETB`: a counter of five bits steps in the automatic status at the end of printing (Star).
    Etb,
    /// `GS r 1` after the cut: a status byte that is answered in its turn (the last resort).
    StatusFence,
}

/// In which words a printer says how it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusWords {
    /// `0xx1xx10` to `DLE EOT`, four bytes of automatic status (Epson, Citizen and others).
    Epson,
    /// Identifiers in the upper four bits, eight bytes of automatic status (Seiko); Epson's words
    /// are understood as well, because some units can be set to them.
    Seiko,
    /// Automatic status of variable length (Star).
    Star,
}

/// The line a model usually hangs on; asked only where an address does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UsualLink {
    /// A serial line of 115,200 bit/s.
    Serial,
    /// USB, full speed.
    Usb,
    /// A network.
    Lan,
}

impl UsualLink {
    /// What it carries, about.
    #[must_use]
    pub fn bytes_per_second(self) -> u32 {
        match self {
            UsualLink::Serial => 11_520,
            UsualLink::Usb | UsualLink::Lan => 1_000_000,
        }
    }
}

/// How a model cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cutter {
    /// Leaves a bridge, and can cut through as well.
    Partial,
    /// Cuts through only.
    Full,
    /// Has none: the slip is torn off by hand.
    Absent,
}

/// The width of the paper roll in millimetres.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaperWidth {
    /// 58 mm.
    Mm58,
    /// 80 mm, the usual roll.
    #[default]
    Mm80,
}

impl PaperWidth {
    /// Reads `58` or `80`.
    #[must_use]
    pub fn parse(text: &str) -> Option<PaperWidth> {
        match text {
            "58" => Some(PaperWidth::Mm58),
            "80" => Some(PaperWidth::Mm80),
            _ => None,
        }
    }
}

impl fmt::Display for PaperWidth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            PaperWidth::Mm58 => "58",
            PaperWidth::Mm80 => "80",
        })
    }
}

/// A profile file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    name: String,
    description: String,
    dialect: Dialect,
    text: TextMode,
    completion: Completion,
    status: StatusWords,
    clears_buffers: bool,
    disables_real_time: bool,
    link: UsualLink,
    scale_max: u8,
    draws_qr: bool,
    cutter: Cutter,
    receive_buffer_bytes: u16,
    dots_per_inch: u16,
    half_width_dots: u16,
    line_height_dots: u16,
    line_spacing_dots: u16,
    feed_units_per_inch: u16,
    print_speed_mm_per_s: u16,
    cutter_distance_mm: u16,
    cut_feed_units: u8,
    paper: BTreeMap<String, PaperFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperFile {
    columns: u16,
    dots: u16,
}

/// What one model can do on one width of paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Stable name, as in `profile=epson-jp`.
    pub name: String,
    /// One line for the technician.
    pub description: String,
    /// The roll this profile was selected for.
    pub paper: PaperWidth,
    /// The commands it obeys.
    pub dialect: Dialect,
    /// How text is written.
    pub text: TextMode,
    /// How completion is proven.
    pub completion: Completion,
    /// How it words its status.
    pub status: StatusWords,
    /// Whether `DLE DC4` function 8 empties its buffers and is confirmed.
    pub clears_buffers: bool,
    /// Whether `GS ( D` keeps it from obeying `DLE DC4` 1 and 2 (pulse, power off).
    pub disables_real_time: bool,
    /// The line it usually hangs on.
    pub link: UsualLink,
    /// How many times it magnifies its own characters, 1 to 8.
    pub scale_max: u8,
    /// Whether it draws QR codes itself.
    pub draws_qr: bool,
    /// How it cuts.
    pub cutter: Cutter,
    /// What it can hold before it must print; a band of a picture is smaller.
    pub receive_buffer_bytes: u16,
    /// Dots per inch in both directions.
    pub dots_per_inch: u16,
    /// Width of a half-width character.
    pub half_width_dots: u16,
    /// Height of a character at scale 1.
    pub line_height_dots: u16,
    /// Feed of a line at scale 1.
    pub line_spacing_dots: u16,
    /// Units of a feed command, per inch.
    pub feed_units_per_inch: u16,
    /// Slowest usual print speed; used for waiting only.
    pub print_speed_mm_per_s: u16,
    /// Paper between the head and the blade.
    pub cutter_distance_mm: u16,
    /// Feed before the cut, in feed units.
    pub cut_feed_units: u8,
    /// Half-width characters in one line at scale 1.
    pub columns: u16,
    /// Printable dots in one row.
    pub dots: u16,
}

impl Profile {
    /// The names of all embedded profiles.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// Loads the embedded profile `name` for `paper`.
    ///
    /// # Errors
    ///
    /// [`ProfileError::UnknownName`] with the names that exist, or [`ProfileError::Paper`] when
    /// the model does not take that roll.
    pub fn load(name: &str, paper: PaperWidth) -> Result<Profile, ProfileError> {
        let Some((_, text)) = EMBEDDED.iter().find(|(known, _)| *known == name) else {
            return Err(ProfileError::UnknownName {
                name: name.to_owned(),
                known: Profile::names().collect::<Vec<_>>().join(", "),
            });
        };
        Profile::from_toml(text, paper)
    }

    /// Reads a profile from TOML text; for a model that is not embedded.
    ///
    /// # Errors
    ///
    /// [`ProfileError`] for text that is not a profile, for values out of range, or for a roll
    /// that the file does not describe.
    pub fn from_toml(text: &str, paper: PaperWidth) -> Result<Profile, ProfileError> {
        let file: ProfileFile = toml::from_str(text)
            .map_err(|error| ProfileError::Syntax { message: error.to_string() })?;
        let Some(size) = file.paper.get(&paper.to_string()) else {
            return Err(ProfileError::Paper {
                name: file.name,
                paper,
                known: file.paper.into_keys().collect::<Vec<_>>().join(", "),
            });
        };
        let profile = Profile {
            paper,
            columns: size.columns,
            dots: size.dots,
            name: file.name,
            description: file.description,
            dialect: file.dialect,
            text: file.text,
            completion: file.completion,
            status: file.status,
            clears_buffers: file.clears_buffers,
            disables_real_time: file.disables_real_time,
            link: file.link,
            scale_max: file.scale_max,
            draws_qr: file.draws_qr,
            cutter: file.cutter,
            receive_buffer_bytes: file.receive_buffer_bytes,
            dots_per_inch: file.dots_per_inch,
            half_width_dots: file.half_width_dots,
            line_height_dots: file.line_height_dots,
            line_spacing_dots: file.line_spacing_dots,
            feed_units_per_inch: file.feed_units_per_inch,
            print_speed_mm_per_s: file.print_speed_mm_per_s,
            cutter_distance_mm: file.cutter_distance_mm,
            cut_feed_units: file.cut_feed_units,
        };
        profile.check()?;
        Ok(profile)
    }

    /// Refuses values that would divide by zero or leave no room for a full-width character at
    /// the largest scale, and words that do not go with the dialect.
    fn check(&self) -> Result<(), ProfileError> {
        if (self.status == StatusWords::Star) != (self.dialect == Dialect::Star) {
            let message = "status \"star\" goes with dialect \"star\", and the others do not";
            return Err(ProfileError::Syntax { message: message.to_owned() });
        }
        let range = |key: &'static str, value: u16, low: u16, high: u16| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(ProfileError::Range { name: self.name.clone(), key, value, low, high })
        };
        range("dots_per_inch", self.dots_per_inch, 100, 600)?;
        // GS P takes one byte per axis.
        range("feed_units_per_inch", self.feed_units_per_inch, 1, 255)?;
        range("half_width_dots", self.half_width_dots, 8, 32)?;
        range("line_height_dots", self.line_height_dots, 8, 64)?;
        range("line_spacing_dots", self.line_spacing_dots, 8, 255)?;
        range("print_speed_mm_per_s", self.print_speed_mm_per_s, 10, 1000)?;
        range("scale_max", u16::from(self.scale_max), 1, 8)?;
        range("receive_buffer_bytes", self.receive_buffer_bytes, 1024, u16::MAX)?;
        range("columns", self.columns, 16, 255)?;
        range("dots", self.dots, self.columns * self.half_width_dots, 2048)
    }

    /// Whether it is told to report changes by itself (`GS a`). An unknown model, for which
    /// everything is drawn, is not: it may print the order as text.
    #[must_use]
    pub fn has_automatic_status(&self) -> bool {
        self.text != TextMode::Picture
    }

    /// Converts dots to millimetres, rounded up.
    #[must_use]
    pub fn dots_to_mm(&self, dots: u32) -> u32 {
        (dots * 254).div_ceil(u32::from(self.dots_per_inch) * 10)
    }

    /// How long the mechanism needs for `dots` of paper and the way to the cutter.
    #[must_use]
    pub fn print_time(&self, dots: u32) -> Duration {
        let mm = self.dots_to_mm(dots) + u32::from(self.cutter_distance_mm);
        Duration::from_millis(u64::from(mm) * 1000 / u64::from(self.print_speed_mm_per_s))
    }
}

/// Why a profile cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No embedded profile has this name.
    #[error("find printer profile \"{name}\", expected one of: {known}")]
    UnknownName {
        /// What was asked.
        name: String,
        /// What exists.
        known: String,
    },
    /// The profile has no such roll.
    #[error("use {paper} mm paper with profile \"{name}\", expected one of: {known}")]
    Paper {
        /// The profile.
        name: String,
        /// What was asked.
        paper: PaperWidth,
        /// What exists.
        known: String,
    },
    /// The text is not a profile.
    #[error("read a printer profile: {message}")]
    Syntax {
        /// What the TOML reader says, with line and column.
        message: String,
    },
    /// A value is out of range.
    #[error("use profile \"{name}\": {key} is {value}, expected {low} to {high}")]
    Range {
        /// The profile.
        name: String,
        /// The key.
        key: &'static str,
        /// Its value.
        value: u16,
        /// Smallest allowed.
        low: u16,
        /// Largest allowed.
        high: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_profile_loads_under_its_own_name() {
        for name in Profile::names() {
            let profile = Profile::load(name, PaperWidth::Mm80).unwrap();
            assert_eq!(profile.name, name);
            assert_eq!((profile.columns, profile.dots), (48, 576));
            assert_eq!(Profile::load(name, PaperWidth::Mm58).unwrap().columns, 35);
        }
    }

    #[test]
    fn an_unknown_profile_is_refused_with_the_names_that_exist() {
        let error = Profile::load("epson", PaperWidth::Mm80).unwrap_err();
        assert_eq!(
            error.to_string(),
            "find printer profile \"epson\", expected one of: \
             epson-jp, epson-intl, seiko, citizen, star, raster"
        );
    }

    #[test]
    fn a_profile_with_a_misspelt_key_or_an_impossible_value_is_refused() {
        let text = EMBEDDED[0].1;
        let misspelt = text.replace("cut_feed_units", "cut_feed");
        assert!(matches!(
            Profile::from_toml(&misspelt, PaperWidth::Mm80),
            Err(ProfileError::Syntax { .. })
        ));
        let stopped = text.replace("print_speed_mm_per_s = 150", "print_speed_mm_per_s = 0");
        assert!(matches!(
            Profile::from_toml(&stopped, PaperWidth::Mm80),
            Err(ProfileError::Range { key: "print_speed_mm_per_s", .. })
        ));
        let mixed = text.replace("status = \"epson\"", "status = \"star\"");
        assert!(matches!(
            Profile::from_toml(&mixed, PaperWidth::Mm80),
            Err(ProfileError::Syntax { .. })
        ));
    }

    #[test]
    fn ninety_millimetres_take_seven_tenths_of_a_second() {
        let profile = Profile::load("epson-jp", PaperWidth::Mm80).unwrap();
        assert_eq!(profile.dots_to_mm(720), 91);
        assert_eq!(profile.print_time(720), Duration::from_millis(700));
    }
}
