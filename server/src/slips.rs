//! `yobidashi slips`: the bytes of every slip, and beside them what each should say.
//!
//! For technicians and for programs that check printers: one example day, the same files every
//! time. Nothing is printed, and no resident is real.
//!
//! | file | what it is |
//! |---|---|
//! | `ticket-standard-ja+ne.bin` | the bytes, as the printer would get them |
//! | `ticket-standard-ja+ne.txt` | what it should say, line by line |
//! | `ticket-standard-ja+ne.png` | what it looks like, with `--png` |
//! | `index.json` | every file with its kind, layout, language, length, process ID and code |

mod description;
mod example;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use kiosk::layout::STANDARD;
use kiosk::slip::Kind;
use printer_driver::document::DocumentError;
use printer_driver::encoder::{Encoded, Encoder};
use printer_driver::printer::JobId;
use printer_driver::profile::{PaperWidth, Profile, ProfileError, UsualLink};
use printer_driver::virtual_printer::print_to_paper;
use serde_json::{Value, json};

use crate::check::{complain, say};
use crate::clock::ClockError;
use crate::config::{ConfigErrors, OfficeFile};
use crate::fonts;
pub use example::{Case, Example};

/// Writes the bytes of every slip in every layout and language, and what each should say.
///
/// すべての券・用紙のバイト列と、書かれているはずの内容を書き出します。
#[derive(Args, Clone, Debug)]
pub struct SlipsArgs {
    /// Printer profile, such as epson-jp
    #[arg(long, value_name = "NAME")]
    pub profile: String,
    /// Folder to write into; made when it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Width of the paper in mm
    #[arg(long, value_name = "MM", value_enum, default_value_t = Paper::Mm80)]
    pub paper: Paper,
    /// The line; the profile's usual one when left out
    #[arg(long, value_name = "LINK", value_enum)]
    pub link: Option<LinkChoice>,
    /// Office file; the built-in default office when left out
    #[arg(long, value_name = "FILE")]
    pub office: Option<PathBuf>,
    /// Write what each looks like as well, one pixel per dot
    #[arg(long)]
    pub png: bool,
}

/// A width of paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Paper {
    /// 80 mm.
    #[value(name = "80")]
    Mm80,
    /// 58 mm.
    #[value(name = "58")]
    Mm58,
}

/// A line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum LinkChoice {
    /// A serial line of 115,200 bit/s.
    Serial,
    /// USB.
    Usb,
    /// A network.
    Lan,
}

/// Why the slips could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SlipsError {
    /// The profile does not exist, or not for this paper.
    #[error("failed to {0}")]
    Profile(#[from] ProfileError),
    /// The office file has mistakes.
    #[error("{0}")]
    Office(#[from] ConfigErrors),
    /// The office's zone is not known.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A slip does not fit a document.
    #[error("failed to {source} ({name})")]
    Document {
        /// Which slip.
        name: String,
        /// Why.
        source: DocumentError,
    },
    /// A file cannot be written.
    #[error("failed to write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// What was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Written {
    /// Slips.
    pub slips: usize,
    /// The largest in bytes.
    pub bytes_max: usize,
}

/// Carries out the command: exits with 0, with 1 when nothing or not everything was written.
pub fn command(args: &SlipsArgs) -> ExitCode {
    match run(args) {
        Ok(written) => {
            let Written { slips, bytes_max } = written;
            let out = args.out.display();
            say(&format!("{out}: {slips} slips, the largest has {bytes_max} bytes\n"))
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Runs the command.
///
/// # Errors
///
/// [`SlipsError`].
pub fn run(args: &SlipsArgs) -> Result<Written, SlipsError> {
    let paper = match args.paper {
        Paper::Mm80 => PaperWidth::Mm80,
        Paper::Mm58 => PaperWidth::Mm58,
    };
    let profile = Profile::load(&args.profile, paper)?;
    let office = match &args.office {
        Some(path) => OfficeFile::load(path)?,
        None => OfficeFile::embedded(),
    };
    let link = link(args.link, &profile);
    let examples = examples(&office, &profile, link)?;
    let encoder =
        Encoder::new(profile, link.bytes_per_second()).with_typesetter(fonts::typesetter());
    let folder = |source| SlipsError::Write { path: args.out.clone(), source };
    std::fs::create_dir_all(&args.out).map_err(folder)?;
    let mut rom = args.png.then(fonts::character_rom);
    let mut written = Written::default();
    let mut index = Vec::new();
    for (number, example) in (1..).zip(&examples) {
        let encoded = encoder.encode(&example.document, JobId(number));
        let text = description::describe(example, &encoder, &encoded);
        write(&args.out, &format!("{}.bin", example.name()), &encoded.bytes)?;
        write(&args.out, &format!("{}.txt", example.name()), text.as_bytes())?;
        if let Some(rom) = &mut rom
            && let Some(slip) = print_to_paper(&encoded.bytes, encoder.profile()).slips.first()
        {
            write(&args.out, &format!("{}.png", example.name()), &slip.to_png(rom))?;
        }
        index.push(entry(example, &encoded));
        written.slips += 1;
        written.bytes_max = written.bytes_max.max(encoded.bytes.len());
    }
    let index = json!({
        "profile": encoder.profile().name,
        "paper_mm": paper.to_string(),
        "link": link_name(link),
        "link_bytes_per_second": encoder.link_bytes_per_second(),
        "day": example::DAY,
        "slips": index,
    });
    write(&args.out, "index.json", format!("{index:#}\n").as_bytes())?;
    Ok(written)
}

/// Every example of an office, as documents.
///
/// # Errors
///
/// [`SlipsError::Clock`] and [`SlipsError::Document`].
pub fn examples(
    office: &OfficeFile,
    profile: &Profile,
    link: UsualLink,
) -> Result<Vec<Example>, SlipsError> {
    example::examples(office, profile, link)
}

fn link(choice: Option<LinkChoice>, profile: &Profile) -> UsualLink {
    match choice {
        Some(LinkChoice::Serial) => UsualLink::Serial,
        Some(LinkChoice::Usb) => UsualLink::Usb,
        Some(LinkChoice::Lan) => UsualLink::Lan,
        None => profile.link,
    }
}

fn link_name(link: UsualLink) -> &'static str {
    match link {
        UsualLink::Serial => "serial",
        UsualLink::Usb => "usb",
        UsualLink::Lan => "lan",
    }
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), SlipsError> {
    let path = dir.join(name);
    std::fs::write(&path, bytes).map_err(|source| SlipsError::Write { path, source })
}

fn entry(example: &Example, encoded: &Encoded) -> Value {
    let substitutions: Vec<Value> = encoded
        .substitutions
        .iter()
        .map(|one| json!({ "written": one.written, "printed": one.printed }))
        .collect();
    json!({
        "name": example.name(),
        "bin": format!("{}.bin", example.name()),
        "txt": format!("{}.txt", example.name()),
        "kind": example.kind.name(),
        "layout": example.layout,
        "language": example.language_tags(),
        "case": example.case.name(),
        "bytes": encoded.bytes.len(),
        "height_dots": encoded.height_dots,
        "process_id": encoded.process_id.to_string(),
        "qr": example.qr(),
        "substitutions": substitutions,
    })
}

/// Whether a kind is written in a layout: where a layout leaves a kind to the standard, its slip
/// would be the same once more.
fn is_laid_out(layout: &kiosk::layout::Layout, kind: Kind) -> bool {
    layout.name == STANDARD || layout.entries(kind).is_some()
}
