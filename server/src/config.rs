//! The office file: one commented TOML file that says what an office is (design.md §4).
//!
//! [`OfficeFile::parse`] turns its text into a [`Setup`] and what stays outside the log: the
//! time zone, the devices and the slip's own words. Every mistake is reported at once, each with
//! its line, its column and what was expected.
//!
//! | step | what it finds |
//! |---|---|
//! | TOML, with recovery | mistakes of syntax, several in one go |
//! | values | wrong types, ranges, times, dates, letters, languages, choices |
//! | names | unknown keys, missing ones, repeated ones, references to nothing |
//! | [`Setup::faults`] | what the rules themselves demand, mapped back to lines |
//!
//! What it deliberately does not do: read the clock, open devices, or look at the log. Device
//! addresses stay text; whoever opens them checks them and answers with
//! [`DeviceLine::mistake`].

mod catalogue;
mod equipment;
mod error;
mod faults;
mod hours;
mod inputs;
mod limits;
mod lines;
mod names;
pub mod setup_record;
mod slip_printing;
mod slips;
mod source;
mod structure;
mod suggestion;
mod summary;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use domain::id::Key;
use domain::language::Language;
use domain::setup::{Setup, Text};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

pub use equipment::{DeviceLine, DeviceLines};
pub use error::{ConfigError, ConfigErrors, MISTAKES_MAX};
pub use inputs::{CounterAction, InputLine, KeyAction, Place};
pub use limits::RULES_DEFAULT;
pub use slip_printing::SlipPrinting;
pub use slips::{LogoLine, SlipSettings};
pub use summary::Summary;

use names::Names;
use source::Source;
use table::{Quotes, Table, one_of};

/// The default office (the seed's ward, unnamed) as one commented file: what
/// `yobidashi check --print-default` prints.
pub const DEFAULT_OFFICE: &str = concat!(
    include_str!("../default-office/office.toml"),
    include_str!("../default-office/errands.toml"),
    include_str!("../default-office/procedures.toml"),
);

/// What messages call [`DEFAULT_OFFICE`].
pub const DEFAULT_OFFICE_NAME: &str = "default office";

/// Largest office file in bytes (1 MiB): six times the default office, and a limit against a
/// wrong file.
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// An office file, read and found right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficeFile {
    /// What enters the log and the rules work with.
    pub setup: Setup,
    /// The office's time zone, such as `Asia/Tokyo`; known to this build.
    pub zone: String,
    /// Where printers and bells are reached.
    pub devices: DeviceLines,
    /// How slips look, and what they say besides the ticket.
    pub slips: SlipSettings,
    /// SHA-256 of the file's text: tells whether a file has changed since it was adopted.
    pub digest: [u8; 32],
}

impl OfficeFile {
    /// Reads an office file from its text; `file` is what messages call it.
    ///
    /// # Errors
    ///
    /// Every mistake there is, in the order of the lines.
    pub fn parse(text: &str, file: &str) -> Result<OfficeFile, ConfigErrors> {
        let (office, mistakes) = OfficeFile::examine(text, file)?;
        if mistakes.is_empty() { Ok(office) } else { Err(ConfigErrors::new(file, mistakes)) }
    }

    /// Reads an office file as far as it can be read, and gathers its mistakes; where there are
    /// any, stand-ins are among what was read.
    fn examine(text: &str, file: &str) -> Result<(OfficeFile, Vec<ConfigError>), ConfigErrors> {
        if text.len() > FILE_BYTES_MAX {
            return Err(too_large(file, text.len() as u64));
        }
        let (root, syntax) = DeTable::parse_recoverable(text);
        let source = Source::new(text, &syntax);
        let office = read(&source, &root, text);
        faults::report(&source, &root, &office.setup);
        Ok((office, source.into_mistakes()))
    }

    /// Reads an office file from disk.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is too large or is not UTF-8, and every mistake in it; then a
    /// logo that cannot be read or printed.
    pub fn load(path: &Path) -> Result<OfficeFile, ConfigErrors> {
        let file = path.display().to_string();
        let text = read_text(path, &file)?;
        let mut office = OfficeFile::parse(&text, &file)?;
        let dir = path.parent().unwrap_or(Path::new(""));
        let logo = slips::load_logo(&office, dir);
        let logo = logo.map_err(|mistake| ConfigErrors::new(&file, vec![mistake]))?;
        for layout in &mut office.slips.layouts {
            layout.logo.clone_from(&logo);
        }
        Ok(office)
    }

    /// The default office, [`DEFAULT_OFFICE`].
    ///
    /// # Panics
    ///
    /// Never: a test reads the same text.
    pub fn embedded() -> OfficeFile {
        match OfficeFile::parse(DEFAULT_OFFICE, DEFAULT_OFFICE_NAME) {
            Ok(office) => office,
            Err(errors) => panic!("the default office has mistakes:\n{errors}"),
        }
    }
}

/// Checks an office file without starting anything, and says what it holds. `addresses` reads
/// the devices' addresses, which are text here, and answers with the mistakes in them; it sees
/// those of a file with other mistakes too.
///
/// # Errors
///
/// As [`OfficeFile::load`], but every mistake at once: of the logo and of the addresses as well.
pub fn check_file(
    path: &Path,
    addresses: impl FnOnce(&OfficeFile) -> Vec<ConfigError>,
) -> Result<Summary, ConfigErrors> {
    let file = path.display().to_string();
    let text = read_text(path, &file)?;
    let (office, mut mistakes) = OfficeFile::examine(&text, &file)?;
    // What stands on a line with a mistake of syntax is not what its author wrote.
    let broken = |line| mistakes.iter().any(|known| known.path.is_empty() && known.line == line);
    let mut also = addresses(&office);
    also.retain(|mistake| !broken(mistake.line));
    mistakes.extend(also);
    mistakes.extend(slips::load_logo(&office, path.parent().unwrap_or(Path::new(""))).err());
    if mistakes.is_empty() {
        return Ok(Summary::new(&file, &office));
    }
    Err(ConfigErrors::new(&file, mistakes))
}

fn read_text(path: &Path, file: &str) -> Result<String, ConfigErrors> {
    let unreadable = |error: std::io::Error| {
        let what = format!("the file cannot be read ({error})");
        ConfigErrors::whole_file(file, what, "a readable office file")
    };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > FILE_BYTES_MAX as u64 {
        return Err(too_large(file, size));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let what = format!("line {line} is not UTF-8 text");
        ConfigErrors::whole_file(file, what, "a file saved as UTF-8")
    })
}

fn too_large(file: &str, size: u64) -> ConfigErrors {
    let what = format!("the file has {size} bytes");
    ConfigErrors::whole_file(file, what, &format!("at most {FILE_BYTES_MAX}"))
}

/// Reads everything, with stand-ins where `source` has gathered a mistake.
fn read<'a>(
    source: &'a Source<'a>,
    root: &'a toml::Spanned<DeTable<'a>>,
    text: &str,
) -> OfficeFile {
    let names = Names::new(root);
    let mut table = Table::root(source, root);
    let mut brings = BTreeMap::new();
    let identity = identity(&mut table);
    let setup = Setup {
        office: identity.id,
        name: identity.name,
        sections: structure::sections(&mut table),
        units: structure::units(&mut table, &names),
        procedures: catalogue::procedures(&mut table, &names),
        queues: lines::queues(&mut table, &names),
        errands: lines::errands(&mut table, &names, &mut brings),
        counters: structure::counters(&mut table, &names),
        bells: structure::bells(&mut table, &names),
        tag_pools: structure::tag_pools(&mut table, &names),
        kiosks: structure::kiosks(&mut table),
        languages: identity.languages,
        calendar: hours::calendar(&mut table, &names),
        rules: limits::rules(&mut table),
    };
    let slips = SlipSettings { brings, ..slips::slips(&mut table, &names) };
    let devices = equipment::devices(&mut table, &names);
    table.finish();
    OfficeFile { setup, zone: identity.zone, devices, slips, digest: Sha256::digest(text).into() }
}

/// What `[office]` says.
struct Identity {
    id: Key,
    name: Text,
    zone: String,
    languages: Vec<Language>,
}

fn identity(root: &mut Table<'_>) -> Identity {
    let Some(mut table) = root.required_table("office") else {
        return Identity {
            id: names::stand_in(0),
            name: Text::default(),
            zone: String::new(),
            languages: Vec::new(),
        };
    };
    let identity = Identity {
        id: names::own_key(&mut table, "id"),
        name: structure::name(&mut table),
        zone: zone(&mut table),
        languages: languages(&mut table),
    };
    table.finish();
    identity
}

fn zone(office: &mut Table<'_>) -> String {
    let Some(field) = office.required("time_zone") else {
        return String::new();
    };
    let expected = "the name of a time zone, such as \"Asia/Tokyo\"";
    let Some(name) = field.string(expected) else {
        return String::new();
    };
    if TimeZone::get(name).is_err() {
        let known: Vec<String> =
            jiff::tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
        let nearest = suggestion::nearest(name, known.iter().map(String::as_str));
        let hint = nearest.map_or(String::new(), |zone| format!("; did you mean \"{zone}\"?"));
        let what = format!("{} is not a time zone", field.quote());
        field.wrong(what, format!("{expected}{hint}"));
    }
    name.to_owned()
}

fn languages(office: &mut Table<'_>) -> Vec<Language> {
    let Some(field) = office.required("languages") else {
        return Vec::new();
    };
    let mut languages = Vec::new();
    let items = field.items("a list of languages such as [\"ja\", \"en\"]");
    if items.is_empty() {
        let tags = Language::ALL.into_iter().map(Language::tag);
        field.wrong("no language is offered", one_of("", tags, Quotes::Double));
    }
    for item in items {
        match item.language() {
            Some(language) if languages.contains(&language) => {
                item.misfit(format!("{} is listed twice", item.quote()), "each only once");
            }
            Some(language) => languages.push(language),
            None => {}
        }
    }
    languages
}
